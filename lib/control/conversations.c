/* SPDX-License-Identifier: BSD-3-Clause */
/* Conversations, tried by a process beside. */

#include "control/conversations.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "control/gate.h"

#define OUTPUT_MAX (4u << 20)

/* What the other process writes. */
struct output {
	char *text;
	size_t bytes;
};

static bool
has_conversations(const struct config *cfg)
{
	cfg_each(test, &cfg->tests)
		if (test->steps.count > 0)
			return true;
	return false;
}

static uint64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static struct {
	void (*call)(void *arg);
	void *arg;
} waiting;

void
conversations_while_waiting(void (*call)(void *arg), void *arg)
{
	waiting.call = call;
	waiting.arg = arg;
}

/* Starts `weir test --json - PATH` with its output in a pipe, or has it started.  Returns its
 * process id, 0 for another process's child, or negative errno. */
static pid_t
begin(const char *path, int *from)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	pid = gate_is_open() ? gate_ask(path, ends[1]) : gate_spawn(path, ends[1]);
	close(ends[1]);
	if (pid < 0)
		close(ends[0]);
	else
		*from = ends[0];
	return pid;
}

/* Reads to the end.  False: it takes too long, or says too much. */
static bool
listen_to(int from, struct output *out)
{
	uint64_t end = now_ms() + CONVERSATIONS_SECONDS * 1000ull;
	struct pollfd fd = { .fd = from, .events = POLLIN };

	out->text = malloc(OUTPUT_MAX);
	while (out->text != NULL && now_ms() < end) {
		ssize_t n;

		if (waiting.call != NULL)
			waiting.call(waiting.arg);
		if (poll(&fd, 1, 100) <= 0)
			continue;
		n = read(from, out->text + out->bytes, OUTPUT_MAX - out->bytes);
		if (n == 0)
			return true;
		if (n < 0 && errno != EINTR)
			return false;
		out->bytes += n > 0 ? (size_t)n : 0;
		if (out->bytes == OUTPUT_MAX)
			return false;
	}
	return false;
}

static void
add_error(const json_t *found, struct err *err)
{
	struct loc loc = {
		.file = json_string_value(json_object_get(found, "file")),
		.line = (unsigned)json_integer_value(json_object_get(found, "line")),
		.column = (unsigned)json_integer_value(json_object_get(found, "column")),
		.width = (unsigned)json_integer_value(json_object_get(found, "width")),
	};
	const char *text = json_string_value(json_object_get(found, "text"));

	if (text != NULL && loc.file != NULL)
		err_add(err, EINVAL, loc, "%s", text);
}

/* Takes over what the other process has found.  False: it is not what `weir test` writes. */
static bool
take_errors(const struct output *out, struct err *err)
{
	json_t *files = json_loadb(out->text, out->bytes, 0, NULL), *found;
	const json_t *errors = json_object_get(json_array_get(files, 0), "errors");
	bool fine = json_is_true(json_object_get(json_array_get(files, 0), "ok"));
	size_t i, n = json_array_size(errors);

	json_array_foreach(errors, i, found) add_error(found, err);
	json_decref(files);
	return fine || n > 0;
}

int
conversations_gate(const struct config *cfg, struct err *err)
{
	const char *path = cfg->head.loc.file;
	struct output out = { NULL, 0 };
	unsigned before = err_count(err);
	bool heard, read = false;
	int from = -1, status;
	pid_t pid;

	if (!has_conversations(cfg) || path == NULL)
		return 0;
	pid = begin(path, &from);
	if (pid < 0)
		return cfg_error(err, &cfg->head, &cfg->tests,
			"the conversations cannot be tried: %s", strerror(-pid));
	heard = listen_to(from, &out);
	if (!heard && pid > 0)
		kill(pid, SIGKILL);
	close(from);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (heard)
		read = take_errors(&out, err);
	free(out.text);
	if (!read)
		cfg_error(err, &cfg->head, &cfg->tests, "the conversations could not be tried%s",
			heard ? "" : ": it took too long");
	return err_count(err) == before ? 0 : -EINVAL;
}
