/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the files that print configuration. */
#ifndef SCHEMA_PRINT_PRIV_H
#define SCHEMA_PRINT_PRIV_H

#include <stdio.h>

#include "schema/type.h"

#define SCALAR_TEXT_MAX 128 /* two names with ! and $ before them */

/* Returns the text of one value that is not a struct, choice or flags, in buf[SCALAR_TEXT_MAX] or
 * elsewhere; not quoted. */
const char *scalar_text(const struct cfg_field *f, const void *value, char *buf);

/* Writes text as a YAML scalar, quoted if necessary. */
void yaml_text_print(const char *text, FILE *out);

#endif
