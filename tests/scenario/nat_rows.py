# SPDX-License-Identifier: BSD-3-Clause
"""NAT44: rows of RFC 4787, 5382, 5508, 6888 and 7857 about timers, errors, fragments and limits."""

from itertools import permutations

from scapy.layers.inet import fragment
from scapy.layers.l2 import Ether

from bench import PORTS, Failed, replay
from nat import A, B, FAR, OTHER, PUBLIC, ROUTER, Wire, config, endpoints, error, expect, inner, put_together, udp
from packet import tcp
from packets import ICMP, IP, TCP, UDP, Raw

GATEWAY = '10.0.0.1'


def passed(w, port, times):
    return [w.out(port, t) is not None for t in times]


def rfc4787_req_12_rfc5382_req_10_rfc5508_req_6():
    """Errors of any kind about a mapping neither remove it nor keep it."""
    text = config('pool: [198.51.100.1], filtering: endpoint-independent')
    kinds = [(3, code) for code in range(16)] + [(4, 0), (11, 0), (11, 1), (12, 0)]
    w = Wire()
    w.send('lan', udp(A, FAR))
    sent = bytes(udp(PUBLIC, FAR, ttl=63))
    errors = [w.send('wan', error(ROUTER, PUBLIC, kind, code, sent)) for kind, code in kinds]
    still = w.send('wan', udp(FAR, PUBLIC, 53, 5000))
    w.run(text)
    expect('errors', passed(w, 'lan', errors), [True] * len(kinds))
    expect('the mapping stays', w.out('lan', still) is not None, True)
    w = Wire()
    w.send('lan', udp(A, FAR))
    late = w.send('wan', error(ROUTER, PUBLIC, 3, 1, sent), after=290)
    gone = w.send('wan', udp(FAR, PUBLIC, 53, 5000), after=20)
    w.run(text)
    expect('an error at 290 s', w.out('lan', late) is not None, True)
    expect('the mapping at 310 s', w.out('lan', gone), None)


def rfc4787_req_13():
    """DF: the sender is told the MTU, about the packet as he has sent it."""
    text = config().replace('  wan:\n', '  wan:\n    mtu: 1280\n')
    big = udp(A, FAR, payload=b'x' * 1400, flags='DF', id=7)
    w = Wire()
    w.send('lan', udp(B, FAR))                          # so that the public port is another
    t = w.send('lan', big)
    w.run(text)
    told = w.out('lan', t)
    expect('told', (told.src, told.dst, told[ICMP].type, told[ICMP].code, told[ICMP].nexthopmtu),
           (GATEWAY, A, 3, 4, 1280))
    quote = bytes(told[ICMP])[8:]
    expect('quote', quote, bytes(big)[:len(quote)])


def rfc4787_req_13a():
    """No DF: fragments, of the translated packet."""
    text = config().replace('  wan:\n', '  wan:\n    mtu: 1280\n')
    big = udp(A, FAR, payload=b'0123456789' * 140, id=7)
    w = Wire()
    w.send('lan', big)
    w.run(text, sums=False)
    got = [Ether(d)[IP] for _, d in w.outcome.out['wan'] if IP in Ether(d)]
    expect('fragments', [len(p) <= 1280 for p in got], [True, True])
    whole = [IP(bytes(p)) for p in put_together(got)]
    expect('datagram', [endpoints(p) for p in whole], [(PUBLIC, 5000, FAR, 53)])
    expect('payload', bytes(whole[0][UDP].payload), bytes(big[UDP].payload))


def rfc4787_req_14_every_order():
    """Four fragments in all 24 orders: each datagram leaves whole, by the same public endpoint."""
    w = Wire()
    for number, order in enumerate(permutations(range(4))):
        pieces = fragment(udp(A, FAR, payload=b'0123456789abcdef' * 7, id=number + 1), 32)
        for i in order:
            w.send('lan', pieces[i])
    w.run(config(), sums=False)
    got = [Ether(d)[IP] for _, d in w.outcome.out['wan'] if IP in Ether(d)]
    whole = [IP(bytes(p)) for p in put_together(got) if UDP in p]
    expect('datagrams', [endpoints(p) for p in whole], [(PUBLIC, 5000, FAR, 53)] * 24)
    expect('drops', w.drops(), {})


def rfc5382_req_2():
    """T1 and T2 through NAT: an ordinary connection, and both ends opening at once."""
    w = Wire()
    ordinary = [('lan', 'S', 100, 0), ('wan', 'SA', 500, 101), ('lan', 'A', 101, 501), ('wan', 'PA', 501, 101),
                ('lan', 'FA', 101, 501), ('wan', 'FA', 501, 102), ('lan', 'A', 102, 502)]
    both = [('lan', 'S', 100, 0), ('wan', 'S', 500, 0), ('lan', 'SA', 100, 501), ('wan', 'SA', 500, 101),
            ('lan', 'A', 101, 501)]
    times = []
    for sport, segments in ((4001, ordinary), (4002, both)):
        for port, flags, seq, ack in segments:
            packet = tcp(A, FAR, sport, 80, flags, seq, ack) if port == 'lan' \
                else tcp(FAR, PUBLIC, 80, sport, flags, seq, ack)
            times.append(('wan' if port == 'lan' else 'lan', w.send(port, packet)))
    w.run(config())
    expect('passed', [w.out(port, t) is not None for port, t in times], [True] * 12)
    expect('drops', w.drops(), {})


def rfc5382_req_4():
    """An unsolicited SYN is met by silence, at Weir's own address too, and the inside may still open towards it."""
    w = Wire()
    t = w.send('wan', tcp(FAR, PUBLIC, 80, 4000, 'S', 500))
    u = w.send('lan', tcp(A, FAR, 4000, 80, 'S', 100), after=5)
    v = w.send('wan', tcp(FAR, PUBLIC, 80, 4000, 'S', 500), after=1)
    x = w.send('wan', tcp(OTHER, PUBLIC, 80, 4000, 'S', 500))
    w.send('lan', udp(A, FAR), after=10)
    w.run(config())
    expect('its answer', [Ether(d).summary() for time, d in w.outcome.out['wan'] if abs(time - t) < 4.9], [])
    expect('passed', (w.out('wan', u) is not None, w.out('lan', v) is not None, w.out('lan', x)), (True, True, None))
    expect('drops', w.drops(), {'nat_no_mapping': 2})
    w = Wire()
    t = w.send('wan', tcp(FAR, PUBLIC, 80, 22, 'S', 500))
    w.run(config())
    expect('outside of the pool', w.out('wan', t)[TCP].flags, 'RA')


REJECT = config('pool: [198.51.100.1, 198.51.100.9], unsolicited: reject')


def told(w):
    """(when, quoted packet) of each port unreachable that left by wan."""
    all_out = [(time, Ether(d)[IP]) for time, d in w.outcome.out['wan'] if ICMP in Ether(d)]
    if any((p[ICMP].type, p[ICMP].code) != (3, 3) for _, p in all_out):
        raise Failed('other errors: %s' % all_out)
    return [(time, p) for time, p in all_out]


def rfc5382_req_4_told():
    """With unsolicited: reject the sender hears of it, after 6 s: at Weir's own address and at one of the pool's alone."""
    for address in (PUBLIC, '198.51.100.9'):
        w = Wire()
        syn = tcp(FAR, address, 80, 4000, 'S', 500)
        t = w.send('wan', syn)
        for flags in ('SA', 'A', 'FA', 'R'):                     # these ask for nothing
            w.send('wan', tcp(FAR, address, 81, 4001, flags, 500))
        w.send('lan', IP(src=A, dst=GATEWAY) / ICMP(type=8, id=7), after=5.8)
        w.send('lan', IP(src=A, dst=GATEWAY) / ICMP(type=8, id=7), after=0.3)
        w.run(REJECT)
        (when, p), = told(w)
        if not t + 6 <= when <= t + 6.1:
            raise Failed('told at %s' % when)
        expect('told', (p.src, p.dst), (PUBLIC, FAR))
        expect('quote', bytes(p[ICMP])[8:], bytes(syn))
        expect('drops', w.drops().get('nat_no_mapping', 0) + w.drops().get('tcp_no_session', 0), 5)
        w.outcome = replay(REJECT, w.frames, ('--workers', '2'))
        expect('two workers', [(time, bytes(p)) for time, p in told(w)], [(when, bytes(p))])


def rfc5382_req_4_opened_meanwhile():
    """Who opens towards the sender in time: no error, whichever end's SYN was first."""
    w = Wire()
    w.send('wan', tcp(FAR, PUBLIC, 80, 4000, 'S', 500))
    w.send('wan', tcp(OTHER, PUBLIC, 80, 4000, 'S', 500))
    u = w.send('lan', tcp(A, FAR, 4000, 80, 'S', 100), after=5.9)
    v = w.send('wan', tcp(FAR, PUBLIC, 80, 4000, 'S', 500))
    w.send('lan', IP(src=A, dst=GATEWAY) / ICMP(type=8, id=7), after=10)
    w.run(REJECT.replace(', 198.51.100.9', ''))         # so that A has this address
    expect('passed', (w.out('wan', u) is not None, w.out('lan', v) is not None), (True, True))
    expect('told', [p.dst for _, p in told(w)], [OTHER])


def rfc5382_req_4_flood():
    """Of 10,000 SYNs the first 512 wait, and of these as many are told as errors may be sent; bursts change nothing."""
    w = Wire()
    for i in range(10000):
        w.send('wan', tcp('203.0.%d.%d' % (113 + i // 250, 1 + i % 250), '198.51.100.9', 80, 2000 + i, 'S', 500),
               after=0 if i else 0.01)
    w.send('lan', IP(src=A, dst=GATEWAY) / ICMP(type=8, id=7), after=20)
    w.run(REJECT)
    expect('drops', w.drops(), {'nat_no_mapping': 10000})
    first = w.outcome.out['wan']
    if not 50 <= len(told(w)) <= 512:
        raise Failed('%d were told' % len(first))
    again = replay(REJECT, w.frames, ('--burst', '1'))
    expect('frames', again.out['wan'], first)


def rfc5382_req_5():
    """Idle connections: established ones live for 7,440 s, those that are opening or closing for 240 s."""
    shake = [('lan', tcp(A, FAR, 4000, 80, 'S', 100)), ('wan', tcp(FAR, PUBLIC, 80, 4000, 'SA', 500, 101)),
             ('lan', tcp(A, FAR, 4000, 80, 'A', 101, 501))]
    end = shake + [('lan', tcp(A, FAR, 4000, 80, 'FA', 101, 501)), ('wan', tcp(FAR, PUBLIC, 80, 4000, 'FA', 501, 102))]
    data = tcp(FAR, PUBLIC, 80, 4000, 'PA', 501, 101)
    for name, before, packet, alive in (('established', shake, data, 7439), ('opening', shake[:1], shake[1][1], 239),
                                        ('closing', end, tcp(FAR, PUBLIC, 80, 4000, 'A', 502, 102), 239)):
        for after, passes in ((alive, True), (alive + 4, False)):
            w = Wire()
            for case in before:
                w.send(*case)
            t = w.send('wan', packet, after=after)
            w.run(config())
            expect('%s, %d s' % (name, after), w.out('lan', t) is not None, passes)


def rfc5508_req_7_rfc7857_12():
    """An error about a hairpinned packet comes to its sender, about the packet as he has sent it."""
    w = Wire()
    w.send('lan', udp(A, FAR, 5000))
    t = w.send('lan', udp(B, PUBLIC, 6000, 5000))
    w.run(config())
    came = w.out('lan', t)
    expect('hairpin', endpoints(came), (PUBLIC, 6000, A, 5000))
    e = w.send('lan', error(A, PUBLIC, 3, 3, bytes(came)))
    w.run(config())
    got = w.out('lan', e)
    if got is None:
        raise Failed('no error: %s' % w.drops())
    expect('outer', (got.src, got.dst, got[ICMP].type, got[ICMP].code), (PUBLIC, B, 3, 3))
    expect('quote', endpoints(inner(got)), (B, 6000, PUBLIC, 5000))


def rfc7857_12_ping():
    """A hairpinned echo, there and back."""
    pool, public = 'pool: [198.51.100.9]', '198.51.100.9'
    w = Wire()
    w.send('lan', IP(src=A, dst=FAR) / ICMP(type=8, id=5050, seq=1) / Raw(b'x'))
    t = w.send('lan', IP(src=B, dst=public) / ICMP(type=8, id=5050, seq=1) / Raw(b'x'))
    w.run(config(pool))
    came = w.out('lan', t)
    expect('there', (came.src, came.dst, came[ICMP].type), (public, A, 8))
    r = w.send('lan', IP(src=A, dst=public) / ICMP(type=0, id=came[ICMP].id, seq=1) / Raw(b'x'))
    w.run(config(pool))
    got = w.out('lan', r)
    expect('back', (got.src, got.dst, got[ICMP].type, got[ICMP].id), (public, B, 0, 5050))


def rfc5508_req_10():
    """TTL and routes that end here: told from the address of the side that the packet came by."""
    w = Wire()
    t = w.send('lan', udp(A, FAR, ttl=1))
    w.send('lan', udp(A, FAR))
    v = w.send('wan', udp(FAR, PUBLIC, 53, 5000, ttl=1))
    w.run(config())
    expect('inside', (w.out('lan', t).src, w.out('lan', t)[ICMP].type), (GATEWAY, 11))
    told = w.out('wan', v)
    expect('outside', (told.src, told.dst, told[ICMP].type), (PUBLIC, FAR, 11))
    expect('quote', endpoints(inner(told)), (FAR, 53, PUBLIC, 5000))


def rfc4787_req_4():
    """Parity: who cannot keep his port gets one of the same parity, and of the pool's range."""
    for port in (5000, 5001, 700, 701):
        w = Wire()
        w.send('lan', udp(A, FAR, port))
        t = w.send('lan', udp(B, FAR, port))
        w.run(config('pool: [198.51.100.1], ports: 500-65535'))
        got = w.out('wan', t)[UDP].sport
        if got == port or got % 2 != port % 2 or got < 500:
            raise Failed('%d became %d' % (port, got))


def rfc4787_req_11():
    """The last free port behaves as the first: mapping, filtering, parity of nobody else."""
    w = Wire()
    for i in range(99):
        w.send('lan', udp(A, FAR, 6000 + i))
    times = [w.send('lan', udp(B, d, 7000)) for d in (FAR, OTHER)]
    w.run(config('pool: [198.51.100.1], ports: 6000-6099'))
    expect('both', [endpoints(w.out('wan', t))[:2] for t in times], [(PUBLIC, 6099)] * 2)
    back = [w.send('wan', udp(src, PUBLIC, 53, 6099)) for src in (OTHER, '203.0.113.50')]
    w.run(config('pool: [198.51.100.1], ports: 6000-6099'))
    expect('filtering', passed(w, 'lan', back), [True, False])


def rfc6888_req_5():
    """Limits of a subscriber: sessions held, sessions a second, each with its counter; others are free."""
    def limited(limit):
        return config().replace('inside: [track', 'inside: [{track: {%s}}' % limit)

    for limit, mine in (('max_per_source: 3', 3), ('new_per_source: 2/s', 2)):
        w = Wire()
        times = [w.send('lan', udp(A, FAR, 5000 + i)) for i in range(6)]
        t = w.send('lan', udp(B, FAR, 7000))
        w.run(limited(limit))
        expect(limit, sum(passed(w, 'wan', times)), mine)
        expect('another', w.out('wan', t) is not None, True)
        expect('drops', w.drops(), {'session_limit': 6 - mine})
        expect('counter', w.outcome.told['session_life']['refused_by'], {'session_limit': 6 - mine})


def rfc7857_2():
    """A reset leaves the mapping for 240 s, not for two hours."""
    shake = [('lan', tcp(A, FAR, 4000, 80, 'S', 100)), ('wan', tcp(FAR, PUBLIC, 80, 4000, 'SA', 500, 101)),
             ('lan', tcp(A, FAR, 4000, 80, 'A', 101, 501)), ('wan', tcp(FAR, PUBLIC, 80, 4000, 'R', 501))]
    for after, ended in ((239, {}), (243, {'reset': 1})):
        w = Wire()
        for case in shake:
            w.send(*case)
        w.send('lan', udp(B, OTHER), after=after)
        w.run(config())
        expect('%d s' % after, w.outcome.told['session_life']['ended'], ended)


def rfc7857_6():
    """Who may send to anybody's mapping counts for its owner's quota."""
    w = Wire()
    w.send('lan', udp(A, FAR))
    times = [w.send('wan', udp('203.0.113.%d' % (20 + i), PUBLIC, 53, 5000)) for i in range(5)]
    w.run(config('pool: [198.51.100.1], filtering: endpoint-independent, per_source: 3'))
    expect('passed', passed(w, 'lan', times), [True, True, False, False, False])


def rfc7857_7():
    """Only what the inside sends keeps a UDP mapping."""
    w = Wire()
    w.send('lan', udp(A, FAR))
    w.send('wan', udp(FAR, PUBLIC, 53, 5000), after=200)
    t = w.send('wan', udp(FAR, PUBLIC, 53, 5000), after=110)
    w.send('lan', udp(A, FAR), after=1)
    w.send('lan', udp(A, FAR), after=200)
    u = w.send('wan', udp(FAR, PUBLIC, 53, 5000), after=200)
    w.run(config())
    expect('from outside', w.out('lan', t), None)
    expect('from inside', w.out('lan', u) is not None, True)


def rfc7857_10_rfc6864():
    """What may be fragmented gets a number of its own: hosts behind one address do not send the same twice."""
    w = Wire()
    times = [w.send('lan', udp(host, FAR, 5000 + i, payload=b'.' * 41, id=77)) for i in range(20) for host in (A, B)]
    keep = [w.send('lan', udp(A, FAR, 5000, payload=b'.' * 41, id=i, flags='DF')) for i in (78, 79)]
    keep.append(w.send('lan', udp(A, FAR, 5000, payload=b'.' * 40, id=80)))
    w.run(config())
    numbers = [w.out('wan', t).id for t in times]
    expect('different numbers', len(set(numbers)), len(times))
    expect('DF, or never fragmented: they stay', [w.out('wan', t).id for t in keep], [78, 79, 80])
    w = Wire()
    for host in (A, B):                                 # the same number, and they come mixed
        for piece in fragment(udp(host, FAR, payload=b'0123456789abcdef' * 7, id=77), 32):
            w.send('lan', piece)
    w.frames['lan'] = [f for pair in zip(w.frames['lan'][:4], w.frames['lan'][4:]) for f in pair]
    w.frames['lan'] = [(i * 0.01, data) for i, (_, data) in enumerate(w.frames['lan'])]
    w.run(config(), sums=False)
    got = [Ether(d)[IP] for _, d in w.outcome.out['wan'] if IP in Ether(d)]
    expect('two datagrams', sorted({n: [p.id for p in got].count(n) for n in {p.id for p in got}}.values()), [4, 4])
    expect('whole', len([p for p in put_together(got) if UDP in p and not p.frag and 'MF' not in p.flags]), 2)


def rfc7857_11():
    """ICMP queries: 60 s."""
    for after, passes in ((59, True), (63, False)):
        w = Wire()
        w.send('lan', IP(src=A, dst=FAR) / ICMP(type=8, id=5077, seq=1) / Raw(b'x'))
        t = w.send('wan', IP(src=FAR, dst=PUBLIC) / ICMP(type=0, id=5077, seq=1) / Raw(b'x'), after=after)
        w.run(config())
        expect('%d s' % after, w.out('lan', t) is not None, passes)


def rfc4787_req_8_by_configuration():
    """A stranger is filtered by any uplink, whether a translated packet has left by it or not; an inside host is not, and one
    that claims to be inside, from outside, is."""
    text = PORTS + '''interfaces:
  lan: {addresses: [10.0.0.1/24], pipeline: all, neighbours: {10.0.0.2: "02:00:00:00:01:02", 10.0.0.3: "02:00:00:00:01:02"}}
  wan: {addresses: [198.51.100.1/24], pipeline: all, neighbours: {198.51.100.2: "02:00:00:00:02:02"}}
  dmz: {addresses: [192.0.2.1/24], pipeline: all, neighbours: {192.0.2.2: "02:00:00:00:03:02"}}
routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}
nat: {u: {pool: [203.0.113.1]}}
pipelines:
  all: [track, {route: main}, {snat: {use: u, if: {src: 10.0.0.0/8}}}]
'''
    public = '203.0.113.1'
    for conditions in (text, text.replace('{use: u, if: {src: 10.0.0.0/8}}', 'u'),
                       text.replace('if: {src: 10.0.0.0/8}', 'if: {in: lan}')):
        for first in ('192.0.2.2', FAR):
            w = Wire()
            w.send('lan', udp(A, first, 4000, 53))
            sends = [('wan', '203.0.113.66', None), ('dmz', '203.0.113.66', None), ('wan', '198.51.100.2', None),
                     ('wan', '10.0.0.3', None), ('dmz', '10.0.0.3', None), ('lan', B, 'lan')]
            times = [(w.send(port, udp(src, public, 666, 4000)), out) for port, src, out in sends]
            w.run(conditions)
            for (t, out), what in zip(times, sends):
                expect('%s' % (what,), w.out('lan', t) is not None, out is not None)


SCENARIOS = [(name, function) for name, function in sorted(globals().items())
             if name.startswith('rfc') and callable(function)]
