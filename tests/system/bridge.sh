#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A bridge of three ports with real stations, with two workers: what is learned, moved and kept over commits, the router and this host on the
# bridge, a firewall between members, and a station that floods it.
#
#   lan  10.0.0.10 --- lan1 [      ]
#   more 10.0.0.20 --- lan2 [ Weir ] wan --- 198.51.100.2
#   last 10.0.0.30 --- lan3 [      ] br0 10.0.0.1, tap hbr0
#
# usage: bridge.sh [BUILD]
tag=wbr
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
. "$here/support/weirctl.bash"
ns_more=$id-more ns_last=$id-last

cleanup_all() {
	for ns in $ns_more $ns_last; do
		ip netns pids "$ns" 2>/dev/null | xargs -r kill -KILL 2>/dev/null
		ip netns del "$ns" 2>/dev/null
	done
	cleanup
}
trap cleanup_all EXIT
in_more() { ip netns exec "$ns_more" "$@"; }
in_last() { ip netns exec "$ns_last" "$@"; }
in_weir() { ip netns exec "$ns_weir" "$@"; }

config() {      # config MEMBERS STAGES: the members in this order, and the stages in front of bridge
	cat <<-YAML
	version: 1
	system: {workers: [0, 1], idle: interrupt, flows: 16384, memory: {hugepages: no}}
	ports:
	  lan1: {device: "net_af_packet0,iface=lan1", mac: "02:00:00:00:00:01"}
	  lan2: {device: "net_af_packet1,iface=lan2"}
	  lan3: {device: "net_af_packet2,iface=lan3"}
	  wan: {device: "net_af_packet3,iface=wan0"}
	interfaces:
	  wan: {addresses: [198.51.100.1/24, "2001:db8:2::1/64"], pipeline: routed}
	  br0: {bridge: br0, addresses: [10.0.0.1/24, "2001:db8:1::1/64"], pipeline: routed, host: {name: hbr0}}
	$(for port in $1; do echo "  $port: {pipeline: bridged}"; done)
	bridges:
	  br0: {members: [$(echo "$1" | tr ' ' ',')], max: 300, mac: "02:00:00:00:00:01"}
	acls:
	  servers:
	    default: drop
	    rules:
	      - {state: [established, related], action: accept}
	      - {in: lan1, proto: tcp, dport: 8000, action: accept}
	      - {proto: tcp, dport: 113, action: reject}
	pipelines:
	  routed: [{route: main}]
	  bridged: [$2{bridge: br0}]
	routes: {main: []}
	tests:
	  - {in: br0, packet: "udp 10.0.0.10:4000 > 198.51.100.2:53", expect: output wan}
	YAML
}
commit() { config "$1" "$2" >"$dir/next.yaml"; ctl commit "$dir/next.yaml"; }
mac_of() { ip netns exec "$1" cat /sys/class/net/eth0/address; }
pings() { # NAMESPACE ADDRESS [COUNT]: none may be lost
	pinged "$dir/ping" "${3:-5}" ip netns exec "$1" ping -i 0.02 "$2"
	answered "$dir/ping" "${3:-5}" || { cat "$dir/ping"; ctl show drops; return 1; }
}
known_at() { shows "[s['interface'] for s in r['stations']] == ['$2']" show bridge br0 mac "$(mac_of "$1")"; }
learned() { ctl -j show bridges | python3 -c 'import json, sys; print(json.load(sys.stdin)["bridges"][0]["learned"])'; }
serve() {       # serve NS: a file by HTTP at port 8000
	ip netns exec "$1" /usr/bin/python3 -m http.server 8000 --directory "$dir" >/dev/null 2>&1 &
	wait_for 20 ip netns exec "$1" bash -c '</dev/tcp/127.0.0.1/8000'
}
fetch() { ip netns exec "$1" curl -s -m 20 -o "$dir/got" "http://$2:8000/file" && cmp "$dir/got" "$dir/file"; }
refused() { ! ip netns exec "$1" curl -s -m "${3:-1}" -o /dev/null "http://$2"; }
resets() { ip netns exec "$1" curl -s -m 5 -o /dev/null "http://$2:113"; [ $? -eq 7 ]; }
transfers() {   # megabits between two stations
	in_more iperf3 -s -1 -D >/dev/null
	wait_for 10 in_more bash -c "ss -ltn | grep -q :5201"
	in_lan iperf3 -c 10.0.0.20 -n 20M -J >"$dir/iperf" || { tail -5 "$dir/iperf"; return 1; }
	python3 -c 'import json, sys; r = json.load(open(sys.argv[1])); print(r["end"]["sum_received"]["bits_per_second"] / 1e6)
sys.exit(r["end"]["sum_received"]["bytes"] < 5e6)' "$dir/iperf"
}
watch_last() {  # watch_last FILTER...: what the third station receives that is not its own
	ip netns exec "$ns_last" tcpdump -ni eth0 -p -Q in --immediate-mode -U -w "$dir/last.pcap" "$@" 2>"$dir/tcpdump" &
	watcher=$!
	wait_for 10 grep -q listening "$dir/tcpdump"
}
unwatch_last() { sleep 0.3; kill -INT "$watcher"; wait "$watcher"; return 0; }
asked() {
	in_lan ip neigh flush dev eth0
	in_lan ping -q -c 2 -i 0.05 -W 2 10.0.0.1
	in_lan ip neigh show 10.0.0.1 | tee "$dir/neigh"
	grep -q 'lladdr 02:00:00:00:00:01' "$dir/neigh"
}
flood() {       # source MACs without end, from the first station
	in_lan /usr/bin/python3 - "$(mac_of "$ns_more")" <<-'PY'
	import socket, struct, sys, time
	s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
	s.bind(("eth0", 0))
	mac = lambda t: bytes.fromhex(t.replace(":", ""))
	victim = mac(sys.argv[1])
	for n in range(20000):
	    s.send(victim + b"\x06\x66" + struct.pack(">I", n) + b"\x88\xb5" + b"\0" * 46)
	    if n % 100 == 99:           # as long as the others ping
	        time.sleep(0.005)
	PY
}
odd() {         # STP, our own MAC, multicast sources, tags, from the first station
	in_lan /usr/bin/python3 - <<-'PY'
	import socket
	s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
	s.bind(("eth0", 0))
	mac = lambda t: bytes.fromhex(t.replace(":", ""))
	for n in range(100):
	    s.send(mac("0180c2000000") + mac("020000000009") + b"\x00\x26BB\x03" + b"\0" * 43)
	    s.send(b"\xff" * 6 + mac("020000000001") + b"\x88\xb5" + b"\0" * 46)
	    s.send(b"\xff" * 6 + mac("01005e000001") + b"\x88\xb5" + b"\0" * 46)
	    s.send(b"\xff" * 6 + mac("020000000009") + b"\x81\x00\x00\x14\x81\x00\x00\x1e\x88\xb5" + b"\0" * 46)
	PY
}
moves() {       # the first station's address and MAC go to the third port
	local mac
	mac=$(mac_of "$ns_lan")
	in_lan ip link set eth0 down
	in_last ip link set eth0 down
	in_last ip link set eth0 address "$mac"
	in_last ip link set eth0 up
	in_last ip addr add 10.0.0.10/24 dev eth0
	in_last ping -q -c 3 -i 0.05 -W 2 -I 10.0.0.10 10.0.0.20
}
faulty() {      # faulty TEXT SED...: a changed configuration is refused with this text
	config "lan1 lan2 lan3" "" | sed "$2" >"$dir/bad.yaml"
	ends_with 1 "$1" "$weir" check "$dir/bad.yaml"
}

ip netns add "$ns_weir"
ip -n "$ns_weir" link set lo up
link "$ns_lan" lan1 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_more" lan2 10.0.0.20/24 2001:db8:1::20/64 10.0.0.1 2001:db8:1::1
link "$ns_last" lan3 10.0.0.30/24 2001:db8:1::30/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
head -c 3000000 /dev/urandom >"$dir/file"
config "lan1 lan2 lan3" "" >"$dir/weir.yaml"
start

check "stations of two ports ping each other" pings "$ns_lan" 10.0.0.20
check "and by IPv6" pings "$ns_more" 2001:db8:1::10
check "their places are known" known_at "$ns_lan" lan1
check "both of them" known_at "$ns_more" lan2
check "a table of them" finds 'br0 .*lan2' show bridge br0 interface lan2
watch_last 'icmp or tcp port 5201'
check "a transfer between them" transfers
check "pings of known stations" pings "$ns_lan" 10.0.0.20
unwatch_last
check "reach no third port" packets_in 0 "$dir/last.pcap"

check "the bridge answers ARP with its MAC" asked
check "and pings" pings "$ns_last" 10.0.0.1
check "and routes to the wan" pings "$ns_lan" 198.51.100.2
check "and back, by IPv6" pings "$ns_wan" 2001:db8:1::20
check "this host pings a station over its tap" pings "$ns_weir" 10.0.0.30
serve "$ns_weir"
check "and serves one" fetch "$ns_more" 10.0.0.1

before=$(learned)
check "a commit with the members in another order" commit "lan3 lan1 lan2" ""
check "keeps what was learned" test "$before" = "$(learned)"
check "with its places" known_at "$ns_lan" lan1
check "clear forgets the stations of a member" finds 'stations forgotten *[1-9]' clear bridge br0 interface lan2
check "and learns them again" pings "$ns_lan" 10.0.0.20

serve "$ns_more"
check "a firewall between the members" commit "lan3 lan1 lan2" "track, {acl: {use: servers, if: {proto: [tcp, udp]}}}, "
check "lets a service through" fetch "$ns_lan" 10.0.0.20
check "for one member alone" refused "$ns_last" 10.0.0.20:8000
check "rejects" resets "$ns_lan" 10.0.0.20
check "says so" finds 'acl_denied' show drops
check "has a session" shows 'len(r["sessions"]) > 0' show sessions
check "explain says what would become of a packet" ctl explain in lan1 'tcp 10.0.0.10:5 > 10.0.0.20:8000 S'
check "without it" commit "lan1 lan2 lan3" ""

check "before a flood" pings "$ns_more" 10.0.0.30
(sleep 0.2; flood) & flood=$!
check "a flood of MACs takes nothing from the others" pings "$ns_more" 10.0.0.30 100
wait "$flood"
check "who are known" known_at "$ns_more" lan2
check "the flood has its share alone" shows '"lan1 100/100" in r["bridges"][0]["members"] and r["bridges"][0]["refused"] > 1000' show bridges
odd
check "frames of no station and of protocols of the link are dropped" wait_for 5 bash -c "'$weirctl' -s '$dir/control.sock' -j show drops | python3 -c '
import json, sys
d = {x[\"reason\"]: x[\"packets\"] for x in json.load(sys.stdin)[\"drops\"]}
print(d)
sys.exit(not (d.get(\"bridge_reserved\", 0) > 0 and d.get(\"bridge_bad_source\", 0) > 0))'"
check "forget them" ctl clear bridge br0 interface lan1
check "a station that moves is followed" moves
check "to its new place" known_at "$ns_last" lan3

check "a member of two bridges is refused" faulty 'lan2 is a member of bridge br0 already' 's/^bridges:/bridges:\n  other: [lan1]/; s/lan1,lan2/lan2,lan2/'
check "a bridge without members" faulty 'the bridge has no member' 's/members: \[[^]]*\]/members: []/'
check "a member with an address" faulty 'addresses belong to the bridge' 's/  lan2: {pipe/  lan2: {addresses: [10.9.0.1\/24], pipe/'
check "a route behind bridge" faulty "never reached: every packet ends in 'bridge'" 's/{bridge: br0}]/{bridge: br0}, {route: main}]/'
check "it stops" stop
check "every packet is accounted for" balanced
echo "bridge: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
