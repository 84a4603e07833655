/* SPDX-License-Identifier: BSD-3-Clause */
/* show bridge, show bridges, clear bridge: bridges, and the stations that they know. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "control/control_priv.h"
#include "policy/generation.h"

#define MAC_TEXT 18

static const char *
mac_text(char out[MAC_TEXT], const uint8_t mac[6])
{
	snprintf(out, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
		mac[4], mac[5]);
	return out;
}

/* What a call asks for. */
struct asked {
	const struct bridge *bridge; /* NULL: all */
	uint16_t iface;              /* 0: all */
	bool by_mac;
	struct rte_ether_addr mac;
	int vlan; /* -1: all */
};

static const struct bridge *
bridge_named(const struct generation *gen, const char *name)
{
	for (unsigned i = 1; i <= BRIDGES_MAX; i++)
		if (gen->bridge[i] != NULL && strcmp(gen->bridge[i]->name, name) == 0)
			return gen->bridge[i];
	return NULL;
}

static uint16_t
member_named(const struct generation *gen, const char *name)
{
	for (uint16_t i = 1; i < gen->n_ifaces; i++)
		if (gen->iface[i] != NULL && gen->bridge_of[i] != 0
			&& strcmp(gen->iface[i]->name, name) == 0)
			return i;
	return 0;
}

/* Reads bridge, interface, mac and vlan of a call.  Returns false after an error. */
static bool
read_asked(struct rpc_call *call, const struct generation *gen, struct asked *out)
{
	const char *bridge = rpc_text(call, "bridge"), *iface = rpc_text(call, "interface");
	const char *vlan = rpc_text(call, "vlan"), *mac = rpc_text(call, "mac");
	char *end = NULL;

	*out = (struct asked){ .by_mac = mac != NULL, .vlan = -1 };
	if (bridge != NULL && (out->bridge = bridge_named(gen, bridge)) == NULL)
		return rpc_wrong(call, "bridge", bridge, "bridge");
	if (iface != NULL && (out->iface = member_named(gen, iface)) == 0)
		return rpc_wrong(call, "interface", iface, "member of a bridge");
	if (mac != NULL && rte_ether_unformat_addr(mac, &out->mac) != 0)
		return rpc_wrong(call, "mac", mac, "MAC address");
	if (vlan == NULL)
		return true;
	out->vlan = (int)strtol(vlan, &end, 10);
	if (*vlan == '\0' || *end != '\0' || out->vlan < 0 || out->vlan > 4095)
		return rpc_wrong(call, "vlan", vlan, "VLAN");
	return true;
}

/* One page of stations. */
struct listing {
	struct rpc_call *call;
	const struct generation *gen;
	struct asked asked;
	uint32_t tick;
	unsigned long from, at; /* rows to leave out; rows so far */
	bool full;
};

/* Returns a row that the caller fills further; NULL: it is not on the page. */
static json_t *
add_row(struct listing *l, const struct bridge *br, const uint8_t mac[6], unsigned vlan)
{
	char text[MAC_TEXT];
	json_t *row;

	if ((l->asked.by_mac && memcmp(l->asked.mac.addr_bytes, mac, 6) != 0)
		|| (l->asked.vlan >= 0 && (unsigned)l->asked.vlan != vlan))
		return NULL;
	l->full |= json_array_size(result_rows(l->call)) >= PAGE_ROWS;
	if (l->full || l->at++ < l->from)
		return NULL;
	mac_text(text, mac);
	row = json_object();
	row_text(row, "bridge", br->name);
	row_text(row, "mac", text);
	row_count(row, "vlan", vlan);
	json_array_append_new(result_rows(l->call), row);
	return row;
}

static void
list_own(struct listing *l, const struct bridge *br)
{
	json_t *row = br->iface != 0 && l->asked.iface == 0 ? add_row(l, br, br->mac, 0) : NULL;

	if (row == NULL)
		return;
	row_text(row, "interface", l->gen->iface[br->iface]->name);
	row_text(row, "state", "own");
}

static void
list_station(struct listing *l, const struct bridge *br, const struct stations_entry *e)
{
	int32_t age = (int32_t)(l->tick - e->seen);
	uint8_t mac[6];
	unsigned vlan = station_key_read(e->key, mac);
	json_t *row;

	if (l->gen->bridge_of[e->iface] != br->number
		|| (l->asked.iface != 0 && e->iface != l->asked.iface)
		|| (age > 0 && (uint32_t)age > br->terms.ageing_ticks))
		return;
	row = add_row(l, br, mac, vlan);
	if (row == NULL)
		return;
	row_text(row, "interface", l->gen->iface[e->iface]->name);
	row_count(row, "age", age > 0 ? ((uint64_t)age << 20) / NS_PER_SECOND : 0);
	row_count(row, "moves", e->moves > STATIONS_MOVES ? STATIONS_MOVES : e->moves);
	row_text(row, "state", e->moves > STATIONS_MOVES ? "held" : "learned");
}

bool
show_bridge(struct control *c, struct rpc_call *call)
{
	struct listing l = { .call = call, .gen = appliance_generation(c->appliance) };

	if (!rpc_from(call, &l.from) || !read_asked(call, l.gen, &l.asked))
		return true;
	l.tick = clock_tick(appliance_now_ns(c->appliance));
	result_rows(call);
	for (unsigned i = 1; i <= BRIDGES_MAX && !l.full; i++) {
		const struct bridge *br = l.gen->bridge[i];

		if (br == NULL || (l.asked.bridge != NULL && l.asked.bridge != br))
			continue;
		list_own(&l, br);
		for (uint32_t k = 0; k < stations_places(br->stations) && !l.full; k++) {
			struct stations_entry e;

			if (stations_at(br->stations, k, &e))
				list_station(&l, br, &e);
		}
	}
	if (l.full)
		result_next(call, l.at);
	return true;
}

static json_t *
members_of(const struct generation *gen, const struct bridge *br, uint64_t *all)
{
	json_t *list = json_array();

	*all = 0;
	for (unsigned i = 0; i < br->n_members; i++) {
		uint32_t used = stations_used(br->stations, br->member[i]);

		*all += used;
		json_array_append_new(list,
			json_sprintf("%s %u/%u", gen->iface[br->member[i]]->name, used,
				br->terms.share));
	}
	return list;
}

static void
list_bridge(struct rpc_call *call, const struct generation *gen, const struct bridge *br)
{
	struct stations_counts n;
	json_t *row = json_object(), *members;
	char text[MAC_TEXT];
	uint64_t all;

	stations_counts(br->stations, &n);
	members = members_of(gen, br, &all);
	row_text(row, "bridge", br->name);
	if (br->iface != 0) {
		row_text(row, "interface", gen->iface[br->iface]->name);
		row_text(row, "mac", mac_text(text, br->mac));
	}
	row_count(row, "stations", all);
	row_count(row, "most", stations_max(br->stations));
	json_object_set_new(row, "members", members);
	row_count(row, "learned", n.learned);
	row_count(row, "moved", n.moved);
	row_count(row, "aged", n.aged);
	row_count(row, "refused", n.refused);
	row_count(row, "held", n.held);
	json_array_append_new(result_rows(call), row);
}

bool
show_bridges(struct control *c, struct rpc_call *call)
{
	const struct generation *gen = appliance_generation(c->appliance);
	struct asked asked;

	if (!read_asked(call, gen, &asked))
		return true;
	result_rows(call);
	for (unsigned i = 1; i <= BRIDGES_MAX; i++)
		if (gen->bridge[i] != NULL
			&& (asked.bridge == NULL || asked.bridge == gen->bridge[i]))
			list_bridge(call, gen, gen->bridge[i]);
	return true;
}

/* What is to be forgotten. */
struct forgotten {
	uint16_t iface; /* 0: stations of all */
	uint64_t count;
};

static bool
is_kept(void *arg, uint16_t iface)
{
	struct forgotten *f = arg;
	bool kept = f->iface != 0 && iface != f->iface;

	f->count += !kept;
	return kept;
}

bool
clear_bridge(struct control *c, struct rpc_call *call)
{
	const struct generation *gen = appliance_generation(c->appliance);
	struct forgotten f = { 0 };
	struct asked asked;

	if (!read_asked(call, gen, &asked))
		return true;
	f.iface = asked.iface;
	for (unsigned i = 1; i <= BRIDGES_MAX; i++)
		if (gen->bridge[i] != NULL
			&& (asked.bridge == NULL || asked.bridge == gen->bridge[i]))
			stations_forget(gen->bridge[i]->stations, is_kept, &f);
	call->result = json_object();
	json_object_set_new(call->result, "count", json_integer((json_int_t)f.count));
	return true;
}
