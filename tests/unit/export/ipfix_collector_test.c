/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages over UDP: whatever goes to the kernel by one call, the collector gets each message as a
 * datagram of its own, whole and in order. */
#include "export/ipfix_collector.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/clock.h"
#include "support/wrapped.h"

#define ROUNDS      400
#define RECORD      20 /* bytes */
#define RECORDS_MAX 72 /* of a message */

static unsigned refusals; /* calls to come that tell of an earlier message */

WRAPPED(sendmsg);

ssize_t
__wrap_sendmsg(int fd, const struct msghdr *msg, int flags)
{
	if (refusals == 0)
		return __real_sendmsg(fd, msg, flags);
	refusals--;
	errno = ECONNREFUSED;
	return -1;
}

static unsigned seed = 1;

static unsigned
random_below(unsigned n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % n;
}

struct collector_test {
	struct collector c;
	struct ipfix_queue *q;
	int fd;        /* the collector's */
	uint64_t next; /* number of the next record */
};

static int
setup(void **state)
{
	struct collector_test *f = calloc(1, sizeof(*f));
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct ipfix_cfg cfg = { .protocol = IPFIX_UDP, .mtu = 1500 };
	socklen_t bytes = sizeof(at);
	int buffer = 4 << 20;

	*state = f;
	if (f == NULL)
		return -1;
	f->q = ipfix_queue_create();
	f->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	setsockopt(f->fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	if (f->q == NULL || f->fd < 0 || bind(f->fd, (struct sockaddr *)&at, bytes) < 0
		|| getsockname(f->fd, (struct sockaddr *)&at, &bytes) < 0)
		return -1;
	cfg.template_refresh_ns = 3600 * NS_PER_SECOND;
	cfg.collector.address.family = AF_INET;
	memcpy(cfg.collector.address.bytes, &at.sin_addr, sizeof(at.sin_addr));
	cfg.collector.port = ntohs(at.sin_port);
	collector_init(&f->c, &cfg);
	collector_follow(&f->c, f->q, 1);
	collector_send(&f->c, f->q, 1, 0);
	return f->c.fd >= 0 ? 0 : -1;
}

static int
teardown(void **state)
{
	struct collector_test *f = *state;

	collector_close(&f->c, f->q);
	ipfix_queue_destroy(f->q);
	close(f->fd);
	free(f);
	return 0;
}

/* Takes a datagram; its bytes, or -1: there is none. */
static ssize_t
take(const struct collector_test *f, uint8_t data[static IPFIX_MESSAGE_MAX])
{
	return recv(f->fd, data, IPFIX_MESSAGE_MAX, 0);
}

static void
skip_templates(struct collector_test *f)
{
	uint8_t data[IPFIX_MESSAGE_MAX];

	assert_false(f->c.templates_due);
	while (take(f, data) > 0)
		;
}

/* Makes a message of so many records, each with its number. */
static void
make(struct collector_test *f, unsigned records)
{
	for (unsigned i = 0; i < records; i++, f->next++) {
		uint8_t record[RECORD] = { 0 };

		memcpy(record, &f->next, sizeof(f->next));
		assert_true(ipfix_queue_add(f->q, 256, record, sizeof(record), 1));
	}
	ipfix_queue_flush(f->q);
}

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Reads a message of so many records from that number on. */
static void
expect(const struct collector_test *f, unsigned records, uint64_t first, uint32_t wall_s)
{
	uint8_t data[IPFIX_MESSAGE_MAX];
	size_t bytes = 16 + 4 + (size_t)records * RECORD;

	assert_int_equal(take(f, data), bytes);
	assert_int_equal(data[2] << 8 | data[3], bytes);
	assert_int_equal(be32(data + 4), wall_s);
	assert_int_equal(be32(data + 8), first);
	for (unsigned i = 0; i < records; i++) {
		uint64_t number;

		memcpy(&number, data + 20 + (size_t)i * RECORD, sizeof(number));
		assert_int_equal(number, first + i);
	}
}

/* Sends messages of random lengths, many of them as long as the one before; now and then more of
 * the same length than one call of UDP takes. */
static void
send_and_expect(struct collector_test *f, uint32_t wall_s)
{
	bool most = random_below(8) == 0;
	unsigned n = most ? IPFIX_QUEUE : 1 + random_below(IPFIX_QUEUE), records[IPFIX_QUEUE];
	uint64_t first = f->next, messages = f->c.messages, bytes = f->c.bytes, sum = 0;
	uint8_t data[IPFIX_MESSAGE_MAX];

	f->q->max = IPFIX_MESSAGE_MAX;
	for (unsigned i = 0; i < n; i++) {
		records[i] = most                       ? RECORDS_MAX
			: i > 0 && random_below(4) != 0 ? records[i - 1]
							: 1 + random_below(RECORDS_MAX);
		make(f, records[i]);
		sum += 16 + 4 + records[i] * RECORD;
	}
	collector_send(&f->c, f->q, 1, wall_s);
	assert_int_equal(f->q->kept, 0);
	assert_int_equal(f->c.messages - messages, n);
	assert_int_equal(f->c.bytes - bytes, sum);
	for (unsigned i = 0; i < n; first += records[i], i++)
		expect(f, records[i], first, wall_s);
	assert_int_equal(take(f, data), -1);
}

static void
each_message_is_a_datagram(void **state)
{
	struct collector_test *f = *state;

	skip_templates(f);
	for (unsigned i = 0; i < ROUNDS; i++)
		send_and_expect(f, i);
	assert_false(f->c.one_by_one);
	assert_int_equal(f->c.errors, 0);
}

/* A socket without checksums is one for which the kernel divides nothing. */
static void
a_path_that_divides_nothing_gets_them_one_by_one(void **state)
{
	struct collector_test *f = *state;
	int one = 1;

	skip_templates(f);
	assert_int_equal(setsockopt(f->c.fd, SOL_SOCKET, SO_NO_CHECK, &one, sizeof(one)), 0);
	for (unsigned i = 0; i < ROUNDS; i++)
		send_and_expect(f, i);
	assert_true(f->c.one_by_one);
	assert_int_equal(f->c.errors, 0);
}

static void
nobody_who_listens_costs_no_message_but_those_that_were_refused(void **state)
{
	struct collector_test *f = *state;
	uint8_t data[IPFIX_MESSAGE_MAX];
	struct sockaddr_in at;
	socklen_t bytes = sizeof(at);
	uint64_t first;

	skip_templates(f);
	f->q->max = IPFIX_MESSAGE_MAX;
	assert_int_equal(getsockname(f->fd, (struct sockaddr *)&at, &bytes), 0);
	close(f->fd);
	for (unsigned i = 0; i < 10; i++)
		make(f, 3);
	collector_send(&f->c, f->q, 1, 7); /* the answer is an error of the next call */
	f->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(f->fd, (struct sockaddr *)&at, bytes), 0);
	first = f->next;
	for (unsigned i = 0; i < 10; i++)
		make(f, 3);
	collector_send(&f->c, f->q, 1, 8);
	assert_int_equal(f->c.errors, 1);
	assert_false(f->c.one_by_one);
	for (unsigned i = 0; i < 10; i++)
		expect(f, 3, first + 3 * i, 8);
	assert_int_equal(take(f, data), -1);
}

/* Two answers of a collector's host, of which the second comes while the first one is told. */
static void
refusals_do_not_end_that_messages_go_together(void **state)
{
	struct collector_test *f = *state;

	skip_templates(f);
	f->q->max = IPFIX_MESSAGE_MAX;
	for (unsigned i = 0; i < 10; i++)
		make(f, 3);
	refusals = 2;
	collector_send(&f->c, f->q, 1, 7);
	assert_int_equal(refusals, 0);
	assert_false(f->c.one_by_one);
	for (unsigned i = 0; i < 10; i++)
		expect(f, 3, 3 * i, 7);
	assert_int_equal(take(f, (uint8_t[IPFIX_MESSAGE_MAX]){ 0 }), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_message_is_a_datagram, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_path_that_divides_nothing_gets_them_one_by_one, setup, teardown),
		cmocka_unit_test_setup_teardown(
			nobody_who_listens_costs_no_message_but_those_that_were_refused, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			refusals_do_not_end_that_messages_go_together, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
