/* SPDX-License-Identifier: BSD-3-Clause */
/* Configurations taken, confirmed, and returned to. */

#include "control/transaction.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <event2/event.h>

#include "base/log.h"
#include "control/history.h"
#include "control/read.h"
#include "control/taking.h"
#include "control/transaction_priv.h"
#include "control/who.h"
#include "schema/json_text.h"

#define CONFIRM_MOST_S 86400ul

static uint64_t
generation_number(const struct control *c)
{
	return appliance_generation(c->appliance)->number;
}

/* --- history --- */

/* Returns true if the file was read for it, and no entry of the history. */
static bool
is_reading(const char *what)
{
	return strcmp(what, "start") == 0 || strcmp(what, "reload") == 0
		|| strcmp(what, "commit") == 0;
}

unsigned
remember_config(struct control *c, const char *source, const char *what, const char *who)
{
	size_t bytes;
	struct history_entry e = {
		.time = time(NULL),
		.source = (char *)(uintptr_t)source,
		.config = (char *)(uintptr_t)c->config,
		.text = config_text(appliance_config(c->appliance), DOCUMENT_DEFAULTS_OUT, &bytes),
	};
	unsigned number;

	if (e.text == NULL)
		return 0;
	snprintf(e.who, sizeof(e.who), "%s", who);
	snprintf(e.what, sizeof(e.what), "%s", what);
	if (strcmp(source, c->config) == 0 && is_reading(what))
		history_digest(e.text, c->base);
	memcpy(e.base, c->base, sizeof(e.base));
	number = history_add(c->history, &e);
	appliance_tell(c->appliance, "reload",
		json_pack("{s:s,s:I,s:o,s:o,s:o}", "result", "taken", "generation",
			(json_int_t)generation_number(c), "what", json_text(what), "who",
			json_text(who), "file", json_text(source)));
	free(e.text);
	return number;
}

void
transaction_started(struct control *c, const char *source, const char *what)
{
	remember_config(c, source, what, "start");
}

/* --- taking --- */

void
pending_forget(struct control *c)
{
	if (c->pending.timer != NULL)
		event_free(c->pending.timer);
	free(c->pending.back);
	free(c->pending.source);
	free(c->pending.file);
	memset(&c->pending, 0, sizeof(c->pending));
}

void
count_reload(struct control *c, bool taken, const struct err *err)
{
	c->reloads.taken += taken;
	c->reloads.refused += !taken;
	c->reloads.last_refused = !taken;
	if (!taken)
		appliance_tell(c->appliance, "reload",
			json_pack("{s:s,s:I,s:o}", "result", "refused", "generation",
				(json_int_t)generation_number(c), "error",
				json_text(err_first(err))));
}

/* Goes back to a text that ran before; its tests are not tried, since the way back must be open. */
static bool
go_back(struct control *c, const char *source, const char *text, struct err *err)
{
	struct config *cfg = read_config_text(source, text, err);

	appliance_keep_sessions(c->appliance, false);
	if (cfg != NULL && appliance_return(c->appliance, cfg, err) == 0) {
		count_reload(c, true, err);
		return true;
	}
	count_reload(c, false, err);
	config_free(cfg);
	return false;
}

static void
on_not_confirmed(evutil_socket_t fd, short what, void *arg)
{
	struct control *c = arg;
	struct err *err = err_create();

	if (err != NULL && go_back(c, c->pending.source, c->pending.back, err))
		log_warning(
			"the commit of %s was not confirmed within %lu s: generation %llu is the configuration before it",
			c->pending.who, c->pending.seconds,
			(unsigned long long)generation_number(c));
	else
		log_error(
			"the commit of %s was not confirmed, and the configuration before it cannot be taken: %s",
			c->pending.who, err != NULL ? err_first(err) : "out of memory");
	err_destroy(err);
	pending_forget(c);
}

bool
pending_prepare(struct control *c, const char *file, const char *who, unsigned long seconds)
{
	const struct history_entry *now = history_at(c->history, 0);
	struct timeval tv = { .tv_sec = (time_t)seconds };
	size_t bytes;

	c->pending.back = config_text(
		appliance_config(c->appliance), DOCUMENT_DEFAULTS_OUT, &bytes);
	c->pending.source = strdup(now != NULL ? now->source : c->config);
	c->pending.file = strdup(file);
	c->pending.seconds = seconds;
	c->pending.timer = event_new(c->setup.base, -1, 0, on_not_confirmed, c);
	snprintf(c->pending.who, sizeof(c->pending.who), "%s", who);
	if (c->pending.back != NULL && c->pending.source != NULL && c->pending.file != NULL
		&& c->pending.timer != NULL && event_priority_set(c->pending.timer, 0) == 0
		&& event_add(c->pending.timer, &tv) == 0)
		return true;
	pending_forget(c);
	return false;
}

static bool
waits_for_confirm(const struct control *c, struct rpc_call *call)
{
	if (c->pending.back == NULL)
		return false;
	rpc_fail(call, RPC_NOT_NOW,
		"the commit of %s waits to be confirmed: weirctl confirm, or rollback",
		c->pending.who);
	return true;
}

/* "60", "60s", "5m", "1h"; 0: none of those. */
static unsigned long
read_seconds(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10), unit = 1;

	if (text[0] < '0' || text[0] > '9' || n > CONFIRM_MOST_S)
		return 0;
	if (strcmp(end, "m") == 0)
		unit = 60;
	else if (strcmp(end, "h") == 0)
		unit = 3600;
	else if (strcmp(end, "s") != 0 && *end != '\0')
		return 0;
	return n * unit <= CONFIRM_MOST_S ? n * unit : 0;
}

static bool
knows_sessions(struct rpc_call *call)
{
	const char *sessions = rpc_text(call, "sessions");

	if (sessions == NULL || strcmp(sessions, "keep") == 0 || strcmp(sessions, "recheck") == 0
		|| strcmp(sessions, "flush") == 0)
		return true;
	rpc_fail(call, RPC_PARAMS, "sessions: keep, recheck or flush");
	return false;
}

/* --- verbs --- */

bool
commit_file(struct control *c, struct rpc_call *call)
{
	const char *path = file_param(call), *confirm = rpc_text(call, "confirm");
	struct taking_order order = { .call = call, .path = path, .what = "commit" };
	char who[64];

	if (path == NULL || waits_for_confirm(c, call) || !knows_sessions(call)
		|| taking_refuses(c, call))
		return true;
	order.seconds = confirm != NULL ? read_seconds(confirm) : 0;
	if (confirm != NULL && order.seconds == 0)
		return rpc_fail(call, RPC_PARAMS, "confirm: a time, 1s to 24h");
	who_is(&call->peer, who, sizeof(who));
	order.who = who;
	return taking_begin(c, &order);
}

bool
confirm_commit(struct control *c, struct rpc_call *call)
{
	if (c->pending.back == NULL)
		return rpc_fail(call, RPC_NOT_NOW, "no commit waits to be confirmed");
	log_info("the commit of %s is confirmed", c->pending.who);
	remember_config(c, c->pending.file, "commit", c->pending.who);
	pending_forget(c);
	call->result = json_pack("{s:I}", "generation", (json_int_t)generation_number(c));
	return true;
}

/* The entry that a rollback goes to; NULL after an error. */
static const struct history_entry *
rollback_entry(struct control *c, struct rpc_call *call)
{
	const char *text = rpc_text(call, "number");
	const struct history_entry *e;
	char *end;
	unsigned long number;

	if (text == NULL) {
		e = history_at(c->history, c->pending.back != NULL ? 0 : 1);
		if (e == NULL)
			rpc_fail(call, RPC_NOT_NOW, "there is no configuration before this one");
		return e;
	}
	number = strtoul(text, &end, 10);
	for (unsigned i = 0; *end == '\0' && (e = history_at(c->history, i)) != NULL; i++)
		if (e->number == number)
			return e;
	rpc_fail(call, RPC_PARAMS, "number: one of show history");
	return NULL;
}

bool
rollback(struct control *c, struct rpc_call *call)
{
	struct taking_order order = { .call = call };
	const struct history_entry *e;
	char who[64], what[32];

	if (taking_refuses(c, call) || !knows_sessions(call))
		return true;
	e = rollback_entry(c, call);
	if (e == NULL)
		return true;
	who_is(&call->peer, who, sizeof(who));
	snprintf(what, sizeof(what), "rollback to %u", e->number);
	order.path = e->source;
	order.text = e->text;
	order.who = who;
	order.what = what;
	return taking_begin(c, &order);
}

bool
reload(struct control *c, struct rpc_call *call)
{
	struct taking_order order = { .call = call, .path = c->config, .what = "reload" };
	char who[64];

	if (c->setup.config == NULL)
		return rpc_fail(
			call, RPC_NOT_NOW, "the built-in example has no file to read again");
	if (waits_for_confirm(c, call) || !knows_sessions(call) || taking_refuses(c, call))
		return true;
	who_is(&call->peer, who, sizeof(who));
	order.who = who;
	appliance_reopen_log(c->appliance);
	return taking_begin(c, &order);
}

void
transaction_reload(struct control *c, const char *who)
{
	const struct taking_order order = { .path = c->config, .what = "reload", .who = who };

	appliance_reopen_log(c->appliance);
	if (c->setup.config == NULL)
		log_warning("the built-in example has no file to reload");
	else if (c->pending.back != NULL)
		log_error("the commit of %s waits to be confirmed; the file is not read",
			c->pending.who);
	else if (!taking_defers(c))
		taking_begin(c, &order);
}

void
transaction_end(struct control *c)
{
	taking_cancel(c);
	pending_forget(c);
}
