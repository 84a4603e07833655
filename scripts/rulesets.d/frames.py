# SPDX-License-Identifier: BSD-3-Clause
"""Frames that carry a number, built and read without a library: a hundred thousand of them take seconds."""

import ipaddress
import struct

TCP, UDP, ICMP, ICMP6 = 6, 17, 1, 58
MARK = b'weir'
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def sum_of(data):
    if len(data) & 1:
        data += b'\0'
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


class Packet:
    """One packet: side, src, dst (text), proto, sport, dport, flags (of TCP) or type (of ICMP), size, tos, number."""

    def __init__(self, **fields):
        self.sport = self.dport = self.flags = self.type = self.size = self.tos = 0
        self.seq, self.ack = 1000, 0
        self.__dict__.update(fields)

    def __str__(self):
        name = {TCP: 'tcp', UDP: 'udp', ICMP: 'icmp', ICMP6: 'icmp'}[self.proto]
        if self.proto in (TCP, UDP):
            ends = ('[%s]:%d > [%s]:%d' if ':' in self.src else '%s:%d > %s:%d') % (self.src, self.sport, self.dst, self.dport)
        else:
            ends = '%s > %s type %d' % (self.src, self.dst, self.type)
        flags = ''.join(c for i, c in enumerate('FSRPA') if self.flags >> i & 1)
        return '%s %s%s from %s' % (name, ends, ' ' + flags if flags else '', self.side)

    def key(self):
        return self.proto, self.src, self.sport, self.dst, self.dport

    def answer(self, frame, number):
        """What the station answers that got this frame; None: nothing."""
        reply = Packet(side=frame.side, src=frame.dst, dst=frame.src, proto=self.proto, number=number, sport=frame.dport, dport=frame.sport)
        if self.proto == TCP:
            opening = self.flags == SYN
            reply.flags, reply.seq, reply.ack = (SYN | ACK if opening else ACK), self.ack or 5000, self.seq + len(self.data()) + bool(self.flags & SYN)
        elif self.proto != UDP:
            if self.type not in (8, 128):
                return None
            reply.type, reply.sport = (0 if self.proto == ICMP else 129), frame.sport
        return reply

    def data(self):
        return MARK + struct.pack('!I', self.number) + b'x' * self.size

    def transport(self, pseudo):
        data = self.data()
        if self.proto == TCP:
            head, at = struct.pack('!HHIIBBHHH', self.sport, self.dport, self.seq, self.ack, 0x50, self.flags, 8192, 0, 0), 16
        elif self.proto == UDP:
            head, at = struct.pack('!HHHH', self.sport, self.dport, 8 + len(data), 0), 6
        else:
            head, at = struct.pack('!BBHHH', self.type, 0, 0, self.sport, 1), 2
            pseudo = b'' if self.proto == ICMP else pseudo
        if pseudo:
            pseudo += struct.pack('!I', len(head) + len(data)) + bytes((0, 0, 0, self.proto))
        total = sum_of(pseudo + head + data) or 0xffff
        return head[:at] + struct.pack('!H', total) + head[at + 2:] + data

    def frame(self, src_mac, dst_mac):
        a, b = ipaddress.ip_address(self.src).packed, ipaddress.ip_address(self.dst).packed
        l4 = self.transport(a + b)
        if len(a) == 4:
            head = struct.pack('!BBHHHBBH', 0x45, self.tos, 20 + len(l4), self.number & 0xffff, 0x4000, 64, self.proto, 0) + a + b
            head = head[:10] + struct.pack('!H', sum_of(head)) + head[12:]
        else:
            head = struct.pack('!IHBB', 0x60000000 | self.tos << 20, len(l4), self.proto, 64) + a + b
        return dst_mac + src_mac + (b'\x08\0' if len(a) == 4 else b'\x86\xdd') + head + l4


class Seen:
    """A frame that came out: side, number (None: it has none), src, dst, proto, sport, dport, error (text of an ICMP error), reset."""

    def __init__(self, side, data):
        self.side, self.number, self.error, self.reset = side, None, None, False
        self.src = self.dst = None
        self.sport = self.dport = self.proto = 0
        kind, at = data[12:14], 14
        if kind == b'\x81\0':
            kind, at = data[16:18], 18
        if kind not in (b'\x08\0', b'\x86\xdd') or len(data) < at + 28:
            return
        six = kind == b'\x86\xdd'
        self.proto = data[at + 6] if six else data[at + 9]
        spans = ((8, 24), (24, 40)) if six else ((12, 16), (16, 20))
        self.src, self.dst = (str(ipaddress.ip_address(data[at + a:at + b])) for a, b in spans)
        end = at + (40 + struct.unpack('!H', data[at + 4:at + 6])[0] if six else struct.unpack('!H', data[at + 2:at + 4])[0])
        self.transport(data[at + (40 if six else (data[at] & 15) * 4):end])

    def transport(self, l4):
        at = l4.find(MARK)
        if at >= 0 and len(l4) >= at + 8:
            self.number = struct.unpack('!I', l4[at + 4:at + 8])[0]
        if len(l4) < 8:
            return
        if self.proto in (TCP, UDP):
            self.sport, self.dport = struct.unpack('!HH', l4[:4])
            self.reset = self.proto == TCP and len(l4) >= 14 and bool(l4[13] & RST)
        elif (self.proto == ICMP and l4[0] in (3, 11, 12)) or (self.proto == ICMP6 and l4[0] in (1, 2, 3, 4)):
            self.error = 'ICMP %d/%d' % (l4[0], l4[1])
        else:
            self.sport = struct.unpack('!H', l4[4:6])[0]
