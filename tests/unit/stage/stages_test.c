/* SPDX-License-Identifier: BSD-3-Clause */
/* The small stages: bridge, drop, forward, mark, mirror, police, sample. */
#include "unit/policy/policy_fixture.h"

#include "policy/bridge.h"
#include "stage/forward.h"
#include "table/stations.h"

static void
drop_counts_at_its_line(void **state)
{
	struct policy_fixture *f = *state;
	const struct rule_counter *counter;

	given(f, "pipelines:\n  inside:\n    - drop: {if: {dport: 23}}\n    - drop\n");
	evaluate(f, "inside", LAN, "tcp 10.0.0.2:4000 > 10.0.1.9:23 S");
	expect_program(f, "drop drop_stage");
	assert_int_equal(counter_line(f), 5);
	counter = &f->gen.counters[f->ev.program.counter];
	assert_string_equal(counter->owner, "pipelines.inside");
	assert_int_equal(
		f->ev.program.actions[0], ACTION_WORD(ACTION_COUNT, f->ev.program.counter));

	evaluate(f, "inside", LAN, "tcp 10.0.0.2:4000 > 10.0.1.9:24 S");
	assert_int_equal(counter_line(f), 6);
}

static void
forward_sends_by_a_port_as_it_is(void **state)
{
	struct policy_fixture *f = *state;

	given(f, "pipelines: {wire: [forward: wan]}\n");
	evaluate(f, "wire", LAN, "udp 127.0.0.1:1 > 224.0.0.1:2 ttl 1");
	expect_program(f, "output wan");
	assert_false(f->ev.program.ttl);
	assert_int_equal(f->ev.program.verdict, PROGRAM_WIRE);
	assert_int_equal(f->ev.program.iface, 2);
	expect_note(f, "forward: out of port wan unchanged\n");
}

/* The stations of a bridge are told by the VLAN of their frames within what their member takes
 * off. */
static void
bridge_tells_behind_which_member_a_station_is(void **state)
{
	static const struct {
		uint16_t vlan, inner_vlan; /* of the member */
		uint16_t tags[2], within;
		const char *told;
	} rows[] = {
		{ 0, 0, { 0, 0 }, 0, "the station is behind dmz" },
		{ 0, 0, { 20, 0 }, 20, "the station is behind dmz" },
		{ 0, 0, { 20, 30 }, 20, "the station is behind dmz" },
		{ 100, 0, { 100, 0 }, 0, "the station is behind dmz" },
		{ 100, 0, { 100, 30 }, 30, "the station is behind dmz" },
		{ 100, 7, { 100, 7 }, 0, "the station is behind dmz" },
		{ 0, 0, { 20, 0 }, 0, "an unknown station: to all other members" },
		{ 100, 0, { 100, 0 }, 100, "an unknown station: to all other members" },
	};
	struct policy_fixture *f = *state;
	struct bridge br = { .name = "br0", .number = 1, .terms = { 8, 300 } };
	const struct trace trace = { fixture_note, f };
	struct eval *ev = &f->ev;

	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		given(f, "pipelines: {p: [bridge]}\n");
		br.stations = stations_create(64);
		f->gen.bridge[1] = &br;
		f->gen.bridge_of[LAN] = f->gen.bridge_of[DMZ] = 1;
		read_view(f, &f->view, LAN, "udp 10.0.0.2:1 > 10.0.0.3:2");
		stations_learn(br.stations, station_key_of(f->view.to_mac, rows[i].within), DMZ, 0,
			&br.terms);
		f->iface[LAN].pipeline = build_find_pipeline(f->build, "p");
		f->iface[LAN].vlan = rows[i].vlan;
		f->iface[LAN].inner_vlan = rows[i].inner_vlan;
		memcpy(f->view.vlan, rows[i].tags, sizeof(rows[i].tags));
		f->notes[0] = '\0';
		eval_init(ev, &f->gen, &f->view);
		ev->trace = &trace;
		pipeline_evaluate(f->iface[LAN].pipeline, &ev, 1);
		ev->trace = NULL;
		expect_note(f, rows[i].told);
		assert_int_equal(f->ev.program.verdict, PROGRAM_WIRE);
		stations_give(br.stations);
	}
}

static void
an_interface_that_is_no_member_has_no_bridge(void **state)
{
	struct policy_fixture *f = *state;
	struct bridge br = { .name = "br0", .number = 1 };

	given(f, "pipelines: {p: [bridge]}\n");
	f->gen.bridge[1] = &br;
	f->gen.bridge_of[DMZ] = 1;
	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 10.0.0.3:2");
	assert_int_equal(f->ev.program.verdict, PROGRAM_DROP);
	assert_int_equal(f->ev.program.reason, REASON_pipeline_end);
	expect_note(f, "bridge: lan is no member of it\n");
}

/* What the data path may send on without looking at it. */
static void
a_wire_for_every_packet_is_a_cable(void **state)
{
	static const struct {
		const char *stages;
		unsigned port;
	} rows[] = {
		{ "forward: wan", 2 },
		{ "forward: lan", 0 },
		{ "{forward: {port: wan, if: {proto: udp}}}", PORT_NONE },
		{ "{mark: {dscp: 1}}, {forward: wan}", PORT_NONE },
		{ "{mirror: dmz}, {forward: wan}", PORT_NONE },
		{ "drop", PORT_NONE },
	};
	struct policy_fixture *f = *state;

	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		char text[128];

		snprintf(text, sizeof(text), "pipelines: {wire: [%s]}\n", rows[i].stages);
		given(f, text);
		assert_int_equal(
			forward_cable_port(build_find_pipeline(f->build, "wire")), rows[i].port);
	}
}

static void
forward_to_a_port_that_is_not_there_is_an_error(void **state)
{
	struct policy_fixture *f = *state;

	expect_error(f, "pipelines: {wire: [forward: wam]}\n", "did you mean 'wan'?");
	assert_int_equal(err_count(f->err), 1);
}

static void
later_stages_see_the_mark(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		"pipelines: {p: [{mark: {dscp: ef, if: {dport: 53}}},"
		" {drop: {if: {dscp: 46}}}]}\n");
	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 10.0.1.2:53");
	expect_program(f, "dscp 46; drop drop_stage");
	assert_int_equal(f->ev.used_fields, 0);

	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 10.0.1.2:54 dscp ef");
	expect_program(f, "drop drop_stage");
	assert_int_equal(f->ev.used_fields, FIELD_DSCP);
}

static void
police_takes_from_a_meter_of_its_own(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		"pipelines:\n"
		"  p:\n"
		"    - police: {rate: 500Mbit, burst: 64k}\n"
		"    - police: {rate: 10k/s}\n"
		"    - drop\n");
	assert_int_equal(f->gen.n_meters, 2);
	assert_int_equal(f->gen.meters[0].rate, 500000000);
	assert_int_equal(f->gen.meters[0].burst, 65536);
	assert_false(f->gen.meters[0].packets);
	assert_int_equal(f->gen.counters[f->gen.meters[0].counter].loc.line, 5);
	assert_int_equal(f->gen.meters[1].rate, 10000);
	assert_int_equal(f->gen.meters[1].burst, 2500);
	assert_true(f->gen.meters[1].packets);

	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 10.0.1.2:53");
	expect_program(f, "meter 0; meter 1; drop drop_stage");
	expect_note(f, "police: meter 0, 500000000 bit/s\n");
	expect_note(f, "police: meter 1, 10000 packets/s\n");
}

/* A quarter of a second's worth, in bytes or packets: ten frames or 32 packets at least, 2^31 at
 * most. */
static void
a_default_burst_is_a_quarter_of_a_second(void **state)
{
	struct policy_fixture *f = *state;

	assert_int_equal(
		build(f,
			"pipelines:\n"
			"  p: [police: 8Mbit, police: 100kbit, police: 100Gbit, police: 100/s, police: 20G/s]\n"),
		0);
	assert_int_equal(f->gen.meters[0].burst, 250000);
	assert_int_equal(f->gen.meters[1].burst, 15140);
	assert_int_equal(f->gen.meters[2].burst, 2147483648u);
	assert_int_equal(f->gen.meters[3].burst, 32);
	assert_int_equal(f->gen.meters[4].burst, 2147483648u);
}

static void
a_burst_smaller_than_a_packet_is_warned_of(void **state)
{
	struct policy_fixture *f = *state;

	assert_int_equal(build(f, "pipelines: {p: [police: {rate: 1Mbit, burst: 1000}]}\n"), 0);
	assert_non_null(strstr(f->errors, "packets above 1000 bytes never pass"));
}

static void
mirror_copies_to_a_port(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		"pipelines:\n"
		"  p: [mirror: dmz, {mirror: {port: wan, snap: 64, one_in: 7, rate: 8Mbit}}, drop]\n");
	assert_int_equal(f->gen.n_copies, 2);
	assert_int_equal(f->gen.copies[0].one_in, 1);
	assert_int_equal(f->gen.copies[0].bytes, UINT32_MAX);
	assert_int_equal(f->gen.copies[0].meter, -1);
	assert_int_equal(f->gen.copies[1].one_in, 7);
	assert_int_equal(f->gen.copies[1].bytes, 64);
	assert_int_equal(f->gen.copies[1].meter, 0);
	assert_int_equal(f->gen.meters[0].burst, 250000);

	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 10.0.1.2:53");
	expect_program(f, "mirror dmz; mirror wan; drop drop_stage");
	assert_int_equal(f->ev.used_fields, 0);
	expect_note(f, "mirror: a copy to port dmz\n");
	expect_note(f, "mirror: a copy of one packet in 7 to port wan, cut short\n");

	evaluate(f, "p", WAN, "udp 198.51.100.9:1 > 10.0.1.2:53");
	expect_program(f, "mirror dmz; drop drop_stage");
	expect_note(f, "mirror: no copy to port wan, by which the packet came in\n");
}

static void
sample_chooses_one_packet_in_so_many(void **state)
{
	struct policy_fixture *f = *state;

	given(f, "pipelines: {p: [sample: 1000, drop]}\n");
	assert_int_equal(f->gen.copies[0].one_in, 1000);
	evaluate(f, "p", LAN, "udp 10.0.0.2:1 > 10.0.1.2:53");
	expect_program(f, "sample; drop drop_stage");
	expect_note(f, "sample: one packet in 1000\n");
}

/* What the counter of a stage says, by which a reload finds it again. */
static uint64_t
says_of(struct policy_fixture *f, const char *stage)
{
	char text[256];

	snprintf(text, sizeof(text), "routes: {main: []}\npipelines: {p: [track, %s]}\n", stage);
	assert_int_equal(build(f, text), 0);
	for (uint32_t i = 1; i < f->gen.n_counters; i++)
		if (strcmp(f->gen.counters[i].owner, "pipelines.p") == 0)
			return f->gen.counters[i].says;
	fail_msg("%s has no counter", stage);
	return 0;
}

static void
counters_of_stages_say_what_is_written(void **state)
{
	static const char *const stages[][2] = {
		{ "{drop: {if: {dport: 1}}}", "{drop: {if: {dport: 2}}}" },
		{ "{police: 8Mbit}", "{police: 9Mbit}" },
		{ "{limit: 8/s}", "{limit: 9/s}" },
		{ "{mirror: dmz}", "{mirror: {port: dmz, snap: 64}}" },
		{ "{sample: 8}", "{sample: 9}" },
		{ "{rpf: loose}", "{rpf: strict}" },
	};
	struct policy_fixture *f = *state;

	for (unsigned i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		uint64_t one = says_of(f, stages[i][0]), two = says_of(f, stages[i][1]);

		assert_true(one != 0 && two != 0 && one != two);
		assert_true(says_of(f, stages[i][0]) == one);
	}
}

static void
the_registry_finds_stages_by_name(void **state)
{
	assert_ptr_equal(stage_find("drop")->table, stage_table(0));
	assert_string_equal(stage_find("acl")->table->name, "acl");
	assert_null(stage_find("nat"));
	assert_null(stage_table(1000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		stage_test(drop_counts_at_its_line),
		stage_test(forward_sends_by_a_port_as_it_is),
		stage_test(a_wire_for_every_packet_is_a_cable),
		stage_test(an_interface_that_is_no_member_has_no_bridge),
		stage_test(bridge_tells_behind_which_member_a_station_is),
		stage_test(forward_to_a_port_that_is_not_there_is_an_error),
		stage_test(later_stages_see_the_mark),
		stage_test(police_takes_from_a_meter_of_its_own),
		stage_test(a_default_burst_is_a_quarter_of_a_second),
		stage_test(a_burst_smaller_than_a_packet_is_warned_of),
		stage_test(mirror_copies_to_a_port),
		stage_test(sample_chooses_one_packet_in_so_many),
		stage_test(counters_of_stages_say_what_is_written),
		cmocka_unit_test(the_registry_finds_stages_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
