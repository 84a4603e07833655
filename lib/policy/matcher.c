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
#include "policy/matcher_fields.h"
#include "policy/pipeline.h"

struct matcher {
	struct rules *rules; /* NULL: there is none */
	struct match_list list;
	bool asks_more;   /* one asks for what stages and rarer words know: egress, translation, MAC
			   */
	bool asks_beyond; /* field has tables */
	struct matcher_field field[MATCHER_TABLES];
};

static_assert(MATCHER_NONE == RULES_NONE, "both are no match");
static_assert((int)CONN_NEW == RULE_STATE_NEW && (int)CONN_ESTABLISHED == RULE_STATE_ESTABLISHED
		&& (int)CONN_RELATED == RULE_STATE_RELATED
		&& (int)CONN_INVALID == RULE_STATE_INVALID
		&& (int)CONN_UNTRACKED == RULE_STATE_UNTRACKED,
	"rules ask for states by their bit");

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

	if (!matcher_fields_build(b, list, loc, m->field)) {
		matcher_discard(m);
		return NULL;
	}
	for (unsigned f = 0; f < MATCHER_FIELDS; f++)
		m->asks_beyond |= m->field[f].rules != NULL;
	for (uint32_t i = 0; i < list->n; i++) {
		struct rule_match *match = &list->match[i];

		m->asks_more |= match->out.n > 0 || match->nat != 0 || match->mac.n > 0;
		match->loc.file = NULL; /* the document may be freed */
	}
	return m;
}

void
matcher_discard(struct matcher *m)
{
	if (m == NULL)
		return;
	rules_discard(m->rules);
	matcher_fields_discard(m->field);
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

	for (unsigned i = 0; i < n; i++)
		refuse_blind(m, ev[i], found[i]);
	if (n > 0 && m->asks_beyond)
		matcher_fields_note(m->field, ev, key, found, n);
	for (unsigned i = 0; i < n; i++) {
		if (ev[i]->trace != NULL && ev[i]->trace->matched != NULL)
			ev[i]->trace->matched(ev[i]->trace->arg, m, found[i]);
		if (found[i] != MATCHER_NONE)
			found[i] = m->list.written[found[i]];
	}
}
