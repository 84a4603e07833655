/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit/fastpath/path_fixture.h"

#include <stdlib.h>

#include <rte_mbuf.h>

#include "packet/notation.h"

static const char config[] =
	"version: 1\n"
	"system: {flows: 4096}\n"
	"ports:\n"
	"  lan: {device: net_null0, mac: \"02:00:00:00:00:01\"}\n"
	"  wan: {device: net_null1, mac: \"02:00:00:00:00:02\"}\n"
	"  p2: {device: net_null2}\n"
	"  p3: {device: net_null3}\n"
	"interfaces:\n"
	"  lan:\n"
	"    addresses: [10.0.0.1/8, \"2001:db8:1::1/48\"]\n"
	"    pipeline: inside\n"
	"    neighbours: {10.0.0.2: \"02:00:00:00:01:02\", \"2001:db8:1::2\": \"02:00:00:00:01:02\"}\n"
	"  wan:\n"
	"    addresses: [198.51.100.1/24, \"2001:db8:2::1/64\"]\n"
	"    pipeline: outside\n"
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\", \"2001:db8:2::2\": \"02:00:00:00:02:02\"}\n"
	"  v7:\n"
	"    port: wan\n"
	"    vlan: 7\n"
	"    mtu: 1280\n"
	"    addresses: [192.0.2.1/24]\n"
	"    pipeline: outside\n"
	"    neighbours: {192.0.2.2: \"02:00:00:00:03:02\"}\n"
	"  p2: {pipeline: there}\n"
	"  p3: {pipeline: back}\n"
	"routes:\n"
	"  main:\n"
	"    - {to: 0.0.0.0/0, via: 198.51.100.2}\n"
	"    - {to: \"::/0\", via: \"2001:db8:2::2\"}\n"
	"    - {to: 203.0.113.0/26, via: 192.0.2.2}\n"
	"    - {to: 203.0.113.64/26, blackhole: true}\n"
	"    - {to: 10.200.0.0/16, via: 10.0.0.2}\n"
	"nat:\n"
	"  uplink: {pool: [198.51.100.64/28]}\n"
	"pipelines:\n"
	"  inside:\n"
	"    - police: {rate: 8Mbit, burst: 4k, if: {proto: udp, dport: 53}}\n"
	"    - mark: {dscp: ef, if: {dport: 5060}}\n"
	"    - track: {if: {src: 10.1.0.0/16}}\n"
	"    - drop: {if: {dport: 23}}\n"
	"    - route: main\n"
	"    - snat: {use: uplink, if: {src: 10.1.1.0/24}}\n"
	"  outside: [track, {route: main}]\n"
	"  there: [{forward: p3}]\n"
	"  back: [{forward: {port: p2, if: {proto: udp}}}]\n";

void
given_path(struct path *p)
{
	given_path_of(p, config);
}

void
given_path_of(struct path *p, const char *text)
{
	struct appliance_options how = stepped_by_test(1);

	how.burst = BURST_MAX;
	memset(p, 0, sizeof(*p));
	appliance_fixture_init(&p->on);
	given_appliance(&p->on, text, &how);
	p->offline.appliance = p->on.a;
	p->fp = worker_of(&p->on, 0)->fp;
	fastpath_adopt(p->fp, appliance_generation(p->on.a));
	fastpath_tick(p->fp);
}

void
end_path(struct path *p)
{
	assert_int_equal(end(&p->on), 0);
}

uint32_t
any(uint32_t below)
{
	return (uint32_t)((((uint64_t)rand() << 15) ^ (uint64_t)rand()) % below);
}

/* TCP: one flow's packets in order open a connection, send and close it, more or less. */
static int
describe(char *text, size_t bytes)
{
	static const char *const flags[] = { "S", "A", "PA", "A", "FA", "R", "SA", "null", "FPU" };
	static const char *const more[] = {
		"",
		"",
		"",
		"",
		"",
		"",
		"",
		"",
		"",
		"",
		"",
		"",
		"ttl 1",
		"ttl 2",
		"ttl 0",
		"df",
		"dscp 46",
		"vlan 7",
		"vlan 9",
		"frag 0 mf",
		"size 1400",
		"ip-csum bad",
		"to 02:00:00:00:00:99",
		"to ff:ff:ff:ff:ff:ff",
		"vlan 100 vlan 7",
	};
	const char *word = more[any(RTE_DIM(more))];
	unsigned host = 2 + any(2), port = 1000 + any(2);

	switch (any(8)) {
	case 0:
		return snprintf(text, bytes, "tcp [2001:db8:1::%x]:%u > [2001:db8:9::%x]:80 %s %s",
			host, port, any(4), flags[any(RTE_DIM(flags))],
			strstr(word, "csum") || strstr(word, "df") ? "" : word);
	case 1:
		return snprintf(text, bytes, "udp [2001:db8:1::%x]:%u > [2001:db8:9::%x]:53", host,
			port, any(4));
	case 2:
		return snprintf(text, bytes, "icmp 10.1.0.%u > 203.0.113.%u echo-request id %u",
			host, any(256), any(4));
	case 3:
	case 4:
		return snprintf(text, bytes,
			"tcp 10.%u.%u.%u:%u > 203.0.113.%u:80 %s seq %u ack %u"
			" win 1000 payload \"abcdef\" %s",
			any(3), any(2), host, port, any(4) * 60, flags[any(RTE_DIM(flags))],
			any(3) * 6, any(2), word);
	default:
		return snprintf(text, bytes, "udp 10.%u.%u.%u:%u > 203.0.113.%u:%u %s", any(3),
			any(2), host, port, any(4) * 60, any(8) == 0 ? 5060 : 53 + any(3), word);
	}
}

static void
spoil_frame(struct test_frame *f)
{
	for (unsigned n = 1 + any(3); n > 0; n--) {
		unsigned at = any(4) == 0 ? any(f->bytes) : 12 + any(44);

		if (at < f->bytes)
			f->at[at] ^= (uint8_t)(1u << any(8));
	}
	if (any(3) == 0)
		f->bytes = (uint16_t)(1 + any(f->bytes));
}

bool
given_frame(struct test_frame *f, const char *text)
{
	struct notation_macs macs = {
		.src = { 2, 0, 0, 0, 0, 9 },
		.dst = { 2, 0, 0, 0, 0, 1 },
	};
	uint8_t frame[2048];
	char why[128];
	int n = notation_build(text, &macs, frame, sizeof(frame), why);

	if (n < 0)
		return false;
	f->bytes = (uint16_t)RTE_MIN((unsigned)n, sizeof(f->at));
	memcpy(f->at, frame, f->bytes);
	return true;
}

void
given_any_frame(struct test_frame *f, bool spoil)
{
	char text[200];

	do
		describe(text, sizeof(text));
	while (!given_frame(f, text));
	if (any(8) == 0 && f->bytes < 200) { /* a trailer */
		memset(f->at + f->bytes, 0x55, 20);
		f->bytes = (uint16_t)(f->bytes + 20);
	}
	if (spoil && any(4) == 0)
		spoil_frame(f);
}

struct rte_mbuf *
given_mbuf(struct path *p, const struct test_frame *f)
{
	struct rte_mbuf *m = offline_frame(&p->offline, f->at, f->bytes);

	assert_non_null(m);
	return m;
}
