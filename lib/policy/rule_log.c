/* SPDX-License-Identifier: BSD-3-Clause */
/* The key log of rules: decoded and built. */
#include "policy/rule_log.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "policy/build_priv.h"

#define RATE_MAX     10000u /* lines a second of one rule */
#define PREFIX_BYTES 64u

static const struct cfg_field rule_log_fields[] = {
	{ "enabled", CFG_BOOL, "true", offsetof(struct rule_log_cfg, enabled),
		"Whether its hits are logged." },
	{ "rate", CFG_RATE, "100/s", offsetof(struct rule_log_cfg, rate),
		"Lines a second; a second's worth may come at once, further ones are counted and "
		"said once a second.",
		.min = 1, .max = RATE_MAX },
	{ "prefix", CFG_TEXT, CFG_OPTIONAL, offsetof(struct rule_log_cfg, prefix),
		"Text that its lines have as prefix." },
	{ "end", CFG_BOOL, "false", offsetof(struct rule_log_cfg, end),
		"Another line at the end of a session, with its packets and bytes, and why it "
		"ended." },
	CFG_END,
};

const struct cfg_table rule_log_table = {
	"log",
	CFG_SIZEOF(struct rule_log_cfg),
	rule_log_fields,
	"What is logged of a rule's hits.",
	"enabled",
};

/* Returns what a rule is called over generations: its name, or its text; lines that say the same
 * count up. */
static const char *
key_of(struct build *b, const struct rule_counter *counter)
{
	unsigned nth = 0;

	if (counter->name != NULL)
		return arena_printf(&b->arena, "%s %s", counter->owner, counter->name);
	for (unsigned i = 1; i < b->n_rule_logs; i++) {
		const struct rule_counter *other = &b->counter[b->rule_log[i].counter];

		nth += other->name == NULL && other->says == counter->says
			&& strcmp(other->owner, counter->owner) == 0;
	}
	return arena_printf(&b->arena, "%s #%016" PRIx64 ".%u", counter->owner, counter->says, nth);
}

static int
check(struct build *b, const struct rule_log_cfg *cfg)
{
	if (cfg->rate.unit != CFG_RATE_COUNT)
		return cfg_error(
			build_err(b), &cfg->head, &cfg->rate, "a rate of lines is written as 10/s");
	if (cfg->prefix != NULL && strlen(cfg->prefix) > PREFIX_BYTES)
		return cfg_error(build_err(b), &cfg->head, &cfg->prefix,
			"a prefix has at most %u bytes", PREFIX_BYTES);
	return 0;
}

static int
take_room(struct build *b)
{
	struct rule_log *more;

	if (b->n_rule_logs < b->rule_log_room)
		return 0;
	more = build_grow(b, b->rule_log, b->n_rule_logs, &b->rule_log_room, sizeof(*more));
	if (more == NULL)
		return build_no_memory(b);
	b->rule_log = more;
	if (b->n_rule_logs == 0)
		b->n_rule_logs = 1; /* 0 is none */
	return 0;
}

int
build_rule_log(struct build *b, uint32_t counter, const struct rule_log_cfg *cfg, unsigned verdict)
{
	const char *key;
	int id;

	if (!rule_log_is_on(cfg) || cfg->rate.value == 0)
		return 0; /* or misread */
	if (check(b, cfg) < 0)
		return -EINVAL;
	key = take_room(b) == 0 ? key_of(b, &b->counter[counter]) : NULL;
	id = key != NULL ? ids_take(b->logs, key) : -ENOMEM;
	if (id == -ENOSPC)
		return cfg_error(build_err(b), &cfg->head, NULL,
			"more than %u rules that are logged", RULE_LOGS - 1);
	if (id < 0)
		return build_no_memory(b);
	b->rule_log[b->n_rule_logs] = (struct rule_log){
		.id = (uint16_t)id,
		.verdict = (uint8_t)verdict,
		.end = cfg->end,
		.interval_ns = (uint32_t)(1000000000u / cfg->rate.value),
		.counter = counter,
		.prefix = build_string(b, cfg->prefix),
	};
	b->counter[counter].log = b->n_rule_logs++;
	return 0;
}
