/* SPDX-License-Identifier: BSD-3-Clause */
/* Section zones: its rows and checks, and the zones of a generation. */

#include "config/zones.h"

#include <string.h>

#include "config/config_priv.h"

static const struct cfg_field zone_fields[] = {
	{ "interfaces", CFG_REF | CFG_LIST, NULL, offsetof(struct zone_cfg, interfaces),
		"The zone's interfaces.", .refers = "interfaces", .kind = "interface" },
	CFG_END,
};

const struct cfg_table zone_table = {
	"zone",
	CFG_SIZEOF(struct zone_cfg),
	zone_fields,
	"Interfaces by any of which a session's packets may arrive, such as two uplinks.",
	.bare = "interfaces",
};

/* Returns the zone that has the interface before the given place, or NULL. */
static const struct zone_cfg *
zone_before(const struct config *cfg, const char *const *place)
{
	cfg_each(zone, &cfg->zones) {
		cfg_each(name, &zone->interfaces) {
			if (name == place)
				return NULL;
			if (*name != NULL && strcmp(*name, *place) == 0)
				return zone;
		}
	}
	return NULL;
}

void
zones_check(const struct config *cfg, struct err *err)
{
	cfg_each(zone, &cfg->zones) {
		if (zone->head.name == NULL)
			continue; /* already reported */
		if (cfg_find(&cfg->interfaces, zone->head.name) != NULL)
			cfg_error(err, &zone->head, NULL, "an interface has this name");
		if (zone->interfaces.count == 0)
			cfg_error(err, &zone->head, &zone->interfaces, "the zone has no interface");
		cfg_each(name, &zone->interfaces) {
			const struct zone_cfg *other = *name != NULL
				? zone_before(cfg, (const char *const *)name)
				: NULL;

			if (other != NULL)
				cfg_error(err, &zone->head, name, "%s is in zone %s already", *name,
					other->head.name);
		}
	}
}

static uint16_t
id_of(const struct generation *gen, const char *name)
{
	for (unsigned i = 0; name != NULL && i < gen->n_ifaces; i++)
		if (gen->iface[i] != NULL && strcmp(gen->iface[i]->name, name) == 0)
			return (uint16_t)i;
	return 0;
}

static uint16_t
zone_number(const struct zones *z, const char *name)
{
	for (unsigned i = 0; name != NULL && i < z->n; i++)
		if (strcmp(z->zone[i].name, name) == 0)
			return (uint16_t)(i + 1);
	return ZONE_NONE;
}

/* Keeps interfaces of the previous generation that this one lacks in their zones. */
static void
keep_gone(struct zones *z, const struct generation *gen, const struct generation *before)
{
	for (uint16_t i = 1; before != NULL && i < LEDGER_IFACES; i++) {
		bool was = before->iface[i] != NULL || before->zones.of[i] != ZONE_OWN;

		if (!was || gen->iface[i] != NULL)
			continue;
		z->of[i] = zone_number(z, zones_name(&before->zones, i));
		z->any_gone |= z->of[i] == ZONE_NONE;
	}
}

bool
zones_fill(struct generation *gen, const struct config *cfg, const struct generation *before,
	struct arena *arena)
{
	struct zone *zone = arena_alloc(arena, (cfg->zones.count + 1) * sizeof(*zone));

	if (zone == NULL)
		return false;
	gen->zones.zone = zone;
	cfg_each(row, &cfg->zones) {
		uint16_t *ids = arena_alloc(arena, (row->interfaces.count + 1) * sizeof(*ids));

		if (row->head.name == NULL)
			continue;
		zone->name = arena_text(arena, row->head.name, strlen(row->head.name));
		if (zone->name == NULL || ids == NULL)
			return false;
		zone->iface = ids;
		cfg_each(name, &row->interfaces) {
			uint16_t id = id_of(gen, *name);

			if (id == 0)
				continue;
			ids[zone->n++] = id;
			gen->zones.of[id] = (uint16_t)(gen->zones.n + 1);
		}
		zone++;
		gen->zones.n++;
	}
	keep_gone(&gen->zones, gen, before);
	return true;
}
