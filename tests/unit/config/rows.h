/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of texts that a whole check finds one thing in, or nothing. */
#ifndef UNIT_CONFIG_ROWS_H
#define UNIT_CONFIG_ROWS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/check.h"
#include "found.h"

/* A text in the place of what a form leaves open, and words of the one finding; NULL: there is
 * none. warning: it is one. */
struct row {
	const char *text, *finding;
	bool warning;
};

static inline struct found
verified(const char *text)
{
	struct check_result result = { .depth = CHECK_WHOLE };
	struct err *err = err_create();
	struct config *cfg = config_load_text("weir.yaml", text, err);

	if (cfg != NULL)
		config_verify(cfg, err, &result);
	config_free(cfg);
	return found_in(err);
}

/* Checks a text, and prints what was found, if that is something else. */
static inline bool
has_finding(const char *text, const char *finding, bool warning)
{
	struct found f = verified(text);

	if (finding == NULL ? f.errors + f.warnings == 0
			    : f.errors == !warning && f.warnings == warning
				&& strstr(f.text, finding) != NULL)
		return true;
	print_error("%.2000s\nexpected: %s\nfound %u errors, %u warnings:\n%s\n", text,
		finding != NULL ? finding : "nothing", f.errors, f.warnings, f.text);
	return false;
}

static inline void
expect_finding(const char *text, const char *finding, bool warning)
{
	assert_true(has_finding(text, finding, warning));
}

static inline void
expect_rows(const char *form, const struct row *rows)
{
	unsigned wrong = 0;

	for (const struct row *r = rows; r->text != NULL; r++) {
		char text[8192];

		snprintf(text, sizeof(text), form, r->text);
		wrong += !has_finding(text, r->finding, r->warning);
	}
	assert_int_equal(wrong, 0);
}

#endif
