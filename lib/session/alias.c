/* SPDX-License-Identifier: BSD-3-Clause */
/* Further records of a session (aliases): a session begins with one record for each direction, and
 * gets more where a zone has several interfaces.  All have the same tuple, and so share their
 * buckets. */

#include <rte_common.h>

#include "session/session_priv.h"

uint16_t
session_iface(const struct sessions *t, const struct session *s, bool reply)
{
	return s->family == 6 ? flow6_at(t->flow6, s->flow[reply])->key.iface
			      : flow4_at(t->flow4, s->flow[reply])->key.iface;
}

void
session_alias(struct sessions *t, struct session *s, uint32_t flow, bool reply)
{
	struct flow *f = flow_at(flows_of(t, s), flow);

	if (!(f->flags & FLOW_SESSION))
		flow_table_hand_over(flows_of(t, s), flow);
	f->flags = (uint8_t)(f->flags | FLOW_SESSION | FLOW_ALIAS | (reply ? FLOW_REPLY : 0)
		| (s->proto == IPPROTO_TCP ? FLOW_TCP : 0));
	f->session = session_index(t, s) & 0xffffff;
	s->flags |= SESSION_ALIASED;
}

void
session_remove_aliases(struct sessions *t, struct session *s)
{
	uint32_t alias[FLOW_ALIASES_MAX];

	for (unsigned reply = 0; reply < 2; reply++) {
		unsigned n = flow_table_aliases(flows_of(t, s), s->flow[reply], alias);

		for (unsigned i = 0; i < n; i++)
			flow_table_remove(flows_of(t, s), alias[i]);
	}
}

uint32_t
session_seen_by(const struct sessions *t, const struct session *s, bool reply)
{
	struct flow_table *f = flows_of(t, s);
	uint32_t alias[FLOW_ALIASES_MAX], seen = flow_at(f, s->flow[reply])->seen;
	unsigned n = (s->flags & SESSION_ALIASED) ? flow_table_aliases(f, s->flow[reply], alias)
						  : 0;

	for (unsigned i = 0; i < n; i++) {
		uint32_t other = flow_at(f, alias[i])->seen;

		seen = (int32_t)(other - seen) > 0 ? other : seen;
	}
	return seen;
}

void
session_outdate(struct sessions *t, const struct session *s)
{
	struct flow_table *f = flows_of(t, s);
	uint32_t alias[FLOW_ALIASES_MAX];
	unsigned n = (s->flags & SESSION_ALIASED) ? flow_table_aliases(f, s->flow[0], alias) : 0;

	if (proto_has_ident(s->proto))
		session_outdate_idents(t, s);
	flow_at(f, s->flow[0])->epoch = 0;
	for (unsigned i = 0; i < n; i++)
		flow_at(f, alias[i])->epoch = 0;
}
