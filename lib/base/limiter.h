/* SPDX-License-Identifier: BSD-3-Clause */
/* Rates of many keys: one bucket for each address that is limited, in a bounded table.
 *
 * A bucket is one time, when everything that it has let pass is paid for (the generic cell rate
 * algorithm, ITU-T I.371): at any time a key has passed at most burst + rate * time.  A key that
 * owes nothing needs no entry.  Where a place of the table is full of keys that owe, the new one
 * takes the place of the one that owes least, of the owner (the ingress interface) that has most of
 * them there: a flood of sources from one interface takes nothing from the others.
 *
 * Threads: the owning worker.  Memory: limiter_create; read by others only as counters. */
#ifndef BASE_LIMITER_H
#define BASE_LIMITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIMITER_KEY_BYTES 16u
#define LIMITER_WAYS      8u /* entries of one place */
#define LIMITER_SIZE_MIN  64u
#define LIMITER_SIZE_MAX  4194304u
#define LIMITER_MAX_RATE  100000000000ull /* bits or packets a second */
#define LIMITER_MAX_BURST (1u << 30)      /* bytes or packets */

struct limiter;

/* What one key may have.  Units are bytes of packets, or packets. */
struct limiter_rate {
	uint64_t rate;  /* bits a second, or packets; 1..LIMITER_MAX_RATE */
	uint64_t burst; /* bytes, or packets; 1..LIMITER_MAX_BURST */
	bool packets;
	uint32_t seconds; /* that a rate of packets is for, 2^25 at most; 0: one */
};

/* A key: an address, and who sent it. */
struct limiter_key {
	uint8_t bytes[LIMITER_KEY_BYTES];
	uint8_t family;
	uint8_t domain; /* that the address is in */
	uint16_t owner;
};

/* Returns a table for at least that many keys; NULL without memory. */
struct limiter *limiter_create(const struct limiter_rate *rate, uint32_t keys, int numa_node);
void limiter_destroy(struct limiter *l); /* NULL is fine */
size_t limiter_bytes(uint32_t keys);

/* Takes a packet of that many bytes of a key.  Returns false and takes nothing if it exceeds the
 * rate. */
bool limiter_take(
	struct limiter *l, const struct limiter_key *key, uint32_t bytes, uint64_t now_ns);

/* Returns true if the key may take a packet; takes nothing. */
bool limiter_may(
	const struct limiter *l, const struct limiter_key *key, uint32_t bytes, uint64_t now_ns);

/* Gives back what a packet took that did not leave. */
void limiter_refund(struct limiter *l, const struct limiter_key *key, uint32_t bytes);

/* Returns the keys that owe something now (walks over the table), and those that lost their place
 * while they owed. */
uint32_t limiter_used(const struct limiter *l, uint64_t now_ns);
uint64_t limiter_displaced(const struct limiter *l);

#endif
