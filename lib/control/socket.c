/* SPDX-License-Identifier: BSD-3-Clause */
/* Clients of the control socket. */

#include "control/socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <sys/socket.h>

#include "base/monotonic.h"
#include "control/socket_priv.h"

static void
drop(struct client *c)
{
	struct control_socket *s = c->socket;

	if (c->call != NULL)
		c->call->arg = NULL; /* whoever finishes it finds nobody */
	if (c->readable != NULL)
		event_free(c->readable);
	if (c->writable != NULL)
		event_free(c->writable);
	if (c->in != NULL)
		evbuffer_free(c->in);
	if (c->out != NULL)
		evbuffer_free(c->out);
	if (c->fd >= 0)
		close(c->fd);
	for (unsigned i = 0; i < s->n; i++)
		if (s->client[i] == c)
			s->client[i] = s->client[--s->n];
	free(c);
}

/* Writes what waits, a slice of it.  False: the client is gone. */
static bool
write_some(struct client *c)
{
	if (evbuffer_get_length(c->out) != 0
		&& evbuffer_write_atmost(c->out, c->fd, SOCKET_SLICE) < 0 && errno != EAGAIN
		&& errno != EINTR) {
		drop(c);
		return false;
	}
	if (evbuffer_get_length(c->out) != 0) {
		event_add(c->writable, NULL);
		return true;
	}
	c->owes_ms = evbuffer_get_length(c->in) != 0 ? monotonic_ms() : 0;
	return true;
}

/* The answer of a call goes out; the call ends. */
static void
answer(struct client *c, struct rpc_call *call)
{
	size_t bytes = 0;
	char *text = rpc_answer(call, &bytes);

	if (text != NULL && bytes > SOCKET_OUT_MAX) {
		free(text);
		rpc_fail(call, RPC_NOT_NOW, "the answer would be longer than %d bytes",
			SOCKET_OUT_MAX);
		text = rpc_answer(call, &bytes);
	}
	if (text != NULL)
		evbuffer_add(c->out, text, bytes);
	free(text);
	rpc_free(call);
	c->call = NULL;
	c->owes_ms = monotonic_ms();
}

static void go_on(struct client *c);

static void
finished(struct rpc_call *call)
{
	struct client *c = call->arg;

	if (c == NULL) {
		rpc_free(call);
		return;
	}
	answer(c, call);
	go_on(c);
}

/* What the client asks for next comes behind others, if it has taken its share. */
static void
set_priority(struct client *c)
{
	int priority = c->taken_us > SOCKET_SHARE_US / c->socket->n ? SOCKET_PRIORITY_BUSY
								    : SOCKET_PRIORITY;

	event_priority_set(c->readable, priority); /* stays as it is while the event is active */
}

/* Where the next turn of the loop goes on: with a line that is there, or when more comes. */
static void
read_on(struct client *c)
{
	if (c->call != NULL || evbuffer_get_length(c->out) != 0)
		return;
	set_priority(c);
	if (evbuffer_search_eol(c->in, NULL, NULL, EVBUFFER_EOL_LF).pos >= 0)
		event_active(c->readable, EV_READ, 0);
	else
		event_add(c->readable, NULL);
}

static void
go_on(struct client *c)
{
	if (!write_some(c))
		return;
	if (c->ends && evbuffer_get_length(c->out) == 0)
		drop(c);
	else
		read_on(c);
}

static void
serve_line(struct client *c, const char *line, size_t bytes)
{
	struct rpc_call *call = rpc_read(line, bytes, &c->peer);

	c->used_ms = monotonic_ms();
	if (call == NULL)
		return;
	call->finished = finished;
	call->arg = c;
	c->call = call;
	if (call->error != 0 || c->socket->setup.serve(c->socket->setup.arg, call))
		answer(c, call);
	else
		c->owes_ms = 0; /* we owe it */
}

/* A line that does not end: its client is told, and dropped when it was. */
static void
refuse_long(struct client *c)
{
	struct rpc_call *call = rpc_read("", 0, &c->peer);

	if (call == NULL)
		return;
	rpc_fail(call, RPC_INVALID, "a request has at most %d bytes", RPC_LINE_MAX);
	evbuffer_drain(c->in, evbuffer_get_length(c->in));
	answer(c, call);
	c->ends = true;
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	uint64_t began_ns = monotonic_ns();
	struct client *c = arg;
	size_t bytes;
	char *line;
	int n = 1;

	if (evbuffer_search_eol(c->in, NULL, NULL, EVBUFFER_EOL_LF).pos < 0)
		n = evbuffer_read(c->in, fd, RPC_LINE_MAX + 1 - (int)evbuffer_get_length(c->in));
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		drop(c);
		return;
	}
	line = evbuffer_readln(c->in, &bytes, EVBUFFER_EOL_LF);
	if (line != NULL)
		serve_line(c, line, bytes);
	else if (evbuffer_get_length(c->in) > RPC_LINE_MAX)
		refuse_long(c);
	else if (c->owes_ms == 0 && evbuffer_get_length(c->in) != 0)
		c->owes_ms = monotonic_ms();
	free(line);
	c->taken_us += (monotonic_ns() - began_ns) / 1000;
	go_on(c);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	go_on(arg);
}

/* The user with most clients gives the one that has said nothing for longest. */
static void
displace(struct control_socket *s)
{
	struct client *oldest = NULL;
	unsigned most = 0;

	for (unsigned i = 0; i < s->n; i++) {
		unsigned same = 0;

		for (unsigned k = 0; k < s->n; k++)
			same += s->client[k]->peer.uid == s->client[i]->peer.uid;
		if (same > most || (same == most && s->client[i]->used_ms < oldest->used_ms)) {
			most = same;
			oldest = s->client[i];
		}
	}
	if (oldest != NULL)
		drop(oldest);
}

static bool
greet(struct control_socket *s, int fd)
{
	struct ucred cred = { .uid = (uid_t)-1 };
	socklen_t bytes = sizeof(cred);
	struct client *c = calloc(1, sizeof(*c));

	if (c == NULL || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &bytes) < 0) {
		free(c);
		close(fd);
		return false;
	}
	if (s->n == SOCKET_CLIENTS)
		displace(s);
	*c = (struct client){
		.socket = s,
		.fd = fd,
		.used_ms = monotonic_ms(),
		.peer = { cred.uid, cred.pid, cred.uid == 0 || cred.uid == geteuid() },
		.readable = event_new(s->setup.base, fd, EV_READ, on_readable, c),
		.writable = event_new(s->setup.base, fd, EV_WRITE, on_writable, c),
		.in = evbuffer_new(),
		.out = evbuffer_new(),
	};
	s->client[s->n++] = c;
	if (c->readable == NULL || c->writable == NULL || c->in == NULL || c->out == NULL
		|| event_priority_set(c->readable, SOCKET_PRIORITY) < 0
		|| event_priority_set(c->writable, SOCKET_PRIORITY) < 0
		|| event_add(c->readable, NULL) < 0) {
		drop(c);
		return false;
	}
	return true;
}

void
socket_accept(evutil_socket_t fd, short what, void *arg)
{
	struct control_socket *s = arg;
	int client = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (client >= 0)
		greet(s, client);
	else if ((errno == EMFILE || errno == ENFILE) && s->n != 0)
		displace(s);
}

void
socket_tick(evutil_socket_t fd, short what, void *arg)
{
	struct control_socket *s = arg;
	uint64_t now = monotonic_ms();
	bool halve = ++s->ticks % (1000 / SOCKET_TICK_MS) == 0;

	for (unsigned i = s->n; i > 0; i--) {
		struct client *c = s->client[i - 1];

		if (halve)
			c->taken_us /= 2;

		if (c->owes_ms != 0 && now - c->owes_ms >= SOCKET_PATIENCE_MS)
			drop(c);
	}
}

unsigned
socket_clients(const struct control_socket *s)
{
	return s->n;
}

void
socket_drop_all(struct control_socket *s)
{
	while (s->n != 0)
		drop(s->client[s->n - 1]);
}
