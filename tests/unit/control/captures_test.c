/* SPDX-License-Identifier: BSD-3-Clause */
/* Captures by weirctl: what is in the file, and what ends it. */
#include "base/memory.h"
#include "control/captures.h"
#include "control/packets_world.h"

#define SHB 0x0a0d0d0au
#define IDB 1u
#define EPB 6u

static int
sixbit(char c)
{
	static const char
		digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = strchr(digits, c);

	return at != NULL && c != '\0' ? (int)(at - digits) : -1;
}

/* Appends what a page has of the file. */
static size_t
add_data(const json_t *page, uint8_t *file, size_t n)
{
	const char *text = json_string_value(json_object_get(page, "data"));

	assert_non_null(text);
	assert_int_equal(strlen(text) % 4, 0);
	for (; *text != '\0'; text += 4) {
		uint32_t word = (uint32_t)(sixbit(text[0]) << 18 | sixbit(text[1]) << 12);

		if (text[2] != '=')
			word |= (uint32_t)sixbit(text[2]) << 6;
		if (text[3] != '=')
			word |= (uint32_t)sixbit(text[3]);
		file[n++] = (uint8_t)(word >> 16);
		if (text[2] != '=')
			file[n++] = (uint8_t)(word >> 8);
		if (text[3] != '=')
			file[n++] = (uint8_t)word;
	}
	return n;
}

static uint32_t
word_at(const uint8_t *file, size_t at)
{
	uint32_t word;

	memcpy(&word, file + at, sizeof(word));
	return word;
}

/* The file's packets, each of which has to be as long as it says, and not older than the one
 * before.  *ifaces: the interfaces that it names. */
static unsigned
packets_in(const uint8_t *file, size_t n, unsigned *ifaces)
{
	unsigned packets = 0;
	uint64_t time = 0, last = 0;

	*ifaces = 0;
	assert_int_equal(word_at(file, 0), SHB);
	for (size_t at = 0; at < n;) {
		uint32_t type = word_at(file, at), bytes = word_at(file, at + 4);

		assert_true(bytes >= 12 && bytes % 4 == 0 && at + bytes <= n);
		assert_int_equal(word_at(file, at + bytes - 4), bytes);
		*ifaces += type == IDB;
		if (type == EPB) {
			assert_true(word_at(file, at + 8) < *ifaces);
			time = (uint64_t)word_at(file, at + 12) << 32 | word_at(file, at + 16);
			assert_true(time >= last);
			assert_int_equal(word_at(file, at + 20), word_at(file, at + 24));
			last = time;
			packets++;
		}
		at += bytes;
	}
	return packets;
}

/* Reads a call to its end.  Returns the last page; *file, if wanted, takes the data. */
static json_t *
to_the_end(struct world *w, const char *method, json_t *page, uint8_t *file, size_t *n,
	unsigned *pages)
{
	*pages = 1;
	for (;;) {
		json_t *more;

		if (!json_is_object(page))
			fail_msg("%s: %s", method, json_string_value(page));
		if (file != NULL)
			*n = add_data(page, file, *n);
		if (json_object_get(page, "next") == NULL)
			return page;
		expect_text(page, "ended", NULL);
		more = next_page(w, method, page);
		json_decref(page);
		page = more;
		(*pages)++;
	}
}

static void
expect_captured(struct world *w, const char *params, unsigned packets, const char *ended)
{
	static uint8_t file[1 << 16];
	struct asked asked;
	unsigned ifaces, pages;
	size_t n = 0;
	json_t *page;

	world_ask(w, &asked, "capture", params);
	assert_false(asked.finished);
	world_turn(w, 10);
	for (unsigned i = 0; i < 6; i++)
		send_flow(w, i, 80);
	send_flow(w, 7, 53);
	page = to_the_end(w, "capture", world_result(w, &asked), file, &n, &pages);
	expect_text(page, "ended", ended);
	assert_int_equal(count_of(page, "packets"), packets);
	assert_int_equal(count_of(page, "lost"), 0);
	assert_int_equal(packets_in(file, n, &ifaces), packets);
	assert_int_equal(ifaces, packets > 1 ? 2 : packets);
	if (strstr(params, "drops") != NULL)
		assert_non_null(memmem(file, n, "drop acl_denied: ", 17));
	json_decref(page);
}

/* Each packet that is forwarded is seen twice. */
static void
a_capture_ends_by_its_limits(void **state)
{
	struct world *w = *state;

	expect_captured(w, "\"count\": \"3\"", 3, "packets");
	expect_captured(w, "\"count\": \"3\", \"bytes\": \"100000\"", 3, "packets");
	expect_captured(w, "\"bytes\": \"1\"", 1, "bytes");
	expect_captured(w, "\"bytes\": \"84\"", 2, "bytes");
	expect_captured(w, "\"bytes\": \"1\", \"count\": \"5\"", 1, "bytes");
	expect_captured(w, "\"count\": \"1\", \"drops\": true", 1, "packets");
}

static unsigned
count_text(const uint8_t *file, size_t n, const char *text)
{
	size_t length = strlen(text);
	unsigned found = 0;

	for (size_t at = 0; at + length <= n; at++)
		found += memcmp(file + at, text, length) == 0;
	return found;
}

/* In order of time, and once in each direction, although workers hand some of them over; a drop is
 * told once, whoever drops. */
static void
packets_of_two_workers_are_captured_in_order(void **state)
{
	static uint8_t file[1 << 16];
	struct world *w = *state;
	struct asked asked;
	unsigned ifaces, pages, packets;
	size_t n = 0;
	json_t *page;

	world_ask(w, &asked, "capture", "\"seconds\": \"1\"");
	world_turn(w, 10);
	for (unsigned i = 0; i < 30; i++)
		send_flow(w, i, 80);
	for (unsigned i = 0; i < 20; i++) { /* owners of packets without ports are not guessed */
		char packet[80];

		snprintf(packet, sizeof(packet), "ip 10.0.0.%u > 198.51.100.2 proto 47", 10 + i);
		world_push(w, w->lan, packet);
	}
	page = to_the_end(w, "capture", world_result(w, &asked), file, &n, &pages);
	packets = packets_in(file, n, &ifaces);
	/* Drops of packets that were handed over are records of their own. */
	assert_in_range(packets, 60 + 20 + 1, 60 + 40 - 1);
	assert_int_equal(count_text(file, n, "drop acl_denied: "), 20);
	assert_int_equal(count_of(page, "packets"), packets);
	assert_int_equal(ifaces, 2);
	json_decref(page);
}

static uint64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* As many as there may be run at once, and one more is refused; each ends after a second. */
static void
captures_end_by_time(void **state)
{
	static const char *const filter[CAPTURE_JOBS] = {
		"",
		", \"filter\": \"1\\n6 0 0 65535\"",
		", \"filter\": \"1\\n6 0 0 0\\n\"",
		", \"drops\": true",
	};
	static const unsigned seen[CAPTURE_JOBS] = { 13, 13, 0, 1 };
	static uint8_t file[1 << 16];
	struct world *w = *state;
	struct asked asked[CAPTURE_JOBS];
	uint64_t begun = now_ms();
	json_t *page;

	for (unsigned i = 0; i < CAPTURE_JOBS; i++) {
		char params[128];

		snprintf(params, sizeof(params), "\"seconds\": \"1\"%s", filter[i]);
		world_ask(w, &asked[i], "capture", params);
		assert_false(asked[i].finished);
	}
	page = world_call(w, "capture", "");
	assert_string_equal(json_string_value(page), "4 captures run already");
	json_decref(page);
	world_turn(w, 10);
	for (unsigned i = 0; i < 6; i++)
		send_flow(w, i, 80);
	send_flow(w, 7, 53);
	for (unsigned i = 0; i < CAPTURE_JOBS; i++) {
		unsigned pages, ifaces;
		size_t n = 0;

		page = to_the_end(w, "capture", world_result(w, &asked[i]), file, &n, &pages);
		expect_text(page, "ended", "time");
		assert_int_equal(count_of(page, "packets"), seen[i]);
		assert_int_equal(packets_in(file, n, &ifaces), seen[i]);
		json_decref(page);
		assert_true(now_ms() - begun >= 1000);
	}
	assert_true(now_ms() - begun < 1000 + CAPTURE_LEASE_MS);
	world_turn(w, 50); /* they are gone */
	expect_captured(w, "\"count\": \"1\"", 1, "packets");
}

static void
a_capture_that_nobody_reads_ends(void **state)
{
	struct world *w = *state;
	json_t *page = world_call(w, "capture", ""), *late;

	assert_true(json_is_integer(json_object_get(page, "next")));
	world_turn(w, CAPTURE_LEASE_MS / 3);
	late = next_page(w, "capture", page);
	assert_true(json_is_integer(json_object_get(late, "next")));
	json_decref(late);
	for (unsigned i = 0; i < CAPTURE_LEASE_MS + 300; i += 10) {
		usleep(10000);
		world_turn(w, 1);
	}
	late = next_page(w, "capture", page);
	assert_non_null(strstr(json_string_value(late), "was not read for 2 seconds"));
	json_decref(late);
	json_decref(page);
}

static void
wrong_captures_are_refused(void **state)
{
	static const char *const filters[] = { "", "x", "1", "0\\n", "1\\n5 0 0 0", "-1\\n6 0 0 1",
		"1\\n6 0 0", "2\\n5 0 0 4294967295\\n6 0 0 1", "1\\n6 0 0 1 trailing",
		"1\\n6 256 0 1", "1\\n6 0 256 1", "1\\n65542 0 0 1" };
	static const char *const counts[] = { "", "0", "-1", "+1", "x", "1x", "4294967296",
		"99999999999999999999" };
	struct world *w = *state;
	char params[128];

	expect_refused(w, "capture", "\"drops\": true, \"samples\": true", "exclude each other");
	for (unsigned i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		snprintf(params, sizeof(params), "\"filter\": \"%s\"", filters[i]);
		expect_refused(w, "capture", params, "filter: it is no program");
	}
	for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		snprintf(params, sizeof(params), "\"count\": \"%s\"", counts[i]);
		expect_refused(w, "capture", params, "is no number from 1 to 4294967295");
	}
	expect_refused(w, "capture", "\"bytes\": \"0\"", "is no number");
	expect_refused(w, "capture", "\"seconds\": \"86401\"", "is no number from 1 to 86400");
	expect_refused(w, "capture", "\"from\": 7", "was not read");
	expect_captured(w, "\"count\": \"4294967295\", \"seconds\": \"1\"", 13, "time");
}

/* At the first worker's part, and at the second's: nothing is left of what was there. */
static void
a_capture_without_memory_is_refused(void **state)
{
	struct world *w = *state;
	size_t held = memory_held_bytes();

	for (unsigned part = 1; part <= 2; part++) {
		memory_fault_at = part;
		expect_refused(w, "capture", "", "out of memory");
		assert_int_equal(memory_fault_at, 0);
		assert_int_equal(memory_held_bytes(), held);
	}
}

static void
bytes_in_base64(void **state)
{
	static const char *const wanted[] = { "", "/w==", "//4=", "//5h", "//5hYg==" };
	static const uint8_t bytes[] = { 0xff, 0xfe, 'a', 'b' };

	(void)state;
	for (unsigned i = 0; i <= 4; i++) {
		json_t *json = base64_json(bytes, i);

		assert_string_equal(json_string_value(json), wanted[i]);
		json_decref(json);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_in_base64),
		TEST(packets_of_two_workers_are_captured_in_order),
		TEST(a_capture_that_nobody_reads_ends),
		TEST(a_capture_without_memory_is_refused),
		/* DPDK has started with two workers. */
		TEST_ALONE(a_capture_ends_by_its_limits),
		TEST_ALONE(captures_end_by_time),
		TEST_ALONE(wrong_captures_are_refused),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	appliance_leave();
	return failed;
}
