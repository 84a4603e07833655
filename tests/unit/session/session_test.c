/* SPDX-License-Identifier: BSD-3-Clause */
#include "session/sctp.h"
#include "session_fixture.h"

static void
a_session_is_found_by_both_tuples_whatever_the_door(void **state)
{
	struct session_fixture f = given(100);
	struct tuple t = tuple_of(0x0a000000, 1024, IPPROTO_UDP), back;
	struct session *s = begin(&f, SESSION_UNREPLIED_UDP, 0);
	bool reply = true;

	assert_ptr_equal(session_find(f.t, &t, &reply), s);
	assert_false(reply);
	tuple_reverse(&back, &t);
	assert_ptr_equal(session_find(f.t, &back, &reply), s);
	assert_true(reply);
	back.sport = 1;
	assert_null(session_find(f.t, &back, &reply));
	done(&f);
}

static void
a_key_of_a_live_session_is_not_taken(void **state)
{
	struct session_fixture f = given(100);
	struct tuple t = tuple_of(0x0a000000, 1024, IPPROTO_UDP);
	struct session *second;

	begin(&f, SESSION_UNREPLIED_UDP, 0);
	second = take(&f, SESSION_UNREPLIED_UDP);
	assert_int_equal(link_one(&f, second, &t), -EEXIST);
	assert_int_equal(f.flow4->used, 2);
	session_end(f.t, second, SESSION_END_full);
	done(&f);
}

static void
every_session_ends_once_with_its_cause(void **state)
{
	struct session_fixture f = given(100);
	uint64_t all = 0;

	watch(&f);
	for (uint32_t n = 0; n < 100; n++)
		assert_non_null(begin(&f, n % 2 ? SESSION_UNREPLIED_UDP : SESSION_ESTABLISHED, n));
	for (uint32_t n = 100; n < 120; n++)
		assert_non_null(begin(&f, SESSION_UNREPLIED_UDP, n));
	assert_int_equal(f.released[SESSION_END_evicted], 20);
	session_end(f.t, &f.t->session[1], SESSION_END_flushed);
	sessions_flush(f.t, SESSION_END_stopped);
	for (unsigned i = 0; i < SESSION_END_COUNT; i++) {
		assert_int_equal(f.released[i], f.t->ended[i]);
		all += f.released[i];
	}
	assert_int_equal(all, f.t->created);
	done(&f);
}

static void
the_weakest_class_gives_room_first(void **state)
{
	struct session_fixture f = given(4);
	struct session *closed = begin(&f, SESSION_CLOSED, 0);
	struct session *unreplied = begin(&f, SESSION_UNREPLIED_UDP, 1);

	begin(&f, SESSION_REPLIED, 2);
	begin(&f, SESSION_ESTABLISHED, 3);
	f.tick += 5000;
	assert_ptr_equal(begin(&f, SESSION_ESTABLISHED, 4), closed);
	assert_ptr_equal(begin(&f, SESSION_ESTABLISHED, 5), unreplied);
	assert_non_null(begin(&f, SESSION_ESTABLISHED, 6));
	assert_int_equal(f.t->count[SESSION_ESTABLISHED], 4);
	done(&f);
}

/* A session of a class and protocol that a flood would make, number n. */
static struct session *
begin_as(struct session_fixture *f, enum session_class class, uint8_t proto, uint32_t n)
{
	struct tuple t = tuple_of(0x0b000000 + (n >> 14), (uint16_t)(1024 + (n & 0x3fff)), proto);
	struct session *s;

	if (class == SESSION_HALF_OPEN || class == SESSION_CLOSED)
		return begin(f, class, n + 0x100000);
	s = take_of(f, class == SESSION_REPLIED ? SESSION_UNREPLIED_UDP : class, proto);
	if (s == NULL)
		return NULL;
	assert_int_equal(link_one(f, s, &t), 0);
	session_become(f->t, s, class);
	flow_table_reclaim(f->flow4);
	return s;
}

/* A table full by a flood of any one class: sessions of the others, at most as many as their
 * shares, all find room and stay. */
static void
a_flood_of_one_class_leaves_the_others_their_shares(void **state)
{
	static const struct {
		enum session_class class;
		uint8_t proto;
	} rows[] = {
		{ SESSION_CLOSED, IPPROTO_TCP },
		{ SESSION_HALF_OPEN, IPPROTO_TCP },
		{ SESSION_UNREPLIED_UDP, IPPROTO_UDP },
		{ SESSION_UNREPLIED_ICMP, IPPROTO_ICMP },
		{ SESSION_UNREPLIED_OTHER, IPPROTO_GRE },
		{ SESSION_REPLIED, IPPROTO_UDP },
	};
	const unsigned n_rows = sizeof(rows) / sizeof(rows[0]);

	(void)state;
	for (unsigned flood = 0; flood < n_rows; flood++) {
		for (unsigned class = 0; class < n_rows; class ++) {
			struct session_fixture f = given(1024);
			uint32_t share = session_share(f.t, rows[class].class), n = 0;
			struct session *kept[1024];

			for (; n < 400; n++)
				begin(&f, SESSION_ESTABLISHED, n);
			for (n = 0; n < 3000; n++)
				assert_non_null(
					begin_as(&f, rows[flood].class, rows[flood].proto, n));
			for (unsigned i = 0; class != flood && i < share / 2; i++) {
				kept[i] = begin_as(
					&f, rows[class].class, rows[class].proto, 10000 + i);
				assert_non_null(kept[i]);
				assert_non_null(
					begin_as(&f, rows[flood].class, rows[flood].proto, n++));
				assert_non_null(
					begin_as(&f, rows[flood].class, rows[flood].proto, n++));
			}
			for (unsigned i = 0; class != flood && i < share / 2; i++)
				assert_int_equal(kept[i]->class, rows[class].class);
			assert_int_equal(f.t->count[SESSION_ESTABLISHED], 400);
			if (class != flood)
				assert_int_equal(f.t->count[rows[class].class], share / 2);
			done(&f);
		}
	}
}

/* Within a class the session that was heard of last stays, even if it began first. */
static void
the_one_that_is_idle_for_longest_goes(void **state)
{
	struct session_fixture f = given(64);
	struct session *s[64];

	(void)state;
	for (uint32_t n = 0; n < 64; n++) {
		f.tick++;
		s[n] = begin(&f, SESSION_UNREPLIED_UDP, n);
	}
	for (uint32_t n = 64; n < 2000; n++) {
		f.tick++;
		flow_at(f.flow4, s[0]->flow[0])->seen = f.tick;
		flow_at(f.flow4, s[1]->flow[0])->seen = f.tick;
		assert_non_null(begin(&f, SESSION_UNREPLIED_UDP, n));
	}
	assert_true(s[0]->flags & SESSION_LINKED);
	assert_true(s[1]->flags & SESSION_LINKED);
	assert_int_equal(flow4_at(f.flow4, s[0]->flow[0])->key.sport, rte_cpu_to_be_16(1024));
	assert_int_equal(flow4_at(f.flow4, s[1]->flow[0])->key.sport, rte_cpu_to_be_16(1025));
	done(&f);
}

/* Of IPv6, number n. */
static struct session *
begin6(struct session_fixture *f, uint32_t n)
{
	struct tuple t = { .family = 6, .proto = IPPROTO_UDP, .sport = (uint16_t)n, .dport = 53 },
		     back;
	struct session_keys keys = { 0 };
	struct session fresh, *s;
	struct key6 forward, reply;

	t.src.bytes[0] = t.dst.bytes[0] = 0x20;
	t.dst.bytes[15] = 9;
	session_init(&fresh, SESSION_UNREPLIED_UDP, f->tick);
	fresh.family = 6;
	fresh.proto = t.proto;
	s = take_fresh(f, &fresh);
	if (s == NULL)
		return NULL;
	tuple_reverse(&back, &t);
	tuple_to_key6(&forward, &t, INSIDE);
	tuple_to_key6(&reply, &back, OUTSIDE);
	keys = (struct session_keys){ &forward, &reply, flow_hash6(&forward, &f->flow6->secret),
		flow_hash6(&reply, &f->flow6->secret) };
	assert_int_equal(session_link(f->t, s, &keys, f->tick), 0);
	flow_table_reclaim(f->flow6);
	return s;
}

/* Its records are half as many. */
static void
sessions_of_ipv6_make_room_among_themselves(void **state)
{
	struct session_fixture f = given(16);
	struct session *kept = begin(&f, SESSION_UNREPLIED_UDP, 0), *first = begin6(&f, 0);

	(void)state;
	watch(&f);
	for (uint32_t n = 1; n < 8; n++)
		assert_non_null(begin6(&f, n));
	assert_int_equal(f.released[SESSION_END_evicted], 0);
	assert_ptr_equal(begin6(&f, 8), first); /* in the place of the oldest */
	assert_int_equal(f.released[SESSION_END_evicted], 1);
	assert_true(kept->flags & SESSION_LINKED);
	for (uint32_t i = 1; i <= f.t->high; i++)
		if (f.t->session[i].family == 6)
			session_become(f.t, &f.t->session[i], SESSION_ESTABLISHED);
	assert_null(begin6(&f, 9));
	done(&f);
}

/* Gives n records to flows without sessions. */
static void
remember(struct session_fixture *f, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct tuple t = tuple_of(0x0b000000 + i, 7, IPPROTO_UDP);
		struct key4 key;

		tuple_to_key4(&key, &t, 1);
		assert_int_not_equal(flow_table_insert(f->flow4, &key,
					     flow_hash4(&key, &f->flow4->secret), f->tick),
			0);
	}
}

static void
flows_without_sessions_keep_no_session_out(void **state)
{
	for (unsigned others = 1; others < 200; others += 33) {
		struct session_fixture f = given(100);

		remember(&f, others);
		for (uint32_t n = 0; n < 300; n++)
			assert_non_null(begin(&f, SESSION_UNREPLIED_UDP, n));
		assert_in_range(f.t->used, 90, 100); /* they have given way */
		done_with_cache(&f);
	}
}

/* No session may go: flows without sessions must. */
static void
established_ones_take_the_records_of_flows_without_sessions(void **state)
{
	struct session_fixture f = given(100);

	remember(&f, 30);
	for (uint32_t n = 0; n < 100; n++)
		assert_non_null(begin(&f, SESSION_ESTABLISHED, n));
	assert_int_equal(f.t->count[SESSION_ESTABLISHED], 100);
	assert_int_equal(f.flow4->used, 200);
	done_with_cache(&f);
}

static void
established_ones_are_never_evicted(void **state)
{
	struct session_fixture f = given(100);

	for (uint32_t n = 0; n < 100; n++)
		assert_non_null(begin(&f, SESSION_ESTABLISHED, n));
	f.tick += 1000000;
	assert_null(begin(&f, SESSION_UNREPLIED_UDP, 100));
	assert_null(begin(&f, SESSION_HALF_OPEN, 101));
	assert_int_equal(f.t->refused, 2);
	assert_int_equal(f.t->count[SESSION_ESTABLISHED], 100);
	done(&f);
}

static void
half_open_ones_have_a_quarter(void **state)
{
	struct session_fixture f = given(1000);

	for (uint32_t n = 0; n < 5000; n++)
		assert_non_null(begin(&f, SESSION_HALF_OPEN, n));
	assert_int_equal(f.t->count[SESSION_HALF_OPEN], 250);
	assert_int_equal(f.t->used, 250);
	done(&f);
}

static void
a_session_expires_after_its_timeout_and_not_before(void **state)
{
	static const struct {
		enum session_class class;
		uint32_t seconds;
	} rows[] = {
		{ SESSION_HALF_OPEN, 240 },
		{ SESSION_ESTABLISHED, 7440 },
		{ SESSION_CLOSED, 240 },
		{ SESSION_UNREPLIED_UDP, 300 },
		{ SESSION_REPLIED, 300 },
	};
	struct session_fixture f = given(100);

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct session *s = begin(&f, rows[i].class, i);
		uint32_t ticks = (uint32_t)((rows[i].seconds * NS_PER_SECOND + (1 << 20) - 1)
			>> 20);

		assert_false(session_expired(f.t, s, f.tick + ticks - 1));
		assert_false(session_expired(f.t, s, f.tick + ticks));
		assert_true(session_expired(f.t, s, f.tick + ticks + 1));
		sessions_sweep(f.t, 100, f.tick + ticks);
		assert_true(s->flags & SESSION_USED);
		sessions_sweep(f.t, 100, f.tick + ticks + 1);
		assert_false(s->flags & SESSION_USED);
	}
	assert_int_equal(f.t->ended[SESSION_END_closed], 1);
	assert_int_equal(f.t->ended[SESSION_END_timeout], 4);
	done(&f);
}

/* What reports and logs say of a connection that is over: its ends closed it, or one reset it. */
static void
how_a_connection_ended_is_told(void **state)
{
	static const struct {
		uint8_t proto, how;
		enum session_class class;
		enum session_end why;
	} rows[] = {
		{ IPPROTO_TCP, TCP_TIME_WAIT, SESSION_CLOSED, SESSION_END_closed },
		{ IPPROTO_TCP, TCP_RESET, SESSION_CLOSED, SESSION_END_reset },
		{ IPPROTO_TCP, TCP_ESTABLISHED, SESSION_ESTABLISHED, SESSION_END_timeout },
		{ IPPROTO_SCTP, SCTP_CLOSED, SESSION_CLOSED, SESSION_END_closed },
		{ IPPROTO_SCTP, SCTP_ABORTED, SESSION_CLOSED, SESSION_END_reset },
		{ IPPROTO_SCTP, SCTP_ESTABLISHED, SESSION_ESTABLISHED, SESSION_END_timeout },
		{ IPPROTO_UDP, 0, SESSION_REPLIED, SESSION_END_timeout },
	};
	struct session_fixture f = given(100);
	uint64_t before;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tuple t = tuple_of(0x0a000000 + i, 1024, rows[i].proto);
		struct session *s = take_of(&f, SESSION_UNREPLIED_OTHER, rows[i].proto);

		assert_int_equal(link_one(&f, s, &t), 0);
		s->state = rows[i].how;
		session_become(f.t, s, rows[i].class);
		before = f.t->ended[rows[i].why];
		sessions_sweep(f.t, 100, f.tick + 100000000);
		assert_false(s->flags & SESSION_USED);
		assert_int_equal(f.t->ended[rows[i].why], before + 1);
	}
	done(&f);
}

static void
timeouts_shrink_as_the_table_fills_up(void **state)
{
	struct session_fixture f = given(1000);
	struct session *udp = begin(&f, SESSION_UNREPLIED_UDP, 0);
	struct session *tcp = begin(&f, SESSION_ESTABLISHED, 1);
	uint32_t n = 2;

	for (; f.t->used < 600; n++)
		begin(&f, SESSION_ESTABLISHED, n);
	assert_false(session_expired(f.t, udp, f.tick + 280000)); /* of 286102 ticks */
	for (; f.t->used < 800; n++)
		begin(&f, SESSION_ESTABLISHED, n);
	assert_true(session_expired(f.t, udp, f.tick + 143053)); /* half */
	assert_false(session_expired(f.t, udp, f.tick + 143052));
	for (; f.t->used < 1000; n++)
		begin(&f, SESSION_ESTABLISHED, n);
	assert_false(session_expired(f.t, udp, f.tick + 954)); /* a second at least */
	assert_true(session_expired(f.t, udp, f.tick + 955));
	assert_false(session_expired(f.t, tcp, f.tick + 7000000));
	done(&f);
}

/* Replied ones keep theirs as long as they are within their share. */
static void
timeouts_of_replied_ones_shrink_above_their_share(void **state)
{
	struct session_fixture f = given(1000);
	uint32_t share = session_share(f.t, SESSION_REPLIED), n = 0;
	struct session *replied = NULL;

	(void)state;
	for (; f.t->used < 900; n++)
		begin(&f, SESSION_ESTABLISHED, n);
	for (unsigned k = 0; k <= 900 && f.t->count[SESSION_REPLIED] < share; k++) {
		if (f.t->used == 900)
			session_end(f.t, &f.t->session[1 + k], SESSION_END_flushed);
		replied = begin(&f, SESSION_REPLIED, n++);
		share = session_share(f.t, SESSION_REPLIED);
	}
	assert_int_equal(f.t->count[SESSION_REPLIED], share);
	assert_int_equal(f.t->used, 900);
	assert_false(session_expired(f.t, replied, f.tick + 280000)); /* of 286102 ticks */
	begin(&f, SESSION_REPLIED, n++);
	assert_true(session_expired(f.t, replied, f.tick + 280000));
	done(&f);
}

static void
packets_of_either_direction_keep_it(void **state)
{
	struct session_fixture f = given(100);
	struct session *s = begin(&f, SESSION_REPLIED, 0);

	flow_at(f.flow4, s->flow[1])->seen = f.tick + 200000;
	assert_false(session_expired(f.t, s, f.tick + 300000));
	s->flags |= SESSION_FORWARD_REFRESHES;
	assert_true(session_expired(f.t, s, f.tick + 300000));
	done(&f);
}

static void
fill(bool random)
{
	struct session_fixture f = given(FULL);

	for (uint32_t n = 0; n < FULL; n++) {
		/* an odd number times n visits every one of 2^20 values once */
		uint32_t which = random ? (n * 2654435761u) & 0xfffff : n;

		assert_non_null(begin(&f, SESSION_ESTABLISHED, which));
	}
	assert_int_equal(f.t->refused, 0);
	assert_null(begin(&f, SESSION_ESTABLISHED, 0x1000000));
	done(&f);
}

static void
as_many_as_promised_fit_in_sequence(void **state)
{
	fill(false);
}

static void
as_many_as_promised_fit_at_random(void **state)
{
	fill(true);
}

static void
each_class_has_its_timeout(void **state)
{
	static const struct {
		uint8_t proto, class;
		enum session_timeout kind;
	} row[] = {
		{ IPPROTO_TCP, SESSION_HALF_OPEN, TIMEOUT_TCP_OPENING },
		{ IPPROTO_TCP, SESSION_ESTABLISHED, TIMEOUT_TCP_ESTABLISHED },
		{ IPPROTO_TCP, SESSION_CLOSED, TIMEOUT_TCP_CLOSING },
		{ IPPROTO_UDP, SESSION_UNREPLIED_UDP, TIMEOUT_UDP },
		{ IPPROTO_UDP, SESSION_REPLIED, TIMEOUT_UDP },
		{ IPPROTO_ICMP, SESSION_UNREPLIED_OTHER, TIMEOUT_ICMP },
		{ IPPROTO_ICMPV6, SESSION_REPLIED, TIMEOUT_ICMP },
		{ IPPROTO_UDPLITE, SESSION_REPLIED, TIMEOUT_UDP },
		{ IPPROTO_GRE, SESSION_REPLIED, TIMEOUT_GRE },
		{ IPPROTO_ESP, SESSION_UNREPLIED_OTHER, TIMEOUT_IPSEC },
		{ IPPROTO_AH, SESSION_REPLIED, TIMEOUT_IPSEC },
		{ IPPROTO_SCTP, SESSION_UNREPLIED_OTHER, TIMEOUT_SCTP_OPENING },
		{ IPPROTO_DCCP, SESSION_REPLIED, TIMEOUT_OTHER },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const struct session s = { .proto = row[i].proto, .class = row[i].class };

		assert_int_equal(session_timeout_kind(&s), row[i].kind);
	}
}

/* An entry of the cache: a flow without a session. */
static uint64_t
cache(struct session_fixture *f, uint32_t n, struct key4 *key)
{
	struct tuple t = tuple_of(0x0b000000 + n, 7, IPPROTO_UDP);

	tuple_to_key4(key, &t, INSIDE);
	return flow_hash4(key, &f->flow4->secret);
}

static void
a_session_takes_the_place_of_cached_flows(void **state)
{
	struct session_fixture f = given(100);
	struct tuple t = tuple_of(0x0a000001, 1, IPPROTO_UDP);
	struct key4 key;
	uint32_t n = 0;
	uint64_t hash;

	(void)state;
	do {
		hash = cache(&f, n++, &key);
	} while (flow_table_insert(f.flow4, &key, hash, f.tick) != 0);
	f.tick += 10;
	assert_int_equal(link_one(&f, take(&f, SESSION_UNREPLIED_UDP), &t), 0);
	done_with_cache(&f);
}

static void
cached_flows_stay_where_there_is_room(void **state)
{
	struct session_fixture f = given(100);
	struct tuple t = tuple_of(0x0a000001, 1, IPPROTO_UDP);
	struct key4 key;

	(void)state;
	for (uint32_t n = 0; n < 150; n++) {
		uint64_t hash = cache(&f, n, &key);

		assert_int_not_equal(flow_table_insert(f.flow4, &key, hash, f.tick), 0);
	}
	f.tick += 10;
	assert_int_equal(link_one(&f, take(&f, SESSION_UNREPLIED_UDP), &t), 0);
	for (uint32_t n = 0; n < 150; n++) {
		uint64_t hash = cache(&f, n, &key);

		assert_int_not_equal(flow_table_find(f.flow4, &key, hash), 0);
	}
	assert_int_equal(f.flow4->used, 152);
	done_with_cache(&f);
}

static void
what_began_is_counted_whatever_becomes_of_it(void **state)
{
	struct session_fixture f = given(100);
	struct session fresh;

	(void)state;
	watch(&f);
	assert_non_null(begin(&f, SESSION_UNREPLIED_UDP, 1));
	assert_int_equal(f.t->created, 1);
	session_init(&fresh, SESSION_UNREPLIED_UDP, f.tick);
	fresh.flags |= SESSION_USED;
	session_refuse(f.t, &fresh);
	assert_int_equal(f.t->created, 2);
	assert_int_equal(f.t->ended[SESSION_END_refused], 1);
	assert_int_equal(f.released[SESSION_END_refused], 1);
	done(&f);
}

static void
memory_that_runs_out_leaves_nothing_behind(void **state)
{
	struct session_fixture f = given(10);
	unsigned at = 0;
	struct sessions *t;

	do {
		memory_fault_at = ++at;
		t = sessions_create(10, 0, f.flow4, f.flow6, 0);
		memory_fault_at = 0;
		sessions_destroy(t);
	} while (t == NULL);
	assert_int_equal(at, 5); /* sessions, offers, dues, openings; sources have no tables yet */
	done(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_is_found_by_both_tuples_whatever_the_door),
		cmocka_unit_test(a_key_of_a_live_session_is_not_taken),
		cmocka_unit_test(every_session_ends_once_with_its_cause),
		cmocka_unit_test(the_weakest_class_gives_room_first),
		cmocka_unit_test(a_flood_of_one_class_leaves_the_others_their_shares),
		cmocka_unit_test(the_one_that_is_idle_for_longest_goes),
		cmocka_unit_test(sessions_of_ipv6_make_room_among_themselves),
		cmocka_unit_test(flows_without_sessions_keep_no_session_out),
		cmocka_unit_test(established_ones_take_the_records_of_flows_without_sessions),
		cmocka_unit_test(established_ones_are_never_evicted),
		cmocka_unit_test(half_open_ones_have_a_quarter),
		cmocka_unit_test(a_session_expires_after_its_timeout_and_not_before),
		cmocka_unit_test(how_a_connection_ended_is_told),
		cmocka_unit_test(timeouts_shrink_as_the_table_fills_up),
		cmocka_unit_test(timeouts_of_replied_ones_shrink_above_their_share),
		cmocka_unit_test(packets_of_either_direction_keep_it),
		cmocka_unit_test(as_many_as_promised_fit_in_sequence),
		cmocka_unit_test(as_many_as_promised_fit_at_random),
		cmocka_unit_test(each_class_has_its_timeout),
		cmocka_unit_test(a_session_takes_the_place_of_cached_flows),
		cmocka_unit_test(cached_flows_stay_where_there_is_room),
		cmocka_unit_test(what_began_is_counted_whatever_becomes_of_it),
		cmocka_unit_test(memory_that_runs_out_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
