/* SPDX-License-Identifier: BSD-3-Clause */
/* The two words of a match that have a notation of their own: icmp and flags.
 *
 * Each reader returns NULL, or why the text is none: the end of a sentence that begins with it. */
#ifndef POLICY_MATCH_TEXT_H
#define POLICY_MATCH_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/* Types of ICMP and of ICMPv6 that one word stands for; first > last: none of that family. */
struct icmp_word {
	bool negated;
	uint16_t first4, last4; /* type << 8 | code */
	uint16_t first6, last6;
};

/* "echo-request", "3", "3/1", each with ! before it.  A number stands for both families. */
const char *icmp_word_read(const char *text, struct icmp_word *out);

/* "S", "S/SA": the flags of mask that are set; the others of mask are not. */
const char *tcp_flags_read(const char *text, uint8_t *flags, uint8_t *mask);

#endif
