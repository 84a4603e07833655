# SPDX-License-Identifier: BSD-3-Clause
"""Flows of UDP that are echoed.

    flows.py serve ADDRESS PORT NAME        answers each datagram with NAME and its source
    flows.py ask ADDRESS PORT FIRST COUNT SECONDS EACH
        one datagram each EACH seconds from each of COUNT ports from FIRST on, for SECONDS; then a line for each flow:
        its port, the sent, the answered, the names of those that answered last, and the longest time without an answer; what
        is missing is waited for until PATIENCE seconds bring nothing
"""

import select
import socket
import sys
import time

PATIENCE = 2.0


def serve(address, port, name):
    server = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, int(port)))
    while True:
        data, peer = server.recvfrom(2048)
        server.sendto(data + b' ' + name.encode() + b' %s:%d' % (peer[0].encode(), peer[1]), peer)


def ask(address, port, first, count, seconds, each):
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    flows = {}
    for k in range(int(count)):
        flow = socket.socket(family, socket.SOCK_DGRAM)
        flow.bind(('', int(first) + k))
        flow.connect((address, int(port)))
        flow.setblocking(False)
        flows[flow] = {'port': int(first) + k, 'sent': 0, 'answered': 0, 'by': '-', 'gap': 0.0, 'last': None}
    end = time.monotonic() + float(seconds)
    due = time.monotonic()
    came = due
    while True:
        now = time.monotonic()
        if now >= end and (now >= max(came, end) + PATIENCE or all(f['answered'] >= f['sent'] for f in flows.values())):
            break
        if now >= due and now < end:
            due += float(each)
            for flow, seen in flows.items():
                try:
                    flow.send(b'%d' % seen['sent'])
                    seen['sent'] += 1
                except OSError:
                    pass
        for flow in select.select(list(flows), [], [], max(0.001, due - now) if due < end else 0.1)[0]:
            seen = flows[flow]
            try:
                data = flow.recv(2048)
            except OSError:
                continue
            came = now = time.monotonic()
            seen['gap'] = max(seen['gap'], now - (seen['last'] or now))
            seen['last'] = now
            seen['answered'] += 1
            seen['by'] = data.split()[1].decode()
    for seen in flows.values():
        print(seen['port'], seen['sent'], seen['answered'], seen['by'], '%.3f' % seen['gap'])


if __name__ == '__main__':
    {'serve': serve, 'ask': ask}[sys.argv[1]](*sys.argv[2:])
