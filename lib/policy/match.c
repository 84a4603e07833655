/* SPDX-License-Identifier: BSD-3-Clause */
/* The words of a match, and their meaning. */
#include "policy/match.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include <netinet/in.h>

#include <rte_common.h>

#include "policy/address.h"
#include "policy/build_priv.h"
#include "policy/condition.h"
#include "policy/match_priv.h"
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
admits_ports(const struct reading *r)
{
	return match_admits_proto(r, IPPROTO_TCP) || match_admits_proto(r, IPPROTO_UDP)
		|| match_admits_proto(r, IPPROTO_SCTP) || match_admits_proto(r, IPPROTO_DCCP)
		|| match_admits_proto(r, IPPROTO_UDPLITE);
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
	int rc = read_interfaces(r, m->in.items, m->in.count, &r->match.iface);

	r->match.loc = r->head->loc;
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
	return match_ask(r, &test, true, &m->time);
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
	if (m->icmp.count > 0 && !match_admits_proto(r, IPPROTO_ICMP)
		&& !match_admits_proto(r, IPPROTO_ICMPV6))
		return cfg_error(err, r->head, &m->icmp, "ICMP types need proto icmp or icmpv6");
	if (m->flags.count > 0 && !match_admits_proto(r, IPPROTO_TCP))
		return cfg_error(err, r->head, &m->flags, "TCP flags need proto tcp");
	if (m->icmp.count > 0 && (has_ports || m->flags.count > 0))
		return cfg_error(err, r->head, &m->icmp,
			"no packet has an ICMP type and ports or TCP flags too");
	return 0;
}

/* Adds a match that speaks of our own addresses, which are others in each domain. */
static int
add_by_domain(struct reading *r, uint32_t written)
{
	const struct rule_match shared = r->match;
	int rc = 0;

	for (unsigned i = 0; i < build_domains(r->b) && rc == 0; i++) {
		r->match = shared;
		r->domain = (uint8_t)i;
		if (build_keep_domain(r->b, i, &r->match.iface))
			rc = match_add_sides(r, written);
	}
	return rc;
}

static bool
has_local(const struct cfg_match_address *items, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (items[i].local)
			return true;
	return false;
}

int
match_add(struct build *b, struct match_list *list, const struct cfg_head *head,
	const struct match_cfg *m, uint32_t written)
{
	struct reading r = { .b = b, .head = head, .cfg = m, .list = list, .domain = DOMAIN_NONE };
	int rc = read_common(&r) | read_times(&r) | check_protocols(&r);

	if (rc < 0)
		return -EINVAL;
	if (match_check_sides(&r) < 0)
		return -EINVAL;
	if (is_never(&r))
		return 0;
	if (conditions_add(b, list, head, m, &r.match) < 0)
		return -EINVAL;
	list->ports |= m->sport.count > 0 || m->dport.count > 0 || m->icmp.count > 0
		|| m->flags.count > 0;
	list->state |= (r.match.state & ~RULE_STATE_UNTRACKED) != 0 || r.match.nat != 0;
	list->out |= m->out.count > 0;
	if (build_domains(b) > 1
		&& (has_local(m->src.items, m->src.count) || has_local(m->dst.items, m->dst.count)))
		return add_by_domain(&r, written);
	return match_add_sides(&r, written);
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
		{ IPPROTO_SCTP, IPPROTO_SCTP, false },
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
