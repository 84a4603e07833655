/* SPDX-License-Identifier: BSD-3-Clause */
/* What is said of bonds, and LACP's fast rate; bonds that run: tests/system/bond.sh. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rte_eth_bond_8023ad.h>
#include <rte_mbuf.h>

#include "base/err.h"
#include "io/bond_cfg.h"
#include "io/bond_rate.h"
#include "io/port.h"

static const struct loc here = { "weir.yaml", 7, 10, 4 };

static const char *
refusal(const char *device, struct bond_cfg *cfg)
{
	static char text[512];
	struct err *err = err_create();

	text[0] = '\0';
	if (bond_cfg_read(device, "ports.b.device", here, cfg, err) < 0)
		snprintf(text, sizeof(text), "%s", err_first(err));
	err_destroy(err);
	return text;
}

static void
a_device_text_says_the_same_as_the_section(void **state)
{
	struct bond_cfg cfg;

	(void)state;
	assert_string_equal(refusal("net_bonding0,mode=1,slave=0000:3b:00.0,slave=3b:00.1,"
				    "primary=0000:3b:00.1,xmit_policy=l34",
				    &cfg),
		"");
	assert_int_equal(cfg.mode, BOND_ACTIVE_BACKUP);
	assert_int_equal(cfg.hash, BOND_L34);
	assert_int_equal(cfg.n, 2);
	assert_string_equal(bond_cfg_device(&cfg, 1), "3b:00.1");
	assert_int_equal(bond_cfg_primary(&cfg), 1);
}

static void
a_bad_device_text_is_an_error(void **state)
{
	static const struct {
		const char *device, *error;
	} texts[] = {
		{ "net_bonding0", "needs mode= and slave=" },
		{ "net_bonding0,mode=4", "needs mode= and slave=" },
		{ "net_bonding0,slave=3b:00.0", "needs mode= and slave=" },
		{ "net_bonding0,mode=0,slave=3b:00.0", "mode=0: 1 (active-backup)" },
		{ "net_bonding0,mode=4,slave=3b:00.0,xmit_policy=l4", "l2, l23 or l34" },
		{ "net_bonding0,mode=4,slave=3b:00.0,mac=02:00:00:00:00:01", "'mac' is not taken" },
		{ "net_bonding0,mode=4,slave", "'slave' has no value" },
		{ "net_bonding0,mode=4,slave=1,slave=2,slave=3,slave=4,slave=5,slave=6,slave=7,slave=8,slave=9",
			"at most 8 members" },
	};
	struct bond_cfg cfg;

	(void)state;
	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strstr(refusal(texts[i].device, &cfg), texts[i].error) == NULL)
			fail_msg("%s: %s", texts[i].device, refusal(texts[i].device, &cfg));
}

static struct bond_cfg
two_members(const char *x, const char *y)
{
	return (struct bond_cfg){ .mode = BOND_LACP,
		.n = 2,
		.member = { { .device = x, .loc = here }, { .device = y, .loc = here } } };
}

static int
check(const struct bond_cfg *cfg)
{
	struct err *err = err_create();
	int rc = bond_cfg_check(cfg, "b", here, err);

	err_destroy(err);
	return rc;
}

static void
members_have_one_name_and_fit(void **state)
{
	struct bond_cfg cfg = two_members("net_af_packet0,iface=x0", "net_af_packet1,iface=y0");

	(void)state;
	assert_int_equal(check(&cfg), 0);
	cfg.member[0].name = cfg.member[1].name = "x";
	assert_true(check(&cfg) < 0);
	cfg = two_members("net_af_packet0,iface=x0", "net_af_packet0,iface=y0");
	assert_true(check(&cfg) < 0);
	cfg = two_members("net_af_packet0,iface=x0", "net_ring0");
	assert_true(check(&cfg) < 0);
	cfg = two_members("net_af_packet0,iface=x0", "net_bonding0,mode=4,slave=3b:00.0");
	assert_true(check(&cfg) < 0);
	cfg = two_members("net_af_packet0,iface=x0", "net_af_packet1,iface=y0");
	cfg.primary = "net_af_packet2";
	assert_true(check(&cfg) < 0);
	cfg.primary = "net_af_packet1";
	assert_int_equal(check(&cfg), 0);
	assert_int_equal(bond_cfg_primary(&cfg), 1);
	cfg.n = 0;
	assert_true(check(&cfg) < 0);
}

static void
another_member_or_rate_is_another_bond(void **state)
{
	struct bond_cfg a = two_members("0000:3b:00.0", "0000:3b:00.1"), b = a;

	(void)state;
	assert_true(bond_cfg_same(&a, &b));
	b.fast = !a.fast;
	assert_false(bond_cfg_same(&a, &b));
	b = two_members("0000:3b:00.0", "0000:3b:00.2");
	assert_false(bond_cfg_same(&a, &b));
	b = two_members("0000:3b:00.0", "0000:3b:00.1");
	b.member[0].name = "x";
	assert_false(bond_cfg_same(&a, &b));
}

/* A frame in plain memory. */
struct frame {
	struct rte_mbuf m;
	struct lacpdu_header lacp;
};

static struct rte_mbuf *
made(struct frame *f, uint16_t bytes)
{
	memset(f, 0, sizeof(*f));
	f->m.buf_addr = &f->lacp;
	f->m.data_len = bytes;
	f->lacp.eth_hdr = (struct rte_ether_hdr){ { { 0x01, 0x80, 0xc2, 0, 0, 0x02 } },
		{ { 0x02, 0, 0, 0, 0, 0x11 } }, RTE_BE16(RTE_ETHER_TYPE_SLOW) };
	f->lacp.lacpdu.subtype = SLOW_SUBTYPE_LACP;
	f->lacp.lacpdu.actor.info_length = f->lacp.lacpdu.partner.info_length = 20;
	f->lacp.lacpdu.actor.port_params.system = f->lacp.eth_hdr.src_addr;
	f->lacp.lacpdu.actor.state = 0x3d;
	f->lacp.lacpdu.partner.state = 0x3f;
	return &f->m;
}

static void
the_fast_rate_is_asked_for_and_hidden_from_the_driver(void **state)
{
	static struct bond_member member = { .fast = true };
	struct frame f;

	(void)state;
	bond_rate_sent(made(&f, sizeof(f.lacp)));
	assert_int_equal(f.lacp.lacpdu.actor.state, 0x3f);
	assert_int_equal(f.lacp.lacpdu.partner.state, 0x3f);
	assert_true(bond_rate_received(&member, made(&f, sizeof(f.lacp))));
	assert_int_equal(f.lacp.lacpdu.actor.state, 0x3d);
	assert_int_equal(f.lacp.lacpdu.partner.state, 0x3d);
}

static void
other_frames_are_left_alone(void **state)
{
	struct frame f;

	(void)state;
	made(&f, sizeof(f.lacp));
	f.lacp.eth_hdr.ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV4);
	bond_rate_sent(&f.m);
	assert_int_equal(f.lacp.lacpdu.actor.state, 0x3d);
	made(&f, sizeof(f.lacp));
	f.lacp.lacpdu.subtype = SLOW_SUBTYPE_MARKER;
	bond_rate_sent(&f.m);
	assert_int_equal(f.lacp.lacpdu.actor.state, 0x3d);
	for (uint16_t bytes = 0; bytes < 54; bytes++) {
		bond_rate_sent(made(&f, bytes));
		assert_int_equal(f.lacp.lacpdu.actor.state, 0x3d);
	}
}

static void
rows_meet_in_any_member(void **state)
{
	struct port_cfg a = { .name = "a", .device = "net_bonding" },
			b = { .name = "b", .device = "net_bonding" },
			c = { .name = "c", .device = "net_af_packet9,iface=y0" };

	(void)state;
	a.bond = two_members("net_af_packet0,iface=x0", "net_af_packet1,iface=y0");
	b.bond = two_members("net_af_packet2,iface=z0", "net_af_packet3,iface=u0");
	assert_false(port_rows_meet(&a, &b));
	assert_true(port_rows_meet(&a, &c));
	assert_true(port_rows_meet(&c, &a));
	assert_false(port_rows_meet(&b, &c));
}

static void
a_bond_needs_buffers_for_each_member(void **state)
{
	static struct port port;
	struct bond bond = { .n = 3 };

	(void)state;
	port.rx_queues = port.tx_queues = 2;
	port.rx_descriptors = 1024;
	port.tx_descriptors = 512;
	assert_int_equal(port_rx_buffers(&port), 2048);
	port.bond = &bond;
	assert_int_equal(port_rx_buffers(&port), 6144);
	assert_int_equal(port_tx_buffers(&port), 3072);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_text_says_the_same_as_the_section),
		cmocka_unit_test(a_bad_device_text_is_an_error),
		cmocka_unit_test(members_have_one_name_and_fit),
		cmocka_unit_test(another_member_or_rate_is_another_bond),
		cmocka_unit_test(the_fast_rate_is_asked_for_and_hidden_from_the_driver),
		cmocka_unit_test(other_frames_are_left_alone),
		cmocka_unit_test(rows_meet_in_any_member),
		cmocka_unit_test(a_bond_needs_buffers_for_each_member),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
