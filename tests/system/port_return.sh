#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Devices that vanish while Weir runs, and come back:
#
#   lan 192.0.2.10 --- [ Weir ] --- wan 198.51.100.2      its veth is deleted and created again, 20 times
#                             | `-- dmz 203.0.113.2       loses no packet meanwhile
#                             +---- a tap, deleted once   comes back by itself
#                             `---- a link that is down   is said at the start
#
# After each return traffic passes without a restart; descriptors, memory and packet buffers are as before.
#
# usage: port_return.sh [BUILD [WORKERS]]
#   BUILD     the folder that Weir was built in
#   WORKERS   their cores as the configuration has them, "[0]" without
tag=wp
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
workers=${2:-[0]}
ns_dmz=$id-dmz
flaps=20

write_config() {
	cat >"$dir/weir.yaml" <<-YAML
	version: 1
	system: {workers: $workers, flows: 4096}
	ports:
	  lan: {device: "net_af_packet0,iface=lan0"}
	  wan: {device: "net_af_packet1,iface=wan0"}
	  dmz: {device: "net_af_packet2,iface=dmz0"}
	  host: {device: "net_tap0,iface=wtap$$"}
	  spare: {device: "net_af_packet3,iface=spare0"}
	interfaces:
	  lan: {addresses: [192.0.2.1/24], pipeline: all}
	  wan: {addresses: [198.51.100.1/24], pipeline: all}
	  dmz: {addresses: [203.0.113.1/24], pipeline: all}
	  host: {addresses: [10.0.0.1/24], pipeline: all}
	  spare: {addresses: [10.0.1.1/24], pipeline: all}
	pipelines: {all: [{route: main}]}
	routes: {main: []}
	YAML
}

times_said() { grep -c "$1" "$dir/log"; }
said() { [ "$(times_said "$1")" -ge "$2" ]; }

reported() {    # reported PORT LINK: what the report on SIGUSR1 says
	local reports

	reports=$(grep -c '^ledger' "$dir/report")
	kill -USR1 "$pid"
	wait_for 20 eval '[ "$(grep -c "^ledger" "$dir/report")" -gt "$reports" ]' || return 1
	grep "^  $1 " "$dir/report" | tail -1 | grep -q " $2 "
}

# The far end is the same address on another station: it is learned anew.
make_wan() {
	ip netns add "$ns_wan" 2>/dev/null
	ip link add wan0 netns "$ns_weir" type veth peer name eth0 netns "$ns_wan"
	ip netns exec "$ns_weir" sysctl -qw net.ipv6.conf.wan0.disable_ipv6=1
	ip -n "$ns_weir" link set wan0 up
	ip -n "$ns_wan" addr add 198.51.100.2/24 dev eth0
	ip -n "$ns_wan" link set eth0 up
	ip -n "$ns_wan" route add default via 198.51.100.1
}

flap() {        # flap NUMBER
	local n=$1 patience

	patience=$(crowd)
	ip -n "$ns_weir" link del wan0
	wait_for $((3 * patience)) said 'port wan: its device vanished' "$n" || { echo "flap $n: not said to have vanished"; return 1; }
	make_wan
	wait_for $((3 * patience)) said 'port wan: its device is back and was opened again' "$n" || { echo "flap $n: not opened"; return 1; }
	wait_for $((5 * patience)) in_lan ping -q -c 1 -W 1 198.51.100.2 || { echo "flap $n: no ping"; return 1; }
}


flap_many() {
	for n in $(seq 3 $flaps); do
		flap "$n" || return 1
	done
}

descriptors() { ls "/proc/$pid/fd" | wc -l; }
memory() { awk '/VmRSS/ { print $2 }' "/proc/$pid/status"; }
mappings() { wc -l <"/proc/$pid/maps"; }

as_before() {   # as_before DESCRIPTORS MEMORY MAPPINGS; link states are asked by sockets that come and go
	echo "descriptors $1 -> $(descriptors), memory $2 -> $(memory) kB, mappings $3 -> $(mappings)"
	[ "$(descriptors)" -le $(($1 + 2)) ] && [ "$(memory)" -le $(($2 + 2048)) ] && [ "$(mappings)" -le $(($3 + 4)) ]
}

lost_nothing() {
	wait "$pinger"
	answered "$dir/ping" 1000
}

tap_returns() {
	ip -n "$ns_weir" link del "wtap$$"
	wait_for 3 said 'port host: its device is back' 1 && ip -n "$ns_weir" link show "wtap$$"
}

ip netns add "$ns_weir"
link "$ns_lan" lan0 192.0.2.10/24 2001:db8:1::10/64 192.0.2.1 2001:db8:1::1
link "$ns_dmz" dmz0 203.0.113.2/24 2001:db8:3::2/64 203.0.113.1 2001:db8:3::1
trap 'ip netns del "$ns_dmz"; cleanup' EXIT
make_wan
ip link add spare0 netns "$ns_weir" type veth peer name spare1 netns "$ns_weir"
write_config
start
check "a link that is down at the start is said" said 'port spare: link down: spare0 is not set up' 1
check "ping" in_lan ping -q -c 3 -i 0.1 198.51.100.2
in_lan ping -q -c 1 -W 1 203.0.113.2 >/dev/null
pinged "$dir/ping" 1000 in_lan ping -i 0.02 203.0.113.2 & pinger=$!
in_lan ping -q -i 0.01 -w 60 198.51.100.2 >/dev/null & flood=$!
check "the first flap" flap 1
ip -n "$ns_weir" link del wan0
check "it is said a second time" wait_for 3 said 'port wan: its device vanished' 2
check "the report says that it is gone" reported wan gone
make_wan
check "it is opened a second time" wait_for 3 said 'port wan: its device is back and was opened again' 2
check "the report says that it is up" wait_for 3 reported wan up
before="$(descriptors) $(memory) $(mappings)"

check "$flaps flaps" flap_many
check "descriptors and memory are as before" as_before $before
check "a tap that was deleted" tap_returns
move_away() {   # to another namespace and back, faster than anybody looks: the same name and number
	local said_before

	said_before=$(times_said 'port wan: its device is back')
	ip netns add "$id-away"
	ip -n "$ns_weir" link set wan0 netns "$id-away"
	ip -n "$id-away" link set wan0 netns "$ns_weir"
	ip netns del "$id-away"
	ip -n "$ns_weir" link set wan0 up
	wait_for 3 said 'port wan: its device is back' $((said_before + 1)) || return 1
	wait_for 5 in_lan ping -q -c 1 -W 1 198.51.100.2
}
reload_gone() {
	ip -n "$ns_weir" link del wan0
	kill -HUP "$pid"
	wait_for 3 said 'generation 2 runs' 1 || return 1
	make_wan
	wait_for 5 in_lan ping -q -c 1 -W 1 198.51.100.2
}
rename() {      # the device goes on under another name
	ip -n "$ns_weir" link set spare1 up
	ip -n "$ns_weir" link set spare0 up
	wait_for 3 said 'port spare: link up' 1 || return 1
	ip -n "$ns_weir" link set spare0 down
	wait_for 3 said 'port spare: link down: spare0' 2 || return 1
	ip -n "$ns_weir" link set spare0 name other0
	ip -n "$ns_weir" link set other0 up
	wait_for 3 said 'port spare: link up' 2
}
check "a device that was renamed" rename
check "a device that was moved away and back" move_away
check "a reload while a device is gone" reload_gone
ip -n "$ns_weir" link del wan0
check "it is gone at the end" wait_for 3 said 'port wan: its device vanished' $((flaps + 3))
kill "$flood" 2>/dev/null
check "other ports have lost nothing" lost_nothing
check "it stops" stop
check "the ledger" balanced 'l["rx"] > 100 and not set(r["drops"]) - {
	"port_down", "tx_full", "multicast", "not_for_us", "neighbour_unresolved", "neighbour_queue_full"}'

echo "port_return: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
