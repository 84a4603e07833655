# SPDX-License-Identifier: BSD-3-Clause
"""What weir check says of addresses that would break the network, of what nothing uses, of matches that no packet meets,
and of names that are hostile to a terminal."""

import json
import os
import subprocess

import bench
from bench import PORTS, Failed, replay
from captures import GOOD, Folder, expect, file_of
from packets import *  # noqa: F403

HEAD = PORTS.replace('  dmz: {device: net_null2, mac: "02:00:00:00:03:01"}\n', '') + '''interfaces:
  lan: {addresses: [10.0.0.1/24], pipeline: inside, neighbours: {10.0.0.2: "02:00:00:00:01:02"}}
  wan: {addresses: [198.51.100.1/24, 192.0.2.1/31], pipeline: outside, neighbours: {198.51.100.9: "02:00:00:00:02:09"}}
routes:
  main: [{to: 0.0.0.0/0, via: [198.51.100.2, {via: 198.51.100.3, weight: 2}]}, {to: 203.0.113.0/24, via: 10.0.0.7}]
'''


def natted(nat='{pool: [198.51.100.1]}', snat='up', dnat=''):
    return HEAD + '''nat: {up: %s}
pipelines:
  inside: [track, {route: main}, {snat: %s}]
  outside: [track, %s{route: main}]
''' % (nat, snat, dnat)


def checked(text):
    """The findings, as (severity, text)."""
    folder = Folder(text)
    ran = folder.weir('check', '--json', '-', 'weir.yaml')
    return [(f['severity'], f['text'], f['line']) for f in json.loads(ran.stdout)[0]['findings']]


def findings(what, text, *wanted):
    got = checked(text)
    if len(got) != len(wanted) or any(g[0] != w[0] or w[1] not in g[1] or g[2] == 0 for g, w in zip(got, wanted)):
        raise Failed('%s: %s, expected %s' % (what, got, wanted))


def error(text):
    return 'error', text


def warning(text):
    return 'warning', text


BAD = [('0.0.0.0', '0.0.0.0/8'), ('0.1.2.3', '0.0.0.0/8'), ('127.0.0.1', 'loopback'), ('224.0.0.1', 'multicast'),
       ('239.255.255.255', 'multicast'), ('240.0.0.1', 'reserved'), ('255.255.255.254', 'reserved'),
       ('255.255.255.255', 'broadcast'), ('198.51.100.0', 'network or broadcast address'),
       ('198.51.100.255', 'network or broadcast address'), ('10.0.0.255', 'network or broadcast address')]
TAKEN = [('198.51.100.2', 'next hop, in routes.main on line'), ('198.51.100.3', 'next hop'), ('10.0.0.7', 'next hop'),
         ('198.51.100.9', 'neighbour of interface wan'), ('10.0.0.2', 'neighbour of interface lan')]
GOOD_ONES = ['198.51.100.1', '198.51.100.16/28', '203.0.113.7', '192.0.2.0', '192.0.2.1', '100.64.0.0/24']


def addresses():
    """Of pools, of translation one to one, and of port forwards."""
    for address, why in BAD + TAKEN:
        findings('pool ' + address, natted('{pool: [%s]}' % address), error(why))
        findings('snat ' + address, natted(snat='{to: %s}' % address), error(why))
    for address, why in BAD:
        findings('dnat ' + address, natted(dnat='{dnat: %s}, ' % address), error(why))
        findings('dnat list', natted(dnat='{dnat: [{to: "%s:80", if: {dport: 9}}]}, ' % address), error(why))
    for address in GOOD_ONES:
        findings('pool ' + address, natted('{pool: [%s]}' % address))
        if '/' not in address:
            findings('dnat ' + address, natted(dnat='{dnat: %s}, ' % address))
    findings('dnat to a neighbour', natted(dnat='{dnat: 10.0.0.2}, '))
    findings('a pool that is the subnet', natted('{pool: [198.51.100.0/24]}'), error('198.51.100.0 is the network'),
             error('198.51.100.2 is a next hop'), error('198.51.100.3 is a next hop'), error('198.51.100.9 is a neighbour'))
    findings('a pool of multicast', natted('{pool: [224.0.0.0/24]}'), error('224.0.0.0 is multicast'))
    findings('to port 0', natted(dnat='{dnat: "10.0.0.9:0"}, '), error('has port 0'))
    findings('a list of nothing', natted(dnat='{dnat: []}, '), warning('the list is empty'))
    findings('port 0', natted('{pool: [198.51.100.1], ports: 0}'), error('0 is below 1'))
    findings('from port 0', natted('{pool: [198.51.100.1], ports: 0-65535}'), error('below 1'))
    findings('dnat of port 0', natted(dnat='{dnat: {to: 10.0.0.2, ports: 0-9}}, '), error('below 1'))


def order():
    """dnat behind a stage route is an error, on every way to it; behind one with a condition it is not."""
    behind = 'has to stand before \'route\''
    text = HEAD + 'pipelines: {inside: [{route: main}], outside: [track, %s]}\n'
    findings('behind', text % '{route: main}, {dnat: 10.0.0.9}', error(behind))
    findings('list behind', text % '{route: main}, {dnat: [10.0.0.9]}', error(behind))
    findings('before', text % '{dnat: 10.0.0.9}, {route: main}')
    findings('conditional', text % '{route: {table: main, if: {src: 192.0.2.0/24}}}, {dnat: 10.0.0.9}, {route: main}')
    findings('behind a goto', (text + '  more: [{dnat: 10.0.0.9}, {route: main}]\nacls: {go: [{proto: tcp, goto: more}]}\n')
             .replace('pipelines: {', 'pipelines:\n  ').replace(', outside', '\n  outside').replace('}\n  more', '\n  more')
             % '{route: main}, {acl: go}', error(behind))


NEVER = ['in: []', 'src: []', 'dst: []', 'proto: []', 'sport: []', 'dport: []', 'icmp: []', 'flags: []', 'dscp: []',
         'vlan: []', 'state: []', 'src: $none', 'dst: [$none, $none]', 'src:',
         'state: ["!new", "!established", "!related", "!invalid", "!untracked"]', 'state: [new, "!new"]',
         'proto: "!0-255"', 'sport: ["!0-100", "!101-65535"]', 'dport: [80, "!80"]', 'dport: ["!1-65535", "!0"]', 'dscp: "!0-63"',
         'vlan: "!0-4094"', 'in: ["!lan", "!wan"]', 'in: [lan, "!lan"]', 'src: ["!0.0.0.0/0", "!::/0"]',
         'dst: ["!10.0.0.0/8", 10.1.0.0/16]', 'src: [$some, "!$some"]', 'src: 10.0.0.2, dst: "2001:db8::1"',
         'src: $some, dst: "!0.0.0.0/0"']
ALWAYS = ['proto: "!1-16"', 'dport: ["!0-52", "!54-65535"]', 'dport: [53, "!80"]', 'sport: "!1-1023"', 'dscp: "!1-63"', 'vlan: "!1-4094"',
          'in: ["!wan"]', 'in: [lan, "!wan"]', 'src: ["!128.0.0.0/1", "!::/0"]', 'src: [10.0.0.0/8, "!10.1.0.0/16"]',
          'src: "!$some", dst: 0.0.0.0/0', 'src: "!$none"', 'dst: ["!$none", 0.0.0.0/0]', 'src: [$none, 10.0.0.0/8]',
          'state: [new, established, related, invalid, untracked]']


def nobody():
    """A list without a value, an empty set, and no state at all match nobody, and that is said."""
    text = '''sets: {none: [], some: [192.0.2.0/24]}
acls: {list: {default: accept, rules: [{%s, action: drop}, {src: $none, action: drop}]}}
pipelines: {inside: [track, {drop: {if: {%s}}}, {acl: list}, {route: main}], outside: [{drop: {if: {src: $some}}}, {route: main}]}
'''
    head = HEAD.replace('via: [198.51.100.2, {via: 198.51.100.3, weight: 2}]', 'via: 198.51.100.9')
    for match in NEVER:
        config = head + text % (match, match)
        findings(match, config, *[warning('no packet matches')] * 3)
        if replay(config, {'lan': [(0, lan(udp(dst='198.51.100.9')))]}).packets[0]['verdict'] != 'output':
            raise Failed('%s matches' % match)
    for match in ALWAYS:
        config = head + text % (match, 'src: 192.0.2.77')
        got = checked(config)
        if len([g for g in got if 'no packet matches' in g[1]]) != 1:
            raise Failed('%s: %s' % (match, got))
        if replay(config, {'lan': [(0, lan(udp(dst='198.51.100.9')))]}).drops != {'acl_denied': 1}:
            raise Failed('%s does not match' % match)


def unused():
    """Each kind of name that nothing uses."""
    base = HEAD + 'pipelines: {inside: [{route: main}], outside: [{route: main}]}\n'
    findings('all is used', base)
    for more, what in (('sets: {a: [192.0.2.1]}\n', 'set'), ('acls: {a: [{proto: udp, action: accept}]}\n', 'access list'),
                       ('nat: {a: {pool: [198.51.100.1]}}\n', 'pool')):
        findings(what, base + more, warning('nothing uses this ' + what))
    findings('table', base.replace('routes:\n', 'routes:\n  old: []\n'), warning('nothing uses this route table'))
    findings('pipeline', base.replace('{inside:', '{a: [drop], inside:'), warning('nothing uses this pipeline'))
    findings('port', base.replace('ports:\n', 'ports:\n  spare: {device: net_null9}\n'), warning('nothing uses this port'))
    findings('interface', base.replace('interfaces:\n', 'interfaces:\n  guests: {port: lan, vlan: 9}\n'),
             warning('has no pipeline'))
    findings('used by another', base.replace('[{route: main}], out', '[{acl: a}, {route: main}], out')
             + 'sets: {s: [192.0.2.1]}\nacls: {a: {default: accept, rules: [{src: "!$s", action: drop}]}}\n')


def host_bits():
    """Bits beyond the length of a prefix are a mistake, in the file of a set as in the configuration."""
    text = HEAD + 'sets: {a: %s}\npipelines: {inside: [{drop: {if: {src: $a}}}, {route: main}], outside: [{route: main}]}\n'
    for prefix in ('10.0.0.1/8', '2001:db8::1/32'):
        findings('inline', text % ('["%s"]' % prefix), error('beyond'))
        folder = Folder(text % '{file: list.txt}')
        folder.write('list.txt', b'192.0.2.0/24\n' + prefix.encode() + b'\n')
        expect(folder.weir('check', 'weir.yaml'), 1, 'list.txt:2:1', 'bits beyond')


def hostile_names():
    """Escape sequences in names of rules, values and files do not reach the terminal; JSON is always JSON."""
    text = HEAD + ('acls: {a: [{name: "red \\e[31m \\u009b31m", action: drop}]}\n'
                   'pipelines: {inside: [{acl: a}, {route: main}], outside: [{route: "x\\e]0;t\\a"}, {route: main}]}\n')
    folder = Folder(text)
    for args in (('check', 'weir.yaml'), ('check', 'no\x1b[31m'), ('explain', '-c', 'weir.yaml', '--in', 'lan\x1b[31m', 'x'),
                 ('replay', '-c', 'weir.yaml', '--in', 'l\x1b[2J=x'), ('\x1b[31m',), ('run', '\x1b[31m')):
        ran = folder.weir(*args)
        if '\x1b' in ran.stdout + ran.stderr or '\x9b' in ran.stdout + ran.stderr or '?' not in ran.stdout + ran.stderr:
            raise Failed('%r: %r' % (args, ran.stdout + ran.stderr))
    text = text.replace('{route: "x\\e]0;t\\a"}, ', '')
    name = b'od\xffd\x1b[31m "name".yaml'
    folder = Folder(text)
    path = os.path.join(os.fsencode(folder.path), name)
    with open(path, 'w') as f:
        f.write(text)
    folder.write('lan.pcap', file_of(GOOD))
    for args in (['check', '--json', '-', path], ['check', '--json', '-', path + b'no\xff'],
                 ['replay', '-c', path, '--in', 'lan=lan.pcap', '--json', '-'],
                 ['explain', '-c', path, '--in', 'lan', 'udp 10.0.0.2:9 > 203.0.113.9:9', '--json', '-']):
        ran = subprocess.run([bench.WEIR, *args], cwd=folder.path, capture_output=True, timeout=bench.PATIENCE)
        told = json.loads(ran.stdout)
        if b'\x1b' in ran.stdout + ran.stderr or 'od?d' not in json.dumps(told):
            raise Failed('%r: %r %r' % (args, ran.stdout, ran.stderr))
        ran = subprocess.run([bench.WEIR, *[a for a in args if a not in ('--json', '-')]], cwd=folder.path,
                             capture_output=True, timeout=bench.PATIENCE)
        if b'\x1b' in ran.stdout + ran.stderr or b'\xff' in ran.stdout + ran.stderr:
            raise Failed('%r: %r %r' % (args, ran.stdout, ran.stderr))


X, Y = '"net_af_packet0,iface=x0"', '"net_af_packet1,iface=y0"'
BONDS = [
    ('{mode: lacp, members: [%s, %s]}' % (X, Y), []),
    ('{mode: 802.3ad, members: %s}' % X, []),
    ('{mode: active-backup, members: [%s, {name: right, device: %s}], primary: right}' % (X, Y), []),
    ('{mode: lacp, members: []}', ['there is no member']),
    ('{mode: lacp}', ["'members' is missing"]),
    ('{members: [%s]}' % X, ["'mode' is missing"]),
    ('{mode: lacp, members: [%s, "net_af_packet0,iface=z0"]}' % X, ['another member has this name']),
    ('{mode: lacp, members: [%s, "net_af_packet1,iface=x0"]}' % X, ['two members have the device']),
    ('{mode: lacp, members: [%s, net_ring0]}' % X, ['cannot take the MAC of the bond']),
    ('{mode: lacp, members: [%s, "net_bonding1,mode=4,slave=3b:00.0"]}' % X, ['no bonds as members']),
    ('{mode: lacp, members: [%s], primary: net_af_packet0}' % X, ['only mode active-backup has a primary']),
    ('{mode: balance, members: [%s], rate: slow}' % X, ['only mode lacp has a rate']),
    ('{mode: active-backup, members: [%s], hash: l2}' % X, ['chooses none by a hash']),
    ('{mode: active-backup, members: [%s], primary: left}' % X, ["no member is called 'left'"]),
    ('{mode: lacp, members: [%s, lan0]}' % X, ["unknown device 'lan0'"]),
]
BONDED = PORTS + '  trunk: %s\n' + '''interfaces:
  lan: {addresses: [10.0.0.1/24], pipeline: all}
  wan: {addresses: [198.51.100.1/24], pipeline: all}
  dmz: {addresses: [192.0.2.1/24], pipeline: all}
  trunk: {addresses: [203.0.113.1/24], pipeline: all}
pipelines: {all: [{route: main}]}
routes: {main: []}
'''
TEXTS = [('net_bonding0,mode=4,slave=net_af_packet0', 'names PCI devices alone'),
         ('net_bonding0,mode=3,slave=3b:00.0', '1 (active-backup), 2 (balance) or 4 (LACP)'),
         ('net_bond0,slave=3b:00.0', 'is called net_bonding')]


def bonds():
    """What is wrong with a bond has its place, in its section and in a device text."""
    for bond, wanted in BONDS:
        findings(bond, BONDED % ('{bond: %s}' % bond), *[error(w) for w in wanted])
    for device, wanted in TEXTS:
        findings(device, BONDED % ('"%s"' % device), error(wanted))


def reports():
    """The report of a replay has interfaces, and hits by the line that counts them."""
    text = HEAD.replace('via: [198.51.100.2, {via: 198.51.100.3, weight: 2}]', 'via: 198.51.100.9') + '''acls:
  list: {default: drop, rules: [{name: voice, proto: udp, dport: 53, action: accept}, {proto: tcp, action: accept}]}
pipelines: {inside: [{acl: list}, {route: main}], outside: [{route: main}]}
'''
    told = replay(text, {'lan': [(i, lan(udp(dst='198.51.100.9', dport=d))) for i, d in enumerate((53, 53, 54))]}).told
    hits = {(h['owner'], h.get('name')): h['packets'] for h in told['hits']}
    if hits != {('acls.list', 'voice'): 2, ('acls.list', None): 0, ('acls.list', 'default'): 1}:
        raise Failed(str(told['hits']))
    iface = told['interfaces']
    if (iface['lan']['rx'], iface['wan']['tx'], iface['lan']['drops']) != (3, 2, {'acl_denied': 1}):
        raise Failed(str(iface))


SCENARIOS = [
    ('addresses that would break the network', addresses),
    ('dnat behind route', order),
    ('matches that are nobody', nobody),
    ('names that nothing uses', unused),
    ('host bits in sets and their files', host_bits),
    ('names that are hostile to a terminal', hostile_names),
    ('bonds', bonds),
    ('interfaces and hits in JSON', reports),
]
