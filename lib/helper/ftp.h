/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines of an FTP control connection (RFC 959, 2428), as far as they name the end of a data
 * connection.
 *
 * A line is read whole or not at all, from its first byte; nothing else in a stream is looked for.
 * Numbers are decimal, without leading zeros or blanks.
 *
 * Threads: pure functions. */
#ifndef HELPER_FTP_H
#define HELPER_FTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet/key.h"

#define FTP_LINE_MAX 512 /* of a line, with its end */
#define FTP_TEXT_MAX 64  /* of an address and a port */

enum ftp_command {
	FTP_FOREIGN, /* no command of FTP: the connection speaks something else */
	FTP_COMMAND, /* one that names no end */
	FTP_PORT,
	FTP_EPRT,
	FTP_PASV,
	FTP_EPSV,
};

enum ftp_reply {
	FTP_NO_REPLY, /* not three digits and a blank or '-' */
	FTP_REPLY,
	FTP_GREETING,        /* 220 */
	FTP_REFUSAL,         /* 4xx, 5xx */
	FTP_ENTERS,          /* 227 */
	FTP_ENTERS_EXTENDED, /* 229 */
};

/* An end that a line names, and where its text stands in the line. */
struct ftp_end {
	uint8_t family;      /* 4, 6; 0: the line names a port alone */
	uint16_t port;       /* host order */
	uint16_t at, length; /* of the text of address and port */
	union address address;
};

/* Read the line of n bytes, its end (\r\n or \n) included.  end: of PORT and EPRT, of 227 and 229;
 * a line of these that is not exact is FTP_COMMAND, or FTP_REPLY. */
enum ftp_command ftp_read_command(const uint8_t *line, size_t n, struct ftp_end *end);
enum ftp_reply ftp_read_reply(const uint8_t *line, size_t n, struct ftp_end *end);

/* Write the text of an end: "10,0,0,2,19,137" of PORT and 227, "|1|10.0.0.2|5001|" of EPRT.  Return
 * its length. */
size_t ftp_write_port(char out[static FTP_TEXT_MAX], const struct ftp_end *end);
size_t ftp_write_eprt(char out[static FTP_TEXT_MAX], const struct ftp_end *end);

#endif
