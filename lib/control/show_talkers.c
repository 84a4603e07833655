/* SPDX-License-Identifier: BSD-3-Clause */
/* show talkers: the sketches of all workers, added up. */

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "control/control_priv.h"
#include "packet/notation.h"
#include "program/program.h"
#include "worker/talkers.h"

enum {
	TALKERS_SHOWN = 10,   /* of each kind */
	TALKERS_TAKEN = 8192, /* entries of one kind that are added up */
};

static const char *const kinds[TALKER_KINDS] = {
	[TALKER_SOURCE] = "source",
	[TALKER_DESTINATION] = "destination",
	[TALKER_FLOW] = "flow",
};

struct gathered {
	unsigned n;
	uint64_t packets, bytes;
	double seconds;
	struct talker entry[TALKERS_TAKEN];
};

static void
take_window(struct gathered *g, const struct talkers_window *w, enum talker_kind kind,
	enum talker_by by, unsigned workers)
{
	const struct talkers_sketch *s = &w->sketch[kind][by];
	uint64_t all = by == TALKER_BYTES ? w->bytes : w->packets;
	/* With many workers small ones are left out of each. */
	uint64_t least = workers > 4 ? all * workers / 4096 : 0;

	g->packets += w->packets;
	g->bytes += w->bytes;
	for (unsigned b = 0; b < TALKERS_BUCKETS; b++)
		for (unsigned i = 0; i < TALKERS_WAYS && g->n < TALKERS_TAKEN; i++)
			if (s->mark[b][i] != 0 && s->entry[b][i].count >= least)
				g->entry[g->n++] = s->entry[b][i];
}

static int
by_who(const void *a, const void *b)
{
	const struct talker *x = a, *y = b;

	return memcmp(&x->who, &y->who, sizeof(x->who));
}

static int
by_count(const void *a, const void *b)
{
	const struct talker *x = a, *y = b;

	return (x->count < y->count) - (x->count > y->count);
}

/* Adds up what is the same of several windows and workers; the largest first. */
static void
add_up(struct gathered *g)
{
	unsigned n = 0;

	qsort(g->entry, g->n, sizeof(g->entry[0]), by_who);
	for (unsigned i = 0; i < g->n; i++) {
		if (n == 0 || by_who(&g->entry[n - 1], &g->entry[i]) != 0) {
			g->entry[n++] = g->entry[i];
			continue;
		}
		g->entry[n - 1].count += g->entry[i].count;
		g->entry[n - 1].error += g->entry[i].error;
		g->entry[n - 1].other += g->entry[i].other;
	}
	g->n = n;
	qsort(g->entry, n, sizeof(g->entry[0]), by_count);
}

static void
gather(struct control *c, struct gathered *g, enum talker_kind kind, enum talker_by by)
{
	struct workers *ws = appliance_workers(c->appliance);
	unsigned windows = 0;

	memset(g, 0, offsetof(struct gathered, entry));
	for (unsigned w = 0; w < workers_count(ws); w++)
		for (unsigned back = 1; back <= TALKERS_WINDOWS; back++) {
			const struct talkers_window *t = talkers_window(
				workers_at(ws, w)->talkers, back);

			if (t == NULL)
				continue;
			take_window(g, t, kind, by, workers_count(ws));
			if (back > windows)
				windows = back;
		}
	g->seconds = (double)windows * (double)TALKERS_WINDOW_NS / 1e9;
	add_up(g);
}

/* "10.0.0.2", or "udp 10.0.0.2:5203 > 203.0.113.9:53". */
static void
row_who(json_t *row, enum talker_kind kind, const struct tuple *who)
{
	char src[80], dst[80], text[200];

	if (kind == TALKER_FLOW) {
		program_print_end(src, sizeof(src), who, true);
		program_print_end(dst, sizeof(dst), who, false);
		snprintf(text, sizeof(text), "%s %s > %s",
			who->proto == IPPROTO_TCP              ? "tcp"
				: who->proto == IPPROTO_UDP    ? "udp"
				: who->proto == IPPROTO_ICMP   ? "icmp"
				: who->proto == IPPROTO_ICMPV6 ? "icmpv6"
							       : "ip",
			src, dst);
	} else {
		notation_address(text, sizeof(text), kind == TALKER_SOURCE ? &who->src : &who->dst,
			who->family);
	}
	row_text(row, "name", text);
}

static void
add_kind(struct control *c, struct rpc_call *call, enum talker_kind kind, enum talker_by by)
{
	struct gathered *g = malloc(sizeof(*g));
	double all;

	if (g == NULL)
		return;
	gather(c, g, kind, by);
	all = (double)(by == TALKER_BYTES ? g->bytes : g->packets);
	for (unsigned i = 0; i < g->n && i < TALKERS_SHOWN; i++) {
		const struct talker *t = &g->entry[i];
		uint64_t packets = by == TALKER_PACKETS ? t->count : t->other;
		uint64_t bytes = by == TALKER_BYTES ? t->count : t->other;
		json_t *row = json_object();

		row_text(row, "kind", kinds[kind]);
		row_who(row, kind, &t->who);
		row_domain(row, appliance_generation(c->appliance), t->who.domain);
		row_rate(row, "rate", (double)packets / g->seconds);
		row_rate(row, "bits", 8 * (double)bytes / g->seconds);
		row_real(row, "share", all > 0 ? (double)t->count / all : 0);
		row_real(row, "error", all > 0 ? (double)t->error / all : 0);
		json_array_append_new(result_rows(call), row);
	}
	free(g);
}

bool
show_talkers(struct control *c, struct rpc_call *call)
{
	const char *by = rpc_text(call, "by"), *only = rpc_text(call, "kind");
	char clean[64];
	bool found = only == NULL;

	if (by != NULL && strcmp(by, "packets") != 0 && strcmp(by, "bytes") != 0)
		return rpc_fail(call, RPC_PARAMS, "by: packets or bytes, not '%s'",
			text_clean(clean, sizeof(clean), by));
	result_rows(call);
	for (unsigned k = 0; k < TALKER_KINDS; k++) {
		if (only != NULL && strcmp(only, kinds[k]) != 0)
			continue;
		found = true;
		add_kind(c, call, k,
			by != NULL && strcmp(by, "packets") == 0 ? TALKER_PACKETS : TALKER_BYTES);
	}
	if (!found)
		return rpc_fail(call, RPC_PARAMS, "kind: source, destination or flow, not '%s'",
			text_clean(clean, sizeof(clean), only));
	return true;
}
