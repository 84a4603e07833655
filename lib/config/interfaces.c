/* SPDX-License-Identifier: BSD-3-Clause */
/* Section interfaces: ports, and VLANs on them, by which packets come in, with our own addresses
 * there. */

#include <errno.h>
#include <string.h>

#include "base/suggest.h"
#include "config/config_priv.h"
#include "packet/key.h"
#include "packet/ledger.h"

#define PROXIES_MAX      256u
#define DOMAIN_NAME_MOST 31u

static const struct cfg_field neighbour_fields[] = {
	{ "mac", CFG_MAC, NULL, offsetof(struct neighbour_cfg, mac), "The neighbour's MAC." },
	CFG_END,
};

static const struct cfg_table neighbour_table = {
	"neighbour",
	CFG_SIZEOF(struct neighbour_cfg),
	neighbour_fields,
	"A static neighbour.",
	.bare = "mac",
};

static const struct cfg_field interface_fields[] = {
	{ "port", CFG_REF, CFG_OPTIONAL, offsetof(struct interface_cfg, port),
		"Port of the interface; without it, the port of the same name.", .refers = "ports",
		.kind = "port" },
	{ "bridge", CFG_REF, CFG_OPTIONAL, offsetof(struct interface_cfg, bridge),
		"Bridge whose own interface this is, instead of a port: by it Weir has addresses on "
		"the bridge, and routes between the bridge and other interfaces.",
		.refers = "bridges", .kind = "bridge" },
	{ "vlan", CFG_VLAN, CFG_OPTIONAL, offsetof(struct interface_cfg, vlan),
		"VLAN of the frames, the outer one of two; without it, untagged frames." },
	{ "inner_vlan", CFG_VLAN, CFG_OPTIONAL, offsetof(struct interface_cfg, inner_vlan),
		"The inner VLAN of frames with two tags." },
	{ "addresses", CFG_INTERFACE_ADDRESS | CFG_LIST, CFG_OPTIONAL,
		offsetof(struct interface_cfg, addresses),
		"Own addresses with the prefix length of their subnet." },
	{ "mtu", CFG_U16, "1500", offsetof(struct interface_cfg, mtu),
		"Bytes of the largest IP packet.", .min = 576, .max = 9600 },
	{ "pipeline", CFG_REF, CFG_OPTIONAL, offsetof(struct interface_cfg, pipeline),
		"Pipeline of the packets that enter here; without it they are dropped.",
		.refers = "pipelines", .kind = "pipeline" },
	{ "domain", CFG_NAME, CFG_OPTIONAL, offsetof(struct interface_cfg, domain),
		"Domain (VRF) of the interface: addresses, neighbours, sessions and routes are looked "
		"up within it, and may be the same in another one; without it, main." },
	{ "neighbours", CFG_STRUCT | CFG_MAP, CFG_OPTIONAL,
		offsetof(struct interface_cfg, neighbours),
		"MACs of neighbours by address; others are learned by ARP and ND.",
		.table = &neighbour_table, .kind = "neighbour", .key = CFG_ADDRESS },
	{ "proxy", CFG_PREFIX | CFG_LIST, CFG_OPTIONAL, offsetof(struct interface_cfg, proxy),
		"Addresses of stations elsewhere that stations of this link take for neighbours: Weir "
		"answers ARP and ND for them with the MAC of the interface (proxy ARP, proxy ND)." },
	{ "host", CFG_STRUCT, CFG_OPTIONAL, offsetof(struct interface_cfg, host),
		"Makes a kernel interface (a tap) of this interface, for routing daemons and other "
		"programs of this host.",
		.table = &interface_host_table, .presence = true },
	CFG_END,
};

const struct cfg_table interface_table = {
	"interface",
	CFG_SIZEOF(struct interface_cfg),
	interface_fields,
	"A port, or a VLAN on it, by which packets enter.",
};

bool
config_is_station(const struct cfg_mac *mac)
{
	static const struct cfg_mac none;

	return (mac->bytes[0] & 1) == 0 && memcmp(mac->bytes, none.bytes, sizeof(mac->bytes)) != 0;
}

const char *
interface_port(const struct interface_cfg *iface)
{
	return iface->port != NULL ? iface->port : iface->head.name;
}

const char *
interface_domain(const struct interface_cfg *iface)
{
	return iface->domain != NULL ? iface->domain : "main";
}

static bool
same_domain(const struct interface_cfg *a, const struct interface_cfg *b)
{
	return strcmp(interface_domain(a), interface_domain(b)) == 0;
}

static void
check_port(const struct config *cfg, const struct interface_cfg *iface, struct err *err)
{
	struct suggestion s = suggestion_of(iface->head.name);

	/* A written port or bridge has been looked up by the decoder. */
	if (cfg_is_written(&iface->head, &iface->bridge))
		return;
	if (cfg_is_written(&iface->head, &iface->port)
		|| config_port_index(cfg, iface->head.name) >= 0)
		return;
	cfg_each(port, &cfg->ports)
		suggestion_offer(&s, port->head.name);
	if (s.best != NULL)
		cfg_error(err, &iface->head, NULL, "no port has this name; did you mean '%s'?",
			s.best);
	else
		cfg_error(err, &iface->head, NULL,
			"no port has this name; port: says which one it is on");
}

static bool
same_frames(const struct interface_cfg *a, const struct interface_cfg *b)
{
	return strcmp(interface_port(a), interface_port(b)) == 0 && a->vlan == b->vlan
		&& a->inner_vlan == b->inner_vlan;
}

/* Returns true if a VLAN was written that is not valid, which has been reported. */
static bool
vlan_unread(const struct interface_cfg *iface)
{
	return iface->vlan == 0 && cfg_is_written(&iface->head, &iface->vlan);
}

static void
check_frames(const struct config *cfg, const struct interface_cfg *iface, struct err *err)
{
	if (vlan_unread(iface) || iface->bridge != NULL)
		return;
	if (iface->inner_vlan != 0 && iface->vlan == 0)
		cfg_error(err, &iface->head, &iface->inner_vlan, "needs vlan, the outer one");
	for (const struct interface_cfg *before = cfg->interfaces.items; before < iface; before++) {
		if (vlan_unread(before) || before->bridge != NULL || !same_frames(before, iface))
			continue;
		if (iface->vlan == 0)
			cfg_error(err, &iface->head, NULL,
				"untagged frames of port %s are those of %s", interface_port(iface),
				before->head.name);
		else
			cfg_error(err, &iface->head, &iface->vlan,
				"the same frames of port %s are those of %s", interface_port(iface),
				before->head.name);
		return;
	}
}

static bool
is_unspecified_or_loopback(const uint8_t ip6[static 16])
{
	return ip6[0] == 0 && memcmp(ip6, ip6 + 1, 14) == 0 && ip6[15] < 2;
}

/* ::ffff:0:0/96, which never is on a wire. */
static bool
is_mapped(const uint8_t ip6[static 16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(ip6, mapped, sizeof(mapped)) == 0;
}

/* Returns why no interface can have this address, or NULL. */
static const char *
address_fault(const struct ip_prefix *p)
{
	const uint8_t *b = p->address.bytes;
	struct ip_prefix net = ip_prefix_network(p);
	uint32_t host;

	if (p->address.family == AF_INET6)
		return b[0] == 0xff                     ? "is multicast"
			: is_unspecified_or_loopback(b) ? "is no address of an interface"
			: is_mapped(b)                  ? "is an IPv4 address in IPv6's form"
							: NULL;
	if (b[0] == 0 || b[0] == 127 || b[0] >= 224)
		return "is no address of an interface";
	if (p->length > 30)
		return NULL;
	host = __builtin_bswap32(p->address.v4 ^ net.address.v4);
	if (host == 0)
		return "is the subnet itself; which address is ours in it?";
	return host == UINT32_MAX >> p->length ? "is the broadcast address of its subnet" : NULL;
}

static bool
overlap(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return ip_prefix_contains(a, &b->address) || ip_prefix_contains(b, &a->address);
}

static bool
is_link_local(const struct ip_address *a)
{
	return a->family == AF_INET6 && a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}

bool
config_has_address(
	const struct config *cfg, const struct interface_cfg *of, const struct ip_prefix *p)
{
	if (is_link_local(&p->address))
		return false;
	cfg_each(iface, &cfg->interfaces)
		cfg_each(q, &iface->addresses)
			if (same_domain(iface, of) && ip_address_equal(&p->address, &q->address))
				return true;
	return false;
}

/* Compares with the addresses written before in the domain: the same one is an error, an overlap on
 * another interface a warning, since one of the two is then never reached.  A link-local address
 * counts on its link only. */
static void
check_address_alone(const struct config *cfg, const struct interface_cfg *iface,
	const struct ip_prefix *p, struct err *err)
{
	char text[IP_TEXT_MAX];

	for (const struct interface_cfg *other = cfg->interfaces.items; other <= iface; other++) {
		cfg_each(q, &other->addresses) {
			if (q == p)
				return;
			if (!same_domain(other, iface))
				continue;
			if (other != iface && is_link_local(&p->address)
				&& is_link_local(&q->address))
				continue;
			if (ip_address_equal(&p->address, &q->address)) {
				cfg_error(err, &iface->head, p, "%s has this address already",
					other->head.name);
				return;
			}
			if (other != iface && overlap(p, q)) {
				cfg_warn(err, &iface->head, p, "overlaps %s of %s",
					ip_prefix_text(q, text), other->head.name);
				return;
			}
		}
	}
}

static void
check_addresses(const struct config *cfg, const struct interface_cfg *iface, struct err *err)
{
	cfg_each(p, &iface->addresses) {
		char text[IP_TEXT_MAX];
		const char *fault;

		if (p->address.family == 0)
			continue; /* could not be read */
		fault = address_fault(p);
		if (fault != NULL)
			cfg_error(err, &iface->head, p, "%s %s", ip_prefix_text(p, text), fault);
		else
			check_address_alone(cfg, iface, p, err);
		if (p->address.family == AF_INET6 && iface->mtu != 0 && iface->mtu < 1280) {
			cfg_error(err, &iface->head, &iface->mtu,
				"%u is below 1280, which IPv6 needs", iface->mtu);
			return;
		}
	}
}

static bool
in_a_subnet(const struct interface_cfg *iface, const struct ip_address *a)
{
	if (is_link_local(a))
		return true;
	cfg_each(p, &iface->addresses)
		if (ip_prefix_contains(p, a))
			return true;
	return false;
}

/* Returns true for the network or broadcast address of a subnet. */
static bool
is_edge(const struct interface_cfg *iface, const struct ip_address *a)
{
	cfg_each(p, &iface->addresses) {
		struct ip_prefix net = ip_prefix_network(p);
		uint32_t host = __builtin_bswap32(a->v4 ^ net.address.v4);

		if (a->family != AF_INET || p->address.family != AF_INET || p->length > 30)
			continue;
		if (host == 0 || host == UINT32_MAX >> p->length)
			return true;
	}
	return false;
}

/* Returns how the neighbour was written before, or NULL: an IPv6 address has many spellings. */
static const char *
same_neighbour(const struct interface_cfg *iface, const struct neighbour_cfg *n,
	const struct ip_address *a)
{
	if (a->family != AF_INET6)
		return NULL;
	for (const struct neighbour_cfg *before = iface->neighbours.items; before < n; before++) {
		struct ip_address b;

		if (before->head.name != NULL && ip_address_parse(before->head.name, &b)
			&& ip_address_equal(&b, a))
			return before->head.name;
	}
	return NULL;
}

static void
check_not_ours(const struct interface_cfg *iface, const struct neighbour_cfg *n,
	const struct ip_address *a, struct err *err)
{
	cfg_each(p, &iface->addresses)
		if (ip_address_equal(&p->address, a))
			cfg_error(err, &n->head, NULL, "%s is our own address", n->head.name);
}

static void
check_neighbours(const struct interface_cfg *iface, struct err *err)
{
	cfg_each(n, &iface->neighbours) {
		static const uint8_t zero[6];
		struct ip_address a;
		const char *other;

		if (n->head.name == NULL || !ip_address_parse(n->head.name, &a))
			continue; /* already reported */
		other = same_neighbour(iface, n, &a);
		if (other != NULL)
			cfg_error(err, &n->head, NULL, "%s is %s, which %s has already",
				n->head.name, other, iface->head.name);
		if (!in_a_subnet(iface, &a))
			cfg_error(err, &n->head, NULL, "%s is in no subnet of %s", n->head.name,
				iface->head.name);
		if (is_edge(iface, &a))
			cfg_error(err, &n->head, NULL,
				"%s is the network or broadcast address of a subnet of %s",
				n->head.name, iface->head.name);
		check_not_ours(iface, n, &a, err);
		if ((n->mac.bytes[0] & 1) != 0 || memcmp(n->mac.bytes, zero, 6) == 0)
			cfg_error(err, &n->head, &n->mac, "is not the MAC address of a station");
	}
}

static void
check_proxy(const struct interface_cfg *iface, struct err *err)
{
	char text[IP_TEXT_MAX], own[IP_TEXT_MAX];

	if (iface->proxy.count > PROXIES_MAX)
		cfg_error(err, &iface->head, &iface->proxy, "%u prefixes are more than %u",
			iface->proxy.count, PROXIES_MAX);
	cfg_each(p, &iface->proxy) {
		const uint8_t *b = p->address.bytes;

		if (p->address.family == 0)
			continue; /* could not be read */
		ip_prefix_text(p, text);
		if (p->length == 0)
			cfg_error(err, &iface->head, p,
				"%s would take every station of the link from the others", text);
		else if (p->address.family == AF_INET ? b[0] == 0 || b[0] == 127 || b[0] >= 224
						      : b[0] == 0xff || is_link_local(&p->address))
			cfg_error(err, &iface->head, p, "%s is elsewhere for no station", text);
		cfg_each(q, &iface->addresses)
			if (ip_prefix_contains(p, &q->address) && p->length <= q->length)
				cfg_warn(err, &iface->head, p,
					"%s has all of the subnet of %s: stations that the "
					"neighbours table does not know are taken for far ones",
					text, ip_prefix_text(q, own));
	}
}

/* Returns true if an interface before this one names its domain. */
static bool
is_known_domain(const struct config *cfg, const struct interface_cfg *iface)
{
	for (const struct interface_cfg *before = cfg->interfaces.items; before < iface; before++)
		if (same_domain(before, iface))
			return true;
	return strcmp(interface_domain(iface), "main") == 0;
}

static void
check_domains(const struct config *cfg, struct err *err)
{
	unsigned n = 1; /* main */

	cfg_each(iface, &cfg->interfaces) {
		if (iface->domain != NULL && strlen(iface->domain) > DOMAIN_NAME_MOST)
			cfg_error(err, &iface->head, &iface->domain,
				"the name of a domain has %u characters at most", DOMAIN_NAME_MOST);
		if (is_known_domain(cfg, iface) || ++n != DOMAINS_MAX + 1)
			continue;
		cfg_error(err, &iface->head, &iface->domain, "more than %u domains", DOMAINS_MAX);
	}
}

void
interfaces_check(const struct config *cfg, struct err *err)
{
	if (cfg->interfaces.count >= LEDGER_IFACES)
		cfg_error(err, &cfg->head, &cfg->interfaces, "%u interfaces are more than %u",
			cfg->interfaces.count, LEDGER_IFACES - 1);
	cfg_each(iface, &cfg->interfaces) {
		check_port(cfg, iface, err);
		check_frames(cfg, iface, err);
		check_addresses(cfg, iface, err);
		check_neighbours(iface, err);
		check_proxy(iface, err);
	}
	check_domains(cfg, err);
}
