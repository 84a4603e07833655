# SPDX-License-Identifier: BSD-3-Clause
"""What a session's state means for rules, packet by packet; sessions that begin anew or in mid-stream."""

from bench import PORTS, verdict_of
from nat import A, B, FAR, PUBLIC, ROUTER, Wire, config, error, expect, udp
from packets import ICMP, IP, TCP, Raw

FIREWALL = PORTS + '''interfaces:
  lan:
    addresses: [10.0.0.1/24]
    pipeline: PIPELINE
    neighbours: {10.0.0.2: "02:00:00:00:01:02"}
  wan:
    addresses: [198.51.100.1/24]
    pipeline: PIPELINE
    neighbours: {198.51.100.2: "02:00:00:00:02:02"}
  dmz:
    addresses: [192.0.2.1/24]
    pipeline: third
    neighbours: {192.0.2.2: "02:00:00:00:03:02"}
zones: {outside: [wan, dmz]}
routes:
  main: [{to: 0.0.0.0/0, via: 198.51.100.2}]
acls:
  list: {default: drop, rules: [RULES]}
  known: {default: drop, rules: [{state: [established, related], action: accept}]}
pipelines:
  all: [TRACK, {acl: list}, {route: main}]
  third: [track, {acl: known}, {route: main}]
'''


def firewall(rules='{action: accept}', track='track'):
    return FIREWALL.replace('PIPELINE', 'all').replace('RULES', rules).replace('TRACK', track)


def segment(flags, seq, ack=0, back=False, payload=b''):
    a, b, sport, dport = (FAR, A, 80, 40000) if back else (A, FAR, 40000, 80)
    return IP(src=a, dst=b) / TCP(sport=sport, dport=dport, flags=flags, seq=seq, ack=ack) / Raw(payload)


def told(text, cases, after=0.01):
    """Verdicts of (port, packet) in order; a number is seconds that pass."""
    w, wait = Wire(), after
    for case in cases:
        if isinstance(case, (int, float)):
            wait = case
            continue
        w.send(*case, after=wait)
        wait = after
    w.run(text)
    return [verdict_of(p) for p in w.outcome.packets], w.outcome


HANDSHAKE = [('lan', segment('S', 100)), ('wan', segment('SA', 500, 101, True)), ('lan', segment('A', 101, 501))]
CLOSE = [('lan', segment('FA', 101, 501)), ('wan', segment('FA', 501, 102, True)), ('lan', segment('A', 102, 502))]
OUT, IN = 'output wan', 'output lan'


def new_is_not_established():
    """A rule on `new` is for the first packets only, one on `established` for all behind the first reply."""
    first = '{state: new, action: accept}, {in: wan, action: accept}'
    got, _ = told(firewall(first), HANDSHAKE + [('lan', segment('PA', 101, 501, payload=b'x'))])
    expect('TCP', got, [OUT, IN, 'drop acl_denied', 'drop acl_denied'])
    got, _ = told(firewall(first), [('lan', udp(A, FAR))] * 3 + [('wan', udp(FAR, A, 53, 5000))] + [('lan', udp(A, FAR))] * 2)
    expect('UDP', got, [OUT] * 3 + [IN] + ['drop acl_denied'] * 2)
    later = '{state: new, dport: 80, action: accept}, {in: wan, action: accept}, {state: established, action: accept}'
    got, outcome = told(firewall(later), HANDSHAKE + [('lan', segment('A', 101, 501))] * 3)
    expect('both', got, [OUT, IN, OUT, OUT, OUT, OUT])
    expect('judged again once', [p['path'] for p in outcome.packets], ['slow', 'slow', 'slow', 'fast', 'fast', 'fast'])


def third_door():
    """What was dropped at a second interface of the zone before there was a session passes when there is one."""
    got, _ = told(firewall(), [('dmz', udp(FAR, A, 53, 5000))] * 3 + [('lan', udp(A, FAR)), ('dmz', udp(FAR, A, 53, 5000))])
    expect('verdicts', got, ['drop acl_denied'] * 3 + [OUT, IN])


def syn_of_either_end():
    """T18: on a connection that is over either end begins anew, as a new session by the rules."""
    got, outcome = told(firewall(), HANDSHAKE + CLOSE + [('lan', segment('S', 90000)), ('wan', segment('SA', 7000, 90001, True))])
    expect('its initiator', got, [OUT, IN, OUT, OUT, IN, OUT, OUT, IN])
    expect('ends', outcome.told['session_life']['ended'], {'reused': 1})
    back = [('wan', segment('S', 90000, back=True)), ('lan', segment('SA', 7000, 90001)), ('wan', segment('A', 90001, 7001, True))]
    got, outcome = told(firewall(), HANDSHAKE + CLOSE + back)
    expect('the other', got, [OUT, IN, OUT, OUT, IN, OUT, IN, OUT, IN])
    expect('ends', outcome.told['session_life']['ended'], {'reused': 1})
    closed = firewall('{state: established, action: accept}, {in: lan, action: accept}')
    got, _ = told(closed, HANDSHAKE + CLOSE + back[:1])
    expect('the rules say who may', got[-1], 'drop acl_denied')
    _, outcome = told(firewall(), HANDSHAKE + CLOSE + [('wan', segment('S', 400, back=True))])
    expect('an older number begins nothing', outcome.told['session_life']['ended'], {})


def loose():
    """`loose`: a connection older than Weir goes on; it is not kept for long before the other end has spoken."""
    old = [('lan', segment('PA', 700, 300, payload=b'hello')), ('wan', segment('A', 300, 705, True)), ('lan', segment('A', 705, 300))]
    got, _ = told(firewall(), old)
    expect('default', got, ['drop tcp_no_session'] * 3)
    text = firewall(track='{track: {loose: true}}')
    got, _ = told(text, old + [7000, ('lan', segment('A', 705, 300))])
    expect('loose', got, [OUT, IN, OUT, OUT])
    got, _ = told(text, [old[0], 300, ('wan', segment('R', 300, 705, True))])
    expect('unanswered', got, [OUT, 'drop tcp_no_session'])
    got, _ = told(text, [('lan', segment('R', 1)), ('lan', segment('SA', 1, 1)), ('lan', segment('P', 1))])
    expect('other flags', got, ['drop tcp_no_session'] * 3)


def quoted_number():
    """RFC 5927 4.1: an error that quotes a number which was never sent, or long ago, is somebody's guess."""
    def about(seq):
        return ('wan', IP(src=ROUTER, dst=A) / ICMP(type=3, code=1) / Raw(bytes(segment('A', seq % 2 ** 32, 501))[:28]))

    got, _ = told(firewall(), HANDSHAKE + [about(101), about(100), about(200), about(101 + 2 ** 31), about(101 - 70000)])
    expect('verdicts', got[3:], [IN, IN] + ['drop tcp_out_of_window'] * 3)


def damaged_quote():
    sent = IP(bytes(udp(PUBLIC, FAR, ttl=63)))
    sent.chksum ^= 1
    w = Wire()
    w.send('lan', udp(A, FAR))
    w.send('wan', error(ROUTER, PUBLIC, 3, 1, bytes(sent)))
    w.run(config())
    expect('drops', w.drops(), {'icmp_bad_checksum': 1})


def conflict():
    """Two inside hosts, one public address, a protocol without ports, the same destination: one of them can."""
    w = Wire()
    t, u, v = (w.send('lan', IP(src=s, dst=d, proto=200) / Raw(b'x' * 8)) for s, d in ((A, FAR), (B, FAR), (B, '203.0.113.77')))
    w.run(config())
    expect('drops', w.drops(), {'session_conflict': 1})
    expect('out', [w.out('wan', x) is not None for x in (t, u, v)], [True, False, True])


SCENARIOS = [
    ('new and established, for every packet', new_is_not_established),
    ('a drop at a second interface ends with the session', third_door),
    ('T18: a SYN of either end on a connection that is over', syn_of_either_end),
    ('loose: TCP in mid-stream', loose),
    ('errors quote numbers that were sent', quoted_number),
    ('an error with a damaged quote is icmp_bad_checksum', damaged_quote),
    ('sessions whose replies could not be told apart', conflict),
]
