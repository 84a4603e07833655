#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# config/nat-gateway.yaml on two workers, one queue a port: who receives a packet hands it to its owner.
#
#   lan 10.0.0.10, 10.0.0.80  --- [ Weir: 198.51.100.1 ] ---  wan 198.51.100.2
#
# TCP, UDP, ICMP and its errors, fragments, the port forward from outside and from inside: every packet finds its
# session, on whichever worker that is.  Neighbours are learnt under way.
#
# usage: nat_workers.sh [BUILD]
tag=ww
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
. "$here/support/traffic.bash"
datagrams=$here/support/datagrams.py

echo_server() { # echo_server NS: datagrams to port 7 come back, until the end
	ip netns exec "$1" /usr/bin/python3 "$datagrams" serve 7 >/dev/null 2>&1 &
	disown
}

ip netns add "$ns_weir"
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
ip -n "$ns_lan" addr add 10.0.0.80/24 dev eth0
ip -n "$ns_wan" route del default
udp='dnat: {to: "10.0.0.80:7", if: {dst: 198.51.100.1, proto: udp, dport: 7777}}'
sed "s/workers: auto/workers: [0, 1]\n  spread: always/; s/flows: 262144/flows: 16384/; s/per_source: 2000/&, log: true/
	s/iface=\(...\)0\"}/iface=\10\", queues: 1}/
	s/^    - dnat: .*2222.*/&\n    - $udp/
	s/^      - {name: web, .*/&\n      - {proto: udp, dst: 10.0.0.80, dport: 7, action: accept}/" \
	"$here/../../config/nat-gateway.yaml" >"$dir/weir.yaml"
echo "telemetry: {nat_log: {file: nat.log}}" >>"$dir/weir.yaml"
mkdir "$dir/www"
head -c 5000000 /dev/urandom >"$dir/www/big"
echo small >"$dir/www/small"
start

check "the web server outside" web "$ns_wan" "$dir/www" 8080
check "the web server inside" web "$ns_lan" "$dir/www" 80
echo_server "$ns_wan"
echo_server "$ns_lan"
check "ping" in_lan ping -c 3 -i 0.1 -W 2 -q 198.51.100.2
check "ping from outside to the public address" in_wan ping -c 2 -i 0.1 -W 2 -q 198.51.100.1
check "a file" fetched http://198.51.100.2:8080/big "$dir/www/big"
check "200 requests at once" in_lan /usr/bin/python3 "$requests" ask 198.51.100.2 8080 /small 200
check "the port forward" in_wan /usr/bin/python3 "$requests" ask 198.51.100.1 80 /small 100
check "the port forward from inside" in_lan /usr/bin/python3 "$requests" ask 198.51.100.1 80 /small 100
check "a file by the port forward, from inside" fetched http://198.51.100.1/big "$dir/www/big"
check "ping in fragments" in_lan ping -c 4 -i 0.1 -W 2 -q -s 4000 198.51.100.2
check "datagrams, whole and in fragments" in_lan "$datagrams" ask 198.51.100.2 7
check "the same by the port forward" in_wan "$datagrams" ask 198.51.100.1 7777
check "traceroute by UDP" path 10.0.0.1 198.51.100.2
check "traceroute by ICMP" path 10.0.0.1 198.51.100.2 -I
check "errors come back" unreachable 198.51.100.2
check "nothing else begins from outside" refused in_wan curl -sf -m 2 http://198.51.100.1:81/
check "no wrong checksum" none_counted 0 TcpInCsumErrors UdpInCsumErrors IcmpInCsumErrors
check "it ends" stop
check "the log of both workers says who had which port" logged 400 "$dir/nat.log"
check "every packet found its session, and the ledger balances" balanced 'r["session_life"]["begun"] > 400
    and set(r["drops"]) <= {"acl_denied", "ttl_expired", "multicast", "handoff_full",
    "neighbour_queue_full"}'

echo "nat_workers: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
