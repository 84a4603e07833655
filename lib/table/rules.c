/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules over rte_acl: a trie for each family, and the look-up. */

#include "table/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_malloc.h>

#include "table/rules_priv.h"

#define CHUNK 64u               /* keys classified together */

struct rules {
	struct trie_of_rules ip4;
	struct trie_of_rules ip6;
	struct classes *classes;        /* NULL: no trie looks at classes */
	uint32_t depend_on;
	size_t bytes;                   /* of the tries, as the EAL counts */
};

/* The memory that the EAL has handed out so far. */
static size_t
eal_bytes(void)
{
	struct rte_malloc_socket_stats stats;
	size_t bytes = 0;

	for (int node = 0; node < RTE_MAX_NUMA_NODES; node++)
		if (rte_malloc_get_socket_stats(node, &stats) == 0)
			bytes += stats.heap_allocsz_bytes;
	return bytes;
}

static uint32_t
match_depends_on(const struct rule_match *m)
{
	const struct {
		bool used;
		uint32_t field;
	} rows[] = {
		{ m->src.n > 0, RULE_ON_SRC },
		{ m->dst.n > 0, RULE_ON_DST },
		{ m->proto.n > 0, RULE_ON_PROTO },
		{ m->sport.n > 0 || m->dport.n > 0, RULE_ON_PORTS },
		{ m->icmp.n > 0, RULE_ON_ICMP },
		{ m->iface.n > 0, RULE_ON_IFACE },
		{ m->state != 0, RULE_ON_STATE },
		{ m->vlan.n > 0, RULE_ON_VLAN },
		{ m->dscp.n > 0, RULE_ON_DSCP },
		{ m->tcp_mask != 0, RULE_ON_TCP_FLAGS },
		{ m->fragment != RULE_FRAGMENT_ANY, RULE_ON_FRAGMENT },
	};
	uint32_t on = 0;

	for (unsigned i = 0; i < RTE_DIM(rows); i++)
		if (rows[i].used)
			on |= rows[i].field;
	return on;
}

/* Gives the named sets their bits before any list of prefixes takes one. */
static int
plan_sets(struct class_plan *plan, const struct rule_match *m, struct err *err)
{
	const struct rule_addresses *lists[] = { &m->src, &m->dst };

	for (unsigned side = 0; side < RTE_DIM(lists); side++) {
		for (unsigned i = 0; i < lists[side]->n; i++) {
			const struct set *set = lists[side]->address[i].set;

			if (set == NULL || class_plan_bit(plan, set) != 0)
				continue;
			return err_add(err, E2BIG, m->loc, "set '%s' is one too many: a list of "
				"rules can refer to %u different ones", set_name(set), CLASSES_MAX);
		}
	}
	return 0;
}

static int
expand_all(struct expansion *x, const struct rule_match match[], unsigned n, struct err *err)
{
	int rc = 0;

	for (unsigned i = 0; i < n && rc == 0; i++)
		rc = plan_sets(&x->plan, &match[i], err);
	for (unsigned i = 0; i < n && rc == 0; i++)
		rc = expansion_add(x, &match[i], i, err);
	return rc;
}

static int
build_tries(struct rules *r, const struct expansion *x, struct err *err)
{
	size_t before = eal_bytes();
	int rc = trie_of_rules_build(&r->ip4, &x->ip4);

	if (rc == 0)
		rc = trie_of_rules_build(&r->ip6, &x->ip6);
	r->bytes = eal_bytes() - before;
	if (rc < 0)
		return err_set(err, -rc, "%u rules could not be compiled: %s; "
			"give DPDK more memory or write fewer combinations",
			x->ip4.n + x->ip6.n, strerror(-rc));
	if (!r->ip4.src_class && !r->ip4.dst_class && !r->ip6.src_class && !r->ip6.dst_class)
		return 0;
	r->classes = classes_build(x->plan.set, x->plan.n);
	return r->classes != NULL ? 0 : err_set(err, ENOMEM, "out of memory for address classes");
}

struct rules *
rules_build(const struct rule_match match[], unsigned n, struct err *err)
{
	struct rules *r = calloc(1, sizeof(*r));
	struct expansion x = { .plan.n = 0 };
	int rc;

	if (r == NULL) {
		err_set(err, ENOMEM, "out of memory for rules");
		return NULL;
	}
	for (unsigned i = 0; i < n; i++)
		r->depend_on |= match_depends_on(&match[i]);
	rc = expand_all(&x, match, n, err);
	if (rc == 0)
		rc = build_tries(r, &x, err);
	expansion_fini(&x);
	if (rc == 0)
		return r;
	rules_discard(r);
	return NULL;
}

void
rules_discard(struct rules *r)
{
	if (r == NULL)
		return;
	trie_of_rules_fini(&r->ip4);
	trie_of_rules_fini(&r->ip6);
	classes_discard(r->classes);
	free(r);
}

/* The keys of one family among a chunk. */
struct batch {
	struct packed_key key[CHUNK];
	uint32_t *result[CHUNK];
	unsigned n;
};

static void
pack(struct batch *b, const struct rule_key *key, uint32_t *result)
{
	const struct tuple *t = &key->tuple;

	b->result[b->n] = result;
	b->key[b->n++] = (struct packed_key){
		.proto = t->proto,
		.src = t->src,
		.dst = t->dst,
		.sport = t->sport,
		.dport = t->dport,
		.parts = key_parts(key) | (key->fragment ? PART_FRAGMENT : 0),
		.state = key->state != 0 ? key->state : RULE_STATE_UNTRACKED,
		.tcp_flags = key->tcp_flags,
		.dscp = key->dscp,
		.iface = rte_cpu_to_be_16(key->iface),
		.vlan = rte_cpu_to_be_16(key->vlan),
	};
	/* ICMP stands where the ports do; no entry looks at both. */
	if ((b->key[b->n - 1].parts & PART_ICMP) != 0)
		b->key[b->n - 1].sport = rte_cpu_to_be_16((uint16_t)(key->icmp_type << 8 |
			key->icmp_code));
}

/* Finds one side's classes for all keys of the batch. */
static void
classify_side(const struct rules *r, struct batch *b, unsigned family, bool src)
{
	union address address[CHUNK];
	rte_be32_t address4[CHUNK];
	uint32_t mask[CHUNK];

	for (unsigned i = 0; i < b->n; i++) {
		const union address *a = src ? &b->key[i].src : &b->key[i].dst;

		if (family == 4)
			address4[i] = a->v4;
		else
			address[i] = *a;
	}
	if (family == 4)
		classes_lookup4(r->classes, address4, mask, b->n);
	else
		classes_lookup6(r->classes, address, mask, b->n);
	for (unsigned i = 0; i < b->n; i++)
		*(src ? &b->key[i].src_class : &b->key[i].dst_class) = rte_cpu_to_be_32(mask[i]);
}

static void
classify_batch(const struct rules *r, struct batch *b, unsigned family)
{
	const struct trie_of_rules *trie = family == 4 ? &r->ip4 : &r->ip6;
	const uint8_t *data[CHUNK];
	uint32_t found[CHUNK] = { 0 };

	if (b->n == 0)
		return;
	if (trie->src_class)
		classify_side(r, b, family, true);
	if (trie->dst_class)
		classify_side(r, b, family, false);
	for (unsigned i = 0; i < b->n; i++)
		data[i] = (const uint8_t *)&b->key[i];
	if (trie->acl != NULL)
		rte_acl_classify(trie->acl, data, found, b->n, 1);
	/* An entry's user data is its rule + 1; 0 is none, and RULES_NONE is 0 - 1. */
	for (unsigned i = 0; i < b->n; i++)
		*b->result[i] = found[i] - 1;
	b->n = 0;
}

void
rules_classify(const struct rules *r, const struct rule_key *const key[], uint32_t result[],
	unsigned n)
{
	struct batch ip4, ip6;

	ip4.n = 0;
	ip6.n = 0;
	for (unsigned i = 0; i < n; i++) {
		struct batch *b = key[i]->tuple.family == 4 ? &ip4 : &ip6;

		pack(b, key[i], &result[i]);
		if (b->n == CHUNK)
			classify_batch(r, b, b == &ip4 ? 4 : 6);
	}
	classify_batch(r, &ip4, 4);
	classify_batch(r, &ip6, 6);
}

uint32_t
rules_depend_on(const struct rules *r)
{
	return r->depend_on;
}

size_t
rules_bytes(const struct rules *r)
{
	return sizeof(*r) + r->bytes + (r->classes != NULL ? classes_bytes(r->classes) : 0);
}
