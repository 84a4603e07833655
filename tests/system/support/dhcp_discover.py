#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Asks for a lease by broadcast, as a client without an address: dhcp_discover.py INTERFACE.  Prints the offered address."""
import os
import socket
import struct
import sys

interface = sys.argv[1].encode()
mac = bytes.fromhex(open('/sys/class/net/%s/address' % sys.argv[1]).read().strip().replace(':', ''))
xid = os.urandom(4)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface)
s.bind(('', 68))
s.settimeout(2)
for _ in range(3):
    s.sendto(struct.pack('!BBBB4sHH16x16s192x', 1, 1, 6, 0, xid, 0, 0x8000, mac) + b'\x63\x82\x53\x63\x35\x01\x01\xff',
             ('255.255.255.255', 67))
    try:
        answer = s.recv(2048)
    except socket.timeout:
        continue
    if answer[0] == 2 and answer[4:8] == xid:
        print(socket.inet_ntoa(answer[16:20]))
        sys.exit(0)
sys.exit('no offer')
