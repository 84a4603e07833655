/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests and answers of the control protocol, JSON-RPC 2.0: texts on one side, calls of verbs on
 * the other.
 *
 * A request is checked against the table of verbs before anybody acts on it: method, names and
 * kinds of its parameters, the right of whoever sent it.  What fails is a call with an error
 * already.
 *
 * Threads: the control thread.  Memory: rpc_read/rpc_free. */
#ifndef CONTROL_RPC_H
#define CONTROL_RPC_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>
#include <sys/types.h>

#include "control/verbs.h"

enum {
	RPC_LINE_MAX = 65536, /* bytes of a request */
	RPC_DEPTH_MAX = 16,   /* objects and lists in each other */
};

enum rpc_error {
	RPC_PARSE = -32700,
	RPC_INVALID = -32600,
	RPC_METHOD = -32601,
	RPC_PARAMS = -32602,
	RPC_DENIED = -32001,
	RPC_REFUSED = -32002, /* a configuration; data has the findings */
	RPC_STALLED = -32003,
	RPC_NOT_NOW = -32004,
};

struct rpc_peer {
	uid_t uid;
	pid_t pid;
	bool may_change;
};

struct kept;

struct rpc_call {
	const struct verb *verb; /* NULL after an error */
	json_t *params;          /* an object, as verb->params says */
	struct rpc_peer peer;
	json_t *id; /* NULL: nobody waits for an answer */
	json_t *result;
	int error;      /* 0, or enum rpc_error */
	char text[512]; /* of the error */
	json_t *data;   /* of the error, or NULL */
	/* Called by whoever finishes a call later; the call belongs to it. */
	void (*finished)(struct rpc_call *call);
	void *arg;         /* of finished */
	struct kept *kept; /* holds the answer back (control/kept.h); NULL: nobody */
	void (*release)(struct rpc_call *call); /* finished of before, while kept is set */
};

/* Reads one line, without its end.  NULL: no memory. */
struct rpc_call *rpc_read(const char *line, size_t bytes, const struct rpc_peer *peer);
void rpc_free(struct rpc_call *call); /* NULL is fine */

/* The answer as a line, with its end, *bytes long; the caller frees it.  NULL: nobody waits for
 * one, or no memory. */
char *rpc_answer(const struct rpc_call *call, size_t *bytes);

/* Sets the error of a call.  Always returns true: the call is answered. */
bool rpc_fail(struct rpc_call *call, int error, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Sets the error that a parameter's value is not what it has to be: "zone: 'x' is no IS".  Always
 * returns false, for who reads parameters. */
bool rpc_wrong(struct rpc_call *call, const char *param, const char *value, const char *is);

/* The text of a parameter, NULL without it; whether a flag is set. */
const char *rpc_text(const struct rpc_call *call, const char *name);
bool rpc_flag(const struct rpc_call *call, const char *name);

/* The number of PAGE_FROM, 0 without it.  False after an error: it is none. */
bool rpc_from(struct rpc_call *call, unsigned long *from);

#endif
