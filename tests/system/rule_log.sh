#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Rules that are logged: lines of JSON, at a rate, over reloads, with a disk that is full and a pipe that nobody reads.
#
#   lan 10.0.0.10 --- [ Weir: 198.51.100.1 ] --- wan 198.51.100.2
#
# usage: rule_log.sh [BUILD]
tag=rl
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
. "$here/support/weirctl.bash"

# lines PYTHON [FILE]: an expression about the events E
lines() {
	python3 -c '
import json, sys
E = [json.loads(line) for line in open(sys.argv[2])]
rules = [e for e in E if e["event"] == "rule" and "verdict" in e]
over = sum(e["suppressed"] for e in E if "suppressed" in e)
named = lambda n: [e for e in rules if e.get("name") == n]
ok = eval("(%s)" % sys.argv[1])
if not ok: print("\n".join(map(str, E[-20:])))
sys.exit(not ok)' "$1" "${2:-$dir/events}"
}

udp() {         # udp NUMBER PORT [FROM]: packets from the wan, each of another port
	in_wan python3 -c '
import socket, sys
for i in range(int(sys.argv[1])):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("", int(sys.argv[3]) + i))
    s.sendto(b"x", ("10.0.0.10", int(sys.argv[2])))' "$1" "$2" "${3:-20000}"
}

same() {        # same NUMBER PORT: packets of one flow
	in_wan python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 30000))
for i in range(int(sys.argv[1])):
    s.sendto(b"x", ("10.0.0.10", int(sys.argv[2])))
    time.sleep(0.01)' "$1" "$2"
}

cat_config() {  # cat_config TO
	cat <<-YAML
	version: 1
	system: {workers: [0], idle: interrupt, flows: 16384}
	ports:
	  lan: {device: "net_af_packet0,iface=lan0"}
	  wan: {device: "net_af_packet1,iface=wan0"}
	interfaces:
	  lan: {addresses: [10.0.0.1/24], pipeline: inside}
	  wan: {addresses: [198.51.100.1/24], pipeline: outside}
	acls:
	  in:
	    default: drop
	    rules:
	      - {state: [established, related], action: accept}
	      - {name: ping, proto: icmp, action: accept, log: {prefix: "ping ", end: true}}
	      - {name: denied, proto: udp, dport: 53, action: drop, log: true}
	      - {proto: udp, dport: 54, action: reject, log: {rate: 10/s}}
	      - {name: quiet, proto: udp, dport: 55, action: drop, log: false}
	routes: {main: []}
	pipelines:
	  inside: [{drop: {if: {proto: udp, dport: 9}, log: true}}, track, {route: main}]
	  outside: [{track: {timeouts: {icmp: 1s}}}, {acl: in}, {route: main}]
	telemetry: {log: {to: $1}}
	YAML
}

rotated() {     # the file is moved away; what comes later is in a new one
	mv "$dir/events" "$dir/events.1"
	kill -HUP "$pid"
	wait_for 5 test -e "$dir/events"
	udp 1 53 21000
	sleep 0.4
	lines 'len(named("denied")) == 1 and any(e["event"] == "reload" and e["who"] == "SIGHUP" for e in E)'
}

ip netns add "$ns_weir"
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
cat_config "$dir/events" >"$dir/weir.yaml"
start
in_wan ping -q -c 5 -i 0.05 -W 2 10.0.0.10 >"$dir/ping"
in_lan bash -c 'echo x >/dev/udp/198.51.100.2/9'
udp 3 53
same 5 53
udp 5 55
sleep 3
check "a session once, at its begin" lines 'len([e for e in named("ping") if e.get("session") == "begin"]) == 1'
check "what a line says" lines '(lambda e: (e["prefix"], e["interface"], e["out"], e["verdict"], e["place"], e["owner"], e["tuple"][:34])
	== ("ping ", "wan", "lan", "accept", "weir.yaml:14", "acls.in", "icmp 198.51.100.2 > 10.0.0.10 echo"))(named("ping")[0])'
check "its end, with packets and why" lines '[(e["reason"], e["packets"], e["reply_packets"], e["bytes"]) for e in named("ping")
	if e.get("session") == "end"] == [("timeout", 5, 5, 420)]'
check "each packet that is dropped" lines 'len(named("denied")) == 8 and all(e["verdict"] == "drop" for e in named("denied"))'
check "a stage drop" lines '[(e["owner"], e["tuple"].split()[-1]) for e in rules if e["interface"] == "lan"] == [("pipelines.inside", "198.51.100.2:9")]'
check "log: false says nothing" lines 'named("quiet") == []'
udp 200 54
sleep 2.5
check "ten a second, the others counted" lines '(lambda n: 10 <= n <= 20 and n + over == 200)(len([e for e in rules if e["verdict"] == "reject"]))'
check "rotation" rotated
mkfifo "$dir/pipe"
cat_config "$dir/pipe" >"$dir/weir.yaml"
kill -HUP "$pid"
check "a pipe that nobody reads" wait_for 5 grep -q "generation 3 runs" "$dir/log"
for ((i = 0; i < 12; i++)); do udp 100 53 $((22000 + i * 100)); sleep 0.1; done
check "weirctl is answered meanwhile" timeout 1 "$weirctl" -s "$dir/control.sock" show ports
(timeout 2 cat "$dir/pipe" >"$dir/piped")
check "its lines were kept for a reader" lines 'len(named("denied")) >= 100 and len(named("denied")) + over >= 1000' "$dir/piped"
cat_config /dev/full >"$dir/weir.yaml"
kill -HUP "$pid"
check "a full disk" wait_for 5 grep -q "generation 4 runs" "$dir/log"
udp 50 53 23000
check "is said once" wait_for 3 grep -q "/dev/full cannot be written" "$dir/log"
check "and Weir goes on" in_wan ping -q -c 2 -i 0.05 -W 2 10.0.0.10
cat_config "/nowhere/file" >"$dir/weir.yaml"
kill -HUP "$pid"
check "a file that cannot be opened is refused" wait_for 5 grep -q "/nowhere/file: cannot be written" "$dir/log"
check "it stops" stop
check "every packet is accounted for" balanced
echo "rule log: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
