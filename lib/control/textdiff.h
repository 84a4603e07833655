/* SPDX-License-Identifier: BSD-3-Clause */
/* The difference of two printed configurations, line by line, with the keys that a change stands
 * under:
 *
 *   acls.from-outside.rules:
 *   -   - name: ssh
 *   +   - name: ssh
 *
 * Threads: pure functions. */
#ifndef CONTROL_TEXTDIFF_H
#define CONTROL_TEXTDIFF_H

#include <stdbool.h>
#include <stddef.h>

enum {
	TEXTDIFF_EDITS = 2000, /* lines that may differ; beyond, all that lies between first and
				  last change is shown */
};

/* Writes the difference; the caller frees it.  "" when they are equal, NULL without memory. */
char *textdiff(const char *old, const char *new);

#endif
