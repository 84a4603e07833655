/* SPDX-License-Identifier: BSD-3-Clause */
/* Between reading the notation and making a frame of it. */
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

/* The words that a number follows. */
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
	NUMBER_COUNT
};

/* A packet as it is described. */
struct recipe {
	struct notation_macs macs;
	uint16_t vlan[2];               /* outer, inner */
	unsigned vlans;
	struct tuple tuple;             /* ports of TCP and UDP alone, 0 for ICMP */
	uint32_t set;                   /* 1 << enum number: was given */
	uint32_t number[NUMBER_COUNT];
	uint8_t dscp;
	uint8_t tcp_flags;
	bool icmp;                      /* with a type */
	bool ports;                     /* were given */
	bool dont_fragment;
	bool more;
	bool bad_checksum;              /* of the transport header */
	bool bad_ip_checksum;
	char payload[WHY_BYTES];
	size_t payload_bytes;
	struct recipe *quote;           /* of an ICMP error; NULL without */
};

struct reader {
	const char *at;
	char word[WHY_BYTES];
	bool quoted;            /* word stood in "" */
	struct recipe *r;
	struct recipe *quote;   /* where a packet in () goes; NULL inside one */
	char *why;
};

static inline bool
recipe_has(const struct recipe *r, enum number n)
{
	return r->set >> n & 1;
}

/* The number that was given, else preset. */
static inline uint32_t
recipe_number(const struct recipe *r, enum number n, uint32_t preset)
{
	return recipe_has(r, n) ? r->number[n] : preset;
}

/* Writes a sentence that names the word and returns -EINVAL. */
int notation_wrong(char why[static WHY_BYTES], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The next word into in->word; false at the end. */
bool notation_next(struct reader *in);

/* Reads what the word in in->word, behind the addresses, begins; 0 or -EINVAL. */
int notation_read_word(struct reader *in);

/* Reads the whole of text into r, which holds the presets, and a quoted packet into *quote. */
int recipe_read(struct recipe *r, struct recipe *quote, const char *text,
	char why[static WHY_BYTES]);

/* Is the text about ARP or Neighbour Discovery, by its first word?  Its frame, as notation_build
 * gives it. */
bool notation_is_neighbour(const char *text);
int notation_build_neighbour(const char *text, const struct notation_macs *macs, uint8_t *frame,
	size_t max_bytes, char why[static WHY_BYTES]);

/* Writes the Ethernet header with its tags; its length. */
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

/* Makes the IP packet.  Its length, -ENOSPC, or -EINVAL with why. */
int recipe_make_ip(const struct recipe *r, uint8_t *ip, size_t max_bytes,
	char why[static WHY_BYTES]);

#endif
