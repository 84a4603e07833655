/* SPDX-License-Identifier: BSD-3-Clause */
/* Reloads that change little: flows keep their programs, unless what decides them may have changed.
 *
 *   10.0.0.2 --- lan [ Weir ] wan --- 198.51.100.2 */
#include <stdlib.h>
#include <unistd.h>

#include "control/appliance_priv.h"
#include "policy/changes.h"
#include "hits.h"

#define FRAME(more, lists) \
	"version: 1\n" \
	"system: {flows: 4096, burst: 32}\n" \
	"ports: {lan: {device: net_null0}, wan: {device: net_null1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [10.0.0.1/24], pipeline: all}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: all,\n" \
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\"}}\n" \
	"routes: {main: []}\n" more "acls:\n" lists "pipelines: {all: [acl: list, route: main]}\n"

#define CONFIG(rules) FRAME("", "  list: {default: drop, rules: [" rules "]}\n")

#define DNS "{proto: udp, dport: 53, action: accept}"
#define NTP "{name: time, proto: udp, dport: 123, action: accept}"
#define SSH "{proto: tcp, dport: 22, action: drop}"

static uint64_t
edition(struct appliance_fixture *f)
{
	return appliance_generation(f->a)->edition;
}

static const struct changes *
changes(struct appliance_fixture *f)
{
	return appliance_generation(f->a)->changes;
}

static uint64_t
missed(struct appliance_fixture *f)
{
	return fastpath_ledger(worker_of(f, 0)->fp)->lookups_miss;
}

/* Sends n packets of one flow; returns how many have left. */
static unsigned
pass(struct appliance_fixture *f, const char *packet, unsigned n)
{
	drain(f);
	for (unsigned i = 0; i < n; i++)
		push(f, "lan", packet);
	return sent(f, "wan");
}

#define TO_DNS "udp 10.0.0.2:1000 > 198.51.100.2:53"
#define TO_NTP "udp 10.0.0.2:1000 > 198.51.100.2:123"

/* --- what is of one edition --- */

static void
a_file_that_says_the_same_keeps_programs(void **state)
{
	struct appliance_fixture *f = *state;
	uint64_t before, misses;

	given(f, CONFIG(DNS "," NTP));
	assert_int_equal(pass(f, TO_DNS, 3), 3);
	before = edition(f);
	misses = missed(f);
	reload_to(f, CONFIG(DNS "," NTP));
	reload_to(f, "# a comment\n" CONFIG("{ proto: \"udp\",  dport: 53, action: accept}," NTP));
	assert_int_equal(edition(f), before);
	assert_int_equal(pass(f, TO_DNS, 3), 3);
	assert_int_equal(missed(f), misses);
}

/* Counts of flows whose programs outlive many generations are those of their lines. */
static void
hits_go_on_over_many_reloads(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, CONFIG(DNS "," NTP));
	for (unsigned i = 0; i < 30; i++) {
		assert_int_equal(pass(f, TO_DNS, 2), 2);
		assert_int_equal(pass(f, TO_NTP, 1), 1);
		reload_to(f, CONFIG(DNS "," NTP));
		if (i % 7 == 0)
			wait_s(f, 1);
	}
	reload_to(f, CONFIG(SSH "," NTP "," DNS));
	wait_s(f, 2);
	assert_int_equal(hits(f, 3), 60);
	assert_int_equal(hits(f, 2), 30);
}

static void
write_set(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

/* The file says the same, and what it names does not. */
static void
members_of_a_set_that_come_from_a_file_count(void **state)
{
	struct appliance_fixture *f = *state;
	char path[] = "/tmp/weir-edition-XXXXXX", text[2048];
	uint64_t before;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	snprintf(text, sizeof(text),
		FRAME("sets: {these: {file: %s}}\n", "  list: [{src: $these, action: accept}]\n"),
		path);
	write_set(path, "10.0.0.2\n");
	given(f, text);
	assert_int_equal(pass(f, TO_DNS, 3), 3);
	before = edition(f);
	write_set(path, "# the same\n10.0.0.2/32\n");
	reload_to(f, text);
	assert_int_equal(edition(f), before);
	write_set(path, "10.0.0.3\n");
	reload_to(f, text);
	assert_int_equal(edition(f), before + 1);
	assert_null(changes(f));
	assert_int_equal(pass(f, TO_DNS, 3), 0);
	unlink(path);
}

/* A list that is written without a value matches nothing, one that is not written everything; a
 * default that is not written lets a list go on. */
static void
what_is_written_counts_where_values_are_alike(void **state)
{
	struct appliance_fixture *f = *state;
	const struct {
		const char *before, *after;
		unsigned passes;
	} pairs[] = {
		{ CONFIG("{src: [], action: drop}," DNS), CONFIG("{action: drop}," DNS), 0 },
		{ CONFIG("{action: drop}," DNS), CONFIG("{src: [], action: drop}," DNS), 3 },
		{ FRAME("", "  list: [{call: called}," DNS "]\n  called: {rules: []}\n"),
			FRAME("",
				"  list: [{call: called}," DNS
				"]\n  called: {default: drop, rules: []}\n"),
			0 },
	};

	given(f, CONFIG(DNS));
	for (unsigned i = 0; i < RTE_DIM(pairs); i++) {
		uint64_t before;

		reload_to(f, pairs[i].before);
		before = edition(f);
		assert_int_equal(pass(f, TO_DNS, 3), 3 - pairs[i].passes);
		reload_to(f, pairs[i].after);
		assert_int_equal(edition(f), before + 1);
		assert_int_equal(pass(f, TO_DNS, 3), pairs[i].passes);
	}
}

/* Whatever else differs has all flows judged again; so does what becomes of sessions. */
static void
all_other_sections_count(void **state)
{
	static const char *const texts[] = {
		FRAME("", "  list: {default: drop, rules: [" DNS "]}\n"),
		FRAME("", "  list: {default: accept, rules: [" DNS "]}\n"),
		FRAME("", "  list: {rules: [" DNS "]}\n"),
		FRAME("", "  list: [" DNS "]\n"),
		FRAME("", "  list: [" DNS "]\n  more: [" NTP "]\n"),
		FRAME("sets: {these: [10.0.0.2]}\n", "  list: [" DNS "]\n"),
		FRAME("sets: {these: [10.0.0.3]}\n", "  list: [" DNS "]\n"),
		FRAME("zones: {all: [lan, wan]}\n", "  list: [" DNS "]\n"),
	};
	struct appliance_fixture *f = *state;

	given(f, CONFIG(DNS "," NTP));
	for (unsigned i = 0; i < RTE_DIM(texts); i++) {
		uint64_t before = edition(f);

		reload_to(f, texts[i]);
		if (i > 0) {
			assert_int_equal(edition(f), before + 1);
			assert_null(changes(f));
		}
		reload_to(f, texts[i]);
		appliance_keep_sessions(f->a, true);
		before = edition(f);
		reload_to(f, texts[i]);
		assert_int_equal(edition(f), before + 1);
		assert_null(changes(f));
		appliance_keep_sessions(f->a, false);
		reload_to(f, texts[i]);
	}
}

/* --- what has changed --- */

/* A list that is written without a default. */
static void
bare_lists_are_lists(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, FRAME("", "  list: [" DNS "]\n"));
	reload_to(f, FRAME("", "  list: [" NTP "," DNS "]\n"));
	assert_non_null(changes(f));
	assert_int_equal(changes(f)->n, 1);
	reload_to(f, FRAME("", "  list: [" NTP "," SSH "," DNS "]\n"));
	assert_int_equal(changes(f)->n, 1);
}

static void
flows_that_changed_rules_may_touch_are_judged_again(void **state)
{
	struct appliance_fixture *f = *state;
	uint64_t misses;

	given(f, CONFIG(DNS "," NTP));
	assert_int_equal(pass(f, TO_DNS, 3), 3);
	assert_int_equal(pass(f, TO_NTP, 3), 3);
	misses = missed(f);
	reload_to(f, CONFIG("{proto: udp, dport: 53, action: drop}," NTP));
	assert_non_null(changes(f));
	assert_int_equal(changes(f)->n, 2); /* the old one and the new one */
	reload_to(f, CONFIG("{proto: udp, dport: 53, action: drop}," NTP));
	assert_int_equal(pass(f, TO_NTP, 3), 3);
	assert_int_equal(missed(f), misses);
	assert_int_equal(pass(f, TO_DNS, 3), 0);
	assert_true(missed(f) > misses);
}

/* An idle flow's program is kept by the sweep: its next packet is a hit. */
static void
idle_flows_keep_theirs(void **state)
{
	struct appliance_fixture *f = *state;
	uint64_t misses;

	given(f, CONFIG(DNS "," NTP));
	assert_int_equal(pass(f, TO_DNS, 3), 3);
	reload_to(f, CONFIG(SSH "," DNS "," NTP));
	wait_s(f, 3);
	misses = missed(f);
	assert_int_equal(pass(f, TO_DNS, 3), 3);
	assert_int_equal(missed(f), misses);
	wait_s(f, 2);
	assert_int_equal(hits(f, 2), 6);
}

/* Two reloads without a packet or a sweep between them: the changes of the second one do not tell
 * those of the first. */
static void
changes_tell_of_one_reload(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, CONFIG(DNS "," NTP));
	assert_int_equal(pass(f, TO_DNS, 3), 3);
	reload_to(f, CONFIG("{proto: udp, dport: 53, action: drop}," NTP));
	reload_to(f, CONFIG("{proto: udp, dport: 53, action: drop}," NTP "," SSH));
	reload_to(f, CONFIG("{proto: udp, dport: 53, action: drop}," NTP "," SSH));
	assert_int_equal(pass(f, TO_DNS, 3), 0);
}

#define FORWARD(rules) \
	"version: 1\n" \
	"system: {flows: 1024, burst: 32}\n" \
	"ports: {lan: {device: net_null0}, wan: {device: net_null1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [198.51.100.1/24, \"2001:db8:1::1/64\"], pipeline: in}\n" \
	"  wan: {addresses: [10.0.0.1/24, \"2001:db8:2::1/64\"], pipeline: out, neighbours: {\n" \
	"    10.0.0.5: \"02:00:00:00:02:05\", \"2001:db8:2::5\": \"02:00:00:00:02:05\"}}\n" \
	"routes: {main: []}\n" \
	"acls: {list: {default: accept, rules: [" rules "]}}\n" \
	"pipelines:\n" \
	"  in: [track, {dnat: {to: 10.0.0.5, if: {dst: 198.51.100.1, proto: udp, dport: 8053}}},\n" \
	"    acl: list, route: main]\n" \
	"  out: [track, route: main]\n"

/* A rule on what a packet becomes, and one on addresses of the other family. */
static void
translated_flows_and_both_families(void **state)
{
	struct appliance_fixture *f = *state;
	const char *forwarded = "udp 198.51.100.9:1000 > 198.51.100.1:8053";
	const char *other = "udp [2001:db8:1::9]:1000 > [2001:db8:2::5]:53";
	uint64_t misses;

	given(f, FORWARD(""));
	assert_int_equal(pass(f, forwarded, 3), 3);
	for (unsigned i = 0; i < 3; i++)
		push(f, "lan", other);
	misses = missed(f);
	reload_to(f, FORWARD("{dst: 10.0.0.6, action: drop}"));
	assert_non_null(changes(f));
	assert_int_equal(pass(f, forwarded, 3), 3);
	push(f, "lan", other);
	assert_int_equal(missed(f), misses);
	reload_to(f, FORWARD("{dst: 10.0.0.5, action: drop}"));
	assert_int_equal(pass(f, forwarded, 3), 0);
	misses = missed(f);
	push(f, "lan", other);
	assert_int_equal(missed(f), misses);
	reload_to(f, FORWARD("{dst: \"2001:db8:2::4/126\", action: drop}"));
	assert_int_equal(pass(f, forwarded, 3), 3);
	misses = missed(f);
	push(f, "lan", other);
	assert_int_equal(missed(f), misses + 1);
}

/* The list of a flow has the number that another one had in the edition before. */
static void
lists_are_numbered_anew_in_each_edition(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, CONFIG(DNS "," NTP));
	assert_int_equal(pass(f, TO_DNS, 3), 3);
	reload_to(f, CONFIG(SSH "," DNS "," NTP));
	assert_int_equal(pass(f, TO_DNS, 1), 1);
	assert_int_equal(pass(f, TO_NTP, 3), 3);
	reload_to(f, CONFIG(SSH "," SSH "," DNS "," NTP));
	assert_int_equal(pass(f, TO_NTP, 3), 3);
	wait_s(f, 2);
	assert_int_equal(hits(f, 3), 4);
	assert_int_equal(hits(f, 4), 6);
}

/* A worker that stood still while a generation came and went. */
static void
a_generation_that_was_not_taken_is_not_told(void **state)
{
	struct appliance_fixture *f = *state;
	struct generation before;
	uint64_t misses;

	given(f, CONFIG(DNS "," NTP));
	assert_int_equal(pass(f, TO_DNS, 3), 3);
	before = *appliance_generation(f->a);
	before.edition--;
	worker_of(f, 0)->fp->dp.gen = &before;
	reload_to(f, CONFIG(SSH "," DNS "," NTP));
	assert_non_null(changes(f));
	misses = missed(f);
	assert_int_equal(pass(f, TO_DNS, 3), 3);
	assert_true(missed(f) > misses);
}

/* Times have the numbers in which rules ask for them. */
static void
nothing_is_told_of_files_with_times(void **state)
{
	struct appliance_fixture *f = *state;

	given(f, CONFIG("{time: {from: \"08:00\"}, action: accept}," DNS));
	reload_to(f, CONFIG("{time: {from: \"08:00\"}, action: accept}," DNS "," NTP));
	assert_null(changes(f));
	reload_to(f, CONFIG(DNS "," NTP));
	assert_null(changes(f));
}

/* An address that the kernel has added is one of our own, whatever the file says. */
static void
addresses_of_the_host_are_of_an_edition(void **state)
{
	struct appliance_fixture *f = *state;
	uint64_t before;

	given(f, CONFIG(DNS));
	before = edition(f);
	f->a->added = calloc(1, sizeof(*f->a->added));
	f->a->n_added = 1;
	snprintf(f->a->added->iface, sizeof(f->a->added->iface), "lan");
	assert_true(ip_prefix_parse("10.0.0.7/24", &f->a->added->address));
	reload_to(f, CONFIG(DNS));
	assert_int_equal(edition(f), before + 1);
	assert_null(changes(f));
	reload_to(f, CONFIG(DNS));
	assert_int_equal(edition(f), before + 1);
}

/* What rules ask of a transport header that cannot be read is not looked at. */
static void
headers_with_a_fault_are_judged_again(void **state)
{
	const struct rule_range tcp = { IPPROTO_TCP, IPPROTO_TCP, false };
	const struct rule_match match = { .proto = { &tcp, 1 } }, any = { .n_conditions = 0 };
	struct flow_ends flow = { .family = 4, .proto = IPPROTO_UDP, .kind = KEY_PLAIN };
	struct changes c = { .n = 0 };

	(void)state;
	flow.kind = KEY_BLIND;
	assert_false(changes_touch(&c, &flow));
	assert_true(changes_add(&c, &match));
	assert_true(changes_touch(&c, &flow));
	flow.kind = KEY_PLAIN;
	assert_false(changes_touch(&c, &flow));
	flow.proto = IPPROTO_TCP;
	assert_true(changes_touch(&c, &flow));
	assert_false(changes_add(&c, &any));
}

/* A number of rules that differ beyond what changes hold: everything is judged again. */
static void
many_changes_are_not_told(void **state)
{
	struct appliance_fixture *f = *state;
	char rules[4096] = "", text[8192];

	given(f, CONFIG(DNS "," NTP));
	assert_int_equal(pass(f, TO_DNS, 3), 3);
	for (unsigned i = 0; i <= CHANGES_MAX; i++)
		snprintf(rules + strlen(rules), sizeof(rules) - strlen(rules),
			"{src: 10.0.0.%u, proto: udp, dport: 9, action: drop},", 2 + i);
	snprintf(text, sizeof(text), FRAME("", "  list: {default: drop, rules: [%s" DNS "]}\n"),
		rules);
	reload_to(f, text);
	assert_null(changes(f));
	assert_int_equal(pass(f, TO_DNS, 3), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		appliance_test(a_file_that_says_the_same_keeps_programs),
		appliance_test(hits_go_on_over_many_reloads),
		appliance_test(members_of_a_set_that_come_from_a_file_count),
		appliance_test(what_is_written_counts_where_values_are_alike),
		appliance_test(all_other_sections_count),
		appliance_test(bare_lists_are_lists),
		appliance_test(flows_that_changed_rules_may_touch_are_judged_again),
		appliance_test(idle_flows_keep_theirs),
		appliance_test(changes_tell_of_one_reload),
		appliance_test(translated_flows_and_both_families),
		appliance_test(lists_are_numbered_anew_in_each_edition),
		appliance_test(a_generation_that_was_not_taken_is_not_told),
		appliance_test(nothing_is_told_of_files_with_times),
		appliance_test(addresses_of_the_host_are_of_an_edition),
		cmocka_unit_test(headers_with_a_fault_are_judged_again),
		appliance_test(many_changes_are_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, leave_dpdk);
}
