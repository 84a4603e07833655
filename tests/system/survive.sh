#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What happens around Weir and must not stop it: a second Weir on its device, a worker that stands still, a full disk, a log that
# nobody reads.
#
#   lan 10.0.0.10 --- [ Weir ] --- wan 198.51.100.2       a ping goes on the whole time
#
# usage: survive.sh [BUILD]
tag=ws
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
. "$here/support/weirctl.bash"

said() { grep -q -- "$1" "$dir/log"; }

cleanup_small() {
	umount "$dir/small" 2>/dev/null
	cleanup
}
trap cleanup_small EXIT

cat >"$dir/weir.yaml" <<-YAML
	version: 1
	system: {workers: [0], flows: 4096, memory: {hugepages: no}}
	ports:
	  lan: {device: "net_af_packet0,iface=lan0"}
	  wan: {device: "net_af_packet1,iface=wan0"}
	interfaces:
	  lan: {addresses: [10.0.0.1/24], pipeline: all}
	  wan: {addresses: [198.51.100.1/24], pipeline: all}
	routes: {main: []}
	pipelines: {all: [track, {route: main}]}
YAML
sed 's/version: 1/version: 7/' "$dir/weir.yaml" >"$dir/broken.yaml"
ip netns add "$ns_weir"
link "$ns_lan" lan0 10.0.0.10/24 2001:db8:1::10/64 10.0.0.1 2001:db8:1::1
link "$ns_wan" wan0 198.51.100.2/24 2001:db8:2::2/64 198.51.100.1 2001:db8:2::1

second_is_refused() {
	ip netns exec "$ns_weir" timeout 20 "$weir" run -c "$dir/weir.yaml" --socket "$dir/second.sock" --for 1 >"$dir/stdout" 2>&1
	[ $? -eq 1 ] && cat "$dir/stdout" && grep -q "weir.yaml:4:.*another Weir, process $pid, has lan0 already" "$dir/stdout"
}

stall() {       # stall SECONDS: the worker stands still for so long
	local thread

	for thread in /proc/"$pid"/task/*; do
		grep -q '^weir-worker' "$thread/comm" && break
	done
	python3 "$here/support/freeze.py" "${thread##*/}" "$1" >"$dir/frozen" 2>&1 &
}

answers_within() {      # answers_within MS
	local began=$(date +%s%N)

	ctl show status >/dev/null && [ $((($(date +%s%N) - began) / 1000000)) -le "$1" ]
}

mkdir "$dir/small"
mount -t tmpfs -o size=128k tmpfs "$dir/small"
run_options=(--state "$dir/small")
start
check "it forwards" wait_for 5 in_lan ping -q -c 1 -W 0.5 198.51.100.2

check "a second Weir on the device is refused, and the first is named" second_is_refused
check "the first goes on" in_lan ping -q -c 2 -i 0.1 -W 1 198.51.100.2

check "a worker stands still" stall 6
check "which is said" wait_for 5 said "worker 0 has stood still for [0-9]* ms"
check "and shown" sh -c "'$weirctl' -s '$dir/control.sock' show workers | grep -q yes"
check "and when it moves again" wait_for 15 said "worker 0 moves again"
check "it forwards" in_lan ping -q -c 2 -i 0.1 -W 1 198.51.100.2

dd if=/dev/zero of="$dir/small/fill" bs=1k count=256 2>/dev/null
check "a commit with a full disk" ctl commit "$dir/weir.yaml"
check "is a warning" wait_for 5 said "could not be kept"
rm "$dir/small/fill"
check "with room again" ctl commit "$dir/weir.yaml"
check "configurations are kept again" wait_for 5 said "are kept again"
check "it stops" stop
check "every packet is accounted for" balanced

mkfifo "$dir/pipe"
exec 9<>"$dir/pipe"
ip netns exec "$ns_weir" "$weir" run -c "$dir/weir.yaml" --json "$dir/report.json" --socket "$dir/control.sock" >"$dir/report" 2>&9 &
pid=$!
check "a start with a pipe as its log" wait_for 20 ctl show status
cp "$dir/weir.yaml" "$dir/right.yaml"
cp "$dir/broken.yaml" "$dir/weir.yaml"
for _ in $(seq 400); do
	kill -HUP "$pid"
	sleep 0.01
done
check "nobody reads the log, and weirctl is answered" answers_within 500
check "it forwards" wait_for 5 in_lan ping -q -c 1 -W 0.5 198.51.100.2
timeout 1 cat <&9 >"$dir/log"
check "lines were lost" test "$(stat -c %s "$dir/log")" -gt 50000
cp "$dir/right.yaml" "$dir/weir.yaml"
kill -HUP "$pid"
sleep 0.5
timeout 1 cat <&9 >"$dir/log"
check "which is said when there is room" said "lines were too many"
check "it stops" stop
check "every packet is accounted for" balanced
exec 9>&-
[ "$failed" -eq 0 ] || tail -30 "$dir/log"
echo "survive: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
