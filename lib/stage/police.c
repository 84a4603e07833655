/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage police: a rate limit; one meter for all packets that reach one use of the stage. */

#include <errno.h>

#include "base/meter.h"
#include "policy/build.h"
#include "policy/stage.h"

#define FRAME_BYTES 1514u /* a burst must hold a full frame */

struct police_cfg {
	struct cfg_head head;
	struct match_cfg when;
	struct cfg_rate rate;
	uint64_t burst; /* 0: meter_spec_burst */
};

struct police {
	uint32_t meter;
};

static const struct cfg_field police_fields[] = {
	{ "rate", CFG_RATE, NULL, offsetof(struct police_cfg, rate),
		"Bits (500Mbit) or packets (10k/s) a second; each worker gets its share.", .min = 1,
		.max = METER_MAX_RATE },
	{ "burst", CFG_SIZE, CFG_OPTIONAL, offsetof(struct police_cfg, burst),
		"Bytes, or packets for a rate in packets, that pass at once; default: 250 ms' worth.",
		.min = 1, .max = METER_MAX_BURST_BYTES },
	STAGE_IF(struct police_cfg),
	CFG_END,
};

static const struct cfg_table police_table = {
	"police",
	CFG_SIZEOF(struct police_cfg),
	police_fields,
	"Drops packets that exceed a rate, as police_exceeded.",
	"rate",
};

static int
police_build(struct stage_build *sb, void **instance)
{
	const struct police_cfg *cfg = (const void *)sb->cfg;
	struct police *police = build_alloc(sb->build, 1, sizeof(*police));
	struct meter_spec spec = {
		.rate = cfg->rate.value,
		.burst = cfg->burst,
		.packets = cfg->rate.unit == CFG_RATE_COUNT,
		.reason = REASON_police_exceeded,
	};
	int meter;

	if (police == NULL)
		return build_no_memory(sb->build);
	if (spec.burst == 0)
		spec.burst = meter_spec_burst(&spec);
	if (!spec.packets && spec.burst < FRAME_BYTES)
		cfg_warn(build_err(sb->build), &cfg->head, &cfg->burst,
			"packets above %u bytes never pass", (unsigned)spec.burst);
	spec.counter = build_counter(sb->build, sb->loc, sb->owner, NULL);
	build_counter_drops(sb->build, spec.counter, REASON_police_exceeded);
	if (spec.counter != 0)
		build_counter_says(sb->build, spec.counter, &police_table, cfg);
	meter = spec.counter != 0 ? build_meter(sb->build, &spec, sb->loc) : -ENOMEM;
	if (meter < 0)
		return meter;
	police->meter = (uint32_t)meter;
	sb->action_words = 1;
	*instance = police;
	return 0;
}

static void
police_evaluate(const void *instance, struct eval *const ev[], unsigned n)
{
	const struct police *police = instance;

	for (unsigned i = 0; i < n; i++) {
		const struct meter_spec *spec = &ev[i]->gen->meters[police->meter];

		eval_note(ev[i], "police: meter %u, %llu %s/s", police->meter,
			(unsigned long long)spec->rate, spec->packets ? "packets" : "bit");
		emit_meter(&ev[i]->program, police->meter);
	}
}

const struct stage stage_police = {
	.table = &police_table,
	.build = police_build,
	.evaluate = police_evaluate,
};
