/* SPDX-License-Identifier: BSD-3-Clause */
/* The live side of `weir run`: what weirctl asks, answered from the running appliance.
 *
 * Threads: the control thread.  Memory: control_create/_destroy. */
#ifndef CONTROL_CONTROL_H
#define CONTROL_CONTROL_H

#include "base/err.h"
#include "control/appliance.h"
#include "control/rpc.h"

struct control;
struct event_base;
struct rates;
struct remote;

struct kernel_side;

struct control_setup {
	struct appliance *appliance;
	struct event_base *base;
	struct kernel_side *kernel; /* NULL: none */
	const char *socket;         /* path; NULL: none is made */
	const char *config;         /* the file it was started with; NULL: the built-in example */
	const char *state;          /* folder of the history; NULL: CONTROL_STATE, if it is there */
	const char *started;        /* what the history says of the start; NULL: "start" */
	/* history_digest of what config says; "": it cannot be read */
	char base_digest[17];
};

/* A socket that cannot be made is a warning in the log: the appliance runs without one.  NULL: no
 * memory. */
struct control *control_create(const struct control_setup *setup);
void control_destroy(struct control *c); /* NULL is fine */

/* Every 100 ms or so. */
void control_tick(struct control *c);

/* How often a configuration was to replace the running one: by commit, reload, rollback or the end
 * of a commit that was not confirmed. */
struct control_reloads {
	uint64_t taken, refused;
	bool last_refused;
};

/* For threads beside the control thread, which get at the appliance by jobs. */
struct remote *control_remote(struct control *c);
struct appliance *control_appliance(struct control *c);
const struct rates *control_rates(const struct control *c);
const struct control_reloads *control_reloads(const struct control *c);

/* The exporter of flows sets what tells its figures; control_exporter asks it, or says that it is
 * off. */
struct exporter;
struct exporter_figures;
void control_set_exporter(struct control *c, const struct exporter *e);
void control_exporter(const struct control *c, struct exporter_figures *out);

/* Reads the file again, for SIGHUP.  What becomes of it is said in the log, now or later. */
void control_reload(struct control *c, const char *who);

/* Acts on a call: true, or it is finished later.  For the socket; tests call it without one. */
bool control_serve(void *control, struct rpc_call *call);

#endif
