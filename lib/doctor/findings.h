/* SPDX-License-Identifier: BSD-3-Clause */
/* What an examination has found: each finding with the command that mends it.
 *
 * Threads: the control thread.  Memory: findings_fini frees all texts. */
#ifndef DOCTOR_FINDINGS_H
#define DOCTOR_FINDINGS_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "base/err.h"

enum finding_kind {
	FINDING_ERROR,   /* the configuration cannot run */
	FINDING_WARNING, /* it runs, and loses packets or protection */
	FINDING_HINT,    /* it runs, slower or less evenly than it could */
	FINDING_OK,
	FINDING_KINDS,
};

struct finding {
	enum finding_kind kind;
	const char *area; /* "cores", "ports": a literal */
	char *text;
	char *mend; /* a command, or NULL */
	char *file; /* or NULL */
	unsigned line, column;
};

struct findings {
	unsigned count, room;
	struct finding *at;
	bool misses; /* a finding did not fit into memory */
};

/* Adds a finding.  mend: a command, or what is to be done; NULL: nothing. */
void finding_add(struct findings *f, enum finding_kind kind, const char *area, const char *mend,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* Sets the place in the configuration that the last finding is about. */
void finding_place(struct findings *f, struct loc loc);

/* Adds what err has as findings of an area.  A text "WHAT; COMMAND" is divided there. */
void findings_take(struct findings *f, const char *area, const struct err *err);

unsigned findings_count(const struct findings *f, enum finding_kind kind);
void findings_print(const struct findings *f, FILE *out, bool colour);
json_t *findings_json(const struct findings *f); /* a new reference to an array */
void findings_fini(struct findings *f);

#endif
