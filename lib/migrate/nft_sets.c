/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets of several fields as endpoints and pairs. */
#include <string.h>

#include "migrate/nft_priv.h"

static bool
is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* What the fields of a set are, by their place. */
struct fields {
	int src, dst, sport, dport, proto; /* -1: it has none */
	const char *protocol;              /* of the ports, or NULL */
	unsigned family;
};

static bool
note_field(json_t *field, int place, struct fields *f)
{
	json_t *payload = json_object_get(field, "payload");
	const char *protocol = nft_text(payload, "protocol"), *name = nft_text(payload, "field");
	bool ip = is(protocol, "ip") || is(protocol, "ip6");
	bool ports = is(protocol, "tcp") || is(protocol, "udp") || is(protocol, "th")
		|| is(protocol, "sctp");
	int *to = ip && is(name, "saddr")    ? &f->src
		: ip && is(name, "daddr")    ? &f->dst
		: ports && is(name, "sport") ? &f->sport
		: ports && is(name, "dport") ? &f->dport
		: (ip && (is(name, "protocol") || is(name, "nexthdr")))
			|| is(nft_text(json_object_get(field, "meta"), "key"), "l4proto")
		? &f->proto
		: NULL;

	if (to == NULL || *to >= 0)
		return false;
	*to = place;
	if (ip)
		f->family = is(protocol, "ip") ? 4 : 6;
	if (ports && !is(protocol, "th"))
		f->protocol = protocol;
	return true;
}

/* Texts of one field of an element; false: it has no form. */
static bool
texts_of(struct nft *x, const struct nft_place *at, json_t *values, int place, enum nft_kind kind,
	struct values *out)
{
	struct words none = { .arena = &x->arena };

	out->n = 0;
	if (place < 0) {
		out->item[out->n++] = "";
		return true;
	}
	return nft_values(x, at, json_array_get(values, (size_t)place), kind, &none, out)
		&& out->n > 0;
}

/* An address with its port, as Weir writes it. */
static const char *
side_text(struct nft *x, const char *address, const char *port, unsigned family)
{
	if (address[0] == '\0')
		address = family == 6 ? "::/0" : "0.0.0.0/0";
	if (port[0] == '\0')
		return address;
	return arena_printf(
		&x->arena, strchr(address, ':') != NULL ? "[%s]:%s" : "%s:%s", address, port);
}

/* The parts of one element. */
struct parts {
	struct values src, dst, sport, dport, proto;
};

static bool
add_element(struct nft *x, const struct nft_place *at, json_t *element, const struct fields *f,
	json_t *texts)
{
	static struct parts p;
	json_t *inner = json_object_get(json_object_get(element, "elem"), "val");
	json_t *values = json_object_get(inner != NULL ? inner : element, "concat");
	bool pair = f->src >= 0 || f->sport >= 0;

	if (!texts_of(x, at, values, f->src, NFT_ADDRESS, &p.src)
		|| !texts_of(x, at, values, f->dst, NFT_ADDRESS, &p.dst)
		|| !texts_of(x, at, values, f->sport, NFT_PORT, &p.sport)
		|| !texts_of(x, at, values, f->dport, NFT_PORT, &p.dport)
		|| !texts_of(x, at, values, f->proto, NFT_PROTO, &p.proto) || p.sport.n != 1
		|| p.dport.n != 1 || p.proto.n != 1)
		return false;
	for (unsigned s = 0; s < p.src.n; s++)
		for (unsigned d = 0; d < p.dst.n; d++) {
			const char *proto = f->protocol != NULL ? f->protocol : p.proto.item[0];
			const char *to = side_text(x, p.dst.item[d], p.dport.item[0], f->family);
			const char *from = side_text(x, p.src.item[s], p.sport.item[0], f->family);

			json_array_append_new(texts,
				json_string(arena_printf(&x->arena, "%s%s%s%s%s", proto,
					proto[0] != '\0' ? " " : "", pair ? from : "",
					pair ? " > " : "", to)));
		}
	return true;
}

static bool
add_elements(struct nft *x, const struct nft_place *at, json_t *elements, const struct fields *f,
	json_t *texts)
{
	json_t *one;
	size_t i;

	json_array_foreach(elements, i, one)
		if (!add_element(x, at, one, f, texts))
			return false;
	return true;
}

bool
nft_tuple_set(struct nft *x, const struct nft_place *at, json_t *match, struct words *w)
{
	struct fields f = { -1, -1, -1, -1, -1, NULL, 0 };
	json_t *fields = json_object_get(json_object_get(match, "left"), "concat"), *field, *texts;
	const char *name = json_string_value(json_object_get(match, "right")), *clean;
	bool pair;
	size_t i;

	if (name == NULL || name[0] != '@' || is(nft_text(match, "op"), "!=")
		|| nft_find_set(x, at, name + 1) == NULL || nft_is_dynamic(x, at, name + 1))
		return false;
	json_array_foreach(fields, i, field)
		if (!note_field(field, (int)i, &f))
			return false;
	pair = f.src >= 0 || f.sport >= 0;
	if (f.src < 0 && f.dst < 0)
		return false;
	if (w->of[WORD_PAIR].n > 0 || w->of[WORD_DST].n > 0 || w->of[WORD_DPORT].n > 0
		|| (pair && (w->of[WORD_SRC].n > 0 || w->of[WORD_SPORT].n > 0)))
		return false;
	texts = json_array();
	if (!add_elements(x, at, nft_elements(x, at, json_object_get(match, "right")), &f, texts)) {
		json_decref(texts);
		return false;
	}
	clean = nft_set_name(x, at, name + 1);
	json_object_set_new(
		x->sets, clean, json_pack("{s:o}", pair ? "pairs" : "endpoints", texts));
	words_family(w, f.family);
	words_one(w, pair ? WORD_PAIR : WORD_DST, arena_printf(&x->arena, "$%s", clean), false);
	return true;
}
