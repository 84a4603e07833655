/* SPDX-License-Identifier: BSD-3-Clause */
/* The names of ICMP and ICMPv6 types (RFC 792, 1256, 4443, 4861).
 *
 * Threads: pure functions. */
#ifndef PACKET_ICMP_H
#define PACKET_ICMP_H

/* The type and code that a name stands for; -1: any, or the family does not have it. */
struct icmp_what {
	int type;
	int code; /* "too-big" is a code of unreachable in IPv4 */
};

/* Returns the type of that name in a family, 4 or 6; its type is -1 if there is none. */
struct icmp_what icmp_find(unsigned family, const char *name);

/* Returns the name of a type and code, or NULL. */
const char *icmp_name(unsigned family, unsigned type, unsigned code);

#endif
