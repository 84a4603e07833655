/* SPDX-License-Identifier: BSD-3-Clause */
/* An explained packet: what became of it, and who decided that. */

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "control/outcome.h"
#include "policy/pipeline.h"
#include "schema/json_text.h"

/* Writes "first.yaml:18, acls.from-outside web". */
static void
line_text(char *out, size_t bytes, const struct rule_counter *line)
{
	char rule[256];

	outcome_rule(rule, sizeof(rule), &line->loc);
	snprintf(out, bytes, "%s, %s%s%s", rule, line->owner, line->name != NULL ? " " : "",
		line->name != NULL ? line->name : "");
}

static const struct rule_counter *
counter_of(const struct generation *gen, uint32_t counter)
{
	return counter != 0 && counter < gen->n_counters && gen->counters[counter].owner != NULL
		? &gen->counters[counter]
		: NULL;
}

/* Sets the line that decided the verdict. */
static void
set_decided(json_t *json, const struct observation *seen)
{
	const struct rule_counter *line = counter_of(seen->gen, seen->counter);
	char rule[256];

	if (line == NULL)
		return;
	outcome_rule(rule, sizeof(rule), &line->loc);
	json_object_set_new(json, "rule", json_text(rule));
	json_object_set_new(json, "owner", json_text(line->owner));
	if (line->name != NULL)
		json_object_set_new(json, "name", json_text(line->name));
}

/* Sets the lines that count the packet. */
static void
set_lines(json_t *json, const struct observation *seen)
{
	json_t *list = json_array();
	char text[512];

	for (unsigned i = 0; seen->has_program && i < seen->program->action_count; i++) {
		uint32_t word = seen->program->actions[i];
		const struct rule_counter *line = ACTION_OP(word) == ACTION_COUNT
			? counter_of(seen->gen, ACTION_ARG(word))
			: NULL;

		if (line == NULL)
			continue;
		line_text(text, sizeof(text), line);
		json_array_append_new(list, json_text(text));
	}
	if (json_array_size(list) != 0)
		json_object_set(json, "counted", list);
	json_decref(list);
}

/* Names the domains of the packet where there are several. */
static void
set_domains(json_t *json, const struct observation *seen)
{
	const struct program *p = seen->program;
	uint8_t in = seen->view != NULL ? seen->view->tuple.domain : DOMAIN_MAIN;
	uint8_t out = p != NULL && p->verdict == PROGRAM_OUTPUT
		? generation_domain(seen->gen, p->iface)
		: in;

	if (seen->gen->n_domains <= 1 || seen->view == NULL)
		return;
	json_object_set_new(json, "domain", json_text(generation_domain_name(seen->gen, in)));
	if (out != in)
		json_object_set_new(
			json, "out_domain", json_text(generation_domain_name(seen->gen, out)));
}

static const char *
pipeline_name(const struct observation *seen)
{
	const struct interface *in = seen->view != NULL && seen->view->iface < LEDGER_IFACES
		? seen->gen->iface[seen->view->iface]
		: NULL;

	return in != NULL && in->pipeline != NULL ? in->pipeline->name : NULL;
}

json_t *
outcome_explain(struct outcome *o, const struct observation *seen, json_t *stages)
{
	bool waits = o->verdict == OBSERVED_HELD && o->has_program
		&& seen->program->verdict == PROGRAM_OUTPUT;
	const char *pipeline = pipeline_name(seen);
	json_t *json;

	if (waits) {
		o->verdict = OBSERVED_OUTPUT;
		o->out = seen->gen->iface[seen->program->iface] != NULL
			? seen->gen->iface[seen->program->iface]->name
			: "?";
	}
	json = outcome_json(o);
	json_object_set_new(json, "packet", json_text(o->flow));
	if (waits)
		json_object_set_new(json, "waits", json_true());
	if (o->verdict == OBSERVED_DROP)
		json_object_set_new(json, "sentence", json_string(reason_sentence(o->reason)));
	set_decided(json, seen);
	set_lines(json, seen);
	set_domains(json, seen);
	if (pipeline != NULL)
		json_object_set_new(json, "pipeline", json_text(pipeline));
	if (stages != NULL)
		json_object_set(json, "stages", stages);
	return json;
}
