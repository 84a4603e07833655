/* SPDX-License-Identifier: BSD-3-Clause */
/* The errors and warnings that a configuration has. */
#ifndef UNIT_CONFIG_FOUND_H
#define UNIT_CONFIG_FOUND_H

#include <stdio.h>
#include <string.h>

#include "base/err.h"

struct found {
	unsigned errors, warnings;
	unsigned line, column; /* of the last */
	char text[4096];       /* all of them, a line each */
};

static inline void
note_one(void *arg, struct loc loc, bool warning, const char *text)
{
	struct found *f = arg;
	size_t used = strlen(f->text);

	f->errors += !warning;
	f->warnings += warning;
	f->line = loc.line;
	f->column = loc.column;
	snprintf(f->text + used, sizeof(f->text) - used, "%s\n", text);
}

/* Frees err. */
static inline struct found
found_in(struct err *err)
{
	struct found found = { 0 };

	err_each(err, note_one, &found);
	err_destroy(err);
	return found;
}

#endif
