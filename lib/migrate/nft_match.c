/* SPDX-License-Identifier: BSD-3-Clause */
/* Conditions of nftables as words of Weir. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "migrate/nft_priv.h"

static bool
is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* --- ICMP --- */

struct icmp_name {
	const char *name;
	unsigned type;
};

static const struct icmp_name icmp4[] = {
	{ "echo-reply", 0 },
	{ "destination-unreachable", 3 },
	{ "source-quench", 4 },
	{ "redirect", 5 },
	{ "echo-request", 8 },
	{ "router-advertisement", 9 },
	{ "router-solicitation", 10 },
	{ "time-exceeded", 11 },
	{ "parameter-problem", 12 },
	{ "timestamp-request", 13 },
	{ "timestamp-reply", 14 },
	{ "info-request", 15 },
	{ "info-reply", 16 },
	{ "address-mask-request", 17 },
	{ "address-mask-reply", 18 },
	{ NULL, 0 },
};

static const struct icmp_name icmp6[] = {
	{ "destination-unreachable", 1 },
	{ "packet-too-big", 2 },
	{ "time-exceeded", 3 },
	{ "parameter-problem", 4 },
	{ "echo-request", 128 },
	{ "echo-reply", 129 },
	{ "mld-listener-query", 130 },
	{ "mld-listener-report", 131 },
	{ "mld-listener-done", 132 },
	{ "mld-listener-reduction", 132 },
	{ "nd-router-solicit", 133 },
	{ "nd-router-advert", 134 },
	{ "nd-neighbor-solicit", 135 },
	{ "nd-neighbor-advert", 136 },
	{ "nd-redirect", 137 },
	{ "router-renumbering", 138 },
	{ "ind-neighbor-solicit", 141 },
	{ "ind-neighbor-advert", 142 },
	{ "mld2-listener-report", 143 },
	{ NULL, 0 },
};

static void
match_icmp(struct words *w, const struct icmp_name *names, const char *proto, struct values *values,
	bool negated)
{
	words_one(w, WORD_PROTO, proto, false);
	words_family(w, names == icmp4 ? 4 : 6);
	for (unsigned i = 0; i < values->n; i++) {
		const struct icmp_name *n = names;

		for (; n->name != NULL && !is(n->name, values->item[i]); n++)
			;
		if (n->name != NULL)
			values->item[i] = arena_printf(w->arena, "%u", n->type);
		else if (strspn(values->item[i], "0123456789") != strlen(values->item[i]))
			words_cannot(w, "its ICMP type '%s' is not known", values->item[i]);
	}
	words_add(w, WORD_ICMP, values->item, values->n, negated);
}

/* Returns the number of a code; NULL: it has none. */
static const char *
icmp_code(const char *type, const char *code)
{
	static const struct {
		const char *type, *name, *number;
	} codes[] = {
		{ "3", "net-unreachable", "0" },
		{ "3", "host-unreachable", "1" },
		{ "3", "prot-unreachable", "2" },
		{ "3", "port-unreachable", "3" },
		{ "3", "frag-needed", "4" },
		{ "3", "net-prohibited", "9" },
		{ "3", "host-prohibited", "10" },
		{ "3", "admin-prohibited", "13" },
		{ "1", "no-route", "0" },
		{ "1", "admin-prohibited", "1" },
		{ "1", "addr-unreachable", "3" },
		{ "1", "port-unreachable", "4" },
		{ "1", "policy-fail", "5" },
		{ "1", "reject-route", "6" },
	};

	if (strspn(code, "0123456789") == strlen(code))
		return code;
	for (unsigned i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (is(codes[i].type, type) && is(codes[i].name, code))
			return codes[i].number;
	return NULL;
}

/* Codes of the types that the rule asked for before. */
static void
match_icmp_code(struct words *w, const struct values *codes, bool negated)
{
	const struct word_list types = w->of[WORD_ICMP];
	const char *both[VALUES_MAX];
	unsigned n = 0;

	if (negated || !types.plain || types.n * codes->n > VALUES_MAX)
		words_cannot(w, "Weir has codes of ICMP behind their type alone");
	for (unsigned t = 0; t < types.n && w->why == NULL; t++)
		for (unsigned c = 0; c < codes->n; c++) {
			const char *code = icmp_code(types.item[t], codes->item[c]);

			if (code == NULL || types.item[t][0] == '!')
				words_cannot(w, "its ICMP code '%s' is not known", codes->item[c]);
			else
				both[n++] = arena_printf(w->arena, "%s/%s", types.item[t], code);
		}
	w->of[WORD_ICMP] = (struct word_list){ .n = 0 };
	words_add(w, WORD_ICMP, both, n, false);
}

/* --- fields --- */

/* Some part of a header that both have. */
static const struct field {
	const char *protocol, *field;
	enum word word;
	enum nft_kind kind;
	unsigned family;
	const char *proto; /* that the field implies, or NULL */
} fields[] = {
	{ "ip", "saddr", WORD_SRC, NFT_ADDRESS, 4, NULL },
	{ "ip", "daddr", WORD_DST, NFT_ADDRESS, 4, NULL },
	{ "ip", "protocol", WORD_PROTO, NFT_PROTO, 4, NULL },
	{ "ip", "dscp", WORD_DSCP, NFT_PLAIN, 4, NULL },
	{ "ip", "length", WORD_LENGTH, NFT_PORT, 4, NULL },
	{ "ip6", "saddr", WORD_SRC, NFT_ADDRESS, 6, NULL },
	{ "ip6", "daddr", WORD_DST, NFT_ADDRESS, 6, NULL },
	{ "ip6", "nexthdr", WORD_PROTO, NFT_PROTO, 6, NULL },
	{ "ip6", "dscp", WORD_DSCP, NFT_PLAIN, 6, NULL },
	{ "tcp", "sport", WORD_SPORT, NFT_PORT, 0, "tcp" },
	{ "tcp", "dport", WORD_DPORT, NFT_PORT, 0, "tcp" },
	{ "udp", "sport", WORD_SPORT, NFT_PORT, 0, "udp" },
	{ "udp", "dport", WORD_DPORT, NFT_PORT, 0, "udp" },
	{ "sctp", "sport", WORD_SPORT, NFT_PORT, 0, "sctp" },
	{ "sctp", "dport", WORD_DPORT, NFT_PORT, 0, "sctp" },
	{ "dccp", "sport", WORD_SPORT, NFT_PORT, 0, "dccp" },
	{ "dccp", "dport", WORD_DPORT, NFT_PORT, 0, "dccp" },
	{ "udplite", "sport", WORD_SPORT, NFT_PORT, 0, "udplite" },
	{ "udplite", "dport", WORD_DPORT, NFT_PORT, 0, "udplite" },
	{ "th", "sport", WORD_SPORT, NFT_PORT, 0, NULL },
	{ "th", "dport", WORD_DPORT, NFT_PORT, 0, NULL },
	{ "ether", "saddr", WORD_MAC, NFT_PLAIN, 0, NULL },
	{ "vlan", "id", WORD_VLAN, NFT_PORT, 0, NULL },
};

static void
match_payload(struct nft *x, const struct nft_place *at, json_t *payload, json_t *right,
	bool negated, struct words *w)
{
	const char *protocol = nft_text(payload, "protocol"), *field = nft_text(payload, "field");
	struct values v;

	for (unsigned i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const struct field *f = &fields[i];

		if (!is(f->protocol, protocol) || !is(f->field, field))
			continue;
		if (!nft_values(x, at, right, f->kind, w, &v))
			return;
		if (f->family != 0)
			words_family(w, f->family);
		if (f->proto != NULL)
			words_one(w, WORD_PROTO, f->proto, false);
		words_add(w, f->word, v.item, v.n, negated);
		return;
	}
	if (is(field, "type") && (is(protocol, "icmp") || is(protocol, "icmpv6"))) {
		if (nft_values(x, at, right, NFT_PLAIN, w, &v))
			match_icmp(w, is(protocol, "icmp") ? icmp4 : icmp6, protocol, &v, negated);
		return;
	}
	if (is(field, "code") && (is(protocol, "icmp") || is(protocol, "icmpv6"))) {
		if (nft_values(x, at, right, NFT_PLAIN, w, &v))
			match_icmp_code(w, &v, negated);
		return;
	}
	if (is(protocol, "ip6") && is(field, "hoplimit") && json_is_integer(right)) {
		w->hop_limit = true; /* Weir takes neighbour discovery with 255 alone */
		w->other_hop_limit |= negated == (json_integer_value(right) == 255);
		return;
	}
	if (is(protocol, "tcp") && is(field, "flags"))
		nft_match_flags(w, NULL, right, negated ? "!=" : "==");
	else
		words_cannot(w, "Weir has no condition on %s %s", protocol, field);
}

/* Rules about loopback stay with the host: what goes through Weir never meets them. */
static void
match_interface(struct nft *x, struct words *w, enum word word, struct values *v, bool negated)
{
	unsigned kept = 0, had = v->n;

	for (unsigned i = 0; i < v->n; i++)
		if (!is(v->item[i], "lo"))
			v->item[kept++] = v->item[i];
	v->n = kept;
	if (kept > 0)
		words_add(w, word, v->item, v->n, negated);
	else if (had > 0 && !negated)
		w->never = true;
	else if (had == 0 && !negated) {
		fprintf(x->o->notes,
			"note: a rule is left out: no interface is known whose name it asks for\n");
		w->never = true;
	}
}

static void
match_multicast(struct words *w, bool negated)
{
	static const char *const groups[] = { "224.0.0.0/4", "ff00::/8" };

	words_add(w, WORD_DST, groups, 2, negated);
}

/* The kind of the frame's destination.  Packets that Weir judges are for its MAC, or multicast;
 * broadcasts never come so far. */
static void
match_packet_type(struct values *v, bool negated, struct words *w)
{
	bool multicast = false, host = false;

	for (unsigned i = 0; i < v->n; i++) {
		multicast |= is(v->item[i], "multicast");
		host |= is(v->item[i], "host") || is(v->item[i], "unicast");
	}
	if (multicast && host)
		w->never |= negated;
	else if (multicast || host)
		match_multicast(w, negated != host);
	else
		w->never |= !negated;
}

static void
match_meta(struct nft *x, const struct nft_place *at, const char *key, json_t *right, bool negated,
	struct words *w)
{
	bool in = is(key, "iifname") || is(key, "iif"), out = is(key, "oifname") || is(key, "oif");
	struct values v;

	if (!nft_values(x, at, right, in || out ? NFT_INTERFACE : NFT_PROTO, w, &v))
		return;
	if (is(key, "pkttype")) {
		match_packet_type(&v, negated, w);
	} else if (in || out) {
		match_interface(x, w, in ? WORD_IN : WORD_OUT, &v, negated);
	} else if (is(key, "l4proto")) {
		words_add(w, WORD_PROTO, v.item, v.n, negated);
	} else if (is(key, "length")) {
		words_add(w, WORD_LENGTH, v.item, v.n, negated);
	} else if (is(key, "nfproto") || is(key, "protocol")) {
		bool four = v.n == 1 && (is(v.item[0], "ipv4") || is(v.item[0], "ip"));
		bool six = v.n == 1 && (is(v.item[0], "ipv6") || is(v.item[0], "ip6"));

		if (four || six)
			words_family(w, four != negated ? 4 : 6);
		else
			words_cannot(w, "Weir has no condition on this protocol of the link");
	} else {
		words_cannot(w, "Weir has no condition on meta %s", key);
	}
}

static void
match_ct(struct nft *x, const struct nft_place *at, const char *key, json_t *right, bool negated,
	struct words *w)
{
	struct values v;

	if (!nft_values(x, at, right, NFT_PLAIN, w, &v))
		return;
	if (is(key, "state")) {
		nft_tracks(x, at);
		words_add(w, WORD_STATE, v.item, v.n, negated);
	} else if (is(key, "status") && v.n == 1
		&& (is(v.item[0], "dnat") || is(v.item[0], "snat"))) {
		nft_tracks(x, at);
		words_add(w, WORD_NAT, v.item, v.n, negated);
	} else {
		words_cannot(w, "Weir has no condition on ct %s", key);
	}
}

/* "missing", as versions of nft write it. */
static bool
is_missing(json_t *right)
{
	return json_is_false(right) || (json_is_integer(right) && json_integer_value(right) == 0)
		|| (json_is_string(right)
			&& (is(json_string_value(right), "missing")
				|| is(json_string_value(right), "0")));
}

static bool
asks_iif(json_t *flags)
{
	const char *second = json_string_value(json_array_get(flags, 1));

	return json_array_size(flags) == 2 && second != NULL && is(second, "iif");
}

/* The kind of an address: our own, of a group, or one that packets of Weir do not have. */
static void
match_address_type(enum word word, json_t *right, bool negated, struct words *w)
{
	json_t *list = json_object_get(right, "set"), *one = right;
	size_t all = list != NULL ? json_array_size(list) : 1;
	const char *values[3], *type;
	bool local = false, group = false;
	unsigned n = 0;

	for (size_t i = 0; i < all; i++) {
		one = list != NULL ? json_array_get(list, i) : right;
		type = json_is_string(one) ? json_string_value(one) : "";
		local |= is(type, "local");
		group |= is(type, "multicast");
		if (!is(type, "local") && !is(type, "multicast") && !is(type, "broadcast")
			&& !is(type, "anycast"))
			words_cannot(w, "Weir has no condition on this type of address (fib)");
	}
	if (local)
		values[n++] = "local";
	if (group && word == WORD_DST) { /* no source is of a group */
		values[n++] = "224.0.0.0/4";
		values[n++] = "ff00::/8";
	}
	words_add(w, word, values, n, negated);
}

static void
match_fib(json_t *fib, json_t *right, bool negated, struct words *w)
{
	json_t *flags = json_object_get(fib, "flags");
	const char *flag = json_string_value(
		json_is_array(flags) ? json_array_get(flags, 0) : flags);
	bool alone = flag != NULL && (!json_is_array(flags) || json_array_size(flags) == 1);
	bool alone_type = alone && is(nft_text(fib, "result"), "type");

	if ((is_missing(right) || json_is_true(right)) && flag != NULL && is(flag, "saddr")
		&& is(nft_text(fib, "result"), "oif") && (alone || asks_iif(flags))) {
		if (w->rpf != NULL)
			words_cannot(w, "it has two reverse path checks");
		w->rpf = alone ? "loose" : "strict";
		w->rpf_holds = json_is_true(right) != negated;
	} else if (alone_type && (is(flag, "saddr") || is(flag, "daddr")))
		match_address_type(is(flag, "saddr") ? WORD_SRC : WORD_DST, right, negated, w);
	else
		words_cannot(w, "Weir has no condition on this look-up of routes (fib)");
}

/* Extension headers of IPv6: fragments, and routing headers, which Weir drops in any case. */
static void
match_header(json_t *header, json_t *right, bool negated, struct words *w)
{
	bool has = json_is_true(right) != negated;

	if (is(nft_text(header, "name"), "frag") && json_is_boolean(right)) {
		words_family(w, 6);
		words_one(w, WORD_FRAGMENT, has ? "true" : "false", false);
	} else if (is(nft_text(header, "name"), "rt") && is(nft_text(header, "field"), "type")
		&& json_is_integer(right) && json_integer_value(right) == 0) {
		w->never |= !negated;
	} else {
		words_cannot(w, "Weir has no condition on this extension header");
	}
}

/* Fragments of IPv4: bits of offset and MORE. */
static bool
match_fragment(json_t *and, json_t *right, const char *op, struct words *w)
{
	json_t *payload = json_object_get(json_array_get(and, 0), "payload");
	json_int_t mask = json_integer_value(json_array_get(and, 1));

	if (!is(nft_text(payload, "field"), "frag-off") || !json_is_integer(right)
		|| json_integer_value(right) != 0 || (mask != 0x1fff && mask != 0x3fff))
		return false;
	words_family(w, 4);
	words_one(w, WORD_FRAGMENT, is(op, "!=") ? "true" : "false", false);
	return true;
}

void
nft_equals(struct nft *x, const struct nft_place *at, json_t *left, json_t *right, bool negated,
	struct words *w)
{
	json_t *inner;

	if ((inner = json_object_get(left, "payload")) != NULL)
		match_payload(x, at, inner, right, negated, w);
	else if ((inner = json_object_get(left, "meta")) != NULL)
		match_meta(x, at, nft_text(inner, "key"), right, negated, w);
	else if ((inner = json_object_get(left, "ct")) != NULL)
		match_ct(x, at, nft_text(inner, "key"), right, negated, w);
	else if ((inner = json_object_get(left, "fib")) != NULL)
		match_fib(inner, right, negated, w);
	else if ((inner = json_object_get(left, "exthdr")) != NULL)
		match_header(inner, right, negated, w);
	else
		words_cannot(w, "it has a condition that Weir has no word for");
}

/* Less and greater, as a range. */
static void
compare(struct nft *x, const struct nft_place *at, json_t *match, struct words *w)
{
	json_t *right = json_object_get(match, "right"), *range;
	const char *op = nft_text(match, "op");
	json_int_t value = json_integer_value(right), low = 0, high = UINT16_MAX;

	if (!json_is_integer(right) || (op[0] != '<' && op[0] != '>')) {
		words_cannot(w, "Weir has no comparison by %s", op);
		return;
	}
	if (op[0] == '<')
		high = value - (op[1] != '=');
	else
		low = value + (op[1] != '=');
	if (low > high) {
		w->never = true;
		return;
	}
	range = json_pack("{s:[I, I]}", "range", low, high);
	nft_equals(x, at, json_object_get(match, "left"), range, false, w);
	json_decref(range);
}

void
nft_match(struct nft *x, const struct nft_place *at, json_t *match, struct words *w)
{
	json_t *left = json_object_get(match, "left"), *right = json_object_get(match, "right");
	json_t *and = json_object_get(left, "&"), *payload;
	const char *op = nft_text(match, "op");

	payload = json_object_get(and != NULL ? json_array_get(and, 0) : left, "payload");
	if (payload != NULL && is(nft_text(payload, "protocol"), "tcp")
		&& is(nft_text(payload, "field"), "flags"))
		nft_match_flags(w, and != NULL ? json_array_get(and, 1) : NULL, right, op);
	else if (and != NULL && match_fragment(and, right, op, w))
		return;
	else if (and != NULL)
		words_cannot(w, "Weir has no condition on single bits of this field");
	else if (is(op, "==") || is(op, "in") || is(op, "!="))
		nft_equals(x, at, left, right, is(op, "!="), w);
	else
		compare(x, at, match, w);
}
