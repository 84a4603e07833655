/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that wait for the first fragment of their datagram. */

#include <rte_mbuf.h>

#include "base/counter.h"
#include "packet/ledger.h"
#include "slowpath/fragments/fragments_priv.h"

void
hold_add(struct fragments *f, uint16_t i, const struct fragment_arrival *a)
{
	struct datagram *d = &f->datagram[i];
	uint16_t n;

	n = f->free;
	f->free = f->held[n].next;
	f->held[n] = (struct held){ .m = a->m, .port = a->port, .iface = a->view->iface };
	if (d->first == 0) {
		d->first = n;
		list_add(f, LIST_HOLDING, &f->holding[d->iface], i);
	} else {
		f->held[d->last].next = n;
	}
	d->last = n;
	share_add(&f->packets, d->iface);
	counter_add(&f->ledger->held[HELD_fragment], 1);
}

/* Takes all packets of a datagram; returns the first of them, chained. */
static uint16_t
take_all(struct fragments *f, uint16_t i)
{
	struct datagram *d = &f->datagram[i];
	uint16_t first = d->first;

	if (first == 0)
		return 0;
	for (uint16_t n = first; n != 0; n = f->held[n].next)
		share_sub(&f->packets, d->iface);
	list_remove(f, LIST_HOLDING, &f->holding[d->iface], i);
	d->first = d->last = 0;
	return first;
}

static uint16_t
give_back(struct fragments *f, uint16_t n)
{
	uint16_t next = f->held[n].next;

	f->held[n].next = f->free;
	f->free = n;
	counter_add(&f->ledger->held[HELD_fragment], -1);
	return next;
}

void
hold_drop(struct fragments *f, uint16_t i, enum reason why)
{
	uint16_t n = take_all(f, i);

	while (n != 0) {
		ledger_drop(f->ledger, f->held[n].iface, why);
		rte_pktmbuf_free(f->held[n].m);
		n = give_back(f, n);
	}
}

void
hold_release(struct fragments *f, uint16_t i, const struct fragment_pass *pass)
{
	uint16_t last = f->datagram[i].last, first = take_all(f, i);

	if (first == 0)
		return;
	for (uint16_t n = first; n != 0; n = f->held[n].next)
		f->held[n].pass = *pass;
	if (f->released.oldest == 0)
		f->released.oldest = first;
	else
		f->held[f->released.newest].next = first;
	f->released.newest = last;
}

void
released_drop(struct fragments *f, enum reason why)
{
	while (f->released.oldest != 0) {
		uint16_t n = f->released.oldest;

		ledger_drop(f->ledger, f->held[n].iface, why);
		rte_pktmbuf_free(f->held[n].m);
		f->released.oldest = give_back(f, n);
	}
}

struct rte_mbuf *
fragments_next(struct fragments *f, struct fragment_pass *pass, uint16_t *port)
{
	uint16_t n = f->released.oldest;
	struct rte_mbuf *m = f->held[n].m;

	if (n == 0)
		return NULL;
	*pass = f->held[n].pass;
	*port = f->held[n].port;
	f->released.oldest = give_back(f, n);
	return m;
}
