# SPDX-License-Identifier: BSD-3-Clause
"""Bridges against a model of a learning bridge (IEEE 802.1Q 8.7, 8.8, in a page of Python), on random frames."""

import random

from bench import PORTS, Failed, replay
from scapy.layers.l2 import Dot1Q, Ether

PORT = ('lan', 'wan', 'dmz')
AGEING, SLACK = 20.0, 1.2           # a station's time is written again after a second
MOVES, WHILE = 5, 10.0
OWN = '02:00:00:00:01:01'           # the bridge's MAC is that of the first member's port
BURST = 0.25                        # seconds of a rate that pass at once
TICK = 2 ** 20 / 1e9


class Model:
    """Where stations are, by (VLAN, MAC); what becomes of a frame."""

    def __init__(self, share, rates):
        self.share, self.rates = share, rates
        self.at, self.paid = {}, {}

    def is_doubtful(self, now):
        """Whether the time of a station is about over, or that of its moves: such a moment proves nothing."""
        return any(AGEING - SLACK < now - s['seen'] < AGEING + SLACK
                   or (s['since'] is not None and abs(now - s['since'] - WHILE) < 3 * TICK) for s in self.at.values())

    def alive(self, key, now):
        return key in self.at and now - self.at[key]['seen'] <= AGEING

    def used(self, port, now):
        return sum(s['port'] == port and now - s['seen'] <= AGEING for s in self.at.values())

    def learn(self, key, port, now):
        """Whether a frame of the station may pass."""
        known = self.at.get(key) if self.alive(key, now) else None
        if known is not None and known['port'] == port:
            known['seen'] = now
            return True
        if known is None:
            self.at.pop(key, None)
            if self.used(port, now) < self.share:
                self.at[key] = {'port': port, 'seen': now, 'moves': [], 'since': None}
            return True
        if known['since'] is None or now - known['since'] > WHILE:
            known.update(since=now, moves=0, origin=known['port'] or port)
        if known['moves'] == MOVES:
            if known['port'] != known['origin'] and self.used(known['origin'], now) < self.share:
                known.update(port=known['origin'], seen=now)
            return port == known['origin']
        known['moves'] += 1
        if self.used(port, now) < self.share:
            known.update(port=port, seen=now)
        elif known['port'] is None:             # still without a place
            pass
        elif self.used(None, now) < self.share:
            known.update(port=None, seen=now)
        else:
            del self.at[key]
        return True

    def within(self, kind, port, vlan, now):
        """Takes from a rate: a frame is due when all before it are paid for."""
        rate = self.rates[kind]
        due = max(self.paid.get((kind, port, vlan), 0), now)
        if (due - now) + 1 / rate > max(BURST, 10 / rate) + 1e-9:
            return False
        self.paid[kind, port, vlan] = due + 1 / rate
        return True

    def takes(self, port, dst, src, vlan, now):
        """The ports that a frame leaves by."""
        others = {p for p in PORT if p != port}
        if dst.startswith('01:80:c2:00:00:0') or int(src[:2], 16) & 1 or src in (OWN, '00:00:00:00:00:00'):
            return set()
        if not self.learn((vlan, src), port, now) or dst == OWN:
            return set()
        if int(dst[:2], 16) & 1:
            return others if self.within('broadcast', port, vlan, now) else set()
        if self.alive((vlan, dst), now) and self.at[vlan, dst]['port']:
            return {self.at[vlan, dst]['port']} - {port}
        return others if self.within('flood', port, vlan, now) else set()


def traffic(rng, n, stations):
    """Random frames: (seconds, port, destination, source, VLAN)."""
    macs = ['02:aa:00:00:00:%02x' % i for i in range(stations)]
    home, now, frames = {m: rng.choice(PORT) for m in macs}, 0.5, []
    for _ in range(n):
        now += rng.choice((0.0013, 0.0013, 0.0041, 0.017, 0.13)) if rng.random() < 0.995 else rng.choice((3.3, 13.1, 47.9))
        src, dst = rng.choice(macs) if rng.random() < 0.9 else macs[0], rng.choice(macs)
        port = home[src]
        if rng.random() < 0.03:
            port = home[src] = rng.choice(PORT)
        if rng.random() < 0.03 or src == macs[0]:       # the first one is behind two members at once
            port = rng.choice(PORT)
        if rng.random() < 0.10:
            dst = rng.choice(('ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:09', '33:33:00:00:00:09', '01:80:c2:00:00:0e', '01:80:c2:00:00:20'))
        if rng.random() < 0.02:
            src = rng.choice(('03:aa:00:00:00:01', OWN, '00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff'))
        if rng.random() < 0.02:
            dst = OWN
        frames.append((round(now, 6), port, dst, src, rng.choice((0, 0, 0, 20, 30))))
    return frames


def frame_of(number, dst, src, vlan):
    tag = Dot1Q(vlan=vlan) if vlan else None
    inside = b'%08d' % number * 6
    return Ether(dst=dst, src=src, type=0x88b5) / inside if tag is None else Ether(dst=dst, src=src) / Dot1Q(vlan=vlan, type=0x88b5) / inside


def agree(seed, n, stations, maximum, rates, workers=1):
    """Weir does with every frame what the model does."""
    text = PORTS.replace('version: 1\n', 'version: 1\nsystem: {workers: %s}\n' % list(range(1, workers + 1))) + '''interfaces:
  lan: {pipeline: bridged}
  wan: {pipeline: bridged}
  dmz: {pipeline: bridged}
  own: {bridge: br0, addresses: [10.0.0.1/24], pipeline: routed}
bridges:
  br0: {members: [lan, wan, dmz], ageing: %ds, max: %d, flood: %d/s, broadcast: %d/s}
routes: {main: []}
pipelines:
  bridged: [bridge]
  routed: [{route: main}]
''' % (AGEING, maximum, rates['flood'], rates['broadcast'])
    model, frames, want = Model(maximum // len(PORT), rates), [], []
    for frame in traffic(random.Random(seed), n, stations):
        now, port, dst, src, vlan = frame
        if model.is_doubtful(now):
            continue
        frames.append(frame)
        takes = model.takes(port, dst, src, vlan, now)
        want.append(set() if dst == OWN and vlan == 0 else takes)
    by_port = {p: [(f[0], frame_of(i, *f[2:])) for i, f in enumerate(frames) if f[1] == p] for p in PORT}
    left = {}
    for port, out in replay(text, by_port, sums=False).out.items():
        for _, data in out:
            left.setdefault(int(data[-8:]), set()).add(port)
    for i, frame in enumerate(frames):
        if left.get(i, set()) != want[i]:
            raise Failed('seed %d, frame %d %s: left by %s, expected %s' % (seed, i, frame, sorted(left.get(i, ())), sorted(want[i])))
    if len(frames) < n / 2:
        raise Failed('seed %d: %d frames of %d are judged' % (seed, len(frames), n))


def learning():
    agree(1, 1500, 24, 8192, {'flood': 100000, 'broadcast': 100000})


def shares():
    """More stations than there is room for."""
    agree(2, 1500, 40, 48, {'flood': 100000, 'broadcast': 100000})


def rates():
    agree(3, 1000, 24, 8192, {'flood': 7, 'broadcast': 5})


def two_workers():
    agree(4, 1000, 24, 8192, {'flood': 200000, 'broadcast': 200000}, workers=2)


def hostile_frame(rng, number):
    """Learning floods over VLANs, forged sources, protocols of bridges, stacks of tags, truncated anywhere, too large; ends with its number."""
    def mac():
        return rng.choice((b'\2\xaa' + rng.randbytes(4), b'\2\xaa\0\0\0' + bytes((rng.randrange(8),))))

    own = bytes.fromhex(OWN.replace(':', ''))
    src = rng.choice((mac(), mac(), mac(), mac(), own, bytes(6), b'\xff' * 6, b'\1\0\x5e' + rng.randbytes(3), rng.randbytes(6)))
    dst = rng.choice((mac(), mac(), mac(), own, bytes(6), b'\xff' * 6, bytes.fromhex('0180c20000') + bytes((rng.randrange(64),)),
                      b'\x33\x33' + rng.randbytes(4), src))
    tags = b''.join(rng.choice((b'\x81\0', b'\x81\0', b'\x88\xa8', b'\x91\0')) + rng.randbytes(2) for _ in range(rng.choice((0, 0, 1, 1, 1, 2, 3, 9))))
    inside = rng.choice((b'\x88\xb5', b'\x00\x26\x42\x42\x03', b'\x88\x09', b'\x88\x08\0\1\xff\xff', b'\x08\0' + rng.randbytes(20), b'\x86\xdd',
                         b'\x08\6\0\1\x08\0\6\4\0\1', b'\x81\0', rng.randbytes(2)))
    body = rng.randbytes(rng.choice((0, 0, 30, 60, 60, 1400, 1480, 1490, 1496, 1500, 1504, 1520, 3000)))
    frame = dst + src + tags + inside + body
    if rng.random() < 0.1:
        frame = frame[:rng.randrange(len(frame))]
    return frame + b'%08d' % number if len(frame) >= 14 or rng.random() < 0.8 else frame


def hostile(workers):
    """Whatever comes, a frame leaves as it came, once by a member at most, never by its own, and not with a forged source."""
    def scenario():
        rng = random.Random(workers)
        text = PORTS.replace('version: 1\n', 'version: 1\nsystem: {workers: %s}\n' % list(range(1, workers + 1))) + '''interfaces:
  lan: {pipeline: bridged}
  wan: {pipeline: bridged}
  dmz: {pipeline: bridged, mtu: 1400}
  own: {bridge: br0, addresses: [10.0.0.1/24], pipeline: routed}
bridges: {br0: {members: [lan, wan, dmz], max: 96, flood: 1M/s, broadcast: 1M/s}}
routes: {main: []}
pipelines: {bridged: [bridge], routed: [{route: main}]}
'''
        frames = [(round(0.5 + i * 0.0001, 6), rng.choice(PORT), hostile_frame(rng, i)) for i in range(12000)]
        outcome = replay(text, {p: [(f[0], f[2]) for f in frames if f[1] == p] for p in PORT}, sums=False)
        came, left = {f[2]: f[1] for f in frames}, 0
        for port, out in outcome.out.items():
            seen = set()
            for _, data in out:
                if data not in came:
                    if data[6:12] == bytes.fromhex(OWN.replace(':', '')):       # the bridge's own answer
                        continue
                    raise Failed('%s sent what nobody has sent: %s' % (port, data[:64].hex()))
                src, dst = data[6:12], data[:6]
                if came[data] == port or data in seen or src[0] & 1 or src in (bytes(6), bytes.fromhex(OWN.replace(':', ''))) or (
                        dst[:5] == bytes.fromhex('0180c20000') and dst[5] < 16) or (port == 'dmz' and len(data) > 1400 + 14 + 8):
                    raise Failed('%s... of %u bytes of %s left by %s' % (data[:64].hex(), len(data), came[data], port))
                seen.add(data)
            left += len(seen)
        if left < 4000:
            raise Failed('%d frames left: %s' % (left, outcome.drops))
    return scenario


SCENARIOS = [
    ('learning, moves, ageing', learning),
    ('shares of members', shares),
    ('rates', rates),
    ('two workers', two_workers),
    ('hostile frames', hostile(1)),
    ('hostile frames, two workers', hostile(2)),
]
