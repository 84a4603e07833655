# SPDX-License-Identifier: BSD-3-Clause
"""Helpers of stage track: FTP and TFTP through a firewall with NAT; what must not open anything opens nothing.

A is a client inside, FAR a server outside; SERVER is a server inside, behind a port forward, whose clients are outside."""

from scapy.layers.inet import IP, TCP
from scapy.packet import Raw

from bench import INTERFACES, PORTS, ROUTES, Failed, frame, replay, verdict_of
from nat import A, B, FAR, OTHER, PUBLIC, SERVER, Wire, config, expect
from packet import udp

RULES = '''acls:
  closed: {default: drop, rules: [{state: [established, related], action: accept}, {proto: tcp, dst: 10.0.0.80, dport: 21, action: accept}]}
'''
HELPS = '{track: {helpers: [ftp, tftp]}}'
OUT, IN, SHUT = 'out', 'in', None


def gateway(track=HELPS):
    text = config(outside='{dnat: {to: 10.0.0.80, if: {dst: 198.51.100.1, proto: tcp, dport: 21}}}, {acl: closed}, ')
    return RULES.join(text.replace('[track', '[' + track).partition('pipelines:')[::2]).replace(RULES, RULES + 'pipelines:')


def segment(src, dst, sport, dport, seq, ack, text=b'', flags='PA'):
    return IP(src=src, dst=dst) / TCP(sport=sport, dport=dport, seq=seq, ack=ack, flags=flags) / Raw(text)


class Talk:
    """A connection; each side writes with its own numbers, and acknowledges what it has received."""

    def __init__(self, wire, client=A, server=FAR, sport=40000, dport=21, seen_client=PUBLIC, seen_server=FAR, ports=('lan', 'wan')):
        self.wire, self.sport, self.dport, self.ports = wire, sport, dport, ports
        self.ends = [(client, seen_server), (server, seen_client)]      # source and destination of what each side sends
        self.seq, self.heard, self.steps = [100, 500], [0, 0], []
        for side, flags in ((0, 'S'), (1, 'SA'), (0, 'A')):
            self.send(side, b'', flags)

    def packet(self, side, text, flags, seq=None):
        sport, dport = (self.sport, self.dport)[::1 if side == 0 else -1]
        return segment(*self.ends[side], sport, dport, self.seq[side] if seq is None else seq,
                       self.heard[side] if 'A' in flags else 0, text, flags)

    def send(self, side, text, flags='PA', becomes=None, seq=None, passes=True, count=True):
        """becomes: the text that the other side receives"""
        when = self.wire.send(self.ports[side], self.packet(side, text, flags, seq))
        if seq is None and count:
            moved = self.heard[1 - side] - self.seq[side] if self.heard[1 - side] else 0
            n = len(text) + ('S' in flags)
            self.steps.append((when, side, self.seq[side] + moved, text if becomes is None else becomes, self.heard))
            self.seq[side] += n
            self.heard[1 - side] = self.seq[side] + moved + (len(becomes) - len(text) if becomes is not None else 0)
        return when

    def check(self, outcome_of):
        for when, side, seq, text, _ in self.steps:
            p = outcome_of(self.ports[1 - side], when)
            if p is None:
                raise Failed('lost: %r, %s' % (text, self.wire.drops()))
            expect('text', bytes(p[TCP].payload), text)
            expect('number of %r' % text, p[TCP].seq, seq)
            again = IP(bytes(p))
            again.chksum = again[TCP].chksum = None
            again = IP(bytes(again))
            expect('checksums', (again.chksum, again[TCP].chksum), (p.chksum, p[TCP].chksum))


def login(talk):
    for side, text in ((1, b'220 here\r\n'), (0, b'USER a\r\n'), (1, b'331 who\r\n'), (0, b'PASS b\r\n'), (1, b'230-so\r\n230 in\r\n')):
        talk.send(side, text)


def opened(wire, src, sport, dst, dport, port='wan', **ip):
    return wire.send(port, segment(src, dst, sport, dport, 7000, 0, flags='S', **ip))


def ends(p):
    return p and (p.src, p[TCP].sport, p.dst, p[TCP].dport)


def active():
    """PORT and EPRT of a client inside: its text leaves with the public end, all numbers behind it are moved."""
    for line, becomes in ((b'PORT 10,0,0,2,19,137\r\n', b'PORT 198,51,100,1,19,137\r\n'),
                          (b'EPRT |1|10.0.0.2|5001|\r\n', b'EPRT |1|198.51.100.1|5001|\r\n')):
        w = Wire()
        before = opened(w, FAR, 20, PUBLIC, 5001)
        talk = Talk(w)
        login(talk)
        talk.send(0, line, becomes=becomes)
        talk.send(1, b'200 ok\r\n')
        talk.send(0, b'LIST\r\n')
        others = [opened(w, OTHER, 20, PUBLIC, 5001), opened(w, FAR, 20, PUBLIC, 5002)]
        data = opened(w, FAR, 20, PUBLIC, 5001)
        answer = w.send('lan', segment(A, FAR, 5001, 20, 1, 7001, flags='SA'))
        again = opened(w, FAR, 21, PUBLIC, 5001)
        talk.send(1, b'150 coming\r\n')
        talk.send(0, b'QUIT\r\n')
        talk.send(1, b'221 bye\r\n')
        w.run(gateway())
        talk.check(w.out)
        expect('before it is announced, and others', [w.out('lan', t) for t in [before, again] + others], [None] * 4)
        expect('data', ends(w.out('lan', data)), (FAR, 20, A, 5001))
        expect('its answer', ends(w.out('wan', answer)), (PUBLIC, 5001, FAR, 20))


def acknowledgements():
    """The acknowledgement of a moved text comes back in the client's own numbers."""
    w = Wire()
    talk = Talk(w)
    login(talk)
    first = talk.seq[0]
    talk.send(0, b'PORT 10,0,0,2,19,137\r\n', becomes=b'PORT 198,51,100,1,19,137\r\n')
    t = talk.send(1, b'200 ok\r\n')
    again = talk.send(0, b'PORT 10,0,0,2,19,137\r\n', seq=first)            # sent again: the same text, the same number
    half = talk.send(0, b'PORT 10,0,0', seq=first)
    ahead = talk.send(0, b'PORT 10,0,0,2,19,138\r\n', seq=talk.seq[0] + 50)
    w.run(gateway())
    expect('ack', w.out('lan', t)[TCP].ack, talk.seq[0])
    expect('once more', (bytes(w.out('wan', again)[TCP].payload), w.out('wan', again)[TCP].seq),
           (b'PORT 198,51,100,1,19,137\r\n', first))
    expect('a part of it', w.out('wan', half), None)
    expect('ahead of others', w.out('wan', ahead), None)
    expect('drops', w.drops(), {'helper_order': 2})


def two_hosts():
    """Two clients announce the same port: the second one's public port is another."""
    w, talks = Wire(), []
    for host, sport in ((A, 40000), (B, 40001)):
        talk = Talk(w, client=host, sport=sport)
        login(talk)
        talks.append((talk, talk.send(0, b'PORT %s,19,137\r\n' % host.replace('.', ',').encode(), count=False)))
    w.run(gateway())
    texts = [bytes(w.out('wan', t)[TCP].payload) for _, t in talks]
    expect('the first', texts[0], b'PORT 198,51,100,1,19,137\r\n')
    high, low = [int(n) for n in texts[1].strip().split(b',')[-2:]]
    if high * 256 + low == 5001 or not texts[1].startswith(b'PORT 198,51,100,1,'):
        raise Failed('the second: %r' % texts[1])
    data = opened(w, FAR, 20, PUBLIC, high * 256 + low)
    w.run(gateway())
    expect('data', ends(w.out('lan', data)), (FAR, 20, B, 5001))


def behind_a_forward():
    """A server inside: its PASV answer names the public address, and its data connections come in."""
    w = Wire()
    talk = Talk(w, client=FAR, server=SERVER, seen_client=FAR, seen_server=PUBLIC, ports=('wan', 'lan'))
    login(talk)
    early = opened(w, FAR, 50000, PUBLIC, 5001)
    talk.send(0, b'PASV\r\n')
    talk.send(1, b'227 Entering Passive Mode (10,0,0,80,19,137).\r\n',
              becomes=b'227 Entering Passive Mode (198,51,100,1,19,137).\r\n')
    other = opened(w, OTHER, 50000, PUBLIC, 5001)
    data = opened(w, FAR, 50001, PUBLIC, 5001)
    answer = w.send('lan', segment(SERVER, FAR, 5001, 50001, 1, 7001, flags='SA'))
    talk.send(0, b'EPSV\r\n')
    talk.send(1, b'229 Extended (|||5002|)\r\n')
    extended = opened(w, FAR, 50002, PUBLIC, 5002)
    talk.send(0, b'PORT 203,0,113,9,19,137\r\n')
    active = opened(w, SERVER, 20, FAR, 5001, port='lan')
    w.run(gateway())
    talk.check(w.out)
    expect('too early, and another client', [w.out('lan', t) for t in (early, other)], [None] * 2)
    expect('data', ends(w.out('lan', data)), (FAR, 50001, SERVER, 5001))
    expect('its answer', ends(w.out('wan', answer)), (PUBLIC, 5001, FAR, 50001))
    expect('after EPSV', ends(w.out('lan', extended)), (FAR, 50002, SERVER, 5002))
    expect('active, from the public address', ends(w.out('wan', active)), (PUBLIC, 20, FAR, 5001))


# What a client may not open, by a text that it sends, or that is put into its connection.
REFUSED = {
    'the address of another host': [(0, b'PORT 10,0,0,3,19,137\r\n')],
    'the public address': [(0, b'PORT 198,51,100,1,19,137\r\n')],
    'a port of a service': [(0, b'PORT 10,0,0,2,0,22\r\n')],
    'the last port of a service': [(0, b'PORT 10,0,0,2,3,255\r\n')],
    'numbers that are none': [(0, b'PORT 10,0,0,2,19,0137\r\n'), (0, b'PORT 10,0,0,2,19,393\r\n'), (0, b'PORT 10,0,0,2,19,137,1\r\n'),
                              (0, b'PORT  10,0,0,2,19,137\r\n'), (0, b'EPRT |2|10.0.0.2|5001|\r\n'), (0, b'EPRT |1|10.0.0.2|5001\r\n')],
    'a line in two segments': [(0, b'PORT 10,0,0,2,'), (0, b'19,137\r\n')],
    'a segment that begins in a line': [(0, b'USER '), (0, b'PORT 10,0,0,2,19,137\r\n')],
    'a line of HTTP before it': [(0, b'POST / HTTP/1.1\r\n'), (0, b'PORT 10,0,0,2,19,137\r\n')],
    'a body of HTTP': [(0, b'POST / HTTP/1.1\r\nHost: x\r\n\r\nPORT 10,0,0,2,19,137\r\n')],
    'a header of HTTP, cut': [(0, b'POST / HTTP/1.1'), (0, b'\r\nContent-Length: 9\r\n\r\n'), (0, b'PORT 10,0,0,2,19,137\r\n')],
    'a long line': [(0, b'USER ' + b'x' * 600), (0, b'y\r\n'), (0, b'PORT 10,0,0,2,19,137\r\n')],
    'an answer that nobody asked for': [(1, b'227 E (203,0,113,9,19,137)\r\n')],
    'an answer about another host': [(0, b'PASV\r\n'), (1, b'227 E (203,0,113,10,19,137)\r\n')],
}


def refused():
    for what, lines in REFUSED.items():
        w = Wire()
        talk = Talk(w)
        login(talk)
        for side, text in lines:
            talk.send(side, text)
        tries = [opened(w, src, 20, PUBLIC, port) for src in (FAR, OTHER) for port in (5001, 22, 1023)]
        w.run(gateway())
        talk.check(w.out)
        expect(what, [w.out('lan', t) for t in tries], [None] * len(tries))


def without_greeting():
    """A client that speaks before the server has greeted speaks no FTP: what a browser does."""
    for lines in ([(0, b'PORT 10,0,0,2,19,137\r\n')], [(0, b'USER a\r\n'), (1, b'220 hi\r\n'), (0, b'PORT 10,0,0,2,19,137\r\n')],
                  [(1, b'HTTP/1.1 200 OK\r\n220 hi\r\n'), (0, b'PORT 10,0,0,2,19,137\r\n')]):
        w = Wire()
        talk = Talk(w)
        for side, text in lines:
            talk.send(side, text)
        t = opened(w, FAR, 20, PUBLIC, 5001)
        w.run(gateway())
        talk.check(w.out)
        expect('%r' % lines, w.out('lan', t), None)


def off_by_default():
    for track in ('track', '{track: {helpers: [tftp]}}'):
        w = Wire()
        talk = Talk(w)
        login(talk)
        talk.send(0, b'PORT 10,0,0,2,19,137\r\n')
        t = opened(w, FAR, 20, PUBLIC, 5001)
        w.run(gateway(track))
        talk.check(w.out)
        expect(track, w.out('lan', t), None)


def other_ports():
    """Only port 21 is read."""
    w = Wire()
    talk = Talk(w, dport=2121)
    login(talk)
    talk.send(0, b'PORT 10,0,0,2,19,137\r\n')
    t = opened(w, FAR, 20, PUBLIC, 5001)
    w.run(gateway())
    talk.check(w.out)
    expect('port 2121', w.out('lan', t), None)


def announced_too_long_ago():
    w = Wire()
    talk = Talk(w)
    login(talk)
    talk.send(0, b'PORT 10,0,0,2,19,137\r\n', becomes=b'PORT 198,51,100,1,19,137\r\n')
    w.now += 61
    late = opened(w, FAR, 20, PUBLIC, 5001)
    w.run(gateway())
    expect('after a minute', w.out('lan', late), None)
    w = Wire()
    talk = Talk(w)
    login(talk)
    for port in range(9):                               # the ninth displaces the first
        talk.send(0, b'PORT 10,0,0,2,19,%d\r\n' % (100 + port), becomes=b'PORT 198,51,100,1,19,%d\r\n' % (100 + port))
    first, second = [opened(w, FAR, 20, PUBLIC, 19 * 256 + n) for n in (100, 101)]
    w.run(gateway())
    talk.check(w.out)
    expect('of nine', (w.out('lan', first), ends(w.out('lan', second))), (None, (FAR, 20, A, 19 * 256 + 101)))


FIREWALL = PORTS + INTERFACES.replace('PIPELINE', 'all') + ROUTES + '''acls:
  closed: {default: drop, rules: [{state: [established, related], action: accept}, {in: lan, dport: 21, action: accept}]}
pipelines:
  all: [{track: {helpers: [ftp]}}, {acl: closed}, {route: main}]
'''


def strict_firewall():
    """Without NAT, both families, both modes: only what is announced passes a list that accepts port 21 alone."""
    for a, b, port, pasv in (('10.0.0.2', '203.0.113.9', b'EPRT |1|10.0.0.2|5001|\r\n', b'227 E (203,0,113,9,19,138)\r\n'),
                             ('2001:db8:1::2', '2001:db8:ffff::9', b'EPRT |2|2001:db8:1::2|5001|\r\n', b'229 E (|||5002|)\r\n')):
        from scapy.layers.inet6 import IPv6
        kind, now, frames, wanted = IPv6 if ':' in a else IP, [1.0], {'lan': [], 'wan': []}, []

        def send(side, sport, dport, seq, ack, text=b'', flags='PA', verdict=True):
            src, dst = (a, b)[::1 if side == 'lan' else -1]
            p = kind(src=src, dst=dst) / TCP(sport=sport, dport=dport, seq=seq, ack=ack, flags=flags) / Raw(text)
            frames[side].append((now[0], frame(side, p)))
            wanted.append('drop acl_denied' if not verdict else 'output wan' if side == 'lan' else 'output lan')
            now[0] += 0.01

        send('lan', 4000, 21, 100, 0, flags='S')
        send('wan', 21, 4000, 500, 101, flags='SA')
        send('lan', 4000, 21, 101, 501, flags='A')
        seq = [101, 501]
        for side, text in ((1, b'220 hi\r\n'), (0, port), (1, b'200 k\r\n'), (0, b'PASV\r\n' if b'227' in pasv else b'EPSV\r\n'), (1, pasv)):
            ends_ = (4000, 21)[::1 if side == 0 else -1]
            send(('lan', 'wan')[side], *ends_, seq[side], seq[1 - side], text)
            seq[side] += len(text)
        send('wan', 20, 5002, 1, 0, flags='S', verdict=False)
        send('wan', 20, 5001, 1, 0, flags='S')
        send('lan', 4001, 5003, 1, 0, flags='S', verdict=False)
        send('lan', 4001, 5002, 1, 0, flags='S')
        told = replay(FIREWALL, frames)
        for i, (p, want) in enumerate(zip(told.packets, wanted)):
            expect('packet %d, %s' % (i + 1, p['flow']), verdict_of(p), want)


def tftp():
    """The server answers from a port of its own; a request that is none opens nothing."""
    for payload, opens in ((b'\0\1file\0octet\0', True), (b'\0\2file\0NETASCII\0blksize\x001428\0', True), (b'\0\3\0\1', False),
                           (b'\0\1\0octet\0', False), (b'\0\1file\0octet', False), (b'\0\1file\0mode\0', False),
                           (b'\0\1\0\x08!\x12\xa4Bstun-request', False)):
        w = Wire()
        w.send('lan', udp(B, FAR, 5000, 53))            # so that A gets another port
        t = w.send('lan', udp(A, FAR, 5000, 69, payload))
        w.run(gateway())
        public = w.out('wan', t)['UDP'].sport
        other = w.send('wan', udp(OTHER, PUBLIC, 3000, public))
        data = w.send('wan', udp(FAR, PUBLIC, 3000, public, b'\0\3\0\1data'))
        ack = w.send('lan', udp(A, FAR, 5000, 3000, b'\0\4\0\1'))
        second = w.send('wan', udp(FAR, PUBLIC, 3001, public))
        w.run(gateway())
        got = w.out('lan', data)
        expect('%r' % payload, got and (got.src, got['UDP'].sport, got.dst, got['UDP'].dport), (FAR, 3000, A, 5000) if opens else None)
        expect('others', (w.out('lan', other), w.out('lan', second)), (None, None))
        if opens:
            expect('answer', (w.out('wan', ack).src, w.out('wan', ack)['UDP'].sport), (PUBLIC, public))


SCENARIOS = [
    ('FTP, active, through NAT', active),
    ('FTP, numbers of a changed text', acknowledgements),
    ('FTP of two hosts with one port', two_hosts),
    ('an FTP server behind a port forward', behind_a_forward),
    ('FTP: what is not opened', refused),
    ('FTP: who speaks first', without_greeting),
    ('helpers are off by default', off_by_default),
    ('FTP on another port', other_ports),
    ('FTP: announcements end, and are few', announced_too_long_ago),
    ('FTP through a firewall without NAT', strict_firewall),
    ('TFTP through NAT', tftp),
]
