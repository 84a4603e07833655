/* SPDX-License-Identifier: BSD-3-Clause */
/* A process beside that starts `weir test` for a confined Weir, which may start no program.
 *
 * It is forked before anything else is started, so it has neither ports nor packets, gives up all
 * capabilities, and takes one thing from Weir: the path of a file whose conversations are to be
 * tried, with the pipe for the answer.  It ends with Weir.
 *
 * Threads: the control thread. */
#ifndef CONTROL_GATE_H
#define CONTROL_GATE_H

#include <stdbool.h>
#include <sys/types.h>

/* Forks the process.  Returns 0 or -errno. */
int gate_open(void);
bool gate_is_open(void);

/* Asks it for the conversations of a file, whose outcome it writes to the descriptor.  Returns 0 or
 * -errno. */
int gate_ask(const char *path, int to);

/* Starts `weir test --json - PATH` with its output in a descriptor.  Returns its process id, or
 * -errno. */
pid_t gate_spawn(const char *path, int to);

#endif
