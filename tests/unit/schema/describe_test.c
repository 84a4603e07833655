/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tables say about themselves: the JSON schema and the reference. */
#include "sample.h"

#include <errno.h>

#include <jansson.h>

static char *
described(void (*describe)(const struct cfg_table *root, FILE *out))
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	describe(&sample_table, out);
	fclose(out);
	return text;
}

static json_t *
schema(void)
{
	char *text = described(document_json_schema);
	json_error_t error;
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	assert_non_null(root);
	free(text);
	return root;
}

static const json_t *
at(const json_t *from, const char *a, const char *b, const char *c)
{
	const json_t *found = json_object_get(from, a);

	found = b != NULL ? json_object_get(found, b) : found;
	found = c != NULL ? json_object_get(found, c) : found;
	assert_non_null(found);
	return found;
}

static void
the_schema_has_every_section_and_table(void **state)
{
	json_t *root = schema();

	(void)state;
	assert_string_equal(json_string_value(at(root, "$schema", NULL, NULL)),
		"https://json-schema.org/draft/2020-12/schema");
	assert_true(json_is_false(at(root, "additionalProperties", NULL, NULL)));
	assert_string_equal(
		json_string_value(at(at(root, "properties", "acls", "additionalProperties"), "$ref",
			NULL, NULL)),
		"#/$defs/acl");
	at(root, "properties", "include", NULL);
	at(root, "$defs", "acl", "properties");
	at(root, "$defs", "acl-2", "anyOf"); /* the stage of the same name */
	json_decref(root);
}

static void
the_schema_has_bounds_defaults_and_sentences(void **state)
{
	json_t *root = schema();
	const json_t *interface = at(root, "$defs", "interface", NULL);
	const json_t *mtu = at(interface, "properties", "mtu", NULL);

	(void)state;
	assert_int_equal(json_integer_value(json_object_get(mtu, "minimum")), 576);
	assert_int_equal(json_integer_value(json_object_get(mtu, "maximum")), 9216);
	assert_string_equal(json_string_value(json_object_get(mtu, "default")), "1500");
	assert_string_equal(
		json_string_value(json_object_get(mtu, "description")), "Largest packet.");
	assert_string_equal(
		json_string_value(json_array_get(at(interface, "required", NULL, NULL), 0)),
		"pipeline");
	json_decref(root);
}

static void
every_reference_in_the_schema_is_there(void **state)
{
	char *text = described(document_json_schema);
	json_t *root = schema();

	(void)state;
	for (char *ref = text; (ref = strstr(ref, "\"#/$defs/")) != NULL;) {
		char *name = ref + strlen("\"#/$defs/");

		ref = strchr(name, '"');
		*ref++ = '\0';
		at(root, "$defs", name, NULL);
	}
	free(text);
	json_decref(root);
}

static void
the_reference_has_a_row_for_every_field(void **state)
{
	char *text = described(document_reference);

	(void)state;
	assert_non_null(strstr(text, "\n## interface\n\nWhat packets come in by.\n"));
	assert_non_null(
		strstr(text, "| `mtu` | number, 576 to 9216 | `1500` | Largest packet. |\n"));
	assert_non_null(strstr(text,
		"| `pipeline` | name, in `pipelines` | must be written | What judges its packets. |\n"));
	assert_non_null(strstr(text, "| `timeout` | duration, 1ms to 1h | `30s` | Patience. |\n"));
	assert_non_null(strstr(text, "[acl](#acl-2)"));
	assert_non_null(strstr(text, "Written without keys, the value is that of `via`."));
	free(text);
}

static void
the_tables_are_free_of_mistakes(void **state)
{
	struct err *err = err_create();

	(void)state;
	assert_int_equal(cfg_check(&sample_table, err), 0);
	assert_string_equal(err_first(err), "");
	err_destroy(err);
}

struct wrong {
	struct cfg_head head;
	uint16_t a, b;
};

static void
expect_mistake(struct cfg_field row, const char *mistake)
{
	const struct cfg_field fields[] = {
		{ "b", CFG_U16, CFG_OPTIONAL, offsetof(struct wrong, b), "B." },
		row,
		CFG_END,
	};
	const struct cfg_table table = { "t", CFG_SIZEOF(struct wrong), fields, "T." };
	struct err *err = err_create();

	assert_int_equal(cfg_check(&table, err), -EINVAL);
	assert_string_equal(err_first(err), mistake);
	err_destroy(err);
}

static void
mistakes_in_tables_are_found(void **state)
{
	const size_t a = offsetof(struct wrong, a);

	(void)state;
	expect_mistake((struct cfg_field){ "a", CFG_U32, "1", a, "A." },
		"table 't', row 'a': the member overlaps that of a row above");
	expect_mistake((struct cfg_field){ "a", CFG_LIST | CFG_U16, "1", a, "A." },
		"table 't', row 'a': the member is not in the struct");
	expect_mistake(
		(struct cfg_field){ "a", CFG_U16, "x", a, "A." }, "'x' is not a whole number");
	expect_mistake((struct cfg_field){ "a", CFG_U16, "1", a, "A.", .min = 2 }, "1 is below 2");
	expect_mistake((struct cfg_field){ "a", CFG_ENUM, "1", a, "A." },
		"table 't', row 'a': the type needs .words");
	expect_mistake((struct cfg_field){ "a", CFG_MAP | CFG_U16, CFG_OPTIONAL, a, "A." },
		"table 't', row 'a': a map is of structs");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_schema_has_every_section_and_table),
		cmocka_unit_test(the_schema_has_bounds_defaults_and_sentences),
		cmocka_unit_test(every_reference_in_the_schema_is_there),
		cmocka_unit_test(the_reference_has_a_row_for_every_field),
		cmocka_unit_test(the_tables_are_free_of_mistakes),
		cmocka_unit_test(mistakes_in_tables_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
