/* SPDX-License-Identifier: BSD-3-Clause */
/* Reports of flows. */

#include "tap/flow_report.h"

#include <string.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/memory.h"

/* Entries that a class leaves to those before it. */
static const uint32_t left_free[] = {
	[FLOW_REPORT_CONVERSATION] = 0,
	[FLOW_REPORT_UNREPLIED] = FLOW_REPORTS / 4,
	[FLOW_REPORT_LOOSE] = FLOW_REPORTS / 2,
};

static struct flow_account *
take(uint32_t n, int numa_node)
{
	return memory_take(n * sizeof(struct flow_account), numa_node);
}

static void
give(struct flow_account *a, uint32_t n)
{
	memory_give(a, n * sizeof(struct flow_account));
}

struct flow_reports *
flow_reports_create(const struct flow_reports_size *size, int numa_node)
{
	struct flow_reports *r = memory_take(sizeof(*r), numa_node);

	if (r == NULL)
		return NULL;
	r->size = *size;
	r->entries = ring_create(FLOW_REPORTS, sizeof(struct flow_report), numa_node);
	r->session = take(size->sessions, numa_node);
	r->flow4 = take(size->flows4, numa_node);
	r->flow6 = take(size->flows6, numa_node);
	if (r->entries != NULL && r->session != NULL && r->flow4 != NULL && r->flow6 != NULL)
		return r;
	flow_reports_destroy(r);
	return NULL;
}

void
flow_reports_destroy(struct flow_reports *r)
{
	if (r == NULL)
		return;
	ring_destroy(r->entries);
	give(r->session, r->size.sessions);
	give(r->flow4, r->size.flows4);
	give(r->flow6, r->size.flows6);
	memory_give(r, sizeof(*r));
}

size_t
flow_reports_bytes(const struct flow_reports *r)
{
	if (r == NULL)
		return 0;
	return sizeof(*r) + FLOW_REPORTS * sizeof(struct flow_report)
		+ ((size_t)r->size.sessions + r->size.flows4 + r->size.flows6)
		* sizeof(struct flow_account);
}

void
flow_reports_begin(struct flow_reports *r)
{
	if (++r->era == 0)
		r->era = 1;
}

void
flow_account_add(const struct flow_reports *r, struct flow_account *a, const struct flow_counted *c)
{
	if (!flow_account_has(r, a))
		*a = (struct flow_account){
			.start_ns = c->first_ns,
			.last = c->last,
			.era = r->era,
		};
	if ((int32_t)(c->last - a->last) > 0)
		a->last = c->last;
	a->packets[c->reply] += c->packets;
	a->bytes[c->reply] += c->bytes;
}

/* Returns the place of the next report, NULL after counting it as lost. */
static struct flow_report *
reserve(struct flow_reports *r, const struct flow_account *a, enum flow_report_class class)
{
	struct flow_report *out = ring_has_room(r->entries, left_free[class])
		? ring_reserve(r->entries)
		: NULL;

	if (out != NULL)
		return out;
	counter_add(&r->lost, 1);
	counter_add(&r->lost_packets, a->packets[0] + a->packets[1]);
	counter_add(&r->lost_bytes, a->bytes[0] + a->bytes[1]);
	return NULL;
}

struct flow_report *
flow_reports_tell(struct flow_reports *r, struct flow_account *a, enum flow_report_class class,
	uint64_t now_ns)
{
	/* A tick is where it began: the last packet came up to a tick later. */
	uint64_t end_ns = now_ns - ((uint64_t)(clock_tick(now_ns) - a->last) << 20);
	struct flow_report *out = reserve(r, a, class);

	if (out != NULL) {
		out->start_ns = a->start_ns;
		out->end_ns = end_ns > a->start_ns ? end_ns : a->start_ns;
		memcpy(out->packets, a->packets, sizeof(out->packets));
		memcpy(out->bytes, a->bytes, sizeof(out->bytes));
	}
	a->packets[0] = a->packets[1] = 0;
	return out;
}

struct flow_report *
flow_reports_tell_once(struct flow_reports *r, uint64_t packets, uint64_t bytes,
	enum flow_report_class class, uint64_t now_ns)
{
	const struct flow_account a = { .packets = { packets }, .bytes = { bytes } };
	struct flow_report *out = reserve(r, &a, class);

	if (out == NULL)
		return NULL;
	out->start_ns = out->end_ns = now_ns;
	out->packets[0] = packets;
	out->bytes[0] = bytes;
	out->packets[1] = out->bytes[1] = 0;
	return out;
}

void
flow_reports_commit(struct flow_reports *r)
{
	ring_commit(r->entries);
}
