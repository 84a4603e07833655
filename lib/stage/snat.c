/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage snat: new sessions leave with a public source; a session keeps it to its end. */

#include <errno.h>
#include <stdio.h>

#include "nat/nat.h"
#include "packet/burst.h"
#include "packet/notation.h"
#include "policy/address.h"
#include "policy/build.h"
#include "policy/owners.h"
#include "policy/stage.h"
#include "stage/prefix_map.h"
#include "stage/translate.h"

#define CODE_ADMIN 13 /* RFC 5508 REQ-8; of IPv6: 1 */
#define TEXT_BYTES 64

struct snat_cfg {
	struct cfg_head head;
	struct match_cfg when;
	const char *pool;
	struct ip_address to;
	struct prefix_map_cfg map;
	const char *domain;
};

struct snat {
	unsigned pool;
	uint8_t domain; /* of the public addresses; DOMAIN_NONE: of any egress */
	bool is_static;
	bool has4;        /* translates IPv4 */
	union address to; /* static, or the pool's first: what check shows */
	const char *name;
	uint16_t low, high;       /* ports of the pool */
	const union address *to6; /* addresses of IPv6 */
	unsigned n6;
	struct prefix_map map;
};

static const struct cfg_field snat_fields[] = {
	{ "use", CFG_REF, CFG_OPTIONAL, offsetof(struct snat_cfg, pool),
		"Pool in section nat for the public source.", .refers = "nat", .kind = "pool" },
	{ "to", CFG_ADDRESS, CFG_OPTIONAL, offsetof(struct snat_cfg, to),
		"Address instead of a pool: one to one, ports are kept." },
	{ "map", CFG_STRUCT, CFG_OPTIONAL, offsetof(struct snat_cfg, map),
		"Instead of a pool: the sources of a prefix, one to one; others are not changed.",
		.table = &prefix_map_table },
	{ "domain", CFG_NAME, CFG_OPTIONAL, offsetof(struct snat_cfg, domain),
		"Domain that the address of `to` is in; without it, that of the interface whose "
		"subnet has it, else the main one." },
	STAGE_IF(struct snat_cfg),
	CFG_END,
};

static const struct cfg_table snat_table = {
	"snat",
	CFG_SIZEOF(struct snat_cfg),
	snat_fields,
	"Gives sessions a public source of their family, if there is one.",
	"use",
};

static int
find_pool(struct stage_build *sb, const struct snat_cfg *cfg, struct snat *snat)
{
	int pool = build_find_pool(sb->build, cfg->pool);
	const struct nat_pool_spec *spec;

	if (pool < 0)
		return -EINVAL; /* already reported */
	spec = build_pool(sb->build, (unsigned)pool);
	snat->pool = (unsigned)pool;
	snat->domain = spec->domain;
	snat->name = spec->name;
	snat->low = spec->low;
	snat->high = spec->high;
	snat->to6 = spec->addresses6;
	snat->n6 = spec->n_addresses6;
	if (spec->n_addresses > 0)
		snat->to.v4 = spec->addresses[0];
	snat->has4 = spec->n_addresses > 0 || snat->n6 == 0;
	return 0;
}

/* Builds a static source. */
static int
build_static(struct stage_build *sb, const struct snat_cfg *cfg, struct snat *snat)
{
	unsigned family = family_from_ip(&cfg->to);

	if (family == 0)
		return -EINVAL; /* already reported */
	snat->name = "static";
	snat->to = address_from_ip(&cfg->to);
	snat->domain = cfg->domain != NULL
		? build_find_domain(sb->build, &cfg->head, &cfg->domain)
		: build_domain_of(sb->build, &cfg->head, &cfg->to, &snat->to, family);
	if (snat->domain == DOMAIN_NONE)
		return -EINVAL;
	if (family == 6) {
		snat->to6 = &snat->to;
		snat->n6 = 1;
		return 0;
	}
	snat->is_static = snat->has4 = true;
	if (build_check_public(sb->build, &cfg->head, &cfg->to, snat->to.v4, snat->domain) < 0)
		return -EINVAL;
	return build_public(sb->build, snat->to.v4, snat->domain);
}

static int
snat_build(struct stage_build *sb, void **instance)
{
	const struct snat_cfg *cfg = (const void *)sb->cfg;
	struct snat *snat = build_alloc(sb->build, 1, sizeof(*snat));

	if (snat == NULL)
		return build_no_memory(sb->build);
	sb->traits = TRAIT_NEEDS_TRACK | TRAIT_NEEDS_ROUTE | TRAIT_TRANSLATES;
	*instance = snat;
	if (cfg_is_written(&cfg->head, &cfg->pool) + cfg_is_written(&cfg->head, &cfg->to)
			+ cfg_is_written(&cfg->head, &cfg->map)
		!= 1)
		return cfg_error(build_err(sb->build), &cfg->head, NULL,
			"either the name of a pool, or to: an address, or a map");
	if (cfg->domain != NULL && !cfg_is_written(&cfg->head, &cfg->to))
		return cfg_error(build_err(sb->build), &cfg->head, &cfg->domain,
			"belongs to an address (to:); a pool has a domain of its own");
	snat->name = "map";
	snat->domain = DOMAIN_NONE;
	if (cfg_is_written(&cfg->head, &cfg->map))
		return prefix_map_build(sb->build, &cfg->map, &snat->map);
	if (cfg_is_written(&cfg->head, &cfg->pool))
		return find_pool(sb, cfg, snat);
	return build_static(sb, cfg, snat);
}

/* Writes why a session has got this public port; before is the packet's own port. */
static void
why_text(const struct snat *snat, enum nat_why why, uint16_t before, char text[static TEXT_BYTES])
{
	switch (why) {
	case NAT_MAPPED:
		snprintf(text, TEXT_BYTES, ", where it is mapped already");
		return;
	case NAT_PRESERVED:
		snprintf(text, TEXT_BYTES, ", its own port, which is free");
		return;
	case NAT_DRAWN:
		if (before >= snat->low && before <= snat->high)
			snprintf(text, TEXT_BYTES, ", drawn: its own port is not free");
		else
			snprintf(text, TEXT_BYTES,
				", drawn: its own port is not in the pool's %u-%u", snat->low,
				snat->high);
		return;
	case NAT_PORTLESS_SHARED:
		break;
	}
	text[0] = '\0';
}

static void
set_address(const struct snat *snat, struct eval *ev, const union address *a, rte_be16_t port,
	enum nat_why because)
{
	uint16_t before = rte_be_to_cpu_16(ev->tuple.sport);
	char text[TEXT_BYTES], why[TEXT_BYTES];

	eval_set_src(ev, a, port);
	if (ev->session != NULL)
		ev->session->flags |= SESSION_SNAT;
	if (ev->trace != NULL) {
		notation_address(text, sizeof(text), a, ev->tuple.family);
		if (port == 0 && before == 0) {
			eval_note(ev, "snat %s: source %s", snat->name, text);
			return;
		}
		why_text(snat, because, before, why);
		eval_note(ev, "snat %s: source %s port %u%s", snat->name, text,
			rte_be_to_cpu_16(port), why);
	}
}

static void
set_source(const struct snat *snat, struct eval *ev, const struct nat_endpoint *to)
{
	union address a = address_v4(to->address);

	set_address(snat, ev, &a, to->port, to->why);
}

#define TRIES 16u /* ports that are tried for a session of IPv6 */

/* Returns true if the answers to a packet from this source are no other session's. */
static bool
is_free(const struct eval *ev, const union address *a, rte_be16_t port)
{
	struct tuple to = ev->tuple, back;
	bool reply;

	to.src = *a;
	to.sport = port;
	tuple_reverse(&back, &to);
	back.domain = ev->egress != NULL ? ev->egress->domain : ev->tuple.domain;
	return ev->sessions == NULL || session_find(ev->sessions, &back, &reply) == NULL;
}

/* Returns the n-th port to try: the packet's own, then those that a hash leads to. */
static rte_be16_t
port_to_try(const struct eval *ev, unsigned n)
{
	uint64_t hash;

	if (n == 0
		|| !nat_has_ports(
			ev->tuple.proto == IPPROTO_ICMPV6 ? IPPROTO_ICMP : ev->tuple.proto))
		return ev->tuple.sport;
	hash = flow_hash_words(
		ev->tuple.src.words[0] ^ ev->tuple.src.words[1] ^ ev->tuple.dst.words[1],
		(uint64_t)n << 32 | (uint64_t)ev->tuple.sport << 16 | ev->tuple.dport,
		&ev->sessions->flow6->secret);
	return rte_cpu_to_be_16((uint16_t)(1024 + hash % (65536 - 1024)));
}

/* Gives a session of IPv6 a source: an inside address has the same one of a pool always, and keeps
 * its port where that is free. */
static void
source6(const struct snat *snat, struct eval *ev)
{
	const union address *inside = &ev->tuple.src;
	uint64_t spread = (inside->words[0] ^ inside->words[1]) * 0x9e3779b97f4a7c15ull;
	const union address *a = &snat->to6[(spread >> 32) % snat->n6];

	for (unsigned n = 0; n < TRIES; n++) {
		rte_be16_t port = port_to_try(ev, n);

		if (!is_free(ev, a, port))
			continue;
		set_address(snat, ev, a, port, n == 0 ? NAT_PRESERVED : NAT_MAPPED);
		return;
	}
	eval_note(ev, "snat %s: %s", snat->name, reason_sentence(REASON_nat_no_port));
	eval_reject(ev, REASON_nat_no_port, REPLY_UNREACHABLE, CODE_ADMIN, 0);
}

static void
take(const struct snat *snat, struct eval *ev, const struct nat_request *request)
{
	struct session *s = ev->session;
	struct nat_endpoint public;
	enum reason r = ev->dry ? nat_foresee(ev->nat, request, &public)
				: nat_take(ev->nat, request, s, &public);

	if (r != REASON_NONE) {
		eval_note(ev, "snat %s: %s", snat->name, reason_sentence(r));
		eval_reject(ev, r, REPLY_UNREACHABLE, CODE_ADMIN, 0);
		return;
	}
	set_source(snat, ev, &public);
	if (s->mapping[1] != 0)
		return; /* a hairpin: it stays inside */
	if (s->proto == IPPROTO_UDP)
		s->flags |= SESSION_FORWARD_REFRESHES;
}

/* Drops a packet without a session, which would expose an inside address. */
static void
refuse(struct eval *ev)
{
	enum reason r = ev->tuple.proto == IPPROTO_TCP ? REASON_tcp_no_session
		: tuple_is_icmp(&ev->tuple)            ? REASON_icmp_no_session
						       : REASON_nat_no_mapping;

	eval_note(ev, "snat: the packet has no session");
	ev->used_fields |= FIELD_TCP_FLAGS; /* the next packet of this key may have a session */
	eval_drop(ev, r, 0);
}

/* Writes what a map makes of the source.  Returns true if it is translated; a packet of the prefix
 * whose source becomes nothing is dropped. */
static bool
find_in_map(const struct snat *snat, struct eval *ev, union address *to)
{
	if (prefix_map_find(&snat->map, ev->tuple.family, &ev->tuple.src, to))
		return true;
	if (prefix_map_holds(&snat->map, ev->tuple.family, &ev->tuple.src)) {
		eval_note(ev, "snat: no word of the source can keep the checksum (RFC 6296 3.7)");
		eval_drop(ev, REASON_nat_no_mapping, 0);
	}
	return false;
}

/* Returns true if the stage translates packets like this one; *to is what a map says. */
static bool
concerns(const struct snat *snat, struct eval *ev, union address *to)
{
	if (snat->map.family != 0)
		return find_in_map(snat, ev, to);
	return ev->tuple.family == 4 ? snat->has4 : snat->n6 > 0;
}

/* Returns true for a packet that does not leave into the domain of the public addresses, where
 * alone they can be answered.  One that stays in its own domain is not translated; one that goes
 * into a third one is dropped, since it would show its inside address there. */
static bool
leaves_elsewhere(const struct snat *snat, struct eval *ev)
{
	if (snat->domain == DOMAIN_NONE || ev->egress == NULL || ev->egress->domain == snat->domain)
		return false;
	if (ev->egress->domain == ev->view->tuple.domain) {
		eval_note(ev, "snat %s: the packet stays in domain %s", snat->name,
			generation_domain_name(ev->gen, ev->egress->domain));
		return true;
	}
	eval_note(ev, "snat %s: its addresses are in domain %s, and the packet leaves into %s",
		snat->name, generation_domain_name(ev->gen, snat->domain),
		generation_domain_name(ev->gen, ev->egress->domain));
	eval_drop(ev, REASON_nat_domain, 0);
	return true;
}

/* Decides everything except the public endpoint; returns true if one is to be taken. */
static bool
snat_one(const struct snat *snat, struct eval *ev)
{
	union address to;

	if ((ev->state == CONN_RELATED && !ev->expected) || !concerns(snat, ev, &to))
		return false;
	if (ev->session == NULL && ev->sessions != NULL) {
		refuse(ev);
		return false;
	}
	if (!translate_is_new(ev) || (ev->session != NULL && (ev->session->flags & SESSION_SNAT)))
		return false; /* the session keeps what it has */
	if (leaves_elsewhere(snat, ev))
		return false;
	if (snat->map.family != 0) {
		set_address(snat, ev, &to, ev->tuple.sport, NAT_PORTLESS_SHARED);
		return false;
	}
	if (ev->tuple.family == 6) {
		source6(snat, ev);
		return false;
	}
	if (!snat->is_static && ev->nat != NULL && ev->session != NULL)
		return true;
	set_source(snat, ev,
		&(struct nat_endpoint){ .address = snat->to.v4,
			.port = ev->tuple.sport,
			.why = NAT_PORTLESS_SHARED });
	return false;
}

static void
snat_evaluate(const void *instance, struct eval *const ev[], unsigned n)
{
	const struct snat *snat = instance;
	struct nat_request request[BURST_MAX];
	struct eval *taking[BURST_MAX];
	unsigned m = 0;

	for (unsigned i = 0; i < n; i++) {
		if (!snat_one(snat, ev[i]))
			continue;
		nat_prepare(ev[i]->nat, snat->pool, &ev[i]->tuple, &request[m]);
		if (ev[i]->over != NULL)
			request[m].replaced = ev[i]->over->mapping[0];
		taking[m++] = ev[i];
	}
	for (unsigned i = 0; i < m; i++)
		nat_prefetch(taking[i]->nat, &request[i]);
	for (unsigned i = 0; i < m; i++)
		take(snat, taking[i], &request[i]);
}

static bool
snat_fixed(const void *instance, unsigned i, struct fixed_translation *out)
{
	const struct snat *snat = instance;

	*out = (struct fixed_translation){
		.source = true, .family = 4, .domain = snat->domain, .to = snat->to
	};
	if (snat->map.family != 0) {
		out->family = snat->map.family;
		out->length = snat->map.length;
		out->neutral = snat->map.neutral;
		out->from = snat->map.from;
		out->to = snat->map.to;
	} else if (snat->n6 > 0) {
		out->family = 6;
	}
	return i == 0 && (snat->is_static || out->family == 6 || out->length != 0);
}

const struct stage stage_snat = {
	.table = &snat_table,
	.build = snat_build,
	.evaluate = snat_evaluate,
	.fixed = snat_fixed,
};
