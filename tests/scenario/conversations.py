# SPDX-License-Identifier: BSD-3-Clause
"""Section tests with steps: weir test, weir check and a start try conversations; what fails is told at its step."""

import json

from bench import Failed, router
from captures import Folder, expect

ROLE = router('[track, {dnat: {to: 10.0.0.80, if: {dst: 198.51.100.1, proto: tcp, dport: 80}}}, {acl: {use: in, if: '
              '{in: wan}}}, {route: main}, {snat: {use: up, if: {in: lan}}}]', '''nat: {up: {pool: [198.51.100.1], ports: 2000-3000}}
acls:
  in:
    rules:
      - {state: [established, related], action: accept}
      - {proto: tcp, dst: 10.0.0.80, dport: 80, action: accept}
      - {proto: tcp, dport: 113, action: reject}
''')

# What a conversation says, each line a step.
GOOD = [
    ['{in: wan, packet: "tcp 203.0.113.9:40000 > 198.51.100.1:80 S", expect: output lan, dst: "10.0.0.80:80"}',
     '{in: lan, packet: "tcp 10.0.0.80:80 > 203.0.113.9:40000 SA", expect: output wan, src: "198.51.100.1:80"}',
     '{after: 10m, in: wan, packet: "tcp 203.0.113.9:40000 > 198.51.100.1:80 A", expect: drop tcp_no_session}'],
    # a drawn port, by its name; *; a mapping that is kept for another destination
    ['{in: lan, packet: "udp 10.0.0.2:5000 > 203.0.113.9:53", expect: output wan, src: "$public:$port"}',
     '{in: wan, packet: "udp 203.0.113.9:53 > $public:$port", expect: output lan, dst: "10.0.0.2:5000", src: 203.0.113.9}',
     '{in: wan, packet: "udp 203.0.113.8:53 > $public:$port", expect: drop}',
     '{in: lan, packet: "udp 10.0.0.2:5000 > 203.0.113.8:53", expect: output wan, src: "*:$port", dst: "*:*"}'],
    # a session that ends by time: 300 s without packets
    ['{in: lan, packet: "udp 10.0.0.2:5000 > 203.0.113.9:53", expect: output wan, src: "*:$port"}',
     '{after: 299s, in: wan, packet: "udp 203.0.113.9:53 > 198.51.100.1:$port", expect: output lan}',
     '{after: 302s, in: wan, packet: "udp 203.0.113.9:53 > 198.51.100.1:$port", expect: drop}'],
    # what Weir itself answers
    ['{in: wan, packet: "tcp 203.0.113.9:4000 > 198.51.100.1:113 S", expect: reject, '
     'reply: "tcp 198.51.100.1:113 > 203.0.113.9:4000 RA"}',
     '{in: wan, packet: "tcp 203.0.113.9:4000 > 198.51.100.1:114 S", expect: drop acl_denied, reply: none}',
     '{in: lan, packet: "icmp 10.0.0.2 > 10.0.0.1 echo-request id 7", expect: local, '
     'reply: "icmp 10.0.0.1 > 10.0.0.2 echo-reply id 7"}'],
    # IPv6, and its neighbours
    ['{in: lan, packet: "udp [2001:db8:1::2]:9 > [2001:db8:ffff::9]:9", expect: output wan, src: "2001:db8:1::2", '
     'dst: "[2001:db8:ffff::9]:*"}',
     '{in: wan, packet: "udp [2001:db8:ffff::9]:9 > [2001:db8:1::2]:9", expect: output lan}'],
    # TCP without its numbers: each end continues, through translation; a loss is sent again; written numbers count
    ['{in: lan, packet: "tcp 10.0.0.2:4000 > 203.0.113.9:80 S", expect: output wan, src: "*:$port"}',
     '{in: lan, packet: "tcp 10.0.0.2:4000 > 203.0.113.9:80 S", expect: output wan, src: "*:$port"}',
     '{in: wan, packet: "tcp 203.0.113.9:80 > 198.51.100.1:$port SA", expect: output lan, dst: "10.0.0.2:4000"}',
     '{in: lan, packet: "tcp 10.0.0.2:4000 > 203.0.113.9:80 A", expect: output wan}',
     '{in: lan, packet: "tcp 10.0.0.2:4000 > 203.0.113.9:80 PA payload \\"a seq 1 ack 1 b\\"", expect: output wan}',
     '{in: wan, packet: "tcp 203.0.113.9:80 > 198.51.100.1:$port PA payload \\"answer\\"", expect: output lan}',
     '{in: wan, packet: "tcp 203.0.113.9:80 > 198.51.100.1:$port A seq 3000000", expect: drop tcp_out_of_window}',
     '{in: wan, packet: "tcp 203.0.113.9:80 > 198.51.100.1:$port FA", expect: output lan}',
     '{in: lan, packet: "tcp 10.0.0.2:4000 > 203.0.113.9:80 FA", expect: output wan}',
     '{in: wan, packet: "tcp 203.0.113.9:80 > 198.51.100.1:$port A", expect: output lan}',
     '{after: 5s, in: lan, packet: "tcp 10.0.0.2:4000 > 203.0.113.9:80 S", expect: output wan, src: "*:$again"}',
     '{in: wan, packet: "tcp 203.0.113.9:80 > 198.51.100.1:$again SA", expect: output lan}',
     '{in: lan, packet: "tcp 10.0.0.2:4000 > 203.0.113.9:80 A", expect: output wan}',
     '{in: lan, packet: "tcp 10.0.0.2:4000 > 203.0.113.9:80 R", expect: output wan}',
     '{after: 10m, in: wan, packet: "tcp 203.0.113.9:80 > 198.51.100.1:$again A", expect: drop}'],
]

# step, what is wrong with it: the number of the step, and words of the error
BAD = [
    (['{in: lan, packet: "udp 10.0.0.2:5000 > 203.0.113.9:53", expect: output wan, src: "198.51.100.1:5000"}'], 1,
     'expected output wan, src 198.51.100.1:5000, was output wan, src 198.51.100.1:'),
    (GOOD[1][:2] + ['{in: wan, packet: "udp 203.0.113.8:53 > $public:$port", expect: output lan}'], 3,
     'expected output lan, was drop'),
    (['{in: wan, packet: "tcp 203.0.113.9:4000 > 198.51.100.1:114 S", expect: drop, '
      'reply: "tcp 198.51.100.1:114 > 203.0.113.9:4000 RA"}'], 1, 'reply none'),
    (['{in: wan, packet: "udp 203.0.113.8:53 > 198.51.100.1:$port", expect: drop}'], 1, 'no step before this one has seen $port'),
    (['{in: lan, packet: "udp 10.0.0.2:5000 > 203.0.113.9:53", expect: output wan, src: "198.51.100:5"}'], 1,
     'is not ADDRESS or ADDRESS:PORT'),
    (['{in: lan, packet: "udp 10.0.0.2:5000 > 203.0.113.900:53", expect: output wan}'], 1, '203.0.113.900'),
    (['{in: lan, packet: "udp 10.0.0.2:5000 > 203.0.113.9:53", expect: output wam}'], 1, 'wam'),
]


def with_tests(conversations):
    text = ROLE + 'tests:\n'
    for i, steps in enumerate(conversations):
        text += '  - name: conversation %d\n    steps:\n' % i + ''.join('      - %s\n' % s for s in steps)
    return text


def good():
    """Each conversation begins anew: the same drawn ports are free, no session is known."""
    folder = Folder(with_tests(GOOD + GOOD))
    ran = folder.weir('test', 'weir.yaml')
    expect(ran, 0, '%d of %d tests passed' % (2 * len(GOOD), 2 * len(GOOD)), 'ok      conversation 9')
    expect(folder.weir('check', 'weir.yaml'), 0, '%d tests passed' % (2 * len(GOOD)))
    if folder.weir('test', 'weir.yaml').stdout != ran.stdout:
        raise Failed('two runs differ')


def bad():
    """The error stands at its step, weir test shows expected and found, and the other conversations are tried."""
    for steps, number, words in BAD:
        text = with_tests([GOOD[0], steps, GOOD[0]])
        folder = Folder(text)
        line = text.splitlines().index('      - ' + steps[number - 1]) + 1
        expect(folder.weir('check', 'weir.yaml'), 1, 'weir.yaml:%d:' % line, words)
        ran = folder.weir('test', '--json', '-', 'weir.yaml')
        expect(ran, 1)
        told = json.loads(ran.stdout)[0]
        passed = [t['passed'] for t in told['trials']]
        if (told['tests'], told['failed'], passed) != (3, 1, [True, False, True]):
            raise Failed(ran.stdout)
        if told['trials'][1]['step'] != number or told['trials'][1]['line'] != line:
            raise Failed(str(told['trials'][1]))
        if not any(words in e['text'] for e in told['errors']):
            raise Failed(str(told['errors']))
    ran = Folder(with_tests([BAD[1][0]])).weir('test', 'weir.yaml')
    expect(ran, 1, 'FAILED', 'step 3, weir.yaml:', '- output lan\n', '+ drop ', '0 of 1 tests passed')


def not_both():
    """A test is a packet or steps."""
    for test, words in (('{name: none}', "'packet' is missing"), ('{name: none, steps: []}', 'has no step'),
                        ('{in: lan, packet: "udp 10.0.0.2:1 > 10.0.0.3:1", expect: drop, steps: [%s]}' % GOOD[0][0],
                         'not both')):
        for command in ('check', 'test'):
            expect(Folder(ROLE + 'tests:\n  - %s\n' % test).weir(command, 'weir.yaml'), 1, words, 'weir.yaml:')


def start():
    """A start refuses a file with a conversation that fails; --no-tests takes it."""
    for steps, status in ((GOOD[0], 0), (BAD[0][0], 1)):
        folder = Folder(with_tests([steps]))
        args = ('run', '-c', 'weir.yaml', '--for', '0.2')
        expect(folder.weir(*args), status, *(('step 1: expected',) if status else ()))
        if status:
            expect(folder.weir(*args, '--no-tests'), 0)


def mistakes():
    folder = Folder(with_tests(GOOD))
    expect(folder.weir('test'), 2, 'usage: weir test')
    expect(folder.weir('test', '--what', 'weir.yaml'), 2, 'usage: weir test')
    expect(folder.weir('test', 'none.yaml'), 1, 'none.yaml')


SCENARIOS = [
    ('as expected', good),
    ('what fails, at its step', bad),
    ('a packet or steps', not_both),
    ('a start is refused', start),
    ('mistakes', mistakes),
]
