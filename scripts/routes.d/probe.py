# SPDX-License-Identifier: BSD-3-Clause
"""The independent reader of scripts/measure-routes: sends packets through Weir, and checks by which next hop each has left.

    probe.py send INTERFACE IPV4 RATE       to random prefixes that leave by interface probe, of both halves, until SIGTERM
    probe.py read INTERFACE FILE            what arrives: a line "TIME PREFIX GATEWAY" each, until SIGTERM
    probe.py judge FILE CHANGES IPV4 [LATE]   compares: a packet has to leave by the gateway that its prefix had at some time within the
                                            LATE seconds before (1.2), by the file of change.py; prints counts, and ends with 1 if one is wrong

A packet has its prefix in its payload; its gateway is the last byte of the destination's MAC.
"""

import collections
import random
import signal
import socket
import struct
import sys
import time

import tables


def packet_socket(interface):
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    end.bind((interface, 3))
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 20)
    return end


def send(interface, n4, rate):
    end, n4, rate = packet_socket(interface), int(n4), int(rate)
    ether = bytes.fromhex('020000000002020000000008') + b'\x08\x00'
    due = time.monotonic()
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
    while not stop:
        k = random.randrange(n4 // 4) * 4 + 3
        udp = struct.pack('>HHHH', random.randrange(1024, 65536), 53, 26, 0) + struct.pack('>I', k) + bytes(14)
        end.send(ether + tables.header4(bytes((10, 1, 0, 9)), bytes((*tables.prefix4(k), random.randrange(1, 255))), 26) + udp)
        due += 1 / rate
        wait = due - time.monotonic()
        if wait > 0.002:
            time.sleep(wait)


def read(interface, path):
    end = packet_socket(interface)
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
    end.settimeout(0.2)
    with open(path, 'w') as out:
        while not stop:
            try:
                frame, address = end.recvfrom(2048)
            except OSError:
                continue
            if address[2] != 4 and frame[12:14] == b'\x08\x00' and frame[23] == 17 and frame[26:30] == bytes((10, 1, 0, 9)):
                out.write('%.6f %d %d\n' % (time.monotonic(), struct.unpack('>I', frame[42:46])[0], frame[5]))


def judge(path, changes, n4, late='1.2'):
    n4, late = int(n4), float(late)
    history = collections.defaultdict(list)     # by prefix: (began, ended, far)
    for line in open(changes):
        began, ended, first, count, far = line.split()
        for k in range(int(first), int(first) + int(count)):
            history[k].append((float(began), float(ended), int(far)))
    counts = collections.Counter()
    for line in open(path):
        when, k, by = line.split()
        when, k, by = float(when), int(k), int(by)
        steps = [(0.0, 0.0, 1)] + history[k]
        right = set()
        for i, (began, _, far) in enumerate(steps):
            over = steps[i + 1][1] + late if i + 1 < len(steps) else float('inf')
            if began <= when <= over:
                right.add(tables.gateway(k, far))
        half = 'unchanged' if k < tables.stays(n4) else 'changing'
        counts[half] += 1
        counts[half + ' wrong'] += by not in right
    for half in ('unchanged', 'changing'):
        print('%d packets to %s prefixes, %d by a wrong next hop' % (counts[half], half, counts[half + ' wrong']))
    return 1 if counts['unchanged wrong'] or counts['changing wrong'] or not counts['unchanged'] else 0


if __name__ == '__main__':
    sys.exit({'send': send, 'read': read, 'judge': judge}[sys.argv[1]](*sys.argv[2:]))
