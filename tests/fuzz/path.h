/* SPDX-License-Identifier: BSD-3-Clause */
/* The whole path for hostile frames: parse, look up, stages, executor, host, transmit, over ports
 * from memory and in virtual time.
 *
 *   port 0  routed, access list on many fields, police, mark; sessions in VLAN 20;
 *           802.1ad 100 with 802.1Q 7 in it
 *   port 1  routed, small MTU; some neighbours known, some to be asked
 *   port 2  a wire to port 3, and back
 *
 * or whatever the caller has for a configuration of four ports, p0 to p3.
 *
 * Whatever is wrong (an imbalance, a packet buffer lost) ends the process with a sentence. */
#ifndef FUZZ_PATH_H
#define FUZZ_PATH_H

#include <stdint.h>

#include "packet/ledger.h"

struct fastpath;
struct rte_mbuf;
struct slowpath;

enum {
	PATH_PORTS = 4,
};

void path_open(const char *config); /* NULL: the one above */
void path_close(void);              /* lets everything go; then all buffers must be back */

/* The MAC of a port. */
const uint8_t *path_mac(unsigned port);

/* A frame into the burst; it is copied.  The burst goes through when it has n frames or another
 * port. */
void path_frame(unsigned port, const uint8_t *data, uint32_t bytes, unsigned n);

/* The burst goes through; then the ledger is exact. */
void path_flush(void);

/* Time goes on, timers run. */
void path_advance(uint64_t ns);

/* Time goes on until nothing is held any more; then the ledger is exact and all buffers are
 * back. */
void path_settle(void);

const struct ledger *path_ledger(void);
struct fastpath *path_fastpath(void);
const struct datapath *path_slowpath(void);

/* Ports take so many frames of a send at most; negative: all.  Debug builds only. */
void path_accept(int frames);

/* Frames that leave are shown before they are freed. */
void path_watch(void (*sent)(void *arg, unsigned port, const struct rte_mbuf *m));

#endif
