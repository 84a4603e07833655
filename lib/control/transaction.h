/* SPDX-License-Identifier: BSD-3-Clause */
/* Changing the configuration of a running appliance: check, diff, commit, confirm, rollback,
 * reload.
 *
 * A commit that is to be confirmed goes back by itself after its time, to the configuration that
 * ran before it.  While it waits nothing else is taken.
 *
 * Threads: the control thread, which reads and builds the configuration itself; its conversations
 * are tried by a process beside, while other calls are answered. */
#ifndef CONTROL_TRANSACTION_H
#define CONTROL_TRANSACTION_H

#include <stdbool.h>

#include "base/err.h"
#include "control/rpc.h"

struct control;

bool check_file(struct control *c, struct rpc_call *call);
bool diff_file(struct control *c, struct rpc_call *call);
bool commit_file(struct control *c, struct rpc_call *call);
bool confirm_commit(struct control *c, struct rpc_call *call);
bool rollback(struct control *c, struct rpc_call *call);
bool reload(struct control *c, struct rpc_call *call);
bool show_history(struct control *c, struct rpc_call *call);

/* Reads the file that Weir was started with again, for SIGHUP; what becomes of it is said in the
 * log and on standard error. */
void transaction_reload(struct control *c, const char *who);

/* What runs at the start becomes an entry of the history; source: the file that it was read from,
 * from the root. */
void transaction_started(struct control *c, const char *source, const char *what);

/* A commit that is not confirmed yet is as one that never was: it is no entry of the history. */
void transaction_end(struct control *c);

#endif
