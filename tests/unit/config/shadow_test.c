/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules that change nothing: what makes an earlier rule hide a later one, and what does not. */
#include "rows.h"

#define HEAD \
	"version: 1\n" \
	"ports: {lan: {device: net_null0}, wan: {device: net_null1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [192.0.2.1/24], pipeline: inside}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: inside}\n" \
	"sets: {dyn: {timeout: 1m}, also: {timeout: 1m}}\n"
#define TAIL \
	"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}\n" \
	"pipelines: {inside: [track, {route: main}, {acl: list}], more: [{acl: called}, {drop: {if: {src: $dyn, dst: $also}}}]}\n"
#define CALLED      "called: {rules: [{name: c, dport: 9, action: drop, add: $dyn}]}"
#define LIST(rules) HEAD "acls: {" CALLED ", list: {default: drop, rules: [\n  " rules "]}}\n" TAIL

#define NEVER "is never reached"
#define SAME  "does the same before"

/* The findings apart from names that nothing uses. */
static struct found
shadows_of(const char *text)
{
	struct found all = verified(text), f = { .errors = all.errors };
	char *rest = NULL;

	for (char *line = strtok_r(all.text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		if (strstr(line, "nothing uses this") != NULL)
			continue;
		f.warnings++;
		strcat(strcat(f.text, line), "\n");
	}
	f.warnings -= f.errors;
	return f;
}

static void
expect_shadows(const struct row *rows)
{
	unsigned wrong = 0;

	for (const struct row *r = rows; r->text != NULL; r++) {
		char text[4096];
		struct found f;

		snprintf(text, sizeof(text), LIST("%s"), r->text);
		f = shadows_of(text);
		if (r->finding == NULL ? f.errors + f.warnings == 0
				       : f.errors == 0 && f.warnings == 1
					&& strstr(f.text, r->finding) != NULL)
			continue;
		print_error("%s\nexpected: %s\nfound %u errors, %u warnings:\n%s\n", r->text,
			r->finding != NULL ? r->finding : "nothing", f.errors, f.warnings, f.text);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void
what_hides_a_rule(void **state)
{
	static const struct row rows[] = {
		/* only what takes all that the later rule does */
		{ "{proto: tcp, action: accept},\n  {name: x, proto: tcp, dport: 22, action: accept}",
			SAME, true },
		{ "{proto: tcp, dport: 1-21, action: accept},\n  {name: x, proto: tcp, dport: 22, action: accept}" },
		{ "{proto: tcp, dport: 1-22, action: accept},\n  {name: x, proto: tcp, dport: 22, action: accept}",
			SAME, true },
		{ "{proto: tcp, dport: 23-99, action: accept},\n  {name: x, proto: tcp, dport: 22, action: accept}" },
		/* an action continue, a call, a limit, a time and a dynamic set take no packet for
		   certain */
		{ "{proto: tcp, action: continue},\n  {name: x, proto: tcp, dport: 22, action: accept}" },
		{ "{proto: tcp, call: called},\n  {name: x, proto: tcp, dport: 22, action: accept}" },
		{ "{proto: tcp, limit: 10/s, action: accept},\n  {name: x, proto: tcp, dport: 22, action: accept}" },
		{ "{proto: tcp, time: mon, action: accept},\n  {name: x, proto: tcp, dport: 22, action: accept}" },
		{ "{proto: tcp, src: $dyn, action: accept},\n  {name: x, proto: tcp, dport: 22, action: accept}" },
		{ "{proto: tcp, out: wan, action: accept},\n  {name: x, proto: tcp, dport: 22, action: accept}" },
		/* interfaces */
		{ "{in: lan, proto: tcp, action: accept},\n  {name: x, proto: tcp, dport: 22, action: accept}" },
		{ "{in: [lan, wan], proto: tcp, action: accept},\n  {name: x, proto: tcp, dport: 22, action: accept}",
			NEVER, true },
		{ "{in: lan, proto: tcp, action: accept},\n  {name: x, in: lan, proto: tcp, dport: 22, action: accept}",
			SAME, true },
		{ "{in: wan, proto: tcp, action: accept},\n  {name: x, in: lan, proto: tcp, dport: 22, action: accept}" },
		{ "{in: \"!lan\", proto: tcp, action: accept},\n  {name: x, in: wan, proto: tcp, dport: 22, action: accept}",
			SAME, true },
		/* states */
		{ "{state: new, action: accept},\n  {name: x, state: new, dport: 22, action: accept}",
			SAME, true },
		{ "{state: [established, related], action: accept},\n  {name: x, state: new, dport: 22, action: accept}" },
		{ "{state: [established, related], action: accept},\n  {name: x, state: established, dport: 22, action: accept}",
			SAME, true },
		{ "{state: [new, established, related], action: accept},\n  {name: x, dport: 22, action: accept}" },
		{ "{state: [new, established, related, invalid, untracked], action: accept},\n  {name: x, dport: 22, action: accept}",
			SAME, true },
		{ "{state: untracked, action: accept},\n  {name: x, state: untracked, dport: 22, action: accept}",
			SAME, true },
		{ "{state: invalid, action: accept},\n  {name: x, state: invalid, dport: 22, action: accept}",
			SAME, true },
		/* protocols and families */
		{ "{proto: icmp, action: accept},\n  {name: x, icmp: echo-request, src: 10.0.0.0/8, action: accept}",
			SAME, true },
		{ "{proto: icmp, action: accept},\n  {name: x, icmp: echo-request, action: accept}" },
		{ "{proto: [icmp, icmpv6], action: accept},\n  {name: x, icmp: echo-request, action: accept}",
			NEVER, true },
		{ "{icmp: 8, action: accept},\n  {name: x, icmp: 8/1, action: accept}", NEVER,
			true },
		{ "{icmp: 8/0, action: accept},\n  {name: x, icmp: 8/1, action: accept}" },
		{ "{src: 10.0.0.0/8, action: accept},\n  {name: x, src: 10.0.0.0/9, dport: 9, action: accept}",
			SAME, true },
		{ "{src: 10.0.0.0/9, action: accept},\n  {name: x, src: 10.0.0.0/8, dport: 9, action: accept}" },
		{ "{src: \"2001:db8::/32\", action: accept},\n  {name: x, src: \"2001:db8:1::/48\", dport: 9, action: accept}",
			SAME, true },
		/* flags, DSCP, fragments, VLANs */
		{ "{flags: S/SA, action: accept},\n  {name: x, flags: S/SAR, action: accept}", SAME,
			true },
		{ "{name: y, flags: S/SAR, action: accept},\n  {name: x, flags: S/SA, action: accept}" },
		{ "{dscp: 1-9, action: accept},\n  {name: x, dscp: 9, dport: 9, action: accept}",
			SAME, true },
		{ "{dscp: 1-9, action: accept},\n  {name: x, dscp: 10, dport: 9, action: accept}" },
		{ "{fragment: true, action: accept},\n  {name: x, fragment: true, proto: udp, action: accept}",
			SAME, true },
		{ "{fragment: true, action: accept},\n  {name: x, fragment: false, proto: udp, action: accept}" },
		{ NULL },
	};

	(void)state;
	expect_shadows(rows);
}

static void
what_is_said_of_a_hidden_rule(void **state)
{
	static const struct row rows[] = {
		{ "{name: w, proto: tcp, action: accept},\n  {name: x, proto: tcp, dport: 22, action: accept}",
			"is never reached: 'w' in line 8 does the same before, as for tcp ", true },
		{ "{proto: tcp, action: accept},\n  {name: x, proto: tcp, dport: 22, action: drop}",
			"is never reached, and in conflict: it says drop, and the rule in line 8 says accept before",
			true },
		{ "{proto: tcp, action: drop},\n  {name: x, proto: tcp, dport: 22, action: reject}",
			"it says reject, and the rule in line 8 says drop before", true },
		{ "{proto: tcp, goto: more},\n  {name: x, proto: tcp, dport: 22, action: reject}",
			"it says reject, and the rule in line 8 says goto or call before", true },
		{ "{proto: tcp, action: reject},\n  {name: x, proto: tcp, dport: 22, action: reject, with: port-unreachable}",
			"in conflict: it says reject, and the rule in line 8 says reject before",
			true },
		{ "{proto: tcp, action: drop},\n  {name: x, proto: tcp, dport: 22, action: drop, add: $dyn}",
			"in conflict", true },
		{ "{proto: tcp, action: drop, add: $also},\n  {name: x, proto: tcp, dport: 22, action: drop, add: $dyn}",
			"in conflict", true },
		{ "{proto: tcp, action: drop, add: $dyn},\n  {name: x, proto: tcp, dport: 22, action: drop, add: $dyn}",
			SAME, true },
		{ "{proto: tcp, action: drop},\n  {name: x, proto: tcp, dport: 22, action: drop, log: true}",
			"in conflict", true },
		{ "{proto: tcp, action: drop, log: true},\n  {name: x, proto: tcp, dport: 22, action: drop, log: true}",
			SAME, true },
		{ "{proto: tcp, goto: more},\n  {name: x, proto: tcp, dport: 22, goto: more}", SAME,
			true },
		{ "{proto: tcp, call: called, dport: 1},\n  {proto: tcp, action: accept},\n  {name: x, proto: tcp, call: called}",
			"in conflict: it says goto or call, and the rule in line 9 says accept before",
			true },
		{ "{proto: tcp, dport: 1-50, action: accept},\n  {proto: tcp, dport: 51-99, action: accept},\n"
		  "  {name: x, proto: tcp, dport: 20-80, action: accept}",
			"is never reached: rules before it take together all that it does, the rule in line ",
			true },
		{ "{proto: tcp, dport: 1-50, action: accept},\n  {proto: tcp, dport: 51-99, action: accept},\n"
		  "  {name: x, proto: tcp, dport: 20-80, action: drop}",
			"is never reached, and in conflict: rules before it take together", true },
		{ NULL },
	};

	(void)state;
	expect_shadows(rows);
}

static void
what_makes_a_rule_redundant(void **state)
{
	static const struct row rows[] = {
		{ "{proto: tcp, dport: 22, action: drop}",
			"changes nothing: without it the default does the same, as for tcp ",
			true },
		{ "{proto: tcp, dport: 22, action: accept}" },
		{ "{name: x, proto: tcp, dport: 22, action: drop}" },
		{ "{proto: tcp, dport: 22, action: drop, log: true}" },
		{ "{proto: tcp, dport: 22, action: drop, add: $dyn}" },
		{ "{proto: tcp, dport: 22, action: drop},\n  {proto: tcp, action: accept}" },
		{ "{proto: tcp, dport: 22, action: accept},\n  {proto: tcp, action: accept}",
			"changes nothing: without it line 9 does the same", true },
		{ "{proto: tcp, dport: 22, action: accept},\n  {proto: tcp, src: 10.0.0.0/8, action: reject},\n"
		  "  {proto: tcp, action: accept}" },
		{ "{proto: tcp, dport: 22, action: accept},\n  {proto: tcp, dport: 23, action: reject},\n"
		  "  {proto: tcp, action: accept}",
			"changes nothing: without it line 10 does the same", true },
		{ "{proto: tcp, dport: 22, goto: more}" },
		{ "{proto: tcp, dport: 22, action: accept},\n  {proto: tcp, limit: 10/s, action: accept}" },
		{ NULL },
	};

	(void)state;
	expect_shadows(rows);
}

/* Twenty rules of a list are told one by one, the others by their number. */
static void
twenty_redundant_rules_are_told(void **state)
{
	(void)state;
	for (unsigned n = 20; n <= 22; n++) {
		char *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);
		struct found f;

		fputs(HEAD "acls: {" CALLED ", list: {default: drop, rules: [\n  ", out);
		for (unsigned i = 0; i < n; i++)
			fprintf(out, "%s{proto: tcp, dport: %u, action: drop}",
				i > 0 ? ",\n  " : "", 2 * i + 1);
		fputs("]}}\n" TAIL, out);
		fclose(out);
		f = shadows_of(text);
		free(text);
		assert_int_equal(f.errors, 0);
		assert_int_equal(f.warnings, n <= 20 ? n : 21);
		assert_int_equal(
			strstr(f.text, "more rules without a name change nothing") != NULL, n > 20);
		if (n == 22)
			assert_non_null(
				strstr(f.text, ": 2 more rules without a name change nothing"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_hides_a_rule),
		cmocka_unit_test(what_is_said_of_a_hidden_rule),
		cmocka_unit_test(what_makes_a_rule_redundant),
		cmocka_unit_test(twenty_redundant_rules_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
