/* SPDX-License-Identifier: BSD-3-Clause */
/* Configurations taken, confirmed, and returned to. */

#include "control/transaction.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "base/log.h"
#include "control/history.h"
#include "control/read.h"
#include "control/taking.h"
#include "control/transaction_priv.h"
#include "control/who.h"

#define CONFIRM_MOST_S 86400ul

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
	call->result = json_pack(
		"{s:I}", "generation", (json_int_t)appliance_generation(c->appliance)->number);
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
transaction_end(struct control *c)
{
	taking_cancel(c);
	pending_forget(c);
}
