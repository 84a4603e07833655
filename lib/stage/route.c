/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage route: where a packet leaves, by longest prefix; local delivery; what no router forwards.
 *
 * RFC 1812 5.3.7 and 6890 (martians), 4291 2.5.6 (link-local). */

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

#include "packet/burst.h"
#include "packet/martian.h"
#include "packet/notation.h"
#include "policy/address.h"
#include "policy/build.h"
#include "policy/hops.h"
#include "policy/routes.h"
#include "policy/stage.h"
#include "policy/subnet.h"

#define CODE_NET_UNREACHABLE  0
#define CODE_HOST_UNREACHABLE 1
#define CODE_PROHIBITED       13
#define TEXT_BYTES            64
#define PORT_DHCP_SERVER      67
#define PORT_DHCP_CLIENT      68

#define INTO_MAX 4 /* ways into other domains that one packet may take */

struct route_use_cfg {
	struct cfg_head head;
	struct match_cfg when;
	const char *table;
	const char *domain;
	CFG_LIST_OF(struct via_cfg) via;
};

/* One use of the stage: it looks into a table, or has next hops. */
struct route_use {
	const struct route_table *table; /* NULL: that of a domain */
	uint8_t domain;                  /* of table; DOMAIN_NONE: the packet's */
	struct route via;                /* n_hops 0: none */
	struct route_table as;           /* the next hops, for the trace */
};

static const struct cfg_field route_use_fields[] = {
	{ "table", CFG_REF, CFG_OPTIONAL, offsetof(struct route_use_cfg, table),
		"Route table to look the destination up in; without it, that of the domain.",
		.refers = "routes", .kind = "route table" },
	{ "domain", CFG_NAME, CFG_OPTIONAL, offsetof(struct route_use_cfg, domain),
		"Domain to look the destination up in; without it, that of the ingress interface." },
	{ "via", CFG_STRUCT | CFG_LIST, CFG_OPTIONAL, offsetof(struct route_use_cfg, via),
		"Next hops instead of a table; while all of them are dead, the stages behind decide.",
		.table = &via_table },
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

/* Builds the next hops of a use. */
static int
build_via(struct stage_build *sb, const struct route_use_cfg *cfg, struct route_use *use)
{
	struct hops_cfg hops = {
		.head = &cfg->head,
		.field = &cfg->via,
		.via = cfg->via.items,
		.n = cfg->via.count,
		.domain = use->domain,
	};
	const struct via_cfg *first = cfg->via.items;
	int rc;

	if (cfg->table != NULL || hops.n == 0)
		return cfg_error(build_err(sb->build), &cfg->head, &cfg->via,
			"a stage route has a table or next hops");
	hops.family = family_from_ip(&first->via);
	rc = hops_build(sb->build, &hops, &use->via);
	if (rc < 0)
		return rc;
	if (use->via.kind == ROUTE_DOMAIN)
		return cfg_error(build_err(sb->build), &cfg->head, &cfg->via,
			"the domain to look up in is written as route: {domain: ...}");
	use->via.prefix.family = (uint8_t)hops.family;
	if (first->domain == NULL && cfg->domain == NULL)
		sb->domain = use->via.hop[0].egress->domain;
	use->as = (struct route_table){
		.name = "by rule",
		.route = &use->via,
		.n = 1,
		.domain = use->via.hop[0].egress->domain,
	};
	sb->via = &use->as;
	sb->traits |= use->via.n_hops > 1 ? TRAIT_SPREADS : 0;
	return 0;
}

/* Finds the table of a use.  Where there is one domain, its table is known now. */
static int
find_table(struct stage_build *sb, const struct route_use_cfg *cfg, struct route_use *use)
{
	const struct route_table *table = build_find_routes(sb->build, cfg->table);

	if (cfg->table != NULL && table == NULL)
		return -EINVAL; /* already reported by the decoder, or when the table was built */
	if (cfg->table != NULL && cfg->domain != NULL && table->domain != use->domain)
		return cfg_error(build_err(sb->build), &cfg->head, &cfg->domain,
			"table %s is in domain %s", table->name,
			build_domain_name(sb->build, table->domain));
	if (cfg->table == NULL)
		table = build_domain_table(sb->build, use->domain);
	else if (!table->assigned && cfg->domain == NULL)
		sb->domain = table->domain;
	if (table == NULL && use->domain != DOMAIN_NONE)
		return err_count(build_err(sb->build)) != 0
			? -EINVAL
			: cfg_error(
				build_err(sb->build), &cfg->head, NULL, "there is no route table");
	use->table = table;
	sb->traits |= table == NULL || (table->spreads && table->hash != ROUTE_HASH_ADDRESSES)
		? TRAIT_SPREADS
		: 0;
	sb->table = table;
	return 0;
}

static int
route_build(struct stage_build *sb, void **instance)
{
	const struct route_use_cfg *cfg = (const void *)sb->cfg;
	struct route_use *use = build_alloc(sb->build, 1, sizeof(*use));

	if (use == NULL)
		return build_no_memory(sb->build);
	sb->traits = TRAIT_ROUTES;
	sb->action_words = 1; /* the rule counter of a blackhole */
	use->domain = DOMAIN_NONE;
	if (cfg->domain != NULL) {
		use->domain = build_find_domain(sb->build, &cfg->head, &cfg->domain);
		if (use->domain == DOMAIN_NONE)
			return -EINVAL;
	}
	*instance = use;
	if (cfg_is_written(&cfg->head, &cfg->via))
		return build_via(sb, cfg, use);
	return find_table(sb, cfg, use);
}

/* Returns true for one of our own addresses (a link-local one: on its interface), and for the
 * broadcast address of one of our subnets (RFC 1812 5.3.7). */
static bool
is_our_source(const struct eval *ev, const union address *src, unsigned family)
{
	if (address_link_local(src, family))
		return subnet_is_own(ev->in, src, family);
	return generation_owns(ev->gen, src, tuple_space(&ev->view->tuple))
		|| (family == 4 && generation_broadcast(ev->gen, src->v4, ev->view->tuple.domain));
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
	ev->program.to.domain = hop->egress->domain;
	emit_output(&ev->program, hop->egress->id, hop->on_link ? &ev->tuple.dst : &hop->gateway);
	ev->program.has_others = r->n_hops > 1;
	ev->program.is_away = is_away || ev->is_away;
}

static void look_up(struct eval *ev, const struct route_table *table, unsigned into);

/* Looks the destination up in another domain. */
static void
go_into(const struct route_table *table, const struct route *r, struct eval *ev, unsigned into)
{
	char what[TEXT_BYTES * 2];

	if (ev->trace != NULL) {
		snprintf(what, sizeof(what), "leads into domain %s",
			generation_domain_name(ev->gen, r->domain));
		note_end(ev, table, r, what);
	}
	if (into < INTO_MAX && ev->gen->domain_table[r->domain] != NULL) {
		look_up(ev, ev->gen->domain_table[r->domain], into + 1);
		return;
	}
	eval_note(ev, "route: domains lead to each other in a circle");
	eval_reject(ev, REASON_no_route, REPLY_UNREACHABLE, CODE_NET_UNREACHABLE, 0);
}

/* into: ways into other domains that the packet has taken. */
static void
route_one(const struct route_table *table, const struct route *r, struct eval *ev, unsigned into)
{
	switch ((enum route_kind)r->kind) {
	case ROUTE_VIA:
		send_on(table, r, ev);
		break;
	case ROUTE_DOMAIN:
		go_into(table, r, ev, into);
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

/* Tells the trace which route of a table counts. */
static void
trace_routed(struct eval *ev, const struct route_table *table, uint32_t found)
{
	if (ev->trace != NULL && ev->trace->routed != NULL)
		ev->trace->routed(ev->trace->arg, table, found);
}

/* Takes a live route, if there is one that is longer than the one found.  Returns true if so. */
static bool
route_live(const struct route_table *table, struct eval *ev, uint32_t found, unsigned into)
{
	struct route_found live;
	const struct route *r = route_find_live(
		table, ev->gen, ev->tuple.family, &ev->tuple.dst, found, &live);

	if (r != NULL)
		route_one(table, r, ev, into);
	return r != NULL;
}

/* Decides by what a table has for the destination. */
static void
finish_one(const struct route_table *table, struct eval *ev, uint32_t value, unsigned into)
{
	trace_routed(ev, table, value);
	if (table->live != NULL && route_live(table, ev, value, into))
		return;
	if (value != PREFIXES_NONE) {
		route_one(table, &table->route[value], ev, into);
		return;
	}
	eval_note(ev, "route %s: no route", table->name);
	eval_reject(ev, REASON_no_route, REPLY_UNREACHABLE, CODE_NET_UNREACHABLE, 0);
}

static void
look_up(struct eval *ev, const struct route_table *table, unsigned into)
{
	finish_one(
		table, ev, prefixes_find(table->prefixes, ev->tuple.family, &ev->tuple.dst), into);
}

static void
finish(const struct route_table *table, struct eval *const ev[], const uint32_t value[], unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		finish_one(table, ev[i], value[i], 0);
}

/* Returns the domain that the destination is looked up in: where its session says, else the
 * stage, else where it came in. */
static uint8_t
domain_for(const struct route_use *use, const struct eval *ev)
{
	if (ev->to_domain != DOMAIN_NONE)
		return ev->to_domain;
	return use->domain != DOMAIN_NONE ? use->domain : ev->view->tuple.domain;
}

/* Returns the table for a packet: that of the stage, unless a session or translation leads into
 * another domain. */
static const struct route_table *
table_for(const struct route_use *use, const struct eval *ev)
{
	if (use->table != NULL
		&& (ev->to_domain == DOMAIN_NONE || ev->to_domain == use->table->domain))
		return use->table;
	return ev->gen->domain_table[domain_for(use, ev)];
}

/* Looks up one packet whose table is another one than that of the stage. */
static void
look_up_alone(const struct route_use *use, struct eval *ev)
{
	const struct route_table *table = table_for(use, ev);

	if (table != NULL) {
		look_up(ev, table, 0);
		return;
	}
	eval_note(ev, "route: there is no route table");
	eval_reject(ev, REASON_no_route, REPLY_UNREACHABLE, CODE_NET_UNREACHABLE, 0);
}

/* Returns true if one of the next hops lives. */
static bool
one_lives(const struct route *via, const struct eval *ev)
{
	for (unsigned i = 0; i < via->n_hops; i++)
		if (!route_hop_is_dead(via, &via->hop[i], ev))
			return true;
	return false;
}

/* Sends a packet by the next hops of the stage: what is our own is still looked up, and so is a
 * packet whose session leads into another domain. */
static void
by_rule(const struct route_use *use, struct eval *ev)
{
	const struct route_table *table = ev->gen->domain_table[ev->view->tuple.domain];
	const struct route *via = &use->via;
	uint32_t own = table != NULL
		? prefixes_find(table->prefixes, ev->tuple.family, &ev->tuple.dst)
		: PREFIXES_NONE;

	if (ev->tuple.family != via->prefix.family)
		return;
	if (ev->to_domain != DOMAIN_NONE && ev->to_domain != via->hop[0].egress->domain)
		return;
	if (table != NULL)
		trace_routed(ev, table, own);
	if (own != PREFIXES_NONE
		&& (table->route[own].kind == ROUTE_LOCAL || table->route[own].kind == ROUTE_PUBLIC
			|| table->route[own].kind == ROUTE_BROADCAST)) {
		route_one(table, &table->route[own], ev, 0);
		return;
	}
	if (one_lives(via, ev)) {
		trace_routed(ev, &use->as, 0);
		send_on(&use->as, via, ev);
		ev->program.has_others = true; /* the stages behind */
		return;
	}
	eval_note(ev, "route by rule: no next hop lives");
	ev->is_away = true;
}

static void
route_evaluate(const void *instance, struct eval *const ev[], unsigned n)
{
	const struct route_use *use = instance;
	struct lookups l;

	l.n4 = l.n6 = 0;
	for (unsigned i = 0; i < n; i++) {
		if (ev[i]->program.verdict != PROGRAM_NONE || settle(ev[i]))
			continue;
		if (use->via.n_hops != 0) {
			by_rule(use, ev[i]);
		} else if (use->table == NULL || table_for(use, ev[i]) != use->table) {
			look_up_alone(use, ev[i]);
		} else if (ev[i]->tuple.family == 4) {
			l.dst4[l.n4] = ev[i]->tuple.dst.v4;
			l.ev4[l.n4++] = ev[i];
		} else {
			l.dst6[l.n6] = ev[i]->tuple.dst;
			l.ev6[l.n6++] = ev[i];
		}
	}
	if (l.n4 > 0) {
		prefixes_lookup4(use->table->prefixes, l.dst4, l.value, l.n4);
		finish(use->table, l.ev4, l.value, l.n4);
	}
	if (l.n6 > 0) {
		prefixes_lookup6(use->table->prefixes, l.dst6, l.value, l.n6);
		finish(use->table, l.ev6, l.value, l.n6);
	}
}

const struct stage stage_route = {
	.table = &route_use_table,
	.build = route_build,
	.evaluate = route_evaluate,
};
