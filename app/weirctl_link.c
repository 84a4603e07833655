/* SPDX-License-Identifier: BSD-3-Clause */
/* The way from weirctl to the running Weir. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/un.h>

#include "base/err.h"
#include "base/text.h"
#include "weirctl.h"

#define CHUNK 65536u

void
link_close(struct ctl_link *link)
{
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
	free(link->in);
	link->in = NULL;
	link->n_in = link->room = 0;
}

static bool
connect_to(struct ctl_link *link)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(link->path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	strcpy(address.sun_path, link->path);
	link->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return link->fd >= 0
		&& connect(link->fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
}

static bool
send_all(int fd, const char *text, size_t bytes)
{
	while (bytes > 0) {
		ssize_t n = send(fd, text, bytes, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text += n;
		bytes -= (size_t)n;
	}
	return true;
}

/* One line without its end, NULL when the other side has gone; valid until the next call. */
static char *
receive_line(struct ctl_link *link, size_t *bytes)
{
	size_t looked = 0;

	for (;;) {
		char *end = link->n_in == 0 ? NULL
					    : memchr(link->in + looked, '\n', link->n_in - looked);
		ssize_t n;

		if (end != NULL) {
			*bytes = (size_t)(end - link->in);
			return link->in;
		}
		looked = link->n_in;
		if (link->room - link->n_in < CHUNK) {
			char *more = realloc(link->in, link->room + 4 * CHUNK);

			if (more == NULL)
				return NULL;
			link->in = more;
			link->room += 4 * CHUNK;
		}
		n = recv(link->fd, link->in + link->n_in, CHUNK, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return NULL;
		link->n_in += (size_t)n;
	}
}

static json_t *
exchange(struct ctl_link *link, const char *text)
{
	json_t *answer;
	size_t bytes;
	char *line;

	if (!send_all(link->fd, text, strlen(text)))
		return NULL;
	line = receive_line(link, &bytes);
	if (line == NULL)
		return NULL;
	answer = json_loadb(line, bytes, 0, NULL);
	link->n_in -= bytes + 1;
	memmove(line, line + bytes + 1, link->n_in);
	return answer;
}

/* A connection that was lost while nothing was asked is made again, once. */
static json_t *
ask(struct ctl_link *link, const char *text)
{
	bool was_open = link->fd >= 0;
	json_t *answer = NULL;

	if (was_open)
		answer = exchange(link, text);
	if (answer != NULL)
		return answer;
	link_close(link);
	if (!connect_to(link)) {
		fprintf(stderr, "weirctl: %s: %s%s\n", link->path, strerror(errno),
			errno == ENOENT || errno == ECONNREFUSED ? "; is Weir running?" : "");
		link_close(link);
		return NULL;
	}
	answer = exchange(link, text);
	if (answer == NULL) {
		fprintf(stderr, "weirctl: %s: no answer\n", link->path);
		link_close(link);
	}
	return answer;
}

void
print_findings(const json_t *findings)
{
	struct err *err = err_create();
	json_t *f;
	size_t i;

	json_array_foreach(findings, i, f) {
		struct loc loc = {
			.file = json_string_value(json_object_get(f, "file")),
			.line = (unsigned)json_integer_value(json_object_get(f, "line")),
			.column = (unsigned)json_integer_value(json_object_get(f, "column")),
			.width = (unsigned)json_integer_value(json_object_get(f, "width")),
		};
		const char *severity = json_string_value(json_object_get(f, "severity"));
		const char *text = json_string_value(json_object_get(f, "text"));

		if (err == NULL || severity == NULL || text == NULL)
			continue;
		if (strcmp(severity, "warning") == 0)
			err_warn(err, loc, "%s", text);
		else
			err_add(err, EINVAL, loc, "%s", text);
	}
	if (err != NULL)
		err_print(err, stderr, isatty(STDERR_FILENO));
	err_destroy(err);
}

static void
say_error(const json_t *error, int *status)
{
	long long code = json_integer_value(json_object_get(error, "code"));
	const char *text = json_string_value(json_object_get(error, "message"));

	print_findings(json_object_get(json_object_get(error, "data"), "findings"));
	*status = code == -32601 || code == -32602 ? STATUS_USAGE : STATUS_WRONG;
	fputs("weirctl: ", stderr);
	if (text != NULL)
		text_put(stderr, text, text + strlen(text));
	fputc('\n', stderr);
}

json_t *
link_call(struct ctl_link *link, const struct verb *v, const json_t *params, int *status,
	json_t **wrong)
{
	char method[64], *dump, *text = NULL;
	json_t *request, *answer, *result;

	verb_method(v, method);
	request = json_pack("{s:s,s:I,s:s,s:O}", "jsonrpc", "2.0", "id", (json_int_t)++link->id,
		"method", method, "params", params);
	dump = request == NULL ? NULL : json_dumps(request, JSON_COMPACT);
	json_decref(request);
	*status = STATUS_WRONG;
	if (dump == NULL || asprintf(&text, "%s\n", dump) < 0)
		text = NULL;
	free(dump);
	answer = text == NULL ? NULL : ask(link, text);
	free(text);
	result = json_incref(json_object_get(answer, "result"));
	if (result != NULL)
		*status = STATUS_DONE;
	else if (answer != NULL && wrong != NULL)
		*wrong = json_incref(json_object_get(answer, "error"));
	else if (answer != NULL)
		say_error(json_object_get(answer, "error"), status);
	json_decref(answer);
	return result;
}
