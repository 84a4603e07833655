/* SPDX-License-Identifier: BSD-3-Clause */
/* Whatever NAT makes of a packet, its answer has the same owner: 10^5 random packets for each
 * number of workers.
 *
 *   10.0.0.0/16, 10.9.0.0/16 --- lan [ Weir ] wan --- the rest
 *   172.16.0.0/24 ------------- dmz (does not translate)
 *
 * What NAT makes of them is said here once more, by hand. */
#include <netinet/in.h>

#include "nat/nat.h"
#include "nat/slice.h"
#include "io/steer.h"
#include "unit/config/generation_fixture.h"
#include "unit/io/ports_fixture.h"
#include "worker/owner.h"
#include "worker/worker.h"

#define CONFIG \
	"version: 1\n" \
	"ports: {lan: {device: net_null0}, wan: {device: net_null1}, dmz: {device: net_null2}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [10.0.0.1/16], pipeline: inside}\n" \
	"  wan: {addresses: [198.51.100.1/24], pipeline: outside}\n" \
	"  dmz: {addresses: [172.16.0.1/24], pipeline: middle}\n" \
	"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: 10.9.0.0/16, via: 10.0.0.2}]}\n" \
	"nat:\n" \
	"  uplink: {pool: [198.51.100.1, 198.51.100.3], MAPPING}\n" \
	"pipelines:\n" \
	"  inside:\n" \
	"    - track\n" \
	"    - dnat: {to: \"10.0.0.80:80\", if: {dst: 198.51.100.1, proto: tcp, dport: 8080}}\n" \
	"    - route: main\n" \
	"    - snat: {to: 198.51.100.7, if: {src: 10.0.0.7}}\n" \
	"    - snat: uplink\n" \
	"  middle: [track, {route: main}]\n" \
	"  outside:\n" \
	"    - track\n" \
	"    - dnat: {to: \"10.0.0.80:80\",\n" \
	"        if: {dst: 198.51.100.1, proto: tcp, dport: 8080, flags: S/SA, state: new}}\n" \
	"    - dnat: {to: \"10.0.0.81:3100\", ports: 3000-3010, if: {dst: 198.51.100.1, proto: udp}}\n" \
	"    - dnat: {to: 10.0.0.7, if: {dst: 198.51.100.7}}\n" \
	"    - dnat: {to: 10.0.0.90, if: {dst: 198.51.100.3}}\n" \
	"    - route: main\n"

#define SHARED  "mapping: endpoint-independent"
#define SINGLE  "mapping: address-and-port-dependent"
#define PUBLIC  0xc6336401u /* 198.51.100.1 */
#define PUBLIC3 0xc6336403u
#define PUBLIC7 0xc6336407u

enum { LAN = 1, WAN, DMZ };
enum { RANDOM_PACKETS = 30000, WORKERS = 8 };

struct world {
	struct generation_fixture on;
	struct worker_common common;
	bool by_source; /* devices spread by inside hosts */
	uint64_t random;
};

static uint32_t
draw(struct world *f, uint32_t n)
{
	f->random = f->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((f->random >> 32) % n);
}

static void
given(struct world *f, const char *mapping)
{
	char text[4096];
	const char *at = strstr(CONFIG, "MAPPING");

	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - CONFIG), CONFIG, mapping,
		at + strlen("MAPPING"));
	given_generation(&f->on, text);
}

static int
setup(void **state)
{
	static struct world f;

	f = (struct world){ .random = 42 };
	generation_fixture_init(&f.on, WORKERS);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct world *f = *state;

	generation_fixture_fini(&f->on);
	return 0;
}

static void
with_workers(struct world *f, unsigned n)
{
	static const uint8_t key[STEER_KEY_BYTES] = { 3, 1, 4, 1, 5 };
	static const _Alignas(8) uint8_t source_key[PORT_RSS_KEY_BYTES] = { 0x27, 0x18, 0x28, 0x18,
		0x28, 0x45, 0x90 };

	steer_destroy(f->common.steer);
	f->common.steer = n > 0 ? steer_create(n, 16, key) : NULL;
	f->common.count = n;
	if (f->by_source && n > 0)
		steer_by_source(f->common.steer, source_key, 128);
}

static struct tuple
packet(uint8_t proto, uint32_t src, uint16_t sport, uint32_t dst, uint16_t dport)
{
	struct tuple t = { .family = 4, .proto = proto };

	t.src.v4 = rte_cpu_to_be_32(src);
	t.dst.v4 = rte_cpu_to_be_32(dst);
	if (nat_has_ports(proto)) {
		t.sport = rte_cpu_to_be_16(sport);
		t.dport = rte_cpu_to_be_16(proto == IPPROTO_ICMP ? sport : dport);
	}
	return t;
}

static unsigned
owner(const struct world *f, const struct tuple *t, uint16_t iface)
{
	return owner_of_tuple(&f->common, f->on.gen, t, iface, 0);
}

static uint8_t
any_proto(struct world *f)
{
	static const uint8_t protos[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_GRE };

	return protos[draw(f, 4)];
}

static uint16_t
any_port(struct world *f)
{
	return (uint16_t)(1 + draw(f, 65535));
}

static uint32_t
outsider(struct world *f)
{
	return 0xcb000000u + draw(f, 1u << 24); /* 203/8 */
}

static uint32_t
insider(struct world *f)
{
	return (draw(f, 2) ? 0x0a090000u : 0x0a000100u) + draw(f, 0xfe00);
}

/* A public port that worker w may give out. */
static uint16_t
port_of(struct world *f, unsigned w)
{
	uint16_t port;

	do
		port = (uint16_t)(1024 + draw(f, 64512));
	while (slice_worker(port, f->common.count) != w || port == 8080
		|| (port >= 3000 && port <= 3010));
	return port;
}

/* Inside to outside through the pool. */
static void
masqueraded(struct world *f)
{
	uint8_t proto = any_proto(f);
	uint32_t x = insider(f), y = outsider(f);
	uint16_t dport = any_port(f), q;
	struct tuple there = packet(proto, x, any_port(f), y, dport), back;
	unsigned w = owner(f, &there, LAN);

	q = port_of(f, w);
	back = packet(
		proto, y, proto == IPPROTO_ICMP ? q : dport, draw(f, 2) ? PUBLIC : PUBLIC3, q);
	assert_int_equal(owner(f, &back, WAN), w);
}

/* Outside to an inside server by a port forward; the same from inside, with a source of the pool.
 */
static void
forwarded(struct world *f)
{
	uint32_t y = outsider(f), n = draw(f, 11);
	uint16_t sport = any_port(f), q;
	struct tuple there = packet(IPPROTO_TCP, y, sport, PUBLIC, 8080);
	struct tuple back = packet(IPPROTO_TCP, 0x0a000050, 80, y, sport);
	unsigned w;

	assert_int_equal(owner(f, &there, WAN), owner(f, &back, LAN));
	there = packet(IPPROTO_UDP, y, sport, PUBLIC, (uint16_t)(3000 + n));
	back = packet(IPPROTO_UDP, 0x0a000051, (uint16_t)(3100 + n), y, sport);
	assert_int_equal(owner(f, &there, WAN), owner(f, &back, LAN));

	there = packet(IPPROTO_TCP, insider(f), sport, PUBLIC, 8080);
	w = owner(f, &there, LAN);
	q = port_of(f, w);
	back = packet(IPPROTO_TCP, 0x0a000050, 80, PUBLIC, q);
	assert_int_equal(owner(f, &back, LAN), w);
}

/* One address for one host, both ways; and a host that gets whatever no mapping takes. */
static void
one_to_one(struct world *f)
{
	uint8_t proto = any_proto(f);
	uint32_t y = outsider(f);
	uint16_t a = any_port(f), b = any_port(f);
	struct tuple inside = packet(proto, 0x0a000007, a, y, b);
	struct tuple outside = packet(proto, y, proto == IPPROTO_ICMP ? a : b, PUBLIC7, a);

	assert_int_equal(owner(f, &inside, LAN), owner(f, &outside, WAN));
	inside = packet(proto, 0x0a00005a, a, y, b);
	outside = packet(proto, y, proto == IPPROTO_ICMP ? a : b, PUBLIC3, a);
	assert_int_equal(owner(f, &inside, LAN), owner(f, &outside, WAN));
}

/* What nothing translates. */
static void
routed(struct world *f)
{
	uint8_t proto = any_proto(f);
	uint32_t z = 0xac100000u + draw(f, 256), other = draw(f, 2) ? insider(f) : outsider(f);
	uint16_t a = any_port(f), b = proto == IPPROTO_ICMP ? a : any_port(f);
	struct tuple there = packet(proto, z, a, other, b);
	struct tuple back = packet(proto, other, b, z, a);

	assert_int_equal(owner(f, &there, DMZ), owner(f, &back, LAN));
	assert_int_equal(owner(f, &there, DMZ), owner(f, &back, WAN));
	there = packet(proto, insider(f), a, insider(f), b);
	back = packet(proto, rte_be_to_cpu_32(there.dst.v4), b, rte_be_to_cpu_32(there.src.v4), a);
	assert_int_equal(owner(f, &there, LAN), owner(f, &back, LAN));
	there = packet(proto, outsider(f), a, insider(f), b);
	back = packet(proto, rte_be_to_cpu_32(there.dst.v4), b, rte_be_to_cpu_32(there.src.v4), a);
	assert_int_equal(owner(f, &there, WAN), owner(f, &back, LAN));
}

static void
ip6(struct world *f)
{
	struct tuple there = { .family = 6, .proto = IPPROTO_TCP }, back;

	for (unsigned i = 0; i < 16; i++) {
		there.src.bytes[i] = (uint8_t)draw(f, 256);
		there.dst.bytes[i] = (uint8_t)draw(f, 256);
	}
	there.sport = any_port(f);
	there.dport = any_port(f);
	tuple_reverse(&back, &there);
	assert_int_equal(owner(f, &there, LAN), owner(f, &back, WAN));
}

static void
check_many(struct world *f)
{
	static void (*const kinds[])(struct world *) = {
		masqueraded,
		forwarded,
		one_to_one,
		routed,
		ip6,
	};

	for (unsigned n = 1; n <= WORKERS; n++) {
		with_workers(f, n);
		for (unsigned i = 0; i < RANDOM_PACKETS; i++)
			kinds[i % RTE_DIM(kinds)](f);
	}
	with_workers(f, 0);
}

static void
answers_come_to_the_owner(void **state)
{
	struct world *f = *state;

	given(f, SHARED);
	check_many(f);
}

static void
answers_come_to_the_owner_when_mappings_are_not_shared(void **state)
{
	struct world *f = *state;

	given(f, SINGLE);
	check_many(f);
}

static void
answers_come_to_the_owner_when_devices_spread_by_source(void **state)
{
	struct world *f = *state;

	f->by_source = true;
	given(f, SHARED);
	check_many(f);
}

static void
an_inside_host_has_one_worker_whomever_it_talks_to(void **state)
{
	struct world *f = *state;
	unsigned load[WORKERS] = { 0 };

	given(f, SHARED);
	with_workers(f, WORKERS);
	for (unsigned i = 0; i < 1000; i++) {
		uint32_t x = insider(f);
		struct tuple one = packet(IPPROTO_UDP, x, 5000, outsider(f), any_port(f));
		struct tuple two = packet(IPPROTO_TCP, x, any_port(f), outsider(f), any_port(f));

		assert_int_equal(owner(f, &one, LAN), owner(f, &two, LAN));
		load[owner(f, &one, LAN)]++;
	}
	for (unsigned w = 0; w < WORKERS; w++)
		assert_in_range(load[w], 80, 170);
	/* So has one that is forwarded to, for all its ports but the forwarded ones. */
	for (unsigned i = 0; i < 1000; i++) {
		uint16_t sport = (uint16_t)(i % 2 == 0 ? 3100 - 1 - draw(f, 100)
						       : 3111 + draw(f, 100));
		struct tuple one = packet(IPPROTO_UDP, 0x0a000051, sport, outsider(f), any_port(f));
		struct tuple two = packet(IPPROTO_TCP, 0x0a000051, sport, outsider(f), any_port(f));
		struct tuple web = packet(
			IPPROTO_TCP, 0x0a000050, i % 2 == 0 ? 79 : 81, outsider(f), any_port(f));
		struct tuple any = packet(IPPROTO_UDP, 0x0a000050, 80, outsider(f), any_port(f));

		assert_int_equal(owner(f, &one, LAN), owner(f, &two, LAN));
		assert_int_equal(owner(f, &web, LAN), owner(f, &any, LAN));
	}
	with_workers(f, 0);
}

static void
forwarded_ports_are_reserved(void **state)
{
	struct world *f = *state;
	bool web = false, range = false;

	given(f, SHARED);
	assert_int_equal(f->on.gen->n_pools, 1);
	for (unsigned i = 0; i < f->on.gen->pools[0].n_reserved; i++) {
		const struct nat_reserved *r = &f->on.gen->pools[0].reserved[i];

		web |= r->proto == IPPROTO_TCP && r->low == 8080 && r->high == 8080;
		range |= r->proto == IPPROTO_UDP && r->low == 3000 && r->high == 3010;
		assert_true(r->proto == IPPROTO_TCP || r->proto == IPPROTO_UDP);
	}
	assert_true(web);
	assert_true(range);
	assert_int_equal(f->on.gen->pools[0].n_reserved, 2);
}

static void
a_pool_that_no_pipeline_names_chooses_no_owner(void **state)
{
	struct world *f = *state;

	given_generation(&f->on,
		"version: 1\n"
		"ports: {lan: {device: net_null0}, wan: {device: net_null1}, dmz: {device: net_null2}}\n"
		"interfaces:\n"
		"  lan: {addresses: [10.0.0.1/16], pipeline: inside}\n"
		"  wan: {addresses: [198.51.100.1/24], pipeline: inside}\n"
		"routes: {main: []}\n"
		"nat: {uplink: {pool: [198.51.100.1]}}\n"
		"pipelines: {inside: [track, {route: main}]}\n");
	assert_null(f->on.gen->owners);
}

/* Addresses in a row are an outline, with the ports of all pools; others are none. */
static void
pools_in_a_row_have_an_outline(void **state)
{
	struct world *f = *state;
	struct owners_outline o;

	given(f, SINGLE);
	o = owners_outline(f->on.gen->owners);
	assert_false(o.by_host);
	assert_true(o.first > o.last);
	given_generation(&f->on,
		"version: 1\n"
		"ports: {lan: {device: net_null0}, wan: {device: net_null1}, dmz: {device: net_null2}}\n"
		"interfaces:\n"
		"  lan: {addresses: [10.0.0.1/16], pipeline: inside}\n"
		"  wan: {addresses: [198.51.100.1/24], pipeline: inside}\n"
		"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}\n"
		"nat:\n"
		"  odd: {pool: [203.0.113.1, 203.0.113.3], ports: 2000-60000}\n"
		"  even: {pool: [203.0.113.2, 203.0.113.4, 203.0.113.5], ports: 1024-50000}\n"
		"pipelines: {inside: [track, {route: main}, {snat: {use: odd, if: {proto: udp}}}, {snat: even}]}\n");
	o = owners_outline(f->on.gen->owners);
	assert_true(o.by_host);
	assert_int_equal(o.first, 0xcb007101); /* 203.0.113.1 */
	assert_int_equal(o.last, 0xcb007105);
	assert_int_equal(o.low, 1024);
	assert_int_equal(o.high, 60000);
	o = owners_outline(NULL);
	assert_false(o.by_host);
	assert_true(o.first > o.last);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers_come_to_the_owner, setup, teardown),
		cmocka_unit_test_setup_teardown(pools_in_a_row_have_an_outline, setup, teardown),
		cmocka_unit_test_setup_teardown(
			answers_come_to_the_owner_when_mappings_are_not_shared, setup, teardown),
		cmocka_unit_test_setup_teardown(
			answers_come_to_the_owner_when_devices_spread_by_source, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_inside_host_has_one_worker_whomever_it_talks_to, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_pool_that_no_pipeline_names_chooses_no_owner, setup, teardown),
		cmocka_unit_test_setup_teardown(forwarded_ports_are_reserved, setup, teardown),
	};

	return cmocka_run_group_tests(tests, fixture_start_dpdk, fixture_stop_dpdk);
}
