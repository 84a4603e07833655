# SPDX-License-Identifier: BSD-3-Clause
"""Interfaces with a kernel interface: what goes to the host, what stays Weir's, what goes to nobody."""

from scapy.layers.inet6 import (ICMPv6MLReport, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RA, ICMPv6NDOptDstLLAddr,
                                ICMPv6NDOptSrcLLAddr)
from scapy.layers.l2 import Dot1Q, Dot3, LLC

from bench import PORTS, Failed, replay, table
from packets import (A, A6, ARP, ICMP, MAC, PEER, TCP, UDP, Ether, ICMPv6EchoRequest, IP, IPv6, Raw, lan, tcp, udp, wan)

US, US6 = '10.0.0.1', '2001:db8:1::1'
ALL = 'ff:ff:ff:ff:ff:ff'

CONFIG = PORTS + '''interfaces:
  lan: {addresses: [10.0.0.1/24, "2001:db8:1::1/64"], pipeline: guarded, host: true,
        neighbours: {10.0.0.2: "02:00:00:00:01:02"}}
  guests: {port: lan, vlan: 20, addresses: [10.20.0.1/24], pipeline: open, host: {name: guests0, rate: 100/s}}
  wan: {addresses: [198.51.100.1/24], pipeline: open}
routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}
acls:
  box:
    default: drop
    rules:
      - {proto: [icmp, icmpv6], action: accept}
      - {proto: tcp, dport: 22, action: accept}
      - {proto: udp, dport: 53, state: new, action: accept}
      - {proto: tcp, sport: 443, dport: 30000-60000, action: accept}
pipelines:
  guarded: [track, {acl: box}, {route: main}]
  open: [{route: main}]
tests:
  - {name: ssh, in: lan, packet: "tcp 10.0.0.2:5203 > 10.0.0.1:22 S", expect: consumed host}
  - {name: no telnet, in: lan, packet: "tcp 10.0.0.2:5203 > 10.0.0.1:23 S", expect: drop acl_denied}
  - {name: ping, in: lan, packet: "icmp 10.0.0.2 > 10.0.0.1 echo-request id 7", expect: local}
  - {name: ospf, in: lan, packet: "ip 10.0.0.2 > 224.0.0.5 proto 89", expect: consumed host}
  - name: a connection to the box
    steps:
      - {in: lan, packet: "tcp 10.0.0.2:5203 > 10.0.0.1:22 S", expect: consumed host}
      - {in: lan, packet: "tcp 10.0.0.2:5203 > 10.0.0.1:22 A", expect: consumed host}
'''


def group(packet, dst, src=PEER['lan']):
    return Ether(src=src, dst=dst) / packet


def multicast(address, proto, src=A, ttl=1):
    return group(IP(src=src, dst=address, proto=proto, ttl=ttl) / Raw(bytes(24)), '01:00:5e:00:00:05')


def multicast6(packet, src='fe80::2'):
    packet[IPv6].src = src
    return group(packet, '33:33:00:00:00:01')


DISCOVER = IP(src='0.0.0.0', dst='255.255.255.255') / UDP(sport=68, dport=67) / Raw(bytes(240))
ANSWER = IP(src='10.0.0.2', dst='10.0.0.99') / UDP(sport=67, dport=68) / Raw(bytes(240))
NA = IPv6(src=A6, dst=US6, hlim=255) / ICMPv6ND_NA(tgt=A6, R=0, S=1, O=1) / ICMPv6NDOptDstLLAddr(lladdr=PEER['lan'])
NS = IPv6(src=A6, dst='ff02::1:ff00:1', hlim=255) / ICMPv6ND_NS(tgt=US6) / ICMPv6NDOptSrcLLAddr(lladdr=PEER['lan'])
RA = IPv6(src='fe80::2', dst='ff02::1', hlim=255) / ICMPv6ND_RA()


def host(what, packet, port='lan'):
    return (what, port, packet, 'consumed host', [])


def dropped(what, packet, reason, port='lan'):
    return (what, port, packet, 'drop ' + reason, [])


UNICAST = [
    host('a SYN that the list accepts', lan(tcp(dst=US, dport=22))),
    host('the rest of its connection', lan(tcp('A', dst=US, dport=22))),
    host('and its end', lan(tcp('FA', dst=US, dport=22))),
    host('an answer to the host', lan(tcp('SA', sport=443, dst=US, dport=40000))),
    dropped('a SYN that it denies', lan(tcp(dst=US, dport=23)), 'acl_denied'),
    dropped('a segment that it denies', lan(tcp('A', dst=US, dport=23)), 'acl_denied'),
    dropped('flags of no endpoint', lan(tcp('SF', dst=US, dport=22)), 'tcp_bad_flags'),
    dropped('a segment to another host', lan(tcp('A', dst='198.51.100.9', dport=22)), 'tcp_no_session'),
    host('UDP', lan(udp(dst=US, dport=53))),
    host('an echo reply', lan(IP(src=A, dst=US) / ICMP(type=0, id=1))),
    host('an error about a packet of the host',
         lan(IP(src=A, dst=US) / ICMP(type=3, code=3) / udp(src=US, dst=A, sport=53, dport=5203))),
    dropped('one that is damaged', lan(IP(src=A, dst=US) / ICMP(type=0, id=1, chksum=1)), 'icmp_bad_checksum'),
    dropped('our own address as a source', lan(tcp(src=US, dst=US, dport=22)), 'martian'),
    dropped('an answer of DHCP that the list denies', lan(ANSWER), 'acl_denied'),
]

GROUPS = [
    host('OSPF hello', multicast('224.0.0.5', 89)),
    host('VRRP', multicast('224.0.0.18', 112, ttl=255)),
    host('PIM', multicast('224.0.0.13', 103)),
    host('IGMP about another group', multicast('239.1.2.3', 2)),
    host('mDNS', group(IP(src=A, dst='224.0.0.251') / UDP(sport=5353, dport=5353), '01:00:5e:00:00:fb')),
    dropped('multicast that is routed', multicast('239.1.2.3', 17), 'l4_bad_header'),
    dropped('a stream', group(IP(src=A, dst='239.1.2.3') / UDP(), '01:00:5e:01:02:03'), 'multicast'),
    dropped('our own address', multicast('224.0.0.5', 89, src=US), 'martian'),
    dropped('loopback', multicast('224.0.0.5', 89, src='127.0.0.1'), 'martian'),
    dropped('no address', multicast('224.0.0.5', 89, src='0.0.0.0'), 'martian'),
    host('DHCP discover', group(DISCOVER, ALL)),
    host('OSPFv3', multicast6(IPv6(dst='ff02::5', nh=89) / Raw(bytes(36)))),
    host('RIPng', multicast6(IPv6(dst='ff02::9') / UDP(sport=521, dport=521))),
    host('MLD about another group', multicast6(IPv6(dst='ff05::9', hlim=1) / ICMPv6MLReport(mladdr='ff05::9'))),
    host('a router advertisement', multicast6(RA)),
    dropped('IPv6 multicast that is routed', multicast6(IPv6(dst='ff0e::9') / UDP()), 'multicast'),
    host('LLDP', Ether(src=PEER['lan'], dst='01:80:c2:00:00:0e', type=0x88cc) / Raw(bytes(46))),
    host('LACP', Ether(src=PEER['lan'], dst='01:80:c2:00:00:02', type=0x8809) / Raw(bytes(46))),
    host('IS-IS', Dot3(src=PEER['lan'], dst='01:80:c2:00:00:14') / LLC(dsap=0xfe, ssap=0xfe, ctrl=3) / Raw(bytes(46))),
    dropped('spanning tree', Dot3(src=PEER['lan'], dst='01:80:c2:00:00:00') / LLC(dsap=0x42, ssap=0x42, ctrl=3)
            / Raw(bytes(46)), 'eth_unknown_type'),
    dropped('an unknown type to us', Ether(src=PEER['lan'], dst=MAC['lan'], type=0x88b5) / Raw(bytes(46)), 'eth_unknown_type'),
    host('OSPF on a VLAN', Ether(src=PEER['lan'], dst='01:00:5e:00:00:05') / Dot1Q(vlan=20)
         / IP(src='10.20.0.2', dst='224.0.0.5', proto=89, ttl=1) / Raw(bytes(24))),
    dropped('OSPF without a kernel interface',
            Ether(src=PEER['wan'], dst='01:00:5e:00:00:05') / IP(src='198.51.100.2', dst='224.0.0.5', proto=89, ttl=1)
            / Raw(bytes(24)), 'multicast', 'wan'),
    dropped('LLDP without one', Ether(src=PEER['wan'], dst='01:80:c2:00:00:0e', type=0x88cc) / Raw(bytes(46)),
            'eth_unknown_type', 'wan'),
    dropped('ssh without one', wan(tcp(src='198.51.100.2', dst='198.51.100.1', dport=22)), 'local_no_service', 'wan')[:4] + ([('wan', lambda p: None)],),
]


def answered(kind):
    def check(p):
        if kind not in p:
            raise Failed(p.summary())
    return [('lan', check)]


NEIGHBOURS = [
    ('a question is answered by Weir', 'lan', group(ARP(op='who-has', hwsrc=PEER['lan'], psrc=A, pdst=US), ALL), 'consumed',
     answered(ARP)),
    host('an answer goes to the kernel', lan(ARP(op='is-at', hwsrc=PEER['lan'], psrc=A, hwdst=MAC['lan'], pdst=US))),
    host('an announcement, too', group(ARP(op='who-has', hwsrc=PEER['lan'], psrc=A, pdst=A), ALL)),
    dropped('an answer as one of our addresses',
            lan(ARP(op='is-at', hwsrc=PEER['lan'], psrc=US, hwdst=MAC['lan'], pdst=US)), 'neighbour_ours'),
    ('a solicitation is answered by Weir', 'lan', group(NS, '33:33:ff:00:00:01'), 'consumed', answered(ICMPv6ND_NA)),
    host('an advertisement goes to the kernel', lan(NA)),
    ('echo', 'lan', lan(IP(src=A, dst=US) / ICMP(id=9)), 'consumed', answered(ICMP)),
    ('echo over IPv6', 'lan', lan(IPv6(src=A6, dst=US6) / ICMPv6EchoRequest(id=9)), 'consumed', [('lan', lambda p: None)]),
]


def limits():
    """The rate of a host interface bounds what goes there, by class: OSPF passes beside a flood of another class."""
    def guests(packet, dst=MAC['lan']):
        return Ether(src=PEER['lan'], dst=dst) / Dot1Q(vlan=20) / packet

    frames = []
    for i in range(4000):
        src = '10.20.%d.%d' % (i % 7, 2 + i % 200)
        frames.append((i * 1e-5, guests(IP(src=src, dst='10.20.0.1') / TCP(sport=1000 + i, dport=80))))
    hello = IP(src='10.20.0.2', dst='224.0.0.5', proto=89, ttl=1) / Raw(bytes(24))
    for i in range(20):
        frames.append((1e-3 + i * 2e-3, guests(hello, '01:00:5e:00:00:05')))
    frames.sort(key=lambda f: f[0])
    outcome = replay(CONFIG, {'lan': frames})
    if outcome.drops.get('host_limit', 0) < 1500 or set(outcome.drops) != {'host_limit'}:
        raise Failed(str(outcome.drops))
    hellos = [p for p in outcome.packets if 'proto 89' in p.get('flow', '')]
    if len(hellos) != 20 or any(p['verdict'] != 'consumed' for p in hellos):
        raise Failed('%d hellos: %s' % (len(hellos), hellos[:3]))


def lookalikes():
    """A station that sends what looks like OSPF takes nothing from another one's hellos."""
    frames = [(i * 1e-5, group(IP(src='10.0.0.%d' % (3 + i % 250), dst='224.0.0.5', proto=89, ttl=1) / Raw(bytes(24)),
                               '01:00:5e:00:00:05', '02:00:00:00:01:66')) for i in range(6000)]
    frames += [(i * 1e-2, multicast('224.0.0.5', 89)) for i in range(6)]
    frames.sort(key=lambda f: f[0])
    outcome = replay(CONFIG, {'lan': frames})
    ours = [p for p in outcome.packets if p.get('flow', '').startswith('ip 10.0.0.2 ')]
    if outcome.drops.get('host_limit_routing', 0) < 3000:
        raise Failed(str(outcome.drops))
    if len(ours) != 6 or any(p['verdict'] != 'consumed' for p in ours):
        raise Failed('hellos of the neighbour: %s' % [p['verdict'] for p in ours])


SCENARIOS = [
    ('packets to our addresses', table(CONFIG, UNICAST)),
    ('groups of the link, broadcasts, protocols of the link', table(CONFIG, GROUPS)),
    ('ARP, ND and echo', table(CONFIG, NEIGHBOURS)),
    ('limits by class', limits),
    ('lookalikes', lookalikes),
]
