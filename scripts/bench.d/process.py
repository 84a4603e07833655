# SPDX-License-Identifier: BSD-3-Clause
"""Programs under measurement: started, watched by the samples of their devices, ended by pid."""

import contextlib
import os
import re
import signal
import statistics
import subprocess
import time

WARM_SECONDS = 1.0
TURN, TURNS = 0.2, 20           # seconds of a turn; windows that turns take
FORWARDING = re.compile("weir-worker-|rte-worker-|pmd-c")     # threads that do nothing else


class Failure(Exception):
    """A run that must not count; its text says why."""


def wait_until(condition, seconds, what, program=None):
    end = time.monotonic() + seconds
    while not condition():
        if program is not None and program.process.poll() is not None:
            raise Failure("%s ended: %s" % (program.name, program.said()))
        if time.monotonic() > end:
            raise Failure("%s: not within %d s" % (what, seconds))
        time.sleep(0.02)


def run(command, **more):
    """A command that must succeed.  What it wrote."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, **more)
    if done.returncode != 0:
        raise Failure("%s: %s" % (" ".join(command[:6]), done.stdout.strip()[-400:]))
    return done.stdout


class Program:
    """with Program(...) as p: it runs; whatever happens, afterwards it does not."""

    def __init__(self, name, command, folder, env=None):
        self.name, self.log = name, os.path.join(folder, name + ".log")
        self.file = open(self.log, "w")
        self.process = subprocess.Popen(command, stdout=self.file, stderr=subprocess.STDOUT,
                                        stdin=subprocess.DEVNULL, env=env)

    def said(self):
        with open(self.log, errors="replace") as f:
            return f.read()[-600:].strip()

    def stop(self, sign=signal.SIGTERM, seconds=30):
        """Its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(sign)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failure("%s did not end within %d s" % (self.name, seconds))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.file.close()


class Samples:
    """The files that net_weir_replay writes (samples=), read from their ends."""

    def __init__(self, paths):
        self.paths = paths

    def now(self):
        """A (seconds, received, missed, sent, new) for each device; zeros before it writes."""
        rows = []
        for path in self.paths:
            row = (0.0, 0, 0, 0, 0)
            if os.path.exists(path):
                with open(path, "rb") as f:
                    f.seek(max(0, os.path.getsize(path) - 512))
                    lines = [line for line in f.read().split(b"\n")[:-1] if line.count(b" ") == 4]
                if lines:
                    seconds, *counts = lines[-1].split()
                    row = (float(seconds), *map(int, counts))
            rows.append(row)
        return rows

    def received(self):
        return sum(row[1] for row in self.now())

    def sent(self):
        return sum(row[3] for row in self.now())


def rates(before, after):
    """Received and sent a second, between two answers of Samples.now."""
    received = sent = 0.0
    for a, b in zip(before, after):
        seconds = b[0] - a[0]
        if seconds <= 0:
            raise Failure("the device wrote no samples")
        received += (b[1] - a[1]) / seconds
        sent += (b[3] - a[3]) / seconds
    return received, sent


def processor_seconds(pid):
    """What the threads that forward have had of their cores, each: seconds by number of the thread."""
    spent = {}
    for thread in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/comm" % (pid, thread)) as name, \
                open("/proc/%d/task/%s/schedstat" % (pid, thread)) as times:
            if FORWARDING.match(name.read()):
                spent[thread] = int(times.read().split()[0]) / 1e9
    return spent


def in_turns(program, samples, side, window):
    """Rates with what runs beside, and with it stopped: medians of turns of some seconds each, so that what drifts is in both alike.
    What is under way when a turn begins is not counted."""
    turns = {True: [], False: []}       # received and sent a second, share of its cores
    running, end = True, time.monotonic() + window
    while time.monotonic() < end or running:
        side.turn_to(running)
        time.sleep(side.settle)
        before, spent, began = samples.now(), processor_seconds(program.process.pid), time.monotonic()
        time.sleep(side.turn)
        after, now, seconds = samples.now(), processor_seconds(program.process.pid), time.monotonic() - began
        turns[running].append((*rates(before, after), sum(all - spent[thread] for thread, all in now.items()) / len(now) / seconds))
        running = not running
    side.turn_to(True)
    time.sleep(side.settle)
    with_it, without = [dict(zip(("received", "pps", "share"), map(statistics.median, zip(*turns[running])))) for running in (True, False)]
    return dict(with_it, without=without)


def measure(program, samples, warm, window, again=None, beside=None, turns=False):
    """Rates over a window that begins after a second of traffic, when warm() holds, and the share of its cores that
    forwarding had: 1 where nobody else wanted them.
    again: (seconds, what is done at the beginning of the window and each time they have passed).
    beside: makes the context that the window is within (beside.py), which has facts of its own.
    turns: what is beside is stopped in every other turn; the facts without it are "without", of a window TURNS times as long."""
    wait_until(lambda: samples.received() > 0, 60, program.name + ": first frame", program)
    time.sleep(WARM_SECONDS)
    wait_until(warm, 60, program.name + ": warm", program)
    if turns:
        with beside() as side:
            facts = in_turns(program, samples, side, TURNS * window)
        return {**facts, **side.facts()}
    with beside() if beside else contextlib.nullcontext() as side:
        before, spent, began = samples.now(), processor_seconds(program.process.pid), time.monotonic()
        end = began + window
        while again is not None and time.monotonic() < end:
            again[1]()
            time.sleep(min(again[0], max(0, end - time.monotonic())))
        time.sleep(max(0, end - time.monotonic()))
        if program.process.poll() is not None:
            raise Failure("%s ended: %s" % (program.name, program.said()))
        after, seconds = samples.now(), time.monotonic() - began
        spent = [all - spent[thread] for thread, all in processor_seconds(program.process.pid).items()]
    received, sent = rates(before, after)
    if sum(spent) == 0:
        raise Failure("%s: no thread that forwards had a core" % program.name)
    return {"received": received, "pps": sent, "share": sum(spent) / len(spent) / seconds, **(side.facts() if side else {})}
