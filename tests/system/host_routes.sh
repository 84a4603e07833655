#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The kernel's routes by host interfaces in a namespace of their own, neighbours that move, and stations elsewhere that Weir answers for.
#
#   a 192.0.2.10 --- lan [ Weir, its taps in h1 ] wan --- b 198.51.100.2, and 203.0.113.9, 192.0.2.200 behind it
#
# usage: host_routes.sh [BUILD]
weir=$(realpath "${1:-build}/app/weir") || exit 2
here=$(dirname "$(realpath "$0")")
. "$here/support/routers.bash"

route() { ip -n "$tag-h1" route "$@"; }
reaches() { in_space a ping -q -c 1 -W 0.3 "$1"; }
kernel_way() { weir_ctl w1 show routes to "$1" -j | grep -q '"kernel'; }
no_kernel_way() { ! kernel_way "$1"; }
bytes() { weir_ctl w1 show memory -j | python3 -c 'import json, sys
print(next(row["bytes"] for row in json.load(sys.stdin)["memory"] if "kernel" in row["name"]))'; }
level() { [ "$(bytes)" -le "$1" ]; }

space a b w1 h1
wire a eth0 w1 plan
wire b eth0 w1 pwan
station a eth0 192.0.2.10/24 2001:db8:1::10/64 192.0.2.1 2001:db8:1::1
station b eth0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
for address in 203.0.113.9/32 192.0.2.200/32 2001:db8:1::8001/128 2001:db8:9::9/128; do ip -n "$tag-b" addr add $address dev lo; done
cat >"$dir/w1.yaml" <<-END
	version: 1
	system: {workers: [0], control: 1, flows: 4096, memory: {hugepages: no}}
	host: {netns: $tag-h1}
	ports: {lan: {device: "net_af_packet0,iface=plan"}, wan: {device: "net_af_packet1,iface=pwan"}}
	interfaces:
	  lan: {addresses: [192.0.2.1/24, "2001:db8:1::1/64"], pipeline: all, host: true, proxy: [192.0.2.192/26, "2001:db8:1::8000/113"]}
	  wan: {addresses: [198.51.100.1/24, "2001:db8:2::1/64"], pipeline: all, host: {name: up0}}
	routes:
	  main:
	    kernel: main
	    routes: [{to: 192.0.2.200/32, via: 198.51.100.2}, {to: "2001:db8:1::8001/128", via: "2001:db8:2::2"}]
	pipelines: {all: [{route: main}]}
END
check "it starts" weir_start w1 --sandbox

check "a route by a tap in the namespace" route add 203.0.113.0/24 via 198.51.100.2 dev up0
check "is Weir's" wait_for 3 kernel_way 203.0.113.9
check "packets follow it" wait_for 5 reaches 203.0.113.9
ip -n "$tag-h1" -6 route add 2001:db8:9::/48 via 2001:db8:2::2 dev up0
check "IPv6, too" wait_for 5 reaches 2001:db8:9::9
ip -n "$tag-h1" nexthop add id 9 via 198.51.100.2 dev up0
route replace 203.0.113.0/24 nhid 9
check "a next-hop object" wait_for 3 reaches 203.0.113.9
ip -n "$tag-h1" nexthop del id 9
check "takes its routes along" wait_for 3 no_kernel_way 203.0.113.9
ip -n "$tag-h1" nexthop add id 9 via 198.51.100.2 dev up0
route add 203.0.113.0/24 nhid 9
check "again" wait_for 3 kernel_way 203.0.113.9
ip -n "$tag-b" link set eth0 down
check "so does the carrier" wait_for 3 no_kernel_way 203.0.113.9
ip -n "$tag-b" link set eth0 up
station b eth0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1 2>/dev/null
sleep 0.3
before=$(bytes)
for i in $(seq 1000); do echo "route replace 203.0.113.0/24 via 198.51.100.$((3 + i % 240)) dev up0 metric $((i % 4)) onlink"; done >"$dir/batch"
echo "route replace 203.0.113.0/24 via 198.51.100.2 dev up0" >>"$dir/batch"
for i in 1 2 3; do echo "route del 203.0.113.0/24 metric $i"; done >>"$dir/batch"
ip -n "$tag-h1" -batch "$dir/batch"
wait_for 5 level $((before + 16384))
check "after 1,000 changes of next hops the memory is back ($before, now $(bytes))" level $((before + 16384))
check "and packets follow the last one" wait_for 5 reaches 203.0.113.9

check "ARP for a station elsewhere" wait_for 5 reaches 192.0.2.200
check "with our MAC" sh -c "ip -n $tag-a neigh show 192.0.2.200 | grep -q \"\$(ip -n $tag-h1 -br link show lan | grep -o '[0-9a-f:]\{17\}')\""
check "ND for one" wait_for 5 reaches 2001:db8:1::8001
check "not for others" sh -c "! ip netns exec $tag-a ping -q -c 1 -W 0.3 192.0.2.99"

in_space b sysctl -qw net.ipv4.conf.eth0.arp_notify=1 net.ipv6.conf.eth0.ndisc_notify=1
moved=0
for k in 1 2 3 4 5; do
	ip -n "$tag-b" link set eth0 address 02:00:00:00:00:0$k
	in_space a ping -q -c 1 -W 0.5 203.0.113.9 >/dev/null && in_space a ping -q -c 1 -W 0.5 2001:db8:9::9 >/dev/null && moved=$((moved + 1))
done
check "a neighbour's new MAC, announced, is used by the next packet ($moved of 5)" test "$moved" = 5

check "it stops, and its ledger balances" weir_stop w1
echo "host_routes: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
