/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the appliance share. */
#ifndef CONTROL_APPLIANCE_PRIV_H
#define CONTROL_APPLIANCE_PRIV_H

#include "control/appliance.h"
#include "config/compile.h"
#include "io/pool.h"

struct nat_log_file;

/* What the watch over a port remembers. */
struct port_watch {
	bool closed;                    /* its device vanished, and was given back */
	bool refused;                   /* it came back and could not be opened, which has been said */
	uint64_t tried_ns;
	struct delivery delivery;       /* what its device delivers */
};

struct appliance {
	struct appliance_options options;
	struct config *cfg;             /* of the running generation */
	struct config *started;         /* what ports and workers were made from */
	struct port_cfg port_cfg[PORT_MAX];
	unsigned n_ports;
	unsigned n_workers;
	struct eal_core core[EAL_WORKERS_MAX];  /* by worker */
	struct ports ports;
	struct pools pools;
	struct workers *workers;
	struct clock clock;             /* as the workers' */
	struct nat_log_file *nat_log;   /* NULL: none */
	struct generation_names names;
	struct generation *gen;
	struct generation *retired[APPLIANCE_RETIRED];  /* a worker that stands still may still use them */
	unsigned n_retired;
	struct port_watch port_watch[PORT_MAX];         /* by port index */
	uint64_t started_ns, halted_ns; /* monotonic */
	uint32_t conflicts_seen;        /* of NAT's addresses, said in the log */
	bool ports_open, pools_made, running, halted, closed;
};

/* A generation from cfg, beside the running one; NULL after errors. */
struct generation *begin_generation(struct appliance *a, const struct config *cfg, struct err *err);

/* And with the addresses of ports, once they are open.  0 or negative after an error. */
int finish_generation(struct appliance *a, const struct config *cfg, struct generation *gen, struct err *err);

/* The file of NAT's log that cfg asks for, *f; NULL if it is none, or the one in use.  0 or negative after an error. */
int log_open(const struct appliance *a, const struct config *cfg, struct nat_log_file **f, struct err *err);

/* A reload has taken its configuration: the log goes on in the file that was opened for it, or in none. */
void log_take(struct appliance *a, struct nat_log_file *next);

#endif
