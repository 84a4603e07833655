/* SPDX-License-Identifier: BSD-3-Clause */
/* The workers' flight recorders, dumped as pcapng: by a call, and into the state folder when a
 * worker stands still or the ledger does not balance.
 *
 * Frames are padded with zeros to their length, so that `weir replay` can play them again.
 *
 * Threads: the control thread; a thread of its own writes files. */
#ifndef CONTROL_DUMP_H
#define CONTROL_DUMP_H

#include "control/control_priv.h"

enum {
	DUMP_PAUSE_S = 60,   /* between two files */
	DUMP_LOOK_MS = 1000, /* between two looks at the ledger */
};

struct dump;

struct dump *dump_create(void); /* NULL: no memory */
void dump_destroy(struct dump *d);

/* VERB_RECORDER. */
bool dump_recorders(struct control *c, struct rpc_call *call);

/* Looks whether there is a reason to write a file; about every 100 ms. */
void dump_tick(struct control *c);

#endif
