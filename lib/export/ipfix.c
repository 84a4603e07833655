/* SPDX-License-Identifier: BSD-3-Clause */
/* The exporter's thread, and what the control thread tells it. */

#include "export/ipfix.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/eventfd.h>
#include <sys/resource.h>

#include "base/log.h"
#include "base/monotonic.h"
#include "base/text.h"
#include "control/confine.h"
#include "export/ipfix_priv.h"
#include "nat/layout.h"

#define NICENESS 5 /* of the thread, which may share a core */

/* --- the thread --- */

static bool
same_way(const struct ipfix_cfg *a, const struct ipfix_cfg *b)
{
	return a->collector.port == b->collector.port && a->protocol == b->protocol
		&& ip_address_equal(&a->collector.address, &b->collector.address)
		&& ip_address_equal(&a->source, &b->source);
}

/* Takes new settings, if there are any.  To another collector goes what the old one has not got. */
static void
take_settings(struct ipfix *x)
{
	struct ipfix_settings *next;

	pthread_mutex_lock(&x->lock);
	next = x->next;
	x->next = NULL;
	pthread_mutex_unlock(&x->lock);
	if (next == NULL)
		return;
	if (x->now != NULL && same_way(&x->now->cfg, &next->cfg)) {
		x->collector.templates_due |= x->collector.cfg.domain != next->cfg.domain;
		x->collector.cfg = next->cfg;
	} else {
		ipfix_queue_flush(x->queue);
		collector_close(&x->collector, x->queue);
		collector_init(&x->collector, &next->cfg);
	}
	free(x->now);
	x->now = next;
	x->next_name = 0;
}

static void
show(struct ipfix *x)
{
	const struct collector *c = &x->collector;
	struct ipfix_reliability lost = { 0 };
	struct cfg_endpoint to = c->cfg.collector;
	struct exporter_figures f = {
		.state = c->state,
		.protocol = c->cfg.protocol == IPFIX_TCP ? "tcp" : "udp",
		.domain = c->cfg.domain,
		.records = x->records,
		.messages = c->messages,
		.bytes = c->bytes,
		.waiting = ipfix_waiting(x),
		.errors = c->errors,
		.connects = c->connects,
	};

	to.port = to.port != 0 ? to.port : IPFIX_PORT;
	value_endpoint_text(&to, f.collector);
	if (c->error != 0)
		snprintf(f.error, sizeof(f.error), "%s", strerror(c->error));
	for (unsigned i = 0; i < x->queue->kept; i++)
		f.waiting += ipfix_queue_at(x->queue, i)->records;
	ipfix_lost(x, &lost);
	f.lost = lost.lost_records;
	f.lost_packets = lost.lost_packets;
	f.lost_bytes = lost.lost_bytes;
	pthread_mutex_lock(&x->lock);
	x->shown = f;
	pthread_mutex_unlock(&x->lock);
}

/* Waits until there may be something to do. */
static void
wait(struct ipfix *x)
{
	struct pollfd p[2] = {
		{ .fd = x->wake, .events = POLLIN },
		{ .fd = x->collector.fd, .events = collector_events(&x->collector, x->queue) },
	};
	uint64_t n;

	if (poll(p, 2, IPFIX_POLL_MS) > 0 && (p[0].revents & POLLIN))
		(void)!read(x->wake, &n, sizeof(n));
}

/* Makes and sends what there is.  Returns false if nothing is left to do now. */
static bool
step(struct ipfix *x, bool all)
{
	uint64_t now = monotonic_ms();
	unsigned n;

	collector_follow(&x->collector, x->queue, now);
	if (collector_takes_options(&x->collector)) {
		x->next_name = 0;
		x->figures_due = true;
	}
	if (now - x->options_ms >= IPFIX_OPTIONS_MS) {
		x->options_ms = now;
		x->figures_due = true;
	}
	n = ipfix_drain(x, now);
	if (ipfix_queue_has_begun(x->queue) && (all || now - x->queue->since_ms >= IPFIX_FLUSH_MS))
		ipfix_queue_flush(x->queue);
	collector_send(&x->collector, x->queue, now, (uint32_t)time(NULL));
	return n != 0;
}

static bool
is_empty(const struct ipfix *x)
{
	return ipfix_waiting(x) == 0 && x->queue->kept == 0 && !ipfix_queue_has_begun(x->queue);
}

static void *
run(void *arg)
{
	struct ipfix *x = arg;
	uint64_t until, shown = 0;

	setpriority(PRIO_PROCESS, 0, NICENESS);
	/* Pairs with the release in ipfix_end. */
	while (!atomic_load_explicit(&x->stop, memory_order_acquire)) {
		take_settings(x);
		if (!step(x, false))
			wait(x);
		if (monotonic_ms() - shown >= 50) {
			shown = monotonic_ms();
			show(x);
		}
	}
	until = monotonic_ms() + IPFIX_STOP_MS;
	x->figures_due = true;
	do {
		if (!step(x, true))
			wait(x);
	} while (!is_empty(x) && monotonic_ms() < until);
	show(x);
	if (!is_empty(x))
		log_warning("IPFIX: the collector did not take the last records");
	collector_close(&x->collector, x->queue);
	atomic_store_explicit(&x->ended, true, memory_order_release);
	return NULL;
}

/* --- the control thread --- */

static void
add_name(struct ipfix_settings *s, uint16_t set, uint32_t number, const char *name)
{
	struct ipfix_name *n = &s->name[s->n_names++];

	n->set = set;
	n->number = number;
	text_clean(n->name, sizeof(n->name), name);
}

static struct ipfix_settings *
settings_of(struct appliance *a)
{
	const struct generation *gen = appliance_generation(a);
	size_t most = gen->n_ifaces + gen->n_domains + (gen->nat != NULL ? gen->nat->n_slots : 0);
	struct ipfix_settings *s = calloc(1, sizeof(*s) + most * sizeof(s->name[0]));

	if (s == NULL)
		return NULL;
	s->cfg = appliance_config(a)->telemetry.ipfix;
	for (unsigned i = 0; i < gen->n_ifaces; i++)
		if (gen->iface[i] != NULL)
			add_name(s, IPFIX_INTERFACE, i, gen->iface[i]->name);
	for (unsigned i = 0; gen->n_domains > 1 && i < gen->n_domains; i++)
		if (i == DOMAIN_MAIN || gen->domain_name[i] != NULL)
			add_name(s, IPFIX_DOMAIN, i, generation_domain_name(gen, i));
	for (unsigned i = 0; gen->nat != NULL && i < gen->nat->n_slots; i++)
		add_name(s, IPFIX_POOL, gen->nat->slot[i], gen->nat->pool[gen->nat->slot[i]].name);
	return s;
}

static void
wake(struct ipfix *x)
{
	const uint64_t one = 1;

	(void)!write(x->wake, &one, sizeof(one));
}

void
ipfix_follow(struct ipfix *x, struct appliance *a)
{
	struct ipfix_settings *s = settings_of(a), *before;

	if (s == NULL)
		return;
	pthread_mutex_lock(&x->lock);
	before = x->next;
	x->next = s;
	pthread_mutex_unlock(&x->lock);
	free(before);
	wake(x);
}

void
ipfix_tick(struct ipfix *x, struct appliance *a)
{
	atomic_store_explicit(&x->wall_ns, appliance_wall_ns(a), memory_order_relaxed);
}

static void
find_sources(struct ipfix *x, struct appliance *a)
{
	struct workers *ws = appliance_workers(a);

	x->n_sources = workers_count(ws);
	for (unsigned i = 0; i < x->n_sources; i++) {
		struct ipfix_source *s = &x->source[i];

		s->flows = fastpath_reports(workers_at(ws, i)->fp);
		s->nat = nat_log_for(fastpath_nat(workers_at(ws, i)->fp), NAT_LOG_EXPORT);
		s->lost_flows = s->flows != NULL ? s->flows->lost : 0;
		s->lost_nat = s->nat != NULL ? nat_log_lost(s->nat) : 0;
	}
}

static void
ipfix_free(struct ipfix *x)
{
	if (x->wake >= 0)
		close(x->wake);
	ipfix_queue_destroy(x->queue);
	pthread_mutex_destroy(&x->lock);
	free(x->next);
	free(x->now);
	free(x);
}

/* Signals are the control thread's. */
static int
start_thread(struct ipfix *x)
{
	sigset_t all, old;
	int rc;

	sigfillset(&all);
	sigdelset(&all, CONFINE_SIGNAL);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&x->thread, NULL, run, x);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc == 0)
		pthread_setname_np(x->thread, "weir-ipfix");
	return rc;
}

struct ipfix *
ipfix_start(struct appliance *a, struct err *err)
{
	struct ipfix *x = calloc(1, sizeof(*x));
	int rc = ENOMEM;

	if (x != NULL) {
		x->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		pthread_mutex_init(&x->lock, NULL);
		x->queue = ipfix_queue_create();
		x->next = settings_of(a);
		x->collector.fd = -1;
		find_sources(x, a);
		ipfix_tick(x, a);
	}
	if (x != NULL && x->wake >= 0 && x->queue != NULL && x->next != NULL) {
		take_settings(x);
		rc = start_thread(x);
	}
	if (rc == 0)
		return x;
	if (x != NULL)
		ipfix_free(x);
	err_set(err, rc, "telemetry.ipfix: no thread: %s", strerror(rc));
	return NULL;
}

void
ipfix_end(struct ipfix *x)
{
	/* Pairs with the acquire in run. */
	atomic_store_explicit(&x->stop, true, memory_order_release);
	wake(x);
}

bool
ipfix_is_ending(const struct ipfix *x)
{
	return atomic_load_explicit(&x->stop, memory_order_relaxed);
}

bool
ipfix_has_ended(const struct ipfix *x)
{
	/* Pairs with the release in run. */
	return atomic_load_explicit(&x->ended, memory_order_acquire);
}

void
ipfix_stop(struct ipfix *x)
{
	if (x == NULL)
		return;
	ipfix_end(x);
	pthread_join(x->thread, NULL);
	ipfix_free(x);
}

void
ipfix_figures(struct ipfix *x, struct exporter_figures *out)
{
	pthread_mutex_lock(&x->lock);
	*out = x->shown;
	pthread_mutex_unlock(&x->lock);
}
