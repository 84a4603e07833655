/* SPDX-License-Identifier: BSD-3-Clause */
#include "helper/ftp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

static struct ftp_end end;

/* Reads from memory of the exact size, for the sanitizer. */
static enum ftp_command
command(const char *text)
{
	size_t n = strlen(text);
	uint8_t *line = malloc(n + 1);
	enum ftp_command c;

	assert_non_null(line);
	memcpy(line, text, n);
	c = ftp_read_command(line, n, &end);
	free(line);
	return c;
}

static enum ftp_reply
reply(const char *text)
{
	return ftp_read_reply((const uint8_t *)text, strlen(text), &end);
}

static void
ends_of_the_client(void **state)
{
	(void)state;
	assert_int_equal(command("PORT 10,0,0,2,19,137\r\n"), FTP_PORT);
	assert_int_equal(end.port, 5001);
	assert_int_equal(end.address.v4, inet_addr("10.0.0.2"));
	assert_int_equal(end.at, 5);
	assert_int_equal(end.length, 15);
	assert_int_equal(command("port 255,255,255,255,0,0\n"), FTP_PORT);
	assert_int_equal(command("EPRT |1|10.0.0.2|5001|\r\n"), FTP_EPRT);
	assert_int_equal(end.port, 5001);
	assert_int_equal(end.length, 17);
	assert_int_equal(command("EPRT !2!2001:db8::1!65535!\r\n"), FTP_EPRT);
	assert_int_equal(end.family, 6);
	assert_int_equal(end.port, 65535);
}

static void
ends_that_are_none(void **state)
{
	static const char *const lines[] = { "PORT", "PORT ", "PORT 10,0,0,2,19",
		"PORT 10,0,0,2,19,", "PORT 10,0,0,2,19,256", "PORT 010,0,0,2,19,137",
		"PORT 10,0,0,2,19,137 ", "PORT 10.0.0.2.19.137", "PORT 10,0,0,2,99999,1",
		"EPRT |3|10.0.0.2|5001|", "EPRT |1|10.0.0.2|5001", "EPRT |1|10.0.0.2|65536|",
		"EPRT |1|10.0.0|5001|", "EPRT |2|10.0.0.2|5001|", "EPRT 1110.0.0.211",
		"EPRT |1||5001|", "EPRT" };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(command(lines[i]), FTP_COMMAND);
}

static void
what_is_no_command(void **state)
{
	static const char *const lines[] = { "", "\r\n", "POST / HTTP/1.1\r\n", "GET / HTTP/1.0",
		"Host: x", "PORTX 1", "{\"a\": 1}", "\x16\x03\x01", "PUT /x", "EHLO x" };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(command(lines[i]), FTP_FOREIGN);
	assert_int_equal(command("\xff\xf4\xff\xf2"
				 "ABOR\r\n"),
		FTP_COMMAND);
	assert_int_equal(command("pasv\r\n"), FTP_PASV);
	assert_int_equal(command("PASV x\r\n"), FTP_COMMAND);
	assert_int_equal(command("EPSV ALL\r\n"), FTP_EPSV);
}

static void
ends_of_the_server(void **state)
{
	(void)state;
	assert_int_equal(reply("227 Entering Passive Mode (10,0,0,80,19,137).\r\n"), FTP_ENTERS);
	assert_int_equal(end.port, 5001);
	assert_int_equal(reply("229 Entering (|||6446|)\r\n"), FTP_ENTERS_EXTENDED);
	assert_int_equal(end.port, 6446);
	assert_int_equal(end.family, 0);
	assert_int_equal(reply("227 (10,0,0,80,19,137"), FTP_REPLY);
	assert_int_equal(reply("229 (||6446|)"), FTP_REPLY);
	assert_int_equal(reply("227-(10,0,0,80,19,137)"), FTP_REPLY);
	assert_int_equal(reply("220-hello"), FTP_GREETING);
	assert_int_equal(reply("550 no"), FTP_REFUSAL);
	assert_int_equal(reply("HTTP/1.1 200 OK"), FTP_NO_REPLY);
	assert_int_equal(reply("22"), FTP_NO_REPLY);
	assert_int_equal(reply("2270 x"), FTP_NO_REPLY);
}

static void
what_is_written_is_read_again(void **state)
{
	char text[FTP_TEXT_MAX], line[128];
	struct ftp_end e = { .family = 4, .port = 65535 };

	(void)state;
	memset(e.address.bytes, 0xff, 4);
	text[ftp_write_port(text, &e)] = '\0';
	snprintf(line, sizeof(line), "PORT %s\r\n", text);
	assert_int_equal(command(line), FTP_PORT);
	assert_int_equal(end.port, 65535);
	e.family = 6;
	memset(e.address.bytes, 0xfd, 16);
	text[ftp_write_eprt(text, &e)] = '\0';
	snprintf(line, sizeof(line), "EPRT %s\r\n", text);
	assert_int_equal(command(line), FTP_EPRT);
	assert_memory_equal(end.address.bytes, e.address.bytes, 16);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_of_the_client),
		cmocka_unit_test(ends_that_are_none),
		cmocka_unit_test(what_is_no_command),
		cmocka_unit_test(ends_of_the_server),
		cmocka_unit_test(what_is_written_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
