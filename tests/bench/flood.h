/* SPDX-License-Identifier: BSD-3-Clause */
/* Floods against the data path of one worker: no device, no thread, no kernel.
 *
 *   clients, attackers --- wan [ pipeline ] lan --- servers
 *
 * Frames are written into packet buffers outside of what is measured; what is sent goes to a
 * function of ours, which counts it by the mark in its IP identification and frees it.  The
 * worker's clock is ours: a flood of a stated rate takes exactly so long, whatever the machine does
 * meanwhile.
 *
 * Threads: one.  An imbalance or a packet buffer that does not come back ends the process with a
 * sentence. */
#ifndef BENCH_FLOOD_H
#define BENCH_FLOOD_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "fastpath/fastpath_priv.h"
#include "stand.h"

/* --- flood_rig.c: what stands around the data path --- */

enum { FLOOD_WAN, FLOOD_LAN }; /* ports */

/* What a frame is, in its IP identification. */
enum flood_mark {
	MARK_FLOOD,
	MARK_KNOWN, /* of an established flow */
	MARK_NEW,   /* of a connection that is being made */
	MARK_OTHER,
	MARKS,
};

/* Addresses: the service, and who sends. */
#define FLOOD_SERVER  0x0a000050u /* 10.0.0.80 */
#define FLOOD_CLIENTS 0xcb007100u /* 203.0.113.0, and up */

struct flood_frame {
	uint8_t port;         /* that it comes in by */
	uint8_t proto, flags; /* of TCP */
	uint8_t mark;         /* enum flood_mark */
	uint16_t sport, dport;
	uint32_t src, dst;
	uint32_t seq, ack;
	uint16_t payload; /* bytes */
	uint16_t id;      /* of fragments, behind the mark's two bits: 14 bits */
	uint16_t offset;  /* of a fragment, bytes */
	bool more;        /* fragments */
};

/* Starts an appliance with ports wan (198.51.100.1, everything behind 198.51.100.2) and lan
 * (10.0.0.1, the server, the rest of 10.0.0.0/8 behind 10.0.0.2; 172.16.0.0/16, where nobody
 * answers) for so many sessions; more is the pipelines inside and outside, and what they need. Its
 * clock stands at a second. */
void flood_memory(
	const char *openings); /* system.memory.openings of those that are opened from now on */
void flood_open(unsigned flows, const char *more);
void flood_close(void); /* lets all go; then every buffer must be back */

struct fastpath *flood_path(void);
uint64_t flood_now(void);

/* Time goes on: the clock moves, and what is due is done. */
void flood_pass(uint64_t ns);

/* So many seconds without packets; everything is looked at once in each second. */
void flood_sleep(unsigned seconds);

struct fastpath_flows flood_flows(void);

/* flood_frame.c: a frame's bytes, for the port with that MAC. */
uint16_t flood_frame_bytes(const struct flood_frame *f);
void flood_frame_write(const struct flood_frame *f, const uint8_t mac[6], uint8_t *frame);

/* A frame that goes nowhere yet; the caller frees it. */
struct rte_mbuf *flood_make(const struct flood_frame *f);

/* A frame joins the burst of its port, which goes through when it is full or has another port. */
void flood_send(const struct flood_frame *f);
void flood_flush(void);

/* Is called with each packet that leaves, from its IP header on; NULL: nobody looks. */
void flood_watch(void (*left)(unsigned port, const uint8_t *ip, unsigned bytes));

/* What has gone in and come out so far. */
struct flood_count {
	uint64_t in[MARKS], out[MARKS];
	uint64_t cycles; /* in process and flush */
	uint64_t age_cycles;
};
const struct flood_count *flood_count(void);

/* Counting of what leaves is switched off where cycles are compared. */
void flood_plain(bool plain);

/* Bursts come from a queue that fills faster than it is taken from (fastpath_set_backlogged). */
void flood_backlogged(bool backlogged);

/* Cycles that each burst took, so far; at most max of them are kept.  NULL: none. */
struct flood_times {
	uint32_t *cycles;
	uint32_t n, max;
};
void flood_keep_times(struct flood_times *t);
double flood_quantile(struct flood_times *t, double share); /* flood_figure.c; sorts them */

uint64_t flood_random(void); /* SplitMix64 from a constant */
uint64_t flood_drops(enum reason r);
unsigned flood_mbufs(void);                      /* in use */
double flood_median(double *values, unsigned n); /* flood_figure.c */

/* --- flood.c: rows of the result --- */

/* One row each.  Facts are the same on every machine and decide the exit status; a timing is
 * compared with its limit (0: there is none) and only told. */
void flood_fact(bool holds, const char *name, double value, const char *target);
void flood_timing(const char *name, double value, double limit, const char *target);

/* quick: small counts, facts only: a test. */
void flood_syn(bool quick);
void flood_udp(bool quick);
void flood_forged(bool quick); /* both ends of connections, by one interface */
void flood_hash(bool quick);
void flood_fragment(bool quick);
void flood_scan(bool quick);
void flood_ports(bool quick); /* NAT's ports, all of them */

#endif
