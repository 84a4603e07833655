#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# weirctl explain with two workers: whichever of them owns a flow, the answer is that of its session, in both directions, and nothing changes.
#
#   lan 10.0.0.10 --- [ Weir: NAT to 198.51.100.9 ] --- wan 198.51.100.2
#
# usage: explain_workers.sh [BUILD]
tag=wtw
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
. "$here/support/weirctl.bash"
flows=12

cat >"$dir/weir.yaml" <<-'YAML'
	version: 1
	system: {workers: [0, 1], spread: always, flows: 8192, memory: {hugepages: no}}
	ports:
	  lan: {device: "net_af_packet0,iface=lan0", queues: 1}
	  wan: {device: "net_af_packet1,iface=wan0", queues: 1}
	interfaces:
	  lan: {addresses: [10.0.0.1/16], pipeline: inside}
	  wan: {addresses: [198.51.100.1/24], pipeline: outside}
	acls:
	  in: {default: drop, rules: [{state: [established, related], action: accept}]}
	routes: {main: []}
	nat: {uplink: {pool: [198.51.100.9]}}
	pipelines:
	  inside: [track, {route: main}, {snat: uplink}]
	  outside: [track, {acl: in}, {route: main}]
	YAML

talk() {        # an answered UDP flow from each of so many addresses and ports
	in_wan python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("198.51.100.2", 7))
s.settimeout(20)
open(sys.argv[1], "w")
try:
    while True:
        data, who = s.recvfrom(100)
        s.sendto(data, who)
except TimeoutError:
    pass' "$dir/echoes" &
	local echo=$!
	wait_for 10 test -e "$dir/echoes"
	# Far from each other: addresses in a row often have one owner.
	for ((i = 1; i <= flows; i++)); do ip -n "$ns_lan" addr add "10.0.$((i * 37 % 256)).$((i * 91 % 256))/16" dev eth0; done
	in_lan python3 -c '
import socket, sys
for i in range(int(sys.argv[1])):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("10.0.%d.%d" % ((i + 1) * 37 % 256, (i + 1) * 91 % 256), 20000 + i))
    s.settimeout(1)
    answers = 0
    for _ in range(20):         # the first ones wait until the public address has been probed for
        s.sendto(b"x", ("198.51.100.2", 7))
        try:
            answers += s.recv(100) == b"x"
        except TimeoutError:
            pass
        if answers == 3:
            break
    assert answers == 3' "$flows"
	local status=$?
	kill "$echo"
	wait "$echo" 2>/dev/null
	return $status
}

sessions() { ctl show sessions proto udp dport 7 -j >"$dir/sessions"; }

# explained: of every session, the packet that goes and the one that comes back
explained() {
	sessions || return 1
	/usr/bin/python3 - "$dir/sessions" "$weirctl" "$dir/control.sock" "$flows" <<-'PY'
	import collections, json, subprocess, sys
	path, weirctl, control, flows = sys.argv[1:]
	sessions = json.load(open(path))["sessions"]
	assert len(sessions) == int(flows), len(sessions)
	owners = collections.Counter(s["worker"] for s in sessions)
	print(owners)
	assert sorted(owners) == [0, 1], "one worker owns all: %s" % owners
	def explain(where, packet):
	    return json.loads(subprocess.run([weirctl, "-s", control, "explain", "--in", where, packet, "-j"], check=True,
	                                     capture_output=True, text=True).stdout)
	for s in sessions:
	    out = explain("lan", "udp %s > %s" % (s["src"], s["dst"]))
	    assert (out["verdict"], out["out"], out["path"], out["worker"]) == ("output", "wan", "fast", s["worker"]), (s, out)
	    assert (out["session"]["direction"], out["session"]["nat"]["src"]) == ("forward", s["snat"]), (s, out)
	    back = explain("wan", "udp %s > %s" % (s["dst"], s["snat"]))
	    assert (back["verdict"], back["out"], back["worker"]) == ("output", "lan", s["worker"]), (s, back)
	    assert back["session"]["direction"] == "reply", (s, back)
	new = collections.Counter()
	for i in range(12):         # first packets: explained by the worker that would own them
	    o = explain("lan", "udp 10.0.%d.%d:%d > 198.51.100.2:99" % (1 + i * 29 % 250, 2 + i * 101 % 250, 30000 + i))
	    assert (o["verdict"], o["session"]["state"]) == ("output", "new"), o
	    new[o["worker"]] += 1
	    o = explain("wan", "udp 198.51.100.2:7 > 198.51.100.9:%d" % (1024 + i))
	    assert o["verdict"] in ("drop", "output"), o
	print(new)
	assert sorted(new) == [0, 1], new
	PY
}

unchanged() {   # what the account, sessions and pools say, before and after all that was explained
	local what
	for what in "show ledger" "show sessions count" "show nat" "show rules" "show drops"; do
		# shellcheck disable=SC2086
		ctl $what -j | sed -E 's/"(rate|seconds|idle|first|last|ago)": *[0-9.]+//g'
	done
}
changes_nothing() {
	unchanged >"$dir/before"
	explained || return 1
	unchanged >"$dir/after"
	diff "$dir/before" "$dir/after"
}

ip netns add "$ns_weir"
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
start
check "flows of many addresses" talk
sleep 1.2
# Frames that the kernels send by themselves, ND and ARP, may fall in between.
check "each is explained by its owner, and nothing changes" eval 'changes_nothing || changes_nothing || changes_nothing'
check "flows go on" in_lan ping -q -c 3 -i 0.1 -W 2 198.51.100.2
check "it stops" stop
check "every packet is accounted for" balanced
echo "explain_workers: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
