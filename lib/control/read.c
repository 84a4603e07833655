/* SPDX-License-Identifier: BSD-3-Clause */
/* Configurations, read whole or not at all. */

#include "control/read.h"

#include <stdlib.h>

#include "base/log.h"
#include "config/check.h"
#include "control/conversations.h"
#include "control/example.h"

struct config *
read_config(const char *path, bool verify, struct err *err)
{
	struct config *cfg = path != NULL ? config_load(path, err)
					  : config_load_text("<built-in>", example_config, err);
	struct check_result result = { .depth = CHECK_QUICK };

	if (cfg == NULL)
		return NULL;
	if (verify || err_count(err) != 0)
		config_verify(cfg, err, &result);
	if (verify && err_count(err) == 0)
		conversations_gate(cfg, err);
	if (err_count(err) == 0) {
		unused_check(cfg, err);
		return cfg;
	}
	if (result.failed > 0)
		log_error("%u of %u tests of the file failed; --no-tests starts all the same",
			result.failed, result.tests);
	config_free(cfg);
	return NULL;
}

struct config *
read_config_text(const char *name, const char *text, struct err *err)
{
	unsigned before = err_count(err);
	struct config *cfg = config_load_text(name, text, err);

	if (err_count(err) == before)
		return cfg;
	config_free(cfg);
	return NULL;
}

char *
config_text(const struct config *cfg, enum document_defaults defaults, size_t *bytes)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, bytes);

	if (out == NULL)
		return NULL;
	document_print(cfg->document, defaults, out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}
