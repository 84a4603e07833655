/* SPDX-License-Identifier: BSD-3-Clause */
/* A configuration on its way to run. */

#include "control/taking.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/log.h"
#include "control/conversations.h"
#include "control/history.h"
#include "control/read.h"
#include "control/service.h"
#include "control/transaction_priv.h"
#include "control/walker.h"

bool
taking_refuses(struct control *c, struct rpc_call *call)
{
	if (!c->taking.busy)
		return false;
	rpc_fail(call, RPC_NOT_NOW, "the %s of %s is being tried; nothing else is taken meanwhile",
		c->taking.what, c->taking.who);
	return true;
}

bool
taking_defers(struct control *c)
{
	c->taking.again = c->taking.busy;
	return c->taking.busy;
}

static void
forget(struct control *c)
{
	struct taking *t = &c->taking;

	if (t->readable != NULL)
		event_free(t->readable);
	if (t->timer != NULL)
		event_free(t->timer);
	conversations_cancel(t->trial);
	config_free(t->cfg);
	err_destroy(t->err);
	free(t->path);
	memset(t, 0, sizeof(*t));
}

void
taking_cancel(struct control *c)
{
	struct rpc_call *call = c->taking.call;
	bool waits = c->taking.trial != NULL;

	forget(c);
	if (!waits || call == NULL)
		return;
	rpc_fail(call, RPC_NOT_NOW, "Weir stops");
	call->finished(call);
}

static uint64_t
generation_number(const struct control *c)
{
	return appliance_generation(c->appliance)->number;
}

static bool
is_asked(const struct control *c, const char *sessions)
{
	const char *text = c->taking.call != NULL ? rpc_text(c->taking.call, "sessions") : NULL;

	return text != NULL && strcmp(text, sessions) == 0;
}

/* What a later start of Weir makes of it. */
static void
note_start(const struct control *c, json_t *result)
{
	if (strcmp(c->taking.path, c->config) == 0)
		return;
	if (history_dir(c->history) == NULL)
		json_object_set_new(result, "note",
			json_sprintf(
				"there is no folder to keep it in: a restart reads %s", c->config));
	else
		json_object_set_new(result, "note",
			json_sprintf(
				"a restart comes up with it, unless %s is changed before; reload reads %s",
				c->config, c->config));
}

static void
answer_taken(struct control *c)
{
	struct taking *t = &c->taking;
	struct rpc_call *call = t->call;

	call->result = json_pack("{s:I,s:o}", "generation", (json_int_t)generation_number(c),
		"findings", config_findings(t->err));
	if (t->seconds != 0)
		row_count(call->result, "confirm", t->seconds);
	else
		row_count(call->result, "number", remember_config(c, t->path, t->what, t->who));
	note_start(c, call->result);
}

static void
say_taken(const struct control *c)
{
	const struct taking *t = &c->taking;

	log_info("generation %llu runs, %s by %s from %s%s",
		(unsigned long long)generation_number(c), t->what, t->who, t->path,
		t->seconds != 0 ? "; it waits to be confirmed" : "");
}

/* Prints the findings of a signal's configuration. */
static void
print_findings(const struct control *c)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);

	if (out == NULL)
		return;
	err_print(c->taking.err, out, isatty(STDERR_FILENO));
	if (fclose(out) == 0)
		log_text(text, bytes);
	free(text);
}

/* What is said of a signal's configuration that is refused. */
static void
say_refused(const struct control *c)
{
	print_findings(c);
	log_error("the configuration is not taken; generation %llu goes on",
		(unsigned long long)generation_number(c));
}

static void
end_flush(struct control *c, struct rpc_call *call, uint64_t next, uint64_t matched)
{
	row_count(call->result, "flushed", matched);
}

/* Takes cfg, which is then the appliance's. */
static bool
take(struct control *c)
{
	struct taking *t = &c->taking;
	int rc;

	if (t->cfg == NULL || err_count(t->err) != 0)
		return false;
	if (t->seconds != 0 && !pending_prepare(c, t->path, t->who, t->seconds)) {
		err_set(t->err, ENOMEM, "out of memory");
		return false;
	}
	appliance_keep_sessions(c->appliance, is_asked(c, "keep"));
	rc = t->returns ? appliance_return(c->appliance, t->cfg, t->err)
			: appliance_reload(c->appliance, t->cfg, t->err);
	if (rc == 0)
		t->cfg = NULL;
	else if (t->seconds != 0)
		pending_forget(c);
	return rc == 0;
}

/* Obeys a signal that came meanwhile. */
static void
finish(struct control *c)
{
	bool again = c->taking.again;

	forget(c);
	if (again)
		transaction_reload(c, "SIGHUP");
}

/* Returns true if the file is read again that Weir was started with, which systemd is told. */
static bool
is_reload(const struct control *c)
{
	return strcmp(c->taking.what, "reload") == 0;
}

/* Takes or refuses.  Returns true if the call is answered. */
static bool
decide(struct control *c)
{
	struct walk_use flush = { .kind = WALK_SESSIONS, .action = WALK_END, .end = end_flush };
	struct rpc_call *call = c->taking.call;
	bool taken = take(c), flushes = taken && is_asked(c, "flush");

	count_reload(c, taken, c->taking.err);
	if (is_reload(c))
		service_reloaded(c->appliance, taken);
	if (taken && c->taking.returns)
		pending_forget(c);
	if (taken)
		say_taken(c);
	if (taken && call != NULL)
		answer_taken(c);
	else if (taken)
		remember_config(c, c->taking.path, c->taking.what, c->taking.who);
	else if (call != NULL)
		refuse_config(call, c->taking.err, c->taking.path);
	else
		say_refused(c);
	if (taken && call == NULL)
		print_findings(c);
	finish(c);
	return flushes ? walkers_begin(c->walkers, call, &flush, 0) : true;
}

static void
end_keep(struct control *c, struct rpc_call *call, uint64_t next, uint64_t matched)
{
	decide(c);
}

/* What is left when its conversations are as expected.  Returns true if the call is answered. */
static bool
go_on(struct control *c)
{
	struct walk_use keep = {
		.kind = WALK_SESSIONS, .action = WALK_KEEP, .end = end_keep, .failed = finish
	};

	if (err_count(c->taking.err) != 0 || !is_asked(c, "keep"))
		return decide(c);
	if (!walkers_begin(c->walkers, c->taking.call, &keep, 0))
		return false;
	finish(c);
	return true;
}

static void
on_tried(evutil_socket_t fd, short what, void *arg)
{
	struct control *c = arg;
	struct taking *t = &c->taking;
	struct rpc_call *call = t->call;

	if ((what & EV_TIMEOUT) == 0 && !conversations_read(t->trial))
		return;
	conversations_end(t->trial, t->cfg, t->err);
	t->trial = NULL;
	event_del(t->readable);
	event_del(t->timer);
	if (go_on(c) && call != NULL)
		call->finished(call);
}

/* Begins to try the conversations.  False: there is nothing to try, or an error. */
static bool
try_conversations(struct control *c)
{
	const struct timeval most = { .tv_sec = CONVERSATIONS_SECONDS };
	struct taking *t = &c->taking;

	if (t->cfg == NULL || t->returns || !appliance_tries_tests(c->appliance))
		return false;
	t->trial = conversations_begin(t->cfg, t->err);
	if (t->trial == NULL)
		return false;
	t->readable = event_new(
		c->setup.base, conversations_fd(t->trial), EV_READ | EV_PERSIST, on_tried, c);
	t->timer = event_new(c->setup.base, -1, 0, on_tried, c);
	if (t->readable != NULL && t->timer != NULL && event_add(t->readable, NULL) == 0
		&& event_add(t->timer, &most) == 0)
		return true;
	conversations_end(t->trial, t->cfg, t->err); /* an error: nothing has been heard */
	t->trial = NULL;
	return false;
}

bool
taking_begin(struct control *c, const struct taking_order *order)
{
	struct taking *t = &c->taking;

	t->busy = true;
	t->err = err_create();
	t->path = strdup(order->path);
	if (t->err == NULL || t->path == NULL) {
		forget(c);
		return order->call == NULL || rpc_fail(order->call, RPC_NOT_NOW, "out of memory");
	}
	t->call = order->call;
	t->returns = order->text != NULL;
	t->seconds = order->seconds;
	snprintf(t->what, sizeof(t->what), "%s", order->what);
	snprintf(t->who, sizeof(t->who), "%s", order->who);
	if (is_reload(c))
		service_reloading();
	t->cfg = t->returns ? read_config_text(t->path, order->text, t->err)
			    : read_config(t->path, false, t->err);
	return !try_conversations(c) && go_on(c);
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
