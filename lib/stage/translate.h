/* SPDX-License-Identifier: BSD-3-Clause */
/* What stage track asks of NAT: sessions that begin at a public endpoint, and errors about
 * translated packets. */
#ifndef STAGE_TRANSLATE_H
#define STAGE_TRANSLATE_H

#include "policy/eval.h"

/* Directs a new session to a public endpoint to the inside endpoint that is mapped to it, if its
 * sender may begin there; senders from inside always may (hairpin: RFC 4787 REQ-9). */
void translate_enter(struct eval *ev);

/* Directs an announced session to where its announcement says: addresses and destination port of
 * to.
 */
void translate_expected(struct eval *ev, const struct tuple *to);

/* Returns true for a new session that stages may translate: one that is not linked yet, or none at
 * all (in section tests). */
bool translate_is_new(const struct eval *ev);

/* Translates an ICMP error about a packet of ev->session, against whose direction it travels:
 * outside and quote become what the sender of that packet knows (RFC 5508 REQ-4, REQ-5). */
void translate_related(struct eval *ev);

#endif
