# SPDX-License-Identifier: BSD-3-Clause
"""Headers that lie, and addresses that cannot be."""

from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Raw
from scapy.utils import checksum

from talk import *  # noqa: F403
from wire import MAC, PEER


def port():
    return next(ports)


def framed(data, side='lan', v6=False, **ether):
    fields = dict(src=PEER[side], dst=MAC[side], type=0x86dd if v6 else 0x0800)
    fields.update(ether)
    return Ether(**fields) / Raw(bytes(data))


def changed(packet, sums=True, **bytes_at):
    """A packet with bytes changed, at 'b' and their place, its header's checksum right again."""
    data = bytearray(bytes(packet))
    for place, value in bytes_at.items():
        data[int(place[1:])] = value
    if sums and data[0] >> 4 == 4:
        data[10:12] = b'\0\0'
        data[10:12] = checksum(bytes(data[:20])).to_bytes(2, 'big')
    return framed(data)


def one(packet, due, side='lan'):
    return [(side, packet, due)]


def plain(**more):
    return udp(sport=port(), payload=b'x' * 40, **more)


def trailer():
    return one(framed(bytes(plain()) + b'\xaa' * 30), OUT)


def trailer6():
    return one(framed(bytes(udp(A6, FAR6, port())) + b'\xaa' * 30, v6=True), OUT)


def v6_cut():
    data = bytearray(bytes(udp(A6, FAR6, port(), payload=b'x' * 40)))
    data[5] += 1
    return one(framed(data, v6=True), DROP)


def tcp_offset(n):
    t = Talk()
    side, syn, _ = t.c('S')
    data = bytearray(bytes(IP(bytes(syn))))
    data[32] = n << 4
    data[36:38] = b'\0\0'
    pseudo = bytes(data[12:20]) + b'\0\6\0\x14'
    data[36:38] = checksum(pseudo + bytes(data[20:])).to_bytes(2, 'big')
    return one(framed(data), DROP)


def udp_length(n):
    data = bytearray(bytes(plain()))
    data[24:26] = n.to_bytes(2, 'big')
    data[26:28] = b'\0\0'                       # no checksum: the length alone is wrong
    return one(framed(data), DROP)


def route_option(kind):
    hops = IPOption(bytes([kind, 7, 4, 203, 0, 113, 7]) + b'\0')
    return one(IP(src=A, dst=FAR, options=[hops]) / UDP(sport=port(), dport=53) / Raw(b'hello'),
               DROP)


def option(data, due):
    return one(IP(src=A, dst=FAR, options=[IPOption(data)]) / UDP(sport=port(), dport=53)
               / Raw(b'hello'), due)


def from_to(**ends):
    return one(udp(sport=port(), **ends), DROP)


def from_outside(src):
    """An address that cannot be, as the source of a connection to the open port."""
    return one(IP(src=src, dst=PUBLIC) / TCP(sport=port(), dport=8080, flags='S'), DROP, 'wan')


def sources6():
    steps = []
    for src in ('::', '::1', 'ff02::5', 'ff05::5', '::ffff:10.0.0.9', 'fe80::9', '2001:db8:1::1'):
        steps += one(udp(src, FAR6, port()), DROP)
    return steps


def destinations6():
    return [('lan', udp(A6, dst, port()), DROP) for dst in ('::', '::1', 'ff02::5', 'ff05::5',
                                                            'fe80::9')]


def broadcast_frames():
    """A unicast packet in a broadcast frame is not forwarded, nor is anybody told."""
    everybody = 'ff:ff:ff:ff:ff:ff'
    return [('lan', framed(plain(), dst=everybody), DROP),
            ('lan', framed(plain(ttl=1), dst=everybody), DROP),
            ('lan', framed(plain(), dst='02:00:00:00:09:09'), DROP)]


def directed_broadcast():
    return [('lan', udp(dst='198.51.100.255', sport=port()), DROP),
            ('lan', udp(dst='198.51.100.0', sport=port()), DROP),
            ('lan', udp(dst='10.0.0.255', sport=port()), DROP)]


IMPOSSIBLE = ('0.0.0.0', '0.1.2.3', '127.0.0.1', '127.9.9.9', '224.0.0.5', '239.1.1.1', '240.0.0.1',
              '255.255.255.255')

PROBES = [
    ('IPv4 of version 5', one(changed(plain(), b0=0x55), DROP)),
    ('IPv4 header of 16 bytes', one(changed(plain(), b0=0x44), DROP)),
    ('IPv4 header longer than the packet', one(changed(plain(), b0=0x4f, b2=0, b3=40), DROP)),
    ('IPv4 total length beyond the frame', one(changed(plain(), b3=69), DROP)),
    ('IPv4 total length below the header', one(changed(plain(), b3=19), DROP)),
    ('IPv4 wrong checksum of the header', one(changed(plain(), sums=False, b10=0x12), DROP)),
    ('IPv4 trailer behind the packet', trailer()),
    ('IPv6 trailer behind the packet', trailer6()),
    ('IPv6 payload beyond the frame', v6_cut()),
    ('IPv6 of version 4', one(framed(b'\x45' + bytes(udp(A6, FAR6, port()))[1:], v6=True), DROP)),
    ('a runt', one(framed(b''), DROP)),
    ('TCP header of 16 bytes', tcp_offset(4)),
    ('TCP header longer than the packet', tcp_offset(6)),
    ('UDP length of 7', udp_length(7)),
    ('UDP length beyond the packet', udp_length(49)),
    ('UDP cut', one(IP(src=A, dst=FAR, proto=17) / Raw(b'\x50\0\0\x35'), DROP)),
    ('ICMP cut', one(IP(src=A, dst=FAR, proto=1) / Raw(b'\x08\0\0\0'), DROP)),
    ('ICMP wrong checksum', one(IP(src=A, dst=FAR) / ICMP(id=port(), chksum=0x1234) / Raw(b'ping'),
                                DROP)),
    ('ICMP of an unknown type', one(IP(src=A, dst=FAR) / ICMP(type=77) / Raw(b'what'), DROP)),
    ('ICMP redirect in transit', one(error(A, FAR, 5, 1, udp(FAR, A, 53, 5000), gw='10.0.0.9'),
                                     DROP)),
    ('options: loose source route', route_option(131)),
    ('options: strict source route', route_option(137)),
    ('options: router alert', option(b'\x94\x04\0\0', OUT)),
    ('options: an unknown one', option(b'\x5e\x04\0\0', OUT)),
    ('options: one of length 0', option(b'\x5e\x00\0\0', DROP)),
    ('options: one past the end', option(b'\x5e\x09\0\0', DROP)),
    ('martian sources', [('lan', udp(src, FAR, port()), DROP) for src in IMPOSSIBLE]),
    ('martian sources to the port forward', [s for src in IMPOSSIBLE for s in from_outside(src)]),
    ('martian destinations', [s for dst in IMPOSSIBLE for s in from_to(dst=dst)]),
    ('martian: our own address as source', from_to(src='10.0.0.1') + from_to(src=PUBLIC)
     + from_outside(PUBLIC)),
    ('martian sources of IPv6', sources6()),
    ('martian destinations of IPv6', destinations6()),
    ('frames for somebody else', broadcast_frames()),
    ('directed broadcasts', directed_broadcast()),
]
