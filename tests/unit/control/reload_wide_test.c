/* SPDX-License-Identifier: BSD-3-Clause */
/* Reloads of a file in which every section changes, under sessions of both families, UDP and TCP,
 * with translations, marks, policers, limits and fragments that wait: after each reload every flow
 * has the verdict, drop reason, mark, translation, timeouts and rule hits that it has after a fresh
 * start on the same file.
 *
 *   unit_control_reload_wide [RELOADS] [SEED] */
#include <arpa/inet.h>

#include "reload_wide_frames.h"
#include "session/session.h"
#include "session/tcp.h"

enum { SYN = 0x02, ACK = 0x10, ISN = 1000, ANSWER = 2000, LIMITED = 4 };

static unsigned n_reloads = 25;
static uint64_t seed = 1;

/* What became of a flow's packets. */
struct outcome {
	struct left forward;
	char reply_side;
	unsigned reason; /* of the forward packet's drop */
	uint32_t timeout_s[TIMEOUT_COUNT];
	uint64_t hits[2]; /* of the rules that accept and deny it, in the round */
};

/* A file, what is done with it, and what came of it. */
struct round {
	struct wide world;
	char *text;
	bool probed[WIDE_FLOWS];
	int fragment; /* the flow whose later fragment was held before the reload; -1: none */
	bool fragment_moved; /* the port or the VLAN that it came in by is another one */
	struct outcome flow[WIDE_FLOWS];
	unsigned fragments_left;
	char limited[2][2][LIMITED]; /* by kind of limit and family */
};

struct run {
	struct appliance_fixture *f;
	unsigned number; /* of the round */
	bool live;
	bool known[WIDE_FLOWS]; /* has a public endpoint, while its session lives */
	struct tuple public[WIDE_FLOWS];
	uint64_t accepted[WIDE_FLOWS]; /* hits that must be there after the reload */
	bool lost[WIDE_FLOWS];         /* unless the line says something else */
};

static struct session *
session_of_flow(struct appliance_fixture *f, unsigned i, struct sessions **sessions)
{
	struct workers *ws = appliance_workers(f->a);
	struct tuple t = forward_tuple(i);
	bool reply;

	for (unsigned w = 0; w < workers_count(ws); w++) {
		struct session *s = session_find(workers_at(ws, w)->fp->dp.sessions, &t, &reply);

		*sessions = workers_at(ws, w)->fp->dp.sessions;
		if (s != NULL && !reply)
			return s;
	}
	return NULL;
}

static void
count_drops(struct appliance_fixture *f, uint64_t drops[REASON_COUNT])
{
	struct workers *ws = appliance_workers(f->a);

	memset(drops, 0, REASON_COUNT * sizeof(drops[0]));
	for (unsigned w = 0; w < workers_count(ws); w++) {
		struct ledger_sum sum = { .rx = 0 };

		ledger_add(&sum, workers_at(ws, w)->fp->dp.ledger);
		for (unsigned r = 0; r < REASON_COUNT; r++)
			drops[r] += sum.drops[r];
	}
}

static uint64_t
hits_of(struct appliance_fixture *f, const char *kind, unsigned flow)
{
	const struct generation *gen = appliance_generation(f->a);
	uint64_t hits = 0;
	char name[32];

	snprintf(name, sizeof(name), "%s%u", kind, flow);
	for (unsigned i = 1; i < gen->n_counters; i++) {
		if (gen->counters[i].name == NULL || strcmp(gen->counters[i].name, name) != 0)
			continue;
		hits += gen->carried_hits != NULL ? gen->carried_hits[i].packets : 0;
		for (unsigned w = 0; w < gen->n_workers; w++)
			hits += gen->worker[w].hits[i].packets;
	}
	return hits;
}

static bool
is_translated(unsigned i)
{
	return !flow_is_6(i) && flow_to(i) == WAN;
}

/* A session keeps its public endpoint as long as it lives. */
static void
expect_binding(struct run *r, unsigned i, bool lived, const struct left *l)
{
	if (!is_translated(i) || l->n == 0)
		return;
	if (lived && r->known[i]) {
		assert_true(address_equal(&l->tuple.src, &r->public[i].src));
		assert_int_equal(l->tuple.sport, r->public[i].sport);
	}
	r->known[i] = true;
	r->public[i] = l->tuple;
}

static void
probe_forward(struct run *r, struct round *round, unsigned i)
{
	struct make how = { .in = flow_from(i), .flags = ACK, .seq = ISN + 1, .ack = ANSWER + 1 };
	struct outcome *o = &round->flow[i];
	uint64_t before[REASON_COUNT], after[REASON_COUNT];
	struct tuple t = forward_tuple(i);
	struct sessions *sessions;
	struct session *s = session_of_flow(r->f, i, &sessions);
	bool lived = s != NULL;

	if (flow_is_tcp(i) && (s == NULL || tcp_class(s->state) == SESSION_HALF_OPEN))
		how = (struct make){ .in = flow_from(i), .flags = SYN, .seq = ISN };
	count_drops(r->f, before);
	come_in(r->f, &round->world, &t, &how);
	o->forward = look(r->f, &round->world);
	count_drops(r->f, after);
	for (unsigned k = 0; k < REASON_COUNT; k++)
		o->reason = after[k] != before[k] ? k : o->reason;
	expect_binding(r, i, lived, &o->forward);
	s = session_of_flow(r->f, i, &sessions);
	if (s != NULL && o->forward.n != 0)
		memcpy(o->timeout_s, sessions->policy[s->policy].timeout_s, sizeof(o->timeout_s));
	if (s == NULL)
		r->known[i] = false;
}

/* The answer to what has left; with it, and what follows, a TCP connection is there. */
static void
probe_reply(struct run *r, struct round *round, unsigned i)
{
	struct make how = { .in = flow_to(i), .flags = SYN | ACK, .seq = ANSWER, .ack = ISN + 1 };
	struct outcome *o = &round->flow[i];
	struct sessions *sessions;
	struct session *s = session_of_flow(r->f, i, &sessions);
	struct tuple forward = forward_tuple(i), back;

	if (o->forward.n == 0)
		return;
	assert_non_null(s);
	tuple_reverse(&back, &o->forward.tuple);
	if (flow_is_tcp(i) && tcp_class(s->state) != SESSION_HALF_OPEN)
		how = (struct make){
			.in = flow_to(i), .flags = ACK, .seq = ANSWER + 1, .ack = ISN + 1
		};
	come_in(r->f, &round->world, &back, &how);
	o->reply_side = look(r->f, &round->world).side;
	if (!flow_is_tcp(i) || (how.flags & SYN) == 0)
		return;
	how = (struct make){ .in = flow_from(i), .flags = ACK, .seq = ISN + 1, .ack = ANSWER + 1 };
	come_in(r->f, &round->world, &forward, &how);
	look(r->f, &round->world);
	assert_int_equal(tcp_class(s->state), SESSION_ESTABLISHED);
}

static void
send_fragment(struct run *r, const struct round *round, const struct wide *world, uint16_t offset)
{
	struct tuple t = forward_tuple((unsigned)round->fragment);
	struct make how = { .in = flow_from((unsigned)round->fragment),
		.fragment = offset,
		.id = (uint16_t)(r->number + 1) };

	come_in(r->f, world, &t, &how);
}

/* The first fragment comes: what was held behind it leaves with it, or neither does. */
static void
probe_fragments(struct run *r, struct round *round)
{
	if (round->fragment < 0)
		return;
	if (!r->live)
		send_fragment(r, round, &round->world, 2);
	send_fragment(r, round, &round->world, 0x2000);
	round->fragments_left = look(r->f, &round->world).n;
}

/* Three sessions at a time, and two new ones a second; of each family. */
static void
probe_limits(struct run *r, struct round *round)
{
	static const char *const source[2][2] = { { "10.1.9.8", "10.1.9.9" },
		{ "2001:db8:1::98", "2001:db8:1::99" } };
	const struct make how = { .in = LAN };

	for (unsigned kind = 0; kind < 2; kind++)
		for (unsigned v6 = 0; v6 < 2; v6++)
			for (unsigned i = 0; i < LIMITED; i++) {
				unsigned port = 30000 + i
					+ (kind == 0 ? r->number % 1000 * LIMITED : 0);
				struct tuple t = {
					.family = v6 ? 6 : 4,
					.proto = IPPROTO_UDP,
					.src = wide_address(source[v6][kind]),
					.dst = wide_address(v6 ? "2001:db8:f::7" : "203.0.113.7"),
					.sport = rte_cpu_to_be_16((uint16_t)port),
					.dport = RTE_BE16(7100),
				};

				come_in(r->f, &round->world, &t, &how);
				round->limited[kind][v6][i] = look(r->f, &round->world).side;
			}
}

static void
count_hits(struct run *r, struct round *round, bool before)
{
	workers_push_hits(appliance_workers(r->f->a));
	for (unsigned i = 0; i < WIDE_FLOWS; i++) {
		uint64_t *hits = round->flow[i].hits;
		uint64_t now[2] = { hits_of(r->f, "flow", i), hits_of(r->f, "no", i) };

		for (unsigned k = 0; k < 2; k++)
			hits[k] = before ? now[k] : now[k] - hits[k];
	}
}

static void
probe(struct run *r, struct round *round)
{
	wait_s(r->f, 3);
	look(r->f, &round->world);
	count_hits(r, round, true);
	probe_fragments(r, round);
	for (unsigned i = 0; i < WIDE_FLOWS; i++)
		if (round->probed[i])
			probe_forward(r, round, i);
	count_hits(r, round, false);
	for (unsigned i = 0; i < WIDE_FLOWS; i++)
		if (round->probed[i])
			probe_reply(r, round, i);
	probe_limits(r, round);
}

/* --- live --- */

static void
hold_fragment(struct run *r, struct round *round, struct wide *w)
{
	unsigned i = draw(w, WIDE_FLOWS);

	round->fragment = draw(w, 3) == 0 && !flow_is_tcp(i) ? (int)i : -1;
	if (round->fragment >= 0)
		send_fragment(r, round, w, 2);
}

/* Does the line that accepts a flow say the same, in a list of the same name? */
static bool
is_same_line(const struct wide *a, const struct wide *b, unsigned i)
{
	return a->name[NAME_ACL] == b->name[NAME_ACL] && a->form[i] == b->form[i]
		&& a->name[NAME_SET] == b->name[NAME_SET]
		&& a->name[NAME_ZONE] == b->name[NAME_ZONE];
}

static void
note_lost(struct run *r, const struct wide *before, const struct wide *now)
{
	for (unsigned i = 0; i < WIDE_FLOWS; i++)
		r->lost[i] |= !is_same_line(before, now, i);
}

/* Hits continue as long as the names of a rule's list and its text do. */
static void
expect_hits_carried(struct run *r)
{
	for (unsigned i = 0; i < WIDE_FLOWS; i++)
		if (!r->lost[i] && hits_of(r->f, "flow", i) != r->accepted[i])
			fail_msg("flow %u: %lu hits, %lu before the reload", i,
				hits_of(r->f, "flow", i), r->accepted[i]);
}

static void
note_hits(struct run *r)
{
	workers_push_hits(appliance_workers(r->f->a));
	memset(r->lost, 0, sizeof(r->lost));
	for (unsigned i = 0; i < WIDE_FLOWS; i++)
		r->accepted[i] = hits_of(r->f, "flow", i);
}

/* Is the place that a round's fragment came in by another one, or under another name? */
static bool
has_moved(const struct round *round, const struct wide *before, const struct wide *now)
{
	enum side side = round->fragment >= 0 ? flow_from((unsigned)round->fragment) : LAN;

	return before->iface[side] != now->iface[side] || before->dmz_vlan != now->dmz_vlan;
}

static void
one_round(struct run *r, struct round *round, struct wide *w)
{
	struct wide last;

	hold_fragment(r, round, w);
	note_hits(r);
	for (unsigned n = 1 + draw(w, 2); n > 0; n--) {
		last = *w;
		free(round->text);
		for (unsigned k = 1 + draw(w, 5); k > 0; k--)
			wide_change(w);
		round->text = wide_text(w);
		reload_to(r->f, round->text);
		if (appliance_generation(r->f->a)->number % 3 == 0) /* the same once more */
			reload_to(r->f, round->text);
		note_lost(r, &last, w);
		round->fragment_moved |= has_moved(round, &last, w);
	}
	expect_hits_carried(r);
	for (unsigned i = 0; i < WIDE_FLOWS; i++)
		round->probed[i] = draw(w, 3) != 0;
	round->world = *w;
	probe(r, round);
}

/* --- compared --- */

static void
expect_same_flow(const struct round *a, const struct round *b, unsigned number, unsigned i)
{
	const struct outcome *x = &a->flow[i], *y = &b->flow[i];
	const struct left *l = &x->forward, *k = &y->forward;
	bool same = l->n == k->n && l->side == k->side && l->dscp == k->dscp
		&& x->reason == y->reason && x->reply_side == y->reply_side
		&& address_equal(&l->tuple.dst, &k->tuple.dst) && l->tuple.dport == k->tuple.dport
		&& (is_translated(i)
			|| (address_equal(&l->tuple.src, &k->tuple.src)
				&& l->tuple.sport == k->tuple.sport))
		&& memcmp(x->timeout_s, y->timeout_s, sizeof(x->timeout_s)) == 0;

	if (!same)
		fail_msg(
			"round %u, flow %u: %u packets by %d, DSCP %u, %s, answer by %d, timeouts %u %u; "
			"fresh: %u by %d, DSCP %u, %s, answer by %d, timeouts %u %u\n%s",
			number, i, l->n, l->side, l->dscp, reason_name((enum reason)x->reason),
			x->reply_side, x->timeout_s[TIMEOUT_UDP],
			x->timeout_s[TIMEOUT_TCP_ESTABLISHED], k->n, k->side, k->dscp,
			reason_name((enum reason)y->reason), y->reply_side,
			y->timeout_s[TIMEOUT_UDP], y->timeout_s[TIMEOUT_TCP_ESTABLISHED], a->text);
	if (a->fragment == (int)i && a->fragment_moved)
		return; /* its fragments count for its rule, too */
	if (memcmp(x->hits, y->hits, sizeof(x->hits)) != 0)
		fail_msg("round %u, flow %u: hits %lu accept, %lu deny; fresh: %lu, %lu\n%s",
			number, i, x->hits[0], x->hits[1], y->hits[0], y->hits[1], a->text);
}

static void
expect_same(const struct round *a, const struct round *b, unsigned number)
{
	for (unsigned i = 0; i < WIDE_FLOWS; i++)
		expect_same_flow(a, b, number, i);
	if (a->fragment >= 0 && !a->fragment_moved && a->fragments_left != b->fragments_left)
		fail_msg("round %u: %u fragments of flow %d have left, %u after a fresh start\n%s",
			number, a->fragments_left, a->fragment, b->fragments_left, a->text);
	if (memcmp(a->limited, b->limited, sizeof(a->limited)) != 0)
		fail_msg("round %u: limits allow something else than after a fresh start\n%s",
			number, a->text);
}

static void
compare_with_fresh_starts(void **state, const struct round *rounds, unsigned workers)
{
	for (unsigned n = 0; n < n_reloads; n++) {
		struct run r = { .number = n };
		struct round fresh = rounds[n];

		memset(fresh.flow, 0, sizeof(fresh.flow));
		setup_appliance(state);
		r.f = *state;
		given_workers(r.f, fresh.text, workers);
		probe(&r, &fresh);
		expect_same(&rounds[n], &fresh, n);
		assert_int_equal(teardown_appliance(state), 0);
	}
	setup_appliance(state);
}

static void
run_rounds(void **state, unsigned workers)
{
	struct round *rounds = calloc(n_reloads, sizeof(*rounds));
	struct run r = { .f = *state, .live = true };
	struct wide w;
	char *text;

	assert_non_null(rounds);
	wide_init(&w, seed);
	text = wide_text(&w);
	given_workers(r.f, text, workers);
	free(text);
	for (; r.number < n_reloads; r.number++)
		one_round(&r, &rounds[r.number], &w);
	assert_int_equal(teardown_appliance(state), 0);
	compare_with_fresh_starts(state, rounds, workers);
	for (unsigned n = 0; n < n_reloads; n++)
		free(rounds[n].text);
	free(rounds);
}

static void
two_workers_are_like_started_on_the_file(void **state)
{
	run_rounds(state, 2);
}

static void
one_worker_is_like_started_on_the_file(void **state)
{
	run_rounds(state, 1);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		/* First: the first appliance decides how many workers there can be. */
		appliance_test(two_workers_are_like_started_on_the_file),
		appliance_test(one_worker_is_like_started_on_the_file),
	};

	if (argc > 1)
		n_reloads = (unsigned)atoi(argv[1]);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
