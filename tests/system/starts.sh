#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What a file does at a start and at a reload (starts.py).
#
# usage: starts.sh [BUILD]          the folder that Weir was built in
exec /usr/bin/python3 "$(dirname "$0")/starts.py" "${1:-build}"
