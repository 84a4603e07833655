/* SPDX-License-Identifier: BSD-3-Clause */
/* Events about stations of bridges that move too often: a loop, or two stations with one MAC. */

#include <stdio.h>

#include "base/log.h"
#include "control/events_priv.h"
#include "schema/json_text.h"

static const char *
name_of(const struct generation *gen, uint16_t iface)
{
	return iface < gen->n_ifaces && gen->iface[iface] != NULL ? gen->iface[iface]->name : "?";
}

static void
tell(struct events *e, const struct generation *gen, const struct bridge *br,
	const struct stations_event *event)
{
	uint8_t mac[6];
	unsigned vlan = station_key_read(event->key, mac);
	const char *stays = name_of(gen, event->from), *from = name_of(gen, event->to);
	char text[18];

	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		mac[3], mac[4], mac[5]);
	log_warning("bridge %s: station %s moves between %s and %s too often: a loop, or two "
		    "stations with one MAC; its frames from %s are dropped for a while",
		br->name, text, stays, from, from);
	events_tell(e, "bridge",
		json_pack("{s:o,s:s,s:i,s:o,s:o}", "bridge", json_text(br->name), "mac", text,
			"vlan", (int)vlan, "interface", json_text(stays), "from", json_text(from)));
}

void
events_look_at_bridges(struct events *e, const struct generation *gen)
{
	for (unsigned i = 1; i <= BRIDGES_MAX; i++) {
		const struct bridge *br = gen->bridge[i];
		struct stations_event event;

		while (br != NULL && stations_event_next(br->stations, &e->bridge_seen[i], &event))
			tell(e, gen, br, &event);
	}
}
