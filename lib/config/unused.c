/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds names in a configuration that nothing uses: most often a name that was changed in one place
 * only. */

#include <stdlib.h>
#include <string.h>

#include "config/check.h"
#include "schema/document.h"
#include "schema/type.h"

struct name {
	const char *section, *name;
};

struct names {
	struct name *item;
	size_t n, room;
	bool short_of_memory;
};

static int
compare(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	int section = strcmp(x->section, y->section);

	return section != 0 ? section : strcmp(x->name, y->name);
}

static void
add(void *arg, const char *section, const char *name)
{
	struct names *names = arg;

	if (names->n == names->room) {
		size_t room = names->room * 2 + 64;
		struct name *more = realloc(names->item, room * sizeof(*more));

		if (more == NULL) {
			names->short_of_memory = true;
			return;
		}
		names->item = more;
		names->room = room;
	}
	names->item[names->n++] = (struct name){ section, name };
}

/* Collects references, except those of section tests, which use nothing. */
static void
collect(const struct config *cfg, struct names *names)
{
	for (const struct cfg_field *f = config_table.fields; f->name != NULL; f++) {
		const struct cfg_field rows[] = { *f, CFG_END };
		const struct cfg_table one = { .name = f->name, .fields = rows };

		if (strcmp(f->name, "tests") != 0)
			document_each_reference(&one, cfg, add, names);
	}
	cfg_each(iface, &cfg->interfaces)
		if (iface->head.name != NULL)
			add(names, "ports", interface_port(iface));
	if (names->n > 0)
		qsort(names->item, names->n, sizeof(*names->item), compare);
}

/* Any list of a map's elements, which begin with a head. */
struct section {
	const char *items;
	unsigned count;
	size_t size;
};

/* Returns true if an interface is in a domain of this name, or if it is the main one of several. */
static bool
names_domain(const struct config *cfg, const char *name)
{
	bool several = false;

	cfg_each(iface, &cfg->interfaces) {
		several |= iface->domain != NULL;
		if (iface->domain != NULL && strcmp(iface->domain, name) == 0)
			return true;
	}
	return several && strcmp(name, "main") == 0;
}

/* Returns true for what has an effect by itself: a zone of several interfaces, since sessions may
 * move among them; a bridge, whose members' stages need not name it; the route table of a
 * domain. */
static bool
has_effect(const struct config *cfg, const struct cfg_field *f, const struct cfg_head *head)
{
	if (f->table == &route_table_table)
		return names_domain(cfg, head->name);
	if (f->table == &bridge_table)
		return true; /* one without members is an error */
	return f->table == &zone_table
		&& ((const struct zone_cfg *)(const void *)head)->interfaces.count > 1;
}

static void
check_section(const struct config *cfg, const struct names *used, const struct cfg_field *f,
	const struct section *s, struct err *err)
{
	for (unsigned i = 0; i < s->count; i++) {
		const struct cfg_head *head = (const void *)(s->items + i * s->size);
		const struct name wanted = { f->name, head->name };

		if (head->name == NULL || has_effect(cfg, f, head)
			|| (used->n > 0
				&& bsearch(&wanted, used->item, used->n, sizeof(wanted), compare)
					!= NULL))
			continue;
		cfg_warn(err, head, NULL, "nothing uses this %s",
			f->kind != NULL ? f->kind : "name");
	}
}

static void
check_interfaces(const struct config *cfg, struct err *err)
{
	cfg_each(iface, &cfg->interfaces)
		if (iface->head.name != NULL && iface->pipeline == NULL)
			cfg_warn(err, &iface->head, NULL,
				"has no pipeline: what comes in by it is dropped as interface_unused");
}

void
unused_check(const struct config *cfg, struct err *err)
{
	struct names used = { NULL };

	collect(cfg, &used);
	for (const struct cfg_field *f = config_table.fields;
		f->name != NULL && !used.short_of_memory; f++) {
		const struct any_list *list = (const void *)((const char *)cfg + f->offset);
		struct section s;

		if ((f->type & CFG_MAP) == 0 || strcmp(f->name, "interfaces") == 0)
			continue;
		s = (struct section){ list->items, list->count, f->table->size };
		check_section(cfg, &used, f, &s, err);
	}
	check_interfaces(cfg, err);
	free(used.item);
}
