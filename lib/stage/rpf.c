/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage rpf: reverse path check of the source: may a packet from this address come in here?
 *
 * RFC 3704 2.2 (strict) and 2.4 (loose); RFC 5635: a blackhole route for a source drops what comes
 * from there. */

#include <errno.h>

#include "packet/burst.h"
#include "packet/notation.h"
#include "policy/build.h"
#include "policy/reverse_path.h"
#include "policy/stage.h"

#define TEXT_BYTES    64
#define DEFAULT_TABLE RPF_TABLE

enum rpf_mode { RPF_STRICT, RPF_LOOSE };

struct rpf_cfg {
	struct cfg_head head;
	struct match_cfg when;
	enum rpf_mode mode;
	const char *table; /* NULL: DEFAULT_TABLE */
	bool default_route;
	struct rule_log_cfg log;
};

struct rpf {
	const struct route_table *table; /* NULL: that of the packet's domain */
	bool strict;
	bool default_route;
	uint32_t counter;
};

static const struct cfg_word rpf_modes[] = {
	{ "strict", RPF_STRICT },
	{ "loose", RPF_LOOSE },
	CFG_WORD_END,
};

static const struct cfg_field rpf_fields[] = {
	{ "mode", CFG_ENUM, "strict", offsetof(struct rpf_cfg, mode),
		"strict: the route to the source leaves by the ingress interface; loose: there is "
		"one.",
		.words = rpf_modes },
	{ "table", CFG_REF, CFG_OPTIONAL, offsetof(struct rpf_cfg, table),
		"Route table to look the source up in; without it main, or that of the domain of the interface where there are several.",
		.refers = "routes", .kind = "route table" },
	{ "default_route", CFG_BOOL, "true", offsetof(struct rpf_cfg, default_route),
		"The default route counts as a route to the source." },
	RULE_LOG_ROW(struct rpf_cfg),
	STAGE_IF(struct rpf_cfg),
	CFG_END,
};

static const struct cfg_table rpf_table = {
	"rpf",
	CFG_SIZEOF(struct rpf_cfg),
	rpf_fields,
	"Drops packets whose source has no route back, as rpf_failed.",
	"mode",
};

static const struct route_table *
find_table(struct stage_build *sb, const struct rpf_cfg *cfg)
{
	const char *name = cfg->table != NULL ? cfg->table : DEFAULT_TABLE;
	const struct route_table *table = build_find_routes(sb->build, name);

	if (cfg->table == NULL && build_domains(sb->build) > 1)
		return NULL;

	if (table == NULL && cfg->table == NULL && err_count(build_err(sb->build)) == 0)
		cfg_error(build_err(sb->build), &cfg->head, NULL,
			"there is no route table '" DEFAULT_TABLE
			"': name another one (table: NAME)");
	return table;
}

static int
rpf_build(struct stage_build *sb, void **instance)
{
	const struct rpf_cfg *cfg = (const void *)sb->cfg;
	struct rpf *rpf = build_alloc(sb->build, 1, sizeof(*rpf));

	if (rpf == NULL)
		return build_no_memory(sb->build);
	rpf->table = find_table(sb, cfg);
	rpf->strict = cfg->mode == RPF_STRICT;
	rpf->default_route = cfg->default_route;
	rpf->counter = build_counter(sb->build, sb->loc, sb->owner, NULL);
	build_counter_drops(sb->build, rpf->counter, REASON_rpf_failed);
	if (rpf->counter != 0)
		build_counter_says(sb->build, rpf->counter, &rpf_table, cfg);
	sb->table = rpf->table;
	sb->domain = rpf->table != NULL ? rpf->table->domain : DOMAIN_NONE;
	sb->action_words = 1;
	*instance = rpf;
	if ((rpf->table == NULL && (cfg->table != NULL || build_domains(sb->build) <= 1))
		|| rpf->counter == 0)
		return -EINVAL;
	return build_rule_log(sb->build, rpf->counter, &cfg->log, RULE_DROP);
}

/* Notes what was found for a source. */
static void
note(struct eval *ev, const struct rpf *rpf, const struct route *r, const char *fault)
{
	const char *mode = rpf->strict ? "strict" : "loose";
	char text[TEXT_BYTES];

	if (ev->trace == NULL)
		return;
	if (r == NULL) {
		notation_address(text, sizeof(text), &ev->view->tuple.src, ev->view->tuple.family);
		eval_note(ev, "rpf (%s): no route to the source %s", mode, text);
		return;
	}
	notation_address(text, sizeof(text), &r->prefix.address, r->prefix.family);
	if (fault != NULL)
		eval_note(ev, "rpf (%s): the route to the source, %s/%u, %s", mode, text,
			r->prefix.length, fault);
	else
		eval_note(ev, "rpf (%s): the source is in %s/%u, which leads back%s%s", mode, text,
			r->prefix.length, rpf->strict ? " by " : "",
			rpf->strict ? ev->in->name : "");
}

static void
rpf_one(const struct rpf *rpf, const struct route_table *table, uint32_t found, struct eval *ev)
{
	struct route_found live;
	const struct route *r = rpf_route(table, ev, found, &live);
	const char *fault = r != NULL ? rpf_fault(r, ev->in, rpf->strict, rpf->default_route) : "";

	note(ev, rpf, r, fault);
	if (fault != NULL)
		eval_drop(ev, REASON_rpf_failed, rpf->counter);
}

/* The packets of a vector that need a look-up, by family. */
struct lookups {
	unsigned n4, n6;
	rte_be32_t src4[BURST_MAX];
	union address src6[BURST_MAX];
	struct eval *ev4[BURST_MAX];
	struct eval *ev6[BURST_MAX];
	uint32_t value[BURST_MAX];
};

static void
finish_one(const struct rpf *rpf, const struct route_table *table, struct eval *ev, uint32_t value)
{
	if (ev->trace != NULL && ev->trace->sourced != NULL)
		ev->trace->sourced(ev->trace->arg, table, value);
	rpf_one(rpf, table, value, ev);
}

static void
finish(const struct rpf *rpf, struct eval *const ev[], const uint32_t value[], unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		finish_one(rpf, rpf->table, ev[i], value[i]);
}

/* Looks one source up in the table of its domain. */
static void
look_up_alone(const struct rpf *rpf, struct eval *ev)
{
	const struct tuple *came = &ev->view->tuple;
	const struct route_table *table = ev->gen->domain_table[came->domain];

	if (table != NULL)
		finish_one(
			rpf, table, ev, prefixes_find(table->prefixes, came->family, &came->src));
	else
		eval_drop(ev, REASON_rpf_failed, rpf->counter);
}

/* Judges the source that the packet came with, whatever stages before have made of it. */
static void
rpf_evaluate(const void *instance, struct eval *const ev[], unsigned n)
{
	const struct rpf *rpf = instance;
	struct lookups l;

	l.n4 = l.n6 = 0;
	for (unsigned i = 0; i < n; i++) {
		const struct tuple *came = &ev[i]->view->tuple;

		if (eval_is_kept(ev[i]) || rpf_is_exempt(came))
			continue;
		if (rpf->table == NULL) {
			look_up_alone(rpf, ev[i]);
		} else if (came->family == 4) {
			l.src4[l.n4] = came->src.v4;
			l.ev4[l.n4++] = ev[i];
		} else {
			l.src6[l.n6] = came->src;
			l.ev6[l.n6++] = ev[i];
		}
	}
	if (rpf->table == NULL)
		return;
	prefixes_lookup4(rpf->table->prefixes, l.src4, l.value, l.n4);
	finish(rpf, l.ev4, l.value, l.n4);
	prefixes_lookup6(rpf->table->prefixes, l.src6, l.value, l.n6);
	finish(rpf, l.ev6, l.value, l.n6);
}

const struct stage stage_rpf = {
	.table = &rpf_table,
	.build = rpf_build,
	.evaluate = rpf_evaluate,
};
