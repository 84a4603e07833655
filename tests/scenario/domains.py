# SPDX-License-Identifier: BSD-3-Clause
"""Domains (VRF): three tenants with the same addresses behind one WAN; nothing crosses but by rule."""

import random
import re
import socket
import sys

import bench
import raw
from bench import Failed, replay
from captures import Folder, expect as expect_text
from packets import Ether, ICMP, IP, UDP

TENANTS = ('red', 'blue', 'green')
PORTS = TENANTS + ('wan',)
MACS = {port: '02:00:00:00:0%d:01' % (i + 1) for i, port in enumerate(PORTS)}
PEERS = {port: '02:00:00:00:0%d:02' % (i + 1) for i, port in enumerate(PORTS)}
HOSTS = ['10.0.0.%d' % i for i in range(2, 8)] + ['10.0.0.80']
FAR = ['203.0.113.%d' % i for i in range(1, 5)]
POOL, FORWARD = '198.51.100.3', '198.51.100.1'

CONFIG = 'version: 1\nports:\n' + ''.join(
    '  %s: {device: net_null%d, mac: "%s"}\n' % (port, i, MACS[port]) for i, port in enumerate(PORTS)) + '''interfaces:
''' + ''.join('''  %s: {domain: %s, addresses: [10.0.0.1/8], pipeline: inside, neighbours: {%s}}
''' % (port, port, ', '.join('%s: "%s"' % (a, PEERS[port]) for a in HOSTS)) for port in TENANTS) + '''\
  wan: {addresses: [198.51.100.1/24], pipeline: outside, neighbours: {198.51.100.2: "%s"}}
routes:
  main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: 10.0.0.0/8, blackhole: true}]
  red: [{to: 0.0.0.0/0, via: {domain: main}}]
  blue: [{to: 0.0.0.0/0, via: {domain: main}}]
  green: [{to: 0.0.0.0/0, via: {domain: main}}]
nat:
  uplink: {pool: [%s], ports: 2000-2999, MORE}
acls:
  in:
    default: drop
    rules:
      - {state: [established, related], action: accept}
      - {proto: tcp, dst: 10.0.0.80, dport: 80, action: accept}
      - {nat: dnat, action: accept}
pipelines:
  inside: [track, route, {snat: uplink}]
  outside: [track, {dnat: {to: 10.0.0.80, domain: blue, if: {dst: %s, proto: tcp, dport: 80}}}, {acl: in}, route]
''' % (PEERS['wan'], POOL, FORWARD)


def at(port, src, dst, proto, l4):
    """A frame of the peer of a port, built without scapy: a million of them must be."""
    return raw.mac(MACS[port]) + raw.mac(PEERS[port]) + raw.IP4 + raw.ip4(src, dst, proto, l4)


def datagram(port, src, sport, dst, dport):
    src, dst = raw.a4(src), raw.a4(dst)
    return at(port, src, dst, 17, raw.udp(src, dst, sport, dport, b'domains!'))


def segment(port, src, sport, dst, dport, flags):
    src, dst = raw.a4(src), raw.a4(dst)
    return at(port, src, dst, 6, raw.tcp(src, dst, sport, dport, flags, 1, 1 if flags & 16 else 0, window=1000))


def draw(chance):
    """A packet of any kind at any port: from inside, to other tenants' addresses, answers, guesses, forgeries."""
    port = chance.choice(PORTS)
    inside, far = chance.choice(HOSTS), chance.choice(FAR)
    ports = chance.randrange(2000, 2012), chance.choice((53, 80))
    if port == 'wan':
        src = chance.choice((far, far, far, inside))
        dst, dport = chance.choice(((POOL, ports[0]), (POOL, ports[0]), (POOL, ports[0]), (FORWARD, 80), (inside, ports[0])))
        ends = src, ports[1] if dst == POOL else ports[0], dst, dport
    elif chance.random() < 0.2:
        ends = inside, ports[1], chance.choice((far, chance.choice(HOSTS))), ports[0]
    else:
        ends = inside, ports[0], chance.choice((far, far, chance.choice(HOSTS), POOL, FORWARD)), ports[1]
    if chance.random() < 0.5:
        return port, datagram(port, *ends)
    return port, segment(port, *ends, flags=chance.choice((2, 2, 16, 18)))


FLOW = re.compile(r'(tcp|udp) ([\d.]+):(\d+) > ([\d.]+):(\d+)')
SOURCE = re.compile(r'rewrite .*?src ([\d.]+):(\d+)')
TARGET = re.compile(r'rewrite .*?dst ([\d.]+):(\d+)')


class Oracle:
    """Who has which public endpoint, as seen in what left; and whether each packet went where it may."""

    def __init__(self):
        self.mapped = {}                    # (proto, public port) -> (tenant, inside address, port)
        self.crossed = self.returned = self.forwarded = self.within = 0

    def see(self, told):
        if told['verdict'] != 'output':
            return
        port, out, program = told['in'], told['out'], told.get('program', '')
        proto, src, sport, dst, dport = FLOW.search(told['flow']).groups()
        if port in TENANTS:
            self.from_tenant(port, out, (proto, src, int(sport)), SOURCE.search(program), told)
        elif out in TENANTS:
            self.to_tenant(out, (proto, dst, int(dport)), TARGET.search(program), told)
        elif dst.startswith('10.'):
            raise Failed('an inside address left by the WAN: %s' % told)

    def from_tenant(self, port, out, end, source, told):
        if out == port:
            self.within += 1
            if source is not None:
                raise Failed('translated within its domain: %s' % told)
            return
        if out != 'wan' or source is None:
            raise Failed('crossed without a translation: %s' % told)
        public = source.group(1), int(source.group(2))
        self.crossed += 1
        if public == (FORWARD, 80):
            if (port, end) != ('blue', ('tcp', '10.0.0.80', 80)):
                raise Failed('answers for the port forward: %s' % told)
            return
        if public[0] != POOL:
            raise Failed('left as %s: %s' % (public, told))
        was = self.mapped.setdefault((end[0], public[1]), (port,) + end[1:])
        if was != (port,) + end[1:]:
            raise Failed('port %u of %s is %s and %s' % (public[1], POOL, was, (port,) + end))

    def to_tenant(self, out, end, target, told):
        if target is None:
            raise Failed('came in without a translation: %s' % told)
        inside = target.group(1), int(target.group(2))
        if end == ('tcp', FORWARD, 80):
            self.forwarded += 1
            if (out,) + inside != ('blue', '10.0.0.80', 80):
                raise Failed('the port forward leads to %s: %s' % (out, told))
            return
        self.returned += 1
        if self.mapped.get((end[0], end[2])) != (out,) + inside:
            raise Failed('%s is of %s, and went to %s: %s' % (end, self.mapped.get((end[0], end[2])), out, told))


def check_out(out):
    """No frame leaves by a port whose peer it is not for: what is inside stays inside."""
    for port, frames in out.items():
        for _, frame in frames:
            if frame[12:14] != b'\x08\x00' or port != 'wan':
                continue
            src = socket.inet_ntoa(frame[26:30])
            if src.startswith('10.'):
                raise Failed('%s left by the WAN' % src)


def fuzz(n, seed=1, more='mapping: endpoint-independent', options=()):
    chance = random.Random(seed)
    frames = {port: [] for port in PORTS}
    for i in range(n):
        port, frame = draw(chance)
        frames[port].append((1.0 + i * 0.001, frame))
    outcome = replay(CONFIG.replace('MORE', more), frames, options, sums=False)
    oracle = Oracle()
    for told in outcome.packets:
        oracle.see(told)
    check_out(outcome.out)
    return oracle


def random_packets(more, options=()):
    def scenario():
        oracle = fuzz(4000, more=more, options=options)
        for what in ('crossed', 'returned', 'forwarded', 'within'):
            if getattr(oracle, what) < 40:
                raise Failed('too few %s: %s' % (what, vars(oracle)))
    return scenario


def of(outcome):
    return ['%s %s' % (p['verdict'], p.get('out') or p.get('reason', '')) for p in outcome.packets]


def run(cases, config=CONFIG, more='mapping: endpoint-independent'):
    """cases: (port, frame, verdict)."""
    frames = {}
    for i, (port, frame, _) in enumerate(cases):
        frames.setdefault(port, []).append((1.0 + i, bytes(frame)))
    outcome = replay(config.replace('MORE', more), frames, sums=False)
    for i, (got, case) in enumerate(zip(of(outcome), cases)):
        if got.strip() != case[2]:
            raise Failed('packet %d: %s, expected %s\n%s' % (i + 1, got, case[2], outcome.packets[i]))
    return outcome


def sessions_apart():
    """The same five values in each domain are three sessions, and each answer finds its own."""
    out = run([(t, datagram(t, '10.0.0.2', 2001, FAR[0], 53), 'output wan') for t in TENANTS]
              + [('wan', datagram('wan', FAR[0], 53, POOL, 2001), 'output red')]
              + [(t, datagram(t, '10.0.0.2', 7, '10.0.0.3', 7), 'output ' + t) for t in TENANTS])
    if out.told['sessions'] != 6:
        raise Failed('%d sessions' % out.told['sessions'])


def no_way_across():
    """Addresses of another domain are not reachable, forged answers find nothing, and errors cross by their session alone."""
    error = IP(src=FAR[1], dst=POOL) / ICMP(type=3, code=1) / IP(src=POOL, dst=FAR[0]) / UDP(sport=2001, dport=53)
    run([('red', datagram('red', '10.0.0.2', 2001, FAR[0], 53), 'output wan'),
         ('blue', datagram('blue', FAR[0], 53, '10.0.0.2', 2001), 'output blue'),
         ('blue', datagram('blue', FAR[0], 53, POOL, 2001), 'drop nat_no_mapping'),
         ('wan', datagram('wan', FAR[0], 53, '10.0.0.2', 2001), 'drop acl_denied'),
         ('wan', Ether(src=PEERS['wan'], dst=MACS['wan']) / error, 'output red'),
         ('green', datagram('green', '10.0.0.2', 9, '198.51.100.1', 9), 'drop local_no_service')])


def by_rule():
    """Leaks between tenants by a route, one way: answers come back, new sessions do not."""
    config = CONFIG.replace('blue: [', 'blue: [{to: 192.0.2.0/24, via: {domain: green}}, ')
    config = config.replace('green: [', 'green: [{to: 192.0.2.0/24, via: 10.0.0.7}, ')
    config = config.replace('{snat: uplink}]', '{snat: {use: uplink, if: {out: wan}}}]')
    run([('blue', datagram('blue', '10.0.0.2', 2001, '192.0.2.9', 53), 'output green'),
         ('red', datagram('red', '10.0.0.2', 2001, '192.0.2.9', 53), 'output wan'),
         ('green', datagram('green', '192.0.2.9', 53, '10.0.0.2', 2001), 'output blue'),
         ('green', datagram('green', '192.0.2.9', 54, '10.0.0.2', 2001), 'output green')], config)


def a_table_that_is_named():
    """A stage route with a table: what a translation has led into another domain takes that domain's, all else the named one."""
    config = CONFIG.replace('{acl: in}, route]', '{acl: in}, {route: main}]')
    config = config.replace('      - {nat: dnat, action: accept}\n', '      - {nat: dnat, action: accept}\n      - {proto: udp, dport: 7, action: accept}\n')
    run([('wan', segment('wan', FAR[0], 40000, FORWARD, 80, 2), 'output blue'),
         ('blue', segment('blue', '10.0.0.80', 80, FAR[0], 40000, 18), 'output wan'),
         ('wan', datagram('wan', FAR[0], 5, FAR[1], 7), 'output wan'),
         ('wan', datagram('wan', FAR[0], 5, '10.0.0.2', 7), 'drop blackhole')], config)


def sets_and_limits():
    """A source that one domain has found out, or that has used its rate, is none in another domain."""
    config = CONFIG.replace('inside: [track', 'inside: [{drop: {if: {src: $bad}}}, {acl: trap}, track').replace(
        'acls:\n', 'sets:\n  bad: {timeout: 10m, size: 64}\nacls:\n  trap: {default: accept, rules: '
        '[{proto: udp, dport: 23, add: $bad, action: drop}]}\n')
    run([('red', datagram('red', '10.0.0.2', 5, FAR[0], 23), 'drop acl_denied'),
         ('red', datagram('red', '10.0.0.2', 5, FAR[0], 53), 'drop drop_stage'),
         ('blue', datagram('blue', '10.0.0.2', 5, FAR[0], 53), 'output wan')], config)
    config = CONFIG.replace('inside: [track', 'inside: [{limit: {per: source, rate: 1/m, burst: 1}}, {track: {max_per_source: 1}}')
    config = config.replace('rate: 1/m', 'rate: 1/s')
    cases = [(t, datagram(t, '10.0.0.2', 2001, FAR[0], 53), 'output wan') for t in TENANTS]
    run(cases, config)


def policy_routing():
    """A next hop by rule; while it is not known to be dead it is taken, what is our own is still delivered."""
    config = CONFIG.replace('inside: [track, route', 'inside: [track, {route: {via: {via: 10.0.0.7, domain: red}, '
                            'if: {in: red, proto: udp, dport: 99}}}, route')
    run([('red', datagram('red', '10.0.0.2', 1, FAR[0], 99), 'output red'),
         ('red', datagram('red', '10.0.0.2', 1, FAR[0], 53), 'output wan'),
         ('red', datagram('red', '10.0.0.2', 1, '10.0.0.1', 99), 'drop local_no_service'),
         ('blue', datagram('blue', '10.0.0.2', 1, FAR[0], 99), 'output wan')], config)


FAULTS = [
    ('domain: red,', 'domain: "r d",', "domain"),
    ('via: {domain: main}}]\n  blue', 'via: {domain: mian}}]\n  blue', "no interface is in a domain 'mian'"),
    ('via: {domain: main}}]\n  blue', 'via: {domain: red}}]\n  blue', 'leads into its own domain'),
    ('main: [{to: 0.0.0.0/0, via: 198.51.100.2}', 'main: [{to: 0.0.0.0/0, via: 10.0.0.7}', '10.0.0.7 is in no subnet'),
    ('red: [{to: 0.0.0.0/0, via: {domain: main}}]', 'red: [{to: 0.0.0.0/0, via: 10.0.0.7, dev: wan}]', 'interface wan is in domain main'),
    ('domain: blue, if', 'domain: bleu, if', "no interface is in a domain 'bleu'"),
    ('pool: [198.51.100.3]', 'pool: [10.0.0.99]', 'domain: says which'),
    ('route, {snat', '{route: other}, {snat', 'what leads into another domain names it'),
]


def faults():
    for was, now, text in FAULTS:
        if was not in CONFIG:
            raise Failed('not in the configuration: ' + was)
        config = CONFIG.replace('MORE', 'mapping: endpoint-independent').replace(was, now)
        if 'other' in now:
            config = config.replace('routes:\n', 'routes:\n  other: []\n')
        expect_text(Folder(config).weir('check', 'weir.yaml'), 1, text)


SCENARIOS = [
    ('sessions of three domains with the same addresses', sessions_apart),
    ('nothing crosses without a rule', no_way_across),
    ('a route into another domain, and its answers', by_rule),
    ('a stage route that names its table', a_table_that_is_named),
    ('sets and limits', sets_and_limits),
    ('next hops by rule', policy_routing),
    ('random packets, endpoint-independent mapping', random_packets('mapping: endpoint-independent, filtering: endpoint-independent')),
    ('random packets, mapping by destination', random_packets('mapping: address-and-port-dependent')),
    ('random packets, two workers', random_packets('mapping: endpoint-independent', ('--workers', '2'))),
    ('faults', faults),
]


if __name__ == '__main__':                  # domains.py BUILD/app/weir PACKETS [SEED]
    bench.WEIR = sys.argv[1]
    left, seed, sums = int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1, {}
    while left > 0:
        oracle = fuzz(min(left, 50000), seed, 'mapping: endpoint-independent, filtering: endpoint-independent')
        for what in ('crossed', 'returned', 'forwarded', 'within'):
            sums[what] = sums.get(what, 0) + getattr(oracle, what)
        left, seed = left - 50000, seed + 1
    print('none crossed but by rule: %s' % sums)
