#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A hundred commits under traffic, ports, NAT pools and rules among what changes (commits.py).
#
# usage: commits.sh [BUILD [SESSIONS [SECONDS]]]        the folder that Weir was built in.  Needs root.
exec /usr/bin/python3 "$(dirname "$0")/commits.py" "${1:-build}" --sessions "${2:-10000}" --seconds "${3:-15}"
