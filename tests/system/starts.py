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
            self.process = subprocess.Popen([WEIR, "run", "-c", self.path, *arguments], stdout=log, stderr=log)

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
