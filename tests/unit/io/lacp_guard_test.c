/* SPDX-License-Identifier: BSD-3-Clause */
/* Hostile frames of LACP, and what of them reaches the bonding driver. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <rte_eth_bond_8023ad.h>
#include <rte_mbuf.h>

#include "base/clock.h"
#include "io/lacp_guard.h"

#define MS  NS_PER_MS
#define SEC (1000 * MS)

static const struct rte_ether_addr own = { { 0x02, 0, 0, 0, 0, 0x01 } },
				   switch_a = { { 0x02, 0, 0, 0, 0, 0x0a } },
				   switch_b = { { 0x02, 0, 0, 0, 0, 0x0b } };

static struct lacpdu_header
pdu_of(const struct rte_ether_addr *from, const struct rte_ether_addr *to)
{
	struct lacpdu_header h = { .eth_hdr = { { { 0x01, 0x80, 0xc2, 0, 0, 0x02 } }, *from,
					   RTE_BE16(RTE_ETHER_TYPE_SLOW) } };

	h.lacpdu.subtype = SLOW_SUBTYPE_LACP;
	h.lacpdu.version_number = 1;
	h.lacpdu.actor.tlv_type_info = 1;
	h.lacpdu.partner.tlv_type_info = 2;
	h.lacpdu.actor.info_length = h.lacpdu.partner.info_length = 20;
	h.lacpdu.actor.port_params.system = *from;
	if (to != NULL)
		h.lacpdu.partner.port_params.system = *to;
	return h;
}

/* The frame stands at the end of its own memory, so that a sanitizer sees what is read beyond it.
 */
static enum lacp_refusal
judge_bytes(struct lacp_guard *g, const void *frame, uint16_t bytes, uint64_t now)
{
	struct rte_mbuf m = { .data_len = bytes, .pkt_len = bytes, .nb_segs = 1 };
	enum lacp_refusal why;

	m.buf_addr = malloc(bytes != 0 ? bytes : 1);
	assert_non_null(m.buf_addr);
	memcpy(m.buf_addr, frame, bytes);
	why = lacp_guard_judge(g, &m, now);
	free(m.buf_addr);
	return why;
}

static enum lacp_refusal
judge(struct lacp_guard *g, const struct lacpdu_header *h, uint64_t now)
{
	return judge_bytes(g, h, sizeof(*h), now);
}

static struct lacp_guard
fresh(void)
{
	struct lacp_guard g;

	lacp_guard_init(&g, &own, true);
	return g;
}

static void
truncated_frames_are_refused(void **state)
{
	struct lacpdu_header h = pdu_of(&switch_a, &own);

	(void)state;
	for (unsigned subtype = 1; subtype <= 2; subtype++)
		for (uint16_t bytes = 0; bytes <= sizeof(h); bytes++) {
			struct lacp_guard g = fresh();
			bool is_short = bytes >= 14 && bytes < sizeof(h);

			h.lacpdu.subtype = (uint8_t)subtype;
			assert_int_equal(judge_bytes(&g, &h, bytes, SEC),
				is_short ? LACP_SHORT : LACP_TAKEN);
		}
}

static void
other_protocols_are_left_alone(void **state)
{
	struct lacpdu_header h = pdu_of(&switch_a, &own);
	struct lacp_guard g = fresh();

	(void)state;
	h.lacpdu.subtype = 3; /* OAM */
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(judge_bytes(&g, &h, 60, SEC), LACP_TAKEN);
	h.eth_hdr.ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV4);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(judge_bytes(&g, &h, 60, SEC), LACP_TAKEN);
	assert_int_equal(lacp_guard_refused(&g), 0);
}

static void
malformed_frames_are_refused(void **state)
{
	struct lacpdu_header good = pdu_of(&switch_a, &own), h = good;
	struct lacp_guard g = fresh();

	(void)state;
	h.eth_hdr.dst_addr.addr_bytes[5] = 0x03;
	assert_int_equal(judge(&g, &h, SEC), LACP_WRONG);
	h = good;
	h.eth_hdr.dst_addr = own;
	assert_int_equal(judge(&g, &h, SEC), LACP_WRONG);
	h = good;
	h.lacpdu.actor.info_length = 19;
	assert_int_equal(judge(&g, &h, SEC), LACP_WRONG);
	h = good;
	h.lacpdu.partner.info_length = 0;
	assert_int_equal(judge(&g, &h, SEC), LACP_WRONG);
	h = good;
	h.lacpdu.actor.port_params.system.addr_bytes[0] |= 1;
	assert_int_equal(judge(&g, &h, SEC), LACP_WRONG);
	h = good;
	memset(&h.lacpdu.actor.port_params.system, 0, 6);
	assert_int_equal(judge(&g, &h, SEC), LACP_WRONG);
	h = pdu_of(&own, NULL);
	assert_int_equal(judge(&g, &h, SEC), LACP_LOOP);
	h = good; /* versions and types of TLVs are not looked at (IEEE 802.1AX) */
	h.lacpdu.version_number = 7;
	h.lacpdu.actor.tlv_type_info = 9;
	assert_int_equal(judge(&g, &h, SEC), LACP_TAKEN);
	assert_int_equal(lacp_guard_refused(&g), 7);
}

static void
a_partner_stays_while_it_is_heard(void **state)
{
	const struct lacpdu_header a = pdu_of(&switch_a, &own), b = pdu_of(&switch_b, &own);
	struct lacp_guard g = fresh();

	(void)state;
	assert_int_equal(judge(&g, &a, SEC), LACP_TAKEN);
	assert_int_equal(judge(&g, &b, SEC + 2999 * MS), LACP_STRANGER);
	assert_int_equal(judge(&g, &a, SEC + 2999 * MS), LACP_TAKEN);
	assert_int_equal(judge(&g, &b, 5 * SEC), LACP_STRANGER);
	assert_int_equal(judge(&g, &b, 7 * SEC), LACP_TAKEN); /* it is silent */
	assert_int_equal(judge(&g, &a, 7 * SEC), LACP_STRANGER);
	lacp_guard_forget(&g); /* its link went down */
	assert_int_equal(judge(&g, &a, 7 * SEC), LACP_TAKEN);
}

static void
what_is_said_to_another_is_no_partners(void **state)
{
	const struct lacpdu_header a = pdu_of(&switch_a, &own),
				   alike = pdu_of(&switch_a, &switch_b);
	struct lacp_guard g = fresh();

	(void)state;
	assert_int_equal(judge(&g, &a, SEC), LACP_TAKEN);
	assert_int_equal(judge(&g, &alike, SEC + MS), LACP_STRANGER);
}

/* Of 10,000 LACPDUs a second from as many stations, those of the partner pass, each. */
static void
a_flood_takes_nothing_from_the_partner(void **state)
{
	struct lacp_guard g = fresh();
	const struct lacpdu_header partner = pdu_of(&switch_a, &own);
	unsigned taken = 0;
	char text[200];

	(void)state;
	assert_int_equal(judge(&g, &partner, SEC), LACP_TAKEN);
	for (unsigned ms10 = 1; ms10 < 100000; ms10++) {
		uint64_t now = SEC + ms10 * (MS / 10);
		struct rte_ether_addr mac = { { 0x02, 0x99, (uint8_t)(ms10 >> 16),
			(uint8_t)(ms10 >> 8), (uint8_t)ms10, 1 } };
		struct lacpdu_header h = pdu_of(&mac, ms10 % 2 != 0 ? &own : NULL);

		assert_int_equal(judge(&g, &h, now), LACP_STRANGER);
		if (ms10 % 10000 == 0)
			taken += judge(&g, &partner, now) == LACP_TAKEN;
	}
	assert_int_equal(taken, 9);
	lacp_guard_text(&g, text, sizeof(text));
	assert_string_equal(text, "99999 of other stations than the partner");
}

static void
one_station_has_a_rate(void **state)
{
	struct lacp_guard g = fresh();
	const struct lacpdu_header partner = pdu_of(&switch_a, &own);
	unsigned taken = 0;

	(void)state;
	for (unsigned ms = 0; ms < 10000; ms++)
		taken += judge(&g, &partner, SEC + ms * MS) == LACP_TAKEN;
	assert_in_range(taken, 10 * LACP_RATE, 10 * LACP_RATE + 2 * LACP_BURST);
}

/* Random bytes over a good frame: whatever is taken has the form that the driver relies on. */
static void
random_frames(void **state)
{
	(void)state;
	srand(1);
	for (unsigned i = 0; i < 200000; i++) {
		struct lacp_guard g = fresh();
		struct lacpdu_header h = pdu_of(&switch_a, rand() % 2 ? &own : NULL);
		uint16_t bytes = rand() % 4 ? sizeof(h) : (uint16_t)(rand() % (sizeof(h) + 1));
		uint8_t *raw = (uint8_t *)&h;

		for (int k = rand() % 4; k > 0; k--)
			raw[rand() % 4 ? 14 + rand() % 50 : rand() % 14] = (uint8_t)rand();
		if (judge_bytes(&g, raw, bytes, SEC) != LACP_TAKEN || bytes < 15
			|| h.eth_hdr.ether_type != RTE_BE16(RTE_ETHER_TYPE_SLOW))
			continue;
		if (h.lacpdu.subtype != SLOW_SUBTYPE_LACP)
			assert_true(h.lacpdu.subtype != SLOW_SUBTYPE_MARKER || bytes == sizeof(h));
		else
			assert_true(bytes == sizeof(h) && h.lacpdu.partner.info_length == 20
				&& raw[5] == 0x02 && (raw[18 + 2] & 1) == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(truncated_frames_are_refused),
		cmocka_unit_test(other_protocols_are_left_alone),
		cmocka_unit_test(malformed_frames_are_refused),
		cmocka_unit_test(a_partner_stays_while_it_is_heard),
		cmocka_unit_test(what_is_said_to_another_is_no_partners),
		cmocka_unit_test(a_flood_takes_nothing_from_the_partner),
		cmocka_unit_test(one_station_has_a_rate),
		cmocka_unit_test(random_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
