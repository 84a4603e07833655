/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints the result of `weir bench`: a table, or one JSON object. */

#include <inttypes.h>

#include "measure/bench.h"

static const char *const step_names[BENCH_STEPS] = {
	[BENCH_RECEIVE] = "receive",
	[BENCH_PARSE] = "parse",
	[BENCH_LOOK_UP] = "look-up",
	[BENCH_EXECUTE] = "execute",
	[BENCH_FIRST] = "evaluate",
	[BENCH_SEND] = "send",
	[BENCH_HOUSEKEEPING] = "housekeeping",
};

static const char *const step_texts[BENCH_STEPS] = {
	[BENCH_RECEIVE] = "from a ring in memory, clock read",
	[BENCH_PARSE] = "headers, key, hash",
	[BENCH_LOOK_UP] = "bucket and record",
	[BENCH_EXECUTE] = "compared, counted, rewritten",
	[BENCH_FIRST] = "the slow path: first packets, and those behind them in a burst",
	[BENCH_SEND] = "gathered, to a ring in memory; drops freed",
	[BENCH_HOUSEKEEPING] = "ageing, neighbours",
};

static void
print_row(FILE *out, const char *name, const struct bench_figure *f, const char *text)
{
	fprintf(out, "  %-14s %8.1f %8.1f %8.1f   %s\n", name, f->median, f->least, f->most, text);
}

/* Prints a difference; noise has no median. */
static void
print_difference(FILE *out, const char *name, const struct bench_figure *f, const char *text)
{
	if (!bench_is_noise(f))
		print_row(out, name, f, text);
	else
		fprintf(out, "  %-14s %8s %8.1f %8.1f   %s\n", name, "noise", f->least, f->most,
			text);
}

static void
print_head(const struct bench_result *r, FILE *out)
{
	const struct bench_options *o = r->options;

	fprintf(out, "%s: in by %s, pipeline %s, %s\n", o->config, r->interface, r->pipeline,
		fastpath_variant());
	fprintf(out,
		"%u flows, %s, frames of %u bytes, %g %% first packets, bursts of %u\n"
		"such as %s\n\n",
		o->flows, o->zipf != 0 ? "Zipf" : "each in turn", r->bytes, o->new_percent,
		r->burst, r->flow);
	fprintf(out, "  %-14s %8s %8s %8s   cycles a packet, of %u rounds\n", "", "median", "least",
		"most", BENCH_ROUNDS);
}

static void
print_actions(const struct bench_result *r, FILE *out)
{
	char text[64];

	for (unsigned a = 0; a < MEASURED_ACTIONS; a++) {
		if (r->action_flows[a] == 0)
			continue;
		snprintf(text, sizeof(text), "of execute, in %u flows: with it less without",
			r->action_flows[a]);
		print_difference(
			out, measured_action_name((enum measured_action)a), &r->action[a], text);
	}
}

static void
print_first(const struct bench_result *r, FILE *out)
{
	char text[64];

	fprintf(out, "\n  %-14s %8s %8s %8s   cycles a first packet\n", "", "", "", "");
	for (unsigned i = 0; i < r->n_stages; i++) {
		snprintf(text, sizeof(text), "stage of line %u: judged, not installed",
			r->stage[i].line);
		print_difference(out, r->stage[i].name, &r->stage[i].cycles, text);
	}
	if (r->first_packets != 0)
		print_row(out, "evaluate", &r->first,
			"the step for each of them: installed, and with those behind it");
}

static void
print_outcome(const struct bench_result *r, FILE *out)
{
	fprintf(out,
		"\n%" PRIu64 " packets: %" PRIu64 " of known flows, %" PRIu64
		" first packets, %" PRIu64 " sent\n",
		r->packets, r->hits, r->first_packets, r->sent);
	if (r->interrupted != 0)
		fprintf(out, "%" PRIu64 " bursts are not in the figures: the core was taken away\n",
			r->interrupted);
	if ((double)r->first_packets > (double)r->packets * (r->options->new_percent + 1) / 100)
		fprintf(out,
			"more first packets than %g %%: of these flows not all are remembered\n",
			r->options->new_percent);
	if (r->ledger.dropped == 0)
		return;
	fprintf(out, "dropped: %" PRIu64 " (%.1f %%)\n", r->ledger.dropped,
		100 * (double)r->ledger.dropped / (double)r->packets);
	for (unsigned i = 1; i < REASON_COUNT; i++)
		if (r->ledger.drops[i] != 0)
			fprintf(out, "  %-20s %12" PRIu64 "   %s\n", reason_name((enum reason)i),
				r->ledger.drops[i], reason_sentence((enum reason)i));
}

void
bench_print(const struct bench_result *r, FILE *out)
{
	char text[96];

	print_head(r, out);
	for (unsigned s = 0; s < BENCH_STEPS; s++)
		if (s != BENCH_FIRST || r->first_packets != 0)
			print_row(out, step_names[s], &r->step[s], step_texts[s]);
	snprintf(text, sizeof(text), "%.2f Mpps on this core (%.3f GHz)",
		r->hz / r->all.median / 1e6, r->hz / 1e9);
	print_row(out, "all", &r->all, text);
	print_actions(r, out);
	print_first(r, out);
	print_outcome(r, out);
	fflush(out);
}

/* --- JSON --- */

static void
put_figure(json_t *object, const struct bench_figure *f)
{
	json_object_set_new(object, "median", json_real(f->median));
	json_object_set_new(object, "least", json_real(f->least));
	json_object_set_new(object, "most", json_real(f->most));
}

static json_t *
named(const char *key, const char *name, const struct bench_figure *f)
{
	json_t *object = json_object();

	json_object_set_new(object, key, json_string(name));
	put_figure(object, f);
	return object;
}

static json_t *
named_difference(const char *key, const char *name, const struct bench_figure *f)
{
	json_t *object = named(key, name, f);

	if (bench_is_noise(f))
		json_object_set_new(object, "median", json_null());
	return object;
}

static json_t *
steps_json(const struct bench_result *r)
{
	json_t *list = json_array();

	for (unsigned s = 0; s < BENCH_STEPS; s++)
		json_array_append_new(list, named("step", step_names[s], &r->step[s]));
	return list;
}

static json_t *
actions_json(const struct bench_result *r)
{
	json_t *list = json_array(), *one;

	for (unsigned a = 0; a < MEASURED_ACTIONS; a++) {
		if (r->action_flows[a] == 0)
			continue;
		one = named_difference(
			"action", measured_action_name((enum measured_action)a), &r->action[a]);
		json_object_set_new(one, "flows", json_integer(r->action_flows[a]));
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *
stages_json(const struct bench_result *r)
{
	json_t *list = json_array(), *one;

	for (unsigned i = 0; i < r->n_stages; i++) {
		one = named_difference("stage", r->stage[i].name, &r->stage[i].cycles);
		json_object_set_new(one, "line", json_integer(r->stage[i].line));
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *
drops_json(const struct bench_result *r)
{
	json_t *drops = json_object();

	for (unsigned i = 1; i < REASON_COUNT; i++)
		if (r->ledger.drops[i] != 0)
			json_object_set_new(drops, reason_name((enum reason)i),
				json_integer((json_int_t)r->ledger.drops[i]));
	return drops;
}

static void
put_setting(json_t *json, const struct bench_result *r)
{
	const struct bench_options *o = r->options;

	json_object_set_new(json, "configuration", json_string(o->config));
	json_object_set_new(json, "interface", json_string(r->interface));
	json_object_set_new(json, "pipeline", json_string(r->pipeline));
	json_object_set_new(json, "flow", json_string(r->flow));
	json_object_set_new(json, "variant", json_string(fastpath_variant()));
	json_object_set_new(json, "hz", json_real(r->hz));
	json_object_set_new(json, "flows", json_integer(o->flows));
	json_object_set_new(json, "frame_bytes", json_integer(r->bytes));
	json_object_set_new(json, "new_flows_percent", json_real(o->new_percent));
	json_object_set_new(json, "zipf", json_real(o->zipf));
	json_object_set_new(json, "burst", json_integer(r->burst));
	json_object_set_new(json, "rounds", json_integer(BENCH_ROUNDS));
}

json_t *
bench_json(const struct bench_result *r)
{
	json_t *json = json_object(), *all = json_object(), *packets = json_object();

	put_setting(json, r);
	put_figure(all, &r->all);
	json_object_set_new(json, "cycles", all);
	json_object_set_new(json, "steps", steps_json(r));
	json_object_set_new(json, "actions", actions_json(r));
	json_object_set_new(json, "stages", stages_json(r));
	if (r->first_packets != 0)
		json_object_set_new(json, "first_packet", named("step", "first packet", &r->first));
	json_object_set_new(packets, "all", json_integer((json_int_t)r->packets));
	json_object_set_new(packets, "known", json_integer((json_int_t)r->hits));
	json_object_set_new(packets, "first", json_integer((json_int_t)r->first_packets));
	json_object_set_new(packets, "sent", json_integer((json_int_t)r->sent));
	json_object_set_new(packets, "dropped", json_integer((json_int_t)r->ledger.dropped));
	json_object_set_new(json, "packets", packets);
	json_object_set_new(json, "interrupted_bursts", json_integer((json_int_t)r->interrupted));
	json_object_set_new(json, "drops", drops_json(r));
	return json;
}
