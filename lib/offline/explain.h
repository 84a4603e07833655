/* SPDX-License-Identifier: BSD-3-Clause */
/* `weir explain`: what becomes of a packet, and which stage decides it, with nothing installed.
 *
 * The packet is a frame through the production code, in virtual time, on ports from memory.  Each
 * packet is judged by itself: no earlier flow is known.  A neighbour that would have to be asked
 * first counts as one that answers.
 *
 * Threads: the control thread. */
#ifndef OFFLINE_EXPLAIN_H
#define OFFLINE_EXPLAIN_H

#include <stdbool.h>

struct explain_options {
	const char *config;
	const char *in;     /* a port or an interface */
	const char *packet; /* in packet notation, or NULL */
	const char *pcap;   /* a capture instead */
	bool learn;         /* of a capture: MACs are those of its stations (offline/learn.h) */
	const char *json;   /* "-": standard output; NULL: text there */
};

/* Returns the exit status of the command. */
int explain(const struct explain_options *options);

#endif
