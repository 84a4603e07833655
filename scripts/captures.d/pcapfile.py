# SPDX-License-Identifier: BSD-3-Clause
"""Reads captures of any kind and shapes their packets for a router of two ports.

A file is pcap (either byte order, microseconds or nanoseconds) or pcapng.  What cannot be read is a Damaged with the kind of
damage; frames in front of it are given all the same."""

import struct

ETHERNET, RAW, SLL, NULL, LOOP, SLL2, PPP, PPP_HDLC, HDLC = 1, 101, 113, 0, 108, 276, 9, 50, 104
RAWS = {12, 14, RAW, 228, 229}
LINKS = {ETHERNET: 'Ethernet', SLL: 'Linux cooked', NULL: 'BSD loopback', LOOP: 'OpenBSD loopback', SLL2: 'Linux cooked 2',
         PPP: 'PPP', PPP_HDLC: 'PPP in HDLC', HDLC: 'Cisco HDLC'}
FRAMES_MAX = 200000
IP_TYPES = (0x0800, 0x86dd)
PPP_IP = {b'\0\x21': 0x0800, b'\0\x57': 0x86dd}


class Damaged(Exception):
    """Why a file cannot be read, or not to its end."""


def blocks_of_pcapng(data):
    """(type, body, byte order) of each block."""
    at, order = 0, '<'
    while at + 12 <= len(data):
        if data[at:at + 4] == b'\x0a\x0d\x0d\x0a':
            order = '<' if data[at + 8:at + 12] == b'\x4d\x3c\x2b\x1a' else '>'
        kind, size = struct.unpack_from(order + 'II', data, at)
        if size < 12 or size % 4 != 0 or at + size > len(data):
            raise Damaged('pcapng: a block that is cut or has an impossible length')
        yield kind, data[at + 8:at + size - 4], order
        at += size
    if at != len(data):
        raise Damaged('pcapng: bytes behind the last block')


def read_pcapng(data):
    links = []
    for kind, body, order in blocks_of_pcapng(data):
        if kind == 0x0a0d0d0a:
            links = []
        elif kind == 1 and len(body) >= 8:
            links.append(struct.unpack_from(order + 'H', body)[0])
        elif kind == 6 and len(body) >= 20:
            iface, _, _, size, whole = struct.unpack_from(order + 'IIIII', body)
            if iface >= len(links) or 20 + size > len(body):
                raise Damaged('pcapng: a packet of no interface, or longer than its block')
            yield links[iface], body[20:20 + size], whole
        elif kind == 3 and len(body) >= 4 and links:
            whole = struct.unpack_from(order + 'I', body)[0]
            yield links[0], body[4:4 + min(whole, len(body) - 4)], whole
        elif kind == 2 and len(body) >= 20:
            iface, _, _, _, size, whole = struct.unpack_from(order + 'HHIIII', body)
            if iface >= len(links):
                raise Damaged('pcapng: a packet of no interface, or longer than its block')
            yield links[iface], body[20:20 + size], whole


def read_pcap(data, order):
    if len(data) < 24:
        raise Damaged('pcap: a header that is cut')
    link, at = struct.unpack_from(order + 'I', data, 20)[0] & 0x0fffffff, 24
    while at + 16 <= len(data):
        _, _, size, whole = struct.unpack_from(order + 'IIII', data, at)
        at += 16
        if size > 262144 or at + size > len(data):
            raise Damaged('pcap: a frame that is cut or has an impossible length')
        yield link, data[at:at + size], whole
        at += size
    if at != len(data):
        raise Damaged('pcap: a frame header that is cut')


def read(path):
    """(link type, bytes, length on the wire) of each frame."""
    with open(path, 'rb') as f:
        data = f.read()
    magic = data[:4]
    if magic == b'\x0a\x0d\x0d\x0a':
        yield from read_pcapng(data)
    elif magic in (b'\xd4\xc3\xb2\xa1', b'\x4d\x3c\xb2\xa1'):
        yield from read_pcap(data, '<')
    elif magic in (b'\xa1\xb2\xc3\xd4', b'\xa1\xb2\x3c\x4d'):
        yield from read_pcap(data, '>')
    elif magic[:2] == b'\x1f\x8b':
        raise Damaged('compressed by gzip')
    elif len(data) == 0:
        raise Damaged('empty')
    else:
        raise Damaged('not a capture')


def is_capture(path):
    """Whether the file begins like one."""
    try:
        with open(path, 'rb') as f:
            magic = f.read(4)
    except OSError:
        return False
    return magic in (b'\x0a\x0d\x0d\x0a', b'\xd4\xc3\xb2\xa1', b'\x4d\x3c\xb2\xa1', b'\xa1\xb2\xc3\xd4', b'\xa1\xb2\x3c\x4d')


def ip_of(link, frame):
    """(EtherType, the bytes behind it); an EtherType of 0 is something that is no frame of Ethernet."""
    at, kind = 0, 0
    if link == ETHERNET and len(frame) >= 14:
        at, kind = 14, struct.unpack_from('>H', frame, 12)[0]
    elif link == SLL and len(frame) >= 16:
        at, kind = 16, struct.unpack_from('>H', frame, 14)[0]
    elif link == SLL2 and len(frame) >= 20:
        at, kind = 20, struct.unpack_from('>H', frame, 0)[0]
    elif link in (NULL, LOOP) and len(frame) >= 4:
        at = 4
    elif link == HDLC and len(frame) >= 4:
        at, kind = 4, struct.unpack_from('>H', frame, 2)[0]
    elif link in (PPP, PPP_HDLC):
        at = 2 if frame[:2] == b'\xff\x03' else 0
        kind = PPP_IP.get(frame[at:at + 2], 0)
        at += 2
    while kind in (0x8100, 0x88a8, 0x9100) and len(frame) >= at + 4:
        at, kind = at + 4, struct.unpack_from('>H', frame, at + 2)[0]
    if kind == 0x8864 and len(frame) >= at + 8:             # PPPoE
        at, kind = at + 8, PPP_IP.get(frame[at + 6:at + 8], 0)
    if (link in RAWS or link in (NULL, LOOP)) and len(frame) > at:
        kind = {4: 0x0800, 6: 0x86dd}.get(frame[at] >> 4, 0)
    return kind, frame[at:]


def tcp_of(kind, ip):
    """(source, destination, offset of TCP) of a TCP segment that is no fragment, or None."""
    if kind == 0x0800 and len(ip) >= 40 and ip[0] >> 4 == 4:
        header = (ip[0] & 15) * 4
        if ip[9] != 6 or header < 20 or struct.unpack_from('>H', ip, 6)[0] & 0x3fff or len(ip) < header + 20:
            return None
        return ip[12:16], ip[16:20], header
    if kind == 0x86dd and len(ip) >= 60 and ip[0] >> 4 == 6 and ip[6] == 6:
        return ip[8:24], ip[24:40], 40
    return None


def ends_of(kind, ip):
    """Source and destination, or None."""
    if kind == 0x0800 and len(ip) >= 20:
        return ip[12:16], ip[16:20]
    if kind == 0x86dd and len(ip) >= 40:
        return ip[8:24], ip[24:40]
    return None


class Sides:
    """Which port a packet comes in by: the first end of a pair to speak is inside, but a first SYN/ACK is an answer."""

    def __init__(self):
        self.inside = {}

    def port(self, kind, ip):
        ends = ends_of(kind, ip)
        if ends is None:
            return 'lan'
        pair = frozenset(ends)
        if pair not in self.inside:
            tcp = tcp_of(kind, ip)
            answer = tcp is not None and ip[tcp[2] + 13] & 0x17 == 0x12
            self.inside[pair] = ends[1] if answer else ends[0]
        return 'lan' if self.inside[pair] == ends[0] else 'wan'
