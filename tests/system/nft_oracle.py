#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The probes through Weir and through Linux, and what they made of them; started by nft_oracle.sh.

A step passes when Weir did what the probe says it owes, and both did the same or differ as
differences.py has it, to the letter.  A difference that stands there and is gone fails too."""

import pathlib
import sys
import textwrap

HERE = pathlib.Path(__file__).resolve().parent / 'nft_oracle'
sys.path[:0] = [str(HERE), str(HERE.parent.parent / 'support')]
sys.dont_write_bytecode = True

from scapy.config import conf                           # noqa: E402
from scapy.layers.l2 import Ether                       # noqa: E402

conf.verb = 0

import differences                                      # noqa: E402
import probes_fragments, probes_nat, probes_sanity, probes_sums, probes_tcp    # noqa: E401,E402
from talk import ports_of                               # noqa: E402
from verdict import describe, named_ports, word                      # noqa: E402
from wire import MAC, PEER, Router, stay_on_one_core    # noqa: E402

MODULES = (probes_tcp, probes_nat, probes_fragments, probes_sanity, probes_sums)


def frames_of(side, packets):
    """A step's packets as frames; one that has an Ethernet header already keeps it."""
    for p in packets if isinstance(packets, list) else [packets]:
        if not isinstance(p, Ether):
            kind = 0x86dd if bytes(p)[:1] and bytes(p)[0] >> 4 == 6 else 0x0800
            p = Ether(src=PEER[side], dst=MAC[side], type=kind) / p
        yield side, bytes(p)


def through(router, side, packets, ports):
    """What a router made of a step: its word, and its lines."""
    out = router.pass_frames(list(frames_of(side, packets)))
    lines = describe(out)
    text = named_ports(', '.join(lines), ports)
    return word({line.split(' ')[0] for line in lines}, side), text or '-'


def judge(name, steps, weir, linux):
    """What is wrong with a probe, and the differences that are expected."""
    reason, expected = differences.DIFFERENCES.get(name, ('', {}))
    wrong, told, ports = [], [], ports_of(steps)
    for n, (side, packets, due) in enumerate(steps, 1):
        ours, said = through(weir, side, packets, ports)
        _, opinion = through(linux, side, packets, ports)
        both = '    Weir  %s\n    Linux %s' % (said, opinion)
        if ours != due:
            wrong.append('step %d: Weir owes %s:\n%s' % (n, due, both))
        elif expected.get(n, opinion) != opinion or (n not in expected and said != opinion):
            wrong.append('step %d: an unexpected difference\n%s' % (n, both))
        elif n in expected and said == opinion:
            wrong.append('step %d: the difference is gone: %s' % (n, said))
        elif n in expected:
            told.append('    step %d: Weir  %s\n            Linux %s' % (n, said, opinion))
    if any(n > len(steps) for n in expected):
        wrong.append('a difference of a step that is not there')
    if told and not wrong:
        print(name, textwrap.indent(textwrap.fill(reason, 110), '    '), *told, sep='\n')
    return wrong, len(told)


def main(words):
    probes = [p for m in MODULES for p in m.PROBES if not words or any(w in p[0] for w in words)]
    names = [name for m in MODULES for name, _ in m.PROBES]
    stay_on_one_core()
    weir, linux = Router('weir'), Router('linux')
    failed = different = steps = 0
    for name in set(differences.DIFFERENCES) - set(names):
        print('not ok no probe has the name of the difference %s' % name)
        failed += 1
    for name, probe in probes:
        wrong, found = judge(name, probe, weir, linux)
        steps, different = steps + len(probe), different + found
        if wrong:
            failed += 1
            print('not ok %s\n%s' % (name, textwrap.indent('\n'.join(wrong), '    ')))
    print('%d probes, %d steps, %d differences with a reason, %d probes failed'
          % (len(probes), steps, different, failed))
    return failed != 0 or (not words and len(probes) < 60) or len(set(names)) != len(names)


sys.exit(main(sys.argv[1:]))
