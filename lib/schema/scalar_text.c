/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints one decoded value as text, and any text as YAML. */
#include <inttypes.h>
#include <string.h>

#include "schema/print_priv.h"

static bool
is_plain(const char *text)
{
	static const char
		safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+";
	static const char
		first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/";

	return text[0] != '\0' && strchr(first, text[0]) != NULL
		&& strspn(text, safe) == strlen(text) && strcasecmp(text, "null") != 0;
}

void
yaml_text_print(const char *text, FILE *out)
{
	if (is_plain(text)) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c == '\n')
			fputs("\\n", out);
		else if (c == '\t')
			fputs("\\t", out);
		else if (c < 0x20 || c == 0x7f)
			fprintf(out, "\\x%02x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

static uint64_t
number_of(unsigned base, const void *value)
{
	switch (base) {
	case CFG_U8:
	case CFG_PROTOCOL:
	case CFG_DSCP:
		return *(const uint8_t *)value;
	case CFG_U16:
	case CFG_VLAN:
		return *(const uint16_t *)value;
	case CFG_U32:
	case CFG_ENUM:
		return *(const uint32_t *)value;
	default:
		return *(const uint64_t *)value;
	}
}

static const struct cfg_word *
words_of(const struct cfg_field *f)
{
	switch (type_base(f)) {
	case CFG_PROTOCOL:
	case CFG_MATCH_PROTOCOL:
		return cfg_protocols;
	case CFG_DSCP:
	case CFG_MATCH_DSCP:
		return cfg_dscps;
	default:
		return f->words;
	}
}

static const char *
number_text(const struct cfg_field *f, const void *value, char *buf)
{
	uint64_t number = number_of(type_base(f), value);
	const char *word = number <= UINT32_MAX ? value_word(words_of(f), (uint32_t)number) : NULL;

	if (word != NULL)
		return word;
	if (type_base(f) == CFG_SIZE)
		return value_size_text(number, buf);
	if (type_base(f) == CFG_DURATION)
		return value_duration_text(number, buf);
	snprintf(buf, SCALAR_TEXT_MAX, "%" PRIu64, number);
	return buf;
}

static const char *
range_text(const struct cfg_field *f, const struct cfg_range *range, char *buf)
{
	const char *not = range->negate ? "!" : "";
	const char *word = NULL;

	if (range->first == range->last)
		word = value_word(words_of(f), range->first);
	if (word != NULL)
		snprintf(buf, SCALAR_TEXT_MAX, "%s%s", not, word);
	else if (range->first == range->last)
		snprintf(buf, SCALAR_TEXT_MAX, "%s%" PRIu32, not, range->first);
	else
		snprintf(buf, SCALAR_TEXT_MAX, "%s%" PRIu32 "-%" PRIu32, not, range->first,
			range->last);
	return buf;
}

static const char *
match_text(const struct cfg_field *f, const void *value, char *buf)
{
	const struct cfg_match_address *address = value;
	const struct cfg_match_name *name = value;
	const struct cfg_match_mac *mac = value;
	char prefix[IP_TEXT_MAX], text[VALUE_TEXT_MAX];

	if (type_base(f) == CFG_MATCH_MAC)
		snprintf(buf, SCALAR_TEXT_MAX, "%s%s", mac->negate ? "!" : "",
			value_mac_text(&mac->mac, text));
	else if (type_base(f) == CFG_MATCH_NAME)
		snprintf(buf, SCALAR_TEXT_MAX, "%s%s", name->negate ? "!" : "", name->name);
	else if (address->local)
		snprintf(buf, SCALAR_TEXT_MAX, "%slocal", address->negate ? "!" : "");
	else if (address->set != NULL)
		snprintf(buf, SCALAR_TEXT_MAX, "%s$%s", address->negate ? "!" : "", address->set);
	else
		snprintf(buf, SCALAR_TEXT_MAX, "%s%s", address->negate ? "!" : "",
			ip_prefix_text(&address->prefix, prefix));
	return buf;
}

const char *
scalar_text(const struct cfg_field *f, const void *value, char *buf)
{
	const char *text;

	switch (type_base(f)) {
	case CFG_BOOL:
		return *(const bool *)value ? "true" : "false";
	case CFG_TEXT:
	case CFG_NAME:
	case CFG_REF:
		text = *(const char *const *)value;
		return text != NULL ? text : "";
	case CFG_PATH:
		text = ((const struct cfg_path *)value)->written;
		return text != NULL ? text : "";
	case CFG_RATE:
		return value_rate_text(value, buf);
	case CFG_ADDRESS:
		return ip_address_text(value, buf);
	case CFG_INTERFACE_ADDRESS:
	case CFG_PREFIX:
		return ip_prefix_text(value, buf);
	case CFG_ENDPOINT:
		return value_endpoint_text(value, buf);
	case CFG_MAC:
		return value_mac_text(value, buf);
	case CFG_MATCH_ADDRESS:
	case CFG_MATCH_MAC:
	case CFG_MATCH_NAME:
		return match_text(f, value, buf);
	case CFG_PORTS:
	case CFG_MATCH_PORT:
	case CFG_MATCH_PROTOCOL:
	case CFG_MATCH_DSCP:
	case CFG_MATCH_VLAN:
	case CFG_MATCH_NUMBER:
		return range_text(f, value, buf);
	default:
		return number_text(f, value, buf);
	}
}
