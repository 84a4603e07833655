#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Two workers, one queue a port, system.spread as it is by default: flows begin at the worker that receives them; at the other one when that is nearly full
# of sessions; at both when a reload says so.  Conversations go on from the same address and port.
#
#   lan 10.0.0.10 to .17  --- [ Weir: 198.51.100.1 ] ---  wan 198.51.100.2
#
# usage: gathered.sh [BUILD]
tag=wg
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
lasting=$here/support/lasting.py

config() {      # config [WORDS OF SECTION SYSTEM]
	cat >"$dir/weir.yaml" <<END
version: 1
system: {workers: [0, 1], control: 0, idle: interrupt, flows: 1024${1:-}}
ports:
  lan: {device: "net_af_packet0,iface=lan0", queues: 1}
  wan: {device: "net_af_packet1,iface=wan0", queues: 1}
interfaces:
  lan: {addresses: [10.0.0.1/24], pipeline: inside}
  wan: {addresses: [198.51.100.1/24], pipeline: outside}
nat: {up: {pool: [interface wan], ports: 20000-29999}}
acls: {in: {default: drop, rules: [{state: [established], action: accept}]}}
pipelines:
  inside: [track, {route: main}, {snat: {use: up, if: {out: wan}}}]
  outside: [track, {acl: in}, {route: main}]
routes: {main: []}
END
}

workers() {     # workers TEST: of the rows w
	"$weir"ctl -s "$dir/control.sock" show workers -j | /usr/bin/python3 -c "import json, sys
w = json.load(sys.stdin)['workers']
print(w, file=sys.stderr) if not ($1) else None
sys.exit(not ($1))"
}

more_rounds() { # the conversations are asked twice more
	local rounds

	rounds=$(grep -c round "$dir/talk")
	wait_for 30 eval "[ \$(grep -c round '$dir/talk') -ge $((rounds + 3)) ] || ! kill -0 $talks"
	kill -0 "$talks"
}

reload() {      # reload WORDS
	local before

	before=$(grep -c "generation .* runs" "$dir/log")
	config "$1"
	kill -HUP "$pid"
	wait_for 20 eval "[ \$(grep -c 'generation .* runs' '$dir/log') -gt $before ]" && more_rounds
}

fill() {        # 800 flows of a datagram each, of which a busy machine may lose some
	in_lan /usr/bin/python3 -c "import socket
for i in range(800):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(('10.0.0.10', 30000 + i))
        s.sendto(b'x', ('198.51.100.2', 9))"
}

ip netns add "$ns_weir"
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
for i in 1 2 3 4 5 6 7; do
	ip -n "$ns_lan" addr add "10.0.0.1$i/24" dev eth0
done
config
start
in_wan /usr/bin/python3 "$lasting" serve 198.51.100.2 7000 &
disown
check "the other end listens" wait_for 10 eval 'in_wan ss -lnt | grep -q ":7000 "'
check "neighbours are known" wait_for 10 in_lan ping -c 1 -W 1 -q 198.51.100.2
in_lan /usr/bin/python3 "$lasting" talk 10.0.0.10 8 198.51.100.2 7000 "$dir/stop" >"$dir/talk" 2>&1 &
talks=$!
check "conversations begin" wait_for 30 grep -q round "$dir/talk"
check "flows begin at the worker that receives, which hands nothing over" workers 'w[0]["begins"] and not w[1]["begins"]
	and w[0]["sessions"] > 8 and w[1]["sessions"] == 0 and w[1]["packets"] == 0'
check "flows begin at the other worker behind a scan" wait_for 60 eval "fill && sleep 0.3 &&
	workers 'not w[0][\"begins\"] and w[1][\"begins\"]'"
check "the log says so" grep -q "flows begin at workers 1: the others are full" "$dir/log"
check "conversations go on" more_rounds
check "a new flow" in_lan ping -I 10.0.0.13 -c 3 -i 0.1 -W 2 -q 198.51.100.2
check "it is with the other worker" workers 'w[1]["sessions"] > 0'
check "a reload that spreads them" reload ", spread: always"
check "they are spread" workers 'w[0]["begins"] and w[1]["begins"]'
check "a reload that gathers them" reload ""
check "a new flow after that" in_lan ping -I 10.0.0.14 -c 3 -i 0.1 -W 2 -q 198.51.100.2
touch "$dir/stop"
check "every conversation goes on" wait "$talks"
tail -1 "$dir/talk"
check "it ends" stop
check "nothing is lost, and the ledger balances" balanced 'set(r["drops"]) <= {"acl_denied", "multicast", "neighbour_queue_full"}'
echo "gathered: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
