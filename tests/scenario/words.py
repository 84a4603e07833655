# SPDX-License-Identifier: BSD-3-Clause
"""Words of rules: egress and translation, MACs, lengths, services, our own addresses; lists that call others."""

import random

from bench import Failed, replay, router, run_table, table
from filtering import denied, fields, passes
from packets import *  # noqa: F403

# --- words of one field ---

SERVICES = fields(
    ['{proto: tcp, dport: [ssh, https], action: accept}', '{proto: udp, dport: "!domain", sport: ntp, action: accept}'],
    [passes('ssh', lan(tcp(dport=22))), passes('https', lan(tcp(dport=443))), denied('another port', lan(tcp(dport=23))),
     passes('not the service', lan(udp(sport=123, dport=54))), denied('the service', lan(udp(sport=123, dport=53)))])

MACS = fields(
    ['{mac: ["02:00:00:00:01:02", "02:00:00:00:01:77"], proto: udp, action: accept}',
     '{mac: "!02:00:00:00:01:02", proto: tcp, action: accept}'],
    [passes('a MAC of the list', lan(udp())), passes('another of it, of the same flow', lan(udp(), src='02:00:00:00:01:77')),
     denied('a MAC of no rule, of the same flow', lan(udp(), src='02:00:00:00:01:78')), passes('the first again', lan(udp())),
     denied('not this MAC', lan(tcp())), passes('but another', lan(tcp(), src='02:00:00:00:01:03')),
     passes('IPv6', lan(udp6())), denied('IPv6 of another MAC', lan(udp6(), src='02:00:00:00:01:01'))])

LENGTHS = fields(
    ['{length: [1-60, 128], action: accept}'],
    [passes('28 bytes', lan(udp(payload=b''))), passes('60 bytes of the same flow', lan(udp(payload=b'x' * 32))),
     denied('61 bytes of the same flow', lan(udp(payload=b'x' * 33))), passes('128 bytes', lan(udp(payload=b'x' * 100))),
     denied('129 bytes', lan(udp(payload=b'x' * 101))), passes('IPv6, 60 bytes', lan(udp6(payload=b'x' * 12))),
     denied('IPv6, 61 bytes', lan(udp6(payload=b'x' * 13)))])

LOCAL = table(router('[{acl: list}, {route: main}]', '''acls:
  list:
    rules:
      - {dst: local, proto: udp, action: drop}
      - {src: "!local", dst: "!local", action: accept}
'''), [
    passes('to another', lan(udp())),
    denied('to our address of this interface', lan(udp(dst='10.0.0.1'))),
    denied('to that of another one', lan(udp(dst='198.51.100.1'))),
    denied('IPv6', lan(udp6(dst='2001:db8:2::1'))),
    passes('to a neighbour of the subnet', lan(udp(dst='192.0.2.2')), out='dmz'),
])

# --- where it leaves, and how it is translated ---

OUT = router('[{route: main}, {acl: list}]', '''zones: {far: [wan]}
acls:
  list:
    rules:
      - {out: dmz, in: lan, action: accept}
      - {out: far, proto: tcp, action: accept}
      - {out: "!far", in: wan, action: accept}
''')

EGRESS = [
    passes('by an interface', lan(udp(dst='192.0.2.2')), out='dmz'),
    denied('the same flow by another', lan(udp())),
    passes('by a zone', lan(tcp())),
    denied('by a zone, another protocol', lan(udp(dport=99))),
    passes('not by a zone', wan(udp(src=B, dst=A)), 'wan', 'lan'),
    denied('back where it came from', wan(udp(src='198.51.100.9', dst='203.0.113.77')), 'wan'),
    passes('IPv6', lan(tcp6())),
]

NAT = '''nat: {uplink: {pool: [198.51.100.7], ports: 1024-65535}}
acls:
  before: [{nat: none, action: accept}]
  list:
    rules:
      - {name: forwarded, nat: dnat, state: new, action: accept}
      - {name: reply, nat: snat, state: established, action: accept}
      - {name: back, nat: dnat, state: established, action: accept}
      - {name: plain, nat: none, in: lan, action: accept}
'''


def translations():
    config = router('[track, {dnat: {to: 10.0.0.2, if: {in: wan, dst: 198.51.100.8}}}, {route: main}, {acl: list}, '
                    '{snat: {use: uplink, if: {in: lan, dst: 203.0.113.0/24}}}]', NAT)
    frames = {
        'lan': [(0, lan(udp(sport=5203))), (3, lan(udp(sport=53, dport=700, dst='198.51.100.2')))],
        'wan': [(1, wan(udp(src=B, sport=53, dst='198.51.100.7', dport=5203))),
                (2, wan(udp(src='198.51.100.2', sport=700, dst='198.51.100.8'))),
                (4, wan(udp(src='198.51.100.2', sport=701, dst='10.0.0.2')))],
    }
    outcome = replay(config, frames, ['--until', '6'])
    want = [('output', 'wan'), ('output', 'lan'), ('output', 'lan'), ('output', 'wan'), ('drop', 'acl_denied')]
    was = [(p['verdict'], p.get('out', p.get('reason'))) for p in outcome.packets]
    if was != want:
        raise Failed('%s\n%s' % (was, outcome.packets))


# --- lists that call others ---

CALLS = '''acls:
  base:
    rules:
      - {name: to-tcp, proto: tcp, call: tcp}
      - {name: to-udp, proto: udp, call: udp}
      - {name: port, proto: tcp, dport: 25, action: reject, with: port-unreachable}
      - {name: rest, proto: tcp, dport: 80-99, action: accept}
  tcp:
    - {name: ssh, dport: 22, action: accept}
    - {name: not-these, dport: 80, action: return}
    - {name: these, dport: 81-90, action: drop}
    - {name: deeper, src: 10.0.0.5, call: deep}
  deep: [{dport: 9999, action: accept}]
  udp:
    default: drop
    rules: [{dport: 53, action: accept}]
'''


def told(code):
    def check(p):
        if (p[ICMP].type, p[ICMP].code) != (3, code):
            raise Failed('told: %s' % p.summary())
    return check


CALLED = [
    passes('accepted in a called list', lan(tcp(dport=22))),
    passes('returned, and accepted behind the call', lan(tcp(dport=80))),
    denied('dropped in a called list', lan(tcp(dport=81))),
    passes('undecided there, accepted behind the call', lan(tcp(dport=91))),
    passes('two calls deep', lan(tcp(dport=9999, src='10.0.0.5'))),
    denied('undecided in all of them', lan(tcp(dport=9998, src='10.0.0.5'))),
    ('rejected with another code', 'lan', lan(tcp(dport=25)), 'drop acl_rejected', [('lan', told(3))]),
    passes('a default that is not written returns', lan(udp())),
    denied('one that is written decides', lan(udp(dport=54))),
]


def calls_count():
    """A call counts what its list has decided."""
    config = router('[{acl: base}, {route: main}]', CALLS)
    outcome = run_table(config, CALLED)
    lines = config.splitlines()
    hits = {h['name']: h['packets'] for h in outcome.told['hits'] if h.get('name')} if 'hits' in outcome.told else None
    if hits is not None and (hits['to-tcp'], hits['deeper'], hits['rest'], hits['to-udp']) != (3, 1, 2, 2):
        raise Failed('%s' % hits)
    if 'these' not in lines[int(outcome.packets[2]['rule'].split(':')[1]) - 1]:
        raise Failed('%s' % outcome.packets[2])


class Model:
    """Lists that call others, by the plainest recursion."""

    def __init__(self, rng):
        self.rng = rng
        self.lists = {}
        for i in range(6):
            self.lists['l%d' % i] = [self.rule(i) for _ in range(rng.randrange(1, 8))]
        self.default = {n: rng.choice([None, None, 'accept', 'drop', 'return']) for n in self.lists}
        self.default['l0'] = rng.choice([None, 'accept', 'drop'])

    def rule(self, i):
        low = self.rng.randrange(0, 40)
        ports = (low, low + self.rng.randrange(0, 20))
        what = self.rng.choice(['accept', 'drop', 'return'] + ['call'] * 3 * (i < 5))
        return ports, self.rng.choice([None, 6, 17]), what, 'l%d' % self.rng.randrange(i + 1, 6) if what == 'call' else None

    def text(self):
        out = 'acls:\n'
        for name, rules in self.lists.items():
            out += '  %s:\n' % name + ('    default: %s\n' % self.default[name] if self.default[name] else '') + '    rules:\n'
            for (low, high), proto, what, to in rules:
                out += '      - {%sdport: %d-%d, %s}\n' % (
                    'proto: %d, ' % proto if proto else '', low + 1000, high + 1000,
                    'call: %s' % to if to else 'action: %s' % what)
        return out

    def judge(self, name, proto, port, called):
        for (low, high), wanted, what, to in self.lists[name]:
            if not low <= port <= high or wanted not in (None, proto):
                continue
            if what == 'call':
                verdict = self.judge(to, proto, port, True)
                if verdict != 'return':
                    return verdict
            elif what == 'return':
                return 'return' if called else self.default[name] or 'drop'
            else:
                return what
        return self.default[name] or ('return' if called else 'drop')


def calls_by_model():
    for seed in range(12):
        model = Model(random.Random(seed))
        config = router('[{acl: l0}, {route: main}]', model.text())
        cases = [(proto, port) for port in range(0, 62, 2) for proto in (6, 17)]
        outcome = replay(config, {'lan': [
            (i, lan((tcp if proto == 6 else udp)(dport=1000 + port))) for i, (proto, port) in enumerate(cases)]})
        for (proto, port), told_ in zip(cases, outcome.packets):
            want = model.judge('l0', proto, port, False)
            if (told_['verdict'] == 'output') != (want == 'accept'):
                raise Failed('seed %d, protocol %d, port %d: %s, the model says %s\n%s'
                             % (seed, proto, port, told_, want, config))


SCENARIOS = [
    ('services', SERVICES), ('MACs', MACS), ('lengths', LENGTHS), ('our own addresses', LOCAL),
    ('where it leaves', table(OUT, EGRESS)),
    ('how it is translated', translations),
    ('a list calls others', calls_count),
    ('lists that call others, against a model', calls_by_model),
]
