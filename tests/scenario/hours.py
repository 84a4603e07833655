# SPDX-License-Identifier: BSD-3-Clause
"""Rules with `time`: days and hours of the host's zone, by the clock of the capture; flows that were decided are judged again."""

import datetime
import os
import time as clock

from bench import Failed, replay, router
from captures import Folder, expect
from packets import *  # noqa: F403

BERLIN = 'CET-1CEST,M3.5.0,M10.5.0/3'       # summer time from the last Sunday of March, 02:00, to that of October, 03:00


def stamp(text, zone='UTC'):
    """Seconds of the epoch of "2026-03-27 17:59:58" in a zone, by the C library of Python."""
    before = os.environ.get('TZ')
    os.environ['TZ'] = zone
    clock.tzset()
    seconds = clock.mktime(datetime.datetime.strptime(text, '%Y-%m-%d %H:%M:%S').timetuple())
    if before is None:
        del os.environ['TZ']
    else:
        os.environ['TZ'] = before
    clock.tzset()
    return seconds


def verdicts(said, times, zone='UTC', packet=None, pipeline='[{acl: list}, {route: main}]'):
    """Which packets of one flow pass, at these times; 2026-03-27 is a Friday."""
    config = router(pipeline, 'acls:\n  list: [{time: %s, action: accept}]\n' % said)
    frames = [(stamp(t, zone), packet or lan(udp())) for t in times]
    before = os.environ.get('TZ')
    os.environ['TZ'] = zone
    try:
        outcome = replay(config, {'lan': frames})
    finally:
        os.environ.pop('TZ') if before is None else os.environ.update(TZ=before)
    return ''.join('+' if p['verdict'] == 'output' else '-' for p in outcome.packets)


def day(date, *times):
    return ['%s %s' % (date, t) for t in times]


# what it says, when, which pass
OFFICE = '{days: [mon-fri], from: "08:00", to: "18:00"}'
CASES = [
    ('from and to', OFFICE, day('2026-03-27', '07:59:57', '08:00:01', '08:00:05', '17:59:58', '18:00:02', '18:00:03'), '-+++--'),
    ('days', OFFICE, day('2026-03-27', '12:00:00') + day('2026-03-28', '12:00:00') + day('2026-03-30', '12:00:00'), '+-+'),
    ('over midnight, by the day on which it begins', '{days: fri, from: "22:00", to: "06:00"}',
     day('2026-03-27', '05:00:00', '22:30:00') + day('2026-03-28', '05:59:00', '06:00:02', '22:30:00'), '-++--'),
    ('a range of days over Sunday', '{days: [sat-mon]}',
     day('2026-03-27', '12:00:00') + day('2026-03-29', '12:00:00') + day('2026-03-30', '23:59:00') + day('2026-03-31', '00:00:02'), '-++-'),
    ('several times', '[{days: mon, to: "12:00"}, {days: Friday, from: "12:00"}]',
     day('2026-03-27', '11:00:00', '12:00:00') + day('2026-03-30', '11:00:00', '12:00:05'), '-++-'),
    ('days alone', '[fri]', day('2026-03-27', '00:00:00', '23:59:00') + day('2026-03-28', '00:00:05'), '++-'),
]


def case(said, times, want):
    def run():
        was = verdicts(said, times)
        if was != want:
            raise Failed('%s, expected %s' % (was, want))
    return run


def summer_time():
    """03:00 comes after 01:59:59 on 2026-03-29, and 02:30 comes twice on 2026-10-25."""
    spring = stamp('2026-03-29 01:59:58', BERLIN)
    autumn = stamp('2026-10-25 01:59:58', BERLIN)
    os.environ['TZ'] = BERLIN
    clock.tzset()
    try:
        for zero, hours, said, want in ((spring, (0, 1 / 60, 0.5, 1), '{from: "02:00", to: "03:30"}', '-++-'),
                                        (autumn, (0, 0.5, 1.5, 2.2, 2.5), '{from: "02:00", to: "03:00"}', '-++--')):
            config = router('[{acl: list}, {route: main}]', 'acls:\n  list: [{time: %s, action: accept}]\n' % said)
            outcome = replay(config, {'lan': [(zero + h * 3600, lan(udp())) for h in hours]})
            was = ''.join('+' if p['verdict'] == 'output' else '-' for p in outcome.packets)
            if was != want:
                raise Failed('%s: %s, expected %s' % (said, was, want))
    finally:
        del os.environ['TZ']
        clock.tzset()


def sessions():
    """A session is judged again, in both directions, and goes on when the time comes back."""
    config = router('[track, {drop: {if: {time: {from: "12:00", to: "12:01"}}}}, {route: main}]')
    at = stamp('2026-03-27 11:59:58')
    answer = wan(udp(src=B, dst=A, sport=53, dport=5203))
    outcome = replay(config, {'lan': [(at, lan(udp())), (at + 5, lan(udp())), (at + 65, lan(udp()))],
                              'wan': [(at + 1, answer), (at + 6, answer), (at + 66, answer)]})
    was = [p['verdict'] for p in outcome.packets]
    if was != ['output', 'output', 'drop', 'drop', 'output', 'output'] or outcome.told['sessions'] != 1:
        raise Failed('%s\n%s' % (was, outcome.packets))


WRONG = [
    ('{days: [mon-fry]}', "'mon-fry'"), ('{from: "8 o\'clock"}', "from 00:00 to 23:59"), ('{from: "24:00"}', 'from 00:00 to 23:59'),
    ('{to: "24:01"}', 'from 00:00 to 24:00'), ('{from: "09:00", to: "09:00"}', 'the same'), ('{days: []}', 'empty'),
    ('{hours: 3}', "hours"), ('[]', 'the list is empty'),
]


def wrong():
    for said, text in WRONG:
        config = router('[{acl: list}, {route: main}]', 'acls:\n  list: [{time: %s, action: accept}]\n' % said)
        expect(Folder(config).weir('check', 'weir.yaml'), 0 if said == '[]' else 1, text)
    dnat = router('[track, {dnat: {to: 10.0.0.2, if: {time: {days: mon}}}}, {route: main}]')
    expect(Folder(dnat).weir('check', 'weir.yaml'), 1, 'translation cannot depend on the time or')
    many = 'acls:\n  list:\n' + ''.join('    - {time: {from: "%02d:30"}, dport: %d, proto: udp, action: accept}\n' % (i, i + 1) for i in range(13))
    expect(Folder(router('[{acl: list}, {route: main}]', many)).weir('check', 'weir.yaml'), 1, '12 different times')


def tests():
    """Section tests say when they are."""
    config = router('[track, {acl: list}, {route: main}]', 'acls:\n  list: [{time: %s, action: accept}]\n' % OFFICE) + '''tests:
  - {at: mon 09:00, in: lan, packet: "udp 10.0.0.2:5000 > 203.0.113.9:53", expect: output wan}
  - {at: "sun 09:00", in: lan, packet: "udp 10.0.0.2:5000 > 203.0.113.9:53", expect: drop acl_denied}
  - at: fri 17:59
    steps:
      - {in: lan, packet: "udp 10.0.0.2:5000 > 203.0.113.9:53", expect: output wan}
      - {after: 61s, in: lan, packet: "udp 10.0.0.2:5000 > 203.0.113.9:53", expect: drop acl_denied}
'''
    expect(Folder(config).weir('test', 'weir.yaml'), 0)
    expect(Folder(config.replace('at: mon', 'at: sat')).weir('test', 'weir.yaml'), 1, '- output wan')
    expect(Folder(config.replace('at: mon 09:00', 'at: monday at nine')).weir('check', 'weir.yaml'), 1, 'mon 09:00')


SCENARIOS = [(what, case(said, times, want)) for what, said, times, want in CASES] + [
    ('summer time', summer_time),
    ('sessions are judged again', sessions),
    ('what is written wrong', wrong),
    ('section tests say when they are', tests),
]
