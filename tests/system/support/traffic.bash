# SPDX-License-Identifier: BSD-3-Clause
# Traffic between the namespaces of namespaces.bash, and what it must look like: sourced behind it.

requests="$here/support/requests.py"

# transfer ADDRESS [OPTION...]: 16 megabytes by iperf3, or 2 by UDP, however long a busy machine takes; at least one has
# arrived when the last is written: a socket holds the rest, and half of the datagrams may be lost.
transfer() {
	local amount=16M

	[[ " $* " != *" -u "* ]] || amount=2M
	in_lan iperf3 -c "$@" -n $amount -J >"$dir/iperf.json" || { tail -3 "$dir/iperf.json"; return 1; }
	python3 -c '
import json, sys
end = json.load(open(sys.argv[1]))["end"]
n = (end.get("sum_received") or end["sum"])["bytes"]
print(n, "bytes")
sys.exit(n < 1e6)' "$dir/iperf.json"
}

path() {        # path WEIR ADDRESS [OPTION...]: traceroute from lan shows Weir, then the end
	local first=$1 last=$2

	shift 2
	in_lan traceroute -n -q 1 -w 2 -m 3 "$@" "$last" | tee "$dir/path"
	grep -q "^ 1  $first " "$dir/path" && grep -q "^ 2  $last " "$dir/path"
}

refused() {     # refused COMMAND...: it must fail
	! "$@"
}

unreachable() { # unreachable ADDRESS: the error about a datagram comes back to who sent it
	in_lan python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.connect((sys.argv[1], 9))
s.settimeout(3)
s.send(b"anybody?")
try:
    s.recv(10)
except ConnectionRefusedError:
    sys.exit(0)
sys.exit(1)' "$1"
}

web() {         # web NS FOLDER PORT: a web server, until the end
	(cd "$2" && exec ip netns exec "$1" /usr/bin/python3 "$requests" serve "$3" >/dev/null 2>&1) &
	disown
	wait_for 10 ip netns exec "$1" curl -sf -o /dev/null "http://[::1]:$3/small"
}

fetched() {     # fetched URL FILE [OPTION...]: by curl from lan; the same SHA-256
	local url=$1 file=$2 sum

	shift 2
	sum=$(in_lan curl -sf -m 40 "$@" "$url" | sha256sum)
	echo "$sum"
	[ "$sum" = "$(sha256sum <"$file")" ]
}

counted() {     # counted NAME...: what the stacks of lan and wan have counted, in all
	for ns in $ns_lan $ns_wan; do
		ip netns exec "$ns" nstat -asz "$@"
	done | awk '!/^#/ { n += $2 } END { print n + 0 }'
}

none_counted() { # none_counted BEFORE NAME...: no more of that than there were
	local before=$1 n

	shift
	n=$(counted "$@")
	echo "$*: $n after $before"
	[ "$n" -eq "$before" ]
}

logged() {      # logged LINES FILE...: the log of NAT has so many; a create and an end for each mapping, in turn; nobody outside
	local least=$1 file

	shift
	for file; do
		[ -s "$file" ] || return 1
	done
	! grep '198\.51\.100\.2"' "$@" || return 1
	cat "$@" | python3 -c '
import json, sys, time
live, n = set(), 0
for line in sys.stdin:
    e = json.loads(line)
    now, event, why = e.pop("time"), e.pop("event"), e.pop("reason", None)
    who, n = json.dumps(e, sort_keys=True), n + 1
    assert now[:4] == time.strftime("%Y", time.gmtime()), line
    assert (who in live) == (event == "end"), line
    (live.remove if event == "end" else live.add)(who)
print(n, "lines", live)
sys.exit(bool(live) or n < int(sys.argv[1]))' "$least"
}
