# SPDX-License-Identifier: BSD-3-Clause
"""Captures through weir replay: four configurations, many captures in one run, verdicts by packet."""

import json
import os
import struct
import subprocess
import tempfile

MAC = {'lan': b'\x02\0\0\0\1\1', 'wan': b'\x02\0\0\0\2\1'}
PEER = {'lan': b'\x02\0\0\0\1\2', 'wan': b'\x02\0\0\0\2\2'}
PUBLIC = bytes([198, 51, 100, 1])
APART = 200                     # seconds between two captures: no session, no mapping outlives them
STEP = 10                       # microseconds between two packets: no timeout within a capture
LONGEST = 9000

HEAD = '''version: 1
ports:
  lan: {device: net_null0, mac: "02:00:00:00:01:01"}
  wan: {device: net_null1, mac: "02:00:00:00:02:01"}
interfaces:
  lan: {addresses: [198.18.1.1/24, "2001:2:1::1/64"], mtu: 9000, pipeline: inside,
        neighbours: {198.18.1.2: "02:00:00:00:01:02", "2001:2:1::2": "02:00:00:00:01:02"}}
  wan: {addresses: [198.51.100.1/24, "2001:2:2::1/64"], mtu: 9000, pipeline: outside,
        neighbours: {198.51.100.2: "02:00:00:00:02:02", "2001:2:2::2": "02:00:00:00:02:02"}}
routes:
  out: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: "::/0", via: "2001:2:2::2"}]
  back: [{to: 0.0.0.0/0, via: 198.18.1.2}, {to: "::/0", via: "2001:2:1::2"}]
acls:
  known: {default: drop, rules: [{state: [established, related], action: accept}]}
nat:
  uplink: {pool: [198.51.100.1]}
pipelines:
  inside: INSIDE
  outside: OUTSIDE
'''

CONFIGURATIONS = {
    'wire': ('[{forward: wan}]', '[{forward: lan}]'),
    'route': ('[{route: out}]', '[{route: back}]'),
    'firewall': ('[track, {route: out}]', '[track, {acl: known}, {route: back}]'),
    'NAT': ('[track, {route: out}, {snat: uplink}]', '[track, {route: back}]'),
}


TIMEOUTS = ', '.join('%s: 60s' % name for name in
                     ('tcp_opening', 'tcp_established', 'tcp_closing', 'udp', 'icmp', 'other'))


def configuration(name, loose=False):
    inside, outside = CONFIGURATIONS[name]
    track = '{track: {timeouts: {%s}, loose: %s}}' % (TIMEOUTS, 'true' if loose else 'false')
    return HEAD.replace('INSIDE', inside.replace('track', track)).replace('OUTSIDE', outside.replace('track', track))


class Run:
    """A list of (captures' index, packet's number, port, frame), replayed."""

    def __init__(self, binary, text, packets, translate=False):
        self.binary, self.text, self.packets, self.translate = binary, text, packets, translate
        self.failure, self.told = None, None

    def write(self, folder, port):
        path = os.path.join(folder, port + '.pcap')
        now, before = 0, None
        with open(path, 'wb') as f:
            f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
            for capture, _, side, frame in self.packets:
                now = (now // 1000000 + APART) * 1000000 if before is not None and capture != before else now + STEP
                before = capture
                if side != port:
                    continue
                data = self.to_public(frame) if self.translate and side == 'wan' else frame
                f.write(struct.pack('<IIII', now // 1000000, now % 1000000, len(data), len(data)))
                f.write(data)
        return path

    @staticmethod
    def to_public(frame):
        """An answer as it comes to the public address; ports are kept where they are free."""
        if frame[12:14] != b'\x08\0' or len(frame) < 34 or frame[23] not in (6, 17):
            return frame
        header = bytearray(frame[14:34])
        header[10:12], header[16:20] = b'\0\0', PUBLIC
        total = sum(struct.unpack('>10H', bytes(header)))
        if header[0] & 15 > 5:
            total += sum(struct.unpack('>%dH' % ((header[0] & 15) * 2 - 10), frame[34:14 + (header[0] & 15) * 4])) \
                if len(frame) >= 14 + (header[0] & 15) * 4 else 0
        while total >> 16:
            total = (total & 0xffff) + (total >> 16)
        header[10:12] = struct.pack('>H', total ^ 0xffff)
        return frame[:14] + bytes(header) + frame[34:]

    def go(self):
        with tempfile.TemporaryDirectory(prefix='weir-captures-') as folder:
            with open(os.path.join(folder, 'weir.yaml'), 'w') as f:
                f.write(self.text)
            told = os.path.join(folder, 'told')
            argv = [self.binary, 'replay', '-c', os.path.join(folder, 'weir.yaml'), '--json', told]
            for port in ('lan', 'wan'):
                argv += ['--in', '%s=%s' % (port, self.write(folder, port))]
            try:
                ran = subprocess.run(argv, cwd=folder, capture_output=True, text=True, errors='replace', timeout=300)
            except subprocess.TimeoutExpired:
                self.failure = 'does not end'
                return self
            self.judge(ran, told)
        return self

    def judge(self, ran, told):
        if ran.returncode != 0 or 'runtime error' in ran.stderr or 'Sanitizer' in ran.stderr:
            kept = [line for line in ran.stderr.splitlines() if line.strip()]
            self.failure = 'exit status %d: %s' % (ran.returncode, ' / '.join(kept[-3:])[:300])
            return
        with open(told) as f:
            self.told = json.load(f)
        if self.told['ledger']['imbalance'] != 0:
            self.failure = 'the ledger is out of balance by %d' % self.told['ledger']['imbalance']
        elif len(self.told['packets']) != len(self.packets):
            self.failure = '%d packets in, %d told' % (len(self.packets), len(self.told['packets']))


def frame_of(port, kind, ip, whole):
    """A packet as it comes in by a port; what a snapshot length has cut off is zeros."""
    missing = min(whole, LONGEST) - len(ip)
    return MAC[port] + PEER[port] + struct.pack('>H', kind) + ip + bytes(max(missing, 0))


def as_it_is(binary, path):
    """What weir says of a file that it does not read, or None."""
    with tempfile.TemporaryDirectory(prefix='weir-captures-') as folder:
        config = os.path.join(folder, 'weir.yaml')
        with open(config, 'w') as f:
            f.write(configuration('wire'))
        try:
            ran = subprocess.run([binary, 'replay', '-c', config, '--in', 'lan=' + path], cwd=folder,
                                 capture_output=True, text=True, errors='replace', timeout=300)
        except subprocess.TimeoutExpired:
            return 'does not end'
        if ran.returncode == 0:
            return None
        return ran.stderr.strip().splitlines()[-1].replace(path, 'FILE') if ran.stderr.strip() else \
            'exit status %d' % ran.returncode
