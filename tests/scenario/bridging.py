# SPDX-License-Identifier: BSD-3-Clause
"""Bridges: which member a frame leaves by, what is learned, what is refused, and the bridge's own interface."""

import captures
from bench import PORTS, Failed, replay
from packets import *  # noqa: F403
from scapy.layers.inet import fragment

STATION = {n: '02:00:00:00:aa:%02x' % n for n in range(1, 9)}
ALL = 'ff:ff:ff:ff:ff:ff'
OWN = '02:00:00:00:01:01'      # the MAC of lan's port


def config(bridge='', lan='', pipelines='', own='addresses: [10.0.0.1/24], ', more=''):
    """lan, wan and dmz are one bridge; br0 is its own interface."""
    return PORTS + '''interfaces:
  lan: {pipeline: bridged%s}
  wan: {pipeline: bridged}
  dmz: {pipeline: bridged}
  br0: {bridge: br0, %spipeline: routed}
bridges:
  br0: {members: [lan, wan, dmz]%s}
routes: {main: []}
%spipelines:
%s  routed: [{route: main}]
''' % (lan, own, bridge, more, pipelines or '  bridged: [bridge]\n')


def frame_of(src, dst, payload=None, **ether):
    """A frame between stations, by number, or by MAC."""
    return (Ether(src=STATION.get(src, src), dst=STATION.get(dst, dst), **ether)
            / (payload or IP(src='10.0.0.%d' % (src if isinstance(src, int) else 99),
                             dst='10.0.0.%d' % (dst if isinstance(dst, int) else 98)) / UDP(sport=7, dport=9) / b'frame'))


def run(text, frames, options=(), apart=0.001):
    """frames: (port, frame[, seconds]).  For each: the ports that it left by; and the outcome."""
    by_port, when = {}, []
    for i, f in enumerate(frames):
        when.append(f[2] if len(f) > 2 else i * apart)
        by_port.setdefault(f[0], []).append((when[-1], f[1]))
    outcome = replay(text, by_port, options, sums=False)
    left = {}
    for port, out in outcome.out.items():
        for at, data in out:
            left.setdefault((round(at * 1e6), data), []).append(port)
    return [sorted(left.get((round(at * 1e6), bytes(f[1])), [])) for at, f in zip(when, frames)], outcome


def expect(want, text, frames, drops=None, **more):
    got, outcome = run(text, frames, **more)
    if got != [sorted(w.split()) for w in want]:
        raise Failed('left by %s, expected %s\n%s' % (got, want, outcome.packets[:6]))
    if drops is not None and outcome.drops != drops:
        raise Failed('drops %s, expected %s' % (outcome.drops, drops))
    return outcome


def learning():
    """An unknown station is looked for by all other members; once heard, its frames go to its member alone."""
    outcome = expect(['wan dmz', 'lan', 'wan', 'wan', 'lan'], config(), [
        ('lan', frame_of(1, 2)), ('wan', frame_of(2, 1)), ('lan', frame_of(1, 2, b'other' * 20)), ('lan', frame_of(1, 2)),
        ('dmz', frame_of(3, 1))], drops={})
    if [p['out'] for p in outcome.packets] != ['br0', 'lan', 'wan', 'wan', 'lan']:
        raise Failed(str(outcome.packets))
    if outcome.ledger['born'] != 1:
        raise Failed(str(outcome.ledger))


def hits():
    """A known flow follows its station within one packet."""
    one, back, moved = frame_of(1, 2), frame_of(2, 1), frame_of(2, 3)
    outcome = expect(['wan dmz', 'lan', 'wan', 'wan', 'wan', 'lan wan', 'dmz'], config(), [
        ('lan', one), ('wan', back), ('lan', one), ('lan', one), ('lan', one), ('dmz', moved), ('lan', one)])
    if outcome.packets[-1]['path'] != 'fast' or outcome.packets[-1]['out'] != 'dmz':
        raise Failed(str(outcome.packets[-1]))


def ageing():
    """A station that is silent for the time of ageing is looked for again."""
    expect(['wan dmz', 'lan', 'wan', 'wan dmz'], config(', ageing: 10s'), [
        ('lan', frame_of(1, 2), 0), ('wan', frame_of(2, 1), 1), ('lan', frame_of(1, 2), 9), ('lan', frame_of(1, 2), 25)])
    # What it sends, to whomever, keeps it alive.
    frames = [('lan', frame_of(1, 2), 0), ('wan', frame_of(2, 3), 1), ('wan', frame_of(2, 3), 9), ('wan', frame_of(2, 3), 17),
              ('lan', frame_of(1, 2), 25)]
    expect(['wan dmz', 'lan dmz', 'lan dmz', 'lan dmz', 'wan'], config(', ageing: 10s'), frames)


def groups():
    """Broadcast and multicast go to all other members, also of a source that is new; never back."""
    frames = [('lan', frame_of(1, ALL, ARP(op=1, psrc='10.0.0.5', pdst='10.0.0.6'))),
              ('wan', frame_of(2, '01:00:5e:01:02:03', IP(src='10.0.0.2', dst='239.1.2.3') / UDP() / b'x')),
              ('dmz', frame_of(3, '33:33:00:00:00:fb', IPv6(src='fe80::3', dst='ff02::fb') / UDP(sport=5353, dport=5353) / b'x')),
              ('lan', frame_of(1, ALL, b'\0' * 46, type=0x88b5))]
    expect(['wan dmz', 'lan dmz', 'lan wan', 'wan dmz'], config(own='', bridge=''), frames)


def refused():
    """802.1D addresses, sources that no station has, and the member that the frame came in by."""
    frames = [('lan', frame_of(1, '01:80:c2:00:00:%02x' % n, b'\x42\x42\x03' + b'\0' * 50, type=39)) for n in (0, 1, 2, 3, 14, 15)]
    frames += [('lan', frame_of(m, 2)) for m in ('01:00:5e:00:00:01', ALL, '00:00:00:00:00:00', OWN)]
    frames += [('lan', frame_of(1, 2)), ('lan', frame_of(2, 1))]
    expect([''] * 10 + ['wan dmz', ''], config(), frames,
           drops={'bridge_reserved': 6, 'bridge_bad_source': 4, 'bridge_same_port': 1})
    # 01:80:c2:00:00:10 and up are not reserved.
    expect(['wan dmz'], config(), [('lan', frame_of(1, '01:80:c2:00:00:10', b'\0' * 46, type=0x88b5))], drops={})


def moves():
    """A station that moves too often is put back where it was, until it has been quiet: a loop is no storm."""
    frames = [(('lan', 'wan')[n % 2], frame_of(1, 2, b'%03d' % n)) for n in range(20)]
    outcome = run(config(), frames)[1]
    if outcome.drops.get('bridge_moves', 0) != 7:          # after five moves those of wan
        raise Failed(str(outcome.drops))
    frames = [(p, f, n * 0.001) for n, (p, f) in enumerate(frames)] + [('lan', frame_of(1, 2, b'later'), 15),
                                                                      ('dmz', frame_of(3, 1, b'found'), 15.1)]
    got, outcome = run(config(), frames)
    if got[-2:] != [['dmz', 'wan'], ['lan']]:
        raise Failed(str(got))


def shares():
    """A flood of sources from one member takes no place of another's stations."""
    flood = [('lan', frame_of('02:66:00:00:%02x:%02x' % (n >> 8, n & 255), 2, b'%04d' % n)) for n in range(400)]
    frames = [('wan', frame_of(2, 3)), ('dmz', frame_of(3, 2))] + flood
    frames += [('wan', frame_of(2, 3)), ('dmz', frame_of(3, 2)), ('dmz', frame_of(4, 2)), ('wan', frame_of(2, 4))]
    got, outcome = run(config(', max: 48, flood: 1M/s'), frames)
    if got[:2] != [['dmz', 'lan'], ['wan']] or got[-4:] != [['dmz'], ['wan'], ['wan'], ['dmz']]:
        raise Failed(str(got[:2] + got[-4:]))
    if any(g != ['wan'] for g in got[2:-4]):
        raise Failed('an unlearned source is forwarded nevertheless')


def limited():
    """Rates of frames to unknown stations, and of broadcasts, of each member for itself."""
    frames = [('lan', frame_of(1, 8, b'%03d' % n), n * 1e-5) for n in range(60)]
    frames += [('lan', frame_of(1, ALL, b'\0%03d' % n * 12, type=0x88b5), 0.001 + n * 1e-5) for n in range(60)]
    frames += [('wan', frame_of(2, 8), 0.002), ('wan', frame_of(2, ALL, b'\0' * 46, type=0x88b5), 0.0021), ('wan', frame_of(2, 1), 0.0022)]
    got, outcome = run(config(', flood: 40/s, broadcast: 20/s'), frames)
    if got[-3:] != [['dmz', 'lan'], ['dmz', 'lan'], ['lan']]:
        raise Failed(str(got[-3:]))
    left = [sum(map(bool, got[i:i + 60])) for i in (0, 60)]
    if outcome.drops != {'bridge_flood': 60 - left[0], 'bridge_broadcast': 60 - left[1]} or not 10 <= left[1] <= left[0] < 60:
        raise Failed('%s %s' % (left, outcome.drops))


def vlans():
    """Tags that no interface has pass as they are, and each VLAN has its own stations."""
    def tagged(vlan, src, dst, **more):
        return frame_of(src, dst, Dot1Q(vlan=vlan, **more) / IP(src='10.0.0.1', dst='10.0.0.2') / UDP() / b'tagged')

    expect(['wan dmz', 'lan', 'wan', 'wan dmz', 'wan dmz', 'lan wan', 'dmz'], config(), [
        ('lan', tagged(20, 1, 2)), ('wan', tagged(20, 2, 1)), ('lan', tagged(20, 1, 2, prio=5)), ('lan', frame_of(1, 2)),
        ('lan', tagged(30, 1, 2)), ('dmz', tagged(30, 2, 3)), ('lan', tagged(30, 1, 2))])


TRANSLATED = PORTS + """interfaces:
  lan: {pipeline: bridged}
  lan20: {port: lan, vlan: 20, pipeline: bridged}
  wan30: {port: wan, vlan: 30, pipeline: bridged}
  dmz: {pipeline: bridged}
  qinq: {port: dmz, vlan: 100, inner_vlan: 7, pipeline: bridged}
bridges:
  plain: [lan, dmz]
  other: {members: [lan20, wan30, qinq]}
pipelines:
  bridged: [bridge]
"""


def tags():
    """VLAN interfaces are members like others: their tags are taken off, and those of the egress put on."""
    def inside(*tags_):
        f = IP(src='10.0.0.1', dst='10.0.0.2') / UDP() / b'inside'
        for tag in reversed(tags_):
            f = tag / f
        return f

    frames = {'lan': [(0, frame_of(1, ALL, inside(Dot1Q(vlan=20, prio=3)))), (0.1, frame_of(1, ALL, inside())),
                      (0.4, frame_of(1, 2, inside(Dot1Q(vlan=20))))],
              'wan': [(0.2, frame_of(2, 1, inside(Dot1Q(vlan=30))))],
              'dmz': [(0.3, frame_of(3, 2, Dot1AD(vlan=100) / Dot1Q(vlan=7) / IP(src='10.0.0.3', dst='10.0.0.2') / UDP()))]}
    out = {p: [(round(t, 1), Ether(d)) for t, d in o] for p, o in replay(TRANSLATED, frames, sums=False).out.items()}
    got = {p: [(t, [(x.type if hasattr(x, 'type') else 0, x.vlan, x.prio) for x in layers(e)]) for t, e in o]
           for p, o in out.items()}
    want = {'lan': [(0.2, [(0x800, 20, 0)])],
            'wan': [(0.0, [(0x800, 30, 3)]), (0.3, [(0x800, 30, 0)]), (0.4, [(0x800, 30, 0)])],
            'dmz': [(0.0, [(0x8100, 100, 3), (0x800, 7, 3)]), (0.1, [])]}
    if got != want or out['dmz'][0][1].type != 0x88a8:
        raise Failed('%s\nexpected %s' % (got, want))


def layers(ether):
    """The tags of a frame."""
    found, p = [], ether
    while p:
        if isinstance(p, (Dot1Q, Dot1AD)):
            found.append(p)
        p = p.payload
    return found


ROUTED = PORTS + """interfaces:
  lan: {pipeline: bridged}
  wan: {pipeline: bridged}
  br0: {bridge: br0, addresses: [10.0.0.1/24, "2001:db8:1::1/64"], pipeline: routed}
  dmz: {addresses: [192.0.2.1/24], neighbours: {192.0.2.2: "02:00:00:00:03:02"}, pipeline: routed}
bridges:
  br0: {members: [lan, wan]}
routes: {main: []}
pipelines:
  bridged: [{bridge: br0}]
  routed: [{route: main}]
"""


def irb():
    """The bridge's own interface answers ARP, ND and echo requests, and routes; what it sends goes to the station's member."""
    arp = frame_of(1, ALL, ARP(op=1, hwsrc=STATION[1], psrc='10.0.0.2', pdst='10.0.0.1'))
    echo = frame_of(1, OWN, IP(src='10.0.0.2', dst='10.0.0.1') / ICMP(id=7) / b'ping')
    through = [frame_of(1, OWN, IP(src='10.0.0.2', dst='192.0.2.2') / UDP(sport=n, dport=9) / b'x') for n in (5, 5, 5)]
    back = [Ether(src=PEER['dmz'], dst=MAC['dmz']) / IP(src='192.0.2.2', dst='10.0.0.2') / UDP(sport=9, dport=5) / b'y' for _ in range(3)]
    solicit = frame_of(1, '33:33:ff:00:00:01', IPv6(src='2001:db8:1::2', dst='ff02::1:ff00:1', hlim=255)
                       / ICMPv6ND_NS(tgt='2001:db8:1::1') / ICMPv6NDOptSrcLLAddr(lladdr=STATION[1]))
    moved = frame_of(1, ALL, ARP(op=1, hwsrc=STATION[1], psrc='10.0.0.2', pdst='10.0.0.7'))
    frames = {'lan': [(0, arp), (0.1, echo), (0.2, through[0]), (0.21, through[1]), (0.22, through[2]), (0.5, solicit)],
              'dmz': [(0.3, back[0]), (0.31, back[1]), (0.32, back[2]), (0.8, back[0])], 'wan': [(0.7, moved)]}
    outcome = replay(ROUTED, frames)
    out = {p: [Ether(d) for _, d in o] for p, o in outcome.out.items()}
    answers = [e for e in out['lan'] if e.src == OWN]
    if not (answers[0][ARP].op == 2 and answers[0][ARP].hwsrc == OWN and answers[1][ICMP].type == 0
            and [e[UDP].payload.load for e in answers[2:5]] == [b'y'] * 3 and answers[5].haslayer(ICMPv6ND_NA)):
        raise Failed(str(answers))
    if [bytes(e) for e in out['wan'][:2]] != [bytes(arp), bytes(solicit)] or len(out['wan']) != 3:
        raise Failed(str(out['wan']))
    if out['wan'][2].dst != STATION[1] or out['wan'][2][UDP].payload.load != b'y':
        raise Failed('the answer has not followed the station: %s' % out['wan'][2])
    if len(out['dmz']) != 3 or any(e[IP].ttl != 63 for e in out['dmz']):
        raise Failed(str(out['dmz']))


def firewall():
    """Stages in front of bridge work on bridged packets: access lists, sessions, rejections."""
    text = config(pipelines="""  bridged: [track, {acl: inside}, {bridge: br0}]
""", more="""acls:
  inside:
    default: drop
    rules:
      - {state: [established, related], action: accept}
      - {in: lan, proto: tcp, dport: 80, action: accept}
      - {proto: tcp, dport: 113, action: reject}
""")
    def segment(src, dst, flags, sport, dport, **more):
        return frame_of(src, dst, IP(src='10.0.0.%d' % src, dst='10.0.0.%d' % dst) / TCP(flags=flags, sport=sport, dport=dport, **more))

    frames = [('lan', segment(1, 2, 'S', 4000, 80, seq=100)), ('wan', segment(2, 1, 'SA', 80, 4000, seq=500, ack=101)),
              ('lan', segment(1, 2, 'A', 4000, 80, seq=101, ack=501)), ('wan', segment(2, 1, 'S', 4001, 80)),
              ('lan', segment(1, 2, 'S', 4002, 113)), ('dmz', segment(2, 1, 'A', 80, 4000, seq=501, ack=101))]
    got, outcome = run(text, frames)
    if got != [['dmz', 'wan'], ['lan'], ['wan'], [], [], ['lan']] or outcome.drops != {'acl_denied': 1, 'acl_rejected': 1}:
        raise Failed('%s %s' % (got, outcome.drops))
    reset = [Ether(d) for _, d in outcome.out['lan'] if Ether(d).haslayer(TCP) and 'R' in str(Ether(d)[TCP].flags)]
    if len(reset) != 1 or reset[0].dst != STATION[1] or outcome.told['sessions'] != 1:
        raise Failed(str(reset))


def large():
    """A frame that is larger than the MTU of the member that it would leave by is dropped; no one is told."""
    text = config().replace('  wan: {pipeline', '  wan: {mtu: 1000, pipeline')
    big = frame_of(1, 2, IP(src='10.0.0.1', dst='10.0.0.2') / UDP() / (b'x' * 1200))
    expect(['dmz'], text, [('lan', big)], drops={'mtu_exceeded': 1})
    expect(['lan dmz', ''], text, [('wan', frame_of(2, 1)), ('lan', big)], drops={'mtu_exceeded': 1})


def two_workers():
    """What one worker learns, the other knows."""
    text = config().replace('version: 1\n', 'version: 1\nsystem: {workers: [1, 2]}\n')
    frames = []
    for n in range(1, 60):
        station = '02:55:00:00:00:%02x' % n
        payload = IP(src='10.0.1.%d' % n, dst='10.0.2.%d' % n) / UDP(sport=n, dport=n) / b'w'
        frames += [('wan', frame_of(station, 1, payload)), ('lan', frame_of(1, station, payload.copy()))]
    got, outcome = run(text, frames, apart=0.01)
    if got[0] != ['dmz', 'lan'] or any(g != ['lan'] for g in got[2::2]) or any(g != ['wan'] for g in got[1::2]):
        raise Failed(str([(i, g) for i, g in enumerate(got)][:20]))


def wrong():
    """What cannot work is said at its place."""
    good = config()
    for old, new, *said in (
            ('br0: {members: [lan, wan, dmz]}', 'br0: {members: [lan, wan, lan]}', 'lan is a member of bridge br0 already'),
            ('br0: {members: [lan, wan, dmz]}', 'br0: {members: [lan, wan]}\n  other: [wan, dmz]', 'wan is a member of bridge br0 already'),
            ('[lan, wan, dmz]', '[]', 'the bridge has no member'),
            ('[lan, wan, dmz]', '[lan, wan, dnz]', "unknown interface 'dnz'", 'dmz'),
            ('[lan, wan, dmz]', '[lan, wan, br0]', 'br0 is the own interface of bridge br0'),
            ('[lan, wan, dmz]', '[lan, wan]', 'has a stage', 'dmz is a member of no bridge'),
            ('dmz: {pipeline: bridged}', 'dmz: {pipeline: routed}', "pipeline routed has no stage 'bridge'"),
            ('dmz: {pipeline: bridged}', 'dmz: {}', 'needs a pipeline'),
            ('dmz: {pipeline: bridged}', 'dmz: {addresses: [10.9.0.1/24], pipeline: bridged}', 'addresses belong to'),
            ('dmz: {pipeline: bridged}', 'dmz: {host: true, pipeline: bridged}', 'a kernel interface belong'),
            ('dmz: {pipeline: bridged}', 'dmz: {domain: red, pipeline: bridged}', 'not in one domain'),
            ('[bridge]', '[bridge, {route: main}]', "'route' is never reached: every packet ends in 'bridge'"),
            ('[bridge]', '[{route: main}, bridge]', "'bridge' and 'route' exclude each other"),
            ('[bridge]', '[{bridge: br1}]', "unknown bridge 'br1'"),
            ('[bridge]', '[track, {dnat: {to: 10.0.0.9, if: {proto: tcp, dport: 80}}}, bridge]', 'dnat', 'needs'),
            ('pipeline: routed}', 'pipeline: bridged}', 'has to route'),
            ('{bridge: br0, ', '{bridge: br0, port: lan, ', 'says already where its frames come from'),
            ('{bridge: br0, ', '{bridge: br0, vlan: 7, ', 'untagged'),
            ('{bridge: br0, ', '{bridge: brO, ', "unknown bridge 'brO'"),
            ('dmz]}', 'dmz], max: 3}', 'max'), ('dmz]}', 'dmz], flood: 0/s}', 'flood'), ('dmz]}', 'dmz], flood: 1Kbit}', 'eight frames'),
            ('dmz]}', 'dmz], mac: "01:00:00:00:00:01"}', 'not the MAC address of a station'), ('dmz]}', 'dmz], ageing: 0s}', 'ageing'),
            ('dmz]}', 'dmz], stp: true}', 'stp')):
        if old not in good:
            raise Failed('%s is not in the configuration' % old)
        captures.expect(captures.Folder(good.replace(old, new, 1)).weir('check', 'weir.yaml'), 1, 'weir.yaml:', *said)


def explained():
    """Explain says where a frame would go; conversations of a configuration follow stations, too."""
    folder = captures.Folder(config(more="""tests:
  - name: answers find their way
    steps:
      - {in: lan, packet: "udp 10.0.0.2:7 > 10.0.0.9:9", expect: output br0}
      - {in: br0, packet: "icmp 10.0.0.2 > 10.0.0.1 echo-request id 7", expect: consumed, reply: "icmp 10.0.0.1 > 10.0.0.2 echo-reply id 7"}
"""))
    captures.expect(folder.weir('check', 'weir.yaml'), 0)
    captures.expect(folder.weir('test', 'weir.yaml'), 0)
    captures.expect(folder.weir('explain', '-c', 'weir.yaml', '--in', 'lan', 'udp 10.0.0.2:1 > 10.0.0.3:9'), 0, 'bridge: br0, an unknown station',
                    'output br0')
    captures.expect(folder.weir('explain', '-c', 'weir.yaml', '--in', 'br0', 'udp 10.0.0.2:1 > 203.0.113.9:9'), 0, 'no_route')


def neighbours():
    """ARP, ND and multicast pass a pipeline that tracks; of a fragmented datagram all parts go one way."""
    text = config(pipelines='  bridged: [track, {acl: {use: few, if: {proto: [tcp, udp]}}}, bridge]\n',
                  more='acls: {few: {default: drop, rules: [{proto: udp, dport: 9, action: accept}]}}\n')
    big = IP(src='10.0.0.1', dst='10.0.0.2', id=7) / UDP(sport=7, dport=9) / (b'x' * 2000)
    parts = [frame_of(1, 2, p) for p in fragment(big, 1000)]
    solicit = frame_of(1, '33:33:ff:00:00:02', IPv6(src='fe80::1', dst='ff02::1:ff00:2', hlim=255)
                       / ICMPv6ND_NS(tgt='fe80::2') / ICMPv6NDOptSrcLLAddr(lladdr=STATION[1]))
    advert = frame_of(2, 1, IPv6(src='fe80::2', dst='fe80::1', hlim=255) / ICMPv6ND_NA(tgt='fe80::2', R=0))
    expect(['wan dmz', 'lan', 'wan dmz', 'lan', 'wan dmz', 'wan', 'wan', 'wan', ''], text, [
        ('lan', frame_of(1, ALL, ARP(op=1, psrc='10.0.0.5', pdst='10.0.0.6'))), ('wan', frame_of(2, 1, ARP(op=2, psrc='10.0.0.6', pdst='10.0.0.5'))),
        ('lan', solicit), ('wan', advert), ('lan', frame_of(1, '01:00:5e:00:00:fb', IP(src='10.0.0.1', dst='224.0.0.251') / UDP(dport=9) / b'x')),
        ('lan', parts[0]), ('lan', parts[1]), ('lan', parts[2]), ('lan', frame_of(1, 2, IP(src='10.0.0.1', dst='10.0.0.2') / UDP(dport=10) / b'x'))])


SCENARIOS = [
    ('learning', learning),
    ('known flows follow a station', hits),
    ('ageing', ageing),
    ('broadcast and multicast', groups),
    ('refused frames', refused),
    ('stations that move', moves),
    ('shares of members', shares),
    ('rates', limited),
    ('tags that pass', vlans),
    ('tags of members', tags),
    ('the own interface', irb),
    ('a firewall', firewall),
    ('large frames', large),
    ('two workers', two_workers),
    ('ARP, ND, multicast and fragments with track', neighbours),
    ('explain', explained),
    ('what is written wrong', wrong),
]
