/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations shared by the files that read the notation and make frames. */
#ifndef PACKET_NOTATION_PRIV_H
#define PACKET_NOTATION_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "packet/bytes.h"
#include "packet/key.h"
#include "packet/notation.h"

#define WHY_BYTES 128

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
	NUMBER_COUNT,
};

/* A packet as the text describes it. */
struct recipe {
	struct notation_macs macs;
	uint16_t vlan[2]; /* outer, inner */
	unsigned vlans;
	struct tuple tuple; /* ports of TCP and UDP alone, 0 for ICMP */
	uint32_t set;       /* 1 << enum number: the text has it */
	uint32_t number[NUMBER_COUNT];
	uint8_t dscp;
	uint8_t tcp_flags;
	bool icmp;  /* with a type */
	bool ports; /* the text has them */
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
