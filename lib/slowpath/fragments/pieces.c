/* SPDX-License-Identifier: BSD-3-Clause */
/* The bytes of a datagram that have been seen (RFC 791, 815, 5722). */

#include <rte_mbuf.h>

#include "slowpath/fragments/fragments_priv.h"

#define HASH_LANE 0x9e3779b97f4a7c15ull

static uint64_t
load(const uint8_t *p, unsigned n)
{
	uint64_t word = 0;

	memcpy(&word, p, n);
	return word;
}

static uint64_t
fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Mixes sixteen bytes with one multiplication by the secret: some hundred cycles for a large
 * packet. */
static uint64_t
mix(const struct hash_key *k, uint64_t h, const uint8_t *p, uint32_t n)
{
	for (; n >= 16; n -= 16, p += 16)
		h = fold(load(p, 8) ^ k->k0 ^ h, load(p + 8, 8) ^ k->k1);
	if (n > 8)
		h = fold(load(p, 8) ^ k->k0 ^ h, load(p + 8, n - 8) ^ k->k1);
	else if (n > 0)
		h = fold(load(p, n) ^ k->k0 ^ h, k->k1 ^ HASH_LANE);
	return fold(h ^ k->k0, k->k1 ^ n);
}

static uint32_t
payload_at(const struct view *v, const struct rte_mbuf *m)
{
	const uint8_t *ip = rte_pktmbuf_mtod_offset(m, const uint8_t *, v->l3);

	return v->family == 4 ? v->l3 + (ip[0] & 15u) * 4 : v->frag_header + 8u;
}

/* Returns the keyed hash of the fragment's part of the datagram. */
static uint32_t
hash_payload(const struct hash_key *k, const struct view *v, const struct rte_mbuf *m)
{
	uint32_t at = payload_at(v, m), left = v->frag_bytes;
	uint64_t h = left;

	for (; m != NULL && left > 0; m = m->next) {
		uint32_t here = m->data_len > at ? m->data_len - at : 0;

		if (here > left)
			here = left;
		if (here > 0)
			h = mix(k, h, rte_pktmbuf_mtod_offset(m, const uint8_t *, at), here);
		left -= here;
		at = at > m->data_len ? at - m->data_len : 0;
	}
	return (uint32_t)(h >> 32);
}

/* Returns true if the datagram ends where the other fragments say. */
static bool
ends_right(const struct datagram *d, const struct piece *p, bool more)
{
	if (d->end != 0)
		return more ? p->to <= d->end : p->to == d->end;
	for (unsigned i = 0; !more && i < d->n_pieces; i++)
		if (d->piece[i].to > p->to)
			return false;
	return true;
}

enum piece_is
piece_add(const struct fragments *f, struct datagram *d, const struct fragment_arrival *a)
{
	const struct view *v = a->view;
	struct piece p = {
		.from = v->frag_offset,
		.to = (uint16_t)(v->frag_offset + v->frag_bytes),
		.hash = hash_payload(&f->secret, v, a->m),
	};

	if (!ends_right(d, &p, v->more))
		return PIECE_CONTRADICTS;
	for (unsigned i = 0; i < d->n_pieces; i++) {
		const struct piece *q = &d->piece[i];

		if (p.from == q->from && p.to == q->to && p.hash == q->hash
			&& v->more == (d->end != p.to))
			return PIECE_AGAIN;
		if (p.from < q->to && q->from < p.to)
			return PIECE_CONTRADICTS;
	}
	if (d->n_pieces == FRAGMENT_PIECES)
		return PIECE_TOO_MANY;
	if (!v->more)
		d->end = p.to;
	d->piece[d->n_pieces++] = p;
	d->bytes = (uint16_t)(d->bytes + v->frag_bytes);
	return PIECE_NEW;
}

bool
pieces_are_whole(const struct datagram *d)
{
	return d->end != 0 && d->bytes == d->end;
}
