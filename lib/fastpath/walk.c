/* SPDX-License-Identifier: BSD-3-Clause */
/* Walks over tables, in slices. */

#include "fastpath/walk.h"

#include <string.h>

#include <rte_prefetch.h>

#include "base/clock.h"
#include "fastpath/fastpath_priv.h"
#include "nat/nat.h"
#include "session/session.h"

#define FLOWS_V6 0x80000000u /* of walk.at: the table of IPv6 */

static bool
has_prefix(const struct walk_prefix *p, unsigned family, const union address *a)
{
	unsigned whole = p->length / 8, rest = p->length % 8;

	if (p->family == 0)
		return true;
	if (p->family != family || memcmp(p->address.bytes, a->bytes, whole) != 0)
		return false;
	return rest == 0 || ((p->address.bytes[whole] ^ a->bytes[whole]) >> (8 - rest)) == 0;
}

static bool
has_iface(const struct walk_filter *f, unsigned iface)
{
	return f->by_iface == 0 || (f->ifaces[iface / 64] >> iface % 64 & 1) != 0;
}

static bool
has_domain(const struct walk_filter *f, unsigned domain)
{
	return f->by_domain == 0 || f->domain == domain;
}

/* Returns true if the direction matches, as it arrives. */
static bool
fits(const struct walk_filter *f, const struct tuple *t)
{
	return (f->proto == 0 || f->proto == t->proto) && (f->family == 0 || f->family == t->family)
		&& has_prefix(&f->src, t->family, &t->src)
		&& has_prefix(&f->dst, t->family, &t->dst)
		&& (f->sport == 0 || f->sport == t->sport)
		&& (f->dport == 0 || f->dport == t->dport)
		&& (f->port == 0 || f->port == t->sport || f->port == t->dport);
}

static bool
touches(const struct walk_prefix *p, const struct tuple *t)
{
	return has_prefix(p, t->family, &t->src) || has_prefix(p, t->family, &t->dst);
}

bool
fastpath_walk_takes(const struct walk_filter *f, const struct tuple *t, uint16_t iface)
{
	return fits(f, t) && touches(&f->any, t) && has_iface(f, iface) && has_domain(f, t->domain);
}

/* --- sessions --- */

static bool
has_state(const struct walk_filter *f, const struct session *s)
{
	uint16_t wanted = s->proto == IPPROTO_TCP ? f->tcp : s->proto == IPPROTO_SCTP ? f->sctp : 0;

	return (f->tcp | f->sctp) == 0 || (wanted >> s->state & 1);
}

/* What costs nothing but the session's own line. */
static bool
session_fits(const struct walk_filter *f, const struct session *s)
{
	return (s->flags & SESSION_LINKED) && (f->proto == 0 || f->proto == s->proto)
		&& (f->family == 0 || f->family == s->family)
		&& (f->classes == 0 || (f->classes >> s->class & 1)) && has_state(f, s)
		&& (f->translated == 0 || (f->translated & s->flags));
}

static bool
session_matches(const struct sessions *t, const struct walk_filter *f, const struct session *s,
	struct walk_session *row)
{
	if (!session_fits(f, s))
		return false;
	for (unsigned reply = 0; reply < 2; reply++) {
		session_tuple(t, s, reply, &row->tuple[reply]);
		row->iface[reply] = session_iface(t, s, reply);
	}
	return fits(f, &row->tuple[0])
		&& (has_iface(f, row->iface[0]) || has_iface(f, row->iface[1]))
		&& (has_domain(f, row->tuple[0].domain) || has_domain(f, row->tuple[1].domain))
		&& (touches(&f->any, &row->tuple[0]) || touches(&f->any, &row->tuple[1]));
}

static void
fill_session(const struct datapath *dp, const struct session *s, struct walk_session *row)
{
	const struct sessions *t = dp->sessions;
	uint32_t ticks = t->policy[s->policy].ticks[session_timeout_kind(s)];

	row->class = s->class;
	row->state = s->state;
	row->flags = s->flags;
	row->idle = clock_tick(dp->now_ns) - session_seen(t, s);
	if (row->idle > INT32_MAX)
		row->idle = 0; /* seen in this very tick */
	row->expires = ticks > row->idle ? ticks - row->idle : 0;
}

static bool
walk_sessions(struct fastpath *fp, struct walk *w)
{
	struct sessions *t = fp->dp.sessions;
	unsigned ends = 0;

	for (unsigned i = 0; i < FASTPATH_WALK_SLICE && w->at + i <= t->high; i++) {
		const struct session *s = &t->session[w->at + i];

		rte_prefetch0(s + FASTPATH_WALK_SLICE);
		if (s->flags & SESSION_LINKED) {
			const struct flow_table *flows = s->family == 6 ? t->flow6 : t->flow4;

			rte_prefetch0(flow_at(flows, s->flow[0]));
			rte_prefetch0(flow_at(flows, s->flow[1]));
		}
	}
	for (unsigned i = 0; i < FASTPATH_WALK_SLICE && w->at <= t->high; i++, w->at++) {
		struct session *s = &t->session[w->at];
		struct walk_row *row = &w->row[w->n < FASTPATH_WALK_ROWS ? w->n : 0];

		if (!session_matches(t, &w->filter, s, &row->session))
			continue;
		w->matched++;
		if (w->action == WALK_END) {
			if (ends++ == FASTPATH_WALK_ENDS) {
				w->matched--;
				break;
			}
			session_end(t, s, SESSION_END_flushed);
		} else if (w->action == WALK_KEEP) {
			s->kept = true;
		} else if (w->action == WALK_LIST) {
			fill_session(&fp->dp, s, &row->session);
			if (++w->n == FASTPATH_WALK_ROWS) {
				w->at++;
				break;
			}
		}
	}
	return w->at > t->high;
}

/* --- flows --- */

static void
fill_flow(const struct datapath *dp, const struct flow *f, struct walk_flow *row)
{
	const struct nexthop *nh = &dp->nexthops[f->nexthop];

	row->current = f->epoch == dp->epoch;
	row->nexthop = f->nexthop;
	row->state = nh->state;
	row->out_port = nh->output.port;
	row->out_iface = nh->output.iface;
	row->has_session = (f->flags & FLOW_SESSION) != 0;
	row->reply = (f->flags & FLOW_REPLY) != 0;
	row->idle = clock_tick(dp->now_ns) - f->seen;
	if (row->idle > INT32_MAX)
		row->idle = 0;
	row->packets = f->packets;
}

static void
read_flow(const struct flow_table *t, uint32_t index, bool v6, struct walk_flow *row)
{
	if (v6) {
		tuple_from_key6(&row->tuple, &flow6_at(t, index)->key);
		row->iface = flow6_at(t, index)->key.iface;
	} else {
		tuple_from_key4(&row->tuple, &flow4_at(t, index)->key);
		row->iface = flow4_at(t, index)->key.iface;
	}
}

/* Records of IPv4, then those of IPv6. */
static bool
walk_flows(struct fastpath *fp, struct walk *w)
{
	bool v6 = (w->at & FLOWS_V6) != 0;
	const struct flow_table *t = v6 ? fp->dp.flow6 : fp->dp.flow4;
	uint32_t at = w->at & ~FLOWS_V6;

	for (unsigned i = 0; i < FASTPATH_WALK_SLICE && at <= t->high && w->n < FASTPATH_WALK_ROWS;
		i++, at++) {
		const struct flow *f = flow_at(t, at);
		struct walk_flow *row = &w->row[w->n].flow;

		rte_prefetch0((const uint8_t *)f + FASTPATH_WALK_SLICE * t->record_bytes);
		if (at == 0 || !(f->flags & FLOW_USED))
			continue;
		read_flow(t, at, v6, row);
		if (!fits(&w->filter, &row->tuple) || !touches(&w->filter.any, &row->tuple)
			|| !has_iface(&w->filter, row->iface)
			|| !has_domain(&w->filter, row->tuple.domain))
			continue;
		w->matched++;
		if (w->action != WALK_LIST)
			continue;
		fill_flow(&fp->dp, f, row);
		w->n++;
	}
	if (at > t->high && !v6) {
		w->at = FLOWS_V6;
		return false;
	}
	w->at = at | (v6 ? FLOWS_V6 : 0);
	return at > t->high;
}

/* --- neighbours --- */

static bool
walk_neighbours(struct fastpath *fp, struct walk *w)
{
	const struct host *h = fp->dp.host;
	unsigned n = host_neighbours(h);

	for (unsigned i = 0; i < FASTPATH_WALK_SLICE && w->at < n && w->n < FASTPATH_WALK_ROWS;
		i++, w->at++) {
		struct host_listed *row = &w->row[w->n].neighbour;

		if (!host_neighbour(h, w->at, row)
			|| !has_prefix(&w->filter.any, row->family, &row->address)
			|| !has_iface(&w->filter, row->iface)
			|| !has_domain(&w->filter, generation_domain(fp->dp.gen, row->iface)))
			continue;
		w->matched++;
		w->n += w->action == WALK_LIST;
	}
	return w->at >= n;
}

/* --- inside hosts of NAT --- */

static bool
walk_hosts(struct fastpath *fp, struct walk *w)
{
	const struct nat *n = fp->dp.nat;
	uint32_t last = nat_hosts(n);

	for (unsigned i = 0; i < FASTPATH_WALK_SLICE && w->at < last && w->n < FASTPATH_WALK_ROWS;
		i++) {
		struct nat_listed_host *row = &w->row[w->n].host;
		union address inside = { .words = { 0, 0 } };

		if (!nat_host_at(n, ++w->at, row))
			continue;
		inside.v4 = row->inside;
		if (!has_prefix(&w->filter.src, 4, &inside) || !has_domain(&w->filter, row->domain))
			continue;
		w->matched++;
		w->n += w->action == WALK_LIST;
	}
	return w->at >= last;
}

bool
fastpath_walk(struct fastpath *fp, struct walk *w)
{
	switch (w->kind) {
	case WALK_SESSIONS:
		w->over = walk_sessions(fp, w);
		break;
	case WALK_FLOWS:
		w->over = walk_flows(fp, w);
		break;
	case WALK_NEIGHBOURS:
		w->over = walk_neighbours(fp, w);
		break;
	case WALK_HOSTS:
		w->over = walk_hosts(fp, w);
		break;
	}
	return w->over || w->n == FASTPATH_WALK_ROWS;
}
