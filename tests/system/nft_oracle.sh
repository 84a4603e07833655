#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Linux as the second opinion: the same frames through `weir run` and through an nftables router with the same
# policy, each between two links in namespaces of its own.  What came out where is compared, frame by frame;
# every difference stands in nft_oracle/differences.py with its reason.
#
# usage: nft_oracle.sh [BUILD [WORD...]]     with words: only probes whose name has one of them
tag=wo
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
. "$here/nft_oracle/routers.bash"
trap 'ip netns del "$ns_linux" 2>/dev/null; cleanup' EXIT

ip netns add "$ns_lan"
ip -n "$ns_lan" link set lo up
check "the Linux router" linux_router
weir_router
start
shift $(($# > 0 ? 1 : 0))
if in_lan /usr/bin/python3 "$here/nft_oracle.py" "$@"; then
	passed=$((passed + 1))
else
	failed=$((failed + 1))
fi
check "it ends" stop
check "the ledger balances" balanced

echo "nft_oracle: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
