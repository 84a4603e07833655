/* SPDX-License-Identifier: BSD-3-Clause */
/* A flood of UDP from random sources to a service that is open to all: it fills the table of
 * sessions, and connections of TCP are made beside it as before. */

#include "flood.h"

#include <netinet/in.h>

#include "flood_known.h"

#define BURST 32u

static void
send_datagram(void)
{
	uint64_t r = flood_random();
	struct flood_frame f = {
		.port = FLOOD_WAN,
		.mark = MARK_FLOOD,
		.proto = IPPROTO_UDP,
		.src = 0x0b000000u + (uint32_t)r % 0x70000000u,
		.dst = FLOOD_SERVER,
		.sport = (uint16_t)(r >> 32 | 1024u),
		.dport = 53,
	};

	flood_send(&f);
}

/* So many datagrams at a million a second; one of 32 is a packet of an established flow. */
static void
flood_for(unsigned datagrams)
{
	for (unsigned i = 0; i < datagrams; i += BURST) {
		for (unsigned k = 1; k < BURST; k++)
			send_datagram();
		known_send();
		flood_pass(BURST * NS_PER_US);
	}
}

void
flood_udp(bool quick)
{
	const struct sessions *t;
	struct flood_count before;
	struct connections_result r;
	uint64_t lost;

	flood_open(quick ? 32768 : 262144, known_service);
	known_establish();
	before = *flood_count();
	t = flood_path()->dp.sessions;
	flood_for(t->capacity + t->capacity / 4);
	flood_fact(t->used >= t->capacity - t->capacity / 16,
		"udp: the table is full, share of its sessions in use",
		(double)t->used / t->capacity, ">= 0.94");
	connections_begin(200, quick ? 200 : 2000);
	while (!connections_over()) {
		for (unsigned k = 1; k < BURST; k++)
			send_datagram();
		known_send();
		flood_pass(BURST * NS_PER_US);
		connections_go_on();
	}
	connections_result(&r);
	connections_close();
	flood_fact(r.made >= 0.99 * r.begun,
		"udp, 1 M/s: TCP connections made with one SYN more at most",
		(double)r.made / r.begun, ">= 0.99");
	lost = flood_count()->in[MARK_KNOWN] - before.in[MARK_KNOWN]
		- (flood_count()->out[MARK_KNOWN] - before.out[MARK_KNOWN]);
	flood_fact(lost == 0, "udp, 1 M/s: packets of established flows lost", (double)lost, "0");
	flood_close();
}
