#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Bonds: two Weirs with two links between them, which are one port of each.
#
#   lan 10.1.0.2 --- [ Weir ] ==x== [ peer ] --- wan 10.2.0.2
#                             ==y==
#
# By LACP both carry frames, and by active-backup one does.  A link goes down, a veth is deleted, the partner falls silent, all
# links go down: what 40 flows lose is bounded, and the rest goes on by the other member.  Members come and go by reloads.
#
# usage: bond.sh [BUILD [WORKERS]]
#   WORKERS   their cores as the configuration has them, "[0]" without
tag=wo
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
workers=${2:-[0]}
ns_peer=$id-peer
flows="$here/support/flows.py"
weirctl=$(dirname "$weir")/weirctl
peer_pid=
ports=20000

more_cleanup() {
	[ -n "$peer_pid" ] && kill -KILL "$peer_pid" 2>/dev/null
	ip netns pids "$ns_peer" 2>/dev/null | xargs -r kill -KILL 2>/dev/null
	ip netns del "$ns_peer" 2>/dev/null
	cleanup
}
trap more_cleanup EXIT

write_config() {        # write_config FILE BOND SIDE: the far side has its own names and addresses
	local near=1 far=2 port=lan n=0

	[ "$3" = peer ] && near=2 far=1 port=wan n=1
	cat >"$dir/$1" <<-YAML
		version: 1
		system: {workers: $workers, flows: 4096, memory: {hugepages: no}}
		ports:
		  edge: {device: "net_af_packet9,iface=${port}0,framecnt=4096"}
		  trunk: {bond: ${2//%d/$n}}
		interfaces:
		  edge: {addresses: [10.$near.0.1/24], pipeline: all}
		  trunk: {addresses: [192.0.2.$near/24], pipeline: all}
		pipelines: {all: [{route: main}]}
		routes: {main: [{to: 10.$far.0.0/24, via: 192.0.2.$far}]}
		telemetry: {log: {to: "$dir/$3.events"}}
	YAML
}

both='members: [{name: x, device: "net_af_packet0,iface=x%d,framecnt=4096"}, {name: y, device: "net_af_packet1,iface=y%d,framecnt=4096"}]'
lacp="{mode: lacp, $both}"
backup="{mode: active-backup, primary: x, $both}"
alone='{mode: active-backup, members: [{name: x, device: "net_af_packet0,iface=x%d,framecnt=4096"}]}'

make_link() {   # make_link NAME: a veth, one end for each Weir
	ip link add "${1}0" netns "$ns_weir" type veth peer name "${1}1" netns "$ns_peer"
	ip netns exec "$ns_weir" ethtool -K "${1}0" tx off rx off gso off tso off gro off >/dev/null
	ip netns exec "$ns_peer" ethtool -K "${1}1" tx off rx off gso off tso off gro off >/dev/null
	ip netns exec "$ns_weir" sysctl -qw "net.ipv6.conf.${1}0.disable_ipv6=1"
	ip netns exec "$ns_peer" sysctl -qw "net.ipv6.conf.${1}1.disable_ipv6=1"
	ip -n "$ns_weir" link set "${1}0" up
	ip -n "$ns_peer" link set "${1}1" up
}

members() { "$weirctl" -s "$dir/$1.sock" show ports trunk -j | python3 -c '
import json, sys
(port,) = json.load(sys.stdin)["ports"]
print(port["link"], *port.get("members", []))'; }
is_now() { [ "$(members "$1")" = "$2" ]; }                      # is_now WHO "LINK MEMBER STATE..."
become() { wait_for $((15 * $(crowd))) is_now "$1" "$2"; }
both_become() { become control "$1" && become peer "$1"; }
logged() { wait_for $((10 * $(crowd))) grep -q "$1" "$dir/log"; }

# A worker that waits for its core loses nothing as long as the rings of af_packet (framecnt=) have room.
#
# 40 flows from port FIRST on, a datagram each 20 ms, answered from the other side; their lines go to $dir/flows
asked() { in_lan python3 "$flows" ask 10.2.0.2 7 "$1" 40 "$2" 0.02 >"$dir/flows"; }
lost() { awk '{ n += $2 - $3 } END { print n + 0 }' "$dir/flows"; }
# A datagram or two of each flow; on a busy machine the stations lose many more by themselves.
lost_few() {
	local busy

	busy=$(crowd)
	cat "$dir/flows"
	[ "$(wc -l <"$dir/flows")" -eq 40 ] && [ "$(lost)" -le $((100 * busy * busy)) ]
}
nothing_is_lost() { ports=$((ports + 100)); asked "$ports" 0.5; [ "$(wc -l <"$dir/flows")" -eq 40 ] && [ "$(lost)" -eq 0 ]; }
goes_on() { wait_for $((10 * $(crowd))) nothing_is_lost; }      # at some time 40 flows lose nothing
sent_by() { ip netns exec "$ns_weir" cat "/sys/class/net/$1/statistics/tx_packets"; }
reload() { "$weirctl" -s "$dir/$1.sock" commit "$dir/$2"; }

during() {      # during COMMAND...: while 40 flows run, for 3 s; the ports of one run are not those of the next
	ports=$((ports + 100))
	asked "$ports" 3 & local asking=$!
	sleep 1
	"$@"
	wait "$asking"
}

ip netns add "$ns_weir"
ip netns add "$ns_peer"
link "$ns_lan" lan0 10.1.0.2/24 2001:db8:1::2/64 10.1.0.1 2001:db8:1::1
link "$ns_wan" wan0 10.2.0.2/24 2001:db8:2::2/64 10.2.0.1 2001:db8:2::1
ip -n "$ns_weir" link set wan0 netns "$ns_peer"
ip netns exec "$ns_peer" sysctl -qw net.ipv6.conf.wan0.disable_ipv6=1
ip -n "$ns_peer" link set wan0 up
make_link x
make_link y
ip netns exec "$ns_wan" python3 "$flows" serve 10.2.0.2 7 wan &

# LACP.
write_config weir.yaml "$lacp" near
write_config peer.yaml "$lacp" peer
ip netns exec "$ns_peer" "$weir" run -c "$dir/peer.yaml" --json "$dir/peer.json" --socket "$dir/peer.sock" >"$dir/peer.report" 2>"$dir/peer.log" &
peer_pid=$!
start
check "both members of both sides distribute" both_become "up x distributing y distributing"
mac_of() { ip netns exec "$ns_weir" cat "/sys/class/net/$1/address"; }
check "members have one MAC" eval '[ "$(mac_of x0)" = "$(mac_of y0)" ]'
check "the partner is told" logged 'member x: distributing with .* key 33'
check "traffic passes" wait_for $((5 * $(crowd))) in_lan ping -q -c 1 -W 1 10.2.0.2
before_x=$(sent_by x0) before_y=$(sent_by y0)
during true
check "40 flows lose nothing" goes_on
check "both members carry them" eval '[ $(($(sent_by x0) - before_x)) -gt 500 ] && [ $(($(sent_by y0) - before_y)) -gt 500 ]'
during ip -n "$ns_weir" link set x0 down
echo "LACP, a link down: $(lost) of 6000 lost"
check "a link that goes down costs a few datagrams" lost_few
check "the flows go on" goes_on
check "the other member carries all" become control "up x down y distributing"
check "the event says so" grep -q '"event":"member","port":"trunk","member":"x","state":"down"' "$dir/near.events"
during ip -n "$ns_weir" link set x0 up
check "both distribute again" both_become "up x distributing y distributing"
check "the flows go on" goes_on
during ip -n "$ns_weir" link del y0
echo "LACP, a veth deleted: $(lost) of 6000 lost"
check "a veth that is deleted costs a few datagrams" lost_few
check "the flows go on" goes_on
check "it is gone" become control "up x distributing y gone"
make_link y
check "it comes back" both_become "up x distributing y distributing"
# Somebody on the link forges LACPDUs.
before=$(wc -l <"$dir/log")
left() { awk -v from="$before" 'NR > from && /member x: / && !/frames of LACP refused/' "$dir/log"; }
refusals() { grep -c 'member x: frames of LACP refused so far: .*of other stations' "$dir/log"; }
ip netns exec "$ns_peer" python3 "$here/support/lacp_flood.py" x1 "$(mac_of x0)" 3000 & hostile_pid=$!
check "forged frames of LACP are refused, and told" wait_for $((10 * $(crowd))) eval '[ "$(refusals)" -ge 1 ]'
during true
echo "LACP, a flood of forged frames: $(lost) of 6000 lost"
check "the partner stays" is_now control "up x distributing y distributing"
check "the flows lose nothing to speak of" lost_few
check "no member has left since" eval '[ -z "$(left)" ]'
kill "$hostile_pid"
check "40 flows lose nothing" goes_on
kill -STOP "$peer_pid"
check "a silent partner is left" become control "down x waiting y waiting"
kill -CONT "$peer_pid"
check "and found again" both_become "up x distributing y distributing"
ip -n "$ns_weir" link set x0 down
ip -n "$ns_weir" link set y0 down
check "without links the port is down" become control "down x down y down"
ip -n "$ns_weir" link set x0 up
ip -n "$ns_weir" link set y0 up
check "it is up with them" both_become "up x distributing y distributing"
check "traffic passes" wait_for $((5 * $(crowd))) in_lan ping -q -c 1 -W 1 10.2.0.2

# Active-backup, by a commit.
write_config weir.yaml "$backup" near
write_config peer.yaml "$backup" peer
check "a commit makes it active-backup" reload control weir.yaml
check "and the peer's" reload peer peer.yaml
check "the primary is active" both_become "up x active y standby"
check "traffic passes" wait_for $((5 * $(crowd))) in_lan ping -q -c 1 -W 1 10.2.0.2
before_y=$(sent_by y0)
check "40 flows lose nothing" goes_on
check "the standby member carries none" eval '[ $(($(sent_by y0) - before_y)) -lt 50 ]'
during ip -n "$ns_weir" link set x0 down
echo "active-backup, the active link down: $(lost) of 6000 lost"
check "the standby takes over" lost_few
check "the flows go on" goes_on
check "it is active" become control "up x down y active"
during ip -n "$ns_weir" link set x0 up
check "the primary is active again" both_become "up x active y standby"
echo "active-backup, the primary is back: $(lost) of 6000 lost"
check "at the cost of a few datagrams" lost_few
check "the flows go on" goes_on
write_config weir.yaml "$alone" near
check "a commit takes a member out" reload control weir.yaml
check "the other goes on" become control "up x active"
check "it has its MAC again" eval '[ "$(mac_of x0)" != "$(mac_of y0)" ]'
check "and is not promiscuous" eval '! ip -n "$ns_weir" link show y0 | grep PROMISC'
check "traffic passes" wait_for $((5 * $(crowd))) in_lan ping -q -c 1 -W 1 10.2.0.2
sed 's/mode: active-backup/mode: lacp, hash: l9/' "$dir/weir.yaml" >"$dir/bad.yaml"
check "a bad bond is refused" eval '! reload control bad.yaml'
check "and the running one stays" is_now control "up x active"

check "it stops" stop
check "the ledger balances" balanced
check "no interface is promiscuous" eval '! ip -n "$ns_weir" link show | grep PROMISC'
kill -TERM "$peer_pid"
wait "$peer_pid"
check "the peer stops" [ $? -eq 0 ]
peer_pid=
check "and its ledger balances" grep 'imbalance 0$' "$dir/peer.report"
check "and its pools" grep 'packet buffers not back in their pools: 0$' "$dir/peer.report"
echo "bond: $passed checks passed, $failed failed"
[ "$failed" -eq 0 ]
