/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets of packets and verdicts in words. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <netinet/in.h>

#include "analysis/diff_priv.h"
#include "packet/icmp.h"
#include "packet/notation.h"
#include "schema/value.h"

enum {
	LISTED = 3, /* values of a field that are written out */
};

struct text {
	char *out;
	size_t bytes, used;
};

static void add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void
add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (t->used >= t->bytes)
		return;
	va_start(ap, fmt);
	n = vsnprintf(t->out + t->used, t->bytes - t->used, fmt, ap);
	va_end(ap);
	t->used += n > 0 ? (size_t)n : 0;
}

/* The length of the prefix that a span is, or -1. */
static int
prefix_length(const struct span *s, unsigned family)
{
	wide_t rest = s->last - s->first;
	int bits = 0;

	if ((rest & (rest + 1)) != 0 || (s->first & rest) != 0)
		return -1;
	while (rest != 0) {
		bits++;
		rest >>= 1;
	}
	return (family == 4 ? 32 : 128) - bits;
}

static void
add_addresses(struct text *t, const struct spans *s, unsigned family)
{
	char first[64], last[64];

	for (uint32_t i = 0; i < s->n && i < LISTED; i++) {
		int length = prefix_length(&s->span[i], family);
		union address a = address_of_value(s->span[i].first, family);

		notation_address(first, sizeof(first), &a, family);
		a = address_of_value(s->span[i].last, family);
		notation_address(last, sizeof(last), &a, family);
		add(t, "%s%s", i > 0 ? "," : "", first);
		if (length < 0)
			add(t, "-%s", last);
		else if (length < (family == 4 ? 32 : 128))
			add(t, "/%d", length);
	}
	if (s->n > LISTED)
		add(t, " and %u more", s->n - LISTED);
}

static void
add_numbers(struct text *t, const struct spans *s)
{
	for (uint32_t i = 0; i < s->n && i < LISTED; i++) {
		add(t, "%s%u", i > 0 ? "," : "", (unsigned)s->span[i].first);
		if (s->span[i].last > s->span[i].first)
			add(t, "-%u", (unsigned)s->span[i].last);
	}
	if (s->n > LISTED)
		add(t, " and more");
}

static void
add_protocols(struct text *t, const struct spans *s, const struct spans *all)
{
	if (spans_cover(s, all)) {
		add(t, "everything");
		return;
	}
	for (uint32_t i = 0; i < s->n && i < LISTED + 2; i++) {
		unsigned first = (unsigned)s->span[i].first, last = (unsigned)s->span[i].last;
		const char *word = first == last ? value_word(cfg_protocols, first) : NULL;

		if (word != NULL)
			add(t, "%s%s", i > 0 ? "," : "", word);
		else
			add(t, last > first ? "%sproto %u-%u" : "%sproto %u", i > 0 ? "," : "",
				first, last);
	}
	if (s->n > LISTED + 2)
		add(t, " and more");
}

static void
add_icmp(struct text *t, const struct spans *s, unsigned family)
{
	for (uint32_t i = 0; i < s->n && i < LISTED; i++) {
		unsigned type = (unsigned)(s->span[i].first >> 8),
			 code = (unsigned)s->span[i].first & 0xff;
		const char *name = icmp_name(family, type, code);

		if (name != NULL)
			add(t, "%s%s", i > 0 ? "," : " ", name);
		else
			add(t, "%stype %u", i > 0 ? "," : " ", type);
	}
	if (s->n > LISTED)
		add(t, " and more");
}

void
describe_cell(const struct cell *c, unsigned family, char *out, size_t bytes)
{
	struct text t = { out, bytes, 0 };
	const struct cell *all = cell_all(family);
	const struct spans *port = &c->dim[DIM_DPORT];
	bool any[DIMS];

	for (unsigned d = 0; d < DIMS; d++)
		any[d] = spans_cover(&c->dim[d], &all->dim[d]);
	add_protocols(&t, &c->dim[DIM_PROTO], &all->dim[DIM_PROTO]);
	if (!any[DIM_ICMP])
		add_icmp(&t, &c->dim[DIM_ICMP], family);
	if (!any[DIM_SRC]) {
		add(&t, " from ");
		add_addresses(&t, &c->dim[DIM_SRC], family);
	}
	if (!any[DIM_DST]) {
		bool brackets = family == 6 && !any[DIM_DPORT];

		add(&t, brackets ? " to [" : " to ");
		add_addresses(&t, &c->dim[DIM_DST], family);
		add(&t, brackets ? "]" : "");
	} else if (any[DIM_SRC] && any[DIM_PROTO]) {
		add(&t, " of IPv%u", family);
	}
	if (!any[DIM_DPORT]) {
		add(&t, any[DIM_DST] ? " to port " : ":");
		add_numbers(&t, port);
	}
	if (!any[DIM_SPORT]) {
		add(&t, ", source port ");
		add_numbers(&t, &c->dim[DIM_SPORT]);
	}
	if (!any[DIM_FLAGS])
		add(&t, ", of some TCP flags");
	if (!any[DIM_DSCP]) {
		add(&t, ", DSCP ");
		add_numbers(&t, &c->dim[DIM_DSCP]);
	}
	if (!any[DIM_FRAGMENT])
		add(&t, c->dim[DIM_FRAGMENT].span[0].first != 0 ? ", fragments" : ", no fragments");
}

static void
add_end(struct text *t, const struct verdict *v, const struct verdict *other, bool source)
{
	const struct prefix *map = source ? &v->to_src : &v->to_dst;
	const struct prefix *others = source ? &other->to_src : &other->to_dst;
	const char *what = source ? "source" : "destination";
	const struct tuple *to = &v->to;
	char end[96];

	if (map->length != 0) {
		notation_address(end, sizeof(end), &map->address, map->family);
		add(t, ", %s in %s/%u", what, end, map->length);
		return;
	}
	if (others->length != 0 && (source ? v->kept_src : v->kept_dst)) {
		add(t, ", %s as it came", what);
		return;
	}
	notation_endpoint(end, sizeof(end), source ? &to->src : &to->dst,
		source ? to->sport : to->dport, to->family);
	add(t, ", %s %s", what, end);
}

static bool
same_end(const struct tuple *a, const struct tuple *b, bool source)
{
	return source ? address_equal(&a->src, &b->src) && a->sport == b->sport
		      : address_equal(&a->dst, &b->dst) && a->dport == b->dport;
}

static void
add_meter(struct text *t, const struct meter_spec *m)
{
	static const char *const of[] = {
		[METER_ALL] = "",
		[METER_SOURCE] = " of its source",
		[METER_DESTINATION] = " of its destination",
	};

	if (m == NULL) {
		add(t, ", at any rate");
		return;
	}
	add(t, ", at most %" PRIu64 " %s", m->rate,
		m->sessions          ? "sessions"
			: m->packets ? "packets"
				     : "bit");
	if (m->seconds > 1)
		add(t, " in %u s", m->seconds);
	else
		add(t, "/s");
	add(t, "%s, bursts of %" PRIu64, of[m->per], m->burst);
}

/* How a packet that is sent on leaves, as far as that is different. */
static void
add_leaving(struct text *t, const struct verdict *v, const struct verdict *other)
{
	char gateway[64];
	static const union address none;

	if (strcmp(v->egress, other->egress) != 0 || v->wire != other->wire) {
		add(t, ", leaves by %s%s", v->wire ? "port " : "", v->egress);
		if (v->domain != NULL)
			add(t, " in domain %s", v->domain);
	}
	if (!same_end(&v->to, &other->to, true))
		add_end(t, v, other, true);
	if (!same_end(&v->to, &other->to, false))
		add_end(t, v, other, false);
	if (v->route != other->route && same_end(&v->to, &other->to, false)) {
		notation_address(gateway, sizeof(gateway), &v->gateway, v->to.family);
		if (!address_equal(&v->gateway, &none))
			add(t, ", next hop %s", gateway);
	}
	if (v->dscp != other->dscp && v->dscp >= 0)
		add(t, ", DSCP %d", v->dscp);
	if (v->dscp != other->dscp && v->dscp < 0)
		add(t, ", DSCP as it came");
	if (v->meters != other->meters)
		add_meter(t, v->meter);
	if (v->copies != other->copies)
		add(t,
			v->copies != 0 && other->copies != 0 ? ", mirrored otherwise"
				: v->copies != 0             ? ", mirrored"
							     : ", not mirrored");
	if (v->mss != other->mss && v->mss > 0)
		add(t, ", MSS at most %u", v->mss);
	if (v->mss != other->mss && v->mss == 0)
		add(t, ", MSS as it came");
}

static void
add_set(struct text *t, const struct verdict *v, const struct verdict *other)
{
	if (v->sets == other->sets)
		return;
	if (v->sets != 0)
		add(t, ", its source joins %s", v->set);
	else
		add(t, ", its source joins no set");
}

void
describe_verdict(const struct verdict *v, const struct verdict *other, char *out, size_t bytes)
{
	static const char *const words[] = {
		[WENT_ON] = "accepted",
		[WENT_TO_US] = "for Weir itself",
		[WENT_DROP] = "dropped",
		[WENT_REJECT] = "rejected",
	};
	struct text t = { out, bytes, 0 };

	if (v->kind == WENT_ON && other->kind == WENT_ON) {
		add_leaving(&t, v, other);
		add_set(&t, v, other);
		if (t.used > 2)
			memmove(out, out + 2, t.used - 1); /* the comma in front */
		else
			add(&t, "another next hop");
		return;
	}
	add(&t, "%s", words[v->kind]);
	add_set(&t, v, other);
}

void
describe_point(
	const struct interface *in, unsigned family, const struct point *p, char *out, size_t bytes)
{
	struct text t = { out, bytes, 0 };
	struct view v;

	walk_view(in, family, p, &v);
	t.used = (size_t)notation_flow(out, bytes, &v);
	if (v.dscp != 0)
		add(&t, " dscp %u", v.dscp);
}
