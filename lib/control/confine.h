/* SPDX-License-Identifier: BSD-3-Clause */
/* Takes from a process that has started what it needs no more: capabilities, and system calls.
 *
 * Afterwards the control thread has CAP_NET_ADMIN, CAP_NET_RAW and CAP_IPC_LOCK at most, with which
 * devices are opened again; all other threads have none.  No thread can start a program, trace
 * another process, load a module or change the clock: such calls fail with EPERM.  Nothing of it
 * can be undone.
 *
 * Threads: the control thread, once, when all threads run that are inherited from libraries. */
#ifndef CONTROL_CONFINE_H
#define CONTROL_CONFINE_H

#include <signal.h>
#include <sys/types.h>

/* The signal in whose handler each thread gives up its capabilities.  A thread that blocks all
 * signals leaves it out. */
#define CONFINE_SIGNAL (SIGRTMAX - 1)

/* spare: the number of the host thread, which keeps CAP_NET_ADMIN alone, for its taps; 0: there is
 * none.  Returns 0, or negative after it has logged why: the process is not confined, or in
 * part. */
int confine(pid_t spare);

#endif
