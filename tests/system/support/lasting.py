#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Conversations that last: each asks and is answered in turn, round by round, until a file appears; a server that tells each whose packet it saw.

lasting.py serve ADDRESS PORT
lasting.py talk FIRST_ADDRESS N SERVER PORT STOP_FILE     N of UDP and N of TCP, from N addresses"""

import ipaddress
import os
import select
import socket
import sys

PATIENCE_S = 2                          # for an answer of UDP, which is asked for again
ATTEMPTS = 8


def serve(address, port):
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind((address, port))
    listener = socket.create_server((address, port), backlog=200)
    connections = set()
    while True:
        for s in select.select([udp, listener, *connections], [], [])[0]:
            if s is listener:
                connections.add(listener.accept()[0])
            elif s is udp:
                data, peer = s.recvfrom(2000)
                s.sendto(b'%s %s:%d' % (data, peer[0].encode(), peer[1]), peer)
            else:
                data = s.recv(2000)
                if data:
                    s.sendall(b'%s %s:%d' % (data, s.getpeername()[0].encode(), s.getpeername()[1]))
                else:
                    connections.discard(s)
                    s.close()


class Talk:
    def __init__(self, kind, source, server):
        self.kind, self.n, self.seen, self.again = kind, 0, None, 0
        self.name = '%s from %s' % ('UDP' if kind == socket.SOCK_DGRAM else 'TCP', source)
        self.socket = socket.socket(socket.AF_INET, kind)
        self.socket.bind((source, 0))
        self.socket.settimeout(20)
        self.socket.connect(server)

    def ask(self):
        """Asks once; ends the program if nobody answers, or the other end sees somebody else."""
        self.n += 1
        text = b'%d' % self.n
        for _ in range(ATTEMPTS):
            self.socket.send(text)
            data = self.answer(text)
            if data is not None:
                break
            self.again += 1
        else:
            sys.exit('%s: no answer any more, after %d' % (self.name, self.n - 1))
        seen = data.split(b' ')[1]
        if self.seen not in (None, seen):
            sys.exit('%s: was %s, is %s' % (self.name, self.seen, seen))
        self.seen = seen

    def answer(self, text):
        self.socket.settimeout(PATIENCE_S if self.kind == socket.SOCK_DGRAM else ATTEMPTS * PATIENCE_S)
        try:
            while True:
                data = self.socket.recv(2000)
                if data.split(b' ')[0] == text:
                    return data
                if data == b'':
                    sys.exit('%s: closed' % self.name)
        except TimeoutError:
            if self.kind == socket.SOCK_STREAM:
                sys.exit('%s: no answer any more, after %d' % (self.name, self.n - 1))
            return None


def talk(first, n, server, port, stop):
    talks, rounds = [], 0
    while not os.path.exists(stop):
        if rounds % 3 == 0 and rounds < 30:             # more begin as time goes by
            for i in range(n):
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    talks.append(Talk(kind, str(ipaddress.ip_address(first) + i), (server, port)))
        for t in talks:
            t.ask()
        rounds += 1
        print('round', rounds, flush=True)
    print('%d conversations, %d rounds, %d asked again' % (len(talks), rounds, sum(t.again for t in talks)))


if sys.argv[1] == 'serve':
    serve(sys.argv[2], int(sys.argv[3]))
else:
    talk(sys.argv[2], int(sys.argv[3]), sys.argv[4], int(sys.argv[5]), sys.argv[6])
