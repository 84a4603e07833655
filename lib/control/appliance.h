/* SPDX-License-Identifier: BSD-3-Clause */
/* The whole appliance in one process: DPDK, pools, ports, workers and the current generation,
 * started from a configuration or not at all.
 *
 * `weir run`, `weir replay`, `weir explain` and tests stand on this; they differ in struct
 * appliance_options alone:
 *
 *   run             threads, the real devices, the time-stamp counter
 *   replay, tests   the caller steps; devices are captures (io/capture.h); virtual time
 *
 * Threads: the control thread.  EAL is started once in the life of a process, with the first
 * appliance; there is one appliance at a time, and a later one has at most as many workers as the
 * first. */
#ifndef CONTROL_APPLIANCE_H
#define CONTROL_APPLIANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "config/config.h"
#include "io/port.h"
#include "policy/generation.h"
#include "worker/workers.h"

struct appliance;

enum {
	APPLIANCE_RETIRED = 8,
};

/* What a worker's clock says at its start. */
#define APPLIANCE_TIME_ZERO_NS 1000000000ull

struct appliance_options {
	bool captures;          /* every port's frames come from memory */
	bool virtual_time;      /* clocks stand until appliance_set_time; secrets are a constant */
	bool stepped;           /* no threads: appliance_step */
	unsigned workers;       /* 0: as configured; at most EAL_WORKERS_MAX */
	unsigned burst;         /* 0: as configured */
	bool verbose;           /* DPDK's own log */
	bool tests;             /* a reload is refused when a test of its file fails, as in `weir check` */
	const char *nat_log;    /* captures: a file to begin for NAT's log, instead of the configured one; NULL: none */
};

/* Starts everything from cfg, which is the appliance's from here on, whatever happens.  NULL:
 * errors are in err, and everything begun has been undone. */
struct appliance *appliance_start(struct config *cfg, const struct appliance_options *options,
	struct err *err);

/* Builds a generation from cfg beside the running one, publishes it and lets the old one go.  cfg
 * is the appliance's when 0 is returned, else the caller's still, and nothing has changed. */
int appliance_reload(struct appliance *a, struct config *cfg, struct err *err);

/* The same without trying tests: for the way back to a configuration that ran before. */
int appliance_return(struct appliance *a, struct config *cfg, struct err *err);

/* What of cfg a running appliance cannot take is an error.  0 or negative. */
int appliance_check(const struct appliance *a, const struct config *cfg, struct err *err);

/* Frees earlier generations that no worker uses any more; appliance_reload does, too.  A worker that stands still
 * keeps its own and all that came after it; of those there may be APPLIANCE_RETIRED, then no configuration is
 * taken until it moves. */
void appliance_let_go(struct appliance *a);

/* One loop of every worker (stepped).  0: there was nothing to do. */
unsigned appliance_step(struct appliance *a);

/* Moves the virtual clocks. */
void appliance_set_time(struct appliance *a, uint64_t now_ns);

/* Workers stop receiving, send what can be sent and let go of the rest.  Figures and the generation
 * stay for the report.  False: a worker does not come to its end; only a report and exit are
 * left. */
bool appliance_halt(struct appliance *a);

/* Closes ports.  Returns mbufs that are not back in their pools: 0, or a bug.  appliance_halt
 * before, and report_take, which asks the ports. */
unsigned appliance_close(struct appliance *a);

/* Frees it all (halts and closes first where that was not done).  NULL is fine. */
void appliance_destroy(struct appliance *a);

/* Leaves DPDK, after the last appliance of the process. */
void appliance_leave(void);

/* Looks at the ports: link state, devices that vanished and those that are back, which are opened again.  What changed
 * is said in the log.  Call it every 100 ms or so. */
void appliance_watch_ports(struct appliance *a);

/* Says of each port's device what it can do, and what of it is used. */
void appliance_tell_devices(const struct appliance *a);

/* Says of each link that is down that it is, and why. */
void appliance_tell_links(struct appliance *a);

/* Writes what workers have told for NAT's log.  appliance_halt does, too.  reopen: the file was moved away. */
void appliance_write_log(struct appliance *a);

/* Says in the log which addresses of NAT another station has; called now and then. */
void appliance_say_conflicts(struct appliance *a);
void appliance_reopen_log(struct appliance *a);

/* NULL: none is written. */
const struct nat_log_file *appliance_nat_log(const struct appliance *a);

/* Nanoseconds from the first poll until now, or until halt.  Not the workers' clock. */
uint64_t appliance_uptime_ns(const struct appliance *a);

/* The core of a worker. */
unsigned appliance_core(const struct appliance *a, unsigned worker);

const struct config *appliance_config(const struct appliance *a);
struct ports *appliance_ports(struct appliance *a);
const struct pools *appliance_pools(const struct appliance *a);
struct workers *appliance_workers(struct appliance *a);
const struct generation *appliance_generation(const struct appliance *a);

#endif
