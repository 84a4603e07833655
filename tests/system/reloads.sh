#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Reloads with changes in every section under translated traffic, on one worker and on two (reloads.py).
#
# usage: reloads.sh [BUILD [RELOADS [SEED]]]        the folder that Weir was built in.  Needs root.
set -u
build=${1:-build} reloads=${2:-120} seed=${3:-1} rc=0
for workers in "[0]" "[0, 1]"; do
	/usr/bin/python3 "$(dirname "$0")/reloads.py" "$build" --reloads "$reloads" --seed "$seed" --workers "$workers" || rc=1
done
exit $rc
