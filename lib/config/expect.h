/* SPDX-License-Identifier: BSD-3-Clause */
/* Expectations of tests: "output lan", "drop acl_denied", "drop", "reject", "local", "consumed
 * host".
 *
 * Threads: the control thread. */
#ifndef CONFIG_EXPECT_H
#define CONFIG_EXPECT_H

#include <stdbool.h>

#include "base/err.h"
#include "packet/reason.h"
#include "policy/eval.h"
#include "policy/generation.h"
#include "schema/field.h"

/* A verdict and the word behind it, "" for any. */
struct expected {
	enum program_verdict verdict;
	char word[64];
};

/* What became of a packet, as far as tests compare it. */
struct fate {
	enum program_verdict verdict; /* PROGRAM_OUTPUT for a wire, too */
	enum reason reason;           /* of PROGRAM_DROP and PROGRAM_REJECT */
	bool by_host;                 /* of PROGRAM_LOCAL: given to the kernel's interface */
	const char *egress;           /* of PROGRAM_OUTPUT: interface, or the port of a wire */
};

/* A field of a decoded struct with an expectation, for errors. */
struct expect_field {
	const struct cfg_head *head;
	const char *const *text;
};

/* Reads an expectation, whose names must be those of the generation.  Returns 0, or negative after
 * an error at the field. */
int expect_read(const struct expect_field *f, const struct generation *gen, struct expected *out,
	struct err *err);

/* Returns true if a fate is the expected one.  A rejected packet counts as dropped, too. */
bool expect_met(const struct expected *e, const struct fate *fate);

/* Writes a fate in the words of an expectation; returns what snprintf would. */
int fate_text(char *out, size_t bytes, const struct fate *fate);

#endif
