/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts in JSON that may be a file's name, which may be any bytes. */
#ifndef SCHEMA_JSON_TEXT_H
#define SCHEMA_JSON_TEXT_H

#include <jansson.h>

/* A string with the text, its bytes that are not UTF-8 as question marks; null for NULL.  A new reference. */
json_t *json_text(const char *text);

#endif
