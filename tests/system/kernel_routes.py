# SPDX-License-Identifier: BSD-3-Clause
"""Compares the kernel's routes with what Weir says of them: an independent reader of `ip -j route`.

    kernel_routes.py WEIRCTL SOCKET COUNT [SEED]

COUNT random addresses near the kernel's prefixes; for each the kernel's longest prefix with the lowest metric, and Weir's.
"""

import ipaddress
import json
import random
import subprocess
import sys


def run(*command):
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout or '[]')


def kernel_routes(family):
    routes = []
    for r in run('ip', '-j', '-d', '-%d' % family, 'route', 'show', 'table', 'main'):
        net = r['dst'] if r['dst'] != 'default' else ('0.0.0.0/0' if family == 4 else '::/0')
        net = ipaddress.ip_network(net)
        if net.overlaps(ipaddress.ip_network('fe80::/10' if family == 6 else '224.0.0.0/4')) and net.prefixlen > 0:
            continue
        if net == STATIC:
            continue
        hops = r.get('nexthops') or ([r] if 'dev' in r else [])
        hops = sorted('%s %s' % (h.get('gateway', 'on link'), h['dev']) for h in hops)
        if hops and not any(h.split()[-1] in OURS for h in hops) and r.get('type', 'unicast') == 'unicast':
            continue
        if r.get('type') in ('unreachable', 'prohibit', 'blackhole'):
            hops = []
        routes.append((net, r.get('metric', 0), r.get('type', 'unicast'), hops))
    return routes


def best(routes, address):
    found = [r for r in routes if address in r[0]]
    return max(found, key=lambda r: (r[0].prefixlen, -r[1])) if found else None


def near(routes):
    net = random.choice(routes)[0]
    top = 32 if net.version == 4 else 128
    return ipaddress.ip_address(int(net.network_address) | random.getrandbits(max(1, top - net.prefixlen)) % (1 << (top - net.prefixlen)))


KINDS = {'unicast': 'via', 'blackhole': 'blackhole', 'unreachable': 'reject', 'prohibit': 'prohibit'}
OURS = ('wan1', 'wan2')
STATIC = ipaddress.ip_network('198.18.0.0/15')     # Weir's own route for it counts more


def main(weirctl, socket, count, seed='1'):
    random.seed(int(seed))
    wrong = asked = 0
    for family in (4, 6):
        routes = kernel_routes(family)
        for _ in range(int(count) if routes else 0):
            address = near(routes)
            want = best(routes, address)
            rows = run(weirctl, '--socket', socket, 'show', 'routes', 'to', str(address), '-j')
            rows = [r for r in rows['routes'] if r['origin'].startswith('kernel')]
            got = rows[0] if rows else None
            asked += 1
            if want is None and got is None:
                continue
            text = got and (got['to'], got['kind'], sorted(h.split(' weight')[0] for h in got.get('hops', [])))
            if want is None or text != (str(want[0]), KINDS[want[2]], want[3]):
                wrong += 1
                print('%s: the kernel has %s, Weir %s' % (address, want, text))
    print('%d addresses, %d wrong' % (asked, wrong))
    return 1 if wrong or not asked else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
