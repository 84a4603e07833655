/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's routes: tables of the kernel, kept in step with live tables by netlink.
 *
 * A thread of its own listens to the kernel and is the writer of the live tables.  Messages are
 * applied one by one, and published together as long as more are there.  When messages were lost
 * (ENOBUFS), or the kernel may have removed routes without a word (an interface went down), all
 * routes are read again: those that are not found are removed.
 *
 * Threads: kernel_routes_follow and the readers of lists by control; everything else is the
 * thread's. */
#ifndef KERNEL_KERNEL_H
#define KERNEL_KERNEL_H

#include <net/if.h>

#include "table/live.h"

#define KERNEL_TABLES 16u
/* Problems that are listed. */
#define KERNEL_PROBLEMS 1024u

/* One of Weir's interfaces by the name of its kernel interface. */
struct kernel_iface {
	char name[IF_NAMESIZE];
	uint16_t id;
};

/* A kernel's table, and where its routes go. */
struct kernel_table {
	uint32_t number;
	struct live *live;
};

/* A route that cannot be represented. */
struct kernel_problem {
	struct prefix prefix;
	uint32_t table, metric;
	const char *why;
	char dev[IF_NAMESIZE]; /* or "" */
};

struct kernel_routes;

/* Creates the listener and starts its thread, in the network namespace of the caller; grace
 * outlives it.  NULL: no socket, no thread or no memory; errno says why. */
struct kernel_routes *kernel_routes_create(const struct live_grace *grace);
void kernel_routes_destroy(struct kernel_routes *k); /* NULL is fine */

/* Sets the tables to follow and the interfaces of Weir; copies them. */
void kernel_routes_follow(struct kernel_routes *k, const struct kernel_table tables[],
	unsigned n_tables, const struct kernel_iface ifaces[], unsigned n_ifaces);

/* While it is locked, nobody changes a live table.  Not for long: messages wait.  False: all routes
 * are being read, which takes seconds. */
bool kernel_routes_lock(struct kernel_routes *k);
void kernel_routes_unlock(struct kernel_routes *k);

struct kernel_figures {
	uint64_t messages, resyncs, lost; /* lost: times that messages were lost */
	uint64_t problems;                /* routes that cannot be represented, at this time */
	unsigned listed;                  /* of them */
};

/* Locked: return the figures, and the listed problems. */
struct kernel_figures kernel_routes_figures(const struct kernel_routes *k);
const struct kernel_problem *kernel_routes_problems(const struct kernel_routes *k);

/* Returns the name of a protocol (rtnetlink(7)): "static", "bgp"; or its number. */
const char *kernel_protocol(uint8_t protocol, char number[static 8]);

#endif
