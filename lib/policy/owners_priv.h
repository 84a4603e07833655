/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the files of owners. */
#ifndef POLICY_OWNERS_PRIV_H
#define POLICY_OWNERS_PRIV_H

#include "packet/ledger.h"
#include "policy/owners.h"
#include "policy/owners_index.h"
#include "table/prefixes.h"
#include "table/rules.h"

/* Values of prefixes; 0: outside.  Else the interface that leads inside, perhaps with
 * OWNERS_WIDE. */
#define OWNERS_WIDE      0x10000u /* a prefix so short that it is the way to everywhere else */
#define OWNERS_WIDE_BITS 8u       /* shorter prefixes are wide */

#define OWNERS_MAPS 64u /* of a configuration */

/* A public address of a pool, and its ports. */
struct pool_range {
	uint32_t address; /* host order */
	uint16_t low, high;
};

/* One match of a fixed translation's condition. */
struct fixed {
	struct fixed_translation what;
	struct rule_match there;        /* packets that it translates, as they arrive */
	struct rule_match back;         /* their answers, with the ends swapped; dst is ignored */
	bool restricted;                /* to certain ports */
	uint16_t back_low, back_high;   /* source ports of answers; high 0: those of back */
	uint16_t slice_low, slice_high; /* ports of a pool that shares the address; high 0: none */
	uint64_t iface[LEDGER_IFACES / 64]; /* by which its packets arrive */
};

struct owners {
	struct pool_range *range; /* sorted by address */
	unsigned n_ranges;
	struct fixed *fixed;
	unsigned n_fixed;
	unsigned *source; /* those of fixed that translate sources, in order */
	unsigned n_sources;
	struct owners_index index[OWNERS_INDEXES]; /* over the others */
	struct prefixes *inside;
	struct prefix mapped[2 * OWNERS_MAPS]; /* the prefixes of maps, either side */
	unsigned n_mapped;
	bool translates6; /* other translations of IPv6 than maps */
	uint64_t leads_out[LEDGER_IFACES
		/ 64]; /* interfaces that prefixes shorter than OWNERS_WIDE_BITS lead to */
	uint64_t inside_digest;
	bool by_host; /* pools require one worker for an inside address */
};

/* owners_digest.c: of prefixes and their values. */
uint64_t owners_digest_prefixes(const struct prefix *p, unsigned n);

#endif
