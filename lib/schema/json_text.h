/* SPDX-License-Identifier: BSD-3-Clause */
/* JSON strings of texts that may have any bytes, such as file names. */
#ifndef SCHEMA_JSON_TEXT_H
#define SCHEMA_JSON_TEXT_H

#include <jansson.h>

/* Returns a new reference to a string with the text, its bytes that are not UTF-8 as question
 * marks; null for NULL. */
json_t *json_text(const char *text);

#endif
