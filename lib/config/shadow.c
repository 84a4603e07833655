/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules that change nothing: never reached, because earlier rules of their access list together
 * take all that they do; or redundant, because without them later ones would do the same.
 *
 * What is found is proven over all packets (region/find.h), and the packet that is shown is put to
 * the compiled rules before it is told. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/check.h"
#include "packet/notation.h"
#include "policy/build.h"
#include "region/find.h"

#define SCRATCH_BYTES ((size_t)4 << 30) /* address space */
#define WORK_MAX      2000000u          /* comparisons of cells for one question */

enum {
	REDUNDANT_MAX = 20, /* redundant rules of a list that are told, each with a packet */
};

/* What packets have beside a cell: the interface they came in by, and the state of their
 * connection. */
struct entry {
	uint16_t iface, vlan;
	uint8_t state; /* an enum rule_state bit */
};

/* An access list at work. */
struct shadows {
	const struct acl_cfg *acl;
	struct match_list list;
	uint32_t *first;      /* [rules + 1]: the first match of each */
	struct cell *cell[2]; /* by family, by match */
	struct entry *entry;
	unsigned n_entries;
	const struct cell **without;
	struct rules *rules;    /* the list, compiled */
	struct rules *backward; /* its matches in the other order: the last that a packet meets is
				   found */
	struct scratch scratch;
	unsigned redundant; /* found so far */
	uint64_t deadline_ns;
	unsigned asked; /* of the clock: out_of_time */
	bool late;
	bool whole; /* redundant rules are looked for, too */
	bool more;  /* a rule asks for what entries and cells do not tell apart */
	struct err *err;
};

/* A packet and where it came from. */
struct witness {
	unsigned family, entry;
	struct point point;
};

static uint64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

#define CLOCK_EVERY 64u /* the clock costs as much as a question */

/* Returns true once the time is over. */
static bool
out_of_time(struct shadows *s)
{
	if (s->asked++ % CLOCK_EVERY == 0)
		s->late = now_ns() > s->deadline_ns;
	return s->late;
}

/* --- the list as cells --- */

static bool
admits(const struct shadows *s, uint32_t match, const struct entry *e)
{
	const struct rule_match *m = &s->list.match[match];

	return (m->state == 0 || (m->state & e->state) != 0) && match_enters(m, e->iface, e->vlan);
}

/* Does it take all packets of its cell and an entry that it admits?  Others hide nothing for
 * certain. */
static bool
takes_all(const struct shadows *s, uint32_t match, const struct entry *e)
{
	return !match_asks_more(&s->list.match[match]) && admits(s, match, e)
		&& s->acl->rules.items[s->list.written[match]].call == NULL
		&& s->acl->rules.items[s->list.written[match]].action != ACL_CONTINUE;
}

/* The ways packets can come in that the list tells apart. */
static bool
fill_entries(struct shadows *s, struct build *b)
{
	bool by_iface = false, by_state = false;
	const struct interface *const *iface;
	unsigned n;

	for (unsigned i = 0; i < s->list.n; i++) {
		by_iface |= s->list.match[i].iface.n > 0 || s->list.match[i].vlan.n > 0;
		by_state |= s->list.match[i].state != 0;
		s->more |= match_asks_more(&s->list.match[i]);
	}
	iface = build_interfaces(b, &n);
	s->entry = scratch_take(&s->scratch, (size_t)(n + 1) * 5 * sizeof(*s->entry));
	for (unsigned i = 0; i < n && s->entry != NULL; i++) {
		if (iface[i] == NULL)
			continue;
		for (unsigned state = RULE_STATE_UNTRACKED; state <= RULE_STATE_INVALID; state *= 2)
			if (by_state || state == RULE_STATE_NEW)
				s->entry[s->n_entries++] = (struct entry){ iface[i]->id,
					iface[i]->vlan, (uint8_t)state };
		if (!by_iface)
			break;
	}
	return s->entry != NULL;
}

static bool
fill_cells(struct shadows *s)
{
	for (unsigned f = 0; f < 2; f++) {
		s->cell[f] = scratch_take(&s->scratch, (s->list.n + 1) * sizeof(*s->cell[f]));
		for (unsigned i = 0; i < s->list.n && s->cell[f] != NULL; i++)
			if (!cell_from_match(
				    &s->scratch, &s->list.match[i], f == 0 ? 4 : 6, &s->cell[f][i]))
				memset(&s->cell[f][i], 0, sizeof(s->cell[f][i]));
	}
	return s->cell[0] != NULL && s->cell[1] != NULL && !s->scratch.exhausted;
}

static bool
fill_list(struct shadows *s, struct build *b)
{
	unsigned n = s->acl->rules.count;

	/* Taken first: there is room for the indices of any list. */
	s->first = scratch_take(&s->scratch, (n + 1) * sizeof(*s->first));
	for (unsigned i = 0; i < n; i++) {
		s->first[i] = s->list.n;
		if (match_add(b, &s->list, &s->acl->rules.items[i].head,
			    &s->acl->rules.items[i].match, i)
			< 0)
			return false;
	}
	s->first[n] = s->list.n;
	for (unsigned i = 0; i < n; i++)
		s->more |= s->acl->rules.items[i].call != NULL
			|| s->acl->rules.items[i].action == ACL_RETURN
			|| s->acl->rules.items[i].action == ACL_CONTINUE;
	s->without = scratch_take(&s->scratch, (s->list.n + 1) * sizeof(s->without[0]));
	return s->without != NULL && fill_cells(s) && fill_entries(s, b);
}

/* The compiled list, in both orders. */
static bool
compile(struct shadows *s)
{
	struct rule_match *backward = scratch_take(
		&s->scratch, (s->list.n + 1) * sizeof(*backward));

	for (unsigned i = 0; i < s->list.n && backward != NULL; i++)
		backward[i] = s->list.match[s->list.n - 1 - i];
	if (backward == NULL || s->list.n == 0)
		return false;
	s->rules = rules_build(s->list.match, s->list.n, s->acl->head.loc, s->err);
	s->backward = rules_build(backward, s->list.n, s->acl->head.loc, s->err);
	return s->rules != NULL && s->backward != NULL;
}

/* --- questions --- */

/* Matches that an answer leaves out: those before the rule, and those from behind it up to another.
 */
struct leave_out {
	uint32_t before, from, to;
};

/* Searches a cell for a packet of an entry that matches none of these matches. */
static enum region_answer
ask(struct shadows *s, const struct cell *in, const struct leave_out *out, struct witness *w)
{
	struct region_search search = { .scratch = &s->scratch, .work_max = WORK_MAX };
	const struct entry *e = &s->entry[w->entry];
	unsigned n = 0, f = w->family == 4 ? 0 : 1;

	for (uint32_t i = 0; i < out->before; i++)
		if (takes_all(s, i, e))
			s->without[n++] = &s->cell[f][i];
	for (uint32_t i = out->from; i < out->to; i++)
		if (takes_all(s, i, e))
			s->without[n++] = &s->cell[f][i];
	return region_find(&search, w->family, in, s->without, n, &w->point);
}

/* The same of packets that meet match i, and then match k, or RULES_NONE: whatever they meet. */
static enum region_answer
ask_match(struct shadows *s, uint32_t i, uint32_t k, const struct leave_out *out, struct witness *w)
{
	const struct cell *cells = s->cell[w->family == 4 ? 0 : 1];
	enum region_answer answer = REGION_EMPTY, one;
	struct cell both = cells[i];

	if (cell_is_empty(&both) || (k != RULES_NONE && !cell_intersects(&both, &cells[k])))
		return REGION_EMPTY;
	for (w->entry = 0; w->entry < s->n_entries; w->entry++) {
		size_t mark = scratch_mark(&s->scratch);

		if (!admits(s, i, &s->entry[w->entry])
			|| (k != RULES_NONE && !admits(s, k, &s->entry[w->entry])))
			continue;
		if (k != RULES_NONE)
			cell_and(&s->scratch, &cells[i], &cells[k], &both);
		one = ask(s, &both, out, w);
		scratch_release(&s->scratch, mark);
		if (one == REGION_FOUND)
			return one;
		answer = one == REGION_UNKNOWN ? one : answer;
	}
	return answer;
}

/* Searches for a packet that matches a rule, none of the matches to leave out, and then rule then
 * (-1: any or none).  Empty, too, for a rule that no packet meets. */
static enum region_answer
ask_rule(struct shadows *s, uint32_t rule, int then, const struct leave_out *out, struct witness *w)
{
	enum region_answer answer = REGION_EMPTY, one;
	uint32_t k = then < 0 ? 0 : s->first[then], end = then < 0 ? 1 : s->first[then + 1];

	for (; k < end; k++)
		for (uint32_t i = s->first[rule]; i < s->first[rule + 1]; i++)
			for (w->family = 4; w->family <= 6; w->family += 2) {
				one = ask_match(s, i, then < 0 ? RULES_NONE : k, out, w);
				if (one == REGION_FOUND)
					return one;
				answer = one == REGION_UNKNOWN ? one : answer;
			}
	return answer;
}

/* --- what is told --- */

/* A packet of a rule, whatever takes it. */
static bool
any_packet(struct shadows *s, uint32_t rule, struct witness *w)
{
	const struct leave_out none = { 0, 0, 0 };

	return ask_rule(s, rule, -1, &none, w) == REGION_FOUND;
}

static void
key_of(const struct shadows *s, const struct witness *w, struct rule_key *key)
{
	const struct point *p = &w->point;
	const struct entry *e = &s->entry[w->entry];

	*key = (struct rule_key){
		.tuple = { .family = (uint8_t)w->family,
			.proto = (uint8_t)p->at[DIM_PROTO],
			.src = address_of_value(p->at[DIM_SRC], w->family),
			.dst = address_of_value(p->at[DIM_DST], w->family) },
		.iface = e->iface,
		.vlan = e->vlan,
		.state = e->state,
		.icmp_type = (uint8_t)(p->at[DIM_ICMP] >> 8),
		.icmp_code = (uint8_t)p->at[DIM_ICMP],
		.tcp_flags = (uint8_t)p->at[DIM_FLAGS],
		.dscp = (uint8_t)p->at[DIM_DSCP],
		.fragment = p->at[DIM_FRAGMENT] != 0,
	};
	if (tuple_is_icmp(&key->tuple)) {
		key->tuple.dport = rte_cpu_to_be_16((uint16_t)p->at[DIM_ICMP]);
	} else {
		key->tuple.sport = rte_cpu_to_be_16((uint16_t)p->at[DIM_SPORT]);
		key->tuple.dport = rte_cpu_to_be_16((uint16_t)p->at[DIM_DPORT]);
	}
}

/* The rule that the compiled list finds for a packet, or RULES_NONE. */
static uint32_t
decides(struct shadows *s, const struct rule_key *key)
{
	uint32_t found;

	rules_classify(s->rules, &key, &found, 1);
	return found == RULES_NONE ? found : s->list.written[found];
}

static uint32_t
last_of(struct shadows *s, const struct rule_key *key)
{
	uint32_t found;

	rules_classify(s->backward, &key, &found, 1);
	return found == RULES_NONE ? found : s->list.written[s->list.n - 1 - found];
}

static const char *
action_name(const struct rule_cfg *rule)
{
	static const char *const names[] = {
		[ACL_NONE] = "goto or call",
		[ACL_ACCEPT] = "accept",
		[ACL_DROP] = "drop",
		[ACL_REJECT] = "reject",
		[ACL_RETURN] = "return",
		[ACL_CONTINUE] = "continue",
	};

	return names[rule->action];
}

static bool
same_sets(const struct rule_cfg *a, const struct rule_cfg *b)
{
	if (a->add.count != b->add.count)
		return false;
	for (uint32_t i = 0; i < a->add.count; i++)
		if (strcmp(a->add.items[i].set, b->add.items[i].set) != 0)
			return false;
	return true;
}

static bool
same_action(const struct rule_cfg *a, const struct rule_cfg *b)
{
	return a->action == b->action && a->call == NULL && b->call == NULL && a->with == b->with
		&& same_sets(a, b) && rule_log_is_on(&a->log) == rule_log_is_on(&b->log)
		&& (a->jump == NULL) == (b->jump == NULL)
		&& (a->jump == NULL || strcmp(a->jump, b->jump) == 0);
}

/* Returns true if one earlier rule covers the whole rule. */
static bool
is_covered_by(struct shadows *s, uint32_t rule, uint32_t by)
{
	const struct leave_out out = { 0, s->first[by], s->first[by + 1] };
	struct witness w;

	return ask_rule(s, rule, -1, &out, &w) == REGION_EMPTY;
}

static void
tell_hidden(struct shadows *s, uint32_t hidden)
{
	const struct rule_cfg *rule = &s->acl->rules.items[hidden], *first;
	char packet[128], name[80] = "the rule";
	struct rule_key key;
	struct witness w;
	uint32_t by;

	if (!any_packet(s, hidden, &w))
		return;
	key_of(s, &w, &key);
	by = decides(s, &key);
	if (by >= hidden)
		return; /* not confirmed */
	first = &s->acl->rules.items[by];
	notation_tuple(packet, sizeof(packet), &key.tuple);
	if (first->name != NULL)
		snprintf(name, sizeof(name), "'%s'", first->name);
	if (!is_covered_by(s, hidden, by))
		cfg_warn(s->err, &rule->head, NULL,
			"is never reached%s: rules before it take together all that it does, "
			"%s in line %u among them, as for %s",
			same_action(rule, first) ? "" : ", and in conflict", name,
			first->head.loc.line, packet);
	else if (same_action(rule, first))
		cfg_warn(s->err, &rule->head, NULL,
			"is never reached: %s in line %u does the same before, as for %s", name,
			first->head.loc.line, packet);
	else
		cfg_warn(s->err, &rule->head, NULL,
			"is never reached, and in conflict: it says %s, and %s in "
			"line %u says %s before, as for %s",
			action_name(rule), name, first->head.loc.line, action_name(first), packet);
}

/* Would later rules, or the default, do the same with all packets that a rule decides?  Then later
 * is the one that does so with the packet of w, or the number of rules for the default. */
static enum region_answer
is_needed(struct shadows *s, uint32_t rule, const struct witness *w, uint32_t *later)
{
	const struct rule_cfg *r = &s->acl->rules.items[rule];
	uint32_t n = s->acl->rules.count;
	struct leave_out out = { s->first[rule], s->first[rule + 1], s->list.n };
	enum region_answer answer;
	struct witness unused;
	struct rule_key key;

	*later = n;
	if (r->jump != NULL || r->action != s->acl->default_action) {
		answer = ask_rule(s, rule, -1, &out, &unused);
		if (answer != REGION_EMPTY)
			return answer;
	}
	key_of(s, w, &key);
	for (uint32_t i = rule + 1; i < n; i++) {
		out.to = s->first[i];
		if (!same_action(r, &s->acl->rules.items[i])) {
			answer = ask_rule(s, rule, (int)i, &out, &unused);
			if (answer != REGION_EMPTY)
				return answer;
			continue;
		}
		for (uint32_t k = s->first[i]; k < s->first[i + 1] && *later == n; k++)
			if (rule_matches(&s->list.match[k], &key))
				*later = i;
		if (out_of_time(s))
			return REGION_UNKNOWN;
	}
	return REGION_EMPTY;
}

/* Does it do more than decide: is it there to be counted, to be logged, or to fill a set? */
static bool
does_more(const struct rule_cfg *r)
{
	return r->name != NULL || rule_log_is_on(&r->log) || r->add.count > 0;
}

static void
check_needed(struct shadows *s, uint32_t rule, const struct witness *w)
{
	const struct rule_cfg *r = &s->acl->rules.items[rule];
	char packet[128], what[64] = "the default does";
	struct rule_key key;
	uint32_t later;

	if (does_more(r) || is_needed(s, rule, w, &later) != REGION_EMPTY)
		return;
	key_of(s, w, &key);
	if (decides(s, &key) != rule)
		return; /* not confirmed */
	if (s->redundant++ >= REDUNDANT_MAX)
		return;
	notation_tuple(packet, sizeof(packet), &key.tuple);
	if (later < s->acl->rules.count)
		snprintf(what, sizeof(what), "line %u does",
			s->acl->rules.items[later].head.loc.line);
	cfg_warn(s->err, &r->head, NULL,
		"changes nothing: without it %s the same, as for %s (a name says that it is there to "
		"be counted)",
		what, packet);
}

/* --- the list --- */

/* Most rules show with the first packet that one thinks of that they are reached, and needed, too.
 */
static bool
is_plainly_needed(struct shadows *s, uint32_t rule)
{
	const struct rule_cfg *r = &s->acl->rules.items[rule];
	struct rule_key key;
	struct witness w;

	if (!any_packet(s, rule, &w))
		return false;
	key_of(s, &w, &key);
	if (decides(s, &key) != rule)
		return false;
	return does_more(r) || !s->whole
		|| (last_of(s, &key) == rule
			&& (r->jump != NULL || r->action != s->acl->default_action));
}

/* False: there was no time for the rule. */
static bool
check_rule(struct shadows *s, uint32_t rule)
{
	const struct leave_out out = { s->first[rule], 0, 0 };
	enum region_answer answer;
	struct witness w;

	if (out_of_time(s))
		return false;
	if (is_plainly_needed(s, rule))
		return true;
	answer = ask_rule(s, rule, -1, &out, &w);
	if (answer == REGION_EMPTY)
		tell_hidden(s, rule);
	else if (answer == REGION_FOUND && s->whole && !s->more)
		check_needed(s, rule, &w);
	return answer != REGION_UNKNOWN;
}

static void
check_acl(const struct acl_cfg *acl, struct build *b, uint64_t deadline_ns, bool whole,
	struct err *err)
{
	struct shadows s = {
		.acl = acl,
		.list = { .quiet = true },
		.deadline_ns = deadline_ns,
		.whole = whole,
		.err = err,
	};
	uint32_t skipped = 0;

	if (!scratch_init(&s.scratch, SCRATCH_BYTES))
		return;
	if (fill_list(&s, b) && compile(&s))
		for (uint32_t i = 0; i < acl->rules.count; i++)
			skipped += !check_rule(&s, i);
	if (s.redundant > REDUNDANT_MAX)
		cfg_warn(err, &acl->head, &acl->rules,
			"%u more rules without a name change nothing", s.redundant - REDUNDANT_MAX);
	if (skipped != 0 && whole)
		cfg_warn(err, &acl->head, &acl->rules,
			"there was no time to find out of %u rules whether they are reached",
			skipped);
	rules_discard(s.rules);
	rules_discard(s.backward);
	scratch_fini(&s.scratch);
}

void
shadows_check(const struct config *cfg, struct build *b, bool whole, struct err *err)
{
	uint64_t deadline_ns = now_ns() + (whole ? SHADOWS_WHOLE_NS : SHADOWS_QUICK_NS);

	cfg_each(acl, &cfg->policy.acls)
		check_acl(acl, b, deadline_ns, whole, err);
}
