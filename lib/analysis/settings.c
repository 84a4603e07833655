/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines of settings that differ, section by section, and element by element of the same name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/align.h"
#include "analysis/diff_priv.h"
#include "analysis/plan.h"
#include "schema/document.h"
#include "schema/type.h"

/* A text cut into lines. */
struct lines {
	char *text;
	char **line;
	uint64_t *id;
	uint32_t *partner;
	uint32_t n;
};

static void
lines_fini(struct lines *l)
{
	free(l->text);
	free(l->line);
	free(l->id);
	free(l->partner);
}

static bool
cut(struct lines *l)
{
	uint32_t n = 1;
	char *save = NULL;

	for (const char *at = l->text; *at != '\0'; at++)
		n += *at == '\n';
	l->line = calloc(n + 1, sizeof(*l->line));
	l->id = calloc(n + 1, sizeof(*l->id));
	l->partner = calloc(n + 1, sizeof(*l->partner));
	if (l->line == NULL || l->id == NULL || l->partner == NULL)
		return false;
	for (char *line = strtok_r(l->text, "\n", &save); line != NULL;
		line = strtok_r(NULL, "\n", &save)) {
		l->line[l->n] = line;
		l->id[l->n++] = plan_hash(1, line, strlen(line)) | 1;
	}
	return true;
}

/* Stages whose settings change no verdict by themselves. */
static void
print_stages(const struct pipeline_cfg *p, FILE *f)
{
	for (unsigned i = 0; p != NULL && i < p->stages.count; i++) {
		const struct cfg_choice *c = &p->stages.items[i];

		if (strcmp(c->table->name, "track") != 0 && strcmp(c->table->name, "police") != 0)
			continue;
		fprintf(f, "%s:\n", c->table->name);
		cfg_print(c->table, c->config, DOCUMENT_DEFAULTS_IN, f);
	}
}

static bool
by_packets(const struct cfg_table *table)
{
	return table == &pipeline_table || table == &acl_table;
}

/* What a struct of a table says; nothing for NULL.  Of access lists and pipelines, what packets do
 * not tell. */
static bool
print(const struct cfg_table *table, const void *config, struct lines *out)
{
	size_t bytes = 0;
	FILE *f = open_memstream(&out->text, &bytes);
	bool done;

	if (f == NULL)
		return false;
	if (table == &pipeline_table)
		print_stages(config, f);
	else if (config != NULL && !by_packets(table))
		cfg_print(table, config, DOCUMENT_DEFAULTS_IN, f);
	done = logged_print(table, config, f);
	return fclose(f) == 0 && done && out->text != NULL && cut(out);
}

static void
add(struct diff *d, const char *where, const char *line, bool added)
{
	struct diff_setting *s;

	if (d->n_settings == d->settings_room) {
		unsigned room = d->settings_room * 2 + 16;
		struct diff_setting *more = realloc(d->setting, room * sizeof(*more));

		if (more == NULL) {
			d->short_of_memory = true;
			return;
		}
		d->setting = more;
		d->settings_room = room;
	}
	s = &d->setting[d->n_settings++];
	*s = (struct diff_setting){ strdup(where), strdup(line), added };
	d->short_of_memory |= s->where == NULL || s->line == NULL;
}

static bool
names_pipeline(const struct lines *l)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (strncmp(l->line[i], "pipeline: ", 10) == 0)
			return true;
	return false;
}

/* Which pipeline judges is told by packets, unless there is none. */
static void
leave_out_pipelines(struct lines *old, struct lines *new)
{
	struct lines *both[] = { old, new };

	if (!names_pipeline(old) || !names_pipeline(new))
		return;
	for (unsigned s = 0; s < 2; s++)
		for (uint32_t i = 0; i < both[s]->n; i++)
			if (strncmp(both[s]->line[i], "pipeline: ", 10) == 0)
				both[s]->id[i] = 0;
}

static void
compare(struct diff *d, const char *where, struct lines *old, struct lines *new)
{
	struct align_side a = { old->id, old->n, old->partner },
			  b = { new->id, new->n, new->partner };

	if (!align(&a, &b)) {
		d->short_of_memory = true;
		return;
	}
	for (uint32_t i = 0; i < old->n; i++)
		if (old->id[i] != 0 && old->partner[i] == ALIGN_NONE)
			add(d, where, old->line[i], false);
	for (uint32_t i = 0; i < new->n; i++)
		if (new->id[i] != 0 && new->partner[i] == ALIGN_NONE)
			add(d, where, new->line[i], true);
}

static void
compare_lines(struct diff *d, const char *where, const struct cfg_table *table, struct lines *old,
	struct lines *new)
{
	if (table == &interface_table)
		leave_out_pipelines(old, new);
	compare(d, where, old, new);
}

static void
compare_structs(struct diff *d, const char *where, const struct cfg_table *table, const void *old,
	const void *new)
{
	struct lines a = { NULL }, b = { NULL };

	if (print(table, old, &a) && print(table, new, &b))
		compare_lines(d, where, table, &a, &b);
	else
		d->short_of_memory = true;
	lines_fini(&a);
	lines_fini(&b);
}

static const struct cfg_head *
element(const struct any_list *list, const struct cfg_table *table, unsigned i)
{
	return (const void *)((const char *)list->items + (size_t)i * table->size);
}

static const struct cfg_head *
named(const struct any_list *list, const struct cfg_table *table, const char *name)
{
	for (unsigned i = 0; i < list->count; i++) {
		const struct cfg_head *head = element(list, table, i);

		if (head->name != NULL && strcmp(head->name, name) == 0)
			return head;
	}
	return NULL;
}

static void
compare_element(struct diff *d, const struct cfg_field *f, const struct cfg_head *old,
	const struct cfg_head *new)
{
	const char *name = old != NULL ? old->name : new->name;
	char where[256];

	snprintf(where, sizeof(where), "%s.%s", f->name, name);
	if ((old == NULL || new == NULL) && !by_packets(f->table))
		add(d, where, old == NULL ? "is new" : "is gone", old == NULL);
	else
		compare_structs(d, where, f->table, old, new);
}

static void
compare_map(struct diff *d, const struct cfg_field *f, const struct any_list *old,
	const struct any_list *new)
{
	for (unsigned i = 0; i < old->count; i++) {
		const struct cfg_head *head = element(old, f->table, i);

		if (head->name != NULL)
			compare_element(d, f, head, named(new, f->table, head->name));
	}
	for (unsigned i = 0; i < new->count; i++) {
		const struct cfg_head *head = element(new, f->table, i);

		if (head->name != NULL && named(old, f->table, head->name) == NULL)
			compare_element(d, f, NULL, head);
	}
}

/* What sets say is told by packets; and tests ask about it. */
static bool
is_setting(const char *section)
{
	static const char *const sections[] = { "system", "ports", "interfaces", "zones", "routes",
		"nat", "acls", "pipelines", "telemetry" };

	for (unsigned i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (strcmp(section, sections[i]) == 0)
			return true;
	return false;
}

void
settings_compare(struct diff *d, const struct config *old, const struct config *new)
{
	for (const struct cfg_field *f = config_table.fields; f->name != NULL; f++) {
		const void *a = (const char *)old + f->offset, *b = (const char *)new + f->offset;

		if (!is_setting(f->name))
			continue;
		if (f->type & CFG_MAP)
			compare_map(d, f, a, b);
		else
			compare_structs(d, f->name, f->table, a, b);
	}
}
