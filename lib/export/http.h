/* SPDX-License-Identifier: BSD-3-Clause */
/* HTTP, read-only: metrics, health, the objects of the control protocol, the status page.
 *
 *	/           the status page
 *	/metrics    Prometheus' text format
 *	/healthz    200 while the control thread answers
 *	/readyz     200, or 503 with why packets are not forwarded
 *	/api/       what there is; /api/show/sessions?proto=tcp&from=256, as weirctl -j
 *
 * It has a thread of its own, of lower priority than the control thread, which it asks for every
 * answer (export/ask.h).  Clients are bounded in number and time (export/clients.h), requests in
 * size.  At a loopback address only requests that name an address or localhost as host are
 * answered: a page from elsewhere in a browser of this host cannot read it by a name of its own
 * (DNS rebinding).
 *
 * Threads: the control thread starts and stops it. */
#ifndef EXPORT_HTTP_H
#define EXPORT_HTTP_H

#include "base/err.h"
#include "schema/value.h"

struct control;
struct http;

enum {
	HTTP_HEADERS_MAX = 8192, /* bytes of a request's headers */
	HTTP_BODY_MAX = 1024,
	HTTP_BACKLOG = 64,
};

/* Listens and starts the thread.  NULL with one error in err. */
struct http *http_start(struct control *c, const struct cfg_endpoint *listen, struct err *err);

/* Ends the thread; clients are dropped.  NULL is allowed. */
void http_stop(struct http *h);

#endif
