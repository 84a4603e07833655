# SPDX-License-Identifier: BSD-3-Clause
"""Captures for the part flood of scripts/prove-routers.

    flood.py FOLDER         own.pcap      to Weir's own addresses 203.0.113.1 (all frames are of 98 bytes)
                            alike.pcap    what looks like OSPF and VRRP, from stations and addresses at random, on 198.51.100.0/24
                            forward.pcap  1,000 flows from 203.0.114.0/24 that Weir forwards
"""

import random
import struct
import sys

from tables import checksum, header4

BYTES = 98
OWN = bytes((203, 0, 113, 1))


def header(proto, source, destination, ttl, length):
    head = header4(source, destination, length)
    head = head[:8] + bytes((ttl, proto)) + b'\0\0' + head[12:]
    return head[:10] + struct.pack('>H', checksum(head)) + head[12:]


def frame(to, source_mac, ip, payload):
    return (to + source_mac + b'\x08\x00' + ip + payload).ljust(BYTES, b'\0')[:BYTES]


def station():
    return bytes((2, *random.randbytes(5)))


def own():
    source = bytes((198, 18, *random.randbytes(2)))
    payload = struct.pack('>HHHH', random.randrange(1024, 65536), random.choice((22, 53, 179, 520, 3784, 33434)), 64, 0) + bytes(56)
    return frame(bytes.fromhex('020000000001'), station(), header(17, source, OWN, 64, 64), payload)


def alike():
    source = bytes((198, 51, 100, random.randrange(3, 250)))
    if random.random() < 0.5:
        body = struct.pack('>BBH4s4sHHQ', 2, random.randrange(1, 6), 44, source, b'\0\0\0\0', 0, 0, 0) + bytes(20)
        return frame(bytes.fromhex('01005e000005'), station(), header(89, source, bytes((224, 0, 0, 5)), 1, 64), body)
    body = struct.pack('>BBBBHH4s', 0x31, 51, 255, 1, 100, 0, source)
    return frame(bytes.fromhex('01005e000012'), station(), header(112, source, bytes((224, 0, 0, 18)), 255, 64), body)


def forward(n):
    payload = struct.pack('>HHHH', 1024 + n, 53, 64, 0) + bytes(56)
    return frame(bytes.fromhex('020000000003'), bytes.fromhex('020000000009'),
                 header(17, bytes((203, 0, 114, 9)), bytes((192, 0, 2, 9)), 64, 64), payload)


def write(path, frames):
    with open(path, 'wb') as out:
        out.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for f in frames:
            out.write(struct.pack('<IIII', 0, 0, len(f), len(f)) + f)


def main(folder):
    random.seed(15)
    write(folder + '/own.pcap', [own() for _ in range(20000)])
    write(folder + '/alike.pcap', [alike() for _ in range(4000)])
    write(folder + '/forward.pcap', [forward(n) for n in range(1000)])


if __name__ == '__main__':
    main(*sys.argv[1:])
