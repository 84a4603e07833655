# SPDX-License-Identifier: BSD-3-Clause
"""One policy, said to each contender in its own words.

The pipelines grow: forward (a wire), route (4,000 routes), acl (1,000 rules that drop what does not come,
then routes), eight (six more stages that the traffic passes), track (sessions), nat (sources become
public).  Answers come back only to sessions."""

from traffic import MAC_IDLE, MAC_LAN, MAC_NEIGHBOUR, MAC_WAN, PUBLIC, ROUTES

RULES = 1000
PIPELINES = ("forward", "route", "acl", "eight", "track", "nat")

INSIDE = {
    "forward": "{forward: wan}",
    "route": "{route: main}",
    "acl": "{acl: many}, {route: main}",
    "eight": "{acl: many}, {drop: {if: {src: 203.0.113.0/24}}}, {acl: few1}, {drop: {if: {proto: gre}}}, "
             "{acl: few2}, {drop: {if: {dport: 7}}}, {acl: few3}, {route: main}",
    "track": "%(track)s, {acl: many}, {route: main}",
    "nat": "%(track)s, {acl: many}, {route: main}, {snat: uplink}",
}


def neighbour(route):
    return "198.18.0.%d" % (2 + route % 16), "02:00:00:00:02:%02x" % (2 + route % 16)


def network(route):
    return "20.%d.%d.0/24" % (route >> 8, route & 255)


def rule(i):
    """Source network and destination port of the i-th rule."""
    return "172.%d.%d.0/24" % (16 + i // 250, i % 250), 1 + i


# Rules of all words in turn; what is sent meets none of them.
WORDS = ("proto: tcp, flags: S/SA, dport: [22, 80-90, 443]", "proto: udp, sport: 1-1023, length: 1200-1500", "icmp: [echo-request, 3/4]",
         "state: established, proto: tcp", "dscp: [cs1, 46], proto: udp", "fragment: true", "mac: \"02:00:00:00:00:99\"",
         "nat: dnat, proto: [tcp, udp]", "in: wan, proto: [tcp, udp], dport: \"!53\"", "state: [related, invalid], dst: \"!10.0.0.0/8\"",
         "vlan: 7", "proto: sctp, dport: 36412", "rpf: \"!strict\"", "limit: {rate: 10/s, burst: 20}, proto: tcp",
         "time: {days: [mon-fri], from: \"08:00\", to: \"18:00\"}", "dst: $far, proto: udp, dport: 1-65535")


def mixed_rule(i):
    return "src: 172.%d.%d.%d/29, %s, action: %s" % (16 + i // 256 % 16, i % 256, i * 8 % 256, WORDS[i % len(WORDS)], "accept" if i % 5 == 0 else "drop")


def stateful(pipeline):
    return pipeline in ("track", "nat")


def weir(pipeline, traffic, devices, system, rules=RULES, mixed=False):
    """Text of a configuration.  devices: lan's and wan's, and a third one's where traffic has idle flows; system: what
    stands in section system.  mixed: rules of all words."""
    track = "{track: {timeouts: {udp: 1s}}}" if traffic.new else "track"
    two_pools = pipeline == "nat" and traffic.both and traffic.new
    inside = INSIDE[pipeline] % {"track": track} if stateful(pipeline) else INSIDE[pipeline]
    if two_pools:           # of connections whose answers are known beforehand, and of what is new
        inside = inside.replace("{snat: uplink}", "{snat: {use: uplink, if: {src: 10.0.0.0/16}}}, {snat: crowd}")
    six = ", \"2001:db8:%d::1/64\"" if traffic.family == 6 else "%.0s"
    lines = ["version: 1", "system: {%s}" % system, "ports:",
             "  lan: {device: '%s', mac: \"%s\"}" % (devices[0], MAC_LAN),
             "  wan: {device: '%s', mac: \"%s\"}" % (devices[1], MAC_WAN),
             *("  idle: {device: '%s', mac: \"%s\"}" % (device, MAC_IDLE) for device in devices[2:]), "interfaces:",
             *("  idle: {addresses: [192.0.3.1/24], pipeline: inside}" for _ in devices[2:]),
             "  lan: {addresses: [192.0.2.1/24%s], pipeline: inside," % (six % 1),
             "    neighbours: {192.0.2.2: \"%s\"%s}}" % (MAC_NEIGHBOUR, ", \"2001:db8:1::2\": \"%s\"" % MAC_NEIGHBOUR
                                                    if traffic.family == 6 else ""),
             "  wan: {addresses: [198.18.0.1/24%s], pipeline: outside, neighbours: {" % (six % 2)]
    for i in range(16):
        six_too = ", \"2001:db8:2::%x\": \"%s\"" % (2 + i, neighbour(i)[1]) if traffic.family == 6 else ""
        lines.append("    %s: \"%s\"%s%s" % (*neighbour(i), six_too, "," if i < 15 else "}}"))
    lines += ["routes:", "  main:", "    - {to: 10.0.0.0/8, via: 192.0.2.2}"]
    if traffic.family == 6:
        lines.append("    - {to: \"2001:db8:a::/48\", via: \"2001:db8:1::2\"}")
    for i in range(ROUTES):
        lines.append("    - {to: %s, via: %s}" % (network(i), neighbour(i)[0]))
        if traffic.family == 6:
            lines.append("    - {to: \"2001:db9:%x::/48\", via: \"2001:db8:2::%x\"}" % (i, 2 + i % 16))
    lines += (["sets:", "  far: [192.88.99.0/24, 198.51.100.0/24]"] if mixed else []) + ["acls:"]
    for name, count in (("many", rules), ("few1", 10), ("few2", 10), ("few3", 10)):
        lines += ["  %s:" % name, "    default: accept", "    rules:"]
        lines += ["      - {%s}" % (mixed_rule(i) if mixed and name == "many" else "proto: udp, src: %s, dport: %d, action: drop" % rule(i)) for i in range(count)]
    lines += ["  answers:", "    default: drop", "    rules:",
              "      - {state: [established, related], action: accept}",
              "nat: {uplink: {pool: [%s]}%s}" % (PUBLIC if traffic.both else "203.0.113.0/24",
                                                 ", crowd: {pool: [198.19.0.0/24]}" if two_pools else ""),
              "pipelines:", "  inside: [%s]" % inside]
    if pipeline == "forward":
        lines.append("  outside: [{forward: lan}]")
    elif stateful(pipeline):
        lines.append("  outside: [%s, {acl: answers}, {route: main}]" % track)
    else:
        lines.append("  outside: [{route: main}]")
    return "\n".join(lines) + "\n"


def edited(text, how):
    """The text of weir() as it is read again: see Weir."""
    if how == "edited":
        return text.replace("    rules:\n", "    rules:\n      - {proto: udp, src: 172.31.255.0/24, dport: 9, action: drop}\n", 1)
    if how == "rewritten":
        return text.replace("  main:\n", "  main:\n    - {to: 30.0.0.0/24, via: 192.0.2.2}\n", 1)
    return text


def openflow(pipeline):
    """Lines for ovs-ofctl add-flows; lan is port 1, wan is port 2.

    Tables: 0 the beginning, 1 after the look-up of the session, 2 the access list, 3 routes."""
    if pipeline == "forward":
        return ["table=0,in_port=1,actions=output:2", "table=0,in_port=2,actions=output:1"]
    to = "mod_dl_src:%s,mod_dl_dst:%s,dec_ttl,output:%d"
    lines = ["table=3,priority=24,ip,nw_dst=%s,actions=%s" % (network(i), to % (MAC_WAN, neighbour(i)[1], 2))
             for i in range(ROUTES)]
    lines.append("table=3,priority=8,ip,nw_dst=10.0.0.0/8,actions=" + to % (MAC_LAN, MAC_NEIGHBOUR, 1))
    if pipeline == "route":
        return lines + ["table=0,priority=1,ip,actions=goto_table:3"]
    lines += ["table=2,priority=100,udp,nw_src=%s,tp_dst=%d,actions=drop" % rule(i) for i in range(RULES)]
    if not stateful(pipeline):
        return lines + ["table=0,priority=1,ip,actions=goto_table:2", "table=2,priority=1,ip,actions=goto_table:3"]
    look_up = "ct(table=1,nat)" if pipeline == "nat" else "ct(table=1)"
    commit = "ct(commit,nat(src=%s),table=3)" % PUBLIC if pipeline == "nat" else "ct(commit,table=3)"
    return lines + ["table=0,priority=1,ip,actions=" + look_up,
                    "table=1,priority=10,ct_state=+trk+est,ip,actions=goto_table:3",
                    "table=1,priority=5,ct_state=+trk+new,in_port=1,ip,actions=goto_table:2",
                    "table=2,priority=1,ip,actions=" + commit]


def nftables(pipeline):
    """A script for nft; routes are the kernel's own."""
    lines = ["table ip weir {", "  chain forward {", "    type filter hook forward priority 0; policy drop;"]
    if stateful(pipeline):
        lines.append("    ct state established,related accept")
    if pipeline not in ("forward", "route"):
        lines += ["    ip saddr %s udp dport %d drop" % rule(i) for i in range(RULES)]
    lines += ["    iifname lan0 accept", "  }"]
    if pipeline == "nat":
        lines += ["  chain out {", "    type nat hook postrouting priority 100;",
                  "    oifname wan0 snat to %s" % PUBLIC, "  }"]
    return "\n".join(lines + ["}", ""])


def kernel_routes():
    """Lines for ip -batch in the kernel's namespace."""
    lines = ["neigh replace %s lladdr %s dev wan0 nud permanent" % neighbour(i) for i in range(16)]
    lines += ["neigh replace 192.0.2.2 lladdr %s dev lan0 nud permanent" % MAC_NEIGHBOUR,
              "route add 10.0.0.0/8 via 192.0.2.2"]
    return lines + ["route add %s via %s" % (network(i), neighbour(i)[0]) for i in range(ROUTES)]
