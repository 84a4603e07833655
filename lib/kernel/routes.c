/* SPDX-License-Identifier: BSD-3-Clause */
/* The thread that listens to the kernel's routes. */

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/monotonic.h"
#include "kernel/kernel_priv.h"

enum {
	BUFFER_BYTES = 64 << 20, /* messages that wait: 10,000 routes a second for half a minute */
	READS = 1024,            /* receive calls before changes are published */
	WAIT_MS = 20,            /* while readers hold old views, or changes wait */
	IDLE_MS = 1000,
};

#define RESYNC_NS     (200 * NS_PER_MS)   /* between two of them */
#define PUBLISH_NS    (200 * NS_PER_MS)   /* likewise, at most */
#define LOCK_NS       (20 * 1000 * 1000l) /* control waits for so long */
#define PUBLISH_SHARE 4                   /* of the time between two of them that one may take */

static int
on_message(struct nl_msg *msg, void *arg)
{
	struct kernel_routes *k = arg;
	struct nlmsghdr *m = nlmsg_hdr(msg);

	if (m->nlmsg_type == RTM_NEWROUTE || m->nlmsg_type == RTM_DELROUTE)
		kernel_route_message(k, m);
	else if (m->nlmsg_type == RTM_NEWNEXTHOP || m->nlmsg_type == RTM_DELNEXTHOP)
		kernel_object_message(k, m);
	else if (m->nlmsg_type == RTM_NEWLINK || m->nlmsg_type == RTM_DELLINK)
		kernel_link_message(k, m);
	return NL_OK;
}

/* Reads all routes of a family.  Returns 0, or a libnl error: then some may be missing. */
static int
dump(struct kernel_routes *k, int family)
{
	struct rtmsg any = { .rtm_family = (unsigned char)family };
	int rc;

	nl_socket_modify_cb(k->dump, NL_CB_VALID, NL_CB_CUSTOM, on_message, k);
	rc = nl_send_simple(k->dump, RTM_GETROUTE, NLM_F_DUMP, &any, sizeof(any));
	return rc < 0 ? rc : nl_recvmsgs_default(k->dump);
}

/* Reads all routes again: marks what is there, and removes the rest. */
static void
resync(struct kernel_routes *k)
{
	int rc;

	k->resync = false;
	k->figures.resyncs++;
	kernel_problems_clear(k);
	kernel_links_read(k);
	for (unsigned i = 0; i < k->n_tables; i++)
		live_mark(k->table[i].live);
	rc = dump(k, AF_INET);
	if (rc == 0)
		rc = dump(k, AF_INET6);
	k->resync = rc != 0; /* the kernel's tables have changed meanwhile, say: once more */
	k->resync_ns = monotonic_ns() + RESYNC_NS;
	for (unsigned i = 0; rc == 0 && i < k->n_tables; i++)
		live_sweep(k->table[i].live);
	k->complete |= rc == 0;
}

static bool
publish(struct kernel_routes *k)
{
	uint64_t began_ns = monotonic_ns(), pause_ns;
	bool done = true;

	if (began_ns < k->publish_ns)
		return false;
	for (unsigned i = 0; i < k->n_tables; i++) {
		done &= live_publish(k->table[i].live, &k->grace, began_ns);
		live_reclaim(k->table[i].live, &k->grace);
	}
	pause_ns = (monotonic_ns() - began_ns) * PUBLISH_SHARE;
	k->publish_ns = monotonic_ns() + (pause_ns < PUBLISH_NS ? pause_ns : PUBLISH_NS);
	return done;
}

/* Takes what control has told last. */
static void
take_inbox(struct kernel_routes *k)
{
	pthread_mutex_lock(&k->inbox_lock);
	if (k->inbox.fresh) {
		free(k->iface);
		k->iface = k->inbox.iface;
		k->n_ifaces = k->inbox.n_ifaces;
		memcpy(k->table, k->inbox.table, sizeof(k->table));
		k->n_tables = k->inbox.n_tables;
		k->inbox = (struct kernel_inbox){ .fresh = false };
		k->resync = true;
		k->resync_ns = 0;
	}
	pthread_mutex_unlock(&k->inbox_lock);
}

/* Takes what the kernel has sent.  Returns true if there may be more. */
static bool
receive(struct kernel_routes *k)
{
	for (unsigned i = 0; i < READS; i++) {
		int rc = nl_recvmsgs_default(k->events);

		if (rc == -NLE_AGAIN)
			return false;
		if (rc == -NLE_NOMEM || rc == -NLE_DUMP_INTR) { /* ENOBUFS: messages were lost */
			k->figures.lost++;
			k->resync = true;
		} else if (rc < 0) {
			return false;
		}
	}
	return true;
}

/* Returns how long to wait for the next message, in ms. */
static int
step(struct kernel_routes *k)
{
	bool more, done = true;

	pthread_mutex_lock(&k->lock);
	take_inbox(k);
	more = receive(k);
	/* After a loss the kernel drops messages until the socket is empty: read that first. */
	if (k->resync && !more && k->n_tables != 0 && monotonic_ns() >= k->resync_ns)
		resync(k);
	if (k->complete)
		done = publish(k);
	pthread_mutex_unlock(&k->lock);
	if (more)
		return 0;
	return done && !(k->resync && k->n_tables != 0) ? IDLE_MS : WAIT_MS;
}

static void *
run(void *arg)
{
	struct kernel_routes *k = arg;
	struct pollfd fds[2] = {
		{ .fd = nl_socket_get_fd(k->events), .events = POLLIN },
		{ .fd = k->wake, .events = POLLIN },
	};
	uint64_t woken;

	pthread_setname_np(pthread_self(), "weir-routes");
	while (!atomic_load_explicit(&k->stop, memory_order_relaxed)) {
		int wait_ms = step(k);

		if (poll(fds, 2, wait_ms) > 0 && fds[1].revents != 0)
			(void)!read(k->wake, &woken, sizeof(woken));
		else if (fds[0].revents != 0)
			usleep(1000); /* what comes together is published together */
	}
	return NULL;
}

static struct nl_sock *
open_socket(void)
{
	struct nl_sock *s = nl_socket_alloc();

	if (s != NULL && nl_connect(s, NETLINK_ROUTE) == 0)
		return s;
	nl_socket_free(s);
	return NULL;
}

static bool
open_sockets(struct kernel_routes *k)
{
	int bytes = BUFFER_BYTES;

	k->events = open_socket();
	k->dump = open_socket();
	if (k->events == NULL || k->dump == NULL)
		return false;
	if (setsockopt(
		    nl_socket_get_fd(k->events), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes))
		< 0)
		setsockopt(
			nl_socket_get_fd(k->events), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	nl_socket_disable_seq_check(k->events);
	nl_socket_set_msg_buf_size(k->dump, 64 << 10);
	nl_socket_modify_cb(k->events, NL_CB_VALID, NL_CB_CUSTOM, on_message, k);
	return nl_socket_set_nonblocking(k->events) == 0
		&& nl_socket_add_memberships(k->events, RTNLGRP_LINK, RTNLGRP_IPV4_ROUTE,
			   RTNLGRP_IPV6_ROUTE, RTNLGRP_NEXTHOP, 0)
		== 0;
}

struct kernel_routes *
kernel_routes_create(const struct live_grace *grace)
{
	struct kernel_routes *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	k->grace = *grace;
	k->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	pthread_mutex_init(&k->lock, NULL);
	pthread_mutex_init(&k->inbox_lock, NULL);
	if (k->wake >= 0 && open_sockets(k))
		k->started = pthread_create(&k->thread, NULL, run, k) == 0;
	if (k->started)
		return k;
	kernel_routes_destroy(k);
	return NULL;
}

static void
wake(struct kernel_routes *k)
{
	uint64_t one = 1;

	(void)!write(k->wake, &one, sizeof(one));
}

void
kernel_routes_destroy(struct kernel_routes *k)
{
	if (k == NULL)
		return;
	atomic_store_explicit(&k->stop, true, memory_order_relaxed);
	if (k->started) {
		wake(k);
		pthread_join(k->thread, NULL);
	}
	nl_socket_free(k->events);
	nl_socket_free(k->dump);
	if (k->wake >= 0)
		close(k->wake);
	pthread_mutex_destroy(&k->lock);
	pthread_mutex_destroy(&k->inbox_lock);
	free(k->inbox.iface);
	free(k->iface);
	free(k);
}

void
kernel_routes_follow(struct kernel_routes *k, const struct kernel_table tables[], unsigned n_tables,
	const struct kernel_iface ifaces[], unsigned n_ifaces)
{
	struct kernel_iface *copy = malloc((n_ifaces + 1) * sizeof(*copy));

	if (copy == NULL)
		return;
	memcpy(copy, ifaces, n_ifaces * sizeof(*copy));
	pthread_mutex_lock(&k->inbox_lock);
	free(k->inbox.iface);
	k->inbox.iface = copy;
	k->inbox.n_ifaces = n_ifaces;
	memcpy(k->inbox.table, tables, n_tables * sizeof(*tables));
	k->inbox.n_tables = n_tables;
	k->inbox.fresh = true;
	pthread_mutex_unlock(&k->inbox_lock);
	wake(k);
}

bool
kernel_routes_lock(struct kernel_routes *k)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += LOCK_NS;
	until.tv_sec += until.tv_nsec / (long)NS_PER_S;
	until.tv_nsec %= (long)NS_PER_S;
	return pthread_mutex_timedlock(&k->lock, &until) == 0;
}

void
kernel_routes_unlock(struct kernel_routes *k)
{
	pthread_mutex_unlock(&k->lock);
}

struct kernel_figures
kernel_routes_figures(const struct kernel_routes *k)
{
	return k->figures;
}

const struct kernel_problem *
kernel_routes_problems(const struct kernel_routes *k)
{
	return k->problem;
}
