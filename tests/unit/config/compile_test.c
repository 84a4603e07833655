/* SPDX-License-Identifier: BSD-3-Clause */
#include "generation_fixture.h"
#include "policy/pipeline.h"

#define HEAD \
	"version: 1\n" \
	"ports: {lan: {device: net_null0}, wan: {device: net_null1}}\n" \
	"pipelines: {inside: [drop], wire: [{forward: wan}]}\n" \
	"interfaces:\n"

static int
setup(void **state)
{
	static struct generation_fixture f;

	generation_fixture_init(&f, 2);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	generation_fixture_fini(*state);
	return 0;
}

static unsigned
id_of(const struct generation_fixture *f, const char *name)
{
	const struct interface *iface = generation_find(f->gen, name);

	return iface == NULL ? 9999 : iface->id;
}

static void
interfaces_keep_their_ids_by_name(void **state)
{
	struct generation_fixture *f = *state;

	given_generation(f, HEAD "  lan: {}\n  wan: {}\n");
	assert_int_equal(id_of(f, "lan"), 1);
	assert_int_equal(id_of(f, "wan"), 2);
	given_generation(f, HEAD "  guests: {port: lan, vlan: 20}\n  wan: {}\n");
	assert_int_equal(id_of(f, "wan"), 2);
	assert_int_equal(id_of(f, "guests"), 3);
	assert_int_equal(id_of(f, "lan"), 9999);
	given_generation(f, HEAD "  wan: {}\n  lan: {}\n");
	assert_int_equal(id_of(f, "lan"), 1);
	assert_int_equal(id_of(f, "wan"), 2);
}

/* Interfaces in zones, over generations: by name, and in the zone they were in last when they are
 * gone. */
static void
zones_are_of_names(void **state)
{
	struct generation_fixture *f = *state;
	uint16_t lan = 1, wan = 2, guests = 3;

	given_generation(f,
		HEAD
		"  lan: {}\n  wan: {}\n  guests: {port: lan, vlan: 20}\nzones: {out: [wan, guests]}\n");
	assert_int_equal(id_of(f, "guests"), guests);
	assert_true(zones_same(&f->gen->zones, wan, guests));
	assert_false(zones_same(&f->gen->zones, lan, wan));
	assert_true(zones_same(&f->gen->zones, lan, lan));
	given_generation(f,
		HEAD
		"  guests: {port: lan, vlan: 20}\n  lan: {}\nzones: {in: [lan], out: [guests]}\n");
	assert_true(zones_same(&f->gen->zones, wan, guests));
	assert_string_equal(zones_name(&f->gen->zones, wan), "out");
	assert_false(f->gen->zones.any_gone);
	given_generation(f,
		HEAD
		"  guests: {port: lan, vlan: 20}\n  lan: {}\nzones: {out: [lan], other: [guests]}\n");
	assert_true(zones_same(&f->gen->zones, wan, lan));
	given_generation(
		f, HEAD "  guests: {port: lan, vlan: 20}\n  lan: {}\nzones: {other: [guests]}\n");
	assert_false(zones_reach(&f->gen->zones, wan));
	assert_false(zones_same(&f->gen->zones, wan, guests));
	assert_false(zones_same(&f->gen->zones, wan, wan));
	assert_true(f->gen->zones.any_gone);
	given_generation(f, HEAD "  guests: {port: lan, vlan: 20}\nzones: {out: [guests]}\n");
	assert_false(zones_reach(
		&f->gen->zones, wan)); /* a zone of that name is not the one it was in */
	assert_false(zones_reach(&f->gen->zones, lan));
	given_generation(f, HEAD "  wan: {}\n");
	assert_true(zones_same(&f->gen->zones, wan, wan));
	assert_false(zones_reach(&f->gen->zones, guests));
}

#define DOMAINS(lan, guests, wan) \
	HEAD "  lan: {" lan "}\n  guests: {port: lan, vlan: 20" guests "}\n  wan: {" wan "}\n"

/* Sessions remember their domain only from a reload on that gives an interface, of whatever place,
 * another one. */
static void
an_interface_that_changes_its_domain_is_noticed(void **state)
{
	static const char *const moves[] = {
		DOMAINS("domain: red", "", ""),
		DOMAINS("", ", domain: red", ""),
		DOMAINS("", "", "domain: red"),
	};
	struct generation_fixture *f = *state;

	for (unsigned i = 0; i < 3; i++) {
		given_generation(f, DOMAINS("", "", ""));
		assert_false(f->gen->domains_moved);
		given_generation(f, DOMAINS("", "", ""));
		assert_false(f->gen->domains_moved);
		given_generation(f, moves[i]);
		assert_true(f->gen->domains_moved);
		given_generation(f, moves[i]); /* there are such sessions still */
		assert_true(f->gen->domains_moved);
		teardown(state);
		setup(state);
	}
}

/* Reports show the name of a file without its folder. */
static void
places_have_the_name_of_their_file(void **state)
{
	static const char *const names[][2] = { { "/etc/weir/first.yaml", "first.yaml" },
		{ "weir.yaml", "weir.yaml" }, { "a/b", "b" } };
	struct generation_fixture *f = *state;

	for (unsigned i = 0; i < 3; i++) {
		struct config *cfg = config_load_text(
			names[i][0], HEAD "  lan: {pipeline: inside}\n", f->err);
		struct generation_setup gs = { .cfg = cfg, .names = &f->names, .workers = 1 };
		struct generation *gen = generation_begin(&gs, f->err);

		assert_string_equal(err_first(f->err), "");
		assert_int_equal(generation_finish(gen, macs, f->err), 0);
		assert_string_equal(gen->pipelines[0]->step[0].loc.file, names[i][1]);
		generation_discard(gen);
		config_free(cfg);
	}
}

static void
generations_are_numbered(void **state)
{
	struct generation_fixture *f = *state;
	uint64_t first;

	given_generation(f, HEAD "  lan: {}\n");
	first = f->gen->number;
	given_generation(f, HEAD "  lan: {}\n");
	assert_int_equal(f->gen->number, first + 1);
}

static void
an_interface_has_a_link_local_address_from_its_mac(void **state)
{
	static const uint8_t expected[16] = { 0xfe, 0x80, [11] = 0xff, 0xfe, 0, 0, 0x02 };
	struct generation_fixture *f = *state;
	const struct interface *wan;
	union address a;

	given_generation(f, HEAD "  wan: {addresses: [192.0.2.1/24]}\n");
	wan = generation_find(f->gen, "wan");
	assert_int_equal(wan->n_addresses, 2);
	assert_int_equal(wan->addresses[1].family, 6);
	assert_int_equal(wan->addresses[1].bits, 64);
	assert_memory_equal(wan->addresses[1].address.bytes, expected, 16);
	memcpy(a.bytes, expected, 16);
	assert_true(generation_owns(f->gen, &a, 6));
}

static void
what_was_written_of_an_interface_is_there(void **state)
{
	struct generation_fixture *f = *state;
	const struct interface *g;

	given_generation(f,
		HEAD "  guests: {port: wan, vlan: 20, mtu: 1400, pipeline: inside,\n"
		     "    addresses: [192.0.2.1/24],\n"
		     "    neighbours: {192.0.2.7: \"02:00:00:00:00:07\"}}\n");
	g = generation_find(f->gen, "guests");
	assert_int_equal(g->port, 1);
	assert_int_equal(g->vlan, 20);
	assert_int_equal(g->mtu, 1400);
	assert_int_equal(g->addresses[0].family, 4);
	assert_int_equal(g->addresses[0].bits, 24);
	assert_int_equal(g->addresses[0].address.bytes[3], 1);
	assert_int_equal(g->n_neighbours, 1);
	assert_int_equal(g->neighbours[0].address.bytes[3], 7);
	assert_int_equal(g->neighbours[0].mac[5], 7);
	assert_string_equal(g->pipeline->name, "inside");
	assert_memory_equal(g->mac, macs[1].addr_bytes, 6);
}

static void
parse_is_told_which_frames_are_whose(void **state)
{
	struct generation_fixture *f = *state;
	const struct ingress *lan, *wan;

	given_generation(f,
		HEAD "  lan: {}\n  a: {port: lan, vlan: 7}\n"
		     "  b: {port: lan, vlan: 8, inner_vlan: 9}\n"
		     "  c: {port: lan, vlan: 8}\n  w: {port: wan, vlan: 5, pipeline: wire}\n");
	lan = &f->gen->ingress[0];
	wan = &f->gen->ingress[1];
	assert_int_equal(lan->untagged, id_of(f, "lan"));
	assert_int_equal(lan->vlan[7], id_of(f, "a"));
	assert_int_equal(lan->vlan[8], IFACE_QINQ);
	assert_int_equal(lan->vlan[9], IFACE_NONE);
	assert_int_equal(lan->n_qinq, 2);
	assert_int_equal(lan->qinq[0].inner, 9);
	assert_int_equal(lan->qinq[0].iface, id_of(f, "b"));
	assert_int_equal(lan->qinq[1].inner, 0);
	assert_int_equal(lan->qinq[1].iface, id_of(f, "c"));
	assert_int_equal(wan->untagged, IFACE_NONE);
	assert_true(wan->wire_iface[id_of(f, "w")]);
	assert_false(lan->wire);
}

static void
each_worker_counts_for_itself(void **state)
{
	struct generation_fixture *f = *state;

	given_generation(f, HEAD "  lan: {pipeline: inside}\n");
	assert_true(f->gen->n_counters > 1);
	assert_ptr_not_equal(f->gen->worker[0].hits, f->gen->worker[1].hits);
	assert_int_equal(f->gen->worker[1].hits[1].packets, 0);
}

static void
the_id_of_a_name_that_is_gone_is_given_away_last(void **state)
{
	struct generation_fixture *f = *state;
	char text[512];

	given_generation(f, HEAD "  wan: {}\n");
	for (unsigned i = 2; i < LEDGER_IFACES; i++) {
		snprintf(text, sizeof(text), HEAD "  wan: {}\n  i%u: {port: lan, vlan: 7}\n", i);
		given_generation(f, text);
		assert_int_equal(generation_find(f->gen, "wan")->id, 1);
	}
	given_generation(f, HEAD "  wan: {}\n  new: {port: lan, vlan: 7}\n");
	assert_int_equal(id_of(f, "wan"), 1);
	assert_int_equal(id_of(f, "new"), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(interfaces_keep_their_ids_by_name, setup, teardown),
		cmocka_unit_test_setup_teardown(zones_are_of_names, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_interface_that_changes_its_domain_is_noticed, setup, teardown),
		cmocka_unit_test_setup_teardown(
			places_have_the_name_of_their_file, setup, teardown),
		cmocka_unit_test_setup_teardown(generations_are_numbered, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_interface_has_a_link_local_address_from_its_mac, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_was_written_of_an_interface_is_there, setup, teardown),
		cmocka_unit_test_setup_teardown(
			parse_is_told_which_frames_are_whose, setup, teardown),
		cmocka_unit_test_setup_teardown(each_worker_counts_for_itself, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_id_of_a_name_that_is_gone_is_given_away_last, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
