/* SPDX-License-Identifier: BSD-3-Clause */
#include "offline/learn.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MAC_BYTES = 6,
	MACS_MAX = 64,         /* of one port, in each direction */
	NEIGHBOURS_MAX = 1024, /* of one interface */
	TYPE_ARP = 0x0806,
	TYPE_IPV4 = 0x0800,
	TYPE_IPV6 = 0x86dd,
	TPID = 0x8100,
	TPID_OUTER = 0x88a8,
};

struct mac_count {
	uint8_t mac[MAC_BYTES];
	uint64_t frames;
};

struct mac_counts {
	struct mac_count of[MACS_MAX];
	unsigned n;
};

/* What is known of an interface. */
struct place {
	struct neighbour_cfg neighbour[NEIGHBOURS_MAX];
	char name[NEIGHBOURS_MAX][IP_TEXT_MAX];
	bool seen[NEIGHBOURS_MAX]; /* with its MAC */
	unsigned n;
};

struct learned {
	struct mac_counts to[PORT_MAX], from[PORT_MAX];
	struct place *place; /* by interface */
};

/* A frame as far as it is looked at. */
struct seen_frame {
	unsigned type, vlan[2];
	const uint8_t *l3;
	uint32_t bytes;
};

static void
count(struct mac_counts *c, const uint8_t *mac)
{
	if (mac[0] & 1)
		return;
	for (unsigned i = 0; i < c->n; i++) {
		if (memcmp(c->of[i].mac, mac, MAC_BYTES) == 0) {
			c->of[i].frames++;
			return;
		}
	}
	if (c->n == MACS_MAX)
		return;
	memcpy(c->of[c->n].mac, mac, MAC_BYTES);
	c->of[c->n++].frames = 1;
}

/* The one that most frames have, or NULL. */
static const uint8_t *
most(const struct mac_counts *c)
{
	const struct mac_count *best = NULL;

	for (unsigned i = 0; i < c->n; i++)
		if (best == NULL || c->of[i].frames > best->frames)
			best = &c->of[i];
	return best != NULL ? best->mac : NULL;
}

static bool
look_at(const struct replay_frame *f, struct seen_frame *out)
{
	uint32_t at = 12;

	*out = (struct seen_frame){ 0 };
	for (unsigned tags = 0; at + 2 <= f->bytes; tags++, at += 4) {
		out->type = (unsigned)f->data[at] << 8 | f->data[at + 1];
		if ((out->type != TPID && out->type != TPID_OUTER) || tags == 2
			|| at + 4 > f->bytes)
			break;
		out->vlan[tags] = ((unsigned)f->data[at + 2] << 8 | f->data[at + 3]) & 0xfff;
	}
	if (at + 2 > f->bytes)
		return false;
	out->l3 = f->data + at + 2;
	out->bytes = f->bytes - at - 2;
	return out->bytes >= (out->type == TYPE_IPV6 ? 40 : out->type == TYPE_ARP ? 28 : 20);
}

/* The interface of a frame, or -1. */
static int
find_interface(const struct config *cfg, unsigned port, const struct seen_frame *l)
{
	for (unsigned i = 0; i < cfg->interfaces.count; i++) {
		const struct interface_cfg *iface = &cfg->interfaces.items[i];

		if (config_port_index(cfg, interface_port(iface)) == (int)port
			&& iface->vlan == l->vlan[0] && iface->inner_vlan == l->vlan[1])
			return (int)i;
	}
	return -1;
}

/* Is an address a neighbour's: in a subnet of the interface, and not our own? */
static bool
is_neighbour(const struct interface_cfg *iface, const struct ip_address *a)
{
	bool inside = a->family == AF_INET6 && a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;

	cfg_each(p, &iface->addresses) {
		if (ip_address_equal(&p->address, a))
			return false;
		inside |= ip_prefix_contains(p, a);
	}
	return inside;
}

/* mac NULL: it is not known yet. */
static void
add(struct learned *l, const struct config *cfg, unsigned iface, const struct ip_address *a,
	const uint8_t *mac)
{
	const struct interface_cfg *row = &cfg->interfaces.items[iface];
	struct place *p = &l->place[iface];
	char text[IP_TEXT_MAX];
	unsigned i = 0;

	if (!is_neighbour(row, a) || cfg_find(&row->neighbours, ip_address_text(a, text)) != NULL)
		return;
	while (i < p->n && strcmp(p->name[i], text) != 0)
		i++;
	if (i == NEIGHBOURS_MAX || (i < p->n && p->seen[i]))
		return;
	if (i == p->n) {
		memcpy(p->name[i], text, sizeof(text));
		p->n++;
	}
	if (mac != NULL && (mac[0] & 1) == 0) {
		memcpy(p->neighbour[i].mac.bytes, mac, MAC_BYTES);
		p->seen[i] = true;
	}
}

static struct ip_address
address_at(const uint8_t *at, uint8_t family)
{
	struct ip_address a = { .bytes = { 0 } };

	a.family = family;
	memcpy(a.bytes, at, family == AF_INET ? 4 : 16);
	return a;
}

/* An address that is sent to may be behind any interface. */
static void
add_destination(struct learned *l, const struct config *cfg, const struct ip_address *a)
{
	for (unsigned i = 0; i < cfg->interfaces.count; i++)
		cfg_each(p, &cfg->interfaces.items[i].addresses)
			if (ip_prefix_contains(p, a))
				add(l, cfg, i, a, NULL);
}

static void
take_frame(struct learned *l, const struct config *cfg, const struct replay_frame *f)
{
	struct ip_address src, dst;
	struct seen_frame look;
	int iface;

	if (!look_at(f, &look))
		return;
	iface = find_interface(cfg, f->port, &look);
	if (look.type == TYPE_ARP) {
		src = address_at(look.l3 + 14, AF_INET);
		if (iface >= 0)
			add(l, cfg, (unsigned)iface, &src, look.l3 + 8);
		return;
	}
	if (look.type != TYPE_IPV4 && look.type != TYPE_IPV6)
		return;
	count(&l->to[f->port], f->data);
	count(&l->from[f->port], f->data + MAC_BYTES);
	src = address_at(look.l3 + (look.type == TYPE_IPV4 ? 12 : 8),
		look.type == TYPE_IPV4 ? AF_INET : AF_INET6);
	dst = address_at(look.l3 + (look.type == TYPE_IPV4 ? 16 : 24), src.family);
	if (iface >= 0)
		add(l, cfg, (unsigned)iface, &src, f->data + MAC_BYTES);
	add_destination(l, cfg, &dst);
}

static void
add_next_hops(struct learned *l, const struct config *cfg)
{
	cfg_each(table, &cfg->policy.routes)
		cfg_each(route, &table->routes)
			cfg_each(via, &route->via)
				for (unsigned i = 0; i < cfg->interfaces.count; i++)
					add(l, cfg, i, &via->via, NULL);
}

/* Those without a MAC get that of the station that sends most, or one of nobody. */
static int
give(struct learned *l, struct config *cfg, struct err *err)
{
	static const uint8_t nobody[MAC_BYTES] = { 2, 0, 0, 0, 0, 0xfd };

	for (unsigned i = 0; i < cfg->interfaces.count; i++) {
		struct interface_cfg *row = &cfg->interfaces.items[i];
		int port = config_port_index(cfg, interface_port(row));
		const uint8_t *station = port >= 0 ? most(&l->from[port]) : NULL;
		struct place *p = &l->place[i];
		unsigned kept = row->neighbours.count;

		if (kept > NEIGHBOURS_MAX)
			return err_set(err, E2BIG,
				"--learn: interface %s has more than %u neighbours", row->head.name,
				NEIGHBOURS_MAX);
		for (unsigned k = 0; k < p->n; k++) {
			p->neighbour[k].head.name = p->name[k];
			if (!p->seen[k])
				memcpy(p->neighbour[k].mac.bytes,
					station != NULL ? station : nobody, MAC_BYTES);
		}
		if (p->n + kept > NEIGHBOURS_MAX)
			p->n = NEIGHBOURS_MAX - kept;
		if (kept > 0)
			memcpy(p->neighbour + p->n, row->neighbours.items,
				kept * sizeof(p->neighbour[0]));
		row->neighbours.items = p->neighbour;
		row->neighbours.count = p->n + kept;
	}
	return 0;
}

struct learned *
learn(struct config *cfg, const struct replay_file *files, unsigned n, struct err *err)
{
	struct learned *l = calloc(1, sizeof(*l));
	struct replay_input *in;
	struct replay_frame f;
	bool damaged;

	if (l != NULL)
		l->place = calloc(cfg->interfaces.count + 1, sizeof(*l->place));
	if (l == NULL || l->place == NULL) {
		err_set(err, ENOMEM, "out of memory");
		learned_free(l);
		return NULL;
	}
	in = replay_input_open(files, n, &damaged, err);
	while (in != NULL && replay_input_peek(in, &f)) {
		take_frame(l, cfg, &f);
		replay_input_take(in);
	}
	add_next_hops(l, cfg);
	if (in == NULL || give(l, cfg, err) < 0) {
		learned_free(l);
		l = NULL;
	}
	replay_input_close(in);
	return l;
}

void
learned_free(struct learned *l)
{
	if (l == NULL)
		return;
	free(l->place);
	free(l);
}

void
learned_readdress(const struct learned *l, unsigned port, const uint8_t mac[static 6],
	uint8_t *frame, uint32_t bytes)
{
	const uint8_t *router = l != NULL ? most(&l->to[port]) : NULL;

	if (router != NULL && bytes >= MAC_BYTES && memcmp(frame, router, MAC_BYTES) == 0)
		memcpy(frame, mac, MAC_BYTES);
}
