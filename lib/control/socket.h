/* SPDX-License-Identifier: BSD-3-Clause */
/* The control socket: clients, their lines, and the time that each may take.
 *
 * What a client does costs the control thread a bounded slice: one request a turn of the loop,
 * SOCKET_SLICE bytes read or written at once.  One that has taken more than its share of
 * SOCKET_SHARE_US in the last seconds waits for those that have not.  A client that does not finish
 * a line, or does not read its answer, within SOCKET_PATIENCE_MS is dropped; while an answer waits
 * no further request of it is read.  When there are SOCKET_CLIENTS, the next one displaces the
 * longest idle one of the user who has most.
 *
 * Threads: the control thread.  Memory: socket_open/socket_close. */
#ifndef CONTROL_SOCKET_H
#define CONTROL_SOCKET_H

#include <stdbool.h>

#include "base/err.h"
#include "control/rpc.h"

struct control_socket;
struct event_base;

enum {
	SOCKET_CLIENTS = 64,
	SOCKET_SLICE = 65536,
	SOCKET_OUT_MAX = 1 << 20, /* bytes of an answer; a longer one is an error instead */
	SOCKET_PATIENCE_MS = 4000,
	SOCKET_SHARE_US = 10000,
	SOCKET_TICK_MS = 250, /* how often clients are looked at: dropped within both together */
};

/* Priorities of the loop: signals and timers, clients, and clients that have taken their share. */
enum {
	SOCKET_PRIORITY = 1,
	SOCKET_PRIORITY_BUSY = 2,
	SOCKET_PRIORITIES = 3,
};

struct socket_setup {
	struct event_base *base; /* of socket_make_base */
	const char *path;
	/* Acts on a call.  Returns true if the call has been answered; false if its finished is
	 * called later, which happens even if the client has gone. */
	bool (*serve)(void *arg, struct rpc_call *call);
	void *arg;
};

/* Makes a loop that has these priorities, and looks for what is more urgent after each client.
 * NULL: no memory. */
struct event_base *socket_make_base(void);

/* Returns NULL and adds one error if another process listens at the path, or it cannot be made. */
struct control_socket *socket_open(const struct socket_setup *setup, struct err *err);

/* Closes all clients; no call may be pending.  NULL is allowed. */
void socket_close(struct control_socket *s);

unsigned socket_clients(const struct control_socket *s);

#endif
