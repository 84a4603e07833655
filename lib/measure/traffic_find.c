/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds addresses that pass: first one that does, then how many of its neighbours do. */

#include "measure/traffic_find.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "config/compile.h"
#include "measure/traffic_guess.h"
#include "packet/parse.h"
#include "policy/pipeline.h"

enum {
	RUN_MAX = 1024,    /* addresses that are tried one by one */
	ROW_MAX = 65536,   /* maximum of addresses of an end */
	NEAR_MAX = 240,    /* neighbours: each is asked for by ARP or ND */
	SAMPLES = 256,     /* of a range, and of all ranges together */
	PORT_FIRST = 1024, /* source ports where any is valid */
	PORT_COUNT = 65536 - PORT_FIRST,
};

struct search {
	const struct generation *gen;
	const struct interface *iface;
	struct traffic_template template;
	struct traffic_guesses guesses;
	struct eval ev;
	struct view view;
	uint8_t frame[256];
	bool hairpin; /* packets that leave by their ingress interface pass,
		       * too */
	uint32_t drops[REASON_COUNT];
};

/* Returns what becomes of a packet; REASON_NONE: it passes. */
static enum reason
judge(struct search *s, const struct tuple *ends)
{
	struct eval *one = &s->ev;
	const struct program *p = &s->ev.program;

	traffic_template_write(&s->template, ends, true, s->frame);
	parse_bytes(&s->view, s->frame, s->template.bytes, s->template.bytes,
		&s->gen->ingress[s->iface->port]);
	if (s->view.kind == VIEW_BAD)
		return s->view.reason;
	eval_init(&s->ev, s->gen, &s->view);
	pipeline_evaluate(s->iface->pipeline, &one, 1);
	if (p->verdict == PROGRAM_WIRE)
		return REASON_NONE;
	if (p->verdict == PROGRAM_OUTPUT)
		return p->iface != s->iface->id || s->hairpin ? REASON_NONE : REASON_no_route;
	return p->verdict == PROGRAM_LOCAL ? REASON_local_no_service : p->reason;
}

static bool
passes(struct search *s, const struct tuple *ends)
{
	enum reason r = judge(s, ends);

	s->drops[r]++;
	return r == REASON_NONE;
}

/* --- one that passes --- */

static bool
find_ports(struct search *s, struct tuple *ends, const struct prefix *src, const struct prefix *dst)
{
	static const uint8_t places[] = { 0, 2, 10 }; /* offsets in a prefix; one may be a
						       * host, or our own */

	for (unsigned i = 0; i < s->guesses.n_ports; i++) {
		const struct traffic_ports *p = &s->guesses.ports[i];

		ends->sport = rte_cpu_to_be_16(p->sport != 0 ? p->sport : 40000);
		ends->dport = rte_cpu_to_be_16(p->dport);
		for (unsigned k = 0; k < RTE_DIM(places) * RTE_DIM(places); k++) {
			ends->src = traffic_address(src, places[k % RTE_DIM(places)]);
			ends->dst = traffic_address(dst, places[k / RTE_DIM(places)]);
			if (passes(s, ends)) {
				s->guesses.chosen = *p;
				return true;
			}
		}
	}
	return false;
}

static bool
find_one(struct search *s, struct tuple *ends, struct prefix *src, struct prefix *dst)
{
	for (unsigned d = 0; d < s->guesses.n_dst; d++) {
		for (unsigned i = 0; i < s->guesses.n_src; i++) {
			*src = s->guesses.src[i];
			*dst = s->guesses.dst[d];
			if (find_ports(s, ends, src, dst))
				return true;
		}
	}
	return false;
}

/* --- as far as the others pass --- */

/* Finds the longest range of passing addresses among the first of a prefix.  *end is the end of
 * ends for which they are tried. */
static void
widen_addresses(struct search *s, struct tuple *ends, union address *end, const struct prefix *p,
	struct traffic_end *out)
{
	unsigned bits = (p->family == 4 ? 32u : 128u) - p->length;
	uint32_t room = bits >= 16 ? ROW_MAX : 1u << bits, run = 0;
	uint32_t tried = room < RUN_MAX ? room : RUN_MAX;
	union address was = *end;

	out->first = was;
	out->addresses = 1;
	for (uint32_t i = 0; i < tried; i++) {
		*end = traffic_address(p, i);
		run = passes(s, ends) ? run + 1 : 0;
		if (run > out->addresses) {
			out->addresses = run;
			out->first = traffic_address(p, i + 1 - run);
		}
	}
	*end = was;
}

/* Extends the range up to ROW_MAX where a sample of addresses passes. */
static void
widen_far(struct search *s, struct tuple *ends, union address *end, const struct prefix *p,
	struct traffic_end *out)
{
	unsigned bits = (p->family == 4 ? 32u : 128u) - p->length;
	union address was = *end;
	bool all = bits > 16 && out->addresses >= RUN_MAX / 2;

	for (uint32_t i = 1; all && i <= SAMPLES; i++) {
		struct prefix from = { .address = out->first, .family = p->family };

		*end = traffic_address(&from, (ROW_MAX - 1) / SAMPLES * i);
		all = passes(s, ends);
	}
	if (all)
		out->addresses = ROW_MAX;
	*end = was;
}

static void
widen_ports(struct search *s, struct tuple *ends, struct traffic_end *src)
{
	rte_be16_t was = ends->sport;
	bool all = s->guesses.chosen.sport == 0;

	for (uint32_t i = 0; all && i < SAMPLES; i++) {
		ends->sport = rte_cpu_to_be_16(
			(uint16_t)(PORT_FIRST + i * (PORT_COUNT - 1) / (SAMPLES - 1)));
		all = passes(s, ends);
	}
	src->port = all ? PORT_FIRST : rte_be_to_cpu_16(was);
	src->ports = all ? PORT_COUNT : 1;
	ends->sport = was;
}

/* Returns true if flows from all parts of the aim pass. */
static bool
sample_passes(struct search *s, const struct traffic_aim *aim, enum traffic_kind kind)
{
	struct traffic_setup setup = { .aim = *aim, .kind = kind, .flows = 1 };
	uint64_t space = traffic_space(aim);
	struct traffic *t;
	bool all = true;
	struct err *err = err_create();

	t = err != NULL ? traffic_create(&setup, err) : NULL;
	for (uint64_t i = 0; t != NULL && all && i < SAMPLES; i++) {
		struct tuple ends;

		traffic_tuple(t, i * 0x9e3779b97f4a7c15ull % space, &ends);
		all = passes(s, &ends);
	}
	traffic_destroy(t);
	err_destroy(err);
	return all;
}

static void
widen(struct search *s, struct tuple *ends, const struct prefix *src, const struct prefix *dst,
	struct traffic_aim *aim)
{
	enum traffic_kind kind = s->template.kind;

	widen_addresses(s, ends, &ends->src, src, &aim->src);
	if (!traffic_is_near(s->iface, &aim->src.first, aim->family))
		widen_far(s, ends, &ends->src, src, &aim->src);
	else if (aim->src.addresses > NEAR_MAX)
		aim->src.addresses = NEAR_MAX;
	widen_addresses(s, ends, &ends->dst, dst, &aim->dst);
	passes(s, ends); /* s->ev is of these ends again */
	if (s->ev.program.verdict == PROGRAM_WIRE
		|| !address_equal(&s->ev.program.gateway, &s->ev.program.to.dst))
		widen_far(s, ends, &ends->dst, dst, &aim->dst);
	widen_ports(s, ends, &aim->src);
	aim->dst.port = rte_be_to_cpu_16(ends->dport);
	aim->dst.ports = 1;
	while (!sample_passes(s, aim, kind) && aim->dst.addresses > 1)
		aim->dst.addresses /= 2;
	while (!sample_passes(s, aim, kind) && aim->src.addresses > 1)
		aim->src.addresses /= 2;
}

/* --- the search --- */

static void
prepare(struct search *s, const struct interface *iface, enum traffic_kind kind,
	struct traffic_aim *aim)
{
	struct traffic_shape shape = {
		.kind = kind,
		.family = aim->family,
		.vlan = { iface->vlan, iface->inner_vlan },
		.tags = iface->vlan == 0         ? 0
			: iface->inner_vlan == 0 ? 1
						 : 2,
	};

	/* A connection is judged by its first segment. */
	if (kind == TRAFFIC_TCP && (iface->pipeline->traits & TRAIT_TRACKS))
		shape.kind = TRAFFIC_SYN;
	memcpy(shape.dst_mac, iface->mac, 6);
	memcpy(shape.src_mac, traffic_peer_mac, 6);
	shape.bytes = traffic_least_bytes(&shape);
	traffic_template_init(&s->template, &shape);
	s->iface = iface;
	aim->port = iface->port;
	aim->iface = iface->id;
	aim->tags = shape.tags;
	memcpy(aim->vlan, shape.vlan, sizeof(aim->vlan));
	memcpy(aim->mac, iface->mac, 6);
}

static bool
find_by(struct search *s, const struct config *cfg, const struct interface *iface,
	enum traffic_kind kind, struct traffic_aim *aim)
{
	struct tuple ends = {
		.family = aim->family,
		.proto = kind == TRAFFIC_UDP ? 17 : 6,
	};
	struct prefix src, dst;

	if (iface->pipeline == NULL)
		return false;
	prepare(s, iface, kind, aim);
	traffic_guess(&s->guesses, cfg, s->gen, iface, &ends);
	s->hairpin = false;
	if (!find_one(s, &ends, &src, &dst)) {
		s->hairpin = true;
		if (!find_one(s, &ends, &src, &dst))
			return false;
	}
	widen(s, &ends, &src, &dst, aim);
	return true;
}

static int
tell(const struct search *s, const struct config *cfg, const char *in, struct err *err)
{
	unsigned most = 0;

	for (unsigned r = 1; r < REASON_COUNT; r++)
		if (s->drops[r] > s->drops[most] || most == 0)
			most = r;
	if (s->drops[most] == 0)
		return err_set(err, ENOENT, "%s has no pipeline", in != NULL ? in : "no interface");
	return err_set(err, ENOENT,
		"no such packet was found that the configuration lets through by %s; most are dropped as %s",
		in != NULL ? in : "any interface", reason_name((enum reason)most));
}

static int
unknown_interface(const struct config *cfg, const char *in, struct err *err)
{
	struct suggestion s = suggestion_of(in);

	cfg_each(iface, &cfg->interfaces)
		suggestion_offer(&s, iface->head.name);
	if (s.best != NULL)
		return err_set(
			err, ENOENT, "there is no interface '%s'; did you mean '%s'?", in, s.best);
	return err_set(err, ENOENT, "there is no interface '%s' in the configuration", in);
}

int
traffic_find(const struct config *cfg, const struct generation *gen, const char *in,
	enum traffic_kind kind, uint8_t family, struct traffic_aim *aim, struct err *err)
{
	struct search *s;
	bool found = false;
	int rc = 0;

	if (in != NULL && generation_find(gen, in) == NULL)
		return unknown_interface(cfg, in, err);
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return err_set(err, ENOMEM, "out of memory");
	s->gen = gen;
	*aim = (struct traffic_aim){ .family = family };
	cfg_each(row, &cfg->interfaces) {
		if (found || (in != NULL && strcmp(in, row->head.name) != 0))
			continue;
		found = find_by(s, cfg, generation_find(gen, row->head.name), kind, aim);
	}
	if (!found)
		rc = tell(s, cfg, in, err);
	free(s);
	return rc;
}
