/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines on standard error, at a bounded rate, written without waiting for whoever reads them. */

#include "base/log.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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

/* Writes what standard error takes now: a pipe that nobody reads must not stop the thread.  A part
 * of PIPE_BUF bytes is taken whole by a pipe that can be written.  Returns false if something is
 * left. */
static bool
put(const char *text, size_t bytes)
{
	struct pollfd out_fd = { .fd = fileno(stderr), .events = POLLOUT };

	while (bytes > 0) {
		size_t part = bytes < PIPE_BUF ? bytes : PIPE_BUF;
		ssize_t n;

		if (poll(&out_fd, 1, 0) <= 0 || (out_fd.revents & POLLOUT) == 0)
			return false;
		n = write(out_fd.fd, text, part);
		if (n < 0 && errno != EINTR)
			return false;
		text += n > 0 ? n : 0;
		bytes -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

static void
begin_line(FILE *line, enum log_level level)
{
	if (getenv("JOURNAL_STREAM") != NULL)
		fprintf(line, "<%d>", levels[level].priority);
	else
		fprintf(line, "weir: %s", levels[level].word);
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
put_clean(FILE *line, const char *fmt, va_list ap)
{
	char *text = NULL;

	if (vasprintf(&text, fmt, ap) < 0)
		return;
	text_put(line, text, text + strlen(text));
	free(text);
}

static void
write_line(enum log_level level, const char *fmt, va_list ap)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *line = open_memstream(&text, &bytes);
	unsigned lost = out.lost;

	if (line == NULL)
		return;
	if (lost != 0) {
		begin_line(line, LEVEL_WARNING);
		fprintf(line, "%u lines were too many and are not shown\n", lost);
	}
	begin_line(line, level);
	put_clean(line, fmt, ap);
	fputc('\n', line);
	if (fclose(line) == 0)
		out.lost = put(text, bytes) ? 0 : lost + 1;
	free(text);
}

void
log_write(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	pthread_mutex_lock(&out.lock);
	if (level <= out.level && take_line()) {
		va_start(ap, fmt);
		write_line(level, fmt, ap);
		va_end(ap);
	}
	pthread_mutex_unlock(&out.lock);
}

void
log_text(const char *text, size_t bytes)
{
	pthread_mutex_lock(&out.lock);
	out.lost += !put(text, bytes);
	pthread_mutex_unlock(&out.lock);
}
