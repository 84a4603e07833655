/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet/key.h"

#include <assert.h>
#include <netinet/in.h>
#include <stddef.h>

#include <rte_byteorder.h>

struct icmp_pair {
	uint8_t family;
	uint8_t question;
	uint8_t answer;
};

static const struct icmp_pair icmp_pairs[] = {
	{ 4, 8, 0 },     /* echo */
	{ 4, 13, 14 },   /* timestamp */
	{ 4, 15, 16 },   /* information */
	{ 4, 17, 18 },   /* address mask */
	{ 6, 128, 129 }, /* echo */
};

/* The members of a tuple before its addresses are written and read as one word: a load of what
 * several narrower stores have written waits until all stores before them are done. */
static_assert(offsetof(struct tuple, src) == sizeof(uint64_t), "a word before the addresses");
static_assert(offsetof(struct tuple, sport) == 4 && offsetof(struct tuple, dport) == 6, "ports");
static_assert(RTE_BYTE_ORDER == RTE_LITTLE_ENDIAN, "as shifted below");

static uint64_t
head_of(const struct tuple *t)
{
	uint64_t head;

	memcpy(&head, t, sizeof(head));
	return head;
}

static void
set_head(struct tuple *t, uint64_t head)
{
	memcpy(t, &head, sizeof(head));
}

static uint64_t
with_ports(uint64_t head, rte_be16_t sport, rte_be16_t dport)
{
	return (uint32_t)head | (uint64_t)sport << 32 | (uint64_t)dport << 48;
}

void
tuple_from_key4(struct tuple *t, const struct key4 *k)
{
	uint32_t kinds = 4u | (uint32_t)k->proto << 8 | (uint32_t)k->kind << 16
		| (uint32_t)k->domain << 24;

	set_head(t, with_ports(kinds, k->sport, k->dport));
	t->src = address_v4(k->src);
	t->dst = address_v4(k->dst);
}

void
tuple_from_key6(struct tuple *t, const struct key6 *k)
{
	memset(t, 0, sizeof(*t));
	t->family = 6;
	t->proto = k->proto;
	t->kind = k->kind;
	t->domain = (uint8_t)k->domain;
	t->sport = k->sport;
	t->dport = k->dport;
	memcpy(t->src.bytes, k->src, 16);
	memcpy(t->dst.bytes, k->dst, 16);
}

void
tuple_to_key4(struct key4 *k, const struct tuple *t, uint16_t iface)
{
	k->kind = t->kind;
	k->proto = t->proto;
	k->iface = iface & (KEY_IFACES - 1);
	k->domain = t->domain & 63;
	k->src = t->src.v4;
	k->dst = t->dst.v4;
	k->sport = t->sport;
	k->dport = t->dport;
}

void
tuple_to_key6(struct key6 *k, const struct tuple *t, uint16_t iface)
{
	k->kind = t->kind;
	k->proto = t->proto;
	k->iface = iface & (KEY_IFACES - 1);
	k->domain = t->domain & 63;
	memcpy(k->src, t->src.bytes, 16);
	memcpy(k->dst, t->dst.bytes, 16);
	k->sport = t->sport;
	k->dport = t->dport;
}

bool
tuple_is_icmp(const struct tuple *t)
{
	return t->proto == (t->family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
}

static const struct icmp_pair *
icmp_pair_find(unsigned family, uint8_t type)
{
	for (size_t i = 0; i < sizeof(icmp_pairs) / sizeof(icmp_pairs[0]); i++) {
		const struct icmp_pair *p = &icmp_pairs[i];

		if (p->family == family && (p->question == type || p->answer == type))
			return p;
	}
	return NULL;
}

bool
icmp_is_query(unsigned family, uint8_t type)
{
	return icmp_pair_find(family, type) != NULL;
}

bool
icmp_is_request(unsigned family, uint8_t type)
{
	const struct icmp_pair *p = icmp_pair_find(family, type);

	return p != NULL && p->question == type;
}

uint8_t
tuple_icmp_type(const struct tuple *t)
{
	return (uint8_t)(rte_be_to_cpu_16(t->dport) >> 8);
}

static rte_be16_t
icmp_reverse(unsigned family, rte_be16_t type_code)
{
	unsigned type = rte_be_to_cpu_16(type_code) >> 8;
	const struct icmp_pair *p = icmp_pair_find(family, (uint8_t)type);

	if (p == NULL)
		return type_code;
	type = type == p->question ? p->answer : p->question;
	return rte_cpu_to_be_16((uint16_t)(type << 8 | (rte_be_to_cpu_16(type_code) & 0xff)));
}

void
tuple_reverse(struct tuple *out, const struct tuple *t)
{
	const union address src = t->src, dst = t->dst;
	uint64_t head = head_of(t);

	if (t->kind == KEY_PLAIN && tuple_is_icmp(t))
		head = with_ports(head, t->sport, icmp_reverse(t->family, t->dport));
	else
		head = with_ports(head, t->dport, t->sport);
	set_head(out, head);
	out->src = dst;
	out->dst = src;
}
