#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# net_weir_replay in the hands of other programs: testpmd and weir, counted to the frame.
#
# usage: replay_device.sh [BUILD]
set -u

build=$(realpath "${1:-build}")
dir=$(mktemp -d)
# DPDK loads nothing from below a folder that everybody may write to, as /tmp.
own=$(mktemp -d /run/weir-replay.XXXXXX) || exit 1
plugin=$own/librte_net_weir_replay.so
cp "$build/drivers/net_weir_replay/librte_net_weir_replay.so" "$plugin" || exit 1
. "$(dirname "$(realpath "$0")")/support/check.bash"
trap 'rm -rf "$dir" "$own" "/run/dpdk/replay$$"' EXIT
trap 'exit 1' INT TERM

# 100 flows of one frame of 60 bytes each, to one neighbour.
capture() {
	/usr/bin/python3 - "$dir/in.pcap" <<-'PYTHON'
	import sys
	from scapy.all import Ether, IP, UDP, wrpcap
	frames = [Ether(src="02:00:00:00:00:09", dst="02:00:00:00:00:01") /
	          IP(src="203.0.113.%d" % (2 + i), dst="198.51.100.2") / UDP(sport=1000 + i, dport=9) / bytes(18)
	          for i in range(100)]
	wrpcap(sys.argv[1], frames)
	PYTHON
}

# testpmd RXQ ARGUMENTS: what arrives at the second port of 100 frames 1000 times over.
testpmd() {
	local queues=$1 pid

	timeout -k 10 30 dpdk-testpmd -l 0,1 --no-huge -m 256 --no-pci --no-shconf --no-telemetry \
		--file-prefix="replay$$" -d "$plugin" --vdev="net_weir_replay0,pcap=$dir/in.pcap,$2" \
		--vdev=net_weir_replay1 -- --forward-mode=io --auto-start --rxq="$queues" --txq="$queues" \
		--rxd=4096 --total-num-mbufs=16384 --no-flush-rx --stats-period=1 >"$dir/testpmd" 2>&1 &
	pid=$!
	sleep 4
	kill -INT $pid
	wait $pid
	grep -A 3 'Accumulated' "$dir/testpmd"
}

# testpmd_counts QUEUES ARGUMENTS N: so many came, and left again.
testpmd_counts() {
	testpmd "$1" "$2"
	grep -q "RX-packets: $3 *RX-dropped: 0 " "$dir/testpmd" &&
		grep -q "TX-packets: $3 *TX-dropped: 0 " "$dir/testpmd"
}

# testpmd_total QUEUES ARGUMENTS N: so many came or were missed while a core was busy elsewhere.
testpmd_total() {
	testpmd "$1" "$2"
	grep -q "RX-total: $3\$" "$dir/testpmd" && ! grep -q "RX-packets: 0 .*RX-total: $3" "$dir/testpmd"
}

# configuration DEVICE: weir between this device and one that only sends.
configuration() {
	cat >"$dir/weir.yaml" <<-YAML
	version: 1
	system: {workers: [0], control: 0, eal: ["-d", "$plugin"], memory: {hugepages: no}}
	ports:
	  lan: {device: "$1", mac: "02:00:00:00:00:01"}
	  wan: {device: "net_weir_replay1"}
	interfaces:
	  lan: {addresses: [192.0.2.1/24], pipeline: inside}
	  wan: {addresses: [198.51.100.1/24], pipeline: inside,
	        neighbours: {198.51.100.2: "02:00:00:00:00:02"}}
	routes: {main: []}
	pipelines: {inside: [{route: main}]}
	YAML
}

weir() {
	timeout 60 "$build/app/weir" run -c "$dir/weir.yaml" --for 2 --json "$dir/report"
}

# weir_counts RX EXPRESSION: weir's own account, and it balances.
weir_counts() {
	weir || return 1
	/usr/bin/python3 - "$dir/report" "$1" <<-'PYTHON'
	import json, sys
	r = json.load(open(sys.argv[1]))
	lan, wan = r["ports"]["lan"], r["ports"]["wan"]
	print(lan, wan, r["ledger"])
	sent_for_itself = r["ledger"]["born"]
	sys.exit(not (lan["rx"] == int(sys.argv[2]) and r["ledger"]["imbalance"] == 0
	              and lan["tx"] + wan["tx"] - sent_for_itself == lan["rx"]))
	PYTHON
}

refused() {             # refused WORDS: weir does not start, and says so
	weir >"$dir/said" 2>&1 && return 1
	cat "$dir/said"
	grep -q "$1" "$dir/said"
}

capture || exit 1
check "testpmd: every frame of every loop, sent" testpmd_counts 1 loops=1000 100000
check "testpmd: by two queues" testpmd_counts 2 loops=1000 100000
check "testpmd: without hash and type, at a rate" testpmd_total 1 \
	loops=100,hash=0,ptype=0,cksum=0,rate=20k 10000

configuration "net_weir_replay0,pcap=$dir/in.pcap,loops=1000"
check "weir: every frame of every loop, forwarded" weir_counts 100000
configuration "net_weir_replay0,pcap=$dir/in.pcap,loops=1000,new=10"
check "weir: one of ten is a new flow" weir_counts 100000
configuration "net_weir_replay0,pcap=$dir/in.pcap,loops=1000,ring=1"
check "weir: mbufs in a ring, all of them back" weir_counts 100000
configuration "net_weir_replay0,pcap=$dir/in.pcap,rate=fast"
check "weir: says what is wrong with an argument" refused "rate=fast"
head -c 1000 "$dir/in.pcap" >"$dir/cut.pcap"
configuration "net_weir_replay0,pcap=$dir/cut.pcap"
check "weir: says that a capture ends early" refused "truncated"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
