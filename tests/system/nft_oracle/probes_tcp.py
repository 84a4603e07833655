# SPDX-License-Identifier: BSD-3-Clause
"""TCP from the initiator behind the router, translated: T1 to T23 of the table of conformance."""

from scapy.packet import Raw

from talk import *  # noqa: F403

FAST_OPEN = {'options': [(34, b'cookie00')]}
SCALE = {'options': [('WScale', 14)]}


def t1(**kind):
    t = Talk(**kind)
    return t.opened() + [
        t.c('PA', 1, 1, payload=b'question'), t.s('A', 1, 9), t.s('PA', 1, 9, payload=b'answer'),
        t.c('A', 9, 7),
        t.c('FA', 9, 7), t.s('A', 7, 10), t.s('FA', 7, 10), t.c('A', 10, 8)]


def t2():
    t = Talk()
    return [t.c('S'), t.s('S'), t.c('SA', 0, 1), t.s('SA', 0, 1), t.c('A', 1, 1),
            t.c('PA', 1, 1, payload=b'data'),
            t.s('A', 1, 5)]


def t3():
    t, u = Talk(), Talk(dst=PUBLIC, dport=8080, src=FAR, outside=True)
    return [t.c('A', 1, 1, DROP), t.c('PA', 1, 1, DROP, payload=b'data'), t.c('FA', 1, 1, DROP),
            t.c('R', 1, None, DROP),
            t.c('SA', 0, 1, DROP), u.c('A', 1, 1, DROP), u.c('R', 1, None, DROP)]


def t4():
    t = Talk()
    return t.opened() + [t.s('R', 100000, None, DROP), t.c('R', -70000, None, DROP),
                         t.s('PA', 1, 1, payload=b'alive')]


def t5():
    t = Talk()
    return t.opened() + [t.s('R', 100), t.s('RA', 101, 1),
                         t.s('PA', 1, 1, payload=b'alive')]


def t6():
    t = Talk()
    return t.opened() + [t.s('R', 1), t.c('PA', 1, 1, payload=b'late')]


def t7():
    t = Talk()
    return t.opened() + [t.s('S', 1, None, DROP), t.s('S', 3000000, None, DROP),
                         t.s('PA', 1, 1, payload=b'alive')]


def t7_initiator():
    t = Talk()
    return t.opened() + [t.c('S', 900000), t.s('A', 1, 1), t.s('PA', 1, 1, payload=b'alive')]


def t8():
    t = Talk()
    return t.opened() + [t.s('S', 2000000000, None, DROP), t.s('R', 2000000001, None, DROP),
                         t.s('R', 70000, None, DROP),
                         t.c('PA', 1, 1, payload=b'alive'), t.s('A', 1, 6)]


def t9():
    t = Talk()
    return t.opened() + [t.s('A', 1, 500000, DROP), t.s('PA', 1, 500000, DROP, payload=b'forged'),
                         t.s('A', 1, -500000, DROP), t.s('A', 1, 1)]


def t10():
    t = Talk()
    return t.opened() + [t.s('PA', 100000, 1, DROP, payload=b'far'), t.s('PA', -100000, 1, DROP,
                                                                         payload=b'old'),
                         t.s('PA', 1, 1, payload=b'good')]


def t10_a_little():
    t = Talk()
    return t.opened() + [t.s('PA', 9000, 1, DROP, payload=b'beyond'),
                         t.s('PA', 1, 1, payload=b'good')]


def t11():
    t = Talk()
    return t.opened() + [t.c('PA', 1, 1, payload=b'x' * 100), t.s('A', 1, 101, window=0),
                         t.c('A', 101, 1, payload=b'p'), t.s('A', 1, 101, window=0),
                         t.s('A', 1, 102, window=8192),
                         t.c('PA', 102, 1, payload=b'more')]


def t12():
    t = Talk()
    return t.opened() + [t.c('PA', 1, 1, payload=b'data'), t.s('A', 1, 5), t.c('A', 4, 1),
                         t.s('A', 1, 5),
                         t.c('A', 4, 1, payload=b'\0'), t.s('A', 1, 5)]


def t13():
    t = Talk()
    return t.opened(SCALE, SCALE) + [
        t.s('A', 1, 1, window=65535), t.c('PA', 600000000, 1, payload=b'far but allowed'),
        t.c('PA', 1200000000, 1, DROP, payload=b'beyond')]


def t13_one_side():
    t = Talk()
    return t.opened(SCALE) + [t.s('A', 1, 1, window=65535), t.c('PA', 200000, 1, DROP,
                                                                payload=b'beyond'),
                              t.c('PA', 60000, 1, payload=b'inside')]


def t13_mid_stream():
    t = Talk()
    return t.opened({'options': [('WScale', 2)]}, {'options': [('WScale', 2)]}) + [
        t.s('A', 1, 1, window=8192, options=[('WScale', 14)]), t.c('PA', 1000000, 1, DROP,
                                                                   payload=b'beyond')]


def t14():
    t, u = Talk(), Talk()
    return ([t.c('S'), t.c('S', 77777), t.s('SA', 0, 77778), t.c('A', 77778, 1),
             t.s('PA', 1, 77778, payload=b'data')]
            + [u.c('S'), u.c('S'), u.s('SA', 0, 1), u.s('SA', 0, 1), u.c('A', 1, 1),
               u.s('PA', 1, 1, payload=b'data')])


def t15():
    t = Talk()
    return [t.c('S'), t.s('A', 700000, 400000), t.c('R', 400000), t.c('S'), t.s('SA', 0, 1),
            t.c('A', 1, 1),
            t.c('PA', 1, 1, payload=b'data')]


def t16():
    t = Talk()
    return t.opened() + [t.c('FA', 1, 1), t.c('FA', 1, 1), t.s('A', 1, 2),
                         t.s('PA', 1, 2, payload=b'half closed'),
                         t.c('A', 2, 12), t.s('FA', 12, 2), t.s('FA', 12, 2), t.c('A', 2, 13),
                         t.c('A', 2, 13)]


def t17():
    t = Talk()
    return t.opened() + [t.c('FA', 1, 1), t.s('A', 1, 2), t.s('R', 20)]


def t18():
    t = Talk()
    closed = t.opened() + [t.c('FA', 1, 1), t.s('FA', 1, 2), t.c('A', 2, 2)]
    again = [t.c('S', 500000), t.s('SA', 900000, 500001), t.c('A', 500001, 900001),
             t.s('PA', 900001, 500001, payload=b'new')]
    return closed + again


def t18_older():
    t = Talk()
    return t.opened() + [t.c('FA', 1, 1), t.s('FA', 1, 2), t.c('A', 2, 2),
                         t.s('S', -700000, None, DROP)]


def t19():
    t = Talk()
    return [t.c('S', payload=b'early data', **FAST_OPEN), t.s('SA', 0, 11), t.c('A', 11, 1),
            t.s('PA', 1, 11, payload=b'answer')]


def t20():
    t = Talk()
    return t.opened() + [t.s('PA', 1, 1, payload=b'x' * 200), t.c('A', 1, 201),
                         t.s('RA', 50, None, DROP),
                         t.s('PA', 201, 1, payload=b'alive')]


def t21():
    t = Talk()
    return t.opened() + [t.s('FA', 1, 400000, DROP), t.s('FA', 1, -400000, DROP),
                         t.s('FA', 300000, 1, DROP),
                         t.c('PA', 1, 1, payload=b'alive'), t.s('A', 1, 6)]


def t22():
    t = Talk()
    side, ack, due = t.c('A', 1, 1)
    padded = bytes(ack) + b'\xee' * 200             # behind the packet, as if a driver had padded
    return t.opened() + [(side, Raw(padded), due), t.c('PA', 1, 1, payload=b'data'), t.s('A', 1, 5),
                         t.s('PA', 1, 5, payload=b'answer')]


def t23():
    t, u = Talk(), Talk()
    return ([t.c('SEC'), t.s('SAE', 0, 1), t.c('A', 1, 1), t.c('PAU', 1, 1, payload=b'urgent',
                                                               urgptr=1),
             t.s('AE', 1, 7), t.c('PAC', 7, 1, payload=b'reduced')]
            + [u.c('SECN'), u.s('SAC', 0, 1), u.c('A', 1, 1)])


def scans():
    """Flags that no stack sends, as the first of a conversation and within one."""
    found = []
    for flags in ('', 'SF', 'SR', 'F', 'FPU', 'SFRPAU', 'P', 'U'):
        t = Talk()
        found.append(t.c(flags, due=DROP))
    t = Talk()
    return found + t.opened() + [t.s(flags, 1, 1, DROP) for flags in ('', 'SF', 'SR', 'F',
                                                                      'SFRPAU')] + [
        t.s('PA', 1, 1, payload=b'alive')]


def refused():
    t = Talk()
    return [t.c('S'), t.s('RA', 0, 1), t.c('S', 90000), t.s('RA', 0, 90001)]


def refused_blindly():
    t = Talk()
    return [t.c('S'), t.s('RA', 0, 600000, DROP), t.s('R', 0, None, DROP), t.s('SA', 0, 1),
            t.c('A', 1, 1)]


def window_wraps():
    t = Talk(isn=(2**32 - 3, 2**32 - 100))
    return t.opened() + [t.c('PA', 1, 1, payload=b'x' * 1000),
                         t.s('PA', 1, 1001, payload=b'y' * 1000),
                         t.c('A', 1001, 1001), t.s('R', 90000, None, DROP), t.c('FA', 1001, 1001),
                         t.s('FA', 1001, 1002), t.c('A', 1002, 1002)]


def selective():
    t = Talk()
    sack = {'options': [('SAckOK', b'')]}
    return t.opened(sack, sack) + [t.c('PA', 1, 1, payload=b'x' * 100),
                                   t.c('PA', 201, 1, payload=b'z' * 100),
        t.s('A', 1, 101, options=[('NOP', None), ('NOP', None), ('SAck', (1201, 1301))]),
        t.c('PA', 101, 1, payload=b'y' * 100), t.s('A', 1, 301)]


PROBES = [
    ('T1 a connection from SYN to the last ACK', t1()),
    ('T1 over IPv6', t1(src=A6, dst=FAR6)),
    ('T1 to the port forward', t1(src=FAR, dst=PUBLIC, dport=8080, outside=True)),
    ('T1 to the server over IPv6', t1(src=FAR6, dst=SERVER6, outside=True)),
    ('T2 both open at once', t2()),
    ('T3 in mid-stream without a session', t3()),
    ('T4 a reset outside the window', t4()),
    ('T5 a reset inside the window, not exact', t5()),
    ('T6 an exact reset', t6()),
    ('T7 a SYN from outside in a connection', t7()),
    ('T7 a SYN of the initiator in a connection', t7_initiator()),
    ('T8 a SYN, then a reset, both forged', t8()),
    ('T9 acknowledgements of what was never sent', t9()),
    ('T10 data outside the window', t10()),
    ('T10 data a little beyond the window', t10_a_little()),
    ('T11 a probe of a closed window', t11()),
    ('T12 keep-alives', t12()),
    ('T13 windows of a gigabyte', t13()),
    ('T13 only one side offers to scale', t13_one_side()),
    ('T13 a scale outside a SYN', t13_mid_stream()),
    ('T14 SYN and SYN ACK once more', t14()),
    ('T15 a challenge in answer to the SYN', t15()),
    ('T16 half closed, FINs once more', t16()),
    ('T17 a reset that is not exact, after a FIN', t17()),
    ('T18 a new connection on a tuple in time-wait', t18()),
    ('T18 an old SYN of the other end in time-wait', t18_older()),
    ('T19 data in the SYN', t19()),
    ('T20 RST ACK behind the window', t20()),
    ('T21 FINs that no one can have sent', t21()),
    ('T22 padding behind a bare ACK', t22()),
    ('T23 urgent and ECN', t23()),
    ('TCP flags that no stack sends', scans()),
    ('TCP refused, and tried again', refused()),
    ('TCP refused by who has not seen the SYN', refused_blindly()),
    ('TCP numbers that wrap', window_wraps()),
    ('TCP selective acknowledgements', selective()),
]
