# SPDX-License-Identifier: BSD-3-Clause
"""Pretty-printers of gdb for addresses, tuples, keys, programs, flows and sessions.

    gdb -x scripts/gdb/weir-gdb.py build-debug/app/weir
"""
import socket

import gdb
import gdb.printing

PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 47: "gre", 50: "esp", 58: "icmp6", 132: "sctp"}


def octets(value, n):
    """The first n bytes of a value as they lie in memory."""
    if value.address is not None:
        return gdb.selected_inferior().read_memory(int(value.address), n).tobytes()
    field = value["bytes"]
    return bytes(int(field[i]) & 0xff for i in range(n))


def address(value, family):
    if family == 6:
        return "[%s]" % socket.inet_ntop(socket.AF_INET6, octets(value, 16))
    return socket.inet_ntop(socket.AF_INET, octets(value, 4))


def port(value):
    return socket.ntohs(int(value))


def ends(proto, src, sport, dst, dport):
    return "%s %s:%d > %s:%d" % (PROTOCOLS.get(proto, "proto %d" % proto), src, port(sport), dst, port(dport))


def enum_name(kind, value):
    """The name of an enumerator without its prefix."""
    for field in gdb.lookup_type(kind).fields():
        if field.enumval == int(value):
            return field.name
    return str(int(value))


def flags(kind, value):
    names = [f.name for f in gdb.lookup_type(kind).fields() if f.enumval and int(value) & f.enumval == f.enumval]
    return "|".join(names) or "0"


class Tuple:
    def __init__(self, value):
        self.v = value

    def to_string(self):
        v, family = self.v, int(self.v["family"])
        if family not in (4, 6):
            return "no tuple"
        return ends(int(v["proto"]), address(v["src"], family), v["sport"], address(v["dst"], family), v["dport"])


class Key4:
    def __init__(self, value):
        self.v = value

    def to_string(self):
        v = self.v
        src, dst = (socket.inet_ntop(socket.AF_INET, int(v[f]).to_bytes(4, "little")) for f in ("src", "dst"))
        return "iface %d %s" % (int(v["iface"]), ends(int(v["proto"]), src, v["sport"], dst, v["dport"]))


class Key6:
    def __init__(self, value):
        self.v = value

    def to_string(self):
        v = self.v
        src, dst = ("[%s]" % socket.inet_ntop(socket.AF_INET6, bytes(int(v[f][i]) for i in range(16))) for f in ("src", "dst"))
        return "iface %d %s" % (int(v["iface"]), ends(int(v["proto"]), src, v["sport"], dst, v["dport"]))


class Program:
    def __init__(self, value):
        self.v = value

    def to_string(self):
        v = self.v
        words = [enum_name("enum program_verdict", v["verdict"])]
        if words[0] in ("PROGRAM_DROP", "PROGRAM_REJECT"):
            words.append(enum_name("enum reason", v["reason"]))
        if words[0] in ("PROGRAM_OUTPUT", "PROGRAM_WIRE"):
            words.append("iface %d" % int(v["iface"]))
        if v["ttl"]:
            words.append("ttl")
        words.append("to " + Tuple(v["to"]).to_string())
        for i in range(int(v["action_count"])):
            word = int(v["actions"][i])
            words.append("%s %d" % (enum_name("enum action_op", word >> 24), word & 0xffffff))
        return "; ".join(words)


class Flow:
    def __init__(self, value):
        self.v = value

    def to_string(self):
        v = self.v
        text = "%d packets, epoch %d, next hop %d, %s" % (int(v["packets"]), int(v["epoch"]), int(v["nexthop"]),
                                                          flags("enum flow_flag", v["flags"]))
        if int(v["flags"]) & 4:
            text += ", session %d" % int(v["session"])
        return text


class Session:
    def __init__(self, value):
        self.v = value

    def to_string(self):
        v = self.v
        proto = int(v["proto"])
        state = enum_name("enum tcp_state" if proto == 6 else "enum plain_state", v["state"])
        return "%s IPv%d %s, %s, flows %d and %d, %s" % (
            PROTOCOLS.get(proto, "proto %d" % proto), int(v["family"]), enum_name("enum session_class", v["class"]), state,
            int(v["flow"][0]), int(v["flow"][1]), flags("enum session_flag", v["flags"]))


def register(objfile):
    printers = gdb.printing.RegexpCollectionPrettyPrinter("weir")
    for name, printer in (("tuple", Tuple), ("key4", Key4), ("key6", Key6), ("program", Program), ("flow", Flow),
                          ("session", Session)):
        printers.add_printer(name, "^%s$" % name, printer)
    gdb.printing.register_pretty_printer(objfile, printers, replace=True)


register(gdb.current_objfile())
