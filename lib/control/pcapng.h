/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets in memory as a file of format pcapng: time stamps in nanoseconds, interfaces by name,
 * direction, a comment each.
 *
 * Source: draft-ietf-opsawg-pcapng.  Memory: the caller frees data. */
#ifndef CONTROL_PCAPNG_H
#define CONTROL_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pcapng {
	uint8_t *data;
	size_t n, room;
	unsigned n_ifaces;
	bool failed; /* there was no memory: data is not whole */
};

struct pcapng_packet {
	unsigned iface; /* as pcapng_interface returned it */
	uint64_t wall_ns;
	unsigned direction; /* 1: in, 2: out, 0: not known */
	const uint8_t *frame;
	uint32_t kept;  /* bytes of frame */
	uint32_t bytes; /* of the packet; the others are zeros if padded */
	bool padded;
	const char *comment; /* or NULL */
};

void pcapng_begin(struct pcapng *p);
unsigned pcapng_interface(struct pcapng *p, const char *name);
void pcapng_add(struct pcapng *p, const struct pcapng_packet *packet);

#endif
