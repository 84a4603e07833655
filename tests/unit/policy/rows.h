/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of texts at the limits of a key, each with the one finding that it has, or none. */
#ifndef UNIT_POLICY_ROWS_H
#define UNIT_POLICY_ROWS_H

#include "unit/policy/policy_fixture.h"

/* A text in the place of what a form leaves open, and words of the one finding; NULL: there is
 * none. */
struct row {
	const char *text, *finding;
};

static inline unsigned
count_lines(const char *text)
{
	unsigned n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

/* Builds a text, and prints what it has found, if that is something else. */
static inline bool
has_finding(struct policy_fixture *f, const char *text, const char *finding)
{
	int rc = build(f, text);
	bool warning = strstr(f->errors, ": warning: ") != NULL;

	if (finding == NULL ? rc == 0 && f->errors[0] == '\0'
			    : (rc == 0) == warning && count_lines(f->errors) == 1
				&& strstr(f->errors, finding) != NULL)
		return true;
	print_error("%.2000s\nexpected: %s\nfound, result %d:\n%.2000s\n", text,
		finding != NULL ? finding : "nothing", rc, f->errors);
	return false;
}

static inline void
expect_finding(struct policy_fixture *f, const char *text, const char *finding)
{
	assert_true(has_finding(f, text, finding));
}

static inline void
expect_rows(struct policy_fixture *f, const char *form, const struct row *rows)
{
	unsigned wrong = 0;

	for (const struct row *r = rows; r->text != NULL; r++) {
		char text[8192];

		snprintf(text, sizeof(text), form, r->text);
		wrong += !has_finding(f, text, r->finding);
	}
	assert_int_equal(wrong, 0);
}

#define SETS \
	"sets:\n" \
	"  dyn: {timeout: 1m}\n" \
	"  fix: [10.0.0.0/8]\n" \
	"  six: [\"2001:db8::/32\"]\n" \
	"  both: [10.0.0.0/8, \"2001:db8::/32\"]\n" \
	"  empty: []\n" \
	"  ends: {endpoints: [\"tcp 10.0.0.80:443\", \"udp 10.0.0.81:53\"]}\n" \
	"  pairs: {pairs: [\"10.0.0.2 > 203.0.113.0/24\"]}\n"
#define MAIN "routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}\n"

#endif
