/* SPDX-License-Identifier: BSD-3-Clause */
/* Checks a configuration that was read, for `weir check`: builds it without DPDK and without ports,
 * looks for rules that are never reached, and tries the section tests.
 *
 * Threads: the control thread. */
#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

#include "base/err.h"
#include "config/config.h"
#include "policy/generation.h"

struct build;

/* The result of a test. */
struct trial {
	const struct test_cfg *test;
	const struct step_cfg *step; /* of a conversation: the one that failed, or NULL */
	bool passed;
	char expected[512], found[512]; /* of a failed one */
};

/* How much is looked at. */
enum check_depth {
	CHECK_WHOLE, /* all of it: seconds for 10,000 rules */
	CHECK_QUICK, /* for a thread that others wait for: of rules, the ones never reached, for
		      * SHADOWS_QUICK_NS at most */
	CHECK_TESTS, /* the tests alone */
};

struct check_result {
	unsigned tests; /* number of tests tried */
	unsigned failed;
	enum check_depth depth; /* given */
	/* given: called for each test, if not NULL */
	void (*tested)(void *arg, const struct trial *trial);
	void *arg;
};

/* Counts a test and reports it. */
void check_told(struct check_result *result, const struct trial *trial);

/* Adds every error that config_load could not see.  If there is none at all, adds a warning for
 * each rule that is never reached, and an error for each failing test of a single packet.
 * offline/conversation.h tries conversations. */
void config_verify(const struct config *cfg, struct err *err, struct check_result *result);

/* Adds a warning for each port, list, set, pool, table and pipeline that nothing in the
 * configuration uses, and for each interface without a pipeline. */
void unused_check(const struct config *cfg, struct err *err);

/* Adds a warning for each rule that earlier ones of its access list cover, and, if whole, for each
 * rule without a name that later ones make redundant, with a packet that shows it.  All lists
 * together take SHADOWS_WHOLE_NS or SHADOWS_QUICK_NS of processor time at most; whole says so of
 * each list for which that was not enough. */
#define SHADOWS_WHOLE_NS 5000000000ull
#define SHADOWS_QUICK_NS 200000000ull
void shadows_check(const struct config *cfg, struct build *b, bool whole, struct err *err);

/* Warnings for translations and routes that lead nowhere, and for addresses that two translations
 * give out. */
void nowhere_check(const struct config *cfg, const struct generation *gen, struct err *err);

/* Judges the packet of a test as the generation would, with nothing installed.  Returns true if the
 * outcome is as expected; else adds an error at the test's place, and writes what was expected and
 * found to told, if it is not NULL. */
bool trial_run(const struct test_cfg *test, const struct generation *gen, struct trial *told,
	struct err *err);

#endif
