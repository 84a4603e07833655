/* SPDX-License-Identifier: BSD-3-Clause */
/* What becomes of a configuration that runs: an entry of the history, or the return from a commit
 * that nobody confirms. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <event2/event.h>

#include "base/log.h"
#include "control/history.h"
#include "control/read.h"
#include "control/transaction_priv.h"
#include "schema/json_text.h"

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

static unsigned
keep_config(struct control *c, const char *source, const char *what, const char *who)
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

unsigned
remember_config(struct control *c, const char *source, const char *what, const char *who)
{
	unsigned number = keep_config(c, source, what, who);

	history_tick(c->history);
	return number;
}

void
transaction_started(struct control *c, const char *source, const char *what)
{
	keep_config(c, source, what, "start");
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
