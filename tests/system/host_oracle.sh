#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Compares what Weir answers under its own name with what scapy says it must be.
#
#   tests/system/host_oracle.sh BUILD-DIRECTORY
exec /usr/bin/python3 "$(dirname "$0")/host_oracle.py" "${1:?usage: host_oracle.sh BUILD-DIRECTORY}"
