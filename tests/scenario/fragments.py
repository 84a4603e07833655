# SPDX-License-Identifier: BSD-3-Clause
"""Fragments are judged by their datagram's first one: in any order, within bounds; overlaps kill the datagram."""

import itertools

from bench import Failed, replay, router
from packets import *  # noqa: F403

CONFIG = router('[{acl: list}, {route: main}]', '''acls:
  list:
    default: drop
    rules:
      - {proto: udp, dport: 53, action: accept}
      - {proto: tcp, dport: 443, action: accept}
''')


def pieces(n, ident=7, dport=53, size=64, **ip):
    """A datagram of n fragments of 64 bytes."""
    whole = bytes(udp(dport=dport, payload=b'x' * (n * size - 8), id=ident, **ip))[20:]
    return [lan(IP(src=ip.get('src', A), dst=B, id=ident, proto=17, frag=i * size // 8,
                   flags='MF' if i < n - 1 else 0) / Raw(whole[i * size:(i + 1) * size])) for i in range(n)]


def pieces6(n, ident=7, dport=53, size=64):
    whole = bytes(udp6(dport=dport, payload=b'x' * (n * size - 8)))[40:]
    return [lan(IPv6(src=A6, dst=B6) / IPv6ExtHdrFragment(nh=17, id=ident, offset=i * size // 8, m=i < n - 1)
                / Raw(whole[i * size:(i + 1) * size])) for i in range(n)]


def timed(frames, step=0.001):
    return [(i * step, f) for i, f in enumerate(frames)]


def expect(outcome, tx, drops=None, held=0):
    found = (outcome.ports['wan']['tx'], outcome.drops, outcome.ledger['held'])
    if found != (tx, drops or {}, held):
        raise Failed('sent, drops, held: %s; expected %s' % (found, (tx, drops or {}, held)))


def every_order():
    """4787 REQ-14: four fragments in all 24 orders."""
    frames = []
    for ident, order in enumerate(itertools.permutations(range(4))):
        datagram = pieces(4, ident + 1)
        frames += [datagram[i] for i in order]
    outcome = replay(CONFIG, {'lan': timed(frames)}, sums=False)
    expect(outcome, 96)


def every_order6():
    frames = []
    for ident, order in enumerate(itertools.permutations(range(4))):
        datagram = pieces6(4, ident + 1)
        frames += [datagram[i] for i in order]
    expect(replay(CONFIG, {'lan': timed(frames)}, sums=False), 96)


def first_denies():
    expect(replay(CONFIG, {'lan': timed(pieces(3, dport=54))}, sums=False), 0, {'acl_denied': 3})
    expect(replay(CONFIG, {'lan': timed(pieces(3, dport=54)[::-1])}, sums=False), 0, {'acl_denied': 3})


def overlap():
    a = pieces(3)
    b = lan(IP(src=A, dst=B, id=7, proto=17, frag=7, flags='MF') / Raw(b'y' * 64))
    expect(replay(CONFIG, {'lan': timed([a[1], b, a[0], a[2]])}, sums=False), 0, {'frag_overlap': 4})
    c = pieces6(3)
    d = lan(IPv6(src=A6, dst=B6) / IPv6ExtHdrFragment(nh=17, id=7, offset=7, m=1) / Raw(b'y' * 64))
    expect(replay(CONFIG, {'lan': timed([c[1], d, c[0], c[2]])}, sums=False), 0, {'frag_overlap': 4})


def duplicate():
    """Behind its last byte a datagram is over: what comes then belongs to another one."""
    for a in (pieces(3), pieces6(3)):
        expect(replay(CONFIG, {'lan': timed([a[0], a[0], a[1], a[1], a[2]])}, sums=False), 5)
        expect(replay(CONFIG, {'lan': timed([a[1], a[1], a[0], a[0], a[2]])}, sums=False), 5)
        expect(replay(CONFIG, {'lan': timed([*a, a[1]])}, sums=False), 3, {}, 1)


def atomic():
    """RFC 6946: alone, even amid a queue of the same identification."""
    whole = bytes(udp6(payload=b'z' * 40))[40:]
    alone = lan(IPv6(src=A6, dst=B6) / IPv6ExtHdrFragment(nh=17, id=7) / Raw(whole))
    a = pieces6(2)
    expect(replay(CONFIG, {'lan': timed([a[1], alone, a[0]])}, sums=False), 3)


def timeout():
    late = pieces(3)[1:]
    expect(replay(CONFIG, {'lan': timed(late)}, options=('--until', '29'), sums=False), 0, {}, 2)
    expect(replay(CONFIG, {'lan': timed(late)}, options=('--until', '31'), sums=False), 0, {'frag_timeout': 2})


def bounds():
    """64 datagrams of a source wait, the newest of them, and 64 fragments of a datagram pass."""
    many = [pieces(2, ident)[1] for ident in range(1, 71)]
    expect(replay(CONFIG, {'lan': timed(many, 0.0001)}, options=('--until', '40'), sums=False), 0,
           {'frag_limit': 6, 'frag_timeout': 64})
    expect(replay(CONFIG, {'lan': timed(pieces(70))}, sums=False), 64, {'frag_limit': 6})
    expect(replay(CONFIG, {'lan': timed(pieces(64)[::-1])}, sums=False), 64)


def burst_sizes():
    frames = []
    for ident, order in enumerate(itertools.permutations(range(4))):
        datagram = pieces(4, ident + 1, dport=53 + ident % 2)
        frames += [datagram[i] for i in order]
    same = [(0, f) for f in frames]
    outs = [replay(CONFIG, {'lan': same}, options=('--burst', n), sums=False).out for n in ('1', '32', '64')]
    if not outs[0]['wan'] or outs[0] != outs[1] or outs[0] != outs[2]:
        raise Failed('the burst size makes a difference')


def cut(packet, size=64):
    """A packet of either family as frames of fragments."""
    v6 = IPv6 in packet
    data = bytes(packet)[40 if v6 else 20:]
    return [lan((IPv6(src=packet.src, dst=packet.dst) / IPv6ExtHdrFragment(
        nh=58, id=7, offset=at // 8, m=int(at + size < len(data))) if v6
        else IP(src=packet.src, dst=packet.dst, id=7, proto=1, frag=at // 8,
                flags='MF' if at + size < len(data) else 0)) / Raw(data[at:at + size]))
        for at in range(0, len(data), size)]


def answered(config, ident=7, seq=3, text=bytes(range(150))):
    """The answers to a request in fragments, put together by scapy's hand: the whole payload, a right sum."""
    requests = {'10.0.0.1': IP(src=A, dst='10.0.0.1') / ICMP(id=ident, seq=seq) / Raw(text),
                '2001:db8:1::1': IPv6(src=A6, dst='2001:db8:1::1') / ICMPv6EchoRequest(id=ident, seq=seq, data=text)}
    for own, request in requests.items():
        v6 = ':' in own
        due = (IPv6(src=own, dst=A6) / ICMPv6EchoReply(id=ident, seq=seq, data=text) if v6
               else IP(src=own, dst=A) / ICMP(type=0, id=ident, seq=seq) / Raw(text))
        for order in itertools.permutations(range(3)):
            frames = cut(request)
            outcome = replay(config, {'lan': timed([frames[i] for i in order])}, sums=False)
            got = {}
            for _, data in outcome.out['lan']:
                head = 62 if v6 else 34
                at = int.from_bytes(data[56:58] if v6 else data[20:22], 'big')
                got[at & 0xfff8 if v6 else (at & 0x1fff) * 8] = data[head:]
            if b''.join(got[k] for k in sorted(got)) != bytes(due)[40 if v6 else 20:]:
                raise Failed('%s in order %s: %s %s' % (own, order, got, outcome.drops))
            if outcome.drops or outcome.ledger['held']:
                raise Failed('%s %s' % (outcome.drops, outcome.ledger))


def ping_in_fragments():
    answered(router('[{route: main}]'))
    answered(router('[track, {route: main}]'))
    answered(router('[track, {route: main}]'), 0, 0, bytes(150))
    answered(router('[track, {acl: list}, {route: main}]', """acls:
  list: {default: drop, rules: [{icmp: echo-request, action: accept}]}
"""))


def strangers_in_fragments():
    """Answers in fragments, and later fragments whose first was no request, stay without an answer."""
    reply = cut(IP(src=A, dst='10.0.0.1') / ICMP(type=0, id=7) / Raw(bytes(150)))
    alone = cut(IP(src=A, dst='10.0.0.1', id=8) / ICMP(id=7) / Raw(bytes(150)))[1:]
    outcome = replay(router('[{route: main}]'), {'lan': timed(reply)}, sums=False)
    if outcome.out['lan'] or outcome.drops != {'local_no_service': 3}:
        raise Failed(str(outcome.drops))
    outcome = replay(router('[{route: main}]'), {'lan': timed(alone)}, options=('--until', '40'), sums=False)
    if outcome.out['lan'] or outcome.drops != {'frag_timeout': 2}:
        raise Failed(str(outcome.drops))


SCENARIOS = [
    ('a ping of ours in fragments is answered', ping_in_fragments),
    ('other fragments to us are not', strangers_in_fragments),
    ('4787 REQ-14: four fragments in 24 orders', every_order),
    ('IPv6: four fragments in 24 orders', every_order6),
    ('what the first is denied, all are denied', first_denies),
    ('an overlap kills the datagram', overlap),
    ('an exact duplicate passes', duplicate),
    ('RFC 6946: an atomic fragment stands alone', atomic),
    ('without its first a datagram waits 30 s', timeout),
    ('datagrams of a source, fragments of a datagram', bounds),
    ('the same for every burst size', burst_sizes),
]
