# SPDX-License-Identifier: BSD-3-Clause
"""What holds for one worker holds for two: NAT and fragments once more.

The ports that scenarios expect to be preserved are of the first worker's slice or of hosts that it owns;
tests/unit/control/owner_test.c has the rest."""

from scapy.layers.inet import IP, fragment
from scapy.layers.l2 import Ether

import bench
import fragments
import nat


def with_two(function):
    def run():
        bench.OPTIONS = ('--workers', '2')
        try:
            function()
        finally:
            bench.OPTIONS = ()
    return run


def by_workers(frames):
    """What one worker makes of frames, and two, three and four."""
    for workers in '1234':
        w = nat.Wire()
        w.frames['lan'] = [(i * 0.0001, nat.frame('lan', f)) for i, f in enumerate(frames)]
        bench.OPTIONS = ('--workers', workers)
        try:
            w.run(nat.config(), sums=False)
        finally:
            bench.OPTIONS = ()
        yield workers, w, [Ether(d)[IP] for _, d in w.outcome.out['wan'] if IP in Ether(d)]


def datagram(src, dst, number):
    return fragment(nat.udp(src, dst, payload=b'0123456789abcdef' * 7, id=number), 32)


def numbers_of_fragments():
    """RFC 6864: wherever fragments meet, those of a datagram leave by one number, and no two datagrams by the same."""
    hosts = ['10.0.0.%d' % n for n in range(2, 42)]
    frames = []
    for number, order in ((77, (0, 1, 2, 3)), (78, (3, 1, 0, 2))):
        datagrams = [datagram(host, nat.FAR, number) for host in hosts]
        frames += [d[n] for n in order for d in datagrams]
    for workers, _, got in by_workers(frames):
        numbers = [p.id for p in got]
        nat.expect('%s workers: fragments of a number' % workers, {numbers.count(n) for n in numbers}, {4})
        nat.expect('%s workers: numbers' % workers, len({*numbers}), 2 * len(hosts))


def datagrams_of_a_source():
    """As many as there is room for, if their first fragments have come."""
    whole = [datagram(nat.A, '203.0.113.%d' % n, 77) for n in range(1, 101)]
    for workers, w, got in by_workers([f for d in whole for f in d]):
        nat.expect('%s workers: complete ones' % workers, (len(got), w.drops()), (400, {}))
    for workers, w, got in by_workers([f for part in zip(*whole) for f in part]):
        nat.expect('%s workers: together' % workers, (len(got), w.drops()), (400, {}))


# A host's share is one of its worker's ports.
ALONE = {'rfc6888_req_8_and_its_neighbours'}
SCENARIOS = [(name, with_two(function)) for name, function in nat.SCENARIOS + fragments.SCENARIOS if name not in ALONE] + [
    ('RFC 6864: numbers of fragments', numbers_of_fragments),
    ('datagrams of a source, translated', datagrams_of_a_source),
]
