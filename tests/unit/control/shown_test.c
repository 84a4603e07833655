/* SPDX-License-Identifier: BSD-3-Clause */
/* What each verb that shows says of an appliance whose traffic is known: whole objects, member by
 * member.  SHOWN_PRINT=1 prints them instead.
 *
 *   10.0.0.2, .3 --- lan [ Weir: pool 203.0.113.8 ] wan --- 198.51.100.2
 *   10.20.0.2 --- guests (VLAN 20 of lan, domain red) */
#include "control/exporter.h"
#include "control/report.h"
#include "control/shown.h"

#define CONFIG \
	"version: 1\n" \
	"system: {flows: 1024, burst: 64}\n" \
	"ports: {lan: {device: net_null0}, wan: {device: net_null1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [10.0.0.1/24, \"2001:db8:1::1/64\"], pipeline: inside,\n" \
	"    neighbours: {10.0.0.2: \"02:00:00:00:01:02\", 10.0.0.3: \"02:00:00:00:01:03\"}}\n" \
	"  guests: {port: lan, vlan: 20, domain: red, addresses: [10.20.0.1/24], pipeline: plain}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: outside,\n" \
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n" \
	"sets: {bad: {timeout: 10m, size: 100}, two: [10.0.0.2, 10.0.0.3]}\n" \
	"nat: {uplink: {pool: [203.0.113.8], ports: 1024-1033}}\n" \
	"acls:\n" \
	"  out: {default: drop, rules: [\n" \
	"    {name: web, proto: tcp, dport: 80, src: $two, action: accept},\n" \
	"    {name: dns, proto: udp, dport: 53, action: accept},\n" \
	"    {name: watched, proto: udp, dport: 99, add: $bad, action: drop},\n" \
	"    {name: unused, proto: udp, dport: 7, action: accept}]}\n" \
	"  answers: {default: drop, rules: [{state: established, action: accept}]}\n" \
	"routes:\n" \
	"  main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: 192.0.2.0/24, blackhole: true}]\n" \
	"  red: [{to: 10.9.0.0/16, blackhole: true}]\n" \
	"pipelines:\n" \
	"  inside: [track, {acl: out}, {limit: {rate: 100/s, burst: 100, if: {dport: 53}}},\n" \
	"    {limit: {rate: 2/s, burst: 2, if: {dport: 53}}},\n" \
	"    {limit: {sessions: 1, per: source, if: {dport: 53}}},\n" \
	"    {route: main}, {snat: uplink}]\n" \
	"  outside: [track, {acl: answers},\n" \
	"    {route: main}]\n" \
	"  plain: [{route: red}]\n"

static int
setup(void **state)
{
	static struct world w;

	*state = &w;
	return world_start(&w, CONFIG, 1);
}

static int
teardown(void **state)
{
	return world_end(*state);
}

static void
bring_traffic(struct world *w)
{
	w->now_ns = 10 * NS_PER_SECOND;
	world_push(w, w->lan, "tcp 10.0.0.2:4000 > 198.51.100.2:80 S seq 1");
	world_push(w, w->wan, "tcp 198.51.100.2:80 > 203.0.113.8:1024 SA seq 1 ack 2");
	world_push(w, w->lan, "tcp 10.0.0.2:4000 > 198.51.100.2:80 A seq 2 ack 2");
	for (unsigned i = 0; i < 3; i++)
		world_push(w, w->lan, "udp 10.0.0.3:5000 > 198.51.100.2:53");
	world_push(w, w->lan, "udp 10.0.0.3:5001 > 198.51.100.2:99");
	world_push(w, w->lan, "udp 10.0.0.3:5001 > 192.0.2.1:53");
	world_push(w, w->wan, "udp 198.51.100.7:9 > 203.0.113.8:9");
	offline_set_time(&w->offline, 12 * NS_PER_SECOND);
	offline_settle(&w->offline);
	control_tick(w->control);
}

static void
every_verb_shows_what_is(void **state)
{
	struct world *w = *state;

	bring_traffic(w);
	expect_shown(w, shown, sizeof(shown) / sizeof(shown[0]));
}

static void
reload(struct world *w)
{
	struct err *err = err_create();
	struct config *cfg = config_load_text("weir.yaml", CONFIG, err);

	assert_int_equal(appliance_reload(w->offline.appliance, cfg, err), 0);
	err_destroy(err);
	offline_settle(&w->offline);
}

/* A rule that says the same after a reload keeps its packets, and so when the first and the last
 * one came. */
static void
rules_keep_the_times_of_their_hits(void **state)
{
	static const struct shown wanted = { "show.rules", "\"name\": \"web\"",
		"{\"rules\":[{\"bytes\":80,\"first\":20.01,\"last\":9.999,\"name\":\"web\","
		"\"owner\":\"acls.out\",\"packets\":2,\"place\":\"weir.yaml:14\"}]}" };
	struct world *w = *state;

	w->now_ns = 10 * NS_PER_SECOND;
	world_push(w, w->lan, "tcp 10.0.0.2:4000 > 198.51.100.2:80 S seq 1");
	reload(w);
	world_wait(w, 10 * NS_PER_SECOND);
	world_push(w, w->lan, "tcp 10.0.0.2:4001 > 198.51.100.2:80 S seq 1");
	reload(w);
	world_wait(w, 10 * NS_PER_SECOND);
	expect_shown(w, &wanted, 1);
}

static void
figures(void *arg, struct exporter_figures *out)
{
	*out = (struct exporter_figures){ EXPORTER_FAILS, "192.0.2.9:4739", "tcp", "refused", 1, 2,
		3, 4, 5, 6, 7, 8, 9, 10 };
	out->state = *(enum exporter_state *)arg;
}

static void
expect_export(struct world *w, const char *wanted)
{
	const struct shown s = { "show.ipfix", "", wanted };
	char *text = text_of(w, &s);

	assert_string_equal(text, wanted);
	free(text);
}

static void
what_an_exporter_says_is_shown(void **state)
{
	enum exporter_state at = EXPORTER_OFF;
	const struct exporter exporter = { figures, &at };
	struct world *w = *state;

	control_set_exporter(w->control, &exporter);
	expect_export(w, "{\"state\":\"off\"}");
	at = EXPORTER_FAILS;
	expect_export(w,
		"{\"bytes\":4,\"collector\":\"192.0.2.9:4739\",\"connects\":10,\"domain\":1,"
		"\"error\":\"refused\",\"errors\":9,\"lost\":6,\"lost_bytes\":8,\"lost_packets\":7,"
		"\"messages\":3,\"protocol\":\"tcp\",\"records\":2,\"state\":\"failing\",\"waiting\":5}");
}

/* A list without rows would say that there are none of what the caller mistyped. */
static void
what_a_parameter_names_has_to_be_there(void **state)
{
	struct world *w = *state;
	unsigned wrong = 0, tried = 0;

	for (unsigned v = 0; v < VERB_COUNT; v++) {
		const struct verb_param *p = verbs[v].params;
		char method[64], params[128];

		verb_method(&verbs[v], method);
		if (strncmp(method, "show.", 5) != 0)
			continue;
		for (; p->name != NULL; p++) {
			json_t *result;

			if (p->kind != PARAM_VALUE && p->kind != PARAM_WORD)
				continue;
			snprintf(params, sizeof(params), "\"%s\": \"no such one\"", p->name);
			result = world_call(w, method, params);
			tried++;
			if (!json_is_string(result)) {
				print_error("%s takes any %s\n", method, p->name);
				wrong++;
			} else if (strstr(json_string_value(result), "no such one") == NULL) {
				print_error(
					"%s {%s}: %s\n", method, params, json_string_value(result));
				wrong++;
			}
			json_decref(result);
		}
	}
	assert_true(tried > 10);
	assert_int_equal(wrong, 0);
}

/* Every verb that shows, and that another test does not look at. */
/* How the words of verbs are written, as the manual says it: a parameter's name, or its value where
 * that alone is written. */
static void
the_manual_says_how_parameters_are_written(void **state)
{
	static const char *const lines[] = {
		"\n.It Cm show rules Op Cm unused Op Cm owner Ar LIST Op Cm name Ar NAME\n",
		"\n.It Cm unused\nthose that have not decided anything\n.It Cm owner\n",
		"\n.It Cm commit Ar FILE Op Cm confirm Ar TIME ",
	};
	char *text = NULL;
	size_t bytes;
	FILE *f = open_memstream(&text, &bytes);

	(void)state;
	verbs_print_man(f);
	fclose(f);
	for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (strstr(text, lines[i]) == NULL)
			fail_msg("%s\nis missing in\n%s", lines[i], text);
	free(text);
}

static void
no_verb_is_forgotten(void **state)
{
	(void)state;
	for (unsigned v = 0; v < VERB_COUNT; v++) {
		bool found = false;
		char method[64];

		verb_method(&verbs[v], method);
		for (unsigned i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
			found |= strcmp(shown[i].method, method) == 0;
		if (strncmp(method, "show.", 5) == 0 && !found)
			fail_msg("%s", method);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_verb_is_forgotten),
		cmocka_unit_test(the_manual_says_how_parameters_are_written),
		cmocka_unit_test_setup_teardown(every_verb_shows_what_is, setup, teardown),
		cmocka_unit_test_setup_teardown(
			rules_keep_the_times_of_their_hits, setup, teardown),
		cmocka_unit_test_setup_teardown(what_an_exporter_says_is_shown, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_a_parameter_names_has_to_be_there, setup, teardown),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	appliance_leave();
	return failed;
}
