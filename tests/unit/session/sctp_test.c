/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "session/sctp.h"

#define TO_CLIENT 0x0a0a0a0au /* the tag of packets to the client: of its INIT */
#define TO_SERVER 0x7a7a7a7au

struct line {
	struct session s;
	struct sctp_offer latest;
};

/* Lets a packet of one chunk pass by. */
static struct sctp_verdict
pass(struct line *l, bool reply, unsigned type, uint32_t tag, uint32_t init_tag)
{
	struct sctp_packet p = {
		.tag = tag, .init_tag = init_tag, .chunks = 1u << type, .n_chunks = 1
	};

	return sctp_track(&l->s, &l->latest, reply, &p);
}

/* The first n packets of a handshake. */
static void
shake(struct line *l, unsigned n)
{
	static const struct {
		bool reply;
		unsigned type;
		uint32_t tag, init_tag;
	} packet[] = {
		{ false, SCTP_INIT, 0, TO_CLIENT },
		{ true, SCTP_INIT_ACK, TO_CLIENT, TO_SERVER },
		{ false, SCTP_COOKIE_ECHO, TO_SERVER, 0 },
		{ true, SCTP_COOKIE_ACK, TO_CLIENT, 0 },
	};

	memset(l, 0, sizeof(*l));
	l->s.proto = IPPROTO_SCTP;
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(
			pass(l, packet[i].reply, packet[i].type, packet[i].tag, packet[i].init_tag)
				.reason,
			REASON_NONE);
}

static void
a_handshake_ends_in_established(void **state)
{
	static const enum sctp_state after[] = { SCTP_NONE, SCTP_COOKIE_WAIT, SCTP_COOKIE_ECHOED,
		SCTP_COOKIE_ECHOED, SCTP_ESTABLISHED };
	struct line l;

	(void)state;
	for (unsigned n = 0; n < 5; n++) {
		shake(&l, n);
		assert_int_equal(l.s.state, after[n]);
	}
	assert_int_equal(sctp_class(&l.s), SESSION_ESTABLISHED);
	assert_int_equal(pass(&l, false, 0, TO_SERVER, 0).reason, REASON_NONE);
	assert_int_equal(pass(&l, true, 0, TO_CLIENT, 0).reason, REASON_NONE);
}

/* Any chunk by either side with a tag that was never sent, at any point of a handshake: it passes
 * in the case of INIT alone, and no state or tag of the association differs afterwards. */
static void
who_knows_no_tag_changes_nothing(void **state)
{
	(void)state;
	srandom(1);
	for (unsigned i = 0; i < 200000; i++) {
		struct line l, before;
		unsigned type = (unsigned)random() % 16, n = 1 + (unsigned)random() % 4;
		bool reply = random() & 1;
		struct sctp_packet p = { .tag = (uint32_t)random() | 1,
			.init_tag = 5,
			.n_chunks = 1,
			.chunks = 1u << type | 1u << (unsigned)random() % 16,
			.reflected = random() & 1 };

		if (p.tag == TO_CLIENT || p.tag == TO_SERVER)
			continue;
		shake(&l, n);
		before = l;
		assert_int_not_equal(sctp_track(&l.s, &l.latest, reply, &p).reason, REASON_NONE);
		assert_memory_equal(&l, &before, sizeof(l));
	}
}

static void
forged_inits_do_not_stop_a_handshake(void **state)
{
	struct line l;

	(void)state;
	for (unsigned at = 1; at <= 4; at++) {
		shake(&l, at);
		for (uint32_t i = 0; i < 100; i++) {
			assert_int_equal(
				pass(&l, i & 1, SCTP_INIT, 0, 1000 + i).reason, REASON_NONE);
			assert_int_not_equal(
				pass(&l, true, SCTP_COOKIE_ACK, 1000 + i, 0).reason, REASON_NONE);
		}
		if (at < 2)
			assert_int_equal(
				pass(&l, true, SCTP_INIT_ACK, TO_CLIENT, TO_SERVER).reason, 0);
		if (at < 3)
			assert_int_equal(pass(&l, false, SCTP_COOKIE_ECHO, TO_SERVER, 0).reason, 0);
		assert_int_equal(pass(&l, true, SCTP_COOKIE_ACK, TO_CLIENT, 0).reason, 0);
		assert_int_equal(l.s.state, SCTP_ESTABLISHED);
		assert_int_equal(pass(&l, false, 0, TO_SERVER, 0).reason, REASON_NONE);
	}
}

static void
both_sides_may_begin(void **state)
{
	struct line l = { .s = { .proto = IPPROTO_SCTP } };

	(void)state;
	assert_int_equal(pass(&l, false, SCTP_INIT, 0, TO_CLIENT).reason, 0);
	assert_int_equal(pass(&l, true, SCTP_INIT, 0, TO_SERVER).reason, 0);
	assert_int_equal(pass(&l, true, SCTP_INIT_ACK, TO_CLIENT, TO_SERVER).reason, 0);
	assert_int_equal(pass(&l, false, SCTP_INIT_ACK, TO_SERVER, TO_CLIENT).reason, 0);
	assert_int_equal(pass(&l, false, SCTP_COOKIE_ECHO, TO_SERVER, 0).reason, 0);
	assert_int_equal(pass(&l, true, SCTP_COOKIE_ECHO, TO_CLIENT, 0).reason, 0);
	assert_int_equal(pass(&l, true, SCTP_COOKIE_ACK, TO_CLIENT, 0).reason, 0);
	assert_int_equal(pass(&l, false, SCTP_COOKIE_ACK, TO_SERVER, 0).reason, 0);
	assert_int_equal(l.s.state, SCTP_ESTABLISHED);
	assert_int_equal(l.s.sctp.tag[0], TO_SERVER);
	assert_int_equal(l.s.sctp.tag[1], TO_CLIENT);
}

static void
expect_shutdown(struct line *l, bool server, bool shutdown_seen)
{
	const uint32_t to_peer = server ? TO_CLIENT : TO_SERVER;
	const uint32_t back = server ? TO_SERVER : TO_CLIENT;

	if (shutdown_seen) {
		assert_int_equal(pass(l, server, SCTP_SHUTDOWN, to_peer, 0).reason, 0);
		assert_int_equal(l->s.state, SCTP_SHUTDOWN_SENT);
	}
	assert_int_equal(pass(l, !server, SCTP_SHUTDOWN_ACK, back, 0).reason, 0);
	assert_int_equal(l->s.state, SCTP_SHUTDOWN_ACK_SENT);
	assert_int_equal(sctp_class(&l->s),
		l->s.flags & SESSION_LOOSE ? SESSION_REPLIED : SESSION_ESTABLISHED);
	assert_int_equal(pass(l, server, SCTP_SHUTDOWN_COMPLETE, to_peer, 0).reason, 0);
	assert_int_equal(l->s.state, SCTP_CLOSED);
	assert_int_equal(sctp_class(&l->s), SESSION_CLOSED);
}

/* Either side shuts down; of an association that is picked up just then, the SHUTDOWN has not been
 * seen. */
static void
an_association_is_shut_down(void **state)
{
	struct line l;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		shake(&l, 4);
		expect_shutdown(&l, i & 1, i & 2);
		shake(&l, 0);
		l.s.flags = SESSION_LOOSE;
		assert_int_equal(pass(&l, false, 0, TO_SERVER, 0).reason, 0);
		assert_int_equal(pass(&l, true, 0, TO_CLIENT, 0).reason, 0);
		expect_shutdown(&l, i & 1, i & 2);
	}
}

/* RFC 9260 5.1: other chunks may follow a COOKIE ACK in its packet. */
static void
a_server_may_shut_down_at_once(void **state)
{
	const struct sctp_packet p = { .tag = TO_CLIENT,
		.chunks = 1u << SCTP_COOKIE_ACK | 1u << SCTP_SHUTDOWN,
		.n_chunks = 2 };
	struct line l;

	(void)state;
	shake(&l, 3);
	assert_int_equal(sctp_track(&l.s, &l.latest, true, &p).reason, REASON_NONE);
	assert_int_equal(l.s.state, SCTP_SHUTDOWN_SENT);
	expect_shutdown(&l, true, false);
}

static bool
has_sent(const struct line *l, bool reply, uint32_t tag)
{
	return sctp_has_sent(&l->s, &l->latest, reply, tag);
}

/* The packets that an error may quote: as far as the handshake has come. */
static void
what_a_side_has_sent_is_known_by_its_tag(void **state)
{
	struct line l;

	(void)state;
	for (unsigned n = 0; n <= 4; n++) {
		shake(&l, n);
		assert_int_equal(has_sent(&l, false, 0), n > 0 && n < 4); /* its INIT */
		assert_false(has_sent(&l, true, 0));
		assert_int_equal(has_sent(&l, true, TO_CLIENT), n > 0);
		assert_int_equal(has_sent(&l, false, TO_SERVER), n > 1);
		for (unsigned reply = 0; reply < 2; reply++)
			assert_false(has_sent(&l, reply, 0x12345678));
		assert_false(has_sent(&l, true, TO_SERVER));
		assert_false(has_sent(&l, false, TO_CLIENT));
	}
}

/* The shortest packets there are: of a chunk that is its header. */
static void
a_packet_ends_with_its_last_chunk(void **state)
{
	static const uint8_t ack[16] = { [7] = 9, [12] = SCTP_SHUTDOWN_ACK, [15] = 4 };
	static const uint8_t more[16] = { [7] = 9, [12] = SCTP_SHUTDOWN_ACK, [15] = 5 };
	struct sctp_packet p;

	(void)state;
	sctp_read(&p, ack, sizeof(ack), false);
	assert_false(p.bad);
	assert_int_equal(p.tag, 9);
	assert_int_equal(p.n_chunks, 1);
	assert_int_equal(p.chunks, 1u << SCTP_SHUTDOWN_ACK);
	sctp_read(&p, more, sizeof(more), false);
	assert_true(p.bad);
	sctp_read(&p, more, sizeof(more), true); /* quoted by an error, which cuts it */
	assert_false(p.bad);
}

static void
any_bytes_are_read_within_bounds(void **state)
{
	(void)state;
	srandom(3);
	for (unsigned i = 0; i < 100000; i++) {
		size_t n = 12 + (size_t)random() % 60;
		uint8_t *bytes = malloc(n); /* of the exact size, for the sanitizer */
		struct sctp_packet p;

		assert_non_null(bytes);
		for (size_t k = 0; k < n; k++)
			bytes[k] = (uint8_t)(k % 4 == 2 ? 0 : random() % (k % 4 == 3 ? 40 : 256));
		sctp_read(&p, bytes, (uint32_t)n, random() & 1);
		free(bytes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_handshake_ends_in_established),
		cmocka_unit_test(who_knows_no_tag_changes_nothing),
		cmocka_unit_test(forged_inits_do_not_stop_a_handshake),
		cmocka_unit_test(both_sides_may_begin),
		cmocka_unit_test(an_association_is_shut_down),
		cmocka_unit_test(a_server_may_shut_down_at_once),
		cmocka_unit_test(what_a_side_has_sent_is_known_by_its_tag),
		cmocka_unit_test(a_packet_ends_with_its_last_chunk),
		cmocka_unit_test(any_bytes_are_read_within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
