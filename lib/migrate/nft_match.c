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

/* --- flags of TCP --- */

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

/* flags of mask are (not) exactly these. */
static void
add_flags(struct words *w, unsigned flags, unsigned mask, bool negated)
{
	struct values all = { .n = 0 };

	words_one(w, WORD_PROTO, "tcp", false);
	if ((flags & ~mask) != 0 || mask == 0)
		words_cannot(w, "its TCP flags are not among those looked at");
	for (unsigned f = 0; f < 256 && (flags & ~mask) == 0; f++)
		if ((f & ~mask) == 0 && (f == flags) != negated)
			all.item[all.n++] = flags_text(w, f, mask);
	if (all.n > 32)
		words_cannot(w, "it looks at too many TCP flags to be negated");
	else
		words_add(w, WORD_FLAGS, all.item, all.n, false);
}

/* Any of some flags, or all but ... */
static void
match_flags(struct words *w, json_t *mask_of, json_t *right, const char *op)
{
	struct values any = { .n = 0 };
	unsigned flags = 0, mask = 0;
	bool wrong = is(op, "!=");

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
	if (is(protocol, "ip6") && is(field, "hoplimit") && json_is_integer(right)
		&& json_integer_value(right) == 255) {
		w->hop_limit = true;
		w->never |= negated; /* Weir takes neighbour discovery with 255 alone */
		return;
	}
	if (is(protocol, "tcp") && is(field, "flags"))
		match_flags(w, NULL, right, negated ? "!=" : "==");
	else
		words_cannot(w, "Weir has no condition on %s %s", protocol, field);
}

/* Rules about loopback stay with the host: what goes through Weir never meets them. */
static void
match_interface(struct words *w, enum word word, struct values *v, bool negated)
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
	else if (had == 0 && !negated)
		w->never = true; /* no interface of Weir has a name of that pattern */
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
		match_interface(w, in ? WORD_IN : WORD_OUT, &v, negated);
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

static void
match_fib(json_t *fib, json_t *right, bool negated, struct words *w)
{
	json_t *flags = json_object_get(fib, "flags");
	const char *flag = json_string_value(
		json_is_array(flags) ? json_array_get(flags, 0) : flags);
	bool alone = flag != NULL && (!json_is_array(flags) || json_array_size(flags) == 1);
	const char *type = json_string_value(right);

	if ((is_missing(right) || json_is_true(right)) && flag != NULL && is(flag, "saddr")
		&& is(nft_text(fib, "result"), "oif") && (alone || asks_iif(flags))) {
		if (w->rpf != NULL)
			words_cannot(w, "it has two reverse path checks");
		w->rpf = alone ? "loose" : "strict";
		w->rpf_holds = json_is_true(right) != negated;
	} else if (alone && type != NULL && is(nft_text(fib, "result"), "type") && is(type, "local")
		&& (is(flag, "saddr") || is(flag, "daddr")))
		words_one(w, is(flag, "saddr") ? WORD_SRC : WORD_DST, "local", negated);
	else if (alone && type != NULL && is(nft_text(fib, "result"), "type")
		&& is(type, "multicast") && is(flag, "daddr"))
		match_multicast(w, negated);
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
		match_flags(w, and != NULL ? json_array_get(and, 1) : NULL, right, op);
	else if (and != NULL && match_fragment(and, right, op, w))
		return;
	else if (and != NULL)
		words_cannot(w, "Weir has no condition on single bits of this field");
	else if (is(op, "==") || is(op, "in") || is(op, "!="))
		nft_equals(x, at, left, right, is(op, "!="), w);
	else
		compare(x, at, match, w);
}
