/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by the files of the table of verbs. */
#ifndef CONTROL_VERBS_PRIV_H
#define CONTROL_VERBS_PRIV_H

#include "control/verbs.h"

#define END_PARAMS \
	{ \
		NULL, PARAM_FLAG, NULL, NULL \
	}
#define END_FIELDS \
	{ \
		NULL, NULL, FIELD_TEXT, NULL \
	}
#define COUNT(name, heading, text) \
	{ \
		name, heading, FIELD_COUNT, text \
	}
#define RATE(name, heading, text) \
	{ \
		name, heading, FIELD_RATE, text \
	}
#define TEXT(name, heading, text) \
	{ \
		name, heading, FIELD_TEXT, text \
	}

/* verbs_bridge.c */
extern const struct verb_param bridge_params[];
extern const struct verb_field bridge_station_fields[];
extern const struct verb_param bridge_name_params[];
extern const struct verb_field bridge_fields[];
extern const struct verb_param clear_bridge_params[];
extern const struct verb_field clear_bridge_fields[];

/* verbs_packets.c */
extern const struct verb_param capture_params[];
extern const struct verb_field capture_fields[];
extern const struct verb_param explain_params[];
extern const struct verb_field explain_fields[];
extern const struct verb_param trace_params[];
extern const struct verb_field trace_fields[];
extern const struct verb_param recorder_params[];
extern const struct verb_field recorder_fields[];

#endif
