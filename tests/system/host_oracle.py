#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Weir as a host, between two links, in replay:

   peer 192.0.2.9 --- lan 192.0.2.1 [ Weir ] wan 198.51.100.1 (MTU 1280) --- 198.51.100.2 --- 203.0.113.0/24

Each question goes in by lan; scapy builds the answer that is due, checksums and lengths included, and the
captures must hold exactly that.  2001:db8:1::9 and 2001:db8:1::1 are the same peers over IPv6; the router
2001:db8:2::2 on wan never answers."""
import json, pathlib, subprocess, sys, tempfile

from scapy.all import (ARP, Ether, ICMP, ICMPv6DestUnreach, ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6ND_NA,
    ICMPv6ND_NS, ICMPv6NDOptDstLLAddr, ICMPv6NDOptSrcLLAddr, ICMPv6PacketTooBig, ICMPv6TimeExceeded, IP, IPv6,
    TCP, UDP, fragment, rdpcap, wrpcap)

CONFIG = """
version: 1
ports: {lan: {device: net_null0}, wan: {device: net_null1}}
interfaces:
  lan: {addresses: [192.0.2.1/24, "2001:db8:1::1/64"], pipeline: main}
  wan: {addresses: [198.51.100.1/24, "2001:db8:2::1/64"], mtu: 1280, pipeline: main}
acls:
  some: {default: accept, rules: [{proto: [tcp, udp], dport: 113, action: reject}]}
routes:
  main: [{to: 203.0.113.0/24, via: 198.51.100.2}, {to: "2001:db8:3::/48", via: "2001:db8:2::2"}]
pipelines:
  main: [{acl: some}, {route: main}]
"""
PEER, ROUTER = "02:00:00:00:00:09", "02:00:00:00:00:22"
LAN, WAN, ALL = "02:77:65:69:72:00", "02:77:65:69:72:01", "ff:ff:ff:ff:ff:ff"


def ask(ip, to=LAN):
    return Ether(src=PEER, dst=to) / ip


def told(ip):
    return Ether(src=LAN, dst=PEER) / ip


def from_peer(dst="203.0.113.7", **fields):
    return IP(src="192.0.2.9", dst=dst, **fields)


def from_peer6(dst="2001:db8:3::1", **fields):
    return IPv6(src="2001:db8:1::9", dst=dst, **fields)


def error4(type_, code, about, src="192.0.2.1", **fields):
    quote = bytes(about)[:548]
    ip = IP(src=src, dst="192.0.2.9", flags="DF", id=0, tos=0xc0)
    return told(ip / ICMP(type=type_, code=code, **fields) / quote)


def error6(icmp, about):
    return told(IPv6(src="2001:db8:1::1", dst="2001:db8:1::9", hlim=64) / icmp / bytes(about)[:1232])


def down_the_road(packet):
    """A routed packet: one hop less, the router's MAC."""
    out = packet.copy()
    out.ttl -= 1
    del out.chksum
    return Ether(src=WAN, dst=ROUTER) / IP(bytes(out))


udp = UDP(sport=1, dport=2) / b"abc"
syn = TCP(sport=1, dport=113, seq=77, flags="S") / b"q"
waits, waits6 = from_peer() / udp, from_peer6() / udp
expired, expired6 = from_peer(ttl=1) / udp, from_peer6(hlim=1) / udp
nowhere, nowhere6 = from_peer("8.8.8.8") / udp, from_peer6("2001:db8:99::1") / udp
large = from_peer(flags="DF") / UDP(sport=1, dport=2) / (b"a" * 1400)
splits = from_peer(id=9) / UDP(sport=1, dport=2) / (b"a" * 1400)
large6 = from_peer6() / UDP(sport=1, dport=2) / (b"abc" * 480)
refused = from_peer() / UDP(sport=1, dport=113) / b"q"
closed = from_peer("198.51.100.1") / UDP(sport=1, dport=53) / b"q"
closed6 = from_peer6("2001:db8:1::1") / UDP(sport=1, dport=53) / b"q"

# what is asked, and what must come back to lan
TALK = [
    (Ether(src=PEER, dst=ALL) / ARP(op=1, hwsrc=PEER, psrc="192.0.2.9", pdst="192.0.2.1"),
        told(ARP(op=2, hwsrc=LAN, psrc="192.0.2.1", hwdst=PEER, pdst="192.0.2.9"))),
    (ask(from_peer("192.0.2.1") / ICMP(id=5, seq=6) / (b"x" * 1000)),
        told(IP(src="192.0.2.1", dst="192.0.2.9", id=1) / ICMP(type=0, id=5, seq=6) / (b"x" * 1000))),
    (ask(expired), error4(11, 0, expired)),
    (ask(nowhere), error4(3, 0, nowhere)),
    (ask(waits), None),
    (ask(large), error4(3, 4, large, nexthopmtu=1280)),
    (ask(splits), None),
    (ask(from_peer() / syn), told(IP(src="203.0.113.7", dst="192.0.2.9", flags="DF", id=0)
        / TCP(sport=113, dport=1, flags="RA", seq=0, ack=79, window=0))),
    (ask(refused), error4(3, 13, refused)),
    (ask(closed), error4(3, 3, closed, src="198.51.100.1")),
    (ask(from_peer("192.0.2.1") / TCP(sport=1, dport=22, seq=77, ack=99, flags="A")),
        told(IP(src="192.0.2.1", dst="192.0.2.9", flags="DF", id=0)
            / TCP(sport=22, dport=1, flags="R", seq=99, window=0))),
    (ask(from_peer6("ff02::1:ff00:1", hlim=255) / ICMPv6ND_NS(tgt="2001:db8:1::1")
        / ICMPv6NDOptSrcLLAddr(lladdr=PEER), "33:33:ff:00:00:01"),
        told(IPv6(src="2001:db8:1::1", dst="2001:db8:1::9", hlim=255)
            / ICMPv6ND_NA(tgt="2001:db8:1::1", R=1, S=1, O=1) / ICMPv6NDOptDstLLAddr(lladdr=LAN))),
    (ask(from_peer6("2001:db8:1::1") / ICMPv6EchoRequest(id=3, data=b"hello")),
        told(IPv6(src="2001:db8:1::1", dst="2001:db8:1::9", hlim=64)
            / ICMPv6EchoReply(id=3, data=b"hello"))),
    (ask(expired6), error6(ICMPv6TimeExceeded(), expired6)),
    (ask(large6), error6(ICMPv6PacketTooBig(mtu=1280), large6)),
    (ask(nowhere6), error6(ICMPv6DestUnreach(code=0), nowhere6)),
    (ask(from_peer6() / syn), told(IPv6(src="2001:db8:3::1", dst="2001:db8:1::9", hlim=64)
        / TCP(sport=113, dport=1, flags="RA", seq=0, ack=79, window=0))),
    (ask(closed6), error6(ICMPv6DestUnreach(code=4), closed6)),
    (ask(from_peer("192.0.2.255") / ICMP(id=5)), None),
    (ask(from_peer("192.0.2.1") / ICMP(id=5, chksum=1)), None),
    (ask(from_peer("192.0.2.1") / TCP(sport=1, dport=22, flags="R")), None),
    (ask(waits6), error6(ICMPv6DestUnreach(code=3), waits6)),       # last: three seconds later
]
question = Ether(src=WAN, dst=ALL) / ARP(op=1, hwsrc=WAN, psrc="198.51.100.1", pdst="198.51.100.2")
solicit = (Ether(src=WAN, dst="33:33:ff:00:00:02") / IPv6(src="2001:db8:2::1", dst="ff02::1:ff00:2", hlim=255)
    / ICMPv6ND_NS(tgt="2001:db8:2::2") / ICMPv6NDOptSrcLLAddr(lladdr=WAN))
pieces = [Ether(src=WAN, dst=ROUTER) / p for p in fragment(down_the_road(splits)[IP], fragsize=1256)]
ON_WAN = [question, down_the_road(waits)] + pieces + [solicit] * 3


def compare(link, got, want):
    wrong = abs(len(got) - len(want))
    if wrong:
        print(f"{link}: {len(got)} frames instead of {len(want)}")
    for n, (g, w) in enumerate(zip(got, want)):
        if bytes(g) != bytes(w):
            wrong += 1
            print(f"{link} {n}: sent   {bytes(g).hex()}\n{link} {n}: due    {bytes(w).hex()}\n{link} {n}: "
                f"{Ether(bytes(w)).summary()}")
    return wrong


def main(build):
    with tempfile.TemporaryDirectory() as name:
        place = pathlib.Path(name)
        frames = [question for question, _ in TALK]
        answer = Ether(src=ROUTER, dst=WAN) / ARP(op=2, hwsrc=ROUTER, psrc="198.51.100.2", hwdst=WAN,
            pdst="198.51.100.1")
        for n, frame in enumerate(frames):
            frame.time = n * 0.1
        answer.time = 0.45
        (place / "weir.yaml").write_text(CONFIG)
        wrpcap(str(place / "lan"), frames)
        wrpcap(str(place / "wan"), [answer])
        subprocess.run([f"{build}/app/weir", "replay", "-c", place / "weir.yaml", "--in", f"lan={place}/lan",
            "--in", f"wan={place}/wan", "--out", f"lan={place}/lan.out", "--out", f"wan={place}/wan.out",
            "--until", "10", "--json", place / "report"], check=True)
        wrong = compare("lan", rdpcap(f"{place}/lan.out"), [due for _, due in TALK if due is not None])
        wrong += compare("wan", rdpcap(f"{place}/wan.out"), ON_WAN)
        ledger = json.loads((place / "report").read_text())["ledger"]
        if ledger["imbalance"] != 0 or ledger["held"] != 0:
            wrong += 1
            print(f"ledger: {ledger}")
    print(f"host_oracle: {len(TALK) - wrong} passed, {wrong} failed")
    return wrong != 0


sys.exit(main(sys.argv[1]))
