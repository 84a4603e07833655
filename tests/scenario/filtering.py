# SPDX-License-Identifier: BSD-3-Clause
"""Access lists: every field, every action, what senders are told; police and mark."""

from bench import Failed, forwarded, frame, replay, router, run_table, table
from packets import *  # noqa: F403

# --- one rule a field: the rule accepts, the default drops ---


def passes(what, packet, port='lan', out='wan'):
    return (what, port, packet, 'output ' + out, FORWARDED)


def denied(what, packet, port='lan'):
    return (what, port, packet, 'drop acl_denied', None)


def fields(rules, cases):
    more = 'sets:\n  inside: [10.0.0.2/32, "2001:db8:1::/64"]\n  far: [203.0.113.0/28, "2001:db8:ffff::/64"]\n' \
        'acls:\n  list:\n    default: drop\n    rules:\n'
    more += ''.join('      - %s\n' % r for r in rules)
    return table(router('[{acl: list}, {route: main}]', more), cases)


ADDRESSES = fields(
    ['{src: 10.0.0.2, dst: 203.0.113.0/28, action: accept}', '{src: "2001:db8:1::/64", dst: "2001:db8:ffff::1", action: accept}'],
    [passes('both ends', lan(udp())), denied('another source', lan(udp(src='10.0.0.3'))),
     denied('another destination', lan(udp(dst='203.0.113.16'))),
     passes('IPv6 both ends', lan(udp6(dst='2001:db8:ffff::1'))),
     denied('IPv6 another destination', lan(udp6(dst='2001:db8:ffff::2')))])

SETS = fields(
    ['{src: $inside, dst: $far, action: accept}'],
    [passes('in both sets', lan(udp())), denied('source in no set', lan(udp(src='10.0.0.4'))),
     denied('destination in no set', lan(udp(dst='203.0.113.99'))),
     passes('IPv6 in both sets', lan(udp6(dst='2001:db8:ffff::5'))),
     denied('IPv6 destination in no set', lan(udp6(dst='2001:db8:fffe::5')))])

NOT = fields(
    ['{src: "!10.0.0.2", proto: udp, action: accept}', '{proto: tcp, dport: "!80", action: accept}'],
    [denied('not this source', lan(udp())), passes('but another', lan(udp(src='10.0.0.3'))),
     denied('not this port', lan(tcp())), passes('but another port', lan(tcp(dport=81)))])

PORTS = fields(
    ['{proto: udp, dport: [53, 5000-5002], action: accept}', '{proto: tcp, sport: 1024-2047, dport: 443, action: accept}'],
    [passes('a port of a list', lan(udp())), passes('first of a range', lan(udp(dport=5000))),
     passes('last of a range', lan(udp(dport=5002))), denied('behind the range', lan(udp(dport=5003))),
     denied('before the range', lan(udp(dport=4999))), denied('TCP to a port of UDP', lan(tcp(dport=53))),
     passes('source and destination port', lan(tcp(sport=2047, dport=443))),
     denied('another source port', lan(tcp(sport=2048, dport=443))),
     passes('IPv6', lan(udp6())), denied('IPv6 another port', lan(udp6(dport=54))),
     denied('a protocol without ports', lan(IP(src=A, dst=B, proto=47) / Raw(b'\x14\x53\0\x35')))])

PROTOCOLS = fields(
    ['{proto: [icmp, icmpv6, 47], action: accept}'],
    [passes('ICMP', lan(IP(src=A, dst=B) / ICMP(id=1))),
     passes('ICMPv6', lan(IPv6(src=A6, dst=B6) / ICMPv6EchoRequest(id=1))),
     passes('GRE by number', lan(IP(src=A, dst=B, proto=47) / Raw(b'x'))), denied('UDP', lan(udp())),
     passes('IPv6 GRE', lan(IPv6(src=A6, dst=B6, nh=47) / Raw(b'x')))])

ICMP_TYPES = fields(
    ['{icmp: echo-request, action: accept}', '{icmp: 3/4, action: accept}'],
    [passes('echo request', lan(IP(src=A, dst=B) / ICMP(id=1))),
     passes('ICMPv6 echo request', lan(IPv6(src=A6, dst=B6) / ICMPv6EchoRequest(id=1))),
     denied('echo reply', lan(IP(src=A, dst=B) / ICMP(type=0, id=1))),
     denied('ICMPv6 echo reply', lan(IPv6(src=A6, dst=B6) / ICMPv6EchoReply(id=1))),
     passes('type and code', lan(IP(src=A, dst=B) / ICMP(type=3, code=4, nexthopmtu=1400) / udp(src=B, dst=A))),
     denied('another code', lan(IP(src=A, dst=B) / ICMP(type=3, code=3) / udp(src=B, dst=A))),
     denied('UDP', lan(udp()))])

FLAGS = fields(
    ['{proto: tcp, flags: S/SA, action: accept}'],
    [passes('SYN', lan(tcp('S'))), denied('SYN+ACK of the same flow', lan(tcp('SA'))),
     denied('ACK of the same flow', lan(tcp('A'))), passes('SYN again', lan(tcp('S'))),
     passes('IPv6 SYN', lan(tcp6('S'))), denied('IPv6 ACK', lan(tcp6('A')))])

DSCP = fields(
    ['{dscp: ef, action: accept}'],
    [passes('EF', lan(udp(tos=46 << 2))), denied('0 of the same flow', lan(udp())),
     passes('EF with ECN', lan(udp(tos=46 << 2 | 1))), passes('IPv6 EF', lan(udp6(tc=46 << 2))),
     denied('IPv6 0', lan(udp6()))])

FRAGMENT = fields(
    ['{fragment: true, action: accept}'],
    [denied('a whole packet', lan(udp())), passes('a first fragment', lan(udp(flags='MF', payload=b'x' * 64))),
     passes('a later fragment', lan(IP(src=A, dst=B, proto=17, frag=9) / Raw(b'x' * 20)))])

INTERFACE = fields(
    ['{in: lan, action: accept}'],
    [passes('by lan', lan(udp())), denied('by dmz', frame('dmz', udp(src='192.0.2.2')), 'dmz')])


def first_match():
    """Rules in order, goto, places in the report."""
    config = router('[{acl: list}, {route: main}]', '''acls:
  list:
    default: accept
    rules:
      - {name: early, proto: udp, dport: 53, action: accept}
      - {name: late, proto: udp, action: drop}
      - {name: elsewhere, proto: tcp, goto: strict}
  strict-list:
    default: drop
    rules:
      - {proto: tcp, dport: 443, action: accept}
''') + '  strict: [{acl: strict-list}, {route: main}]\n'
    outcome = run_table(config, [
        passes('the first rule that matches', lan(udp())),
        denied('the second', lan(udp(dport=54))),
        passes('goto, accepted there', lan(tcp(dport=443))),
        denied('goto, dropped there', lan(tcp(dport=80))),
        passes('the default', lan(IP(src=A, dst=B, proto=47) / Raw(b'x'))),
    ])
    lines = config.splitlines()
    for n, what in ((1, 'name: late'), (3, 'default: drop')):
        file, line = outcome.packets[n]['rule'].split(':')
        if file != 'weir.yaml' or what not in lines[int(line) - 1]:
            raise Failed('rule of packet %d: %s: %s' % (n + 1, outcome.packets[n]['rule'], lines[int(line) - 1]))


# --- reject: who is told what ---

REJECT = router('[{acl: list}, {route: main}]', '''acls:
  list:
    default: reject
    rules:
      - {src: 192.0.2.0/24, action: accept}
''')


def is_reset(seq, ack, flags):
    def check(p):
        t = p[TCP]
        if (t.seq, t.ack, str(t.flags)) != (seq, ack, flags) or (t.sport, t.dport) != (80, 40000):
            raise Failed('reset: %s seq %d ack %d' % (p.summary(), t.seq, t.ack))
        if p.dst != PEER['lan'] or p.src != MAC['lan']:
            raise Failed('MACs of %s' % p.summary())
    return check


def is_prohibited(quoted):
    def check(p):
        icmp = p[ICMP]
        if (icmp.type, icmp.code, p[IP].src, p[IP].dst) != (3, 13, '10.0.0.1', A):
            raise Failed('told: %s' % p.summary())
        if not bytes(quoted[IP]).startswith(bytes(icmp.payload)[:28]) or len(bytes(icmp.payload)) < 28:
            raise Failed('quotes another packet')
    return check


def is_prohibited6(quoted):
    def check(p):
        data = bytes(p[IPv6].payload)
        if data[:2] != b'\1\1' or p[IPv6].dst != A6 or data[8:] != bytes(quoted[IPv6]):
            raise Failed('told: %s' % p.summary())
    return check


def seg(flags, payload=b'', seq=1000, ack=0, make=tcp):
    p = make(flags, payload=payload)
    p[TCP].seq, p[TCP].ack = seq, ack
    return p


REJECTED = [
    ('SYN: a reset that acknowledges it', 'lan', lan(seg('S')), 'drop acl_rejected',
     [('lan', is_reset(0, 1001, 'RA'))]),
    ('ACK: a reset at its acknowledgement', 'lan', lan(seg('A', ack=77)), 'drop acl_rejected',
     [('lan', is_reset(77, 0, 'R'))]),
    ('data without ACK', 'lan', lan(seg('S', b'12345')), 'drop acl_rejected', [('lan', is_reset(0, 1006, 'RA'))]),
    ('a reset is not answered', 'lan', lan(seg('R')), 'drop acl_rejected', None),
    ('IPv6 SYN', 'lan', lan(seg('S', make=tcp6)), 'drop acl_rejected', [('lan', is_reset(0, 1001, 'RA'))]),
    ('UDP', 'lan', lan(udp()), 'drop acl_rejected', [('lan', is_prohibited(lan(udp())))]),
    ('IPv6 UDP', 'lan', lan(udp6()), 'drop acl_rejected', [('lan', is_prohibited6(lan(udp6())))]),
    ('an ICMP error is not answered', 'lan', lan(IP(src=A, dst=B) / ICMP(type=11) / udp(src=B, dst=A)),
     'drop acl_rejected', None),
    ('a later fragment is not answered', 'lan', lan(IP(src=A, dst=B, proto=17, frag=5) / Raw(b'x' * 8)),
     'drop acl_rejected', None),
    ('echo request', 'lan', lan(IP(src=A, dst=B) / ICMP(id=3)), 'drop acl_rejected',
     [('lan', is_prohibited(lan(IP(src=A, dst=B) / ICMP(id=3))))]),
]

# --- drop and conditions ---

CONDITIONS = router('[{drop: {if: {src: 10.0.0.66, proto: udp}}}, {drop: {if: {dport: [7, 9]}}}, {route: main}]')

DROPS = [
    passes('not for it', lan(udp())),
    ('by source and protocol', 'lan', lan(udp(src='10.0.0.66')), 'drop drop_stage', None),
    passes('the source alone', lan(tcp(src='10.0.0.66'))),
    ('by a port of a list', 'lan', lan(tcp(dport=9)), 'drop drop_stage', None),
]

# --- mark ---

MARK = router('[{mark: {dscp: ef, if: {dport: 5060}}}, {mark: {dscp: 0, if: {src: 10.0.0.3}}}, {route: main}]')


def marked(packet, dscp):
    p = packet.copy()
    if IP in p:
        p[IP].tos = dscp << 2 | p[IP].tos & 3
    else:
        p[IPv6].tc = dscp << 2 | p[IPv6].tc & 3
    return forwarded(p, 'wan')


def marks():
    cases = []
    for again in range(3):              # the first packets, and the known flow
        for what, p, dscp in (('marked', udp(dport=5060), 46), ('ECN stays', udp(dport=5060, sport=3, tos=2), 46),
                              ('cleared', udp(src='10.0.0.3', tos=0xb8), 0), ('left alone', udp(tos=0x28), 10),
                              ('IPv6', udp6(dport=5060, tc=1), 46)):
            cases.append(('%s, %d' % (what, again), 'lan', lan(p), 'output wan', [('wan', marked(lan(p), dscp))]))
    run_table(MARK, cases)


# --- police: token buckets in virtual time, to the packet ---


def police_packets():
    """10 packets a second with a burst of 5: 5 at once, then one every 100 ms."""
    config = router('[{police: {rate: 10/s, burst: 5}}, {route: main}]')
    frames = [(0, lan(udp()))] * 8                              # 5 pass
    frames += [(0.0999, lan(udp())), (0.1, lan(udp()))]         # the first too early, by 0.1 ms
    frames += [(10, lan(udp(sport=i))) for i in range(7)]       # full again: 5 pass, of whatever flow
    outcome = replay(config, {'lan': frames})
    passed = [p['verdict'] == 'output' for p in outcome.packets]
    want = [True] * 5 + [False] * 3 + [False, True] + [True] * 5 + [False] * 2
    if passed != want or outcome.drops != {'police_exceeded': 6}:
        raise Failed('%s %s' % (passed, outcome.drops))
    dropped = outcome.packets[5]
    if 'police' not in config.splitlines()[int(dropped['rule'].split(':')[1]) - 1]:
        raise Failed('rule: %s' % dropped)


def police_bits():
    """8 kbit/s, burst 500 bytes, packets of 100 bytes of IP: 5, then one every 100 ms."""
    config = router('[{police: {rate: 8kbit, burst: 500, if: {proto: udp}}}, {route: main}]')
    packet = lan(udp(payload=b'x' * 72))
    frames = [(0, packet)] * 6 + [(0.1, packet), (0.15, packet), (0.2, packet)] + [(0.2, lan(tcp()))]
    outcome = replay(config, {'lan': frames})
    passed = [p['verdict'] == 'output' for p in outcome.packets]
    if passed != [True] * 5 + [False] + [True, False, True] + [True]:
        raise Failed(str(passed))


SCENARIOS = [
    ('addresses', ADDRESSES), ('sets', SETS), ('not', NOT), ('ports', PORTS), ('protocols', PROTOCOLS),
    ('ICMP types', ICMP_TYPES), ('TCP flags', FLAGS), ('DSCP', DSCP), ('fragments', FRAGMENT),
    ('ingress interface', INTERFACE),
    ('the first rule that matches decides, goto goes on elsewhere', first_match),
    ('reject tells the sender', table(REJECT, REJECTED)),
    ('drop and conditions of stages', table(CONDITIONS, DROPS)),
    ('mark sets the DSCP and keeps ECN', marks),
    ('police in packets, to the packet', police_packets),
    ('police in bits', police_bits),
]
