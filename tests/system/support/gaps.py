# SPDX-License-Identifier: BSD-3-Clause
"""Datagrams that are answered, one each EACH ms: how many were lost, and for how long none was answered.

    gaps.py serve ADDRESS PORT
    gaps.py ask ADDRESS PORT EACH FILE      until SIGTERM; then writes "SENT LOST LONGEST-GAP-IN-MS"

Makes FILE.begun when the first is answered; what was sent before is not counted.  A gap is counted from the sending of the first of the datagrams in a row that were not answered to that of the next one that was, or the end."""

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
        try:
            server.sendto(data, peer)
        except OSError:                 # its link is down
            pass


def ask(address, port, each, path):
    flow = socket.socket(family(address), socket.SOCK_DGRAM)
    flow.connect((address, int(port)))
    flow.setblocking(False)
    answered, sent, over, first = set(), [], [], None
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
                flow.send(b'%d' % len(sent))
                sent.append(now)
            except OSError:
                pass
        if not select.select([flow], [], [], max(0.0, min(due - time.monotonic(), 0.05)))[0]:
            continue
        try:
            number = int(flow.recv(2048))
        except OSError:
            continue
        if first is None:
            first = number
            open(path + '.begun', 'w').close()
        answered.add(number)
    counted = len(sent) - (first or 0)
    numbers = [(first or 0) - 1, *sorted(n for n in answered if n >= (first or 0)), len(sent)]
    sent.append(sent[-1])
    gap = max(sent[b] - sent[a + 1] for a, b in zip(numbers, numbers[1:]))
    with open(path + '.part', 'w') as out:
        out.write('%d %d %.1f\n' % (counted, counted - (len(numbers) - 2), gap * 1000))
    os.rename(path + '.part', path)


if __name__ == '__main__':
    {'serve': serve, 'ask': ask}[sys.argv[1]](*sys.argv[2:])
