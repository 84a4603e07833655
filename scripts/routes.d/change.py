# SPDX-License-Identifier: BSD-3-Clause
"""Changes routes of scripts/measure-routes at a rate, and notes when.

    change.py NETNS IPV4 RATE SECONDS FILE

Prefixes of the second half change their gateway, in batches of ip(8), each of a fortieth of a second; a line of FILE is
"BEGAN ENDED FIRST COUNT FAR" (monotonic seconds), and FAR is the gateway of prefix FIRST and the COUNT after it.  ENDED is when
ip has answered a question that stands behind the batch: the kernel has all of it then.
"""

import subprocess
import sys
import time

import tables

BATCHES = 40                    # a second


def main(netns, n4, rate, seconds, path):
    n4, rate = int(n4), int(rate)
    ip = subprocess.Popen(['ip', '-n', netns, '-batch', '-'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    first, far, each = tables.stays(n4), 2, rate // BATCHES
    began = time.monotonic()
    done = 0
    with open(path, 'w') as log:
        while time.monotonic() - began < float(seconds):
            wait = began + done / rate - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            count = min(each, n4 - first)
            since = time.monotonic()
            ip.stdin.writelines(tables.line4('replace', k, far) for k in range(first, first + count))
            ip.stdin.write('link show dev lo\n')
            ip.stdin.flush()
            while 'link/loopback' not in ip.stdout.readline():
                pass
            log.write('%.6f %.6f %d %d %d\n' % (since, time.monotonic(), first, count, far))
            log.flush()
            done += count
            first += count
            if first == n4:
                first, far = tables.stays(n4), 3 - far
    ip.stdin.close()
    ip.wait()
    print('%d changes in %.1f s: %.0f a second' % (done, time.monotonic() - began, done / (time.monotonic() - began)))


if __name__ == '__main__':
    main(*sys.argv[1:])
