#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The command line: exit status, errors with their place, the shipped files, the built-in example.
#
# usage: command.sh [BUILD]         the folder that Weir was built in
set -u

weir=$(realpath "${1:-build}/app/weir") || exit 2
cd "$(dirname "$0")/../.." || exit 2
dir=$(mktemp -d)
chmod 755 "$dir"
trap 'rm -rf "$dir"' EXIT
. tests/system/support/check.bash

ends_with() {   # ends_with STATUS WEIR-ARGUMENTS...
	local want=$1 status

	shift
	"$weir" "$@" >"$dir/stdout" 2>"$dir/stderr"
	status=$?
	cat "$dir/stderr"
	echo "exit status $status, not $want"
	[ $status -eq "$want" ] && ! grep -q $'\033' "$dir/stdout" "$dir/stderr"
}

five_errors() {
	cat >"$dir/wrong.yaml" <<-'YAML'
	version: 1
	ports: {lan: {device: net_null0}, wan: {device: net_null1}}
	interfaces:
	  lan: {addresses: [192.0.2.1/24], mtu: 99, pipeline: insid}
	  wan: {adresses: [198.51.100.1/24]}
	pipelines:
	  inside: [{rout: main}]
	acls:
	  list: {default: drop, rules: [{src: $nobody, action: accept}]}
	YAML
	"$weir" "$1" ${2:+"$2"} "$dir/wrong.yaml" >"$dir/stdout" 2>"$dir/stderr"
	[ $? -eq 1 ] || { echo "exit status"; return 1; }
	cat "$dir/stderr"
	for line in "4:41: error: interfaces.lan.mtu: 99 is below 576" \
			"4:55: error: .*did you mean 'inside'" "5:9: error: .*did you mean 'addresses'" \
			"7:13: error: .*did you mean 'route'" "9:39: error: .*nobody"; do
		grep -q "wrong.yaml:$line" "$dir/stderr" || { echo "missing: $line"; return 1; }
	done
	[ "$(grep -c ': error: ' "$dir/stderr")" -eq 5 ]
}

as_json() {
	"$weir" check --json "$dir/check.json" config/weir.yaml "$dir/wrong.yaml"
	[ $? -eq 1 ] || { echo "exit status"; return 1; }
	python3 -c '
import json, sys
right, wrong = json.load(open(sys.argv[1]))
ok = right["ok"] and right["tests"] > 0 and not wrong["ok"] and len(wrong["findings"]) == 5
sys.exit(not ok or wrong["findings"][0]["line"] != 4)' "$dir/check.json"
}

# As any user, without a file: an unprivileged one where there is a choice.
example() {
	local as=()

	[ "$(id -u)" -eq 0 ] && as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	cp "$weir" "$dir/weir"
	"${as[@]}" "$dir/weir" run --for 1 --json - >"$dir/json" || return 1
	python3 -c '
import json, sys
r = json.load(open(sys.argv[1]))
print(r)
ok = r["ledger"]["imbalance"] == 0 and r["ledger"]["tx"] > 1000 and r["drops"]["acl_denied"] > 100
sys.exit(not ok)' "$dir/json"
}

# Signals wait while it starts, and then end it as at any other time.
early_stop() {
	local pid

	"$weir" run --for 20 >"$dir/stdout" 2>&1 &
	pid=$!
	for _ in $(seq 200); do
		grep -qs 'SigBlk:.*4203' "/proc/$pid/status" && break
		sleep 0.01
	done
	kill -TERM "$pid"
	wait "$pid" || { cat "$dir/stdout"; return 1; }
	grep -q '^ledger' "$dir/stdout"
}

# What weir bench tells adds up: every packet has an end, and the steps are the whole.
bench_adds_up() {        # ARGUMENTS...
	"$weir" bench --json "$dir/bench.json" "$@" >"$dir/stdout" || return 1
	cat "$dir/stdout"
	python3 -c '
import json, sys
b = json.load(open(sys.argv[1]))
p, steps = b["packets"], {s["step"]: s for s in b["steps"]}
print(p, steps)
assert set(steps) == {"receive", "parse", "look-up", "execute", "evaluate", "send", "housekeeping"}
for f in b["steps"] + [b["cycles"]]:
    assert 0 <= f["least"] <= f["median"] <= f["most"], f
whole = sum(s["median"] for s in b["steps"])
assert 0.5 < whole / b["cycles"]["median"] < 1.5, whole
assert p["all"] == p["known"] + p["first"] and p["all"] >= 15 * 32768
assert p["sent"] + p["dropped"] >= p["all"] and p["dropped"] == sum(b["drops"].values())
assert all(s["line"] > 0 for s in b["stages"]) and b["stages"]
for d in b["stages"] + b["actions"]:
    assert d["median"] is None and d["least"] <= 0 or 0 < d["least"] <= d["median"] <= d["most"], d
' "$dir/bench.json"
}

usage_says() {  # TEXT WEIR-ARGUMENTS...
	local text=$1

	shift
	ends_with 2 "$@" && grep -qF -- "$text" "$dir/stderr"
}

bench_finds() { # WORD ARGUMENTS...
	local word=$1

	shift
	bench_adds_up "$@" || return 1
	grep -q "$word" "$dir/stdout"
}

bench_says() {  # WORD ARGUMENTS...: cannot be measured, and why
	local word=$1

	shift
	ends_with 1 bench "$@" && grep -q "$word" "$dir/stderr"
}

check "no command is a usage error" ends_with 2
check "an unknown command is a usage error" ends_with 2 rum
check "an unknown option is a usage error" ends_with 2 run --fro 3
check "a number that is none is a usage error" ends_with 2 run --for soon
check "check without a file is a usage error" ends_with 2 check
check "a file that is not there" ends_with 1 check "$dir/none.yaml"
check "help" ends_with 0 --help
for command in run check replay explain bench doctor schema reference; do
	check "help for $command" ends_with 0 "$command" --help
done
check "bench without a configuration is a usage error" ends_with 2 bench
check "a value that bench does not take is told what it takes" \
	usage_says "flows takes a number, 1 to 16777216, not '0'" bench -c config/weir.yaml --flows 0
check "likewise of replay" \
	usage_says "in takes PORT=PCAP, once for each port, not 'lan'" replay -c config/weir.yaml --in lan
check "a share of new flows above 100 is a usage error" \
	ends_with 2 bench -c config/weir.yaml --new-flows 101
check "no flows are a usage error" ends_with 2 bench -c config/weir.yaml --flows 0
check "a frame below 64 bytes is a usage error" ends_with 2 bench -c config/weir.yaml --size 63
check "an interface that is not there cannot be measured" \
	bench_says "did you mean 'wan'" -c config/weir.yaml --in wam
check "a frame above the MTU cannot be measured" \
	bench_says "above the MTU of lan, 1500" -c config/weir.yaml --size 1519
check "nothing passes from outside" bench_says acl_denied -c config/nat-gateway.yaml --in wan
check "an unknown word of a size is a usage error" ends_with 2 doctor --size people=3
check "doctor of this machine" ends_with 0 doctor
check "doctor of devices that are not there" ends_with 1 doctor -c config/nat-gateway-nics.yaml
check "doctor of a broken file" ends_with 1 doctor -c config/schema.json
check "doctor as JSON" sh -c '"$1" doctor --json --size workers=4 | python3 -m json.tool >/dev/null' sh "$weir"
check "version" ends_with 0 --version
check "five errors, each at its place" five_errors check
check "run finds the same five" five_errors run -c
check "check finds them as JSON" as_json
check "a device that is not there" ends_with 1 run -c config/weir.yaml
for file in config/*.yaml; do
	check "$file is right" ends_with 0 check "$file"
done
for file in config/*.yaml; do
	check "$file is measured" bench_adds_up -c "$file"
done
check "connections over IPv6 are measured" bench_finds " tcp " -c config/firewall.yaml --ipv6 --tcp
check "first packets are measured" bench_finds "evaluate" -c config/nat-gateway.yaml --new-flows 5
check "drops are told" bench_finds "police_exceeded" -c config/firewall-stateless.yaml --in guests
check "the schema is JSON" sh -c '"$1" schema | python3 -m json.tool >/dev/null' sh "$weir"
check "config/schema.json is what weir schema prints" sh -c '"$1" schema | diff config/schema.json -' \
	sh "$weir"
check "config/reference.md is what weir reference prints" \
	sh -c '"$1" reference | diff config/reference.md -' sh "$weir"
check "the built-in example" example
check "a signal while it starts" early_stop

echo "command: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
