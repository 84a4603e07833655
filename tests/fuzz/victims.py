#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Whom attackers do not reach: the same conversations with and without attacks beside them.

    tests/fuzz/victims.py BUILD [--runs N] [--seed S]

Conversations of a few hosts (TCP, UDP with fragmented answers, echo, PMTU and TTL errors, a port forward, new neighbours) go through
`weir replay` alone, and again with random attacks by hosts that see nothing of them: forged segments, errors and fragments, floods
of each class, scans, malformed frames, and reloads of the same configuration in another order.  Each packet of the conversations
must have the same verdict, and leave with the same bytes."""

import argparse
import collections
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))
sys.dont_write_bytecode = True

from raw import IP4, IP6, a4, a6, icmp, icmp6, ip4, ip6, tcp, udp     # noqa: E402

CONFIG = '''version: 1
system: {flows: 2048}
ports:
  lan: {device: net_null0, mac: "02:00:00:00:01:01"}
  wan: {device: net_null1, mac: "02:00:00:00:02:01"}
  dmz: {device: net_null2, mac: "02:00:00:00:03:01"}
interfaces:
%(interfaces)s
routes:
  main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: "::/0", via: "2001:db8:2::2"}, {to: 10.9.0.0/16, via: 10.0.0.3}]
nat:
%(nat)s
acls:
%(acls)s
pipelines:
%(pipelines)s
'''
PARTS = {
    'interfaces': ['''  lan:
    addresses: [10.0.0.1/24, "2001:db8:1::1/64"]
    mtu: 1400
    pipeline: inside
    neighbours: {10.0.0.2: "02:00:00:00:01:02", 10.0.0.3: "02:00:00:00:01:02", 10.0.0.80: "02:00:00:00:01:02", "2001:db8:1::2": "02:00:00:00:01:02"}''',
                   '''  wan:
    addresses: [198.51.100.1/24, "2001:db8:2::1/64"]
    pipeline: outside
    neighbours: {198.51.100.2: "02:00:00:00:02:02", "2001:db8:2::2": "02:00:00:00:02:02"}''',
                   '''  dmz: {addresses: [192.0.2.1/24, "2001:db8:3::1/64"], pipeline: dmz, neighbours: {192.0.2.2: "02:00:00:00:03:02", "2001:db8:3::2": "02:00:00:00:03:02"}}''',
                   '''  guests: {port: lan, vlan: 20, addresses: [10.20.0.1/16], pipeline: dmz}'''],
    'nat': ['  uplink: {pool: [198.51.100.1], ports: 1024-65535}', '  other: {pool: [198.51.100.77]}'],
    'acls': ['''  in:
    default: drop
    rules:
      - {name: answers, state: [established, related], action: accept}
      - {name: web, proto: tcp, dst: 10.0.0.80, dport: 80, action: accept}
      - {name: dns6, proto: udp, dst: "2001:db8:3::/64", dport: 53, action: accept}
      - {name: pings6, proto: icmp, dst: "2001:db8:3::/64", action: accept}
      - {name: pings, proto: icmp, dst: 192.0.2.0/24, action: accept}
      - {name: dns, proto: udp, dst: 192.0.2.0/24, dport: 53, action: accept}
      - {name: mail, proto: tcp, dst: 192.0.2.2, dport: 25, action: accept}
      - {name: routed, dst: 10.9.0.0/16, action: accept}''',
             '  unused: {default: drop, rules: [{proto: tcp, dport: 113, action: reject}]}'],
    'pipelines': ['  inside: [track, {route: main}, {snat: {use: uplink, if: {src: 10.0.0.0/24, dst: 203.0.113.0/24}}}]',
                  '  outside: [track, {dnat: {to: 10.0.0.80, if: {dst: 198.51.100.1, proto: tcp, dport: 80}}}, {acl: in}, {route: main}]',
                  '  dmz: [track, {acl: unused}, {route: main}]'],
}
MAC = {'lan': '0200000001', 'wan': '0200000002', 'dmz': '0200000003'}
SECONDS = 40.0


def config(order):
    """The configuration, the entries of each section in an order of their own."""
    return CONFIG % {name: '\n'.join(order(list(entries))) for name, entries in PARTS.items()}


# --- packets ---

def ether(port, data, kind=IP4, vlan=None):
    tag = b'' if vlan is None else struct.pack('>HH', 0x8100, vlan)
    return bytes.fromhex(MAC[port] + '01' + MAC[port] + '02') + tag + kind + data


def piece6(src, dst, proto, data, ident, at, more, hops=64):
    return ip6(src, dst, 44, struct.pack('>BBHI', proto, 0, at | more, ident) + data, hops)


def arp(op, mac, sip, tmac, tip):
    return struct.pack('>HHBBH', 1, 0x0800, 6, 4, op) + mac + sip + tmac + tip


SYN, ACK, FIN, RST, PSH = 2, 16, 1, 4, 8
ME, WEB, DNS, CLIENT, PUB = a4('10.0.0.2'), a4('10.0.0.80'), a4('203.0.113.9'), a4('203.0.113.77'), a4('198.51.100.1')
ME6, DNS6, HOST6 = a6('2001:db8:1::2'), a6('2001:db8:ffff::9'), a6('2001:db8:3::2')


class Talk:
    """The packets of all conversations: (time, port, frame)."""

    def __init__(self, rng):
        self.rng, self.frames, self.tuples, self.tuples6, self.idents = rng, [], [], [], set()
        self.mark = 0

    def put(self, t, port, data, **how):
        self.frames.append((t, port, ether(port, data, **how)))

    def text(self, n=20):
        self.mark += 1
        return (b'victim-%05d-' % self.mark).ljust(n, b'v')

    def connection(self, t, sport, inside=ME, outside=DNS, dport=443, public=PUB, forward=False):
        """A connection by NAT; or one of CLIENT by the forward.  Data both ways now and then, and a proper end."""
        rng = self.rng
        x, y = rng.getrandbits(32), rng.getrandbits(32)
        self.tuples.append((6, outside, public, dport, sport))
        if forward:
            def a(when, flags, seq, ack, data=b''):
                self.put(when, 'wan', ip4(outside, public, 6, tcp(outside, public, dport, sport, flags, seq, ack, data)))

            def b(when, flags, seq, ack, data=b''):
                self.put(when, 'lan', ip4(inside, outside, 6, tcp(inside, outside, sport, dport, flags, seq, ack, data)))
        else:
            def a(when, flags, seq, ack, data=b''):
                self.put(when, 'lan', ip4(inside, outside, 6, tcp(inside, outside, sport, dport, flags, seq, ack, data)))

            def b(when, flags, seq, ack, data=b''):
                self.put(when, 'wan', ip4(outside, public, 6, tcp(outside, public, dport, sport, flags, seq, ack, data)))
        rtt = 0.02
        # A first SYN may be tested by the gate while there is a flood; clients repeat it.
        a(t, SYN, x, 0)
        a(t + 1.0, SYN, x, 0)
        t += 1.0
        b(t + rtt, SYN | ACK, y, x + 1)
        t += 2 * rtt
        a(t, ACK, x + 1, y + 1)
        x, y = x + 1, y + 1
        for _ in range(rng.randrange(1, 6)):
            t += rng.uniform(0.05, 3.0)
            q, r = self.text(rng.randrange(20, 200)), self.text(rng.randrange(20, 1200))
            a(t, ACK | PSH, x, y, q)
            x += len(q)
            b(t + rtt, ACK | PSH, y, x, r)
            y += len(r)
            a(t + 2 * rtt, ACK, x, y)
            t += 2 * rtt
        if rng.random() < 0.7:
            a(t + 0.1, FIN | ACK, x, y)
            b(t + 0.12, FIN | ACK, y, x + 1)
            a(t + 0.14, ACK, x + 1, y + 1)

    def question(self, t, sport):
        """A UDP request whose answer comes in two or three fragments."""
        self.tuples.append((17, DNS, PUB, 53, sport))
        self.put(t, 'lan', ip4(ME, DNS, 17, udp(ME, DNS, sport, 53, self.text())))
        whole = udp(DNS, PUB, 53, sport, self.text(2500))
        ident = self.rng.getrandbits(16)
        self.idents.add(ident)
        pieces = [(0, 1200), (1200, 2400), (2400, len(whole))]
        order = self.rng.choice([(0, 1, 2), (2, 1, 0), (1, 0, 2)])
        for k, i in enumerate(order):
            lo, hi = pieces[i]
            self.put(t + 0.02 + 0.001 * k, 'wan',
                     ip4(DNS, PUB, 17, whole[lo:hi], ident=ident, frag=lo // 8 | (0x2000 if hi < len(whole) else 0)))

    def echo(self, t, ident):
        self.tuples.append((1, DNS, PUB, ident, ident))
        for n in range(3):
            d = self.text()
            self.put(t + n, 'lan', ip4(ME, DNS, 1, icmp(8, 0, struct.pack('>HH', ident, n), d)))
            self.put(t + n + 0.02, 'wan', ip4(DNS, PUB, 1, icmp(0, 0, struct.pack('>HH', ident, n), d)))

    def too_big(self, t):
        """A packet that is too large for the next link: its sender is told."""
        d = udp(CLIENT, a4('10.9.0.9'), 5000, 5001, self.text(1450))
        self.put(t, 'wan', ip4(CLIENT, a4('10.9.0.9'), 17, d, frag=0x4000))

    def trace(self, t, sport):
        for n in range(3):
            self.put(t + n, 'lan', ip4(ME, DNS, 17, udp(ME, DNS, sport + n, 33434 + n, self.text()), ttl=1))

    def neighbour(self, t, host):
        """A host of the DMZ that nobody has asked for yet."""
        there = bytes((192, 0, 2, host))
        mac = bytes((2, 0, 0, 0, 3, host))
        d = self.text()
        self.put(t, 'lan', ip4(ME, there, 17, udp(ME, there, 6000 + host, 53, d)))
        self.frames.append((t + 0.01, 'dmz', bytes.fromhex(MAC['dmz'] + '01') + mac + b'\x08\x06'
                            + arp(2, mac, there, bytes.fromhex(MAC['dmz'] + '01'), a4('192.0.2.1'))))
        self.frames.append((t + 0.02, 'dmz', bytes.fromhex(MAC['dmz'] + '01') + mac + b'\x08\x00'
                            + ip4(there, ME, 17, udp(there, ME, 53, 6000 + host, self.text()))))

    def question6(self, t, sport):
        """The same over IPv6, with fragments of its own kind."""
        self.tuples6.append((17, DNS6, ME6, 53, sport))
        self.put(t, 'lan', ip6(ME6, DNS6, 17, udp(ME6, DNS6, sport, 53, self.text())), kind=IP6)
        whole = udp(DNS6, ME6, 53, sport, self.text(2500))
        ident = self.rng.getrandbits(32)
        pieces = [(0, 1200), (1200, 2400), (2400, len(whole))]
        for k, i in enumerate(self.rng.choice([(0, 1, 2), (2, 1, 0), (1, 0, 2)])):
            lo, hi = pieces[i]
            self.put(t + 0.02 + 0.001 * k, 'wan', piece6(DNS6, ME6, 17, whole[lo:hi], ident, lo, hi < len(whole)), kind=IP6)

    def connection6(self, t, sport):
        rng = self.rng
        x, y = rng.getrandbits(32), rng.getrandbits(32)
        self.tuples6.append((6, DNS6, ME6, 443, sport))

        def a(when, flags, seq, ack, data=b''):
            self.put(when, 'lan', ip6(ME6, DNS6, 6, tcp(ME6, DNS6, sport, 443, flags, seq, ack, data)), kind=IP6)

        def b(when, flags, seq, ack, data=b''):
            self.put(when, 'wan', ip6(DNS6, ME6, 6, tcp(DNS6, ME6, 443, sport, flags, seq, ack, data)), kind=IP6)
        a(t, SYN, x, 0)
        a(t + 1.0, SYN, x, 0)
        b(t + 1.02, SYN | ACK, y, x + 1)
        a(t + 1.04, ACK, x + 1, y + 1)
        x, y, t = x + 1, y + 1, t + 1.04
        for _ in range(rng.randrange(1, 6)):
            t += rng.uniform(0.05, 3.0)
            q, r = self.text(rng.randrange(20, 200)), self.text(rng.randrange(20, 1200))
            a(t, ACK | PSH, x, y, q)
            x += len(q)
            b(t + 0.02, ACK | PSH, y, x, r)
            y += len(r)
            a(t + 0.04, ACK, x, y)
            t += 0.04

    def neighbour6(self, t, host):
        there = a6('2001:db8:3::%x' % host)
        mac = bytes((2, 0, 0, 0, 6, host))
        us = a6('2001:db8:3::1')
        self.put(t, 'lan', ip6(ME6, there, 17, udp(ME6, there, 6000 + host, 53, self.text())), kind=IP6)
        told = icmp6(there, us, 136, 0, struct.pack('>I', 0x60000000), there + b'\x02\x01' + mac)
        head = bytes.fromhex(MAC['dmz'] + '01') + mac + IP6
        self.frames.append((t + 0.01, 'dmz', head + ip6(there, us, 58, told, 255)))
        self.frames.append((t + 0.02, 'dmz', head + ip6(there, ME6, 17, udp(there, ME6, 53, 6000 + host, self.text()))))

    def all(self):
        rng = self.rng
        for i in range(4):
            self.connection6(rng.uniform(1, 22), 43000 + i)
            self.question6(rng.uniform(1, 36), 44000 + i)
            self.neighbour6(rng.uniform(1, 36), 0x50 + i)
        for i in range(8):
            self.connection(rng.uniform(1, 22), 40000 + i)
        for i in range(4):
            self.connection(rng.uniform(1, 22), 80, inside=WEB, outside=CLIENT, dport=30000 + i, forward=True)
        for i in range(12):
            self.question(rng.uniform(1, 36), 41000 + i)
        for i in range(4):
            self.echo(rng.uniform(1, 34), 700 + i)
        for i in range(6):
            self.too_big(rng.uniform(1, 36))
            self.neighbour(rng.uniform(1, 36), 50 + i)
        self.trace(rng.uniform(1, 34), 42000)
        return self.frames


# --- attacks: each yields (port, frame) ---

class Attack:
    def __init__(self, rng, talk):
        self.rng, self.talk = rng, talk

    def anyone(self):
        return bytes((self.rng.choice((5, 45, 91, 150)), self.rng.getrandbits(8), self.rng.getrandbits(8), self.rng.randrange(1, 255)))

    def ttl(self):
        return self.rng.choice((1, 1, 2, 64, 64, 255))

    def segment(self):
        """A segment of a victim's connection with any flags and numbers, from outside or from the wrong side."""
        rng = self.rng
        proto, out, pub, oport, pport = rng.choice([t for t in self.talk.tuples if t[0] == 6])
        flags = rng.choice((SYN, SYN | ACK, ACK, RST, RST | ACK, FIN | ACK, FIN, PSH | ACK, 0, 0x3f))
        seq, ack = rng.getrandbits(32), rng.getrandbits(32)
        data = rng.choice((b'', b'attack' * rng.randrange(1, 20)))
        if rng.random() < 0.6:
            return 'wan', ip4(out, pub, 6, tcp(out, pub, oport, pport, flags & ~SYN if rng.random() < 0.5 else flags, seq, ack, data), self.ttl())
        if rng.random() < 0.5:
            return 'dmz', ip4(out, pub, 6, tcp(out, pub, oport, pport, flags, seq, ack, data), self.ttl())
        inside = WEB if pport == 80 else ME
        return rng.choice(('wan', 'dmz')), ip4(inside, out, 6, tcp(inside, out, pport, oport, flags, seq, ack, data), self.ttl())

    def answer(self):
        """A datagram or echo that speaks as a victim, from the wrong side."""
        rng = self.rng
        proto, out, pub, oport, pport = rng.choice([t for t in self.talk.tuples if t[0] != 6])
        if proto == 1:
            return 'dmz', ip4(out, pub, 1, icmp(rng.choice((0, 8)), 0, struct.pack('>HH', pport, 7), b'attack'), self.ttl())
        if rng.random() < 0.5:
            return 'dmz', ip4(out, pub, 17, udp(out, pub, oport, pport, b'attack'), self.ttl())
        return rng.choice(('dmz', 'wan')), ip4(ME, out, 17, udp(ME, out, pport, oport, b'attack'), self.ttl())

    def error(self):
        """An ICMP error that quotes a victim's packet as it left, with numbers that were not sent."""
        rng = self.rng
        proto, out, pub, oport, pport = rng.choice([t for t in self.talk.tuples if t[0] == 6])
        quote = ip4(pub, out, 6, tcp(pub, out, pport, oport, ACK, rng.getrandbits(32), 0)[:rng.choice((8, 20))], 3)
        kind, code = rng.choice(((3, 0), (3, 1), (3, 2), (3, 3), (3, 4), (3, 13), (11, 0), (11, 1), (12, 0), (4, 0), (5, 1)))
        src = rng.choice((self.anyone(), out, a4('198.51.100.2')))
        return rng.choice(('wan', 'dmz')), ip4(src, pub, 1, icmp(kind, code, struct.pack('>HH', 0, rng.choice((0, 68, 576, 1500))), quote))

    def fragment(self):
        """A fragment that speaks as the victims' resolver, with another identification; or as anybody."""
        rng = self.rng
        ident = rng.getrandbits(16)
        while ident in self.talk.idents:
            ident = rng.getrandbits(16)
        src = DNS if rng.random() < 0.5 else self.anyone()
        whole = udp(src, PUB, rng.choice((53, 161)), rng.choice((80, 41000 + rng.randrange(12), 9)), b'attack' * 300)
        lo = rng.choice((0, 0, 8, 1200, 65520 // 8 * 8))
        piece = whole[lo:lo + rng.choice((8, 16, 800, 1200))] or b'x' * 8
        more = rng.choice((0, 0x2000, 0x2000))
        dst = rng.choice((PUB, PUB, a4('192.0.2.2'), a4('10.9.0.9'), a4('198.51.100.1')))
        return rng.choice(('wan', 'wan', 'dmz')), ip4(src, dst, rng.choice((17, 6, 1)), piece, self.ttl(), ident, lo // 8 | more)

    def syn(self):
        src = self.anyone()
        dst, port = self.rng.choice(((PUB, 80), (a4('192.0.2.2'), 25)))
        return 'wan', ip4(src, dst, 6, tcp(src, dst, self.rng.randrange(1024, 65536), port, SYN, self.rng.getrandbits(32)))

    def datagram(self):
        src, dst = self.anyone(), a4('192.0.2.2')
        return 'wan', ip4(src, dst, 17, udp(src, dst, self.rng.randrange(1024, 65536), 53, b'attack'), self.rng.choice((2, 64)))

    def ping(self):
        src, dst = self.anyone(), self.rng.choice((a4('192.0.2.2'), PUB, a4('192.0.2.1')))
        return 'wan', ip4(src, dst, 1, icmp(8, 0, struct.pack('>HH', self.rng.getrandbits(16), 1), b'attack'))

    def scan(self):
        src, dst = self.anyone(), bytes((192, 0, 2, self.rng.randrange(100, 250)))
        return 'wan', ip4(src, dst, 17, udp(src, dst, 9, 53, b'attack'))

    def guests_scan(self):
        dst = bytes((10, 20, self.rng.randrange(1, 255), self.rng.randrange(1, 255)))
        src = a4('192.0.2.2')
        return 'dmz', ip4(src, dst, 17, udp(src, dst, 9, 53, b'attack'))

    def expires(self):
        src = self.anyone()
        dst = self.rng.choice((a4('10.9.0.9'), a4('192.0.2.2'), a4('10.9.1.1')))
        return 'wan', ip4(src, dst, 17, udp(src, dst, self.rng.getrandbits(16), 53, b'attack'), 1)

    def closed(self):
        src = self.anyone()
        return self.rng.choice(('wan', 'dmz')), ip4(src, a4('192.0.2.1'), 17, udp(src, a4('192.0.2.1'), 7, 9, b'attack'))

    def speaks(self):
        """ARP by a station of another link, or of the DMZ for hosts that the victims do not use."""
        rng = self.rng
        mac = bytes((2, 0, 0, 9, rng.getrandbits(8), rng.getrandbits(8)))
        if rng.random() < 0.5:
            who = rng.choice((ME, a4('10.0.0.1'), a4('198.51.100.2'), a4('192.0.2.1')))
            return rng.choice(('wan', 'dmz')) if who != a4('198.51.100.2') else 'dmz', (b'\x08\x06', arp(rng.choice((1, 2)), mac, who, mac, who))
        who = bytes((192, 0, 2, rng.randrange(100, 250)))
        return 'dmz', (b'\x08\x06', arp(rng.choice((1, 2)), mac, who, mac, rng.choice((who, a4('192.0.2.1')))))

    def anyone6(self):
        return a6('2001:db8:cafe::')[:8] + self.rng.getrandbits(64).to_bytes(8, 'big')

    def segment6(self):
        rng = self.rng
        _, out, me, oport, port = rng.choice([t for t in self.talk.tuples6 if t[0] == 6])
        flags = rng.choice((SYN, SYN | ACK, ACK, RST, RST | ACK, FIN | ACK, PSH | ACK))
        src, dst, sport, dport = (out, me, oport, port) if rng.random() < 0.6 else (me, out, port, oport)
        return rng.choice(('wan', 'dmz')), (IP6, ip6(src, dst, 6, tcp(src, dst, sport, dport, flags, rng.getrandbits(32), rng.getrandbits(32),
                                                                     b'attack'), self.ttl()))

    def fragment6(self):
        rng = self.rng
        src = DNS6 if rng.random() < 0.5 else self.anyone6()
        dst = rng.choice((ME6, HOST6, a6('2001:db8:3::1'), a6('2001:db8:2::1')))
        lo = rng.choice((0, 0, 8, 1200, 65528))
        proto = rng.choice((17, 6, 58, 59, 60, 44))
        data = udp(src, dst, 53, rng.choice((44000, 9)), b'attack' * 300)[lo:lo + rng.choice((8, 13, 800, 1200))] or b'x' * 8
        return rng.choice(('wan', 'wan', 'dmz')), (IP6, piece6(src, dst, proto, data, rng.getrandbits(32), lo, rng.choice((0, 1, 1, 6)), self.ttl()))

    def error6(self):
        rng = self.rng
        _, out, me, oport, port = rng.choice([t for t in self.talk.tuples6 if t[0] == 6])
        quote = ip6(me, out, 6, tcp(me, out, port, oport, ACK, rng.getrandbits(32)))
        kind, code, rest = rng.choice(((1, 0, 0), (1, 4, 0), (2, 0, 1280), (2, 0, 68), (3, 0, 0), (4, 1, 0), (137, 0, 0)))
        src = rng.choice((self.anyone6(), out))
        return rng.choice(('wan', 'dmz')), (IP6, ip6(src, me, 58, icmp6(src, me, kind, code, struct.pack('>I', rest), quote)))

    def datagram6(self):
        src = self.anyone6()
        return 'wan', (IP6, ip6(src, HOST6, 17, udp(src, HOST6, self.rng.getrandbits(16) | 1, 53, b'attack')))

    def scan6(self):
        src, dst = self.anyone6(), a6('2001:db8:3::')[:8] + self.rng.getrandbits(63).to_bytes(8, 'big')
        return 'wan', (IP6, ip6(src, dst, 17, udp(src, dst, 9, 53, b'attack')))

    def pings_answered(self):
        """Answers that nobody asked for: each has a record in the flow table, and no session."""
        src = bytes((91, 0, self.rng.randrange(4), self.rng.getrandbits(8)))
        return 'wan', ip4(src, a4('192.0.2.2'), 1, icmp(0, 0, struct.pack('>HH', 1, 1), b'attack'))

    def speaks6(self):
        """ND by a station of another link, or about hosts that the victims do not use."""
        rng = self.rng
        mac = bytes((2, 0, 0, 9, rng.getrandbits(8), rng.getrandbits(8)))
        if rng.random() < 0.5:
            who, us, port = ME6, a6('2001:db8:2::1'), 'wan'
        else:
            who, us, port = a6('2001:db8:3::')[:8] + rng.getrandbits(63).to_bytes(8, 'big'), a6('2001:db8:3::1'), 'dmz'
        kind = rng.choice((135, 136))
        rest = struct.pack('>I', 0x60000000 if kind == 136 else 0)
        return port, (IP6, ip6(who, us, 58, icmp6(who, us, kind, 0, rest, (who if kind == 136 else us) + b'\x02\x01' + mac), 255))

    def malformed(self):
        rng = self.rng
        port, data = getattr(self, rng.choice(('segment', 'answer', 'error', 'fragment', 'syn', 'segment6', 'fragment6', 'speaks6', 'error6')))()
        if isinstance(data, tuple):
            data = data[1]
            data = bytearray(data)
            for _ in range(rng.randrange(1, 6)):
                data[rng.randrange(len(data))] = rng.getrandbits(8)
            return port, (IP6, bytes(data[:rng.randrange(1, len(data) + 1)]))
        data = bytearray(data)
        for _ in range(rng.randrange(1, 6)):
            data[rng.randrange(len(data))] = rng.getrandbits(8)
        # What became a packet of the victims' by chance is none of the attack.
        return port, bytes(data[:rng.randrange(1, len(data) + 1)])

    def tagged(self):
        port, data = self.datagram()
        return self.rng.choice(('lan', 'wan')), (b'\x81\x00' + struct.pack('>H', self.rng.choice((0, 5, 20, 4095))) + b'\x08\x00', data)


KINDS = ['segment', 'answer', 'error', 'fragment', 'syn', 'datagram', 'ping', 'scan', 'guests_scan', 'expires', 'closed', 'speaks',
         'malformed', 'tagged', 'segment6', 'fragment6', 'error6', 'datagram6', 'scan6', 'speaks6', 'pings_answered']


def attacks(rng, talk):
    """Some kinds, each for a while and at a rate of its own."""
    a, out, names = Attack(rng, talk), [], []
    for kind in rng.sample(KINDS, rng.randrange(1, 5)):
        begin, rate = rng.uniform(0, 20), rng.choice((10, 100, 400, 1500))
        end = min(begin + rng.uniform(1, 30), SECONDS)
        n = int((end - begin) * rate)
        names.append('%s %d/s %.1f-%.1f' % (kind, rate, begin, end))
        for i in range(n):
            port, data = getattr(a, kind)()
            frame = ether(port, data[1], data[0]) if isinstance(data, tuple) else ether(port, data)
            out.append((begin + i / rate + rng.uniform(0, 0.0005), port, frame))
    return names, out


# --- runs ---

def write(path, frames):
    with open(path, 'wb') as f:
        f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        for when, data in frames:
            us = round(when * 1000000)
            f.write(struct.pack('<IIII', us // 1000000, us % 1000000, len(data), len(data)) + data)


def read(path):
    with open(path, 'rb') as f:
        data = f.read()
    at, out = 24, []
    while at < len(data):
        n = struct.unpack('<I', data[at + 8:at + 12])[0]
        out.append(data[at + 16:at + 16 + n])
        at += 16 + n
    return out


def replay(weir, folder, frames, reloads):
    """(verdict of each victim's packet, frames that left with a victim's mark); frames: (time, port, bytes, victim's number or None)"""
    files = {}
    for when, port, data, _ in frames:
        files.setdefault(port, []).append((when, data))
    command = [weir, 'replay', '-c', os.path.join(folder, 'weir.yaml'), '--json', os.path.join(folder, 'told.json'), '--until', '%d' % (SECONDS + 40)]
    for port in ('lan', 'wan', 'dmz'):
        write(os.path.join(folder, port + '.in'), files.get(port, []))
        command += ['--in', '%s=%s' % (port, os.path.join(folder, port + '.in')), '--out', '%s=%s' % (port, os.path.join(folder, port + '.out'))]
    for when, text in reloads:
        path = os.path.join(folder, 'reload-%f.yaml' % when)
        with open(path, 'w') as f:
            f.write(text)
        command += ['--reload', '%s=%s' % (when, path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        return 'exit status %d: %s' % (done.returncode, (done.stderr + done.stdout)[-1500:]), None, None
    with open(os.path.join(folder, 'told.json')) as f:
        told = json.load(f)
    if told['ledger']['imbalance'] != 0:
        return 'imbalance', None, None
    # In the order in which replay takes them: by time; of one time, by port in the file's order.
    place = {'lan': 0, 'wan': 1, 'dmz': 2}
    ordered = sorted(range(len(frames)), key=lambda i: (round(frames[i][0] * 1000000), place[frames[i][1]], i))
    verdicts = {}
    for p, i in zip(told['packets'], ordered):
        if frames[i][3] is not None:
            if p['in'] != frames[i][1]:
                return 'packets are out of order', None, None
            verdicts[frames[i][3]] = (p['verdict'], p.get('out'), p.get('reason'))
    left = sorted((port, d) for port in place for d in read(os.path.join(folder, port + '.out')) if b'victim-' in d)
    return None, verdicts, left


def plain(left):
    """What left, without what differs lawfully: IPv4 identifications that Weir chooses."""
    out = []
    for port, d in left:
        if d[12:14] == b'\x08\x00':
            d = d[:18] + b'\0\0' + d[20:24] + b'\0\0' + d[26:]
        out.append((port, d))
    return sorted(out)


def one(weir, seed):
    rng = random.Random(seed)
    talk = Talk(rng)
    mine = talk.all()
    names, theirs = attacks(rng, talk)
    reloads = []
    if rng.random() < 0.5:
        for _ in range(rng.randrange(1, 6)):
            reloads.append((round(rng.uniform(1, SECONDS), 3), config(lambda e: rng.sample(e, len(e)))))
        names.append('%d reloads' % len(reloads))
    with tempfile.TemporaryDirectory(prefix='weir-victims-') as folder:
        with open(os.path.join(folder, 'weir.yaml'), 'w') as f:
            f.write(config(lambda e: e))
        alone = [(t, p, d, i) for i, (t, p, d) in enumerate(mine)]
        alone.sort(key=lambda x: x[0])
        both = sorted(alone + [(t, p, d, None) for t, p, d in theirs], key=lambda x: x[0])
        why, quiet, quiet_left = replay(weir, folder, alone, [])
        if why is None:
            why, loud, loud_left = replay(weir, folder, both, sorted(reloads, key=lambda x: x[0]))
    said = '%s; %d packets beside %d' % (', '.join(names), len(mine), len(theirs))
    if why is not None:
        return False, '%s: %s' % (said, why)
    wrong = []
    for i in sorted(quiet):
        if quiet[i] != loud.get(i):
            gate = loud.get(i, ('',) * 3)[2] == 'session_unproven'
            if gate:            # a first SYN that its sender repeats
                continue
            wrong.append('%.3f %s: %s, alone %s; %s' % (mine[i][0], mine[i][1], loud.get(i), quiet[i], mine[i][2][14:54].hex()))
    a, b = plain(quiet_left), plain(loud_left)
    if not wrong and a != b:
        missing, more = collections.Counter(a) - collections.Counter(b), collections.Counter(b) - collections.Counter(a)
        wrong += ['missing %s %s' % (p, d[:60].hex()) for p, d in list(missing)[:5]] + ['more %s %s' % (p, d[:60].hex()) for p, d in list(more)[:5]]
    return not wrong, said + ''.join('\n    ' + w for w in wrong[:8])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('build')
    parser.add_argument('--runs', type=int, default=20)
    parser.add_argument('--seed', type=int, default=1)
    args = parser.parse_args()
    weir = os.path.join(os.path.abspath(args.build), 'app', 'weir')
    failed = 0
    for i in range(args.runs):
        good, said = one(weir, args.seed + i)
        failed += not good
        print('%s seed %d: %s' % ('ok' if good else 'not ok', args.seed + i, said), flush=True)
    print('%d passed, %d failed' % (args.runs - failed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
