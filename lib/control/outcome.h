/* SPDX-License-Identifier: BSD-3-Clause */
/* What became of a packet, as text and as JSON: for replay, explain and traces.
 *
 * Threads: the control thread. */
#ifndef CONTROL_OUTCOME_H
#define CONTROL_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "io/eal.h"
#include "slowpath/slowpath.h"

/* Numbers of sessions: 1 and up in the order in which they began, on any worker. */
struct session_numbers {
	uint32_t *of[EAL_WORKERS_MAX]; /* by the worker's index of a session */
	uint32_t room[EAL_WORKERS_MAX];
	uint32_t last;
};

/* Numbers a session that has begun.  Returns false without memory: then it has no number. */
bool session_numbers_begin(struct session_numbers *n, unsigned worker, uint32_t index);
/* Returns its number; 0: none, or n is NULL. */
uint32_t session_numbers_get(const struct session_numbers *n, const struct observed_session *s);
void session_numbers_fini(struct session_numbers *n);

/* The session of a packet, as text. */
struct outcome_session {
	uint32_t number;       /* 0: none */
	const char *state;     /* "new", "established", "related", "invalid"; NULL: not tracked */
	const char *direction; /* "forward", "reply" */
	const char *tcp;       /* its TCP state after the packet, or NULL */
	const char *sctp;      /* likewise */
	char src[96], dst[96]; /* what the packet is translated to; "": not translated */
};

/* What became of one packet, as text. */
struct outcome {
	uint64_t n; /* 1 and up, in order of arrival; 0: unknown */
	uint64_t time_ns;
	const char *in; /* interface, or the port if there is none */
	enum observed_verdict verdict;
	const char *out;        /* of OBSERVED_OUTPUT: interface, or the port of a wire */
	enum reason reason;     /* of OBSERVED_DROP */
	const struct loc *rule; /* the line that decided it, or NULL */
	bool by_host;           /* of OBSERVED_CONSUMED: the kernel's interface has it */
	bool has_program;
	bool fast;
	struct outcome_session session;
	bool is_ip;     /* parsed without a fault: it has a flow */
	char flow[192]; /* else what is known: "arp", "ethertype 0x88cc", "frame" */
	char program[512];
};

/* Fills all but n and time_ns from an observation. */
void outcome_from(
	struct outcome *out, const struct observation *o, const struct session_numbers *numbers);

/* Fills the session alone; returns it as a new JSON object. */
void outcome_session_from(struct outcome_session *out, const struct observation *o,
	const struct session_numbers *numbers);
json_t *outcome_session_json(const struct outcome_session *s);

/* Returns "output", "drop", "consumed", "held". */
const char *outcome_verdict(const struct outcome *o);

/* Returns the object of `packets` in the JSON report; a new reference. */
json_t *outcome_json(const struct outcome *o);

/* Writes "weir.yaml:41" of a place; returns what snprintf would. */
int outcome_rule(char *out, size_t bytes, const struct loc *loc);

/* Returns the object of an explained packet, a new reference: that of outcome_json, with the
 * packet's text, pipeline, sentence, lines that count it, and stages (an array of what each says,
 * or NULL).  A packet that waits for a neighbour leaves once that has answered: o is changed so. */
json_t *outcome_explain(struct outcome *o, const struct observation *seen, json_t *stages);

#endif
