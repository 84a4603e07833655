#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# config/nat-gateway.yaml between two namespaces, on af_packet ports:
#
#   lan 10.0.0.10, 10.0.0.80  --- [ Weir: 198.51.100.1 ] ---  wan 198.51.100.2
#
# wan knows no way to 10.0.0.0/24: ping, curl, iperf3, traceroute, errors, 1,000 requests and a port forward
# pass translated or not at all.
#
# usage: nat.sh [BUILD]
tag=wn
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"

transfer() {    # transfer ADDRESS [OPTION]: a second of TCP; at least a megabyte arrives
	in_lan iperf3 -c "$@" -t 1 -J >"$dir/iperf.json" || { tail -3 "$dir/iperf.json"; return 1; }
	python3 -c '
import json, sys
n = json.load(open(sys.argv[1]))["end"]["sum_received"]["bytes"]
print(n, "bytes")
sys.exit(n < 1e6)' "$dir/iperf.json"
}

thousand() {    # 1,000 requests, 50 at a time
	in_lan sh -c 'seq 1000 | xargs -P 50 -n 25 sh -c "for i; do
		curl -sf -m 20 -o /dev/null http://198.51.100.2:8080/small || echo lost; done" sh' >"$dir/lost"
	[ ! -s "$dir/lost" ] || { wc -l <"$dir/lost"; return 1; }
}

big() {         # big COMMAND... URL: the file comes whole
	"$@" -o "$dir/got" && cmp "$dir/got" "$dir/big"
}

path() {        # Weir, then the end
	in_lan traceroute -n -q 1 -w 2 -m 3 "$@" 198.51.100.2 | tee "$dir/path"
	grep -q '^ 1  10.0.0.1 ' "$dir/path" && grep -q '^ 2  198.51.100.2 ' "$dir/path"
}

refused() {     # refused COMMAND...: it must fail
	! "$@"
}

unreachable() { # the error about a datagram comes back to who sent it
	in_lan python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("198.51.100.2", 9))
s.settimeout(3)
s.send(b"anybody?")
try:
    s.recv(10)
except ConnectionRefusedError:
    sys.exit(0)
sys.exit(1)'
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
ok = l["imbalance"] == 0 and l["held"] == 0
for pool in r["nat"].values():
    inside = [pool[k] for k in ("allocated", "sessions", "ports_used")]
    ok = ok and all(n > 0 for n in inside) and pool["ports_used"] <= pool["ports"] * 5
    ok = ok and inside == [sum(a[k] for a in pool["addresses"].values())
                           for k in ("allocated", "sessions", "ports_used")]
ok = ok and life["begun"] > 1000 and sum(life["now"].values()) == sum(life["protocols"].values())
sys.exit(not ok)' "$dir/report.json"
}

sums() {        # no stack has seen a wrong checksum
	local bad

	for ns in $ns_lan $ns_wan; do
		bad=$(ip netns exec "$ns" nstat -asz TcpInCsumErrors UdpInCsumErrors IcmpInCsumErrors |
			awk '/Csum/ { n += $2 } END { print n + 0 }')
		[ "$bad" -eq 0 ] || { echo "$ns: $bad"; return 1; }
	done
}

ip netns add "$ns_weir"
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
ip -n "$ns_lan" addr add 10.0.0.80/24 dev eth0
ip -n "$ns_wan" route del default
sed 's/workers: auto/workers: [0]/; s/flows: 262144/flows: 16384/' \
	"$here/../../config/nat-gateway.yaml" >"$dir/weir.yaml"
mkdir "$dir/www"
head -c 20000000 /dev/urandom >"$dir/big"
ln "$dir/big" "$dir/www/big"
echo small >"$dir/www/small"
check "the configuration is right" "$weir" check "$dir/weir.yaml"

ip netns exec "$ns_weir" "$weir" run -c "$dir/weir.yaml" --json "$dir/report.json" \
	>"$dir/report" 2>"$dir/log" &
pid=$!
check "it starts" wait_for 20 grep -q "generation 1 runs" "$dir/log"
[ "$failed" -eq 0 ] || { cat "$dir/log"; exit 1; }

in_wan iperf3 -s -D --logfile "$dir/iperf3.log"
in_wan python3 -m http.server -d "$dir/www" 8080 >/dev/null 2>&1 &
in_lan python3 -m http.server -d "$dir/www" 80 >/dev/null 2>&1 &
wait_for 5 in_wan curl -sf -o /dev/null http://127.0.0.1:8080/small
wait_for 5 in_lan curl -sf -o /dev/null http://127.0.0.1:80/small

check "ping" in_lan ping -c 3 -i 0.1 -W 2 -q 198.51.100.2
check "ping from outside to the public address" in_wan ping -c 2 -i 0.1 -W 2 -q 198.51.100.1
check "a file" big in_lan curl -sf -m 30 http://198.51.100.2:8080/big
check "a file by the port forward" big in_wan curl -sf -m 30 http://198.51.100.1:8080/big
check "TCP out" transfer 198.51.100.2
check "TCP in" transfer 198.51.100.2 -R
check "UDP" in_lan iperf3 -c 198.51.100.2 -u -b 5M -t 1
check "traceroute by UDP" path
check "traceroute by ICMP" path -I
check "errors come back" unreachable
check "1,000 requests" thousand
check "nothing else begins from outside" refused in_wan curl -sf -m 2 http://198.51.100.1:81/
check "no wrong checksum" sums
check "it ends" stop
check "the ledger balances" ledger

echo "nat: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
