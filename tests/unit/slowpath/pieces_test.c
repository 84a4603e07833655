/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes of a datagram: what contradicts, and what is the same once more. */

#include "slowpath/fragments/fragments.h"

#include "fragments_fixture.h"

static void
other_bytes_kill_a_datagram(void **state)
{
	struct holding *f = *state;

	assert_int_equal(later(f, 1, 1, 1), FRAGMENT_TAKEN);
	assert_int_equal(later(f, 1, 1, 1), FRAGMENT_TAKEN);
	assert_int_equal(
		take(f,
			&(struct piece_of){
				.src = 1, .id = 1, .iface = 1, .n = 1, .last = true, .fill = 7 }),
		FRAGMENT_DROP);
	assert_int_equal(f->why, REASON_frag_overlap);
	assert_int_equal(dropped(f, 1, REASON_frag_overlap), 2);
	assert_int_equal(
		take(f, &(struct piece_of){ .src = 1, .id = 1, .iface = 1 }), FRAGMENT_DROP);
	f->now_ns += FRAGMENT_TIMEOUT_NS;
	fragments_age(f->fragments, f->now_ns);
	assert_int_equal(fragments_live(f->fragments), 0);
}

/* Wherever the payload begins: in the first segment, at its end, or in the second one. */
static void
bytes_of_all_segments_are_compared(void **state)
{
	static const uint16_t splits[] = { L3 + HEADER - 10, L3 + HEADER, L3 + HEADER + 10 };
	struct holding *f = *state;
	struct piece_of p = { .src = 1, .iface = 1, .n = 1, .last = true };

	for (unsigned i = 0; i < 3; i++) {
		p.id = i + 1;
		p.split = splits[i];
		p.fill = 0;
		assert_int_equal(take(f, &p), FRAGMENT_TAKEN);
		assert_int_equal(take(f, &p), FRAGMENT_TAKEN);
		p.fill = 7;
		assert_int_equal(take(f, &p), FRAGMENT_DROP);
		assert_int_equal(f->why, REASON_frag_overlap);
	}
	f->now_ns += FRAGMENT_TIMEOUT_NS;
	fragments_age(f->fragments, f->now_ns);
}

/* One byte that differs is enough, wherever it is, in either family. */
static void
any_other_byte_is_noticed(void **state)
{
	static const uint16_t splits[] = { 0, L3 + HEADER - 10, L3 + HEADER, L3 + HEADER + 10,
		L3 + HEADER + 16 };
	struct holding *f = *state;
	uint32_t id = 0;

	for (unsigned i = 0; i < 2 * sizeof(splits) / sizeof(splits[0]); i++) {
		struct piece_of p = { .src = 1, .iface = 1, .n = 1, .last = true };

		p.split = splits[i / 2];
		p.v6 = i % 2 == 1;
		for (unsigned byte = 1; byte <= PIECE; byte++) {
			p.id = ++id;
			p.other = 0;
			assert_int_equal(take(f, &p), FRAGMENT_TAKEN);
			assert_int_equal(take(f, &p), FRAGMENT_TAKEN);
			p.other = byte;
			assert_int_equal(take(f, &p), FRAGMENT_DROP);
			assert_int_equal(f->why, REASON_frag_overlap);
		}
	}
}

/* A last fragment that ends before bytes that have been seen. */
static void
no_byte_is_behind_the_end(void **state)
{
	struct holding *f = *state;

	assert_int_equal(take(f, &(struct piece_of){ .src = 1, .id = 1, .iface = 1, .n = 3 }),
		FRAGMENT_TAKEN);
	assert_int_equal(later(f, 1, 1, 1), FRAGMENT_DROP);
	assert_int_equal(f->why, REASON_frag_overlap);
}

/* A datagram that takes the place of a longer one has none of its bytes. */
static void
an_entry_used_again_has_no_bytes(void **state)
{
	struct holding *f = *state;

	for (unsigned n = 5; n < 9; n++)
		assert_int_equal(
			take(f, &(struct piece_of){ .src = 1, .id = 1, .iface = 1, .n = n }),
			FRAGMENT_TAKEN);
	f->now_ns += FRAGMENT_TIMEOUT_NS;
	fragments_age(f->fragments, f->now_ns);
	assert_int_equal(later(f, 1, 2, 1), FRAGMENT_TAKEN);
	first(f, 1, 2, 1, REASON_NONE);
	released(f);
	assert_int_equal(fragments_live(f->fragments), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fragments_unit(other_bytes_kill_a_datagram),
		fragments_unit(bytes_of_all_segments_are_compared),
		fragments_unit(any_other_byte_is_noticed),
		fragments_unit(no_byte_is_behind_the_end),
		fragments_unit(an_entry_used_again_has_no_bytes),
	};

	return cmocka_run_group_tests(tests, start, end);
}
