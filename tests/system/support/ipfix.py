#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""A strict IPFIX collector by RFC 7011, without a library: what it takes is a JSON object a line.

usage: ipfix.py udp|tcp ADDRESS PORT FILE [stall SECONDS | reset MESSAGES]

A message that breaks a rule ends it with status 1 and a sentence: version and length, sets that fill the message,
templates before their records, templates that stay, sequence numbers, padding of zeros.  A gap of the sequence
is a line {"gap": N}: over UDP at any time, over TCP only because the exporter lost records.
stall: over TCP, reads nothing for so long; reset: resets the connection after so many messages and all that has come, and accepts the next one.
"""
import array
import fcntl
import ipaddress
import json
import signal
import socket
import struct
import sys
import termios
import time

REVERSE = 29305
U, A, T = 'unsigned', 'address', 'text'
# Information elements that Weir sends: name, type, length (0: variable).
ELEMENTS = {
    1: ('octetDeltaCount', U, 8), 2: ('packetDeltaCount', U, 8), 4: ('protocolIdentifier', U, 1),
    7: ('sourceTransportPort', U, 2), 8: ('sourceIPv4Address', A, 4), 10: ('ingressInterface', U, 4),
    11: ('destinationTransportPort', U, 2), 12: ('destinationIPv4Address', A, 4), 14: ('egressInterface', U, 4),
    27: ('sourceIPv6Address', A, 16), 28: ('destinationIPv6Address', A, 16), 32: ('icmpTypeCodeIPv4', U, 2),
    40: ('exportedOctetTotalCount', U, 8), 41: ('exportedMessageTotalCount', U, 8), 42: ('exportedFlowRecordTotalCount', U, 8),
    82: ('interfaceName', T, 0), 89: ('forwardingStatus', U, 1), 136: ('flowEndReason', U, 1),
    139: ('icmpTypeCodeIPv6', U, 2), 144: ('exportingProcessId', U, 4), 152: ('flowStartMilliseconds', U, 8),
    153: ('flowEndMilliseconds', U, 8), 167: ('notSentFlowTotalCount', U, 8), 168: ('notSentPacketTotalCount', U, 8),
    169: ('notSentOctetTotalCount', U, 8), 225: ('postNATSourceIPv4Address', A, 4), 226: ('postNATDestinationIPv4Address', A, 4),
    227: ('postNAPTSourceTransportPort', U, 2), 228: ('postNAPTDestinationTransportPort', U, 2), 230: ('natEvent', U, 1),
    234: ('ingressVRFID', U, 4), 235: ('egressVRFID', U, 4), 236: ('VRFname', T, 0),
    239: ('biflowDirection', U, 1), 281: ('postNATSourceIPv6Address', A, 16), 282: ('postNATDestinationIPv6Address', A, 16),
    283: ('natPoolId', U, 4), 284: ('natPoolName', T, 0), 323: ('observationTimeMilliseconds', U, 8),
    466: ('natQuotaExceededEvent', U, 4), 473: ('maxEntriesPerUser', U, 4),
}


class Broken(Exception):
    pass


def must(condition, text, *values):
    if not condition:
        raise Broken(text % values)


class Session:
    """Templates and sequence numbers of one transport session."""

    def __init__(self, put, ordered):
        self.put, self.ordered = put, ordered
        self.templates, self.expected = {}, {}

    def message(self, data):
        must(len(data) >= 16, 'a message of %u bytes', len(data))
        version, length, when, sequence, domain = struct.unpack('>HHIII', data[:16])
        must(version == 10, 'version %u', version)
        must(length == len(data), 'a length of %u in %u bytes', length, len(data))
        must(abs(when - time.time()) < 5, 'an export time %u s away', abs(when - time.time()))
        expected = self.expected.get(domain, sequence)
        if sequence != expected:
            self.put({'gap': (sequence - expected) & 0xffffffff})
        records, at = 0, 16
        while at < length:
            must(length - at >= 4, 'rest of %u bytes', length - at)
            set_id, set_length = struct.unpack('>HH', data[at:at + 4])
            must(set_length > 4 and at + set_length <= length, 'set %u of %u bytes', set_id, set_length)
            records += self.set(domain, set_id, data[at + 4:at + set_length], when)
            at += set_length
        self.expected[domain] = (sequence + records) & 0xffffffff

    def set(self, domain, set_id, data, when):
        if set_id in (2, 3):
            while len(data) >= 4 and any(data):
                data = self.template(domain, data, set_id == 3)
            must(not any(data), 'padding that is not 0')
            return 0
        must(set_id >= 256, 'set %u', set_id)
        must((domain, set_id) in self.templates, 'records before template %u', set_id)
        scope, fields = self.templates[domain, set_id]
        least = sum(length if length != 65535 else 1 for _, _, length in fields)
        n = 0
        while len(data) >= least:
            record, data = self.record(fields, data)
            self.put({'template': set_id, 'domain': domain, 'time': when, 'option': scope != 0, **record})
            n += 1
        must(n > 0 and len(data) < 4 and not any(data), 'set %u with a rest of %u bytes', set_id, len(data))
        return n

    def template(self, domain, data, option):
        template, count = struct.unpack('>HH', data[:4])
        must(template >= 256 and count > 0, 'template %u of %u fields', template, count)
        data, scope = data[4:], 0
        if option:
            scope, data = struct.unpack('>H', data[:2])[0], data[2:]
            must(0 < scope <= count, 'scope of %u of %u fields', scope, count)
        fields = []
        for _ in range(count):
            element, length = struct.unpack('>HH', data[:4])
            data, enterprise = data[4:], 0
            if element & 0x8000:
                element, enterprise, data = element & 0x7fff, struct.unpack('>I', data[:4])[0], data[4:]
            must(enterprise in (0, REVERSE), 'enterprise %u', enterprise)
            must(element in ELEMENTS, 'element %u', element)
            must(length == (ELEMENTS[element][2] or 65535), 'element %u of %u bytes', element, length)
            must((element, enterprise) not in [f[:2] for f in fields], 'element %u twice in %u', element, template)
            fields.append((element, enterprise, length))
        key = (domain, template)
        must(self.templates.setdefault(key, (scope, fields)) == (scope, fields), 'template %u has changed', template)
        return data

    @staticmethod
    def record(fields, data):
        record = {}
        for element, enterprise, length in fields:
            if length == 65535:
                length, data = data[0], data[1:]
                if length == 255:
                    length, data = struct.unpack('>H', data[:2])[0], data[2:]
            must(len(data) >= length, 'a record that is cut')
            name, kind, _ = ELEMENTS[element]
            name = 'reverse' + name[0].upper() + name[1:] if enterprise else name
            value, data = data[:length], data[length:]
            record[name] = (int.from_bytes(value, 'big') if kind == U else
                            str(ipaddress.ip_address(value)) if kind == A else value.decode())
        return record, data


def collect_udp(address, port, put):
    s = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 23)
    s.bind((address, port))
    sessions = {}
    while True:
        data, peer = s.recvfrom(65536)
        put({'message': len(data)})
        sessions.setdefault(peer, Session(put, False)).message(data)


def read_all(c, n, stop):
    data = b''
    while len(data) < n:
        more = c.recv(n - len(data))
        if not more:
            must(not data and not stop, 'a message that is cut')
            return None
        data += more
    return data


def unread(c):
    """Bytes that the kernel has acknowledged and nobody has read: no exporter could know that they are lost."""
    count = array.array('i', [0])
    fcntl.ioctl(c, termios.FIONREAD, count)
    return count[0]


def serve(c, put, mode):
    session, n = Session(put, True), 0
    while True:
        head = read_all(c, 4, False)
        if head is None:
            return
        session.message(head + read_all(c, struct.unpack('>H', head[2:])[0] - 4, True))
        n += 1
        if mode[:1] == ['reset'] and n >= int(mode[1]) and not unread(c):
            c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            mode.clear()
            return


def collect_tcp(address, port, put, mode):
    s = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((address, port))
    s.listen()
    while True:
        c = s.accept()[0]
        put({'connection': True})
        if mode[:1] == ['stall']:
            time.sleep(float(mode[1]))
            mode.clear()
        serve(c, put, mode)
        c.close()


def main(protocol, address, port, path, *mode):
    out = open(path, 'a', buffering=1, encoding='ascii')

    def put(what):
        out.write(json.dumps(what) + '\n')

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        if protocol == 'udp':
            collect_udp(address, int(port), put)
        else:
            collect_tcp(address, int(port), put, list(mode))
    except Broken as e:
        put({'broken': str(e)})
        sys.exit('ipfix.py: %s' % e)


if __name__ == '__main__':
    main(*sys.argv[1:])
