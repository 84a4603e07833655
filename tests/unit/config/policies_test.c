/* SPDX-License-Identifier: BSD-3-Clause */
/* Section policies: what is made of it is not printed, and what is printed makes the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"

static const char text
	[] = "version: 1\n"
	     "ports: {lan: {device: net_null0}, wan: {device: net_null1}}\n"
	     "interfaces: {lan: {addresses: [10.0.0.1/24]}, wan: {addresses: [192.0.2.1/24]}}\n"
	     "zones: {inside: lan}\n"
	     "routes: {main: [{to: 0.0.0.0/0, via: 192.0.2.2}]}\n"
	     "acls: {web: [{proto: tcp, dport: 80, action: accept}]}\n"
	     "policies:\n"
	     "  - {from: inside, to: [wan, local], acl: web, first: [{police: {rate: 10Mbit}}]}\n"
	     "  - {from: wan, action: drop, log: {prefix: in}}\n";

static struct config *
load(const char *of)
{
	struct err *err = err_create();
	struct config *cfg = config_load_text("weir.yaml", of, err);

	assert_non_null(cfg);
	assert_int_equal(err_count(err), 0);
	err_destroy(err);
	return cfg;
}

static char *
printed(const struct config *cfg)
{
	char *out = NULL;
	size_t bytes;
	FILE *f = open_memstream(&out, &bytes);

	document_print(cfg->document, DOCUMENT_DEFAULTS_OUT, f);
	fclose(f);
	return out;
}

static void
prints_what_was_written(void **state)
{
	struct config *first = load(text), *second;
	char *once = printed(first), *twice;

	assert_int_equal(first->policy.pipelines.count, 2);
	assert_int_equal(first->policy.acls.count, 5);
	assert_string_equal(first->interfaces.items[0].pipeline, "policies-inside");
	assert_string_equal(first->interfaces.items[1].pipeline, "policies-wan");
	assert_null(strstr(once, "pipelines:"));
	assert_null(strstr(once, "replies"));
	second = load(once);
	twice = printed(second);
	assert_string_equal(once, twice);
	assert_int_equal(second->policy.pipelines.count, 2);
	assert_int_equal(second->policy.acls.count, 5);
	free(once);
	free(twice);
	config_free(first);
	config_free(second);
}

/* Only what policies make is left out, whatever else stands in the section. */
static void
prints_other_pipelines(void **state)
{
	static const char more[] = "pipelines: {own: [drop]}\n";
	char both[sizeof(text) + sizeof(more)], *out;
	struct config *cfg;

	snprintf(both, sizeof(both), "%s%s", text, more);
	cfg = load(both);
	out = printed(cfg);
	assert_int_equal(cfg->policy.pipelines.count, 3);
	assert_non_null(strstr(out, "pipelines:\n  own:"));
	assert_null(strstr(out, "policies-inside:"));
	free(out);
	config_free(cfg);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_what_was_written),
		cmocka_unit_test(prints_other_pipelines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
