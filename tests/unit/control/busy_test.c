/* SPDX-License-Identifier: BSD-3-Clause */
/* Reports, reloads and every verb while two workers are busy with traffic of every kind that
 * something counts. Under ThreadSanitizer (tests/system/races.sh) a number that is read while it is
 * written without an atomic access fails. */
#include <stdlib.h>
#include <unistd.h>

#include <event2/event.h>

#include "control/control.h"
#include "control/socket.h"
#include "support/appliance_fixture.h"

#define CONFIG(rate) \
	"version: 1\n" \
	"system: {flows: 1024}\n" \
	"ports: {lan: {device: net_null0, queues: 2}, wan: {device: net_null1, queues: 2}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [192.0.2.1/24, \"2001:db8:1::1/64\"], pipeline: inside,\n" \
	"    neighbours: {192.0.2.10: \"02:00:00:00:01:0a\", \"2001:db8:1::10\": \"02:00:00:00:01:0a\"}}\n" \
	"  wan: {addresses: [198.51.100.1/24, \"2001:db8:2::1/64\"], pipeline: outside,\n" \
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\", \"2001:db8:2::2\": \"02:00:00:00:02:02\"}}\n" \
	"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: \"::/0\", via: \"2001:db8:2::2\"}]}\n" \
	"nat: {uplink: {pool: [198.51.100.1], ports: 1024-2047, per_source: 700}}\n" \
	"sets: {bad: {timeout: 10m, size: 100}}\n" \
	"acls:\n" \
	"  out: {default: drop, rules: [{name: seen, proto: udp, dport: 53, add: $bad, action: continue},\n" \
	"    {name: all, proto: [udp, tcp, icmp, icmpv6], action: accept}]}\n" \
	"  in: {default: drop, rules: [{state: [established, related], action: accept},\n" \
	"    {name: ping, proto: icmp, action: accept}]}\n" \
	"pipelines:\n" \
	"  inside: [track: {new_per_source: 3000/s}, acl: out, police: {rate: " rate \
	", burst: 64k},\n" \
	"    route: main, snat: uplink]\n" \
	"  outside: [track, acl: in, route: main]\n"

/* %u: a port that changes. */
static const char *const from_lan[] = {
	"udp 192.0.2.10:%u > 203.0.113.1:53",
	"tcp 192.0.2.10:%u > 203.0.113.80:80 S",
	"tcp 192.0.2.10:%u > 203.0.113.80:80 R",
	"icmp 192.0.2.10 > 203.0.113.7 echo-request id %u",
	"icmp 192.0.2.10 > 192.0.2.1 echo-request id %u",
	"udp 192.0.2.10:%u > 203.0.113.1:53 ttl 1",
	"udp [2001:db8:1::10]:%u > [2001:db8:2::2]:53",
	"udp 192.0.2.10:%u > 198.51.100.77:53",
	"udp 192.0.2.10:7 > 203.0.113.2:53 size 600",
};
static const char *const from_wan[] = {
	"udp 203.0.113.1:53 > 198.51.100.1:%u",
	"tcp 203.0.113.9:5 > 198.51.100.1:%u S",
	"icmp 203.0.113.7 > 198.51.100.1 echo-request id %u",
};

enum {
	ROUNDS = 600,
	RELOAD_EVERY = 100,
	VERB_ROUNDS = 2,
	ANSWER_MS = 60000,
};

/* What finds no room is left out. */
static void
push_if_room(struct appliance_fixture *f, const char *port, const char *packet, unsigned round)
{
	struct rte_mbuf *m;
	char text[128];

	snprintf(text, sizeof(text), packet, 1024 + round % 1500);
	m = frame_to(f, port, text);
	if (m != NULL && capture_push(port_of(f, port), round % 2, &m, 1) == 0)
		rte_pktmbuf_free(m);
}

/* Everything that is asked of a running appliance. */
static void
take_report(struct appliance_fixture *f, FILE *out, struct report *r)
{
	json_t *json;

	report_take(f->a, r);
	report_print(r, out, false);
	json = report_json(r);
	assert_non_null(json);
	json_decref(json);
	report_fini(r);
}

static void
push_all_kinds(struct appliance_fixture *f, unsigned round)
{
	for (unsigned k = 0; k < sizeof(from_lan) / sizeof(from_lan[0]); k++)
		push_if_room(f, "lan", from_lan[k], round);
	for (unsigned k = 0; k < sizeof(from_wan) / sizeof(from_wan[0]); k++)
		push_if_room(f, "wan", from_wan[k], round);
}

static void
reports_and_reloads_disturb_no_busy_worker(void **state)
{
	struct appliance_fixture *f = *state;
	FILE *out = fopen("/dev/null", "w");
	uint64_t seen = 0, number;
	struct report r;

	given_appliance(f, CONFIG("5Mbit"), &two_threads);
	number = appliance_generation(f->a)->number;
	for (unsigned i = 0; i < ROUNDS; i++) {
		push_all_kinds(f, i);
		take_report(f, out, &r);
		assert_true(r.ledger.rx >= seen); /* what only grows never falls */
		seen = r.ledger.rx;
		if (i % RELOAD_EVERY == RELOAD_EVERY - 1)
			reload_to(f,
				i % (2 * RELOAD_EVERY) < RELOAD_EVERY ? CONFIG("9Mbit")
								      : CONFIG("5Mbit"));
		drain(f);
	}
	fclose(out);
	assert_true(seen > 0);
	assert_int_equal(appliance_generation(f->a)->number, number + ROUNDS / RELOAD_EVERY);
}

struct asked {
	const char *method, *params;
};

/* Verbs beside those that show. */
static const struct asked others[] = {
	{ "explain", "\"packet\": \"udp 192.0.2.10:1024 > 203.0.113.1:53\", \"in\": \"lan\"" },
	{ "explain", "\"packet\": \"tcp 203.0.113.9:5 > 198.51.100.1:2000 S\", \"in\": \"wan\"" },
	{ "trace", "\"count\": \"3\", \"seconds\": \"1\"" },
	{ "capture", "\"count\": \"20\", \"seconds\": \"1\"" },
	{ "recorder", "" },
	{ "add.sets", "\"set\": \"bad\", \"address\": \"192.0.2.77\"" },
	{ "delete.sets", "\"set\": \"bad\", \"address\": \"192.0.2.77\"" },
	{ "show.sessions", "\"count\": true" },
	{ "show.rules", "\"unused\": true" },
	{ "clear.sessions", "\"port\": \"80\"" },
	{ "clear.sessions", "\"all\": true" },
};

static void
on_finished(struct rpc_call *call)
{
	*(bool *)call->arg = true;
}

/* Makes a call without parameters, with traffic until it is answered. */
static void
call_while_busy(struct appliance_fixture *f, struct event_base *base, struct control *c,
	const struct asked *what)
{
	static const struct rpc_peer root = { .may_change = true };
	static unsigned round;
	struct rpc_call *call;
	bool finished;
	char text[256];

	snprintf(text, sizeof(text),
		"{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"%s\", \"params\": {%s}}",
		what->method, what->params);
	call = rpc_read(text, strlen(text), &root);
	assert_non_null(call);
	call->finished = on_finished;
	call->arg = &finished;
	push_all_kinds(f, round);
	finished = false;
	finished = call->error != 0 || control_serve(c, call) || finished;
	for (unsigned ms = 0; !finished && ms < ANSWER_MS; ms++) {
		push_all_kinds(f, round++);
		event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
		usleep(1000);
		drain(f);
	}
	if (!finished)
		fail_msg("%s: no answer", what->method);
	if (call->error != 0)
		fail_msg("%s: %s", what->method, call->text);
	rpc_free(call);
}

static void
no_verb_disturbs_a_busy_worker(void **state)
{
	struct appliance_fixture *f = *state;
	struct event_base *base = socket_make_base();
	struct control_setup setup = { .config = "weir.yaml", .base = base };
	struct control *c;

	given_appliance(f, CONFIG("5Mbit"), &two_threads);
	setup.appliance = f->a;
	c = control_create(&setup);
	assert_non_null(c);
	for (unsigned round = 0; round < VERB_ROUNDS; round++) {
		for (unsigned i = 0; i < VERB_COUNT; i++) {
			char method[64];

			verb_method(&verbs[i], method);
			if (strncmp(method, "show.", 5) == 0)
				call_while_busy(f, base, c, &(struct asked){ method, "" });
		}
		for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++)
			call_while_busy(f, base, c, &others[i]);
	}
	control_destroy(c);
	event_base_free(base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		appliance_test(no_verb_disturbs_a_busy_worker),
		appliance_test(reports_and_reloads_disturb_no_busy_worker),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
