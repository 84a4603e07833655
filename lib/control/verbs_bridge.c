/* SPDX-License-Identifier: BSD-3-Clause */
/* Parameters and results of the verbs about bridges. */

#include "control/verbs_priv.h"

const struct verb_param bridge_params[] = {
	{ "bridge", PARAM_WORD, "BRIDGE", "this bridge alone" },
	{ "interface", PARAM_VALUE, "INTERFACE", "stations behind this member" },
	{ "mac", PARAM_VALUE, "MAC", "this station alone" },
	{ "vlan", PARAM_VALUE, "VLAN", "stations of this VLAN; 0: of none" },
	END_PARAMS,
};

const struct verb_field bridge_station_fields[] = {
	TEXT("bridge", "bridge", "Name of the bridge."),
	TEXT("mac", "mac", "The station."),
	COUNT("vlan", "vlan", "VLAN within the bridge; 0: frames without a tag of their own."),
	TEXT("interface", "interface", "Member behind which it was heard last."),
	{ "age", "age", FIELD_SECONDS, "Since it was heard last, to a second." },
	COUNT("moves", "moves", "Moves between members within the last while."),
	TEXT("state", "state",
		"learned; held: it moves too often and stays; own: the bridge's MAC."),
	END_FIELDS,
};

const struct verb_param bridge_name_params[] = {
	{ "bridge", PARAM_WORD, "BRIDGE", "this bridge alone" },
	END_PARAMS,
};

const struct verb_field bridge_fields[] = {
	TEXT("bridge", "bridge", "Name of the bridge."),
	TEXT("interface", "own interface", "The bridge's own interface; absent: it has none."),
	TEXT("mac", "mac", "Its MAC."),
	COUNT("stations", "stations", "Stations that are known."),
	COUNT("most", "at most", "Stations that may be known."),
	{ "members", "members", FIELD_LIST, "Members, with their stations and their share." },
	COUNT("learned", "learned", "Stations that were learned."),
	COUNT("moved", "moved", "Moves of stations between members."),
	COUNT("aged", "aged", "Stations that were forgotten because they were silent."),
	COUNT("refused", "refused", "Times that a station found no room in its member's share."),
	COUNT("held", "held", "Frames of stations that move too often."),
	END_FIELDS,
};

const struct verb_param clear_bridge_params[] = {
	{ "bridge", PARAM_WORD, "BRIDGE", "this bridge alone" },
	{ "interface", PARAM_VALUE, "INTERFACE", "stations behind this member" },
	END_PARAMS,
};

const struct verb_field clear_bridge_fields[] = {
	COUNT("count", "stations forgotten", "Stations that were forgotten."),
	END_FIELDS,
};
