/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage route: where a packet leaves, by longest prefix; local delivery; what no router forwards.
 *
 * RFC 1812 5.3.7 and 6890 (martians), 4291 2.5.6 (link-local). */

#include <errno.h>
#include <netinet/in.h>

#include "packet/burst.h"
#include "packet/martian.h"
#include "packet/notation.h"
#include "policy/build.h"
#include "policy/routes.h"
#include "policy/stage.h"
#include "policy/subnet.h"

#define CODE_NET_UNREACHABLE  0
#define CODE_HOST_UNREACHABLE 1
#define CODE_PROHIBITED       13
#define TEXT_BYTES            64
#define PORT_DHCP_SERVER      67
#define PORT_DHCP_CLIENT      68

struct route_use_cfg {
	struct cfg_head head;
	struct match_cfg when;
	const char *table;
};

static const struct cfg_field route_use_fields[] = {
	{ "table", CFG_REF, NULL, offsetof(struct route_use_cfg, table),
		"Route table to look the destination up in.", .refers = "routes",
		.kind = "route table" },
	STAGE_IF(struct route_use_cfg),
	CFG_END,
};

static const struct cfg_table route_use_table = {
	"route",
	CFG_SIZEOF(struct route_use_cfg),
	route_use_fields,
	"Looks the destination up, unless an earlier stage route has routed the packet.",
	"table",
};

static int
route_build(struct stage_build *sb, void **instance)
{
	const struct route_use_cfg *cfg = (const void *)sb->cfg;
	const struct route_table *table = build_find_routes(sb->build, cfg->table);

	sb->traits = TRAIT_ROUTES;
	sb->action_words = 1; /* the rule counter of a blackhole */
	if (table == NULL)
		return -EINVAL; /* already reported by the decoder, or when the table was
				 * built */
	sb->table = table;
	if (table->spreads && table->hash != ROUTE_HASH_ADDRESSES)
		sb->traits |= TRAIT_SPREADS;
	*instance = (void *)(uintptr_t)table;
	return 0;
}

/* Returns true for one of our own addresses (a link-local one: on its interface), and for the
 * broadcast address of one of our subnets (RFC 1812 5.3.7). */
static bool
is_our_source(const struct eval *ev, const union address *src, unsigned family)
{
	if (address_link_local(src, family))
		return subnet_is_own(ev->in, src, family);
	return generation_owns(ev->gen, src, family)
		|| (family == 4 && generation_broadcast(ev->gen, src->v4));
}

/* Returns true for an answer of a DHCP server to this host, which may come to an address that is
 * not ours yet. */
static bool
is_dhcp_answer(const struct eval *ev)
{
	const struct tuple *t = &ev->view->tuple;

	return ev->in->host != NULL && t->family == 4 && t->proto == IPPROTO_UDP
		&& t->sport == RTE_BE16(PORT_DHCP_SERVER) && t->dport == RTE_BE16(PORT_DHCP_CLIENT);
}

/* Decides cases that need no table.  Returns true if that was all. */
static bool
settle(struct eval *ev)
{
	/* The source before translation: NAT may have replaced it by one of our own addresses. */
	const union address *src = &ev->view->tuple.src, *dst = &ev->tuple.dst;
	unsigned family = ev->tuple.family;

	if (family == 0) {
		eval_drop(ev, REASON_eth_unknown_type, 0);
	} else if (martian_source(&ev->view->tuple) || is_our_source(ev, src, family)) {
		eval_note(ev, "route: no packet may come from this source");
		eval_drop(ev, REASON_martian, 0);
	} else if (is_dhcp_answer(ev)) {
		eval_note(ev, "route: an answer of DHCP to this host");
		emit_local(&ev->program);
		ev->done = true;
	} else if (address_multicast(dst, family) || address_broadcast(dst, family)) {
		eval_note(ev, "route: multicast and broadcast are not routed");
		eval_drop(ev, REASON_multicast, 0);
	} else if (martian_destination(&ev->tuple)) {
		eval_note(ev, "route: no packet may go to this destination");
		eval_drop(ev, REASON_martian, 0);
	} else if (family == 6 && address_link_local(dst, 6)) {
		if (subnet_is_own(ev->in, dst, 6)) {
			eval_note(ev, "route: our own link-local address");
			emit_local(&ev->program);
			ev->done = true;
			return true;
		}
		eval_note(ev, "route: link-local addresses are not routed");
		eval_drop(ev, REASON_martian, 0);
	}
	return ev->done;
}

/* Notes a route that leads nowhere. */
static void
note_end(struct eval *ev, const struct route_table *table, const struct route *r, const char *what)
{
	char prefix[TEXT_BYTES];

	if (ev->trace == NULL)
		return;
	notation_address(prefix, sizeof(prefix), &r->prefix.address, r->prefix.family);
	eval_note(ev, "route %s: %s/%u %s", table->name, prefix, r->prefix.length, what);
}

static void
note_hop(struct eval *ev, const struct route_table *table, const struct route *r,
	const struct route_hop *hop)
{
	char prefix[TEXT_BYTES], gateway[TEXT_BYTES];
	unsigned total = 0;

	if (ev->trace == NULL)
		return;
	notation_address(prefix, sizeof(prefix), &r->prefix.address, r->prefix.family);
	notation_address(gateway, sizeof(gateway), &hop->gateway, r->prefix.family);
	for (unsigned i = 0; i < r->n_hops; i++)
		total += r->hop[i].weight;
	if (hop->on_link)
		eval_note(ev, "route %s: %s/%u is on %s", table->name, prefix, r->prefix.length,
			hop->egress->name);
	else if (r->n_hops == 1)
		eval_note(ev, "route %s: %s/%u via %s by %s", table->name, prefix, r->prefix.length,
			gateway, hop->egress->name);
	else
		eval_note(ev,
			"route %s: %s/%u via %s (weight %u of %u, by a hash with a secret of "
			"each run: the running router may choose another) by %s",
			table->name, prefix, r->prefix.length, gateway, hop->weight, total,
			hop->egress->name);
}

static void
send_on(const struct route_table *table, const struct route *r, struct eval *ev)
{
	bool is_away;
	const struct route_hop *hop = route_choose(r, ev, route_hash_of(table, ev), &is_away);

	if (ev->tuple.family == 6 && address_link_local(&ev->tuple.src, 6)) {
		eval_note(ev, "route %s: a link-local source is not routed", table->name);
		eval_drop(ev, REASON_martian, 0);
		return;
	}
	note_hop(ev, table, r, hop);
	ev->egress = hop->egress;
	emit_output(&ev->program, hop->egress->id, hop->on_link ? &ev->tuple.dst : &hop->gateway);
	ev->program.has_others = r->n_hops > 1;
	ev->program.is_away = is_away;
}

static void
route_one(const struct route_table *table, const struct route *r, struct eval *ev)
{
	switch ((enum route_kind)r->kind) {
	case ROUTE_VIA:
		send_on(table, r, ev);
		break;
	case ROUTE_PUBLIC:
		note_end(ev, table, r, "is a public address, and nothing is mapped");
		eval_drop(ev, REASON_nat_no_mapping, 0);
		break;
	case ROUTE_LOCAL:
		note_end(ev, table, r, "is our own");
		emit_local(&ev->program);
		ev->done = true;
		break;
	case ROUTE_BROADCAST:
		note_end(ev, table, r, "is the network or broadcast address of a subnet");
		eval_drop(ev, REASON_multicast, 0);
		break;
	case ROUTE_BLACKHOLE:
		note_end(ev, table, r, "is a blackhole");
		eval_drop(ev, REASON_blackhole, r->counter);
		break;
	case ROUTE_PROHIBIT:
		note_end(ev, table, r, "prohibits");
		eval_reject(ev, REASON_no_route, REPLY_UNREACHABLE, CODE_PROHIBITED, 0);
		break;
	case ROUTE_REJECT:
		note_end(ev, table, r, "rejects");
		eval_reject(
			ev, REASON_no_route, REPLY_UNREACHABLE, CODE_HOST_UNREACHABLE, r->counter);
		break;
	}
}

/* The packets of a vector that need a look-up, by family. */
struct lookups {
	unsigned n4, n6;
	rte_be32_t dst4[BURST_MAX];
	union address dst6[BURST_MAX];
	struct eval *ev4[BURST_MAX];
	struct eval *ev6[BURST_MAX];
	uint32_t value[BURST_MAX];
};

/* Takes a live route, if there is one that is longer than the one found.  Returns true if so. */
static bool
route_live(const struct route_table *table, struct eval *ev, uint32_t found)
{
	struct route_found live;
	const struct route *r = route_find_live(
		table, ev->gen, ev->tuple.family, &ev->tuple.dst, found, &live);

	if (r != NULL)
		route_one(table, r, ev);
	return r != NULL;
}

static void
finish(const struct route_table *table, struct eval *const ev[], const uint32_t value[], unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (ev[i]->trace != NULL && ev[i]->trace->routed != NULL)
			ev[i]->trace->routed(ev[i]->trace->arg, table, value[i]);
		if (table->live != NULL && route_live(table, ev[i], value[i]))
			continue;
		if (value[i] != PREFIXES_NONE) {
			route_one(table, &table->route[value[i]], ev[i]);
			continue;
		}
		eval_note(ev[i], "route %s: no route", table->name);
		eval_reject(ev[i], REASON_no_route, REPLY_UNREACHABLE, CODE_NET_UNREACHABLE, 0);
	}
}

static void
route_evaluate(const void *instance, struct eval *const ev[], unsigned n)
{
	const struct route_table *table = instance;
	struct lookups l;

	l.n4 = l.n6 = 0;
	for (unsigned i = 0; i < n; i++) {
		if (ev[i]->program.verdict != PROGRAM_NONE || settle(ev[i]))
			continue;
		if (ev[i]->tuple.family == 4) {
			l.dst4[l.n4] = ev[i]->tuple.dst.v4;
			l.ev4[l.n4++] = ev[i];
		} else {
			l.dst6[l.n6] = ev[i]->tuple.dst;
			l.ev6[l.n6++] = ev[i];
		}
	}
	prefixes_lookup4(table->prefixes, l.dst4, l.value, l.n4);
	finish(table, l.ev4, l.value, l.n4);
	prefixes_lookup6(table->prefixes, l.dst6, l.value, l.n6);
	finish(table, l.ev6, l.value, l.n6);
}

const struct stage stage_route = {
	.table = &route_use_table,
	.build = route_build,
	.evaluate = route_evaluate,
};
