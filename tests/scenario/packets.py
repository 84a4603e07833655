# SPDX-License-Identifier: BSD-3-Clause
"""Packets that several scenarios use."""

from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption
from scapy.layers.inet6 import (ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6ND_NA, ICMPv6ND_NS,
                                ICMPv6NDOptDstLLAddr, ICMPv6NDOptSrcLLAddr, ICMPv6Unknown, IPv6,
                                IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop,
                                IPv6ExtHdrRouting, PadN)
from scapy.layers.l2 import ARP, Dot1AD, Dot1Q, Ether
from scapy.packet import Raw

from bench import FORWARDED, MAC, PEER, forwarded, frame

__all__ = ['ICMP', 'IP', 'TCP', 'UDP', 'IPOption', 'ICMPv6EchoReply', 'ICMPv6EchoRequest', 'ICMPv6ND_NA',
           'ICMPv6ND_NS', 'ICMPv6NDOptDstLLAddr', 'ICMPv6NDOptSrcLLAddr', 'ICMPv6Unknown', 'IPv6',
           'IPv6ExtHdrDestOpt', 'IPv6ExtHdrFragment', 'IPv6ExtHdrHopByHop', 'IPv6ExtHdrRouting', 'PadN',
           'ARP', 'Dot1AD', 'Dot1Q', 'Ether', 'Raw', 'FORWARDED', 'MAC', 'PEER', 'forwarded', 'frame',
           'A', 'B', 'A6', 'B6', 'udp', 'udp6', 'tcp', 'tcp6', 'lan', 'wan', 'padded']

A, A6 = '10.0.0.2', '2001:db8:1::2'             # the peer on lan
B, B6 = '203.0.113.9', '2001:db8:ffff::9'       # somewhere behind wan


def udp(sport=5203, dport=53, payload=b'payload', src=A, dst=B, **ip):
    return IP(src=src, dst=dst, **ip) / UDP(sport=sport, dport=dport) / Raw(payload)


def udp6(sport=5203, dport=53, payload=b'payload', src=A6, dst=B6, **ip):
    return IPv6(src=src, dst=dst, **ip) / UDP(sport=sport, dport=dport) / Raw(payload)


def tcp(flags='S', sport=40000, dport=80, payload=b'', src=A, dst=B, **ip):
    return IP(src=src, dst=dst, **ip) / TCP(sport=sport, dport=dport, flags=flags) / Raw(payload)


def tcp6(flags='S', sport=40000, dport=80, payload=b'', src=A6, dst=B6, **ip):
    return IPv6(src=src, dst=dst, **ip) / TCP(sport=sport, dport=dport, flags=flags) / Raw(payload)


def padded(frame_, n):
    """A frame with n bytes behind its packet."""
    return Raw(bytes(frame_) + b'\0' * n)


def lan(packet, **ether):
    return frame('lan', packet, **ether)


def wan(packet, **ether):
    return frame('wan', packet, **ether)
