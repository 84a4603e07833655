/* SPDX-License-Identifier: BSD-3-Clause */
/* Views of slots: read when a step needs one, as the packet arrived. */

#include "packet/parse.h"
#include "slowpath/slowpath_priv.h"

struct view *
slowpath_view(struct slowpath *s, unsigned slot)
{
	s->scratch->has_view[slot] = true;
	return &s->scratch->view[slot];
}

const struct view *
slot_view(struct slowpath *s, const struct burst *b, unsigned slot)
{
	const uint8_t *frame = rte_pktmbuf_mtod(b->m[slot], const uint8_t *);
	struct view *v = &s->scratch->view[slot];

	if (s->scratch->has_view[slot])
		return v;
	s->scratch->has_view[slot] = true;
	if (b->class[slot] == SLOT_PLAIN4)
		parse_plain4(v, frame, b->iface[slot]);
	else if (b->class[slot] == SLOT_PLAIN6)
		parse_plain6(v, frame, b->iface[slot]);
	else
		parse_frame(v, b->m[slot], b->ingress);
	return v;
}
