/* SPDX-License-Identifier: BSD-3-Clause */
/* Words as they are collected and written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "migrate/words.h"

static struct arena arena;

static void
expect(const struct words *w, unsigned family, const char *expected)
{
	char *text = NULL;
	size_t bytes;
	FILE *f = open_memstream(&text, &bytes);

	words_write(w, family, f);
	fclose(f);
	assert_string_equal(text, expected);
	free(text);
}

static void
values_are_written_as_yaml_reads_them(void **state)
{
	const char *const ports[] = { "22", "80-90" };
	struct words w = { .arena = &arena };

	(void)state;
	assert_true(words_is_any(&w));
	words_one(&w, WORD_IN, "wan", false);
	words_add(&w, WORD_DPORT, ports, 2, false);
	words_one(&w, WORD_SRC, "2001:db8::/32", true);
	words_one(&w, WORD_FLAGS, "S/SA", false);
	assert_false(words_is_any(&w));
	expect(&w, 0, "in: wan, src: \"!2001:db8::/32\", dport: [22, 80-90], flags: S/SA");
}

static void
a_family_is_written_where_nothing_else_says_it(void **state)
{
	struct words w = { .arena = &arena }, with;

	(void)state;
	assert_true(words_family(&w, 4));
	expect(&w, 0, "src: 0.0.0.0/0");
	expect(&w, 4, "");
	with = words_copy(&w);
	words_one(&with, WORD_DST, "10.0.0.0/8", false);
	expect(&with, 0, "dst: 10.0.0.0/8");
	with = words_copy(&w);
	words_one(&with, WORD_SRC, "10.0.0.0/8", true);
	expect(&with, 0, "src: [0.0.0.0/0, \"!10.0.0.0/8\"]");
	expect(&w, 0, "src: 0.0.0.0/0"); /* a copy leaves it alone */
	assert_false(words_family(&w, 6));
}

static void
two_conditions_on_a_word_have_in_common_what_both_say(void **state)
{
	const char *const both[] = { "tcp", "udp" }, *const same[] = { "udp", "tcp" };
	struct words w = { .arena = &arena };

	(void)state;
	words_add(&w, WORD_PROTO, both, 2, false);
	words_add(&w, WORD_PROTO, same, 2, false); /* says the same */
	assert_null(w.why);
	words_one(&w, WORD_PROTO, "udp", true); /* all of them but one */
	assert_null(w.why);
	words_one(&w, WORD_PROTO, "tcp", false);
	assert_null(w.why);
	expect(&w, 0, "proto: [tcp, \"!udp\"]");
	words_one(&w, WORD_DST, "192.0.2.0/24", false);
	words_one(&w, WORD_DST, "192.0.2.1",
		false); /* of addresses nobody works out what is common */
	assert_non_null(w.why);
}

static void
conditions_of_two_rules_are_joined(void **state)
{
	struct words w = { .arena = &arena }, more = { .arena = &arena };

	(void)state;
	words_one(&w, WORD_IN, "wan", false);
	words_one(&more, WORD_DST, "192.0.2.1", false);
	words_one(&more, WORD_DST, "192.0.2.2", true);
	words_family(&more, 4);
	words_and(&w, &more);
	expect(&w, 0, "in: wan, dst: [192.0.2.1, \"!192.0.2.2\"]");
	assert_int_equal(w.family, 4);
}

static int
begin(void **state)
{
	(void)state;
	arena_init(&arena);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_written_as_yaml_reads_them),
		cmocka_unit_test(a_family_is_written_where_nothing_else_says_it),
		cmocka_unit_test(two_conditions_on_a_word_have_in_common_what_both_say),
		cmocka_unit_test(conditions_of_two_rules_are_joined),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
