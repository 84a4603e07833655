#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Who a server sees: datagrams and connections are answered with the address and the port of the peer.

usage: peers.py serve PORT ADDRESS...           those that datagrams are for: answers come from them
       peers.py ask udp|tcp|closed SOURCE SPORT ADDRESS PORT EXPECTED   SPORT 0: any; EXPECTED: "address", or "address port"
       peers.py moves SOURCE ADDRESS PORT BEFORE AFTER COMMAND...       one socket, which is seen as AFTER once COMMAND has run
"""
import select
import socket
import subprocess
import sys
import time


def made(kind, address):
    s = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, kind)
    s.settimeout(3)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return s


def serve(port, *addresses):
    udp, tcp = [made(socket.SOCK_DGRAM, a) for a in addresses], made(socket.SOCK_STREAM, '::')
    for s, a in zip(udp, addresses):
        s.bind((a, int(port)))
    tcp.bind(('::', int(port)))
    tcp.listen()
    while True:
        for s in select.select(udp + [tcp], [], [])[0]:
            try:
                if s is not tcp:
                    peer = s.recvfrom(2000)[1]
                    s.sendto(b'%s %u' % (peer[0].removeprefix('::ffff:').encode(), peer[1]), peer)
                else:
                    c, peer = s.accept()
                    c.sendall(b'%s %u' % (peer[0].removeprefix('::ffff:').encode(), peer[1]))
                    c.close()
            except OSError:
                pass


def ask(kind, source, sport, address, port, expected):
    s = made(socket.SOCK_STREAM if kind == 'tcp' else socket.SOCK_DGRAM, address)
    s.bind((source, int(sport)))
    s.connect((address, int(port)))
    if kind != 'tcp':
        s.send(b'who?')
    try:
        seen = s.recv(100).decode()
    except ConnectionRefusedError:
        seen = 'refused'
    print(seen)
    sys.exit(0 if seen == expected or seen.split()[0] == expected else 1)


def moves(source, address, port, before, after, *command):
    s = made(socket.SOCK_DGRAM, address)
    s.bind((source, 0))
    s.connect((address, int(port)))
    s.settimeout(0.3)
    command, until = list(command), time.time() + 8
    while time.time() < until:
        s.send(b'who?')
        try:
            seen = s.recv(100).decode().split()[0]
        except OSError:
            continue
        print(seen)
        if command and seen == before:
            subprocess.run(command, check=True)
            command = []
        elif not command and seen == after:
            sys.exit(0)
        time.sleep(0.1)
    sys.exit(1)


if __name__ == '__main__':
    {'serve': serve, 'ask': ask, 'moves': moves}[sys.argv[1]](*sys.argv[2:])
