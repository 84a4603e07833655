/* SPDX-License-Identifier: BSD-3-Clause */
/* The account of every packet of one worker:
 *
 *   rx + born = tx + dropped(reason) + consumed(by whom) + held(by whom)
 *
 * held counts packets that are in a holder at the time of reading (neighbour queue, fragments,
 * transmit buffer, ring); all other numbers only grow.
 *
 * Threads: the worker writes, by counter_add and counter_set (base/counter.h); others may read a
 * value that is a burst old. */
#ifndef PACKET_LEDGER_H
#define PACKET_LEDGER_H

#include <stdint.h>

#include "base/counter.h"
#include "packet/reason.h"

#define LEDGER_PORTS  64   /* ports at most */
#define LEDGER_IFACES 1024 /* interfaces at most */

/* X(name, sentence) */
#define BIRTHS(X) \
	X(arp, "ARP requests and answers") \
	X(nd, "Neighbour Discovery messages") \
	X(echo, "answers to echo requests") \
	X(icmp_error, "ICMP and ICMPv6 errors") \
	X(tcp_reset, "TCP resets") \
	X(fragment, "fragments of packets too large for the next link") \
	X(clone, "copies that a stage mirror sends") \
	X(host, "packets that the host has sent by its interfaces")

#define CONSUMERS(X) \
	X(arp, "ARP requests and answers") \
	X(nd, "Neighbour Discovery messages") \
	X(echo, "echo requests to our addresses") \
	X(fragmenter, "packets sent on as fragments") \
	X(local, "other packets to our addresses that needed no answer") \
	X(host, "packets for the host, given to its interfaces")

#define HOLDERS(X) \
	X(neighbour, "wait for ARP or ND") \
	X(fragment, "wait for their first fragment") \
	X(transmit, "wait in a transmit buffer") \
	X(ring, "wait in a ring between workers")

#define X(name, sentence) BORN_##name,
enum birth { BIRTHS(X) BORN_COUNT };
#undef X
#define X(name, sentence) CONSUMED_##name,
enum consumer { CONSUMERS(X) CONSUMED_COUNT };
#undef X
#define X(name, sentence) HELD_##name,
enum holder { HOLDERS(X) HELD_COUNT };
#undef X

struct ledger_port {
	uint64_t rx, rx_bytes;
	uint64_t tx, tx_bytes;
};

struct ledger_iface {
	uint64_t rx, rx_bytes;
	uint64_t tx, tx_bytes;
	uint64_t drops[REASON_COUNT];
};

struct ledger {
	struct ledger_port port[LEDGER_PORTS];
	uint64_t born[BORN_COUNT];
	uint64_t consumed[CONSUMED_COUNT];
	int64_t held[HELD_COUNT]; /* incremented when taken, decremented when released */
	uint64_t lookups_hit, lookups_miss;
	uint64_t n_ifaces; /* the highest id that an interface has ever had, plus one */
	struct ledger_iface iface[LEDGER_IFACES]; /* [0]: no interface */
};

/* The sums of one ledger, or of several. */
struct ledger_sum {
	uint64_t rx, born, tx, dropped, consumed;
	int64_t held;
	int64_t imbalance; /* 0, unless there is a bug */
	uint64_t drops[REASON_COUNT];
};

void ledger_add(struct ledger_sum *sum, const struct ledger *l); /* and updates imbalance */

static inline void
ledger_drop(struct ledger *l, uint16_t iface, enum reason r)
{
	counter_add(&l->iface[iface].drops[r], 1);
}

#endif
