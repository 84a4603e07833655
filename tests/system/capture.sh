#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Captures of a running Weir, read by tcpdump, and its flight recorder, replayed.
#
#   lan 10.0.0.10 --- [ Weir: 198.51.100.1 ] --- wan 198.51.100.2
#
# usage: capture.sh [BUILD]
tag=cp
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
. "$here/support/weirctl.bash"

# ping_captured FILTER FILE OPTIONS...: ten pings while a capture runs
ping_captured() {
	local filter=$1 file=$2 taker

	shift 2
	# shellcheck disable=SC2086
	ctl capture $filter -w "$file" "$@" 2>"$dir/said" &
	taker=$!
	sleep 0.7
	in_lan ping -q -c 10 -i 0.05 -W 2 198.51.100.2 >/dev/null
	in_wan bash -c 'for p in 1 2 3; do echo x >/dev/udp/10.0.0.10/53; done'
	wait $taker
	cat "$dir/said"
}

stamped_now() { # the first packet's time is now
	local at
	at=$(tcpdump -ttnr "$1" -c 1 2>/dev/null | cut -d. -f1)
	[ $(($(date +%s) - at)) -le 15 ] && [ $(($(date +%s) - at)) -ge 0 ]
}

abandoned() {   # 40 captures that nobody reads to their end
	local i
	for ((i = 0; i < 40; i++)); do
		timeout 0.1 "$weirctl" -s "$dir/control.sock" capture -w /dev/null 2>/dev/null
	done
	sleep 2.5
	ctl capture for 1 -w "$dir/after.pcapng"
}

hostile_filters() {
	python3 - "$dir/control.sock" <<-'PY'
	import json, socket, sys
	def ask(text):
	    s = socket.socket(socket.AF_UNIX)
	    s.connect(sys.argv[1])
	    s.sendall((json.dumps({"jsonrpc": "2.0", "id": 1, "method": "capture", "params": {"filter": text}}) + "\n").encode())
	    return json.loads(s.makefile().readline())
	bad = ["", "x", "1", "1\n5 0 0 0", "2\n5 0 0 4294967295\n6 0 0 1", "1\n6 0 0", "600\n" + "6 0 0 1\n" * 600,
	       "2\n52 0 0 0\n6 0 0 1", "1\n0 0 0 0", "-1\n6 0 0 1", "1\n6 0 0 1 trailing", "2\n2 0 0 99\n6 0 0 1", "99999999999\n"]
	for text in bad:
	    r = ask(text)
	    assert "error" in r, (text, r)
	PY
}

cat >"$dir/weir.yaml" <<-'YAML'
	version: 1
	system: {workers: [0], idle: interrupt, flows: 16384}
	ports:
	  lan: {device: "net_af_packet0,iface=lan0"}
	  wan: {device: "net_af_packet1,iface=wan0"}
	interfaces:
	  lan: {addresses: [10.0.0.1/24], pipeline: inside}
	  wan: {addresses: [198.51.100.1/24], pipeline: outside}
	acls:
	  in:
	    default: drop
	    rules:
	      - {state: [established, related], action: accept}
	      - {name: dns, proto: udp, dport: 53, action: drop}
	routes: {main: []}
	nat: {uplink: {pool: [198.51.100.1]}}
	pipelines:
	  inside: [track, {route: main}, {snat: uplink}]
	  outside: [track, {acl: in}, {route: main}]
	YAML
ip netns add "$ns_weir"
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
start
in_lan ping -q -c 2 -i 0.05 -W 2 198.51.100.2 >/dev/null
check "a capture for two seconds" ping_captured icmp "$dir/icmp.pcapng" for 4
check "each packet as it came in and as it left" packets_in 40 "$dir/icmp.pcapng"
check "before translation" packets_in 10 "$dir/icmp.pcapng" src 10.0.0.10
check "and after it" packets_in 10 "$dir/icmp.pcapng" src 198.51.100.1
check "at the right time" stamped_now "$dir/icmp.pcapng"
check "drops alone" ping_captured "" "$dir/drops.pcapng" --drops for 4
check "are the dropped ones" packets_in 3 "$dir/drops.pcapng" udp port 53
check "with their reason and line" grep -aq "drop acl_denied: .*weir.yaml:14 acls.in dns" "$dir/drops.pcapng"
check "ends by a number of packets" ping_captured icmp "$dir/five.pcapng" -c 5
check "five" packets_in 5 "$dir/five.pcapng"
check "through a pipe" bash -c "(sleep 0.5; ip netns exec $ns_lan ping -q -c 5 -i 0.05 -W 2 198.51.100.2 >/dev/null) &
	'$weirctl' -s '$dir/control.sock' capture icmp -c 8 -w - | tcpdump -nr - 2>/dev/null | grep -c ICMP | grep -x 8"
check "a filter that is none" bash -c "! '$weirctl' -s '$dir/control.sock' capture nonsense and -w /dev/null"
check "hostile filters" hostile_filters
check "captures that are abandoned" abandoned
check "the flight recorder" ctl recorder port wan -w "$dir/recorder.pcapng"
check "has the drops" bash -c "tcpdump -nr '$dir/recorder.pcapng' udp port 53 2>/dev/null | grep -c ' 198.51.100.2' | grep -vx 0"
check "and replays" bash -c "'$weir' replay --learn -c '$dir/weir.yaml' --in 'wan=$dir/recorder.pcapng' --json '$dir/replay.json' >/dev/null &&
	python3 -c 'import json,sys; sys.exit(json.load(open(sys.argv[1]))[\"drops\"][\"acl_denied\"] < 3)' '$dir/replay.json'"
check "USDT probes" bash -c "for p in drop session_begin session_end reload; do readelf -n '$weir' | grep -A1 'Provider: weir' | grep -qw \"Name: \$p\" || exit 1; done"
check "it stops" stop
check "every packet is accounted for" balanced
echo "capture: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
