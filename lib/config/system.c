/* SPDX-License-Identifier: BSD-3-Clause */
/* Section system: cores, memory, how workers idle. */

#include <errno.h>
#include <string.h>

#include "config/config_priv.h"
#include "packet/burst.h"

static const struct cfg_word core_words[] = {
	{ "auto", SYSTEM_AUTO },
	CFG_WORD_END,
};

static const struct cfg_word auto_words[] = {
	{ "auto", 0 },
	CFG_WORD_END,
};

static const struct cfg_word hugepage_words[] = {
	{ "auto", EAL_HUGEPAGES_AUTO },
	{ "yes", EAL_HUGEPAGES_YES },
	{ "true", EAL_HUGEPAGES_YES },
	{ "no", EAL_HUGEPAGES_NO },
	{ "false", EAL_HUGEPAGES_NO },
	CFG_WORD_END,
};

static const struct cfg_word idle_words[] = {
	{ "busy", IDLE_BUSY },
	{ "adaptive", IDLE_ADAPTIVE },
	{ "interrupt", IDLE_INTERRUPT },
	CFG_WORD_END,
};

static const struct cfg_word spread_words[] = {
	{ "adaptive", SPREAD_ADAPTIVE },
	{ "always", SPREAD_ALWAYS },
	CFG_WORD_END,
};

static const struct cfg_field memory_fields[] = {
	{ "hugepages", CFG_ENUM, "auto", offsetof(struct memory_cfg, hugepages),
		"Whether memory comes from hugepages; auto: when enough are free.",
		.words = hugepage_words, .restart = true },
	{ "mbufs", CFG_U32, "auto", offsetof(struct memory_cfg, mbufs),
		"Packet buffers in all; auto: sized from ports, queues and workers.", .min = 64,
		.max = 1u << 26, .words = auto_words, .restart = true },
	{ "openings", CFG_SIZE, "auto", offsetof(struct memory_cfg, openings),
		"Bytes of a worker's SYN gate, which remembers first SYNs during a flood; auto: "
		"8M, for 3 million SYNs a second.",
		.min = 64 << 10, .max = 1ull << 30, .words = auto_words, .restart = true },
	CFG_END,
};

static const struct cfg_table memory_table = {
	"memory",
	CFG_SIZEOF(struct memory_cfg),
	memory_fields,
	"Memory for packets.",
};

static const struct cfg_field system_fields[] = {
	{ "workers", CFG_U32 | CFG_LIST, "auto", offsetof(struct system_cfg, workers),
		"Forwarding cores, a worker each; auto: all but the control core.", .max = 1023,
		.words = core_words, .restart = true },
	{ "control", CFG_U32, "0", offsetof(struct system_cfg, control),
		"Core of the control thread.", .max = 1023, .restart = true },
	{ "memory", CFG_STRUCT, CFG_OPTIONAL, offsetof(struct system_cfg, memory),
		"Memory for packets.", .table = &memory_table },
	{ "flows", CFG_U32, "262144", offsetof(struct system_cfg, flows),
		"Sessions of a worker; each has two flows.", .min = 1024, .max = (1u << 24) - 1,
		.restart = true },
	{ "burst", CFG_U32, "64", offsetof(struct system_cfg, burst),
		"Packets received from a queue at once, at most; half of it while many of them "
		"begin flows.",
		.min = 1, .max = BURST_MAX, .restart = true },
	{ "idle", CFG_ENUM, "adaptive", offsetof(struct system_cfg, idle),
		"What a worker without packets does: busy keeps its core; adaptive pauses, then "
		"sleeps up to 50 us; interrupt sleeps until a packet comes, where every port "
		"has receive interrupts, and else as adaptive.",
		.words = idle_words, .restart = true },
	{ "spread", CFG_ENUM, "adaptive", offsetof(struct system_cfg, spread),
		"Where flows begin if ports have fewer queues than there are workers: adaptive, at "
		"the workers that receive them while these have time and room; always, at all "
		"workers.",
		.words = spread_words },
	{ "eal", CFG_TEXT | CFG_LIST, CFG_OPTIONAL, offsetof(struct system_cfg, eal),
		"Arguments passed to DPDK unchanged.", .restart = true },
	CFG_END,
};

const struct cfg_table system_table = {
	"system",
	CFG_SIZEOF(struct system_cfg),
	system_fields,
	"Cores, memory, idle behaviour of workers.",
};

static void
check_eal(const struct system_cfg *sys, struct err *err)
{
	const char *args[SYSTEM_EAL_MAX];
	struct loc loc[SYSTEM_EAL_MAX];
	unsigned n = 0;

	if (sys->eal.count > SYSTEM_EAL_MAX) {
		cfg_error(err, &sys->head, &sys->eal, "%u arguments are more than %u",
			sys->eal.count, (unsigned)SYSTEM_EAL_MAX);
		return;
	}
	for (unsigned i = 0; i < sys->eal.count; i++) {
		if (sys->eal.items[i] == NULL)
			return; /* reported by the decoder */
		args[n] = sys->eal.items[i];
		loc[n++] = cfg_loc(&sys->head, &sys->eal.items[i]);
	}
	eal_check_extra(args, loc, n, err);
}

bool
system_loads_drivers(const struct system_cfg *sys)
{
	for (unsigned i = 0; i < sys->eal.count; i++)
		if (sys->eal.items[i] == NULL)
			return false;
	return eal_loads_drivers((const char *const *)sys->eal.items, sys->eal.count);
}

void
system_check(const struct config *cfg, struct err *err)
{
	const struct system_cfg *sys = &cfg->system;

	if (sys->workers.count == 0 && cfg_is_written(&sys->head, &sys->workers))
		cfg_error(err, &sys->head, &sys->workers,
			"there is no core; auto takes all but the control core");
	check_eal(sys, err);
	if (sys->workers.count > EAL_WORKERS_MAX)
		cfg_error(err, &sys->head, &sys->workers, "%u workers are more than %u",
			sys->workers.count, EAL_WORKERS_MAX);
	for (unsigned i = 0; i < sys->workers.count; i++) {
		const uint32_t *core = &sys->workers.items[i];

		if (*core == SYSTEM_AUTO && sys->workers.count > 1)
			cfg_error(err, &sys->head, core, "auto cannot be combined with cores");
		for (unsigned k = 0; k < i && *core != SYSTEM_AUTO; k++)
			if (sys->workers.items[k] == *core)
				cfg_error(err, &sys->head, core, "core %u is listed twice", *core);
	}
}

static unsigned
all_but_control(const struct config *cfg, struct loc loc, struct eal_core out[])
{
	unsigned cores[EAL_WORKERS_MAX + 1];
	unsigned have = eal_cores(cores, EAL_WORKERS_MAX + 1), n = 0;

	if (have > EAL_WORKERS_MAX + 1)
		have = EAL_WORKERS_MAX + 1;
	for (unsigned i = 0; i < have && n < EAL_WORKERS_MAX; i++)
		if (cores[i] != cfg->system.control)
			out[n++] = (struct eal_core){ .core = cores[i], .loc = loc };
	if (n == 0)
		out[n++] = (struct eal_core){ .core = cfg->system.control, .loc = loc };
	return n;
}

unsigned
config_workers(const struct config *cfg, struct eal_core out[static EAL_WORKERS_MAX])
{
	const struct system_cfg *sys = &cfg->system;
	struct loc loc = cfg_loc(&sys->head, &sys->workers);
	unsigned n = sys->workers.count;

	if (n == 0 || sys->workers.items[0] == SYSTEM_AUTO)
		return all_but_control(cfg, loc, out);
	if (n > EAL_WORKERS_MAX)
		n = EAL_WORKERS_MAX;
	for (unsigned i = 0; i < n; i++)
		out[i] = (struct eal_core){
			.core = sys->workers.items[i],
			.loc = cfg_loc(&sys->head, &sys->workers.items[i]),
		};
	return n;
}

static bool
same_workers(const struct system_cfg *a, const struct system_cfg *b)
{
	return a->workers.count == b->workers.count
		&& (a->workers.count == 0
			|| memcmp(a->workers.items, b->workers.items,
				   a->workers.count * sizeof(a->workers.items[0]))
				== 0);
}

static bool
same_eal(const struct system_cfg *a, const struct system_cfg *b)
{
	if (a->eal.count != b->eal.count)
		return false;
	for (unsigned i = 0; i < a->eal.count; i++)
		if (strcmp(a->eal.items[i], b->eal.items[i]) != 0)
			return false;
	return true;
}

void
system_check_reload(const struct system_cfg *old, const struct system_cfg *new, struct err *err)
{
	const struct memory_cfg *was = &old->memory, *is = &new->memory;
	const struct {
		bool same;
		const struct cfg_head *head;
		const void *field;
	} rows[] = {
		{ same_workers(old, new), &new->head, &new->workers },
		{ old->control == new->control, &new->head, &new->control },
		{ was->hugepages == is->hugepages, &is->head, &is->hugepages },
		{ was->mbufs == is->mbufs, &is->head, &is->mbufs },
		{ was->openings == is->openings, &is->head, &is->openings },
		{ old->flows == new->flows, &new->head, &new->flows },
		{ old->burst == new->burst, &new->head, &new->burst },
		{ old->idle == new->idle, &new->head, &new->idle },
		{ same_eal(old, new), &new->head, &new->eal },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!rows[i].same)
			cfg_error(err, rows[i].head, rows[i].field, "a change needs a restart");
}
