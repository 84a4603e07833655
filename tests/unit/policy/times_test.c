/* SPDX-License-Identifier: BSD-3-Clause */
/* Times of the week. */
#include "unit/policy/rows.h"

#include <time.h>

#include "policy/times.h"

static void
times_of_the_week(void **state)
{
	static const struct row rows[] = {
		{ "mon", NULL },
		{ "Monday", NULL },
		{ "mon-fri", NULL },
		{ "sat-sun", NULL },
		{ "sunday-mon", NULL },
		{ "[mon, wed]", NULL },
		{ "mond", "'mond': write mon, tue, wed" },
		{ "mo", "'mo': write mon" },
		{ "mon-", "'mon-': write mon" },
		{ "-mon", "'-mon': write mon" },
		{ "mon-xyz", "'mon-xyz': write mon" },
		{ "{days: []}", "the list is empty" },
		{ "{from: \"23:59\"}", NULL },
		{ "{from: \"24:00\"}", "'24:00': write a time from 00:00 to 23:59" },
		{ "{to: \"24:00\"}", NULL },
		{ "{to: \"24:01\"}", "'24:01': write a time from 00:00 to 24:00" },
		{ "{to: \"25:00\"}", "write a time from 00:00 to 24:00" },
		{ "{to: \"00:59\"}", NULL },
		{ "{to: \"00:60\"}", "write a time from 00:00 to 24:00" },
		{ "{from: \"8:00\"}", NULL },
		{ "{from: \"08:0\"}", "write a time from 00:00 to 23:59" },
		{ "{from: \"008:00\"}", "write a time from 00:00 to 23:59" },
		{ "{from: \"0800\"}", "write a time from 00:00 to 23:59" },
		{ "{from: \"08:00x\"}", "write a time from 00:00 to 23:59" },
		{ "{from: \"8:00:\"}", "write a time from 00:00 to 23:59" },
		{ "{from: \"10:00\", to: \"10:00\"}", "from and to are the same" },
		{ "{from: \"10:00\", to: \"10:01\"}", NULL },
		{ "{from: \"10:00\", to: \"09:00\"}", NULL },
		{ NULL },
	};

	expect_rows(*state,
		"acls: {list: {rules: [{time: %s, action: drop}]}}\npipelines: {p: [acl: list, drop]}\n",
		rows);
}

/* Lists of one rule each, with times of their own. */
static void
build_times(struct policy_fixture *f, unsigned n)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputs("acls:\n", out);
	for (unsigned i = 0; i < n; i++)
		fprintf(out,
			"  l%u: {rules: [{time: {from: \"01:%02u\", to: \"02:%02u\"}, action: drop}]}\n",
			i, i % 60, i / 60);
	fputs("  same: {rules: [{time: {from: \"01:00\", to: \"02:00\"}, action: drop}]}\n", out);
	fclose(out);
	build(f, text);
	free(text);
}

static void
sixty_four_times_of_one_configuration(void **state)
{
	struct policy_fixture *f = *state;

	build_times(f, 64);
	assert_string_equal(f->errors, "");
	assert_int_equal(f->gen.times->n, 64);
	build_times(f, 65);
	assert_int_equal(count_lines(f->errors), 1);
	assert_non_null(strstr(f->errors, "more than 64 different times in all"));
}

#define DAYS(days) ((uint8_t)(days))

/* Minutes at both ends of a span, on its days and around them. */
static void
a_span_holds_from_its_first_minute_to_the_one_before_its_last(void **state)
{
	static const struct {
		struct time_span span;
		unsigned day, minute;
		bool holds;
	} rows[] = {
		{ { DAYS(1), 480, 1080 }, 0, 479, false },
		{ { DAYS(1), 480, 1080 }, 0, 480, true },
		{ { DAYS(1), 480, 1080 }, 0, 1079, true },
		{ { DAYS(1), 480, 1080 }, 0, 1080, false },
		{ { DAYS(1), 480, 1080 }, 1, 480, false },
		{ { DAYS(1), 480, 1080 }, 6, 480, false },
		{ { DAYS(0x7f), 0, 1440 }, 3, 0, true },
		{ { DAYS(0x7f), 0, 1440 }, 3, 1439, true },
		/* Over midnight: the days are those on which it begins. */
		{ { DAYS(0x40), 1320, 60 }, 6, 1319, false },
		{ { DAYS(0x40), 1320, 60 }, 6, 1320, true },
		{ { DAYS(0x40), 1320, 60 }, 6, 1439, true },
		{ { DAYS(0x40), 1320, 60 }, 0, 0, true },
		{ { DAYS(0x40), 1320, 60 }, 0, 59, true },
		{ { DAYS(0x40), 1320, 60 }, 0, 60, false },
		{ { DAYS(0x40), 1320, 60 }, 0, 1320, false },
		{ { DAYS(0x40), 1320, 60 }, 6, 59, false },
		{ { DAYS(0x02), 1320, 60 }, 2, 59, true },
		{ { DAYS(0x02), 1320, 60 }, 1, 59, false },
		{ { DAYS(0x02), 600, 600 }, 1, 600, true },
		{ { DAYS(0x02), 600, 600 }, 2, 599, true },
		{ { DAYS(0x02), 600, 600 }, 2, 600, false },
	};

	(void)state;
	for (unsigned i = 0; i < RTE_DIM(rows); i++)
		if (times_hold(&rows[i].span, 1, rows[i].day, rows[i].minute) != rows[i].holds)
			fail_msg("row %u", i);
}

static void
any_span_of_a_list_is_enough(void **state)
{
	static const struct time_span spans[] = { { 1, 0, 60 }, { 4, 120, 180 } };

	(void)state;
	assert_true(times_hold(spans, 2, 0, 30));
	assert_true(times_hold(spans, 2, 2, 130));
	assert_false(times_hold(spans, 2, 0, 130));
	assert_false(times_hold(spans, 1, 2, 130));
	assert_false(times_hold(spans, 0, 0, 30));
}

/* Days and minutes as they are built, by their texts. */
static void
texts_of_times_become_days_and_minutes(void **state)
{
	static const struct {
		const char *text;
		unsigned days, from, to;
	} rows[] = {
		{ "mon", 0x01, 0, 1440 },
		{ "sunday", 0x40, 0, 1440 },
		{ "tue-thu", 0x0e, 0, 1440 },
		{ "sat-mon", 0x61, 0, 1440 },
		{ "mon-sun", 0x7f, 0, 1440 },
		{ "tue-mon", 0x7f, 0, 1440 },
		{ "fri-fri", 0x10, 0, 1440 },
		{ "[mon, wed-thu]", 0x0d, 0, 1440 },
		{ "{from: \"08:05\", to: \"17:59\"}", 0x7f, 485, 1079 },
		{ "{from: \"23:59\", to: \"00:00\"}", 0x7f, 1439, 0 },
		{ "{days: sat, to: \"0:01\"}", 0x20, 0, 1 },
	};
	struct policy_fixture *f = *state;

	for (unsigned i = 0; i < RTE_DIM(rows); i++) {
		unsigned days = 0;
		char text[256];

		snprintf(text, sizeof(text), "acls: {list: {rules: [{time: %s, action: drop}]}}\n",
			rows[i].text);
		given(f, text);
		assert_int_equal(f->gen.times->n, 1);
		for (unsigned k = 0; k < f->gen.times->time[0].n; k++) {
			const struct time_span *span = &f->gen.times->time[0].span[k];

			days |= span->days;
			assert_int_equal(span->from, rows[i].from);
			assert_int_equal(span->to, rows[i].to);
		}
		if (days != rows[i].days)
			fail_msg("%s: %x", rows[i].text, days);
	}
}

/* Times that say the same are one; each other one is told apart. */
static void
the_same_time_is_kept_once(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		"acls: {list: {rules: [{time: mon, dport: 1, action: drop}, {time: mon, dport: 2, action: drop},\n"
		"  {time: tue, action: drop}, {time: {days: mon, from: \"01:00\"}, action: drop},\n"
		"  {time: {days: mon, to: \"23:00\"}, action: drop},\n"
		"  {time: [{days: mon}, {days: tue}], action: drop},\n"
		"  {time: [{days: mon}, {days: wed}], action: drop},\n"
		"  {time: [{days: mon}, {days: tue}], dport: 9, action: drop}]}}\n");
	assert_int_equal(f->gen.times->n, 6);
	for (unsigned i = 0; i < 6; i++)
		for (unsigned k = 0; k < i; k++)
			assert_true(build_time_hash(f->build, i) != build_time_hash(f->build, k));
}

/* Of several times in one list each is asked for itself. */
static void
rules_with_times_of_their_own(void **state)
{
	struct policy_fixture *f = *state;

	given(f,
		"acls: {list: {default: accept, rules: [{time: mon, dport: 1, action: drop},\n"
		"  {time: tue, dport: 2, action: drop}, {time: wed, dport: 3, action: drop}]}}\n"
		"pipelines: {p: [acl: list, mark: {dscp: 1}]}\n");
	for (uint64_t held = 0; held < 8; held++) {
		atomic_store(&f->gen.times->held, held);
		for (unsigned i = 0; i < 3; i++) {
			char packet[64];

			snprintf(packet, sizeof(packet), "udp 10.0.0.2:9 > 10.0.1.2:%u", i + 1);
			evaluate(f, "p", LAN, packet);
			assert_int_equal(f->ev.program.reason == REASON_acl_denied, held >> i & 1);
		}
	}
}

/* A day of the week and a time come back as they were written; times_set finds what holds then. */
static void
a_wall_clock_of_a_day_and_time(void **state)
{
	static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	struct policy_fixture *f = *state;

	given(f,
		"acls: {list: {rules: [{time: {days: mon-fri, from: \"08:00\", to: \"18:00\"}, action: drop},\n"
		"  {time: sat-sun, action: drop}]}}\n");
	for (unsigned i = 0; i < 7; i++) {
		char text[32];
		struct tm tm;
		time_t wall;

		snprintf(text, sizeof(text), "%s 08:30", days[i]);
		wall = (time_t)times_wall(text);
		assert_non_null(localtime_r(&wall, &tm));
		assert_int_equal(tm.tm_wday, (i + 1) % 7);
		assert_int_equal(tm.tm_hour, 8);
		assert_int_equal(tm.tm_min, 30);
		assert_int_equal(tm.tm_sec, 0);
		assert_true(llabs((long long)(wall - time(NULL))) < 8 * 86400);
		times_set(f->gen.times, wall);
		assert_int_equal(times_held(f->gen.times), i < 5 ? 1 : 2);
		snprintf(text, sizeof(text), "%s 07:59", days[i]);
		times_set(f->gen.times, times_wall(text));
		assert_int_equal(times_held(f->gen.times), i < 5 ? 0 : 2);
	}
	assert_int_equal(times_wall("mon"), -1);
	assert_int_equal(times_wall("mon 24:01"), -1);
	assert_int_equal(times_wall("xyz 08:00"), -1);
	assert_int_equal(times_wall("08:00"), -1);
	assert_int_equal(times_held(NULL), 0);
	times_set(NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_span_holds_from_its_first_minute_to_the_one_before_its_last),
		cmocka_unit_test(any_span_of_a_list_is_enough),
		stage_test(texts_of_times_become_days_and_minutes),
		stage_test(the_same_time_is_kept_once),
		stage_test(rules_with_times_of_their_own),
		stage_test(a_wall_clock_of_a_day_and_time),
		stage_test(times_of_the_week),
		stage_test(sixty_four_times_of_one_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
