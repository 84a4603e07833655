#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Moves real packets through two ports of every kind of device; one line each.  Needs root.
#
#   tests/system/ports.sh BUILD-DIRECTORY [device...]
#
# Each ends with every mbuf back in its pool (port_tool fails otherwise) and nothing left behind.
set -u

build=${1:?usage: ports.sh BUILD-DIRECTORY [device...]}
shift
tool=$(realpath "$build")/tests/system/ports/port_tool
tag=wp$$
dir=$(mktemp -d /tmp/$tag.XXXX)
failed=0
passed=0
children=()

clean() {
	local pid ns

	for pid in "${children[@]}"; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done
	children=()
	for ns in $tag ${tag}a ${tag}b; do
		ip netns del $ns 2>/dev/null
	done
	ip netns add $tag
}
trap 'clean; ip netns del $tag; rm -rf "$dir"' EXIT
clean
trap 'exit 130' INT TERM

# say DEVICE RESULT: one line; what went wrong is in $dir.
say() {
	if [ "$2" = 0 ]; then
		passed=$((passed + 1))
		printf 'ok %s\n' "$1"
	else
		failed=$((failed + 1))
		printf 'not ok %s\n' "$1"
		tail -n 20 "$dir"/*.log 2>/dev/null | sed 's/^/      /'
	fi
	clean
	rm -f "$dir"/*
}

# start NAME ARGUMENTS...: port_tool in the background in our own namespace, until it is ready.
start() {
	local name=$1 i

	shift
	ip netns exec $tag "$tool" "$@" >"$dir/$name.log" 2>&1 &
	children+=($!)
	for i in $(seq 200); do
		grep -qs '^ready' "$dir/$name.log" && return 0
		kill -0 $! 2>/dev/null || return 1
		sleep 0.05
	done
	return 1
}

# stop: ends the last one started; its exit status.
stop() {
	local pid=${children[-1]}

	unset 'children[-1]'
	kill -TERM "$pid" 2>/dev/null
	wait "$pid"
}

# Two hosts with an end of a veth pair each; the other ends are ${tag}0 and ${tag}1 in ours.
veths() {
	local i ns

	for i in 0 1; do
		[ $i = 0 ] && ns=${tag}a || ns=${tag}b
		ip netns add $ns &&
		ip -n $tag link add ${tag}$i type veth peer name eth0 netns $ns &&
		ip -n $tag link set ${tag}$i up && host $ns eth0 $((i + 1)) || return 1
		plain $tag ${tag}$i
		ip netns exec $tag sysctl -qw net.ipv6.conf.${tag}$i.disable_ipv6=1
	done
}

# plain NAMESPACE INTERFACE: frames as on a wire, with checksums and no larger than the MTU.
plain() {
	ip netns exec $1 ethtool -K $2 tx off rx off gso off tso off gro off >/dev/null 2>&1
	return 0
}

# host NAMESPACE INTERFACE N: gives it an address and plain frames.
host() {
	ip -n $1 addr add 192.0.2.$3/24 dev $2 && ip -n $1 link set $2 up && plain $1 $2
}

pings() {
	ip netns exec ${tag}a ping -q -c 20 -i 0.01 -W 2 "$@" 192.0.2.2 >"$dir/ping.log" 2>&1
}

# Small frames, full frames, and datagrams in three fragments.
pings_of_all_sizes() {
	pings -s 56 && pings -s 1472 && pings -s 4000
}

# frames_at_least LOG PORT N: so many came in by the port.
frames_at_least() {
	local got

	got=$(awk -v p="$2" '$1 == p { print $3 }' "$dir/$1.log")
	[ "${got:-0}" -ge "$3" ]
}

# wire DEVICE OPTIONS...: joins both our ends of veth pairs.
wire() {
	local name=$1

	shift
	start wire "$@" wire ${name}0,iface=${tag}0 ${name}1,iface=${tag}1
}

wire_over_veth() {
	veths && wire "$@" && pings_of_all_sizes && stop &&
		frames_at_least wire a 100 && frames_at_least wire b 100
}

test_af_packet() {
	wire_over_veth net_af_packet
	say "af_packet: veth, fragments as they came" $?
}

test_af_packet_queues() {
	wire_over_veth net_af_packet --workers 2 --queues 2
	say "af_packet: two workers, two queues" $?
}

test_handover() {
	wire_over_veth net_af_packet --workers 2 --queues 1
	say "af_packet: two workers, one queue, frames handed over" $?
}

test_af_packet_jumbo() {
	veths && ip -n ${tag}a link set eth0 mtu 9000 && ip -n ${tag}b link set eth0 mtu 9000 &&
		wire net_af_packet --mtu 9000 &&
		pings -s 8972 -M do && stop
	say "af_packet: MTU 9000" $?
}

mtu_of() {
	ip -n $tag -o link show $1 | sed 's/.* mtu \([0-9]*\) .*/\1/'
}

# A larger MTU that the operator gave an interface is not taken away.
test_mtu_kept() {
	veths && ip -n $tag link set ${tag}0 mtu 9000 && wire net_af_packet && pings -s 56 &&
		[ "$(mtu_of ${tag}0)" = 9000 ] && stop && [ "$(mtu_of ${tag}0)" = 9000 ]
	say "af_packet: a larger MTU is kept" $?
}

test_af_xdp() {
	wire_over_veth net_af_xdp
	say "af_xdp: veth" $?
}

test_af_xdp_killed() {
	local pid

	veths && wire net_af_xdp ||
		{ say "af_xdp: after kill -9" 1; return; }
	pid=${children[-1]}
	unset 'children[-1]'
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	wire net_af_xdp && pings -s 56 && stop &&
		! ip -n $tag link | grep -q xdp
	say "af_xdp: after kill -9; no XDP program left" $?
}

# blocked DEVICE NAMESPACE INTERFACE: an end goes down, takes nothing, stops nobody, comes back.
blocked() {
	local device=$1 mac

	veths && wire $device && pings -s 56 || return 1
	mac=$(ip -n ${tag}b -o link show eth0 | sed 's/.*ether \([^ ]*\).*/\1/')
	ip -n ${tag}a neigh replace 192.0.2.2 lladdr $mac dev eth0
	ip -n $2 link set $3 down
	ip netns exec ${tag}a /usr/bin/python3 - <<-'PYTHON'
	import socket
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	for i in range(20000):
	    s.sendto(bytes(60), ("192.0.2.2", 9))
	PYTHON
	ip -n $2 link set $3 up
	sleep 0.2
	pings -s 56 && stop && frames_at_least wire a 5000
}

test_af_packet_blocked() {
	blocked net_af_packet $tag ${tag}1
	say "af_packet: its interface down under 20000 frames, and up again" $?
}

test_af_xdp_blocked() {
	blocked net_af_xdp $tag ${tag}1
	say "af_xdp: its interface down under 20000 frames, and up again" $?
}

test_outgoing() {
	veths && wire net_af_packet && pings -s 56 &&
		ip netns exec $tag /usr/bin/python3 - ${tag}0 <<-'PYTHON' &&
	import socket, sys
	s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
	s.bind((sys.argv[1], 0))
	for i in range(500):
	    s.send(bytes([2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, 8, 0]) + bytes(50))
	PYTHON
		stop && frames_at_least wire a 20 && ! frames_at_least wire a 200
	say "af_packet: what the kernel sends itself is not received" $?
}

test_removed() {
	veths && wire net_af_packet && pings -s 56 ||
		{ say "af_packet: interface removed" 1; return; }
	ip -n $tag link del ${tag}1
	ip netns exec ${tag}a ping -q -c 50 -i 0.002 -W 0.1 192.0.2.2 >/dev/null
	kill -0 ${children[-1]} && stop
	say "af_packet: interface removed under traffic" $?
}

test_tap() {
	start wire wire net_tap0,iface=${tag}0 net_tap1,iface=${tag}1 &&
		ip netns add ${tag}a && ip netns add ${tag}b &&
		ip -n $tag link set ${tag}0 netns ${tag}a &&
		ip -n $tag link set ${tag}1 netns ${tag}b &&
		host ${tag}a ${tag}0 1 && host ${tag}b ${tag}1 2 && pings_of_all_sizes && stop &&
		frames_at_least wire a 100
	say "tap: the kernel at both ends" $?
}

# pair SERVER CLIENT ARGUMENTS...: one process echoes, the other must see all its frames come back.
pair() {
	local server=$1 client=$2

	start server echo "$server" &&
		"$tool" --for 20 --count 5000 generate "$client" >"$dir/client.log" 2>&1 && stop
}

test_memif() {
	pair net_memif0,role=server,socket=$dir/memif,socket-abstract=no,id=0 \
		net_memif0,role=client,socket=$dir/memif,socket-abstract=no,id=0
	say "memif: two processes" $?
}

test_vhost() {
	pair net_vhost0,iface=$dir/vhost net_virtio_user0,path=$dir/vhost
	say "vhost-user and virtio-user: two processes" $?
}

test_vhost_killed() {
	local pid

	start first echo net_vhost0,iface=$dir/vhost ||
		{ say "vhost-user: after kill -9" 1; return; }
	pid=${children[-1]}
	unset 'children[-1]'
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	pair net_vhost0,iface=$dir/vhost net_virtio_user0,path=$dir/vhost
	say "vhost-user: after kill -9, over the socket it left" $?
}

test_pcap() {
	/usr/bin/python3 - "$dir" <<-'PYTHON'
	import sys
	from scapy.all import Ether, IP, UDP, wrpcap
	d = sys.argv[1]
	ethernet = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
	frame = ethernet / IP(src="192.0.2.1", dst="198.51.100.1")
	frames = [frame / UDP(sport=i, dport=9) / bytes(i % 1400) for i in range(1, 2000)]
	wrpcap(d + "/in.pcap", frames)
	PYTHON
	"$tool" --for 1 wire net_pcap0,rx_pcap=$dir/in.pcap,tx_pcap=$dir/none.pcap \
		net_pcap1,tx_pcap=$dir/out.pcap >"$dir/wire.log" 2>&1 &&
		/usr/bin/python3 - "$dir" <<-'PYTHON'
	import sys
	from scapy.all import rdpcap
	a, b = (rdpcap(sys.argv[1] + f) for f in ("/in.pcap", "/out.pcap"))
	sys.exit([bytes(p) for p in a] != [bytes(p) for p in b] or len(a) != 1999)
	PYTHON
	say "pcap: 1999 frames, the same bytes in the same order" $?
}

test_null() {
	"$tool" --for 0.5 wire net_null0 net_null1 >"$dir/wire.log" 2>&1 &&
		frames_at_least wire a 10000 && frames_at_least wire b 10000
	say "null" $?
}

test_ring() {
	"$tool" --for 10 --count 5000 generate net_ring0 >"$dir/wire.log" 2>&1
	say "ring: back to itself" $?
}

all="af_packet af_packet_queues handover af_packet_jumbo mtu_kept af_packet_blocked outgoing removed
	af_xdp af_xdp_blocked af_xdp_killed tap memif vhost vhost_killed pcap null ring"
for device in ${*:-$all}; do
	test_$device
done
printf '%d passed, %d failed\n' $passed $failed
[ $failed = 0 ]
