/* SPDX-License-Identifier: BSD-3-Clause */
/* show status, ports, interfaces: what comes and goes. */

#include <string.h>
#include <unistd.h>

#include "base/counter.h"
#include "base/text.h"
#include "control/control_priv.h"
#include "control/report.h"
#include "packet/notation.h"
#include "policy/pipeline.h"

static void
row_traffic(json_t *row, const struct rates *r, const struct traffic_counts *now,
	const struct traffic_counts *before, const struct traffic_counts *after)
{
	row_count(row, "rx", now->rx);
	row_count(row, "rx_bytes", now->rx_bytes);
	row_rate(row, "rx_rate", rates_of(r, before->rx, after->rx));
	row_rate(row, "rx_bits", 8 * rates_of(r, before->rx_bytes, after->rx_bytes));
	row_count(row, "tx", now->tx);
	row_count(row, "tx_bytes", now->tx_bytes);
	row_rate(row, "tx_rate", rates_of(r, before->tx, after->tx));
	row_rate(row, "tx_bits", 8 * rates_of(r, before->tx_bytes, after->tx_bytes));
}

static json_t *
mac_json(const struct rte_ether_addr *mac)
{
	const uint8_t *b = mac->addr_bytes;

	return json_sprintf("%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4], b[5]);
}

static void
add_port(struct control *c, struct rpc_call *call, unsigned i)
{
	struct port *port = &appliance_ports(c->appliance)->at[i];
	json_t *row = json_object();
	struct traffic_counts now;
	struct port_stats stats;

	port_stats(port, &stats);
	traffic_of_port(c->appliance, i, &now);
	row_text(row, "name", port->name);
	row_text(row, "link",
		!atomic_load_explicit(&port->present, memory_order_relaxed)          ? "gone"
			: atomic_load_explicit(&port->link_up, memory_order_relaxed) ? "up"
										     : "down");
	row_text(row, "device", port->device);
	json_object_set_new(row, "mac", mac_json(&port->mac));
	row_count(row, "mtu", port->mtu);
	row_count(row, "queues", port->rx_queues);
	row_text(row, "replies", ports_replies(appliance_ports(c->appliance), port));
	row_traffic(row, &c->rates, &now, &rates_before(&c->rates)->port[i],
		&rates_after(&c->rates)->port[i]);
	row_count(row, "missed", stats.rx_missed);
	row_count(row, "no_mbuf", stats.rx_no_mbuf);
	row_count(row, "errors", stats.rx_errors + stats.tx_errors);
	if (port->bond != NULL) {
		json_object_set_new(row, "members", report_members_json(port));
		json_object_set_new(row, "bond", report_bond_json(port));
	}
	json_array_append_new(result_rows(call), row);
}

bool
show_ports(struct control *c, struct rpc_call *call)
{
	const char *only = rpc_text(call, "port");
	char clean[64];

	result_rows(call);
	for (unsigned i = 0; i < appliance_ports(c->appliance)->count; i++)
		if (appliance_ports(c->appliance)->at[i].used
			&& (only == NULL
				|| strcmp(appliance_ports(c->appliance)->at[i].name, only) == 0))
			add_port(c, call, i);
	if (only != NULL && json_array_size(result_rows(call)) == 0)
		return rpc_fail(call, RPC_PARAMS, "there is no port '%s'",
			text_clean(clean, sizeof(clean), only));
	return true;
}

static void
row_drops(json_t *row, struct control *c, unsigned id)
{
	struct workers *ws = appliance_workers(c->appliance);
	json_t *drops = json_object();
	uint64_t all = 0;

	for (unsigned r = 1; r < REASON_COUNT; r++) {
		uint64_t n = 0;

		for (unsigned w = 0; w < workers_count(ws); w++)
			n += counter_get(
				&fastpath_ledger(workers_at(ws, w)->fp)->iface[id].drops[r]);
		row_count_nonzero(drops, reason_name(r), n);
		all += n;
	}
	row_count(row, "dropped", all);
	json_object_set_new(row, "drops", drops);
}

static json_t *
addresses_json(const struct interface *iface)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < iface->n_addresses; i++) {
		const struct interface_address *a = &iface->addresses[i];
		char text[64];

		notation_address(text, sizeof(text), &a->address, a->family);
		json_array_append_new(list, json_sprintf("%s/%u", text, a->bits));
	}
	return list;
}

/* The kernel's side: absent without one. */
static void
row_host(json_t *row, struct control *c, const struct interface *iface)
{
	struct hostif_counts n;

	row_text(row, "host", iface->host);
	if (!appliance_host_counts(c->appliance, iface->id, &n))
		return;
	row_count(row, "host_rx", n.rx);
	row_count(row, "host_tx", n.tx);
	row_count(row, "host_lost", n.rx_lost + n.tx_lost);
}

static void
add_interface(struct control *c, struct rpc_call *call, const struct interface *iface)
{
	const struct generation *gen = appliance_generation(c->appliance);
	json_t *row = json_object();
	struct traffic_counts now;

	traffic_of_iface(c->appliance, iface->id, &now);
	row_text(row, "name", iface->name);
	row_text(row, "port", gen->port_name[iface->port]);
	row_count_nonzero(row, "vlan", iface->vlan);
	row_count_nonzero(row, "inner_vlan", iface->inner_vlan);
	row_text(row, "zone", zones_name(&gen->zones, iface->id));
	row_domain(row, gen, iface->domain);
	row_text(row, "pipeline", iface->pipeline != NULL ? iface->pipeline->name : NULL);
	row_count(row, "mtu", iface->mtu);
	row_traffic(row, &c->rates, &now, &rates_before(&c->rates)->iface[iface->id],
		&rates_after(&c->rates)->iface[iface->id]);
	row_drops(row, c, iface->id);
	json_object_set_new(row, "addresses", addresses_json(iface));
	row_host(row, c, iface);
	json_array_append_new(result_rows(call), row);
}

bool
show_interfaces(struct control *c, struct rpc_call *call)
{
	const struct generation *gen = appliance_generation(c->appliance);
	const char *only = rpc_text(call, "interface");
	unsigned long from;
	char clean[64];

	if (!rpc_from(call, &from))
		return true;
	result_rows(call);
	for (; from < gen->n_ifaces && json_array_size(result_rows(call)) < PAGE_ROWS; from++)
		if (gen->iface[from] != NULL
			&& (only == NULL || strcmp(gen->iface[from]->name, only) == 0))
			add_interface(c, call, gen->iface[from]);
	if (from < gen->n_ifaces)
		result_next(call, from);
	if (only != NULL && json_array_size(result_rows(call)) == 0)
		return rpc_fail(call, RPC_PARAMS, "there is no interface '%s'",
			text_clean(clean, sizeof(clean), only));
	return true;
}

static double
drop_rate(const struct rates *r)
{
	double sum = 0;

	for (unsigned i = 1; i < REASON_COUNT; i++)
		sum += rates_of(r, rates_before(r)->drops[i], rates_after(r)->drops[i]);
	return sum;
}

/* What weirctl and the status page show first. */
bool
show_status(struct control *c, struct rpc_call *call)
{
	struct workers *ws = appliance_workers(c->appliance);
	double rx = 0, tx = 0;
	uint64_t sessions = 0;

	for (unsigned i = 0; i < appliance_ports(c->appliance)->count; i++) {
		rx += rates_of(&c->rates, rates_before(&c->rates)->port[i].rx,
			rates_after(&c->rates)->port[i].rx);
		tx += rates_of(&c->rates, rates_before(&c->rates)->port[i].tx,
			rates_after(&c->rates)->port[i].tx);
	}
	for (unsigned w = 0; w < workers_count(ws); w++) {
		struct fastpath_flows flows;

		fastpath_figures(workers_at(ws, w)->fp, &flows);
		sessions += flows.sessions;
	}
	call->result = json_pack("{s:s,s:f,s:i,s:I,s:i,s:I}", "version", WEIR_VERSION, "uptime",
		(double)appliance_uptime_ns(c->appliance) / 1e9, "pid", (int)getpid(), "generation",
		(json_int_t)appliance_generation(c->appliance)->number, "workers",
		(int)workers_count(ws), "sessions", (json_int_t)sessions);
	row_rate(call->result, "rx_rate", rx);
	row_rate(call->result, "tx_rate", tx);
	row_rate(call->result, "drop_rate", drop_rate(&c->rates));
	row_text(call->result, "config",
		c->setup.config != NULL ? c->setup.config : "the built-in example");
	return true;
}
