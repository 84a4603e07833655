/* SPDX-License-Identifier: BSD-3-Clause */
/* Text from outside (names, paths, lines of a file) that is shown to a user.
 *
 * A terminal obeys control characters, and JSON has only UTF-8.  Valid UTF-8 without control
 * characters (C0, DEL, C1) stays as it is, each other byte becomes one question mark.
 *
 * Threads: pure functions. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Writes the text to out, cut to size - 1 bytes between characters, and returns out.  NULL is the
 * empty text. */
char *text_clean(char *out, size_t size, const char *text);

/* Writes the bytes from .. end to a stream; tabs are kept. */
void text_put(FILE *out, const char *from, const char *end);

#endif
