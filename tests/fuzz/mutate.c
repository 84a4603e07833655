/* SPDX-License-Identifier: BSD-3-Clause */
/* A million mutated frames through the whole path.
 *
 *   mutate [FRAMES [SEED]]
 *
 * Frames begin as packets that mean something, are changed in a few places (bits, fields, cuts,
 * inserts, extension headers, other frames' tails), and half of them get right lengths and
 * checksums again, so that they come past the parser.  At the end the ledger is exact and every
 * packet buffer is back. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "packet/checksum.h"
#include "packet/notation.h"
#include "chance.h"
#include "path.h"

enum {
	FRAMES = 1000000,
	FRAME_MAX = 9216,
	SEEDS_MAX = 128,
	BURST_CHANCES = 64,
};

static const char *const texts[] = {
	"udp 10.0.0.2:5203 > 203.0.113.9:53 payload \"hello\"",
	"udp 10.0.0.2:5203 > 203.0.113.200:53",
	"udp 10.0.0.2:5060 > 192.0.2.9:5060 size 1400",
	"udp 10.0.0.2:5060 > 192.0.2.9:5060 size 1400 df",
	"udp 10.0.0.2:1 > 192.0.2.9:2 size 4000",
	"udp 10.0.0.2:7 > 10.0.0.1:7",
	"udp 10.0.0.2:7 > 198.51.100.77:7",
	"udp 10.20.0.2:7 > 192.0.2.1:7 vlan 20",
	"udp 10.30.0.2:7 > 192.0.2.1:7 vlan 100 vlan 7",
	"udp 10.0.0.200:7 > 192.0.2.1:7",
	"udp 10.0.0.2:9 > 192.0.2.1:9 frag 0 mf size 100",
	"udp 10.0.0.2:9 > 192.0.2.1:9 ttl 1",
	"tcp 10.0.0.2:40000 > 192.0.2.1:80 S",
	"tcp 10.0.0.2:40000 > 192.0.2.1:80 A size 500",
	"tcp 10.0.0.2:40000 > 192.0.2.1:25 S",
	"tcp 10.0.0.2:40000 > 192.0.2.1:22 S",
	"tcp 10.0.0.2:40000 > 10.0.0.1:22 S",
	"tcp 198.51.100.2:80 > 10.0.0.2:40000 SA",
	"icmp 10.0.0.2 > 10.0.0.1 echo-request id 7",
	"icmp 10.0.0.2 > 192.0.2.1 echo-request id 7 size 1400",
	"icmp 198.51.100.2 > 10.0.0.2 time-exceeded (udp 10.0.0.2:7 > 203.0.113.9:80)",
	"ip 10.0.0.2 > 192.0.2.1 proto 47 size 90",
	"udp [2001:db8:1::2]:53 > [2001:db8:ffff::2]:5353",
	"udp [2001:db8:1::2]:53 > [2001:db8:f::2]:5353 size 1400",
	"udp [2001:db8:1::2]:53 > [2001:db8:2::77]:5353",
	"udp [2001:db8:20::2]:53 > [2001:db8:ffff::2]:5353 vlan 20",
	"tcp [2001:db8:1::2]:40000 > [2001:db8:ffff::2]:25 S",
	"tcp [2001:db8:1::2]:40000 > [2001:db8:1::1]:80 S",
	"icmp [2001:db8:1::2] > [2001:db8:1::1] echo-request id 7",
	"icmp [2001:db8:1::2] > [2001:db8:ffff::1] echo-request id 7 ttl 1",
};

/* ARP and ND, which packet notation does not write in full. */
static const struct raw {
	uint8_t bytes[96];
	unsigned n;
} raws[] = {
	{ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 1, 2, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2,
		  0, 0, 0, 1, 2, 10, 0, 0, 2, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1 },
		42 },
	{ { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 2, 3, 8, 6, 0, 1, 8, 0, 6, 4, 0, 2, 2, 0, 0, 0, 2, 3, 198,
		  51, 100, 3, 2, 0, 0, 0, 0, 2, 198, 51, 100, 1 },
		42 },
	{ { 0x33, 0x33, 0xff, 0, 0, 1, 2, 0, 0, 0, 1, 2, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 32, 58, 255,
		  0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0xff, 2, 0, 0, 0, 0, 0, 0,
		  0, 0, 0, 1, 0xff, 0, 0, 1, 135, 0, 0, 0, 0, 0, 0, 0, 0x20, 1, 0xd, 0xb8, 0, 1, 0,
		  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 0, 0, 0, 1, 2 },
		86 },
	{ { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 2, 3, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 32, 58, 255, 0x20, 1,
		  0xd, 0xb8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0x20, 1, 0xd, 0xb8, 0, 2, 0, 0, 0,
		  0, 0, 0, 0, 0, 0, 1, 136, 0, 0, 0, 0x60, 0, 0, 0, 0x20, 1, 0xd, 0xb8, 0, 2, 0, 0,
		  0, 0, 0, 0, 0, 0, 0, 3, 2, 1, 2, 0, 0, 0, 2, 3 },
		86 },
};

struct frame {
	uint8_t bytes[FRAME_MAX];
	unsigned n;
};

static struct frame seeds[SEEDS_MAX];
static unsigned n_seeds;
uint64_t chance_state;

static void
make_seeds(void)
{
	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct notation_macs macs = { .src = { 2, 0, 0, 0, 1, 2 } };
		char why[128];
		int n;

		memcpy(macs.dst, path_mac(0), 6);
		n = notation_build(texts[i], &macs, seeds[n_seeds].bytes, FRAME_MAX, why);
		if (n < 0) {
			fprintf(stderr, "%s: %s\n", texts[i], why);
			exit(1);
		}
		seeds[n_seeds++].n = (unsigned)n;
	}
	for (unsigned i = 0; i < sizeof(raws) / sizeof(raws[0]); i++) {
		memcpy(seeds[n_seeds].bytes, raws[i].bytes, raws[i].n);
		seeds[n_seeds++].n = raws[i].n;
	}
}

/* Offset of the IP header, 0 when there is none. */
static unsigned
find_ip(const struct frame *f, unsigned *family)
{
	unsigned at = 12;

	while (at + 6 <= f->n && at < 20
		&& ((f->bytes[at] == 0x81 && f->bytes[at + 1] == 0)
			|| (f->bytes[at] == 0x88 && f->bytes[at + 1] == 0xa8)))
		at += 4;
	if (at + 2 + 20 > f->n)
		return 0;
	*family = f->bytes[at] == 8 && f->bytes[at + 1] == 0       ? 4
		: f->bytes[at] == 0x86 && f->bytes[at + 1] == 0xdd ? 6
								   : 0;
	if (*family == 0 || (*family == 6 && at + 2 + 40 > f->n))
		return 0;
	return at + 2;
}

/* --- mutations --- */

static void
insert(struct frame *f, unsigned at, const uint8_t *bytes, unsigned n)
{
	if (at > f->n || f->n + n > FRAME_MAX)
		return;
	memmove(f->bytes + at + n, f->bytes + at, f->n - at);
	memcpy(f->bytes + at, bytes, n);
	f->n += n;
}

static void
flip_bits(struct frame *f)
{
	for (uint64_t i = chance(4); i < 4 && f->n > 0; i++)
		f->bytes[chance(f->n)] ^= (uint8_t)(1u << chance(8));
}

/* A byte or a word of the headers becomes one of the values that code is wrong about. */
static void
set_value(struct frame *f)
{
	static const uint16_t values[] = { 0, 1, 4, 5, 7, 8, 15, 16, 20, 40, 60, 127, 128, 255, 256,
		1279, 1280, 1500, 0x7fff, 0x8000, 0xfff8, 0xffff };
	unsigned reach = f->n < 90 ? f->n : 90;
	uint16_t v = values[chance(sizeof(values) / sizeof(values[0]))];
	unsigned at;

	if (reach < 3)
		return;
	at = (unsigned)chance(reach - 1);
	if (chance(2) == 0)
		f->bytes[at] = (uint8_t)(v >> 8);
	f->bytes[at + 1] = (uint8_t)v;
}

static void
cut(struct frame *f)
{
	f->n = (unsigned)chance(f->n + 1);
}

static void
grow(struct frame *f)
{
	uint8_t more[2048] = { 0 };

	insert(f, f->n, more, (unsigned)chance(sizeof(more)));
}

static void
splice(struct frame *f)
{
	const struct frame *other = &seeds[chance(n_seeds)];
	unsigned at = (unsigned)chance(f->n + 1), from = (unsigned)chance(other->n + 1);

	f->n = at;
	insert(f, at, other->bytes + from, other->n - from);
}

static void
add_tag(struct frame *f)
{
	uint8_t tag[4] = { 0x81, 0, 0, (uint8_t)(chance(2) == 0 ? 20 : chance(256)) };

	if (chance(3) == 0)
		memcpy(tag, (uint8_t[]){ 0x88, 0xa8, 0, 100 }, 4);
	if (f->n >= 12)
		insert(f, 12, tag, 4);
}

/* An IPv6 extension header, or an IPv4 option of 4 bytes, with a random inside. */
static void
add_extension(struct frame *f)
{
	static const uint8_t types[] = { 0, 43, 44, 60, 51, 50, 135, 59 };
	static const uint8_t options[] = { 0, 1, 7, 68, 131, 137, 148, 130 };
	unsigned family = 0, ip = find_ip(f, &family);
	uint8_t ext[64];
	unsigned n = 8 * (1 + (unsigned)chance(4));

	for (unsigned i = 0; i < sizeof(ext); i++)
		ext[i] = (uint8_t)chance(256);
	if (ip != 0 && family == 6) {
		ext[0] = f->bytes[ip + 6];
		ext[1] = (uint8_t)(n / 8 - 1);
		f->bytes[ip + 6] = types[chance(sizeof(types))];
		insert(f, ip + 40, ext, n);
	} else if (ip != 0 && (f->bytes[ip] & 15) < 15) {
		ext[0] = options[chance(sizeof(options))];
		ext[1] = (uint8_t)chance(6);
		f->bytes[ip]++;
		insert(f, ip + 20, ext, 4);
	}
}

/* Another flow, so that tables fill and age. */
static void
change_flow(struct frame *f)
{
	unsigned family = 0, ip = find_ip(f, &family);
	unsigned l4 = ip + (family == 4 ? 20 : 40);

	if (ip == 0)
		return;
	f->bytes[l4 - 1] = (uint8_t)chance(256);
	f->bytes[l4 - 2] = (uint8_t)chance(4);
	if (l4 + 2 <= f->n)
		f->bytes[l4 + chance(2)] = (uint8_t)chance(256);
}

static void (*const mutations[])(struct frame *f) = {
	flip_bits,
	set_value,
	set_value,
	cut,
	grow,
	splice,
	add_tag,
	add_extension,
	add_extension,
	change_flow,
	change_flow,
	change_flow,
};

/* --- right again, as far as the headers go --- */

static void
fix_icmp(struct frame *f, unsigned ip, unsigned l4, unsigned family)
{
	uint64_t sum = 0;
	uint16_t folded;

	if (l4 + 8 > f->n)
		return;
	f->bytes[l4 + 2] = f->bytes[l4 + 3] = 0;
	if (family == 6)
		sum = checksum_pseudo(f->bytes + ip + 8, f->bytes + ip + 24, 16, 58, f->n - l4);
	folded = (uint16_t)~checksum_fold(sum + checksum_sum(f->bytes + l4, f->n - l4));
	memcpy(f->bytes + l4 + 2, &folded, 2);
}

static void
fix(struct frame *f)
{
	unsigned family = 0, ip = find_ip(f, &family), bytes, head;

	if (ip == 0)
		return;
	bytes = f->n - ip;
	if (family == 4) {
		head = (f->bytes[ip] & 15) * 4u;
		if (head < 20 || head > bytes)
			return;
		f->bytes[ip + 2] = (uint8_t)(bytes >> 8);
		f->bytes[ip + 3] = (uint8_t)bytes;
		if (f->bytes[ip + 9] == 1)
			fix_icmp(f, ip, ip + head, 4);
		checksum_ip4_set(f->bytes + ip, head);
	} else {
		f->bytes[ip + 4] = (uint8_t)((bytes - 40) >> 8);
		f->bytes[ip + 5] = (uint8_t)(bytes - 40);
		if (f->bytes[ip + 6] == 58)
			fix_icmp(f, ip, ip + 40, 6);
	}
}

static void
one_frame(void)
{
	static struct frame f;
	unsigned port = (unsigned)chance(PATH_PORTS);

	f = seeds[chance(n_seeds)];
	for (uint64_t i = chance(5); i < 4; i++)
		mutations[chance(sizeof(mutations) / sizeof(mutations[0]))](&f);
	if (chance(8) != 0 && f.n >= 6 && !(f.bytes[0] & 1))
		memcpy(f.bytes, path_mac(port), 6);
	if (chance(2) == 0)
		fix(&f);
	path_frame(port, f.bytes, f.n, 1 + (unsigned)chance(BURST_CHANCES));
	if (chance(64) == 0)
		path_advance(chance(2000) * NS_PER_US);
	if (chance(20000) == 0)
		path_settle();
}

static void
print_ledger(void)
{
	struct ledger_sum sum = { 0 };

	ledger_add(&sum, path_ledger());
	printf("rx %" PRIu64 " + born %" PRIu64 " = tx %" PRIu64 " + dropped %" PRIu64
	       " + consumed %" PRIu64 " + held %" PRId64 "\n",
		sum.rx, sum.born, sum.tx, sum.dropped, sum.consumed, sum.held);
	printf("flows: %" PRIu64 " look-ups found one, %" PRIu64 " not\n",
		path_ledger()->lookups_hit, path_ledger()->lookups_miss);
	for (unsigned r = 1; r < REASON_COUNT; r++)
		if (sum.drops[r] != 0)
			printf("  %10" PRIu64 " %s\n", sum.drops[r], reason_name(r));
}

int
main(int argc, char **argv)
{
	uint64_t frames = argc > 1 ? strtoull(argv[1], NULL, 10) : FRAMES;
	time_t began = time(NULL);

	chance_state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	path_open(NULL);
	make_seeds();
	for (uint64_t i = 0; i < frames; i++)
		one_frame();
	path_settle();
	print_ledger();
	path_close();
	printf("ok %" PRIu64 " frames, ledger exact, packet buffers back, %d s\n", frames,
		(int)(time(NULL) - began));
	return 0;
}
