/* SPDX-License-Identifier: BSD-3-Clause */
/* Verdicts of a program, and what makes two of them different. */
#include <string.h>

#include "analysis/walk.h"
#include "analysis/walk_priv.h"

static void
note_copy(const struct generation *gen, uint32_t arg, struct verdict *out)
{
	const struct copy_spec *spec = &gen->copies[COPY_NUMBER(arg)];
	const char *port = gen->port_name[COPY_PORT(arg)];

	out->copies = plan_hash(out->copies + 1, port, strlen(port));
	out->copies = plan_hash(out->copies, &spec->one_in, sizeof(spec->one_in));
	out->copies = plan_hash(out->copies, &spec->bytes, sizeof(spec->bytes));
}

static void
note_set(const struct generation *gen, uint32_t set, struct verdict *out)
{
	out->set = gen->dynamic[set].name;
	out->sets = plan_hash(out->sets + 1, out->set, strlen(out->set));
}

static void
note_meter(const struct generation *gen, const struct meter_spec *m, struct verdict *out)
{
	const uint64_t says[] = { m->rate, m->seconds, m->burst, m->packets, m->per, m->sessions };

	out->meter = m;
	out->meters = plan_hash(out->meters + 1, says, sizeof(says));
	if (m->add != 0)
		note_set(gen, m->add, out);
}

static void
note_action(const struct generation *gen, const struct program *p, struct verdict *out)
{
	out->dscp = -1;
	for (unsigned i = 0; i < p->action_count; i++) {
		uint32_t arg = ACTION_ARG(p->actions[i]);

		if (ACTION_OP(p->actions[i]) == ACTION_DSCP)
			out->dscp = (int)arg;
		if (ACTION_OP(p->actions[i]) == ACTION_MSS)
			out->mss = arg;
		if (ACTION_OP(p->actions[i]) == ACTION_MIRROR)
			note_copy(gen, arg, out);
		if (ACTION_OP(p->actions[i]) == ACTION_METER)
			note_meter(gen, &gen->meters[arg], out);
		if (ACTION_OP(p->actions[i]) == ACTION_ADD)
			note_set(gen, arg, out);
	}
}

/* What decided it: the place of the verdict, else the first that counts the packet. */
static void
note_line(const struct generation *gen, const struct program *p, struct verdict *out)
{
	uint32_t counter = p->counter;

	for (unsigned i = 0; i < p->action_count && counter == 0; i++)
		if (ACTION_OP(p->actions[i]) == ACTION_COUNT)
			counter = ACTION_ARG(p->actions[i]);
	if (counter == 0 || counter >= gen->n_counters)
		return;
	out->line = gen->counters[counter].loc;
	out->name = gen->counters[counter].name;
}

void
verdict_from(const struct generation *gen, const struct program *p, struct verdict *out)
{
	*out = (struct verdict){ .reason = p->reason, .to = p->to };
	note_action(gen, p, out);
	note_line(gen, p, out);
	switch (p->verdict) {
	case PROGRAM_OUTPUT:
		out->kind = WENT_ON;
		out->egress = gen->iface[p->iface]->name;
		if (gen->n_domains > 1)
			out->domain = generation_domain_name(gen, gen->iface[p->iface]->domain);
		out->gateway = p->gateway;
		break;
	case PROGRAM_WIRE:
		out->kind = WENT_ON;
		out->wire = true;
		out->egress = gen->port_name[p->iface];
		break;
	case PROGRAM_LOCAL:
		out->kind = WENT_TO_US;
		break;
	case PROGRAM_REJECT:
		out->kind = WENT_REJECT;
		break;
	default:
		out->kind = WENT_DROP;
		break;
	}
}

static void
on_route(void *arg, const struct route_table *table, uint32_t found)
{
	struct verdict *v = arg;

	if (found != PREFIXES_NONE)
		v->route = classes_route_id(&table->route[found]);
}

void
verdict_of(const struct generation *gen, const struct view *view, unsigned assumed,
	struct verdict *out)
{
	struct verdict routed = { .route = 0 };
	const struct trace trace = { .routed = on_route, .arg = &routed };
	static struct eval ev;
	struct eval *one = &ev;

	if (view->kind == VIEW_BAD || view->iface >= LEDGER_IFACES
		|| gen->iface[view->iface] == NULL || gen->iface[view->iface]->pipeline == NULL) {
		*out = (struct verdict){ .kind = WENT_DROP,
			.dscp = -1,
			.reason = view->kind == VIEW_BAD ? view->reason : REASON_interface_unused };
		return;
	}
	eval_init(&ev, gen, view);
	ev.assumed = assumed;
	ev.trace = &trace;
	pipeline_evaluate(ev.in->pipeline, &one, 1);
	verdict_from(gen, &ev.program, out);
	out->route = routed.route;
}

static bool
same_tuple(const struct tuple *a, const struct tuple *b)
{
	return address_equal(&a->src, &b->src) && address_equal(&a->dst, &b->dst)
		&& a->sport == b->sport && a->dport == b->dport;
}

bool
verdict_equal(const struct verdict *a, const struct verdict *b)
{
	if (a->kind != b->kind || a->sets != b->sets)
		return false;
	if (a->kind != WENT_ON)
		return true;
	return strcmp(a->egress, b->egress) == 0 && a->wire == b->wire && same_tuple(&a->to, &b->to)
		&& a->route == b->route && a->dscp == b->dscp && a->mss == b->mss
		&& a->meters == b->meters && a->copies == b->copies;
}
