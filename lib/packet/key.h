/* SPDX-License-Identifier: BSD-3-Clause */
/* What a packet is looked up by: ingress interface and its domain, protocol, addresses, ports.
 *
 * A domain (VRF) is a space of addresses: two domains may use the same ones for different stations.
 * The interface implies the domain; keys and tuples have its number nevertheless, so that what is
 * found by addresses alone (sessions, sources, mappings) is found within its domain.
 *
 * The IPv4 key has the shape of the 16 bytes at IPv4 header + 8, so one load builds it: the kind
 * replaces the TTL, interface and domain replace the checksum. Addresses and ports are in network
 * order.
 *
 * Ports by protocol: TCP and UDP (also SCTP, DCCP, UDP-Lite) as in the packet.  ICMP and ICMPv6
 * queries: sport is the identifier, dport is type << 8 | code in network order; other ICMP:
 * identifier 0. All other protocols, and fragments judged without their first one: both 0; keys of
 * GRE, ESP and AH have the packet's number there (proto_has_ident). Packets
 * whose transport header has a fault have keys of their own, so they share no flow and no session
 * with sound packets. */
#ifndef PACKET_KEY_H
#define PACKET_KEY_H

#include <assert.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <rte_byteorder.h>

#include "packet/load.h"

#if defined(__SSE4_1__)
#include <immintrin.h>
#endif

/* Returns true for protocols without ports whose packets carry a number that tells conversations
 * between the same two addresses apart: the key or call id of GRE, the SPI of ESP and AH.  The
 * number stands in the ports' bytes of the packet's key, and not in its tuple: a session is found
 * by the tuple, and has keys with numbers besides (session/ident.c). */
static inline bool
proto_has_ident(uint8_t proto)
{
	return proto < 64
		&& ((1ull << IPPROTO_GRE | 1ull << IPPROTO_ESP | 1ull << IPPROTO_AH) >> proto & 1);
}

enum key_kind {
	KEY_PLAIN = 0,
	KEY_FRAGMENT = 1, /* a fragment judged by itself, without ports */
	KEY_FAULTY = 2,   /* a transport header with a fault (struct view); it can be read as far as
			     keys go */
	KEY_BLIND = 3,    /* one that ends too early: ports 0 */
};

#define KEY_IFACES  1024u /* ids of interfaces in keys are below */
#define DOMAINS_MAX 63u   /* domains, the main one included: their numbers are below */
#define DOMAIN_MAIN 0u
#define DOMAIN_NONE 0xffu

struct key4 {
	uint8_t kind; /* enum key_kind */
	uint8_t proto;
	uint16_t iface : 10; /* id of the ingress interface; below domain, see key_ingress */
	uint16_t domain : 6; /* its domain */
	rte_be32_t src;
	rte_be32_t dst;
	rte_be16_t sport;
	rte_be16_t dport;
};
static_assert(sizeof(struct key4) == 16, "one SSE load");

struct key6 {
	uint8_t kind;
	uint8_t proto; /* the last next header: what the ports belong to */
	uint16_t iface : 10;
	uint16_t domain : 6;
	uint8_t src[16];
	uint8_t dst[16];
	rte_be16_t sport;
	rte_be16_t dport;
};
static_assert(sizeof(struct key6) == 40, "five words");

/* Returns interface and domain as the 16 bits that a key has of them. */
static inline uint16_t
key_ingress(uint16_t iface, uint8_t domain)
{
	return (uint16_t)((iface & (KEY_IFACES - 1)) | (unsigned)domain << 10);
}

static inline bool
key4_same(const struct key4 *a, const struct key4 *b)
{
#if defined(__SSE4_1__)
	__m128i differ = _mm_xor_si128(_mm_loadu_si128((const __m128i *)(const void *)a),
		_mm_loadu_si128((const __m128i *)(const void *)b));

	return _mm_testz_si128(differ, differ);
#else
	return ((load64(a) ^ load64(b)) | (load64(&a->dst) ^ load64(&b->dst))) == 0;
#endif
}

static inline bool
key6_same(const struct key6 *a, const struct key6 *b)
{
	const uint8_t *p = (const uint8_t *)a, *q = (const uint8_t *)b;
#if defined(__SSE4_1__)
	__m128i differ = _mm_xor_si128(_mm_loadu_si128((const __m128i *)(const void *)p),
		_mm_loadu_si128((const __m128i *)(const void *)q));
	__m128i more = _mm_xor_si128(_mm_loadu_si128((const __m128i *)(const void *)(p + 16)),
		_mm_loadu_si128((const __m128i *)(const void *)(q + 16)));

	differ = _mm_or_si128(differ, more);
	return _mm_testz_si128(differ, differ) && load64(p + 32) == load64(q + 32);
#else
	uint64_t differ = load64(p + 32) ^ load64(q + 32);

	for (unsigned i = 0; i < 32; i += 8)
		differ |= load64(p + i) ^ load64(q + i);
	return differ == 0;
#endif
}

/* An address of either family; IPv4 stands in the first 4 bytes, the rest is zero. */
union address {
	uint8_t bytes[16];
	rte_be32_t v4;
	uint64_t words[2];
};

/* Returns an IPv4 address with the rest zero.  An initializer of .v4 alone may leave the rest as it
 * was: C11 6.7.9 speaks of the member only, and compilers differ.  It is written by one store: a
 * wide load behind two narrower ones waits until both, and all cold stores before them, have left
 * the store buffer. */
static inline union address
address_v4(rte_be32_t v4)
{
	union address a;

#if defined(__SSE4_1__)
	_mm_storeu_si128((__m128i *)a.bytes, _mm_cvtsi32_si128((int)v4));
#else
	a.words[0] = a.words[1] = 0;
	a.v4 = v4;
#endif
	return a;
}

/* A key in one shape for both families and without the interface: what stages see and change.
 * Tuples are compared as bytes: all of them are zeroed before they are filled. */
struct tuple {
	uint8_t family; /* 4 or 6 */
	uint8_t proto;
	uint8_t kind;   /* enum key_kind */
	uint8_t domain; /* of the ingress interface: where src is known by its address */
	rte_be16_t sport;
	rte_be16_t dport;
	union address src;
	union address dst;
};

/* Returns the number of an address space: an address is known by its family and its domain. In the
 * main domain it is the family. */
static inline unsigned
address_space(unsigned family, unsigned domain)
{
	return domain << 3 | family;
}

static inline unsigned
tuple_space(const struct tuple *t)
{
	return address_space(t->family, t->domain);
}

static inline bool
address_equal(const union address *a, const union address *b)
{
	return a->words[0] == b->words[0] && a->words[1] == b->words[1];
}

void tuple_from_key4(struct tuple *t, const struct key4 *k);
void tuple_from_key6(struct tuple *t, const struct key6 *k);
void tuple_to_key4(struct key4 *k, const struct tuple *t, uint16_t iface);
void tuple_to_key6(struct key6 *k, const struct tuple *t, uint16_t iface);

bool tuple_is_icmp(const struct tuple *t);      /* ICMP over IPv4, ICMPv6 over IPv6 */
uint8_t tuple_icmp_type(const struct tuple *t); /* of a later fragment: its datagram's type, once
						 * known */

/* Returns true if the type is a query or an answer that carries an identifier (echo, timestamp,
 * ...). */
bool icmp_is_query(unsigned family, uint8_t type);
bool icmp_is_request(unsigned family, uint8_t type); /* true for the query of such a pair */

/* Writes the tuple of the other direction to out.  ICMP queries keep their identifier and take the
 * type of the answer (an answer takes that of the query). */
void tuple_reverse(struct tuple *out, const struct tuple *t);

#endif
