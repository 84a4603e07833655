/* SPDX-License-Identifier: BSD-3-Clause */
/* The generations of an appliance: the first one, those of reloads, and those that a worker may
 * still use. */

#include "control/appliance_priv.h"

#include <errno.h>

#include "config/carry.h"
#include "config/check.h"
#include "config/edition.h"
#include "control/nat_log.h"
#include "nat/layout.h"
#include "tap/probes.h"

static bool
owns(const void *gen, const struct nat_place *p)
{
	const union address a = address_v4(p->address);

	return generation_owns(gen, &a, address_space(4, p->domain));
}

/* Computes the pools beside those of the running generation: what mappings hold stays. */
static int
lay_out_pools(
	struct appliance *a, const struct config *cfg, struct generation *gen, struct err *err)
{
	const struct nat *user[EAL_WORKERS_MAX];
	struct nat_layout_setup setup = {
		.specs = gen->pools,
		.n_specs = gen->n_pools,
		.before = a->gen != gen ? a->gen->nat : NULL,
		.user = user,
		.n_users = a->workers != NULL ? workers_count(a->workers) : 0,
		.settled = a->n_retired == 0,
	};
	int rc;

	for (unsigned i = 0; i < setup.n_users; i++)
		user[i] = fastpath_nat(workers_at(a->workers, i)->fp);
	rc = nat_layout_create(&setup, &gen->nat);
	if (rc == -ENOSPC)
		return err_add(err, ENOSPC, cfg_loc(&cfg->head, &cfg->policy.nat),
			"nat: sessions still use too many "
			"pools or addresses that have been taken out of the configuration");
	if (rc < 0)
		return err_set(err, ENOMEM, "out of memory");
	nat_layout_end(gen->nat, owns, gen);
	for (unsigned i = 0; i < gen->n_public; i++) {
		struct public_address *p = &gen->public[i];

		p->place = (uint16_t)nat_layout_find(gen->nat, p->address);
	}
	return 0;
}

/* What a generation of cfg is built from; slot: of each port of cfg. */
static struct generation_setup
setup_of(struct appliance *a, const struct config *cfg, const uint16_t *slot)
{
	return (struct generation_setup){
		.cfg = cfg,
		.added = a->added,
		.n_added = a->n_added,
		.port_index = slot,
		.names = &a->names,
		.running = a->gen,
		.workers = a->n_workers,
	};
}

int
finish_generation(struct appliance *a, const struct config *cfg, struct generation *gen,
	const struct rte_ether_addr mac[], struct err *err)
{
	struct generation_setup setup = setup_of(a, cfg, NULL);
	int rc;

	gather_generation(a, cfg, gen);
	rc = generation_finish(gen, mac, err);

	if (rc == 0)
		rc = lay_out_pools(a, cfg, gen, err);
	if (setup.running == gen)
		setup.running = NULL; /* the first */
	if (rc == 0)
		edition_give(gen, &setup);
	return rc;
}

/* Says what workers tell of flows and mappings: offline there is no collector. */
static void
set_export(const struct appliance *a, const struct config *cfg, struct flow_export *out)
{
	const struct telemetry_cfg *t = &cfg->telemetry;
	bool exports = !a->options.captures && t->ipfix.collector.address.family != 0;
	bool file = a->options.captures || t->nat_log.file.resolved != NULL;

	*out = (struct flow_export){
		.active_ns = exports ? t->ipfix.active_timeout_ns : 0,
		.nat_events = t->ipfix.nat_events,
		.nat_logs = (uint8_t)((file ? 1u << NAT_LOG_FILE : 0)
			| (exports ? 1u << NAT_LOG_EXPORT : 0)),
	};
}

struct generation *
begin_generation(
	struct appliance *a, const struct config *cfg, const uint16_t *slot, struct err *err)
{
	const struct generation_setup setup = setup_of(a, cfg, slot);
	unsigned before = err_count(err);
	struct generation *gen = generation_begin(&setup, err);

	if (err_count(err) == before) {
		set_export(a, cfg, &gen->flow_export);
		gen->keeps = a->keeps;
		return gen;
	}
	generation_discard(gen);
	return NULL;
}

void
appliance_let_go(struct appliance *a)
{
	unsigned kept = 0, who;
	uint64_t oldest = workers_oldest(a->workers, &who);

	for (unsigned i = 0; i < a->n_retired; i++) {
		struct generation *next = i + 1 < a->n_retired ? a->retired[i + 1] : a->gen;

		if (a->retired[i]->number < oldest) {
			carry_hits(a->retired[i], next);
			generation_discard(a->retired[i]);
		} else {
			a->retired[kept++] = a->retired[i];
		}
	}
	a->n_retired = kept;
}

/* Refuses a reload if too many generations wait for a worker that stands still. */
static int
check_retired(struct appliance *a, struct err *err)
{
	unsigned who = 0;
	uint64_t oldest = workers_oldest(a->workers, &who);

	appliance_let_go(a);
	if (a->n_retired < APPLIANCE_RETIRED)
		return 0;
	return err_set(err, EBUSY,
		"worker %u stands still with generation %llu, and %u later ones "
		"wait for it already",
		who, (unsigned long long)oldest, a->n_retired);
}

void
appliance_keep_sessions(struct appliance *a, bool keep)
{
	a->keeps = keep;
}

bool
appliance_tries_tests(const struct appliance *a)
{
	return a->options.tests;
}

/* Makes the checks of `weir check` on a generation that is finished and not published: rules never
 * reached, failing tests.  Returns false after an error for each of those. */
static bool
try_tests(const struct config *cfg, const struct generation *gen, struct err *err)
{
	unsigned failed = 0;

	shadows_check(cfg, generation_builder(gen), false, err);
	cfg_each(test, &cfg->tests)
		failed += test->steps.count == 0 && !trial_run(test, gen, NULL, err);
	return failed == 0;
}

/* Builds a whole generation from cfg, ready to be published, or returns NULL after an error. */
static struct generation *
make_generation(struct appliance *a, const struct config *cfg, const struct port_plan *plan,
	bool tests, struct err *err)
{
	struct generation *gen = begin_generation(a, cfg, plan->slot, err);

	if (gen == NULL)
		return NULL;
	if (finish_generation(a, cfg, gen, plan->mac, err) < 0
		|| (tests && !try_tests(cfg, gen, err)))
		goto fail;
	if (carry_counters(a->gen, gen, workers_uncounted(a->workers)) < 0
		|| workers_make_room(a->workers, gen) < 0) {
		err_set(err, ENOMEM, "out of memory");
		goto fail;
	}
	return gen;

fail:
	generation_discard(gen);
	return NULL;
}

static void
publish(struct appliance *a, struct generation *gen, const struct port_plan *plan)
{
	bool moves = false;

	for (unsigned i = 0; i < plan->n; i++)
		moves |= plan->step[i] != PORT_STAYS;
	if (moves) { /* first the queues to send by, then what may send by them */
		workers_check_steering(a->workers);
		workers_take_ports(a->workers);
	}
	a->retired[a->n_retired++] = a->gen;
	a->gen = gen;
	appliance_follow_time(a);
	generation_give_number(gen);
	PROBE_RELOAD(gen->number);
	workers_publish(a->workers, gen);
	generation_names_commit(&a->names);
	appliance_let_go(a);
}

int
appliance_check(struct appliance *a, const struct config *cfg, struct err *err)
{
	struct port_plan plan;

	if (config_check_reload(a->started, cfg, err) < 0)
		return -EINVAL;
	return plan_make(a, cfg, &plan, err);
}

/* Builds everything that cfg needs, devices included: *gen is ready to be published.  No return
 * value decides but the list of errors: no failure is silent, and a generation with errors is never
 * published. */
static bool
prepare(struct appliance *a, struct config *cfg, struct port_plan *plan, struct generation **gen,
	bool returns, struct err *err)
{
	unsigned before = err_count(err);
	bool tests = a->options.tests && !returns;

	if (check_retired(a, err) == 0 && config_check_reload(a->started, cfg, err) == 0
		&& plan_make(a, cfg, plan, err) == 0 && plan_open(a, plan, returns, err) == 0)
		*gen = make_generation(a, cfg, plan, tests, err);
	if (*gen == NULL && err_count(err) == before)
		err_set(err, EFAULT,
			"the configuration was not built, without a reason; this is a bug of Weir");
	return err_count(err) == before;
}

static int
take(struct appliance *a, struct config *cfg, bool returns, struct err *err)
{
	struct logs logs = { 0 };
	struct generation *gen = NULL;
	struct port_plan plan = { .n = 0 };

	if (!prepare(a, cfg, &plan, &gen, returns, err) || logs_open(a, cfg, gen, &logs, err) < 0
		|| hosts_open(a, cfg, gen, err) < 0 || plan_reopen(a, &plan, returns, err) < 0) {
		hosts_undo(a);
		plan_undo(a, &plan);
		generation_discard(gen);
		logs_close(&logs);
		return -EINVAL;
	}
	publish(a, gen, &plan);
	plan_settle(a, &plan);
	if (a->cfg != a->started)
		config_free(a->cfg);
	a->cfg = cfg;
	logs_take(a, &logs);
	ports_take_vlans(&a->ports, plan.row, plan.n);
	hosts_take(a);
	return 0;
}

int
appliance_renew(struct appliance *a, struct err *err)
{
	struct port_plan plan = { .n = 0 };
	struct generation *gen = NULL;
	struct logs logs = { 0 };

	if (check_retired(a, err) < 0 || plan_make(a, a->cfg, &plan, err) < 0)
		return -EBUSY;
	if (plan.closes != 0)
		return err_set(err, EBUSY, "a port is being opened again");
	gen = make_generation(a, a->cfg, &plan, false, err);
	if (gen == NULL || logs_open(a, a->cfg, gen, &logs, err) < 0) {
		generation_discard(gen);
		return -EINVAL;
	}
	publish(a, gen, &plan);
	logs_take(a, &logs);
	return 0;
}

int
appliance_reload(struct appliance *a, struct config *cfg, struct err *err)
{
	return take(a, cfg, false, err);
}

int
appliance_return(struct appliance *a, struct config *cfg, struct err *err)
{
	return take(a, cfg, true, err);
}
