/* SPDX-License-Identifier: BSD-3-Clause */
#include "migrate/words.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

static const char *const names[WORDS] = {
	[WORD_IN] = "in",
	[WORD_OUT] = "out",
	[WORD_SRC] = "src",
	[WORD_DST] = "dst",
	[WORD_PAIR] = "pair",
	[WORD_PROTO] = "proto",
	[WORD_SPORT] = "sport",
	[WORD_DPORT] = "dport",
	[WORD_ICMP] = "icmp",
	[WORD_FLAGS] = "flags",
	[WORD_STATE] = "state",
	[WORD_NAT] = "nat",
	[WORD_DSCP] = "dscp",
	[WORD_VLAN] = "vlan",
	[WORD_MAC] = "mac",
	[WORD_LENGTH] = "length",
	[WORD_FRAGMENT] = "fragment",
};

void
words_cannot(struct words *w, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	if (w->why != NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	w->why = arena_text(w->arena, text, strlen(text));
	if (w->why == NULL)
		w->why = "memory is short";
}

struct words
words_copy(const struct words *w)
{
	struct words copy = *w;

	for (unsigned i = 0; i < WORDS; i++)
		copy.of[i].room = copy.of[i].n; /* the next one moves it */
	return copy;
}

static bool
holds(const struct word_list *list, const char *value)
{
	for (unsigned i = 0; i < list->n; i++)
		if (strcmp(list->item[i], value) == 0)
			return true;
	return false;
}

/* Returns true if the plain values of a list are exactly these. */
static bool
says_the_same(const struct word_list *list, const char *const values[], unsigned n)
{
	if (list->n != n)
		return false;
	for (unsigned i = 0; i < n; i++)
		if (!holds(list, values[i]))
			return false;
	return true;
}

static void
append(struct words *w, struct word_list *list, const char *value)
{
	if (list->n == list->room) {
		unsigned room = list->room < 4 ? 8 : 2 * list->room;
		const char **more = list->n < WORD_ITEMS_MAX
			? arena_alloc(w->arena, room * sizeof(*more))
			: NULL;

		if (more == NULL) {
			words_cannot(w, "it has more than %u values", WORD_ITEMS_MAX);
			return;
		}
		if (list->n > 0)
			memcpy(more, list->item, list->n * sizeof(*more));
		list->item = more;
		list->room = room;
	}
	list->item[list->n++] = value;
}

/* Returns true if values of the word are names: two are the same, or have nothing in common. */
static bool
are_names(enum word word)
{
	return word == WORD_IN || word == WORD_OUT || word == WORD_PROTO || word == WORD_STATE;
}

/* Keeps what two conditions have in common: of the plain values of the word those of the second. */
static void
keep_common(struct words *w, enum word word, const char *const values[], unsigned n)
{
	const struct word_list had = w->of[word];
	bool any = false;

	w->of[word] = (struct word_list){ .plain = true };
	for (unsigned i = 0; i < had.n; i++) {
		bool negated = had.item[i][0] == '!', common = false;

		for (unsigned k = 0; k < n && !negated; k++)
			common |= strcmp(had.item[i], values[k]) == 0;
		if (negated || common)
			append(w, &w->of[word], had.item[i]);
		any |= common;
	}
	w->never |= !any;
}

static bool
is_own(const struct words *w, const char *address)
{
	for (unsigned i = 0; i < w->own->n; i++)
		if (strcmp(w->own->item[i], address) == 0)
			return true;
	return false;
}

/* Keeps of addresses those of the machine itself, where one of two conditions is local; false:
 * neither is, or the other one is no list of addresses. */
static bool
keep_own(struct words *w, enum word word, const char *const values[], unsigned n)
{
	const struct word_list had = w->of[word];
	bool first = had.n == 1 && strcmp(had.item[0], "local") == 0;
	bool second = n == 1 && strcmp(values[0], "local") == 0;
	const char *const *all = first ? values : had.item;
	unsigned count = first ? n : had.n;

	if (first == second || w->own == NULL)
		return false;
	for (unsigned i = 0; i < count; i++)
		if (strpbrk(all[i], "/$!") != NULL)
			return false;
	w->of[word] = (struct word_list){ .plain = true };
	for (unsigned i = 0; i < count; i++)
		if (is_own(w, all[i]))
			append(w, &w->of[word], all[i]);
	w->never |= w->of[word].n == 0;
	return true;
}

void
words_add(struct words *w, enum word word, const char *const values[], unsigned n, bool negated)
{
	struct word_list *list = &w->of[word];

	if (!negated && list->plain) {
		if (says_the_same(list, values, n))
			return;
		if (are_names(word))
			keep_common(w, word, values, n);
		else if (!keep_own(w, word, values, n))
			words_cannot(w, "it has two conditions on %s", names[word]);
		return;
	}
	if (n == 0)
		w->never |= !negated;
	for (unsigned i = 0; i < n; i++) {
		const char *text = negated ? arena_printf(w->arena, "!%s", values[i])
					   : arena_text(w->arena, values[i], strlen(values[i]));

		if (text == NULL)
			words_cannot(w, "memory is short");
		else if (!holds(list, text))
			append(w, list, text);
	}
	list->plain |= !negated;
}

void
words_one(struct words *w, enum word word, const char *value, bool negated)
{
	words_add(w, word, &value, 1, negated);
}

bool
words_family(struct words *w, unsigned family)
{
	if (w->family != 0 && w->family != family)
		w->never = true;
	w->family = family;
	return !w->never;
}

void
words_and(struct words *w, const struct words *more)
{
	if (more->family != 0)
		words_family(w, more->family);
	for (unsigned i = 0; i < WORDS; i++) {
		const struct word_list *list = &more->of[i];
		const char *plain[WORD_ITEMS_MAX];
		unsigned n = 0;

		for (unsigned k = 0; k < list->n && n < WORD_ITEMS_MAX; k++)
			if (list->item[k][0] != '!')
				plain[n++] = list->item[k];
		if (n > 0)
			words_add(w, (enum word)i, plain, n, false);
		for (unsigned k = 0; k < list->n; k++)
			if (list->item[k][0] == '!')
				words_one(w, (enum word)i, list->item[k] + 1, true);
	}
	if (more->limit != NULL)
		words_limit(w, more->limit);
	w->limit_dropped |= more->limit_dropped;
	if (more->quota != NULL)
		words_quota(w, more->quota);
	if (more->time.hours)
		words_hours(w, more->time.from, more->time.to);
	if (more->time.days != 0)
		words_days(w, more->time.days);
	if (more->rpf != NULL && w->rpf != NULL)
		words_cannot(w, "it has two reverse path checks");
	if (more->rpf != NULL) {
		w->rpf = more->rpf;
		w->rpf_holds = more->rpf_holds;
	}
	w->never |= more->never;
	w->hop_limit |= more->hop_limit;
	w->other_hop_limit |= more->other_hop_limit;
	if (more->why != NULL)
		words_cannot(w, "%s", more->why);
}

bool
words_is_any(const struct words *w)
{
	for (unsigned i = 0; i < WORDS; i++)
		if (w->of[i].n > 0)
			return false;
	return w->family == 0 && !words_vary(w);
}

bool
words_vary(const struct words *w)
{
	return w->limit != NULL || w->quota != NULL || w->rpf != NULL || w->time.hours
		|| w->time.days != 0;
}

void
words_limit(struct words *w, const char *text)
{
	if (w->limit != NULL)
		words_cannot(w, "it has two limits");
	w->limit = text;
}

void
words_quota(struct words *w, const char *text)
{
	if (w->quota != NULL)
		words_cannot(w, "it has two quotas");
	w->quota = text;
}

void
words_hours(struct words *w, unsigned from, unsigned to)
{
	if (w->time.hours)
		words_cannot(w, "it has two conditions on the hour");
	if (from == to)
		words_cannot(w, "its time is a single moment");
	w->time.hours = true;
	w->time.from = from;
	w->time.to = to;
}

void
words_days(struct words *w, unsigned days)
{
	w->time.days = w->time.days != 0 ? w->time.days & days : days;
	w->never |= w->time.days == 0;
}

static void
write_span(const struct words *w, unsigned from, unsigned to, FILE *out)
{
	static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	const char *between = "";

	fputc('{', out);
	if (w->time.days != 0) {
		fputs("days: [", out);
		for (unsigned i = 0; i < 7; i++)
			if ((w->time.days >> i & 1) != 0) {
				fprintf(out, "%s%s", between, days[i]);
				between = ", ";
			}
		fputc(']', out);
	}
	if (w->time.hours)
		fprintf(out, "%sfrom: \"%02u:%02u\", to: \"%02u:%02u\"", between, from / 60,
			from % 60, to / 60, to % 60);
	fputc('}', out);
}

/* Writes the limit; a rate whose packets later rules may drop counts them, as nftables does. */
static void
write_limit(const struct words *w, const char *between, FILE *out)
{
	size_t n = strlen(w->limit);

	if (!w->limit_dropped || strstr(w->limit, "sessions:") != NULL)
		fprintf(out, "%slimit: %s", between, w->limit);
	else if (w->limit[0] == '{')
		fprintf(out, "%slimit: %.*s, dropped: true}", between, (int)n - 1, w->limit);
	else
		fprintf(out, "%slimit: {rate: %s, dropped: true}", between, w->limit);
}

/* Writes what depends on more than the packet. */
static void
write_varying(const struct words *w, const char *between, FILE *out)
{
	unsigned from = w->time.from, to = w->time.to;
	bool parted = w->time.hours && w->time.days != 0 && from > to && to > 0;

	if (w->time.hours || w->time.days != 0) {
		fprintf(out, "%stime: %s", between, parted ? "[" : "");
		write_span(w, from, parted ? 24 * 60 : to, out);
		if (parted) { /* each part belongs to its own day */
			fputs(", ", out);
			write_span(w, 0, to, out);
			fputc(']', out);
		}
		between = ", ";
	}
	if (w->rpf != NULL) {
		fprintf(out, w->rpf_holds ? "%srpf: %s" : "%srpf: \"!%s\"", between, w->rpf);
		between = ", ";
	}
	if (w->quota != NULL) {
		fprintf(out, "%squota: %s", between, w->quota);
		between = ", ";
	}
	if (w->limit != NULL)
		write_limit(w, between, out);
}

void
words_value(const char *value, FILE *out)
{
	bool plain = isalnum((unsigned char)value[0]) || value[0] == '$';

	/* YAML 1.1 reads 22:80 as a number, and a colon before a blank ends a key. */
	for (const char *c = value; *c != '\0'; c++)
		plain = plain && (isalnum((unsigned char)*c) || strchr("$._-/", *c) != NULL);
	if (plain) {
		fputs(value, out);
		return;
	}
	fputc('"', out);
	for (const char *c = value; *c != '\0'; c++) {
		if (*c == '"' || *c == '\\')
			fputc('\\', out);
		fputc((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e ? '?' : *c, out);
	}
	fputc('"', out);
}

static void
write_list(const struct word_list *list, const char *first, FILE *out)
{
	unsigned n = list->n + (first != NULL);

	if (n > 1)
		fputc('[', out);
	if (first != NULL)
		words_value(first, out);
	for (unsigned i = 0; i < list->n; i++) {
		if (i > 0 || first != NULL)
			fputs(", ", out);
		words_value(list->item[i], out);
	}
	if (n > 1)
		fputc(']', out);
}

/* Returns true if the words themselves say the family. */
static bool
says_family(const struct words *w)
{
	return w->family == 0 || w->of[WORD_SRC].plain || w->of[WORD_DST].plain
		|| w->of[WORD_PAIR].n > 0;
}

bool
words_write(const struct words *w, unsigned family, FILE *out)
{
	const char *all = w->family == 4 ? "0.0.0.0/0" : "::/0";
	const char *between = "";

	for (unsigned i = 0; i < WORDS; i++) {
		const struct word_list *list = &w->of[i];
		bool add = i == WORD_SRC && w->family != family && !says_family(w);

		if (list->n == 0 && !add)
			continue;
		fprintf(out, "%s%s: ", between, names[i]);
		write_list(list, add ? all : NULL, out);
		between = ", ";
	}
	if (!words_vary(w))
		return between[0] != '\0';
	write_varying(w, between, out);
	return true;
}
