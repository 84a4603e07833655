# SPDX-License-Identifier: BSD-3-Clause
"""Datagrams that are answered, one each EACH ms: how many were lost, and for how long none was answered.

    gaps.py serve ADDRESS PORT
    gaps.py ask ADDRESS PORT EACH FILE      until SIGTERM; then writes "SENT LOST LONGEST-GAP-IN-MS"

A gap is counted from the sending of the last datagram that was answered to that of the next one that was: what one user of the path lost."""

import os
import select
import signal
import socket
import sys
import time


def family(address):
    return socket.AF_INET6 if ':' in address else socket.AF_INET


def serve(address, port):
    server = socket.socket(family(address), socket.SOCK_DGRAM)
    server.bind((address, int(port)))
    while True:
        data, peer = server.recvfrom(2048)
        server.sendto(data, peer)


def ask(address, port, each, path):
    flow = socket.socket(family(address), socket.SOCK_DGRAM)
    flow.connect((address, int(port)))
    flow.setblocking(False)
    answered, sent, over = [], 0, []
    signal.signal(signal.SIGTERM, lambda *_: over.append(1))
    each = float(each) / 1000
    due = time.monotonic()
    last = None
    while last is None or time.monotonic() < last:
        now = time.monotonic()
        if over and last is None:
            last = now + 0.3            # answers under way
        if now >= due and not over:
            due = max(due + each, now - each)
            try:
                flow.send(b'%d %.6f' % (sent, now))
                sent += 1
            except OSError:
                pass
        if not select.select([flow], [], [], max(0.0, min(due - time.monotonic(), 0.05)))[0]:
            continue
        try:
            number, when = flow.recv(2048).split()
            answered.append((int(number), float(when)))
        except OSError:
            pass
    answered.sort()
    numbers = {n for n, _ in answered}
    gap = max((b[1] - a[1] for a, b in zip(answered, answered[1:])), default=-1)
    with open(path + '.part', 'w') as out:
        out.write('%d %d %.1f\n' % (sent, sent - len(numbers), gap * 1000))
    os.rename(path + '.part', path)


if __name__ == '__main__':
    {'serve': serve, 'ask': ask}[sys.argv[1]](*sys.argv[2:])
