/* SPDX-License-Identifier: BSD-3-Clause */
/* NAT's addresses in a connected subnet: probed for, then announced and answered for (RFC 5227). */
#include "frames.h"

#define EVERYBODY "ffffffffffff"
#define PEER      "020000000009"
#define OTHER     "020000000008"
#define OURS      "020000000001"
#define REQUEST   " 0806 0001 0800 06 04 0001 "
#define REPLY     " 0806 0001 0800 06 04 0002 "
#define NOBODY    "000000000000"
#define ZERO      "00000000"
#define IP_PEER   "c0000209" /* 192.0.2.9 */
#define NAT       "c000024d" /* 192.0.2.77 */
#define NAT_2     "c000024e"
#define PROBE     EVERYBODY OURS REQUEST OURS ZERO NOBODY
#define ANNOUNCE  EVERYBODY OURS REQUEST OURS
#define QUESTION  EVERYBODY PEER REQUEST PEER IP_PEER NOBODY
#define CLAIMED   EVERYBODY OTHER REPLY OTHER NAT NOBODY ZERO

static const rte_be32_t public[] = {
	RTE_STATIC_BSWAP32(0x08080808),
	RTE_STATIC_BSWAP32(0xc000024d),
	RTE_STATIC_BSWAP32(0xc000024e),
};

static struct public_address of_nat[sizeof(public) / sizeof(public[0])];

/* The host knows its own addresses for long; then NAT gets the first n of the addresses. */
static void
given_public(struct two_links *f, struct generation *with, unsigned n)
{
	after(f, 10);
	*with = f->gen;
	with->public = of_nat;
	with->n_public = n;
	for (unsigned i = 0; i < n; i++)
		of_nat[i] = (struct public_address){ public[i], DOMAIN_MAIN, i != 0 ? LAN : 0,
			(uint16_t)(7 * i) };
	host_configure(f->host, with);
	f->n_seen = f->n_sent;
}

static void
expect_silence(struct two_links *f, const char *address)
{
	char question[128];

	snprintf(question, sizeof(question), "%s%s", QUESTION, address);
	receive_hex(f, 0, question);
	expect_nothing(f);
}

static void
expect_answer(struct two_links *f, const char *address)
{
	char question[128], answer[128];

	snprintf(question, sizeof(question), "%s%s", QUESTION, address);
	snprintf(answer, sizeof(answer), PEER OURS REPLY OURS "%s" PEER IP_PEER, address);
	receive_hex(f, 0, question);
	expect_hex(f, 0, answer);
}

static void
an_address_is_ours_after_three_probes(void **state)
{
	struct two_links *f = *state;
	struct generation with;

	given_public(f, &with, 2);
	for (unsigned i = 0; i < 3; i++) {
		after(f, i == 0 ? 0.1 : 1);
		expect_hex(f, 0, PROBE NAT);
		expect_silence(f, NAT);
	}
	after(f, 1.8);
	expect_silence(f, NAT);
	after(f, 0.3);
	expect_hex(f, 0, ANNOUNCE NAT NOBODY NAT);
	expect_answer(f, NAT);
	after(f, 10);
	expect_hex(f, 0, ANNOUNCE NAT NOBODY NAT);
	expect_nothing(f);

	host_configure(f->host, &f->gen); /* without NAT */
	after(f, 10);
	expect_silence(f, NAT);
}

static void
an_address_that_somebody_has_is_left_alone(void **state)
{
	struct two_links *f = *state;
	struct host_conflict conflict;
	struct generation with;
	uint32_t seen = 0;

	given_public(f, &with, 3);
	after(f, 0.1);
	f->n_told = 0;
	receive_hex(f, 0, CLAIMED);
	after(f, 20);
	while (f->n_seen < f->n_sent) {
		const struct rte_mbuf *m = next_sent(f, 0);

		/* no announcement: the sender of all that speaks of .77 is 0.0.0.0 */
		assert_memory_not_equal(
			rte_pktmbuf_mtod_offset(m, char *, 28), "\xc0\x00\x02\x4d", 4);
	}
	expect_silence(f, NAT);
	expect_answer(f, NAT_2);

	assert_int_equal(f->told[0].heard, HEARD_CONFLICT);
	assert_true(host_conflict_next(f->host, &seen, &conflict));
	assert_int_equal(conflict.address, public[1]);
	assert_int_equal(conflict.iface, LAN);
	assert_int_equal(conflict.mac[5], 8);
	assert_false(host_conflict_next(f->host, &seen, &conflict));
	assert_true(host_is_contested(f->host, public[1]));
	assert_false(host_is_contested(f->host, public[0]));
	host_configure(f->host, &with);
	assert_true(host_is_contested(f->host, public[1]));

	/* asked again half a minute after: it is free now */
	after(f, 20);
	f->n_seen = f->n_sent;
	expect_answer(f, NAT);
	assert_false(host_is_contested(f->host, public[1]));
	host_configure(f->host, &f->gen);
}

/* Two stations that begin at once both give way. */
static void
another_probe_for_the_address_is_a_conflict(void **state)
{
	struct two_links *f = *state;
	struct generation with;

	given_public(f, &with, 2);
	after(f, 0.1);
	receive_hex(f, 0, EVERYBODY OTHER REQUEST OTHER ZERO NOBODY NAT);
	after(f, 10);
	f->n_seen = f->n_sent;
	expect_silence(f, NAT);
	host_configure(f->host, &f->gen);
}

static void
a_question_for_the_address_is_no_conflict(void **state)
{
	struct two_links *f = *state;
	struct generation with;

	given_public(f, &with, 2);
	after(f, 0.1);
	receive_hex(f, 0, QUESTION NAT);
	after(f, 10);
	f->n_seen = f->n_sent;
	expect_answer(f, NAT);
	host_configure(f->host, &f->gen);
}

/* What is ours is not lost to whoever says so later; it is said again, once in ten seconds. */
static void
an_address_that_is_ours_is_defended(void **state)
{
	struct two_links *f = *state;
	struct generation with;
	uint32_t seen = 0;
	struct host_conflict conflict;

	given_public(f, &with, 2);
	after(f, 30);
	f->n_seen = f->n_sent;
	for (unsigned i = 0; i < 50; i++)
		assert_int_equal(receive_hex(f, 0, CLAIMED), REASON_neighbour_ours);
	after(f, 1);
	expect_hex(f, 0, ANNOUNCE NAT NOBODY NAT);
	receive_hex(f, 0, CLAIMED);
	after(f, 1);
	expect_nothing(f);
	expect_answer(f, NAT);
	assert_false(host_conflict_next(f->host, &seen, &conflict));
	host_configure(f->host, &f->gen);
}

static void
a_reload_probes_for_new_addresses_alone(void **state)
{
	struct two_links *f = *state;
	struct generation with, more;

	given_public(f, &with, 2);
	after(f, 10);
	given_public(f, &more, 3);
	expect_answer(f, NAT);
	after(f, 0.1);
	expect_hex(f, 0, PROBE NAT_2);
	expect_nothing(f);
	after(f, 10);
	f->n_seen = f->n_sent;
	expect_answer(f, NAT_2);
	host_configure(f->host, &f->gen);
}

/* Its MAC is another one: the link must hear of that, and what it knew was of another station. */
static void
a_reload_with_another_mac_probes_again(void **state)
{
	struct two_links *f = *state;
	struct generation with, other;
	struct interface lan = f->iface[LAN];

	given_public(f, &with, 2);
	after(f, 10);
	other = with;
	lan.mac[5] = 0x71;
	other.iface[LAN] = &lan;
	host_configure(f->host, &other);
	f->n_seen = f->n_sent;
	expect_silence(f, NAT);
	host_configure(f->host, &f->gen);
	f->n_seen = f->n_sent;
}

/* Reloads that follow one another at once, so that nothing is examined in between. */
static void
reloads_in_a_row_keep_what_is_ours(void **state)
{
	struct two_links *f = *state;
	struct generation with;

	given_public(f, &with, 3);
	after(f, 10);
	f->n_seen = f->n_sent;
	for (unsigned i = 0; i < 100; i++)
		host_configure(f->host, &with);
	expect_answer(f, NAT);
	expect_answer(f, NAT_2);
	after(f, 10);
	expect_nothing(f);
	host_configure(f->host, &f->gen);
}

/* The place of an address that is gone becomes another address's. */
static void
another_address_at_the_place_is_probed(void **state)
{
	struct two_links *f = *state;
	struct generation with, other;
	struct public_address moved = { public[2], DOMAIN_MAIN, LAN, 7 };

	given_public(f, &with, 2);
	after(f, 0.1);
	receive_hex(f, 0, CLAIMED);
	assert_true(host_is_contested(f->host, public[1]));
	other = with;
	other.public = &moved;
	other.n_public = 1;
	host_configure(f->host, &other);
	assert_false(host_is_contested(f->host, public[2]));
	f->n_seen = f->n_sent;
	expect_silence(f, NAT_2);
	after(f, 0.1);
	expect_hex(f, 0, PROBE NAT_2);
	after(f, 10);
	f->n_seen = f->n_sent;
	expect_answer(f, NAT_2);
	expect_silence(f, NAT);
	host_configure(f->host, &f->gen);
}

/* An address that was gone for a while may be another station's now. */
static void
an_address_that_comes_back_is_probed(void **state)
{
	struct two_links *f = *state;
	struct generation with;

	given_public(f, &with, 2);
	after(f, 10);
	host_configure(f->host, &f->gen);
	after(f, 1);
	host_configure(f->host, &with);
	f->n_seen = f->n_sent;
	expect_silence(f, NAT);
	after(f, 0.1);
	expect_hex(f, 0, PROBE NAT);
	host_configure(f->host, &f->gen);
}

static void
an_address_that_moves_to_another_link_is_probed_there(void **state)
{
	struct two_links *f = *state;
	struct generation with, other;
	struct public_address moved = { public[1], DOMAIN_MAIN, WAN, 7 };

	given_public(f, &with, 2);
	after(f, 10);
	f->n_seen = f->n_sent;
	other = with;
	other.public = &moved;
	other.n_public = 1;
	host_configure(f->host, &other);
	expect_silence(f, NAT);
	after(f, 0.1);
	assert_int_equal(f->sent_port[f->n_seen], 1);
	f->n_seen = f->n_sent;
	host_configure(f->host, &f->gen);
}

static int
by_address(const void *a, const void *b)
{
	const struct public_address *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

/* Each of the most addresses that pools can have is examined, however often Weir is reloaded: a
 * conflict about one is noted only while it is probed. */
static void
many_addresses_are_examined_in_parts(void **state)
{
	enum { MANY = 16384, FIRST = 0x0a000000 };
	struct two_links *f = *state;
	struct public_address *many = calloc(MANY, sizeof(*many));
	struct generation with = f->gen;

	assert_non_null(many);
	for (unsigned i = 0; i < MANY; i++)
		many[i] = (struct public_address){ rte_cpu_to_be_32(FIRST + i * 7), DOMAIN_MAIN,
			LAN, (uint16_t)(2 * i) };
	qsort(many, MANY, sizeof(*many), by_address);
	with.public = many;
	with.n_public = MANY;
	for (unsigned i = 0; i < 80; i++) {
		if (i % 10 == 0)
			host_configure(f->host, &with);
		after(f, 0.01);
	}
	for (unsigned i = 0; i < MANY; i++) {
		struct host_fact fact = { .iface = LAN,
			.family = 4,
			.heard = HEARD_CONFLICT,
			.mac = { 2 },
			.address = address_v4(many[i].address) };

		host_learn(f->host, &fact);
		assert_true(host_is_contested(f->host, many[i].address));
	}
	host_configure(f->host, &f->gen);
	for (unsigned i = 0; i < MANY; i++)
		assert_false(host_is_contested(f->host, many[i].address));
	free(many);
}

/* Worker 0 speaks for all. */
static void
another_worker_keeps_the_same_list_in_silence(void **state)
{
	struct two_links *f = *state;
	struct generation with;
	struct host_fact fact = {
		.iface = LAN,
		.family = 4,
		.heard = HEARD_CONFLICT,
		.mac = { 2, 0, 0, 0, 0, 8 },
		.address = address_v4(public[1]),
	};

	given_public(f, &with, 3);
	after(f, 0.5);
	host_learn(f->host, &fact);
	after(f, 5);
	expect_nothing(f);
	expect_silence(f, NAT);
	expect_answer(f, NAT_2);
	host_configure(f->host, &f->gen);
}

static int
setup_speaking(void **state)
{
	setup_stopped(state);
	((struct two_links *)*state)->setup.quiet = false;
	fixture_start(*state);
	return 0;
}

static int
setup_second_worker(void **state)
{
	struct two_links *f;

	setup_stopped(state);
	f = *state;
	f->setup.quiet = false;
	f->setup.worker = 1;
	f->setup.workers = 2;
	fixture_start(f);
	return 0;
}

#define claim_test(name) cmocka_unit_test_setup_teardown(name, setup_speaking, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		claim_test(an_address_is_ours_after_three_probes),
		claim_test(an_address_that_somebody_has_is_left_alone),
		claim_test(another_probe_for_the_address_is_a_conflict),
		claim_test(a_question_for_the_address_is_no_conflict),
		claim_test(an_address_that_is_ours_is_defended),
		claim_test(a_reload_probes_for_new_addresses_alone),
		claim_test(a_reload_with_another_mac_probes_again),
		claim_test(reloads_in_a_row_keep_what_is_ours),
		claim_test(another_address_at_the_place_is_probed),
		claim_test(an_address_that_comes_back_is_probed),
		claim_test(an_address_that_moves_to_another_link_is_probed_there),
		cmocka_unit_test_setup_teardown(another_worker_keeps_the_same_list_in_silence,
			setup_second_worker, teardown),
		cmocka_unit_test_setup_teardown(
			many_addresses_are_examined_in_parts, setup_second_worker, teardown),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
