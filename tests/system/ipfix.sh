#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Flows by IPFIX, decoded by nfcapd and by support/ipfix.py, each field compared with what was sent:
#
#   lan 10.0.0.10, 2001:db8:1::10  --- [ Weir: NAT to 198.51.100.1 ] ---  wan 198.51.100.2, 2001:db8:2::2
#                                             |
#                                   collectors on the loopback
#
# Then collectors that close, reset, stall and are away, reloads that change the collector, and an exporter whose thread is
# held: no record is lost but those that are counted.
#
# usage: ipfix.sh [BUILD]
tag=wx
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
. "$here/support/weirctl.bash"
. "$here/support/traffic.bash"
collector=$here/support/ipfix.py
traffic=$here/support/ipfix_flows.py

in_weir() { ip netns exec "$ns_weir" "$@"; }

collect() {     # collect PROTOCOL ADDRESS PORT FILE [MODE...]: the strict decoder, in the background
	(exec ip netns exec "$ns_weir" /usr/bin/python3 "$collector" "$@") 2>>"$dir/collector.log" &
	collector_pid=$!
	disown
	wait_for 10 listens "$3"
}
listens() { in_weir ss -lntu | grep -q ":$1 "; }

leave() {       # the decoder ends: it has met nothing that breaks a rule
	kill -TERM "$collector_pid" 2>/dev/null
	! grep -q broken "$@"
}

udp=2s          # timeout of sessions
config() {      # config TELEMETRY: the configuration with that section
	cat >"$dir/weir.yaml" <<END
version: 1
system: {workers: [0], idle: interrupt, control: 0, flows: 4096}
ports:
  lan: {device: "net_af_packet0,iface=lan0"}
  wan: {device: "net_af_packet1,iface=wan0"}
interfaces:
  lan: {addresses: [10.0.0.1/24, "2001:db8:1::1/64"], pipeline: inside}
  wan: {addresses: [198.51.100.1/24, "2001:db8:2::1/64"], pipeline: outside}
routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}
sets: {untracked: [198.51.100.3, "2001:db8:2::3"]}
nat: {uplink: {pool: [198.51.100.1], ports: 20000-20999, per_source: 250, log: true}}
pipelines:
  inside:
    - drop: {if: {proto: udp, dport: 666}}
    - track: {timeouts: {udp: $udp, icmp: 2s}, if: {dst: "!\$untracked"}}
    - route: main
    - snat: {use: uplink, if: {out: wan, dst: "!\$untracked"}}
  outside:
    - track: {timeouts: {udp: $udp, icmp: 2s}, if: {src: "!\$untracked"}}
    - dnat: {to: 10.0.0.10, if: {dst: 198.51.100.1, proto: tcp, dport: 80}}
    - route: main
$1
END
}

reload() {      # reload TELEMETRY
	local n
	n=$(grep -c "generation [0-9]* runs" "$dir/log")
	config "$1"
	kill -HUP "$pid"
	wait_for 10 eval '[ $(grep -c "generation [0-9]* runs" "$dir/log") -gt '"$n"' ]'
}

total() {       # total FILE...: packets of all flow records, both directions
	cat "$@" | python3 -c '
import json, sys
print(sum(r.get("packetDeltaCount", 0) + r.get("reversePacketDeltaCount", 0) for r in map(json.loads, sys.stdin)))'
}

has() {         # has FILE PYTHON: an expression about the records
	python3 -c '
import json, sys
records = [json.loads(line) for line in open(sys.argv[1])]
flows = [r for r in records if "flowStartMilliseconds" in r]
events = [r for r in records if "natEvent" in r]
names = {r["ingressInterface"]: r["interfaceName"] for r in records if "interfaceName" in r}
gaps = sum(r["gap"] for r in records if "gap" in r)
ok = eval("(%s)" % sys.argv[2])
if not ok:
    for r in records[-60:]:
        print(r)
sys.exit(not ok)' "$@"
}

shown() {       # shown PYTHON: an expression about weirctl show ipfix
	ctl -j show ipfix | tee "$dir/shown" | python3 -c '
import json, sys
f = json.load(sys.stdin)
sys.exit(not eval("(%s)" % sys.argv[1]))' "$1" || { cat "$dir/shown"; return 1; }
}

hold() {        # the exporter's thread stands still
	(exec /usr/bin/python3 "$here/support/hold_thread.py" "$pid" weir-ipfix) >"$dir/held" 2>&1 &
	holder=$!
	disown
	wait_for 5 grep -q held "$dir/held"
}

ip netns add "$ns_weir"
ip -n "$ns_weir" link set lo up
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
ip -n "$ns_wan" addr add 198.51.100.3/24 dev eth0
ip -n "$ns_wan" addr add 2001:db8:2::3/64 dev eth0 nodad
ip -n "$ns_wan" route add 10.0.0.0/24 via 198.51.100.1
mkdir "$dir/nf"
(exec ip netns exec "$ns_weir" nfcapd -b 127.0.0.1 -p 4739 -w "$dir/nf" -t 3600) >"$dir/nfcapd.log" 2>&1 &
nfcapd=$!
disown
check "nfcapd listens" wait_for 10 listens 4739
config 'telemetry: {ipfix: {collector: "127.0.0.1:4739", active_timeout: 4s}}'
start

# --- nfdump and the strict decoder see the same traffic, one after the other ---
in_wan /usr/bin/python3 "$traffic" serve &
disown
check "the other end listens" wait_for 10 eval 'in_wan ss -lnu | grep -q "2001:db8:2::3.*:5353 "'
check "traffic for nfcapd" in_lan /usr/bin/python3 "$traffic" send "$dir/sent.nf"
sleep 5.5                       # the flows without a session are told by the active timeout
check "another collector, IPv6" collect udp ::1 4740 "$dir/udp"
check "reload to it" reload 'telemetry: {ipfix: {collector: "[::1]:4740", active_timeout: 4s, domain: 7, template_refresh: 2s}}'
check "traffic for the decoder" in_lan /usr/bin/python3 "$traffic" send "$dir/sent.udp"
sleep 5.5
kill -TERM "$nfcapd"
wait_for 10 eval '! [ -d /proc/'"$nfcapd"' ]'
check "nfdump has all fields" /usr/bin/python3 "$traffic" compare-nfdump "$dir/sent.nf" "$dir/nf"
check "the decoder has all fields" /usr/bin/python3 "$traffic" compare "$dir/sent.udp" "$dir/udp"
check "no gap over UDP" has "$dir/udp" 'gaps == 0'
check "interfaces have names" has "$dir/udp" 'set(names.values()) == {"lan", "wan"}'
check "messages fit into the MTU" has "$dir/udp" 'max(r.get("message", 0) for r in records) <= 1452'
check "the domain" has "$dir/udp" 'all(r["domain"] == 7 for r in flows)'
check "weirctl: all sent" shown 'f["state"] == "sending" and f["waiting"] == f["lost"] == 0 and f["records"] > 10'

# --- hostile collectors ---
in_lan /usr/bin/python3 "$traffic" quota
sleep 1
check "an event for the quota" has "$dir/udp" '[e for e in events if e["natEvent"] == 13 and e["maxEntriesPerUser"] == 250
    and e["sourceIPv4Address"] == "10.0.0.10"]'
check "its sessions end in time" wait_for 12 eval 'ctl show sessions proto udp count | grep -q "^ *0"'
sleep 1
check "the decoder met no fault" leave "$dir/udp"
check "a TCP collector that is away: reload" reload 'telemetry: {ipfix: {collector: "127.0.0.1:4741", protocol: tcp, active_timeout: 4s}}'
in_lan /usr/bin/python3 "$traffic" count 100
check "weirctl: it fails" wait_for 5 shown 'f["state"] == "failing" and f["error"] == "Connection refused"'
check "it comes, and resets after two messages" collect tcp 127.0.0.1 4741 "$dir/tcp" reset 2
in_lan /usr/bin/python3 "$traffic" count 100
check "weirctl: it sends" wait_for 10 shown 'f["state"] == "sending" and f["connects"] > 1'
check "it has read what its kernel has acknowledged" wait_for 10 eval '[ "$(total "$dir/tcp")" -ge 200 ]'
kill -KILL "$collector_pid"
in_lan /usr/bin/python3 "$traffic" count 100
check "it is killed, and comes back slow" collect tcp 127.0.0.1 4741 "$dir/tcp" stall 2
in_lan /usr/bin/python3 "$traffic" count 100
check "weirctl: all is acknowledged" wait_for 20 shown 'f["waiting"] == 0 and f["lost"] == 0'
check "no packet is missing" wait_for 30 eval '[ "$(total "$dir/tcp")" -ge 400 ]'
check "its thread is held, as by a debugger" hold
check "packets pass" in_lan ping -q -c 20 -i 0.05 -w 10 198.51.100.2
in_lan /usr/bin/python3 "$traffic" count 100
check "control answers" shown 'f["state"] == "sending"'
check "a reload runs" reload 'telemetry: {ipfix: {collector: "127.0.0.1:4741", protocol: tcp, active_timeout: 5s}}'
check "sessions end" wait_for 12 eval 'ctl show sessions proto udp count | grep -q "^ *0"'
before=$(total "$dir/tcp")
kill -TERM "$holder"
check "once it goes on, all of it is sent" wait_for 10 eval '[ "$(total "$dir/tcp")" -ge $((before + 100)) ]'
check "nothing was lost" shown 'f["lost"] == 0'
check "the decoder met no fault over TCP" has "$dir/tcp" 'not [r for r in records if "broken" in r]'
in_lan /usr/bin/python3 "$traffic" count 40
check "export ends by a reload" reload 'telemetry: {nat_log: nat.log}'
check "weirctl: it is off" wait_for 3 shown 'f["state"] == "off"'
udp=600s        # they end with Weir
check "and begins again" reload 'telemetry: {ipfix: {collector: "127.0.0.1:4741", protocol: tcp}}'
in_lan /usr/bin/python3 "$traffic" count 77
check "it ends" stop
check "what ended with it was sent" has "$dir/tcp" 'sum(r["packetDeltaCount"] for r in flows if r["flowEndReason"] == 4) >= 77'
check "the ledger balances" balanced

echo "ipfix: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
