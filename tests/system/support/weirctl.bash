# SPDX-License-Identifier: BSD-3-Clause
# weirctl and what it says: sourced by tests behind namespaces.bash.  Wants $weir and $dir; Weir listens on $dir/control.sock.
weirctl=$(dirname "$weir")/weirctl

ctl() { "$weirctl" -s "$dir/control.sock" "$@"; }

# shows PYTHON VERB...: an expression about the result r of weirctl -j VERB
shows() {
	local what=$1

	shift
	ctl -j "$@" >"$dir/json" || return 1
	python3 -c '
import json, sys
r = json.load(open(sys.argv[1]))
print(json.dumps(r, indent=1))
sys.exit(not eval("(%s)" % sys.argv[2]))' "$dir/json" "$what"
}

ends_with() {   # ends_with STATUS TEXT COMMAND...: the exit status, and what is printed
	local want=$1 text=$2 status

	shift 2
	"$@" >"$dir/stdout" 2>"$dir/stderr"
	status=$?
	cat "$dir/stdout" "$dir/stderr"
	[ $status -eq "$want" ] && grep -q -- "$text" "$dir/stdout" "$dir/stderr"
}

finds() {       # finds PATTERN VERB...: a table of weirctl has it
	local text=$1

	shift
	ctl "$@" >"$dir/stdout" 2>&1
	cat "$dir/stdout"
	grep -q -- "$text" "$dir/stdout"
}

packets_in() {  # packets_in WANTED FILE FILTER...: a capture has so many that tcpdump selects
	local wanted=$1 file=$2 n

	shift 2
	n=$(tcpdump -nr "$file" "$@" 2>/dev/null | wc -l)
	echo "$n packets, expected $wanted"
	[ "$n" -eq "$wanted" ]
}
