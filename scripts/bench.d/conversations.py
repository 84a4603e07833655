# SPDX-License-Identifier: BSD-3-Clause
"""Captures of conversations as they are in networks: established TCP both ways, UDP both ways, and a mix.

A connection of TCP begins by its handshake (window scaling by 128, time stamps), which is received once; then each
repetition of the capture moves its numbers on (once= and step= of net_weir_replay).  In a repetition each side sends
bare acknowledgements and data; it acknowledges what the other one has sent in the repetition before, so that the two
captures may be received in any order.  Clients are 32,768 endpoints, so that NAT can preserve their ports; a server for each."""

import itertools
import os
import random
import struct

from traffic import FLOWS, MAC_LAN, MAC_WAN, PUBLIC, SIZES, Traffic, fold, mac, server, words

ENDPOINTS = 32768
STEP = 1448                     # bytes of a side in a repetition; no payload is larger
PORT = 443
OPENING = 256                   # handshakes at a time
SYN, ACK, PUSH = 2, 16, 8
SCALE = 7
LONGEST = 1514
TCP_BYTES = 66                  # Ethernet, IPv4, TCP with time stamps
CROWD = 0x0a800002              # clients of the mix's UDP: 10.128.0.0/9
CROWD_FLOWS = 1000
STAMPS = b"\x01\x01\x08\x0a" + struct.pack("!II", 1000, 2000)
OFFER = b"\x02\x04\x05\xb4\x04\x02\x08\x0a" + struct.pack("!II", 1000, 0) + b"\x01\x03\x03" + bytes([SCALE])


def endpoint(flow):
    """A client: its address and port, which no other endpoint has."""
    return 0x0a000002 + flow % ENDPOINTS, 1024 + flow % ENDPOINTS


def translated(flow):
    return sum(int(p) << 24 - 8 * i for i, p in enumerate(PUBLIC.split("."))), endpoint(flow)[1]


def peer(flow):
    return server(flow)[0], PORT


def address6(inside, value):
    return bytes.fromhex("20010db8000a0000000000000000"[:24]) + struct.pack("!I", value) if inside \
        else bytes.fromhex("20010db9") + struct.pack("!H", value >> 8 & 0xffff) + bytes(6) + struct.pack("!I", value)


def frame(macs, ends, proto, segment, family=4):
    """segment: the transport header and what follows, its checksum 0."""
    (src, _), (dst, _), outward = ends
    at = 16 if proto == 6 else 6
    if family == 6:
        src, dst = address6(outward, src), address6(not outward, dst)
        pair = sum(struct.unpack("!16H", src + dst))
        head = struct.pack("!HIHBB", 0x86dd, 6 << 28, len(segment), proto, 64) + src + dst
    else:
        pair, total = words(src) + words(dst), 20 + len(segment)
        header = fold(0x4500 + total + 0x4000 + (64 << 8 | proto) + pair)
        head = struct.pack("!HBBHHHBBHII", 0x0800, 0x45, 0, total, 0, 0x4000, 64, proto, header, src, dst)
    padded = segment + bytes(len(segment) % 2)
    check = fold(pair + proto + len(segment) + sum(struct.unpack("!%dH" % (len(padded) // 2), padded)))
    if proto == 17 and check == 0:
        check = 0xffff
    return macs + head + segment[:at] + struct.pack("!H", check) + segment[at + 2:]


def tcp(ports, numbers, flags, options, payload=0):
    window = 65535 if flags & SYN else 512
    # Port, port, sequence, acknowledgement, length, flags, window, checksum, urgent pointer.
    return struct.pack("!HHIIBBHHH", *ports, *numbers, (20 + len(options)) << 2, flags, window, 0, 0) \
        + options + bytes(payload)


def udp(ports, payload):
    return struct.pack("!HHHH", *ports, 8 + payload, 0) + bytes(payload)


class Conversations(Traffic):
    """proto: tcp, udp, or mix: of a hundred frames 80 of TCP, 15 of UDP one way, 5 that begin sessions, which end soon.
    Frames of udp are as long as those of tcp, so that the two can be compared."""

    def __init__(self, flows, proto="tcp", size="64", family=4, handshake=True):
        super().__init__(flows, size=size, new=10 if proto == "mix" else 0, both=True, family=family)
        self.proto, self.handshake = proto, handshake and proto != "udp"

    def __str__(self):
        kind = {"tcp": "connections of TCP", "udp": "conversations of UDP",
                "mix": "connections of TCP, UDP, 5 % new"}[self.proto]
        size = {"64": "short" if self.proto != "mix" else "", "imix": "IMIX"}[self.size]
        return ", ".join(filter(None, ["%s %s" % (self.flows, kind), size, "IPv6" if self.family == 6 else "",
                                       "" if self.handshake or self.proto == "udp" else "in mid-stream"]))

    @property
    def connections(self):
        return FLOWS[self.flows]

    @property
    def sessions(self):
        return self.connections + (CROWD_FLOWS if self.proto == "mix" else 0)

    @property
    def first_packets(self):
        """Packets of sessions that are not yet known, at most: handshakes, and the first ones behind them."""
        return 10 * self.sessions

    @property
    def once(self):
        """Frames of the handshakes, by lan and by wan."""
        return (2 * self.connections,) * 2 if self.handshake else (0, 0)

    @property
    def frames_of_capture(self):
        return 2 * len(self.lengths()) + sum(self.once)

    def name(self):
        return "-".join([self.flows, self.proto, self.size, "v%d" % self.family]) + ("-middle" if self.proto == "tcp" and not self.handshake else "")

    def lengths(self):
        """Of the frames that a side sends in one repetition; those of TCP in turn over the connections."""
        if self.size == "64":
            sizes = [TCP_BYTES, TCP_BYTES + 12]
        else:
            most = LONGEST - (20 if self.family == 6 else 0)        # of IPv4; a header of IPv6 is 20 longer
            sizes = [min(max(size, TCP_BYTES), most) for size in SIZES[self.size]]
        return list(itertools.islice(itertools.cycle(sizes), (5 if self.proto == "mix" else 2) * self.connections))

    def shuffled(self):
        order = list(range(self.connections))
        random.Random(1).shuffle(order)
        return order

    def device_words(self):
        """Arguments of the devices of lan and wan."""
        return [",once=%d,step=%d" % (once, STEP) for once in self.once]

    def segments(self, outward):
        """(ends, protocol, segment) of a side: the handshake, then a repetition."""
        order = self.shuffled()
        if self.handshake:
            yield from self.opening(order, outward)
        crowd, turn = itertools.count(), itertools.count()
        for i, length in enumerate(self.lengths()):
            if self.proto == "mix" and outward and i % 5 >= 3:
                n = next(crowd) % CROWD_FLOWS
                yield (CROWD + n, 2000), (server(n)[0], 53), udp((2000, 53), 18), 17
                continue
            flow = order[next(turn) % len(order)]
            ends = self.ends(flow, outward)
            payload = length - TCP_BYTES
            if self.proto == "udp":
                yield (*ends, udp((ends[0][1], ends[1][1]), length - 42), 17)
            else:
                yield self.segment(flow, outward, (1001 + STEP, 1001), ACK | (PUSH if payload else 0), STAMPS, payload)

    def opening(self, order, outward):
        """So many at a time that few are half-open: lan's SYNs beside wan's answers to them, then an acknowledgement by
        either side."""
        for first in range(0, len(order), OPENING):
            few = order[first:first + OPENING]
            for flow in few:
                flags = SYN if outward else SYN | ACK
                yield self.segment(flow, outward, (1000, 0 if outward else 1001), flags, OFFER)
            for flow in few:
                yield self.segment(flow, outward, (1001, 1001), ACK, STAMPS)

    def segment(self, flow, outward, numbers, flags, options, payload=0):
        ends = self.ends(flow, outward)
        return (*ends, tcp((ends[0][1], ends[1][1]), numbers, flags, options, payload), 6)

    def ends(self, flow, outward):
        inside = endpoint(flow) if outward or not self.translated or self.family == 6 else translated(flow)
        return (inside, peer(flow)) if outward else (peer(flow), inside)

    def write(self, path, outward):
        macs = mac(MAC_LAN) + mac("020000000009") if outward else mac(MAC_WAN) + mac("020000000008")
        with open(path + ".part", "wb", 1 << 20) as f:
            f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
            for source, destination, segment, proto in self.segments(outward):
                data = frame(macs, (source, destination, outward), proto, segment, self.family)
                f.write(struct.pack("<IIII", 0, 0, len(data), len(data)) + data)
        os.rename(path + ".part", path)

    def captures(self, folder):
        paths = [os.path.join(folder, "%s-%s.pcap" % (self.name(), port)) for port in ("lan", "wan")]
        for path, outward in zip(paths, (True, False)):
            if not os.path.exists(path):
                self.write(path, outward)
        return paths
