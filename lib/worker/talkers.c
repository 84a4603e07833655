/* SPDX-License-Identifier: BSD-3-Clause */
/* Sampling packets, and the sketches that samples go into. */

#include "worker/talkers.h"

#include <string.h>

#include <netinet/in.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <sys/random.h>

#include "base/counter.h"
#include "base/memory.h"
#include "packet/parse.h"

/* --- what a packet is --- */

/* Echo: as in keys, the identifier and the type. */
static void
read_echo(struct tuple *t, const uint8_t *l4, const uint8_t *end)
{
	if (end - l4 < 6 || !icmp_is_query(t->family, l4[0]))
		return;
	memcpy(&t->sport, l4 + 4, 2);
	t->dport = rte_cpu_to_be_16((uint16_t)(l4[0] << 8 | l4[1]));
}

static void
read_ports(struct tuple *t, const uint8_t *l4, const uint8_t *end)
{
	if (t->proto == (t->family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6))
		read_echo(t, l4, end);
	if ((t->proto != IPPROTO_TCP && t->proto != IPPROTO_UDP && t->proto != IPPROTO_SCTP)
		|| end - l4 < 4)
		return;
	memcpy(&t->sport, l4, 2);
	memcpy(&t->dport, l4 + 2, 2);
}

static bool
read_ip4(struct tuple *t, const uint8_t *ip, const uint8_t *end)
{
	unsigned length = (ip[0] & 0xf) * 4;

	if (end - ip < 20 || length < 20)
		return false;
	t->family = 4;
	t->proto = ip[9];
	memcpy(&t->src.v4, ip + 12, 4);
	memcpy(&t->dst.v4, ip + 16, 4);
	if (((ip[6] & 0x1f) | ip[7]) == 0 && (size_t)(end - ip) >= length)
		read_ports(t, ip + length, end);
	return true;
}

static bool
read_ip6(struct tuple *t, const uint8_t *ip, const uint8_t *end)
{
	if (end - ip < 40)
		return false;
	t->family = 6;
	t->proto = ip[6];
	memcpy(t->src.bytes, ip + 8, 16);
	memcpy(t->dst.bytes, ip + 24, 16);
	read_ports(t, ip + 40, end);
	return true;
}

/* Reads the flow of a frame that nothing has looked at yet.  False: it is no IP. */
static bool
read_flow(const struct rte_mbuf *m, const struct ingress *in, struct tuple *t)
{
	const uint8_t *at = rte_pktmbuf_mtod(m, const uint8_t *), *end = at + m->data_len;
	uint16_t vlan[2] = { 0, 0 };
	unsigned type = 0;

	memset(t, 0, sizeof(*t));
	if (end - at < RTE_ETHER_HDR_LEN)
		return false;
	at += 12;
	for (unsigned tags = 0; tags < 3 && end - at >= 4; tags++, at += 4) {
		type = (unsigned)at[0] << 8 | at[1];
		if (type != RTE_ETHER_TYPE_VLAN && type != RTE_ETHER_TYPE_QINQ)
			break;
		if (tags < 2)
			vlan[tags] = (uint16_t)((at[2] & 0xf) << 8 | at[3]);
	}
	if (in != NULL)
		t->domain = ingress_domain(in, parse_iface(in, vlan));
	at += 2;
	if (type == RTE_ETHER_TYPE_IPV4)
		return read_ip4(t, at, end);
	return type == RTE_ETHER_TYPE_IPV6 && read_ip6(t, at, end);
}

/* --- sketches --- */

static void
sketch_add(struct talkers_sketch *s, uint64_t hash, const struct tuple *who, uint64_t amount,
	uint64_t other)
{
	uint32_t mark = (uint32_t)(hash >> 32) | 1, *marks = s->mark[hash % TALKERS_BUCKETS];
	struct talker *entry = s->entry[hash % TALKERS_BUCKETS], *least = entry;
	unsigned at = 0;

	for (unsigned i = 0; i < TALKERS_WAYS; i++) {
		if (marks[i] == mark && memcmp(&entry[i].who, who, sizeof(*who)) == 0) {
			entry[i].count += amount;
			entry[i].other += other;
			return;
		}
		if (marks[i] == 0) {
			marks[i] = mark;
			entry[i] = (struct talker){ *who, amount, 0, other };
			return;
		}
		if (entry[i].count < least->count) {
			least = &entry[i];
			at = i;
		}
	}
	marks[at] = mark;
	*least = (struct talker){ *who, least->count + amount, least->count, other };
}

static struct talkers_window *
window_now(struct talkers *t)
{
	uint64_t n = atomic_load_explicit(&t->complete, memory_order_relaxed);

	return &t->window[n % (TALKERS_WINDOWS + TALKERS_SPARE)];
}

void
talkers_add(struct talkers *t, const struct tuple *flow, uint32_t bytes, uint32_t weight)
{
	struct talkers_window *w = window_now(t);
	struct tuple who[TALKER_KINDS] = {
		{ .family = flow->family, .domain = flow->domain, .src = flow->src },
		{ .family = flow->family, .domain = flow->domain, .dst = flow->dst }, *flow
	};
	uint64_t all_bytes = (uint64_t)bytes * weight;

	w->packets += weight;
	w->bytes += all_bytes;
	for (unsigned k = 0; k < TALKER_KINDS; k++) {
		uint64_t hash = hash_bytes(&t->key, &who[k], sizeof(who[k]));

		sketch_add(&w->sketch[k][TALKER_PACKETS], hash, &who[k], weight, all_bytes);
		sketch_add(&w->sketch[k][TALKER_BYTES], hash, &who[k], all_bytes, weight);
	}
}

/* --- sampling --- */

static uint32_t
next_gap(struct talkers *t)
{
	t->random ^= t->random << 13;
	t->random ^= t->random >> 7;
	t->random ^= t->random << 17;
	return (uint32_t)(t->random % (2ull * t->gap - 1)); /* gap - 1 on average */
}

/* Samples come faster than they may: each is to stand for more packets. */
static void
slow_down(struct talkers *t, uint64_t now_ns)
{
	uint64_t left_ns = t->turn_ns > now_ns ? t->turn_ns - now_ns : 0;
	uint64_t gone_ns = TALKERS_WINDOW_NS - RTE_MIN(left_ns, TALKERS_WINDOW_NS);

	if (t->samples * TALKERS_WINDOW_NS > TALKERS_SAMPLES * gone_ns && t->gap < 1u << 20)
		t->gap *= 2;
}

void
talkers_sample(struct talkers *t, struct rte_mbuf *const *m, unsigned n, const struct ingress *in,
	uint64_t now_ns)
{
	unsigned at = t->left;

	for (; at < n; at += 1 + next_gap(t)) {
		struct tuple flow;

		if (read_flow(m[at], in, &flow))
			talkers_add(t, &flow, m[at]->pkt_len, t->gap);
		t->seen += t->gap;
		if (++t->samples % (TALKERS_SAMPLES / 8) == 0)
			slow_down(t, now_ns);
	}
	t->left = at - n;
}

void
talkers_turn(struct talkers *t, uint64_t now_ns)
{
	struct talkers_window *next;

	/* The first call, and after a pause of the clock: nothing was seen since. */
	t->turn_ns = now_ns + TALKERS_WINDOW_NS;
	t->gap = (uint32_t)RTE_MIN(t->seen / TALKERS_SAMPLES + 1, 1u << 20);
	t->left = next_gap(t);
	t->samples = 0;
	t->seen = 0;
	/* Pairs with the acquire in talkers_window: the window is whole. */
	atomic_store_explicit(&t->complete, t->complete + 1, memory_order_release);
	next = window_now(t);
	next->packets = 0;
	next->bytes = 0;
	for (unsigned k = 0; k < TALKER_KINDS; k++)
		for (unsigned by = 0; by < TALKER_BYS; by++)
			memset(next->sketch[k][by].mark, 0, sizeof(next->sketch[k][by].mark));
}

const struct talkers_window *
talkers_window(const struct talkers *t, unsigned back)
{
	uint64_t n = atomic_load_explicit(&t->complete, memory_order_acquire);

	if (back == 0 || back > TALKERS_WINDOWS || back > n)
		return NULL;
	return &t->window[(n - back) % (TALKERS_WINDOWS + TALKERS_SPARE)];
}

struct talkers *
talkers_create(int numa_node)
{
	struct talkers *t = memory_take(sizeof(*t), numa_node);

	if (t == NULL)
		return NULL;
	memset(t, 0, offsetof(struct talkers, window));
	for (unsigned i = 0; i < TALKERS_WINDOWS + TALKERS_SPARE; i++)
		memset(&t->window[i], 0, sizeof(t->window[i]));
	t->gap = 1;
	t->random = 0x9e3779b97f4a7c15;
	/* Of its own: what replay decides must not depend on it. */
	if (getrandom(&t->key, sizeof(t->key), GRND_NONBLOCK) != (ssize_t)sizeof(t->key))
		t->key.k0 = (uintptr_t)t;
	return t;
}

void
talkers_destroy(struct talkers *t)
{
	memory_give(t, sizeof(*t));
}
