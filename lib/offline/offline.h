/* SPDX-License-Identifier: BSD-3-Clause */
/* What commands share that judge packets without a running appliance: replay, explain, tests.
 *
 * Threads: the control thread. */
#ifndef OFFLINE_OFFLINE_H
#define OFFLINE_OFFLINE_H

#include <stdio.h>

#include <jansson.h>

#include "base/err.h"
#include "control/appliance.h"
#include "control/frame.h"
#include "control/outcome.h"
#include "config/config.h"

/* Reads a configuration.  Returns NULL after all its errors were added to err. */
struct config *offline_config(const char *path, struct err *err);

/* Returns the index of the port of that name, or negative after an error that lists the existing
 * ones. */
int offline_port(const struct config *cfg, const char *name, struct err *err);

/* Writes the MAC that the port at an index has with captures. */
void offline_port_mac(const struct config *cfg, unsigned index, uint8_t mac[static 6]);

/* An appliance over captures in virtual time, stepped by the caller. */
struct offline {
	struct appliance *appliance;
	uint64_t now_ns; /* virtual time since the start */
	/* Called for each frame that a port has sent; it is freed afterwards. */
	void (*sent)(void *arg, unsigned port, const struct rte_mbuf *m);
	void *arg;
};

/* Makes a file's configuration the running one, on all workers, or changes nothing. */
int offline_reload(const struct offline *off, const char *path, struct err *err);

/* Returns packet buffers with a frame from memory; NULL when there are not enough. */
struct rte_mbuf *offline_frame(const struct offline *off, const uint8_t *data, uint32_t bytes);

/* Takes away the frames that ports have sent. */
void offline_drain(const struct offline *off);

/* Steps the workers until none has anything to do, takes away the frames that ports have sent, and
 * writes NAT's log. */
void offline_settle(const struct offline *off);

/* Sets virtual time, and settles. */
void offline_set_time(struct offline *off, uint64_t now_ns);

/* Advances virtual time to a time that may be far ahead, with a stop at every whole 100 ms, so that
 * timers run when they are due. */
void offline_run_timers(struct offline *off, uint64_t to_ns);

/* Writes a JSON value to a file, "-" is standard output.  Returns 0, or -1 with errno set. */
int offline_write_json(const json_t *json, const char *path);

#endif
