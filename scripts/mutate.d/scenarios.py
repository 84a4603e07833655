#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs scenarios one at a time, each in a process that has scapy already: what takes a second to import is imported once.

    scripts/mutate.d/scenarios.py TREE      on standard input a line of JSON for each: build, name, seconds, environment

Answers each with a line: passed, failed or late.
"""
import json
import os
import select
import signal
import sys

TREE = os.path.abspath(sys.argv[1])
sys.path.insert(0, os.path.join(TREE, "tests/scenario"))
sys.dont_write_bytecode = True

import bench    # noqa: E402
import run      # noqa: E402

PLACES = {f"{m.__name__}: {name}": (m.__name__, i) for m in run.modules() for i, (name, _) in enumerate(m.SCENARIOS)}


def child(asked):
    os.setpgid(0, 0)
    os.environ.update(asked["environment"])
    silent = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(silent, fd)
    bench.WEIR = os.path.join(TREE, asked["build"], "app/weir")
    try:
        good, _ = run.run_one(PLACES[asked["name"]])
        os._exit(0 if good else 1)
    except BaseException:
        os._exit(1)


def outcome(asked):
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        child(asked)
    ended = os.pidfd_open(pid)
    late = not select.select([ended], [], [], asked["seconds"])[0]
    if late:
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            os.kill(pid, signal.SIGKILL)
    os.close(ended)
    _, status = os.waitpid(pid, 0)
    return "late" if late else "passed" if status == 0 else "failed"


def main():
    print(json.dumps(list(PLACES)), flush=True)
    for line in sys.stdin:
        print(outcome(json.loads(line)), flush=True)


if __name__ == "__main__":
    main()
