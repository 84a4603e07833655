#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# One TCP connection gets at least 90 % of the rate of a stage police with its default burst:
#
#   lan 192.0.2.10 --- [ Weir: police ] --- wan 198.51.100.2       10 and 100 Mbit, cubic and BBR
#
# usage: police.sh [BUILD]       the folder that Weir was built in
tag=wpo
renice -n -15 -p $$ >/dev/null 2>&1      # rates are measured, also beside others
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
seconds=4

write_config() {        # write_config RATE
	cat >"$dir/weir.yaml" <<-YAML
	version: 1
	system: {workers: [0], flows: 4096, idle: interrupt}
	ports:
	  lan: {device: "net_af_packet0,iface=lan0"}
	  wan: {device: "net_af_packet1,iface=wan0"}
	interfaces:
	  lan: {addresses: [192.0.2.1/24], pipeline: inside}
	  wan: {addresses: [198.51.100.1/24], pipeline: outside}
	pipelines:
	  inside: [{police: $1}, {route: main}]
	  outside: [{route: main}]
	routes: {main: []}
	YAML
}

# enough RATE CONTROL: the share that iperf3 gets with this congestion control; burst and rounding let more pass.
# A busy machine takes from a connection, and gives it nothing: the best of five counts.
enough() {
	for _ in 1 2 3 4 5; do
		in_lan iperf3 -c 198.51.100.2 -t $seconds -C "$2" -J >"$dir/iperf.json" || { tail -3 "$dir/iperf.json"; return 1; }
		python3 -c '
import json, sys
got = json.load(open(sys.argv[1]))["end"]["sum_received"]["bits_per_second"] / 1e6
print("%s Mbit/s, %s: %.2f Mbit/s" % (sys.argv[2], sys.argv[3], got))
share = got / float(sys.argv[2])
sys.exit(2 if share > 1.1 else share < 0.9)' "$dir/iperf.json" "${1%Mbit}" "$2"
		case $? in
		0) return 0 ;;
		2) return 1 ;;
		esac
	done
	return 1
}

ip netns add "$ns_weir"
link "$ns_lan" lan0 192.0.2.10/24 2001:db8:1::10/64 192.0.2.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
in_wan iperf3 -s -D --logfile "$dir/iperf3.log"
for rate in 10Mbit 100Mbit; do
	write_config $rate
	start
	check "ping" in_lan ping -q -c 2 -i 0.1 198.51.100.2
	for control in cubic bbr; do
		grep -qw $control /proc/sys/net/ipv4/tcp_available_congestion_control || continue
		check "$rate with $control" enough $rate $control
		cat "$dir/out"
	done
	check "it stops" stop
	check "the ledger" balanced 'r["drops"].get("police_exceeded", 0) > 0'
done

echo "police: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
