/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads a file of format pcapng, block by block, as written in the order of this machine. */
#ifndef UNIT_CONTROL_PCAPNG_READ_H
#define UNIT_CONTROL_PCAPNG_READ_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { READ_SECTION = 0x0a0d0d0a, READ_INTERFACE = 1, READ_PACKET = 6 };

/* A packet, or with bytes 0 an interface. */
struct read_block {
	uint32_t type;
	uint32_t iface, kept, bytes; /* of a packet */
	uint64_t wall_ns;
	const uint8_t *data;
	char text[256]; /* the comment of a packet, the name of an interface */
	uint32_t flags;
};

static inline uint32_t
read32(const uint8_t *p)
{
	uint32_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

static inline uint16_t
read16(const uint8_t *p)
{
	uint16_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

static inline void
read_options(const uint8_t *at, const uint8_t *end, struct read_block *out)
{
	while (end - at >= 4 && read16(at) != 0) {
		uint16_t code = read16(at), n = read16(at + 2);

		assert_true(end - at >= 4 + n);
		if (code == (out->type == READ_PACKET ? 1 : 2) && n < sizeof(out->text)) {
			memcpy(out->text, at + 4, n);
			out->text[n] = '\0';
		}
		if (out->type == READ_PACKET && code == 2) {
			assert_int_equal(n, 4);
			out->flags = read32(at + 4);
		}
		if (out->type == READ_INTERFACE && code == 9) {
			assert_int_equal(n, 1);
			assert_int_equal(at[4], 9); /* nanoseconds */
		}
		for (unsigned i = n; i % 4 != 0; i++)
			assert_int_equal(at[4 + i], 0);
		at += 4 + (n + 3) / 4 * 4;
	}
	assert_int_equal(end - at, 4); /* the end of options */
	assert_int_equal(read32(at), 0);
}

/* Reads the block at *at, and moves it to the next one.  Returns false at the end. */
static inline bool
read_block(const uint8_t *data, size_t n, size_t *at, struct read_block *out)
{
	const uint8_t *p = data + *at, *end;
	uint32_t length;

	if (*at == n)
		return false;
	memset(out, 0, sizeof(*out));
	assert_true(n - *at >= 12);
	out->type = read32(p);
	length = read32(p + 4);
	assert_int_equal(length % 4, 0);
	assert_true(length <= n - *at);
	assert_int_equal(read32(p + length - 4), length);
	end = p + length - 4;
	*at += length;
	p += 8;
	if (out->type == READ_SECTION) {
		assert_int_equal(read32(p), 0x1a2b3c4d);
		assert_int_equal(read16(p + 4), 1);
		assert_int_equal(read16(p + 6), 0);
		assert_int_equal(read32(p + 8), UINT32_MAX);
		assert_int_equal(read32(p + 12), UINT32_MAX);
		p += 16;
	} else if (out->type == READ_INTERFACE) {
		assert_int_equal(read16(p), 1);
		assert_int_equal(read16(p + 2), 0);
		assert_int_equal(read32(p + 4), 65535);
		p += 8;
	} else {
		assert_int_equal(out->type, READ_PACKET);
		out->iface = read32(p);
		out->wall_ns = (uint64_t)read32(p + 4) << 32 | read32(p + 8);
		out->kept = read32(p + 12);
		out->bytes = read32(p + 16);
		out->data = p + 20;
		p += 20 + (out->kept + 3) / 4 * 4;
		for (uint32_t i = out->kept; i % 4 != 0; i++)
			assert_int_equal(out->data[i], 0);
	}
	read_options(p, end, out);
	return true;
}

#endif
