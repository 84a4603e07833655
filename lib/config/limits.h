/* SPDX-License-Identifier: BSD-3-Clause */
/* The limits of a configuration, in one table that is printed behind its reference.
 *
 * Threads: any. */
#ifndef CONFIG_LIMITS_H
#define CONFIG_LIMITS_H

#include <stdio.h>

struct limit {
	const char *name; /* the name in tests/scenario/limits.py, which tries each at its
			   * edge */
	unsigned long most;
	const char *what;
};

/* Ended by a row without a name. */
extern const struct limit limits[];

/* Writes them as a section in Markdown. */
void limits_print(FILE *out);

#endif
