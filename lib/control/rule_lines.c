/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines of rules that are logged. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ids.h"
#include "base/clock.h"
#include "control/event_sink.h"
#include "control/events_priv.h"
#include "packet/notation.h"
#include "schema/json_text.h"
#include "session/session.h"
#include "tap/rule_ring.h"

static const char *const verdicts[] = {
	[RULE_ACCEPT] = "accept",
	[RULE_DROP] = "drop",
	[RULE_REJECT] = "reject",
	[RULE_GOTO] = "goto",
	[RULE_CALL] = "call",
	[RULE_RETURN] = "return",
	[RULE_CONTINUE] = "continue",
};

/* --- rules --- */

/* Returns the members that all lines of a rule have, without braces. */
static char *
members_of(const struct rule_counter *counter, const struct rule_log *log)
{
	char where[512], *text;
	json_t *json;

	snprintf(where, sizeof(where), "%s:%u", counter->loc.file, counter->loc.line);
	json = json_pack("{s:o,s:o,s:o*,s:o*}", "place", json_text(where), "owner",
		json_text(counter->owner), "name",
		counter->name != NULL ? json_text(counter->name) : NULL, "prefix",
		log->prefix != NULL ? json_text(log->prefix) : NULL);
	text = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	if (text == NULL)
		return NULL;
	memmove(text, text + 1, strlen(text));
	text[strlen(text) - 1] = '\0';
	return text;
}

void
events_take_rules(struct events *e, const struct generation *gen)
{
	for (unsigned i = 1; i < gen->n_rule_logs; i++) {
		const struct rule_log *log = &gen->rule_logs[i];
		struct rule_lines *rule = &e->rule[log->id];

		free(rule->members);
		rule->members = members_of(&gen->counters[log->counter], log);
		rule->interval_ns = log->interval_ns;
	}
}

/* --- lines --- */

static const char *
iface_name(const struct events_now *now, uint16_t iface)
{
	return iface < now->ifaces->n && now->ifaces->id[iface].name != NULL
		? now->ifaces->id[iface].name
		: "";
}

static int
print_end(char *out, size_t bytes, const struct rule_entry *entry)
{
	return snprintf(out, bytes,
		",\"session\":\"end\",\"reason\":\"%s\",\"seconds\":%.3f,\"packets\":%" PRIu64
		",\"bytes\":%" PRIu64 ",\"reply_packets\":%" PRIu64 ",\"reply_bytes\":%" PRIu64,
		session_end_name(entry->why), (double)entry->lasted_ns / 1e9, entry->packets[0],
		entry->bytes[0], entry->packets[1], entry->bytes[1]);
}

static void
put_line(struct events *e, const struct events_now *now, const struct rule_entry *entry)
{
	char line[EVENT_LINE_BYTES], when[EVENT_TIME_BYTES], tuple[128];
	const struct rule_lines *rule = &e->rule[entry->rule];
	int n;

	notation_tuple(tuple, sizeof(tuple), &entry->tuple);
	n = snprintf(line, sizeof(line),
		"{\"time\":\"%s\",\"event\":\"rule\",%s,\"interface\":\"%s\",\"tuple\":\"%s\","
		"\"verdict\":\"%s\"",
		event_time(when, (int64_t)entry->time_ns + now->wall_ns), rule->members,
		iface_name(now, entry->in), tuple, verdicts[entry->verdict]);
	if (entry->out != 0 && n < (int)sizeof(line))
		n += snprintf(line + n, sizeof(line) - (size_t)n, ",\"out\":\"%s\"",
			iface_name(now, entry->out));
	if (entry->event == RULE_BEGIN && n < (int)sizeof(line))
		n += snprintf(line + n, sizeof(line) - (size_t)n, ",\"session\":\"begin\"");
	if (entry->event == RULE_END && n < (int)sizeof(line))
		n += print_end(line + n, sizeof(line) - (size_t)n, entry);
	if (n < (int)sizeof(line))
		n += snprintf(line + n, sizeof(line) - (size_t)n, "}\n");
	if (n < (int)sizeof(line))
		event_sink_put(e->sink, line, (size_t)n);
}

/* The rate of all workers together. */
static bool
may_put(struct rule_lines *rule, uint64_t at_ns)
{
	uint64_t full_ns = rule->full_ns > at_ns ? rule->full_ns : at_ns;

	if (full_ns + rule->interval_ns > at_ns + NS_PER_SECOND) {
		rule->over++;
		return false;
	}
	rule->full_ns = full_ns + rule->interval_ns;
	return true;
}

static void
put_lost(struct events *e, const struct events_now *now, unsigned worker, const char *what,
	uint64_t n, uint64_t *told)
{
	if (n == *told)
		return;
	event_sink_tell(e->sink, "lost", (int64_t)now->clock_ns + now->wall_ns,
		json_pack("{s:i,s:I}", "worker", (int)worker, what, (json_int_t)(n - *told)));
	*told = n;
}

static void
write_worker(struct events *e, const struct events_now *now, unsigned w, struct rule_ring *r)
{
	struct ring *ring = rule_ring_entries(r);
	uint64_t lost = ring_lost(ring), untold = rule_ring_untold(r);
	const struct rule_entry *entry;

	for (unsigned i = 0; i < EVENT_RULES_AT_ONCE && (entry = ring_peek(ring)) != NULL; i++) {
		struct rule_lines *rule = &e->rule[entry->rule];

		if (rule->members != NULL
			&& (entry->event == RULE_END || may_put(rule, entry->time_ns)))
			put_line(e, now, entry);
		ring_release(ring);
	}
	put_lost(e, now, w, "lines", lost, &e->lost_told[w]);
	put_lost(e, now, w, "ends", untold, &e->untold_told[w]);
}

static struct rule_ring *
ring_of(const struct events_now *now, unsigned worker)
{
	return fastpath_rules(workers_at(now->workers, worker)->fp);
}

void
events_write_rules(struct events *e, const struct events_now *now)
{
	for (unsigned w = 0; w < workers_count(now->workers); w++)
		if (ring_of(now, w) != NULL)
			write_worker(e, now, w, ring_of(now, w));
}

void
events_say_over(struct events *e, const struct events_now *now)
{
	char line[EVENT_LINE_BYTES], when[EVENT_TIME_BYTES];

	event_time(when, (int64_t)now->clock_ns + now->wall_ns);
	for (unsigned i = 1; i < RULE_LOGS; i++) {
		struct rule_lines *rule = &e->rule[i];
		uint64_t over = rule->over;
		int n;

		if (rule->members == NULL)
			continue;
		for (unsigned w = 0; w < workers_count(now->workers); w++)
			over += ring_of(now, w) != NULL ? rule_ring_over(ring_of(now, w), i) : 0;
		if (over == rule->told)
			continue;
		n = snprintf(line, sizeof(line),
			"{\"time\":\"%s\",\"event\":\"rule\",%s,\"suppressed\":%" PRIu64 "}\n",
			when, rule->members, over - rule->told);
		if (n < (int)sizeof(line))
			event_sink_put(e->sink, line, (size_t)n);
		rule->told = over;
	}
}
