# SPDX-License-Identifier: BSD-3-Clause
"""Every limit of `weir reference`, tried at its edge: as many are right, and one more is an error with its place."""

import re
import subprocess

import bench
from bench import Failed
from captures import Folder


def config(system='flows: 1024', ports='lan: {device: net_null0}, wan: {device: net_null1}', interfaces='', more=''):
    return ('version: 1\nsystem: {%s}\nports: {%s}\ninterfaces:\n  lan: {addresses: [10.0.0.1/8], pipeline: first}\n%s%s'
            % (system, ports, interfaces, more or 'pipelines: {first: [drop]}\n'))


def ports(n):
    return config(ports=', '.join('lan: {device: net_null0}' if i == 0 else 'p%d: {device: net_null%d}' % (i, i)
                                  for i in range(n)))


def port_name(n):
    return config(ports='lan: {device: net_null0}, %s: {device: net_null1}' % ('p' * n))


def queues(n, device='net_null0'):
    return config(ports='lan: {device: "%s", queues: %d}' % (device, n))


def members(n):
    return config(ports='lan: {device: net_null0}, b: {bond: {mode: lacp, members: [%s]}}'
                  % ', '.join('"net_af_packet%d,iface=b%d"' % (i, i) for i in range(n)))


def interfaces(n):
    return config(interfaces=''.join('  v%d: {port: lan, vlan: %d}\n' % (i, i) for i in range(1, n)))


def workers(n):
    return config(system='workers: [%s], control: 0' % ', '.join(str(i) for i in range(n)))


def stages(n):
    return config(more='pipelines: {first: [%s]}\n' % ', '.join(['{drop: {if: {dport: 9, proto: udp}}}'] * n))


def gotos(n):
    """A packet follows n: from pipeline first to the last of n others."""
    names = ['first'] + ['p%d' % i for i in range(n)]
    return config(more='acls:\n' + ''.join('  a%d: [{goto: %s}]\n' % (i, to) for i, to in enumerate(names[1:]))
                  + 'pipelines:\n' + ''.join('  %s: [{acl: a%d}]\n' % (name, i) for i, name in enumerate(names[:-1]))
                  + '  %s: [forward: wan]\n' % names[-1])


def counted(n):
    return config(more='pipelines: {first: [%s]}\n' % ', '.join(['{police: 1Mbit}'] * n))


def next_hops(n):
    return config(more='routes: {main: [{to: 0.0.0.0/0, via: [%s]}]}\npipelines: {first: [{route: main}]}\n'
                  % ', '.join('10.0.1.%d' % (i + 1) for i in range(n)))


def tracks(n):
    return config(more='pipelines:\n  first: [drop]\n' + ''.join(
        '  t%d: [{track: {timeouts: {udp: %ds}}}]\n' % (i, i % 250 + 10) for i in range(n)))


def pools(n):
    return config(more='nat:\n' + ''.join('  n%d: {pool: [203.0.113.%d]}\n' % (i, i + 1) for i in range(n))
                  + 'pipelines: {first: [drop]}\n')


def addresses(n):
    """So many in /24s and single ones."""
    prefixes = ['203.0.%d.0/24' % i for i in range(n // 256)] + ['198.18.0.%d' % i for i in range(n % 256)]
    return config(more='nat: {n: {pool: [%s]}}\npipelines: {first: [drop]}\n' % ', '.join(prefixes))


def included(n):
    return config() + 'include: [%s]\n' % ', '.join(['empty.yaml'] * 0 + ['i%d.yaml' % i for i in range(n)])


MAKERS = {
    'ports': ports,
    'port name': port_name,
    'queues': queues,
    'queues of af_packet': lambda n: queues(n, 'net_af_packet0,iface=lo'),
    'queues of virtio_user': lambda n: queues(n, 'net_virtio_user0,path=/nowhere'),
    'members of a bond': members,
    'interfaces': interfaces,
    'workers': workers,
    'burst': lambda n: config(system='burst: %d' % n),
    'arguments of DPDK': lambda n: config(system='eal: [%s]' % ', '.join(['--legacy-mem'] * n)),
    'stages': stages,
    'gotos': gotos,
    'counted stages': counted,
    'next hops': next_hops,
    'stages track': tracks,
    'pools': pools,
    'addresses of a pool': addresses,
    'included files': included,
}


def table():
    text = subprocess.run([bench.WEIR, 'reference'], stdout=subprocess.PIPE, text=True, check=True).stdout
    rows = re.findall(r'^\| ([\w ]+) \| (\d+) \|', text.split('## Limits')[1], re.M)
    return {name: int(most) for name, most in rows}


def every_limit_has_a_case():
    if set(table()) != set(MAKERS):
        raise Failed('limits without a case, or cases without a limit: %s' % sorted(set(table()) ^ set(MAKERS)))


def at_the_edge(name):
    def check():
        most = table()[name]
        folder = Folder(MAKERS[name](most))
        for i in range(most + 1):
            if name == 'included files':
                folder.write('i%d.yaml' % i, b'sets: {s%d: []}\n' % i)
        right = folder.weir('check', 'weir.yaml')
        if right.returncode != 0:
            raise Failed('%d are refused:\n%s' % (most, right.stderr))
        folder.write('weir.yaml', MAKERS[name](most + 1).encode())
        wrong = folder.weir('check', 'weir.yaml')
        errors = re.findall(r'^weir\.yaml:\d+:\d+: error: .*', wrong.stderr, re.M)
        if wrong.returncode != 1 or not errors:
            raise Failed('%d give status %d:\n%s%s' % (most + 1, wrong.returncode, wrong.stdout, wrong.stderr))
    return check


def at_the_edge_it_starts():
    """What needs no more cores than there are, all together."""
    most = table()
    for name in ('ports', 'port name', 'interfaces', 'stages', 'gotos', 'counted stages', 'next hops', 'stages track',
                 'pools', 'addresses of a pool'):
        text = MAKERS[name](most[name]).replace('flows: 1024', 'flows: 1024, workers: [0], control: 0')
        ran = Folder(text).weir('run', '-c', 'weir.yaml', '--for', '0.1')
        if ran.returncode != 0 or 'this is a bug' in ran.stderr:
            raise Failed('%d %s:\n%s' % (most[name], name, ran.stderr))


SCENARIOS = [('every limit has a case', every_limit_has_a_case), ('at the edge it starts', at_the_edge_it_starts)] + [
    ('at the edge: %s' % name, at_the_edge(name)) for name in MAKERS]
