/* SPDX-License-Identifier: BSD-3-Clause */
/* What report_test.c expects: REPORT_PRINT=1 prints it. */
#ifndef UNIT_CONTROL_REPORT_WANTED_H
#define UNIT_CONTROL_REPORT_WANTED_H

/* clang-format off */
static const char wanted_text[] =
	"weir: generation 4, 1.5 s\n"
	"\n"
	"\033[1mports\033[0m\n"
	"  port         link           rx       rx bytes           tx       tx bytes    missed\n"
	"  lan            up         1001           1002         1003           1004      1005\n"
	"  wan          down         1006           1007         1008           1009      1010\n"
	"               net_tap0: , 2 of 0 receive and 2 of 0 transmit queues, no RSS, checksums rx none, checksums tx none, 0 MAC addresses, MTU 0, replies to NAT: by address\n"
	"               1011 without a packet buffer, 1012 errors\n"
	"\n"
	"\033[1mworkers and flows\033[0m\n"
	"  worker 0 on core 2: 1013 packets, busy 25.0 %, 120 ns a packet, 1016 of 1017 flows\n"
	"    longest loop: 1015.0 us awake, 1014.0 us with a sleep\n"
	"  worker 1 on core 3: 1020 packets, busy 25.0 %, 120 ns a packet, 1023 of 1024 flows\n"
	"    longest loop: 1022.0 us awake, 1021.0 us with a sleep\n"
	"    1027 packets came from other workers\n"
	"    stands still with generation 2\n"
	"    1028 facts about neighbours were lost\n"
	"  flow look-ups: 1043 found, 1044 not\n"
	"\n"
	"\033[1msessions\033[0m\n"
	"  1034 of 1049, 1051 closed, 1052 half-open, 3162 unreplied, 1057 established\n"
	"  begun 1045; 1046 refused, the table was full; 1047 refused, their source was at its limit; 1048 first SYNs dropped, too many connections were half-open\n"
	"  ended: 1085 reset, 1086 timeout, 1087 evicted, 1088 refused, 1089 full, 1090 conflict, 1091 reused, 1092 flushed, 1093 address_removed, 1094 interface_removed, 1095 uplink_lost, 1096 stopped\n"
	"  memory: flows 1035 kB, sessions 1036 kB, sources 1037 kB, NAT 1038 kB\n"
	"\n"
	"\033[1mnat\033[0m\n"
	"  pool, address          ports  mappings   resting      made  sessions   no port     quota\n"
	"  uplink                    43        37        38        40        39        41        42\n"
	"    203.0.113.8              7         1         2         4         3         5         6\n"
	"  web                       51        45        46        48        47        49        50\n"
	"    203.0.113.9             16        10        11        13        12        14        15\n"
	"    203.0.113.11            34        28        29        31        30        32        33\n"
	"  5 times another station of the link had an address\n"
	"  log /var/log/nat.log: 1039 lines, 1040 entries wait, 1041 entries lost, 1042 errors\n"
	"\n"
	"\033[1mdecided by\033[0m\n"
	"          1097  weir.yaml:7 acls.in web\n"
	"          1104  more.yaml:9 pipelines.inside\n"
	"\n"
	"\033[1mdropped by policy\033[0m\n"
	"            17  acl_denied           policy    A rule or the default of an access list.\n"
	"\n"
	"\033[1mdropped for other reasons\033[0m\n"
	"            18  no_route             configuration No route leads to the destination.\n"
	"            19  stopped              configuration The worker stopped while it held the packet.\n"
	"\n"
	"\033[1mledger\033[0m\n"
	"  rx 1029 + born 1030 = tx 1031 + dropped 1032 + consumed 1033 + held -3; \033[31mimbalance -4\033[0m\n";

static const char wanted_json[] =
	"{\"drops\":{\"acl_denied\":17,\"no_route\":18,\"stopped\":19},\"generation\":4,\"hits\":[{"
	"\"bytes\":1098,\"name\":\"web\",\"owner\":\"acls.in\",\"packets\":1097,\"place\":\"weir.yaml:"
	"7\"},{\"bytes\":1105,\"owner\":\"pipelines.inside\",\"packets\":1104,\"place\":\"more.yaml:"
	"9\"}],\"interfaces\":{\"guests\":{\"drops\":{\"acl_denied\":1110},\"rx\":1106,\"rx_bytes\":"
	"1107,\"tx\":1108,\"tx_bytes\":1109},\"lan\":{\"drops\":{\"acl_denied\":1103},\"rx\":1099,"
	"\"rx_bytes\":1100,\"tx\":1101,\"tx_bytes\":1102}},\"ledger\":{\"born\":1030,\"consumed\":"
	"1033,\"dropped\":1032,\"held\":-3,\"imbalance\":-4,\"rx\":1029,\"tx\":1031},\"memory\":{"
	"\"flows\":1059840,\"nat\":1062912,\"sessions\":1060864,\"sources\":1061888},\"nat\":{"
	"\"uplink\":{\"addresses\":{\"203.0.113.8\":{\"allocated\":4,\"mappings\":1,\"nat_no_port\":"
	"5,\"nat_quota\":6,\"ports\":8,\"ports_used\":7,\"ports_used_by\":{\"udp\":9},\"resting\":2,"
	"\"sessions\":3}},\"allocated\":40,\"mappings\":37,\"nat_no_port\":41,\"nat_quota\":42,"
	"\"ports\":44,\"ports_used\":43,\"resting\":38,\"sessions\":39},\"web\":{\"addresses\":{"
	"\"203.0.113.10\":{\"allocated\":0,\"mappings\":19,\"nat_no_port\":23,\"nat_quota\":24,"
	"\"ports\":26,\"ports_used\":25,\"ports_used_by\":{\"udp\":27},\"resting\":20,\"sessions\":"
	"21},\"203.0.113.11\":{\"allocated\":31,\"mappings\":28,\"nat_no_port\":32,\"nat_quota\":"
	"33,\"ports\":35,\"ports_used\":34,\"ports_used_by\":{\"udp\":36},\"resting\":29,"
	"\"sessions\":30},\"203.0.113.9\":{\"allocated\":13,\"mappings\":10,\"nat_no_port\":14,"
	"\"nat_quota\":15,\"ports\":17,\"ports_used\":16,\"ports_used_by\":{\"udp\":18},\"resting\":"
	"11,\"sessions\":12}},\"allocated\":48,\"mappings\":45,\"nat_no_port\":49,\"nat_quota\":"
	"50,\"ports\":52,\"ports_used\":51,\"resting\":46,\"sessions\":47}},\"nat_conflicts\":5,"
	"\"nat_log\":{\"errors\":1042,\"file\":\"/var/log/nat.log\",\"lost\":1041,\"waiting\":1040,"
	"\"written\":1039},\"ports\":{\"lan\":{\"device\":{\"driver\":\"\",\"mac_addresses\":0,\"mtu\":"
	"0,\"mtu_max\":null,\"name\":\"\",\"rss\":{\"fields\":[],\"key_bytes\":0,\"table\":0,\"used\":"
	"\"none\"},\"rx_checksum\":{\"ip\":false,\"l4\":false},\"rx_interrupts\":false,"
	"\"rx_queues\":0,\"rx_queues_max\":0,\"scatter\":false,\"tx_checksum\":{\"ip\":false,\"l4\":"
	"false},\"tx_queues\":0,\"tx_queues_max\":0},\"errors\":0,\"link\":\"up\",\"replies\":"
	"\"by address\",\"rx\":1001,\"rx_bytes\":1002,\"rx_missed\":1005,\"rx_no_mbuf\":0,\"tx\":"
	"1003,\"tx_bytes\":1004},\"wan\":{\"device\":{\"driver\":\"\",\"mac_addresses\":0,\"mtu\":0,"
	"\"mtu_max\":null,\"name\":\"net_tap0\",\"rss\":{\"fields\":[],\"key_bytes\":0,\"table\":0,"
	"\"used\":\"none\"},\"rx_checksum\":{\"ip\":false,\"l4\":false},\"rx_interrupts\":false,"
	"\"rx_queues\":2,\"rx_queues_max\":0,\"scatter\":false,\"tx_checksum\":{\"ip\":false,\"l4\":"
	"false},\"tx_queues\":2,\"tx_queues_max\":0},\"errors\":1012,\"link\":\"down\",\"replies\":"
	"\"by address\",\"rx\":1006,\"rx_bytes\":1007,\"rx_missed\":1010,\"rx_no_mbuf\":1011,\"tx\":"
	"1008,\"tx_bytes\":1009}},\"seconds\":1.5,\"session_life\":{\"begun\":1045,\"capacity\":"
	"1049,\"ended\":{\"address_removed\":1093,\"conflict\":1090,\"evicted\":1087,\"flushed\":"
	"1092,\"full\":1089,\"interface_removed\":1094,\"refused\":1088,\"reset\":1085,\"reused\":"
	"1091,\"stopped\":1096,\"timeout\":1086,\"uplink_lost\":1095},\"evicted\":{\"closed\":"
	"1078,\"established\":1084,\"half-open\":1079,\"replied\":1083,\"unreplied\":3243},"
	"\"half_open_max\":1050,\"now\":{\"closed\":1051,\"established\":1057,\"half-open\":1052,"
	"\"unreplied\":3162},\"protocols\":{\"icmp\":1060,\"other\":1061,\"tcp\":1058,\"udp\":1059},"
	"\"refused\":1046,\"refused_by\":{\"session_full\":1046,\"session_limit\":1047,"
	"\"session_unproven\":1048},\"tcp\":{\"closing\":1069,\"established\":1066,"
	"\"fin-forward\":1067,\"fin-reply\":1068,\"last-ack\":1070,\"none\":1062,\"reset\":1072,"
	"\"syn-both\":1064,\"syn-received\":1065,\"syn-sent\":1063,\"time-wait\":1071},"
	"\"unreplied\":{\"evicted\":{\"icmp\":1081,\"other\":1082,\"udp\":1080},\"now\":{\"icmp\":"
	"1054,\"other\":1055,\"udp\":1053}}},\"sessions\":1034,\"workers\":[{\"busy_ratio\":0.25,"
	"\"core\":2,\"flows\":1016,\"generation\":4,\"handed\":0,\"longest_loop_ns\":1015000,"
	"\"longest_sleep_ns\":1014000,\"ns_per_packet\":120.0,\"packets\":1013,\"uncached\":"
	"1019},{\"busy_ratio\":0.25,\"core\":3,\"flows\":1023,\"generation\":2,\"handed\":1027,"
	"\"longest_loop_ns\":1022000,\"longest_sleep_ns\":1021000,\"ns_per_packet\":120.0,"
	"\"packets\":1020,\"uncached\":1026}]}";

static const char wanted_lacp[] =
	"{\"hash\":\"l2\",\"members\":[{\"actor_state\":[\"active\",\"aggregation\","
	"\"synchronization\",\"collecting\",\"distributing\"],\"device\":\"net_af_packet1\","
	"\"interface\":\"eth1\",\"link\":\"up\",\"name\":\"a\",\"partner\":{\"key\":3,\"port\":2,\"state\":"
	"[\"short_timeout\",\"expired\"],\"system\":\"02:00:00:00:00:09\"},\"state\":"
	"\"distributing\"},{\"actor_state\":[\"defaulted\"],\"device\":\"\",\"link\":\"up\",\"name\":"
	"\"b\",\"state\":\"waiting\"},{\"device\":\"\",\"link\":\"down\",\"name\":\"c\",\"state\":\"down\"},{"
	"\"device\":\"\",\"link\":\"gone\",\"name\":\"d\",\"state\":\"gone\"}],\"mode\":\"lacp\",\"rate\":"
	"\"slow\"}";

static const char wanted_members[] =
	"[\"a distributing\",\"b waiting\",\"c down\",\"d gone\"]";

static const char wanted_backup[] =
	"{\"members\":[{\"device\":\"net_af_packet1\",\"interface\":\"eth1\",\"link\":\"up\",\"name\":"
	"\"a\",\"state\":\"distributing\"},{\"device\":\"\",\"link\":\"up\",\"name\":\"b\",\"state\":"
	"\"waiting\"},{\"device\":\"\",\"link\":\"down\",\"name\":\"c\",\"state\":\"down\"},{\"device\":\"\","
	"\"link\":\"gone\",\"name\":\"d\",\"state\":\"gone\"}],\"mode\":\"active-backup\",\"primary\":\"b\"}";

static const char wanted_balance[] =
	"{\"hash\":\"l23\",\"members\":[{\"device\":\"net_af_packet1\",\"interface\":\"eth1\",\"link\":"
	"\"up\",\"name\":\"a\",\"state\":\"distributing\"}],\"mode\":\"balance\"}";

static const char wanted_member[] =
	"[\"a distributing\"]";

static const char wanted_at_rest[] =
	"weir: generation 0, 0.0 s\n"
	"\n"
	"\033[1mports\033[0m\n"
	"  port         link           rx       rx bytes           tx       tx bytes    missed\n"
	"\n"
	"\033[1mworkers and flows\033[0m\n"
	"  flow look-ups: 0 found, 0 not\n"
	"\n"
	"\033[1mledger\033[0m\n"
	"  rx 0 + born 0 = tx 0 + dropped 0 + consumed 0 + held 0; imbalance 0\n"
	"  packet buffers not back in their pools: 0\n";

static const char wanted_limited[] =
	"weir: generation 0, 0.0 s\n"
	"\n"
	"ports\n"
	"  port         link           rx       rx bytes           tx       tx bytes    missed\n"
	"\n"
	"workers and flows\n"
	"  flow look-ups: 0 found, 0 not\n"
	"\n"
	"sessions\n"
	"  0 of 0\n"
	"  begun 0; 2 refused, their source was at its limit\n"
	"  memory: flows 0 kB, sessions 0 kB, sources 0 kB, NAT 0 kB\n"
	"\n"
	"dropped for other reasons\n"
	"             3  eth_runt             peer      The frame is shorter than an Ethernet header and what it announces.\n"
	"\n"
	"ledger\n"
	"  rx 0 + born 0 = tx 0 + dropped 0 + consumed 0 + held 0; imbalance 0\n"
	"  packet buffers not back in their pools: 0\n";

#endif
