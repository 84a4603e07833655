# SPDX-License-Identifier: BSD-3-Clause
# Checks that are counted: sourced by tests.  Wants $dir, a folder of the test's own; gives passed, failed and check.
passed=0 failed=0

check() {       # check WHAT COMMAND...
	local what=$1

	shift
	if "$@" >"$dir/out" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $what"
		sed 's/^/    /' "$dir/out"
	fi
}

# pinged FILE COUNT COMMAND...: a command that pings, until so many answers have come.  "ping -c" alone gives the last answer two round
# trips only, fewer than a busy machine takes.
pinged() {
	local file=$1 count=$2

	shift 2
	"$@" -c "$count" -w $((60 + count / 5)) >"$file" 2>&1
}

# answered FILE COUNT [LOST]: of the first COUNT pings in the file at most LOST, none, have no answer.
answered() {
	awk -v count="$2" -v most="${3:-0}" 'match($0, /icmp_seq=[0-9]+/) { seen[substr($0, RSTART + 9, RLENGTH - 9)] }
		END { for (i = 1; i <= count; i++) if (!(i in seen)) { lost++; all = all " " i }
			if (lost) print "no answer:" all; exit lost > most }' "$1"
}

# How many processes share a core: what takes a second alone may take so many.
crowd() { awk -v cores="$(nproc)" '{ n = $1 / cores; print (n > 1 ? int(n) + 1 : 1) }' /proc/loadavg; }
