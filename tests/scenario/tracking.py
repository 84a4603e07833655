# SPDX-License-Identifier: BSD-3-Clause
"""Sessions: what may begin one, what belongs to one, and what does not."""

from scapy.layers.inet6 import ICMPv6TimeExceeded

from bench import INTERFACES, PORTS, ROUTES, Failed, frame, replay, verdict_of
from packets import *  # noqa: F403

POLICY = """acls:
  closed: {default: drop, rules: [{state: [established, related], action: accept}, {in: lan, action: accept}]}
pipelines:
  all: [track, {acl: closed}, {route: main}]
"""

CONFIG = PORTS + INTERFACES.replace('PIPELINE', 'all') + ROUTES + POLICY


def conversation(cases, options=()):
    """cases: (port, packet, verdict), a tenth of a second apart, or a number of seconds that pass."""
    def run():
        frames, expected, now = {}, [], 1.0
        for case in cases:
            if isinstance(case, (int, float)):
                now += case
                continue
            port, packet, verdict = case
            frames.setdefault(port, []).append((now, frame(port, packet)))
            expected.append(verdict)
            now += 0.1
        told = replay(CONFIG, frames, options)
        got = [verdict_of(p) for p in told.packets]
        for i, (want, have) in enumerate(zip(expected, got)):
            if want != have:
                raise Failed('packet %d: %s, expected %s' % (i + 1, have, want))
        if len(got) != len(expected):
            raise Failed('%d packets, expected %d' % (len(got), len(expected)))
    return run


OUT, IN = 'output wan', 'output lan'


def from_b(sport=53, dport=5203, v6=False):
    return udp6(src=B6, dst=A6, sport=sport, dport=dport) if v6 else udp(src=B, dst=A, sport=sport, dport=dport)


def segment(flags, seq, ack=0, back=False, v6=False, payload=b''):
    a, b = ((A6, B6) if v6 else (A, B))[::-1 if back else 1]
    sport, dport = (80, 40000) if back else (40000, 80)
    ip = IPv6(src=a, dst=b) if v6 else IP(src=a, dst=b)
    p = ip / TCP(sport=sport, dport=dport, flags=flags, seq=seq, ack=ack)
    return p / Raw(payload) if payload else p


def handshake(v6=False):
    return [('lan', segment('S', 100, v6=v6), OUT), ('wan', segment('SA', 500, 101, True, v6), IN),
            ('lan', segment('A', 101, 501, v6=v6), OUT)]


UDP_CASES = [('wan', from_b(), 'drop acl_denied'), ('lan', udp(), OUT), ('wan', from_b(), IN),
             ('wan', from_b(dport=5204), 'drop acl_denied'), 299, ('wan', from_b(), IN),
             303, ('wan', from_b(), 'drop acl_denied'),
             ('lan', udp6(), OUT), ('wan', from_b(v6=True), IN),
             ('wan', from_b(sport=54, v6=True), 'drop acl_denied')]


def tcp_cases(v6):
    return ([('wan', segment('S', 1, back=True, v6=v6), 'drop acl_denied'),
             ('lan', segment('A', 101, 501, v6=v6), 'drop tcp_no_session')] + handshake(v6)
            + [('wan', segment('R', 700, back=True, v6=v6), IN),        # in the window: the end answers it (RFC 5961 3.2)
               ('wan', segment('R', 7000000, back=True, v6=v6), 'drop tcp_out_of_window'),
               ('wan', segment('S', 7000000, back=True, v6=v6), 'drop acl_denied'),     # to rules it is new
               ('wan', segment('PA', 501, 101, True, v6, b'hello'), IN),
               ('lan', segment('FA', 101, 506, v6=v6), OUT), 1000,
               ('wan', segment('FA', 506, 102, True, v6), IN), ('lan', segment('A', 102, 507, v6=v6), OUT),
               243, ('wan', segment('A', 507, 102, True, v6), 'drop tcp_no_session')])


def echo(kind, n, src, dst):
    return IP(src=src, dst=dst) / ICMP(type=kind, id=n)


ICMP_CASES = [('wan', echo(0, 7, B, A), 'drop icmp_no_session'), ('lan', echo(8, 7, A, B), OUT),
              ('wan', echo(0, 7, B, A), IN), ('wan', echo(0, 8, B, A), 'drop icmp_no_session'),
              ('lan', IPv6(src=A6, dst=B6) / ICMPv6EchoRequest(id=7), OUT),
              ('wan', IPv6(src=B6, dst=A6) / ICMPv6EchoReply(id=7), IN),
              ('wan', IPv6(src=B6, dst=A6) / ICMPv6EchoReply(id=8), 'drop icmp_no_session')]

RELATED = [('lan', udp(), OUT),
           ('wan', IP(src='203.0.113.1', dst=A) / ICMP(type=3, code=3) / udp(), IN),
           ('wan', IP(src='203.0.113.1', dst=A) / ICMP(type=3, code=3) / udp(sport=5204), 'drop icmp_no_session'),
           ('lan', udp6(), OUT),
           ('wan', IPv6(src='2001:db8:ffff::1', dst=A6) / ICMPv6TimeExceeded() / udp6(), IN),
           ('wan', IPv6(src='2001:db8:ffff::1', dst=A6) / ICMPv6TimeExceeded() / udp6(dport=54),
            'drop icmp_no_session')]

DYING = [('lan', udp(ttl=1), 'drop ttl_expired'), ('wan', from_b(), 'drop acl_denied'),
         ('lan', udp(ttl=2), OUT), ('wan', from_b(), IN), ('lan', udp(ttl=1), 'drop ttl_expired'),
         ('wan', from_b(), IN)]

SCENARIOS = [
    ('a packet whose TTL ends here begins no session', conversation(DYING)),
    ('UDP: replies and nothing else, for 300 s', conversation(UDP_CASES)),
    ('TCP: handshake, attacks, a half close, the end', conversation(tcp_cases(False))),
    ('TCP over IPv6', conversation(tcp_cases(True))),
    ('ICMP: answers to requests', conversation(ICMP_CASES)),
    ('ICMP errors about packets of a session', conversation(RELATED)),
]
