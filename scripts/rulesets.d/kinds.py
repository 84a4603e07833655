# SPDX-License-Identifier: BSD-3-Clause
"""Kinds of differences between Linux and Weir, and the reasons of those that are meant."""

import collections
import re

STEP = 10000000                 # added to a packet's number for each step of its conversation

Kind = collections.namedtuple('Kind', 'name why')

# Reasons of Weir's drops that no rule decides.
MEANT = {
    'tcp_no_session': 'Weir takes no segment that neither opens a connection nor may belong to an older one',
    'tcp_out_of_window': 'Weir checks windows where Linux is liberal',
    'icmp_no_session': 'Weir takes no answer and no error of ICMP that belongs to no session',
    'session_interface': 'Weir takes packets of a session from where it began and from where its packets leave to; a zone joins interfaces',
    'session_conflict': 'two sessions of one inside endpoint that go to one target by two addresses have one public port; Linux takes another',
    'tcp_bad_flags': 'Weir takes no flags that no endpoint sends',
}


# Few packets only: the comparison says so itself if they are many.
EDGE = 'at the edge of a rate: Linux sees a packet a moment later than its time in the capture'
EDGE_MOST = 0.002               # of the packets

# Has to go when the limits count such packets, too: the comparison repeats itself.
UNSERVED = 'a limit gets back what is not delivered, and nothing serves the host in replay'


OWN = re.compile(r'^(10\.255\.\d+\.1|2001:db8:ff:\w+::1)$')


def rule_of(outcome, lines):
    """The text of the line that decided, or ''."""
    place = outcome.verdict.get('rule', '').rsplit(':', 1)
    return lines[int(place[1]) - 1].strip() if len(place) == 2 and place[1].isdigit() and int(place[1]) <= len(lines) else ''


def line_of(outcome, lines):
    text = rule_of(outcome, lines)
    return '\n            by %s' % text if text else ''


def is_near_rate(outcome, lines):
    """Does the rule that decided have a rate, or the one before or behind it?"""
    text = rule_of(outcome, lines)
    at = lines.index(text) if text in lines else next((i for i, line in enumerate(lines) if line.strip() == text), None)
    return bool(text) and at is not None and any('limit: ' in line and 'sessions:' not in line for line in lines[max(at - 1, 0):at + 2])


def kind_of(packet, theirs, ours, lines):
    reason = ours.verdict.get('reason', '')
    name = 'Linux %s, Weir %s' % (theirs.word, ours.word + (' ' + reason if reason and ours.word == 'drop' else ''))
    if theirs.word == ours.word == 'reject':
        name = 'Linux rejects with %s, Weir with %s' % (theirs.answer(), ours.answer())
    if ours.word == 'drop' and reason in MEANT:
        return Kind(name, MEANT[reason])
    if is_near_rate(ours, lines):
        return Kind(name, EDGE)
    if (theirs.word, ours.word) in (('drop', 'local'), ('reject', 'local')) and any('limit: ' in line for line in lines):
        return Kind(name, UNSERVED)
    mapped = ours.frame.dst != packet.dst if ours.word == 'out' else ours.verdict.get('program', '').startswith('rewrite dst')
    if mapped and OWN.match(packet.dst) and theirs.word in ('local', 'drop', 'reject') and any('snat: {use' in line for line in lines):
        return Kind(name, 'at an own address that is a pool, a mapping comes first; who is inside may begin at it (hairpin)')
    return Kind(name, None)
