/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables of rules over port forwards. */
#include "policy/owners_index.h"

#include <errno.h>

#include "policy/build_priv.h"
#include "policy/owners_priv.h"

/* Writes the interfaces by which its packets arrive, as ranges of ids.  Returns 1, 0 if there are
 * none, or -ENOMEM. */
static int
read_ifaces(struct build *b, const struct fixed *f, struct rule_ranges *out)
{
	const struct rule_match wanted = { .iface = f->there.iface };
	struct rule_range *range = NULL;
	unsigned room = 0, n = 0;

	for (unsigned i = 0; i < LEDGER_IFACES; i++) {
		const struct rule_key key = { .tuple = { .family = 4 }, .iface = (uint16_t)i };

		if ((f->iface[i / 64] >> i % 64 & 1) == 0 || !rule_matches(&wanted, &key))
			continue;
		if (n > 0 && range[n - 1].last == i - 1) {
			range[n - 1].last = (uint16_t)i;
			continue;
		}
		if (n == room) {
			struct rule_range *more = build_grow(b, range, n, &room, sizeof(*more));

			if (more == NULL)
				return -ENOMEM;
			range = more;
		}
		range[n++] = (struct rule_range){ .first = (uint16_t)i, .last = (uint16_t)i };
	}
	*out = (struct rule_ranges){ range, n };
	return n > 0;
}

/* Writes the match of packets on their way to a forward.  Returns 1, 0 if there are none, or
 * -ENOMEM. */
static int
match_there(struct build *b, const struct fixed *f, struct rule_match *m)
{
	int rc;

	*m = f->there;
	rc = read_ifaces(b, f, &m->iface);
	if (rc > 0 && f->what.high != 0)
		rc = match_dport_within(b, m, f->what.low, f->what.high);
	return rc;
}

/* Writes the match of its answers, with the ends exchanged: they come from where the forward
 * leads. */
static int
match_back(struct build *b, const struct fixed *f, struct rule_match *m)
{
	struct rule_address *to = build_alloc(b, 1, sizeof(*to));

	if (to == NULL)
		return -ENOMEM;
	to->prefix = (struct prefix){ .address = f->what.to, .family = 4, .length = 32 };
	*m = f->back;
	m->dst = (struct rule_addresses){ to, 1 };
	return f->back_high != 0 ? match_dport_within(b, m, f->back_low, f->back_high) : 1;
}

static int
match_of(struct build *b, const struct fixed *f, enum owners_index_kind kind, struct rule_match *m)
{
	if (f->what.source)
		return 0;
	if (kind == OWNERS_BACK)
		return match_back(b, f, m);
	return f->restricted == (kind == OWNERS_THERE_PORTS) ? match_there(b, f, m) : 0;
}

static int
build_one(struct build *b, struct owners *o, enum owners_index_kind kind)
{
	struct owners_index *index = &o->index[kind];
	struct rule_match *match = build_alloc(b, o->n_fixed, sizeof(*match));
	unsigned n = 0;

	index->fixed = build_alloc(b, o->n_fixed, sizeof(*index->fixed));
	if (match == NULL || index->fixed == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < o->n_fixed; i++) {
		int rc = match_of(b, &o->fixed[i], kind, &match[n]);

		if (rc < 0)
			return rc;
		if (rc > 0)
			index->fixed[n++] = i;
	}
	if (n == 0)
		return 0;
	index->rules = rules_build(match, n, b->setup.loc, build_err(b));
	return index->rules != NULL ? 0 : -ENOMEM;
}

int
owners_index_build(struct build *b, struct owners *o)
{
	for (unsigned kind = 0; kind < OWNERS_INDEXES; kind++)
		if (build_one(b, o, kind) < 0)
			return -ENOMEM;
	return 0;
}

void
owners_index_discard(struct owners *o)
{
	for (unsigned kind = 0; kind < OWNERS_INDEXES; kind++)
		rules_discard(o->index[kind].rules);
}

uint32_t
owners_index_find(const struct owners *o, enum owners_index_kind kind, const struct rule_key *key)
{
	const struct owners_index *index = &o->index[kind];
	uint32_t found = RULES_NONE;

	if (index->rules != NULL)
		rules_classify(index->rules, &key, &found, 1);
	return found != RULES_NONE ? index->fixed[found] : OWNERS_NONE;
}
