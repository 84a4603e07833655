/* SPDX-License-Identifier: BSD-3-Clause */
/* Packet notation: transport headers beside TCP, UDP and ICMP: SCTP, UDP-Lite, GRE, ESP, AH. */
#include <rte_byteorder.h>

#include "packet/crc32c.h"
#include "packet/notation_priv.h"

#define SCTP_BYTES    12
#define CHUNK_BYTES   4
#define INIT_BYTES    20 /* with its header */
#define DATA_BYTES    16
#define SCTP_DATA     0u
#define SCTP_INIT_ACK 2u
#define STREAM_WINDOW 65535u
#define GRE_KEY_BIT   0x2000u
#define GRE_CALL_BITS 0x2001u
#define GRE_IPV4      0x0800u
#define GRE_PPP       0x880bu
#define AH_WORDS      4u /* AH's length: 24 bytes, in words, less 2 */

static const char *const chunks[] = { "DATA", "INIT", "INIT-ACK", "SACK", "HEARTBEAT",
	"HEARTBEAT-ACK", "ABORT", "SHUTDOWN", "SHUTDOWN-ACK", "ERROR", "COOKIE-ECHO", "COOKIE-ACK",
	NULL, NULL, "SHUTDOWN-COMPLETE" };

int
notation_chunk(const char *name)
{
	for (unsigned i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++)
		if (chunks[i] != NULL && strcmp(chunks[i], name) == 0)
			return (int)i;
	return -1;
}

const char *
notation_chunk_name(unsigned type)
{
	return type < sizeof(chunks) / sizeof(chunks[0]) ? chunks[type] : NULL;
}

static unsigned
chunk_of(const struct recipe *r)
{
	return recipe_number(r, NUMBER_CHUNK, r->chunk);
}

static bool
has_init(const struct recipe *r)
{
	return chunk_of(r) == SCTP_CHUNK_INIT || chunk_of(r) == SCTP_INIT_ACK;
}

static size_t
chunk_bytes(const struct recipe *r)
{
	return has_init(r) ? INIT_BYTES : chunk_of(r) == SCTP_DATA ? DATA_BYTES : CHUNK_BYTES;
}

size_t
recipe_tunnel_bytes(const struct recipe *r)
{
	switch (r->tuple.proto) {
	case IPPROTO_SCTP:
		return SCTP_BYTES + chunk_bytes(r);
	case IPPROTO_UDPLITE:
	case IPPROTO_ESP:
		return 8;
	case IPPROTO_AH:
		return 24;
	case IPPROTO_GRE:
		return recipe_has(r, NUMBER_KEY) || recipe_has(r, NUMBER_CALL) ? 8 : 4;
	default:
		return 0;
	}
}

/* Writes one chunk over all of the payload. */
static void
make_sctp(const struct recipe *r, uint8_t *sctp, size_t bytes)
{
	uint8_t *chunk = sctp + SCTP_BYTES;
	rte_le32_t crc;

	memcpy(sctp, &r->tuple.sport, 2);
	memcpy(sctp + 2, &r->tuple.dport, 2);
	put32(sctp + 4, recipe_number(r, NUMBER_TAG, chunk_of(r) == SCTP_CHUNK_INIT ? 0 : 1));
	chunk[0] = (uint8_t)chunk_of(r);
	chunk[1] = chunk_of(r) == SCTP_DATA ? 3 : r->chunk_flags; /* DATA: all of its message */
	put16(chunk + 2, (uint32_t)(bytes - SCTP_BYTES));
	if (has_init(r)) {
		put32(chunk + 4, recipe_number(r, NUMBER_INIT_TAG, 1));
		put32(chunk + 8, STREAM_WINDOW);
		put16(chunk + 12, 1);
		put16(chunk + 14, 1);
	}
	crc = rte_cpu_to_le_32(crc32c(sctp, bytes) ^ (r->bad_checksum ? 4u : 0));
	memcpy(sctp + 8, &crc, 4);
}

static void
make_gre(const struct recipe *r, uint8_t *gre, size_t bytes)
{
	bool call = recipe_has(r, NUMBER_CALL), key = recipe_has(r, NUMBER_KEY);

	put16(gre, call ? GRE_CALL_BITS : key ? GRE_KEY_BIT : 0);
	put16(gre + 2, call ? GRE_PPP : GRE_IPV4);
	if (call) {
		put16(gre + 4, (uint32_t)(bytes - 8));
		put16(gre + 6, r->number[NUMBER_CALL]);
	} else if (key) {
		put32(gre + 4, r->number[NUMBER_KEY]);
	}
}

void
recipe_make_tunnel(const struct recipe *r, uint8_t *l4, size_t bytes)
{
	switch (r->tuple.proto) {
	case IPPROTO_SCTP:
		make_sctp(r, l4, bytes);
		break;
	case IPPROTO_UDPLITE:
		memcpy(l4, &r->tuple.sport, 2);
		memcpy(l4 + 2, &r->tuple.dport, 2);
		put16(l4 + 4, recipe_number(r, NUMBER_COVERS, 0));
		break;
	case IPPROTO_GRE:
		make_gre(r, l4, bytes);
		break;
	case IPPROTO_ESP:
		put32(l4, recipe_number(r, NUMBER_SPI, 0));
		put32(l4 + 4, recipe_number(r, NUMBER_SEQ, 1));
		break;
	case IPPROTO_AH:
		l4[0] = IPPROTO_NONE;
		l4[1] = AH_WORDS;
		put32(l4 + 4, recipe_number(r, NUMBER_SPI, 0));
		put32(l4 + 8, recipe_number(r, NUMBER_SEQ, 1));
		break;
	}
}
