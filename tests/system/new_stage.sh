#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# scripts/new-stage in a copy of the tree: what it creates passes the checks of texts, and its removal leaves no trace.
set -eu
cd "$(dirname "$0")/../.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
mkdir "$copy/before" "$copy/after"
tar -c --exclude='./build*' --exclude=./.git . | tee >(tar -x -C "$copy/before") | tar -x -C "$copy/after"

"$copy/after/scripts/new-stage" demo none >/dev/null
diff -rq "$copy/before" "$copy/after" >"$copy/changed" && { echo "nothing was created"; exit 1; }
for path in lib/stage/demo.c tests/unit/stage/demo_test.c; do
	[ -f "$copy/after/$path" ] || { echo "$path was not created"; exit 1; }
done
grep -q '&stage_demo,' "$copy/after/lib/stage/registry.c"
"$copy/after/scripts/check-layers"
if "$copy/after/scripts/new-stage" demo none 2>/dev/null; then echo "created twice"; exit 1; fi

"$copy/after/scripts/new-stage" --remove demo none
if "$copy/after/scripts/new-stage" --remove drop none 2>/dev/null; then :; fi
diff -r "$copy/before/tests" "$copy/after/tests"
echo "new-stage: created and removed without a trace"
