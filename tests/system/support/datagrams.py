#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Datagrams of one and of several fragments, and whether they come back whole.

usage: datagrams.py serve PORT | ask ADDRESS PORT
"""
import os
import socket
import sys

SIZES = (100, 3000, 1500, 8000)
TRIES = 3                       # the first one may be lost behind an unknown neighbour


def serve(port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(('', port))
    while True:
        data, peer = s.recvfrom(65536)
        s.sendto(data, peer)


def comes_back(address, size):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(2)
    data = os.urandom(size)
    for _ in range(TRIES):
        s.sendto(data, address)
        try:
            if s.recv(65536) == data:
                return True
        except TimeoutError:
            pass
    return False


def ask(address, port):
    lost = [size for size in SIZES * 4 if not comes_back((address, port), size)]
    sys.exit('did not come back: %s' % lost if lost else 0)


if sys.argv[1] == 'serve':
    serve(int(sys.argv[2]))
ask(sys.argv[2], int(sys.argv[3]))
