#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""One word of rules at a time: Linux and Weir with the same meaning, and frames of both families through both; started by
nft_words.sh.  Each word has a port of its own, by which both routers find its chain, so no word sees the frames of another."""

import pathlib
import re
import socket
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent / 'nft_oracle'
sys.path[:0] = [str(HERE), str(HERE.parent.parent / 'support')]
sys.dont_write_bytecode = True

PEER = '"02:00:00:00:01:02"'
WEIR = '''version: 1
system: {workers: [0], flows: 16384}
ports:
  lan: {device: "net_af_packet0,iface=lan"}
  wan: {device: "net_af_packet1,iface=wan"}
interfaces:
  lan:
    addresses: [10.0.0.1/24, "2001:db8:1::1/64"]
    pipeline: all
    neighbours: {10.0.0.2: PEER, 10.0.0.3: PEER, 10.0.0.80: PEER, 10.0.0.250: PEER, "2001:db8:1::2": PEER, "2001:db8:1::3": PEER,
      "2001:db8:1::80": PEER}
  wan:
    addresses: [198.51.100.1/24, "2001:db8:2::1/64"]
    mtu: 1400
    pipeline: all
    neighbours: {198.51.100.2: "02:00:00:00:02:02", "2001:db8:2::2": "02:00:00:00:02:02"}
routes:
  main: [{to: 203.0.113.0/24, via: 198.51.100.2}, {to: "2001:db8:9::/48", via: "2001:db8:2::2"}]
sets:
  ends: {endpoints: ["udp 203.0.113.9:PORT", "udp 203.0.113.16/28:PORT", "udp [2001:db8:9::9]:PORT"]}
  couples: {pairs: ["10.0.0.2 > 203.0.113.9", "2001:db8:1::2 > 2001:db8:9::9"]}
  seen: {timeout: 1h, size: 1024}
nat:
  uplink: {pool: [198.51.100.1, "2001:db8:2::1"]}
acls:
LISTS
pipelines:
  all:
    - track
    - dnat:
        - {to: "10.0.0.80:2020", if: {dst: 198.51.100.1, proto: udp, dport: 2120}}
        - {to: "[2001:db8:1::80]:2020", if: {dst: "2001:db8:2::1", proto: udp, dport: 2120}}
        - {to: 10.0.0.80, if: {dst: 198.51.100.1, proto: udp, dport: 2025}}
        - {to: "2001:db8:1::80", if: {dst: "2001:db8:2::1", proto: udp, dport: 2025}}
    - dnat: {map: {from: 198.51.101.0/24, to: 10.0.0.0/24}}
    - dnat: {map: {from: "2001:db8:101::/64", to: "2001:db8:1::/64", neutral: false}}
    - dnat: {map: {from: "2001:db8:201::/48", to: "2001:db8:1::/48"}}
    - dnat: {map: {from: "2001:db8:301:7::/64", to: "2001:db8:1::/64"}}
    - route: main
    - acl: all
    - snat: {map: {from: 10.0.0.0/24, to: 198.51.101.0/24}, if: {out: wan, proto: udp, dport: 2030}}
    - snat: {map: {from: "2001:db8:1::/64", to: "2001:db8:101::/64", neutral: false}, if: {out: wan, proto: udp, dport: 2030}}
    - snat: {map: {from: "2001:db8:1::/48", to: "2001:db8:201::/48"}, if: {out: wan, proto: udp, dport: 2031}}
    - snat: {map: {from: "2001:db8:1::/64", to: "2001:db8:301:7::/64"}, if: {out: wan, proto: udp, dport: 2032}}
    - snat: {use: uplink, if: {out: wan, proto: udp, dport: 2021}}
    - mss: {to: auto, if: {out: wan}}
'''
NFT = '''table inet words {
	set ends4 { type ipv4_addr . inet_service; flags interval; elements = { 203.0.113.9 . PORT, 203.0.113.16/28 . PORT } }
	set ends6 { type ipv6_addr . inet_service; elements = { 2001:db8:9::9 . PORT } }
	set couples4 { type ipv4_addr . ipv4_addr; elements = { 10.0.0.2 . 203.0.113.9 } }
	set couples6 { type ipv6_addr . ipv6_addr; elements = { 2001:db8:1::2 . 2001:db8:9::9 } }
	set seen4 { type ipv4_addr; flags dynamic,timeout; timeout 1h; size 1024; }
	set seen6 { type ipv6_addr; flags dynamic,timeout; timeout 1h; size 1024; }
	set rate4 { type ipv4_addr; flags dynamic; size 1024; }
	set rate6 { type ipv6_addr; flags dynamic; size 1024; }
	set count4 { type ipv4_addr; flags dynamic; size 1024; }
	set count6 { type ipv6_addr; flags dynamic; size 1024; }
LISTS
}
table inet stateless {                 # beside the prefixes that ip6tables translates (nft_words.sh)
	chain prerouting {
		type filter hook prerouting priority raw;
		udp dport { 2031, 2032 } notrack
		udp sport { 2031, 2032 } notrack
	}
}
table inet translation {
	chain prerouting {
		type nat hook prerouting priority dstnat;
		ip daddr 198.51.100.1 udp dport 2120 dnat ip to 10.0.0.80:2020
		ip6 daddr 2001:db8:2::1 udp dport 2120 dnat ip6 to [2001:db8:1::80]:2020
		ip daddr 198.51.100.1 udp dport 2025 dnat ip to 10.0.0.80
		ip6 daddr 2001:db8:2::1 udp dport 2025 dnat ip6 to 2001:db8:1::80
		dnat ip prefix to ip daddr map { 198.51.101.0/24 : 10.0.0.0/24 }
		dnat ip6 prefix to ip6 daddr map { 2001:db8:101::/64 : 2001:db8:1::/64 }
	}
	chain postrouting {
		type nat hook postrouting priority srcnat;
		oifname "wan" udp dport 2030 snat ip prefix to ip saddr map { 10.0.0.0/24 : 198.51.101.0/24 }
		oifname "wan" udp dport 2030 snat ip6 prefix to ip6 saddr map { 2001:db8:1::/64 : 2001:db8:101::/64 }
		oifname "wan" udp dport 2021 masquerade
	}
}
'''
A, A3, FAR = ('10.0.0.2', '2001:db8:1::2'), ('10.0.0.3', '2001:db8:1::3'), ('203.0.113.9', '2001:db8:9::9')
OURS, SERVER, MAPPED = ('198.51.100.1', '2001:db8:2::1'), ('10.0.0.80', '2001:db8:1::80'), ('198.51.101.%s', '2001:db8:101::%s')
OTHER = ('203.0.113.10', '2001:db8:9::10')


def flow(port, n=1, src=A, dst=FAR, sport=1000, same=False, size=4, side='lan'):
    """n datagrams of each family, each of a flow of its own unless same."""
    return lambda make: [(side, make(src[f], dst[f], sport if same else sport + i, port, size)) for f in (0, 1) for i in range(n)]


def answer(port, src=FAR, dst=A, sport=1000, side='wan', n=1):
    """Datagrams that come from a port, to what another one was sent from."""
    return lambda make: [(side, make(src[f], dst[f], port, sport + i, 4)) for f in (0, 1) for i in range(n)]


def error(port, src, sport=5000):
    """Port unreachable, from FAR, about a datagram that left with the source src."""
    def frames(make):
        out = []
        for f in (0, 1):
            about = make(src[f], FAR[f], sport, port, 4)
            about[1].len, about[1].chksum = None, None
            quote = Raw(bytes(about))
            out.append(('wan', IP(src=FAR[0], dst=src[0]) / ICMP(type=3, code=3) / quote if f == 0
                        else IPv6(src=FAR[1], dst=src[1]) / ICMPv6DestUnreach(code=4) / quote))
        return out
    return frames


def neutral(address, inside, outside, bits):
    """RFC 6296: the address behind another prefix of 48 or of 64 bits, so that the checksum of its packets stays."""
    def words(text):
        return list(struct.unpack('!8H', socket.inet_pton(socket.AF_INET6, text)))

    def total(values):
        n = sum(values)
        while n > 0xffff:
            n = (n & 0xffff) + (n >> 16)
        return n

    was, now = words(address), words(outside)[:bits // 16]
    now += was[bits // 16:]
    at = 3 if bits == 48 else next(i for i in range(4, 8) if was[i] != 0xffff)
    now[at] = total([was[at], total(words(inside)), 0xffff - total(words(outside))])
    now[at] = 0 if now[at] == 0xffff else now[at]
    return socket.inet_ntop(socket.AF_INET6, struct.pack('!8H', *now))


def prefix(port, outside, bits, more):
    """Both directions of NPTv6, with sources of other subnets and interfaces, and one that has no word to change.  Not of subnet ffff
    behind 48 bits: Linux makes of it what it makes of subnet 0, and Weir drops it (RFC 6296)."""
    there = [neutral(a, '2001:db8:1::', outside, bits) for a in (A[1], SERVER[1])]
    return both(flow(port, 2, sport=5000), answer(port, dst=(A[0], there[0]), sport=5000, n=2), flow(port, 1, src=OTHER, dst=(SERVER[0], there[1]), sport=6000, side='wan'),
                *(flow(port, 1, src=(A3[0], source), sport=5001 + i) for i, source in enumerate(more)))


def pieces(port):
    """Datagrams in fragments, in order and not; of one the first fragment does not come."""
    def frames(make):
        out = []
        for f in (0, 1):
            for i, order in enumerate(((0, 1, 2), (2, 0, 1), (1, 2), (0, 1, 2))):
                whole = bytes(make(A[f], FAR[f], 1000 + i, port, 2000))
                parts = cut4(whole, 70 + i) if f == 0 else cut6(whole, 70 + i)
                out += [('lan', parts[n]) for n in order]
        return out
    return frames


def cut4(whole, name, size=720):
    head, data = whole[:20], whole[20:]
    return [IP(src=socket.inet_ntoa(head[12:16]), dst=socket.inet_ntoa(head[16:20]), proto=17, id=name, flags='MF' if at + size < len(data) else 0,
               frag=at // 8) / Raw(data[at:at + size]) for at in range(0, len(data), size)]


def cut6(whole, name, size=720):
    head, data = whole[:40], whole[40:]
    return [IPv6(src=socket.inet_ntop(socket.AF_INET6, head[8:24]), dst=socket.inet_ntop(socket.AF_INET6, head[24:40]))
            / IPv6ExtHdrFragment(nh=17, id=name, m=int(at + size < len(data)), offset=at // 8) / Raw(data[at:at + size]) for at in range(0, len(data), size)]


def marked(port):
    """With three values of the DSCP."""
    return lambda make: [('lan', with_dscp(make(A[f], FAR[f], 1000 + i, port, 4), dscp)) for f in (0, 1) for i, dscp in enumerate((0, 8, 46))]


def with_dscp(packet, dscp):
    setattr(packet, 'tc' if packet.version == 6 else 'tos', dscp << 2)
    return packet


def opening(port):
    """SYNs without and with the flags of ECN."""
    return lambda _: [('lan', (IPv6 if f else IP)(src=A[f], dst=FAR[f]) / TCP(sport=1000 + i, dport=port, flags=flags, seq=7))
                      for f in (0, 1) for i, flags in enumerate(('S', 'SEC', 'SE'))]


def messages(_):
    return [('lan', IP(src=A[0], dst=FAR[0]) / ICMP(type=kind, id=77 + kind)) for kind in (8, 13, 15)] \
        + [('lan', IPv6(src=A[1], dst=FAR[1]) / ICMPv6EchoRequest(id=i, data=b'ping')) for i in (1, 2)]


def both(*parts):
    return lambda make: [frame for part in parts for frame in part(make)]


# name, port, rules of nftables, rules of Weir, frames.  What no rule decides is dropped.
WORDS = [
    ('limit', 2000, ['limit rate 2/hour burst 6 packets accept'], ['{limit: {rate: 2/h, burst: 6}, action: accept}'], flow(2000, 12)),
    ('limit of one flow', 2001, ['limit rate 2/hour burst 5 packets accept'], ['{limit: {rate: 2/h, burst: 5}, action: accept}'], flow(2001, 12, same=True)),
    ('limit over', 2002, ['limit rate over 1/day burst 3 packets drop', 'accept'], ['{limit: {rate: 1/d, burst: 3, over: true}, action: drop}', '{action: accept}'],
     flow(2002, 9)),
    ('limit per source', 2003, ['update @rate4 { ip saddr limit rate over 1/hour burst 4 packets } drop', 'update @rate6 { ip6 saddr limit rate over 1/hour burst 4 packets } drop', 'accept'],
     ['{limit: {per: source, rate: 1/h, burst: 4, over: true}, action: drop}', '{action: accept}'], both(flow(2003, 8), flow(2003, 6, src=A3))),
    ('limit and later rules', 2004, ['limit rate 1/hour burst 3 packets accept', 'udp sport 1000-1005 accept'],
     ['{limit: {rate: 1/h, burst: 3}, action: accept}', '{proto: udp, sport: 1000-1005, action: accept}'], flow(2004, 10)),
    ('connections of a source', 2005, ['ct state established accept', 'add @count4 { ip saddr ct count over 5 } drop', 'add @count6 { ip6 saddr ct count over 5 } drop', 'accept'],
     ['{state: established, action: accept}', '{limit: {per: source, sessions: 5, over: true}, action: drop}', '{action: accept}'],
     both(flow(2005, 8), flow(2005, 3, src=A3))),
    ('quota', 2006, ['quota 1000 bytes accept'], ['{quota: 1000, action: accept}'], lambda make: [('lan', make(A[0], FAR[0], 1000 + i, 2006, 73)) for i in range(15)]),
    ('quota over', 2007, ['quota over 1000 bytes drop', 'accept'], ['{quota: {bytes: 1000, over: true}, action: drop}', '{action: accept}'],
     lambda make: [('lan', make(A[1], FAR[1], 1000 + i, 2007, 53)) for i in range(15)]),
    ('rpf strict', 2008, ['fib saddr . iif oif missing drop', 'accept'], ['{rpf: "!strict", action: drop}', '{action: accept}'],
     both(flow(2008, 2), flow(2008, 2, src=('203.0.113.77', '2001:db8:9::77')), flow(2008, 2, src=('192.0.2.9', '2001:db8:77::9')))),
    ('rpf loose', 2009, ['fib saddr oif missing drop', 'accept'], ['{rpf: "!loose", action: drop}', '{action: accept}'],
     both(flow(2009, 2), flow(2009, 2, src=('203.0.113.77', '2001:db8:9::77')), flow(2009, 2, src=('192.0.2.9', '2001:db8:77::9')))),
    ('rpf holds', 2010, ['fib saddr . iif oif exists accept'], ['{rpf: strict, action: accept}'],
     both(flow(2010, 2), flow(2010, 2, src=('203.0.113.77', '2001:db8:9::77')))),
    ('endpoints', 2011, ['ip daddr . udp dport @ends4 accept', 'ip6 daddr . udp dport @ends6 accept'], ['{dst: $ends, action: accept}'],
     both(flow(2011, 2), flow(2011, 2, dst=OTHER), flow(2011, 1, dst=('203.0.113.20', '2001:db8:9::20')), flow(2011, 1, dst=('203.0.113.32', '2001:db8:9::32')))),
    ('pairs', 2012, ['ip saddr . ip daddr @couples4 accept', 'ip6 saddr . ip6 daddr @couples6 accept'], ['{pair: $couples, action: accept}'],
     both(flow(2012, 2), flow(2012, 1, src=A3), flow(2012, 1, dst=OTHER))),
    ('rules that continue', 2013, ['counter', 'udp sport 1000-1002 counter', 'udp sport 1001-1003 accept'],
     ['{action: continue}', '{proto: udp, sport: 1000-1002, action: continue}', '{proto: udp, sport: 1001-1003, action: accept}'], flow(2013, 6)),
    ('a set that is filled', 2014, ['udp sport 1002 add @seen4 { ip saddr }', 'udp sport 1002 add @seen6 { ip6 saddr }', 'ip saddr @seen4 drop', 'ip6 saddr @seen6 drop', 'accept'],
     ['{src: $seen, action: drop}', '{proto: udp, sport: 1002, add: $seen, action: drop}', '{action: accept}'], flow(2014, 6)),
    ('addresses', 2016, ['ip saddr 10.0.0.2/31 ip daddr != 203.0.113.16/28 accept', 'ip6 saddr 2001:db8:1::2/127 ip6 daddr != 2001:db8:9::10/124 accept'],
     ['{src: [10.0.0.2/31, "2001:db8:1::2/127"], dst: ["!203.0.113.16/28", "!2001:db8:9::10/124"], action: accept}'],
     both(flow(2016, 2), flow(2016, 1, src=A3), flow(2016, 1, dst=('203.0.113.20', '2001:db8:9::1f')), flow(2016, 1, dst=('203.0.113.32', '2001:db8:9::20')))),
    ('ports', 2017, ['udp sport 1000-1002 accept', 'udp sport != 1000-1005 accept'],
     ['{proto: udp, sport: 1000-1002, action: accept}', '{proto: udp, sport: "!1000-1005", action: accept}'], flow(2017, 9)),
    ('length', 2018, ['meta length 60-80 accept'], ['{length: 60-80, action: accept}'], both(*(flow(2018, 1, sport=1000 + n, size=n) for n in (11, 12, 31, 32, 33, 52, 53)))),
    ('mac', 2019, ['ether saddr 02:00:00:00:01:99 accept', 'ether saddr != 02:00:00:00:01:02 accept', 'udp sport 1001 ether saddr 02:00:00:00:01:02 accept'],
     ['{mac: "02:00:00:00:01:99", action: accept}', '{mac: "!02:00:00:00:01:02", action: accept}', '{proto: udp, sport: 1001, mac: "02:00:00:00:01:02", action: accept}'], flow(2019, 3)),
    ('dscp', 2022, ['ip dscp { cs1, ef } accept', 'ip6 dscp != { cs0, cs1 } accept'],
     ['{src: 0.0.0.0/0, dscp: [cs1, ef], action: accept}', '{src: "::/0", dscp: ["!cs0", "!cs1"], action: accept}'], marked(2022)),
    ('interfaces', 2023, ['iifname lan oifname wan udp sport 1000-1001 accept', 'iifname wan oifname != wan udp sport 1001 accept'],
     ['{in: lan, out: wan, proto: udp, sport: 1000-1001, action: accept}', '{in: wan, out: "!wan", proto: udp, sport: 1001, action: accept}'],
     both(flow(2023, 3), flow(2023, 3, src=OTHER, dst=A, side='wan'))),
    ('state', 2024, ['ct state new accept'], ['{state: new, action: accept}'], both(flow(2024, 2, same=True), answer(2024), flow(2024, 1, same=True), flow(2024, 2, sport=1001))),
    ('translated or not', 2025, ['ct status dnat accept'], ['{nat: dnat, action: accept}'],
     both(flow(2025, 2, src=FAR, dst=OURS, side='wan'), flow(2025, 2, src=OTHER, dst=SERVER, side='wan'))),
    ('reject', 2026, ['udp sport 1000 reject', 'udp sport 1001 reject with icmpx type no-route', 'udp sport 1002 reject with icmpx type host-unreachable',
                      'udp sport 1003 reject with icmpx type admin-prohibited', 'meta l4proto tcp reject with tcp reset'],
     ['{proto: udp, sport: 1000, action: reject, with: port-unreachable}', '{proto: udp, sport: 1001, action: reject, with: net-unreachable}',
      '{proto: udp, sport: 1002, action: reject, with: host-unreachable}', '{proto: udp, sport: 1003, action: reject, with: prohibited}',
      '{proto: tcp, action: reject, with: reset}'], both(flow(2026, 5), opening(2026))),
    ('call and return', 2027, ['jump sub', 'udp sport 1000-1001 accept'], ['{call: sub}', '{proto: udp, sport: 1000-1001, action: accept}'], flow(2027, 5)),
    ('flags', 2028, ['tcp flags & (syn|ack) == syn tcp flags & ecn != 0 accept', 'tcp flags & (ecn|cwr) == 0 tcp sport 1000 accept'],
     ['{proto: tcp, flags: SE/SAE, action: accept}', '{proto: tcp, flags: 0/EC, sport: 1000, action: accept}'], opening(2028)),
    ('dnat', 2020, ['accept'], ['{action: accept}'],
     both(flow(2120, 2, src=FAR, dst=OURS, side='wan', sport=5000), answer(2020, src=SERVER, dst=FAR, sport=5000, side='lan', n=2), flow(2020, 1, src=OTHER, dst=SERVER, side='wan'))),
    ('snat', 2021, ['accept'], ['{action: accept}'], both(flow(2021, 2, sport=5000), answer(2021, dst=OURS, sport=5000, n=2), error(2021, OURS), flow(2021, 1, sport=5000))),
    ('prefixes one to one', 2030, ['accept'], ['{action: accept}'],
     both(flow(2030, 2, sport=5000), answer(2030, dst=(MAPPED[0] % 2, MAPPED[1] % 2), sport=5000, n=2), error(2030, (MAPPED[0] % 2, MAPPED[1] % 2)),
          flow(2030, 2, src=OTHER, dst=(MAPPED[0] % 80, MAPPED[1] % 80), sport=6000, side='wan'), answer(2030, src=SERVER, dst=OTHER, sport=6000, side='lan'))),
    ('NPTv6, subnets', 2031, ['accept'], ['{action: accept}'], prefix(2031, '2001:db8:201::', 48, ('2001:db8:1:5::9', '2001:db8:1:fffe::9'))),
    ('NPTv6, interfaces', 2032, ['accept'], ['{action: accept}'],
     prefix(2032, '2001:db8:301:7::', 64, ('2001:db8:1::ffff:0:0:9', '2001:db8:1::fffe:1:2:3', '2001:db8:1:0:ffff:ffff:ffff:ffff'))),
    ('fragments', 2033, ['udp sport 1000-1002 accept'], ['{proto: udp, sport: 1000-1002, action: accept}'], pieces(2033)),
    ('times that hold always', 2015, ['meta hour "00:00"-"23:59:59" accept'], ['{time: {from: "00:00", to: "24:00"}, action: accept}'], flow(2015, 2)),
]


TRANSLATED = [2020, 2021, 2024, 2030, 2120]      # answers come from these ports; Weir sees those of a dnat as the client does


def weir_config():
    lists = '  all:\n    default: drop\n    rules:\n      - {proto: udp, dport: [7, 40000], action: accept}\n      - {proto: tcp, dport: 80, action: accept}\n'
    lists += '      - {state: related, action: accept}\n      - {icmp: [echo-request, 13], action: accept}\n'
    lists += '      - {proto: udp, sport: %s, state: established, action: accept}\n      - {proto: udp, sport: [2031, 2032], action: accept}\n' % TRANSLATED
    lists += ''.join('      - {name: "%s", proto: [tcp, udp], dport: %d, call: w%d}\n' % (w[0], w[1], w[1]) for w in WORDS)
    lists += '  sub:\n    rules:\n      - {proto: udp, sport: 1000, action: return}\n      - {proto: udp, sport: [1001, 1003], action: drop}\n      - {proto: udp, sport: 1002, action: accept}\n'
    for _, port, _, rules, _ in WORDS:
        lists += '  w%d:\n    default: drop\n    rules:\n%s' % (port, ''.join('      - %s\n' % r for r in rules))
    return WEIR.replace('LISTS\n', lists).replace('PEER', PEER).replace('PORT', '2011')


def nft_rules():
    lists = '\tchain forward {\n\t\ttype filter hook forward priority filter; policy drop;\n\t\toifname "wan" tcp flags syn tcp option maxseg size set rt mtu\n'
    lists += '\t\tudp dport { 7, 40000 } accept\n\t\ttcp dport 80 accept\n\t\tct state related accept\n\t\ticmp type { echo-request, timestamp-request } accept\n'
    lists += '\t\tudp sport { 2031, 2032 } accept\n\t\ticmpv6 type echo-request accept\n\t\tudp sport { %s } ct state established accept\n' % ', '.join(map(str, TRANSLATED))
    lists += ''.join('\t\tmeta l4proto { tcp, udp } th dport %d jump w%d\n' % (w[1], w[1]) for w in WORDS) + '\t}\n'
    for _, port, rules, _, _ in WORDS:
        lists = '\tchain w%d {\n%s\t}\n' % (port, ''.join('\t\t%s\n' % r for r in rules + ['drop'])) + lists
    lists = '\tchain sub {\n\t\tudp sport 1000 return\n\t\tudp sport { 1001, 1003 } drop\n\t\tudp sport 1002 accept\n\t}\n' + lists
    return NFT.replace('LISTS\n', lists).replace('PORT', '2011')


if sys.argv[1:] in (['weir'], ['nft']):
    print(weir_config() if sys.argv[1] == 'weir' else nft_rules())
    sys.exit(0)

from scapy.config import conf                           # noqa: E402
from scapy.layers.inet import ICMP, IP, TCP, UDP        # noqa: E402
from scapy.layers.inet6 import ICMPv6DestUnreach, ICMPv6EchoRequest, IPv6, IPv6ExtHdrFragment    # noqa: E402
from scapy.layers.l2 import Ether                       # noqa: E402
from scapy.packet import Raw                            # noqa: E402

conf.verb = 0
import wire                                             # noqa: E402
from verdict import describe                            # noqa: E402

wire.PUBLIC = wire.INSIDE                               # the markers are not translated


def datagram(src, dst, sport, dport, size):
    ip = IPv6(src=src, dst=dst) if ':' in src else IP(src=src, dst=dst)
    return ip / UDP(sport=sport, dport=dport) / Raw(b'x' * size)


def syns(_):
    """MSS of SYNs, above and below what the link takes, with other options before it, and without one.  Not at an odd offset:
    there Linux 6.18 writes a wrong checksum."""
    out = []
    for f in (0, 1):
        for i, options in enumerate(([('MSS', 1460)], [('SAckOK', b''), ('MSS', 9000)], [('MSS', 900)], [('NOP', None)], [('MSS', 1360)])):
            ip = IPv6(src=A[f], dst=FAR[f]) if f else IP(src=A[f], dst=FAR[f])
            out.append(('lan', ip / TCP(sport=3000 + i, dport=80, flags='S', seq=7, options=options)))
    return out


def pass_all(router, frames):
    """Frames of one side go in together; those of the other side wait for what these have begun."""
    out, ready = [], []
    for i, (side, packet) in enumerate(frames):
        kind = 0x86dd if packet.version == 6 else 0x0800
        ready.append((side, bytes(Ether(src=wire.PEER[side], dst=wire.MAC[side], type=kind) / packet)))
        if i + 1 == len(frames) or frames[i + 1][0] != side:
            out += router.pass_frames(ready)
            ready = []
    # Linux has counted the TTL down already in what it quotes behind hook forward.
    return sorted(re.sub(r' bytes ttl \d+', ' bytes', line) for line in describe(out))


def main(words):
    wire.stay_on_one_core()
    weir, linux = wire.Router('weir'), wire.Router('linux')
    failed = 0
    probes = [(w[0], w[4]) for w in WORDS] + [('mss', syns), ('icmp', messages)]
    for name, frames in probes:
        if words and not any(w in name for w in words):
            continue
        ours, theirs = pass_all(weir, frames(datagram)), pass_all(linux, frames(datagram))
        if ours == theirs and ours:
            print('ok %s: %d frames' % (name, len(ours)))
            continue
        failed += 1
        print('not ok %s' % name)
        for line in sorted(set(ours) ^ set(theirs))[:12] or ['nothing came out']:
            print('    %s %s' % ('Weir ' if line in ours else 'Linux', line))
    return failed != 0


sys.exit(main(sys.argv[1:]))
