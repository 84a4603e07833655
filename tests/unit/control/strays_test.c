/* SPDX-License-Identifier: BSD-3-Clause */
/* Sessions whose packets get other owners by a reload, among several workers: found while nobody
 * knows yet where they are, and afterwards; begun anew; over many reloads; forgotten when they have
 * ended.  The first packets after a reload come in one burst, so that a worker handles them before
 * it has gone through its sessions.
 *
 *   10.9.0.0/16 behind 10.1.0.2 --- lan [ Weir ] wan --- 198.51.100.2 --- the rest */
#include "support/appliance_fixture.h"
#include "fastpath/walk.h"
#include "slowpath/slowpath.h"
#include "worker/strays.h"

enum { FLOWS = 24, RELOADS = 100 };

#define TRANSLATES 1u
#define FORWARDS   2u
#define ROUTES     4u /* as a subnet of its own, which is inside */

struct end {
	char inside[32], public[32];
};

static char *
config_text(unsigned what)
{
	static char text[2048];

	snprintf(text, sizeof(text),
		"version: 1\n"
		"ports: {lan: {device: net_null0, queues: 1}, wan: {device: net_null1, queues: 1}}\n"
		"interfaces:\n"
		"  lan: {addresses: [10.1.0.1/24], pipeline: inside,\n"
		"    neighbours: {10.1.0.2: \"02:00:00:00:01:02\"}}\n"
		"  wan: {addresses: [198.51.100.1/24], pipeline: outside,\n"
		"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n"
		"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: 10.0.0.0/8, via: 10.1.0.2}%s]}\n"
		"acls: {in: {default: drop, rules: [{state: [established], action: accept},\n"
		"  {proto: tcp, dport: 80, action: accept}]}}\n"
		"nat: {up: {pool: [198.51.100.9], ports: 20000-29999}}\n"
		"pipelines:\n"
		"  inside: [track, {route: main}%s]\n"
		"  outside: [track, %s{acl: in}, {route: main}]\n",
		what & ROUTES ? ", {to: 10.9.0.0/17, via: 10.1.0.2}" : "",
		what & TRANSLATES ? ", {snat: up}" : "",
		what & FORWARDS ? "{dnat: {to: \"10.9.9.9:80\", if: {dst: 198.51.100.1, proto: "
				  "tcp, dport: 8080}}}, "
				: "");
	return text;
}

static void
read_end(const uint8_t *address, const uint8_t *port, char *out)
{
	snprintf(out, 32, "%u.%u.%u.%u:%u", address[0], address[1], address[2], address[3],
		port[0] << 8 | port[1]);
}

struct lookup {
	unsigned at; /* the source (12) or destination (16) of the header */
	bool public;
	const struct end *ends;
	unsigned found;
};

static void
look_up(void *arg, const struct rte_mbuf *m)
{
	const uint8_t *ip = rte_pktmbuf_mtod_offset(m, const uint8_t *, 14);
	struct lookup *l = arg;
	char text[32];

	read_end(ip + l->at, ip + (l->at == 12 ? 20 : 22), text);
	for (unsigned k = 0; k < FLOWS; k++)
		l->found += strcmp(text, l->public ? l->ends[k].public : l->ends[k].inside) == 0;
}

/* How often one of the ends is among the packets that have left by a port. */
static unsigned
found(struct appliance_fixture *f, const char *port, unsigned at, bool public,
	const struct end ends[FLOWS])
{
	struct lookup l = { .at = at, .public = public, .ends = ends };

	each_sent(port_of(f, port), look_up, &l);
	return l.found;
}

static void
read_source(void *arg, const struct rte_mbuf *m)
{
	const uint8_t *ip = rte_pktmbuf_mtod_offset(m, const uint8_t *, 14);
	struct end *e = arg;

	assert_string_equal(e->public, "");
	read_end(ip + 12, ip + 20, e->public);
}

static void
ask(struct appliance_fixture *f, unsigned i, const char *proto, const char *flags, struct end *e)
{
	char text[128];

	snprintf(e->inside, sizeof(e->inside), "10.9.%u.%u:%u", i % 200, 10 + i % 200, 4000 + i);
	snprintf(text, sizeof(text), "%s %s > 203.0.113.9:53 %s", proto, e->inside, flags);
	push_only(f, "lan", text);
}

static void
answer(struct appliance_fixture *f, const char *proto, const char *flags, const struct end *e)
{
	char text[128];

	snprintf(text, sizeof(text), "%s 203.0.113.9:53 > %s %s", proto, e->public, flags);
	push_only(f, "wan", text);
}

/* Begins flows, one by one, and notes by which ends they leave. */
static void
begin(struct appliance_fixture *f, unsigned first, const char *proto, struct end ends[FLOWS])
{
	for (unsigned i = 0; i < FLOWS; i++) {
		ask(f, first + i, proto, "", &ends[i]);
		settle(f);
		ends[i].public[0] = '\0';
		each_sent(port_of(f, "wan"), read_source, &ends[i]);
		assert_string_not_equal(ends[i].public, "");
	}
}

static uint64_t
handed(struct appliance_fixture *f)
{
	struct workers *ws = appliance_workers(f->a);
	uint64_t n = 0;

	for (unsigned w = 0; w < workers_count(ws); w++)
		n += workers_at(ws, w)->handed;
	return n;
}

/* All of them answer, and go on, in one burst each. */
static void
expect_all(
	struct appliance_fixture *f, const char *proto, const char *flags, struct end ends[FLOWS])
{
	unsigned workers = workers_count(appliance_workers(f->a));
	uint64_t before = handed(f);
	struct end same[FLOWS];

	for (unsigned i = 0; i < FLOWS; i++)
		answer(f, proto, flags, &ends[i]);
	settle(f);
	assert_int_equal(found(f, "lan", 16, false, ends), FLOWS);
	for (unsigned i = 0; i < FLOWS; i++) {
		unsigned at = 0;

		sscanf(strchr(ends[i].inside, ':') + 1, "%u", &at);
		ask(f, at - 4000, proto, *flags != '\0' ? "A" : "", &same[i]);
	}
	settle(f);
	assert_int_equal(found(f, "wan", 12, true, ends), FLOWS);
	assert_true(handed(f) - before <= (uint64_t)2 * FLOWS * (workers + 2));
}

/* No worker has a turn. */
static void
change_to(struct appliance_fixture *f, unsigned what)
{
	reload_only(f, config_text(what));
}

static bool
is_looked_for(struct appliance_fixture *f)
{
	struct workers *ws = appliance_workers(f->a);

	for (unsigned w = 0; w < workers_count(ws); w++)
		if (workers_at(ws, w)->search.arg != NULL)
			return true;
	return false;
}

static void
sessions_are_found_after_any_change(void **state)
{
	struct appliance_fixture *f = *state;
	struct end ends[FLOWS];

	given_workers(f, config_text(TRANSLATES), 3);
	begin(f, 0, "udp", ends);
	for (unsigned what = 0; what < 8; what++) {
		change_to(f, what);
		expect_all(f, "udp", "", ends); /* some before the walks */
		assert_true(is_looked_for(f) || (what & TRANSLATES));
		expect_all(f, "udp", "", ends); /* and all after them */
	}
	wait_s(f, 320);
	assert_int_equal(sessions_now(f), 0);
	wait_s(f, 3);
	assert_false(is_looked_for(f));
}

static void
end_all_sessions(struct appliance_fixture *f)
{
	struct workers *ws = appliance_workers(f->a);

	for (unsigned w = 0; w < workers_count(ws); w++) {
		struct walk walk = { .kind = WALK_SESSIONS, .action = WALK_END };

		while (!fastpath_walk(workers_at(ws, w)->fp, &walk))
			;
	}
	assert_int_equal(sessions_now(f), 0);
}

/* Records that lead to where sessions were do not outlive the search for them. */
static void
flows_whose_sessions_have_ended_go_to_their_owners(void **state)
{
	struct appliance_fixture *f = *state;
	struct end ends[FLOWS];

	given_workers(f, config_text(TRANSLATES), 3);
	begin(f, 0, "udp", ends);
	change_to(f, 0);
	for (unsigned i = 0; i < 4; i++)
		expect_all(f, "udp", "", ends);
	end_all_sessions(f);
	wait_s(f, 8);
	assert_false(is_looked_for(f));
	drain(f);
	for (unsigned i = 0; i < FLOWS; i++)
		memcpy(ends[i].public, ends[i].inside, sizeof(ends[i].public));
	for (unsigned i = 0; i < FLOWS; i++)
		ask(f, i, "udp", "", &ends[i]);
	settle(f);
	assert_int_equal(found(f, "wan", 12, false, ends), FLOWS);
	expect_all(f, "udp", "", ends);
}

static void
flows_without_session_are_judged_once(void **state)
{
	struct appliance_fixture *f = *state;
	struct end ends[FLOWS], forged[FLOWS];
	uint64_t before;

	given_workers(f, config_text(TRANSLATES | FORWARDS), 3);
	begin(f, 0, "udp", ends);
	change_to(f, 0);
	before = handed(f);
	for (unsigned i = 0; i < FLOWS; i++) {
		snprintf(forged[i].public, sizeof(forged[i].public), "10.9.3.%u:999", i);
		answer(f, "udp", "", &forged[i]);
	}
	settle(f);
	assert_int_equal(found(f, "lan", 16, true, forged), 0);
	assert_true(handed(f) - before <= FLOWS * 5);
	expect_all(f, "udp", "", ends);
}

static void
a_connection_begins_anew_where_it_was(void **state)
{
	struct appliance_fixture *f = *state;
	struct end ends[FLOWS], more[FLOWS];

	given_workers(f, config_text(TRANSLATES), 3);
	begin(f, 0, "tcp", ends);
	for (unsigned i = 0; i < FLOWS; i++)
		answer(f, "tcp", "SA seq 7000 ack 1", &ends[i]);
	settle(f);
	assert_int_equal(found(f, "lan", 16, false, ends), FLOWS);
	change_to(f, ROUTES);
	for (unsigned i = 0; i < FLOWS; i++)
		ask(f, i, "tcp", "R seq 1", &more[i]);
	settle(f);
	drain(f);
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < FLOWS; i++)
			ask(f, i, "tcp", round == 0 ? "S seq 100000" : "A seq 100001 ack 10",
				&more[i]);
		settle(f);
		assert_int_equal(
			found(f, "wan", 12, false, more), FLOWS); /* no longer translated */
		for (unsigned i = 0; i < FLOWS; i++) {
			memcpy(more[i].public, more[i].inside, sizeof(more[i].public));
			answer(f, "tcp", round == 0 ? "SA seq 9 ack 100001" : "A seq 10 ack 100001",
				&more[i]);
		}
		settle(f);
		assert_int_equal(found(f, "lan", 16, false, more), FLOWS);
		change_to(f, round == 0 ? ROUTES | FORWARDS : TRANSLATES);
	}
}

static void
a_hundred_reloads_lose_nothing(void **state)
{
	struct appliance_fixture *f = *state;
	static struct end old[FLOWS], ends[RELOADS / 10][FLOWS];
	unsigned n = 0;

	given_workers(f, config_text(TRANSLATES), 2);
	begin(f, 0, "udp", old);
	for (unsigned i = 0; i < RELOADS; i++) {
		change_to(f, i * 5 % 8);
		if (i % 10 == 9) {
			settle(f);
			begin(f, 100 * (1 + n), "udp", ends[n]);
			n++;
		}
		if (i % 7 == 0)
			expect_all(f, "udp", "", old);
	}
	expect_all(f, "udp", "", old);
	for (unsigned i = 0; i < n; i++)
		expect_all(f, "udp", "", ends[i]);
}

static void
a_reload_that_changes_no_owner_looks_for_nothing(void **state)
{
	struct appliance_fixture *f = *state;
	struct end ends[FLOWS];

	given_workers(f, config_text(TRANSLATES | FORWARDS), 2);
	begin(f, 0, "udp", ends);
	change_to(f, TRANSLATES | FORWARDS);
	assert_false(is_looked_for(f));
	expect_all(f, "udp", "", ends);
	assert_false(is_looked_for(f));
}

static void
a_worker_that_stands_still_is_not_asked(void **state)
{
	struct strays *s = strays_create(2, 1000);

	(void)state;
	strays_expect(s, 1, 1);
	assert_false(strays_open(s));
	strays_expect(s, 2, 2);
	assert_true(strays_open(s));
	assert_true(strays_may_have(s, 1, 77));
	assert_false(strays_has(s, 1, 77));
	strays_stuck(s, 1, true);
	assert_false(strays_may_have(s, 1, 77));
	strays_stuck(s, 1, false);
	strays_add(s, 1, 77);
	strays_tell(s, 1, 1, 1);
	assert_true(strays_has(s, 1, 77));
	assert_false(strays_may_have(s, 1, 78));
	strays_tell(s, 0, 1, 0);
	assert_true(strays_known(s));
	strays_tell(s, 1, 1, 0);
	assert_false(strays_open(s));
	assert_false(strays_has(s, 1, 77));
	strays_destroy(s);
}

static void
a_filter_seldom_says_so_wrongly(void **state)
{
	enum { SESSIONS = 10000 };
	struct strays *s = strays_create(1, SESSIONS);
	uint32_t at = 0;
	unsigned wrong = 0;

	(void)state;
	for (uint64_t i = 0; i < 2 * SESSIONS; i++)
		strays_add(s, 0, i * 0x9e3779b97f4a7c15ull);
	strays_tell(s, 0, 0, SESSIONS);
	for (uint64_t i = 0; i < 2 * SESSIONS; i++)
		assert_true(strays_has(s, 0, i * 0x9e3779b97f4a7c15ull));
	for (uint64_t i = 2 * SESSIONS; i < 4 * SESSIONS; i++)
		wrong += strays_has(s, 0, i * 0x9e3779b97f4a7c15ull);
	assert_true(wrong < SESSIONS / 10);
	while (!strays_clear(s, 0, &at))
		;
	for (uint64_t i = 0; i < 2 * SESSIONS; i++)
		assert_false(strays_has(s, 0, i * 0x9e3779b97f4a7c15ull));
	strays_destroy(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		appliance_test(sessions_are_found_after_any_change),
		appliance_test(flows_whose_sessions_have_ended_go_to_their_owners),
		appliance_test(flows_without_session_are_judged_once),
		appliance_test(a_connection_begins_anew_where_it_was),
		appliance_test(a_hundred_reloads_lose_nothing),
		appliance_test(a_reload_that_changes_no_owner_looks_for_nothing),
		cmocka_unit_test(a_worker_that_stands_still_is_not_asked),
		cmocka_unit_test(a_filter_seldom_says_so_wrongly),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
