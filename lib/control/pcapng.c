/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets in format pcapng. */

#include "control/pcapng.h"

#include <stdlib.h>
#include <string.h>

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 6,
	ORDER_MARK = 0x1a2b3c4d,
	LINK_ETHERNET = 1,
	SNAP_BYTES = 65535,
	OPTION_COMMENT = 1,
	OPTION_APPLICATION = 4, /* of a section */
	OPTION_NAME = 2,        /* of an interface */
	OPTION_RESOLUTION = 9,
	OPTION_FLAGS = 2, /* of a packet */
	RESOLUTION_NS = 9,
};

static void
put(struct pcapng *p, const void *bytes, size_t n)
{
	if (p->n + n > p->room) {
		size_t room = 2 * p->room + n + 4096;
		uint8_t *more = realloc(p->data, room);

		if (more == NULL) {
			p->failed = true;
			return;
		}
		p->data = more;
		p->room = room;
	}
	memcpy(p->data + p->n, bytes, n);
	p->n += n;
}

static void
put32(struct pcapng *p, uint32_t value)
{
	put(p, &value, sizeof(value));
}

static void
put16(struct pcapng *p, unsigned value)
{
	uint16_t word = (uint16_t)value;

	put(p, &word, sizeof(word));
}

static void
put_zeros(struct pcapng *p, size_t n)
{
	static const uint8_t zeros[256];

	for (; n > sizeof(zeros); n -= sizeof(zeros))
		put(p, zeros, sizeof(zeros));
	put(p, zeros, n);
}

static void
pad(struct pcapng *p)
{
	put_zeros(p, -p->n & 3);
}

static void
put_option(struct pcapng *p, unsigned code, const void *value, size_t n)
{
	put16(p, code);
	put16(p, (unsigned)n);
	put(p, value, n);
	pad(p);
}

static size_t
begin_block(struct pcapng *p, uint32_t type)
{
	size_t at = p->n;

	put32(p, type);
	put32(p, 0);
	return at;
}

static void
end_block(struct pcapng *p, size_t at)
{
	uint32_t bytes = (uint32_t)(p->n + 4 - at);

	put32(p, bytes);
	if (!p->failed)
		memcpy(p->data + at + 4, &bytes, sizeof(bytes));
}

void
pcapng_begin(struct pcapng *p)
{
	static const char application[] = "Weir " WEIR_VERSION;
	size_t at = begin_block(p, BLOCK_SECTION);

	put32(p, ORDER_MARK);
	put16(p, 1); /* version 1.0 */
	put16(p, 0);
	put32(p, UINT32_MAX); /* its length is not said */
	put32(p, UINT32_MAX);
	put_option(p, OPTION_APPLICATION, application, sizeof(application) - 1);
	put32(p, 0);
	end_block(p, at);
	p->n_ifaces = 0;
}

unsigned
pcapng_interface(struct pcapng *p, const char *name)
{
	static const uint8_t resolution = RESOLUTION_NS;
	size_t at = begin_block(p, BLOCK_INTERFACE);

	put16(p, LINK_ETHERNET);
	put16(p, 0);
	put32(p, SNAP_BYTES);
	put_option(p, OPTION_NAME, name, strlen(name));
	put_option(p, OPTION_RESOLUTION, &resolution, 1);
	put32(p, 0);
	end_block(p, at);
	return p->n_ifaces++;
}

void
pcapng_add(struct pcapng *p, const struct pcapng_packet *packet)
{
	uint32_t kept = packet->padded ? packet->bytes : packet->kept;
	uint32_t flags = packet->direction;
	size_t at = begin_block(p, BLOCK_PACKET);

	put32(p, packet->iface);
	put32(p, (uint32_t)(packet->wall_ns >> 32));
	put32(p, (uint32_t)packet->wall_ns);
	put32(p, kept);
	put32(p, packet->bytes);
	put(p, packet->frame, packet->kept < kept ? packet->kept : kept);
	if (packet->kept < kept)
		put_zeros(p, kept - packet->kept);
	pad(p);
	if (packet->comment != NULL)
		put_option(p, OPTION_COMMENT, packet->comment, strlen(packet->comment));
	if (flags != 0)
		put_option(p, OPTION_FLAGS, &flags, sizeof(flags));
	put32(p, 0);
	end_block(p, at);
}
