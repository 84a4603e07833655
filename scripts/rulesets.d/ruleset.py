# SPDX-License-Identifier: BSD-3-Clause
"""Rulesets of nftables and iptables as files: their kind, the interfaces that they name, the values that their rules have."""

import ipaddress
import re

NAME = re.compile(r'^[a-zA-Z][a-zA-Z0-9_.@-]{0,14}$')
IFACE_KEYS = ('iif', 'oif', 'iifname', 'oifname')


def kind_of(path, text):
    """nftables, iptables or ip6tables: what `weir import` calls it."""
    if not re.search(r'^\*(filter|nat|mangle|raw)', text, re.M):
        return 'nftables'
    return 'ip6tables' if re.search(r'v6|ip6', path.rsplit('/', 1)[-1]) else 'iptables'


def interfaces(text):
    """Names that may be those of interfaces: behind iif and its kin, -i and -o, and the values of definitions."""
    found = re.findall(r'\b[io]if(?:name)?\s+(?:!=\s*|==\s*)?(\{[^}]*\}|"[^"]*"|[\w.@-]+)', text)
    found += re.findall(r'^-A .*?\s-[io]\s+(\S+)', text, re.M)
    found += [value for _, value in re.findall(r'^\s*define\s+(\w+)\s*=\s*(.*)$', text, re.M)]
    names = [n for part in found for n in re.findall(r'[\w.@-]+', part)]
    return sorted({n for n in names if NAME.match(n) and n != 'lo'})[:48]


class Values:
    """What the rules of a listed ruleset ask for: interfaces, prefixes by family, ports, families."""

    def __init__(self, listed):
        self.interfaces, self.prefixes, self.ports, self.families = set(), {4: set(), 6: set()}, set(), set()
        self.sees(listed)

    def sees(self, value):
        if isinstance(value, dict):
            self.of_object(value)
        elif isinstance(value, list):
            for one in value:
                self.sees(one)
        elif isinstance(value, str):
            self.address(value)
        elif isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65536:
            self.ports.add(value)

    def of_object(self, value):
        left = value.get('left') if isinstance(value.get('left'), dict) else value.get('key')
        if isinstance(left, dict) and left.get('meta', {}).get('key') in IFACE_KEYS:
            self.names(value.get('right', value.get('data')))
        if value.get('type') == 'ifname':
            self.names(value.get('elem'))
        if value.get('hook') == 'ingress':
            self.names(value.get('dev'))
        if 'hook' in value:
            self.families |= {'ip': {4}, 'ip6': {6}, 'inet': {4, 6}, 'netdev': {4, 6}}.get(value.get('family'), set())
        prefix = value.get('prefix')
        if isinstance(prefix, dict) and isinstance(prefix.get('addr'), str):
            self.address('%s/%s' % (prefix['addr'], prefix.get('len')))
        for key, one in value.items():
            if key not in ('handle', 'counter', 'limit', 'prio', 'log', 'quota', 'size', 'metainfo', 'timeout'):
                self.sees(one)

    def names(self, value):
        if isinstance(value, str):
            name = value.replace('*', '0')
            if NAME.match(name) and name != 'lo':
                self.interfaces.add(name)
        elif isinstance(value, (list, dict)) and 'jump' not in value and 'goto' not in value:
            for one in (value if isinstance(value, list) else value.values()):
                self.names(one)

    def address(self, text):
        try:
            prefix = ipaddress.ip_network(text, strict=False)
        except ValueError:
            return
        if prefix.is_multicast or prefix.is_loopback or prefix.is_link_local or prefix.prefixlen == 0:
            return
        if prefix.version == 4 and (prefix.network_address.packed[0] in (0, 127) or prefix.network_address.packed[0] >= 224):
            return
        if prefix.version == 6 and not 0x20 <= prefix.network_address.packed[0] < 0xfe:
            return
        self.prefixes[prefix.version].add(prefix)
