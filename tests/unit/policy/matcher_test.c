/* SPDX-License-Identifier: BSD-3-Clause */
/* Matches, compiled, in a pipeline; tests/unit/table/rules_test.c compares them with rules one by
 * one. */
#include "unit/policy/policy_fixture.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(each_of_ten_thousand_rules_decides),
		stage_test(what_a_decision_does_not_depend_on_may_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
