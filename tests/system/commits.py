#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Commits in quick succession under traffic with many sessions; ports, NAT pools and rules are among what changes.

    commits.py [BUILD] [--sessions N] [--commits N] [--seconds S]       as root

    10.1.x.y --- lan [ Weir ] wan --- 203.0.113.9        every session is translated, and answered
                      dmz ---                            comes, goes, and gets another device, queues, another MTU

Every fifth commit is broken: a device that is not there, an unknown key, a test that fails. It is refused and nothing changes.
At the end no packet and no session has been lost but those of the port that went, the ledger balances, and a commit that nobody
confirms has gone back after its time.
"""
import argparse
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "support"), os.path.join(HERE, "../support")]
sys.dont_write_bytecode = True

import raw                  # noqa: E402
import wires as ends        # noqa: E402

SERVER = bytes([203, 0, 113, 9])
RATE = 2000                 # packets a second while commits go on
WARM = 6000                 # and while the sessions begin


def configuration(n, sessions):
    """The n-th good one."""
    dmz = n % 2 == 1
    c = {
        "version": 1,
        "system": {"workers": [0], "control": 0, "flows": max(4096, 2 * sessions), "memory": {"hugepages": "no"}},
        "ports": {p: {"device": f"net_af_packet{i},iface={p}0,framecnt=8192", "mac": ends.mac(p)}
                  for i, p in enumerate(("lan", "wan"))},
        "interfaces": {
            "lan": {"addresses": ["10.0.0.1/24"], "pipeline": "inside", "neighbours": {"10.0.0.2": "02:00:00:00:00:02"}},
            "wan": {"addresses": ["198.51.100.1/24"], "pipeline": "outside",
                    "neighbours": {"198.51.100.2": "02:00:00:00:00:04"}}},
        "routes": {"main": [{"to": "0.0.0.0/0", "via": "198.51.100.2"}, {"to": "10.1.0.0/16", "via": "10.0.0.2"}]},
        "acls": {"in": {"default": "drop", "rules": [
            {"state": ["established", "related"], "action": "accept"},
            {"proto": "tcp", "dport": 1000 + n, "action": "accept"}]}},
        "nat": {"uplink": {"pool": ["198.51.100.64/28"]}},
        "pipelines": {"inside": ["track", {"route": "main"}, {"snat": "uplink"}],
                      "outside": ["track", {"acl": "in"}, {"route": "main"}]},
        "tests": [{"name": "out", "in": "lan", "packet": "udp 10.0.0.2:4000 > 203.0.113.9:53", "expect": "output wan"}],
    }
    if n % 3 == 0:
        c["nat"]["spare"] = {"pool": [f"198.51.100.{100 + n % 50}"]}
        c["pipelines"]["inside"].insert(2, {"snat": {"use": "spare", "if": {"src": "10.1.255.254"}}})
    if dmz:
        more = {"device": f"net_af_packet{2 + n % 3},iface=dmz0"}
        if n % 4 == 3:
            more.update(rx_descriptors=512)
        c["ports"]["dmz"] = more
        c["interfaces"]["dmz"] = {"addresses": ["172.16.0.1/24"], "pipeline": "inside", "mtu": 3000 if n % 8 == 5 else 1500}
    return c


def broken(n, sessions):
    c = configuration(n, sessions)
    if n % 3 == 0:
        c["ports"]["extra"] = {"device": "net_af_packet9,iface=nowhere0"}
    elif n % 3 == 1:
        c["acls"]["in"]["rules"][0]["actoin"] = "accept"
    else:
        c["tests"].append({"name": "no", "in": "lan", "packet": "udp 10.0.0.2:4000 > 203.0.113.9:53", "expect": "drop no_route"})
    return c


def frame(to, source, src, dst, ports, number):
    """UDP without a checksum; the number of the packet is its data."""
    udp = struct.pack(">HHHHQ", *ports, 16, 0, number)
    return to + source + raw.IP4 + raw.ip4(src, dst, 17, udp)


class Traffic(threading.Thread):
    """Packets of all sessions in turn, answered by the server, counted on both sides."""

    def __init__(self, wires, sessions):
        super().__init__(daemon=True)
        self.lan, self.wan = wires.sockets["lan"], wires.sockets["wan"]
        for s in (self.lan, self.wan):
            s.setsockopt(socket.SOL_SOCKET, 33, 1 << 25)        # SO_RCVBUFFORCE
        self.to = {p: bytes.fromhex(ends.mac(p).replace(":", "")) for p in ("lan", "wan")}
        self.sessions, self.sent, self.arrived, self.back = sessions, 0, 0, 0
        self.public, self.moved, self.seen, self.ended, self.rate = {}, 0, set(), False, WARM

    def begin(self):
        n = self.sent % self.sessions
        src = bytes([10, 1, n % 200, 1 + n // 200 % 200])
        self.lan.send(frame(self.to["lan"], b"\x02\0\0\0\0\2", src, SERVER, (1024 + n // 40000, 53), self.sent))
        self.sent += 1

    def take(self, seconds):
        for s in select.select([self.lan, self.wan], [], [], seconds)[0]:
            for _ in range(64):
                try:
                    f = s.recv(2048)
                except BlockingIOError:
                    break
                if f[12:14] == b"\x08\x06":
                    ends.Wires.answer(s, f)
                elif f[12:14] == b"\x08\x00" and f[23] == 17:
                    self.note(s, f)

    def note(self, s, f):
        number, = struct.unpack(">Q", f[42:50])
        if s is self.lan:
            self.back += 1
            return
        self.arrived += 1
        self.seen.add(number)
        public, flow = f[26:30] + f[34:36], number % self.sessions
        self.moved += self.public.setdefault(flow, public) != public
        port, = struct.unpack(">H", f[34:36])
        s.send(frame(self.to["wan"], b"\x02\0\0\0\0\4", SERVER, f[26:30], (53, port), number))

    def run(self):
        due = time.monotonic()
        while not self.ended:
            now = time.monotonic()
            for _ in range(min(64, int((now - due) * self.rate))):
                self.begin()
                due += 1 / self.rate
            due = max(due, now - 0.05)
            self.take(0.001)
        end = time.monotonic() + 2
        while time.monotonic() < end and self.back < self.sent:
            self.take(0.05)


class Weir:
    def __init__(self, build, folder, config):
        self.ctl, self.folder = os.path.join(build, "app", "weirctl"), folder
        self.write(config)
        self.log = open(os.path.join(folder, "log"), "w")
        self.process = subprocess.Popen(
            [os.path.join(build, "app", "weir"), "run", "-c", self.path(), "--json", self.path("json"), "--socket",
             self.path("socket"), "--state", self.path("state")], stdout=self.log, stderr=self.log)
        end = time.monotonic() + 60
        while not os.path.exists(self.path("socket")) and time.monotonic() < end:
            time.sleep(0.05)

    def path(self, name="weir.yaml"):
        return os.path.join(self.folder, name)

    def write(self, config, name="weir.yaml"):
        with open(self.path(name), "w") as f:
            json.dump(config, f)

    def ask(self, *words):
        done = subprocess.run([self.ctl, "-s", self.path("socket"), "-j", *words], capture_output=True, text=True)
        return done.returncode, json.loads(done.stdout) if done.stdout.strip() else done.stderr

    def result(self, *words):
        status, said = self.ask(*words)
        if status != 0:
            raise RuntimeError(f"{words}: {said}")
        return said

    def commit(self, config, *words):
        self.write(config, "next.yaml")
        return self.ask("commit", self.path("next.yaml"), *words)


def commits(weir, options, fail):
    """All of them, spread over the time; the longest one in seconds, how many were refused."""
    began, longest, refused = time.monotonic(), 0, 0
    for n in range(options.commits):
        time.sleep(max(0, began + n * options.seconds / options.commits - time.monotonic()))
        generation = weir.result("show", "status")["generation"]
        at = time.monotonic()
        bad = n % 5 == 4
        status, said = weir.commit((broken if bad else configuration)(n, options.sessions))
        longest = max(longest, time.monotonic() - at)
        if status != bad:
            fail(f"commit {n} ends with {status}: {said}")
        if bad:
            refused += 1
            if weir.result("show", "status")["generation"] != generation:
                fail(f"commit {n} was refused and has changed the generation")
    return time.monotonic() - began, longest, refused


def unconfirmed(weir, options, fail):
    before = weir.result("show", "config")["text"]
    status, said = weir.commit(configuration(9999, options.sessions), "--confirm", "2s")
    if status != 0 or weir.result("show", "config")["text"] == before:
        fail(f"a commit to be confirmed: {said}")
    time.sleep(2.5)
    if weir.result("show", "config")["text"] != before:
        fail("a commit that was not confirmed has not gone back")


def missed(weir):
    return sum(p["missed"] + p["no_mbuf"] for p in weir.result("show", "ports")["ports"])


def run(options, folder, fail):
    wires = ends.Wires()
    weir = Weir(os.path.abspath(options.build), folder, configuration(0, options.sessions))
    traffic = Traffic(wires, options.sessions)
    traffic.start()
    while len(traffic.public) < options.sessions and traffic.sent < 3 * options.sessions:
        time.sleep(0.1)
    traffic.rate = RATE
    time.sleep(1)
    begun = weir.result("show", "sessions", "count")["count"]
    seconds, longest, refused = commits(weir, options, fail)
    unconfirmed(weir, options, fail)
    after = weir.result("show", "sessions", "count")["count"]
    lost_before = missed(weir)
    traffic.ended = True
    traffic.join()
    weir.process.send_signal(signal.SIGTERM)
    status = weir.process.wait(60)
    with open(weir.path("json")) as f:
        told = json.load(f)
    ended = {k: v for k, v in told["session_life"]["ended"].items() if v and k not in ("stopped", "interface_removed")}
    print(f"{options.commits} commits in {seconds:.1f} s, {refused} of them broken and refused; longest {longest * 1000:.0f} ms")
    print(f"{begun} sessions before, {after} after; ended: {told['session_life']['ended']}")
    print(f"packets: {traffic.sent} sent, {traffic.arrived} arrived, {traffic.back} of their answers; the ports' rings missed {lost_before}")
    print(f"drops: {told['drops']}")
    if status != 0 or told["ledger"]["imbalance"] != 0:
        fail(f"it ends with {status}, ledger {told['ledger']}")
    if len(traffic.public) != options.sessions or begun < options.sessions or after < options.sessions or ended:
        fail(f"sessions: {len(traffic.public)} translated, {begun} before, {after} after, ended {ended}")
    if traffic.moved:
        fail(f"{traffic.moved} packets came by another public endpoint")
    if traffic.sent - traffic.arrived + traffic.arrived - traffic.back > lost_before:
        fail("packets are missing")
    if {k for k, v in told["drops"].items() if v} - {"multicast", "port_down", "neighbour_unresolved", "not_for_us"}:
        fail(f"drops: {told['drops']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", default="build")
    parser.add_argument("--sessions", type=int, default=10000)
    parser.add_argument("--commits", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=15)
    options = parser.parse_args()
    failures = []

    def fail(text):
        print("FAILED:", text)
        failures.append(text)
    with tempfile.TemporaryDirectory() as folder:
        run(options, folder, fail)
        if failures:
            with open(os.path.join(folder, "log")) as f:
                print(f.read()[-6000:])
    print(f"commits: {len(failures)} failures")
    sys.exit(bool(failures))


main()
