/* SPDX-License-Identifier: BSD-3-Clause */
/* What section policies takes, and the pipelines and access lists that are made of it. MADE_PRINT=1
 * prints them. */
#include "rows.h"
#include "policies_made.h"

#define HEAD(lan) \
	"version: 1\n" \
	"ports: {lan: net_null0, wan: net_null1, dmz: net_null2}\n" \
	"interfaces:\n" \
	"  lan: {addresses: [10.0.0.1/24]" lan "}\n" \
	"  wan: {addresses: [192.0.2.1/24]}\n" \
	"  dmz: {addresses: [10.0.1.1/24]}\n" \
	"zones: {inner: [lan, dmz]}\n" \
	"routes: {main: [{to: 0.0.0.0/0, via: 192.0.2.2}], other: []}\n" \
	"nat: {up: {pool: [192.0.2.9]}, more: {pool: [192.0.2.10]}}\n" \
	"acls: {web: [{proto: tcp, dport: 80, action: accept}]}\n" \
	"policies:\n"

/* The rest of what is used elsewhere, so that no warning says that it is not. */
static void
what_a_policy_may_say(void **state)
{
	static const struct row rows[] = {
		{ "{from: inner, to: wan, action: accept}" },
		{ "{from: inner, to: wan, acl: web}" },
		{ "{from: inner, to: wan, snat: up}" },
		{ "{from: inner, first: [{police: 10Mbit}]}" },
		{ "{from: inner, to: wan, acl: web, action: accept}",
			"action: stands beside acl, which decides" },
		{ "{from: inner}", "says nothing: it has neither acl nor action" },
		{ "{from: inner, to: wan}", "says nothing: it has neither acl nor action" },
		{ "{from: inner, action: accept, to: []}",
			"no packet goes nowhere: the list is empty", true },
		{ "{from: inner, to: local, action: accept, snat: up}",
			"what is for our own addresses is not translated" },
		{ "{from: inner, to: [local, wan], action: accept, snat: up}" },
		{ "{from: inner, action: accept, snat: up}" },
		{ "{from: inner, to: wan, acl: web, log: true}",
			"is of an action; the rules of an access list have their own" },
		{ "{from: inner, to: wan, action: drop, log: true}" },
		{ "{from: inner, to: wan, acl: web, log: false}" },
		{ "{from: \"!inner\", action: drop}", "! is not possible here" },
		{ "{from: inner, to: \"!local\", action: drop}", "! is not possible with local" },
		{ "{from: inner, to: \"!wan\", action: drop}" },
		{ "{from: inner, to: wax, action: drop}", "did you mean 'wan'" },
		{ "{from: inex, to: wan, action: drop}", "unknown interface or zone 'inex'" },
		{ NULL },
	};
	unsigned wrong = 0;

	(void)state;
	for (const struct row *r = rows; r->text != NULL; r++) {
		char text[4096], *rest = NULL;
		struct found all, f = { 0 };

		snprintf(text, sizeof(text),
			HEAD("") "  - %s\n  - {from: wan, to: inner, action: drop}\n", r->text);
		all = verified(text);
		f.errors = all.errors;
		for (char *line = strtok_r(all.text, "\n", &rest); line != NULL;
			line = strtok_r(NULL, "\n", &rest)) {
			if (strstr(line, "nothing uses") != NULL
				|| strstr(line, "has no pipeline") != NULL)
				continue;
			f.warnings++;
			strcat(strcat(f.text, line), "\n");
		}
		f.warnings -= f.errors;
		if (r->finding == NULL
				? f.errors + f.warnings == 0
				: strstr(f.text, r->finding) != NULL && f.errors == !r->warning)
			continue;
		print_error("%s\nexpected: %s\nfound %u errors, %u warnings:\n%s\n", r->text,
			r->finding != NULL ? r->finding : "nothing", f.errors, f.warnings, f.text);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

/* Prints all pipelines and lists, and the interfaces' pipelines. */
static char *
made_of(const char *text)
{
	struct err *err = err_create();
	struct config *cfg = config_load_text("weir.yaml", text, err);
	char *out = NULL;
	size_t bytes;
	FILE *f = open_memstream(&out, &bytes);

	assert_string_equal(err_first(err), "");
	cfg_each(p, &cfg->policy.pipelines) {
		fprintf(f, "%s:\n", p->head.name);
		cfg_print(&pipeline_table, p, DOCUMENT_DEFAULTS_OUT, f);
	}
	cfg_each(a, &cfg->policy.acls) {
		if (strcmp(a->head.name, "web") == 0)
			continue;
		fprintf(f, "%s:\n", a->head.name);
		cfg_print(&acl_table, a, DOCUMENT_DEFAULTS_OUT, f);
	}
	cfg_each(i, &cfg->interfaces)
		fprintf(f, "%s: %s\n", i->head.name, i->pipeline != NULL ? i->pipeline : "none");
	fclose(f);
	config_free(cfg);
	err_destroy(err);
	return out;
}

static void
what_is_made_of_policies(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (unsigned i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		char text[4096], *is;

		snprintf(text, sizeof(text),
			made[i].domains ? HEAD(", domain: red") "%s" : HEAD("") "%s",
			made[i].policies);
		is = made_of(text);
		if (getenv("MADE_PRINT") != NULL) {
			printf("@@%u\n%s", i, is);
		} else if (strcmp(is, made[i].text) != 0) {
			print_error(
				"%s\nexpected:\n%s\nis:\n%s\n", made[i].policies, made[i].text, is);
			wrong++;
		}
		free(is);
	}
	assert_int_equal(wrong, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_policy_may_say),
		cmocka_unit_test(what_is_made_of_policies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
