/* SPDX-License-Identifier: BSD-3-Clause */
/* Answers of servers that a forward leads to: in chains of nftables they come from the server, in
 * Weir, behind stage track, from the public address and port.  A rule on the server's address gets
 * a second line for them. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "migrate/nft_priv.h"

/* A forward that is written. */
struct nft_target {
	struct words words; /* its conditions */
	const char *address;
	int port; /* 0: that of the packet */
	struct nft_target *next;
};

void
nft_note_target(struct nft *x, const struct words *w, const char *address, int port)
{
	struct nft_target *target = arena_alloc(&x->arena, sizeof(*target)), **last = &x->targets;

	if (target == NULL)
		return;
	*target = (struct nft_target){ words_copy(w),
		arena_text(&x->arena, address, strlen(address)), port, NULL };
	while (*last != NULL)
		last = &(*last)->next;
	*last = target;
}

/* Does an address or a prefix hold the address? */
static bool
covers(const char *prefix, const char *address)
{
	int family = strchr(address, ':') != NULL ? AF_INET6 : AF_INET;
	const char *slash = strchr(prefix, '/');
	unsigned bits = slash != NULL ? (unsigned)atoi(slash + 1) : 128;
	uint8_t a[16] = { 0 }, b[16] = { 0 };
	char text[INET6_ADDRSTRLEN];

	snprintf(text, sizeof(text), "%.*s", (int)strcspn(prefix, "/"), prefix);
	if (inet_pton(family, text, a) != 1 || inet_pton(family, address, b) != 1)
		return false;
	for (unsigned i = 0; i < bits && i < 128; i++)
		if (((a[i / 8] ^ b[i / 8]) >> (7 - i % 8) & 1) != 0)
			return false;
	return true;
}

enum source { SOURCE_OTHER, SOURCE_MEANT, SOURCE_EXCLUDED };

/* What the words say of a server as source: those of sets are looked up. */
static enum source
source_of(struct nft *x, const struct words *w, const char *address)
{
	const struct word_list *src = &w->of[WORD_SRC];
	enum source found = src->plain ? SOURCE_OTHER : SOURCE_MEANT;
	json_t *text;
	size_t k;

	for (unsigned i = 0; i < src->n; i++) {
		const char *item = src->item[i];
		bool negated = item[0] == '!', here;

		item += negated;
		here = covers(item, address);
		if (item[0] == '$')
			json_array_foreach(json_object_get(x->sets, item + 1), k, text)
				here |= covers(json_string_value(text), address);
		if (here && negated)
			return SOURCE_EXCLUDED;
		if (here)
			found = SOURCE_MEANT;
	}
	return found;
}

/* Is a port among ports and ranges of them? */
static bool
has_port(const struct word_list *list, int port)
{
	bool found = false;

	for (unsigned i = 0; i < list->n; i++) {
		const char *item = list->item[i], *dash = strchr(item, '-');
		int first = atoi(item), last = dash != NULL ? atoi(dash + 1) : first;

		if (item[0] != '!')
			found |= first <= port && port <= last;
	}
	return found;
}

static bool
all_plain(const struct word_list *list)
{
	for (unsigned i = 0; i < list->n; i++)
		if (list->item[i][0] == '!')
			return false;
	return list->n > 0;
}

/* Replaces a condition on the server's end by one on the public end, where the forward says it. */
static void
replace(struct words *w, enum word server, const struct words *forward, enum word public)
{
	const struct word_list *values = &forward->of[public];

	w->of[server] = (struct word_list){ .n = 0 };
	if (all_plain(values))
		words_add(w, server, values->item, values->n, false);
}

/* Are packets of sessions meant?  An answer is one of a session. */
static bool
asks_established(const struct word_list *state)
{
	bool found = !state->plain;

	for (unsigned i = 0; i < state->n; i++) {
		if (strcmp(state->item[i], "!established") == 0)
			return false;
		found |= strcmp(state->item[i], "established") == 0;
	}
	return found;
}

/* Makes the words those of answers; false: they are for none. */
static bool
turn(struct words *w, const struct nft_target *t)
{
	const struct word_list *sport = &w->of[WORD_SPORT], *proto = &t->words.of[WORD_PROTO];

	if (!asks_established(&w->of[WORD_STATE])
		|| (sport->n > 0 && t->port > 0 && !has_port(sport, t->port)))
		return false;
	if (sport->n == 0 || t->port > 0)
		replace(w, WORD_SPORT, &t->words, WORD_DPORT);
	replace(w, WORD_SRC, &t->words, WORD_DST);
	if (all_plain(proto))
		words_add(w, WORD_PROTO, proto->item, proto->n, false);
	words_one(w, WORD_NAT, "dnat", false);
	if (w->of[WORD_DST].n == 0)
		words_one(w, WORD_DST, t->address, true); /* no packets to the server */
	words_family(w, strchr(t->address, ':') != NULL ? 6 : 4);
	return w->why == NULL && !w->never;
}

/* Does the rule look at the server's end? */
static bool
looks_at(const struct words *w, const struct nft_target *t)
{
	return w->of[WORD_SRC].n > 0 || (w->of[WORD_SPORT].n > 0 && t->port > 0);
}

unsigned
nft_answers(struct nft *x, const struct words *w, struct words *out, unsigned room)
{
	unsigned n = 0;

	if (x->local || words_vary(w) || w->of[WORD_PAIR].n > 0)
		return 0;
	for (const struct nft_target *t = x->targets; t != NULL && n < room; t = t->next) {
		if (!looks_at(w, t) || source_of(x, w, t->address) != SOURCE_MEANT)
			continue;
		out[n] = words_copy(w);
		if (turn(&out[n], t))
			n++;
	}
	return n;
}

/* Returns the servers of all forwards. */
static struct values
servers(struct nft *x)
{
	struct values all = { .n = 0 };

	for (const struct nft_target *t = x->targets; t != NULL && all.n < VALUES_MAX; t = t->next)
		all.item[all.n++] = t->address;
	return all;
}

bool
nft_but_answers(struct nft *x, struct words *w, struct words *to_servers)
{
	struct values all;
	bool any = false;

	if (x->local || words_vary(w) || w->of[WORD_NAT].n > 0 || w->of[WORD_DST].n > 0
		|| w->of[WORD_PAIR].n > 0 || !asks_established(&w->of[WORD_STATE]))
		return false;
	*to_servers = words_copy(w);
	for (const struct nft_target *t = x->targets; t != NULL; t = t->next)
		any |= source_of(x, w, t->address) == SOURCE_EXCLUDED;
	if (!any)
		return false;
	all = servers(x);
	words_add(to_servers, WORD_DST, all.item, all.n, false);
	words_one(to_servers, WORD_NAT, "dnat", false);
	words_one(w, WORD_NAT, "dnat", true);
	return true;
}
