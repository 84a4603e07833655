/* SPDX-License-Identifier: BSD-3-Clause */
/* What rules and stages log, a line for each: it changes no verdict, so no packet tells it. */
#include <stdlib.h>
#include <string.h>

#include "analysis/diff_priv.h"
#include "policy/rule_log.h"
#include "schema/document.h"

/* Returns true if the struct of a table has the key log, and it is on. */
static bool
is_logged(const struct cfg_table *table, const void *config)
{
	for (const struct cfg_field *f = table->fields; f->name != NULL; f++)
		if (f->table == &rule_log_table)
			return rule_log_is_on((const void *)((const char *)config + f->offset));
	return false;
}

/* Returns true for a line of a rule's verdict, which packets tell. */
static bool
is_verdict(const char *line)
{
	static const char *const keys[] = { "action:", "with:", "goto:", "call:", "add:" };

	for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strncmp(line, keys[i], strlen(keys[i])) == 0)
			return true;
	return false;
}

/* Writes the lines of a struct as one, without those of the verdict. */
static void
join(char *text, FILE *out)
{
	const char *between = "";
	bool verdict = false, nested = false;
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line != NULL;
		line = strtok_r(NULL, "\n", &save)) {
		bool opens = line[strlen(line) - 1] == ':';

		if (*line != ' ') {
			verdict = is_verdict(line);
			if (nested)
				fputc('}', out);
			nested = false;
		}
		if (verdict)
			continue;
		fprintf(out, "%s%s%s", between, line + strspn(line, " "), opens ? " {" : "");
		between = opens ? "" : ", ";
		nested |= opens;
	}
	fputs(nested ? "}\n" : "\n", out);
}

static bool
print_joined(const struct cfg_table *table, const void *config, FILE *out)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *f = open_memstream(&text, &bytes);

	if (f == NULL)
		return false;
	cfg_print(table, config, DOCUMENT_DEFAULTS_OUT, f);
	if (fclose(f) != 0) {
		free(text);
		return false;
	}
	join(text, out);
	free(text);
	return true;
}

static bool
print_stages(const struct pipeline_cfg *p, FILE *out)
{
	for (unsigned i = 0; i < p->stages.count; i++) {
		const struct cfg_choice *c = &p->stages.items[i];

		if (!is_logged(c->table, c->config))
			continue;
		fprintf(out, "logged by %s: ", c->table->name);
		if (!print_joined(c->table, c->config, out))
			return false;
	}
	return true;
}

static bool
print_rules(const struct acl_cfg *acl, FILE *out)
{
	const struct cfg_table *rule = NULL;

	for (const struct cfg_field *f = acl_table.fields; f->name != NULL; f++)
		if (f->offset == offsetof(struct acl_cfg, rules))
			rule = f->table;
	for (unsigned i = 0; i < acl->rules.count; i++) {
		if (!is_logged(rule, &acl->rules.items[i]))
			continue;
		fputs("logged: ", out);
		if (!print_joined(rule, &acl->rules.items[i], out))
			return false;
	}
	return true;
}

bool
logged_print(const struct cfg_table *table, const void *config, FILE *out)
{
	if (config == NULL)
		return true;
	if (table == &pipeline_table)
		return print_stages(config, out);
	return table != &acl_table || print_rules(config, out);
}
