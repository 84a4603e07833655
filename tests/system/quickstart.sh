#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# scripts/quickstart on a machine that has interfaces and namespaces of the names one would choose for it: they stay, and
# nothing of its own does.
#
# usage: quickstart.sh [BUILD]      the folder that Weir was built in.  Needs root.
set -u

build=${1:-build-release}
cd "$(dirname "$0")/../.." || exit 2
dir=$(mktemp -d)
mine="" mine_ns=""
cleanup() {
	for name in $mine; do ip link del "$name" 2>/dev/null; done
	for name in $mine_ns; do ip netns del "$name"; done
	rm -rf "$dir"
}
trap cleanup EXIT
. tests/system/support/check.bash

# What is there already is not ours to make, and has to stay all the same.
for name in lan0 wan0; do
	ip link show "$name" >/dev/null 2>&1 || { ip link add "$name" type veth peer name "${name}peer" && mine="$mine $name"; }
done
for name in weir-inside weir-outside; do
	ip netns list | grep -qw "$name" || { ip netns add "$name" && mine_ns="$mine_ns $name"; }
done

# numbered FILE COMMAND...: becomes the command; its process number, which its names have, is in the file.
numbered() {
	echo "$BASHPID" >"$1"
	shift
	exec "$@"
}

# Other tests on this machine have interfaces and namespaces of their own, which come and go.
nothing_left() {
	local names n

	names=$(ip -o link | awk -F'[ :@]+' '{ print $2 }'; ip netns list | awk '{ print $1 }')
	n=$(cat "$dir/pid")
	for name in lan0 wan0 weir-inside weir-outside; do
		grep -qx "$name" <<<"$names" || { echo "$name is gone"; return 1; }
	done
	! grep -xE "(weir-(inside|outside|probe)-|weirl|weirw)$n" <<<"$names"
}

stopped_early() {       # by a signal, while it works
	local pid

	numbered "$dir/pid" scripts/quickstart --build "$build" >"$dir/log" 2>&1 &
	pid=$!
	for _ in $(seq 100); do
		grep -q 'office' "$dir/log" && break
		sleep 0.1
	done
	sleep 1
	kill -TERM "$pid"
	wait "$pid"
	[ $? -eq 130 ] || { cat "$dir/log"; return 1; }
}

check "quickstart works beside them" eval '(numbered "$dir/pid" scripts/quickstart --build "$build")'
check "it has left nothing and taken nothing away" nothing_left
check "a signal ends it" stopped_early
check "it has left nothing and taken nothing away then, too" nothing_left

echo "quickstart: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
