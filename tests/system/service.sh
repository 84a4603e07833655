#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Weir as a service: what it tells systemd, what it gives up, and that everything works afterwards. One core does all of it.
#
#   lan 10.0.0.10 --- [ Weir ] --- wan 198.51.100.2
#
# usage: service.sh [BUILD]
tag=ws
. "$(dirname "$(realpath "$0")")/support/namespaces.bash"
weirctl=$(realpath "${1:-build}/app/weirctl")
root=$(realpath "$here/../..")

ctl() { "$weirctl" -s "$dir/control.sock" "$@"; }
said() { grep -q -- "$1" "$dir/said"; }
says_not() { ! "$@"; }

config() {      # config ANSWER: a file with a conversation that expects it
	cat >"$dir/weir.yaml" <<-YAML
	version: 1
	system: {workers: [0], control: 0, flows: 4096, eal: ["--telemetry"]}
	telemetry: {http: {listen: "127.0.0.1:9977"}}
	ports:
	  lan: {device: "net_af_packet0,iface=lan0"}
	  wan: {device: "net_af_packet1,iface=wan0"}
	interfaces:
	  lan: {addresses: [10.0.0.1/24, "fd00::1/64"], pipeline: route}
	  wan: {addresses: [198.51.100.1/24, "fd01::1/64"], pipeline: route}
	pipelines: {route: [track, {route: main}]}
	routes: {main: [{to: 192.0.2.0/24, blackhole: true}]}
	tests:
	  - name: out and back
	    steps:
	      - {in: lan, packet: "udp 10.0.0.10:5000 > 198.51.100.2:53", expect: output wan}
	      - {in: wan, packet: "udp 198.51.100.2:53 > 10.0.0.10:5000", expect: $1}
	YAML
}

# threads PYTHON: an expression about rows, the status of each thread, the control thread's first
threads() {
	python3 - "$pid" "$1" <<-'PY'
	import os, sys
	rows = []
	for t in sorted(os.listdir("/proc/%s/task" % sys.argv[1]), key=int):
	    with open("/proc/%s/task/%s/status" % (sys.argv[1], t)) as f:
	        rows.append({k: v.strip() for k, v in (l.split(":", 1) for l in f)})
	for r in rows:
	    print({k: r[k] for k in ("Name", "Pid", "CapEff", "CapPrm", "CapBnd", "NoNewPrivs", "Seccomp")})
	sys.exit(not eval(sys.argv[2]))
	PY
}

passes() { pinged "$dir/ping" 20 in_lan ping -i 0.02 198.51.100.2; answered "$dir/ping" 20; }

# A library in Weir's process that starts a shell at a signal, as one who has taken it over would, and writes what became of it.
preload() {
	cat >"$dir/shell.c" <<-'C'
	#include <errno.h>
	#include <fcntl.h>
	#include <signal.h>
	#include <stdlib.h>
	#include <unistd.h>
	static char path[256];
	static void on(int n)
	{
		char *argv[] = { "sh", "-c", "exit 7", NULL };
		int fd, rc = execve("/bin/sh", argv, NULL), why = errno;

		(void)n;
		fd = open(path, O_CREAT | O_WRONLY, 0600);
		dprintf(fd, "%d %d\n", rc, why);
		close(fd);
	}
	static __attribute__((constructor)) void begin(void)
	{
		const char *to = getenv("SHELL_TRIED");
		for (unsigned i = 0; to != NULL && to[i] != 0; i++)
			path[i] = to[i];
		signal(SIGRTMIN + 4, on);
	}
	C
	sed -i 's/#include <unistd.h>/#include <stdio.h>\n#include <unistd.h>/' "$dir/shell.c"
	cc -shared -fPIC -o "$dir/shell.so" "$dir/shell.c"
}

is_refused() {  # EPERM, and the process is what it was
	kill -s RTMIN+4 "$pid"
	wait_for 3 test -s "$dir/tried" && cat "$dir/tried" && [ "$(cat "$dir/tried")" = "-1 1" ] && [ "$(cat /proc/"$pid"/comm)" = weir ]
}

telemetry() {   # telemetry COMMAND
	echo "$1" | dpdk-telemetry.py -f "weir-$pid" 2>&1
}

telemetry_has() { sleep 1.2; telemetry "$1" | tee "$dir/telemetry" | grep -q "$2"; }

worker_thread() { grep -lx weir-worker-0 /proc/"$pid"/task/*/comm | cut -d / -f 5; }

fed() { tail -n 40 "$dir/said" | awk -v since="$1" '$1 > since && /WATCHDOG=1/ { n++ } END { exit !n }'; }

stops_feeding() {
	local thread frozen

	thread=$(worker_thread)
	python3 "$here/support/freeze.py" "$thread" 6 >"$dir/frozen" 2>&1 &
	frozen=$!
	wait_for 10 grep -q frozen "$dir/frozen" || { echo "thread '$thread'"; cat "$dir/frozen"; return 1; }
	sleep 1
	since=$(date +%s.%N)
	sleep 2
	fed "$since" && { echo "fed while a worker stood still"; return 1; }
	wait_for 3 said 'STATUS=1 worker stands still' || { tail -n 5 "$dir/said"; return 1; }
	wait "$frozen"
	wait_for 5 fed "$(date +%s.%N)"
}

ip netns add "$ns_weir"
ip -n "$ns_weir" link set lo up
link "$ns_lan" lan0 10.0.0.10/24 fd00::10/64 10.0.0.1 fd00::1
link "$ns_wan" wan0 198.51.100.2/24 fd01::2/64 198.51.100.1 fd01::1

python3 "$here/support/notify.py" "$dir/notify" "$dir/said" &
notify=$!
wait_for 5 test -S "$dir/notify"
export NOTIFY_SOCKET=$dir/notify WATCHDOG_USEC=1500000
run_options=(--sandbox --state "$dir/state")
mkdir "$dir/state"
config "output lan"
check "the library that starts a shell" preload
export SHELL_TRIED=$dir/tried LD_PRELOAD=$dir/shell.so
start
unset LD_PRELOAD
check "it says that it is ready, and how it does" wait_for 5 said 'READY=1 STATUS=generation 1, 1 worker, 2 of 2 links up'
check "the watchdog is fed" wait_for 5 said 'WATCHDOG=1'
check "no thread can gain rights, all are filtered" threads 'all(r["NoNewPrivs"] == "1" and r["Seccomp"] == "2" for r in rows)'
check "control keeps the rights to open devices" threads 'int(rows[0]["CapPrm"], 16) == (1 << 12 | 1 << 13 | 1 << 14)'
check "no other thread has a right" threads 'len(rows) > 2 and all(int(r["CapPrm"], 16) == 0 for r in rows[1:])'
check "pages with secrets are left out of core dumps" sh -c 'awk "/\[heap\]/ { heap = 1 } /^VmFlags/ { if (heap && / dd/) n++; heap = 0 } END { exit !n }" "/proc/$1/smaps"' sh "$pid"
check "packets pass" passes
check "weirctl is answered" ctl show sessions
check "metrics are served" sh -c 'ip netns exec "$1" curl -sf 127.0.0.1:9977/metrics | grep -q "^weir_worker_longest_sleep_seconds"' sh "$ns_weir"
check "a shell is refused" is_refused
check "packets pass afterwards" passes
check "a reload tries the conversations" ctl reload
check "it says so" said 'RELOADING=1'
config "drop"
check "a conversation that fails refuses a reload" says_not ctl reload
check "the status says so" wait_for 5 said 'the last reload was refused'
config "output lan"
kill -HUP "$pid"
check "a signal reloads, too" wait_for 10 grep -q 'generation 3 runs' "$dir/log"
check "the history is written" test -n "$(ls "$dir/state")"
ip -n "$ns_weir" link set wan0 down
check "a link that goes down is told" wait_for 5 said '1 of 2 links up'
ip -n "$ns_weir" link set wan0 up
check "packets pass again" wait_for 10 passes
ip -n "$ns_weir" link del lan0
check "a device vanishes" wait_for 5 grep -q 'its device vanished' "$dir/log"
ip netns del "$ns_lan"
link "$ns_lan" lan0 10.0.0.10/24 fd00::10/64 10.0.0.1 fd00::1
check "and is opened again" wait_for 10 grep -q 'was opened again' "$dir/log"
check "packets pass through it" wait_for 10 passes
check "DPDK's tool sees the ledger" telemetry_has /weir/ledger '"imbalance": 0'
check "DPDK's tool sees the ports" telemetry_has /weir/ports '"device": "net_af_packet0"'
check "DPDK's tool sees drops, sessions and workers" sh -c "$(declare -f telemetry telemetry_has); pid=$pid dir=$dir
	telemetry_has /weir/sessions sessions_max && telemetry_has /weir/workers longest_sleep_ns && telemetry_has /weir/drops '{'"
check "its socket is for one user" test "$(stat -c %a "/run/dpdk/weir-$pid/dpdk_telemetry.v2")" = 600
check "the watchdog is not fed while a worker stands still" stops_feeding
ran=$pid
check "it ends as it should" stop
check "it says that it stops" said 'STOPPING=1'
check "the account is right" balanced
check "nothing of DPDK is left" test ! -e "/run/dpdk/weir-$ran"
kill "$notify"
unset NOTIFY_SOCKET WATCHDOG_USEC
check "the unit's exposure is below 3.0" sh -c 'sed "s,/usr/bin/weir[a-z]*,/bin/true," "$1/config/systemd/weir.service" >"$2/weir.service"
	systemd-analyze security --offline=true --threshold=29 "$2/weir.service"' sh "$root" "$dir"
check "the unit has no fault" sh -c 'systemd-analyze verify --man=no "$1/weir.service" 2>&1 | grep -v "Unit configured to use" | grep "weir.service" && exit 1; :' sh "$dir"

echo "service: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
