# SPDX-License-Identifier: BSD-3-Clause
"""Lists of port forwards: hundreds in one stage, the first that matches counts, for any number of workers."""

import bench
import captures
import packet
from bench import Failed, replay
from nat import ICMP, IP, TCP, UDP, Ether, Raw, config, endpoints, expect, frame, udp

PUBLIC, FAR = '198.51.100.1', '203.0.113.9'
SERVERS = ['10.0.0.2', '10.0.0.3', '10.0.0.80']


def one(text):
    return config(outside='{dnat: [%s]}, ' % text)


def sent(text, packets, **more):
    """What leaves by lan of packets from wan, in order, as (address, port); None for what does not."""
    frames = [(i, frame('wan', p)) for i, p in enumerate(packets)]
    outcome = replay(text, {'wan': frames}, **more)
    out = {round(t): Ether(d)[IP] for t, d in outcome.out['lan'] if IP in Ether(d)}
    found = []
    for i in range(len(packets)):
        p = out.get(i)
        layer = None if p is None else TCP if TCP in p else UDP if UDP in p else None
        found.append(None if p is None else (p.dst, p[layer].dport if layer else 0))
    return found


def first_counts():
    """Forwards by port, by source, by address, by protocol and by ranges; the first in the file decides."""
    text = one('''{to: "10.0.0.2:8080", if: {dst: 198.51.100.1, proto: tcp, dport: 80, src: 203.0.113.0/28}},
      {to: 10.0.0.3, if: {dst: 198.51.100.1, proto: tcp, dport: [80, 443]}},
      {to: "10.0.0.80:6000", ports: 5000-5009, if: {dst: 198.51.100.1}},
      {to: 10.0.0.2, ports: 5005-5020, if: {dst: 198.51.100.1, proto: udp, dport: "!5015"}},
      {to: 10.0.0.3, if: {dst: 198.51.100.7}}, {to: 10.0.0.80, if: {dst: 198.51.100.1, icmp: echo-request}}''')

    def tcp(src, dport, dst=PUBLIC):
        return packet.tcp(src, dst, 4000, dport)
    cases = [
        (tcp(FAR, 80), ('10.0.0.2', 8080)), (tcp('203.0.113.99', 80), ('10.0.0.3', 80)),
        (tcp(FAR, 443), ('10.0.0.3', 443)), (tcp(FAR, 81), None),
        (udp(FAR, PUBLIC, dport=5000), ('10.0.0.80', 6000)), (tcp(FAR, 5009), ('10.0.0.80', 6009)),
        (udp(FAR, PUBLIC, dport=5010), ('10.0.0.2', 5010)), (tcp(FAR, 5010), None),
        (udp(FAR, PUBLIC, dport=5015), None), (udp(FAR, PUBLIC, dport=5020), ('10.0.0.2', 5020)),
        (udp(FAR, PUBLIC, dport=5021), None), (udp(FAR, '198.51.100.7', dport=9), ('10.0.0.3', 9)),
        (IP(src=FAR, dst=PUBLIC) / ICMP(id=7), ('10.0.0.80', 0)), (IP(src=FAR, dst='198.51.100.8') / ICMP(id=7), None),
    ]
    expect('destinations', sent(text, [p for p, _ in cases]), [to for _, to in cases])


def hundreds():
    """800 forwards in one stage: each goes to its own port, and answers come back as they were sent."""
    n = 800
    text = one(', '.join('{to: "%s:%d", if: {dst: %s, proto: %s, dport: %d}}' % (
        SERVERS[i % 3], 2000 + i, PUBLIC, ('tcp', 'udp')[i % 2], 10000 + i) for i in range(n)))
    which = list(range(0, n, 7)) + [n - 1]
    for workers in '124':
        bench.OPTIONS = ('--workers', workers)
        try:
            frames = {'wan': [], 'lan': []}
            for k, i in enumerate(which):
                proto = (TCP(sport=4000, dport=10000 + i, flags='S'), UDP(sport=4000, dport=10000 + i))[i % 2]
                back = (TCP(sport=2000 + i, dport=4000, flags='SA', ack=1), UDP(sport=2000 + i, dport=4000))[i % 2]
                frames['wan'].append((k, frame('wan', IP(src=FAR, dst=PUBLIC) / proto)))
                frames['lan'].append((k + .5, frame('lan', IP(src=SERVERS[i % 3], dst=FAR) / back)))
            outcome = replay(text, frames)
        finally:
            bench.OPTIONS = ()
        there = [Ether(d)[IP] for _, d in outcome.out['lan'] if IP in Ether(d)]
        back = [Ether(d)[IP] for _, d in outcome.out['wan'] if IP in Ether(d)]
        layer = (TCP, UDP)
        expect('%s workers: there' % workers, [endpoints(p, layer[i % 2]) for p, i in zip(there, which)],
               [(FAR, 4000, SERVERS[i % 3], 2000 + i) for i in which])
        expect('%s workers: back' % workers, [endpoints(p, layer[i % 2]) for p, i in zip(back, which)],
               [(PUBLIC, 10000 + i, FAR, 4000) for i in which])


FORWARDS = [
    'to: "10.0.0.2:8080", if: {dst: 198.51.100.1, proto: tcp, dport: [80, 8080]}',
    'to: "10.0.0.3:3000", ports: 3000-3099, if: {dst: 198.51.100.1, proto: [tcp, udp], src: "!203.0.113.40"}',
    'to: 10.0.0.3, ports: 3050-3199',
    'to: 10.0.0.80, if: {dst: 198.51.100.9, in: wan}',
    'to: 10.0.0.2, if: {dst: 198.51.100.1, proto: udp, sport: 1000-2000}',
]


def as_single_stages():
    """A list does what a stage for each of its forwards does, for any number of workers."""
    packets = []
    for i in range(600):
        sport = (500, 1500, 4000)[i % 3] + i
        dport = (80, 8080, 3000 + i % 250, 53)[i // 3 % 4]
        dst = (PUBLIC, PUBLIC, PUBLIC, '198.51.100.9')[i % 4]
        layer = (TCP(sport=sport, dport=dport, flags='S'), UDP(sport=sport, dport=dport))[i // 2 % 2]
        packets.append(IP(src='203.0.113.%d' % (i % 60 + 9), dst=dst) / layer / Raw(b'x'))
    stages = config(outside=''.join('{dnat: {%s}}, ' % f for f in FORWARDS))
    as_list = config(outside='{dnat: [%s]}, ' % ', '.join('{%s}' % f for f in FORWARDS))
    wanted = sent(stages, packets)
    if len({w[0] for w in wanted if w}) != 3 or None not in wanted:
        raise Failed('the packets do not try all forwards')
    for workers in '123':
        for text in (stages, as_list):
            bench.OPTIONS = ('--workers', workers)
            try:
                expect('%s workers' % workers, sent(text, packets), wanted)
            finally:
                bench.OPTIONS = ()


def ports_are_reserved():
    """A pool does not give out ports that a list forwards."""
    forwards = ', '.join('{to: 10.0.0.80, if: {dst: 198.51.100.1, proto: udp, dport: %d}}' % p for p in range(2000, 2040, 2))
    text = config('pool: [198.51.100.1], ports: 2000-2039', outside='{dnat: [%s]}, ' % forwards)
    frames = [(i * .01, frame('lan', udp('10.0.0.2', FAR, sport=2000 + i))) for i in range(40)]
    out = replay(text, {'lan': frames}).out['wan']
    used = {Ether(d)[UDP].sport for _, d in out if UDP in Ether(d)}
    if not used or any(p % 2 == 0 for p in used):
        raise Failed(str(sorted(used)))


def sixty_four_maps():
    """Translations of prefixes, one to one: 64 of a configuration, and no more."""
    maps = ['{dnat: {map: {from: 203.0.%d.0/24, to: 10.9.%d.0/24}, if: {dst: 203.0.%d.0/24}}}' % (i, i, i) for i in range(65)]
    for n in (64, 65):
        text = config(outside=', '.join(maps[:40]) + ', ', inside=', '.join(maps[40:n]) + ', ')
        ran = captures.Folder(text).weir('check', 'weir.yaml')
        captures.expect(ran, n > 64, *['more than 64 maps'] * (n > 64))
    text = config(outside=', '.join(maps[:40]) + ', ', inside=', '.join(maps[40:64]) + ', ').replace('0.0.0.0/0, via: 198.51.100.2}', (
        '0.0.0.0/0, via: 198.51.100.2}, {to: 10.9.0.0/16, via: 10.0.0.2}'))
    expect('mapped', sent(text, [udp(FAR, '203.0.%d.7' % i) for i in (0, 39)]), [('10.9.0.7', 53), ('10.9.39.7', 53)])


SCENARIOS = [
    ('the first forward of a list that matches counts', first_counts),
    ('800 forwards, 1, 2 and 4 workers', hundreds),
    ('a list is as a stage for each forward', as_single_stages),
    ('64 maps', sixty_four_maps),
    ('ports of a list are not given out', ports_are_reserved),
]
