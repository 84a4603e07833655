/* SPDX-License-Identifier: BSD-3-Clause */
/* The ring by which a worker tells about its mappings: entries of fixed size, one writer and one
 * reader.
 *
 * RFC 6888 REQ-12 requires who had which public endpoint when, REQ-14 excludes destinations: an
 * entry has no room for one.  A full ring loses the entry, and counts it; nothing waits.
 *
 * Threads: the owning worker adds; control takes, and reads the counts.  Memory: nat_log_create. */
#ifndef NAT_LOG_H
#define NAT_LOG_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_byteorder.h>

enum nat_event {
	NAT_BEGINS, /* the first packet leaves by the mapping */
	NAT_ENDS,   /* its last session has ended */
	/* For the exporter alone, once a second for a pool at most: a session was refused. */
	NAT_NO_PORT, /* no port of the public address is free; public 0: of none */
	NAT_QUOTA,   /* its inside address holds as many as it may: limit */
};

/* Who takes entries, each from a ring of its own. */
enum nat_log_reader {
	NAT_LOG_FILE,
	NAT_LOG_EXPORT,
	NAT_LOG_READERS,
};

struct nat_log_entry {
	uint64_t time_ns; /* the worker's clock */
	const char *pool; /* its name; lives as long as the worker's NAT */
	rte_be32_t inside, public;
	union {
		struct {
			rte_be16_t inside_port,
				public_port; /* or identifiers; 0 for a protocol without ports */
		};
		uint32_t limit; /* of NAT_QUOTA */
	};
	uint8_t proto;
	uint8_t event : 2;  /* enum nat_event */
	uint8_t domain : 6; /* of inside */
	uint8_t why;        /* enum session_end of the last session, of NAT_ENDS */
	uint8_t slot;       /* of the pool, while it is configured */
};
static_assert(sizeof(struct nat_log_entry) == 32, "two to a line");

struct nat_log;

struct nat_log *nat_log_create(uint32_t entries, int numa_node); /* NULL: no memory */
void nat_log_destroy(struct nat_log *l);                         /* NULL is fine */
size_t nat_log_bytes(const struct nat_log *l);                   /* 0 of NULL */

void nat_log_add(struct nat_log *l, const struct nat_log_entry *e);

/* Takes the oldest entries, n at most; returns their number. */
unsigned nat_log_take(struct nat_log *l, struct nat_log_entry *out, unsigned n);

/* Return the number of entries that can be taken, and of those that found no room. */
uint32_t nat_log_waiting(const struct nat_log *l);
uint64_t nat_log_lost(const struct nat_log *l);

#endif
