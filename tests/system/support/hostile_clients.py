# SPDX-License-Identifier: BSD-3-Clause
"""A hundred clients that break every rule of the control protocol, and an honest one beside them.

usage: hostile_clients.py SOCKET SECONDS [MS]

Ends after SECONDS or by SIGTERM.  While it was stopped (SIGSTOP, SIGCONT) no answer's time is taken.  Prints the slowest answer of the honest one in milliseconds, and how many of the others were dropped; exit 1 when an
answer took longer than MS (100) or was wrong."""
import json
import os
import random
import select
import signal
import socket
import sys
import time

path, seconds = sys.argv[1], float(sys.argv[2])
most = float(sys.argv[3]) / 1000 if len(sys.argv) > 3 else 0.1
rng = random.Random(1)
dropped = 0


def connect():
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(2)
    s.connect(path)
    return s


def request(method, **params):
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode() + b"\n"


def mute(s):                    # says nothing at all
    pass


def half(s):                    # never finishes its line
    s.send(b'{"jsonrpc": "2.0", ')


def drip(s):                    # a byte now and then
    s.send(b'[')


def flood(s):                   # a line without an end
    try:
        s.send(b"x" * 65536)
    except OSError:
        pass


def deaf(s):                    # asks for much and reads nothing
    try:
        s.send(request("show.config", all=True) * 50)
    except OSError:
        pass


def noise(s):                   # bytes of any kind
    s.send(bytes(rng.randrange(256) for _ in range(2000)) + b"\n")


def deep(s):
    s.send(b"[" * 60000 + b"\n")


def busy(s):                    # one request after the other
    s.send(request("show.rules") * 20)
    try:
        s.recv(1 << 20, socket.MSG_DONTWAIT)
    except OSError:
        pass


kinds = [mute, half, drip, flood, deaf, noise, deep, busy]
clients = []
slowest, asked = 0.0, 0
end, told, continued = time.monotonic() + seconds, [], []
signal.signal(signal.SIGTERM, lambda *_: told.append(True))
signal.signal(signal.SIGCONT, lambda *_: continued.append(True))
while time.monotonic() < end and not told:
    while len(clients) < 100:
        s = connect()
        s.setblocking(False)
        clients.append((s, rng.choice(kinds)))
    for entry in list(clients):
        s, act = entry
        try:
            act(s)
            if act not in (deaf, flood) and select.select([s], [], [], 0)[0] and s.recv(1 << 16) == b"":
                raise OSError
        except BlockingIOError:
            pass
        except OSError:
            dropped += 1
            s.close()
            clients.remove(entry)
    continued.clear()
    began = time.monotonic()
    s = connect()
    s.send(request("show.ports"))
    line = b""
    while not line.endswith(b"\n"):
        more = s.recv(1 << 16)
        if more == b"":
            print("the honest client was dropped")
            sys.exit(1)
        line += more
    s.close()
    if not continued:
        slowest = max(slowest, time.monotonic() - began)
        asked += 1
    if "ports" not in json.loads(line)["result"]:
        sys.exit(1)
    time.sleep(0.01)
print("%d honest requests, the slowest %.1f ms; %d hostile clients dropped" % (asked, slowest * 1e3, dropped))
sys.exit(slowest > most or dropped == 0)
