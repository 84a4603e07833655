/* SPDX-License-Identifier: BSD-3-Clause */
/* Several workers, stepped in one thread, and an observer of each, which says who judged.
 *
 *   10.0.0.0/16, fd00::/64 --- lan [ Weir ] wan --- the rest */
#ifndef UNIT_CONTROL_HANDOVER_WORLD_H
#define UNIT_CONTROL_HANDOVER_WORLD_H

#include "io/frame_ring.h"
#include "io/steer.h"
#include "support/appliance_fixture.h"
#include "worker/owner.h"

#define CONFIG(flows, pools) \
	"version: 1\n" \
	"system: {flows: " #flows "}\n" \
	"ports: {lan: {device: net_null0, queues: 1}, wan: {device: net_null1, queues: 1}}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [10.0.0.1/16, \"fd00::1/64\"], pipeline: inside}\n" \
	"  wan: {addresses: [198.51.100.1/24, \"2001:db8::1/64\"], pipeline: outside,\n" \
	"    neighbours: {198.51.100.2: \"02:00:00:00:02:02\", \"2001:db8::2\": \"02:00:00:00:02:02\"}}\n" \
	"routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: \"::/0\", via: \"2001:db8::2\"}]}\n" \
	"nat: {uplink: {pool: [" pools "]}}\n" \
	"pipelines:\n" \
	"  inside: [track, {route: main}, {snat: uplink}]\n" \
	"  outside: [track, {dnat: {to: \"10.0.0.80:80\", if: {dst: 198.51.100.1, proto: tcp, dport: 8080}}}, {route: main}]\n"

enum { WORKERS = 3, KINDS = 9, PACKETS = 400, BURST = 32 };

struct handover;

struct judge {
	struct handover *h;
	unsigned worker;
	struct observer observer;
	unsigned asked;
};

struct handover {
	struct appliance_fixture on;
	struct judge judge[WORKERS];
	unsigned count; /* workers */
	uint64_t random;
	/* Of the packets under way: who should judge, and how many were judged. */
	struct rte_mbuf *m[BURST];
	unsigned owner[BURST];
	unsigned n, judged;
	uint64_t left, left_bytes; /* frames that ports have sent */
};

static inline uint32_t
draw(struct handover *h, uint32_t n)
{
	h->random = h->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((h->random >> 32) % n);
}

/* A fragment that waits for its first, or is dropped, is the business of where it meets. */
static inline void
on_packet(void *arg, const struct observation *o)
{
	struct judge *j = arg;
	struct handover *h = j->h;

	for (unsigned i = 0; i < h->n; i++) {
		if (h->m[i] != o->m)
			continue;
		assert_int_equal(j->worker, h->owner[i]);
		h->m[i] = NULL;
		h->judged++;
		return;
	}
}

static inline unsigned
ask_and_count(void *arg, const struct burst *b, unsigned slot)
{
	struct judge *j = arg;

	j->asked++;
	return owner_of_slot(worker_of(&j->h->on, j->worker), b, slot);
}

static inline void
watch(struct handover *h)
{
	for (unsigned i = 0; i < h->count; i++) {
		struct judge *j = &h->judge[i];

		*j = (struct judge){ .h = h, .worker = i };
		j->observer = (struct observer){ .packet = on_packet, .arg = j };
		fastpath_set_owner_lookup(worker_of(&h->on, i)->fp, ask_and_count, j);
	}
}

static inline void
given_judges(struct handover *h, const char *text, unsigned workers)
{
	struct appliance_options how = stepped_by_test(workers);

	how.burst = BURST;
	given_appliance(&h->on, text, &how);
	h->count = workers;
	watch(h);
}

static inline void
observed(struct handover *h)
{
	for (unsigned i = 0; i < h->count; i++)
		fastpath_observe(worker_of(&h->on, i)->fp, &h->judge[i].observer);
}

static inline void
count_left(void *arg, const struct rte_mbuf *m)
{
	struct handover *h = arg;

	h->left++;
	h->left_bytes += m->pkt_len;
}

/* The packets under way are judged, and leave. */
static inline void
judge_all(struct handover *h)
{
	settle(&h->on);
	each_sent(port_of(&h->on, "lan"), count_left, h);
	each_sent(port_of(&h->on, "wan"), count_left, h);
	h->n = 0;
}

static inline int
setup(void **state)
{
	static struct handover h;

	h = (struct handover){ .random = 7 };
	appliance_fixture_init(&h.on);
	*state = &h;
	return 0;
}

static inline int
teardown(void **state)
{
	struct handover *h = *state;

	return end(&h->on);
}

/* A packet of one of several kinds, the same for the same number. */
static inline void
describe(char *text, size_t bytes, unsigned number)
{
	unsigned host = 2 + number % 200, port = 1024 + number * 7 % 5000;

	switch (number % KINDS) {
	case 0:
		snprintf(text, bytes, "tcp 10.0.0.%u:%u > 203.0.113.9:80", host, port);
		break;
	case 1:
		snprintf(
			text, bytes, "icmp 10.0.1.%u > 203.0.113.9 echo-request id %u", host, port);
		break;
	case 2:
		snprintf(text, bytes, "udp [fd00::%x]:%u > [2001:db8:9::9]:53", host, port);
		break;
	case 3:
		snprintf(text, bytes, "ip 10.0.0.%u > 203.0.113.9 proto 47", host);
		break;
	case 4:
		snprintf(text, bytes, "udp 203.0.113.%u:53 > 198.51.100.1:%u", host, port);
		break;
	case 5:
		snprintf(text, bytes,
			"icmp 203.0.113.9 > 198.51.100.1 time-exceeded (udp 198.51.100.1:%u > 203.0.113.8:80)",
			port);
		break;
	case 6:
		snprintf(text, bytes, "tcp 203.0.113.%u:%u > 198.51.100.1:8080", host, port);
		break;
	case 7:
		snprintf(text, bytes, "udp 10.0.0.%u:%u > 203.0.113.9:53 ttl %u", host, port,
			1 + number % 3);
		break;
	default:
		snprintf(text, bytes, "udp 10.0.0.%u:%u > 203.0.113.9:53", host, port);
	}
}

static inline unsigned
owner_of(struct handover *h, const struct rte_mbuf *m, const char *port)
{
	return owner_of_frame(worker_of(&h->on, 0)->common, appliance_generation(h->on.a), m,
		port_of(&h->on, port)->index, 0);
}

/* Makes a frame too long to be handed over as a copy: it is known again by its buffer. */
static inline void
pad(struct rte_mbuf *m)
{
	memset(rte_pktmbuf_append(m, FRAME_COPY_MAX), 0, FRAME_COPY_MAX);
}

/* By the port that packets from its source come by. */
static inline void
come_in(struct handover *h, const char *packet)
{
	bool inside = strstr(packet, " 10.0.") != NULL || strstr(packet, "[fd00::") != NULL;
	const char *port = inside ? "lan" : "wan";
	struct rte_mbuf *m = frame_to(&h->on, port, packet);

	assert_non_null(m);
	pad(m);
	h->m[h->n] = m;
	h->owner[h->n++] = owner_of(h, m, port);
	assert_int_equal(capture_push(port_of(&h->on, port), 0, &m, 1), 1);
}

/* Bursts of random length, of flows that come again and again. */
static inline void
all_are_judged_by_their_owners(struct handover *h, unsigned packets, unsigned numbers)
{
	unsigned sent = 0;

	h->judged = 0;
	while (sent < packets) {
		unsigned n = 1 + draw(h, BURST);
		char text[160];

		for (unsigned i = 0; i < n; i++) {
			describe(text, sizeof(text), draw(h, numbers));
			come_in(h, text);
		}
		judge_all(h);
		sent += n;
	}
	assert_int_equal(h->judged, sent);
}

static inline unsigned
asked(struct handover *h)
{
	unsigned n = 0;

	for (unsigned i = 0; i < h->count; i++) {
		n += h->judge[i].asked;
		h->judge[i].asked = 0;
	}
	return n;
}

/* Interfaces count what they send, and ports what left by them, to the byte. */
static inline void
what_left_is_counted(struct handover *h)
{
	uint64_t port = 0, port_bytes = 0, iface = 0, iface_bytes = 0;

	for (unsigned i = 0; i < h->count; i++) {
		const struct ledger *l = fastpath_ledger(worker_of(&h->on, i)->fp);

		for (unsigned p = 0; p < 2; p++) {
			port += l->port[p].tx;
			port_bytes += l->port[p].tx_bytes;
		}
		for (unsigned k = 0; k < 3; k++) {
			iface += l->iface[k].tx;
			iface_bytes += l->iface[k].tx_bytes;
		}
	}
	assert_int_equal(port, h->left);
	assert_int_equal(port_bytes, h->left_bytes);
	assert_int_equal(iface, h->left);
	assert_int_equal(iface_bytes, h->left_bytes);
}

/* A flow that worker `owner` owns, received by worker 0, of a kind (printf's format, with the
 * number of a host). */
static inline const char *
a_flow_like(struct handover *h, const char *kind, unsigned owner)
{
	static char text[80];

	for (unsigned host = 2; host < 250; host++) {
		struct rte_mbuf *m;
		unsigned is;

		snprintf(text, sizeof(text), kind, host);
		m = frame_to(&h->on, "lan", text);
		is = owner_of(h, m, "lan");
		rte_pktmbuf_free(m);
		if (is == owner)
			return text;
	}
	fail_msg("nobody inside has worker %u", owner);
	return NULL;
}

/* One whose owner is not guessed by its receiver (worker/rps.h). */
static inline const char *
a_flow_of(struct handover *h, unsigned owner)
{
	return a_flow_like(h, "udp [fd00::%x]:4000 > [2001:db8:9::9]:53", owner);
}

static inline const char *
a_plain_flow_of(struct handover *h, unsigned owner)
{
	return a_flow_like(h, "udp 10.0.0.%u:4000 > 203.0.113.9:53", owner);
}

#endif
