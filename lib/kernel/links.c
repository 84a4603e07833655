/* SPDX-License-Identifier: BSD-3-Clause */
/* Which interface of the kernel is which of Weir's: by name.  This is the only place that knows. */

#include <string.h>

#include <linux/rtnetlink.h>
#include <netlink/msg.h>

#include "kernel/kernel_priv.h"

static uint16_t
id_of_name(const struct kernel_routes *k, const char *name)
{
	for (unsigned i = 0; i < k->n_ifaces; i++)
		if (strcmp(k->iface[i].name, name) == 0)
			return k->iface[i].id;
	return 0;
}

static struct kernel_link *
find(struct kernel_routes *k, uint32_t link)
{
	for (unsigned i = 0; i < k->n_links; i++)
		if (k->links[i].link == link)
			return &k->links[i];
	return NULL;
}

uint16_t
kernel_link_id(void *arg, uint32_t link)
{
	struct kernel_link *l = find(arg, link);

	return l != NULL ? l->id : 0;
}

/* Returns true if a route has a next-hop object that leads to the interface. */
static bool
has_objects(const struct kernel_routes *k, uint32_t link)
{
	for (unsigned i = 0; i < k->n_tables; i++)
		if (live_has_object(k->table[i].live, 0, link))
			return true;
	return false;
}

/* Handles what is known now of one interface; returns true if routes may have gone with it: those
 * of IPv4 when it is set down, those with next-hop objects when its carrier goes. */
static bool
follow(struct kernel_routes *k, uint32_t link, uint16_t id, unsigned flags)
{
	struct kernel_link *l = find(k, link);
	bool up = flags & IFF_UP, carrier = flags & IFF_RUNNING;
	bool lost = l != NULL && l->up && (!up || l->id != id);

	if (l != NULL && l->carrier && !carrier)
		lost |= has_objects(k, link);

	if (id == 0 && l != NULL) {
		*l = k->links[--k->n_links];
		return lost;
	}
	if (id == 0)
		return false;
	if (l == NULL && k->n_links < KERNEL_IFACES)
		l = &k->links[k->n_links++];
	if (l != NULL)
		*l = (struct kernel_link){ link, id, up, carrier };
	return lost;
}

void
kernel_link_message(struct kernel_routes *k, struct nlmsghdr *m)
{
	const struct ifinfomsg *info = nlmsg_data(m);
	struct nlattr *name = nlmsg_find_attr(m, sizeof(*info), IFLA_IFNAME);
	uint16_t before = kernel_link_id(k, (uint32_t)info->ifi_index), id = 0;

	if (m->nlmsg_type == RTM_NEWLINK && name != NULL)
		id = id_of_name(k, nla_get_string(name));
	/* The kernel says nothing of the IPv4 routes that go with an interface. */
	if (follow(k, (uint32_t)info->ifi_index, id, info->ifi_flags))
		k->resync = true;
	if (id != before)
		for (unsigned i = 0; i < k->n_tables; i++)
			live_map(k->table[i].live, kernel_link_id, k);
}

static int
on_link(struct nl_msg *msg, void *arg)
{
	kernel_link_message(arg, nlmsg_hdr(msg));
	return NL_OK;
}

void
kernel_links_read(struct kernel_routes *k)
{
	struct rtgenmsg any = { .rtgen_family = AF_UNSPEC };

	k->n_links = 0;
	nl_socket_modify_cb(k->dump, NL_CB_VALID, NL_CB_CUSTOM, on_link, k);
	if (nl_send_simple(k->dump, RTM_GETLINK, NLM_F_DUMP, &any, sizeof(any)) >= 0)
		nl_recvmsgs_default(k->dump);
	for (unsigned i = 0; i < k->n_tables; i++)
		live_map(k->table[i].live, kernel_link_id, k);
}
