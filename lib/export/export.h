/* SPDX-License-Identifier: BSD-3-Clause */
/* What others see of a running Weir: started, and kept as the configuration has it, beside the
 * control loop.
 *
 * An address that cannot be listened at is a warning in the log; it is tried again every
 * EXPORT_AGAIN_MS.
 *
 * Threads: the control thread. */
#ifndef EXPORT_EXPORT_H
#define EXPORT_EXPORT_H

#include "control/run.h"

enum {
	EXPORT_AGAIN_MS = 2000,
};

extern const struct run_beside export_beside;

#endif
