/* SPDX-License-Identifier: BSD-3-Clause */
/* What a program does to a packet, as the RFCs say it, one field after the other: the oracle of the
 * executor.  Walks the headers itself and shares no code with lib/action. */
#ifndef SUPPORT_PLAIN_REWRITE_H
#define SUPPORT_PLAIN_REWRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct plain_change {
	uint8_t src[16], dst[16];   /* IPv4 in the first 4 bytes */
	uint8_t sport[2], dport[2]; /* ports; ICMP queries: the identifier in sport */
	bool ttl;
	const uint8_t *l2; /* the new Ethernet header */
	unsigned l2_bytes;
};

/* One 16-bit word changes: HC' = ~(~HC + ~m + m') (RFC 1624, equation 3). */
static inline void
plain_word(uint8_t *word, const uint8_t *to, uint8_t *checksum, bool udp)
{
	uint32_t m = (uint32_t)word[0] << 8 | word[1], n = (uint32_t)to[0] << 8 | to[1];
	uint32_t hc = checksum != NULL ? (uint32_t)checksum[0] << 8 | checksum[1] : 0;
	uint32_t sum = (~hc & 0xffff) + (~m & 0xffff) + n;

	if (checksum != NULL && m != n && !(udp && hc == 0)) {
		sum = (sum & 0xffff) + (sum >> 16);
		sum = (sum & 0xffff) + (sum >> 16);
		hc = ~sum & 0xffff;
		if (udp && hc == 0)
			hc = 0xffff;
		checksum[0] = (uint8_t)(hc >> 8);
		checksum[1] = (uint8_t)hc;
	}
	memcpy(word, to, 2);
}

/* The same word counts in a second checksum (the pseudo header). */
static inline void
plain_words(
	uint8_t *field, const uint8_t *to, unsigned n, uint8_t *ip_sum, uint8_t *l4_sum, bool udp)
{
	for (unsigned i = 0; i < n; i += 2) {
		uint8_t old[2] = { field[i], field[i + 1] };

		if (l4_sum != NULL)
			plain_word(old, to + i, l4_sum, udp);
		plain_word(field + i, to + i, ip_sum, false);
	}
}

struct plain_l4 {
	uint8_t *at; /* NULL: none, or a later fragment */
	uint8_t proto;
};

/* The transport header behind an IPv6 header. */
static inline struct plain_l4
plain_walk6(uint8_t *ip)
{
	uint8_t next = ip[6];
	uint8_t *p = ip + 40;

	for (;;) {
		if (next == 0 || next == 43 || next == 60) {
			next = p[0];
			p += 8 + p[1] * 8;
		} else if (next == 44) {
			bool later = ((p[2] << 8 | p[3]) & 0xfff8) != 0;

			next = p[0];
			p += 8;
			if (later)
				return (struct plain_l4){ NULL, next };
		} else {
			return (struct plain_l4){ p, next };
		}
	}
}

static inline struct plain_l4
plain_walk4(uint8_t *ip)
{
	bool later = ((ip[6] << 8 | ip[7]) & 0x1fff) != 0;

	return (struct plain_l4){ later ? NULL : ip + (ip[0] & 15) * 4, ip[9] };
}

/* Changes the packet at frame + l3 of `bytes` bytes in place and returns the new frame in out:
 * Ethernet header and IP packet.  Its length. */
static inline unsigned
plain_rewrite(uint8_t *out, const uint8_t *packet, unsigned bytes, const struct plain_change *c)
{
	uint8_t *ip = out + c->l2_bytes, *l4_sum = NULL, *ip_sum;
	bool v4, udp, icmp, pseudo, had_sum;
	struct plain_l4 l4;
	unsigned n;

	memcpy(out, c->l2, c->l2_bytes);
	memcpy(ip, packet, bytes);
	v4 = ip[0] >> 4 == 4;
	l4 = v4 ? plain_walk4(ip) : plain_walk6(ip);
	udp = l4.proto == 17 || l4.proto == 136 || l4.proto == 33;
	icmp = l4.proto == (v4 ? 1 : 58);
	pseudo = udp || l4.proto == 6 || (icmp && !v4);
	if (l4.at != NULL && (udp || l4.proto == 6 || icmp))
		l4_sum = l4.at + (icmp ? 2 : l4.proto == 6 ? 16 : 6);
	udp = l4.proto == 17;
	had_sum = l4_sum != NULL && (l4_sum[0] | l4_sum[1]) != 0;
	ip_sum = v4 ? ip + 10 : NULL;
	if (c->ttl) {
		uint8_t to[2] = { (uint8_t)(ip[v4 ? 8 : 6] - v4), (uint8_t)(ip[v4 ? 9 : 7] - !v4) };

		plain_word(ip + (v4 ? 8 : 6), to, ip_sum, false);
	}
	n = v4 ? 4 : 16;
	plain_words(ip + (v4 ? 12 : 8), c->src, n, ip_sum, pseudo ? l4_sum : NULL, udp);
	plain_words(ip + (v4 ? 16 : 24), c->dst, n, ip_sum, pseudo ? l4_sum : NULL, udp);
	if (l4_sum != NULL && icmp)
		plain_word(l4.at + 4, c->sport, l4_sum, false);
	if (l4_sum != NULL && !icmp) {
		plain_word(l4.at, c->sport, l4_sum, udp);
		plain_word(l4.at + 2, c->dport, l4_sum, udp);
	}
	if (l4.proto == 136 && had_sum && (l4_sum[0] | l4_sum[1]) == 0)
		l4_sum[0] = l4_sum[1] = 0xff; /* RFC 3828 3.1 */
	return c->l2_bytes + bytes;
}

#endif
