# SPDX-License-Identifier: BSD-3-Clause
# Two namespaces, lan and wan, on either side of one where Weir runs: sourced by the tests between them.
#
# Wants $tag, which tells the namespaces of one test from another's, and the build folder as $1.
# Gives weir, here, dir, ns_lan, ns_wan, ns_weir, pid (of Weir), passed, failed, and the functions below.
# Whatever happens, processes, namespaces and files are gone at exit.
set -u

weir=$(realpath "${1:-build}/app/weir") || exit 2
here=$(dirname "$(realpath "$0")")
id=$tag$$
dir=$(mktemp -d)
pid=
run_options=()                  # more of them, of weir run
. "$here/support/check.bash"
ns_lan=$id-lan ns_wan=$id-wan ns_weir=$id-weir

cleanup() {
	[ -n "$pid" ] && kill -KILL "$pid" 2>/dev/null
	for ns in $ns_lan $ns_wan $ns_weir; do
		ip netns pids "$ns" 2>/dev/null | xargs -r kill -KILL 2>/dev/null
		ip netns del "$ns" 2>/dev/null
	done
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# link NS IFACE ADDRESS ADDRESS6 GATEWAY GATEWAY6: a namespace with a veth to Weir's
link() {
	ip netns add "$1"
	ip link add "$2" netns "$ns_weir" type veth peer name eth0 netns "$1"
	ip netns exec "$ns_weir" sysctl -qw "net.ipv6.conf.$2.disable_ipv6=1"
	ip netns exec "$ns_weir" ethtool -K "$2" tx off rx off gso off tso off gro off >/dev/null
	ip netns exec "$1" ethtool -K eth0 tx off rx off gso off tso off gro off >/dev/null
	ip -n "$ns_weir" link set "$2" up
	ip -n "$1" link set lo up
	ip -n "$1" link set eth0 up
	ip -n "$1" addr add "$3" dev eth0
	ip -n "$1" addr add "$4" dev eth0 nodad
	ip -n "$1" route add default via "$5"
	ip -n "$1" -6 route add default via "$6"
}

in_lan() { ip netns exec "$ns_lan" "$@"; }
in_wan() { ip netns exec "$ns_wan" "$@"; }

wait_for() {    # wait_for SECONDS COMMAND...: seconds of a machine alone; what it said last is seen if it never succeeds
	local end=$(($(date +%s) + 2 * $1 * $(crowd)))

	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$end" ] || { "$@"; return; }
		sleep 0.05
	done
}

start() {       # Weir with $dir/weir.yaml; the test ends if it does not
	check "the configuration is right" "$weir" check "$dir/weir.yaml"
	ip netns exec "$ns_weir" "$weir" run -c "$dir/weir.yaml" --json "$dir/report.json" --socket "$dir/control.sock" "${run_options[@]}" \
		>"$dir/report" 2>"$dir/log" &
	pid=$!
	check "it starts" wait_for 20 grep -q "generation 1 runs" "$dir/log"
	[ "$failed" -eq 0 ] || { cat "$dir/log"; exit 1; }
}

stop() {
	kill -TERM "$pid"
	wait "$pid"
	local status=$?

	pid=
	tail -25 "$dir/report"
	return "$status"
}

# balanced [PYTHON]: the ledger balances and the pools are level; an expression more about the report r
balanced() {
	grep 'packet buffers not back in their pools: 0$' "$dir/report" || return 1
	python3 -c '
import json, sys
r = json.load(open(sys.argv[1]))
print(r)
l = r["ledger"]
sys.exit(not (l["imbalance"] == 0 and l["held"] == 0 and eval("(%s)" % sys.argv[2])))' \
		"$dir/report.json" "${1:-True}"
}
