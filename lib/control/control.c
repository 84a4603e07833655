/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls of verbs, dispatched. */

#include "control/control.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "control/captures.h"
#include "control/control_priv.h"
#include "control/dump.h"
#include "control/explains.h"
#include "control/history.h"
#include "control/kept.h"
#include "control/traces.h"
#include "control/transaction.h"
#include "control/walker.h"

static const verb_fn serves[VERB_COUNT] = {
	[VERB_CAPTURE] = capture_frames,
	[VERB_RECORDER] = dump_recorders,
	[VERB_TRACE] = trace_packets,
	[VERB_EXPLAIN] = explain_packet,
	[VERB_SHOW_STATUS] = show_status,
	[VERB_SHOW_PORTS] = show_ports,
	[VERB_SHOW_INTERFACES] = show_interfaces,
	[VERB_SHOW_WORKERS] = show_workers,
	[VERB_SHOW_PIPELINES] = show_pipelines,
	[VERB_SHOW_SESSIONS] = show_sessions,
	[VERB_SHOW_FLOWS] = show_flows,
	[VERB_SHOW_NEIGHBOURS] = show_neighbours,
	[VERB_SHOW_BRIDGES] = show_bridges,
	[VERB_SHOW_BRIDGE] = show_bridge,
	[VERB_CLEAR_BRIDGE] = clear_bridge,
	[VERB_SHOW_SETS] = show_sets,
	[VERB_ADD_SETS] = add_sets,
	[VERB_DELETE_SETS] = delete_sets,
	[VERB_CLEAR_SESSIONS] = clear_sessions,
	[VERB_SHOW_HISTORY] = show_history,
	[VERB_CHECK] = check_file,
	[VERB_DIFF] = diff_file,
	[VERB_COMMIT] = commit_file,
	[VERB_CONFIRM] = confirm_commit,
	[VERB_ROLLBACK] = rollback,
	[VERB_RELOAD] = reload,
	[VERB_SHOW_NAT] = show_nat,
	[VERB_SHOW_ROUTES_PROBLEMS] = show_routes_problems,
	[VERB_SHOW_IPFIX] = show_ipfix,
	[VERB_SHOW_ROUTES] = show_routes,
	[VERB_SHOW_RULES] = show_rules,
	[VERB_SHOW_TALKERS] = show_talkers,
	[VERB_SHOW_TREND] = show_trend,
	[VERB_SHOW_LIMITS] = show_limits,
	[VERB_SHOW_DROPS] = show_drops,
	[VERB_SHOW_MEMORY] = show_memory,
	[VERB_SHOW_LEDGER] = show_ledger,
	[VERB_SHOW_CONFIG] = show_config,
};

bool
control_serve(void *control, struct rpc_call *call)
{
	struct control *c = control;
	enum verb_id verb = (enum verb_id)(call->verb - verbs);
	bool takes = verb == VERB_COMMIT || verb == VERB_CONFIRM || verb == VERB_ROLLBACK
		|| verb == VERB_RELOAD;
	bool answered;

	if (takes)
		kept_hold(c->kept, call);
	answered = serves[verb](c, call);
	return takes && answered ? kept_release(call) : answered;
}

/* Finds the file of the members of dynamic sets, and reads it. */
static void
begin_sets(struct control *c)
{
	const char *dir = c->setup.state != NULL ? c->setup.state
		: c->setup.config != NULL        ? CONTROL_STATE
						 : NULL;

	if (dir == NULL || access(dir, W_OK | X_OK) != 0)
		return;
	snprintf(c->sets_path, sizeof(c->sets_path), "%s/sets.json", dir);
	appliance_load_sets(c->appliance, c->sets_path);
}

static void
open_socket(struct control *c)
{
	struct socket_setup socket = {
		.base = c->setup.base,
		.path = c->setup.socket,
		.serve = control_serve,
		.arg = c,
	};
	struct err *err = err_create();

	if (err == NULL)
		return;
	c->socket = socket_open(&socket, err);
	if (c->socket == NULL)
		log_warning("%s; weirctl cannot reach this Weir", err_first(err));
	err_destroy(err);
}

static void
name_config(struct control *c)
{
	char *whole = c->setup.config != NULL ? realpath(c->setup.config, NULL) : NULL;

	snprintf(c->config, sizeof(c->config), "%s",
		whole != NULL                     ? whole
			: c->setup.config != NULL ? c->setup.config
						  : "<built-in>");
	free(whole);
}

struct control *
control_create(const struct control_setup *setup)
{
	struct control *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->setup = *setup;
	c->appliance = setup->appliance;
	name_config(c);
	c->walkers = walkers_create(c);
	c->remote = remote_create(setup->base, c);
	c->history = history_create(setup->state != NULL ? setup->state
			: setup->config != NULL          ? CONTROL_STATE
							 : NULL,
		setup->state != NULL);
	c->kept = c->history != NULL ? kept_create(setup->base, c->history) : NULL;
	c->captures = captures_create(c);
	c->dump = dump_create();
	c->traces = traces_create(c);
	c->explains = explains_create(c);
	if (c->walkers == NULL || c->remote == NULL || c->kept == NULL || c->captures == NULL
		|| c->dump == NULL || c->traces == NULL || c->explains == NULL) {
		control_destroy(c);
		return NULL;
	}
	/* It may have been read from another file: the name that its sets are relative to. */
	snprintf(c->base, sizeof(c->base), "%s", setup->base_digest);
	if (setup->started != NULL)
		transaction_started(
			c, appliance_config(c->appliance)->head.loc.file, setup->started);
	else
		transaction_started(c, c->config, "start");
	begin_sets(c);
	if (setup->socket != NULL)
		open_socket(c);
	rates_look(&c->rates, c->appliance);
	return c;
}

void
control_destroy(struct control *c)
{
	if (c == NULL)
		return;
	if (c->history != NULL)
		transaction_end(c);
	if (c->kept != NULL)
		kept_answer_all(c->kept);
	socket_close(c->socket);
	if (c->sets_path[0] != '\0')
		appliance_save_sets(c->appliance, c->sets_path);
	walkers_destroy(c->walkers);
	captures_destroy(c->captures);
	traces_destroy(c->traces);
	explains_destroy(c->explains);
	dump_destroy(c->dump);
	remote_destroy(c->remote);
	kept_destroy(c->kept);
	history_destroy(c->history);
	free(c->config_text);
	free(c);
}

void
control_reload(struct control *c, const char *who)
{
	transaction_reload(c, who);
}

void
control_tick(struct control *c)
{
	rates_look(&c->rates, c->appliance);
	trend_tick(&c->trend, c->appliance, &c->rates);
	dump_tick(c);
	history_tick(c->history);
	appliance_merge_sets(c->appliance);
	if (c->sets_path[0] != '\0' && ++c->sets_ticks % SETS_SAVE_TICKS == 0)
		appliance_save_sets(c->appliance, c->sets_path);
}

struct remote *
control_remote(struct control *c)
{
	return c->remote;
}

struct appliance *
control_appliance(struct control *c)
{
	return c->appliance;
}

void
control_set_exporter(struct control *c, const struct exporter *e)
{
	c->exporter = *e;
}

void
control_exporter(const struct control *c, struct exporter_figures *out)
{
	*out = (struct exporter_figures){ .state = EXPORTER_OFF };
	if (c->exporter.figures != NULL)
		c->exporter.figures(c->exporter.arg, out);
}

const struct rates *
control_rates(const struct control *c)
{
	return &c->rates;
}

const struct control_reloads *
control_reloads(const struct control *c)
{
	return &c->reloads;
}
