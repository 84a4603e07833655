/* SPDX-License-Identifier: BSD-3-Clause */
/* The file of NAT's log: its lines, disks and pipes that take no more, rotation. */
#include "control/nat_log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "base/log.h"
#include "nat/log.h"
#include "session/session.h"

#define SOME_DAY_NS 1795392000123456789 /* 2026-11-23 00:00:00 */
#define ROOM        1000u

struct log_files {
	char folder[32], path[64], moved[64];
	struct err *err;
	struct nat_log *ring;
	struct nat_log_file *file;
};

static int
setup(void **state)
{
	static struct log_files f;

	f = (struct log_files){ .folder = "/tmp/weir-nat-log-XXXXXX" };
	if (mkdtemp(f.folder) == NULL)
		return -1;
	snprintf(f.path, sizeof(f.path), "%s/nat.log", f.folder);
	snprintf(f.moved, sizeof(f.moved), "%s/nat.log.1", f.folder);
	f.err = err_create();
	f.ring = nat_log_create(ROOM, -1);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct log_files *f = *state;

	nat_log_close(f->file);
	nat_log_destroy(f->ring);
	err_destroy(f->err);
	unlink(f->path);
	unlink(f->moved);
	return rmdir(f->folder);
}

static void
open_it(struct log_files *f, const char *path)
{
	f->file = nat_log_open(path, false, (struct loc){ 0 }, f->err);
	assert_string_equal(err_first(f->err), "");
	assert_non_null(f->file);
}

/* Entries whose inside ports count from first. */
static void
tell(struct log_files *f, unsigned first, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		nat_log_add(f->ring,
			&(struct nat_log_entry){ .time_ns = 1000,
				.pool = "uplink",
				.inside = RTE_BE32(0x0a000002),
				.public = RTE_BE32(0xc6336401),
				.proto = IPPROTO_UDP,
				.inside_port = rte_cpu_to_be_16((uint16_t)(first + i)),
				.public_port = RTE_BE16(6000),
				.event = NAT_BEGINS });
}

static void
write_it(struct log_files *f)
{
	nat_log_add_lines(f->file, f->ring, 3, SOME_DAY_NS);
	nat_log_flush(f->file);
}

/* The whole of a file; the caller frees it. */
static char *
text_of(const char *path)
{
	char *text = calloc(1, 1 << 20);
	FILE *in = fopen(path, "r");

	assert_non_null(in);
	assert_true(fread(text, 1, (1 << 20) - 1, in) < (1 << 20) - 1);
	fclose(in);
	return text;
}

static void
expect_text(const char *path, const char *wanted)
{
	char *text = text_of(path);

	assert_string_equal(text, wanted);
	free(text);
}

/* Every line is whole, and they count inside ports from first; returns how many there are. */
static unsigned
count_lines(char *text, unsigned first)
{
	char *line = strtok(text, "\n"), wanted[32];
	unsigned n = 0;

	for (; line != NULL; line = strtok(NULL, "\n"), n++) {
		snprintf(wanted, sizeof(wanted), "\"inside_port\":%u,", first + n);
		assert_non_null(strstr(line, wanted));
		assert_memory_equal(line, "{\"time\":", 8);
		assert_int_equal(line[strlen(line) - 1], '}');
	}
	return n;
}

static void
lines_say_who_had_what_when(void **state)
{
	struct log_files *f = *state;
	struct nat_log_entry e = {
		.time_ns = 0,
		.pool = "uplink",
		.inside = RTE_BE32(0x0a000002),
		.public = RTE_BE32(0xc6336401),
		.inside_port = RTE_BE16(5000),
		.public_port = RTE_BE16(6000),
		.proto = IPPROTO_UDP,
		.event = NAT_BEGINS,
	};

	open_it(f, f->path);
	nat_log_add(f->ring, &e);
	e.time_ns = 86400ull * 1000000000;
	e.proto = IPPROTO_ICMP;
	e.event = NAT_ENDS;
	e.why = SESSION_END_timeout;
	nat_log_add(f->ring, &e);
	e.proto = IPPROTO_GRE;
	e.why = SESSION_END_stopped;
	nat_log_add(f->ring, &e);
	write_it(f);
	expect_text(f->path,
		"{\"time\":\"2026-11-23T00:00:00.123456Z\",\"event\":\"create\",\"pool\":\"uplink\","
		"\"protocol\":\"udp\",\"inside\":\"10.0.0.2\",\"inside_port\":5000,"
		"\"public\":\"198.51.100.1\",\"public_port\":6000}\n"
		"{\"time\":\"2026-11-24T00:00:00.123456Z\",\"event\":\"end\",\"pool\":\"uplink\","
		"\"protocol\":\"icmp\",\"inside\":\"10.0.0.2\",\"inside_id\":5000,"
		"\"public\":\"198.51.100.1\",\"public_id\":6000,\"reason\":\"timeout\"}\n"
		"{\"time\":\"2026-11-24T00:00:00.123456Z\",\"event\":\"end\",\"pool\":\"uplink\","
		"\"protocol\":\"47\",\"inside\":\"10.0.0.2\",\"public\":\"198.51.100.1\","
		"\"reason\":\"stopped\"}\n");
}

static void
what_was_lost_stands_where_it_would_have_stood(void **state)
{
	struct log_files *f = *state;
	char *text;

	open_it(f, f->path);
	tell(f, 1, ROOM + 17);
	write_it(f);
	tell(f, 2000, 1);
	write_it(f);
	text = text_of(f->path);
	assert_non_null(strstr(text,
		"\"inside_port\":1000,\"public\":\"198.51.100.1\",\"public_port\":6000}\n"
		"{\"time\":\"2026-11-23T00:00:00.123457Z\",\"event\":\"lost\",\"worker\":3,\"entries\":17}\n"
		"{\"time\":\"2026-11-23T00:00:00.123457Z\",\"event\":\"create\",\"pool\":\"uplink\","
		"\"protocol\":\"udp\",\"inside\":\"10.0.0.2\",\"inside_port\":2000,"));
	assert_null(strstr(strstr(text, "lost") + 4, "lost"));
	free(text);
}

static void
a_full_disk_makes_entries_wait_and_then_be_lost(void **state)
{
	struct log_files *f = *state;
	struct stat st;

	if (stat("/dev/full", &st) != 0)
		skip();
	open_it(f, "/dev/full");
	for (unsigned i = 0; i < 5; i++) {
		tell(f, 1, ROOM);
		write_it(f);
	}
	assert_int_equal(nat_log_waiting(f->ring), ROOM);
	assert_in_range(nat_log_lost(f->ring), 3 * ROOM, 4 * ROOM);
}

/* A pipe of a page takes lines in parts, and nothing until it is read. */
static void
what_a_pipe_takes_in_parts_is_whole(void **state)
{
	struct log_files *f = *state;
	char *text = calloc(1, 1 << 20);
	size_t have = 0;
	int in;

	assert_int_equal(mkfifo(f->path, 0600), 0);
	in = open(f->path, O_RDONLY | O_NONBLOCK);
	assert_true(in >= 0);
	open_it(f, f->path);
	assert_int_equal(fcntl(in, F_SETPIPE_SZ, 4096), 4096);
	tell(f, 1, ROOM);
	write_it(f);
	assert_true(nat_log_waiting(f->ring) > 0);
	for (unsigned i = 0; i < 1000; i++) {
		ssize_t n = read(in, text + have, 777);

		have += n > 0 ? (size_t)n : 0;
		write_it(f);
	}
	assert_int_equal(count_lines(text, 1), ROOM);
	assert_int_equal(nat_log_lost(f->ring), 0);
	close(in);
	free(text);
}

static void
after_rotation_lines_stand_in_the_new_file(void **state)
{
	struct log_files *f = *state;
	char *text;

	open_it(f, f->path);
	tell(f, 1, 5);
	write_it(f);
	assert_int_equal(rename(f->path, f->moved), 0);
	tell(f, 6, 2);
	write_it(f); /* not yet: it is the same file */
	nat_log_reopen(f->file);
	tell(f, 8, 4);
	write_it(f);
	text = text_of(f->moved);
	assert_int_equal(count_lines(text, 1), 7);
	free(text);
	text = text_of(f->path);
	assert_int_equal(count_lines(text, 8), 4);
	free(text);
}

/* A reload names another file. */
static void
after_a_move_lines_stand_in_the_file_of_that_name(void **state)
{
	struct log_files *f = *state;
	struct nat_log_file *next;
	char *text;

	open_it(f, f->path);
	tell(f, 1, 5);
	write_it(f);
	next = nat_log_open(f->moved, false, (struct loc){ 0 }, f->err);
	assert_non_null(next);
	nat_log_move(f->file, next);
	assert_string_equal(nat_log_path(f->file), f->moved);
	tell(f, 6, 2);
	write_it(f);
	text = text_of(f->path);
	assert_int_equal(count_lines(text, 1), 5);
	free(text);
	text = text_of(f->moved);
	assert_int_equal(count_lines(text, 6), 2);
	free(text);
}

/* The pipe has half a line; the new file has all of it. */
static void
a_line_that_was_cut_begins_anew_in_the_new_file(void **state)
{
	struct log_files *f = *state;
	char *text, page[4097] = "";
	unsigned whole = 0;
	int in;

	assert_int_equal(mkfifo(f->path, 0600), 0);
	in = open(f->path, O_RDONLY | O_NONBLOCK);
	open_it(f, f->path);
	assert_int_equal(fcntl(in, F_SETPIPE_SZ, 4096), 4096);
	tell(f, 1, 100);
	write_it(f);
	assert_int_equal(read(in, page, 4096), 4096);
	for (const char *c = page; *c != '\0'; c++)
		whole += *c == '\n';
	assert_int_not_equal(page[4095], '\n');
	assert_int_equal(rename(f->path, f->moved), 0);
	close(in); /* nobody reads on */
	signal(SIGPIPE, SIG_IGN);
	nat_log_reopen(f->file);
	text = text_of(f->path);
	assert_int_equal(count_lines(text, whole + 1), 100 - whole);
	free(text);
}

static void
a_file_that_cannot_be_opened_again_stays_open(void **state)
{
	struct log_files *f = *state;
	char *text;

	open_it(f, f->path);
	assert_int_equal(rename(f->path, f->moved), 0);
	assert_int_equal(mkdir(f->path, 0700), 0);
	nat_log_reopen(f->file);
	tell(f, 1, 3);
	write_it(f);
	assert_int_equal(rmdir(f->path), 0);
	text = text_of(f->moved);
	assert_int_equal(count_lines(text, 1), 3);
	free(text);
}

static void
a_file_that_cannot_be_opened_is_an_error_at_its_place(void **state)
{
	struct log_files *f = *state;
	struct loc loc = { .file = "weir.yaml", .line = 7, .column = 3, .width = 1 };

	assert_null(nat_log_open("/nonexistent/nat.log", false, loc, f->err));
	assert_string_equal(err_first(f->err),
		"/nonexistent/nat.log: cannot be written: No such file or directory");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(lines_say_who_had_what_when),
		TEST(what_was_lost_stands_where_it_would_have_stood),
		TEST(a_full_disk_makes_entries_wait_and_then_be_lost),
		TEST(what_a_pipe_takes_in_parts_is_whole),
		TEST(after_rotation_lines_stand_in_the_new_file),
		TEST(after_a_move_lines_stand_in_the_file_of_that_name),
		TEST(a_line_that_was_cut_begins_anew_in_the_new_file),
		TEST(a_file_that_cannot_be_opened_again_stays_open),
		TEST(a_file_that_cannot_be_opened_is_an_error_at_its_place),
	};

	log_set_level(LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
