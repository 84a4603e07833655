/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames: Ethernet, VLAN, interfaces, stations, several segments. */
#include "parse_fixture.h"

#include <netinet/in.h>

#define UDP4 "udp 10.0.0.2:5203 > 203.0.113.9:53"

static void
runt_below_14_bytes_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given(f, UDP4);
	for (f->n = 0; f->n < 14; f->n++)
		expect_refused(f, REASON_eth_runt);
}

static void
runt_that_ends_in_a_vlan_tag_is_refused(void **state)
{
	struct parse_fixture *f = *state;

	given(f, UDP4 " vlan 5 vlan 6");
	for (f->n = 14; f->n < 22; f->n++)
		expect_refused(f, REASON_eth_runt);
}

static void
udp_packet_is_said_in_full(void **state)
{
	struct parse_fixture *f = *state;
	const struct view *v;

	given(f, UDP4 " ttl 9 dscp 46 df id 77 payload \"abc\"");
	v = expect_taken(f, VIEW_IP4);
	assert_int_equal(v->family, 4);
	assert_int_equal(v->proto, IPPROTO_UDP);
	assert_int_equal(v->iface, 1);
	assert_int_equal(v->ethertype, 0x0800);
	assert_int_equal(v->l3, 14);
	assert_int_equal(v->l4, 34);
	assert_int_equal(v->payload, 42);
	assert_int_equal(v->l3_bytes, 31);
	assert_int_equal(v->vlans, 0);
	assert_int_equal(v->ttl, 9);
	assert_int_equal(v->dscp, 46);
	assert_int_equal(v->frag_id, 77);
	assert_int_equal(v->frag_header, VIEW_NONE);
	assert_true(v->plain);
	assert_true(v->to_us);
	assert_true(v->dont_fragment);
	assert_false(v->fragment || v->first || v->more || v->icmp_error || v->broadcast);
	assert_int_equal(v->tuple.family, 4);
	assert_int_equal(v->tuple.proto, IPPROTO_UDP);
	assert_int_equal(v->tuple.kind, KEY_PLAIN);
	assert_int_equal(v->tuple.src.v4, htonl(0x0a000002));
	assert_int_equal(v->tuple.dst.v4, htonl(0xcb007109));
	assert_int_equal(v->tuple.sport, htons(5203));
	assert_int_equal(v->tuple.dport, htons(53));
}

static void
arp_needs_its_28_bytes(void **state)
{
	struct parse_fixture *f = *state;

	given(f, UDP4);
	put_be16(f->frame + 12, 0x0806);
	f->n = 14 + 28;
	expect_taken(f, VIEW_ARP);
	assert_int_equal(f->view.l3, 14);
	f->n--;
	expect_refused(f, REASON_eth_runt);
}

static void
other_ethertypes_are_other(void **state)
{
	static const unsigned types[] = { 0x88cc, 0x0842, 0x8847, 0x8035 };
	struct parse_fixture *f = *state;

	given(f, UDP4);
	for (unsigned i = 0; i < 4; i++) {
		put_be16(f->frame + 12, types[i]);
		assert_int_equal(expect_taken(f, VIEW_OTHER)->ethertype, types[i]);
	}
}

static void
a_length_instead_of_a_type_is_other(void **state)
{
	struct parse_fixture *f = *state;

	given(f, UDP4);
	put_be16(f->frame + 12, 28);
	expect_taken(f, VIEW_OTHER);
	put_be16(f->frame + 12, 0x05ff);
	expect_taken(f, VIEW_OTHER);
}

static void
third_vlan_tag_is_not_read(void **state)
{
	struct parse_fixture *f = *state;
	static const uint16_t vlan[4096] = { [5] = 1 };

	given(f, UDP4 " vlan 5 vlan 6");
	put_be16(f->frame + 20, 0x8100);
	f->in.vlan = vlan;
	f->in.wire = true;
	assert_int_equal(expect_taken(f, VIEW_OTHER)->vlans, 2);
}

static void
frame_for_another_station_is_not_for_us(void **state)
{
	struct parse_fixture *f = *state;

	given(f, UDP4 " to 02:00:00:00:00:02");
	expect_refused(f, REASON_not_for_us);
	put_be16(f->frame + 12, 0x0806);
	expect_refused(f, REASON_not_for_us);
}

static void
broadcast_frame_with_a_unicast_packet_is_not_for_us(void **state)
{
	struct parse_fixture *f = *state;

	given(f, UDP4 " to ff:ff:ff:ff:ff:ff");
	expect_refused(f, REASON_not_for_us);
	given(f, UDP4 " to 01:00:5e:00:00:01");
	expect_refused(f, REASON_not_for_us);
	given(f, "udp [2001:db8::1]:1 > [2001:db8::2]:2 to 33:33:00:00:00:01");
	expect_refused(f, REASON_not_for_us);
}

static void
broadcast_and_multicast_packets_are_taken(void **state)
{
	struct parse_fixture *f = *state;

	given(f, "udp 10.0.0.2:68 > 255.255.255.255:67 to ff:ff:ff:ff:ff:ff");
	assert_true(expect_taken(f, VIEW_IP4)->broadcast);
	given(f, "udp 10.0.0.2:1 > 224.0.0.251:2 to 01:00:5e:00:00:fb");
	assert_true(expect_taken(f, VIEW_IP4)->broadcast);
	given(f, "icmp fe80::2 > ff02::1:ff00:1 type 135 to 33:33:ff:00:00:01");
	assert_true(expect_taken(f, VIEW_IP6)->broadcast);
	assert_false(f->view.to_us);
}

static void
broadcast_arp_is_taken(void **state)
{
	struct parse_fixture *f = *state;

	given(f, UDP4 " to ff:ff:ff:ff:ff:ff");
	put_be16(f->frame + 12, 0x0806);
	assert_true(expect_taken(f, VIEW_ARP)->broadcast);
}

static void
a_wire_takes_frames_for_any_station(void **state)
{
	struct parse_fixture *f = *state;

	f->in.wire = true;
	given(f, UDP4 " to 02:00:00:00:00:02");
	assert_false(expect_taken(f, VIEW_IP4)->to_us);
	given(f, UDP4 " to ff:ff:ff:ff:ff:ff");
	expect_taken(f, VIEW_IP4);
}

static void
vlan_leads_to_its_interface(void **state)
{
	static uint16_t vlan[4096];
	struct parse_fixture *f = *state;

	memset(vlan, 0xff, sizeof(vlan));
	vlan[20] = 7;
	f->in.vlan = vlan;
	f->in.has_vlans = true;
	given(f, UDP4 " vlan 20");
	assert_int_equal(expect_taken(f, VIEW_IP4)->iface, 7);
	assert_int_equal(f->view.vlan[0], 20);
	assert_int_equal(f->view.l3, 18);
	given(f, UDP4);
	assert_int_equal(expect_taken(f, VIEW_IP4)->iface, 1);
	given(f, UDP4 " vlan 0");
	assert_int_equal(expect_taken(f, VIEW_IP4)->iface, 1);
	put_be16(f->frame + 14, 0xe000 | 20); /* priority 7 */
	assert_int_equal(expect_taken(f, VIEW_IP4)->iface, 7);
}

static void
vlan_without_an_interface_is_refused(void **state)
{
	static uint16_t vlan[4096];
	struct parse_fixture *f = *state;

	given(f, UDP4 " vlan 20");
	expect_refused(f, REASON_vlan_unknown); /* a port without VLANs */
	assert_int_equal(f->view.iface, IFACE_NONE);
	memset(vlan, 0xff, sizeof(vlan));
	vlan[20] = 7;
	f->in.vlan = vlan;
	given(f, UDP4 " vlan 21");
	expect_refused(f, REASON_vlan_unknown);
	given(f, UDP4 " vlan 20 vlan 21"); /* the interface has one tag, not two */
	expect_refused(f, REASON_vlan_unknown);
	given(f, UDP4);
	f->in.untagged = IFACE_NONE;
	expect_refused(f, REASON_vlan_unknown);
}

static void
qinq_leads_to_its_interface(void **state)
{
	static uint16_t vlan[4096];
	static const struct ingress_qinq qinq[] = {
		{ 100, 20, 8 },
		{ 100, 21, 9 },
		{ 100, 0, 10 },
	};
	struct parse_fixture *f = *state;

	memset(vlan, 0xff, sizeof(vlan));
	vlan[100] = IFACE_QINQ;
	f->in.vlan = vlan;
	f->in.qinq = qinq;
	f->in.n_qinq = 3;
	given(f, UDP4 " vlan 100 vlan 21");
	assert_int_equal(expect_taken(f, VIEW_IP4)->iface, 9);
	assert_int_equal(f->view.l3, 22);
	given(f, UDP4 " vlan 100");
	assert_int_equal(expect_taken(f, VIEW_IP4)->iface, 10);
	given(f, UDP4 " vlan 100 vlan 22");
	expect_refused(f, REASON_vlan_unknown);
}

static void
a_wire_takes_tags_that_no_interface_has(void **state)
{
	static uint16_t vlan[4096];
	struct parse_fixture *f = *state;

	memset(vlan, 0xff, sizeof(vlan));
	vlan[20] = 7;
	f->in.vlan = vlan;
	f->in.wire = true;
	given(f, UDP4 " vlan 30");
	assert_int_equal(expect_taken(f, VIEW_IP4)->iface, 1);
	given(f, UDP4 " vlan 20");
	assert_int_equal(expect_taken(f, VIEW_IP4)->iface, 7);
}

static void
a_vlan_can_be_a_wire(void **state)
{
	static uint16_t vlan[4096];
	static const bool wire_iface[8] = { [7] = true };
	struct parse_fixture *f = *state;

	memset(vlan, 0xff, sizeof(vlan));
	vlan[20] = 7;
	f->in.vlan = vlan;
	f->in.wire_iface = wire_iface;
	given(f, UDP4 " vlan 20 to 02:00:00:00:00:02");
	assert_int_equal(expect_taken(f, VIEW_IP4)->iface, 7);
	given(f, UDP4 " to 02:00:00:00:00:02");
	expect_refused(f, REASON_not_for_us);
}

/* Parses the frame of f as a chain whose first segment ends at cut. */
static const struct view *
parse_cut(struct parse_fixture *f, size_t cut)
{
	struct rte_mbuf *m = given_chain(f->frame, f->n, cut);

	parse_frame(&f->view, m, &f->in);
	given_chain_free(m);
	return &f->view;
}

static void
headers_in_the_second_segment_are_multi_segment(void **state)
{
	struct parse_fixture *f = *state;

	given(f, UDP4 " payload \"abc\"");
	for (size_t cut = 0; cut < 42; cut++) {
		assert_int_equal(parse_cut(f, cut)->kind, VIEW_BAD);
		assert_int_equal(f->view.reason, REASON_multi_segment);
	}
	for (size_t cut = 42; cut < f->n; cut++) {
		assert_int_equal(parse_cut(f, cut)->kind, VIEW_IP4);
		assert_false(f->view.plain);
		assert_int_equal(f->view.l3_bytes, 31);
	}
	assert_true(parse_cut(f, f->n)->plain);
}

static void
icmp_checksum_is_verified_over_segments(void **state)
{
	struct parse_fixture *f = *state;

	given(f, "icmp 2001:db8::1 > 2001:db8::2 echo-request id 3 payload \"0123456789a\"");
	for (size_t cut = 62; cut <= f->n; cut++)
		assert_int_equal(parse_cut(f, cut)->kind, VIEW_IP6);
	f->frame[f->n - 1] ^= 1;
	for (size_t cut = 62; cut <= f->n; cut++)
		assert_int_equal(parse_cut(f, cut)->l4_fault, REASON_icmp_bad_checksum);
}

/* As af_packet hands up a TSO frame: the header says more than there is. */
static void
frame_cut_by_the_device_is_truncated(void **state)
{
	struct parse_fixture *f = *state;

	given(f, "tcp 10.0.0.2:1 > 10.0.0.3:2 A size 4000");
	f->n = 2048;
	expect_refused(f, REASON_ip4_truncated);
	given(f, "tcp [2001:db8::1]:1 > [2001:db8::2]:2 A size 4000");
	f->n = 2048;
	expect_refused(f, REASON_ip6_truncated);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		parse_unit_test(runt_below_14_bytes_is_refused),
		parse_unit_test(runt_that_ends_in_a_vlan_tag_is_refused),
		parse_unit_test(udp_packet_is_said_in_full),
		parse_unit_test(arp_needs_its_28_bytes),
		parse_unit_test(other_ethertypes_are_other),
		parse_unit_test(a_length_instead_of_a_type_is_other),
		parse_unit_test(third_vlan_tag_is_not_read),
		parse_unit_test(frame_for_another_station_is_not_for_us),
		parse_unit_test(broadcast_frame_with_a_unicast_packet_is_not_for_us),
		parse_unit_test(broadcast_and_multicast_packets_are_taken),
		parse_unit_test(broadcast_arp_is_taken),
		parse_unit_test(a_wire_takes_frames_for_any_station),
		parse_unit_test(vlan_leads_to_its_interface),
		parse_unit_test(vlan_without_an_interface_is_refused),
		parse_unit_test(qinq_leads_to_its_interface),
		parse_unit_test(a_wire_takes_tags_that_no_interface_has),
		parse_unit_test(a_vlan_can_be_a_wire),
		parse_unit_test(headers_in_the_second_segment_are_multi_segment),
		parse_unit_test(icmp_checksum_is_verified_over_segments),
		parse_unit_test(frame_cut_by_the_device_is_truncated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
