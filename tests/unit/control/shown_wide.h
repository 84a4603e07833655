/* SPDX-License-Identifier: BSD-3-Clause */
/* What each verb that shows says of the appliance of shown_wide_test.c: method, parameters, result
 * or error.  "~" stands for what depends on the time that the test takes.  After a change that is
 * meant: SHOWN_PRINT=1 prints what there is; read it before it is written here. */
#ifndef UNIT_CONTROL_SHOWN_WIDE_H
#define UNIT_CONTROL_SHOWN_WIDE_H

#include "unit/control/shown_run.h"

/* clang-format off */
static const struct shown shown[] = {
	{ "show.status", "",
		"{\"config\":\"weir.yaml\",\"drop_rate\":0,\"generation\":1,\"pid\":\"~\",\"rx_rate\":0,"
		"\"sessions\":10,\"tx_rate\":0,\"uptime\":\"~\",\"version\":\"~\",\"workers\":1}" },
	{ "show.interfaces", "",
		"{\"interfaces\":[{\"addresses\":[\"10.0.0.1/24\",\"2001:db8:1::1/64\","
		"\"fe80::77:65ff:fe69:7200/64\"],\"domain\":\"main\",\"dropped\":15,"
		"\"drops\":{\"acl_denied\":4,\"acl_rejected\":1,\"limit_exceeded\":3,"
		"\"local_no_service\":2,\"martian\":1,\"no_route\":3,\"ttl_expired\":1},\"mtu\":1400,"
		"\"name\":\"lan\",\"pipeline\":\"inside\",\"port\":\"lan\",\"rx\":36,\"rx_bits\":0,"
		"\"rx_bytes\":2223,\"rx_rate\":0,\"tx\":15,\"tx_bits\":0,\"tx_bytes\":862,\"tx_rate\":0,"
		"\"zone\":\"inner\"},{\"addresses\":[\"198.51.100.1/24\",\"2001:db8:2::1/64\","
		"\"fe80::77:65ff:fe69:7201/64\"],\"domain\":\"main\",\"dropped\":3,"
		"\"drops\":{\"acl_denied\":1,\"neighbour_unresolved\":1,\"tcp_no_session\":1},"
		"\"mtu\":1500,\"name\":\"wan\",\"pipeline\":\"outside\",\"port\":\"wan\",\"rx\":5,"
		"\"rx_bits\":0,\"rx_bytes\":246,\"rx_rate\":0,\"tx\":21,\"tx_bits\":0,\"tx_bytes\":1009,"
		"\"tx_rate\":0,\"zone\":\"outer\"},{\"addresses\":[\"10.30.0.1/24\","
		"\"fe80::77:65ff:fe69:7201/64\"],\"domain\":\"red\",\"dropped\":0,\"drops\":{},"
		"\"inner_vlan\":40,\"mtu\":1500,\"name\":\"far\",\"pipeline\":\"plain\",\"port\":\"wan\","
		"\"rx\":2,\"rx_bits\":0,\"rx_bytes\":100,\"rx_rate\":0,\"tx\":0,\"tx_bits\":0,"
		"\"tx_bytes\":0,\"tx_rate\":0,\"vlan\":30},"
		"{\"addresses\":[\"fe80::77:65ff:fe69:7200/64\"],\"domain\":\"main\",\"dropped\":1,"
		"\"drops\":{\"interface_unused\":1},\"mtu\":1500,\"name\":\"spare\",\"port\":\"lan\","
		"\"rx\":1,\"rx_bits\":0,\"rx_bytes\":46,\"rx_rate\":0,\"tx\":0,\"tx_bits\":0,"
		"\"tx_bytes\":0,\"tx_rate\":0,\"vlan\":31},{\"addresses\":[],\"domain\":\"main\","
		"\"dropped\":0,\"drops\":{},\"mtu\":1500,\"name\":\"b1\",\"pipeline\":\"bridged\","
		"\"port\":\"b1\",\"rx\":8,\"rx_bits\":0,\"rx_bytes\":340,\"rx_rate\":0,\"tx\":4,"
		"\"tx_bits\":0,\"tx_bytes\":168,\"tx_rate\":0},{\"addresses\":[],\"domain\":\"main\","
		"\"dropped\":2,\"drops\":{\"bridge_moves\":1,\"bridge_same_port\":1},\"mtu\":1500,"
		"\"name\":\"b2\",\"pipeline\":\"bridged\",\"port\":\"b2\",\"rx\":6,\"rx_bits\":0,"
		"\"rx_bytes\":252,\"rx_rate\":0,\"tx\":8,\"tx_bits\":0,\"tx_bytes\":340,\"tx_rate\":0},"
		"{\"addresses\":[\"10.7.0.1/24\",\"fe80::77:65ff:fe69:7202/64\"],\"domain\":\"main\","
		"\"dropped\":0,\"drops\":{},\"mtu\":1500,\"name\":\"br\",\"pipeline\":\"plain\","
		"\"port\":\"br0\",\"rx\":0,\"rx_bits\":0,\"rx_bytes\":0,\"rx_rate\":0,\"tx\":0,"
		"\"tx_bits\":0,\"tx_bytes\":0,\"tx_rate\":0,\"zone\":\"inner\"},"
		"{\"addresses\":[\"fe80::77:65ff:fe69:7204/64\"],\"domain\":\"main\",\"dropped\":0,"
		"\"drops\":{},\"mtu\":1500,\"name\":\"w1\",\"pipeline\":\"wire\",\"port\":\"w1\","
		"\"rx\":4,\"rx_bits\":0,\"rx_bytes\":168,\"rx_rate\":0,\"tx\":0,\"tx_bits\":0,"
		"\"tx_bytes\":0,\"tx_rate\":0},{\"addresses\":[\"fe80::77:65ff:fe69:7205/64\"],"
		"\"domain\":\"main\",\"dropped\":0,\"drops\":{},\"mtu\":1500,\"name\":\"w2\","
		"\"pipeline\":\"back\",\"port\":\"w2\",\"rx\":1,\"rx_bits\":0,\"rx_bytes\":42,"
		"\"rx_rate\":0,\"tx\":0,\"tx_bits\":0,\"tx_bytes\":0,\"tx_rate\":0}]}" },
	{ "show.interfaces", "\"interface\": \"br\"",
		"{\"interfaces\":[{\"addresses\":[\"10.7.0.1/24\",\"fe80::77:65ff:fe69:7202/64\"],"
		"\"domain\":\"main\",\"dropped\":0,\"drops\":{},\"mtu\":1500,\"name\":\"br\","
		"\"pipeline\":\"plain\",\"port\":\"br0\",\"rx\":0,\"rx_bits\":0,\"rx_bytes\":0,"
		"\"rx_rate\":0,\"tx\":0,\"tx_bits\":0,\"tx_bytes\":0,\"tx_rate\":0,\"zone\":\"inner\"}]}" },
	{ "show.pipelines", "",
		"{\"stages\":[{\"cycles\":\"~\",\"ended\":0,\"evaluated\":27,\"interfaces\":[\"lan\"],"
		"\"name\":\"track\",\"packets\":36,\"pipeline\":\"inside\",\"place\":\"weir.yaml:34\","
		"\"stage\":1},{\"cycles\":\"~\",\"ended\":5,\"evaluated\":27,\"name\":\"acl\","
		"\"pipeline\":\"inside\",\"place\":\"weir.yaml:34\",\"stage\":2},{\"conditional\":true,"
		"\"ended\":0,\"evaluated\":2,\"name\":\"limit\",\"pipeline\":\"inside\","
		"\"place\":\"weir.yaml:34\",\"stage\":3},{\"cycles\":\"~\",\"ended\":0,\"evaluated\":22,"
		"\"name\":\"limit\",\"pipeline\":\"inside\",\"place\":\"weir.yaml:35\",\"stage\":4},"
		"{\"conditional\":true,\"ended\":0,\"evaluated\":1,\"name\":\"police\","
		"\"pipeline\":\"inside\",\"place\":\"weir.yaml:36\",\"stage\":5},{\"conditional\":true,"
		"\"ended\":0,\"evaluated\":2,\"name\":\"mark\",\"pipeline\":\"inside\","
		"\"place\":\"weir.yaml:36\",\"stage\":6},{\"cycles\":\"~\",\"ended\":8,\"evaluated\":22,"
		"\"name\":\"route\",\"pipeline\":\"inside\",\"place\":\"weir.yaml:37\",\"stage\":7},"
		"{\"conditional\":true,\"cycles\":\"~\",\"ended\":0,\"evaluated\":14,\"name\":\"snat\","
		"\"pipeline\":\"inside\",\"place\":\"weir.yaml:37\",\"stage\":8},{\"ended\":1,"
		"\"evaluated\":5,\"interfaces\":[\"wan\"],\"name\":\"track\",\"packets\":5,"
		"\"pipeline\":\"outside\",\"place\":\"weir.yaml:38\",\"stage\":1},{\"ended\":0,"
		"\"evaluated\":4,\"name\":\"dnat\",\"pipeline\":\"outside\",\"place\":\"weir.yaml:38\","
		"\"stage\":2},{\"ended\":1,\"evaluated\":4,\"name\":\"acl\",\"pipeline\":\"outside\","
		"\"place\":\"weir.yaml:39\",\"stage\":3},{\"ended\":0,\"evaluated\":3,\"name\":\"route\","
		"\"pipeline\":\"outside\",\"place\":\"weir.yaml:39\",\"stage\":4},{\"ended\":0,"
		"\"evaluated\":2,\"interfaces\":[\"far\",\"br\"],\"name\":\"route\",\"packets\":2,"
		"\"pipeline\":\"plain\",\"place\":\"weir.yaml:40\",\"stage\":1},{\"ended\":10,"
		"\"evaluated\":10,\"interfaces\":[\"b1\",\"b2\"],\"name\":\"bridge\",\"packets\":14,"
		"\"pipeline\":\"bridged\",\"place\":\"weir.yaml:41\",\"stage\":1},{\"ended\":0,"
		"\"evaluated\":2,\"interfaces\":[\"w1\"],\"name\":\"mirror\",\"packets\":4,"
		"\"pipeline\":\"wire\",\"place\":\"weir.yaml:42\",\"stage\":1},{\"ended\":0,"
		"\"evaluated\":2,\"name\":\"sample\",\"pipeline\":\"wire\",\"place\":\"weir.yaml:42\","
		"\"stage\":2},{\"ended\":2,\"evaluated\":2,\"name\":\"forward\",\"pipeline\":\"wire\","
		"\"place\":\"weir.yaml:42\",\"stage\":3},{\"ended\":0,\"evaluated\":0,"
		"\"interfaces\":[\"w2\"],\"name\":\"forward\",\"packets\":1,\"pipeline\":\"back\","
		"\"place\":\"weir.yaml:43\",\"stage\":1},{\"evaluated\":16,\"name\":\"parse\","
		"\"pipeline\":\"(fast path)\",\"stage\":1},{\"evaluated\":16,\"name\":\"execute\","
		"\"pipeline\":\"(fast path)\",\"stage\":2}]}" },
	{ "show.sessions", "",
		"{\"sessions\":[{\"class\":\"established\",\"domain\":\"main\","
		"\"dst\":\"203.0.113.2:80\",\"expires\":7433,\"idle\":6.5,\"in\":\"lan\",\"out\":\"wan\","
		"\"proto\":\"tcp\",\"snat\":\"198.51.100.9:2001\",\"src\":\"10.0.0.2:2001\","
		"\"state\":\"fin-forward\",\"worker\":0},{\"class\":\"half-open\","
		"\"dnat\":\"10.0.0.2:8080\",\"domain\":\"main\",\"dst\":\"198.51.100.8:80\","
		"\"expires\":233,\"idle\":6.5,\"in\":\"wan\",\"out\":\"lan\",\"proto\":\"tcp\","
		"\"src\":\"198.51.100.2:7000\",\"state\":\"syn-received\",\"worker\":0},"
		"{\"class\":\"replied\",\"domain\":\"main\",\"dst\":\"203.0.113.2:5060\",\"expires\":296,"
		"\"idle\":3.0,\"in\":\"lan\",\"out\":\"wan\",\"proto\":\"udp\","
		"\"snat\":\"198.51.100.9:2002\",\"src\":\"10.0.0.2:2002\",\"state\":\"replied\","
		"\"worker\":0},{\"class\":\"unreplied\",\"domain\":\"main\",\"dst\":\"203.0.113.2\","
		"\"expires\":53,\"idle\":6.5,\"in\":\"lan\",\"out\":\"wan\",\"proto\":\"icmp\","
		"\"snat\":\"198.51.100.9 id 2003\",\"src\":\"10.0.0.2 id 2003\",\"state\":\"unreplied\","
		"\"worker\":0},{\"class\":\"unreplied\",\"domain\":\"main\","
		"\"dst\":\"203.0.113.2:36412\",\"expires\":53,\"idle\":6.5,\"in\":\"lan\","
		"\"out\":\"wan\",\"proto\":\"sctp\",\"snat\":\"198.51.100.9:2004\","
		"\"src\":\"10.0.0.2:2004\",\"state\":\"cookie-wait\",\"worker\":0},"
		"{\"class\":\"unreplied\",\"domain\":\"main\",\"dst\":\"203.0.113.2\",\"expires\":593,"
		"\"idle\":6.5,\"in\":\"lan\",\"out\":\"wan\",\"proto\":\"esp\",\"snat\":\"198.51.100.9\","
		"\"src\":\"10.0.0.2\",\"state\":\"unreplied\",\"worker\":0},{\"class\":\"unreplied\","
		"\"domain\":\"main\",\"dst\":\"[2001:db8:9::9]:53\",\"expires\":293,\"idle\":6.5,"
		"\"in\":\"lan\",\"out\":\"wan\",\"proto\":\"udp\",\"src\":\"[2001:db8:1::2]:4000\","
		"\"state\":\"unreplied\",\"worker\":0},{\"class\":\"unreplied\",\"domain\":\"main\","
		"\"dst\":\"2001:db8:9::9\",\"expires\":53,\"idle\":6.5,\"in\":\"lan\",\"out\":\"wan\","
		"\"proto\":\"icmpv6\",\"src\":\"2001:db8:1::2 id 7\",\"state\":\"unreplied\","
		"\"worker\":0},{\"class\":\"unreplied\",\"domain\":\"main\",\"dst\":\"198.51.100.51:9\","
		"\"expires\":300,\"idle\":0.0,\"in\":\"lan\",\"out\":\"wan\",\"proto\":\"udp\","
		"\"snat\":\"198.51.100.9:2007\",\"src\":\"10.0.0.2:2007\",\"state\":\"unreplied\","
		"\"worker\":0},{\"class\":\"unreplied\",\"domain\":\"main\",\"dst\":\"203.0.113.7:53\","
		"\"expires\":293,\"idle\":6.4,\"in\":\"lan\",\"out\":\"wan\",\"proto\":\"udp\","
		"\"snat\":\"198.51.100.9:2006\",\"src\":\"10.0.0.2:2006\",\"state\":\"unreplied\","
		"\"worker\":0}]}" },
	{ "show.sessions", "\"proto\": \"icmp\"",
		"{\"sessions\":[{\"class\":\"unreplied\",\"domain\":\"main\",\"dst\":\"203.0.113.2\","
		"\"expires\":53,\"idle\":6.5,\"in\":\"lan\",\"out\":\"wan\",\"proto\":\"icmp\","
		"\"snat\":\"198.51.100.9 id 2003\",\"src\":\"10.0.0.2 id 2003\",\"state\":\"unreplied\","
		"\"worker\":0}]}" },
	{ "show.sessions", "\"dst\": \"10.0.0.2\"",
		"{\"sessions\":[]}" },
	{ "show.sessions", "\"interface\": \"wan\", \"count\": true",
		"{\"count\":10}" },
	{ "show.flows", "",
		"{\"flows\":[{\"domain\":\"main\",\"dst\":\"203.0.113.2:80\",\"idle\":6.5,"
		"\"in\":\"lan\",\"proto\":\"tcp\",\"session\":\"forward\","
		"\"src\":\"10.0.0.2:2001\",\"verdict\":\"judged at its next packet\",\"worker\":0},"
		"{\"domain\":\"main\",\"dst\":\"198.51.100.8:80\",\"idle\":6.5,\"in\":\"wan\","
		"\"proto\":\"tcp\",\"session\":\"forward\",\"src\":\"198.51.100.2:7000\","
		"\"verdict\":\"judged at its next packet\",\"worker\":0},{\"domain\":\"main\","
		"\"dst\":\"203.0.113.2:5060\",\"idle\":3.0,\"in\":\"lan\",\"out\":\"wan\","
		"\"proto\":\"udp\",\"session\":\"forward\",\"src\":\"10.0.0.2:2002\","
		"\"verdict\":\"output\",\"worker\":0},{\"domain\":\"main\",\"dst\":\"203.0.113.2\","
		"\"idle\":6.5,\"in\":\"lan\",\"proto\":\"icmp\",\"session\":\"forward\","
		"\"src\":\"10.0.0.2 id 2003\",\"verdict\":\"judged at its next packet\","
		"\"worker\":0},{\"domain\":\"main\",\"dst\":\"203.0.113.2:36412\",\"idle\":6.5,"
		"\"in\":\"lan\",\"proto\":\"sctp\",\"session\":\"forward\","
		"\"src\":\"10.0.0.2:2004\",\"verdict\":\"judged at its next packet\",\"worker\":0},"
		"{\"domain\":\"main\",\"dst\":\"203.0.113.2\",\"idle\":6.5,\"in\":\"lan\","
		"\"proto\":\"esp\",\"session\":\"forward\",\"src\":\"10.0.0.2\","
		"\"verdict\":\"judged at its next packet\",\"worker\":0},{\"domain\":\"red\","
		"\"dst\":\"10.0.0.2:9\",\"idle\":3.0,\"in\":\"far\",\"out\":\"lan\","
		"\"proto\":\"udp\",\"src\":\"10.30.0.2:7\",\"verdict\":\"output\",\"worker\":0},"
		"{\"domain\":\"main\",\"dst\":\"203.0.113.7:53\",\"idle\":6.4,\"in\":\"lan\","
		"\"proto\":\"udp\",\"session\":\"forward\",\"src\":\"10.0.0.2:2006\","
		"\"verdict\":\"judged at its next packet\",\"worker\":0},{\"domain\":\"main\","
		"\"dst\":\"10.7.0.3:2\",\"idle\":6.2,\"in\":\"b1\",\"out\":\"br0\","
		"\"proto\":\"udp\",\"src\":\"10.7.0.2:1\",\"verdict\":\"output\",\"worker\":0},"
		"{\"domain\":\"main\",\"dst\":\"10.7.0.3:2\",\"idle\":6.1,\"in\":\"b1\","
		"\"out\":\"br0\",\"proto\":\"udp\",\"src\":\"10.7.0.6:1\",\"verdict\":\"output\","
		"\"worker\":0},{\"domain\":\"main\",\"dst\":\"10.8.0.3:2\",\"idle\":3.0,"
		"\"in\":\"w1\",\"out\":\"w2\",\"proto\":\"udp\",\"src\":\"10.8.0.2:1\","
		"\"verdict\":\"output\",\"worker\":0},{\"domain\":\"main\","
		"\"dst\":\"198.51.100.9:2001\",\"idle\":6.6,\"in\":\"wan\",\"proto\":\"tcp\","
		"\"session\":\"reply\",\"src\":\"203.0.113.2:80\",\"verdict\":\"judged at its next "
		"packet\",\"worker\":0},{\"domain\":\"main\",\"dst\":\"198.51.100.2:7000\","
		"\"idle\":6.5,\"in\":\"lan\",\"proto\":\"tcp\",\"session\":\"reply\","
		"\"src\":\"10.0.0.2:8080\",\"verdict\":\"judged at its next packet\",\"worker\":0},"
		"{\"domain\":\"main\",\"dst\":\"198.51.100.9:2002\",\"idle\":6.5,\"in\":\"wan\","
		"\"proto\":\"udp\",\"session\":\"reply\",\"src\":\"203.0.113.2:5060\","
		"\"verdict\":\"judged at its next packet\",\"worker\":0},{\"domain\":\"main\","
		"\"dst\":\"198.51.100.9\",\"idle\":6.5,\"in\":\"wan\",\"proto\":\"icmp\","
		"\"session\":\"reply\",\"src\":\"203.0.113.2 id 2003\",\"verdict\":\"judged at its "
		"next packet\",\"worker\":0},{\"domain\":\"main\",\"dst\":\"198.51.100.9:2004\","
		"\"idle\":6.5,\"in\":\"wan\",\"proto\":\"sctp\",\"session\":\"reply\","
		"\"src\":\"203.0.113.2:36412\",\"verdict\":\"judged at its next packet\","
		"\"worker\":0},{\"domain\":\"main\",\"dst\":\"198.51.100.9\",\"idle\":6.5,"
		"\"in\":\"wan\",\"proto\":\"esp\",\"session\":\"reply\",\"src\":\"203.0.113.2\","
		"\"verdict\":\"judged at its next packet\",\"worker\":0},{\"domain\":\"main\","
		"\"dst\":\"198.51.100.51:9\",\"idle\":0.0,\"in\":\"lan\",\"proto\":\"udp\","
		"\"session\":\"forward\",\"src\":\"10.0.0.2:2007\",\"verdict\":\"judged at its "
		"next packet\",\"worker\":0},{\"domain\":\"main\",\"dst\":\"198.51.100.9:2006\","
		"\"idle\":6.4,\"in\":\"wan\",\"proto\":\"udp\",\"session\":\"reply\","
		"\"src\":\"203.0.113.7:53\",\"verdict\":\"judged at its next packet\","
		"\"worker\":0},{\"domain\":\"main\",\"dst\":\"10.7.0.3:2\",\"idle\":6.2,"
		"\"in\":\"b2\",\"out\":\"br0\",\"proto\":\"udp\",\"src\":\"10.7.0.4:1\","
		"\"verdict\":\"output\",\"worker\":0},{\"domain\":\"main\",\"dst\":\"10.7.0.2:2\","
		"\"idle\":6.1,\"in\":\"b2\",\"out\":\"br0\",\"proto\":\"udp\","
		"\"src\":\"10.7.0.6:1\",\"verdict\":\"output\",\"worker\":0},{\"domain\":\"main\","
		"\"dst\":\"198.51.100.9:2007\",\"idle\":0.0,\"in\":\"wan\",\"proto\":\"udp\","
		"\"session\":\"reply\",\"src\":\"198.51.100.51:9\",\"verdict\":\"judged at its "
		"next packet\",\"worker\":0},{\"domain\":\"main\",\"dst\":\"[2001:db8:9::9]:53\","
		"\"idle\":6.5,\"in\":\"lan\",\"out\":\"wan\",\"proto\":\"udp\","
		"\"session\":\"forward\",\"src\":\"[2001:db8:1::2]:4000\",\"verdict\":\"output\","
		"\"worker\":0},{\"domain\":\"main\",\"dst\":\"2001:db8:9::9\",\"idle\":6.5,"
		"\"in\":\"lan\",\"out\":\"wan\",\"proto\":\"icmpv6\",\"session\":\"forward\","
		"\"src\":\"2001:db8:1::2 id 7\",\"verdict\":\"output\",\"worker\":0},"
		"{\"domain\":\"main\",\"dst\":\"[2001:db8:1::2]:4000\",\"idle\":6.5,\"in\":\"wan\","
		"\"proto\":\"udp\",\"session\":\"reply\",\"src\":\"[2001:db8:9::9]:53\","
		"\"verdict\":\"judged at its next packet\",\"worker\":0},{\"domain\":\"main\","
		"\"dst\":\"2001:db8:1::2\",\"idle\":6.5,\"in\":\"wan\",\"proto\":\"icmpv6\","
		"\"session\":\"reply\",\"src\":\"2001:db8:9::9 id 7\",\"verdict\":\"judged at its "
		"next packet\",\"worker\":0}]}" },
	{ "show.flows", "\"src\": \"10.30.0.2\"",
		"{\"flows\":[{\"domain\":\"red\",\"dst\":\"10.0.0.2:9\",\"idle\":3.0,\"in\":\"far\","
		"\"out\":\"lan\",\"proto\":\"udp\",\"src\":\"10.30.0.2:7\",\"verdict\":\"output\","
		"\"worker\":0}]}" },
	{ "show.neighbours", "",
		"{\"neighbours\":[{\"address\":\"10.0.0.2\",\"domain\":\"main\",\"idle\":3.0,"
		"\"interface\":\"lan\",\"mac\":\"02:00:00:00:01:02\",\"state\":\"static\",\"worker\":0},"
		"{\"address\":\"2001:db8:1::2\",\"domain\":\"main\",\"idle\":0.0,\"interface\":\"lan\","
		"\"mac\":\"02:00:00:00:01:02\",\"state\":\"static\",\"worker\":0},"
		"{\"address\":\"198.51.100.2\",\"domain\":\"main\",\"idle\":3.1,\"interface\":\"wan\","
		"\"mac\":\"02:00:00:00:02:02\",\"state\":\"static\",\"worker\":0},"
		"{\"address\":\"2001:db8:2::2\",\"domain\":\"main\",\"idle\":6.1,\"interface\":\"wan\","
		"\"mac\":\"02:00:00:00:02:02\",\"state\":\"static\",\"worker\":0},"
		"{\"address\":\"10.30.0.2\",\"domain\":\"red\",\"idle\":0.0,\"interface\":\"far\","
		"\"mac\":\"02:00:00:00:03:02\",\"state\":\"static\",\"worker\":0},"
		"{\"address\":\"198.51.100.51\",\"domain\":\"main\",\"idle\":0.0,\"interface\":\"wan\","
		"\"state\":\"asking\",\"waiting\":1,\"worker\":0}]}" },
	{ "show.neighbours", "\"domain\": \"red\"",
		"{\"neighbours\":[{\"address\":\"10.30.0.2\",\"domain\":\"red\",\"idle\":0.0,"
		"\"interface\":\"far\",\"mac\":\"02:00:00:00:03:02\",\"state\":\"static\",\"worker\":0}]}" },
	{ "show.bridges", "",
		"{\"bridges\":[{\"aged\":0,\"bridge\":\"br0\",\"held\":1,\"interface\":\"br\","
		"\"learned\":5,\"mac\":\"02:77:65:69:72:02\",\"members\":[\"b1 3/32\",\"b2 2/32\"],"
		"\"most\":64,\"moved\":6,\"refused\":0,\"stations\":5}]}" },
	{ "show.bridges", "\"bridge\": \"br0\"",
		"{\"bridges\":[{\"aged\":0,\"bridge\":\"br0\",\"held\":1,\"interface\":\"br\","
		"\"learned\":5,\"mac\":\"02:77:65:69:72:02\",\"members\":[\"b1 3/32\",\"b2 2/32\"],"
		"\"most\":64,\"moved\":6,\"refused\":0,\"stations\":5}]}" },
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
		"{\"pools\":[{\"address\":\"198.51.100.9\",\"domain\":\"main\",\"inside\":\"10.0.0.2\","
		"\"mappings\":7,\"pool\":\"uplink\",\"sessions\":7,\"worker\":0}]}" },
	{ "show.nat", "\"inside\": \"10.0.0.0/24\"",
		"{\"pools\":[{\"address\":\"198.51.100.9\",\"domain\":\"main\",\"inside\":\"10.0.0.2\","
		"\"mappings\":7,\"pool\":\"uplink\",\"sessions\":7,\"worker\":0}]}" },
	{ "show.nat", "\"inside\": \"10.0.1.0/24\"",
		"{\"pools\":[]}" },
	{ "show.routes", "",
		"{\"routes\":[{\"domain\":\"main\",\"hops\":[\"198.51.100.2 wan\"],\"kind\":\"via\","
		"\"origin\":\"static\",\"table\":\"main\",\"to\":\"0.0.0.0/0\"},{\"domain\":\"main\","
		"\"hops\":[\"2001:db8:2::2 wan\"],\"kind\":\"via\",\"origin\":\"static\","
		"\"table\":\"main\",\"to\":\"::/0\"},{\"domain\":\"main\",\"kind\":\"reject\","
		"\"origin\":\"static\",\"table\":\"main\",\"to\":\"10.99.0.0/16\"},{\"domain\":\"main\","
		"\"hops\":[\"domain red\"],\"kind\":\"domain\",\"origin\":\"static\",\"table\":\"main\","
		"\"to\":\"10.30.0.0/24\"},{\"domain\":\"main\",\"hops\":[\"198.51.100.2 wan weight 1\","
		"\"198.51.100.3 wan weight 3\"],\"kind\":\"via\",\"origin\":\"static\","
		"\"table\":\"main\",\"to\":\"10.98.0.0/16\"},{\"domain\":\"main\",\"kind\":\"public\","
		"\"origin\":\"nat\",\"table\":\"main\",\"to\":\"198.51.100.9/32\"},{\"domain\":\"main\","
		"\"hops\":[\"on link lan\"],\"kind\":\"via\",\"origin\":\"connected\",\"table\":\"main\","
		"\"to\":\"10.0.0.0/24\"},{\"domain\":\"main\",\"hops\":[\"on link lan\"],"
		"\"kind\":\"via\",\"origin\":\"connected\",\"table\":\"main\","
		"\"to\":\"2001:db8:1::/64\"},{\"domain\":\"main\",\"hops\":[\"on link wan\"],"
		"\"kind\":\"via\",\"origin\":\"connected\",\"table\":\"main\","
		"\"to\":\"198.51.100.0/24\"},{\"domain\":\"main\",\"hops\":[\"on link wan\"],"
		"\"kind\":\"via\",\"origin\":\"connected\",\"table\":\"main\","
		"\"to\":\"2001:db8:2::/64\"},{\"domain\":\"main\",\"hops\":[\"on link br\"],"
		"\"kind\":\"via\",\"origin\":\"connected\",\"table\":\"main\",\"to\":\"10.7.0.0/24\"},"
		"{\"domain\":\"main\",\"kind\":\"broadcast\",\"origin\":\"connected\",\"table\":\"main\","
		"\"to\":\"10.0.0.0/32\"},{\"domain\":\"main\",\"kind\":\"broadcast\","
		"\"origin\":\"connected\",\"table\":\"main\",\"to\":\"10.0.0.255/32\"},"
		"{\"domain\":\"main\",\"kind\":\"broadcast\",\"origin\":\"connected\",\"table\":\"main\","
		"\"to\":\"198.51.100.0/32\"},{\"domain\":\"main\",\"kind\":\"broadcast\","
		"\"origin\":\"connected\",\"table\":\"main\",\"to\":\"198.51.100.255/32\"},"
		"{\"domain\":\"main\",\"kind\":\"broadcast\",\"origin\":\"connected\",\"table\":\"main\","
		"\"to\":\"10.7.0.0/32\"},{\"domain\":\"main\",\"kind\":\"broadcast\","
		"\"origin\":\"connected\",\"table\":\"main\",\"to\":\"10.7.0.255/32\"},"
		"{\"domain\":\"main\",\"kind\":\"local\",\"origin\":\"connected\",\"table\":\"main\","
		"\"to\":\"10.0.0.1/32\"},{\"domain\":\"main\",\"kind\":\"local\","
		"\"origin\":\"connected\",\"table\":\"main\",\"to\":\"2001:db8:1::1/128\"},"
		"{\"domain\":\"main\",\"kind\":\"local\",\"origin\":\"connected\",\"table\":\"main\","
		"\"to\":\"198.51.100.1/32\"},{\"domain\":\"main\",\"kind\":\"local\","
		"\"origin\":\"connected\",\"table\":\"main\",\"to\":\"2001:db8:2::1/128\"},"
		"{\"domain\":\"main\",\"kind\":\"local\",\"origin\":\"connected\",\"table\":\"main\","
		"\"to\":\"10.7.0.1/32\"},{\"domain\":\"red\",\"hops\":[\"domain main\"],"
		"\"kind\":\"domain\",\"origin\":\"static\",\"table\":\"red\",\"to\":\"10.0.0.0/24\"},"
		"{\"domain\":\"red\",\"hops\":[\"on link far\"],\"kind\":\"via\","
		"\"origin\":\"connected\",\"table\":\"red\",\"to\":\"10.30.0.0/24\"},{\"domain\":\"red\","
		"\"kind\":\"broadcast\",\"origin\":\"connected\",\"table\":\"red\","
		"\"to\":\"10.30.0.0/32\"},{\"domain\":\"red\",\"kind\":\"broadcast\","
		"\"origin\":\"connected\",\"table\":\"red\",\"to\":\"10.30.0.255/32\"},"
		"{\"domain\":\"red\",\"kind\":\"local\",\"origin\":\"connected\",\"table\":\"red\","
		"\"to\":\"10.30.0.1/32\"}]}" },
	{ "show.routes", "\"to\": \"10.98.1.1\"",
		"{\"routes\":[{\"domain\":\"main\",\"hops\":[\"198.51.100.2 wan weight 1\","
		"\"198.51.100.3 wan weight 3\"],\"kind\":\"via\",\"origin\":\"static\","
		"\"table\":\"main\",\"to\":\"10.98.0.0/16\"}]}" },
	{ "show.routes", "\"to\": \"10.30.0.2\", \"table\": \"main\"",
		"{\"routes\":[{\"domain\":\"main\",\"hops\":[\"domain red\"],\"kind\":\"domain\","
		"\"origin\":\"static\",\"table\":\"main\",\"to\":\"10.30.0.0/24\"}]}" },
	{ "show.routes", "\"to\": \"2001:db8:9::9\", \"domain\": \"main\"",
		"{\"routes\":[{\"domain\":\"main\",\"hops\":[\"2001:db8:2::2 wan\"],\"kind\":\"via\","
		"\"origin\":\"static\",\"table\":\"main\",\"to\":\"::/0\"}]}" },
	{ "show.routes", "\"kind\": \"domain\"",
		"{\"routes\":[{\"domain\":\"main\",\"hops\":[\"domain red\"],\"kind\":\"domain\","
		"\"origin\":\"static\",\"table\":\"main\",\"to\":\"10.30.0.0/24\"},{\"domain\":\"red\","
		"\"hops\":[\"domain main\"],\"kind\":\"domain\",\"origin\":\"static\",\"table\":\"red\","
		"\"to\":\"10.0.0.0/24\"}]}" },
	{ "show.routes", "\"kind\": \"reject\"",
		"{\"routes\":[{\"domain\":\"main\",\"kind\":\"reject\",\"origin\":\"static\","
		"\"table\":\"main\",\"to\":\"10.99.0.0/16\"}]}" },
	{ "show.routes", "\"to\": \"x\"",
		"\"to: 'x' is no address\"" },
	{ "show.rules", "",
		"{\"rules\":[{\"bytes\":28,\"first\":6.491,\"last\":6.491,\"name\":\"bulk\","
		"\"owner\":\"acls.out\",\"packets\":1,\"place\":\"weir.yaml:23\"},{\"bytes\":84,"
		"\"first\":6.54,\"last\":3.03,\"name\":\"slow\",\"owner\":\"acls.out\",\"packets\":3,"
		"\"place\":\"weir.yaml:24\"},{\"bytes\":40,\"first\":6.39,\"last\":6.39,"
		"\"owner\":\"acls.out\",\"packets\":1,\"place\":\"weir.yaml:25\"},{\"bytes\":684,"
		"\"first\":6.381,\"last\":3.06,\"owner\":\"acls.out\",\"packets\":4,"
		"\"place\":\"weir.yaml:26\"},{\"bytes\":883,\"first\":6.621,\"last\":0.0,"
		"\"name\":\"default\",\"owner\":\"acls.out\",\"packets\":27,\"place\":\"weir.yaml:22\"},"
		"{\"bytes\":68,\"first\":6.61,\"last\":6.55,\"owner\":\"acls.in\",\"packets\":2,"
		"\"place\":\"weir.yaml:27\"},{\"bytes\":40,\"first\":6.58,\"last\":6.58,"
		"\"owner\":\"acls.in\",\"packets\":1,\"place\":\"weir.yaml:27\"},{\"bytes\":28,"
		"\"first\":6.33,\"last\":6.33,\"name\":\"default\",\"owner\":\"acls.in\",\"packets\":1,"
		"\"place\":\"weir.yaml:27\"},{\"bytes\":84,\"first\":6.361,\"last\":3.05,"
		"\"owner\":\"routes.main\",\"packets\":3,\"place\":\"weir.yaml:30\"},{\"bytes\":84,"
		"\"first\":6.42,\"last\":6.401,\"owner\":\"pipelines.inside\",\"packets\":3,"
		"\"place\":\"weir.yaml:34\"},{\"bytes\":0,\"owner\":\"pipelines.inside\",\"packets\":0,"
		"\"place\":\"weir.yaml:35\"},{\"bytes\":0,\"owner\":\"pipelines.inside\",\"packets\":0,"
		"\"place\":\"weir.yaml:36\"},{\"bytes\":28,\"first\":6.16,\"last\":6.16,"
		"\"owner\":\"pipelines.wire\",\"packets\":1,\"place\":\"weir.yaml:42\"},{\"bytes\":28,"
		"\"first\":6.16,\"last\":6.16,\"owner\":\"pipelines.wire\",\"packets\":1,"
		"\"place\":\"weir.yaml:42\"}]}" },
	{ "show.rules", "\"owner\": \"in\"",
		"{\"rules\":[{\"bytes\":68,\"first\":6.61,\"last\":6.55,\"owner\":\"acls.in\","
		"\"packets\":2,\"place\":\"weir.yaml:27\"},{\"bytes\":40,\"first\":6.58,\"last\":6.58,"
		"\"owner\":\"acls.in\",\"packets\":1,\"place\":\"weir.yaml:27\"},{\"bytes\":28,"
		"\"first\":6.33,\"last\":6.33,\"name\":\"default\",\"owner\":\"acls.in\",\"packets\":1,"
		"\"place\":\"weir.yaml:27\"}]}" },
	{ "show.rules", "\"owner\": \"none\"",
		"\"owner: 'none' is no access list or pipeline with rules\"" },
	{ "show.rules", "\"owner\": \"acls.in\", \"name\": \"none\"",
		"\"name: 'none' is no name of a rule there\"" },
	{ "show.talkers", "",
		"{\"talkers\":[{\"bits\":2687,\"domain\":\"main\",\"error\":0.0,\"kind\":\"source\","
		"\"name\":\"10.0.0.2\",\"rate\":5,\"share\":0.6046},{\"bits\":448,\"domain\":\"main\","
		"\"error\":0.0,\"kind\":\"source\",\"name\":\"10.7.0.6\",\"rate\":1,\"share\":0.1008},"
		"{\"bits\":224,\"domain\":\"main\",\"error\":0.0,\"kind\":\"source\","
		"\"name\":\"10.8.0.2\",\"rate\":1,\"share\":0.05041},{\"bits\":165,\"domain\":\"main\","
		"\"error\":0.0,\"kind\":\"source\",\"name\":\"2001:db8:1::2\",\"rate\":0,"
		"\"share\":0.0372},{\"bits\":133,\"domain\":\"red\",\"error\":0.0,\"kind\":\"source\","
		"\"name\":\"10.30.0.2\",\"rate\":0,\"share\":0.03},{\"bits\":128,\"domain\":\"main\","
		"\"error\":0.0,\"kind\":\"source\",\"name\":\"203.0.113.2\",\"rate\":0,\"share\":0.0288},"
		"{\"bits\":128,\"domain\":\"main\",\"error\":0.0,\"kind\":\"source\","
		"\"name\":\"203.0.113.9\",\"rate\":0,\"share\":0.0288},{\"bits\":112,\"domain\":\"main\","
		"\"error\":0.0,\"kind\":\"source\",\"name\":\"10.7.0.2\",\"rate\":0,\"share\":0.0252},"
		"{\"bits\":112,\"domain\":\"main\",\"error\":0.0,\"kind\":\"source\","
		"\"name\":\"10.7.0.4\",\"rate\":0,\"share\":0.0252},{\"bits\":72,\"domain\":\"main\","
		"\"error\":0.0,\"kind\":\"source\",\"name\":\"198.51.100.2\",\"rate\":0,"
		"\"share\":0.0162},{\"bits\":956,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"destination\",\"name\":\"203.0.113.2\",\"rate\":3,\"share\":0.2151},"
		"{\"bits\":819,\"domain\":\"main\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"203.0.113.3\",\"rate\":0,\"share\":0.1842},{\"bits\":509,\"domain\":\"main\","
		"\"error\":0.0,\"kind\":\"destination\",\"name\":\"10.7.0.3\",\"rate\":2,"
		"\"share\":0.1146},{\"bits\":448,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"destination\",\"name\":\"203.0.113.7\",\"rate\":1,\"share\":0.1008},"
		"{\"bits\":280,\"domain\":\"main\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"10.7.0.2\",\"rate\":1,\"share\":0.06301},{\"bits\":224,\"domain\":\"main\","
		"\"error\":0.0,\"kind\":\"destination\",\"name\":\"10.0.0.1\",\"rate\":1,"
		"\"share\":0.05041},{\"bits\":224,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"destination\",\"name\":\"10.8.0.3\",\"rate\":1,\"share\":0.05041},"
		"{\"bits\":168,\"domain\":\"main\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"10.99.0.1\",\"rate\":1,\"share\":0.0378},{\"bits\":165,\"domain\":\"main\","
		"\"error\":0.0,\"kind\":\"destination\",\"name\":\"2001:db8:9::9\",\"rate\":0,"
		"\"share\":0.0372},{\"bits\":133,\"domain\":\"red\",\"error\":0.0,"
		"\"kind\":\"destination\",\"name\":\"10.0.0.2\",\"rate\":0,\"share\":0.03},{\"bits\":819,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"flow\",\"name\":\"udp 10.0.0.2:4001 > "
		"203.0.113.3:666\",\"rate\":0,\"share\":0.1842},{\"bits\":448,\"domain\":\"main\","
		"\"error\":0.0,\"kind\":\"flow\",\"name\":\"udp 10.0.0.2:2006 > 203.0.113.7:53\","
		"\"rate\":1,\"share\":0.1008},{\"bits\":224,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"flow\",\"name\":\"udp 10.7.0.6:1 > 10.7.0.2:2\",\"rate\":1,"
		"\"share\":0.05041},{\"bits\":224,\"domain\":\"main\",\"error\":0.0,\"kind\":\"flow\","
		"\"name\":\"udp 10.7.0.6:1 > 10.7.0.3:2\",\"rate\":1,\"share\":0.05041},{\"bits\":224,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"flow\",\"name\":\"udp 10.8.0.2:1 > "
		"10.8.0.3:2\",\"rate\":1,\"share\":0.05041},{\"bits\":216,\"domain\":\"main\","
		"\"error\":0.0,\"kind\":\"flow\",\"name\":\"tcp 10.0.0.2:2001 > 203.0.113.2:80\","
		"\"rate\":1,\"share\":0.0486},{\"bits\":188,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"flow\",\"name\":\"udp 10.0.0.2:2002 > 203.0.113.2:5060\",\"rate\":1,"
		"\"share\":0.0423},{\"bits\":168,\"domain\":\"main\",\"error\":0.0,\"kind\":\"flow\","
		"\"name\":\"udp 10.0.0.2:4001 > 10.99.0.1:9\",\"rate\":1,\"share\":0.0378},{\"bits\":168,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"flow\",\"name\":\"udp 10.0.0.2:4001 > "
		"203.0.113.2:666\",\"rate\":1,\"share\":0.0378},{\"bits\":133,\"domain\":\"red\","
		"\"error\":0.0,\"kind\":\"flow\",\"name\":\"udp 10.30.0.2:7 > 10.0.0.2:9\",\"rate\":0,"
		"\"share\":0.03}]}" },
	{ "show.talkers", "\"kind\": \"destination\"",
		"{\"talkers\":[{\"bits\":956,\"domain\":\"main\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"203.0.113.2\",\"rate\":3,\"share\":0.2151},{\"bits\":819,\"domain\":\"main\","
		"\"error\":0.0,\"kind\":\"destination\",\"name\":\"203.0.113.3\",\"rate\":0,"
		"\"share\":0.1842},{\"bits\":509,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"destination\",\"name\":\"10.7.0.3\",\"rate\":2,\"share\":0.1146},"
		"{\"bits\":448,\"domain\":\"main\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"203.0.113.7\",\"rate\":1,\"share\":0.1008},{\"bits\":280,\"domain\":\"main\","
		"\"error\":0.0,\"kind\":\"destination\",\"name\":\"10.7.0.2\",\"rate\":1,"
		"\"share\":0.06301},{\"bits\":224,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"destination\",\"name\":\"10.0.0.1\",\"rate\":1,\"share\":0.05041},"
		"{\"bits\":224,\"domain\":\"main\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"10.8.0.3\",\"rate\":1,\"share\":0.05041},{\"bits\":168,\"domain\":\"main\","
		"\"error\":0.0,\"kind\":\"destination\",\"name\":\"10.99.0.1\",\"rate\":1,"
		"\"share\":0.0378},{\"bits\":165,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"destination\",\"name\":\"2001:db8:9::9\",\"rate\":0,\"share\":0.0372},"
		"{\"bits\":133,\"domain\":\"red\",\"error\":0.0,\"kind\":\"destination\","
		"\"name\":\"10.0.0.2\",\"rate\":0,\"share\":0.03}]}" },
	{ "show.talkers", "\"by\": \"none\"",
		"\"by: packets or bytes, not 'none'\"" },
	{ "show.trend", "",
		"{\"trend\":[{\"ago\":\"~\",\"closed\":0,\"drop_rate\":0,\"established\":1,"
		"\"half-open\":1,\"replied\":1,\"rx_rate\":0,\"tx_rate\":0,\"unreplied\":7}]}" },
	{ "show.limits", "",
		"{\"limits\":[{\"most\":1024,\"name\":\"closed sessions\",\"text\":\"Sessions of this "
		"class, of all workers; they share the table.\",\"used\":0},{\"most\":256,"
		"\"name\":\"half-open sessions\",\"text\":\"Sessions that are half-open, of all "
		"workers.\",\"used\":1},{\"most\":1024,\"name\":\"unreplied UDP\",\"text\":\"Sessions of "
		"this class, of all workers; they share the table.\",\"used\":3},{\"most\":1024,"
		"\"name\":\"unreplied ICMP\",\"text\":\"Sessions of this class, of all workers; they "
		"share the table.\",\"used\":2},{\"most\":1024,\"name\":\"unreplied others\","
		"\"text\":\"Sessions of this class, of all workers; they share the table.\",\"used\":2},"
		"{\"most\":1024,\"name\":\"replied sessions\",\"text\":\"Sessions of this class, of all "
		"workers; they share the table.\",\"used\":1},{\"most\":1024,\"name\":\"established "
		"TCP\",\"text\":\"Sessions of this class, of all workers; they share the table.\","
		"\"used\":1},{\"most\":32,\"name\":\"ports\",\"text\":\"Ports; DPDK is built for as "
		"many.\",\"used\":6},{\"most\":31,\"name\":\"port name\",\"text\":\"Characters in the "
		"name of a port.\"},{\"most\":64,\"name\":\"queues\",\"text\":\"Receive queues of a port,"
		" where the driver has as many.\"},{\"most\":16,\"name\":\"queues of af_packet\","
		"\"text\":\"Queues of net_af_packet.\"},{\"most\":8,\"name\":\"queues of virtio_user\","
		"\"text\":\"Queues of net_virtio_user.\"},{\"most\":8,\"name\":\"members of a bond\","
		"\"text\":\"Devices of a bond.\"},{\"most\":1023,\"name\":\"interfaces\","
		"\"text\":\"Interfaces.\",\"used\":9},{\"most\":64,\"name\":\"workers\","
		"\"text\":\"Workers, each on a core of its own.\",\"used\":1},{\"most\":256,"
		"\"name\":\"burst\",\"text\":\"Packets that a worker takes from a queue at once.\"},"
		"{\"most\":64,\"name\":\"arguments of DPDK\",\"text\":\"Arguments in system.eal.\"},"
		"{\"most\":64,\"name\":\"stages\",\"text\":\"Stages of a pipeline.\"},{\"most\":8,"
		"\"name\":\"gotos\",\"text\":\"Gotos that one packet may follow.\"},{\"most\":10,"
		"\"name\":\"counted stages\",\"text\":\"Stages and rules that one packet may be counted, "
		"metered or marked by.\"},{\"most\":64,\"name\":\"next hops\",\"text\":\"Next hops of a "
		"route.\"},{\"most\":4095,\"name\":\"stages track\",\"text\":\"Stages track, over all "
		"pipelines.\"},{\"most\":64,\"name\":\"pools\",\"text\":\"Pools in section nat.\","
		"\"used\":1},{\"most\":256,\"name\":\"addresses of a pool\",\"text\":\"Public addresses "
		"of a pool.\"},{\"most\":255,\"name\":\"included files\",\"text\":\"Files that are "
		"included, by all of them together.\"},{\"most\":1048576,\"name\":\"acls.out bulk\","
		"\"over\":0,\"place\":\"weir.yaml:23\",\"text\":\"Bytes of a quota of 1M.\",\"used\":28,"
		"\"within\":1},{\"displaced\":0,\"most\":64,\"name\":\"acls.out slow\",\"over\":0,"
		"\"place\":\"weir.yaml:24\",\"text\":\"A rate of 10/s for each source; addresses that "
		"have used some of it.\",\"used\":0,\"within\":3},{\"displaced\":0,\"most\":64,"
		"\"name\":\"pipelines.inside\",\"place\":\"weir.yaml:34\",\"text\":\"A rate of 5/s for "
		"each destination; addresses that have used some of it.\",\"used\":0},{\"displaced\":0,"
		"\"most\":64,\"name\":\"pipelines.inside\",\"place\":\"weir.yaml:35\",\"text\":\"A rate "
		"of 100/min sessions for each source; addresses that have used some of it.\",\"used\":1},"
		"{\"name\":\"pipelines.inside\",\"place\":\"weir.yaml:36\",\"text\":\"A rate of 8Mbit in "
		"all.\"}]}" },
	{ "show.drops", "",
		"{\"drops\":[{\"fault\":\"configuration\",\"latest\":[{\"ago\":\"~\",\"bytes\":46,"
		"\"in\":\"spare\",\"packet\":\"udp 10.31.0.2:9 > 10.0.0.2:9\",\"worker\":0}],"
		"\"packets\":1,\"rate\":0,\"reason\":\"interface_unused\",\"text\":\"The interface has "
		"no pipeline.\"},{\"fault\":\"peer\",\"latest\":[{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"lan\",\"packet\":\"udp 127.0.0.1:4002 > 203.0.113.2:9\",\"worker\":0}],"
		"\"packets\":1,\"rate\":0,\"reason\":\"martian\",\"text\":\"A source or destination "
		"address that cannot stand there.\"},{\"fault\":\"configuration\","
		"\"latest\":[{\"ago\":\"~\",\"bytes\":42,\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4001 > "
		"10.99.0.1:9\",\"rule\":\"weir.yaml:30\",\"worker\":0},{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4001 > 10.99.0.1:9\",\"rule\":\"weir.yaml:30\","
		"\"worker\":0},{\"ago\":\"~\",\"bytes\":42,\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4001 "
		"> 10.99.0.1:9\",\"rule\":\"weir.yaml:30\",\"worker\":0}],\"lines\":[\"weir.yaml:30 "
		"routes.main: 3\"],\"packets\":3,\"rate\":0,\"reason\":\"no_route\",\"text\":\"No route "
		"leads to the destination.\"},{\"fault\":\"peer\",\"latest\":[{\"ago\":\"~\","
		"\"bytes\":42,\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4002 > 203.0.113.2:9\","
		"\"worker\":0}],\"packets\":1,\"rate\":0,\"reason\":\"ttl_expired\",\"text\":\"TTL or "
		"hop limit reached zero here.\"},{\"fault\":\"peer\",\"packets\":1,\"rate\":0,"
		"\"reason\":\"neighbour_unresolved\",\"text\":\"The next hop does not answer ARP or "
		"ND.\"},{\"fault\":\"peer\",\"latest\":[{\"ago\":\"~\",\"bytes\":42,\"in\":\"lan\","
		"\"packet\":\"udp 10.0.0.2:4003 > 10.0.0.1:9\",\"worker\":0},{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4003 > 10.0.0.1:9\",\"worker\":0}],"
		"\"packets\":2,\"rate\":0,\"reason\":\"local_no_service\",\"text\":\"The packet is for "
		"one of our own addresses, and nothing serves it.\"},{\"fault\":\"peer\","
		"\"latest\":[{\"ago\":\"~\",\"bytes\":42,\"in\":\"b2\",\"packet\":\"udp 10.7.0.4:1 > "
		"10.7.0.3:2\",\"worker\":0}],\"packets\":1,\"rate\":0,\"reason\":\"bridge_same_port\","
		"\"text\":\"The station is behind the interface that the frame came in by.\"},"
		"{\"fault\":\"peer\",\"latest\":[{\"ago\":\"~\",\"bytes\":42,\"in\":\"b2\","
		"\"packet\":\"udp 10.7.0.6:1 > 10.7.0.2:2\",\"worker\":0}],\"packets\":1,\"rate\":0,"
		"\"reason\":\"bridge_moves\",\"text\":\"A frame of a station that moves too often: a "
		"loop, or two stations with one MAC.\"},{\"fault\":\"peer\",\"latest\":[{\"ago\":\"~\","
		"\"bytes\":54,\"in\":\"wan\",\"packet\":\"tcp 203.0.113.9:9 > 198.51.100.1:9 A\","
		"\"worker\":0}],\"packets\":1,\"rate\":0,\"reason\":\"tcp_no_session\",\"text\":\"A TCP "
		"segment in mid-stream without a session.\"},{\"fault\":\"policy\","
		"\"latest\":[{\"ago\":\"~\",\"bytes\":42,\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4001 > "
		"203.0.113.2:666\",\"rule\":\"weir.yaml:26\",\"worker\":0},{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4001 > 203.0.113.2:666\","
		"\"rule\":\"weir.yaml:26\",\"worker\":0},{\"ago\":\"~\",\"bytes\":42,\"in\":\"wan\","
		"\"packet\":\"udp 203.0.113.9:9 > 198.51.100.1:9\",\"rule\":\"weir.yaml:27\","
		"\"worker\":0},{\"ago\":\"~\",\"bytes\":614,\"in\":\"lan\",\"packet\":\"udp "
		"10.0.0.2:4001 > 203.0.113.3:666\",\"rule\":\"weir.yaml:26\",\"worker\":0}],"
		"\"lines\":[\"weir.yaml:26 acls.out: 4\",\"weir.yaml:27 acls.in default: 1\"],"
		"\"packets\":5,\"rate\":0,\"reason\":\"acl_denied\",\"text\":\"A rule or the default of "
		"an access list.\"},{\"fault\":\"policy\",\"latest\":[{\"ago\":\"~\",\"bytes\":54,"
		"\"in\":\"lan\",\"packet\":\"tcp 10.0.0.2:4001 > 203.0.113.2:23 S\","
		"\"rule\":\"weir.yaml:25\",\"worker\":0}],\"lines\":[\"weir.yaml:25 acls.out: 1\"],"
		"\"packets\":1,\"rate\":0,\"reason\":\"acl_rejected\",\"text\":\"A rule of an access "
		"list; the sender was told.\"},{\"fault\":\"policy\",\"latest\":[{\"ago\":\"~\","
		"\"bytes\":42,\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:2006 > 203.0.113.7:53\","
		"\"rule\":\"weir.yaml:34\",\"worker\":0},{\"ago\":\"~\",\"bytes\":42,\"in\":\"lan\","
		"\"packet\":\"udp 10.0.0.2:2006 > 203.0.113.7:53\",\"rule\":\"weir.yaml:34\","
		"\"worker\":0},{\"ago\":\"~\",\"bytes\":42,\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:2006 "
		"> 203.0.113.7:53\",\"rule\":\"weir.yaml:34\",\"worker\":0}],\"lines\":[\"weir.yaml:34 "
		"pipelines.inside: 3\"],\"packets\":3,\"rate\":0,\"reason\":\"limit_exceeded\","
		"\"text\":\"More than a stage limit lets pass of its source, destination or line.\"}]}" },
	{ "show.drops", "\"policy\": true",
		"{\"drops\":[{\"fault\":\"policy\",\"latest\":[{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4001 > 203.0.113.2:666\","
		"\"rule\":\"weir.yaml:26\",\"worker\":0},{\"ago\":\"~\",\"bytes\":42,\"in\":\"lan\","
		"\"packet\":\"udp 10.0.0.2:4001 > 203.0.113.2:666\",\"rule\":\"weir.yaml:26\","
		"\"worker\":0},{\"ago\":\"~\",\"bytes\":42,\"in\":\"wan\",\"packet\":\"udp 203.0.113.9:9 "
		"> 198.51.100.1:9\",\"rule\":\"weir.yaml:27\",\"worker\":0},{\"ago\":\"~\",\"bytes\":614,"
		"\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4001 > 203.0.113.3:666\","
		"\"rule\":\"weir.yaml:26\",\"worker\":0}],\"lines\":[\"weir.yaml:26 acls.out: 4\","
		"\"weir.yaml:27 acls.in default: 1\"],\"packets\":5,\"rate\":0,\"reason\":\"acl_denied\","
		"\"text\":\"A rule or the default of an access list.\"},{\"fault\":\"policy\","
		"\"latest\":[{\"ago\":\"~\",\"bytes\":54,\"in\":\"lan\",\"packet\":\"tcp 10.0.0.2:4001 > "
		"203.0.113.2:23 S\",\"rule\":\"weir.yaml:25\",\"worker\":0}],\"lines\":[\"weir.yaml:25 "
		"acls.out: 1\"],\"packets\":1,\"rate\":0,\"reason\":\"acl_rejected\",\"text\":\"A rule "
		"of an access list; the sender was told.\"},{\"fault\":\"policy\","
		"\"latest\":[{\"ago\":\"~\",\"bytes\":42,\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:2006 > "
		"203.0.113.7:53\",\"rule\":\"weir.yaml:34\",\"worker\":0},{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:2006 > 203.0.113.7:53\","
		"\"rule\":\"weir.yaml:34\",\"worker\":0},{\"ago\":\"~\",\"bytes\":42,\"in\":\"lan\","
		"\"packet\":\"udp 10.0.0.2:2006 > 203.0.113.7:53\",\"rule\":\"weir.yaml:34\","
		"\"worker\":0}],\"lines\":[\"weir.yaml:34 pipelines.inside: 3\"],\"packets\":3,"
		"\"rate\":0,\"reason\":\"limit_exceeded\",\"text\":\"More than a stage limit lets pass "
		"of its source, destination or line.\"}]}" },
	{ "show.drops", "\"reason\": \"acl_rejected\"",
		"{\"drops\":[{\"fault\":\"policy\",\"latest\":[{\"ago\":\"~\",\"bytes\":54,"
		"\"in\":\"lan\",\"packet\":\"tcp 10.0.0.2:4001 > 203.0.113.2:23 S\","
		"\"rule\":\"weir.yaml:25\",\"worker\":0}],\"lines\":[\"weir.yaml:25 acls.out: 1\"],"
		"\"packets\":1,\"rate\":0,\"reason\":\"acl_rejected\",\"text\":\"A rule of an access "
		"list; the sender was told.\"}]}" },
	{ "show.drops", "\"interface\": \"lan\", \"reason\": \"acl_denied\"",
		"{\"drops\":[{\"fault\":\"policy\",\"latest\":[{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:4001 > 203.0.113.2:666\","
		"\"rule\":\"weir.yaml:26\",\"worker\":0},{\"ago\":\"~\",\"bytes\":42,\"in\":\"lan\","
		"\"packet\":\"udp 10.0.0.2:4001 > 203.0.113.2:666\",\"rule\":\"weir.yaml:26\","
		"\"worker\":0},{\"ago\":\"~\",\"bytes\":614,\"in\":\"lan\",\"packet\":\"udp "
		"10.0.0.2:4001 > 203.0.113.3:666\",\"rule\":\"weir.yaml:26\",\"worker\":0}],"
		"\"packets\":4,\"reason\":\"acl_denied\",\"text\":\"A rule or the default of an access "
		"list.\"}]}" },
	{ "show.ledger", "",
		"{\"born\":15,\"born_by\":{\"arp\":4,\"clone\":1,\"echo\":2,\"icmp_error\":7,"
		"\"tcp_reset\":1},\"consumed\":2,\"consumed_by\":{\"echo\":2},\"dropped\":21,\"held\":1,"
		"\"held_by\":{\"neighbour\":1},\"imbalance\":0,\"rx\":63,\"tx\":54}" },
};
/* clang-format on */

#endif
