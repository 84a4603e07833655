/* SPDX-License-Identifier: BSD-3-Clause */
/* The listener of the kernel's routes, as the control thread runs it. */

#include "control/kernel_side.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "control/appliance.h"
#include "kernel/kernel.h"

struct kernel_side {
	struct appliance *appliance;
	struct kernel_routes *routes; /* NULL: no generation has asked for any so far */
	uint64_t generation;          /* that it follows */
	atomic_uint_fast64_t ticks;   /* control: write, listener: read */
	bool failed;
	int why; /* errno of that */
};

/* Notes how far each reader is: the workers by their loops, control by its ticks. */
static void
note(void *arg, uint64_t steps[LIVE_READERS])
{
	struct kernel_side *s = arg;
	struct workers *ws = appliance_workers(s->appliance);
	unsigned n = workers_count(ws);

	for (unsigned i = 0; i < n && i < LIVE_READERS - 1; i++)
		/* Pairs with the release in worker_step. */
		steps[i] = atomic_load_explicit(&workers_at(ws, i)->loops, memory_order_acquire);
	steps[LIVE_READERS - 1] = atomic_load_explicit(&s->ticks, memory_order_acquire);
}

static bool
passed(void *arg, const uint64_t steps[LIVE_READERS])
{
	struct kernel_side *s = arg;
	uint64_t now[LIVE_READERS] = { 0 };
	struct workers *ws = appliance_workers(s->appliance);
	unsigned n = workers_count(ws);

	note(arg, now);
	for (unsigned i = 0; i < n && i < LIVE_READERS - 1; i++)
		if (now[i] < steps[i] + 2
			&& !atomic_load_explicit(&workers_at(ws, i)->ended, memory_order_acquire))
			return false;
	return now[LIVE_READERS - 1] > steps[LIVE_READERS - 1];
}

struct kernel_side *
kernel_side_create(struct appliance *a)
{
	struct kernel_side *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->appliance = a;
	return s;
}

void
kernel_side_destroy(struct kernel_side *s)
{
	if (s == NULL)
		return;
	kernel_routes_destroy(s->routes);
	free(s);
}

struct kernel_routes *
kernel_side_routes(const struct kernel_side *s)
{
	return s != NULL ? s->routes : NULL;
}

/* On the host thread, if there is one: the listener is a child of it and stands in its network
 * namespace, that of the taps. */
static void
create_routes(void *arg)
{
	struct kernel_side *s = arg;
	const struct live_grace grace = { note, passed, s };

	s->routes = kernel_routes_create(&grace);
	s->why = errno;
}

static void
begin(struct kernel_side *s)
{
	s->why = ETIMEDOUT;
	appliance_run_on_host(s->appliance, create_routes, s);
	s->failed = s->routes == NULL;
	if (s->failed)
		log_error("routes: the kernel's routes cannot be followed: %s", strerror(s->why));
}

static void
follow(struct kernel_side *s, const struct generation *gen)
{
	struct kernel_table tables[KERNEL_TABLES];
	struct kernel_iface *ifaces = calloc(gen->n_ifaces + 1, sizeof(*ifaces));
	unsigned n = 0, n_tables = 0;

	for (unsigned i = 0; ifaces != NULL && i < gen->n_ifaces; i++) {
		const struct interface *iface = gen->iface[i];
		const char *name = iface == NULL ? NULL
			: iface->host != NULL    ? iface->host
						 : iface->name;

		if (name == NULL || strlen(name) >= IF_NAMESIZE)
			continue;
		strcpy(ifaces[n].name, name);
		ifaces[n++].id = iface->id;
	}
	for (unsigned i = 0; i < gen->n_live && i < KERNEL_TABLES; i++)
		tables[n_tables++] = (struct kernel_table){ gen->live[i].number,
			gen->live[i].live };
	if (ifaces != NULL)
		kernel_routes_follow(s->routes, tables, n_tables, ifaces, n);
	free(ifaces);
}

void
kernel_side_tick(struct kernel_side *s)
{
	const struct generation *gen = appliance_generation(s->appliance);

	/* Pairs with the acquire in note. */
	atomic_fetch_add_explicit(&s->ticks, 1, memory_order_release);
	if (gen->number == s->generation)
		return;
	s->generation = gen->number;
	if (s->routes == NULL && gen->n_live != 0 && !s->failed)
		begin(s);
	if (s->routes != NULL)
		follow(s, gen);
}
