/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules over rte_acl: the table, built and asked. */

#include "table/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_malloc.h>

#include "table/rules_priv.h"

#define CHUNK 64u               /* keys classified together */

struct rules {
	struct rules_trie trie;
	struct labels labels[SIDES];
	struct classes *classes;        /* NULL: the trie does not look at classes */
	uint32_t depend_on;
	size_t trie_bytes;              /* as the EAL counts */
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

static int
build_labels(struct rules *r, const struct plan *plan, const struct rule_match match[], unsigned n,
	struct err *err)
{
	int rc = 0;

	for (unsigned side = 0; side < SIDES && rc == 0; side++)
		rc = labels_build(&r->labels[side], plan, match, n, side);
	if (rc == -E2BIG)
		return err_set(err, E2BIG, "the rules have more than %u different prefixes; put "
			"long lists of addresses into sets", LABELS_MAX - 2);
	return rc == 0 ? 0 : err_set(err, -rc, "out of memory for rules");
}

static int
build_trie(struct rules *r, const struct entries *entries, struct err *err)
{
	size_t before = eal_bytes();
	int rc = rules_trie_build(&r->trie, entries);

	r->trie_bytes = eal_bytes() - before;
	if (rc == 0)
		return 0;
	return err_set(err, -rc, "the rules, %u combinations of their values, could not be compiled: "
		"%s", entries->n, strerror(-rc));
}

static int
build_classes(struct rules *r, const struct plan *plan, struct err *err)
{
	if (!r->trie.looks_at[FIELD_SRC_CLASS] && !r->trie.looks_at[FIELD_DST_CLASS])
		return 0;
	r->classes = classes_build(plan->set, plan->n);
	return r->classes != NULL ? 0 : err_set(err, ENOMEM, "out of memory for address classes");
}

static int
build(struct rules *r, const struct plan *plan, const struct rule_match match[], unsigned n,
	struct err *err)
{
	struct expansion x = { .plan = plan, .labels = r->labels };
	int rc = build_labels(r, plan, match, n, err);

	for (unsigned i = 0; i < n && rc == 0; i++)
		rc = expansion_add(&x, &match[i], i, err);
	if (rc == 0)
		rc = build_trie(r, &x.entries, err);
	if (rc == 0)
		rc = build_classes(r, plan, err);
	expansion_fini(&x);
	return rc;
}

struct rules *
rules_build(const struct rule_match match[], unsigned n, struct err *err)
{
	struct rules *r = calloc(1, sizeof(*r));
	struct plan plan;
	int rc;

	if (r == NULL) {
		err_set(err, ENOMEM, "out of memory for rules");
		return NULL;
	}
	for (unsigned i = 0; i < n; i++)
		r->depend_on |= match_depends_on(&match[i]);
	rc = plan_build(&plan, match, n, err);
	if (rc == 0)
		rc = build(r, &plan, match, n, err);
	plan_fini(&plan);
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
	rules_trie_fini(&r->trie);
	labels_fini(&r->labels[SRC]);
	labels_fini(&r->labels[DST]);
	classes_discard(r->classes);
	free(r);
}

static void
pack(struct packed_key *p, const struct rule_key *key)
{
	const struct tuple *t = &key->tuple;
	uint8_t parts = key_parts(key);

	*p = (struct packed_key){
		.proto = t->proto,
		.sport = t->sport,
		.dport = t->dport,
		.parts = parts | (key->fragment ? PART_FRAGMENT : 0),
		.state = key->state != 0 ? key->state : RULE_STATE_UNTRACKED,
		.tcp_flags = key->tcp_flags,
		.dscp = key->dscp,
		.iface = rte_cpu_to_be_16(key->iface),
		.vlan = rte_cpu_to_be_16(key->vlan),
	};
	/* ICMP stands where the ports do; no entry looks at both. */
	if ((parts & PART_ICMP) != 0)
		p->sport = rte_cpu_to_be_16((uint16_t)(key->icmp_type << 8 | key->icmp_code));
}

/* The addresses of one side of a chunk, by family, and which key each is of. */
struct addresses {
	rte_be32_t ip4[CHUNK];
	union address ip6[CHUNK];
	uint8_t at[CHUNK];              /* IPv4 from the beginning, IPv6 from the end backwards */
	unsigned n4, n6;
};

static void
gather_addresses(struct addresses *a, const struct rule_key *const key[], unsigned n, enum side side)
{
	a->n4 = 0;
	a->n6 = 0;
	for (unsigned i = 0; i < n; i++) {
		const struct tuple *t = &key[i]->tuple;
		const union address *address = side == SRC ? &t->src : &t->dst;

		if (t->family == 4) {
			a->at[a->n4] = (uint8_t)i;
			a->ip4[a->n4++] = address->v4;
		} else {
			a->ip6[a->n6++] = *address;
			a->at[CHUNK - a->n6] = (uint8_t)i;
		}
	}
}

/* Looks up what one side's addresses are for the trie. */
static void
find_side(const struct rules *r, const struct addresses *a, struct packed_key packed[],
	enum side side)
{
	const struct prefixes *labels = r->labels[side].table;
	uint32_t v4[CHUNK], v6[CHUNK];

	if (labels != NULL) {
		prefixes_lookup4(labels, a->ip4, v4, a->n4);
		prefixes_lookup6(labels, a->ip6, v6, a->n6);
		for (unsigned i = 0; i < a->n4; i++)
			packed[a->at[i]].label[side] = rte_cpu_to_be_16((uint16_t)v4[i]);
		for (unsigned i = 0; i < a->n6; i++)
			packed[a->at[CHUNK - 1 - i]].label[side] = rte_cpu_to_be_16((uint16_t)v6[i]);
	}
	if (r->trie.looks_at[FIELD_SRC_CLASS + side]) {
		classes_lookup4(r->classes, a->ip4, v4, a->n4);
		classes_lookup6(r->classes, a->ip6, v6, a->n6);
		for (unsigned i = 0; i < a->n4; i++)
			packed[a->at[i]].class[side] = rte_cpu_to_be_32(v4[i]);
		for (unsigned i = 0; i < a->n6; i++)
			packed[a->at[CHUNK - 1 - i]].class[side] = rte_cpu_to_be_32(v6[i]);
	}
}

static void
classify_chunk(const struct rules *r, const struct rule_key *const key[], uint32_t result[],
	unsigned n)
{
	struct packed_key packed[CHUNK];
	const uint8_t *data[CHUNK];
	struct addresses addresses;

	for (unsigned i = 0; i < n; i++) {
		pack(&packed[i], key[i]);
		data[i] = (const uint8_t *)&packed[i];
	}
	for (unsigned side = 0; side < SIDES; side++) {
		if (r->labels[side].table == NULL && !r->trie.looks_at[FIELD_SRC_CLASS + side])
			continue;
		gather_addresses(&addresses, key, n, side);
		find_side(r, &addresses, packed, side);
	}
	rte_acl_classify(r->trie.acl, data, result, n, 1);
	/* The trie gives rule + 1, or 0 for none; and RULES_NONE is 0 - 1. */
	for (unsigned i = 0; i < n; i++)
		result[i]--;
}

void
rules_classify(const struct rules *r, const struct rule_key *const key[], uint32_t result[],
	unsigned n)
{
	if (r->trie.acl == NULL) {
		for (unsigned i = 0; i < n; i++)
			result[i] = RULES_NONE;
		return;
	}
	for (unsigned i = 0; i < n; i += CHUNK)
		classify_chunk(r, &key[i], &result[i], RTE_MIN(n - i, CHUNK));
}

uint32_t
rules_depend_on(const struct rules *r)
{
	return r->depend_on;
}

size_t
rules_bytes(const struct rules *r)
{
	size_t bytes = sizeof(*r) + r->trie_bytes;

	for (unsigned side = 0; side < SIDES; side++)
		if (r->labels[side].table != NULL)
			bytes += prefixes_bytes(r->labels[side].table);
	return bytes + (r->classes != NULL ? classes_bytes(r->classes) : 0);
}
