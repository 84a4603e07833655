/* SPDX-License-Identifier: BSD-3-Clause */
/* From the workers' rings to records. */

#include "base/counter.h"
#include "export/ipfix_priv.h"
#include "nat/log.h"

#define AT_ONCE 2048u /* records of a worker, in turn */

/* Adds the record of an item.  Returns false if there is no room for it. */
static bool
add_item(struct ipfix *x, const struct ipfix_item *item, uint64_t now_ms)
{
	uint8_t record[IPFIX_RECORD_MAX];
	size_t bytes;
	enum ipfix_id id = ipfix_write(record, item, &bytes);

	if (id == 0)
		return true;
	if (!ipfix_queue_add(x->queue, (uint16_t)id, record, bytes, now_ms))
		return false;
	x->records++;
	return true;
}

/* Makes records of what has come by one of the rings of reports. */
static unsigned
drain_flows(struct ipfix *x, struct flow_reports *flows, enum flow_report_way way, uint64_t now_ms)
{
	struct ipfix_item item = {
		.wall_ns = atomic_load_explicit(&x->wall_ns, memory_order_relaxed),
	};
	const struct flow_report *r;
	unsigned n;

	for (n = 0; n < AT_ONCE && (r = flow_reports_peek(flows, way, &item.flow)) != NULL; n++) {
		if (r != &item.flow)
			item.flow = *r;
		if (!add_item(x, &item, now_ms))
			break;
		flow_reports_release(flows, way);
	}
	return n;
}

/* Entries of NAT's log cannot be put back: one is taken when there is room for it. */
static unsigned
drain_nat(struct ipfix *x, struct nat_log *log, int64_t wall_ns, uint64_t now_ms)
{
	struct ipfix_item item = { .wall_ns = wall_ns };
	struct nat_log_entry e;
	unsigned n;

	for (n = 0;
		n < AT_ONCE && x->queue->kept + 1 < IPFIX_QUEUE && nat_log_take(log, &e, 1) == 1;
		n++) {
		ipfix_item_of_nat(&item, &e);
		add_item(x, &item, now_ms);
	}
	return n;
}

/* Lost records count for the sequence. */
static void
skip_lost(struct ipfix *x, uint64_t lost, uint64_t *known)
{
	x->queue->sequence += (uint32_t)(lost - *known);
	*known = lost;
}

static void
add_names(struct ipfix *x, uint64_t now_ms)
{
	uint8_t record[IPFIX_RECORD_MAX];

	for (; x->next_name < x->now->n_names; x->next_name++) {
		const struct ipfix_name *n = &x->now->name[x->next_name];
		size_t bytes = ipfix_write_name(record, n->number, n->name);

		if (!ipfix_queue_add(x->queue, n->set, record, bytes, now_ms))
			return;
	}
}

static void
add_figures(struct ipfix *x, uint64_t now_ms)
{
	struct ipfix_reliability r = {
		.messages = x->collector.messages,
		.records = x->records,
		.bytes = x->collector.bytes,
	};
	uint8_t record[IPFIX_RECORD_MAX];

	ipfix_lost(x, &r);
	if (ipfix_queue_add(x->queue, IPFIX_RELIABILITY, record,
		    ipfix_write_reliability(record, &r), now_ms))
		x->figures_due = false;
}

unsigned
ipfix_drain(struct ipfix *x, uint64_t now_ms)
{
	int64_t wall_ns = atomic_load_explicit(&x->wall_ns, memory_order_relaxed);
	unsigned n = 0;

	add_names(x, now_ms);
	if (x->figures_due)
		add_figures(x, now_ms);
	for (unsigned i = 0; i < x->n_sources; i++) {
		struct ipfix_source *s = &x->source[i];

		if (s->flows != NULL) {
			skip_lost(x, counter_get(&s->flows->lost), &s->lost_flows);
			n += drain_flows(x, s->flows, FLOW_REPORT_BY_ENTRY, now_ms);
			n += drain_flows(x, s->flows, FLOW_REPORT_BY_LINE, now_ms);
		}
		if (s->nat != NULL) {
			skip_lost(x, nat_log_lost(s->nat), &s->lost_nat);
			n += drain_nat(x, s->nat, wall_ns, now_ms);
		}
	}
	return n;
}

uint64_t
ipfix_waiting(const struct ipfix *x)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < x->n_sources; i++) {
		const struct ipfix_source *s = &x->source[i];

		n += s->flows != NULL ? flow_reports_waiting(s->flows) : 0;
		n += s->nat != NULL ? nat_log_waiting(s->nat) : 0;
	}
	return n;
}

void
ipfix_lost(const struct ipfix *x, struct ipfix_reliability *out)
{
	for (unsigned i = 0; i < x->n_sources; i++) {
		const struct ipfix_source *s = &x->source[i];

		if (s->flows != NULL) {
			out->lost_records += counter_get(&s->flows->lost);
			out->lost_packets += counter_get(&s->flows->lost_packets);
			out->lost_bytes += counter_get(&s->flows->lost_bytes);
		}
		out->lost_records += s->nat != NULL ? nat_log_lost(s->nat) : 0;
	}
}
