/* SPDX-License-Identifier: BSD-3-Clause */
/* Conditions on the flags of TCP. */
#include <string.h>

#include "migrate/nft_priv.h"

static bool
is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static const char flag_letters[] = "FSRPAUEC";

static unsigned
flag_bit(const char *name)
{
	static const char *const names[] = { "fin", "syn", "rst", "psh", "ack", "urg", "ecn",
		"cwr" };

	for (unsigned i = 0; i < 8; i++)
		if (is(name, names[i]))
			return 1u << i;
	return 0;
}

/* Reads names, a list of them, or an or-ed expression; false for anything else. */
static bool
read_flags(json_t *value, unsigned *out)
{
	json_t *list = json_is_object(value) ? json_object_get(value, "|") : value, *one;
	size_t i;

	if (json_is_integer(value)) {
		*out |= (unsigned)json_integer_value(value);
		return *out < 256;
	}
	if (json_is_string(value)) {
		*out |= flag_bit(json_string_value(value));
		return flag_bit(json_string_value(value)) != 0;
	}
	if (!json_is_array(list))
		return false;
	json_array_foreach(list, i, one)
		if (!read_flags(one, out))
			return false;
	return true;
}

static const char *
flags_text(struct words *w, unsigned flags, unsigned mask)
{
	char set[9] = "", looked[9] = "";
	unsigned n = 0, m = 0;

	for (unsigned i = 0; i < 8; i++) {
		if (flags & 1u << i)
			set[n++] = flag_letters[i];
		if (mask & 1u << i)
			looked[m++] = flag_letters[i];
	}
	return arena_printf(w->arena, "%s/%s", n > 0 ? set : "0", looked);
}

/* flags of mask are (not) exactly these; not: one of them differs. */
static void
add_flags(struct words *w, unsigned flags, unsigned mask, bool negated)
{
	struct values all = { .n = 0 };

	words_one(w, WORD_PROTO, "tcp", false);
	if ((flags & ~mask) != 0 || mask == 0) {
		words_cannot(w, "its TCP flags are not among those looked at");
		return;
	}
	if (!negated)
		all.item[all.n++] = flags_text(w, flags, mask);
	for (unsigned bit = 1; negated && bit < 256; bit <<= 1)
		if ((mask & bit) != 0)
			all.item[all.n++] = flags_text(w, ~flags & bit, bit);
	words_add(w, WORD_FLAGS, all.item, all.n, false);
}

/* One of several sets of flags, exactly. */
static void
flags_of_set(struct words *w, json_t *set)
{
	struct values all = { .n = 0 };
	json_t *one;
	size_t i;

	words_one(w, WORD_PROTO, "tcp", false);
	json_array_foreach(set, i, one) {
		unsigned flags = 0;

		if (!read_flags(one, &flags) || all.n == 32) {
			words_cannot(w, "it has TCP flags that Weir has no form for");
			return;
		}
		all.item[all.n++] = flags_text(w, flags, 0xff);
	}
	words_add(w, WORD_FLAGS, all.item, all.n, false);
}

/* Any of some flags, or all but ... */
void
nft_match_flags(struct words *w, json_t *mask_of, json_t *right, const char *op)
{
	struct values any = { .n = 0 };
	unsigned flags = 0, mask = 0;
	bool wrong = is(op, "!=");

	if (mask_of == NULL && !wrong && json_object_get(right, "set") != NULL) {
		flags_of_set(w, json_object_get(right, "set"));
		return;
	}
	if (!read_flags(right, &flags) || (mask_of != NULL && !read_flags(mask_of, &mask))) {
		words_cannot(w, "it has TCP flags that Weir has no form for");
		return;
	}
	if (mask_of != NULL) {
		add_flags(w, flags, mask, wrong);
		return;
	}
	if (!is(op, "in")) {
		add_flags(w, flags, 0xff, wrong);
		return;
	}
	words_one(w, WORD_PROTO, "tcp", false);
	for (unsigned i = 0; i < 8; i++)
		if (flags & 1u << i)
			any.item[any.n++] = flags_text(w, 1u << i, 1u << i);
	words_add(w, WORD_FLAGS, any.item, any.n, false);
}
