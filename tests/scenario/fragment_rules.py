# SPDX-License-Identifier: BSD-3-Clause
"""What fragments must not do: pass by another one's judgement, or shut others out."""

import tempfile

import bench
import nat
from bench import Failed, replay, router
from fragments import CONFIG, expect, pieces, timed
from packets import *  # noqa: F403
from scapy.layers.inet import fragment
from scapy.layers.l2 import Dot1Q, Ether
from workers import with_two


def cut(packet, size=64, **more):
    """Frames of a packet's fragments, of either family."""
    v6 = IPv6 in packet
    data = bytes(packet)[40 if v6 else 20:]
    frames = []
    for at in range(0, len(data), size):
        last = at + size >= len(data)
        head = (IPv6(src=packet.src, dst=packet.dst, hlim=packet.hlim)
                / IPv6ExtHdrFragment(nh=packet.nh, id=packet.fl or 7, offset=at // 8, m=int(not last)) if v6 else
                IP(src=packet.src, dst=packet.dst, ttl=packet.ttl, id=packet.id, proto=packet.proto, frag=at // 8,
                   flags=0 if last else 'MF'))
        frames.append(lan(head / Raw(data[at:at + size]), **more))
    return frames


def datagrams(dport=53, ident=7, sport=4000, size=64, n=3, **ip):
    """The same datagram in both families."""
    load = b'x' * (n * size - 8)
    return [cut(udp(dport=dport, sport=sport, payload=load, id=ident, **ip), size),
            cut(udp6(dport=dport, sport=sport, payload=load, fl=ident,
                     **{'hlim' if k == 'ttl' else k: v for k, v in ip.items()}), size)]


def told(config, frames, tx, drops=None, held=0, step=0.001):
    expect(replay(config, {'lan': timed(frames, step)}, sums=False), tx, drops, held)


def second_first():
    """RFC 1858, 5722: no datagram has two transport headers, whatever each of them asks for."""
    for good, bad in zip(datagrams(53), datagrams(161)):
        told(CONFIG, [good[0], bad[0], good[1], good[2]], 1, {'frag_overlap': 3})
        told(CONFIG, [good[1], good[0], bad[0], good[2]], 2, {'frag_overlap': 2})
        told(CONFIG, [bad[0], good[1], good[2]], 0, {'acl_denied': 3})
        told(CONFIG, [bad[0], good[0], good[1], good[2]], 3, {'acl_denied': 1})
        told(CONFIG, [good[1], bad[0], good[0], good[2]], 2, {'acl_denied': 2})
    for one, other in zip(datagrams(53, sport=4000), datagrams(53, sport=4001)):
        told(CONFIG, [one[0], other[0], one[1], one[2]], 1, {'frag_overlap': 3})


def any_other_byte():
    """The same place with other bytes, a part of it, another end: each kills the datagram."""
    for a, b in zip(datagrams(), datagrams(n=4)):
        changed = a[1].copy()
        changed[Raw].load = b'y' + changed[Raw].load[1:]
        told(CONFIG, [a[0], a[1], changed, a[2]], 2, {'frag_overlap': 2})
        told(CONFIG, [a[1], changed, a[0], a[2]], 0, {'frag_overlap': 4})
        told(CONFIG, [a[0], a[2], b[3], a[1]], 2, {'frag_overlap': 2})          # behind the end
        told(CONFIG, [a[0], b[3], a[2], a[1]], 2, {'frag_overlap': 2})          # another end
        told(CONFIG, [a[0], b[2], a[2], a[1]], 2, {'frag_overlap': 2})          # the last one is not


TTL = router('[{acl: list}, {route: main}]', '''acls:
  list: {default: accept, rules: [{proto: udp, dport: 54, action: drop}]}
''')


def without_leaving():
    """A first fragment that is dropped names nothing; the others are dropped with it, in any order."""
    for a, gone in zip(datagrams(), datagrams(ttl=1)):
        a[0] = gone[0]
        told(TTL, a, 0, {'ttl_expired': 3})
        told(TTL, [a[2], a[0], a[1]], 0, {'ttl_expired': 3})
        told(router('[track, {route: main}]'), a, 0, {'ttl_expired': 3})
    big = [cut(udp6(payload=b'x' * 2600), 1280)]
    small = TTL.replace('  wan:\n    addresses', '  wan:\n    mtu: 1280\n    addresses')
    for a in big:
        told(small, a, 0, {'mtu_exceeded': 3})
    away = TTL.replace('via: 198.51.100.2}', 'via: 198.51.100.77}')
    outcome = replay(away, {'lan': timed(datagrams()[0])}, options=('--until', '20'), sums=False)
    if sum(outcome.drops.values()) != 3 or 'acl_denied' in outcome.drops:
        raise Failed(str(outcome.drops))
    police = router('[{acl: list}, {police: {rate: 1/s, burst: 1}}, {route: main}]', '''acls:
  list: {default: accept, rules: [{proto: udp, dport: 54, action: drop}]}
''')
    whole = datagrams(size=64)[0]
    told(police, [lan(udp(sport=4000, payload=b'x' * 60)), *whole], 1, {'police_exceeded': 3})


def by_port_forward():
    """tcp/22 does not pass by a forward of port 80."""
    text = nat.config(outside='{dnat: {to: 10.0.0.80, if: {dst: 198.51.100.1, proto: tcp, dport: 80}}}, {acl: a}, ') + '''acls:
  a: {default: drop, rules: [{proto: tcp, dst: 10.0.0.80, dport: 80, action: accept}]}
'''
    w = nat.Wire()
    for dport in (80, 22):
        w.send('wan', IP(src='203.0.113.9', dst='198.51.100.1', id=77, proto=6, flags='MF')
               / Raw(bytes(TCP(sport=4000, dport=dport)) + b'1234'))
    w.send('wan', IP(src='203.0.113.9', dst='198.51.100.1', id=77, proto=6, frag=3) / Raw(b'x' * 8))
    w.run(text, sums=False)
    if w.outcome.drops != {'frag_overlap': 2}:
        raise Failed(str(w.outcome.drops))


def many_of_a_source():
    """200 datagrams of one source, 10 a second, and 300 at once: complete ones count for nothing."""
    frames = [f for n in range(200) for f in pieces(2, n + 1)]
    told(router('[track, {route: main}]'), frames, 400, step=0.05)
    told(router('[track, {route: main}]'), [f for n in range(300) for f in pieces(2, n + 1)[::-1]], 600, step=0.00001)


def large():
    """65,507 bytes of UDP over a link of 1,280 bytes: 54 fragments, in any order."""
    whole = cut(udp(payload=b'z' * 65507), 1256)
    told(router('[track, {route: main}]'), whole, 53)
    told(router('[track, {route: main}]'), whole[::-1], 53)
    told(router('[track, {route: main}]'), cut(udp6(payload=b'z' * 60000), 1232)[::-1], 49)


def denied_ones_cost_nothing():
    """Denied fragments, first or with their others, in the name of a host: its own pass."""
    for odd in (1, 2):
        frames = [f for n in range(300) for f in pieces(3, 1000 + n, dport=161)[:odd]] + pieces(3, 5)
        told(CONFIG, frames, 3, {'acl_denied': 300 * odd}, step=0.01)
    # Later ones of nobody: the newest ones wait.
    frames = [pieces(2, 1000 + n)[1] for n in range(200)] + pieces(3, 5)[::-1]
    told(CONFIG, frames, 3, {'frag_limit': 137}, 63)


def one_interface_not_anothers():
    """A flood by lan does not take what wan needs: neither entries nor places for packets."""
    flood = [lan(IP(src='10.0.%d.%d' % (n >> 8, n & 255), dst=B, id=n, proto=17, frag=8, flags='MF') / Raw(b'x' * 64))
             for n in range(600)]
    late = [frame_of('wan', f) for f in pieces(3, 5)[:0:-1]]
    first = frame_of('wan', pieces(3, 5)[0])
    outcome = replay(CONFIG.replace('10.0.0.1/24', '10.0.0.1/16'),
                     {'lan': [(1 + i * 1e-5, f) for i, f in enumerate(flood)],
                      'wan': [(0, late[0]), (1.5, late[1]), (2, first)]}, sums=False)
    if outcome.ports['wan']['tx'] + outcome.ports['dmz']['tx'] + outcome.ports['lan']['tx'] != 3:
        raise Failed('%s %s' % (outcome.ports, outcome.drops))


def frame_of(port, f):
    """A frame of lan as it would come by another port, from another source."""
    packet = f[IP].copy()
    packet.src = '203.0.113.9'
    packet.dst = '192.0.2.2'
    del packet.chksum
    return bench.frame(port, packet)


def number_again():
    """An identification used again, at once or 10 s later, is another datagram with ports of its own."""
    for pause in (0.01, 10):
        for order in (1, -1):
            w = nat.Wire()
            for sport in (5000, 6000):
                for part in fragment(nat.udp(nat.A, nat.FAR, sport=sport, payload=b'q' * 1500, id=7), 1480)[::order]:
                    w.send('lan', part, pause if part.frag == 0 and order == 1 and sport == 6000 else 0.01)
            w.run(nat.config(), sums=False)
            got = [Ether(d)[IP] for _, d in w.outcome.out['wan'] if IP in Ether(d)]
            ports = [p[UDP].sport for p in got if p.frag == 0]
            numbers = {p.id for p in got}
            if len(got) != 4 or sorted(ports) != [5000, 6000] or len(numbers) != 2:
                raise Failed('%s after %s s: %s %s' % (order, pause, ports, numbers))


def unknown_vlan():
    frames = [lan(Dot1Q(vlan=9) / IP(src='10.0.0.%d' % (2 + n), dst=B, id=n, flags='MF') / UDP() / Raw(b'x' * 8))
              for n in range(20)]
    told(router('[track, {route: main}]'), frames, 0, {'vlan_unknown': 20})


ECMP = router('PIPELINE', routes='''routes:
  main:
    hash: HASH
    routes:
      - {to: 0.0.0.0/0, via: [198.51.100.2, 192.0.2.2]}
      - {to: "::/0", via: ["2001:db8:2::2", "2001:db8:3::2"]}
''')


def one_next_hop():
    """All of a datagram, in any order, and the flow that it belongs to."""
    for pipeline, by in (('[{route: main}]', 'tuple'), ('[track, {route: main}]', 'tuple'), ('[{route: main}]', 'symmetric'),
                         ('[{route: main}]', 'addresses')):
        frames = []
        for n in range(40):
            for family, parts in zip((4, 6), datagrams(ident=n + 1, sport=4000 + n)):
                whole = (udp if family == 4 else udp6)(dport=53, sport=4000 + n)
                frames += [lan(whole), *parts[::-1 if n % 2 else 1], lan(whole)]
        outcome = replay(ECMP.replace('PIPELINE', pipeline).replace('HASH', by), {'lan': timed(frames)}, sums=False)
        if outcome.drops or outcome.ledger['held']:
            raise Failed('%s: %s' % (pipeline, outcome.drops))
        hops = {}
        for port in ('wan', 'dmz'):
            for when, data in outcome.out[port]:
                hops.setdefault(round(when * 1000) // 5, set()).add(port)
        used = {p for h in hops.values() for p in h}
        if len(hops) != 80 or any(len(h) != 1 for h in hops.values()) or (used != {'wan', 'dmz'} and by != 'addresses'):
            raise Failed('%s, %s: %s' % (pipeline, by, hops))


def next_hop_alone():
    """A plain router loses nothing: a fragment whose first one does not come goes by its addresses."""
    frames = [p for n in range(10) for p in pieces(3, n + 1)[1:]]
    outcome = replay(ECMP.replace('PIPELINE', '[{route: main}]').replace('HASH', 'tuple'), {'lan': timed(frames)}, options=('--until', '2'),
                     sums=False)
    if outcome.drops or outcome.ledger['tx'] != 20:
        raise Failed('%s %s' % (outcome.drops, outcome.ledger))


MOVED = bench.PORTS + """interfaces:
  lan: {addresses: [10.0.0.1/24], pipeline: %s, neighbours: {10.0.0.2: "02:00:00:00:01:02"}}
  guest: {port: lan, vlan: %d, addresses: [10.5.0.1/24], pipeline: %s}
  wan: {addresses: [198.51.100.1/24], pipeline: plain, neighbours: {198.51.100.2: "02:00:00:00:02:02"}}
routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}"""


def moved(vlan, pipeline, port=53):
    return MOVED % (pipeline, vlan, pipeline) + """
acls:
  list: {default: drop, rules: [{proto: udp, dport: %d, action: accept}]}
pipelines:
  plain: [{route: main}]
  listed: [{acl: list}, {route: main}]
""" % port


def reloaded(before, after, frames, tx, drops=None, held=0, until='0'):
    """A reload at 0.45 s; frames are a tenth of a second apart."""
    with tempfile.NamedTemporaryFile('w', suffix='.yaml') as f:
        f.write(after)
        f.flush()
        outcome = replay(before, {'lan': timed(frames, 0.1)}, options=('--reload', '0.45=' + f.name, '--until', until),
                         sums=False)
    expect(outcome, tx, drops, held)


def tagged(f, vlan):
    return bench.frame('lan', Dot1Q(vlan=vlan) / f[IP])


def held_over_reload():
    """A held fragment is judged by the configuration in force, or dropped by name."""
    idle = [lan(udp(dport=53))] * 3
    a = pieces(3, src='10.5.0.9')
    five, six = [tagged(f, 5) for f in a], [tagged(f, 6) for f in a]
    reloaded(moved(5, 'listed'), moved(6, 'listed'), [five[2], five[1], *idle, six[0], six[1], six[2]], 6,
             {'vlan_unknown': 2})
    reloaded(moved(5, 'listed'), moved(6, 'listed'), [five[0], *idle, idle[0], five[1], six[1], six[0]], 7,
             {'vlan_unknown': 1})
    b = pieces(3)
    reloaded(moved(5, 'listed'), moved(5, 'listed', 54), [b[2], b[1], *idle, b[0]], 3, {'acl_denied': 3})
    reloaded(moved(5, 'listed'), moved(5, 'plain'), [b[2], b[1], *idle, idle[0]], 6)
    reloaded(moved(5, 'listed', 54), moved(5, 'listed'), [b[2], b[1], lan(udp(dport=54)), *idle[1:], b[0]], 4,
             {'acl_denied': 2})


def waiting_for_a_next_hop_over_reload():
    """Only the choice of a next hop waited; by now ports are looked at: without its first one, a fragment is not sent any more."""
    spreading = ECMP.replace('PIPELINE', '[{route: main}]').replace('HASH', 'tuple')
    for a in datagrams():
        reloaded(spreading, CONFIG, a[:0:-1], 0, {'frag_timeout': 2}, until='2')
        reloaded(CONFIG, spreading, a[:0:-1], 0, {}, 2, until='2')


WIRE = bench.PORTS + """interfaces: {lan: {pipeline: across}, wan: {pipeline: across}}
acls:
  list: {default: drop, rules: [{proto: udp, dport: 53, action: accept}]}
pipelines:
  across: [{acl: list}, {forward: wan}]
"""


def wire_becomes_a_router():
    """A wire takes the frames of all stations; what it holds when it becomes a router, and is not for Weir, is dropped."""
    load = b'x' * 184
    for ours, whole in zip(datagrams(), (udp(payload=load, id=8), udp6(payload=load, fl=8))):
        others = cut(whole, dst='02:00:00:00:99:99')
        reloaded(WIRE, router('[{route: main}]'), [others[2], ours[1], others[1]], 1, {'not_for_us': 2}, until='1')


CASES = [
    ('RFC 5722: a second first fragment', second_first),
    ('other bytes, another end', any_other_byte),
    ('a first fragment that does not leave names nothing', without_leaving),
    ('a second first fragment and a port forward', by_port_forward),
    ('many datagrams of a source', many_of_a_source),
    ('the largest datagram over the smallest link', large),
    ('what is denied costs its source nothing', denied_ones_cost_nothing),
    ('an interface does not take what another one needs', one_interface_not_anothers),
    ('an identification used again', number_again),
    ('a VLAN that nobody has', unknown_vlan),
    ('ECMP: a datagram and its flow by one next hop', one_next_hop),
    ('ECMP: a fragment alone', next_hop_alone),
    ('held over a reload', held_over_reload),
    ('held for a next hop over a reload', waiting_for_a_next_hop_over_reload),
    ('held by a wire that becomes a router', wire_becomes_a_router),
]
SCENARIOS = CASES + [('two workers: ' + name, with_two(function)) for name, function in CASES]
