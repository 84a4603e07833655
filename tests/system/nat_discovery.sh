#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# An independent verdict on what the NAT does: coturn's turnutils_natdiscovery (RFC 5780) inside, its
# server with two addresses and two ports outside.  For every mapping and filtering that a pool can have,
# what the tool finds is what is configured.
#
#   lan 10.0.0.10  --- [ Weir: 198.51.100.1, pool 198.51.100.8/30 ] ---  wan 198.51.100.2, 198.51.100.3
#
# The pool's addresses are no interface's: wan's kernel finds them by the ARP that Weir answers, once it has probed
# for them.
#
# usage: nat_discovery.sh [BUILD]
tag=wd
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
generation=1

write_config() {        # write_config MAPPING FILTERING
	cat >"$dir/weir.yaml" <<-YAML
	version: 1
	system: {workers: [0], idle: interrupt, flows: 16384}
	ports:
	  lan: {device: "net_af_packet0,iface=lan0"}
	  wan: {device: "net_af_packet1,iface=wan0"}
	interfaces:
	  lan: {addresses: [10.0.0.1/24], pipeline: inside}
	  wan: {addresses: [198.51.100.1/24], pipeline: outside}
	nat:
	  uplink: {pool: [198.51.100.8/30], mapping: $1, filtering: $2}
	routes: {main: []}
	pipelines:
	  inside: [track, {route: main}, {snat: uplink}]
	  outside: [track, {route: main}]
	YAML
}

# The tool's words for a behaviour: "Endpoint Independent".
words() {
	case $1 in
	endpoint-independent) echo "Endpoint Independent" ;;
	address-dependent) echo "Address Dependent" ;;
	address-and-port-dependent) echo "Address and Port Dependent" ;;
	esac
}

# found MAPPING FILTERING: the tool names both, and the hairpin works
found() {
	in_lan timeout 60 turnutils_natdiscovery -m -f -H 198.51.100.2 >"$dir/found" 2>&1
	cat "$dir/found"
	grep -q "^NAT with $(words "$1") Mapping!" "$dir/found" \
		&& grep -q "^NAT with $(words "$2") Filtering!" "$dir/found" \
		&& grep -q "successful hairpinning" "$dir/found"
}

configure() {   # the next generation
	write_config "$@"
	generation=$((generation + 1))
	kill -HUP "$pid"
	wait_for 10 grep -q "generation $generation" "$dir/log" || { tail -3 "$dir/log"; return 1; }
}

ip netns add "$ns_weir"
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
ip -n "$ns_wan" addr add 198.51.100.3/24 dev eth0
ip -n "$ns_wan" route del default
write_config endpoint-independent endpoint-independent
start

# The pool stands in a connected subnet: its addresses are probed for before they are answered for (RFC 5227).
resolved() {
	in_wan ping -c 1 -W 1 198.51.100.8 >/dev/null
	ip -n "$ns_wan" neigh show 198.51.100.8 | grep -q lladdr
}
check "the pool's addresses are ours after the probes" wait_for 20 resolved
in_wan turnserver -n -S -L 198.51.100.2 -L 198.51.100.3 --no-tls --no-dtls --no-cli \
	--pidfile "$dir/turn.pid" --log-file stdout --simple-log >"$dir/turn.log" 2>&1 &
disown
check "the server starts" wait_for 10 in_wan turnutils_natdiscovery -m 198.51.100.2

for mapping in endpoint-independent address-and-port-dependent; do
	for filtering in endpoint-independent address-dependent address-and-port-dependent; do
		check "a pool of $mapping mapping, $filtering filtering" configure $mapping $filtering
		check "$mapping mapping, $filtering filtering" found $mapping $filtering
	done
done
check "it ends" stop
check "the ledger balances" balanced 'set(r["drops"]) <= {"nat_no_mapping", "multicast"}'

echo "nat_discovery: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
