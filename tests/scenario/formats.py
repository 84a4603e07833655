# SPDX-License-Identifier: BSD-3-Clause
"""Formats of captures: time stamps, link types, pcapng, and what is said of a file that is not read."""

import bz2
import gzip
import json
import lzma
import struct

from scapy.layers.inet import ICMP, IP
from scapy.layers.l2 import ARP, Ether

from bench import MAC, Failed
from captures import GOOD, Folder, expect, file_of
from packets import lan, udp, udp6

MICRO, NANO = 0xa1b2c3d4, 0xa1b23c4d


def pcap(records, magic=MICRO, link=1, order='<'):
    """A file of (seconds, fraction, frame), each number as it is, with unsigned stamps."""
    data = struct.pack(order + 'IHHiIII', magic, 2, 4, 0, 0, 262144, link)
    for seconds, part, frame in records:
        frame = bytes(frame)
        data += struct.pack(order + 'IIII', seconds, part, len(frame), len(frame)) + frame
    return data


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack('<II', kind, len(body) + 12) + body + struct.pack('<I', len(body) + 12)


def pcapng(records, link=1, resolution=None):
    """A section, an interface, and frames with stamps in its units (microseconds without a resolution)."""
    options = b'' if resolution is None else struct.pack('<HHB3xHH', 9, 1, resolution, 0, 0)
    data = block(0x0a0d0d0a, struct.pack('<IHHq', 0x1a2b3c4d, 1, 0, -1)) + block(1, struct.pack('<HHI', link, 0, 0) + options)
    for stamp, frame in records:
        frame = bytes(frame)
        data += block(6, struct.pack('<IIIII', 0, stamp >> 32, stamp & 0xffffffff, len(frame), len(frame)) + frame)
    return data


def told(data, *words, status=0):
    folder = Folder()
    folder.write('lan.pcap', data)
    ran = folder.weir('replay', '-c', 'weir.yaml', '--in', 'lan=lan.pcap', '--json', '-')
    expect(ran, status, *words)
    if not words and ran.stderr:
        raise Failed(ran.stderr)
    return json.loads(ran.stdout) if status == 0 else None


def times(data, *words):
    return [p['time'] for p in told(data, *words)['packets']]


def expect_times(what, data, wanted, *words):
    got = times(data, *words)
    if len(got) != len(wanted) or any(abs(a - b) > 1e-7 for a, b in zip(got, wanted)):
        raise Failed('%s: %s, expected %s' % (what, got, wanted))


A, B = lan(udp()), lan(udp(sport=9))


def unsigned_seconds():
    """Seconds are unsigned: a capture of 2040, one over the change in 2038, the last second of 2106."""
    late = 2 ** 31
    for order in '<>':
        for magic, unit in ((MICRO, 10 ** 6), (NANO, 10 ** 9)):
            def two(first, second, part=0):
                return pcap([(first, 0, A), (second, part, B)], magic, 1, order)
            expect_times('2040', two(late + 5, late + 6, unit // 2), [0, 1.5])
            expect_times('over 2038', two(late - 1, late), [0, 1])
            expect_times('2106', two(2 ** 32 - 2, 2 ** 32 - 1), [0, 1])
            expect_times('from 1970 on', two(0, 2 ** 32 - 1), [0, 2 ** 32 - 1])


def rounded_fractions():
    """A fraction of a second or more, as programs that round write it, is carried over, and said."""
    words = ('warning', 'lan.pcap', '1 frames', 'carried over')
    for part, seconds in ((1000000, 1), (1999999, 1.999999), (5000000, 5), (2 ** 32 - 1, 4294.967295)):
        expect_times(part, pcap([(7, 0, A), (7, part, B)]), [0, seconds], *words)
    for part, seconds in ((10 ** 9, 1), (4 * 10 ** 9, 4)):
        expect_times(part, pcap([(7, 0, A), (7, part, B)], NANO), [0, seconds], *words)
    expect_times('999999', pcap([(7, 0, A), (7, 999999, B)]), [0, .999999])
    expect_times('behind the next frame', pcap([(0, 1500000, A), (1, 0, B)]), [0, .5], *words)
    expect_times('in both', pcap([(2 ** 31, 1000000, A), (2 ** 31, 1000001, B)]), [0, 1e-6], 'warning', '2 frames')


def newer_format():
    """pcapng with units of its own, and stamps behind 2038 and 2106."""
    expect_times('microseconds', pcapng([(10, A), (1500010, B)]), [0, 1.5])
    expect_times('nanoseconds', pcapng([(10, A), (1500000010, B)], resolution=9), [0, 1.5])
    expect_times('powers of two', pcapng([(0, A), (3 << 9, B)], resolution=0x80 | 10), [0, 1.5])
    for seconds in (2 ** 31, 2 ** 32 + 5):
        expect_times(seconds, pcapng([(seconds * 10 ** 6, A), ((seconds + 1) * 10 ** 6, B)]), [0, 1])


def cooked(packet, protocol, kind=0, source=b'\x02\0\0\0\x01\x02\0\0'):
    return struct.pack('>HHH8sH', kind, 1, 6, source, protocol) + bytes(packet)


def cooked2(packet, protocol, kind=0, source=b'\x02\0\0\0\x01\x02\0\0'):
    return struct.pack('>HHIHBB8s', protocol, 0, 1, 1, kind, 6, source) + bytes(packet)


def family(packet, number, order='<'):
    return struct.pack(order + 'I', number) + bytes(packet)


LINKS = [
    ('raw IP', 101, [udp(), udp6()]),
    ('raw IP by its old number', 12, [udp(), udp6()]),
    ('IPv4', 228, [udp()]),
    ('IPv6', 229, [udp6()]),
    ('loopback', 0, [family(udp(), 2), family(udp(), 2, '>'), family(udp6(), 30), family(udp6(), 10)]),
    ('loopback of OpenBSD', 108, [family(udp(), 2, '>'), family(udp6(), 24, '>')]),
    ('Linux cooked', 113, [cooked(udp(), 0x800), cooked(udp6(), 0x86dd)]),
    ('Linux cooked, version 2', 276, [cooked2(udp(), 0x800), cooked2(udp6(), 0x86dd)]),
]


def links():
    """Packets without an Ethernet header get one, to the port's MAC: they are routed."""
    for what, link, packets in LINKS:
        got = told(pcap([(i, 0, p) for i, p in enumerate(packets)], link=link))
        if [(p['verdict'], p.get('out')) for p in got['packets']] != [('output', 'wan')] * len(packets):
            raise Failed('%s: %s' % (what, got['packets']))
    got = told(pcapng([(0, cooked(udp(), 0x800))], link=113))
    if got['packets'][0]['verdict'] != 'output':
        raise Failed(str(got))


def link_details():
    """ARP and broadcasts of cooked captures arrive as such; what is cut short is a runt; tags stay."""
    request = ARP(op='who-has', hwsrc='02:00:00:00:01:02', psrc='10.0.0.2', pdst='10.0.0.1')
    tagged = b'\0\x14\x08\0' + bytes(udp())
    frames = [cooked(request, 0x806, kind=1), cooked(udp(dst='224.0.0.251'), 0x800, kind=2), cooked(tagged, 0x8100),
              cooked(udp(), 0x800)[:15], cooked(udp(dst='10.0.0.255'), 0x800, kind=1), cooked(b'', 0x800)]
    got = told(pcap([(i, 0, p) for i, p in enumerate(frames)], link=113))
    verdicts = [p.get('reason', p['verdict']) for p in got['packets']]
    if verdicts != ['consumed', 'multicast', 'vlan_unknown', 'eth_runt', 'not_for_us', 'ip4_truncated']:
        raise Failed(str(verdicts))
    folder = Folder()
    folder.write('lan.pcap', pcap([(0, 0, cooked(request, 0x806, kind=1))], link=113))
    expect(folder.weir('replay', '-c', 'weir.yaml', '--in', 'lan=lan.pcap', '--out', 'lan=out.pcap'), 0)
    with open(folder.file('out.pcap'), 'rb') as f:
        answer = Ether(f.read()[24 + 16:])
    if (answer.src, answer.dst, answer[ARP].op) != (MAC['lan'], '02:00:00:00:01:02', 2):
        raise Failed(answer.summary())


def explained():
    """weir explain reads the same files."""
    folder = Folder()
    folder.write('lan.pcap', pcap([(2 ** 31, 1000000, IP(src='10.0.0.2', dst='203.0.113.9') / ICMP())], link=101))
    expect(folder.weir('explain', '-c', 'weir.yaml', '--in', 'lan', '--pcap', 'lan.pcap'), 0, 'output', 'carried over')


def not_read():
    """The error says what the file is, and what is read."""
    good = file_of(GOOD)
    read = 'pcap and pcapng, not compressed, are read'
    for data, words in (
            (gzip.compress(good), ('gzip', 'gunzip', read)), (bz2.compress(good), ('bzip2', read)),
            (lzma.compress(good), ('xz', read)), (b'\x28\xb5\x2f\xfd' + good, ('zstd', read)),
            (b'PK\x03\x04' + good, ('zip', read)), (b'snoop\0\0\0' + good, ('snoop', 'editcap', read)),
            (b'rubbish' * 99, (read,)), (b'', (read,)),
            (pcap([], link=105), ('802.11', 'Ethernet, raw IP, Linux cooked and loopback')),
            (pcap([], link=9), ('PPP', 'Ethernet, raw IP, Linux cooked and loopback')),
            (pcapng([(0, A)], link=105), ('802.11', 'Ethernet, raw IP')),
            (pcap([], link=6000), ('Ethernet, raw IP',))):
        told(data, 'lan.pcap', *words, status=1)


SCENARIOS = [
    ('seconds of captures are unsigned', unsigned_seconds),
    ('fractions of a second or more are carried over', rounded_fractions),
    ('pcapng and its units', newer_format),
    ('packets without Ethernet headers', links),
    ('broadcasts, tags and cut headers of cooked captures', link_details),
    ('explain reads the same captures', explained),
    ('what is not read is named', not_read),
]
