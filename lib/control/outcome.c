/* SPDX-License-Identifier: BSD-3-Clause */
/* What became of a packet, as text and as JSON. */

#include "control/outcome.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "schema/json_text.h"
#include "packet/notation.h"

static const char *
name_of(void *arg, enum program_noun noun, uint16_t number)
{
	const struct generation *gen = arg;
	const char *name;

	if (noun == PROGRAM_PORT)
		return gen->port_name[number];
	if (noun == PROGRAM_INTERFACE)
		return gen->iface[number] != NULL ? gen->iface[number]->name : "?";
	name = number < MEMBERS_SETS ? gen->dynamic[number].name : NULL;
	return name != NULL ? name : "?";
}

static const char *
ingress_name(const struct observation *o)
{
	const struct generation *gen = o->gen;
	uint16_t iface = o->view != NULL ? o->view->iface : IFACE_NONE;

	if (iface < LEDGER_IFACES && gen->iface[iface] != NULL)
		return gen->iface[iface]->name;
	return gen->port_name[o->port];
}

void
outcome_from(
	struct outcome *out, const struct observation *o, const struct session_numbers *numbers)
{
	const struct generation *gen = o->gen;
	uint32_t counter = o->counter;

	memset(out, 0, sizeof(*out));
	out->in = ingress_name(o);
	out->verdict = o->verdict;
	out->reason = o->reason;
	out->fast = o->fast;
	out->by_host = o->by_host;
	if (o->verdict == OBSERVED_OUTPUT)
		out->out = o->has_program && o->program->verdict == PROGRAM_WIRE
				&& o->out_iface == 0
			? gen->port_name[o->out_port]
			: name_of((void *)(uintptr_t)gen, PROGRAM_INTERFACE, o->out_iface);
	if (o->view != NULL)
		notation_flow(out->flow, sizeof(out->flow), o->view);
	out->is_ip = o->view != NULL && (o->view->kind == VIEW_IP4 || o->view->kind == VIEW_IP6);
	out->has_program = o->has_program;
	if (o->has_program)
		program_print(out->program, sizeof(out->program), o->program, &o->view->tuple,
			name_of, (void *)(uintptr_t)gen);
	outcome_session_from(&out->session, o, numbers);
	if (o->verdict == OBSERVED_DROP && counter != 0 && counter < gen->n_counters)
		out->rule = &gen->counters[counter].loc;
}

const char *
outcome_verdict(const struct outcome *o)
{
	static const char *const names[] = {
		[OBSERVED_OUTPUT] = "output",
		[OBSERVED_DROP] = "drop",
		[OBSERVED_CONSUMED] = "consumed",
		[OBSERVED_HELD] = "held",
	};

	return names[o->verdict];
}

int
outcome_rule(char *out, size_t bytes, const struct loc *loc)
{
	const char *file = loc->file != NULL ? loc->file : "";
	const char *slash = strrchr(file, '/');
	char name[256];

	text_clean(name, sizeof(name), slash != NULL ? slash + 1 : file);
	return snprintf(out, bytes, "%s:%u", name, loc->line);
}

json_t *
outcome_json(const struct outcome *o)
{
	json_t *json = json_object();
	char rule[256];

	if (o->n != 0) {
		json_object_set_new(json, "n", json_integer((json_int_t)o->n));
		json_object_set_new(json, "time", json_real((double)o->time_ns / 1e9));
	}
	json_object_set_new(json, "in", json_string(o->in));
	json_object_set_new(json, "verdict", json_string(outcome_verdict(o)));
	if (o->verdict == OBSERVED_OUTPUT)
		json_object_set_new(json, "out", json_string(o->out));
	if (o->by_host)
		json_object_set_new(json, "by", json_string("host"));
	if (o->verdict == OBSERVED_DROP)
		json_object_set_new(json, "reason", json_string(reason_name(o->reason)));
	if (o->rule != NULL) {
		outcome_rule(rule, sizeof(rule), o->rule);
		json_object_set_new(json, "rule", json_text(rule));
	}
	if (o->is_ip)
		json_object_set_new(json, "flow", json_string(o->flow));
	if (o->has_program) {
		json_object_set_new(json, "program", json_string(o->program));
		json_object_set_new(json, "path", json_string(o->fast ? "fast" : "slow"));
	}
	if (o->session.state != NULL)
		json_object_set_new(json, "session", outcome_session_json(&o->session));
	return json;
}
