# SPDX-License-Identifier: BSD-3-Clause
"""Malformed packets: each row of the sanity and extension-header tables, and its reason."""

from bench import ROUTER, UNCHECKED, forwarded, router, table
from packets import *  # noqa: F403
from raw import summed


def cut(packet, n):
    """The first n bytes of a frame."""
    return Raw(bytes(packet)[:n])


def patched(packet, at, data, fix=True):
    """A frame with bytes of its IPv4 packet changed; fix: the header checksum is right again."""
    raw = bytearray(bytes(packet))
    raw[14 + at:14 + at + len(data)] = data
    if fix:
        end = 14 + ((raw[14] & 15) * 4 or 20)
        raw[14:end] = summed(raw[14:end], 10)
    return Raw(bytes(raw))


def drop(what, packet, reason):
    return (what, 'lan', packet, 'drop ' + reason, None)


def passes(what, packet):
    return (what, 'lan', packet, 'output wan', FORWARDED)


def untouched(what, packet):
    """Forwarded as it is, whatever its checksums are worth."""
    UNCHECKED.add(bytes(forwarded(packet, 'wan')))
    return passes(what, packet)


FRAMES = [
    drop('nothing at all', Raw(b''), 'eth_runt'),
    drop('one byte', Raw(b'\2'), 'eth_runt'),
    drop('13 bytes', cut(lan(udp()), 13), 'eth_runt'),
    drop('half a VLAN tag', cut(Ether(src=PEER['lan'], dst=MAC['lan']) / Dot1Q(vlan=0) / udp(), 16), 'eth_runt'),
    drop('half an ARP message', cut(lan(ARP(psrc=A, pdst='10.0.0.1')), 14 + 27), 'eth_runt'),
]

IP4 = [
    drop('only an Ethernet header', cut(lan(udp()), 14), 'ip4_truncated'),
    drop('19 bytes of IPv4', cut(lan(udp()), 14 + 19), 'ip4_truncated'),
    drop('version 5', patched(lan(udp()), 0, b'\x55'), 'ip4_bad_header'),
    drop('version 6 with the EtherType of IPv4', patched(lan(udp()), 0, b'\x65'), 'ip4_bad_header'),
    drop('a header of 16 bytes', patched(lan(udp()), 0, b'\x44'), 'ip4_bad_header'),
    drop('a header of 0 bytes', patched(lan(udp()), 0, b'\x40'), 'ip4_bad_header'),
    drop('a header longer than the packet', patched(lan(IP(src=A, dst=B, proto=99) / Raw(b'x' * 8)), 0,
                                                    b'\x48'), 'ip4_bad_header'),
    drop('a total length below the header', patched(lan(udp()), 2, b'\0\x13'), 'ip4_bad_header'),
    drop('a total length of 0', patched(lan(udp()), 2, b'\0\0'), 'ip4_bad_header'),
    drop('a total length beyond the frame', patched(lan(udp()), 2, b'\0\xff'), 'ip4_truncated'),
    drop('a frame cut by one byte', cut(lan(udp()), len(lan(udp())) - 1), 'ip4_truncated'),
    drop('a wrong header checksum', patched(lan(udp()), 8, b'\x3f', fix=False), 'ip4_bad_checksum'),
    drop('an option that runs past the header', patched(lan(udp(options=[IPOption(b'\x94\x04\0\0')])), 21, b'\x05'),
         'ip4_bad_option'),
    drop('an option of length 0', patched(lan(udp(options=[IPOption(b'\x94\x04\0\0')])), 21, b'\x00'),
         'ip4_bad_option'),
    drop('an option of length 1', patched(lan(udp(options=[IPOption(b'\x94\x04\0\0')])), 21, b'\x01'),
         'ip4_bad_option'),
    drop('loose source route', lan(udp(options=[IPOption(b'\x83\x07\x04\xc0\0\2\2\0')])), 'source_route'),
    drop('strict source route', lan(udp(options=[IPOption(b'\x89\x07\x04\xc0\0\2\2\0')])), 'source_route'),
    drop('a source route behind other options', lan(udp(options=[IPOption(b'\1\1\1'), IPOption(
        b'\x83\x07\x04\xc0\0\2\2')])), 'source_route'),
]

IP6 = [
    drop('39 bytes of IPv6', cut(lan(udp6()), 14 + 39), 'ip6_truncated'),
    drop('version 4 with the EtherType of IPv6', Raw(bytes(lan(udp6()))[:14] + b'\x45' + bytes(lan(udp6()))[15:]),
         'ip6_bad_header'),
    drop('a payload beyond the frame', cut(lan(udp6()), len(lan(udp6())) - 1), 'ip6_truncated'),
]

L4 = [
    drop('TCP data offset 4', lan(IP(src=A, dst=B) / TCP(dataofs=4)), 'l4_bad_header'),
    drop('TCP data offset beyond the packet', lan(IP(src=A, dst=B) / TCP(dataofs=15)), 'l4_bad_header'),
    drop('19 bytes of TCP', lan(IP(src=A, dst=B, proto=6) / Raw(bytes(TCP())[:19])), 'l4_bad_header'),
    drop('no TCP at all', lan(IP(src=A, dst=B, proto=6)), 'l4_bad_header'),
    drop('7 bytes of UDP', lan(IP(src=A, dst=B, proto=17) / Raw(bytes(UDP())[:7])), 'l4_bad_header'),
    drop('UDP length 7', lan(IP(src=A, dst=B) / UDP(len=7) / Raw(b'x')), 'l4_bad_header'),
    drop('UDP length beyond the packet', lan(IP(src=A, dst=B) / UDP(len=20) / Raw(b'x')), 'l4_bad_header'),
    drop('7 bytes of ICMP', lan(IP(src=A, dst=B, proto=1) / Raw(bytes(ICMP())[:7])), 'l4_bad_header'),
    drop('ICMP with a wrong checksum', lan(IP(src=A, dst=B) / ICMP(chksum=0x1234)), 'icmp_bad_checksum'),
    drop('ICMPv6 with a wrong checksum', lan(IPv6(src=A6, dst=B6) / ICMPv6EchoRequest(cksum=0x1234)),
         'icmp_bad_checksum'),
    drop('IPv6: TCP data offset 4', lan(IPv6(src=A6, dst=B6) / TCP(dataofs=4)), 'l4_bad_header'),
    drop('IPv6: UDP length 7', lan(IPv6(src=A6, dst=B6) / UDP(len=7) / Raw(b'x')), 'l4_bad_header'),
    drop('TCP null', lan(tcp('')), 'tcp_bad_flags'),
    drop('TCP SYN+FIN', lan(tcp('SF')), 'tcp_bad_flags'),
    drop('TCP SYN+RST', lan(tcp('SR')), 'tcp_bad_flags'),
    drop('TCP FIN without ACK', lan(tcp('F')), 'tcp_bad_flags'),
    drop('TCP FIN+PSH+URG', lan(tcp('FPU')), 'tcp_bad_flags'),
    drop('TCP all set', lan(tcp('FSRPAUEC')), 'tcp_bad_flags'),
    drop('IPv6: TCP null', lan(tcp6('')), 'tcp_bad_flags'),
]

SYNS = [
    passes('TCP SYN with ECN', lan(tcp('SEC'))),
    passes('TCP SYN with data', lan(tcp('S', payload=b'fast open', sport=41000))),
]

FRAGMENTS = [
    drop('not a multiple of 8 with more to come', lan(IP(src=A, dst=B, proto=17, flags='MF', frag=2) / Raw(b'x' * 15)),
         'frag_bad'),
    drop('more than 65535 bytes in all', lan(IP(src=A, dst=B, proto=17, frag=8191) / Raw(b'x' * 16)), 'frag_bad'),
    drop('nothing in it', lan(IP(src=A, dst=B, proto=17, frag=8)), 'frag_bad'),
    drop('TCP at offset 8', lan(IP(src=A, dst=B, proto=6, frag=1) / Raw(b'x' * 16)), 'frag_bad'),
    drop('a first fragment without all of TCP', lan(IP(src=A, dst=B, proto=6, flags='MF') / Raw(bytes(TCP())[:16])),
         'frag_bad'),
    drop('IPv6: not a multiple of 8', lan(IPv6(src=A6, dst=B6) / IPv6ExtHdrFragment(m=1, offset=2, nh=17)
                                          / Raw(b'x' * 15)), 'frag_bad'),
    drop('IPv6: the transport header in the second', lan(IPv6(src=A6, dst=B6) / IPv6ExtHdrFragment(m=1, nh=60)
                                                         / Raw(b'\x11\0\1\4\0\0\0\0')), 'frag_bad'),
    drop('IPv6: a fragment header twice', lan(IPv6(src=A6, dst=B6) / IPv6ExtHdrFragment(nh=44)
                                              / IPv6ExtHdrFragment(nh=17) / UDP()), 'ip6_bad_ext'),
    passes('IPv6: an atomic fragment', lan(IPv6(src=A6, dst=B6) / IPv6ExtHdrFragment(nh=17, id=7)
                                           / UDP(sport=1, dport=2) / Raw(b'x'))),
    passes('IPv6: a first fragment', lan(IPv6(src=A6, dst=B6) / IPv6ExtHdrFragment(nh=17, id=7, m=1)
                                         / UDP(sport=1, dport=2, len=100, chksum=0x1111) / Raw(b'x' * 24))),
    passes('IPv6: a later fragment', lan(IPv6(src=A6, dst=B6) / IPv6ExtHdrFragment(nh=17, id=7, offset=4)
                                         / Raw(b'x' * 20))),
]

HBH = IPv6ExtHdrHopByHop
DST = IPv6ExtHdrDestOpt


def chain(*headers, last=None):
    packet = IPv6(src=A6, dst=B6)
    for header in headers:
        packet /= header
    return lan(packet / (last or UDP(sport=5, dport=6) / Raw(b'payload')))


EXTENSIONS = [
    passes('hop-by-hop options first', chain(HBH())),
    drop('hop-by-hop options not first', chain(DST(), HBH()), 'ip6_bad_ext'),
    drop('routing header type 0', chain(IPv6ExtHdrRouting(type=0, addresses=['2001:db8::9'])), 'source_route'),
    drop('routing header type 0, none left', chain(IPv6ExtHdrRouting(type=0, segleft=0,
                                                                     addresses=['2001:db8::9'])), 'source_route'),
    passes('an unknown option 11xxxxxx is not ours to process', chain(HBH(options=[PadN(otype=0xc9, optdata=b'1234')]))),
    passes('three destination options', chain(DST(), DST(), DST())),
    passes('8 headers', chain(*[DST() for _ in range(8)])),
    drop('9 headers', chain(*[DST() for _ in range(9)]), 'ip6_ext_limit'),
    passes('256 bytes of headers', chain(DST(options=[PadN(optdata=b'x' * 252)]))),
    drop('more than 256 bytes of headers', chain(DST(options=[PadN(optdata=b'x' * 252)]), DST()), 'ip6_ext_limit'),
    passes('ESP', lan(IPv6(src=A6, dst=B6, nh=50) / Raw(b'\0\0\0\1\0\0\0\1data'))),
    passes('AH', lan(IPv6(src=A6, dst=B6, nh=51) / Raw(b'\x11\4\0\0' + b'\0' * 20))),
    passes('no next header', lan(IPv6(src=A6, dst=B6, nh=59))),
    passes('no next header, with bytes', lan(IPv6(src=A6, dst=B6, nh=59) / Raw(b'xyz'))),
    passes('an unknown next header', lan(IPv6(src=A6, dst=B6, nh=253) / Raw(b'x'))),
    drop('a chain past the end of the packet', lan(IPv6(src=A6, dst=B6, nh=60) / Raw(b'\x11\7' + b'\0' * 6)),
         'ip6_truncated'),
    drop('half a header', lan(IPv6(src=A6, dst=B6, nh=60) / Raw(b'\x11\0\1\4')), 'ip6_truncated'),
]

# A router looks at Ethernet and IP headers (RFC 1812 5.2.2); transport headers are judged where somebody asks for them.
TRACKED = router('[track, {route: main}]')
PASSED = SYNS + [untouched(what, packet) for what, _, packet, _, _ in L4] + [
    passes('TCP RST alone', lan(tcp('R'))), passes('TCP FIN+ACK', lan(tcp('FA')))]

PORTS = router('[{acl: some}, {route: main}]', """acls:
  some:
    default: accept
    rules:
      - {dst: 203.0.113.200, action: accept}
      - {proto: tcp, dport: 22, action: drop}
      - {proto: udp, dst: 203.0.113.53, sport: 53, action: accept}
      - {proto: icmp, src: 10.0.0.2, icmp: echo-request, action: accept}
      - {proto: tcp, flags: [S/SA], action: accept}
""")


def short(proto, n=3, dst=B):
    return lan(IP(src=A, dst=dst, proto=proto) / Raw(b'\0\x16\0\x16'[:n]))


ASKED = [
    drop('TCP that is too short for ports, where a rule asks for them', short(6), 'l4_bad_header'),
    drop('4 bytes are no TCP header', short(6, 4), 'l4_bad_header'),
    untouched('a rule before it decides by the address', short(6, dst='203.0.113.200')),
    untouched('UDP to another address than the rule on ports', short(17)),
    drop('UDP to the address of the rule on ports', short(17, dst='203.0.113.53'), 'l4_bad_header'),
    drop('ICMP that is too short for a type', short(1), 'l4_bad_header'),
    untouched('SCTP, for which no rule asks', short(132)),
    untouched('ports that can be read, flags that cannot be', lan(tcp('SF', dport=23))),
    ('a rule on ports, and flags that cannot be', 'lan', lan(tcp('SF', dport=22)), 'drop acl_denied', None),
    ('a rule on ports, and a TCP offset that cannot be', 'lan', lan(IP(src=A, dst=B) / TCP(dport=22, dataofs=4)),
     'drop acl_denied', None),
    untouched('UDP with a length of 7', lan(IP(src=A, dst=B) / UDP(sport=5, dport=6, len=7) / Raw(b'x'))),
    untouched('an ICMP type that can be read, a wrong checksum', lan(IP(src=A, dst=B) / ICMP(chksum=0x1234))),
    drop('IPv6: TCP too short for ports', lan(IPv6(src=A6, dst=B6, nh=6) / Raw(b'xyz')), 'l4_bad_header'),
    untouched('IPv6: UDP too short for ports, not of the rule', lan(IPv6(src=A6, dst=B6, nh=17) / Raw(b'xyz'))),
]

CONDITION = router('[{drop: {if: {proto: udp, dport: 53}}}, {route: main}]')
CONDITIONS = [
    drop('UDP too short for ports, where a condition asks', short(17), 'l4_bad_header'),
    passes('TCP too short for ports, not of the condition', short(6)),
]

OURS = [drop('echo for us with a wrong checksum', lan(IP(src=A, dst='10.0.0.1') / ICMP(chksum=0x1234)),
             'icmp_bad_checksum'),
        drop('TCP for us without flags', lan(IP(src=A, dst='10.0.0.1') / TCP(flags='')), 'tcp_bad_flags'),
        drop('UDP for us with a length of 7', lan(IP(src=A, dst='10.0.0.1') / UDP(len=7)), 'l4_bad_header'),
        drop('ICMP for us of 3 bytes', short(1, dst='10.0.0.1'), 'l4_bad_header'),
        drop('ND with a wrong checksum', lan(IPv6(src=A6, dst='2001:db8:1::1', hlim=255)
                                             / ICMPv6ND_NS(tgt='2001:db8:1::1', cksum=0x1234)), 'icmp_bad_checksum')]

# What is wrong with a packet does not stick to its flow, nor to its session.
MIXED = [
    passes('a sound one', lan(udp())),
    drop('the same with a wrong length', lan(IP(src=A, dst=B) / UDP(sport=5203, dport=53, len=7) / Raw(b'x')),
         'l4_bad_header'),
    drop('and again', lan(IP(src=A, dst=B) / UDP(sport=5203, dport=53, len=7) / Raw(b'x')), 'l4_bad_header'),
    passes('a sound one behind it', lan(udp())),
]

SCENARIOS = [
    ('frames shorter than they say', table(ROUTER, FRAMES)),
    ('IPv4 headers', table(ROUTER, IP4)),
    ('IPv6 headers', table(ROUTER, IP6)),
    ('transport headers and TCP flags, where track judges them', table(TRACKED, L4 + SYNS)),
    ('transport headers and TCP flags: a router forwards them', table(ROUTER, PASSED)),
    ('transport headers that a rule asks for and that cannot be read', table(PORTS, ASKED)),
    ('transport headers that a condition asks for', table(CONDITION, CONDITIONS)),
    ('transport headers of packets for us', table(ROUTER, OURS)),
    ('faulty packets beside sound ones of a session', table(TRACKED, MIXED)),
    ('every faulty packet twice: a router keeps their flows', table(ROUTER, [c for c in PASSED for _ in (0, 1, 2)])),
    ('fragments that cannot be', table(ROUTER, FRAGMENTS)),
    ('IPv6 extension headers', table(ROUTER, EXTENSIONS)),
]
