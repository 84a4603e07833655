#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# scripts/compare-rulesets on a ruleset of this test's: no difference that nothing explains.  What a rate takes and no host gets is
# the same when rates count it.  With a rule that Weir has no form for, the differences are explained by it; with an import that errs
# they are found, and the exit status says so.
#
# usage: compare_rulesets.sh [BUILD]
here=$(dirname "$(realpath "$0")")
build=$(realpath "${1:-build-debug}")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0
failed=0

compare() {
	"$here/../../scripts/compare-rulesets" --build "$build" --packets 600 "$1" >"$dir/told" 2>&1
}

expect() { # STATUS TEXT FILE: what the comparison says of it
	local status=0

	compare "$3" || status=$?
	if [ "$status" -eq "$1" ] && grep -qE "$2" "$dir/told"; then
		echo "ok $(basename "$3")"
		passed=$((passed + 1))
	else
		echo "not ok $(basename "$3"): exit status $status"
		cat "$dir/told"
		failed=$((failed + 1))
	fi
}

cat >"$dir/all.nft" <<-NFT
	define uplink = "wan"
	table inet filter {
		set admins { type ipv4_addr; flags interval; elements = { 203.0.113.64/28 }; }
		chain input {
			type filter hook input priority 0; policy drop;
			ct state vmap { established : accept, related : accept, invalid : drop }
			iifname "lan" tcp dport { 22, 53 } accept
			ip saddr @admins tcp dport 22 accept
			tcp dport 8443 limit rate 2/second burst 3 packets accept
			icmp type echo-request accept
			icmpv6 type { echo-request, nd-neighbor-solicit } accept
			counter reject with icmpx type admin-prohibited
		}
		chain forward {
			type filter hook forward priority 0; policy drop;
			tcp flags & (fin|syn|rst|ack) != syn ct state new drop
			ct state established,related accept
			iifname "lan" oifname \$uplink accept
			tcp dport 80 ct status dnat accept
			reject with icmpx type port-unreachable
		}
	}
	table inet nat {
		chain prerouting {
			type nat hook prerouting priority dstnat;
			tcp dport 25 drop
			iifname "lan" udp dport 53 redirect
			iifname "wan" tcp dport 8080 dnat ip to 10.255.1.2:80
			iifname "wan" tcp dport 8080 dnat ip6 to [2001:db8:ff:1::2]:80
		}
		chain postrouting {
			type nat hook postrouting priority srcnat;
			oifname \$uplink masquerade
		}
	}
NFT
sed 's/iifname "lan" oifname/meta mark 0 oifname/' "$dir/all.nft" >"$dir/mark.nft"
expect 0 '^all.nft .* 0 of them not explained' "$dir/all.nft"
expect 0 'rates that count what no host takes [0-9]+ differ, 0 of them as before' "$dir/all.nft"
expect 0 ' [1-9][0-9]* differ, 0 of them not explained' "$dir/mark.nft"
mkdir -p "$dir/errs/app"
printf '#!/bin/sh\n[ "$1" = import ] || exec %s "$@"\n%s "$@" | sed "s/\\<80\\>/81/"\n' "$build/app/weir" "$build/app/weir" >"$dir/errs/app/weir"
chmod +x "$dir/errs/app/weir"
build=$dir/errs
expect 1 'Linux out, Weir out' "$dir/all.nft"
echo "compare_rulesets: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
