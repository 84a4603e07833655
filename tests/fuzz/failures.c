/* SPDX-License-Identifier: BSD-3-Clause */
/* Functions of the library that fail on demand. */

#include "failures.h"

#include <errno.h>

#include <rte_ip_frag.h>

#include "nat/nat_priv.h"
#include "program/action_list.h"
#include "path.h"
#include "slowpath/fragments/fragments.h"
#include "host/host.h"
#include "host/host_priv.h"
#include "support/wrapped.h"

static unsigned left[FAILURES];
static enum failure armed;
static unsigned happened;

static const char *const names[] = {
#define X(name, sentence) sentence,
	FAILURE_LIST(X)
#undef X
};

const char *
failure_name(enum failure f)
{
	return names[f];
}

void
failure_arm(enum failure f, unsigned n)
{
	armed = f;
	happened = 0;
	left[f] = n;
	if (f == FAIL_RING)
		path_accept((int)(n % 8));
}

unsigned
failure_disarm(void)
{
	left[armed] = 0;
	if (armed == FAIL_RING) {
		path_accept(-1);
		return 1;
	}
	return happened;
}

static bool
fails(enum failure f)
{
	if (left[f] == 0 || --left[f] != 0)
		return false;
	happened = 1;
	return true;
}

/* A function that stands in front of the library's, and what it says when it fails. */
#define IN_FRONT(type, name, parameters, arguments, fault, otherwise) \
	WRAPPED(name); \
	type __wrap_##name parameters \
	{ \
		return fails(fault) ? otherwise : __real_##name arguments; \
	}

IN_FRONT(struct session *, session_take,
	(struct sessions * t, const struct session *fresh, uint32_t now_tick), (t, fresh, now_tick),
	FAIL_SESSION, NULL)
IN_FRONT(int, session_link,
	(struct sessions * t, struct session *s, const struct session_keys *keys,
		uint32_t now_tick),
	(t, s, keys, now_tick), FAIL_LINK, -ENOSPC)
IN_FRONT(uint32_t, flow_table_insert,
	(struct flow_table * t, const void *key, uint64_t hash, uint32_t tick),
	(t, key, hash, tick), FAIL_FLOW, 0)
IN_FRONT(uint16_t, action_lists_take,
	(struct action_lists * r, const uint32_t word[], unsigned n, uint32_t generation),
	(r, word, n, generation), FAIL_LIST, 0)
IN_FRONT(uint32_t, sources_take,
	(struct sources * t, const union address *a, unsigned family,
		const struct source_limit *limit, uint64_t now_ns),
	(t, a, family, limit, now_ns), FAIL_SOURCE, 0)
IN_FRONT(enum reason, nat_take,
	(struct nat * n, const struct nat_request *r, struct session *s,
		struct nat_endpoint *public),
	(n, r, s, public), FAIL_QUOTA, REASON_nat_quota)
IN_FRONT(
	uint32_t, nat_host_get, (struct nat * n, const struct nat_request *r), (n, r), FAIL_HOST, 0)
IN_FRONT(uint32_t, nat_mapping_make, (struct nat * n, uint32_t host, const struct nat_request *r),
	(n, host, r), FAIL_MAPPING, 0)
IN_FRONT(bool, port_pool_take_one, (struct port_pool * p, uint16_t port), (p, port), FAIL_PORT,
	false)
IN_FRONT(uint16_t, port_pool_take, (struct port_pool * p, uint16_t like, uint32_t random),
	(p, like, random), FAIL_PORT, 0)
IN_FRONT(struct nat_ports *, nat_ports, (struct nat * n, uint32_t address, enum nat_proto proto),
	(n, address, proto), FAIL_PORTS, NULL)
IN_FRONT(enum fragment_fate, fragments_take,
	(struct fragments * f, const struct fragment_arrival *a, struct fragment_pass *pass,
		enum reason *why),
	(f, a, pass, why), FAIL_FRAGMENT, (*why = REASON_frag_limit, FRAGMENT_DROP))
IN_FRONT(uint16_t, host_nexthop,
	(struct host * h, const struct interface *egress, const union address *gateway,
		unsigned family),
	(h, egress, gateway, family), FAIL_NEXTHOP, 0)
IN_FRONT(enum reason, host_hold,
	(struct host * h, uint16_t nexthop, struct rte_mbuf *m, uint16_t l3, const struct view *v),
	(h, nexthop, m, l3, v), FAIL_HOLD, REASON_neighbour_queue_full)
IN_FRONT(int32_t, rte_ipv4_fragment_copy_nonseg_packet,
	(struct rte_mbuf * m, struct rte_mbuf **out, uint16_t room, uint16_t mtu,
		struct rte_mempool *pool),
	(m, out, room, mtu, pool), FAIL_CUT, -ENOMEM)
IN_FRONT(struct rte_mbuf *, frame_take,
	(struct host * h, const struct interface *i, const uint8_t to[6], uint16_t ethertype,
		unsigned bytes, uint8_t **body),
	(h, i, to, ethertype, bytes, body), FAIL_BUFFER, NULL)
