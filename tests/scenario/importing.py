# SPDX-License-Identifier: BSD-3-Clause
"""weir import nftables: what rules become, what is named as not expressed, and what hostile input does."""

import json
import os
import subprocess
import tempfile

import bench
from bench import Failed


def rule(chain, *statements, table='filter', family='inet', **more):
    return {'rule': dict({'family': family, 'table': table, 'chain': chain, 'handle': 7, 'expr': list(statements)}, **more)}


def chain(name, hook=None, kind='filter', prio=0, policy='accept', table='filter', family='inet'):
    base = {'type': kind, 'hook': hook, 'prio': prio, 'policy': policy} if hook else {}
    return {'chain': dict({'family': family, 'table': table, 'name': name, 'handle': 1}, **base)}


def match(left, right, op='=='):
    kind, _, key = left.partition(' ')
    if kind in ('meta', 'ct'):
        left = {kind: {'key': key}}
    else:
        left = {'payload': {'protocol': kind, 'field': key}}
    return {'match': {'op': op, 'left': left, 'right': right}}


def run(ruleset, status=0, addresses=None, text=None):
    """The configuration and what was said."""
    with tempfile.TemporaryDirectory(prefix='weir-import-') as folder:
        path = os.path.join(folder, 'rules.json')
        with open(path, 'w') as f:
            f.write(text if text is not None else json.dumps({'nftables': ruleset}))
        command = [bench.WEIR, 'import', 'nftables', path]
        if addresses is not None:
            with open(os.path.join(folder, 'addresses'), 'w') as f:
                json.dump(addresses, f)
            command += ['--addresses', os.path.join(folder, 'addresses')]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=bench.PATIENCE)
        if ran.returncode != status:
            raise Failed('exit status %d: %s%s' % (ran.returncode, ran.stdout, ran.stderr))
        if ran.stdout:
            with open(os.path.join(folder, 'weir.yaml'), 'w') as f:
                f.write(ran.stdout)
            checked = subprocess.run([bench.WEIR, 'check', os.path.join(folder, 'weir.yaml')], capture_output=True, text=True)
            if checked.returncode != 0:
                raise Failed('the result does not pass the check:\n%s%s' % (ran.stdout, checked.stderr))
        return ran.stdout, ran.stderr


def expect_lines(what, *lines):
    for line in lines:
        if line not in what:
            raise Failed("'%s' is not in\n%s" % (line, what))


ACCEPT, DROP = {'accept': None}, {'drop': None}


def conditions():
    config, said = run([
        chain('forward', 'forward', policy='drop'), chain('more'),
        {'set': {'family': 'inet', 'name': 'good', 'table': 'filter', 'type': 'ipv4_addr',
                 'elem': [{'prefix': {'addr': '10.0.0.0', 'len': 24}}, '192.0.2.7', {'range': ['192.0.2.16', '192.0.2.25']}]}},
        {'set': {'family': 'inet', 'name': 'web', 'table': 'filter', 'type': 'inet_service', 'elem': [80, 443]}},
        rule('forward', match('ct state', ['established', 'related'], 'in'), ACCEPT),
        rule('forward', match('meta iifname', {'set': ['lan', 'dmz']}), match('meta oifname', 'wan', '!='), DROP, comment='not out'),
        rule('forward', match('ip saddr', '@good'), match('tcp dport', '@web'), {'counter': {'packets': 0, 'bytes': 0}}, ACCEPT),
        rule('forward', match('ip daddr', '10.0.0.0', '!='), match('udp dport', {'range': [5000, 6000]}), ACCEPT),
        rule('forward', match('tcp dport', 1024, '<'), {'jump': {'target': 'more'}}),
        rule('forward', {'match': {'op': '==', 'left': {'&': [{'payload': {'protocol': 'tcp', 'field': 'flags'}}, ['fin', 'syn']]},
                                   'right': ['fin', 'syn']}}, DROP),
        rule('forward', match('icmpv6 type', {'set': ['nd-neighbor-solicit', 'echo-request']}), ACCEPT),
        rule('forward', {'goto': {'target': 'more'}}),
        rule('more', {'match': {'op': '==', 'left': {'concat': [match('ip saddr', 0)['match']['left'],
                                                                match('tcp dport', 0)['match']['left']]},
                                'right': {'set': [{'concat': ['10.0.0.5', 22]}, {'concat': ['10.0.0.6', 25]}]}}}, ACCEPT),
        rule('more', {'vmap': {'key': {'meta': {'key': 'l4proto'}}, 'data': {'set': [['tcp', DROP], ['udp', ACCEPT]]}}}),
        rule('more', {'reject': {'type': 'icmpx', 'expr': 'admin-prohibited'}}),
    ])
    expect_lines(config, 'default: drop', '{state: [established, related], action: accept}',
                 '{name: "not out", in: [lan, dmz], out: "!wan", action: drop}',
                 'good: [10.0.0.0/24, 192.0.2.7, 192.0.2.16/29, 192.0.2.24/31]',
                 '{src: $good, proto: tcp, dport: [80, 443], action: accept}',
                 '{src: 0.0.0.0/0, dst: "!10.0.0.0", proto: udp, dport: 5000-6000, action: accept}',
                 '{proto: tcp, dport: 0-1023, call: more}', '{proto: tcp, flags: FS/FS, action: drop}',
                 '{src: "::/0", proto: icmpv6, icmp: [135, 128], action: accept}', '{call: more}\n      - {action: return}',
                 '{src: 10.0.0.6, proto: tcp, dport: 25, action: accept}', '{proto: udp, action: accept}',
                 '{action: reject, with: prohibited}', 'track: {invalid: pass, loose: true}')
    expect_lines(said, 'import: 11 of 11 rules are expressed')


def translation():
    config, said = run([
        chain('pre', 'prerouting', 'nat', -100, table='nat', family='ip'), chain('docker', table='nat', family='ip'),
        chain('post', 'postrouting', 'nat', 100, table='nat', family='ip'),
        rule('pre', match('meta iifname', 'wan'), match('tcp dport', 80), {'dnat': {'addr': '10.0.0.2', 'port': 8080}}, table='nat', family='ip'),
        rule('pre', match('meta iifname', 'wan'), {'jump': {'target': 'docker'}}, table='nat', family='ip'),
        rule('docker', match('tcp dport', 53), {'dnat': {'addr': '10.0.0.3'}}, table='nat', family='ip'),
        rule('post', match('ip daddr', {'prefix': {'addr': '10.0.0.0', 'len': 8}}), {'return': None}, table='nat', family='ip'),
        rule('post', match('meta oifname', 'wan'), {'masquerade': None}, table='nat', family='ip'),
        rule('post', match('meta oifname', 'dmz'), {'snat': {'addr': '192.0.2.9'}}, table='nat', family='ip'),
    ], addresses=[{'ifname': 'wan', 'addr_info': [{'family': 'inet', 'local': '198.51.100.1', 'prefixlen': 24, 'scope': 'global'}]}])
    expect_lines(config, 'wan: {addresses: ["198.51.100.1/24"], pipeline: all}', '{pool: [interface wan]}', '{pool: ["192.0.2.9"]}',
                 '- {to: "10.0.0.2:8080", if: {in: wan, proto: tcp, dport: 80}}', '- {to: "10.0.0.3", if: {in: wan, proto: tcp, dport: 53}}',
                 'if: {out: wan, dst: "!10.0.0.0/8"}', 'if: {out: dmz, dst: "!10.0.0.0/8"}')
    expect_lines(said, 'import: 6 of 6 rules are expressed')


FIB = {'fib': {'result': 'oif', 'flags': ['saddr', 'iif']}}
MISSING = {'match': {'op': '==', 'left': FIB, 'right': False}}
CLAMP = {'mangle': {'key': {'tcp option': {'name': 'maxseg', 'field': 'size'}}, 'value': {'rt': {'key': 'mtu'}}}}


def stages():
    """Reverse path checks and the MSS, where they stand first in a base chain."""
    config, _ = run([chain('pre', 'prerouting', prio=-300), rule('pre', MISSING, {'counter': None}, {'drop': None}),
                     rule('pre', match('udp dport', 9), {'drop': None}),
                     chain('mangle', 'forward', prio=-150), rule('mangle', match('meta oifname', 'ppp0'), CLAMP),
                     rule('mangle', match('tcp dport', 80), {'accept': None})])
    expect_lines(config, '- rpf: strict\n    - acl: pre', '- route: main\n    - mss: {to: auto, if: {out: ppp0}}')
    loose = {'match': {'op': '==', 'left': {'fib': {'result': 'oif', 'flags': ['saddr']}}, 'right': False}}
    config, _ = run([chain('pre', 'prerouting', prio=-300), rule('pre', match('meta iifname', 'wan'), loose, {'drop': None})])
    expect_lines(config, '- rpf: {mode: loose, if: {in: wan}}')
    config, _ = run([chain('pre', 'prerouting', prio=-300), rule('pre', match('udp dport', 67), {'accept': None}), rule('pre', MISSING, {'drop': None}),
                     rule('pre', {'match': {'op': '==', 'left': FIB, 'right': True}}, {'accept': None})])
    expect_lines(config, '- {rpf: "!strict", action: drop}', '- {rpf: strict, action: accept}')


def limit(rate, per='second', **more):
    return {'limit': dict({'rate': rate, 'per': per}, **more)}


SADDR, SADDR6 = {'payload': {'protocol': 'ip', 'field': 'saddr'}}, {'payload': {'protocol': 'ip6', 'field': 'saddr'}}


def limits():
    """Rates, numbers of connections, quotas, meters: by packets, by bytes, for each source."""
    accept, drop = {'accept': None}, {'drop': None}
    config, said = run([
        chain('f', 'forward', policy='drop'), {'limit': {'family': 'inet', 'table': 'filter', 'name': 'few', 'rate': 5, 'per': 'minute', 'burst': 9}},
        {'quota': {'family': 'inet', 'table': 'filter', 'name': 'much', 'bytes': 5000, 'used': 0, 'inv': True}},
        rule('f', limit(10, burst=10), accept), rule('f', limit(4, 'minute', burst=5, inv=True), drop), rule('f', limit(7, 'week'), accept),
        rule('f', limit(10, rate_unit='kbytes', burst=0, burst_unit='bytes'), accept), rule('f', {'limit': 'few'}, accept),
        rule('f', {'quota': {'val': 25, 'val_unit': 'mbytes', 'inv': True}}, drop), rule('f', {'quota': 'much'}, drop),
        rule('f', {'ct count': {'val': 20, 'inv': True}}, drop),
        rule('f', match('tcp dport', 22), {'set': {'op': 'add', 'elem': SADDR, 'set': '@m', 'stmt': [limit(10, burst=5, inv=True)]}}, drop),
        rule('f', match('tcp dport', 80), {'meter': {'key': SADDR6, 'stmt': {'ct count': {'val': 9, 'inv': True}}, 'size': 9, 'name': 'x'}}, drop),
        rule('f', match('tcp dport', 81), {'meter': {'key': {'concat': [SADDR, {'payload': {'protocol': 'tcp', 'field': 'dport'}}]},
                                                     'stmt': limit(1), 'size': 9, 'name': 'y'}}, accept)])
    expect_lines(config, '- {limit: 10/s, action: accept}', '- {limit: {rate: 4/min, burst: 5, over: true, dropped: true}, action: drop}',
                 '- {limit: {rate: 1/d, burst: 5}, action: accept}', '- {limit: {rate: 81920bit, burst: 10240}, action: accept}',
                 '- {limit: {rate: 5/min, burst: 9}, action: accept}', '- {quota: {bytes: 26214400, over: true}, action: drop}',
                 '- {quota: {bytes: 5000, over: true}, action: drop}', '- {limit: {sessions: 20, over: true}, action: drop}',
                 'dport: 22, limit: {per: source, rate: 10/s, burst: 5, over: true, dropped: true}, action: drop}',
                 'dport: 80, limit: {per: source, sessions: 9, over: true}, action: drop}', 'limit: {per: source, rate: 1/s, burst: 5}, action: accept}')
    expect_lines(said, 'import: 11 of 11 rules are expressed')


def times():
    """Hours and days; over midnight with days as two parts, since nftables asks for the day by itself."""
    accept = {'accept': None}
    config, _ = run([chain('f', 'forward', policy='drop'), rule('f', match('meta hour', {'range': ['08:00', '18:00']}), accept),
                     rule('f', match('meta hour', {'range': ['06:00', '22:00']}, '!='), match('meta day', 'Monday'), accept),
                     rule('f', match('meta day', {'set': ['Sunday', 'Saturday']}), accept), rule('f', match('meta hour', '09:30', '>='), accept),
                     rule('f', match('meta day', 'Sunday', '!='), match('meta hour', {'range': ['00:00', '23:59:59']}), accept)])
    expect_lines(config, '- {time: {from: "08:00", to: "18:00"}, action: accept}',
                 '- {time: [{days: [mon], from: "22:00", to: "24:00"}, {days: [mon], from: "00:00", to: "06:00"}], action: accept}',
                 '- {time: {days: [sat, sun]}, action: accept}', '- {time: {from: "09:30", to: "24:00"}, action: accept}',
                 '- {time: {days: [mon, tue, wed, thu, fri, sat], from: "00:00", to: "24:00"}, action: accept}')


def filled_sets():
    """Sets that rules fill; rules that count, log or fill alone."""
    drop = {'drop': None}
    config, said = run([
        chain('f', 'forward'), {'set': {'family': 'inet', 'table': 'filter', 'name': 'bad', 'type': 'ipv4_addr', 'handle': 3, 'size': 4096, 'timeout': 300}},
        {'set': {'family': 'inet', 'table': 'filter', 'name': 'seen', 'type': 'ipv4_addr', 'handle': 4}},
        rule('f', {'match': {'op': '==', 'left': SADDR, 'right': '@bad'}}, drop),
        rule('f', match('tcp dport', 23), {'set': {'op': 'update', 'elem': {'elem': {'val': SADDR, 'timeout': 60}}, 'set': '@bad'}}, drop),
        rule('f', match('tcp dport', 24), {'set': {'op': 'add', 'elem': SADDR, 'set': '@seen'}}), rule('f', {'log': {'prefix': 'all: ', 'level': 'info'}}),
        rule('f', {'counter': None}), rule('f', match('udp dport', 9), {'set': {'op': 'delete', 'elem': SADDR, 'set': '@seen'}})], status=1)
    expect_lines(config, 'bad: {timeout: 300s, size: 4096}', 'seen: {size: 65536}', '- {src: $bad, action: drop}',
                 '- {src: 0.0.0.0/0, proto: tcp, dport: 23, action: drop, add: $bad}',
                 '- {src: 0.0.0.0/0, proto: tcp, dport: 24, action: continue, add: $seen}',
                 '- {action: continue, log: {prefix: "all: "}}', '- {action: continue}')
    expect_lines(said, 'Weir has no such change of a set', 'import: 5 of 6 rules are expressed')


def several_fields():
    """Named sets of several fields as endpoints and pairs."""
    def concat(*fields):
        return {'concat': [{'payload': dict(zip(('protocol', 'field'), f.split()))} for f in fields]}
    def named(name, *elements):
        return {'set': {'family': 'inet', 'table': 'filter', 'name': name, 'type': [], 'handle': 3, 'elem': [{'concat': list(e)} for e in elements]}}
    def asks(fields, name):
        return {'match': {'op': '==', 'left': fields, 'right': '@' + name}}
    config, _ = run([
        chain('f', 'forward', policy='drop'), named('web', ('10.0.0.80', 443), ({'prefix': {'addr': '10.1.0.0', 'len': 16}}, {'range': [8000, 8010]})),
        named('two', ('10.0.0.2', '203.0.113.9')), named('who', ('10.0.0.2', 22)), named('six', ('2001:db8::1', 53)),
        rule('f', asks(concat('ip daddr', 'tcp dport'), 'web'), ACCEPT), rule('f', asks(concat('ip saddr', 'ip daddr'), 'two'), ACCEPT),
        rule('f', asks(concat('ip saddr', 'tcp dport'), 'who'), ACCEPT), rule('f', asks(concat('ip6 daddr', 'udp dport'), 'six'), ACCEPT)])
    expect_lines(config, 'web: {endpoints: ["tcp 10.0.0.80:443", "tcp 10.1.0.0/16:8000-8010"]}', 'two: {pairs: ["10.0.0.2 > 203.0.113.9"]}',
                 'who: {pairs: ["tcp 10.0.0.2 > 0.0.0.0/0:22"]}', 'six: {endpoints: ["udp [2001:db8::1]:53"]}', '- {dst: $web, action: accept}',
                 '- {pair: $two, action: accept}', '- {pair: $who, action: accept}', '- {dst: $six, action: accept}')


def prefixes():
    """Prefixes one to one, and the address of IPv6 of an interface."""
    def prefix(addr, length):
        return {'prefix': {'addr': addr, 'len': length}}
    config, said = run([
        chain('post', 'postrouting', 'nat', 100, table='nat', family='ip'), chain('post', 'postrouting', 'nat', 100, table='nat', family='ip6'),
        rule('post', match('ip saddr', prefix('10.0.0.0', 24)), {'snat': {'addr': prefix('198.51.100.0', 24), 'type_flags': 'prefix'}}, table='nat', family='ip'),
        rule('post', match('ip6 saddr', prefix('fd00:1::', 48)), {'snat': {'addr': prefix('2001:db8:1::', 48), 'type_flags': 'prefix'}}, table='nat', family='ip6'),
        rule('post', match('meta oifname', 'wan'), {'masquerade': None}, table='nat', family='ip6')],
        addresses=[{'ifname': 'wan', 'addr_info': [{'family': 'inet6', 'local': '2001:db8:9::1', 'prefixlen': 64, 'scope': 'global'}]}])
    expect_lines(config, '- snat: {map: {from: "10.0.0.0/24", to: "198.51.100.0/24"}', '- snat: {map: {from: "fd00:1::/48", to: "2001:db8:1::/48"}',
                 'pool: ["2001:db8:9::1"]')
    expect_lines(said, 'RFC 6296', 'import: 3 of 3 rules are expressed')


TWO = [{'ifname': name, 'addr_info': [{'family': 'inet', 'local': '10.%d.0.1' % i, 'prefixlen': 24, 'scope': 'global'},
                                      {'family': 'inet6', 'local': '2001:db8:%d::1' % i, 'prefixlen': 64, 'scope': 'global'}]}
       for i, name in ((1, 'lan'), (2, 'wan'))]


def redirects():
    """To the address of the interface; a forward of one family says so where there are others."""
    config, _ = run([chain('pre', 'prerouting', kind='nat', table='nat'),
                     rule('pre', match('tcp dport', 25), DROP, table='nat'),
                     rule('pre', match('meta iifname', 'lan'), match('udp dport', 53), {'redirect': {'port': 5353}}, table='nat'),
                     rule('pre', match('tcp dport', 80), {'dnat': {'family': 'ip', 'addr': '10.1.0.9'}}, table='nat'),
                     rule('pre', match('tcp dport', 80), {'dnat': {'family': 'ip6', 'addr': '2001:db8:1::9'}}, table='nat')], addresses=TWO)
    expect_lines(config, '- drop: {if: {proto: tcp, dport: 25, state: new}}',
                 '- {to: "10.1.0.1:5353", if: {in: lan, src: 0.0.0.0/0, proto: udp, dport: 53}}',
                 '- {to: "[2001:db8:1::1]:5353", if: {in: lan, src: "::/0", proto: udp, dport: 53}}',
                 '- {to: "10.1.0.9", if: {src: 0.0.0.0/0, proto: tcp, dport: 80}}',
                 '- {to: "2001:db8:1::9", if: {src: "::/0", proto: tcp, dport: 80}}')
    _, said = run([chain('pre', 'prerouting', kind='nat', table='nat'),
                   rule('pre', match('tcp dport', 80), {'dnat': {'family': 'ip', 'addr': '10.1.0.9'}}, table='nat'),
                   rule('pre', match('tcp dport', 25), DROP, table='nat')], addresses=TWO, status=1)
    expect_lines(said, 'in Weir a drop stands in front of all translations')


def names_of_several_tables():
    """Sets of one name in two tables stay two."""
    def blocked(table, element):
        return {'set': {'family': 'ip', 'table': table, 'name': 'bad', 'type': 'ipv4_addr', 'handle': 3, 'elem': [element]}}
    config, _ = run([chain('f', 'forward', table='one', family='ip'), chain('f', 'forward', table='two', family='ip'),
                     blocked('one', '192.0.2.1'), blocked('two', '192.0.2.2'),
                     rule('f', match('ip saddr', '@bad'), DROP, table='one', family='ip'),
                     rule('f', match('ip saddr', '@bad'), DROP, table='two', family='ip')])
    expect_lines(config, 'bad: [192.0.2.1]', 'two-bad: [192.0.2.2]', '{src: $bad, action: drop}', '{src: $two-bad, action: drop}')


def other_conditions():
    """Flags that are not there, types of addresses, codes of ICMP, hop limits, the hook of a device, the DSCP."""
    flags = {'payload': {'protocol': 'tcp', 'field': 'flags'}}
    masked = {'&': [flags, ['fin', 'syn', 'rst', 'ack']]}
    mark = {'mangle': {'key': {'payload': {'protocol': 'ip', 'field': 'dscp'}}, 'value': 'cs1'}}
    fib = {'fib': {'result': 'type', 'flags': 'daddr'}}
    ingress = {'chain': {'family': 'netdev', 'table': 'dev', 'name': 'early', 'handle': 1, 'type': 'filter', 'hook': 'ingress', 'prio': -500,
                         'policy': 'accept', 'dev': 'wan'}}
    config, said = run([ingress, chain('pre', 'prerouting', prio=-150), chain('in', 'input'), chain('f', 'forward'),
        rule('early', match('udp dport', 1900), DROP, table='dev', family='netdev'),
        rule('pre', match('meta iifname', 'lan'), mark),
        rule('in', match('icmp type', 'destination-unreachable'), match('icmp code', 'frag-needed'), ACCEPT),
        rule('in', match('ip6 hoplimit', 255), match('icmpv6 type', 'nd-neighbor-solicit'), ACCEPT),
        rule('in', match('ip6 hoplimit', 1), match('icmpv6 type', 'nd-neighbor-solicit'), ACCEPT),
        rule('f', {'match': {'op': '!=', 'left': masked, 'right': 'syn'}}, match('ct state', 'new', 'in'), DROP),
        rule('f', {'match': {'op': '!=', 'left': fib, 'right': {'set': ['local', 'broadcast', 'multicast']}}}, DROP)])
    expect_lines(config, '- acl: {use: early, if: {in: wan}}', '- mark: {dscp: cs1, if: {in: lan, src: 0.0.0.0/0}}',
                 '- {src: 0.0.0.0/0, proto: icmp, icmp: "3/4", action: accept}' if 'icmp: "3/4"' in config else 'icmp: 3/4, action: accept}',
                 'proto: icmpv6, icmp: 135, action: accept}', 'flags: [F/F, 0/S, R/R, A/A], state: new, action: drop}',
                 '- {dst: ["!local", "!224.0.0.0/4", "!ff00::/8"], action: drop}')
    if config.count('icmp: 135') != 1:
        raise Failed('a hop limit that no neighbour has is a rule:\n%s' % config)
    _, said = run([chain('in', 'input'), rule('in', match('ip6 hoplimit', 255), match('icmpv6 type', 'echo-request'), ACCEPT),
                   rule('in', {'limit': {'rate': 5, 'per': 'second'}}, match('tcp dport', 22), ACCEPT),
                   rule('in', match('tcp dport', {'set': list(range(1, 5000))}), ACCEPT)], status=1)
    expect_lines(said, 'the hop limit of neighbour discovery alone', 'its limit stands before other conditions', 'it has more than 4096 values',
                 'import: 0 of 3 rules')


def many_addresses():
    """A named set may have more addresses than a condition has values."""
    blocked = {'set': {'family': 'ip', 'table': 'filter', 'name': 'blocked', 'type': 'ipv4_addr', 'handle': 3,
                       'elem': ['10.%d.%d.1' % (i >> 8, i & 255) for i in range(5000)]}}
    config, _ = run([chain('f', 'forward', family='ip'), blocked, rule('f', match('ip saddr', '@blocked'), DROP, family='ip')])
    expect_lines(config, 'blocked: [10.0.0.1, 10.0.1.1, ', ', 10.19.135.1]', '- {src: $blocked, action: drop}')


def chains_in_a_circle():
    """Chains that lead to themselves, or too deep, are named; the check takes the rest."""
    circle = [rule('f', {'jump': {'target': 'a'}}), rule('f', match('tcp dport', 22), DROP),
              rule('a', match('tcp dport', 1), {'jump': {'target': 'b'}}), rule('b', match('tcp dport', 2), {'goto': {'target': 'a'}}),
              rule('b', match('tcp dport', 3), DROP)]
    config, said = run([chain('f', 'forward'), chain('a'), chain('b')] + circle, status=1)
    expect_lines(config, 'dport: 22')
    expect_lines(said, 'inet filter f, handle 7: too many chains lead to each other there', 'import: 1 of 2 rules')
    to = {'vmap': {'key': match('tcp dport', 0)['match']['left'], 'data': '@to'}}
    deep = [rule('c%d' % i, {'jump': {'target': 'c%d' % (i + 1)}}) for i in range(1, 9)] + [rule('c9', match('tcp dport', 9), DROP)]
    lead = {'map': {'family': 'inet', 'table': 'filter', 'name': 'to', 'type': 'inet_service', 'map': 'verdict', 'handle': 4,
                    'elem': [[5, {'jump': {'target': 'c2'}}], [6, {'jump': {'target': 'c1'}}]]}}
    chains = [chain('f', 'forward')] + [chain('c%d' % i) for i in range(1, 10)]
    config, _ = run(chains + [rule('f', {'jump': {'target': 'c2'}})] + deep)
    expect_lines(config, 'call: c9')
    config, said = run(chains + [lead, rule('f', to)] + deep, status=1)
    expect_lines(said, 'inet filter f, handle 7: too many chains lead to each other there')
    if 'dport: 5' in config:
        raise Failed('half of a rule is written:\n%s' % config)


def maps():
    """Maps of verdicts in chains that translate; "*" is what no other element is for, whatever they do."""
    dport = match('tcp dport', 0)['match']['left']
    def vmap(left, *pairs):
        return {'vmap': {'key': left, 'data': {'set': [[key, verdict] for key, verdict in pairs]}}}
    def jump(to):
        return {'jump': {'target': to}}
    interface = {'meta': {'key': 'iifname'}}
    config, _ = run([chain('f', 'forward'), chain('a'), rule('f', vmap(interface, ('lan', jump('a')), ('*', DROP))),
                     rule('f', vmap(dport, (22, ACCEPT), ({'range': [80, 90]}, jump('a')), ('*', jump('a')))), rule('a', match('udp dport', 53), ACCEPT)])
    expect_lines(config, '- {in: lan, call: a}', '- {in: "!lan", action: drop}', '- {proto: tcp, dport: ["!22", "!80-90"], call: a}')
    nat = [chain('pre', 'prerouting', kind='nat', table='nat', family='ip'), chain('web', table='nat', family='ip'), chain('off', table='nat', family='ip'),
           rule('web', match('meta l4proto', {'set': ['tcp', 'udp']}), {'dnat': {'addr': '10.1.0.9', 'port': 80}}, table='nat', family='ip')]
    config, _ = run(nat + [rule('pre', vmap(dport, (25, jump('off')), (8080, jump('web'))), table='nat', family='ip')])
    expect_lines(config, '- {to: "10.1.0.9:80", if: {proto: tcp, dport: 8080}}')
    config, _ = run(nat + [rule('pre', match('tcp dport', 443), {'dnat': {'addr': {'map': {'key': {'payload': {'protocol': 'ip', 'field': 'daddr'}},
                    'data': {'set': [['192.0.2.1', '10.1.0.1'], ['*', '10.1.0.2']]}}}}}, table='nat', family='ip')])
    expect_lines(config, '- {to: "10.1.0.1", if: {dst: 192.0.2.1, proto: tcp, dport: 443}}', '- {to: "10.1.0.2", if: {dst: "!192.0.2.1", proto: tcp, dport: 443}}')
    _, said = run(nat + [rule('pre', vmap(dport, (25, ACCEPT), (8080, jump('web'))), table='nat', family='ip')], status=1)
    expect_lines(said, 'its map has verdicts other than jump')


def own_addresses():
    """Of addresses that have to be local, too, those are left that the machine has."""
    local = {'match': {'op': '==', 'left': {'fib': {'result': 'type', 'flags': 'daddr'}}, 'right': 'local'}}
    def docker(*addresses):
        return [chain('pre', 'prerouting', kind='nat', table='nat', family='ip'), chain('docker', table='nat', family='ip'),
                rule('pre', local, {'jump': {'target': 'docker'}}, table='nat', family='ip'),
                *(rule('docker', match('ip daddr', a), match('tcp dport', 80 + i), {'dnat': {'addr': '10.1.0.9'}}, table='nat', family='ip') for i, a in enumerate(addresses))]
    config, _ = run(docker('10.2.0.1', '127.0.0.1', '192.0.2.7'), addresses=TWO)
    expect_lines(config, '- {to: "10.1.0.9", if: {dst: 10.2.0.1, proto: tcp, dport: 80}}')
    if config.count('- {to: "10.1.0.9"') != 1:
        raise Failed('addresses of others are local:\n%s' % config)
    _, said = run(docker('10.2.0.1'), status=1)
    expect_lines(said, 'it has two conditions on dst')
    _, said = run(docker({'prefix': {'addr': '10.2.0.0', 'len': 24}}), addresses=TWO, status=1)
    expect_lines(said, 'it has two conditions on dst')


def answers_of_servers():
    """Rules on a server's address or port are for its answers, too, which come from the public end."""
    nat = [chain('pre', 'prerouting', kind='nat', table='nat', family='ip'),
           rule('pre', match('ip daddr', '192.0.2.1'), match('tcp dport', 8080), {'dnat': {'addr': '10.1.0.9', 'port': 80}}, table='nat', family='ip')]
    config, _ = run(nat + [chain('f', 'forward', policy='drop', family='ip'), chain('in', 'input', family='ip'),
                           rule('f', match('ip saddr', {'prefix': {'addr': '10.1.0.0', 'len': 16}}), ACCEPT, family='ip'),
                           rule('f', match('tcp sport', 80), match('ct state', 'established', 'in'), ACCEPT, family='ip'),
                           rule('f', match('ip saddr', '10.2.0.1'), ACCEPT, family='ip'), rule('f', match('ip saddr', '10.1.0.9'), match('ct state', 'new', 'in'), DROP, family='ip'),
                           rule('f', match('ip saddr', '10.1.0.9', '!='), DROP, family='ip'), rule('in', match('ip saddr', '10.1.0.9'), ACCEPT, family='ip')])
    expect_lines(config, '- {src: 10.1.0.0/16, action: accept}\n      - {src: 192.0.2.1, dst: "!10.1.0.9", proto: tcp, sport: 8080, nat: dnat, action: accept}\n',
                 'sport: 80, state: established, action: accept}\n      - {src: 192.0.2.1, dst: "!10.1.0.9", proto: tcp, sport: 8080, state: established, nat: dnat, action: accept}\n',
                 '- {src: 10.2.0.1, action: accept}\n      - {src: 10.1.0.9, state: new, action: drop}\n',
                 '- {src: "!10.1.0.9", nat: "!dnat", action: drop}\n      - {src: "!10.1.0.9", dst: 10.1.0.9, nat: dnat, action: drop}\n')
    if config.count('nat: dnat') != 3:
        raise Failed('a rule of hook input has a line for answers:\n%s' % config)


def limits_of_several_fields():
    """A limit of addresses and ports is a line for each port; one of a range has no form, and one that rules share neither."""
    def over(key):
        return {'set': {'op': 'update', 'elem': {'concat': [key, match('udp dport', 0)['match']['left']]}, 'set': '@busy',
                        'stmt': [{'limit': {'rate': 5, 'burst': 9, 'per': 'second', 'inv': True}}]}}
    saddr = match('ip saddr', 0)['match']['left']
    busy = {'set': {'family': 'inet', 'table': 'filter', 'name': 'busy', 'type': ['ipv4_addr', 'inet_service'], 'handle': 3, 'flags': ['dynamic']}}
    config, _ = run([chain('f', 'forward'), busy, rule('f', match('udp dport', {'set': [53, 123]}), over(saddr), DROP)])
    expect_lines(config, *('- {src: 0.0.0.0/0, proto: udp, dport: %d, limit: {per: source, rate: 5/s, burst: 9, over: true, dropped: true}, action: drop}' % p for p in (53, 123)))
    _, said = run([chain('f', 'forward'), busy, rule('f', match('udp dport', {'range': [50, 60]}), over(saddr), DROP)], status=1)
    expect_lines(said, 'Weir has limits for each source or destination alone')
    _, said = run([chain('f', 'forward'), busy, rule('f', match('udp dport', 53), over(saddr), DROP), rule('f', match('udp dport', 123), over(saddr), DROP)], status=1)
    expect_lines(said, 'its limit is that of other rules, too', 'import: 0 of 2 rules')


def what_is_missing():
    _, said = run([
        chain('input', 'input', policy='drop'), chain('output', 'output'), chain('pre', 'prerouting', 'nat', -100, table='nat', family='ip'),
        rule('input', match('meta mark', 1), ACCEPT), rule('input', {'limit': {'rate': 5, 'per': 'fortnight'}}, ACCEPT),
        rule('input', match('tcp dport', 22), match('tcp dport', 23), ACCEPT), rule('input', {'quota': {'val': 0, 'val_unit': 'mbytes'}}, ACCEPT),
        rule('input', match('meta iifname', 'lo'), ACCEPT), rule('output', ACCEPT),
        rule('pre', match('tcp dport', 80), {'redirect': {'port': 8080}}, table='nat', family='ip'),
    ], status=1)
    expect_lines(said, 'inet filter input, handle 7: Weir has no condition on meta mark', 'Weir has no rate of that form',
                 'it has two conditions on dport', 'Weir has no quota of that form', 'Weir does not see packets there',
                 'no address is known of an interface that its packets come by', 'import: 1 of 7 rules are expressed')


def hostile():
    """Whatever is in the file, it ends with a sentence."""
    for text in ('', '{', '[]', '{}', '{"nftables": 1}', '{"nftables": [1, null, {"rule": 5}]}',
                 '{"nftables": [{"rule": {"family": 1, "table": "t", "chain": "c"}}]}', '{"nftables": [{"chain": {}}]}'):
        _, said = run(None, status=1, text=text)
        if 'error' not in said:
            raise Failed('%s: %s' % (text, said))
    deep = json.dumps({'nftables': [chain('forward', 'forward'), rule('forward', match('tcp dport', 'DEEP'), ACCEPT)]})
    run(None, status=1, text=deep.replace('"DEEP"', '{"set": [' * 1000 + '{"x": 1}' + ']}' * 1000))
    for elements, right in ((['@s'], '@s'), ([{'prefix': {'len': 8}}], '@s'), ([], {'prefix': {'addr': '10.0.0.0'}})):
        _, said = run([chain('forward', 'forward'), {'set': {'family': 'inet', 'name': 's', 'table': 'filter', 'elem': elements}},
                       rule('forward', match('ip saddr', right), ACCEPT)], status=1)
        expect_lines(said, 'it has a value that Weir has no form for')
    _, said = run([chain('pre', 'prerouting', 'nat', -100), rule('pre', {'jump': None})], status=1)
    expect_lines(said, 'it leads to no chain')
    loop = [chain('a', 'forward'), chain('b'), rule('a', {'jump': {'target': 'b'}}), rule('b', {'jump': {'target': 'b'}})]
    _, said = run(loop, status=1)
    expect_lines(said, 'too many chains lead to each other there')


SCENARIOS = [
    ('stages of their own', stages),
    ('conditions and verdicts', conditions),
    ('translation', translation),
    ('limits', limits),
    ('times', times),
    ('sets that are filled', filled_sets),
    ('sets of several fields', several_fields),
    ('prefixes', prefixes),
    ('redirects, and drops before translation', redirects),
    ('sets of one name in several tables', names_of_several_tables),
    ('other conditions', other_conditions),
    ('sets of many addresses', many_addresses),
    ('chains in a circle', chains_in_a_circle),
    ('maps', maps),
    ('own addresses', own_addresses),
    ('answers of servers', answers_of_servers),
    ('limits of several fields', limits_of_several_fields),
    ('what is not expressed is named', what_is_missing),
    ('hostile input', hostile),
]
