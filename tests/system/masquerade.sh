#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A pool that follows an interface whose address changes:
#
#   lan 10.0.0.10  --- [ Weir: pool: [interface wan], 198.51.100.1, then .7 ] ---  wan 198.51.100.2
#
# usage: masquerade.sh [BUILD]
tag=wq
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
peers=$here/support/peers.py

config() {      # config ADDRESSES: those of wan
	cat >"$dir/weir.yaml" <<END
version: 1
system: {workers: [0], control: 0, flows: 4096}
ports:
  lan: {device: "net_af_packet0,iface=lan0"}
  wan: {device: "net_af_packet1,iface=wan0"}
interfaces:
  lan: {addresses: [10.0.0.1/24], pipeline: inside}
  wan: {addresses: [$1], pipeline: outside}
nat: {uplink: {pool: [interface wan]}}
pipelines:
  inside: [track, {route: main}, {snat: {use: uplink, if: {out: wan}}}]
  outside: [track, {route: main}]
routes: {main: []}
END
}

asked() { in_lan /usr/bin/python3 "$peers" ask "$@"; }

cat >"$dir/reload" <<END
#!/bin/sh
kill -HUP \$(cat "$dir/pid")
END
chmod +x "$dir/reload"
ip netns add "$ns_weir"
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
config 198.51.100.1/24
start
echo "$pid" >"$dir/pid"
in_wan /usr/bin/python3 "$peers" serve 7000 198.51.100.2 &
disown
check "the other end listens" wait_for 10 eval 'in_wan ss -lnu | grep -q ":7000 "'
check "the first packet finds the neighbour" wait_for 5 asked udp 10.0.0.10 0 198.51.100.2 7000 198.51.100.1
check "UDP" asked udp 10.0.0.10 0 198.51.100.2 7000 198.51.100.1
check "TCP" asked tcp 10.0.0.10 0 198.51.100.2 7000 198.51.100.1
check "errors come back" asked closed 10.0.0.10 0 198.51.100.2 7001 refused
config 198.51.100.7/24
check "the same socket has the new address" in_lan /usr/bin/python3 "$peers" moves 10.0.0.10 198.51.100.2 7000 198.51.100.1 198.51.100.7 "$dir/reload"
check "TCP from the new address" asked tcp 10.0.0.10 0 198.51.100.2 7000 198.51.100.7
config ""
check "a reload without an address" "$dir/reload"
check "it warns" wait_for 5 grep -q "interface wan has no IPv4 address" "$dir/log"
config 198.51.100.8/24
check "with the next one" "$dir/reload"
check "UDP from the next one" wait_for 5 asked udp 10.0.0.10 0 198.51.100.2 7000 198.51.100.8
check "it ends" stop
check "the ledger balances" balanced 'r["session_life"]["ended"].get("address_removed", 0) > 0'

echo "masquerade: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
