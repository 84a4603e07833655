# SPDX-License-Identifier: BSD-3-Clause
"""Section policies: what may go from zone to zone, beside the same written as pipelines and access lists."""

import json

from bench import Failed
from captures import Folder, expect

HEAD = '''version: 1
ports: {lan: {device: net_null0}, guests: {device: net_null1}, srv: {device: net_null2}, wan: {device: net_null3}}
interfaces:
  lan: {addresses: [10.0.0.1/24, "2001:db8:1::1/64"]%s}
  guests: {addresses: [10.2.0.1/24]%s}
  srv: {addresses: [10.1.0.1/24, "2001:db8:2::1/64"]%s}
  wan: {addresses: [198.51.100.1/24, "2001:db8:3::1/64"]%s}
zones: {inside: [lan, guests], dmz: srv, outside: {interfaces: [wan]}}
routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: "::/0", via: "2001:db8:3::2"}]}
nat: {uplink: {pool: [198.51.100.1], ports: 1024-65535}}
'''
LISTS = '''  web:
    - {proto: tcp, dport: [80, 443], action: accept}
  ping:
    - {icmp: echo-request, action: accept}
'''
NONE = ('', '', '', '')
POLICIES = '''policies:
  - {from: inside, to: local, acl: ping}
  - {name: closed, from: inside, to: local, action: reject}
  - {from: [inside, dmz], to: [outside, local], acl: web, snat: uplink}
  - {from: inside, to: dmz, acl: web, first: {police: {rate: 100Mbit}}}
  - {from: outside, first: [{track: {new_per_source: 1000/s}}, {dnat: {to: 10.1.0.80, if: {dst: 198.51.100.1, proto: tcp, dport: 443}}}]}
  - {from: outside, to: dmz, acl: web}
'''
REPLIES = '      - {name: replies, state: [established, related], action: accept}\n'
BY_HAND = '''  lan-to-us:
    rules:
''' + REPLIES + '''      - {call: ping}
      - {name: closed, action: reject}
      - {call: web}
  lan-out:
    rules:
''' + REPLIES + '''      - {out: outside, call: web}
      - {out: dmz, call: web}
  dmz-to-us:
    rules:
''' + REPLIES + '''      - {call: web}
  dmz-out:
    rules:
''' + REPLIES + '''      - {out: outside, call: web}
  wan-to-us: {rules: [{state: [established, related], action: accept}]}
  wan-out:
    rules:
''' + REPLIES + '''      - {out: dmz, call: web}
pipelines:
  lan: [track, {police: {rate: 100Mbit}}, {acl: {use: lan-to-us, if: {dst: local}}}, {route: main}, {acl: {use: lan-out, if: {dst: "!local"}}},
        {snat: {use: uplink, if: {out: outside}}}]
  dmz: [track, {acl: {use: dmz-to-us, if: {dst: local}}}, {route: main}, {acl: {use: dmz-out, if: {dst: "!local"}}},
        {snat: {use: uplink, if: {out: outside}}}]
  wan: [{track: {new_per_source: 1000/s}}, {dnat: {to: 10.1.0.80, if: {dst: 198.51.100.1, proto: tcp, dport: 443}}},
        {acl: {use: wan-to-us, if: {dst: local}}}, {route: main}, {acl: {use: wan-out, if: {dst: "!local"}}}]
'''
TESTS = '''tests:
  - {name: to outside, in: lan, packet: "tcp 10.0.0.2:4000 > 203.0.113.9:80 S", expect: output wan, src: "198.51.100.1"}
  - {name: from the zone's other interface, in: guests, packet: "tcp 10.2.0.2:4000 > 203.0.113.9:80 S", expect: output wan}
  - {name: to the servers, in: lan, packet: "tcp 10.0.0.2:4000 > 10.1.0.80:80 S", expect: output srv, src: "10.0.0.2:4000"}
  - {name: IPv6 to outside, in: lan, packet: "tcp [2001:db8:1::2]:4000 > [2001:db8:9::9]:443 S", expect: output wan}
  - {name: not by ssh, in: lan, packet: "tcp 10.0.0.2:4000 > 10.1.0.80:22 S", expect: drop acl_denied}
  - {name: not within the zone, in: lan, packet: "tcp 10.0.0.2:4000 > 10.2.0.2:80 S", expect: drop acl_denied}
  - {name: ping us, in: lan, packet: "icmp 10.0.0.2 > 198.51.100.1 echo-request id 7", expect: local}
  - {name: nothing else of us, in: lan, packet: "tcp 10.0.0.2:4000 > 10.0.0.1:80 S", expect: reject}
  - {name: port forward, in: wan, packet: "tcp 203.0.113.9:4000 > 198.51.100.1:443 S", expect: output srv, dst: "10.1.0.80:443"}
  - {name: not us from outside, in: wan, packet: "tcp 203.0.113.9:4000 > 198.51.100.1:80 S", expect: drop acl_denied}
  - {name: not inside from outside, in: wan, packet: "tcp 203.0.113.9:4000 > 10.0.0.2:443 S", expect: drop acl_denied}
  - {name: IPv6 from outside, in: wan, packet: "tcp [2001:db8:9::9]:4000 > [2001:db8:2::80]:443 S", expect: output srv}
  - {name: servers do not reach inside, in: srv, packet: "tcp 10.1.0.80:4000 > 10.0.0.2:443 S", expect: drop acl_denied}
  - name: replies
    steps:
      - {in: lan, packet: "tcp 10.0.0.2:4000 > 203.0.113.9:80 S", expect: output wan, src: "198.51.100.1:$p"}
      - {in: wan, packet: "tcp 203.0.113.9:80 > 198.51.100.1:$p SA", expect: output lan, dst: "10.0.0.2:4000"}
      - {in: lan, packet: "tcp 10.0.0.2:4000 > 203.0.113.9:80 A", expect: output wan}
'''


def made(policies=POLICIES, pipelines=NONE, more='', tests=''):
    return HEAD % tuple(', pipeline: ' + p if p else '' for p in pipelines) + 'acls:\n' + LISTS + more + policies + tests


def decides():
    expect(Folder(made(tests=TESTS)).weir('check', 'weir.yaml'), 0, 'OK: ', '14 tests passed')


def as_by_hand():
    """Nothing differs from pipelines that an operator has written."""
    folder = Folder(made())
    by_hand = HEAD % tuple(', pipeline: ' + p for p in ('lan', 'lan', 'dmz', 'wan')) + 'acls:\n' + LISTS + BY_HAND + TESTS
    folder.write('hand.yaml', by_hand.encode())
    expect(folder.weir('check', 'hand.yaml'), 0, '14 tests passed')
    told = json.loads(folder.weir('diff', 'weir.yaml', 'hand.yaml', '--json', '-').stdout)
    if told['packets']:
        raise Failed(str(told['packets']))


def own_pipeline():
    """An interface that names a pipeline keeps it; one may name another zone's."""
    one = made(pipelines=('', 'closed', '', ''), more='pipelines: {closed: [drop]}\n', tests='''tests:
  - {name: its own, in: guests, packet: "tcp 10.2.0.2:4000 > 203.0.113.9:80 S", expect: drop drop_stage}
  - {name: the zone's, in: lan, packet: "tcp 10.0.0.2:4000 > 203.0.113.9:80 S", expect: output wan}
''')
    expect(Folder(one).weir('check', 'weir.yaml'), 0, '2 tests passed')
    other = made(pipelines=('', 'policies-dmz', '', ''), tests='''tests:
  - {name: as a server, in: guests, packet: "icmp 10.2.0.2 > 10.2.0.1 echo-request id 7", expect: drop acl_denied}
''')
    expect(Folder(other).weir('check', 'weir.yaml'), 0, '1 test passed')


def included():
    folder = Folder('version: 1\ninclude: [head.yaml, more.yaml]\n' + POLICIES[:POLICIES.index('  - {from: outside, first')])
    folder.write('head.yaml', (HEAD % NONE + 'acls:\n' + LISTS + TESTS).encode())
    folder.write('more.yaml', ('policies:\n' + POLICIES[POLICIES.index('  - {from: outside, first'):]).encode())
    expect(folder.weir('check', 'weir.yaml'), 0, '14 tests passed')


# policies, and what is said: line of the policy, column or None, text
FAULTS = [
    ('{from: insid, to: dmz, action: accept}', "unknown interface or zone 'insid'; did you mean 'inside'?"),
    ('{from: inside, to: dmx, action: accept}', "unknown interface or zone 'dmx'; did you mean 'dmz'?"),
    ('{from: inside, to: [dmz, local], acl: wen}', "unknown access list 'wen'; did you mean 'web'?"),
    ('{from: [inside, dmz, outside], acl: wen}', "unknown access list 'wen'; did you mean 'web'?"),
    ('{from: inside, to: dmz, action: acept}', "unknown value 'acept'; did you mean 'accept'?"),
    ('{from: inside, to: dmz, acl: web, action: accept}', 'stands beside acl, which decides'),
    ('{from: inside, to: dmz}', 'says nothing: it has neither acl nor action'),
    ('{to: dmz, acl: web}', "'from' is missing"),
    ('{from: "!inside", acl: web}', '! is not possible here'),
    ('{from: inside, to: "!local", acl: web}', '! is not possible with local'),
    ('{from: inside, to: local, acl: web, snat: uplink}', 'what is for our own addresses is not translated'),
    ('{from: inside, acl: web, snat: uplin}', "unknown pool 'uplin'; did you mean 'uplink'?"),
    ('{from: inside, acl: web, route: mian}', "unknown route table 'mian'; did you mean 'main'?"),
    ('{from: inside, acl: web, log: true}', 'is of an action; the rules of an access list have their own'),
    ('{from: inside, action: drop, first: [{dnatt: {to: 10.1.0.80}}]}', "unknown stage 'dnatt'; did you mean 'dnat'?"),
    ('{from: inside, action: drop, first: [{police: {rate: 5}}]}', "'5' is not a rate"),
    ('{from: inside, action: drop, firsts: []}', "unknown key 'firsts'; did you mean 'first'?"),
    ('inside', "a map is expected, not 'inside'"),
    ('{from: lan, acl: web}', "makes a pipeline and lists 'policies-lan' and 'local-policies-lan', which there are already"),
]


def faults():
    for policy, text in FAULTS:
        folder = Folder(made('policies:\n  - %s\n' % policy, ('p', 'p', 'p', 'p'), 'pipelines: {p: [drop], policies-lan: [drop]}\n'))
        ran = folder.weir('check', '--json', '-', 'weir.yaml')
        found = [f for f in json.loads(ran.stdout)[0]['findings'] if f['severity'] == 'error']
        if ran.returncode != 1 or len(found) != 1 or text not in found[0]['text'] or not found[0]['text'].startswith('policies'):
            raise Failed('%s: %s' % (policy, found))
        with open(folder.file('weir.yaml')) as f:
            line = f.read().splitlines()[found[0]['line'] - 1]
        if policy not in line:
            raise Failed('%s: line %d is %s' % (policy, found[0]['line'], line))


def nothing_uses():
    ran = Folder(made(pipelines=('', '', '', 'p'), more='pipelines: {p: [drop]}\n')).weir('check', 'weir.yaml')
    expect(ran, 0, 'pipelines.policies-outside: nothing uses this pipeline')


SCENARIOS = [
    ('policies from zone to zone', decides),
    ('policies as pipelines by hand', as_by_hand),
    ('an interface keeps its own pipeline beside policies', own_pipeline),
    ('policies of included files', included),
    ('faults of section policies', faults),
    ('policies of a zone whose interfaces have pipelines', nothing_uses),
]
