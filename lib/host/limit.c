/* SPDX-License-Identifier: BSD-3-Clause */
/* Limits what a host sends unasked: a rate for each kind of message and each interface, so that no
 * kind, and no station on another interface, uses up what others need.
 *
 * Below that, each sender has at most a quarter of the rate (of questions for neighbours: half),
 * and a reserve that packets of others do not use up: together the reserves are a quarter of the
 * rate.  Many senders share a bucket, which a secret chooses.  Near its end a rate is granted by
 * chance: an observer who counts errors must not learn exactly how many others were sent (RFC 1812
 * 4.3.2.8, RFC 4443 2.4 (f); CVE-2020-25705). */

#include <string.h>

#include "base/random.h"
#include "host/host_priv.h"

/* A second and interface, over all workers; at once; the part that one sender gets: 1/sender. */
static const struct {
	uint32_t rate, burst, sender;
} limits[LIMIT_COUNT] = {
	[LIMIT_TTL_EXPIRED] = { HOST_ERROR_RATE, HOST_ERROR_BURST, 4 },
	[LIMIT_TOO_BIG] = { HOST_ERROR_RATE, HOST_ERROR_BURST, 4 },
	[LIMIT_UNREACHABLE] = { HOST_ERROR_RATE, HOST_ERROR_BURST, 4 },
	[LIMIT_RESET] = { HOST_ERROR_RATE, HOST_ERROR_BURST, 4 },
	[LIMIT_ECHO] = { HOST_ECHO_RATE, HOST_ECHO_BURST, 4 },
	[LIMIT_ASK4] = { HOST_ASK_RATE, HOST_ASK_BURST, 2 },
	[LIMIT_ASK6] = { HOST_ASK_RATE, HOST_ASK_BURST, 2 },
	[LIMIT_HOST_ROUTING] = { HOST_ROUTING_RATE, HOST_ROUTING_BURST, 2 },
	[LIMIT_HOST_NEIGHBOUR] = { HOST_NEIGHBOUR_RATE, HOST_NEIGHBOUR_BURST, 2 },
	[LIMIT_HOST_DHCP] = { HOST_DHCP_RATE, HOST_DHCP_BURST, 4 },
	[LIMIT_HOST_REST] = { HOST_REST_RATE, HOST_REST_BURST, 2 },
};

#define BURST_MIN 8u /* of a worker's part */

static uint32_t
part(const struct host *h, uint32_t rate)
{
	return RTE_MAX(rate / RTE_MAX(h->setup.workers, 1u), 1u);
}

/* Returns the burst of a rate: in the proportion that its kind has. */
static uint32_t
burst_of(const struct host *h, enum limit kind, uint32_t rate)
{
	uint64_t burst = (uint64_t)part(h, limits[kind].burst) * rate / part(h, limits[kind].rate);

	return (uint32_t)RTE_MAX(burst, (uint64_t)BURST_MIN);
}

/* Sets what all interfaces have in common, for the largest rate of one of them. */
static void
set_senders(struct host *h, enum limit kind, uint32_t rate)
{
	h->reserve_ns[kind] = NS_PER_S * LIMIT_SENDERS * 4 / rate;
	for (unsigned s = 0; s < LIMIT_SENDERS; s++)
		meter_init_packets(&h->senders[kind][s].share,
			RTE_MAX(rate / limits[kind].sender, 1u), burst_of(h, kind, rate) / 2,
			h->now_ns);
}

static void
set_interface(struct host *h, enum limit kind, uint16_t iface, uint32_t rate)
{
	meter_init_packets(&h->limits[kind][iface], RTE_MAX(rate - rate / 4, 1u),
		burst_of(h, kind, rate), h->now_ns);
}

static void
limit_init(struct host *h, enum limit kind)
{
	uint32_t rate = part(h, limits[kind].rate);

	set_senders(h, kind, rate);
	for (uint16_t i = 0; i < LEDGER_IFACES; i++)
		set_interface(h, kind, i, rate);
}

void
limits_configure(struct host *h)
{
	uint32_t most = 0;

	for (uint16_t i = 0; i < h->gen->n_ifaces; i++) {
		const struct interface *iface = h->gen->iface[i];
		uint32_t rate = iface != NULL ? iface->host_rate : 0;

		most = RTE_MAX(most, rate);
		if (rate != 0 && rate != h->host_rate[i])
			set_interface(h, LIMIT_HOST_REST, i, part(h, rate));
		h->host_rate[i] = rate;
	}
	if (most != 0 && most != h->host_rate_most)
		set_senders(h, LIMIT_HOST_REST, part(h, most));
	h->host_rate_most = most;
}

void
limits_init(struct host *h)
{
	random_secret(&h->random, sizeof(h->random));
	h->random |= 1;
	for (unsigned kind = 0; kind < LIMIT_COUNT; kind++)
		limit_init(h, (enum limit)kind);
	for (unsigned d = 0; d < LIMIT_SENDERS; d++)
		meter_init_packets(&h->pairs[d], RTE_MAX(part(h, HOST_ASK_RATE) / 2, 1u),
			RTE_MAX(part(h, HOST_ASK_BURST) * 3 / 4, BURST_MIN), 0);
}

/* Returns a random number by Marsaglia's xorshift64*, from a secret start. */
static uint32_t
chance(struct host *h, uint32_t below)
{
	h->random ^= h->random >> 12;
	h->random ^= h->random << 25;
	h->random ^= h->random >> 27;
	return (uint32_t)((h->random * 0x2545f4914f6cdd1dull >> 32) * below >> 32);
}

/* Returns the current fill of a meter. */
static uint64_t
credit_at(const struct meter *m, uint64_t now_ns)
{
	uint64_t elapsed = now_ns > m->last_ns ? now_ns - m->last_ns : 0;

	if (elapsed >= m->fill_ns)
		return m->capacity;
	return RTE_MIN(m->credit + elapsed * m->rate, m->capacity);
}

/* Decides by chance below a quarter of the burst: the less is left, the fewer pass. */
static bool
lucky(struct host *h, const struct meter *m)
{
	uint64_t tail = m->capacity / 4 + 1;
	uint64_t credit = credit_at(m, h->now_ns);

	return credit >= tail || chance(h, 1024) < credit * 1024 / tail;
}

/* Returns the bucket of a packet's sender. who: the interfaces, and what else separates senders. */
static struct limit_sender *
sender_of(struct host *h, enum limit kind, uint64_t who, const struct view *v)
{
	return &h->senders[kind][limit_sender(h, who, v)];
}

unsigned
limit_sender(const struct host *h, uint64_t who, const struct view *v)
{
	struct {
		uint64_t sender, who;
	} key = { 0, who };

	memcpy(&key.sender, &v->tuple.src, v->family == 4 ? 4 : 8); /* IPv6: the subnet */
	return hash_bytes(&h->key, &key, sizeof(key)) % LIMIT_SENDERS;
}

static bool
take_reserve(struct host *h, enum limit kind, struct limit_sender *s)
{
	if (s->reserve_ns > h->now_ns)
		return false;
	s->reserve_ns = h->now_ns + h->reserve_ns[kind];
	return true;
}

bool
limit_take(struct host *h, enum limit kind, uint16_t iface, const struct view *v)
{
	struct limit_sender *s = sender_of(h, kind, (uint64_t)iface << 8 | v->family, v);
	struct meter *all = &h->limits[kind][iface];

	if (!meter_take(&s->share, h->now_ns, 0))
		return false;
	return (lucky(h, all) && meter_take(all, h->now_ns, 0)) || take_reserve(h, kind, s);
}

/* Takes from the rate of an ingress interface: packets of one interface use up half of the rate at
 * most, so a third of it is left for others. */
static bool
take_from_pair(struct host *h, const struct neighbour *n, const struct view *v)
{
	uint64_t key = (uint64_t)n->iface << 32 | (uint64_t)v->iface << 8 | n->family;

	struct meter *pair = &h->pairs[hash_bytes(&h->key, &key, sizeof(key)) % LIMIT_SENDERS];

	return meter_take(pair, h->now_ns, 0);
}

bool
limit_ask(struct host *h, const struct neighbour *n, const struct view *v)
{
	enum limit kind = n->family == 4 ? LIMIT_ASK4 : LIMIT_ASK6;
	struct meter *all = &h->limits[kind][n->iface];
	struct limit_sender *s;

	if (v == NULL)
		return meter_take(all, h->now_ns, 0);
	s = sender_of(h, kind, (uint64_t)n->iface << 32 | v->iface, v);
	return meter_take(&s->share, h->now_ns, 0)
		&& ((take_from_pair(h, n, v) && meter_take(all, h->now_ns, 0))
			|| take_reserve(h, kind, s));
}
