# SPDX-License-Identifier: BSD-3-Clause
"""Frames that a port of net_weir_replay has sent per processor second of Weir's worker.

    rates.py now SAMPLES PID            "FRAMES WORKER-SECONDS SECONDS" until now
    rates.py since FRAMES WORKER-SECONDS SECONDS SAMPLES PID       the rates since then: per processor second, and a second
"""

import os
import sys


def worker_seconds(pid):
    """Of the thread that has computed most."""
    ticks = os.sysconf('SC_CLK_TCK')
    most = 0
    for task in os.listdir('/proc/%s/task' % pid):
        fields = open('/proc/%s/task/%s/stat' % (pid, task)).read().rpartition(')')[2].split()
        most = max(most, int(fields[11]) + int(fields[12]))
    return most / ticks


def now(samples, pid):
    with open(samples, 'rb') as f:
        f.seek(max(0, os.path.getsize(samples) - 512))
        line = f.read().split(b'\n')[-2].split()
    return int(line[3]), worker_seconds(pid), float(line[0])


def main(what, *rest):
    values = now(*rest[-2:])
    if what == 'now':
        print(*values)
        return
    frames, worker, seconds = (value - float(before) for value, before in zip(values, rest))
    print('%.0f %.0f' % (frames / worker, frames / seconds))


if __name__ == '__main__':
    main(*sys.argv[1:])
