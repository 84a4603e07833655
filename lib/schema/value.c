/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads single values from their text. */
#include "schema/value.h"

#include <stdlib.h>
#include <string.h>

struct unit {
	const char *name;
	uint64_t factor;
};

static unsigned
digit_of(char c)
{
	return c >= '0' && c <= '9'    ? (unsigned)(c - '0')
		: c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
		: c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
				       : 16;
}

/* Reads digits up to the first other character; returns false if there are none, or beyond 64
 * bits. */
static bool
read_digits(const char **text, unsigned base, uint64_t *out)
{
	const char *s = *text;
	uint64_t value = 0;

	for (; digit_of(*s) < base; s++)
		if (__builtin_mul_overflow(value, base, &value)
			|| __builtin_add_overflow(value, digit_of(*s), &value))
			return false;
	if (s == *text)
		return false;
	*text = s;
	*out = value;
	return true;
}

const char *
value_read_number(const char *text, uint64_t *out)
{
	const char *s = text;
	unsigned base = 10;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'o'))
		base = s[1] == 'x' ? 16 : 8;
	if (base != 10)
		s += 2;
	else if (s[0] == '0' && s[1] != '\0')
		return "is not a whole number; write it without leading zeros, or octal as 0o17";
	if (!read_digits(&s, base, out) || *s != '\0')
		return "is not a whole number";
	return NULL;
}

/* Reads "1.5" and the unit after it, and multiplies; *rest is the text behind. */
static bool
read_with_unit(const char *text, const struct unit *units, uint64_t *out, const char **rest)
{
	uint64_t whole, fraction = 0, scale = 1;
	size_t letters;

	if (!read_digits(&text, 10, &whole))
		return false;
	if (*text == '.') {
		for (text++; digit_of(*text) < 10; text++, scale *= 10) {
			if (scale >= 1000000)
				return false;
			fraction = fraction * 10 + digit_of(*text);
		}
		if (scale == 1)
			return false;
	}
	letters = strcspn(text, "0123456789");
	for (; units->name != NULL; units++) {
		unsigned __int128 sum = (unsigned __int128)whole * scale + fraction;
		unsigned __int128 product = sum * units->factor;

		if (strlen(units->name) != letters || memcmp(units->name, text, letters) != 0)
			continue;
		if (product % scale != 0 || product / scale > UINT64_MAX)
			return false;
		*out = (uint64_t)(product / scale);
		*rest = text + letters;
		return true;
	}
	return false;
}

static const struct unit size_units[] = {
	{ "", 1 },
	{ "B", 1 },
	{ "k", 1u << 10 },
	{ "K", 1u << 10 },
	{ "kB", 1u << 10 },
	{ "KB", 1u << 10 },
	{ "KiB", 1u << 10 },
	{ "M", 1u << 20 },
	{ "MB", 1u << 20 },
	{ "MiB", 1u << 20 },
	{ "G", 1u << 30 },
	{ "GB", 1u << 30 },
	{ "GiB", 1u << 30 },
	{ "T", 1ull << 40 },
	{ "TB", 1ull << 40 },
	{ "TiB", 1ull << 40 },
	{ NULL, 0 },
};

const char *
value_read_size(const char *text, uint64_t *bytes)
{
	const char *rest;

	if (!read_with_unit(text, size_units, bytes, &rest) || *rest != '\0')
		return "is not a size; write 1500, 64k, 2M or 1G";
	return NULL;
}

static const struct unit bit_units[] = {
	{ "bit", 1 },
	{ "kbit", 1000 },
	{ "Kbit", 1000 },
	{ "Mbit", 1000000 },
	{ "Gbit", 1000000000 },
	{ "Tbit", 1000000000000 },
	{ NULL, 0 },
};

static const struct unit count_units[] = {
	{ "/s", 1 },
	{ "k/s", 1000 },
	{ "K/s", 1000 },
	{ "M/s", 1000000 },
	{ "G/s", 1000000000 },
	{ NULL, 0 },
};

/* Longer times that a number may be for. */
static const struct unit periods[] = {
	{ "/m", 60 },
	{ "/min", 60 },
	{ "/minute", 60 },
	{ "/h", 3600 },
	{ "/hour", 3600 },
	{ "/d", 86400 },
	{ "/day", 86400 },
	{ NULL, 0 },
};

/* Reads "10/min". */
static bool
read_period(const char *text, struct cfg_rate *out)
{
	size_t digits = strspn(text, "0123456789");
	uint64_t value = 0;

	if (digits == 0 || digits > 9)
		return false;
	for (size_t i = 0; i < digits; i++)
		value = value * 10 + (unsigned)(text[i] - '0');
	for (const struct unit *u = periods; u->name != NULL; u++)
		if (strcmp(u->name, text + digits) == 0) {
			*out = (struct cfg_rate){ value, CFG_RATE_COUNT, (uint32_t)u->factor };
			return true;
		}
	return false;
}

const char *
value_read_rate(const char *text, struct cfg_rate *out)
{
	const char *rest;
	uint64_t value;

	if (read_with_unit(text, bit_units, &value, &rest) && *rest == '\0')
		*out = (struct cfg_rate){ value, CFG_RATE_BITS, 1 };
	else if (read_with_unit(text, count_units, &value, &rest) && *rest == '\0')
		*out = (struct cfg_rate){ value, CFG_RATE_COUNT, 1 };
	else if (!read_period(text, out))
		return "is not a rate; write 10Mbit or 1Gbit for bits, 500/s or 500k/s for packets";
	return NULL;
}

static const struct unit time_units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "ms", 1000000 },
	{ "s", 1000000000 },
	{ "m", 60000000000 },
	{ "h", 3600000000000 },
	{ "d", 86400000000000 },
	{ NULL, 0 },
};

const char *
value_read_duration(const char *text, uint64_t *ns)
{
	uint64_t sum = 0, part;

	if (strcmp(text, "0") == 0) {
		*ns = 0;
		return NULL;
	}
	do {
		if (!read_with_unit(text, time_units, &part, &text)
			|| __builtin_add_overflow(sum, part, &sum))
			return "is not a duration; write 30s, 500ms, 2h or 1h30m";
	} while (*text != '\0');
	*ns = sum;
	return NULL;
}

const char *
value_read_mac(const char *text, struct cfg_mac *out)
{
	static const char no_mac[] = "is not a MAC address; write 02:00:00:00:00:01";
	struct cfg_mac mac;

	if (strlen(text) != 17)
		return no_mac;
	for (unsigned i = 0; i < 6; i++, text += 3) {
		unsigned high = digit_of(text[0]), low = digit_of(text[1]);

		if (high > 15 || low > 15 || (i < 5 && text[2] != ':' && text[2] != '-'))
			return no_mac;
		mac.bytes[i] = (uint8_t)(high << 4 | low);
	}
	*out = mac;
	return NULL;
}

static const char
	no_endpoint[] = "is not an address with a port; write 10.0.0.80:443 or [2001:db8::1]:443";

const char *
value_read_endpoint(const char *text, struct cfg_endpoint *out)
{
	char address[IP_TEXT_MAX];
	const char *port = NULL, *end;
	uint64_t number = 0;

	*out = (struct cfg_endpoint){ 0 };
	if (ip_address_parse(text, &out->address))
		return NULL;
	if (text[0] == '[') {
		end = strchr(++text, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return no_endpoint;
		port = end[1] == ':' ? end + 2 : NULL;
	} else {
		end = strchr(text, ':');
		if (end == NULL)
			return no_endpoint;
		port = end + 1;
	}
	if ((size_t)(end - text) >= sizeof(address))
		return no_endpoint;
	memcpy(address, text, (size_t)(end - text));
	address[end - text] = '\0';
	if (port != NULL && (value_read_number(port, &number) != NULL || number > UINT16_MAX))
		return no_endpoint;
	if (!ip_address_parse(address, &out->address))
		return no_endpoint;
	if (port != NULL && number == 0)
		return "has port 0, which no session has";
	out->port = (uint16_t)number;
	return NULL;
}
