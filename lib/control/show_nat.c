/* SPDX-License-Identifier: BSD-3-Clause */
/* show nat: pools and their public addresses; inside hosts. */

#include "control/control_priv.h"
#include "control/filter.h"
#include "control/walker.h"
#include "nat/counts.h"
#include "nat/layout.h"
#include "packet/notation.h"

static void
add_counts(struct rpc_call *call, const char *pool, const char *address, const struct nat_counts *n)
{
	json_t *row = json_object();

	row_text(row, "pool", pool);
	row_text(row, "address", address);
	row_count(row, "ports", n->ports_total);
	row_count(row, "ports_used", n->ports_used);
	row_count(row, "mappings", n->mappings);
	row_count(row, "resting", n->resting);
	row_count(row, "allocated", n->allocated);
	row_count(row, "sessions", n->taken);
	row_count(row, "no_port", n->refused_port);
	row_count(row, "quota", n->refused_quota);
	json_array_append_new(result_rows(call), row);
}

/* All workers', added up; NULL: no pools. */
static struct nat_summary *
take_summary(struct control *c)
{
	struct workers *ws = appliance_workers(c->appliance);
	struct nat_summary *sum = NULL;

	for (unsigned w = 0; w < workers_count(ws); w++) {
		uint64_t bytes;
		struct nat_summary *nat = worker_nat(
			workers_at(ws, w), appliance_generation(c->appliance), &bytes);

		if (sum == NULL) {
			sum = nat;
			continue;
		}
		if (nat != NULL)
			nat_summary_add(sum, nat);
		nat_summary_free(nat);
	}
	return sum;
}

static void
add_pool(struct rpc_call *call, const struct nat_pool_counts *p)
{
	add_counts(call, p->name, NULL, &p->all);
	for (unsigned i = 0; i < p->n_addresses; i++) {
		union address a = { .words = { 0, 0 } };
		char text[64];

		a.v4 = p->address[i].address;
		notation_address(text, sizeof(text), &a, 4);
		add_counts(call, p->name, text, &p->address[i].all);
	}
}

/* --- inside hosts --- */

static void
row_address(json_t *row, const char *name, rte_be32_t address)
{
	union address a = { .words = { 0, 0 } };
	char text[64];

	a.v4 = address;
	notation_address(text, sizeof(text), &a, 4);
	row_text(row, name, text);
}

static void
host_row(struct control *c, struct rpc_call *call, unsigned worker, const struct walk_row *from)
{
	const struct nat_layout *l = appliance_generation(c->appliance)->nat;
	const struct nat_listed_host *h = &from->host;
	json_t *row = json_object();

	row_text(row, "pool", l != NULL && h->slot < NAT_SLOTS ? l->pool[h->slot].name : NULL);
	row_address(row, "address", h->public);
	row_address(row, "inside", h->inside);
	row_domain(row, appliance_generation(c->appliance), h->domain);
	row_count(row, "mappings", h->mappings);
	row_count(row, "sessions", h->sessions);
	row_count(row, "worker", worker);
	json_array_append_new(result_rows(call), row);
}

static void
end_hosts(struct control *c, struct rpc_call *call, uint64_t next, uint64_t matched)
{
	(void)c;
	(void)matched;
	result_rows(call);
	if (next != 0)
		result_next(call, next);
}

static bool
show_hosts(struct control *c, struct rpc_call *call, unsigned long from)
{
	struct walk_use use = { .kind = WALK_HOSTS, .row = host_row, .end = end_hosts };

	return !filter_read(call, appliance_generation(c->appliance), &use.filter)
		|| walkers_begin(c->walkers, call, &use, from);
}

/* from: pools passed over on pages before. */
bool
show_nat(struct control *c, struct rpc_call *call)
{
	struct nat_summary *sum;
	unsigned long from;

	if (!rpc_from(call, &from))
		return true;
	if (rpc_flag(call, "hosts") || rpc_text(call, "inside") != NULL
		|| rpc_text(call, "domain") != NULL)
		return show_hosts(c, call, from);
	result_rows(call);
	sum = take_summary(c);
	for (; sum != NULL && from < sum->n_pools && json_array_size(result_rows(call)) < PAGE_ROWS;
		from++)
		add_pool(call, &sum->pool[from]);
	if (sum != NULL && from < sum->n_pools)
		result_next(call, from);
	nat_summary_free(sum);
	return true;
}
