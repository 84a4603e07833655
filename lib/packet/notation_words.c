/* SPDX-License-Identifier: BSD-3-Clause */
/* The words of the packet notation that follow the addresses. */
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "packet/icmp.h"
#include "packet/notation_priv.h"

static const struct {
	const char *word;
	uint32_t max;
} numbers[NUMBER_COUNT] = {
	[NUMBER_TTL] = { "ttl", 255 },
	[NUMBER_SIZE] = { "size", 65535 },
	[NUMBER_SEQ] = { "seq", UINT32_MAX },
	[NUMBER_ACK] = { "ack", UINT32_MAX },
	[NUMBER_WIN] = { "win", 65535 },
	[NUMBER_ID] = { "id", UINT32_MAX },
	[NUMBER_IP_ID] = { "ip-id", UINT32_MAX },
	[NUMBER_FRAG] = { "frag", 65528 },
	[NUMBER_CODE] = { "code", 255 },
	[NUMBER_TYPE] = { "type", 255 },
	[NUMBER_MTU] = { "mtu", UINT32_MAX },
	[NUMBER_PROTO] = { "proto", 255 },
	[NUMBER_CHUNK] = { "chunk", 255 },
	[NUMBER_TAG] = { "tag", UINT32_MAX },
	[NUMBER_INIT_TAG] = { "init-tag", UINT32_MAX },
	[NUMBER_COVERS] = { "covers", 65535 },
	[NUMBER_KEY] = { "key", UINT32_MAX },
	[NUMBER_CALL] = { "call", 65535 },
	[NUMBER_SPI] = { "spi", UINT32_MAX },
};

int
notation_wrong(char why[static WHY_BYTES], const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, WHY_BYTES, fmt, args);
	va_end(args);
	return -EINVAL;
}

/* Reads up to stop (not included) or the end. */
static void
take_until(struct reader *in, const char *stop)
{
	size_t n = strcspn(in->at, stop);

	snprintf(in->word, sizeof(in->word), "%.*s", (int)(n < WHY_BYTES ? n : WHY_BYTES), in->at);
	in->at += n;
}

/* Reads the next word into in->word; returns false at the end. */
bool
notation_next(struct reader *in)
{
	in->at += strspn(in->at, " \t\n");
	in->quoted = *in->at == '"';
	if (in->quoted) {
		in->at++;
		take_until(in, "\"");
		in->at += *in->at == '"';
		return true;
	}
	if (*in->at == '(' || *in->at == ')') {
		snprintf(in->word, sizeof(in->word), "%c", *in->at++);
		return true;
	}
	take_until(in, " \t\n()");
	return in->word[0] != '\0';
}

/* Reads the word that must follow the one named what. */
static int
need_word(struct reader *in, const char *what)
{
	if (!notation_next(in))
		return notation_wrong(in->why, "nothing follows '%s'", what);
	return 0;
}

static int
parse_number(struct reader *in, const char *what, uint32_t max, uint32_t *out)
{
	const char *w = in->word;
	char *end;
	unsigned long long n = strtoull(w, &end, w[0] == '0' && w[1] == 'x' ? 16 : 10);

	if (w[0] < '0' || w[0] > '9' || *end != '\0')
		return notation_wrong(in->why, "'%.40s' after '%s' is not a number", w, what);
	if (n > max)
		return notation_wrong(in->why, "%s %.40s is above %u", what, in->word, max);
	*out = (uint32_t)n;
	return 0;
}

static int
read_number(struct reader *in, enum number n)
{
	int rc = need_word(in, numbers[n].word);

	if (rc < 0)
		return rc;
	in->r->set |= 1u << n;
	return parse_number(in, numbers[n].word, numbers[n].max, &in->r->number[n]);
}

static int
read_mac(struct reader *in, const char *what, uint8_t mac[6])
{
	int used = 0;

	if (need_word(in, what) < 0)
		return -EINVAL;
	if (sscanf(in->word, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0], &mac[1], &mac[2],
		    &mac[3], &mac[4], &mac[5], &used)
			!= 6
		|| in->word[used] != '\0')
		return notation_wrong(in->why, "'%.40s' is not a MAC address", in->word);
	return 0;
}

static int
read_dscp(struct reader *in)
{
	static const struct {
		const char *name;
		uint8_t value;
	} fixed[] = {
		{ "be", 0 },
		{ "le", 1 },
		{ "va", 44 },
		{ "ef", 46 },
	};
	const char *w = in->word;
	uint32_t n = 0;

	if (need_word(in, "dscp") < 0)
		return -EINVAL;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		if (strcmp(w, fixed[i].name) == 0) {
			in->r->dscp = fixed[i].value;
			return 0;
		}
	}
	if (strlen(w) == 3 && memcmp(w, "cs", 2) == 0 && w[2] >= '0' && w[2] <= '7') {
		n = (uint32_t)(w[2] - '0') * 8;
	} else if (strlen(w) == 4 && memcmp(w, "af", 2) == 0 && w[2] >= '1' && w[2] <= '4'
		&& w[3] >= '1' && w[3] <= '3') {
		n = (uint32_t)(w[2] - '0') * 8 + (uint32_t)(w[3] - '0') * 2;
	} else if (parse_number(in, "dscp", 63, &n) < 0) {
		return -EINVAL;
	}
	in->r->dscp = (uint8_t)n;
	return 0;
}

static int
read_vlan(struct reader *in)
{
	uint32_t id = 0;

	if (in->r->vlans == 2)
		return notation_wrong(in->why, "more than two 'vlan'");
	if (need_word(in, "vlan") < 0 || parse_number(in, "vlan", 4095, &id) < 0)
		return -EINVAL;
	in->r->vlan[in->r->vlans++] = (uint16_t)id;
	return 0;
}

static int
read_payload(struct reader *in)
{
	if (need_word(in, "payload") < 0)
		return -EINVAL;
	if (!in->quoted)
		return notation_wrong(in->why, "payload '%.40s' is not in \"\"", in->word);
	in->r->payload_bytes = strlen(in->word);
	memcpy(in->r->payload, in->word, in->r->payload_bytes);
	return 0;
}

static int
read_bad(struct reader *in, const char *what, bool *bad)
{
	if (need_word(in, what) < 0)
		return -EINVAL;
	if (strcmp(in->word, "bad") != 0)
		return notation_wrong(in->why, "'%.40s' after '%s' is not bad", in->word, what);
	*bad = true;
	return 0;
}

/* Reads SA, F, null; returns true if the word is TCP flags. */
static bool
read_tcp_flags(struct reader *in)
{
	static const char letters[] = "FSRPAUEC";
	uint8_t flags = 0;

	if (strcmp(in->word, "null") == 0) {
		in->r->tcp_flags = 0;
		return true;
	}
	for (const char *p = in->word; *p != '\0'; p++) {
		const char *letter = strchr(letters, *p);

		if (letter == NULL)
			return false;
		flags |= (uint8_t)(1 << (letter - letters));
	}
	in->r->tcp_flags = flags;
	return true;
}

/* Reads echo-request, time-exceeded, ...; returns true if the word is an ICMP type. */
static bool
read_icmp_type(struct reader *in)
{
	struct icmp_what what = icmp_find(in->r->tuple.family, in->word);

	if (what.type < 0)
		return false;
	in->r->set |= 1u << NUMBER_TYPE;
	in->r->number[NUMBER_TYPE] = (uint32_t)what.type;
	if (what.code >= 0) {
		in->r->set |= 1u << NUMBER_CODE;
		in->r->number[NUMBER_CODE] = (uint32_t)what.code;
	}
	return true;
}

/* Reads INIT, COOKIE-ECHO, ..., or T; returns true if the word is of a chunk of SCTP. */
static bool
read_chunk(struct reader *in)
{
	int type = notation_chunk(in->word);

	if (strcmp(in->word, "T") == 0)
		in->r->chunk_flags |= 1;
	else if (type >= 0)
		in->r->chunk = (uint8_t)type;
	else
		return false;
	return true;
}

int
notation_read_word(struct reader *in)
{
	struct recipe *r = in->r;

	if (in->quoted)
		return notation_wrong(in->why, "\"%.40s\" must follow 'payload'", in->word);
	for (enum number n = 0; n < NUMBER_COUNT; n++) {
		if (strcmp(in->word, numbers[n].word) == 0)
			return read_number(in, n);
	}
	if (strcmp(in->word, "dscp") == 0)
		return read_dscp(in);
	if (strcmp(in->word, "vlan") == 0)
		return read_vlan(in);
	if (strcmp(in->word, "payload") == 0)
		return read_payload(in);
	if (strcmp(in->word, "csum") == 0)
		return read_bad(in, "csum", &r->bad_checksum);
	if (strcmp(in->word, "ip-csum") == 0)
		return read_bad(in, "ip-csum", &r->bad_ip_checksum);
	if (strcmp(in->word, "from") == 0)
		return read_mac(in, "from", r->macs.src);
	if (strcmp(in->word, "to") == 0)
		return read_mac(in, "to", r->macs.dst);
	if (strcmp(in->word, "df") == 0) {
		r->dont_fragment = true;
		return 0;
	}
	if (strcmp(in->word, "mf") == 0) {
		r->more = true;
		return 0;
	}
	if (r->tuple.proto == IPPROTO_TCP && read_tcp_flags(in))
		return 0;
	if (r->tuple.proto == IPPROTO_SCTP && read_chunk(in))
		return 0;
	if (r->icmp && read_icmp_type(in))
		return 0;
	return notation_wrong(in->why, "unknown word '%.60s'", in->word);
}
