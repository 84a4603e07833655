# SPDX-License-Identifier: BSD-3-Clause
"""SCTP, UDP-Lite, GRE, ESP and AH: tracked and translated, from frame to frame; scapy computes the checksums.

The stand is that of nat.py: A and B are inside, FAR is outside."""

import struct

from scapy.layers.inet import ICMP, IP
from scapy.layers.inet6 import IPv6
from scapy.layers.sctp import (SCTP, SCTPChunkAbort, SCTPChunkCookieAck, SCTPChunkCookieEcho, SCTPChunkData,
                               SCTPChunkHeartbeatReq, SCTPChunkInit, SCTPChunkInitAck, SCTPChunkShutdown,
                               SCTPChunkShutdownAck, SCTPChunkShutdownComplete)
from scapy.packet import Raw
from scapy.utils import checksum

from bench import INTERFACES, PORTS, ROUTES, Failed, forwarded, frame, replay, verdict_of
from nat import A, B, FAR, OTHER, PUBLIC, ROUTER, Wire, config, error, expect, inner

A6, B6 = '2001:db8:1::2', '2001:db8:ffff::9'
HERE = '10.0.0.2'

FIREWALL = PORTS + INTERFACES.replace('PIPELINE', 'all') + ROUTES + '''acls:
  closed: {default: drop, rules: [{state: [established, related], action: accept}, {in: lan, action: accept}]}
pipelines:
  all: [TRACK, {acl: closed}, {route: main}]
'''


# --- packets ---

def sctp(chunk, tag, back=False, sport=5000, dport=36412, src=HERE, dst=FAR, **ip):
    a, b, p, q = (dst, src, dport, sport) if back else (src, dst, sport, dport)
    kind = IPv6 if ':' in a else IP
    return kind(src=a, dst=b, **ip) / SCTP(sport=p, dport=q, tag=tag) / chunk


def init(tag):
    return SCTPChunkInit(init_tag=tag, a_rwnd=65535, n_out_streams=1, n_in_streams=1, init_tsn=1)


def init_ack(tag):
    return SCTPChunkInitAck(init_tag=tag, a_rwnd=65535, n_out_streams=1, n_in_streams=1, init_tsn=1)


def data(text=b'data'):
    return SCTPChunkData(beginning=1, ending=1, tsn=1, data=text)


ECHO, COOKIE_ACK = SCTPChunkCookieEcho(cookie=b'cookie!!'), SCTPChunkCookieAck()
T_A, T_Z = 0x0a0a0a0a, 0x7a7a7a7a       # what packets to the client carry, and to the server


def handshake(a=T_A, z=T_Z, **more):
    return [('lan', sctp(init(a), 0, **more)), ('wan', sctp(init_ack(z), a, True, **more)),
            ('lan', sctp(ECHO, z, **more)), ('wan', sctp(COOKIE_ACK, a, True, **more))]


def lite(src, dst, sport, dport, payload=b'payload!', covers=0, ttl=64):
    """UDP-Lite (RFC 3828): the checksum is over a pseudo header and the first covers bytes."""
    head = struct.pack('!HHHH', sport, dport, covers, 0)
    p = IP(src=src, dst=dst, proto=136, ttl=ttl) / Raw(head + payload)
    return IP(bytes(p)[:20] + with_sum(bytes(p)[20:], src, dst))


def with_sum(l4, src, dst):
    l4 = l4[:6] + b'\0\0' + l4[8:]
    covers = struct.unpack('!H', l4[4:6])[0] or len(l4)
    ends = b''.join(bytes(int(n) for n in a.split('.')) for a in (src, dst))
    return l4[:6] + struct.pack('!H', checksum(ends + struct.pack('!HH', 136, len(l4)) + l4[:covers]) or 0xffff) + l4[8:]


def esp(src, dst, spi, proto=50, **ip):
    body = struct.pack('!II', spi, 1) if proto == 50 else struct.pack('!BBHIIQI', 59, 4, 0, spi, 1, 0, 0)
    return IP(src=src, dst=dst, proto=proto, **ip) / Raw(body + b'sealed' * 10)


def gre(src, dst, key=None, call=None, text=b'inside' * 4):
    if call is not None:
        head = struct.pack('!HHHH', 0x2001, 0x880b, len(text), call)
    else:
        head = struct.pack('!HH', 0x2000 if key is not None else 0, 0x88be) + (b'' if key is None else struct.pack('!I', key))
    return IP(src=src, dst=dst, proto=47) / Raw(head + text)


# --- tracking ---

def conversation(cases, track='track'):
    """cases: (port, packet, verdict or None: it passes), or seconds that pass."""
    def run():
        frames, expected, now = {}, [], 1.0
        for case in cases:
            if isinstance(case, (int, float)):
                now += case
                continue
            port, packet = case[:2]
            passes = 'output wan' if port == 'lan' else 'output lan'
            frames.setdefault(port, []).append((now, frame(port, packet)))
            expected.append(case[2] if len(case) > 2 and case[2] else passes)
            now += 0.1
        told = replay(FIREWALL.replace('TRACK', track), frames)
        for i, (p, want) in enumerate(zip(told.packets, expected)):
            if verdict_of(p) != want:
                raise Failed('packet %d, %s: %s, expected %s' % (i + 1, p['flow'], verdict_of(p), want))
        expect('packets', len(told.packets), len(expected))
        return told
    return run


NO, TAG, SHUT = 'drop sctp_no_session', 'drop sctp_bad_tag', 'drop acl_denied'
ENDS = [('lan', sctp(SCTPChunkShutdown(cumul_tsn_ack=1), T_Z)), ('wan', sctp(SCTPChunkShutdownAck(), T_A, True)),
        ('lan', sctp(SCTPChunkShutdownComplete(), T_Z))]

ASSOCIATION = [
    ('wan', sctp(data(), T_A, True), NO),
    ('wan', sctp(init(T_Z), 0, True), SHUT),            # from outside: a rule denies it
    ('lan', sctp(data(), T_Z), NO),
    *handshake(),
    ('lan', sctp(data(), T_Z)), ('wan', sctp(data(), T_A, True)),
    ('lan', sctp(SCTPChunkHeartbeatReq(), T_Z)),
    *ENDS,
]

# Each knows addresses and ports, and no tag.
FORGED = [
    ('lan', sctp(init(T_A), 0)),
    ('wan', sctp(init_ack(9), 9, True), TAG), ('wan', sctp(SCTPChunkAbort(), 9, True), TAG),
    ('wan', sctp(COOKIE_ACK, 9, True), TAG), ('wan', sctp(COOKIE_ACK, T_A, True), TAG),
    ('lan', sctp(ECHO, 9), TAG),
    ('wan', sctp(init_ack(T_Z), T_A, True)), ('lan', sctp(ECHO, T_Z)), ('wan', sctp(COOKIE_ACK, T_A, True)),
    ('wan', sctp(SCTPChunkAbort(), 9, True), TAG), ('wan', sctp(SCTPChunkAbort(), 0, True), TAG),
    ('wan', sctp(SCTPChunkAbort(TCB=1), 9, True), TAG), ('lan', sctp(SCTPChunkAbort(), T_A), TAG),
    ('wan', sctp(SCTPChunkShutdownComplete(TCB=1), 9, True), TAG),
    ('wan', sctp(SCTPChunkShutdownComplete(), T_A, True)),      # out of turn: its receiver ignores it
    ('wan', sctp(SCTPChunkShutdown(cumul_tsn_ack=1), 9, True), TAG),
    ('wan', sctp(data(), 9, True), TAG), ('lan', sctp(data(), 9), TAG),
    ('lan', sctp(init(77), 0)), ('wan', sctp(COOKIE_ACK, 77, True), TAG),      # a forged INIT, and its guess
    ('wan', sctp(init(78), 0, True), SHUT),
    ('lan', sctp(data(), T_Z)), ('wan', sctp(data(), T_A, True)),
]

RESTART = [
    *handshake(), *handshake(a=0x11, z=0x22),
    ('lan', sctp(data(), T_Z), TAG), ('lan', sctp(data(), 0x22)), ('wan', sctp(data(), 0x11, True)),
]

MALFORMED = [
    ('lan', sctp(init(0), 0), 'drop sctp_bad_chunk'), ('lan', sctp(init(7), 7), TAG),
    ('lan', sctp(init(7) / init(7), 0), 'drop sctp_bad_chunk'),
    *handshake(),
    ('lan', sctp(Raw(b'\0\0\0\3' + b'x' * 12), T_Z), 'drop sctp_bad_chunk'),
    ('lan', sctp(Raw(b'\0\0\xff\xff' + b'x' * 12), T_Z), 'drop sctp_bad_chunk'),
    ('lan', sctp(Raw(b''), T_Z), 'drop sctp_bad_chunk'),
]

ABORTED = [
    *handshake(), ('wan', sctp(SCTPChunkAbort(), T_A, True)),
    *handshake(a=0x33, z=0x44),                                # the same ports, once more
    ('lan', sctp(SCTPChunkAbort(TCB=1), 0x33)),                # the T bit: the tag of the other direction
    61, ('lan', sctp(data(), 0x44), NO),
]

TIMES = [*handshake(), 200, ('lan', sctp(data(), T_Z)), 200, ('wan', sctp(data(), T_A, True)),
         220, ('wan', sctp(data(), T_A, True), NO)]

LOOSE = [('lan', sctp(data(), T_Z)), ('wan', sctp(data(), T_A, True)), ('lan', sctp(data(), 9), TAG),
         ('wan', sctp(data(), 9, True), TAG), ('wan', sctp(data(), T_A, True, dst=OTHER), SHUT)]


def states():
    """The states that explain and show tell."""
    told = conversation([*handshake(), *ENDS])()
    expect('states', [p['session']['sctp'] for p in told.packets],
           ['cookie-wait', 'cookie-echoed', 'cookie-echoed', 'established', 'shutdown-sent', 'shutdown-ack-sent', 'closed'])


# --- translation ---

def sctp_nat():
    """Two hosts with the same port to the same server: the second gets another, and a right CRC32c."""
    w, times = Wire(), []
    for host in (A, B):
        times += [[w.send(port, p) for port, p in handshake(src=host)[:1]][0]]
    w.run(config())
    ports = [w.out('wan', t)[SCTP].sport for t in times]
    expect('the first keeps its port', ports[0], 5000)
    if ports[1] == 5000:
        raise Failed('two hosts share a port')
    w, sent = Wire(), []
    for host, port in zip((A, B), ports):
        sent.append((w.send('lan', sctp(init(T_A), 0, src=host)), 'wan', (PUBLIC, port, FAR, 36412)))
        for side, chunk, tag in (('wan', init_ack(T_Z), T_A), ('lan', ECHO, T_Z), ('wan', COOKIE_ACK, T_A),
                                 ('lan', data(b'x' * 999), T_Z), ('wan', data(b'odd'), T_A)):
            if side == 'lan':
                sent.append((w.send('lan', sctp(chunk, tag, src=host)), 'wan', (PUBLIC, port, FAR, 36412)))
            else:
                sent.append((w.send('wan', sctp(chunk, tag, True, sport=port, src=PUBLIC)), 'lan', (FAR, 36412, host, 5000)))
    w.run(config())
    for when, out, ends in sent:
        p = w.out(out, when)
        if p is None:
            raise Failed('lost: %s %s' % (ends, w.drops()))
        expect('ends', (p.src, p[SCTP].sport, p.dst, p[SCTP].dport), ends)
        again = IP(bytes(p))
        again[SCTP].chksum = None
        expect('CRC32c', IP(bytes(again))[SCTP].chksum, p[SCTP].chksum)
    # an error about a translated packet finds its association; one with another tag does not
    public = bytes(w.out('wan', sent[10][0]))[:28]
    expect('quoted', struct.unpack('!H', public[20:22])[0], ports[1])
    e = w.send('wan', error(ROUTER, PUBLIC, 3, 1, public))
    f = w.send('wan', error(ROUTER, PUBLIC, 3, 1, public[:24] + b'wrong'[:4]))
    w.run(config())
    got = w.out('lan', e)
    expect('error to', (got.dst, struct.unpack('!H', bytes(got[ICMP])[28:30])[0]), (B, 5000))
    expect('with another tag', w.out('lan', f), None)


def sctp_fragments():
    """Fragments pass where the ports stay; where they would change they are dropped: the checksum is over all of them."""
    from scapy.layers.inet import fragment
    w, times = Wire(), {}
    for number, host in enumerate((A, B)):
        pieces = fragment(sctp(data(b'z' * 900), T_Z, src=host, id=number + 1), 400)
        times[host] = [w.send('lan', f) for f in pieces]
    w.run(config().replace('[track', '[{track: {loose: true}}'), sums=False)
    expect('of A', [w.out('wan', t).src for t in times[A]], [PUBLIC] * len(times[A]))
    expect('of B', [w.out('wan', t) for t in times[B]], [None] * len(times[B]))
    expect('drops', w.drops(), {'sctp_fragment': len(times[B])})


def udplite_nat():
    for covers in (0, 8, 12):
        w = Wire()
        times = [w.send('lan', lite(h, FAR, 5000, 53, covers=covers)) for h in (A, B)]
        w.run(config())
        got = [w.out('wan', t) for t in times]
        ports = [struct.unpack('!H', bytes(p)[20:22])[0] for p in got]
        expect('ports', (ports[0], ports[1] != 5000), (5000, True))
        for p in got:
            l4 = bytes(p)[20:]
            expect('checksum over %d' % covers, with_sum(l4, p.src, p.dst).hex(), l4.hex())
        back = w.send('wan', lite(FAR, PUBLIC, 53, ports[1], covers=covers))
        w.run(config())
        got = w.out('lan', back)
        expect('answer', (got.dst, bytes(got)[22:24], with_sum(bytes(got)[20:], FAR, B)), (B, struct.pack('!H', 5000), bytes(got)[20:]))


def rows(cases):
    """cases: (port, packet, source and destination it leaves with, or None)"""
    def run():
        w, wanted = Wire(), []
        for case in cases:
            if isinstance(case, (int, float)):
                w.now += case
                continue
            port, packet, ends = case
            wanted.append((w.send(port, packet), 'wan' if port == 'lan' else 'lan', ends))
        w.run(config())
        for i, (when, out, ends) in enumerate(wanted):
            p = w.out(out, when)
            expect('packet %d' % (i + 1), p and (p.src, p.dst), ends)
    return run


def tunnels(make, **number):
    """Two inside hosts at once to one gateway; the numbers of answers tell them apart, whichever host was first."""
    def of(src, dst, n):
        return make(src, dst, **{k: v(n) for k, v in number.items()})

    there = (PUBLIC, FAR)
    return rows([
        ('lan', of(A, FAR, 0xa1), there),
        ('lan', of(B, FAR, 0xb1), None),                        # whose would the first answer be?
        ('wan', of(FAR, PUBLIC, 0xa2), (FAR, A)),
        ('lan', of(B, FAR, 0xb1), there), ('wan', of(FAR, PUBLIC, 0xb2), (FAR, B)),
        *[p for _ in range(4) for p in (
            ('lan', of(A, FAR, 0xa1), there), ('lan', of(B, FAR, 0xb1), there),
            ('wan', of(FAR, PUBLIC, 0xb2), (FAR, B)), ('wan', of(FAR, PUBLIC, 0xa2), (FAR, A)))],
        # new numbers of A: its answers are A's
        ('lan', of(A, FAR, 0xa3), there), ('lan', of(A, FAR, 0xa3), there), ('lan', of(A, FAR, 0xa3), there),
        ('wan', of(FAR, PUBLIC, 0xa4), (FAR, A)), ('wan', of(FAR, PUBLIC, 0xb2), (FAR, B)),
        ('wan', of(OTHER, PUBLIC, 0xa4), None),
    ])


def unanswered():
    """A host that is not answered does not keep others from the gateway for longer than ten seconds."""
    rows([('lan', esp(A, FAR, 1), (PUBLIC, FAR)), 9, ('lan', esp(B, FAR, 2), None), 2,
          ('lan', esp(B, FAR, 2), (PUBLIC, FAR)), ('wan', esp(FAR, PUBLIC, 3), (FAR, B))])()


def esp_fragments():
    """Later fragments have no SPI: they go where the first one goes."""
    from scapy.layers.inet import fragment
    w = Wire()
    for h, spi in ((A, 1), (B, 2)):
        w.send('lan', esp(h, FAR, spi))
        w.send('wan', esp(FAR, PUBLIC, spi + 0x10))
    pieces = fragment(esp(FAR, PUBLIC, 0x11, id=9) / Raw(b'y' * 600), 200)
    times = [w.send('wan', p) for p in pieces]
    w.run(config(), sums=False)
    expect('fragments', [w.out('lan', t).dst for t in times], [A] * len(pieces))


SCENARIOS = [
    ('an SCTP association, from INIT to SHUTDOWN COMPLETE', conversation(ASSOCIATION)),
    ('SCTP over IPv6', conversation(handshake(src=A6, dst=B6) + [('lan', sctp(data(), T_Z, src=A6, dst=B6))])),
    ('forged SCTP packets end and steal nothing', conversation(FORGED)),
    ('an SCTP endpoint begins anew', conversation(RESTART)),
    ('SCTP chunks that cannot be', conversation(MALFORMED)),
    ('SCTP ABORT, with the T bit, too', conversation(ABORTED)),
    ('timeouts of SCTP', conversation(TIMES)),
    ('an SCTP association in mid-stream', conversation(LOOSE, '{track: {loose: true}}')),
    ('states of SCTP are told', states),
    ('SCTP through NAT', sctp_nat),
    ('fragments of SCTP through NAT', sctp_fragments),
    ('UDP-Lite through NAT, with its coverage', udplite_nat),
    ('ESP of two hosts to one gateway', tunnels(esp, spi=lambda n: n)),
    ('AH of two hosts to one gateway', tunnels(lambda a, b, spi: esp(a, b, spi, 51), spi=lambda n: n)),
    ('GRE with keys of two hosts', tunnels(gre, key=lambda n: n)),
    ('PPTP of two hosts', tunnels(gre, call=lambda n: n)),
    ('ESP that is not answered', unanswered),
    ('fragments of ESP', esp_fragments),
]
