/* SPDX-License-Identifier: BSD-3-Clause */
/* All workers together. */

#include "worker/workers.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rte_ethdev.h>
#include <rte_launch.h>

#include "base/doorbell.h"
#include "base/log.h"
#include "base/monotonic.h"
#include "base/random.h"
#include "hostif/exchange.h"
#include "io/steer.h"
#include "nat/reply.h"
#include "policy/generation.h"
#include "worker/ask.h"
#include "worker/mailbox.h"
#include "worker/stall.h"
#include "worker/strays.h"

enum {
	STOP_MS = 900,      /* longest wait for the end of a worker ... */
	STARVED_MS = 10000, /* ... that has a processor, and of one that has none */
	PORTS_MS = 50,      /* longest wait for workers to leave the queues of a port */
	POLL_NS = 20000,    /* interval of polling the workers */
};

/* What workers_watch knows of a worker. */
struct watched {
	uint64_t loops;
	uint64_t since_ms; /* it was seen at loops first */
	bool stalled;
	bool deaf;   /* its interrupts do not wake it, which was reported */
	bool behind; /* it did not adopt a generation in time, and is not
		      * waited for */
};

struct workers {
	struct worker_common common;
	struct worker *worker;
	struct watched *watched;
	unsigned made;     /* workers that worker_init made */
	unsigned launched; /* threads that run */
	struct loc loc;    /* of the setup */
};

static void
nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = POLL_NS }, NULL);
}

static void
wake_all(const struct workers *ws)
{
	for (unsigned i = 0; i < ws->launched; i++)
		worker_wake(&ws->common, i);
}

/* Creates the doorbells of workers that sleep on interrupts. */
static int
make_bells(struct worker_common *common)
{
	size_t bytes = common->count * sizeof(common->bells[0]);

	common->bells = aligned_alloc(RTE_CACHE_LINE_SIZE, bytes);
	if (common->bells == NULL)
		return -ENOMEM;
	memset(common->bells, 0, bytes);
	for (unsigned i = 0; i < common->count; i++)
		if (doorbell_init(&common->bells[i]) < 0)
			return -ENOMEM;
	return 0;
}

/* Creates rings between workers, where one has to hand packets or facts to another. */
static int
connect_workers(struct worker_common *common, uint32_t sessions)
{
	uint8_t key[STEER_KEY_BYTES];
	const uint8_t *source_key;
	unsigned reta_size;

	if (common->count == 1)
		return 0;
	common->mailbox = mailbox_create(common->count);
	common->strays = strays_create(common->count, sessions);
	if (common->mailbox == NULL || common->strays == NULL)
		return -ENOMEM;
	atomic_store_explicit(
		&common->device_steers, ports_steered(common->ports), memory_order_relaxed);
	random_bytes(key, sizeof(key));
	common->steer = steer_create(common->count, steer_ring_frames(common->count), key);
	if (common->steer == NULL)
		return -ENOMEM;
	if (common->in_order)
		steer_keep_buffers(common->steer);
	if (atomic_load_explicit(&common->device_steers, memory_order_relaxed))
		steer_by_device(common->steer, common->ports->at[0].rss_types,
			common->ports->at[0].reta_size);
	source_key = ports_by_source(common->ports, &reta_size);
	if (source_key != NULL)
		steer_by_source(common->steer, source_key, reta_size);
	return 0;
}

/* Tells every worker's NAT how replies are spread, where the hash of all devices is known. */
static void
expect_replies(struct workers *ws)
{
	struct ports *ports = ws->common.ports;
	struct nat_reply_setup setup;
	unsigned table;
	uint64_t types;

	if (ws->common.steer == NULL || !ports_spread_alike(ports, &types, &table))
		return;
	setup = (struct nat_reply_setup){
		.hash = steer_symmetric(ws->common.steer),
		.table = (uint16_t)table,
		.tcp = (types & RTE_ETH_RSS_NONFRAG_IPV4_TCP) != 0,
		.udp = (types & RTE_ETH_RSS_NONFRAG_IPV4_UDP) != 0,
	};
	for (unsigned i = 0; i < ws->made; i++)
		if (fastpath_expect_replies(ws->worker[i].fp, &setup) < 0)
			return;
	ports->foresees_replies = setup.tcp || setup.udp;
}

static int
make_workers(struct workers *ws, const struct workers_setup *setup)
{
	for (; ws->made < setup->count; ws->made++) {
		int node = eal_worker_node(ws->made);
		struct worker_setup one = {
			.common = &ws->common,
			.index = ws->made,
			.numa_node = node,
			.flows = setup->flows,
			.gate_bytes = setup->gate_bytes,
			.pool = pools_of_node(setup->pools, node),
			.clock = setup->clock,
			.idle = setup->idle,
		};
		int rc;

		/* In virtual time workers share secrets: a flow has the same hash on every
		 * worker. */
		if (setup->clock.virtual)
			random_use_seed(0);
		rc = worker_init(&ws->worker[ws->made], &one);
		if (rc < 0)
			return rc;
		fastpath_share_secrets(ws->worker[ws->made].fp, ws->worker[0].fp);
	}
	return 0;
}

struct workers *
workers_create(const struct workers_setup *setup, struct err *err)
{
	size_t bytes = RTE_ALIGN_CEIL(setup->count * sizeof(struct worker), RTE_CACHE_LINE_SIZE);
	struct workers *ws = calloc(1, sizeof(*ws));

	if (ws == NULL)
		goto fail;
	ws->loc = setup->loc;
	ws->common.count = setup->count;
	ws->common.burst = setup->burst;
	ws->common.in_order = setup->in_order;
	ws->common.ports = setup->ports;
	for (unsigned i = 0; i < setup->count; i++)
		ws->common.node[i] = eal_worker_node(i);
	ws->worker = aligned_alloc(RTE_CACHE_LINE_SIZE, bytes);
	ws->watched = calloc(setup->count, sizeof(ws->watched[0]));
	if (ws->worker == NULL || ws->watched == NULL)
		goto fail;
	if (setup->idle == IDLE_INTERRUPT && !setup->clock.virtual && make_bells(&ws->common) < 0)
		goto fail;
	if (connect_workers(&ws->common, setup->flows) < 0 || make_workers(ws, setup) < 0)
		goto fail;
	expect_replies(ws);
	return ws;

fail:
	err_add(err, ENOMEM, setup->loc, "no memory for %u workers with %" PRIu32 " flows each",
		setup->count, setup->flows);
	workers_destroy(ws);
	return NULL;
}

void
workers_destroy(struct workers *ws)
{
	if (ws == NULL)
		return;
	for (unsigned i = 0; i < ws->made; i++)
		worker_fini(&ws->worker[i]);
	steer_destroy(ws->common.steer);
	mailbox_destroy(ws->common.mailbox);
	strays_destroy(ws->common.strays);
	for (unsigned i = 0; ws->common.bells != NULL && i < ws->common.count; i++)
		doorbell_fini(&ws->common.bells[i]);
	free(ws->common.bells);
	free(ws->watched);
	free(ws->worker);
	free(ws);
}

static int
run_one(void *arg)
{
	struct worker *w = arg;
	char name[16];

	snprintf(name, sizeof(name), "weir-worker-%u", w->index);
	pthread_setname_np(pthread_self(), name);
	w->thread = pthread_self();
	atomic_store_explicit(&w->tid, gettid(), memory_order_relaxed);
	/* Pairs with the release in workers_start. */
	if (atomic_load_explicit(&w->launched, memory_order_acquire))
		worker_run(w);
	/* Pairs with the acquire in join. */
	atomic_store_explicit(&w->ended, true, memory_order_release);
	return 0;
}

/* Waits until the threads run, which must not count as a stall. */
static void
await_first_loops(struct workers *ws)
{
	uint64_t deadline_ms = monotonic_ms() + WORKERS_ADOPT_MS;

	for (unsigned i = 0; i < ws->launched; i++)
		while (atomic_load_explicit(&ws->worker[i].loops, memory_order_relaxed) == 0
			&& monotonic_ms() < deadline_ms)
			nap();
}

int
workers_start(struct workers *ws, struct err *err)
{
	stall_prepare();
	for (; ws->launched < ws->made; ws->launched++) {
		int rc;

		/* Pairs with the acquire in run_one. */
		atomic_store_explicit(
			&ws->worker[ws->launched].launched, true, memory_order_release);
		rc = rte_eal_remote_launch(
			run_one, &ws->worker[ws->launched], eal_worker_lcore(ws->launched));

		if (rc < 0)
			return err_add(err, -rc, ws->loc,
				"worker %u: its thread cannot be started: %s", ws->launched,
				strerror(-rc));
	}
	workers_links_changed(ws); /* some may be down from the beginning */
	await_first_loops(ws);
	return 0;
}

unsigned
workers_step(struct workers *ws)
{
	unsigned n = 0;

	for (unsigned i = 0; i < ws->made; i++)
		n += worker_step(&ws->worker[i]);
	return n;
}

uint64_t
workers_adopted(const struct workers *ws, unsigned i)
{
	/* Pairs with the release in worker_adopt. */
	return atomic_load_explicit(&ws->worker[i].adopted, memory_order_acquire);
}

uint64_t
workers_oldest(const struct workers *ws, unsigned *who)
{
	uint64_t oldest = UINT64_MAX;

	for (unsigned i = 0; i < ws->made; i++) {
		uint64_t number = workers_adopted(ws, i);

		if (number < oldest) {
			oldest = number;
			*who = i;
		}
	}
	return oldest;
}

/* Notes whether a worker is behind: others do not ask it for sessions meanwhile. */
static void
set_behind(struct workers *ws, unsigned i, bool behind)
{
	ws->watched[i].behind = behind;
	if (ws->common.strays != NULL)
		strays_stuck(ws->common.strays, i, behind);
}

/* Returns true if the worker adopts the generation in time.  If not, the log names it, once. */
static bool
await_adoption(struct workers *ws, unsigned i, uint64_t number, uint64_t deadline_ms)
{
	struct watched *seen = &ws->watched[i];

	while (workers_adopted(ws, i) < number) {
		if (!seen->behind && monotonic_ms() > deadline_ms) {
			log_error("worker %u does not take generation %" PRIu64
				  " and goes on with %" PRIu64,
				i, number, workers_adopted(ws, i));
			set_behind(ws, i, true);
		}
		if (seen->behind)
			return false;
		nap();
	}
	set_behind(ws, i, false);
	return true;
}

/* Waits again for workers that have adopted the newest generation after all. */
static void
forgive(struct workers *ws)
{
	const struct generation *newest = atomic_load_explicit(
		&ws->common.generation, memory_order_relaxed);

	for (unsigned i = 0; i < ws->launched; i++)
		if (workers_adopted(ws, i) >= newest->number)
			set_behind(ws, i, false);
}

int
workers_make_room(struct workers *ws, const struct generation *gen)
{
	int rc = 0;

	for (unsigned i = 0; i < ws->made && rc == 0; i++)
		rc = fastpath_make_room(ws->worker[i].fp, gen);
	return rc;
}

uint64_t
workers_uncounted(const struct workers *ws)
{
	uint64_t first = UINT64_MAX;

	for (unsigned i = 0; i < ws->made; i++)
		first = RTE_MIN(first, fastpath_uncounted(ws->worker[i].fp));
	return first;
}

/* Tells the workers by which rules a generation chooses owners, before it or its ports are used. */
static void
expect_rules(struct workers *ws, const struct generation *gen)
{
	bool steers = atomic_load_explicit(&ws->common.device_steers, memory_order_relaxed);

	if (ws->common.strays != NULL)
		strays_expect(
			ws->common.strays, generation_owners_digest(gen) + steers, gen->number);
}

int
workers_publish(struct workers *ws, const struct generation *gen)
{
	uint64_t deadline_ms = monotonic_ms() + WORKERS_ADOPT_MS;
	int rc = 0;

	forgive(ws);
	expect_rules(ws, gen);
	/* Pairs with the acquire load in take_generation. */
	atomic_store_explicit(&ws->common.generation, gen, memory_order_release);
	wake_all(ws);
	for (unsigned i = 0; ws->launched == 0 && i < ws->made; i++)
		worker_adopt(&ws->worker[i], gen);
	for (unsigned i = 0; i < ws->launched; i++)
		if (!await_adoption(ws, i, gen->number, deadline_ms))
			rc = -ETIMEDOUT;
	return rc;
}

void
workers_connect_kernel(struct workers *ws, struct exchange *x)
{
	if (x != NULL)
		exchange_wake_by(x, ws->common.bells);
	/* Pairs with the acquires in worker.c. */
	atomic_store_explicit(&ws->common.exchange, x, memory_order_release);
}

void
workers_check_steering(struct workers *ws)
{
	const struct generation *gen = atomic_load_explicit(
		&ws->common.generation, memory_order_relaxed);

	if (ports_steered(ws->common.ports))
		return;
	atomic_store_explicit(&ws->common.device_steers, false, memory_order_relaxed);
	if (gen != NULL)
		expect_rules(ws, gen);
}

bool
workers_take_ports(struct workers *ws)
{
	unsigned changes = atomic_load_explicit(&ws->common.ports_changes, memory_order_relaxed)
		+ 1;
	uint64_t deadline_ms = monotonic_ms() + PORTS_MS;

	/* Pairs with the acquire in worker_step. */
	atomic_store_explicit(&ws->common.ports_changes, changes, memory_order_release);
	wake_all(ws);
	for (unsigned i = 0; ws->launched == 0 && i < ws->made; i++)
		worker_take_ports(&ws->worker[i], changes);
	for (unsigned i = 0; i < ws->launched; i++) {
		/* Pairs with the release in worker_take_ports. */
		while (atomic_load_explicit(&ws->worker[i].ports_taken, memory_order_acquire)
			!= changes) {
			if (monotonic_ms() > deadline_ms)
				return false;
			nap();
		}
	}
	return true;
}

static bool
join(struct workers *ws)
{
	uint64_t began_ms = monotonic_ms();

	atomic_store_explicit(&ws->common.stop, true, memory_order_relaxed);
	wake_all(ws);
	for (unsigned i = 0; i < ws->launched; i++) {
		const struct worker *w = &ws->worker[i];
		uint64_t ran_ms = stall_ran_ms(&w->tid);

		/* Pairs with the release in run_one. */
		while (!atomic_load_explicit(&w->ended, memory_order_acquire)) {
			uint64_t waited_ms = monotonic_ms() - began_ms;

			if (waited_ms > STOP_MS
				&& (waited_ms > STARVED_MS
					|| !stall_starves(&w->tid, ran_ms + STOP_MS / 2))) {
				log_error("worker %u does not stop", i);
				return false;
			}
			nap();
		}
		rte_eal_wait_lcore(eal_worker_lcore(i));
	}
	ws->launched = 0;
	return true;
}

bool
workers_stop(struct workers *ws)
{
	if (!join(ws))
		return false;
	for (unsigned handed = 1; handed != 0;) {
		handed = 0;
		for (unsigned i = 0; i < ws->made; i++)
			handed += worker_drain(&ws->worker[i]);
	}
	for (unsigned i = 0; i < ws->made; i++)
		worker_stop(&ws->worker[i]);
	return true;
}

void
workers_push_hits(struct workers *ws)
{
	if (ws->launched != 0)
		return;
	for (unsigned i = 0; i < ws->made; i++)
		fastpath_push_hits(ws->worker[i].fp);
}

/* Tells when a worker has given up its interrupts. */
static void
watch_interrupts(const struct worker *w, struct watched *seen)
{
	if (seen->deaf || !atomic_load_explicit(&w->interrupts.deaf, memory_order_relaxed))
		return;
	seen->deaf = true;
	log_warning("worker %u: packets come without the receive interrupts of its ports; it "
		    "sleeps up to 50 us instead",
		w->index);
}

/* Returns true if the worker stands still. */
static bool
watch_one(struct worker *w, struct watched *seen, uint64_t now_ms)
{
	uint64_t loops = atomic_load_explicit(&w->loops, memory_order_relaxed);
	char place[512];

	if (loops != seen->loops || seen->since_ms == 0) {
		if (seen->stalled)
			log_warning("worker %u moves again after %" PRIu64 " ms", w->index,
				now_ms - seen->since_ms);
		seen->loops = loops;
		seen->since_ms = now_ms;
		seen->stalled = false;
		return false;
	}
	if (!seen->stalled && now_ms - seen->since_ms >= WORKERS_STALL_MS) {
		stall_place(w->thread, place, sizeof(place));
		log_error("worker %u has stood still for %" PRIu64 " ms%s%s", w->index,
			now_ms - seen->since_ms, place[0] != '\0' ? ", in " : "", place);
		seen->stalled = true;
	}
	return seen->stalled;
}

unsigned
workers_watch(struct workers *ws, uint64_t now_ms)
{
	unsigned n = 0;

	for (unsigned i = 0; i < ws->launched; i++) {
		watch_interrupts(&ws->worker[i], &ws->watched[i]);
		n += watch_one(&ws->worker[i], &ws->watched[i], now_ms);
	}
	return n;
}

bool
workers_ask(struct workers *ws, unsigned worker, struct ask *ask)
{
	struct worker *w = workers_at(ws, worker);

	if (atomic_load_explicit(&w->ask, memory_order_relaxed) != NULL)
		return false;
	atomic_store_explicit(&ask->done, false, memory_order_relaxed);
	/* Pairs with the acquire in worker_answer. */
	atomic_store_explicit(&w->ask, ask, memory_order_release);
	worker_wake(&ws->common, worker);
	while (ws->launched == 0 && worker_answer(w))
		;
	return true;
}

bool
workers_running(const struct workers *ws)
{
	return ws->launched != 0;
}

bool
workers_stalled(const struct workers *ws, unsigned i)
{
	return ws->watched[i].stalled;
}

unsigned
workers_count(const struct workers *ws)
{
	return ws->made;
}

struct worker *
workers_at(struct workers *ws, unsigned i)
{
	return &ws->worker[i];
}

void
workers_ledger(struct workers *ws, struct ledger_sum *sum)
{
	memset(sum, 0, sizeof(*sum));
	for (unsigned i = 0; i < ws->made; i++)
		ledger_add(sum, fastpath_ledger(ws->worker[i].fp));
}

void
workers_links_changed(struct workers *ws)
{
	/* Pairs with the acquire in worker_step. */
	atomic_fetch_add_explicit(&ws->common.links_changes, 1, memory_order_release);
	wake_all(ws);
}
