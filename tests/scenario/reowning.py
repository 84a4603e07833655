# SPDX-License-Identifier: BSD-3-Clause
"""Reloads that add and remove translation, port forwards, 1:1 addresses and subnets give flows other owners among the workers; sessions
stay where they are, and all their packets find them: with two and three workers the same packets leave as with one.

    10.0.0.0/24, 10.9.0.0/24 behind 10.0.0.9 --- lan [ Weir ] wan --- 198.51.100.2 --- the rest
                              192.0.2.0/24 --- dmz"""

import functools
import random
import re

from bench import PORTS, Failed, frame, replay
from captures import Folder
from packet import tcp
from packets import ICMP, IP, TCP, UDP, Ether, Raw, udp
from scapy.layers.inet import fragment

ROUNDS = 3                              # reloads of a history
HOSTS = 6
FAR = '203.0.113.%d'
POOL = '198.51.100.9'
SOURCES = {'pool': '10.0.0.1%d', 'routed': '10.9.0.1%d', 'one': '10.0.0.2%d', 'dmz': '10.0.0.3%d'}
FEATURES = ('snat', 'forwards', 'ones', 'routed', 'helpers', 'range', 'address')
HISTORIES = 2


def first(src, dst, sport, dport=80):
    return tcp(src, dst, sport, dport, seq=0, head={'flags': 'DF'}) / Raw()


def stations(name):
    return [SOURCES[name] % i for i in range(HOSTS)]


def config(features):
    """What a file with these features says."""
    on = features.__contains__
    inside, outside = ['track' if not on('helpers') else '{track: {helpers: [ftp]}}'], ['track']
    if on('forwards'):
        outside.append('{dnat: {to: "10.0.0.80:80", if: {dst: 198.51.100.1, proto: tcp, dport: 8000-8100}}}')
    if on('ones'):
        outside.append('{dnat: {to: 10.0.0.20, if: {dst: 198.51.100.20}}}')
    inside.append('{route: main}')
    outside += ['{acl: in}', '{route: main}']
    if on('ones'):
        inside.append('{snat: {to: 198.51.100.20, if: {src: 10.0.0.20, out: wan}}}')
    if on('snat'):
        inside.append('{snat: {use: up, if: {out: wan}}}')
    pool = 'pool: [%s%s], ports: %s' % (POOL, ', 198.51.100.10' if on('address') else '', '30000-39999' if on('range') else '20000-29999')
    macs = ', '.join('%s: "02:00:00:00:01:02"' % a for a in stations('pool') + stations('one') + stations('dmz') + ['10.0.0.9', '10.0.0.80'])
    return PORTS + '''interfaces:
  lan: {addresses: [10.0.0.1/24], pipeline: inside, neighbours: {%s}}
  wan: {addresses: [198.51.100.1/24], pipeline: outside, neighbours: {198.51.100.2: "02:00:00:00:02:02"}}
  dmz: {addresses: [192.0.2.1/24], pipeline: outside, neighbours: {192.0.2.2: "02:00:00:00:03:02"}}
routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}%s]}
acls: {in: {default: drop, rules: [{state: [established, related], action: accept}, {dst: 10.0.0.0/8, action: accept}]}}
nat: {up: {%s}}
pipelines:
  inside: [%s]
  outside: [%s]
''' % (macs, ', {to: 10.9.0.0/24, via: 10.0.0.9}' if on('routed') else '', pool, ', '.join(inside), ', '.join(outside))


def history(seed):
    """The features of a file, and of those that follow it."""
    draw = random.Random(seed)
    files = [{'snat'}]
    while len(files) <= ROUNDS:
        features = {f for f in FEATURES if draw.random() < 0.5}
        if features != files[-1]:
            files.append(features)
    files[0] |= {f for f in FEATURES if draw.random() < 0.5}
    return files


def requests(born):
    """The first packets of the flows that begin in a round: name, port in, packet."""
    for kind in ('pool', 'routed', 'one'):
        for i, host in enumerate(stations(kind)):
            yield '%d.%s.%d' % (born, kind, i), 'lan', udp(src=host, dst=FAR % (10 + i), sport=1024 + 100 * born + i, flags='DF')
    for i, host in enumerate(stations('dmz')):
        yield '%d.dmz.%d' % (born, i), 'lan', udp(src=host, dst='192.0.2.2', sport=1024 + 100 * born + i, flags='DF')
    for i, host in enumerate(stations('pool')):
        yield '%d.ping.%d' % (born, i), 'lan', IP(src=host, dst=FAR % (40 + i), flags='DF') / ICMP(id=500 + 100 * born + i) / Raw(b'-')
        yield '%d.tcp.%d' % (born, i), 'lan', first(host, FAR % (60 + i), 1024 + 100 * born + i)
    for i in range(HOSTS):
        yield '%d.forward.%d' % (born, i), 'wan', first(FAR % (80 + i), '198.51.100.1', 1024 + 100 * born + i, 8000 + i)
        yield '%d.in.%d' % (born, i), 'wan', udp(src=FAR % (100 + i), dst='198.51.100.20', sport=1024 + 100 * born + i, dport=9,
                                                 flags='DF')


@functools.cache
def all_requests(born):
    return list(requests(born))


def named(packet, name):
    """The packet with a payload that names it, wherever it is cut."""
    p = packet.copy()
    p[Raw].load = b'<%s>' % name.encode() * (1 if TCP in p else 6)
    return p


def answer(ip, name):
    """What the receiver of a packet answers."""
    back = IP(src=ip.dst, dst=ip.src, flags='DF')
    if UDP in ip:
        return named(back / UDP(sport=ip[UDP].dport, dport=ip[UDP].sport) / Raw(), name)
    if TCP in ip:
        return named(back / TCP(sport=ip[TCP].dport, dport=ip[TCP].sport, flags='SA', seq=7000, ack=ip[TCP].seq + 1) / Raw(), name)
    return named(back / ICMP(type=0, id=ip[ICMP].id) / Raw(), name)


def error(ip):
    return IP(src=ip.dst, dst=ip.src) / ICMP(type=3, code=1) / ip.__class__(bytes(ip)[:ip.ihl * 4 + 40])


def in_pieces(packet):
    packet[IP].flags = 0
    return fragment(IP(bytes(packet)), 48)


def ends(ip):
    l4 = ip.payload
    return (ip.src, getattr(l4, 'sport', None) or getattr(l4, 'id', None)), (ip.dst, getattr(l4, 'dport', None))


@functools.lru_cache(maxsize=8192)
def dissected(data):
    """Each replay of a history sends what the one before it has sent, and more."""
    return Ether(data)


def left(outcome):
    """Name -> (port, IP packet) of each packet that has left; several of a name are fragments."""
    seen = {}
    for port, frames in outcome.out.items():
        for _, data in frames:
            name = re.search(rb'<([a-z]+[0-9] [0-9][.][a-z]+[.][0-9])>', data)
            p = dissected(data) if name else None
            if p and IP in p:
                kind = 'error of ' if p[IP].proto == 1 and p[ICMP].type == 3 else ''
                seen.setdefault(kind + name[1].decode(), []).append((port, p[IP]))
    return seen


class Run:
    """A history with some number of workers."""

    def __init__(self, files, workers):
        self.files, self.folder, self.options = files, Folder(), ['--workers', str(workers)]
        for i, features in enumerate(files[1:], 1):
            self.folder.write('%d.yaml' % i, config(features).encode())
            self.options += ['--reload', '%g=%s' % (10 * i, self.folder.file('%d.yaml' % i))]
        self.asked, self.first = {}, {}         # packets by name; of each flow the first that has left
        self.frames = {'lan': [], 'wan': [], 'dmz': []}
        for at in range(len(files)):            # what answers are for is known once their requests have left
            self.answers(at, 1, '013')          # some sessions are first seen again by an answer, some by a request
            self.requests(at)
            for name, packets in self.replay().items():
                self.first.setdefault(name.split(' ')[1], (at, *packets[0]))
            self.answers(at, 4, '245')
        self.left = self.replay()

    def replay(self):
        for frames in self.frames.values():
            frames.sort(key=lambda f: f[0])
        return left(replay(config(self.files[0]), self.frames, self.options, sums=False))

    def add(self, port, when, packet, name):
        pieces = in_pieces(packet) if UDP in packet and name.endswith(('1', '5')) else [packet]
        self.frames[port] += [(when, bytes(frame(port, p))) for p in pieces]

    def requests(self, at):
        for born in range(at + 1):
            for i, (name, port, packet) in enumerate(all_requests(born)):
                full = 'request%d %s' % (at, name)
                self.asked[full] = packet
                self.add(port, 10 * at + 2 + born / 10 + i / 1000, named(packet, full), name)

    def answers(self, at, when, flows):
        for name, (seen, port, ip) in self.first.items():
            if seen < at and name[-1] not in flows or seen == at and when == 1:
                continue
            self.add(port, 10 * at + when, answer(ip, 'answer%d %s' % (at, name)), name)
            if port == 'wan' and name[-1] in '25':
                self.frames[port].append((10 * at + when + 0.5, bytes(frame(port, error(named(ip, 'at%d %s' % (at, name)))))))

    def told(self):
        """Name -> what has become of it, without what one worker chooses otherwise than another."""
        told = {}
        for full, packets in self.left.items():
            name = full.split(' ')[-1]
            port, ip = packets[0]
            if not full.startswith('request'):
                told[full] = (port, len(packets), ip.dst)
                continue
            source = ends(ip)[0]
            kept = 'own' if source == ends(self.asked[full])[0] else 'same' if source == ends(self.first[name][2])[0] else 'other'
            told[full] = (port, len(packets), kept, ip.dst)
        return told


def moved(seed):
    def scenario():
        files = history(seed)
        one = Run(files, 1).told()
        for workers in (2, 3):
            seen = Run(files, workers).told()
            wrong = sorted(name for name in {*one, *seen} if one.get(name) != seen.get(name))
            if wrong:
                raise Failed('%d workers, %s: %d of %d; %s' % (workers, [sorted(f) for f in files], len(wrong), len(one),
                                                               [(n, one.get(n), seen.get(n)) for n in wrong[:6]]))
    return scenario


SCENARIOS = [('history %d' % seed, moved(seed)) for seed in range(HISTORIES)]
