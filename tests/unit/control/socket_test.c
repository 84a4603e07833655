/* SPDX-License-Identifier: BSD-3-Clause */
/* Whose request the control thread serves next. */

#include "control/socket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/monotonic.h"

enum {
	GREEDY = 40,           /* clients that ask and ask */
	LINES = 60,            /* each of them */
	CALL_NS = 1000 * 1000, /* what a call takes the control thread */
	HONEST_COMES = GREEDY * 3 / 2,
	TURNS = 1000,
};

struct busy_socket {
	struct event_base *base;
	struct control_socket *socket;
	char path[64];
	int honest;             /* comes when the others have taken much */
	unsigned served;        /* calls */
	unsigned honest_served; /* how many there were when the honest client's was */
};

static int
client_asks(const struct busy_socket *f, const char *method, unsigned lines)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), bytes;
	char request[128];

	bytes = snprintf(request, sizeof(request),
		"{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"%s\"}\n", method);
	snprintf(to.sun_path, sizeof(to.sun_path), "%s", f->path);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	for (unsigned i = 0; i < lines; i++)
		assert_int_equal(send(fd, request, (size_t)bytes, 0), bytes);
	return fd;
}

static bool
serve_slowly(void *arg, struct rpc_call *call)
{
	uint64_t until = monotonic_ns() + CALL_NS;
	struct busy_socket *f = arg;

	f->served++;
	if (call->verb == &verbs[VERB_SHOW_RULES])
		f->honest_served = f->served;
	if (f->served == HONEST_COMES)
		f->honest = client_asks(f, "show.rules", 1);
	call->result = json_object();
	while (monotonic_ns() < until)
		;
	return true;
}

static int
setup(void **state)
{
	struct busy_socket *f = calloc(1, sizeof(*f));
	struct socket_setup s = { .serve = serve_slowly, .arg = f };
	struct err *err = err_create();

	snprintf(f->path, sizeof(f->path), "/tmp/weir-socket-test.%d", (int)getpid());
	f->base = socket_make_base();
	assert_non_null(f->base);
	s.base = f->base;
	s.path = f->path;
	f->socket = socket_open(&s, err);
	assert_non_null(f->socket);
	err_destroy(err);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct busy_socket *f = *state;

	socket_close(f->socket);
	event_base_free(f->base);
	free(f);
	return 0;
}

static void
who_has_asked_little_does_not_wait_for_who_has_asked_much(void **state)
{
	struct busy_socket *f = *state;
	int greedy[GREEDY], turns = 0;

	for (unsigned i = 0; i < GREEDY; i++)
		greedy[i] = client_asks(f, "show.ports", LINES);
	while (f->served < GREEDY * LINES + 1 && turns++ < TURNS)
		assert_true(event_base_loop(f->base, EVLOOP_ONCE) >= 0);
	assert_in_range(f->honest_served, HONEST_COMES + 1,
		HONEST_COMES + 3); /* not one of each of the others */
	assert_int_equal(f->served, GREEDY * LINES + 1);
	close(f->honest);
	for (unsigned i = 0; i < GREEDY; i++)
		close(greedy[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			who_has_asked_little_does_not_wait_for_who_has_asked_much, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
