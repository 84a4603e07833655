/* SPDX-License-Identifier: BSD-3-Clause */
/* The words limit and quota, and the meters that stand behind them. */

#include "policy/limits.h"

#include <errno.h>
#include <inttypes.h>

#include "base/limiter.h"
#include "policy/build_priv.h"
#include "session/tally.h"

const struct cfg_word limit_per[] = {
	{ "source", METER_SOURCE },
	{ "destination", METER_DESTINATION },
	{ "rule", METER_ALL },
	CFG_WORD_END,
};

static const struct cfg_field limit_match_fields[] = {
	{ "rate", CFG_RATE, CFG_OPTIONAL, offsetof(struct limit_match_cfg, rate),
		"Packets (100/s, 10/min, 5/h, 2/d) or bits (10Mbit); each worker gets its share.",
		.min = 1, .max = LIMITER_MAX_RATE, .periods = true },
	{ "sessions", CFG_U32, CFG_OPTIONAL, offsetof(struct limit_match_cfg, sessions),
		"Sessions at the same time that the line has let pass; behind a stage track only; each "
		"worker gets its share.",
		.min = 1, .max = 1u << 30 },
	{ "per", CFG_ENUM, "rule", offsetof(struct limit_match_cfg, per),
		"What has that rate or number: each source, each destination, or the rule.",
		.words = limit_per },
	{ "burst", CFG_SIZE, CFG_OPTIONAL, offsetof(struct limit_match_cfg, burst),
		"Packets or bytes that match at once; default: what the rate allows in its second, "
		"minute, hour or day.",
		.min = 1, .max = LIMITER_MAX_BURST },
	{ "size", CFG_U32, "65536", offsetof(struct limit_match_cfg, size),
		"Addresses whose rate each worker remembers, 32 bytes each.",
		.min = LIMITER_SIZE_MIN, .max = LIMITER_SIZE_MAX, .presence = true },
	{ "over", CFG_BOOL, "false", offsetof(struct limit_match_cfg, over),
		"Matches what exceeds the limit, instead of what keeps to it." },
	{ "dropped", CFG_BOOL, "false", offsetof(struct limit_match_cfg, dropped),
		"Counts packets that do not leave, too, as nftables does: whoever asks the rate takes "
		"from it, whatever later rules decide." },
	CFG_END,
};

const struct cfg_table limit_match_table = {
	"limit",
	CFG_SIZEOF(struct limit_match_cfg),
	limit_match_fields,
	"A condition on a rate, or on a number of sessions.",
	"rate",
};

static const struct cfg_field quota_fields[] = {
	{ "bytes", CFG_SIZE, NULL, offsetof(struct quota_cfg, bytes),
		"Bytes of IP packets, of all workers together.", .min = 1, .max = 1ull << 60 },
	{ "over", CFG_BOOL, "false", offsetof(struct quota_cfg, over),
		"Matches once they have passed, instead of until then." },
	CFG_END,
};

const struct cfg_table quota_table = {
	"quota",
	CFG_SIZEOF(struct quota_cfg),
	quota_fields,
	"A condition on the bytes that have passed by the line.",
	"bytes",
};

uint64_t
limit_burst(const struct cfg_rate *rate, uint64_t written)
{
	uint64_t period = rate->unit == CFG_RATE_COUNT ? rate->value : rate->value / 8;

	if (written != 0)
		return written;
	return period < 1 ? 1 : period > LIMITER_MAX_BURST ? LIMITER_MAX_BURST : period;
}

struct limit_line
limit_line_of(const char *owner, const char *name, struct loc loc, uint64_t says)
{
	struct limit_line line = { .owner = owner, .name = name, .loc = loc };

	line.of = name_hash(owner) * 0x9e3779b97f4a7c15ull
		^ (name != NULL ? name_hash(name) : says ^ 1);
	return line;
}

int
limit_check(struct build *b, const struct limit_match_cfg *cfg)
{
	bool rate = cfg_is_written(&cfg->head, &cfg->rate);
	bool sessions = cfg_is_written(&cfg->head, &cfg->sessions);
	struct err *err = build_err(b);

	if (!rate && !sessions)
		return cfg_error(
			err, &cfg->head, NULL, "write a rate, such as 10/s, or sessions: a number");
	if (rate && sessions && cfg->over)
		return cfg_error(err, &cfg->head, &cfg->over,
			"which one is exceeded? Write a rule for each");
	if (!rate && cfg->dropped)
		return cfg_error(err, &cfg->head, &cfg->dropped, "belongs to a rate");
	if (!rate && (cfg->burst != 0 || cfg_is_written(&cfg->head, &cfg->size)))
		return cfg_error(err, &cfg->head, cfg->burst != 0 ? &cfg->burst : (void *)0,
			"burst and size belong to a rate");
	return 0;
}

static int
add(struct build *b, struct meter_spec *spec, const struct limit_line *line)
{
	spec->asked = true;
	spec->owner = build_string(b, line->owner);
	spec->name = build_string(b, line->name);
	spec->loc = build_loc(b, line->loc);
	spec->of = line->of;
	return build_meter(b, spec, line->loc);
}

int
build_limit_rate(struct build *b, const struct limit_match_cfg *cfg, const struct limit_line *line)
{
	struct meter_spec spec = {
		.rate = cfg->rate.value,
		.seconds = cfg->rate.seconds,
		.burst = limit_burst(&cfg->rate, cfg->burst),
		.packets = cfg->rate.unit == CFG_RATE_COUNT,
		.per = cfg->per,
		.keys = cfg->per == METER_ALL ? 1 : cfg->size,
	};

	return add(b, &spec, line);
}

int
build_limit_sessions(
	struct build *b, const struct limit_match_cfg *cfg, const struct limit_line *line)
{
	struct meter_spec spec = { .per = cfg->per, .most_sessions = cfg->sessions };
	const char *name = arena_printf(&b->arena, "%s %016" PRIx64, line->owner, line->of);
	int number = name != NULL ? ids_take(b->tallies, name) : -ENOMEM;

	if (number == -ENOSPC)
		return cfg_error(build_err(b), &cfg->head, &cfg->sessions,
			"more than %u lines that count sessions", TALLY_LINES - 1);
	if (number < 0)
		return build_no_memory(b);
	spec.tally = (uint16_t)number;
	return add(b, &spec, line);
}

int
build_quota(struct build *b, const struct quota_cfg *cfg, const struct limit_line *line)
{
	struct meter_spec spec = { .quota = cfg->bytes };

	return add(b, &spec, line);
}
