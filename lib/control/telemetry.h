/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands /weir/... of DPDK's telemetry, for dpdk-telemetry.py: ledger, drops, sessions, ports,
 * workers.
 *
 * DPDK serves its socket by threads of its own, which must not look at what the control thread may
 * free.  So control takes a snapshot once a second, and the commands answer from that.  Telemetry
 * is off unless system.eal has "--telemetry" (io/eal.h).
 *
 * Threads: the control thread writes, DPDK's threads read, under a mutex that no worker takes. */
#ifndef CONTROL_TELEMETRY_H
#define CONTROL_TELEMETRY_H

#include <stdint.h>

#include "control/appliance.h"

/* Registers the commands, once EAL has started; without telemetry it does nothing. */
void telemetry_begin(struct appliance *a);

/* Takes a snapshot if the last one is a second old.  Called about every 100 ms. */
void telemetry_tick(struct appliance *a, uint64_t now_ms);

#endif
