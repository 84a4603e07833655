/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses that are not allowed as source or destination, whatever the routes say (RFC 1812 5.3.7,
 * RFC 6890, RFC 4291). Our own addresses as a source are martians, too; callers that know them test
 * for them.
 *
 * Threads: pure functions. */
#ifndef PACKET_MARTIAN_H
#define PACKET_MARTIAN_H

#include <stdbool.h>

#include "packet/key.h"

/* Returns true for 0/8, 127/8, 224/4, 240/4 with broadcast; ::, ::1, ff00::/8, ::ffff:0:0/96.
 * Duplicate address detection has the source :: and must be handled before. */
bool martian_source(const struct tuple *t);

/* Returns true for 0/8, 127/8, 240/4 except 255.255.255.255; ::, ::1, ::ffff:0:0/96.  Multicast and
 * broadcast are valid destinations, although routers do not forward them. */
bool martian_destination(const struct tuple *t);

/* Returns true for fe80::/10: stays on its link, must not be forwarded in either place (RFC 4291
 * 2.5.6). */
bool address_link_local(const union address *a, unsigned family);

/* Returns true for 224/4, ff00::/8. */
bool address_multicast(const union address *a, unsigned family);

/* Returns true for 255.255.255.255. */
bool address_broadcast(const union address *a, unsigned family);

#endif
