# SPDX-License-Identifier: BSD-3-Clause
"""Packets as bytes, for tests that make too many of them for scapy, or wrong ones; addresses are bytes (a4, a6, mac)."""

import socket
import struct

IP4, IP6 = b'\x08\x00', b'\x86\xdd'     # EtherTypes


def a4(text):
    return socket.inet_aton(text)


def a6(text):
    return socket.inet_pton(socket.AF_INET6, text)


def mac(text):
    return bytes.fromhex(text.replace(':', ''))


def checksum(data):
    """RFC 1071."""
    data = bytes(data) + b'\0' * (len(data) % 2)
    total = sum(struct.unpack('>%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def summed(data, at):
    """The data with its checksum in the two bytes at this place."""
    data = data[:at] + b'\0\0' + data[at + 2:]
    return data[:at] + struct.pack('>H', checksum(data)) + data[at + 2:]


def ip4(src, dst, proto, data, ttl=64, ident=0, frag=0):
    return summed(struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(data), ident, frag, ttl, proto, 0) + src + dst, 10) + data


def ip6(src, dst, proto, data, hops=64):
    return struct.pack('>IHBB', 0x60000000, len(data), proto, hops) + src + dst + data


def transport(src, dst, proto, data, at):
    """The data with the checksum of a transport protocol at this place; the pseudo headers of both families sum the same."""
    data = data[:at] + b'\0\0' + data[at + 2:]
    n = checksum(src + dst + struct.pack('>II', len(data), proto) + data)
    return data[:at] + struct.pack('>H', n or 0xffff if proto == 17 else n) + data[at + 2:]


def udp(src, dst, sport, dport, data=b''):
    return transport(src, dst, 17, struct.pack('>HHHH', sport, dport, 8 + len(data), 0) + data, 6)


def tcp(src, dst, sport, dport, flags, seq, ack=0, data=b'', window=8192):
    head = struct.pack('>HHIIBBHHH', sport, dport, seq & 0xffffffff, ack & 0xffffffff, 0x50, flags, window, 0, 0)
    return transport(src, dst, 6, head + data, 16)


def icmp(kind, code, rest, data=b''):
    return summed(struct.pack('>BBH', kind, code, 0) + rest + data, 2)


def icmp6(src, dst, kind, code, rest, data=b''):
    return transport(src, dst, 58, struct.pack('>BBH', kind, code, 0) + rest + data, 2)
