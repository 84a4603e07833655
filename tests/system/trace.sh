#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Why a packet takes its way: traces of real packets, and what a packet would meet now.
#
#   lan 10.0.0.10 --- [ Weir: 198.51.100.1 ] --- wan 198.51.100.2
#
# usage: trace.sh [BUILD]
tag=tr
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
. "$here/support/weirctl.bash"

ping_wan() { in_lan ping -q -c "$1" -i 0.05 -W 2 198.51.100.2 >/dev/null; }

json() {        # json FILE EXPRESSION: of the object o
	python3 -c '
import json, sys
o = json.load(open(sys.argv[1]))
if not eval("(%s)" % sys.argv[2]):
    sys.exit("not so: %s" % json.dumps(o)[:2000])' "$@"
}

traced() {      # traced COMMAND -- WORDS...: a trace while the command runs
	local command=$1 taker

	shift
	ctl trace "$@" -j >"$dir/trace.json" 2>"$dir/said" &
	taker=$!
	sleep 0.5
	eval "$command"
	wait $taker
}

refused_meanwhile() { # a second trace while one runs
	ctl trace for 2 src 192.0.2.200 >/dev/null 2>&1 &
	local first=$!
	sleep 0.4
	ctl trace for 1
	local status=$?
	wait $first
	[ $status -eq 1 ]
}

explained() {   # explained EXPRESSION INTERFACE PACKET
	ctl explain --in "$2" "$3" -j >"$dir/explain.json" && json "$dir/explain.json" "$1"
}

state() {       # what an explained packet must not change
	for what in nat "nat hosts" "sessions count" rules drops ledger neighbours flows limits; do
		# shellcheck disable=SC2086
		ctl show $what -j
	done | sed -E 's/"(idle|ago|first|last|expires|rate|latest)":[^,}]*//g'
}

same_state() {   # around 240 explained packets
	local i

	ctl clear sessions all >/dev/null
	state >"$dir/before"
	for ((i = 0; i < 60; i++)); do
		ctl explain --in lan "udp 10.0.0.$((i % 8 + 10)):$((4000 + i)) > 198.51.100.2:53"
		ctl explain --in lan "tcp 10.0.0.77:$((4000 + i)) > 198.51.100.$((i + 3)):80 S"
		ctl explain --in wan "udp 198.51.100.2:53 > 198.51.100.1:$((4000 + i))"
		ctl explain --in lan "icmp 10.0.0.10 > 10.0.0.1 echo-request id $i"
	done >"$dir/explained"
	state >"$dir/after"
	diff "$dir/before" "$dir/after"
}

# Real packets may come in meanwhile: ND of the stations.
changes_nothing() { same_state || same_state || same_state; }

hostile_calls() {
	python3 - "$dir/control.sock" <<-'PY'
	import json, socket, sys
	def ask(method, **params):
	    s = socket.socket(socket.AF_UNIX)
	    s.connect(sys.argv[1])
	    s.sendall((json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}) + "\n").encode())
	    return json.loads(s.makefile().readline())
	for p in ["", "tcp", "x" * 5000, "tcp 10.0.0.1:1 > 10.0.0.2:99999", "\x1b[31m", "tcp 10.0.0.2:1 > 203.0.113.9:80 size 99999",
	          "arp who-has 999.0.0.1 tell 1"]:
	    assert "error" in ask("explain", **{"in": "lan", "packet": p}), p
	for name in ["", "nowhere", "l" * 4000]:
	    assert "error" in ask("explain", **{"in": name, "packet": "udp 10.0.0.2:1 > 10.0.0.3:1"}), name
	assert "error" in ask("explain", packet="udp 10.0.0.2:1 > 10.0.0.3:1")
	assert "error" in ask("explain", **{"in": "lan"})
	for p in [{"count": "0"}, {"count": "-1"}, {"count": "99999999999999999999"}, {"seconds": "x"}, {"src": "nonsense"}, {"proto": "x"},
	          {"interface": "nowhere"}, {"sport": "70000"}, {"from": "77"}, {"bogus": "1"}]:
	    assert "error" in ask("trace", **p), p
	# unusual packets, each answered
	for p in ["udp 10.0.0.2:1 > 224.0.0.5:1", "udp 10.0.0.2:1 > 255.255.255.255:67", "arp who-has 10.0.0.1 tell 10.0.0.9",
	          "ns who-has 2001:db8:1::1 tell 2001:db8:1::7", "udp 10.0.0.2:1 > 198.51.100.2:1 frag 0 mf",
	          "udp 10.0.0.2 > 198.51.100.2 frag 1480", "udp 10.0.0.2:1 > 198.51.100.2:1 ttl 1",
	          "udp 10.0.0.2:1 > 198.51.100.2:1 size 5000 df", "udp 10.0.0.2:1 > 198.51.100.2:1 ip-csum bad",
	          "icmp 198.51.100.2 > 10.0.0.10 time-exceeded (udp 10.0.0.10:7 > 203.0.113.9:80)", "ip 10.0.0.2 > 198.51.100.2 proto 47",
	          "tcp 10.0.0.2:1 > 198.51.100.1:1 S", "udp 127.0.0.1:1 > 198.51.100.2:1"]:
	    r = ask("explain", **{"in": "lan", "packet": p})
	    assert "verdict" in r.get("result", {}), (p, r)
	PY
}

cat >"$dir/weir.yaml" <<-'YAML'
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
	      - {name: answers, state: [established, related], action: accept}
	      - {name: dns, proto: udp, dport: 53, action: drop}
	routes: {main: []}
	nat: {uplink: {pool: [198.51.100.1]}}
	pipelines:
	  inside: [track, {route: main}, {snat: uplink}]
	  outside: [track, {acl: in}, {route: main}]
	YAML
ip netns add "$ns_weir"
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
start
ping_wan 2
ctl clear sessions all >/dev/null
check "a trace of pings" traced "ping_wan 5" -n 6 proto icmp interface lan for 5
check "has what stages decided, then hits" json "$dir/trace.json" \
	'len(o["packets"]) == 5 and o["packets"][0]["path"] == "slow" and o["packets"][-1]["path"] == "fast" and [s["stage"] for s in o["packets"][0]["stages"]] == ["track", "route", "snat"] and not [p for p in o["packets"] if p["path"] == "fast" and p["stages"]] and "198.51.100.1" in o["packets"][4]["program"] and o["ended"] == "time"'
check "both directions" traced "ping_wan 3" count 6 proto icmp
check "end by their number" json "$dir/trace.json" 'len(o["packets"]) == 6 and o["ended"] == "count" and {p["in"] for p in o["packets"]} == {"lan", "wan"}'
check "drops with their line" traced 'in_wan bash -c "for i in 1 2 3; do echo x >/dev/udp/10.0.0.10/53; done"' -n 3 drops src 198.51.100.2
check "are told" json "$dir/trace.json" '[(p["reason"], p["rule"], p["name"]) for p in o["packets"]] == [("acl_denied", "weir.yaml:14", "dns")] * 3'
check "as text" bash -c "(sleep 0.5; ip netns exec $ns_lan ping -q -c 2 -i 0.05 -W 2 198.51.100.2 >/dev/null) &
	'$weirctl' -s '$dir/control.sock' trace -n 2 proto icmp interface lan >'$dir/text' && cat '$dir/text'; grep -q '^path      miss' '$dir/text' && grep -q '^  snat    snat uplink' '$dir/text'"
check "one trace at a time" refused_meanwhile
check "a filter that is none" bash -c "! '$weirctl' -s '$dir/control.sock' trace src nonsense"
check "show drops has the headers" ctl show drops
ctl show drops -j >"$dir/drops.json"
check "of the latest ones" json "$dir/drops.json" '[d for d in o["drops"] if d["reason"] == "acl_denied"][0]["latest"][0]["packet"].startswith("udp 198.51.100.2:") and [d for d in o["drops"] if d["reason"] == "acl_denied"][0]["latest"][0]["rule"] == "weir.yaml:14"'
ping_wan 1
check "explain: a known conversation" explained '(o["verdict"], o["out"]) == ("output", "wan") and o["session"]["direction"] == "forward"' lan "$(
	ctl show sessions proto icmp -j | python3 -c 'import json, sys; s = json.load(sys.stdin)["sessions"][0]; print("icmp 10.0.0.10 > 198.51.100.2 echo-request id %s" % s["src"].split()[-1])')"
check "is a hit" json "$dir/explain.json" 'o["path"] == "fast"'
check "explain: a new one" explained '(o["verdict"], o["session"]["state"], o["session"]["nat"]["src"]) == ("output", "new", "198.51.100.1:5203")' lan "tcp 10.0.0.10:5203 > 198.51.100.2:80 S"
check "explain: what is denied" explained '(o["verdict"], o["reason"], o["rule"], o["owner"]) == ("drop", "acl_denied", "weir.yaml:14", "acls.in")' wan "udp 198.51.100.2:9 > 10.0.0.10:53"
check "explain: a neighbour that nobody knows" explained 'o["verdict"] == "output" and o["waits"]' lan "udp 10.0.0.10:1 > 198.51.100.77:1"
check "explain changes nothing" changes_nothing
check "hostile and unusual calls" hostile_calls
check "cycles of stages" ctl show pipelines
ctl show pipelines -j >"$dir/pipelines.json"
check "are there" json "$dir/pipelines.json" 'all(s["evaluated"] > 0 for s in o["stages"]) and [s for s in o["stages"] if s["name"] == "snat"][0]["cycles"] > 0'
check "inside hosts" bash -c "'$weirctl' -s '$dir/control.sock' show nat hosts | grep 10.0.0.10"
check "it stops" stop
check "every packet is accounted for" balanced
echo "trace: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
