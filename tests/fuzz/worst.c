/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that cost most, one by one through the whole path: scripts/packet-bound counts what each
 * takes.
 *
 *   worst
 *
 * Says "packet FRAMES NAME" for each that is measured, in order, and how many leave: those are the
 * calls of worst_packet.  A packet that does not do what its name says (leave, be told of, let
 * others go) ends the program with a sentence. */
#include <inttypes.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>

#include "session/session.h"
#include "packet/checksum.h"
#include "path.h"
#include "plain_sum.h"
#include "slowpath/fragments/fragments.h"
#include "slowpath/slowpath.h"

enum {
	ROOM = 9216,
	OPTIONS = 40, /* bytes that an IPv4 or TCP header has room for */
	HEADERS = 8,  /* extension headers that are read, and bytes of each */
	HEADER = 32,
	PIECE = 64,       /* bytes of a fragment */
	NEWCOMERS = 2048, /* sessions; there is room for half of them */
	MEASURED = 128,   /* the last ones */
	SYN = 2,
};

static const char config[] =
	"version: 1\n"
	"system: {flows: 1024}\n"
	"ports:\n"
	"  p0: {device: net_null0, mac: \"02:00:00:00:00:01\"}\n"
	"  p1: {device: net_null1, mac: \"02:00:00:00:00:02\"}\n"
	"  p2: {device: net_null2, mac: \"02:00:00:00:00:03\"}\n"
	"  p3: {device: net_null3, mac: \"02:00:00:00:00:04\"}\n"
	"interfaces:\n"
	"  p0: {addresses: [10.0.0.1/24, \"2001:db8:1::1/64\"], pipeline: inside, neighbours: {10.0.0.2: \"02:00:00:00:01:02\",\n"
	"    10.0.0.4: \"02:00:00:00:01:02\"}}\n"
	"  p1: {addresses: [198.51.100.1/24, \"2001:db8:2::1/64\"], pipeline: outside, mtu: 1280,\n"
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\", \"2001:db8:2::2\": \"02:00:00:00:02:02\"}}\n"
	"routes:\n"
	"  main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: \"::/0\", via: \"2001:db8:2::2\"}, {to: 10.0.0.0/8, via: 10.0.0.2}]\n"
	"nat:\n"
	"  uplink: {pool: [198.51.100.1, 198.51.100.8/31]}\n"
	"acls:\n"
	"  list: {default: accept, rules: [{proto: tcp, dport: 25, action: reject}]}\n"
	"pipelines:\n"
	"  inside: [track, {acl: list}, {route: main}, {snat: {to: 198.51.100.20, if: {src: 10.0.0.4}}}, \n"
	"    {snat: {use: uplink, if: {src: 10.0.0.0/24}}}]\n"
	"  outside: [track, {dnat: {to: 10.0.0.4, if: {dst: 198.51.100.20}}}, {acl: list}, {route: main}]\n";

struct frame {
	uint8_t bytes[ROOM];
	unsigned n;
};

static uint64_t sent;

static void
count_sent(void *arg, unsigned port, const struct rte_mbuf *m)
{
	(void)arg;
	(void)port;
	(void)m;
	sent++;
}

static void __attribute__((format(printf, 1, 2), noreturn)) die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	exit(1);
}

/* --- frames --- */

static void
begin(struct frame *f, unsigned port, uint16_t type)
{
	memset(f, 0, sizeof(*f));
	memcpy(f->bytes, path_mac(port), 6);
	memcpy(f->bytes + 6, "\x02\x00\x00\x00\x01\x02", 6);
	put16(f->bytes + 12, type);
}

static void
put32(uint8_t *p, uint32_t v)
{
	put16(p, (uint16_t)(v >> 16));
	put16(p + 2, (uint16_t)v);
}

/* An IPv4 packet at ip with so many bytes of no-operations; where its payload begins. */
static uint8_t *
write_ip4(
	uint8_t *ip, unsigned options, uint8_t proto, uint32_t src, uint32_t dst, unsigned payload)
{
	ip[0] = (uint8_t)(0x40 | (20 + options) / 4);
	put16(ip + 2, (uint16_t)(20 + options + payload));
	ip[8] = 64;
	ip[9] = proto;
	put32(ip + 12, src);
	put32(ip + 16, dst);
	memset(ip + 20, 1, options);
	checksum_ip4_set(ip, 20 + options);
	return ip + 20 + options;
}

#define HOST        0x0a000002u /* 10.0.0.2 */
#define MAPPED_HOST 0x0a000004u /* whose address is 198.51.100.20 outside */
#define MAPPED      0xc6336414u
#define FAR         0xcb007109u /* 203.0.113.9 */
#define OURS        0x0a000001u

static uint8_t *
ip4(struct frame *f, unsigned port, unsigned options, uint8_t proto, uint32_t src, uint32_t dst,
	unsigned payload)
{
	begin(f, port, 0x0800);
	f->n = 14 + 20 + options + payload;
	return write_ip4(f->bytes + 14, options, proto, src, dst, payload);
}

static uint8_t *
ip6(struct frame *f, uint8_t proto, const char *dst, unsigned payload)
{
	uint8_t *ip = f->bytes + 14;

	begin(f, 0, 0x86dd);
	ip[0] = 0x60;
	put16(ip + 4, (uint16_t)payload);
	ip[6] = proto;
	ip[7] = 255;
	memcpy(ip + 8, "\x20\x01\x0d\xb8\x00\x01\0\0\0\0\0\0\0\0\0\x02", 16);
	memcpy(ip + 24, dst, 16);
	f->n = 54 + payload;
	return ip + 40;
}

static void
write_icmp(uint8_t *icmp, uint8_t type, unsigned n, uint64_t pseudo)
{
	uint16_t sum;

	icmp[0] = type;
	memset(icmp + 2, 0, 2);
	sum = (uint16_t)~checksum_fold(checksum_sum(icmp, n) + pseudo);
	memcpy(icmp + 2, &sum, 2);
}

/* A SYN whose options are what fill says. */
static void
write_syn(uint8_t *tcp, uint16_t sport, uint16_t dport, const uint8_t *fill, unsigned n)
{
	put16(tcp, sport);
	put16(tcp + 2, dport);
	tcp[12] = (20 + OPTIONS) / 4 << 4;
	tcp[13] = SYN;
	put16(tcp + 14, 0xffff);
	for (unsigned i = 0; i < OPTIONS; i++)
		tcp[20 + i] = fill[i % n];
}

static void
write_udp(uint8_t *udp, uint16_t sport, uint16_t dport, unsigned n)
{
	put16(udp, sport);
	put16(udp + 2, dport);
	put16(udp + 4, (uint16_t)n);
}

/* --- what is measured --- */

static struct {
	const struct frame *frame;
	unsigned port;
} next;

/* Its name is what callgrind is told; without arguments it is compiled as it stands. */
static __attribute__((noinline)) void
worst_packet(void)
{
	path_frame(next.port, next.frame->bytes, next.frame->n, 1);
}

static void
send_measured(const char *name, unsigned port, const struct frame *f, unsigned leave)
{
	printf("packet %u %s\n", leave, name);
	next.frame = f;
	next.port = port;
	worst_packet();
}

static void
measure(const char *name, unsigned port, const struct frame *f, unsigned leave)
{
	uint64_t before = sent;

	send_measured(name, port, f, leave);
	if (sent - before != leave)
		die("%s: %" PRIu64 " frames left instead of %u", name, sent - before, leave);
}

/* The ports of a public address are made ready by its first packet of each protocol. */
static void
public_address(void)
{
	struct frame f;

	write_udp(ip4(&f, 0, 0, IPPROTO_UDP, HOST, FAR, 8), 900, 53, 8);
	measure("once: UDP by a public address", 0, &f, 1);
	write_syn(ip4(&f, 0, 0, IPPROTO_TCP, HOST, FAR, 60), 900, 80, (const uint8_t *)"\1", 1);
	measure("once: TCP by a public address", 0, &f, 1);
	write_icmp(ip4(&f, 0, 0, IPPROTO_ICMP, HOST, FAR, 8), 8, 8, 0);
	measure("once: ICMP by a public address", 0, &f, 1);
}

static void
tcp_options(void)
{
	static const uint8_t none[] = { 1 }, endless[] = { 2, 0 }, short_accounts[] = { 254, 2 };
	struct frame f;

	write_syn(ip4(&f, 0, OPTIONS, IPPROTO_TCP, HOST, FAR, 60), 1000, 80, none, 1);
	measure("40 no-operations in IPv4 and in TCP", 0, &f, 1);
	write_syn(ip4(&f, 0, 0, IPPROTO_TCP, HOST, FAR, 60), 1001, 80, endless, 2);
	measure("TCP options of no length", 0, &f, 1);
	write_syn(ip4(&f, 0, 0, IPPROTO_TCP, HOST, FAR, 60), 1002, 80, short_accounts, 2);
	measure("20 TCP options", 0, &f, 1);
	write_syn(ip4(&f, 0, OPTIONS, IPPROTO_TCP, HOST, FAR, 60), 1003, 25, none, 1);
	measure("a SYN that is told of a reset", 0, &f, 1);
}

/* Hop-by-hop, then destination options, full of Pad1. */
static uint8_t *
write_chain(uint8_t *at, uint8_t proto)
{
	for (unsigned i = 0; i < HEADERS; i++, at += HEADER) {
		at[0] = i + 1 < HEADERS ? IPPROTO_DSTOPTS : proto;
		at[1] = HEADER / 8 - 1;
	}
	return at;
}

static const char far6[] = "\x20\x01\x0d\xb8\xff\0\0\0\0\0\0\0\0\0\0\x09";
static const char ours6[] = "\x20\x01\x0d\xb8\0\x01\0\0\0\0\0\0\0\0\0\x01";

static void
extension_headers(void)
{
	struct frame f;

	write_syn(write_chain(ip6(&f, IPPROTO_HOPOPTS, far6, HEADERS * HEADER + 60), IPPROTO_TCP),
		1000, 80, (const uint8_t *)"\1", 1);
	measure("eight extension headers", 0, &f, 1);
	f.bytes[14 + 7] = 1;
	measure("eight extension headers and no hop left", 0, &f, 1);
}

static void
large_ones(void)
{
	unsigned n = ROOM - 34;
	struct frame f;
	uint8_t *icmp = ip4(&f, 0, 0, IPPROTO_ICMP, HOST, OURS, n);

	write_icmp(icmp, 8, n, 0);
	measure("a ping of 9 kB, of zeros", 0, &f, 1);
	icmp = ip4(&f, 0, 0, IPPROTO_ICMP, HOST, FAR, n);
	write_icmp(icmp, 8, n, 0);
	measure("a ping of 9 kB for a link of 1280", 0, &f, 8);
	write_udp(ip6(&f, IPPROTO_UDP, far6, ROOM - 54), 7, 7, ROOM - 54);
	measure("9 kB for a link of 1280, IPv6", 0, &f, 1);
}

/* A neighbour solicitation for us with as many options as are read, of 8 bytes. */
static void
neighbour_options(void)
{
	unsigned n = 24 + 184 * 8;
	struct frame f;
	uint8_t *icmp = ip6(&f, IPPROTO_ICMPV6, ours6, n);
	uint64_t pseudo = checksum_pseudo(f.bytes + 22, f.bytes + 38, 16, IPPROTO_ICMPV6, n);

	memcpy(icmp + 8, ours6, 16);
	for (unsigned at = 24; at < n; at += 8)
		memcpy(icmp + at, "\x0e\x01\0\0\0\0\0\0", 8);
	write_icmp(icmp, 135, n, pseudo);
	measure("a solicitation with 184 options", 0, &f, 1);
}

/* An error about a packet of a session that is translated, whose quote is as long as it may be. */
static void
quoting(void)
{
	unsigned quoted = ROOM - 14 - 20 - OPTIONS - 8, l4_bytes = quoted - 20 - OPTIONS;
	struct frame f;
	uint8_t *icmp;

	write_udp(ip4(&f, 0, 0, IPPROTO_UDP, MAPPED_HOST, FAR, 8), 5000, 53, 8);
	measure("a first packet that is translated", 0, &f, 1);
	icmp = ip4(&f, 1, OPTIONS, IPPROTO_ICMP, FAR, MAPPED, quoted + 8);
	write_udp(write_ip4(icmp + 8, OPTIONS, IPPROTO_UDP, MAPPED, FAR, l4_bytes), 5000, 53,
		l4_bytes);
	write_icmp(icmp, 3, quoted + 8, 0);
	measure("an error that quotes 9 kB, for a link of 1500", 1, &f, 7);
}

static void
piece(struct frame *f, uint16_t id, unsigned n)
{
	uint8_t *udp = ip4(f, 0, OPTIONS, IPPROTO_UDP, HOST, FAR, PIECE);

	put16(f->bytes + 18, id);
	put16(f->bytes + 20, (uint16_t)(0x2000 | n * PIECE / 8));
	checksum_ip4_set(f->bytes + 14, 20 + OPTIONS);
	if (n == 0)
		write_udp(udp, 6000, 53, 8 + FRAGMENT_PIECES * PIECE);
}

static void
fragments(void)
{
	unsigned last = FRAGMENT_PIECES - 1;
	struct frame f;

	for (uint16_t id = 1; id <= 2; id++) {
		for (unsigned n = last; n > 0; n--) {
			piece(&f, id, n);
			path_frame(0, f.bytes, f.n, 1);
		}
	}
	if (path_ledger()->held[HELD_fragment] != 2 * (int64_t)last)
		die("fragments are not held");
	piece(&f, 1, 0);
	measure("a fragment that 63 have waited for", 0, &f, FRAGMENT_PIECES);
	piece(&f, 2, last);
	put16(f.bytes + 20, (uint16_t)(0x2000 | (last * PIECE / 8 - 1)));
	checksum_ip4_set(f.bytes + 14, 20 + OPTIONS);
	measure("a fragment that ends 63 others", 0, &f, 0);
	if (path_ledger()->held[HELD_fragment] != 0)
		die("fragments are still held");
}

/* Sessions of ever other hosts, more than there is room for; answered, when they are to stay. */
static void
newcomers(const char *name, uint32_t from, bool answered)
{
	struct frame f;

	for (uint32_t i = 0; i < NEWCOMERS; i++) {
		write_udp(ip4(&f, 0, 0, IPPROTO_UDP, from + i, FAR, 8), 7, 7, 8);
		if (i < NEWCOMERS - MEASURED)
			path_frame(0, f.bytes, f.n, 1);
		else
			send_measured(name, 0, &f, 1);
		if (!answered)
			continue;
		write_udp(ip4(&f, 1, 0, IPPROTO_UDP, FAR, from + i, 8), 7, 7, 8);
		path_frame(1, f.bytes, f.n, 1);
	}
}

static void
full_table(void)
{
	const struct sessions *t = path_slowpath()->sessions;
	uint64_t evicted;

	newcomers("a session of a full table", 0x0a010000, false);
	if (t->ended[SESSION_END_evicted] < NEWCOMERS / 3)
		die("%" PRIu64 " sessions made room", t->ended[SESSION_END_evicted]);
	evicted = t->ended[SESSION_END_evicted];
	newcomers("a session where all others are answered", 0x0a020000, true);
	if (t->ended[SESSION_END_evicted] - evicted < NEWCOMERS / 4)
		die("%" PRIu64 " sessions made room", t->ended[SESSION_END_evicted] - evicted);
}

int
main(void)
{
	path_open(config);
	path_watch(count_sent);
	public_address();
	tcp_options();
	extension_headers();
	large_ones();
	neighbour_options();
	quoting();
	fragments();
	full_table();
	path_close();
	printf("ok\n");
	return 0;
}
