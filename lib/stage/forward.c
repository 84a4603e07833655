/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage forward: sends frames out of a port unchanged, whatever they hold: a wire. */

#include "stage/forward.h"

#include <errno.h>

#include "packet/ingress.h"
#include "policy/build.h"
#include "policy/stage.h"

struct forward_cfg {
	struct cfg_head head;
	struct match_cfg when;
	const char *port;
};

struct forward {
	uint16_t port;
};

static const struct cfg_field forward_fields[] = {
	{ "port", CFG_REF, NULL, offsetof(struct forward_cfg, port), "Port to send to.",
		.refers = "ports", .kind = "port" },
	STAGE_IF(struct forward_cfg),
	CFG_END,
};

static const struct cfg_table forward_table = {
	"forward",
	CFG_SIZEOF(struct forward_cfg),
	forward_fields,
	"Sends the frame out of a port unchanged.",
	"port",
};

static int
forward_build(struct stage_build *sb, void **instance)
{
	const struct forward_cfg *cfg = (const void *)sb->cfg;
	struct forward *forward = build_alloc(sb->build, 1, sizeof(*forward));
	int port = build_find_port(sb->build, cfg->port);

	sb->traits = TRAIT_ENDS | TRAIT_WIRE;
	if (forward == NULL)
		return build_no_memory(sb->build);
	if (port < 0)
		return -EINVAL; /* already reported by the decoder */
	forward->port = (uint16_t)port;
	*instance = forward;
	return 0;
}

static void
forward_evaluate(const void *instance, struct eval *const ev[], unsigned n)
{
	const struct forward *forward = instance;

	for (unsigned i = 0; i < n; i++) {
		eval_note(ev[i], "forward: out of port %s unchanged",
			ev[i]->gen->port_name[forward->port]);
		emit_wire(&ev[i]->program, forward->port);
		ev[i]->done = true;
	}
}

uint16_t
forward_cable_port(const struct pipeline *p)
{
	const struct step *only = &p->step[0];

	if (p->n != 1 || only->condition != NULL || only->stage->evaluate != forward_evaluate)
		return PORT_NONE;
	return ((const struct forward *)only->instance)->port;
}

const struct stage stage_forward = {
	.table = &forward_table,
	.build = forward_build,
	.evaluate = forward_evaluate,
};
