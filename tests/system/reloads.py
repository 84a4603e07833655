#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""A thousand reloads, each of a file with changes in every section, under translated traffic on veth pairs.

    reloads.py [BUILD] [--reloads N] [--seed N] [--workers "[0]"]       as root

    10.0.0.2 --- lan [ Weir ] wan --- 198.51.100.2 ... 203.0.113.9

Flows of UDP and a TCP connection run from lan to wan and back through a NAT pool, whatever else the file says: names, order,
routes, sets, lists, pools, limits, timeouts, zones, MTUs, interfaces and tests come and go.  No packet is lost, but
what the devices count as missed, because others had the worker's core for long, and that is little; none is
doubled, no flow gets another public port, memory and descriptors stay as they are, and the ledger balances.
"""
import argparse
import json
import os
import random
import re
import select
import signal
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

SERVER = "203.0.113.9"
FLOWS = 4
WARM = 50                   # reloads before memory is looked at
PATIENCE = 60
PACE = 0.12             # the log has 100 lines a second at most, and a reload up to ten of warnings
ROOM_KIB = 2048             # that memory may grow by
MISSED_MOST = 0.05          # of the packets


def named(chance, *rows):
    """A map of rows (name, value) in any order; None leaves a row out."""
    rows = [r for r in rows if r is not None]
    chance.shuffle(rows)
    return dict(rows)


def maybe(chance, name, value, part=0.5):
    return (name, value) if chance.random() < part else None


def prefixes(chance, n):
    return [f"203.0.{chance.randrange(128, 256)}.{chance.randrange(64) * 4}/30" for _ in range(chance.randrange(1, n))]


def rules(chance, extra):
    made = [{"src": "$bad", "action": "drop"}, {"proto": "tcp", "dport": chance.randrange(60000, 65000), "action": "drop"},
            {"name": f"n{chance.randrange(9)}", "dst": prefixes(chance, 4), "action": "reject", "log": chance.random() < 0.5},
            {"proto": "icmp", "icmp": ["echo-request"], "action": "drop"}] + extra
    return chance.sample(made, chance.randrange(1, len(made) + 1))


def configuration(chance, folder, workers):
    inside, outside, plain = chance.sample(["inside", "outside", "plain", "a", "b", "c"], 3)
    table, pool, zone = (chance.choice(names) for names in (("main", "all"), ("uplink", "public"), ("world", "out")))
    log = chance.random() < 0.5
    track = {"track": {"timeouts": {"udp": f"{chance.randrange(60, 400)}s", "tcp_established": f"{chance.randrange(600, 9000)}s"},
                       **({"max_per_source": chance.randrange(100, 1000)} if chance.random() < 0.3 else {})}}
    police = [{"police": {"rate": f"{chance.randrange(1, 10)}Gbit", "burst": "1M"}}] if chance.random() < 0.5 else []
    dnat = [{"dnat": {"to": f"10.0.0.{chance.randrange(3, 9)}", "if": {"dst": "198.51.100.1", "proto": "tcp",
                                                                        "dport": chance.randrange(80, 90)}}}]
    c = {
        "version": 1,
        "system": {"workers": json.loads(workers), "control": 0, "flows": 4096, "memory": {"hugepages": "no", "openings": "64k"}},
        "ports": named(chance, *((p, {"device": f"net_af_packet{n},iface={p}0", "mac": ends.mac(p)})
                                 for n, p in enumerate(ends.PORTS))),
        "interfaces": named(
            chance, ("lan", {"addresses": ["10.0.0.1/24"], "pipeline": inside, "mtu": chance.choice([1400, 1500]), "neighbours":
                             named(chance, ("10.0.0.2", "02:00:00:00:00:02"), maybe(chance, "10.0.0.3", "02:00:00:00:00:03"))}),
            ("wan", {"addresses": ["198.51.100.1/24"] + (["192.0.2.1/24"] if chance.random() < 0.5 else []), "pipeline": outside,
                     "mtu": chance.choice([1400, 1500]), "neighbours": {"198.51.100.2": "02:00:00:00:00:04"}}),
            maybe(chance, "dmz", {"addresses": ["172.16.0.1/24"], "pipeline": plain}),
            maybe(chance, "guests", {"port": "lan", "vlan": chance.randrange(1, 4000), "addresses": ["10.20.0.1/24"],
                                     "pipeline": inside})),
        "sets": named(chance, ("bad", prefixes(chance, 30)), maybe(chance, "more", prefixes(chance, 300))),
        "routes": {table: chance.sample([{"to": "0.0.0.0/0", "via": "198.51.100.2"}] + [
            {"to": p, "blackhole": True} for p in prefixes(chance, 50)], 1) + [{"to": "0.0.0.0/0", "via": "198.51.100.2"}]},
        "acls": named(chance, ("first", {"default": "accept", "rules": rules(chance, [])}),
                      ("second", {"default": "accept", "rules": rules(chance, [{"state": "established", "action": "accept"}])})),
        "nat": named(chance, (pool, {"pool": ["198.51.100.77"], "log": log, "per_source": chance.randrange(100, 1000)}),
                     maybe(chance, "spare", {"pool": [f"198.51.100.{chance.randrange(80, 99)}"]})),
        "pipelines": named(
            chance, (inside, police + [track, {"acl": "first"}, {"route": table}, {"snat": pool}]),
            (outside, [track] + (dnat if chance.random() < 0.5 else []) + [{"acl": "second"}, {"route": table}]),
            (plain, [{"route": table}])),
    }
    c["routes"][table] = [r for i, r in enumerate(c["routes"][table]) if r not in c["routes"][table][:i]]
    if chance.random() < 0.5:
        c["zones"] = {zone: ["wan"]}
    if log:
        c["telemetry"] = {"nat_log": {"file": os.path.join(folder, chance.choice(["one.log", "two.log"]))}}
    if chance.random() < 0.3:
        c["tests"] = [{"name": "out", "in": "lan", "packet": f"udp 10.0.0.2:4000 > {SERVER}:53", "expect": "output wan"}]
    keys = list(c)
    chance.shuffle(keys)
    return {k: c[k] for k in keys}


class Traffic(threading.Thread):
    """Sends and answers until told to stop; every packet carries its number."""

    def __init__(self, wires):
        super().__init__(daemon=True)
        self.wires, self.ended = wires, False
        self.sent, self.arrived, self.answered, self.back = [0] * (FLOWS + 1), [0] * (FLOWS + 1), 0, 0
        self.doubled, self.public, self.moved, self.number = 0, {}, [], 0
        self.seen, self.seen_back = set(), set()

    @staticmethod
    def frame(src, dst, proto, ports, number, port, flags):
        src, dst, body = raw.a4(src), raw.a4(dst), ends.MARK + b"%08d" % number
        if proto == 17:
            l4 = raw.udp(src, dst, *ports, body)
        else:
            at = 1000 if port == "lan" else 5000        # always the same bytes; SYN stands before them
            l4 = raw.tcp(src, dst, *ports, flags, at - (flags >> 1 & 1), 0 if flags == 2 else 6000 - at,
                         b"" if flags & 2 else body, 65000)
        return raw.mac(ends.mac(port)) + bytes([2, 0, 0, 0, 0, 2 if port == "lan" else 4]) + raw.IP4 + raw.ip4(src, dst, proto, l4)

    def begin(self, flow, flags=16):
        self.number += 1
        proto = 6 if flow == FLOWS else 17
        self.wires.sockets["lan"].send(self.frame("10.0.0.2", SERVER, proto, (4000 + flow, 53), self.number, "lan", flags))
        self.sent[flow] += 1

    def connect(self):
        """The TCP connection: SYN, its answer, ACK."""
        self.begin(FLOWS, 2)
        end = time.monotonic() + PATIENCE
        while self.back == 0 and time.monotonic() < end:
            self.take(0.1, 18)
        self.begin(FLOWS)

    def take(self, seconds, flags=16):
        sockets = self.wires.sockets
        for s in select.select([sockets["lan"], sockets["wan"]], [], [], seconds)[0]:
            frame = s.recv(65536)
            if s is sockets["lan"] and frame[12:14] == b"\x08\x00" and frame[23] in (6, 17):
                if frame[26:30] == bytes(map(int, SERVER.split("."))):
                    self.note_back(frame)
            elif s is sockets["wan"] and frame[12:14] == b"\x08\x00" and frame[30:34] == bytes(map(int, SERVER.split("."))):
                self.note(frame, flags)

    def note_back(self, frame):
        number = frame[-8:] if frame[-18:-8] == ends.MARK else b"SYN"
        self.doubled += number in self.seen_back
        self.seen_back.add(number)
        self.back += 1

    def note(self, frame, flags):
        """It has reached the server, which answers."""
        proto, src = frame[23], ".".join(map(str, frame[26:30]))
        port, = struct.unpack(">H", frame[34:36])
        number = frame[-8:] if frame[-18:-8] == ends.MARK else b"SYN"
        self.doubled += number in self.seen
        self.seen.add(number)
        flow = FLOWS if proto == 6 else self.flow_of(int(number))
        if flow is None:
            return
        self.arrived[flow] += 1
        if self.public.setdefault(flow, (src, port)) != (src, port):
            self.moved.append((flow, self.public[flow], (src, port)))
        answer = self.frame(SERVER, src, proto, (53, port), 0 if number == b"SYN" else int(number), "wan", flags)
        self.wires.sockets["wan"].send(answer)
        self.answered += 1

    def flow_of(self, number):
        return self.order.get(number)

    def run(self):
        self.order, flow, due = {}, 0, time.monotonic()
        self.connect()
        while not self.ended:
            if time.monotonic() >= due:
                due = max(due + 0.002, time.monotonic() - 0.1)
                self.order[self.number + 1] = flow
                self.begin(flow)
                flow = (flow + 1) % (FLOWS + 1)
            self.take(max(0, min(0.002, due - time.monotonic())))
        end = time.monotonic() + 2
        while time.monotonic() < end:
            self.take(0.05)


class Running:
    def __init__(self, weir, path, log):
        self.path, self.log = path, log
        with open(log, "w") as out:
            self.process = subprocess.Popen([weir, "run", "-c", path, "--json", path + ".json", "--socket", path + ".socket"], stdout=out, stderr=out)

    def wait_for(self, pattern, since):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with open(self.log, errors="replace") as f:
                f.seek(since)
                text = f.read()
            if re.search(pattern, text) or self.process.poll() is not None:
                return text
            time.sleep(0.003)
        return text

    def reload(self):
        time.sleep(PACE)
        since = os.path.getsize(self.log)
        self.process.send_signal(signal.SIGHUP)
        text = self.wait_for(r"generation \d+ (runs|goes on)", since)
        return None if re.search(r"generation \d+ runs", text) else text

    def taken(self):
        """KiB of memory, and descriptors."""
        with open(f"/proc/{self.process.pid}/status") as f:
            rss = int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))
        return rss, len(os.listdir(f"/proc/{self.process.pid}/fd"))


def write(path, config):
    with open(path + ".new", "w") as f:
        json.dump(config, f, indent=1)
    os.rename(path + ".new", path)


def taken_with(running, config):
    """Memory and descriptors under one and the same file."""
    write(running.path, config)
    running.reload()
    time.sleep(0.5)         # the generation before it goes when the last worker has left it
    return running.taken()


def reload_all(running, options, folder, chance, first, fail):
    before = None
    for n in range(options.reloads):
        if n == min(WARM, options.reloads // 2):
            before = taken_with(running, first)
        write(running.path, configuration(chance, folder, options.workers))
        wrong = running.reload()
        if wrong is not None:
            fail(f"reload {n} is not taken:\n{wrong}")
            break
    return before


def verdict(traffic, before, after, missed, sanitized, fail):
    sent = sum(traffic.sent)
    if sent < 100:
        fail("hardly any traffic")
    if sum(traffic.arrived) + missed["lan"] != sent or (missed["lan"] == 0 and traffic.arrived != traffic.sent):
        fail(f"lost on the way out: sent {traffic.sent}, arrived {traffic.arrived}, missed {missed['lan']}")
    if traffic.back + missed["wan"] != traffic.answered:
        fail(f"lost on the way back: {traffic.answered} answers, {traffic.back} arrived, {missed['wan']} missed")
    if sum(missed.values()) > sent * MISSED_MOST:
        fail(f"missed {missed} of {sent}")
    if traffic.doubled:
        fail(f"{traffic.doubled} packets came twice")
    if traffic.moved:
        fail(f"translations moved: {traffic.moved[:3]}")
    if after[1] != before[1]:
        fail(f"descriptors: {before[1]} before, {after[1]} after")
    if not sanitized and after[0] > before[0] + ROOM_KIB:
        fail(f"memory: {before[0]} KiB before, {after[0]} KiB after")
    print(f"{sum(traffic.sent)} packets out, {traffic.answered} back; KiB and descriptors before {before}, after {after}")


def end(running, fail):
    running.process.send_signal(signal.SIGTERM)
    status = running.process.wait(PATIENCE)
    with open(running.log, errors="replace") as f:
        text = f.read()
    if status != 0 or "WARNING: ThreadSanitizer" in text:
        fail(f"it ends with {status}:\n{text[-3000:]}")
        return {}
    with open(running.path + ".json") as f:
        told = json.load(f)
    if told["ledger"]["imbalance"] != 0:
        fail(f"the ledger: {told['ledger']}")
    print(f"generation {told['generation']}, drops {told['drops']}")
    return {name: port["rx_missed"] for name, port in told["ports"].items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", default="build")
    parser.add_argument("--reloads", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", default="[0]")
    options = parser.parse_args()
    weir = os.path.join(os.path.realpath(options.build), "app/weir")
    with open(weir, "rb") as f:
        sanitized = re.search(rb"__(asan|tsan)_init", f.read()) is not None
    failures, chance = [], random.Random(options.seed)

    def fail(text):
        failures.append(text)
        print(f"not ok {text}", flush=True)

    with tempfile.TemporaryDirectory(prefix="weir-reloads-") as folder:
        wires, path = ends.Wires(), os.path.join(folder, "weir.yaml")
        first = configuration(chance, folder, options.workers)
        for row in first["interfaces"].values():
            row["mtu"] = 1500           # what a start has is the most that a reload may ask for
        write(path, first)
        running = Running(weir, path, os.path.join(folder, "log"))
        try:
            running.wait_for(r"generation 1 runs", 0)
            traffic = Traffic(wires)
            traffic.start()
            before = reload_all(running, options, folder, chance, first, fail)
            after = before and taken_with(running, first)
            traffic.ended = True
            traffic.join()
            if running.process.poll() is None and before is not None:
                missed = end(running, fail)
                if missed:
                    verdict(traffic, before, after, missed, sanitized, fail)
        finally:
            if running.process.poll() is None:
                running.process.kill()
            running.process.wait()
    print(f"{'ok' if not failures else 'not ok'} {options.reloads} reloads, workers {options.workers}, seed {options.seed}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
