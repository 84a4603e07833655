/* SPDX-License-Identifier: BSD-3-Clause */
/* Checks what weir diff says of two configurations against the engine, packet by packet.
 *
 *     diff_check OLD NEW PACKETS SEED
 *
 * Each difference that is told has to be one to the engine; each of PACKETS random packets whose
 * verdict differs has to meet a change that was told; and a walk has to end as the engine says.
 * Packets are made of the ends of what rules and routes name, and of their neighbours.  One line of
 * figures; exit status 0, 1 when something is wrong, 2 when a configuration is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/explore.h"
#include "config/compile.h"
#include "io/port.h"

#define VALUES_MAX 4096
#define BUDGET_NS  3000000000ull

/* Values of a field that packets are made of. */
struct pool {
	wide_t value[VALUES_MAX];
	unsigned n;
};

struct checking {
	struct config *cfg[SIDES];
	struct generation *gen[SIDES];
	struct plan *plan[SIDES];
	struct generation_names names;
	const struct interface *in[SIDES];
	unsigned family;
	struct pool pool[DIMS];
	unsigned told, wrong, differ, tried, cut;
};

static uint64_t seed;

static uint32_t
below(uint32_t n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(seed >> 33) % n;
}

static void
put(struct checking *c, unsigned d, wide_t value)
{
	struct pool *p = &c->pool[d];

	if (p->n < VALUES_MAX)
		p->value[p->n++] = value;
	else
		p->value[below(VALUES_MAX)] = value;
}

/* The ends of a cell's spans, and what is next to them. */
static void
put_cell(struct checking *c, const struct cell *cell)
{
	for (unsigned d = 0; d < DIMS; d++) {
		for (uint32_t i = 0; i < cell->dim[d].n; i++) {
			put(c, d, cell->dim[d].span[i].first);
			put(c, d, cell->dim[d].span[i].last);
			put(c, d, cell->dim[d].span[i].first - 1);
			put(c, d, cell->dim[d].span[i].last + 1);
		}
	}
}

static void
put_choices(struct checking *c, const struct choices *choices)
{
	for (unsigned i = 0; choices != NULL && i < choices->n; i++)
		put_cell(c, &choices->cell[c->family == 4 ? 0 : 1][i]);
}

static void
fill_pools(struct checking *c)
{
	for (unsigned d = 0; d < DIMS; d++)
		c->pool[d].n = 0;
	for (unsigned side = 0; side < SIDES; side++) {
		for (unsigned i = 0; i < c->plan[side]->n_pipelines; i++) {
			for (unsigned k = 0; k < c->plan[side]->pipeline[i].n; k++) {
				put_choices(c, &c->plan[side]->pipeline[i].step[k].condition);
				put_choices(c, c->plan[side]->pipeline[i].step[k].choices);
			}
		}
		for (unsigned i = 0; i < c->gen[side]->n_ifaces; i++)
			for (unsigned k = 0; c->gen[side]->iface[i] != NULL
				&& k < c->gen[side]->iface[i]->n_addresses;
				k++)
				if (c->gen[side]->iface[i]->addresses[k].family == c->family) {
					wide_t a = value_of_address(
						&c->gen[side]->iface[i]->addresses[k].address,
						c->family);

					put(c, DIM_SRC, a);
					put(c, DIM_DST, a);
					put(c, DIM_DST, a + 1);
				}
	}
	put_cell(c, cell_sound(c->family));
}

static void
make_point(struct checking *c, struct point *p)
{
	const struct cell *all = cell_sound(c->family);

	do {
		for (unsigned d = 0; d < DIMS; d++)
			p->at[d] = c->pool[d].value[below(c->pool[d].n)];
		if (below(3) == 0)
			p->at[DIM_PROTO] = below(2) ? 6 : 17;
		if (below(3) == 0)
			p->at[DIM_FLAGS] = below(2) ? 0x02 : 0x10;
		if (below(2) == 0)
			p->at[DIM_FRAGMENT] = p->at[DIM_DSCP] = 0;
	} while (!cell_holds(all, p));
}

static void
on_found(void *arg, const struct difference *d)
{
	struct checking *c = arg;
	struct verdict v[SIDES];

	c->told++;
	for (unsigned side = 0; side < SIDES; side++) {
		struct view view;

		walk_view(c->in[side], d->family, &d->point, &view);
		verdict_of(c->gen[side], &view, d->assumed, &v[side]);
		if (!verdict_equal(&v[side], &d->verdict[side])) {
			printf("the walk and the engine disagree\n");
			c->wrong++;
		}
	}
	if (verdict_equal(&v[OLD], &v[NEW])) {
		printf("told, and no difference\n");
		c->wrong++;
	}
}

static bool
is_error(const struct view *v)
{
	return v->icmp_error;
}

static void
try_packet(struct checking *c, struct explored *x)
{
	static const unsigned states[] = { 0, CONN_ESTABLISHED, CONN_RELATED };
	unsigned assumed = states[below(3)];
	struct verdict v[SIDES];
	struct point p;
	struct view view;

	make_point(c, &p);
	for (unsigned side = 0; side < SIDES; side++) {
		walk_view(c->in[side], c->family, &p, &view);
		if (assumed != 0)
			assumed = is_error(&view) ? CONN_RELATED : CONN_ESTABLISHED;
		verdict_of(c->gen[side], &view, assumed, &v[side]);
	}
	c->tried++;
	if (verdict_equal(&v[OLD], &v[NEW]))
		return;
	c->differ++;
	if (explored_knows(x, &p, assumed) || c->cut > 0)
		return;
	printf("not told: in %s, IPv%u, state %u, verdicts %d %d: src %llx%016llx dst %llx%016llx proto %u sport %u dport %u icmp %x flags %x "
	       "dscp %u fragment %u\n",
		c->in[OLD]->name, c->family, assumed, (int)v[OLD].kind, (int)v[NEW].kind,
		(unsigned long long)(p.at[DIM_SRC] >> 64), (unsigned long long)p.at[DIM_SRC],
		(unsigned long long)(p.at[DIM_DST] >> 64), (unsigned long long)p.at[DIM_DST],
		(unsigned)p.at[DIM_PROTO], (unsigned)p.at[DIM_SPORT], (unsigned)p.at[DIM_DPORT],
		(unsigned)p.at[DIM_ICMP], (unsigned)p.at[DIM_FLAGS], (unsigned)p.at[DIM_DSCP],
		(unsigned)p.at[DIM_FRAGMENT]);
	c->wrong++;
}

static bool
build(struct checking *c, enum side side, const char *path)
{
	struct err *err = err_create();
	struct generation_setup setup = { .names = &c->names, .workers = 1 };
	struct rte_ether_addr mac[PORT_MAX];
	bool fine = false;

	for (unsigned i = 0; i < PORT_MAX; i++)
		mac[i] = port_default_mac(i);
	c->cfg[side] = config_load(path, err);
	setup.cfg = c->cfg[side];
	if (c->cfg[side] != NULL && err_count(err) == 0)
		c->gen[side] = generation_begin(&setup, err);
	if (c->gen[side] != NULL && err_count(err) == 0
		&& generation_finish(c->gen[side], mac, err) == 0) {
		generation_names_commit(&c->names);
		c->plan[side] = plan_create(c->cfg[side], c->gen[side]);
		fine = c->plan[side] != NULL;
	}
	if (err_count(err) != 0)
		err_print(err, stderr, false);
	err_destroy(err);
	return fine;
}

static void
check_family(struct checking *c, unsigned packets)
{
	const struct generation *const gens[2] = { c->gen[OLD], c->gen[NEW] };
	const struct plan *const plans[SIDES] = { c->plan[OLD], c->plan[NEW] };
	struct explore_in in = {
		.deadline_ns = explore_now_ns() + BUDGET_NS, .found = on_found, .arg = c
	};
	struct pairs *pairs = pairs_create(plans, c->in, c->family);
	struct explored *x;

	in.pairs = pairs;
	in.classes = classes_create(gens, c->in, c->family);
	x = explore(&in);
	c->cut += explored_cut(x);
	fill_pools(c);
	for (unsigned i = 0; i < packets; i++)
		try_packet(c, x);
	explored_destroy(x);
	classes_destroy(in.classes);
	pairs_destroy(pairs);
}

int
main(int argc, char **argv)
{
	static struct checking c;
	unsigned packets;

	if (argc != 5) {
		fprintf(stderr, "usage: diff_check OLD NEW PACKETS SEED\n");
		return 2;
	}
	packets = (unsigned)strtoul(argv[3], NULL, 10);
	seed = strtoull(argv[4], NULL, 10) * 2 + 1;
	generation_names_init(&c.names);
	if (!build(&c, OLD, argv[1]) || !build(&c, NEW, argv[2]))
		return 2;
	for (unsigned i = 0; i < c.gen[NEW]->n_ifaces; i++) {
		c.in[NEW] = c.gen[NEW]->iface[i];
		c.in[OLD] = c.in[NEW] != NULL ? generation_find(c.gen[OLD], c.in[NEW]->name) : NULL;
		if (c.in[OLD] == NULL || c.in[OLD]->pipeline == NULL || c.in[NEW]->pipeline == NULL)
			continue;
		for (c.family = 4; c.family <= 6; c.family += 2)
			check_family(&c, packets);
	}
	printf("told %u, packets %u, differ %u, cut %u, wrong %u\n", c.told, c.tried, c.differ,
		c.cut, c.wrong);
	for (unsigned side = 0; side < SIDES; side++) {
		plan_destroy(c.plan[side]);
		generation_discard(c.gen[side]);
		config_free(c.cfg[side]);
	}
	generation_names_fini(&c.names);
	return c.wrong == 0 ? 0 : 1;
}
