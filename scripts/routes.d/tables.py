# SPDX-License-Identifier: BSD-3-Clause
"""The prefixes of scripts/measure-routes, and the files made of them.

    tables.py FOLDER IPV4 IPV6 FLOWS

Prefix K leaves by gateway FAR + K % 16, where FAR is 1 after the load and 2 after a change; every fourth prefix leaves by interface probe, the
others by wan.  The first half of the prefixes stays as it is until "replace all".  Written are batches of ip(8), and a capture of FLOWS frames of
as many flows to prefixes that stay and leave by wan.
"""

import struct
import sys

GATEWAYS = 16


def prefix4(k):
    """The k-th /24, past 10/8 and 127/8, as its first three bytes."""
    high = 1 + k // 65536
    high += high >= 10
    high += high >= 127
    return high, k // 256 % 256, k % 256


def prefix6(k):
    return '2a%02x:%x:%x::/48' % (k // 65536, k // 256 % 256, k % 256)


def leaves_by(k):
    return 'probe' if k % 4 == 3 else 'wan'


def gateway(k, far):
    return far + k % GATEWAYS


def gateway4(k, far):
    return '%s.%d' % ('192.0.2' if leaves_by(k) == 'probe' else '198.51.100', 1 + gateway(k, far))


def line4(verb, k, far):
    return 'route %s %d.%d.%d.0/24 via %s dev %s onlink\n' % (verb, *prefix4(k), gateway4(k, far), leaves_by(k))


def line6(verb, k, far):
    return 'route %s %s via fe80::%x dev %s\n' % (verb, prefix6(k), gateway(k, far), leaves_by(k))


def stays(n4):
    return n4 // 2


def checksum(data):
    total = sum(struct.unpack('>%dH' % (len(data) // 2), data))
    total = (total & 0xffff) + (total >> 16)
    return 0xffff - ((total & 0xffff) + (total >> 16))


def header4(source, destination, bytes_of_udp):
    head = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + bytes_of_udp, 0, 0, 64, 17, 0, source, destination)
    return head[:10] + struct.pack('>H', checksum(head)) + head[12:]


def flows(path, n4, count):
    """Frames of 60 bytes: flow N goes to host N // prefixes of a prefix that stays and leaves by wan."""
    mine = [k for k in range(stays(n4)) if leaves_by(k) == 'wan']
    ether = bytes.fromhex('020000000001020000000009') + b'\x08\x00'
    with open(path, 'wb') as out:
        out.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for n in range(count):
            host = 1 + n // len(mine)
            udp = struct.pack('>HHHH', 1024 + host % 60000, 53, 26, 0)
            destination = bytes((*prefix4(mine[n % len(mine)]), 1 + host % 250))
            frame = ether + header4(bytes((10, 0, 0, 9)), destination, 26) + udp + bytes(18)
            out.write(struct.pack('<IIII', 0, 0, 60, 60) + frame[:60])


def main(folder, n4, n6, count):
    n4, n6 = int(n4), int(n6)
    for name, verb, far in (('load', 'add', 1), ('replace', 'replace', 3), ('withdraw', 'del', 3)):
        with open('%s/%s' % (folder, name), 'w') as out:
            out.writelines(line4(verb, k, far) for k in range(n4))
        with open('%s/%s.6' % (folder, name), 'w') as out:
            out.writelines(line6(verb, k, far) for k in range(n6))
    flows('%s/flows.pcap' % folder, n4, int(count))


if __name__ == '__main__':
    main(*sys.argv[1:])
