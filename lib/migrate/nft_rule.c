/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules of filter chains as lines of access lists. */
#include <stdlib.h>
#include <string.h>

#include "migrate/nft_priv.h"

#define LOG_PREFIX_MAX 64u /* bytes, of Weir */
#define EACH_MAX       64u /* lines for the ports of a limit */

/* A rule while it is written. */
struct writing {
	struct nft *x;
	const struct nft_place *at;
	const struct nft_statements *rule;
	FILE *out;
};

static bool
is_ignored(const char *key)
{
	static const char *const ignored[] = { "counter", "comment" };

	for (unsigned i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		if (strcmp(key, ignored[i]) == 0)
			return true;
	return false;
}

static void
condition(struct nft *x, const struct nft_place *at, json_t *match, struct nft_statements *out)
{
	if (json_object_get(json_object_get(match, "left"), "concat") == NULL) {
		if (!nft_time(match, &out->words))
			nft_match(x, at, match, &out->words);
	} else if (nft_tuple_set(x, at, match, &out->words)) {
		return;
	} else if (out->several == NULL) {
		out->several = match;
	} else {
		words_cannot(&out->words, "it has two conditions on several fields at once");
	}
}

static void
read_log(struct nft *x, json_t *what, struct nft_statements *out)
{
	const char *prefix = nft_text(what, "prefix");

	out->log = true;
	if (prefix[0] != '\0')
		out->prefix = arena_text(&x->arena, prefix,
			strlen(prefix) > LOG_PREFIX_MAX ? LOG_PREFIX_MAX : strlen(prefix));
}

void
nft_statements(struct nft *x, const struct nft_place *at, struct nft_statements *out)
{
	json_t *statement, *what;
	const char *key;
	size_t i;

	*out = (struct nft_statements){ .words = { .arena = &x->arena } };
	out->words.own = x->addresses != NULL ? &x->own : NULL;
	out->words.family = nft_family(at->family);
	json_array_foreach(json_object_get(at->rule, "expr"), i, statement) {
		key = json_object_iter_key(json_object_iter(statement));
		what = json_object_iter_value(json_object_iter(statement));
		if (key == NULL || is_ignored(key))
			continue;
		if (strcmp(key, "flow") == 0) { /* Weir does that with every flow */
			out->words.never = true;
			continue;
		}
		if (out->verdict != NULL) {
			words_cannot(&out->words, "it goes on behind '%s'", out->verdict);
			return;
		}
		if (strcmp(key, "match") == 0 && out->words.limit != NULL)
			words_cannot(&out->words, "its limit stands before other conditions");
		else if (strcmp(key, "match") == 0)
			condition(x, at, what, out);
		else if (strcmp(key, "log") == 0)
			read_log(x, what, out);
		else if (!nft_limit(x, at, key, what, out)) {
			out->verdict = key;
			out->what = what;
		}
	}
}

static const char *
reject_word(json_t *what)
{
	static const char *const words[][2] = {
		{ "net-unreachable", "net-unreachable" },
		{ "no-route", "net-unreachable" },
		{ "host-unreachable", "host-unreachable" },
		{ "addr-unreachable", "host-unreachable" },
		{ "port-unreachable", "port-unreachable" },
		{ "net-prohibited", "net-prohibited" },
		{ "host-prohibited", "host-prohibited" },
		{ "admin-prohibited", "prohibited" },
	};
	const char *type = json_string_value(json_object_get(what, "type"));
	const char *expr = json_string_value(json_object_get(what, "expr"));

	if (type != NULL && strcmp(type, "tcp reset") == 0)
		return "reset";
	if (expr == NULL)
		return "port-unreachable";
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i][0], expr) == 0)
			return words[i][1];
	return NULL;
}

/* Writes a line of the list. */
static void
line(const struct writing *wr, const struct words *w, const char *action, bool add)
{
	const char *name = json_string_value(json_object_get(wr->at->rule, "comment"));
	unsigned family = nft_family(wr->at->family);

	fputs("      - {", wr->out);
	if (name != NULL && name[0] != '\0') {
		fputs("name: ", wr->out);
		words_value(name, wr->out);
		fputs(", ", wr->out);
	}
	if (words_write(w, family, wr->out))
		fputs(", ", wr->out);
	fputs(action, wr->out);
	if (add)
		fprintf(wr->out, ", add: $%s", wr->rule->add);
	if (wr->rule->prefix != NULL) {
		fputs(", log: {prefix: ", wr->out);
		words_value(wr->rule->prefix, wr->out);
		fputc('}', wr->out);
	} else if (wr->rule->log) {
		fputs(", log: true", wr->out);
	}
	fputs("}\n", wr->out);
}

/* Writes a line of a verdict; what a goto leads away does not come back here. */
static void
lines(const struct writing *wr, const struct words *w, const char *key, const char *text)
{
	line(wr, w, text, false);
	if (strcmp(key, "goto") == 0)
		line(wr, w, "action: return", false);
}

/* Returns true if the words are for messages of neighbour discovery. */
static bool
is_discovery(const struct words *w)
{
	const struct word_list *types = &w->of[WORD_ICMP];

	for (unsigned i = 0; i < types->n; i++)
		if (types->item[i][0] != '1' || types->item[i][1] != '3' || types->item[i][2] < '3'
			|| types->item[i][2] > '7')
			return false;
	return types->plain;
}

/* Writes what a verdict does with packets of the words. */
static void
decide(const struct writing *wr, struct words *w, const char *key, json_t *what)
{
	const char *target = json_string_value(json_object_get(what, "target")), *list;
	struct words also[NFT_ANSWERS_MAX + 1];
	bool add = wr->rule->add != NULL;
	char text[192];
	unsigned n;

	if (w->hop_limit && !is_discovery(w))
		words_cannot(
			w, "Weir has a condition on the hop limit of neighbour discovery alone");
	if (w->never || w->other_hop_limit)
		return; /* of the loopback, or an empty set; what no host answers */
	if (strcmp(key, "accept") == 0 || strcmp(key, "drop") == 0 || strcmp(key, "return") == 0
		|| strcmp(key, "continue") == 0) {
		snprintf(text, sizeof(text), "action: %s", key);
	} else if (strcmp(key, "reject") == 0 && reject_word(what) != NULL) {
		snprintf(text, sizeof(text), "action: reject, with: %s", reject_word(what));
	} else if (target != NULL && !nft_may_call(wr->x, wr->at, target)) {
		words_cannot(w, "too many chains lead to each other there");
		return;
	} else if (target != NULL) {
		list = nft_list_name(wr->x, wr->at, target);
		snprintf(text, sizeof(text), "call: %s", list != NULL ? list : "");
	} else {
		words_cannot(w, "Weir has no action '%s' in a rule", key);
	}
	if (w->limit != NULL && (strcmp(key, "goto") == 0 || (add && target != NULL)))
		words_cannot(w, "its limit would count a packet twice");
	if (w->why != NULL)
		return;
	/* What goes on to other rules has asked the limit, whatever they decide. */
	w->limit_dropped |= target != NULL || strcmp(key, "continue") == 0;
	if (add && (target != NULL || strcmp(key, "return") == 0)) {
		line(wr, w, "action: continue", true);
		add = false;
	}
	if (add) {
		line(wr, w, text, true);
		return;
	}
	n = nft_answers(wr->x, w, also, NFT_ANSWERS_MAX);
	n += nft_but_answers(wr->x, w, &also[n]);
	lines(wr, w, key, text);
	for (unsigned i = 0; i < n; i++)
		lines(wr, &also[i], key, text);
}

/* A set of several fields: a line for each element. */
static void
decide_each(const struct writing *wr, struct words *w)
{
	json_t *left = json_object_get(wr->rule->several, "left");
	json_t *right = json_object_get(wr->rule->several, "right"), *one;
	json_t *elements = nft_elements(wr->x, wr->at, right);
	const char *op = json_string_value(json_object_get(wr->rule->several, "op"));
	size_t i;

	if (elements == NULL || op == NULL || strcmp(op, "!=") == 0) {
		words_cannot(w, "its condition on several fields has no form in Weir");
		return;
	}
	json_array_foreach(elements, i, one) {
		struct words each = words_copy(w);

		nft_key(wr->x, wr->at, left, elements, i, &each);
		decide(wr, &each, wr->rule->verdict, wr->rule->what);
		w->why = each.why;
		if (w->why != NULL)
			return;
	}
}

/* A map of verdicts: a line for each element. */
static void
decide_map(const struct writing *wr, struct words *w)
{
	json_t *left = json_object_get(wr->rule->what, "key"), *pair;
	json_t *elements = nft_elements(wr->x, wr->at, json_object_get(wr->rule->what, "data"));
	size_t i;

	if (elements == NULL)
		words_cannot(w, "its map is not there");
	json_array_foreach(elements, i, pair) {
		struct words each = words_copy(w);
		json_t *verdict = json_array_get(pair, 1);
		void *at = json_object_iter(verdict);

		nft_key(wr->x, wr->at, left, elements, i, &each);
		if (at != NULL)
			decide(wr, &each, json_object_iter_key(at), json_object_iter_value(at));
		w->why = each.why;
		if (w->why != NULL)
			return;
	}
}

/* A limit of addresses and ports together: a line for each port. */
static void
decide_each_port(const struct writing *wr, struct words *w)
{
	enum word word = wr->rule->each[WORD_DPORT] ? WORD_DPORT
		: wr->rule->each[WORD_SPORT]        ? WORD_SPORT
		: wr->rule->each[WORD_IN]           ? WORD_IN
						    : WORD_OUT;
	const struct word_list all = w->of[word];
	unsigned several = wr->rule->each[WORD_DPORT] + wr->rule->each[WORD_SPORT]
		+ wr->rule->each[WORD_IN] + wr->rule->each[WORD_OUT];

	if (several > 1 || all.n > EACH_MAX)
		words_cannot(w, "its limit is one of too many values together");
	for (unsigned i = 0; i < all.n && w->why == NULL; i++) {
		struct words each = words_copy(w);

		each.of[word] = (struct word_list){ .n = 0 };
		words_one(&each, word, all.item[i], false);
		decide(wr, &each, wr->rule->verdict, wr->rule->what);
		w->why = each.why;
	}
}

static bool
has_each(const struct nft_statements *rule)
{
	return rule->each[WORD_DPORT] || rule->each[WORD_SPORT] || rule->each[WORD_IN]
		|| rule->each[WORD_OUT];
}

/* Writes all lines of a rule, until words_cannot says that it has no form. */
static void
write_rule(const struct writing *wr, struct nft_statements *rule)
{
	struct words *w = &rule->words;

	if (strcmp(rule->verdict, "vmap") == 0 && (rule->several != NULL || has_each(rule)))
		words_cannot(w, "it has two conditions on several fields at once");
	else if (rule->several != NULL && has_each(rule))
		words_cannot(w, "it has a limit and a condition on several fields at once");
	else if (has_each(rule))
		decide_each_port(wr, w);
	else if (rule->several != NULL)
		decide_each(wr, w);
	else if (strcmp(rule->verdict, "vmap") == 0)
		decide_map(wr, w);
	else
		decide(wr, w, rule->verdict, rule->what);
}

void
nft_filter_rule(struct nft *x, const struct nft_place *at, FILE *out)
{
	struct nft_statements rule;
	struct writing wr = { .x = x, .at = at, .rule = &rule };
	struct words *w = &rule.words;
	char *lines = NULL;
	size_t bytes;

	x->n_rules++;
	nft_statements(x, at, &rule);
	if (w->why == NULL && w->never)
		return;
	if (w->why == NULL && nft_stage_rule(x, at, &rule)) {
		if (w->why != NULL)
			nft_missing(x, at, w->why);
		return;
	}
	x->at_begin = false;
	if (rule.verdict == NULL)
		rule.verdict = "continue"; /* it counts, logs, or fills a set */
	wr.out = w->why == NULL ? open_memstream(&lines, &bytes) : NULL;
	if (wr.out != NULL) {
		write_rule(&wr, &rule);
		fclose(wr.out);
	}
	if (w->why != NULL)
		nft_missing(x, at, w->why);
	else if (lines != NULL)
		fwrite(lines, 1, bytes, out);
	free(lines);
}
