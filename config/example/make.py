#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes lan.pcap and wan.pcap: a few seconds of traffic for config/weir.yaml, to be replayed.

    weir replay -c config/weir.yaml --in lan=config/example/lan.pcap --in wan=config/example/wan.pcap
"""
import os

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Raw
from scapy.utils import wrpcap

HERE = os.path.dirname(os.path.abspath(__file__))
PORT = {'lan': '02:77:65:69:72:00', 'wan': '02:77:65:69:72:01'}         # replay's MACs
HOST = {'lan': ('02:00:00:00:00:0a', '192.0.2.10', '192.0.2.1'),
        'wan': ('02:00:00:00:00:02', '198.51.100.2', '198.51.100.1')}


def frame(side, when, payload):
    f = Ether(src=HOST[side][0], dst=PORT[side]) / payload
    f.time = 1700000000 + when
    return f


def asks(side, when):
    mac, address, gateway = HOST[side]
    f = Ether(src=mac, dst='ff:ff:ff:ff:ff:ff') / ARP(op=1, hwsrc=mac, psrc=address, pdst=gateway)
    f.time = 1700000000 + when
    return f


a, b = HOST['lan'][1], HOST['wan'][1]
lan = [asks('lan', 0)]
wan = [asks('wan', 0.001)]
for i in range(5):
    lan.append(frame('lan', 1 + i, IP(src=a, dst=b) / ICMP(id=7, seq=i) / Raw(b'x' * 56)))
    wan.append(frame('wan', 1.002 + i, IP(src=b, dst=a) / ICMP(type=0, id=7, seq=i) / Raw(b'x' * 56)))
web = dict(sport=40000, dport=80)
lan.append(frame('lan', 6, IP(src=a, dst=b) / TCP(flags='S', seq=100, **web)))
wan.append(frame('wan', 6.001, IP(src=b, dst=a) / TCP(sport=80, dport=40000, flags='SA', seq=500, ack=101)))
lan.append(frame('lan', 6.002, IP(src=a, dst=b) / TCP(flags='A', seq=101, ack=501, **web)))
lan.append(frame('lan', 6.003, IP(src=a, dst=b) / TCP(flags='PA', seq=101, ack=501, **web) / Raw(b'GET / HTTP/1.0\r\n\r\n')))
lan.append(frame('lan', 7, IP(src=a, dst=b) / TCP(sport=40001, dport=25, flags='S')))
lan.append(frame('lan', 7.1, IP(src=a, dst='203.0.113.9') / UDP(sport=9, dport=9)))
lan.append(frame('lan', 7.2, IP(src=a, dst=b, ttl=1) / UDP(sport=33434, dport=33434)))
wan.append(frame('wan', 8, IP(src=b, dst=a) / TCP(sport=999, dport=22, flags='S')))
wrpcap(os.path.join(HERE, 'lan.pcap'), lan)
wrpcap(os.path.join(HERE, 'wan.pcap'), wan)
