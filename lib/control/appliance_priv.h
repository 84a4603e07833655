/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the files of the appliance. */
#ifndef CONTROL_APPLIANCE_PRIV_H
#define CONTROL_APPLIANCE_PRIV_H

#include "control/appliance.h"
#include "config/compile.h"
#include "io/pool.h"

struct nat_log_file;

/* The state of watching a port. */
struct port_watch {
	bool closed;  /* its device vanished, and was closed */
	bool refused; /* it came back and could not be opened, which has been
		       * reported */
	uint64_t tried_ns;
	struct delivery delivery; /* what its device delivers */
};

struct appliance {
	struct appliance_options options;
	struct config *cfg;     /* of the running generation */
	struct config *started; /* from which ports and workers were made */
	struct port_cfg port_cfg[PORT_MAX];
	unsigned n_ports;
	unsigned n_workers;
	struct eal_core core[EAL_WORKERS_MAX]; /* by worker */
	struct ports ports;
	struct pools pools;
	struct workers *workers;
	struct clock clock;           /* as the workers' */
	struct nat_log_file *nat_log; /* NULL: none */
	struct generation_names names;
	struct generation *gen;
	struct generation *retired[APPLIANCE_RETIRED]; /* a worker that stands still may use
							* them */
	unsigned n_retired;
	struct port_watch port_watch[PORT_MAX]; /* by port index */
	uint64_t started_ns, halted_ns;         /* monotonic */
	uint32_t conflicts_seen;                /* of NAT's addresses, logged so far */
	bool ports_open, pools_made, running, halted, closed;
};

/* Builds a generation from cfg, beside the running one; NULL after errors. */
struct generation *begin_generation(struct appliance *a, const struct config *cfg, struct err *err);

/* Finishes it with the MACs of ports, once they are open.  Returns 0 or negative after an error. */
int finish_generation(
	struct appliance *a, const struct config *cfg, struct generation *gen, struct err *err);

/* Opens the file of NAT's log that cfg names, *f; NULL if there is none, or if it is the one in
 * use.  Returns 0 or negative after an error. */
int log_open(const struct appliance *a, const struct config *cfg, struct nat_log_file **f,
	struct err *err);

/* Switches the log, after a reload, to the file that was opened for it, or to none. */
void log_take(struct appliance *a, struct nat_log_file *next);

#endif
