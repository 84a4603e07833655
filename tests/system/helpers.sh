#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# FTP and TFTP by real programs (vsftpd, curl, dnsmasq) through a NAT gateway whose lists accept port 21 alone, both ways:
#
#   lan 10.0.0.10, 10.0.0.80, 2001:db8:1::10  --- [ Weir: 198.51.100.1 ] ---  wan 198.51.100.2, 2001:db8:2::2
#
# usage: helpers.sh [BUILD]
tag=wh
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"

server() {      # server NS: vsftpd, anonymous, both families, and TFTP by dnsmasq
	cat >"$dir/vsftpd-$1.conf" <<-END
		listen_ipv6=YES
		anonymous_enable=YES
		local_enable=NO
		anon_root=$dir/ftp
		pasv_min_port=30000
		pasv_max_port=30100
		port_promiscuous=NO
		connect_from_port_20=YES
		seccomp_sandbox=NO
		secure_chroot_dir=$dir/empty
		ftp_username=root
		run_as_launching_user=YES
		background=NO
		xferlog_enable=NO
		isolate=NO
		isolate_network=NO
	END
	ip netns exec "$1" vsftpd "$dir/vsftpd-$1.conf" >"$dir/vsftpd-$1.log" 2>&1 &
	ip netns exec "$1" dnsmasq --no-daemon --port=0 --enable-tftp --tftp-root="$dir/ftp" --user=root --conf-file=/dev/null \
		>"$dir/dnsmasq-$1.log" 2>&1 &
	wait_for 10 ip netns exec "$1" sh -c 'ss -tln | grep -q ":21 "'
}

same() {        # same NS CURL-ARGUMENTS...: the big file arrives as it is
	local ns=$1

	shift
	[ "$(ip netns exec "$ns" curl -sS -m 20 "$@" 2>>"$dir/curl.log" | sha256sum)" = "$(sha256sum <"$dir/ftp/big")" ]
}

fails() { ! "$@"; }

ip netns add "$ns_weir"
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
ip -n "$ns_wan" route del default
mkdir "$dir/ftp" "$dir/empty"
chmod 755 "$dir" "$dir/ftp" "$dir/empty"
head -c 3000000 /dev/urandom >"$dir/ftp/big"
chmod 644 "$dir/ftp/big"

configure() {   # configure TRACK
	cat >"$dir/weir.yaml" <<-END
		version: 1
		system: {workers: [0], flows: 16384}
		ports:
		  lan: {device: "net_af_packet0,iface=lan0"}
		  wan: {device: "net_af_packet1,iface=wan0"}
		interfaces:
		  lan: {addresses: [10.0.0.1/24, "2001:db8:1::1/64"], pipeline: inside}
		  wan: {addresses: [198.51.100.1/24, "2001:db8:2::1/64"], pipeline: outside}
		routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}
		nat: {uplink: {pool: [198.51.100.1]}}
		acls:
		  strict:
		    default: drop
		    rules:
		      - {state: [established, related], action: accept}
		      - {proto: tcp, dport: 21, action: accept}
		      - {in: lan, proto: udp, dport: 69, action: accept}
		pipelines:
		  inside: [$1, {acl: strict}, {route: main}, {snat: uplink}]
		  outside: [$1, {dnat: {to: 10.0.0.10, if: {dst: 198.51.100.1, proto: tcp, dport: 21}}}, {acl: strict}, {route: main}]
	END
}

configure '{track: {helpers: [ftp, tftp]}}'
start
check "vsftpd outside" server "$ns_wan"
check "vsftpd inside" server "$ns_lan"
check "passive, EPSV" same "$ns_lan" ftp://198.51.100.2/big
check "passive, PASV" same "$ns_lan" --disable-epsv ftp://198.51.100.2/big
check "active, EPRT" same "$ns_lan" -P - ftp://198.51.100.2/big
check "active, PORT" same "$ns_lan" -P - --disable-eprt ftp://198.51.100.2/big
check "active, PORT, many transfers by one connection" same "$ns_lan" -P - --disable-eprt ftp://198.51.100.2/big \
	ftp://198.51.100.2/none ftp://198.51.100.2/none
check "IPv6, passive" same "$ns_lan" "ftp://[2001:db8:2::2]/big"
check "IPv6, active" same "$ns_lan" -P - "ftp://[2001:db8:2::2]/big"
check "a server inside, PASV by its public address" same "$ns_wan" --disable-epsv --no-ftp-skip-pasv-ip ftp://198.51.100.1/big
check "a server inside, EPSV" same "$ns_wan" ftp://198.51.100.1/big
check "a server inside, PORT" same "$ns_wan" -P - --disable-eprt ftp://198.51.100.1/big
check "TFTP" same "$ns_lan" tftp://198.51.100.2/big
configure track
kill -HUP "$pid"
check "without helpers" wait_for 10 grep -q "generation 2 runs" "$dir/log"
check "no passive transfer" fails same "$ns_lan" -m 3 ftp://198.51.100.2/big
check "no active transfer" fails same "$ns_lan" -m 3 -P - ftp://198.51.100.2/big
check "no TFTP" fails same "$ns_lan" -m 3 tftp://198.51.100.2/big
check "it ends" stop
check "the ledger balances" balanced 'set(r["drops"]) <= {"acl_denied", "multicast", "tcp_no_session"}'
[ "$failed" -eq 0 ] || tail -20 "$dir/curl.log" "$dir"/vsftpd-*.log

echo "helpers: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
