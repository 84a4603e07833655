/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of HTTP share. */
#ifndef EXPORT_HTTP_PRIV_H
#define EXPORT_HTTP_PRIV_H

#include <pthread.h>

#include "export/ask.h"
#include "export/clients.h"
#include "export/http.h"

struct evbuffer;
struct evhttp;
struct evhttp_request;

struct http {
	struct event_base *base;
	struct evhttp *evhttp;
	struct clients *clients;
	struct asks *asks;
	struct event *tick, *stop; /* stop: readable when the thread is to end */
	int stop_fd;
	bool loopback; /* where it listens */
	bool started;
	pthread_t thread;
};

/* answer.c: answers a request with a body, which is drained; NULL: none. */
void http_answer(struct evhttp_request *req, int status, const char *type, struct evbuffer *body);

/* The same with a line of text. */
void http_say(struct evhttp_request *req, int status, const char *text);

/* route.c: answers a request, or sees to it that it is answered; arg is struct http. */
void http_route(struct evhttp_request *req, void *arg);

/* api.c: the same for a path below /api. */
void api_route(struct http *h, struct evhttp_request *req, const char *path);

#endif
