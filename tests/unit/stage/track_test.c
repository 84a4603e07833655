/* SPDX-License-Identifier: BSD-3-Clause */
/* Which packets begin a session, by protocol, flags and what the stage is told; and what becomes of
 * those that do not. */
#include "unit/policy/policy_fixture.h"

#include "helper/control.h"
#include "session/session.h"

struct tracking {
	struct policy_fixture *f;
	struct flow_table *flow4, *flow6;
	struct sessions *sessions;
	struct session fresh;
};

static int
setup(void **state)
{
	static struct tracking t;
	void *f;

	memset(&t, 0, sizeof(t));
	fixture_setup(&f);
	t.f = f;
	t.flow4 = flow_table_create(64, sizeof(struct flow4), 0);
	t.flow6 = flow_table_create(64, sizeof(struct flow6), 0);
	t.sessions = sessions_create(64, 0, t.flow4, t.flow6, 0);
	*state = &t;
	return t.sessions != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	struct tracking *t = *state;
	void *f = t->f;

	sessions_destroy(t->sessions);
	flow_table_destroy(t->flow4);
	flow_table_destroy(t->flow6);
	fixture_teardown(&f);
	return 0;
}

/* Judges a packet with sessions at hand; nothing is linked. */
static struct eval *
track(struct tracking *t, const char *packet)
{
	struct policy_fixture *f = t->f;
	const struct trace trace = { fixture_note, f };
	const struct pipeline *p = build_find_pipeline(f->build, "p");
	struct eval *ev = &f->ev;

	f->notes[0] = '\0';
	f->iface[LAN].pipeline = p;
	read_view(f, &f->view, LAN, packet);
	eval_init(ev, &f->gen, &f->view);
	ev->sessions = t->sessions;
	ev->fresh = &t->fresh;
	ev->now_ns = 1000000000;
	ev->trace = &trace;
	memset(&t->fresh, 0, sizeof(t->fresh));
	sessions_set_policies(t->sessions, f->gen.session_policies);
	pipeline_evaluate(p, &ev, 1);
	ev->trace = NULL;
	return ev;
}

enum begins { NEVER, LOOSELY, ALWAYS, UNTRACKED };

static void
packets_that_begin_a_session(void **state)
{
	static const struct {
		const char *packet;
		enum begins begins;
		enum reason reason;
		enum session_class class;
	} rows[] = {
		{ "tcp 10.0.0.2:1 > 203.0.113.9:2 S", ALWAYS, 0, SESSION_HALF_OPEN },
		{ "tcp 10.0.0.2:1 > 203.0.113.9:2 SA", NEVER, REASON_tcp_no_session, 0 },
		{ "tcp 10.0.0.2:1 > 203.0.113.9:2 A", LOOSELY, REASON_tcp_no_session,
			SESSION_HALF_OPEN },
		{ "tcp 10.0.0.2:1 > 203.0.113.9:2 FA", LOOSELY, REASON_tcp_no_session,
			SESSION_HALF_OPEN },
		{ "tcp 10.0.0.2:1 > 203.0.113.9:2 PA", LOOSELY, REASON_tcp_no_session,
			SESSION_HALF_OPEN },
		{ "tcp 10.0.0.2:1 > 203.0.113.9:2 R", NEVER, REASON_tcp_no_session, 0 },
		{ "tcp 10.0.0.2:1 > 203.0.113.9:2 RA", NEVER, REASON_tcp_no_session, 0 },
		{ "sctp 10.0.0.2:1 > 203.0.113.9:2 INIT init-tag 7", ALWAYS, 0,
			SESSION_UNREPLIED_OTHER },
		{ "sctp 10.0.0.2:1 > 203.0.113.9:2 DATA tag 7", LOOSELY, REASON_sctp_no_session,
			SESSION_UNREPLIED_OTHER },
		{ "sctp 10.0.0.2:1 > 203.0.113.9:2 ABORT tag 7", NEVER, REASON_sctp_no_session, 0 },
		{ "udp 10.0.0.2:1 > 203.0.113.9:2", ALWAYS, 0, SESSION_UNREPLIED_UDP },
		{ "udp [2001:db8:1::2]:1 > [2001:db8:9::9]:2", ALWAYS, 0, SESSION_UNREPLIED_UDP },
		{ "icmp 10.0.0.2 > 203.0.113.9 echo-request id 7", ALWAYS, 0,
			SESSION_UNREPLIED_ICMP },
		{ "icmp 10.0.0.2 > 203.0.113.9 echo-reply id 7", NEVER, REASON_icmp_no_session, 0 },
		{ "icmp [2001:db8:1::2] > [2001:db8:9::9] echo-request id 7", ALWAYS, 0,
			SESSION_UNREPLIED_ICMP },
		{ "icmp 10.0.0.2 > 203.0.113.9 time-exceeded (udp 203.0.113.9:2 > 10.0.0.2:1)",
			NEVER, REASON_icmp_no_session, 0 },
		{ "esp 10.0.0.2 > 203.0.113.9 spi 7", ALWAYS, 0, SESSION_UNREPLIED_OTHER },
		{ "udp 10.0.0.2:1 > 224.0.0.5:2", UNTRACKED, 0, 0 },
		{ "udp 10.0.0.2:1 > 239.255.255.255:2", UNTRACKED, 0, 0 },
		{ "udp 10.0.0.2:1 > 223.255.255.255:2", ALWAYS, 0, SESSION_UNREPLIED_UDP },
		{ "udp 10.0.0.2:1 > 255.255.255.255:2", UNTRACKED, 0, 0 },
		{ "udp [2001:db8:1::2]:1 > [ff02::1]:2", UNTRACKED, 0, 0 },
		{ "icmp [2001:db8:1::2] > [2001:db8:9::9] type 132", NEVER, REASON_icmp_no_session,
			0 },
		{ "icmp [2001:db8:1::2] > [2001:db8:9::9] type 133", UNTRACKED, 0, 0 },
		{ "icmp [2001:db8:1::2] > [2001:db8:9::9] type 137", UNTRACKED, 0, 0 },
		{ "icmp [2001:db8:1::2] > [2001:db8:9::9] type 138", NEVER, REASON_icmp_no_session,
			0 },
		{ "icmp 10.0.0.2 > 203.0.113.9 type 135", NEVER, REASON_icmp_no_session, 0 },
	};
	static const char *const forms[] = { "track", "{track: {loose: true}}",
		"{track: {invalid: pass}}" };
	struct tracking *t = *state;

	for (unsigned form = 0; form < 3; form++) {
		char text[128];

		snprintf(
			text, sizeof(text), "pipelines: {p: [%s, mark: {dscp: 1}]}\n", forms[form]);
		given(t->f, text);
		for (unsigned i = 0; i < RTE_DIM(rows); i++) {
			bool begins = rows[i].begins == ALWAYS
				|| (rows[i].begins == LOOSELY && form == 1);
			const struct eval *ev = track(t, rows[i].packet);
			enum reason expected = rows[i].begins == UNTRACKED || begins || form == 2
				? REASON_pipeline_end
				: rows[i].reason;

			if (ev->program.reason != expected || (ev->session != NULL) != begins)
				fail_msg("%s, %s: %s\n%s", forms[form], rows[i].packet,
					reason_name(ev->program.reason), t->f->notes);
			assert_int_equal(ev->state,
				rows[i].begins == UNTRACKED ? CONN_UNTRACKED
					: begins            ? CONN_NEW
					: form == 2         ? CONN_INVALID
							    : CONN_UNTRACKED);
			if (!begins)
				continue;
			assert_ptr_equal(ev->session, &t->fresh);
			assert_false(ev->reply);
			assert_int_equal(t->fresh.class, rows[i].class);
			assert_int_equal(t->fresh.family, t->f->view.family);
			assert_int_equal(t->fresh.proto, t->f->view.proto);
			assert_int_equal((t->fresh.flags & SESSION_LOOSE) != 0, form == 1);
		}
	}
}

/* What is for the host may belong to a session of the kernel: it is judged as new. */
static void
packets_for_the_host_without_a_session(void **state)
{
	struct tracking *t = *state;
	const struct eval *ev;

	t->f->iface[LAN].host = "lan";
	given(t->f, "pipelines: {p: [track, mark: {dscp: 1}]}\n");
	ev = track(t, "tcp 10.0.0.2:1 > 10.0.0.1:2 A");
	assert_int_equal(ev->state, CONN_NEW);
	assert_int_equal(ev->unless_local, REASON_tcp_no_session);
	assert_null(ev->session);
	assert_true(ev->used_fields & FIELD_TCP_FLAGS);
	ev = track(t, "tcp 10.0.0.2:1 > 10.0.0.9:2 A");
	assert_int_equal(ev->program.reason, REASON_tcp_no_session);
	ev = track(t, "icmp 10.0.0.2 > 10.0.0.1 echo-reply id 7");
	assert_int_equal(ev->unless_local, REASON_icmp_no_session);
	assert_false(ev->used_fields & FIELD_TCP_FLAGS);
	t->f->iface[LAN].host = NULL;
	ev = track(t, "tcp 10.0.0.2:1 > 10.0.0.1:2 A");
	assert_int_equal(ev->program.reason, REASON_tcp_no_session);
}

/* Sessions to the ports of helpers that the stage has are control sessions. */
static void
helpers_of_sessions(void **state)
{
	static const struct {
		const char *helpers, *packet;
		unsigned helper;
	} rows[] = {
		{ "[ftp]", "tcp 10.0.0.2:1 > 203.0.113.9:21 S", HELPER_FTP },
		{ "[ftp]", "tcp 10.0.0.2:1 > 203.0.113.9:22 S", HELPER_NONE },
		{ "[ftp]", "udp 10.0.0.2:1 > 203.0.113.9:21", HELPER_NONE },
		{ "[ftp]", "udp 10.0.0.2:1 > 203.0.113.9:69", HELPER_NONE },
		{ "[tftp]", "udp 10.0.0.2:1 > 203.0.113.9:69", HELPER_TFTP },
		{ "[tftp]", "udp 10.0.0.2:1 > 203.0.113.9:68", HELPER_NONE },
		{ "[tftp]", "tcp 10.0.0.2:1 > 203.0.113.9:69 S", HELPER_NONE },
		{ "[tftp]", "tcp 10.0.0.2:1 > 203.0.113.9:21 S", HELPER_NONE },
		{ "[ftp, tftp]", "tcp 10.0.0.2:1 > 203.0.113.9:21 S", HELPER_FTP },
		{ "[ftp, tftp]", "udp 10.0.0.2:1 > 203.0.113.9:69", HELPER_TFTP },
	};
	struct tracking *t = *state;

	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		char text[128];

		snprintf(text, sizeof(text),
			"pipelines: {p: [{track: {helpers: %s}}, mark: {dscp: 1}]}\n",
			rows[i].helpers);
		given(t->f, text);
		assert_int_equal(track(t, rows[i].packet)->helper, rows[i].helper);
		assert_true(t->f->gen.has_helpers);
	}
	given(t->f, "pipelines: {p: [track, mark: {dscp: 1}]}\n");
	assert_int_equal(track(t, rows[0].packet)->helper, HELPER_NONE);
}

/* Timeouts are those of the first stage track with its condition. */
static void
policies_of_sessions(void **state)
{
	struct tracking *t = *state;
	const struct session_policy *policy;

	given(t->f,
		"pipelines: {p: [{track: {timeouts: {udp: 5s}, if: {dport: 53}}}, {track: {timeouts: {udp: 1500ms}}},\n"
		"  mark: {dscp: 1}]}\n");
	track(t, "udp 10.0.0.2:1 > 203.0.113.9:53");
	policy = &t->f->gen.session_policies[t->fresh.policy];
	assert_int_equal(policy->timeout_s[TIMEOUT_UDP], 5);
	assert_int_equal(policy->timeout_s[TIMEOUT_ICMP], 60);
	track(t, "udp 10.0.0.2:1 > 203.0.113.9:54");
	policy = &t->f->gen.session_policies[t->fresh.policy];
	assert_int_equal(policy->timeout_s[TIMEOUT_UDP], 2);
}

/* A source that holds as many sessions as it may, or has begun as many in this second, begins no
 * other: the stages behind do not see its packet.  Others are not concerned. */
static void
sources_at_their_limit(void **state)
{
	static const struct {
		const char *limit;
		unsigned held; /* sessions that the source has begun */
		bool begins;
	} rows[] = {
		{ "", 3, true },
		{ "max_per_source: 3", 2, true },
		{ "max_per_source: 3", 3, false },
		{ "new_per_source: 3/s", 2, true },
		{ "new_per_source: 3/s", 3, false },
		{ "max_per_source: 9, new_per_source: 3/s", 3, false },
		{ "max_per_source: 3, new_per_source: 9/s", 3, false },
	};
	struct tracking *t = *state;

	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		const union address *a = &t->f->view.tuple.src;
		uint32_t source[3] = { 0, 0, 0 };
		char text[128];

		snprintf(text, sizeof(text), "pipelines: {p: [{track: {%s}}, mark: {dscp: 1}]}\n",
			rows[i].limit);
		given(t->f, text);
		assert_int_equal(!!(build_find_pipeline(t->f->build, "p")->traits & TRAIT_LIMITS),
			rows[i].limit[0] != '\0'); /* two of a source are not judged together */
		track(t, "udp 10.0.0.2:1 > 203.0.113.9:2");
		for (unsigned k = 0; k < rows[i].held; k++)
			source[k] = sources_take(t->sessions->sources, a,
				tuple_space(&t->f->view.tuple), &t->f->ev.limit, t->f->ev.now_ns);
		track(t, "udp 10.0.0.2:1 > 203.0.113.9:2");
		assert_int_equal(t->f->ev.session != NULL, rows[i].begins);
		assert_int_equal(t->f->ev.program.reason,
			rows[i].begins ? REASON_pipeline_end : REASON_session_limit);
		track(t, "udp 10.0.0.3:1 > 203.0.113.9:2");
		assert_non_null(t->f->ev.session);
		for (unsigned k = 0; k < 3; k++) {
			sources_refund(
				t->sessions->sources, source[k], source_cost_ns(&t->f->ev.limit));
			sources_give(t->sessions->sources, source[k]);
		}
	}
}

/* Comparisons of configurations ask what becomes of packets of a session that they do not have. */
static void
states_that_are_assumed(void **state)
{
	static const struct {
		const char *packet;
		enum conn_state assumed;
		enum reason reason;
	} rows[] = {
		{ "tcp 10.0.0.2:1 > 203.0.113.9:2 A", CONN_ESTABLISHED, REASON_pipeline_end },
		{ "tcp 10.0.0.2:1 > 203.0.113.9:2 A", 0, REASON_tcp_no_session },
		{ "udp 10.0.0.2:1 > 203.0.113.9:2", CONN_ESTABLISHED, REASON_pipeline_end },
		{ "udp 10.0.0.2:1 > 203.0.113.9:2", 0, REASON_acl_denied },
		{ "icmp 10.0.0.2 > 203.0.113.9 time-exceeded (udp 203.0.113.9:2 > 10.0.0.2:1)",
			CONN_RELATED, REASON_pipeline_end },
		{ "icmp 10.0.0.2 > 203.0.113.9 time-exceeded (udp 203.0.113.9:2 > 10.0.0.2:1)", 0,
			REASON_icmp_no_session },
	};
	struct tracking *t = *state;
	struct eval *ev = &t->f->ev;

	given(t->f,
		"acls: {list: [{state: [established, related], action: accept}, {action: drop}]}\n"
		"pipelines: {p: [track, acl: list, mark: {dscp: 1}]}\n");
	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		read_view(t->f, &t->f->view, LAN, rows[i].packet);
		t->f->iface[LAN].pipeline = build_find_pipeline(t->f->build, "p");
		eval_init(ev, &t->f->gen, &t->f->view);
		ev->assumed = rows[i].assumed;
		pipeline_evaluate(t->f->iface[LAN].pipeline, &ev, 1);
		assert_int_equal(ev->program.reason, rows[i].reason);
		if (rows[i].assumed != 0)
			assert_int_equal(ev->state, rows[i].assumed);
	}
}

/* snat without a session would show an inside address. */
static void
sources_are_not_shown_without_a_session(void **state)
{
	static const struct {
		const char *packet;
		enum reason reason;
	} rows[] = {
		{ "tcp 10.0.0.2:1 > 203.0.113.9:2 A", REASON_tcp_no_session },
		{ "icmp 10.0.0.2 > 203.0.113.9 echo-reply id 7", REASON_icmp_no_session },
		{ "sctp 10.0.0.2:1 > 203.0.113.9:2 DATA tag 7", REASON_nat_no_mapping },
	};
	struct tracking *t = *state;

	given(t->f,
		"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}\n"
		"pipelines: {p: [{track: {invalid: pass}}, route: main, {snat: {to: 198.51.100.7}}]}\n");
	for (unsigned i = 0; i < RTE_DIM(rows); i++)
		assert_int_equal(track(t, rows[i].packet)->program.reason, rows[i].reason);
	assert_int_equal(
		track(t, "udp 10.0.0.2:1 > 203.0.113.9:2")->program.verdict, PROGRAM_OUTPUT);
	assert_true(t->fresh.flags & SESSION_SNAT);
	assert_int_equal(t->f->ev.tuple.src.v4, RTE_BE32(0xc6336407));
}

/* A source of IPv6 keeps its port; a destination that is translated is marked once. */
static void
marks_of_translation(void **state)
{
	struct tracking *t = *state;

	given(t->f,
		"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: \"::/0\", via: \"2001:db8:2::2\"}]}\n"
		"pipelines: {p: [track, {dnat: {to: 10.0.1.7, if: {dport: 80}}}, {dnat: {to: 10.0.1.8}},\n"
		"  route: main, {snat: {to: \"2001:db8:2::7\"}}]}\n");
	track(t, "tcp 10.0.0.2:1 > 203.0.113.9:80 S");
	assert_int_equal(t->f->ev.tuple.dst.bytes[3], 7);
	assert_int_equal(t->fresh.flags & (SESSION_DNAT | SESSION_SNAT), SESSION_DNAT);
	track(t, "tcp 10.0.0.2:1 > 203.0.113.9:81 S");
	assert_int_equal(t->f->ev.tuple.dst.bytes[3], 8);
	track(t, "udp [2001:db8:1::2]:7 > [2001:db8:9::9]:53");
	assert_int_equal(t->f->ev.tuple.src.bytes[15], 7);
	assert_int_equal(t->f->ev.tuple.sport, RTE_BE16(7));
	assert_int_equal(t->fresh.flags & (SESSION_DNAT | SESSION_SNAT), SESSION_SNAT);
}

#define track_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		track_test(packets_that_begin_a_session),
		track_test(packets_for_the_host_without_a_session),
		track_test(helpers_of_sessions),
		track_test(policies_of_sessions),
		track_test(sources_at_their_limit),
		track_test(states_that_are_assumed),
		track_test(sources_are_not_shown_without_a_session),
		track_test(marks_of_translation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
