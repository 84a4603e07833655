# SPDX-License-Identifier: BSD-3-Clause
"""Every drop reason that a packet can meet today: N packets raise that counter by N, and no other."""

from bench import PORTS, ROUTER, Failed, replay, router
from packets import *  # noqa: F403
from sanity import cut, patched

N = 3
UNKNOWN = ROUTER.replace('neighbours', '# neighbours')
SMALL = ROUTER.replace('  wan:\n    addresses', '  wan:\n    mtu: 1280\n    addresses')
UNUSED = PORTS + 'interfaces:\n  lan: {addresses: [10.0.0.1/24]}\n'
BLACKHOLE = router('[{route: main}]', routes='routes:\n  main:\n    - {to: 0.0.0.0/0, blackhole: true}\n')
TRACKED = router('[track, {route: main}]')
NO_ROUTE = router('[{route: main}]', routes='routes:\n  main: []\n')
DENY = router('[{acl: none}, {route: main}]', 'acls:\n  none: {default: drop, rules: []}\n')
REJECT = router('[{acl: none}, {route: main}]', 'acls:\n  none: {default: reject, rules: []}\n')
POLICE = router('[{police: {rate: 1/s, burst: 1}}, {route: main}]')
VLANS = PORTS + '''interfaces:
  guests: {port: lan, vlan: 20, addresses: [10.0.0.1/24], pipeline: all}
pipelines:
  all: [drop]
'''

# reason, configuration, frames by lan, options.  The frames are N, or more where the comment says why.
REASONS = [
    ('eth_runt', ROUTER, [cut(lan(udp()), 13)] * N),
    ('eth_unknown_type', ROUTER, [Ether(src=PEER['lan'], dst=MAC['lan'], type=0x88cc) / Raw(b'x' * 50)] * N),
    ('vlan_unknown', VLANS, [lan(udp())] * N),
    ('interface_unused', UNUSED, [lan(udp())] * N),
    ('ip4_bad_header', ROUTER, [patched(lan(udp()), 0, b'\x44')] * N),
    ('ip4_bad_checksum', ROUTER, [lan(udp(chksum=0x1234))] * N),
    ('ip4_truncated', ROUTER, [cut(lan(udp()), 40)] * N),
    ('ip4_bad_option', ROUTER, [patched(lan(udp(options=[IPOption(b'\x94\x04\0\0')])), 21, b'\x05')] * N),
    ('ip6_bad_header', ROUTER, [Ether(src=PEER['lan'], dst=MAC['lan'], type=0x86dd) / udp(payload=b'x' * 40)] * N),
    ('ip6_truncated', ROUTER, [cut(lan(udp6()), 60)] * N),
    ('ip6_ext_limit', ROUTER, [lan(IPv6(src=A6, dst=B6) / IPv6ExtHdrDestOpt(options=[PadN(optdata=b'x' * 252)])
                                   / IPv6ExtHdrDestOpt() / UDP())] * N),
    ('ip6_bad_ext', ROUTER, [lan(IPv6(src=A6, dst=B6) / IPv6ExtHdrDestOpt() / IPv6ExtHdrHopByHop() / UDP())] * N),
    ('l4_bad_header', TRACKED, [lan(IP(src=A, dst=B) / TCP(dataofs=4))] * N),
    ('icmp_bad_checksum', TRACKED, [lan(IP(src=A, dst=B) / ICMP(chksum=1))] * N),
    ('martian', ROUTER, [lan(udp(src='127.0.0.1'))] * N),
    ('source_route', ROUTER, [lan(udp(options=[IPOption(b'\x83\x07\x04\xc0\0\2\2\0')]))] * N),
    ('no_route', NO_ROUTE, [lan(udp())] * N),
    ('blackhole', BLACKHOLE, [lan(udp())] * N),
    ('not_for_us', ROUTER, [lan(udp(), dst='02:00:00:00:99:99')] * N),
    ('ttl_expired', ROUTER, [lan(udp(ttl=1))] * N),
    ('mtu_exceeded', SMALL, [lan(udp(flags='DF', payload=b'x' * 1400))] * N),
    # N neighbours that nobody knows, until they are given up
    ('neighbour_unresolved', UNKNOWN, [lan(udp(dst='198.51.100.%d' % (10 + i))) for i in range(N)], '--until', '10'),
    # the last sixteen wait
    ('neighbour_queue_full', UNKNOWN, [lan(udp())] * (N + 16)),
    ('neighbour_bad', ROUTER, [lan(ARP(op=1, hwtype=6, hwsrc=PEER['lan'], psrc=A, pdst='10.0.0.1'), dst='ff:ff:ff:ff:ff:ff')] * N),
    ('neighbour_mac', ROUTER, [lan(ARP(op=1, hwsrc='01:00:5e:00:00:01', psrc=A, pdst='10.0.0.1'), dst='ff:ff:ff:ff:ff:ff')] * N),
    ('neighbour_address', ROUTER, [lan(ARP(op=1, hwsrc=PEER['lan'], psrc='224.0.0.1', pdst='10.0.0.1'), dst='ff:ff:ff:ff:ff:ff')] * N),
    ('neighbour_ours', ROUTER, [lan(ARP(op=1, hwsrc=PEER['lan'], psrc='10.0.0.1', pdst=A), dst='ff:ff:ff:ff:ff:ff')] * N),
    ('neighbour_static', ROUTER, [lan(ARP(op=1, hwsrc='02:00:00:00:01:77', psrc=A, pdst='10.0.0.1'), dst='ff:ff:ff:ff:ff:ff')] * N),
    ('local_no_service', ROUTER, [lan(udp(dst='10.0.0.1'))] * N),
    ('drop_stage', router('[drop]'), [lan(udp())] * N),
    ('acl_denied', DENY, [lan(udp())] * N),
    ('acl_rejected', REJECT, [lan(udp())] * N),
    ('rpf_failed', router('[{rpf: strict}, {route: main}]'), [lan(udp(src='203.0.113.7'))] * N),
    # one passes
    ('police_exceeded', POLICE, [lan(udp())] * (N + 1)),
    ('pipeline_end', router('[{mark: {dscp: 0}}]'), [lan(udp())] * N),
    ('tcp_bad_flags', TRACKED, [lan(tcp(''))] * N),
    ('frag_bad', ROUTER, [lan(IP(src=A, dst=B, proto=17, frag=8))] * N),
    # a trailer over several packet buffers, behind a packet that is answered in place
    ('multi_segment', ROUTER, [padded(lan(IP(src=A, dst='10.0.0.1') / ICMP(id=7)), 5000)] * N),
    ('multicast', ROUTER, [lan(udp(dst='224.1.2.3'), dst='01:00:5e:01:02:03')] * N),
]


def only(reason, config, frames, *options):
    def run():
        outcome = replay(config, {'lan': [(i * 0.001, f) for i, f in enumerate(frames)]}, options)
        if outcome.drops != {reason: N}:
            raise Failed('%s, expected %s: %d\n%s' % (outcome.drops, reason, N, outcome.packets))
    return run


SCENARIOS = [('%s counts %s packets and nothing else does' % (row[0], N), only(*row)) for row in REASONS]
