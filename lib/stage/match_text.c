/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP types and TCP flags as rules write them. */
#include "stage/match_text.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define NO_TYPE (-1)
#define ICMP_WHY "is not an ICMP type; write a name such as echo-request, or type or type/code"
#define FLAGS_WHY "are not TCP flags; write some of FSRPAUEC, or those set/those looked at"

/* RFC 792, 4443, 4861, 1256. */
static const struct icmp_name {
	const char *name;
	int type4, type6;
} icmp_names[] = {
	{ "echo-request", 8, 128 },
	{ "echo-reply", 0, 129 },
	{ "unreachable", 3, 1 },
	{ "destination-unreachable", 3, 1 },
	{ "packet-too-big", NO_TYPE, 2 },
	{ "time-exceeded", 11, 3 },
	{ "parameter-problem", 12, 4 },
	{ "redirect", 5, 137 },
	{ "router-solicitation", 10, 133 },
	{ "router-advertisement", 9, 134 },
	{ "neighbour-solicitation", NO_TYPE, 135 },
	{ "neighbour-advertisement", NO_TYPE, 136 },
	{ "timestamp-request", 13, NO_TYPE },
	{ "timestamp-reply", 14, NO_TYPE },
};

/* All codes of a type. */
static void
type_range(int type, uint16_t *first, uint16_t *last)
{
	if (type == NO_TYPE) {
		*first = 1;
		*last = 0;
		return;
	}
	*first = (uint16_t)(type << 8);
	*last = (uint16_t)(type << 8 | 0xff);
}

/* A number from 0 to 255 that ends at end. */
static bool
read_octet(const char **text, char end, unsigned *out)
{
	char *after;
	unsigned long n;

	if (**text < '0' || **text > '9')
		return false;
	n = strtoul(*text, &after, 10);
	if (n > 255 || (*after != end && *after != '\0'))
		return false;
	*out = (unsigned)n;
	*text = after;
	return true;
}

static const char *
icmp_number_read(const char *text, struct icmp_word *out)
{
	unsigned type, code;

	if (!read_octet(&text, '/', &type))
		return ICMP_WHY;
	type_range((int)type, &out->first4, &out->last4);
	if (*text == '/') {
		text++;
		if (!read_octet(&text, '\0', &code))
			return ICMP_WHY;
		out->first4 = out->last4 = (uint16_t)(type << 8 | code);
	}
	out->first6 = out->first4;
	out->last6 = out->last4;
	return NULL;
}

const char *
icmp_word_read(const char *text, struct icmp_word *out)
{
	out->negated = *text == '!';
	if (out->negated)
		text++;
	while (*text == ' ')
		text++;
	for (size_t i = 0; i < sizeof(icmp_names) / sizeof(icmp_names[0]); i++) {
		if (strcmp(icmp_names[i].name, text) != 0)
			continue;
		type_range(icmp_names[i].type4, &out->first4, &out->last4);
		type_range(icmp_names[i].type6, &out->first6, &out->last6);
		return NULL;
	}
	return icmp_number_read(text, out);
}

/* The flags up to end, or 0 when there is another letter. */
static uint8_t
flag_letters(const char *text, const char *end)
{
	static const char letters[] = "FSRPAUEC";       /* in the order of their bits */
	uint8_t flags = 0;

	for (; text < end; text++) {
		const char *letter = strchr(letters, *text);

		if (letter == NULL)
			return 0;
		flags |= (uint8_t)(1u << (letter - letters));
	}
	return flags;
}

const char *
tcp_flags_read(const char *text, uint8_t *flags, uint8_t *mask)
{
	const char *end = text + strlen(text);
	const char *slash = strchr(text, '/');

	if (*text == '!')
		return "cannot be negated; S/SA says that out of SYN and ACK only SYN is set";
	*flags = flag_letters(text, slash != NULL ? slash : end);
	*mask = slash != NULL ? flag_letters(slash + 1, end) : *flags;
	if (*flags == 0 || *mask == 0)
		return FLAGS_WHY;
	if ((*flags & ~*mask) != 0)
		return "wants flags set that it does not look at";
	return NULL;
}
