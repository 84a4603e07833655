# SPDX-License-Identifier: BSD-3-Clause
"""Dynamic sets: filled by rules and by stage limit, for a time, up to a size; flows of their members are judged again."""

from bench import Failed, replay, router
from captures import Folder, expect
from packets import *  # noqa: F403

TRAP = '''sets: {scanners: {timeout: 10s, size: 1024}}
acls:
  trap: [{name: trap, proto: tcp, dport: 23, add: $scanners, action: drop}, {action: accept}]
'''
PIPELINE = '[{drop: {if: {src: $scanners}}}, {acl: trap}, {route: main}]'


def fates(config, frames, options=()):
    outcome = replay(config, frames, options)
    return [p['reason'] if p['verdict'] == 'drop' else p['verdict'] for p in outcome.packets], outcome


def check(want, config, frames, options=()):
    was, outcome = fates(config, frames, options)
    if was != want:
        raise Failed('%s,\nexpected %s\n%s' % (was, want, outcome.packets))
    return outcome


def trapped():
    """A flow that has passed is dropped within two seconds, other sources go on, and the ban ends by itself."""
    frames = {'lan': [(0, lan(udp())), (0.5, lan(udp())),                       # passes, from its record, too
                      (1, lan(tcp(dport=23))),                                  # joins
                      (1.1, lan(udp(sport=9))),                                 # a new flow at once
                      (3, lan(udp())),                                          # the old one
                      (3.5, lan(udp(src='10.0.0.3'))),                          # another source
                      (10.5, lan(udp())), (14, lan(udp()))]}                    # still; over
    outcome = check(['output', 'output', 'acl_denied', 'drop_stage', 'drop_stage', 'output', 'drop_stage', 'output'],
                    router(PIPELINE, TRAP), frames)
    if 'add source to set scanners' not in outcome.packets[2]['program']:
        raise Failed(str(outcome.packets[2]))


def renewed():
    """Who springs the trap again is a member for as long again."""
    config = router('[{acl: trap}, {drop: {if: {src: $scanners}}}, {route: main}]', TRAP)
    probes = [(i * 8.0, lan(tcp(dport=23, sport=1000 + i))) for i in range(4)]
    check(['acl_denied'] * 4 + ['drop_stage', 'output'], config, {'lan': probes + [(33, lan(udp())), (36, lan(udp()))]})


def sessions():
    """A session of a new member is judged again, in both directions."""
    config = router('[track, {drop: {if: {src: $scanners}}}, {drop: {if: {dst: $scanners}}}, {acl: trap}, {route: main}]', TRAP)
    answer = wan(udp(src=B, dst=A, sport=53, dport=5203))
    check(['output', 'output', 'acl_denied', 'drop_stage', 'drop_stage', 'output', 'output'], config,
          {'lan': [(0, lan(udp())), (1, lan(tcp(dport=23))), (4, lan(udp())), (20, lan(udp()))],
           'wan': [(0.5, answer), (4.5, answer), (20.5, answer)]})


def families():
    config = router(PIPELINE, TRAP)
    check(['acl_denied', 'drop_stage', 'output', 'output'], config,
          {'lan': [(0, lan(tcp6(dport=23))), (0.5, lan(udp6())), (1, lan(udp6(src='2001:db8:1::3'))), (1.5, lan(udp()))]})


def lists():
    """In lists with prefixes and other sets, negated, on both sides."""
    more = TRAP + '''  list:
    rules:
      - {src: [$scanners, 10.0.0.9], dport: 1, proto: udp, action: drop}
      - {src: ["!$scanners", 10.0.0.0/24], dport: 2, proto: udp, action: drop}
      - {src: $scanners, dst: [$scanners, 203.0.113.7], dport: 3, proto: udp, action: drop}
      - {src: "!$scanners", dport: 4, proto: udp, action: drop}
      - {src: [$scanners, "!$scanners"], dport: 5, proto: udp, action: drop}
      - {action: accept}
'''
    config = router('[{acl: trap}, {acl: list}, {route: main}]', more)
    cases = [(src, dport, dst) for dport, dst in ((1, B), (2, B), (3, B), (3, '203.0.113.7'), (4, B), (5, B))
             for src in ('10.0.0.2', '10.0.0.9', '10.0.0.3')]
    want = [dport == 1 and src != '10.0.0.3' or dport == 2 and src != '10.0.0.2' or dport == 3 and src == '10.0.0.2' and dst != B
            or dport == 4 and src != '10.0.0.2' for src, dport, dst in cases]
    frames = [(0, lan(tcp(dport=23)))] + [(0.1 + i * 0.01, lan(udp(src=src, dst=dst, dport=dport, sport=2000 + i)))
                                          for i, (src, dport, dst) in enumerate(cases)]
    was, _ = fates(config, {'lan': frames})
    if [w == 'acl_denied' for w in was[1:]] != want:
        raise Failed('%s\n%s' % (list(zip(cases, was[1:])), want))


def by_limit():
    """What exceeds a rate is banned."""
    config = router('[{drop: {if: {src: $scanners}}}, {limit: {per: source, rate: 5/s, add: $scanners}}, {route: main}]',
                    'sets: {scanners: {timeout: 60s}}\n')
    frames = [(i * 0.01, lan(udp(sport=1000 + i))) for i in range(10)] + [(30, lan(udp())), (31, lan(udp(src='10.0.0.3'))), (65, lan(udp()))]
    check(['output'] * 5 + ['limit_exceeded'] + ['drop_stage'] * 5 + ['output', 'output'], config, {'lan': frames})


def full():
    """The newest member displaces the oldest of the interface with most: a flood of wan leaves that of lan."""
    config = router(PIPELINE, TRAP.replace('size: 1024', 'size: 64'))
    flood = [(1 + i * 0.001, wan(tcp(dport=23, dst=A, src='203.0.%d.%d' % (i // 200 + 1, i % 200 + 1)))) for i in range(1000)]
    first, last = flood[0][1][IP].src, flood[-1][1][IP].src
    outcome = replay(config, {'lan': [(0, lan(tcp(dport=23))), (4, lan(udp()))],
                              'wan': flood + [(4, wan(udp(src=first, dst=A))), (4.1, wan(udp(src=last, dst=A)))]})
    after = {p['flow'].split()[1].split(':')[0]: p['verdict'] for p in outcome.packets if p['time'] >= 3.9}
    if after != {'10.0.0.2': 'drop', first: 'output', last: 'drop'}:
        raise Failed(str(after))


def reload_keeps():
    """Members outlive a reload that reorders sets; they are known by the name of the set."""
    folder = Folder()
    folder.write('next.yaml', router(PIPELINE, TRAP.replace('{scanners:', '{another: {timeout: 1h}, scanners:')).encode())
    check(['acl_denied', 'drop_stage', 'output'], router(PIPELINE, TRAP),
          {'lan': [(0, lan(tcp(dport=23))), (3, lan(udp())), (12, lan(udp()))]}, ['--reload', '1=' + folder.file('next.yaml')])


def workers():
    """What one worker adds, the others know within a second, one member after another."""
    frames = []
    for at, host in ((0, 2), (3, 3), (6, 4)):
        src = '10.0.0.%d' % host
        frames += [(at, lan(tcp(src=src, dport=23)))] + [(at + 2 + i * 0.01, lan(udp(src=src, sport=3000 + i))) for i in range(64)]
    check((['acl_denied'] + ['drop_stage'] * 64) * 3, router(PIPELINE, TRAP), {'lan': frames}, ['--workers', '4'])


def told():
    """A rule that only fills a set changes something: check does not call it needless, and diff tells what becomes of it."""
    folder = Folder(router(PIPELINE, TRAP.replace('name: trap, ', '').replace('[{proto', '[{proto: udp, dport: 9, action: drop}, {proto')
                           .replace('{action: accept}]', '{proto: tcp, dport: 23, action: drop}, {action: accept}]')))
    ran = folder.weir('check', 'weir.yaml')
    expect(ran, 0)
    if 'changes nothing' in ran.stderr or 'is never reached: ' in ran.stderr:
        raise Failed(ran.stderr)
    with open(folder.file('old.yaml'), 'w') as f:
        f.write(router(PIPELINE, TRAP.replace('add: $scanners, ', '')))
    with open(folder.file('new.yaml'), 'w') as f:
        f.write(router(PIPELINE, TRAP))
    expect(folder.weir('diff', 'old.yaml', 'new.yaml'), 1,
           'tcp to port 23 from lan, wan, dmz: dropped, its source joins no set → dropped, its source joins scanners')


WRONG = [
    ('sets: {a: {timeout: 10m, prefixes: [10.0.0.0/8]}}', 'no prefixes of its own'), ('sets: {a: {timeout: 0s}}', 'timeout'),
    ('sets: {a: {size: 3}}', 'size'),
    ('sets: {a: [10.0.0.0/8]}\nacls: {l: [{action: drop, add: $a}]}', 'is not dynamic'),
    ('acls: {l: [{action: drop, add: $nobody}]}', 'nobody'), ('acls: {l: [{action: drop, add: 10.0.0.1}]}', '$NAME'),
    ('sets: {a: {timeout: 10m}}\nacls: {l: [{call: m, add: $a}], m: []}', 'a rule that decides'),
    ('sets: {%s}' % ', '.join('s%d: {timeout: 1m}' % i for i in range(64)), 'more than 63'),
]


def wrong():
    for more, text in WRONG:
        expect(Folder(router('[{route: main}]', more + '\n')).weir('check', 'weir.yaml'), 1, text, 'weir.yaml:')


SCENARIOS = [
    ('a trap, and its flows', trapped),
    ('members are renewed', renewed),
    ('sessions of members', sessions),
    ('both families', families),
    ('lists with dynamic sets', lists),
    ('who exceeds a rate', by_limit),
    ('a full set', full),
    ('a reload', reload_keeps),
    ('several workers', workers),
    ('what check and diff say', told),
    ('what is written wrong', wrong),
]
