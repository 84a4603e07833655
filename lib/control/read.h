/* SPDX-License-Identifier: BSD-3-Clause */
/* Configurations read for an appliance: from a file, or from a text that was kept. */
#ifndef CONTROL_READ_H
#define CONTROL_READ_H

#include "base/err.h"
#include "config/config.h"

/* The configuration at path (NULL: the built-in example), or NULL after an error.  verify: all that
 * `weir check` finds, tests included; else that is looked for only behind an error, so that all of
 * them are said at once. */
struct config *read_config(const char *path, bool verify, struct err *err);

/* The same of a text, as if it stood in the file at name; its tests are not tried. */
struct config *read_config_text(const char *name, const char *text, struct err *err);

/* As YAML that reads back equal; the caller frees it.  NULL: no memory. */
char *config_text(const struct config *cfg, enum document_defaults defaults, size_t *bytes);

#endif
