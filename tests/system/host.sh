#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The kernel's side of an interface, by real programs:
#
#   lan 192.0.2.10 --- [ Weir ] tap edge --- a web server, ping, ip, ospfd, keepalived of this host
#
# usage: host.sh [BUILD]         the folder that Weir was built in
tag=who
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
us=192.0.2.1 us6=2001:db8:1::1 peer=192.0.2.10 peer6=2001:db8:1::10

write_config() {        # write_config [MORE INTERFACES]
	cat >"$dir/weir.yaml" <<-YAML
	version: 1
	system: {workers: [0], flows: 4096, memory: {hugepages: no}}
	ports:
	  lan: {device: "net_af_packet0,iface=lan0", mac: "02:00:00:00:00:01"}
	interfaces:
	  lan: {addresses: [$us/24, "$us6/64"], pipeline: guarded, host: {name: edge}}
	  ${1:-}
	acls:
	  box:
	    default: drop
	    rules:
	      - {proto: [icmp, icmpv6], action: accept}
	      - {proto: tcp, dport: 8080, state: new, action: accept}
	      - {proto: [89, 112], action: accept}
	pipelines:
	  guarded: [track, {acl: box}, {route: main}]
	routes: {main: []}
	tests:
	  - {in: lan, packet: "tcp $peer:4000 > $us:8080 S", expect: consumed host}
	YAML
}

in_weir() { ip netns exec "$ns_weir" "$@"; }
ctl() { "${weir}ctl" --socket "$dir/control.sock" "$@"; }
has_address() { in_weir ip addr show edge | grep -q "$1"; }
has_link() { in_weir ip link show edge | grep -q LOWER_UP; }
serves() { in_lan curl -s -m 3 -o /dev/null -w '%{http_code}' "http://$1:8080/weir.yaml" | grep -q 200; }
listens() { in_weir ss -ltn | grep -q :8080; }

# answers_within SECONDS ADDRESS COMMAND...: from the end of the command on
answers_within() {
	in_lan python3 -c '
import subprocess, sys, time
limit, address, ns, *command = sys.argv[1:]
subprocess.run(command, check=True)
began = time.monotonic()
while subprocess.run(["ping", "-c", "1", "-W", "0.02", address], stdout=subprocess.DEVNULL).returncode != 0:
    if time.monotonic() - began > float(limit):
        sys.exit("no answer within %s s" % limit)
print("answered after %.3f s" % (time.monotonic() - began))' "$1" "$2" "$ns_weir" "${@:3}"
}

is_silent() { ! in_lan ping -c 1 -W 0.3 "$1"; }
announced() { in_lan ip neigh show "$1" | grep -q 02:00:00:00:00:01; }

kill_and_start() {
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	has_address "$us" || return 1
	! has_link || return 1
	ip netns exec "$ns_weir" "$weir" run -c "$dir/weir.yaml" --json "$dir/report.json" --socket "$dir/control.sock" "${run_options[@]}" \
		>"$dir/report" 2>"$dir/log" &
	pid=$!
	wait_for 20 grep -q "generation 1 runs" "$dir/log"
}

reloaded() { ctl commit "$dir/weir.yaml"; }
refused() { ! reloaded && grep -q "$1" "$dir/out"; }
gone() { ! in_weir ip link show "$1"; }

ip netns add "$ns_weir"
ip -n "$ns_weir" link set lo up
link "$ns_lan" lan0 $peer/24 $peer6/64 $us $us6
write_config
run_options=(--sandbox)
start
check "the tap has the addresses" has_address "$us/24"
check "and those of IPv6" has_address "$us6/64"
check "and a link" wait_for 3 has_link
in_weir sh -c "cd '$dir' && exec python3 -m http.server 8080 --bind ::" >/dev/null 2>&1 &
check "a server listens" wait_for 20 listens
check "the peer reaches it" serves $us
check "by IPv6, too" serves "[$us6]"
check "echo is answered by Weir" in_lan ping -q -c 2 -i 0.1 $us
check "the host pings the peer" in_weir ping -q -c 2 -i 0.1 -W 2 -I edge $peer
check "by IPv6" in_weir ping -q -c 2 -i 0.1 -W 2 $peer6

check "an address of the kernel is answered for" answers_within 1 192.0.2.77 ip -n "$ns_weir" addr add 192.0.2.77/32 dev edge
check "with our MAC" announced 192.0.2.77
check "and served" serves 192.0.2.77
check "it is shown" sh -c "'${weir}ctl' --socket '$dir/control.sock' show interfaces | grep -q 192.0.2.77"
check "a subnet of the kernel" ip -n "$ns_weir" addr add 10.77.0.1/24 dev edge
check "is connected" wait_for 3 sh -c "'${weir}ctl' --socket '$dir/control.sock' show routes | grep -q 10.77.0.0/24"
check "its removal" ip -n "$ns_weir" addr del 192.0.2.77/32 dev edge
check "is followed" wait_for 3 is_silent 192.0.2.77

ip -n "$ns_lan" link set eth0 down
check "the carrier follows the link" wait_for 3 sh -c "! ip -n '$ns_weir' link show edge | grep -q LOWER_UP"
ip -n "$ns_lan" link set eth0 up
check "and comes back" wait_for 3 has_link
in_lan ip -6 addr add $peer6/64 dev eth0 nodad 2>/dev/null

write_config 'guests: {port: lan, vlan: 20, addresses: [192.0.2.129/30], pipeline: guarded, host: {name: guests0}}'
sed -i 's/192.0.2.129.30/10.20.0.1\/24/' "$dir/weir.yaml"
check "a reload adds an interface" reloaded
check "with a tap" wait_for 3 in_weir ip link show guests0
write_config 'guests: {port: lan, vlan: 20, pipeline: guarded, host: {name: lan0}}'
check "a name that is no tap" refused "is no tap"
write_config
check "a reload removes it" reloaded
check "and its tap" wait_for 3 gone guests0
check "and leaves the other" serves $us

in_lan curl -s -m 30 --limit-rate 1 "http://$us:8080/weir.yaml" >"$dir/slow" &
check "after SIGKILL the tap is taken over" kill_and_start
check "the server goes on" wait_for 5 serves $us
check "an address of the kernel is still ours" wait_for 3 sh -c "'${weir}ctl' --socket '$dir/control.sock' show interfaces | grep -q 10.77.0.1"

# OSPF: two of FRR's ospfd, one on each side
if [ -x /usr/lib/frr/ospfd ]; then
	chmod 755 "$dir"
	for side in weir lan; do
		ns=ns_$side device=edge
		[ $side = lan ] && device=eth0
		install -d -o frr -g frr "$dir/$side"
		printf 'interface %s\n ip ospf hello-interval 1\n ip ospf dead-interval 4\n ip ospf network point-to-point\n' $device >"$dir/$side/ospfd.conf"
		printf 'router ospf\n ospf router-id 1.1.1.%s\n network 192.0.2.0/24 area 0\n' ${#side} >>"$dir/$side/ospfd.conf"
		: >"$dir/$side/zebra.conf"
		for daemon in zebra ospfd; do
			ip netns exec "${!ns}" /usr/lib/frr/$daemon -d -f "$dir/$side/$daemon.conf" -i "$dir/$side/$daemon.pid" \
				-z "$dir/$side/zserv" --vty_socket "$dir/$side" -P 0 >/dev/null 2>&1
			wait_for 5 test -s "$dir/$side/$daemon.pid"
		done
	done
	full() { vtysh --vty_socket "$dir/weir" -c "show ip ospf neighbor" | grep -q Full; }
	check "OSPF: the adjacency is full" wait_for 40 full
	check "and stays when Weir is killed" kill_and_start
	check "full again" wait_for 40 full
fi

# keepalived: its address is Weir's while it runs
if [ -x /usr/sbin/keepalived ]; then
	cat >"$dir/keepalived.conf" <<-CONF
	global_defs { enable_script_security
	}
	vrrp_instance edge {
	    state MASTER
	    interface edge
	    virtual_router_id 51
	    priority 150
	    advert_int 0.2
	    version 3
	    virtual_ipaddress { 192.0.2.50/24
	    }
	}
	CONF
	in_weir keepalived --dont-fork --vrrp --use-file "$dir/keepalived.conf" --pid "$dir/keepalived.pid" --vrrp_pid "$dir/vrrp.pid" \
		>"$dir/keepalived.log" 2>&1 &
	check "keepalived's address is answered for" wait_for 20 in_lan ping -c 1 -W 0.3 192.0.2.50
	kill -TERM "$(cat "$dir/keepalived.pid")"
	check "and no longer when it stops" wait_for 5 is_silent 192.0.2.50
fi

# dnsmasq: a station without an address is offered one
if [ -x /usr/sbin/dnsmasq ]; then
	in_weir dnsmasq --no-daemon --conf-file=/dev/null --port=0 --interface=edge --bind-interfaces --user=root \
		--dhcp-range=192.0.2.100,192.0.2.120,1h --dhcp-leasefile="$dir/leases" >"$dir/dnsmasq.log" 2>&1 &
	lease() { in_lan python3 "$here/support/dhcp_discover.py" eth0 | grep -q 192.0.2.1; }
	check "dnsmasq offers a lease" wait_for 20 lease
fi

check "it stops" stop
check "the tap is gone" gone edge
check "the ledger" balanced 'l["born"] > 0 and l["consumed"] > 0'

echo "host: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
