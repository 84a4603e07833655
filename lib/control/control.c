/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls of verbs, dispatched. */

#include "control/control.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "control/control_priv.h"
#include "control/walker.h"
#include "schema/json_text.h"

static const verb_fn serves[VERB_COUNT] = {
	[VERB_SHOW_STATUS] = show_status,
	[VERB_SHOW_PORTS] = show_ports,
	[VERB_SHOW_INTERFACES] = show_interfaces,
	[VERB_SHOW_WORKERS] = show_workers,
	[VERB_SHOW_PIPELINES] = show_pipelines,
	[VERB_SHOW_SESSIONS] = show_sessions,
	[VERB_SHOW_FLOWS] = show_flows,
	[VERB_SHOW_NEIGHBOURS] = show_neighbours,
	[VERB_CLEAR_SESSIONS] = clear_sessions,
	[VERB_SHOW_NAT] = show_nat,
	[VERB_SHOW_ROUTES] = show_routes,
	[VERB_SHOW_RULES] = show_rules,
	[VERB_SHOW_LIMITS] = show_limits,
	[VERB_SHOW_DROPS] = show_drops,
	[VERB_SHOW_MEMORY] = show_memory,
	[VERB_SHOW_LEDGER] = show_ledger,
	[VERB_SHOW_CONFIG] = show_config,
};

json_t *
result_rows(struct rpc_call *call)
{
	json_t *rows;

	if (call->result == NULL) {
		call->result = json_object();
		json_object_set_new(call->result, call->verb->rows, json_array());
	}
	rows = json_object_get(call->result, call->verb->rows);
	return rows;
}

void
result_next(struct rpc_call *call, unsigned long from)
{
	json_object_set_new(call->result, PAGE_NEXT, json_integer((json_int_t)from));
}

void
row_text(json_t *row, const char *name, const char *text)
{
	if (text != NULL)
		json_object_set_new(row, name, json_text(text));
}

void
row_count(json_t *row, const char *name, uint64_t n)
{
	json_object_set_new(row, name, json_integer((json_int_t)n));
}

void
row_count_nonzero(json_t *row, const char *name, uint64_t n)
{
	if (n != 0)
		row_count(row, name, n);
}

void
row_rate(json_t *row, const char *name, double value)
{
	row_count(row, name, (uint64_t)(value + 0.5));
}

void
row_real(json_t *row, const char *name, double value)
{
	json_object_set_new(row, name, json_real(value));
}

bool
control_serve(void *control, struct rpc_call *call)
{
	struct control *c = control;

	return serves[call->verb - verbs](c, call);
}

struct control *
control_create(const struct control_setup *setup)
{
	struct control *c = calloc(1, sizeof(*c));
	struct err *err = err_create();
	struct socket_setup socket = {
		.base = setup->base, .path = setup->socket, .serve = control_serve, .arg = c,
	};

	if (c == NULL || err == NULL) {
		err_destroy(err);
		free(c);
		return NULL;
	}
	c->setup = *setup;
	c->appliance = setup->appliance;
	c->walkers = walkers_create(c);
	if (c->walkers == NULL) {
		err_destroy(err);
		free(c);
		return NULL;
	}
	if (setup->socket != NULL)
		c->socket = socket_open(&socket, err);
	if (err_count(err) != 0)
		log_warning("%s; weirctl cannot reach this Weir", err_first(err));
	err_destroy(err);
	rates_look(&c->rates, c->appliance);
	return c;
}

void
control_destroy(struct control *c)
{
	if (c == NULL)
		return;
	socket_close(c->socket);
	walkers_destroy(c->walkers);
	free(c->config_text);
	free(c);
}

void
control_tick(struct control *c)
{
	rates_look(&c->rates, c->appliance);
}
