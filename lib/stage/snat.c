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
#include "stage/translate.h"

#define CODE_ADMIN 13 /* RFC 5508 REQ-8 */
#define TEXT_BYTES 64

struct snat_cfg {
	struct cfg_head head;
	struct match_cfg when;
	const char *pool;
	struct ip_address to;
};

struct snat {
	unsigned pool;
	bool is_static;
	union address to; /* static, or the pool's first: what check shows */
	const char *name;
	uint16_t low, high; /* ports of the pool */
};

static const struct cfg_field snat_fields[] = {
	{ "use", CFG_REF, CFG_OPTIONAL, offsetof(struct snat_cfg, pool),
		"Pool in section nat for the public source.", .refers = "nat", .kind = "pool" },
	{ "to", CFG_ADDRESS, CFG_OPTIONAL, offsetof(struct snat_cfg, to),
		"Address instead of a pool: one to one, ports are kept." },
	STAGE_IF(struct snat_cfg),
	CFG_END,
};

static const struct cfg_table snat_table = {
	"snat",
	CFG_SIZEOF(struct snat_cfg),
	snat_fields,
	"Gives IPv4 sessions a public source; IPv6 is not changed.",
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
	snat->name = spec->name;
	snat->low = spec->low;
	snat->high = spec->high;
	if (spec->n_addresses > 0)
		snat->to.v4 = spec->addresses[0];
	return 0;
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
	if (cfg_is_written(&cfg->head, &cfg->pool) == cfg_is_written(&cfg->head, &cfg->to))
		return cfg_error(build_err(sb->build), &cfg->head, NULL,
			"either the name of a pool, or to: an address");
	if (cfg_is_written(&cfg->head, &cfg->pool))
		return find_pool(sb, cfg, snat);
	if (family_from_ip(&cfg->to) != 4)
		return cfg_error(build_err(sb->build), &cfg->head, &cfg->to,
			"the new source must be an IPv4 address");
	snat->is_static = true;
	snat->name = "static";
	snat->to = address_from_ip(&cfg->to);
	if (build_check_public(sb->build, &cfg->head, &cfg->to, snat->to.v4) < 0)
		return -EINVAL;
	return build_public(sb->build, snat->to.v4);
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
set_source(const struct snat *snat, struct eval *ev, const struct nat_endpoint *to)
{
	union address a = { .bytes = { 0 } };
	uint16_t before = rte_be_to_cpu_16(ev->tuple.sport);
	char text[TEXT_BYTES], why[TEXT_BYTES];

	a.v4 = to->address;
	eval_set_src(ev, &a, to->port);
	if (ev->session != NULL)
		ev->session->flags |= SESSION_SNAT;
	if (ev->trace != NULL) {
		notation_address(text, sizeof(text), &a, 4);
		why_text(snat, to->why, before, why);
		eval_note(ev, "snat %s: source %s port %u%s", snat->name, text,
			rte_be_to_cpu_16(to->port), why);
	}
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
		: ev->tuple.proto == IPPROTO_ICMP      ? REASON_icmp_no_session
						       : REASON_nat_no_mapping;

	eval_note(ev, "snat: the packet has no session");
	ev->used_fields |= FIELD_TCP_FLAGS; /* the next packet of this key may have a session */
	eval_drop(ev, r, 0);
}

/* Decides everything except the public endpoint; returns true if one is to be taken. */
static bool
snat_one(const struct snat *snat, struct eval *ev)
{
	if (ev->tuple.family != 4 || ev->state == CONN_RELATED)
		return false;
	if (ev->session == NULL && ev->sessions != NULL) {
		refuse(ev);
		return false;
	}
	if (!translate_is_new(ev) || (ev->session != NULL && (ev->session->flags & SESSION_SNAT)))
		return false; /* the session keeps what it has */
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

	*out = (struct fixed_translation){ .source = true, .to = snat->to };
	return snat->is_static && i == 0;
}

const struct stage stage_snat = {
	.table = &snat_table,
	.build = snat_build,
	.evaluate = snat_evaluate,
	.fixed = snat_fixed,
};
