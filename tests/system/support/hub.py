# SPDX-License-Identifier: BSD-3-Clause
"""A hub: each frame that one interface receives leaves by all others.  While a file is there, it passes nothing on.

    hub.py FILE INTERFACE INTERFACE...

The kernel of a test machine may have no bridge.  With the file a link is dead without being down, as behind a media converter."""

import os
import select
import socket
import sys

OUTGOING = 4                    # PACKET_OUTGOING: what this program has sent itself


def main(stop, *names):
    ends = []
    for name in names:
        end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        end.bind((name, 3))
        promiscuous = socket.if_nametoindex(name).to_bytes(4, sys.byteorder) + b'\1\0\0\0' + bytes(8)
        end.setsockopt(263, 1, promiscuous)             # SOL_PACKET, PACKET_ADD_MEMBERSHIP
        end.setblocking(False)
        ends.append(end)
    poll = select.poll()
    for end in ends:
        poll.register(end, select.POLLIN)
    by_fd = {end.fileno(): end for end in ends}
    while True:
        dead = os.path.exists(stop)
        for fd, _ in poll.poll(1000):
            for _ in range(64):
                try:
                    data, address = by_fd[fd].recvfrom(65535)
                except OSError:
                    break
                if dead or address[2] == OUTGOING:
                    continue
                for end in ends:
                    if end is not by_fd[fd]:
                        try:
                            end.send(data)
                        except OSError:
                            pass


if __name__ == '__main__':
    main(*sys.argv[1:])
