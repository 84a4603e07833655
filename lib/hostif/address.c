/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses of taps, by rtnetlink: those of the configuration are given to the kernel, and those
 * that others add are told to control.
 *
 * Every message about an address makes the thread read the addresses of all interfaces anew, so a
 * message that is lost for want of room (ENOBUFS) leaves nothing wrong. */

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <netlink/netlink.h>
#include <netlink/route/addr.h>

#include "base/log.h"
#include "hostif/hostif_priv.h"

/* What one look at all addresses has found. */
struct look {
	struct hostif *k;
	struct ip_prefix (*found)[HOSTIF_ADDRESSES]; /* by tap in the order of by_index */
	unsigned *n;
	struct tap **tap;
	unsigned n_taps;
};

static struct nl_addr *
to_nl(const struct ip_prefix *p)
{
	size_t bytes = p->address.family == AF_INET ? 4 : 16;
	struct nl_addr *a = nl_addr_build(p->address.family, p->address.bytes, bytes);

	if (a != NULL)
		nl_addr_set_prefixlen(a, p->length);
	return a;
}

/* Adds an address to a tap, or deletes it.  An IPv6 address is usable at once: Weir answers for
 * it. */
static int
change(struct hostif *k, const struct tap *t, const struct ip_prefix *p, bool add)
{
	struct rtnl_addr *a = rtnl_addr_alloc();
	struct nl_addr *local = to_nl(p);
	int rc = a == NULL || local == NULL ? -NLE_NOMEM : 0;

	if (rc == 0) {
		rtnl_addr_set_ifindex(a, t->index);
		rc = rtnl_addr_set_local(a, local);
		if (p->address.family == AF_INET6)
			rtnl_addr_set_flags(a, IFA_F_NODAD);
	}
	if (rc == 0)
		rc = add ? rtnl_addr_add(k->ask, a, NLM_F_REPLACE) : rtnl_addr_delete(k->ask, a, 0);
	nl_addr_put(local);
	rtnl_addr_put(a);
	return rc;
}

static bool
same(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return ip_address_equal(&a->address, &b->address);
}

static bool
has(const struct ip_prefix *list, unsigned n, const struct ip_prefix *p)
{
	for (unsigned i = 0; i < n; i++)
		if (same(&list[i], p))
			return true;
	return false;
}

static bool
is_wanted(const struct hostif_iface *wanted, const struct ip_prefix *p)
{
	return has(wanted->addresses, wanted->n_addresses, p);
}

void
addresses_set(struct hostif *k, struct tap *t, const struct hostif_iface *wanted)
{
	size_t bytes = wanted->n_addresses * sizeof(struct ip_prefix);
	struct ip_prefix *own = malloc(bytes + 1);
	char text[IP_TEXT_MAX];

	for (unsigned i = 0; i < t->n_own; i++)
		if (!is_wanted(wanted, &t->own[i]))
			change(k, t, &t->own[i], false);
	for (unsigned i = 0; i < wanted->n_addresses; i++) {
		int rc = change(k, t, &wanted->addresses[i], true);

		if (rc < 0)
			log_warning("host interface %s: the kernel refuses %s: %s", t->name,
				ip_prefix_text(&wanted->addresses[i], text), nl_geterror(rc));
	}
	free(t->own);
	t->own = own;
	t->n_own = own == NULL ? 0 : wanted->n_addresses;
	if (own != NULL && bytes != 0)
		memcpy(own, wanted->addresses, bytes);
}

/* Returns true for fe80:: and the MAC as EUI-64, which Weir has itself. */
static bool
is_own_link_local(const struct tap *t, const struct ip_prefix *p)
{
	const uint8_t *b = p->address.bytes, *mac = t->mac;
	const uint8_t own[16] = { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, mac[0] ^ 2, mac[1], mac[2], 0xff,
		0xfe, mac[3], mac[4], mac[5] };

	return p->address.family == AF_INET6 && memcmp(b, own, sizeof(own)) == 0;
}

static bool
read_address(struct rtnl_addr *a, struct ip_prefix *out)
{
	struct nl_addr *local = rtnl_addr_get_local(a);
	unsigned flags = rtnl_addr_get_flags(a);

	if (local == NULL || (flags & IFA_F_DADFAILED)
		|| ((flags & IFA_F_TENTATIVE) && !(flags & IFA_F_OPTIMISTIC)))
		return false;
	memset(out, 0, sizeof(*out));
	out->address.family = (uint8_t)rtnl_addr_get_family(a);
	if (out->address.family != AF_INET && out->address.family != AF_INET6)
		return false;
	memcpy(out->address.bytes, nl_addr_get_binary_addr(local),
		out->address.family == AF_INET ? 4 : 16);
	out->length = (uint8_t)rtnl_addr_get_prefixlen(a);
	return true;
}

static void
look_at(struct nl_object *object, void *arg)
{
	struct rtnl_addr *a = (struct rtnl_addr *)object;
	struct look *look = arg;
	struct ip_prefix p;
	unsigned i = 0;

	while (i < look->n_taps && look->tap[i]->index != rtnl_addr_get_ifindex(a))
		i++;
	if (i == look->n_taps || !read_address(a, &p))
		return;
	if (has(look->tap[i]->own, look->tap[i]->n_own, &p) || is_own_link_local(look->tap[i], &p)
		|| look->n[i] == HOSTIF_ADDRESSES)
		return;
	look->found[i][look->n[i]++] = p;
}

static bool
differs(const struct tap *t, const struct ip_prefix *found, unsigned n)
{
	if (n != t->n_others)
		return true;
	for (unsigned i = 0; i < n; i++)
		if (!has(t->others, n, &found[i])
			|| memcmp(&t->others[i], &found[i], sizeof(*found)))
			return true;
	return false;
}

static bool
keep(const struct look *look)
{
	bool changed = false;

	pthread_mutex_lock(&look->k->mutex);
	for (unsigned i = 0; i < look->n_taps; i++) {
		if (!differs(look->tap[i], look->found[i], look->n[i]))
			continue;
		changed = true;
		memcpy(look->tap[i]->others, look->found[i], sizeof(look->found[i]));
		look->tap[i]->n_others = look->n[i];
	}
	pthread_mutex_unlock(&look->k->mutex);
	return changed;
}

static unsigned
list_taps(struct hostif *k, struct tap **out)
{
	unsigned n = 0;

	for (unsigned i = 0; i < HOSTIF_TAPS && n < k->n_taps; i++) {
		struct tap *t = atomic_load_explicit(&k->taps[i], memory_order_relaxed);

		if (t != NULL)
			out[n++] = t;
	}
	return n;
}

void
addresses_look(struct hostif *k)
{
	struct look look = { .k = k };
	struct nl_cache *cache = NULL;
	const uint64_t one = 1;
	unsigned room = k->n_taps + 1;

	look.tap = calloc(room, sizeof(look.tap[0]));
	look.found = calloc(room, sizeof(look.found[0]));
	look.n = calloc(room, sizeof(look.n[0]));
	if (look.tap != NULL && look.found != NULL && look.n != NULL
		&& rtnl_addr_alloc_cache(k->ask, &cache) == 0) {
		look.n_taps = list_taps(k, look.tap);
		nl_cache_foreach(cache, look_at, &look);
		if (keep(&look) && write(k->changes_fd, &one, sizeof(one)) < 0)
			log_debug("addresses of taps: %s", strerror(errno));
		nl_cache_free(cache);
	} else {
		k->again = true;
	}
	free(look.tap);
	free(look.found);
	free(look.n);
}

static int
ignore(struct nl_msg *message, void *arg)
{
	return NL_OK;
}

/* Takes all messages at once: what they say is read anew. */
static void
heard(void *arg)
{
	struct hostif *k = arg;

	while (nl_recvmsgs_default(k->hear) >= 0)
		;
	addresses_look(k);
}

int
addresses_begin(struct hostif *k)
{
	k->ask = nl_socket_alloc();
	k->hear = nl_socket_alloc();
	if (k->ask == NULL || k->hear == NULL)
		return -ENOMEM;
	nl_socket_disable_seq_check(k->hear);
	if (nl_connect(k->ask, NETLINK_ROUTE) < 0 || nl_connect(k->hear, NETLINK_ROUTE) < 0)
		return -EPROTONOSUPPORT;
	nl_socket_modify_cb(k->hear, NL_CB_VALID, NL_CB_CUSTOM, ignore, NULL);
	if (nl_socket_add_memberships(
		    k->hear, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, RTNLGRP_NONE)
			< 0
		|| nl_socket_set_nonblocking(k->hear) < 0)
		return -EPROTONOSUPPORT;
	return hostif_watch(k, nl_socket_get_fd(k->hear), heard, k);
}

void
addresses_end(struct hostif *k)
{
	nl_socket_free(k->ask);
	nl_socket_free(k->hear);
	k->ask = k->hear = NULL;
}
