# SPDX-License-Identifier: BSD-3-Clause
"""No budget is shared by attacker and victim: neighbour scans, floods of errors, of echo and of resets, and who must not
notice them."""

import struct

import raw
from bench import INTERFACES, PORTS, ROUTES, Failed, replay, write_frames
from packets import *  # noqa: F403

# lan is a /16 and a /64 with room for scans, known to nobody; two VLANs beside it
SCANNED = PORTS + '''interfaces:
  lan: {addresses: [10.1.0.1/16, "2001:db8:1::1/64"], pipeline: all}
  wan:
    addresses: [198.51.100.1/24, "2001:db8:2::1/64"]
    pipeline: all
    neighbours: {198.51.100.2: "02:00:00:00:02:02", "2001:db8:2::2": "02:00:00:00:02:02"}
  dmz: {addresses: [192.0.2.1/24, "2001:db8:3::1/64"], pipeline: all}
  guests: {port: lan, vlan: 20, addresses: [10.20.0.1/16, "2001:db8:20::1/64"], pipeline: all}
''' + ROUTES + '''pipelines:
  all: [{route: main}]
'''

SMALL = (PORTS + INTERFACES.replace('PIPELINE', 'all').replace('  lan:\n', '  lan:\n    mtu: 1400\n') + ROUTES
         + 'pipelines:\n  all: [{route: main}]\n')


def expect(condition, what):
    if not condition:
        raise Failed(str(what))


UDP_HEAD = struct.pack('>HHHH', 1, 2, 8, 0)
TO_WEIR = bytes.fromhex('020000000201' + '020000000202')       # by wan, from its peer


def udp4(src, dst, ttl=64):
    """Quick to make: scapy takes a third of a millisecond for one."""
    return TO_WEIR + raw.IP4 + raw.ip4(src, dst, 17, UDP_HEAD, ttl)


def scan4(i):
    return udp4(raw.a4('203.0.113.9'), bytes((10, 1, 1 + i // 250 % 250, 1 + i % 250)))


def scan6(i):
    return (TO_WEIR + b'\x86\xdd' + bytes.fromhex('6000000000083b40' + '20010db8ffff00000000000000000009'
                                                 + '20010db8000100000000') + struct.pack('>Q', 0x10000 + i)[2:] + bytes(8))


def spoofed_scan4(i):
    return udp4(struct.pack('>I', 0x64000000 + i * 7919), scan4(i)[30:34])


def merged(*streams):
    return sorted((frame_ for stream in streams for frame_ in stream), key=lambda f: f[0])


def arp_reply(port, address, ours):
    return frame(port, ARP(op=2, hwsrc=PEER[port], psrc=address, hwdst=MAC[port], pdst=ours))


def advertisement(port, address, ours):
    return frame(port, IPv6(src=address, dst=ours, hlim=255) / ICMPv6ND_NA(tgt=address, R=0, S=1, O=1)
                 / ICMPv6NDOptDstLLAddr(lladdr=PEER[port]))


def tagged(data):
    return Raw(bytes(data)[:12] + struct.pack('>HH', 0x8100, 20) + bytes(data)[12:])


def victim(n, where, family):
    """(packet to a new neighbour, its port, its answer to our question)"""
    port = 'dmz' if where == 'dmz' else 'lan'
    net4, net6, ours6 = {'dmz': ('192.0.2.', '2001:db8:3::', '2001:db8:3::1'),
                         'lan': ('10.1.0.', '2001:db8:1::', '2001:db8:1::1'),
                         'guests': ('10.20.0.', '2001:db8:20::', '2001:db8:20::1')}[where]
    if family == 4:
        packet = wan(udp(src='203.0.113.77', dst=net4 + str(10 + n), payload=b'victim'))
        answer = arp_reply(port, net4 + str(10 + n), net4 + '1')
    else:
        packet = wan(udp6(src=B6, dst=net6 + '%x' % (0x10 + n), payload=b'victim'))
        answer = advertisement(port, net6 + '%x' % (0x10 + n), ours6)
    return packet, port, tagged(answer) if where == 'guests' else answer


def scan(scanner, rate, where, family, seconds=1.5):
    """Twenty new neighbours while somebody scans lan: each of their first packets leaves when they answer."""
    def run():
        frames = {'wan': [(i / rate, scanner(i)) for i in range(int(rate * seconds))]}
        for n in range(20):
            packet, port, answer = victim(n, where, family)
            frames.setdefault('wan', []).append((0.4 + 0.05 * n + 1e-5, packet))
            frames.setdefault(port, []).append((0.4 + 0.05 * n + 0.01, answer))
        outcome = replay(SCANNED, {port: merged(stream) for port, stream in frames.items()}, sums=False)
        port = 'dmz' if where == 'dmz' else 'lan'
        sent = sum(b'victim' in data for _, data in outcome.out[port])
        expect(sent == 20, '%d of 20 reached; %s' % (sent, outcome.drops))
    return run


def known_neighbours_go_on():
    """Thirty neighbours that have answered before, each used once a second for 70 seconds: asked anew, they are found
    again while a scan of their own subnet goes on."""
    known = ['10.1.0.%d' % (10 + n) for n in range(30)]
    frames = {'wan': [(i / 200, spoofed_scan4(i)) for i in range(200 * 70)], 'lan': []}
    asks = [(0.001 * n, lan(ARP(op=1, hwsrc=PEER['lan'], psrc=a, pdst='10.1.0.1'), dst='ff:ff:ff:ff:ff:ff'))
            for n, a in enumerate(known)]
    for second in range(1, 70):
        for n, a in enumerate(known):
            frames['wan'].append((second + n * 0.001, udp4(raw.a4('203.0.113.77'), raw.a4(a))))
    frames['lan'] = asks
    outcome = replay(SCANNED, {port: merged(stream) for port, stream in frames.items()}, sums=False)
    sent = sum(data[26:30] == raw.a4('203.0.113.77') for _, data in outcome.out['lan'] if data[12:14] == raw.IP4)
    expect(sent == 69 * 30, '%d of %d; %s' % (sent, 69 * 30, outcome.drops))


# --- ICMP errors, echo, resets ---

BIG = wan(udp(src='203.0.113.9', dst='10.0.0.2', flags='DF', payload=b'x' * 1440))


def errors_beside(flood, packet, told, count=8, rate=10000, config=SMALL, port='wan'):
    """A flood at a rate, and a packet every 100 ms that its sender must be told of."""
    def run():
        frames = {'wan': [(i / rate, flood(i)) for i in range(rate * count // 10)]}
        frames.setdefault(port, [])
        frames[port] = frames[port] + [(0.1 * n + 5e-5, packet) for n in range(count)]
        outcome = replay(config, {p: merged(stream) for p, stream in frames.items()}, sums=False)
        got = sum(told(data) for _, data in outcome.out[port])
        expect(got == count, '%d of %d told; %s' % (got, count, outcome.drops))
    return run


def expired(i):
    return udp4(struct.pack('>I', 0x64000000 + i * 7919), raw.a4('10.0.0.2'), ttl=1)


def echo_request(i):
    data = struct.pack('>BBHHH', 8, 0, 0xf7f8, 7, 0)
    return TO_WEIR + raw.IP4 + raw.ip4(struct.pack('>I', 0x64000000 + i * 7919), raw.a4('198.51.100.1'), 1, data)


def to_no_service(i):
    return udp4(struct.pack('>I', 0x64000000 + i * 7919), raw.a4('198.51.100.1'))


def is_icmp(kind, code, dst):
    return lambda data: data[12:14] == raw.IP4 and data[23] == 1 and data[30:34] == raw.a4(dst) and data[34:36] == bytes((kind, code))


def is_reset(dst):
    return lambda data: data[12:14] == raw.IP4 and data[23] == 6 and data[30:34] == raw.a4(dst) and data[47] & 4 != 0


ASKED = wan(IP(src='203.0.113.9', dst='198.51.100.1') / ICMP(id=9))
PROBED = wan(tcp(src='203.0.113.9', dst='198.51.100.1'))
TRACED = wan(udp(src='203.0.113.9', dst='10.0.0.2', ttl=1))

# --- packets that wait ---


def many_fragments_wait():
    """A datagram of 20,000 bytes to a neighbour that must be asked first arrives whole."""
    pieces = [lan(IP(src=A, dst='198.51.100.9', id=7, proto=99, flags='MF' if i < 13 else 0, frag=185 * i)
                  / Raw(bytes([i]) * 1480)) for i in range(14)]
    outcome = replay(SCANNED.replace('10.1.0.1/16', '10.0.0.1/16'), {
        'lan': [(0.001 * i, p) for i, p in enumerate(pieces)],
        'wan': [(0.1, arp_reply('wan', '198.51.100.9', '198.51.100.1'))]}, sums=False)
    out = [data for _, data in outcome.out['wan'][1:]]
    expect([data[34] for data in out] == list(range(14)) and not outcome.drops, (len(out), outcome.drops))


def fragments_wait_tracked():
    """The same where a session is made: each fragment follows the first one, which waits itself."""
    config = SCANNED.replace('10.1.0.1/16', '10.0.0.1/16').replace('all: [{route: main}]', 'all: [track, {route: main}]')
    whole = bytes(UDP(sport=9, dport=9, len=14 * 1480, chksum=0)) + bytes(14 * 1480 - 8)
    pieces = [lan(IP(src=A, dst='198.51.100.9', id=7, proto=17, flags='MF' if i < 13 else 0, frag=185 * i)
                  / Raw(whole[1480 * i:1480 * i + 1480])) for i in range(14)]
    outcome = replay(config, {
        'lan': [(0.001 * i, p) for i, p in enumerate(pieces)],
        'wan': [(0.1, arp_reply('wan', '198.51.100.9', '198.51.100.1'))]}, sums=False)
    out = [int.from_bytes(data[20:22], 'big') & 0x1fff for _, data in outcome.out['wan'][1:]]
    expect(out == [185 * i for i in range(14)] and not outcome.drops, (out, outcome.drops))


# --- action lists ---

COMBINED = (PORTS + INTERFACES.replace('PIPELINE', 'all') + 'system: {flows: 1024}\n' + ROUTES + 'acls:\n'
            + '  one: {default: drop, rules: [' + ', '.join('{proto: udp, sport: %d, action: accept}' % (1000 + i)
                                                         for i in range(50)) + ']}\n'
            + '  two: {default: drop, rules: [' + ', '.join('{proto: udp, dport: %d, action: accept}' % (2000 + i)
                                                         for i in range(50)) + ']}\n'
            + 'pipelines:\n  all: [{acl: one}, {acl: two}, {route: main}]\n')


def combinations_are_not_used_up():
    """By wan each combination of two rules, more than there are lists; flows of lan are cached all the same."""
    frames = {'wan': [], 'lan': []}
    for i in range(1600 * 2):
        frames['wan'].append((0.001 * i, wan(udp(sport=1000 + i // 2 % 40, dport=2000 + i // 80 % 40, src=B, dst='192.0.2.2'))))
    for n in range(20):
        for k in range(3):
            frames['lan'].append((2 + 0.05 * n + 0.01 * k + 1e-5, lan(udp(sport=1040 + n % 10, dport=2040 + n % 7, src=A, dst=B))))
    outcome = replay(COMBINED, {port: merged(stream) for port, stream in frames.items()}, sums=False)
    told = [p for p in outcome.packets if p['in'] == 'lan']
    expect(all(p['path'] == 'fast' for p in told[2::3]) and not outcome.drops, ([p['path'] for p in told], outcome.drops))


SCENARIOS = [
    ('a scan does not stop new neighbours of another interface', scan(scan4, 5000, 'dmz', 4)),
    ('nor of the same interface', scan(scan4, 5000, 'lan', 4)),
    ('nor of a VLAN on the same port', scan(scan4, 5000, 'guests', 4)),
    ('nor of the other family', scan(scan4, 5000, 'lan', 6)),
    ('a scan of a /64 does not stop new neighbours of another interface', scan(scan6, 5000, 'dmz', 6)),
    ('nor of the same interface, by IPv6', scan(scan6, 5000, 'lan', 6)),
    ('nor of the same interface, by IPv4', scan(scan6, 5000, 'lan', 4)),
    ('a spoofed scan does not stop those of another interface', scan(spoofed_scan4, 10000, 'dmz', 4)),
    ('known neighbours are found again during a scan', known_neighbours_go_on),
    ('fragmentation needed is told beside a flood of expired TTLs', errors_beside(expired, BIG, is_icmp(3, 4, '203.0.113.9'))),
    ('beside a flood of echo requests', errors_beside(echo_request, BIG, is_icmp(3, 4, '203.0.113.9'))),
    ('beside a flood to ports that nobody serves', errors_beside(to_no_service, BIG, is_icmp(3, 4, '203.0.113.9'))),
    ('expired TTLs are told beside a flood to ports that nobody serves',
     errors_beside(to_no_service, TRACED, is_icmp(11, 0, '203.0.113.9'))),
    ('segments are reset beside it', errors_beside(to_no_service, PROBED, is_reset('203.0.113.9'))),
    ('echo is answered beside it', errors_beside(to_no_service, ASKED, is_icmp(0, 0, '203.0.113.9'))),
    ('echo is answered beside a flood of echo by another interface',
     errors_beside(echo_request, lan(IP(src=A, dst='10.0.0.1') / ICMP(id=9)), is_icmp(0, 0, A), rate=20000, port='lan')),
    ('expired TTLs are told beside a flood of them by another interface',
     errors_beside(expired, lan(udp(ttl=1)), is_icmp(11, 0, A), port='lan')),
    ('fragments wait for a neighbour', many_fragments_wait),
    ('fragments of a session wait for a neighbour', fragments_wait_tracked),
    ('combinations of rules by one interface leave the flows of another cached', combinations_are_not_used_up),
]
