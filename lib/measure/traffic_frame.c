/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of one shape. */

#include "measure/traffic_frame.h"

#include <netinet/in.h>
#include <string.h>

#include "packet/bytes.h"
#include "packet/checksum.h"

enum {
	ETHER_BYTES = 14,
	TAG_BYTES = 4,
	FRAME_LEAST = 60,
	UDP_BYTES = 8,
	TCP_BYTES = 20,
	TTL = 64,
	TCP_SYN = 0x02,
	TCP_ACK = 0x10,
};

static uint32_t
ip_bytes(uint8_t family)
{
	return family == 4 ? 20 : 40;
}

static uint32_t
l4_bytes(enum traffic_kind kind)
{
	return kind == TRAFFIC_UDP ? UDP_BYTES : TCP_BYTES;
}

uint32_t
traffic_least_bytes(const struct traffic_shape *s)
{
	uint32_t n = ETHER_BYTES + s->tags * TAG_BYTES + ip_bytes(s->family) + l4_bytes(s->kind);

	return n > FRAME_LEAST ? n : FRAME_LEAST;
}

/* Writes Ethernet header and tags; returns their length. */
static uint32_t
write_l2(uint8_t *frame, const struct traffic_shape *s)
{
	uint8_t *p = frame + 12;

	memcpy(frame, s->dst_mac, 6);
	memcpy(frame + 6, s->src_mac, 6);
	for (unsigned i = 0; i < s->tags; i++, p += TAG_BYTES) {
		put16(p, s->tags == 2 && i == 0 ? 0x88a8 : 0x8100);
		put16(p + 2, s->vlan[i]);
	}
	put16(p, s->family == 4 ? 0x0800 : 0x86dd);
	return (uint32_t)(p + 2 - frame);
}

static void
write_ip4(uint8_t *ip, uint32_t total, uint8_t proto)
{
	ip[0] = 0x45;
	put16(ip + 2, total);
	put16(ip + 6, 0x4000); /* DF */
	ip[8] = TTL;
	ip[9] = proto;
}

static void
write_ip6(uint8_t *ip, uint32_t payload, uint8_t proto)
{
	ip[0] = 0x60;
	put16(ip + 4, payload);
	ip[6] = proto;
	ip[7] = TTL;
}

static void
write_tcp(uint8_t *tcp, enum traffic_kind kind)
{
	bool syn = kind == TRAFFIC_SYN;

	put32(tcp + 4, TRAFFIC_SEQUENCE + (syn ? 0 : 1));
	put32(tcp + 8, syn ? 0 : TRAFFIC_PEER_SEQUENCE + 1);
	tcp[12] = TCP_BYTES / 4 << 4;
	tcp[13] = syn ? TCP_SYN : TCP_ACK;
	put16(tcp + 14, 65535);
}

void
traffic_template_init(struct traffic_template *t, const struct traffic_shape *s)
{
	uint8_t proto = s->kind == TRAFFIC_UDP ? IPPROTO_UDP : IPPROTO_TCP;
	uint32_t segment; /* transport header and payload; the rest pads the frame */
	static const union address none;

	memset(t->frame, 0, s->bytes);
	t->bytes = s->bytes;
	t->family = s->family;
	t->kind = s->kind;
	t->l3 = write_l2(t->frame, s);
	t->l4 = t->l3 + ip_bytes(s->family);
	segment = s->kind == TRAFFIC_SYN ? TCP_BYTES : s->bytes - t->l4;
	if (s->family == 4)
		write_ip4(t->frame + t->l3, ip_bytes(4) + segment, proto);
	else
		write_ip6(t->frame + t->l3, segment, proto);
	if (s->kind == TRAFFIC_UDP)
		put16(t->frame + t->l4 + 4, segment);
	else
		write_tcp(t->frame + t->l4, s->kind);
	for (uint32_t i = l4_bytes(s->kind); i < segment; i++)
		t->frame[t->l4 + i] = (uint8_t)i;
	t->ip_sum = checksum_sum(t->frame + t->l3, 20);
	t->l4_sum = checksum_sum(t->frame + t->l4, segment)
		+ checksum_pseudo(&none, &none, s->family == 4 ? 4 : 16, proto, segment);
}

static uint16_t
finish_sum(uint64_t sum)
{
	return (uint16_t)~checksum_fold(sum);
}

void
traffic_template_write(
	const struct traffic_template *t, const struct tuple *ends, bool whole, uint8_t *frame)
{
	uint32_t address_bytes = t->family == 4 ? 4 : 16;
	uint8_t *ip = frame + t->l3, *l4 = frame + t->l4;
	uint8_t *addresses = ip + (t->family == 4 ? 12 : 8);
	uint64_t sum;
	uint16_t checksum;

	memcpy(frame, t->frame, whole ? t->bytes : t->l4 + l4_bytes(t->kind));
	memcpy(addresses, ends->src.bytes, address_bytes);
	memcpy(addresses + address_bytes, ends->dst.bytes, address_bytes);
	memcpy(l4, &ends->sport, 2);
	memcpy(l4 + 2, &ends->dport, 2);
	sum = checksum_sum(addresses, 2 * address_bytes);
	if (t->family == 4) {
		checksum = finish_sum(t->ip_sum + sum);
		memcpy(ip + 10, &checksum, 2);
	}
	checksum = finish_sum(t->l4_sum + sum + ends->sport + ends->dport);
	if (t->kind == TRAFFIC_UDP && checksum == 0)
		checksum = 0xffff;
	memcpy(l4 + (t->kind == TRAFFIC_UDP ? 6 : 16), &checksum, 2);
}
