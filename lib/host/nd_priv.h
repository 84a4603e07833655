/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages of Neighbour Discovery (RFC 4861): read in nd.c, written in nd_send.c. */
#ifndef HOST_ND_PRIV_H
#define HOST_ND_PRIV_H

#include "host/host_priv.h"

enum {
	ND_SOLICITATION = 135,  /* NS */
	ND_ADVERTISEMENT = 136, /* NA */
	ND_FIRST = 133,
	ND_LAST = 137,
	ND_BYTES = 24, /* of NS and NA, without options */
	ND_BYTES_MAX = 1500,
	ND_HOP_LIMIT = 255,
	OPTION_SOURCE_MAC = 1,
	OPTION_TARGET_MAC = 2,
	OPTION_BYTES = 8,
	FLAG_ROUTER = 0x80,
	FLAG_SOLICITED = 0x40,
	FLAG_OVERRIDE = 0x20,
};

/* A message to send: NS or NA about target, with our MAC as its option. */
struct nd_message {
	uint8_t type, flags, option;
	const union address *src, *dst, *target;
	const uint8_t *to; /* MAC; NULL: that of the group dst */
};

void nd_send(struct host *h, const struct interface *i, const struct nd_message *message);

#endif
