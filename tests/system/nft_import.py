#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""One ruleset, one traffic: through Linux with the ruleset, and through Weir with what it was imported to.

    nft_import.py BUILD RULES.json WORK SEED     in the namespace of the stations; WORK has addresses, routes, routes6

Random packets near the values of the ruleset, each a flow of its own, then answers to those that came through.
Each must leave on the same side, with the same addresses, or not at all."""

import functools
import json
import os
import random
import socket
import struct
import subprocess
import sys
import tempfile
import time

from scapy.all import conf
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6EchoRequest, IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Raw
from scapy.utils import RawPcapReader

conf.verb = 0
BUILD, RULES, WORK, SEED = sys.argv[1:5]
WEIR = os.path.join(os.path.abspath(BUILD), 'app', 'weir')
MAC = {'lan': '02:00:00:00:01:01', 'wan': '02:00:00:00:02:01'}
PEER = {'lan': '02:00:00:00:01:02', 'wan': '02:00:00:00:02:02'}
NEAR = {'lan': ['10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.77', '2001:db8:1::2', '2001:db8:1::5'],
        'wan': ['203.0.113.9', '203.0.113.66', '203.0.113.3', '198.51.100.9', '192.0.2.200', '2001:db8:9::9']}
OURS = ['198.51.100.1']
PORTS = [1, 22, 25, 53, 79, 80, 81, 90, 123, 137, 161, 443, 445, 500, 600, 1023, 2222, 5353, 8000, 8010, 8011, 8020, 8080, 8443, 50000]
# Segments that Linux, too, takes for the begin of a connection, or for one that is older than it; of others see docs/migrating.md.
FLAGS = ['S', 'S', 'S', 'A', 'PA']


def packet(rng, number):
    side = rng.choice(['lan', 'lan', 'wan'])
    other = 'wan' if side == 'lan' else 'lan'
    src, dst = rng.choice(NEAR[side]), rng.choice(NEAR[other] + OURS * 4 * (side == 'wan'))
    if (':' in src) != (':' in dst):
        return packet(rng, number)
    size = rng.choice([0, 0, 0, 150, 200, 260])
    tos = rng.choice([0, 0, 0, 0x20])
    net = IPv6(src=src, dst=dst, tc=tos) if ':' in src else IP(src=src, dst=dst, tos=tos, flags='DF', id=number & 0xffff)
    sport, dport = rng.randrange(1024, 60000), rng.choice(PORTS)    # pools keep ports from 1024 on
    mark = struct.pack('!I', number) + b'weir'
    kind = rng.choice(['tcp', 'tcp', 'udp', 'icmp'])
    if kind == 'tcp':
        up = TCP(sport=sport, dport=dport, flags=rng.choice(FLAGS), seq=1000, ack=7)
    elif kind == 'udp':
        up = UDP(sport=sport, dport=dport)
    elif ':' in src:
        up = ICMPv6EchoRequest(id=number & 0xffff)
    else:
        up = ICMP(type=rng.choice([8, 8, 13]), id=number & 0xffff)
    return side, bytes(Ether(src=PEER[side], dst=MAC[side]) / net / up / Raw(mark + b'x' * size))


@functools.lru_cache(maxsize=None)
def dissected(data):
    """The frame as layers, made once: it is read only."""
    return Ether(data)


def number_of(data):
    at = data.rfind(b'weir')
    return struct.unpack('!I', data[at - 4:at])[0] if at >= 4 else None


def ends(data):
    """The addresses, and ports but those that translation chooses."""
    ip = dissected(data).payload
    up = ip.payload
    return ip.src, ip.dst, getattr(up, 'dport', None)


class Linux:
    def __init__(self):
        self.sock = {}
        for side in MAC:
            s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
            s.bind((side + '1', 0))
            s.setblocking(False)
            self.sock[side] = s

    def collect(self, out):
        for side, s in self.sock.items():
            while True:
                try:
                    data, address = s.recvfrom(65536)
                except BlockingIOError:
                    break
                if address[2] == socket.PACKET_OUTGOING or number_of(data) is None or data[12:14] not in (b'\x08\0', b'\x86\xdd'):
                    continue
                ip = dissected(data).payload
                if not isinstance(ip, (IP, IPv6)) or (ICMP in ip and ip[ICMP].type in (3, 11)) or b'weir' not in bytes(ip.payload.payload)[:12]:
                    continue
                out.setdefault(number_of(data), (side, data))

    def send(self, frames):
        out = {}
        for i, (side, frame) in enumerate(frames):
            self.sock[side].send(frame)
            if i % 20 == 19:
                time.sleep(0.004)
                self.collect(out)
        end = time.time() + 1.0
        while time.time() < end:
            self.collect(out)
            time.sleep(0.02)
        return out


def imported(folder):
    ran = subprocess.run([WEIR, 'import', 'nftables', RULES, '--addresses', WORK + '/addresses', '--routes', WORK + '/routes',
                          '--routes', WORK + '/routes6'],
                         capture_output=True, text=True)
    text = ran.stdout
    for side in MAC:
        near = ', '.join('"%s": "%s"' % (a, PEER[side]) for a in NEAR[side] if a.startswith({'lan': ('10.', '2001:db8:1:'), 'wan': ('198.51.100',)}[side]))
        if side == 'wan':
            near += ', "198.51.100.2": "%s", "2001:db8:2::2": "%s"' % (PEER[side], PEER[side])
        text = text.replace('iface=%s"}' % side, 'iface=%s", mac: "%s"}' % (side, MAC[side]))
        lines = text.splitlines()
        for i, line in enumerate(lines):
            if line.startswith('  %s: {' % side) and line.rstrip().endswith('pipeline: all}'):
                lines[i] = line.replace('pipeline: all}', 'pipeline: all, neighbours: {%s}}' % near.strip(', '))
        text = '\n'.join(lines) + '\n'
    path = os.path.join(folder, 'weir.yaml')
    with open(path, 'w') as f:
        f.write(text)
    return path, ran.stderr


def weir(path, folder, frames):
    """frames: (seconds, side, frame) -> by number what came out, first one."""
    command = [WEIR, 'replay', '-c', path, '--json', os.path.join(folder, 'told.json')]
    for side in MAC:
        with open(os.path.join(folder, side), 'wb') as f:
            f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
            for when, at, frame in frames:
                if at == side:
                    f.write(struct.pack('<IIII', int(when), int(when % 1 * 1e6), len(frame), len(frame)) + frame)
        command += ['--in', '%s=%s/%s' % (side, folder, side), '--out', '%s=%s/%s.out' % (side, folder, side)]
    ran = subprocess.run(command, capture_output=True, text=True)
    if ran.returncode != 0:
        sys.exit('replay: %s' % ran.stderr)
    with open(os.path.join(folder, 'told.json')) as f:
        if json.load(f)['ledger']['imbalance'] != 0:
            sys.exit('the ledger does not balance')
    out = {}
    for side in MAC:
        for data, _ in RawPcapReader(os.path.join(folder, side + '.out')):
            n = number_of(data)
            if n is None:
                continue
            ip = dissected(data).payload
            if ICMP in ip and ip[ICMP].type in (3, 11) or b'weir' not in bytes(ip.payload.payload)[:12]:
                continue
            out.setdefault(n, (side, data))
    return out


def answer(side, data, number):
    """What the station answers to a frame that came through."""
    ip = dissected(data).payload
    up = ip.payload
    net = IPv6(src=ip.dst, dst=ip.src) if isinstance(ip, IPv6) else IP(src=ip.dst, dst=ip.src, flags='DF')
    if TCP in ip:
        up = TCP(sport=up.dport, dport=up.sport, flags='SA' if up.flags == 'S' else 'A', seq=5000, ack=(up.seq + len(up.payload) + (up.flags == 'S')))
    elif UDP in ip:
        up = UDP(sport=up.dport, dport=up.sport)
    elif ICMPv6EchoRequest in ip:
        up = ICMPv6EchoReply(id=up.id)
    elif ICMP in ip and up.type == 8:
        up = ICMP(type=0, id=up.id)
    else:
        return None
    return side, bytes(Ether(src=PEER[side], dst=MAC[side]) / net / up / Raw(struct.pack('!I', number) + b'weir'))


def compare(what, sent, linux, ours):
    wrong = 0
    for number, (side, frame) in sent.items():
        a, b = linux.get(number), ours.get(number)
        same = (a is None) == (b is None) and (a is None or (a[0] == b[0] and ends(a[1]) == ends(b[1])))
        if not same:
            wrong += 1
            if wrong <= 10:
                print('not ok %s: %s from %s\n    Linux %s\n    Weir  %s' % (
                    what, dissected(frame).summary(), side, a and (a[0], dissected(a[1]).summary()), b and (b[0], dissected(b[1]).summary())))
    through = sum(1 for n in sent if n in linux)
    print('%s %s: %d packets, %d through, %d differ' % ('ok' if wrong == 0 else 'not ok', what, len(sent), through, wrong))
    return wrong


def main():
    rng = random.Random(int(SEED))
    name = os.path.basename(RULES)
    first = {n: packet(rng, n) for n in range(1, 1501)}
    linux = Linux()
    with tempfile.TemporaryDirectory(prefix='weir-nft-import-') as folder:
        path, said = imported(folder)
        print(said.strip())
        # Linux first, and at once: it forgets what nobody answers after 30 s.
        out = linux.send(first.values())
        answers = {n + 100000: answer(*out[n], n + 100000) for n in out}
        answers = {n: a for n, a in answers.items() if a is not None}
        back = linux.send(answers.values())
        timed = [(1 + n / 100, side, frame) for n, (side, frame) in first.items()]
        ours = weir(path, folder, timed)
        wrong = compare(name + ', first packets', first, out, ours)
        # Weir's are answered as they are: translation chooses ports of its own.
        theirs = {n + 100000: answer(*ours[n], n + 100000) for n in ours}
        both = weir(path, folder, timed + [(20 + i / 100, *theirs[n]) for i, n in enumerate(answers) if theirs.get(n)])
        wrong += compare(name + ', answers', {n: a for n, a in answers.items() if theirs.get(n)}, back, both)
    sys.exit(wrong > 0)


main()
