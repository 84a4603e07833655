# SPDX-License-Identifier: BSD-3-Clause
"""Translated sessions live on over reloads that give their pool other ports, or put another pool in its place: with any number of
workers, answers to the public endpoint find the session, and its packets leave by the same endpoint."""

from bench import PORTS, Failed, frame, replay
from captures import Folder
from packets import IP, UDP, Ether, udp

HOSTS = ['10.0.0.%d' % (10 + i) for i in range(24)]
FAR = '203.0.113.9'
POOL = 'up: {pool: [198.51.100.9], ports: %s}'
FIRST = POOL % '20000-20999'
CHANGES = {                             # what follows the first pool, one reload after the other
    'another range': [POOL % '30000-30999'],
    'two other ranges': [POOL % '30000-30999', POOL % '5000-5100'],
    'another range and back': [POOL % '30000-30999', FIRST],
    'another address': ['up: {pool: [198.51.100.10]}'],
    'another pool of the same address': ['next: {pool: [198.51.100.9], ports: 40000-40999}'],
    'another pool of another address': ['next: {pool: [198.51.100.10]}'],
}


def config(pool):
    return PORTS + '''interfaces:
  lan: {addresses: [10.0.0.1/24], pipeline: inside, neighbours: {%s}}
  wan: {addresses: [198.51.100.1/24], pipeline: outside, neighbours: {198.51.100.2: "02:00:00:00:02:02"}}
routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}
acls: {in: {default: drop, rules: [{state: [established, related], action: accept}]}}
nat: {%s}
pipelines:
  inside: [track, {route: main}, {snat: %s}]
  outside: [track, {acl: in}, {route: main}]
''' % (', '.join('%s: "02:00:00:00:01:02"' % h for h in HOSTS), pool, pool.split(':')[0])


def asking(at):
    return [(at + i / 1000, frame('lan', udp(src=host, dst=FAR, sport=40000 + i))) for i, host in enumerate(HOSTS)]


def endpoints(frames, which):
    packets = [Ether(data) for _, data in frames]
    return [(getattr(p[IP], which), getattr(p[UDP], which[0] + 'port')) for p in packets if UDP in p]


def expect(what, seen, wanted):
    if seen != wanted:
        wrong = [pair for pair in zip(seen, wanted) if pair[0] != pair[1]]
        raise Failed('%s: %d of %d; %s' % (what, len(seen), len(wanted), wrong[:3]))


def changed(name):
    def scenario():
        for workers in '123':
            options = ['--workers', workers]
            public = endpoints(replay(config(FIRST), {'lan': asking(0.1)}, options).out['wan'], 'src')
            expect('%s workers: ports of the first pool' % workers, [20000 <= port <= 20999 for _, port in public], [True] * len(HOSTS))
            folder = Folder(config(FIRST))
            for i, pool in enumerate(CHANGES[name]):
                folder.write('%d.yaml' % i, config(pool).encode())
                options += ['--reload', '%g=%s' % (1 + i / 2, folder.file('%d.yaml' % i))]
            answers = [(5 + i / 1000, frame('wan', udp(src=FAR, dst=address, sport=53, dport=port)))
                       for i, (address, port) in enumerate(public)]
            outcome = replay(config(FIRST), {'lan': asking(0.1) + asking(6), 'wan': answers}, options)
            expect('%s workers: answers' % workers, endpoints(outcome.out['lan'], 'dst'),
                   [(host, 40000 + i) for i, host in enumerate(HOSTS)])
            expect('%s workers: further packets' % workers, endpoints(outcome.out['wan'], 'src'), public + public)
    return scenario


SCENARIOS = [(name, changed(name)) for name in CHANGES]
