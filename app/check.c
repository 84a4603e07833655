/* SPDX-License-Identifier: BSD-3-Clause */
/* weir check, schema and reference: what can be said about configurations without running one. */

#include "config/check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/text.h"
#include "command.h"
#include "schema/json_text.h"
#include "config/limits.h"
#include "control/appliance.h"
#include "offline/conversation.h"
#include "offline/offline.h"
#include "schema/document.h"

#define USAGE "check [--json FILE] FILE..."

static void
print_count(const char *before, unsigned n, const char *one, const char *many)
{
	printf("%s%u %s", before, n, n == 1 ? one : many);
}

static void
print_summary(const char *path, const struct config *cfg, const struct check_result *result)
{
	unsigned rules = 0, routes = 0;

	cfg_each(acl, &cfg->policy.acls)
		rules += acl->rules.count;
	cfg_each(table, &cfg->policy.routes)
		routes += table->routes.count;
	text_put(stdout, path, path + strlen(path));
	fputs(": OK: ", stdout);
	print_count("", cfg->ports.count, "port", "ports");
	print_count(", ", cfg->interfaces.count, "interface", "interfaces");
	print_count(", ", cfg->policy.pipelines.count, "pipeline", "pipelines");
	print_count(", ", rules, "rule", "rules");
	print_count(", ", routes, "route", "routes");
	print_count(", ", cfg->policy.sets.count, "set", "sets");
	if (result->tests != 0)
		print_count("; ", result->tests, "test passed", "tests passed");
	putchar('\n');
}

static void
add_finding(void *findings, struct loc loc, bool warning, const char *text)
{
	json_array_append_new(findings,
		json_pack("{s:o,s:i,s:i,s:s,s:o}", "file", json_text(loc.file), "line",
			(int)loc.line, "column", (int)loc.column, "severity",
			warning ? "warning" : "error", "text", json_text(text)));
}

/* files: an array that gets what is said of the file, or NULL: it is printed. */
static int
check_file(const char *path, json_t *files)
{
	struct err *err = err_create();
	struct check_result result = { 0 };
	struct config *cfg;
	bool fine;

	if (err == NULL)
		return STATUS_WRONG;
	cfg = config_load(path, err);
	if (cfg != NULL)
		config_verify(cfg, err, &result);
	if (cfg != NULL && err_count(err) == 0)
		conversations_try(cfg, path, &result, err);
	fine = cfg != NULL && err_count(err) == 0;
	if (files != NULL) {
		json_t *findings = json_array();

		err_each(err, add_finding, findings);
		json_array_append_new(files,
			json_pack("{s:o,s:b,s:i,s:i,s:o}", "file", json_text(path), "ok", fine,
				"tests", (int)result.tests, "failed", (int)result.failed,
				"findings", findings));
	} else {
		err_print(err, stderr, isatty(STDERR_FILENO));
		if (fine)
			print_summary(path, cfg, &result);
	}
	config_free(cfg);
	err_destroy(err);
	return fine ? STATUS_DONE : STATUS_WRONG;
}

int
command_check(int argc, char **argv)
{
	return command_files(argc, argv, USAGE, check_file);
}

int
command_schema(int argc, char **argv)
{
	if (argc != 1)
		return usage_error("schema", "schema: '%s' is too much", argv[1]);
	document_json_schema(&config_table, stdout);
	return fflush(stdout) == 0 ? STATUS_DONE : STATUS_WRONG;
}

int
command_reference(int argc, char **argv)
{
	if (argc != 1)
		return usage_error("reference", "reference: '%s' is too much", argv[1]);
	document_reference(&config_table, stdout);
	limits_print(stdout);
	return fflush(stdout) == 0 ? STATUS_DONE : STATUS_WRONG;
}
