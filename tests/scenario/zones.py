# SPDX-License-Identifier: BSD-3-Clause
"""Zones: by which interfaces a session's packets may arrive, and what section zones accepts."""

from bench import INTERFACES, PORTS, ROUTES, Failed, frame, replay, verdict_of
from captures import Folder, expect as expect_text
from packets import *  # noqa: F403

ACL = '''acls:
  closed: {default: drop, rules: [{state: [established, related], action: accept}, {in: lan, action: accept}]}
'''
PIPELINE = '[track, {acl: closed}, {route: main}]'
UPLINKS = 'zones: {outside: [wan, dmz]}\n'
OUT, IN, WRONG = 'output wan', 'output lan', 'drop session_interface'


def config(zones='', pipeline=PIPELINE, more=ACL, system=''):
    return (PORTS.replace('version: 1\n', 'version: 1\n' + system) + INTERFACES.replace('PIPELINE', 'all') + ROUTES
            + zones + more + 'pipelines:\n  all: %s\n' % pipeline)


def run(text, cases, options=(), step=0.1):
    """cases: (port, packet, verdict, path or None), or seconds that pass."""
    frames, wanted, now = {}, [], 1.0
    for case in cases:
        if isinstance(case, (int, float)):
            now += case
            continue
        port, packet, verdict = case[:3]
        frames.setdefault(port, []).append((now, frame(port, packet)))
        wanted.append((verdict, case[3] if len(case) > 3 else None))
        now += step
    outcome = replay(text, frames, options)
    for i, (told, (verdict, path)) in enumerate(zip(outcome.packets, wanted)):
        if verdict_of(told) != verdict:
            raise Failed('packet %d: %s, expected %s\n%s' % (i + 1, verdict_of(told), verdict, told))
        if path is not None and told.get('path') != path:
            raise Failed('packet %d: path %s, expected %s' % (i + 1, told.get('path'), path))
    return outcome


def answer(v6=False):
    return udp6(src=B6, dst=A6, sport=53, dport=5203) if v6 else udp(src=B, dst=A, sport=53, dport=5203)


def segment(flags, seq, ack=0, back=False, v6=False, **ip):
    a, b = ((A6, B6) if v6 else (A, B))[::-1 if back else 1]
    sport, dport = (80, 40000) if back else (40000, 80)
    head = IPv6(src=a, dst=b, **ip) if v6 else IP(src=a, dst=b, **ip)
    return head / TCP(sport=sport, dport=dport, flags=flags, seq=seq, ack=ack)


def wrong_side(v6):
    """Answers from an interface of another zone move nothing: no establishing, no refreshing, no ending."""
    def scenario():
        ask = udp6() if v6 else udp()
        life = run(config(), [
            ('lan', ask, OUT), ('dmz', answer(v6), WRONG), ('lan', answer(v6), WRONG), ('wan', ask, WRONG)]
            + [c for _ in range(3) for c in (90, ('dmz', answer(v6), WRONG))]
            + [31, ('dmz', answer(v6), 'drop acl_denied')]).told['session_life']
        if life['now'] or life['ended'] != {'timeout': 1, 'refused': 1}:
            raise Failed('refreshed: %s' % life)
        told = run(config(), [
            ('lan', segment('S', 100, v6=v6), OUT), ('dmz', segment('SA', 500, 101, True, v6), WRONG),
            ('lan', segment('SA', 500, 101, True, v6), WRONG), ('dmz', segment('RA', 0, 101, True, v6), WRONG),
            ('wan', segment('SA', 900, 101, True, v6), IN), ('lan', segment('A', 101, 901, v6=v6), OUT),
            ('dmz', segment('R', 901, 0, True, v6), WRONG), ('wan', segment('R', 101, 0, v6=v6), WRONG),
            ('dmz', segment('FA', 901, 101, True, v6), WRONG), ('wan', segment('A', 901, 101, True, v6), IN)])
        if told.told['session_life']['tcp'] != {'established': 1}:
            raise Failed(str(told.told['session_life']))
    return scenario


def forged_both_sides():
    """Whoever forges both sides from one interface establishes nothing: SYN, SYN/ACK, ACK by wan, at any TTL."""
    pipeline = '[track, {route: main}]'
    for ttl in (1, 2, 64):
        cases = []
        for i in range(20):
            stranger = '203.0.113.%d' % (i + 10)
            cases += [('wan', IP(src=stranger, dst=A) / TCP(sport=4000, dport=80, flags='S', seq=100), IN),
                      ('wan', IP(src=A, dst=stranger, ttl=ttl) / TCP(sport=80, dport=4000, flags='SA', seq=500, ack=101),
                       WRONG),
                      ('wan', IP(src=stranger, dst=A, ttl=ttl) / TCP(sport=4000, dport=80, flags='A', seq=101, ack=501),
                       'drop ttl_expired' if ttl == 1 else 'drop tcp_no_session')]      # nobody has answered
        life = run(config(pipeline=pipeline, more=''), cases, step=0.01).told['session_life']
        if life['now'] != {'half-open': 20}:
            raise Failed('TTL %d: %s' % (ttl, life))


def second_uplink(options=()):
    """Answers by another interface of the zone belong to the session, and are cached like those of the first."""
    for v6 in (False, True):
        ask = udp6() if v6 else udp()

        def scenario():
            told = run(config(UPLINKS), [('lan', ask, OUT, 'slow'), ('dmz', answer(v6), IN, 'slow')]
                       + [('dmz', answer(v6), IN, 'fast')] * 3 + [('wan', answer(v6), IN, 'slow')]
                       + [('wan', answer(v6), IN, 'fast'), ('dmz', answer(v6), IN, 'fast')] * 3, options).told
            if told['session_life']['now'] != {'replied': 1}:
                raise Failed(str(told['session_life']))
        scenario()


def second_uplink_workers():
    second_uplink(('--workers', '2'))


def second_uplink_keeps():
    """A session lives on packets by the second interface alone, and ends when they stop."""
    cases = [('lan', udp(), OUT), ('dmz', answer(), IN)] + [c for _ in range(4) for c in (250, ('dmz', answer(), IN))]
    told = run(config(UPLINKS), cases).told
    if told['session_life']['now'] != {'replied': 1}:
        raise Failed(str(told['session_life']))
    told = run(config(UPLINKS), cases + [302, ('dmz', answer(), 'drop acl_denied')]).told
    if told['session_life']['ended'].get('timeout') != 1:
        raise Failed(str(told['session_life']))
    # an alias that was idle for longer than a cached flow lives is gone, and what it has seen is not forgotten
    run(config(UPLINKS), [('lan', udp(), OUT), 200, ('dmz', answer(), IN), ('dmz', answer(), IN), 100, ('lan', udp(dport=54), OUT),
                          150, ('wan', answer(), IN)])


def second_uplink_tcp():
    """A connection whose both directions change interfaces, segment by segment."""
    for v6 in (False, True):
        run(config(UPLINKS), [
            ('lan', segment('S', 100, v6=v6), OUT), ('dmz', segment('SA', 500, 101, True, v6), IN),
            ('lan', segment('A', 101, 501, v6=v6), OUT), ('wan', segment('A', 501, 101, True, v6), IN),
            ('dmz', segment('A', 501, 101, True, v6), IN), ('dmz', segment('A', 501, 101, True, v6), IN, 'fast'),
            ('dmz', segment('A', 900000, 101, True, v6), 'drop tcp_out_of_window'),
            ('dmz', segment('R', 501, 0, True, v6), IN), 250, ('dmz', segment('A', 501, 101, True, v6), 'drop tcp_no_session'),
            ('wan', segment('A', 501, 101, True, v6), 'drop tcp_no_session')])


def state_is_new_no_more():
    """Forward packets by two interfaces: what rules saw while it was new holds for neither when it is replied to."""
    rules = '''acls:
  open: {default: drop, rules: [{name: first, state: new, action: accept}, {name: then, state: established, action: accept}]}
'''
    text = config('zones: {inside: [lan, dmz]}\n', '[track, {acl: open}, {route: main}]', rules)
    told = run(text, [('lan', udp(), OUT)] * 3 + [('dmz', udp(), OUT)] * 3 + [('wan', answer(), IN)]
               + [('dmz', udp(), OUT), ('lan', udp(), OUT)])
    if [p['session']['state'] for p in told.packets] != ['new'] * 6 + ['established'] * 3:
        raise Failed(str([p['session'] for p in told.packets]))


def errors_by_any_way():
    """ICMP errors that quote a packet of the session may come from anywhere; they move no state."""
    error = IP(src='192.0.2.2', dst=A) / ICMP(type=3, code=1) / IP(src=A, dst=B, ttl=63) / UDP(sport=5203, dport=53)
    life = run(config(), [('lan', udp(), OUT), ('dmz', error, IN), 200, ('dmz', error, IN), 101,
                          ('dmz', error, 'drop icmp_no_session')]).told['session_life']
    if life['ended'] != {'timeout': 1}:
        raise Failed(str(life))


def in_rules():
    """`in` takes zones, and "not" a zone."""
    rules = 'acls:\n  a: {default: drop, rules: [{in: outside, proto: udp, action: accept}, {in: "!outside", proto: tcp, action: accept}]}\n'
    run(config(UPLINKS, '[{acl: a}, {route: main}]', rules), [
        ('wan', answer(), IN), ('dmz', answer(), IN), ('lan', udp(), 'drop acl_denied'),
        ('lan', tcp(), OUT), ('wan', tcp(src=B, dst=A), 'drop acl_denied'), ('dmz', tcp(src=B, dst=A), 'drop acl_denied')])


FAULTS = [
    ('zones: {outside: [wan, lan], inside: [lan]}\n', 'zones.inside', 'lan is in zone outside already'),
    ('zones: {outside: [wan, wan]}\n', 'zones.outside', 'wan is in zone outside already'),
    ('zones: {outside: [wam]}\n', 'zones.outside', "unknown interface 'wam'; did you mean 'wan'?"),
    ('zones: {outside: []}\n', 'zones.outside', 'the zone has no interface'),
    ('zones: {lan: [wan]}\n', 'zones.lan', 'an interface has this name'),
    ('zones: {outside: [wan]}\nacls: {a: {rules: [{in: outsude, action: accept}]}}\n', 'acls.a.rules.in',
     "unknown interface or zone 'outsude'; did you mean 'outside'?"),
]


def faults():
    for zones, place, text in FAULTS:
        folder = Folder(config(zones, '[track, {route: main}]', ''))
        ran = folder.weir('check', 'weir.yaml')
        expect_text(ran, 1)
        if place not in ran.stderr or text not in ran.stderr or 'weir.yaml:' not in ran.stderr:
            raise Failed('%s: %s' % (text, ran.stderr))


def explained():
    folder = Folder(config(UPLINKS))
    from bench import write_frames
    write_frames(folder.file('lan.pcap'), [(0, frame('lan', udp())), (1, frame('lan', answer()))])
    ran = folder.weir('explain', '-c', 'weir.yaml', '--in', 'lan', '--pcap', 'lan.pcap')
    expect_text(ran, 0, 'its session expects it by interface wan, zone outside')


SCENARIOS = [
    ('answers from the wrong side', wrong_side(False)),
    ('answers from the wrong side, IPv6', wrong_side(True)),
    ('both sides forged from one interface', forged_both_sides),
    ('answers by a second interface of the zone', second_uplink),
    ('answers by a second interface of the zone, two workers', second_uplink_workers),
    ('a session lives on packets by the second interface', second_uplink_keeps),
    ('TCP by both interfaces of a zone', second_uplink_tcp),
    ('new no more, by both interfaces of a zone', state_is_new_no_more),
    ('ICMP errors by any interface', errors_by_any_way),
    ('zones in rules', in_rules),
    ('faults of section zones', faults),
    ('explain names the interface and the zone', explained),
]
