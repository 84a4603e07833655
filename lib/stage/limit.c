/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage limit: packets or sessions a second of each source or destination, or of all that come
 * here. */

#include <errno.h>

#include "base/limiter.h"
#include "base/meter.h"
#include "policy/build.h"
#include "policy/stage.h"

enum limit_of { LIMIT_PACKETS, LIMIT_SESSIONS };

struct limit_cfg {
	struct cfg_head head;
	struct match_cfg when;
	struct cfg_rate rate;
	enum meter_per per;
	enum limit_of of;
	uint64_t burst; /* 0: a second's worth */
	uint32_t size;
	CFG_LIST_OF(struct cfg_match_address) add;
};

struct limit {
	uint32_t meter;
	bool sessions;
};

static const struct cfg_word limit_per[] = {
	{ "source", METER_SOURCE },
	{ "destination", METER_DESTINATION },
	{ "rule", METER_ALL },
	CFG_WORD_END,
};

static const struct cfg_word limit_of[] = {
	{ "packets", LIMIT_PACKETS },
	{ "sessions", LIMIT_SESSIONS },
	CFG_WORD_END,
};

static const struct cfg_field limit_fields[] = {
	{ "rate", CFG_RATE, NULL, offsetof(struct limit_cfg, rate),
		"Packets or sessions (100/s), or bits (10Mbit), a second; each worker gets its share.",
		.min = 1, .max = LIMITER_MAX_RATE },
	{ "per", CFG_ENUM, "rule", offsetof(struct limit_cfg, per),
		"What has that rate: each source as it comes in, each destination as the packet leaves, or "
		"all packets of the line together.",
		.words = limit_per },
	{ "of", CFG_ENUM, "packets", offsetof(struct limit_cfg, of),
		"What counts: every packet, or those that begin a session; behind a stage track only.",
		.words = limit_of },
	{ "burst", CFG_SIZE, CFG_OPTIONAL, offsetof(struct limit_cfg, burst),
		"Packets, sessions or bytes that pass at once; default: a second's worth.",
		.min = 1, .max = LIMITER_MAX_BURST },
	{ "size", CFG_U32, "65536", offsetof(struct limit_cfg, size),
		"Addresses that each worker remembers, 32 bytes each.", .min = LIMITER_SIZE_MIN,
		.max = LIMITER_SIZE_MAX },
	{ "add", CFG_MATCH_ADDRESS | CFG_LIST, CFG_OPTIONAL, offsetof(struct limit_cfg, add),
		"Dynamic set, $NAME, that gets the source of what is dropped.", .refers = "sets",
		.kind = "set" },
	STAGE_IF(struct limit_cfg),
	CFG_END,
};

static const struct cfg_table limit_table = {
	"limit",
	CFG_SIZEOF(struct limit_cfg),
	limit_fields,
	"Drops packets that exceed a rate of their source or destination, as limit_exceeded.",
	"rate",
};

static uint64_t
burst_of(const struct limit_cfg *cfg, bool packets)
{
	uint64_t second = packets ? cfg->rate.value : cfg->rate.value / 8;

	if (cfg->burst != 0)
		return cfg->burst;
	return second < 1 ? 1 : second > LIMITER_MAX_BURST ? LIMITER_MAX_BURST : second;
}

static int
limit_build(struct stage_build *sb, void **instance)
{
	const struct limit_cfg *cfg = (const void *)sb->cfg;
	struct limit *limit = build_alloc(sb->build, 1, sizeof(*limit));
	struct meter_spec spec = {
		.rate = cfg->rate.value,
		.packets = cfg->rate.unit == CFG_RATE_COUNT,
		.reason = REASON_limit_exceeded,
		.per = cfg->per,
		.sessions = cfg->of == LIMIT_SESSIONS,
		.keys = cfg->per != METER_ALL ? cfg->size : 0,
	};
	int meter;

	if (limit == NULL)
		return build_no_memory(sb->build);
	if (spec.sessions && !spec.packets)
		return cfg_error(build_err(sb->build), &cfg->head, &cfg->rate,
			"a rate of sessions, such as 100/s, not of bits");
	if (cfg->add.count > 1)
		return cfg_error(build_err(sb->build), &cfg->head, &cfg->add, "one set at most");
	if (cfg->add.count > 0)
		spec.add = (uint8_t)build_add(sb->build, &cfg->head, &cfg->add.items[0]);
	if (cfg->add.count > 0 && spec.add == 0)
		return -EINVAL;
	spec.burst = burst_of(cfg, spec.packets);
	if (!spec.packets && spec.burst < 1514)
		cfg_warn(build_err(sb->build), &cfg->head, &cfg->rate,
			"packets above %u bytes never pass", (unsigned)spec.burst);
	spec.counter = build_counter(sb->build, sb->loc, sb->owner, NULL);
	build_counter_drops(sb->build, spec.counter, REASON_limit_exceeded);
	if (spec.counter != 0)
		build_counter_says(sb->build, spec.counter, &limit_table, cfg);
	meter = spec.counter != 0 ? build_meter(sb->build, &spec, sb->loc) : -ENOMEM;
	if (meter < 0)
		return meter;
	limit->meter = (uint32_t)meter;
	limit->sessions = spec.sessions;
	sb->traits = spec.sessions ? TRAIT_NEEDS_TRACK : 0;
	sb->action_words = 1;
	*instance = limit;
	return 0;
}

static void
limit_one(const struct limit *limit, struct eval *ev)
{
	static const char *const per[] = {
		[METER_ALL] = "in all",
		[METER_SOURCE] = "for each source",
		[METER_DESTINATION] = "for each destination",
	};
	const struct meter_spec *spec = &ev->gen->meters[limit->meter];

	if (ev->tuple.family == 0)
		return; /* a frame on a wire that is not IP has no addresses */
	if (limit->sessions && ev->state != CONN_NEW) {
		eval_note(ev, "limit: begins no session");
		return;
	}
	eval_note(ev, "limit: %llu %s/s %s", (unsigned long long)spec->rate,
		limit->sessions         ? "sessions"
			: spec->packets ? "packets"
					: "bit",
		per[spec->per]);
	emit_meter(&ev->program, limit->meter);
}

static void
limit_evaluate(const void *instance, struct eval *const ev[], unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		limit_one(instance, ev[i]);
}

const struct stage stage_limit = {
	.table = &limit_table,
	.build = limit_build,
	.evaluate = limit_evaluate,
};
