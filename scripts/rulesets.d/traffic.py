# SPDX-License-Identifier: BSD-3-Clause
"""Random conversations near the values of a ruleset: each a flow of its own, begun by a packet that the rules may know."""

import ipaddress

from frames import ACK, ICMP, ICMP6, PSH, SYN, TCP, UDP, Packet

STEPS = 3                       # of a conversation: what begins it, the answer, what follows
COMMON = (21, 22, 25, 53, 67, 80, 123, 137, 161, 443, 445, 500, 1194, 3389, 4500, 5353, 8080, 51820)
TYPES = {4: (8, 8, 8, 0, 13), 6: (128, 128, 128, 129)}


def near(rng, prefix):
    """An address of a prefix, at an edge by preference, or just outside."""
    first, size = int(prefix.network_address), prefix.num_addresses
    at = first + rng.choice((0, size - 1, rng.randrange(size), rng.randrange(size), rng.randrange(size), size, -1))
    return str(type(prefix.network_address)(min(max(at, 0), (1 << prefix.max_prefixlen) - 1)))


def is_usable(text, own):
    address = ipaddress.ip_address(text)
    if text in own or address.is_multicast or address.is_loopback or address.is_link_local or address.is_unspecified:
        return False
    if address.version == 6:
        return 0x20 <= address.packed[0] < 0xfe
    return 0 < address.packed[0] < 224 and address.packed[0] != 127


class Traffic:
    def __init__(self, rng, linux):
        self.rng, self.sides, self.behind, self.values = rng, linux.sides, linux.behind, linux.values
        self.families = sorted(linux.values.families) or [4]
        self.prefixes = {f: sorted(linux.values.prefixes[f], key=str) for f in (4, 6)}
        self.ports = sorted(linux.values.ports)
        self.own = {('10.255.%d.1' if f == 4 else '2001:db8:ff:%x::1') % n for f in (4, 6) for n in self.sides.values()}
        self.subnets = [ipaddress.ip_network(('10.255.%d.0/24' if f == 4 else '2001:db8:ff:%x::/64') % n) for f in (4, 6) for n in self.sides.values()]
        self.used = set()

    def station(self, side, family):
        return ('10.255.%d.%d' if family == 4 else '2001:db8:ff:%x::%x') % (self.sides[side], self.rng.choice((2, 3)))

    def address(self, side, family):
        """One that stands behind an interface, or that a rule names."""
        rng = self.rng
        for _ in range(20):
            kind = rng.random()
            if kind < 0.4 or (kind < 0.8 and not self.prefixes[family]):
                return self.station(side, family)
            if kind < 0.8:
                text = near(rng, rng.choice(self.prefixes[family]))
            else:
                text = '203.0.113.%d' % rng.randrange(1, 255) if family == 4 else '2001:db8:cafe::%x' % rng.randrange(1, 65535)
            here = ipaddress.ip_address(text)
            if is_usable(text, self.own) and not any(here in s for s in self.subnets if s.version == family):
                return text
        return self.station(side, family)

    def side_of(self, text):
        """The interface that Linux routes an address to."""
        here = ipaddress.ip_address(text)
        best = max((ipaddress.ip_network(p).prefixlen, s) for p, s in self.behind[here.version] if here in ipaddress.ip_network(p))
        return next((s for n, s in zip(self.subnets, list(self.sides) * 2) if n.version == here.version and here in n), best[1])

    def source(self, side, family):
        """Mostly one that the interface leads back to: answers to others leave by another interface."""
        for _ in range(20):
            text = self.address(side, family)
            if self.side_of(text) == side:
                return text
        return text if self.rng.random() < 0.3 else self.station(side, family)

    def port(self):
        rng = self.rng
        kind = rng.random()
        if kind < 0.6 and self.ports:
            return min(max(rng.choice(self.ports) + rng.choice((0, 0, 0, 0, 1, -1)), 1), 65535)
        return rng.choice(COMMON) if kind < 0.9 else rng.randrange(1, 65536)

    def first(self, number):
        """The packet that begins a conversation; no other has its tuple."""
        rng = self.rng
        while True:
            family, side = rng.choice(self.families), rng.choice(list(self.sides))
            far = rng.choice([s for s in self.sides if s != side] or [side])
            src = self.source(side, family)
            dst = rng.choice([a for a in self.own if (':' in a) == (family == 6)]) if rng.random() < 0.3 else self.address(far, family)
            p = Packet(side=side, src=src, dst=dst, number=number, sport=rng.randrange(1024, 65536), size=rng.choice((0, 0, 0, 150, 260)),
                       tos=rng.choice((0, 0, 0, 0x20, 0xb8)), proto=rng.choice((TCP, TCP, TCP, UDP, UDP, ICMP if family == 4 else ICMP6)))
            if p.proto in (TCP, UDP):
                p.dport = self.port()
            if p.proto == TCP:
                p.flags = rng.choice((SYN, SYN, SYN, SYN, ACK, PSH | ACK))
                p.ack = 0 if p.flags == SYN else 7
                p.size = 0 if p.flags == SYN else p.size
            if p.proto in (ICMP, ICMP6):
                p.type = rng.choice(TYPES[family])
            if p.src != p.dst and p.key() not in self.used:
                self.used.add(p.key())
                return p
