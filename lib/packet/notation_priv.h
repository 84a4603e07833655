/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the files that read the notation and make frames. */
#ifndef PACKET_NOTATION_PRIV_H
#define PACKET_NOTATION_PRIV_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "packet/bytes.h"
#include "packet/key.h"
#include "packet/notation.h"

#define WHY_BYTES 128

#define SCTP_CHUNK_INIT 1 /* what a packet of SCTP has when its text says nothing else */

/* Words that are followed by a number. */
enum number {
	NUMBER_TTL,
	NUMBER_SIZE,
	NUMBER_SEQ,
	NUMBER_ACK,
	NUMBER_WIN,
	NUMBER_ID,
	NUMBER_IP_ID,
	NUMBER_FRAG,
	NUMBER_CODE,
	NUMBER_TYPE,
	NUMBER_MTU,
	NUMBER_PROTO,
	NUMBER_CHUNK,
	NUMBER_TAG,
	NUMBER_INIT_TAG,
	NUMBER_COVERS,
	NUMBER_KEY,
	NUMBER_CALL,
	NUMBER_SPI,
	NUMBER_COUNT,
};

/* A packet as the text describes it. */
struct recipe {
	struct notation_macs macs;
	uint16_t vlan[2]; /* outer, inner */
	unsigned vlans;
	struct tuple tuple; /* ports of protocols that have them, 0 for ICMP */
	uint32_t set;       /* 1 << enum number: the text has it */
	uint32_t number[NUMBER_COUNT];
	uint8_t dscp;
	uint8_t tcp_flags;
	uint8_t chunk; /* of SCTP: type */
	uint8_t chunk_flags;
	bool icmp;   /* with a type */
	bool ports;  /* the text has them */
	bool unread; /* "ip ... proto N": bytes without a transport header */
	bool dont_fragment;
	bool more;
	bool bad_checksum; /* of the transport header */
	bool bad_ip_checksum;
	char payload[WHY_BYTES];
	size_t payload_bytes;
	struct recipe *quote; /* of an ICMP error; NULL without */
};

struct reader {
	const char *at;
	char word[WHY_BYTES];
	bool quoted; /* word stood in "" */
	struct recipe *r;
	struct recipe *quote; /* where a packet in () goes; NULL inside one */
	char *why;
};

/* Returns true for the protocols whose ports the notation has. */
static inline bool
notation_has_ports(uint8_t proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE
		|| proto == IPPROTO_SCTP;
}

/* Returns the type of the SCTP chunk of that name, or -1; its name, or NULL. */
int notation_chunk(const char *name);
const char *notation_chunk_name(unsigned type);

/* Return the bytes of a transport header of a protocol beside TCP, UDP and ICMP, and write it (not
 * its checksum) in front of the payload (notation_tunnel.c). */
size_t recipe_tunnel_bytes(const struct recipe *r);
void recipe_make_tunnel(const struct recipe *r, uint8_t *l4, size_t bytes);

static inline bool
recipe_has(const struct recipe *r, enum number n)
{
	return r->set >> n & 1;
}

/* Returns the number that the text gives, or default_value. */
static inline uint32_t
recipe_number(const struct recipe *r, enum number n, uint32_t default_value)
{
	return recipe_has(r, n) ? r->number[n] : default_value;
}

/* Writes a sentence that names the word, and returns -EINVAL. */
int notation_wrong(char why[static WHY_BYTES], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Reads the next word into in->word; returns false at the end. */
bool notation_next(struct reader *in);

/* Reads what the word in in->word, behind the addresses, introduces; returns 0 or -EINVAL. */
int notation_read_word(struct reader *in);

/* Reads the whole of text into r, which holds the defaults, and a quoted packet into *quote. */
int recipe_read(
	struct recipe *r, struct recipe *quote, const char *text, char why[static WHY_BYTES]);

/* notation_is_neighbour returns true if the first word is one of ARP or Neighbour Discovery;
 * notation_build_neighbour builds its frame, as notation_build does. */
bool notation_is_neighbour(const char *text);
int notation_build_neighbour(const char *text, const struct notation_macs *macs, uint8_t *frame,
	size_t max_bytes, char why[static WHY_BYTES]);

/* Writes the Ethernet header with its tags; returns its length. */
static inline size_t
recipe_make_eth(const struct recipe *r, uint8_t *frame, unsigned ethertype)
{
	size_t at = 12;

	memcpy(frame, r->macs.dst, 6);
	memcpy(frame + 6, r->macs.src, 6);
	for (unsigned i = 0; i < r->vlans; i++, at += 4) {
		put16(frame + at, i + 1 < r->vlans ? 0x88a8 : 0x8100);
		put16(frame + at + 2, r->vlan[i]);
	}
	put16(frame + at, ethertype);
	return at + 2;
}

/* Makes the IP packet.  Returns its length, -ENOSPC, or -EINVAL with why. */
int recipe_make_ip(
	const struct recipe *r, uint8_t *ip, size_t max_bytes, char why[static WHY_BYTES]);

#endif
