# SPDX-License-Identifier: BSD-3-Clause
"""What is told of sessions and translations: by weir replay for each packet and at the end, by weir explain."""

import json

from bench import Failed, frame, write_frames
from captures import Folder, expect as expect_text
from nat import A, B, FAR, OTHER, PUBLIC, ROUTER, Wire, config, error, expect, udp
from packets import ICMP, IP, TCP

UNREPLIED = {'id': 1, 'state': 'new', 'direction': 'forward'}


def segment(src, dst, sport, dport, flags, seq=100, ack=0):
    return IP(src=src, dst=dst) / TCP(sport=sport, dport=dport, flags=flags, seq=seq, ack=ack)


def session(number, state, direction, tcp=None, **nat):
    told = {'id': number, 'state': state, 'direction': direction}
    if tcp:
        told['tcp'] = tcp
    if nat:
        told['nat'] = nat
    return told


def of_packets():
    w = Wire()
    cases = [
        ('lan', udp(A, FAR), session(1, 'new', 'forward', src='198.51.100.1:5000')),
        ('lan', udp(A, OTHER), session(2, 'new', 'forward', src='198.51.100.1:5000')),
        ('wan', udp(FAR, PUBLIC, 53, 5000), session(1, 'established', 'reply', dst='10.0.0.2:5000')),
        ('lan', udp(A, FAR), session(1, 'established', 'forward', src='198.51.100.1:5000')),
        ('wan', error(ROUTER, PUBLIC, 3, 1, bytes(udp(PUBLIC, FAR, ttl=63))), session(1, 'related', 'reply', dst=A)),
        ('lan', segment(A, FAR, 1025, 80, 'S'), session(3, 'new', 'forward', 'syn-sent', src='198.51.100.1:1025')),
        ('lan', segment(A, FAR, 1025, 80, 'S'), session(3, 'new', 'forward', 'syn-sent', src='198.51.100.1:1025')),
        ('wan', segment(FAR, PUBLIC, 80, 1025, 'SA', 500, 101),
         session(3, 'established', 'reply', 'syn-received', dst='10.0.0.2:1025')),
        ('lan', segment(A, FAR, 1025, 80, 'A', 101, 501),
         session(3, 'established', 'forward', 'established', src='198.51.100.1:1025')),
        ('wan', segment(FAR, PUBLIC, 80, 1025, 'FA', 501, 101),
         session(3, 'established', 'reply', 'fin-reply', dst='10.0.0.2:1025')),
        ('lan', segment(B, FAR, 1026, 80, 'A', 101, 501), None),        # of no session
        ('wan', udp(OTHER, '198.51.100.1', 99, 99), {'state': 'new'}),    # refused: no session
    ]
    for port, packet, _ in cases:
        w.send(port, packet)
    w.run(config())
    for i, (port, packet, wanted) in enumerate(cases):
        expect('packet %d, %s' % (i + 1, packet.summary()), w.outcome.packets[i].get('session'), wanted)


def together():
    """Segments of one burst: each is told with the state behind itself."""
    w = Wire()
    for port, packet in (('lan', segment(A, FAR, 1025, 80, 'S')), ('wan', segment(FAR, PUBLIC, 80, 1025, 'SA', 500, 101)),
                         ('lan', segment(A, FAR, 1025, 80, 'A', 101, 501))):
        w.send(port, packet)
    for i, packet in enumerate((segment(A, FAR, 1025, 80, 'A', 101, 501), segment(A, FAR, 1025, 80, 'FA', 101, 501),
                                segment(A, FAR, 1025, 80, 'A', 102, 501))):
        w.send('lan', packet, after=0.01 if i == 0 else 0)
    w.run(config())
    expect('states', [p['session']['tcp'] for p in w.outcome.packets],
           ['syn-sent', 'syn-received', 'established', 'established', 'fin-forward', 'fin-forward'])


def replayed(text, frames, *more):
    folder = Folder(text)
    args = []
    for port, sent in frames.items():
        args += ['--in', '%s=%s' % (port, write_frames(folder.file(port + '.pcap'), sent))]
    ran = folder.weir('replay', '-c', 'weir.yaml', '--json', '-', *args, *more)
    expect_text(ran, 0)
    return json.loads(ran.stdout)


def sums():
    """Ten UDP flows, of which the quota lets four through; two TCP; a UDP session that ends."""
    text = config('pool: [198.51.100.1, 198.51.100.9], ports: 5000-5009, per_source: 6').replace(
        '[track, {route', '[{track: {timeouts: {udp: 10s}, max_per_source: 9}}, {route')
    w = Wire()
    w.send('lan', udp(A, FAR, 5000))
    w.send('lan', segment(A, FAR, 5001, 80, 'S'), after=20)
    w.send('lan', segment(A, FAR, 5002, 80, 'S'))
    for i in range(10):
        w.send('lan', udp(A, FAR, 5003 + i))
    for i in range(3):
        w.send('lan', IP(src=B, dst=FAR) / ICMP(type=8, id=i))
    told = replayed(text, {'lan': w.frames['lan']})
    life, pool = told['session_life'], told['nat']['uplink']
    expect('life', {k: life[k] for k in ('begun', 'refused_by', 'now', 'protocols', 'tcp', 'ended')},
           {'begun': 16, 'refused_by': {}, 'now': {'half-open': 2, 'unreplied': 7},
            'protocols': {'tcp': 2, 'udp': 4, 'icmp': 3}, 'tcp': {'syn-sent': 2},
            'ended': {'timeout': 1, 'refused': 6}})
    expect('pool', {k: v for k, v in pool.items() if k != 'addresses'},
           {'ports': 20, 'ports_used': 10, 'mappings': 9, 'resting': 1, 'allocated': 10, 'sessions': 10,
            'nat_no_port': 0, 'nat_quota': 6})
    for key in ('ports_used', 'mappings', 'resting', 'allocated', 'sessions', 'nat_quota'):
        expect(key, sum(a[key] for a in pool['addresses'].values()), pool[key])
    used = {}
    for address in pool['addresses'].values():
        for proto, n in address['ports_used_by'].items():
            used[proto] = used.get(proto, 0) + n
    expect('ports by protocol', used, {'tcp': 2, 'udp': 5, 'icmp': 3})
    if set(told['memory']) != {'flows', 'sessions', 'sources', 'nat'} or min(told['memory'].values()) <= 0:
        raise Failed(str(told['memory']))


def limited():
    text = config().replace('[track, {route', '[{track: {max_per_source: 2}}, {route')
    told = replayed(text, {'lan': [(i, frame('lan', udp(A, FAR, 5000 + i))) for i in range(5)]})
    expect('refused', told['session_life']['refused_by'], {'session_limit': 3})
    expect('drops', told['drops'], {'session_limit': 3})


EXPLAINED = [
    (0, 'new session, unreplied; ends after 300 s', '198.51.100.1 port 5000, its own port, which is free',
     'session   1, new, forward; source becomes 198.51.100.1:5000'),
    (1, 'new session, unreplied', 'drawn: its own port is not free', 'session   2, new, forward; source becomes'),
    (2, 'new, forward of its session (unreplied)', 'session   1, new, forward; source becomes 198.51.100.1:5000'),
    (3, 'new session', '198.51.100.1 port 5000, where it is mapped already', 'session   3, new'),
    (4, 'new session, half-open; ends after 240 s', 'session   4, new, forward, TCP syn-sent; source becomes'),
]


def explained():
    folder = Folder(config())
    packets = [udp(A, FAR), udp(B, FAR), udp(A, FAR), udp(A, OTHER), segment(A, FAR, 1025, 80, 'S')]
    write_frames(folder.file('lan.pcap'), [(i, frame('lan', p)) for i, p in enumerate(packets)])
    ran = folder.weir('explain', '-c', 'weir.yaml', '--in', 'lan', '--pcap', 'lan.pcap')
    expect_text(ran, 0)
    parts = ran.stdout.split('\n\n')
    for i, *wanted in EXPLAINED:
        for text in wanted:
            if text not in parts[i]:
                raise Failed('packet %d does not say %r:\n%s' % (i + 1, text, parts[i]))
    ran = folder.weir('explain', '-c', 'weir.yaml', '--in', 'lan', '--pcap', 'lan.pcap', '--json', '-')
    expect('as JSON', [p['session']['id'] for p in json.loads(ran.stdout)['packets']], [1, 2, 1, 3, 4])


def explained_refusal():
    """No port is left: the stage says so, and there is no session."""
    folder = Folder(config('pool: [198.51.100.1], ports: 6000-6000'))
    write_frames(folder.file('lan.pcap'), [(0, frame('lan', udp(A, FAR))), (1, frame('lan', udp(B, FAR)))])
    ran = folder.weir('explain', '-c', 'weir.yaml', '--in', 'lan', '--pcap', 'lan.pcap')
    expect_text(ran, 0, 'verdict   drop nat_no_port')
    if 'session  ' in ran.stdout.split('\n\n')[1]:
        raise Failed(ran.stdout)


def as_text():
    folder = Folder(config())
    write_frames(folder.file('lan.pcap'), [(0, frame('lan', udp(A, FAR)))])
    expect_text(folder.weir('replay', '-c', 'weir.yaml', '--in', 'lan=lan.pcap'), 0,
                '1 of 262144, 1 unreplied', 'begun 1', 'uplink', '198.51.100.1')


SCENARIOS = [
    ('each packet with its session and translation', of_packets),
    ('segments of one burst, each with its state', together),
    ('sums: sessions by class, protocol, state and end; ports by pool, address and protocol', sums),
    ('refusals by a limit of the source', limited),
    ('explain: the session and why it got its port', explained),
    ('explain: no port, no session', explained_refusal),
    ('as text', as_text),
]
