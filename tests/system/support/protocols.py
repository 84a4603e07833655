#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Peers of protocols beside TCP and UDP, by sockets of the kernel: UDP-Lite, and raw ones for SCTP, GRE (PPTP) and ESP.

    protocols.py serve ADDRESS                      answers: ESP and PPTP with the number plus 0x1000 (of the packet's text),
                                                    SCTP as a server with the port 36412, UDP-Lite on port 53
    protocols.py ask PROTOCOL SERVER HOST...        the hosts talk at once, each with its own numbers and the same ports;
                                                    exit 1 unless each gets its own answers, with right checksums"""

import random
import select
import socket
import struct
import sys
import time

ESP, GRE, SCTP, UDPLITE = 50, 47, 132, 136
SEND_COVERAGE, RECEIVE_COVERAGE = 10, 11        # socket options of UDP-Lite
ROUNDS = 20


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def sctp(sport, dport, tag, chunk):
    head = struct.pack('!HHI', sport, dport, tag)
    return head + struct.pack('<I', crc32c(head + b'\0\0\0\0' + chunk)) + chunk


def sctp_is_right(p):
    return struct.unpack('<I', p[8:12])[0] == crc32c(p[:8] + b'\0\0\0\0' + p[12:])


def chunk(kind, body=b'', flags=0):
    return struct.pack('!BBH', kind, flags, 4 + len(body)) + body


def initiate(tag):
    return struct.pack('!IIHHI', tag, 65535, 1, 1, 1)


def esp(spi, text):
    return struct.pack('!II', spi, 1) + text


def pptp(call, text):
    return struct.pack('!HHHH', 0x2001, 0x880b, len(text), call) + text


def raw(proto, address):
    s = socket.socket(socket.AF_INET, socket.SOCK_RAW, proto)
    s.bind((address, 0))
    return s


def lite(address, port, coverage):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, UDPLITE)
    s.setsockopt(UDPLITE, SEND_COVERAGE, coverage)
    s.setsockopt(UDPLITE, RECEIVE_COVERAGE, 8)
    s.bind((address, port))
    return s


def payload(packet):
    return packet[(packet[0] & 15) * 4:]


def serve_sctp(p):
    """The answer of a server whose tag is the client's plus one."""
    sport, dport, tag = struct.unpack('!HHI', p[:8])
    kind = p[12]
    if not sctp_is_right(p) or dport != 36412:
        return None
    if kind == 1:
        theirs = struct.unpack('!I', p[16:20])[0]
        return sctp(dport, sport, theirs, chunk(2, initiate(theirs + 1) + struct.pack('!HH', 7, 8) + b'biscuit!'[:4]))
    answer = {10: chunk(11), 0: chunk(0, struct.pack('!IHHI', 1, 0, 0, 0) + b'answer', 3), 7: chunk(8)}.get(kind)
    return answer and sctp(dport, sport, tag - 1, answer)


def serve(address):
    sockets = {raw(ESP, address): ESP, raw(GRE, address): GRE, raw(SCTP, address): SCTP, lite(address, 53, 8): UDPLITE}
    print('ready', flush=True)
    while True:
        for s in select.select(list(sockets), [], [])[0]:
            packet, peer = s.recvfrom(2048)
            proto = sockets[s]
            p = packet if proto == UDPLITE else payload(packet)
            if proto == ESP:
                p = esp(struct.unpack('!I', p[:4])[0] + 0x1000, p[8:])
            elif proto == GRE:
                p = pptp(struct.unpack('!H', p[6:8])[0] + 0x1000, p[8:])
            elif proto == SCTP:
                p = serve_sctp(p)
            if p is not None:
                s.sendto(p, peer)


def receive(s, wait=0.5):
    return s.recv(2048) if select.select([s], [], [], wait)[0] else None


def ask_numbered(proto, make, server, hosts):
    """Each host sends packets of its number until it is answered; then all at once: each gets its own, and no other."""
    sockets = [raw(proto, h) for h in hosts]
    for i, s in enumerate(sockets):
        for _ in range(30):
            s.sendto(make(0x100 + i, b'text of %d' % i), (server, 0))
            if receive(s) is not None:
                break
        else:
            return 'host %d is not answered' % i
    for n in range(ROUNDS):
        for i in random.sample(range(len(hosts)), len(hosts)):
            sockets[i].sendto(make(0x100 + i, b'text of %d' % i), (server, 0))
    for i, s in enumerate(sockets):
        got = []
        while (p := receive(s)) is not None:
            got.append(payload(p))
        if got != [make(0x1100 + i, b'text of %d' % i)] * ROUNDS:
            return 'host %d: %d answers, others among them: %s' % (i, len(got), set(got))
    return None


def ask_sctp(server, hosts):
    sockets, tags = [raw(SCTP, h) for h in hosts], [0x01010101 * (i + 1) for i in range(len(hosts))]

    def step(say, kind):
        for i, s in enumerate(sockets):
            s.sendto(say(i), (server, 0))
        for i, s in enumerate(sockets):
            p = receive(s, 3)
            p = p and payload(p)
            if p is None or not sctp_is_right(p) or struct.unpack('!HHI', p[:8]) != (36412, 5000, tags[i]) or p[12] != kind:
                return 'host %d, chunk %d: %s' % (i, kind, p and p.hex())
        return None

    def packet(kind, body=b'', flags=0):
        return lambda i: sctp(5000, 36412, tags[i] + 1, chunk(kind, body, flags))

    return step(lambda i: sctp(5000, 36412, 0, chunk(1, initiate(tags[i]))), 2) \
        or step(packet(10, b'cook'), 11) \
        or step(packet(0, struct.pack('!IHHI', 1, 0, 0, 0) + b'question', 3), 0) \
        or step(packet(7, b'\0\0\0\1'), 8)


def ask_lite(server, hosts):
    for coverage in (0, 8, 12):
        sockets = [lite(h, 5000, coverage) for h in hosts]
        for n in range(ROUNDS):
            for i, s in enumerate(sockets):
                s.sendto(b'%d of %d, which is long enough' % (n, i), (server, 53))
            for i, s in enumerate(sockets):
                got = receive(s, 3)
                if got != b'%d of %d, which is long enough' % (n, i):
                    return 'coverage %d, host %d: %s' % (coverage, i, got)
        for s in sockets:
            s.close()
    return None


def main(what, *arguments):
    if what == 'serve':
        serve(*arguments)
    protocol, server, *hosts = arguments
    time.sleep(0.1)
    wrong = {'esp': lambda: ask_numbered(ESP, esp, server, hosts), 'pptp': lambda: ask_numbered(GRE, pptp, server, hosts),
             'sctp': lambda: ask_sctp(server, hosts), 'udplite': lambda: ask_lite(server, hosts)}[protocol]()
    if wrong is not None:
        print(wrong, file=sys.stderr)
    return wrong is not None


sys.exit(main(*sys.argv[1:]))
