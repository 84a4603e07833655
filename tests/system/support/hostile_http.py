# SPDX-License-Identifier: BSD-3-Clause
"""Clients that break every rule of HTTP, and an honest one beside them that scrapes.

usage: hostile_http.py HOST PORT SECONDS

Prints the slowest answer of the honest one; exit 1 when one took longer than 3 s or was wrong, or when most failed."""
import random
import socket
import sys
import time

host, port, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
rng = random.Random(7)
SAY = [
    b"",                                                                    # nothing
    b"GET /metrics HTTP/1.1\r\nHost: x",                                    # a header that does not end
    b"GET /metrics HTTP/1.1\r\n" + b"A: " + b"b" * 100000,                  # too long
    b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\n\r\n",
    b"POST /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 999999999\r\n\r\n",
    b"POST /api HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n",
    b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 300,                # reads no answer
    b"GET /api/show/config?all HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 300,
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20,                   # TLS
    b"GET http://%00%ff@[::1/..//..\\ HTTP/9.9\r\n\r\n",
    b"GET /api/show/sessions?src=%00%ff&proto=%zz&from=-1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET /api/show/flows?from=99999999999999999999 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET /api/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"CONNECT x:1 HTTP/1.1\r\n\r\n",
    bytes(rng.randrange(256) for _ in range(3000)),
]


def connect(timeout):
    s = socket.socket()
    s.settimeout(timeout)
    s.connect((host, port))
    return s


def scrape():
    began = time.monotonic()
    try:
        s = connect(4)
        s.sendall(b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        text = b""
        while True:
            part = s.recv(65536)
            if not part:
                break
            text += part
    except OSError:
        return None
    if not text.startswith(b"HTTP/1.1 200 OK") or b"weir_ledger_imbalance 0\n" not in text:
        return None
    return time.monotonic() - began


hostile, taken, missed = [], [], 0
end = time.monotonic() + seconds
while time.monotonic() < end:
    while len(hostile) < 60:
        try:
            s = connect(0.2)
            s.setblocking(False)
            hostile.append(s)
            s.send(rng.choice(SAY))
        except OSError:
            break
    for s in rng.sample(hostile, min(10, len(hostile))):
        try:
            s.send(rng.choice((b"x", b"\r\n", b"A: b\r\n")))
        except OSError:
            hostile.remove(s)
            s.close()
    took = scrape()
    if took is None:
        missed += 1
    else:
        taken.append(took)
    time.sleep(0.02)
for s in hostile:
    s.close()
print("%d scrapes, the slowest %.0f ms, %d missed" % (len(taken), 1000 * max(taken, default=9), missed))
sys.exit(not taken or max(taken) > 3 or missed > len(taken) / 2)
