# SPDX-License-Identifier: BSD-3-Clause
"""Parse against scapy: packets of random headers, built by scapy, must be seen alike; the same
packets with one thing broken must be refused with the reason that belongs to it.

    parse_oracle.py BUILD-DIRECTORY [COUNT [SEED]]
"""
import ipaddress
import json
import logging
import random
import subprocess
import sys

logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.all import (  # noqa: E402
    Dot1AD, Dot1Q, Ether, ICMP, ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6PacketTooBig, ICMPv6TimeExceeded,
    IP, IPOption_NOP, IPOption_RR, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop,
    IPv6ExtHdrRouting, Raw, TCP, UDP)

GOOD_FLAGS = ["S", "SA", "A", "PA", "FA", "R", "RA", "SEC", "PAU", "FPA"]


def address(rng, family):
    if family == 4:
        return str(ipaddress.IPv4Address(rng.getrandbits(32)))
    return str(ipaddress.IPv6Address(rng.getrandbits(128)))


def payload(rng):
    return Raw(rng.randbytes(rng.choice([0, 1, 2, 3, 8, 9, 64, 700])))


def quoted(rng, family):
    header = IP if family == 4 else IPv6
    return header(src=address(rng, family), dst=address(rng, family)) / UDP(sport=1, dport=2) / Raw(b"quoted")


def transport(rng, family):
    """A transport header with what is behind it, and the fields of the view that it decides."""
    kind = rng.choice(["tcp", "udp", "echo", "error", "other"])
    sport, dport = rng.getrandbits(16), rng.getrandbits(16)
    if kind == "tcp":
        options = rng.choice([[], [("MSS", 1460)], [("NOP", None), ("WScale", 7), ("Timestamp", (1, 2))]])
        header = TCP(sport=sport, dport=dport, flags=rng.choice(GOOD_FLAGS), options=options)
        return header / payload(rng), {"proto": 6, "sport": sport, "dport": dport, "tcp_flags": int(header.flags)}
    if kind == "udp":
        return UDP(sport=sport, dport=dport) / payload(rng), {"proto": 17, "sport": sport, "dport": dport}
    if kind == "other":
        proto = rng.choice([47, 50, 51, 89, 103, 112, 253])
        return Raw(rng.randbytes(12)), {"proto": proto, "sport": 0, "dport": 0}
    if family == 4 and kind == "echo":
        kind = rng.choice([8, 0, 13])
        return ICMP(type=kind, id=sport) / payload(rng), {"proto": 1, "sport": sport, "dport": kind << 8, "icmp_type": kind}
    if family == 4:
        kind, code = rng.choice([(3, 1), (3, 4), (11, 0), (12, 0)])
        return (ICMP(type=kind, code=code) / quoted(rng, 4),
                {"proto": 1, "sport": 0, "dport": kind << 8 | code, "icmp_type": kind, "icmp_code": code})
    if kind == "echo":
        header = rng.choice([ICMPv6EchoRequest, ICMPv6EchoReply])(id=sport, data=rng.randbytes(9))
        return header, {"proto": 58, "sport": sport, "dport": header.type << 8, "icmp_type": header.type}
    header = rng.choice([ICMPv6PacketTooBig(mtu=1280), ICMPv6TimeExceeded()])
    return header / quoted(rng, 6), {"proto": 58, "sport": 0, "dport": header.type << 8, "icmp_type": header.type}


def ip4(rng, want):
    body, fields = transport(rng, 4)
    header = IP(src=address(rng, 4), dst=address(rng, 4), ttl=rng.randrange(1, 256), tos=rng.getrandbits(8),
                id=rng.getrandbits(16), flags=rng.choice([0, "DF"]), proto=fields["proto"],
                options=rng.choice([[], [], [IPOption_NOP()], [IPOption_RR(routers=["0.0.0.0"] * 2)]]))
    want.update(fields, kind="ip4", src=header.src, dst=header.dst, ttl=header.ttl, dscp=header.tos >> 2,
                frag_id=header.id, dont_fragment="DF" in str(header.flags), fragment=False, more=False)
    return header / body, len(header), len(body)


def ip6(rng, want):
    body, fields = transport(rng, 6)
    header = IPv6(src=address(rng, 6), dst=address(rng, 6), hlim=rng.randrange(1, 256), tc=rng.getrandbits(8), fl=rng.getrandbits(20))
    chain = []
    if rng.random() < .3:
        chain.append(IPv6ExtHdrHopByHop())
    for _ in range(rng.choice([0, 0, 1, 3])):
        chain.append(IPv6ExtHdrDestOpt())
    if rng.random() < .2:
        chain.append(IPv6ExtHdrRouting(type=4, segleft=0, addresses=[address(rng, 6)]))
    if rng.random() < .2:
        chain.append(IPv6ExtHdrFragment(id=rng.getrandbits(32)))        # atomic
        want["frag_id"] = chain[-1].id
    if fields["proto"] not in (6, 17, 58):
        ([header] + chain)[-1].nh = fields["proto"]
    before = 40 + sum(len(extension) for extension in chain)
    for layer in chain + [body]:
        header = header / layer
    want.update(fields, kind="ip6", src=str(ipaddress.IPv6Address(header.src)), dst=str(ipaddress.IPv6Address(header.dst)),
                ttl=header.hlim, dscp=header.tc >> 2, fragment=False, more=False)
    return header, before, len(body)


def packet(rng):
    """A frame, where its IP header is, and what the view must say."""
    want = {"reason": "none"}
    eth = Ether(src="02:00:00:00:00:09", dst="02:00:00:00:00:01")
    tags = rng.choice([0, 0, 0, 1, 2])
    want.update(vlans=tags, outer=0, inner=0, l3=14 + 4 * tags)
    if tags == 1:
        want["outer"] = rng.randrange(1, 4095)
        eth = eth / Dot1Q(vlan=want["outer"], prio=rng.getrandbits(3))
    if tags == 2:
        want["outer"], want["inner"] = rng.randrange(1, 4095), rng.randrange(1, 4095)
        eth = eth / Dot1AD(vlan=want["outer"]) / Dot1Q(vlan=want["inner"])
    inner, before, behind = rng.choice([ip4, ip6])(rng, want)
    want.update(l4=want["l3"] + before, l3_bytes=before + behind)
    return bytearray(bytes(eth / inner) + rng.choice([b"", bytes(7)])), want


def fix_ip4(frame, at):
    frame[at + 10:at + 12] = b"\0\0"
    n = (frame[at] & 15) * 4
    total = sum(int.from_bytes(frame[at + i:at + i + 2], "big") for i in range(0, n, 2))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    frame[at + 10:at + 12] = (total ^ 0xffff).to_bytes(2, "big")


# Noted in the view of a packet that is taken all the same.
FAULTS = ("l4_bad_header", "tcp_bad_flags", "icmp_bad_checksum")


def break_one(rng, frame, want):
    """Breaks one thing of a good frame; the reason that belongs to it."""
    at, l4 = want["l3"], want["l4"]
    four = want["kind"] == "ip4"
    what = rng.choice(["version", "length", "cut", "header", "transport"])
    if what == "version":
        frame[at] = frame[at] & 15 | 9 << 4
        return "ip4_bad_header" if four else "ip6_bad_header"
    if what == "length":
        place = at + (2 if four else 4)
        frame[place:place + 2] = (len(frame) + 1).to_bytes(2, "big")
        if four:
            fix_ip4(frame, at)
        return "ip4_truncated" if four else "ip6_truncated"
    if what == "cut":
        del frame[rng.randrange(at, at + want["l3_bytes"]):]
        return "ip4_truncated" if four else "ip6_truncated"
    if what == "header" and four:
        frame[at + rng.randrange(8, 20)] ^= rng.choice([1, 2, 4, 8])
        return "ip4_bad_checksum"
    if want["proto"] == 6:
        if rng.random() < .5:
            frame[l4 + 12] = rng.randrange(0, 5) << 4
            return "l4_bad_header"
        frame[l4 + 13] = rng.choice([0x00, 0x03, 0x06, 0x01, 0x29, 0xff])
        return "tcp_bad_flags"
    if want["proto"] == 17:
        frame[l4 + 4:l4 + 6] = rng.choice([7, 0, 65535]).to_bytes(2, "big")
        return "l4_bad_header"
    if want["proto"] in (1, 58):
        frame[l4 + rng.choice([1, 2, 3, 4, 7])] ^= 0x10
        return "icmp_bad_checksum"
    return None


def main():
    dump = sys.argv[1] + "/tests/support/viewdump"
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 4000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    rng = random.Random(seed)
    frames, wants = [], []
    for i in range(count):
        frame, want = packet(rng)
        if i % 2 == 1:
            reason = break_one(rng, frame, want)
            if reason is not None:
                want = {"kind": want["kind"] if reason in FAULTS else "bad", "reason": reason}
        frames.append(frame)
        wants.append(want)
    out = subprocess.run([dump], input="".join(f.hex() + "\n" for f in frames), capture_output=True, text=True, check=True)
    failed = 0
    for frame, want, line in zip(frames, wants, out.stdout.splitlines(), strict=True):
        got = json.loads(line)
        wrong = {k: (got[k], v) for k, v in want.items() if got[k] != v}
        if wrong:
            failed += 1
            print("not ok", frame.hex(), "(got, want):", wrong)
            if failed == 10:
                break
    if failed == 0:
        print(f"ok parse sees {count} packets as scapy built them, seed {seed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
