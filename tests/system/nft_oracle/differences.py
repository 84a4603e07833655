# SPDX-License-Identifier: BSD-3-Clause
"""Where Weir and Linux differ, and why: probe -> (reason, {step: what Linux makes of it}).

What Weir owes is in the probe.  Ports P1, P2, ... are the probe's own in the order of their use,
Pnew is one that the router chose; '-' is silence.  Found with Linux 6.18."""

OVERSHOOT = ('Linux lets data through that overshoot the window by up to one window more, for '
             'stacks that send too much (conntrack: work around exceeded receive window).  A '
             'receiver drops them anyway; Weir keeps the bound of van Rooij and of table T10.')
DELAYED = ('Linux takes what lies far behind the window for overly delayed, and passes it without '
           'a change of state.  RFC 5961 5 has such acknowledgements dropped, and they help a '
           'blind attacker to probe.')
REASSEMBLED = ('Linux puts datagrams together before it looks at them, and splits them again; '
               'Weir decides by the first fragment and puts nothing together.  ')
NO_HAIRPIN = ('Linux translates sources on the way out only: an inside host is not reached at the '
              'public endpoint of a mapping, and the gateway itself answers.  RFC 4787 REQ-9 and '
              '5382 REQ-8 want the hairpin.')
CLASS_E = ('Linux has 240/4 and 0/8 in use as unicast; RFC 1812 5.3.7 and RFC 6890 do not.')
CHECKSUMS = ('Linux drops wrong transport checksums as invalid (nf_conntrack_checksum).  Weir '
             'leaves them to the receiver and forwards them as wrong as they came: the same '
             'difference from the right one.')
TELLS_NO_ONE = ('Linux tells who sends broken options; Weir drops them in silence, since a header '
                'that lies about its options may lie about its sender.')

DIFFERENCES = {
    'T9 acknowledgements of what was never sent': (
        DELAYED,
        {6: 'lan tcp 203.0.113.9:80 > 10.0.0.2:P1 A seq 5001 ack 4294468296 win 8192 ttl 63'}),
    'T10 data outside the window': (
        DELAYED,
        {5: "lan tcp 203.0.113.9:80 > 10.0.0.2:P1 PA seq 4294872296 ack 1001 win 8192 'old' ttl "
            "63"}),
    'T10 data a little beyond the window': (
        OVERSHOOT,
        {4: "lan tcp 203.0.113.9:80 > 10.0.0.2:P1 PA seq 14000 ack 1001 win 8192 'beyond' ttl 63"}),
    'T13 windows of a gigabyte': (
        OVERSHOOT,
        {6: "wan tcp 198.51.100.1:P1 > 203.0.113.9:80 PA seq 1200001000 ack 5001 win 8192 "
            "'beyond' ttl 63"}),
    'T21 FINs that no one can have sent': (
        DELAYED,
        {5: 'lan tcp 203.0.113.9:80 > 10.0.0.2:P1 FA seq 5001 ack 4294568296 win 8192 ttl 63'}),
    'TCP refused by who has not seen the SYN': (
        'A reset without ACK in answer to a SYN acknowledges nothing, so anybody can send it, and '
        'the initiator ignores it (RFC 9293 3.10.7.3).  Linux forwards it, gives the connection '
        'up, and then drops the true answer.',
        {3: 'lan tcp 203.0.113.9:80 > 10.0.0.2:P1 R seq 5000 ack 0 win 8192 ttl 63',
         4: '-',
         5: '-'}),
    '4787 REQ-3 two hosts, one port, two destinations': (
        'Linux lets two hosts share a public port while their destinations differ.  An '
        'endpoint-independent mapping cannot (RFC 4787 REQ-3): Weir chooses another port.',
        {2: "wan udp 198.51.100.1:P1 > 203.0.113.10:53 'hello' ttl 63",
         3: "lan udp 203.0.113.10:53 > 10.0.0.3:P1 'hello' ttl 63"}),
    '4787 REQ-9 hairpin of UDP': (
        NO_HAIRPIN,
        {2: 'lan icmp 198.51.100.1 > 10.0.0.3 3/3 word 0x0 about udp 10.0.0.3:P2 > '
            '198.51.100.1:P1, 28 bytes ttl 64 ttl 64 tos 0xc0',
         3: 'lan icmp 198.51.100.1 > 10.0.0.2 3/3 word 0x0 about udp 10.0.0.2:P1 > '
            '198.51.100.1:P2, 28 bytes ttl 64 ttl 64 tos 0xc0'}),
    '5382 REQ-8 hairpin of TCP': (
        NO_HAIRPIN,
        {2: 'lan tcp 198.51.100.1:P1 > 10.0.0.3:P2 RA seq 0 ack 10 win 0 ttl 64',
         3: 'lan tcp 198.51.100.1:P2 > 10.0.0.2:P1 R seq 10 ack 0 win 0 ttl 64'}),
    '5508 REQ-3 errors with wrong checksums': (
        'RFC 5508 REQ-3 a: an error whose quoted IP header has a wrong checksum is dropped.  '
        'Linux does not look at it for UDP.',
        {3: 'lan icmp 203.0.113.11 > 10.0.0.2 3/3 word 0x0 about udp 10.0.0.2:P1 > '
            '203.0.113.9:53, 33 bytes ttl 60 inner IP checksum wrong ttl 63'}),
    'fragments that overlap': (
        REASSEMBLED + 'What came before the overlap has left already; nothing of the datagram '
                      'leaves after it, so it can never be put together.',
        {1: '-'}),
    'fragments that overlap of IPv6': (
        REASSEMBLED + 'What came before the overlap has left already; nothing leaves after it.',
        {1: '-'}),
    'fragments beyond 65,535 bytes': (
        REASSEMBLED + 'The fragment that lies is dropped by itself; the first one alone does no '
                      'harm.',
        {2: '-'}),
    'fragments beyond 65,535 bytes of IPv6': (
        REASSEMBLED + 'The fragment that lies is dropped by itself; the first one alone does no '
                      'harm.',
        {2: '-'}),
    'fragments 1858: flags of TCP in the second': (
        REASSEMBLED + 'So a first fragment without the flags cannot be judged (RFC 1858 3), and '
                      'no stack sends it.',
        {1: "wan in fragments tcp 198.51.100.1:P1 > 203.0.113.9:80 S seq 1000 ack 0 win 8192 "
            "'xxxxxxxxxxxxxxxxxxxx' ttl 63"}),
    'fragments that die here': (
        REASSEMBLED + 'Weir quotes the fragment that died, Linux the whole datagram.',
        {1: 'lan icmp 10.0.0.1 > 10.0.0.2 11/0 word 0x0 about udp 10.0.0.2:P1 > 203.0.113.9:53, '
            '88 bytes ttl 1 ttl 64 tos 0xc0'}),
    'fragments of which a later one dies here': (
        REASSEMBLED + 'Linux takes the TTL of the first fragment for all of them.',
        {1: '-',
         2: 'wan in fragments udp 198.51.100.1:P1 > 203.0.113.9:53 60 bytes 84566879 ttl 63'}),
    'fragments 6946: an atomic one': (
        'Linux takes the fragment header away; a router has no business with it (RFC 8200 4).',
        {1: 'wan udp [2001:db8:1::2]:P1 > [2001:db8:ffff::9]:53 60 bytes 84566879 ttl 63'}),
    'fragments 6946: an atomic one amid others': (
        'RFC 6946 4: an atomic fragment is no part of the datagram whose number it shares.  Linux '
        'drops all of them, which lets anybody break fragmented traffic.',
        {1: '-'}),
    'fragments in a fragment': (
        'No node sends two fragment headers; hiding the inner one from filters is all it is good '
        'for.  Linux takes the outer one away.',
        {1: 'wan atomic fragment udp [2001:db8:1::2]:P1 > [2001:db8:ffff::9]:53 60 bytes '
            '84566879 ttl 63'}),
    'extensions: hop by hop not first': (
        'RFC 8200 4.1 has it first only.  Linux as a router does not look that far.',
        {1: "wan udp [2001:db8:1::2]:P1 > [2001:db8:ffff::9]:53 'hello' ttl 63 behind 16 bytes "
            "of extensions"}),
    'extensions: an unknown hop-by-hop option, tell': (
        'Linux processes hop-by-hop options; Weir does not, as RFC 8200 4 allows '
        '(lib/packet/README.md).',
        {1: 'lan icmp6 2001:db8:1::1 > 2001:db8:1::2 4/2 word 0x2a about 0 [2001:db8:1::2]:Pnew '
            '> [2001:db8:ffff::9]:Pnew, 61 bytes ttl 64'}),
    'extensions: routing header type 0 that is done': (
        'RFC 5095 and RFC 9288 3.5.2.3: type 0 is dropped whatever its count; Linux forwards it '
        'with a count of 0.',
        {1: "wan udp [2001:db8:1::2]:P1 > [2001:db8:ffff::9]:53 'hello' ttl 63 behind 24 bytes "
            "of extensions"}),
    'extensions: nine of them': (
        'Weir bounds the chain at eight headers, so that no packet costs more than others.  Linux '
        'does not.',
        {1: "wan udp [2001:db8:1::2]:P1 > [2001:db8:ffff::9]:53 'hello' ttl 63 behind 72 bytes "
            "of extensions"}),
    'extensions: no next header': (
        'Linux finds no transport to track, and calls it invalid; to Weir it is a protocol '
        'number, 59.',
        {1: '-'}),
    'options: one of length 0': (
        TELLS_NO_ONE,
        {1: 'lan icmp 10.0.0.1 > 10.0.0.2 12/0 word 0x14000000 about udp 10.0.0.2:P1 > '
            '203.0.113.9:53, 37 bytes ttl 64 ttl 64 tos 0xc0'}),
    'options: one past the end': (
        TELLS_NO_ONE,
        {1: 'lan icmp 10.0.0.1 > 10.0.0.2 12/0 word 0x14000000 about udp 10.0.0.2:P1 > '
            '203.0.113.9:53, 37 bytes ttl 64 ttl 64 tos 0xc0'}),
    'martian sources': (
        CLASS_E,
        {2: "wan udp 0.1.2.3:P2 > 203.0.113.9:53 'hello' ttl 63",
         7: "wan udp 240.0.0.1:P7 > 203.0.113.9:53 'hello' ttl 63"}),
    'martian sources to the port forward': (
        CLASS_E,
        {2: 'lan tcp 0.1.2.3:P2 > 10.0.0.80:80 S seq 0 ack 0 win 8192 ttl 63',
         7: 'lan tcp 240.0.0.1:P7 > 10.0.0.80:80 S seq 0 ack 0 win 8192 ttl 63'}),
    'martian destinations': (
        CLASS_E,
        {2: "wan udp 198.51.100.1:P2 > 0.1.2.3:53 'hello' ttl 63",
         7: "wan udp 198.51.100.1:P7 > 240.0.0.1:53 'hello' ttl 63"}),
    'martian sources of IPv6': (
        'Linux forwards IPv4-mapped sources, which stand for no node of IPv6 (RFC 4291 2.5.5.2, '
        'RFC 6890), and does not miss its own address among the sources of others.  It tells a '
        'link-local sender that he is beyond his scope; Weir answers no martian.',
        {5: "wan udp [::ffff:10.0.0.9]:P5 > [2001:db8:ffff::9]:53 'hello' ttl 63",
         6: 'lan icmp6 fe80::ff:fe00:101 > fe80::9 1/2 word 0x0 about udp [fe80::9]:P6 > '
            '[2001:db8:ffff::9]:53, 53 bytes ttl 64',
         7: "wan udp [2001:db8:1::1]:P7 > [2001:db8:ffff::9]:53 'hello' ttl 63"}),
    'martian destinations of IPv6': (
        "RFC 4291 2.5.2 and 2.5.6: the unspecified address is nobody's destination, and a packet with "
        'a link-local one is not forwarded.  Linux sends the one along the default route, the other '
        'back to its link.',
        {1: "wan udp [2001:db8:1::2]:P1 > [::]:53 'hello' ttl 63",
         5: "lan udp [2001:db8:1::2]:P5 > [fe80::9]:53 'hello' ttl 63"}),
    'directed broadcasts': (
        "Linux takes the network's own address for a host's; RFC 1812 4.2.3.1 has a router discard "
        'what is sent to it.',
        {2: "wan udp 198.51.100.1:P2 > 198.51.100.0:53 'hello' ttl 63"}),
    'sums: UDP, wrong': (
        CHECKSUMS,
        {2: '-'}),
    'sums: TCP, wrong': (
        CHECKSUMS,
        {4: '-'}),
    'sums: UDP over IPv6, wrong': (
        CHECKSUMS,
        {2: '-'}),
}
