/* SPDX-License-Identifier: BSD-3-Clause */
/* The verbs of the control protocol, in one table: what each is called, what it takes, what it
 *gives, who may use it.
 *
 * The server dispatches by it, weirctl reads command lines, completes words and prints tables by
 *it, and docs/api.md and the help are printed from it.
 *
 *	weirctl show sessions src 10.0.0.0/8 count
 *	{"jsonrpc": "2.0", "id": 1, "method": "show.sessions", "params": {"src": "10.0.0.0/8",
 *"count": true}}
 *
 * Threads: constants. */
#ifndef CONTROL_VERBS_H
#define CONTROL_VERBS_H

#include <stdbool.h>
#include <stdio.h>

#define CONTROL_SOCKET "/run/weir/control.sock"
#define CONTROL_STATE  "/var/lib/weir"

enum verb_id {
	VERB_SHOW_STATUS,
	VERB_SHOW_PORTS,
	VERB_SHOW_INTERFACES,
	VERB_SHOW_WORKERS,
	VERB_SHOW_PIPELINES,
	VERB_SHOW_SESSIONS,
	VERB_SHOW_FLOWS,
	VERB_SHOW_NAT,
	VERB_SHOW_ROUTES_PROBLEMS, /* before the one that begins it */
	VERB_SHOW_IPFIX,
	VERB_SHOW_ROUTES,
	VERB_SHOW_NEIGHBOURS,
	VERB_SHOW_RULES,
	VERB_SHOW_TALKERS,
	VERB_SHOW_TREND,
	VERB_SHOW_LIMITS,
	VERB_SHOW_DROPS,
	VERB_SHOW_MEMORY,
	VERB_SHOW_LEDGER,
	VERB_SHOW_CONFIG,
	VERB_SHOW_HISTORY,
	VERB_SHOW_BRIDGE,
	VERB_SHOW_BRIDGES,
	VERB_CLEAR_BRIDGE,
	VERB_SHOW_SETS,
	VERB_ADD_SETS,
	VERB_DELETE_SETS,
	VERB_CLEAR_SESSIONS,
	VERB_CHECK,
	VERB_DIFF,
	VERB_COMMIT,
	VERB_CONFIRM,
	VERB_ROLLBACK,
	VERB_RELOAD,
	VERB_EXPLAIN,
	VERB_TRACE,
	VERB_CAPTURE,
	VERB_RECORDER,
	VERB_COUNT,
};

enum verb_right {
	RIGHT_READ,   /* whoever may open the socket */
	RIGHT_CHANGE, /* root, and the user that Weir runs as */
};

enum param_kind {
	PARAM_VALUE, /* "src 10.0.0.1": a name and a value */
	PARAM_FLAG,  /* "count": true when it is there */
	PARAM_WORD,  /* one word without a name; its name is that of the member */
	PARAM_FILE,  /* likewise, a path, which weirctl makes absolute */
	PARAM_REST,  /* likewise, and all words behind it */
};

struct verb_param {
	const char *name; /* NULL ends a list */
	enum param_kind kind;
	const char *value; /* what stands for the value in help: "ADDRESS" */
	const char *text;
};

enum field_type {
	FIELD_TEXT,
	FIELD_COUNT,
	FIELD_BYTES, /* shown as 4.2M */
	FIELD_RATE,  /* a second, shown as 1.2k */
	FIELD_SHARE, /* of 1, shown as percent */
	FIELD_NS,
	FIELD_SECONDS,
	FIELD_BOOL,
	FIELD_LIST, /* of texts */
	FIELD_OBJECT,
	FIELD_OBJECTS,  /* list of objects */
	FIELD_FINDINGS, /* list of objects: file, line, column, width, severity, text */
};

struct verb_field {
	const char *name;    /* of the member; NULL ends a list */
	const char *heading; /* of the column; NULL: not in the table */
	enum field_type type;
	const char *text;
};

struct verb {
	const char *name; /* "show sessions" */
	enum verb_right right;
	const struct verb_param *params;
	const char *rows; /* the member of the result that is a list of objects; NULL: the result is
			     one object */
	const struct verb_field *fields; /* of a row, or of the object */
	const char *text;                /* one sentence */
};

extern const struct verb verbs[VERB_COUNT];

/* Members of the parameters and results of verbs that list in pages. */
/* Of params: where to go on, as "next" of the page before said; absent: at the begin. */
#define PAGE_FROM "from"
#define PAGE_NEXT "next" /* of results: absent on the last page */

/* The verb of a method, "show.sessions"; NULL: there is none. */
const struct verb *verb_of_method(const char *method);
void verb_method(const struct verb *v, char out[static 64]);

/* The verb that the first words mean, each written out or abbreviated as far as it is the only one
 * or the first of the table ("sh ses"); *used says how many words it took.  NULL: none. */
const struct verb *verb_of_words(const char *const words[], unsigned n, unsigned *used);

const struct verb_param *verb_param_find(const struct verb *v, const char *word);

/* One line for each verb, docs/api.md, and weirctl(8). */
void verb_print_usage(const struct verb *v, FILE *out);
void verbs_print_help(FILE *out);
void verbs_print_api(FILE *out);
void verbs_print_man(FILE *out);

#endif
