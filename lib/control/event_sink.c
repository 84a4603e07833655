/* SPDX-License-Identifier: BSD-3-Clause */
/* A thread that writes lines of events. */

#include "control/event_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

#define JOURNAL     "/run/systemd/journal/socket"
#define RETRY_MS    100
#define PATIENCE_MS 1000 /* for what waits at the end */

enum sink_kind { SINK_FILE, SINK_STDERR, SINK_JOURNAL };

struct event_sink {
	enum sink_kind kind;
	char *to;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t more;
	/* under lock */
	bool stops, reopens, ended;
	uint64_t lines, lost, lost_told;
	size_t waiting; /* bytes in text[filling] */
	unsigned filling;
	/* the thread's */
	int fd;
	bool failing;      /* a failure that has been reported */
	size_t used, sent; /* of the other text */
	char text[2][EVENT_SINK_BYTES];
};

const char *
event_time(char out[EVENT_TIME_BYTES], int64_t wall_ns)
{
	time_t seconds = (time_t)(wall_ns / 1000000000);
	struct tm tm;
	size_t n;

	gmtime_r(&seconds, &tm);
	n = strftime(out, EVENT_TIME_BYTES, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out + n, EVENT_TIME_BYTES - n, ".%06dZ", (int)(wall_ns / 1000 % 1000000));
	return out;
}

static int
open_file(const char *path)
{
	/* A pipe without a reader must not block us. */
	int fd = open(
		path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_APPEND, 0640);

	if (fd < 0 && errno == ENXIO)
		fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	return fd;
}

static int
open_journal(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = JOURNAL };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void
fail(struct event_sink *s)
{
	if (!s->failing)
		log_error("telemetry.log: %s cannot be written: %s; lines wait as long as there is "
			  "room",
			s->to, strerror(errno));
	s->failing = true;
}

static void
works(struct event_sink *s)
{
	if (s->failing)
		log_info("telemetry.log: %s is written again", s->to);
	s->failing = false;
}

/* --- the thread --- */

/* Sends one line with its fields, as sd_journal_send does.  Returns false if it is not taken. */
static bool
send_line(struct event_sink *s, const char *line, size_t bytes)
{
	static const char mark[] = "\"event\":\"";
	const char *event = memmem(line, bytes, mark, sizeof(mark) - 1);
	char head[128];
	struct iovec part[2] = { { head, 0 }, { (void *)(uintptr_t)line, bytes } };
	struct msghdr msg = { .msg_iov = part, .msg_iovlen = 2 };

	event = event != NULL ? event + sizeof(mark) - 1 : "";
	part[0].iov_len = (size_t)snprintf(head, sizeof(head),
		"PRIORITY=6\nSYSLOG_IDENTIFIER=weir\nWEIR_EVENT=%.*s\nMESSAGE=",
		(int)strcspn(event, "\""), event);
	if (s->fd < 0)
		s->fd = open_journal();
	if (s->fd >= 0 && sendmsg(s->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return true;
	if (s->fd >= 0 && errno != EAGAIN && errno != ENOBUFS) {
		int why = errno;

		close(s->fd); /* it was started again, perhaps */
		s->fd = -1;
		errno = why;
	}
	return false;
}

/* Returns the bytes taken, 0 for none now. */
static size_t
write_some(struct event_sink *s)
{
	const char *from = s->text[!s->filling] + s->sent;
	size_t left = s->used - s->sent;
	ssize_t n;

	if (s->kind == SINK_JOURNAL) {
		const char *end = memchr(from, '\n', left);

		left = end != NULL ? (size_t)(end - from) + 1 : left;
		return send_line(s, from, left) ? left : 0;
	}
	do
		n = write(s->fd, from, left);
	while (n < 0 && errno == EINTR);
	return n > 0 ? (size_t)n : 0;
}

static void
reopen(struct event_sink *s)
{
	int fd = s->kind == SINK_FILE ? open_file(s->to) : -1;

	if (s->kind != SINK_FILE)
		return;
	if (fd < 0) {
		fail(s);
		return;
	}
	close(s->fd);
	s->fd = fd;
	while (s->sent > 0 && s->text[!s->filling][s->sent - 1] != '\n')
		s->sent--; /* a line that was cut is written again */
}

/* Waits until there is something to do.  Returns false at the end. */
static bool
await(struct event_sink *s)
{
	struct timespec until;
	bool goes_on, reopens;

	pthread_mutex_lock(&s->lock);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += RETRY_MS * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	if (s->used != 0 && !s->stops && !s->reopens)
		pthread_cond_clockwait(&s->more, &s->lock, CLOCK_MONOTONIC, &until);
	while (s->used == 0 && s->waiting == 0 && !s->stops && !s->reopens)
		pthread_cond_wait(&s->more, &s->lock);
	if (s->used == 0) {
		s->used = s->waiting;
		s->sent = 0;
		s->waiting = 0;
		s->filling = !s->filling;
	}
	reopens = s->reopens;
	s->reopens = false;
	goes_on = !s->stops || s->used != 0;
	pthread_mutex_unlock(&s->lock);
	if (reopens)
		reopen(s);
	return goes_on;
}

static void *
run(void *arg)
{
	struct event_sink *s = arg;

	while (await(s)) {
		size_t n = 1;

		while (s->sent < s->used && (n = write_some(s)) != 0)
			s->sent += n;
		if (n == 0) {
			fail(s);
			continue;
		}
		if (s->used != 0)
			works(s);
		s->used = 0;
	}
	pthread_mutex_lock(&s->lock);
	s->ended = true;
	pthread_cond_signal(&s->more);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* --- the caller --- */

static bool
start(struct event_sink *s)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	rc = pthread_create(&s->thread, NULL, run, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc == 0;
}

static void
discard(struct event_sink *s)
{
	if (s->fd > STDERR_FILENO)
		close(s->fd);
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->more);
	free(s->to);
	free(s);
}

struct event_sink *
event_sink_open(const char *to, struct loc loc, struct err *err)
{
	struct event_sink *s = calloc(1, sizeof(*s));

	if (s == NULL || (s->to = strdup(to)) == NULL) {
		free(s);
		err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->more, NULL);
	s->kind = strcmp(to, "stderr") == 0  ? SINK_STDERR
		: strcmp(to, "journal") == 0 ? SINK_JOURNAL
					     : SINK_FILE;
	s->fd = s->kind == SINK_FILE ? open_file(to) : s->kind == SINK_STDERR ? STDERR_FILENO : -1;
	if (s->kind == SINK_FILE && s->fd < 0)
		err_add(err, errno, loc, "%s: cannot be written: %s", to, strerror(errno));
	else if (start(s))
		return s;
	else
		err_add(err, EAGAIN, loc, "no thread to write %s", to);
	discard(s);
	return NULL;
}

/* Tells the thread to end, and waits for that.  Returns false if it does not in time. */
static bool
stop(struct event_sink *s)
{
	struct timespec until;
	bool ended;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PATIENCE_MS / 1000;
	pthread_mutex_lock(&s->lock);
	s->stops = true;
	pthread_cond_signal(&s->more);
	while (!s->ended
		&& pthread_cond_clockwait(&s->more, &s->lock, CLOCK_MONOTONIC, &until) == 0)
		continue;
	ended = s->ended;
	pthread_mutex_unlock(&s->lock);
	return ended;
}

void
event_sink_close(struct event_sink *s)
{
	if (s == NULL)
		return;
	if (!stop(s)) {
		log_warning("telemetry.log: %s takes no lines; those that wait are lost", s->to);
		pthread_detach(s->thread);
		return; /* what the thread uses stays */
	}
	pthread_join(s->thread, NULL);
	discard(s);
}

const char *
event_sink_to(const struct event_sink *s)
{
	return s->to;
}

/* Copies a line.  Returns false without room. */
static bool
copy(struct event_sink *s, const char *line, size_t bytes)
{
	if (bytes > EVENT_SINK_BYTES - s->waiting)
		return false;
	memcpy(s->text[s->filling] + s->waiting, line, bytes);
	s->waiting += bytes;
	return true;
}

static void
tell_lost(struct event_sink *s)
{
	char when[EVENT_TIME_BYTES], line[160];
	struct timespec now;
	int n;

	clock_gettime(CLOCK_REALTIME, &now);
	event_time(when, (int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
	n = snprintf(line, sizeof(line),
		"{\"time\":\"%s\",\"event\":\"lost\",\"lines\":%" PRIu64 "}\n", when,
		s->lost - s->lost_told);
	if (copy(s, line, (size_t)n))
		s->lost_told = s->lost;
}

void
event_sink_put(struct event_sink *s, const char *line, size_t bytes)
{
	pthread_mutex_lock(&s->lock);
	if (s->lost != s->lost_told && s->waiting + bytes + 160 <= EVENT_SINK_BYTES)
		tell_lost(s);
	s->lines++;
	if (!copy(s, line, bytes))
		s->lost++;
	pthread_cond_signal(&s->more);
	pthread_mutex_unlock(&s->lock);
}

void
event_sink_tell(struct event_sink *s, const char *event, int64_t wall_ns, json_t *members)
{
	char when[EVENT_TIME_BYTES];
	json_t *json = json_pack("{s:s,s:s}", "time", event_time(when, wall_ns), "event", event);
	char *text = NULL, *line = NULL;

	if (json != NULL && members != NULL && json_object_update(json, members) == 0)
		text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	json_decref(members);
	if (text != NULL && asprintf(&line, "%s\n", text) > 0)
		event_sink_put(s, line, strlen(line));
	free(line);
	free(text);
}

void
event_sink_reopen(struct event_sink *s)
{
	pthread_mutex_lock(&s->lock);
	s->reopens = true;
	pthread_cond_signal(&s->more);
	pthread_mutex_unlock(&s->lock);
}

void
event_sink_counts(struct event_sink *s, uint64_t *lines, uint64_t *lost)
{
	pthread_mutex_lock(&s->lock);
	*lines = s->lines;
	*lost = s->lost;
	pthread_mutex_unlock(&s->lock);
}
