#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Six faults planted in a running Weir by commits, each found by weirctl alone: a rule that an earlier one covers, a pool without
# free ports, a neighbour that is dead, a full session table, an MTU, answers that come by another interface.
#
#   lan 10.0.0.10 --- [ Weir ] --- wan 198.51.100.2, 203.0.113.80
#                             `--- dmz 203.0.113.2
#
# usage: faults.sh [BUILD]
tag=wft
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
. "$here/support/weirctl.bash"
ns_dmz=$id-dmz

cleanup_dmz() { ip netns del "$ns_dmz" 2>/dev/null; cleanup; }
trap cleanup_dmz EXIT

config() {      # config RULES INSIDE MTU ROUTES
	cat <<-YAML
	version: 1
	system: {workers: [0], flows: 1024, memory: {hugepages: no}}
	ports:
	  lan: {device: "net_af_packet0,iface=lan0"}
	  wan: {device: "net_af_packet1,iface=wan0"}
	  dmz: {device: "net_af_packet2,iface=dmz0"}
	interfaces:
	  lan: {addresses: [10.0.0.1/24], pipeline: inside}
	  wan: {addresses: [198.51.100.1/24], pipeline: outside, mtu: ${3:-1500}}
	  dmz: {addresses: [203.0.113.1/26], pipeline: outside}
	routes: {main: [${4:-}]}
	nat: {uplink: {pool: [198.51.100.1]}, narrow: {pool: [198.51.100.9], ports: 5000-5003}}
	acls:
	  in:
	    default: drop
	    rules:
	      - {state: [established, related], action: accept}
	      - {name: closed, proto: tcp, dport: 1-1023, action: drop}
	$1
	pipelines:
	  inside: [track, {route: main}, $2]
	  outside: [track, {acl: in}, {route: main}]
	YAML
}

plant() { ctl commit "$dir/fault.yaml" >"$dir/said" 2>&1; }
udp() {         # udp NS FROM... : packets from so many ports to a server
	ip netns exec "$1" /usr/bin/python3 -c '
import socket, sys, time
for port in range(int(sys.argv[2]), int(sys.argv[3])):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("", port))
    s.sendto(b"x", (sys.argv[1], 53))
    s.close()
    if port % 32 == 0:
        time.sleep(0.005)' "${@:2}"
}

ip netns add "$ns_weir"
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
link "$ns_dmz" dmz0 203.0.113.2/26 2001:db8:3::2/64 203.0.113.1 2001:db8:3::1
ip -n "$ns_wan" addr add 203.0.113.80/32 dev lo
config "" "{snat: uplink}" >"$dir/weir.yaml"
start
check "it forwards" wait_for 5 in_lan ping -q -c 1 -W 0.3 198.51.100.2

config "      - {name: web, proto: tcp, dport: 80, action: accept}" "{snat: uplink}" >"$dir/fault.yaml"
check "a rule behind one that covers it" plant
check "the commit warns of it" grep -q "warning:.*web.*never\|never.*closed" "$dir/said"
in_wan timeout 0.3 bash -c "</dev/tcp/10.0.0.10/80" 2>/dev/null
check "the drop has its reason" finds "acl_denied" show drops
check "the rule that decided has hits" finds "1 .*closed" show rules owner in
check "and the other none" finds "web" show rules unused

config "" "{snat: narrow}" >"$dir/fault.yaml"
check "a pool with four ports" plant
udp "$ns_lan" 198.51.100.2 20000 20020
check "the drop has its reason" finds "nat_no_port" show drops trouble
check "and the pool" finds "narrow .* 4 " show nat

config "" "{snat: uplink}" 1500 "{to: 203.0.113.64/26, via: 198.51.100.66}" >"$dir/fault.yaml"
check "a route by a neighbour that is not there" plant
in_lan ping -q -c 3 -i 0.3 -W 1 203.0.113.80 >/dev/null
check "the drop has its reason" wait_for 5 finds "neighbour_unresolved" show drops trouble
check "and the neighbour" finds "198.51.100.66 .*\(asked\|failed\|lost\)" show neighbours
check "and the route leads there" finds "198.51.100.66" show routes to 203.0.113.80

config "" "{snat: uplink}" 1000 >"$dir/fault.yaml"
check "an MTU that is too small" plant
in_lan ping -q -c 2 -i 0.2 -W 1 -M do -s 1200 198.51.100.2 >/dev/null 2>&1
check "the drop has its reason" finds "mtu_exceeded" show drops trouble
check "at the interface" finds '"mtu_exceeded":[1-9]' show interfaces lan -j
check "whose MTU is shown" finds "wan .* 1000 " show interfaces

config "" "mark: cs1" 1500 "{to: 203.0.113.64/26, via: 203.0.113.2}" >"$dir/fault.yaml"
sed -i 's/{snat: uplink}/{mark: cs1}/' "$dir/fault.yaml"
ip -n "$ns_dmz" addr add 203.0.113.80/32 dev lo
check "a way out that is not the way back" plant
ip -n "$ns_dmz" route del default
ip -n "$ns_dmz" link add back type veth peer name back0 netns "$ns_wan"
ip -n "$ns_dmz" addr add 192.0.2.2/24 dev back
ip -n "$ns_dmz" link set back up
ip -n "$ns_wan" addr add 192.0.2.1/24 dev back0
ip -n "$ns_wan" link set back0 up
ip -n "$ns_wan" addr del 203.0.113.80/32 dev lo
ip -n "$ns_dmz" route add default via 192.0.2.1
in_wan sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.back0.rp_filter=0
in_lan ping -q -c 3 -i 0.2 -W 1 203.0.113.80 >/dev/null
check "the drop has its reason" finds "session_interface" show drops
check "the session has no answer" finds "unreplied" show sessions dst 203.0.113.80

config "" "{snat: uplink}" >"$dir/fault.yaml"
check "back" plant
udp "$ns_lan" 198.51.100.2 30000 34000
check "the table is full of sessions without an answer" finds '"unreplied UDP","most":1024,"used":[0-9][0-9][0-9]' show limits -j
check "and is shown" finds "unreplied UDP .* [0-9]" show limits
check "it stops" stop
check "every packet is accounted for" balanced
echo "faults: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
