/* SPDX-License-Identifier: BSD-3-Clause */
/* Matches, compiled, in a pipeline; tests/unit/table/rules_test.c compares them with rules one by
 * one. */
#include "unit/policy/policy_fixture.h"

#include "policy/acl.h"
#include "policy/matcher.h"

static void
each_of_ten_thousand_rules_decides(void **state)
{
	struct policy_fixture *f = *state;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputs("acls:\n  list:\n    rules:\n", out);
	for (unsigned i = 0; i < 10000; i++)
		fprintf(out,
			"      - {name: r%u, proto: tcp, src: 10.%u.%u.0/24, dport: %u,"
			" action: accept}\n",
			i, i / 250, i % 250, 1 + i);
	fputs("pipelines: {guard: [acl: list]}\n", out);
	fclose(out);
	given(f, text);
	free(text);

	evaluate(f, "guard", LAN, "tcp 10.0.0.7:4000 > 192.0.2.1:1 S");
	expect_note(f, "rule r0 (weir.yaml:6) accepts");
	evaluate(f, "guard", LAN, "tcp 10.20.0.7:4000 > 192.0.2.1:5001 S");
	expect_note(f, "rule r5000 (weir.yaml:5006) accepts");
	evaluate(f, "guard", LAN, "tcp 10.39.249.7:4000 > 192.0.2.1:10000 S");
	expect_note(f, "rule r9999 (weir.yaml:10005) accepts");
	evaluate(f, "guard", LAN, "tcp 10.39.249.7:4000 > 192.0.2.1:9999 S");
	assert_int_equal(f->ev.program.reason, REASON_acl_denied);
}

/* --- fields beyond a flow's key --- */

static unsigned
below(unsigned n)
{
	static uint64_t seed = 29;

	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

/* Rules on what flows are found by, and on what differs between their packets. */
static void
write_rules(FILE *out)
{
	static const char *const beyond[] = { "", "", "length: 100-500, ", "dscp: 46, ",
		"length: 1000-1500, dscp: [8, 46], ", "flags: S/S, ",
		"flags: A/SA, length: 60-200, ", "mac: \"02:00:00:00:00:77\", " };

	fputs("acls:\n  list:\n    default: accept\n    rules:\n", out);
	for (unsigned i = 0; i < 8; i++) {
		const char *more = beyond[below(RTE_DIM(beyond))];

		fprintf(out, "      - {name: r%u, proto: %s, %s", i,
			strstr(more, "flags") != NULL || below(2) ? "tcp" : "[tcp, udp]", more);
		if (below(3) != 0)
			fprintf(out, "dport: %u-%u, ", 1 + below(3), 3 + below(3));
		if (below(2))
			fprintf(out, "src: 10.0.0.%u/31, ", 2 * below(3));
		fprintf(out, "action: %s}\n", below(2) ? "accept" : "drop");
	}
	fputs("pipelines: {guard: [acl: list]}\n", out);
}

/* One packet of a flow, whose DSCP, flags and length are chosen where the decision may not depend
 * on them, and else as before. */
static void
write_packet(char *text, size_t bytes, const char *flow, bool tcp, const unsigned field[3])
{
	static const char *const flags[] = { "S", "A", "SA", "PA", "FA", "R" };

	snprintf(text, bytes, "%s %s dscp %u size %u", flow, tcp ? flags[field[0]] : "", field[1],
		field[2]);
}

static void
choose(unsigned used, unsigned field[3])
{
	static const unsigned dscp[] = { 0, 8, 46 };

	if (!(used & FIELD_TCP_FLAGS))
		field[0] = below(6);
	if (!(used & FIELD_DSCP))
		field[1] = dscp[below(3)];
	if (!(used & FIELD_LENGTH))
		field[2] = 40 + below(1400);
}

static void
what_a_decision_does_not_depend_on_may_change(void **state)
{
	struct policy_fixture *f = *state;
	unsigned independent = 0;

	for (unsigned round = 0; round < 100; round++) {
		char *rules, flow[96], packet[160], notes[sizeof(f->notes)];
		size_t size;
		FILE *out = open_memstream(&rules, &size);

		write_rules(out);
		fclose(out);
		if (build(f, rules) < 0) /* warnings of rules without effect are fine */
			fail_msg("%s", f->errors);
		free(rules);
		for (unsigned k = 0; k < 40; k++) {
			unsigned field[3] = { 0 }, used;
			bool tcp = below(2);

			snprintf(flow, sizeof(flow), "%s 10.0.0.%u:4000 > 192.0.2.1:%u",
				tcp ? "tcp" : "udp", below(6), 1 + below(6));
			choose(0, field);
			write_packet(packet, sizeof(packet), flow, tcp, field);
			used = evaluate(f, "guard", LAN, packet)->used_fields;
			snprintf(notes, sizeof(notes), "%s", f->notes);
			independent += used == 0;
			for (unsigned i = 0; i < 8; i++) {
				choose(used, field);
				write_packet(packet, sizeof(packet), flow, tcp, field);
				evaluate(f, "guard", LAN, packet);
				assert_string_equal(f->notes, notes);
			}
		}
	}
	assert_true(independent > 1000); /* a quarter of 4,000, among lists full of such rules */
}

/* --- what matches ask for --- */

/* What has been translated so far, by the parts of the tuple that differ; of a reply the ends are
 * exchanged. */
static void
translations_by_what_differs(void **state)
{
	enum { SRC = 1, SPORT = 2, DST = 4, DPORT = 8 };
	struct policy_fixture *f = *state;

	given(f, "pipelines: {p: [drop]}\n");
	read_view(f, &f->view, LAN, "udp 10.0.0.2:4000 > 192.0.2.1:53");
	for (unsigned differs = 0; differs < 16; differs++) {
		for (unsigned reply = 0; reply < 2; reply++) {
			bool src = (differs & (SRC | SPORT)) != 0,
			     dst = (differs & (DST | DPORT)) != 0;
			uint8_t wanted = !src && !dst ? RULE_NAT_NONE
				: src && dst          ? RULE_NAT_BOTH
				: src == (reply != 0) ? RULE_NAT_DST
						      : RULE_NAT_SRC;

			eval_init(&f->ev, &f->gen, &f->view);
			f->ev.reply = reply;
			f->ev.tuple.src.bytes[3] ^= (differs & SRC) != 0;
			f->ev.tuple.dst.bytes[3] ^= (differs & DST) != 0;
			f->ev.tuple.sport ^= (differs & SPORT) != 0;
			f->ev.tuple.dport ^= (differs & DPORT) != 0;
			if (matcher_translation(&f->ev) != wanted)
				fail_msg("%x, reply %u: %u", differs, reply,
					matcher_translation(&f->ev));
		}
	}
	f->ev.tuple.family = 0;
	assert_int_equal(matcher_translation(&f->ev), RULE_NAT_NONE);
}

/* Each field that may differ between packets of a flow is noted, alone or with all others. */
static void
fields_that_a_list_asks_for(void **state)
{
	static const struct {
		const char *rule;
		unsigned field;
	} rows[] = {
		{ "{dscp: 9, action: drop}", FIELD_DSCP },
		{ "{flags: S, action: drop}", FIELD_TCP_FLAGS },
		{ "{fragment: true, action: drop}", FIELD_FRAGMENT },
		{ "{mac: \"02:00:00:00:00:77\", action: drop}", FIELD_MAC },
		{ "{length: 900, action: drop}", FIELD_LENGTH },
	};
	struct policy_fixture *f = *state;
	char all[1024] = "{vlan: 9, action: drop}", text[1400];
	unsigned fields = 0;

	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		snprintf(text, sizeof(text),
			"acls: {list: {default: accept, rules: [%s]}}\npipelines: {p: [acl: list]}\n",
			rows[i].rule);
		given(f, text);
		evaluate(f, "p", LAN, "tcp 10.0.0.2:1 > 10.0.1.2:2 A");
		assert_int_equal(f->ev.used_fields, rows[i].field);
		snprintf(all + strlen(all), sizeof(all) - strlen(all), ", %s", rows[i].rule);
		fields |= rows[i].field;
	}
	snprintf(text, sizeof(text),
		"acls: {list: {default: accept, rules: [%s]}}\npipelines: {p: [acl: list]}\n", all);
	given(f, text);
	evaluate(f, "p", LAN, "tcp 10.0.0.2:1 > 10.0.1.2:2 A");
	assert_int_equal(f->ev.used_fields, fields);
	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 10.0.1.2:2");
	assert_int_equal(f->ev.used_fields, fields & ~(unsigned)FIELD_TCP_FLAGS);
}

/* A list asks for what any of its rules asks for, wherever it stands. */
static void
a_list_asks_for_what_one_rule_asks_for(void **state)
{
	static const struct {
		const char *rule;
		unsigned traits;
	} rows[] = {
		{ "{src: 10.0.0.0/8, action: drop}", 0 },
		{ "{dport: 1, action: drop}", TRAIT_PORTS },
		{ "{sport: 1, action: drop}", TRAIT_PORTS },
		{ "{icmp: 8, action: drop}", TRAIT_PORTS },
		{ "{flags: S, action: drop}", TRAIT_PORTS },
		{ "{dst: $ends, action: drop}", TRAIT_PORTS },
		{ "{pair: $dports, action: drop}", TRAIT_PORTS },
		{ "{pair: $sports, action: drop}", TRAIT_PORTS },
		{ "{pair: $plain, action: drop}", 0 },
		{ "{state: new, action: drop}", TRAIT_NEEDS_TRACK },
		{ "{state: untracked, action: drop}", 0 },
		{ "{nat: snat, action: drop}", TRAIT_NEEDS_TRACK },
		{ "{limit: {sessions: 5}, action: drop}", TRAIT_NEEDS_TRACK },
		{ "{limit: 5/s, action: drop}", 0 },
		{ "{out: wan, action: drop}", TRAIT_NEEDS_ROUTE },
	};
	struct policy_fixture *f = *state;

	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		for (unsigned at = 0; at < 3; at++) {
			const char *other = "{dscp: 9, action: accept}";
			char text[1024];

			snprintf(text, sizeof(text),
				"sets: {ends: {endpoints: [\"10.0.0.1:80\"]}, plain: {pairs: [\"10.0.0.1 > 10.0.0.2\"]},\n"
				"  sports: {pairs: [\"10.0.0.1:9 > 10.0.0.2\"]}, dports: {pairs: [\"10.0.0.1 > 10.0.0.2:9\"]}}\n"
				"routes: {main: []}\nacls: {list: {rules: [%s, %s, %s]}}\n"
				"pipelines: {p: [track, route: main, acl: list, drop]}\n",
				at == 0 ? rows[i].rule : other, at == 1 ? rows[i].rule : other,
				at == 2 ? rows[i].rule : other);
			given(f, text);
			assert_int_equal(build_find_acl(f->build, "list")->traits, rows[i].traits);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(translations_by_what_differs),
		stage_test(fields_that_a_list_asks_for),
		stage_test(a_list_asks_for_what_one_rule_asks_for),
		stage_test(each_of_ten_thousand_rules_decides),
		stage_test(what_a_decision_does_not_depend_on_may_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
