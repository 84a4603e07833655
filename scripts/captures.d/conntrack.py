# SPDX-License-Identifier: BSD-3-Clause
"""TCP segments through Linux: a router in a namespace of its own, with nftables and conntrack, that drops what Weir's
configuration `firewall` drops.

    [ host end a ] veth [ router: conntrack, nftables ] veth [ host end b ]

Packets are sent and received on the outer ends, which stand in a namespace of their own, too.  Each capture has a zone of
conntrack, so that none sees connections of another."""

import os
import select
import socket
import struct
import subprocess
import time

ROUTER, ENDS = 'weircap-r', 'weircap-e'
LINKS = {'lan': ('wcl0', 'wcl1'), 'wan': ('wcw0', 'wcw1')}      # at the router, at the end
ETH_P_ALL = 3
WINDOW = 32                     # packets on their way at a time

RULES = '''table inet weircap {
    chain pre {
        type filter hook prerouting priority -310; policy accept;
    }
    chain forward {
        type filter hook forward priority 0; policy drop;
        ct state invalid,untracked drop
        iifname "wcl0" accept
        iifname "wcw0" ct state established,related accept
    }
}
'''


def sh(*argv, quiet=False, text=None):
    return subprocess.run(argv, check=not quiet, capture_output=True, text=True, input=text)


def in_router(*argv, **more):
    return sh('ip', 'netns', 'exec', ROUTER, *argv, **more)


def sysctl(name, value):
    return in_router('sh', '-c', 'echo %s > /proc/sys/%s' % (value, name), quiet=True).returncode == 0


class Linux:
    def __init__(self, loose=False):
        self.loose = loose
        self.sockets = {}
        self.zone = 0

    def __enter__(self):
        try:
            self.make()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *what):
        self.remove()

    def remove(self):
        for s in self.sockets.values():
            s.close()
        for name in (ROUTER, ENDS):
            sh('ip', 'netns', 'del', name, quiet=True)

    def make(self):
        for name in (ROUTER, ENDS):
            sh('ip', 'netns', 'add', name)
        in_router('ip', 'link', 'set', 'lo', 'up')
        for i, (port, (here, there)) in enumerate(LINKS.items()):
            sh('ip', 'link', 'add', here, 'netns', ROUTER, 'mtu', '9000', 'type', 'veth', 'peer', 'name', there,
               'netns', ENDS)
            in_router('ip', 'link', 'set', here, 'up', 'address', '02:00:00:00:0%d:01' % (i + 1))
            sh('ip', '-n', ENDS, 'link', 'set', there, 'up', 'mtu', '9000', 'address', '02:00:00:00:0%d:02' % (i + 1))
            sysctl('net/ipv6/conf/%s/accept_dad' % here, 0)
            sysctl('net/ipv4/conf/%s/rp_filter' % here, 0)
            for option in ('tx', 'rx', 'gso', 'tso', 'gro'):
                in_router('ethtool', '-K', here, option, 'off', quiet=True)
        self.route()
        in_router('nft', '-f', '-', text=RULES)
        for name, value in (('net/ipv4/ip_forward', 1), ('net/ipv6/conf/all/forwarding', 1), ('net/ipv4/conf/all/rp_filter', 0),
                            ('net/netfilter/nf_conntrack_checksum', 0),
                            ('net/netfilter/nf_conntrack_tcp_loose', int(self.loose))):
            if not sysctl(name, value):
                raise RuntimeError('cannot set ' + name)
        self.open()

    @staticmethod
    def route():
        """What comes in by one link leaves by the other."""
        for i, (here, out) in enumerate((('wcl0', 'wcw0'), ('wcw0', 'wcl0'))):
            for family, via in (('-4', '198.18.%d.2' % (2 - i)), ('-6', 'fe80::%d' % (2 - i))):
                in_router('ip', family, 'rule', 'add', 'iif', here, 'lookup', str(100 + i), 'pref', '10')
                in_router('ip', family, 'route', 'add', 'default', 'via', via, 'dev', out, 'onlink', 'table', str(100 + i))
                in_router('ip', family, 'neigh', 'add', via, 'lladdr', '02:00:00:00:0%d:02' % (2 - i), 'dev', out)

    def open(self):
        """Sockets on the outer ends: opened by a thread's namespace, usable everywhere."""
        own = os.open('/proc/self/ns/net', os.O_RDONLY)
        ends = os.open('/run/netns/' + ENDS, os.O_RDONLY)
        try:
            os_setns(ends)
            for port, (_, there) in LINKS.items():
                s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
                s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
                s.bind((there, ETH_P_ALL))
                s.setblocking(False)
                self.sockets[port] = s
        finally:
            os_setns(own)
            os.close(own)
            os.close(ends)

    def begin(self):
        """Another capture: no connection is known."""
        self.zone += 1
        in_router('nft', '-f', '-', text='flush chain inet weircap pre\nadd rule inet weircap pre ct zone set %d\n' % self.zone)

    def drain(self, passed, wait):
        """Notes the marks of what has arrived."""
        end = time.monotonic() + wait
        while True:
            ready, _, _ = select.select(list(self.sockets.values()), [], [], max(0, end - time.monotonic()))
            if not ready:
                return
            for s in ready:
                try:
                    while True:
                        data, where = s.recvfrom(70000)
                        if where[2] != socket.PACKET_OUTGOING and is_forwarded(data):
                            passed.add(mark_of(data))
                except BlockingIOError:
                    pass
            if wait == 0:
                return

    def verdicts(self, packets):
        """packets: (port, frame) of segments; a list of whether each was forwarded.  In order: a softirq takes each packet
        through the router before the call that sends it returns."""
        self.begin()
        result = []
        for first in range(0, len(packets), WINDOW):
            passed, part = set(), packets[first:first + WINDOW]
            for i, (port, frame) in enumerate(part):
                self.sockets[port].send(marked(frame, first + i + 1))
            self.drain(passed, 0.0)
            if len(passed) < len(part):
                self.drain(passed, 0.003)
            result += [(first + i + 1) & 0xffff in passed for i in range(len(part))]
        return result


def os_setns(fd):
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(fd, 0x40000000) != 0:
        raise OSError(ctypes.get_errno(), 'setns')


def marked(frame, number):
    """The frame with a number where routers leave it: the identification, or the flow label."""
    data = bytearray(frame)
    if data[12:14] == b'\x08\0':
        data[18:20] = struct.pack('>H', number & 0xffff)
        data[22] = 64
        data[24:26] = b'\0\0'
        header = data[14:14 + (data[14] & 15) * 4]
        total = sum(struct.unpack('>%dH' % (len(header) // 2), bytes(header)))
        while total >> 16:
            total = (total & 0xffff) + (total >> 16)
        data[24:26] = struct.pack('>H', total ^ 0xffff)
    else:
        data[15:18] = bytes([data[15] & 0xf0]) + struct.pack('>H', number & 0xffff)
        data[21] = 64
    return bytes(data)


def is_forwarded(frame):
    return frame[12:14] in (b'\x08\0', b'\x86\xdd') and frame[22 if frame[12:14] == b'\x08\0' else 21] == 63


def mark_of(frame):
    return struct.unpack_from('>H', frame, 18 if frame[12:14] == b'\x08\0' else 16)[0]
