#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Virtual reassembly against a plain model of it, byte by byte.

    tests/fuzz/fragments.py BUILD [--sequences N] [--seed S]

Random sequences of fragments (interleaved datagrams, any order, duplicates, overlaps, other bytes, identifications used
again, denied ones, time) go through `weir replay`, by one worker and by two, with reloads between; what leaves, and
what is dropped for which reason, must be what the model says.  The model is written from RFC 791, 5722, 6946, 8200 and
the rules in lib/slowpath/fragments/README.md."""

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

import raw                      # noqa: E402

LIFE, DENIED = 30.0, 2.0
NEAR = 0.03                     # time stamps so near to the end of a life are not used
MAC_LAN, MAC_WAN = bytes.fromhex('020000000101'), bytes.fromhex('020000000201')
PEER_LAN, PEER_WAN = bytes.fromhex('020000000102'), bytes.fromhex('020000000202')
FAR4, FAR6 = bytes([203, 0, 113, 9]), bytes.fromhex('20010db8ffff00000000000000000009')
BATCH = 20                      # sequences at a time: far below any limit
PERIOD = 100.0                  # seconds for a batch
RELOADS = (20.0, 45.0)          # in each batch

CONFIG = '''version: 1
ports:
  lan: {device: net_null0, mac: "02:00:00:00:01:01"}
  wan: {device: net_null1, mac: "02:00:00:00:02:01"}
interfaces:
  lan: {addresses: [10.0.0.1/24, "2001:db8:1::1/64"], pipeline: %(lan)s}
  guest: {port: lan, vlan: %(vlan)d, addresses: [10.5.0.1/24, "2001:db8:5::1/64"], pipeline: listed}
  wan:
    addresses: [198.51.100.1/24, "2001:db8:2::1/64"]
    pipeline: listed
    neighbours: {198.51.100.2: "02:00:00:00:02:02", "2001:db8:2::2": "02:00:00:00:02:02"}
routes:
  main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: "::/0", via: "2001:db8:2::2"}]
acls:
  list: {default: drop, rules: [{proto: udp, dport: %(ports)s, action: accept}, {proto: 47, action: accept}]}
pipelines:
  listed: [{acl: list}, {route: main}]
  tracked: [track, {acl: list}, {route: main}]
  plain: [{route: main}]
'''

# What a configuration says: the untagged interface's pipeline, the guests' VLAN, the ports that are open.
GENERATIONS = [
    ('listed', 5, (53, 443)),
    ('tracked', 6, (53,)),
    ('plain', 5, (53, 443, 161)),
    ('tracked', 5, (53, 443)),
    ('listed', 6, (443, 161)),
]


def config(number):
    lan, vlan, ports = GENERATIONS[number]
    return CONFIG % {'lan': lan, 'vlan': vlan, 'ports': list(ports)}


class Packet(collections.namedtuple('Packet', 'family vlan src ident proto ttl at more data')):
    """A fragment; at 0 without more: a whole packet, of IPv6 with a fragment header (RFC 6946)."""

    @property
    def fragment(self):
        return self.more or self.at != 0

    @property
    def key(self):
        return self.family, self.vlan, self.src, self.ident, self.proto if self.family == 4 else None

    def ip(self, ttl):
        if self.family == 4:
            return raw.ip4(self.src, FAR4, self.proto, self.data, ttl, self.ident, self.at // 8 | self.more << 13)
        return raw.ip6(self.src, FAR6, 44, struct.pack('!BBHI', self.proto, 0, self.at | self.more, self.ident) + self.data, ttl)

    def frame(self):
        tag = struct.pack('!HH', 0x8100, self.vlan) if self.vlan else b''
        return MAC_LAN + PEER_LAN + tag + (raw.IP4 if self.family == 4 else raw.IP6) + self.ip(self.ttl)

    def sent(self):
        return PEER_WAN + MAC_WAN + (raw.IP4 if self.family == 4 else raw.IP6) + self.ip(self.ttl - 1)


class Datagram:
    def __init__(self, now):
        self.ends = now + LIFE
        self.state, self.why = 'waits', None
        self.pieces, self.length, self.held = [], None, []

    def whole(self):
        return self.length is not None and sum(len(p.data) for p in self.pieces) == self.length

    def add(self, p):
        """Whether the piece fits to the others."""
        end = p.at + len(p.data)
        if any(q.at == p.at and q.data == p.data and q.more == p.more for q in self.pieces):
            return True
        if any(p.at < q.at + len(q.data) and q.at < end for q in self.pieces):
            return False
        if self.length is not None and (end > self.length or not p.more):
            return False
        if not p.more and any(q.at + len(q.data) > end for q in self.pieces):
            return False
        if not p.more:
            self.length = end
        self.pieces.append(p)
        return True


class Ambiguous(Exception):
    """A time stamp so near to the end of a datagram's life that the outcome depends on timers."""


class Model:
    """The router, as far as fragments see it."""

    def __init__(self):
        self.table, self.out, self.drops = {}, [], collections.Counter()
        self.generation = 0
        self.now = 0.0

    def drop(self, packets, why):
        self.drops[why] += len(packets)

    def pipeline(self, vlan):
        lan, guest, _ = GENERATIONS[self.generation]
        return lan if vlan == 0 else 'listed' if vlan == guest else None

    def judge(self, p, first):
        """Why the packet does not leave, by the ports of first (None: it is judged alone); None: it leaves."""
        pipeline = self.pipeline(p.vlan)
        if pipeline != 'plain' and first.proto == 17 and (
                struct.unpack('!H', first.data[2:4])[0] not in GENERATIONS[self.generation][2]):
            return 'acl_denied'
        return 'ttl_expired' if p.ttl <= 1 else None

    def send(self, p, first):
        why = self.judge(p, first)
        if why is None:
            self.out.append((round(self.now * 1e6), p.sent()))
        else:
            self.drop([p], why)
        return why

    def until(self, now):
        self.now = now
        for key, d in list(self.table.items()):
            if abs(d.ends - now) < NEAR:
                raise Ambiguous
            if d.ends < now:
                self.drop(d.held, 'frag_timeout')
                del self.table[key]

    def reload(self, generation):
        self.generation = generation
        for key, d in list(self.table.items()):
            pipeline = self.pipeline(key[1])
            if not d.held or pipeline not in (None, 'plain'):
                continue
            del self.table[key]
            if pipeline is None:
                self.drop(d.held, 'vlan_unknown')
            for p in d.held if pipeline else []:
                self.send(p, None)

    def receive(self, p):
        pipeline = self.pipeline(p.vlan)
        if pipeline is None:
            self.drop([p], 'vlan_unknown')
        elif pipeline == 'plain' or not p.fragment:
            self.send(p, p)
        else:
            self.fragment(p)

    def fragment(self, p):
        d = self.table.get(p.key)
        if d is not None and d.state == 'denied' and p.at == 0:
            d = None
        if d is None:
            d = self.table[p.key] = Datagram(self.now)
        if d.state == 'dead':
            self.drop([p], 'frag_overlap')
            return
        if d.state == 'denied':
            self.drop([p], d.why)
            d.add(p)
        elif not d.add(p):
            self.drop([p, *d.held], 'frag_overlap')
            d.state, d.held, d.ends = 'dead', [], self.now + LIFE
            return
        elif d.state == 'waits' and p.at != 0:
            d.held.append(p)
            return
        elif d.state == 'known':
            self.send(p, d.first)
        else:
            self.name(d, p)
        if d.whole():
            del self.table[p.key]

    def name(self, d, first):
        d.why = self.send(first, first)
        if d.why is None:
            d.state, d.first = 'known', first
            for p in d.held:
                self.send(p, first)
        else:
            d.state, d.ends = 'denied', self.now + DENIED
            self.drop(d.held, d.why)
        d.held = []


# --- sequences ---

def whole_datagram(rng, family, src):
    """Its fragments in order."""
    size = rng.choice((8, 16, 24, 64))
    n = rng.randrange(1, 6)
    proto = 17 if rng.random() < 0.85 else 47
    length = size * n - (rng.randrange(0, 8) if size > 8 or n > 1 else 0)
    body = rng.choice((b'x', b'y')) * (length - 8) if rng.random() < 0.6 else rng.randbytes(length - 8)
    data = struct.pack('!HHHH', rng.choice((4000, 4001)), rng.choice((53, 53, 443, 161, 54)), length, 0) + body
    head = dict(family=family, vlan=rng.choice((0, 0, 0, 5, 6)), src=src, ident=rng.choice((7, 7, 8)), proto=proto)
    ttl = 1 if rng.random() < 0.08 else 64
    return [Packet(**head, ttl=1 if rng.random() < 0.03 else ttl, at=at, more=int(at + size < length),
                   data=data[at:at + size]) for at in range(0, length, size)]


def spoilt(rng, p):
    """Almost the same fragment."""
    kind = rng.randrange(5)
    if kind == 0:
        at = rng.choice([n for n in range(len(p.data)) if p.at > 0 or n not in (4, 5)])       # not a UDP length
        return p._replace(data=p.data[:at] + bytes([p.data[at] ^ rng.choice((1, 0x80))]) + p.data[at + 1:])
    if kind == 1 and p.at >= 16:
        return p._replace(at=p.at - 8)
    if kind == 2 and p.at > 0:
        return p._replace(at=p.at + 8)
    if kind == 3 and p.at > 0 and len(p.data) % 8 == 0:
        return p._replace(more=1 - p.more)
    return p._replace(data=p.data + b'z' * 8) if p.at > 0 and len(p.data) % 8 == 0 else p


def sequence(rng, src4, src6):
    """A list of (time, packet)."""
    datagrams = []
    for _ in range(rng.randrange(1, 6)):
        family = rng.choice((4, 6))
        if datagrams and rng.random() < 0.4:            # the same key once more
            base = rng.choice(datagrams)[0]
            again = whole_datagram(rng, base.family, base.src)
            datagrams.append([p._replace(vlan=base.vlan, ident=base.ident, proto=base.proto) for p in again])
        else:
            datagrams.append(whole_datagram(rng, family, src4 if family == 4 else src6))
    packets = []
    interleaved = rng.random() < 0.5
    for parts in datagrams:
        parts = list(parts)
        if rng.random() < 0.6:
            rng.shuffle(parts)
        if rng.random() < 0.15:
            parts.pop(rng.randrange(len(parts)))
        for p in list(parts):
            if rng.random() < 0.08:
                parts.insert(rng.randrange(len(parts) + 1), p)
            if rng.random() < 0.05:
                parts.insert(rng.randrange(len(parts) + 1), spoilt(rng, p))
        if interleaved:
            for p in parts:
                packets.insert(rng.randrange(len(packets) + 1), p)
        else:
            packets += parts
    now, timed = rng.randrange(2000) / 1000, []
    for p in packets:
        timed.append((now, p))
        now = round(now + rng.choice((0.001,) * 12 + (0.013, 0.7, 1.1, 3.3, 10.9, 31.7)), 6)
    return [(t, p) for t, p in timed if t < PERIOD - 35]


def outcome_of(events, generations):
    """What the model makes of a sequence, in a batch with reloads to these generations."""
    m = Model()
    m.generation = generations[0]
    todo = [(t, 0, g) for t, g in zip(RELOADS, generations[1:])] + [(t, 1, p) for t, p in events]
    for t, kind, what in sorted(todo, key=lambda e: e[:2]):
        if any(abs(t - r) < NEAR for r in RELOADS) and kind == 1:
            raise Ambiguous
        m.until(t)
        (m.reload if kind == 0 else m.receive)(what)
    m.until(PERIOD)
    if m.table and any(d.held for d in m.table.values()):
        raise Ambiguous
    return m


def draw(rng, number, generations):
    src4 = bytes([10, 64 + (number >> 16), number >> 8 & 255, number & 255])
    src6 = bytes.fromhex('20010db8000100000001000000') + number.to_bytes(3, 'big')
    while True:
        events = sequence(rng, src4, src6)
        try:
            return events, outcome_of(events, generations)
        except Ambiguous:
            continue


# --- replay ---

def write_capture(path, frames):
    with open(path, 'wb') as f:
        f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for us, data in frames:
            f.write(struct.pack('<IIII', 1000 + us // 1000000, us % 1000000, len(data), len(data)) + data)


def read_capture(path):
    with open(path, 'rb') as f:
        data = f.read()
    at, frames = 24, []
    while at < len(data):
        sec, us, n, _ = struct.unpack_from('<IIII', data, at)
        frames.append((sec * 1000000 + us, data[at + 16:at + 16 + n]))
        at += 16 + n
    return frames


def run(weir, folder, frames, reloads, first, until, workers):
    def path(name):
        return os.path.join(folder, name)

    for number in range(len(GENERATIONS)):
        with open(path('%d.yaml' % number), 'w') as f:
            f.write(config(number))
    write_capture(path('in'), frames)
    command = [weir, 'replay', '-c', path('%d.yaml' % first), '--in', 'lan=' + path('in'), '--out', 'wan=' + path('out'),
               '--workers', str(workers), '--json', path('told'), '--until', str(until)]
    for when, number in reloads:
        command += ['--reload', '%s=%s' % (when, path('%d.yaml' % number))]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        sys.exit('weir: exit status %d: %s' % (ran.returncode, ran.stderr[-2000:]))
    with open(path('told')) as f:
        told = json.load(f)
    return read_capture(path('out')), told


def compare(batches, found, told, what):
    """Whether all is as the model says; the first difference is printed."""
    due, drops = [], collections.Counter()
    for start, sequences in batches:
        for _, m in sequences:
            due += [(us + round(start * 1e6), data) for us, data in m.out]
            drops += m.drops
    due.sort()
    got = sorted(found)
    if got != due:
        missing = collections.Counter(due) - collections.Counter(got)
        more = collections.Counter(got) - collections.Counter(due)
        for name, which in (('not sent', missing), ('sent', more)):
            for us, data in sorted(which)[:5]:
                print('%s, %s: %.6f %s' % (what, name, us / 1e6, data[:60].hex()))
                show(batches, us / 1e6, data)
        return False
    if dict(drops) != told['drops'] or told['ledger']['held'] != 0:
        print('%s: drops %s, held %s; due: %s' % (what, told['drops'], told['ledger']['held'], dict(drops)))
        return False
    return True


def show(batches, when, data):
    """The sequence that a frame is of."""
    for start, sequences in batches:
        for events, _ in sequences:
            if any(p.src in data for _, p in events) and start <= when < start + PERIOD:
                for t, p in events:
                    print('    %.4f %s' % (start + t, p._replace(data=p.data[:8].hex() + '+%d' % len(p.data))))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('build')
    parser.add_argument('--sequences', type=int, default=3000)
    parser.add_argument('--seed', type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    weir = os.path.join(os.path.abspath(args.build), 'app', 'weir')
    done = wrong = 0
    while done < args.sequences and not wrong:
        n = min(3000, args.sequences - done)
        batches, frames, reloads = [], [], []
        generation = first = rng.randrange(len(GENERATIONS))
        for b in range(0, n, BATCH):
            start = b // BATCH * PERIOD
            generations = [generation] + [rng.randrange(len(GENERATIONS)) for _ in RELOADS]
            sequences = [draw(rng, 1 + b + i, generations) for i in range(min(BATCH, n - b))]
            batches.append((start, sequences))
            for events, _ in sequences:
                frames += [(round((start + t) * 1e6), p.frame()) for t, p in events]
            reloads += [(start + t, g) for t, g in zip(RELOADS, generations[1:])]
            generation = generations[-1]
        frames.sort(key=lambda f: f[0])
        frames.insert(0, (0, b'\0' * 13))               # time begins with the first frame: a runt
        for workers in (1, 2):
            with tempfile.TemporaryDirectory(prefix='weir-fragments-') as folder:
                found, told = run(weir, folder, frames, reloads, first, len(batches) * PERIOD, workers)
            told['drops'].pop('eth_runt', None)
            good = compare(batches, found, told, '%d workers' % workers)
            wrong += not good
            print('%s %d sequences, %d frames, %d reloads, %d workers: %d frames left' % (
                'ok' if good else 'not ok', n, len(frames), len(reloads), workers, len(found)), flush=True)
        done += n
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
