/* SPDX-License-Identifier: BSD-3-Clause */
/* show sets, add sets, delete sets: the members of dynamic sets. */

#include <string.h>

#include "base/clock.h"
#include "control/control_priv.h"
#include "control/filter.h"
#include "control/set_keeper.h"
#include "packet/notation.h"
#include "table/prefix.h"

/* One page of members. */
struct listing {
	struct rpc_call *call;
	const struct generation *gen;
	unsigned set;
	uint64_t now_ns;
	unsigned long from, at; /* rows to leave out; rows so far */
	bool full;
};

static void
add_row(void *arg, const struct member *m)
{
	struct listing *l = arg;
	const struct dynamic_set *set = &l->gen->dynamic[l->set];
	uint64_t age_ns = l->now_ns - m->since_ns;
	json_t *row;
	char text[64];

	l->full |= json_array_size(result_rows(l->call)) >= PAGE_ROWS;
	if (l->full || l->at++ < l->from)
		return;
	row = json_object();
	notation_address(text, sizeof(text), &m->address, m->family);
	row_text(row, "set", set->name);
	row_text(row, "address", text);
	row_domain(row, l->gen, m->domain);
	row_count(row, "age", age_ns / NS_PER_SECOND);
	if (set->timeout_ns != 0)
		row_count(row, "left",
			age_ns < set->timeout_ns ? (set->timeout_ns - age_ns) / NS_PER_SECOND : 0);
	if (m->owner < LEDGER_IFACES && l->gen->iface[m->owner] != NULL)
		row_text(row, "interface", l->gen->iface[m->owner]->name);
	json_array_append_new(result_rows(l->call), row);
}

/* Returns the number of the set that a call names, or 0 after an error. */
static unsigned
set_of(struct control *c, struct rpc_call *call)
{
	const struct generation *gen = appliance_generation(c->appliance);
	const char *name = rpc_text(call, "set");

	for (unsigned i = 1; name != NULL && i < MEMBERS_SETS; i++)
		if (gen->dynamic[i].name != NULL && strcmp(gen->dynamic[i].name, name) == 0)
			return i;
	if (name == NULL)
		rpc_fail(call, RPC_PARAMS, "%s: which set?", call->verb->name);
	else
		rpc_fail(call, RPC_PARAMS, "there is no dynamic set '%s'", name);
	return 0;
}

bool
show_sets(struct control *c, struct rpc_call *call)
{
	struct listing l = { .call = call, .gen = appliance_generation(c->appliance) };
	unsigned only = 0;

	if (!rpc_from(call, &l.from))
		return true;
	if (rpc_text(call, "set") != NULL && (only = set_of(c, call)) == 0)
		return true;
	appliance_merge_sets(c->appliance);
	l.now_ns = appliance_now_ns(c->appliance);
	result_rows(call);
	for (l.set = 1; l.set < MEMBERS_SETS; l.set++) {
		const struct members *m = set_keeper_members(appliance_sets(c->appliance), l.set);

		if (m != NULL && l.gen->dynamic[l.set].name != NULL && (only == 0 || only == l.set))
			members_each(m, add_row, &l);
	}
	if (l.full)
		result_next(call, l.at);
	return true;
}

static bool
change(struct control *c, struct rpc_call *call, enum dynamic_op op)
{
	struct dynamic_change d = { .op = (uint8_t)op };
	const char *text = rpc_text(call, "address"), *why = "which address?";
	uint64_t now_ns = appliance_now_ns(c->appliance);
	struct prefix p;
	bool was;

	d.set = (uint8_t)set_of(c, call);
	if (d.set == 0)
		return true;
	if (text == NULL || prefix_parse(&p, text, strlen(text), &why) < 0)
		return rpc_fail(call, RPC_PARAMS, "address: %s", why);
	if (p.length != (p.family == 4 ? 32 : 128))
		return rpc_fail(call, RPC_PARAMS, "address: a dynamic set holds single addresses");
	d.member.address = p.address;
	d.member.family = p.family;
	if (!domain_read(call, appliance_generation(c->appliance), &d.member.domain))
		return true;
	d.member.since_ns = now_ns;
	was = set_keeper_change(
		appliance_sets(c->appliance), appliance_generation(c->appliance), &d, now_ns);
	if (!was && op == DYNAMIC_DELETE)
		return rpc_fail(call, RPC_PARAMS, "%s is not in the set", text);
	if (!was)
		return rpc_fail(call, RPC_NOT_NOW, "there is no memory for the set");
	call->result = json_object();
	json_object_set_new(call->result, "count", json_integer(1));
	return true;
}

bool
add_sets(struct control *c, struct rpc_call *call)
{
	return change(c, call, DYNAMIC_ADD);
}

bool
delete_sets(struct control *c, struct rpc_call *call)
{
	return change(c, call, DYNAMIC_DELETE);
}
