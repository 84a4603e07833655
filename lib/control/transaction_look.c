/* SPDX-License-Identifier: BSD-3-Clause */
/* What a configuration would change, and which ones ran: check, diff, show history. */

#include "control/transaction_priv.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/check.h"
#include "control/history.h"
#include "control/read.h"
#include "control/textdiff.h"
#include "schema/json_text.h"

static void
add_finding(void *findings, struct loc loc, bool warning, const char *text)
{
	json_array_append_new(findings,
		json_pack("{s:o*,s:i,s:i,s:i,s:s,s:o}", "file",
			loc.line != 0 ? json_text(loc.file) : NULL, "line", (int)loc.line, "column",
			(int)loc.column, "width", (int)loc.width, "severity",
			warning ? "warning" : "error", "text", json_text(text)));
}

json_t *
config_findings(const struct err *err)
{
	json_t *findings = json_array();

	err_each(err, add_finding, findings);
	return findings;
}

bool
refuse_config(struct rpc_call *call, const struct err *err, const char *what)
{
	unsigned n = err_count(err);

	call->data = json_pack("{s:o}", "findings", config_findings(err));
	return rpc_fail(call, RPC_REFUSED, "%s: %u error%s; nothing has changed", what, n,
		n == 1 ? "" : "s");
}

const char *
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
		refuse_config(call, err, path);
	else
		call->result = json_pack(
			"{s:i,s:o}", "tests", (int)tests.tests, "findings", config_findings(err));
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
		refuse_config(call, err, path);
	else if ((text = difference(c, cfg)) == NULL)
		rpc_fail(call, RPC_NOT_NOW, "out of memory");
	else
		answer_text(call, text, strlen(text));
	free(text);
	config_free(cfg);
	err_destroy(err);
	return true;
}
