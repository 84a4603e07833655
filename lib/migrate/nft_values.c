/* SPDX-License-Identifier: BSD-3-Clause */
/* Values of nftables as texts of Weir. */
#include <arpa/inet.h>
#include <string.h>

#include "migrate/nft_priv.h"

static void
add(struct values *v, const char *text)
{
	if (v->texts != NULL && text != NULL) {
		json_array_append_new(v->texts, json_string(text));
		return;
	}
	v->too_many |= text == NULL || v->n == VALUES_MAX;
	if (!v->too_many)
		v->item[v->n++] = text;
}

json_t *
nft_elements(struct nft *x, const struct nft_place *at, json_t *set)
{
	const char *name = json_string_value(set);
	json_t *object;

	if (name == NULL)
		return json_object_get(set, "set");
	object = name[0] == '@' ? nft_find_set(x, at, name + 1) : NULL;
	return object != NULL ? json_object_get(object, "elem") : NULL;
}

typedef unsigned __int128 wide;

/* Reads an address of a family as a number. */
static bool
read_address(int family, const char *text, wide *out)
{
	uint8_t bytes[16];

	if (inet_pton(family, text, bytes) != 1)
		return false;
	*out = 0;
	for (unsigned i = 0; i < (family == AF_INET ? 4 : 16); i++)
		*out = *out << 8 | bytes[i];
	return true;
}

static const char *
prefix_text(struct nft *x, int family, wide at, unsigned length)
{
	unsigned n = family == AF_INET ? 4 : 16;
	char text[INET6_ADDRSTRLEN];
	uint8_t bytes[16];

	for (unsigned i = n; i-- > 0; at >>= 8)
		bytes[i] = (uint8_t)at;
	inet_ntop(family, bytes, text, sizeof(text));
	return arena_printf(&x->arena, "%s/%u", text, length);
}

/* A range of addresses as the fewest prefixes. */
static bool
add_addresses(struct nft *x, const char *first, const char *last, struct values *out)
{
	int family = strchr(first, ':') != NULL ? AF_INET6 : AF_INET;
	unsigned all = family == AF_INET ? 32 : 128;
	wide at, end, most = all == 128 ? ~(wide)0 : 0xffffffff;

	if (!read_address(family, first, &at) || !read_address(family, last, &end))
		return false;
	while (at <= end) {
		unsigned bits = 0; /* of the host part */

		while (bits < all && (at >> bits & 1) == 0
			&& (bits + 1 == all ? most : ((wide)2 << bits) - 1) <= end - at)
			bits++;
		add(out, prefix_text(x, family, at, all - bits));
		if (bits == all || ((wide)1 << bits) > end - at)
			break;
		at += (wide)1 << bits;
	}
	return true;
}

static bool
add_range(struct nft *x, json_t *range, enum nft_kind kind, struct values *out)
{
	json_t *first = json_array_get(range, 0), *last = json_array_get(range, 1);

	if (json_is_integer(first) && json_is_integer(last)) {
		add(out,
			arena_printf(&x->arena, "%d-%d", (int)json_integer_value(first),
				(int)json_integer_value(last)));
		return true;
	}
	return kind == NFT_ADDRESS && json_is_string(first) && json_is_string(last)
		&& add_addresses(x, json_string_value(first), json_string_value(last), out);
}

static bool
add_prefix(struct nft *x, json_t *prefix, struct values *out)
{
	const char *address = json_string_value(json_object_get(prefix, "addr"));
	json_t *bits = json_object_get(prefix, "len");

	if (address == NULL || !json_is_integer(bits))
		return false;
	add(out, arena_printf(&x->arena, "%s/%d", address, (int)json_integer_value(bits)));
	return true;
}

static const char *
proto_name(const char *name)
{
	static const char *const other[][2] = {
		{ "ipv6-icmp", "icmpv6" },
		{ "ipencap", "ipip" },
		{ "ospfigp", "ospf" },
	};

	for (unsigned i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		if (strcmp(other[i][0], name) == 0)
			return other[i][1];
	return name;
}

/* The interfaces of the ruleset whose name begins with the pattern's. */
static void
add_interfaces(struct nft *x, const char *pattern, struct values *out)
{
	size_t bytes = strlen(pattern);
	const char *name;
	json_t *unused;

	if (bytes == 0 || pattern[bytes - 1] != '*') {
		add(out, pattern);
		return;
	}
	json_object_foreach(x->names, name, unused)
		if (strncmp(name, pattern, bytes - 1) == 0)
			add(out, name);
}

static bool
add_text(struct nft *x, const char *text, enum nft_kind kind, struct values *out)
{
	if (kind == NFT_INTERFACE)
		add_interfaces(x, text, out);
	else if (strcmp(text, "*") == 0) /* all that a set has no element for */
		return false;
	else
		add(out, kind == NFT_PROTO ? proto_name(text) : text);
	return true;
}

static bool read_value(struct nft *x, const struct nft_place *at, json_t *value, enum nft_kind kind,
	struct values *out);

/* Reads the elements of a set, which may name no other set. */
static bool
read_elements(struct nft *x, const struct nft_place *at, json_t *set, enum nft_kind kind,
	struct values *out)
{
	json_t *one;
	size_t i;

	out->of_set = true;
	json_array_foreach(json_object_get(set, "elem"), i, one)
		if (!read_value(x, at, one, kind, out))
			return false;
	out->of_set = false;
	return true;
}

/* A named set of addresses, as a set of Weir. */
static bool
add_address_set(struct nft *x, const struct nft_place *at, json_t *set, struct values *out)
{
	const char *clean = nft_set_name(x, at, nft_text(set, "name"));
	struct values all = { .texts = json_array() };

	if (!read_elements(x, at, set, NFT_ADDRESS, &all)) {
		json_decref(all.texts);
		return false;
	}
	json_object_set_new(x->sets, clean, all.texts);
	out->too_many |= all.too_many;
	add(out, arena_printf(&x->arena, "$%s", clean));
	return true;
}

/* A named set: of addresses as a set of Weir, of others by its elements. */
static bool
add_named(struct nft *x, const struct nft_place *at, const char *name, enum nft_kind kind,
	struct values *out)
{
	json_t *set = nft_find_set(x, at, name);

	if (set != NULL && kind == NFT_ADDRESS && nft_is_dynamic(x, at, name)) {
		add(out, arena_printf(&x->arena, "$%s", nft_dynamic_set(x, at, name)));
		return true;
	}
	if (set == NULL || out->of_set || json_object_get(set, "timeout") != NULL)
		return false;
	if (kind == NFT_ADDRESS)
		return add_address_set(x, at, set, out);
	return read_elements(x, at, set, kind, out);
}

static bool
read_value(struct nft *x, const struct nft_place *at, json_t *value, enum nft_kind kind,
	struct values *out)
{
	json_t *inner, *one;
	size_t i;

	if (json_is_integer(value)) {
		add(out, arena_printf(&x->arena, "%d", (int)json_integer_value(value)));
		return true;
	}
	if (json_is_string(value) && json_string_value(value)[0] == '@')
		return add_named(x, at, json_string_value(value) + 1, kind, out);
	if (json_is_string(value))
		return add_text(x, json_string_value(value), kind, out);
	inner = json_is_array(value) ? value : json_object_get(value, "set");
	if (json_is_string(inner))
		return read_value(x, at, inner, kind, out);
	if (json_is_array(inner)) {
		json_array_foreach(inner, i, one)
			if (!read_value(x, at, one, kind, out))
				return false;
		return true;
	}
	inner = json_object_get(value, "elem");
	if (inner != NULL)
		return read_value(x, at, json_object_get(inner, "val"), kind, out);
	inner = json_object_get(value, "prefix");
	if (inner != NULL)
		return add_prefix(x, inner, out);
	inner = json_object_get(value, "range");
	return inner != NULL && add_range(x, inner, kind, out);
}

bool
nft_values(struct nft *x, const struct nft_place *at, json_t *right, enum nft_kind kind,
	struct words *w, struct values *out)
{
	*out = (struct values){ .n = 0 };
	if (read_value(x, at, right, kind, out) && !out->too_many)
		return true;
	if (out->too_many)
		words_cannot(w, "it has more than %u values", VALUES_MAX);
	words_cannot(w, "it has a value that Weir has no form for");
	return false;
}
