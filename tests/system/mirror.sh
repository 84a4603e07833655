#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Stages mirror and sample with real traffic: an analyser behind a third port sees what the gateway sees, and the gateway's traffic does not notice.
#
#   lan 10.0.0.10 --- [ Weir ] --- wan 198.51.100.2
#                       `--- tap: copies
#
# usage: mirror.sh [BUILD]
tag=wmi
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
. "$here/support/weirctl.bash"
ns_tap=$id-tap

cleanup_tap() { ip netns del "$ns_tap" 2>/dev/null; cleanup; }
trap cleanup_tap EXIT

config() {      # config MIRROR: pipelines with this stage in front
	cat <<-YAML
	version: 1
	system: {workers: [0], flows: 16384, memory: {hugepages: no}}
	ports:
	  lan: {device: "net_af_packet0,iface=lan0"}
	  wan: {device: "net_af_packet1,iface=wan0"}
	  tap: {device: "net_af_packet2,iface=tap0"}
	interfaces:
	  lan: {addresses: [10.0.0.1/24], pipeline: inside}
	  wan: {addresses: [198.51.100.1/24], pipeline: outside}
	acls:
	  in:
	    default: drop
	    rules: [{state: [established, related], action: accept}]
	routes: {main: []}
	nat: {uplink: {pool: [198.51.100.1]}}
	pipelines:
	  inside: [$1, track, {route: main}, {snat: uplink}]
	  outside: [$1, track, {acl: in}, {route: main}]
	YAML
}

watch_tap() {   # watch_tap FILE: what the analyser receives
	ip netns exec "$ns_tap" tcpdump -ni eth0 -Q in --immediate-mode -U -w "$1" 2>"$dir/tcpdump" &
	tapped=$!
	wait_for 5 grep -q listening "$dir/tcpdump"
}
unwatch_tap() {
	sleep 0.3
	kill -INT "$tapped"
	wait "$tapped"
	return 0
}
commit() { config "$1" >"$dir/next.yaml"; ctl commit "$dir/next.yaml"; }
pings() { in_lan ping -q -c "$1" -i 0.02 -W 2 198.51.100.2; }
sampled() {     # sampled: 50 pings while a capture of samples runs
	local taker
	ctl capture samples icmp -w "$dir/samples.pcapng" for 4 2>"$dir/said" &
	taker=$!
	sleep 0.7
	pings 50 || return 1
	wait "$taker"
	cat "$dir/said"
}
transfers() {   # transfers: ten megabytes by TCP arrive whole, meanwhile the link behind the tap goes down and comes back
	head -c 10000000 /dev/urandom >"$dir/file"
	ip netns exec "$ns_wan" /usr/bin/python3 -m http.server 8000 --directory "$dir" >/dev/null 2>&1 &
	local server=$!
	wait_for 10 ip netns exec "$ns_wan" bash -c '</dev/tcp/127.0.0.1/8000'
	(sleep 0.1; ip -n "$ns_weir" link set tap0 down; sleep 0.2; ip -n "$ns_weir" link set tap0 up) &
	in_lan /usr/bin/python3 -c 'import sys, urllib.request
sys.exit(urllib.request.urlopen("http://198.51.100.2:8000/file", timeout=20).read() != open(sys.argv[1], "rb").read())' "$dir/file"
	local status=$?
	kill "$server"
	wait "$server" 2>/dev/null
	return $status
}

config '{mirror: tap}' >"$dir/weir.yaml"
ip netns add "$ns_weir"
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
link "$ns_tap" tap0 192.0.2.2/24 2001:db8:3::2/64 192.0.2.1 2001:db8:3::1
ip -n "$ns_tap" addr flush dev eth0
start
check "the first packets" pings 2
watch_tap "$dir/tap.pcap"
check "pings pass" pings 20
check "and are refused from outside" bash -c "! ip netns exec $ns_wan ping -q -c 3 -i 0.02 -W 1 198.51.100.1 >/dev/null; ip netns exec $ns_wan bash -c 'for p in 1 2 3; do echo x >/dev/udp/198.51.100.1/53; done'; true"
unwatch_tap
check "the analyser sees each packet before translation" packets_in 20 "$dir/tap.pcap" 'src 10.0.0.10 and icmp[0] == 8'
check "and each answer as it came" packets_in 20 "$dir/tap.pcap" 'src 198.51.100.2 and dst 198.51.100.1 and icmp[0] == 0'
check "and what is dropped" packets_in 3 "$dir/tap.pcap" 'udp port 53'
check "show rules counts copies" finds '[0-9] .*pipelines.inside' show rules
check "the ledger has them as born" bash -c "'$weirctl' -s '$dir/control.sock' -j show ledger | grep -Eq '\"clone\": ?[0-9]{2}'"

check "a commit cuts them short" commit '{mirror: {port: tap, snap: 64, one_in: 5}}'
watch_tap "$dir/some.pcap"
check "pings pass" pings 50
unwatch_tap
check "one in five" packets_in 10 "$dir/some.pcap" 'src 10.0.0.10 and icmp[0] == 8'
check "of 64 bytes" packets_in 10 "$dir/some.pcap" 'src 10.0.0.10 and icmp[0] == 8 and less 64'

check "a rate" commit '{mirror: {port: tap, rate: 10/s}}'
flood_passes() { pinged "$dir/ping" 200 in_lan ping -i 0.002 198.51.100.2; answered "$dir/ping" 200; }
check "a flood passes" flood_passes
check "copies beyond it are dropped" finds 'mirror_exceeded' show drops
check "a transfer is whole while the link of the analyser flaps" transfers

check "samples" commit '{sample: 10}'
check "are captured" sampled
check "five there and five back, in and out" packets_in 20 "$dir/samples.pcapng" icmp
check "the flight recorder has them" ctl recorder -w "$dir/recorder.pcapng"
check "with the line that chose them" bash -c "grep -a -o 'output wan; sample of next.yaml:[0-9]*' '$dir/recorder.pcapng' | sort | uniq -c | tee '$dir/uniq'; grep -q sample '$dir/uniq'"
check "drops and samples exclude each other" bash -c "'$weirctl' -s '$dir/control.sock' capture drops samples -w /dev/null 2>&1 | grep 'exclude each other'"
check "it stops" stop
check "every packet is accounted for" balanced
echo "mirror: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
