/* SPDX-License-Identifier: BSD-3-Clause */
/* Captures of the frames that ports have sent: in the order sent, with virtual time stamps.
 *
 * Threads: the control thread.  Memory: replay_output_open/_close. */
#ifndef OFFLINE_REPLAY_OUTPUT_H
#define OFFLINE_REPLAY_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "offline/replay_input.h"

struct replay_output;
struct rte_mbuf;

/* Opens one file for each port named; ns: with stamps in nanoseconds, else microseconds. */
struct replay_output *replay_output_open(
	const struct replay_file *files, unsigned n, bool ns, struct err *err);

/* Writes what is still in memory.  Returns 0, or negative after an error for each file that could
 * not be written.  NULL is fine. */
int replay_output_close(struct replay_output *out, struct err *err);

/* Writes a frame that a port has sent; without a file for the port it does nothing. */
void replay_output_write(
	struct replay_output *out, unsigned port, const struct rte_mbuf *m, uint64_t time_ns);

#endif
