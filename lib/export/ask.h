/* SPDX-License-Identifier: BSD-3-Clause */
/* What HTTP asks the control thread: a call of the control protocol, or a snapshot.
 *
 *	HTTP's thread          control thread
 *	ask_snapshot, ask_call ─► remote job: takes the snapshot, or begins the call
 *	ask->reply           ◄─ when it is there
 *
 * One that is not answered within ASK_PATIENCE_MS is replied to without an answer; what comes later
 * is thrown away.
 *
 * Threads: that of HTTP, unless said otherwise.  Memory: asks_create/asks_destroy. */
#ifndef EXPORT_ASK_H
#define EXPORT_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "control/remote.h"
#include "control/rpc.h"
#include "export/snapshot.h"

struct asks;
struct event_base;
struct evhttp_request;

enum {
	ASK_PATIENCE_MS = 3000,
	ASK_FRESH_MS = 10, /* a snapshot is for all that are asked for until then */
};

struct ask {
	struct remote_job job;
	struct asks *asks;          /* NULL: nobody waits.  control: write, at the end */
	struct evhttp_request *req; /* NULL: replied to */
	/* Answers req; neither a call with an answer nor a snapshot: there is none. */
	void (*reply)(struct ask *ask);
	struct rpc_call *call; /* of a call */
	struct snapshot *snapshot;
	bool answered; /* by the control thread */
	uint64_t since_ms;
	struct ask *next, *next_answered;
};

/* base: of HTTP's thread.  By the control thread.  NULL: no memory. */
struct asks *asks_create(struct event_base *base, struct control *c);

/* By the control thread, when HTTP's thread has ended.  NULL is allowed. */
void asks_destroy(struct asks *as);

/* Begin an ask, whose reply is called later.  The call belongs to the ask.  False: too many, or no
 * memory; the call is freed. */
bool ask_snapshot(struct asks *as, struct evhttp_request *req, void (*reply)(struct ask *ask));
bool ask_call(struct asks *as, struct evhttp_request *req, struct rpc_call *call,
	void (*reply)(struct ask *ask));

/* Replies to those that wait too long; at the end of HTTP's thread, to all. */
void asks_tick(struct asks *as);
void asks_end(struct asks *as);

#endif
