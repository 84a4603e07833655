/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules that become stages of their own: the MSS option of TCP, the DSCP, reverse path checks. */
#include <stdlib.h>
#include <string.h>

#include "migrate/nft_priv.h"

#define MSS_MIN 88 /* of stage mss */
#define MSS_MAX 65495

/* Writes "{NAME: VALUE, if: {...}}", or the value alone when the words say nothing.  The caller
 * frees it; NULL: no memory. */
static char *
stage_text(const struct words *w, const char *key, const char *value)
{
	char *words = NULL, *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&words, &bytes);
	bool any;

	if (out == NULL)
		return NULL;
	any = words_write(w, 0, out);
	fclose(out);
	out = open_memstream(&text, &bytes);
	if (out != NULL && any)
		fprintf(out, "{%s: %s, if: {%s}}", key, value, words);
	else if (out != NULL)
		fputs(value, out);
	if (out != NULL)
		fclose(out);
	free(words);
	return text;
}

static void
forget(struct words *w, enum word word)
{
	w->of[word].n = 0;
	w->of[word].plain = false;
}

static void
write_mss(struct nft *x, json_t *value, struct words *w)
{
	json_int_t most = json_integer_value(value);
	char number[24], *text;

	if (strcmp(nft_text(json_object_get(value, "rt"), "key"), "mtu") == 0)
		snprintf(number, sizeof(number), "auto");
	else if (json_is_integer(value) && most >= MSS_MIN && most <= MSS_MAX)
		snprintf(number, sizeof(number), "%d", (int)most);
	else
		words_cannot(w, "Weir has no MSS of that form");
	if (w->why != NULL)
		return;
	if (!x->at_begin)
		fprintf(x->o->notes,
			"note: the MSS is lowered of packets that rules before it accept, too\n");
	forget(w, WORD_PROTO); /* the stage is for segments of TCP with SYN */
	forget(w, WORD_FLAGS);
	text = stage_text(w, "to", number);
	fprintf(x->mss, "    - mss: %s\n", text != NULL ? text : number);
	free(text);
}

static const char *
key_of(struct nft *x, const struct nft_place *at)
{
	return arena_printf(&x->arena, "%s %s %s", at->family, at->table, at->chain);
}

const char *
nft_check_before(struct nft *x, const struct nft_place *at)
{
	return json_string_value(json_object_get(x->checks, key_of(x, at)));
}

/* Adds a stage before the list of a base chain: one of hook input judges packets for ourselves. */
static void
stage_before(struct nft *x, const struct nft_place *at, const char *stage, const char *text)
{
	const char *before = nft_check_before(x, at);

	json_object_set_new(x->checks, key_of(x, at),
		json_string(arena_printf(
			&x->arena, "%s    - %s: %s\n", before != NULL ? before : "", stage, text)));
}

/* Restricts a stage to what the chain sees; false: it has another condition on the destination. */
static bool
as_chain(struct nft *x, struct words *w)
{
	if (!x->local)
		return true;
	if (w->of[WORD_DST].n > 0)
		return false;
	words_one(w, WORD_DST, "local", false);
	return true;
}

/* A failed reverse path check at the begin of a chain is a stage; any other is a word of the rule.
 */
static bool
write_check(struct nft *x, const struct nft_place *at, struct nft_statements *rule)
{
	struct words w = rule->words;
	const char *mode = w.rpf;
	char *text;

	if (rule->verdict == NULL || strcmp(rule->verdict, "drop") != 0 || rule->several != NULL
		|| rule->add != NULL || rule->log || w.rpf_holds || !x->at_begin || w.limit != NULL
		|| w.quota != NULL || !as_chain(x, &w))
		return false;
	w.rpf = NULL;
	text = stage_text(&w, "mode", mode);
	stage_before(x, at, "rpf", text != NULL ? text : mode);
	free(text);
	return true;
}

/* The DSCP that a rule at the begin of a chain writes. */
static bool
write_mark(struct nft *x, const struct nft_place *at, struct nft_statements *rule)
{
	json_t *payload = json_object_get(json_object_get(rule->what, "key"), "payload");
	json_t *value = json_object_get(rule->what, "value");
	struct words *w = &rule->words;
	const char *dscp;
	char *text;

	if (strcmp(nft_text(payload, "field"), "dscp") != 0 || !x->at_begin || w->limit != NULL
		|| w->quota != NULL || rule->several != NULL || rule->add != NULL || rule->log
		|| (!json_is_string(value) && !json_is_integer(value)) || !as_chain(x, w))
		return false;
	dscp = json_is_string(value)
		? json_string_value(value)
		: arena_printf(&x->arena, "%d", (int)json_integer_value(value));
	if (!words_family(w, nft_family(nft_text(payload, "protocol"))))
		return true;
	text = stage_text(w, "dscp", dscp);
	stage_before(x, at, "mark", text != NULL ? text : dscp);
	free(text);
	return true;
}

bool
nft_stage_rule(struct nft *x, const struct nft_place *at, struct nft_statements *rule)
{
	json_t *option = json_object_get(json_object_get(rule->what, "key"), "tcp option");

	if (rule->words.hop_limit)
		return false;
	if (rule->words.rpf != NULL && write_check(x, at, rule))
		return true;
	if (rule->verdict == NULL || strcmp(rule->verdict, "mangle") != 0)
		return false;
	if (write_mark(x, at, rule))
		return true;
	if (strcmp(nft_text(option, "name"), "maxseg") != 0
		|| strcmp(nft_text(option, "field"), "size") != 0)
		return false;
	write_mss(x, json_object_get(rule->what, "value"), &rule->words);
	return true;
}
