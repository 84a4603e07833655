/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage sample: one packet in so many goes to the flight recorder, and to captures that ask for
 * samples. */

#include <errno.h>

#include "policy/build.h"
#include "policy/stage.h"

struct sample_cfg {
	struct cfg_head head;
	struct match_cfg when;
	uint32_t one_in;
};

struct sample {
	uint32_t number; /* of its struct copy_spec */
	uint32_t one_in;
};

static const struct cfg_field sample_fields[] = {
	{ "one_in", CFG_U32, NULL, offsetof(struct sample_cfg, one_in),
		"One packet in so many is a sample.", .min = 1, .max = 1u << 31 },
	STAGE_IF(struct sample_cfg),
	CFG_END,
};

static const struct cfg_table sample_table = {
	"sample",
	CFG_SIZEOF(struct sample_cfg),
	sample_fields,
	"Gives one packet in so many to the flight recorder and to captures of samples.",
	"one_in",
};

static int
sample_build(struct stage_build *sb, void **instance)
{
	const struct sample_cfg *cfg = (const void *)sb->cfg;
	struct sample *sample = build_alloc(sb->build, 1, sizeof(*sample));
	struct copy_spec spec = { .one_in = cfg->one_in, .bytes = UINT32_MAX, .meter = -1 };
	int number;

	if (sample == NULL)
		return build_no_memory(sb->build);
	spec.counter = build_counter(sb->build, sb->loc, sb->owner, NULL);
	if (spec.counter == 0)
		return -ENOMEM;
	build_counter_says(sb->build, spec.counter, &sample_table, cfg);
	number = build_copy(sb->build, &spec, sb->loc);
	if (number < 0)
		return number;
	*sample = (struct sample){ .number = (uint32_t)number, .one_in = cfg->one_in };
	sb->action_words = 1;
	*instance = sample;
	return 0;
}

static void
sample_evaluate(const void *instance, struct eval *const ev[], unsigned n)
{
	const struct sample *sample = instance;

	for (unsigned i = 0; i < n; i++) {
		eval_note(ev[i], "sample: one packet in %u", sample->one_in);
		emit_sample(&ev[i]->program, sample->number);
	}
}

const struct stage stage_sample = {
	.table = &sample_table,
	.build = sample_build,
	.evaluate = sample_evaluate,
};
