#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""systemd's end of sd_notify: writes what arrives at a socket to a file, a line each with its time.

    notify.py SOCKET FILE
"""
import os
import socket
import sys
import time

s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o777)
with open(sys.argv[2], "w", encoding="utf-8") as out:
    while True:
        text = s.recv(4096).decode()
        out.write("%.3f %s\n" % (time.time(), " ".join(text.split("\n"))))
        out.flush()
