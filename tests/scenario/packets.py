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
import packet

__all__ = ['ICMP', 'IP', 'TCP', 'UDP', 'IPOption', 'ICMPv6EchoReply', 'ICMPv6EchoRequest', 'ICMPv6ND_NA',
           'ICMPv6ND_NS', 'ICMPv6NDOptDstLLAddr', 'ICMPv6NDOptSrcLLAddr', 'ICMPv6Unknown', 'IPv6',
           'IPv6ExtHdrDestOpt', 'IPv6ExtHdrFragment', 'IPv6ExtHdrHopByHop', 'IPv6ExtHdrRouting', 'PadN',
           'ARP', 'Dot1AD', 'Dot1Q', 'Ether', 'Raw', 'FORWARDED', 'MAC', 'PEER', 'forwarded', 'frame',
           'A', 'B', 'A6', 'B6', 'udp', 'udp6', 'tcp', 'tcp6', 'lan', 'wan', 'padded']

A, A6 = packet.A, packet.A6             # the peer on lan
B, B6 = packet.FAR, packet.FAR6         # somewhere behind wan


def udp(sport=5203, dport=53, payload=b'payload', src=A, dst=B, **ip):
    return packet.udp(src, dst, sport, dport, payload, **ip)


def udp6(*ports, src=A6, dst=B6, **more):
    return udp(*ports, src=src, dst=dst, **more)


def tcp(flags='S', sport=40000, dport=80, payload=b'', src=A, dst=B, **ip):
    return packet.tcp(src, dst, sport, dport, flags, seq=0, head=ip) / Raw(payload)


def tcp6(*fields, src=A6, dst=B6, **more):
    return tcp(*fields, src=src, dst=dst, **more)


def padded(frame_, n):
    """A frame with n bytes behind its packet."""
    return Raw(bytes(frame_) + b'\0' * n)


def lan(packet, **ether):
    return frame('lan', packet, **ether)


def wan(packet, **ether):
    return frame('wan', packet, **ether)
