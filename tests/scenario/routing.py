# SPDX-License-Identifier: BSD-3-Clause
"""Routing: longest prefix, next hops, TTL, MTU, VLANs, martians, wires."""

import bench
from bench import PORTS, ROUTER, Failed, replay, router, run_table, table
from packets import *  # noqa: F403

# --- IPv4 and IPv6 by the longest prefix ---

ROUTES = '''routes:
  main:
    - {to: 0.0.0.0/0, via: 198.51.100.2}
    - {to: "::/0", via: "2001:db8:2::2"}
    - {to: 203.0.113.128/25, via: 192.0.2.2}
    - {to: 203.0.113.129/32, via: 198.51.100.2}
    - {to: 203.0.113.64/26, blackhole: true}
    - {to: 203.0.113.32/27, reject: true}
    - {to: "2001:db8:ffff:8000::/49", via: "2001:db8:3::2"}
    - {to: "2001:db8:ffff:4000::/50", blackhole: true}
'''

PREFIXES = [
    ('the default route', 'lan', lan(udp()), 'output wan', FORWARDED),
    ('a longer prefix', 'lan', lan(udp(dst='203.0.113.200')), 'output dmz', FORWARDED),
    ('the longest prefix', 'lan', lan(udp(dst='203.0.113.129')), 'output wan', FORWARDED),
    ('its neighbour address', 'lan', lan(udp(dst='203.0.113.130')), 'output dmz', FORWARDED),
    ('a blackhole is silent', 'lan', lan(udp(dst='203.0.113.65')), 'drop blackhole', None),
    ('a subnet of ours', 'wan', wan(udp(src=B, dst=A)), 'output lan', FORWARDED),
    ('TCP', 'lan', lan(tcp()), 'output wan', FORWARDED),
    ('another protocol', 'lan', lan(IP(src=A, dst=B, proto=47) / Raw(b'12345678')), 'output wan', FORWARDED),
    ('no bytes behind the header', 'lan', lan(IP(src=A, dst=B, proto=99)), 'output wan', FORWARDED),
    ('options', 'lan', lan(udp(options=[IPOption(b'\x94\x04\x00\x00')])), 'output wan', FORWARDED),
    ('a record route option', 'lan', lan(udp(options=[IPOption(b'\x07\x07\x04\x00\x00\x00\x00\x00')])),
     'output wan', FORWARDED),
    ('a trailer is not sent on', 'lan', padded(lan(udp(payload=b'x')), 17), 'output wan',
     [('wan', forwarded(lan(udp(payload=b'x')), 'wan'))]),
    ('DSCP and ECN stay', 'lan', lan(udp(tos=0xb9)), 'output wan', FORWARDED),
    ('a first fragment', 'lan', lan(udp(flags='MF', payload=b'x' * 64)), 'output wan', FORWARDED),
    ('a later fragment', 'lan', lan(IP(src=A, dst=B, proto=17, frag=9) / Raw(b'x' * 20)), 'output wan', FORWARDED),
    ('a broadcast MAC with a unicast destination', 'lan', lan(udp(), dst='ff:ff:ff:ff:ff:ff'),
     'drop not_for_us', None),
    ('another station', 'lan', lan(udp(), dst='02:00:00:00:09:09'), 'drop not_for_us', None),
    ('IPv6 default', 'lan', lan(udp6()), 'output wan', FORWARDED),
    ('IPv6 longer prefix', 'lan', lan(udp6(dst='2001:db8:ffff:8000::1')), 'output dmz', FORWARDED),
    ('IPv6 blackhole', 'lan', lan(udp6(dst='2001:db8:ffff:4000::1')), 'drop blackhole', None),
    ('IPv6 subnet of ours', 'wan', wan(udp6(src=B6, dst=A6)), 'output lan', FORWARDED),
    ('IPv6 TCP', 'lan', lan(tcp6()), 'output wan', FORWARDED),
    ('IPv6 traffic class and flow label', 'lan', lan(udp6(tc=0xb9, fl=0x12345)), 'output wan', FORWARDED),
    ('IPv6 other protocol', 'lan', lan(IPv6(src=A6, dst=B6, nh=47) / Raw(b'12345678')), 'output wan', FORWARDED),
    ('IPv6 trailer', 'lan', padded(lan(udp6(payload=b'x')), 11), 'output wan',
     [('wan', forwarded(lan(udp6(payload=b'x')), 'wan'))]),
]

# --- a wrong transport checksum leaves equally wrong; none stays none ---


def wrong_checksums():
    cases = []
    for what, packet in (('UDP', udp(sport=7001)), ('TCP', tcp(sport=7002)), ('IPv6 UDP', udp6(sport=7003)),
                         ('IPv6 TCP', tcp6(sport=7004)), ('no UDP checksum', udp(sport=7005))):
        layer = packet[TCP] if TCP in packet else packet[UDP]
        layer.chksum = 0 if 'no' in what else 0x1234
        for i in range(3):              # first packets and known flows
            bench.UNCHECKED.add(bytes(forwarded(lan(packet), 'wan')))
            cases.append((what, 'lan', lan(packet), 'output wan', FORWARDED))
    run_table(ROUTER, cases)


# --- TTL ---

TTL = [
    ('TTL 2 leaves as 1', 'lan', lan(udp(ttl=2)), 'output wan', FORWARDED),
    ('hop limit 2 leaves as 1', 'lan', lan(udp6(hlim=2)), 'output wan', FORWARDED),
    ('TTL 255', 'lan', lan(udp(ttl=255)), 'output wan', FORWARDED),
]

# --- martians ---


def martians():
    sources = ['0.0.0.0', '0.1.2.3', '127.0.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', '10.0.0.1',
               '198.51.100.1', '10.0.0.255', '10.0.0.0', '198.51.100.255', '192.0.2.0']
    sources6 = ['::', '::1', 'ff02::1', '::ffff:10.0.0.2', '2001:db8:1::1', '2001:db8:2::1']
    cases = [('source ' + s, 'lan', lan(udp(src=s)), 'drop martian', None) for s in sources]
    cases += [('source ' + s, 'lan', lan(udp6(src=s)), 'drop martian', None) for s in sources6]
    cases += [('a link-local source that would have to be sent on', 'lan', lan(udp6(src='fe80::9')),
               'drop martian', None)]
    cases += [('destination ' + d, 'lan', lan(udp(dst=d)), 'drop martian', None)
              for d in ('0.1.2.3', '127.0.0.1', '240.0.0.1')]
    cases += [('destination ' + d, 'lan', lan(udp6(dst=d)), 'drop martian', None)
              for d in ('::', '::1', '::ffff:203.0.113.9', 'fe80::99')]
    outcome = run_table(ROUTER, cases)
    if outcome.drops != {'martian': len(cases)}:
        raise Failed(str(outcome.drops))
    # RFC 3021: a link of two addresses, and one alone, have no broadcast address
    for length in (31, 32):
        run_table(ROUTER.replace('10.0.0.1/24', '10.0.0.1/%d' % length).replace('10.0.0.2: "02:00:00:00:01:02", ', ''),
                  [('source 10.0.0.0/%d' % length, 'lan', lan(udp(src='10.0.0.0')), 'output wan', FORWARDED)])


# our address on both links, as it is the peer's on the other
LINK_LOCAL = ROUTER.replace('"2001:db8:1::1/64"', '"2001:db8:1::1/64", "fe80::1/64"').replace(
    '"2001:db8:2::1/64"', '"2001:db8:2::1/64", "fe80::1/64"')


def ping_link(port, src, dst='fe80::1'):
    return frame(port, IPv6(src=src, dst=dst) / ICMPv6EchoRequest(id=7, seq=3, data=b'data'))


def answered_by(dst):
    def check(p):
        if (p[IPv6].src, p[IPv6].dst) != ('fe80::1', dst) or ICMPv6EchoReply not in p:
            raise Failed(p.summary())
    return check


LINKS = [
    ('our link-local address on lan', 'lan', ping_link('lan', 'fe80::2'), 'consumed', [('lan', answered_by('fe80::2'))]),
    ('the same one on wan', 'wan', ping_link('wan', 'fe80::2'), 'consumed', [('wan', answered_by('fe80::2'))]),
    ('not on dmz', 'dmz', ping_link('dmz', 'fe80::2'), 'drop martian', None),
    ('where it is a neighbour of ours', 'dmz', ping_link('dmz', 'fe80::1', '2001:db8:3::1'), 'consumed',
     [('dmz', lambda p: None)]),
    ('where it is ours it is no source', 'lan', ping_link('lan', 'fe80::1', '2001:db8:1::1'), 'drop martian', None),
]


# --- VLANs: each interface has its own subnet, the untagged one stays plain ---

VLANS = PORTS + '''interfaces:
  lan:
    addresses: [10.0.0.1/24]
    pipeline: all
    neighbours: {10.0.0.2: "02:00:00:00:01:02"}
  guests:
    port: lan
    vlan: 20
    addresses: [10.20.0.1/24, "2001:db8:20::1/64"]
    pipeline: all
    neighbours: {10.20.0.2: "02:00:00:00:01:20", "2001:db8:20::2": "02:00:00:00:01:20"}
  customer:
    port: wan
    vlan: 100
    inner_vlan: 7
    addresses: [10.30.0.1/24]
    pipeline: all
    neighbours: {10.30.0.2: "02:00:00:00:02:37"}
  outer:
    port: wan
    vlan: 100
    addresses: [10.40.0.1/24]
    pipeline: all
    neighbours: {10.40.0.2: "02:00:00:00:02:40"}
routes:
  main: []
pipelines:
  all: [{route: main}]
'''


def tagged(packet, port, *vlans, **ether):
    """The frame with VLAN tags behind its addresses: the outer one first."""
    p = frame(port, packet, **ether) if not isinstance(packet, Ether) else packet
    inner = p.payload
    inner.underlayer = None
    tags = [Dot1AD(vlan=vlans[0]), Dot1Q(vlan=vlans[1])] if len(vlans) == 2 else [Dot1Q(vlan=v) for v in vlans]
    head = Ether(src=p.src, dst=p.dst)
    for tag in tags:
        head /= tag
    return head / inner


def tagged_out(packet, port, mac, *vlans):
    f = forwarded(packet, port, dst=mac)
    f = Ether(bytes(f))
    return tagged(f, port, *vlans)


def vlans():
    to_guest = lan(udp(dst='10.20.0.2'))
    to_customer = lan(udp(dst='10.30.0.2'))
    to_outer = lan(udp(dst='10.40.0.2'))
    from_guest = tagged(udp(src='10.20.0.2', dst=A), 'lan', 20)
    from_customer = tagged(udp(src='10.30.0.2', dst=A), 'wan', 100, 7)
    plain = [(what, port, p, 'output lan', [('lan', forwarded(q, 'lan'))]) for what, port, p, q in (
        ('a tag is taken off', 'lan', from_guest, frame('lan', udp(src='10.20.0.2', dst=A))),
        ('two tags are taken off', 'wan', from_customer, frame('wan', udp(src='10.30.0.2', dst=A))),
        ('the outer tag alone is another interface', 'wan', tagged(udp(src='10.40.0.2', dst=A), 'wan', 100),
         frame('wan', udp(src='10.40.0.2', dst=A))))]
    outcome = run_table(VLANS, plain + [
        ('a tag is put on', 'lan', to_guest, 'output guests',
         [('lan', tagged_out(to_guest, 'lan', '02:00:00:00:01:20', 20))]),
        ('two tags are put on', 'lan', to_customer, 'output customer', [('wan', two_tags_of(to_customer))]),
        ('one tag on the same port', 'lan', to_outer, 'output outer',
         [('wan', tagged_out(to_outer, 'wan', '02:00:00:00:02:40', 100))]),
        ('a tag instead of another', 'lan', tagged(udp(src='10.20.0.2', dst='10.40.0.2'), 'lan', 20),
         'output outer', [('wan', tagged_out(lan(udp(src='10.20.0.2', dst='10.40.0.2')), 'wan',
                                             '02:00:00:00:02:40', 100))]),
        ('IPv6 in a VLAN', 'lan', tagged(udp6(src='2001:db8:20::2', dst='2001:db8:20::2'), 'lan', 20),
         'output guests', [('lan', tagged_out(lan(udp6(src='2001:db8:20::2', dst='2001:db8:20::2')), 'lan',
                                              '02:00:00:00:01:20', 20))]),
        ('a tag that only says a priority', 'lan', Ether(src=PEER['lan'], dst=MAC['lan'])
         / Dot1Q(vlan=0, prio=5) / udp(dst='10.20.0.2', sport=9), 'output guests',
         [('lan', tagged_out(lan(udp(dst='10.20.0.2', sport=9)), 'lan', '02:00:00:00:01:20', 20))]),
        ('a VLAN that nobody has', 'lan', tagged(udp(dst='10.40.0.2'), 'lan', 21), 'drop vlan_unknown', None),
        ('an inner VLAN that nobody has', 'wan', tagged(udp(src='10.30.0.2', dst=A), 'wan', 100, 8),
         'drop vlan_unknown', None),
        ('untagged where there are only VLANs', 'wan', wan(udp(src='10.30.0.2', dst=A)), 'drop vlan_unknown',
         None),
    ])
    told = [p['in'] for p in outcome.packets[:3]]
    if told != ['guests', 'customer', 'outer']:
        raise Failed('in: %s' % told)


def two_tags_of(packet):
    """Which EtherType the outer of two tags has is the product's choice; ids and the rest are not."""
    want = bytes(forwarded(packet, 'wan', dst='02:00:00:00:02:37'))

    def check(p):
        data = bytes(p)
        ids = [int.from_bytes(data[at:at + 2], 'big') & 0xfff for at in (14, 18)]
        types = [data[12:14].hex(), data[16:18].hex()]
        if ids != [100, 7] or types[1] != '8100' or types[0] not in ('8100', '88a8'):
            raise Failed('tags %s %s' % (ids, types))
        if data[:12] + data[20:] != want:
            raise Failed('the frame is another: %s' % p.summary())
    return check


# --- ECMP: flows are shared by weight, a flow stays where it is ---

ECMP = router('[{route: main}]', routes='''routes:
  main:
    - {to: 203.0.113.0/24, via: [198.51.100.2, {via: 192.0.2.2, weight: 3}]}
    - {to: "2001:db8:ffff::/48", via: ["2001:db8:2::2", {via: "2001:db8:3::2", weight: 3}]}
''')


def ecmp():
    flows = 400
    frames = [(i * 0.001, lan(udp(sport=1000 + i % flows))) for i in range(3 * flows)]
    frames += [(5 + i * 0.001, lan(udp6(sport=1000 + i % flows))) for i in range(3 * flows)]
    outcome = replay(ECMP, {'lan': frames})
    by_flow = {}
    for p in outcome.packets:
        by_flow.setdefault(p['flow'], set()).add(p['out'])
    if any(len(out) != 1 for out in by_flow.values()):
        raise Failed('a flow left by two ports')
    for family in ('udp 10', 'udp ['):
        chosen = [out for flow, out in by_flow.items() if flow.startswith(family)]
        share = sum('dmz' in out for out in chosen) / flows
        if not 0.68 < share < 0.82:
            raise Failed('%s: %.2f of the flows by a hop of weight 3 of 4' % (family, share))


# --- MTU: told to the sender, or sent as fragments ---

SMALL = ROUTER.replace('  wan:\n    addresses', '  wan:\n    mtu: 1280\n    addresses')


def fragments():
    packet = lan(udp(payload=bytes(range(256)) * 5 + b'end', id=77))         # 1311 bytes of IP
    outcome = replay(SMALL, {'lan': [(0, packet)]})
    parts = [Ether(data) for _, data in outcome.out['wan']]
    if len(parts) != 2 or any(p[IP].len > 1280 for p in parts):
        raise Failed('fragments: %s' % [p.summary() for p in parts])
    data = {p[IP].frag * 8: bytes(p[IP].payload) for p in parts}
    whole = b''.join(data[at] for at in sorted(data))
    if whole != bytes(packet[IP].payload) or parts[0][IP].ttl != 63 or parts[0][IP].id != 77:
        raise Failed('the fragments are not the packet')
    if outcome.packets[0]['verdict'] != 'consumed':
        raise Failed(str(outcome.packets[0]))


def told_mtu(p):
    icmp = p[ICMP]
    if (icmp.type, icmp.code, icmp.nexthopmtu) != (3, 4, 1280) or p[IP].dst != A or p[IP].src != '10.0.0.1':
        raise Failed('not told: %s' % p.summary())


def told_mtu6(p):
    data = bytes(p[IPv6].payload)
    if data[0] != 2 or data[1] != 0 or int.from_bytes(data[4:8], 'big') != 1280 or p[IPv6].dst != A6:
        raise Failed('not told: %s' % p.summary())
    if len(p[IPv6]) > 1280:
        raise Failed('%d bytes' % len(p[IPv6]))


MTU = [
    ('of the next link', 'lan', lan(udp(payload=b'x' * (1280 - 28), flags='DF')), 'output wan', FORWARDED),
    ('one byte more, not to be fragmented', 'lan', lan(udp(payload=b'x' * (1281 - 28), flags='DF')),
     'drop mtu_exceeded', [('lan', told_mtu)]),
    ('IPv6 of the next link', 'lan', lan(udp6(payload=b'x' * (1280 - 48))), 'output wan', FORWARDED),
    ('IPv6, one byte more', 'lan', lan(udp6(payload=b'x' * (1281 - 48))), 'drop mtu_exceeded',
     [('lan', told_mtu6)]),
]

# --- wires: out of a port as it is ---

WIRE = PORTS + '''interfaces:
  lan: {pipeline: across}
  wan: {pipeline: back}
  dmz: {pipeline: only-udp}
pipelines:
  across: [{forward: wan}]
  back: [{forward: lan}]
  only-udp: [{drop: {if: {proto: tcp}}}, {forward: lan}]
'''


def as_is(what, port, packet, out):
    bench.UNCHECKED.add(bytes(packet))
    return (what, port, packet, 'output ' + out, [(out, packet)])


WIRES = [
    as_is('IPv4', 'lan', lan(udp(ttl=1)), 'wan'),
    as_is('for another station', 'lan', lan(udp(), dst='02:00:00:00:99:99'), 'wan'),
    as_is('broadcast', 'lan', lan(ARP(psrc=A, pdst='10.0.0.1'), dst='ff:ff:ff:ff:ff:ff'), 'wan'),
    as_is('a VLAN', 'lan', Ether(src=PEER['lan'], dst=MAC['wan']) / Dot1Q(vlan=5) / udp(), 'wan'),
    as_is('an unknown EtherType', 'lan', Ether(src=PEER['lan'], dst=MAC['wan'], type=0x88cc) / Raw(b'x' * 50),
          'wan'),
    as_is('a broken IPv4 header', 'lan', lan(udp(ihl=3)), 'wan'),
    as_is('IPv6', 'wan', wan(udp6()), 'lan'),
    as_is('the other way', 'wan', wan(udp(src=B, dst=A)), 'lan'),
    as_is('a trailer stays', 'lan', padded(lan(udp(sport=4)), 9), 'wan'),
    ('a stage before it', 'dmz', frame('dmz', tcp()), 'drop drop_stage', None),
    as_is('and what it lets pass', 'dmz', frame('dmz', udp()), 'lan'),
]

# --- what is no route's business ---

REFUSED = [
    ('IPv4 multicast', 'lan', lan(udp(dst='224.1.2.3'), dst='01:00:5e:01:02:03'), 'drop multicast', None),
    ('limited broadcast', 'lan', lan(udp(dst='255.255.255.255'), dst='ff:ff:ff:ff:ff:ff'), 'drop multicast', None),
    ('IPv6 multicast', 'lan', lan(udp6(dst='ff05::1:3'), dst='33:33:00:01:00:03'), 'drop multicast', None),
    ('the broadcast address of a subnet', 'lan', lan(udp(dst='198.51.100.255')), 'drop multicast', None),
    ('an EtherType that is not routed', 'lan', Ether(src=PEER['lan'], dst=MAC['lan'], type=0x88cc) / Raw(b'x' * 50),
     'drop eth_unknown_type', None),
]

SCENARIOS = [
    ('the longest prefix decides, and the packet leaves as it came but for TTL and MACs',
     table(router('[{route: main}]', routes=ROUTES), PREFIXES)),
    ('a wrong transport checksum is not repaired', wrong_checksums),
    ('TTL', table(ROUTER, TTL)),
    ('martians', martians),
    ('one link-local address on two interfaces', table(LINK_LOCAL, LINKS)),
    ('VLANs and QinQ', vlans),
    ('ECMP by weight, a flow on one way', ecmp),
    ('MTU of the next link', table(SMALL, MTU)),
    ('IPv4 fragments for a smaller link', fragments),
    ('a wire passes frames as they are', table(WIRE, WIRES)),
    ('multicast, broadcast and other EtherTypes are not routed', table(ROUTER, REFUSED)),
]
