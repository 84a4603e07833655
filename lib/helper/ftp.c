/* SPDX-License-Identifier: BSD-3-Clause */
#include "helper/ftp.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* The commands of RFC 959, 775, 2228, 2389, 2428, 2640, 3659 and 7151. */
static const char commands[][5] = { "ABOR", "ACCT", "ADAT", "ALLO", "APPE", "AUTH", "CCC", "CDUP",
	"CONF", "CWD", "DELE", "ENC", "EPRT", "EPSV", "FEAT", "HELP", "HOST", "LANG", "LIST",
	"MDTM", "MIC", "MKD", "MLSD", "MLST", "MODE", "NLST", "NOOP", "OPTS", "PASS", "PASV",
	"PBSZ", "PORT", "PROT", "PWD", "QUIT", "REIN", "REST", "RETR", "RMD", "RNFR", "RNTO",
	"SITE", "SIZE", "SMNT", "STAT", "STOR", "STOU", "STRU", "SYST", "TYPE", "USER", "XCUP",
	"XCWD", "XMKD", "XPWD", "XRMD", "MFMT", "MFCT", "CLNT", "CSID" };

/* The rest of a line that is being read. */
struct rest {
	const uint8_t *at, *end;
};

static bool
take(struct rest *r, char c)
{
	if (r->at == r->end || *r->at != (uint8_t)c)
		return false;
	r->at++;
	return true;
}

/* Reads a number up to max. */
static bool
number(struct rest *r, uint32_t max, uint32_t *out)
{
	const uint8_t *first = r->at;
	uint32_t n = 0;

	while (r->at < r->end && *r->at >= '0' && *r->at <= '9' && r->at - first < 5)
		n = n * 10 + (uint32_t)(*r->at++ - '0');
	*out = n;
	return r->at > first && n <= max && (*first != '0' || r->at - first == 1);
}

/* Returns what is before the line's end. */
static struct rest
without_end(const uint8_t *line, size_t n)
{
	if (n > 0 && line[n - 1] == '\n')
		n--;
	if (n > 0 && line[n - 1] == '\r')
		n--;
	return (struct rest){ line, line + n };
}

/* Reads h1,h2,h3,h4,p1,p2. */
static bool
read_port(struct rest *r, const uint8_t *line, struct ftp_end *end)
{
	const uint8_t *first = r->at;
	uint32_t n[6];

	for (unsigned i = 0; i < 6; i++)
		if ((i > 0 && !take(r, ',')) || !number(r, 255, &n[i]))
			return false;
	*end = (struct ftp_end){ .family = 4,
		.port = (uint16_t)(n[4] << 8 | n[5]),
		.at = (uint16_t)(first - line),
		.length = (uint16_t)(r->at - first) };
	for (unsigned i = 0; i < 4; i++)
		end->address.bytes[i] = (uint8_t)n[i];
	return true;
}

/* Reads an address between delimiters. */
static bool
read_address(struct rest *r, char delimiter, struct ftp_end *end)
{
	char text[INET6_ADDRSTRLEN];
	size_t n = 0;

	while (r->at < r->end && *r->at != (uint8_t)delimiter && n < sizeof(text) - 1)
		text[n++] = (char)*r->at++;
	text[n] = '\0';
	return inet_pton(end->family == 4 ? AF_INET : AF_INET6, text, end->address.bytes) == 1;
}

/* Reads |1|10.0.0.2|5001|, with any delimiter. */
static bool
read_eprt(struct rest *r, const uint8_t *line, struct ftp_end *end)
{
	const uint8_t *first = r->at;
	uint32_t family, port;
	char c;

	if (r->at == r->end || *r->at < 33 || *r->at > 126 || (*r->at >= '0' && *r->at <= '9'))
		return false;
	c = (char)*r->at;
	if (!take(r, c) || !number(r, 2, &family) || family == 0 || !take(r, c))
		return false;
	*end = (struct ftp_end){ .family = family == 1 ? 4 : 6, .at = (uint16_t)(first - line) };
	if (!read_address(r, c, end) || !take(r, c) || !number(r, UINT16_MAX, &port) || !take(r, c))
		return false;
	end->port = (uint16_t)port;
	end->length = (uint16_t)(r->at - first);
	return true;
}

static bool
is_verb(const struct rest *r, const char *verb)
{
	size_t n = strlen(verb);

	if ((size_t)(r->end - r->at) < n || (r->at + n < r->end && r->at[n] != ' '))
		return false;
	for (size_t i = 0; i < n; i++)
		if ((r->at[i] & 0xdf) != (uint8_t)verb[i])
			return false;
	return true;
}

static bool
is_command(const struct rest *r)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (is_verb(r, commands[i]))
			return true;
	return false;
}

/* Skips the interrupts of Telnet that precede ABOR (RFC 959 4.1.3). */
static void
skip_telnet(struct rest *r)
{
	while (r->end - r->at >= 2 && r->at[0] == 0xff && r->at[1] >= 0xf0)
		r->at += 2;
}

enum ftp_command
ftp_read_command(const uint8_t *line, size_t n, struct ftp_end *end)
{
	struct rest r = without_end(line, n);
	bool bare;

	skip_telnet(&r);
	if (!is_command(&r))
		return FTP_FOREIGN;
	bare = r.end - r.at == 4;
	if (bare && is_verb(&r, "PASV"))
		return FTP_PASV;
	if (is_verb(&r, "EPSV"))
		return FTP_EPSV;
	if (bare || r.end - r.at < 5)
		return FTP_COMMAND;
	if (is_verb(&r, "PORT")) {
		r.at += 5;
		return read_port(&r, line, end) && r.at == r.end ? FTP_PORT : FTP_COMMAND;
	}
	if (is_verb(&r, "EPRT")) {
		r.at += 5;
		return read_eprt(&r, line, end) && r.at == r.end ? FTP_EPRT : FTP_COMMAND;
	}
	return FTP_COMMAND;
}

/* Finds the parenthesis behind the words of a reply. */
static bool
open_parenthesis(struct rest *r)
{
	while (r->at < r->end && *r->at != '(')
		r->at++;
	return take(r, '(');
}

/* Reads (|||6446|). */
static bool
read_epsv(struct rest *r, const uint8_t *line, struct ftp_end *end)
{
	const uint8_t *first = r->at;
	uint32_t port;
	char c;

	if (r->at == r->end || *r->at < 33 || *r->at > 126)
		return false;
	c = (char)*r->at;
	if (!take(r, c) || !take(r, c) || !take(r, c) || !number(r, UINT16_MAX, &port)
		|| !take(r, c))
		return false;
	*end = (struct ftp_end){ .port = (uint16_t)port,
		.at = (uint16_t)(first - line),
		.length = (uint16_t)(r->at - first) };
	return true;
}

enum ftp_reply
ftp_read_reply(const uint8_t *line, size_t n, struct ftp_end *end)
{
	struct rest r = without_end(line, n);
	uint32_t code;

	if (r.end - r.at < 4 || !number(&r, 599, &code) || r.at - line != 3 || code < 100
		|| (*r.at != ' ' && *r.at != '-'))
		return FTP_NO_REPLY;
	if (code == 220)
		return FTP_GREETING;
	if (code >= 400)
		return FTP_REFUSAL;
	if (*r.at != ' ' || (code != 227 && code != 229) || !open_parenthesis(&r))
		return FTP_REPLY;
	if (code == 227)
		return read_port(&r, line, end) && take(&r, ')') ? FTP_ENTERS : FTP_REPLY;
	return read_epsv(&r, line, end) && take(&r, ')') ? FTP_ENTERS_EXTENDED : FTP_REPLY;
}

size_t
ftp_write_port(char out[static FTP_TEXT_MAX], const struct ftp_end *end)
{
	const uint8_t *a = end->address.bytes;

	return (size_t)snprintf(out, FTP_TEXT_MAX, "%u,%u,%u,%u,%u,%u", a[0], a[1], a[2], a[3],
		end->port >> 8, end->port & 0xff);
}

size_t
ftp_write_eprt(char out[static FTP_TEXT_MAX], const struct ftp_end *end)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(end->family == 4 ? AF_INET : AF_INET6, end->address.bytes, text, sizeof(text));
	return (size_t)snprintf(
		out, FTP_TEXT_MAX, "|%u|%s|%u|", end->family == 4 ? 1u : 2u, text, end->port);
}
