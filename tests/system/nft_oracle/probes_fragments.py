# SPDX-License-Identifier: BSD-3-Clause
"""Fragments of both families, and extension headers of IPv6."""

import itertools

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import (HBHOptUnknown, ICMPv6EchoRequest, IPv6, IPv6ExtHdrDestOpt,
                                IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, IPv6ExtHdrRouting, PadN)
from scapy.packet import Raw

from talk import *  # noqa: F403

numbers = itertools.count(7000)


def port():
    return next(ports)


def cut(packet, *at):
    """A datagram as fragments that end at these places behind the IP header."""
    number = next(numbers)
    v6 = isinstance(packet, IPv6)
    data = bytes(packet)[40 if v6 else 20:]
    places = list(at) + [len(data)]
    return [piece(packet, start, end < len(data), data[start:end], number)
            for start, end in zip([0] + places, places)]


def piece(packet, start, more, data, number):
    if isinstance(packet, IPv6):
        return (IPv6(src=packet.src, dst=packet.dst, hlim=packet.hlim)
                / IPv6ExtHdrFragment(nh=packet.nh if packet.nh else 17, offset=start // 8,
                                     m=int(more), id=number) / Raw(data))
    return IP(src=packet.src, dst=packet.dst, ttl=packet.ttl, id=number, flags='MF' if more else 0,
              frag=start // 8,
              proto=packet.proto) / Raw(data)


def sample(v6=False, size=60, sport=None):
    """A datagram whose protocol is filled in."""
    p = port() if sport is None else sport
    packet = udp(A6, FAR6, p, payload=b'x' * size) if v6 else udp(sport=p, payload=b'x' * size)
    return (IPv6 if v6 else IP)(bytes(packet))


def one_step(pieces, due, side='lan'):
    return [(side, pieces, due)]


def in_order(v6=False):
    return one_step(cut(sample(v6), 24, 48), OUT)


def reversed_order(v6=False):
    return one_step(cut(sample(v6), 24, 48)[::-1], OUT)


def all_orders(v6=False):
    steps = []
    for order in itertools.permutations(range(4)):
        pieces = cut(sample(v6), 16, 32, 48)
        steps += one_step([pieces[i] for i in order], OUT)
    return steps


def duplicate(v6=False):
    first, second = cut(sample(v6), 32)
    return one_step([first, first, second], OUT)


def overlap(v6=False):
    """Two middle fragments that overlap by eight bytes; the last comes behind them."""
    p = sample(v6)
    data, number = bytes(p)[40 if v6 else 20:], next(numbers)
    return one_step([piece(p, 0, True, data[:24], number), piece(p, 16, True, b'z' * 24, number),
                     piece(p, 40, False, data[40:], number)], OUT)


def overlap_later_first(v6=False):
    """The overlap is known before the first fragment comes: nothing leaves."""
    p = sample(v6)
    data, number = bytes(p)[40 if v6 else 20:], next(numbers)
    return one_step([piece(p, 40, False, data[40:], number), piece(p, 24, True, b'z' * 24, number),
                     piece(p, 0, True, data[:24], number)], DROP)


def head_missing(v6=False):
    """A first fragment that does not hold the ports."""
    p = sample(v6)
    data, number = bytes(p)[40 if v6 else 20:], next(numbers)
    return one_step([piece(p, 0, True, data[:0], number), piece(p, 8, False, data[8:], number)],
                    DROP)


def tiny_tcp():
    """RFC 1858: eight bytes of TCP in the first fragment, the flags in the second."""
    t = Talk()
    _, syn, _ = t.c('S', payload=b'x' * 20)
    return one_step(cut(IP(bytes(syn)), 8), DROP)


def offset_one():
    """RFC 3128: a fragment at offset 8 that would change the flags of what passed."""
    t = Talk()
    _, syn, _ = t.c('S', payload=b'x' * 20)
    p = IP(bytes(syn))
    number = next(numbers)
    return [('lan', piece(p, 8, False, bytes(p)[28:], number), DROP)]


def too_long(v6=False):
    """The last fragment ends beyond 65,535 bytes."""
    p = sample(v6)
    data, number = bytes(p)[40 if v6 else 20:], next(numbers)
    return one_step([piece(p, 65528, False, b'y' * 1000, number)], DROP) + one_step(
        [piece(p, 0, True, data[:24], number)], OUT)


def odd_length(v6=False):
    p = sample(v6)
    data, number = bytes(p)[40 if v6 else 20:], next(numbers)
    return one_step([piece(p, 0, True, data[:27], number)], DROP)


def dont_fragment():
    pieces = cut(sample(), 32)
    for p in pieces:
        p.flags |= 2
    return one_step(pieces, OUT)


def only_later(v6=False):
    """A last fragment whose first never comes."""
    return one_step(cut(sample(v6), 32)[1:], DROP)


def reply():
    """What was asked is answered in fragments; they follow the first one's translation."""
    p = port()
    answer = IP(bytes(udp(FAR, PUBLIC, 53, p, b'y' * 100)))
    return [('lan', udp(sport=p), OUT), ('wan', cut(answer, 40), OUT),
            ('wan', cut(answer, 40)[::-1], OUT)]


def stranger():
    """Fragments of a datagram that nobody asked for."""
    p = port()
    return [('lan', udp(sport=p), OUT),
            ('wan', cut(IP(bytes(udp(OTHER, PUBLIC, 53, p, b'y' * 100))), 40), DROP)]


def ping():
    n = port()
    return one_step(cut(IP(bytes(echo(n=n, payload=b'p' * 100))), 48), OUT) + [
        ('wan', cut(IP(bytes(echo(FAR, PUBLIC, n, 0, b'p' * 100))), 48), OUT)]


def ping_of_us():
    """Larger than the link, so that both answer in fragments."""
    whole = IPv6(bytes(IPv6(src=A6, dst='2001:db8:1::1') / ICMPv6EchoRequest(id=5, data=b'p' * 2000)))
    return [('lan', cut(IP(bytes(echo(dst='10.0.0.1', n=5, payload=b'p' * 2000))), 1024), BACK),
            ('wan', cut(IP(bytes(echo(FAR, PUBLIC, 6, payload=b'p' * 2000))), 1024)[::-1], BACK),
            ('lan', cut(whole, 1024), BACK),
            ('lan', cut(IP(bytes(echo(dst='10.0.0.1', n=5, kind=0, payload=b'p' * 2000))), 1024), DROP)]


def dying():
    """TTL 1: the first fragment is told of, a later one is not (RFC 1122 3.2.2)."""
    p = IP(bytes(udp(sport=port(), payload=b'x' * 60, ttl=1)))
    first, second = cut(p, 32)
    return [('lan', [first, second], BACK)]


def dying_later():
    p = sample()
    first, second = cut(p, 32)
    second.ttl = 1
    return [('lan', first, OUT), ('lan', second, DROP)]


def atomic():
    """RFC 6946: a fragment that is the whole datagram."""
    p = sample(True)
    return one_step(cut(p), OUT)


def atomic_amid():
    """The same amid other fragments of the same number."""
    p, q = sample(True), sample(True)
    data, other, number = bytes(p)[40:], bytes(q)[40:], next(numbers)
    return one_step([piece(p, 0, True, data[:32], number), piece(q, 0, False, other, number),
                     piece(p, 32, False, data[32:], number)], OUT)


def nested():
    p = sample(True)
    head = IPv6(src=A6, dst=FAR6) / IPv6ExtHdrFragment(nh=44, offset=0, m=0, id=next(numbers))
    return one_step([head / IPv6ExtHdrFragment(nh=17, offset=0, m=0, id=next(numbers))
                     / Raw(bytes(p)[40:])], DROP)


def chain_cut():
    """RFC 7112: the chain of headers goes on in the second fragment."""
    chain = bytes(IPv6ExtHdrDestOpt(nh=17,
                                    options=[PadN(optdata=b'\0' * 20)])) + bytes(sample(True))[40:]
    number = next(numbers)
    head = IPv6(src=A6, dst=FAR6)
    return one_step([head / IPv6ExtHdrFragment(nh=60, offset=0, m=1, id=number) / Raw(chain[:16]),
                     head / IPv6ExtHdrFragment(nh=60, offset=2, m=0, id=number) / Raw(chain[16:])],
                     DROP)


def behind(*headers):
    """A datagram behind extension headers."""
    p = IPv6(src=A6, dst=FAR6)
    for h in headers:
        p = p / h
    return IPv6(bytes(p / UDP(sport=port(), dport=53) / Raw(b'hello')))


def extended(due, *headers):
    return [('lan', behind(*headers), due)]


def protocol(number, data, due):
    return [('lan', IPv6(src=A6, dst='2001:db8:ffff::%x' % number, nh=number) / Raw(data), due)]


def padded(kind):
    return kind(options=[PadN(optdata=b'\0' * 4)])


def hop_option(kind):
    return IPv6ExtHdrHopByHop(options=[HBHOptUnknown(otype=kind, optdata=b'\0\0\0\0')])


def authenticated():
    header = bytes([17, 4]) + b'\0\0\0\0\1\0\0\0\0\1' + b'a' * 12
    inner = bytes(IPv6(bytes(udp(A6, FAR6, port()))))[40:]
    return [('lan', IPv6(src=A6, dst=FAR6, nh=51) / Raw(header + inner), OUT)]


def past_the_end():
    p = IPv6(src=A6, dst=FAR6, nh=60) / Raw(bytes([17, 9]) + b'\1\4\0\0\0\0' + b'x' * 16)
    return [('lan', p, DROP)]


V6 = ' of IPv6'
BOTH_FAMILIES = [('in order', in_order), ('in reverse order', reversed_order),
                 ('in all 24 orders', all_orders),
                 ('with a duplicate', duplicate), ('that overlap', overlap),
                 ('that overlap, the first last', overlap_later_first),
                 ('without a transport header', head_missing), ('beyond 65,535 bytes', too_long),
                 ('of a length that is not a multiple of eight', odd_length),
                 ('without the first', only_later)]
PROBES = [('fragments %s%s' % (name, V6 if v6 else ''), make(v6)) for v6 in (False, True) for name,
          make in BOTH_FAMILIES] + [
    ('fragments 1858: flags of TCP in the second', tiny_tcp()),
    ('fragments 3128: offset eight with TCP', offset_one()),
    ('fragments that must not be fragmented', dont_fragment()),
    ('fragments of an answer', reply()),
    ('fragments of a stranger', stranger()),
    ('fragments of a ping', ping()),
    ('fragments of a ping of the gateway', ping_of_us()),
    ('fragments that die here', dying()),
    ('fragments of which a later one dies here', dying_later()),
    ('fragments 6946: an atomic one', atomic()),
    ('fragments 6946: an atomic one amid others', atomic_amid()),
    ('fragments in a fragment', nested()),
    ('fragments 7112: the chain of headers cut', chain_cut()),
    ('extensions: hop by hop first',
     extended(OUT, padded(IPv6ExtHdrHopByHop))),
    ('extensions: hop by hop not first',
     extended(DROP, padded(IPv6ExtHdrDestOpt), padded(IPv6ExtHdrHopByHop))),
    ('extensions: an unknown hop-by-hop option, skip', extended(OUT, hop_option(0x1e))),
    ('extensions: an unknown hop-by-hop option, tell', extended(OUT, hop_option(0xde))),
    ('extensions: routing header type 0',
     extended(DROP, IPv6ExtHdrRouting(type=0, addresses=['2001:db8:ffff::7']))),
    ('extensions: routing header type 0 that is done',
     extended(DROP, IPv6ExtHdrRouting(type=0, segleft=0, addresses=['2001:db8:ffff::7']))),
    ('extensions: three destination options',
     extended(OUT, *[padded(IPv6ExtHdrDestOpt)] * 3)),
    ('extensions: nine of them', extended(DROP, *[padded(IPv6ExtHdrDestOpt)] * 9)),
    ('extensions: past the end', past_the_end()),
    ('extensions: ESP', protocol(50, b'\0\0\1\0\0\0\0\1' + b'e' * 24, OUT)),
    ('extensions: AH', authenticated()),
    ('extensions: no next header', protocol(59, b'', OUT)),
    ('extensions: protocol 253', protocol(253, b'experiment', OUT)),
]
