/* SPDX-License-Identifier: BSD-3-Clause */
/* A flood of first fragments, whose datagrams never become whole, beside flows without fragments and one with. */

#include "flood.h"

#include <netinet/in.h>

#include "flood_known.h"
#include "slowpath/fragments/fragments.h"

#define BURST 32u
#define WHOLE_EVERY 2000u               /* packets for each datagram of the honest source */
#define PAYLOAD 64u

static void
send_flood(void)
{
	uint64_t r = flood_random();
	struct flood_frame f = {
		.port = FLOOD_WAN, .mark = MARK_FLOOD, .proto = IPPROTO_UDP, .payload = PAYLOAD,
		.src = 0x0b000000u + (uint32_t)r % 0x70000000u, .dst = FLOOD_SERVER,
		.sport = (uint16_t)(r >> 32), .dport = 53, .more = true, .id = (uint16_t)(r >> 48),
	};

	flood_send(&f);
}

/* Both fragments of a datagram, the second one first every other time. */
static void
send_whole(unsigned n)
{
	struct flood_frame head = {
		.port = FLOOD_WAN, .mark = MARK_NEW, .proto = IPPROTO_UDP, .payload = PAYLOAD,
		.src = FLOOD_CLIENTS + 250, .dst = FLOOD_SERVER, .sport = 4000, .dport = 53,
		.more = true, .id = (uint16_t)n,
	};
	struct flood_frame tail = head;

	tail.more = false;
	tail.offset = 8 + PAYLOAD;
	flood_send(n % 2 == 0 ? &head : &tail);
	for (unsigned i = 0; i < 20; i++)
		send_flood();
	flood_send(n % 2 == 0 ? &tail : &head);
}

void
flood_fragment(bool quick)
{
	unsigned packets = quick ? 300000 : 30000000, datagrams = 0;
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
	flood_fact(known >= 0.99, "fragment, 1 M/s: share of packets without fragments that pass", known, ">= 0.99");
	flood_fact(whole >= 0.9, "fragment, 1 M/s: share of another source's fragments that pass", whole, ">= 0.9");
	flood_sleep((unsigned)(FRAGMENT_TIMEOUT_NS / NS_PER_SECOND) + 1);
	flood_fact(flood_mbufs() == mbufs, "fragment, 31 s after it: packet buffers not back",
		(double)flood_mbufs() - mbufs, "0");
	flood_close();
}
