/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages of IPFIX: headers, sets, sequence numbers, what is kept until it is acknowledged. */
#include "export/ipfix_queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static unsigned
be16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)be16(p) << 16 | be16(p + 2);
}

static int
setup(void **state)
{
	struct ipfix_queue *q = ipfix_queue_create();

	*state = q;
	if (q != NULL)
		q->max = 100;
	return q != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	ipfix_queue_destroy(*state);
	return 0;
}

static const uint8_t record[20] = { 1, 2, 3 };

static void
records_of_a_template_share_a_set(void **state)
{
	struct ipfix_queue *q = *state;
	const struct ipfix_message *m;

	q->sequence = 1000;
	assert_true(ipfix_queue_add(q, 256, record, 20, 0));
	assert_true(ipfix_queue_add(q, 256, record, 20, 0));
	assert_true(ipfix_queue_add(q, 257, record, 20, 0));
	assert_null(ipfix_queue_head(q));
	ipfix_queue_flush(q);
	m = ipfix_queue_head(q);
	assert_int_equal(m->bytes, 16 + 4 + 40 + 4 + 20);
	assert_int_equal(be16(m->data), 10);
	assert_int_equal(be16(m->data + 2), m->bytes);
	assert_int_equal(be32(m->data + 8), 1000);
	assert_int_equal(be16(m->data + 16), 256);
	assert_int_equal(be16(m->data + 18), 44);
	assert_int_equal(be16(m->data + 60), 257);
	assert_int_equal(be16(m->data + 62), 24);
	assert_memory_equal(m->data + 64, record, 20);
	assert_int_equal(m->records, 3);
}

static void
a_message_ends_before_it_is_too_long(void **state)
{
	struct ipfix_queue *q = *state;

	for (unsigned i = 0; i < 10; i++)
		assert_true(ipfix_queue_add(q, 256, record, 20, 0));
	ipfix_queue_flush(q);
	assert_int_equal(q->kept, 4); /* 3 records each */
	assert_int_equal(q->message[0].bytes, 80);
	assert_int_equal(be32(q->message[1].data + 8), 3);
	assert_int_equal(q->message[3].records, 1);
}

static void
lost_records_are_a_gap(void **state)
{
	struct ipfix_queue *q = *state;

	ipfix_queue_add(q, 256, record, 20, 0);
	q->sequence += 5;
	ipfix_queue_flush(q);
	ipfix_queue_add(q, 256, record, 20, 0);
	ipfix_queue_flush(q);
	assert_int_equal(be32(q->message[0].data + 8), 0);
	assert_int_equal(be32(q->message[1].data + 8), 6);
}

static void
a_full_queue_takes_no_more_and_loses_nothing(void **state)
{
	struct ipfix_queue *q = *state;
	unsigned n = 0;

	while (ipfix_queue_add(q, 256, record, 20, 0))
		n++;
	assert_int_equal(n, 3 * IPFIX_QUEUE);
	ipfix_queue_next(q);
	ipfix_queue_next(q);
	ipfix_queue_release(q, 1);
	assert_int_equal(be32(ipfix_queue_head(q)->data + 8), 6);
	assert_true(ipfix_queue_add(q, 256, record, 20, 0));
	ipfix_queue_rewind(q); /* what was not acknowledged is sent again */
	assert_int_equal(be32(ipfix_queue_head(q)->data + 8), 3);
	assert_int_equal(ipfix_queue_sequence(q), 3);
}

static void
templates_fit_into_small_messages(void **state)
{
	struct ipfix_templates t = { .max = 548, .sequence = 7 };
	uint8_t data[IPFIX_MESSAGE_MAX];
	unsigned messages = 0;
	size_t bytes;

	for (; (bytes = ipfix_templates_message(data, &t)) != 0; messages++) {
		assert_in_range(bytes, 20, 548);
		assert_int_equal(be16(data + 2), bytes);
		assert_int_equal(be32(data + 8), 7);
	}
	assert_in_range(messages, 2, 9);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(records_of_a_template_share_a_set, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_message_ends_before_it_is_too_long, setup, teardown),
		cmocka_unit_test_setup_teardown(lost_records_are_a_gap, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_full_queue_takes_no_more_and_loses_nothing, setup, teardown),
		cmocka_unit_test(templates_fit_into_small_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
