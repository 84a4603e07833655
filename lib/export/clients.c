/* SPDX-License-Identifier: BSD-3-Clause */
/* Watching the clients of HTTP.
 *
 * evhttp does not tell when it frees a client's bufferevent.  A reference is held beside evhttp's:
 * a bufferevent that evhttp has freed has no callbacks any more, which tells that its client has
 * gone.  A client is dropped by shutdown of its socket, after which evhttp ends the connection. */

#include "export/clients.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/monotonic.h"

enum {
	PLACES = 2 * CLIENTS_MAX, /* clients accepted before the listener stops may exceed it */
};

struct client {
	struct bufferevent *bev;
	struct evbuffer_cb_entry *on_input;
	uint64_t owes_ms;   /* since when a request is under way; 0: idle */
	uint64_t idle_ms;   /* since when there is none */
	bool dropped;       /* its socket was shut down */
	struct in6_addr ip; /* of the client, v4-mapped */
};

struct clients {
	struct evconnlistener *listener;
	unsigned n;
	struct client *at[PLACES];
};

static void
on_input(struct evbuffer *buffer, const struct evbuffer_cb_info *info, void *arg)
{
	struct client *c = arg;

	if (info->n_added != 0 && c->owes_ms == 0)
		c->owes_ms = monotonic_ms();
}

static bool
has_gone(const struct client *c)
{
	bufferevent_event_cb on_event = NULL;

	bufferevent_getcb(c->bev, NULL, NULL, &on_event, NULL);
	return on_event == NULL;
}

static void
forget(struct clients *cs, unsigned i)
{
	struct client *c = cs->at[i];

	evbuffer_remove_cb_entry(bufferevent_get_input(c->bev), c->on_input);
	bufferevent_decref(c->bev);
	free(c);
	cs->at[i] = cs->at[--cs->n];
}

static void
drop(struct client *c)
{
	evutil_socket_t fd = bufferevent_getfd(c->bev);

	c->dropped = true;
	if (fd >= 0)
		shutdown(fd, SHUT_RDWR);
}

struct clients *
clients_create(void)
{
	return calloc(1, sizeof(struct clients));
}

void
clients_destroy(struct clients *cs)
{
	if (cs == NULL)
		return;
	while (cs->n != 0)
		forget(cs, cs->n - 1);
	free(cs);
}

void
clients_set_listener(struct clients *cs, struct evconnlistener *listener)
{
	/* Inherited by the sockets of clients.  A long answer is several writes: Nagle would keep
	 * the last of them back until the client's delayed acknowledgement, 40 ms. */
	const int one = 1;

	(void)setsockopt(
		evconnlistener_get_fd(listener), IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	cs->listener = listener;
}

struct bufferevent *
clients_accept(struct event_base *base, void *arg)
{
	struct clients *cs = arg;
	struct bufferevent *bev = bufferevent_socket_new(base, -1, 0);
	struct client *c;

	if (cs->n + 1 >= CLIENTS_MAX)
		evconnlistener_disable(cs->listener);
	c = bev != NULL && cs->n < PLACES ? calloc(1, sizeof(*c)) : NULL;
	if (c == NULL)
		return bev;
	c->owes_ms = monotonic_ms();
	c->bev = bev;
	c->on_input = evbuffer_add_cb(bufferevent_get_input(bev), on_input, c);
	if (c->on_input == NULL) {
		free(c);
		return bev;
	}
	bufferevent_incref(bev);
	cs->at[cs->n++] = c;
	return bev;
}

void
clients_answered(struct clients *cs, struct bufferevent *bev)
{
	for (unsigned i = 0; i < cs->n; i++) {
		struct client *c = cs->at[i];

		if (c->bev != bev)
			continue;
		c->idle_ms = monotonic_ms();
		/* The next request may be there already. */
		c->owes_ms = evbuffer_get_length(bufferevent_get_input(bev)) != 0 ? c->idle_ms : 0;
	}
}

/* The address is known once evhttp has given the bufferevent its socket. */
static void
learn_address(struct client *c)
{
	struct sockaddr_in6 peer;
	socklen_t bytes = sizeof(peer);
	const struct sockaddr_in *peer4 = (const struct sockaddr_in *)&peer;

	memset(&peer, 0, sizeof(peer));
	if (getpeername(bufferevent_getfd(c->bev), (struct sockaddr *)&peer, &bytes) < 0)
		return;
	if (peer.sin6_family == AF_INET6) {
		c->ip = peer.sin6_addr;
	} else {
		memset(&c->ip.s6_addr[10], 0xff, 2);
		memcpy(&c->ip.s6_addr[12], &peer4->sin_addr, 4);
	}
}

static unsigned
count_same(const struct clients *cs, const struct client *c)
{
	unsigned n = 0;

	for (unsigned i = 0; i < cs->n; i++)
		n += !cs->at[i]->dropped && memcmp(&cs->at[i]->ip, &c->ip, sizeof(c->ip)) == 0;
	return n;
}

/* One client makes room: of the address that has most. */
static void
make_room(struct clients *cs, uint64_t now)
{
	struct client *worst = NULL;
	unsigned most = 0;
	uint64_t since = 0;

	for (unsigned i = 0; i < cs->n; i++)
		learn_address(cs->at[i]);
	for (unsigned i = 0; i < cs->n; i++) {
		struct client *c = cs->at[i];
		uint64_t at = c->owes_ms != 0 ? c->owes_ms : c->idle_ms;
		unsigned same = count_same(cs, c);

		if (c->dropped || now - at < CLIENTS_HURRY_MS)
			continue;
		if (same > most || (same == most && at < since)) {
			worst = c;
			most = same;
			since = at;
		}
	}
	if (worst != NULL)
		drop(worst);
}

void
clients_tick(struct clients *cs)
{
	uint64_t now = monotonic_ms();

	for (unsigned i = cs->n; i > 0; i--) {
		struct client *c = cs->at[i - 1];

		if (has_gone(c))
			forget(cs, i - 1);
		else if (c->owes_ms != 0 ? now - c->owes_ms > CLIENTS_PATIENCE_MS
					 : now - c->idle_ms > CLIENTS_IDLE_MS)
			drop(c);
	}
	if (cs->n >= CLIENTS_MAX)
		make_room(cs, now);
	else
		evconnlistener_enable(cs->listener);
}
