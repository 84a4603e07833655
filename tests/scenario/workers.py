# SPDX-License-Identifier: BSD-3-Clause
"""What holds for one worker holds for two: NAT and fragments once more.

The ports that scenarios expect to be preserved are of the first worker's slice or of hosts that it owns;
tests/unit/control/owner_test.c has the rest."""

import bench
import fragments
import nat


def with_two(function):
    def run():
        bench.OPTIONS = ('--workers', '2')
        try:
            function()
        finally:
            bench.OPTIONS = ()
    return run


SCENARIOS = [(name, with_two(function)) for name, function in nat.SCENARIOS + fragments.SCENARIOS]
