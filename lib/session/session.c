/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of sessions: created, found, entered under both of their keys. */

#include "session/session_priv.h"
#include "session/tally.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/memory.h"

#define TICKS(s) (uint32_t)(((s)*NS_PER_SECOND + (1u << 20) - 1) >> 20)

const struct session_policy session_policy_default = {
	.timeout_s = {
		[TIMEOUT_TCP_OPENING] = 240, [TIMEOUT_TCP_ESTABLISHED] = 7440,
		[TIMEOUT_TCP_CLOSING] = 240, [TIMEOUT_UDP] = 300, [TIMEOUT_ICMP] = 60,
		[TIMEOUT_SCTP_OPENING] = 60, [TIMEOUT_SCTP_ESTABLISHED] = 210,
		[TIMEOUT_SCTP_CLOSING] = 60, [TIMEOUT_GRE] = 600, [TIMEOUT_IPSEC] = 600,
		[TIMEOUT_OTHER] = 600,
	},
	.ticks = {
		[TIMEOUT_TCP_OPENING] = TICKS(240), [TIMEOUT_TCP_ESTABLISHED] = TICKS(7440),
		[TIMEOUT_TCP_CLOSING] = TICKS(240), [TIMEOUT_UDP] = TICKS(300),
		[TIMEOUT_ICMP] = TICKS(60), [TIMEOUT_SCTP_OPENING] = TICKS(60),
		[TIMEOUT_SCTP_ESTABLISHED] = TICKS(210), [TIMEOUT_SCTP_CLOSING] = TICKS(60),
		[TIMEOUT_GRE] = TICKS(600), [TIMEOUT_IPSEC] = TICKS(600),
		[TIMEOUT_OTHER] = TICKS(600),
	},
};

void
session_policy_init(struct session_policy *policy)
{
	for (unsigned k = 0; k < TIMEOUT_COUNT; k++)
		policy->ticks[k] = TICKS(policy->timeout_s[k]);
}

struct sessions *
sessions_create(uint32_t capacity, uint64_t gate_bytes, struct flow_table *flow4,
	struct flow_table *flow6, int numa_node)
{
	struct sessions *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->capacity = capacity;
	t->half_open_max = capacity / 4 > 0 ? capacity / 4 : 1;
	t->flow4 = flow4;
	t->flow6 = flow6;
	t->hand = 1;
	t->session = memory_take((size_t)(capacity + 1) * sizeof(*t->session), numa_node);
	t->offer = memory_take((size_t)(capacity + 1) * sizeof(*t->offer), numa_node);
	t->due = memory_take((size_t)(capacity + 1) * sizeof(*t->due), numa_node);
	t->sources = sources_create(capacity, numa_node);
	if (t->session == NULL || t->offer == NULL || t->due == NULL || t->sources == NULL
		|| syn_gate_init(&t->gate, gate_bytes, numa_node) < 0) {
		sessions_destroy(t);
		return NULL;
	}
	sessions_set_policies(t, NULL);
	return t;
}

void
sessions_destroy(struct sessions *t)
{
	if (t == NULL)
		return;
	sources_destroy(t->sources);
	tally_destroy(t->tally);
	syn_gate_fini(&t->gate);
	memory_give(t->due, (size_t)(t->capacity + 1) * sizeof(*t->due));
	memory_give(t->offer, (size_t)(t->capacity + 1) * sizeof(*t->offer));
	memory_give(t->session, (size_t)(t->capacity + 1) * sizeof(*t->session));
	free(t);
}

size_t
sessions_bytes(const struct sessions *t)
{
	return sizeof(*t)
		+ (size_t)(t->capacity + 1)
		* (sizeof(*t->session) + sizeof(*t->offer) + sizeof(*t->due))
		+ syn_gate_bytes(&t->gate);
}

int
sessions_make_tally(struct sessions *t)
{
	if (t->tally == NULL)
		t->tally = tally_create(t->capacity, -1);
	return t->tally != NULL ? 0 : -ENOMEM;
}

void
sessions_set_policies(struct sessions *t, const struct session_policy *policy)
{
	t->policy = policy != NULL ? policy : &session_policy_default;
	t->recheck = t->high;
}

void
sessions_watch(struct sessions *t, uint32_t ticks, uint32_t (*watch)(void *arg, struct session *s))
{
	t->watch_ticks = ticks;
	t->watch = watch;
	t->recheck = t->high;
}

struct session *
session_take(struct sessions *t, const struct session *fresh, uint32_t now_tick)
{
	struct session *s;

	if (!session_make_room(t, fresh, now_tick)) {
		counter_add(&t->refused, 1);
		return NULL;
	}
	if (t->vacant != 0) {
		s = &t->session[t->vacant];
		t->vacant = s->next;
	} else {
		s = &t->session[++t->high];
	}
	*s = *fresh;
	session_append(t, s, s->class);
	t->due[session_index(t, s)] = session_first_due(t, fresh, now_tick);
	counter_add(&t->used, 1);
	counter_add(&t->created, 1);
	return s;
}

/* Returns a record for one direction: a new one, or one that was only a cache entry.  lone: no
 * other record has its tuple. */
static uint32_t
claim(struct flow_table *f, const void *key, uint64_t hash, uint32_t now_tick, bool *lone)
{
	uint32_t index = 0;

	*lone = flow_table_lacks(f, hash);
	if (!*lone)
		index = flow_table_find(f, key, hash);
	if (index != 0 && (flow_at(f, index)->flags & FLOW_SESSION))
		return 0;
	if (index != 0) {
		flow_table_hand_over(f, index);
		return index;
	}
	index = flow_table_insert(f, key, hash, now_tick);
	if (index == 0 && flow_table_evict(f, hash, now_tick) != 0)
		index = flow_table_insert(f, key, hash, now_tick);
	return index;
}

static void
attach(struct sessions *t, struct session *s, uint32_t index, bool reply)
{
	struct flow *f = flow_at(flows_of(t, s), index);

	f->flags = (uint8_t)(FLOW_USED | FLOW_SESSION | (reply ? FLOW_REPLY : 0)
		| (s->proto == IPPROTO_TCP ? FLOW_TCP : 0));
	f->session = session_index(t, s) & 0xffffff;
	f->epoch = 0;
	s->flow[reply] = index;
}

int
session_link(
	struct sessions *t, struct session *s, const struct session_keys *keys, uint32_t now_tick)
{
	struct flow_table *f = flows_of(t, s);
	bool lone, reply_lone;
	uint32_t forward = claim(f, keys->forward, keys->forward_hash, now_tick, &lone), reply;

	if (forward == 0)
		return flow_table_find(f, keys->forward, keys->forward_hash) != 0 ? -EEXIST
										  : -ENOSPC;
	attach(t, s, forward, false); /* so that the reply's key cannot claim it again */
	reply = claim(f, keys->reply, keys->reply_hash, now_tick, &reply_lone);
	if (reply == 0) {
		bool taken = flow_table_find(f, keys->reply, keys->reply_hash) != 0;

		s->flow[0] = 0;
		flow_table_remove(f, forward);
		return taken ? -EEXIST : -ENOSPC;
	}
	attach(t, s, reply, true);
	if (!lone)
		flow_table_outdate(f, keys->forward, keys->forward_hash);
	if (!reply_lone)
		flow_table_outdate(f, keys->reply, keys->reply_hash);
	s->flags |= SESSION_LINKED;
	t->linked6 += s->family == 6;
	return 0;
}

void
session_tuple(const struct sessions *t, const struct session *s, bool reply, struct tuple *out)
{
	if (s->family == 6)
		tuple_from_key6(out, &flow6_at(t->flow6, s->flow[reply])->key);
	else
		tuple_from_key4(out, &flow4_at(t->flow4, s->flow[reply])->key);
	if (proto_has_ident(s->proto))
		out->sport = out->dport = 0;
}

struct session *
session_find_hash(const struct sessions *t, const struct tuple *tuple, uint64_t hash, bool *reply)
{
	struct flow_table *f = tuple->family == 6 ? t->flow6 : t->flow4;
	uint32_t index = flow_table_find_any(f, tuple, hash);

	if (index == 0)
		return NULL;
	*reply = (flow_at(f, index)->flags & FLOW_REPLY) != 0;
	return &t->session[flow_at(f, index)->session];
}

struct session *
session_find(const struct sessions *t, const struct tuple *tuple, bool *reply)
{
	struct flow_table *f = tuple->family == 6 ? t->flow6 : t->flow4;

	return session_find_hash(t, tuple, flow_table_hash(f, tuple), reply);
}
