# SPDX-License-Identifier: BSD-3-Clause
"""A flood of SYNs: while half-open sessions have all of their share, only the second SYN of a connection is let in."""

from bench import Failed, frame, replay, router, verdict_of
from packets import *  # noqa: F403

SHARE = 256                             # of 1,024 sessions
FIRST = 20000


def config(pipeline):
    return router(pipeline).replace('version: 1\n', 'version: 1\nsystem: {flows: 1024}\n')


def syn(n, v6=False):
    return (tcp6 if v6 else tcp)('S', sport=FIRST + n)


def flood(pipeline, v6=False):
    """The share fills up; ten more are dropped, and pass when they come again a second later; who is established and who
    opens in the meantime with a SYN more goes on."""
    def run():
        lan_frames = [(0.0, tcp('S', sport=9)), (0.2, IP(src=A, dst=B) / TCP(sport=9, dport=80, flags='A', seq=1, ack=501))]
        wan_frames = [(0.1, IP(src=B, dst=A) / TCP(sport=80, dport=9, flags='SA', seq=500, ack=1))]
        lan_frames += [(1.0, syn(i, v6)) for i in range(SHARE)]
        lan_frames += [(1.1, syn(1000 + i, v6)) for i in range(10)]
        lan_frames += [(1.2, IP(src=A, dst=B) / TCP(sport=9, dport=80, flags='A', seq=1, ack=501))]
        lan_frames += [(2.0, syn(2000 + i, v6)) for i in range(10)]
        lan_frames += [(2.1, syn(1000 + i, v6)) for i in range(10)]
        told = {}
        for options in ((), ('--burst', '1'), ('--burst', '64')):
            outcome = replay(config(pipeline), {
                'lan': [(t, frame('lan', p)) for t, p in lan_frames],
                'wan': [(t, frame('wan', p)) for t, p in wan_frames]}, options)
            told[options] = [verdict_of(p) for p in outcome.packets]
            if outcome.drops != {'session_unproven': 20}:
                raise Failed('%s: %s' % (options, outcome.drops))
        got = told[()]
        want = (['output wan', 'output lan', 'output wan'] + ['output wan'] * SHARE + ['drop session_unproven'] * 10
                + ['output wan'] + ['drop session_unproven'] * 10 + ['output wan'] * 10)
        for i, (a, b) in enumerate(zip(got, want)):
            if a != b:
                raise Failed('packet %d: %s, expected %s' % (i + 1, a, b))
        if any(t != got for t in told.values()):
            raise Failed('not the same for every burst size')
    return run


def remembered():
    """One that comes again late is a second one all the same."""
    frames = [(0.0, syn(i)) for i in range(SHARE)] + [(0.1, syn(1000)), (0.2, syn(1001)), (7.0, syn(1000))]
    outcome = replay(config('[track, {route: main}]'), {'lan': [(t, frame('lan', p)) for t, p in frames]})
    if [verdict_of(p) for p in outcome.packets[-3:]] != ['drop session_unproven'] * 2 + ['output wan']:
        raise Failed(str(outcome.packets[-3:]))


def others_begin():
    """UDP and ICMP begin sessions as ever."""
    frames = [(0.0, syn(i)) for i in range(SHARE)] + [(0.1, udp()), (0.2, IP(src=A, dst=B) / ICMP(id=7))]
    outcome = replay(config('[track, {route: main}]'), {'lan': [(t, frame('lan', p)) for t, p in frames]})
    if outcome.drops or outcome.packets[-1]['session']['state'] != 'new':
        raise Failed(str(outcome.drops))


SCENARIOS = [
    ('the second SYN is let in', flood('[track, {route: main}]')),
    ('so it is over IPv6', flood('[track, {route: main}]', True)),
    ('so it is where track stands behind another stage', flood('[{drop: {if: {src: 10.0.0.66}}}, track, {route: main}]')),
    ('a SYN is remembered', remembered),
    ('what is not TCP begins sessions as ever', others_begin),
]
