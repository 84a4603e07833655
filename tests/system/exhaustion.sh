#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What is used up says so: public ports, sessions and packet buffers, as events, as metrics, and in weirctl; and is well again afterwards.
#
#   lan 10.0.0.10 --- [ Weir: 198.51.100.1 ] --- wan 198.51.100.2
#
# usage: exhaustion.sh [BUILD]
tag=wex
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
. "$here/support/weirctl.bash"

cat_config() {  # cat_config PORTS: those of the pool
	cat <<-YAML
	version: 1
	system: {workers: [0], flows: 1024, memory: {hugepages: no}}
	ports:
	  lan: {device: "net_af_packet0,iface=lan0"}
	  wan: {device: "net_af_packet1,iface=wan0"}
	interfaces:
	  lan: {addresses: [10.0.0.1/24], pipeline: inside}
	  wan: {addresses: [198.51.100.1/24], pipeline: outside}
	acls:
	  in: {default: drop, rules: [{state: [established, related], action: accept}]}
	routes: {main: []}
	nat: {uplink: {pool: [198.51.100.9], ports: $1}}
	pipelines:
	  inside: [{track: {timeouts: {udp: 300s}}}, {route: main}, {snat: uplink}]
	  outside: [track, {acl: in}, {route: main}]
	telemetry: {http: {listen: "127.0.0.1:9977"}, log: {to: $dir/events}}
	YAML
}

udp() {         # udp NUMBER: packets from as many ports
	in_lan python3 -c '
import socket, sys
for i in range(int(sys.argv[1])):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("", 20000 + i))
    s.sendto(b"x", ("198.51.100.2", 9))' "$1"
}
answered() {    # answered NUMBER: sessions with an answer, which nothing displaces
	ip netns exec "$ns_wan" python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("198.51.100.2", 7))
open(sys.argv[1], "w")
while True:
    data, who = s.recvfrom(100)
    s.sendto(data, who)' "$dir/echoes" &
	local echo=$!
	wait_for 10 test -e "$dir/echoes"
	in_lan python3 -c '
import socket, sys
for i in range(int(sys.argv[1])):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("", 30000 + i))
    s.settimeout(0.5)
    for _ in range(10):
        s.sendto(b"x", ("198.51.100.2", 7))
        try:
            if s.recv(100) == b"x":
                break
        except TimeoutError:
            pass' "$1"
	kill "$echo"
	wait "$echo" 2>/dev/null
	return 0
}
told() {        # told PYTHON: an event e of the log
	python3 -c '
import json, sys
for line in open(sys.argv[1]):
    e = json.loads(line)
    if e["event"] == "limit" and eval("(%s)" % sys.argv[2], {"e": e}):
        print(line)
        sys.exit(0)
print(open(sys.argv[1]).read()[-2000:])
sys.exit(1)' "$dir/events" "$1"
}
metric() {      # metric NAME PYTHON: of its value v
	ip netns exec "$ns_weir" curl -sS -m 5 http://127.0.0.1:9977/metrics >"$dir/metrics" || return 1
	grep -F "$1" "$dir/metrics"
	python3 -c '
import sys
v = sum(float(l.split()[-1]) for l in open(sys.argv[1]) if l.startswith(sys.argv[2]))
sys.exit(not eval(sys.argv[3]))' "$dir/metrics" "$1" "$2"
}

cat_config 5000-5019 >"$dir/weir.yaml"
ip netns add "$ns_weir"
ip -n "$ns_weir" link set lo up
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
in_wan ip route add 198.51.100.9 via 198.51.100.1
start
in_lan ping -q -c 1 -W 1 198.51.100.2 >/dev/null
sleep 1.2
check "more flows than public ports" udp 60
check "packets without a port: an event" wait_for 5 told 'e.get("reason") == "nat_no_port" and e["packets"] > 0'
check "the pool is low: an event" wait_for 5 told 'e.get("resource") == "public ports" and (e["name"], e["used"], e["most"], e["state"]) == ("uplink", 20, 20, "low")'
check "the alert's metrics" metric weir_nat_no_port_total 'v > 0'
check "ports in use" metric 'weir_nat_ports_used{' 'v >= 20'
check "weirctl: the reason" finds nat_no_port show drops trouble
check "weirctl: the pool" shows "any(p.get('no_port', 0) > 0 for p in r['pools'])" show nat
cat_config 1024-65535 >"$dir/next.yaml"
check "a larger pool" ctl commit "$dir/next.yaml"
check "the event that it is well again" wait_for 5 told 'e.get("resource") == "public ports" and e["state"] == "enough"'

check "1,024 sessions with an answer" answered 1024
check "the table is low: an event" wait_for 5 told 'e.get("resource") == "sessions" and e["state"] == "low" and e["most"] == 1024'
check "the alert's metric" metric weir_sessions_limit "v == 1024"
check "they are ended" ctl clear sessions all
check "it is well again when they have ended" wait_for 25 told 'e.get("resource") == "sessions" and e["state"] == "enough"'
check "and answers" in_lan ping -q -c 3 -i 0.1 -W 2 10.0.0.1
check "it stops" stop
check "every packet is accounted for" balanced
echo "exhaustion: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
