/* SPDX-License-Identifier: BSD-3-Clause */
/* Whoever forges both ends of a connection from outside establishes nothing, and takes no place
 * from those who do. */

#include "flood.h"

#include <netinet/in.h>

#include "flood_known.h"

#define BURST   32u
#define FORGERS 0x0b000000u /* 11.0.0.0, and up: one connection of each */

/* SYN of a client, SYN and ACK of the server, ACK of the client: all come in by wan. */
static void
send_forged(unsigned n)
{
	uint32_t client = FORGERS + n;
	struct flood_frame syn = {
		.port = FLOOD_WAN,
		.mark = MARK_FLOOD,
		.proto = IPPROTO_TCP,
		.flags = TH_SYN,
		.src = client,
		.dst = FLOOD_SERVER,
		.sport = 40000,
		.dport = 80,
		.seq = 100,
	};
	struct flood_frame answer = {
		.port = FLOOD_WAN,
		.mark = MARK_OTHER,
		.proto = IPPROTO_TCP,
		.flags = TH_SYN | TH_ACK,
		.src = FLOOD_SERVER,
		.dst = client,
		.sport = 80,
		.dport = 40000,
		.seq = 9000,
		.ack = 101,
	};
	struct flood_frame ack = syn;

	ack.flags = TH_ACK;
	ack.seq = 101;
	ack.ack = 9001;
	flood_send(&syn);
	flood_flush();
	flood_send(&answer);
	flood_flush();
	flood_send(&ack);
	flood_flush();
}

void
flood_forged(bool quick)
{
	unsigned forged = quick ? 20000 : 500000, n = 0;
	struct flood_count before;
	struct connections_result r;
	uint32_t established;
	const struct sessions *t;
	uint64_t lost;

	flood_open(quick ? 32768 : 262144, known_service);
	known_establish();
	t = flood_path()->dp.sessions;
	established = t->count[SESSION_ESTABLISHED];
	before = *flood_count();
	for (; n < forged; n++) {
		send_forged(n);
		known_send();
		flood_pass(3 * NS_PER_US);
	}
	flood_fact(t->count[SESSION_ESTABLISHED] == established,
		"forged: sessions established by forged answers",
		(double)(t->count[SESSION_ESTABLISHED] - established), "0");
	flood_fact(flood_count()->out[MARK_OTHER] == before.out[MARK_OTHER],
		"forged: forged answers sent on",
		(double)(flood_count()->out[MARK_OTHER] - before.out[MARK_OTHER]), "0");
	connections_begin(200, quick ? 200 : 2000);
	while (!connections_over()) {
		send_forged(n++);
		known_send();
		flood_pass(3 * NS_PER_US);
		connections_go_on();
	}
	connections_result(&r);
	connections_close();
	flood_fact(r.made >= 0.99 * r.begun,
		"forged, 1 M/s: connections made with one SYN more at most",
		(double)r.made / r.begun, ">= 0.99");
	lost = flood_count()->in[MARK_KNOWN] - before.in[MARK_KNOWN]
		- (flood_count()->out[MARK_KNOWN] - before.out[MARK_KNOWN]);
	flood_fact(
		lost == 0, "forged, 1 M/s: packets of established flows lost", (double)lost, "0");
	flood_close();
}
