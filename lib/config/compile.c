/* SPDX-License-Identifier: BSD-3-Clause */
/* Builds a generation from a configuration, beside the running one. */

#include "config/compile.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/meter.h"
#include "config/bridges.h"
#include "config/carry.h"
#include "config/ingress.h"
#include "config/meters.h"
#include "config/zones.h"
#include "nat/layout.h"
#include "session/session.h"
#include "session/tally.h"
#include "policy/build.h"

static_assert(KEY_IFACES == LEDGER_IFACES, "a key holds every interface");

static uint64_t numbers; /* of the newest generation of this process */

/* A generation with everything that it points to. */
struct made {
	struct generation gen; /* first member: generation_discard gets its address */
	struct arena arena;
	struct build *build;
	unsigned errors; /* in err before anything was built */
	struct interface *iface[LEDGER_IFACES];
	const char *entry[LEDGER_IFACES];
	const struct generation *running;
};

void
generation_names_init(struct generation_names *names)
{
	names->live = NULL;
	ids_init(&names->ifaces, LEDGER_IFACES);
	ids_init(&names->tracks, SESSION_POLICIES);
	ids_init(&names->logs, RULE_LOGS);
	ids_init(&names->dynamics, MEMBERS_SETS);
	ids_init(&names->tallies, TALLY_LINES);
	ids_init(&names->domains, DOMAINS_MAX);
	ids_init(&names->bridges, BRIDGES_MAX + 1);
}

void
generation_names_fini(struct generation_names *names)
{
	ids_fini(&names->ifaces);
	ids_fini(&names->tracks);
	ids_fini(&names->logs);
	ids_fini(&names->dynamics);
	ids_fini(&names->tallies);
	ids_fini(&names->domains);
	ids_fini(&names->bridges);
}

void
generation_names_commit(struct generation_names *names)
{
	ids_commit(&names->ifaces);
	ids_commit(&names->tracks);
	ids_commit(&names->logs);
	ids_commit(&names->dynamics);
	ids_commit(&names->tallies);
	ids_commit(&names->domains);
	ids_commit(&names->bridges);
}

/* Returns a port's index, or -1. */
static int
port_index(const struct generation_setup *setup, const char *name)
{
	int row = config_port_index(setup->cfg, name);

	return row < 0 || setup->port_index == NULL ? row : setup->port_index[row];
}

static void
fill_address(struct interface_address *a, const struct ip_prefix *p)
{
	a->family = p->address.family == AF_INET ? 4 : 6;
	a->bits = p->length;
	memcpy(a->address.bytes, p->address.bytes, sizeof(a->address.bytes));
}

/* Leaves room for the link-local address, which generation_finish adds. */
static bool
fill_addresses(struct made *m, struct interface *iface, const struct interface_cfg *cfg,
	const struct generation_setup *setup)
{
	struct interface_address *a;

	a = arena_alloc(&m->arena, (cfg->addresses.count + setup->n_added + 1) * sizeof(*a));
	if (a == NULL)
		return false;
	iface->addresses = a;
	cfg_each(p, &cfg->addresses)
		if (p->address.family != 0)
			fill_address(&a[iface->n_addresses++], p);
	for (unsigned i = 0; i < setup->n_added; i++)
		if (interface_host(cfg) != NULL
			&& strcmp(setup->added[i].iface, cfg->head.name) == 0
			&& !config_has_address(setup->cfg, cfg, &setup->added[i].address))
			fill_address(&a[iface->n_addresses++], &setup->added[i].address);
	return true;
}

static bool
fill_neighbours(struct made *m, struct interface *iface, const struct interface_cfg *cfg)
{
	struct interface_neighbour *out;

	out = arena_alloc(&m->arena, (cfg->neighbours.count + 1) * sizeof(*out));
	if (out == NULL)
		return false;
	iface->neighbours = out;
	cfg_each(n, &cfg->neighbours) {
		struct ip_address a;

		if (n->head.name == NULL || !ip_address_parse(n->head.name, &a))
			continue;
		out->family = a.family == AF_INET ? 4 : 6;
		memcpy(out->mac, n->mac.bytes, sizeof(out->mac));
		memcpy(out->address.bytes, a.bytes, sizeof(out->address.bytes));
		iface->n_neighbours++;
		out++;
	}
	return true;
}

static bool
fill_proxied(struct made *m, struct interface *iface, const struct interface_cfg *cfg)
{
	struct interface_address *out;

	out = arena_alloc(&m->arena, (cfg->proxy.count + 1) * sizeof(*out));
	if (out == NULL)
		return false;
	iface->proxied = out;
	cfg_each(p, &cfg->proxy)
		if (p->address.family != 0)
			fill_address(&out[iface->n_proxied++], p);
	return true;
}

static const char *
copy_text(struct made *m, const char *text)
{
	return text == NULL ? NULL : arena_text(&m->arena, text, strlen(text));
}

/* From the new configuration: a port keeps its index, and not its row. */
static uint16_t
port_tpid(const struct config *cfg, const char *name)
{
	int row = config_port_index(cfg, name);

	return row < 0 ? 0 : (uint16_t)cfg->ports.items[row].tpid;
}

/* Gives an interface the number of its domain.  Returns 0, or negative after an error. */
static int
set_domain(struct made *m, const struct generation_setup *setup, const struct interface_cfg *cfg,
	struct interface *iface, struct err *err)
{
	const struct interface *was = NULL;
	int number = 0;

	if (strcmp(interface_domain(cfg), "main") != 0)
		number = ids_take(&setup->names->domains, cfg->domain);
	if (number == -ENOSPC)
		return cfg_error(
			err, &cfg->head, &cfg->domain, "more than %u domains", DOMAINS_MAX);
	if (number < 0)
		return err_set(err, ENOMEM, "out of memory");
	iface->domain = (uint8_t)number;
	if (m->gen.n_domains <= (unsigned)number)
		m->gen.n_domains = (unsigned)number + 1;
	if (m->gen.domain_name[number] == NULL)
		m->gen.domain_name[number] = copy_text(m, interface_domain(cfg));
	if (m->gen.domain_name[number] == NULL)
		return err_set(err, ENOMEM, "out of memory");
	if (setup->running != NULL) {
		was = setup->running->iface[iface->id];
		m->gen.domains_moved |= setup->running->domains_moved
			|| (was != NULL && was->domain != iface->domain);
	}
	return 0;
}

static int
add_interface(struct made *m, const struct generation_setup *setup, const struct interface_cfg *cfg,
	struct err *err)
{
	int id = ids_take(&setup->names->ifaces, cfg->head.name);
	int port = port_index(setup, interface_port(cfg));
	struct interface *iface;

	if (id == -ENOSPC)
		return cfg_error(
			err, &cfg->head, NULL, "more than %u interfaces", LEDGER_IFACES - 1);
	iface = arena_alloc(&m->arena, sizeof(*iface));
	if (id < 0 || iface == NULL)
		return err_set(err, ENOMEM, "out of memory");
	iface->name = copy_text(m, cfg->head.name);
	iface->id = (uint16_t)id;
	iface->port = port < 0 ? 0 : (uint16_t)port;
	iface->vlan = cfg->vlan;
	iface->inner_vlan = cfg->inner_vlan;
	iface->tpid = port_tpid(setup->cfg, interface_port(cfg));
	iface->mtu = cfg->mtu;
	iface->loc = cfg->head.loc;
	iface->loc.file = copy_text(m, cfg->head.loc.file);
	iface->host = copy_text(m, interface_host(cfg));
	iface->host_rate = iface->host != NULL ? (uint32_t)cfg->host.rate.value : 0;
	if (iface->name == NULL || iface->loc.file == NULL || !fill_addresses(m, iface, cfg, setup)
		|| (iface->host == NULL && interface_host(cfg) != NULL)
		|| !fill_neighbours(m, iface, cfg) || !fill_proxied(m, iface, cfg))
		return err_set(err, ENOMEM, "out of memory");
	if (set_domain(m, setup, cfg, iface, err) < 0)
		return -EINVAL;
	m->iface[id] = iface;
	m->entry[id] = copy_text(m, cfg->pipeline);
	if (m->entry[id] == NULL && cfg->pipeline != NULL)
		return err_set(err, ENOMEM, "out of memory");
	m->gen.iface[id] = iface;
	if (m->gen.n_ifaces <= (unsigned)id)
		m->gen.n_ifaces = (unsigned)id + 1;
	return 0;
}

static int
add_interfaces(struct made *m, const struct generation_setup *setup, struct err *err)
{
	cfg_each(iface, &setup->cfg->interfaces) {
		int rc = iface->head.name == NULL ? 0 : add_interface(m, setup, iface, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static int
add_ports(struct made *m, const struct generation_setup *setup, struct err *err)
{
	cfg_each(port, &setup->cfg->ports) {
		int i = port->head.name == NULL ? -1 : port_index(setup, port->head.name);

		if (i < 0 || i >= LEDGER_PORTS)
			continue;
		m->gen.port_name[i] = copy_text(m, port->head.name);
		if (m->gen.port_name[i] == NULL)
			return err_set(err, ENOMEM, "out of memory");
		m->gen.port_used[i] = true;
		if (m->gen.n_ports <= (unsigned)i)
			m->gen.n_ports = (unsigned)i + 1;
	}
	return 0;
}

static int
add_bridges(struct made *m, const struct generation_setup *setup, struct err *err)
{
	const struct bridges_setup bs = {
		.cfg = setup->cfg,
		.running = setup->running,
		.numbers = &setup->names->bridges,
		.arena = &m->arena,
	};

	if (bridges_add(&m->gen, &bs, err) < 0)
		return -EINVAL;
	for (unsigned i = 1; i <= BRIDGES_MAX; i++)
		if (m->gen.bridge[i] != NULL && m->iface[m->gen.bridge[i]->iface] != NULL)
			m->iface[m->gen.bridge[i]->iface]->port = m->gen.bridge[i]->port;
	return 0;
}

static void
build(struct made *m, const struct generation_setup *setup, struct err *err)
{
	struct build_setup bs = {
		.err = err,
		.misread = setup->cfg->misread,
		.iface = m->gen.iface,
		.n_ifaces = m->gen.n_ifaces,
		.domain_name = m->gen.domain_name,
		.n_domains = m->gen.n_domains,
		.port_name = m->gen.port_name,
		.bridge = m->gen.bridge,
		.n_ports = m->gen.n_ports,
		.entry = m->entry,
		.tracks = &setup->names->tracks,
		.logs = &setup->names->logs,
		.live = setup->names->live,
		.dynamics = &setup->names->dynamics,
		.tallies = &setup->names->tallies,
		.running = setup->running,
		.zones = m->gen.zones.zone,
		.n_zones = m->gen.zones.n,
		.loc = cfg_loc(&setup->cfg->head, &setup->cfg->policy.pipelines),
	};

	m->build = build_create(&bs);
	if (m->build == NULL) {
		err_set(err, ENOMEM, "out of memory");
		return;
	}
	build_policy(m->build, &setup->cfg->policy);
	for (unsigned i = 0; i < m->gen.n_ifaces; i++)
		if (m->iface[i] != NULL && m->entry[i] != NULL)
			m->iface[i]->pipeline = build_find_pipeline(m->build, m->entry[i]);
	bridges_check_pipelines(&m->gen, setup->cfg, err);
}

struct generation *
generation_begin(const struct generation_setup *setup, struct err *err)
{
	struct made *m = calloc(1, sizeof(*m));

	if (m == NULL) {
		err_set(err, ENOMEM, "out of memory");
		return NULL;
	}
	arena_init(&m->arena);
	m->gen.owner = m;
	m->gen.n_workers = setup->workers;
	generation_gather(&m->gen, 0);
	m->gen.n_domains = 1;
	m->errors = err_count(err);
	ids_begin(&setup->names->ifaces);
	ids_begin(&setup->names->tracks);
	ids_begin(&setup->names->logs);
	ids_begin(&setup->names->dynamics);
	ids_begin(&setup->names->tallies);
	ids_begin(&setup->names->domains);
	ids_begin(&setup->names->bridges);
	m->running = setup->running;
	if (add_ports(m, setup, err) < 0 || add_interfaces(m, setup, err) < 0
		|| add_bridges(m, setup, err) < 0)
		return &m->gen;
	if (zones_fill(&m->gen, setup->cfg, setup->running, &m->arena))
		build(m, setup, err);
	else
		err_set(err, ENOMEM, "out of memory");
	return &m->gen;
}

/* Adds the link-local address: fe80::/64 and the MAC as EUI-64 (RFC 4291, appendix A). */
static void
add_link_local(struct interface *iface)
{
	struct interface_address *a = (struct interface_address *)(uintptr_t)&iface
					      ->addresses[iface->n_addresses];
	const uint8_t *mac = iface->mac;

	*a = (struct interface_address){
		.family = 6,
		.bits = 64,
		.address.bytes = { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, mac[0] ^ 2, mac[1], mac[2], 0xff,
			0xfe, mac[3], mac[4], mac[5] },
	};
	iface->n_addresses++;
}

static int
fill_workers(struct made *m)
{
	struct generation *gen = &m->gen;

	gen->worker = arena_alloc(&m->arena, gen->n_workers * sizeof(gen->worker[0]));
	if (gen->worker == NULL)
		return -ENOMEM;
	for (unsigned w = 0; w < gen->n_workers; w++) {
		struct generation_worker *gw = &gen->worker[w];

		/* Each worker's own memory, so that no two of them share a cache line. */
		gw->hits = aligned_alloc(
			64, RTE_ALIGN_CEIL((gen->n_counters + 1) * sizeof(*gw->hits), 64));
		gw->meters = arena_alloc(&m->arena, (gen->n_meters + 1) * sizeof(gw->meters[0]));
		gw->limiters = arena_alloc(
			&m->arena, (gen->n_meters + 1) * sizeof(gw->limiters[0]));
		gw->asked = arena_alloc(&m->arena, (gen->n_meters + 1) * sizeof(gw->asked[0]));
		gw->used = arena_alloc(&m->arena, (gen->n_meters + 1) * sizeof(gw->used[0]));
		gw->skips = aligned_alloc(
			64, RTE_ALIGN_CEIL((gen->n_copies + 1) * sizeof(*gw->skips), 64));
		gw->steps = aligned_alloc(
			64, RTE_ALIGN_CEIL((gen->n_steps + 1) * sizeof(*gw->steps), 64));
		if (gw->hits == NULL || gw->meters == NULL || gw->limiters == NULL
			|| gw->asked == NULL || gw->used == NULL || gw->steps == NULL
			|| gw->skips == NULL)
			return -ENOMEM;
		memset(gw->skips, 0, (gen->n_copies + 1) * sizeof(*gw->skips));
		memset(gw->steps, 0, (gen->n_steps + 1) * sizeof(*gw->steps));
		memset(gw->hits, 0, (gen->n_counters + 1) * sizeof(*gw->hits));
	}
	return meters_make(&m->gen, &m->arena);
}

/* Checks that an interface that names a pipeline has one: without it, every packet would be
 * dropped. */
static int
check_entries(const struct made *m, struct err *err)
{
	int rc = 0;

	for (unsigned i = 0; i < m->gen.n_ifaces; i++)
		if (m->iface[i] != NULL && m->entry[i] != NULL && m->iface[i]->pipeline == NULL)
			rc = err_add(err, EFAULT, m->iface[i]->loc,
				"interfaces.%s: pipeline '%s' was not built; this is a bug of Weir",
				m->iface[i]->name, m->entry[i]);
	return rc;
}

int
generation_finish(struct generation *gen, const struct rte_ether_addr mac[], struct err *err)
{
	struct made *m = gen->owner;

	if (err_count(err) != m->errors || check_entries(m, err) < 0)
		return -EINVAL;
	bridges_finish(gen, mac);
	for (unsigned i = 0; i < gen->n_ifaces; i++) {
		struct interface *iface = m->iface[i];
		const struct bridge *bridge;

		if (iface == NULL)
			continue;
		bridge = generation_bridge(gen, iface->port);
		memcpy(iface->mac, bridge != NULL ? bridge->mac : mac[iface->port].addr_bytes, 6);
		if (gen->bridge_of[iface->id] == 0)
			add_link_local(iface);
	}
	if (build_finish(m->build, gen) < 0 || fill_workers(m) < 0
		|| ingress_fill(gen, &m->arena, (const uint8_t(*)[6])mac) < 0)
		return err_set(err, ENOMEM, "out of memory");
	return 0;
}

void
generation_give_number(struct generation *gen)
{
	const struct made *m = gen->owner;

	bridges_publish(gen, m->running);
	gen->number = ++numbers;
}

void
generation_discard(struct generation *gen)
{
	struct made *m;

	if (gen == NULL)
		return;
	m = gen->owner;
	bridges_discard(gen);
	for (unsigned w = 0; gen->worker != NULL && w < gen->n_workers; w++) {
		free(gen->worker[w].hits);
		free(gen->worker[w].steps);
		free(gen->worker[w].skips);
	}
	meters_discard(gen);
	carry_discard(gen);
	free((void *)(uintptr_t)gen->changes);
	nat_layout_discard(gen->nat);
	build_discard(m->build);
	arena_fini(&m->arena);
	free(m);
}

struct build *
generation_builder(const struct generation *gen)
{
	const struct made *m = gen->owner;

	return m->build;
}

const struct interface *
generation_find(const struct generation *gen, const char *name)
{
	for (unsigned i = 0; i < gen->n_ifaces; i++)
		if (gen->iface[i] != NULL && strcmp(gen->iface[i]->name, name) == 0)
			return gen->iface[i];
	return NULL;
}
