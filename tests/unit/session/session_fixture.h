/* SPDX-License-Identifier: BSD-3-Clause */
/* A table of sessions with its flow tables, and sessions in it. */
#ifndef UNIT_SESSION_SESSION_FIXTURE_H
#define UNIT_SESSION_SESSION_FIXTURE_H

/* The life of sessions: linked by both keys, found regardless of the ingress interface, evicted by
 * class, ended once. */

#include "session/session.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/memory.h"
#include "session/tcp.h"

#define INSIDE  1
#define OUTSIDE 2
#define FULL    1032192 /* sessions */

struct session_fixture {
	struct flow_table *flow4, *flow6;
	struct sessions *t;
	uint64_t released[SESSION_END_COUNT];
	uint32_t tick;
};

static inline void
on_release(void *arg, struct session *s, enum session_end why)
{
	struct session_fixture *f = arg;

	assert_true(s->flags & SESSION_USED);
	f->released[why]++;
}

static struct session_fixture
given(uint32_t capacity)
{
	struct session_fixture f = { .tick = 1000 };

	f.flow4 = flow_table_create(capacity * 2, sizeof(struct flow4), 0);
	f.flow6 = flow_table_create(capacity, sizeof(struct flow6), 0);
	f.t = sessions_create(capacity, 0, f.flow4, f.flow6, 0);
	assert_non_null(f.t);
	return f;
}

/* on_release needs the fixture where it stays. */
static inline void
watch(struct session_fixture *f)
{
	f->t->release = on_release;
	f->t->arg = f;
}

static void
done(struct session_fixture *f)
{
	sessions_flush(f->t, SESSION_END_stopped);
	assert_int_equal(f->t->used, 0);
	assert_int_equal(f->flow4->used, 0);
	assert_int_equal(f->flow6->used, 0);
	for (unsigned c = 0; c < SESSION_CLASSES; c++)
		assert_int_equal(f->t->count[c], 0);
	sessions_destroy(f->t);
	flow_table_destroy(f->flow4);
	flow_table_destroy(f->flow6);
}

/* The same with flows that have no session: they go with the table. */
static inline void
done_with_cache(struct session_fixture *f)
{
	sessions_flush(f->t, SESSION_END_stopped);
	assert_int_equal(f->t->used, 0);
	sessions_destroy(f->t);
	flow_table_destroy(f->flow4);
	flow_table_destroy(f->flow6);
}

static struct tuple
tuple_of(uint32_t src, uint16_t sport, uint8_t proto)
{
	struct tuple t = { .family = 4,
		.proto = proto,
		.sport = rte_cpu_to_be_16(sport),
		.dport = rte_cpu_to_be_16(53) };

	t.src.v4 = rte_cpu_to_be_32(src);
	t.dst.v4 = rte_cpu_to_be_32(0xc6336401);
	return t;
}

static int
link_one(struct session_fixture *f, struct session *s, const struct tuple *t)
{
	struct key4 forward, reply;
	struct session_keys keys = { .forward = &forward, .reply = &reply };
	struct tuple back;

	tuple_reverse(&back, t);
	tuple_to_key4(&forward, t, INSIDE);
	tuple_to_key4(&reply, &back, OUTSIDE);
	keys.forward_hash = flow_hash4(&forward, &f->flow4->secret);
	keys.reply_hash = flow_hash4(&reply, &f->flow4->secret);
	assert_int_equal(s->proto, t->proto);
	return session_link(f->t, s, &keys, f->tick);
}

/* Whether there is room is known before. */
static struct session *
take_fresh(struct session_fixture *f, const struct session *fresh)
{
	bool room = session_has_room(f->t, fresh);
	struct session *s = session_take(f->t, fresh, f->tick);

	assert_int_equal(room, s != NULL);
	return s;
}

static struct session *
take_of(struct session_fixture *f, enum session_class class, uint8_t proto)
{
	struct session fresh;

	session_init(&fresh, class, f->tick);
	fresh.proto = proto;
	fresh.family = 4;
	return take_fresh(f, &fresh);
}

static bool is_of_tcp(enum session_class class)
{
	return class == SESSION_HALF_OPEN || class == SESSION_ESTABLISHED
		|| class == SESSION_CLOSED;
}

static struct session *
take(struct session_fixture *f, enum session_class class)
{
	return take_of(f, class, is_of_tcp(class) ? IPPROTO_TCP : IPPROTO_UDP);
}

/* A linked session of a class, number n; NULL when it was refused. */
static struct session *
begin(struct session_fixture *f, enum session_class class, uint32_t n)
{
	bool tcp = is_of_tcp(class);
	struct tuple t = tuple_of(0x0a000000 + (n >> 14), (uint16_t)(1024 + (n & 0x3fff)),
		tcp ? IPPROTO_TCP : IPPROTO_UDP);
	struct session *s = take(f, tcp ? SESSION_HALF_OPEN : SESSION_UNREPLIED_UDP);

	if (s == NULL)
		return NULL;
	assert_int_equal(link_one(f, s, &t), 0);
	session_become(f->t, s, class);
	flow_table_reclaim(f->flow4);
	return s;
}

#endif
