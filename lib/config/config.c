/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of the whole file; reading it. */

#include "config/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>

#include "config/config_priv.h"
#include "nat/nat.h"

static const struct cfg_word auto_words[] = {
	{ "auto", 0 },
	CFG_WORD_END,
};

static const struct cfg_word tpid_words[] = {
	{ "auto", 0 },
	{ "0x8100", 0x8100 },
	{ "0x88a8", 0x88a8 },
	CFG_WORD_END,
};

static const struct cfg_field port_fields[] = {
	{ "device", CFG_TEXT, CFG_OPTIONAL, offsetof(struct port_row, device),
		"A PCI address, or DPDK's name of a virtual device with its arguments; every port has this or bond.",
		.reopens = true },
	{ "bond", CFG_STRUCT, CFG_OPTIONAL, offsetof(struct port_row, bond),
		"Several devices that are one port.", .table = &bond_table, .reopens = true },
	{ "queues", CFG_U32, "auto", offsetof(struct port_row, queues),
		"Receive queues; auto: one for each worker where the device can.", .min = 1,
		.max = PORT_QUEUES_MAX, .words = auto_words, .reopens = true },
	{ "mac", CFG_MAC, CFG_OPTIONAL, offsetof(struct port_row, mac),
		"MAC of the port; without it, the device's own.", .reopens = true },
	{ "rx_descriptors", CFG_U16, "1024", offsetof(struct port_row, rx_descriptors),
		"Size of a receive queue in frames.", .min = 32, .max = 16384, .reopens = true },
	{ "tx_descriptors", CFG_U16, "1024", offsetof(struct port_row, tx_descriptors),
		"Size of a transmit queue in frames.", .min = 32, .max = 16384, .reopens = true },
	{ "tpid", CFG_ENUM, "auto", offsetof(struct port_row, tpid),
		"EtherType of the outer VLAN tag of frames that are sent; auto: that of the frame answered, or of the "
		"neighbour's last ARP or ND message, else 0x88a8 in front of an inner tag and 0x8100 without one.",
		.words = tpid_words },
	CFG_END,
};

const struct cfg_table port_table = {
	"port",
	CFG_SIZEOF(struct port_row),
	port_fields,
	"A NIC or a virtual device.",
	.bare = "device",
};

static const struct cfg_field config_fields[] = {
	{ "version", CFG_U32, NULL, offsetof(struct config, version), "Version of the format: 1.",
		.min = 1, .max = 1 },
	{ "system", CFG_STRUCT, CFG_OPTIONAL, offsetof(struct config, system),
		"Cores, memory, idle behaviour of workers.", .table = &system_table },
	{ "ports", CFG_STRUCT | CFG_MAP, CFG_OPTIONAL, offsetof(struct config, ports),
		"NICs and virtual devices.", .table = &port_table, .kind = "port" },
	{ "interfaces", CFG_STRUCT | CFG_MAP, CFG_OPTIONAL, offsetof(struct config, interfaces),
		"Interfaces: ports, and VLANs on them, by which packets enter.",
		.table = &interface_table, .kind = "interface" },
	{ "bridges", CFG_STRUCT | CFG_MAP, CFG_OPTIONAL, offsetof(struct config, bridges),
		"Bridges: interfaces that are one link.", .table = &bridge_table,
		.kind = "bridge" },
	{ "zones", CFG_STRUCT | CFG_MAP, CFG_OPTIONAL, offsetof(struct config, zones),
		"Groups of interfaces, for rules and for sessions, whose packets may arrive by "
		"any interface of their zone.",
		.table = &zone_table, .kind = "zone" },
	{ "host", CFG_STRUCT, CFG_OPTIONAL, offsetof(struct config, host),
		"What the kernel interfaces of interfaces with host: have in common.",
		.table = &host_table },
	POLICY_ROWS(struct config, policy),
	{ "policies", CFG_STRUCT | CFG_LIST, CFG_OPTIONAL, offsetof(struct config, policies),
		"What may go from zone to zone: makes a pipeline policies-ZONE for each zone in from, "
		"for its interfaces that name no pipeline.",
		.table = &policies_table },
	{ "telemetry", CFG_STRUCT, CFG_OPTIONAL, offsetof(struct config, telemetry),
		"What is reported of traffic at run time.", .table = &telemetry_table },
	{ "tests", CFG_STRUCT | CFG_LIST, CFG_OPTIONAL, offsetof(struct config, tests),
		"Packets and conversations that a check, a start and a reload try.",
		.table = &test_table },
	CFG_END,
};

const struct cfg_table config_table = {
	"weir.yaml",
	CFG_SIZEOF(struct config),
	config_fields,
	"The configuration of Weir.",
	.expand = policies_expand,
};

static void
ports_check_rows(const struct config *cfg, struct err *err)
{
	struct port_cfg ports[PORT_MAX];

	if (cfg->ports.count == 0)
		cfg_error(err, &cfg->head, &cfg->ports, "there is no port");
	if (cfg->ports.count > PORT_MAX) {
		cfg_error(err, &cfg->head, &cfg->ports,
			"%u ports are more than the %u that DPDK has room for", cfg->ports.count,
			(unsigned)PORT_MAX);
		return;
	}
	bonds_check(cfg, err);
	cfg_each(row, &cfg->ports) {
		if (row->head.name != NULL && strlen(row->head.name) >= PORT_NAME_MAX)
			cfg_error(err, &row->head, NULL, "the name is longer than %u characters",
				PORT_NAME_MAX - 1);
		if (cfg_is_written(&row->head, &row->mac) && !config_is_station(&row->mac))
			cfg_error(
				err, &row->head, &row->mac, "is not the MAC address of a station");
	}
	ports_check(ports, config_ports(cfg, ports), err);
}

static bool
has_stage(const struct config *cfg, const char *pipeline, const char *name)
{
	const struct pipeline_cfg *p = pipeline == NULL
		? NULL
		: cfg_find(&cfg->policy.pipelines, pipeline);

	if (p == NULL)
		return false;
	cfg_each(stage, &p->stages)
		if (stage->table != NULL && strcmp(stage->table->name, name) == 0)
			return true;
	return false;
}

/* A pipeline that forwards frames as they are takes those of the host, too. */
static void
hosts_check_wires(const struct config *cfg, struct err *err)
{
	cfg_each(iface, &cfg->interfaces)
		if (iface->head.name != NULL && interface_host(iface) != NULL
			&& has_stage(cfg, iface->pipeline, "forward"))
			cfg_error(err, &iface->host.head, NULL,
				"pipeline %s forwards all frames as they are, and none to the host",
				iface->pipeline);
}

static struct config *
check(struct document *doc, unsigned errors, struct err *err)
{
	struct config *cfg;

	if (doc == NULL)
		return NULL;
	cfg = document_root(doc);
	cfg->document = doc;
	system_check(cfg, err);
	ports_check_rows(cfg, err);
	interfaces_check(cfg, err);
	hosts_check(cfg, err);
	hosts_check_wires(cfg, err);
	bridges_check(cfg, err);
	zones_check(cfg, err);
	policies_check(cfg, err);
	telemetry_check(cfg, err);
	tests_check(cfg, err);
	cfg->misread = err_count(err) != errors;
	return cfg;
}

struct config *
config_load(const char *path, struct err *err)
{
	unsigned errors = err_count(err);

	return check(document_parse(path, &config_table, err), errors, err);
}

struct config *
config_load_text(const char *name, const char *text, struct err *err)
{
	unsigned errors = err_count(err);

	return check(
		document_parse_text(name, text, strlen(text), &config_table, err), errors, err);
}

void
config_free(struct config *cfg)
{
	if (cfg != NULL)
		document_free(cfg->document);
}

/* Returns true if inside hosts have one worker each, for all their peers (policy/owners.h). */
static bool
owners_by_host(const struct config *cfg)
{
	cfg_each(pool, &cfg->policy.nat)
		if (pool->per_source != 0 || pool->mapping == NAT_ENDPOINT_INDEPENDENT)
			return true;
	return false;
}

/* Returns true if all hosts behind the interface are inside and translated.  IPv6 is not, and is
 * better spread by both ends. */
static bool
is_inside(const struct config *cfg, const struct interface_cfg *iface)
{
	cfg_each(address, &iface->addresses)
		if (address->address.family == AF_INET6)
			return false;
	return has_stage(cfg, iface->pipeline, "snat");
}

unsigned
config_ports(const struct config *cfg, struct port_cfg out[static PORT_MAX])
{
	bool by_host = owners_by_host(cfg), plugins = system_loads_drivers(&cfg->system);
	unsigned n = 0;

	cfg_each(row, &cfg->ports) {
		bool inside = false, outside = false;

		if (n == PORT_MAX || row->head.name == NULL || !bonds_complete(row))
			continue; /* already reported */
		out[n] = (struct port_cfg){
			.name = row->head.name,
			.loc = row->head.loc,
			.device = bonds_device(row),
			.device_loc = bonds_loc(row),
			.queues = row->queues,
			.queues_loc = cfg_loc(&row->head, &row->queues),
			.plugins = plugins,
			.has_mac = cfg_is_written(&row->head, &row->mac),
			.rx_descriptors = row->rx_descriptors,
			.tx_descriptors = row->tx_descriptors,
			.interrupts = cfg->system.idle == IDLE_INTERRUPT,
		};
		memcpy(&out[n].mac, row->mac.bytes, sizeof(out[n].mac));
		bonds_fill(row, &out[n].bond);
		cfg_each(iface, &cfg->interfaces) {
			if (iface->head.name == NULL || iface->bridge != NULL
				|| strcmp(interface_port(iface), row->head.name) != 0)
				continue;
			out[n].mtu = iface->mtu > out[n].mtu ? iface->mtu : out[n].mtu;
			out[n].promiscuous |= has_stage(cfg, iface->pipeline, "forward")
				|| config_bridge_of(cfg, iface) != NULL;
			out[n].vlans.bits[iface->vlan / 64 % 64] |= UINT64_C(1) << iface->vlan % 64;
			inside |= is_inside(cfg, iface);
			outside |= !is_inside(cfg, iface);
		}
		out[n].by_source = by_host && inside && !outside;
		n++;
	}
	return n;
}

int
config_check_reload(const struct config *started, const struct config *next, struct err *err)
{
	unsigned before = err_count(err);

	system_check_reload(&started->system, &next->system, err);
	hosts_check_reload(started, next, err);
	return err_count(err) == before ? 0 : -EINVAL;
}
