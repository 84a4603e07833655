/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP types and TCP flags as rules write them. */
#include "policy/match_text.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "packet/icmp.h"

#define ICMP_WHY "is not an ICMP type; write a name such as echo-request, or type or type/code"
#define FLAGS_WHY \
	"are not TCP flags; write some of FSRPAUEC, or those set/those looked at (0/SA: none)"

/* Writes the range of all codes of a type, or of one; nothing if the family has no such type. */
static void
type_range(struct icmp_what what, uint16_t *first, uint16_t *last)
{
	if (what.type < 0) {
		*first = 1;
		*last = 0;
		return;
	}
	*first = (uint16_t)(what.type << 8 | (what.code < 0 ? 0 : what.code));
	*last = (uint16_t)(what.type << 8 | (what.code < 0 ? 0xff : what.code));
}

/* Reads a number from 0 to 255 that ends at end. */
static bool
read_octet(const char **text, char end, int *out)
{
	char *after;
	unsigned long n;

	if (**text < '0' || **text > '9')
		return false;
	n = strtoul(*text, &after, 10);
	if (n > 255 || (*after != end && *after != '\0'))
		return false;
	*out = (int)n;
	*text = after;
	return true;
}

static const char *
icmp_number_read(const char *text, struct icmp_word *out)
{
	struct icmp_what what = { -1, -1 };

	if (!read_octet(&text, '/', &what.type))
		return ICMP_WHY;
	if (*text == '/') {
		text++;
		if (!read_octet(&text, '\0', &what.code))
			return ICMP_WHY;
	}
	type_range(what, &out->first4, &out->last4);
	type_range(what, &out->first6, &out->last6);
	return NULL;
}

const char *
icmp_word_read(const char *text, struct icmp_word *out)
{
	struct icmp_what what4, what6;

	out->negated = *text == '!';
	if (out->negated)
		text++;
	while (*text == ' ')
		text++;
	what4 = icmp_find(4, text);
	what6 = icmp_find(6, text);
	if (what4.type < 0 && what6.type < 0)
		return icmp_number_read(text, out);
	type_range(what4, &out->first4, &out->last4);
	type_range(what6, &out->first6, &out->last6);
	return NULL;
}

/* Returns the flags up to end, or 0 if there is another letter. */
static uint8_t
flag_letters(const char *text, const char *end)
{
	static const char letters[] = "FSRPAUEC"; /* in the order of their bits */
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
	bool none = slash == text + 1 && *text == '0';

	if (*text == '!')
		return "cannot be negated; S/SA means that of SYN and ACK only SYN is set";
	*flags = none ? 0 : flag_letters(text, slash != NULL ? slash : end);
	*mask = slash != NULL ? flag_letters(slash + 1, end) : *flags;
	if ((*flags == 0 && !none) || *mask == 0)
		return FLAGS_WHY;
	if ((*flags & ~*mask) != 0)
		return "wants flags set that it does not look at";
	return NULL;
}
