/* SPDX-License-Identifier: BSD-3-Clause */
/* Bounds on the clients of HTTP, which libevent's evhttp does not have: how many there are, and how
 * long each takes.
 *
 * From the first byte of a request until the last byte of its answer has been taken a client has
 * CLIENTS_PATIENCE_MS, and for its first request from the beginning of its connection.  While
 * CLIENTS_MAX are connected no other is accepted; then the one that has been at its request
 * longest, or idle longest, of the address with most clients, is dropped every CLIENTS_TICK_MS.
 *
 * Threads: that of HTTP.  Memory: clients_create/clients_destroy. */
#ifndef EXPORT_CLIENTS_H
#define EXPORT_CLIENTS_H

#include <stdbool.h>

struct bufferevent;
struct clients;
struct event_base;
struct evconnlistener;

enum {
	CLIENTS_MAX = 32,
	CLIENTS_TICK_MS = 100,
	CLIENTS_PATIENCE_MS = 5000,
	CLIENTS_HURRY_MS = 500, /* a client is not dropped for another one sooner */
	CLIENTS_IDLE_MS = 75000,
};

struct clients *clients_create(void); /* NULL: no memory */

/* After evhttp_free.  NULL is allowed. */
void clients_destroy(struct clients *cs);

/* The listener that is stopped while there are too many. */
void clients_set_listener(struct clients *cs, struct evconnlistener *listener);

/* For evhttp_set_bevcb: the bufferevent of a client that has been accepted. */
struct bufferevent *clients_accept(struct event_base *base, void *clients);

/* The answer of a request has been taken. */
void clients_answered(struct clients *cs, struct bufferevent *bev);

/* Drops those that took too long.  Every CLIENTS_TICK_MS. */
void clients_tick(struct clients *cs);

#endif
