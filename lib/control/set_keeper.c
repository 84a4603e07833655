/* SPDX-License-Identifier: BSD-3-Clause */
/* The dynamic sets of all workers, merged. */

#include "control/set_keeper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/log.h"
#include "packet/notation.h"
#include "table/prefix.h"

#define WAITING_MAX    262144u /* changes that workers have not been told yet */
#define EXPIRE_AT_ONCE 4096u
#define ALL_WORKERS    UINT16_MAX

/* A change on its way to the workers; from: the one that knows it already. */
struct waiting {
	struct dynamic_change change;
	uint64_t generation; /* in which the set is known */
	uint16_t from;
};

struct set_keeper {
	struct members *set[MEMBERS_SETS];
	struct waiting *waiting;
	uint32_t n, room;
	uint32_t told[EAL_WORKERS_MAX]; /* of waiting, by worker */
	uint64_t generation;            /* whose sets are made */
	uint64_t lost;
	bool dirty;
};

struct set_keeper *
set_keeper_create(void)
{
	return calloc(1, sizeof(struct set_keeper));
}

void
set_keeper_destroy(struct set_keeper *k)
{
	if (k == NULL)
		return;
	for (unsigned i = 0; i < MEMBERS_SETS; i++)
		members_destroy(k->set[i]);
	free(k->waiting);
	free(k);
}

/* Makes the tables of sets that are new. */
static void
make_sets(struct set_keeper *k, const struct generation *gen)
{
	k->generation = gen->number;
	for (unsigned i = 1; i < MEMBERS_SETS; i++) {
		if (gen->dynamic[i].name == NULL)
			continue;
		if (k->set[i] == NULL) /* again each time, as long as there is no memory */
			k->set[i] = members_create(gen->dynamic[i].size, -1);
		if (k->set[i] == NULL)
			continue;
		members_belong(k->set[i], gen->dynamic[i].of);
		members_set_timeout(k->set[i], gen->dynamic[i].timeout_ns);
	}
}

static void
queue(struct set_keeper *k, const struct dynamic_change *change, unsigned from)
{
	if (k->n == k->room) {
		uint32_t room = k->room * 2 + 256;
		void *more = room <= WAITING_MAX * 2
			? realloc(k->waiting, room * sizeof(*k->waiting))
			: NULL;

		if (more == NULL) {
			k->lost++;
			return;
		}
		k->waiting = more;
		k->room = room;
	}
	k->waiting[k->n++] = (struct waiting){ *change, k->generation, (uint16_t)from };
}

static bool
apply(struct set_keeper *k, const struct dynamic_change *c, uint64_t now_ns)
{
	struct members *m = k->set[c->set];

	if (m == NULL || members_set(m) != c->of)
		return false;
	k->dirty = true;
	if (c->op == DYNAMIC_DELETE)
		return members_delete(
			m, address_space(c->member.family, c->member.domain), &c->member.address);
	members_add(m, &c->member, now_ns, NULL, NULL);
	return true;
}

static struct dynamic *
dynamic_of(struct workers *ws, unsigned w)
{
	return fastpath_dynamic(workers_at(ws, w)->fp);
}

static void
collect(struct set_keeper *k, struct workers *ws, uint64_t now_ns)
{
	struct dynamic_change c;

	for (unsigned w = 0; w < workers_count(ws); w++) {
		for (unsigned i = 0; i < DYNAMIC_CHANGES && dynamic_take(dynamic_of(ws, w), &c);
			i++) {
			if (apply(k, &c, now_ns) && workers_count(ws) > 1)
				queue(k, &c, w);
		}
	}
}

static void
deliver(struct set_keeper *k, struct workers *ws)
{
	bool all = true;

	for (unsigned w = 0; w < workers_count(ws); w++) {
		while (k->told[w] < k->n) {
			const struct waiting *next = &k->waiting[k->told[w]];

			if (next->generation > workers_adopted(ws, w))
				break;
			if (next->from != w && !dynamic_tell(dynamic_of(ws, w), &next->change))
				break;
			k->told[w]++;
		}
		all &= k->told[w] == k->n;
	}
	if (!all)
		return;
	k->n = 0;
	memset(k->told, 0, sizeof(k->told));
}

static void
is_gone(void *arg, const struct member *m)
{
	struct set_keeper *k = arg;

	k->dirty = true;
}

void
set_keeper_tick(
	struct set_keeper *k, struct workers *ws, const struct generation *gen, uint64_t now_ns)
{
	make_sets(k, gen);
	collect(k, ws, now_ns);
	for (unsigned i = 1; i < MEMBERS_SETS; i++)
		if (k->set[i] != NULL)
			members_expire(k->set[i], now_ns, EXPIRE_AT_ONCE, is_gone, k);
	deliver(k, ws);
}

bool
set_keeper_change(struct set_keeper *k, const struct generation *gen, struct dynamic_change *change,
	uint64_t now_ns)
{
	make_sets(k, gen);
	change->of = gen->dynamic[change->set].of;
	if (!apply(k, change, now_ns))
		return false;
	queue(k, change, ALL_WORKERS);
	return true;
}

const struct members *
set_keeper_members(const struct set_keeper *k, unsigned set)
{
	return k->set[set];
}

uint64_t
set_keeper_lost(const struct set_keeper *k)
{
	return k->lost;
}

bool
set_keeper_is_dirty(const struct set_keeper *k)
{
	return k->dirty;
}

/* --- the file --- */

/* A set that is written. */
struct saving {
	json_t *rows;
	const struct generation *gen;
	uint64_t now_ns;
};

static void
save_one(void *arg, const struct member *m)
{
	struct saving *s = arg;
	char text[64];
	const struct interface *in = m->owner < LEDGER_IFACES ? s->gen->iface[m->owner] : NULL;

	notation_address(text, sizeof(text), &m->address, m->family);
	json_array_append_new(s->rows,
		json_pack("{s:s, s:I, s:s*, s:s*}", "address", text, "age",
			(json_int_t)((s->now_ns - m->since_ns) / NS_PER_SECOND), "interface",
			in != NULL ? in->name : NULL, "domain",
			m->domain != DOMAIN_MAIN ? generation_domain_name(s->gen, m->domain)
						 : NULL));
}

void
set_keeper_save(
	struct set_keeper *k, const struct generation *gen, const char *path, uint64_t now_ns)
{
	json_t *sets = json_object(), *all;
	char part[4096];

	for (unsigned i = 1; i < MEMBERS_SETS; i++) {
		struct saving s = { json_array(), gen, now_ns };

		if (k->set[i] == NULL || gen->dynamic[i].name == NULL) {
			json_decref(s.rows);
			continue;
		}
		members_each(k->set[i], save_one, &s);
		json_object_set_new(sets, gen->dynamic[i].name, s.rows);
	}
	all = json_pack("{s:I, s:o}", "time", (json_int_t)time(NULL), "sets", sets);
	snprintf(part, sizeof(part), "%s.part", path);
	if (all == NULL || json_dump_file(all, part, JSON_INDENT(1)) < 0 || rename(part, path) < 0)
		log_warning(
			"%s: %s; dynamic sets are not kept over a restart", path, strerror(errno));
	k->dirty = false;
	json_decref(all);
}

static uint16_t
owner_of(const struct generation *gen, const char *name)
{
	for (unsigned i = 1; name != NULL && i < gen->n_ifaces; i++)
		if (gen->iface[i] != NULL && strcmp(gen->iface[i]->name, name) == 0)
			return (uint16_t)i;
	return 0;
}

/* Adds one member of the file, age_s old. */
static void
load_one(struct set_keeper *k, const struct generation *gen, unsigned set, json_t *row,
	uint64_t passed_s, uint64_t now_ns)
{
	const char *text = json_string_value(json_object_get(row, "address")), *why;
	const char *name = json_string_value(json_object_get(row, "domain"));
	uint8_t domain = name != NULL ? generation_find_domain(gen, name) : DOMAIN_MAIN;
	uint64_t age = (uint64_t)json_integer_value(json_object_get(row, "age")) + passed_s;
	struct dynamic_change c = { .op = DYNAMIC_ADD, .set = (uint8_t)set };
	struct prefix p;

	if (text == NULL || prefix_parse(&p, text, strlen(text), &why) < 0
		|| p.length != (p.family == 4 ? 32 : 128) || age > 1000000000
		|| domain == DOMAIN_NONE)
		return;
	if (gen->dynamic[set].timeout_ns != 0
		&& age * NS_PER_SECOND >= gen->dynamic[set].timeout_ns)
		return;
	c.member.address = p.address;
	c.member.family = p.family;
	c.member.domain = domain;
	c.member.owner = owner_of(gen, json_string_value(json_object_get(row, "interface")));
	c.member.since_ns = now_ns - age * NS_PER_SECOND;
	set_keeper_change(k, gen, &c, now_ns);
}

void
set_keeper_load(
	struct set_keeper *k, const struct generation *gen, const char *path, uint64_t now_ns)
{
	json_t *all = json_load_file(path, 0, NULL), *row;
	int64_t passed = (int64_t)time(NULL) - json_integer_value(json_object_get(all, "time"));

	make_sets(k, gen);
	for (unsigned i = 1; all != NULL && i < MEMBERS_SETS; i++) {
		json_t *rows;
		size_t n;

		if (gen->dynamic[i].name == NULL)
			continue;
		rows = json_object_get(json_object_get(all, "sets"), gen->dynamic[i].name);
		json_array_foreach(rows, n, row)
			load_one(k, gen, i, row, passed > 0 ? (uint64_t)passed : 0, now_ns);
	}
	json_decref(all);
	k->dirty = false;
}
