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

# How many processes share a core: what takes a second alone may take so many.
crowd() { awk -v cores="$(nproc)" '{ n = $1 / cores; print (n > 1 ? int(n) + 1 : 1) }' /proc/loadavg; }
