/* SPDX-License-Identifier: BSD-3-Clause */
/* Parameters and results of the verbs that show packets: explain, trace, capture, recorder. */

#include "control/filter.h"
#include "control/verbs_priv.h"

/* What control/outcome.h says of a packet. */
#define EXPLAINED_FIELDS \
	TEXT("packet", "packet", "The packet as it came in, in packet notation."), \
		TEXT("in", "in", "Interface that it came in by, or port."), \
		TEXT("domain", "domain", "Its domain; absent where there is one alone."), \
		TEXT("out_domain", "into", \
			"Of output: the domain that it leaves into, if another one."), \
		TEXT("pipeline", "pipeline", "Pipeline of that interface."), \
		TEXT("flow", NULL, "Of an IP packet: likewise."), \
		{ "stages", NULL, FIELD_OBJECTS, "What each stage says, in order: stage, says." }, \
		{ "session", NULL, FIELD_OBJECT, \
			"Its session: state, direction, tcp, nat (src, dst: what its ends become)." }, \
		TEXT("program", "program", "What is done to it."), \
		TEXT("verdict", "verdict", "output, drop, consumed or held."), \
		TEXT("out", "out", "Of output: interface or port that it leaves by."), \
		TEXT("by", "by", "Of consumed: host, when the kernel's interface has it."), \
		{ "waits", NULL, FIELD_BOOL, \
			"Of output: it leaves once its neighbour has answered." }, \
		TEXT("reason", "reason", "Of drop."), \
		TEXT("sentence", NULL, "Of drop: the reason in words."), \
		TEXT("rule", "rule", "File and line that decided the drop."), \
		TEXT("owner", NULL, "Of rule: its access list, pipeline or route table."), \
		TEXT("name", NULL, "Of rule: its name."), \
	{ \
		"counted", NULL, FIELD_LIST, "Lines of the configuration that count it." \
	}

const struct verb_param capture_params[] = {
	{ "-w", PARAM_VALUE, "FILE", "where to, - for standard output (of weirctl alone)" },
	{ "drops", PARAM_FLAG, NULL, "dropped packets alone" },
	{ "samples", PARAM_FLAG, NULL, "packets alone that a stage sample chooses" },
	{ "count", PARAM_VALUE, "N", "ends after so many packets; -c N" },
	{ "bytes", PARAM_VALUE, "N", "ends after so many bytes" },
	{ "seconds", PARAM_VALUE, "N", "ends after this time; for N" },
	{ "filter", PARAM_REST, "FILTER",
		"of libpcap; in the protocol, as tcpdump -ddd prints it" },
	END_PARAMS,
};

const struct verb_field capture_fields[] = {
	TEXT("data", NULL, "A part of the file, in format pcapng, as base64."),
	COUNT("packets", "packets", "Packets in it so far."),
	COUNT("lost", "lost", "Packets for which there was no room."),
	COUNT("skipped", "not looked at",
		"Packets that a worker did not look at: a capture takes a small part of its time."),
	TEXT("ended", "ended by", "Of the last part: packets, bytes, time."),
	END_FIELDS,
};

const struct verb_param explain_params[] = {
	{ "in", PARAM_VALUE, "INTERFACE", "where the packet comes in: an interface, or a port" },
	{ "packet", PARAM_REST, "PACKET",
		"in packet notation: tcp 10.0.0.2:5203 > 203.0.113.9:80 S" },
	END_PARAMS,
};

const struct verb_field explain_fields[] = {
	EXPLAINED_FIELDS,
	TEXT("path", "path", "fast: its flow has a program; slow: the stages decide."),
	COUNT("worker", "worker", "Worker that owns it."),
	END_FIELDS,
};

const struct verb_param trace_params[] = {
	{ "count", PARAM_VALUE, "N", "ends after so many packets (10); -n N" },
	{ "seconds", PARAM_VALUE, "N", "ends after this time (60); for N" },
	{ "drops", PARAM_FLAG, NULL, "dropped packets alone" },
	{ "misses", PARAM_FLAG, NULL,
		"packets alone that stages decide about, not those of known flows" },
	FILTER_PACKET,
	END_PARAMS,
};

const struct verb_field trace_fields[] = {
	TEXT("time", "time", "When, UTC."),
	COUNT("worker", "worker", "Worker that judged it."),
	EXPLAINED_FIELDS,
	TEXT("path", "path",
		"fast: a hit, its flow has a program; slow: a miss, the stages decided."),
	COUNT("lost", NULL,
		"Beside the list, on the last page: packets for which there was no room."),
	COUNT("skipped", NULL,
		"Likewise: packets that a worker did not look at, since a trace takes a small part of its time."),
	TEXT("ended", NULL, "Likewise: what ended it, count or time."),
	END_FIELDS,
};

const struct verb_param recorder_params[] = {
	{ "-w", PARAM_VALUE, "FILE", "where to, - for standard output (of weirctl alone)" },
	{ "port", PARAM_VALUE, "PORT", "packets that came in by this port, to be replayed at it" },
	{ "reason", PARAM_VALUE, "REASON", "packets that were dropped for this reason" },
	END_PARAMS,
};

const struct verb_field recorder_fields[] = {
	TEXT("data", NULL, "A part of the file, in format pcapng, as base64."),
	COUNT("packets", "packets", "Of the first part: packets in the file."),
	END_FIELDS,
};
