/* SPDX-License-Identifier: BSD-3-Clause */
/* Section bridges: its rows and checks, and the bridges of a generation. */

#include <string.h>

#include "base/clock.h"
#include "base/limiter.h"
#include "config/config_priv.h"

#define AGEING_MAX (24 * 3600 * NS_PER_S)

static const struct cfg_field bridge_fields[] = {
	{ "members", CFG_REF | CFG_LIST, NULL, offsetof(struct bridge_cfg, members),
		"Interfaces between which frames are forwarded by their MACs.",
		.refers = "interfaces", .kind = "interface" },
	{ "ageing", CFG_DURATION, "300s", offsetof(struct bridge_cfg, ageing_ns),
		"A station that is silent for so long is forgotten.", .min = NS_PER_S,
		.max = AGEING_MAX },
	{ "max", CFG_U32, "8192", offsetof(struct bridge_cfg, max),
		"Stations that are known at a time; each member has an even share of them.",
		.min = 16, .max = STATIONS_SIZE_MAX },
	{ "flood", CFG_RATE, "10k/s", offsetof(struct bridge_cfg, flood),
		"Frames to unknown stations (10k/s) or bits of them (100Mbit) a second, of one "
		"member and VLAN; each worker gets its share.",
		.min = 1, .max = LIMITER_MAX_RATE },
	{ "broadcast", CFG_RATE, "10k/s", offsetof(struct bridge_cfg, broadcast),
		"The same for broadcast and multicast frames.", .min = 1, .max = LIMITER_MAX_RATE },
	{ "mac", CFG_MAC, CFG_OPTIONAL, offsetof(struct bridge_cfg, mac),
		"MAC of the bridge's own interface; without it, that of the first member's port." },
	CFG_END,
};

const struct cfg_table bridge_table = {
	"bridge",
	CFG_SIZEOF(struct bridge_cfg),
	bridge_fields,
	"Interfaces that are one link: frames go to the member behind which their station is.",
	.bare = "members",
};

const struct bridge_cfg *
config_bridge_of(const struct config *cfg, const struct interface_cfg *iface)
{
	cfg_each(br, &cfg->bridges)
		cfg_each(name, &br->members)
			if (*name != NULL && iface->head.name != NULL
				&& strcmp(*name, iface->head.name) == 0)
				return br;
	return NULL;
}

/* Returns the bridge that has the interface before the given place, or NULL. */
static const struct bridge_cfg *
bridge_before(const struct config *cfg, const char *const *place)
{
	cfg_each(br, &cfg->bridges) {
		cfg_each(name, &br->members) {
			if ((const char *const *)name == place)
				return NULL;
			if (*name != NULL && strcmp(*name, *place) == 0)
				return br;
		}
	}
	return NULL;
}

/* Returns what a member has that only a bridge's own interface may have, and its field; NULL:
 * nothing. */
static const char *
has_own(const struct interface_cfg *iface, const void **field)
{
	*field = &iface->addresses;
	if (iface->addresses.count > 0)
		return "addresses";
	*field = &iface->neighbours;
	if (iface->neighbours.count > 0)
		return "neighbours";
	*field = &iface->proxy;
	if (iface->proxy.count > 0)
		return "proxy";
	*field = &iface->host;
	return interface_host(iface) != NULL ? "a kernel interface" : NULL;
}

static void
check_member(const struct config *cfg, const struct bridge_cfg *br, const char *const *name,
	struct err *err)
{
	const struct interface_cfg *iface = *name == NULL ? NULL
							  : cfg_find(&cfg->interfaces, *name);
	const struct bridge_cfg *other;
	const char *what;
	const void *field;

	if (iface == NULL)
		return; /* already reported */
	other = bridge_before(cfg, name);
	if (other != NULL) {
		cfg_error(err, &br->head, name, "%s is a member of bridge %s already", *name,
			other->head.name);
		return;
	}
	if (iface->bridge != NULL) {
		cfg_error(err, &br->head, name,
			"%s is the own interface of bridge %s, and no port of one", *name,
			iface->bridge);
		return;
	}
	what = has_own(iface, &field);
	if (what != NULL)
		cfg_error(err, &iface->head, field,
			"%s is a member of bridge %s: %s belong to the bridge's own interface "
			"(interfaces: NAME: {bridge: %s, ...})",
			*name, br->head.name, what, br->head.name);
	if (iface->pipeline == NULL)
		cfg_error(err, &iface->head, NULL,
			"%s is a member of bridge %s and needs a pipeline that ends in 'bridge'",
			*name, br->head.name);
}

/* The own interface of a bridge, and its members, know stations by the same addresses. */
static void
check_domain(const struct config *cfg, const struct bridge_cfg *br, struct err *err)
{
	const struct interface_cfg *first = NULL;

	cfg_each(iface, &cfg->interfaces) {
		bool own = iface->bridge != NULL && strcmp(iface->bridge, br->head.name) == 0;

		if (!own && config_bridge_of(cfg, iface) != br)
			continue;
		if (first == NULL)
			first = iface;
		else if (strcmp(interface_domain(first), interface_domain(iface)) != 0)
			cfg_error(err, &iface->head, &iface->domain,
				"%s and %s are of bridge %s, and not in one domain",
				first->head.name, iface->head.name, br->head.name);
	}
}

static void
check_rate(const struct bridge_cfg *br, const struct cfg_rate *rate, struct err *err)
{
	if (rate->unit == CFG_RATE_COUNT || rate->value == 0 || rate->value >= 8 * 1500 * 8)
		return;
	cfg_error(err, &br->head, rate, "is less than eight frames a second");
}

static void
check_own(const struct config *cfg, const struct interface_cfg *iface, struct err *err)
{
	if (iface->bridge == NULL)
		return;
	if (iface->port != NULL)
		cfg_error(err, &iface->head, &iface->port,
			"bridge: %s says already where its frames come from", iface->bridge);
	if (iface->vlan != 0)
		cfg_error(err, &iface->head, &iface->vlan,
			"the own interface of a bridge has untagged frames; a VLAN is a bridge of VLAN interfaces");
	for (const struct interface_cfg *before = cfg->interfaces.items; before < iface; before++)
		if (before->bridge != NULL && strcmp(before->bridge, iface->bridge) == 0)
			cfg_error(err, &iface->head, &iface->bridge,
				"%s is the own interface of bridge %s already", before->head.name,
				iface->bridge);
}

void
bridges_check(const struct config *cfg, struct err *err)
{
	if (cfg->bridges.count > BRIDGES_MAX)
		cfg_error(err, &cfg->head, &cfg->bridges, "%u bridges are more than %u",
			cfg->bridges.count, BRIDGES_MAX);
	if (cfg->bridges.count > 0 && cfg->ports.count > LEDGER_PORTS - BRIDGES_MAX)
		cfg_error(err, &cfg->head, &cfg->bridges, "%u ports leave no room for bridges",
			cfg->ports.count);
	cfg_each(br, &cfg->bridges) {
		if (br->head.name == NULL)
			continue; /* already reported */
		if (br->members.count == 0)
			cfg_error(err, &br->head, &br->members, "the bridge has no member");
		if (br->members.count > BRIDGE_MEMBERS_MAX)
			cfg_error(err, &br->head, &br->members, "%u members are more than %u",
				br->members.count, BRIDGE_MEMBERS_MAX);
		if (br->members.count > br->max)
			cfg_error(err, &br->head, &br->max,
				"%u stations are fewer than one for each member", br->max);
		cfg_each(name, &br->members)
			check_member(cfg, br, (const char *const *)name, err);
		if (cfg_is_written(&br->head, &br->mac) && !config_is_station(&br->mac))
			cfg_error(err, &br->head, &br->mac, "is not the MAC address of a station");
		check_rate(br, &br->flood, err);
		check_rate(br, &br->broadcast, err);
		check_domain(cfg, br, err);
	}
	cfg_each(iface, &cfg->interfaces)
		check_own(cfg, iface, err);
}
