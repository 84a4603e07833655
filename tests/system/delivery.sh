#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A device whose link is up and that delivers nothing of use is named in the log, with the likely causes, once:
#
#   lan --- [ Weir ] --- wan      frames of zeros by lan, frames for another MAC by wan, then traffic by both
#
# usage: delivery.sh [BUILD]
tag=wd
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"

cat >"$dir/weir.yaml" <<-YAML
version: 1
system: {workers: [0], flows: 4096}
ports:
  lan: {device: "net_af_packet0,iface=lan0", mac: "02:00:00:00:00:01"}
  wan: {device: "net_af_packet1,iface=wan0", mac: "02:00:00:00:00:02"}
interfaces:
  lan: {addresses: [192.0.2.1/24], pipeline: all}
  wan: {addresses: [198.51.100.1/24], pipeline: all}
pipelines: {all: [{route: main}]}
routes: {main: []}
YAML

frames() {      # frames NAMESPACE HEX-HEADER SECONDS: twenty a second
	ip netns exec "$1" timeout "$3" python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("eth0", 0))
frame = bytes.fromhex(sys.argv[1]).ljust(60, b"\0")
while True:
    s.send(frame)
    time.sleep(0.05)' "$2"
}

times_said() { grep -c "$1" "$dir/log"; }

# named_once NAMESPACE HEX-HEADER WORDS: frames are sent until the log has the words, and for a second and a half more
named_once() {
	local sender

	frames "$1" "$2" 60 & sender=$!
	wait_for 50 grep -q "$3" "$dir/log" || return 1
	kill $sender
	wait $sender
	frames "$1" "$2" 1.5
	[ "$(times_said "$3")" -eq 1 ]
}

nothing_more_is_said() { [ "$(times_said 'nothing but')" -eq 2 ]; }

ip netns add "$ns_weir"
link "$ns_lan" lan0 192.0.2.10/24 2001:db8:1::10/64 192.0.2.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
for ns in "$ns_lan" "$ns_wan"; do
	ip netns exec "$ns" sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1       # no frames of its own
done
start
check "ping" in_lan ping -q -c 3 -i 0.1 198.51.100.2
check "frames of zeros are named" named_once "$ns_lan" 00 \
	'port lan: for a second net_af_packet0 has delivered nothing but frames that are all zeros'
check "frames for another MAC are named, with both MACs" named_once "$ns_wan" \
	"020000000099 020000000098 0800 4500002e0000000040110000c0000209c6336402" \
	'port wan: .* nothing but frames for other stations, the last one for 02:00:00:00:00:99; ours is 02:00:00:00:00:02'
check "ping passes after it" in_lan ping -q -c 3 -i 0.1 198.51.100.2
frames "$ns_lan" 00 2
check "nothing is said twice" nothing_more_is_said
check "it stops" stop
check "the report has what devices can do" balanced 'r["ports"]["lan"]["device"]["driver"] == "net_af_packet"
	and r["ports"]["lan"]["device"]["rss"]["used"] == "none" and r["drops"]["not_for_us"] > 50'
check "the log and the report have it as text" grep -q 'net_af_packet0: net_af_packet, 1 of .* receive' "$dir/log" "$dir/report"

echo "delivery: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
