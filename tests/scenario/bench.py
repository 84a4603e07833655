# SPDX-License-Identifier: BSD-3-Clause
"""What scenarios stand on: weir replay with captures made by scapy, and its outcome compared.

The topology, unless a scenario has its own:

    10.0.0.2        lan [ Weir ] wan        198.51.100.2        0.0.0.0/0, ::/0
    2001:db8:1::2                           2001:db8:2::2
                    dmz 192.0.2.1/24, 2001:db8:3::1/64
                    192.0.2.2, 2001:db8:3::2

A table of cases goes through one replay, a second apart, so that each case's packets are known by
their time: (what it shows, port in, packet, verdict, packets out).  The packets out are FORWARDED (as it
came, TTL one less, by the port of the verdict), None (nothing leaves), or a list of (port, packet or
check)."""

import json
import os
import struct
import subprocess
import sys
import tempfile

from scapy.config import conf
from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6PacketTooBig, ICMPv6ParamProblem,
                                ICMPv6TimeExceeded, IPv6, IPv6ExtHdrFragment)
from scapy.layers.l2 import Ether
from scapy.packet import Raw
from scapy.utils import RawPcapReader

conf.verb = 0
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../support'))

WEIR = None                     # set by run.py
OPTIONS = ()                    # of every replay
PATIENCE = 1800                 # seconds for a command, which a busy machine may starve
STEP = 1.0                      # seconds between two cases of a table
FORWARDED = 'forwarded'

MAC = {'lan': '02:00:00:00:01:01', 'wan': '02:00:00:00:02:01', 'dmz': '02:00:00:00:03:01'}
PEER = {'lan': '02:00:00:00:01:02', 'wan': '02:00:00:00:02:02', 'dmz': '02:00:00:00:03:02'}

PORTS = '''version: 1
ports:
  lan: {device: net_null0, mac: "02:00:00:00:01:01"}
  wan: {device: net_null1, mac: "02:00:00:00:02:01"}
  dmz: {device: net_null2, mac: "02:00:00:00:03:01"}
'''

INTERFACES = '''interfaces:
  lan:
    addresses: [10.0.0.1/24, "2001:db8:1::1/64"]
    pipeline: PIPELINE
    neighbours: {10.0.0.2: "02:00:00:00:01:02", "2001:db8:1::2": "02:00:00:00:01:02"}
  wan:
    addresses: [198.51.100.1/24, "2001:db8:2::1/64"]
    pipeline: PIPELINE
    neighbours: {198.51.100.2: "02:00:00:00:02:02", "2001:db8:2::2": "02:00:00:00:02:02"}
  dmz:
    addresses: [192.0.2.1/24, "2001:db8:3::1/64"]
    pipeline: PIPELINE
    neighbours: {192.0.2.2: "02:00:00:00:03:02", "2001:db8:3::2": "02:00:00:00:03:02"}
'''

ROUTES = '''routes:
  main:
    - {to: 0.0.0.0/0, via: 198.51.100.2}
    - {to: "::/0", via: "2001:db8:2::2"}
'''

ROUTER = PORTS + INTERFACES.replace('PIPELINE', 'all') + ROUTES + '''pipelines:
  all: [{route: main}]
'''


class Failed(Exception):
    """What was expected, and what was."""


def router(pipeline, more='', routes=ROUTES):
    """The topology with one pipeline for all interfaces, and more sections."""
    return (PORTS + INTERFACES.replace('PIPELINE', 'all') + routes + more
            + 'pipelines:\n  all: %s\n' % pipeline)


def frame(port, payload, **ether):
    """A frame of the peer of a port to Weir."""
    fields = dict(src=PEER[port], dst=MAC[port])
    fields.update(ether)
    return Ether(**fields) / payload


class Outcome:
    """What a replay has told: packets, drops, ledger, frames out by port as (time, bytes)."""

    def __init__(self, told, out, stderr):
        self.packets = told['packets']
        self.ports = told['ports']
        self.drops = told['drops']
        self.ledger = told['ledger']
        self.told = told
        self.out = out
        self.stderr = stderr


def check_ledger(told):
    ledger = told['ledger']
    if ledger['imbalance'] != 0:
        raise Failed('imbalance: %s' % ledger)
    if (ledger['rx'] + ledger['born'] != ledger['tx'] + ledger['dropped'] + ledger['consumed']
            + ledger['held']):
        raise Failed('the ledger does not add up: %s' % ledger)
    if ledger['dropped'] != sum(told['drops'].values()):
        raise Failed('drops do not add up: %s' % told['drops'])
    if ledger['rx'] != len(told['packets']) or ledger['rx'] != sum(p['rx'] for p in told['ports'].values()):
        raise Failed('packets do not add up: %s' % ledger)


def read_frames(path):
    reader = RawPcapReader(path)
    frames = [(stamp.sec + stamp.usec / (1e9 if reader.nano else 1e6), data) for data, stamp in reader]
    reader.close()
    return frames


def replay(config, frames, options=(), status=0, sums=True):
    """frames: port -> list of (time, packet), or the path of a capture.  sums: checksums must be right."""
    with tempfile.TemporaryDirectory(prefix='weir-scenario-') as folder:
        def path(name):
            return os.path.join(folder, name)

        with open(path('weir.yaml'), 'w') as f:
            f.write(config)
        command = [WEIR, 'replay', '-c', path('weir.yaml'), '--json', path('told.json'), *OPTIONS, *options]
        for port, packets in frames.items():
            source = packets if isinstance(packets, str) else write_frames(path(port + '.in'), packets)
            command += ['--in', '%s=%s' % (port, source)]
        names = [line.split(':')[0].strip() for line in
                 config.split('ports:\n')[1].split('interfaces:')[0].splitlines() if ':' in line]
        for port in names:
            command += ['--out', '%s=%s' % (port, path(port + '.out'))]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        if ran.returncode != status:
            raise Failed('exit status %d: %s%s' % (ran.returncode, ran.stdout, ran.stderr))
        if not os.path.exists(path('told.json')):
            return Outcome({'packets': [], 'ports': {}, 'drops': {}, 'ledger': {}}, {}, ran.stderr)
        with open(path('told.json')) as f:
            told = json.load(f)
        check_ledger(told)
        out = {port: read_frames(path(port + '.out')) for port in names}
        for port in names:
            if len(out[port]) != told['ports'][port]['tx']:
                raise Failed('%s sent %d frames, the capture has %d'
                             % (port, told['ports'][port]['tx'], len(out[port])))
            for _, data in out[port] if sums else ():
                check_sums(data)
        return Outcome(told, out, ran.stderr)


def write_frames(path, packets, magic=0xa1b2c3d4, link=1):
    """A capture; packets: (seconds, packet or bytes).  magic 0xa1b23c4d has stamps of a nanosecond."""
    unit = 1e9 if magic == 0xa1b23c4d else 1e6
    with open(path, 'wb') as f:
        f.write(struct.pack('<IHHiIII', magic, 2, 4, 0, 0, 262144, link))
        for when, packet in packets:
            data = bytes(packet)
            seconds, part = divmod(round(when * unit), int(unit))
            f.write(struct.pack('<IIII', seconds, part, len(data), len(data)) + data)
    return path


# --- an oracle for checksums: scapy computes them anew ---

ICMP_ERRORS = (ICMP, ICMPv6DestUnreach, ICMPv6PacketTooBig, ICMPv6TimeExceeded, ICMPv6ParamProblem)
UNCHECKED = set()               # frames that a case expects with a wrong checksum


def rebuilt(layer):
    """The bytes of a layer with all checksums computed again; what an error quotes stays as it is."""
    again = layer.__class__(bytes(layer))
    for error in ICMP_ERRORS:
        if error in again:
            quote = bytes(again[error].payload)
            again[error].remove_payload()
            again[error].add_payload(Raw(quote))
    p = again
    while p:
        for field in ('chksum', 'cksum'):
            if field in p.fields and not (isinstance(p, UDP) and p.chksum == 0):
                p.delfieldval(field)
        p = p.payload
    return bytes(again)


def is_fragment(ip):
    if isinstance(ip, IPv6):
        return IPv6ExtHdrFragment in ip
    return ip.frag != 0 or ip.flags.MF


def sums_to_nothing(data):
    """RFC 1071: 2^16 is 1 modulo 65535, so the sum of all words is the number itself."""
    return int.from_bytes(data + b'\0' * (len(data) % 2), 'big') % 0xffff == 0


def plainly_right(data):
    """True for an untagged TCP, UDP or echo packet, whole and without extension headers, with right checksums.  Everything else is
    left to scapy, which takes a thousand times as long."""
    if data[12:14] == b'\x08\x00' and data[14] == 0x45 and data[20] & 0x3f == 0 and data[21] == 0:
        ends, protocol, end = data[26:34], data[23], 14 + int.from_bytes(data[16:18], 'big')
        upper = data[34:end]
        if not sums_to_nothing(data[14:34]):
            return False
    elif data[12:14] == b'\x86\xdd':
        ends, protocol, end = data[22:54], data[20], 54 + int.from_bytes(data[18:20], 'big')
        upper = data[54:end]
    else:
        return False
    if end > len(data) or len(upper) < 8:
        return False
    if protocol == 1 and len(ends) == 8:
        return upper[0] in (0, 8) and sums_to_nothing(upper)
    if protocol == 6 or (protocol == 17 and upper[6:8] != b'\0\0') or (protocol == 58 and upper[0] in (128, 129)):
        return sums_to_nothing(ends + bytes((0, protocol)) + len(upper).to_bytes(2, 'big') + upper)
    return False


def check_sums(data):
    """Fails when a checksum of a frame, or of the packet it quotes, is wrong."""
    if plainly_right(data):
        return
    packet = Ether(data)
    ip = packet.getlayer(IP) or packet.getlayer(IPv6)
    if ip is None or data in UNCHECKED:
        return
    if is_fragment(ip):
        if isinstance(ip, IP) and bytes(rebuilt(ip))[:ip.ihl * 4] != bytes(ip)[:ip.ihl * 4]:
            raise Failed('wrong IP checksum: %s' % packet.summary())
        return
    if rebuilt(ip) != bytes(ip):
        raise Failed('wrong checksum: %s\n  should be %s' % (describe(data), describe(data[:14] + rebuilt(ip))))
    check_quote(ip)


def check_quote(ip):
    """The header checksum of the packet that an ICMP error quotes."""
    if isinstance(ip, IP) and ICMP in ip and ip[ICMP].type in (3, 4, 5, 11, 12):
        quote = bytes(ip[ICMP].payload)
        head = (quote[0] & 15) * 4
        words = [int.from_bytes(quote[i:i + 2], 'big') for i in range(0, head, 2)]
        total = sum(words)
        while total >> 16:
            total = (total & 0xffff) + (total >> 16)
        if total != 0xffff:
            raise Failed('wrong checksum of a quoted header: %s' % quote[:head].hex())


# --- tables of cases ---

def forwarded(packet, port, ttl=1, **ether):
    """The packet as a router sends it on by a port: bytes worked out by scapy."""
    p = Ether(bytes(packet))
    ip = (p.getlayer(IP) or p.getlayer(IPv6)).copy()
    if isinstance(ip, IP):
        length = ip.len
        ip.ttl -= ttl
        ip.chksum = None
    else:
        length = 40 + ip.plen
        ip.hlim -= ttl
    fields = dict(src=MAC[port], dst=PEER[port], type=0x0800 if isinstance(ip, IP) else 0x86dd)
    fields.update(ether)
    return Ether(**fields) / Raw(bytes(ip)[:length])


def verdict_of(told):
    if told['verdict'] == 'output':
        return 'output ' + told['out']
    if told['verdict'] == 'drop':
        return 'drop ' + told['reason']
    return told['verdict'] + (' host' if told.get('by') == 'host' else '')


def describe(data):
    more = '' if len(data) <= 120 else '... %d bytes' % len(data)
    return '%s\n    %s%s' % (Ether(data).summary(), data[:120].hex(), more)


def check_out(what, expected, actual):
    """expected: list of (port, packet or check); actual: list of (port, bytes)."""
    if len(expected) != len(actual):
        raise Failed('%s: %d frames left, expected %d:\n  %s' % (what, len(actual), len(expected),
                     '\n  '.join('%s %s' % (p, describe(d)) for p, d in actual)))
    for (port, want), (got_port, got) in zip(expected, actual):
        if port != got_port:
            raise Failed('%s: left by %s, expected %s' % (what, got_port, port))
        if callable(want):
            want(Ether(got))
        elif bytes(want) != got:
            raise Failed('%s:\n  expected %s\n  was      %s' % (what, describe(bytes(want)), describe(got)))


def sent_at(outcome, when):
    """All frames that left at a time, port by port."""
    return [(port, data) for port in outcome.out for t, data in outcome.out[port]
            if abs(t - when) < STEP / 4]


def run_table(config, cases, options=()):
    frames = {}
    for i, (_, port, packet, _, _) in enumerate(cases):
        frames.setdefault(port, []).append((i * STEP, packet))
    outcome = replay(config, frames, options)
    for i, (what, port, packet, verdict, out) in enumerate(cases):
        told = outcome.packets[i]
        was = verdict_of(told)
        if was != verdict:
            raise Failed('%s: %s, expected %s\n%s' % (what, was, verdict, told))
        if out == FORWARDED:
            by = verdict.split()[1]
            out = [(by, forwarded(packet, by))]
        check_out(what, out or [], sent_at(outcome, i * STEP))
    return outcome


def table(config, cases, options=()):
    return lambda: run_table(config, cases, options)
