/* SPDX-License-Identifier: BSD-3-Clause */
/* A history from the inside. */
#ifndef CONTROL_HISTORY_PRIV_H
#define CONTROL_HISTORY_PRIV_H

#include <stdatomic.h>
#include <stddef.h>

#include "control/history.h"

/* What the writing thread has of an entry: all of it its own. */
struct history_job {
	char dir[1024];
	unsigned number, oldest; /* entries below the oldest are deleted */
	char *meta, *text;
	int error;        /* of the last write; 0: none */
	atomic_bool done; /* thread: write, control: read */
};

struct history {
	char dir[1024];  /* "": none */
	unsigned number; /* of the newest */
	unsigned n;
	struct history_entry entry[HISTORY_ENTRIES + 1];
	unsigned unwritten;      /* of the newest ones */
	struct history_job *job; /* being written; NULL: none */
	unsigned long thread;
	bool failing; /* the last write failed, which was said */
};

/* Waits for the writing thread, and writes what is left. */
void history_finish_writing(struct history *h);

#endif
