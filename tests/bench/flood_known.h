/* SPDX-License-Identifier: BSD-3-Clause */
/* What a flood must leave alone: flows that are established, and connections that are being made.
 */
#ifndef BENCH_FLOOD_KNOWN_H
#define BENCH_FLOOD_KNOWN_H

#include "flood.h"

#define KNOWN_FLOWS 10000u /* of clients to the server; half of them TCP, half UDP */
#define TH_SYN      2
#define TH_RST      4
#define TH_ACK      16

/* Pipelines by which from outside the server's TCP port 80 and UDP port 53 are reached, and nothing
 * else. */
extern const char known_service[];

void known_establish(void);
void known_send(void); /* a packet of the next of them, of its client */

/* Clients that open connections to the server: 10 ms there, 10 ms back, a SYN again after a second.
 */
struct connections_result {
	unsigned begun;
	unsigned made; /* with one SYN more at most */
};

void connections_begin(unsigned per_second, unsigned ms);
void connections_go_on(void); /* what is due by now is sent */
bool connections_over(void);  /* all have been made, or given up */
void connections_result(struct connections_result *r);
void connections_close(void); /* resets them; their sessions are gone when they have timed out */

#endif
