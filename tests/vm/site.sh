# SPDX-License-Identifier: BSD-3-Clause
# In the guest: the two peers, the NICs under test, Weir.  Sourced by every script that tests/vm/rows.py runs there.
#
#   namespace lan 10.0.0.2, 2001:db8:1::2 --- lan [ Weir ] wan --- 198.51.100.2, 2001:db8:2::2 namespace wan
cd /tmp || exit 1

# The shell has an ip of its own, which knows no namespaces.
ip() { /bin/ip "$@"; }

interface_of() {        # interface_of PCI-ADDRESS: its name while the kernel's driver has it
	basename "$(echo /sys/bus/pci/devices/"$1"/virtio*/net/* /sys/bus/pci/devices/"$1"/net/* | tr ' ' '\n' \
		| grep -v '\*' | head -n 1)"
}

unbind() {              # unbind PCI-ADDRESS...
	for at in "$@"; do
		[ ! -e /sys/bus/pci/devices/"$at"/driver ] || echo "$at" >/sys/bus/pci/devices/"$at"/driver/unbind
		echo >/sys/bus/pci/devices/"$at"/driver_override
	done
}

bind() {                # bind DRIVER PCI-ADDRESS...
	local driver=$1

	shift
	unbind "$@"
	for at in "$@"; do
		echo "$driver" >/sys/bus/pci/devices/"$at"/driver_override
		echo "$at" >/sys/bus/pci/drivers_probe
	done
}

peer() {                # peer NAMESPACE PCI-ADDRESS IPV4 IPV6 GATEWAY4 GATEWAY6
	local name

	name=$(interface_of "$2")
	ip netns add "$1"
	ip link set "$name" netns "$1" name eth0
	ip -n "$1" link set lo up
	ip netns exec "$1" sysctl -qw net.ipv6.conf.eth0.accept_dad=0
	ip -n "$1" link set eth0 up
	ip -n "$1" addr add "$3" dev eth0
	ip -n "$1" addr add "$4" dev eth0 nodad
	ip -n "$1" route add default via "$5"
	ip -n "$1" -6 route add default via "$6"
}

peers() {
	peer lan 0000:00:03.0 10.0.0.2/24 2001:db8:1::2/64 10.0.0.1 2001:db8:1::1
	peer wan 0000:00:04.0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1
	dd if=/dev/urandom of=/tmp/file bs=1M count=2 2>/dev/null
}

in_lan() { ip netns exec lan "$@"; }
in_wan() { ip netns exec wan "$@"; }

wait_for() {            # wait_for SECONDS COMMAND...
	local end=$(($(cut -d. -f1 /proc/uptime) + $1))

	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(cut -d. -f1 /proc/uptime)" -lt "$end" ] || return 1
		sleep 0.1
	done
}

said() { [ "$(grep -c "$1" log)" -ge "$2" ]; }  # said WORDS TIMES

both_ping() {           # both_ping in_lan|in_wan IPV4 IPV6: both families at once
	local other

	"$1" ping -q -c 3 -i 0.1 -W 10 "$3" &
	other=$!
	"$1" ping -q -c 3 -i 0.1 -W 10 "$2" && wait $other
}

tagged_peers() {        # in lan, beside the untagged one: VLAN 20, and VLAN 30 within 100
	in_lan sh -c 'ip() { /bin/ip "$@"; }
		ip link add link eth0 name v20 type vlan id 20
		ip link add link eth0 name s100 type vlan proto 802.1ad id 100
		ip link add link s100 name c30 type vlan id 30
		for i in v20 s100 c30; do ip link set $i up; done
		ip addr add 10.20.0.2/24 dev v20
		ip addr add 2001:db8:20::2/64 dev v20 nodad
		ip addr add 10.30.0.2/24 dev c30
		ip addr add 2001:db8:30::2/64 dev c30 nodad'
}

bond_peer() {           # lan's interface becomes the one port of a bundle by LACP
	modprobe bonding
	in_lan sh -c 'ip() { /bin/ip "$@"; }
		ip link add bond0 type bond mode 802.3ad lacp_rate fast miimon 100
		ethtool -s eth0 speed 1000 duplex full
		ip addr flush dev eth0
		ip link set eth0 down
		ip link set eth0 master bond0
		ip link set bond0 up
		ip addr add 10.0.0.2/24 dev bond0
		ip addr add 2001:db8:1::2/64 dev bond0 nodad
		ip route add default via 10.0.0.1
		ip -6 route add default via 2001:db8:1::1'
}

# Both peers' interfaces become one of namespace lan, with a VLAN on it that is namespace wan's interface.
joined() {              # joined MODULE KIND-AND-OPTIONS...: of ip link add, with a MAC
	modprobe "$1"
	modprobe 8021q
	shift
	ip -n wan link set eth0 down
	ip -n wan link set eth0 netns lan name eth1
	in_lan sh -c 'ip() { /bin/ip "$@"; }
		ip link add trunk address 52:54:00:00:00:77 type "$@"
		for i in eth0 eth1; do
			ip addr flush dev $i
			ip link set $i down
			ethtool -s $i speed 1000 duplex full
			ip link set $i master trunk
			ip link set $i up
		done
		ip link set trunk up
		ip addr add 10.0.0.2/24 dev trunk
		ip route add default via 10.0.0.1
		ip link add link trunk name v20 type vlan id 20
		ip link set v20 netns wan' joined "$@"
	ip -n wan link set v20 up
	ip -n wan addr add 10.20.0.2/24 dev v20
	ip -n wan route add default via 10.20.0.1
}

kernel_aggregates() {   # both of the kernel's ports are in the active aggregate
	in_lan cat /proc/net/bonding/trunk
	[ "$(in_lan cat /proc/net/bonding/trunk | grep -c 'Number of ports: 2')" -eq 1 ]
}

vrf_peer() {
	modprobe vrf
	in_lan sh -c 'ip() { /bin/ip "$@"; }
		sysctl -qw net.ipv4.ping_group_range="0 0"
		ip link add red type vrf table 10
		ip link set red up
		ip link set eth0 master red
		ip addr add 2001:db8:1::2/64 dev eth0 nodad
		ip route add default via 10.0.0.1 vrf red
		ip -6 route add default via 2001:db8:1::1 vrf red'
}

worker_ticks() {        # processor time of all workers, in hundredths of a second
	cat /proc/"$(cat pid)"/task/*/stat | awk '/weir-worker/ { n += $14 + $15 } END { print n + 0 }'
}

metric() {              # metric NAME: the sum over its labels
	wget -q -O - http://127.0.0.1:9977/metrics | awk -v name="$1" '$0 ~ "^" name "[{ ]" { n += $2 } END { printf "%d\n", n }'
}

gone() { [ ! -e /proc/"$(cat pid)" ]; }

start() {               # start FILE [PROGRAM]: Weir with this configuration
	rm -f log report.json
	${2:-./weir} run -c "$1" --json report.json >report 2>log &
	echo $! >pid
	until grep -q "generation 1 runs" log; do
		if gone; then
			cat log
			return 1
		fi
		sleep 0.1
	done
}

stop() {                # the ledger balances and every buffer is back, or Weir ends with 1
	kill -TERM "$(cat pid)"
	wait_for 30 gone
	tail -n 3 report
	tail -n 2 log | grep -i error
	grep -q '"imbalance": 0' report.json && ! grep -q "did not come back" log
}

# The vmxnet3 driver of DPDK has the device apply its VLAN filter before it has said where that is, and QEMU's reads at
# address 0, which the IOMMU refuses.
kernel_is_content() {   # no DMA fault, no warning
	! dmesg | grep -vE 'DMA Read.*Request device \[00:0[ab]\.0\] fault addr 0x0 |DRHD: handling fault status' \
		| grep -iE 'dmar.*fault|dma.*(read|write).*(fault|not set)|warning: cpu|\bBUG:|\bOops:'
}

download() {            # lan connects and receives
	local giver

	rm -f got
	in_wan timeout 100 ./station give 5001 file &
	giver=$!
	in_lan timeout 100 ./station get "$1" 5001 got || kill $giver
	cmp got file
}

upload() {              # lan connects and sends
	local taker

	rm -f sent
	in_wan timeout 100 ./station take 5002 sent &
	taker=$!
	in_lan timeout 100 ./station put "$1" 5002 file
	wait $taker
	cmp sent file
}

# No datagram arrives twice or changed; all_accounted says, after stop, what became of those that did not arrive.
datagrams() {           # datagrams ADDRESS COUNT
	local receiver

	in_wan ./station receive 7000 "$2" 10 >count &
	receiver=$!
	wait_for 5 in_wan grep -q ':1B58 ' /proc/net/udp6       # port 7000
	in_lan ./station send "$1" 7000 "$2"
	wait $receiver
	cat count
	grep -q "twice 0, wrong 0" count
}

figure() {              # figure NAME: the sum of a number in the report
	sed -n 's/.*"'"$1"'": \([0-9]*\).*/\1/p' report.json | awk '{ n += $1 } END { print n + 0 }'
}

dropped() {             # dropped REASON NUMBER|some: what the report says
	local n

	n=$(sed -n '/^  "drops": {/,/}/s/.*"'"$1"'": \([0-9]*\).*/\1/p' report.json)
	echo "dropped as $1: ${n:-0}"
	if [ "$2" = some ]; then [ "${n:-0}" -gt 0 ]; else [ "${n:-0}" -eq "$2" ]; fi
}

frames_are_large() {    # of what was received by wan, above 3,000 bytes in the mean
	awk -F'[:,]' '/"wan": [{]/ { in_wan = 1 } in_wan && /"rx":/ { n = $2 } in_wan && /"rx_bytes":/ { print $2 / n, "bytes a frame"
		exit $2 / n > 3000 ? 0 : 1 }' report.json
}

frames() {              # where frames were lost: what each end has counted
	in_lan ip -s link show eth0
	grep -A 9 '"ports"' report.json
	in_wan ip -s link show eth0
	in_wan grep Udp: /proc/net/snmp
}

# What did not arrive was missed by a port or dropped by Weir, and counted.  One in a thousand may be the emulation's: QEMU
# does not count what its e1000e loses between two queues on a busy host.
all_accounted() {
	local lost received sent

	lost=$(($(figure rx_missed) + $(figure rx_no_mbuf) + $(figure dropped)))
	received=$(sed -n 's/^received \([0-9]*\) .*/\1/p' count)
	sent=$(sed -n 's/^received .* of \([0-9]*\),.*/\1/p' count)
	echo "$received of $sent arrived, $lost missed by ports or dropped"
	[ $((received + lost + sent / 1000)) -ge "$sent" ] && [ "$received" -ge $((sent / 2)) ] && return
	frames
	return 1
}
