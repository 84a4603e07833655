/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the files of the appliance. */
#ifndef CONTROL_APPLIANCE_PRIV_H
#define CONTROL_APPLIANCE_PRIV_H

#include "control/appliance.h"
#include "config/compile.h"
#include "control/hush.h"
#include "io/pool.h"
#include "table/live.h"
#include "worker/gather.h"

struct event_sink;
struct events;
struct exchange;
struct hostif;
struct nat_log_file;
struct set_keeper;

/* What a new configuration does with the ports.
 *
 * Devices that no running port has are opened first, into free slots: one that fails is an error
 * that has changed nothing.  A device that a running port has, under whatever name, is closed and
 * opened again at the very end, when everything else is known to be right; if that fails, it is
 * opened as it was.  Ports that go are closed when no worker uses them any more. */
enum port_step {
	PORT_STAYS,
	PORT_OPENS,
	PORT_REOPENS,
};

struct port_plan {
	unsigned n;
	struct port_cfg row[PORT_MAX];
	struct rte_ether_addr mac[PORT_MAX]; /* by slot */
	uint16_t slot[PORT_MAX];             /* by row */
	enum port_step step[PORT_MAX];       /* by row */
	bool opened[PORT_MAX];               /* by row */
	uint64_t closes; /* slots whose device is closed before others are opened */
	uint64_t goes;   /* slots that are closed after the new generation runs */
};

/* The state of watching a port. */
struct port_watch {
	bool closed;  /* its device vanished, and was closed */
	bool refused; /* it came back and could not be opened, which has been
		       * reported */
	bool leaves;  /* the configuration has it no more; it is closed when no worker uses it */
	uint64_t tried_ns;
	struct delivery delivery; /* what its device delivers */
};

struct appliance {
	struct appliance_options options;
	struct config *cfg;                 /* of the running generation */
	struct config *started;             /* from which ports and workers were made */
	struct port_cfg port_cfg[PORT_MAX]; /* by slot; texts are those of cfg */
	unsigned n_ports;
	unsigned n_workers;
	struct eal_core core[EAL_WORKERS_MAX]; /* by worker */
	struct ports ports;
	struct pools pools;
	struct workers *workers;
	struct clock clock;           /* as the workers' */
	struct nat_log_file *nat_log; /* NULL: none */
	struct events *events;
	struct generation_names names;
	struct live_tables live; /* routes outside of generations */
	struct generation *gen;
	struct generation *retired[APPLIANCE_RETIRED]; /* a worker that stands still may use
							* them */
	unsigned n_retired;
	struct exchange *exchange;   /* with the host thread; NULL: there are no host interfaces */
	struct hostif *kernel;       /* likewise */
	struct added_address *added; /* addresses that the kernel has added to host interfaces */
	unsigned n_added;
	struct hushed hushed;
	struct gathering gathering;
	uint64_t gathers; /* workers at which flows shall begin, as it says */
	uint64_t gather_retry_ns;
	bool gather_failed; /* the last try; logged once */
	bool renews;        /* a generation with these addresses could not be built yet */
	struct port_watch port_watch[PORT_MAX]; /* by port index */
	uint64_t started_ns, halted_ns;         /* monotonic */
	struct set_keeper *sets;                /* members of dynamic sets */
	int64_t wall_s;                         /* with virtual time: the wall clock at its start */
	uint32_t conflicts_seen;                /* of NAT's addresses, logged so far */
	bool keeps; /* the next generation lets sessions marked as kept through */
	bool ports_open, pools_made, running, halted, closed;
};

/* Builds a generation from cfg, beside the running one; slot: of each port of cfg, NULL: its place
 * in the file.  NULL after errors. */
struct generation *begin_generation(
	struct appliance *a, const struct config *cfg, const uint16_t *slot, struct err *err);

/* Finishes it with the MACs of ports by slot.  Returns 0 or negative after an error. */
int finish_generation(struct appliance *a, const struct config *cfg, struct generation *gen,
	const struct rte_ether_addr mac[], struct err *err);

/* Writes the rows of cfg's ports as this appliance opens them; returns their number. */
unsigned appliance_port_rows(
	const struct appliance *a, const struct config *cfg, struct port_cfg row[static PORT_MAX]);

/* Finds out what cfg does with the ports, and what of that cannot be done.  0 or negative after
 * errors. */
int plan_make(
	struct appliance *a, const struct config *cfg, struct port_plan *plan, struct err *err);

/* Opens the devices that no running port has.  0 or negative after an error.  absent: a device that
 * cannot be opened is left out, as if it had vanished, and the log says so. */
int plan_open(struct appliance *a, struct port_plan *plan, bool absent, struct err *err);

/* Closes and opens the devices that running ports have.  0, or negative after an error and with
 * them as they were. */
int plan_reopen(struct appliance *a, struct port_plan *plan, bool absent, struct err *err);

/* Closes what plan_open has opened: the configuration is refused. */
void plan_undo(struct appliance *a, struct port_plan *plan);

/* The new generation runs: closes the ports that went, and notes the new rows. */
void plan_settle(struct appliance *a, const struct port_plan *plan);

/* appliance_hosts.c: hosts_open makes the host interfaces that cfg has and that are not there; 0 or
 * negative after an error, with nothing changed.  hosts_undo takes them away again, hosts_take
 * removes those that a->cfg does not have, and sets the others. */
int hosts_open(struct appliance *a, const struct config *cfg, const struct generation *gen,
	struct err *err);
void hosts_undo(struct appliance *a);
void hosts_take(struct appliance *a);
void hosts_close(struct appliance *a);
void hosts_follow_links(struct appliance *a);

/* Returns the workers at which flows of a generation may be gathered, a bit each; 0: they are not.
 */
uint64_t gather_may(
	const struct appliance *a, const struct config *cfg, const struct generation *gen);

/* Decides at which workers flows of a generation begin; before it is finished, its ports are open.
 */
void gather_generation(struct appliance *a, const struct config *cfg, struct generation *gen);

/* Builds a generation of the running configuration anew, because addresses of the host have changed
 * or flows shall begin at other workers, and publishes it.  0 or negative after an error. */
int appliance_renew(struct appliance *a, struct err *err);

/* Closes a port that left, if no worker uses it any more. */
void plan_close(struct appliance *a, unsigned slot);

/* appliance_bonds.c: watch the members of a bond; its port is present.  Returns true if another
 * member has become the active one. */
bool bonds_follow(struct appliance *a, unsigned port);

/* Closes the devices of members that vanished, and opens those that are back. */
void bonds_watch(struct appliance *a, unsigned port);

/* Logs the link of a port. */
void appliance_tell_link(const struct port *port);

/* Logs that were opened for a configuration; NULL: none, or the one in use. */
struct logs {
	struct nat_log_file *nat;
	struct event_sink *events;
};

/* Opens the logs that cfg names, for its generation.  Returns 0 or negative after an error. */
int logs_open(const struct appliance *a, const struct config *cfg, const struct generation *gen,
	struct logs *next, struct err *err);
void logs_close(struct logs *next);

/* Switches to the logs that were opened for a->cfg and a->gen. */
void logs_take(struct appliance *a, const struct logs *next);

#endif
