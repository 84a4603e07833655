/* SPDX-License-Identifier: BSD-3-Clause */
/* Tells systemd how the appliance does (sd_notify): ready, a status line, the watchdog.
 *
 * Without systemd (no NOTIFY_SOCKET) all of it does nothing.  The watchdog is fed by the control
 * thread, and only while every worker moves: a worker that stands still ends the service, and
 * systemd starts it again.
 *
 * Threads: the control thread. */
#ifndef CONTROL_SERVICE_H
#define CONTROL_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "control/appliance.h"

/* Reads what systemd wants, before threads start. */
void service_begin(void);

/* The appliance runs. */
void service_ready(struct appliance *a);

/* A reload begins, or has ended; text: how.  Ended ones are part of the status until the next. */
void service_reloading(void);
void service_reloaded(struct appliance *a, bool taken);

void service_stopping(void);

/* Called about every 100 ms; stalled: workers that stand still. */
void service_tick(struct appliance *a, unsigned stalled, uint64_t now_ms);

#endif
