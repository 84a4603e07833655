/* SPDX-License-Identifier: BSD-3-Clause */
/* What each verb says of the appliance of shown_wide_test.c: method, parameters, result or error.
 * "~" stands for what depends on the time that the test takes.  After a change that is meant:
 * SHOWN_PRINT=1 prints what there is; read it before it is written here. */
#ifndef UNIT_CONTROL_SHOWN_WIDE_H
#define UNIT_CONTROL_SHOWN_WIDE_H

#include "unit/control/shown_run.h"

/* clang-format off */
static const struct shown shown[] = {
	{ "show.status", "",
		"{\"config\":\"weir.yaml\",\"drop_rate\":0,\"generation\":1,\"pid\":\"~\","
		"\"rx_rate\":0,\"sessions\":10,\"tx_rate\":0,\"uptime\":\"~\","
		"\"version\":\"~\",\"workers\":1}" },
	{ "show.interfaces", "",
		"{\"interfaces\":[{\"addresses\":[\"10.0.0.1/24\",\"2001:db8:1::1/64\","
		"\"fe80::77:65ff:fe69:7200/64\"],\"domain\":\"main\",\"dropped\":15,"
		"\"drops\":{\"acl_denied\":4,\"acl_rejected\":1,\"limit_exceeded\":3,"
		"\"local_no_service\":2,\"martian\":1,\"no_route\":3,\"ttl_expired\":1},"
		"\"mtu\":1400,\"name\":\"lan\",\"pipeline\":\"inside\",\"port\":\"lan\","
		"\"rx\":36,\"rx_bits\":0,\"rx_bytes\":2223,\"rx_rate\":0,\"tx\":15,"
		"\"tx_bits\":0,\"tx_bytes\":862,\"tx_rate\":0,\"zone\":\"inner\"},"
		"{\"addresses\":[\"198.51.100.1/24\",\"2001:db8:2::1/64\","
		"\"fe80::77:65ff:fe69:7201/64\"],\"domain\":\"main\",\"dropped\":3,"
		"\"drops\":{\"acl_denied\":1,\"neighbour_unresolved\":1,\"tcp_no_session\":1},"
		"\"mtu\":1500,\"name\":\"wan\",\"pipeline\":\"outside\",\"port\":\"wan\","
		"\"rx\":5,\"rx_bits\":0,\"rx_bytes\":246,\"rx_rate\":0,\"tx\":21,\"tx_bits\":0,"
		"\"tx_bytes\":1009,\"tx_rate\":0,\"zone\":\"outer\"},"
		"{\"addresses\":[\"10.30.0.1/24\",\"fe80::77:65ff:fe69:7201/64\"],"
		"\"domain\":\"red\",\"dropped\":0,\"drops\":{},\"inner_vlan\":40,\"mtu\":1500,"
		"\"name\":\"far\",\"pipeline\":\"plain\",\"port\":\"wan\",\"rx\":2,"
		"\"rx_bits\":0,\"rx_bytes\":100,\"rx_rate\":0,\"tx\":0,\"tx_bits\":0,"
		"\"tx_bytes\":0,\"tx_rate\":0,\"vlan\":30},"
		"{\"addresses\":[\"fe80::77:65ff:fe69:7200/64\"],\"domain\":\"main\","
		"\"dropped\":1,\"drops\":{\"interface_unused\":1},\"mtu\":1500,"
		"\"name\":\"spare\",\"port\":\"lan\",\"rx\":1,\"rx_bits\":0,\"rx_bytes\":46,"
		"\"rx_rate\":0,\"tx\":0,\"tx_bits\":0,\"tx_bytes\":0,\"tx_rate\":0,"
		"\"vlan\":31},{\"addresses\":[],\"domain\":\"main\",\"dropped\":0,\"drops\":{},"
		"\"mtu\":1500,\"name\":\"b1\",\"pipeline\":\"bridged\",\"port\":\"b1\","
		"\"rx\":8,\"rx_bits\":0,\"rx_bytes\":340,\"rx_rate\":0,\"tx\":4,\"tx_bits\":0,"
		"\"tx_bytes\":168,\"tx_rate\":0},{\"addresses\":[],\"domain\":\"main\","
		"\"dropped\":2,\"drops\":{\"bridge_moves\":1,\"bridge_same_port\":1},"
		"\"mtu\":1500,\"name\":\"b2\",\"pipeline\":\"bridged\",\"port\":\"b2\","
		"\"rx\":6,\"rx_bits\":0,\"rx_bytes\":252,\"rx_rate\":0,\"tx\":8,\"tx_bits\":0,"
		"\"tx_bytes\":340,\"tx_rate\":0},{\"addresses\":[\"10.7.0.1/24\","
		"\"fe80::77:65ff:fe69:7202/64\"],\"domain\":\"main\",\"dropped\":0,"
		"\"drops\":{},\"mtu\":1500,\"name\":\"br\",\"pipeline\":\"plain\","
		"\"port\":\"br0\",\"rx\":0,\"rx_bits\":0,\"rx_bytes\":0,\"rx_rate\":0,\"tx\":0,"
		"\"tx_bits\":0,\"tx_bytes\":0,\"tx_rate\":0,\"zone\":\"inner\"},"
		"{\"addresses\":[\"fe80::77:65ff:fe69:7204/64\"],\"domain\":\"main\","
		"\"dropped\":0,\"drops\":{},\"mtu\":1500,\"name\":\"w1\",\"pipeline\":\"wire\","
		"\"port\":\"w1\",\"rx\":4,\"rx_bits\":0,\"rx_bytes\":168,\"rx_rate\":0,"
		"\"tx\":0,\"tx_bits\":0,\"tx_bytes\":0,\"tx_rate\":0},"
		"{\"addresses\":[\"fe80::77:65ff:fe69:7205/64\"],\"domain\":\"main\","
		"\"dropped\":0,\"drops\":{},\"mtu\":1500,\"name\":\"w2\",\"pipeline\":\"back\","
		"\"port\":\"w2\",\"rx\":1,\"rx_bits\":0,\"rx_bytes\":42,\"rx_rate\":0,\"tx\":0,"
		"\"tx_bits\":0,\"tx_bytes\":0,\"tx_rate\":0}]}" },
	{ "show.interfaces", "\"interface\": \"br\"",
		"{\"interfaces\":[{\"addresses\":[\"10.7.0.1/24\","
		"\"fe80::77:65ff:fe69:7202/64\"],\"domain\":\"main\",\"dropped\":0,"
		"\"drops\":{},\"mtu\":1500,\"name\":\"br\",\"pipeline\":\"plain\","
		"\"port\":\"br0\",\"rx\":0,\"rx_bits\":0,\"rx_bytes\":0,\"rx_rate\":0,\"tx\":0,"
		"\"tx_bits\":0,\"tx_bytes\":0,\"tx_rate\":0,\"zone\":\"inner\"}]}" },
	{ "show.pipelines", "",
		"{\"stages\":[{\"cycles\":\"~\",\"ended\":0,\"evaluated\":27,"
		"\"interfaces\":[\"lan\"],\"name\":\"track\",\"packets\":36,"
		"\"pipeline\":\"inside\",\"place\":\"weir.yaml:34\",\"stage\":1},"
		"{\"cycles\":\"~\",\"ended\":5,\"evaluated\":27,\"name\":\"acl\","
		"\"pipeline\":\"inside\",\"place\":\"weir.yaml:34\",\"stage\":2},"
		"{\"conditional\":true,\"ended\":0,\"evaluated\":2,\"name\":\"limit\","
		"\"pipeline\":\"inside\",\"place\":\"weir.yaml:34\",\"stage\":3},"
		"{\"cycles\":\"~\",\"ended\":0,\"evaluated\":22,\"name\":\"limit\","
		"\"pipeline\":\"inside\",\"place\":\"weir.yaml:35\",\"stage\":4},"
		"{\"conditional\":true,\"ended\":0,\"evaluated\":1,\"name\":\"police\","
		"\"pipeline\":\"inside\",\"place\":\"weir.yaml:36\",\"stage\":5},"
		"{\"conditional\":true,\"ended\":0,\"evaluated\":2,\"name\":\"mark\","
		"\"pipeline\":\"inside\",\"place\":\"weir.yaml:36\",\"stage\":6},"
		"{\"cycles\":\"~\",\"ended\":8,\"evaluated\":22,\"name\":\"route\","
		"\"pipeline\":\"inside\",\"place\":\"weir.yaml:37\",\"stage\":7},"
		"{\"conditional\":true,\"cycles\":\"~\",\"ended\":0,\"evaluated\":14,"
		"\"name\":\"snat\",\"pipeline\":\"inside\",\"place\":\"weir.yaml:37\","
		"\"stage\":8},{\"ended\":1,\"evaluated\":5,\"interfaces\":[\"wan\"],"
		"\"name\":\"track\",\"packets\":5,\"pipeline\":\"outside\","
		"\"place\":\"weir.yaml:38\",\"stage\":1},{\"ended\":0,\"evaluated\":4,"
		"\"name\":\"dnat\",\"pipeline\":\"outside\",\"place\":\"weir.yaml:38\","
		"\"stage\":2},{\"ended\":1,\"evaluated\":4,\"name\":\"acl\","
		"\"pipeline\":\"outside\",\"place\":\"weir.yaml:39\",\"stage\":3},{\"ended\":0,"
		"\"evaluated\":3,\"name\":\"route\",\"pipeline\":\"outside\","
		"\"place\":\"weir.yaml:39\",\"stage\":4},{\"ended\":0,\"evaluated\":2,"
		"\"interfaces\":[\"far\",\"br\"],\"name\":\"route\",\"packets\":2,"
		"\"pipeline\":\"plain\",\"place\":\"weir.yaml:40\",\"stage\":1},{\"ended\":10,"
		"\"evaluated\":10,\"interfaces\":[\"b1\",\"b2\"],\"name\":\"bridge\","
		"\"packets\":14,\"pipeline\":\"bridged\",\"place\":\"weir.yaml:41\","
		"\"stage\":1},{\"ended\":0,\"evaluated\":2,\"interfaces\":[\"w1\"],"
		"\"name\":\"mirror\",\"packets\":4,\"pipeline\":\"wire\","
		"\"place\":\"weir.yaml:42\",\"stage\":1},{\"ended\":0,\"evaluated\":2,"
		"\"name\":\"sample\",\"pipeline\":\"wire\",\"place\":\"weir.yaml:42\","
		"\"stage\":2},{\"ended\":2,\"evaluated\":2,\"name\":\"forward\","
		"\"pipeline\":\"wire\",\"place\":\"weir.yaml:42\",\"stage\":3},{\"ended\":0,"
		"\"evaluated\":0,\"interfaces\":[\"w2\"],\"name\":\"forward\",\"packets\":1,"
		"\"pipeline\":\"back\",\"place\":\"weir.yaml:43\",\"stage\":1},"
		"{\"evaluated\":16,\"name\":\"parse\",\"pipeline\":\"(fast path)\","
		"\"stage\":1},{\"evaluated\":16,\"name\":\"execute\",\"pipeline\":\"(fast "
		"path)\",\"stage\":2}]}" },
	{ "show.sessions", "",
		"{\"sessions\":[{\"class\":\"established\",\"domain\":\"main\","
		"\"dst\":\"203.0.113.2:80\",\"expires\":7433,\"idle\":6.5,\"in\":\"lan\","
		"\"out\":\"wan\",\"proto\":\"tcp\",\"snat\":\"198.51.100.9:2001\","
		"\"src\":\"10.0.0.2:2001\",\"state\":\"fin-forward\",\"worker\":0},"
		"{\"class\":\"half-open\",\"dnat\":\"10.0.0.2:8080\",\"domain\":\"main\","
		"\"dst\":\"198.51.100.8:80\",\"expires\":233,\"idle\":6.5,\"in\":\"wan\","
		"\"out\":\"lan\",\"proto\":\"tcp\",\"src\":\"198.51.100.2:7000\","
		"\"state\":\"syn-received\",\"worker\":0},{\"class\":\"replied\","
		"\"domain\":\"main\",\"dst\":\"203.0.113.2:5060\",\"expires\":296,\"idle\":3.0,"
		"\"in\":\"lan\",\"out\":\"wan\",\"proto\":\"udp\","
		"\"snat\":\"198.51.100.9:2002\",\"src\":\"10.0.0.2:2002\","
		"\"state\":\"replied\",\"worker\":0},{\"class\":\"unreplied\","
		"\"domain\":\"main\",\"dst\":\"203.0.113.2\",\"expires\":53,\"idle\":6.5,"
		"\"in\":\"lan\",\"out\":\"wan\",\"proto\":\"icmp\",\"snat\":\"198.51.100.9 id "
		"2003\",\"src\":\"10.0.0.2 id 2003\",\"state\":\"unreplied\",\"worker\":0},"
		"{\"class\":\"unreplied\",\"domain\":\"main\",\"dst\":\"203.0.113.2:36412\","
		"\"expires\":53,\"idle\":6.5,\"in\":\"lan\",\"out\":\"wan\",\"proto\":\"sctp\","
		"\"snat\":\"198.51.100.9:2004\",\"src\":\"10.0.0.2:2004\","
		"\"state\":\"cookie-wait\",\"worker\":0},{\"class\":\"unreplied\","
		"\"domain\":\"main\",\"dst\":\"203.0.113.2\",\"expires\":593,\"idle\":6.5,"
		"\"in\":\"lan\",\"out\":\"wan\",\"proto\":\"esp\",\"snat\":\"198.51.100.9\","
		"\"src\":\"10.0.0.2\",\"state\":\"unreplied\",\"worker\":0},"
		"{\"class\":\"unreplied\",\"domain\":\"main\",\"dst\":\"[2001:db8:9::9]:53\","
		"\"expires\":293,\"idle\":6.5,\"in\":\"lan\",\"out\":\"wan\",\"proto\":\"udp\","
		"\"src\":\"[2001:db8:1::2]:4000\",\"state\":\"unreplied\",\"worker\":0},"
		"{\"class\":\"unreplied\",\"domain\":\"main\",\"dst\":\"2001:db8:9::9\","
		"\"expires\":53,\"idle\":6.5,\"in\":\"lan\",\"out\":\"wan\","
		"\"proto\":\"icmpv6\",\"src\":\"2001:db8:1::2 id 7\",\"state\":\"unreplied\","
		"\"worker\":0},{\"class\":\"unreplied\",\"domain\":\"main\","
		"\"dst\":\"198.51.100.51:9\",\"expires\":300,\"idle\":0.0,\"in\":\"lan\","
		"\"out\":\"wan\",\"proto\":\"udp\",\"snat\":\"198.51.100.9:2007\","
		"\"src\":\"10.0.0.2:2007\",\"state\":\"unreplied\",\"worker\":0},"
		"{\"class\":\"unreplied\",\"domain\":\"main\",\"dst\":\"203.0.113.7:53\","
		"\"expires\":293,\"idle\":6.4,\"in\":\"lan\",\"out\":\"wan\",\"proto\":\"udp\","
		"\"snat\":\"198.51.100.9:2006\",\"src\":\"10.0.0.2:2006\","
		"\"state\":\"unreplied\",\"worker\":0}]}" },
	{ "show.sessions", "\"proto\": \"icmp\"",
		"{\"sessions\":[{\"class\":\"unreplied\",\"domain\":\"main\","
		"\"dst\":\"203.0.113.2\",\"expires\":53,\"idle\":6.5,\"in\":\"lan\","
		"\"out\":\"wan\",\"proto\":\"icmp\",\"snat\":\"198.51.100.9 id 2003\","
		"\"src\":\"10.0.0.2 id 2003\",\"state\":\"unreplied\",\"worker\":0}]}" },
	{ "show.sessions", "\"dst\": \"10.0.0.2\"",
		"{\"sessions\":[]}" },
	{ "show.sessions", "\"interface\": \"wan\", \"count\": true",
		"{\"count\":10}" },
	{ "show.flows", "",
		"{\"flows\":[{\"domain\":\"main\",\"dst\":\"203.0.113.2:80\",\"idle\":6.5,"
		"\"in\":\"lan\",\"proto\":\"tcp\",\"session\":\"forward\","
		"\"src\":\"10.0.0.2:2001\",\"verdict\":\"judged at its next packet\","
		"\"worker\":0},{\"domain\":\"main\",\"dst\":\"198.51.100.9:2001\",\"idle\":6.6,"
		"\"in\":\"wan\",\"proto\":\"tcp\",\"session\":\"reply\","
		"\"src\":\"203.0.113.2:80\",\"verdict\":\"judged at its next packet\","
		"\"worker\":0},{\"domain\":\"main\",\"dst\":\"198.51.100.8:80\",\"idle\":6.5,"
		"\"in\":\"wan\",\"proto\":\"tcp\",\"session\":\"forward\","
		"\"src\":\"198.51.100.2:7000\",\"verdict\":\"judged at its next packet\","
		"\"worker\":0},{\"domain\":\"main\",\"dst\":\"198.51.100.2:7000\",\"idle\":6.5,"
		"\"in\":\"lan\",\"proto\":\"tcp\",\"session\":\"reply\","
		"\"src\":\"10.0.0.2:8080\",\"verdict\":\"judged at its next packet\","
		"\"worker\":0},{\"domain\":\"main\",\"dst\":\"203.0.113.2:5060\",\"idle\":3.0,"
		"\"in\":\"lan\",\"out\":\"wan\",\"proto\":\"udp\",\"session\":\"forward\","
		"\"src\":\"10.0.0.2:2002\",\"verdict\":\"output\",\"worker\":0},"
		"{\"domain\":\"main\",\"dst\":\"198.51.100.9:2002\",\"idle\":6.5,"
		"\"in\":\"wan\",\"proto\":\"udp\",\"session\":\"reply\","
		"\"src\":\"203.0.113.2:5060\",\"verdict\":\"judged at its next packet\","
		"\"worker\":0},{\"domain\":\"main\",\"dst\":\"203.0.113.2\",\"idle\":6.5,"
		"\"in\":\"lan\",\"proto\":\"icmp\",\"session\":\"forward\",\"src\":\"10.0.0.2 "
		"id 2003\",\"verdict\":\"judged at its next packet\",\"worker\":0},"
		"{\"domain\":\"main\",\"dst\":\"198.51.100.9\",\"idle\":6.5,\"in\":\"wan\","
		"\"proto\":\"icmp\",\"session\":\"reply\",\"src\":\"203.0.113.2 id 2003\","
		"\"verdict\":\"judged at its next packet\",\"worker\":0},{\"domain\":\"main\","
		"\"dst\":\"203.0.113.2:36412\",\"idle\":6.5,\"in\":\"lan\",\"proto\":\"sctp\","
		"\"session\":\"forward\",\"src\":\"10.0.0.2:2004\",\"verdict\":\"judged at its "
		"next packet\",\"worker\":0},{\"domain\":\"main\","
		"\"dst\":\"198.51.100.9:2004\",\"idle\":6.5,\"in\":\"wan\",\"proto\":\"sctp\","
		"\"session\":\"reply\",\"src\":\"203.0.113.2:36412\",\"verdict\":\"judged at "
		"its next packet\",\"worker\":0},{\"domain\":\"main\",\"dst\":\"203.0.113.2\","
		"\"idle\":6.5,\"in\":\"lan\",\"proto\":\"esp\",\"session\":\"forward\","
		"\"src\":\"10.0.0.2\",\"verdict\":\"judged at its next packet\",\"worker\":0},"
		"{\"domain\":\"main\",\"dst\":\"198.51.100.9\",\"idle\":6.5,\"in\":\"wan\","
		"\"proto\":\"esp\",\"session\":\"reply\",\"src\":\"203.0.113.2\","
		"\"verdict\":\"judged at its next packet\",\"worker\":0},{\"domain\":\"red\","
		"\"dst\":\"10.0.0.2:9\",\"idle\":3.0,\"in\":\"far\",\"out\":\"lan\","
		"\"proto\":\"udp\",\"src\":\"10.30.0.2:7\",\"verdict\":\"output\","
		"\"worker\":0},{\"domain\":\"main\",\"dst\":\"198.51.100.51:9\",\"idle\":0.0,"
		"\"in\":\"lan\",\"proto\":\"udp\",\"session\":\"forward\","
		"\"src\":\"10.0.0.2:2007\",\"verdict\":\"judged at its next packet\","
		"\"worker\":0},{\"domain\":\"main\",\"dst\":\"203.0.113.7:53\",\"idle\":6.4,"
		"\"in\":\"lan\",\"proto\":\"udp\",\"session\":\"forward\","
		"\"src\":\"10.0.0.2:2006\",\"verdict\":\"judged at its next packet\","
		"\"worker\":0},{\"domain\":\"main\",\"dst\":\"198.51.100.9:2006\",\"idle\":6.4,"
		"\"in\":\"wan\",\"proto\":\"udp\",\"session\":\"reply\","
		"\"src\":\"203.0.113.7:53\",\"verdict\":\"judged at its next packet\","
		"\"worker\":0},{\"domain\":\"main\",\"dst\":\"10.7.0.3:2\",\"idle\":6.2,"
		"\"in\":\"b1\",\"out\":\"br0\",\"proto\":\"udp\",\"src\":\"10.7.0.2:1\","
		"\"verdict\":\"output\",\"worker\":0},{\"domain\":\"main\","
		"\"dst\":\"10.7.0.3:2\",\"idle\":6.2,\"in\":\"b2\",\"out\":\"br0\","
		"\"proto\":\"udp\",\"src\":\"10.7.0.4:1\",\"verdict\":\"output\",\"worker\":0},"
		"{\"domain\":\"main\",\"dst\":\"10.7.0.3:2\",\"idle\":6.1,\"in\":\"b1\","
		"\"out\":\"br0\",\"proto\":\"udp\",\"src\":\"10.7.0.6:1\","
		"\"verdict\":\"output\",\"worker\":0},{\"domain\":\"main\","
		"\"dst\":\"10.7.0.2:2\",\"idle\":6.1,\"in\":\"b2\",\"out\":\"br0\","
		"\"proto\":\"udp\",\"src\":\"10.7.0.6:1\",\"verdict\":\"output\",\"worker\":0},"
		"{\"domain\":\"main\",\"dst\":\"10.8.0.3:2\",\"idle\":3.0,\"in\":\"w1\","
		"\"out\":\"w2\",\"proto\":\"udp\",\"src\":\"10.8.0.2:1\","
		"\"verdict\":\"output\",\"worker\":0},{\"domain\":\"main\","
		"\"dst\":\"198.51.100.9:2007\",\"idle\":0.0,\"in\":\"wan\",\"proto\":\"udp\","
		"\"session\":\"reply\",\"src\":\"198.51.100.51:9\",\"verdict\":\"judged at its "
		"next packet\",\"worker\":0},{\"domain\":\"main\","
		"\"dst\":\"[2001:db8:9::9]:53\",\"idle\":6.5,\"in\":\"lan\",\"out\":\"wan\","
		"\"proto\":\"udp\",\"session\":\"forward\",\"src\":\"[2001:db8:1::2]:4000\","
		"\"verdict\":\"output\",\"worker\":0},{\"domain\":\"main\","
		"\"dst\":\"[2001:db8:1::2]:4000\",\"idle\":6.5,\"in\":\"wan\","
		"\"proto\":\"udp\",\"session\":\"reply\",\"src\":\"[2001:db8:9::9]:53\","
		"\"verdict\":\"judged at its next packet\",\"worker\":0},{\"domain\":\"main\","
		"\"dst\":\"2001:db8:9::9\",\"idle\":6.5,\"in\":\"lan\",\"out\":\"wan\","
		"\"proto\":\"icmpv6\",\"session\":\"forward\",\"src\":\"2001:db8:1::2 id 7\","
		"\"verdict\":\"output\",\"worker\":0},{\"domain\":\"main\","
		"\"dst\":\"2001:db8:1::2\",\"idle\":6.5,\"in\":\"wan\",\"proto\":\"icmpv6\","
		"\"session\":\"reply\",\"src\":\"2001:db8:9::9 id 7\",\"verdict\":\"judged at "
		"its next packet\",\"worker\":0}]}" },
	{ "show.flows", "\"src\": \"10.30.0.2\"",
		"{\"flows\":[{\"domain\":\"red\",\"dst\":\"10.0.0.2:9\",\"idle\":3.0,"
		"\"in\":\"far\",\"out\":\"lan\",\"proto\":\"udp\",\"src\":\"10.30.0.2:7\","
		"\"verdict\":\"output\",\"worker\":0}]}" },
	{ "show.neighbours", "",
		"{\"neighbours\":[{\"address\":\"10.0.0.2\",\"domain\":\"main\",\"idle\":3.0,"
		"\"interface\":\"lan\",\"mac\":\"02:00:00:00:01:02\",\"state\":\"static\","
		"\"worker\":0},{\"address\":\"2001:db8:1::2\",\"domain\":\"main\",\"idle\":0.0,"
		"\"interface\":\"lan\",\"mac\":\"02:00:00:00:01:02\",\"state\":\"static\","
		"\"worker\":0},{\"address\":\"198.51.100.2\",\"domain\":\"main\",\"idle\":3.1,"
		"\"interface\":\"wan\",\"mac\":\"02:00:00:00:02:02\",\"state\":\"static\","
		"\"worker\":0},{\"address\":\"2001:db8:2::2\",\"domain\":\"main\",\"idle\":6.1,"
		"\"interface\":\"wan\",\"mac\":\"02:00:00:00:02:02\",\"state\":\"static\","
		"\"worker\":0},{\"address\":\"10.30.0.2\",\"domain\":\"red\",\"idle\":0.0,"
		"\"interface\":\"far\",\"mac\":\"02:00:00:00:03:02\",\"state\":\"static\","
		"\"worker\":0},{\"address\":\"198.51.100.51\",\"domain\":\"main\",\"idle\":0.0,"
		"\"interface\":\"wan\",\"state\":\"asking\",\"waiting\":1,\"worker\":0}]}" },
	{ "show.neighbours", "\"domain\": \"red\"",
		"{\"neighbours\":[{\"address\":\"10.30.0.2\",\"domain\":\"red\",\"idle\":0.0,"
		"\"interface\":\"far\",\"mac\":\"02:00:00:00:03:02\",\"state\":\"static\","
		"\"worker\":0}]}" },
	{ "show.bridges", "",
		"{\"bridges\":[{\"aged\":0,\"bridge\":\"br0\",\"held\":1,\"interface\":\"br\","
		"\"learned\":5,\"mac\":\"02:77:65:69:72:02\",\"members\":[\"b1 3/32\",\"b2 "
		"2/32\"],\"most\":64,\"moved\":6,\"refused\":0,\"stations\":5}]}" },
	{ "show.bridges", "\"bridge\": \"br0\"",
		"{\"bridges\":[{\"aged\":0,\"bridge\":\"br0\",\"held\":1,\"interface\":\"br\","
		"\"learned\":5,\"mac\":\"02:77:65:69:72:02\",\"members\":[\"b1 3/32\",\"b2 "
		"2/32\"],\"most\":64,\"moved\":6,\"refused\":0,\"stations\":5}]}" },
	{ "show.bridge", "\"mac\": \"02:00:00:00:0b:02\"",
		"{\"stations\":[{\"age\":6,\"bridge\":\"br0\",\"interface\":\"b1\","
		"\"mac\":\"02:00:00:00:0b:02\",\"moves\":0,\"state\":\"learned\",\"vlan\":0}]}" },
	{ "show.bridge", "\"mac\": \"02:00:00:00:0b:03\", \"bridge\": \"br0\"",
		"{\"stations\":[{\"age\":6,\"bridge\":\"br0\",\"interface\":\"b2\","
		"\"mac\":\"02:00:00:00:0b:03\",\"moves\":0,\"state\":\"learned\",\"vlan\":0}]}" },
	{ "show.bridge", "\"mac\": \"02:00:00:00:0b:04\"",
		"{\"stations\":[{\"age\":6,\"bridge\":\"br0\",\"interface\":\"b2\","
		"\"mac\":\"02:00:00:00:0b:04\",\"moves\":1,\"state\":\"learned\",\"vlan\":0}]}" },
	{ "show.bridge", "\"mac\": \"02:00:00:00:0b:06\"",
		"{\"stations\":[{\"age\":6,\"bridge\":\"br0\",\"interface\":\"b1\","
		"\"mac\":\"02:00:00:00:0b:06\",\"moves\":5,\"state\":\"held\",\"vlan\":0}]}" },
	{ "show.bridge", "\"vlan\": \"9\"",
		"{\"stations\":[{\"age\":6,\"bridge\":\"br0\",\"interface\":\"b1\","
		"\"mac\":\"02:00:00:00:0b:05\",\"moves\":0,\"state\":\"learned\",\"vlan\":9}]}" },
	{ "show.bridge", "\"vlan\": \"4095\"",
		"{\"stations\":[]}" },
	{ "show.bridge", "\"vlan\": \"4096\"",
		"\"vlan: '4096' is no VLAN\"" },
	{ "show.bridge", "\"vlan\": \"-1\"",
		"\"vlan: '-1' is no VLAN\"" },
	{ "show.bridge", "\"vlan\": \"9x\"",
		"\"vlan: '9x' is no VLAN\"" },
	{ "show.bridge", "\"vlan\": \"\"",
		"\"vlan: '' is no VLAN\"" },
	{ "show.bridge", "\"mac\": \"02:00:00:00:0b\"",
		"\"mac: '02:00:00:00:0b' is no MAC address\"" },
	{ "show.bridge", "\"interface\": \"lan\"",
		"\"interface: 'lan' is no member of a bridge\"" },
	{ "show.bridge", "\"interface\": \"b2\", \"mac\": \"02:00:00:00:0b:03\"",
		"{\"stations\":[{\"age\":6,\"bridge\":\"br0\",\"interface\":\"b2\","
		"\"mac\":\"02:00:00:00:0b:03\",\"moves\":0,\"state\":\"learned\",\"vlan\":0}]}" },
	{ "show.bridge", "\"interface\": \"b1\", \"mac\": \"02:00:00:00:0b:03\"",
		"{\"stations\":[]}" },
	{ "show.sets", "",
		"{\"members\":[{\"address\":\"10.0.0.2\",\"age\":3,\"domain\":\"main\","
		"\"interface\":\"lan\",\"set\":\"bad\"}]}" },
	{ "show.nat", "",
		"{\"pools\":[{\"allocated\":9,\"mappings\":7,\"no_port\":0,\"pool\":\"uplink\","
		"\"ports\":10,\"ports_used\":6,\"quota\":0,\"resting\":0,\"sessions\":9},"
		"{\"address\":\"198.51.100.9\",\"allocated\":9,\"mappings\":7,\"no_port\":0,"
		"\"pool\":\"uplink\",\"ports\":10,\"ports_used\":6,\"quota\":0,\"resting\":0,"
		"\"sessions\":9}]}" },
	{ "show.nat", "\"hosts\": true",
		"{\"pools\":[{\"address\":\"198.51.100.9\",\"domain\":\"main\","
		"\"inside\":\"10.0.0.2\",\"mappings\":7,\"pool\":\"uplink\",\"sessions\":7,"
		"\"worker\":0}]}" },
	{ "show.nat", "\"inside\": \"10.0.0.0/24\"",
		"{\"pools\":[{\"address\":\"198.51.100.9\",\"domain\":\"main\","
		"\"inside\":\"10.0.0.2\",\"mappings\":7,\"pool\":\"uplink\",\"sessions\":7,"
		"\"worker\":0}]}" },
	{ "show.nat", "\"inside\": \"10.0.1.0/24\"",
		"{\"pools\":[]}" },
	{ "show.routes", "",
		"{\"routes\":[{\"domain\":\"main\",\"hops\":[\"198.51.100.2 wan\"],"
		"\"kind\":\"via\",\"origin\":\"static\",\"table\":\"main\","
		"\"to\":\"0.0.0.0/0\"},{\"domain\":\"main\",\"hops\":[\"2001:db8:2::2 wan\"],"
		"\"kind\":\"via\",\"origin\":\"static\",\"table\":\"main\",\"to\":\"::/0\"},"
		"{\"domain\":\"main\",\"kind\":\"reject\",\"origin\":\"static\","
		"\"table\":\"main\",\"to\":\"10.99.0.0/16\"},{\"domain\":\"main\","
		"\"hops\":[\"domain red\"],\"kind\":\"domain\",\"origin\":\"static\","
		"\"table\":\"main\",\"to\":\"10.30.0.0/24\"},{\"domain\":\"main\","
		"\"hops\":[\"198.51.100.2 wan weight 1\",\"198.51.100.3 wan weight 3\"],"
		"\"kind\":\"via\",\"origin\":\"static\",\"table\":\"main\","
		"\"to\":\"10.98.0.0/16\"},{\"domain\":\"main\",\"kind\":\"public\","
		"\"origin\":\"nat\",\"table\":\"main\",\"to\":\"198.51.100.9/32\"},"
		"{\"domain\":\"main\",\"hops\":[\"on link lan\"],\"kind\":\"via\","
		"\"origin\":\"connected\",\"table\":\"main\",\"to\":\"10.0.0.0/24\"},"
		"{\"domain\":\"main\",\"hops\":[\"on link lan\"],\"kind\":\"via\","
		"\"origin\":\"connected\",\"table\":\"main\",\"to\":\"2001:db8:1::/64\"},"
		"{\"domain\":\"main\",\"hops\":[\"on link wan\"],\"kind\":\"via\","
		"\"origin\":\"connected\",\"table\":\"main\",\"to\":\"198.51.100.0/24\"},"
		"{\"domain\":\"main\",\"hops\":[\"on link wan\"],\"kind\":\"via\","
		"\"origin\":\"connected\",\"table\":\"main\",\"to\":\"2001:db8:2::/64\"},"
		"{\"domain\":\"main\",\"hops\":[\"on link br\"],\"kind\":\"via\","
		"\"origin\":\"connected\",\"table\":\"main\",\"to\":\"10.7.0.0/24\"},"
		"{\"domain\":\"main\",\"kind\":\"broadcast\",\"origin\":\"connected\","
		"\"table\":\"main\",\"to\":\"10.0.0.0/32\"},{\"domain\":\"main\","
		"\"kind\":\"broadcast\",\"origin\":\"connected\",\"table\":\"main\","
		"\"to\":\"10.0.0.255/32\"},{\"domain\":\"main\",\"kind\":\"broadcast\","
		"\"origin\":\"connected\",\"table\":\"main\",\"to\":\"198.51.100.0/32\"},"
		"{\"domain\":\"main\",\"kind\":\"broadcast\",\"origin\":\"connected\","
		"\"table\":\"main\",\"to\":\"198.51.100.255/32\"},{\"domain\":\"main\","
		"\"kind\":\"broadcast\",\"origin\":\"connected\",\"table\":\"main\","
		"\"to\":\"10.7.0.0/32\"},{\"domain\":\"main\",\"kind\":\"broadcast\","
		"\"origin\":\"connected\",\"table\":\"main\",\"to\":\"10.7.0.255/32\"},"
		"{\"domain\":\"main\",\"kind\":\"local\",\"origin\":\"connected\","
		"\"table\":\"main\",\"to\":\"10.0.0.1/32\"},{\"domain\":\"main\","
		"\"kind\":\"local\",\"origin\":\"connected\",\"table\":\"main\","
		"\"to\":\"2001:db8:1::1/128\"},{\"domain\":\"main\",\"kind\":\"local\","
		"\"origin\":\"connected\",\"table\":\"main\",\"to\":\"198.51.100.1/32\"},"
		"{\"domain\":\"main\",\"kind\":\"local\",\"origin\":\"connected\","
		"\"table\":\"main\",\"to\":\"2001:db8:2::1/128\"},{\"domain\":\"main\","
		"\"kind\":\"local\",\"origin\":\"connected\",\"table\":\"main\","
		"\"to\":\"10.7.0.1/32\"},{\"domain\":\"red\",\"hops\":[\"domain main\"],"
		"\"kind\":\"domain\",\"origin\":\"static\",\"table\":\"red\","
		"\"to\":\"10.0.0.0/24\"},{\"domain\":\"red\",\"hops\":[\"on link far\"],"
		"\"kind\":\"via\",\"origin\":\"connected\",\"table\":\"red\","
		"\"to\":\"10.30.0.0/24\"},{\"domain\":\"red\",\"kind\":\"broadcast\","
		"\"origin\":\"connected\",\"table\":\"red\",\"to\":\"10.30.0.0/32\"},"
		"{\"domain\":\"red\",\"kind\":\"broadcast\",\"origin\":\"connected\","
		"\"table\":\"red\",\"to\":\"10.30.0.255/32\"},{\"domain\":\"red\","
		"\"kind\":\"local\",\"origin\":\"connected\",\"table\":\"red\","
		"\"to\":\"10.30.0.1/32\"}]}" },
	{ "show.routes", "\"to\": \"10.98.1.1\"",
		"{\"routes\":[{\"domain\":\"main\",\"hops\":[\"198.51.100.2 wan weight 1\","
		"\"198.51.100.3 wan weight 3\"],\"kind\":\"via\",\"origin\":\"static\","
		"\"table\":\"main\",\"to\":\"10.98.0.0/16\"}]}" },
	{ "show.routes", "\"to\": \"10.30.0.2\", \"table\": \"main\"",
		"{\"routes\":[{\"domain\":\"main\",\"hops\":[\"domain red\"],"
		"\"kind\":\"domain\",\"origin\":\"static\",\"table\":\"main\","
		"\"to\":\"10.30.0.0/24\"}]}" },
	{ "show.routes", "\"to\": \"2001:db8:9::9\", \"domain\": \"main\"",
		"{\"routes\":[{\"domain\":\"main\",\"hops\":[\"2001:db8:2::2 wan\"],"
		"\"kind\":\"via\",\"origin\":\"static\",\"table\":\"main\",\"to\":\"::/0\"}]}" },
	{ "show.routes", "\"kind\": \"domain\"",
		"{\"routes\":[{\"domain\":\"main\",\"hops\":[\"domain red\"],"
		"\"kind\":\"domain\",\"origin\":\"static\",\"table\":\"main\","
		"\"to\":\"10.30.0.0/24\"},{\"domain\":\"red\",\"hops\":[\"domain main\"],"
		"\"kind\":\"domain\",\"origin\":\"static\",\"table\":\"red\","
		"\"to\":\"10.0.0.0/24\"}]}" },
	{ "show.routes", "\"kind\": \"reject\"",
		"{\"routes\":[{\"domain\":\"main\",\"kind\":\"reject\",\"origin\":\"static\","
		"\"table\":\"main\",\"to\":\"10.99.0.0/16\"}]}" },
	{ "show.routes", "\"to\": \"x\"",
		"\"to: 'x' is no address\"" },
	{ "show.rules", "",
		"{\"rules\":[{\"bytes\":28,\"first\":6.491,\"last\":6.491,\"name\":\"bulk\","
		"\"owner\":\"acls.out\",\"packets\":1,\"place\":\"weir.yaml:23\"},"
		"{\"bytes\":84,\"first\":6.54,\"last\":3.03,\"name\":\"slow\","
		"\"owner\":\"acls.out\",\"packets\":3,\"place\":\"weir.yaml:24\"},"
		"{\"bytes\":40,\"first\":6.39,\"last\":6.39,\"owner\":\"acls.out\","
		"\"packets\":1,\"place\":\"weir.yaml:25\"},{\"bytes\":684,\"first\":6.381,"
		"\"last\":3.06,\"owner\":\"acls.out\",\"packets\":4,"
		"\"place\":\"weir.yaml:26\"},{\"bytes\":883,\"first\":6.621,\"last\":0.0,"
		"\"name\":\"default\",\"owner\":\"acls.out\",\"packets\":27,"
		"\"place\":\"weir.yaml:22\"},{\"bytes\":68,\"first\":6.61,\"last\":6.55,"
		"\"owner\":\"acls.in\",\"packets\":2,\"place\":\"weir.yaml:27\"},{\"bytes\":40,"
		"\"first\":6.58,\"last\":6.58,\"owner\":\"acls.in\",\"packets\":1,"
		"\"place\":\"weir.yaml:27\"},{\"bytes\":28,\"first\":6.33,\"last\":6.33,"
		"\"name\":\"default\",\"owner\":\"acls.in\",\"packets\":1,"
		"\"place\":\"weir.yaml:27\"},{\"bytes\":84,\"first\":6.361,\"last\":3.05,"
		"\"owner\":\"routes.main\",\"packets\":3,\"place\":\"weir.yaml:30\"},"
		"{\"bytes\":84,\"first\":6.42,\"last\":6.401,\"owner\":\"pipelines.inside\","
		"\"packets\":3,\"place\":\"weir.yaml:34\"},{\"bytes\":0,"
		"\"owner\":\"pipelines.inside\",\"packets\":0,\"place\":\"weir.yaml:35\"},"
		"{\"bytes\":0,\"owner\":\"pipelines.inside\",\"packets\":0,"
		"\"place\":\"weir.yaml:36\"},{\"bytes\":28,\"first\":6.16,\"last\":6.16,"
		"\"owner\":\"pipelines.wire\",\"packets\":1,\"place\":\"weir.yaml:42\"},"
		"{\"bytes\":28,\"first\":6.16,\"last\":6.16,\"owner\":\"pipelines.wire\","
		"\"packets\":1,\"place\":\"weir.yaml:42\"}]}" },
	{ "show.rules", "\"owner\": \"in\"",
		"{\"rules\":[{\"bytes\":68,\"first\":6.61,\"last\":6.55,\"owner\":\"acls.in\","
		"\"packets\":2,\"place\":\"weir.yaml:27\"},{\"bytes\":40,\"first\":6.58,"
		"\"last\":6.58,\"owner\":\"acls.in\",\"packets\":1,\"place\":\"weir.yaml:27\"},"
		"{\"bytes\":28,\"first\":6.33,\"last\":6.33,\"name\":\"default\","
		"\"owner\":\"acls.in\",\"packets\":1,\"place\":\"weir.yaml:27\"}]}" },
	{ "show.rules", "\"owner\": \"none\"",
		"\"owner: 'none' is no access list or pipeline with rules\"" },
	{ "show.rules", "\"owner\": \"acls.in\", \"name\": \"none\"",
		"\"name: 'none' is no name of a rule there\"" },
	{ "show.talkers", "",
		"{\"talkers\":[{\"bits\":2687,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"source\",\"name\":\"10.0.0.2\",\"rate\":5,\"share\":0.6046},"
		"{\"bits\":448,\"domain\":\"main\",\"error\":0.0,\"kind\":\"source\","
		"\"name\":\"10.7.0.6\",\"rate\":1,\"share\":0.1008},{\"bits\":224,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"source\",\"name\":\"10.8.0.2\","
		"\"rate\":1,\"share\":0.05041},{\"bits\":165,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"source\",\"name\":\"2001:db8:1::2\",\"rate\":0,\"share\":0.0372},"
		"{\"bits\":133,\"domain\":\"red\",\"error\":0.0,\"kind\":\"source\","
		"\"name\":\"10.30.0.2\",\"rate\":0,\"share\":0.03},{\"bits\":128,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"source\","
		"\"name\":\"203.0.113.2\",\"rate\":0,\"share\":0.0288},{\"bits\":128,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"source\","
		"\"name\":\"203.0.113.9\",\"rate\":0,\"share\":0.0288},{\"bits\":112,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"source\",\"name\":\"10.7.0.2\","
		"\"rate\":0,\"share\":0.0252},{\"bits\":112,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"source\",\"name\":\"10.7.0.4\",\"rate\":0,\"share\":0.0252},"
		"{\"bits\":72,\"domain\":\"main\",\"error\":0.0,\"kind\":\"source\","
		"\"name\":\"198.51.100.2\",\"rate\":0,\"share\":0.0162},{\"bits\":956,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"203.0.113.2\",\"rate\":3,\"share\":0.2151},{\"bits\":819,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"203.0.113.3\",\"rate\":0,\"share\":0.1842},{\"bits\":509,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"10.7.0.3\",\"rate\":2,\"share\":0.1146},{\"bits\":448,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"203.0.113.7\",\"rate\":1,\"share\":0.1008},{\"bits\":280,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"10.7.0.2\",\"rate\":1,\"share\":0.06301},{\"bits\":224,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"10.0.0.1\",\"rate\":1,\"share\":0.05041},{\"bits\":224,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"10.8.0.3\",\"rate\":1,\"share\":0.05041},{\"bits\":168,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"10.99.0.1\",\"rate\":1,\"share\":0.0378},{\"bits\":165,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"2001:db8:9::9\",\"rate\":0,\"share\":0.0372},{\"bits\":133,"
		"\"domain\":\"red\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"10.0.0.2\",\"rate\":0,\"share\":0.03},{\"bits\":819,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"flow\",\"name\":\"udp "
		"10.0.0.2:4001 > 203.0.113.3:666\",\"rate\":0,\"share\":0.1842},{\"bits\":448,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"flow\",\"name\":\"udp "
		"10.0.0.2:2006 > 203.0.113.7:53\",\"rate\":1,\"share\":0.1008},{\"bits\":224,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"flow\",\"name\":\"udp 10.7.0.6:1 "
		"> 10.7.0.2:2\",\"rate\":1,\"share\":0.05041},{\"bits\":224,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"flow\",\"name\":\"udp 10.7.0.6:1 "
		"> 10.7.0.3:2\",\"rate\":1,\"share\":0.05041},{\"bits\":224,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"flow\",\"name\":\"udp 10.8.0.2:1 "
		"> 10.8.0.3:2\",\"rate\":1,\"share\":0.05041},{\"bits\":216,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"flow\",\"name\":\"tcp "
		"10.0.0.2:2001 > 203.0.113.2:80\",\"rate\":1,\"share\":0.0486},{\"bits\":188,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"flow\",\"name\":\"udp "
		"10.0.0.2:2002 > 203.0.113.2:5060\",\"rate\":1,\"share\":0.0423},{\"bits\":168,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"flow\",\"name\":\"udp "
		"10.0.0.2:4001 > 10.99.0.1:9\",\"rate\":1,\"share\":0.0378},{\"bits\":168,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"flow\",\"name\":\"udp "
		"10.0.0.2:4001 > 203.0.113.2:666\",\"rate\":1,\"share\":0.0378},{\"bits\":133,"
		"\"domain\":\"red\",\"error\":0.0,\"kind\":\"flow\",\"name\":\"udp 10.30.0.2:7 "
		"> 10.0.0.2:9\",\"rate\":0,\"share\":0.03}]}" },
	{ "show.talkers", "\"by\": \"packets\", \"kind\": \"flow\"",
		"{\"talkers\":[{\"bits\":448,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"flow\",\"name\":\"udp 10.0.0.2:2006 > 203.0.113.7:53\",\"rate\":1,"
		"\"share\":0.1311},{\"bits\":224,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"flow\",\"name\":\"udp 10.7.0.6:1 > 10.7.0.2:2\",\"rate\":1,"
		"\"share\":0.06557},{\"bits\":224,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"flow\",\"name\":\"udp 10.7.0.6:1 > 10.7.0.3:2\",\"rate\":1,"
		"\"share\":0.06557},{\"bits\":224,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"flow\",\"name\":\"udp 10.8.0.2:1 > 10.8.0.3:2\",\"rate\":1,"
		"\"share\":0.06557},{\"bits\":216,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"flow\",\"name\":\"tcp 10.0.0.2:2001 > 203.0.113.2:80\",\"rate\":1,"
		"\"share\":0.04918},{\"bits\":188,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"flow\",\"name\":\"udp 10.0.0.2:2002 > 203.0.113.2:5060\","
		"\"rate\":1,\"share\":0.04918},{\"bits\":168,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"flow\",\"name\":\"udp 10.0.0.2:4001 > 10.99.0.1:9\",\"rate\":1,"
		"\"share\":0.04918},{\"bits\":168,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"flow\",\"name\":\"udp 10.0.0.2:4001 > 203.0.113.2:666\",\"rate\":1,"
		"\"share\":0.04918},{\"bits\":112,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"flow\",\"name\":\"icmp 10.0.0.2 id 9 > 10.0.0.1\",\"rate\":0,"
		"\"share\":0.03279},{\"bits\":112,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"flow\",\"name\":\"udp 10.7.0.2:1 > 10.7.0.3:2\",\"rate\":0,"
		"\"share\":0.03279}]}" },
	{ "show.talkers", "\"kind\": \"destination\"",
		"{\"talkers\":[{\"bits\":956,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"destination\",\"name\":\"203.0.113.2\",\"rate\":3,"
		"\"share\":0.2151},{\"bits\":819,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"destination\",\"name\":\"203.0.113.3\",\"rate\":0,"
		"\"share\":0.1842},{\"bits\":509,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"destination\",\"name\":\"10.7.0.3\",\"rate\":2,\"share\":0.1146},"
		"{\"bits\":448,\"domain\":\"main\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"203.0.113.7\",\"rate\":1,\"share\":0.1008},{\"bits\":280,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"10.7.0.2\",\"rate\":1,\"share\":0.06301},{\"bits\":224,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"10.0.0.1\",\"rate\":1,\"share\":0.05041},{\"bits\":224,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"10.8.0.3\",\"rate\":1,\"share\":0.05041},{\"bits\":168,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"10.99.0.1\",\"rate\":1,\"share\":0.0378},{\"bits\":165,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"2001:db8:9::9\",\"rate\":0,\"share\":0.0372},{\"bits\":133,"
		"\"domain\":\"red\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"10.0.0.2\",\"rate\":0,\"share\":0.03}]}" },
	{ "show.talkers", "\"by\": \"none\"",
		"\"by: packets or bytes, not 'none'\"" },
	{ "show.trend", "",
		"{\"trend\":[{\"ago\":\"~\",\"closed\":0,\"drop_rate\":0,\"established\":1,"
		"\"half-open\":1,\"replied\":1,\"rx_rate\":0,\"tx_rate\":0,\"unreplied\":7}]}" },
	{ "show.limits", "",
		"{\"limits\":[{\"most\":1024,\"name\":\"closed sessions\",\"text\":\"Sessions "
		"of this class, of all workers; they share the table.\",\"used\":0},"
		"{\"most\":256,\"name\":\"half-open sessions\",\"text\":\"Sessions that are "
		"half-open, of all workers.\",\"used\":1},{\"most\":1024,\"name\":\"unreplied "
		"UDP\",\"text\":\"Sessions of this class, of all workers; they share the "
		"table.\",\"used\":3},{\"most\":1024,\"name\":\"unreplied ICMP\","
		"\"text\":\"Sessions of this class, of all workers; they share the table.\","
		"\"used\":2},{\"most\":1024,\"name\":\"unreplied others\",\"text\":\"Sessions "
		"of this class, of all workers; they share the table.\",\"used\":2},"
		"{\"most\":1024,\"name\":\"replied sessions\",\"text\":\"Sessions of this "
		"class, of all workers; they share the table.\",\"used\":1},{\"most\":1024,"
		"\"name\":\"established TCP\",\"text\":\"Sessions of this class, of all "
		"workers; they share the table.\",\"used\":1},{\"most\":32,\"name\":\"ports\","
		"\"text\":\"Ports; DPDK is built for as many.\",\"used\":6},{\"most\":31,"
		"\"name\":\"port name\",\"text\":\"Characters in the name of a port.\"},"
		"{\"most\":64,\"name\":\"queues\",\"text\":\"Receive queues of a port, where "
		"the driver has as many.\"},{\"most\":16,\"name\":\"queues of af_packet\","
		"\"text\":\"Queues of net_af_packet.\"},{\"most\":8,\"name\":\"queues of "
		"virtio_user\",\"text\":\"Queues of net_virtio_user.\"},{\"most\":8,"
		"\"name\":\"members of a bond\",\"text\":\"Devices of a bond.\"},"
		"{\"most\":1023,\"name\":\"interfaces\",\"text\":\"Interfaces.\",\"used\":9},"
		"{\"most\":64,\"name\":\"workers\",\"text\":\"Workers, each on a core of its "
		"own.\",\"used\":1},{\"most\":256,\"name\":\"burst\",\"text\":\"Packets that a "
		"worker takes from a queue at once.\"},{\"most\":64,\"name\":\"arguments of "
		"DPDK\",\"text\":\"Arguments in system.eal.\"},{\"most\":64,"
		"\"name\":\"stages\",\"text\":\"Stages of a pipeline.\"},{\"most\":8,"
		"\"name\":\"gotos\",\"text\":\"Gotos that one packet may follow.\"},"
		"{\"most\":10,\"name\":\"counted stages\",\"text\":\"Stages and rules that one "
		"packet may be counted, metered or marked by.\"},{\"most\":64,\"name\":\"next "
		"hops\",\"text\":\"Next hops of a route.\"},{\"most\":4095,\"name\":\"stages "
		"track\",\"text\":\"Stages track, over all pipelines.\"},{\"most\":64,"
		"\"name\":\"pools\",\"text\":\"Pools in section nat.\",\"used\":1},"
		"{\"most\":256,\"name\":\"addresses of a pool\",\"text\":\"Public addresses of "
		"a pool.\"},{\"most\":255,\"name\":\"included files\",\"text\":\"Files that "
		"are included, by all of them together.\"},{\"most\":1048576,"
		"\"name\":\"acls.out bulk\",\"over\":0,\"place\":\"weir.yaml:23\","
		"\"text\":\"Bytes of a quota of 1M.\",\"used\":28,\"within\":1},"
		"{\"displaced\":0,\"most\":64,\"name\":\"acls.out slow\",\"over\":0,"
		"\"place\":\"weir.yaml:24\",\"text\":\"A rate of 10/s for each source; "
		"addresses that have used some of it.\",\"used\":0,\"within\":3},"
		"{\"displaced\":0,\"most\":64,\"name\":\"pipelines.inside\","
		"\"place\":\"weir.yaml:34\",\"text\":\"A rate of 5/s for each destination; "
		"addresses that have used some of it.\",\"used\":0},{\"displaced\":0,"
		"\"most\":64,\"name\":\"pipelines.inside\",\"place\":\"weir.yaml:35\","
		"\"text\":\"A rate of 100/min sessions for each source; addresses that have "
		"used some of it.\",\"used\":1},{\"name\":\"pipelines.inside\","
		"\"place\":\"weir.yaml:36\",\"text\":\"A rate of 8Mbit in all.\"}]}" },
	{ "show.drops", "",
		"{\"drops\":[{\"fault\":\"configuration\",\"latest\":[{\"ago\":\"~\","
		"\"bytes\":46,\"in\":\"spare\",\"packet\":\"udp 10.31.0.2:9 > 10.0.0.2:9\","
		"\"worker\":0}],\"packets\":1,\"rate\":0,\"reason\":\"interface_unused\","
		"\"text\":\"The interface has no pipeline.\"},{\"fault\":\"peer\","
		"\"latest\":[{\"ago\":\"~\",\"bytes\":42,\"in\":\"lan\",\"packet\":\"udp "
		"127.0.0.1:4002 > 203.0.113.2:9\",\"worker\":0}],\"packets\":1,\"rate\":0,"
		"\"reason\":\"martian\",\"text\":\"A source or destination address that cannot "
		"stand there.\"},{\"fault\":\"configuration\",\"latest\":[{\"ago\":\"~\","
		"\"bytes\":42,\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4001 > 10.99.0.1:9\","
		"\"rule\":\"weir.yaml:30\",\"worker\":0},{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4001 > 10.99.0.1:9\","
		"\"rule\":\"weir.yaml:30\",\"worker\":0},{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4001 > 10.99.0.1:9\","
		"\"rule\":\"weir.yaml:30\",\"worker\":0}],\"lines\":[\"weir.yaml:30 "
		"routes.main: 3\"],\"packets\":3,\"rate\":0,\"reason\":\"no_route\","
		"\"text\":\"No route leads to the destination.\"},{\"fault\":\"peer\","
		"\"latest\":[{\"ago\":\"~\",\"bytes\":42,\"in\":\"lan\",\"packet\":\"udp "
		"10.0.0.2:4002 > 203.0.113.2:9\",\"worker\":0}],\"packets\":1,\"rate\":0,"
		"\"reason\":\"ttl_expired\",\"text\":\"TTL or hop limit reached zero here.\"},"
		"{\"fault\":\"peer\",\"packets\":1,\"rate\":0,"
		"\"reason\":\"neighbour_unresolved\",\"text\":\"The next hop does not answer "
		"ARP or ND.\"},{\"fault\":\"peer\",\"latest\":[{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4003 > 10.0.0.1:9\",\"worker\":0},"
		"{\"ago\":\"~\",\"bytes\":42,\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4003 > "
		"10.0.0.1:9\",\"worker\":0}],\"packets\":2,\"rate\":0,"
		"\"reason\":\"local_no_service\",\"text\":\"The packet is for one of our own "
		"addresses, and nothing serves it.\"},{\"fault\":\"peer\","
		"\"latest\":[{\"ago\":\"~\",\"bytes\":42,\"in\":\"b2\",\"packet\":\"udp "
		"10.7.0.4:1 > 10.7.0.3:2\",\"worker\":0}],\"packets\":1,\"rate\":0,"
		"\"reason\":\"bridge_same_port\",\"text\":\"The station is behind the "
		"interface that the frame came in by.\"},{\"fault\":\"peer\","
		"\"latest\":[{\"ago\":\"~\",\"bytes\":42,\"in\":\"b2\",\"packet\":\"udp "
		"10.7.0.6:1 > 10.7.0.2:2\",\"worker\":0}],\"packets\":1,\"rate\":0,"
		"\"reason\":\"bridge_moves\",\"text\":\"A frame of a station that moves too "
		"often: a loop, or two stations with one MAC.\"},{\"fault\":\"peer\","
		"\"latest\":[{\"ago\":\"~\",\"bytes\":54,\"in\":\"wan\",\"packet\":\"tcp "
		"203.0.113.9:9 > 198.51.100.1:9 A\",\"worker\":0}],\"packets\":1,\"rate\":0,"
		"\"reason\":\"tcp_no_session\",\"text\":\"A TCP segment in mid-stream without "
		"a session.\"},{\"fault\":\"policy\",\"latest\":[{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4001 > 203.0.113.2:666\","
		"\"rule\":\"weir.yaml:26\",\"worker\":0},{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4001 > 203.0.113.2:666\","
		"\"rule\":\"weir.yaml:26\",\"worker\":0},{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"wan\",\"packet\":\"udp 203.0.113.9:9 > 198.51.100.1:9\","
		"\"rule\":\"weir.yaml:27\",\"worker\":0},{\"ago\":\"~\",\"bytes\":614,"
		"\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4001 > 203.0.113.3:666\","
		"\"rule\":\"weir.yaml:26\",\"worker\":0}],\"lines\":[\"weir.yaml:26 acls.out: "
		"4\",\"weir.yaml:27 acls.in default: 1\"],\"packets\":5,\"rate\":0,"
		"\"reason\":\"acl_denied\",\"text\":\"A rule or the default of an access "
		"list.\"},{\"fault\":\"policy\",\"latest\":[{\"ago\":\"~\",\"bytes\":54,"
		"\"in\":\"lan\",\"packet\":\"tcp 10.0.0.2:4001 > 203.0.113.2:23 S\","
		"\"rule\":\"weir.yaml:25\",\"worker\":0}],\"lines\":[\"weir.yaml:25 acls.out: "
		"1\"],\"packets\":1,\"rate\":0,\"reason\":\"acl_rejected\",\"text\":\"A rule "
		"of an access list; the sender was told.\"},{\"fault\":\"policy\","
		"\"latest\":[{\"ago\":\"~\",\"bytes\":42,\"in\":\"lan\",\"packet\":\"udp "
		"10.0.0.2:2006 > 203.0.113.7:53\",\"rule\":\"weir.yaml:34\",\"worker\":0},"
		"{\"ago\":\"~\",\"bytes\":42,\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:2006 > "
		"203.0.113.7:53\",\"rule\":\"weir.yaml:34\",\"worker\":0},{\"ago\":\"~\","
		"\"bytes\":42,\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:2006 > 203.0.113.7:53\","
		"\"rule\":\"weir.yaml:34\",\"worker\":0}],\"lines\":[\"weir.yaml:34 "
		"pipelines.inside: 3\"],\"packets\":3,\"rate\":0,\"reason\":\"limit_exceeded\","
		"\"text\":\"More than a stage limit lets pass of its source, destination or "
		"line.\"}]}" },
	{ "show.drops", "\"policy\": true",
		"{\"drops\":[{\"fault\":\"policy\",\"latest\":[{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4001 > 203.0.113.2:666\","
		"\"rule\":\"weir.yaml:26\",\"worker\":0},{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4001 > 203.0.113.2:666\","
		"\"rule\":\"weir.yaml:26\",\"worker\":0},{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"wan\",\"packet\":\"udp 203.0.113.9:9 > 198.51.100.1:9\","
		"\"rule\":\"weir.yaml:27\",\"worker\":0},{\"ago\":\"~\",\"bytes\":614,"
		"\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4001 > 203.0.113.3:666\","
		"\"rule\":\"weir.yaml:26\",\"worker\":0}],\"lines\":[\"weir.yaml:26 acls.out: "
		"4\",\"weir.yaml:27 acls.in default: 1\"],\"packets\":5,\"rate\":0,"
		"\"reason\":\"acl_denied\",\"text\":\"A rule or the default of an access "
		"list.\"},{\"fault\":\"policy\",\"latest\":[{\"ago\":\"~\",\"bytes\":54,"
		"\"in\":\"lan\",\"packet\":\"tcp 10.0.0.2:4001 > 203.0.113.2:23 S\","
		"\"rule\":\"weir.yaml:25\",\"worker\":0}],\"lines\":[\"weir.yaml:25 acls.out: "
		"1\"],\"packets\":1,\"rate\":0,\"reason\":\"acl_rejected\",\"text\":\"A rule "
		"of an access list; the sender was told.\"},{\"fault\":\"policy\","
		"\"latest\":[{\"ago\":\"~\",\"bytes\":42,\"in\":\"lan\",\"packet\":\"udp "
		"10.0.0.2:2006 > 203.0.113.7:53\",\"rule\":\"weir.yaml:34\",\"worker\":0},"
		"{\"ago\":\"~\",\"bytes\":42,\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:2006 > "
		"203.0.113.7:53\",\"rule\":\"weir.yaml:34\",\"worker\":0},{\"ago\":\"~\","
		"\"bytes\":42,\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:2006 > 203.0.113.7:53\","
		"\"rule\":\"weir.yaml:34\",\"worker\":0}],\"lines\":[\"weir.yaml:34 "
		"pipelines.inside: 3\"],\"packets\":3,\"rate\":0,\"reason\":\"limit_exceeded\","
		"\"text\":\"More than a stage limit lets pass of its source, destination or "
		"line.\"}]}" },
	{ "show.drops", "\"reason\": \"acl_rejected\"",
		"{\"drops\":[{\"fault\":\"policy\",\"latest\":[{\"ago\":\"~\",\"bytes\":54,"
		"\"in\":\"lan\",\"packet\":\"tcp 10.0.0.2:4001 > 203.0.113.2:23 S\","
		"\"rule\":\"weir.yaml:25\",\"worker\":0}],\"lines\":[\"weir.yaml:25 acls.out: "
		"1\"],\"packets\":1,\"rate\":0,\"reason\":\"acl_rejected\",\"text\":\"A rule "
		"of an access list; the sender was told.\"}]}" },
	{ "show.drops", "\"interface\": \"lan\", \"reason\": \"acl_denied\"",
		"{\"drops\":[{\"fault\":\"policy\",\"latest\":[{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4001 > 203.0.113.2:666\","
		"\"rule\":\"weir.yaml:26\",\"worker\":0},{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4001 > 203.0.113.2:666\","
		"\"rule\":\"weir.yaml:26\",\"worker\":0},{\"ago\":\"~\",\"bytes\":614,"
		"\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4001 > 203.0.113.3:666\","
		"\"rule\":\"weir.yaml:26\",\"worker\":0}],\"packets\":4,"
		"\"reason\":\"acl_denied\",\"text\":\"A rule or the default of an access "
		"list.\"}]}" },
	{ "show.ledger", "",
		"{\"born\":15,\"born_by\":{\"arp\":4,\"clone\":1,\"echo\":2,\"icmp_error\":7,"
		"\"tcp_reset\":1},\"consumed\":2,\"consumed_by\":{\"echo\":2},\"dropped\":21,"
		"\"held\":1,\"held_by\":{\"neighbour\":1},\"imbalance\":0,\"rx\":63,\"tx\":54}" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"udp 10.0.0.2:2002 > 203.0.113.2:5060\"",
		"{\"counted\":[\"weir.yaml:22, acls.out default\"],\"domain\":\"main\","
		"\"flow\":\"udp 10.0.0.2:2002 > 203.0.113.2:5060\",\"in\":\"lan\","
		"\"out\":\"wan\",\"packet\":\"udp 10.0.0.2:2002 > 203.0.113.2:5060\","
		"\"path\":\"fast\",\"pipeline\":\"inside\",\"program\":\"dscp 46; ttl; rewrite "
		"src 198.51.100.9:2002; output wan\",\"session\":{\"direction\":\"forward\","
		"\"nat\":{\"src\":\"198.51.100.9:2002\"},\"state\":\"established\"},"
		"\"stages\":[{\"says\":\"track: established, forward of its session "
		"(replied)\",\"stage\":\"track\"},{\"says\":\"acl out: the default "
		"(weir.yaml:22) accepts\",\"stage\":\"acl\"},{\"says\":\"limit: not for this "
		"packet\",\"stage\":\"limit\"},{\"says\":\"limit: begins no session\","
		"\"stage\":\"limit\"},{\"says\":\"police: not for this packet\","
		"\"stage\":\"police\"},{\"says\":\"mark: dscp 0 becomes 46\","
		"\"stage\":\"mark\"},{\"says\":\"route main: 0.0.0.0/0 via 198.51.100.2 by "
		"wan\",\"stage\":\"route\"}],\"verdict\":\"output\",\"worker\":0}" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"tcp 10.0.0.2:2009 > 203.0.113.2:80 S\"",
		"{\"counted\":[\"weir.yaml:22, acls.out default\"],\"domain\":\"main\","
		"\"flow\":\"tcp 10.0.0.2:2009 > 203.0.113.2:80 S\",\"in\":\"lan\","
		"\"out\":\"wan\",\"packet\":\"tcp 10.0.0.2:2009 > 203.0.113.2:80 S\","
		"\"path\":\"slow\",\"pipeline\":\"inside\",\"program\":\"meter 3; ttl; rewrite "
		"src 198.51.100.9:2009; output wan\",\"session\":{\"direction\":\"forward\","
		"\"nat\":{\"src\":\"198.51.100.9:2009\"},\"state\":\"new\",\"tcp\":\"none\"},"
		"\"stages\":[{\"says\":\"track: new session, half-open; ends after 240 s "
		"without packets\",\"stage\":\"track\"},{\"says\":\"acl out: the default "
		"(weir.yaml:22) accepts\",\"stage\":\"acl\"},{\"says\":\"limit: not for this "
		"packet\",\"stage\":\"limit\"},{\"says\":\"limit: 100 sessions/min for each "
		"source\",\"stage\":\"limit\"},{\"says\":\"police: not for this packet\","
		"\"stage\":\"police\"},{\"says\":\"mark: not for this packet\","
		"\"stage\":\"mark\"},{\"says\":\"route main: 0.0.0.0/0 via 198.51.100.2 by "
		"wan\",\"stage\":\"route\"},{\"says\":\"snat uplink: source 198.51.100.9 port "
		"2009, its own port, which is free\",\"stage\":\"snat\"}],"
		"\"verdict\":\"output\",\"worker\":0}" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"tcp 10.0.0.2:2009 > 203.0.113.2:23 S\"",
		"{\"counted\":[\"weir.yaml:25, acls.out\"],\"domain\":\"main\",\"flow\":\"tcp "
		"10.0.0.2:2009 > 203.0.113.2:23 S\",\"in\":\"lan\",\"owner\":\"acls.out\","
		"\"packet\":\"tcp 10.0.0.2:2009 > 203.0.113.2:23 S\",\"path\":\"slow\","
		"\"pipeline\":\"inside\",\"program\":\"reject acl_rejected\","
		"\"reason\":\"acl_rejected\",\"rule\":\"weir.yaml:25\",\"sentence\":\"A rule "
		"of an access list; the sender was told.\","
		"\"session\":{\"direction\":\"forward\",\"state\":\"new\",\"tcp\":\"none\"},"
		"\"stages\":[{\"says\":\"track: new session, half-open; ends after 240 s "
		"without packets\",\"stage\":\"track\"},{\"says\":\"acl out: rule without name "
		"(weir.yaml:25) rejects\",\"stage\":\"acl\"}],\"verdict\":\"drop\","
		"\"worker\":0}" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"udp 10.0.0.2:2009 > 203.0.113.2:666\"",
		"{\"counted\":[\"weir.yaml:26, acls.out\"],\"domain\":\"main\",\"flow\":\"udp "
		"10.0.0.2:2009 > 203.0.113.2:666\",\"in\":\"lan\",\"owner\":\"acls.out\","
		"\"packet\":\"udp 10.0.0.2:2009 > 203.0.113.2:666\",\"path\":\"slow\","
		"\"pipeline\":\"inside\",\"program\":\"add source to set bad; drop "
		"acl_denied\",\"reason\":\"acl_denied\",\"rule\":\"weir.yaml:26\","
		"\"sentence\":\"A rule or the default of an access list.\","
		"\"session\":{\"direction\":\"forward\",\"state\":\"new\"},"
		"\"stages\":[{\"says\":\"track: new session, unreplied; ends after 300 s "
		"without packets\",\"stage\":\"track\"},{\"says\":\"acl out: rule without name "
		"(weir.yaml:26) drops\",\"stage\":\"acl\"},{\"says\":\"acl: the source joins "
		"set bad\",\"stage\":\"acl\"}],\"verdict\":\"drop\",\"worker\":0}" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"udp 10.0.0.2:2009 > 198.51.100.60:9\"",
		"{\"counted\":[\"weir.yaml:22, acls.out default\"],\"domain\":\"main\","
		"\"flow\":\"udp 10.0.0.2:2009 > 198.51.100.60:9\",\"in\":\"lan\","
		"\"out\":\"wan\",\"packet\":\"udp 10.0.0.2:2009 > 198.51.100.60:9\","
		"\"path\":\"slow\",\"pipeline\":\"inside\",\"program\":\"meter 3; ttl; rewrite "
		"src 198.51.100.9:2009; output wan\",\"session\":{\"direction\":\"forward\","
		"\"nat\":{\"src\":\"198.51.100.9:2009\"},\"state\":\"new\"},"
		"\"stages\":[{\"says\":\"track: new session, unreplied; ends after 300 s "
		"without packets\",\"stage\":\"track\"},{\"says\":\"acl out: the default "
		"(weir.yaml:22) accepts\",\"stage\":\"acl\"},{\"says\":\"limit: not for this "
		"packet\",\"stage\":\"limit\"},{\"says\":\"limit: 100 sessions/min for each "
		"source\",\"stage\":\"limit\"},{\"says\":\"police: not for this packet\","
		"\"stage\":\"police\"},{\"says\":\"mark: not for this packet\","
		"\"stage\":\"mark\"},{\"says\":\"route main: 198.51.100.0/24 is on wan\","
		"\"stage\":\"route\"},{\"says\":\"snat uplink: source 198.51.100.9 port 2009, "
		"its own port, which is free\",\"stage\":\"snat\"}],\"verdict\":\"output\","
		"\"waits\":true,\"worker\":0}" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"udp 10.0.0.2:2009 > 10.30.0.2:9\"",
		"{\"counted\":[\"weir.yaml:22, acls.out default\"],\"domain\":\"main\","
		"\"flow\":\"udp 10.0.0.2:2009 > 10.30.0.2:9\",\"in\":\"lan\",\"out\":\"far\","
		"\"out_domain\":\"red\",\"packet\":\"udp 10.0.0.2:2009 > 10.30.0.2:9\","
		"\"path\":\"slow\",\"pipeline\":\"inside\",\"program\":\"meter 3; ttl; output "
		"far\",\"session\":{\"direction\":\"forward\",\"state\":\"new\"},"
		"\"stages\":[{\"says\":\"track: new session, unreplied; ends after 300 s "
		"without packets\",\"stage\":\"track\"},{\"says\":\"acl out: the default "
		"(weir.yaml:22) accepts\",\"stage\":\"acl\"},{\"says\":\"limit: not for this "
		"packet\",\"stage\":\"limit\"},{\"says\":\"limit: 100 sessions/min for each "
		"source\",\"stage\":\"limit\"},{\"says\":\"police: not for this packet\","
		"\"stage\":\"police\"},{\"says\":\"mark: not for this packet\","
		"\"stage\":\"mark\"},{\"says\":\"route main: 10.30.0.0/24 leads into domain "
		"red\",\"stage\":\"route\"},{\"says\":\"route red: 10.30.0.0/24 is on far\","
		"\"stage\":\"route\"},{\"says\":\"snat: not for this packet\","
		"\"stage\":\"snat\"}],\"verdict\":\"output\",\"worker\":0}" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"udp 10.0.0.2:2009 > 10.99.0.1:9\"",
		"{\"counted\":[\"weir.yaml:22, acls.out default\",\"weir.yaml:30, "
		"routes.main\"],\"domain\":\"main\",\"flow\":\"udp 10.0.0.2:2009 > "
		"10.99.0.1:9\",\"in\":\"lan\",\"owner\":\"routes.main\",\"packet\":\"udp "
		"10.0.0.2:2009 > 10.99.0.1:9\",\"path\":\"slow\",\"pipeline\":\"inside\","
		"\"program\":\"meter 3; reject no_route\",\"reason\":\"no_route\","
		"\"rule\":\"weir.yaml:30\",\"sentence\":\"No route leads to the destination.\","
		"\"session\":{\"direction\":\"forward\",\"state\":\"new\"},"
		"\"stages\":[{\"says\":\"track: new session, unreplied; ends after 300 s "
		"without packets\",\"stage\":\"track\"},{\"says\":\"acl out: the default "
		"(weir.yaml:22) accepts\",\"stage\":\"acl\"},{\"says\":\"limit: not for this "
		"packet\",\"stage\":\"limit\"},{\"says\":\"limit: 100 sessions/min for each "
		"source\",\"stage\":\"limit\"},{\"says\":\"police: not for this packet\","
		"\"stage\":\"police\"},{\"says\":\"mark: not for this packet\","
		"\"stage\":\"mark\"},{\"says\":\"route main: 10.99.0.0/16 rejects\","
		"\"stage\":\"route\"}],\"verdict\":\"drop\",\"worker\":0}" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"icmp 10.0.0.2 > 10.0.0.1 echo-request id 7\"",
		"{\"counted\":[\"weir.yaml:24, acls.out slow\"],\"domain\":\"main\","
		"\"flow\":\"icmp 10.0.0.2 > 10.0.0.1 echo-request id 7\",\"in\":\"lan\","
		"\"packet\":\"icmp 10.0.0.2 > 10.0.0.1 echo-request id 7\",\"path\":\"slow\","
		"\"pipeline\":\"inside\",\"program\":\"meter 3; local\","
		"\"session\":{\"direction\":\"forward\",\"state\":\"new\"},"
		"\"stages\":[{\"says\":\"track: new session, unreplied; ends after 60 s "
		"without packets\",\"stage\":\"track\"},{\"says\":\"acl: limit: the packet "
		"keeps to it\",\"stage\":\"acl\"},{\"says\":\"acl out: rule slow "
		"(weir.yaml:24) accepts\",\"stage\":\"acl\"},{\"says\":\"limit: not for this "
		"packet\",\"stage\":\"limit\"},{\"says\":\"limit: 100 sessions/min for each "
		"source\",\"stage\":\"limit\"},{\"says\":\"police: not for this packet\","
		"\"stage\":\"police\"},{\"says\":\"mark: not for this packet\","
		"\"stage\":\"mark\"},{\"says\":\"route main: 10.0.0.1/32 is our own\","
		"\"stage\":\"route\"}],\"verdict\":\"consumed\",\"worker\":0}" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"udp 10.0.0.2:9 > 10.0.0.1:9\"",
		"{\"counted\":[\"weir.yaml:22, acls.out default\"],\"domain\":\"main\","
		"\"flow\":\"udp 10.0.0.2:9 > 10.0.0.1:9\",\"in\":\"lan\",\"packet\":\"udp "
		"10.0.0.2:9 > 10.0.0.1:9\",\"path\":\"slow\",\"pipeline\":\"inside\","
		"\"program\":\"meter 3; local\",\"reason\":\"local_no_service\","
		"\"sentence\":\"The packet is for one of our own addresses, and nothing serves "
		"it.\",\"session\":{\"direction\":\"forward\",\"state\":\"new\"},"
		"\"stages\":[{\"says\":\"track: new session, unreplied; ends after 300 s "
		"without packets\",\"stage\":\"track\"},{\"says\":\"acl out: the default "
		"(weir.yaml:22) accepts\",\"stage\":\"acl\"},{\"says\":\"limit: not for this "
		"packet\",\"stage\":\"limit\"},{\"says\":\"limit: 100 sessions/min for each "
		"source\",\"stage\":\"limit\"},{\"says\":\"police: not for this packet\","
		"\"stage\":\"police\"},{\"says\":\"mark: not for this packet\","
		"\"stage\":\"mark\"},{\"says\":\"route main: 10.0.0.1/32 is our own\","
		"\"stage\":\"route\"}],\"verdict\":\"drop\",\"worker\":0}" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"arp who-has 10.0.0.1 tell 10.0.0.2\"",
		"{\"domain\":\"main\",\"in\":\"lan\",\"packet\":\"arp who-has 10.0.0.1 tell "
		"10.0.0.2\",\"pipeline\":\"inside\",\"stages\":[{\"says\":\"for Weir itself; "
		"no stage is asked\",\"stage\":\"host\"}],\"verdict\":\"consumed\","
		"\"worker\":0}" },
	{ "explain", "\"in\": \"wan\", \"packet\": \"tcp 198.51.100.2:7001 > 198.51.100.8:80 S\"",
		"{\"counted\":[\"weir.yaml:27, acls.in\"],\"domain\":\"main\",\"flow\":\"tcp "
		"198.51.100.2:7001 > 198.51.100.8:80 S\",\"in\":\"wan\",\"out\":\"lan\","
		"\"packet\":\"tcp 198.51.100.2:7001 > 198.51.100.8:80 S\",\"path\":\"slow\","
		"\"pipeline\":\"outside\",\"program\":\"ttl; rewrite dst 10.0.0.2:8080; output "
		"lan\",\"session\":{\"direction\":\"forward\","
		"\"nat\":{\"dst\":\"10.0.0.2:8080\"},\"state\":\"new\",\"tcp\":\"none\"},"
		"\"stages\":[{\"says\":\"track: new session, half-open; ends after 240 s "
		"without packets\",\"stage\":\"track\"},{\"says\":\"dnat: the forward on line "
		"38: destination 10.0.0.2 port 8080\",\"stage\":\"dnat\"},{\"says\":\"acl in: "
		"rule without name (weir.yaml:27) accepts\",\"stage\":\"acl\"},"
		"{\"says\":\"route main: 10.0.0.0/24 is on lan\",\"stage\":\"route\"}],"
		"\"verdict\":\"output\",\"worker\":0}" },
	{ "explain", "\"in\": \"wan\", \"packet\": \"tcp 198.51.100.2:7000 > 198.51.100.8:80 A seq "
		"2 ack 2\"",
		"{\"counted\":[\"weir.yaml:27, acls.in\"],\"domain\":\"main\",\"flow\":\"tcp "
		"198.51.100.2:7000 > 198.51.100.8:80 A\",\"in\":\"wan\",\"out\":\"lan\","
		"\"packet\":\"tcp 198.51.100.2:7000 > 198.51.100.8:80 A\",\"path\":\"slow\","
		"\"pipeline\":\"outside\",\"program\":\"ttl; rewrite dst 10.0.0.2:8080; output "
		"lan\",\"session\":{\"direction\":\"forward\","
		"\"nat\":{\"dst\":\"10.0.0.2:8080\"},\"state\":\"established\","
		"\"tcp\":\"syn-received\"},\"stages\":[{\"says\":\"track: established, forward "
		"of its session (syn-received)\",\"stage\":\"track\"},{\"says\":\"acl in: rule "
		"without name (weir.yaml:27) accepts\",\"stage\":\"acl\"},{\"says\":\"route "
		"main: 10.0.0.0/24 is on lan\",\"stage\":\"route\"}],\"verdict\":\"output\","
		"\"worker\":0}" },
	{ "explain", "\"in\": \"far\", \"packet\": \"udp 10.30.0.2:7 > 10.0.0.2:9\"",
		"{\"domain\":\"red\",\"flow\":\"udp 10.30.0.2:7 > 10.0.0.2:9\",\"in\":\"far\","
		"\"out\":\"lan\",\"out_domain\":\"main\",\"packet\":\"udp 10.30.0.2:7 > "
		"10.0.0.2:9\",\"path\":\"fast\",\"pipeline\":\"plain\",\"program\":\"ttl; "
		"output lan\",\"stages\":[{\"says\":\"route red: 10.0.0.0/24 leads into domain "
		"main\",\"stage\":\"route\"},{\"says\":\"route main: 10.0.0.0/24 is on lan\","
		"\"stage\":\"route\"}],\"verdict\":\"output\",\"worker\":0}" },
	{ "explain", "\"in\": \"far\", \"packet\": \"udp 10.30.0.2:7 > 10.40.0.2:9\"",
		"{\"domain\":\"red\",\"flow\":\"udp 10.30.0.2:7 > 10.40.0.2:9\",\"in\":\"far\","
		"\"packet\":\"udp 10.30.0.2:7 > 10.40.0.2:9\",\"path\":\"slow\","
		"\"pipeline\":\"plain\",\"program\":\"reject no_route\","
		"\"reason\":\"no_route\",\"sentence\":\"No route leads to the destination.\","
		"\"stages\":[{\"says\":\"route red: no route\",\"stage\":\"route\"}],"
		"\"verdict\":\"drop\",\"worker\":0}" },
	{ "explain", "\"in\": \"b1\", \"packet\": \"udp 10.7.0.2:1 > 10.7.0.3:2 from "
		"02:00:00:00:0b:02 to 02:00:00:00:0b:03\"",
		"{\"domain\":\"main\",\"flow\":\"udp 10.7.0.2:1 > 10.7.0.3:2\",\"in\":\"b1\","
		"\"out\":\"b2\",\"packet\":\"udp 10.7.0.2:1 > 10.7.0.3:2\",\"path\":\"fast\","
		"\"pipeline\":\"bridged\",\"program\":\"output br0\","
		"\"stages\":[{\"says\":\"bridge: br0, the station is behind b2\","
		"\"stage\":\"bridge\"}],\"verdict\":\"output\",\"worker\":0}" },
	{ "explain", "\"in\": \"b1\", \"packet\": \"udp 10.7.0.2:1 > 10.7.0.1:2\"",
		"{\"domain\":\"main\",\"flow\":\"udp 10.7.0.2:1 > 10.7.0.1:2\",\"in\":\"b1\","
		"\"out\":\"br0\",\"packet\":\"udp 10.7.0.2:1 > 10.7.0.1:2\",\"path\":\"slow\","
		"\"pipeline\":\"bridged\",\"program\":\"output br0\","
		"\"stages\":[{\"says\":\"bridge: br0, an unknown station: to all other "
		"members\",\"stage\":\"bridge\"}],\"verdict\":\"output\",\"worker\":0}" },
	{ "explain", "\"in\": \"w1\", \"packet\": \"udp 10.8.0.2:1 > 10.8.0.3:2\"",
		"{\"domain\":\"main\",\"flow\":\"udp 10.8.0.2:1 > 10.8.0.3:2\",\"in\":\"w1\","
		"\"out\":\"w2\",\"packet\":\"udp 10.8.0.2:1 > 10.8.0.3:2\",\"path\":\"fast\","
		"\"pipeline\":\"wire\",\"program\":\"mirror b2; sample; output w2\","
		"\"stages\":[{\"says\":\"mirror: a copy of one packet in 1000 to port b2\","
		"\"stage\":\"mirror\"},{\"says\":\"sample: one packet in 1000\","
		"\"stage\":\"sample\"},{\"says\":\"forward: out of port w2 unchanged\","
		"\"stage\":\"forward\"}],\"verdict\":\"output\",\"worker\":0}" },
	{ "explain", "\"in\": \"spare\", \"packet\": \"udp 10.8.0.2:1 > 10.8.0.3:2\"",
		"{\"domain\":\"main\",\"flow\":\"udp 10.8.0.2:1 > 10.8.0.3:2\","
		"\"in\":\"spare\",\"packet\":\"udp 10.8.0.2:1 > 10.8.0.3:2\",\"path\":\"slow\","
		"\"program\":\"drop interface_unused\",\"reason\":\"interface_unused\","
		"\"sentence\":\"The interface has no pipeline.\",\"stages\":[],"
		"\"verdict\":\"drop\",\"worker\":0}" },
	{ "explain", "\"in\": \"none\", \"packet\": \"udp 10.8.0.2:1 > 10.8.0.3:2\"",
		"\"in: there is no interface or port 'none'\"" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"nonsense\"",
		"\"nonsense: 'nonsense' is not one of tcp, udp, icmp, sctp, udplite, gre, esp, "
		"ah, ip, arp, ns, na\"" },
	{ "explain", "\"in\": \"lan\"",
		"\"which packet? such as tcp 10.0.0.2:5203 > 203.0.113.9:80 S\"" },
	{ "recorder", "",
		"{\"data\":\"~\",\"packets\":51}" },
	{ "recorder", "\"port\": \"lan\"",
		"{\"data\":\"~\",\"packets\":31}" },
	{ "recorder", "\"port\": \"b1\"",
		"{\"data\":\"~\",\"packets\":6}" },
	{ "recorder", "\"port\": \"none\"",
		"\"there is no port 'none'\"" },
	{ "recorder", "\"reason\": \"acl_denied\"",
		"{\"data\":\"~\",\"packets\":5}" },
	{ "recorder", "\"reason\": \"acl_denied\", \"port\": \"wan\"",
		"{\"data\":\"~\",\"packets\":1}" },
	{ "recorder", "\"reason\": \"none\"",
		"\"there is no reason 'none'\"" },
	{ "add.sets", "\"set\": \"bad\", \"address\": \"203.0.113.77\"",
		"{\"count\":1}" },
	{ "add.sets", "\"set\": \"bad\", \"address\": \"2001:db8::7\", \"domain\": \"red\"",
		"{\"count\":1}" },
	{ "add.sets", "\"set\": \"bad\", \"address\": \"203.0.113.0/24\"",
		"\"address: a dynamic set holds single addresses\"" },
	{ "add.sets", "\"set\": \"bad\", \"address\": \"2001:db8::/64\"",
		"\"address: a dynamic set holds single addresses\"" },
	{ "add.sets", "\"set\": \"bad\", \"address\": \"x\"",
		"\"address: not an address or prefix\"" },
	{ "add.sets", "\"set\": \"bad\"",
		"\"address: which address?\"" },
	{ "add.sets", "\"set\": \"none\", \"address\": \"203.0.113.77\"",
		"\"there is no dynamic set 'none'\"" },
	{ "add.sets", "\"address\": \"203.0.113.77\"",
		"\"add sets: which set?\"" },
	{ "add.sets", "\"set\": \"bad\", \"address\": \"203.0.113.77\", \"domain\": \"none\"",
		"\"domain: 'none' is no domain of the configuration in use\"" },
	{ "show.sets", "\"set\": \"bad\"",
		"{\"members\":[{\"address\":\"203.0.113.77\",\"age\":0,\"domain\":\"main\","
		"\"set\":\"bad\"},{\"address\":\"2001:db8::7\",\"age\":0,\"domain\":\"red\","
		"\"set\":\"bad\"},{\"address\":\"10.0.0.2\",\"age\":3,\"domain\":\"main\","
		"\"interface\":\"lan\",\"set\":\"bad\"}]}" },
	{ "delete.sets", "\"set\": \"bad\", \"address\": \"203.0.113.77\"",
		"{\"count\":1}" },
	{ "delete.sets", "\"set\": \"bad\", \"address\": \"203.0.113.77\"",
		"\"203.0.113.77 is not in the set\"" },
	{ "delete.sets", "\"set\": \"bad\", \"address\": \"2001:db8::7\"",
		"\"2001:db8::7 is not in the set\"" },
	{ "delete.sets", "\"set\": \"bad\", \"address\": \"2001:db8::7\", \"domain\": \"red\"",
		"{\"count\":1}" },
	{ "show.sets", "",
		"{\"members\":[{\"address\":\"10.0.0.2\",\"age\":3,\"domain\":\"main\","
		"\"interface\":\"lan\",\"set\":\"bad\"}]}" },
	{ "clear.bridge", "\"interface\": \"b2\"",
		"{\"count\":2}" },
	{ "show.bridges", "",
		"{\"bridges\":[{\"aged\":0,\"bridge\":\"br0\",\"held\":1,\"interface\":\"br\","
		"\"learned\":5,\"mac\":\"02:77:65:69:72:02\",\"members\":[\"b1 3/32\",\"b2 "
		"0/32\"],\"most\":64,\"moved\":6,\"refused\":0,\"stations\":3}]}" },
	{ "clear.bridge", "\"bridge\": \"br0\"",
		"{\"count\":3}" },
	{ "show.bridges", "",
		"{\"bridges\":[{\"aged\":0,\"bridge\":\"br0\",\"held\":1,\"interface\":\"br\","
		"\"learned\":5,\"mac\":\"02:77:65:69:72:02\",\"members\":[\"b1 0/32\",\"b2 "
		"0/32\"],\"most\":64,\"moved\":6,\"refused\":0,\"stations\":0}]}" },
	{ "clear.sessions", "",
		"\"clear sessions: which? A filter, or all\"" },
	{ "clear.sessions", "\"proto\": \"sctp\"",
		"{\"count\":1}" },
	{ "show.sessions", "\"proto\": \"sctp\", \"count\": true",
		"{\"count\":0}" },
	{ "clear.sessions", "\"all\": true",
		"{\"count\":9}" },
	{ "show.sessions", "\"count\": true",
		"{\"count\":0}" },
};
/* clang-format on */

#endif
