/* SPDX-License-Identifier: BSD-3-Clause */
/* Which worker owns a packet, where the device does not say: a keyed hash that is the same for both
 * directions. */

#include "fastpath/fastpath_priv.h"
#include "packet/parse.h"

uint32_t
fastpath_spread(const struct fastpath *fp, const struct rte_mbuf *m)
{
	static const struct ingress any = { .untagged = 0, .wire = true };
	struct key4 pair = { 0 };
	struct key6 pair6 = { 0 };
	struct view v;

	parse_frame(&v, m, &any);
	if (v.kind == VIEW_IP4) {
		pair.proto = v.proto;
		pair.src = v.tuple.src.v4 ^ v.tuple.dst.v4;
		return (uint32_t)flow_hash4(&pair, &fp->slow.flow4->secret);
	}
	if (v.kind == VIEW_IP6) {
		pair6.proto = v.proto;
		for (unsigned i = 0; i < 16; i++)
			pair6.src[i] = v.tuple.src.bytes[i] ^ v.tuple.dst.bytes[i];
		return (uint32_t)flow_hash6(&pair6, &fp->slow.flow6->secret);
	}
	return 0;
}
