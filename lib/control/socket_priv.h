/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the control socket share. */
#ifndef CONTROL_SOCKET_PRIV_H
#define CONTROL_SOCKET_PRIV_H

#include <stdint.h>

#include <event2/util.h>

#include "control/socket.h"

struct client {
	struct control_socket *socket;
	int fd;
	struct rpc_peer peer;
	struct event *readable, *writable;
	struct evbuffer *in, *out;
	struct rpc_call *call; /* that is not answered yet */
	uint64_t owes_ms;      /* since when it has to finish a line, or read; 0: it owes nothing */
	uint64_t used_ms;      /* of its last line */
	uint64_t taken_us;     /* of the control thread's time; halved each second or so */
	bool ends;             /* with its last answer */
};

struct control_socket {
	struct socket_setup setup;
	int fd;
	char path[108];
	struct event *acceptable, *tick;
	struct client *client[SOCKET_CLIENTS + 1];
	unsigned n;
	unsigned ticks;
};

void socket_accept(evutil_socket_t fd, short what, void *socket);
void socket_tick(evutil_socket_t fd, short what, void *socket);
void socket_drop_all(struct control_socket *s);

#endif
