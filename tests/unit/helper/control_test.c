/* SPDX-License-Identifier: BSD-3-Clause */
#include "helper/control.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

static struct control control;
static struct control_change change;
static unsigned n_opened;
static uint16_t public_port;

/* Tells 198.51.100.1 and the public port for whatever end a line names. */
static bool
open_any(void *arg, bool reply, const struct ftp_end *end, struct ftp_end *told)
{
	(void)arg;
	(void)reply;
	(void)end;
	n_opened++;
	told->address.v4 = inet_addr("198.51.100.1");
	told->port = public_port;
	return true;
}

static bool
says(bool reply, uint32_t seq, const char *text)
{
	const struct control_opener opener = { open_any, NULL };
	const struct control_segment s = { .payload = (const uint8_t *)text,
		.bytes = (uint32_t)strlen(text),
		.seq = seq,
		.reply = reply };

	return control_read(&control, &s, &opener, &change);
}

static int
begin(void **state)
{
	const struct control_opener opener = { open_any, NULL };

	(void)state;
	control = (struct control){ .kind = HELPER_FTP, .session = 1 };
	n_opened = 0;
	public_port = 5001;
	for (unsigned reply = 0; reply < 2; reply++)
		control_read(&control,
			&(struct control_segment){
				.seq = reply ? 499 : 99, .reply = reply, .syn = true },
			&opener, &change);
	return 0;
}

static void
numbers_move_behind_a_text_of_another_length(void **state)
{
	(void)state;
	assert_true(says(true, 500, "220 hi\r\n"));
	assert_true(says(false, 100, "PORT 10,0,0,2,19,137\r\n"));
	assert_int_equal(n_opened, 1);
	assert_int_equal(change.at, 5);
	assert_int_equal(change.old_bytes, 15);
	assert_int_equal(change.new_bytes, 19);
	assert_int_equal(change.move, 0);
	assert_true(says(false, 122, "LIST\r\n"));
	assert_int_equal(change.move, 4);
	assert_int_equal(control_ack(&control, true, 100), 100);
	assert_int_equal(control_ack(&control, true, 126), 122);
	assert_int_equal(control_ack(&control, false, 508), 508);
	/* once more, and with the line behind it */
	assert_true(says(false, 100, "PORT 10,0,0,2,19,137\r\nLIST\r\n"));
	assert_int_equal(change.old_bytes, 15);
	assert_int_equal(change.move, 0);
	assert_int_equal(n_opened, 1);
	assert_false(says(false, 110, "0,0,2,19,137\r\n")); /* a part of it */
	assert_false(says(false, 400, "NOOP\r\n"));         /* ahead */
}

static void
changes_add_up_over_the_wrap_of_numbers(void **state)
{
	uint32_t seq = UINT32_MAX - 40;
	int32_t moved = 0;

	(void)state;
	control.half[0].next = seq;
	says(true, 500, "220 hi\r\n");
	for (unsigned i = 0; i < 10; i++) {
		assert_true(says(false, seq, "PORT 10,0,0,2,19,137\r\n"));
		assert_int_equal(change.move, moved);
		moved += 4;
		seq += 22;
		assert_int_equal(control_ack(&control, true, seq + (uint32_t)moved), seq);
	}
	assert_int_equal(n_opened, 10);
}

static void
what_is_no_ftp_is_never_read_again(void **state)
{
	static const char *const first[] = { "POST / HTTP/1.1\r\n", "POST / HT", "GET", "USE",
		"\r\n" };

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		begin(state);
		says(true, 500, "220 hi\r\n");
		assert_true(says(false, 100, first[i]));
		assert_true(control.off);
		assert_true(
			says(false, 100 + (uint32_t)strlen(first[i]), "PORT 10,0,0,2,19,137\r\n"));
		assert_true(says(false, 9999, "PORT 10,0,0,2,19,137\r\n"));
		assert_int_equal(n_opened, 0);
	}
	begin(state);
	assert_true(says(false, 100, "PORT 10,0,0,2,19,137\r\n")); /* before the greeting */
	assert_int_equal(n_opened, 0);
}

/* An acknowledgement without data moves nothing, wherever its number is: the next line is read. */
static void
segments_without_data_are_not_read(void **state)
{
	(void)state;
	says(true, 500, "220 hi\r\n");
	for (uint32_t ahead = 1; ahead != 0; ahead *= 2) {
		assert_true(says(false, 100 + ahead, ""));
		assert_true(says(false, 100 - ahead, ""));
		assert_false(control.off);
	}
	assert_int_equal(control.half[0].next, 100);
	assert_true(says(false, 100, "PORT 10,0,0,2,19,137\r\n"));
	assert_int_equal(n_opened, 1);
}

/* Whatever both sides send: numbers and acknowledgements stay those of the texts. */
static void
random_streams_are_moved_consistently(void **state)
{
	static const char *const lines[] = { "NOOP\r\n", "PORT 10,0,0,2,19,137\r\n", "USER ",
		"x\r\n", "PASV\r\n", "EPRT |1|10.0.0.2|5001|\r\n",
		"PORT 1,2\r\nPORT 10,0,0,2,9,9\r\n" };

	srandom(5);
	for (unsigned run = 0; run < 2000; run++) {
		uint32_t seq = 100, out = 100;

		begin(state);
		says(true, 500, "220 hi\r\n");
		for (unsigned i = 0; i < 20; i++) {
			const char *
				text = lines[(size_t)random() % (sizeof(lines) / sizeof(lines[0]))];

			public_port = (uint16_t)random();
			assert_true(says(false, seq, text));
			assert_int_equal(seq + (uint32_t)change.move, out);
			seq += (uint32_t)strlen(text);
			out += (uint32_t)strlen(text) + change.new_bytes - change.old_bytes;
			assert_int_equal(control_ack(&control, true, out), seq);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(numbers_move_behind_a_text_of_another_length, begin),
		cmocka_unit_test_setup(changes_add_up_over_the_wrap_of_numbers, begin),
		cmocka_unit_test_setup(segments_without_data_are_not_read, begin),
		cmocka_unit_test_setup(what_is_no_ftp_is_never_read_again, begin),
		cmocka_unit_test_setup(random_streams_are_moved_consistently, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
