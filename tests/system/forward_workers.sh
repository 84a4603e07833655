#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# forward.sh with two workers.
#
# usage: forward_workers.sh [BUILD]
exec bash "$(dirname "$0")/forward.sh" "${1:-build}" "[0, 1]"
