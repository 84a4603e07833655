/* SPDX-License-Identifier: BSD-3-Clause */
/* Senders of unsolicited SYNs, told later: an error at once would end a connection that an inside
 * host may be about to open towards its sender (RFC 5382 REQ-4).  The packet is gone by then; its
 * headers are kept. */

#include <string.h>

#include <rte_ether.h>

#include "host/host_priv.h"

/* Returns true if there is room: half of the places for one interface, HOST_LATER_SENDER for one
 * class of its senders. */
static bool
may_wait(const struct host *h, const struct view *v, unsigned sender)
{
	return h->n_later < HOST_LATER && h->later_by_iface[v->iface] < HOST_LATER / 2
		&& h->later_by_sender[sender] < HOST_LATER_SENDER;
}

void
host_tell_later(struct host *h, const struct view *v, const struct rte_mbuf *m, uint64_t now_ns)
{
	struct later *l = &h->later[(h->later_first + h->n_later) % HOST_LATER];
	unsigned sender = limit_sender(h, v->iface, v);
	const void *ip;

	if (!may_wait(h, v, sender) || m->data_len < RTE_ETHER_HDR_LEN || !checksum_ok(v, m))
		return;
	l->due_ns = now_ns + HOST_LATER_NS;
	l->view = *v;
	l->view.l3_bytes = RTE_MIN(v->l3_bytes, LATER_BYTES);
	memcpy(l->from, rte_pktmbuf_mtod(m, const uint8_t *) + RTE_ETHER_ADDR_LEN, sizeof(l->from));
	ip = rte_pktmbuf_read(m, v->l3, l->view.l3_bytes, l->ip);
	if (ip == NULL)
		return;
	if (ip != l->ip)
		memcpy(l->ip, ip, l->view.l3_bytes);
	l->sender = (uint16_t)sender;
	h->later_by_iface[v->iface]++;
	h->later_by_sender[sender]++;
	h->n_later++;
}

static void
take_out(struct host *h, const struct later *l)
{
	h->later_by_iface[l->view.iface]--;
	h->later_by_sender[l->sender]--;
	h->later_first = (h->later_first + 1) % HOST_LATER;
	h->n_later--;
}

void
later_stop(struct host *h)
{
	while (h->n_later > 0)
		take_out(h, &h->later[h->later_first]);
}

static void
tell(struct host *h, const struct later *l)
{
	struct subject s = {
		.v = &l->view,
		.ip = l->ip,
		.in = host_interface(h, l->view.iface),
		.from = l->from,
	};

	if (s.in != NULL
		&& (h->setup.expected == NULL || !h->setup.expected(h->setup.arg, &l->view.tuple)))
		tell_sender(h, &s, HOST_UNREACHABLE, 3);
}

void
later_due(struct host *h)
{
	while (h->n_later > 0 && h->later[h->later_first].due_ns <= h->now_ns) {
		tell(h, &h->later[h->later_first]);
		take_out(h, &h->later[h->later_first]);
	}
}
