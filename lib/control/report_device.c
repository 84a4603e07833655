/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes what a port uses of its device, and what the device can do, as JSON. */

#include "control/report.h"
#include "io/abilities.h"

static json_t *
rss_json(const struct port *port)
{
	const char *field[ABILITIES_FIELDS_MAX];
	unsigned n = abilities_rss_fields(&port->abilities, field);
	json_t *fields = json_array();

	for (unsigned i = 0; i < n; i++)
		json_array_append_new(fields, json_string(field[i]));
	return json_pack("{s:o,s:i,s:i,s:s}", "fields", fields, "key_bytes",
		(int)port->abilities.rss_key_bytes, "table", (int)port->abilities.rss_table, "used",
		abilities_spread(port));
}

static json_t *
checksums_json(bool ip, bool l4)
{
	return json_pack("{s:b,s:b}", "ip", ip, "l4", l4);
}

json_t *
report_device_json(const struct port *port)
{
	const struct abilities *a = &port->abilities;

	return json_pack("{s:s,s:s,s:i,s:i,s:i,s:i,s:o,s:o,s:o,s:I,s:b,s:b,s:i,s:o}", "name",
		port->device, "driver", a->driver, "rx_queues", (int)port->rx_queues,
		"rx_queues_max", (int)a->rx_queues, "tx_queues", (int)port->tx_queues,
		"tx_queues_max", (int)a->tx_queues, "rss", rss_json(port), "rx_checksum",
		checksums_json(a->rx_checksum_ip, a->rx_checksum_l4), "tx_checksum",
		checksums_json(a->tx_checksum_ip, a->tx_checksum_l4), "mac_addresses",
		(json_int_t)a->macs, "scatter", a->scatter, "rx_interrupts", port->interrupts,
		"mtu", (int)port->mtu, "mtu_max",
		a->mtu != 0 ? json_integer((json_int_t)a->mtu) : json_null());
}
