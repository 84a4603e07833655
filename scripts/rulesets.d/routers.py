# SPDX-License-Identifier: BSD-3-Clause
"""Two routers for one ruleset: Linux with the ruleset, in a network namespace, and Weir with what it was imported to, in replay.

Each interface that rules name is a link to a station of its own: 10.255.N.2 and 2001:db8:ff:N::2."""

import ctypes
import json
import os
import re
import socket
import struct
import subprocess
import time

from frames import Seen
from ruleset import Values, interfaces, kind_of

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
INTERFACES_MAX = 6
QUIET = 0.25                    # seconds without a packet: nothing more comes


class Failed(Exception):
    pass


def run(command, **more):
    done = subprocess.run(command, capture_output=True, text=True, **more)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise Failed(lines[0] if lines else '%s fails' % command[0])
    return done.stdout


def mac(side, station):
    return bytes((2, 0, 0, 0, side, 2 if station else 1))


def text_of(address):
    return ':'.join('%02x' % b for b in address)


class Linux:
    def __init__(self, path, folder):
        self.router, self.stations, self.folder, self.path = 'wc-router-%d' % os.getpid(), 'wc-far-%d' % os.getpid(), folder, path
        with open(path, errors='replace') as f:
            self.text = f.read()
        self.kind = kind_of(path, self.text)
        self.sockets, self.local = {}, []

    def close(self):
        for s in list(self.sockets.values()) + self.local:
            s.close()
        for name in (self.router, self.stations):
            subprocess.run(['ip', 'netns', 'del', name], capture_output=True)

    def inside(self, *command, **more):
        return run(['ip', 'netns', 'exec', self.router, *command], **more)

    def delete(self, said):
        """Deletes the rules that the import has named; why it has."""
        named = []
        for family, table, chain, handle, why in re.findall(r'^(\w+) (\S+) (\S+), handle (\d+): (.*)$', said, re.M):
            done = subprocess.run(['ip', 'netns', 'exec', self.router, 'nft', 'delete', 'rule', family, table, chain, 'handle', handle], capture_output=True)
            if done.returncode == 0:
                named.append('%s (%s, handle %s)' % (why, chain, handle))
        return named

    def link(self, name):
        if subprocess.run(['ip', '-n', self.router, 'link', 'show', name], capture_output=True).returncode == 0:
            return
        run(['ip', '-n', self.router, 'link', 'add', name, 'type', 'veth', 'peer', 'name', name, 'netns', self.stations])

    def load(self):
        """Loads the ruleset; gives what its rules ask for."""
        run(['ip', 'netns', 'add', self.router])
        run(['ip', 'netns', 'add', self.stations])
        run(['ip', '-n', self.router, 'link', 'set', 'lo', 'up'])
        for name in interfaces(self.text):
            self.link(name)
        if self.kind == 'nftables':
            self.inside('nft', '-f', os.path.abspath(self.path), cwd=os.path.dirname(os.path.abspath(self.path)))
        else:
            self.inside(self.kind + '-nft-restore', os.path.abspath(self.path))
        self.listed = self.inside('nft', '-j', 'list', 'ruleset')
        self.values = Values(json.loads(self.listed))
        names = sorted(self.values.interfaces | (set(interfaces(self.text)) if self.kind != 'nftables' else set()))[:INTERFACES_MAX]
        for spare in ('other0', 'other1'):
            names += [spare] if len(names) < 2 else []
        self.sides = {name: n + 1 for n, name in enumerate(names)}
        self.connect()

    def connect(self):
        settings = ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.default.rp_filter=0',
                    'net.ipv4.icmp_ratelimit=0', 'net.ipv6.icmp.ratelimit=0', 'net.ipv4.conf.all.send_redirects=0',
                    'net.ipv4.conf.default.send_redirects=0', 'net.ipv6.conf.default.accept_dad=0', 'net.ipv4.icmp_echo_ignore_broadcasts=1']
        self.inside('sysctl', '-qw', *settings)
        # Some of these are not in every kernel.  Sessions end as early as in Weir.
        settings = ['net.ipv4.icmp_msgs_per_sec=10000000', 'net.ipv4.icmp_msgs_burst=10000000', 'net.ipv4.icmp_ratemask=0',
                    'net.netfilter.nf_conntrack_max=400000', 'net.netfilter.nf_conntrack_icmp_timeout=60', 'net.netfilter.nf_conntrack_icmpv6_timeout=60',
                    'net.netfilter.nf_conntrack_udp_timeout=300', 'net.netfilter.nf_conntrack_udp_timeout_stream=300']
        subprocess.run(['ip', 'netns', 'exec', self.router, 'sysctl', '-qw', *settings], capture_output=True)
        for name, n in self.sides.items():
            self.link(name)
            self.inside('sysctl', '-qw', 'net.ipv6.conf.%s.accept_dad=0' % name.replace('.', '/'), 'net.ipv4.conf.%s.rp_filter=0' % name.replace('.', '/'),
                        'net.ipv4.conf.%s.send_redirects=0' % name.replace('.', '/'))
            for where, station in ((self.router, False), (self.stations, True)):
                run(['ip', 'netns', 'exec', where, 'ethtool', '-K', name, 'rx', 'off', 'tx', 'off', 'gso', 'off', 'tso', 'off', 'gro', 'off'])
                run(['ip', '-n', where, 'link', 'set', name, 'address', text_of(mac(n, station))])
            run(['ip', 'netns', 'exec', self.stations, 'sysctl', '-qw', 'net.ipv6.conf.%s.disable_ipv6=1' % name.replace('.', '/')])
            run(['ip', '-n', self.stations, 'link', 'set', name, 'up'])
            run(['ip', '-n', self.router, 'link', 'set', name, 'up'])
            for address in ('10.255.%d.1/24' % n, '2001:db8:ff:%x::1/64' % n):
                run(['ip', '-n', self.router, 'address', 'add', address, 'dev', name] + (['nodad'] if ':' in address else []))
            for host in (2, 3):
                for address in ('10.255.%d.%d' % (n, host), '2001:db8:ff:%x::%x' % (n, host)):
                    run(['ip', '-n', self.router, 'neigh', 'replace', address, 'lladdr', text_of(mac(n, True)), 'dev', name, 'nud', 'permanent'])
        self.route()
        self.open()

    def route(self):
        """Prefixes that rules name stand behind the interfaces in turn, the rest of the world behind the one that looks like an uplink."""
        up = next((n for n in self.sides if re.search(r'wan|ppp|ext|inet|up|eth0|enp1s0|ens', n)), next(iter(self.sides)))
        self.behind = {4: [('0.0.0.0/0', up)], 6: [('::/0', up)]}
        for family in (4, 6):
            for i, prefix in enumerate(sorted(self.values.prefixes[family], key=str)[:24]):
                if prefix.prefixlen > 7:
                    self.behind[family].append((str(prefix), list(self.sides)[i % len(self.sides)]))
            for prefix, name in self.behind[family]:
                via = ('10.255.%d.2' if family == 4 else '2001:db8:ff:%x::2') % self.sides[name]
                run(['ip', '-n', self.router, '-%d' % family, 'route', 'replace', prefix, 'via', via])

    def enter(self, name):
        with open('/run/netns/' + name) as f:
            if LIBC.setns(f.fileno(), CLONE_NEWNET) != 0:
                raise Failed('setns: %s' % os.strerror(ctypes.get_errno()))

    def open(self):
        """Sockets of the stations, and raw ones of the router, which see what passes hook input."""
        own = os.open('/proc/self/ns/net', os.O_RDONLY)
        try:
            self.enter(self.stations)
            for name in self.sides:
                s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
                s.setsockopt(socket.SOL_SOCKET, 33, 1 << 24)    # SO_RCVBUFFORCE
                s.setsockopt(263, 23, 1)                        # PACKET_IGNORE_OUTGOING
                s.bind((name, 0))
                s.setblocking(False)
                self.sockets[name] = s
            self.enter(self.router)
            for family, protocols in ((socket.AF_INET, (6, 17, 1)), (socket.AF_INET6, (6, 17, 58))):
                for protocol in protocols:
                    s = socket.socket(family, socket.SOCK_RAW, protocol)
                    s.setsockopt(socket.SOL_SOCKET, 33, 1 << 24)
                    s.setblocking(False)
                    self.local.append(s)
        finally:
            LIBC.setns(own, CLONE_NEWNET)
            os.close(own)

    def drain(self, frames, local):
        """Reads what has come; how much."""
        n = 0
        for side, s in self.sockets.items():
            while True:
                try:
                    data = s.recv(65536)
                except BlockingIOError:
                    break
                frames.append(Seen(side, data))
                n += 1
        for s in self.local:
            while True:
                try:
                    data = s.recv(65536)
                except BlockingIOError:
                    break
                at = data.find(b'weir')
                if at >= 0 and len(data) >= at + 8 and at < 70:  # further behind: an error that quotes it
                    local.add(struct.unpack('!I', data[at + 4:at + 8])[0])
                n += 1
        return n

    def send(self, packets, begin):
        """Sends packets, and notes when; what came out, and the numbers of those that got to the host."""
        frames, local = [], set()
        for i, packet in enumerate(packets):
            packet.when = time.monotonic() - begin
            n = self.sides[packet.side]
            self.sockets[packet.side].send(packet.frame(mac(n, True), mac(n, False)))
            if i % 32 == 31:
                self.drain(frames, local)
        end = time.monotonic() + QUIET
        while time.monotonic() < end:
            if self.drain(frames, local):
                end = time.monotonic() + QUIET
            time.sleep(0.01)
        return frames, local


def counting(text):
    """A configuration whose rates count what is dropped or reaches the host, too."""
    text = re.sub(r'limit: (\d+/\w+)', r'limit: {rate: \1}', text)
    return re.sub(r'limit: (\{(?:per: \w+, )?rate: [^{}]*)\}', lambda m: m[0] if 'dropped' in m[1] else 'limit: %s, dropped: true}' % m[1], text)


class Weir:
    def __init__(self, program, linux, folder, counts=False):
        self.program, self.linux, self.folder, self.counts = program, linux, folder, counts
        self.config = os.path.join(folder, 'weir.yaml')

    def load(self):
        """Imports the ruleset; gives the last line of what was said."""
        told = {}
        for name, command in (('addresses', ['address']), ('routes', ['route']), ('routes6', ['-6', 'route'])):
            told[name] = os.path.join(self.folder, name)
            with open(told[name], 'w') as f:
                f.write(run(['ip', '-n', self.linux.router, '-j', *command]))
        rules = self.linux.path
        if self.linux.kind == 'nftables':
            rules = os.path.join(self.folder, 'rules.json')
            with open(rules, 'w') as f:
                f.write(self.linux.listed)
        done = subprocess.run([self.program, 'import', self.linux.kind, rules, '--addresses', told['addresses'], '--routes', told['routes'],
                               '--routes', told['routes6']], capture_output=True, text=True)
        if 'import: ' not in done.stderr or not done.stdout:
            raise Failed('the import says: %s' % (done.stderr.strip().splitlines() or ['nothing'])[0])
        self.said = done.stderr
        with open(self.config, 'w') as f:
            f.write(self.with_stations(counting(done.stdout) if self.counts else done.stdout))
        return done.stderr.strip().splitlines()[-1]

    def names(self):
        """Has the import named rules that it cannot express?"""
        return re.search(r', handle \d+: ', self.said) is not None

    def port_of(self, side):
        """The port of an interface, and its VLAN: eth0.20 is VLAN 20 of eth0."""
        found = re.match(r'^(.*)\.(\d+)$', side)
        return (found[1], int(found[2])) if found and 0 < int(found[2]) <= 4094 else (side, 0)

    def with_stations(self, text):
        for side, n in self.linux.sides.items():
            port, _ = self.port_of(side)
            text = text.replace('iface=%s"}' % port, 'iface=%s", mac: "%s"}' % (port, text_of(mac(self.linux.sides.get(port, n), False))))
            near = ', '.join('"%s": "%s"' % (a, text_of(mac(n, True))) for h in (2, 3)
                             for a in ('10.255.%d.%d' % (n, h), '2001:db8:ff:%x::%x' % (n, h)))
            text = re.sub(r'^(  %s: \{.*)pipeline: all\}' % re.escape(re.sub(r'[^\w.-]', '-', side)), r'\1pipeline: all, neighbours: {%s}}' % near, text, flags=re.M)
        return text.replace('version: 1\n', 'version: 1\nsystem: {workers: [0], flows: 524288}\n', 1)

    def write_capture(self, path, packets):
        with open(path, 'wb') as f:
            f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
            for p in packets:
                n, (port, vlan) = self.linux.sides[p.side], self.port_of(p.side)
                data = p.frame(mac(n, True), mac(self.linux.sides.get(port, n), False))
                if vlan:
                    data = data[:12] + struct.pack('!HH', 0x8100, vlan) + data[12:]
                f.write(struct.pack('<IIII', int(p.when), int(p.when % 1 * 1e6), len(data), len(data)) + data)

    def read_capture(self, path, port):
        with open(path, 'rb') as f:
            data = f.read()
        at = 24
        while at + 16 <= len(data):
            bytes_ = struct.unpack('<I', data[at + 8:at + 12])[0]
            frame = data[at + 16:at + 16 + bytes_]
            at += 16 + bytes_
            vlan = struct.unpack('!H', frame[14:16])[0] & 0xfff if frame[12:14] == b'\x81\0' else 0
            yield Seen('%s.%d' % (port, vlan) if vlan else port, frame)

    def send(self, packets):
        """packets in order of time: what came out, and what became of each."""
        ports = sorted({self.port_of(side)[0] for side in self.linux.sides})
        told = os.path.join(self.folder, 'told.json')
        command = [self.program, 'replay', '-c', self.config, '--json', told]
        for port in ports:
            path = os.path.join(self.folder, port)
            self.write_capture(path, [p for p in packets if self.port_of(p.side)[0] == port])
            command += ['--in', '%s=%s' % (port, path), '--out', '%s=%s.out' % (port, path)]
        run(command)
        with open(told) as f:
            told = json.load(f)
        if told['ledger']['imbalance'] != 0:
            raise Failed('the ledger does not balance')
        frames = [seen for port in ports for seen in self.read_capture(os.path.join(self.folder, port + '.out'), port)]
        return frames, {p.number: verdict for p, verdict in zip(packets, told['packets'])}
