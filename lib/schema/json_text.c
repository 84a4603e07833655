/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts in JSON. */

#include "schema/json_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

json_t *
json_text(const char *text)
{
	json_t *json = text != NULL ? json_string(text) : json_null();
	char *clean;

	if (json != NULL)
		return json;
	clean = malloc(strlen(text) + 1);
	if (clean == NULL)
		return json_null();
	json = json_string(text_clean(clean, strlen(text) + 1, text));
	free(clean);
	return json;
}
