/* SPDX-License-Identifier: BSD-3-Clause */
/* Traces and explained packets of two workers; and long lists, page by page. */
#include "control/explains.h"
#include "control/packets_world.h"
#include "control/traces.h"

/* --- traces --- */

static unsigned
rows_of(const json_t *page, const char *rows)
{
	return (unsigned)json_array_size(json_object_get(page, rows));
}

static void
expect_traced(struct world *w, const char *params, unsigned packets, const char *ended)
{
	unsigned seen = 0, workers = 0;
	const char *last = "";
	struct asked asked;
	json_t *page, *row;
	size_t i;

	world_ask(w, &asked, "trace", params);
	assert_false(asked.finished);
	world_turn(w, 10);
	for (i = 0; i < 6; i++) /* the second one of each is a hit */
		for (unsigned k = 0; k < 3; k++)
			send_flow(w, (unsigned)i, 80);
	send_flow(w, 7, 53);
	page = world_result(w, &asked);
	for (;;) {
		json_t *more;

		if (!json_is_object(page))
			fail_msg("%s", json_string_value(page));
		seen += rows_of(page, "packets");
		json_array_foreach(json_object_get(page, "packets"), i, row) {
			const char *time = json_string_value(json_object_get(row, "time"));

			assert_int_equal(strlen(time), 27);
			assert_true(strcmp(last, time) <= 0);
			workers |= 1u << count_of(row, "worker");
			expect_text(row, "in", "lan");
			if (strstr(params, "drops") != NULL)
				expect_text(row, "reason", "acl_denied");
			if (strstr(params, "misses") != NULL)
				expect_text(row, "path", "slow");
		}
		if (json_object_get(page, "next") == NULL)
			break;
		more = next_page(w, "trace", page);
		json_decref(page);
		page = more;
	}
	expect_text(page, "ended", ended);
	assert_int_equal(count_of(page, "lost"), 0);
	json_decref(page);
	assert_int_equal(seen, packets);
	assert_true(packets < 10 || workers == 3);
	world_turn(w, 50);
}

static void
a_trace_ends_by_its_limits(void **state)
{
	struct world *w = *state;

	expect_traced(w, "\"count\": \"2\"", 2, "count");
	expect_traced(w, "", 10, "count");
	expect_traced(w, "\"count\": \"1\", \"drops\": true", 1, "count");
	expect_traced(w, "\"count\": \"50\", \"seconds\": \"1\"", 19, "time");
	expect_traced(w, "\"seconds\": \"1\", \"drops\": true", 1, "time");
}

static void
misses_alone_are_traced(void **state)
{
	expect_traced(*state, "\"misses\": true, \"count\": \"6\"", 6, "count");
}

static void
one_trace_runs_at_a_time(void **state)
{
	struct world *w = *state;
	json_t *page = world_call(w, "trace", ""), *late;

	assert_int_equal(rows_of(page, "packets"), 0);
	assert_true(json_is_integer(json_object_get(page, "next")));
	expect_refused(w, "trace", "", "a trace runs already");
	expect_refused(w, "trace", "\"from\": 77", "was not read");
	world_turn(w, TRACE_LEASE_MS / 3);
	late = next_page(w, "trace", page);
	assert_true(json_is_integer(json_object_get(late, "next")));
	json_decref(late);
	for (unsigned i = 0; i < TRACE_LEASE_MS + 300; i += 10) {
		usleep(10000);
		world_turn(w, 1);
	}
	late = next_page(w, "trace", page);
	assert_non_null(strstr(json_string_value(late), "was not read for 2 seconds"));
	json_decref(late);
	json_decref(page);
	expect_traced(w, "\"count\": \"2\"", 2, "count");
}

static void
wrong_traces_are_refused(void **state)
{
	struct world *w = *state;

	expect_refused(w, "trace", "\"count\": \"0\"", "is no number from 1 to 100000");
	expect_refused(w, "trace", "\"count\": \"100001\"", "is no number");
	expect_refused(w, "trace", "\"count\": \"1x\"", "is no number");
	expect_refused(w, "trace", "\"count\": \"+1\"", "is no number");
	expect_refused(w, "trace", "\"count\": \"\"", "is no number");
	expect_refused(w, "trace", "\"count\": \"99999999999999999999\"", "is no number");
	expect_refused(w, "trace", "\"seconds\": \"86401\"", "is no number from 1 to 86400");
	expect_refused(w, "trace", "\"from\": \"x\"", "from");
	expect_refused(w, "capture", "\"from\": \"x\"", "from");
	expect_refused(w, "show.sessions", "\"from\": \"x\"", "from");
	expect_refused(w, "show.config", "\"from\": \"x\"", "from");
}

static void
what_begins_is_taken_from_the_workers_at_the_end(void **state)
{
	struct world *w = *state;
	static struct asked capture, trace;

	world_ask(w, &capture, "capture", "");
	world_ask(w, &trace, "trace", "");
	world_turn(w, 5);
	send_flow(w, 1, 80);
	assert_false(capture.finished || trace.finished);
}

/* --- explain --- */

static json_t *
explained(struct world *w, unsigned number, unsigned dport)
{
	char params[128];
	json_t *result;

	snprintf(params, sizeof(params),
		"\"in\": \"lan\", \"packet\": \"udp 10.0.0.2:%u > 198.51.100.2:%u\"", 1000 + number,
		dport);
	result = world_call(w, "explain", params);
	if (!json_is_object(result))
		fail_msg("%s", json_string_value(result));
	return result;
}

/* The worker that owns a flow says so before and after its first packet. */
static void
the_owner_explains(void **state)
{
	struct world *w = *state;
	unsigned workers = 0;

	for (unsigned i = 0; i < 8; i++) {
		json_t *before = explained(w, i, 80), *after, *drop;
		long long owner = count_of(before, "worker");

		expect_text(before, "verdict", "output");
		expect_text(before, "out", "wan");
		expect_text(before, "path", "slow");
		for (unsigned k = 0; k < 3; k++)
			send_flow(w, i, 80);
		after = explained(w, i, 80);
		expect_text(after, "verdict", "output");
		expect_text(after, "path", "fast");
		assert_int_equal(count_of(after, "worker"), owner);
		drop = explained(w, i, 53);
		expect_text(drop, "verdict", "drop");
		expect_text(drop, "reason", "acl_denied");
		expect_text(drop, "name", "dns");
		workers |= 1u << owner;
		json_decref(before);
		json_decref(after);
		json_decref(drop);
	}
	assert_int_equal(workers, 3);
}

static void
wrong_explains_are_refused(void **state)
{
	struct world *w = *state;
	struct asked asked[EXPLAIN_CALLS];
	json_t *result;

	expect_refused(w, "explain", "\"packet\": \"udp 10.0.0.2:1 > 10.0.0.3:2\"",
		"where does the packet come in?");
	expect_refused(w, "explain", "\"in\": \"lan\"", "which packet?");
	expect_refused(w, "explain", "\"in\": \"lam\", \"packet\": \"udp 10.0.0.2:1 > 10.0.0.3:2\"",
		"no interface or port 'lam'");
	expect_refused(
		w, "explain", "\"in\": \"lan\", \"packet\": \"udp 10.0.0.2\"", "udp 10.0.0.2: ");
	for (unsigned i = 0; i < EXPLAIN_CALLS; i++) {
		world_ask(w, &asked[i], "explain",
			"\"in\": \"lan\", \"packet\": \"udp 10.0.0.2:1 > 198.51.100.2:2\"");
		assert_false(asked[i].finished);
	}
	expect_refused(w, "explain", "\"in\": \"lan\", \"packet\": \"udp 10.0.0.2:1 > 10.0.0.3:2\"",
		"16 packets are explained already");
	for (unsigned i = 0; i < EXPLAIN_CALLS; i++) {
		result = world_result(w, &asked[i]);
		expect_text(result, "verdict", "output");
		json_decref(result);
	}
}

/* --- lists --- */

static unsigned
count_sessions(struct world *w, unsigned *pages)
{
	json_t *page = world_call(w, "show.sessions", ""), *row, *more;
	static bool seen[65536];
	unsigned n = 0;
	size_t i;

	memset(seen, 0, sizeof(seen));
	for (*pages = 1;; (*pages)++) {
		json_array_foreach(json_object_get(page, "sessions"), i, row) {
			const char *src = json_string_value(json_object_get(row, "src"));
			unsigned port = (unsigned)strtoul(strchr(src, ':') + 1, NULL, 10);

			assert_false(seen[port]);
			seen[port] = true;
			n++;
		}
		if (json_object_get(page, "next") == NULL)
			break;
		more = next_page(w, "show.sessions", page);
		json_decref(page);
		page = more;
	}
	json_decref(page);
	return n;
}

static void
long_lists_come_page_by_page(void **state)
{
	enum { SESSIONS = 700 };
	struct world *w = *state;
	unsigned pages;
	json_t *result;

	for (unsigned i = 0; i < SESSIONS; i++)
		send_flow(w, i, 80);
	assert_int_equal(count_sessions(w, &pages), SESSIONS);
	assert_true(pages > 2);
	result = world_call(w, "show.sessions", "\"count\": true");
	assert_int_equal(count_of(result, "count"), SESSIONS);
	json_decref(result);
	expect_refused(w, "show.sessions", "\"from\": 8589934592", "is what next");
	result = world_call(w, "clear.sessions", "\"sport\": \"1099\"");
	assert_int_equal(count_of(result, "count"), 1);
	json_decref(result);
	assert_int_equal(count_sessions(w, &pages), SESSIONS - 1);
	result = world_call(w, "clear.sessions", "\"all\": true");
	assert_int_equal(count_of(result, "count"), SESSIONS - 1);
	json_decref(result);
	assert_int_equal(count_sessions(w, &pages), 0);
	assert_int_equal(pages, 1);
}

/* Rows of packets of 42 bytes: what they have together is all, and the first has a share. */
static void
expect_talkers(struct world *w, const char *params, unsigned n_rows, double first)
{
	json_t *result = world_call(w, "show.talkers", params), *rows, *row;
	double sum = 0, share = 0, last = 1;

	rows = json_object_get(result, "talkers");
	assert_int_equal(json_array_size(rows), n_rows);
	for (size_t i = 0; i < n_rows; i++) {
		long long bits, rate;

		row = json_array_get(rows, i);
		bits = count_of(row, "bits");
		rate = count_of(row, "rate");
		assert_true(rate > 0 && llabs(bits - 42 * 8 * rate) <= 42 * 8 / 2 + 1);
		assert_true(json_real_value(json_object_get(row, "error")) == 0);
		share = json_real_value(json_object_get(row, "share"));
		assert_true(i != 0 || (share > first - 0.001 && share < first + 0.001));
		assert_true(share <= last);
		sum += share;
		last = share;
	}
	assert_true(sum > 0.999 && sum < 1.001);
	json_decref(result);
}

static void
talkers_of_two_workers_are_added_up(void **state)
{
	struct world *w = *state;
	char packet[80];

	for (unsigned i = 0; i < 80; i++) {
		snprintf(packet, sizeof(packet), "udp 10.0.0.%u:%u > 198.51.100.2:80",
			i % 4 == 0 ? 3 : 2, 1000 + i);
		world_push(w, w->lan, packet);
		world_wait(w, 50 * NS_PER_MS);
	}
	for (unsigned i = 0; i < 2; i++)
		world_wait(w, 2 * NS_PER_SECOND);
	expect_talkers(w, "\"kind\": \"source\"", 2, 0.75);
	expect_talkers(w, "\"kind\": \"source\", \"by\": \"packets\"", 2, 0.75);
	expect_talkers(w, "\"kind\": \"destination\", \"by\": \"packets\"", 1, 1);
	expect_refused(
		w, "show.talkers", "\"by\": \"frames\"", "by: packets or bytes, not 'frames'");
	expect_refused(
		w, "show.talkers", "\"kind\": \"frames\"", "kind: source, destination or flow");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_trace_ends_by_its_limits),
		TEST(misses_alone_are_traced),
		TEST(one_trace_runs_at_a_time),
		TEST(wrong_traces_are_refused),
		TEST(what_begins_is_taken_from_the_workers_at_the_end),
		TEST(the_owner_explains),
		TEST(wrong_explains_are_refused),
		TEST(long_lists_come_page_by_page),
		TEST(talkers_of_two_workers_are_added_up),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	appliance_leave();
	return failed;
}
