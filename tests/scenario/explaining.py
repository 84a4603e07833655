# SPDX-License-Identifier: BSD-3-Clause
"""weir explain: what each stage said, the program, the verdict and the line that decided it."""

import json

from bench import Failed, router, write_frames
from captures import Folder, expect
from packets import *  # noqa: F403
from routing import VLANS

CONFIG = router('[{drop: {if: {src: 10.0.0.66}}}, {acl: list}, {mark: {dscp: ef, if: {dport: 5060}}}, {route: main}]', '''acls:
  list:
    default: drop
    rules:
      - {name: voice, proto: udp, dport: 5060, action: accept}
      - {name: ping, icmp: echo-request, action: accept}
      - {name: mail, proto: tcp, dport: 25, action: reject}
''')


def explained(config, port, packet, *args):
    folder = Folder(config)
    ran = folder.weir('explain', '-c', 'weir.yaml', '--in', port, packet, '--json', '-', *args)
    expect(ran, 0)
    return json.loads(ran.stdout)


# packet, verdict, out or reason, program, what the stages said, text of the line that decided
CASES = [
    ('udp 10.0.0.2:5060 > 203.0.113.9:5060', 'output', 'wan', 'dscp 46; ttl; output wan',
     ['drop: not for this packet', 'rule voice', 'dscp 0 becomes 46', '0.0.0.0/0 via 198.51.100.2'], None),
    ('udp 10.0.0.2:53 > 203.0.113.9:53', 'drop', 'acl_denied', 'drop acl_denied', ['drop: not', 'the default'],
     'default: drop'),
    ('udp 10.0.0.66:53 > 203.0.113.9:53', 'drop', 'drop_stage', 'drop drop_stage', ['is dropped'], '10.0.0.66'),
    ('tcp 10.0.0.2:4000 > 203.0.113.9:25 S', 'drop', 'acl_rejected', 'reject acl_rejected', ['drop: not', 'rule mail'],
     'name: mail'),
    ('udp 10.0.0.2:5060 > 203.0.113.9:5060 ttl 1', 'drop', 'ttl_expired', 'dscp 46; ttl; output wan', None, None),
    ('udp 10.0.0.2:5060 > 203.0.113.9:5060 ip-csum bad', 'drop', 'ip4_bad_checksum', None, [], None),
    ('icmp 10.0.0.2 > 10.0.0.1 echo-request id 7', 'consumed', None, 'local', None, None),
    ('udp [2001:db8:1::2]:5060 > [2001:db8:ffff::9]:5060', 'output', 'wan', 'dscp 46; ttl; output wan', None, None),
    ('arp who-has 10.0.0.1 tell 10.0.0.7', 'consumed', None, None, [], None),
    ('arp reply 10.0.0.1 tell 10.0.0.7', 'drop', 'neighbour_ours', None, [], None),
    ('arp who-has 10.0.0.1 tell 10.0.0.2', 'drop', 'neighbour_static', None, [], None),
    ('ns who-has 2001:db8:1::1 tell 2001:db8:1::7', 'consumed', None, None, [], None),
    ('na reply 2001:db8:1::1 tell 2001:db8:1::1', 'drop', 'neighbour_ours', None, [], None),
    ('udp 10.0.0.2:5060 > 198.51.100.77:5060', 'output', 'wan', 'dscp 46; ttl; output wan', None, None),
]


def cases():
    for packet, verdict, what, program, notes, line in CASES:
        told = explained(CONFIG, 'lan', packet)
        got = (told['verdict'], told.get('out') or told.get('reason'), told.get('program'))
        if got != (verdict, what, program):
            raise Failed('%s: %s' % (packet, told))
        said = [s['says'] for s in told['stages']]
        if notes is not None and (len(notes) != len(said) or any(n not in s for n, s in zip(notes, said))):
            raise Failed('%s: %s' % (packet, said))
        if line is not None and line not in CONFIG.splitlines()[int(told['rule'].split(':')[1]) - 1]:
            raise Failed('%s: %s' % (packet, told['rule']))
        if verdict == 'drop' and not told['sentence'].endswith('.'):
            raise Failed(str(told))


def short_forms():
    """mark: cs1 is mark: {dscp: cs1}."""
    for written, dscp in (('cs1', 8), ('ef', 46), ('10', 10), ('{dscp: cs1}', 8)):
        told = explained(router('[{mark: %s}, {route: main}]' % written), 'lan', 'udp 10.0.0.2:9 > 203.0.113.9:9')
        if told['program'] != 'dscp %d; ttl; output wan' % dscp:
            raise Failed('%s: %s' % (written, told))


def drawn_ports():
    """Why a session does not keep its port: the pool's range has it not, or it is taken."""
    for ports, port, says in (('1024-65535', 80, "drawn: its own port is not in the pool's 1024-65535"),
                              ('1024-2047', 5000, "drawn: its own port is not in the pool's 1024-2047"),
                              ('1024-2047', 1500, 'its own port, which is free')):
        told = explained(router('[track, {route: main}, {snat: up}]', 'nat: {up: {pool: [198.51.100.9], ports: %s}}\n'
                                % ports), 'lan', 'udp 10.0.0.2:%d > 203.0.113.9:9' % port)
        if not any(s['says'].endswith(says) for s in told['stages']):
            raise Failed('%s: %s' % (says, told['stages']))


def nothing_is_kept():
    """Each packet of a capture is judged as if it were the first."""
    folder = Folder(CONFIG)
    write_frames(folder.file('lan.pcap'), [(i, lan(udp(dport=5060))) for i in range(5)])
    ran = folder.weir('explain', '-c', 'weir.yaml', '--in', 'lan', '--pcap', 'lan.pcap', '--json', '-')
    expect(ran, 0)
    packets = json.loads(ran.stdout)['packets']
    if [p['n'] for p in packets] != [1, 2, 3, 4, 5] or any(len(p['stages']) != 4 for p in packets):
        raise Failed(str(packets))


def by_interface():
    """--in may name an interface: the packet comes with its tags."""
    for name, out in (('guests', 'customer'), ('customer', 'customer'), ('lan', 'customer')):
        told = explained(VLANS, name, 'udp 10.0.0.9:1 > 10.30.0.2:2')
        if (told['in'], told['verdict'], told['out']) != (name, 'output', out):
            raise Failed(str(told))


def as_text():
    ran = Folder(CONFIG).weir('explain', '-c', 'weir.yaml', '--in', 'lan', 'tcp 10.0.0.2:4000 > 203.0.113.9:25 S')
    expect(ran, 0, 'rule mail', 'program   reject acl_rejected',
           'drop acl_rejected: A rule of an access list; the sender was told.', 'weir.yaml:', 'acls.list mail')


def mistakes():
    folder = Folder(CONFIG)
    for args in (['explain'], ['explain', '-c', 'weir.yaml', 'udp 1.2.3.4:1 > 1.2.3.5:2'],
                 ['explain', '-c', 'weir.yaml', '--in', 'lan'],
                 ['explain', '-c', 'weir.yaml', '--in', 'lan', 'udp', '1.2.3.4:1']):
        expect(folder.weir(*args), 2, 'usage: weir explain')
    expect(folder.weir('explain', '-c', 'weir.yaml', '--in', 'lam', 'udp 1.2.3.4:1 > 1.2.3.5:2'), 1, "'lan'")
    expect(folder.weir('explain', '-c', 'weir.yaml', '--in', 'lan', 'udp 1.2.3.400:1 > 1.2.3.5:2'), 1, '1.2.3.400')
    expect(folder.weir('explain', '-c', 'weir.yaml', '--in', 'lan', '--pcap', 'none'), 1, 'none')


SCENARIOS = [
    ('short forms of stages', short_forms),
    ('why a port is drawn', drawn_ports),
    ('stages, program, verdict and line', cases),
    ('nothing is installed', nothing_is_kept),
    ('a VLAN by the name of its interface', by_interface),
    ('as text', as_text),
    ('mistakes', mistakes),
]
