/* SPDX-License-Identifier: BSD-3-Clause */
/* Conversations of section tests: several packets through the production code, with sessions,
 * translation and time, each compared with what its author expects.
 *
 * Threads: the control thread, without another appliance.  DPDK is started when a configuration has
 * a conversation, and left by appliance_leave. */
#ifndef OFFLINE_CONVERSATION_H
#define OFFLINE_CONVERSATION_H

#include "base/err.h"
#include "config/check.h"
#include "config/config.h"

/* Tries each conversation of a configuration without errors, which was read from path.  Each one
 * begins without sessions, at time 0.  A failing step is an error, and the result counts it.
 * Reports refer to cfg. */
void conversations_try(
	const struct config *cfg, const char *path, struct check_result *result, struct err *err);

#endif
