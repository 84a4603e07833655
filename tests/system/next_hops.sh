#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Two uplinks share the flows of a default route; one dies, by its link or by its silence, and comes back.
#
#   lan 10.0.0.10 --- [ Weir ] --- wan1: isp 198.51.100.2, and 203.0.113.9 behind it
#                            \---- wan2: isp 192.0.2.2, and 203.0.113.9 behind it
#
# Each provider echoes what 40 flows send.  Flows of the provider that lives never change; those of the other one go on by it.
#
# usage: next_hops.sh [BUILD]
tag=wh
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
flows="$here/support/flows.py"
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

# asked FIRST SECONDS: 40 flows from port FIRST on, each 0.1 s; their lines go to $dir/flows
asked() { in_lan python3 "$flows" ask 203.0.113.9 7 "$1" 40 "$2" 0.1 >"$dir/flows"; }
by() { awk -v name="$1" '$4 == name { print $1 }' "$dir/flows"; }           # the flows that ended at a provider
all_live() { awk 'NR == 40 && !bad { good = 1 } $3 < $2 { bad = 1 } END { exit !(good && !bad) }' "$dir/flows"; }
all_by() { [ "$(by "$1" | wc -l)" -eq 40 ]; }
gap_below() { awk -v most="$1" '$5 > most { print; bad = 1 } END { exit bad }' "$dir/flows"; }
both_used() { [ "$(by isp1 | wc -l)" -gt 5 ] && [ "$(by isp2 | wc -l)" -gt 5 ]; }
stays() { [ "$(comm -23 "$dir/$1.before" <(by "$1" | sort) | wc -l)" -eq 0 ]; }      # no flow has left the provider
remember() { for k in isp1 isp2; do by $k | sort >"$dir/$k.before"; done; }

ip netns add "$ns_weir"
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "${ns_isp[1]}" wan10 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
link "${ns_isp[2]}" wan20 192.0.2.2/24 2001:db8:3::2/64 192.0.2.1 2001:db8:3::1
for k in 1 2; do
	ip -n "${ns_isp[k]}" addr add 203.0.113.9/32 dev lo
	ip netns exec "${ns_isp[k]}" python3 "$flows" serve 203.0.113.9 7 isp$k &
done
configure() {   # configure PIPELINE-INSIDE MORE
	cat >"$dir/weir.yaml" <<-END
		version: 1
		system: {workers: [0], idle: interrupt, control: 1, flows: 16384, memory: {hugepages: no}}
		ports: {lan: {device: "net_af_packet0,iface=lan0"}, wan1: {device: "net_af_packet1,iface=wan10"}, wan2: {device: "net_af_packet2,iface=wan20"}}
		interfaces:
		  lan: {addresses: [10.0.0.1/24], pipeline: inside}
		  wan1: {addresses: [198.51.100.1/24], pipeline: outside}
		  wan2: {addresses: [192.0.2.1/24], pipeline: outside}
		zones: {uplinks: [wan1, wan2]}
		routes: {main: [{to: 0.0.0.0/0, via: [198.51.100.2, 192.0.2.2]}]}
		pipelines: {inside: $1, outside: [track, {route: main}]}
		${2:-}
	END
}

# New flows use both providers, soon: a next hop that was dead is asked again every few seconds.
both_carry_again() {
	for first in $(seq 21000 1000 35000); do        # ports that no earlier try had
		asked "$first" 0.3
		asked "$first" 1
		both_used && all_live && return
		sleep 1
	done
	return 1
}

dies_and_returns() {    # dies_and_returns WORD NAME KILL REVIVE SECONDS: provider 1 dies by KILL while 40 flows run
	asked 20000 0.3
	asked 20000 1
	check "$1: both providers carry flows" both_used
	check "$1: all flows are answered" all_live
	remember
	asked 20000 $((5 + $5)) & asker=$!
	sleep 1
	$3
	wait "$asker"
	check "$1: no flow is silent for more than $5 s" gap_below "$(($5 * $(crowd)))"
	asked 20000 1           # they may have been asked before it died, on a busy machine
	check "$1: all flows go by the other provider" all_by isp2
	check "$1: flows of the other provider stay" stays isp2
	$4
	check "$1: both carry new flows again, and answer" both_carry_again
	asked 20000 1
	[ "$2" = nat ] || check "$1: the flows of the first one are back" stays isp1
	check "$1: flows of the other provider stay when the first is back" stays isp2
}
link_down() { ip -n "$ns_weir" link set wan10 down; }
link_up() { ip -n "$ns_weir" link set wan10 up; }
silent() { ip -n "${ns_isp[1]}" link set eth0 arp off; ip netns exec "${ns_isp[1]}" sysctl -qw net.ipv4.conf.eth0.arp_ignore=8 && ip -n "${ns_isp[1]}" addr del 203.0.113.9/32 dev lo; }
speaks() { ip -n "${ns_isp[1]}" link set eth0 arp on; ip netns exec "${ns_isp[1]}" sysctl -qw net.ipv4.conf.eth0.arp_ignore=0; ip -n "${ns_isp[1]}" addr add 203.0.113.9/32 dev lo; }

configure "[{route: main}]"
start
dies_and_returns "the link is down" plain link_down link_up 1
dies_and_returns "the gateway is silent" plain silent speaks 4
check "it stops" stop
check "the ledger balances" balanced

configure "[track, {route: main}, {snat: {use: one, if: {out: wan1}}}, {snat: {use: two, if: {out: wan2}}}]" \
	"nat: {one: {pool: [198.51.100.1]}, two: {pool: [192.0.2.1]}}"
for k in 1 2; do ip -n "${ns_isp[k]}" route del default; done
start
dies_and_returns "with NAT" nat link_down link_up 1
check "it stops" stop
check "the ledger balances, and sessions ended with a reason" balanced "'uplink_lost' in str(r)"

echo "next_hops: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
