/* SPDX-License-Identifier: BSD-3-Clause */
/* Established flows, and connections that are being made, beside a flood. */

#include "flood_known.h"

#include <stdlib.h>

#include <netinet/in.h>

#define CLIENTS_NEW 0xcb400000u /* 203.64.0.0, and up: one connection of each */
#define ONE_WAY_NS  (10 * NS_PER_MS)
#define AGAIN_NS    NS_PER_SECOND
#define NEW_MAX     65536u
#define SYNS_MAX    2u

const char known_service[] = "acls:\n"
			     "  from-outside:\n"
			     "    default: drop\n"
			     "    rules:\n"
			     "      - {state: [established, related], action: accept}\n"
			     "      - {dst: 10.0.0.80, proto: tcp, dport: 80, action: accept}\n"
			     "      - {dst: 10.0.0.80, proto: udp, dport: 53, action: accept}\n"
			     "pipelines:\n"
			     "  outside: [track, {acl: from-outside}, {route: main}]\n"
			     "  inside: [track, {route: main}]\n";

static unsigned next_known;

/* A packet of flow n, of its client or of the server. */
static struct flood_frame
known(unsigned n, bool answer)
{
	bool tcp = n % 2 == 0;
	uint32_t client = FLOOD_CLIENTS + n / 50;
	uint16_t port = (uint16_t)(20000 + n), service = tcp ? 80 : 53;

	return (struct flood_frame){
		.port = answer ? FLOOD_LAN : FLOOD_WAN,
		.mark = MARK_KNOWN,
		.proto = tcp ? IPPROTO_TCP : IPPROTO_UDP,
		.flags = TH_ACK,
		.src = answer ? FLOOD_SERVER : client,
		.dst = answer ? client : FLOOD_SERVER,
		.sport = answer ? service : port,
		.dport = answer ? port : service,
		.seq = answer ? 5001 : 1001,
		.ack = answer ? 1001 : 5001,
	};
}

void
known_establish(void)
{
	struct flood_frame f;

	for (unsigned n = 0; n < KNOWN_FLOWS; n++) {
		f = known(n, false);
		f.flags = TH_SYN;
		f.seq = 1000;
		f.ack = 0;
		flood_send(&f);
		f = known(n, true);
		f.flags = TH_SYN | TH_ACK;
		f.seq = 5000;
		flood_send(&f);
		f = known(n, false);
		flood_send(&f);
		f = known(n, true);
		flood_send(&f);
	}
	flood_flush();
	next_known = 0;
}

void
known_send(void)
{
	struct flood_frame f = known(next_known, false);

	next_known = (next_known + 1) % KNOWN_FLOWS;
	flood_send(&f);
}

/* --- connections that are being made --- */

enum step { STEP_SYN, STEP_ANSWER, STEP_ACK, STEP_MADE };

/* What is due, in order of time: each kind has the same delay. */
struct queue {
	struct {
		uint64_t at_ns;
		uint32_t connection;
	} due[4 * NEW_MAX];
	uint32_t first, last;
};

static struct {
	struct queue answers, acks, again;
	uint8_t step[NEW_MAX];
	uint8_t syns[NEW_MAX];
	uint64_t began_ns;
	uint32_t count, begun, made;
	uint64_t gap_ns, over_ns;
} new;

static void
push(struct queue *q, uint64_t delay_ns, uint32_t connection)
{
	uint32_t at = q->last++ % RTE_DIM(q->due);

	q->due[at].at_ns = flood_now() + delay_ns;
	q->due[at].connection = connection;
}

static bool
pop(struct queue *q, uint32_t *connection)
{
	uint32_t at = q->first % RTE_DIM(q->due);

	if (q->first == q->last || q->due[at].at_ns > flood_now())
		return false;
	*connection = q->due[at].connection;
	q->first++;
	return true;
}

static void
send_step(uint32_t connection, enum step step, uint8_t flags)
{
	bool answer = step == STEP_ANSWER;
	uint32_t client = CLIENTS_NEW + connection;
	struct flood_frame f = {
		.port = answer ? FLOOD_LAN : FLOOD_WAN,
		.mark = MARK_NEW,
		.proto = IPPROTO_TCP,
		.flags = flags,
		.src = answer ? FLOOD_SERVER : client,
		.dst = answer ? client : FLOOD_SERVER,
		.sport = answer ? 80 : 30000,
		.dport = answer ? 30000 : 80,
		.seq = answer              ? 9000
			: step == STEP_SYN ? 100
					   : 101,
		.ack = answer              ? 101
			: step == STEP_ACK ? 9001
					   : 0,
	};

	flood_send(&f);
}

static void
send_syn(uint32_t connection)
{
	new.syns[connection]++;
	send_step(connection, STEP_SYN, TH_SYN);
	push(&new.again, AGAIN_NS, connection);
}

/* What leaves comes to the other end a while later. */
static void
left(unsigned port, const uint8_t *ip, unsigned bytes)
{
	const uint8_t *host = ip + (port == FLOOD_LAN ? 12 : 16);
	uint32_t client = (uint32_t)host[0] << 24 | (uint32_t)host[1] << 16 | (uint32_t)host[2] << 8
		| host[3];
	uint32_t i = client - CLIENTS_NEW;
	uint8_t flags = bytes >= 40 ? ip[33] : 0;

	if (ip[4] >> 6 != MARK_NEW || i >= new.count || (flags & TH_RST))
		return;
	if (port == FLOOD_WAN) {
		if (new.step[i] < STEP_ACK)
			push(&new.acks, ONE_WAY_NS, i);
		new.step[i] = RTE_MAX(new.step[i], (uint8_t)STEP_ACK);
	} else if (flags & TH_SYN) {
		push(&new.answers, ONE_WAY_NS, i);
		new.step[i] = RTE_MAX(new.step[i], (uint8_t)STEP_ANSWER);
	} else if (new.step[i] != STEP_MADE) {
		new.step[i] = STEP_MADE;
		new.made += new.syns[i] <= SYNS_MAX;
	}
}

void
connections_begin(unsigned per_second, unsigned ms)
{
	memset(&new, 0, sizeof(new));
	new.count = (uint32_t)RTE_MIN((uint64_t)per_second * ms / 1000, NEW_MAX);
	new.gap_ns = NS_PER_SECOND / per_second;
	new.began_ns = flood_now();
	new.over_ns = new.began_ns + ms *NS_PER_MS + AGAIN_NS + 4 * ONE_WAY_NS;
	flood_watch(left);
}

void
connections_go_on(void)
{
	uint32_t i;

	while (new.begun < new.count &&new.began_ns + new.begun *new.gap_ns <= flood_now())
		send_syn(new.begun++);
	while (pop(&new.answers, &i))
		send_step(i, STEP_ANSWER, TH_SYN | TH_ACK);
	while (pop(&new.acks, &i))
		send_step(i, STEP_ACK, TH_ACK);
	while (pop(&new.again, &i))
		if (new.step[i] < STEP_ACK &&new.syns[i] < SYNS_MAX)
			send_syn(i);
	flood_flush();
}

bool
connections_over(void)
{
	return new.made == new.count || flood_now() > new.over_ns;
}

void
connections_result(struct connections_result *r)
{
	*r = (struct connections_result){ .begun = new.begun, .made = new.made };
	flood_watch(NULL);
}

void
connections_close(void)
{
	for (uint32_t i = 0; i < new.begun; i++)
		send_step(i, STEP_ACK, TH_RST | TH_ACK);
	flood_flush();
}
