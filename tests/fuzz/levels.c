/* SPDX-License-Identifier: BSD-3-Clause */
/* Sessions, sources, flows, mappings, ports, quotas, fragments, packet buffers: all back. */

#include "levels.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "nat/nat_priv.h"
#include "program/action_list.h"
#include "path.h"
#include "slowpath/fragments/fragments.h"
#include "slowpath/slowpath.h"

enum {
	TIMEOUT_S = 8000, /* longer than any */
	STEPS = 64,       /* of NAT's rest; so many mappings become free in one */
};

static uint64_t ports_free;

static void
expect(uint64_t have, uint64_t want, const char *what, const char *when)
{
	if (have == want)
		return;
	fprintf(stderr, "%s: %s: %" PRIu64 " instead of %" PRIu64 "\n", when, what, have, want);
	abort();
}

/* Records that are not vacant. */
static uint64_t
in_use(const struct nat_table *t, const void *record, size_t size, size_t next)
{
	uint64_t vacant = 0;

	for (uint32_t i = t->vacant; i != 0; vacant++)
		i = *(const uint32_t *)((const char *)record + i * size + next);
	return t->high - vacant;
}

/* Free ports by the bitmaps, where there are any; those of the others are all free. */
static uint64_t
count_ports(const struct nat *n, bool *mapped)
{
	const struct nat_layout *l = nat_layout_of(n);
	uint64_t sum = 0;

	for (uint32_t a = 0; a < l->n_places; a++) {
		for (unsigned k = 0; k < NAT_PROTOS && l->place[a].slot != NAT_NO_POOL; k++) {
			const struct nat_ports *p = nat_address_at(n, a)->proto[k];
			const struct nat_layout_pool *pool = nat_pool_of(n, l->place[a].slot);

			for (uint32_t i = pool->low; i <= pool->high; i++)
				*mapped |= p != NULL && p->by_port[i] != 0;
			sum += p != NULL ? p->ports.n_free : (uint64_t)pool->high - pool->low + 1;
		}
	}
	return sum;
}

static void
check_nat(const struct nat *n, const char *when)
{
	struct nat_counts c;
	bool mapped = false;

	for (unsigned i = 0; nat_pool_name(n, i) != NULL; i++) {
		nat_counts(n, i, &c);
		expect(c.mappings + c.resting, 0, "mappings", when);
		expect(c.ports_used, 0, "ports used", when);
	}
	expect(in_use(&n->mappings, n->mapping, sizeof(*n->mapping),
		       offsetof(struct mapping, next)),
		0, "records of mappings", when);
	expect(in_use(&n->hosts, n->host, sizeof(*n->host), offsetof(struct nat_host, next)), 0,
		"inside addresses", when);
	expect(in_use(&n->peers, n->peer, sizeof(*n->peer), offsetof(struct nat_peer, next)), 0,
		"peers", when);
	expect(count_ports(n, &mapped), ports_free, "free ports", when);
	expect(mapped, false, "ports that lead somewhere", when);
}

static void
check_sessions(const struct sessions *t, const char *when)
{
	struct session_counts c;
	uint64_t ended = 0, held = 0;

	sessions_count(t, &c);
	for (unsigned i = 0; i < SESSION_CLASSES; i++)
		expect(c.now[i], 0, session_class_name((enum session_class)i), when);
	for (unsigned i = 0; i < SESSION_END_COUNT; i++)
		ended += c.ended[i];
	for (uint32_t i = 1; i <= t->sources->high; i++)
		held += t->sources->source[i].kind != 0 ? t->sources->source[i].sessions : 0;
	expect(t->used, 0, "sessions", when);
	expect(ended, c.created, "sessions ended", when);
	expect(held, 0, "sessions of sources", when);
}

void
levels_begin(void)
{
	bool mapped = false;

	ports_free = count_ports(path_slowpath()->nat, &mapped);
}

void
levels_check(const char *when)
{
	const struct datapath *dp = path_slowpath();

	path_settle();
	path_advance(TIMEOUT_S * NS_PER_SECOND);
	for (unsigned i = 0; i < STEPS; i++)
		path_advance((i < 2 ? 130 : 2) * NS_PER_SECOND);
	path_settle();
	check_sessions(dp->sessions, when);
	check_nat(dp->nat, when);
	expect(dp->flow4->used, 0, "IPv4 flows", when);
	expect(dp->flow6->used, 0, "IPv6 flows", when);
	expect(dp->lists->used, 0, "action lists", when);
	expect(fragments_live(dp->slow->fragments), 0, "datagrams in fragments", when);
}
