# SPDX-License-Identifier: BSD-3-Clause
"""Stage limit: packets and sessions a second, of each source, of each destination, of a line."""

from bench import Failed, replay, router
from captures import Folder, expect
from packets import *  # noqa: F403


def counts(said, frames, pipeline='[{limit: %s}, {route: main}]', more=''):
    """How many of the frames of each name pass: (name, time, port, packet)."""
    frames = sorted(frames, key=lambda f: f[1])
    by_port = {}
    for _, when, port, packet in frames:
        by_port.setdefault(port, []).append((when, packet))
    outcome = replay(router(pipeline % said, more), by_port)
    passed = {}
    for (name, *_), told in zip(frames, sorted(outcome.packets, key=lambda p: p['n'])):
        passed[name] = passed.get(name, 0) + (told['verdict'] == 'output')
        if told['verdict'] == 'drop' and told['reason'] != 'limit_exceeded':
            raise Failed(str(told))
    return passed, outcome


def expect_counts(want, *args, **more):
    was, outcome = counts(*args, **more)
    if was != want:
        raise Failed('%s, expected %s\n%s' % (was, want, outcome.drops))
    return outcome


def packets(name, n, gap=0.001, start=0.0, port='lan', **fields):
    make = udp6 if ':' in fields.get('src', '') else udp
    return [(name, start + i * gap, port, frame(port, make(**fields))) for i in range(n)]


def per_source():
    """Each source has its own; a second later, as many again; known flows and first packets alike."""
    frames = (packets('a', 30, src='10.0.0.2') + packets('b', 7, src='10.0.0.3') + packets('a later', 30, start=2, src='10.0.0.2')
              + packets('six', 30, src='2001:db8:1::2') + packets('other six', 12, src='2001:db8:1::3'))
    outcome = expect_counts({'a': 10, 'b': 7, 'a later': 10, 'six': 10, 'other six': 10}, '{per: source, rate: 10/s}', frames)
    dropped = [p for p in outcome.packets if p['verdict'] == 'drop']
    if not all('rule' in p for p in dropped):
        raise Failed('no line: %s' % dropped[0])


def per_source_of_many_ports():
    """Every flow of a source takes from the same rate."""
    frames = [('a', i * 0.001, 'lan', lan(udp(sport=1000 + i))) for i in range(40)]
    expect_counts({'a': 5}, '{per: source, rate: 5/s}', frames)


def per_destination():
    frames = packets('x', 20, dst='203.0.113.1') + packets('y', 20, dst='203.0.113.2', src='10.0.0.3')
    expect_counts({'x': 8, 'y': 8}, '{per: destination, rate: 8/s}', frames)


def per_rule():
    frames = packets('a', 20, src='10.0.0.2') + packets('b', 20, src='10.0.0.3', start=0.0005)
    was, _ = counts('10/s', frames)
    if sum(was.values()) != 10:
        raise Failed(str(was))


def burst_and_rate():
    """A burst at once, then one each 100 ms."""
    frames = [('a', i * 0.01, 'lan', lan(udp())) for i in range(200)]
    expect_counts({'a': 3 + 19}, '{per: source, rate: 10/s, burst: 3}', frames)


def bits():
    """100 packets of 1000 bytes of IP: 80 kbit/s let 10 pass at once, and 10 a second."""
    frames = [('a', i * 0.01, 'lan', lan(udp(payload=b'x' * 972))) for i in range(200)]
    expect_counts({'a': 10 + 19}, '{per: source, rate: 80kbit}', frames)


def sessions():
    """Only packets that begin one count; replies and later packets pass."""
    frames = [('first', i * 0.001, 'lan', lan(udp(sport=1000 + i))) for i in range(20)]
    frames += [('known', 0.5 + i * 0.001, 'lan', lan(udp(sport=1000 + i % 6))) for i in range(60)]
    frames += [('reply', 0.7 + i * 0.001, 'wan', wan(udp(src=B, dst=A, sport=53, dport=1000 + i % 6))) for i in range(30)]
    outcome = expect_counts({'first': 6, 'known': 60, 'reply': 30}, '{per: source, rate: 6/s, of: sessions}', frames,
                            '[track, {limit: %s}, {route: main}]')
    if outcome.told['sessions'] != 6:
        raise Failed(str(outcome.told['sessions']))


def refunded():
    """What a later stage, the TTL or the session table drops takes nothing: others of the source have all of it."""
    frames = [('expired', i * 0.001, 'lan', lan(udp(sport=3000 + i, ttl=1))) for i in range(30)]
    frames += [('good', 0.1 + i * 0.001, 'lan', lan(udp(sport=4000 + i))) for i in range(12)]
    frames = sorted(frames, key=lambda f: f[1])
    for pipeline in ('[{limit: {per: source, rate: 10/s}}, {route: main}]',
                     '[track, {limit: {per: source, rate: 10/s, of: sessions}}, {route: main}]',
                     '[{limit: {per: source, rate: 10/s}}, {limit: {per: destination, rate: 1k/s}}, {route: main}, '
                     '{drop: {if: {sport: 3000-3999, proto: udp}}}]'):
        outcome = replay(router(pipeline), {'lan': [f[1:2] + f[3:] for f in frames]})
        good = sum(p['verdict'] == 'output' for p in outcome.packets)
        if good != 10 or outcome.drops['limit_exceeded'] != 2:
            raise Failed('%s: %s, %s' % (pipeline, good, outcome.drops))


def second_limit_refunds_first():
    """A packet that the second limit refuses has taken nothing of the first."""
    frames = packets('x', 20, dst='203.0.113.1') + packets('y', 20, dst='203.0.113.2', start=0.1)
    was, outcome = counts('{per: source, rate: 10/s}', frames,
                          '[{limit: %s}, {limit: {per: destination, rate: 5/s}}, {route: main}]')
    if was != {'x': 5, 'y': 5}:
        raise Failed('%s %s' % (was, outcome.drops))


def flood_of_sources():
    """Ten thousand sources of wan in a table of 64 take nothing from one of lan: one pipeline, one line."""
    frames = [('flood', i * 0.00001, 'wan', wan(udp(src='203.%d.%d.9' % (i // 250, i % 250 + 1), dst=A))) for i in range(10000)]
    frames += [('lan', i * 0.001, 'lan', lan(udp())) for i in range(100)]
    _, outcome = counts('{per: source, rate: 5/s, size: 64}', frames)
    passed = {port: sum(p['verdict'] == 'output' for p in outcome.packets if p['in'] == port) for port in ('lan', 'wan')}
    if passed != {'wan': 10000, 'lan': 5}:
        raise Failed(str(passed))


def reload_keeps():
    """A line that says the same goes on with what was taken."""
    config = router('[{limit: {per: source, rate: 10/s, burst: 10}}, {route: main}]')
    folder = Folder(config)
    folder.write('next.yaml', (config + '# another\n').encode())
    frames = {'lan': [(i * 0.001, lan(udp())) for i in range(20)] + [(0.1 + i * 0.001, lan(udp())) for i in range(20)]}
    outcome = replay(config, frames, ['--reload', '0.05=' + folder.file('next.yaml')])
    if sum(p['verdict'] == 'output' for p in outcome.packets) != 11:
        raise Failed(str(outcome.drops))


def wrong():
    for said, text in (('{per: host, rate: 1/s}', 'host'), ('{per: source}', 'rate'), ('{rate: 10Mbit, of: sessions}', 'sessions'),
                       ('{rate: 0/s}', 'rate'), ('{per: source, rate: 1/s, size: 5}', 'size'), ('{rate: 1/s, burst: 0}', 'burst')):
        expect(Folder(router('[track, {limit: %s}, {route: main}]' % said)).weir('check', 'weir.yaml'), 1, text, 'weir.yaml:')
    expect(Folder(router('[{limit: {rate: 1/s, of: sessions}}, {route: main}]')).weir('check', 'weir.yaml'), 1, "'track' has to stand before it")


SCENARIOS = [
    ('each source has its own', per_source),
    ('all flows of a source', per_source_of_many_ports),
    ('each destination', per_destination),
    ('all packets of a line', per_rule),
    ('a burst, then the rate', burst_and_rate),
    ('bits', bits),
    ('sessions', sessions),
    ('what is dropped later is given back', refunded),
    ('of two limits', second_limit_refunds_first),
    ('a flood of sources', flood_of_sources),
    ('a reload', reload_keeps),
    ('what is written wrong', wrong),
]
