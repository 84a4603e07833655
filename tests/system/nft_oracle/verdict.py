# SPDX-License-Identifier: BSD-3-Clause
"""What came out, in words that two routers share.

A frame becomes a line: side, protocol, ends, what the protocol says, TTL, payload, and wrong
checksums.  Fragments of one datagram become one line if all are there, whatever their number (Linux
puts together and splits again).  Left out: identification."""

import re
import zlib

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import IPv6, IPv6ExtHdrFragment
from scapy.layers.l2 import Ether
from scapy.packet import Raw
from scapy.utils import checksum

OTHER = {'lan': 'wan', 'wan': 'lan'}
CHATTER = set(range(130, 137)) | {143}          # ICMPv6 between neighbours
ERRORS4, ERRORS6 = (3, 4, 5, 11, 12), range(1, 128)
FIXED = (5060, 8080)                            # ports that probes share
L4 = {6: 'tcp', 17: 'udp', 1: 'icmp', 58: 'icmp6'}


def word(sides_out, side_in):
    """drop, out (by the other side), back (by the same), or both."""
    found = {('back' if s == side_in else 'out') for s in sides_out}
    return '+'.join(sorted(found, reverse=True)) or 'drop'


def describe(frames):
    """Lines for frames (side, bytes), sorted."""
    lines, parts = [], {}
    for side, data in frames:
        frame = Ether(data)
        if frame.type == 0x0800:
            ip = data[14:14 + int.from_bytes(data[16:18], 'big')]
            if int.from_bytes(ip[6:8], 'big') & 0x3fff:
                key = (side, 4, ip[9], ip[12:20], ip[4:6])
                parts.setdefault(key, []).append(piece4(ip))
            else:
                lines.append('%s %s' % (side, line4(ip)))
        elif frame.type == 0x86dd:
            line6(side, data[14:54 + int.from_bytes(data[18:20], 'big')], lines, parts)
    lines += [datagram(key, pieces) for key, pieces in parts.items()]
    return sorted(lines)


def piece4(ip):
    word_ = int.from_bytes(ip[6:8], 'big')
    head = (ip[0] & 15) * 4
    return (word_ & 0x1fff) * 8, bool(word_ & 0x2000), ip[:head], ip[head:]


def datagram(key, pieces):
    """All fragments of one datagram as one line."""
    side, version = key[:2]
    pieces = sorted({(offset, more, data): head for offset, more, head, data in pieces}.items(),
                    key=lambda p: p[0][0])
    whole, end, more = b'', 0, True
    for (offset, more, data), _ in pieces:
        if offset != end:
            more = True
            break
        whole += data
        end += len(data)
    head = pieces[0][1]
    if more or pieces[0][0][0] != 0:
        spans = ' '.join('%d-%d' % (offset, offset + len(data)) for (offset, _, data), _ in pieces)
        return '%s part %s of a datagram' % (side, spans)
    if version == 6:
        return '%s in fragments %s' % (side, line_of(IPv6(head[0]), whole, head[1]))
    ip = IP(head)
    ip.flags, ip.frag, ip.len, ip.chksum = 0, 0, len(head) + len(whole), None
    return '%s in fragments %s' % (side, line4(bytes(ip)[:len(head)] + whole))


def line4(data):
    ip = IP(data)
    head = (data[0] & 15) * 4
    text = line_of(ip, data[head:], data[9])
    if ip.options:
        text += ' options %s' % bytes(data[20:head]).hex()
    if ip.tos:
        text += ' tos %#x' % ip.tos
    if checksum(data[:head]) != 0:
        text += ' IP checksum wrong'
    return text


def line6(side, data, lines, parts):
    ip = IPv6(data)
    kind, at = data[6], 40
    while kind in (0, 43, 60) and at + 8 <= len(data):
        kind, at = data[at], at + 8 * (data[at + 1] + 1)
    if kind == 44 and data[at + 2:at + 4] == b'\0\0':
        lines.append('%s atomic fragment %s' % (side, line_of(ip, data[at + 8:], data[at])))
        return
    if kind == 44:
        word_ = int.from_bytes(data[at + 2:at + 4], 'big')
        parts.setdefault((side, 6, data[8:40], data[at + 4:at + 8]), []).append(
            (word_ & 0xfff8, bool(word_ & 1), (data[:40], data[at]), data[at + 8:]))
        return
    if kind == 58 and at < len(data) and data[at] in CHATTER:
        return
    text = line_of(ip, data[at:], kind)
    if at > 40:
        text += ' behind %d bytes of extensions' % (at - 40)
    lines.append('%s %s' % (side, text))


def end(address, port, version):
    return '%s:%d' % (address if version == 4 else '[%s]' % address, port)


def line_of(ip, data, proto):
    """One packet: ip is the header, data what it carries."""
    version = 6 if isinstance(ip, IPv6) else 4
    hops = ip.hlim if version == 6 else ip.ttl
    if proto in (6, 17) and len(data) >= 8:
        ends = '%s > %s' % (end(ip.src, int.from_bytes(data[:2], 'big'), version),
                            end(ip.dst, int.from_bytes(data[2:4], 'big'), version))
    else:
        ends = '%s > %s' % (ip.src, ip.dst)
    text = '%s %s' % (L4.get(proto, 'protocol %d' % proto), ends)
    text += {6: of_tcp, 17: of_udp, 1: of_icmp, 58: of_icmp6}.get(proto, payload)(data)
    return text + ' ttl %d' % hops + wrong_sum(ip, data, proto)


def payload(data):
    if not data:
        return ''
    if len(data) < 24 and all(32 <= b < 127 for b in data):
        return " '%s'" % data.decode()
    return ' %d bytes %08x' % (len(data), zlib.crc32(data))


def of_tcp(data):
    if len(data) < 20:
        return ' cut' + payload(data)
    tcp = TCP(data)
    options = data[20:tcp.dataofs * 4]
    return ' %s seq %d ack %d win %d%s%s' % (tcp.flags, tcp.seq, tcp.ack, tcp.window,
        ' options %s' % options.hex() if options else '', payload(data[tcp.dataofs * 4:]))


def of_udp(data):
    return payload(data[8:]) + (' no checksum' if data[6:8] == b'\0\0' else '')


def quote(data):
    """The packet that an error quotes: its ends, its checksum, how much of it."""
    if len(data) < 28:
        return ' about %d bytes' % len(data)
    ip = IP(data) if data[0] >> 4 == 4 else IPv6(data)
    head = (data[0] & 15) * 4 if ip.version == 4 else 40
    proto = data[9] if ip.version == 4 else data[6]
    ports = [int.from_bytes(data[head + i:head + i + 2], 'big') for i in (0, 2)]
    text = ' about %s %s > %s, %d bytes' % (L4.get(proto, proto), end(ip.src, ports[0], ip.version),
                                            end(ip.dst, ports[1], ip.version), len(data))
    if ip.version == 4:
        text += ' ttl %d' % ip.ttl
        if checksum(data[:head]) != 0:
            text += ' inner IP checksum wrong'
        if proto in L4 and len(data) == ip.len and not int.from_bytes(data[6:8], 'big') & 0x3fff:
            text += wrong_sum(ip, data[head:], proto).replace('checksum', 'inner checksum')
    return text


def of_icmp(data):
    icmp = ICMP(data[:8])
    text = ' %d/%d' % (icmp.type, icmp.code)
    if icmp.type in ERRORS4:
        return text + ' word %#x' % int.from_bytes(data[4:8], 'big') + quote(data[8:])
    return text + ' id %d' % icmp.id + payload(data[8:])


def of_icmp6(data):
    text = ' %d/%d word %#x' % (data[0], data[1], int.from_bytes(data[4:8], 'big'))
    return text + (quote(data[8:]) if data[0] in ERRORS6 else payload(data[8:]))


def wrong_sum(ip, data, proto):
    """' wrong checksum' if the transport's is."""
    if proto not in L4 or len(data) < 8 or (proto == 17 and data[6:8] == b'\0\0'):
        return ''
    if proto == 1:
        return off_by(checksum(data))
    if isinstance(ip, IPv6):
        pseudo = bytes(ip)[8:40] + len(data).to_bytes(4, 'big') + bytes([0, 0, 0, proto])
    else:
        ends = bytes(IP(src=ip.src, dst=ip.dst))[12:20]
        pseudo = ends + bytes([0, proto]) + len(data).to_bytes(2, 'big')
    return off_by(checksum(pseudo + data))


def off_by(total):
    return ' checksum wrong by %#06x' % total if total else ''


def named_ports(text, ports):
    """Ports of a probe as P1, P2, ...; others that a router chose as Pnew."""
    def name(found):
        port = int(found.group(1))
        if port in ports:
            return ':P%d' % (ports.index(port) + 1)
        return ':Pnew' if port > 1023 and port not in FIXED else ':%d' % port
    return re.sub(r'(?<=[\d\]]):(\d+)\b(?!:)', name, text)
