/* SPDX-License-Identifier: BSD-3-Clause */
/* `weir diff`: what changes from one configuration to another (analysis/diff.h), and of captures
 * the flows whose verdict does.
 *
 * Threads: the control thread. */
#ifndef OFFLINE_DIFF_H
#define OFFLINE_DIFF_H

#include "offline/replay.h"

enum diff_status {
	DIFF_NONE = 0,
	DIFF_SOME = 1,
	DIFF_TROUBLE = 2, /* a file cannot be read or has errors; which, is told on standard error
			   */
};

struct diff_options {
	const char *old, *new;
	const char *json; /* "-": standard output; NULL: text there */
	struct replay_option in[REPLAY_FILES_MAX];
	unsigned n_in;
};

enum diff_status diff(const struct diff_options *options);

#endif
