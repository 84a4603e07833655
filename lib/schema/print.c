/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints a decoded configuration as YAML. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schema/document_priv.h"
#include "schema/print_priv.h"

/* When a value is printed, the current line ends with "key:" or "-". */
struct printer {
	FILE *out;
	enum document_defaults defaults;
	struct document *scratch; /* decodes defaults */
	unsigned indent;
	bool after_dash;
};

static void print_value(struct printer *p, const struct cfg_field *f, const void *value);

static bool
is_struct(const struct cfg_field *f)
{
	return type_base(f) == CFG_STRUCT || type_base(f) == CFG_CHOICE;
}

static bool
is_flags(const struct cfg_field *f)
{
	return type_base(f) == CFG_FLAGS || type_base(f) == CFG_MATCH_FLAGS;
}

static size_t
value_bytes(const struct cfg_field *f)
{
	return f->type & (CFG_LIST | CFG_MAP) ? sizeof(struct any_list) : type_size(f);
}

/* Returns NULL without memory. */
static char *
value_yaml(const struct printer *p, const struct cfg_field *f, const void *value)
{
	struct printer inner = { .defaults = p->defaults, .scratch = p->scratch };
	struct arena *arena = &p->scratch->arena;
	jmp_buf *outer = arena->out_of_memory, here;
	char *text = NULL;
	size_t bytes;

	inner.out = open_memstream(&text, &bytes);
	if (inner.out == NULL)
		return NULL;
	arena->out_of_memory = &here;
	if (setjmp(here) != 0) {
		arena->out_of_memory = outer;
		fclose(inner.out);
		free(text);
		return NULL;
	}
	print_value(&inner, f, value);
	arena->out_of_memory = outer;
	fclose(inner.out);
	return text;
}

/* Returns true for an element of a map that is not in the file. */
static bool
is_made(const struct cfg_field *f, const void *item)
{
	return (f->type & CFG_MAP) != 0 && ((const struct cfg_head *)item)->made;
}

static unsigned
written_items(const struct cfg_field *f, const struct any_list *list)
{
	unsigned n = 0;

	if ((f->type & CFG_MAP) == 0)
		return list->count;
	for (unsigned i = 0; i < list->count; i++)
		n += !is_made(f, (const char *)list->items + i * type_size(f));
	return n;
}

static bool
is_zero(const struct cfg_field *f, const void *value)
{
	const char *bytes = value;

	if (f->type & (CFG_LIST | CFG_MAP))
		return written_items(f, value) == 0;
	for (size_t i = 0; i < type_size(f); i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

static bool
is_written(const void *config)
{
	return ((const struct cfg_head *)config)->loc.line != 0;
}

static bool is_default(const struct printer *p, const struct cfg_head *of,
	const struct cfg_field *f, const void *value);
static bool is_empty(const struct printer *p, const struct cfg_table *table, const void *config);

/* Returns true for an embedded struct that need not be written, and whose required fields were
 * not. */
static bool
struct_is_default(const struct printer *p, const struct cfg_table *table, const void *config)
{
	const struct cfg_head *head = config;

	for (const struct cfg_field *f = table->fields; f->name != NULL; f++) {
		if (f->default_text == NULL && head->loc.line == 0)
			continue;
		if (!is_default(p, head, f, (const char *)config + f->offset))
			return false;
	}
	return true;
}

/* Returns true for a field that says something by being written, and was: `src: []` is not the same
 * as no src. */
static bool
says_something(const struct cfg_head *of, const struct cfg_field *f, const void *value)
{
	if (f->type == CFG_STRUCT)
		return f->presence && is_written(value);
	if (f->type & CFG_MAP)
		return false; /* a section without elements */
	return (f->presence || f->default_text == CFG_OPTIONAL) && cfg_is_written(of, value);
}

/* of: the struct that has the field. */
static bool
is_default(const struct printer *p, const struct cfg_head *of, const struct cfg_field *f,
	const void *value)
{
	char *mine, *theirs;
	void *default_value;
	bool done, equal;

	if (f->default_text == NULL || says_something(of, f, value))
		return false;
	if (f->presence && f->type == CFG_STRUCT)
		return true;
	if (f->type == CFG_STRUCT)
		return struct_is_default(p, f->table, value);
	if (f->default_text == CFG_OPTIONAL)
		return is_zero(f, value);
	default_value = arena_alloc(&p->scratch->arena, value_bytes(f));
	decode_default(p->scratch, f, default_value);
	mine = value_yaml(p, f, value);
	theirs = value_yaml(p, f, default_value);
	done = mine != NULL && theirs != NULL;
	equal = done && strcmp(mine, theirs) == 0;
	free(mine);
	free(theirs);
	if (!done)
		longjmp(*p->scratch->arena.out_of_memory, 1);
	return equal;
}

/* Returns true for a struct that was not written and that has required fields. */
static bool
is_unwritable(const struct cfg_field *f, const void *value)
{
	if (f->type != CFG_STRUCT || is_written(value))
		return false;
	for (const struct cfg_field *inner = f->table->fields; inner->name != NULL; inner++)
		if (inner->default_text == NULL)
			return true;
	return false;
}

static bool
is_left_out(const struct printer *p, const struct cfg_head *of, const struct cfg_field *f,
	const void *value)
{
	if (f->default_text == NULL || says_something(of, f, value))
		return false;
	if (f->default_text == CFG_OPTIONAL && f->type != CFG_STRUCT)
		return is_zero(f, value);
	if (f->presence)
		return is_default(p, of, f, value);
	if (f->type == CFG_STRUCT && is_empty(p, f->table, value))
		return true;
	return is_unwritable(f, value)
		|| (p->defaults == DOCUMENT_DEFAULTS_OUT && is_default(p, of, f, value));
}

static void
start_line(struct printer *p)
{
	if (p->after_dash)
		fputc(' ', p->out);
	else
		fprintf(p->out, "%*s", (int)p->indent, "");
	p->after_dash = false;
}

static void
end_line(struct printer *p)
{
	if (!p->after_dash)
		fputc('\n', p->out);
}

static void
print_text(struct printer *p, const char *text)
{
	fprintf(p->out, " %s\n", text);
	p->after_dash = false;
}

static void
print_scalar(const struct printer *p, const struct cfg_field *f, const void *value)
{
	char buf[SCALAR_TEXT_MAX];

	yaml_text_print(scalar_text(f, value, buf), p->out);
}

static void
print_flags(struct printer *p, const struct cfg_field *f, uint32_t flags)
{
	const char *comma = "";

	fputs(" [", p->out);
	for (const struct cfg_word *w = f->words; w->word != NULL; w++) {
		if (w->value == 0 || (flags & w->value) != w->value)
			continue;
		fputs(comma, p->out);
		yaml_text_print(w->word, p->out);
		comma = ", ";
	}
	fputs("]\n", p->out);
	p->after_dash = false;
}

/* Returns the row as which a struct can be written when nothing else in it needs to be; else
 * NULL. */
static const struct cfg_field *
bare_field(const struct printer *p, const struct cfg_table *table, const void *config)
{
	const struct cfg_field *bare, *list = NULL;

	if (table->bare == NULL)
		return NULL;
	bare = cfg_field_find(table, table->bare);
	if (table->bare_list != NULL)
		list = cfg_field_find(table, table->bare_list);
	if (list != NULL && !is_left_out(p, config, list, (const char *)config + list->offset))
		bare = list;
	if (is_left_out(p, config, bare, (const char *)config + bare->offset))
		return NULL;
	for (const struct cfg_field *f = table->fields; f->name != NULL; f++)
		if (f != bare && !is_left_out(p, config, f, (const char *)config + f->offset))
			return NULL;
	return bare;
}

static void
print_keys(struct printer *p, const struct cfg_table *table, const void *config)
{
	for (const struct cfg_field *f = table->fields; f->name != NULL; f++) {
		const void *value = (const char *)config + f->offset;

		if (is_left_out(p, config, f, value))
			continue;
		start_line(p);
		fprintf(p->out, "%s:", f->name);
		print_value(p, f, value);
	}
}

static bool
is_empty(const struct printer *p, const struct cfg_table *table, const void *config)
{
	for (const struct cfg_field *f = table->fields; f->name != NULL; f++)
		if (!is_left_out(p, config, f, (const char *)config + f->offset))
			return false;
	return true;
}

static void
print_struct(struct printer *p, const struct cfg_table *table, const void *config)
{
	const struct cfg_field *bare = bare_field(p, table, config);

	if (bare != NULL) {
		print_value(p, bare, (const char *)config + bare->offset);
	} else if (is_empty(p, table, config)) {
		print_text(p, "{}");
	} else {
		end_line(p);
		p->indent += 2;
		print_keys(p, table, config);
		p->indent -= 2;
	}
}

static void
print_choice(struct printer *p, const struct cfg_choice *choice)
{
	if (choice->table == NULL || is_empty(p, choice->table, choice->config)) {
		print_text(p, choice->table != NULL ? choice->table->name : "~");
		return;
	}
	end_line(p);
	p->indent += 2;
	start_line(p);
	fprintf(p->out, "%s:", choice->table->name);
	print_struct(p, choice->table, choice->config);
	p->indent -= 2;
}

static void
print_one(struct printer *p, const struct cfg_field *f, const void *value)
{
	if (type_base(f) == CFG_STRUCT) {
		print_struct(p, f->table, value);
	} else if (type_base(f) == CFG_CHOICE) {
		print_choice(p, value);
	} else if (is_flags(f)) {
		print_flags(p, f, *(const uint32_t *)value);
	} else {
		fputc(' ', p->out);
		print_scalar(p, f, value);
		fputc('\n', p->out);
		p->after_dash = false;
	}
}

static void
print_flow_list(struct printer *p, const struct cfg_field *f, const struct any_list *list)
{
	fputs(" [", p->out);
	for (unsigned i = 0; i < list->count; i++) {
		fputs(i > 0 ? ", " : "", p->out);
		print_scalar(p, f, (const char *)list->items + i * type_size(f));
	}
	fputs("]\n", p->out);
	p->after_dash = false;
}

/* Prints a list of structs, or a map: an item on one line, or on several. */
static void
print_items(struct printer *p, const struct cfg_field *f, const struct any_list *list)
{
	p->after_dash = false;
	fputc('\n', p->out);
	p->indent += 2;
	for (unsigned i = 0; i < list->count; i++) {
		const void *item = (const char *)list->items + i * type_size(f);

		if (is_made(f, item))
			continue;
		start_line(p);
		if (f->type & CFG_MAP) {
			yaml_text_print(((const struct cfg_head *)item)->name, p->out);
			fputc(':', p->out);
		} else {
			fputc('-', p->out);
			p->after_dash = true;
		}
		print_one(p, f, item);
	}
	p->indent -= 2;
}

static void
print_value(struct printer *p, const struct cfg_field *f, const void *value)
{
	const struct any_list *list = value;

	if (!(f->type & (CFG_LIST | CFG_MAP)))
		print_one(p, f, value);
	else if (written_items(f, list) == 0)
		print_text(p, f->type & CFG_MAP ? "{}" : "[]");
	else if (is_struct(f))
		print_items(p, f, list);
	else
		print_flow_list(p, f, list);
}

int
cfg_print(const struct cfg_table *table, const void *config, enum document_defaults defaults,
	FILE *out)
{
	struct document scratch = { .err = err_create() };
	struct printer p = { .out = out, .defaults = defaults, .scratch = &scratch };
	jmp_buf out_of_memory;

	if (scratch.err == NULL)
		return -ENOMEM;
	arena_init(&scratch.arena);
	scratch.arena.out_of_memory = &out_of_memory;
	if (setjmp(out_of_memory) != 0) {
		arena_fini(&scratch.arena);
		err_destroy(scratch.err);
		return -ENOMEM;
	}
	if (is_empty(&p, table, config))
		fputs("{}\n", out);
	else
		print_keys(&p, table, config);
	arena_fini(&scratch.arena);
	err_destroy(scratch.err);
	return 0;
}

void
document_print(const struct document *doc, enum document_defaults defaults, FILE *out)
{
	cfg_print(doc->table, doc->root, defaults, out);
}
