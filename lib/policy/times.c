/* SPDX-License-Identifier: BSD-3-Clause */
/* The key `time` of matches: days and times of the day. */
#include "policy/times.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "policy/build_priv.h"

#define ALL_DAYS 0x7fu

static const struct cfg_field time_fields[] = {
	{ "days", CFG_TEXT | CFG_LIST, CFG_OPTIONAL, offsetof(struct time_cfg, days),
		"Days of the week: mon, or mon-fri; without it, every day." },
	{ "from", CFG_TEXT, "00:00", offsetof(struct time_cfg, from),
		"When it begins, HH:MM in the host's time zone." },
	{ "to", CFG_TEXT, "24:00", offsetof(struct time_cfg, to),
		"When it ends; a time before from is one of the next day." },
	CFG_END,
};

const struct cfg_table time_table = {
	"time",
	CFG_SIZEOF(struct time_cfg),
	time_fields,
	"A time of the week; of a span over midnight, days are those on which it begins.",
	"days",
};

static bool
span_holds(const struct time_span *s, unsigned day, unsigned minute)
{
	unsigned yesterday = (day + 6) % 7;

	if (s->from < s->to)
		return (s->days >> day & 1) != 0 && minute >= s->from && minute < s->to;
	return ((s->days >> day & 1) != 0 && minute >= s->from)
		|| ((s->days >> yesterday & 1) != 0 && minute < s->to);
}

bool
times_hold(const struct time_span span[], unsigned n, unsigned day, unsigned minute)
{
	for (unsigned i = 0; i < n; i++)
		if (span_holds(&span[i], day, minute))
			return true;
	return false;
}

void
times_set(struct times *t, int64_t wall_s)
{
	time_t wall = (time_t)wall_s;
	uint64_t held = 0;
	struct tm tm;

	if (t == NULL || localtime_r(&wall, &tm) == NULL)
		return;
	for (unsigned i = 0; i < t->n; i++)
		if (times_hold(t->time[i].span, t->time[i].n, ((unsigned)tm.tm_wday + 6) % 7,
			    (unsigned)(tm.tm_hour * 60 + tm.tm_min)))
			held |= 1ull << i;
	atomic_store_explicit(&t->held, held, memory_order_relaxed);
}

/* Returns the number of a day, 0 for Monday, or -1: "mon" or "monday". */
static int
read_day(const char *text, size_t n)
{
	static const char *const days[] = { "monday", "tuesday", "wednesday", "thursday", "friday",
		"saturday", "sunday" };

	for (int i = 0; i < 7; i++)
		if ((n == 3 || n == strlen(days[i])) && strncasecmp(text, days[i], n) == 0)
			return i;
	return -1;
}

/* Reads "mon" or "mon-fri"; a range may go over Sunday.  Returns the days, or 0. */
static uint8_t
read_days(const char *text)
{
	const char *dash = strchr(text, '-');
	int first = read_day(text, dash != NULL ? (size_t)(dash - text) : strlen(text));
	int last = dash != NULL ? read_day(dash + 1, strlen(dash + 1)) : first;
	unsigned days = 0;

	if (first < 0 || last < 0)
		return 0;
	for (int i = first; i != last; i = (i + 1) % 7)
		days |= 1u << i;
	return (uint8_t)(days | 1u << last);
}

/* Reads "08:00" up to "24:00" as minutes; -1 for anything else. */
static int
read_minutes(const char *text)
{
	unsigned hour, minute;
	char rest;

	if (strspn(text, "0123456789:") != strlen(text) || strlen(text) > 5
		|| sscanf(text, "%2u:%2u%c", &hour, &minute, &rest) != 2
		|| text[strlen(text) - 3] != ':')
		return -1;
	if (minute > 59 || hour * 60 + minute > TIMES_MINUTES)
		return -1;
	return (int)(hour * 60 + minute);
}

int64_t
times_wall(const char *text)
{
	const char *space = strchr(text, ' ');
	int day = space != NULL ? read_day(text, (size_t)(space - text)) : -1;
	int minutes = space != NULL ? read_minutes(space + 1) : -1;
	time_t now = time(NULL);
	struct tm tm;

	if (day < 0 || minutes < 0 || localtime_r(&now, &tm) == NULL)
		return -1;
	tm.tm_mday += (day + 1) % 7 - tm.tm_wday;
	tm.tm_hour = minutes / 60;
	tm.tm_min = minutes % 60;
	tm.tm_sec = 0;
	tm.tm_isdst = -1;
	return (int64_t)mktime(&tm);
}

static int
read_span(struct err *err, const struct time_cfg *cfg, struct time_span *span)
{
	int from = read_minutes(cfg->from), to = read_minutes(cfg->to), rc = 0;

	if (from < 0 || from == (int)TIMES_MINUTES)
		rc = cfg_error(err, &cfg->head, &cfg->from,
			"'%s': write a time from 00:00 to 23:59", cfg->from);
	if (to < 0)
		rc = cfg_error(err, &cfg->head, &cfg->to, "'%s': write a time from 00:00 to 24:00",
			cfg->to);
	if (rc == 0 && from == to)
		rc = cfg_error(err, &cfg->head, &cfg->to,
			"from and to are the same: leave both out for the whole day");
	span->days = cfg_is_written(&cfg->head, &cfg->days) ? 0 : ALL_DAYS;
	for (unsigned i = 0; i < cfg->days.count; i++) {
		uint8_t days = read_days(cfg->days.items[i]);

		if (days == 0)
			rc = cfg_error(err, &cfg->head, &cfg->days.items[i],
				"'%s': write mon, tue, wed, thu, fri, sat or sun, or a range such as mon-fri",
				cfg->days.items[i]);
		span->days |= days;
	}
	if (rc == 0 && span->days == 0)
		rc = cfg_error(err, &cfg->head, &cfg->days, "the list is empty");
	span->from = (uint16_t)from;
	span->to = (uint16_t)to;
	return rc;
}

static bool
same(const struct time_span *a, const struct time_span *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (a[i].days != b[i].days || a[i].from != b[i].from || a[i].to != b[i].to)
			return false;
	return true;
}

int
build_time(struct build *b, const struct time_cfg *items, unsigned count)
{
	struct time_span *span = build_alloc(b, count, sizeof(*span));
	struct times *t = b->times != NULL ? b->times : build_alloc(b, 1, sizeof(*t));
	int rc = 0;

	if (span == NULL || t == NULL)
		return build_no_memory(b);
	b->times = t;
	for (unsigned i = 0; i < count; i++)
		rc |= read_span(b->setup.err, &items[i], &span[i]);
	if (rc < 0)
		return -EINVAL;
	for (unsigned i = 0; i < t->n; i++)
		if (t->time[i].n == count && same(t->time[i].span, span, count))
			return (int)i;
	if (t->n == TIMES_MAX)
		return cfg_error(b->setup.err, &items[0].head, NULL,
			"more than %u different times in all", TIMES_MAX);
	t->time[t->n].span = span;
	t->time[t->n].n = count;
	return (int)t->n++;
}

uint64_t
build_time_hash(const struct build *b, unsigned number)
{
	uint64_t hash = 0xcbf29ce484222325ull;

	for (unsigned i = 0; i < b->times->time[number].n; i++) {
		const struct time_span *s = &b->times->time[number].span[i];

		hash = (hash ^ s->days) * 0x100000001b3ull;
		hash = (hash ^ s->from) * 0x100000001b3ull;
		hash = (hash ^ s->to) * 0x100000001b3ull;
	}
	return hash ^ hash >> 31;
}
