#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Two namespaces joined by `weir run` on af_packet ports:
#
#   lan 192.0.2.10, 2001:db8:1::10  --- [ Weir ] ---  wan 198.51.100.2, 2001:db8:2::2
#
# ping, curl and iperf3 pass in both families; a reload under traffic loses nothing; a wrong file
# changes nothing; SIGTERM ends it within a second with a ledger that balances; nothing stays behind.
#
# usage: forward.sh [BUILD [WORKERS]]
#   BUILD     the folder that Weir was built in
#   WORKERS   their cores as the configuration has them, "[0]" without
tag=wf
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
. "$here/support/traffic.bash"
workers=${2:-[0]}

# write_config DEFAULT: what happens to packets from wan
write_config() {
	cat >"$dir/weir.yaml" <<-YAML
	version: 1
	system: {workers: $workers, flows: 16384}
	ports:
	  lan: {device: "net_af_packet0,iface=lan0"}
	  wan: {device: "net_af_packet1,iface=wan0"}
	interfaces:
	  lan: {addresses: [192.0.2.1/24, "2001:db8:1::1/64"], pipeline: inside}
	  wan: {addresses: [198.51.100.1/24, "2001:db8:2::1/64"], pipeline: outside}
	acls:
	  from-outside: {default: $1, rules: [{name: closed, proto: tcp, dport: 7, action: drop}]}
	pipelines:
	  inside: [{route: main}]
	  outside: [{acl: from-outside}, {route: main}]
	routes:
	  main: [{to: 0.0.0.0/0, via: 198.51.100.2}]
	YAML
}

link_drops() {  # link_drops NS DEVICE
	ip netns exec "$1" sh -c 'cat "$@" | paste -sd+' sh "/sys/class/net/$2/statistics/rx_dropped" \
		"/sys/class/net/$2/statistics/tx_dropped"
}

# What was lost on the way to Weir and behind it: frames that the kernel had no room for in the rings
# or on the links, packets that iperf3's socket had no room for.  A busy machine loses some, and takes
# its time to report: an old report would have them unaccounted for.
lost_elsewhere() {
	local reports

	reports=$(grep -c '^ledger' "$dir/report")
	kill -USR1 "$pid"
	wait_for 10 eval '[ "$(grep -c "^ledger" "$dir/report")" -gt "$reports" ]' || echo "no report" >&2
	echo $(($(awk '$1 == "lan" || $1 == "wan" { n[$1] = $NF } END { print n["lan"] + n["wan"] }' \
			"$dir/report") \
		+ $(link_drops "$ns_lan" eth0) + $(link_drops "$ns_weir" lan0) \
		+ $(link_drops "$ns_weir" wan0) + $(link_drops "$ns_wan" eth0) \
		+ $(in_wan awk '/^Udp: [0-9]/ { print $6 }' /proc/net/snmp)))
}

reloads() {     # a hundred of them while UDP flows and pings go
	local ping before after

	before=$(lost_elsewhere)
	pinged "$dir/ping" 2500 in_lan ping -i 0.002 198.51.100.2 &
	ping=$!
	# Each time another file: one with a set more, then without it.
	cp "$dir/weir.yaml" "$dir/one.yaml"
	{ cat "$dir/weir.yaml"; echo "sets: {reloaded: [203.0.113.0/24]}"; } >"$dir/two.yaml"
	(for _ in $(seq 50); do
		for file in two one; do
			cp "$dir/$file.yaml" "$dir/new.yaml" && mv "$dir/new.yaml" "$dir/weir.yaml"
			kill -HUP "$pid"
			sleep 0.04
		done
	done) &
	in_lan iperf3 -c 198.51.100.2 -u -b 20M -l 1200 -t 4 -J >"$dir/iperf.json" || return 1
	wait "$ping"
	after=$(lost_elsewhere)
	echo "$((after - before)) were lost elsewhere"
	python3 -c '
import json, sys
s = json.load(open(sys.argv[1]))["end"]["sum"]
print(s)
sys.exit(s["lost_packets"] > int(sys.argv[2]) or s["packets"] < 5000)' \
		"$dir/iperf.json" $((after - before)) || return 1
	answered "$dir/ping" 2500 $((after - before))
}

wrong_file() {
	cp "$dir/weir.yaml" "$dir/right.yaml"
	sed -i 's/pipeline: outside/pipeline: outsid/' "$dir/weir.yaml"
	kill -HUP "$pid"
	wait_for 20 grep -q "did you mean 'outside'" "$dir/log" || { tail -3 "$dir/log"; return 1; }
	pinged "$dir/ping" 3 in_lan ping -i 0.1 198.51.100.2
	cp "$dir/right.yaml" "$dir/weir.yaml"
	answered "$dir/ping" 3
}

generations() { grep -c "generation [0-9]* runs" "$dir/log"; }

reload_to() {   # reload_to DEFAULT
	local before

	before=$(generations)
	write_config "$1"
	kill -HUP "$pid"
	wait_for 20 eval '[ "$(generations)" -gt "$before" ]'
}

new_policy() {  # an access list that closes wan, then one that opens it again
	reload_to drop || return 1
	in_lan ping -q -c 1 -W 1 198.51.100.2 >/dev/null && { echo "still open"; return 1; }
	reload_to accept && in_lan ping -q -c 1 -W 5 198.51.100.2
}

stop_soon() {
	local began end status limit_ms

	limit_ms=$((1000 * $(crowd)))
	began=$(date +%s%N)
	kill -TERM "$pid"
	wait "$pid"
	status=$?
	end=$(date +%s%N)
	ran=$pid pid=
	tail -25 "$dir/report"
	echo "exit status $status after $(((end - began) / 1000000)) ms"
	[ "$status" -eq 0 ] && [ $(((end - began) / 1000000)) -lt "$limit_ms" ]
}

nothing_left() { # of our Weir; others on this machine may come and go
	local left

	left=$(ls -d "/run/dpdk/weir-$ran" /dev/hugepages/*"weir-${ran}map"* 2>/dev/null)
	[ -z "$left" ] || { echo "$left"; return 1; }
}

echo small >"$dir/small"
ip netns add "$ns_weir"
link "$ns_lan" lan0 192.0.2.10/24 2001:db8:1::10/64 192.0.2.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
write_config accept
start

in_wan iperf3 -s -D --logfile "$dir/iperf3.log"
check "ping" in_lan ping -q -c 5 -i 0.1 198.51.100.2
check "ping over IPv6" in_lan ping -q -c 5 -i 0.1 2001:db8:2::2
check "ping of our address" in_lan ping -q -c 2 -i 0.1 192.0.2.1
check "ping of our address in fragments" in_lan ping -q -c 2 -i 0.1 -s 3000 192.0.2.1
check "ping of our address in fragments, IPv6" in_lan ping -q -c 2 -i 0.1 -s 3000 2001:db8:1::1
check "ping of our far address" in_lan ping -q -c 2 -i 0.1 198.51.100.1
check "the web server starts" web "$ns_wan" "$dir" 8080
check "curl" fetched http://198.51.100.2:8080/weir.yaml "$dir/weir.yaml"
check "curl over IPv6" fetched "http://[2001:db8:2::2]:8080/weir.yaml" "$dir/weir.yaml"
check "iperf3" transfer 198.51.100.2
check "iperf3 over IPv6" transfer 2001:db8:2::2
check "a hundred reloads under traffic lose nothing" reloads
check "a wrong file changes nothing" wrong_file
check "a reload changes the policy, and back" new_policy
check "it stops within a second" stop_soon
# TCP fills whatever is there: between workers on busy cores a full ring is a counted drop.
check "the ledger" balanced '
    l["rx"] > 1000 and r["generation"] > 50 and r["ports"]["lan"]["rx"] > 500
    and not set(r["drops"]) - {"acl_denied", "multicast", "handoff_full"}
    and r["drops"].get("handoff_full", 0) < l["rx"] / 100 and r["drops"].get("acl_denied", 0) > 0'
check "nothing is left" nothing_left

echo "forward: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
