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
#include "base/text.h"
#include "config/check.h"
#include "control/control_priv.h"
#include "control/history.h"
#include "control/read.h"
#include "control/service.h"
#include "control/textdiff.h"
#include "control/walker.h"
#include "control/who.h"
#include "schema/json_text.h"

#define CONFIRM_MOST_S 86400ul

static void
add_finding(void *findings, struct loc loc, bool warning, const char *text)
{
	json_array_append_new(findings,
		json_pack("{s:o*,s:i,s:i,s:i,s:s,s:o}", "file",
			loc.line != 0 ? json_text(loc.file) : NULL, "line", (int)loc.line, "column",
			(int)loc.column, "width", (int)loc.width, "severity",
			warning ? "warning" : "error", "text", json_text(text)));
}

static json_t *
findings_json(const struct err *err)
{
	json_t *findings = json_array();

	err_each(err, add_finding, findings);
	return findings;
}

static bool
refuse(struct rpc_call *call, const struct err *err, const char *what)
{
	unsigned n = err_count(err);

	call->data = json_pack("{s:o}", "findings", findings_json(err));
	return rpc_fail(call, RPC_REFUSED, "%s: %u error%s; nothing has changed", what, n,
		n == 1 ? "" : "s");
}

static uint64_t
generation_number(const struct control *c)
{
	return appliance_generation(c->appliance)->number;
}

/* --- history --- */

static unsigned
remember(struct control *c, const char *source, const char *what, const char *who)
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
	remember(c, source, what, "start");
}

bool
show_history(struct control *c, struct rpc_call *call)
{
	const struct history_entry *e;

	result_rows(call);
	if (c->pending.back != NULL)
		json_array_append_new(result_rows(call),
			json_pack("{s:o,s:s,s:o,s:s}", "who", json_text(c->pending.who), "what",
				"commit", "source", json_text(c->pending.file), "state",
				"runs, to be confirmed"));
	for (unsigned i = 0; (e = history_at(c->history, i)) != NULL; i++) {
		json_t *row = json_object();
		struct tm tm;
		char when[32];

		gmtime_r(&e->time, &tm);
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
		row_count(row, "number", e->number);
		row_text(row, "time", when);
		row_text(row, "who", e->who);
		row_text(row, "what", e->what);
		row_text(row, "source", e->source);
		if (i == 0 && c->pending.back == NULL)
			row_text(row, "state", "runs");
		json_array_append_new(result_rows(call), row);
	}
	return true;
}

/* --- taking --- */

static void
forget_pending(struct control *c)
{
	if (c->pending.timer != NULL)
		event_free(c->pending.timer);
	free(c->pending.back);
	free(c->pending.source);
	free(c->pending.file);
	memset(&c->pending, 0, sizeof(c->pending));
}

/* cfg is the appliance's, or freed. */
static bool
take(struct control *c, struct config *cfg, bool tested, struct err *err)
{
	int rc = cfg == NULL ? -EINVAL
		: tested     ? appliance_reload(c->appliance, cfg, err)
			     : appliance_return(c->appliance, cfg, err);

	c->reloads.last_refused = rc != 0;
	if (rc == 0) {
		c->reloads.taken++;
		return true;
	}
	c->reloads.refused++;
	appliance_tell(c->appliance, "reload",
		json_pack("{s:s,s:I,s:o}", "result", "refused", "generation",
			(json_int_t)generation_number(c), "error", json_text(err_first(err))));
	config_free(cfg);
	return false;
}

/* Goes back to a text that ran before; its tests are not tried, since the way back must be open. */
static bool
go_back(struct control *c, const char *source, const char *text, struct err *err)
{
	return take(c, read_config_text(source, text, err), false, err);
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
	forget_pending(c);
}

/* What a commit that is to be confirmed needs, before it is taken.  False after an error. */
static bool
prepare_pending(struct control *c, struct rpc_call *call, const char *file, unsigned long seconds)
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
	who_is(&call->peer, c->pending.who, sizeof(c->pending.who));
	if (c->pending.back != NULL && c->pending.source != NULL && c->pending.file != NULL
		&& c->pending.timer != NULL && event_priority_set(c->pending.timer, 0) == 0
		&& event_add(c->pending.timer, &tv) == 0)
		return true;
	forget_pending(c);
	rpc_fail(call, RPC_NOT_NOW, "out of memory");
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

static void
answer_taken(struct control *c, struct rpc_call *call, const struct err *err)
{
	call->result = json_pack("{s:I,s:o}", "generation", (json_int_t)generation_number(c),
		"findings", findings_json(err));
	if (c->pending.back != NULL)
		row_count(call->result, "confirm", c->pending.seconds);
}

/* --- sessions of a commit --- */

static void
end_flush(struct control *c, struct rpc_call *call, uint64_t next, uint64_t matched)
{
	row_count(call->result, "flushed", matched);
}

/* What becomes of sessions: they are judged by the new rules at their next packet, or end.  As a
 * verb_fn. */
static bool
settle_sessions(struct control *c, struct rpc_call *call)
{
	struct walk_use use = { .kind = WALK_SESSIONS, .action = WALK_END, .end = end_flush };
	const char *sessions = rpc_text(call, "sessions");

	if (sessions == NULL || strcmp(sessions, "flush") != 0)
		return true;
	return walkers_begin(c->walkers, call, &use, 0);
}

static bool
knows_sessions(struct rpc_call *call)
{
	const char *sessions = rpc_text(call, "sessions");

	if (sessions == NULL || strcmp(sessions, "recheck") == 0 || strcmp(sessions, "flush") == 0)
		return true;
	rpc_fail(call, RPC_PARAMS, "sessions: recheck or flush");
	return false;
}

/* --- verbs --- */

static const char *
file_param(struct rpc_call *call)
{
	const char *path = rpc_text(call, "file");

	if (path == NULL)
		rpc_fail(call, RPC_PARAMS, "%s: which file?", call->verb->name);
	else if (path[0] != '/')
		rpc_fail(call, RPC_PARAMS, "%s: file is a path from the root", call->verb->name);
	return call->error == 0 ? path : NULL;
}

bool
check_file(struct control *c, struct rpc_call *call)
{
	const char *path = file_param(call);
	struct err *err = path != NULL ? err_create() : NULL;
	struct check_result tests = { .depth = CHECK_QUICK };
	bool restart = false;
	struct config *cfg;

	if (err == NULL)
		return true;
	cfg = config_load(path, err);
	if (cfg != NULL)
		config_verify(cfg, err, &tests);
	if (cfg != NULL && err_count(err) == 0)
		restart = appliance_check(c->appliance, cfg, err) < 0;
	if (cfg == NULL || err_count(err) != 0)
		refuse(call, err, path);
	else
		call->result = json_pack(
			"{s:i,s:o}", "tests", (int)tests.tests, "findings", findings_json(err));
	if (restart)
		json_object_set_new(call->data, "restart", json_true());
	config_free(cfg);
	err_destroy(err);
	return true;
}

/* The difference to what runs, as text. */
static char *
difference(struct control *c, const struct config *cfg)
{
	size_t bytes;
	char *old = config_text(appliance_config(c->appliance), DOCUMENT_DEFAULTS_OUT, &bytes);
	char *new = config_text(cfg, DOCUMENT_DEFAULTS_OUT, &bytes);
	char *text = old != NULL && new != NULL ? textdiff(old, new) : NULL;

	free(old);
	free(new);
	return text;
}

bool
diff_file(struct control *c, struct rpc_call *call)
{
	const char *path = file_param(call);
	struct err *err = path != NULL ? err_create() : NULL;
	struct config *cfg;
	char *text = NULL;

	if (err == NULL)
		return true;
	cfg = read_config(path, false, err);
	if (cfg == NULL)
		refuse(call, err, path);
	else if ((text = difference(c, cfg)) == NULL)
		rpc_fail(call, RPC_NOT_NOW, "out of memory");
	else
		answer_text(call, text, strlen(text));
	free(text);
	config_free(cfg);
	err_destroy(err);
	return true;
}

bool
commit_file(struct control *c, struct rpc_call *call)
{
	const char *path = file_param(call), *confirm = rpc_text(call, "confirm");
	unsigned long seconds = confirm != NULL ? read_seconds(confirm) : 0;
	struct err *err;
	char who[64];

	if (path == NULL || waits_for_confirm(c, call) || !knows_sessions(call))
		return true;
	if (confirm != NULL && seconds == 0)
		return rpc_fail(call, RPC_PARAMS, "confirm: a time, 1s to 24h");
	if (seconds != 0 && !prepare_pending(c, call, path, seconds))
		return true;
	err = err_create();
	if (err == NULL || !take(c, read_config(path, false, err), true, err)) {
		forget_pending(c);
		if (err != NULL)
			refuse(call, err, path);
		err_destroy(err);
		return true;
	}
	who_is(&call->peer, who, sizeof(who));
	answer_taken(c, call, err);
	err_destroy(err);
	if (seconds == 0)
		row_count(call->result, "number", remember(c, path, "commit", who));
	if (strcmp(path, c->config) != 0)
		json_object_set_new(call->result, "note",
			json_sprintf("a restart and a reload read %s", c->config));
	log_info("generation %llu runs, committed by %s from %s%s",
		(unsigned long long)generation_number(c), who, path,
		seconds != 0 ? "; it waits to be confirmed" : "");
	return settle_sessions(c, call);
}

bool
confirm_commit(struct control *c, struct rpc_call *call)
{
	if (c->pending.back == NULL)
		return rpc_fail(call, RPC_NOT_NOW, "no commit waits to be confirmed");
	log_info("the commit of %s is confirmed", c->pending.who);
	remember(c, c->pending.file, "commit", c->pending.who);
	forget_pending(c);
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
	const struct history_entry *e = rollback_entry(c, call);
	struct err *err;
	char who[64], what[32], *source;

	if (e == NULL || !knows_sessions(call))
		return true;
	err = err_create();
	source = strdup(e->source);
	if (err == NULL || source == NULL || !go_back(c, source, e->text, err)) {
		if (err != NULL)
			refuse(call, err, "rollback");
	} else {
		forget_pending(c);
		who_is(&call->peer, who, sizeof(who));
		snprintf(what, sizeof(what), "rollback to %u", e->number);
		answer_taken(c, call, err);
		row_count(call->result, "number", remember(c, source, what, who));
		log_info("generation %llu runs, %s by %s", (unsigned long long)generation_number(c),
			what, who);
	}
	free(source);
	err_destroy(err);
	return call->error != 0 || settle_sessions(c, call);
}

bool
transaction_reload(struct control *c, const char *who, struct err *err)
{
	bool taken;

	if (c->pending.back != NULL) {
		log_error("the commit of %s waits to be confirmed", c->pending.who);
		return false;
	}
	service_reloading();
	taken = take(c, read_config(c->setup.config, false, err), true, err);
	service_reloaded(c->appliance, taken);
	if (taken)
		remember(c, c->config, "reload", who);
	return taken;
}

bool
reload(struct control *c, struct rpc_call *call)
{
	struct err *err;
	char who[64];

	if (c->setup.config == NULL)
		return rpc_fail(
			call, RPC_NOT_NOW, "the built-in example has no file to read again");
	if (waits_for_confirm(c, call) || !knows_sessions(call))
		return true;
	err = err_create();
	if (err == NULL)
		return rpc_fail(call, RPC_NOT_NOW, "out of memory");
	who_is(&call->peer, who, sizeof(who));
	appliance_reopen_log(c->appliance);
	if (transaction_reload(c, who, err)) {
		answer_taken(c, call, err);
		log_info("generation %llu runs, reloaded by %s",
			(unsigned long long)generation_number(c), who);
	} else {
		refuse(call, err, c->setup.config);
	}
	err_destroy(err);
	return call->error != 0 || settle_sessions(c, call);
}

void
transaction_end(struct control *c)
{
	forget_pending(c);
}
