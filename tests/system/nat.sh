#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# config/nat-gateway.yaml between two namespaces, on af_packet ports:
#
#   lan 10.0.0.10, 10.0.0.80, 2001:db8:1::10  --- [ Weir: 198.51.100.1 ] ---  wan 198.51.100.2, 2001:db8:2::2
#
# wan knows no way to 10.0.0.0/24: what passes, passes translated.  No stack sees a reset or a wrong
# checksum, and in the end every packet is accounted for, and every mapping in the log, which is rotated on the way.
#
# usage: nat.sh [BUILD]
tag=wn
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
. "$here/support/traffic.bash"

forwarded() {   # the file by the port forward, from outside
	[ "$(in_wan curl -sf -m 40 http://198.51.100.1/big | sha256sum)" = "$(sha256sum <"$dir/www/big")" ]
}

rotated() {     # the log goes on in a new file
	mv "$dir/nat.log" "$dir/nat.log.1"
	kill -HUP "$pid"
	wait_for 10 grep -q "generation 2 runs" "$dir/log" && [ -e "$dir/nat.log" ]
}

ip netns add "$ns_weir"
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
ip -n "$ns_lan" addr add 10.0.0.80/24 dev eth0
ip -n "$ns_wan" route del default
sed 's/workers: auto/workers: [0]/; s/flows: 262144/flows: 16384/; s/per_source: 2000/&, log: true/' \
	"$here/../../config/nat-gateway.yaml" >"$dir/weir.yaml"
echo "telemetry: {nat_log: {file: nat.log}}" >>"$dir/weir.yaml"
mkdir "$dir/www"
head -c 100000000 /dev/urandom >"$dir/www/big"
echo small >"$dir/www/small"
start

# Where the machine is so busy that stacks send segments again, who has closed meanwhile resets them.
none_reset() {
	local again

	again=$(($(counted TcpRetransSegs) - before_again))
	echo "$(($(counted $resets) - before)) resets, $again segments sent again"
	[ $(($(counted $resets) - before)) -le "$again" ]
}

check "the web server outside" web "$ns_wan" "$dir/www" 8080
check "the web server inside" web "$ns_lan" "$dir/www" 80
resets="TcpOutRsts TcpEstabResets TcpAttemptFails"
before=$(counted $resets) before_again=$(counted TcpRetransSegs)
check "ping" in_lan ping -c 3 -i 0.1 -W 2 -q 198.51.100.2
check "ping in fragments" in_lan ping -c 2 -i 0.1 -W 2 -q -s 3000 198.51.100.2
check "the log is rotated" rotated
check "ping of the gateway in fragments" in_lan ping -c 2 -i 0.1 -W 2 -q -s 3000 10.0.0.1
check "ping from outside to the public address" in_wan ping -c 2 -i 0.1 -W 2 -q 198.51.100.1
check "a file of 100 MB" fetched http://198.51.100.2:8080/big "$dir/www/big"
check "a file of 100 MB by the port forward" forwarded
check "the port forward from inside" fetched http://198.51.100.1/small "$dir/www/small"
check "IPv6 by the same rules" fetched "http://[2001:db8:2::2]:8080/small" "$dir/www/small"
check "1,000 requests at once" in_lan /usr/bin/python3 "$requests" ask 198.51.100.2 8080 /small 1000
check "no connection was reset" none_reset      # iperf3 ends with resets of its own
in_wan iperf3 -s -D --logfile "$dir/iperf3.log"
check "TCP out" transfer 198.51.100.2
check "TCP in" transfer 198.51.100.2 -R
check "UDP out" transfer 198.51.100.2 -u -b 20M
check "UDP in" transfer 198.51.100.2 -u -b 20M -R
check "traceroute by UDP" path 10.0.0.1 198.51.100.2
check "traceroute by ICMP" path 10.0.0.1 198.51.100.2 -I
check "errors come back" unreachable 198.51.100.2
check "nothing else begins from outside" refused in_wan curl -sf -m 2 http://198.51.100.1:81/
check "no wrong checksum" none_counted 0 TcpInCsumErrors UdpInCsumErrors IcmpInCsumErrors
check "it ends" stop
check "the log says who had which port" logged 2000 "$dir/nat.log.1" "$dir/nat.log"
check "the ledger balances" balanced 'r["session_life"]["begun"] > 1000
    and r["nat_log"]["lost"] + r["nat_log"]["waiting"] + r["nat_log"]["errors"] == 0
    and set(r["drops"]) <= {"acl_denied", "ttl_expired", "multicast"}'

echo "nat: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
