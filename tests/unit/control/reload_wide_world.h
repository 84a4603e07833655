/* SPDX-License-Identifier: BSD-3-Clause */
/* A configuration with every section, in which names, orders, values and entries change at random.
 *
 *   10.1.0.2, 2001:db8:1::2 --- lan [ Weir ] wan --- 203.0.113.0/24, 2001:db8:f::/64, by
 * 198.51.100.2, 2001:db8:3::2 10.2.0.2, 2001:db8:2::2 --- dmz [      ]            dmz is a VLAN of
 * its port
 *
 * Ports keep their names (a change needs a restart) and change their order.
 *
 * What a flow may do depends on the file alone, never on what was there before; so a fresh start on
 * the same file is the reference. */
#ifndef UNIT_CONTROL_RELOAD_WIDE_WORLD_H
#define UNIT_CONTROL_RELOAD_WIDE_WORLD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDE_FLOWS = 44, WIDE_LINES = 160, WIDE_JUNK = 8, SIDES = 3 };
enum side { LAN, DMZ, WAN };

/* Names of what is in use. */
enum named { NAME_ZONE, NAME_SET, NAME_ACL, NAME_POOL, NAME_KINDS };

struct wide {
	uint64_t random;
	unsigned iface[SIDES], pipeline[SIDES]; /* which of their names */
	unsigned name[NAME_KINDS];
	unsigned udp_s[SIDES], established_s[SIDES];
	bool denied[WIDE_FLOWS], marked[WIDE_FLOWS], policed[WIDE_FLOWS], hole[WIDE_FLOWS];
	unsigned form[WIDE_FLOWS]; /* of the rule that accepts it */
	unsigned junk[WIDE_JUNK];  /* 0: none, else its name */
	unsigned dmz_vlan, pool_low;
	bool apart; /* the rules that deny stand in a list of their own */
	bool loose_filter;
};

static inline unsigned
draw(struct wide *w, unsigned n)
{
	w->random = w->random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((w->random >> 33) % n);
}

static inline void
wide_init(struct wide *w, uint64_t seed)
{
	*w = (struct wide){
		.random = seed,
		.udp_s = { 1000, 2000, 3000 },
		.established_s = { 5000, 6000, 7000 },
		.dmz_vlan = 5,
		.pool_low = 1024,
	};
}

/* --- what a flow is --- */

static inline bool
flow_is_6(unsigned i)
{
	return i < 36 && i % 2 != 0;
}

static inline bool
flow_is_tcp(unsigned i)
{
	return i / 2 % 2 != 0;
}

/* Of 36 and more: from outside to a port forward of the public address. */
static inline bool
flow_is_forwarded(unsigned i)
{
	return i >= 36;
}

static inline enum side
flow_from(unsigned i)
{
	static const enum side from[3] = { LAN, DMZ, WAN };

	return flow_is_forwarded(i) ? WAN : from[i / 4 % 3];
}

static inline enum side
flow_to(unsigned i)
{
	static const enum side to[3] = { WAN, LAN, DMZ };

	return flow_is_forwarded(i) ? DMZ : to[i / 4 % 3];
}

/* --- changes --- */

/* Marks and policers of a side's pipeline: a packet can meet so many. */
static inline bool
has_room(const struct wide *w, enum side side)
{
	unsigned n = 0;

	for (unsigned i = 0; i < WIDE_FLOWS; i++)
		n += flow_from(i) == side ? (unsigned)w->marked[i] + w->policed[i] : 0u;
	return n < 3;
}

static inline void
change_flow(struct wide *w)
{
	unsigned i = draw(w, WIDE_FLOWS);

	switch (draw(w, 5)) {
	case 0:
		w->denied[i] = !w->denied[i];
		break;
	case 1:
		w->marked[i] = !w->marked[i] && has_room(w, flow_from(i));
		break;
	case 2:
		w->policed[i] = !w->policed[i] && has_room(w, flow_from(i));
		break;
	case 3:
		w->hole[i] = !w->hole[i];
		break;
	default:
		w->form[i] = draw(w, 4);
	}
}

static inline void
change_name(struct wide *w)
{
	unsigned side = draw(w, SIDES);

	switch (draw(w, 8)) {
	case 0:
	case 1:
		w->iface[side] = draw(w, 2);
		break;
	case 2:
	case 3:
		w->pipeline[side] = draw(w, 4);
		break;
	default:
		w->name[draw(w, NAME_KINDS)] = draw(w, 3);
	}
}

/* One change, of whatever. */
static inline void
wide_change(struct wide *w)
{
	unsigned side = draw(w, SIDES);

	switch (draw(w, 12)) {
	case 0:
		w->udp_s[side] = 1000 * (side + 1) + draw(w, 500);
		break;
	case 1:
		w->established_s[side] = 1000 * (side + 5) + draw(w, 500);
		break;
	case 2:
		w->pool_low = 1024 + draw(w, 100);
		break;
	case 3:
		w->loose_filter = !w->loose_filter;
		break;
	case 4:
		w->apart = !w->apart;
		break;
	case 5:
		w->dmz_vlan = 5 + draw(w, 2);
		break;
	case 6:
	case 7:
		change_name(w);
		break;
	case 8:
		w->junk[draw(w, WIDE_JUNK)] = draw(w, 20);
		break;
	default:
		change_flow(w);
	}
}

/* --- names --- */

static inline const char *
wide_port(enum side side)
{
	static const char *const names[SIDES] = { "lan", "trunk", "wan" };

	return names[side];
}

static inline const char *
wide_iface(const struct wide *w, enum side side)
{
	static const char *const names[SIDES][2] = { { "inside", "x-in" }, { "dmz", "c-dmz" },
		{ "outside", "out-2" } };

	return names[side][w->iface[side]];
}

static inline const char *
wide_pipeline(const struct wide *w, enum side side)
{
	static const char *const names[SIDES][4] = {
		{ "inside", "a-inside", "inside-2", "z" },
		{ "dmz", "a-dmz", "dmz-2", "y" },
		{ "outside", "a-outside", "outside-2", "x" },
	};

	return names[side][w->pipeline[side]];
}

static inline const char *
wide_name(const struct wide *w, enum named kind)
{
	static const char *const names[NAME_KINDS][3] = {
		{ "world", "a-world", "zz" },
		{ "far", "a-far", "yy" },
		{ "core", "a-core", "xx" },
		{ "uplink", "a-uplink", "vv" },
	};

	return names[kind][w->name[kind]];
}

/* --- the file --- */

/* Lines of a section in an order of chance. */
struct lines {
	char text[WIDE_LINES][320];
	unsigned n;
};

static inline void
lines_print(struct wide *w, struct lines *l, FILE *f)
{
	while (l->n > 0) {
		unsigned i = draw(w, l->n);

		fputs(l->text[i], f);
		memcpy(l->text[i], l->text[--l->n], sizeof(l->text[i]));
	}
}

#define LINE(l, ...) snprintf((l)->text[(l)->n++], sizeof((l)->text[0]), __VA_ARGS__)

static inline void
print_ports(struct wide *w, struct lines *l, FILE *f)
{
	fprintf(f, "ports:\n");
	for (unsigned i = 0; i < SIDES; i++)
		LINE(l, "  %s: {device: net_null%u, queues: 1, mac: \"02:00:00:00:00:0%u\"}\n",
			wide_port((enum side)i), i, i + 1);
	LINE(l, "  spare: {device: net_null3, queues: 1}\n");
	lines_print(w, l, f);
}

static inline void
print_interfaces(struct wide *w, struct lines *l, FILE *f)
{
	fprintf(f, "interfaces:\n");
	LINE(l,
		"  %s: {port: %s, addresses: [10.1.0.1/16, \"2001:db8:1::1/64\"], pipeline: %s,\n"
		"    neighbours: {10.1.0.2: \"02:00:00:00:01:02\", \"2001:db8:1::2\": \"02:00:00:00:01:02\"}}\n",
		wide_iface(w, LAN), wide_port(LAN), wide_pipeline(w, LAN));
	LINE(l,
		"  %s: {port: %s, vlan: %u, addresses: [10.2.0.1/16, \"2001:db8:2::1/64\"], pipeline: %s,\n"
		"    neighbours: {10.2.0.2: \"02:00:00:00:02:02\", \"2001:db8:2::2\": \"02:00:00:00:02:02\"}}\n",
		wide_iface(w, DMZ), wide_port(DMZ), w->dmz_vlan, wide_pipeline(w, DMZ));
	LINE(l,
		"  %s: {port: %s, addresses: [198.51.100.1/24, \"2001:db8:3::1/64\"], pipeline: %s,\n"
		"    neighbours: {198.51.100.2: \"02:00:00:00:03:02\", \"2001:db8:3::2\": \"02:00:00:00:03:02\"}}\n",
		wide_iface(w, WAN), wide_port(WAN), wide_pipeline(w, WAN));
	if (w->junk[1] != 0)
		LINE(l, "  v%u: {port: %s, vlan: %u, addresses: [10.9.%u.1/24], pipeline: %s}\n",
			w->junk[1], wide_port((enum side)(w->junk[1] % SIDES)), 100 + w->junk[1],
			w->junk[1], wide_pipeline(w, LAN));
	if (w->junk[0] != 0)
		LINE(l, "  s%u: {port: spare, addresses: [10.8.%u.1/24], pipeline: %s}\n",
			w->junk[0] % 3, w->junk[0], wide_pipeline(w, DMZ));
	lines_print(w, l, f);
}

static inline void
print_groups(struct wide *w, struct lines *l, FILE *f)
{
	fprintf(f, "zones:\n");
	LINE(l, "  %s: [%s]\n", wide_name(w, NAME_ZONE), wide_iface(w, WAN));
	if (w->junk[1] != 0 && w->junk[2] != 0)
		LINE(l, "  zone%u: [v%u]\n", w->junk[2], w->junk[1]);
	lines_print(w, l, f);
	fprintf(f, "sets:\n");
	LINE(l, "  %s: [203.0.113.0/24, \"2001:db8:f::/64\"]\n", wide_name(w, NAME_SET));
	if (w->junk[3] != 0)
		LINE(l, "  set%u: [10.%u.0.0/16]\n", w->junk[3], w->junk[3]);
	lines_print(w, l, f);
	fprintf(f, "routes:\n  main:\n");
	LINE(l, "    - {to: 0.0.0.0/0, via: 198.51.100.2}\n");
	LINE(l, "    - {to: \"::/0\", via: \"2001:db8:3::2\"}\n");
	for (unsigned i = 0; i < WIDE_FLOWS; i++)
		if (w->hole[i] && flow_to(i) == WAN)
			LINE(l,
				flow_is_6(i)
					? "    - {to: \"2001:db8:f::%x/128\", blackhole: true}\n"
					: "    - {to: 203.0.113.%u/32, blackhole: true}\n",
				10 + i);
	if (w->junk[4] != 0)
		LINE(l, "    - {to: 192.0.%u.0/24, via: 198.51.100.2}\n", w->junk[4]);
	lines_print(w, l, f);
}

/* The same flow, said in several ways. */
static inline void
print_accept(struct wide *w, struct lines *l, unsigned i)
{
	char more[64] = "";

	if (w->form[i] == 1)
		snprintf(more, sizeof(more), "sport: %u, ", 20000 + i);
	else if (w->form[i] == 2 && flow_to(i) == WAN)
		snprintf(more, sizeof(more), "dst: $%s, ", wide_name(w, NAME_SET));
	else if (w->form[i] == 3 && flow_from(i) == WAN)
		snprintf(more, sizeof(more), "in: %s, ", wide_name(w, NAME_ZONE));
	LINE(l, "      - {name: flow%u, proto: %s, %sdport: %u, action: accept}\n", i,
		flow_is_tcp(i) ? "tcp" : "udp", more, 5000 + i);
}

static inline void
print_acls(struct wide *w, struct lines *l, FILE *f)
{
	const char *core = wide_name(w, NAME_ACL);

	fprintf(f, "acls:\n");
	if (w->junk[5] != 0)
		fprintf(f, "  list%u: {rules: [{proto: tcp, dport: %u, action: drop}]}\n",
			w->junk[5], w->junk[5]);
	fprintf(f,
		w->apart ? "  deny:\n    default: accept\n    rules:\n"
			 : "  %s:\n    default: drop\n    rules:\n",
		core);
	for (unsigned i = 0; i < WIDE_FLOWS; i++)
		if (w->denied[i])
			LINE(l, "      - {name: no%u, dport: %u, action: drop, proto: %s}\n", i,
				5000 + i, flow_is_tcp(i) ? "tcp" : "udp");
	LINE(l, "      - {name: never, proto: udp, dport: 1, action: drop}\n");
	lines_print(w, l, f);
	if (w->apart)
		fprintf(f, "  %s:\n    default: drop\n    rules:\n", core);
	for (unsigned i = 0; i < WIDE_FLOWS; i++)
		print_accept(w, l, i);
	LINE(l, "      - {name: answers, proto: [tcp, udp], sport: 5000-5999, action: accept}\n");
	LINE(l, "      - {name: limited, proto: udp, dport: 7100-7199, action: accept}\n");
	if (w->junk[6] != 0)
		LINE(l, "      - {name: more%u, proto: udp, dport: %u, action: drop}\n", w->junk[6],
			9000 + w->junk[6]);
	lines_print(w, l, f);
}

static inline void
print_nat(struct wide *w, struct lines *l, FILE *f)
{
	fprintf(f, "nat:\n");
	LINE(l, "  %s: {pool: [198.51.100.64/28], ports: %u-65535, filtering: %s}\n",
		wide_name(w, NAME_POOL), w->pool_low,
		w->loose_filter ? "endpoint-independent" : "address-dependent");
	if (w->junk[7] != 0)
		LINE(l, "  pool%u: {pool: [198.51.100.%u], ports: 2000-2100}\n", w->junk[7],
			128 + w->junk[7]);
	lines_print(w, l, f);
}

/* Stages that leave a flow's verdict as it is, for some flows. */
static inline void
print_extras(const struct wide *w, FILE *f, enum side side)
{
	for (unsigned i = 0; i < WIDE_FLOWS; i++) {
		if (flow_from(i) != side)
			continue;
		if (w->marked[i])
			fprintf(f, "{mark: {dscp: cs%u, if: {proto: [tcp, udp], dport: %u}}}, ",
				1 + i % 7, 5000 + i);
		if (w->policed[i])
			fprintf(f,
				"{police: {rate: 1000/s, burst: 1000, if: {proto: [tcp, udp], dport: %u}}}, ",
				5000 + i);
	}
}

static inline void
print_pipeline(const struct wide *w, FILE *f, enum side side)
{
	const char *limited = "[10.1.9.8, \"2001:db8:1::98\"]",
		   *held = "[10.1.9.9, \"2001:db8:1::99\"]";

	fprintf(f, "  %s: [", wide_pipeline(w, side));
	if (side == LAN)
		fprintf(f,
			"{track: {new_per_source: 2/s, if: {src: %s}}}, {track: {max_per_source: 3, if: {src: %s}}},\n    ",
			limited, held);
	fprintf(f, "{track: {timeouts: {udp: %us, tcp_established: %us}}}, ", w->udp_s[side],
		w->established_s[side]);
	if (side == WAN)
		for (unsigned i = 36; i < WIDE_FLOWS; i++)
			fprintf(f,
				"{dnat: {to: 10.2.0.2, if: {dst: 198.51.100.1, proto: %s, dport: %u}}}, ",
				flow_is_tcp(i) ? "tcp" : "udp", 5000 + i);
	fprintf(f, "%s{acl: %s},\n    ", w->apart ? "{acl: deny}, " : "", wide_name(w, NAME_ACL));
	print_extras(w, f, side);
	fprintf(f, "{route: main}");
	if (side == LAN)
		fprintf(f, ", {snat: %s}", wide_name(w, NAME_POOL));
	fprintf(f, "]\n");
}

/* The file; free it. */
static inline char *
wide_text(struct wide *w)
{
	static struct lines l;
	enum side order[SIDES] = { LAN, DMZ, WAN };
	char *text;
	size_t bytes;
	FILE *f = open_memstream(&text, &bytes);

	l.n = 0;
	fprintf(f, "version: 1\nsystem: {flows: 4096}\n");
	print_ports(w, &l, f);
	print_interfaces(w, &l, f);
	print_groups(w, &l, f);
	print_acls(w, &l, f);
	print_nat(w, &l, f);
	fprintf(f, "pipelines:\n");
	for (unsigned i = 0; i < SIDES; i++) {
		unsigned k = i + draw(w, SIDES - i);
		enum side side = order[k];

		order[k] = order[i];
		print_pipeline(w, f, side);
		if (w->junk[6] != 0 && i == w->junk[6] % SIDES)
			fprintf(f,
				"  junk%u: [{track: {timeouts: {udp: 1s, tcp_established: 1s}}}, {police: {rate: 1/s, burst: 1}}, drop]\n",
				w->junk[6]);
	}
	fclose(f);
	return text;
}

#endif
