/* SPDX-License-Identifier: BSD-3-Clause */
/* Matches, compiled (table/rules.h). */
#include "policy/matcher.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include <netinet/in.h>

#include "packet/burst.h"
#include "policy/build.h"
#include "policy/condition.h"
#include "policy/pipeline.h"

struct matcher {
	struct rules *rules; /* NULL: there is none */
	struct match_list list;
	/* The first match that uses a field beyond the flow's key.  A match behind the one that
	 * counts does not make the decision depend on its fields. */
	bool asks_more; /* one asks for what stages and rarer words know: egress, translation, MAC
			 */
	uint32_t first_dscp, first_flags, first_fragment, first_vlan, first_mac, first_length;
};

static_assert(MATCHER_NONE == RULES_NONE, "both are no match");
static_assert((int)CONN_NEW == RULE_STATE_NEW && (int)CONN_ESTABLISHED == RULE_STATE_ESTABLISHED
		&& (int)CONN_RELATED == RULE_STATE_RELATED
		&& (int)CONN_INVALID == RULE_STATE_INVALID
		&& (int)CONN_UNTRACKED == RULE_STATE_UNTRACKED,
	"rules ask for states by their bit");

static void
first_is(uint32_t *first, uint32_t i, bool looks)
{
	if (looks && i < *first)
		*first = i;
}

struct matcher *
matcher_build(struct build *b, const struct match_list *list, struct loc loc)
{
	struct matcher *m = build_alloc(b, 1, sizeof(*m));

	if (m == NULL) {
		build_no_memory(b);
		return NULL;
	}
	m->list = *list;
	if (list->n > 0) {
		m->rules = rules_build(list->match, list->n, loc, build_err(b));
		if (m->rules == NULL)
			return NULL;
	}

	m->first_dscp = m->first_flags = m->first_fragment = m->first_vlan = MATCHER_NONE;
	m->first_mac = m->first_length = MATCHER_NONE;
	for (uint32_t i = 0; i < list->n; i++) {
		struct rule_match *match = &list->match[i];

		first_is(&m->first_dscp, i, match->dscp.n > 0);
		first_is(&m->first_flags, i, match->tcp_mask != 0);
		first_is(&m->first_fragment, i, match->fragment != RULE_FRAGMENT_ANY);
		first_is(&m->first_vlan, i, match->vlan.n > 0);
		m->asks_more |= match->out.n > 0 || match->nat != 0 || match->mac.n > 0;
		first_is(&m->first_mac, i, match->mac.n > 0);
		first_is(&m->first_length, i, match->length.n > 0);
		match->loc.file = NULL; /* the document may be freed */
	}
	return m;
}

void
matcher_discard(struct matcher *m)
{
	if (m != NULL)
		rules_discard(m->rules);
}

const struct match_list *
matcher_list(const struct matcher *m)
{
	return &m->list;
}

bool
matcher_varies(const struct matcher *m)
{
	return m->list.n_tests > 0 || m->list.n_conditions > 0;
}

uint8_t
matcher_translation(const struct eval *ev)
{
	const struct tuple *now = &ev->tuple, *came = &ev->view->tuple;
	bool src = now->sport != came->sport || !address_equal(&now->src, &came->src);
	bool dst = now->dport != came->dport || !address_equal(&now->dst, &came->dst);

	if (ev->tuple.family == 0 || (!src && !dst))
		return RULE_NAT_NONE;
	if (src && dst)
		return RULE_NAT_BOTH;
	return src == ev->reply ? RULE_NAT_DST : RULE_NAT_SRC;
}

uint16_t
matcher_answers(const struct match_list *list, const struct generation *gen)
{
	uint64_t times = times_held(gen->times);
	unsigned bits = 0;

	for (unsigned i = 0; i < list->n_tests; i++)
		if (list->test[i].kind == TEST_TIME)
			bits |= (unsigned)(times >> list->test[i].number & 1) << i;
	return (uint16_t)bits;
}

/* Returns the answers that a packet gets: those, and which dynamic sets hold its addresses. */
static uint16_t
answers(const struct match_list *list, const struct eval *ev)
{
	unsigned bits = matcher_answers(list, ev->gen);

	for (unsigned i = 0; i < list->n_tests && ev->members != NULL; i++) {
		const struct match_test *t = &list->test[i];
		const struct members *m = t->kind != TEST_TIME ? ev->members[t->number] : NULL;
		const union address *a = t->kind == TEST_SRC ? &ev->tuple.src : &ev->tuple.dst;

		if (m != NULL && members_has(m, tuple_space(&ev->tuple), a, ev->now_ns))
			bits |= 1u << i;
	}
	return (uint16_t)bits;
}

static void
key_from_eval(struct rule_key *key, const struct eval *ev, const struct matcher *m)
{
	const struct view *v = ev->view;

	*key = (struct rule_key){
		.tuple = ev->tuple,
		.iface = v->iface,
		.vlan = v->vlan[0],
		.tcp_flags = v->tcp_flags,
		.state = (uint8_t)ev->state,
		.dscp = ev->dscp,
		.fragment = v->fragment,
		.length = (uint16_t)RTE_MIN(v->l3_bytes, UINT16_MAX),
	};
	if (m->list.n_tests > 0)
		key->tests = answers(&m->list, ev);
	if (m->asks_more) {
		key->out = ev->egress != NULL ? ev->egress->id : RULE_OUT_NONE;
		key->nat = matcher_translation(ev);
		memcpy(key->mac, v->mac, sizeof(key->mac));
	}
	/* From the key: the view of a later fragment does not have them. */
	key->icmp_type = (uint8_t)(rte_be_to_cpu_16(ev->tuple.dport) >> 8);
	key->icmp_code = (uint8_t)rte_be_to_cpu_16(ev->tuple.dport);
}

/* Interfaces that take frames for any MAC may take them with any tag, too. */
static bool
vlan_varies(const struct eval *ev)
{
	const struct interface *in = ev->in;

	return in->vlan == 0 && in->pipeline != NULL && (in->pipeline->traits & TRAIT_WIRE) != 0;
}

/* Returns true if the match was reached.  found: the match that counts, or MATCHER_NONE, which is
 * behind all of them. */
static bool
reached(uint32_t first, uint32_t found)
{
	return first != MATCHER_NONE && first <= found;
}

static void
note_fields(const struct matcher *m, struct eval *ev, uint32_t found)
{
	if (reached(m->first_dscp, found) && !ev->dscp_marked)
		ev->used_fields |= FIELD_DSCP;
	if (reached(m->first_flags, found) && ev->tuple.proto == IPPROTO_TCP)
		ev->used_fields |= FIELD_TCP_FLAGS;
	if (reached(m->first_fragment, found))
		ev->used_fields |= FIELD_FRAGMENT;
	if (reached(m->first_mac, found))
		ev->used_fields |= FIELD_MAC;
	if (reached(m->first_length, found))
		ev->used_fields |= FIELD_LENGTH;
	if (reached(m->first_vlan, found) && vlan_varies(ev))
		ev->used_fields |= FIELD_VLAN;
}

/* Drops a packet without the part of the transport header that the match asks for: it cannot be
 * decided whether it matches. */
static void
refuse_blind(const struct matcher *m, struct eval *ev, uint32_t found)
{
	if (ev->tuple.kind != KEY_BLIND || found == MATCHER_NONE
		|| !rule_asks_transport(&m->list.match[found]))
		return;
	eval_note(ev, "%s: depends on a part of the transport header that the packet does not have",
		ev->stage);
	eval_drop(ev, (enum reason)ev->view->l4_fault, 0);
}

static bool
speaks_of_ip(const struct rule_match *m)
{
	return m->src.n > 0 || m->dst.n > 0 || m->proto.n > 0 || m->sport.n > 0 || m->dport.n > 0
		|| m->icmp.n > 0 || m->tcp_mask != 0 || m->state != 0 || m->dscp.n > 0
		|| m->nat != 0 || m->length.n > 0 || m->fragment != RULE_FRAGMENT_ANY
		|| m->n_conditions > 0;
}

/* Finds the match of a frame that is not IP: tables do not hold it, and matches on IP fields do not
 * match it, not even negated. */
static uint32_t
find_frame(const struct match_list *list, const struct rule_key *key, uint32_t from)
{
	for (uint32_t i = from; i < list->n; i++)
		if (!speaks_of_ip(&list->match[i]) && rule_matches(&list->match[i], key))
			return i;
	return MATCHER_NONE;
}

/* The first compiled match of the written ones from one on. */
static uint32_t
first_match(const struct match_list *list, uint32_t from)
{
	uint32_t low = 0, high = list->n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (list->written[mid] < from)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Asks the conditions of the match that was found, and looks on behind its written one as long as
 * they do not hold.  Returns the match that counts. */
static uint32_t
ask_conditions(const struct matcher *m, struct eval *ev, const struct rule_key *key, uint32_t found)
{
	const struct match_list *list = &m->list;

	while (found != MATCHER_NONE && !conditions_hold(list, &list->match[found], ev)) {
		uint32_t next = first_match(list, list->written[found] + 1);

		if (ev->done)
			return MATCHER_NONE;
		if (next == list->n)
			found = MATCHER_NONE;
		else
			rules_classify_from(m->rules, &key, &next, &found, 1);
	}
	return found;
}

void
matcher_find(const struct matcher *m, struct eval *const ev[], uint32_t found[], unsigned n)
{
	matcher_find_from(m, ev, NULL, found, n);
}

void
matcher_find_from(const struct matcher *m, struct eval *const ev[], const uint32_t from[],
	uint32_t found[], unsigned n)
{
	const struct rule_key *pointer[BURST_MAX];
	struct rule_key key[BURST_MAX];
	unsigned slot[BURST_MAX], ip = 0;
	uint32_t result[BURST_MAX], first[BURST_MAX];

	assert(n <= BURST_MAX);
	for (unsigned i = 0; i < n; i++) {
		key_from_eval(&key[i], ev[i], m);
		if (ev[i]->tuple.family == 0) {
			found[i] = find_frame(&m->list, &key[i],
				from != NULL ? first_match(&m->list, from[i]) : 0);
		} else if (m->rules == NULL) {
			found[i] = MATCHER_NONE;
		} else {
			pointer[ip] = &key[i];
			if (from != NULL)
				first[ip] = first_match(&m->list, from[i]);
			slot[ip++] = i;
		}
	}
	if (ip > 0 && from == NULL)
		rules_classify(m->rules, pointer, result, ip);
	else if (ip > 0)
		rules_classify_from(m->rules, pointer, first, result, ip);
	for (unsigned i = 0; i < ip; i++)
		found[slot[i]] = m->list.n_conditions == 0
			? result[i]
			: ask_conditions(m, ev[slot[i]], pointer[i], result[i]);

	for (unsigned i = 0; i < n; i++) {
		refuse_blind(m, ev[i], found[i]);
		note_fields(m, ev[i], found[i]);
		if (ev[i]->trace != NULL && ev[i]->trace->matched != NULL)
			ev[i]->trace->matched(ev[i]->trace->arg, m, found[i]);
		if (found[i] != MATCHER_NONE)
			found[i] = m->list.written[found[i]];
	}
}
