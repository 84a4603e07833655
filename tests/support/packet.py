# SPDX-License-Identifier: BSD-3-Clause
"""Packets by their ends, for scenarios and for system tests: the addresses tell the family."""

from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.packet import Raw

A, A6 = '10.0.0.2', '2001:db8:1::2'             # inside
FAR, FAR6 = '203.0.113.9', '2001:db8:ffff::9'   # somewhere outside


def ip(src, dst, **fields):
    return (IPv6 if ':' in src else IP)(src=src, dst=dst, **fields)


def udp(src=A, dst=FAR, sport=5000, dport=53, payload=b'hello', **fields):
    return ip(src, dst, **fields) / UDP(sport=sport, dport=dport) / Raw(payload)


def tcp(src, dst, sport, dport, flags='S', seq=100, ack=0, head=None, **more):
    """Without a payload; head: fields of the IP header, more: fields of TCP."""
    return ip(src, dst, **(head or {})) / TCP(sport=sport, dport=dport, flags=flags, seq=seq, ack=ack, **more)
