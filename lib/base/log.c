/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines on standard error, at a bounded rate. */

#include "base/log.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

static struct {
	pthread_mutex_t lock;
	enum log_level level;
	time_t second; /* the second in which lines were counted */
	unsigned lines;
	unsigned lost;
} out = { .lock = PTHREAD_MUTEX_INITIALIZER, .level = LEVEL_INFO };

static const struct {
	const char *word;
	int priority; /* of syslog(3) */
} levels[] = {
	[LEVEL_ERROR] = { "error: ", 3 },
	[LEVEL_WARNING] = { "warning: ", 4 },
	[LEVEL_INFO] = { "", 6 },
	[LEVEL_DEBUG] = { "debug: ", 7 },
};

void
log_set_level(enum log_level level)
{
	pthread_mutex_lock(&out.lock);
	out.level = level;
	pthread_mutex_unlock(&out.lock);
}

static void
begin_line(enum log_level level)
{
	if (getenv("JOURNAL_STREAM") != NULL)
		fprintf(stderr, "<%d>", levels[level].priority);
	else
		fprintf(stderr, "weir: %s", levels[level].word);
}

/* Returns true if one more line fits into this second, and counts it. */
static bool
take_line(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	if (now.tv_sec != out.second) {
		out.second = now.tv_sec;
		out.lines = 0;
	}
	if (out.lines == LOG_LINES_PER_S) {
		out.lost++;
		return false;
	}
	out.lines++;
	return true;
}

/* Writes the message with control characters replaced: it may hold names and paths. */
static void
put_clean(const char *fmt, va_list ap)
{
	char *text = NULL;

	if (vasprintf(&text, fmt, ap) < 0)
		return;
	text_put(stderr, text, text + strlen(text));
	free(text);
}

void
log_write(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	pthread_mutex_lock(&out.lock);
	if (level <= out.level && take_line()) {
		if (out.lost != 0) {
			begin_line(LEVEL_WARNING);
			fprintf(stderr, "%u lines were too many and are not shown\n", out.lost);
			out.lost = 0;
		}
		begin_line(level);
		va_start(ap, fmt);
		put_clean(fmt, ap);
		va_end(ap);
		fputc('\n', stderr);
	}
	pthread_mutex_unlock(&out.lock);
}
