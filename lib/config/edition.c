/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether a generation decides as the running one does: by a digest of all that it was built from,
 * and by its access lists. */

#include "config/edition.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "policy/acl.h"
#include "policy/build.h"
#include "policy/changes.h"
#include "policy/matcher.h"
#include "table/set.h"

/* Not secret: nobody gains by choosing a configuration. */
static const struct hash_key key = { 0x65646974696f6e, 0x646967657374 };

static void
mix(uint64_t *digest, const void *data, size_t bytes)
{
	uint64_t words[2] = { *digest, hash_bytes(&key, data, bytes) };

	*digest = hash_bytes(&key, words, sizeof(words));
}

static void
mix_number(uint64_t *digest, uint64_t n)
{
	mix(digest, &n, sizeof(n));
}

/* Mixes the members of sets that are not in the file itself. */
static void
mix_sets(uint64_t *digest, const struct config *cfg, const struct build *build)
{
	cfg_each(row, &cfg->policy.sets) {
		const struct set *set = row->file.resolved != NULL
			? build_find_set(build, row->head.name)
			: NULL;
		const struct prefix *p;
		size_t n = 0;

		if (set == NULL)
			continue;
		p = set_prefixes(set, &n);
		mix_number(digest, n);
		for (size_t i = 0; i < n; i++) {
			mix_number(digest, (uint64_t)p[i].family << 8 | p[i].length);
			mix(digest, p[i].address.bytes, p[i].family == 4 ? 4 : 16);
		}
	}
}

static void
mix_interfaces(uint64_t *digest, const struct generation *gen)
{
	for (unsigned i = 0; i < gen->n_ifaces; i++) {
		const struct interface *iface = gen->iface[i];

		if (iface == NULL)
			continue;
		mix_number(digest, (uint64_t)iface->id << 16 | iface->port);
		mix(digest, iface->mac, sizeof(iface->mac));
		mix(digest, iface->name, strlen(iface->name));
	}
	for (unsigned i = 0; i < gen->n_ports; i++)
		if (gen->port_used[i])
			mix_number(digest, i);
}

static void
mix_added(uint64_t *digest, const struct added_address *list, unsigned n)
{
	mix_number(digest, n);
	for (unsigned i = 0; i < n; i++) {
		const struct ip_address *a = &list[i].address.address;

		mix(digest, list[i].iface, strlen(list[i].iface));
		mix_number(digest, (uint64_t)a->family << 8 | list[i].address.length);
		mix(digest, a->bytes, a->family == 4 ? 4 : 16);
	}
}

/* Returns true if meters have the same numbers, so that lists of actions mean the same. */
static bool
same_meters(const struct generation *a, const struct generation *b)
{
	if (a->n_meters != b->n_meters)
		return false;
	for (unsigned i = 0; i < a->n_meters; i++) {
		const struct meter_spec *x = &a->meters[i], *y = &b->meters[i];

		if (x->rate != y->rate || x->burst != y->burst || x->packets != y->packets
			|| x->reason != y->reason || x->per != y->per || x->add != y->add
			|| x->sessions != y->sessions || x->keys != y->keys
			|| x->seconds != y->seconds || x->asked != y->asked || x->tally != y->tally
			|| x->most_sessions != y->most_sessions || x->quota != y->quota
			|| x->of != y->of)
			return false;
	}
	return true;
}

/* Returns true if all but the lines of access lists has the same numbers.  A file that says the
 * same is built alike, so this only makes sure. */
static bool
same_objects(const struct generation *a, const struct generation *b)
{
	return same_meters(a, b) && a->n_copies == b->n_copies && a->n_pools == b->n_pools
		&& a->n_live == b->n_live && a->n_session_policies == b->n_session_policies;
}

static int
compare_text(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

static bool
same_line(const struct rule_counter *x, const struct rule_counter *y)
{
	return x->says == y->says && x->drops == y->drops && compare_text(x->owner, y->owner) == 0
		&& compare_text(x->name, y->name) == 0;
}

static bool
same_lines(const struct generation *a, const struct generation *b)
{
	if (a->n_counters != b->n_counters || a->n_rule_logs != b->n_rule_logs)
		return false;
	for (unsigned i = 1; i < a->n_counters; i++)
		if (!same_line(&a->counters[i], &b->counters[i])
			|| a->counters[i].log != b->counters[i].log)
			return false;
	return true;
}

/* An access list of a generation. */
struct list {
	const struct generation *gen;
	const struct acl *acl;
};

static const struct rule_counter *
line_at(const struct list *l, unsigned i)
{
	return &l->gen->counters[l->acl->rule[i].counter];
}

/* Adds the matches of rules from first up to end. */
static bool
add_rules(struct changes *c, const struct list *l, unsigned first, unsigned end)
{
	const struct match_list *list = matcher_list(l->acl->matcher);

	for (unsigned i = 0; i < list->n && first < end; i++)
		if (list->written[i] >= first && list->written[i] < end
			&& !changes_add(c, &list->match[i]))
			return false;
	return true;
}

/* Returns how many rules from i and k on are the same in both lists, up to CHANGES_MAX. */
static unsigned
same_from(const struct list *a, unsigned i, const struct list *b, unsigned k)
{
	unsigned n = 0;

	while (n < CHANGES_MAX && i + n < a->acl->n && k + n < b->acl->n
		&& same_line(line_at(a, i + n), line_at(b, k + n)))
		n++;
	return n;
}

/* Finds the next rules that both lists have, from *i and *k on, few rules further on: the nearest,
 * of those that most rules follow which are the same. */
static void
find_again(const struct list *a, unsigned *i, const struct list *b, unsigned *k)
{
	unsigned best = 0, skip_a = 0, skip_b = 0;

	for (unsigned sum = 1; sum <= CHANGES_MAX; sum++) {
		for (unsigned x = 0; x <= sum; x++) {
			unsigned same = same_from(a, *i + x, b, *k + sum - x);

			if (same <= best)
				continue;
			best = same;
			skip_a = x;
			skip_b = sum - x;
		}
	}
	*i = best > 0 ? *i + skip_a : a->acl->n;
	*k = best > 0 ? *k + skip_b : b->acl->n;
}

/* Adds the rules of one list that the other does not have in its place.  Rules between that both
 * have are in the same order in both. */
static bool
add_changed(struct changes *c, const struct list *a, const struct list *b)
{
	unsigned i = 0, k = 0;

	while (i < a->acl->n || k < b->acl->n) {
		unsigned from_a = i, from_b = k;

		if (i < a->acl->n && k < b->acl->n && same_line(line_at(a, i), line_at(b, k))) {
			i++;
			k++;
			continue;
		}
		find_again(a, &i, b, &k);
		if (!add_rules(c, a, from_a, i) || !add_rules(c, b, from_b, k))
			return false;
	}
	return true;
}

/* Returns what rules have changed, or NULL: too many, or it cannot be told. */
static struct changes *
find_changes(const struct generation *old, const struct generation *new, const struct config *cfg)
{
	const struct build *was = generation_builder(old), *is = generation_builder(new);
	struct changes *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	cfg_each(row, &cfg->policy.acls) {
		const struct list a = { old, build_find_acl(was, row->head.name) };
		const struct list b = { new, build_find_acl(is, row->head.name) };

		if (a.acl != NULL && b.acl != NULL && add_changed(c, &a, &b))
			continue;
		free(c);
		return NULL;
	}
	return c;
}

/* Keeps the changes of a generation of the same edition: a worker may not have come to it yet. */
static struct changes *
copy_changes(const struct changes *changes)
{
	struct changes *c = changes != NULL ? malloc(sizeof(*c)) : NULL;

	if (c != NULL)
		*c = *changes;
	return c;
}

static void
compare(struct generation *gen, const struct generation *running, const struct config *cfg)
{
	if (gen->digest_but_rules != running->digest_but_rules || !same_objects(gen, running))
		return;
	if (gen->digest == running->digest && same_lines(gen, running)) {
		gen->changes = copy_changes(running->changes);
		if (gen->changes != NULL || running->changes == NULL)
			gen->edition = running->edition;
		return;
	}
	/* Times have the numbers in which rules ask for them. */
	if (gen->times == NULL && running->times == NULL)
		gen->changes = find_changes(running, gen, cfg);
}

void
edition_give(struct generation *gen, const struct generation_setup *setup)
{
	const struct generation *running = setup->running;
	const struct document *file = setup->cfg->document;
	uint64_t digest = gen->keeps;

	mix_number(&digest, gen->gathered);
	mix_sets(&digest, setup->cfg, generation_builder(gen));
	mix_interfaces(&digest, gen);
	mix_added(&digest, setup->added, setup->n_added);
	gen->digest = gen->digest_but_rules = digest;
	mix_number(&gen->digest, document_digest(file, NULL, NULL));
	mix_number(&gen->digest_but_rules, document_digest(file, "acls", "rules"));
	gen->edition = running != NULL ? running->edition + 1 : 1;
	if (running != NULL)
		compare(gen, running, setup->cfg);
}
