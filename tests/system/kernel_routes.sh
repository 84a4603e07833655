#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The routes of a kernel's table, as they come and go, against `ip -j route`; and packets that follow them.
#
#   lan 10.0.0.10 --- [ Weir: kernel interfaces wan1, wan2 ] --- wan1: 198.51.100.2, and 203.0.113.9 behind it
#                                                           \--- wan2: 192.0.2.2, and 203.0.113.9 behind it
#
# usage: kernel_routes.sh [BUILD]
tag=wk
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
flows="$here/support/flows.py"
ctl=$(dirname "$weir")/weirctl
ns_isp=("" "$id-isp1" "$id-isp2")

more_cleanup() {
	for ns in "${ns_isp[@]}"; do
		[ -n "$ns" ] || continue
		ip netns pids "$ns" 2>/dev/null | xargs -r kill -KILL 2>/dev/null
		ip netns del "$ns" 2>/dev/null
	done
	cleanup
}
trap more_cleanup EXIT

# pair NAME: a kernel interface that is up, and leads nowhere
pair() {
	ip -n "$ns_weir" link add "$1" type veth peer name "$1-far"
	ip -n "$ns_weir" link set "$1-far" up
	ip -n "$ns_weir" link set "$1" up
}
in_weir() { ip netns exec "$ns_weir" "$@"; }
route() { ip -n "$ns_weir" route "$@"; }
route6() { ip -n "$ns_weir" -6 route "$@"; }
shown() { "$ctl" --socket "$dir/control.sock" show routes "$@"; }
agrees() { wait_for 5 in_weir /usr/bin/python3 "$here/kernel_routes.py" "$ctl" "$dir/control.sock" 20 "${1:-1}" || in_weir /usr/bin/python3 "$here/kernel_routes.py" "$ctl" "$dir/control.sock" 20 "${1:-1}"; }
by() { [ "$(in_lan python3 "$flows" ask 203.0.113.9 7 20000 1 0.5 0.1 | cut -d' ' -f4)" = "$1" ]; }
says() { shown to "$1" -j | tr -d " " | grep -q "\"origin\":\"$2\""; }

ip netns add "$ns_weir"
ip -n "$ns_weir" link set lo up
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "${ns_isp[1]}" wan10 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
link "${ns_isp[2]}" wan20 192.0.2.2/24 2001:db8:3::2/64 192.0.2.1 2001:db8:3::1
for k in 1 2; do
	ip -n "${ns_isp[k]}" addr add 203.0.113.9/32 dev lo
	ip netns exec "${ns_isp[k]}" python3 "$flows" serve 203.0.113.9 7 isp$k &
	pair wan$k
done
pair mgmt
cat >"$dir/weir.yaml" <<-END
	version: 1
	system: {workers: [0], control: 1, flows: 16384, memory: {hugepages: no}}
	ports: {lan: {device: "net_af_packet0,iface=lan0"}, wan1: {device: "net_af_packet1,iface=wan10"}, wan2: {device: "net_af_packet2,iface=wan20"}}
	interfaces:
	  lan: {addresses: [10.0.0.1/24, "2001:db8:1::1/64"], pipeline: all}
	  wan1: {addresses: [198.51.100.1/24, "2001:db8:2::1/64"], pipeline: all}
	  wan2: {addresses: [192.0.2.1/24, "2001:db8:3::1/64"], pipeline: all}
	routes: {main: {kernel: main, routes: [{to: 198.18.0.0/15, blackhole: true}]}}
	pipelines: {all: [{route: main}]}
END

route add 203.0.113.0/24 via 198.51.100.2 dev wan1 onlink
start
check "a route from before the start is there" agrees
check "packets follow it" wait_for 5 by isp1
route replace 203.0.113.0/24 via 192.0.2.2 dev wan2 onlink
check "a replaced route moves a flow within a second" wait_for 2 by isp2
route add 203.0.113.0/28 via 198.51.100.2 dev wan1 onlink
check "a more specific one, too" wait_for 2 by isp1
route del 203.0.113.0/28
check "and its end" wait_for 2 by isp2
route add 198.18.0.0/15 via 198.51.100.2 dev wan1 onlink
check "a static route of the same prefix counts more" says 198.18.0.1 static
route add 10.1.0.0/16 nexthop via 198.51.100.2 dev wan1 weight 3 onlink nexthop via 192.0.2.2 dev wan2 weight 1 onlink
route add blackhole 10.2.0.0/16
route add unreachable 10.3.0.0/16 metric 5
route add prohibit 10.4.0.0/16
route add 10.5.0.0/16 via 198.51.100.2 dev wan1 onlink metric 20
route add 10.5.0.0/16 via 192.0.2.2 dev wan2 onlink metric 10
ip -n "$ns_weir" nexthop add id 7 via 198.51.100.2 dev wan1 onlink
route add 10.6.0.0/16 nhid 7
route add default via 192.0.2.2 dev wan2 onlink proto bgp
route6 add 2001:db8:10::/48 via fe80::2 dev wan1
route6 add 2001:db8:11::/48 nexthop via fe80::2 dev wan1 nexthop via fe80::3 dev wan2
route6 add blackhole 2001:db8:12::/48
route add 10.7.0.0/16 dev mgmt
check "multipath, metrics, next-hop objects and refusals agree with the kernel" agrees 2
check "who told the kernel" says 8.8.8.8 kernelbgp
check "a route by another interface is a problem" sh -c "$ctl --socket $dir/control.sock show routes problems | grep -q mgmt"
route del 10.5.0.0/16 metric 10
route6 del 2001:db8:11::/48 via fe80::2 dev wan1
ip -n "$ns_weir" nexthop del id 7
check "removals agree" agrees 3
ip -n "$ns_weir" link set wan1 down
check "routes that go with their interface agree" agrees 4
ip -n "$ns_weir" link set wan1 up
for i in $(seq 0 255); do for k in 0 1 2 3; do echo "route add 172.$((16 + k)).$i.0/24 via 198.51.100.2 dev wan1 onlink"; done; done >"$dir/batch"
ip -n "$ns_weir" -batch "$dir/batch"
check "1,024 routes at once agree" agrees 5
count() { shown kind kernel -j | grep -o '"to"' | wc -l; }
check "all of them are listed" test "$(count)" -ge 1024
sed -i s/add/del/ "$dir/batch"
ip -n "$ns_weir" -batch "$dir/batch"
check "and their end" agrees 6
sed -i 's/kernel: main, routes: .*/routes: []}}/' "$dir/weir.yaml"
check "a reload without kernel: is taken" "$ctl" --socket "$dir/control.sock" reload
check "and the kernel's routes are gone" sh -c "! $ctl --socket $dir/control.sock show routes -j | grep -q kernel"
check "it stops" stop
check "the ledger balances" balanced

echo "kernel_routes: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
