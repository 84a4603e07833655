/* SPDX-License-Identifier: BSD-3-Clause */
/* What other calls say of the appliance of shown_wide_test.c, in order, as in shown_wide.h. */
#ifndef UNIT_CONTROL_CALLED_WIDE_H
#define UNIT_CONTROL_CALLED_WIDE_H

#include "unit/control/shown_run.h"

/* clang-format off */
static const struct shown called[] = {
	{ "show.talkers", "\"by\": \"packets\", \"kind\": \"flow\"",
		"{\"talkers\":[{\"bits\":448,\"domain\":\"main\",\"error\":0.0,\"kind\":\"flow\","
		"\"name\":\"udp 10.0.0.2:2006 > 203.0.113.7:53\",\"rate\":1,\"share\":0.1311},"
		"{\"bits\":224,\"domain\":\"main\",\"error\":0.0,\"kind\":\"flow\",\"name\":\"udp "
		"10.7.0.6:1 > 10.7.0.2:2\",\"rate\":1,\"share\":0.06557},{\"bits\":224,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"flow\",\"name\":\"udp 10.7.0.6:1 > "
		"10.7.0.3:2\",\"rate\":1,\"share\":0.06557},{\"bits\":224,\"domain\":\"main\","
		"\"error\":0.0,\"kind\":\"flow\",\"name\":\"udp 10.8.0.2:1 > 10.8.0.3:2\",\"rate\":1,"
		"\"share\":0.06557},{\"bits\":216,\"domain\":\"main\",\"error\":0.0,\"kind\":\"flow\","
		"\"name\":\"tcp 10.0.0.2:2001 > 203.0.113.2:80\",\"rate\":1,\"share\":0.04918},"
		"{\"bits\":188,\"domain\":\"main\",\"error\":0.0,\"kind\":\"flow\",\"name\":\"udp "
		"10.0.0.2:2002 > 203.0.113.2:5060\",\"rate\":1,\"share\":0.04918},{\"bits\":168,"
		"\"domain\":\"main\",\"error\":0.0,\"kind\":\"flow\",\"name\":\"udp 10.0.0.2:4001 > "
		"10.99.0.1:9\",\"rate\":1,\"share\":0.04918},{\"bits\":168,\"domain\":\"main\","
		"\"error\":0.0,\"kind\":\"flow\",\"name\":\"udp 10.0.0.2:4001 > 203.0.113.2:666\","
		"\"rate\":1,\"share\":0.04918},{\"bits\":112,\"domain\":\"main\",\"error\":0.0,"
		"\"kind\":\"flow\",\"name\":\"icmp 10.0.0.2 id 9 > 10.0.0.1\",\"rate\":0,"
		"\"share\":0.03279},{\"bits\":112,\"domain\":\"main\",\"error\":0.0,\"kind\":\"flow\","
		"\"name\":\"udp 10.7.0.2:1 > 10.7.0.3:2\",\"rate\":0,\"share\":0.03279}]}" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"udp 10.0.0.2:2002 > 203.0.113.2:5060\"",
		"{\"counted\":[\"weir.yaml:22, acls.out default\"],\"domain\":\"main\",\"flow\":\"udp "
		"10.0.0.2:2002 > 203.0.113.2:5060\",\"in\":\"lan\",\"out\":\"wan\",\"packet\":\"udp "
		"10.0.0.2:2002 > 203.0.113.2:5060\",\"path\":\"fast\",\"pipeline\":\"inside\","
		"\"program\":\"dscp 46; ttl; rewrite src 198.51.100.9:2002; output wan\","
		"\"session\":{\"direction\":\"forward\",\"nat\":{\"src\":\"198.51.100.9:2002\"},"
		"\"state\":\"established\"},\"stages\":[{\"says\":\"track: established, forward of its "
		"session (replied)\",\"stage\":\"track\"},{\"says\":\"acl out: the default "
		"(weir.yaml:22) accepts\",\"stage\":\"acl\"},{\"says\":\"limit: not for this packet\","
		"\"stage\":\"limit\"},{\"says\":\"limit: begins no session\",\"stage\":\"limit\"},"
		"{\"says\":\"police: not for this packet\",\"stage\":\"police\"},{\"says\":\"mark: dscp "
		"0 becomes 46\",\"stage\":\"mark\"},{\"says\":\"route main: 0.0.0.0/0 via 198.51.100.2 "
		"by wan\",\"stage\":\"route\"}],\"verdict\":\"output\",\"worker\":0}" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"tcp 10.0.0.2:2009 > 203.0.113.2:80 S\"",
		"{\"counted\":[\"weir.yaml:22, acls.out default\"],\"domain\":\"main\",\"flow\":\"tcp "
		"10.0.0.2:2009 > 203.0.113.2:80 S\",\"in\":\"lan\",\"out\":\"wan\",\"packet\":\"tcp "
		"10.0.0.2:2009 > 203.0.113.2:80 S\",\"path\":\"slow\",\"pipeline\":\"inside\","
		"\"program\":\"meter 3; ttl; rewrite src 198.51.100.9:2009; output wan\","
		"\"session\":{\"direction\":\"forward\",\"nat\":{\"src\":\"198.51.100.9:2009\"},"
		"\"state\":\"new\",\"tcp\":\"none\"},\"stages\":[{\"says\":\"track: new session, "
		"half-open; ends after 240 s without packets\",\"stage\":\"track\"},{\"says\":\"acl out: "
		"the default (weir.yaml:22) accepts\",\"stage\":\"acl\"},{\"says\":\"limit: not for this "
		"packet\",\"stage\":\"limit\"},{\"says\":\"limit: 100 sessions/min for each source\","
		"\"stage\":\"limit\"},{\"says\":\"police: not for this packet\",\"stage\":\"police\"},"
		"{\"says\":\"mark: not for this packet\",\"stage\":\"mark\"},{\"says\":\"route main: "
		"0.0.0.0/0 via 198.51.100.2 by wan\",\"stage\":\"route\"},{\"says\":\"snat uplink: "
		"source 198.51.100.9 port 2009, its own port, which is free\",\"stage\":\"snat\"}],"
		"\"verdict\":\"output\",\"worker\":0}" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"tcp 10.0.0.2:2009 > 203.0.113.2:23 S\"",
		"{\"counted\":[\"weir.yaml:25, acls.out\"],\"domain\":\"main\",\"flow\":\"tcp "
		"10.0.0.2:2009 > 203.0.113.2:23 S\",\"in\":\"lan\",\"owner\":\"acls.out\","
		"\"packet\":\"tcp 10.0.0.2:2009 > 203.0.113.2:23 S\",\"path\":\"slow\","
		"\"pipeline\":\"inside\",\"program\":\"reject acl_rejected\",\"reason\":\"acl_rejected\","
		"\"rule\":\"weir.yaml:25\",\"sentence\":\"A rule of an access list; the sender was "
		"told.\",\"session\":{\"direction\":\"forward\",\"state\":\"new\",\"tcp\":\"none\"},"
		"\"stages\":[{\"says\":\"track: new session, half-open; ends after 240 s without "
		"packets\",\"stage\":\"track\"},{\"says\":\"acl out: rule without name (weir.yaml:25) "
		"rejects\",\"stage\":\"acl\"}],\"verdict\":\"drop\",\"worker\":0}" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"udp 10.0.0.2:2009 > 203.0.113.2:666\"",
		"{\"counted\":[\"weir.yaml:26, acls.out\"],\"domain\":\"main\",\"flow\":\"udp "
		"10.0.0.2:2009 > 203.0.113.2:666\",\"in\":\"lan\",\"owner\":\"acls.out\","
		"\"packet\":\"udp 10.0.0.2:2009 > 203.0.113.2:666\",\"path\":\"slow\","
		"\"pipeline\":\"inside\",\"program\":\"add source to set bad; drop acl_denied\","
		"\"reason\":\"acl_denied\",\"rule\":\"weir.yaml:26\",\"sentence\":\"A rule or the "
		"default of an access list.\",\"session\":{\"direction\":\"forward\",\"state\":\"new\"},"
		"\"stages\":[{\"says\":\"track: new session, unreplied; ends after 300 s without "
		"packets\",\"stage\":\"track\"},{\"says\":\"acl out: rule without name (weir.yaml:26) "
		"drops\",\"stage\":\"acl\"},{\"says\":\"acl: the source joins set bad\","
		"\"stage\":\"acl\"}],\"verdict\":\"drop\",\"worker\":0}" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"udp 10.0.0.2:2009 > 198.51.100.60:9\"",
		"{\"counted\":[\"weir.yaml:22, acls.out default\"],\"domain\":\"main\",\"flow\":\"udp "
		"10.0.0.2:2009 > 198.51.100.60:9\",\"in\":\"lan\",\"out\":\"wan\",\"packet\":\"udp "
		"10.0.0.2:2009 > 198.51.100.60:9\",\"path\":\"slow\",\"pipeline\":\"inside\","
		"\"program\":\"meter 3; ttl; rewrite src 198.51.100.9:2009; output wan\","
		"\"session\":{\"direction\":\"forward\",\"nat\":{\"src\":\"198.51.100.9:2009\"},"
		"\"state\":\"new\"},\"stages\":[{\"says\":\"track: new session, unreplied; ends after "
		"300 s without packets\",\"stage\":\"track\"},{\"says\":\"acl out: the default "
		"(weir.yaml:22) accepts\",\"stage\":\"acl\"},{\"says\":\"limit: not for this packet\","
		"\"stage\":\"limit\"},{\"says\":\"limit: 100 sessions/min for each source\","
		"\"stage\":\"limit\"},{\"says\":\"police: not for this packet\",\"stage\":\"police\"},"
		"{\"says\":\"mark: not for this packet\",\"stage\":\"mark\"},{\"says\":\"route main: "
		"198.51.100.0/24 is on wan\",\"stage\":\"route\"},{\"says\":\"snat uplink: source "
		"198.51.100.9 port 2009, its own port, which is free\",\"stage\":\"snat\"}],"
		"\"verdict\":\"output\",\"waits\":true,\"worker\":0}" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"udp 10.0.0.2:2009 > 10.30.0.2:9\"",
		"{\"counted\":[\"weir.yaml:22, acls.out default\"],\"domain\":\"main\",\"flow\":\"udp "
		"10.0.0.2:2009 > 10.30.0.2:9\",\"in\":\"lan\",\"out\":\"far\",\"out_domain\":\"red\","
		"\"packet\":\"udp 10.0.0.2:2009 > 10.30.0.2:9\",\"path\":\"slow\","
		"\"pipeline\":\"inside\",\"program\":\"meter 3; ttl; output far\","
		"\"session\":{\"direction\":\"forward\",\"state\":\"new\"},"
		"\"stages\":[{\"says\":\"track: new session, unreplied; ends after 300 s without "
		"packets\",\"stage\":\"track\"},{\"says\":\"acl out: the default (weir.yaml:22) "
		"accepts\",\"stage\":\"acl\"},{\"says\":\"limit: not for this packet\","
		"\"stage\":\"limit\"},{\"says\":\"limit: 100 sessions/min for each source\","
		"\"stage\":\"limit\"},{\"says\":\"police: not for this packet\",\"stage\":\"police\"},"
		"{\"says\":\"mark: not for this packet\",\"stage\":\"mark\"},{\"says\":\"route main: "
		"10.30.0.0/24 leads into domain red\",\"stage\":\"route\"},{\"says\":\"route red: "
		"10.30.0.0/24 is on far\",\"stage\":\"route\"},{\"says\":\"snat: not for this packet\","
		"\"stage\":\"snat\"}],\"verdict\":\"output\",\"worker\":0}" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"udp 10.0.0.2:2009 > 10.99.0.1:9\"",
		"{\"counted\":[\"weir.yaml:22, acls.out default\",\"weir.yaml:30, routes.main\"],"
		"\"domain\":\"main\",\"flow\":\"udp 10.0.0.2:2009 > 10.99.0.1:9\",\"in\":\"lan\","
		"\"owner\":\"routes.main\",\"packet\":\"udp 10.0.0.2:2009 > 10.99.0.1:9\","
		"\"path\":\"slow\",\"pipeline\":\"inside\",\"program\":\"meter 3; reject no_route\","
		"\"reason\":\"no_route\",\"rule\":\"weir.yaml:30\",\"sentence\":\"No route leads to the "
		"destination.\",\"session\":{\"direction\":\"forward\",\"state\":\"new\"},"
		"\"stages\":[{\"says\":\"track: new session, unreplied; ends after 300 s without "
		"packets\",\"stage\":\"track\"},{\"says\":\"acl out: the default (weir.yaml:22) "
		"accepts\",\"stage\":\"acl\"},{\"says\":\"limit: not for this packet\","
		"\"stage\":\"limit\"},{\"says\":\"limit: 100 sessions/min for each source\","
		"\"stage\":\"limit\"},{\"says\":\"police: not for this packet\",\"stage\":\"police\"},"
		"{\"says\":\"mark: not for this packet\",\"stage\":\"mark\"},{\"says\":\"route main: "
		"10.99.0.0/16 rejects\",\"stage\":\"route\"}],\"verdict\":\"drop\",\"worker\":0}" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"icmp 10.0.0.2 > 10.0.0.1 echo-request id 7\"",
		"{\"counted\":[\"weir.yaml:24, acls.out slow\"],\"domain\":\"main\",\"flow\":\"icmp "
		"10.0.0.2 > 10.0.0.1 echo-request id 7\",\"in\":\"lan\",\"packet\":\"icmp 10.0.0.2 > "
		"10.0.0.1 echo-request id 7\",\"path\":\"slow\",\"pipeline\":\"inside\","
		"\"program\":\"meter 3; local\",\"session\":{\"direction\":\"forward\","
		"\"state\":\"new\"},\"stages\":[{\"says\":\"track: new session, unreplied; ends after 60 "
		"s without packets\",\"stage\":\"track\"},{\"says\":\"acl: limit: the packet keeps to "
		"it\",\"stage\":\"acl\"},{\"says\":\"acl out: rule slow (weir.yaml:24) accepts\","
		"\"stage\":\"acl\"},{\"says\":\"limit: not for this packet\",\"stage\":\"limit\"},"
		"{\"says\":\"limit: 100 sessions/min for each source\",\"stage\":\"limit\"},"
		"{\"says\":\"police: not for this packet\",\"stage\":\"police\"},{\"says\":\"mark: not "
		"for this packet\",\"stage\":\"mark\"},{\"says\":\"route main: 10.0.0.1/32 is our own\","
		"\"stage\":\"route\"}],\"verdict\":\"consumed\",\"worker\":0}" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"udp 10.0.0.2:9 > 10.0.0.1:9\"",
		"{\"counted\":[\"weir.yaml:22, acls.out default\"],\"domain\":\"main\",\"flow\":\"udp "
		"10.0.0.2:9 > 10.0.0.1:9\",\"in\":\"lan\",\"packet\":\"udp 10.0.0.2:9 > 10.0.0.1:9\","
		"\"path\":\"slow\",\"pipeline\":\"inside\",\"program\":\"meter 3; local\","
		"\"reason\":\"local_no_service\",\"sentence\":\"The packet is for one of our own "
		"addresses, and nothing serves it.\",\"session\":{\"direction\":\"forward\","
		"\"state\":\"new\"},\"stages\":[{\"says\":\"track: new session, unreplied; ends after "
		"300 s without packets\",\"stage\":\"track\"},{\"says\":\"acl out: the default "
		"(weir.yaml:22) accepts\",\"stage\":\"acl\"},{\"says\":\"limit: not for this packet\","
		"\"stage\":\"limit\"},{\"says\":\"limit: 100 sessions/min for each source\","
		"\"stage\":\"limit\"},{\"says\":\"police: not for this packet\",\"stage\":\"police\"},"
		"{\"says\":\"mark: not for this packet\",\"stage\":\"mark\"},{\"says\":\"route main: "
		"10.0.0.1/32 is our own\",\"stage\":\"route\"}],\"verdict\":\"drop\",\"worker\":0}" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"arp who-has 10.0.0.1 tell 10.0.0.2\"",
		"{\"domain\":\"main\",\"in\":\"lan\",\"packet\":\"arp who-has 10.0.0.1 tell 10.0.0.2\","
		"\"pipeline\":\"inside\",\"stages\":[{\"says\":\"for Weir itself; no stage is asked\","
		"\"stage\":\"host\"}],\"verdict\":\"consumed\",\"worker\":0}" },
	{ "explain", "\"in\": \"wan\", \"packet\": \"tcp 198.51.100.2:7001 > 198.51.100.8:80 S\"",
		"{\"counted\":[\"weir.yaml:27, acls.in\"],\"domain\":\"main\",\"flow\":\"tcp "
		"198.51.100.2:7001 > 198.51.100.8:80 S\",\"in\":\"wan\",\"out\":\"lan\",\"packet\":\"tcp "
		"198.51.100.2:7001 > 198.51.100.8:80 S\",\"path\":\"slow\",\"pipeline\":\"outside\","
		"\"program\":\"ttl; rewrite dst 10.0.0.2:8080; output lan\","
		"\"session\":{\"direction\":\"forward\",\"nat\":{\"dst\":\"10.0.0.2:8080\"},"
		"\"state\":\"new\",\"tcp\":\"none\"},\"stages\":[{\"says\":\"track: new session, "
		"half-open; ends after 240 s without packets\",\"stage\":\"track\"},{\"says\":\"dnat: "
		"the forward on line 38: destination 10.0.0.2 port 8080\",\"stage\":\"dnat\"},"
		"{\"says\":\"acl in: rule without name (weir.yaml:27) accepts\",\"stage\":\"acl\"},"
		"{\"says\":\"route main: 10.0.0.0/24 is on lan\",\"stage\":\"route\"}],"
		"\"verdict\":\"output\",\"worker\":0}" },
	{ "explain", "\"in\": \"wan\", \"packet\": \"tcp 198.51.100.2:7000 > 198.51.100.8:80 A seq 2 ack 2\"",
		"{\"counted\":[\"weir.yaml:27, acls.in\"],\"domain\":\"main\",\"flow\":\"tcp "
		"198.51.100.2:7000 > 198.51.100.8:80 A\",\"in\":\"wan\",\"out\":\"lan\",\"packet\":\"tcp "
		"198.51.100.2:7000 > 198.51.100.8:80 A\",\"path\":\"slow\",\"pipeline\":\"outside\","
		"\"program\":\"ttl; rewrite dst 10.0.0.2:8080; output lan\","
		"\"session\":{\"direction\":\"forward\",\"nat\":{\"dst\":\"10.0.0.2:8080\"},"
		"\"state\":\"established\",\"tcp\":\"syn-received\"},\"stages\":[{\"says\":\"track: "
		"established, forward of its session (syn-received)\",\"stage\":\"track\"},"
		"{\"says\":\"acl in: rule without name (weir.yaml:27) accepts\",\"stage\":\"acl\"},"
		"{\"says\":\"route main: 10.0.0.0/24 is on lan\",\"stage\":\"route\"}],"
		"\"verdict\":\"output\",\"worker\":0}" },
	{ "explain", "\"in\": \"far\", \"packet\": \"udp 10.30.0.2:7 > 10.0.0.2:9\"",
		"{\"domain\":\"red\",\"flow\":\"udp 10.30.0.2:7 > 10.0.0.2:9\",\"in\":\"far\","
		"\"out\":\"lan\",\"out_domain\":\"main\",\"packet\":\"udp 10.30.0.2:7 > 10.0.0.2:9\","
		"\"path\":\"fast\",\"pipeline\":\"plain\",\"program\":\"ttl; output lan\","
		"\"stages\":[{\"says\":\"route red: 10.0.0.0/24 leads into domain main\","
		"\"stage\":\"route\"},{\"says\":\"route main: 10.0.0.0/24 is on lan\","
		"\"stage\":\"route\"}],\"verdict\":\"output\",\"worker\":0}" },
	{ "explain", "\"in\": \"far\", \"packet\": \"udp 10.30.0.2:7 > 10.40.0.2:9\"",
		"{\"domain\":\"red\",\"flow\":\"udp 10.30.0.2:7 > 10.40.0.2:9\",\"in\":\"far\","
		"\"packet\":\"udp 10.30.0.2:7 > 10.40.0.2:9\",\"path\":\"slow\",\"pipeline\":\"plain\","
		"\"program\":\"reject no_route\",\"reason\":\"no_route\",\"sentence\":\"No route leads "
		"to the destination.\",\"stages\":[{\"says\":\"route red: no route\","
		"\"stage\":\"route\"}],\"verdict\":\"drop\",\"worker\":0}" },
	{ "explain", "\"in\": \"b1\", \"packet\": \"udp 10.7.0.2:1 > 10.7.0.3:2 from 02:00:00:00:0b:02 to "
		"02:00:00:00:0b:03\"",
		"{\"domain\":\"main\",\"flow\":\"udp 10.7.0.2:1 > 10.7.0.3:2\",\"in\":\"b1\","
		"\"out\":\"b2\",\"packet\":\"udp 10.7.0.2:1 > 10.7.0.3:2\",\"path\":\"fast\","
		"\"pipeline\":\"bridged\",\"program\":\"output br0\",\"stages\":[{\"says\":\"bridge: br0,"
		" the station is behind b2\",\"stage\":\"bridge\"}],\"verdict\":\"output\",\"worker\":0}" },
	{ "explain", "\"in\": \"b1\", \"packet\": \"udp 10.7.0.2:1 > 10.7.0.1:2\"",
		"{\"domain\":\"main\",\"flow\":\"udp 10.7.0.2:1 > 10.7.0.1:2\",\"in\":\"b1\","
		"\"out\":\"br0\",\"packet\":\"udp 10.7.0.2:1 > 10.7.0.1:2\",\"path\":\"slow\","
		"\"pipeline\":\"bridged\",\"program\":\"output br0\",\"stages\":[{\"says\":\"bridge: br0,"
		" an unknown station: to all other members\",\"stage\":\"bridge\"}],"
		"\"verdict\":\"output\",\"worker\":0}" },
	{ "explain", "\"in\": \"w1\", \"packet\": \"udp 10.8.0.2:1 > 10.8.0.3:2\"",
		"{\"domain\":\"main\",\"flow\":\"udp 10.8.0.2:1 > 10.8.0.3:2\",\"in\":\"w1\","
		"\"out\":\"w2\",\"packet\":\"udp 10.8.0.2:1 > 10.8.0.3:2\",\"path\":\"fast\","
		"\"pipeline\":\"wire\",\"program\":\"mirror b2; sample; output w2\","
		"\"stages\":[{\"says\":\"mirror: a copy of one packet in 1000 to port b2\","
		"\"stage\":\"mirror\"},{\"says\":\"sample: one packet in 1000\",\"stage\":\"sample\"},"
		"{\"says\":\"forward: out of port w2 unchanged\",\"stage\":\"forward\"}],"
		"\"verdict\":\"output\",\"worker\":0}" },
	{ "explain", "\"in\": \"spare\", \"packet\": \"udp 10.8.0.2:1 > 10.8.0.3:2\"",
		"{\"domain\":\"main\",\"flow\":\"udp 10.8.0.2:1 > 10.8.0.3:2\",\"in\":\"spare\","
		"\"packet\":\"udp 10.8.0.2:1 > 10.8.0.3:2\",\"path\":\"slow\",\"program\":\"drop "
		"interface_unused\",\"reason\":\"interface_unused\",\"sentence\":\"The interface has no "
		"pipeline.\",\"stages\":[],\"verdict\":\"drop\",\"worker\":0}" },
	{ "explain", "\"in\": \"none\", \"packet\": \"udp 10.8.0.2:1 > 10.8.0.3:2\"",
		"\"in: there is no interface or port 'none'\"" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"nonsense\"",
		"\"nonsense: 'nonsense' is not one of tcp, udp, icmp, sctp, udplite, gre, esp, ah, ip, "
		"arp, ns, na\"" },
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
		"\"learned\":5,\"mac\":\"02:77:65:69:72:02\",\"members\":[\"b1 3/32\",\"b2 0/32\"],"
		"\"most\":64,\"moved\":6,\"refused\":0,\"stations\":3}]}" },
	{ "clear.bridge", "\"bridge\": \"br0\"",
		"{\"count\":3}" },
	{ "show.bridges", "",
		"{\"bridges\":[{\"aged\":0,\"bridge\":\"br0\",\"held\":1,\"interface\":\"br\","
		"\"learned\":5,\"mac\":\"02:77:65:69:72:02\",\"members\":[\"b1 0/32\",\"b2 0/32\"],"
		"\"most\":64,\"moved\":6,\"refused\":0,\"stations\":0}]}" },
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
