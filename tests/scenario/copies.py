# SPDX-License-Identifier: BSD-3-Clause
"""Copies of packets: stage mirror to a port, and the lines that stage sample counts."""

import bench
from bench import Failed, replay, router
from captures import Folder, expect
from packets import *  # noqa: F403

TAP = 'dmz'
ACL = '''acls:
  list: {rules: [{proto: udp, dport: 99, action: drop}, {proto: udp, dport: 98, action: reject}], default: accept}
'''


def copied(pipeline, frames, more='', drops=None, born=None, options=()):
    """The copies that leave by dmz, as bytes, and the outcome.  frames: (port, packet), a millisecond apart."""
    by_port = {}
    for i, (port, packet) in enumerate(frames):
        by_port.setdefault(port, []).append((i * 0.001, packet))
    outcome = replay(router(pipeline, more), by_port, options, sums=False)
    if drops is not None and outcome.drops != drops:
        raise Failed('drops %s, expected %s' % (outcome.drops, drops))
    if born is not None and outcome.ledger['born'] != born:
        raise Failed('born %s, expected %d' % (outcome.ledger, born))
    return [data for _, data in outcome.out[TAP]], outcome


def expect_copies(want, pipeline, frames, *args, **more):
    got, outcome = copied(pipeline, frames, *args, **more)
    if got != [bytes(w) for w in want]:
        raise Failed('%d copies, expected %d\n%s\n%s\n%s' % (len(got), len(want), [g.hex() for g in got][:4],
                                                           [bytes(w).hex() for w in want][:4], outcome.packets[:4]))
    return outcome


def every_packet():
    """First packets and hits, IPv4 and IPv6, TCP and UDP, tagged to nobody: each once, as it came in; the original leaves, too."""
    frames = [('lan', lan(make())) for _ in range(4) for make in (udp, udp6, tcp, tcp6)]
    outcome = expect_copies([f for _, f in frames], '[{mirror: dmz}, {route: main}]', frames, drops={}, born=16)
    if outcome.ports['wan']['tx'] != 16 or any(p['verdict'] != 'output' for p in outcome.packets):
        raise Failed(str(outcome.packets))
    if [p['path'] for p in outcome.packets].count('fast') < 8:
        raise Failed('no hits')
    if not outcome.packets[-1]['program'].startswith('mirror dmz; ttl; output wan'):
        raise Failed(outcome.packets[-1]['program'])


def whatever_becomes_of_it():
    """What later stages, the TTL, the MTU or TCP's state drop has been copied; what earlier ones drop has not."""
    late = [('lan', lan(udp(dport=99))), ('lan', lan(udp(dport=98))), ('lan', lan(udp(ttl=1))), ('lan', lan(udp(dst='10.0.0.1'))),
            ('lan', lan(tcp('A', sport=7))), ('lan', lan(udp(dport=99))), ('lan', lan(udp(dport=99)))]
    expect_copies([f for _, f in late], '[{mirror: dmz}, track, {acl: list}, {route: main}]', late, ACL)
    expect_copies([], '[{acl: list}, {mirror: dmz}, {route: main}]', [late[0], late[1], late[5]], ACL)
    expect_copies([late[2][1]], '[{route: main}, {acl: list}, {mirror: dmz}]', late[:3], ACL)


def before_translation():
    """A copy shows the packet as it came in, wherever the stage stands."""
    frames = [('lan', lan(udp(src=A, payload=b'one'))), ('lan', lan(udp(src=A, payload=b'two')))]
    expect_copies([f for _, f in frames], '[track, {route: main}, {mark: ef}, {snat: up}, {mirror: dmz}]', frames,
                  'nat: {up: {pool: [198.51.100.1]}}\n')


def cut_short():
    frames = [('lan', lan(udp(payload=bytes(range(200)))))] * 3
    expect_copies([bytes(f)[:96] for _, f in frames], '[{mirror: {port: dmz, snap: 96}}, {route: main}]', frames)
    short = [('lan', lan(udp(payload=b'x')))]
    expect_copies([bytes(f) for _, f in short], '[{mirror: {port: dmz, snap: 60}}, {route: main}]', short)


def some():
    frames = [('lan', lan(udp(payload=b'%03d' % i))) for i in range(25)]
    expect_copies([f for _, f in frames[::10]], '[{mirror: {port: dmz, one_in: 10}}, {route: main}]', frames, born=3)
    frames[5] = ('lan', lan(udp(dport=99)))
    expect_copies([frames[5][1]], '[{mirror: {port: dmz, if: {dport: 99}}}, {route: main}]', frames)


def rate():
    """Beyond the rate copies are dropped and counted; no packet is."""
    frames = [('lan', lan(udp(payload=b'%03d' % i))) for i in range(100)]
    got, outcome = copied('[{mirror: {port: dmz, rate: 40/s}}, {route: main}]', frames, born=100)
    if len(got) != 32 + 3 or outcome.drops != {'mirror_exceeded': 65} or outcome.ports['wan']['tx'] != 100:
        raise Failed('%d %s' % (len(got), outcome.drops))
    if got != [bytes(f) for _, f in frames][:32] + got[32:]:
        raise Failed('not the first ones')


def meters():
    """In front of a meter everything is copied, behind it what it lets pass; what is dropped anyway asks no meter."""
    frames = [('lan', lan(udp(payload=b'%03d' % i))) for i in range(60)]
    police = '{police: {rate: 1/s, burst: 32}}'
    expect_copies([f for _, f in frames], '[{mirror: dmz}, %s, {route: main}]' % police, frames, drops={'police_exceeded': 28})
    expect_copies([f for _, f in frames[:32]], '[%s, {mirror: dmz}, {route: main}]' % police, frames, drops={'police_exceeded': 28})
    denied = [('lan', lan(udp(dport=99)))] * 60
    expect_copies([f for _, f in denied], '[%s, {mirror: dmz}, {acl: list}, {route: main}]' % police, denied, ACL, drops={'acl_denied': 60})


def wire():
    """A tap: both directions of a cross-connect, frames of any kind and station."""
    config = bench.PORTS + '''interfaces:
  lan: {pipeline: there}
  wan: {pipeline: back}
pipelines:
  there: [{mirror: dmz}, {forward: wan}]
  back: [{mirror: dmz}, {forward: lan}]
'''
    frames = [('lan', Ether(src='02:00:00:00:00:07', dst='02:00:00:00:00:08', type=0x88b5) / Raw(b'x' * 50)),
              ('wan', Ether(src='02:00:00:00:00:08', dst='ff:ff:ff:ff:ff:ff') / ARP(psrc='192.0.2.9', pdst='192.0.2.8')),
              ('lan', Ether(src='02:00:00:00:00:07', dst='02:00:00:00:00:08') / Dot1Q(vlan=9) / udp()),
              ('lan', Ether(src='02:00:00:00:00:07', dst='02:00:00:00:00:08') / udp()),
              ('lan', Ether(src='02:00:00:00:00:07', dst='02:00:00:00:00:08') / udp())]
    by_port = {}
    for i, (port, packet) in enumerate(frames):
        by_port.setdefault(port, []).append((i * 0.001, packet))
    outcome = replay(config, by_port, sums=False)
    if [d for _, d in outcome.out['dmz']] != [bytes(f) for _, f in frames] or outcome.ports['wan']['tx'] != 4:
        raise Failed(str(outcome.packets) + str(outcome.ports))


def fragments():
    """Each fragment, also one that waited for the first."""
    whole = udp(payload=b'x' * 2000)
    whole[IP].id = 77
    pieces = whole[IP].fragment(800)
    frames = [('lan', lan(p)) for p in pieces[1:] + pieces[:1]]
    got, outcome = copied('[{mirror: dmz}, track, {acl: list}, {route: main}]', frames, ACL)
    if sorted(got) != sorted(bytes(f) for _, f in frames) or outcome.ports['wan']['tx'] != len(frames):
        raise Failed('%d copies of %d: %s' % (len(got), len(frames), outcome.packets))


def not_back():
    """What comes in by the port itself is not copied to it."""
    frames = [('dmz', frame('dmz', udp(src='192.0.2.2'))), ('lan', lan(udp()))]
    expect_copies([frames[1][1]], '[{mirror: dmz}, {route: main}]', frames, born=1)


def two():
    """Two mirrors and a sample: one after the other, and replies of sessions."""
    frames = [('lan', lan(udp())), ('wan', wan(udp(src=B, dst=A, sport=53, dport=5203))), ('lan', lan(udp())),
              ('wan', wan(udp(src=B, dst=A, sport=53, dport=5203)))]
    want = [f for _, f in frames for _ in range(2)]
    expect_copies(want, '[{mirror: dmz}, {sample: 2}, track, {mirror: {port: dmz, if: {proto: udp}}}, {route: main}]', frames, born=8)


def workers():
    """With two workers each packet is copied once, by the one that owns its flow."""
    frames = [('lan', lan(udp(sport=1000 + i % 20, payload=b'%03d' % i))) for i in range(200)]
    frames += [('wan', wan(udp(src=B, dst='198.51.100.1', sport=53, dport=2000 + i))) for i in range(20)]
    got, _ = copied('[{mirror: dmz}, track, {route: main}, {snat: up}]', frames, 'nat: {up: {pool: [198.51.100.1]}}\n',
                    options=['--workers', '2'])
    if sorted(got) != sorted(bytes(f) for _, f in frames):
        raise Failed('%d copies of %d' % (len(got), len(frames)))


def explained():
    folder = Folder(router('[{mirror: {port: dmz, snap: 64, one_in: 5}}, {sample: 100}, {route: main}]'))
    expect(folder.weir('explain', '-c', 'weir.yaml', '--in', 'lan', 'udp 10.0.0.2:1 > 203.0.113.9:53'), 0,
           'mirror', 'a copy of one packet in 5 to port dmz, cut short', 'one packet in 100', 'mirror dmz; sample; ttl; output wan')
    expect(folder.weir('explain', '-c', 'weir.yaml', '--in', 'dmz', 'udp 192.0.2.2:1 > 203.0.113.9:53'), 0,
           'no copy to port dmz, by which the packet came in')


def told_by_diff():
    folder = Folder(router('[{route: main}]'))
    folder.write('next.yaml', router('[{mirror: {port: dmz, if: {proto: tcp}}}, {route: main}]').encode())
    expect(folder.weir('diff', 'weir.yaml', 'next.yaml'), 1, 'mirrored')


def wrong():
    for said, text in (('{mirror: tap}', "'tap'"), ('{mirror: {snap: 96}}', 'port'), ('{mirror: {port: dmz, snap: 20}}', 'snap'),
                       ('{mirror: {port: dmz, rate: 0/s}}', 'rate'), ('{mirror: {port: dmz, one_in: 0}}', 'one_in'), ('sample', 'one_in'),
                       ('{sample: 0}', 'below 1'), ('{sample: half}', 'half')):
        expect(Folder(router('[%s, {route: main}]' % said)).weir('check', 'weir.yaml'), 1, text, 'weir.yaml:')


def round_and_round():
    """Ports that copy to each other are warned of, one that is copied to alone is not."""
    config = bench.PORTS + bench.INTERFACES.replace('pipeline: PIPELINE', 'pipeline: there', 1).replace(
        'pipeline: PIPELINE', 'pipeline: back', 1).replace('PIPELINE', 'there') + bench.ROUTES
    both = 'pipelines:\n  there: [{mirror: wan}, {route: main}]\n  back: [{mirror: lan}, {route: main}]\n'
    expect(Folder(config + both).weir('check', 'weir.yaml'), 0, 'would go round')
    one = Folder(config + both.replace('{mirror: lan}, ', '')).weir('check', 'weir.yaml')
    if one.returncode != 0 or 'round' in one.stdout + one.stderr:
        raise Failed(one.stdout + one.stderr)


SCENARIOS = [
    ('every packet, as it came in', every_packet),
    ('whatever becomes of it', whatever_becomes_of_it),
    ('before it is translated', before_translation),
    ('cut short', cut_short),
    ('some of them', some),
    ('a rate', rate),
    ('meters', meters),
    ('a tap in a wire', wire),
    ('fragments', fragments),
    ('not back to where it came from', not_back),
    ('two of them', two),
    ('two workers', workers),
    ('explain', explained),
    ('diff', told_by_diff),
    ('what is written wrong', wrong),
    ('ports that copy to each other', round_and_round),
]
