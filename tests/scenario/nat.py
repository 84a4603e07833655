# SPDX-License-Identifier: BSD-3-Clause
"""NAT44: requirements of RFC 4787, 5382, 5508 and 6888 by their numbers, from frame to frame.

Inside hosts stand behind lan, 10.0.0.0/24; the world is 203.0.113.0/24 behind the router of wan."""

from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption, defragment
from scapy.layers.inet import IPerror, ICMPerror, TCPerror, UDPerror  # noqa: F401
from scapy.layers.inet6 import ICMPv6DestUnreach, IPv6
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Raw

from bench import MAC, PEER, PORTS, Failed, frame, replay, router
from packet import udp

PUBLIC = '198.51.100.1'
A, B, SERVER = '10.0.0.2', '10.0.0.3', '10.0.0.80'
FAR, OTHER = '203.0.113.9', '203.0.113.10'
ROUTER = '198.51.100.2'


def config(pool='pool: [198.51.100.1]', outside='', inside=''):
    return PORTS + '''interfaces:
  lan:
    addresses: [10.0.0.1/24]
    pipeline: inside
    neighbours: {10.0.0.2: "02:00:00:00:01:02", 10.0.0.3: "02:00:00:00:01:02", 10.0.0.80: "02:00:00:00:01:02"}
  wan:
    addresses: [198.51.100.1/24]
    pipeline: outside
    neighbours: {198.51.100.2: "02:00:00:00:02:02"}
routes:
  main: [{to: 0.0.0.0/0, via: 198.51.100.2}]
nat:
  uplink: {%s}
pipelines:
  inside: [track, %s{route: main}, {snat: uplink}]
  outside: [track, %s{route: main}]
''' % (pool, inside, outside)


class Wire:
    """Frames in, a hundredth of a second apart, and what became of each."""

    def __init__(self):
        self.frames = {'lan': [], 'wan': []}
        self.now = -0.01                # replay's time begins with its first frame

    def send(self, port, packet, after=0.01):
        self.now += after
        self.frames.setdefault(port, []).append((self.now, bytes(frame(port, packet))))
        return self.now

    def run(self, text, sums=True):
        self.outcome = replay(text, {p: f for p, f in self.frames.items() if f}, sums=sums)
        return self

    def out(self, port, when):
        """The one packet that left by a port at that time, or None."""
        found = [Ether(data)[IP] for time, data in self.outcome.out[port]
                 if abs(time - when) < 0.004 and IP in Ether(data)]
        if len(found) > 1:
            raise Failed('%d packets left by %s at %s' % (len(found), port, when))
        return found[0] if found else None

    def drops(self):
        return self.outcome.drops


def expect(what, got, wanted):
    if got != wanted:
        raise Failed('%s: %r instead of %r' % (what, got, wanted))


def endpoints(p, layer=UDP):
    return None if p is None else (p.src, p[layer].sport, p.dst, p[layer].dport)


def there_and_back():
    w = Wire()
    t = w.send('lan', udp(A, FAR))
    r = w.send('wan', udp(FAR, PUBLIC, 53, 5000))
    u = w.send('lan', udp(A, FAR))
    w.run(config())
    expect('out', endpoints(w.out('wan', t)), (PUBLIC, 5000, FAR, 53))
    expect('TTL', w.out('wan', t).ttl, 63)
    expect('back', endpoints(w.out('lan', r)), (FAR, 53, A, 5000))
    expect('out again', endpoints(w.out('wan', u)), (PUBLIC, 5000, FAR, 53))
    expect('drops', w.drops(), {})


def rfc4787_req_1():
    w = Wire()
    times = [w.send('lan', udp(A, FAR, dport=d)) for d in (53, 54)] + [w.send('lan', udp(A, OTHER))]
    w.run(config())
    expect('public endpoints', {endpoints(w.out('wan', t))[:2] for t in times}, {(PUBLIC, 5000)})


def rfc4787_req_3():
    w = Wire()
    a, b = w.send('lan', udp(A, FAR)), w.send('lan', udp(B, FAR))
    w.run(config())
    if w.out('wan', a)[UDP].sport == w.out('wan', b)[UDP].sport:
        raise Failed('two hosts share a port')


def rfc4787_req_8():
    """Filtering: from a stranger, from the same address but another port, from whom he sent to."""
    for filtering, passes in (('endpoint-independent', (True, True, True)),
                              ('address-dependent', (False, True, True)),
                              ('address-and-port-dependent', (False, False, True))):
        w = Wire()
        w.send('lan', udp(A, FAR))
        times = [w.send('wan', udp(OTHER, PUBLIC, 53, 5000)), w.send('wan', udp(FAR, PUBLIC, 99, 5000)),
                 w.send('wan', udp(FAR, PUBLIC, 53, 5000))]
        w.run(config('pool: [198.51.100.1], filtering: %s' % filtering))
        expect(filtering, tuple(w.out('lan', t) is not None for t in times), passes)


def rfc4787_req_9(layer=UDP, flags=None):
    """Hairpin: the neighbour is reached at his public endpoint, and sees a public one."""
    def packet(src, dst, sport, dport, tcp):
        l4 = UDP(sport=sport, dport=dport) if layer is UDP else TCP(sport=sport, dport=dport, flags=tcp)
        return IP(src=src, dst=dst) / l4

    w = Wire()
    w.send('lan', packet(A, FAR, 5000, 53, 'S'))
    t = w.send('lan', packet(B, PUBLIC, 6000, 5000, 'S'))
    r = w.send('lan', packet(A, PUBLIC, 5000, 6000, 'SA'))
    w.run(config())
    expect('hairpin', endpoints(w.out('lan', t), layer), (PUBLIC, 6000, A, 5000))
    expect('answer', endpoints(w.out('lan', r), layer), (PUBLIC, 5000, B, 6000))


def rfc5382_req_8():
    rfc4787_req_9(TCP)


def rfc4787_req_10():
    """No application gateway: addresses in payloads stay, and open nothing."""
    text = b'PORT 10,0,0,2,19,137\r\nREGISTER sip:x SIP/2.0\r\nContact: <sip:a@10.0.0.2:5001>\r\n\r\n'
    w = Wire()
    t = w.send('lan', udp(A, FAR, 5060, 5060, text))
    r = w.send('wan', udp(FAR, PUBLIC, 53, 5001))
    w.run(config())
    expect('payload', bytes(w.out('wan', t)[UDP].payload), text)
    expect('pinhole', w.out('lan', r), None)


def error(outer_src, outer_dst, kind, code, quoted, **fields):
    """An ICMP error that quotes raw bytes."""
    return IP(src=outer_src, dst=outer_dst) / ICMP(type=kind, code=code, **fields) / Raw(quoted)


def inner(p):
    """The quoted packet of an error that left."""
    return IP(bytes(p[ICMP])[8:])


def rfc5508_req_3_4_5():
    """Errors of all kinds about UDP, TCP and echo; whole quotes, 8 bytes, and IP options."""
    cases = []
    for name, l4 in (('udp', UDP(sport=5000, dport=53)), ('tcp', TCP(sport=5000, dport=53, flags='S')),
                     ('echo', ICMP(type=8, id=5000, seq=1))):
        for options in ([], [IPOption(b'\x94\x04\x00\x00')]):
            for cut in (8, 1000):
                cases.append((name, l4, options, cut))
    for kind, code in [(3, c) for c in range(16)] + [(11, 0), (11, 1), (12, 0)]:
        cases.append(('udp', UDP(sport=5000, dport=53), [], 1000))
        cases[-1] += ((kind, code),)
    for case in cases:
        name, l4, options, cut = case[:4]
        kind, code = case[4] if len(case) > 4 else (3, 1)
        sent = IP(src=A, dst=FAR, options=options) / l4.copy() / Raw(b'payload of it')
        # B has port 5000 already: the public one is another
        w = Wire()
        w.send('lan', IP(src=B, dst=FAR) / l4.copy())
        t = w.send('lan', sent)
        w.run(config())
        public = w.out('wan', t)
        quote = bytes(public)[:public.ihl * 4 + cut]
        e = w.send('wan', error(ROUTER, PUBLIC, kind, code, quote))
        w.run(config())
        got = w.out('lan', e)
        if got is None:
            raise Failed('%s: no error came through: %s' % (case, w.drops()))
        expect('%s: outer' % name, (got.src, got.dst), (ROUTER, A))
        as_sent = IP(bytes(sent))
        as_sent.ttl, as_sent.chksum = 63, None          # the router took one
        as_sent.id = public.id                          # whose it was is not known any more
        expect('%s: quote' % (case,), bytes(got[ICMP])[8:].hex(), bytes(as_sent)[:len(quote)].hex())


def rfc5508_req_5_from_inside():
    """An error of an inside host about what came in: it leaves with the public address."""
    w = Wire()
    w.send('lan', udp(B, FAR))
    t = w.send('lan', udp(A, FAR))
    w.run(config())
    port = w.out('wan', t)[UDP].sport
    r = w.send('wan', udp(FAR, PUBLIC, 53, port))
    w.run(config())
    came = bytes(w.out('lan', r))
    for src in (A, '10.0.0.99'):                        # the host, and a router on the way to it
        e = w.send('lan', error(src, FAR, 3, 3, came))
        w.run(config())
        got = w.out('wan', e)
        expect('outer', (got.src, got.dst), (PUBLIC, FAR))
        expect('quote', endpoints(inner(got)), (FAR, 53, PUBLIC, port))


def rfc5382_req_9_errors_without_right():
    """A wrong ICMP checksum, a wrong inner header checksum, no session: dropped."""
    sent = IP(bytes(udp(PUBLIC, FAR, ttl=63)))
    bad = IP(bytes(sent))
    bad.chksum ^= 1
    w = Wire()
    w.send('lan', udp(A, FAR))
    times = [w.send('wan', error(ROUTER, PUBLIC, 3, 1, bytes(sent), chksum=0x1234)),
             w.send('wan', error(ROUTER, PUBLIC, 3, 1, bytes(bad))),
             w.send('wan', error(ROUTER, PUBLIC, 3, 1, bytes(udp(PUBLIC, FAR, 7777))))]
    good = w.send('wan', error(ROUTER, PUBLIC, 3, 1, bytes(sent)))
    w.run(config())
    expect('passed', [w.out('lan', t) for t in times], [None] * 3)
    if w.out('lan', good) is None:
        raise Failed('the right one did not pass: %s' % w.drops())


def put_together(fragments):
    """Datagrams of fragments in any order: scapy's defragment takes them in theirs alone from 2.6 on."""
    return defragment(sorted(fragments, key=lambda p: (p.id, p.frag)))


def rfc4787_req_14():
    """Fragments of one datagram in every order: all leave with the public source."""
    from itertools import permutations
    from scapy.layers.inet import fragment
    sent = udp(A, FAR, payload=b'0123456789abcdef' * 6, id=77)
    pieces = fragment(sent, 32)
    for order in list(permutations(range(len(pieces))))[::4]:
        w = Wire()
        for i in order:
            w.send('lan', pieces[i])
        w.run(config())
        got = [Ether(d)[IP] for _, d in w.outcome.out['wan'] if IP in Ether(d)]
        whole = [p for p in put_together(got) if UDP in p]
        expect('%s: datagrams' % (order,), [endpoints(IP(bytes(p))) for p in whole], [(PUBLIC, 5000, FAR, 53)])
        expect('%s: payload' % (order,), bytes(IP(bytes(whole[0]))[UDP].payload), bytes(sent[UDP].payload))


def rfc4787_req_2():
    """Paired pooling: one host, many flows, four addresses."""
    w = Wire()
    times = [w.send('lan', udp(A, FAR, 5000 + i)) for i in range(200)]
    w.run(config('pool: [198.51.100.8/30]'))
    expect('public addresses', len({w.out('wan', t).src for t in times}), 1)


def rfc5508_req_1():
    w = Wire()
    times = [w.send('lan', IP(src=h, dst=FAR) / ICMP(type=8, id=7, seq=1) / Raw(b'x')) for h in (A, B)]
    w.run(config())
    ids = [w.out('wan', t)[ICMP].id for t in times]
    if ids[0] == ids[1]:
        raise Failed('two hosts share an identifier')
    back = [w.send('wan', IP(src=FAR, dst=PUBLIC) / ICMP(type=0, id=i, seq=1) / Raw(b'x')) for i in ids]
    w.run(config())
    for t, host in zip(back, (A, B)):
        expect('answer', (w.out('lan', t).dst, w.out('lan', t)[ICMP].id), (host, 7))


def zeros_only():
    """An answer that is nothing but zeros once its identifier is: RFC 1624's equation gives 0 as its checksum."""
    w = Wire()
    times = [w.send('lan', IP(src=h, dst=FAR) / ICMP(type=8, id=0) / Raw(bytes(4))) for h in (A, B)]
    w.run(config())
    ids = [w.out('wan', t)[ICMP].id for t in times]
    expect('identifiers', len({*ids}), 2)
    back = [w.send('wan', IP(src=FAR, dst=PUBLIC) / ICMP(type=0, id=i) / Raw(bytes(4))) for i in ids]
    w.run(config())
    for t in back:
        expect('answer', bytes(w.out('lan', t)[ICMP]).hex(), '0000ffff' + '00' * 8)


def rfc5508_req_8():
    """No port: the sender is told, and who has one keeps it."""
    w = Wire()
    w.send('lan', udp(A, FAR, 5000))
    w.send('lan', udp(A, FAR, 5001))
    t = w.send('lan', udp(B, FAR, 5002))
    u = w.send('lan', udp(A, OTHER, 5000))
    w.run(config('pool: [198.51.100.1], ports: 6000-6001'))
    told = w.out('lan', t)
    expect('told', (told[ICMP].type, told[ICMP].code, told.dst), (3, 13, B))
    expect('drops', w.drops(), {'nat_no_port': 1})
    if w.out('wan', u) is None:
        raise Failed('an old mapping was lost')


def rfc6888_req_4():
    w = Wire()
    for i in range(5):
        w.send('lan', udp(A, FAR, 5000 + i))
    w.send('lan', udp(B, FAR, 5000))
    w.run(config('pool: [198.51.100.1], per_source: 3'))
    expect('drops', w.drops(), {'nat_quota': 2})


def rfc6888_req_6():
    """No translation for some destinations."""
    text = config().replace('{snat: uplink}', '{snat: {use: uplink, if: {dst: "!203.0.113.10"}}}')
    w = Wire()
    t, u = w.send('lan', udp(A, FAR)), w.send('lan', udp(A, OTHER))
    w.run(text)
    expect('translated', w.out('wan', t).src, PUBLIC)
    expect('as it is', w.out('wan', u).src, A)


def rfc6888_req_8():
    """A port rests for 120 s after its last session."""
    text = config('pool: [198.51.100.1], ports: 6000-6000').replace(
        '[track, {route', '[{track: {timeouts: {udp: 10s}}}, {route')
    w = Wire()
    w.send('lan', udp(A, FAR))
    t = w.send('lan', udp(B, FAR), after=60)
    u = w.send('lan', udp(A, FAR), after=1)
    v = w.send('lan', udp(B, FAR), after=140)
    w.run(text)
    expect('others wait', w.out('wan', t), None)
    expect('its own has it back', endpoints(w.out('wan', u)), (PUBLIC, 6000, FAR, 53))
    expect('free again', endpoints(w.out('wan', v)), (PUBLIC, 6000, FAR, 53))


def rfc6888_req_8_and_its_neighbours():
    """A host with all ports at rest leaves the next one half of them, in each protocol, and goes on itself."""
    text = config('pool: [198.51.100.1], ports: 6000-6007').replace(
        '[track, {route', '[{track: {timeouts: {udp: 10s, icmp: 10s}}}, {route')

    def query(host, number):
        return IP(src=host, dst=FAR) / ICMP(type=8, id=number) / Raw(b'query')

    w = Wire()
    for i in range(8):
        w.send('lan', udp(A, FAR, sport=7000 + i))
        w.send('lan', query(A, 7000 + i))
    w.send('wan', udp(FAR, PUBLIC, 53, 22), after=60)    # time for the sweep
    half = [w.send('lan', packet) for i in range(4)
            for packet in (udp(B, FAR, sport=8000 + i), query(B, 8000 + i))]
    more = [w.send('lan', packet) for packet in (udp(B, FAR, sport=8004), query(B, 8004))]
    own = [w.send('lan', packet) for packet in (udp(A, FAR, sport=9000), query(A, 9000))]
    w.run(text)
    expect('its half', [w.out('wan', t) is not None for t in half], [True] * 8)
    expect('not more', [w.out('wan', t) is not None for t in more], [False] * 2)
    expect('its own', [w.out('wan', t) is not None for t in own], [True] * 2)


def rfc4787_req_5_and_6():
    """Alive at 299 s; what comes in does not keep it."""
    w = Wire()
    w.send('lan', udp(A, FAR))
    t = w.send('wan', udp(FAR, PUBLIC, 53, 5000), after=299)
    u = w.send('wan', udp(FAR, PUBLIC, 53, 5000), after=10)
    w.run(config())
    if w.out('lan', t) is None:
        raise Failed('not alive at 299 s')
    expect('refreshed from outside', w.out('lan', u), None)


def port_forward():
    w = Wire()
    tcp = IP(src=FAR, dst=PUBLIC) / TCP(sport=40000, dport=8080, flags='S', seq=100)
    t = w.send('wan', tcp)
    answer = IP(src=SERVER, dst=FAR) / TCP(sport=80, dport=40000, flags='SA', seq=500, ack=101)
    r = w.send('lan', answer)
    w.run(config(outside='{dnat: {to: "10.0.0.80:80", ports: 8080-8089, if: {dst: 198.51.100.1}}}, '))
    expect('in', endpoints(w.out('lan', t), TCP), (FAR, 40000, SERVER, 80))
    expect('answer', endpoints(w.out('wan', r), TCP), (PUBLIC, 8080, FAR, 40000))


def port_forward_of_a_range():
    w = Wire()
    times = [w.send('wan', udp(FAR, PUBLIC, 40000, p)) for p in (7999, 8000, 8005, 8009, 8010)]
    w.run(config(outside='{dnat: {to: "10.0.0.80:9000", ports: 8000-8009, if: {dst: 198.51.100.1}}}, '))
    expect('ports', [w.out('lan', t)[UDP].dport if w.out('lan', t) else None for t in times],
           [None, 9000, 9005, 9009, None])


def one_to_one():
    text = config(outside='{dnat: {to: 10.0.0.2, if: {dst: 198.51.100.7}}}, ').replace(
        '{snat: uplink}', '{snat: {to: 198.51.100.7, if: {src: 10.0.0.2}}}')
    w = Wire()
    t = w.send('lan', udp(A, FAR))
    u = w.send('wan', udp(OTHER, '198.51.100.7', 99, 88))
    w.run(text)
    expect('out', endpoints(w.out('wan', t)), ('198.51.100.7', 5000, FAR, 53))
    expect('in', endpoints(w.out('lan', u)), (OTHER, 99, A, 88))


def pool_addresses_are_ours():
    """ARP is answered for a pool's address; nothing mapped, nothing delivered."""
    w = Wire()
    w.now += 0.01
    w.frames['wan'].append((w.now, Ether(src=PEER['wan'], dst='ff:ff:ff:ff:ff:ff')
                            / ARP(op=1, hwsrc=PEER['wan'], psrc=ROUTER, pdst='198.51.100.9')))
    w.send('wan', udp(FAR, '198.51.100.9'))
    w.run(config('pool: [198.51.100.9]'))
    answers = [Ether(d)[ARP] for _, d in w.outcome.out['wan'] if ARP in Ether(d)]
    if not any(a.op == 2 and a.psrc == '198.51.100.9' and a.hwsrc == MAC['wan'] for a in answers):
        raise Failed('no answer')
    expect('drops', w.drops(), {'nat_no_mapping': 1})


def nothing_leaves_untranslated():
    """A segment in mid-stream without a session does not show the inside."""
    w = Wire()
    t = w.send('lan', IP(src=A, dst=FAR) / TCP(sport=1, dport=2, flags='A'))
    w.run(config().replace('inside: [track', 'inside: [{track: {invalid: pass}}'))
    expect('out', w.out('wan', t), None)
    expect('drops', w.drops(), {'tcp_no_session': 1})


def sources_of_ipv6():
    """Conversations of two inside hosts with one station are told apart by ports alone: without ports the second is refused, and its sender told."""
    def esp(src, dst):
        return frame('lan', IPv6(src=src, dst=dst, nh=50) / Raw(bytes(3) + b'\x07' + bytes(12)))

    inside, other, far = '2001:db8:1::2', '2001:db8:1::3', '2001:db8:9::9'
    outcome = replay(router('[track, {route: main}, {snat: {to: "2001:db8:2::7", if: {in: lan}}}]'), {'lan': [
        (0, esp(other, far)), (1, esp(inside, far)), (2, esp(inside, '2001:db8:9::a')),
        (3, frame('lan', IPv6(src=other, dst=far) / UDP(sport=5000, dport=53))), (4, frame('lan', IPv6(src=inside, dst=far) / UDP(sport=5000, dport=53)))]})
    out = [(round(when), Ether(data)[IPv6]) for when, data in outcome.out['wan'] if IPv6 in Ether(data)]
    expect('out', [(when, p.src) for when, p in out], [(when, '2001:db8:2::7') for when in (0, 2, 3, 4)])
    expect('ports', (out[2][1][UDP].sport, out[3][1][UDP].sport == 5000), (5000, False))
    expect('drops', outcome.drops, {'nat_no_port': 1})
    told = [Ether(data)[IPv6] for _, data in outcome.out['lan'] if ICMPv6DestUnreach in Ether(data)]
    expect('told', [(p.dst, p[ICMPv6DestUnreach].code) for p in told], [(inside, 1)])


SCENARIOS = [(name, function) for name, function in sorted(globals().items())
             if name.startswith('rfc') and callable(function)] + [
    ('there and back', there_and_back),
    ('zeros only', zeros_only),
    ('port forward', port_forward),
    ('port forward of a range', port_forward_of_a_range),
    ('one to one', one_to_one),
    ('sources of IPv6', sources_of_ipv6),
    ('pool addresses are ours', pool_addresses_are_ours),
    ('nothing leaves untranslated', nothing_leaves_untranslated),
]
