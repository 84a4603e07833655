/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses that the kernel's side of an interface gets from others: they become Weir's. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "control/appliance_priv.h"
#include "hostif/hostif.h"

/* Adds the addresses of a tap to a list.  False without memory. */
static bool
collect(struct appliance *a, const struct interface_cfg *row, struct added_address **list,
	unsigned *n)
{
	const struct interface *iface = generation_find(a->gen, row->head.name);
	struct ip_prefix found[HOSTIF_ADDRESSES];
	unsigned more = iface != NULL && iface->host != NULL
		? hostif_addresses(a->kernel, iface->id, found)
		: 0;
	struct added_address *grown;

	if (more == 0)
		return true;
	grown = realloc(*list, (*n + more) * sizeof(*grown));
	if (grown == NULL)
		return false;
	*list = grown;
	for (unsigned i = 0; i < more; i++, (*n)++) {
		grown[*n] = (struct added_address){ .address = found[i] };
		snprintf(grown[*n].iface, sizeof(grown[*n].iface), "%s", row->head.name);
	}
	return true;
}

static bool
has_added(const struct added_address *list, unsigned n, const struct added_address *one)
{
	for (unsigned i = 0; i < n; i++)
		if (strcmp(list[i].iface, one->iface) == 0
			&& ip_address_equal(&list[i].address.address, &one->address.address)
			&& list[i].address.length == one->address.length)
			return true;
	return false;
}

/* Logs the addresses of one list that another does not have.  Returns true if there were any. */
static bool
say_new(const struct added_address *list, unsigned n, const struct added_address *than,
	unsigned n_than, const char *what)
{
	char text[IP_TEXT_MAX];
	bool any = false;

	for (unsigned i = 0; i < n; i++) {
		if (has_added(than, n_than, &list[i]))
			continue;
		log_info("interface %s: the host has %s %s", list[i].iface, what,
			ip_prefix_text(&list[i].address, text));
		any = true;
	}
	return any;
}

void
appliance_follow_host(struct appliance *a)
{
	struct added_address *list = NULL, *before = a->added;
	unsigned n = 0, n_before = a->n_added;
	struct err *err;
	bool changed;

	if (a->kernel == NULL)
		return;
	cfg_each(row, &a->cfg->interfaces)
		if (row->head.name != NULL && !collect(a, row, &list, &n)) {
			free(list);
			return;
		}
	changed = say_new(list, n, before, n_before, "added");
	changed |= say_new(before, n_before, list, n, "removed");
	if (!changed && !a->renews) {
		free(list);
		return;
	}
	a->added = list;
	a->n_added = n;
	free(before);
	err = err_create();
	a->renews = err == NULL || appliance_renew(a, err) < 0;
	if (a->renews && err != NULL)
		log_error("addresses of the host are not used: %s", err_first(err));
	err_destroy(err);
}
