#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# scripts/bench without measuring: its captures are right frames, its configurations are accepted and decide
# as they should, its medians, verdicts and picture are what the runs say.
#
# usage: bench.sh [BUILD]
set -u

build=$(realpath "${1:-build}")
here=$(dirname "$(realpath "$0")")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
exec_python() { PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 - "$@"; }

exec_python "$build" "$here/../../scripts/bench.d" "$dir" <<'PYTHON'
import collections
import os
import re
import subprocess
import sys
from xml.etree import ElementTree

build, package, folder = sys.argv[1:]
sys.path.insert(0, package)
from scapy.all import IP, TCP, UDP, Ether, IPv6, RawPcapReader  # noqa: E402

import picture  # noqa: E402
import policy  # noqa: E402
import report  # noqa: E402
import runs  # noqa: E402
import traffic as t  # noqa: E402
from process import Failure, rates  # noqa: E402
from rows import Row, essential, matrix  # noqa: E402
from conversations import CROWD_FLOWS, STEP, Conversations  # noqa: E402

failed = 0


def check(what, right):
    global failed
    print(("ok " if right else "not ok ") + what)
    failed += not right


def raw(path):
    """The bytes of frames.  Scapy takes 0.3 ms to take one apart, which a test of many leaves."""
    return [data for data, _ in RawPcapReader(path)]


def frames(path, most=1000):
    return [Ether(f) for f in raw(path)[:most]]


def right_checksums(frame):
    again = frame.copy()
    for layer in (IP, UDP, TCP):
        if layer in again:
            del again[layer].chksum
    return bytes(Ether(bytes(again))) == bytes(frame)


one = frames(t.captures(t.Traffic("1k"), folder)[0])
check("a capture has a frame for each flow", len(one) == 1000 and len({f[IP].dst for f in one}) == 1000)
check("frames are of 60 bytes", {len(f) for f in one} == {60})
check("their checksums are right", all(map(right_checksums, one[:200])))
imix = frames(t.captures(t.Traffic("1k", size="imix"), folder)[0])
check("IMIX is seven of 60, four of 590, one of 1514",
      sorted(len(f) for f in imix[:12]) == [60] * 7 + [590] * 4 + [1514])
six = frames(t.captures(t.Traffic("1k", family=6), folder)[0])
check("IPv6 too", all(IPv6 in f and right_checksums(f) for f in six[:200]))
zipf = frames(t.captures(t.Traffic("1k", order="zipf"), folder)[0])
counts = sorted(collections.Counter(f[IP].dst for f in zipf).values(), reverse=True)
check("Zipf: the first has many times the tenth", counts[0] > 4 * counts[9])
lan, wan = (frames(p) for p in t.captures(t.Traffic("1k", both=True), folder))
check("answers come to the public address and the client's port", all(
    (a[IP].dst, a[UDP].sport) == (b[IP].src, b[UDP].dport) and b[IP].dst == t.PUBLIC
    and a[UDP].sport == b[UDP].dport for a, b in zip(lan, wan)) and len(wan) == 500)

talk = Conversations("1k")
lan, wan = (frames(p, 10000) for p in t.captures(talk, folder))
check("connections begin by a handshake that both sides take part in", len(lan) == len(wan) == 2000 + 2000
      and {str(f[TCP].flags) for f in lan[:256]} == {"S"} and {str(f[TCP].flags) for f in wan[:256]} == {"SA"}
      and sum(f[TCP].flags.S for f in lan + wan) == 2000
      and all(dict(f[TCP].options)["WScale"] == 7 and "Timestamp" in dict(f[TCP].options) for f in lan[:100] + wan[:100])
      and all((b[IP].src, b[TCP].sport, b[IP].dst, b[TCP].dport) == (a[IP].dst, a[TCP].dport, t.PUBLIC, a[TCP].sport)
              for a, b in zip(lan[:2000], wan[:2000])))
check("then half of their segments are bare acknowledgements", collections.Counter(len(f) for f in lan[2000:] + wan[2000:])
      == {66: 2000, 78: 2000} and {f[TCP].ack for f in lan[2000:]} == {1001}
      and {f[TCP].seq for f in wan[2000:]} == {1001 + STEP})
for kind in (talk, Conversations("1k", size="imix"), Conversations("1k", "udp"), Conversations("1k", family=6),
             Conversations("1k", "mix")):
    both = [raw(p) for p in t.captures(kind, folder)]
    check("%s: checksums are right, as many frames as said" % kind, all(right_checksums(Ether(f)) for side in both for f in side[::41])
          and sum(map(len, both)) == kind.frames_of_capture)
sources = [f[26:30] for f in both[0] if f[23] == 17]            # of UDP over IPv4
check("the mix: of a hundred frames twenty of UDP, of so many flows",
      abs(len(sources) / (len(both[0]) + len(both[1]) - sum(kind.once)) - 0.2) < 0.001 and len(set(sources)) == CROWD_FLOWS)


def weir(config, *words):
    done = subprocess.run([os.path.join(build, "app/weir"), words[0], *(["-c", config] if words[0] != "check" else [config]),
                           *words[1:]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


packet = "udp 10.0.0.2:1024 > 20.0.0.1:53"
for pipeline in policy.PIPELINES:
    for kind in (t.Traffic("1k"), t.Traffic("1k", both=True), t.Traffic("1k", family=6), t.Traffic("1k", new=10),
                 Conversations("1k"), Conversations("1k", "mix")):
        path = os.path.join(folder, pipeline + ".yaml")
        with open(path, "w") as f:
            f.write(policy.weir(pipeline, kind, ["net_null0", "net_null1"], "workers: [0], control: 0"))
        status, said = weir(path, "check")
        check("weir takes %s (%s)" % (pipeline, kind), status == 0)
        if status != 0:
            print(said[-500:])
    status, said = weir(path, "explain", "--in", "lan", packet)
    check("%s: a packet goes out by wan" % pipeline, status == 0 and "wan" in said)
check("a rule of the list drops what it names", "acl_denied" in weir(os.path.join(folder, "nat.yaml"), "explain", "--in",
                                                                  "lan", "udp 172.16.3.9:1 > 20.0.0.1:4")[1])
check("OpenFlow: 4,000 networks, the way back, 1,000 rules, three tables of sessions",
      len(policy.openflow("nat")) == 4001 + 1000 + 4)
forward = [re.search(r"table=(\d).*goto_table:(\d)", rule) for p in policy.PIPELINES if p != "eight"
           for rule in policy.openflow(p) if "goto_table" in rule]
check("OpenFlow: tables are left for later ones", all(int(m[1]) < int(m[2]) for m in forward))


class Fake:
    def __init__(self, name, pps, share=1.0):
        self.name, self.pps, self.share = name, list(pps), share

    def run(self, _bench, _traffic):
        pps = self.pps.pop(0)
        if pps is None:
            raise Failure("void")
        return {"pps": pps, "share": self.share}


quiet = runs.Progress(1)
quiet.say = lambda text: None
row = Row("nat", Fake("weir nat", [3e6, 4e6, 5e6]), Fake("testpmd mac", [1e7] * 3), t.Traffic("1k"), 0.45, 0.55)
good = runs.measure_row(row, 3, None, quiet)
check("a ratio is the median of the pairs'", (good["value"], good["value_min"], good["value_max"]) == (0.4, 0.3, 0.5))
check("below what is wanted is missed", report.verdict(good) == "MISSED")
row = Row("nat", Fake("weir nat", [3e6], 0.5), Fake("testpmd mac", [1e7], 0.8), t.Traffic("1k"), 0.45, 0.55)
shared = runs.measure_row(row, 1, None, quiet)
check("packets are counted for a second of processor time", abs(shared["value"] - 6e6 / 12.5e6) < 1e-9)
check("and a row is told not quiet", "not quiet: others had up to 50 %" in report.line(shared)
      and "not quiet" not in report.line(good))
row = Row("ovs", Fake("weir nat", [3e6] * 3), Fake("ovs nat", [None] * 3), t.Traffic("1k"), 8, 14)
bad = runs.measure_row(row, 3, None, quiet)
check("a peer that fails is said and has no ratio", report.verdict(bad) == "FAILED" and bad["failures"] == ["void"]
      and "FAILED: void" in report.line(bad))
row = Row("ovs", Fake("weir nat", [3e6] * 2), Fake("ovs nat", []), t.Traffic("1k"), 8, 14)
check("whatever ends a run, other rows go on", "FAILED: pop from empty list" in report.line(
    runs.measure_row(row, 2, None, quiet)))
where = {"cpu": "one", "load": 1}
report.write_json(folder + "/rows.json", [good, bad], where)
check("rows that have a ratio are known to the next call", report.known_rows(folder + "/rows.json", {"cpu": "one", "load": 2})
      == {good["what"]: report.json.loads(report.json.dumps(good))})
try:
    report.known_rows(folder + "/rows.json", {"cpu": "another", "load": 1})
    check("but not those of another machine", False)
except Failure as failure:
    check("but not those of another machine", "measured otherwise: cpu" in str(failure))
check("a file that is not there has none", report.known_rows(folder + "/none.json", where) == {})
reference = runs.measure_row(Row("nat", Fake("testpmd two", [1.6e7]), Fake("testpmd mac", [1e7]), t.Traffic("1k"), reference=True),
                             1, None, quiet)
runs.relate([reference, good, bad])
check("a ratio is told as a share of what the machine makes of it", abs(good["of_reference"] - 0.25) < 1e-9
      and "0.25 of the reference" in report.line(good) and "of_reference" not in bad | reference)
check("a rate is of the device's own clock", rates([(1.0, 100, 0, 50, 0)], [(3.0, 300, 0, 150, 0)]) == (100.0, 50.0))
drawn = ElementTree.fromstring(picture.draw([good, bad], {"cpu": "a < b", "dpdk": "22.11", "pairs": 3}))
check("the picture is XML with a bar for the row that has a ratio", len(drawn.findall("{*}rect")) == 2)
beside = t.Traffic("1k", idle="64k")
idle = {f[30:34] for f in raw(t.idle_capture(beside, folder))}
busy = {f[30:34] for f in raw(t.captures(beside, folder)[0])}
check("idle flows are others than the busy ones", len(idle) == 65536 and len(busy) == 1000 and not idle & busy)
check("and come in by a port of their own", "ports=lan,wan,idle" == "ports=" + ",".join(re.findall(
    r"^  (\w+): {device", policy.weir("nat", beside, ["net_null%d" % i for i in range(3)], "workers: 1"), re.M)))
check("every row has a name of its own", all(len({str(r) for r in rows}) == len(rows) for rows in (essential(), matrix()))
      and len(matrix()) > 200)
sys.exit(failed != 0)
PYTHON
status=$?
[ $status -eq 0 ] && echo "bench: all right"
exit $status
