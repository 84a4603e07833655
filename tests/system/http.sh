#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# HTTP: what /metrics and /api say of a running Weir is what happened, whoever else is connected; Prometheus reads it.
#
#   lan 10.0.0.10 --- [ Weir: 198.51.100.1 ] --- wan 198.51.100.2
#
# usage: http.sh [BUILD]
tag=wh
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
. "$here/support/weirctl.bash"
root=$(realpath "$here/../..")

get() { ip netns exec "$ns_weir" curl -sS -m 5 "http://127.0.0.1:$port$1"; }

# says STATUS TEXT CURL...: the status of an answer, and text in it
says() {
	local status=$1 text=$2

	shift 2
	ip netns exec "$ns_weir" curl -sS -m 5 -i "$@" >"$dir/answer" 2>&1
	cat "$dir/answer"
	grep -q "^HTTP/1.1 $status " "$dir/answer" && grep -q -- "$text" "$dir/answer"
}

# metric PYTHON: an expression about m, the samples by name and labels as they are printed
metric() {
	get /metrics >"$dir/metrics" || return 1
	python3 -c '
import sys
m = {}
for line in open(sys.argv[1]):
    if not line.startswith("#"):
        name, value = line.rsplit(" ", 1)
        assert name not in m, name
        m[name] = float(value)
print("".join("%s %g\n" % x for x in m.items()))
sys.exit(not eval("(%s)" % sys.argv[2]))' "$dir/metrics" "$1"
}

# Every verb that shows, by HTTP and by the socket: the same object with the same members, and equal where nothing moves.
same_objects() {
	for verb in pipelines nat routes rules limits history ledger config; do
		get "/api/show/$verb" >"$dir/http.json" && ctl -j show "$verb" >"$dir/socket.json" || return 1
		python3 -c '
import json, sys
a, b = (json.load(open(f)) for f in sys.argv[2:])
if sys.argv[1] == "rules":                              # seconds ago
    for r in a["rules"] + b["rules"]:
        r.pop("first", 0), r.pop("last", 0)
sys.exit(a != b)' "$verb" "$dir/http.json" "$dir/socket.json" || { echo "$verb"; cat "$dir/http.json" "$dir/socket.json"; return 1; }
	done
	for verb in $(get /api/ | python3 -c 'import json, sys; [print(p["path"]) for p in json.load(sys.stdin)["paths"]]'); do
		get "$verb" | python3 -c 'import json, sys; sys.exit("error" in json.load(sys.stdin))' || { echo "$verb"; return 1; }
	done
}

cat_config() {  # cat_config ADDRESS:PORT
	cat <<-YAML
	version: 1
	system: {workers: [0], flows: 16384}
	ports:
	  lan: {device: "net_af_packet0,iface=lan0"}
	  wan: {device: "net_af_packet1,iface=wan0"}
	interfaces:
	  lan: {addresses: [10.0.0.1/24], pipeline: inside}
	  wan: {addresses: [198.51.100.1/24], pipeline: outside}
	acls:
	  in: {default: drop, rules: [{state: [established, related], action: accept}]}
	nat: {uplink: {pool: [198.51.100.1]}}
	pipelines:
	  inside: [track, {route: main}, {snat: uplink}]
	  outside: [track, {acl: in}, {route: main}]
	routes: {main: [{to: 192.0.2.0/24, blackhole: true}]}
	telemetry: {http: {listen: "$1"}}
	YAML
}

# No part of a long answer waits for the client's delayed acknowledgement: counted by the kernel, one for each answer that did.
answers_at_once() {
	ip netns exec "$ns_weir" python3 - "$port" <<-'PY'
	import http.client, sys
	def delayed():
	    names, values = [line.split() for line in open("/proc/net/netstat") if line.startswith("TcpExt:")]
	    return int(dict(zip(names, values))["DelayedACKs"])
	link, before = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=5), delayed()
	for _ in range(50):
	    link.request("GET", "/")
	    assert len(link.getresponse().read()) > 16384
	print(delayed() - before, "acknowledgements were delayed")
	sys.exit(delayed() - before > 10)
	PY
}

shares() {      # figures are read anew once in 10 ms, however many ask; they are never older, nor of an earlier generation
	ip netns exec "$ns_weir" python3 - "$port" "$weirctl" "$dir/control.sock" <<-'PY'
	import http.client, re, subprocess, sys, time
	link = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=5)
	def value(name):
	    link.request("GET", "/metrics")
	    return float(re.search("(?m)^" + name + r"(?:\{[^}]*\})? (\S+)", link.getresponse().read().decode()).group(1))
	ages, until = [], time.monotonic() + 0.5
	while time.monotonic() < until:      # the clock of now, less the uptime of the reading
	    ages.append(value("process_start_time_seconds"))
	ages = sorted(age - min(ages) for age in ages)
	print(len(ages), "scrapes; one reading in four is older than", ages[len(ages) * 3 // 4], "s")
	assert ages[len(ages) * 3 // 4] >= 0.005
	for _ in range(5):
	    before = value("weir_worker_sleeps_total")
	    time.sleep(0.03)
	    assert value("weir_worker_sleeps_total") > before
	    generation = value("weir_config_generation")
	    subprocess.run([sys.argv[2], "-s", sys.argv[3], "reload"], check=True, stdout=subprocess.DEVNULL)
	    assert value("weir_config_generation") > generation
	PY
}

moves() {       # the listener follows the configuration
	cat_config "127.0.0.1:9978" >"$dir/weir.yaml"
	ctl reload >/dev/null || return 1
	wait_for 3 ip netns exec "$ns_weir" curl -sf "http://127.0.0.1:9978/metrics" || return 1
	! ip netns exec "$ns_weir" curl -s -m 1 "http://127.0.0.1:9977/metrics" || return 1
	port=9978
}

refused() {
	echo "version: 2" >"$dir/bad.yaml"
	ctl commit "$dir/bad.yaml"
	metric 'm["weir_config_reloads_total{result=\"failure\"}"] == 1 and m["weir_config_last_reload_successful"] == 0'
}

leaves() {      # and is gone with it
	cat_config "127.0.0.1:9978" | grep -v telemetry >"$dir/weir.yaml"
	ctl reload >/dev/null || return 1
	sleep 0.3
	! ip netns exec "$ns_weir" curl -s -m 1 "http://127.0.0.1:9978/metrics"
}

ip netns add "$ns_weir"
ip -n "$ns_weir" link set lo up
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
port=9977
cat_config "127.0.0.1:$port" >"$dir/weir.yaml"
start
in_lan ping -q -c 5 -i 0.05 -W 2 198.51.100.2 >"$dir/ping"
in_wan ping -q -c 3 -i 0.05 -W 1 10.0.0.10 >>"$dir/ping"

check "ready" says 200 "^ready" "http://localhost:$port/readyz"
check "healthy" says 200 "^ok" "http://127.0.0.1:$port/healthz"
if command -v promtool >/dev/null; then
	check "promtool finds nothing" sh -c "$(printf 'ip netns exec %s curl -sf http://127.0.0.1:%s/metrics' "$ns_weir" "$port") | promtool check metrics"
fi
check "packets" metric 'm["weir_interface_receive_packets_total{interface=\"lan\"}"] >= 5 and
	m["weir_interface_transmit_bytes_total{interface=\"wan\"}"] >= 5 * 98'
check "drops" metric 'm["weir_drops_total{reason=\"acl_denied\",interface=\"wan\"}"] == 3'
check "sessions, NAT, the ledger" metric 'm["weir_sessions"] == 1 and m["weir_ledger_imbalance"] == 0 and
	m["weir_nat_ports_used{pool=\"uplink\",address=\"198.51.100.1\"}"] == 1'
check "hits and misses" metric 'm["weir_flow_lookups_total{result=\"hit\"}"] >= 5 and m["weir_flow_lookups_total{result=\"miss\"}"] >= 2'
check "workers and pools" metric '0 <= m["weir_worker_busy_ratio{worker=\"0\"}"] <= 1 and m["weir_worker_cycles_per_packet"] > 0
	and 0 < m["weir_mbufs_free{pool=\"node0\"}"] <= m["weir_mbufs{pool=\"node0\"}"]'
check "every object is weirctl's" same_objects
check "a packet more" in_lan ping -q -c 1 -W 2 198.51.100.2
check "a filter" says 200 '"count":[1-9]' "http://127.0.0.1:$port/api/show/sessions?proto=icmp&count"
check "a wrong filter" says 400 "is no protocol" "http://127.0.0.1:$port/api/sessions?proto=foo"
check "a parameter twice" says 400 "twice" "http://127.0.0.1:$port/api/sessions?proto=tcp&proto=udp"
check "nothing changes by it" says 404 "no such path" "http://127.0.0.1:$port/api/clear/sessions?all"
check "nor by POST" says 405 "^Allow: GET, HEAD" -X POST "http://127.0.0.1:$port/api/reload"
check "a name from elsewhere" says 403 "localhost" -H "Host: rebound.example:$port" "http://127.0.0.1:$port/api/show/config"
check "no other path" says 404 "there are" "http://127.0.0.1:$port/etc/passwd"
check "the page has a policy" says 200 "^Content-Security-Policy: default-src 'none'; script-src 'sha256-" "http://127.0.0.1:$port/"
check "nowhere but there" sh -c "[ \$(ip netns exec $ns_weir ss -Hltn | wc -l) -eq 1 ]"
check "long answers at once" answers_at_once
check "figures are shared, and fresh" shares
check "hostile clients" ip netns exec "$ns_weir" python3 "$here/support/hostile_http.py" 127.0.0.1 "$port" 6
cat "$dir/out"
check "weirctl meanwhile" ctl show ports
check "the listener follows a reload" moves
check "a refused configuration is counted" refused
check "and goes with the section" leaves
check "it stops" stop
check "every packet is accounted for" balanced
echo "http: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
