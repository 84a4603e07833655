/* SPDX-License-Identifier: BSD-3-Clause */
/* Parse on anything: no read past the bytes, and a view that is true of them.
 *
 * The first byte of the input chooses how the rest is parsed, see enum mode; IPv4 header checksums
 * are made right, else hardly any input would get behind them. */
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>

#include "packet/checksum.h"
#include "packet/martian.h"
#include "packet/notation.h"
#include "packet/parse.h"

enum mode {
	MODE_QUOTED = 1, /* an IP packet, quoted by an ICMP error */
	MODE_WIRE = 2,
	MODE_VLANS = 4, /* the port has VLAN interfaces */
	MODE_CUT = 8,   /* 20 bytes more, zeros, are in a second segment */
	MODE_BAD_CHECKSUM = 16,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
fix_checksum(uint8_t *ip, size_t n)
{
	size_t header_bytes = n < 20 ? 0 : (ip[0] & 0xf) * 4u;

	if (header_bytes >= 20 && header_bytes <= n)
		checksum_ip4_set(ip, header_bytes);
}

/* Where the IPv4 header is, if there is one. */
static size_t
find_ip4(const uint8_t *frame, size_t n)
{
	size_t at = 12;

	while (at + 4 <= n && at < 20
		&& ((frame[at] == 0x81 && frame[at + 1] == 0)
			|| (frame[at] == 0x88 && frame[at + 1] == 0xa8)))
		at += 4;
	return at + 2 <= n && frame[at] == 8 && frame[at + 1] == 0 ? at + 2 : n;
}

/* A view may be used by anybody who trusts its offsets. */
static void
check_view(const struct view *v, uint32_t here_bytes, uint32_t all_bytes)
{
	char text[512];

	require(notation_flow(text, sizeof(text), v) < (int)sizeof(text));
	if (v->kind == VIEW_BAD) {
		require(v->reason != REASON_NONE && v->reason < REASON_COUNT);
		return;
	}
	require(v->reason == REASON_NONE);
	require(v->l3 <= here_bytes && v->l3 + v->l3_bytes <= all_bytes);
	if (v->kind != VIEW_IP4 && v->kind != VIEW_IP6)
		return;
	require(v->family == (v->kind == VIEW_IP4 ? 4 : 6) && v->tuple.family == v->family);
	require(v->tuple.proto == v->proto);
	require(v->l3 + (v->family == 4 ? 20u : 40u) <= here_bytes);
	require((v->l4 == VIEW_NONE)
		== (v->tuple.kind == KEY_FRAGMENT || v->tuple.kind == KEY_BLIND));
	require((v->l4_fault != REASON_NONE)
		== (v->tuple.kind == KEY_FAULTY || v->tuple.kind == KEY_BLIND));
	require(!v->fragment || v->more || v->frag_offset > 0);
	require(v->first == (v->fragment && v->frag_offset == 0));
	require(!v->plain || (!v->fragment && here_bytes == all_bytes));
	if (v->l4 != VIEW_NONE)
		require(v->l4 <= v->l3 + v->l3_bytes && v->l4 <= here_bytes);
	if (v->payload != VIEW_NONE)
		require(v->payload >= v->l4 && v->payload <= v->l3 + v->l3_bytes);
	(void)martian_source(&v->tuple);
	(void)martian_destination(&v->tuple);
}

#define CUT_BYTES 20

static void
parse_cut(struct view *v, const uint8_t *frame, uint32_t n, const struct ingress *in)
{
	static uint8_t rest[CUT_BYTES];
	struct rte_mbuf m[2];

	memset(m, 0, sizeof(m));
	m[0].buf_addr = (uint8_t *)(uintptr_t)frame;
	m[0].data_len = (uint16_t)n;
	m[0].pkt_len = n + CUT_BYTES;
	m[0].next = &m[1];
	m[1].buf_addr = rest;
	m[1].data_len = CUT_BYTES;
	parse_frame(v, m, in);
}

static void
parse_one(uint8_t mode, const uint8_t *frame, uint32_t n)
{
	static uint16_t vlan[4096] = { [0 ... 4095] = IFACE_NONE };
	static const struct ingress_qinq qinq[] = { { 100, 20, 3 }, { 100, 0, 4 } };
	struct ingress in = {
		.mac = { 2, 0, 0, 0, 0, 1 },
		.untagged = 1,
		.wire = mode & MODE_WIRE,
		.has_vlans = mode & MODE_VLANS,
		.vlan = mode & MODE_VLANS ? vlan : NULL,
		.qinq = qinq,
		.n_qinq = 2,
	};
	uint32_t all_bytes = mode & MODE_CUT ? n + CUT_BYTES : n;
	struct view v;

	vlan[20] = 2;
	vlan[100] = IFACE_QINQ;
	if (mode & MODE_CUT)
		parse_cut(&v, frame, n, &in);
	else
		parse_bytes(&v, frame, n, n, &in);
	check_view(&v, n, all_bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t mode = size > 0 ? data[0] : 0;
	size_t n = size > 0 ? RTE_MIN(size - 1, UINT16_MAX) : 0;
	uint8_t *exact = malloc(n); /* as long as the frame: one byte more is caught */
	struct view v;
	size_t ip;

	if (n > 0)
		memcpy(exact, data + 1, n);
	ip = mode & MODE_QUOTED ? 0 : find_ip4(exact, n);
	if (!(mode & MODE_BAD_CHECKSUM) && (!(mode & MODE_QUOTED) || (n > 0 && exact[0] >> 4 == 4)))
		fix_checksum(exact + ip, n - ip);
	if (!(mode & MODE_QUOTED)) {
		parse_one(mode, exact, (uint32_t)n);
	} else if (n > 0) {
		(void)parse_quoted(&v, exact, (uint32_t)n, exact[0] >> 4 == 4 ? 4 : 6);
		check_view(&v, (uint32_t)n, (uint32_t)n);
	}
	free(exact);
	return 0;
}
