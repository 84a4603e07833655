#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# UDP-Lite by the kernel's sockets, SCTP, PPTP and ESP by raw ones, of two inside hosts at once to one server, through NAT and a list
# that lets in what belongs to a session:
#
#   lan 10.0.0.10, 10.0.0.11  --- [ Weir: 198.51.100.1 ] ---  wan 198.51.100.2
#
# usage: protocols.sh [BUILD]
tag=wq
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
. "$here/support/traffic.bash"
peer=$here/support/protocols.py

shown() {       # shown STATE PROTOCOL: weirctl shows two such sessions
	[ "$("$(dirname "$weir")/weirctl" -s "$dir/control.sock" show sessions proto "$2" | grep -c "$1")" -ge 2 ]
}

ask() { in_lan python3 "$peer" ask "$1" 198.51.100.2 10.0.0.10 10.0.0.11 2>>"$dir/asked"; }

ip netns add "$ns_weir"
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
ip -n "$ns_lan" addr add 10.0.0.11/24 dev eth0
ip -n "$ns_wan" route del default
cat >"$dir/weir.yaml" <<-END
	version: 1
	system: {workers: [0], flows: 16384}
	ports:
	  lan: {device: "net_af_packet0,iface=lan0"}
	  wan: {device: "net_af_packet1,iface=wan0"}
	interfaces:
	  lan: {addresses: [10.0.0.1/24], pipeline: inside}
	  wan: {addresses: [198.51.100.1/24], pipeline: outside}
	routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}
	nat: {uplink: {pool: [198.51.100.1]}}
	acls:
	  answers: {default: drop, rules: [{state: [established, related], action: accept}]}
	pipelines:
	  inside: [track, {route: main}, {snat: uplink}]
	  outside: [track, {acl: answers}, {route: main}]
END
start
ip netns exec "$ns_wan" python3 "$peer" serve 198.51.100.2 >"$dir/served" &
wait_for 10 grep -q ready "$dir/served"
check "UDP-Lite, with all coverages" ask udplite
check "SCTP" ask sctp
check "their states are shown" shown shutdown-ack-sent sctp
check "ESP" ask esp
check "PPTP" ask pptp
check "sessions of esp are shown" shown replied esp
check "no wrong checksum" none_counted 0 UdpLiteInCsumErrors
check "it ends" stop
check "the ledger balances" balanced 'set(r["drops"]) <= {"session_conflict", "multicast", "acl_denied", "local_no_service"}'
[ "$failed" -eq 0 ] || cat "$dir/asked"

echo "protocols: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
