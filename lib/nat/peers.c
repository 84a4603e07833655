/* SPDX-License-Identifier: BSD-3-Clause */
/* The peers that a mapping was used to, under address-dependent filtering. */

#include "nat/nat_priv.h"

bool
nat_peer_has(const struct nat *n, const struct mapping *m, rte_be32_t address)
{
	for (uint32_t i = m->peer; i != 0; i = n->peer[i].next) {
		if (n->peer[i].address == address)
			return true;
	}
	return false;
}

/* Adds a peer in front; without room the oldest is forgotten. */
void
nat_peer_add(struct nat *n, struct mapping *m, rte_be32_t address)
{
	struct nat_table *t = &n->peers;
	uint32_t index = 0, *last = &m->peer;

	if (nat_peer_has(n, m, address))
		return;
	if (m->n_peers < NAT_PEERS && t->vacant != 0) {
		index = t->vacant;
		t->vacant = n->peer[index].next;
	} else if (m->n_peers < NAT_PEERS && t->high < t->capacity) {
		index = ++t->high;
	}
	if (index == 0 && m->n_peers == 0)
		return;
	if (index == 0) {
		while (n->peer[*last].next != 0)
			last = &n->peer[*last].next;
		index = *last;
		*last = 0;
	} else {
		m->n_peers++;
	}
	n->peer[index] = (struct nat_peer){ .address = address, .next = m->peer };
	m->peer = index;
}

void
nat_peers_free(struct nat *n, struct mapping *m)
{
	while (m->peer != 0) {
		uint32_t index = m->peer;

		m->peer = n->peer[index].next;
		n->peer[index].next = n->peers.vacant;
		n->peers.vacant = index;
	}
	m->n_peers = 0;
}
