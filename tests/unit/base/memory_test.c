/* SPDX-License-Identifier: BSD-3-Clause */
/* Blocks get their pages before anything touches them, part by part, whatever is given back
 * meanwhile. */

#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define MIB ((size_t)1 << 20)

/* Returns how many bytes of a block are in memory. */
static size_t
resident(const void *block, size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), n = 0;
	unsigned char *in = malloc(bytes / page);

	assert_non_null(in);
	assert_int_equal(mincore((void *)(uintptr_t)block, bytes, in), 0);
	for (size_t i = 0; i < bytes / page; i++)
		n += (in[i] & 1) * page;
	free(in);
	return n;
}

static void
a_block_gets_its_pages_part_by_part(void **state)
{
	uint8_t *block = memory_take(6 * MIB + 4096, -1);

	assert_non_null(block);
	assert_int_equal(resident(block, 6 * MIB + 4096), 0);
	for (size_t part = 1; part <= 3; part++) {
		assert_true(memory_populate(2 * MIB));
		assert_int_equal(resident(block, 6 * MIB + 4096), part * 2 * MIB);
	}
	assert_false(memory_populate(2 * MIB)); /* the last page, and no other block */
	assert_int_equal(resident(block, 6 * MIB + 4096), 6 * MIB + 4096);
	assert_false(memory_populate(2 * MIB));
	memory_give(block, 6 * MIB + 4096);
}

static void
a_block_that_may_stay_unused_waits_for_all_others(void **state)
{
	uint8_t *first = memory_take(4 * MIB, -1), *last = memory_take_last(4 * MIB, -1);
	uint8_t *second = memory_take(4 * MIB, -1);

	assert_non_null(first);
	assert_non_null(last);
	assert_non_null(second);
	assert_true(memory_populate(8 * MIB));
	assert_int_equal(resident(first, 4 * MIB), 4 * MIB);
	assert_int_equal(resident(second, 4 * MIB), 4 * MIB);
	assert_int_equal(resident(last, 4 * MIB), 0);
	assert_false(memory_populate(4 * MIB));
	assert_int_equal(resident(last, 4 * MIB), 4 * MIB);
	memory_give(second, 4 * MIB);
	memory_give(last, 4 * MIB);
	memory_give(first, 4 * MIB);
}

static void
what_is_written_stays(void **state)
{
	uint8_t *block = memory_take(4 * MIB, -1);

	assert_non_null(block);
	memset(block, 7, 3 * MIB);
	while (memory_populate(MIB)) {}
	assert_int_equal(resident(block, 4 * MIB), 4 * MIB);
	for (size_t i = 0; i < 4 * MIB; i++)
		assert_int_equal(block[i], i < 3 * MIB ? 7 : 0);
	memory_give(block, 4 * MIB);
}

static void
a_block_that_is_given_back_is_forgotten(void **state)
{
	uint8_t *first = memory_take(4 * MIB, -1), *second = memory_take(4 * MIB, -1);

	assert_non_null(first);
	assert_non_null(second);
	assert_true(memory_populate(2 * MIB));
	memory_give(second, 4 * MIB);
	while (memory_populate(2 * MIB)) {}
	assert_int_equal(resident(first, 4 * MIB), 4 * MIB);
	memory_give(first, 4 * MIB);
	assert_false(memory_populate(2 * MIB));
	assert_int_equal(memory_held_bytes(), 0);
}

static void
small_blocks_and_those_for_learning_sizes_stay_empty(void **state)
{
	void *small = memory_take(MIB, -1), *void_block;

	memory_without_reserve = true;
	void_block = memory_take(4 * MIB, -1);
	memory_without_reserve = false;
	assert_non_null(void_block);
	assert_false(memory_populate(16 * MIB));
	assert_int_equal(resident(small, MIB) + resident(void_block, 4 * MIB), 0);
	memory_give(small, MIB);
	memory_give(void_block, 4 * MIB);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_block_gets_its_pages_part_by_part),
		cmocka_unit_test(a_block_that_may_stay_unused_waits_for_all_others),
		cmocka_unit_test(what_is_written_stays),
		cmocka_unit_test(a_block_that_is_given_back_is_forgotten),
		cmocka_unit_test(small_blocks_and_those_for_learning_sizes_stay_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
