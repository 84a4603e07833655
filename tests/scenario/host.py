# SPDX-License-Identifier: BSD-3-Clause
"""Being a host: ICMP errors and what is in them, echo, ARP and Neighbour Discovery, packets that wait."""

from bench import PORTS, ROUTER, Failed, replay, table
from packets import *  # noqa: F403

UNKNOWN = ROUTER.replace('neighbours', '# neighbours')          # nobody is known


def expect(condition, what):
    if not condition:
        raise Failed(str(what))


# --- ICMP errors ---


def icmp_error(kind, code, quoted, src='10.0.0.1'):
    """An ICMP error on lan that quotes the packet as it came."""
    def check(p):
        ip, icmp = p[IP], p[ICMP]
        expect((icmp.type, icmp.code) == (kind, code), p.summary())
        expect((ip.src, ip.dst) == (src, quoted[IP].src), p.summary())
        expect((p.src, p.dst) == (MAC['lan'], PEER['lan']), 'MACs of ' + p.summary())
        quote = bytes(p[ICMP].payload)
        expect(len(quote) >= 28 and ip.len <= 576, 'quotes %d bytes' % len(quote))
        expect(bytes(quoted[IP])[:len(quote)] == quote, 'quotes another packet')
        expect(ip.ttl >= 64 and ip.tos & 3 == 0, 'TTL %d, TOS %d' % (ip.ttl, ip.tos))
    return check


def icmp6_error(kind, code, quoted, src='2001:db8:1::1'):
    def check(p):
        ip = p[IPv6]
        data = bytes(ip.payload)
        expect((ip.nh, data[0], data[1]) == (58, kind, code), p.summary())
        expect((ip.src, ip.dst) == (src, quoted[IPv6].src), p.summary())
        expect(len(bytes(ip)) <= 1280, '%d bytes' % len(bytes(ip)))
        quote = data[8:]
        expect(quote == bytes(quoted[IPv6])[:1280 - 48], 'quotes another packet, or not enough of it')
    return check


def expired(what, packet):
    check = icmp_error(11, 0, packet) if IP in packet else icmp6_error(3, 0, packet)
    return (what, 'lan', packet, 'drop ttl_expired', [('lan', check)])


def silent(what, packet, reason='ttl_expired'):
    return (what, 'lan', packet, 'drop ' + reason, None)


EXPIRED = [
    expired('TTL 1', lan(udp(ttl=1))),
    expired('TTL 0', lan(udp(ttl=0))),
    expired('TCP', lan(tcp(ttl=1))),
    expired('echo request', lan(IP(src=A, dst=B, ttl=1) / ICMP(id=9))),
    expired('a large packet is quoted in part', lan(udp(ttl=1, payload=b'x' * 1400))),
    expired('a small one', lan(IP(src=A, dst=B, ttl=1, proto=99) / Raw(b'12345678'))),
    expired('with options', lan(udp(ttl=1, options=[IPOption(b'\x94\x04\0\0')]))),
    expired('a first fragment', lan(udp(ttl=1, flags='MF', payload=b'x' * 64))),
    expired('hop limit 1', lan(udp6(hlim=1))),
    expired('hop limit 0', lan(udp6(hlim=0))),
    expired('a large IPv6 packet', lan(udp6(hlim=1, payload=b'x' * 1400))),
    expired('ICMPv6 echo', lan(IPv6(src=A6, dst=B6, hlim=1) / ICMPv6EchoRequest(id=1))),
    silent('no error about an error', lan(IP(src=A, dst=B, ttl=1) / ICMP(type=3, code=3) / udp(src=B, dst=A))),
    silent('nor about an ICMPv6 error', lan(IPv6(src=A6, dst=B6, hlim=1) / ICMPv6Unknown(type=1, code=0)
                                            / Raw(bytes(4) + bytes(udp6(src=B6, dst=A6))))),
    silent('nor about a later fragment', lan(IP(src=A, dst=B, ttl=1, proto=17, frag=9) / Raw(b'x' * 8))),
]

NO_ROUTE = PORTS + '''interfaces:
  lan:
    addresses: [10.0.0.1/24, "2001:db8:1::1/64"]
    pipeline: all
    neighbours: {10.0.0.2: "02:00:00:00:01:02", "2001:db8:1::2": "02:00:00:00:01:02"}
routes:
  main:
    - {to: 203.0.113.64/26, reject: true}
pipelines:
  all: [{route: main}]
'''

UNREACHABLE = [
    ('no route', 'lan', lan(udp()), 'drop no_route', [('lan', icmp_error(3, 0, lan(udp())))]),
    ('IPv6 no route', 'lan', lan(udp6()), 'drop no_route', [('lan', icmp6_error(1, 0, lan(udp6())))]),
    ('a route that rejects', 'lan', lan(udp(dst='203.0.113.65')), 'drop no_route',
     [('lan', icmp_error(3, 1, lan(udp(dst='203.0.113.65'))))]),
]

OWN = [
    ('a port that nobody serves', 'lan', lan(udp(dst='10.0.0.1')), 'drop local_no_service',
     [('lan', icmp_error(3, 3, lan(udp(dst='10.0.0.1'))))]),
    ('by the address of another interface', 'lan', lan(udp(dst='198.51.100.1')), 'drop local_no_service',
     [('lan', icmp_error(3, 3, lan(udp(dst='198.51.100.1')), src='198.51.100.1'))]),
    ('a protocol that nobody serves', 'lan', lan(IP(src=A, dst='10.0.0.1', proto=99) / Raw(b'12345678')),
     'drop local_no_service', [('lan', icmp_error(3, 2, lan(IP(src=A, dst='10.0.0.1', proto=99)
                                                            / Raw(b'12345678'))))]),
    ('IPv6', 'lan', lan(udp6(dst='2001:db8:1::1')), 'drop local_no_service',
     [('lan', icmp6_error(1, 4, lan(udp6(dst='2001:db8:1::1'))))]),
    ('TCP', 'lan', lan(tcp(dst='10.0.0.1')), 'drop local_no_service',
     [('lan', lambda p: expect(str(p[TCP].flags) == 'RA' and p[TCP].ack == 1, p.summary()))]),
]

# --- echo ---


def answer4(request):
    """The same message back, with the type of an answer."""
    def check(p):
        want = bytes(request[IP][ICMP])[4:]
        got = bytes(p[IP].payload)
        expect((p[ICMP].type, p[ICMP].code) == (0, 0) and got[4:] == want, p.summary())
        expect((p[IP].src, p[IP].dst) == (request[IP].dst, request[IP].src), p.summary())
        expect((p.src, p.dst) == (MAC['lan'], PEER['lan']), 'MACs of ' + p.summary())
    return check


def answer6(request):
    def check(p):
        got = bytes(p[IPv6].payload)
        expect(got[0] == 129 and got[4:] == bytes(request[IPv6].payload)[4:], p.summary())
        expect((p[IPv6].src, p[IPv6].dst) == (request[IPv6].dst, request[IPv6].src), p.summary())
    return check


def ping(dst, data=b'data', **ip):
    return lan(IP(src=A, dst=dst, **ip) / ICMP(id=7, seq=3) / Raw(data))


def ping6(dst, data=b'data'):
    return lan(IPv6(src=A6, dst=dst) / ICMPv6EchoRequest(id=7, seq=3, data=data))


ECHO = [
    (what, 'lan', p, 'consumed', [('lan', check(p))]) for what, p, check in (
        ('own address', ping('10.0.0.1'), answer4),
        ('address of another interface', ping('198.51.100.1'), answer4),
        ('1472 bytes', ping('10.0.0.1', b'x' * 1472), answer4),
        ('no data', ping('10.0.0.1', b''), answer4),
        ('TTL 1 is enough', ping('10.0.0.1', ttl=1), answer4),
        ('IPv6', ping6('2001:db8:1::1'), answer6),
        ('IPv6, another interface', ping6('2001:db8:2::1'), answer6))
] + [
    ('a wrong checksum is not answered', 'lan', lan(IP(src=A, dst='10.0.0.1') / ICMP(chksum=0x1111)),
     'drop icmp_bad_checksum', None),
    ('an answer is taken', 'lan', lan(IP(src=A, dst='10.0.0.1') / ICMP(type=0, id=7)), 'consumed', None),
]

# --- ARP and ND: questions about us ---

EVERYONE = 'ff:ff:ff:ff:ff:ff'


def arp_answer(p):
    a = p[ARP]
    expect((a.op, a.hwsrc, a.psrc, a.hwdst, a.pdst) == (2, MAC['lan'], '10.0.0.1', PEER['lan'], A), p.summary())
    expect(p.dst == PEER['lan'], p.summary())


def ask(target, **fields):
    return lan(ARP(op=1, hwsrc=PEER['lan'], psrc=A, pdst=target, **fields), dst=EVERYONE)


def solicit(target, src=A6, hlim=255, option=True):
    group = 'ff02::1:ff00:%s' % target.split(':')[-1]
    packet = IPv6(src=src, dst=group, hlim=hlim) / ICMPv6ND_NS(tgt=target)
    if option:
        packet /= ICMPv6NDOptSrcLLAddr(lladdr=PEER['lan'])
    return lan(packet, dst='33:33:ff:00:00:01')


def nd_answer(p):
    na = p[ICMPv6ND_NA]
    expect((na.tgt, na.R, na.S, na.O) == ('2001:db8:1::1', 1, 1, 1), p.summary())
    expect(p[ICMPv6NDOptDstLLAddr].lladdr == MAC['lan'] and p[IPv6].hlim == 255, p.summary())
    expect((p.dst, p[IPv6].dst) == (PEER['lan'], A6), p.summary())


QUESTIONS = [
    ('who has our address', 'lan', ask('10.0.0.1'), 'consumed', [('lan', arp_answer)]),
    ('who has another', 'lan', ask('10.0.0.77'), 'consumed', None),
    ('IPv6: who has our address', 'lan', solicit('2001:db8:1::1'), 'consumed', [('lan', nd_answer)]),
    ('IPv6: who has another', 'lan', solicit('2001:db8:1::77'), 'consumed', None),
    ('IPv6: from beyond a router', 'lan', solicit('2001:db8:1::1', hlim=254), 'drop neighbour_bad', None),
    ('ARP of another hardware', 'lan', ask('10.0.0.1', hwtype=6), 'drop neighbour_bad', None),
    ('from an address off the link, as Linux asks', 'lan', frame('lan', ARP(op=1, hwsrc=PEER['lan'], psrc='10.99.0.1',
     pdst='10.0.0.1'), dst=EVERYONE), 'consumed', [('lan', lambda p: expect((p[ARP].op, p[ARP].psrc, p[ARP].pdst) == (
         2, '10.0.0.1', '10.99.0.1'), p.summary()))]),
    ('as our own address', 'lan', frame('lan', ARP(op=1, hwsrc=PEER['lan'], psrc='10.0.0.1', pdst=A), dst=EVERYONE),
     'drop neighbour_ours', None),
    ('with a group MAC', 'lan', frame('lan', ARP(op=1, hwsrc='01:00:5e:00:00:01', psrc=A, pdst='10.0.0.1'), dst=EVERYONE),
     'drop neighbour_mac', None),
    ('from a broadcast address', 'lan', frame('lan', ARP(op=1, hwsrc=PEER['lan'], psrc='10.0.0.255', pdst='10.0.0.1'),
                                              dst=EVERYONE), 'drop neighbour_address', None),
    ('against a static neighbour', 'lan', frame('lan', ARP(op=1, hwsrc='02:00:00:00:01:77', psrc=A, pdst='10.0.0.1'),
                                                dst=EVERYONE), 'drop neighbour_static', None),
]

# --- questions of ours, and packets that wait for the answer ---


def is_question(p, target, port='wan'):
    a = p[ARP]
    expect((a.op, a.pdst, a.hwsrc) == (1, target, MAC[port]) and p.dst == EVERYONE, p.summary())


def arp_reply(port, address, ours):
    return frame(port, ARP(op=2, hwsrc=PEER[port], psrc=address, hwdst=MAC[port], pdst=ours))


def arp_resolves():
    """The first packet waits and leaves when the answer comes; the next ones leave at once."""
    first, second = lan(udp(payload=b'first')), lan(udp(payload=b'second'))
    outcome = replay(UNKNOWN, {
        'lan': [(0, first), (0.5, second)],
        'wan': [(0.25, arp_reply('wan', '198.51.100.2', '198.51.100.1'))]})
    out = [Ether(data) for _, data in outcome.out['wan']]
    times = [when for when, _ in outcome.out['wan']]
    expect([p['verdict'] for p in outcome.packets] == ['held', 'consumed', 'output'], outcome.packets)
    expect(len(out) == 3 and times == [0, 0.25, 0.5], times)
    is_question(out[0], '198.51.100.2')
    expect(bytes(out[1]) == bytes(forwarded(first, 'wan')), out[1].summary())
    expect(bytes(out[2]) == bytes(forwarded(second, 'wan')), out[2].summary())


def nd_resolves():
    first = lan(udp6(payload=b'first'))
    reply = frame('wan', IPv6(src='2001:db8:2::2', dst='2001:db8:2::1', hlim=255)
                  / ICMPv6ND_NA(tgt='2001:db8:2::2', R=0, S=1, O=1) / ICMPv6NDOptDstLLAddr(lladdr=PEER['wan']))
    outcome = replay(UNKNOWN, {'lan': [(0, first)], 'wan': [(0.25, reply)]})
    out = [Ether(data) for _, data in outcome.out['wan']]
    expect([p['verdict'] for p in outcome.packets] == ['held', 'consumed'], outcome.packets)
    expect(len(out) == 2 and out[0][ICMPv6ND_NS].tgt == '2001:db8:2::2', [p.summary() for p in out])
    expect(out[0][IPv6].dst == 'ff02::1:ff00:2' and out[0][IPv6].hlim == 255, out[0].summary())
    expect(out[0].dst == '33:33:ff:00:00:02', out[0].summary())
    expect(bytes(out[1]) == bytes(forwarded(first, 'wan')), out[1].summary())


def nobody_answers():
    """Three questions, a second apart; then the packet is dropped and its sender told."""
    packet = lan(udp())
    outcome = replay(UNKNOWN.replace('  wan:', '  wan:', 1), {
        'lan': [(0, packet)]}, ['--until', '10'])
    questions = [when for when, data in outcome.out['wan'] if ARP in Ether(data)]
    expect(len(questions) == 3 and all(abs(when - i) < 0.25 for i, when in enumerate(questions)), questions)
    expect(outcome.drops == {'neighbour_unresolved': 1} and outcome.ledger['held'] == 0, outcome.ledger)


def sixteen_wait():
    """A seventeenth packet to a neighbour that was asked takes the place of the first."""
    packets = [lan(udp(payload=b'%d' % i)) for i in range(17)]
    outcome = replay(UNKNOWN, {
        'lan': [(i * 0.01, p) for i, p in enumerate(packets)],
        'wan': [(0.2, arp_reply('wan', '198.51.100.2', '198.51.100.1'))]})
    out = [data for _, data in outcome.out['wan']]
    expect(out[1:] == [bytes(forwarded(p, 'wan')) for p in packets[1:]], [Ether(p).summary() for p in out])
    expect(outcome.drops == {'neighbour_queue_full': 1}, outcome.drops)


def still_held():
    """What waits at the end of time is held, and the ledger balances with it."""
    outcome = replay(UNKNOWN, {'lan': [(0, lan(udp()))]})
    expect(outcome.ledger['held'] == 1 and outcome.packets[0]['verdict'] == 'held', outcome.ledger)


SCENARIOS = [
    ('time exceeded: to whom, from whom, with what', table(ROUTER, EXPIRED)),
    ('destination unreachable', table(NO_ROUTE, UNREACHABLE)),
    ('packets to our addresses that nobody serves', table(ROUTER, OWN)),
    ('echo', table(ROUTER, ECHO)),
    ('ARP and ND: questions about us', table(ROUTER, QUESTIONS)),
    ('ARP: a packet waits for the answer', arp_resolves),
    ('ND: a packet waits for the answer', nd_resolves),
    ('nobody answers', nobody_answers),
    ('sixteen packets wait, the newest', sixteen_wait),
    ('what waits at the end is held', still_held),
]
