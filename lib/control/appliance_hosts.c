/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's side of the interfaces (hostif/hostif.h): taps that a configuration has. */

#include "control/appliance_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "hostif/exchange.h"
#include "hostif/hostif.h"

/* Replay, tests and the built-in example have no kernel: packets for it end there. */
static bool
has_kernel(const struct appliance *a)
{
	return !a->options.captures && !a->options.stepped && !a->options.virtual_time;
}

static bool
is_up(const struct appliance *a, const struct interface *iface)
{
	const struct port *port = &a->ports.at[iface->port];

	return atomic_load_explicit(&port->present, memory_order_relaxed)
		&& atomic_load_explicit(&port->link_up, memory_order_relaxed);
}

/* Returns true if an interface is up; of a bridge's own one, if a member is. */
static bool
iface_is_up(const struct appliance *a, const struct generation *gen, const struct interface *iface)
{
	const struct bridge *br = generation_bridge(gen, iface->port);

	for (unsigned i = 0; br != NULL && i < br->n_members; i++)
		if (is_up(a, gen->iface[br->member[i]]))
			return true;
	return br == NULL && is_up(a, iface);
}

/* Lists the taps that a configuration wants.  Returns their number; *out is the caller's to free,
 * NULL: no memory. */
static unsigned
list_wanted(const struct appliance *a, const struct config *cfg, const struct generation *gen,
	struct hostif_iface **out)
{
	struct hostif_iface *list = calloc(cfg->interfaces.count + 1, sizeof(*list));
	unsigned n = 0;

	*out = list;
	cfg_each(row, &cfg->interfaces) {
		const char *name = row->head.name != NULL ? interface_host(row) : NULL;
		const struct interface *iface = name == NULL || list == NULL
			? NULL
			: generation_find(gen, row->head.name);

		if (iface == NULL)
			continue;
		list[n] = (struct hostif_iface){
			.name = name,
			.iface = row->head.name,
			.id = iface->id,
			.mtu = iface->mtu,
			.up = iface_is_up(a, gen, iface),
			.addresses = row->addresses.items,
			.n_addresses = row->addresses.count,
			.loc = row->host.head.loc,
		};
		memcpy(list[n++].mac, iface->mac, sizeof(iface->mac));
	}
	return n;
}

/* Starts the host thread, with the rings to the workers. */
static int
start_thread(struct appliance *a, const struct config *cfg, struct err *err)
{
	struct hostif_setup setup = {
		.pool = pools_of_node(&a->pools, 0),
		.netns = cfg->host.netns,
		.netns_loc = cfg_loc(&cfg->host.head, &cfg->host.netns),
	};

	if (a->exchange == NULL)
		a->exchange = exchange_create(a->n_workers);
	if (a->exchange == NULL)
		return err_set(err, ENOMEM, "out of memory");
	setup.exchange = a->exchange;
	a->kernel = hostif_create(&setup, err);
	if (a->kernel == NULL)
		return -EINVAL;
	workers_connect_kernel(a->workers, a->exchange);
	return 0;
}

int
hosts_open(struct appliance *a, const struct config *cfg, const struct generation *gen,
	struct err *err)
{
	struct hostif_iface *wanted;
	unsigned n;
	int rc = 0;

	if (!has_kernel(a))
		return 0;
	n = list_wanted(a, cfg, gen, &wanted);
	if (wanted == NULL)
		return err_set(err, ENOMEM, "out of memory");
	if (a->kernel == NULL && (n != 0 || cfg->host.netns != NULL))
		rc = start_thread(a, cfg, err);
	if (rc == 0 && a->kernel != NULL)
		rc = hostif_open(a->kernel, wanted, n, err);
	free(wanted);
	return rc;
}

void
hosts_undo(struct appliance *a)
{
	if (a->kernel != NULL)
		hostif_undo(a->kernel);
}

void
hosts_take(struct appliance *a)
{
	struct hostif_iface *wanted;
	unsigned n;

	if (a->kernel == NULL)
		return;
	n = list_wanted(a, a->cfg, a->gen, &wanted);
	if (wanted != NULL)
		hostif_take(a->kernel, wanted, n);
	free(wanted);
	for (unsigned i = 0; a->cfg->host.netns == NULL && n != 0 && i < a->ports.count; i++) {
		const char *device[BOND_MEMBERS_MAX];
		unsigned devices = port_row_devices(&a->port_cfg[i], device);

		for (unsigned k = 0; a->ports.at[i].used && k < devices; k++)
			hush_port(&a->hushed, device[k]);
	}
}

void
hosts_close(struct appliance *a)
{
	if (a->kernel != NULL && !a->running)
		hostif_undo(a->kernel);
	hostif_destroy(a->kernel, a->running ? HOSTIF_REMOVE_TAPS : HOSTIF_KEEP_TAPS);
	a->kernel = NULL;
	hush_end(&a->hushed);
	exchange_destroy(a->exchange);
	a->exchange = NULL;
	free(a->added);
	a->added = NULL;
	a->n_added = 0;
}

void
hosts_follow_links(struct appliance *a)
{
	for (unsigned i = 0; a->kernel != NULL && i < a->gen->n_ifaces; i++) {
		const struct interface *iface = a->gen->iface[i];

		if (iface != NULL && iface->host != NULL)
			hostif_set_link(a->kernel, iface->id, iface_is_up(a, a->gen, iface));
	}
}

int
appliance_host_fd(const struct appliance *a)
{
	return a->kernel != NULL ? hostif_changes_fd(a->kernel) : -1;
}

pid_t
appliance_host_thread(const struct appliance *a)
{
	return a->kernel != NULL ? hostif_thread(a->kernel) : 0;
}

void
appliance_run_on_host(struct appliance *a, void (*work)(void *arg), void *arg)
{
	if (a->kernel != NULL)
		hostif_run(a->kernel, work, arg);
	else
		work(arg);
}

bool
appliance_host_counts(const struct appliance *a, uint16_t iface, struct hostif_counts *out)
{
	return a->kernel != NULL && hostif_counts(a->kernel, iface, out);
}
