/* SPDX-License-Identifier: BSD-3-Clause */
/* The inside of the listener. */
#ifndef KERNEL_KERNEL_PRIV_H
#define KERNEL_KERNEL_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include <netlink/netlink.h>

#include "kernel/kernel.h"

#define KERNEL_IFACES 1024u

struct kernel_routes {
	struct nl_sock *events, *dump;
	struct live_grace grace;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_mutex_t inbox_lock; /* of what control has told last: */
	struct kernel_inbox {
		bool fresh;
		struct kernel_table table[KERNEL_TABLES];
		unsigned n_tables;
		struct kernel_iface *iface;
		unsigned n_ifaces;
	} inbox;
	int wake; /* eventfd */
	atomic_bool stop;
	bool started;
	bool resync;                    /* all routes are to be read again */
	bool complete;                  /* they have been read once: views may be published */
	uint64_t resync_ns, publish_ns; /* not before */
	struct kernel_table table[KERNEL_TABLES];
	unsigned n_tables;
	struct kernel_iface *iface;
	unsigned n_ifaces;
	/* The kernel's interfaces that have one of ours: by its index. */
	struct kernel_link {
		uint32_t link;
		uint16_t id;
		bool up, carrier;
	} links[KERNEL_IFACES];
	unsigned n_links;
	struct kernel_problem problem[KERNEL_PROBLEMS];
	struct kernel_figures figures;
};

/* message.c: applies a message about a route (RTM_NEWROUTE, RTM_DELROUTE). */
void kernel_route_message(struct kernel_routes *k, struct nlmsghdr *m);

/* Handles a message about a next-hop object (RTM_NEWNEXTHOP, RTM_DELNEXTHOP). */
void kernel_object_message(struct kernel_routes *k, struct nlmsghdr *m);

/* links.c: handles a message about an interface; follows ours. */
void kernel_link_message(struct kernel_routes *k, struct nlmsghdr *m);
void kernel_links_read(struct kernel_routes *k);
uint16_t kernel_link_id(void *k, uint32_t link);

/* problems.c: a route that cannot be represented; one that is gone, or can be. */
void kernel_problem_add(struct kernel_routes *k, const struct kernel_problem *p);
void kernel_problem_remove(
	struct kernel_routes *k, uint32_t table, const struct prefix *p, uint32_t metric);
void kernel_problems_clear(struct kernel_routes *k);

#endif
