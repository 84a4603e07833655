/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests by their path. */

#include <string.h>
#include <strings.h>

#include <event2/buffer.h>
#include <event2/http.h>

#include "base/ip.h"
#include "export/http_priv.h"
#include "export/metrics.h"
#include "export/page.h"

/* The answer has been taken by the client. */
static void
on_complete(struct evhttp_request *req, void *arg)
{
	struct evhttp_connection *c = evhttp_request_get_connection(req);
	struct http *h = arg;

	if (c != NULL)
		clients_answered(h->clients, evhttp_connection_get_bufferevent(c));
}

static const char stuck[] = "the control thread does not answer";

static void
reply_metrics(struct ask *ask)
{
	struct evbuffer *body = ask->snapshot != NULL ? evbuffer_new() : NULL;

	if (body == NULL) {
		http_say(ask->req, HTTP_SERVUNAVAIL, stuck);
		return;
	}
	metrics_print(ask->snapshot, body);
	http_answer(ask->req, HTTP_OK, METRICS_TYPE, body);
	evbuffer_free(body);
}

static void
reply_health(struct ask *ask)
{
	if (ask->snapshot == NULL)
		http_say(ask->req, HTTP_SERVUNAVAIL, stuck);
	else
		http_say(ask->req, HTTP_OK, "ok");
}

static void
reply_ready(struct ask *ask)
{
	char why[4096];

	if (ask->snapshot == NULL) {
		http_say(ask->req, HTTP_SERVUNAVAIL, stuck);
		return;
	}
	snapshot_not_ready(ask->snapshot, why, sizeof(why));
	if (why[0] == '\0')
		http_say(ask->req, HTTP_OK, "ready");
	else
		http_say(ask->req, HTTP_SERVUNAVAIL, why);
}

static void
route_snapshot(struct http *h, struct evhttp_request *req, void (*reply)(struct ask *ask))
{
	if (!ask_snapshot(h->asks, req, reply))
		http_say(req, HTTP_SERVUNAVAIL, "too many requests wait");
}

static void
send_page(struct evhttp_request *req)
{
	struct evbuffer *body = evbuffer_new();

	if (body != NULL)
		evbuffer_add_reference(body, page_html, page_html_bytes, NULL, NULL);
	evhttp_add_header(
		evhttp_request_get_output_headers(req), "Content-Security-Policy", page_csp);
	http_answer(req, HTTP_OK, "text/html; charset=utf-8", body);
	if (body != NULL)
		evbuffer_free(body);
}

/* Whether the host that a request names is one that only this machine has for a loopback
 * address. */
static bool
names_this_host(struct evhttp_request *req)
{
	const char *host = evhttp_request_get_host(req);
	struct ip_address ip;
	char bare[64];
	size_t n;

	if (host == NULL)
		return true; /* HTTP/1.0: no browser */
	n = strlen(host);
	if (n >= 2 && host[0] == '[' && host[n - 1] == ']' && n < sizeof(bare)) {
		memcpy(bare, host + 1, n - 2);
		bare[n - 2] = '\0';
		host = bare;
	}
	return ip_address_parse(host, &ip) || strcasecmp(host, "localhost") == 0;
}

void
http_route(struct evhttp_request *req, void *arg)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;
	struct http *h = arg;

	evhttp_request_set_on_complete_cb(req, on_complete, h);
	if (path == NULL || path[0] == '\0')
		path = "/";
	if (h->loopback && !names_this_host(req)) {
		http_say(req, 403,
			"this listens at a loopback address: ask for it by an address or as localhost");
	} else if (evhttp_request_get_command(req) != EVHTTP_REQ_GET
		&& evhttp_request_get_command(req) != EVHTTP_REQ_HEAD) {
		evhttp_add_header(evhttp_request_get_output_headers(req), "Allow", "GET, HEAD");
		http_say(req, HTTP_BADMETHOD, "nothing can be changed here: GET or HEAD");
	} else if (strcmp(path, "/") == 0) {
		send_page(req);
	} else if (strcmp(path, "/metrics") == 0) {
		route_snapshot(h, req, reply_metrics);
	} else if (strcmp(path, "/healthz") == 0) {
		route_snapshot(h, req, reply_health);
	} else if (strcmp(path, "/readyz") == 0) {
		route_snapshot(h, req, reply_ready);
	} else if (strncmp(path, "/api", 4) == 0 && (path[4] == '/' || path[4] == '\0')) {
		api_route(h, req, path + 4);
	} else {
		http_say(req, HTTP_NOTFOUND, "there are /, /metrics, /healthz, /readyz and /api/");
	}
}
