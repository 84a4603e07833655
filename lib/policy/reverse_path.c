/* SPDX-License-Identifier: BSD-3-Clause */
/* The route back to a packet's source, for stage rpf and for the word rpf of matches. */

#include "policy/reverse_path.h"

#include "packet/martian.h"
#include "policy/eval.h"

bool
rpf_is_exempt(const struct tuple *t)
{
	static const union address unspecified;

	return t->family == 0 || address_equal(&t->src, &unspecified)
		|| (t->family == 6 && address_link_local(&t->src, 6));
}

/* Returns true if one of the next hops leaves by the interface. */
static bool
leads_to(const struct route *r, const struct interface *in)
{
	for (unsigned i = 0; i < r->n_hops; i++)
		if (r->hop[i].egress == in)
			return true;
	return false;
}

const char *
rpf_fault(const struct route *r, const struct interface *in, bool strict, bool default_route)
{
	switch ((enum route_kind)r->kind) {
	case ROUTE_VIA:
		if (r->prefix.length == 0 && !default_route)
			return "is the default route, which does not count";
		return strict && !leads_to(r, in) ? "leads elsewhere" : NULL;
	case ROUTE_BLACKHOLE:
		return "is a blackhole";
	case ROUTE_REJECT:
		return "rejects";
	case ROUTE_PROHIBIT:
		return "prohibits";
	case ROUTE_BROADCAST:
		return "is the network or broadcast address of a subnet";
	case ROUTE_DOMAIN:
		return strict ? "leads into another domain" : NULL;
	case ROUTE_LOCAL:
	case ROUTE_PUBLIC:
		return "is our own";
	}
	return NULL;
}

const struct route *
rpf_route(const struct route_table *t, const struct eval *ev, uint32_t found,
	struct route_found *live)
{
	const struct tuple *came = &ev->view->tuple;
	const struct route *r = NULL;

	if (t->live != NULL)
		r = route_find_live(t, ev->gen, came->family, &came->src, found, live);
	if (r == NULL && found != PREFIXES_NONE)
		r = &t->route[found];
	return r;
}

enum rpf_found
rpf_find(const struct route_table *t, const struct eval *ev)
{
	const struct tuple *came = &ev->view->tuple;
	struct route_found live;
	const struct route *r;
	uint32_t found;

	if (rpf_is_exempt(came))
		return RPF_BACK;
	if (ev->gen->n_domains > 1)
		t = ev->gen->domain_table[came->domain];
	if (t == NULL)
		return RPF_NONE;
	if (came->family == 4)
		prefixes_lookup4(t->prefixes, &came->src.v4, &found, 1);
	else
		prefixes_lookup6(t->prefixes, &came->src, &found, 1);
	r = rpf_route(t, ev, found, &live);
	if (r == NULL || rpf_fault(r, ev->in, false, true) != NULL)
		return RPF_NONE;
	return rpf_fault(r, ev->in, true, true) == NULL ? RPF_BACK : RPF_ELSEWHERE;
}
