/* SPDX-License-Identifier: BSD-3-Clause */
/* Starts and ends everything, in an order that makes undoing simple. */

#include "control/appliance_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>

#include "base/memory.h"
#include "base/monotonic.h"
#include "base/random.h"
#include "control/events.h"
#include "control/nat_log.h"
#include "control/set_keeper.h"
#include "io/host_memory.h"
#include "io/steer.h"
#include "hostif/exchange.h"

enum {
	HOLDERS_MBUFS = 4096, /* of a worker: packets that wait for neighbours and
			       * first fragments */
	TABLES_MIB = 64,      /* what DPDK itself needs, at least */
	RULE_KIB = 16,        /* and for each rule, twice because of reloads */
	POPULATE_MIB = 2, /* in one call: a huge page; under a hypervisor that takes milliseconds */
};

static struct {
	bool started;
	unsigned workers;
} eal;

static unsigned
count_rules(const struct config *cfg)
{
	unsigned n = 0;

	cfg_each(acl, &cfg->policy.acls)
		n += acl->rules.count;
	return n;
}

static struct pool_cfg
pool_wanted(const struct appliance *a)
{
	const struct system_cfg *sys = &a->cfg->system;

	return (struct pool_cfg){
		.loc = cfg_loc(&sys->memory.head, &sys->memory.mbufs),
		.mbufs = a->options.stepped ? 0 : sys->memory.mbufs,
		.burst = a->options.burst,
		.holders = HOLDERS_MBUFS + EXCHANGE_MBUFS,
		.ring = steer_ring_frames(a->n_workers),
		.lazy = a->options.lazy_buffers,
	};
}

size_t
appliance_dpdk_bytes(const struct appliance_need *need, uint64_t *mbuf_bytes)
{
	struct pool_cfg pools = {
		.mbufs = need->mbufs,
		.burst = need->burst,
		.holders = HOLDERS_MBUFS + EXCHANGE_MBUFS,
		.ring = steer_ring_frames(need->workers),
	};
	size_t bytes = pool_estimate_bytes(&pools, need->ports, need->n_ports, need->workers);

	if (mbuf_bytes != NULL)
		*mbuf_bytes = bytes;
	return bytes + ((size_t)TABLES_MIB << 20) + ((size_t)need->rules * 2 * RULE_KIB << 10);
}

static int
start_eal(struct appliance *a, struct err *err)
{
	const struct system_cfg *sys = &a->cfg->system;
	struct appliance_need need = {
		.ports = a->port_cfg,
		.n_ports = a->n_ports,
		.workers = a->n_workers,
		.burst = a->options.burst,
		.mbufs = pool_wanted(a).mbufs,
		.rules = count_rules(a->cfg),
	};
	uint64_t mbuf_bytes;
	size_t memory_bytes = appliance_dpdk_bytes(&need, &mbuf_bytes);
	struct eal_cfg cfg = {
		.loc = sys->head.loc,
		.control = {
			.core = a->options.stepped ? a->core[0].core : sys->control,
			.loc = cfg_loc(&sys->head, &sys->control),
		},
		.workers = a->core, .worker_count = a->n_workers,
		.hugepages = a->options.captures ? EAL_HUGEPAGES_NO : sys->memory.hugepages,
		.hugepages_loc = cfg_loc(&sys->memory.head, &sys->memory.hugepages),
		.memory_loc = sys->memory.mbufs != 0
			? cfg_loc(&sys->memory.head, &sys->memory.mbufs) : sys->head.loc,
		.memory_bytes = memory_bytes,
		.spare_bytes = pool_spare_bytes(mbuf_bytes),
		.unbound = a->options.stepped,
		.verbose = a->options.verbose,
		.extra = (const char *const *)sys->eal.items,
		.extra_count = a->options.stepped ? 0 : sys->eal.count,
		.extra_loc = cfg_loc(&sys->head, &sys->eal),
	};
	int rc;

	if (eal.started && a->n_workers > eal.workers)
		return err_add(err, EINVAL, cfg_loc(&sys->head, &sys->workers),
			"system.workers: %u after a start with %u", a->n_workers, eal.workers);
	if (eal.started)
		return 0;
	ports_eal_needs(a->port_cfg, a->n_ports, &cfg);
	rc = eal_init(&cfg, err);
	eal.started = rc == 0;
	eal.workers = a->n_workers;
	return rc;
}

static int
open_ports(struct appliance *a, struct err *err)
{
	struct pool_cfg pools = pool_wanted(a);
	int rc = ports_open(&a->ports, a->port_cfg, a->n_ports, a->n_workers, err);

	if (rc < 0)
		return rc;
	a->ports_open = true;
	rc = pools_create(&a->pools, &pools, &a->ports, err);
	if (rc < 0)
		return rc;
	a->pools_made = true;
	return 0;
}

static struct clock
make_clock(const struct appliance *a)
{
	struct clock clock;

	if (a->options.virtual_time)
		clock_init_virtual(&clock, APPLIANCE_TIME_ZERO_NS);
	else
		clock_init_tsc(&clock, rte_get_tsc_hz(), APPLIANCE_TIME_ZERO_NS);
	return clock;
}

static int
make_workers(struct appliance *a, struct err *err)
{
	struct workers_setup setup = {
		.count = a->n_workers,
		.burst = a->options.burst,
		.in_order = a->options.in_order,
		.flows = a->cfg->system.flows,
		.gate_bytes = a->cfg->system.memory.openings,
		.idle = a->cfg->system.idle,
		.ports = &a->ports,
		.pools = &a->pools,
		.loc = cfg_loc(&a->cfg->system.head, &a->cfg->system.flows),
	};

	a->clock = setup.clock = make_clock(a);
	a->workers = workers_create(&setup, err);
	return a->workers == NULL ? -ENOMEM : 0;
}

static int
run_workers(struct appliance *a, struct err *err)
{
	int rc = ports_start(&a->ports, &a->pools, err);

	if (rc < 0)
		return rc;
	if (workers_make_room(a->workers, a->gen) < 0)
		return err_set(err, ENOMEM, "out of memory");
	generation_give_number(a->gen);
	workers_publish(a->workers, a->gen);
	generation_names_commit(&a->names);
	a->running = true;
	a->started_ns = monotonic_ns();
	return a->options.stepped ? 0 : workers_start(a->workers, err);
}

/* Chooses the workers' cores; if a test asks for more workers than cores, they share them.  Stepped
 * workers run on the caller's core: the cores of the file need not exist here, and `auto` must not
 * depend on this host. */
static void
choose_cores(struct appliance *a)
{
	const struct system_cfg *sys = &a->cfg->system;
	unsigned n = config_workers(a->cfg, a->core), core;

	if (a->options.stepped && (sys->workers.count == 0 || sys->workers.items[0] == SYSTEM_AUTO))
		n = 1;
	a->n_workers = a->options.workers != 0 ? a->options.workers : n;
	for (unsigned i = n; i < a->n_workers; i++)
		a->core[i] = a->core[i % n];
	if (!a->options.stepped || eal_cores(&core, 1) == 0)
		return;
	for (unsigned i = 0; i < a->n_workers; i++)
		a->core[i].core = core;
}

static int
start(struct appliance *a, struct err *err)
{
	struct rte_ether_addr mac[PORT_MAX];
	struct logs logs;

	choose_cores(a);
	if (a->options.burst == 0)
		a->options.burst = a->cfg->system.burst;
	if (a->options.virtual_time)
		random_use_seed(0);
	a->n_ports = appliance_port_rows(a, a->cfg, a->port_cfg);

	if (start_eal(a, err) < 0)
		return -EINVAL;
	a->gen = begin_generation(a, a->cfg, NULL, err);
	if (a->gen == NULL || open_ports(a, err) < 0)
		return -EINVAL;
	for (unsigned i = 0; i < a->ports.count; i++)
		mac[i] = a->ports.at[i].mac;
	if (finish_generation(a, a->cfg, a->gen, mac, err) < 0)
		return -EINVAL;
	if (logs_open(a, a->cfg, a->gen, &logs, err) < 0)
		return -EINVAL;
	logs_take(a, &logs);
	if (make_workers(a, err) < 0 || hosts_open(a, a->cfg, a->gen, err) < 0
		|| run_workers(a, err) < 0)
		return -EINVAL;
	hosts_take(a);
	return 0;
}

struct appliance *
appliance_start(struct config *cfg, const struct appliance_options *options, struct err *err)
{
	struct appliance *a = calloc(1, sizeof(*a));
	unsigned before = err_count(err);

	if (a == NULL) {
		config_free(cfg);
		err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	a->events = events_create();
	a->sets = set_keeper_create();
	if (a->events == NULL || a->sets == NULL) {
		set_keeper_destroy(a->sets);
		events_destroy(a->events);
		free(a);
		config_free(cfg);
		err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	a->options = *options;
	a->cfg = a->started = cfg;
	generation_names_init(&a->names);
	a->names.live = a->options.stepped ? NULL : &a->live;
	if (start(a, err) < 0 && err_count(err) == before)
		err_set(err, EFAULT, "the start failed without a reason; this is a bug of Weir");
	if (err_count(err) != before) {
		appliance_destroy(a);
		return NULL;
	}
	return a;
}

unsigned
appliance_step(struct appliance *a)
{
	return workers_step(a->workers);
}

void
appliance_set_time(struct appliance *a, uint64_t now_ns)
{
	for (unsigned i = 0; i < workers_count(a->workers); i++)
		clock_set(fastpath_clock(workers_at(a->workers, i)->fp), now_ns);
	appliance_follow_time(a);
	appliance_merge_sets(a);
}

bool
appliance_halt(struct appliance *a)
{
	bool stopped;

	if (!a->running || a->halted)
		return true;
	a->halted_ns = monotonic_ns();
	appliance_write_log(a); /* makes room for the ends of all mappings */
	stopped = workers_stop(a->workers);
	appliance_write_log(a);
	a->halted = stopped;
	if (stopped)
		hosts_close(a);
	return stopped;
}

unsigned
appliance_close(struct appliance *a)
{
	unsigned out;

	if (!a->running)
		hosts_close(a);
	if (a->ports_open && !a->closed)
		ports_close(&a->ports);
	a->closed = true;
	out = a->pools_made ? pools_in_use(&a->pools) : 0;
	return out > a->ports.kept ? out - a->ports.kept : 0;
}

void
appliance_destroy(struct appliance *a)
{
	if (a == NULL)
		return;
	if (!appliance_halt(a))
		return; /* a thread still uses it */
	appliance_close(a);
	nat_log_close(a->nat_log);
	events_destroy(a->events);
	workers_destroy(a->workers);
	generation_discard(a->gen);
	for (unsigned i = 0; i < a->n_retired; i++)
		generation_discard(a->retired[i]);
	if (a->pools_made)
		pools_destroy(&a->pools);
	generation_names_fini(&a->names);
	live_tables_fini(&a->live);
	if (a->cfg != a->started)
		config_free(a->cfg);
	config_free(a->started);
	set_keeper_destroy(a->sets);
	free(a);
}

void
appliance_leave(void)
{
	if (eal.started)
		eal_fini();
	eal.started = false;
}

bool
appliance_populate(const struct appliance *a)
{
	struct host_memory have;

	for (unsigned i = 0; i < a->n_workers; i++)
		if (!eal_has_hugepages() || a->core[i].core == a->cfg->system.control)
			return false;
	if (!memory_populate(0))
		return false;
	host_memory_read(&have);
	return host_memory_has(&have, POPULATE_MIB) && memory_populate((size_t)POPULATE_MIB << 20);
}

uint64_t
appliance_uptime_ns(const struct appliance *a)
{
	if (a->started_ns == 0)
		return 0;
	return (a->halted_ns != 0 ? a->halted_ns : monotonic_ns()) - a->started_ns;
}

unsigned
appliance_core(const struct appliance *a, unsigned worker)
{
	return a->core[worker].core;
}

const struct config *
appliance_config(const struct appliance *a)
{
	return a->cfg;
}

struct ports *
appliance_ports(struct appliance *a)
{
	return &a->ports;
}

const struct pools *
appliance_pools(const struct appliance *a)
{
	return &a->pools;
}

struct workers *
appliance_workers(struct appliance *a)
{
	return a->workers;
}

const struct generation *
appliance_generation(const struct appliance *a)
{
	return a->gen;
}
