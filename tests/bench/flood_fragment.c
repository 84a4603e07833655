/* SPDX-License-Identifier: BSD-3-Clause */
/* Floods of fragments whose datagrams never become whole, beside flows without fragments and with
 * them. */

#include "flood.h"

#include <netinet/in.h>

#include "flood_known.h"
#include "slowpath/fragments/fragments.h"

#define BURST       32u
#define WHOLE_EVERY 2000u /* packets for each datagram of the honest source */
#define PAYLOAD     64u

#define SOURCES 1000u /* that send datagrams of two fragments, 100/s each */
#define LATE    100u  /* datagrams between a first fragment and its second one: a millisecond */
#define EARLY   10u   /* the other way round */

/* A fragment of a datagram that never becomes whole: a first one, or every other time a later one.
 */
static void
send_spoofed(uint32_t src, bool later)
{
	uint64_t r = flood_random();
	struct flood_frame f = {
		.port = FLOOD_WAN,
		.mark = MARK_FLOOD,
		.proto = IPPROTO_UDP,
		.payload = PAYLOAD,
		.src = src,
		.dst = FLOOD_SERVER,
		.sport = (uint16_t)(r >> 32),
		.dport = 53,
		.more = true,
		.id = (uint16_t)(r >> 48),
		.offset = later ? 8 + PAYLOAD : 0,
	};

	flood_send(&f);
}

static void
send_flood(void)
{
	send_spoofed(0x0b000000u + (uint32_t)flood_random() % 0x70000000u, false);
}

/* Both fragments of a datagram, the second one first every other time. */
static void
send_whole(unsigned n)
{
	struct flood_frame head = {
		.port = FLOOD_WAN,
		.mark = MARK_NEW,
		.proto = IPPROTO_UDP,
		.payload = PAYLOAD,
		.src = FLOOD_CLIENTS + 250,
		.dst = FLOOD_SERVER,
		.sport = 4000,
		.dport = 53,
		.more = true,
		.id = (uint16_t)n,
	};
	struct flood_frame tail = head;

	tail.more = false;
	tail.offset = 8 + PAYLOAD;
	flood_send(n % 2 == 0 ? &head : &tail);
	for (unsigned i = 0; i < 20; i++)
		send_flood();
	flood_send(n % 2 == 0 ? &tail : &head);
}

static void
send_part(uint32_t src, unsigned n, bool tail)
{
	struct flood_frame f = {
		.port = FLOOD_WAN,
		.mark = MARK_NEW,
		.proto = IPPROTO_UDP,
		.payload = PAYLOAD,
		.src = src,
		.dst = FLOOD_SERVER,
		.sport = 4000,
		.dport = 53,
		.more = !tail,
		.offset = tail ? 8 + PAYLOAD : 0,
		.id = (uint16_t)n,
	};

	flood_send(&f);
}

/* Every other datagram of a source comes the wrong way round. */
static bool
is_turned(unsigned n)
{
	return n / SOURCES % 2 != 0;
}

static void
send_second(unsigned n, unsigned gap, bool turned)
{
	if (n >= gap && is_turned(n - gap) == turned)
		send_part(FLOOD_CLIENTS + 256 + (n - gap) % SOURCES, n - gap, !turned);
}

/* Ten spoofed fragments a datagram.  early: datagrams between a second fragment and its first one.
 */
static double
whole_beside(unsigned datagrams, uint32_t (*spoofed)(void), unsigned early)
{
	uint64_t before = flood_count()->out[MARK_NEW], sent = flood_count()->in[MARK_NEW];

	for (unsigned n = 0; n < datagrams; n++) {
		for (unsigned i = 0; i < 10; i++)
			send_spoofed(spoofed(), i % 2 != 0);
		send_part(FLOOD_CLIENTS + 256 + n % SOURCES, n, is_turned(n));
		send_second(n, LATE, false);
		send_second(n, early, true);
		flood_pass(10000);
	}
	flood_flush();
	return (double)(flood_count()->out[MARK_NEW] - before)
		/ (double)(flood_count()->in[MARK_NEW] - sent);
}

static uint32_t
anybody(void)
{
	return 0x0b000000u + (uint32_t)flood_random() % 0x70000000u;
}

/* One of those that send datagrams: the flood has few addresses, and all of them are theirs. */
static uint32_t
one_of_them(void)
{
	return FLOOD_CLIENTS + 256 + (uint32_t)flood_random() % SOURCES;
}

/* The flood claims to be one of them alone. */
static uint32_t
the_victim(void)
{
	return FLOOD_CLIENTS + 256;
}

static void
spoofed_rows(unsigned datagrams)
{
	double share = whole_beside(datagrams, anybody, EARLY);

	flood_fact(share >= 0.95, "fragment, 1 M/s: share of 1,000 sources' fragments that pass",
		share, ">= 0.95");
	share = whole_beside(datagrams, anybody, LATE);
	flood_fact(share >= 0.95,
		"fragment, 1 M/s: the same, the wrong way round a millisecond apart", share,
		">= 0.95");
	share = whole_beside(datagrams, one_of_them, EARLY);
	flood_fact(share >= 0.95, "fragment, 1 M/s in their names: share of theirs that pass",
		share, ">= 0.95");
	share = whole_beside(datagrams, the_victim, EARLY);
	flood_fact(share >= 0.95, "fragment, 1 M/s in the name of one: share of all that pass",
		share, ">= 0.95");
}

void
flood_fragment(bool quick)
{
	unsigned packets = quick ? 100000 : 30000000, datagrams = 0;
	struct flood_count before;
	unsigned mbufs, turn = 0;
	double known, whole;

	flood_open(262144, known_service);
	known_establish();
	mbufs = flood_mbufs();
	before = *flood_count();
	for (unsigned done = 0; done < packets; done += BURST) {
		for (unsigned i = 0; i < BURST; i++, turn++) {
			if (turn % 6 == 0)
				known_send();
			else
				send_flood();
			if (turn % WHOLE_EVERY == 0)
				send_whole(datagrams++);
		}
		flood_pass((uint64_t)(BURST * 1e9 / 1.2e6));
	}
	known = (double)(flood_count()->out[MARK_KNOWN] - before.out[MARK_KNOWN])
		/ (double)(flood_count()->in[MARK_KNOWN] - before.in[MARK_KNOWN]);
	whole = (double)flood_count()->out[MARK_NEW] / (2.0 * datagrams);
	flood_fact(known >= 0.99, "fragment, 1 M/s: share of packets without fragments that pass",
		known, ">= 0.99");
	flood_fact(whole >= 0.9, "fragment, 1 M/s: share of another source's fragments that pass",
		whole, ">= 0.9");
	spoofed_rows(quick ? 3000 : 300000);
	flood_sleep((unsigned)(FRAGMENT_TIMEOUT_NS / NS_PER_SECOND));
	for (unsigned i = 0; i < 10; i++)
		flood_pass(100 * NS_PER_MS); /* a loop forgets so many */
	flood_fact(flood_mbufs() == mbufs, "fragment, 31 s after it: packet buffers not back",
		(double)flood_mbufs() - mbufs, "0");
	flood_close();
}
