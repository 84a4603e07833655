#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# config/firewall.yaml between two namespaces, on af_packet ports:
#
#   lan 192.0.2.10, 2001:db8:1::10  --- [ Weir ] ---  wan 198.51.100.2, 2001:db8:2::2
#
# From inside ping, curl, iperf3 and ICMP errors pass in both families; from outside nothing begins; sessions
# outlive reloads.
#
# usage: firewall.sh [BUILD]
tag=wt
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"

transfer() {    # transfer ADDRESS [OPTION]: a second of TCP; at least a megabyte arrives
	in_lan iperf3 -c "$@" -t 1 -J >"$dir/iperf.json" || { tail -3 "$dir/iperf.json"; return 1; }
	python3 -c '
import json, sys
n = json.load(open(sys.argv[1]))["end"]["sum_received"]["bytes"]
print(n, "bytes")
sys.exit(n < 1e6)' "$dir/iperf.json"
}

reload() {      # the transfer began under the old generation and ends under the third
	local got

	in_lan curl -sf --limit-rate 1M -m 20 -o "$dir/got" "http://$1:8080/big" &
	got=$!
	sleep 0.3
	for n in 2 3; do
		kill -HUP "$pid"
		wait_for 5 grep -q "generation $n" "$dir/log" || { tail -3 "$dir/log"; return 1; }
		sleep 0.3
	done
	wait "$got" || return 1
	cmp "$dir/got" "$dir/big"
}

refused() {     # refused COMMAND...: it must fail
	! "$@"
}

unreachable() { # an error about a datagram comes back by its session
	in_lan python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.connect((sys.argv[1], 9))
s.settimeout(3)
s.send(b"anybody?")
try:
    s.recv(10)
except ConnectionRefusedError:
    sys.exit(0)
sys.exit(1)' "$1"
}

stop() {
	kill -TERM "$pid"
	wait "$pid"
	local status=$?

	pid=
	tail -25 "$dir/report"
	return "$status"
}

ledger() {
	python3 -c '
import json, sys
r = json.load(open(sys.argv[1]))
l, life = r["ledger"], r["session_life"]
print(r)
ok = l["imbalance"] == 0 and l["held"] == 0 and r["drops"].get("acl_denied", 0) > 0
ok = ok and life["begun"] > 5 and "full" not in life["ended"]
sys.exit(not ok)' "$dir/report.json"
}

ip netns add "$ns_weir"
link "$ns_lan" lan0 192.0.2.10/24 2001:db8:1::10/64 192.0.2.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
sed 's/workers: auto/workers: [0]/; s/flows: 262144/flows: 16384/' "$here/../../config/firewall.yaml" \
	>"$dir/weir.yaml"
head -c 3000000 /dev/urandom >"$dir/big"
check "the configuration is right" "$weir" check "$dir/weir.yaml"

ip netns exec "$ns_weir" "$weir" run -c "$dir/weir.yaml" --json "$dir/report.json" \
	>"$dir/report" 2>"$dir/log" &
pid=$!
check "it starts" wait_for 20 grep -q "generation 1 runs" "$dir/log"
[ "$failed" -eq 0 ] || { cat "$dir/log"; exit 1; }

in_wan iperf3 -s -D --logfile "$dir/iperf3.log"
for ns in "$ns_wan" "$ns_lan"; do
	(cd "$dir" && exec ip netns exec "$ns" python3 -m http.server --bind :: 8080 >/dev/null 2>&1) &
	disown
done
check "the web servers start" wait_for 10 in_wan curl -sf -o "$dir/got" "http://[::1]:8080/weir.yaml"
check "the inner one too" wait_for 10 in_lan curl -sf -o "$dir/got" "http://[::1]:8080/weir.yaml"
for to in 198.51.100.2 2001:db8:2::2; do
	url=$to
	[ "${to#*:}" = "$to" ] || url="[$to]"
	check "ping $to" in_lan ping -q -c 3 -i 0.1 "$to"
	check "curl $to" in_lan curl -sf -m 10 -o "$dir/got" "http://$url:8080/big"
	check "what came is what was sent" cmp "$dir/got" "$dir/big"
	check "iperf3 $to" transfer "$to"
	check "iperf3 $to, the other way" transfer "$to" -R
	check "a port of $to that is closed says so" unreachable "$to"
done
for to in 192.0.2.10 2001:db8:1::10; do
	url=$to
	[ "${to#*:}" = "$to" ] || url="[$to]"
	check "no ping from outside to $to" refused in_wan ping -q -c 1 -W 1 "$to"
	check "no connection from outside to $to" refused in_wan curl -sf -m 1 "http://$url:8080/weir.yaml"
done
check "a session outlives reloads" reload 198.51.100.2
check "it stops" stop
check "the ledger" ledger

echo "firewall: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
