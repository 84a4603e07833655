# SPDX-License-Identifier: BSD-3-Clause
"""The ports of scripts/fuzz-config as veth pairs in a namespace of its own: sends frames into them and sees where they come out.

    lan0, wan0, dmz0    Weir's ends
    lan1, wan1, dmz1    ours

The process enters the namespace, and so do the programs that it starts.  The namespace has no name, and is gone with the
last of them.
"""
import ctypes
import select
import socket
import subprocess
import time

PORTS = ("lan", "wan", "dmz")
CLONE_NEWNET = 0x40000000
MARK = b"weir-fuzz-"


def mac(port):
    return "02:00:00:00:00:a%d" % PORTS.index(port)


class Wires:
    def __init__(self):
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
            raise PermissionError("a network namespace needs root")
        self.sockets, self.sent = {}, 0
        for port in PORTS:
            self.ip("link", "add", port + "0", "type", "veth", "peer", "name", port + "1")
            for end in (port + "0", port + "1"):
                with open(f"/proc/sys/net/ipv6/conf/{end}/disable_ipv6", "w") as f:
                    f.write("1")
                subprocess.run(["ethtool", "-K", end, *"tx off rx off gso off tso off gro off".split()], check=True,
                               stdout=subprocess.DEVNULL)
                self.ip("link", "set", end, "mtu", "9000", "up")
            s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            s.bind((port + "1", 0))
            s.setsockopt(263, 23, 1)            # SOL_PACKET, PACKET_IGNORE_OUTGOING
            s.setsockopt(socket.SOL_SOCKET, 33, 1 << 26)        # SO_RCVBUFFORCE: a worker that has waited for its core sends much at once
            s.setblocking(False)
            self.sockets[port] = s

    @staticmethod
    def ip(*words):
        subprocess.run(["ip", *words], check=True)

    def next_mark(self):
        """Bytes that the next packet ends with, and no other."""
        self.sent += 1
        return MARK + b"%08d" % self.sent

    def send(self, port, frame, mark):
        """Puts a frame on a wire; where it came out in time: the port, or None."""
        self.empty()
        self.sockets[port].send(frame)
        return self.where(mark, 0.5)

    def empty(self):
        for s in self.sockets.values():
            while select.select([s], [], [], 0)[0]:
                s.recv(65536)

    def where(self, mark, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for s in select.select(list(self.sockets.values()), [], [], 0.05)[0]:
                frame = s.recv(65536)
                self.answer(s, frame)
                if self.carries(frame, mark):
                    return next(p for p, x in self.sockets.items() if x is s)
        return None

    @staticmethod
    def answer(s, frame):
        """Answers an ARP request, as the neighbour that it is for would; not a probe and not an announcement."""
        at = 12
        while frame[at:at + 2] in (b"\x81\x00", b"\x88\xa8"):
            at += 4
        arp = frame[at + 2:at + 30]
        if frame[at:at + 2] != b"\x08\x06" or arp[6:8] != b"\x00\x01" or arp[14:18] in (bytes(4), arp[24:28]):
            return
        station = bytes([2, 0, 0, 0, 1, arp[27]])
        s.send(frame[6:12] + station + frame[12:at + 2] + arp[:6] + b"\x00\x02" + station + arp[24:28] + arp[8:18])

    @staticmethod
    def carries(frame, mark):
        """Is it the packet, not an ICMP error that quotes it?"""
        at = 12
        while frame[at:at + 2] in (b"\x81\x00", b"\x88\xa8"):
            at += 4
        ip = at + 2
        icmp = ip + (frame[ip] & 15) * 4
        quotes = frame[at:at + 2] == b"\x08\x00" and frame[ip + 9] == 1 and frame[icmp] not in (0, 8)
        return frame.endswith(mark) and not quotes
