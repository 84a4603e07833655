# SPDX-License-Identifier: BSD-3-Clause
"""weir diff: what changes verdict, each difference with a packet that shows it; settings; flows of captures."""

import json

from bench import Failed, router, write_frames
from captures import Folder, expect
from packets import *  # noqa: F403

OLD = router('[{drop: {if: {src: 10.0.0.66}}}, track, {dnat: {to: 10.0.0.80, if: {dst: 198.51.100.1, proto: tcp, dport: 80}}}, '
             '{acl: {use: in, if: {in: [wan, dmz]}}}, {police: {rate: 10Mbit}}, {route: main}, {snat: {use: up, if: {in: lan}}}]',
             '''zones: {outside: [wan, dmz]}
nat: {up: {pool: [198.51.100.9], ports: 2000-3000}}
sets: {admins: [203.0.113.0/28]}
acls:
  in:
    default: drop
    rules:
      - {name: answers, state: [established, related], action: accept}
      - {name: web, proto: tcp, dst: 10.0.0.80, dport: 80, action: accept}
      - {name: admins, proto: tcp, src: $admins, dport: 22, action: accept}
      - {proto: tcp, dport: 113, action: reject}
''').replace('    - {to: 0.0.0.0/0', '    - {to: 10.9.0.0/16, via: 10.0.0.3}\n    - {to: 0.0.0.0/0')

# what it shows, text replaced, by what, (what, from, before, after, text of the line that decides), words of settings
CASES = [
    ('a rule that is new', '      - {proto: tcp, dport: 113', '      - {name: ssh, proto: tcp, dst: 10.0.0.80, dport: 22, '
     'action: accept}\n      - {proto: tcp, dport: 113',
     [('tcp to 10.0.0.80:22', 'outside', 'dropped', 'accepted', 'name: ssh')], []),
    ('a rule that is gone', '      - {proto: tcp, dport: 113, action: reject}\n', '',
     [('tcp to port 113', 'outside', 'rejected', 'dropped', 'default: drop')], []),
    ('another action', 'dport: 113, action: reject', 'dport: 113, action: drop',
     [('tcp to port 113', 'outside', 'rejected', 'dropped', 'dport: 113')], []),
    ('a rule that an earlier one covers', '      - {proto: tcp, dport: 113', '      - {proto: tcp, dst: 10.0.0.80, dport: 80, '
     'src: 203.0.113.0/24, action: accept}\n      - {proto: tcp, dport: 113', [], []),
    ('rules that change places, to no effect', '''      - {name: web, proto: tcp, dst: 10.0.0.80, dport: 80, action: accept}
      - {name: admins, proto: tcp, src: $admins, dport: 22, action: accept}''',
     '''      - {name: admins, proto: tcp, src: $admins, dport: 22, action: accept}
      - {name: web, proto: tcp, dst: 10.0.0.80, dport: 80, action: accept}''', [], []),
    ('a set', '203.0.113.0/28', '203.0.113.0/29',
     [('tcp from 203.0.113.8/29 to port 22', 'outside', 'accepted', 'dropped', 'default: drop')], []),
    ('a condition of a stage', 'src: 10.0.0.66', 'src: 10.0.0.67',
     [('everything from 10.0.0.66', None, 'dropped', 'accepted', None),
      ('everything from 10.0.0.67', None, 'accepted', 'dropped', None)], []),
    ('a port forward', 'dnat: {to: 10.0.0.80,', 'dnat: {to: 10.0.0.81,',
     [('tcp to 198.51.100.1:80', 'outside', 'accepted', 'dropped', None)], []),
    ('a route', 'via: 10.0.0.3', 'via: 10.0.0.2',
     [('everything to 10.9.0.0/16', None, 'next hop 10.0.0.3', 'next hop 10.0.0.2', '10.9.0.0/16')], ['via: 10.0.0.2']),
    ('a route that is gone', '    - {to: 10.9.0.0/16, via: 10.0.0.3}\n', '',
     [('everything to 10.9.0.0/16', None, 'leaves by lan', 'leaves by wan', None)], ['to: 10.9.0.0/16']),
    ('a policer', 'rate: 10Mbit', 'rate: 20Mbit',
     [('everything', None, 'at most 10000000 bit/s', 'at most 20000000 bit/s', None)], ['rate: 20Mbit']),
    ('a pool', 'ports: 2000-3000', 'ports: 2000-4000', [], ['ports: 2000-3000', 'ports: 2000-4000']),
    ('timeouts', 'track,', '{track: {timeouts: {udp: 30s}}},', [], ['udp: 30s']),
    ('an MTU', 'pipeline: all\n', 'pipeline: all\n    mtu: 9000\n', [], ['mtu: 9000']),
    ('a listener, by being written alone', 'zones: {outside', 'telemetry: {http: {}}\nzones: {outside', [], ['http: ']),
    ('a kernel interface, by being written alone', 'pipeline: all\n', 'pipeline: all\n    host: {}\n', [], ['enabled: true']),
    ('a rule that logs', 'dport: 113, action: reject', 'dport: 113, action: reject, log: {rate: 5/s, prefix: x}', [],
     ['logged: proto: [tcp], dport: [113], log: {rate: 5/s, prefix: x}']),
    ('a stage that logs', 'src: 10.0.0.66}', 'src: 10.0.0.66}, log: true', [], ['logged by drop: log: {}, if: {src: [10.0.0.66/32]}']),
    ('names alone', 'name: web', 'name: www', [], []),
]


def told(old, new, *more, status=None):
    folder = Folder(old)
    with open(folder.file('new.yaml'), 'w') as f:
        f.write(new)
    ran = folder.weir('diff', *more, '--json', '-', 'weir.yaml', 'new.yaml')
    out = json.loads(ran.stdout) if ran.stdout else None
    some = out is not None and (out['packets'] or out['settings'] or out.get('flows', {}).get('differ'))
    expect(ran, (1 if some else 0) if status is None else status)
    return out


def judge(config, witness):
    folder = Folder(config)
    ran = folder.weir('explain', '-c', 'weir.yaml', '--in', witness['in'], witness['packet'], '--json', '-')
    expect(ran, 0)
    out = json.loads(ran.stdout)
    return out['verdict'], out.get('program', '').replace('count', '')


def cases():
    for name, replaced, by, packets, settings in CASES:
        if replaced not in OLD:
            raise Failed('%s: nothing to replace' % name)
        new = OLD.replace(replaced, by, 1)
        out = told(OLD, new)
        for what, come, before, after, line in packets:
            found = [p for p in out['packets'] if p['what'].startswith(what) and p['before'].startswith(before)
                     and p['after'].startswith(after) and come in (None, p['from'])]
            if not found:
                raise Failed('%s: %s is not told:\n%s' % (name, what, json.dumps(out, indent=1)))
            if line is not None and line not in new.splitlines()[int(found[0]['line_after'].split(':')[1].split()[0]) - 1]:
                raise Failed('%s: %s' % (name, found[0]))
        if not packets and out['packets']:
            raise Failed('%s: %s' % (name, json.dumps(out['packets'], indent=1)))
        lines = [s['line'].strip() for s in out['settings']]
        if not all(any(w in l for l in lines) for w in settings) or (not settings and lines):
            raise Failed('%s: settings %s' % (name, lines))
        for p in out['packets']:        # a new session's packet explains itself differently
            if p['witness']['state'] == 'new' and not p['before'].startswith(('at most', 'next hop')) and \
                    judge(OLD, p['witness']) == judge(new, p['witness']):
                raise Failed('%s: not so to the appliance: %s' % (name, p))


def states():
    """What becomes of packets of sessions that exist."""
    old = router('[track, {acl: in}, {route: main}]', 'acls: {in: [{state: [established, related], action: accept}, {action: drop}]}\n')
    for kept, lost in (('related', 'established'), ('established', 'related')):
        out = told(old, old.replace('[established, related]', kept, 1))
        if not out['packets'] or {(p['witness']['state'], p['after']) for p in out['packets']} != {(lost, 'dropped')}:
            raise Failed('%s: %s' % (kept, json.dumps(out, indent=1)))


def conditions():
    """Packets keep to limits and quotas, and are not those that exceed them: neither at such a rule nor behind it."""
    at = router('[track, {acl: in}, {route: main}]', 'acls: {in: [{proto: udp, WHEN, action: ACTION}, {action: accept}]}\n')
    after = router('[track, {acl: first}, {acl: in}, {route: main}]',
                   'acls: {first: [{proto: udp, dport: 9999, WHEN, action: accept}, {action: drop}], in: [{proto: udp, action: ACTION}]}\n')
    for when, kept in (('quota: 1M', True), ('quota: {bytes: 1M, over: true}', False), ('limit: 5/s', True), ('limit: {rate: 5/s, over: true}', False),
                       ('limit: {sessions: 5}', True), ('quota: 1M, limit: {rate: 5/s, over: true}', False), ('rpf: strict', True)):
        for config in (at, after):
            config = config.replace('WHEN', when)
            out = told(config.replace('ACTION', 'drop'), config.replace('ACTION', 'reject'))
            if {(p['before'], p['after']) for p in out['packets']} != ({('dropped', 'rejected')} if kept else set()):
                raise Failed('%s: %s' % (config, json.dumps(out, indent=1)))


def sentences():
    """As text, in the operator's words."""
    folder = Folder(OLD)
    with open(folder.file('new.yaml'), 'w') as f:
        f.write(OLD.replace('dport: 113, action: reject', 'dport: 113, action: drop'))
    expect(folder.weir('diff', 'weir.yaml', 'new.yaml'), 1, 'tcp to port 113 from outside: rejected → dropped, new.yaml:',
           'as tcp 203.0.113.9:40000 > 203.0.113.7:113 S, in wan')
    expect(folder.weir('diff', 'weir.yaml', 'weir.yaml'), 0, 'no verdict and no setting differs')


def flows():
    """Captures through both: flows whose verdict differs."""
    folder = Folder(OLD)
    with open(folder.file('new.yaml'), 'w') as f:
        f.write(OLD.replace('dport: 80, action: accept', 'dport: 80, action: drop').replace(
            '\nacls:', '\nacls:', 1))
    packets = [(i, frame('wan', IP(src='203.0.113.9', dst='198.51.100.1') / TCP(sport=4000 + i % 3, dport=(80, 81)[i % 2])))
               for i in range(12)]
    write_frames(folder.file('wan.pcap'), packets)
    ran = folder.weir('diff', '--in', 'wan=wan.pcap', '--json', '-', 'weir.yaml', 'new.yaml')
    expect(ran, 1)
    out = json.loads(ran.stdout)['flows']
    if out['replayed'] != 12 or len(out['differ']) != 3 or any(f['after'] != 'dropped (acl_denied)' for f in out['differ']):
        raise Failed(json.dumps(out, indent=1))


def mistakes():
    folder = Folder(OLD)
    folder.write('bad.yaml', b'version: 2\n')
    for args in ((), ('weir.yaml',), ('weir.yaml', 'weir.yaml', 'weir.yaml'), ('--in', 'wan', 'weir.yaml', 'weir.yaml'),
                 ('--what', 'weir.yaml', 'weir.yaml')):
        expect(folder.weir('diff', *args), 2, 'usage: weir diff')
    expect(folder.weir('diff', 'weir.yaml', 'bad.yaml'), 2, 'bad.yaml:1')
    expect(folder.weir('diff', 'weir.yaml', 'none.yaml'), 2, 'none.yaml')


def nowhere():
    """weir check: forwards and routes that lead nowhere, addresses given out twice."""
    for text, words in (
            (OLD.replace('dnat: {to: 10.0.0.80,', 'dnat: {to: 10.0.0.80,'), ()),
            (OLD.replace('    - {to: 0.0.0.0/0, via: 198.51.100.2}\n', '').replace('to: 10.0.0.80, if', 'to: 172.16.0.9, if'),
             ('no route leads to 172.16.0.9',)),
            (OLD.replace('{use: up, if', '{to: 198.51.100.9, if'), ('198.51.100.9 is an address of pool up, too',)),
            (OLD.replace('to: 10.9.0.0/16', 'to: 127.0.0.0/8'), ('127.0.0.0/8 is never used',))):
        ran = Folder(text).weir('check', 'weir.yaml')
        expect(ran, 0, *words)
        if not words and 'warning' in ran.stderr:
            raise Failed(ran.stderr)


DOMAINS = """
version: 1
ports: {red: {device: net_null0}, blue: {device: net_null1}, wan: {device: net_null2}, lan: {device: net_null3}}
interfaces:
  red:  {domain: red, addresses: [10.0.0.1/24], pipeline: inside}
  blue: {domain: blue, addresses: [10.0.0.1/24], pipeline: inside}
  wan:  {addresses: [198.51.100.1/24], pipeline: outside}
  lan:  {addresses: [192.0.2.1/24, "2001:db8:1::1/64"], pipeline: inside}
routes:
  main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: 203.0.113.0/24, via: 198.51.100.3}]
  red:  [{to: 0.0.0.0/0, via: {domain: main}}]
  blue: [{to: 0.0.0.0/0, via: {domain: main}}]
nat: {uplink: {pool: [198.51.100.30]}}
pipelines:
  inside: [track, route, {snat: uplink}]
  outside:
    - track
    - dnat: {to: 10.0.0.80, domain: blue, if: {dst: 198.51.100.1, proto: tcp, dport: 80}}
    - route
    - snat: {map: {from: 203.0.113.0/24, to: 198.51.100.0/24}, if: {proto: gre}}
"""

# name, replaced, by, (what, from, before, after, domain of the witness) ...
DOMAIN_CASES = [
    ('a route that several domains are led to', 'via: 198.51.100.3', 'via: 198.51.100.4',
     [('everything to 203.0.113.0/24', 'red, blue, wan, lan', 'next hop 198.51.100.3', 'next hop 198.51.100.4', 'red')]),
    ('a way round by a third domain', '  red:  [{to: 0.0.0.0/0, via: {domain: main}}]', '  red:  [{to: 0.0.0.0/0, via: {domain: blue}}]', []),
    ('a way that is gone', '  blue: [{to: 0.0.0.0/0, via: {domain: main}}]', '  blue: [{to: 203.0.113.0/24, via: {domain: main}}]',
     [('everything', 'blue', 'accepted', 'rejected', 'blue')]),
    ('the domain of a port forward', 'to: 10.0.0.80, domain: blue', 'to: 10.0.0.80, domain: red',
     [('tcp to 198.51.100.1:80', 'wan', 'leaves by blue in domain blue', 'leaves by red in domain red', 'main')]),
    ('an interface that changes its domain', '  lan:  {add', '  lan:  {domain: red, add',
     [('everything to 192.0.2.2-192.0.2.254', 'red, lan', 'source 198.51.100.30', 'source 203.0.113.9', 'red'),
      ('everything to 192.0.2.2-192.0.2.254', 'blue', 'leaves by lan in domain main', 'leaves by wan in domain main', 'blue')]),
    ('next hops by rule', 'inside: [track, route,', 'inside: [track, {route: {via: {via: 198.51.100.9, domain: main}, if: {dst: 203.0.113.9}}}, route,',
     [('everything', 'red, blue, lan', 'next hop 198.51.100.3', 'next hop 198.51.100.9', 'red')]),
    ('a map', 'to: 198.51.100.0/24}, if', 'to: 198.18.0.0/24}, if',
     [('gre from 203.0.113.0/24', 'wan', 'source in 198.51.100.0/24', 'source in 198.18.0.0/24', 'main')]),
]


def domains():
    """Packets that routes and translation lead from one domain into another."""
    moved = None
    for name, replaced, by, packets in DOMAIN_CASES:
        if replaced not in DOMAINS:
            raise Failed('%s: nothing to replace' % name)
        out = told(DOMAINS, DOMAINS.replace(replaced, by, 1))
        if not packets and out['packets']:
            raise Failed('%s: %s' % (name, json.dumps(out['packets'], indent=1)))
        for what, come, before, after, domain in packets:
            if not any(p['what'].startswith(what) and p['from'] == come and p['before'].startswith(before)
                       and p['after'].startswith(after) and p['domain'] == domain for p in out['packets']):
                raise Failed('%s: %s is not told:\n%s' % (name, what, json.dumps(out, indent=1)))
        if name == 'an interface that changes its domain':
            moved = [p for p in out['packets'] if p['witness']['in'] == 'lan']
    if not moved or any((p['domain_before'], p['domain']) != ('main', 'red') for p in moved):
        raise Failed(json.dumps(moved, indent=1))
    again = DOMAINS.replace('red:  [', 'red: [ ').replace('wan:  {', 'wan: { ')
    if told(DOMAINS, again)['packets']:
        raise Failed('a difference in form alone')


def forwards6():
    """Port forwards and prefixes of IPv6."""
    old = DOMAINS.replace('    - dnat: {to', '    - dnat: {to: "2001:db8:1::80", if: {dst: "2001:db8:2::80"}}\n'
                          '    - dnat: {map: {from: "2001:db8:9::/48", to: "2001:db8:1::/48", neutral: false}}\n    - dnat: {to', 1)
    for replaced, by, what, before, after in (
            ('2001:db8:1::80"', '2001:db8:1::81"', 'everything to 2001:db8:2::80', 'destination [2001:db8:1::80]', 'destination [2001:db8:1::81]'),
            ('2001:db8:9::/48', '2001:db8:a::/48', 'everything to 2001:db8:a::/48', 'rejected', 'for Weir itself'),
            (', neutral: false', '', 'everything to 2001:db8:9::/48', 'for Weir itself', 'rejected')):
        out = told(old, old.replace(replaced, by, 1))
        if not any(p['what'].startswith(what) and p['before'].startswith(before) and p['after'].startswith(after) for p in out['packets']):
            raise Failed('%s: %s' % (replaced, json.dumps(out, indent=1)))


BEHIND = """
version: 1
ports: {lan: {device: net_null0}, wan: {device: net_null1}}
interfaces: {lan: {addresses: [10.0.0.1/24], pipeline: p}, wan: {addresses: [198.51.100.1/24], pipeline: p}}
routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}
acls:
  a:
    default: drop
    rules:
      - {nat: dnat, action: accept}
      - {src: 203.0.113.0/24, action: accept}
      - {proto: tcp, state: untracked, action: drop}
pipelines: {p: [rpf: loose, track, acl: a, route]}
"""


def behind():
    """Changes behind another change, behind a rule on translation, and for packets that no session follows."""
    for replaced, by, before, after in (
            ('via: 198.51.100.2', 'via: 198.51.100.3', 'next hop 198.51.100.2', 'next hop 198.51.100.3'),
            ('{src: 203.0.113.0/24, action: accept}', '{src: 203.0.113.0/24, action: reject}', 'accepted', 'rejected'),
            ('state: untracked, action: drop', 'state: untracked, action: reject', 'dropped', 'rejected')):
        out = told(BEHIND, BEHIND.replace(replaced, by, 1))
        if not any(p['before'].startswith(before) and p['after'].startswith(after) for p in out['packets']):
            raise Failed('%s: %s' % (replaced, json.dumps(out, indent=1)))


SCENARIOS = [
    ('changes behind others', behind),
    ('domains', domains),
    ('forwards of IPv6', forwards6),
    ('what leads nowhere', nowhere),
    ('what is told', cases),
    ('states of sessions', states),
    ('packets that keep to limits', conditions),
    ('in words', sentences),
    ('flows of captures', flows),
    ('mistakes', mistakes),
]
