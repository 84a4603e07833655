/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of datagrams, oldest first. */

#include "slowpath/fragments/fragments_priv.h"

void
list_add(struct fragments *f, enum datagram_list l, struct queue *q, uint16_t i)
{
	struct links *links = f->links[l];

	links[i] = (struct links){ .older = q->newest };
	*(q->newest != 0 ? &links[q->newest].newer : &q->oldest) = i;
	q->newest = i;
}

void
list_remove(struct fragments *f, enum datagram_list l, struct queue *q, uint16_t i)
{
	struct links *links = f->links[l], at = links[i];

	*(at.older != 0 ? &links[at.older].newer : &q->oldest) = at.newer;
	*(at.newer != 0 ? &links[at.newer].older : &q->newest) = at.older;
}
