/* SPDX-License-Identifier: BSD-3-Clause */
/* The names of ICMP and ICMPv6 types (RFC 792, 1256, 4443, 4861).
 *
 * Threads: pure functions. */
#ifndef PACKET_ICMP_H
#define PACKET_ICMP_H

/* What a name says; -1: does not matter, or the family does not have it. */
struct icmp_what {
	int type;
	int code;               /* "too-big" is a code of unreachable in IPv4 */
};

/* The type of that name in a family, 4 or 6; type -1 without one. */
struct icmp_what icmp_find(unsigned family, const char *name);

/* The name of a type and code; NULL without one. */
const char *icmp_name(unsigned family, unsigned type, unsigned code);

#endif
