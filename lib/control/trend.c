/* SPDX-License-Identifier: BSD-3-Clause */
/* The last hour, and show trend. */

#include "control/trend.h"

#include <string.h>

#include "base/clock.h"
#include "base/monotonic.h"
#include "control/control_priv.h"

static void
look_at_sessions(struct trend_look *l, struct workers *ws)
{
	for (unsigned w = 0; w < workers_count(ws); w++) {
		struct fastpath_flows flows;

		fastpath_figures(workers_at(ws, w)->fp, &flows);
		for (unsigned i = 0; i < SESSION_CLASSES; i++)
			l->sessions[i] += (uint32_t)flows.counts.now[i];
	}
}

static void
look_at_traffic(struct trend_look *l, const struct rates *r, const struct ports *ports)
{
	const struct rates_sample *a = rates_before(r), *b = rates_after(r);

	for (unsigned i = 0; i < ports->count; i++) {
		if (!ports->at[i].used)
			continue;
		l->rx += (uint64_t)rates_of(r, a->port[i].rx, b->port[i].rx);
		l->tx += (uint64_t)rates_of(r, a->port[i].tx, b->port[i].tx);
	}
	for (unsigned i = 1; i < REASON_COUNT; i++)
		l->drops += (uint64_t)rates_of(r, a->drops[i], b->drops[i]);
}

void
trend_tick(struct trend *t, struct appliance *a, const struct rates *rates)
{
	uint64_t now_ns = monotonic_ns();
	struct trend_look *l = &t->look[t->next];

	if (t->last_ns != 0 && now_ns - t->last_ns < TREND_NS)
		return;
	t->last_ns = now_ns;
	memset(l, 0, sizeof(*l));
	l->at_ns = now_ns;
	look_at_sessions(l, appliance_workers(a));
	look_at_traffic(l, rates, appliance_ports(a));
	t->next = (t->next + 1) % TREND_LOOKS;
	if (t->n < TREND_LOOKS)
		t->n++;
}

/* Classes of one name, added up. */
static void
row_sessions(json_t *row, const struct trend_look *l)
{
	for (unsigned i = 0; i < SESSION_CLASSES; i++) {
		const char *name = session_class_name(i);
		json_int_t n = json_integer_value(json_object_get(row, name));

		json_object_set_new(row, name, json_integer(n + l->sessions[i]));
	}
}

/* The oldest first. */
bool
show_trend(struct control *c, struct rpc_call *call)
{
	const struct trend *t = &c->trend;
	uint64_t now_ns = monotonic_ns();

	result_rows(call);
	for (unsigned i = 0; i < t->n; i++) {
		const struct trend_look
			*l = &t->look[(t->next + TREND_LOOKS - t->n + i) % TREND_LOOKS];
		json_t *row = json_object();

		row_count(row, "ago", (now_ns - l->at_ns) / NS_PER_S);
		row_sessions(row, l);
		row_count(row, "rx_rate", l->rx);
		row_count(row, "tx_rate", l->tx);
		row_count(row, "drop_rate", l->drops);
		json_array_append_new(result_rows(call), row);
	}
	return true;
}
