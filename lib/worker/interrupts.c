/* SPDX-License-Identifier: BSD-3-Clause */
/* Sleeps until a receive queue interrupts or the doorbell rings. */

#include "worker/interrupts.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/doorbell.h"
#include "io/rx_interrupt.h"
#include "worker/worker.h"

enum {
	EVENTS = 16,
};

int
interrupts_init(struct worker *w, struct doorbell *bell)
{
	struct interrupts *it = &w->interrupts;

	it->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (it->epoll < 0)
		return -errno;
	it->bell_event.epdata.event = EPOLLIN;
	if (rte_epoll_ctl(it->epoll, EPOLL_CTL_ADD, bell->fd, &it->bell_event) < 0) {
		close(it->epoll);
		return -EIO;
	}
	it->bell = bell;
	return 0;
}

void
interrupts_fini(struct worker *w)
{
	struct interrupts *it = &w->interrupts;

	if (it->bell != NULL)
		close(it->epoll);
	it->bell = NULL;
}

static struct port *
port_of(const struct worker *w, const struct source *s)
{
	return &w->common->ports->at[s->port];
}

void
interrupts_list(struct worker *w)
{
	struct interrupts *it = &w->interrupts;

	if (it->bell == NULL)
		return;
	it->ready = !atomic_load_explicit(&it->deaf, memory_order_relaxed);
	for (unsigned i = 0; i < w->n_sources; i++) {
		struct source *s = &w->sources[i];

		s->interrupts = port_of(w, s)->interrupts
			&& rx_interrupt_add(port_of(w, s), s->queue.queue, it->epoll) == 0;
		it->ready &= s->interrupts;
	}
}

void
interrupts_unlist(struct worker *w)
{
	struct interrupts *it = &w->interrupts;

	if (it->bell == NULL)
		return;
	interrupts_end(w);
	it->ready = false;
	for (unsigned i = 0; i < w->n_sources; i++) {
		struct source *s = &w->sources[i];

		if (s->interrupts)
			rx_interrupt_remove(port_of(w, s), s->queue.queue, it->epoll);
		s->interrupts = false;
	}
}

static bool
has_backlog(const struct worker *w)
{
	for (unsigned p = 0; p < PORT_MAX; p++)
		if (w->tx_used[p] && queue_held(&w->tx[p]) != 0)
			return true;
	return false;
}

static void
disable(struct worker *w, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		rx_interrupt_disable(port_of(w, &w->sources[i]), w->sources[i].queue.queue);
}

bool
interrupts_arm(struct worker *w)
{
	struct interrupts *it = &w->interrupts;

	it->sleep_ms = fastpath_wait_ms(w->fp);
	if (!it->ready || has_backlog(w) || it->sleep_ms == 0)
		return false;
	for (unsigned i = 0; i < w->n_sources; i++) {
		if (rx_interrupt_enable(port_of(w, &w->sources[i]), w->sources[i].queue.queue) == 0)
			continue;
		/* Until the queues are listed again. */
		it->ready = false;
		disable(w, i);
		return false;
	}
	doorbell_arm(it->bell);
	it->state = INTERRUPTS_ARMED;
	return true;
}

static void
disarm(struct worker *w)
{
	doorbell_disarm(w->interrupts.bell);
	disable(w, w->n_sources);
}

bool
interrupts_wait(struct worker *w)
{
	struct interrupts *it = &w->interrupts;
	struct rte_epoll_event events[EVENTS];
	int n = rte_epoll_wait(it->epoll, events, EVENTS, (int)it->sleep_ms);

	disarm(w);
	it->packets = w->packets;
	it->state = n > 0 ? INTERRUPTS_WOKEN : INTERRUPTS_OVERSLEPT;
	return n > 0;
}

/* Counts sleeps that a packet should have ended. */
static void
judge(struct interrupts *it)
{
	it->missed = it->state == INTERRUPTS_OVERSLEPT ? it->missed + 1 : 0;
	if (it->missed < INTERRUPTS_MISSED)
		return;
	it->ready = false;
	atomic_store_explicit(&it->deaf, true, memory_order_relaxed);
}

void
interrupts_end(struct worker *w)
{
	struct interrupts *it = &w->interrupts;

	if (it->state == INTERRUPTS_ARMED)
		disarm(w);
	else if (it->state != INTERRUPTS_OFF && w->packets != it->packets)
		judge(it);
	it->state = INTERRUPTS_OFF;
}
