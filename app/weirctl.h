/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of weirctl: the way to the running Weir, commands, tables, the interactive shell. */
#ifndef APP_WEIRCTL_H
#define APP_WEIRCTL_H

#include <stdbool.h>

#include <jansson.h>

#include "control/verbs.h"

enum {
	STATUS_DONE = 0,
	STATUS_WRONG = 1,
	STATUS_USAGE = 2,
};

/* weirctl_link.c: a connection, made at the first request and again when it was lost. */
struct ctl_link {
	const char *path;
	int fd;   /* -1: none */
	char *in; /* received, and not taken yet */
	size_t n_in, room;
	long long id;
};

/* Sends a request and waits for its answer: the result, a new reference; or NULL, and *status and
 * what is wrong on standard error (*wrong, where it is not NULL, gets the error object instead, a
 * new reference). */
json_t *link_call(struct ctl_link *link, const struct verb *v, const json_t *params, int *status,
	json_t **wrong);
/* Findings of a file as compilers print them, on standard error. */
void print_findings(const json_t *findings);

void link_close(struct ctl_link *link);

/* weirctl_command.c: one command, as words. */
struct ctl {
	struct ctl_link link;
	bool json;
};

int command_words(struct ctl *ctl, unsigned n, const char *const words[]);

/* weirctl_capture.c: verbs whose result is a file. */
int command_file(struct ctl *ctl, const struct verb *v, unsigned n, const char *const words[]);

/* weirctl_table.c: results as people read them. */
struct table {
	const struct verb *verb;
	unsigned width[32]; /* by field; 0: the column is not shown */
	bool begun;
};

void table_rows(struct table *t, const json_t *rows);
void table_object(const struct verb *v, const json_t *object);

/* weirctl_shell.c: commands from a terminal, with history and completion, until its end. */
int shell(struct ctl *ctl);

#endif
