# SPDX-License-Identifier: BSD-3-Clause
"""The EtherType of VLAN tags: what is sent has the outer one that the station uses, or the port's tpid."""

from scapy.layers.inet6 import ICMPv6ND_NS, ICMPv6NDOptSrcLLAddr

from bench import Failed, replay
from packets import ARP, ICMP, MAC, TCP, UDP, Ether, ICMPv6EchoRequest, IP, IPv6, Raw, udp, wan

STATION = '02:00:00:00:01:04'

CONFIG = '''version: 1
ports:
  lan: {device: net_null0, mac: "02:00:00:00:01:01"TPID}
  wan: {device: net_null1, mac: "02:00:00:00:02:01"}
interfaces:
  wan: {addresses: [198.51.100.1/24, "2001:db8:2::1/64"], pipeline: all, mtu: 1280,
        neighbours: {198.51.100.2: "02:00:00:00:02:02", "2001:db8:2::2": "02:00:00:00:02:02"}}
  one: {port: lan, vlan: 30, addresses: [10.3.0.1/24, "2001:db8:3::1/64"], pipeline: all}
  two: {port: lan, vlan: 208, inner_vlan: 4, addresses: [10.4.0.1/24, "2001:db8:4::1/64"], pipeline: all, STATIC}
routes:
  main: [{to: 0.0.0.0/0, via: 198.51.100.2}, {to: "::/0", via: "2001:db8:2::2"}]
pipelines:
  all: [{drop: {if: {dport: 7}}}, {acl: {use: refused, if: {dport: 8}}}, {route: main}]
acls:
  refused: [{action: reject}]
'''


def config(tpid='', static=False):
    station = 'neighbours: {10.4.0.2: "%s", "2001:db8:4::2": "%s"}' % (STATION, STATION)
    return CONFIG.replace('TPID', tpid).replace('STATIC', station if static else 'mtu: 1500')


def tags(outer, two):
    if two:
        return outer.to_bytes(2, 'big') + b'\0\xd0\x81\0\0\x04'
    return outer.to_bytes(2, 'big') + b'\0\x1e'


def tagged(outer, two, packet, dst=MAC['lan']):
    """A frame of the station with one tag or two, the outer one of this EtherType."""
    frame = bytes(Ether(src=STATION, dst=dst) / packet)
    return Raw(frame[:12] + tags(outer, two) + frame[12:])


def questions(two):
    """What is answered at once: by ARP, ND, echo, ICMP errors and resets of both families."""
    net, net6 = ('10.4.0.', '2001:db8:4::') if two else ('10.3.0.', '2001:db8:3::')
    src, src6 = net + '2', net6 + '2'
    return [
        (ARP(op='who-has', hwsrc=STATION, psrc=src, pdst=net + '1'), 'ff:ff:ff:ff:ff:ff'),
        (IPv6(src=src6, dst='ff02::1:ff00:1', hlim=255) / ICMPv6ND_NS(tgt=net6 + '1')
         / ICMPv6NDOptSrcLLAddr(lladdr=STATION), '33:33:ff:00:00:01'),
        (IP(src=src, dst=net + '1') / ICMP(id=1), MAC['lan']),
        (IPv6(src=src6, dst=net6 + '1') / ICMPv6EchoRequest(id=1), MAC['lan']),
        (udp(src=src, ttl=1), MAC['lan']),
        (IPv6(src=src6, dst='2001:db8:ffff::9', hlim=1) / UDP(), MAC['lan']),
        (IP(src=src, dst=net + '1') / TCP(sport=9, dport=9, flags='S'), MAC['lan']),
        (IPv6(src=src6, dst=net6 + '1') / UDP(sport=9, dport=9), MAC['lan']),
        (IP(src=src, dst='203.0.113.9', flags='DF') / UDP() / Raw(bytes(1400)), MAC['lan']),
        (udp(src=src, dport=8), MAC['lan']),
    ]


def check(what, frames, n, outer, two):
    if len(frames) != n:
        raise Failed('%s: %d frames, expected %d' % (what, len(frames), n))
    for _, data in frames:
        if data[12:12 + (8 if two else 4)] != tags(outer, two):
            raise Failed('%s: %s' % (what, data[12:22].hex()))


def answers():
    """Whatever is answered has the tags of the question."""
    for outer in (0x8100, 0x88a8):
        for two in (False, True):
            asked = [tagged(outer, two, p, dst) for p, dst in questions(two)]
            outcome = replay(config(), {'lan': [(i, p) for i, p in enumerate(asked)]})
            check('%x' % outer, outcome.out['lan'], len(asked), outer, two)


def configured():
    """With tpid: what is sent has it, whatever the question had."""
    for own in (0x8100, 0x88a8):
        for outer in (0x8100, 0x88a8):
            for two in (False, True):
                asked = [tagged(outer, two, p, dst) for i, (p, dst) in enumerate(questions(two)) if i not in (2, 3)]
                outcome = replay(config(', tpid: 0x%x' % own), {'lan': [(i, p) for i, p in enumerate(asked)]})
                check('%x to %x' % (own, outer), outcome.out['lan'], len(asked), own, two)


def forwarded():
    """What is forwarded to a station has the tags that its last ARP or ND message had, a static one's too."""
    for static in (False, True):
        arp, nd = questions(True)[:2]
        at = iter(range(100))
        inputs, wanted = {'lan': [], 'wan': []}, []
        for outer in (0x8100, 0x88a8, 0x8100):
            for p, dst in (arp, nd):
                inputs['lan'].append((next(at), tagged(outer, True, p, dst)))
            inputs['wan'].append((next(at), wan(udp(src='203.0.113.9', dst='10.4.0.2'))))
            inputs['wan'].append((next(at), wan(IPv6(src='2001:db8:ffff::9', dst='2001:db8:4::2') / UDP())))
            wanted += [outer] * 4
        out = replay(config(static=static), inputs).out['lan']
        if [int.from_bytes(data[12:14], 'big') for _, data in out] != wanted:
            raise Failed('static %s: %s' % (static, [data[12:22].hex() for _, data in out]))


def unheard():
    """Before a station is heard: a service tag outside of a second one, and the port's tpid."""
    for tpid, one, two in (('', 0x8100, 0x88a8), (', tpid: 0x8100', 0x8100, 0x8100), (', tpid: 0x88a8', 0x88a8, 0x88a8)):
        outcome = replay(config(tpid, static=True), {'wan': [
            (0, wan(udp(src='203.0.113.9', dst='10.4.0.2'))), (1, wan(udp(src='203.0.113.9', dst='10.3.0.2')))]})
        got = [int.from_bytes(data[12:14], 'big') for _, data in outcome.out['lan']]
        if got[:2] != [two, one] or any(t != one for t in got[2:]):
            raise Failed('%s: %s' % (tpid, [hex(t) for t in got]))


def stays_with_a_station():
    """One station's tags are not another's."""
    second = Ether(src='02:00:00:00:01:05', dst='ff:ff:ff:ff:ff:ff')
    frame = bytes(second / ARP(op='who-has', hwsrc=second.src, psrc='10.4.0.3', pdst='10.4.0.1'))
    outcome = replay(config(), {
        'lan': [(0, tagged(0x8100, True, *questions(True)[0])),
                (1, Raw(frame[:12] + tags(0x88a8, True) + frame[12:]))],
        'wan': [(2, wan(udp(src='203.0.113.9', dst='10.4.0.2'))), (3, wan(udp(src='203.0.113.9', dst='10.4.0.3')))]})
    got = [int.from_bytes(data[12:14], 'big') for _, data in outcome.out['lan']]
    if got != [0x8100, 0x88a8, 0x8100, 0x88a8]:
        raise Failed(str(got))


SCENARIOS = [
    ('answers keep the tags of the question', answers),
    ('the tpid of a port', configured),
    ('forwarded packets have the tags of the neighbour', forwarded),
    ('stations that were not heard', unheard),
    ('each station has its own tags', stays_with_a_station),
]
