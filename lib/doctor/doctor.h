/* SPDX-License-Identifier: BSD-3-Clause */
/* Examines whether a machine can run a configuration, and how well: cores, memory, devices, rights,
 * kernel.
 *
 * Everything is read from files below a root, so a test can examine a machine that it has made up;
 * for this machine ("") drivers of kernel interfaces are asked, too.  Nothing is changed.
 *
 * Threads: the control thread. */
#ifndef DOCTOR_DOCTOR_H
#define DOCTOR_DOCTOR_H

#include "config/config.h"
#include "doctor/findings.h"
#include "doctor/machine.h"

/* Adds what is found.  cfg: NULL examines the machine alone. */
void doctor_examine(const struct machine *m, const struct config *cfg, struct findings *f);

#endif
