/* SPDX-License-Identifier: BSD-3-Clause */
/* A configuration that changes at random, and what it must mean for the flows that live under it.
 *
 *   10.1.0.0/16 --- lan [ Weir ] wan --- 203.0.113.9, by 198.51.100.2
 *   10.2.0.0/16 --- dmz [      ]
 *
 * Pipelines, lists, pools, routes, sets, ports and interfaces are written in any order; entries
 * that nothing uses come, go and change their names in every section; what is in use changes its
 * name, timeouts, ports, and who is denied. */
#ifndef UNIT_CONTROL_RELOAD_WORLD_H
#define UNIT_CONTROL_RELOAD_WORLD_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORLD_FLOWS = 24, WORLD_JUNK = 6, WORLD_LINES = 64, WORLD_PIPELINES = 3 };

struct world {
	uint64_t random;
	/* Of the pipelines of lan, dmz, wan: another name from time to time, and the timeout of
	 * UDP. */
	unsigned pipeline_name[WORLD_PIPELINES];
	unsigned timeout_s[WORLD_PIPELINES];
	bool denied[WORLD_FLOWS]; /* by a rule in front */
	bool junk[WORLD_JUNK];    /* is there one more of each section? */
	unsigned junk_name[WORLD_JUNK];
	unsigned pool_low;
	bool endpoint_independent; /* filtering */
	unsigned dmz_vlan;
};

static inline unsigned
draw(struct world *w, unsigned n)
{
	w->random = w->random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((w->random >> 33) % n);
}

static inline void
world_init(struct world *w, uint64_t seed)
{
	*w = (struct world){ .random = seed, .timeout_s = { 1000, 2000, 3000 }, .pool_low = 1024 };
}

/* One change, of whatever. */
static inline void
world_change(struct world *w)
{
	unsigned i;

	switch (draw(w, 7)) {
	case 0:
		i = draw(w, WORLD_PIPELINES);
		w->pipeline_name[i] = draw(w, 4);
		break;
	case 1:
		i = draw(w, WORLD_PIPELINES);
		w->timeout_s[i] = 1000 * (i + 1) + draw(w, 500);
		break;
	case 2:
		i = draw(w, WORLD_FLOWS);
		w->denied[i] = !w->denied[i];
		break;
	case 3:
		w->pool_low = 1024 + draw(w, 100);
		break;
	case 4:
		w->endpoint_independent = !w->endpoint_independent;
		break;
	default:
		i = draw(w, WORLD_JUNK);
		w->junk[i] = draw(w, 3) != 0;
		w->junk_name[i] = draw(w, 20);
	}
}

/* Lines of a section in an order of chance. */
struct lines {
	char text[WORLD_LINES][256];
	unsigned n;
};

static inline void
lines_print(struct world *w, struct lines *l, FILE *f)
{
	while (l->n > 0) {
		unsigned i = draw(w, l->n);

		fputs(l->text[i], f);
		memcpy(l->text[i], l->text[--l->n], sizeof(l->text[i]));
	}
}

#define LINE(l, ...) snprintf((l)->text[(l)->n++], sizeof((l)->text[0]), __VA_ARGS__)

static inline const char *
world_pipeline(const struct world *w, unsigned i)
{
	static const char *const names[WORLD_PIPELINES][4] = {
		{ "inside", "a-inside", "inside-2", "z" },
		{ "dmz", "a-dmz", "dmz-2", "y" },
		{ "outside", "a-outside", "outside-2", "x" },
	};

	return names[i][w->pipeline_name[i]];
}

static inline void
world_interfaces(struct world *w, struct lines *l)
{
	LINE(l,
		"  lan: {addresses: [10.1.0.1/16], pipeline: %s,\n"
		"    neighbours: {10.1.0.2: \"02:00:00:00:01:02\"}}\n",
		world_pipeline(w, 0));
	LINE(l,
		"  dmz: {addresses: [10.2.0.1/16], pipeline: %s,\n"
		"    neighbours: {10.2.0.2: \"02:00:00:00:02:02\"}}\n",
		world_pipeline(w, 1));
	LINE(l,
		"  wan: {addresses: [198.51.100.1/24], pipeline: %s,\n"
		"    neighbours: {198.51.100.2: \"02:00:00:00:03:02\"}}\n",
		world_pipeline(w, 2));
	if (w->junk[0])
		LINE(l, "  vlan-%u: {port: %s, vlan: %u, addresses: [10.9.%u.1/24], pipeline: %s}\n",
			w->junk_name[0], draw(w, 2) ? "lan" : "wan", 100 + w->junk_name[0],
			w->junk_name[0], world_pipeline(w, 0));
}

static inline void
world_acls(struct world *w, struct lines *l, FILE *f)
{
	fprintf(f, "acls:\n");
	if (w->junk[1])
		fprintf(f, "  list-%u: {rules: [{proto: tcp, dport: %u, action: drop}]}\n",
			w->junk_name[1], 1 + w->junk_name[1]);
	fprintf(f, "  core:\n    default: drop\n    rules:\n");
	for (unsigned i = 0; i < WORLD_FLOWS; i++)
		if (w->denied[i])
			LINE(l, "      - {name: no%u, proto: udp, dport: %u, action: drop}\n", i,
				5000 + i);
	lines_print(w, l, f);
	if (w->junk[2])
		LINE(l, "      - {name: more%u, proto: udp, dport: %u, action: drop}\n",
			w->junk_name[2], 9000 + w->junk_name[2]);
	for (unsigned i = 0; i < WORLD_FLOWS; i++)
		LINE(l, "      - {name: flow%u, proto: udp, dport: %u, action: accept}\n", i,
			5000 + i);
	LINE(l, "      - {name: metered, proto: udp, dport: 7000, action: accept}\n");
	LINE(l, "      - {name: limited, proto: udp, dport: 7100-7199, action: accept}\n");
	lines_print(w, l, f);
	if (w->junk[1])
		fprintf(f, "  other-%u: {rules: [{proto: tcp, dport: %u, action: drop}]}\n",
			w->junk_name[1], 1 + w->junk_name[1]);
}

static inline void
world_pipelines(struct world *w, struct lines *l)
{
	LINE(l,
		"  %s: [{track: {max_per_source: 3, timeouts: {udp: %us}, if: {src: 10.1.9.9}}},\n"
		"    {track: {timeouts: {udp: %us}, if: {src: \"!10.1.9.9\"}}}, {acl: core},\n"
		"    {police: {rate: 1/s, burst: 5, if: {dport: 7000}}}, {route: main}, {snat: uplink}]\n",
		world_pipeline(w, 0), w->timeout_s[0], w->timeout_s[0]);
	LINE(l, "  %s: [{track: {timeouts: {udp: %us}}}, {acl: core}, {route: main}]\n",
		world_pipeline(w, 1), w->timeout_s[1]);
	LINE(l, "  %s: [{track: {timeouts: {udp: %us}}}, {route: main}]\n", world_pipeline(w, 2),
		w->timeout_s[2]);
	if (w->junk[3])
		LINE(l, "  junk-%u: [{track: {timeouts: {udp: 1s}}}, {police: {rate: 1/s, burst: 1}}, drop]\n",
			w->junk_name[3]);
}

/* The file; free it. */
static inline char *
world_text(struct world *w)
{
	struct lines l = { .n = 0 };
	char *text;
	size_t bytes;
	FILE *f = open_memstream(&text, &bytes);

	fprintf(f, "version: 1\nsystem: {flows: 1024}\nports:\n");
	LINE(&l, "  lan: {device: net_null0, queues: 1}\n");
	LINE(&l, "  dmz: {device: net_null1, queues: 1}\n");
	LINE(&l, "  wan: {device: net_null2, queues: 1}\n");
	lines_print(w, &l, f);
	fprintf(f, "interfaces:\n");
	world_interfaces(w, &l);
	lines_print(w, &l, f);
	fprintf(f, "sets:\n");
	LINE(&l, "  known: [10.1.0.0/16]\n");
	if (w->junk[4])
		LINE(&l, "  set-%u: [10.%u.0.0/16]\n", w->junk_name[4], w->junk_name[4]);
	lines_print(w, &l, f);
	fprintf(f, "routes:\n  main:\n");
	LINE(&l, "    - {to: 0.0.0.0/0, via: 198.51.100.2}\n");
	if (w->junk[4])
		LINE(&l, "    - {to: 192.0.%u.0/24, blackhole: true}\n", w->junk_name[4]);
	lines_print(w, &l, f);
	world_acls(w, &l, f);
	fprintf(f, "nat:\n");
	LINE(&l, "  uplink: {pool: [198.51.100.64/28], ports: %u-65535, filtering: %s}\n",
		w->pool_low,
		w->endpoint_independent ? "endpoint-independent" : "address-dependent");
	if (w->junk[5])
		LINE(&l, "  pool-%u: {pool: [198.51.100.%u], ports: 2000-2100}\n", w->junk_name[5],
			128 + w->junk_name[5]);
	lines_print(w, &l, f);
	fprintf(f, "pipelines:\n");
	world_pipelines(w, &l);
	lines_print(w, &l, f);
	fclose(f);
	return text;
}

#endif
