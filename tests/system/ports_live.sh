#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Ports that are added, removed and changed while Weir runs, by commits:
#
#   lan 10.0.0.10 --- [ Weir ] --- wan 198.51.100.2       a ping goes on the whole time, and loses nothing while other ports change
#                             `--- dmz 203.0.113.2        comes, goes, changes queues and MTU, is renamed
#
# A port that cannot be opened refuses the commit at its line, and everything is as before.
#
# usage: ports_live.sh [BUILD]
tag=wpl
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
. "$here/support/weirctl.bash"
ns_dmz=$id-dmz

config() {      # config PORTS INTERFACES: besides lan and wan
	cat <<-YAML
	version: 1
	system: {workers: [0], flows: 16384, memory: {hugepages: no}}
	ports:
	  lan: {device: "net_af_packet0,iface=lan0"}
	  wan: {device: "net_af_packet1,iface=wan0"}
	$1
	interfaces:
	  lan: {addresses: [10.0.0.1/24], pipeline: inside}
	  wan: {addresses: [198.51.100.1/24], pipeline: inside}
	$2
	routes: {main: []}
	nat: {uplink: {pool: [203.0.113.9]}}
	pipelines: {inside: [track, {route: main}], wire: [{forward: wan}]}
	YAML
}

commit() { ctl commit "$dir/$1.yaml"; }

refused() {     # refused FILE TEXT
	ctl commit "$dir/$1.yaml" >"$dir/stdout" 2>&1
	[ $? -eq 1 ] && cat "$dir/stdout" && grep -q -- "$2" "$dir/stdout" && grep -q "nothing has changed" "$dir/stdout"
}

dmz_answers() { wait_for 3 in_lan ping -q -c 1 -W 0.3 "$@" 203.0.113.2; }
ports_are() { shows "sorted(e['name'] for e in r['ports']) == '$1'.split()" show ports; }
no_ping_lost() { wait "$ping"; answered "$dir/ping" 160; }
drops() { ctl -j show ledger | python3 -c 'import json, sys; print(json.load(sys.stdin)["dropped"])'; }

cleanup_dmz() { ip netns del "$ns_dmz" 2>/dev/null; cleanup; }
trap cleanup_dmz EXIT

ip netns add "$ns_weir"
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
link "$ns_dmz" dmz0 203.0.113.2/24 2001:db8:3::2/64 203.0.113.1 2001:db8:3::1
dmz='  dmz: {device: "net_af_packet2,iface=dmz0"}'
dmz_if='  dmz: {addresses: [203.0.113.1/24], pipeline: inside}'
config "" "" >"$dir/weir.yaml"
config "$dmz" "$dmz_if" >"$dir/dmz.yaml"
config "${dmz/2,/7,}" "$dmz_if" >"$dir/other.yaml"
config "${dmz/dmz0\"/dmz0\", queues: 2, rx_descriptors: 512}" "$dmz_if" >"$dir/queues.yaml"
config "${dmz/dmz:/servers:}" "${dmz_if/dmz:/servers:}" >"$dir/renamed.yaml"
config "$dmz" "${dmz_if/pipeline/mtu: 3000, pipeline}" >"$dir/mtu.yaml"
config "$dmz" "${dmz_if/inside/wire}" >"$dir/wire.yaml"
config "${dmz/dmz0/none0}" "$dmz_if" >"$dir/missing.yaml"
config "${dmz/dmz0\"/dmz0,nonsense=1\"}" "$dmz_if" >"$dir/nonsense.yaml"
config '  dmz: {device: "0000:ff:1f.7"}' "$dmz_if" >"$dir/pci.yaml"
config "$dmz" "$dmz_if" | sed 's/flows: 16384/flows: 32768/' >"$dir/restart.yaml"
start
in_lan ping -c 1 -W 2 -q 198.51.100.2 >/dev/null
pinged "$dir/ping" 160 in_lan ping -i 0.05 198.51.100.2 &
ping=$!

check "a device that is not there" refused missing "missing.yaml:6:.*no interface 'none0'"
check "an argument that is wrong" refused nonsense "nonsense.yaml:6:.*nonsense"
check "a PCI device without PCI" refused pci "pci.yaml:6:.*restart"
check "what needs a restart" refused restart "restart.yaml:2:.*system.flows: a change needs a restart"
check "nothing has changed" ports_are "lan wan"
check "a port comes" commit dmz
check "it is there" ports_are "dmz lan wan"
check "it forwards" dmz_answers
check "its session" shows "r['count'] >= 1" show sessions count address 203.0.113.2
check "again with another name of the device" commit other
check "it forwards" dmz_answers
check "with other queues" commit queues
check "it has them" shows "[e['queues'] for e in r['ports'] if e['name'] == 'dmz'] == [2]" show ports
check "it forwards" dmz_answers
check "renamed" commit renamed
check "it has the name" ports_are "lan servers wan"
check "it forwards" dmz_answers
check "a larger MTU" commit mtu
ip -n "$ns_dmz" link set eth0 mtu 3000
check "it has it" shows "[e['mtu'] for e in r['ports'] if e['name'] == 'dmz'] == [3000]" show ports
check "it forwards" dmz_answers
check "large packets reach it" in_wan ping -q -c 1 -W 2 -s 1400 203.0.113.2
ip -n "$ns_wan" link set eth0 mtu 1500
check "a cable" commit wire
check "is promiscuous" ip netns exec "$ns_weir" sh -c 'ip -d link show dmz0 | grep -q "promiscuity [1-9]"'
check "back" commit dmz
check "it forwards" dmz_answers
check "is promiscuous no more than before" ip netns exec "$ns_weir" sh -c 'ip -d link show dmz0 | grep "promiscuity"'
check "a port goes" commit weir
check "it is gone" ports_are "lan wan"
check "its sessions, too" wait_for 3 shows "r['count'] == 0" show sessions count address 203.0.113.2
check "its device is free" ip netns exec "$ns_weir" sh -c "! grep -q dmz0 /proc/net/packet"
check "it comes back" commit dmz
check "it forwards" dmz_answers
check "no ping was lost" no_ping_lost
check "nothing died" kill -0 "$pid"
check "it stops" stop
check "every packet is accounted for" balanced
[ "$failed" -eq 0 ] || cat "$dir/log"
echo "ports_live: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
