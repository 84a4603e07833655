/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the files of transactions. */
#ifndef CONTROL_TRANSACTION_PRIV_H
#define CONTROL_TRANSACTION_PRIV_H

#include "control/control_priv.h"
#include "control/transaction.h"

/* Returns errors and warnings as a list of objects. */
json_t *config_findings(const struct err *err);

/* Fails a call because of the errors of a configuration; what: the file.  Returns true. */
bool refuse_config(struct rpc_call *call, const struct err *err, const char *what);

/* Returns the parameter file, a path from the root; NULL after an error. */
const char *file_param(struct rpc_call *call);

/* Makes the configuration that runs an entry of the history.  Returns its number, 0 without
 * memory. */
unsigned remember_config(struct control *c, const char *source, const char *what, const char *who);

/* Counts a configuration that was to replace the running one, and logs a refusal: err has its
 * errors. */
void count_reload(struct control *c, bool taken, const struct err *err);

/* Prepares the return from a commit that is to be confirmed, before it is taken.  False without
 * memory. */
bool pending_prepare(struct control *c, const char *file, const char *who, unsigned long seconds);
void pending_forget(struct control *c);

#endif
