/* SPDX-License-Identifier: BSD-3-Clause */
/* A stage track, as built.  Threads: workers read it; it lives as long as its generation. */
#ifndef STAGE_TRACK_H
#define STAGE_TRACK_H

#include "policy/eval.h"
#include "session/session.h"

struct track {
	uint16_t policy;
	bool pass_invalid;
	bool loose;
	uint8_t helpers;           /* 1 << enum helper_kind */
	struct source_limit limit; /* of the whole appliance */
};

void track_evaluate(const void *instance, struct eval *const ev[], unsigned n);

#endif
