/* SPDX-License-Identifier: BSD-3-Clause */
/* Keeps the program of a flow over a reload that changes few rules, none of which the flow's
 * packets may meet (policy/changes.h): at its next packet, or when the sweep comes by. */

#include <string.h>

#include "policy/changes.h"
#include "program/action_list.h"
#include "slowpath/slowpath_priv.h"

static inline bool
is_touched4(const struct changes *c, const struct flow4 *f)
{
	const struct flow_ends ends = {
		.family = 4,
		.proto = f->key.proto,
		.kind = f->key.kind,
		.address.ip4 = { f->key.src, f->key.dst, f->to.src, f->to.dst },
		.port = { f->key.sport, f->key.dport, f->to.sport, f->to.dport },
	};

	return changes_touch(c, &ends);
}

static bool
is_touched6(const struct changes *c, const struct flow6 *f)
{
	struct flow_ends ends = {
		.family = 6,
		.proto = f->key.proto,
		.kind = f->key.kind,
		.port = { f->key.sport, f->key.dport, f->to.sport, f->to.dport },
	};

	memcpy(ends.address.ip6[0].bytes, f->key.src, 16);
	memcpy(ends.address.ip6[1].bytes, f->key.dst, 16);
	memcpy(ends.address.ip6[2].bytes, f->to.src, 16);
	memcpy(ends.address.ip6[3].bytes, f->to.dst, 16);
	return changes_touch(c, &ends);
}

/* Fills the words of a list by the numbers that its lines have now.  Returns false if one is gone.
 */
static bool
renumber_words(const struct datapath *dp, const struct action_list *was, struct kept_list *out)
{
	for (out->n = 0; out->n < PROGRAM_ACTIONS_MAX && was->word[out->n] != 0; out->n++) {
		uint32_t word = was->word[out->n];
		uint32_t counter = slowpath_counter_now(dp->gen, was, word);

		if (ACTION_OP(word) == ACTION_COUNT && counter == 0)
			return false;
		out->word[out->n] = ACTION_OP(word) == ACTION_COUNT
			? ACTION_WORD(ACTION_COUNT, counter)
			: word;
	}
	return true;
}

/* Makes the record's list one of this edition: the same lines, which go on counting what it has
 * counted.  Most records have the same list as the one before.  Returns false if a line is gone, or
 * no list is free. */
static bool
renumber(struct datapath *dp, struct flow *f, uint16_t iface)
{
	const struct action_list *was = action_lists_at(dp->lists, f->list);
	uint32_t edition = (uint32_t)dp->gen->edition;
	struct kept_list *k = &dp->slow->kept_list;
	uint16_t list;

	if (f->list == 0 || was->edition == edition)
		return true;
	if (f->list != k->was || k->edition != edition) {
		k->was = 0;
		if (!renumber_words(dp, was, k))
			return false;
		k->was = f->list;
		k->edition = edition;
	}
	list = action_lists_take(dp->lists, k->word, k->n, edition);
	if (list == 0)
		return false;
	action_lists_own(dp->lists, list, iface);
	action_lists_give(dp->lists, f->list);
	f->list = list;
	return true;
}

void
slowpath_keep(struct datapath *dp, struct flow_table *t, uint32_t index)
{
	const struct changes *changes = dp->gen->changes;
	struct flow *f = flow_at(t, index);
	uint16_t iface;

	if (t == dp->flow6) {
		if (is_touched6(changes, flow6_at(t, index)))
			return;
		iface = flow6_at(t, index)->key.iface;
	} else {
		if (is_touched4(changes, flow4_at(t, index)))
			return;
		iface = flow4_at(t, index)->key.iface;
	}
	if (renumber(dp, f, iface))
		f->epoch = dp->epoch;
}
