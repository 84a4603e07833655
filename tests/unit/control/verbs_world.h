/* SPDX-License-Identifier: BSD-3-Clause */
/* An appliance whose verbs are called as by weirctl, in virtual time: tests push frames, and steps
 * are made while a call is under way. */
#ifndef UNIT_CONTROL_VERBS_WORLD_H
#define UNIT_CONTROL_VERBS_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "control/control.h"
#include "control/socket.h"
#include "io/capture.h"
#include "offline/offline.h"
#include "packet/notation.h"

enum { WORLD_WAIT_MS = 60000 };

struct world {
	struct offline offline;
	struct event_base *base;
	struct control *control;
	struct port *lan, *wan;
	uint64_t now_ns;
};

/* A call under way. */
struct asked {
	struct rpc_call *call;
	bool finished;
};

/* Starts it with a configuration that has the ports lan and wan.  Returns 0, or -1. */
static inline int
world_start(struct world *w, const char *config, unsigned workers)
{
	const struct appliance_options how = {
		.captures = true,
		.virtual_time = true,
		.stepped = true,
		.lazy_buffers = true,
		.workers = workers,
	};
	struct control_setup setup = { .config = "weir.yaml" };
	struct err *err = err_create();
	struct config *cfg = config_load_text("weir.yaml", config, err);

	memset(w, 0, sizeof(*w));
	err_print(err, stderr, false);
	w->offline.appliance = cfg != NULL ? appliance_start(cfg, &how, err) : NULL;
	err_print(err, stderr, false);
	err_destroy(err);
	if (w->offline.appliance == NULL)
		return -1;
	w->lan = ports_find(appliance_ports(w->offline.appliance), "lan");
	w->wan = ports_find(appliance_ports(w->offline.appliance), "wan");
	w->base = socket_make_base();
	setup.base = w->base;
	setup.appliance = w->offline.appliance;
	w->control = control_create(&setup);
	return w->base != NULL && w->control != NULL ? 0 : -1;
}

/* Ends it.  Returns 0, or -1 if packets or buffers are missing. */
static inline int
world_end(struct world *w)
{
	struct ledger_sum sum;
	unsigned out;

	control_destroy(w->control);
	event_base_free(w->base);
	appliance_halt(w->offline.appliance);
	workers_ledger(appliance_workers(w->offline.appliance), &sum);
	out = appliance_close(w->offline.appliance);
	appliance_destroy(w->offline.appliance);
	return sum.imbalance == 0 && sum.held == 0 && out == 0 ? 0 : -1;
}

static inline void
world_wait(struct world *w, uint64_t ns)
{
	w->now_ns += ns;
	offline_set_time(&w->offline, w->now_ns);
	offline_settle(&w->offline);
}

/* A packet comes to a port, 10 ms after the one before. */
static inline void
world_push(struct world *w, struct port *port, const char *packet)
{
	struct notation_macs macs = { .src = { 2, 0, 0, 0, 1, 2 } };
	uint8_t frame[2048];
	struct rte_mbuf *m;
	char why[128] = "";
	int n;

	memcpy(macs.dst, port->mac.addr_bytes, 6);
	n = notation_build(packet, &macs, frame, sizeof(frame), why);
	if (n <= 0)
		fail_msg("%s: %s", packet, why);
	m = offline_frame(&w->offline, frame, (uint32_t)n);
	assert_non_null(m);
	assert_int_equal(capture_push(port, 0, &m, 1), 1);
	world_wait(w, 10 * NS_PER_MS);
}

static inline void
world_on_finished(struct rpc_call *call)
{
	((struct asked *)call->arg)->finished = true;
}

/* Begins a call, with the members of the object of its parameters. */
static inline void
world_ask(struct world *w, struct asked *asked, const char *method, const char *params)
{
	static const struct rpc_peer root = { .may_change = true };
	char text[1024];

	snprintf(text, sizeof(text),
		"{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"%s\", \"params\": {%s}}", method,
		params);
	asked->call = rpc_read(text, strlen(text), &root);
	assert_non_null(asked->call);
	asked->call->finished = world_on_finished;
	asked->call->arg = asked;
	asked->finished = asked->call->error != 0 || control_serve(w->control, asked->call);
}

/* Gives workers and calls a turn, once a millisecond. */
static inline void
world_turn(struct world *w, unsigned ms)
{
	for (unsigned i = 0; i < ms; i++) {
		appliance_step(w->offline.appliance);
		event_base_loop(w->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
		usleep(1000);
	}
}

/* Waits for the result of a call, or its error as a string. */
static inline json_t *
world_result(struct world *w, struct asked *asked)
{
	struct rpc_call *call = asked->call;
	json_t *result;

	for (unsigned i = 0; i < WORLD_WAIT_MS && !asked->finished; i++)
		world_turn(w, 1);
	assert_true(asked->finished);
	result = call->error != 0 ? json_string(call->text) : json_incref(call->result);
	rpc_free(call);
	return result;
}

/* Makes a call and waits for its result, or its error. */
static inline json_t *
world_call(struct world *w, const char *method, const char *params)
{
	struct asked asked;

	world_ask(w, &asked, method, params);
	return world_result(w, &asked);
}

#endif
