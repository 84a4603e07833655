/* SPDX-License-Identifier: BSD-3-Clause */
/* Views of plain packets: what parse_frame would write, without its tests. */

#include <netinet/in.h>
#include <netinet/ip.h>
#include <string.h>

#include "packet/parse.h"
#include "packet/parse_priv.h"

#define L3 14u

static void
read_l4(struct view *v, const uint8_t *l4)
{
	bool tcp = v->proto == IPPROTO_TCP;

	v->payload = (uint16_t)(v->l4 + (tcp ? (l4[12] >> 4) * 4u : 8u));
	v->tcp_flags = tcp ? l4[13] : 0;
	v->tcp_seq = tcp ? read_be32(l4 + 4) : 0;
	memcpy(&v->tuple.sport, l4, 2);
	memcpy(&v->tuple.dport, l4 + 2, 2);
}

static void
begin(struct view *v, const uint8_t *frame, uint16_t iface)
{
	memset(v, 0, sizeof(*v));
	memcpy(v->to_mac, frame, sizeof(v->to_mac));
	memcpy(v->mac, frame + sizeof(v->to_mac), sizeof(v->mac));
	v->iface = iface;
	v->l3 = L3;
	v->frag_header = VIEW_NONE;
	v->plain = true;
	v->to_us = true;
}

void
parse_plain4(struct view *v, const uint8_t *frame, uint16_t iface)
{
	const uint8_t *ip = frame + L3;

	begin(v, frame, iface);
	v->kind = VIEW_IP4;
	v->family = 4;
	v->proto = ip[9];
	v->ethertype = 0x0800;
	v->l4 = L3 + 20;
	v->ttl = ip[8];
	v->dscp = ip[1] >> 2;
	v->dont_fragment = read_be16(ip + 6) & IP_DF;
	v->frag_id = read_be16(ip + 4);
	v->l3_bytes = read_be16(ip + 2);
	v->tuple.family = 4;
	v->tuple.proto = v->proto;
	memcpy(v->tuple.src.bytes, ip + 12, 4);
	memcpy(v->tuple.dst.bytes, ip + 16, 4);
	read_l4(v, ip + 20);
}

void
parse_plain6(struct view *v, const uint8_t *frame, uint16_t iface)
{
	const uint8_t *ip = frame + L3;

	begin(v, frame, iface);
	v->kind = VIEW_IP6;
	v->family = 6;
	v->proto = ip[6];
	v->ethertype = 0x86dd;
	v->l4 = L3 + 40;
	v->ttl = ip[7];
	v->dscp = (uint8_t)((ip[0] << 4 | ip[1] >> 4) & 0xff) >> 2;
	v->l3_bytes = 40u + read_be16(ip + 4);
	v->tuple.family = 6;
	v->tuple.proto = v->proto;
	memcpy(v->tuple.src.bytes, ip + 8, 16);
	memcpy(v->tuple.dst.bytes, ip + 24, 16);
	read_l4(v, ip + 40);
}
