/* SPDX-License-Identifier: BSD-3-Clause */
/* weir check, schema and reference: what can be said about configurations without running one. */

#include "control/check.h"

#include <stdio.h>
#include <unistd.h>

#include "command.h"
#include "schema/document.h"

#define USAGE "check FILE..."

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
	printf("%s: OK: ", path);
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

static int
check_file(const char *path)
{
	struct err *err = err_create();
	struct check_result result;
	struct config *cfg;
	int status = STATUS_WRONG;

	if (err == NULL)
		return STATUS_WRONG;
	cfg = config_load(path, err);
	if (cfg != NULL)
		config_verify(cfg, err, &result);
	err_print(err, stderr, isatty(STDERR_FILENO));
	if (cfg != NULL && err_count(err) == 0) {
		print_summary(path, cfg, &result);
		status = STATUS_DONE;
	}
	config_free(cfg);
	err_destroy(err);
	return status;
}

int
command_check(int argc, char **argv)
{
	int status = STATUS_DONE;

	if (argc < 2)
		return usage_error(USAGE, "check: which file?");
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-' && argv[i][1] != '\0')
			return usage_error(USAGE, "check: unknown option %s", argv[i]);
		if (check_file(argv[i]) != STATUS_DONE)
			status = STATUS_WRONG;
	}
	return status;
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
	return fflush(stdout) == 0 ? STATUS_DONE : STATUS_WRONG;
}
