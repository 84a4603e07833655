# SPDX-License-Identifier: BSD-3-Clause
# Two routers with the same addresses and the same policy, Weir and Linux, sourced by nft_oracle.sh:
#
#   peers 10.0.0.0/24, 2001:db8:1::/64 --- lan [ router ] wan --- 198.51.100.2, 2001:db8:2::2 --- the rest
#
# Who is inside begins conversations, over IPv4 as 198.51.100.1; from outside only the web server
# 10.0.0.80:80 is reached, as 198.51.100.1:8080, and 2001:db8:1::80.  wan has an MTU of 1400.  The far
# ends of all four links stand in $ns_lan, as weir-lan, weir-wan, linux-lan and linux-wan; no kernel
# listens there.
ns_linux=$id-linux

weir_config() {
	local peer='"02:00:00:00:01:02"' web='if: {dst: 198.51.100.1, proto: tcp, dport: 8080}'

	cat <<-YAML
	version: 1
	system: {workers: [0], flows: 16384}
	ports:
	  lan: {device: "net_af_packet0,iface=lan"}
	  wan: {device: "net_af_packet1,iface=wan"}
	interfaces:
	  lan:
	    addresses: [10.0.0.1/24, "2001:db8:1::1/64"]
	    pipeline: inside
	    neighbours: {10.0.0.2: $peer, 10.0.0.3: $peer, 10.0.0.80: $peer, 10.0.0.250: $peer,
	      "2001:db8:1::2": $peer, "2001:db8:1::80": $peer}
	  wan:
	    addresses: [198.51.100.1/24, "2001:db8:2::1/64"]
	    mtu: 1400
	    pipeline: outside
	    neighbours: {198.51.100.2: "02:00:00:00:02:02", "2001:db8:2::2": "02:00:00:00:02:02"}
	routes:
	  main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: "::/0", via: "2001:db8:2::2"}]
	acls:
	  from-outside:
	    default: drop
	    rules:
	      - {state: [established, related], action: accept}
	      - {proto: tcp, dst: [10.0.0.80, "2001:db8:1::80"], dport: 80, action: accept}
	      - {icmp: echo-request, dst: [198.51.100.1, "2001:db8:2::1"], action: accept}
	nat:
	  uplink: {pool: [198.51.100.1]}
	pipelines:
	  inside: [track, {dnat: {to: "10.0.0.80:80", $web}}, {route: main}, {snat: uplink}]
	  outside: [track, {dnat: {to: "10.0.0.80:80", $web}}, {acl: from-outside}, {route: main}]
	YAML
}

nft_rules() {
	cat <<-NFT
	table ip nat {
		chain prerouting {
			type nat hook prerouting priority dstnat;
			ip daddr 198.51.100.1 tcp dport 8080 dnat to 10.0.0.80:80
		}
		chain postrouting {
			type nat hook postrouting priority srcnat;
			ip saddr 10.0.0.0/24 snat to 198.51.100.1
		}
	}
	table inet filter {
		chain forward {
			type filter hook forward priority filter; policy drop;
			ct state invalid drop
			iifname lan accept
			ct state established,related accept
			tcp dport 80 ip daddr 10.0.0.80 accept
			tcp dport 80 ip6 daddr 2001:db8:1::80 accept
		}
		chain input {
			type filter hook input priority filter; policy drop;
			iifname lan accept
			icmp type echo-request accept
			icmpv6 type { echo-request, nd-neighbor-solicit, nd-neighbor-advert } accept
		}
	}
	NFT
}

# The settings that make the kernel comparable: no session in mid-stream, windows checked, errors not
# limited, spoofed sources left to the rules (what is compared are martians).
linux_settings() {
	ip netns exec "$ns_linux" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
		net.ipv4.conf.lan.rp_filter=0 net.ipv4.conf.wan.rp_filter=0 \
		net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.lan.send_redirects=0 \
		net.ipv4.conf.wan.send_redirects=0 \
		net.ipv6.conf.lan.accept_dad=0 net.ipv6.conf.wan.accept_dad=0 \
		net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 \
		net.netfilter.nf_conntrack_tcp_loose=0 net.netfilter.nf_conntrack_tcp_be_liberal=0 \
		net.netfilter.nf_conntrack_checksum=1
}

# wire NS NAME: lan and wan of a router, whose other ends are NAME-lan and NAME-wan
wire() {
	local side

	ip netns add "$1"
	for side in lan wan; do
		ip link add "$side" netns "$1" type veth peer name "$2-$side" netns "$ns_lan"
		ip netns exec "$1" ethtool -K "$side" tx off rx off gso off tso off gro off >/dev/null
		ip netns exec "$ns_lan" ethtool -K "$2-$side" tx off rx off gso off tso off gro off >/dev/null
		ip netns exec "$ns_lan" sysctl -qw "net.ipv6.conf.$2-$side.disable_ipv6=1"
	done
	ip -n "$1" link set lan address 02:00:00:00:01:01
	ip -n "$1" link set wan address 02:00:00:00:02:01
	ip -n "$1" link set lo up
}

wires_up() {    # wires_up NS NAME
	local side

	for side in lan wan; do
		ip -n "$1" link set "$side" up
		ip -n "$ns_lan" link set "$2-$side" up
	done
}

# Every next hop that a probe can lead to is known: an error about one that does not answer would come
# seconds later, amid another probe.
linux_addresses() {
	local n

	ip -n "$ns_linux" link set wan mtu 1400
	ip -n "$ns_linux" addr add 10.0.0.1/24 dev lan
	ip -n "$ns_linux" addr add 198.51.100.1/24 dev wan
	ip -n "$ns_linux" addr add 2001:db8:1::1/64 dev lan nodad
	ip -n "$ns_linux" addr add 2001:db8:2::1/64 dev wan nodad
	for n in 10.0.0.2 10.0.0.3 10.0.0.80 10.0.0.250 2001:db8:1::2 2001:db8:1::80 fe80::9; do
		ip -n "$ns_linux" neigh replace "$n" lladdr 02:00:00:00:01:02 dev lan nud permanent
	done
	for n in 198.51.100.2 198.51.100.0 2001:db8:2::2; do
		ip -n "$ns_linux" neigh replace "$n" lladdr 02:00:00:00:02:02 dev wan nud permanent
	done
	ip -n "$ns_linux" route add default via 198.51.100.2
	ip -n "$ns_linux" -6 route add default via 2001:db8:2::2
}

linux_router() {
	wire "$ns_linux" linux
	linux_settings || return 1
	wires_up "$ns_linux" linux
	linux_addresses || return 1
	nft_rules | ip netns exec "$ns_linux" nft -f -
}

weir_router() {
	wire "$ns_weir" weir
	ip netns exec "$ns_weir" sysctl -qw net.ipv6.conf.lan.disable_ipv6=1 net.ipv6.conf.wan.disable_ipv6=1
	wires_up "$ns_weir" weir
	weir_config >"$dir/weir.yaml"
}
