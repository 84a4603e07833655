/* SPDX-License-Identifier: BSD-3-Clause */
/* `weir replay`: the production code and configuration over captures, in virtual time.
 *
 * The clock is that of the captures: it begins with the first frame of them all, and advances from
 * frame to frame; in long gaps it stops every 100 ms, so that timers run when they are due.  Frames
 * are processed in bursts of the same port and the same time stamp, each burst by the worker that
 * owns its frames, and what it sends is taken away before the next burst: frames are sent in the
 * order of arrival, for any number of workers.
 *
 * Threads: the control thread, which steps the workers. */
#ifndef OFFLINE_REPLAY_H
#define OFFLINE_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

enum {
	REPLAY_FILES_MAX = 256,
	REPLAY_RELOADS_MAX = 1024,
};

struct outcome;

/* Another configuration from a time on. */
struct replay_reload {
	uint64_t at_ns; /* since the first frame */
	const char *config;
};

/* PORT=PCAP. */
struct replay_option {
	const char *port;
	const char *path;
};

struct replay_options {
	const char *config;
	struct replay_option in[REPLAY_FILES_MAX];
	unsigned n_in;
	struct replay_option out[REPLAY_FILES_MAX];
	unsigned n_out;
	const char *json;    /* "-": standard output; NULL: a table there */
	const char *nat_log; /* file for NAT's log; NULL: none, whatever the configuration says */
	struct replay_reload reload[REPLAY_RELOADS_MAX]; /* in the order of time */
	unsigned n_reload;
	uint64_t until_ns; /* timers run on until then */
	bool learn;        /* MACs and neighbours are those of the captures (offline/learn.h) */
	unsigned workers, burst; /* 0: as configured */
	/* Is told of each packet instead of a report, if it is not NULL. */
	void (*told)(void *arg, const struct outcome *o);
	void *arg;
	bool again; /* another replay follows: DPDK is left by the caller (appliance_leave) */
};

/* Returns the exit status of the command. */
int replay(const struct replay_options *options);

#endif
