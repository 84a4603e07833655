/* SPDX-License-Identifier: BSD-3-Clause */
/* Decodes values that packets are compared with: ranges, addresses, names, and their negation. */
#include <string.h>

#include "schema/document_priv.h"

/* The numbers that a range of a type may hold, unless the row gives others. */
struct range_kind {
	const char *what;
	const struct cfg_word *words;
	uint32_t max;
	bool matches; /* may be negated */
};

static const struct range_kind *
range_kind(unsigned type)
{
	static const struct range_kind ports = { "port", NULL, UINT16_MAX, false };
	static const struct range_kind match_ports = { "port or service", cfg_services, UINT16_MAX,
		true };
	static const struct range_kind protocols = { "protocol", cfg_protocols, UINT8_MAX, true };
	static const struct range_kind dscps = { "DSCP", cfg_dscps, 63, true };
	static const struct range_kind vlans = { "VLAN", NULL, 4094, true };
	static const struct range_kind numbers = { "value", NULL, UINT32_MAX, true };

	switch (type) {
	case CFG_PORTS:
		return &ports;
	case CFG_MATCH_PORT:
		return &match_ports;
	case CFG_MATCH_PROTOCOL:
		return &protocols;
	case CFG_MATCH_DSCP:
		return &dscps;
	case CFG_MATCH_VLAN:
		return &vlans;
	default:
		return &numbers;
	}
}

/* Skips ! and the blanks behind it at the front of a match. */
static const char *
skip_negation(const char *text, bool *negate)
{
	*negate = text[0] == '!';
	if (!*negate)
		return text;
	return text + 1 + strspn(text + 1, " ");
}

/* Reads "80" or "1024-65535", in host byte order. */
static bool
read_range(const char *text, uint64_t *first, uint64_t *last)
{
	const char *dash = strchr(text, '-');
	size_t bytes = dash != NULL ? (size_t)(dash - text) : strlen(text);
	char low[24];

	if (bytes >= sizeof(low))
		return false;
	memcpy(low, text, bytes);
	low[bytes] = '\0';
	if (value_read_number(low, first) != NULL)
		return false;
	*last = *first;
	return dash == NULL || value_read_number(dash + 1, last) == NULL;
}

void
range_decode(
	struct document *doc, const struct cfg_field *f, struct node *node, struct cfg_range *out)
{
	const struct range_kind *kind = range_kind(f->type & ~(CFG_LIST | CFG_MAP));
	const struct cfg_word *words = f->words != NULL ? f->words : kind->words;
	uint64_t first, last, max = f->max != 0 ? f->max : kind->max;
	bool negate;
	const char *text = skip_negation(node->text, &negate);
	uint32_t value;

	if (negate && !kind->matches) {
		node_error(doc, node, "'%.60s': ! is for matches only", node->text);
	} else if (words_find(words, text, &value)) {
		*out = (struct cfg_range){ value, value, negate };
	} else if (!read_range(text, &first, &last)) {
		if (words != NULL)
			unknown_word(doc, node, f->kind != NULL ? f->kind : kind->what, text,
				(struct right_words){ next_word, words });
		else
			node_error(doc, node, "'%.60s' is not a %s or a range, such as 1024-65535",
				text, kind->what);
	} else if (first > last) {
		node_error(doc, node, "%.60s: the range is empty", text);
	} else if (first < f->min) {
		node_error(doc, node, "%.60s is below %llu", text, (unsigned long long)f->min);
	} else if (last > max) {
		node_error(doc, node, "%.60s is above %llu", text, (unsigned long long)max);
	} else {
		*out = (struct cfg_range){ (uint32_t)first, (uint32_t)last, negate };
	}
}

void
match_address_decode(struct document *doc, const struct cfg_field *f, struct node *node,
	struct cfg_match_address *out)
{
	struct cfg_field set = { .refers = f->refers, .kind = f->kind != NULL ? f->kind : "set" };
	struct ip_prefix prefix;
	bool negate;
	const char *text = skip_negation(node->text, &negate);

	if (text[0] == '$') {
		if (name_is_known(doc, &set, node, text + 1))
			*out = (struct cfg_match_address){ .negate = negate, .set = text + 1 };
	} else if (strcmp(text, "local") == 0) {
		*out = (struct cfg_match_address){ .negate = negate, .local = true };
	} else if (!ip_prefix_parse(text, &prefix)) {
		node_error(doc, node,
			"'%.60s' is not an address, a prefix such as 10.0.0.0/8, a $set, or local",
			text);
	} else if (!ip_prefix_is_network(&prefix)) {
		struct ip_prefix network = ip_prefix_network(&prefix);
		char buf[IP_TEXT_MAX];

		node_error(doc, node, "'%.60s' has bits beyond its length; did you mean '%s'?",
			text, ip_prefix_text(&network, buf));
	} else {
		*out = (struct cfg_match_address){ .negate = negate, .prefix = prefix };
	}
}

void
match_mac_decode(struct document *doc, struct node *node, struct cfg_match_mac *out)
{
	struct cfg_match_mac match;
	const char *text = skip_negation(node->text, &match.negate);
	const char *why = value_read_mac(text, &match.mac);

	if (why == NULL)
		*out = match;
	else
		node_error(doc, node, "'%.60s' %s", text, why);
}

void
match_name_decode(struct document *doc, const struct cfg_field *f, struct node *node,
	struct cfg_match_name *out)
{
	bool negate;
	const char *name = skip_negation(node->text, &negate);

	if (name_is_known(doc, f, node, name))
		*out = (struct cfg_match_name){ .negate = negate, .name = name };
}
