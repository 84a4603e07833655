# SPDX-License-Identifier: BSD-3-Clause
"""Hostile frames of LACP into one link of a bond, as many a second as they come, until SIGTERM.

    lacp_flood.py INTERFACE MAC-OF-THE-BOND RATE

Forged LACPDUs of other stations that ask for a new partner, truncated ones, ones with wrong lengths and addresses, our own back, other
subtypes, markers and answers to markers; a few bytes of each fourth frame are random."""

import random
import socket
import sys
import time

SLOW = bytes.fromhex('0180c2000002')


def information(kind, system, key, port, state):
    return bytes((kind, 20)) + b'\x80\0' + system + key.to_bytes(2, 'big') + b'\0\xff' + port.to_bytes(2, 'big') + bytes((state, 0, 0, 0))


def lacpdu(source, partner, state):
    body = b'\1\1' + information(1, source, 33, 1, state) + information(2, partner, 33, 1, 0x3f)
    return (SLOW + source + b'\x88\x09' + body + b'\3\x10' + bytes(14) + b'\0\0').ljust(124, b'\0')


def marker(source, kind):
    return (SLOW + source + b'\x88\x09\2\1' + bytes((kind, 16)) + bytes(14)).ljust(124, b'\0')


def draw(chance, own):
    station = b'\2' + chance.randbytes(5)
    forged = lacpdu(station, chance.choice((own, own, bytes(6), station)), chance.choice((0, 0x01, 0x3d, 0x3f, 0xc5, 0xff)))
    frame = chance.choice((forged, forged, forged, forged[:chance.randrange(15, 124)], lacpdu(own, own, 0x3f), lacpdu(bytes(6), own, 0x3f),
                           own + forged[6:], forged[:14] + bytes((chance.randrange(256),)) + forged[15:], forged + bytes(1300),
                           marker(station, 1), marker(station, 2), marker(station, 1)[:20]))
    if chance.random() < 0.25:
        frame = bytearray(frame)
        for _ in range(3):
            frame[chance.randrange(14, len(frame))] = chance.randrange(256)
    return bytes(frame)


def main(interface, own, rate):
    chance = random.Random(1)
    own, rate = bytes.fromhex(own.replace(':', '')), int(rate)
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    end.bind((interface, 0))
    frames = [draw(chance, own) for _ in range(5000)]
    began, sent = time.monotonic(), 0
    while True:
        while sent < (time.monotonic() - began) * rate:
            try:
                end.send(frames[sent % len(frames)])
            except OSError:             # the link is down, or full
                pass
            sent += 1
        time.sleep(0.002)


if __name__ == '__main__':
    main(*sys.argv[1:])
