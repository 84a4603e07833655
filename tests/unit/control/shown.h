/* SPDX-License-Identifier: BSD-3-Clause */
/* What each verb says of the appliance of shown_test.c: method, parameters, result or error.
 * "~" stands for what depends on the time that the test takes, or on the machine.  After a change
 * that is meant: SHOWN_PRINT=1 prints what there is; read it before it is written here. */
#ifndef UNIT_CONTROL_SHOWN_H
#define UNIT_CONTROL_SHOWN_H

#include "unit/control/shown_run.h"

/* clang-format off */
static const struct shown shown[] = {
	{ "show.status", "",
		"{\"config\":\"weir.yaml\",\"drop_rate\":0,\"generation\":1,\"pid\":\"~\","
		"\"rx_rate\":0,\"sessions\":2,\"tx_rate\":0,\"uptime\":\"~\","
		"\"version\":\"~\",\"workers\":1}" },
	{ "show.ports", "",
		"{\"ports\":[{\"device\":\"capture0\",\"errors\":0,\"link\":\"up\","
		"\"mac\":\"02:77:65:69:72:00\",\"missed\":0,\"mtu\":1500,\"name\":\"lan\","
		"\"no_mbuf\":0,\"queues\":1,\"replies\":\"one worker\",\"rx\":7,"
		"\"rx_bits\":0,\"rx_bytes\":318,\"rx_rate\":0,\"tx\":1,\"tx_bits\":0,"
		"\"tx_bytes\":54,\"tx_rate\":0},{\"device\":\"capture1\",\"errors\":0,"
		"\"link\":\"up\",\"mac\":\"02:77:65:69:72:01\",\"missed\":0,\"mtu\":1500,"
		"\"name\":\"wan\",\"no_mbuf\":0,\"queues\":1,\"replies\":\"one worker\","
		"\"rx\":2,\"rx_bits\":0,\"rx_bytes\":96,\"rx_rate\":0,\"tx\":4,\"tx_bits\":0,"
		"\"tx_bytes\":192,\"tx_rate\":0}]}" },
	{ "show.ports", "\"port\": \"wan\"",
		"{\"ports\":[{\"device\":\"capture1\",\"errors\":0,\"link\":\"up\","
		"\"mac\":\"02:77:65:69:72:01\",\"missed\":0,\"mtu\":1500,\"name\":\"wan\","
		"\"no_mbuf\":0,\"queues\":1,\"replies\":\"one worker\",\"rx\":2,"
		"\"rx_bits\":0,\"rx_bytes\":96,\"rx_rate\":0,\"tx\":4,\"tx_bits\":0,"
		"\"tx_bytes\":192,\"tx_rate\":0}]}" },
	{ "show.ports", "\"port\": \"dmz\"",
		"\"there is no port 'dmz'\"" },
	{ "show.interfaces", "",
		"{\"interfaces\":[{\"addresses\":[\"10.0.0.1/24\",\"2001:db8:1::1/64\","
		"\"fe80::77:65ff:fe69:7200/64\"],\"domain\":\"main\",\"dropped\":3,"
		"\"drops\":{\"acl_denied\":1,\"limit_exceeded\":2},\"mtu\":1500,"
		"\"name\":\"lan\",\"pipeline\":\"inside\",\"port\":\"lan\",\"rx\":7,"
		"\"rx_bits\":0,\"rx_bytes\":318,\"rx_rate\":0,\"tx\":1,\"tx_bits\":0,"
		"\"tx_bytes\":54,\"tx_rate\":0},{\"addresses\":[\"10.20.0.1/24\","
		"\"fe80::77:65ff:fe69:7200/64\"],\"domain\":\"red\",\"dropped\":0,"
		"\"drops\":{},\"mtu\":1500,\"name\":\"guests\",\"pipeline\":\"plain\","
		"\"port\":\"lan\",\"rx\":0,\"rx_bits\":0,\"rx_bytes\":0,\"rx_rate\":0,"
		"\"tx\":0,\"tx_bits\":0,\"tx_bytes\":0,\"tx_rate\":0,\"vlan\":20},"
		"{\"addresses\":[\"198.51.100.1/24\",\"fe80::77:65ff:fe69:7201/64\"],"
		"\"domain\":\"main\",\"dropped\":1,\"drops\":{\"acl_denied\":1},\"mtu\":1500,"
		"\"name\":\"wan\",\"pipeline\":\"outside\",\"port\":\"wan\",\"rx\":2,"
		"\"rx_bits\":0,\"rx_bytes\":96,\"rx_rate\":0,\"tx\":4,\"tx_bits\":0,"
		"\"tx_bytes\":192,\"tx_rate\":0}]}" },
	{ "show.interfaces", "\"interface\": \"guests\"",
		"{\"interfaces\":[{\"addresses\":[\"10.20.0.1/24\","
		"\"fe80::77:65ff:fe69:7200/64\"],\"domain\":\"red\",\"dropped\":0,"
		"\"drops\":{},\"mtu\":1500,\"name\":\"guests\",\"pipeline\":\"plain\","
		"\"port\":\"lan\",\"rx\":0,\"rx_bits\":0,\"rx_bytes\":0,\"rx_rate\":0,"
		"\"tx\":0,\"tx_bits\":0,\"tx_bytes\":0,\"tx_rate\":0,\"vlan\":20}]}" },
	{ "show.interfaces", "\"interface\": \"dmz\"",
		"\"there is no interface 'dmz'\"" },
	{ "show.workers", "",
		"{\"workers\":[{\"begins\":true,\"busy\":0.0,\"core\":0,\"cycles\":\"~\",\"flows\":4,"
		"\"flows_max\":3072,\"generation\":1,\"handed\":0,\"hits\":2,"
		"\"longest_loop\":\"~\",\"longest_sleep\":0,\"misses\":7,\"p50\":1,\"p99\":1,"
		"\"p999\":1,\"packets\":9,\"rate\":0,\"sessions\":2,\"stalled\":false,"
		"\"worker\":0}]}" },
	{ "show.pipelines", "",
		"{\"stages\":[{\"cycles\":\"~\",\"ended\":0,\"evaluated\":5,"
		"\"interfaces\":[\"lan\"],\"name\":\"track\",\"packets\":7,"
		"\"pipeline\":\"inside\",\"place\":\"weir.yaml:23\",\"stage\":1},"
		"{\"cycles\":\"~\",\"ended\":1,\"evaluated\":5,\"name\":\"acl\","
		"\"pipeline\":\"inside\",\"place\":\"weir.yaml:23\",\"stage\":2},"
		"{\"conditional\":true,\"ended\":0,\"evaluated\":2,\"name\":\"limit\","
		"\"pipeline\":\"inside\",\"place\":\"weir.yaml:23\",\"stage\":3},"
		"{\"conditional\":true,\"ended\":0,\"evaluated\":2,\"name\":\"limit\","
		"\"pipeline\":\"inside\",\"place\":\"weir.yaml:24\",\"stage\":4},"
		"{\"conditional\":true,\"ended\":1,\"evaluated\":2,\"name\":\"limit\","
		"\"pipeline\":\"inside\",\"place\":\"weir.yaml:25\",\"stage\":5},"
		"{\"cycles\":\"~\",\"ended\":0,\"evaluated\":3,\"name\":\"route\","
		"\"pipeline\":\"inside\",\"place\":\"weir.yaml:26\",\"stage\":6},"
		"{\"cycles\":\"~\",\"ended\":0,\"evaluated\":3,\"name\":\"snat\","
		"\"pipeline\":\"inside\",\"place\":\"weir.yaml:26\",\"stage\":7},"
		"{\"ended\":0,\"evaluated\":2,\"interfaces\":[\"wan\"],\"name\":\"track\","
		"\"packets\":2,\"pipeline\":\"outside\",\"place\":\"weir.yaml:27\","
		"\"stage\":1},{\"ended\":1,\"evaluated\":2,\"name\":\"acl\","
		"\"pipeline\":\"outside\",\"place\":\"weir.yaml:27\",\"stage\":2},"
		"{\"ended\":0,\"evaluated\":1,\"name\":\"route\",\"pipeline\":\"outside\","
		"\"place\":\"weir.yaml:28\",\"stage\":3},{\"ended\":0,\"evaluated\":0,"
		"\"interfaces\":[\"guests\"],\"name\":\"route\",\"packets\":0,"
		"\"pipeline\":\"plain\",\"place\":\"weir.yaml:29\",\"stage\":1},"
		"{\"evaluated\":2,\"name\":\"parse\",\"pipeline\":\"(fast path)\","
		"\"stage\":1},{\"evaluated\":2,\"name\":\"execute\","
		"\"pipeline\":\"(fast path)\",\"stage\":2}]}" },
	{ "show.sessions", "",
		"{\"sessions\":[{\"class\":\"established\",\"domain\":\"main\","
		"\"dst\":\"198.51.100.2:80\",\"expires\":7438,\"idle\":1.9,\"in\":\"lan\","
		"\"out\":\"wan\",\"proto\":\"tcp\",\"snat\":\"203.0.113.8:1024\","
		"\"src\":\"10.0.0.2:4000\",\"state\":\"established\",\"worker\":0},"
		"{\"class\":\"unreplied\",\"domain\":\"main\",\"dst\":\"198.51.100.2:53\","
		"\"expires\":298,\"idle\":1.9,\"in\":\"lan\",\"out\":\"wan\","
		"\"proto\":\"udp\",\"snat\":\"203.0.113.8:1024\",\"src\":\"10.0.0.3:5000\","
		"\"state\":\"unreplied\",\"worker\":0}]}" },
	{ "show.sessions", "\"count\": true",
		"{\"count\":2}" },
	{ "show.sessions", "\"proto\": \"udp\"",
		"{\"sessions\":[{\"class\":\"unreplied\",\"domain\":\"main\","
		"\"dst\":\"198.51.100.2:53\",\"expires\":298,\"idle\":1.9,\"in\":\"lan\","
		"\"out\":\"wan\",\"proto\":\"udp\",\"snat\":\"203.0.113.8:1024\","
		"\"src\":\"10.0.0.3:5000\",\"state\":\"unreplied\",\"worker\":0}]}" },
	{ "show.sessions", "\"src\": \"10.0.0.2\", \"count\": true",
		"{\"count\":1}" },
	{ "show.sessions", "\"state\": \"established\", \"count\": true",
		"{\"count\":1}" },
	{ "show.sessions", "\"worker\": \"0\", \"count\": true",
		"\"show sessions: there is no parameter 'worker'\"" },
	{ "show.flows", "",
		"{\"flows\":[{\"domain\":\"main\",\"dst\":\"198.51.100.2:80\",\"idle\":1.9,"
		"\"in\":\"lan\",\"out\":\"wan\",\"proto\":\"tcp\",\"session\":\"forward\","
		"\"src\":\"10.0.0.2:4000\",\"verdict\":\"output\",\"worker\":0},"
		"{\"domain\":\"main\",\"dst\":\"198.51.100.2:53\",\"idle\":1.9,\"in\":\"lan\","
		"\"proto\":\"udp\",\"session\":\"forward\",\"src\":\"10.0.0.3:5000\","
		"\"verdict\":\"judged at its next packet\",\"worker\":0},{\"domain\":\"main\","
		"\"dst\":\"203.0.113.8:1024\",\"idle\":1.9,\"in\":\"wan\",\"out\":\"lan\","
		"\"proto\":\"tcp\",\"session\":\"reply\",\"src\":\"198.51.100.2:80\","
		"\"verdict\":\"output\",\"worker\":0},{\"domain\":\"main\","
		"\"dst\":\"203.0.113.8:1024\",\"idle\":1.9,\"in\":\"wan\",\"proto\":\"udp\","
		"\"session\":\"reply\",\"src\":\"198.51.100.2:53\",\"verdict\":\"judged at its "
		"next packet\",\"worker\":0}]}" },
	{ "show.flows", "\"dst\": \"203.0.113.8\", \"count\": true",
		"{\"count\":2}" },
	{ "show.neighbours", "",
		"{\"neighbours\":[{\"address\":\"10.0.0.2\",\"domain\":\"main\",\"idle\":1.9,"
		"\"interface\":\"lan\",\"mac\":\"02:00:00:00:01:02\",\"state\":\"static\","
		"\"worker\":0},{\"address\":\"10.0.0.3\",\"domain\":\"main\",\"idle\":0.0,"
		"\"interface\":\"lan\",\"mac\":\"02:00:00:00:01:03\",\"state\":\"static\","
		"\"worker\":0},{\"address\":\"198.51.100.2\",\"domain\":\"main\","
		"\"idle\":1.9,\"interface\":\"wan\",\"mac\":\"02:00:00:00:02:02\","
		"\"state\":\"static\",\"worker\":0}]}" },
	{ "show.neighbours", "\"interface\": \"lan\", \"count\": true",
		"{\"count\":2}" },
	{ "show.neighbours", "\"address\": \"198.51.100.2\"",
		"{\"neighbours\":[{\"address\":\"198.51.100.2\",\"domain\":\"main\","
		"\"idle\":1.9,\"interface\":\"wan\",\"mac\":\"02:00:00:00:02:02\","
		"\"state\":\"static\",\"worker\":0}]}" },
	{ "show.neighbours", "\"domain\": \"red\", \"count\": true",
		"{\"count\":0}" },
	{ "show.bridges", "",
		"{\"bridges\":[]}" },
	{ "show.bridge", "\"bridge\": \"none\"",
		"\"bridge: 'none' is no bridge\"" },
	{ "show.sets", "",
		"{\"members\":[{\"address\":\"10.0.0.3\",\"age\":1,\"domain\":\"main\","
		"\"interface\":\"lan\",\"left\":598,\"set\":\"bad\"}]}" },
	{ "show.sets", "\"set\": \"none\"",
		"\"there is no dynamic set 'none'\"" },
	{ "show.history", "",
		"{\"entries\":[{\"number\":1,\"source\":\"weir.yaml\",\"state\":\"runs\","
		"\"time\":\"~\",\"what\":\"start\",\"who\":\"start\"}]}" },
	{ "show.nat", "",
		"{\"pools\":[{\"allocated\":2,\"mappings\":2,\"no_port\":0,"
		"\"pool\":\"uplink\",\"ports\":10,\"ports_used\":2,\"quota\":0,\"resting\":0,"
		"\"sessions\":2},{\"address\":\"203.0.113.8\",\"allocated\":2,\"mappings\":2,"
		"\"no_port\":0,\"pool\":\"uplink\",\"ports\":10,\"ports_used\":2,\"quota\":0,"
		"\"resting\":0,\"sessions\":2}]}" },
	{ "show.nat", "\"hosts\": true",
		"{\"pools\":[{\"address\":\"203.0.113.8\",\"domain\":\"main\","
		"\"inside\":\"10.0.0.2\",\"mappings\":1,\"pool\":\"uplink\",\"sessions\":1,"
		"\"worker\":0},{\"address\":\"203.0.113.8\",\"domain\":\"main\","
		"\"inside\":\"10.0.0.3\",\"mappings\":1,\"pool\":\"uplink\",\"sessions\":1,"
		"\"worker\":0}]}" },
	{ "show.nat", "\"inside\": \"10.0.0.3\"",
		"{\"pools\":[{\"address\":\"203.0.113.8\",\"domain\":\"main\","
		"\"inside\":\"10.0.0.3\",\"mappings\":1,\"pool\":\"uplink\",\"sessions\":1,"
		"\"worker\":0}]}" },
	{ "show.nat", "\"domain\": \"red\"",
		"{\"pools\":[]}" },
	{ "show.routes.problems", "",
		"{\"problems\":[]}" },
	{ "show.ipfix", "",
		"{\"state\":\"off\"}" },
	{ "show.routes", "\"table\": \"red\"",
		"{\"routes\":[{\"domain\":\"red\",\"kind\":\"blackhole\","
		"\"origin\":\"static\",\"table\":\"red\",\"to\":\"10.9.0.0/16\"},"
		"{\"domain\":\"red\",\"hops\":[\"on link guests\"],\"kind\":\"via\","
		"\"origin\":\"connected\",\"table\":\"red\",\"to\":\"10.20.0.0/24\"},"
		"{\"domain\":\"red\",\"kind\":\"broadcast\",\"origin\":\"connected\","
		"\"table\":\"red\",\"to\":\"10.20.0.0/32\"},{\"domain\":\"red\","
		"\"kind\":\"broadcast\",\"origin\":\"connected\",\"table\":\"red\","
		"\"to\":\"10.20.0.255/32\"},{\"domain\":\"red\",\"kind\":\"local\","
		"\"origin\":\"connected\",\"table\":\"red\",\"to\":\"10.20.0.1/32\"}]}" },
	{ "show.routes", "\"to\": \"192.0.2.7\"",
		"{\"routes\":[{\"domain\":\"main\",\"kind\":\"blackhole\","
		"\"origin\":\"static\",\"table\":\"main\",\"to\":\"192.0.2.0/24\"}]}" },
	{ "show.routes", "\"to\": \"203.0.113.8\"",
		"{\"routes\":[{\"domain\":\"main\",\"kind\":\"public\",\"origin\":\"nat\","
		"\"table\":\"main\",\"to\":\"203.0.113.8/32\"}]}" },
	{ "show.routes", "\"domain\": \"red\", \"kind\": \"local\"",
		"{\"routes\":[{\"domain\":\"red\",\"kind\":\"local\","
		"\"origin\":\"connected\",\"table\":\"red\",\"to\":\"10.20.0.1/32\"}]}" },
	{ "show.routes", "\"kind\": \"via\"",
		"{\"routes\":[{\"domain\":\"main\",\"hops\":[\"198.51.100.2 wan\"],"
		"\"kind\":\"via\",\"origin\":\"static\",\"table\":\"main\","
		"\"to\":\"0.0.0.0/0\"},{\"domain\":\"main\",\"hops\":[\"on link lan\"],"
		"\"kind\":\"via\",\"origin\":\"connected\",\"table\":\"main\","
		"\"to\":\"10.0.0.0/24\"},{\"domain\":\"main\",\"hops\":[\"on link lan\"],"
		"\"kind\":\"via\",\"origin\":\"connected\",\"table\":\"main\","
		"\"to\":\"2001:db8:1::/64\"},{\"domain\":\"main\",\"hops\":[\"on link wan\"],"
		"\"kind\":\"via\",\"origin\":\"connected\",\"table\":\"main\","
		"\"to\":\"198.51.100.0/24\"},{\"domain\":\"red\","
		"\"hops\":[\"on link guests\"],\"kind\":\"via\",\"origin\":\"connected\","
		"\"table\":\"red\",\"to\":\"10.20.0.0/24\"}]}" },
	{ "show.routes", "\"table\": \"none\"",
		"\"table: 'none' is no route table\"" },
	{ "show.rules", "",
		"{\"rules\":[{\"bytes\":80,\"first\":1.99,\"last\":1.969,\"name\":\"web\","
		"\"owner\":\"acls.out\",\"packets\":2,\"place\":\"weir.yaml:14\"},"
		"{\"bytes\":112,\"first\":1.96,\"last\":1.949,\"name\":\"dns\","
		"\"owner\":\"acls.out\",\"packets\":4,\"place\":\"weir.yaml:15\"},"
		"{\"bytes\":28,\"first\":1.929,\"last\":1.929,\"name\":\"watched\","
		"\"owner\":\"acls.out\",\"packets\":1,\"place\":\"weir.yaml:16\"},"
		"{\"bytes\":0,\"name\":\"unused\",\"owner\":\"acls.out\",\"packets\":0,"
		"\"place\":\"weir.yaml:17\"},{\"bytes\":0,\"name\":\"default\","
		"\"owner\":\"acls.out\",\"packets\":0,\"place\":\"weir.yaml:13\"},"
		"{\"bytes\":40,\"first\":1.98,\"last\":1.98,\"owner\":\"acls.answers\","
		"\"packets\":1,\"place\":\"weir.yaml:18\"},{\"bytes\":28,\"first\":1.909,"
		"\"last\":1.909,\"name\":\"default\",\"owner\":\"acls.answers\","
		"\"packets\":1,\"place\":\"weir.yaml:18\"},{\"bytes\":0,"
		"\"owner\":\"routes.main\",\"packets\":0,\"place\":\"weir.yaml:20\"},"
		"{\"bytes\":0,\"owner\":\"routes.red\",\"packets\":0,"
		"\"place\":\"weir.yaml:21\"},{\"bytes\":0,\"owner\":\"pipelines.inside\","
		"\"packets\":0,\"place\":\"weir.yaml:23\"},{\"bytes\":28,\"first\":1.94,"
		"\"last\":1.94,\"owner\":\"pipelines.inside\",\"packets\":1,"
		"\"place\":\"weir.yaml:24\"},{\"bytes\":28,\"first\":1.92,\"last\":1.92,"
		"\"owner\":\"pipelines.inside\",\"packets\":1,\"place\":\"weir.yaml:25\"}]}" },
	{ "show.rules", "\"unused\": true",
		"{\"rules\":[{\"bytes\":0,\"name\":\"unused\",\"owner\":\"acls.out\","
		"\"packets\":0,\"place\":\"weir.yaml:17\"},{\"bytes\":0,\"name\":\"default\","
		"\"owner\":\"acls.out\",\"packets\":0,\"place\":\"weir.yaml:13\"},"
		"{\"bytes\":0,\"owner\":\"routes.main\",\"packets\":0,"
		"\"place\":\"weir.yaml:20\"},{\"bytes\":0,\"owner\":\"routes.red\","
		"\"packets\":0,\"place\":\"weir.yaml:21\"},{\"bytes\":0,"
		"\"owner\":\"pipelines.inside\",\"packets\":0,\"place\":\"weir.yaml:23\"}]}" },
	{ "show.rules", "\"owner\": \"acls.answers\"",
		"{\"rules\":[{\"bytes\":40,\"first\":1.98,\"last\":1.98,"
		"\"owner\":\"acls.answers\",\"packets\":1,\"place\":\"weir.yaml:18\"},"
		"{\"bytes\":28,\"first\":1.909,\"last\":1.909,\"name\":\"default\","
		"\"owner\":\"acls.answers\",\"packets\":1,\"place\":\"weir.yaml:18\"}]}" },
	{ "show.rules", "\"name\": \"web\"",
		"{\"rules\":[{\"bytes\":80,\"first\":1.99,\"last\":1.969,\"name\":\"web\","
		"\"owner\":\"acls.out\",\"packets\":2,\"place\":\"weir.yaml:14\"}]}" },
	{ "show.talkers", "",
		"{\"talkers\":[]}" },
	{ "show.talkers", "\"kind\": \"source\", \"by\": \"packets\"",
		"{\"talkers\":[]}" },
	{ "show.talkers", "\"kind\": \"none\"",
		"\"kind: source, destination or flow, not 'none'\"" },
	{ "show.trend", "",
		"{\"trend\":[{\"ago\":\"~\",\"closed\":0,\"drop_rate\":0,\"established\":1,"
		"\"half-open\":0,\"replied\":0,\"rx_rate\":0,\"tx_rate\":0,\"unreplied\":1}]}" },
	{ "show.limits", "",
		"{\"limits\":[{\"most\":1024,\"name\":\"closed sessions\","
		"\"text\":\"Sessions of this class, of all workers; they share the table.\","
		"\"used\":0},{\"most\":256,\"name\":\"half-open sessions\","
		"\"text\":\"Sessions that are half-open, of all workers.\",\"used\":0},"
		"{\"most\":1024,\"name\":\"unreplied UDP\",\"text\":\"Sessions of this class,"
		" of all workers; they share the table.\",\"used\":1},{\"most\":1024,"
		"\"name\":\"unreplied ICMP\",\"text\":\"Sessions of this class,"
		" of all workers; they share the table.\",\"used\":0},{\"most\":1024,"
		"\"name\":\"unreplied others\",\"text\":\"Sessions of this class,"
		" of all workers; they share the table.\",\"used\":0},{\"most\":1024,"
		"\"name\":\"replied sessions\",\"text\":\"Sessions of this class,"
		" of all workers; they share the table.\",\"used\":0},{\"most\":1024,"
		"\"name\":\"established TCP\",\"text\":\"Sessions of this class,"
		" of all workers; they share the table.\",\"used\":1},{\"most\":32,"
		"\"name\":\"ports\",\"text\":\"Ports; DPDK is built for as many.\","
		"\"used\":2},{\"most\":31,\"name\":\"port name\","
		"\"text\":\"Characters in the name of a port.\"},{\"most\":64,"
		"\"name\":\"queues\",\"text\":\"Receive queues of a port,"
		" where the driver has as many.\"},{\"most\":16,"
		"\"name\":\"queues of af_packet\",\"text\":\"Queues of net_af_packet.\"},"
		"{\"most\":8,\"name\":\"queues of virtio_user\","
		"\"text\":\"Queues of net_virtio_user.\"},{\"most\":8,"
		"\"name\":\"members of a bond\",\"text\":\"Devices of a bond.\"},"
		"{\"most\":1023,\"name\":\"interfaces\",\"text\":\"Interfaces.\",\"used\":3},"
		"{\"most\":64,\"name\":\"workers\",\"text\":\"Workers,"
		" each on a core of its own.\",\"used\":1},{\"most\":256,\"name\":\"burst\","
		"\"text\":\"Packets that a worker takes from a queue at once.\"},"
		"{\"most\":64,\"name\":\"arguments of DPDK\","
		"\"text\":\"Arguments in system.eal.\"},{\"most\":64,\"name\":\"stages\","
		"\"text\":\"Stages of a pipeline.\"},{\"most\":8,\"name\":\"gotos\","
		"\"text\":\"Gotos that one packet may follow.\"},{\"most\":10,"
		"\"name\":\"counted stages\","
		"\"text\":\"Stages and rules that one packet may be counted,"
		" metered or marked by.\"},{\"most\":64,\"name\":\"next hops\","
		"\"text\":\"Next hops of a route.\"},{\"most\":4095,"
		"\"name\":\"stages track\",\"text\":\"Stages track, over all pipelines.\"},"
		"{\"most\":64,\"name\":\"pools\",\"text\":\"Pools in section nat.\","
		"\"used\":1},{\"most\":256,\"name\":\"addresses of a pool\","
		"\"text\":\"Public addresses of a pool.\"},{\"most\":255,"
		"\"name\":\"included files\",\"text\":\"Files that are included,"
		" by all of them together.\"},{\"name\":\"pipelines.inside\","
		"\"place\":\"weir.yaml:23\",\"text\":\"A rate of 100/s in all.\"},"
		"{\"name\":\"pipelines.inside\",\"place\":\"weir.yaml:24\","
		"\"text\":\"A rate of 2/s in all.\"},{\"name\":\"pipelines.inside\","
		"\"over\":1,\"place\":\"weir.yaml:25\",\"text\":\"Sessions,"
		" 1 at most for each source.\",\"used\":1,\"within\":1}]}" },
	{ "show.drops", "",
		"{\"drops\":[{\"fault\":\"policy\",\"latest\":[{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"wan\",\"packet\":\"udp 198.51.100.7:9 > 203.0.113.8:9\","
		"\"rule\":\"weir.yaml:18\",\"worker\":0},{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"lan\",\"packet\":\"udp 10.0.0.3:5001 > 198.51.100.2:99\","
		"\"rule\":\"weir.yaml:16\",\"worker\":0}],"
		"\"lines\":[\"weir.yaml:16 acls.out watched: 1\","
		"\"weir.yaml:18 acls.answers default: 1\"],\"packets\":2,\"rate\":0,"
		"\"reason\":\"acl_denied\","
		"\"text\":\"A rule or the default of an access list.\"},"
		"{\"fault\":\"policy\",\"latest\":[{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"lan\",\"packet\":\"udp 10.0.0.3:5001 > 192.0.2.1:53\","
		"\"rule\":\"weir.yaml:25\",\"worker\":0},{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"lan\",\"packet\":\"udp 10.0.0.3:5000 > 198.51.100.2:53\","
		"\"rule\":\"weir.yaml:24\",\"worker\":0}],"
		"\"lines\":[\"weir.yaml:24 pipelines.inside: 1\","
		"\"weir.yaml:25 pipelines.inside: 1\"],\"packets\":2,\"rate\":0,"
		"\"reason\":\"limit_exceeded\","
		"\"text\":\"More than a stage limit lets pass of its source,"
		" destination or line.\"}]}" },
	{ "show.drops", "\"reason\": \"blackhole\"",
		"{\"drops\":[]}" },
	{ "show.drops", "\"interface\": \"wan\"",
		"{\"drops\":[{\"fault\":\"policy\",\"latest\":[{\"ago\":\"~\",\"bytes\":42,"
		"\"in\":\"wan\",\"packet\":\"udp 198.51.100.7:9 > 203.0.113.8:9\","
		"\"rule\":\"weir.yaml:18\",\"worker\":0}],\"packets\":1,"
		"\"reason\":\"acl_denied\","
		"\"text\":\"A rule or the default of an access list.\"}]}" },
	{ "show.drops", "\"trouble\": true",
		"{\"drops\":[]}" },
	{ "show.drops", "\"reason\": \"none\"",
		"\"there is no reason 'none'\"" },
	{ "explain", "\"in\": \"lan\", \"packet\": \"udp 10.0.0.3:5002 > 198.51.100.2:53\"",
		"{\"counted\":[\"weir.yaml:15, acls.out dns\",\"weir.yaml:25,"
		" pipelines.inside\"],\"domain\":\"main\","
		"\"flow\":\"udp 10.0.0.3:5002 > 198.51.100.2:53\",\"in\":\"lan\","
		"\"owner\":\"pipelines.inside\","
		"\"packet\":\"udp 10.0.0.3:5002 > 198.51.100.2:53\",\"path\":\"slow\","
		"\"pipeline\":\"inside\","
		"\"program\":\"meter 0; meter 1; drop limit_exceeded\","
		"\"reason\":\"limit_exceeded\",\"rule\":\"weir.yaml:25\","
		"\"sentence\":\"More than a stage limit lets pass of its source,"
		" destination or line.\",\"session\":{\"direction\":\"forward\","
		"\"state\":\"new\"},\"stages\":[{\"says\":\"track: new session,"
		" unreplied; ends after 300 s without packets\",\"stage\":\"track\"},"
		"{\"says\":\"acl out: rule dns (weir.yaml:15) accepts\",\"stage\":\"acl\"},"
		"{\"says\":\"limit: 100 packets/s in all\",\"stage\":\"limit\"},"
		"{\"says\":\"limit: 2 packets/s in all\",\"stage\":\"limit\"},"
		"{\"says\":\"limit: more than 1 sessions at the same time\","
		"\"stage\":\"limit\"}],\"verdict\":\"drop\",\"worker\":0}" },
	{ "show.memory", "",
		"{\"memory\":[{\"bytes\":595320,\"items\":3072,\"name\":\"flows\",\"used\":4},"
		"{\"bytes\":8475300,\"items\":1024,\"name\":\"sessions\",\"used\":2},{\"bytes\":64,"
		"\"name\":\"sources\"},{\"bytes\":2210880,\"name\":\"nat\"},{\"bytes\":\"~\","
		"\"items\":12032,\"name\":\"packet buffers\"}]}" },
	{ "show.ledger", "",
		"{\"born\":0,\"born_by\":{},\"consumed\":0,\"consumed_by\":{},\"dropped\":4,"
		"\"held\":0,\"held_by\":{},\"imbalance\":0,\"rx\":9,\"tx\":5}" },
	{ "show.config", "",
		"{\"text\":\"version: 1\\nsystem:\\n  flows: 1024\\nports:\\n  lan: net"
		"_null0\\n  wan: net_null1\\ninterfaces:\\n  lan:\\n    addresses: [10."
		"0.0.1/24, \\\"2001:db8:1::1/64\\\"]\\n    pipeline: inside\\n    neigh"
		"bours:\\n      10.0.0.2: \\\"02:00:00:00:01:02\\\"\\n      10.0.0.3: "
		"\\\"02:00:00:00:01:03\\\"\\n  guests:\\n    port: lan\\n    vlan: 20"
		"\\n    addresses: [10.20.0.1/24]\\n    pipeline: plain\\n    domain: r"
		"ed\\n  wan:\\n    addresses: [198.51.100.1/24]\\n    pipeline: outside"
		"\\n    neighbours:\\n      198.51.100.2: \\\"02:00:00:00:02:02\\\"\\nr"
		"outes:\\n  main:\\n    - to: 0.0.0.0/0\\n      via:\\n        - 198.51"
		".100.2\\n    - to: 192.0.2.0/24\\n      blackhole: true\\n  red:\\n   "
		" - to: 10.9.0.0/16\\n      blackhole: true\\nsets:\\n  bad:\\n    time"
		"out: 10m\\n    size: 100\\n  two: [10.0.0.2/32, 10.0.0.3/32]\\nacls:"
		"\\n  out:\\n    default: drop\\n    rules:\\n      - src: [\\\"$two"
		"\\\"]\\n        proto: [tcp]\\n        dport: [80]\\n        name: web"
		"\\n        action: accept\\n      - proto: [udp]\\n        dport: [53]"
		"\\n        name: dns\\n        action: accept\\n      - proto: [udp]"
		"\\n        dport: [99]\\n        name: watched\\n        action: drop"
		"\\n        add: [\\\"$bad\\\"]\\n      - proto: [udp]\\n        dport:"
		" [7]\\n        name: unused\\n        action: accept\\n  answers:\\n  "
		"  default: drop\\n    rules:\\n      - state: [established]\\n        "
		"action: accept\\nnat:\\n  uplink:\\n    pool: [203.0.113.8]\\n    port"
		"s: 1024-1033\\npipelines:\\n  inside:\\n    - track\\n    - acl: out"
		"\\n    - limit:\\n        rate: 100/s\\n        burst: 100\\n        i"
		"f:\\n          dport: [53]\\n    - limit:\\n        rate: 2/s\\n      "
		"  burst: 2\\n        if:\\n          dport: [53]\\n    - limit:\\n    "
		"    sessions: 1\\n        per: source\\n        if:\\n          dport:"
		" [53]\\n    - route: main\\n    - snat: uplink\\n  outside:\\n    - tr"
		"ack\\n    - acl: answers\\n    - route: main\\n  plain:\\n    - route:"
		" red\\n\"}" },
};
/* clang-format on */

#endif
