/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes text from outside safe to be shown. */

#include "base/text.h"

#include <stdint.h>
#include <string.h>

/* Returns the bytes of the UTF-8 character (RFC 3629) at the start of the text, or 0 if it is not
 * one. */
static unsigned
character_bytes(const uint8_t *s, size_t n)
{
	unsigned bytes = s[0] < 0x80 ? 1
		: s[0] < 0xc2        ? 0
		: s[0] < 0xe0        ? 2
		: s[0] < 0xf0        ? 3
		: s[0] < 0xf5        ? 4
				     : 0;

	if (bytes == 0 || bytes > n)
		return 0;
	for (unsigned i = 1; i < bytes; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* An overlong form, a surrogate, or beyond the last character. */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] >= 0xa0)
		|| (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] >= 0x90))
		return 0;
	return bytes;
}

/* The characters that change the direction or the line of what follows: U+200E, U+200F, U+2028 to
 * U+202E, U+2066 to U+2069. */
static bool
turns_text(const uint8_t *s)
{
	return s[0] == 0xe2
		&& ((s[1] == 0x80
			    && (s[2] == 0x8e || s[2] == 0x8f || (s[2] >= 0xa8 && s[2] <= 0xae)))
			|| (s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9));
}

static bool
is_control(const uint8_t *s)
{
	return s[0] < 0x20 || s[0] == 0x7f || (s[0] == 0xc2 && s[1] < 0xa0) || turns_text(s);
}

/* Returns the next bytes to show and their number in *n; moves *from behind what they stand for. */
static const char *
next(const char **from, size_t left, unsigned *n)
{
	const uint8_t *s = (const uint8_t *)*from;
	unsigned bytes = character_bytes(s, left);
	const char *shown = *from;

	if (bytes == 0 || is_control(s))
		shown = "?";
	*n = shown == *from ? bytes : 1;
	*from += bytes != 0 ? bytes : 1;
	return shown;
}

char *
text_clean(char *out, size_t size, const char *text)
{
	const char *from = text != NULL ? text : "", *end = from + strlen(from);
	size_t done = 0;

	while (from < end) {
		unsigned n;
		const char *shown = next(&from, (size_t)(end - from), &n);

		if (done + n >= size)
			break;
		memcpy(out + done, shown, n);
		done += n;
	}
	out[done] = '\0';
	return out;
}

void
text_put(FILE *out, const char *from, const char *end)
{
	while (from < end) {
		unsigned n;
		const char *shown;

		if (*from == '\t') {
			fputc(*from++, out);
			continue;
		}
		shown = next(&from, (size_t)(end - from), &n);
		fwrite(shown, 1, n, out);
	}
}
