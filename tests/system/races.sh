#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Threads under ThreadSanitizer, in a build of its own: rings and mailboxes, generations that are taken while packets
# run, a worker that stands still, NAT on two workers and its log, reloads of every section.  rte_ring needs the C11 memory model to be understood.
#
# usage: races.sh [--build]      --build: nothing is run
set -u
cd "$(dirname "$(realpath "$0")")/../.." || exit 2
build=build-tsan
tests="unit_io_frame_ring unit_control_busy unit_control_stuck unit_control_appliance unit_worker_mailbox unit_io_steer unit_nat_log unit_tap_line_ring"
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
failed=0

[ -f $build/build.ninja ] || meson setup $build --buildtype=debugoptimized -Doptimization=1 -Db_sanitize=thread \
	"-Dc_args=-g1 -DRTE_USE_C11_MEM_MODEL" >"$logs/setup" || { cat "$logs/setup"; exit 2; }
# shellcheck disable=SC2086
ninja -C $build app/weir app/weirctl ${tests//unit_/tests/unit/unit_} >"$logs/ninja" || { tail -n 40 "$logs/ninja"; exit 2; }

[ "${1:-}" = --build ] && exit

clean() {       # clean COMMAND...: it passes, and no race is reported
	TSAN_OPTIONS="suppressions=$PWD/tests/support/tsan.supp log_path=$logs/race" "$@" >"$logs/out" 2>&1
	local rc=$?

	cat "$logs"/race* 2>/dev/null && rm -f "$logs"/race* && rc=1
	[ "$rc" -eq 0 ] || { failed=$((failed + 1)); echo "FAILED: $*"; tail -n 20 "$logs/out"; }
}

for test in $tests; do
	clean timeout 300 "$build/tests/unit/$test"
done
clean bash tests/system/nat_workers.sh "$build"
clean bash tests/system/reowning.sh "$build"
clean bash tests/system/gathered.sh "$build"
clean /usr/bin/python3 tests/system/reloads.py "$build" --reloads 40

echo "races: $failed failed"
[ "$failed" -eq 0 ]
