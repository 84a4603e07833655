/* SPDX-License-Identifier: BSD-3-Clause */
/* show sessions, flows, neighbours; clear sessions: what workers answer. */

#include <string.h>

#include "base/clock.h"
#include "control/control_priv.h"
#include "control/filter.h"
#include "control/walker.h"
#include "packet/notation.h"
#include "program/nexthop.h"
#include "program/program.h"
#include "schema/value.h"
#include "session/sctp.h"
#include "session/session.h"
#include "session/tcp.h"

#define TICK_S 1.048576e-3 /* of clock_tick */

static const char *
iface_name(struct control *c, unsigned id)
{
	const struct generation *gen = appliance_generation(c->appliance);

	return id < gen->n_ifaces && gen->iface[id] != NULL ? gen->iface[id]->name : "gone";
}

/* "10.0.0.2:5203", or what stands for the port in other protocols. */
static void
row_end(json_t *row, const char *name, const struct tuple *t, bool source)
{
	char text[80];

	program_print_end(text, sizeof(text), t, source);
	row_text(row, name, text);
}

static void
row_proto(json_t *row, const struct tuple *t)
{
	const char *name = value_word(cfg_protocols, t->proto);
	char text[16];

	if (name == NULL) {
		snprintf(text, sizeof(text), "%u", t->proto);
		name = text;
	}
	row_text(row, "proto", name);
}

static bool
same_end(const union address *a, rte_be16_t a_port, const union address *b, rte_be16_t b_port)
{
	return address_equal(a, b) && a_port == b_port;
}

/* What translation made of the ends: seen in how replies arrive. */
static void
row_translated(json_t *row, const struct tuple *forward, const struct tuple *reply)
{
	bool icmp = tuple_is_icmp(forward);

	if (!same_end(&forward->src, forward->sport, &reply->dst,
		    icmp ? reply->sport : reply->dport)) {
		struct tuple t = *reply;

		t.src = reply->dst;
		t.sport = icmp ? reply->sport : reply->dport;
		row_end(row, "snat", &t, true);
	}
	if (!same_end(
		    &forward->dst, icmp ? 0 : forward->dport, &reply->src, icmp ? 0 : reply->sport))
		row_end(row, "dnat", reply, true);
}

static void
session_row(struct control *c, struct rpc_call *call, unsigned worker, const struct walk_row *r)
{
	const struct walk_session *s = &r->session;
	json_t *row = json_object();

	row_proto(row, &s->tuple[0]);
	row_text(row, "state",
		s->tuple[0].proto == IPPROTO_TCP            ? tcp_state_name(s->state)
			: s->tuple[0].proto == IPPROTO_SCTP ? sctp_state_name(s->state)
							    : session_class_name(s->class));
	row_end(row, "src", &s->tuple[0], true);
	row_end(row, "dst", &s->tuple[0], false);
	row_domain(row, appliance_generation(c->appliance), s->tuple[0].domain);
	row_text(row, "in", iface_name(c, s->iface[0]));
	row_text(row, "out", iface_name(c, s->iface[1]));
	if (s->tuple[1].domain != s->tuple[0].domain)
		row_text(row, "out_domain",
			generation_domain_name(
				appliance_generation(c->appliance), s->tuple[1].domain));
	row_translated(row, &s->tuple[0], &s->tuple[1]);
	row_real(row, "idle", (double)(unsigned long)(s->idle * TICK_S * 10) / 10);
	row_count(row, "expires", (uint64_t)(s->expires * TICK_S));
	row_text(row, "class", session_class_name(s->class));
	row_count(row, "worker", worker);
	json_array_append_new(result_rows(call), row);
}

/* What becomes of a flow's packets. */
static void
row_verdict(struct control *c, json_t *row, const struct walk_flow *f)
{
	const struct generation *gen = appliance_generation(c->appliance);

	if (!f->current) {
		row_text(row, "verdict", "judged at its next packet");
		return;
	}
	switch (f->state) {
	case NEXTHOP_READY:
	case NEXTHOP_UNRESOLVED:
	case NEXTHOP_DEAD:
		row_text(row, "verdict",
			f->state == NEXTHOP_READY ? "output" : "waits for its neighbour");
		row_text(row, "out", iface_name(c, f->out_iface));
		break;
	case NEXTHOP_WIRE:
	case NEXTHOP_BRIDGE:
		row_text(row, "verdict", "output");
		row_text(row, "out",
			f->out_port < LEDGER_PORTS ? gen->port_name[f->out_port] : NULL);
		break;
	case NEXTHOP_WORKER:
		json_object_set_new(row, "verdict", json_sprintf("to worker %u", f->out_iface));
		break;
	case NEXTHOP_TO_US:
		row_text(row, "verdict", "local");
		break;
	default:
		json_object_set_new(row, "verdict",
			json_sprintf("drop %s",
				f->nexthop > 0 && f->nexthop < REASON_COUNT
					? reason_name(f->nexthop)
					: "nothing decided"));
	}
}

static void
flow_row(struct control *c, struct rpc_call *call, unsigned worker, const struct walk_row *r)
{
	const struct walk_flow *f = &r->flow;
	json_t *row = json_object();

	row_proto(row, &f->tuple);
	row_end(row, "src", &f->tuple, true);
	row_end(row, "dst", &f->tuple, false);
	row_domain(row, appliance_generation(c->appliance), f->tuple.domain);
	row_text(row, "in", iface_name(c, f->iface));
	row_verdict(c, row, f);
	row_text(row, "session", f->has_session ? f->reply ? "reply" : "forward" : NULL);
	row_real(row, "idle", (double)(unsigned long)(f->idle * TICK_S * 10) / 10);
	row_count(row, "worker", worker);
	json_array_append_new(result_rows(call), row);
}

static void
neighbour_row(struct control *c, struct rpc_call *call, unsigned worker, const struct walk_row *r)
{
	const struct host_listed *n = &r->neighbour;
	json_t *row = json_object();
	char text[64];

	notation_address(text, sizeof(text), &n->address, n->family);
	row_text(row, "address", text);
	row_text(row, "interface", iface_name(c, n->iface));
	row_domain(row, appliance_generation(c->appliance),
		generation_domain(appliance_generation(c->appliance), n->iface));
	if (n->has_mac)
		json_object_set_new(row, "mac",
			json_sprintf("%02x:%02x:%02x:%02x:%02x:%02x", n->mac[0], n->mac[1],
				n->mac[2], n->mac[3], n->mac[4], n->mac[5]));
	row_text(row, "state", n->state);
	row_count_nonzero(row, "waiting", n->waiting);
	row_real(row, "idle", (double)(n->idle_ns / (NS_PER_S / 10)) / 10);
	row_count(row, "worker", worker);
	json_array_append_new(result_rows(call), row);
}

static void
end_list(struct control *c, struct rpc_call *call, uint64_t next, uint64_t matched)
{
	result_rows(call);
	if (next != 0)
		result_next(call, next);
}

static void
end_count(struct control *c, struct rpc_call *call, uint64_t next, uint64_t matched)
{
	call->result = json_pack("{s:I}", "count", (json_int_t)matched);
}

static bool
begin(struct control *c, struct rpc_call *call, struct walk_use *use)
{
	unsigned long from;

	if (!filter_read(call, appliance_generation(c->appliance), &use->filter)
		|| !rpc_from(call, &from))
		return true;
	if (rpc_flag(call, "count")) {
		use->action = WALK_COUNT;
		use->end = end_count;
	}
	return walkers_begin(c->walkers, call, use, from);
}

bool
show_sessions(struct control *c, struct rpc_call *call)
{
	struct walk_use use = { .kind = WALK_SESSIONS, .row = session_row, .end = end_list };

	return begin(c, call, &use);
}

bool
show_flows(struct control *c, struct rpc_call *call)
{
	struct walk_use use = { .kind = WALK_FLOWS, .row = flow_row, .end = end_list };

	return begin(c, call, &use);
}

bool
show_neighbours(struct control *c, struct rpc_call *call)
{
	struct walk_use use = { .kind = WALK_NEIGHBOURS, .row = neighbour_row, .end = end_list };

	return begin(c, call, &use);
}

bool
clear_sessions(struct control *c, struct rpc_call *call)
{
	struct walk_use use = { .kind = WALK_SESSIONS, .action = WALK_END, .end = end_count };

	if (!filter_is_asked(call) && !rpc_flag(call, "all"))
		return rpc_fail(call, RPC_PARAMS, "clear sessions: which? A filter, or all");
	return begin(c, call, &use);
}
