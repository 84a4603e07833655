# SPDX-License-Identifier: BSD-3-Clause
"""Translation: mappings, filtering, hairpin, ICMP errors and what they quote, by the numbers of
RFC 4787, 5382 and 5508."""

from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption
from scapy.packet import Raw

from talk import *  # noqa: F403


def port():
    return next(ports)


def there_and_back():
    p = port()
    return [('lan', udp(sport=p), OUT), ('wan', udp(FAR, PUBLIC, 53, p), OUT),
            ('lan', udp(sport=p), OUT)]


def three_destinations():
    p = port()
    return [('lan', udp(sport=p, dst=dst, dport=dport), OUT)
            for dst, dport in ((FAR, 53), (FAR, 54), (OTHER, 53))]


def two_hosts_one_destination():
    p = port()
    return [('lan', udp(sport=p), OUT), ('lan', udp(src=B, sport=p), OUT),
            ('wan', udp(FAR, PUBLIC, 53, p), OUT)]


def two_hosts_two_destinations():
    p = port()
    return [('lan', udp(sport=p), OUT), ('lan', udp(src=B, dst=OTHER, sport=p), OUT),
            ('wan', udp(OTHER, PUBLIC, 53, p), DROP), ('wan', udp(FAR, PUBLIC, 53, p), OUT)]


def filtering():
    p = port()
    return [('lan', udp(sport=p), OUT), ('wan', udp(FAR, PUBLIC, 99, p), DROP),
            ('wan', udp(OTHER, PUBLIC, 53, p), DROP),
            ('wan', udp(FAR, PUBLIC, 53, p), OUT)]


def unasked():
    p = port()
    return [('wan', udp(FAR, PUBLIC, 53, p), DROP), ('wan', echo(FAR, PUBLIC, p, 0), DROP),
            ('wan', IP(src=FAR, dst=PUBLIC) / TCP(sport=80, dport=p, flags='S'), DROP),
            ('wan', udp(FAR, A, 53, p), DROP),
            ('wan', IP(src=FAR, dst=SERVER) / TCP(sport=p, dport=22, flags='S'), DROP)]


def hairpin(layer):
    p, q = port(), port()

    def packet(src, dst, sport, dport, flags):
        return IP(src=src, dst=dst) / (UDP(sport=sport, dport=dport) if layer is UDP
                                       else TCP(sport=sport, dport=dport, flags=flags, seq=9,
                                                ack=10))
    return [('lan', packet(A, FAR, p, 53, 'S'), OUT), ('lan', packet(B, PUBLIC, q, p, 'S'), BACK),
            ('lan', packet(A, PUBLIC, p, q, 'SA'), BACK)]


def hairpin_forward():
    t = Talk(dst=PUBLIC, dport=8080)
    answer = IP(src=SERVER, dst=PUBLIC) / TCP(sport=80, dport=t.port, flags='SA', seq=5000,
                                              ack=1001, window=8192)
    return [t.c('S', due=BACK), ('lan', answer, BACK), t.c('A', 1, 1, due=BACK)]


def no_gateway(text, dport, opened):
    """A protocol that names addresses in its payload: the text stays, nothing opens."""
    t = Talk(dport=dport)
    return t.opened() + [t.c('PA', 1, 1, payload=text),
                         ('wan', IP(src=FAR, dst=PUBLIC) / TCP(sport=20, dport=opened, flags='S'),
                          DROP),
                         ('wan', udp(FAR, PUBLIC, 5060, opened), DROP)]


def as_seen_outside(p, **more):
    """What A's datagram from port p looks like to who quotes it in an error."""
    return udp(PUBLIC, FAR, p, ttl=60, **more)


def error_in(kind, code, **icmp):
    p = port()
    return [('lan', udp(sport=p), OUT), ('wan', error(THIRD, PUBLIC, kind, code, as_seen_outside(p),
                                                      **icmp), OUT),
            ('wan', udp(FAR, PUBLIC, 53, p), OUT)]


def error_in_eight_bytes():
    p = port()
    return [('lan', udp(sport=p), OUT),
            ('wan', error(THIRD, PUBLIC, 3, 1, bytes(as_seen_outside(p))[:28]), OUT),
            ('wan', error(THIRD, PUBLIC, 3, 1, bytes(as_seen_outside(p))[:27]), DROP)]


def error_in_options():
    p = port()
    head = IP(src=PUBLIC, dst=FAR, ttl=60, options=[IPOption(b'\x94\x04\0\0')])
    quoted = head / UDP(sport=p, dport=53) / b'hello'
    return [('lan', udp(sport=p), OUT), ('wan', error(THIRD, PUBLIC, 11, 0, quoted), OUT)]


def error_in_extended():
    """RFC 4884: 128 bytes of quote, then an extension with an MPLS label."""
    p = port()
    quoted = bytes(as_seen_outside(p, payload=b'x' * 300))[:128]
    extension = bytes.fromhex('2000dfff000801010000a1ff')
    p1 = IP(src=THIRD, dst=PUBLIC) / ICMP(type=11, code=0, length=32) / Raw(quoted + extension)
    return [('lan', udp(sport=p, payload=b'x' * 300), OUT), ('wan', p1, OUT)]


def error_in_damaged():
    p = port()
    quoted = bytearray(bytes(as_seen_outside(p)))
    quoted[10] ^= 0xff                          # the quoted header's checksum
    inner = bytearray(bytes(as_seen_outside(p)))
    inner[26] ^= 0xff                           # the quoted UDP checksum: not ours to judge
    return [('lan', udp(sport=p), OUT), ('wan', error(THIRD, PUBLIC, 3, 3, as_seen_outside(p),
                                                      chksum=0x1234), DROP),
            ('wan', error(THIRD, PUBLIC, 3, 3, bytes(quoted)), DROP),
            ('wan', error(THIRD, PUBLIC, 3, 3, bytes(inner)), OUT)]


def error_of_nobody():
    p, q = port(), port()
    return [('wan', error(THIRD, PUBLIC, 3, 3, as_seen_outside(p)), DROP),
            ('lan', udp(sport=q), OUT),
            ('wan', error(THIRD, PUBLIC, 3, 3, udp(PUBLIC, OTHER, q)), DROP)]


def error_in_tcp():
    t = Talk()
    sent = IP(src=PUBLIC, dst=FAR, ttl=60) / TCP(sport=t.port, dport=80, flags='S', seq=1000,
                                                 window=8192)
    return [t.c('S'), ('wan', error(THIRD, PUBLIC, 3, 1, bytes(sent)[:28]), OUT), t.s('SA', 0, 1),
            t.c('A', 1, 1)]


def error_out():
    """The inside host answers a reply with port unreachable: outside it is the gateway's."""
    p = port()
    return [('lan', udp(sport=p), OUT), ('wan', udp(FAR, PUBLIC, 53, p), OUT),
            ('lan', error(A, FAR, 3, 3, udp(FAR, A, 53, p, ttl=63)), OUT)]


def error_out_of_forward():
    t = Talk(src=FAR, dst=PUBLIC, dport=8080, outside=True)
    syn = IP(src=FAR, dst=SERVER, ttl=63) / TCP(sport=t.port, dport=80, flags='S', seq=1000,
                                                window=8192)
    return [t.c('S'), ('lan', error(SERVER, FAR, 3, 1, syn), OUT)]


def error_from_inside_router():
    """A router behind the host says time exceeded: its address is inside, and does not show."""
    p = port()
    return [('lan', udp(sport=p), OUT), ('wan', udp(FAR, PUBLIC, 53, p), OUT),
            ('lan', error(B, FAR, 11, 0, udp(FAR, A, 53, p, ttl=1)), OUT)]


def echoes():
    n = port()
    return [('lan', echo(n=n), OUT), ('wan', echo(FAR, PUBLIC, n, 0), OUT),
            ('wan', echo(FAR, PUBLIC, n, 0), OUT),
            ('wan', echo(OTHER, PUBLIC, n, 0), DROP), ('wan', echo(FAR, PUBLIC, n + 1, 0), DROP)]


def echo_error():
    n = port()
    return [('lan', echo(n=n), OUT),
            ('wan', error(THIRD, PUBLIC, 11, 0, echo(PUBLIC, FAR, n, ttl=1)), OUT)]


def pings_of_the_gateway():
    return [('wan', echo(FAR, PUBLIC, 77), BACK), ('lan', echo(A, '10.0.0.1', 78), BACK),
            ('lan', echo(A, PUBLIC, 79), BACK)]


def too_big():
    p = port()
    return [('lan', udp(sport=p, payload=b'x' * 1373, flags='DF'), BACK),
            ('lan', udp(sport=p, payload=b'x' * 1372, flags='DF'), OUT),
            ('lan', udp(sport=p, payload=b'x' * 1440), OUT)]


def too_big_tcp():
    t = Talk()
    return t.opened() + [
        ('lan', IP(src=A, dst=FAR, flags='DF') / TCP(sport=t.port, dport=80, flags='A', seq=1001,
                                                     ack=5001)
         / Raw(b'x' * 1400), BACK), t.c('A', 1, 1, payload=b'x' * 1300)]


def too_big_told_from_outside():
    """A router on the way says 1300: the inside host learns it about the packet it sent."""
    p = port()
    big = as_seen_outside(p, payload=b'x' * 1330, flags='DF')
    return [('lan', udp(sport=p, payload=b'x' * 1330, flags='DF'), OUT),
            ('wan', error(THIRD, PUBLIC, 3, 4, bytes(big)[:548], nexthopmtu=1300), OUT)]


def expires():
    p = port()
    return [('lan', udp(sport=p, ttl=1), BACK), ('wan', udp(FAR, PUBLIC, 53, p), DROP),
            ('lan', udp(sport=p, ttl=2), OUT),
            ('wan', udp(FAR, PUBLIC, 53, p, ttl=1), BACK)]


def other_protocol():
    return [('lan', IP(src=A, dst='203.0.113.40', proto=47) / Raw(b'\0\0\x08\0tunnel'), OUT),
            ('wan', IP(src='203.0.113.40', dst=PUBLIC, proto=47) / Raw(b'\0\0\x08\0tunnel'), OUT),
            ('wan', IP(src='203.0.113.41', dst=PUBLIC, proto=47) / Raw(b'\0\0\x08\0tunnel'), DROP)]


FTP = b'PORT 10,0,0,2,19,137\r\n'
SIP = b'REGISTER sip:x SIP/2.0\r\nContact: <sip:a@10.0.0.2:5001;transport=tcp>\r\n\r\n'

PROBES = [
    ('NAT there and back', there_and_back()),
    ('4787 REQ-1 one endpoint, three destinations', three_destinations()),
    ('4787 REQ-3 two hosts, one port, one destination', two_hosts_one_destination()),
    ('4787 REQ-3 two hosts, one port, two destinations', two_hosts_two_destinations()),
    ('4787 REQ-8 filtering by address and port', filtering()),
    ('NAT nothing comes in unasked', unasked()),
    ('4787 REQ-9 hairpin of UDP', hairpin(UDP)),
    ('5382 REQ-8 hairpin of TCP', hairpin(TCP)),
    ('4787 REQ-9 hairpin to the port forward', hairpin_forward()),
    ('4787 REQ-10 FTP opens nothing', no_gateway(FTP, 21, 5001)),
    ('4787 REQ-10 SIP in HTTP opens nothing', no_gateway(SIP, 5060, 5001)),
    ('4787 REQ-12 host unreachable leaves the mapping', error_in(3, 1)),
    ('4787 REQ-12 port unreachable leaves the mapping', error_in(3, 3)),
    ('4787 REQ-12 time exceeded leaves the mapping', error_in(11, 0)),
    ('4787 REQ-12 a parameter problem leaves the mapping', error_in(12, 0, ptr=1)),
    ('4787 REQ-12 source quench leaves the mapping', error_in(4, 0)),
    ('5508 REQ-4 an error that quotes eight bytes', error_in_eight_bytes()),
    ('5508 REQ-4 an error whose quote has options', error_in_options()),
    ('5508 REQ-4 an error with extensions', error_in_extended()),
    ('5508 REQ-3 errors with wrong checksums', error_in_damaged()),
    ('5508 REQ-4 an error about nobody', error_of_nobody()),
    ('5382 REQ-9 an error about a SYN', error_in_tcp()),
    ('5508 REQ-5 an error from inside', error_out()),
    ('5508 REQ-5 an error from the forwarded server', error_out_of_forward()),
    ('5508 REQ-5 an error from a router inside', error_from_inside_router()),
    ('5508 REQ-1 echo identifiers', echoes()),
    ('5508 REQ-4 an error about an echo', echo_error()),
    ('NAT pings of the gateway', pings_of_the_gateway()),
    ('4787 REQ-13 too large for the next link', too_big()),
    ('4787 REQ-13 TCP too large for the next link', too_big_tcp()),
    ('4787 REQ-13 too large for a link further on', too_big_told_from_outside()),
    ('5508 REQ-10 time exceeded here', expires()),
    ('NAT of GRE', other_protocol()),
]
