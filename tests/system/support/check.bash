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

# Run folders of DPDK whose process is gone without having removed them.  Another Weir on this machine may come and go.
run_folders_left() {
	local folder

	for folder in /run/dpdk/weir-*; do
		[ -d "$folder" ] && ! kill -0 "${folder##*-}" 2>/dev/null && echo "$folder"
	done
	return 0
}
