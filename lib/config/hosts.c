/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's side of interfaces: key host of an interface, and section host. */

#include <ctype.h>
#include <string.h>

#include "config/config_priv.h"

enum {
	NAME_MOST = 15, /* IFNAMSIZ, without its end */
	NETNS_MOST = 200,
	IFACE_MOST = 63,
};

static const struct cfg_field interface_host_fields[] = {
	{ "enabled", CFG_BOOL, "true", offsetof(struct interface_host_cfg, enabled),
		"false: the interface has no kernel interface; host: true is enough otherwise." },
	{ "name", CFG_TEXT, CFG_OPTIONAL, offsetof(struct interface_host_cfg, name),
		"Name of the kernel interface; default: the name of this interface." },
	{ "rate", CFG_RATE, "20k/s", offsetof(struct interface_host_cfg, rate),
		"Packets a second that go to the host, over all workers.  Routing protocols, ARP and "
		"ND, and DHCP have limits of their own.",
		.min = 100, .max = 10000000 },
	CFG_END,
};

const struct cfg_table interface_host_table = {
	"host",
	CFG_SIZEOF(struct interface_host_cfg),
	interface_host_fields,
	"The kernel interface of an interface.",
	.bare = "enabled",
};

static const struct cfg_field host_fields[] = {
	{ "netns", CFG_TEXT, CFG_OPTIONAL, offsetof(struct host_cfg, netns),
		"Network namespace (ip netns add) in which the kernel interfaces are made; default: "
		"the one that Weir runs in.",
		.restart = true },
	CFG_END,
};

const struct cfg_table host_table = {
	"host",
	CFG_SIZEOF(struct host_cfg),
	host_fields,
	"What kernel interfaces have in common.",
};

const char *
interface_host(const struct interface_cfg *iface)
{
	if (iface->host.head.loc.line == 0 || !iface->host.enabled)
		return NULL;
	return iface->host.name != NULL ? iface->host.name : iface->head.name;
}

/* Returns why the kernel takes no interface of this name, or NULL. */
static const char *
name_fault(const char *name)
{
	if (name[0] == '\0' || strlen(name) > NAME_MOST)
		return "a kernel interface has a name of 1 to 15 characters; host: {name: ...} gives another one";
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, "lo") == 0
		|| strcmp(name, "all") == 0 || strcmp(name, "default") == 0)
		return "no kernel interface can have this name; host: {name: ...} gives another one";
	for (const char *c = name; *c != '\0'; c++)
		if (!isgraph((unsigned char)*c) || strchr("/:%", *c) != NULL)
			return "the name of a kernel interface has no spaces and none of / : %";
	return NULL;
}

static void
check_one(const struct config *cfg, const struct interface_cfg *iface, struct err *err)
{
	const char *name = interface_host(iface), *why;
	const void *field = iface->host.name != NULL ? (const void *)&iface->host.name : NULL;

	if (name == NULL)
		return;
	why = name_fault(name);
	if (why != NULL)
		cfg_error(err, &iface->host.head, field, "'%s': %s", name, why);
	if (strlen(iface->head.name) > IFACE_MOST)
		cfg_error(err, &iface->host.head, NULL,
			"the name of an interface with a kernel interface is longer than %u characters",
			IFACE_MOST);
	if (iface->host.rate.unit != CFG_RATE_COUNT)
		cfg_error(err, &iface->host.head, &iface->host.rate,
			"a rate of packets is written as 20k/s");
	for (const struct interface_cfg *before = cfg->interfaces.items; before < iface; before++) {
		const char *other = interface_host(before);

		if (other != NULL && strcmp(other, name) == 0)
			cfg_error(err, &iface->host.head, field,
				"%s has the kernel interface %s already", before->head.name, name);
	}
}

void
hosts_check(const struct config *cfg, struct err *err)
{
	const char *netns = cfg->host.netns;

	cfg_each(iface, &cfg->interfaces)
		if (iface->head.name != NULL)
			check_one(cfg, iface, err);
	if (netns == NULL)
		return;
	if (netns[0] == '\0' || netns[0] == '.' || strchr(netns, '/') != NULL
		|| strlen(netns) > NETNS_MOST)
		cfg_error(err, &cfg->host.head, &cfg->host.netns,
			"is no name of a network namespace, as ip netns list shows them");
}

void
hosts_check_reload(const struct config *started, const struct config *next, struct err *err)
{
	const char *was = started->host.netns, *is = next->host.netns;

	if (was == is || (was != NULL && is != NULL && strcmp(was, is) == 0))
		return;
	cfg_error(err, &next->host.head, &next->host.netns, "a change needs a restart");
}
