#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""One word of rules at a time: Linux and Weir with the same meaning, and frames of both families through both; started by
nft_words.sh.  Each word has a port of its own, by which both routers find its chain, so no word sees the frames of another."""

import pathlib
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
    neighbours: {10.0.0.2: PEER, 10.0.0.3: PEER, 10.0.0.250: PEER, "2001:db8:1::2": PEER, "2001:db8:1::3": PEER}
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
acls:
LISTS
pipelines:
  all:
    - track
    - acl: all
    - route: main
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
'''
A, A3, FAR = ('10.0.0.2', '2001:db8:1::2'), ('10.0.0.3', '2001:db8:1::3'), ('203.0.113.9', '2001:db8:9::9')
OTHER = ('203.0.113.10', '2001:db8:9::10')


def flow(port, n=1, src=A, dst=FAR, sport=1000, same=False, size=4, side='lan'):
    """n datagrams of each family, each of a flow of its own unless same."""
    return lambda make: [(side, make(src[f], dst[f], sport if same else sport + i, port, size)) for f in (0, 1) for i in range(n)]


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
    ('times that hold always', 2015, ['meta hour "00:00"-"23:59:59" accept'], ['{time: {from: "00:00", to: "24:00"}, action: accept}'], flow(2015, 2)),
]


def weir_config():
    lists = '  all:\n    default: drop\n    rules:\n      - {proto: udp, dport: [7, 40000], action: accept}\n      - {proto: tcp, action: accept}\n'
    lists += ''.join('      - {name: "%s", proto: udp, dport: %d, call: w%d}\n' % (w[0], w[1], w[1]) for w in WORDS)
    for _, port, _, rules, _ in WORDS:
        lists += '  w%d:\n    default: drop\n    rules:\n%s' % (port, ''.join('      - %s\n' % r for r in rules))
    return WEIR.replace('LISTS\n', lists).replace('PEER', PEER).replace('PORT', '2011')


def nft_rules():
    lists = '\tchain forward {\n\t\ttype filter hook forward priority filter; policy drop;\n\t\toifname "wan" tcp flags syn tcp option maxseg size set rt mtu\n'
    lists += '\t\tudp dport { 7, 40000 } accept\n\t\tmeta l4proto tcp accept\n' + ''.join('\t\tudp dport %d jump w%d\n' % (w[1], w[1]) for w in WORDS) + '\t}\n'
    for _, port, rules, _, _ in WORDS:
        lists = '\tchain w%d {\n%s\t}\n' % (port, ''.join('\t\t%s\n' % r for r in rules + ['drop'])) + lists
    return NFT.replace('LISTS\n', lists).replace('PORT', '2011')


if sys.argv[1:] in (['weir'], ['nft']):
    print(weir_config() if sys.argv[1] == 'weir' else nft_rules())
    sys.exit(0)

from scapy.config import conf                           # noqa: E402
from scapy.layers.inet import IP, TCP, UDP              # noqa: E402
from scapy.layers.inet6 import IPv6                     # noqa: E402
from scapy.layers.l2 import Ether                       # noqa: E402
from scapy.packet import Raw                            # noqa: E402

conf.verb = 0
import wire                                             # noqa: E402
from verdict import describe                            # noqa: E402

wire.PUBLIC = wire.INSIDE                               # nothing is translated here


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
    ready = []
    for side, packet in frames:
        kind = 0x86dd if packet.version == 6 else 0x0800
        ready.append((side, bytes(Ether(src=wire.PEER[side], dst=wire.MAC[side], type=kind) / packet)))
    return sorted(describe(router.pass_frames(ready)))


def main(words):
    wire.stay_on_one_core()
    weir, linux = wire.Router('weir'), wire.Router('linux')
    failed = 0
    probes = [(w[0], w[4]) for w in WORDS] + [('mss', syns)]
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
