/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers, and the headers that all of them have. */

#include <stdio.h>

#include <event2/buffer.h>
#include <event2/http.h>

#include "export/http_priv.h"

#define TEXT_TYPE "text/plain; charset=utf-8"

void
http_answer(struct evhttp_request *req, int status, const char *type, struct evbuffer *body)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(req);

	evhttp_add_header(headers, "Content-Type", type);
	evhttp_add_header(headers, "Cache-Control", "no-store");
	evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
	evhttp_add_header(headers, "X-Frame-Options", "DENY");
	evhttp_add_header(headers, "Referrer-Policy", "no-referrer");
	evhttp_add_header(headers, "Cross-Origin-Resource-Policy", "same-origin");
	if (evhttp_find_header(headers, "Content-Security-Policy") == NULL)
		evhttp_add_header(headers, "Content-Security-Policy", "default-src 'none'");
	if (body != NULL && evhttp_request_get_command(req) == EVHTTP_REQ_HEAD) {
		char length[24];

		snprintf(length, sizeof(length), "%zu", evbuffer_get_length(body));
		evhttp_add_header(headers, "Content-Length", length);
		evbuffer_drain(body, evbuffer_get_length(body));
	}
	evhttp_send_reply(req, status, NULL, body);
}

void
http_say(struct evhttp_request *req, int status, const char *text)
{
	struct evbuffer *body = evbuffer_new();

	if (body != NULL)
		evbuffer_add_printf(body, "%s\n", text);
	http_answer(req, status, TEXT_TYPE, body);
	if (body != NULL)
		evbuffer_free(body);
}
