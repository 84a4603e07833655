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
        ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
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
    _, said = run([chain('pre', 'prerouting', prio=-300), rule('pre', match('udp dport', 67), {'accept': None}), rule('pre', MISSING, {'drop': None})],
                  status=1)
    if 'cannot stand behind other rules' not in said:
        raise Failed(said)


def what_is_missing():
    _, said = run([
        chain('input', 'input', policy='drop'), chain('output', 'output'), chain('pre', 'prerouting', 'nat', -100, table='nat', family='ip'),
        rule('input', match('meta mark', 1), ACCEPT), rule('input', {'limit': {'rate': 5, 'per': 'second'}}, ACCEPT),
        rule('input', match('tcp dport', 22), match('tcp dport', 23), ACCEPT), rule('input', {'log': {'prefix': 'x'}}),
        rule('input', match('meta iifname', 'lo'), ACCEPT), rule('output', ACCEPT),
        rule('pre', match('tcp dport', 80), {'redirect': {'port': 8080}}, table='nat', family='ip'),
    ], status=1)
    expect_lines(said, 'inet filter input, handle 7: Weir has no condition on meta mark', 'Weir has no rate in a rule',
                 'it has two conditions on dport', 'it logs, and decides nothing', 'Weir does not see packets there',
                 'Weir has no such translation', 'import: 1 of 7 rules are expressed')


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
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + '/r.json', 'w') as f:
            json.dump({'nftables': loop}, f)
        subprocess.run([bench.WEIR, 'import', 'nftables', folder + '/r.json'], capture_output=True, timeout=20, check=True)


SCENARIOS = [
    ('stages of their own', stages),
    ('conditions and verdicts', conditions),
    ('translation', translation),
    ('what is not expressed is named', what_is_missing),
    ('hostile input', hostile),
]
