/* SPDX-License-Identifier: BSD-3-Clause */
/* Sessions of protocols whose packets carry a number for ports: the key or call id of GRE (RFC
 * 2890, 2637), the SPI of ESP and AH (RFC 4303, 4302).
 *
 * A session is found by its addresses: its two keys have no number.  It gets further records, whose
 * keys have one, so that the packets of each number are hits.
 *
 * Records with a number may be evicted like those of other flows, except the one that stands for
 * the key without a number once another session has that. */

#include "session/session_priv.h"

struct flow *
session_ident_at(const struct sessions *t, const struct session *s, uint32_t index)
{
	struct flow *f = flow_at(flows_of(t, s), index);
	unsigned wanted = FLOW_USED | FLOW_SESSION | FLOW_ALIAS;

	return index != 0 && (f->flags & wanted) == wanted && f->session == session_index(t, s)
		? f
		: NULL;
}

void
session_remove_idents(struct sessions *t, struct session *s)
{
	if (s->flags & SESSION_WAITING)
		return;
	for (unsigned i = 0; i < 2 * SESSION_IDENTS; i++) {
		uint32_t index = s->ident[i / SESSION_IDENTS][i % SESSION_IDENTS];

		if (session_ident_at(t, s, index) != NULL)
			flow_table_remove(flows_of(t, s), index);
	}
}

void
session_outdate_idents(struct sessions *t, const struct session *s)
{
	for (unsigned i = 0; !(s->flags & SESSION_WAITING) && i < SESSION_IDENTS; i++) {
		struct flow *f = session_ident_at(t, s, s->ident[0][i]);

		if (f != NULL)
			f->epoch = 0;
	}
}

void
session_ident_list(struct sessions *t, struct session *s, uint32_t index, bool reply)
{
	uint32_t *at = s->ident[reply];
	struct flow *f = flow_at(flows_of(t, s), index);

	if (session_ident_at(t, s, at[SESSION_IDENTS - 1]) != NULL)
		flow_table_remove(flows_of(t, s), at[SESSION_IDENTS - 1]);
	for (unsigned i = SESSION_IDENTS - 1; i > 0; i--)
		at[i] = at[i - 1];
	at[0] = index;
	f->flags = (uint8_t)(f->flags | FLOW_SESSION | FLOW_ALIAS | (reply ? FLOW_REPLY : 0));
	f->session = session_index(t, s) & 0xffffff;
}
