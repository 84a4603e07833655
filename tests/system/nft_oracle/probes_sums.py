# SPDX-License-Identifier: BSD-3-Clause
"""Checksums, TTL and who is told what; with and without translation."""

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6EchoReply, ICMPv6EchoRequest,
                                ICMPv6PacketTooBig,
                                ICMPv6TimeExceeded, IPv6)
from scapy.packet import Raw

from talk import *  # noqa: F403


def port():
    return next(ports)


def no_checksum():
    p = port()
    asked = IP(src=A, dst=FAR) / UDP(sport=p, dport=53, chksum=0) / Raw(b'hello')
    answer = IP(src=FAR, dst=PUBLIC) / UDP(sport=53, dport=p, chksum=0) / Raw(b'hello')
    return [('lan', asked, OUT), ('wan', answer, OUT)]


def no_checksum6():
    return [('lan', IPv6(src=A6, dst=FAR6) / UDP(sport=port(), dport=53, chksum=0) / Raw(b'hello'),
             OUT)]


def summing_to(total, p, to=FAR):
    """A datagram whose last two bytes make its checksum what it is."""
    packet = IP(bytes(udp(sport=p, dst=to, payload=b'even\0\0')))
    last = (packet[UDP].chksum + 0xffff - total) % 0xffff
    return udp(sport=p, dst=to, payload=b'even' + last.to_bytes(2, 'big'))


def corner_sums():
    """Checksums around the two zeros, before and behind the translation."""
    shift = 0x0a00 + 0x0002 - 0xc633 - 0x6401           # what the translation adds
    steps = []
    for total in (0xffff, 1, 0xfffe, shift % 0xffff, (shift + 1) % 0xffff, (-shift) % 0xffff,
                  (1 - shift) % 0xffff):
        steps.append(('lan', summing_to(total, port()), OUT))
    return steps


def wrong_udp():
    p = port()
    bad = IP(bytes(udp(sport=p)))
    bad[UDP].chksum ^= 0x0400
    return [('lan', udp(sport=p), OUT), ('lan', bad, OUT)]


def wrong_tcp():
    t = Talk()
    side, data, _ = t.c('PA', 1, 1, payload=b'data')
    bad = IP(bytes(data))
    bad[TCP].chksum ^= 0x0400
    return t.opened() + [(side, bad, OUT), t.c('PA', 1, 1, payload=b'data')]


def wrong_udp6():
    p = port()
    bad = IPv6(bytes(udp(A6, FAR6, p)))
    bad[UDP].chksum ^= 0x0400
    return [('lan', udp(A6, FAR6, p), OUT), ('lan', bad, OUT)]


def hops(first, due):
    return [('lan', udp(sport=port(), ttl=first), due)]


def hops6(first, due):
    return [('lan', udp(A6, FAR6, port(), hlim=first), due)]


def no_error_about_errors():
    """RFC 1122 3.2.2: a dying error, and one about nobody, are not answered."""
    p = port()
    dying = IP(src=A, dst=FAR, ttl=1) / ICMP(type=3, code=3) / Raw(bytes(udp(FAR, A, 53, p)))
    return [('lan', udp(sport=p), OUT), ('wan', udp(FAR, PUBLIC, 53, p), OUT), ('lan', dying, DROP)]


def no_error_about_errors6():
    p = port()
    about = udp(FAR6, A6, 53, p)
    dying = IPv6(src=A6, dst=FAR6, hlim=1) / ICMPv6DestUnreach(code=4) / Raw(bytes(about))
    return [('lan', udp(A6, FAR6, p), OUT), ('lan', dying, DROP)]


def untranslated():
    """Nobody outside reaches an inside address by its name."""
    return [('wan', udp(FAR, A, 53, port()), DROP)]


def too_big6():
    p = port()
    return [('lan', udp(A6, FAR6, p, payload=b'x' * 1353), BACK),
            ('lan', udp(A6, FAR6, p, payload=b'x' * 1352), OUT)]


def too_big_from_outside6():
    p = port()
    sent = udp(A6, FAR6, p, payload=b'x' * 1330, hlim=60)
    told = IPv6(src='2001:db8:ffff::1',
                dst=A6) / ICMPv6PacketTooBig(mtu=1300) / Raw(bytes(sent)[:1232])
    return [('lan', udp(A6, FAR6, p, payload=b'x' * 1330), OUT), ('wan', told, OUT)]


def ping6():
    n = port()
    return [('lan', IPv6(src=A6, dst=FAR6) / ICMPv6EchoRequest(id=n, data=b'ping'), OUT),
            ('wan', IPv6(src=FAR6, dst=A6) / ICMPv6EchoReply(id=n, data=b'ping'), OUT),
            ('wan', IPv6(src=FAR6, dst=A6) / ICMPv6EchoReply(id=n + 1, data=b'ping'), DROP),
            ('wan', IPv6(src=FAR6, dst=A6) / ICMPv6EchoRequest(id=n, data=b'ping'), DROP)]


def gateway6():
    return [('wan', IPv6(src=FAR6, dst='2001:db8:2::1') / ICMPv6EchoRequest(id=7, data=b'ping'),
             BACK),
            ('lan', IPv6(src=A6, dst='2001:db8:1::1') / ICMPv6EchoRequest(id=8, data=b'ping'),
             BACK)]


def replies6():
    p = port()
    sent = udp(A6, FAR6, p, hlim=1)
    told = IPv6(src='2001:db8:ffff::1', dst=A6) / ICMPv6TimeExceeded() / Raw(bytes(sent))
    other = IPv6(src='2001:db8:ffff::1', dst=A6) / ICMPv6TimeExceeded() / Raw(bytes(udp(A6, FAR6,
                                                                                        p + 1)))
    return [('lan', udp(A6, FAR6, p), OUT), ('wan', udp(FAR6, A6, 53, p), OUT),
            ('wan', udp(FAR6, A6, 54, p), DROP),
            ('wan', told, OUT), ('wan', other, DROP)]


def closed():
    """A closed port of the router itself."""
    syn = TCP(sport=port(), dport=22, flags='S', seq=77)
    return [('lan', udp(A, '10.0.0.1', port(), 9), BACK), ('lan', IP(src=A, dst='10.0.0.1') / syn,
                                                           BACK),
            ('lan', udp(A6, '2001:db8:1::1', port(), 9), BACK),
            ('lan', IPv6(src=A6, dst='2001:db8:1::1') / syn, BACK),
            ('wan', IP(src=FAR, dst=PUBLIC) / TCP(sport=port(), dport=22, flags='S'), DROP)]


def dscp():
    p = port()
    return [('lan', udp(sport=p, tos=0xb8), OUT), ('lan', udp(A6, FAR6, p, tc=0xb8), OUT),
            ('lan', udp(sport=p, tos=0x01), OUT)]


PROBES = [
    ('sums: UDP without a checksum', no_checksum()),
    ('sums: UDP without a checksum over IPv6', no_checksum6()),
    ('sums: around the two zeros', corner_sums()),
    ('sums: UDP, wrong', wrong_udp()),
    ('sums: TCP, wrong', wrong_tcp()),
    ('sums: UDP over IPv6, wrong', wrong_udp6()),
    ('TTL of 0', hops(0, BACK)),
    ('TTL of 1', hops(1, BACK)),
    ('TTL of 2', hops(2, OUT)),
    ('TTL of 255', hops(255, OUT)),
    ('hop limit of 0', hops6(0, BACK)),
    ('hop limit of 1', hops6(1, BACK)),
    ('hop limit of 2', hops6(2, OUT)),
    ('nobody is told about errors', no_error_about_errors()),
    ('nobody is told about errors of IPv6', no_error_about_errors6()),
    ('inside addresses from outside', untranslated()),
    ('IPv6 too large for the next link', too_big6()),
    ('IPv6 too large for a link further on', too_big_from_outside6()),
    ('IPv6 echoes', ping6()),
    ('IPv6 pings of the gateway', gateway6()),
    ('IPv6 replies and errors', replies6()),
    ('closed ports of the gateway', closed()),
    ('DSCP and ECN stay', dscp()),
]
