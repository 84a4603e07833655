/* SPDX-License-Identifier: BSD-3-Clause */
/* What stage track asks of NAT: sessions that begin at a public endpoint, and errors about
 * translated packets. */
#ifndef STAGE_TRANSLATE_H
#define STAGE_TRANSLATE_H

#include "policy/eval.h"

/* A new session to a public endpoint goes to the inside one that is mapped to it, if its sender may
 * begin there; from the inside, whoever he is (hairpin: RFC 4787 REQ-9). */
void translate_enter(struct eval *ev);

/* A new session that stages may translate: not linked yet, or none is made (tests of a
 * configuration). */
bool translate_is_new(const struct eval *ev);

/* An ICMP error about a packet of ev->session, which it travels against: outside and quote as the
 * one who sent that packet knows it (RFC 5508 REQ-4, REQ-5). */
void translate_related(struct eval *ev);

#endif
