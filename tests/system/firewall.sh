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
. "$here/support/traffic.bash"

reload() {      # the transfer began under the old generation and ends under the third
	local got

	in_lan curl -sf --limit-rate 1M -m 20 -o "$dir/got" "http://$1:8080/big" &
	got=$!
	sleep 0.3
	for n in 2 3; do
		kill -HUP "$pid"
		wait_for 20 grep -q "generation $n" "$dir/log" || { tail -3 "$dir/log"; return 1; }
		sleep 0.3
	done
	wait "$got" || return 1
	cmp "$dir/got" "$dir/big"
}

ip netns add "$ns_weir"
link "$ns_lan" lan0 192.0.2.10/24 2001:db8:1::10/64 192.0.2.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
sed 's/workers: auto/workers: [0]/; s/flows: 262144/flows: 16384/' "$here/../../config/firewall.yaml" \
	>"$dir/weir.yaml"
head -c 3000000 /dev/urandom >"$dir/big"
echo small >"$dir/small"
start

in_wan iperf3 -s -D --logfile "$dir/iperf3.log"
check "the web server outside" web "$ns_wan" "$dir" 8080
check "the web server inside" web "$ns_lan" "$dir" 8080
for to in 198.51.100.2 2001:db8:2::2; do
	url=$to
	[ "${to#*:}" = "$to" ] || url="[$to]"
	check "ping $to" in_lan ping -q -c 3 -i 0.1 "$to"
	check "curl $to" fetched "http://$url:8080/big" "$dir/big"
	check "iperf3 $to" transfer "$to"
	check "iperf3 $to, the other way" transfer "$to" -R
	check "a port of $to that is closed says so" unreachable "$to"
done
for to in 192.0.2.10 2001:db8:1::10; do
	url=$to
	[ "${to#*:}" = "$to" ] || url="[$to]"
	check "no ping from outside to $to" refused in_wan ping -q -c 1 -W 1 "$to"
	check "no connection from outside to $to" refused in_wan curl -sf -m 1 "http://$url:8080/small"
done
check "a session outlives reloads" reload 198.51.100.2
check "it stops" stop
check "the ledger" balanced '
    r["drops"].get("acl_denied", 0) > 0 and r["session_life"]["begun"] > 5
    and "full" not in r["session_life"]["ended"]'

echo "firewall: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
