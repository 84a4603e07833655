/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints the tables as a JSON schema (draft 2020-12), for editors and other tools.
 *
 * It is as strict as a schema can be.  What needs more than one value to judge (references,
 * reversed ranges, host bits) is left to the parser. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "schema/document.h"
#include "schema/tables.h"
#include "schema/type.h"

static json_t *
string_matching(const char *pattern)
{
	return json_pack("{s:s, s:s}", "type", "string", "pattern", pattern);
}

static json_t *
any_of(json_t *a, json_t *b)
{
	return json_pack("{s:[o, o]}", "anyOf", a, b);
}

static json_t *
reference_to(const struct tables *tables, const struct cfg_table *table)
{
	char path[96];
	const char *name = tables_name(tables, table);

	snprintf(path, sizeof(path), "#/$defs/%s", name != NULL ? name : "");
	return json_pack("{s:s}", "$ref", path);
}

/* Returns the schema of words, and of what YAML makes of some of them; negatable: also with !
 * before each. */
static json_t *
words_schema(const struct cfg_word *words, bool negatable)
{
	json_t *all = json_array();
	char negated[72];

	for (const struct cfg_word *w = words; w->word != NULL; w++) {
		json_array_append_new(all, json_string(w->word));
		if (strcmp(w->word, "true") == 0 || strcmp(w->word, "false") == 0)
			json_array_append_new(all, json_boolean(w->word[0] == 't'));
		if (!negatable)
			continue;
		snprintf(negated, sizeof(negated), "!%s", w->word);
		json_array_append_new(all, json_string(negated));
	}
	return json_pack("{s:o}", "enum", all);
}

static json_t *
integer_schema(uint64_t min, uint64_t max)
{
	json_t *schema = json_pack("{s:s, s:I}", "type", "integer", "minimum", (json_int_t)min);

	if (max <= INT64_MAX)
		json_object_set_new(schema, "maximum", json_integer((json_int_t)max));
	return schema;
}

static json_t *
number_schema(const struct cfg_field *f)
{
	json_t *schema = integer_schema(f->min, type_max(f));

	return f->words != NULL ? any_of(schema, words_schema(f->words, false)) : schema;
}

/* Returns the schema of a number with a unit, which is text. */
static json_t *
unit_schema(const struct cfg_field *f, const char *pattern)
{
	json_t *schema = string_matching(pattern);

	if (type_base(f) == CFG_SIZE)
		schema = any_of(schema, integer_schema(f->min, type_max(f)));
	return f->words != NULL ? any_of(schema, words_schema(f->words, false)) : schema;
}

static json_t *
code_schema(const struct cfg_word *words, uint64_t max)
{
	return any_of(words_schema(words, false), integer_schema(0, max));
}

static json_t *
range_schema(const struct cfg_word *words, uint64_t max, bool negatable)
{
	const char *pattern = negatable ? "^(! *)?[0-9]+(-[0-9]+)?$" : "^[0-9]+(-[0-9]+)?$";
	json_t *schema = any_of(integer_schema(0, max), string_matching(pattern));

	return words != NULL ? any_of(schema, words_schema(words, negatable)) : schema;
}

static json_t *
flags_schema(const struct cfg_field *f)
{
	bool negatable = type_base(f) == CFG_MATCH_FLAGS;

	json_t *word = words_schema(f->words, negatable);

	return any_of(word, json_pack("{s:s, s:O}", "type", "array", "items", word));
}

/* Returns the schema of a name alone, or a map with exactly one key. */
static json_t *
choice_schema(const struct tables *tables, const struct cfg_field *f)
{
	json_t *names = json_array(), *properties = json_object();
	const struct cfg_table *table;

	for (unsigned i = 0; (table = f->choices(i)) != NULL; i++) {
		json_array_append_new(names, json_string(table->name));
		json_object_set_new(properties, table->name, reference_to(tables, table));
	}
	return json_pack("{s:[{s:o}, {s:s, s:o, s:b, s:i, s:i}]}", "anyOf", "enum", names, "type",
		"object", "properties", properties, "additionalProperties", 0, "minProperties", 1,
		"maxProperties", 1);
}

#define ADDRESS "[0-9a-fA-F:.]+"
#define NAME    "[A-Za-z0-9_][A-Za-z0-9_.-]*"

static json_t *
text_schema(const struct cfg_field *f)
{
	switch (type_base(f)) {
	case CFG_NAME:
	case CFG_REF:
		return string_matching("^" NAME "$");
	case CFG_ADDRESS:
		return string_matching("^" ADDRESS "$");
	case CFG_INTERFACE_ADDRESS:
		return string_matching("^" ADDRESS "/[0-9]+$");
	case CFG_PREFIX:
		return string_matching("^" ADDRESS "(/[0-9]+)?$");
	case CFG_ENDPOINT:
		return string_matching("^(" ADDRESS "|\\[" ADDRESS "\\])(:[0-9]+)?$");
	case CFG_MAC:
		return string_matching("^([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}$");
	case CFG_MATCH_ADDRESS:
		return string_matching("^(! *)?(\\$" NAME "|local|" ADDRESS "(/[0-9]+)?)$");
	case CFG_MATCH_MAC:
		return string_matching("^(! *)?([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}$");
	case CFG_MATCH_NAME:
		return string_matching("^(! *)?" NAME "$");
	default:
		/* YAML reads some texts as numbers. */
		return json_pack("{s:[s, s, s]}", "type", "string", "number", "boolean");
	}
}

static json_t *
match_schema(const struct cfg_field *f)
{
	switch (type_base(f)) {
	case CFG_PORTS:
		return range_schema(NULL, UINT16_MAX, false);
	case CFG_MATCH_PORT:
		return range_schema(cfg_services, UINT16_MAX, true);
	case CFG_MATCH_PROTOCOL:
		return range_schema(cfg_protocols, UINT8_MAX, true);
	case CFG_MATCH_DSCP:
		return range_schema(cfg_dscps, 63, true);
	case CFG_MATCH_VLAN:
		return range_schema(NULL, 4094, true);
	case CFG_MATCH_NUMBER:
		return range_schema(f->words, f->max != 0 ? f->max : UINT32_MAX, true);
	default:
		return text_schema(f);
	}
}

static json_t *
value_schema(const struct tables *tables, const struct cfg_field *f)
{
	switch (type_base(f)) {
	case CFG_BOOL:
		return json_pack("{s:s}", "type", "boolean");
	case CFG_U8:
	case CFG_U16:
	case CFG_U32:
	case CFG_U64:
		return number_schema(f);
	case CFG_VLAN:
		return integer_schema(1, 4094);
	case CFG_SIZE:
		return unit_schema(f, "^[0-9]+(\\.[0-9]+)?([kKMGT]i?B?|B)?$");
	case CFG_RATE:
		return unit_schema(f,
			f->periods
				? "^[0-9]+(\\.[0-9]+)?([kKMGT]?bit|[kKMG]?/s|/m|/min|/minute|/h|/hour|/d|/day)$"
				: "^[0-9]+(\\.[0-9]+)?([kKMGT]?bit|[kKMG]?/s)$");
	case CFG_DURATION:
		return any_of(unit_schema(f, "^([0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h|d))+$"),
			json_pack("{s:i}", "const", 0));
	case CFG_PROTOCOL:
		return code_schema(cfg_protocols, UINT8_MAX);
	case CFG_DSCP:
		return code_schema(cfg_dscps, 63);
	case CFG_ENUM:
		return words_schema(f->words, false);
	case CFG_FLAGS:
	case CFG_MATCH_FLAGS:
		return flags_schema(f);
	case CFG_STRUCT:
		return reference_to(tables, f->table);
	case CFG_CHOICE:
		return choice_schema(tables, f);
	default:
		return match_schema(f);
	}
}

static json_t *
field_schema(const struct tables *tables, const struct cfg_field *f)
{
	json_t *schema = value_schema(tables, f);

	if (f->type & CFG_MAP)
		schema = json_pack("{s:[s, s], s:o, s:{s:s}}", "type", "object", "null",
			"additionalProperties", schema, "propertyNames", "pattern",
			f->key != 0 ? "^" ADDRESS "$" : "^" NAME "$");
	else if (f->type & CFG_LIST)
		schema = any_of(schema,
			json_pack("{s:[s, s], s:O}", "type", "array", "null", "items", schema));
	return schema;
}

static json_t *
fields_schema(const struct tables *tables, const struct cfg_table *table)
{
	json_t *properties = json_object(), *required = json_array();
	json_t *schema;

	for (const struct cfg_field *f = table->fields; f->name != NULL; f++) {
		schema = field_schema(tables, f);
		json_object_set_new(schema, "description",
			f->restart ? json_sprintf("%s A change needs a restart.", f->text)
				: f->reopens
				? json_sprintf("%s A change closes the device and opens it again.",
					f->text)
				: json_string(f->text));
		if (f->default_text == NULL)
			json_array_append_new(required, json_string(f->name));
		else if (f->default_text != CFG_OPTIONAL)
			json_object_set_new(schema, "default", json_string(f->default_text));
		json_object_set_new(properties, f->name, schema);
	}
	schema = json_pack("{s:[s, s], s:s, s:o, s:b}", "type", "object", "null", "description",
		table->text, "properties", properties, "additionalProperties", 0);
	if (json_array_size(required) > 0)
		json_object_set(schema, "required", required);
	json_decref(required);
	return schema;
}

static json_t *
table_schema(const struct tables *tables, const struct cfg_table *table)
{
	json_t *schema = fields_schema(tables, table);

	if (table->bare != NULL)
		schema = any_of(schema, field_schema(tables, cfg_field_find(table, table->bare)));
	if (table->bare_list != NULL)
		schema = any_of(
			schema, field_schema(tables, cfg_field_find(table, table->bare_list)));
	return schema;
}

static json_t *
include_schema(void)
{
	return json_pack("{s:s, s:[s, s], s:{s:s}}", "description", "More files.", "type", "string",
		"array", "items", "type", "string");
}

void
document_json_schema(const struct cfg_table *root, FILE *out)
{
	struct tables *tables = calloc(1, sizeof(*tables));
	json_t *schema, *definitions;

	if (tables == NULL)
		return;
	definitions = json_object();
	tables_collect(tables, root);
	schema = fields_schema(tables, root);
	json_object_set_new(json_object_get(schema, "properties"), "include", include_schema());
	json_object_set_new(
		schema, "$schema", json_string("https://json-schema.org/draft/2020-12/schema"));
	json_object_set_new(schema, "title", json_string(root->name));
	for (unsigned i = 1; i < tables->count; i++)
		json_object_set_new(
			definitions, tables->name[i], table_schema(tables, tables->table[i]));
	json_object_set_new(schema, "$defs", definitions);
	json_dumpf(schema, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(schema);
	free(tables);
}
