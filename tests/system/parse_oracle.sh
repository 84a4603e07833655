#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Compares parse with scapy over 4,000 packets of one seed.
#
#   tests/system/parse_oracle.sh BUILD-DIRECTORY
exec /usr/bin/python3 "$(dirname "$0")/parse_oracle.py" "${1:?usage: parse_oracle.sh BUILD-DIRECTORY}"
