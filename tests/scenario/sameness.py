# SPDX-License-Identifier: BSD-3-Clause
"""The same bytes on every run, for every burst size and number of workers; and frames of several captures
in the order of time."""

import os
import random
import tempfile

import bench
from bench import ROUTER, Failed, replay, router, write_frames
from packets import *  # noqa: F403

CONFIG = router('[{acl: list}, {mark: {dscp: af11, if: {dport: 5060}}}, {route: main}]', '''sets:
  bad: [10.0.0.128/25, "2001:db8:1:0:bad::/80"]
acls:
  list:
    default: accept
    rules:
      - {src: $bad, action: drop}
      - {proto: tcp, dport: 25, action: reject}
      - {proto: tcp, flags: S/SA, dport: 22, action: drop}
      - {proto: udp, dport: 69, action: drop}
''', '''routes:
  main:
    - {to: 0.0.0.0/0, via: [198.51.100.2, {via: 192.0.2.2, weight: 2}]}
    - {to: "::/0", via: ["2001:db8:2::2", "2001:db8:3::2"]}
    - {to: 203.0.113.128/25, blackhole: true}
''')


SESSIONS = router('[track, {acl: list}, {route: main}]', '''acls:
  list:
    default: drop
    rules:
      - {state: [established, related], action: accept}
      - {in: lan, state: new, action: accept}
      - {proto: udp, dport: 53, action: accept}
''')


def random_packet(rng, sources):
    """A packet of one of a hundred flows a port, now and then something odd."""
    src, src6 = sources
    flow = random.Random(rng.randrange(90))
    host, port = flow.randrange(2, 250), flow.choice((53, 80, 22, 25, 69, 443, 5060))
    v6 = flow.random() < 0.3
    ttl = 1 if rng.random() < 0.02 else flow.choice((64, 128))
    if v6:
        ip = IPv6(src=src6 + '%x' % host, dst='2001:db8:ffff::%x' % flow.randrange(1, 999), hlim=ttl)
    else:
        ip = IP(src=src + str(host), dst='203.0.113.%d' % flow.randrange(1, 255), ttl=ttl,
                tos=flow.choice((0, 0xb8)))
    kind = flow.random()
    if kind < 0.45:
        packet = ip / UDP(sport=1024 + flow.randrange(60000), dport=port) / Raw(b'x' * rng.randrange(0, 900))
    elif kind < 0.55:
        packet = one_fragment(rng, flow, ip, v6)
    elif kind < 0.9:
        packet = ip / TCP(sport=1024 + flow.randrange(60000), dport=port, flags=rng.choice(('S', 'A', 'PA', 'FA')))
    elif v6:
        packet = ip / ICMPv6EchoRequest(id=flow.randrange(9), data=b'x' * rng.randrange(64))
    else:
        packet = ip / ICMP(id=flow.randrange(9)) / Raw(b'x' * rng.randrange(64))
    return packet


def one_fragment(rng, flow, ip, v6):
    """One of four fragments of a datagram; which one comes when is chance."""
    whole = bytes(UDP(sport=flow.randrange(9), dport=53, len=256, chksum=1) / Raw(b'x' * 248))
    i, ident = rng.randrange(4), rng.randrange(3)
    piece = Raw(whole[i * 64:(i + 1) * 64])
    if v6:
        return ip / IPv6ExtHdrFragment(nh=17, id=ident, offset=i * 8, m=i < 3) / piece
    ip.id, ip.frag, ip.proto, ip.flags = ident, i * 8, 17, 'MF' if i < 3 else 0
    return ip / piece


def broken(rng, data):
    """Some bytes changed, or the frame cut."""
    data = bytearray(data)
    if rng.random() < 0.3:
        return bytes(data[:rng.randrange(len(data))])
    for _ in range(rng.randrange(1, 4)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def random_frames(seed, count):
    """count frames over three ports, in groups that come at the same time."""
    rng = random.Random(seed)
    sources = {'lan': ('10.0.0.', '2001:db8:1::'), 'wan': ('203.0.113.', '2001:db8:ffff::'),
               'dmz': ('192.0.2.', '2001:db8:3::')}
    frames = {'lan': [], 'wan': [], 'dmz': []}
    when = 0.0
    while sum(map(len, frames.values())) < count:
        port = rng.choice(('lan', 'lan', 'lan', 'wan', 'dmz'))
        for _ in range(rng.choice((1, 1, 2, 5, 40, 70))):
            if rng.random() < 0.02:
                data = bytes(frame(port, ARP(op=1, psrc=sources[port][0] + '2', hwsrc=PEER[port], pdst={
                    'lan': '10.0.0.1', 'wan': '198.51.100.1', 'dmz': '192.0.2.1'}[port]), dst='ff:ff:ff:ff:ff:ff'))
            else:
                data = bytes(frame(port, random_packet(rng, sources[port])))
            if rng.random() < 0.05:
                data = broken(rng, data)
            frames[port].append((round(when, 6), data))
        when += rng.choice((0.00001, 0.001, 0.02, 0.9))
    return frames


def compare(one, other, what):
    for a, b in zip(one.packets, other.packets):
        if a != b:
            raise Failed('%s: packet\n  %s\n  %s' % (what, a, b))
    if (one.drops, one.ledger, one.ports) != (other.drops, other.ledger, other.ports):
        raise Failed('%s: %s\n%s' % (what, one.ledger, other.ledger))
    for port in one.out:
        for i, (a, b) in enumerate(zip(one.out[port], other.out[port])):
            if a != b:
                raise Failed('%s: frame %d of %s: %s\n%s' % (what, i, port, bench.describe(a[1]),
                                                            bench.describe(b[1])))
        if len(one.out[port]) != len(other.out[port]):
            raise Failed('%s: %s sent %d and %d frames' % (what, port, len(one.out[port]), len(other.out[port])))


def same(seed, count, config=CONFIG, least=0.25):
    def run():
        frames = random_frames(seed, count)
        first = replay(config, frames, sums=False)      # what comes broken may leave broken
        for options in ((), ('--burst', '1'), ('--burst', '64'), ('--burst', '256'), ('--workers', '2'),
                        ('--workers', '2', '--burst', '1'), ('--workers', '2', '--burst', '64'),
                        ('--workers', '4', '--burst', '7')):
            compare(first, replay(config, frames, options, sums=False), ' '.join(options) or 'the same again')
        fast = sum(p.get('path') == 'fast' for p in first.packets)
        if fast < count * least:
            raise Failed('only %d of %d packets by a known flow' % (fast, count))
    return run


def merged():
    """Frames of two captures, ties in the order of the ports; one capture is not in order itself."""
    outcome = replay(ROUTER, {
        'wan': [(1.0, wan(udp(src=B, dst=A))), (2.5, wan(udp(src=B, dst=A)))],
        'lan': [(3.0, lan(udp(sport=3))), (0.5, lan(udp(sport=1))), (1.0, lan(udp(sport=2))), (3.0, lan(udp(sport=4)))]})
    got = [(p['n'], p['time'], p['in']) for p in outcome.packets]
    want = [(1, 0, 'lan'), (2, 0.5, 'lan'), (3, 0.5, 'wan'), (4, 2, 'wan'), (5, 2.5, 'lan'), (6, 2.5, 'lan')]
    if got != want or [p['flow'].split(':')[1].split(' ')[0] for p in outcome.packets if p['in'] == 'lan'] != list('1234'):
        raise Failed('%s\n%s' % (got, outcome.packets))
    if [t for t, _ in outcome.out['wan']] != [0, 0.5, 2.5, 2.5]:
        raise Failed(str(outcome.out['wan']))


def nanoseconds():
    """Stamps of a nanosecond come and go as such."""
    with tempfile.TemporaryDirectory(prefix='weir-scenario-') as folder:
        path = write_frames(os.path.join(folder, 'ns'), [(5.000000001, lan(udp())), (5.000000004, lan(udp()))], 0xa1b23c4d)
        told_by = os.path.join(folder, 'out')
        outcome = replay(ROUTER, {'lan': path}, ['--out', 'wan=' + told_by], status=1)
        if 'was named before' not in outcome.stderr:
            raise Failed(outcome.stderr)
        outcome = replay(ROUTER, {'lan': path})
        if [p['time'] for p in outcome.packets] != [0, 3e-9]:
            raise Failed(str(outcome.packets))
        if outcome.out['wan'][1][0] != 3e-9:
            raise Failed(str(outcome.out['wan']))


SCENARIOS = [
    ('5,000 random packets: burst 1, 32, 64, 256 and 1, 2, 4 workers', same(1, 5000)),
    ('another 2,000', same(2, 2000)),
    ('3,000 with sessions', same(3, 3000, SESSIONS, 0.1)),
    ('captures are merged by time', merged),
    ('nanoseconds', nanoseconds),
]
