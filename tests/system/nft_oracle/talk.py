# SPDX-License-Identifier: BSD-3-Clause
"""What probes are made of: a probe is a name and steps, a step is (side in, packet or packets,
what Weir owes).

Each probe uses ports of its own, so that none depends on another.  Both routers keep a free source
port, so a connection from inside is known outside by its own port at 198.51.100.1."""

import itertools

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Raw

import packet
from packet import A, A6, FAR, FAR6, udp  # noqa: F401

OUT, DROP, BACK, BOTH = 'out', 'drop', 'back', 'out+back'

B, SERVER = '10.0.0.3', '10.0.0.80'
PUBLIC, ROUTER = '198.51.100.1', '198.51.100.2'
OTHER, THIRD = '203.0.113.10', '203.0.113.11'
SERVER6, ROUTER6 = '2001:db8:1::80', '2001:db8:2::2'

ports = itertools.count(20000, 2)


def ports_of(steps):
    """The ports that a probe took, in the order of their use."""
    found = []
    for _, packets, _ in steps:
        for p in packets if isinstance(packets, list) else [packets]:
            p = p if isinstance(p, Ether) else (IPv6 if IPv6 in p else IP)(bytes(p))
            for layer in (TCP, UDP):
                if layer in p:
                    found += [n for n in (p[layer].sport, p[layer].dport) if n >= 20000]
    return list(dict.fromkeys(found))


def echo(src=A, dst=FAR, n=1, kind=8, payload=b'ping', **ip):
    return IP(src=src, dst=dst, **ip) / ICMP(type=kind, id=n, seq=1) / Raw(payload)


def error(src, dst, kind, code, about, **icmp):
    """An ICMP error; about is the packet or the bytes quoted."""
    return IP(src=src, dst=dst) / ICMP(type=kind, code=code, **icmp) / Raw(bytes(about))


class Talk:
    """A TCP connection: c() is a segment of the one who began it, s() one of the other end.

    Numbers are relative: 0 is the SYN, 1 the first byte."""

    def __init__(self, dst=FAR, dport=80, src=A, isn=(1000, 5000), outside=False, **syn):
        self.port, self.dport = next(ports), dport
        self.src, self.dst, self.isn, self.outside, self.syn = src, dst, isn, outside, syn

    def segment(self, ends, flags, seq, ack, more):
        (src, sport), (dst, dport) = ends
        payload = more.pop('payload', b'')
        head = {k: more.pop(k) for k in ('ttl', 'hlim', 'tos') if k in more}
        more.setdefault('window', 8192)
        p = packet.tcp(src, dst, sport, dport, flags, seq % 2**32, ack % 2**32, head, **more)
        return p / Raw(payload) if payload else p

    def c(self, flags, seq=0, ack=None, due=OUT, **more):
        side = 'wan' if self.outside else 'lan'
        number = 0 if ack is None else self.isn[1] + ack
        ends = ((self.src, self.port), (self.dst, self.dport))
        return (side, self.segment(ends, flags, self.isn[0] + seq, number, more), due)

    def s(self, flags, seq=0, ack=None, due=OUT, **more):
        """From the other end, as it sees the connection."""
        side = 'lan' if self.outside else 'wan'
        here = (SERVER, 80) if self.outside and ':' not in self.dst else (self.dst, self.dport)
        there = PUBLIC if not self.outside and ':' not in self.src else self.src
        number = 0 if ack is None else self.isn[0] + ack
        ends = (here, (there, self.port))
        return (side, self.segment(ends, flags, self.isn[1] + seq, number, more), due)

    def opened(self, client=None, server=None):
        """The three steps of the handshake; options of either SYN."""
        return [self.c('S', **(client or {})), self.s('SA', 0, 1, **(server or {})),
                self.c('A', 1, 1)]
