/* SPDX-License-Identifier: BSD-3-Clause */
/* NAT's figures for reports: by pool, and by public address.
 *
 * Threads: any, while no generation is adopted; those of a running worker may be a burst old. */
#ifndef NAT_COUNTS_H
#define NAT_COUNTS_H

#include <netinet/in.h>

#include "nat/nat.h"

/* Protocols whose ports can be changed; NAT_PORTLESS is all others. */
enum nat_proto { NAT_TCP, NAT_UDP, NAT_ICMP, NAT_DCCP, NAT_UDPLITE, NAT_SCTP, NAT_PORTLESS };
#define NAT_PROTOS NAT_PORTLESS

static inline enum nat_proto
nat_proto(uint8_t proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return NAT_TCP;
	case IPPROTO_UDP:
		return NAT_UDP;
	case IPPROTO_ICMP:
		return NAT_ICMP;
	case IPPROTO_DCCP:
		return NAT_DCCP;
	case IPPROTO_UDPLITE:
		return NAT_UDPLITE;
	case IPPROTO_SCTP:
		return NAT_SCTP;
	default:
		return NAT_PORTLESS;
	}
}

const char *nat_proto_name(enum nat_proto proto);

struct nat_counts {
	uint64_t mappings;  /* with sessions */
	uint64_t resting;   /* in quarantine */
	uint64_t taken;     /* sessions that got a public endpoint */
	uint64_t allocated; /* mappings made for them */
	uint64_t refused_port, refused_quota;
	uint64_t ports_used;  /* of all protocols, including those in quarantine */
	uint64_t ports_total; /* of one protocol, this worker's */
};

/* Fills the figures of a pool by its number; all 0 if there is none. */
void nat_counts(const struct nat *n, unsigned pool, struct nat_counts *out);

/* Returns how much of a pool's ports, this worker's, mappings hold, in per cent: of the pool of
 * which it is most. */
unsigned nat_full(const struct nat *n);

struct nat_address_counts {
	rte_be32_t address;
	struct nat_counts all;
	uint64_t used[NAT_PROTOS]; /* ports */
};

struct nat_pool_counts {
	char name[64];
	struct nat_counts all;
	unsigned n_addresses;
	struct nat_address_counts *address;
};

/* All figures at one time. */
struct nat_summary {
	unsigned n_pools;
	struct nat_pool_counts pool[NAT_POOLS];
};

struct nat_summary *nat_summary_take(const struct nat *n); /* NULL: no pools, or no memory */
struct nat_summary *nat_summary_copy(const struct nat_summary *s); /* NULL of NULL */
void nat_summary_free(struct nat_summary *s);                      /* NULL is fine */

/* Adds the figures of another worker: those of pools and addresses that both have. */
void nat_summary_add(struct nat_summary *sum, const struct nat_summary *more);

#endif
