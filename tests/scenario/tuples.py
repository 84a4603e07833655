# SPDX-License-Identifier: BSD-3-Clause
"""Sets of endpoints and of pairs; rules with action continue."""

from bench import Failed, replay, router
from captures import Folder, expect
from packets import *  # noqa: F403

SETS = '''sets:
  web: {endpoints: ["tcp 203.0.113.80:443", "203.0.113.0/28:8000-8010", "udp [2001:db8:9::53]:domain", "tcp 203.0.113.81:443"]}
  two: {pairs: ["10.0.0.2 > 203.0.113.9", "tcp 10.0.0.3 > 203.0.113.0/24:25", "udp 10.0.0.0/24:53 > 203.0.113.7", "2001:db8:1::2 > 2001:db8:9::/64"]}
  more: [203.0.113.99]
  seen: {size: 1024}
  none: {pairs: []}
  empty: {endpoints: []}
'''


def passes(rules, packets, port='lan'):
    make = {'lan': lan, 'wan': wan}[port]
    config = router('[{acl: list}, {route: main}]', SETS + 'acls:\n  list:\n' + ''.join('    - %s\n' % r for r in rules))
    outcome = replay(config, {port: [(i * 0.01, make(p)) for i, p in enumerate(packets)]})
    return ''.join('+' if p['verdict'] == 'output' else '-' for p in outcome.packets), outcome


def check(want, rules, packets, **more):
    was, outcome = passes(rules, packets, **more)
    if was != want:
        raise Failed('%s, expected %s\n%s' % (was, want, outcome.packets))
    return outcome


def to(address, port, make=tcp, **more):
    return make(dst=address, dport=port, **more)


def endpoints():
    """Address, port and protocol together; a port range of a prefix; both families; beside other values of the list."""
    packets = [to('203.0.113.80', 443), to('203.0.113.80', 80), to('203.0.113.81', 443), to('203.0.113.82', 443), udp(40000, 443, dst='203.0.113.80'),
               to('203.0.113.3', 8005), udp(1, 8010, dst='203.0.113.3'), to('203.0.113.3', 8011), to('203.0.113.16', 8005),
               udp6(1, 53, dst='2001:db8:9::53'), tcp6(dst='2001:db8:9::53', dport=53), to('203.0.113.99', 9)]
    check('+-+--++--+--', ['{dst: $web, action: accept}'], packets)
    check('+-+--++--+-+', ['{dst: [$web, $more], action: accept}'], packets)
    check('+-+--+-----+', ['{dst: [$web, $more], proto: tcp, action: accept}'], packets)
    check('----------' + '--', ['{dst: $web, proto: icmp, action: accept}'], packets)
    check('+-+--++--+--', ['{dst: $web, src: [10.0.0.0/24, "2001:db8:1::/64"], action: accept}'], packets)


def sources():
    """src: address and source port."""
    check('+--', ['{src: $web, action: accept}'], [tcp(src='203.0.113.80', sport=443, dport=9, dst=A), tcp(src='203.0.113.80', sport=442, dport=443, dst=A),
                                                  tcp(src='203.0.113.9', sport=443, dst=A)], port='wan')


def pairs():
    """Source and destination together, with ports where they are written."""
    packets = [udp(dst='203.0.113.9'), udp(dst='203.0.113.10'), udp(src='10.0.0.3', dst='203.0.113.9'), tcp(src='10.0.0.3', dst='203.0.113.77', dport=25),
               tcp(src='10.0.0.3', dst='203.0.113.77', dport=26), udp(53, 9, src='10.0.0.9', dst='203.0.113.7'), udp(54, 9, src='10.0.0.9', dst='203.0.113.7'),
               udp6(dst='2001:db8:9::5'), udp6(dst='2001:db8:8::5')]
    check('+--+-+-+-', ['{pair: $two, action: accept}'], packets)
    check('-' * 9, ['{pair: $none, action: accept}', '{dst: $empty, action: accept}'], packets)
    check('---+-----', ['{pair: $two, proto: tcp, dscp: 0, action: accept}'], packets[:0] + [udp(dst='203.0.113.10')] * 3 + [packets[3]] + [packets[6]] * 5)


def conditions():
    """In if: of stages, and for forwards."""
    config = router('[track, {dnat: [{to: 10.0.0.2, if: {dst: $web}}]}, {drop: {if: {pair: $two}}}, {route: main}]', SETS)
    outcome = replay(config, {'wan': [(0, wan(to('203.0.113.80', 443, src='192.0.2.7')))], 'lan': [(1, lan(udp(dst='203.0.113.9'))), (2, lan(udp(dst='203.0.113.50')))]})
    was = [p.get('out', p.get('reason')) for p in outcome.packets]
    if was[1:] != ['drop_stage', 'wan'] or was[0] != 'lan':
        raise Failed(str(outcome.packets))


def many():
    """Ten thousand endpoints of one port are one match; they load at once."""
    elements = ', '.join('"tcp 203.%d.%d.1:443"' % (i // 250, i % 250) for i in range(10000))
    config = router('[{acl: list}, {route: main}]', 'sets: {many: {endpoints: [%s]}}\nacls: {list: [{dst: $many, action: accept}]}\n' % elements)
    outcome = replay(config, {'lan': [(0, lan(to('203.39.249.1', 443))), (1, lan(to('203.39.249.2', 443)))]})
    if [p['verdict'] for p in outcome.packets] != ['output', 'drop']:
        raise Failed(str(outcome.packets))


def wrong():
    for sets, rule, text in (
            ('s: {endpoints: ["tcp 10.0.0.1"]}', '{dst: $s, action: drop}', 'there is no port'),
            ('s: {endpoints: ["tcp 10.0.0.1:99999"]}', '{dst: $s, action: drop}', 'the port is not'),
            ('s: {endpoints: ["icmp 10.0.0.1:9"]}', '{dst: $s, action: drop}', 'has no ports'),
            ('s: {endpoints: ["tcp 10.0.0.300:9"]}', '{dst: $s, action: drop}', '10.0.0.300'),
            ('s: {pairs: ["10.0.0.1 203.0.113.1"]}', '{pair: $s, action: drop}', 'SOURCE > DESTINATION'),
            ('s: {pairs: ["10.0.0.1 > 2001:db8::1"]}', '{pair: $s, action: drop}', 'different families'),
            ('s: {pairs: ["10.0.0.1 > 203.0.113.1"], timeout: 5s}', '{pair: $s, action: drop}', 'nothing else'),
            ('s: {pairs: ["10.0.0.1 > 203.0.113.1"]}', '{dst: $s, action: drop}', 'pair: $s'),
            ('s: {endpoints: ["tcp 10.0.0.1:9"]}', '{pair: $s, action: drop}', 'set of pairs'),
            ('s: {endpoints: ["tcp 10.0.0.1:9"]}', '{dst: $s, dport: 80, action: drop}', 'ports of their own'),
            ('s: {endpoints: ["tcp 10.0.0.1:9"]}', '{dst: "!$s", action: drop}', 'negated'),
            ('s: {pairs: ["10.0.0.1 > 203.0.113.1"]}', '{pair: $s, src: 10.0.0.1, action: drop}', 'no src'),
            ('s: [10.0.0.1]', '{pair: $s, action: drop}', 'set of pairs'), ('s: [10.0.0.1]', '{pair: $t, action: drop}', "'t'")):
        config = router('[{acl: list}, {route: main}]', 'sets: {%s}\nacls: {list: [%s]}\n' % (sets, rule))
        expect(Folder(config).weir('check', 'weir.yaml'), 1, text, 'weir.yaml:')
    expect(Folder(router('[{acl: list}]', 'acls: {list: {default: continue, rules: []}}\n')).weir('check', 'weir.yaml'), 1, 'nothing behind it')


def goes_on():
    """continue counts and adds, and the next rules decide; in called lists, too; two count a packet."""
    rules = ['{name: all, action: continue}', '{name: dns, proto: udp, dport: 53, add: $seen, action: continue}',
             '{name: third, action: continue}', '{proto: udp, dport: 53, action: accept}', '{src: $seen, name: known, action: accept}']
    outcome = check('-++-', rules, [udp(1, 9), udp(1, 53), udp(1, 9), udp(1, 9, src='10.0.0.3')])
    if 'add source to set' not in outcome.packets[1]['program'] or outcome.packets[0].get('reason') != 'acl_denied':
        raise Failed(str(outcome.packets[:2]))
    config = router('[{acl: list}, {route: main}]', '''acls:
  list: [{call: inner}, {proto: udp, action: accept}]
  inner: [{name: in, proto: udp, action: continue}, {proto: udp, dport: 9, action: drop}, {proto: udp, dport: 10, action: return}]
''')
    outcome = replay(config, {'lan': [(i * 0.1, lan(udp(1, 9 + i))) for i in range(3)] + [(1 + i * 0.1, lan(udp(1, 11))) for i in range(3)]})
    was = ''.join('+' if p['verdict'] == 'output' else '-' for p in outcome.packets)
    if was != '-+++++' or outcome.packets[-1]['path'] != 'fast':
        raise Failed(was + str(outcome.packets))


SCENARIOS = [
    ('endpoints', endpoints),
    ('endpoints as sources', sources),
    ('pairs', pairs),
    ('in conditions of stages', conditions),
    ('many endpoints', many),
    ('wrong ones', wrong),
    ('continue', goes_on),
]
