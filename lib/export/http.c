/* SPDX-License-Identifier: BSD-3-Clause */
/* HTTP's thread. */

#include "export/http.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "control/confine.h"
#include "export/endpoint.h"
#include "export/http_priv.h"

#define NICENESS 10 /* of the thread, which may share its core with the control thread */

static bool
is_loopback(const struct cfg_endpoint *e)
{
	if (e->address.family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK((const struct in6_addr *)e->address.bytes);
	return e->address.bytes[0] == 127;
}

static void
on_stop(evutil_socket_t fd, short what, void *arg)
{
	event_base_loopbreak(arg);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct http *h = arg;

	clients_tick(h->clients);
	asks_tick(h->asks);
}

/* Whoever takes this thread over has no rights beyond those of the user. */
static void
drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { { 0 } };

	syscall(SYS_capset, &header, none);
}

static void *
run_thread(void *arg)
{
	struct http *h = arg;

	drop_capabilities();
	setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICENESS);
	event_base_dispatch(h->base);
	asks_end(h->asks);
	return NULL;
}

static void
http_free(struct http *h)
{
	asks_destroy(h->asks);
	if (h->evhttp != NULL)
		evhttp_free(h->evhttp);
	clients_destroy(h->clients);
	if (h->tick != NULL)
		event_free(h->tick);
	if (h->stop != NULL)
		event_free(h->stop);
	if (h->stop_fd >= 0)
		close(h->stop_fd);
	if (h->base != NULL)
		event_base_free(h->base);
	free(h);
}

/* Makes everything but the listener and the thread. */
static struct http *
http_create(struct control *c)
{
	const struct timeval tick = { .tv_usec = CLIENTS_TICK_MS * 1000 };
	struct http *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->stop_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	h->base = event_base_new();
	h->clients = clients_create();
	if (h->base != NULL) {
		h->evhttp = evhttp_new(h->base);
		h->asks = asks_create(h->base, c);
		h->tick = event_new(h->base, -1, EV_PERSIST, on_tick, h);
		h->stop = event_new(h->base, h->stop_fd, EV_READ, on_stop, h->base);
	}
	if (h->stop_fd < 0 || h->clients == NULL || h->evhttp == NULL || h->asks == NULL
		|| h->tick == NULL || h->stop == NULL || event_add(h->tick, &tick) < 0
		|| event_add(h->stop, NULL) < 0) {
		http_free(h);
		return NULL;
	}
	evhttp_set_max_headers_size(h->evhttp, HTTP_HEADERS_MAX);
	evhttp_set_max_body_size(h->evhttp, HTTP_BODY_MAX);
	evhttp_set_timeout(h->evhttp, CLIENTS_IDLE_MS / 1000);
	evhttp_set_allowed_methods(h->evhttp,
		EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST | EVHTTP_REQ_PUT
			| EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_PATCH);
	evhttp_set_bevcb(h->evhttp, clients_accept, h->clients);
	evhttp_set_gencb(h->evhttp, http_route, h);
	return h;
}

/* Signals are the control thread's. */
static int
start_thread(struct http *h)
{
	sigset_t all, old;
	int rc;

	sigfillset(&all);
	sigdelset(&all, CONFINE_SIGNAL);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&h->thread, NULL, run_thread, h);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc == 0)
		pthread_setname_np(h->thread, "weir-http");
	return rc;
}

struct http *
http_start(struct control *c, const struct cfg_endpoint *listen, struct err *err)
{
	struct sockaddr_storage address;
	socklen_t bytes = endpoint_sockaddr(listen, &address);
	char text[VALUE_TEXT_MAX];
	struct evconnlistener *listener;
	struct http *h = http_create(c);
	int rc;

	if (h == NULL) {
		err_set(err, ENOMEM, "telemetry.http: out of memory");
		return NULL;
	}
	h->loopback = is_loopback(listen);
	listener = evconnlistener_new_bind(h->base, NULL, NULL,
		LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, HTTP_BACKLOG,
		(struct sockaddr *)&address, (int)bytes);
	if (listener == NULL || evhttp_bind_listener(h->evhttp, listener) == NULL) {
		err_set(err, errno, "telemetry.http: cannot listen at %s: %s",
			value_endpoint_text(listen, text), strerror(errno));
		if (listener != NULL)
			evconnlistener_free(listener);
		http_free(h);
		return NULL;
	}
	clients_set_listener(h->clients, listener);
	rc = start_thread(h);
	if (rc != 0) {
		err_set(err, rc, "telemetry.http: no thread: %s", strerror(rc));
		http_free(h);
		return NULL;
	}
	return h;
}

void
http_stop(struct http *h)
{
	const uint64_t one = 1;

	if (h == NULL)
		return;
	(void)!write(h->stop_fd, &one, sizeof(one));
	pthread_join(h->thread, NULL);
	http_free(h);
}
