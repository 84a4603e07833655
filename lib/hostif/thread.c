/* SPDX-License-Identifier: BSD-3-Clause */
/* The host thread: one epoll loop.
 *
 *   packets of workers -> taps -> (sleep until one comes) -> taps, netlink, orders of control
 *
 * It sleeps without a timeout; while packets flow it does not sleep, and workers make no system
 * call to wake it. */

#include "hostif/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <rte_mbuf.h>

#include "hostif/hostif_priv.h"

enum {
	EVENTS = 32,
	PACKETS_AT_ONCE = 32, /* of a worker and class, before the next has its turn */
	AGAIN_MS = 100,       /* until addresses are looked at once more */
};

static void
clear(int fd)
{
	uint64_t count;

	while (read(fd, &count, sizeof(count)) > 0)
		;
}

/* --- packets --- */

static struct tap *
tap_of(const struct hostif *k, unsigned id)
{
	return id < HOSTIF_TAPS ? atomic_load_explicit(&k->taps[id], memory_order_relaxed) : NULL;
}

static unsigned
send_class(struct hostif *k, unsigned worker, enum hostif_class class)
{
	struct rte_mbuf *m[PACKETS_AT_ONCE];
	unsigned n = exchange_take_up(k->setup.exchange, worker, class, m, PACKETS_AT_ONCE);

	for (unsigned i = 0; i < n; i++) {
		struct tap *t = tap_of(k, m[i]->port);

		if (t != NULL)
			tap_send(t, m[i]);
		else
			rte_pktmbuf_free(m[i]); /* its interface has just gone */
	}
	return n;
}

/* Gives packets of the workers to the kernel: first all that wait of a class, then the next class.
 * Returns their number. */
static unsigned
send_up(struct hostif *k)
{
	unsigned total = 0;

	for (unsigned c = 0; c < HOSTIF_CLASSES; c++) {
		unsigned n = 0;

		for (unsigned w = 0; w < exchange_workers(k->setup.exchange); w++)
			n += send_class(k, w, (enum hostif_class)c);
		total += n;
		if (n != 0 && c > 0)
			break; /* earlier classes may have packets again */
	}
	return total;
}

/* --- orders --- */

static void
take_order(struct hostif *k)
{
	struct order *o;

	clear(k->order_fd);
	pthread_mutex_lock(&k->mutex);
	o = k->order;
	k->order = NULL;
	pthread_mutex_unlock(&k->mutex);
	if (o == NULL)
		return;
	o->work(o->arg);
	pthread_mutex_lock(&k->mutex);
	o->done = true;
	pthread_cond_broadcast(&k->cond);
	pthread_mutex_unlock(&k->mutex);
}

static void
on_order(void *arg)
{
	take_order(arg);
}

static void
on_packets(void *arg)
{
	(void)arg; /* looked at in each round */
}

bool
hostif_run(struct hostif *k, void (*work)(void *arg), void *arg)
{
	struct order o = { work, arg, false };
	const uint64_t one = 1;
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += HOSTIF_WAIT_MS / 1000;
	pthread_mutex_lock(&k->mutex);
	k->order = &o;
	while (write(k->order_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	while (!o.done && pthread_cond_timedwait(&k->cond, &k->mutex, &until) == 0)
		;
	/* An order that has begun is waited for: it is on this stack. */
	if (!o.done && k->order == &o)
		k->order = NULL;
	else
		while (!o.done)
			pthread_cond_wait(&k->cond, &k->mutex);
	pthread_mutex_unlock(&k->mutex);
	return o.done;
}

/* --- the loop --- */

static void
handle(struct hostif *k, const struct epoll_event *e)
{
	uint64_t which = e->data.u64;

	if (which < HOSTIF_WATCHES) {
		if (k->watch[which].fd >= 0)
			k->watch[which].ready(k->watch[which].arg);
		return;
	}
	if (tap_of(k, (unsigned)(which - HOSTIF_WATCHES)) != NULL)
		tap_receive(k, tap_of(k, (unsigned)(which - HOSTIF_WATCHES)));
}

static void
wait(struct hostif *k, bool busy)
{
	struct epoll_event events[EVENTS];
	bool sleeps = !busy && exchange_sleep(k->setup.exchange);
	int n = epoll_wait(k->epoll, events, EVENTS, !sleeps ? 0 : k->again ? AGAIN_MS : -1);

	if (sleeps)
		exchange_awake(k->setup.exchange);
	for (int i = 0; i < n; i++)
		handle(k, &events[i]);
	if (k->again && n <= 0) {
		k->again = false;
		addresses_look(k);
	}
}

static int
enter_namespace(const struct hostif *k)
{
	char path[300];
	int fd, rc;

	if (k->setup.netns == NULL)
		return 0;
	snprintf(path, sizeof(path), "/run/netns/%s", k->setup.netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	rc = setns(fd, CLONE_NEWNET) < 0 ? -errno : 0;
	close(fd);
	return rc;
}

static int
begin(struct hostif *k)
{
	int rc = enter_namespace(k);

	k->tid = gettid();
	if (rc == 0)
		rc = hostif_watch(k, k->order_fd, on_order, k);
	if (rc == 0)
		rc = hostif_watch(k, exchange_fd(k->setup.exchange), on_packets, k);
	if (rc == 0)
		rc = addresses_begin(k);
	return rc;
}

static void *
run(void *arg)
{
	struct hostif *k = arg;
	int rc = begin(k);

	pthread_setname_np(pthread_self(), "weir-host");
	pthread_mutex_lock(&k->mutex);
	k->start_errno = rc;
	k->started = true;
	pthread_cond_broadcast(&k->cond);
	pthread_mutex_unlock(&k->mutex);
	while (rc == 0 && !atomic_load_explicit(&k->stop, memory_order_relaxed))
		wait(k, send_up(k) != 0);
	addresses_end(k);
	return NULL;
}

/* The signals of control are none of the thread's. */
static int
create(struct hostif *k)
{
	sigset_t own, before;
	int rc;

	sigemptyset(&own);
	sigaddset(&own, SIGTERM);
	sigaddset(&own, SIGINT);
	sigaddset(&own, SIGHUP);
	sigaddset(&own, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &own, &before);
	rc = pthread_create(&k->thread, NULL, run, k);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -rc;
}

int
thread_start(struct hostif *k, const char **where)
{
	pthread_condattr_t attr;
	int rc;

	*where = "the host thread";
	for (unsigned i = 0; i < HOSTIF_WATCHES; i++)
		k->watch[i].fd = -1;
	pthread_mutex_init(&k->mutex, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&k->cond, &attr);
	k->epoll = epoll_create1(EPOLL_CLOEXEC);
	k->order_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	k->changes_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (k->epoll < 0 || k->order_fd < 0 || k->changes_fd < 0)
		return -errno;
	rc = create(k);
	if (rc < 0)
		return rc;
	pthread_mutex_lock(&k->mutex);
	while (!k->started)
		pthread_cond_wait(&k->cond, &k->mutex);
	rc = k->start_errno;
	pthread_mutex_unlock(&k->mutex);
	if (rc == 0)
		return 0;
	*where = k->setup.netns != NULL ? "the network namespace" : "netlink";
	pthread_join(k->thread, NULL);
	return rc;
}

void
thread_stop(struct hostif *k)
{
	const uint64_t one = 1;

	atomic_store_explicit(&k->stop, true, memory_order_relaxed);
	while (write(k->order_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	pthread_join(k->thread, NULL);
}
