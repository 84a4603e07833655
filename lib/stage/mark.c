/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage mark: writes the DSCP, which later stages see, too. */

#include <errno.h>

#include "policy/build.h"
#include "policy/stage.h"

struct mark_cfg {
	struct cfg_head head;
	struct match_cfg when;
	uint8_t dscp;
};

struct mark {
	uint8_t dscp;
};

static const struct cfg_field mark_fields[] = {
	{ "dscp", CFG_DSCP, NULL, offsetof(struct mark_cfg, dscp),
		"DSCP to write, by name or number." },
	STAGE_IF(struct mark_cfg),
	CFG_END,
};

static const struct cfg_table mark_table = {
	"mark",
	CFG_SIZEOF(struct mark_cfg),
	mark_fields,
	"Writes the packet's DSCP.",
	"dscp",
};

static int
mark_build(struct stage_build *sb, void **instance)
{
	const struct mark_cfg *cfg = (const void *)sb->cfg;
	struct mark *mark = build_alloc(sb->build, 1, sizeof(*mark));

	if (mark == NULL)
		return build_no_memory(sb->build);
	mark->dscp = cfg->dscp;
	sb->action_words = 1;
	*instance = mark;
	return 0;
}

static void
mark_one(const struct mark *mark, struct eval *ev)
{
	if (ev->tuple.family == 0)
		return; /* a frame on a wire that is not IP has no DSCP */
	eval_note(ev, "mark: dscp %u becomes %u", ev->dscp, mark->dscp);
	emit_dscp(&ev->program, mark->dscp);
	ev->dscp = mark->dscp;
	ev->dscp_marked = true;
}

static void
mark_evaluate(const void *instance, struct eval *const ev[], unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		mark_one(instance, ev[i]);
}

const struct stage stage_mark = {
	.table = &mark_table,
	.build = mark_build,
	.evaluate = mark_evaluate,
};
