/* SPDX-License-Identifier: BSD-3-Clause */
/* Route tables with `kernel:`: starts the listener of lib/kernel when a generation has one, and
 * tells it which tables and interfaces the running generation has.
 *
 * Threads: the control thread. */
#ifndef CONTROL_KERNEL_SIDE_H
#define CONTROL_KERNEL_SIDE_H

struct appliance;
struct kernel_routes;
struct kernel_side;

struct kernel_side *kernel_side_create(struct appliance *a); /* NULL: no memory */
/* Stops the listener; to be called before the appliance goes.  NULL is fine. */
void kernel_side_destroy(struct kernel_side *s);

/* To be called every 20 ms or so, when control holds nothing that it has read in a live table. */
void kernel_side_tick(struct kernel_side *s);

/* Returns the listener; NULL: there is none. */
struct kernel_routes *kernel_side_routes(const struct kernel_side *s);

#endif
