/* SPDX-License-Identifier: BSD-3-Clause */
/* The configuration file as a whole: its sections, and checks across them.
 *
 * The rows of a section are beside the code that it configures (io, stage); this folder has those
 * of system and interfaces, the table of the whole file, and the checks that concern more than one
 * section.
 *
 * Threads: the control thread.  Memory: config_load/config_free; everything is in the document. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include <string.h>

#include "base/err.h"
#include "io/eal.h"
#include "io/port.h"
#include "schema/document.h"
#include "schema/field.h"
#include "policy/policy.h"
#include "worker/gather.h"
#include "worker/idle.h"

#define SYSTEM_AUTO    UINT32_MAX /* workers: auto */
#define SYSTEM_EAL_MAX 64         /* arguments in system.eal */

struct memory_cfg {
	struct cfg_head head;
	enum eal_hugepages hugepages;
	uint32_t mbufs;    /* 0: auto */
	uint64_t openings; /* bytes of each worker, 0: auto */
};

struct system_cfg {
	struct cfg_head head;
	CFG_LIST_OF(uint32_t) workers; /* cores, or SYSTEM_AUTO alone */
	uint32_t control;
	struct memory_cfg memory;
	uint32_t flows;
	uint32_t burst;
	enum idle_mode idle;
	enum spread_mode spread;
	CFG_LIST_OF(const char *) eal;
};

struct neighbour_cfg {
	struct cfg_head head; /* name: the address */
	struct cfg_mac mac;
};

/* The kernel's side of an interface. */
struct interface_host_cfg {
	struct cfg_head head; /* place with line 0: none was written */
	bool enabled;
	const char *name; /* NULL: the interface's */
	struct cfg_rate rate;
};

struct interface_cfg {
	struct cfg_head head;
	const char *port;                        /* as written, or NULL: the interface's own name */
	const char *bridge;                      /* whose own interface it is, or NULL */
	uint16_t vlan, inner_vlan;               /* 0: none */
	CFG_LIST_OF(struct ip_prefix) addresses; /* host bits kept */
	uint16_t mtu;
	const char *pipeline; /* NULL: none */
	const char *domain;   /* NULL: the main one */
	CFG_LIST_OF(struct neighbour_cfg) neighbours;
	CFG_LIST_OF(struct ip_prefix) proxy;
	struct interface_host_cfg host;
};

struct host_cfg {
	struct cfg_head head;
	const char *netns; /* NULL: the process's own */
};

struct zone_cfg {
	struct cfg_head head;
	CFG_LIST_OF(const char *) interfaces;
};

/* A packet of a conversation, and its expected outcome. */
struct step_cfg {
	struct cfg_head head;
	uint64_t after_ns;                /* time that passes before it */
	const char *in, *packet, *expect; /* as of a test; $NAME in packet stands for a
					   * value seen before */
	const char *src, *dst;            /* expected when it leaves: ADDRESS, ADDRESS:PORT, with *
					   * or $NAME for a part; or NULL */
	const char *reply; /* what Weir itself answers, in packet notation, or NULL */
};

/* What may go from some zones to others (policies.c). */
struct policies_cfg {
	struct cfg_head head;
	const char *name; /* or NULL */
	CFG_LIST_OF(struct cfg_match_name) from;
	CFG_LIST_OF(struct cfg_match_name) to; /* a zone, an interface, or local */
	const char *acl;                       /* or NULL */
	uint32_t action;                       /* enum acl_action, 0: none */
	struct rule_log_cfg log;
	const char *snat, *route; /* or NULL */
	CFG_LIST_OF(struct cfg_choice) first;
};

/* A packet, or the packets of a conversation, with the expected outcome. */
struct test_cfg {
	struct cfg_head head;
	const char *name;
	CFG_LIST_OF(struct step_cfg) steps; /* instead of a packet */
	const char *in;                     /* interface */
	const char *packet;                 /* in packet notation */
	const char *expect;                 /* "output lan", "drop acl_denied", "drop", "local" */
	const char *at;                     /* "mon 09:00"; NULL: now */
	struct cfg_endpoint src, dst;       /* expected when it leaves; family 0: any */
};

struct bridge_cfg {
	struct cfg_head head;
	CFG_LIST_OF(const char *) members;
	uint64_t ageing_ns;
	uint32_t max;
	struct cfg_rate flood, broadcast;
	struct cfg_mac mac;
};

struct bond_member_row {
	struct cfg_head head;
	const char *name; /* NULL: that of the device */
	const char *device;
};

struct bond_row {
	struct cfg_head head; /* place with line 0: none was written */
	uint32_t mode;        /* enum bond_mode */
	CFG_LIST_OF(struct bond_member_row) members;
	uint32_t hash;       /* enum bond_hash */
	uint32_t rate;       /* 1: fast */
	const char *primary; /* or NULL */
};

struct port_row {
	struct cfg_head head;
	const char *device; /* NULL: a bond */
	struct bond_row bond;
	uint32_t queues; /* 0: auto */
	struct cfg_mac mac;
	uint16_t rx_descriptors, tx_descriptors;
	uint32_t tpid; /* 0: as the stations send it */
};

struct nat_log_cfg {
	struct cfg_head head;
	struct cfg_path file;
};

struct http_cfg {
	struct cfg_head head;
	struct cfg_endpoint listen; /* family 0: not configured */
};

struct event_log_cfg {
	struct cfg_head head;
	struct cfg_path to; /* written: journal, stderr, or a file */
};

enum ipfix_protocol {
	IPFIX_UDP,
	IPFIX_TCP,
};

struct ipfix_cfg {
	struct cfg_head head;
	struct cfg_endpoint collector; /* family 0: not configured */
	uint32_t protocol;             /* enum ipfix_protocol */
	uint64_t active_timeout_ns;
	uint64_t template_refresh_ns; /* over UDP */
	uint32_t domain;              /* Observation Domain ID */
	struct ip_address source;     /* family 0: the kernel chooses */
	uint32_t mtu;                 /* of the IP packets of UDP */
	bool nat_events;
};

struct telemetry_cfg {
	struct cfg_head head;
	struct http_cfg http;
	struct event_log_cfg log;
	struct nat_log_cfg nat_log;
	struct ipfix_cfg ipfix;
};

struct config {
	struct cfg_head head;
	uint32_t version;
	struct system_cfg system;
	CFG_LIST_OF(struct port_row) ports;
	CFG_LIST_OF(struct interface_cfg) interfaces;
	CFG_LIST_OF(struct bridge_cfg) bridges;
	CFG_LIST_OF(struct zone_cfg) zones;
	struct host_cfg host;
	struct policy_cfg policy; /* routes, sets, acls, pipelines */
	CFG_LIST_OF(struct policies_cfg) policies;
	struct telemetry_cfg telemetry;
	CFG_LIST_OF(struct test_cfg) tests;
	bool misread;              /* reading it gave errors */
	struct document *document; /* everything above lives in it */
};

/* The table of the whole file, for schema and reference, and those of its sections. */
extern const struct cfg_table config_table;
extern const struct cfg_table system_table;
extern const struct cfg_table port_table;
extern const struct cfg_table bond_table;
extern const struct cfg_table interface_table;
extern const struct cfg_table bridge_table;
extern const struct cfg_table zone_table;
extern const struct cfg_table policies_table;
extern const struct cfg_table host_table;
extern const struct cfg_table telemetry_table;
extern const struct cfg_table test_table;

/* Reads a file and makes all checks that need no build.  Errors go to err.  Returns NULL if nothing
 * could be decoded, else a configuration that may be checked further, and used if err_count is
 * still 0. */
struct config *config_load(const char *path, struct err *err);
struct config *config_load_text(const char *name, const char *text, struct err *err);
void config_free(struct config *cfg); /* NULL is fine */

/* Writes the ports in io's form, in the order of the file.  mtu, promiscuous and by_source follow
 * from interfaces and pipelines.  Returns their number. */
unsigned config_ports(const struct config *cfg, struct port_cfg out[static PORT_MAX]);

/* Returns the place of a port in the file, or -1. */
static inline int
config_port_index(const struct config *cfg, const char *name)
{
	for (unsigned i = 0; i < cfg->ports.count; i++)
		if (cfg->ports.items[i].head.name != NULL
			&& strcmp(cfg->ports.items[i].head.name, name) == 0)
			return (int)i;
	return -1;
}

/* Returns the name of the port that an interface is on: as written, or its own. */
const char *interface_port(const struct interface_cfg *iface);

/* Returns the bridge that an interface is a member of, or NULL. */
const struct bridge_cfg *config_bridge_of(
	const struct config *cfg, const struct interface_cfg *iface);

/* Returns the name of an interface's domain. */
const char *interface_domain(const struct interface_cfg *iface);

/* Returns true if an interface of the same domain has the address (whatever its length); a
 * link-local one may be on several links and is never found. */
bool config_has_address(
	const struct config *cfg, const struct interface_cfg *of, const struct ip_prefix *p);

/* Returns the name of the interface's kernel interface, or NULL: it has none. */
const char *interface_host(const struct interface_cfg *iface);

/* Writes the cores of the workers: as written, or all of this process but the control core (at
 * least one).  Returns their number. */
unsigned config_workers(const struct config *cfg, struct eal_core cores[static EAL_WORKERS_MAX]);

/* Adds an error, placed in next, for each difference in section system that a running Weir cannot
 * adopt.  Returns 0 or -EINVAL. */
int config_check_reload(const struct config *started, const struct config *next, struct err *err);

#endif
