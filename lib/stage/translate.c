/* SPDX-License-Identifier: BSD-3-Clause */
/* Translations that follow from sessions and mappings, not from a line of the configuration. */

#include "stage/translate.h"

#include "nat/nat.h"
#include "packet/notation.h"
#include "policy/build.h"
#include "policy/matcher.h"
#include "policy/owners.h"
#include "policy/pipeline.h"

#define TEXT_BYTES 64

bool
translate_is_new(const struct eval *ev)
{
	if (ev->state != CONN_NEW && !ev->expected)
		return false;
	return ev->session != NULL ? !(ev->session->flags & SESSION_LINKED) : ev->sessions == NULL;
}

/* Returns true if a stage snat of the pipeline would translate the sender, for any destination. */
static bool
translates_sender(const struct pipeline *p, const struct rule_key *key, unsigned jumps)
{
	for (unsigned i = 0; p != NULL && i < p->n; i++) {
		const struct step *step = &p->step[i];
		const struct match_list *list = step->condition != NULL
			? matcher_list(step->condition)
			: NULL;

		for (unsigned k = 0; jumps > 0 && k < step->n_jumps; k++)
			if (translates_sender(step->jumps[k].to, key, jumps - 1))
				return true;
		if ((step->traits & TRAIT_TRANSLATES) == 0)
			continue;
		for (unsigned k = 0; list != NULL && k < list->n; k++) {
			const struct rule_match *m = &list->match[k];
			const struct rule_match sender = {
				.src = m->src,
				.proto = m->proto,
				.sport = m->sport,
				.iface = m->iface,
			};

			if (rule_matches(&sender, key))
				return true;
		}
		if (list == NULL)
			return true;
	}
	return false;
}

/* Returns true for a hairpin: the sender is inside, and may begin at any mapping (RFC 4787 REQ-9).
 * That follows from the configuration alone, whatever packets have left so far. */
static bool
is_inside(const struct eval *ev)
{
	const struct rule_key key = { .tuple = ev->tuple, .iface = ev->in->id };

	return ev->in->pipeline != NULL && (ev->in->pipeline->traits & TRAIT_TRANSLATES)
		&& ev->gen->owners != NULL
		&& owners_is_inside(ev->gen->owners, &ev->gen->zones, &ev->tuple.src, ev->in->id)
		&& translates_sender(ev->in->pipeline, &key, PIPELINE_JUMPS_MAX);
}

void
translate_enter(struct eval *ev)
{
	struct nat_endpoint inside;
	union address a;
	char text[TEXT_BYTES];

	if (ev->nat == NULL || ev->session == NULL || ev->tuple.family != 4
		|| !nat_is_public(ev->nat, ev->tuple.dst.v4, ev->tuple.domain))
		return;
	if (!nat_enter(ev->nat, ev->session, &ev->tuple, &inside, is_inside(ev)))
		return;
	a = address_v4(inside.address);
	ev->to_domain = inside.domain;
	if (ev->tuple.proto == IPPROTO_ICMP) {
		eval_set_src(ev, &ev->tuple.src, inside.port);
		eval_set_dst(ev, &a, ev->tuple.dport);
	} else {
		eval_set_dst(ev, &a, inside.port);
	}
	ev->session->flags |= SESSION_DNAT;
	if (ev->trace != NULL) {
		notation_address(text, sizeof(text), &a, 4);
		eval_note(ev, "track: mapped to %s port %u", text, rte_be_to_cpu_16(inside.port));
	}
}

void
translate_expected(struct eval *ev, const struct tuple *to)
{
	struct nat_endpoint inside;
	union address dst = to->dst;
	rte_be16_t port = to->dport;
	char text[TEXT_BYTES];

	/* The session holds the mapping of its public port, if there is one. */
	if (ev->nat != NULL && ev->tuple.family == 4
		&& nat_is_public(ev->nat, ev->tuple.dst.v4, ev->tuple.domain)
		&& nat_enter(ev->nat, ev->session, &ev->tuple, &inside, true)) {
		dst = address_v4(inside.address);
		port = inside.port;
	}
	if (!address_equal(&dst, &ev->tuple.dst) || port != ev->tuple.dport) {
		eval_set_dst(ev, &dst, port);
		ev->to_domain = to->domain;
		ev->session->flags |= SESSION_DNAT;
		notation_address(text, sizeof(text), &dst, ev->tuple.family);
		eval_note(ev, "track: to %s port %u", text, rte_be_to_cpu_16(port));
	}
	if (!address_equal(&to->src, &ev->tuple.src)) {
		eval_set_src(ev, &to->src, ev->tuple.sport);
		ev->session->flags |= SESSION_SNAT;
	}
}

static bool
same(const union address *a, const union address *b, rte_be16_t p, rte_be16_t q)
{
	return address_equal(a, b) && p == q;
}

void
translate_related(struct eval *ev)
{
	const struct tuple *from = &ev->quoted;
	struct tuple to;

	session_tuple(ev->sessions, ev->session, !ev->reply, &to);
	if (same(&to.src, &from->src, to.sport, from->sport)
		&& same(&to.dst, &from->dst, to.dport, from->dport))
		return;
	ev->program.has_quoted = true;
	ev->program.quoted = to;
	if (!address_equal(&to.src, &from->src))
		eval_set_dst(ev, &to.src, ev->tuple.dport);
	if (!address_equal(&to.dst, &from->dst)) /* the host behind it stays hidden */
		eval_set_src(ev, &to.dst, ev->tuple.sport);
	eval_note(ev, "track: the quoted packet is translated back");
}
