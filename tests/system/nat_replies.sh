#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# NAT on two workers behind NICs that spread by the symmetric hash of addresses and ports (net_weir_replay): the public port
# brings a reply to the worker of its session, and nothing is handed over.
#
#   10.0.0.0/16 behind 192.168.1.2 --- lan [ Weir, two workers ] wan --- answers every datagram
#
# 2,000 flows of one datagram each, ten times.
#
# usage: nat_replies.sh [BUILD]
set -u

build=$(realpath "${1:-build}")
dir=$(mktemp -d)
# DPDK loads nothing from below a folder that everybody may write to, as /tmp.
own=$(mktemp -d /run/weir-replies.XXXXXX) || exit 1
plugin=$own/librte_net_weir_replay.so
cp "$build/drivers/net_weir_replay/librte_net_weir_replay.so" "$plugin" || exit 1
. "$(dirname "$(realpath "$0")")/support/check.bash"
trap 'rm -rf "$dir" "$own"' EXIT
trap 'exit 1' INT TERM

capture() {
	/usr/bin/python3 - "$dir/in.pcap" <<-'PYTHON'
	import sys
	from scapy.all import Ether, IP, UDP, wrpcap
	wrpcap(sys.argv[1], [Ether(src="02:00:00:00:01:02", dst="02:00:00:00:00:01") /
	                     IP(src="10.0.%d.%d" % (i // 200, 2 + i % 200), dst="203.0.113.%d" % (1 + i % 250)) /
	                     UDP(sport=1024 + 7 * i, dport=53) / bytes(18) for i in range(2000)])
	PYTHON
}

# configuration POOL LAN: weir with this pool, between the capture and who answers; LAN: more arguments of the device.
configuration() {
	cat >"$dir/weir.yaml" <<-YAML
	version: 1
	system: {workers: [0, 1], control: 0, flows: 16384, eal: ["-d", "$plugin"], memory: {hugepages: no}}
	ports:
	  lan: {device: "net_weir_replay0,pcap=$dir/in.pcap,loops=10,rate=20k$2", mac: "02:00:00:00:00:01"}
	  wan: {device: "net_weir_replay1,answer=1", mac: "02:00:00:00:00:02"}
	interfaces:
	  lan: {addresses: [192.168.1.1/24], pipeline: inside, neighbours: {192.168.1.2: "02:00:00:00:01:02"}}
	  wan: {addresses: [198.51.100.1/24], pipeline: outside, neighbours: {198.51.100.2: "02:00:00:00:02:02"}}
	routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: 10.0.0.0/16, via: 192.168.1.2}]}
	nat: {uplink: {pool: [198.51.100.1], $1}}
	pipelines:
	  inside: [track, {route: main}, {snat: uplink}]
	  outside: [track, {route: main}]
	YAML
}

# weir EXPRESSION: the report r, with what workers handed over, fulfils it once the capture has been received.
weir() {
	timeout 120 "$build/app/weir" run -c "$dir/weir.yaml" --for 3 --json "$dir/report" >"$dir/said" 2>&1 || return 1
	/usr/bin/python3 - "$dir/report" "$1" <<-'PYTHON'
	import json, sys
	r = json.load(open(sys.argv[1]))
	lan, wan = r["ports"]["lan"], r["ports"]["wan"]
	handed = sum(w["handed"] for w in r["workers"])
	replies, alike = wan["rx"], all(w["packets"] > 500 for w in r["workers"])
	print("replies %d of %d, sent inside %d, handed over %d, drops %s" % (replies, wan["tx"], lan["tx"], handed, r["drops"]))
	whole = r["ledger"]["imbalance"] == 0 and set(r["drops"]) <= {"handoff_full", "stopped"} and alike
	sys.exit(not (whole and replies > 2000 and eval(sys.argv[2])))
	PYTHON
}

capture || exit 1
configuration "mapping: address-and-port-dependent" ""
check "a mapping for each destination: nothing is handed over" weir 'handed == 0 and wan["replies"] == "public port"'
configuration "mapping: endpoint-independent" ""
check "by source, and replies by their ports: nothing is handed over" weir 'handed == 0 and wan["replies"] == "public port"'
configuration "mapping: endpoint-independent" ",source=0"
check "without a hash by source: packets from inside alone are handed over" weir 'handed < 0.6 * lan["rx"]'
configuration "mapping: address-and-port-dependent, ports: 2000-8000" ""
check "of a small range every port is drawn from: half of the replies are handed over" \
	weir '0.3 * replies < handed < 0.7 * replies'
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
