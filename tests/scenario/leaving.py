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

# How a connection is over: what ends the established one, the state then, and the number that a new SYN has.
OVER = {
    'time-wait': ([('lan', 'FA', 101, 501), ('wan', 'FA', 501, 102), ('lan', 'A', 102, 502)], 'time-wait'),
    'reset by its client': ([('lan', 'R', 101, 0)], 'reset'),
    'reset by its server': ([('wan', 'R', 501, 0)], 'reset'),
}


def connection(v6, parts):
    """Segments of a connection: (port, flags, seq, ack)."""
    return [(port, segment(flags, seq, ack, port == 'wan', v6), IN if port == 'wan' else OUT) for port, flags, seq, ack in parts]


def begun(v6):
    return connection(v6, [('lan', 'S', 100, 0), ('wan', 'SA', 500, 101), ('lan', 'A', 101, 501)])


def again(v6, back=False, **fields):
    """The SYN that begins a finished connection anew."""
    return segment('S', 900000, 0, back, v6, **fields)


def stayed(text, v6, over, syns, options=()):
    """SYNs that do not leave end no finished session: its state stays, and a late segment of it passes."""
    parts, state = OVER[over]
    told = run(text, begun(v6) + connection(v6, parts) + syns, options).told['session_life']
    expect('%s, IPv%d' % (over, 6 if v6 else 4), (told['tcp'], told['ended'].get('reused', 0)), ({state: 1}, 0))


def over_and_dropped():
    """A SYN on a finished connection that expires, is too big, is denied, metered, or finds its source at its limit."""
    big = Raw(b'x' * 1420)
    small = config().replace('pipeline: all\n    neighbours: {198', 'pipeline: all\n    mtu: 1400\n    neighbours: {198')
    denied = config('[track, {acl: a}, {route: main}]', 'acls:\n  a: {default: accept, rules: [{dscp: 8, action: drop}]}\n')
    metered = config('[track, {police: {rate: 8kbit, burst: 600}}, {route: main}]')
    limited = config('[{track: {new_per_source: 1/s}}, {route: main}]')
    for over in OVER:
        for v6 in (False, True):
            dies, marked = ({'hlim': 1}, {'tc': 32}) if v6 else ({'ttl': 1}, {'tos': 32})
            for back in (False, True):
                port = 'wan' if back else 'lan'
                stayed(config(), v6, over, [(port, again(v6, back, **dies), EXPIRED)] * 2)
                stayed(denied, v6, over, [(port, again(v6, back, **marked), 'drop acl_denied')] * 2)
                stayed(metered, v6, over, [(port, again(v6, back) / big, POLICED)] * 2)
            whole = again(v6) / big
            if not v6:
                whole.flags = 'DF'
            stayed(small, v6, over, [('lan', whole, BIG)] * 2)
            stayed(limited, v6, over, [('lan', again(v6), 'drop session_limit')])


def over_and_begun():
    """The SYN that does leave behind one that did not begins a new session, once, by either end; limits count it once."""
    limited = config('[{track: {max_per_source: 1}}, {route: main}]')
    for over, (parts, _) in OVER.items():
        for v6 in (False, True):
            dies = {'hlim': 1} if v6 else {'ttl': 1}
            for back in (False, True):
                there, here = ('wan', 'lan') if back else ('lan', 'wan')
                out, home = (IN, OUT) if back else (OUT, IN)
                syn = [(there, again(v6, back, **dies), EXPIRED), (there, again(v6, back), out)]
                answers = [(here, segment('SA', 7000, 900001, not back, v6), home), (there, segment('A', 900001, 7001, back, v6), out)]
                for options in ((), ('--burst', '1')):
                    for text in (config(), limited):
                        got = run(text, begun(v6) + connection(v6, parts) + syn + answers, options).told['session_life']
                        expect('%s, IPv%d' % (over, 6 if v6 else 4), (got['tcp'], got['ended']),
                               ({'established': 1}, {'refused': 1, 'reused': 1}))


def over_by_nat():
    """A source that has all that its quota in a pool allows may begin its finished connection anew, by the same mapping."""
    from nat import FAR, PUBLIC, config as nat_config

    def there(flags, seq, ack=0):
        return ('lan', IP(src=A, dst=FAR) / TCP(sport=40000, dport=80, flags=flags, seq=seq, ack=ack), OUT)

    def back(flags, seq, ack):
        return ('wan', IP(src=FAR, dst=PUBLIC) / TCP(sport=80, dport=40000, flags=flags, seq=seq, ack=ack), IN)

    other = ('lan', IP(src=A, dst=FAR) / TCP(sport=40001, dport=80, flags='S', seq=1), 'drop nat_quota')
    told = run(nat_config('pool: [198.51.100.1], per_source: 1'), [
        there('S', 100), back('SA', 500, 101), there('A', 101, 501), there('FA', 101, 501), back('FA', 501, 102), there('A', 102, 502),
        other, there('S', 900000), back('SA', 7000, 900001), there('A', 900001, 7001), other]).told
    expect('sessions', (told['session_life']['tcp'], told['session_life']['ended'].get('reused')), ({'established': 1}, 1))


def over_and_waiting(v6):
    """A SYN on a finished connection that waits for its neighbour: the old session stays until the answer takes it over."""
    mac = '02:00:00:00:02:09'
    ip, near, far, ours = (IPv6, A6, '2001:db8:2::9', '2001:db8:2::1') if v6 else (IP, A, '198.51.100.9', '198.51.100.1')
    known = (IPv6(src=far, dst=ours, hlim=255) / ICMPv6ND_NA(tgt=far, R=0, S=1, O=1) / ICMPv6NDOptDstLLAddr(lladdr=mac) if v6
             else ARP(op=2, hwsrc=mac, psrc=far, hwdst=MAC['wan'], pdst=ours))

    def there(flags, seq, ack=0):
        return ('lan', ip(src=near, dst=far) / TCP(sport=40000, dport=80, flags=flags, seq=seq, ack=ack))

    def back(flags, seq, ack):
        return ('wan', ip(src=far, dst=near) / TCP(sport=80, dport=40000, flags=flags, seq=seq, ack=ack), IN)

    def scenario():
        syn, late = there('S', 900000), there('S', 900000)
        first = [there('S', 100) + ('held',), ('wan', known, 'consumed'), back('SA', 500, 101), there('A', 101, 501) + (OUT,)]
        closing = [there('FA', 101, 501) + (OUT,), back('FA', 501, 102), there('A', 102, 502) + (OUT,)]
        text = config('[{track: {timeouts: {tcp_closing: 3000s}}}, {route: main}]')
        lost = [1300, ('lan', udp(dport=54), OUT), 30]          # a neighbour that nobody has used for 20 minutes
        for end, state in ((closing, 'time-wait'), ([there('R', 101) + (OUT,)], 'reset')):
            got = run(text, first + end + lost + [syn + ('held',), late + ('held',), 4, ('lan', udp(dport=54), OUT)]).told['session_life']
            expect('in vain', (got['tcp'], got['ended'].get('reused')), ({state: 1}, None))
            got = run(text, first + end + lost + [syn + ('held',), ('wan', known, 'consumed'), back('SA', 7000, 900001),
                                                      there('A', 900001, 7001) + (OUT,)]).told['session_life']
            expect('sent on', (got['tcp'], got['ended'].get('reused')), ({'established': 1}, None))
    return scenario


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
    ('a SYN on a finished connection that does not leave', over_and_dropped),
    ('a SYN on a finished connection that leaves', over_and_begun),
    ('a finished connection begins anew within the quota of its source', over_by_nat),
    ('a SYN on a finished connection that waits, IPv4', over_and_waiting(False)),
    ('a SYN on a finished connection that waits, IPv6', over_and_waiting(True)),
    ('peers of a mapping are those that packets left to', peers),
]
