/* SPDX-License-Identifier: BSD-3-Clause */
/* What reports know of the export of flows, which lies above control.
 *
 * Threads: the control thread. */
#ifndef CONTROL_EXPORTER_H
#define CONTROL_EXPORTER_H

#include <stdbool.h>
#include <stdint.h>

enum exporter_state {
	EXPORTER_OFF,
	EXPORTER_CONNECTING,
	EXPORTER_SENDS,
	EXPORTER_FAILS, /* tried again */
};

struct exporter_figures {
	enum exporter_state state;
	char collector[64];
	const char *protocol;
	char error[64]; /* "": none */
	uint32_t domain;
	uint64_t records, messages, bytes;
	uint64_t waiting;                        /* records in rings and messages */
	uint64_t lost, lost_packets, lost_bytes; /* records that found no room, and their counts */
	uint64_t errors;                         /* of the socket */
	uint64_t connects;                       /* times that it was connected */
};

struct exporter {
	void (*figures)(void *arg, struct exporter_figures *out);
	void *arg;
};

const char *exporter_state_name(enum exporter_state s);

#endif
