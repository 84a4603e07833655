# SPDX-License-Identifier: BSD-3-Clause
"""limit, quota and rpf as conditions of rules and `if:`; numbers of sessions as condition and as stage."""

from bench import Failed, ROUTES, replay, router
from captures import Folder, expect
from packets import *  # noqa: F403


def fates(config, frames, options=()):
    """(what became of each packet, in order of time; the outcome)."""
    outcome = replay(config, frames, options)
    return [p['reason'] if p['verdict'] == 'drop' else p['verdict'] for p in sorted(outcome.packets, key=lambda p: p['n'])], outcome


def rules(*lines, default='drop', pipeline='[{acl: list}, {route: main}]', more=''):
    return router(pipeline, 'acls:\n  list:\n    default: %s\n    rules:\n%s' % (
        default, ''.join('      - %s\n' % line for line in lines)) + more)


def passed(config, frames, options=()):
    was, outcome = fates(config, frames, options)
    return ''.join('+' if fate == 'output' else '-' for fate in was), outcome


def check(want, config, frames, options=()):
    was, outcome = passed(config, frames, options)
    if was != want:
        raise Failed('%s\nexpected\n%s\n%s' % (was, want, outcome.drops))
    return outcome


def every(n, gap, make, start=0.0):
    return [(start + i * gap, make(i)) for i in range(n)]


def rate_accepts():
    """A burst, then as many a second; the rest goes on to the default.  Whatever the burst of packets: replay compares none."""
    check('+++' + '-------+' + '---------+' * 2 + '----', rules('{limit: {rate: 10/s, burst: 3}, action: accept}'),
          {'lan': every(35, 0.01, lambda i: lan(udp(sport=1000 + i)))})


def rate_of_one_flow():
    """A flow is asked for each of its packets, not once for all."""
    check('++++++++++--------------------', rules('{limit: 10/s, action: accept}'), {'lan': every(30, 0.001, lambda i: lan(udp()))})


def rate_over():
    """What exceeds is dropped by the rule, the rest goes on; each source has its own."""
    frames = every(40, 0.001, lambda i: lan(udp(src='10.0.0.%d' % (2 + i % 2))))
    was, outcome = fates(rules('{limit: {per: source, rate: 5/s, over: true}, action: drop}', '{action: accept}'), {'lan': frames})
    if was != ['output'] * 10 + ['acl_denied'] * 30:
        raise Failed(str(was))


def rate_per_minute():
    """4/min: four at once, then one each 15 s."""
    config = rules('{proto: tcp, dport: ssh, limit: {per: source, rate: 4/min}, action: accept}')
    check('++++--' + '+-' + '+-', config, {'lan': every(6, 0.1, lambda i: lan(tcp(dport=22, sport=2000 + i)))
                                          + every(2, 0.1, lambda i: lan(tcp(dport=22, sport=2100 + i)), 15.2)
                                          + every(2, 0.1, lambda i: lan(tcp(dport=22, sport=2200 + i)), 30.3)})


def rate_in_bits():
    """Packets of 1,000 bytes: 80 kbit/s let ten pass at once."""
    check('+' * 10 + '-' * 10, rules('{limit: 80kbit, action: accept}'),
          {'lan': every(20, 0.0001, lambda i: lan(udp(payload=b'x' * 972)))})


def per_destination():
    frames = every(20, 0.001, lambda i: lan(udp(dst='203.0.113.%d' % (1 + i % 2))))
    check('+' * 10 + '-' * 10, rules('{limit: {per: destination, rate: 5/s}, action: accept}'), {'lan': frames})


def of_both_families():
    frames = every(10, 0.001, lambda i: lan(udp(sport=i + 1)) if i % 2 else lan(udp6(i + 1)))
    check('++++------', rules('{limit: {per: source, rate: 2/s}, action: accept}'), {'lan': frames})


def new_connections():
    """The usual protection of ssh: new connections alone; those that are open go on."""
    config = rules('{state: [established, related], action: accept}',
                   '{proto: tcp, dport: 22, state: new, limit: {per: source, rate: 3/min}, action: accept}',
                   pipeline='[track, {acl: list}, {route: main}]')
    check('+++--', config, {'lan': every(5, 0.1, lambda i: lan(tcp(sport=3000 + i, dport=22)))})


def udp_conversations():
    """Sessions of an accepted first packet are known: their packets and answers are hits, and take nothing."""
    config = rules('{state: [established, related], action: accept}', '{state: new, limit: 2/s, action: accept}',
                   pipeline='[track, {acl: list}, {route: main}]')
    frames = {'lan': every(4, 0.001, lambda i: lan(udp(sport=1000 + i))) + every(10, 0.001, lambda i: lan(udp(sport=1000)), 0.5),
              'wan': every(3, 0.001, lambda i: wan(udp(src=B, dst=A, sport=53, dport=1000)), 0.2)}
    outcome = check('++--' + '+++' + '+' * 10, config, frames)
    if outcome.told['sessions'] != 2:
        raise Failed(str(outcome.told['sessions']))


def refunded():
    """What a later rule, the TTL or the route drops takes nothing; what the rule itself drops does."""
    limit = '{limit: {per: source, rate: 5/s, over: true}, action: drop}'
    bad = every(20, 0.001, lambda i: lan(udp(sport=2000 + i, ttl=1)))
    good = every(8, 0.001, lambda i: lan(udp(sport=3000 + i)), 0.1)
    was, _ = fates(rules(limit, '{action: accept}'), {'lan': bad + good})
    if was != ['ttl_expired'] * 20 + ['output'] * 5 + ['acl_denied'] * 3:
        raise Failed(str(was))
    denied = every(20, 0.001, lambda i: lan(udp(sport=2000 + i, dport=9)))
    was, _ = fates(rules(limit, '{proto: udp, dport: 9, action: reject}', '{action: accept}'), {'lan': denied + good})
    if was != ['acl_rejected'] * 20 + ['output'] * 5 + ['acl_denied'] * 3:
        raise Failed(str(was))
    was, _ = fates(rules('{limit: 5/s, action: reject}', default='drop'), {'lan': good})
    if was != ['acl_rejected'] * 5 + ['acl_denied'] * 3:
        raise Failed(str(was))


def in_a_condition():
    """if: of stages, as in rules."""
    check('+' * 5 + '-' * 7, router('[{drop: {if: {limit: {per: source, rate: 5/s, over: true}}}}, {route: main}]'),
          {'lan': every(12, 0.001, lambda i: lan(udp(sport=i + 1)))})
    outcome = check('+' * 6, router('[{mark: {dscp: ef, if: {limit: 2/s}}}, {route: main}]'), {'lan': every(6, 0.001, lambda i: lan(udp()))})
    marked = ['dscp' in p['program'] for p in outcome.packets]
    if marked != [True] * 2 + [False] * 4:
        raise Failed(str(marked))


def called_lists():
    """A called list's limit: what exceeds it comes back."""
    config = router('[{acl: list}, {route: main}]', '''acls:
  list:
    rules:
      - {proto: udp, call: slow}
      - {proto: udp, dport: 53, action: reject}
  slow: [{limit: 3/s, action: accept}]
''')
    was, _ = fates(config, {'lan': every(6, 0.001, lambda i: lan(udp(sport=i + 1)))})
    if was != ['output'] * 3 + ['acl_rejected'] * 3:
        raise Failed(str(was))


def adds():
    """Who exceeds a rate joins a dynamic set."""
    config = router('[{drop: {if: {src: $banned}}}, {acl: list}, {route: main}]', '''sets: {banned: {timeout: 10s, size: 1024}}
acls:
  list: [{limit: {per: source, rate: 5/s, over: true}, add: $banned, action: drop}, {action: accept}]
''')
    was, _ = fates(config, {'lan': every(8, 0.001, lambda i: lan(udp(sport=i + 1)))
                            + [(5, lan(udp(sport=77))), (5.1, lan(udp(src='10.0.0.3'))), (14, lan(udp(sport=78)))]})
    if was != ['output'] * 5 + ['acl_denied'] + ['drop_stage'] * 3 + ['output'] * 2:
        raise Failed(str(was))


SESSIONS = '[track, {acl: list}, {route: main}]'


def sessions_of_a_source():
    """Each source has so many at a time; when they end, others may begin; what is known goes on."""
    config = rules('{state: [established, related], action: accept}',
                   '{state: new, limit: {per: source, sessions: 3, over: true}, action: reject}', '{action: accept}', pipeline=SESSIONS)
    frames = {'lan': every(5, 0.01, lambda i: lan(udp(sport=1000 + i))) + every(2, 0.01, lambda i: lan(udp(sport=1, src='10.0.0.3')), 0.2)
              + every(2, 0.01, lambda i: lan(udp(sport=1000 + i)), 0.5) + every(4, 0.01, lambda i: lan(udp(sport=5000 + i)), 400)}
    check('+++--' + '++' + '++' + '+++-', config, frames)


def sessions_accept():
    """The same the other way round, and of a destination: what keeps to it is accepted."""
    config = rules('{state: [established, related], action: accept}',
                   '{limit: {per: destination, sessions: 2}, action: accept}', pipeline=SESSIONS)
    frames = every(8, 0.01, lambda i: lan(udp(sport=1000 + i, dst='203.0.113.%d' % (1 + i % 2))))
    check('++++----', config, {'lan': frames})


def sessions_of_known_flows():
    """A flow whose session has its place is cached: its packets are hits."""
    config = rules('{limit: {per: source, sessions: 2}, action: accept}', pipeline=SESSIONS)
    outcome = check('+' * 6 + '--', config, {'lan': every(6, 0.01, lambda i: lan(udp(sport=1000 + i % 2)))
                                             + every(2, 0.01, lambda i: lan(udp(sport=2000)), 0.5)})
    paths = [p['path'] for p in outcome.packets if p['verdict'] == 'output']
    if paths.count('fast') != 4:
        raise Failed(str(paths))


def answers():
    """A rate counts answers by who sends them, a number of sessions by who began them: one client, two servers."""
    for limit, want in (('per: source, rate: 2/s', '++-++-'), ('per: destination, rate: 2/s', '++----'),
                        ('per: source, sessions: 1', '+++---'), ('per: destination, sessions: 1', '++++++')):
        config = rules('{in: lan, action: accept}', '{in: wan, limit: {%s}, action: accept}' % limit, pipeline=SESSIONS)
        check('++' + want, config, {'lan': every(2, 0.001, lambda i: lan(udp(dst='203.0.113.%d' % (i + 1)))),
                                    'wan': every(6, 0.001, lambda i: wan(udp(src='203.0.113.%d' % (i // 3 + 1), dst=A, sport=53, dport=5203)), 0.1)})


def sessions_that_do_not_leave():
    """A first packet that is dropped takes no place."""
    config = rules('{limit: {per: source, sessions: 2}, action: accept}', pipeline=SESSIONS)
    check('-' * 5 + '++-', config, {'lan': every(5, 0.01, lambda i: lan(udp(sport=1000 + i, ttl=1)))
                                    + every(3, 0.01, lambda i: lan(udp(sport=2000 + i)), 0.5)})


def sessions_over_a_reload():
    """A line that is named keeps its count, whatever else it says now; one that is new counts from then on."""
    before = rules('{name: few, state: new, limit: {per: source, sessions: 2, over: true}, action: drop}', '{action: accept}', pipeline=SESSIONS)
    after = before.replace('sessions: 2', 'sessions: 3')
    folder = Folder(before)
    folder.write('next.yaml', after.encode())
    check('++-' + '+-', before, {'lan': every(3, 0.01, lambda i: lan(udp(sport=1000 + i))) + every(2, 0.01, lambda i: lan(udp(sport=2000 + i)), 1)},
          ['--reload', '0.5=' + folder.file('next.yaml')])


def stage_of_sessions():
    """Stage limit with a number of sessions."""
    was, outcome = fates(router('[track, {limit: {per: source, sessions: 3}}, {route: main}]'),
                         {'lan': every(5, 0.01, lambda i: lan(udp(sport=1000 + i))) + every(3, 0.01, lambda i: lan(udp(sport=1000)), 1)})
    if was != ['output'] * 3 + ['limit_exceeded'] * 2 + ['output'] * 3:
        raise Failed(str(was))
    frames = [(0.1, lan(udp(sport=1000 + i, src='10.0.0.%d' % (2 + i % 2)))) for i in range(10)]      # of one burst
    check('+' * 6 + '-' * 4, router('[track, {limit: {per: source, sessions: 3}}, {route: main}]'), {'lan': frames})
    if 'rule' not in [p for p in outcome.packets if p['verdict'] == 'drop'][0]:
        raise Failed(str(outcome.packets))
    was, _ = fates(router('[track, {limit: {per: source, sessions: 3, rate: 2/s}}, {route: main}]'),
                   {'lan': every(3, 0.01, lambda i: lan(udp(sport=1000 + i))) + every(3, 0.01, lambda i: lan(udp(sport=1000 + i)), 2.5)})
    if was != ['output'] * 2 + ['limit_exceeded'] + ['output'] * 2 + ['limit_exceeded']:
        raise Failed(str(was))


def quota():
    """Bytes of IP: 1,000 a packet, 4k; then no more.  over: from then on."""
    frames = {'lan': every(8, 0.01, lambda i: lan(udp(sport=1000 + i % 2, payload=b'x' * 972)))}
    check('++++----', rules('{quota: 4k, action: accept}'), frames)
    check('++++----', rules('{quota: {bytes: 4k, over: true}, action: drop}', '{action: accept}'), frames)
    folder = Folder(rules('{quota: 4k, action: accept}') + '# again\n')
    check('++++----', rules('{quota: 4k, action: accept}'), frames, ['--reload', '0.025=' + folder.file('weir.yaml')])


def both():
    """A rate and a number of sessions in one limit: what fails one takes nothing of the other."""
    config = rules('{state: [established], action: accept}', '{limit: {per: source, rate: 3/s, sessions: 5}, action: accept}', pipeline=SESSIONS)
    frames = every(4, 0.001, lambda i: lan(udp(sport=1000 + i))) + every(4, 0.001, lambda i: lan(udp(sport=2000 + i)), 2)
    check('+++-' + '++--', config, {'lan': frames})


def bursts():
    """The same whatever the size of bursts, also with packets of other pipelines and refunds between."""
    config = rules('{limit: {per: source, rate: 7/s, over: true}, action: drop}', '{action: accept}')
    frames = {'lan': [(0.5, lan(udp(sport=1000 + i, src='10.0.0.%d' % (2 + i % 3), ttl=64 if i % 4 else 1))) for i in range(90)],
              'wan': [(0.5, wan(udp(src='203.0.113.%d' % (1 + i % 2), dst=A, sport=i + 1))) for i in range(60)]}
    was = [passed(config.replace('version: 1', 'version: 1\nsystem: {burst: %d}' % n), frames)[0] for n in (1, 7, 32, 256)]
    if len(set(was)) != 1 or '-' not in was[0] or was[0].count('+') != 5 * 7:
        raise Failed('\n'.join(was))


def rpf_as_a_match():
    """strict and loose, in rules and in if:; the other interfaces' sources are forged."""
    routes = ROUTES.replace('  main:\n', '  main:\n    - {to: 203.0.113.0/24, via: 198.51.100.2}\n    - {to: 203.0.113.128/25, blackhole: true}\n')
    routes = ''.join(line + '\n' for line in routes.splitlines() if '0.0.0.0/0' not in line and '::/0' not in line)
    frames = {'lan': [(0, lan(udp(dst='203.0.113.5'))), (1, lan(udp(src='203.0.113.9', dst='203.0.113.5'))),
                      (2, lan(udp(src='203.0.113.200', dst='203.0.113.5'))), (3, lan(udp(src='8.8.8.8', dst='203.0.113.5'))),
                      (4, lan(udp(dst='203.0.113.5')))]}
    for said, want in (('rpf: strict', '+---+'), ('rpf: loose', '++--+'), ('rpf: none', '--++-'), ('rpf: "!strict"', '-+++-')):
        config = rules('{%s, action: accept}' % said).replace(ROUTES, routes)
        check(want, config, frames)
        other = ''.join('+' if c == '-' else '-' for c in want)
        check(other, router('[{drop: {if: {%s}}}, {route: main}]' % said, routes=routes), frames)


def wrong():
    for said, text in (('{limit: {per: source}, action: drop}', 'rate'), ('{limit: {rate: 0/s}, action: drop}', 'rate'),
                       ('{limit: {rate: 10/week}, action: drop}', 'rate'), ('{limit: {sessions: 0}, action: drop}', 'sessions'),
                       ('{limit: {rate: 1/s, sessions: 5, over: true}, action: drop}', 'over'),
                       ('{limit: {sessions: 5, burst: 3}, action: drop}', 'burst'), ('{quota: 0, action: drop}', 'quota'),
                       ('{quota: {over: true}, action: drop}', 'bytes'), ('{rpf: tight, action: drop}', 'rpf'),
                       ('{limit: {per: nobody, rate: 1/s}, action: drop}', 'per'), ('{limit: {rate: 1/s, size: 1}, action: drop}', 'size')):
        expect(Folder(rules(said, pipeline=SESSIONS)).weir('check', 'weir.yaml'), 1, text, 'weir.yaml:')
    expect(Folder(rules('{limit: {sessions: 5}, action: accept}')).weir('check', 'weir.yaml'), 1, "'track' has to stand before it")
    expect(Folder(router('[{police: 10/min}, {route: main}]')).weir('check', 'weir.yaml'), 1, 'is not a rate a second')
    expect(Folder(router('[{dnat: {to: 10.0.0.2, if: {dst: 198.51.100.1, limit: 1/s}}}, {route: main}]')).weir('check', 'weir.yaml'), 1,
           'translation cannot depend')
    expect(Folder(rules('{rpf: strict, action: drop}', pipeline='[{acl: list}, {forward: wan}]').replace('  main:', '  other:')).weir('check', 'weir.yaml'),
           1, "the route table 'main'")


def shadows():
    """A rule with a limit hides none behind it, and is hidden by one before it."""
    right = rules('{proto: udp, limit: 1/s, action: accept}', '{name: b, proto: udp, dport: 53, action: accept}', '{quota: 1k, action: drop}',
                  '{name: c, proto: tcp, action: accept}')
    was = Folder(right).weir('check', 'weir.yaml')
    if was.returncode != 0 or 'never reached' in was.stderr + was.stdout:
        raise Failed(was.stderr)
    expect(Folder(rules('{proto: udp, action: accept}', '{proto: udp, dport: 53, limit: 1/s, action: accept}')).weir('check', 'weir.yaml'), 0,
           'never reached')


def explained():
    folder = Folder(rules('{name: few, proto: udp, limit: {per: source, rate: 10/min}, action: accept}'))
    expect(folder.weir('explain', '-c', 'weir.yaml', '--in', 'lan', 'udp 10.0.0.2:1 > 203.0.113.9:53'), 0, 'limit: the packet keeps to it')


def dropped_counts():
    """With dropped: true what later rules drop counts, too: a scan that nothing lets through is seen, and no packet of it exceeds before."""
    def config(more):
        return rules('{src: $scanners, action: drop, name: known}', '{limit: {per: source, rate: 5/s, over: true%s}, action: continue, add: $scanners}' % more,
                     '{proto: tcp, dport: 80, action: accept}', more='sets: {scanners: {timeout: 10m, size: 1024}}\n')
    scan = every(20, 0.001, lambda i: lan(tcp(dport=1000 + i))) + [(1.0, lan(tcp(dport=80)))]
    if passed(config(''), {'lan': scan})[0] != '-' * 20 + '+':
        raise Failed('what is dropped counts')
    if passed(config(', dropped: true'), {'lan': scan})[0] != '-' * 21:
        raise Failed('what is dropped does not count')
    within = every(5, 0.001, lambda i: lan(tcp(dport=1000 + i))) + every(3, 0.01, lambda i: lan(tcp(dport=80, sport=2000 + i)), 0.1)
    if passed(config(', dropped: true'), {'lan': within})[0] != '-' * 5 + '+--':
        raise Failed('the sixth packet does not exceed 5/s')
    folder = Folder(rules('{limit: {sessions: 5, dropped: true}, action: accept}', pipeline='[track, {acl: list}, {route: main}]'))
    expect(folder.weir('check', 'weir.yaml'), 1, 'belongs to a rate')


SCENARIOS = [
    ('dropped packets count', dropped_counts),
    ('a rule accepts a rate', rate_accepts),
    ('a flow is asked for each packet', rate_of_one_flow),
    ('over: each source', rate_over),
    ('a rate for a minute', rate_per_minute),
    ('a rate in bits', rate_in_bits),
    ('each destination', per_destination),
    ('both families', of_both_families),
    ('new connections', new_connections),
    ('conversations take nothing', udp_conversations),
    ('what does not leave takes nothing', refunded),
    ('in a condition of a stage', in_a_condition),
    ('in a called list', called_lists),
    ('who exceeds it joins a set', adds),
    ('sessions of a source', sessions_of_a_source),
    ('sessions of a destination, accepted', sessions_accept),
    ('limits of answers', answers),
    ('sessions with a place are hits', sessions_of_known_flows),
    ('sessions that do not leave', sessions_that_do_not_leave),
    ('sessions over a reload', sessions_over_a_reload),
    ('stage limit of sessions', stage_of_sessions),
    ('quota', quota),
    ('a rate and sessions', both),
    ('the size of bursts', bursts),
    ('rpf as a match', rpf_as_a_match),
    ('wrong ones', wrong),
    ('hide no rule', shadows),
    ('explain', explained),
]
