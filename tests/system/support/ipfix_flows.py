#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Flows whose every packet is known, and what an IPFIX collector must say of them.

usage: ipfix_flows.py serve                     the other end: echoes datagrams as often as they ask for
       ipfix_flows.py send FILE                 sends them, and writes what was sent
       ipfix_flows.py count N                   N datagrams of N flows without an answer
       ipfix_flows.py quota                     more sessions at once than a source may hold
       ipfix_flows.py compare FILE RECORDS      what support/ipfix.py wrote
       ipfix_flows.py compare-nfdump FILE FOLDER
"""
import glob
import json
import socket
import subprocess
import sys
import time

LAN4, LAN6, PUBLIC = '10.0.0.10', '2001:db8:1::10', '198.51.100.1'
WAN4, WAN6, LOOSE4, LOOSE6 = '198.51.100.2', '2001:db8:2::2', '198.51.100.3', '2001:db8:2::3'
UDP, TCP, ICMP, ICMP6 = 17, 6, 1, 58


def header(address):
    return 48 if ':' in address else 28


def udp_socket(address):
    s = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(3)
    return s


def serve():
    """A datagram "N B ..." is answered by N datagrams of B bytes."""
    import select
    sockets = []
    for address in (WAN4, WAN6, LOOSE4, LOOSE6):
        s = udp_socket(address)
        s.bind((address, 5353))
        sockets.append(s)
    while True:
        for s in select.select(sockets, [], [])[0]:
            data, peer = s.recvfrom(65536)
            n, size = map(int, data.split()[:2])
            for _ in range(n):
                s.sendto(b'x' * size, peer)


def datagrams(to, out, back, over=0.0):
    """out: (number, bytes) of datagrams to the server; back: of its answers to the first one; over: seconds."""
    s = udp_socket(to)
    first = time.time()
    for i in range(out[0]):
        text = b'%u %u ' % (back if i == 0 else (0, 0))
        s.sendto(text + b'.' * (out[1] - len(text)), (to, 5353))
        if i == 0:
            for _ in range(back[0]):
                s.recv(65536)
        last = time.time()
        time.sleep(over / out[0])
    return {'proto': UDP, 'src': s.getsockname()[0], 'sport': s.getsockname()[1], 'dst': to, 'dport': 5353,
            'packets': [out[0], back[0]], 'bytes': [out[0] * (out[1] + header(to)), back[0] * (back[1] + header(to))],
            'first': first, 'last': last, 'why': 1}


def connection():
    """A connection that closes, to the port of nobody: a SYN and its reset."""
    s = socket.socket()
    s.bind((LAN4, 0))
    port, first = s.getsockname()[1], time.time()
    try:
        s.connect((WAN4, 9))
    except ConnectionRefusedError:
        pass
    return {'proto': TCP, 'src': LAN4, 'sport': port, 'dst': WAN4, 'dport': 9, 'packets': [1, 1], 'bytes': [60, 40],
            'first': first, 'last': time.time(), 'why': None}


def ping(to, n):
    first = time.time()
    subprocess.run(['ping', '-q', '-n', '-c', str(n), '-i', '0.2', '-W', '2', '-s', '100', to], check=True,
                   stdout=subprocess.DEVNULL)
    size = 108 + (40 if ':' in to else 20)
    return {'proto': ICMP6 if ':' in to else ICMP, 'src': LAN6 if ':' in to else LAN4, 'dst': to, 'sport': 0,
            'icmp': 128 << 8 if ':' in to else 8 << 8, 'packets': [n, n], 'bytes': [n * size, n * size],
            'first': first, 'last': time.time(), 'why': 1}


def send(path):
    for address in (WAN4, WAN6, LOOSE4, LOOSE6):    # neighbours become known
        datagrams(address, (1, 64), (1, 64))
    time.sleep(0.2)
    flows = [datagrams(WAN4, (3, 100), (2, 50)), datagrams(WAN6, (4, 200), (1, 300)), datagrams(WAN4, (1, 64), (0, 0)),
             dict(datagrams(WAN4, (40, 72), (1, 64), 5.0), why=None), connection(), ping(WAN4, 3), ping(WAN6, 3)]
    flows += [dict(datagrams(LOOSE4, (5, 90), (0, 0)), loose=True), dict(datagrams(LOOSE6, (5, 90), (0, 0)), loose=True)]
    s = udp_socket(WAN4)
    s.sendto(b'1 64 dropped', (WAN4, 666))
    s.sendto(b'1 64 dropped', (WAN4, 666))
    flows.append({'proto': UDP, 'src': LAN4, 'sport': s.getsockname()[1], 'dst': WAN4, 'dport': 666, 'packets': [2, 0],
                  'bytes': [80, 0], 'first': time.time(), 'last': time.time(), 'why': None, 'loose': True, 'status': 130})
    for flow in flows:
        if flow['src'] in ('0.0.0.0', '::'):
            flow['src'] = LAN6 if ':' in flow['dst'] else LAN4
    with open(path, 'w', encoding='ascii') as out:
        json.dump(flows, out)


def count(n):
    for _ in range(n):
        udp_socket(WAN4).sendto(b'0 0', (WAN4, 5353))
        time.sleep(0.002)


def quota():
    sockets = [udp_socket(WAN4) for _ in range(300)]
    for s in sockets:
        s.sendto(b'0 0', (WAN4, 5353))


# --- what came of it ---

def near(a, b, within, what):
    return [] if abs(a - b) <= within else ['%s %s instead of %s' % (what, a, b)]


def same(a, b, what):
    return [] if a == b else ['%s %r instead of %r' % (what, a, b)]


def of_flow(records, flow):
    version = 'IPv6' if ':' in flow['src'] else 'IPv4'
    return [r for r in records if r.get('source%sAddress' % version) == flow['src'] and 'flowEndReason' in r
            and r['destination%sAddress' % version] == flow['dst'] and r['protocolIdentifier'] == flow['proto']
            and r.get('sourceTransportPort', 0) == flow['sport']
            and ('dport' not in flow or r['destinationTransportPort'] == flow['dport'])]


def added(records, name):
    return sum(r.get(name, 0) for r in records)


def wrong_translation(flow, r):
    if ':' in flow['src']:
        return (same(r['postNATSourceIPv6Address'], flow['src'], 'source after')
                + same(r['postNATDestinationIPv6Address'], flow['dst'], 'destination after'))
    return (same(r['postNATSourceIPv4Address'], PUBLIC, 'source after')
            + same(r['postNATDestinationIPv4Address'], flow['dst'], 'destination after')
            + ([] if 'icmp' in flow else same(r['postNAPTDestinationTransportPort'], flow['dport'], 'port after')
               + ([] if 20000 <= r['postNAPTSourceTransportPort'] <= 20999 else ['public port outside of the pool'])))


def wrong(flow, records, names):
    """What is wrong of the records of a flow."""
    got = of_flow(records, flow)
    if not got:
        return ['no record']
    last = max(got, key=lambda r: r['flowEndMilliseconds'])
    loose = flow.get('loose', False)
    said = same(added(got, 'packetDeltaCount'), flow['packets'][0], 'packets')
    said += same(added(got, 'octetDeltaCount'), flow['bytes'][0], 'bytes')
    said += same(added(got, 'reversePacketDeltaCount'), flow['packets'][1], 'packets back')
    said += same(added(got, 'reverseOctetDeltaCount'), flow['bytes'][1], 'bytes back')
    said += near(min(r['flowStartMilliseconds'] for r in got) / 1e3, flow['first'], 0.5, 'start')
    said += near(last['flowEndMilliseconds'] / 1e3, flow['last'], 0.5, 'end')
    said += same({names.get(r['ingressInterface']) for r in got}, {'lan'}, 'ingress')
    status = flow.get('status', 64)
    said += same({r['forwardingStatus'] for r in got}, {status}, 'status')
    if status == 64:
        said += same({names.get(r['egressInterface']) for r in got}, {'wan'}, 'egress')
    if flow['why'] is not None and not loose:
        said += same(last['flowEndReason'], flow['why'], 'reason')
        said += same({r['flowEndReason'] for r in got if r is not last} - {2}, set(), 'reasons before')
    if 'icmp' in flow:
        said += same(last['icmpTypeCodeIPv%u' % (6 if ':' in flow['src'] else 4)], flow['icmp'], 'type')
    if not loose:
        said += same({r['biflowDirection'] for r in got}, {1}, 'direction')
        for r in got:
            said += wrong_translation(flow, r)
    return said


def wrong_events(flow, records):
    """Sessions of IPv4 have a begin, an end, and a mapping."""
    if ':' in flow['src'] or flow.get('loose'):
        return []
    events = [r for r in records if 'natEvent' in r and r.get('sourceIPv4Address') == flow['src']
              and ('icmp' in flow or r.get('sourceTransportPort') == flow['sport'])
              and r.get('protocolIdentifier') == flow['proto']]
    said = []
    for event in (4, 5, 8):
        if event == 5 and flow['proto'] == TCP:     # it is remembered for minutes
            continue
        if not [e for e in events if e['natEvent'] == event]:
            said.append('no event %u' % event)
    for e in events:
        said += same(e['postNATSourceIPv4Address'], PUBLIC, 'public address of an event')
        said += near(e['observationTimeMilliseconds'] / 1e3, flow['first'], 20, 'time of an event')
    return said


def report(flows, check):
    said = 0
    for flow in flows:
        for text in check(flow):
            print(flow, ':', text)
            said += 1
    sys.exit(1 if said else 0)


def compare(path, records_path):
    with open(records_path, encoding='ascii') as f:
        records = [json.loads(line) for line in f]
    names = {r['ingressInterface']: r['interfaceName'] for r in records if 'interfaceName' in r}
    with open(path, encoding='ascii') as f:
        flows = json.load(f)
    report(flows, lambda flow: wrong(flow, records, names) + wrong_events(flow, records))


NAMES = {   # what nfdump calls it
    'first': 'flowStartMilliseconds', 'last': 'flowEndMilliseconds', 'proto': 'protocolIdentifier', 'src port': 'sourceTransportPort',
    'dst port': 'destinationTransportPort', 'in packets': 'packetDeltaCount', 'in bytes': 'octetDeltaCount', 'src addr': 'source',
    'dst addr': 'destination', 'input': 'ingressInterface', 'output': 'egressInterface', 'biFlow Dir': 'biflowDirection',
    'end reason': 'flowEndReason', 'out packets': 'reversePacketDeltaCount', 'out bytes': 'reverseOctetDeltaCount',
    'src xlt ip': 'postNATSource', 'dst xlt ip': 'postNATDestination', 'src xlt port': 'postNAPTSourceTransportPort',
    'dst xlt port': 'postNAPTDestinationTransportPort', 'nat event': 'natEvent', 'Event time': 'observationTimeMilliseconds',
}


def read_nfdump(text):
    """The records of nfdump -o raw, in the names of support/ipfix.py."""
    for block in text.split('Flow Record:')[1:]:
        record = {}
        for line in block.splitlines():
            name, _, value = (part.strip() for part in line.partition('='))
            if name == 'ICMP':
                kind, code = value.split()[0].split('.')
                record['icmp'] = int(kind) << 8 | int(code)
            elif name in ('src addr', 'dst addr', 'src xlt ip', 'dst xlt ip'):
                record[NAMES[name] + ('IPv6Address' if ':' in value else 'IPv4Address')] = value
            elif name in NAMES:
                record[NAMES[name]] = int(value.split()[0].rstrip(':'), 0)
        if 'icmp' in record:
            record['icmpTypeCodeIPv%u' % (6 if record['protocolIdentifier'] == ICMP6 else 4)] = record.pop('icmp')
        if 'natEvent' in record:
            record.pop('flowEndReason', None)
        yield record


def compare_nfdump(path, folder):
    """nfdump 1.7.1 leaves out forwardingStatus, the addresses of IPv6 behind NAT, and the end of events without flows."""
    records = []
    for name in glob.glob(folder + '/nfcapd.2*'):
        text = subprocess.run(['nfdump', '-q', '-6', '-r', name, '-o', 'raw'], check=True, capture_output=True, text=True).stdout
        records += read_nfdump(text)
    for r in records:
        r['forwardingStatus'] = 64
        if 'sourceIPv6Address' in r:
            r['postNATSourceIPv6Address'] = r['sourceIPv6Address']
            r['postNATDestinationIPv6Address'] = r['destinationIPv6Address']
    with open(path, encoding='ascii') as f:
        flows = json.load(f)
    for flow in flows:
        flow['status'] = 64
    names = {0: 'wan', 1: 'lan', 2: 'wan'}          # 0: dropped
    report(flows, lambda flow: wrong(flow, records, names) + wrong_events(flow, records))


if __name__ == '__main__':
    call = {'serve': serve, 'send': send, 'count': lambda n: count(int(n)), 'quota': quota, 'compare': compare,
            'compare-nfdump': compare_nfdump}[sys.argv[1]]
    call(*sys.argv[2:])
