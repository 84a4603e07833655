#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Two workers, one queue a port, and reloads that take translation, a port forward and a subnet away and bring them back: conversations go on,
# from the same address and port, although reloads give their packets other owners.
#
#   lan 10.0.0.10 to .17  --- [ Weir: 198.51.100.1 ] ---  wan 198.51.100.2
#
# usage: reowning.sh [BUILD]
tag=wo
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
lasting=$here/support/lasting.py

config() {      # config TRANSLATES FORWARDS ROUTES: each 0 or 1
	local snat=${1/1/, \{snat: \{use: up, if: \{out: wan\}\}\}} dnat=${2/1/\{dnat: \{to: 10.0.0.80:80, if: \{dst: 198.51.100.1, proto: tcp, dport: 8080\}\}\}, }
	local route=${3/1/, \{to: 10.0.0.0\/28, via: 10.0.0.10\}}

	cat >"$dir/weir.yaml" <<END
version: 1
system: {workers: [0, 1], spread: always, control: 0, flows: 16384}
ports:
  lan: {device: "net_af_packet0,iface=lan0", queues: 1}
  wan: {device: "net_af_packet1,iface=wan0", queues: 1}
interfaces:
  lan: {addresses: [10.0.0.1/24], pipeline: inside}
  wan: {addresses: [198.51.100.1/24], pipeline: outside}
nat: {up: {pool: [interface wan], ports: 20000-29999}}
acls: {in: {default: drop, rules: [{state: [established], action: accept}]}}
routes: {main: [${route/#, /}]}
pipelines:
  inside: [track, {route: main}${snat/#0/}]
  outside: [track, ${dnat/#0/}{acl: in}, {route: main}]
END
	sed -i 's/main: \[0\]/main: []/' "$dir/weir.yaml"
}

reload() {      # reload GENERATION: and every conversation is asked twice more
	local rounds

	kill -HUP "$pid"
	wait_for 20 grep -q "generation $1 runs" "$dir/log" || return 1
	rounds=$(grep -c round "$dir/talk")
	wait_for 30 talked $((rounds + 3))
}

talked() {      # talked ROUNDS: or the talks have ended, which is told at the end
	[ "$(grep -c round "$dir/talk")" -ge "$1" ] || ! kill -0 "$talks"
}

ip netns add "$ns_weir"
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
for i in 1 2 3 4 5 6 7; do
	ip -n "$ns_lan" addr add "10.0.0.1$i/24" dev eth0
done
config 1 0 0
start
in_wan /usr/bin/python3 "$lasting" serve 198.51.100.2 7000 &
disown
check "the other end listens" wait_for 10 eval 'in_wan ss -lnt | grep -q ":7000 "'
check "neighbours are known" wait_for 10 in_lan ping -c 1 -W 1 -q 198.51.100.2
in_lan /usr/bin/python3 "$lasting" talk 10.0.0.10 8 198.51.100.2 7000 "$dir/stop" >"$dir/talk" 2>&1 &
talks=$!
check "conversations begin" wait_for 30 talked 1
generation=1
for features in "0 0 0" "0 1 0" "1 1 0" "1 0 1" "0 0 1" "1 0 0" "0 1 0" "1 0 0" "0 0 0" "1 1 1" "0 1 0" "1 0 0"; do
	config $features
	generation=$((generation + 1))
	check "reload to $features" reload "$generation"
done
touch "$dir/stop"
check "every conversation goes on" wait "$talks"
tail -1 "$dir/talk"
check "it ends" stop
check "it has handed packets over, and the ledger balances" balanced 'all(w["handed"] > 0 for w in r["workers"])'
echo "reowning: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
