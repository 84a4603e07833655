#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# weir import against Linux: rulesets in nft_import/ judge random packets in a Linux router and, imported, in Weir.
#
# usage: nft_import.sh [BUILD [SEED]]
here=$(dirname "$(realpath "$0")")
build=${1:-build-debug}
seed=${2:-1}
router=wi-router-$$
stations=wi-stations-$$
work=$(mktemp -d)
trap 'ip netns del "$router" 2>/dev/null; ip netns del "$stations" 2>/dev/null; rm -rf "$work"' EXIT
passed=0
failed=0

link() { # NAME OURS THEIRS
	ip -n "$router" link add "$1" address "$2" type veth peer name "${1}1" address "$3" netns "$stations"
	for ns_name in "$router $1" "$stations ${1}1"; do
		set -- $ns_name
		ip netns exec "$1" sysctl -qw "net.ipv6.conf.$2.accept_dad=0" "net.ipv6.conf.$2.dad_transmits=0"
		ip netns exec "$1" ethtool -K "$2" rx off tx off gso off tso off gro off >/dev/null 2>&1
		ip -n "$1" link set "$2" up
	done
}

neighbours() { # INTERFACE MAC ADDRESS...
	local interface=$1 mac=$2
	shift 2
	for address in "$@"; do
		ip -n "$router" neigh replace "$address" lladdr "$mac" dev "$interface" nud permanent
	done
}

build_network() {
	ip netns add "$router" && ip netns add "$stations" || return 1
	ip netns exec "$router" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 net.ipv4.icmp_ratelimit=0
	ip -n "$stations" link set lo up
	link lan 02:00:00:00:01:01 02:00:00:00:01:02
	link wan 02:00:00:00:02:01 02:00:00:00:02:02
	ip -n "$router" addr add 10.0.0.1/24 dev lan
	ip -n "$router" addr add 2001:db8:1::1/64 dev lan nodad
	ip -n "$router" addr add 198.51.100.1/24 dev wan
	ip -n "$router" addr add 2001:db8:2::1/64 dev wan nodad
	ip -n "$router" route add default via 198.51.100.2
	ip -n "$router" -6 route add default via 2001:db8:2::2
	neighbours lan 02:00:00:00:01:02 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.77 2001:db8:1::2 2001:db8:1::5
	neighbours wan 02:00:00:00:02:02 198.51.100.2 198.51.100.9 2001:db8:2::2
}

# What `weir import` is told of the machine.
describe() {
	ip -n "$router" -j address >"$work/addresses"
	ip -n "$router" -j route >"$work/routes"
	ip -n "$router" -6 -j route >"$work/routes6"
}

compare() { # RULES.nft
	local name=$work/$(basename "$1" .nft).json
	ip netns del "$router" 2>/dev/null # connections of the ruleset before end, too
	ip netns del "$stations" 2>/dev/null
	build_network && ip netns exec "$router" nft -f "$1" || return 1
	describe
	ip netns exec "$router" nft -j list ruleset >"$name"
	ip netns exec "$stations" /usr/bin/python3 "$here/nft_import.py" "$build" "$name" "$work" "$seed"
}

for rules in "$here"/nft_import/*.nft; do
	if compare "$rules"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
done
echo "nft_import: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
