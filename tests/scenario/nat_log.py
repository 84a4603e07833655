# SPDX-License-Identifier: BSD-3-Clause
"""NAT's log (RFC 6888 REQ-12, REQ-14): every mapping has one create and one end, and nobody learns whom it was used to.

What the log says is compared with what the report says of each packet's translation."""

import calendar
import json
import os
import random
import tempfile
import time

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw

import bench
from bench import Failed
from nat import A, B, FAR, OTHER, PUBLIC, SERVER, Wire, config, expect, udp
from packet import tcp

WRITTEN = 'telemetry: {nat_log: {file: /nonexistent/nat.log}}\n'    # replay writes where it is told to
POOL = 'pool: [198.51.100.1], log: true'


class Logged(Wire):
    """Frames in, and the lines of the log."""

    def run(self, text, options=()):
        with tempfile.TemporaryDirectory(prefix='weir-scenario-') as folder:
            path = os.path.join(folder, 'nat.log')
            self.outcome = bench.replay(text, {p: f for p, f in self.frames.items() if f},
                                        ('--nat-log', path, *options))
            with open(path) as f:
                self.text = f.read()
        self.lines = [json.loads(line) for line in self.text.splitlines()]
        return self


def seconds(line):
    """Virtual time of a line."""
    whole, part = line['time'].rstrip('Z').split('.')
    return calendar.timegm(time.strptime(whole, '%Y-%m-%dT%H:%M:%S')) + float('0.' + part)


def ends(line):
    """The mapping of a line: protocol, inside and public endpoint."""
    number = 'id' if line['protocol'] == 'icmp' else 'port'
    return (line['protocol'], (line['inside'], line.get('inside_' + number)),
            (line['public'], line.get('public_' + number)))


def pairs(w):
    """(mapping, from, to, reason) of each create with its end; fails when one has no other."""
    live, done = {}, []
    for line in w.lines:
        who = ends(line)
        expect('pool', line['pool'], 'uplink')
        if line['event'] == 'create':
            if who in live:
                raise Failed('created twice: %s' % line)
            live[who] = seconds(line)
        else:
            done.append((who, live.pop(who), seconds(line), line['reason']))
    expect('without an end', live, {})
    return done


def one_pair_for_a_mapping():
    """Three destinations, one mapping; another host's; its end when the last session times out."""
    w = Logged()
    w.send('lan', udp(A, FAR))
    w.send('lan', udp(A, FAR, dport=54))
    w.send('lan', udp(A, OTHER))
    w.send('lan', udp(B, FAR, 6000), after=0.125)
    w.send('lan', udp(B, FAR, 6000), after=200)
    w.run(config(POOL) + WRITTEN, ('--until', '302'))
    a, b = pairs(w)
    expect('A', a[0], ('udp', (A, 5000), (PUBLIC, 5000)))
    expect('from', a[1], 0.0)
    if not 300.02 <= a[2] <= 302:
        raise Failed('ended at %s' % a[2])
    expect('reason', a[3], 'timeout')
    expect('B', (b[0], b[1]), (('udp', (B, 6000), (PUBLIC, 6000)), 0.145))
    expect('reason', b[3], 'stopped')
    expect('keys', [sorted(line) for line in w.lines[:1]],
           [['event', 'inside', 'inside_port', 'pool', 'protocol', 'public', 'public_port', 'time']])


def by_destination_a_pair_for_each_session():
    w = Logged()
    for d in (53, 54, 55):
        w.send('lan', udp(A, FAR, dport=d))
    w.run(config(POOL + ', mapping: address-and-port-dependent') + WRITTEN)
    expect('pairs', len(pairs(w)), 3)
    expect('public endpoints', len({who[2] for who, _, _, _ in pairs(w)}), 3)


def echo_has_its_identifier():
    w = Logged()
    w.send('lan', IP(src=A, dst=FAR) / ICMP(type=8, id=1077, seq=1))
    w.send('lan', IP(src=B, dst=FAR) / ICMP(type=8, id=1077, seq=1))
    w.send('lan', IP(src=A, dst=FAR, proto=47) / Raw(b'\0' * 8))
    w.run(config(POOL) + WRITTEN)
    expect('echo', w.lines[0]['inside_id'], 1077)
    expect('echo', w.lines[0]['public_id'], 1077)
    if w.lines[1]['public_id'] == 1077:
        raise Failed('two hosts share an identifier')
    expect('without ports', (w.lines[2]['protocol'], 'inside_port' in w.lines[2]), ('47', False))
    expect('pairs', len(pairs(w)), 3)


def hairpin_has_one_for_each_host():
    w = Logged()
    w.send('lan', udp(A, FAR))
    w.send('lan', udp(B, PUBLIC, 6000, 5000))
    w.send('lan', udp(A, PUBLIC, 5000, 6000))
    w.run(config(POOL) + WRITTEN)
    expect('pairs', sorted(who for who, _, _, _ in pairs(w)),
           [('udp', (A, 5000), (PUBLIC, 5000)), ('udp', (B, 6000), (PUBLIC, 6000))])


def a_port_forward_and_one_to_one_are_no_mappings():
    w = Logged()
    w.send('wan', tcp(FAR, PUBLIC, 40000, 8080, seq=100))
    w.send('lan', tcp(SERVER, FAR, 80, 40000, 'SA', seq=500, ack=101))
    w.send('lan', udp(A, FAR))
    text = config(POOL, outside='{dnat: {to: "10.0.0.80:80", if: {dst: 198.51.100.1, dport: 8080}}}, ').replace(
        '{snat: uplink}', '{snat: {to: 198.51.100.7, if: {src: 10.0.0.2}}}, {snat: {use: uplink, if: {src: 10.0.0.80}}}')
    w.run(text + WRITTEN)
    expect('sent', w.outcome.ledger['tx'], 3)
    expect('log', w.text, '')


def what_does_not_leave_is_not_told():
    """A TTL that ends here, and no route."""
    w = Logged()
    w.send('lan', udp(A, FAR, ttl=1))
    w.run(config(POOL) + WRITTEN)
    expect('drops', w.drops(), {'ttl_expired': 1})
    expect('log', w.text, '')


def a_closed_connection_ends_and_begins_again():
    w = Logged()
    w.send('lan', tcp(A, FAR, 5000, 80, seq=100))
    w.send('wan', tcp(FAR, PUBLIC, 80, 5000, 'R', seq=0, ack=101))
    w.send('lan', tcp(A, FAR, 5000, 80, seq=9000), after=300)
    w.run(config(POOL) + WRITTEN)
    first, second = pairs(w)
    expect('endpoint', first[0], second[0])
    if not first[1] < first[2] < second[1]:
        raise Failed('%s, then %s' % (first, second))


CROWD = config(POOL).replace('[track, {route', '[{track: {timeouts: {udp: 10s, icmp: 5s}}}, {route', 1) + WRITTEN


def crowd():
    """Frames of a seed: hosts, ports and protocols at random, replies, and strangers."""
    chance = random.Random(6888)
    w = Logged()
    w.now = 0
    for i in range(800):
        src, dst = chance.choice((A, B)), '203.0.113.%d' % chance.randint(1, 250)
        sport, dport = chance.randint(1025, 1060), chance.randint(50, 60)
        l4 = chance.choice((UDP(sport=sport, dport=dport), TCP(sport=sport, dport=dport, flags='S', seq=i),
                            ICMP(type=8, id=sport, seq=i)))
        w.send('lan', IP(src=src, dst=dst) / l4, after=chance.choice((0.001, 0.01, 0.1)))
        if i % 7 == 0:
            w.send('wan', udp(dst, PUBLIC, dport, chance.randint(1025, 1100)))
    return w


def translations(outcome):
    """The mappings that packets from lan were sent by: protocol, inside as told, public as sent."""
    told = [p for p in outcome.packets if p['verdict'] == 'output' and p['out'] == 'wan']
    frames = [Ether(data)[IP] for _, data in outcome.out['wan']]
    frames = [p for p in frames if ICMP not in p or p[ICMP].type == 8]     # our own errors are not theirs
    expect('frames', len(frames), len(told))
    said = set()
    for p, sent in zip(told, frames):
        words = p['flow'].split()
        if words[0] == 'icmp':
            said.add(('icmp', (words[1], int(words[words.index('id') + 1])), (sent.src, sent[ICMP].id)))
        else:
            address, port = words[1].split(':')
            said.add((words[0], (address, int(port)), (sent.src, sent.payload.sport)))
    return said


def the_log_is_what_the_report_says():
    w = crowd()
    far = {'203.0.113.%d' % i for i in range(256)}
    w.run(CROWD)
    expect('mappings', {who for who, _, _, _ in pairs(w)}, translations(w.outcome))
    pool = w.outcome.told['nat']['uplink']
    if not 200 < pool['allocated'] < len(pairs(w)):         # some were begun again
        raise Failed('%d pairs of %d mappings' % (len(pairs(w)), pool['allocated']))
    for line in w.lines:
        if far & {str(v) for v in line.values()} or not set(line) <= {
                'time', 'event', 'pool', 'protocol', 'inside', 'inside_port', 'inside_id', 'public',
                'public_port', 'public_id', 'reason'}:
            raise Failed('a destination: %s' % line)
    if '203.0.113' in w.text:
        raise Failed('a destination')


def the_log_is_the_same_however_packets_are_cut():
    w = crowd()
    first = w.run(CROWD).text
    for burst in ('1', '3', '256'):
        expect('bursts of ' + burst, w.run(CROWD, ('--burst', burst)).text == first, True)
    w.run(CROWD, ('--workers', '3'))                 # ports are shared out among them: pairs only
    expect('mappings', {who for who, _, _, _ in pairs(w)}, translations(w.outcome))


def a_full_disk_is_said():
    w = crowd()
    outcome = bench.replay(config(POOL) + WRITTEN, {'lan': w.frames['lan']}, ('--nat-log', '/dev/full'), status=1)
    expect('once', outcome.stderr.count('No space left'), 1)
    if 'entries could not be written' not in outcome.stderr:
        raise Failed(outcome.stderr)


def a_pool_that_logs_needs_a_file():
    for text, what in ((config(POOL), 'nat.uplink.log: there is no file for it: telemetry.nat_log.file'),
                       (config() + WRITTEN, 'warning: telemetry.nat_log: no pool')):
        outcome = bench.replay(text, {'lan': [(0, udp(A, FAR))]}, status=1 if 'error' in what or 'no file' in what else 0)
        if what not in outcome.stderr:
            raise Failed('%s\n%s' % (what, outcome.stderr))


SCENARIOS = [(f.__name__.replace('_', ' '), f) for f in (
    one_pair_for_a_mapping, by_destination_a_pair_for_each_session, echo_has_its_identifier,
    hairpin_has_one_for_each_host, a_port_forward_and_one_to_one_are_no_mappings, what_does_not_leave_is_not_told,
    a_closed_connection_ends_and_begins_again, the_log_is_what_the_report_says,
    the_log_is_the_same_however_packets_are_cut, a_full_disk_is_said, a_pool_that_logs_needs_a_file)]
