/* SPDX-License-Identifier: BSD-3-Clause */
/* The host thread: one epoll loop over taps, netlink and what control asks.  For this folder. */
#ifndef HOSTIF_THREAD_H
#define HOSTIF_THREAD_H

struct hostif;

/* Starts the thread, in the namespace of the setup.  Returns 0 or a negative errno; *where is then
 * what failed. */
int thread_start(struct hostif *k, const char **where);

/* Stops it and waits for its end. */
void thread_stop(struct hostif *k);

#endif
