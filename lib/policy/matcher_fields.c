/* SPDX-License-Identifier: BSD-3-Clause */
#include "policy/matcher_fields.h"

#include <netinet/in.h>

#include "packet/burst.h"
#include "policy/build.h"
#include "policy/pipeline.h"

static bool
asks(const struct rule_match *m, unsigned field)
{
	const bool by_field[MATCHER_FIELDS] = {
		[MATCHER_DSCP] = m->dscp.n > 0,
		[MATCHER_FLAGS] = m->tcp_mask != 0,
		[MATCHER_FRAGMENT] = m->fragment != RULE_FRAGMENT_ANY,
		[MATCHER_VLAN] = m->vlan.n > 0,
		[MATCHER_MAC] = m->mac.n > 0,
		[MATCHER_LENGTH] = m->length.n > 0,
	};

	for (unsigned f = 0; field == MATCHER_ANY && f < MATCHER_FIELDS; f++)
		if (by_field[f])
			return true;
	return field < MATCHER_FIELDS && by_field[field];
}

/* All of them: a match on two fields that a packet meets in neither is met by another packet of the
 * flow in both. */
static void
strip(struct rule_match *m)
{
	m->dscp = m->vlan = m->length = (struct rule_ranges){ .n = 0 };
	m->mac = (struct rule_macs){ .n = 0 };
	m->tcp_mask = m->tcp_flags = 0;
	m->fragment = RULE_FRAGMENT_ANY;
}

static bool
build_field(struct build *b, const struct match_list *list, unsigned field, struct loc loc,
	struct matcher_field *out)
{
	struct rule_match *match;
	uint32_t *index;
	unsigned n = 0;

	for (unsigned i = 0; i < list->n; i++)
		n += asks(&list->match[i], field);
	if (n == 0)
		return true;
	match = build_alloc(b, n, sizeof(*match));
	index = build_alloc(b, n, sizeof(*index));
	if (match == NULL || index == NULL)
		return build_no_memory(b) == 0;
	n = 0;
	for (unsigned i = 0; i < list->n; i++) {
		if (!asks(&list->match[i], field))
			continue;
		match[n] = list->match[i];
		strip(&match[n]);
		index[n++] = i;
	}
	out->match = index;
	out->rules = rules_build(match, n, loc, build_err(b));
	return out->rules != NULL;
}

bool
matcher_fields_build(struct build *b, const struct match_list *list, struct loc loc,
	struct matcher_field field[])
{
	bool ok = true;

	for (unsigned f = 0; f < MATCHER_TABLES; f++) {
		field[f] = (struct matcher_field){ NULL, NULL };
		ok = ok && build_field(b, list, f, loc, &field[f]);
	}
	return ok;
}

void
matcher_fields_discard(struct matcher_field field[])
{
	for (unsigned f = 0; f < MATCHER_TABLES; f++)
		rules_discard(field[f].rules);
}

/* Does a match that asks for the field stand before the one that counts, or is it that one, and
 * does the packet meet the rest of it?  Of what is not in tables, yes. */
static bool
decides(const struct matcher_field *field, const struct rule_key *key, uint32_t found)
{
	uint32_t first = 0;

	if (field->rules == NULL || field->match[0] > found)
		return false;
	if (key->tuple.family == 0 || key->tuple.kind != KEY_PLAIN)
		return true;
	rules_classify(field->rules, &key, &first, 1);
	return first != RULES_NONE && field->match[first] <= found;
}

/* Interfaces that take frames for any MAC may take them with any tag, too. */
static bool
vlan_varies(const struct eval *ev)
{
	const struct interface *in = ev->in;

	return in->vlan == 0 && in->pipeline != NULL && (in->pipeline->traits & TRAIT_WIRE) != 0;
}

/* Can the field differ between packets of the flow? */
static bool
varies(const struct eval *ev, unsigned field)
{
	switch (field) {
	case MATCHER_DSCP:
		return !ev->dscp_marked;
	case MATCHER_FLAGS:
		return ev->tuple.proto == IPPROTO_TCP;
	case MATCHER_VLAN:
		return vlan_varies(ev);
	default:
		return true;
	}
}

static void
note_one(const struct matcher_field field[], struct eval *ev, const struct rule_key *key,
	uint32_t found)
{
	static const uint8_t bit[MATCHER_FIELDS] = {
		[MATCHER_DSCP] = FIELD_DSCP,
		[MATCHER_FLAGS] = FIELD_TCP_FLAGS,
		[MATCHER_FRAGMENT] = FIELD_FRAGMENT,
		[MATCHER_VLAN] = FIELD_VLAN,
		[MATCHER_MAC] = FIELD_MAC,
		[MATCHER_LENGTH] = FIELD_LENGTH,
	};

	for (unsigned f = 0; f < MATCHER_FIELDS; f++)
		if (field[f].rules != NULL && varies(ev, f) && decides(&field[f], key, found))
			ev->used_fields |= bit[f];
}

void
matcher_fields_note(const struct matcher_field field[], struct eval *const ev[],
	const struct rule_key key[], const uint32_t found[], unsigned n)
{
	const struct matcher_field *any = &field[MATCHER_ANY];
	const struct rule_key *pointer[BURST_MAX];
	uint32_t first[BURST_MAX];
	unsigned slot[BURST_MAX], asked = 0;

	for (unsigned i = 0; i < n; i++) {
		if (key[i].tuple.family == 0 || key[i].tuple.kind != KEY_PLAIN) {
			note_one(field, ev[i], &key[i], found[i]);
		} else if (any->rules != NULL && any->match[0] <= found[i]) {
			pointer[asked] = &key[i];
			slot[asked++] = i;
		}
	}
	if (asked > 0)
		rules_classify(any->rules, pointer, first, asked);
	for (unsigned k = 0; k < asked; k++) {
		unsigned i = slot[k];

		if (first[k] != RULES_NONE && any->match[first[k]] <= found[i])
			note_one(field, ev[i], &key[i], found[i]);
	}
}
