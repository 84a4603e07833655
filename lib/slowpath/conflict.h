/* SPDX-License-Identifier: BSD-3-Clause */
/* Tells which slots of a burst belong to a conversation, or a source, that an earlier slot belongs
 * to: a Bloom filter, which may err in one direction only. */
#ifndef SLOWPATH_CONFLICT_H
#define SLOWPATH_CONFLICT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <netinet/in.h>

#include "session/session.h"
#include "packet/burst.h"

#define CONFLICT_BITS 4096u

struct conflict {
	uint64_t bits[CONFLICT_BITS / 64];
};

static inline void
conflict_clear(struct conflict *c)
{
	memset(c->bits, 0, sizeof(c->bits));
}

static inline bool
conflict_has(const struct conflict *c, uint32_t bit)
{
	return c->bits[bit / 64] >> (bit % 64) & 1;
}

static inline void
conflict_add(struct conflict *c, uint32_t bit)
{
	c->bits[bit / 64] |= 1ull << (bit % 64);
}

static inline uint32_t
conflict_bit(uint64_t mix)
{
	return (uint32_t)(mix * 0x9e3779b97f4a7c15ull >> 52) % CONFLICT_BITS;
}

static inline bool
slot_is_ip6(const struct burst *b, unsigned slot)
{
	return b->class[slot] == SLOT_PLAIN6 || b->class[slot] == SLOT_OTHER6;
}

/* Returns a value that is the same for both directions of an untranslated conversation.  For ICMP,
 * and for protocols whose keys have a number for ports, only the addresses count. */
static inline uint32_t
conflict_of_tuple(const struct burst *b, unsigned slot)
{
	uint64_t mix, w[4];

	if (slot_is_ip6(b, slot)) {
		memcpy(w, b->key6[slot].src, 32);
		mix = (w[0] ^ w[2]) * 3 + (w[1] ^ w[3]);
		if (!proto_has_ident(b->key6[slot].proto))
			mix += (uint64_t)(b->key6[slot].sport ^ b->key6[slot].dport) << 16;
	} else {
		mix = b->key4[slot].src ^ b->key4[slot].dst;
		if (b->key4[slot].proto != IPPROTO_ICMP && !proto_has_ident(b->key4[slot].proto))
			mix += (uint64_t)(b->key4[slot].sport ^ b->key4[slot].dport) << 16;
	}
	return conflict_bit(mix);
}

static inline uint32_t
conflict_of_source(const struct burst *b, unsigned slot)
{
	uint64_t w[2];

	if (!slot_is_ip6(b, slot))
		return conflict_bit(~(uint64_t)b->key4[slot].src);
	memcpy(w, b->key6[slot].src, 16);
	return conflict_bit(~(w[0] * 3 + w[1]));
}

/* Returns a value that is the same for both directions, translated or not, of a flow that has a
 * session. */
static inline uint32_t
conflict_of_session(const struct flow *f)
{
	return conflict_bit(~((uint64_t)f->session << 32));
}

#endif
