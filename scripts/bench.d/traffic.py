# SPDX-License-Identifier: BSD-3-Clause
"""Captures: the frames that every contender gets.

A flow is one UDP conversation from a client in 10.0.0.0/8 to a host of its own in one of the 4,000
routed networks (20.0.0.0/24 and on), so that flows stay apart whatever new= makes of the client."""

import itertools
import os
import random
import struct

MAC_LAN = "02:00:00:00:00:01"       # of the contender, inside and outside
MAC_WAN = "02:00:00:00:00:02"
MAC_IDLE = "02:00:00:00:00:03"
MAC_NEIGHBOUR = "02:00:00:00:01:02"
ROUTES = 4000
PUBLIC = "203.0.113.1"
SIZES = {"64": [60], "imix": [60] * 7 + [590] * 4 + [1514]}
FLOWS = {"1k": 1000, "64k": 65536, "256k": 262144, "1M": 1000000}


class Traffic:
    """flows of one direction; with both, half of them are replies that come in by the other port, to the
    public address where sources are translated.  idle: so many more come in by a third port, twice, and then
    nothing; their numbers follow those of flows."""

    def __init__(self, flows, order="uniform", size="64", new=0, both=False, translated=True, family=4, idle=None):
        self.flows, self.order, self.size = flows, order, size
        self.new, self.both, self.translated, self.family, self.idle = new, both, translated, family, idle

    def __str__(self):
        words = [self.flows + " flows", "%s B" % self.size if self.size.isdigit() else self.size]
        words += ["Zipf"] if self.order == "zipf" else []
        words += ["%d %% new" % self.new] if self.new else []
        words += ["both ways"] if self.both else []
        words += ["IPv6"] if self.family == 6 else []
        words += ["beside %s idle ones" % self.idle] if self.idle else []
        return ", ".join(words)

    @property
    def idle_flows(self):
        return FLOWS[self.idle] if self.idle else 0

    @property
    def sessions(self):
        return FLOWS[self.flows] // (2 if self.both else 1) + self.idle_flows

    @property
    def frames_of_capture(self):
        """Of both captures, where there are two."""
        count = self.sessions - self.idle_flows
        return (count if self.order == "uniform" else max(2 * count, 65536)) * (2 if self.both else 1)

    @property
    def first_packets(self):
        """Look-ups that find nothing, at most: two packets of each flow, and what stood in the same burst."""
        return 3 * FLOWS[self.flows] + 2 * self.idle_flows

    def device_words(self):
        """More arguments of the devices of lan and wan."""
        return ["", ""]

    def name(self):
        return "-".join([self.flows, self.order, self.size, "v%d" % self.family]) \
            + ("" if not self.both else "-nat" if self.translated else "-both")

    def frames(self):
        """The numbers of the flows, in the order of their frames."""
        count = self.sessions - self.idle_flows
        draw = random.Random(1)
        if self.order == "uniform":
            order = list(range(count))
            draw.shuffle(order)
            return order
        weights = list(itertools.accumulate(1.0 / (i + 1) for i in range(count)))
        ranks = list(range(count))
        draw.shuffle(ranks)
        return [ranks[i] for i in draw.choices(range(count), cum_weights=weights, k=self.frames_of_capture // (2 if self.both else 1))]


class Answered(Traffic):
    """Each datagram that leaves by wan comes back, spread over the queues as a NIC would (answer= of net_weir_replay)."""

    def __str__(self):
        return super().__str__() + ", each packet answered"

    @property
    def first_packets(self):
        return 3 * 2 * FLOWS[self.flows]

    def device_words(self):
        return ["", ",answer=1"]


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def fold(total):
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def client(flow):
    return 0x0a000002 + flow % 60000, 1024 + flow % 64512


def translated(flow):
    """The client as the outside sees it: its port stays, for no two have the same."""
    return sum(int(p) << 24 - 8 * i for i, p in enumerate(PUBLIC.split("."))), client(flow)[1]


def server(flow):
    return 0x14000000 + (flow % ROUTES << 8) + 1 + flow // ROUTES, 53


def words(address):
    return (address >> 16) + (address & 0xffff)


def frame4(macs, source, destination, size):
    (src, sport), (dst, dport) = source, destination
    ip, udp = size - 14, size - 34
    pair = words(src) + words(dst)
    head = fold(0x4500 + ip + 0x4011 + pair)
    body = fold(pair + 17 + udp + sport + dport + udp) or 0xffff
    return macs + struct.pack("!HBBHHHBBHIIHHHH", 0x0800, 0x45, 0, ip, 0, 0, 64, 17, head, src, dst,
                              sport, dport, udp, body) + bytes(size - 42)


def frame6(macs, source, destination, size):
    """The same with 2001:db8:a::/96 before the client's address and 2001:db9::/96 before the server's."""
    (src, sport), (dst, dport) = source, destination
    size = max(size, 62)
    udp = size - 54
    src = bytes.fromhex("20010db8000a0000000000000000"[:24]) + struct.pack("!I", src)
    dst = bytes.fromhex("20010db9") + struct.pack("!H", dst >> 8 & 0xffff) + bytes(6) + struct.pack("!I", dst)
    body = fold(sum(struct.unpack("!16H", src + dst)) + 17 + udp + sport + dport + udp) or 0xffff
    return macs + struct.pack("!HIHBB", 0x86dd, 6 << 28, udp, 17, 64) + src + dst \
        + struct.pack("!HHHH", sport, dport, udp, body) + bytes(size - 62)


def write(path, macs, pairs, size, family):
    build = frame4 if family == 4 else frame6
    with open(path + ".part", "wb", 1 << 20) as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for (source, destination), length in zip(pairs, itertools.cycle(SIZES[size])):
            data = build(macs, source, destination, length)
            f.write(struct.pack("<IIII", 0, 0, len(data), len(data)) + data)
    os.rename(path + ".part", path)


def captures(traffic, folder):
    """Paths of what comes in by lan and by wan (None: nothing); made once."""
    if hasattr(traffic, "captures"):
        return traffic.captures(folder)
    lan = os.path.join(folder, traffic.name() + "-lan.pcap")
    wan = os.path.join(folder, traffic.name() + "-wan.pcap") if traffic.both else None
    if not os.path.exists(lan):
        order = traffic.frames()
        there = mac(MAC_LAN) + mac("020000000009")
        write(lan, there, ((client(f), server(f)) for f in order), traffic.size, traffic.family)
        if wan:
            back = mac(MAC_WAN) + mac("020000000008")
            to = translated if traffic.translated else client
            write(wan, back, ((server(f), to(f)) for f in order), traffic.size, traffic.family)
    return lan, wan


def idle_capture(traffic, folder):
    """Likewise of what comes in by a third port; None without."""
    if not traffic.idle:
        return None
    path = os.path.join(folder, "%s-idle-%s.pcap" % (traffic.flows, traffic.idle))
    if not os.path.exists(path):
        first = traffic.sessions - traffic.idle_flows
        write(path, mac(MAC_IDLE) + mac("020000000007"),
              ((client(f), server(f)) for f in range(first, traffic.sessions)), "64", 4)
    return path
