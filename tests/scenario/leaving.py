# SPDX-License-Identifier: BSD-3-Clause
"""State moves only for packets that leave: what is dropped changes no session and is charged to nobody."""

from bench import INTERFACES, PORTS, ROUTES, Failed, frame, replay, verdict_of
from packets import *  # noqa: F403
from zones import IN, OUT, answer, run, segment

TRACK = '[track, {route: main}]'


def config(pipeline=TRACK, more='', lan='all', system=''):
    text = PORTS.replace('version: 1\n', 'version: 1\n' + system) + INTERFACES.replace('PIPELINE', 'all')
    text = text.replace('pipeline: all', 'pipeline: ' + lan, 1)
    return text + ROUTES + more + 'pipelines:\n  all: %s\n' % pipeline


def life(text, cases, **options):
    return run(text, cases, **options).told['session_life']


def expect(what, got, wanted):
    if got != wanted:
        raise Failed('%s: %r instead of %r' % (what, got, wanted))


EXPIRED, BIG, POLICED = 'drop ttl_expired', 'drop mtu_exceeded', 'drop police_exceeded'


def first_packets():
    """One that expires, or is too big for the way out, begins nothing."""
    big = udp(payload=b'x' * 1472, flags='DF')
    small = config().replace('addresses: [198.51.100.1/24, "2001:db8:2::1/64"]',
                             'addresses: [198.51.100.1/24, "2001:db8:2::1/64"]\n    mtu: 1400')
    got = life(small, [('lan', udp(ttl=1), EXPIRED), ('lan', udp6(hlim=1), EXPIRED), ('lan', big, BIG), ('lan', tcp(ttl=1), EXPIRED),
                       ('wan', answer(), IN)])          # that one is new
    expect('sessions', (got['now'], got['ended']), ({'unreplied': 1}, {'refused': 4}))


def first_answers():
    """An answer that expires does not make the session a replied one; the next one does."""
    got = run(config(), [('lan', udp(), OUT), ('wan', udp(src=B, dst=A, sport=53, dport=5203, ttl=1), EXPIRED), ('lan', udp(), OUT),
                         ('wan', answer(), IN), ('wan', answer(), IN)]).told
    expect('states', [p['session']['state'] for p in got['packets']], ['new', 'established', 'new', 'established', 'established'])
    got = life(config(), [('lan', udp(), OUT), ('wan', udp(src=B, dst=A, sport=53, dport=5203, ttl=1), EXPIRED)])
    expect('class', got['now'], {'unreplied': 1})
    got = life(config(), [('lan', udp(), OUT), ('wan', udp(src=B, dst=A, sport=53, dport=5203, ttl=1), EXPIRED), ('wan', answer(), IN)])
    expect('class', got['now'], {'replied': 1})


def tcp_by_ttl():
    """Segments that expire establish nothing, end nothing, and move no window."""
    for v6 in (False, True):
        dies = {'hlim': 1} if v6 else {'ttl': 1}
        syn, synack, ack = (segment('S', 100, v6=v6), segment('SA', 500, 101, True, v6), segment('A', 101, 501, v6=v6))
        got = life(config(), [('lan', syn, OUT), ('wan', segment('SA', 500, 101, True, v6, **dies), EXPIRED),
                              ('lan', ack, 'drop tcp_no_session'), ('wan', synack, IN), ('lan', segment('A', 101, 501, v6=v6, **dies), EXPIRED)])
        expect('half-open', got['tcp'], {'syn-received': 1})
        far = segment('A', 101, 60501, v6=v6)
        got = life(config(), [('lan', syn, OUT), ('wan', synack, IN), ('lan', ack, OUT),
                              ('wan', segment('R', 501, 0, True, v6, **dies), EXPIRED), ('wan', segment('FA', 501, 101, True, v6, **dies), EXPIRED),
                              ('wan', segment('A', 501, 101, True, v6, **dies) / Raw(b'x' * 1000), EXPIRED), ('lan', far, 'drop tcp_out_of_window'),
                              ('wan', segment('A', 501, 101, True, v6), IN)])
        expect('established', got['tcp'], {'established': 1})


def no_refreshing():
    """What is dropped by TTL, by the rules or by a meter does not keep a session, by the fast path either."""
    closed = 'acls:\n  a: {default: drop, rules: [{state: new, action: accept}]}\n'
    cases = [('lan', udp(), OUT)] + [c for _ in range(3) for c in (90, ('lan', udp(ttl=1), EXPIRED))] + [31, ('wan', answer(), IN)]
    expect('TTL', life(config(), cases)['ended'], {'timeout': 1})
    cases = [('lan', udp(), OUT), ('wan', answer(), 'drop acl_denied')] + [c for _ in range(6) for c in (45, ('wan', answer(), 'drop acl_denied'))]
    expect('rules', life(config('[track, {acl: a}, {route: main}]', closed), cases + [31, ('lan', udp(dport=54), OUT)])['ended'], {'timeout': 1})
    metered = config('[track, {police: {rate: 8kbit, burst: 100}}, {route: main}]')
    fast = [('lan', udp(), OUT)] + [('lan', udp(payload=b'x' * 900), POLICED)] * 2
    expect('meter', life(metered, fast + [c for _ in range(3) for c in (90, ('lan', udp(payload=b'x' * 900), POLICED))]
                         + [31, ('lan', udp(dport=54), OUT)])['ended'], {'timeout': 1})


def by_meter():
    """Segments and first packets that a meter holds back."""
    metered = config('[track, {police: {rate: 8kbit, burst: 200}}, {route: main}]')
    big = Raw(b'x' * 1000)
    syn, synack, ack = segment('S', 100), segment('SA', 500, 101, True), segment('A', 101, 501)
    got = life(metered, [('lan', syn, OUT), 1, ('wan', synack, IN), 1, ('lan', ack, OUT), 1, ('wan', segment('FA', 501, 101, True) / big, POLICED),
                         1, ('wan', segment('A', 501, 101, True), IN), 1, ('wan', segment('FA', 501, 101, True) / big, POLICED)])
    expect('TCP', got['tcp'], {'established': 1})
    got = life(metered, [('lan', udp(payload=b'x' * 1000), POLICED), ('lan', udp6(payload=b'x' * 1000), POLICED)])
    expect('first', (got['now'], got['ended']), ({}, {'refused': 2}))


def limits():
    """Limits of a source are charged for sessions that begin, whatever stops the others."""
    for limit, wanted in (('new_per_source: 5/s', 5), ('max_per_source: 5', 5)):
        for pipeline, stopped in (
                ('[{track: {%s}}, {acl: a}, {route: main}]' % limit, [(tcp(sport=9), 'drop acl_denied')]),
                ('[{track: {%s}}, {route: main}]' % limit, [(udp(ttl=1), EXPIRED)]),
                ('[{track: {%s}}, {police: {rate: 8kbit, burst: 400}}, {route: main}]' % limit, [(udp(payload=b'x' * 1000), POLICED)]),
                ('[{track: {%s}}, {route: main}]' % limit, [(udp(dst='198.51.100.9', sport=7), 'held')])):
            text = config(pipeline, 'acls:\n  a: {default: drop, rules: [{proto: udp, action: accept}]}\n')
            cases = [('lan',) + stopped[0]] * 8
            if stopped[0][1] == 'held':
                cases += [4]                    # the neighbour does not answer
            cases += [('lan', udp(sport=1000 + i), OUT) for i in range(wanted)] + [('lan', udp(sport=2000), 'drop session_limit')]
            told = run(text, cases, step=0.001)
            if told.drops.get('session_limit') != 1:
                raise Failed('%s: %s' % (pipeline, told.drops))


def half_open_budget():
    """Second SYNs that the rules deny do not use up what half-open sessions may begin in a second."""
    rules = 'acls:\n  a: {default: drop, rules: [{proto: tcp, dport: 80, action: accept}]}\n'
    text = config('[track, {acl: a}, {route: main}]', rules, system='system: {flows: 1024}\n')
    cases = [('lan', tcp(sport=20000 + i), OUT) for i in range(256)]
    cases += [('lan', tcp(sport=1000 + i, dport=81), 'drop session_unproven') for i in range(100)]
    cases += [('lan', tcp(sport=5000), 'drop session_unproven'), 1]
    cases += [('lan', tcp(sport=1000 + i, dport=81), 'drop acl_denied') for i in range(100)] + [('lan', tcp(sport=5000), OUT)]
    for options in ((), ('--burst', '1')):
        run(text, cases, options, step=0.0001)


def waiting(known):
    """A packet that waits for a neighbour begins its session when it is sent on, and not at all when it is dropped."""
    mac = '02:00:00:00:02:09'
    arp = ARP(op=2, hwsrc=mac, psrc='198.51.100.9', hwdst=MAC['wan'], pdst='198.51.100.1')

    def scenario():
        ask, back = udp(dst='198.51.100.9'), udp(src='198.51.100.9', dst=A, sport=53, dport=5203)
        head = IP(src=A, dst='198.51.100.9') / TCP(sport=40000, dport=80, flags='S', seq=100)
        synack = IP(src='198.51.100.9', dst=A) / TCP(sport=80, dport=40000, flags='SA', seq=500, ack=101)
        if known:
            got = life(config(), [('lan', ask, 'held'), ('lan', head, 'held'), ('lan', head, 'held'), ('wan', back, 'drop session_waiting'),
                                  ('wan', synack, 'drop session_waiting'), ('wan', arp, 'consumed'), ('wan', back, IN), ('wan', synack, IN),
                                  ('lan', ask, OUT)])
            expect('sessions', (got['now'], got['tcp'], got['ended']), ({'replied': 1, 'half-open': 1}, {'syn-received': 1}, {}))
        else:
            got = life(config(), [('lan', ask, 'held'), ('lan', head, 'held'), ('lan', ask, 'held'), 4, ('lan', udp(dport=54), OUT)])
            expect('sessions', (got['now'], got['ended']), ({'unreplied': 1}, {'refused': 2}))
    return scenario


def peers():
    """An address-dependent filter opens for whom packets have left to, not for whom one died on the way to."""
    from nat import FAR, OTHER, PUBLIC, config as nat_config
    text = nat_config('pool: [198.51.100.1], filtering: address-dependent')
    told = replay(text, {'lan': [(1, frame('lan', udp(dst=FAR))), (2, frame('lan', udp(dst=OTHER, ttl=1)))],
                         'wan': [(3, frame('wan', udp(src=FAR, dst=PUBLIC, sport=99, dport=5203))),
                                 (4, frame('wan', udp(src=OTHER, dst=PUBLIC, sport=99, dport=5203)))]})
    expect('verdicts', [verdict_of(p) for p in told.packets], [OUT, EXPIRED, IN, 'drop local_no_service'])
    expect('pool', (told.told['nat']['uplink']['mappings'], told.told['nat']['uplink']['resting']), (1, 0))


SCENARIOS = [
    ('first packets that expire or are too big', first_packets),
    ('answers that expire', first_answers),
    ('segments that expire', tcp_by_ttl),
    ('nothing that is dropped keeps a session', no_refreshing),
    ('what a meter holds back', by_meter),
    ('limits of a source are charged for what is accepted', limits),
    ('the budget of half-open sessions is charged for what is accepted', half_open_budget),
    ('a packet that waits, and is sent on', waiting(True)),
    ('a packet that waits, and is dropped', waiting(False)),
    ('peers of a mapping are those that packets left to', peers),
]
