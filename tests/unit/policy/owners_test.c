/* SPDX-License-Identifier: BSD-3-Clause */
/* What the owner of a packet is chosen by, for packets of each direction; and the ports that pools
 * keep for forwards.
 *
 *   lan 10.0.0.0/24, translates --+
 *                                 +-- wan 198.51.100.1, pool 198.51.100.9
 *   dmz 10.0.1.0/24, servers    --+ */
#include "unit/policy/policy_fixture.h"

#include "nat/nat.h"
#include "policy/owners.h"

#define POOL "nat: {up: {pool: [198.51.100.9], ports: 2000-2999}}\n"
#define MAIN "routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}\n"
#define PIPELINES(forwards) \
	"pipelines:\n" \
	"  inside: [track, route: main, {snat: up}]\n" \
	"  servers: [track, route: main]\n" \
	"  outside: [track, {dnat: [" forwards "]}, route: main]\n"
#define WEB "{to: \"10.0.1.80:8080\", if: {dst: 198.51.100.1, proto: tcp, dport: 80}}"
#define ALL "{to: 10.0.1.81, if: {dst: 198.51.100.7}}"

static int
setup(void **state)
{
	struct policy_fixture *f;
	int rc = fixture_setup(state);

	f = *state;
	f->entry[LAN] = "inside";
	f->entry[DMZ] = "servers";
	f->entry[WAN] = "outside";
	return rc;
}

/* A packet that comes in by an interface, and what its owner is chosen by: "both", "port 80",
 * "inside 10.0.0.2" or "address 10.0.0.2". */
struct row {
	const char *packet;
	unsigned in;
	const char *by;
};

static void
expect_owners(struct policy_fixture *f, const struct row *rows)
{
	for (const struct row *r = rows; r->packet != NULL; r++) {
		char text[80] = "both", address[64] = "";
		struct owner_choice choice = { NULL, 0 };
		enum owner_by by;

		read_view(f, &f->view, r->in, r->packet);
		by = owners_find(f->gen.owners, &f->view.tuple, f->iface[r->in].id, &choice);
		if (by == OWNER_INSIDE || by == OWNER_ADDRESS)
			notation_address(
				address, sizeof(address), choice.address, f->view.tuple.family);
		if (by == OWNER_PORT)
			snprintf(text, sizeof(text), "port %u", choice.port);
		else if (by != OWNER_BOTH_ENDS)
			snprintf(text, sizeof(text), "%s %s",
				by == OWNER_INSIDE ? "inside" : "address", address);
		if (strcmp(text, r->by) != 0)
			fail_msg("%s by %s: expected %s, found %s", r->packet, f->iface[r->in].name,
				r->by, text);
	}
}

static void
packets_of_a_pool_and_of_forwards(void **state)
{
	static const struct row rows[] = {
		/* to what a dnat with ports forwards, and only that */
		{ "tcp 203.0.113.5:1000 > 198.51.100.1:80 S", WAN, "address 203.0.113.5" },
		{ "tcp 203.0.113.5:1000 > 198.51.100.1:80 S", DMZ, "both" },
		{ "tcp 203.0.113.5:1000 > 198.51.100.1:81 S", WAN, "both" },
		{ "udp 203.0.113.5:1000 > 198.51.100.1:80", WAN, "both" },
		/* to a port of the pool's range */
		{ "tcp 203.0.113.5:1000 > 198.51.100.9:2000 S", WAN, "port 2000" },
		{ "udp 203.0.113.5:1000 > 198.51.100.9:2999", WAN, "port 2999" },
		{ "udp 203.0.113.5:1000 > 198.51.100.9:1999", WAN, "both" },
		{ "udp 203.0.113.5:1000 > 198.51.100.9:3000", WAN, "both" },
		{ "udp 203.0.113.5:1000 > 198.51.100.8:2000", WAN, "both" },
		{ "udp 203.0.113.5:1000 > 198.51.100.10:2000", WAN, "both" },
		{ "esp 203.0.113.5 > 198.51.100.9 spi 7", WAN, "address 203.0.113.5" },
		/* to another dnat, with any ports */
		{ "udp 203.0.113.5:1000 > 198.51.100.7:9", WAN, "address 203.0.113.5" },
		{ "tcp 203.0.113.5:1000 > 198.51.100.7:2500 S", WAN, "address 203.0.113.5" },
		/* from where a dnat leads */
		{ "tcp 10.0.1.80:8080 > 203.0.113.5:1000 SA", DMZ, "address 203.0.113.5" },
		{ "tcp 10.0.1.80:80 > 203.0.113.5:1000 SA", DMZ, "both" },
		{ "tcp 10.0.1.80:8081 > 203.0.113.5:1000 SA", DMZ, "both" },
		{ "udp 10.0.1.80:8080 > 203.0.113.5:1000", DMZ, "both" },
		{ "udp 10.0.1.81:2500 > 203.0.113.5:1000", DMZ, "address 203.0.113.5" },
		{ "udp 10.0.1.82:9 > 203.0.113.5:1000", DMZ, "both" },
		/* between inside and outside, in both directions */
		{ "udp 10.0.0.5:1000 > 203.0.113.5:53", LAN, "inside 10.0.0.5" },
		{ "udp 203.0.113.5:53 > 10.0.0.5:1000", WAN, "inside 10.0.0.5" },
		{ "udp 10.0.0.5:1000 > 10.0.1.9:53", LAN, "inside 10.0.0.5" },
		{ "udp 10.0.0.5:1000 > 10.0.0.6:53", LAN, "both" },
		{ "udp 10.0.1.5:1000 > 203.0.113.5:53", DMZ, "both" },
		{ "esp 10.0.0.5 > 203.0.113.5 spi 7", LAN, "address 203.0.113.5" },
		{ "esp 203.0.113.5 > 10.0.0.5 spi 7", WAN, "address 203.0.113.5" },
		{ "udp [2001:db8:1::2]:1 > [2001:db8:9::9]:53", LAN, "both" },
		{ NULL },
	};
	struct policy_fixture *f = *state;

	given(f, POOL MAIN PIPELINES(WEB ", " ALL));
	expect_owners(f, rows);
}

/* A forward of all ports leaves those of the pool's range as they are: their port chooses. */
static void
answers_from_a_port_of_the_range(void **state)
{
	static const struct row rows[] = {
		{ "udp 10.0.1.81:2000 > 203.0.113.5:1000", DMZ, "port 2000" },
		{ "udp 10.0.1.81:2999 > 203.0.113.5:1000", DMZ, "port 2999" },
		{ "udp 10.0.1.81:1999 > 203.0.113.5:1000", DMZ, "address 203.0.113.5" },
		{ "udp 10.0.1.81:3000 > 203.0.113.5:1000", DMZ, "address 203.0.113.5" },
		{ "esp 10.0.1.81 > 203.0.113.5 spi 7", DMZ, "address 203.0.113.5" },
		{ "udp 203.0.113.5:1000 > 198.51.100.9:2500", WAN, "port 2500" },
		{ "udp 203.0.113.5:1000 > 198.51.100.9:1999", WAN, "address 203.0.113.5" },
		{ NULL },
	};
	struct policy_fixture *f = *state;

	given(f, POOL MAIN PIPELINES("{to: 10.0.1.81, if: {dst: 198.51.100.9}}"));
	expect_owners(f, rows);
}

static void
ports_of_a_forwarded_range(void **state)
{
	static const struct row rows[] = {
		{ "udp 203.0.113.5:1 > 198.51.100.1:80", WAN, "address 203.0.113.5" },
		{ "udp 203.0.113.5:1 > 198.51.100.1:89", WAN, "address 203.0.113.5" },
		{ "udp 203.0.113.5:1 > 198.51.100.1:79", WAN, "both" },
		{ "udp 203.0.113.5:1 > 198.51.100.1:90", WAN, "both" },
		{ "udp 10.0.1.80:8000 > 203.0.113.5:1", DMZ, "address 203.0.113.5" },
		{ "udp 10.0.1.80:8009 > 203.0.113.5:1", DMZ, "address 203.0.113.5" },
		{ "udp 10.0.1.80:7999 > 203.0.113.5:1", DMZ, "both" },
		{ "udp 10.0.1.80:8010 > 203.0.113.5:1", DMZ, "both" },
		{ NULL },
	};
	struct policy_fixture *f = *state;

	given(f,
		POOL MAIN PIPELINES(
			"{to: \"10.0.1.80:8000\", ports: 80-89, if: {dst: 198.51.100.1}}"));
	expect_owners(f, rows);
}

/* A pipeline that several interfaces have, one of them by a goto. */
static void
forwards_of_several_interfaces(void **state)
{
	static const struct row rows[] = {
		{ "tcp 203.0.113.5:1000 > 198.51.100.1:80 S", WAN, "address 203.0.113.5" },
		{ "tcp 203.0.113.5:1000 > 198.51.100.1:80 S", DMZ, "address 203.0.113.5" },
		{ "tcp 203.0.113.5:1000 > 198.51.100.1:80 S", LAN, "address 203.0.113.5" },
		{ NULL },
	};
	struct policy_fixture *f = *state;

	f->entry[DMZ] = "outside";
	f->entry[LAN] = "jumping";
	given(f,
		POOL MAIN "acls: {jump: {rules: [{goto: outside}]}}\n" PIPELINES(
			WEB) "  jumping: [acl: jump]\n");
	expect_owners(f, rows);
}

/* Forwards that no interface leads to are for no packet. */
static void
forwards_of_no_interface(void **state)
{
	static const struct row rows[] = {
		{ "tcp 203.0.113.5:1000 > 198.51.100.1:80 S", WAN, "both" },
		{ "udp 203.0.113.5:1000 > 198.51.100.7:80", WAN, "both" },
		{ "udp 203.0.113.5:1000 > 198.51.100.8:80", WAN, "both" },
		{ NULL },
	};
	struct policy_fixture *f = *state;

	f->entry[WAN] = "servers";
	given(f,
		POOL MAIN PIPELINES(
			WEB ", " ALL ", {to: 10.0.1.82, ports: 80-89, if: {dst: 198.51.100.8}}"));
	expect_owners(f, rows);
}

static void
a_static_source(void **state)
{
	static const struct row rows[] = {
		{ "udp 10.0.0.5:1 > 203.0.113.5:53", LAN, "address 203.0.113.5" },
		{ "udp 10.0.0.6:1 > 203.0.113.5:53", LAN, "both" },
		{ "udp 10.0.0.5:1 > 203.0.113.5:53", DMZ, "both" },
		{ "udp 203.0.113.5:53 > 198.51.100.7:1", WAN, "address 203.0.113.5" },
		{ "udp 203.0.113.5:53 > 198.51.100.8:1", WAN, "both" },
		{ NULL },
	};
	struct policy_fixture *f = *state;

	given(f,
		MAIN
		"pipelines: {inside: [track, route: main, {snat: {to: 198.51.100.7, if: {src: 10.0.0.5}}}],\n"
		"  servers: [track, route: main], outside: [track, route: main]}\n");
	expect_owners(f, rows);
}

/* Of mappings by destination an inside address has none of its own, unless it has a quota. */
static void
mappings_by_destination(void **state)
{
	static const struct row apart[] = {
		{ "udp 10.0.0.5:1 > 203.0.113.5:53", LAN, "both" },
		{ "udp 203.0.113.5:53 > 10.0.0.5:1", WAN, "both" },
		{ "esp 10.0.0.5 > 203.0.113.5 spi 7", LAN, "address 203.0.113.5" },
		{ NULL },
	};
	static const struct row together[] = {
		{ "udp 10.0.0.5:1 > 203.0.113.5:53", LAN, "inside 10.0.0.5" },
		{ NULL },
	};
	struct policy_fixture *f = *state;

	given(f,
		"nat: {up: {pool: [198.51.100.9], mapping: address-and-port-dependent}}\n" MAIN
			PIPELINES(WEB));
	expect_owners(f, apart);
	given(f,
		"nat: {up: {pool: [198.51.100.9], mapping: address-and-port-dependent, per_source: 5}}\n" MAIN
			PIPELINES(WEB));
	expect_owners(f, together);
}

static void
prefixes_that_are_mapped(void **state)
{
	static const struct row rows[] = {
		{ "udp [fd00::2]:1 > [2001:db8:9::9]:53", LAN, "address 2001:db8:9::9" },
		{ "udp [2001:db8:9::9]:53 > [2001:db8:7::2]:1", WAN, "address 2001:db8:9::9" },
		{ "udp [2001:db8:9::9]:53 > [fd00::2]:1", WAN, "address 2001:db8:9::9" },
		{ "udp [fd00::2]:1 > [2001:db8:7::2]:1", LAN, "both" },
		{ "udp [fd00:0:1::2]:1 > [2001:db8:9::9]:53", LAN, "both" },
		{ "udp 10.0.0.5:1 > 203.0.113.5:53", LAN, "both" },
		{ NULL },
	};
	struct policy_fixture *f = *state;

	given(f,
		MAIN "pipelines: {inside: [track, route: main,\n"
		     "  {snat: {map: {from: \"fd00::/48\", to: \"2001:db8:7::/48\"}}}],\n"
		     "  servers: [track, route: main], outside: [track, route: main]}\n");
	expect_owners(f, rows);
}

/* Any other translation of IPv6: one worker has them all. */
static void
translated_sources_of_ipv6(void **state)
{
	static const struct row rows[] = {
		{ "udp [2001:db8:1::2]:1 > [2001:db8:9::9]:53", LAN, "address ::" },
		{ "udp 203.0.113.5:53 > 203.0.113.6:1", WAN, "both" },
		{ NULL },
	};
	struct policy_fixture *f = *state;

	given(f,
		MAIN "pipelines: {inside: [track, route: main, {snat: {to: \"2001:db8:2::7\"}}],\n"
		     "  servers: [track, route: main], outside: [track, route: main]}\n");
	expect_owners(f, rows);
}

static void
without_translation_there_is_no_choice(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		MAIN
		"pipelines: {inside: [track, route: main], servers: [drop], outside: [drop]}\n");
	assert_null(f->gen.owners);
	given(f,
		POOL MAIN
		"pipelines: {inside: [track, route: main], servers: [drop], outside: [drop]}\n");
	assert_null(f->gen.owners);
	given(f, POOL MAIN PIPELINES(""));
	assert_non_null(f->gen.owners);
}

static bool
inside(struct policy_fixture *f, unsigned in, uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	const union address address = { .bytes = { a, b, c, d } };

	return owners_is_inside(f->gen.owners, &f->gen.zones, &address, f->iface[in].id);
}

/* Inside is what is routed to an interface that translates; not what a short prefix leads to. */
static void
senders_that_are_inside(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		POOL
		"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: 10.9.0.0/16, via: 10.0.0.2},\n"
		"  {to: 172.0.0.0/8, via: 10.0.0.2}]}\n" PIPELINES(WEB));
	assert_true(inside(f, LAN, 10, 0, 0, 5));
	assert_true(inside(f, LAN, 10, 9, 0, 5));
	assert_true(inside(f, LAN, 172, 9, 0, 5));
	assert_false(inside(f, LAN, 10, 10, 0, 5));
	assert_false(inside(f, LAN, 10, 0, 1, 5));
	assert_false(inside(f, WAN, 10, 0, 0, 5));
	assert_false(inside(f, DMZ, 10, 0, 1, 5));
	assert_false(inside(f, WAN, 203, 0, 113, 5));

	/* A prefix of 7 bits leads out: nobody there is inside. */
	given(f,
		POOL
		"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: 172.0.0.0/7, via: 10.0.0.2}]}\n" PIPELINES(
			WEB));
	assert_false(inside(f, LAN, 172, 9, 0, 5));
	assert_false(inside(f, LAN, 10, 0, 0, 5));
}

/* In a zone, what is inside by one interface is so by the others; unless one of them leads out. */
static void
senders_of_a_zone(void **state)
{
	static const uint16_t members[][2] = { { LAN, DMZ }, { LAN, WAN } };
	struct policy_fixture *f = *state;

	for (unsigned i = 0; i < 2; i++) {
		const struct zone zone = { .name = "z", .iface = members[i], .n = 2 };

		given(f, POOL MAIN PIPELINES(WEB));
		f->gen.zones.zone = &zone;
		f->gen.zones.n = 1;
		memset(f->gen.zones.of, 0, sizeof(f->gen.zones.of));
		f->gen.zones.of[members[i][0]] = f->gen.zones.of[members[i][1]] = 1;
		assert_int_equal(inside(f, LAN, 10, 0, 0, 5), i == 0);
		assert_int_equal(inside(f, DMZ, 10, 0, 0, 5), i == 0);
		assert_false(inside(f, WAN, 10, 0, 0, 5));
	}
	memset(f->gen.zones.of, 0, sizeof(f->gen.zones.of));
	f->gen.zones.of[LAN] = ZONE_NONE;
	assert_false(inside(f, LAN, 10, 0, 0, 5));
}

/* --- reserved ports --- */

static void
expect_reserved(struct policy_fixture *f, const char *forwards, const char *expected)
{
	const struct nat_pool_spec *spec;
	char text[2048], found[512] = "";

	snprintf(text, sizeof(text),
		POOL MAIN
		"pipelines: {inside: [track, route: main, {snat: up}], servers: [track, route: main],\n"
		"  outside: [track, {dnat: [%s]}, route: main]}\n",
		forwards);
	given(f, text);
	spec = &f->gen.pools[0];
	for (unsigned i = 0; i < spec->n_reserved; i++) {
		size_t used = strlen(found);

		snprintf(found + used, sizeof(found) - used, "%s%u:%u-%u", i > 0 ? " " : "",
			spec->reserved[i].proto, spec->reserved[i].low, spec->reserved[i].high);
	}
	if (strcmp(found, expected) != 0)
		fail_msg("%s\nexpected: %s\nfound: %s", forwards, expected, found);
}

static void
pools_keep_the_ports_of_forwards(void **state)
{
	struct policy_fixture *f = *state;

#define TO(address, ports) "{to: 10.0.1.80, if: {dst: " address ", proto: tcp, dport: " ports "}}"
	expect_reserved(f, TO("198.51.100.9", "2500"), "6:2500-2500");
	expect_reserved(f, TO("198.51.100.8", "2500"), "");
	expect_reserved(f, TO("198.51.100.9", "1999"), "");
	expect_reserved(f, TO("198.51.100.9", "2000"), "6:2000-2000");
	expect_reserved(f, TO("198.51.100.9", "1990-2000"), "6:1990-2000");
	expect_reserved(f, TO("198.51.100.9", "2999"), "6:2999-2999");
	expect_reserved(f, TO("198.51.100.9", "3000"), "");
	expect_reserved(f, TO("198.51.100.9", "2999-4000"), "6:2999-4000");
	/* Adjacent ranges become one, those with a port between them do not. */
	expect_reserved(f, TO("198.51.100.9", "[2100-2110, 2111]"), "6:2100-2111");
	expect_reserved(f, TO("198.51.100.9", "[2100-2110, 2112]"), "6:2100-2110 6:2112-2112");
	expect_reserved(f, TO("198.51.100.9", "[2112, 2100-2110, 2105-2120]"), "6:2100-2120");
	expect_reserved(f, TO("198.51.100.9", "[2100-2150, 2110-2120]"), "6:2100-2150");
	expect_reserved(f, TO("198.51.100.9", "[2100-2110, \"!2105\"]"), "6:2100-2110");
	expect_reserved(
		f, TO("198.51.100.9", "2100") ", " TO("198.51.100.9", "2101"), "6:2100-2101");
	/* Protocols are apart; without one, all that have ports. */
	expect_reserved(f,
		"{to: 10.0.1.80, if: {dst: 198.51.100.9, proto: [tcp, udp], dport: 2100}}",
		"6:2100-2100 17:2100-2100");
	expect_reserved(f, "{to: 10.0.1.80, if: {dst: 198.51.100.9, dport: 2100}}",
		"6:2100-2100 17:2100-2100 33:2100-2100 132:2100-2100 136:2100-2100");
	/* The key ports cuts what the condition has. */
	expect_reserved(f, "{to: 10.0.1.80, ports: 2100-2110, if: {dst: 198.51.100.9, proto: udp}}",
		"17:2100-2110");
	expect_reserved(f,
		"{to: 10.0.1.80, ports: 2100-2110, if: {dst: 198.51.100.9, proto: udp, dport: 2105-2200}}",
		"17:2105-2110");
	/* A forward of all ports gives way. */
	expect_reserved(f, "{to: 10.0.1.80, if: {dst: 198.51.100.9, proto: tcp}}", "");
}

/* A reload that changes who owns a packet is told by the digest, and no other is.  Its three lowest
 * bits are left to those that add what else there is. */
static void
configurations_that_choose_owners_alike(void **state)
{
#define MAPPED(map) \
	MAIN "pipelines: {inside: [track, route: main, {snat: {map: " map \
	     "}}],\n  servers: [track, route: main], outside: [track, route: main]}\n"
	static const struct {
		const char *text;
		bool alike; /* to the one before */
	} rows[] = {
		{ POOL MAIN PIPELINES(WEB), false },
		{ POOL MAIN PIPELINES(WEB) "# again\nacls: {list: [{action: drop}]}\n", true },
		{ "nat: {up: {pool: [198.51.100.9], ports: 2000-2999, log: true}}\n" MAIN PIPELINES(
			  WEB),
			true },
		{ "nat: {up: {pool: [198.51.100.9], ports: 2000-3000}}\n" MAIN PIPELINES(WEB),
			false },
		{ "nat: {up: {pool: [198.51.100.9], ports: 2001-2999}}\n" MAIN PIPELINES(WEB),
			false },
		{ "nat: {up: {pool: [198.51.100.8], ports: 2000-2999}}\n" MAIN PIPELINES(WEB),
			false },
		{ "nat: {up: {pool: [198.51.100.8/31], ports: 2000-2999}}\n" MAIN PIPELINES(WEB),
			false },
		{ POOL MAIN PIPELINES(""), false },
		{ POOL MAIN PIPELINES(ALL), false },
		{ POOL MAIN PIPELINES(WEB ", " ALL), false },
		{ POOL MAIN PIPELINES(ALL ", " WEB), false },
		{ POOL MAIN PIPELINES("{to: 10.0.1.82, if: {dst: 198.51.100.7}}"), false },
		{ POOL MAIN PIPELINES("{to: 10.0.1.81, if: {dst: 198.51.100.8}}"), false },
		{ POOL MAIN PIPELINES("{to: 10.0.1.81, if: {dst: \"!198.51.100.7\"}}"), false },
		{ POOL MAIN PIPELINES("{to: 10.0.1.81, if: {dst: 198.51.100.7, src: 203.0.113.7}}"),
			false },
		{ POOL MAIN PIPELINES("{to: 10.0.1.81, if: {dst: 198.51.100.7, proto: udp}}"),
			false },
		{ POOL MAIN PIPELINES(
			  "{to: 10.0.1.81, if: {dst: 198.51.100.7, proto: udp, sport: 53}}"),
			false },
		{ POOL MAIN PIPELINES("{to: 10.0.1.81, if: {dst: 198.51.100.7, in: wan}}"), false },
		{ POOL MAIN PIPELINES(
			  "{to: \"10.0.1.80:8081\", if: {dst: 198.51.100.1, proto: tcp, "
			  "dport: 80}}"),
			false },
		{ POOL MAIN PIPELINES(
			  "{to: \"10.0.1.80:8080\", if: {dst: 198.51.100.1, proto: tcp, "
			  "dport: 81}}"),
			false },
		{ POOL MAIN PIPELINES("{to: 10.0.1.80, ports: 80-81, if: {dst: 198.51.100.1}}"),
			false },
		{ POOL MAIN PIPELINES("{to: 10.0.1.80, ports: 80-82, if: {dst: 198.51.100.1}}"),
			false },
		{ MAPPED("{from: \"fd00::/48\", to: \"2001:db8:7::/48\"}"), false },
		{ MAPPED("{from: \"fd00::/48\", to: \"2001:db8:8::/48\"}"), false },
		{ MAPPED("{from: \"fd01::/48\", to: \"2001:db8:7::/48\"}"), false },
		{ MAPPED("{from: \"fd00::/56\", to: \"2001:db8:7::/56\"}"), false },
		{ MAPPED("{from: 10.7.0.0/24, to: 10.8.0.0/24}"), false },
		{ POOL MAIN PIPELINES("{to: \"2001:db8:3::7\"}"), false },
		{ POOL MAIN PIPELINES("{to: \"2001:db8:3::8\"}"), true },
		{ MAIN "pipelines: {inside: [drop], servers: [drop], outside: [drop]}\n", false },
	};
	struct policy_fixture *f = *state;
	uint64_t seen[RTE_DIM(rows)], before = 0;
	unsigned n = 0;

	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		given(f, rows[i].text);
		assert_int_equal(f->gen.owners_digest & 7, 0);
		if (rows[i].alike) {
			assert_int_equal(f->gen.owners_digest, before);
			continue;
		}
		before = f->gen.owners_digest;
		for (unsigned k = 0; k < n; k++)
			if (seen[k] == before)
				fail_msg("as of another configuration:\n%s", rows[i].text);
		seen[n++] = before;
	}
	given(f,
		MAIN "pipelines: {inside: [{track: {helpers: ftp}}, route: main, {snat: up}],\n"
		     "  servers: [track, route: main], outside: [track, {dnat: [" WEB "]}, "
		     "route: main]}\n" POOL);
	assert_int_not_equal(f->gen.owners_digest, seen[0]);
	assert_int_equal(f->gen.owners_digest & ~7ull, seen[0]);
}

#define owners_test(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		owners_test(packets_of_a_pool_and_of_forwards),
		owners_test(answers_from_a_port_of_the_range),
		owners_test(ports_of_a_forwarded_range),
		owners_test(forwards_of_several_interfaces),
		owners_test(forwards_of_no_interface),
		owners_test(a_static_source),
		owners_test(mappings_by_destination),
		owners_test(prefixes_that_are_mapped),
		owners_test(translated_sources_of_ipv6),
		owners_test(without_translation_there_is_no_choice),
		owners_test(senders_that_are_inside),
		owners_test(senders_of_a_zone),
		owners_test(configurations_that_choose_owners_alike),
		owners_test(pools_keep_the_ports_of_forwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
