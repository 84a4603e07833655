# SPDX-License-Identifier: BSD-3-Clause
"""TCP lives on through what endpoints do: ports used again while the old connection is known here, resets that are not
exact, data in a SYN/ACK, connections picked up in mid-stream.  Over IPv4, over IPv6 and through NAT."""

from bench import INTERFACES, PORTS, ROUTES, Failed, frame, replay, verdict_of
from nat import FAR, PUBLIC, config as nat_config
from packets import *  # noqa: F403

POLICY = """acls:
  known: {default: drop, rules: [{state: [established, related], action: accept}, {in: lan, action: accept}]}
pipelines:
  all: [{track: {loose: LOOSE}}, {acl: known}, {route: main}]
"""


def plain(loose='false'):
    return PORTS + INTERFACES.replace('PIPELINE', 'all') + ROUTES + POLICY.replace('LOOSE', loose)


OUT, IN, LATE = 'output wan', 'output lan', 'drop tcp_out_of_window'
NONE = 'drop tcp_no_session'
DROP = 'drop'           # for whatever reason


class Line:
    """The segments of a connection as a table: c for the client, s for the server."""

    def __init__(self, kind):
        self.kind = kind

    def packet(self, who, flags, seq, ack, payload):
        client, server = {'nat': (A, FAR), 'v6': (A6, B6)}.get(self.kind, (A, B))
        if self.kind == 'nat' and who == 's':
            client = PUBLIC
        ports = (40000, 80) if who == 'c' else (80, 40000)
        ends = (client, server) if who == 'c' else (server, client)
        ip = IPv6(src=ends[0], dst=ends[1]) if self.kind == 'v6' else IP(src=ends[0], dst=ends[1])
        p = ip / TCP(sport=ports[0], dport=ports[1], flags=flags, seq=seq, ack=ack, window=64000)
        return p / Raw(b'x' * payload) if payload else p

    def run(self, cases, text=None):
        """cases: (who, flags, seq, ack, verdict[, payload]), a hundredth of a second apart, or seconds that pass."""
        frames, expected, now = {}, [], 1.0
        for case in cases:
            if isinstance(case, (int, float)):
                now += case
                continue
            who, flags, seq, ack, verdict = case[:5]
            port = 'lan' if who == 'c' else 'wan'
            frames.setdefault(port, []).append((now, frame(port, self.packet(who, flags, seq, ack, (case + (0,))[5]))))
            expected.append((case, verdict))
            now += 0.01
        told = replay(text or (nat_config() if self.kind == 'nat' else plain()), frames)
        got = [verdict_of(p) for p in told.packets]
        for i, ((case, want), have) in enumerate(zip(expected, got)):
            if have != want and not (want == DROP and have.startswith('drop ')):
                raise Failed('%s, packet %d, %s: %s, expected %s' % (self.kind, i + 1, case, have, want))


def over_all(cases):
    def run():
        for kind in ('v4', 'v6', 'nat'):
            Line(kind).run(cases)
    return run


def loose(cases):
    return lambda: Line('v4').run(cases, plain('true'))


OPEN = [('c', 'S', 1000, 0, OUT), ('s', 'SA', 5000, 1001, IN), ('c', 'A', 1001, 5001, OUT)]
FIN = [('c', 'FA', 1001, 5001, OUT)]
FIN_OF_SERVER = [('s', 'FA', 5001, 1001, IN)]
LAST_ACK = FIN_OF_SERVER + [('c', 'FA', 1001, 5002, OUT)]
TIME_WAIT = FIN + [('s', 'FA', 5001, 1002, IN), ('c', 'A', 1002, 5002, OUT)]


def again(isn, answer=77000000):
    """A new connection on the same ports, with data both ways; then the old one's segments."""
    return [('c', 'S', isn, 0, OUT), 1, ('c', 'S', isn, 0, OUT), ('s', 'SA', answer, isn + 1, IN),
            ('c', 'A', isn + 1, answer + 1, OUT), ('c', 'PA', isn + 1, answer + 1, OUT, 100),
            ('s', 'PA', answer + 1, isn + 101, IN, 100), ('c', 'A', isn + 101, answer + 101, OUT),
            ('s', 'A', answer + 101 + 2**31, isn + 101, LATE, 10)]


REUSED = [('established: the server lost its state', OPEN + [600] + again(900000)),
          ('established, lower number', OPEN + [600] + again(500)),
          ('established, a number half of them away', OPEN + [600] + again(3000000000, 2000000000)),
          ('a FIN that was never answered', OPEN + FIN + [600] + again(3000000000)),
          ('a FIN that was never answered, lower number', OPEN + FIN + [600] + again(900)),
          ('a FIN of the server', OPEN + FIN_OF_SERVER + [600] + again(900)),
          ('time-wait, higher number', OPEN + TIME_WAIT + [60] + again(90000)),
          ('time-wait, lower number', OPEN + TIME_WAIT + [60] + again(900, 7000000)),
          ('last-ack', OPEN + LAST_ACK + [100] + again(90000)),
          ('last-ack, lower number', OPEN + LAST_ACK + [100] + again(90)),
          ('the handshake was not completed', OPEN[:2] + [100] + again(90000)),
          ('nobody had answered', OPEN[:1] + [100] + again(90000)),
          ('twice', OPEN + [600] + again(900000) + [600] + again(700, 99000000)),
          ('refused by a reset, then taken', OPEN + [600, ('c', 'S', 900000, 0, OUT), ('s', 'RA', 0, 900001, IN)]
           + again(910000))]

FORGED = OPEN + [('c', 'S', 900000, 0, OUT), ('c', 'PA', 1001, 5001, OUT, 10), ('s', 'PA', 5001, 1011, IN, 10),
                 ('s', 'SA', 77000000, 900001, LATE), ('s', 'SA', 77000000, 4711, LATE),
                 ('c', 'PA', 1011, 5011, OUT, 10),
                 ('s', 'S', 900000, 0, DROP),           # by the list, where there is one: it is a new connection's
                 ('c', 'A', 900001, 77000001, LATE), ('s', 'A', 5011, 1021, IN)]

# Neither of them keeps the session: it ends 7440 s behind the last real segment.
UNRENEWED = OPEN + [4000, ('c', 'S', 900000, 0, OUT), ('c', 'R', 2001, 0, OUT), ('s', 'RA', 6461, 1001, IN), 3000,
                    ('c', 'S', 900000, 0, OUT), ('c', 'S', 1000, 0, OUT), ('c', 'R', 2001, 0, OUT),
                    ('s', 'SA', 5000, 1001, IN), 445, ('c', 'A', 1001, 5001, NONE)]

RESETS = OPEN + [('c', 'PA', 1001, 5001, OUT, 3), ('s', 'A', 5001, 1004, IN),
                 ('s', 'RA', 6461, 1004, IN), ('s', 'R', 6461, 0, IN), ('c', 'R', 2001, 0, OUT),
                 ('s', 'R', 5000, 0, LATE), ('s', 'R', 5001 + 64001, 0, LATE), ('s', 'RA', 5002, 1005, LATE),
                 ('c', 'A', 1004, 5001, OUT), ('s', 'PA', 5001, 1004, IN, 10), ('c', 'A', 1004, 5011, OUT),
                 ('s', 'R', 5011, 0, IN), ('c', 'S', 900, 0, OUT), ('s', 'SA', 7000, 901, IN)]

DATA = [('c', 'S', 1000, 0, OUT), ('s', 'SA', 5000, 1001, IN, 2), ('c', 'A', 1001, 5001, OUT),
        ('c', 'PA', 1001, 5001, OUT, 3), ('s', 'A', 5003, 1004, IN), ('c', 'A', 1004, 5003, OUT)]

TWO_ANSWERS = [('c', 'S', 1000, 0, OUT), ('s', 'SA', 5000, 1001, IN), ('s', 'SA', 800000000, 1001, IN),
               ('c', 'A', 1001, 800000001, OUT), ('s', 'PA', 800000001, 1001, IN, 10), ('s', 'PA', 5001, 1001, LATE, 10),
               ('c', 'A', 1001, 800000011, OUT)]

# SYNs that others forge before a connection and while it opens, as clients of the same port.
FORGED_SYNS = [('c', 'S', 1, 0, OUT), ('c', 'S', 1000, 0, OUT), ('c', 'S', 5, 0, OUT), ('s', 'SA', 5000, 1001, IN),
               ('c', 'S', 9, 0, OUT), ('c', 'A', 1001, 4711, NONE), ('c', 'A', 1000, 5001, NONE), ('c', 'A', 1001, 5001, OUT),
               ('c', 'PA', 1001, 5001, OUT, 100), ('s', 'PA', 5001, 1101, IN, 10), ('c', 'A', 1101, 5011, OUT),
               ('s', 'PA', 5011, 2**31, LATE, 10), 7000, ('s', 'PA', 5011, 1101, IN, 10)]

CHALLENGED = OPEN + [600, ('c', 'S', 900, 0, OUT), ('s', 'A', 5001, 1001, IN), ('c', 'R', 1001, 0, OUT), 1,
                     ('c', 'S', 900, 0, OUT), ('s', 'SA', 7000, 901, IN), ('c', 'A', 901, 7001, OUT)]

KEEPALIVE = [[('c', 'A', 999, 7000, OUT, n), ('s', 'A', 7000, 1000, IN), 75, ('c', 'A', 999, 7000, OUT, n),
              ('s', 'A', 7000, 1000, IN), 7000, ('c', 'PA', 1000, 7000, OUT, 10), ('s', 'A', 7000, 1010, IN)]
             for n in (0, 1)]
KEEPALIVE_OF_SERVER = [('s', 'A', 6999, 1000, 'drop acl_denied'), ('c', 'A', 1000, 7000, OUT), ('s', 'A', 6999, 1000, IN),
                       ('c', 'A', 1000, 7000, OUT)]
# What was in flight before the first segment that was seen is acknowledged later, bit by bit.
IN_FLIGHT = [('c', 'A', 1000, 7000, OUT, 1000), ('s', 'A', 7000, 5000, IN), ('s', 'A', 7000, 9000, IN),
             ('c', 'A', 9000, 7000, OUT, 1000), ('s', 'A', 7000, 10000, IN), ('s', 'R', 7000, 0, IN)]
PICKED_UP_ANEW = [('c', 'A', 1000, 7000, OUT), ('s', 'A', 7000, 1000, IN), 600] + again(500)


def judged_as_new():
    """The SYN of a new connection is no packet of the old one: rules see state new."""
    text = plain().replace('{in: lan, action: accept}', '{in: lan, dscp: 0, action: accept}')
    frames, line = {}, Line('v4')
    for i, (tos, flags, seq, ack) in enumerate([(0, 'S', 1000, 0), (0, 'SA', 5000, 1001), (0, 'A', 1001, 5001),
                                                (4, 'PA', 1001, 5001), (4, 'S', 900000, 0), (0, 'S', 900000, 0)]):
        who = 's' if flags == 'SA' else 'c'
        packet = line.packet(who, flags, seq, ack, 0)
        packet[IP].tos = tos
        port = 'wan' if who == 's' else 'lan'
        frames.setdefault(port, []).append((1 + i, frame(port, packet)))
    told = replay(text, frames)
    got = [verdict_of(p) for p in told.packets]
    want = [OUT, IN, OUT, OUT, 'drop acl_denied', OUT]
    if got != want:
        raise Failed('%s, expected %s' % (got, want))


SCENARIOS = [('a port used again: ' + name, over_all(cases)) for name, cases in REUSED] + [
    ('a forged SYN or SYN/ACK alone changes nothing', over_all(FORGED)),
    ('SYNs and inexact resets keep no session alive', over_all(UNRENEWED)),
    ('resets: in the window, behind a loss, exact', over_all(RESETS)),
    ('data in a SYN/ACK, acknowledged later', over_all(DATA)),
    ('two SYN/ACKs: the client says which counts', over_all(TWO_ANSWERS)),
    ('SYNs forged beside the one that is answered', over_all(FORGED_SYNS)),
    ('a challenge, its reset, a new connection', over_all(CHALLENGED)),
    ('loose: keepalives of the client, empty', loose(KEEPALIVE[0])),
    ('loose: keepalives of the client, of one byte', loose(KEEPALIVE[1])),
    ('loose: keepalives of the server', loose(KEEPALIVE_OF_SERVER)),
    ('loose: acknowledgements of what was in flight', loose(IN_FLIGHT)),
    ('loose: the port is used again', loose(PICKED_UP_ANEW)),
    ('the SYN of a new connection is judged as new', judged_as_new),
]
