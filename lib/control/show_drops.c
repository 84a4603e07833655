/* SPDX-License-Identifier: BSD-3-Clause */
/* show drops: by reason, with the lines that decided, and the headers of the latest ones. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/text.h"
#include "config/compile.h"
#include "control/control_priv.h"
#include "fastpath/tap.h"
#include "packet/notation.h"
#include "packet/parse.h"
#include "tap/recorder.h"

#define LINES  4 /* of the configuration, for a reason */
#define LATEST 4 /* headers of a reason */

/* Of one reason, of one interface or all. */
static uint64_t
count_drops(struct control *c, enum reason r, const struct interface *only)
{
	struct workers *ws = appliance_workers(c->appliance);
	uint64_t n = 0;

	for (unsigned w = 0; w < workers_count(ws); w++) {
		const struct ledger *l = fastpath_ledger(workers_at(ws, w)->fp);

		for (unsigned i = 0; i < appliance_generation(c->appliance)->n_ifaces; i++)
			if (only == NULL || only->id == i)
				n += counter_get(&l->iface[i].drops[r]);
	}
	return n;
}

struct drop_line {
	unsigned counter;
	uint64_t packets;
};

/* Puts a line among the first LINES, the one with most packets first. */
static void
note_line(struct drop_line lines[static LINES], const struct drop_line *line)
{
	unsigned i = LINES;

	while (i > 0 && lines[i - 1].packets < line->packets)
		i--;
	if (i == LINES)
		return;
	memmove(&lines[i + 1], &lines[i], (LINES - 1 - i) * sizeof(lines[0]));
	lines[i] = *line;
}

static json_t *
line_json(const struct rule_counter *p, uint64_t packets)
{
	char clean[256], name[128];

	return json_sprintf("%s:%u %s%s%s: %" PRIu64, text_clean(clean, sizeof(clean), p->loc.file),
		p->loc.line, p->owner, p->name != NULL ? " " : "",
		p->name != NULL ? text_clean(name, sizeof(name), p->name) : "", packets);
}

/* The lines that have dropped most for a reason. */
static void
row_lines(json_t *row, struct control *c, enum reason r)
{
	const struct generation *gen = appliance_generation(c->appliance);
	struct drop_line lines[LINES] = { { 0, 0 } };
	json_t *list = json_array();

	for (unsigned i = 1; i < gen->n_counters; i++) {
		struct drop_line line = { .counter = i };

		if (gen->counters[i].drops != r)
			continue;
		line.packets = counter_packets(c, i);
		note_line(lines, &line);
	}
	for (unsigned i = 0; i < LINES && lines[i].packets != 0; i++)
		json_array_append_new(
			list, line_json(&gen->counters[lines[i].counter], lines[i].packets));
	if (json_array_size(list) != 0)
		json_object_set_new(row, "lines", list);
	else
		json_decref(list);
}

/* --- the latest ones --- */

struct latest {
	unsigned worker;
	struct recorder_entry entry;
};

static int
newest_first(const void *a, const void *b)
{
	const struct latest *x = a, *y = b;

	return (x->entry.time_ns < y->entry.time_ns) - (x->entry.time_ns > y->entry.time_ns);
}

/* Now, by the workers' clock. */
static uint64_t
clock_now(struct control *c)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)((int64_t)ts.tv_sec * (int64_t)NS_PER_SECOND + ts.tv_nsec
		- appliance_wall_ns(c->appliance));
}

static const char *
interface_name(const struct generation *gen, const struct recorder_entry *e)
{
	if (e->iface != 0 && e->iface < LEDGER_IFACES && gen->iface[e->iface] != NULL)
		return gen->iface[e->iface]->name;
	return e->port < LEDGER_PORTS ? gen->port_name[e->port] : NULL;
}

static void
set_line(json_t *json, const struct generation *gen, const struct recorder_entry *e)
{
	const struct rule_counter *line = &gen->counters[e->counter];

	if (e->counter == 0 || e->counter >= gen->n_counters
		|| e->generation != (uint32_t)gen->number)
		return;
	row_place(json, "rule", &line->loc);
}

static json_t *
latest_json(struct control *c, const struct latest *l, uint64_t now_ns)
{
	const struct generation *gen = appliance_generation(c->appliance);
	const struct recorder_entry *e = &l->entry;
	uint32_t kept = e->bytes < RECORDER_BYTES ? e->bytes : RECORDER_BYTES;
	double ago = now_ns > e->time_ns ? (double)(now_ns - e->time_ns) / 1e9 : 0;
	json_t *json = json_object();
	char packet[192];
	struct view v;

	row_real(json, "ago", ago);
	row_text(json, "in", interface_name(gen, e));
	parse_bytes(&v, e->frame, kept, e->bytes, &gen->ingress[e->port % LEDGER_PORTS]);
	notation_flow(packet, sizeof(packet), &v);
	row_text(json, "packet", packet);
	row_count(json, "bytes", e->bytes);
	set_line(json, gen, e);
	row_count(json, "worker", l->worker);
	return json;
}

static void
row_latest(json_t *row, struct control *c, enum reason r, const struct interface *only)
{
	struct workers *ws = appliance_workers(c->appliance);
	struct latest *all = calloc(workers_count(ws) * RECORDER_LATEST, sizeof(*all));
	uint64_t now_ns = clock_now(c);
	json_t *list = json_array();
	unsigned n = 0;

	for (unsigned w = 0; all != NULL && w < workers_count(ws); w++) {
		struct recorder_entry entry[RECORDER_LATEST];
		unsigned some = recorder_latest(fastpath_recorder(workers_at(ws, w)->fp), r, entry);

		for (unsigned i = 0; i < some; i++)
			if (only == NULL || only->id == entry[i].iface)
				all[n++] = (struct latest){ w, entry[i] };
	}
	if (all != NULL)
		qsort(all, n, sizeof(*all), newest_first);
	for (unsigned i = 0; i < n && i < LATEST; i++)
		json_array_append_new(list, latest_json(c, &all[i], now_ns));
	if (json_array_size(list) != 0)
		json_object_set(row, "latest", list);
	json_decref(list);
	free(all);
}

static void
add_drop(struct control *c, struct rpc_call *call, enum reason r, const struct interface *only)
{
	uint64_t n = count_drops(c, r, only);
	json_t *row;

	if (n == 0)
		return;
	row = json_object();
	row_text(row, "fault", fault_name(reason_fault(r)));
	row_text(row, "reason", reason_name(r));
	row_count(row, "packets", n);
	if (only == NULL)
		row_rate(row, "rate",
			rates_of(&c->rates, rates_before(&c->rates)->drops[r],
				rates_after(&c->rates)->drops[r]));
	if (only == NULL)
		row_lines(row, c, r);
	row_text(row, "text", reason_sentence(r));
	row_latest(row, c, r, only);
	json_array_append_new(result_rows(call), row);
}

bool
show_drops(struct control *c, struct rpc_call *call)
{
	const char *reason = rpc_text(call, "reason"), *name = rpc_text(call, "interface");
	const struct interface *only = name == NULL
		? NULL
		: generation_find(appliance_generation(c->appliance), name);
	bool policy = rpc_flag(call, "policy"), trouble = rpc_flag(call, "trouble");
	char clean[64];

	if (name != NULL && only == NULL)
		return rpc_fail(call, RPC_PARAMS, "there is no interface '%s'",
			text_clean(clean, sizeof(clean), name));
	if (reason != NULL && reason_find(reason) == REASON_NONE)
		return rpc_fail(call, RPC_PARAMS, "there is no reason '%s'",
			text_clean(clean, sizeof(clean), reason));
	result_rows(call);
	for (unsigned is_policy = 0; is_policy < 2; is_policy++) {
		if ((policy || trouble) && !(is_policy ? policy : trouble))
			continue;
		for (unsigned r = 1; r < REASON_COUNT; r++)
			if ((reason_fault(r) == FAULT_POLICY) == is_policy
				&& (reason == NULL || strcmp(reason, reason_name(r)) == 0))
				add_drop(c, call, r, only);
	}
	return true;
}
