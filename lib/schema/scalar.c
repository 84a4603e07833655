/* SPDX-License-Identifier: BSD-3-Clause */
/* Decodes one value from one scalar, by the type of its row. */
#include <string.h>

#include "schema/document_priv.h"
#include "schema/type.h"

#define SCALAR_NAME_MAX 63

/* The arguments of every reader below. */
struct scalar {
	struct document *doc;
	const struct cfg_field *f;
	struct node *node;
	const char *text;
};

static void
refuse(const struct scalar *s, const char *why)
{
	node_error(s->doc, s->node, "'%.60s' %s", s->text, why);
}

/* Adds an error about a bound, written in the unit of the value. */
static void
refuse_bound(const struct scalar *s, const char *side, uint64_t bound)
{
	char buf[VALUE_TEXT_MAX];

	if (type_base(s->f) == CFG_SIZE)
		value_size_text(bound, buf);
	else if (type_base(s->f) == CFG_DURATION)
		value_duration_text(bound, buf);
	else
		snprintf(buf, sizeof(buf), "%llu", (unsigned long long)bound);
	node_error(s->doc, s->node, "%.60s is %s %s", s->text, side, buf);
}

static bool
in_bounds(const struct scalar *s, uint64_t value, uint64_t max)
{
	if (value < s->f->min)
		refuse_bound(s, "below", s->f->min);
	else if (value > max)
		refuse_bound(s, "above", max);
	else
		return true;
	return false;
}

static bool
is_digits(const char *text)
{
	return text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
}

/* Adds an error about a number: with a bound if the user wrote a number, with a word if the user
 * wrote a word. */
static void
refuse_number(const struct scalar *s, const struct cfg_word *words, uint64_t max, const char *why)
{
	if (s->text[0] == '-' && is_digits(s->text + 1))
		refuse_bound(s, "below", s->f->min);
	else if (s->text[0] != '0' && is_digits(s->text) && strstr(why, "number") != NULL)
		refuse_bound(s, "above", max);
	else if (words != NULL && (s->text[0] < '0' || s->text[0] > '9'))
		unknown_word(s->doc, s->node, s->f->kind != NULL ? s->f->kind : type_of(s->f)->name,
			s->text, (struct right_words){ next_word, words });
	else
		refuse(s, why);
}

/* Reads a number, or a word that stands for one. */
static bool
read_number(const struct scalar *s, const struct cfg_word *words, uint64_t max, uint64_t *out)
{
	const char *why;
	uint32_t value;

	if (words_find(words, s->text, &value)) {
		*out = value;
		return true;
	}
	if (type_base(s->f) == CFG_SIZE)
		why = value_read_size(s->text, out);
	else if (type_base(s->f) == CFG_DURATION)
		why = value_read_duration(s->text, out);
	else
		why = value_read_number(s->text, out);
	if (why == NULL)
		return in_bounds(s, *out, max);
	refuse_number(s, words, max, why);
	return false;
}

static void
decode_number(const struct scalar *s, void *out)
{
	uint64_t value;

	if (!read_number(s, s->f->words, type_max(s->f), &value))
		return;
	switch (type_base(s->f)) {
	case CFG_U8:
		*(uint8_t *)out = (uint8_t)value;
		break;
	case CFG_U16:
		*(uint16_t *)out = (uint16_t)value;
		break;
	case CFG_U32:
		*(uint32_t *)out = (uint32_t)value;
		break;
	default:
		*(uint64_t *)out = value;
		break;
	}
}

/* Decodes protocols and DSCP values. */
static void
decode_code(const struct scalar *s, uint8_t *out)
{
	bool protocol = type_base(s->f) == CFG_PROTOCOL;
	uint64_t value;

	if (read_number(s, protocol ? cfg_protocols : cfg_dscps, protocol ? 255 : 63, &value))
		*out = (uint8_t)value;
}

static void
decode_vlan(const struct scalar *s, uint16_t *out)
{
	const struct cfg_field vlan = { .type = CFG_VLAN, .min = 1, .max = 4094 };
	struct scalar bounded = *s;
	uint64_t value;

	bounded.f = &vlan;
	if (read_number(&bounded, NULL, vlan.max, &value))
		*out = (uint16_t)value;
}

static void
decode_bool(const struct scalar *s, bool *out)
{
	static const char *const yes[] = { "true", "True", "TRUE" };
	static const char *const no[] = { "false", "False", "FALSE" };

	for (unsigned i = 0; i < 3; i++) {
		if (strcmp(s->text, yes[i]) == 0 || strcmp(s->text, no[i]) == 0) {
			*out = s->text[0] == 't' || s->text[0] == 'T';
			return;
		}
	}
	refuse(s, "is neither true nor false");
}

static void
decode_rate(const struct scalar *s, struct cfg_rate *out)
{
	struct cfg_rate rate;
	const char *why = value_read_rate(s->text, &rate);

	if (why != NULL && s->f->periods)
		refuse(s,
			"is not a rate; write 10Mbit or 1Gbit for bits, 500/s, 10/min, 5/h or 2/d for packets");
	else if (why != NULL)
		refuse(s, why);
	else if (rate.seconds > 1 && !s->f->periods)
		refuse(s, "is not a rate a second; write 500/s");
	else if (in_bounds(s, rate.value, type_max(s->f)))
		*out = rate;
}

static bool
is_name(const char *text)
{
	static const char
		letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

	return text[0] != '\0' && text[0] != '-' && text[0] != '.'
		&& strspn(text, letters) == strlen(text);
}

static void
decode_name(const struct scalar *s, const char **out)
{
	if (!is_name(s->text))
		refuse(s, "is not a name; use letters, digits, - _ and .");
	else if (strlen(s->text) > SCALAR_NAME_MAX)
		refuse(s, "is too long for a name");
	else if (type_base(s->f) == CFG_NAME || name_is_known(s->doc, s->f, s->node, s->text))
		*out = s->text;
}

static void
decode_path(const struct scalar *s, struct cfg_path *out)
{
	const char *file = s->node->loc.file;

	out->written = s->text;
	out->resolved = file != NULL ? document_resolve(s->doc, file, s->text) : s->text;
}

static void
decode_address(const struct scalar *s, struct ip_address *out)
{
	struct ip_address address;

	if (ip_address_parse(s->text, &address))
		*out = address;
	else
		refuse(s, "is not an IPv4 or IPv6 address");
}

static void
decode_prefix(const struct scalar *s, struct ip_prefix *out)
{
	struct ip_prefix prefix, network;
	bool of_interface = type_base(s->f) == CFG_INTERFACE_ADDRESS;
	char buf[IP_TEXT_MAX];

	if (!ip_prefix_parse(s->text, &prefix)) {
		refuse(s,
			of_interface ? "is not an address with its length, as 10.0.0.1/24"
				     : "is not a prefix, as 10.0.0.0/8");
		return;
	}
	if (of_interface && strchr(s->text, '/') == NULL) {
		refuse(s, "has no prefix length; write it as 10.0.0.1/24");
		return;
	}
	network = ip_prefix_network(&prefix);
	if (of_interface || ip_prefix_is_network(&prefix))
		*out = prefix;
	else
		node_error(s->doc, s->node,
			"'%.60s' has bits beyond its length; did you mean '%s'?", s->text,
			ip_prefix_text(&network, buf));
}

static void
decode_endpoint(const struct scalar *s, struct cfg_endpoint *out)
{
	struct cfg_endpoint endpoint;
	const char *why = value_read_endpoint(s->text, &endpoint);

	if (why == NULL)
		*out = endpoint;
	else
		refuse(s, why);
}

static void
decode_mac(const struct scalar *s, struct cfg_mac *out)
{
	const char *why = value_read_mac(s->text, out);

	if (why != NULL)
		refuse(s, why);
}

static void
decode_enum(const struct scalar *s, uint32_t *out)
{
	if (!words_find(s->f->words, s->text, out))
		unknown_word(s->doc, s->node, s->f->kind != NULL ? s->f->kind : "value", s->text,
			(struct right_words){ next_word, s->f->words, true });
}

static void
decode_by_type(const struct scalar *s, void *out)
{
	switch (type_base(s->f)) {
	case CFG_BOOL:
		decode_bool(s, out);
		break;
	case CFG_RATE:
		decode_rate(s, out);
		break;
	case CFG_TEXT:
		*(const char **)out = s->text;
		break;
	case CFG_NAME:
	case CFG_REF:
		decode_name(s, out);
		break;
	case CFG_PATH:
		decode_path(s, out);
		break;
	case CFG_ADDRESS:
		decode_address(s, out);
		break;
	case CFG_INTERFACE_ADDRESS:
	case CFG_PREFIX:
		decode_prefix(s, out);
		break;
	case CFG_ENDPOINT:
		decode_endpoint(s, out);
		break;
	case CFG_MAC:
		decode_mac(s, out);
		break;
	case CFG_VLAN:
		decode_vlan(s, out);
		break;
	case CFG_PROTOCOL:
	case CFG_DSCP:
		decode_code(s, out);
		break;
	case CFG_ENUM:
		decode_enum(s, out);
		break;
	case CFG_MATCH_ADDRESS:
		match_address_decode(s->doc, s->f, s->node, out);
		break;
	case CFG_MATCH_NAME:
		match_name_decode(s->doc, s->f, s->node, out);
		break;
	case CFG_MATCH_MAC:
		match_mac_decode(s->doc, s->node, out);
		break;
	case CFG_PORTS:
	case CFG_MATCH_PORT:
	case CFG_MATCH_PROTOCOL:
	case CFG_MATCH_DSCP:
	case CFG_MATCH_VLAN:
	case CFG_MATCH_NUMBER:
		range_decode(s->doc, s->f, s->node, out);
		break;
	default:
		decode_number(s, out);
		break;
	}
}

/* Returns true for text that YAML reads as a map: the last colon of [2001:db8::] makes a key of
 * it. */
static bool
is_text_with_colon(const struct node *node)
{
	return node->kind == NODE_MAP && node->count == 1 && node->first->kind == NODE_EMPTY
		&& strchr(node->first->key->text, ':') != NULL;
}

void
scalar_decode(struct document *doc, const struct cfg_field *f, struct node *node, void *out)
{
	struct scalar s = { .doc = doc, .f = f, .node = node, .text = node->text };

	if (node->refused)
		return;
	if (node->kind == NODE_SCALAR)
		decode_by_type(&s, out);
	else if (node->kind == NODE_EMPTY)
		node_error(doc, node, "a value is missing: %s is expected", type_of(f)->wanted);
	else if (is_text_with_colon(node))
		node_error_in(doc, node, node->first->key, "put '%.60s:' in quotes",
			node->first->key->text);
	else
		node_error(doc, node, "%s is expected, not %s", type_of(f)->wanted,
			node_what(doc, node));
}
