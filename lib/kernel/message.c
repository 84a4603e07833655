/* SPDX-License-Identifier: BSD-3-Clause */
/* One message of the kernel about a route: what of it Weir can represent. */

#include <string.h>

#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <netlink/addr.h>
#include <netlink/msg.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>

#include "kernel/kernel_priv.h"

/* A route while it is read. */
struct reading {
	struct kernel_routes *k;
	struct rtnl_route *route;
	struct kernel_problem problem; /* why: NULL as long as there is none */
	struct live_hop hop[LIVE_HOPS_MAX];
	unsigned n;
	unsigned family;
	uint32_t object; /* of next hops; 0: none */
};

static void
read_address(const struct nl_addr *from, union address *to)
{
	memset(to, 0, sizeof(*to));
	if (from != NULL && nl_addr_get_len(from) <= sizeof(to->bytes))
		memcpy(to->bytes, nl_addr_get_binary_addr(from), nl_addr_get_len(from));
}

static void
read_hop(struct rtnl_nexthop *nh, void *arg)
{
	struct reading *r = arg;
	const struct nl_addr *gateway = rtnl_route_nh_get_gateway(nh);
	struct live_hop *hop = &r->hop[r->n];

	if (r->n == LIVE_HOPS_MAX) {
		r->problem.why = "more than 64 next hops";
		return;
	}
	if (rtnl_route_nh_get_via(nh) != NULL) {
		r->problem.why = "the gateway is of another family";
		return;
	}
	if (rtnl_route_nh_get_encap_mpls_dst(nh) != NULL || rtnl_route_nh_get_newdst(nh) != NULL) {
		r->problem.why = "MPLS";
		return;
	}
	memset(hop, 0, sizeof(*hop));
	read_address(gateway, &hop->gateway);
	hop->on_link = gateway == NULL;
	hop->link = (uint32_t)rtnl_route_nh_get_ifindex(nh);
	hop->weight = (uint16_t)(rtnl_route_nh_get_weight(nh) + 1);
	atomic_store_explicit(&hop->iface, kernel_link_id(r->k, hop->link), memory_order_relaxed);
	r->n++;
}

/* Returns the kind of route, and notes what cannot be represented. */
static enum live_kind
read_kind(struct reading *r)
{
	switch (rtnl_route_get_type(r->route)) {
	case RTN_UNICAST:
		rtnl_route_foreach_nexthop(r->route, read_hop, r);
		if (r->n == 0 && r->problem.why == NULL)
			r->problem.why =
				"no next hop that is known: is net.ipv4.nexthop_compat_mode 0?";
		return LIVE_VIA;
	case RTN_BLACKHOLE:
		return LIVE_BLACKHOLE;
	case RTN_UNREACHABLE:
		return LIVE_UNREACHABLE;
	case RTN_PROHIBIT:
		return LIVE_PROHIBIT;
	default:
		r->problem.why = "of a type that Weir does not have";
		return LIVE_VIA;
	}
}

static void
check_rest(struct reading *r)
{
	struct nl_addr *src = rtnl_route_get_src(r->route);
	bool leads = r->n == 0;

	if (rtnl_route_get_tos(r->route) != 0)
		r->problem.why = "for one type of service";
	if (src != NULL && nl_addr_get_prefixlen(src) != 0)
		r->problem.why = "for packets of some sources";
	for (unsigned i = 0; i < r->n; i++)
		leads |= atomic_load_explicit(&r->hop[i].iface, memory_order_relaxed) != 0;
	if (leads || r->problem.why != NULL)
		return;
	r->problem.why = "leaves by an interface that is not Weir's";
	if_indextoname(r->hop[0].link, r->problem.dev);
}

static struct live *
find_table(const struct kernel_routes *k, uint32_t number)
{
	for (unsigned i = 0; i < k->n_tables; i++)
		if (k->table[i].number == number)
			return k->table[i].live;
	return NULL;
}

/* Removes a route.  Of an IPv6 route with several next hops the kernel may name one: then all are
 * read again. */
static void
withdraw(struct reading *r, struct live *live, const struct live_route *route)
{
	if (!live_remove(live, &route->prefix, route->metric, route->group, r->family == 6))
		r->k->resync |= r->family == 6; /* one of several next hops, likely */
	kernel_problem_remove(r->k, r->problem.table, &route->prefix, route->metric);
}

static void
apply(struct reading *r, struct live *live, const struct nlmsghdr *m)
{
	struct live_route route = {
		.prefix = r->problem.prefix,
		.metric = r->problem.metric,
		.protocol = rtnl_route_get_protocol(r->route),
	};
	struct live_hops hops = { read_kind(r), r->object, r->hop, r->n };

	check_rest(r);
	if (m->nlmsg_type == RTM_DELROUTE) {
		route.group = live_group_find(live, &hops);
		withdraw(r, live, &route);
		return;
	}
	/* Its interface may become ours; until then it does not count. */
	route.group = r->problem.why == NULL || r->problem.dev[0] != '\0' ? live_group(live, &hops)
									  : LIVE_NONE;
	if (route.group == LIVE_NONE && r->problem.why == NULL)
		r->problem.why = "there is no room for its next hops";
	if (r->problem.why != NULL)
		kernel_problem_add(r->k, &r->problem);
	else
		kernel_problem_remove(r->k, r->problem.table, &route.prefix, route.metric);
	if (route.group == LIVE_NONE)
		live_remove(live, &route.prefix, route.metric, LIVE_NONE, false);
	else
		live_put(live, &route, r->family == 4 && (m->nlmsg_flags & NLM_F_APPEND));
}

static bool
read_prefix(struct reading *r)
{
	const struct nl_addr *dst = rtnl_route_get_dst(r->route);
	struct prefix *p = &r->problem.prefix;

	r->family = rtnl_route_get_family(r->route) == AF_INET ? 4 : 6;
	p->family = (uint8_t)r->family;
	read_address(dst, &p->address);
	p->length = dst != NULL ? (uint8_t)nl_addr_get_prefixlen(dst) : 0;
	prefix_trim(p);
	/* Each link has its own fe80::/64, and multicast is not routed. */
	return !(r->family == 6
		&& ((p->address.bytes[0] == 0xfe && (p->address.bytes[1] & 0xc0) == 0x80)
			|| (p->address.bytes[0] == 0xff && p->length > 0)));
}

void
kernel_route_message(struct kernel_routes *k, struct nlmsghdr *m)
{
	const struct rtmsg *head = nlmsg_data(m);
	const struct nlattr *object = nlmsg_find_attr(m, sizeof(*head), RTA_NH_ID);
	struct reading r = { .k = k, .object = object != NULL ? nla_get_u32(object) : 0 };
	struct live *live;

	k->figures.messages++;
	if ((head->rtm_flags & RTM_F_CLONED)
		|| (head->rtm_family != AF_INET && head->rtm_family != AF_INET6)
		|| rtnl_route_parse(m, &r.route) < 0)
		return;
	r.problem.table = rtnl_route_get_table(r.route);
	r.problem.metric = rtnl_route_get_priority(r.route);
	live = find_table(k, r.problem.table);
	if (live != NULL && read_prefix(&r))
		apply(&r, live, m);
	rtnl_route_put(r.route);
}

/* With an object, or a member of one, the kernel changes routes without a word.  Of a replaced
 * object it announces each route. */
void
kernel_object_message(struct kernel_routes *k, struct nlmsghdr *m)
{
	const struct nlattr *id = nlmsg_find_attr(m, sizeof(struct nhmsg), NHA_ID);

	if (id == NULL
		|| (m->nlmsg_type == RTM_NEWNEXTHOP
			&& (m->nlmsg_flags & (NLM_F_REPLACE | NLM_F_CREATE))))
		return;
	for (unsigned i = 0; i < k->n_tables; i++)
		k->resync |= live_has_object(k->table[i].live, nla_get_u32(id), 0);
}

static const struct {
	uint8_t number;
	const char *name;
} protocols[] = {
	{ 1, "redirect" },
	{ 2, "kernel" },
	{ 3, "boot" },
	{ 4, "static" },
	{ 9, "ra" },
	{ 11, "zebra" },
	{ 12, "bird" },
	{ 16, "dhcp" },
	{ 18, "keepalived" },
	{ 42, "babel" },
	{ 186, "bgp" },
	{ 187, "isis" },
	{ 188, "ospf" },
	{ 189, "rip" },
	{ 192, "eigrp" },
};

const char *
kernel_protocol(uint8_t protocol, char number[static 8])
{
	for (unsigned i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (protocols[i].number == protocol)
			return protocols[i].name;
	snprintf(number, 8, "%u", protocol);
	return number;
}
