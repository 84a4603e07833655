#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The words of rules, one by one, through Linux with nftables and through Weir: the same frames of both families to both, and
# what comes out has to be the same, frame by frame (nft_words.py).
#
# usage: nft_words.sh [BUILD [WORD...]]     with words: only those whose name has one of them
tag=ww
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
. "$here/nft_oracle/routers.bash"
trap 'ip netns del "$ns_linux" 2>/dev/null; cleanup' EXIT

weir_config() { /usr/bin/python3 "$here/nft_words.py" weir; }
nft_rules() { /usr/bin/python3 "$here/nft_words.py" nft; }

ip netns add "$ns_lan"
ip -n "$ns_lan" link set lo up
check "the Linux router" linux_router
ip -n "$ns_linux" route del default             # sources outside of these have no route
ip -n "$ns_linux" -6 route del default
ip -n "$ns_linux" route add 203.0.113.0/24 via 198.51.100.2
ip -n "$ns_linux" -6 route add 2001:db8:9::/48 via 2001:db8:2::2
# Prefixes of IPv6, checksum-neutral, by ip6tables: nftables has no such words.
prefix6() { # PORT OUTSIDE LENGTH
	ip netns exec "$ns_linux" ip6tables-nft -t mangle -A POSTROUTING -o wan -p udp --dport "$1" -s "2001:db8:1::/$3" \
		-j SNPT --src-pfx "2001:db8:1::/$3" --dst-pfx "$2/$3"
	ip netns exec "$ns_linux" ip6tables-nft -t mangle -A PREROUTING -i wan -d "$2/$3" -j DNPT --src-pfx "$2/$3" --dst-pfx "2001:db8:1::/$3"
}
check "prefixes of 48 bits" prefix6 2031 2001:db8:201:: 48
check "prefixes of 64 bits" prefix6 2032 2001:db8:301:7:: 64
weir_router
start
shift $(($# > 0 ? 1 : 0))
if in_lan /usr/bin/python3 "$here/nft_words.py" "$@"; then
	passed=$((passed + 1))
else
	failed=$((failed + 1))
fi
check "it ends" stop
check "the ledger balances" balanced

echo "nft_words: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
