# SPDX-License-Identifier: BSD-3-Clause
"""What is compared with what, and what is to come out of it."""

from contenders import Loading, Testpmd, Weir
from conversations import Conversations
from kernel import Kernel, WeirOverVeth
from ovs import Ovs
from policy import PIPELINES
from traffic import FLOWS, Answered, Traffic


class Row:
    """ours against theirs on the same traffic (their own where it must differ); a ratio of packets a second.
    Without theirs: packets a second, in millions, are compared with least and aim.
    reference: what the machine itself makes of it; the group's other rows are told as shares of it, too."""

    def __init__(self, group, ours, theirs, traffic, least=None, aim=None, other_traffic=None, reference=False):
        self.reference = reference
        self.group, self.ours, self.theirs, self.traffic = group, ours, theirs, traffic
        self.other_traffic = other_traffic or traffic
        self.least, self.aim = least, aim

    def peer(self):
        return "" if self.theirs is None else self.theirs.name.split()[0]

    def __str__(self):
        if self.theirs is None:
            return "%s (%s)" % (self.ours.name, self.traffic)
        if self.other_traffic is self.traffic:
            return "%s to %s (%s)" % (self.ours.name, self.theirs.name, self.traffic)
        return "%s (%s) to %s (%s)" % (self.ours.name, self.traffic, self.theirs.name, self.other_traffic)


def real():
    """Traffic as networks have it: established TCP both ways, of all lengths, IPv6, a mix; the check of TCP told
    apart by UDP in frames of the same lengths."""
    rows = [Row("tcp", Weir("nat"), Testpmd("mac"), Conversations(flows)) for flows in ("1k", "64k", "1M")]
    rows += [Row("tcp", Weir("nat"), Weir("nat"), Conversations(flows), least, aim, Conversations(flows, "udp"))
             for flows, least, aim in (("1k", 0.8, 0.9), ("64k", 0.85, 0.92))]
    rows += [Row("tcp", Weir("nat"), Ovs("nat"), Conversations(flows), None, None, Conversations(flows, handshake=False))
             for flows in ("1k", "64k")]
    rows += [Row("imix", Weir("nat"), Testpmd("mac"), Conversations("64k", size="imix")),
             Row("mix", Weir("nat", rules=10000), Testpmd("mac"), Conversations("64k", "mix"))]
    return rows + [Row("tcp6", Weir("nat"), Testpmd("mac"), Conversations("64k", size=size, family=6))
                   for size in ("64", "imix")]


def essential():
    """The table that a release has to show."""
    rows = real()
    rows += [Row("forward", Weir("forward"), Testpmd("mac"), Traffic("1k"), 0.7, 0.9),
             Row("route", Weir("route"), Testpmd("mac"), Traffic("1k"), 0.63, 0.75)]
    for flows, least, aim in (("1k", 0.6, 0.66), ("64k", 0.55, 0.6), ("256k", 0.42, 0.5), ("1M", 0.44, 0.48)):
        rows.append(Row("nat", Weir("nat"), Testpmd("mac"), Traffic(flows), least, aim))
    for flows, least, aim in (("1k", 8, 14), ("64k", 12, 25)):
        rows.append(Row("ovs", Weir("nat"), Ovs("nat"), Traffic(flows, both=True), least, aim))
    rows += [
        Row("kernel", WeirOverVeth("nat"), Kernel("nat"), Traffic("1k", both=True), 1.0, 2.5),
        Row("eight", Weir("eight"), Weir("route"), Traffic("1k"), 1 / 1.05, 1.0),
        Row("new", Weir("track"), None, Traffic("1k", new=100), 4.0, 5.0),
        Row("new", Weir("nat"), None, Traffic("1k", new=100), 2.5, 3.5),
        Row("rules", Weir("track", rules=10000, mixed=True), Weir("track"), Traffic("1k", new=100), 0.7, 0.9),
        Row("rules", Weir("track", rules=10000, mixed=True), Weir("track"), Traffic("1k"), 0.98, 1.0),
        Row("rules", Loading(10000), None, Traffic("1k"), 0.01, 0.02),
        Row("flood", Weir("acl"), None, Traffic("1k", new=100)),
        Row("ipv6", Weir("nat"), Weir("nat"), Traffic("1k", family=6), 0.75, 0.9, Traffic("1k")),
        Row("workers", Testpmd("mac", workers=2), Testpmd("mac"), Traffic("64k"), reference=True),
        Row("workers", Weir("nat", workers=2), Weir("nat"), Traffic("64k"), 1.8, 1.95),
        Row("workers", Weir("track", workers=2), Weir("track"), Traffic("64k"), 1.8, 1.95),
        Row("workers", Weir("nat", workers=2, queues=1), Weir("nat"), Traffic("64k"), 1.05, 1.3),
        Row("workers", Weir("nat", workers=2, by_destination=True), Weir("nat", by_destination=True), Answered("64k"), 1.5, 1.9),
        Row("ageing", Weir("nat"), Weir("nat"), Traffic("1k", idle="1M"), 0.97, 0.99, Traffic("1k", idle="1k")),
        Row("scraping", Weir("nat", reports=5), Weir("nat"), Traffic("1k", idle="1k"), 0.95, 0.98),
        Row("scraping", Weir("nat", reports=5), Weir("nat"), Traffic("1k", idle="1M"), 0.95, 0.98),
        Row("watched", Weir("nat", beside="listing"), Weir("nat", beside="metrics"), Traffic("1k", idle="1M"), reference=True),      # for its p99
        Row("watched", Weir("nat", beside="listing", turns=True), None, Traffic("1k", idle="1M"), 0.99, 1.0),
        Row("watched", Weir("nat", beside="capture"), Weir("nat"), Traffic("64k"), 0.95, 1.0),
        Row("hostile", Weir("nat", beside="strangers", turns=True), None, Traffic("64k"), reference=True),
        Row("hostile", Weir("nat", beside="hostile", turns=True), None, Traffic("64k"), 0.999, 1.0),
        Row("watched", Weir("track", beside="logs"), Weir("track"), Traffic("1k", new=10), 0.95, 1.0),
        Row("watched", Weir("track", beside="spinning"), Weir("track"), Traffic("1k", new=10), reference=True),    # what a busy core 0 costs
        Row("watched", Weir("nat", beside="export"), Weir("nat"), Traffic("64k"), 0.99, 1.0),
        Row("watched", Weir("track", beside="export", turns=True), None, Traffic("1k", new=10), 0.99, 1.0),
        Row("reload", Weir("nat", rules=10000, reload="again"), Weir("nat", rules=10000), Traffic("1M"), 0.95, 0.98),
        Row("reload", Weir("nat", rules=10000, reload="edited"), Weir("nat", rules=10000), Traffic("1M"), 0.95, 0.98),
        Row("reload", Weir("nat", rules=10000, reload="rewritten"), Weir("nat", rules=10000), Traffic("1M")),
    ]
    return rows


def matrix():
    """Everything against everything; hours."""
    rows = []
    for flows in FLOWS:
        for order in ("uniform", "zipf"):
            for size in ("64", "imix"):
                for new in (0, 1, 10):
                    rows += of_traffic(Traffic(flows, order, size, new))
    for pipeline in ("forward", "route", "acl", "track", "nat"):
        for flows in FLOWS:
            if FLOWS[flows] <= 65536 or pipeline != "nat":
                rows += both_ways(pipeline, flows)
    return rows


def both_ways(pipeline, flows):
    """Beside those who want answers.  Without new flows, whose answers nobody knows; over veths frames are of one size."""
    rows = []
    for order in ("uniform", "zipf"):
        for size in ("64", "imix"):
            traffic = Traffic(flows, order, size, both=pipeline in ("track", "nat"), translated=pipeline == "nat")
            rows.append(Row("ovs", Weir(pipeline), Ovs(pipeline), traffic))
            if size == "64" and pipeline != "forward":
                rows.append(Row("kernel", WeirOverVeth(pipeline), Kernel(pipeline), traffic))
    return rows


def of_traffic(traffic):
    pipelines = [p for p in PIPELINES if p != "eight" and (traffic.new == 0 or p in ("track", "nat"))]
    rows = [Row(p, Weir(p), Testpmd("mac"), traffic) for p in pipelines]
    if traffic.new == 0:
        rows += [Row("forward", Weir("forward"), Testpmd(mode), traffic) for mode in ("io", "5tswap")]
    return rows
