/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage dnat: new sessions go to another address, and port; a port forward. */

#include <errno.h>

#include "packet/notation.h"
#include "flow/session.h"
#include "stage/address.h"
#include "stage/build.h"
#include "stage/owners.h"
#include "stage/stage.h"
#include "stage/translate.h"

#define TEXT_BYTES 64

struct dnat_cfg {
	struct cfg_head head;
	struct match_cfg when;
	struct cfg_endpoint to;
	struct cfg_range ports;
};

struct dnat {
	union address to;
	uint16_t port;                  /* 0: stays */
	uint16_t low, high;             /* of a range; high 0: none */
};

static const struct cfg_field dnat_fields[] = {
	{ "to", CFG_ENDPOINT, NULL, offsetof(struct dnat_cfg, to),
		"Address, or address:port, that sessions go to." },
	{ "ports", CFG_PORTS, CFG_OPTIONAL, offsetof(struct dnat_cfg, ports),
		"Only for these destination ports; they become as many from the port of `to` on." },
	STAGE_IF(struct dnat_cfg),
	CFG_END
};

static const struct cfg_table dnat_table = {
	"dnat", CFG_SIZEOF(struct dnat_cfg), dnat_fields,
	"Sends IPv4 sessions to another destination.", "to",
};

static int
dnat_build(struct stage_build *sb, void **instance)
{
	const struct dnat_cfg *cfg = (const void *)sb->cfg;
	struct dnat *dnat = build_alloc(sb->build, 1, sizeof(*dnat));

	if (dnat == NULL)
		return build_no_memory(sb->build);
	*instance = dnat;
	sb->traits = TRAIT_NEEDS_TRACK;
	if (family_from_ip(&cfg->to.address) != 4)
		return cfg_error(build_err(sb->build), &cfg->head, &cfg->to,
			"destinations become IPv4 addresses");
	dnat->to = address_from_ip(&cfg->to.address);
	dnat->port = cfg->to.port;
	if (!cfg_is_written(&cfg->head, &cfg->ports))
		return 0;
	sb->traits |= TRAIT_PORTS;
	dnat->low = (uint16_t)cfg->ports.first;
	dnat->high = (uint16_t)cfg->ports.last;
	if (dnat->port != 0 && dnat->port + (uint32_t)(dnat->high - dnat->low) > UINT16_MAX)
		return cfg_error(build_err(sb->build), &cfg->head, &cfg->ports,
			"from port %u on there are not as many", dnat->port);
	return 0;
}

static bool
has_ports(const struct tuple *t)
{
	return t->proto == IPPROTO_TCP || t->proto == IPPROTO_UDP || t->proto == IPPROTO_UDPLITE
		|| t->proto == IPPROTO_DCCP;
}

static void
dnat_one(const struct dnat *dnat, struct eval *ev)
{
	uint16_t port = rte_be_to_cpu_16(ev->tuple.dport);
	char text[TEXT_BYTES];

	if (!translate_is_new(ev) || (ev->session != NULL && (ev->session->flags & SESSION_DNAT)))
		return;
	if (dnat->high != 0 && (!has_ports(&ev->tuple) || port < dnat->low || port > dnat->high))
		return;
	if (dnat->port != 0 && has_ports(&ev->tuple))
		port = (uint16_t)(dnat->port + (dnat->high != 0 ? port - dnat->low : 0));
	eval_set_dst(ev, &dnat->to, rte_cpu_to_be_16(port));
	if (ev->session != NULL)
		ev->session->flags |= SESSION_DNAT;
	if (ev->trace != NULL) {
		notation_address(text, sizeof(text), &dnat->to, 4);
		eval_note(ev, "dnat: destination %s port %u", text, port);
	}
}

static void
dnat_evaluate(const void *instance, struct eval *const ev[], unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		dnat_one(instance, ev[i]);
}

static bool
dnat_fixed(const void *instance, struct fixed_translation *out)
{
	const struct dnat *dnat = instance;

	*out = (struct fixed_translation){
		.to = dnat->to, .port = dnat->port, .low = dnat->low, .high = dnat->high,
	};
	return true;
}

const struct stage stage_dnat = {
	.table    = &dnat_table,
	.build    = dnat_build,
	.evaluate = dnat_evaluate,
	.fixed    = dnat_fixed,
};
