/* SPDX-License-Identifier: BSD-3-Clause */
/* The whole appliance in one process: DPDK, pools, ports, workers and the current generation,
 * started from a configuration or not at all.
 *
 * `weir run`, `weir replay`, `weir explain` and tests use it; they differ in struct
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

#include <jansson.h>

#include "base/err.h"
#include "config/config.h"
#include "io/port.h"
#include "hostif/hostif.h"
#include "policy/generation.h"
#include "worker/workers.h"

struct appliance;
struct set_keeper;

enum {
	APPLIANCE_RETIRED = 8,
};

/* The reading of a worker's clock at its start. */
#define APPLIANCE_TIME_ZERO_NS 1000000000ull

struct appliance_options {
	bool captures;       /* every port's frames come from memory */
	bool virtual_time;   /* clocks stand until appliance_set_time; secrets come from a
			      * constant */
	bool stepped;        /* no threads: appliance_step */
	bool adaptive;       /* flows begin where workers have time and room for them
			      * (appliance_follow_load) */
	bool in_order;       /* workers tell of packets in order of arrival, and with the buffers
			      * that they came in: nothing is steered before it is parsed, and no
			      * frame is copied */
	unsigned workers;    /* 0: as configured; at most EAL_WORKERS_MAX */
	unsigned burst;      /* 0: as configured */
	bool lazy_buffers;   /* captures and stepped: packet buffers are made when they are needed;
			      * for a quick start, not where memory is measured */
	bool verbose;        /* DPDK's own log */
	bool tests;          /* a reload is refused if a test of its file fails, as in `weir
			      * check` */
	const char *nat_log; /* captures: a file to create for NAT's log, instead of the
			      * configured one; NULL: none */
};

/* What determines the memory that DPDK is given. */
struct appliance_need {
	const struct port_cfg *ports;
	unsigned n_ports, workers;
	unsigned burst;
	unsigned mbufs; /* 0: auto */
	unsigned rules; /* of all access lists */
};

/* Returns the bytes of packet buffers and tables of DPDK, and writes those of packet buffers alone
 * if mbuf_bytes is not NULL.  Before a start. */
size_t appliance_dpdk_bytes(const struct appliance_need *need, uint64_t *mbuf_bytes);

/* Starts everything from cfg, which belongs to the appliance from here on, in any case.  Returns
 * NULL with errors in err, and everything begun undone. */
struct appliance *appliance_start(
	struct config *cfg, const struct appliance_options *options, struct err *err);

/* Builds a generation from cfg beside the running one, publishes it and frees the old one.  cfg
 * belongs to the appliance when 0 is returned; else the caller still owns it, and nothing has
 * changed. */
int appliance_reload(struct appliance *a, struct config *cfg, struct err *err);

/* The same without trying tests, and a port whose device is not there is awaited: for the way back
 * to a configuration that ran before. */
int appliance_return(struct appliance *a, struct config *cfg, struct err *err);

/* Says whether the configurations to come let sessions through that are marked as kept (WALK_KEEP),
 * whatever their access lists say.  Not at the start. */
void appliance_keep_sessions(struct appliance *a, bool keep);

/* Returns true if a configuration must pass its tests to be taken.  appliance_reload tries those of
 * single packets; conversations (control/conversations.h) are the caller's. */
bool appliance_tries_tests(const struct appliance *a);

/* What of cfg a running appliance cannot take is an error.  0 or negative. */
int appliance_check(struct appliance *a, const struct config *cfg, struct err *err);

/* Frees earlier generations that no worker uses any more; appliance_reload does this, too.  A
 * worker that stands still keeps its own and all later ones; when there are APPLIANCE_RETIRED of
 * those, no configuration is adopted until it moves. */
void appliance_let_go(struct appliance *a);

/* Runs one loop of every worker (stepped).  Returns 0 if there was nothing to do. */
unsigned appliance_step(struct appliance *a);

/* Sets the virtual clocks. */
void appliance_set_time(struct appliance *a, uint64_t now_ns);

/* Stops the workers: they stop receiving, send what can be sent and drop the rest.  Figures and the
 * generation stay for the report.  Returns false if a worker does not end; then only a report and
 * exit are possible. */
bool appliance_halt(struct appliance *a);

/* Gives tables some more of the pages that they will use, so that no worker waits for them.  They
 * come when they are used where DPDK has no hugepages or control has no core of its own, and while
 * memory is short.  Returns false when there is nothing to do.  While it runs, again and again: a
 * reload may make tables. */
bool appliance_populate(const struct appliance *a);

/* Closes the ports.  Returns the number of mbufs that are not back in their pools: 0, unless there
 * is a bug.  After appliance_halt, and after report_take, which reads the ports. */
unsigned appliance_close(struct appliance *a);

/* Frees everything (halts and closes first if that was not done).  NULL is fine. */
void appliance_destroy(struct appliance *a);

/* Leaves DPDK, after the last appliance of the process. */
void appliance_leave(void);

/* Reads the ports' link states, for the log and for the workers, which leave next hops behind a
 * link that is down.  To be called about every 20 ms. */
void appliance_watch_links(struct appliance *a);

/* Checks the ports: devices that vanished, and those that are back, which are opened again.  Logs
 * the changes.  To be called about every 100 ms. */
void appliance_watch_ports(struct appliance *a);

/* Merges what workers have added to dynamic sets, and tells them; called several times a second. */
void appliance_merge_sets(struct appliance *a);
struct set_keeper *appliance_sets(struct appliance *a);

/* Keeps the members of dynamic sets in a file, if some have come or gone; reads them again. */
void appliance_save_sets(struct appliance *a, const char *path);
void appliance_load_sets(struct appliance *a, const char *path);

/* Returns the time of the workers' clocks. */
uint64_t appliance_now_ns(struct appliance *a);

/* Says which of the times that matches ask for hold now; called several times a second. */
void appliance_follow_time(struct appliance *a);

/* Has flows begin where workers have time and room for them; called about every 100 ms with a clock
 * that only goes forward.  Without effect if the appliance is not adaptive. */
void appliance_follow_load(struct appliance *a, uint64_t now_ns);

/* With virtual time: sets the wall clock at its start, in seconds of the epoch. */
void appliance_set_wall(struct appliance *a, int64_t wall_s);

/* Adopts the addresses that the kernel has added to host interfaces, or removed; to be called when
 * appliance_host_fd is readable, and regularly. */
void appliance_follow_host(struct appliance *a);

/* Returns a descriptor that becomes readable then; -1: there are no host interfaces. */
int appliance_host_fd(const struct appliance *a);

/* Returns the number of the host thread, which needs CAP_NET_ADMIN; 0: there is none. */
pid_t appliance_host_thread(const struct appliance *a);

/* Runs work on the host thread, in the network namespace of the taps, and waits for it; without a
 * host thread, here.  If it does not answer, work does not run. */
void appliance_run_on_host(struct appliance *a, void (*work)(void *arg), void *arg);

/* Fills the counters of the host interface of an interface; false: it has none. */
bool appliance_host_counts(const struct appliance *a, uint16_t iface, struct hostif_counts *out);

/* Logs what each port's device can do, and what of it is used. */
void appliance_tell_devices(const struct appliance *a);

/* Logs each link that is down, and why. */
void appliance_tell_links(struct appliance *a);

/* Writes the workers' entries to NAT's log. appliance_halt does this, too. */
void appliance_write_log(struct appliance *a);

/* appliance_say_conflicts logs which addresses of NAT another station has; to be called regularly.
 * appliance_reopen_log opens the log's file again: it was moved away. */
void appliance_say_conflicts(struct appliance *a);
void appliance_reopen_log(struct appliance *a);

/* Returns what added to the workers' clocks gives nanoseconds since 1970. */
int64_t appliance_wall_ns(struct appliance *a);

/* Writes an event to telemetry.log, with members (a reference that is taken). */
void appliance_tell(struct appliance *a, const char *event, json_t *members);

/* Returns the log's file; NULL: none is written. */
const struct nat_log_file *appliance_nat_log(const struct appliance *a);

/* Returns nanoseconds from the first poll until now, or until halt.  Not the workers' clock. */
uint64_t appliance_uptime_ns(const struct appliance *a);

/* Returns the core of a worker. */
unsigned appliance_core(const struct appliance *a, unsigned worker);

const struct config *appliance_config(const struct appliance *a);
struct ports *appliance_ports(struct appliance *a);
const struct pools *appliance_pools(const struct appliance *a);
struct workers *appliance_workers(struct appliance *a);
const struct generation *appliance_generation(const struct appliance *a);

#endif
