/* SPDX-License-Identifier: BSD-3-Clause */
/* The bridges of a generation. */

#include <errno.h>
#include <string.h>

#include <rte_ether.h>

#include "base/clock.h"
#include "base/limiter.h"
#include "config/bridges.h"
#include "policy/pipeline.h"
#include "stage/bridge.h"

/* Returns the table of stations: that of the running generation, with all it knows, if it may
 * stay. */
static struct stations *
take_macs(const struct bridge *br, uint32_t max, const struct generation *running)
{
	const struct bridge *was = running == NULL ? NULL : running->bridge[br->number];
	struct stations *stations;

	if (was != NULL && strcmp(was->name, br->name) != 0)
		was = NULL;
	if (was != NULL && stations_max(was->stations) == max)
		return stations_hold(was->stations);
	stations = stations_create(max);
	if (stations != NULL && was != NULL)
		stations_copy(stations, was->stations, &br->terms);
	return stations;
}

static uint16_t
iface_id(const struct generation *gen, const char *name)
{
	for (unsigned i = 0; name != NULL && i < gen->n_ifaces; i++)
		if (gen->iface[i] != NULL && strcmp(gen->iface[i]->name, name) == 0)
			return (uint16_t)i;
	return 0;
}

static int
fill_members(struct generation *gen, struct bridge *br, const struct bridge_cfg *cfg,
	struct arena *arena)
{
	uint16_t *member = arena_alloc(arena, (cfg->members.count + 1) * sizeof(*member));

	if (member == NULL)
		return -ENOMEM;
	cfg_each(name, &cfg->members) {
		uint16_t id = iface_id(gen, *name);

		if (id == 0 || br->n_members == BRIDGE_MEMBERS_MAX)
			continue;
		member[br->n_members++] = id;
		gen->bridge_of[id] = br->number;
	}
	br->member = member;
	br->terms.share = cfg->max / (br->n_members > 0 ? br->n_members : 1);
	br->terms.ageing_ticks = clock_tick(cfg->ageing_ns);
	return 0;
}

static struct limiter *
make_limiter(const struct cfg_rate *rate, unsigned workers)
{
	struct meter_spec spec = {
		.rate = rate->value,
		.packets = rate->unit == CFG_RATE_COUNT,
		.keys = BRIDGE_VLANS,
	};

	spec.burst = meter_spec_burst(&spec);
	return meter_spec_limiter(&spec, workers);
}

static int
fill_workers(struct generation *gen, struct bridge *br, const struct bridge_cfg *cfg,
	struct arena *arena)
{
	br->worker = arena_alloc(arena, (gen->n_workers + 1) * sizeof(*br->worker));
	if (br->worker == NULL)
		return -ENOMEM;
	for (unsigned w = 0; w < gen->n_workers; w++) {
		br->worker[w].flood = make_limiter(&cfg->flood, gen->n_workers);
		br->worker[w].broadcast = make_limiter(&cfg->broadcast, gen->n_workers);
		if (br->worker[w].flood == NULL || br->worker[w].broadcast == NULL)
			return -ENOMEM;
	}
	return 0;
}

static int
add_bridge(struct generation *gen, const struct bridges_setup *setup, const struct bridge_cfg *cfg)
{
	int number = ids_take(setup->numbers, cfg->head.name);
	struct bridge *br = arena_alloc(setup->arena, sizeof(*br));

	if (number < 0 || br == NULL)
		return number < 0 ? number : -ENOMEM;
	br->number = (uint8_t)number;
	br->port = (uint16_t)(LEDGER_PORTS - (unsigned)number);
	br->name = arena_text(setup->arena, cfg->head.name, strlen(cfg->head.name));
	if (br->name == NULL || fill_members(gen, br, cfg, setup->arena) < 0)
		return -ENOMEM;
	memcpy(br->mac, cfg->mac.bytes, sizeof(br->mac));
	gen->bridge[number] = br;
	gen->n_bridges++;
	gen->port_name[br->port] = br->name;
	gen->zones.bridge_of = gen->bridge_of;
	br->stations = take_macs(br, cfg->max, setup->running);
	if (br->stations == NULL || fill_workers(gen, br, cfg, setup->arena) < 0)
		return -ENOMEM;
	return 0;
}

int
bridges_add(struct generation *gen, const struct bridges_setup *setup, struct err *err)
{
	cfg_each(cfg, &setup->cfg->bridges) {
		int rc = cfg->head.name == NULL || cfg->members.count == 0
			? 0
			: add_bridge(gen, setup, cfg);

		if (rc == -ENOSPC)
			return cfg_error(
				err, &cfg->head, NULL, "more than %u bridges", BRIDGES_MAX);
		if (rc < 0)
			return err_set(err, ENOMEM, "out of memory");
	}
	cfg_each(iface, &setup->cfg->interfaces) {
		uint16_t id = iface_id(gen, iface->head.name);

		for (unsigned i = 1; iface->bridge != NULL && i <= BRIDGES_MAX; i++)
			if (gen->bridge[i] != NULL
				&& strcmp(gen->bridge[i]->name, iface->bridge) == 0)
				gen->bridge[i]->iface = id;
	}
	return 0;
}

static void
check_pipeline(const struct interface_cfg *row, const struct interface *iface,
	const struct bridge *br, struct err *err)
{
	bool bridges = (iface->pipeline->traits & TRAIT_BRIDGES) != 0;

	if (br == NULL && bridges)
		cfg_error(err, &row->head, &row->pipeline,
			"pipeline %s has a stage 'bridge', and %s is a member of no bridge",
			row->pipeline, row->head.name);
	if (br != NULL && !bridges)
		cfg_error(err, &row->head, &row->pipeline,
			"%s is a member of bridge %s, and its pipeline %s has no stage 'bridge'",
			row->head.name, br->name, row->pipeline);
	if (br != NULL && !bridge_leads(iface->pipeline, br->number))
		cfg_error(err, &row->head, &row->pipeline,
			"%s is a member of bridge %s, and its pipeline %s leads to another one",
			row->head.name, br->name, row->pipeline);
}

void
bridges_check_pipelines(const struct generation *gen, const struct config *cfg, struct err *err)
{
	cfg_each(row, &cfg->interfaces) {
		const struct interface *iface = gen->iface[iface_id(gen, row->head.name)];

		if (iface == NULL || iface->pipeline == NULL)
			continue;
		if (row->bridge != NULL && (iface->pipeline->traits & TRAIT_WIRE) != 0)
			cfg_error(err, &row->head, &row->pipeline,
				"%s is the own interface of a bridge: its pipeline %s has to route",
				row->head.name, row->pipeline);
		else
			check_pipeline(row, iface, gen->bridge[gen->bridge_of[iface->id]], err);
	}
}

void
bridges_finish(struct generation *gen, const struct rte_ether_addr mac[])
{
	static const uint8_t none[6];

	for (unsigned i = 1; i <= BRIDGES_MAX; i++) {
		struct bridge *br = gen->bridge[i];

		if (br != NULL && memcmp(br->mac, none, 6) == 0)
			memcpy(br->mac, mac[gen->iface[br->member[0]]->port].addr_bytes, 6);
	}
}

/* Stations of which interfaces stay. */
struct kept {
	const uint8_t *before, *now; /* bridge_of */
	uint8_t number;
};

static bool
is_kept(void *arg, uint16_t iface)
{
	const struct kept *k = arg;

	return k->before[iface] == k->number && k->now[iface] == k->number;
}

void
bridges_publish(struct generation *gen, const struct generation *running)
{
	for (uint8_t i = 1; running != NULL && i <= BRIDGES_MAX; i++) {
		struct kept kept = { running->bridge_of, gen->bridge_of, i };

		if (gen->bridge[i] != NULL && running->bridge[i] != NULL)
			stations_forget(gen->bridge[i]->stations, is_kept, &kept);
	}
}

void
bridges_discard(struct generation *gen)
{
	for (unsigned i = 1; i <= BRIDGES_MAX; i++) {
		struct bridge *br = gen->bridge[i];

		if (br == NULL)
			continue;
		stations_give(br->stations);
		for (unsigned w = 0; br->worker != NULL && w < gen->n_workers; w++) {
			limiter_destroy(br->worker[w].flood);
			limiter_destroy(br->worker[w].broadcast);
		}
	}
}
