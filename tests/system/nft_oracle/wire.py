# SPDX-License-Identifier: BSD-3-Clause
"""A router between two links: frames in, and all that came out before a marker sent behind them.

A router is one queue: what it makes of a frame leaves before the marker that came in later.  So
nothing here waits for silence, and a slow machine is no other verdict.  The sender stays on one core,
because the kernel keeps the order of frames only for each core."""

import os
import select
import socket
import time

from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw

ETH_P_ALL, SOL_PACKET, PACKET_IGNORE_OUTGOING = 3, 263, 23
SIDES = ('lan', 'wan')
MAC = {'lan': '02:00:00:00:01:01', 'wan': '02:00:00:00:02:01'}
PEER = {'lan': '02:00:00:00:01:02', 'wan': '02:00:00:00:02:02'}
INSIDE, OUTSIDE, PUBLIC = '10.0.0.250', '203.0.113.250', '198.51.100.1'
PATIENCE = 10.0                 # seconds until a marker counts as lost


class Router:
    """The far ends of a router's links."""

    def __init__(self, name):
        self.name = name
        self.sockets = {side: self.open('%s-%s' % (name, side)) for side in SIDES}
        self.marks = 0

    @staticmethod
    def open(interface):
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        s.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        s.bind((interface, ETH_P_ALL))
        return s

    def pass_frames(self, frames):
        """frames: (side, bytes) in order.  What came out, as (side, bytes)."""
        for side, data in frames:
            self.sockets[side].send(data)
        out = []
        self.marks += 1
        text = b'marker %06d' % self.marks
        self.mark('lan', IP(src=INSIDE, dst=OUTSIDE) / UDP(sport=40000, dport=7), text, out)
        self.mark('wan', IP(src=OUTSIDE, dst=PUBLIC) / UDP(sport=7, dport=40000), text, out)
        return out

    def mark(self, side, packet, text, out):
        self.sockets[side].send(bytes(Ether(src=PEER[side], dst=MAC[side]) / packet / Raw(text)))
        far = SIDES[1 - SIDES.index(side)]
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            ready, _, _ = select.select(list(self.sockets.values()), [], [], end - time.monotonic())
            for s in SIDES:
                if self.sockets[s] in ready:
                    data = self.sockets[s].recv(65536)
                    if data.endswith(text):
                        if s == far:
                            return
                        continue
                    out.append((s, data))
        raise SystemExit('%s: a marker from %s did not come through' % (self.name, side))


def stay_on_one_core():
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
