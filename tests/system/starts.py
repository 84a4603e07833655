#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""A file at a start and at a reload: its tests are tried, its warnings are shown, what is wrong changes nothing.

usage: starts.py BUILD        without root, hugepages and real devices
"""
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

WEIR = os.path.realpath(os.path.join(sys.argv[1] if len(sys.argv) > 1 else "build", "app/weir"))
SECONDS_MAX = 30

BASE = """version: 1
system: {workers: [0], control: 0, flows: 1024}
ports: {lan: {device: net_null0}, wan: {device: net_null1}}
interfaces:
  lan: {addresses: [10.0.0.1/24], pipeline: inside}
  wan: {addresses: [198.51.100.1/24], pipeline: inside}
routes: {main: [{to: 0.0.0.0/0, via: 198.51.100.2}]}
acls: {list: {default: accept, rules: [{dport: 80, proto: tcp, action: drop}]}}
pipelines: {inside: [{acl: list}, {route: main}]}
"""
SHADOWED = BASE.replace("action: drop}]", "action: drop}, {dport: 80, proto: tcp, src: 10.0.0.0/8, action: accept}]")
TESTED = BASE + """tests:
  - {name: web is closed, in: lan, packet: "tcp 10.0.0.2:4000 > 203.0.113.9:80 S", expect: %s}
"""
RIGHT = TESTED % "drop acl_denied"
WRONG = TESTED % "output wan"


class Running:
    """`weir run` of a text, and what it says."""

    def __init__(self, text, *arguments):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "weir.yaml")
        self.log = os.path.join(self.folder.name, "log")
        self.write(text)
        with open(self.log, "w") as log:
            self.process = subprocess.Popen([WEIR, "run", "-c", self.path, "--socket", self.folder.name + "/socket", *arguments],
                                            stdout=log, stderr=log)

    def __enter__(self):
        return self

    def __exit__(self, *what):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.folder.cleanup()

    def write(self, text):
        with open(self.path, "w") as f:
            f.write(text)

    def said(self, since=0):
        with open(self.log) as f:
            return f.read()[since:]

    def wait_for(self, pattern, since=0):
        """What it has said since then, once the pattern is part of that."""
        end = time.monotonic() + SECONDS_MAX
        while time.monotonic() < end:
            text = self.said(since)
            if re.search(pattern, text):
                return text
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"{pattern!r} was not said:\n{self.said(since)}")

    def reload(self, text):
        self.write(text)
        since = len(self.said())
        self.process.send_signal(signal.SIGHUP)
        return self.wait_for(r"generation \d+ (runs|goes on)", since)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(SECONDS_MAX)


def refused(text, *arguments):
    """What `weir run` says of a file that it does not start."""
    with Running(text, *arguments) as r:
        status = r.process.wait(SECONDS_MAX)
        assert status == 1, f"exit status {status}:\n{r.said()}"
        return r.said()


def a_start_shows_warnings_once():
    with Running(SHADOWED) as r:
        text = r.wait_for("generation 1 runs")
        assert text.count("warning:") == 1 and "never" in text, text
        assert r.stop() == 0


def a_reload_shows_warnings():
    with Running(BASE) as r:
        r.wait_for("generation 1 runs")
        text = r.reload(SHADOWED)
        assert "generation 2 runs" in text and text.count("warning:") == 1, text
        text = r.reload(BASE.replace("{route: main}]}", "{route: main}, {police: {rate: 1Mbit, burst: 100}}]}"))
        assert "generation 3 runs" in text and "never pass" in text, text
        assert "warning" not in r.reload(BASE)
        assert r.stop() == 0


def a_failed_test_refuses_a_start():
    text = refused(WRONG)
    assert "test 'web is closed' failed: expected output wan, was drop acl_denied" in text, text
    assert "--no-tests" in text, text
    with Running(WRONG, "--no-tests") as r:
        r.wait_for("generation 1 runs")
        assert r.stop() == 0


def a_failed_test_refuses_a_reload():
    with Running(RIGHT) as r:
        r.wait_for("generation 1 runs")
        text = r.reload(WRONG)
        assert "generation 1 goes on" in text and "test 'web is closed' failed" in text, text
        assert "generation 2 runs" in r.reload(RIGHT)
        assert r.stop() == 0
    with Running(RIGHT, "--no-tests") as r:
        r.wait_for("generation 1 runs")
        assert "generation 2 runs" in r.reload(WRONG)
        assert r.stop() == 0


def an_empty_list_of_next_hops_is_an_error():
    for via in ("[]", ""):
        broken = BASE.replace("via: 198.51.100.2", f"via: {via}")
        text = refused(broken)
        assert "weir.yaml:7:" in text and "no next hop" in text, text
        with Running(BASE) as r:
            r.wait_for("generation 1 runs")
            text = r.reload(broken)
            assert "generation 1 goes on" in text and "no next hop" in text, text
            assert r.stop() == 0


def a_file_that_is_none_is_an_error_at_its_line():
    """Within a second, also where nobody ever writes."""
    with tempfile.TemporaryDirectory() as folder:
        fifo = os.path.join(folder, "fifo")
        os.mkfifo(fifo)
        for path, why in ((fifo, "FIFO"), (folder, "directory"), ("/dev/zero", "device"), (fifo + "x", "No such file")):
            for text, line in (("include: %s\n", 10), ("sets: {bad: {file: %s}}\n", 10)):
                began = time.monotonic()
                said = refused(BASE + text % path)
                assert re.search(r"weir\.yaml:%d:\d+: error: .*%s" % (line, why), said), said
                assert time.monotonic() - began < 5, "it took %.1f s" % (time.monotonic() - began)


def a_start_that_waits_can_be_stopped():
    """A virtio-user server waits for its client."""
    with tempfile.TemporaryDirectory() as folder:
        device = f'"net_virtio_user0,path={folder}/s,server=1"'
        for number in (signal.SIGTERM, signal.SIGINT):
            with Running(BASE.replace("net_null0", device)) as r:
                r.wait_for("ports.lan: .* waits for the process at its other end")
                time.sleep(0.2)
                began = time.monotonic()
                assert r.stop(number) == 1
                assert time.monotonic() - began < 10
                assert "stopped by a signal while it waited" in r.said(), r.said()


def what_lacks_a_capability_names_it():
    if os.geteuid() != 0:
        return
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = os.path.join(folder, "weir.yaml")
        program = os.path.join(folder, "weir")
        subprocess.run(["cp", WEIR, program], check=True)
        for device, capability in (("net_af_packet0,iface=lo", "CAP_NET_RAW"), ("net_tap0", "CAP_NET_ADMIN")):
            with open(path, "w") as f:
                f.write(BASE.replace("net_null0", f'"{device}"'))
            ran = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program, "run", "-c", path,
                                  "--for", "1"], capture_output=True, text=True, timeout=SECONDS_MAX)
            assert ran.returncode == 1 and f"weir.yaml:3:23: error: ports.lan.device: {capability}" in ran.stderr, ran.stderr


def what_spoils_a_port_is_warned_of():
    """An address of the kernel's, offloads, a second Weir."""
    if os.geteuid() != 0:
        return
    name, peer = f"wst{os.getpid()}"[:14] + "a", f"wst{os.getpid()}"[:14] + "b"

    def ip(*words):
        subprocess.run(["ip", *words], check=True)

    text = BASE.replace("net_null0", f'"net_af_packet0,iface={name}"')
    ip("link", "add", name, "type", "veth", "peer", "name", peer)
    try:
        ip("link", "set", name, "up")
        ip("link", "set", peer, "up")
        ip("addr", "add", "192.0.2.77/32", "dev", name)
        with Running(text) as r:
            said = r.wait_for("generation 1 runs")
            assert f"the kernel has address 192.0.2.77 on {name}" in said, said
            assert f"ip addr flush dev {name}" in said, said
            assert f"ethtool -K {name} tx off" in said, said
            assert "another Weir" not in said, said
            second = refused(text)
            assert f"another Weir, process {r.process.pid}, has {name} already" in second, second
            assert r.stop() == 0
        ip("addr", "flush", "dev", name)
        subprocess.run(["ethtool", "-K", name, *"tx off rx off gso off tso off gro off".split()], check=True,
                       stdout=subprocess.DEVNULL)
        with Running(text) as r:
            said = r.wait_for("generation 1 runs")
            assert "warning" not in said, said
            assert r.stop() == 0
    finally:
        ip("link", "del", name)


def main():
    wanted = sys.argv[2:]
    failed = 0
    for name, test in [(n, t) for n, t in globals().items() if callable(t) and getattr(t, "__module__", "") == "__main__"
                       and n not in ("main", "Running", "refused")]:
        if wanted and not any(w in name for w in wanted):
            continue
        try:
            test()
            print(f"ok {name}")
        except (AssertionError, subprocess.TimeoutExpired, OSError) as e:
            failed += 1
            print(f"not ok {name}\n{e}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
