/* SPDX-License-Identifier: BSD-3-Clause */
/* Chains that translate, as stages dnat and snat. */
#include <stdlib.h>
#include <string.h>

#include "migrate/nft_priv.h"

#define DEPTH_MAX 8u /* chains that lead to each other */

/* A chain while its rules are written. */
struct translating {
	struct nft *x;
	bool source;            /* snat, else dnat */
	struct words exception; /* what rules before have excepted: negated words */
	bool ended;             /* no packet gets to the rest of the chain */
	unsigned depth;
};

/* Writes an entry of the list of stages, if: included.  around: the family that what stands around
 * it restricts to, or 0. */
static void
write_if(const struct words *w, unsigned around, FILE *out)
{
	if (words_is_any(w)) {
		fputs("}", out);
		return;
	}
	fputs(", if: {", out);
	if (!words_write(w, w->family == 6 ? 0 : around, out))
		fprintf(out, "src: %s", w->family == 6 ? "\"::/0\"" : "0.0.0.0/0");
	fputs("}}", out);
}

static void
write_forward(struct translating *t, const struct words *w, const char *address, int port)
{
	FILE *out = t->x->forwards;
	bool v6 = strchr(address, ':') != NULL;
	struct words each = *w;

	fprintf(out, v6 && port > 0 ? "        - {to: \"[%s]" : "        - {to: \"%s", address);
	if (port > 0)
		fprintf(out, ":%d", port);
	fputs("\"", out);
	/* The first forward that matches counts, also when it is one of the other family. */
	each.family = v6 ? 6 : 4;
	write_if(&each, t->x->forwards6 ? 0 : 4, out);
	fputc('\n', out);
	t->x->n_forwards++;
	nft_note_target(t->x, &each, address, port);
	t->x->translated[0] = true;
}

/* Where a map leads to for one of its keys. */
struct target {
	struct words words;
	const char *address;
	int port;
};

/* Reads a pair of a map; words_cannot says why it has no form. */
static struct target
read_target(struct translating *t, const struct nft_place *at, const struct words *w, json_t *map,
	size_t i)
{
	json_t *elements = nft_elements(t->x, at, json_object_get(map, "data"));
	json_t *to = json_array_get(json_array_get(elements, i), 1),
	       *both = json_object_get(to, "concat");
	struct target target = { words_copy(w),
		json_string_value(both != NULL ? json_array_get(both, 0) : to),
		(int)json_integer_value(json_array_get(both, 1)) };

	nft_key(t->x, at, json_object_get(map, "key"), elements, i, &target.words);
	if (target.address == NULL)
		words_cannot(&target.words, "its map leads to no address");
	return target;
}

/* Forwards to what a map says for each of its keys.  port: of a map of addresses alone, or 0. */
static void
write_map(struct translating *t, const struct nft_place *at, const struct words *w, json_t *map,
	int port)
{
	size_t n = json_array_size(nft_elements(t->x, at, json_object_get(map, "data")));
	struct target target;

	for (size_t i = 0; i < n; i++) {
		target = read_target(t, at, w, map, i);
		if (target.words.why != NULL) {
			nft_missing(t->x, at, target.words.why);
			return;
		}
	}
	for (size_t i = 0; i < n; i++) {
		target = read_target(t, at, w, map, i);
		write_forward(
			t, &target.words, target.address, target.port != 0 ? target.port : port);
	}
}

/* Translates a prefix one to one: the prefix that the rule matches.  Returns true if it was one. */
static bool
map_prefix(struct translating *t, const struct nft_place *at, struct words *w, json_t *what)
{
	json_t *prefix = json_object_get(json_object_get(what, "addr"), "prefix");
	enum word side = t->source ? WORD_SRC : WORD_DST;
	const struct word_list *from = &w->of[side];
	const char *length = from->n == 1 ? strchr(from->item[0], '/') : NULL;
	FILE *out = t->source ? t->x->sources : t->x->maps;
	struct words rest = words_copy(w);

	if (prefix == NULL || strcmp(nft_text(what, "type_flags"), "prefix") != 0)
		return false;
	if (length == NULL || !from->plain
		|| atoi(length + 1) != (int)json_integer_value(json_object_get(prefix, "len")))
		words_cannot(w, "its prefix is not as long as the one that it matches");
	if (w->why != NULL) {
		nft_missing(t->x, at, w->why);
		return true;
	}
	if (strchr(from->item[0], ':') != NULL)
		fprintf(t->x->o->notes,
			"note: prefixes of IPv6 are translated as RFC 6296 says: one word more changes\n");
	fprintf(out, "    - %s: {map: {from: \"%s\", to: \"%s%s\"}", t->source ? "snat" : "dnat",
		from->item[0], nft_text(prefix, "addr"), length);
	t->x->translated[t->source] = true;
	rest.of[side] = (struct word_list){ .n = 0 };
	rest.family = 0;
	write_if(&rest, 4, out);
	fputc('\n', out);
	return true;
}

/* Returns an address of an interface that `ip -j address` has, other than of its link; NULL: it has
 * none. */
static const char *
address_of(struct nft *x, const char *name, const char *of_family)
{
	json_t *link, *info;
	size_t i, k;

	json_array_foreach(x->addresses, i, link) {
		const char *is = json_string_value(json_object_get(link, "ifname"));

		if (is == NULL || strcmp(is, name) != 0)
			continue;
		json_array_foreach(json_object_get(link, "addr_info"), k, info) {
			const char *family = json_string_value(json_object_get(info, "family"));

			if (family != NULL && strcmp(family, of_family) == 0
				&& strcmp(nft_text(info, "scope"), "link") != 0)
				return json_string_value(json_object_get(info, "local"));
		}
	}
	return NULL;
}

/* Returns true if words are for packets by an interface, of all words in or out. */
static bool
is_wanted(const struct word_list *names, const char *name)
{
	bool wanted = !names->plain;

	for (unsigned i = 0; i < names->n; i++) {
		bool negated = names->item[i][0] == '!';

		if (strcmp(names->item[i] + negated, name) == 0)
			wanted = !negated;
	}
	return wanted;
}

/* To the address of the interface that a packet came by: a forward for each. */
static void
redirect(struct translating *t, const struct nft_place *at, struct words *w, json_t *what)
{
	static const char *const families[] = { "inet", "inet6" };
	json_t *port = json_object_get(what, "port"), *unused;
	const char *name, *address;
	unsigned n = 0;

	if (port != NULL && !json_is_integer(port)) {
		nft_missing(t->x, at, "its target is no single port");
		return;
	}
	json_object_foreach(t->x->names, name, unused)
		for (unsigned six = 0; six < 2; six++) {
			struct words each = words_copy(w);

			address = address_of(t->x, name, families[six]);
			if (!is_wanted(&w->of[WORD_IN], name) || address == NULL
				|| w->family == (six ? 4 : 6))
				continue;
			each.of[WORD_IN] = (struct word_list){ .n = 0 };
			words_one(&each, WORD_IN, name, false);
			each.family = six ? 6 : 4;
			write_forward(t, &each, address, (int)json_integer_value(port));
			n++;
		}
	if (n == 0)
		nft_missing(t->x, at,
			"no address is known of an interface that its packets come by: give --addresses");
}

static void
forward(struct translating *t, const struct nft_place *at, struct words *w, json_t *what)
{
	json_t *address = json_object_get(what, "addr"), *port = json_object_get(what, "port");
	json_t *map = json_object_get(address, "map");

	if (w->why == NULL && map_prefix(t, at, w, what))
		return;
	if (address == NULL || (port != NULL && !json_is_integer(port))
		|| (map == NULL && !json_is_string(address)))
		words_cannot(w, "its target is no single address and port");
	if (w->why != NULL)
		nft_missing(t->x, at, w->why);
	else if (map != NULL)
		write_map(t, at, w, map, (int)json_integer_value(port));
	else
		write_forward(t, w, json_string_value(address), (int)json_integer_value(port));
}

/* --- sources --- */

static void
write_source(struct translating *t, const struct words *w, const char *addresses)
{
	json_t *known = json_object_get(t->x->pool_of, addresses);

	t->x->translated[1] = true;
	if (known == NULL) { /* an address belongs to one pool */
		known = json_integer(++t->x->n_pools);
		json_object_set_new(t->x->pool_of, addresses, known);
		fprintf(t->x->pools, "  source-%u: {pool: [%s]}\n", t->x->n_pools, addresses);
	}
	fprintf(t->x->sources, "    - snat: {use: source-%d", (int)json_integer_value(known));
	write_if(w, 4, t->x->sources);
	fputc('\n', t->x->sources);
}

/* The address of IPv6 that the interface has now; Weir follows none that changes. */
static bool
masquerade6(struct translating *t, struct words *w, const char *name)
{
	const char *address = address_of(t->x, name, "inet6");

	if (address == NULL || (w->family == 0 && (w->of[WORD_SRC].plain || w->of[WORD_DST].plain)))
		return false;
	w->family = 6;
	write_source(t, w, arena_printf(&t->x->arena, "\"%s\"", address));
	return true;
}

/* The addresses of the interface that a packet leaves by: a pool for each of them. */
static void
masquerade(struct translating *t, const struct nft_place *at, struct words *w)
{
	const char *name;
	json_t *unused;
	unsigned n = 0;

	json_object_foreach(t->x->names, name, unused) {
		struct words each = words_copy(w);

		if (!is_wanted(&w->of[WORD_OUT], name))
			continue;
		each.of[WORD_OUT] = (struct word_list){ .n = 0 };
		words_one(&each, WORD_OUT, name, false);
		if (w->family != 6) {
			if (address_of(t->x, name, "inet") == NULL)
				nft_stand_in(t->x, name);
			write_source(t, &each, arena_printf(&t->x->arena, "interface %s", name));
		}
		n += w->family != 6;
		n += w->family != 4 && masquerade6(t, &each, name);
	}
	if (n > 0 && w->family == 0 && t->x->addresses == NULL)
		fprintf(t->x->o->notes,
			"note: IPv6 is masqueraded only with addresses that --addresses gives\n");
	if (n == 0)
		nft_missing(t->x, at,
			w->family == 6
				? "no address of IPv6 is known of an interface that its packets leave by"
				: "no interface is known that its packets leave by");
}

/* A pool of Weir has ports from 1024 on. */
static bool
takes_all_ports(json_t *what)
{
	json_t *port = json_object_get(what, "port"), *range = json_object_get(port, "range");

	return port == NULL
		|| (json_integer_value(json_array_get(range, 0)) == 1024
			&& json_integer_value(json_array_get(range, 1)) == 65535);
}

static void
source(struct translating *t, const struct nft_place *at, struct words *w, const char *verdict,
	json_t *what)
{
	json_t *address = json_object_get(what, "addr");
	struct values v;
	char text[512] = "";
	size_t used = 0;

	if (w->why == NULL && strcmp(verdict, "masquerade") != 0 && map_prefix(t, at, w, what))
		return;
	if (w->why == NULL && strcmp(verdict, "masquerade") == 0 && takes_all_ports(what)) {
		masquerade(t, at, w);
		return;
	}
	if (address == NULL || json_object_get(what, "port") != NULL)
		words_cannot(w, "its source is no address alone, with any port");
	if (w->why == NULL && nft_values(t->x, at, address, NFT_ADDRESS, w, &v)) {
		for (unsigned i = 0; i < v.n && used < sizeof(text); i++)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s\"%s\"",
				i > 0 ? ", " : "", v.item[i]);
		if (strchr(text, ':') != NULL && strchr(text, '/') != NULL)
			words_cannot(w, "its source is a prefix of IPv6");
		else if (used >= sizeof(text))
			words_cannot(w, "it has too many addresses");
	}
	if (w->why != NULL)
		nft_missing(t->x, at, w->why);
	else
		write_source(t, w, text);
}

/* --- rules --- */

/* Packets that no later rule of the chain translates: all of the table's family, or those of one
 * condition, which later rules negate. */
static bool
except(struct translating *t, const struct nft_place *at, const struct words *w)
{
	bool all = w->family == nft_family(at->family);
	unsigned word = WORDS;

	for (unsigned i = 0; i < WORDS; i++) {
		if (w->of[i].n == 0)
			continue;
		if (word != WORDS || !w->of[i].plain || i >= WORD_FLAGS)
			return false;
		word = i;
	}
	if (word == WORDS && all)
		t->ended = true;
	if (word == WORDS || (!all && word != WORD_SRC && word != WORD_DST))
		return t->ended;
	words_add(&t->exception, (enum word)word, w->of[word].item, w->of[word].n, true);
	return true;
}

/* A drop in front of the translations is a stage in front of them, for what would begin a session.
 */
static void
drop(struct translating *t, const struct nft_place *at, struct words *w)
{
	FILE *out = t->source ? t->x->sources : t->x->maps;

	words_one(w, WORD_STATE, "new", false);
	if (t->x->translated[t->source])
		words_cannot(w, "in Weir a drop stands in front of all translations");
	if (w->why != NULL) {
		nft_missing(t->x, at, w->why);
		return;
	}
	fputs("    - drop: {if: {", out);
	words_write(w, 0, out);
	fputs("}}\n", out);
}

static bool chain(struct translating *t, const struct nft_place *of, const struct words *given);

/* A verdict, and the packets that it is for. */
struct step {
	struct words w;   /* of the rule and what stands around it */
	struct words own; /* of the rule alone */
	const char *verdict;
	json_t *what;
};

/* Another chain; from one that a goto leads to packets do not come back to this one. */
static void
lead(struct translating *t, const struct nft_place *at, const struct step *s)
{
	const struct words before = words_copy(&t->exception);
	bool comes_back = strcmp(s->verdict, "jump") == 0;
	struct nft_place to = *at;
	struct words after;
	bool ended;

	if (!comes_back && !except(t, at, &s->own)) {
		nft_missing(
			t->x, at, "a goto of a chain that translates has one condition in Weir");
		return;
	}
	after = t->exception;
	ended = t->ended;
	t->exception = before;
	t->ended = false;
	to.chain = nft_text(s->what, "target");
	if (to.chain[0] == '\0' || !chain(t, &to, &s->w)) {
		nft_missing(t->x, at, "it leads to no chain, or through too many");
		return;
	}
	t->exception = after;
	t->ended = ended;
}

static void
decide(struct translating *t, const struct nft_place *at, struct step *s)
{
	const char *verdict = s->verdict;

	if (strcmp(verdict, "jump") == 0 || strcmp(verdict, "goto") == 0) {
		lead(t, at, s);
	} else if (strcmp(verdict, "drop") == 0) {
		drop(t, at, &s->w);
	} else if (!t->source && strcmp(verdict, "redirect") == 0) {
		redirect(t, at, &s->w, s->what);
	} else if (!t->source && strcmp(verdict, "dnat") == 0) {
		forward(t, at, &s->w, s->what);
	} else if (t->source
		&& (strcmp(verdict, "snat") == 0 || strcmp(verdict, "masquerade") == 0)) {
		source(t, at, &s->w, verdict, s->what);
	} else if (strcmp(verdict, "accept") != 0 && strcmp(verdict, "return") != 0) {
		nft_missing(t->x, at,
			verdict[0] != '\0' ? "Weir has no such translation" : "it decides nothing");
	} else if (t->depth > 1 && strcmp(verdict, "accept") == 0) {
		nft_missing(t->x, at,
			"an exception from translation stands in the first chain in Weir");
	} else if (!except(t, at, &s->own)) { /* what led here, later rules of the chain share */
		nft_missing(t->x, at, "an exception from translation has one condition in Weir");
	}
}

/* Reads an element of a map of verdicts; words_cannot says why it has no form. */
static struct step
read_step(struct translating *t, const struct nft_place *at, const struct step *s, json_t *elements,
	size_t i)
{
	json_t *verdict = json_array_get(json_array_get(elements, i), 1);
	void *first = json_object_iter(verdict);
	const char *key = first != NULL ? json_object_iter_key(first) : "";
	struct step step = { words_copy(&s->w), words_copy(&s->own), key,
		json_object_iter_value(first) };

	nft_key(t->x, at, json_object_get(s->what, "key"), elements, i, &step.w);
	nft_key(t->x, at, json_object_get(s->what, "key"), elements, i, &step.own);
	if (strcmp(key, "jump") != 0)
		words_cannot(&step.w, "its map has verdicts other than jump");
	return step;
}

/* A map of verdicts in a chain that translates: chains by a key. */
static void
decide_map(struct translating *t, const struct nft_place *at, const struct step *s)
{
	json_t *elements = nft_elements(t->x, at, json_object_get(s->what, "data"));
	size_t n = json_array_size(elements);

	for (size_t i = 0; i < n; i++) {
		struct step step = read_step(t, at, s, elements, i);

		if (step.w.why != NULL) {
			nft_missing(t->x, at, step.w.why);
			return;
		}
	}
	for (size_t i = 0; i < n; i++) {
		struct step step = read_step(t, at, s, elements, i);

		if (!step.w.never)
			decide(t, at, &step);
	}
}

static void
rule(struct translating *t, const struct nft_place *at, const struct words *given)
{
	struct nft_statements statements;
	struct words *w = &statements.words;
	struct step step;

	t->x->n_rules++;
	nft_statements(t->x, at, &statements);
	step.own = words_copy(w);
	words_and(w, given);
	words_and(w, &t->exception);
	if (w->why == NULL && w->never)
		return;
	if (statements.several != NULL)
		words_cannot(w, "it has a condition on several fields at once");
	if (w->hop_limit)
		words_cannot(w, "in Weir translation does not depend on the hop limit");
	if (words_vary(w))
		words_cannot(
			w, "in Weir translation depends on packets alone: no limit, time or route");
	if (w->why != NULL) {
		nft_missing(t->x, at, w->why);
		return;
	}
	step.w = *w;
	step.verdict = statements.verdict != NULL ? statements.verdict : "";
	step.what = statements.what;
	if (strcmp(step.verdict, "vmap") == 0)
		decide_map(t, at, &step);
	else
		decide(t, at, &step);
}

/* Returns false if chains lead to each other too often. */
static bool
chain(struct translating *t, const struct nft_place *of, const struct words *given)
{
	const struct words before = words_copy(&t->exception);
	json_t *object;
	size_t i;

	if (++t->depth > DEPTH_MAX) {
		t->depth--;
		return false;
	}
	json_array_foreach(t->x->list, i, object) {
		struct nft_place at = *of;

		if (!nft_is_rule_of(object, of))
			continue;
		at.rule = json_object_get(object, "rule");
		if (t->ended)
			t->x->n_rules++;
		else
			rule(t, &at, given);
	}
	t->ended = false;
	if (--t->depth > 0)
		t->exception = before; /* what a called chain has returned goes on */
	return true;
}

void
nft_translate_chain(struct nft *x, const struct nft_place *at, bool source_chain)
{
	struct translating t = {
		.x = x,
		.source = source_chain,
		.exception = { .arena = &x->arena },
	};
	const struct words none = { .arena = &x->arena };

	nft_tracks(x, at);
	chain(&t, at, &none);
}
