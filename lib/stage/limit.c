/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage limit: a rate of packets or sessions, and a number of sessions at the same time, of each
 * source or destination, or of all that come here. */

#include <errno.h>

#include "base/limiter.h"
#include "base/meter.h"
#include "policy/build.h"
#include "policy/condition.h"
#include "policy/limits.h"
#include "policy/stage.h"

enum limit_of { LIMIT_PACKETS, LIMIT_SESSIONS };

struct limit_cfg {
	struct cfg_head head;
	struct match_cfg when;
	struct cfg_rate rate; /* value 0: none */
	uint32_t most;        /* sessions at the same time; 0: any number */
	enum meter_per per;
	enum limit_of of;
	uint64_t burst; /* 0: a second's worth */
	uint32_t size;
	CFG_LIST_OF(struct cfg_match_address) add;
};

struct limit {
	bool has_rate, has_most;
	uint32_t meter; /* of the rate */
	uint32_t most;  /* that of the sessions at the same time */
	bool sessions;  /* the rate is of sessions */
	uint8_t add;    /* set of those that have too many; 0: none */
	uint32_t counter;
};

static const struct cfg_word limit_of[] = {
	{ "packets", LIMIT_PACKETS },
	{ "sessions", LIMIT_SESSIONS },
	CFG_WORD_END,
};

static const struct cfg_field limit_fields[] = {
	{ "rate", CFG_RATE, CFG_OPTIONAL, offsetof(struct limit_cfg, rate),
		"Packets or sessions (100/s, 10/min, 5/h, 2/d), or bits (10Mbit); each worker gets its share.",
		.min = 1, .max = LIMITER_MAX_RATE, .periods = true },
	{ "sessions", CFG_U32, CFG_OPTIONAL, offsetof(struct limit_cfg, most),
		"Sessions at the same time; behind a stage track only; each worker gets its share.",
		.min = 1, .max = 1u << 30 },
	{ "per", CFG_ENUM, "rule", offsetof(struct limit_cfg, per),
		"What has that rate: each source as it comes in, each destination as the packet leaves, or "
		"all packets of the line together.",
		.words = limit_per },
	{ "of", CFG_ENUM, "packets", offsetof(struct limit_cfg, of),
		"What counts: every packet, or those that begin a session; behind a stage track only.",
		.words = limit_of },
	{ "burst", CFG_SIZE, CFG_OPTIONAL, offsetof(struct limit_cfg, burst),
		"Packets, sessions or bytes that pass at once; default: what the rate allows in its second, "
		"minute, hour or day.",
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

static int
build_rate(struct stage_build *sb, const struct limit_cfg *cfg, struct limit *limit)
{
	struct meter_spec spec = {
		.rate = cfg->rate.value,
		.seconds = cfg->rate.seconds,
		.burst = limit_burst(&cfg->rate, cfg->burst),
		.packets = cfg->rate.unit == CFG_RATE_COUNT,
		.counter = limit->counter,
		.reason = REASON_limit_exceeded,
		.per = cfg->per,
		.add = limit->add,
		.sessions = cfg->of == LIMIT_SESSIONS,
		.keys = cfg->per != METER_ALL ? cfg->size : cfg->rate.seconds > 1,
	};
	int meter;

	if (spec.sessions && !spec.packets)
		return cfg_error(build_err(sb->build), &cfg->head, &cfg->rate,
			"a rate of sessions, such as 100/s, not of bits");
	if (!spec.packets && spec.burst < 1514)
		cfg_warn(build_err(sb->build), &cfg->head, &cfg->rate,
			"packets above %u bytes never pass", (unsigned)spec.burst);
	meter = build_meter(sb->build, &spec, sb->loc);
	if (meter < 0)
		return meter;
	limit->meter = (uint32_t)meter;
	limit->sessions = spec.sessions;
	limit->has_rate = true;
	return 0;
}

static int
build_most(struct stage_build *sb, const struct limit_cfg *cfg, struct limit *limit)
{
	const struct limit_match_cfg most = {
		.head = cfg->head, .sessions = cfg->most, .per = cfg->per
	};
	const struct limit_line line = limit_line_of(
		sb->owner, NULL, sb->loc, build_text_hash(sb->build, &limit_table, cfg));
	int meter = build_limit_sessions(sb->build, &most, &line);

	if (meter < 0)
		return meter;
	limit->most = (uint32_t)meter;
	limit->has_most = true;
	return 0;
}

static int
build_set_of(struct stage_build *sb, const struct limit_cfg *cfg, struct limit *limit)
{
	if (cfg->add.count == 0)
		return 0;
	if (cfg->add.count > 1)
		return cfg_error(build_err(sb->build), &cfg->head, &cfg->add, "one set at most");
	limit->add = (uint8_t)build_add(sb->build, &cfg->head, &cfg->add.items[0]);
	return limit->add != 0 ? 0 : -EINVAL;
}

static int
limit_build(struct stage_build *sb, void **instance)
{
	const struct limit_cfg *cfg = (const void *)sb->cfg;
	struct limit *limit = build_alloc(sb->build, 1, sizeof(*limit));
	int rc = 0;

	if (limit == NULL)
		return build_no_memory(sb->build);
	if (!cfg_is_written(&cfg->head, &cfg->rate) && !cfg_is_written(&cfg->head, &cfg->most))
		return cfg_error(build_err(sb->build), &cfg->head, NULL,
			"write a rate, such as 100/s, or sessions: a number");
	if (build_set_of(sb, cfg, limit) < 0)
		return -EINVAL;
	limit->counter = build_counter(sb->build, sb->loc, sb->owner, NULL);
	if (limit->counter == 0)
		return -ENOMEM;
	build_counter_drops(sb->build, limit->counter, REASON_limit_exceeded);
	build_counter_says(sb->build, limit->counter, &limit_table, cfg);
	if (cfg->rate.value != 0)
		rc |= build_rate(sb, cfg, limit);
	if (cfg->most != 0)
		rc |= build_most(sb, cfg, limit);
	sb->traits = limit->sessions || limit->has_most ? TRAIT_NEEDS_TRACK : 0;
	sb->action_words = limit->has_rate + 2 * limit->has_most;
	*instance = limit;
	return rc < 0 ? -EINVAL : 0;
}

/* Returns false if a session that begins would be one too many, or is judged again. */
static bool
most_keeps(const struct limit *limit, struct eval *ev)
{
	const struct meter_spec *spec = &ev->gen->meters[limit->most];

	if (ev->together) {
		ev->deferred = ev->done = true;
		return false;
	}
	ev->takes_own = ev->n_takes;
	if (condition_keeps(limit->most, ev) || ev->state != CONN_NEW) {
		eval_note(ev, "limit: %u sessions at the same time", spec->most_sessions);
		return true;
	}
	eval_note(ev, "limit: more than %u sessions at the same time", spec->most_sessions);
	if (limit->add != 0)
		emit_add(&ev->program, limit->add);
	eval_drop(ev, REASON_limit_exceeded, limit->counter);
	return false;
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
	if ((limit->has_most && !most_keeps(limit, ev)) || !limit->has_rate)
		return;
	if (limit->sessions && ev->state != CONN_NEW) {
		eval_note(ev, "limit: begins no session");
		return;
	}
	eval_note(ev, "limit: %llu %s/%s %s", (unsigned long long)spec->rate,
		limit->sessions         ? "sessions"
			: spec->packets ? "packets"
					: "bit",
		spec->seconds == 60             ? "min"
			: spec->seconds == 3600 ? "h"
			: spec->seconds > 3600  ? "d"
						: "s",
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
