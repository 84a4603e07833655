# SPDX-License-Identifier: BSD-3-Clause
"""What the way of a packet asks of it: a route back to its source (stage rpf), an MSS that fits (stage mss)."""

import random

from bench import ROUTES, Failed, forwarded, replay, router, run_table, table
from captures import Folder, expect
from packets import *  # noqa: F403
from raw import transport

# --- rpf ---

RPF_ROUTES = '''routes:
  main:
    - {to: 0.0.0.0/0, via: [198.51.100.2, 192.0.2.2]}
    - {to: "::/0", via: "2001:db8:2::2"}
    - {to: 203.0.113.0/24, via: 198.51.100.2}
    - {to: 203.0.113.64/26, blackhole: true}
    - {to: 203.0.113.128/26, reject: true}
    - {to: 172.16.0.0/16, dev: lan}
    - {to: "2001:db8:ffff::/48", via: "2001:db8:2::2"}
    - {to: "2001:db8:ffff:4000::/50", blackhole: true}
  narrow:
    - {to: 203.0.113.0/24, via: 198.51.100.2}
'''
FAILED = 'drop rpf_failed'


def passes(what, frame_, out, port='lan'):
    return (what, port, frame_, 'output ' + out, FORWARDED)


def fails(what, frame_, port='lan'):
    return (what, port, frame_, FAILED, None)


def rpf(said):
    return router('[{rpf: %s}, {route: main}]' % said, routes=RPF_ROUTES)


STRICT = [
    passes('a station of the link', lan(udp(dst='203.0.113.9')), 'wan'),
    passes('a prefix of the link', lan(udp(src='172.16.9.9', dst='203.0.113.9')), 'wan'),
    fails('a source whose route leads elsewhere', lan(udp(src='203.0.113.9', dst='203.0.113.8'))),
    fails('again, from the record', lan(udp(src='203.0.113.9', dst='203.0.113.8'))),
    passes('the same source where it belongs', wan(udp(src='203.0.113.9', dst=A)), 'lan', 'wan'),
    passes('the default route', wan(udp(src='192.88.99.1', dst=A)), 'lan', 'wan'),
    passes('its other next hop', frame('dmz', udp(src='192.88.99.1', dst=A)), 'lan', 'dmz'),
    fails('neither of them', lan(udp(src='192.88.99.1', dst='203.0.113.9'))),
    fails('a neighbour of another link', wan(udp(src=A, dst='192.0.2.2')), 'wan'),
    fails('a blackhole', wan(udp(src='203.0.113.65', dst=A)), 'wan'),
    fails('a route that rejects', wan(udp(src='203.0.113.129', dst=A)), 'wan'),
    fails('an address of ours', lan(udp(src='10.0.0.1'))),
    fails('an address of ours on another interface', lan(udp(src='198.51.100.1'))),
    fails('a broadcast address', lan(udp(src='10.0.0.255'))),
    ('no address so far', 'lan', lan(udp(src='0.0.0.0')), 'drop martian', None),
    passes('IPv6, a station of the link', lan(udp6()), 'wan'),
    fails('IPv6, of another link', wan(udp6(src=A6, dst='2001:db8:3::2')), 'wan'),
    fails('IPv6, a blackhole', wan(udp6(src='2001:db8:ffff:4000::1', dst=A6)), 'wan'),
    passes('IPv6, default', wan(udp6(src='2001:db8:8888::1', dst=A6)), 'lan', 'wan'),
    fails('IPv6, default leads elsewhere', frame('dmz', udp6(src='2001:db8:8888::1', dst=A6)), 'dmz'),
    fails('IPv6, an address of ours', lan(udp6(src='2001:db8:1::1'))),
    ('a link-local source speaks to us', 'lan',
     lan(IPv6(src='fe80::9', dst='2001:db8:1::1') / ICMPv6EchoRequest(id=7)), 'consumed', [('lan', lambda p: None)]),
    ('a link-local source is not forwarded', 'lan', lan(udp6(src='fe80::9')), 'drop martian', None),
]

LOOSE = [
    passes('a source whose route leads elsewhere', lan(udp(src='203.0.113.9', dst='203.0.113.8')), 'wan'),
    fails('a blackhole', lan(udp(src='203.0.113.65'))),
    fails('a route that rejects', lan(udp(src='203.0.113.129'))),
    fails('an address of ours', lan(udp(src='198.51.100.1'))),
    passes('IPv6, elsewhere', frame('dmz', udp6(src='2001:db8:8888::1', dst=A6)), 'lan', 'dmz'),
    fails('IPv6, a blackhole', lan(udp6(src='2001:db8:ffff:4000::1'))),
]

NO_DEFAULT = [
    passes('a prefix', lan(udp(src='203.0.113.9', dst='203.0.113.8')), 'wan'),
    fails('the default route', wan(udp(src='192.88.99.1', dst=A)), 'wan'),
    fails('IPv6, the default route', wan(udp6(src='2001:db8:8888::1', dst=A6)), 'wan'),
]

NO_ROUTE = [
    passes('a prefix of the table', lan(udp(src='203.0.113.9', dst='203.0.113.8')), 'wan'),
    fails('no route at all', lan(udp(src='192.88.99.1', dst='203.0.113.8'))),
    fails('IPv6', lan(udp6(src='2001:db8:8888::1'))),
    passes('a station of a link', lan(udp(dst='203.0.113.8')), 'wan'),
]


def replies_of_a_forward():
    """The source that counts is that of the packet, not the public one that track has put in its place."""
    config = router('[{dnat: {to: 10.0.0.2, if: {in: wan, dst: 198.51.100.8}}}, {rpf: strict}, {route: main}]',
                    routes=RPF_ROUTES).replace('[{dnat', '[track, {dnat')
    outcome = replay(config, {'wan': [(0, wan(udp(src=B, sport=4000, dport=80, dst='198.51.100.8')))],
                              'lan': [(1, lan(udp(sport=80, dport=4000, dst=B)))]})
    was = [(p['verdict'], p.get('out')) for p in outcome.packets]
    if was != [('output', 'lan'), ('output', 'wan')]:
        raise Failed('%s\n%s' % (was, outcome.packets))


def words():
    for line, said in (('rpf: maybe', "unknown value 'maybe'"), ('rpf: {table: nothing}', 'nothing'), ('rpf: {mode: strict, via: lan}', 'via')):
        ran = Folder(router('[{%s}, {route: main}]' % line, routes=RPF_ROUTES)).weir('check', 'weir.yaml')
        expect(ran, 1, said, 'weir.yaml:')
    bare = router('[rpf, {route: main}]', routes=RPF_ROUTES)
    run_table(bare, [fails('rpf alone is strict', lan(udp(src='203.0.113.9', dst='203.0.113.8')))])
    other = router('[rpf, {route: other}]', routes=ROUTES.replace('main:', 'other:'))
    expect(Folder(other).weir('check', 'weir.yaml'), 1, "no route table 'main'")


# --- mss ---

def lowered(options, most):
    """The bytes of options as they leave: the reference, by RFC 9293 3.1."""
    out, at = bytearray(options), 0
    while at < len(out) and out[at] != 0:
        if out[at] == 1:
            at += 1
            continue
        if at + 1 >= len(out) or out[at + 1] < 2 or at + out[at + 1] > len(out):
            break
        if out[at] == 2 and out[at + 1] == 4 and int.from_bytes(out[at + 2:at + 4], 'big') > most:
            out[at + 2:at + 4] = most.to_bytes(2, 'big')
        at += out[at + 1]
    return bytes(out)


def segment(options, flags='S', family=4, sport=1000, payload=b''):
    """A segment whose options are these bytes, padded to words of four; scapy computes the checksum."""
    options = options + b'\0' * (-len(options) % 4)
    ip = IP(src=A, dst=B) if family == 4 else IPv6(src=A6, dst=B6)
    return ip / TCP(sport=sport, dport=80, flags=flags, dataofs=5 + len(options) // 4) / Raw(options + payload)


def summed(packet):
    """The same with the right checksum: scapy takes what stands behind the 20 bytes for data, which sums the same."""
    data = bytes(packet)
    at, ends = (20, data[12:20]) if isinstance(packet, IP) else (40, data[8:40])
    return type(packet)(data[:at] + transport(ends, b'', 6, data[at:], 16))


def random_options(chance):
    options = b''
    while len(options) < 36 and chance.random() < 0.8:
        options += chance.choice([
            b'\x01', b'\x02\x04' + chance.randrange(65536).to_bytes(2, 'big'), b'\x03\x03\x07', b'\x04\x02',
            b'\x08\x0a' + bytes(8), b'\x02\x03\x55', b'\x02\x00', b'\xfd\x01', bytes(chance.randrange(256) for _ in range(3)), b'\0'])
    return options[:40]


def clamps(said, most4, most6, mtus=('', '')):
    """Random and hostile options, in both families and with each combination of flags that may carry them."""
    def run():
        chance = random.Random(7)
        config = router('[{route: main}, {mss: %s}]' % said)
        config = config.replace('  lan:\n', '  lan:\n' + mtus[0]).replace('  wan:\n', '  wan:\n' + mtus[1])
        config = config.replace('ports:\n  lan:\n' + mtus[0], 'ports:\n  lan:\n')
        cases = []
        for i in range(240):
            family, flags = chance.choice((4, 6)), chance.choice(('S', 'SA', 'S', 'SEC', 'A', 'R'))
            options = random_options(chance) if i > 8 else [
                b'\x02\x04\xff\xff', b'\x01\x02\x04\xff\xff', b'\x02\x04\x02\x00', b'\x02\x04\xff\xff\x01\x02\x04\xff\xff', b'',
                b'\x01\x01\x01\x02\x04\xff\xff', b'\x01' * 36 + b'\x02\x04\xff\xff', b'\x02', b'\x01' * 38 + b'\x02\x04'][i]
            options += b'\0' * (-len(options) % 4)
            new = lowered(options, most4 if family == 4 else most6) if 'S' in flags else options
            payload = b'x' * chance.choice((0, 0, 3))
            came = summed(segment(options, flags, family, 1000 + i, payload))
            want = summed(segment(new, flags, family, 1000 + i, payload))
            cases.append(('options %s of %s' % (options.hex(), flags), 'lan', lan(came), 'output wan', [('wan', forwarded(lan(want), 'wan'))]))
        run_table(config, cases)
    return run


def connection():
    """Both directions of a session, the second packet by the fast path, and data that looks like an option."""
    config = router('[track, {route: main}, {mss: 1000}]')
    syn = IP(src=A, dst=B) / TCP(sport=40000, dport=80, flags='S', seq=100, options=[('MSS', 1460), ('SAckOK', b''), ('WScale', 7)])
    answer = IP(src=B, dst=A) / TCP(sport=80, dport=40000, flags='SA', seq=500, ack=101, options=[('MSS', 1460)])
    data = IP(src=A, dst=B) / TCP(sport=40000, dport=80, flags='A', seq=101, ack=501) / Raw(b'\x02\x04\xff\xff')
    outcome = replay(config, {'lan': [(0, lan(syn)), (0.5, lan(syn)), (2, lan(data))], 'wan': [(1, wan(answer)), (1.5, wan(answer))]})
    sizes = [dict(Ether(data)[TCP].options).get('MSS') for _, data in outcome.out['wan'] + outcome.out['lan']]
    if sizes != [1000, 1000, None, 1000, 1000]:
        raise Failed('%s\n%s' % (sizes, outcome.packets))
    if 'mss 1000' not in outcome.packets[0]['program']:
        raise Failed(str(outcome.packets[0]))


SMALL = ('    mtu: 1400\n', '    mtu: 1300\n')

SCENARIOS = [
    ('strict: the route to the source leads back', table(rpf('strict'), STRICT)),
    ('loose: there is a route to the source', table(rpf('loose'), LOOSE)),
    ('without the default route', table(rpf('{mode: loose, default_route: false}'), NO_DEFAULT)),
    ('a table of its own', table(rpf('{mode: loose, table: narrow}'), NO_ROUTE)),
    ('replies of a port forward', replies_of_a_forward),
    ('rpf: what is written wrong', words),
    ('mss: a number', clamps('900', 900, 900)),
    ('mss: auto, the egress is smaller', clamps('auto', 1260, 1240, SMALL)),
    ('mss: auto, the ingress is smaller', clamps('auto', 1260, 1240, SMALL[::-1])),
    ('mss: both directions of a connection', connection),
]
