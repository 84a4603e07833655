/* SPDX-License-Identifier: BSD-3-Clause */
/* One match whose words have been read becomes compiled ones: one for each of its flags, and for
 * the ICMP types of each family. */

#include <errno.h>

#include <netinet/in.h>

#include "policy/build.h"
#include "policy/match_priv.h"
#include "policy/match_text.h"

bool
match_admits_proto(const struct reading *r, unsigned proto)
{
	return match_range_admits(r->cfg->proto.items, r->cfg->proto.count, proto);
}

int
match_ask(struct reading *r, const struct match_test *test, bool answer, const void *field)
{
	struct match_list *list = r->list;
	unsigned bit = 0;

	while (bit < list->n_tests
		&& (list->test[bit].kind != test->kind || list->test[bit].number != test->number))
		bit++;
	if (bit == MATCH_TESTS_MAX)
		return cfg_error(build_err(r->b), r->head, field,
			"one list asks for %u different times and dynamic sets at most",
			MATCH_TESTS_MAX);
	if (bit == list->n_tests)
		list->test[list->n_tests++] = *test;
	r->never |= (r->match.tests_mask >> bit & 1) != 0
		&& (r->match.tests >> bit & 1) != (unsigned)answer;
	r->match.tests_mask |= (uint16_t)(1u << bit);
	r->match.tests |= (uint16_t)((unsigned)answer << bit);
	r->match.tests_hash = (r->match.tests_hash ^ test->hash ^ answer) * 0x9e3779b97f4a7c15ull;
	return 0;
}

static int
add(struct reading *r, const struct rule_match *match, uint32_t written)
{
	struct match_list *list = r->list;

	if (list->n == list->room) {
		unsigned room = list->room;
		void *matches = build_grow(r->b, list->match, list->n, &room, sizeof(*match));
		void *numbers = build_grow(
			r->b, list->written, list->n, &list->room, sizeof(written));

		if (matches == NULL || numbers == NULL) {
			list->room = list->n;
			return build_no_memory(r->b);
		}
		list->match = matches;
		list->written = numbers;
	}
	list->match[list->n] = *match;
	list->written[list->n++] = written;
	return 0;
}

static int
add_flags(struct reading *r, uint32_t written)
{
	int rc = 0;

	for (unsigned i = 0; i < r->cfg->flags.count; i++) {
		const char **text = &r->cfg->flags.items[i];
		struct rule_match match = r->match;
		const char *why = tcp_flags_read(*text, &match.tcp_flags, &match.tcp_mask);

		if (why != NULL)
			rc = cfg_error(build_err(r->b), r->head, text, "'%s' %s", *text, why);
		else
			rc |= add(r, &match, written);
	}
	return rc;
}

/* Adds the types of one family as a match of its protocol; none when no word has a type there. */
static int
add_icmp_family(struct reading *r, const struct icmp_word *words, unsigned family, uint32_t written)
{
	unsigned count = r->cfg->icmp.count, proto = family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	struct rule_range *range = build_alloc(r->b, count + 1, sizeof(*range));
	struct rule_match match = r->match;
	bool plain_written = false, plain = false;
	unsigned n = 0;

	if (range == NULL)
		return build_no_memory(r->b);
	for (unsigned i = 0; i < count; i++) {
		uint16_t first = family == 4 ? words[i].first4 : words[i].first6;
		uint16_t last = family == 4 ? words[i].last4 : words[i].last6;

		plain_written |= !words[i].negated;
		if (first > last)
			continue;
		plain |= !words[i].negated;
		range[n++] = (struct rule_range){ first, last, words[i].negated };
	}
	if ((plain_written && !plain) || !match_admits_proto(r, proto))
		return 0;
	range[count] = (struct rule_range){ (uint16_t)proto, (uint16_t)proto, false };
	match.proto = (struct rule_ranges){ &range[count], 1 };
	match.icmp = (struct rule_ranges){ range, n };
	return add(r, &match, written);
}

static int
add_icmp(struct reading *r, uint32_t written)
{
	unsigned count = r->cfg->icmp.count;
	struct icmp_word *words = build_alloc(r->b, count, sizeof(*words));
	int rc = 0;

	if (words == NULL)
		return build_no_memory(r->b);
	for (unsigned i = 0; i < count; i++) {
		const char **text = &r->cfg->icmp.items[i];
		const char *why = icmp_word_read(*text, &words[i]);

		if (why != NULL)
			rc = cfg_error(build_err(r->b), r->head, text, "'%s' %s", *text, why);
	}
	if (rc < 0)
		return rc;
	rc |= add_icmp_family(r, words, 4, written);
	rc |= add_icmp_family(r, words, 6, written);
	return rc;
}

int
match_add_one(struct reading *r, uint32_t written)
{
	if (r->never)
		return 0;
	if (r->cfg->icmp.count > 0)
		return add_icmp(r, written);
	if (r->cfg->flags.count > 0)
		return add_flags(r, written);
	return add(r, &r->match, written);
}
