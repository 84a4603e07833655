/* SPDX-License-Identifier: BSD-3-Clause */
/* The words of a match, and their meaning. */
#include "policy/match.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include <netinet/in.h>

#include <rte_common.h>

#include "policy/address.h"
#include "policy/build.h"
#include "policy/condition.h"
#include "policy/match_text.h"
#include "policy/reverse_path.h"
#include "policy/stage.h"

const struct cfg_word match_states[] = {
	{ "new", RULE_STATE_NEW },
	{ "established", RULE_STATE_ESTABLISHED },
	{ "related", RULE_STATE_RELATED },
	{ "invalid", RULE_STATE_INVALID },
	{ "untracked", RULE_STATE_UNTRACKED },
	CFG_WORD_END,
};

/* Each word is all translations that it speaks of, so that !dnat is the others. */
const struct cfg_word match_nats[] = {
	{ "dnat", RULE_NAT_DST | RULE_NAT_BOTH },
	{ "snat", RULE_NAT_SRC | RULE_NAT_BOTH },
	{ "none", RULE_NAT_NONE },
	CFG_WORD_END,
};

/* An enum and not a bool, since "false" differs from nothing. */
const struct cfg_word match_fragments[] = {
	{ "true", RULE_FRAGMENT_YES },
	{ "false", RULE_FRAGMENT_NO },
	CFG_WORD_END,
};

const struct cfg_word match_rpfs[] = {
	{ "strict", RPF_BACK },
	{ "loose", RPF_BACK | RPF_ELSEWHERE },
	{ "none", RPF_NONE },
	CFG_WORD_END,
};

struct match_alone {
	struct match_cfg match;
};

static const struct cfg_field match_fields[] = {
	MATCH_ROWS(struct match_alone, match),
	CFG_END,
};

const struct cfg_table match_table = {
	"match",
	CFG_SIZEOF(struct match_cfg),
	match_fields,
	"A condition on packets; a list means any of its values, ! before a value means not.",
};

/* A match that is being read, and the results so far. */
struct reading {
	struct build *b;
	const struct cfg_head *head;
	const struct match_cfg *cfg;
	struct match_list *list;
	struct rule_match match; /* what all resulting matches share */
	bool never;              /* two of its conditions exclude each other */
};

/* Returns true if no packet can match, and reports it, unless there are errors that may be the
 * cause. */
static bool
is_never(const struct reading *r)
{
	struct err *err = build_err(r->b);
	const void *field;
	const char *why = match_never(r->b, r->head, r->cfg, &field);

	if (why != NULL && !r->list->quiet && err_count(err) == 0)
		cfg_warn(err, r->head, field, "no packet matches: %s", why);
	return why != NULL;
}

static bool
admits_proto(const struct reading *r, unsigned proto)
{
	return match_range_admits(r->cfg->proto.items, r->cfg->proto.count, proto);
}

static bool
admits_ports(const struct reading *r)
{
	return admits_proto(r, IPPROTO_TCP) || admits_proto(r, IPPROTO_UDP)
		|| admits_proto(r, IPPROTO_SCTP) || admits_proto(r, IPPROTO_DCCP)
		|| admits_proto(r, IPPROTO_UDPLITE);
}

static int
read_ranges(
	struct reading *r, const struct cfg_range *items, unsigned count, struct rule_ranges *out)
{
	struct rule_range *range = build_alloc(r->b, count, sizeof(*range));

	if (range == NULL)
		return build_no_memory(r->b);
	for (unsigned i = 0; i < count; i++) {
		range[i].first = (uint16_t)items[i].first;
		range[i].last = (uint16_t)items[i].last;
		range[i].negated = items[i].negate;
	}
	*out = (struct rule_ranges){ range, count };
	return 0;
}

/* Makes the matches hold only if a test has an answer.  hash: of what is asked, for comparisons
 * with other configurations.  Returns 0, or negative after an error at the field. */
static int
add_test(struct reading *r, const struct match_test *test, bool answer, const void *field)
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

/* Addresses of one side of a match.  A list with dynamic sets becomes several matches, any of which
 * holds: one of its prefixes and other sets, and one for each dynamic set. */
struct side_list {
	const struct cfg_match_address *items;
	unsigned count;
	enum match_test_kind kind;
};

static unsigned
dynamic_of(const struct reading *r, const struct cfg_match_address *item)
{
	return item->set != NULL ? build_find_dynamic(r->b, item->set) : 0;
}

/* Returns the number of matches. */
static unsigned
variants_of(const struct reading *r, const struct side_list *side)
{
	unsigned dynamic = 0, other = 0;

	for (unsigned i = 0; i < side->count; i++)
		if (!side->items[i].negate && dynamic_of(r, &side->items[i]) != 0)
			dynamic++;
		else if (!side->items[i].negate)
			other++;
	return dynamic + (other > 0 || dynamic == 0);
}

/* Asks for a dynamic set in the match. */
static int
ask_dynamic(struct reading *r, const struct side_list *side, const struct cfg_match_address *item)
{
	struct match_test test = { .kind = (uint8_t)side->kind, .number = dynamic_of(r, item) };

	test.hash = 0xcbf29ce484222325ull ^ (unsigned)side->kind;
	for (const char *c = item->set; *c != '\0'; c++)
		test.hash = (test.hash ^ (uint8_t)*c) * 0x100000001b3ull;
	return add_test(r, &test, !item->negate, item);
}

/* Adds an item that is no dynamic set.  Unknown sets have been reported by the decoder. */
static int
read_address(struct reading *r, const struct cfg_match_address *item, struct rule_address *out)
{
	out->negated = item->negate;
	if (item->set == NULL && !item->local) {
		out->prefix = prefix_from_ip(&item->prefix);
		return 0;
	}
	out->set = match_set(r->b, item);
	return out->set != NULL ? 0 : -EINVAL;
}

/* Reads the match of that number: the dynamic sets in their order, then the others together. */
static int
read_side(struct reading *r, const struct side_list *side, unsigned variant,
	struct rule_addresses *out)
{
	struct rule_address *address = build_alloc(r->b, side->count, sizeof(*address));
	unsigned n = 0, at = 0, chosen = UINT_MAX;
	int rc = 0;

	if (address == NULL)
		return build_no_memory(r->b);
	for (unsigned i = 0; i < side->count; i++)
		if (!side->items[i].negate && dynamic_of(r, &side->items[i]) != 0
			&& at++ == variant)
			chosen = i;
	for (unsigned i = 0; i < side->count; i++) {
		const struct cfg_match_address *item = &side->items[i];

		if (dynamic_of(r, item) != 0)
			rc |= item->negate || i == chosen ? ask_dynamic(r, side, item) : 0;
		else if (item->negate || chosen == UINT_MAX)
			rc |= read_address(r, item, &address[n++]);
	}
	*out = (struct rule_addresses){ address, n };
	return rc;
}

/* Returns the number of interfaces that a name stands for: one, or those of a zone; 0 for an
 * unknown name.  Their ids go to *ids, which has room for them if it is not NULL. */
static unsigned
ids_of(const struct reading *r, const char *name, uint16_t *ids)
{
	const struct interface *iface = build_find_interface(r->b, name);
	const struct zone *zone = iface == NULL ? build_find_zone(r->b, name) : NULL;

	if (iface != NULL && ids != NULL)
		ids[0] = iface->id;
	if (zone != NULL && ids != NULL)
		memcpy(ids, zone->iface, zone->n * sizeof(ids[0]));
	return iface != NULL ? 1 : zone != NULL ? zone->n : 0;
}

static int
read_interfaces(struct reading *r, const struct cfg_match_name *names, unsigned count,
	struct rule_ranges *out)
{
	unsigned all = 0, n = 0;
	struct rule_range *range;
	uint16_t *ids;
	int rc = 0;

	for (unsigned i = 0; i < count; i++)
		all += ids_of(r, names[i].name, NULL);
	range = build_alloc(r->b, all, sizeof(*range));
	ids = build_alloc(r->b, all, sizeof(*ids));
	if (range == NULL || ids == NULL)
		return build_no_memory(r->b);
	for (unsigned i = 0; i < count; i++) {
		unsigned more = ids_of(r, names[i].name, ids);

		rc = more == 0 ? -EINVAL : rc;
		for (unsigned k = 0; k < more; k++)
			range[n++] = (struct rule_range){ ids[k], ids[k], names[i].negate };
	}
	*out = (struct rule_ranges){ range, n };
	return rc;
}

static int
read_macs(struct reading *r)
{
	unsigned count = r->cfg->mac.count;
	struct rule_mac *mac = build_alloc(r->b, count, sizeof(*mac));

	if (mac == NULL)
		return build_no_memory(r->b);
	for (unsigned i = 0; i < count; i++) {
		memcpy(mac[i].bytes, r->cfg->mac.items[i].mac.bytes, sizeof(mac[i].bytes));
		mac[i].negated = r->cfg->mac.items[i].negate;
	}
	r->match.mac = (struct rule_macs){ mac, count };
	return 0;
}

/* Reads the fields that are the same in every resulting match. */
static int
read_common(struct reading *r)
{
	const struct match_cfg *m = r->cfg;
	int rc = 0;

	r->match.loc = r->head->loc;
	rc |= read_interfaces(r, m->in.items, m->in.count, &r->match.iface);
	rc |= read_interfaces(r, m->out.items, m->out.count, &r->match.out);
	rc |= read_macs(r);
	rc |= read_ranges(r, m->length.items, m->length.count, &r->match.length);
	rc |= read_ranges(r, m->proto.items, m->proto.count, &r->match.proto);
	rc |= read_ranges(r, m->sport.items, m->sport.count, &r->match.sport);
	rc |= read_ranges(r, m->dport.items, m->dport.count, &r->match.dport);
	rc |= read_ranges(r, m->dscp.items, m->dscp.count, &r->match.dscp);
	rc |= read_ranges(r, m->vlan.items, m->vlan.count, &r->match.vlan);
	r->match.state = m->state == RULE_STATE_ALL ? 0 : (uint8_t)m->state;
	r->match.nat = m->nat == RULE_NAT_ALL ? 0 : (uint8_t)m->nat;
	r->match.fragment = (uint8_t)m->fragment;
	return rc;
}

static int
read_times(struct reading *r)
{
	const struct match_cfg *m = r->cfg;
	struct match_test test = { .kind = TEST_TIME };
	int number;

	if (m->time.count == 0)
		return 0;
	number = build_time(r->b, m->time.items, m->time.count);
	if (number < 0)
		return -EINVAL;
	test.number = (uint32_t)number;
	test.hash = build_time_hash(r->b, test.number);
	return add_test(r, &test, true, &m->time);
}

static int
check_protocols(const struct reading *r)
{
	const struct match_cfg *m = r->cfg;
	struct err *err = build_err(r->b);
	const void *ports = m->sport.count > 0 ? (const void *)&m->sport : &m->dport;
	bool has_ports = m->sport.count > 0 || m->dport.count > 0;

	if (has_ports && !admits_ports(r))
		return cfg_error(err, r->head, ports, "ports need proto tcp, udp or sctp");
	if (m->icmp.count > 0 && !admits_proto(r, IPPROTO_ICMP) && !admits_proto(r, IPPROTO_ICMPV6))
		return cfg_error(err, r->head, &m->icmp, "ICMP types need proto icmp or icmpv6");
	if (m->flags.count > 0 && !admits_proto(r, IPPROTO_TCP))
		return cfg_error(err, r->head, &m->flags, "TCP flags need proto tcp");
	if (m->icmp.count > 0 && (has_ports || m->flags.count > 0))
		return cfg_error(err, r->head, &m->icmp,
			"no packet has an ICMP type and ports or TCP flags too");
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
	if ((plain_written && !plain) || !admits_proto(r, proto))
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

/* Adds the matches of one choice of addresses. */
static int
add_one(struct reading *r, uint32_t written)
{
	if (r->never)
		return 0;
	if (r->cfg->icmp.count > 0)
		return add_icmp(r, written);
	if (r->cfg->flags.count > 0)
		return add_flags(r, written);
	return add(r, &r->match, written);
}

static int
add_variants(struct reading *r, uint32_t written)
{
	const struct match_cfg *m = r->cfg;
	const struct side_list src = { m->src.items, m->src.count, TEST_SRC };
	const struct side_list dst = { m->dst.items, m->dst.count, TEST_DST };
	const struct rule_match shared = r->match;
	unsigned n_src = variants_of(r, &src), n = n_src * variants_of(r, &dst);
	int rc = 0;

	for (unsigned i = 0; i < n && rc == 0; i++) {
		r->match = shared;
		r->never = false;
		rc = read_side(r, &src, i % n_src, &r->match.src)
			| read_side(r, &dst, i / n_src, &r->match.dst);
		if (rc == 0)
			rc = add_one(r, written);
	}
	return rc < 0 ? -EINVAL : 0;
}

int
match_add(struct build *b, struct match_list *list, const struct cfg_head *head,
	const struct match_cfg *m, uint32_t written)
{
	struct reading r = { .b = b, .head = head, .cfg = m, .list = list };
	int rc = read_common(&r) | read_times(&r) | check_protocols(&r);

	if (rc < 0)
		return -EINVAL;
	if (is_never(&r))
		return 0;
	if (conditions_add(b, list, head, m, &r.match) < 0)
		return -EINVAL;
	list->ports |= m->sport.count > 0 || m->dport.count > 0 || m->icmp.count > 0
		|| m->flags.count > 0;
	list->state |= (r.match.state & ~RULE_STATE_UNTRACKED) != 0 || r.match.nat != 0;
	list->out |= m->out.count > 0;
	return add_variants(&r, written);
}

unsigned
match_traits(const struct match_list *list)
{
	return (list->ports ? TRAIT_PORTS : 0) | (list->state ? TRAIT_NEEDS_TRACK : 0)
		| (list->out ? TRAIT_NEEDS_ROUTE : 0);
}

/* Writes the parts of a list of ports that lie from low to high; all of them if the list has only
 * negated ones.  Returns how many are not negated. */
static unsigned
cut_ranges(const struct rule_ranges *list, uint16_t low, uint16_t high, struct rule_ranges *out)
{
	struct rule_range *range = (struct rule_range *)(uintptr_t)out->range;
	unsigned plain = 0, left = 0, n = 0;

	for (unsigned i = 0; i < list->n; i++) {
		struct rule_range r = list->range[i];

		plain += !r.negated;
		if (!r.negated) {
			r.first = RTE_MAX(r.first, low);
			r.last = RTE_MIN(r.last, high);
			if (r.first > r.last)
				continue;
			left++;
		}
		range[n++] = r;
	}
	if (plain == 0) {
		range[n++] = (struct rule_range){ low, high, false };
		left = 1;
	}
	out->n = n;
	return left;
}

int
match_dport_within(struct build *b, struct rule_match *m, uint16_t low, uint16_t high)
{
	static const struct rule_range by_port[] = {
		{ IPPROTO_TCP, IPPROTO_TCP, false },
		{ IPPROTO_UDP, IPPROTO_UDP, false },
		{ IPPROTO_DCCP, IPPROTO_DCCP, false },
		{ IPPROTO_UDPLITE, IPPROTO_UDPLITE, false },
	};
	struct rule_ranges cut = { build_alloc(b, m->dport.n + 1, sizeof(*cut.range)), 0 };

	if (cut.range == NULL)
		return build_no_memory(b);
	if (cut_ranges(&m->dport, low, high, &cut) == 0)
		return 0;
	m->dport = cut;
	if (m->proto.n == 0)
		m->proto = (struct rule_ranges){ by_port, RTE_DIM(by_port) };
	return 1;
}
