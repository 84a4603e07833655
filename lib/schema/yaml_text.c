/* SPDX-License-Identifier: BSD-3-Clause */
/* Checks of a text before libfyaml reads it: invalid bytes, endless brackets. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "schema/document_priv.h"

/* Opening brackets in a row; in quotes, as text, there may be more than nesting allows. */
#define BRACKETS_MAX (DOCUMENT_DEPTH_MAX * 4)

/* Returns the bytes of the UTF-8 character at s, 0 if it is not one, or one that YAML does not
 * allow. */
static unsigned
character_bytes(const uint8_t *s, size_t left)
{
	unsigned bytes = *s < 0x80        ? 1
		: *s >= 0xc2 && *s < 0xe0 ? 2
		: (*s & 0xf0) == 0xe0     ? 3
		: *s >= 0xf0 && *s < 0xf5 ? 4
					  : 0;

	if (bytes == 0 || bytes > left || (*s < 0x20 && strchr("\t\n\r", *s) == NULL) || *s == 0)
		return 0;
	if (*s == 0x7f)
		return 0;
	for (unsigned i = 1; i < bytes; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f)
		|| (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return bytes;
}

static bool
check_characters(struct document *doc, const char *file, const char *text, size_t length)
{
	struct loc loc = { .file = file, .line = 1, .column = 1, .width = 1 };

	for (size_t i = 0; i < length;) {
		unsigned bytes = character_bytes((const uint8_t *)text + i, length - i);

		if (bytes == 0) {
			err_add(doc->err, EINVAL, loc, "byte 0x%02x: a configuration is UTF-8 text",
				(uint8_t)text[i]);
			return false;
		}
		loc.column++;
		if (text[i] == '\n') {
			loc.line++;
			loc.column = 1;
		}
		i += bytes;
	}
	return true;
}

/* Refuses long runs of brackets: libfyaml looks for the end of a bracket before it gives the first
 * event, and remembers every token until then, which costs memory. */
static bool
check_brackets(struct document *doc, const char *file, const char *text, size_t length)
{
	struct loc loc = { .file = file, .line = 1, .column = 1, .width = 1 };
	unsigned run = 0;

	for (size_t i = 0; i < length; i++, loc.column++) {
		if (text[i] == '[' || text[i] == '{')
			run++;
		else if (text[i] != ' ' && text[i] != '\n')
			run = 0;
		if (text[i] == '\n') {
			loc.line++;
			loc.column = 0;
		}
		if (run <= BRACKETS_MAX)
			continue;
		err_add(doc->err, EINVAL, loc, "lists and maps are nested deeper than %d",
			DOCUMENT_DEPTH_MAX);
		return false;
	}
	return true;
}

bool
yaml_check_text(struct document *doc, const char *file, const char *text, size_t length)
{
	return check_characters(doc, file, text, length) && check_brackets(doc, file, text, length);
}
