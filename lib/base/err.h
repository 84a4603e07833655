/* SPDX-License-Identifier: BSD-3-Clause */
/* Errors in a user's input: collected, each with its place, printed all at once.
 *
 * A configuration is read to its end whatever is found, so its author sees all errors of a file in
 * one run.  The innermost function that knows the reason adds the sentence; the callers above only
 * look at the count.
 *
 * Threads: one err belongs to one thread.  Memory: err_create/err_destroy. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

/* A place in a file.  line and column count from 1; line 0 is "no place".  width is the number of
 * columns to underline, at least 1.  file lives as long as the document it came from; err_add
 * copies it. */
struct loc {
	const char *file;
	unsigned line;
	unsigned column;
	unsigned width;
};

struct err;

struct err *err_create(void);
void err_destroy(struct err *err); /* NULL is fine */

/* Adds one error and returns -code, so that a caller can write return err_add(...). */
int err_add(struct err *err, int code, struct loc loc, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Adds an error without a place; returns -code. */
int err_set(struct err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Adds a warning.  It is printed like an error and does not count as one.  The same warning about
 * the same place is kept once. */
void err_warn(struct err *err, struct loc loc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

unsigned err_count(const struct err *err);

/* Writes every error in order of file, line and column, as compilers do it:
 *
 *   weir.yaml:17:14: error: interfaces.wan.mtu: 99 is below 576
 *      17 |     mtu: 99
 *         |          ^~
 *
 * The source line is read from the file; without one (file gone, "<built-in>") it is left out.
 * colour: ANSI colours. */
void err_print(const struct err *err, FILE *out, bool colour);

/* Calls one for each entry, in the order of err_print (for JSON output). */
void err_each(const struct err *err,
	void (*one)(void *arg, struct loc loc, bool warning, const char *text), void *arg);

/* Returns the text of the first error, or "". */
const char *err_first(const struct err *err);

#endif
