/* SPDX-License-Identifier: BSD-3-Clause */
/* What stages do to a packet beside their lists: which other packets they take for the same. */
#include "analysis/walk_priv.h"
#include "packet/parse.h"
#include "session/tcp.h"

/* Neighbour Discovery, which no session follows. */
static bool
is_discovery(unsigned family, unsigned type)
{
	return family == 6 && type >= 133 && type <= 137;
}

/* Restricts the last record to packets that the tracker takes for the same. */
static void
narrow_track(struct walking *w, struct record *r)
{
	const struct view *v = w->ev.view;
	unsigned family = v->family;
	struct span *out = scratch_take(w->in->scratch, 256 * sizeof(*out));
	uint32_t n = 0;

	if (out == NULL)
		return;
	if (v->proto == IPPROTO_TCP) {
		bool opens = tcp_opens(v->tcp_flags);
		uint8_t loose = RTE_TCP_SYN_FLAG | RTE_TCP_RST_FLAG | RTE_TCP_ACK_FLAG;
		bool mid = (v->tcp_flags & loose) == RTE_TCP_ACK_FLAG;

		for (unsigned f = 0; f < 256; f++)
			if (!tcp_flags_bad((uint8_t)f) && tcp_opens((uint8_t)f) == opens
				&& ((f & loose) == RTE_TCP_ACK_FLAG) == mid)
				out[n++] = (struct span){ f, f };
		r->cell.dim[DIM_FLAGS] = spans_of(out, n);
	} else if (tuple_is_icmp(&v->tuple)) {
		for (unsigned t = 0; t < 256; t++)
			if (icmp_is_request(family, (uint8_t)t)
					== icmp_is_request(family, v->icmp_type)
				&& walk_is_error(family, (uint8_t)t) == v->icmp_error
				&& is_discovery(family, t) == is_discovery(family, v->icmp_type))
				out[n++] = (struct span){ t << 8, t << 8 | 0xff };
		r->cell.dim[DIM_ICMP] = spans_of(out, n);
	}
}

/* And to protocols of the same kind. */
static void
narrow_protocol(struct walking *w, struct record *r, bool ports_alone)
{
	unsigned family = w->in->pairs->family;
	uint8_t icmp = family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6, proto = w->ev.view->proto;
	struct span *out = scratch_take(w->in->scratch, 256 * sizeof(*out));
	struct spans all;
	uint32_t n = 0;

	for (unsigned p = 0; p < 256 && out != NULL; p++) {
		bool same = ports_alone ? walk_has_ports(p) == walk_has_ports(proto)
					: (p == IPPROTO_TCP) == (proto == IPPROTO_TCP)
				&& (p == IPPROTO_SCTP) == (proto == IPPROTO_SCTP)
				&& (p == icmp) == (proto == icmp);

		if (same)
			out[n++] = (struct span){ p, p };
	}
	all = spans_of(out, n);
	r->cell.dim[DIM_PROTO] = spans_and(w->in->scratch, &r->cell.dim[DIM_PROTO], &all);
}

static struct spans
only_prefix(struct walking *w, const struct span *prefix)
{
	struct span *out = scratch_take(w->in->scratch, sizeof(*out));

	if (out == NULL)
		return (struct spans){ NULL, 0 };
	*out = *prefix;
	return (struct spans){ out, 1 };
}

/* And to destinations that the tracker follows, or does not: multicast and broadcast. */
static void
narrow_link(struct walking *w, struct record *r)
{
	static const struct prefix links[] = {
		{ .family = 4, .length = 3, .address = { { 224 } } },
		{ .family = 6, .length = 8, .address = { { 0xff } } },
	};
	unsigned family = w->in->pairs->family;
	const struct span link = span_of_prefix(&links[family == 4 ? 0 : 1]);
	struct spans *dst = &r->cell.dim[DIM_DST];

	if (spans_hold(
		    &(struct spans){ &link, 1 }, value_of_address(&w->ev.view->tuple.dst, family)))
		*dst = only_prefix(w, &link);
	else
		*dst = spans_without(w->in->scratch, dst, &(struct spans){ &link, 1 });
}

void
walk_after_track(struct walking *w, struct record *r)
{
	narrow_link(w, r);
	/* With a state that is assumed, all packets but Neighbour Discovery are taken alike. */
	if (w->in->assumed != 0 && w->in->pairs->family == 4)
		return;
	narrow_track(w, r);
	narrow_protocol(w, r, false);
}

struct spans
walk_before_map(struct scratch *s, const struct spans *to, const struct fixed_translation *map)
{
	const struct prefix after = {
		.family = map->family, .length = map->length, .address = map->to
	};
	const struct prefix before = {
		.family = map->family, .length = map->length, .address = map->from
	};
	struct span whole = span_of_prefix(&after), from = span_of_prefix(&before);
	struct spans part = spans_and(s, to, &(struct spans){ &whole, 1 });
	struct span *out = scratch_take(s, (part.n + 1) * sizeof(*out));

	if (out == NULL)
		return (struct spans){ NULL, 0 };
	for (uint32_t i = 0; i < part.n; i++)
		out[i] = (struct span){ part.span[i].first - whole.first + from.first,
			part.span[i].last - whole.first + from.first };
	return (struct spans){ out, part.n };
}

/* Returns one address, as a set. */
static struct spans
only(struct walking *w, const union address *a)
{
	struct span *out = scratch_take(w->in->scratch, sizeof(*out));

	if (out == NULL)
		return (struct spans){ NULL, 0 };
	out->first = out->last = value_of_address(a, w->in->pairs->family);
	return (struct spans){ out, 1 };
}

/* Of a checksum-neutral map, and of one behind another, what an address becomes holds for this one
 * alone. */
static void
after_map(struct walking *w, const struct fixed_translation *f, bool dst_set)
{
	struct record *r;

	if (!dst_set && !f->neutral && w->fields.dst_map == NULL) {
		w->fields.dst_map = f;
		return;
	}
	w->fields.dst = true;
	r = dst_set ? NULL : walk_add(w, RECORD_CELL);
	if (r == NULL)
		return;
	r->cell = *cell_all(w->in->pairs->family);
	r->cell.dim[DIM_DST] = only(w, &w->ev.view->tuple.dst);
	r->id = 1;
}

void
walk_after_dnat(struct walking *w, const struct plan_step *s, uint32_t found, bool dst_set)
{
	const struct fixed_translation *f = &s->forward[found];
	struct record *r;

	if (f->family != w->in->pairs->family)
		return;
	w->dest_map = *f;
	if (f->length != 0) {
		after_map(w, f, dst_set);
		return;
	}
	w->fields.dst = true;
	if (f->port == 0)
		return;
	r = walk_add(w, RECORD_CELL);
	if (r == NULL)
		return;
	r->cell = *cell_all(w->in->pairs->family);
	r->id = 1;
	narrow_protocol(w, r, true);
	if (!walk_has_ports(w->ev.view->proto))
		return;
	if (f->high != 0 && !w->fields.dport)
		w->fields.dport_shift += f->port - f->low;
	else
		w->fields.dport = true;
}

/* Of a map one source holds for itself alone, and others are not translated. */
void
walk_after_snat(struct walking *w, const struct plan_step *s, struct record *r, bool src_set)
{
	const union address *src = &w->ev.view->tuple.src;
	unsigned family = w->in->pairs->family;
	struct fixed_translation f;
	struct span whole;

	if (src_set || !s->step->stage->fixed(s->step->instance, 0, &f) || f.length == 0
		|| f.family != family)
		return;
	whole = span_of_prefix(
		&(struct prefix){ .family = f.family, .length = f.length, .address = f.from });
	if (!spans_hold(&(struct spans){ &whole, 1 }, value_of_address(src, family))) {
		r->cell.dim[DIM_SRC] = spans_without(
			w->in->scratch, &r->cell.dim[DIM_SRC], &(struct spans){ &whole, 1 });
		return;
	}
	w->source_map = f;
	r->cell.dim[DIM_SRC] = f.neutral ? only(w, src) : only_prefix(w, &whole);
	if (!f.neutral && w->fields.src) {
		w->fields.src = false;
		w->fields.src_map = &w->source_map;
	}
}
