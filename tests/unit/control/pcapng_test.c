/* SPDX-License-Identifier: BSD-3-Clause */
/* Files of format pcapng: each block as another reader sees it, for frames and texts of every
 * length modulo four. */
#include "control/pcapng.h"

#include <stdlib.h>

#include "unit/control/pcapng_read.h"

static void
sections_and_interfaces(void **state)
{
	struct pcapng p = { 0 };
	struct read_block b;
	size_t at = 0;

	(void)state;
	pcapng_begin(&p);
	assert_int_equal(pcapng_interface(&p, "lan"), 0);
	assert_int_equal(pcapng_interface(&p, "guests"), 1);
	assert_int_equal(pcapng_interface(&p, ""), 2);
	assert_false(p.failed);
	assert_true(read_block(p.data, p.n, &at, &b));
	assert_int_equal(b.type, READ_SECTION);
	assert_true(read_block(p.data, p.n, &at, &b));
	assert_int_equal(b.type, READ_INTERFACE);
	assert_string_equal(b.text, "lan");
	assert_true(read_block(p.data, p.n, &at, &b));
	assert_string_equal(b.text, "guests");
	assert_true(read_block(p.data, p.n, &at, &b));
	assert_false(read_block(p.data, p.n, &at, &b));
	p.n = 0;
	pcapng_begin(&p);
	assert_int_equal(pcapng_interface(&p, "lan"), 0);
	free(p.data);
}

static void
packets_with_what_is_said_of_them(void **state)
{
	static uint8_t frame[600];
	struct pcapng p = { 0 };
	struct read_block b;
	size_t at = 0;

	(void)state;
	for (unsigned i = 0; i < sizeof(frame); i++)
		frame[i] = (uint8_t)(i + 1);
	pcapng_begin(&p);
	for (unsigned i = 0; i < 64; i++) {
		static const char text[] = "drop acl_denied";
		char comment[32];
		struct pcapng_packet packet = {
			.iface = i % 3,
			.wall_ns = 0x1122334455667788ull + i,
			.direction = i % 2,
			.frame = frame,
			.kept = i < 32 ? i : 128,
			.bytes = i < 32 ? i + i % 4 : 120 + 9 * i,
			.padded = i % 5 == 0,
			.comment = i % 7 != 0 ? comment : NULL,
		};

		snprintf(comment, sizeof(comment), "%.*s", (int)(i % 12), text);
		packet.kept = packet.kept < packet.bytes ? packet.kept : packet.bytes;
		pcapng_add(&p, &packet);
	}
	assert_false(p.failed);
	assert_true(read_block(p.data, p.n, &at, &b));
	for (unsigned i = 0; i < 64; i++) {
		uint32_t bytes = i < 32 ? i + i % 4 : 120 + 9 * i, kept = i < 32 ? i : 128;
		char comment[32] = "";

		kept = kept < bytes ? kept : bytes;
		assert_true(read_block(p.data, p.n, &at, &b));
		assert_int_equal(b.type, READ_PACKET);
		assert_int_equal(b.iface, i % 3);
		assert_true(b.wall_ns == 0x1122334455667788ull + i);
		assert_int_equal(b.bytes, bytes);
		assert_int_equal(b.kept, i % 5 == 0 ? bytes : kept);
		assert_memory_equal(b.data, frame, kept);
		for (uint32_t k = kept; k < b.kept; k++)
			assert_int_equal(b.data[k], 0);
		assert_int_equal(b.flags, i % 2);
		if (i % 7 != 0)
			snprintf(
				comment, sizeof(comment), "%.*s", (int)(i % 12), "drop acl_denied");
		assert_string_equal(b.text, comment);
	}
	assert_false(read_block(p.data, p.n, &at, &b));
	free(p.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_and_interfaces),
		cmocka_unit_test(packets_with_what_is_said_of_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
