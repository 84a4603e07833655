/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage bridge: frames go to the member of a bridge behind which their station was last heard. */

#include "stage/bridge.h"

#include <errno.h>

#include "base/clock.h"
#include "policy/build.h"
#include "policy/pipeline.h"
#include "policy/stage.h"

struct bridge_cfg {
	struct cfg_head head;
	struct match_cfg when;
	const char *bridge; /* NULL: that of the ingress interface */
};

struct bridge_stage {
	uint8_t number; /* 0: that of the ingress interface */
};

static const struct cfg_field bridge_fields[] = {
	{ "bridge", CFG_REF, CFG_OPTIONAL, offsetof(struct bridge_cfg, bridge),
		"Bridge of the interfaces that have this pipeline; without it, the one that the "
		"interface is a member of.",
		.refers = "bridges", .kind = "bridge" },
	STAGE_IF(struct bridge_cfg),
	CFG_END,
};

static const struct cfg_table bridge_stage_table = {
	"bridge",
	CFG_SIZEOF(struct bridge_cfg),
	bridge_fields,
	"Sends the frame to the member of a bridge behind which its station is, or to all others.",
	"bridge",
};

static int
bridge_build(struct stage_build *sb, void **instance)
{
	const struct bridge_cfg *cfg = (const void *)sb->cfg;
	struct bridge_stage *stage = build_alloc(sb->build, 1, sizeof(*stage));

	sb->traits = TRAIT_ENDS | TRAIT_WIRE | TRAIT_BRIDGES;
	if (stage == NULL)
		return build_no_memory(sb->build);
	stage->number = (uint8_t)build_find_bridge(sb->build, cfg->bridge);
	*instance = stage;
	return 0;
}

/* Says where a frame would go now; it is looked up for each frame. */
static void
explain(const struct bridge *br, struct eval *ev)
{
	const struct view *v = ev->view;
	unsigned own = ev->in->inner_vlan != 0 ? 2 : ev->in->vlan != 0;
	station_key key = station_key_of(v->to_mac, own < 2 ? v->vlan[own] : 0);
	uint16_t id = stations_find(
		br->stations, key, clock_tick(ev->now_ns), br->terms.ageing_ticks);

	if (v->to_mac[0] & 1)
		eval_note(ev, "bridge: %s, to all other members", br->name);
	else if (id != 0 && ev->gen->bridge_of[id] == br->number)
		eval_note(ev, "bridge: %s, the station is behind %s", br->name,
			ev->gen->iface[id]->name);
	else
		eval_note(ev, "bridge: %s, an unknown station: to all other members", br->name);
}

static void
bridge_one(const struct bridge_stage *stage, struct eval *ev)
{
	uint8_t number = ev->gen->bridge_of[ev->in->id];
	const struct bridge *br = ev->gen->bridge[number];

	ev->done = true;
	if (br == NULL || (stage->number != 0 && stage->number != number)) {
		eval_note(ev, "bridge: %s is no member of it", ev->in->name);
		eval_drop(ev, REASON_pipeline_end, 0);
		return;
	}
	if (ev->trace != NULL)
		explain(br, ev);
	emit_wire(&ev->program, br->port);
}

static void
bridge_evaluate(const void *instance, struct eval *const ev[], unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		bridge_one(instance, ev[i]);
}

bool
bridge_leads(const struct pipeline *p, uint8_t number)
{
	for (unsigned i = 0; i < p->n; i++) {
		const struct step *step = &p->step[i];
		const struct bridge_stage *stage = step->instance;

		if (step->stage->evaluate == bridge_evaluate && stage->number != 0
			&& stage->number != number)
			return false;
		for (unsigned k = 0; k < step->n_jumps; k++)
			if (!bridge_leads(step->jumps[k].to, number))
				return false;
	}
	return true;
}

const struct stage stage_bridge = {
	.table = &bridge_stage_table,
	.build = bridge_build,
	.evaluate = bridge_evaluate,
};
