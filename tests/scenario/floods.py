# SPDX-License-Identifier: BSD-3-Clause
"""A table full by a flood of one class of sessions: conversations of every other class go on beginning, with 20 ms between
a packet and its answer.  Also beside flows without sessions, whose records are in the same table."""

from bench import INTERFACES, PORTS, ROUTES, Failed, frame, replay
from packets import *  # noqa: F403

SESSIONS, RATE, SECONDS, EACH = 1024, 5000, 1.5, 40
RTT = 0.02
CONFIG = (PORTS.replace('version: 1\n', 'version: 1\nsystem: {flows: %d}\n' % SESSIONS) + INTERFACES.replace('PIPELINE', 'all')
          + ROUTES + 'pipelines:\n  all: [track, {route: main}]\n')


def adjusted(checksum, old, new):
    """RFC 1624 for words of a header."""
    total = ~checksum & 0xffff
    for a, b in zip(old, new):
        total += (~a & 0xffff) + b
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def words(data):
    return [int.from_bytes(data[i:i + 2], 'big') for i in range(0, len(data), 2)]


def spoofed(data, n):
    """The frame, from another source; of UDP and TCP the transport's checksum goes with it."""
    data, v6 = bytearray(data), data[12] == 0x86
    at, size, l4, proto = (22, 16, 54, data[20]) if v6 else (26, 4, 34, data[23])
    old, new = data[at:at + size], data[at:at + size - 3] + n.to_bytes(3, 'big')
    data[at:at + size] = new
    sums = {6: l4 + 16, 17: l4 + 6, 58: l4 + 2}
    for place in ([] if v6 else [24]) + ([sums[proto]] if proto in sums else []):
        checksum = adjusted(int.from_bytes(data[place:place + 2], 'big'), words(old), words(new))
        data[place:place + 2] = checksum.to_bytes(2, 'big')
    return bytes(data)


def ip(src, dst, v6):
    return IPv6(src=src, dst=dst) if v6 else IP(src=src, dst=dst)


def ping(src, dst, n, answer, v6):
    if v6:
        return ip(src, dst, v6) / (ICMPv6EchoReply(id=n) if answer else ICMPv6EchoRequest(id=n))
    return ip(src, dst, v6) / ICMP(type=0 if answer else 8, id=n)


def gre(src, dst, v6):
    return (IPv6(src=src, dst=dst, nh=47) if v6 else IP(src=src, dst=dst, proto=47)) / Raw(b'\0\0\x08\0' + b'x' * 20)


def flood_of(kind, v6):
    """A frame of the flood, and what answers it or None."""
    a, b = (A6, '2001:db8:cafe::1') if v6 else (A, '172.0.0.1')
    if kind == 'udp' or kind == 'replied':
        ask = frame('wan', ip(b, a, v6) / UDP(sport=1, dport=53) / Raw(b'x'))
        return ask, kind == 'replied'
    if kind == 'syn':
        return frame('wan', ip(b, a, v6) / TCP(sport=1, dport=80, flags='S')), False
    if kind == 'icmp':
        return frame('wan', ping(b, a, 1, False, v6)), False
    return frame('wan', gre(b, a, v6)), False


def answer_to(data):
    """The flood's frame as its receiver answers it: ends changed over, from lan."""
    v6 = data[12] == 0x86
    at, size, l4 = (22, 16, 54) if v6 else (26, 4, 34)
    ends = data[at + size:at + 2 * size] + data[at:at + size]
    ether = bytes.fromhex((MAC['lan'] + PEER['lan']).replace(':', ''))
    return ether + data[12:at] + ends + data[l4 + 2:l4 + 4] + data[l4:l4 + 2] + data[l4 + 4:]


def conversations(kind, v6, i, when):
    """(time, port, packet), of which all must leave."""
    a, b = (A6, B6) if v6 else (A, B)
    if kind == 'udp':
        back = ip(b, a, v6) / UDP(sport=53, dport=2000 + i) / Raw(b'x')
        return [(when, 'lan', ip(a, b, v6) / UDP(sport=2000 + i, dport=53) / Raw(b'x')), (when + RTT, 'wan', back)]
    if kind == 'syn':
        return [(when, 'lan', ip(a, b, v6) / TCP(sport=2000 + i, dport=80, flags='S', seq=100)),
                (when + RTT, 'wan', ip(b, a, v6) / TCP(sport=80, dport=2000 + i, flags='SA', seq=500, ack=101)),
                (when + RTT + 0.001, 'lan', ip(a, b, v6) / TCP(sport=2000 + i, dport=80, flags='A', seq=101, ack=501))]
    if kind == 'icmp':
        return [(when, 'lan', ping(a, b, 2000 + i, False, v6)), (when + RTT, 'wan', ping(b, a, 2000 + i, True, v6))]
    hosts = ('2001:db8:7::%x' % (i + 1)) if v6 else '198.18.0.%d' % (i + 1)
    return [(when, 'lan', gre(a, hosts, v6)), (when + RTT, 'wan', gre(hosts, a, v6))]


def remembered(n, v6):
    """Frames of flows that have a record and no session: answers that nobody asked for, three of each."""
    base = bytes(frame('wan', ping('2001:db8:cafe::1' if v6 else '172.0.0.1', A6 if v6 else A, 9, True, v6)))
    return [data for i in range(n) for data in [spoofed(base, 0x700000 + i)] * 3]


def flooded(flood, v6, beside=0):
    """beside: flows without sessions, spread over the flood."""
    def scenario():
        base, answered = flood_of(flood, v6)
        frames = {'lan': [], 'wan': []}
        for i in range(int(RATE * SECONDS)):
            data = spoofed(bytes(base), i + 1)
            frames['wan'].append((i / RATE, data))
            if answered:
                frames['lan'].append((i / RATE + 0.00005, answer_to(data)))
        for i, data in enumerate(remembered(beside, v6)):
            frames['wan'].append((i // 3 * SECONDS / (beside + 1) + 0.00001 * (i % 3), data))
        others = [k for k in ('udp', 'syn', 'icmp', 'gre') if k != flood]
        for n, kind in enumerate(others):
            for i in range(EACH):
                when = 0.6 + i * (0.8 / EACH) + n * 0.0031
                for time, port, packet in conversations(kind, v6, i, when):
                    frames[port].append((time, frame(port, packet)))
        for packets in frames.values():
            packets.sort(key=lambda f: f[0])
        outcome = replay(CONFIG, frames, sums=False)
        mine = [p for p in outcome.packets if ' 172.' not in p['flow'] and 'cafe' not in p['flow']]
        lost = [p for p in mine if p['verdict'] != 'output' or (p['in'] == 'wan' and p['session']['state'] != 'established')]
        if lost or len(mine) != EACH * (2 * len(others) + ('syn' in others)):
            raise Failed('%d of %d are lost: %s' % (len(lost), len(mine), lost[:2]))
        life = outcome.told['session_life']
        if flood != 'syn' and not life['evicted']:
            raise Failed('the table was not full: %s' % life)
    return scenario


SCENARIOS = [('%s%s' % (what, ', IPv6' if v6 else ''), flooded(kind, v6)) for what, kind in (
    ('spoofed UDP', 'udp'), ('spoofed pings', 'icmp'), ('spoofed GRE', 'gre'), ('SYNs', 'syn'), ('UDP that is answered', 'replied'))
    for v6 in (False, True)] + [
        ('%s, beside %d flows without sessions%s' % (what, n, ', IPv6' if v6 else ''), flooded(kind, v6, n)) for what, kind in (
            ('spoofed UDP', 'udp'), ('UDP that is answered', 'replied')) for n in (600,) for v6 in (False, True)]
