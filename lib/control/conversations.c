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
#include <unistd.h>

#include <jansson.h>

#include "base/monotonic.h"
#include "control/gate.h"

#define OUTPUT_MAX (4u << 20)

struct conversations {
	pid_t pid;  /* 0: another process's child */
	int from;   /* its output */
	bool heard; /* all of it */
	size_t bytes;
	char text[OUTPUT_MAX];
};

static bool
has_conversations(const struct config *cfg)
{
	cfg_each(test, &cfg->tests)
		if (test->steps.count > 0)
			return true;
	return false;
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
take_errors(const struct conversations *t, struct err *err)
{
	json_t *files = json_loadb(t->text, t->bytes, 0, NULL), *found;
	const json_t *errors = json_object_get(json_array_get(files, 0), "errors");
	bool fine = json_is_true(json_object_get(json_array_get(files, 0), "ok"));
	size_t i, n = json_array_size(errors);

	json_array_foreach(errors, i, found)
		add_error(found, err);
	json_decref(files);
	return fine || n > 0;
}

struct conversations *
conversations_begin(const struct config *cfg, struct err *err)
{
	const char *path = cfg->head.loc.file;
	struct conversations *t;

	if (!has_conversations(cfg) || path == NULL)
		return NULL;
	t = calloc(1, sizeof(*t));
	if (t == NULL) {
		err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	t->pid = begin(path, &t->from);
	if (t->pid >= 0)
		return t;
	cfg_error(err, &cfg->head, &cfg->tests, "the conversations cannot be tried: %s",
		strerror(-t->pid));
	free(t);
	return NULL;
}

int
conversations_fd(const struct conversations *t)
{
	return t->from;
}

bool
conversations_read(struct conversations *t)
{
	ssize_t n = read(t->from, t->text + t->bytes, OUTPUT_MAX - t->bytes);

	if (n < 0)
		return errno != EINTR && errno != EAGAIN;
	t->heard = n == 0 && t->bytes < OUTPUT_MAX;
	t->bytes += (size_t)n;
	return n == 0;
}

/* Ends the process, if it has not ended by itself. */
static void
bury(struct conversations *t)
{
	int status;

	if (!t->heard && t->pid > 0)
		kill(t->pid, SIGKILL);
	close(t->from);
	while (t->pid > 0 && waitpid(t->pid, &status, 0) < 0 && errno == EINTR)
		;
}

int
conversations_end(struct conversations *t, const struct config *cfg, struct err *err)
{
	unsigned before = err_count(err);

	bury(t);
	if (!t->heard || !take_errors(t, err))
		cfg_error(err, &cfg->head, &cfg->tests, "the conversations could not be tried%s",
			t->heard ? "" : ": it took too long");
	free(t);
	return err_count(err) == before ? 0 : -EINVAL;
}

void
conversations_cancel(struct conversations *t)
{
	if (t == NULL)
		return;
	t->heard = false;
	bury(t);
	free(t);
}

/* Returns true if a signal waits that is to end the program. */
static bool
is_to_stop(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0
		&& (sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1);
}

int
conversations_gate(const struct config *cfg, struct err *err)
{
	unsigned before = err_count(err);
	struct conversations *t = conversations_begin(cfg, err);
	uint64_t end = monotonic_ms() + CONVERSATIONS_SECONDS * 1000ull;
	struct pollfd fd = { .events = POLLIN };

	if (t == NULL)
		return err_count(err) == before ? 0 : -EINVAL;
	fd.fd = t->from;
	while (monotonic_ms() < end) {
		if (is_to_stop()) {
			conversations_cancel(t);
			return cfg_error(err, &cfg->head, &cfg->tests,
				"the conversations are not tried: stopped by a signal");
		}
		if (poll(&fd, 1, 50) > 0 && conversations_read(t))
			break;
	}
	return conversations_end(t, cfg, err);
}
