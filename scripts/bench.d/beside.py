# SPDX-License-Identifier: BSD-3-Clause
"""What runs beside Weir on core 0 while it is measured: listings, captures, scrapes, an IPFIX collector, hostile clients,
the same clients of another server.

    with beside(kind, weir, folder) as side:    # from the moment when traffic is warm
        ...
    side.facts()                                # how much of it there was, or a Failure: too little

As a program, beside.py scrape PORT SECONDS_APART or beside.py collect PORT: the loops of the other processes."""

import contextlib
import http.client
import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import time

from process import Failure, TURN, wait_until

HTTP, IPFIX = 9977, 4739
HOSTILE = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../tests/system/support/hostile_clients.py")
SCRAPES = 1000                  # a second
TELEMETRY = {
    "listing": "  http: {listen: \"127.0.0.1:%d\"}\n" % HTTP,
    "metrics": "  http: {listen: \"127.0.0.1:%d\"}\n" % HTTP,
    "logs": "  log: {to: FOLDER/events.log}\n",
    "export": "  http: {listen: \"127.0.0.1:%d\"}\n  ipfix: {collector: \"127.0.0.1:%d\", active_timeout: 60s}\n" % (HTTP, IPFIX),
}
ENDED = 2.2                     # seconds until sessions have ended that began before a change
LONG_TURN = 0.8                 # seconds


def configured(kind, text, folder):
    """The configuration with what a kind needs."""
    if kind in TELEMETRY:
        text += "telemetry:\n" + TELEMETRY[kind].replace("FOLDER", folder)
    if kind == "logs":
        text = text.replace("  few1:", "      - {name: all, action: accept, log: {rate: 10k/s}}\n  few1:")
    return text


def percentile(port, share, before=None):
    """The buckets of weir_latency_seconds; with those from before, the bound that a share of the packets since then is below."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    link.request("GET", "/metrics")
    text = link.getresponse().read().decode()
    link.close()
    now = {float(le): int(n) for le, n in re.findall(r'weir_latency_seconds_bucket\{le="([^"]+)"\} (\d+)', text)}
    if before is None:
        return now
    total = now[float("inf")] - before[float("inf")]
    return min(le for le in now if now[le] - before[le] >= share * total)


class Side:
    """Programs beside, each started on core 0 and ended by its id.  switch: begins or ends export, by a reload."""

    def __init__(self, kind, weir, folder, switch):
        self.kind, self.folder, self.began, self.paused = kind, folder, time.monotonic(), 0.0
        self.switch, self.switched, self.runs = switch if kind == "export" else None, 0, True
        self.settle, self.turn = (ENDED, LONG_TURN) if self.switch else (TURN / 2, TURN)
        self.ctl = [os.path.join(os.path.dirname(weir), "weirctl"), "-s", os.path.join(folder, "control.sock")]
        self.programs, self.buckets, self.scrapes_before = [], None, 0

    def start(self, name, *command):
        log = open(os.path.join(self.folder, name + ".said"), "w+")
        self.programs.append((log, subprocess.Popen(["taskset", "-c", "0", *command], stdout=log, stderr=log,
                                                    stdin=subprocess.DEVNULL, start_new_session=True)))

    def begin(self):
        own = [sys.executable, os.path.realpath(__file__)]
        if self.kind == "listing":
            self.start("listing", "sh", "-c", 'while "$@" show sessions -j >"$0/sessions"; do echo page; done', self.folder, *self.ctl)
        elif self.kind == "capture":
            self.start("capture", *self.ctl, "capture", "-w", "/dev/null")
        elif self.kind == "hostile":
            self.start("hostile", sys.executable, HOSTILE, self.ctl[-1], "600")
        elif self.kind == "strangers":
            sink = os.path.join(self.folder, "sink.sock")
            self.start("sink", *own, "sink", sink)
            wait_until(lambda: os.path.exists(sink), 10, "the sink")
            self.start("strangers", sys.executable, HOSTILE, sink, "600")
        elif self.kind == "spinning":
            self.start("spinning", "sh", "-c", "while :; do :; done")
        elif self.kind == "export":
            self.start("scrape", *own, "scrape", str(HTTP), str(1 / SCRAPES))
            self.start("page", *own, "page", str(HTTP), "1")
            wait_until(lambda: self.scrapes() > 0, 30, "the first hundred scrapes")
        time.sleep(0.2)
        self.began, self.scrapes_before = time.monotonic(), self.scrapes()
        self.buckets = percentile(HTTP, 0.99) if self.kind in ("listing", "metrics") else None

    def turn_to(self, runs):
        """Stops what runs, or has it go on."""
        if runs == self.runs:
            return
        self.runs = runs
        self.paused += time.monotonic() * (1 if runs else -1)
        for _, program in self.programs:
            os.killpg(program.pid, signal.SIGCONT if runs else signal.SIGSTOP)
        if self.switch:
            self.switch(runs)
            self.switched += 1

    def scrapes(self):
        """So far, in hundreds."""
        if self.kind != "export":
            return 0
        with open(os.path.join(self.folder, "scrape.said")) as f:
            return 100 * f.read().count("\n")

    def end(self):
        if self.buckets is not None:
            self.p99 = percentile(HTTP, 0.99, self.buckets)
        self.seconds = time.monotonic() - self.began - self.paused
        self.scraped = self.scrapes() - self.scrapes_before
        self.said, self.codes = [], []
        for log, program in self.programs:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGINT if self.kind == "capture" else signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.wait(10)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            self.codes.append(program.wait())
            log.seek(0)
            self.said.append(log.read())
            log.close()

    def facts(self):
        facts = {"p99_us": self.p99 * 1e6} if self.buckets is not None else {}
        if self.kind == "export":
            facts["scrapes_a_second"], facts["switched"] = self.scraped / self.seconds, self.switched
            if facts["scrapes_a_second"] < 0.8 * SCRAPES:
                raise Failure("%.0f scrapes a second" % facts["scrapes_a_second"])
        if self.kind == "capture":
            facts["capture"] = self.said[0].strip()
        if self.kind == "hostile":
            facts["hostile"] = self.said[0].strip()
            if self.codes[0] != 0:
                raise Failure(facts["hostile"] or "hostile clients did not end")
        if self.kind == "logs":
            facts["log_bytes"] = os.path.getsize(os.path.join(self.folder, "events.log"))
            if facts["log_bytes"] == 0:
                raise Failure("nothing was logged")
        return facts


@contextlib.contextmanager
def beside(kind, weir, folder, switch=None):
    side = Side(kind, weir, folder, switch)
    try:
        side.begin()
        yield side
    finally:
        side.end()


@contextlib.contextmanager
def collector(kind):
    """Is there for what is exported while Weir runs."""
    if kind != "export":
        yield
        return
    program = subprocess.Popen(["taskset", "-c", "0", sys.executable, os.path.realpath(__file__), "collect", str(IPFIX)])
    try:
        yield
    finally:
        program.kill()
        program.wait()


# --- the loops ---

def get(link, path):
    """Reads an answer as cheaply as can be: the loop shares its core with Weir's own threads."""
    link.sendall(b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % path.encode())
    data = link.recv(1 << 20)
    while b"\r\n\r\n" not in data:
        data += link.recv(1 << 20)
    end = data.index(b"\r\n\r\n") + 4
    left = int(re.search(rb"(?i)content-length: (\d+)", data[:end]).group(1)) - (len(data) - end)
    while left > 0:
        left -= len(link.recv(1 << 20))


def scrape(port, apart, paths=("/metrics",)):
    link, n, due = socket.create_connection(("127.0.0.1", port)), 0, time.monotonic()
    while True:
        for path in paths:
            get(link, path)
        n += 1
        if n % 100 == 0:
            print(n, flush=True)
        due = max(due + apart, time.monotonic() - 0.1)
        time.sleep(max(0, due - time.monotonic()))


def page(port, apart):
    """What an open status page asks for."""
    scrape(port, apart, ["/api/show/" + p for p in (
        "status", "ports", "workers", "pipelines", "interfaces", "trend", "talkers", "drops", "rules", "nat", "history", "ledger")])


def collect(port):
    """A collector that is another machine's: it takes no time of core 0 beyond what the kernel needs to deliver a datagram, and drop it."""
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    s.bind(("127.0.0.1", port))
    while True:
        time.sleep(60)


def sink(path):
    """A server of the least work, for hostile clients that are none of Weir's: it answers who asks for ports, ends who asks for nothing
    sensible, and reads away the rest."""
    said = {}
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen(128)
    wanted = selectors.DefaultSelector()
    wanted.register(server, selectors.EVENT_READ)
    while True:
        for key, _ in wanted.select():
            if key.fileobj is server:
                client = server.accept()[0]
                client.setblocking(False)
                said[client] = 0
                wanted.register(client, selectors.EVENT_READ)
                continue
            data = b""
            with contextlib.suppress(OSError):
                data = key.fileobj.recv(1 << 16)
                said[key.fileobj] += len(data)
                if b"show.ports" in data:
                    key.fileobj.send(b'{"jsonrpc": "2.0", "id": 1, "result": {"ports": []}}\n')
            if not data or said[key.fileobj] > 1 << 20 or (data[:1] != b"{" and data[-1:] == b"\n"):
                wanted.unregister(key.fileobj)
                del said[key.fileobj]
                key.fileobj.close()


if __name__ == "__main__":
    if sys.argv[1] == "sink":
        sink(sys.argv[2])
    elif sys.argv[1] == "collect":
        collect(int(sys.argv[2]))
    else:
        {"scrape": scrape, "page": page}[sys.argv[1]](int(sys.argv[2]), float(sys.argv[3]))
