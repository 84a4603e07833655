# SPDX-License-Identifier: BSD-3-Clause
"""Captures and command lines as they come: damaged, empty, of other links; what replay says of them."""

import json
import os
import struct
import subprocess
import tempfile

import bench
from bench import PORTS, ROUTER, Failed, replay, write_frames
from packets import *  # noqa: F403


class Folder:
    """A folder with the configuration and captures, and weir run in it."""

    def __init__(self, config=ROUTER):
        self.keep = tempfile.TemporaryDirectory(prefix='weir-scenario-')
        self.path = self.keep.name
        with open(self.file('weir.yaml'), 'w') as f:
            f.write(config)

    def file(self, name):
        return os.path.join(self.path, name)

    def write(self, name, data):
        with open(self.file(name), 'wb') as f:
            f.write(data)

    def weir(self, *args):
        return subprocess.run([bench.WEIR, *args], cwd=self.path, capture_output=True, text=True, timeout=bench.PATIENCE)


def expect(ran, status, *words):
    if ran.returncode != status or any(w not in ran.stderr + ran.stdout for w in words):
        raise Failed('exit status %d, expected %d with %s:\n%s%s' % (ran.returncode, status, words, ran.stderr,
                                                                    ran.stdout))


def file_of(packets, **more):
    with tempfile.NamedTemporaryFile(prefix='weir-scenario-') as f:
        write_frames(f.name, packets, **more)
        return f.read()


GOOD = [(0, lan(udp())), (1, lan(udp(sport=9)))]


def cut_short():
    """What is readable is replayed; the damage is told, and the exit status is 1."""
    for bytes_less in (1, 40, len(GOOD[1][1]) + 3):
        folder = Folder()
        folder.write('lan.pcap', file_of(GOOD)[:-bytes_less])
        ran = folder.weir('replay', '-c', 'weir.yaml', '--in', 'lan=lan.pcap', '--json', 'told')
        expect(ran, 1, 'lan.pcap', 'damaged after 1 frames')
        with open(folder.file('told')) as f:
            told = json.load(f)
        if told['ledger']['rx'] != 1 or told['ledger']['tx'] != 1:
            raise Failed(str(told))


def no_capture():
    """Nothing, rubbish, no such file: an error that names the file, and nothing runs."""
    for what, data, words in (
            ('empty', b'', ()), ('rubbish', os.urandom(500), ()), ('text', b'hello world\n' * 9, ()),
            ('half a header', file_of(GOOD)[:20], ())):
        folder = Folder()
        folder.write('lan.pcap', data)
        ran = folder.weir('replay', '-c', 'weir.yaml', '--in', 'lan=lan.pcap')
        expect(ran, 1, 'lan.pcap', *words)
        if ran.stdout:
            raise Failed('%s: %s' % (what, ran.stdout))
    expect(Folder().weir('replay', '-c', 'weir.yaml', '--in', 'lan=none.pcap'), 1, 'none.pcap')


def header_only():
    folder = Folder()
    folder.write('lan.pcap', file_of([]))
    ran = folder.weir('replay', '-c', 'weir.yaml', '--in', 'lan=lan.pcap', '--json', '-')
    expect(ran, 0)
    if json.loads(ran.stdout)['packets'] != []:
        raise Failed(ran.stdout)


def record(seconds, part, caplen, length, data):
    return struct.pack('<IIII', seconds, part, caplen, length) + data


HEADER = struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1)


def odd_records():
    """Snapped frames, frames of no bytes, stamps and lengths that cannot be: dropped, or damage."""
    packet = bytes(lan(udp(payload=b'x' * 400)))
    folder = Folder()
    folder.write('lan.pcap', HEADER + record(0, 0, 96, len(packet), packet[:96]) + record(0, 1, 0, 0, b'')
                 + record(0, 2, 0, 1500, b'') + record(0, 3, len(packet), len(packet), packet))
    ran = folder.weir('replay', '-c', 'weir.yaml', '--in', 'lan=lan.pcap', '--json', '-')
    expect(ran, 0)
    told = json.loads(ran.stdout)
    if told['drops'] != {'ip4_truncated': 1, 'eth_runt': 2} or told['ledger']['tx'] != 1:
        raise Failed(str(told))
    for what, bad in (('a fraction of more than a second', record(0, 5000000, 60, 60, b'x' * 60)),
                      ('a length beyond all bounds', record(0, 0, 0x7fffffff, 0x7fffffff, b'x' * 60)),
                      ('a negative length', record(0, 0, 0xffffffff, 60, b'x' * 60))):
        folder.write('lan.pcap', HEADER + bad)
        ran = folder.weir('replay', '-c', 'weir.yaml', '--in', 'lan=lan.pcap')
        if ran.returncode not in (0, 1) or 'imbalance 0' not in ran.stdout:
            raise Failed('%s: %d %s%s' % (what, ran.returncode, ran.stdout, ran.stderr))


def large_frames():
    """Frames of several packet buffers: sent on whole where the MTU allows, else dropped or told."""
    jumbo = ROUTER.replace('  wan:\n    addresses', '  wan:\n    mtu: 9000\n    addresses')
    frames = [(i, lan(udp(payload=b'x' * n, flags='DF', sport=1000 + i)))
              for i, n in enumerate((1472, 2000, 2048, 4096, 8972, 8973, 65507))]
    outcome = replay(jumbo, {'lan': frames})
    verdicts = [p['verdict'] for p in outcome.packets]
    if verdicts != ['output'] * 5 + ['drop'] * 2:
        raise Failed(str(outcome.packets))
    for (_, packet), (_, data) in zip(frames, outcome.out['wan']):
        if bytes(forwarded(packet, 'wan')) != data:
            raise Failed('another frame of %d bytes' % len(data))
    folder = Folder()
    folder.write('lan.pcap', HEADER + record(0, 0, 262144, 262144, bytes(lan(udp())) + bytes(262144 - len(lan(udp())))))
    expect(folder.weir('replay', '-c', 'weir.yaml', '--in', 'lan=lan.pcap'), 0, 'imbalance 0')


def pcapng():
    """A capture in the newer format."""
    packet = bytes(lan(udp()))
    padded_packet = packet + bytes(-len(packet) % 4)
    section = struct.pack('<IIIHHqI', 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0, -1, 28)
    interface = struct.pack('<IIHHII', 1, 20, 1, 0, 0, 20)
    size = 32 + len(padded_packet)
    block = struct.pack('<IIIIIII', 6, size, 0, 0, 1000000, len(packet), len(packet)) + padded_packet \
        + struct.pack('<I', size)
    folder = Folder()
    folder.write('lan.pcap', section + interface + block)
    ran = folder.weir('replay', '-c', 'weir.yaml', '--in', 'lan=lan.pcap', '--json', '-')
    expect(ran, 0, '"out":"wan"')


def long_gaps():
    """Years between two frames pass in a moment."""
    outcome = replay(ROUTER, {'lan': [(0, lan(udp())), (1e9, lan(udp())), (2e9, lan(udp()))]}, ['--until', '1e9'])
    if [p['time'] for p in outcome.packets] != [0, 1e9, 2e9]:
        raise Failed(str(outcome.packets))


def commands():
    """What is wrong with a command line is said, with exit status 2; names that are none with 1."""
    folder = Folder()
    folder.write('lan.pcap', file_of(GOOD))
    given = ['replay', '-c', 'weir.yaml', '--in', 'lan=lan.pcap']
    for args in (['replay'], ['replay', '-c', 'weir.yaml'], ['replay', '--in', 'lan=lan.pcap'], given + ['--what'],
                 given + ['--json'], given + ['--until', 'soon'], given + ['--until', '-1'], given + ['--in', 'lan'],
                 given + ['--burst', '0'], given + ['--burst', '257'], given + ['--json', '-', 'more']):
        expect(folder.weir(*args), 2, 'usage: weir replay')
    expect(folder.weir('replay', '-c', 'weir.yaml', '--in', 'lam=lan.pcap'), 1, "no port 'lam'", "'lan'")
    folder.write('weir.yaml', ROUTER.replace('interfaces:\n', 'interfaces:\n  guests: {port: lan, vlan: 9}\n').encode())
    expect(folder.weir('replay', '-c', 'weir.yaml', '--in', 'guests=lan.pcap'), 1, "is an interface on port 'lan'")
    folder.write('weir.yaml', ROUTER.encode())
    expect(folder.weir(*given, '--out', 'lan=lan.pcap'), 1, 'cannot be written')
    expect(folder.weir(*given, '--out', 'wan=no/where'), 1, 'no/where')
    expect(folder.weir(*given, '--json', 'no/where'), 1, 'no/where')
    expect(folder.weir('replay', '-c', 'none.yaml', '--in', 'lan=lan.pcap'), 1, 'none.yaml')
    folder.write('weir.yaml', ROUTER.replace('main}', 'mian}').encode())
    expect(folder.weir(*given), 1, 'weir.yaml:', "'mian'")
    expect(Folder().weir(*given), 1, 'lan.pcap')


def other_hosts():
    """A configuration for another machine: its cores, memory, devices and drivers need not be here."""
    config = ROUTER.replace('version: 1\n', '''version: 1
system:
  workers: [61, 62]
  control: 60
  memory: {hugepages: true, mbufs: 4000000}
  eal: ["-d", "/nonexistent/pmd.so"]
''').replace('net_null0', '"0000:3b:00.0", queues: 8').replace('net_null1', '"net_af_packet0,iface=nowhere0"')
    outcome = replay(config, {'lan': [(0, lan(udp()))]})
    if outcome.packets[0]['verdict'] != 'output':
        raise Failed(str(outcome.packets))


def default_macs():
    """A port without a MAC has 02:77:65:69:72:NN, NN its place in the file."""
    config = PORTS.replace(', mac: "02:00:00:00:02:01"', '') + ROUTER[len(PORTS):]
    outcome = replay(config, {'lan': [(0, lan(udp()))]})
    mac = Ether(outcome.out['wan'][0][1]).src
    if mac != '02:77:65:69:72:01':
        raise Failed(mac)


def table_output():
    """Without --json: a line for each packet, the sums at the end."""
    folder = Folder()
    folder.write('lan.pcap', file_of(GOOD + [(2, lan(udp(ttl=1)))]))
    ran = folder.weir('replay', '-c', 'weir.yaml', '--in', 'lan=lan.pcap')
    expect(ran, 0, 'output', 'ttl_expired', 'udp 10.0.0.2:5203 > 203.0.113.9:53', 'imbalance 0',
           'TTL or hop limit reached zero here.')


def learned():
    """--learn: a capture with MACs of elsewhere is replayed at the first try; without it nothing is for us."""
    router, host, other = '00:11:22:33:44:55', '00:aa:00:00:00:01', '00:aa:00:00:00:02'
    packets = [(i, Ether(src=host, dst=router) / IP(src='10.0.0.77', dst='203.0.113.%d' % (i + 1)) / UDP(dport=53))
               for i in range(4)] + [(9, Ether(src=host, dst=other) / IP(src='10.0.0.77', dst='10.0.0.78') / UDP(dport=53))]
    text = ROUTER.replace('198.51.100.2: "', '198.51.100.22: "')
    folder = Folder(text)
    write_frames(folder.file('lan.pcap'), packets)
    for options, verdicts in (((), ['drop'] * 5), (('--learn',), ['output'] * 4 + ['drop'])):
        ran = folder.weir('replay', '-c', 'weir.yaml', '--in', 'lan=lan.pcap', '--json', '-', *options)
        expect(ran, 0)
        told = json.loads(ran.stdout)
        if [p['verdict'] for p in told['packets']] != verdicts or told['ledger']['imbalance'] != 0:
            raise Failed(ran.stdout)
        if (told['ports']['wan']['tx'] != 4) == bool(options) and options:
            raise Failed(ran.stdout)
        ran = folder.weir('explain', '-c', 'weir.yaml', '--in', 'lan', '--pcap', 'lan.pcap', '--json', '-', *options)
        expect(ran, 0)
        if [p['verdict'] for p in json.loads(ran.stdout)['packets']] != verdicts:
            raise Failed(ran.stdout)
    expect(folder.weir('explain', '-c', 'weir.yaml', '--in', 'lan', '--learn', 'udp 10.0.0.2:1 > 10.0.0.3:1'), 2, '--learn')


SCENARIOS = [
    ('MACs and neighbours of elsewhere', learned),
    ('a capture that is cut short is replayed up to there', cut_short),
    ('files that are no captures', no_capture),
    ('a capture without frames', header_only),
    ('odd records', odd_records),
    ('large frames', large_frames),
    ('pcapng', pcapng),
    ('long gaps', long_gaps),
    ('command lines', commands),
    ('a configuration for another host', other_hosts),
    ('MACs that nobody configured', default_macs),
    ('a table for people', table_output),
]
