/* SPDX-License-Identifier: BSD-3-Clause */
/* IP addresses and prefixes of both families, and their text.
 *
 * Addresses are in network byte order.  IPv6 text is written as RFC 5952 asks; IPv4 text is four
 * decimal numbers, without leading zeros, shorthands or octal (inet_pton).
 *
 * Threads: pure functions. */
#ifndef BASE_IP_H
#define BASE_IP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* family: AF_INET, AF_INET6 or 0 (no address).  An IPv4 address is in the first four bytes, the
 * others are 0, so that two addresses are equal when their bytes are. */
struct ip_address {
	union {
		uint8_t bytes[16];
		uint32_t v4; /* network byte order */
	};
	uint8_t family;
};

/* length: 0 to 32 or 128.  The function that takes a prefix defines whether bits below the length
 * may be set. */
struct ip_prefix {
	struct ip_address address;
	uint8_t length;
};

#define IP_TEXT_MAX 52 /* the longest IPv6 prefix, with its end */

/* Reads an address.  Returns false if the text is not one; *out is then 0. */
bool ip_address_parse(const char *text, struct ip_address *out);

/* Reads address/length, or an address alone (then with the full length).  Host bits are kept.
 * Returns false if the text is not a prefix; *out is then 0. */
bool ip_prefix_parse(const char *text, struct ip_prefix *out);

/* Writes into buf[IP_TEXT_MAX] and returns buf. */
const char *ip_address_text(const struct ip_address *address, char *buf);
const char *ip_prefix_text(const struct ip_prefix *prefix, char *buf);

/* Returns the number of bits of a family: 32, 128, or 0. */
unsigned ip_family_bits(uint8_t family);

/* Returns the prefix with the bits below its length cleared. */
struct ip_prefix ip_prefix_network(const struct ip_prefix *prefix);

/* Returns true if the bits below the length are 0. */
bool ip_prefix_is_network(const struct ip_prefix *prefix);

bool ip_address_equal(const struct ip_address *a, const struct ip_address *b);
bool ip_prefix_contains(const struct ip_prefix *prefix, const struct ip_address *address);

#endif
