/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets between workers and the host thread: lockless rings of one writer and one reader.
 *
 * A worker has a ring towards the kernel for each class of packets, so that a flood of one class
 * takes no room from another, and one ring from the kernel.  A ring is never waited for: what it
 * has no room for is dropped and counted by the caller.
 *
 * A packet on its way to the kernel has the id of its interface in m->port and the offset of its IP
 * or ARP header in m->l2_len; one from the kernel has the id of its interface in m->port, and no
 * VLAN tag.
 *
 * Threads: each ring's ends as written below.  Memory: exchange_create/_destroy. */
#ifndef HOSTIF_EXCHANGE_H
#define HOSTIF_EXCHANGE_H

#include <stdbool.h>

struct doorbell;
struct exchange;
struct rte_mbuf;

/* In the order in which the host thread takes them. */
enum hostif_class {
	HOSTIF_ROUTING,   /* routing protocols, VRRP, BFD, and what keeps links alive */
	HOSTIF_NEIGHBOUR, /* ARP, ND and router advertisements */
	HOSTIF_DHCP,      /* of both families */
	HOSTIF_REST,
	HOSTIF_CLASSES,
};

enum {
	EXCHANGE_TO_KERNEL = 512, /* packets in a ring of one worker and class, at most */
	EXCHANGE_FROM_KERNEL = 512,
	/* Buffers of a worker that wait in rings, at most. */
	EXCHANGE_MBUFS = HOSTIF_CLASSES * EXCHANGE_TO_KERNEL + EXCHANGE_FROM_KERNEL,
};

struct exchange *exchange_create(unsigned workers); /* NULL: no memory */
void exchange_destroy(struct exchange *x);          /* frees packets in rings; NULL is fine */

/* Has the host thread ring these bells, one for each worker, when it gives packets to them.  NULL:
 * workers find them without. */
void exchange_wake_by(struct exchange *x, struct doorbell *bells);

/* The worker: gives a packet to the kernel, and wakes the host thread if it sleeps; returns false
 * if there is no room. */
bool exchange_give(
	struct exchange *x, unsigned worker, enum hostif_class class, struct rte_mbuf *m);

/* The worker: takes at most max packets that the kernel sends.  Returns their number. */
unsigned exchange_take(struct exchange *x, unsigned worker, struct rte_mbuf **m, unsigned max);

/* The host thread: takes packets to the kernel, and gives one from it; false: no room. */
unsigned exchange_take_up(struct exchange *x, unsigned worker, enum hostif_class class,
	struct rte_mbuf **m, unsigned max);
bool exchange_give_down(struct exchange *x, unsigned worker, struct rte_mbuf *m);
unsigned exchange_workers(const struct exchange *x);

/* The host thread: says that it is about to wait for exchange_fd.  Returns false if packets have
 * come meanwhile: it must not wait. */
bool exchange_sleep(struct exchange *x);
void exchange_awake(struct exchange *x);
int exchange_fd(const struct exchange *x);

#endif
