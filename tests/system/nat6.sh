#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Translation of IPv6, and of prefixes one to one:
#
#   lan fd00:1::10, ::11, fd01:203:405:1::1234, 10.1.0.10  --- [ Weir ] ---  wan 2001:db8:2::2, ::3, 198.51.100.2
#
# usage: nat6.sh [BUILD]
tag=wv
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
peers=$here/support/peers.py

asked() { in_lan /usr/bin/python3 "$peers" ask "$@"; }
asked_from_wan() { in_wan /usr/bin/python3 "$peers" ask "$@"; }

both() {        # two inside hosts with the same port to the same server: one keeps it, the other gets another one
	asked udp fd00:1::10 5555 2001:db8:2::2 7000 "2001:db8:2::1 5555" || return 1
	asked udp fd00:1::11 5555 2001:db8:2::2 7000 2001:db8:2::1 | tee "$dir/second"
	! grep -q " 5555$" "$dir/second" && grep -q "^2001:db8:2::1 " "$dir/second"
}

ip netns add "$ns_weir"
link "$ns_lan" lan0 10.0.0.10/24 fd00:1::10/64 10.0.0.1 fd00:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
ip -n "$ns_lan" addr add 10.1.0.10/24 dev eth0
for a in fd00:1::11/64 fd01:203:405:1::1234/64; do ip -n "$ns_lan" addr add "$a" dev eth0 nodad; done
ip -n "$ns_wan" addr add 2001:db8:2::3/64 dev eth0 nodad
ip -n "$ns_wan" -6 route del default
ip -n "$ns_wan" route del default
ip -n "$ns_wan" -6 route add 2001:db8:1::/48 via 2001:db8:2::1
ip -n "$ns_wan" route add 198.51.101.0/24 via 198.51.100.1
cat >"$dir/weir.yaml" <<END
version: 1
system: {workers: [${workers:-0}], control: 0, flows: 4096}
ports:
  lan: {device: "net_af_packet0,iface=lan0"}
  wan: {device: "net_af_packet1,iface=wan0"}
interfaces:
  lan: {addresses: [10.0.0.1/24, 10.1.0.1/24, "fd00:1::1/64", "fd01:203:405:1::1/64"], pipeline: inside}
  wan: {addresses: [198.51.100.1/24, "2001:db8:2::1/64"], pipeline: outside}
nat: {uplink: {pool: [198.51.100.1, "2001:db8:2::1"]}}
pipelines:
  inside:
    - track
    - route: main
    - snat: {map: {from: "fd01:203:405::/48", to: "2001:db8:1::/48"}, if: {out: wan}}
    - snat: {map: {from: 10.1.0.0/24, to: 198.51.101.0/24}, if: {out: wan}}
    - snat: {use: uplink, if: {out: wan, dst: "!2001:db8:2::3", src: ["fd00:1::/64", 10.0.0.0/24]}}
  outside:
    - track
    - dnat: [{to: "[fd00:1::10]:7000", if: {dst: "2001:db8:2::1", proto: tcp, dport: 8080}}]
    - dnat: {map: {from: "2001:db8:1::/48", to: "fd01:203:405::/48"}}
    - dnat: {map: {from: 198.51.101.0/24, to: 10.1.0.0/24}}
    - route: main
routes: {main: []}
END
start
in_wan /usr/bin/python3 "$peers" serve 7000 2001:db8:2::2 2001:db8:2::3 198.51.100.2 &
disown
in_lan /usr/bin/python3 "$peers" serve 7000 fd00:1::10 fd01:203:405:1::1234 10.1.0.10 &
disown
check "the other end listens" wait_for 10 eval 'in_wan ss -lnu | grep -q ":7000 " && in_lan ss -lnu | grep -q ":7000 "'
check "neighbours are known" wait_for 5 asked udp fd00:1::10 0 2001:db8:2::2 7000 2001:db8:2::1
check "neighbours of IPv4 are known" wait_for 5 asked udp 10.0.0.10 0 198.51.100.2 7000 198.51.100.1
for kind in udp tcp; do
	check "$kind by a pool" asked $kind fd00:1::10 0 2001:db8:2::2 7000 2001:db8:2::1
	check "$kind by a checksum-neutral prefix" asked $kind fd01:203:405:1::1234 0 2001:db8:2::2 7000 2001:db8:1:d550::1234
	check "$kind by a subnet of IPv4" asked $kind 10.1.0.10 0 198.51.100.2 7000 198.51.101.10
	check "$kind into the prefix" asked_from_wan $kind 2001:db8:2::2 0 2001:db8:1:d550::1234 7000 2001:db8:2::2
	check "$kind into the subnet" asked_from_wan $kind 198.51.100.2 0 198.51.101.10 7000 198.51.100.2
done
check "the same port of two hosts" both
check "the port forward" asked_from_wan tcp 2001:db8:2::2 0 2001:db8:2::1 8080 2001:db8:2::2
for source in fd00:1::10 fd01:203:405:1::1234; do
	check "errors come back to $source" asked closed $source 0 2001:db8:2::2 7001 refused
	check "ping from $source" in_lan ping -q -c 2 -i 0.1 -W 2 -I $source 2001:db8:2::2
	check "ping in fragments from $source" in_lan ping -q -c 2 -i 0.1 -W 2 -s 3000 -I $source 2001:db8:2::2
done
check "errors come back to the subnet" asked closed 10.1.0.10 0 198.51.100.2 7001 refused
check "ping into the prefix" in_wan ping -q -c 2 -i 0.1 -W 2 2001:db8:1:d550::1234
check "traceroute through the prefix" eval 'in_lan traceroute -6 -n -q 1 -w 2 -m 3 -s fd01:203:405:1::1234 2001:db8:2::2 | grep -q "^ 2  2001:db8:2::2 "'
ip -n "$ns_wan" -6 route add fd00:1::/64 via 2001:db8:2::1
check "an exception from translation" asked udp fd00:1::10 0 2001:db8:2::3 7000 fd00:1::10
check "no wrong checksum" eval '[ "$(for ns in $ns_lan $ns_wan; do ip netns exec $ns nstat -asz TcpInCsumErrors UdpInCsumErrors Icmp6InCsumErrors Udp6InCsumErrors; done | awk "!/^#/ { n += \$2 } END { print n + 0 }")" = 0 ]'
check "it ends" stop
check "the ledger balances" balanced

echo "nat6: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
