# SPDX-License-Identifier: BSD-3-Clause
"""Weir and testpmd: a run of each, gated.  The answer of a run is {"pps": ..., "share": of its cores, more facts}."""

import atexit
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time

import policy
from beside import beside, collector, configured
from process import Failure, Program, Samples, measure
from traffic import FLOWS, captures, idle_capture


NEW_SECONDS = 3                            # sessions without packets end after one second, which a sweep of as much finds
PREFIX = "weir-bench-%d" % os.getpid()     # of what DPDK leaves in /run


class Bench:
    """What all runs share: the plugin, the scratch folder, the window, whether mbufs wait in rings."""

    def __init__(self, build, scratch, window, ring=True):
        self.ring = ring
        self.build, self.scratch, self.window = os.path.abspath(build), scratch, window
        self.plugin = os.path.join(self.build, "drivers/net_weir_replay/librte_net_weir_replay.so")
        self.weir = os.path.join(self.build, "app/weir")
        for path in (self.plugin, self.weir):
            if not os.path.exists(path):
                raise Failure("%s: not there; build it: meson setup %s --buildtype=release; ninja -C %s"
                              % (path, build, build))
        own = tempfile.mkdtemp(dir="/run", prefix=PREFIX)       # DPDK loads nothing from below /tmp
        atexit.register(shutil.rmtree, own, True)
        self.plugin = shutil.copy(self.plugin, own)

    def folder(self):
        return tempfile.mkdtemp(dir=self.scratch)

    def forget_captures(self, wanted):
        """All captures but those of wanted traffic: they may have a gigabyte, a million flows in mixed sizes."""
        keep = {traffic.name() for traffic in wanted}
        for name in os.listdir(self.scratch):
            if name.endswith("an.pcap") and name.rpartition("-")[0] not in keep:
                os.remove(os.path.join(self.scratch, name))

    def devices(self, traffic, folder):
        """Device texts of lan and wan, and of a third one for idle flows, and their samples."""
        lan, wan = captures(traffic, self.scratch)
        idle = idle_capture(traffic, self.scratch)
        files = [os.path.join(folder, port + ".samples") for port in ("lan", "wan", "idle")]
        texts = ["net_weir_replay0,pcap=%s,samples=%s" % (lan, files[0]),
                 "net_weir_replay1,samples=%s" % files[1] + (",pcap=%s" % wan if wan else "")]
        texts = [text + more for text, more in zip(texts, traffic.device_words())]
        if idle:
            texts.append("net_weir_replay2,pcap=%s,loops=2,samples=%s" % (idle, files[2]))
        if self.ring:
            texts = [text + (",ring=1" if ",answer=1" not in text else "") for text in texts]
        if traffic.new:
            texts[0] += ",new=%d" % traffic.new
        return texts, Samples(files[:len(texts)])


def warm(samples, traffic):
    """What tells whether every frame has come four times, and those of idle flows twice; with new flows, whether as many end as begin."""
    least, asked = 4 * traffic.frames_of_capture, []

    def is_warm():
        asked.append(time.monotonic())
        received = [row[1] for row in samples.now()]
        return sum(received[:2]) >= least and sum(received[2:]) == 2 * traffic.idle_flows \
            and (not traffic.new or asked[-1] - asked[0] >= NEW_SECONDS)

    return is_warm


class Testpmd:
    """workers: on a core each, the first on core 1, with a queue of each port."""

    def __init__(self, mode, workers=1):
        self.mode, self.workers = mode, workers
        self.name = "testpmd " + mode + ("" if workers == 1 else ", %d workers" % workers)

    def cores(self):
        """Main on core 0, where it sleeps, and those that forward."""
        if self.workers == 1:
            return ["-l", "0,1"]
        return ["--lcores", "0@0," + ",".join("%d@%d" % (1 + w, (1 + w) % self.workers) for w in range(self.workers))]

    def run(self, bench, traffic):
        folder = bench.folder()
        (lan, wan), samples = bench.devices(traffic, folder)
        queues = ["--nb-cores=%d" % self.workers, "--rxq=%d" % self.workers, "--txq=%d" % self.workers, "--rss-udp"]
        command = ["dpdk-testpmd", *self.cores(), "--no-pci", "--in-memory", "--no-telemetry", "--log-level=1",
                   "--file-prefix=" + PREFIX, "-d", bench.plugin, "--vdev", lan, "--vdev", wan, "--", "--forward-mode=" + self.mode,
                   "--auto-start", "--no-flush-rx", "--total-num-mbufs=65536", "--burst=64", "--stats-period=60"] + (queues if self.workers > 1 else [])
        with Program("testpmd", command, folder) as program:
            facts = measure(program, samples, warm(samples, traffic), bench.window)
            program.stop(signal.SIGINT)
            said = open(program.log).read()
        total = re.search(r"Accumulated.*?RX-packets: (\d+).*?TX-packets: (\d+) +TX-dropped: (\d+)", said, re.S)
        if total is None or total[1] != total[2] or total[3] != "0":
            raise Failure("testpmd: received, sent and dropped: %s" % (total and total.groups(),))
        return facts


class Weir:
    """workers: of a core each, the first, which receives where there is one queue, on core 1 like a single one; queues of each port as many unless given; reload: the
    configuration is read again when the window begins, as it was ("again"), with a rule more ("edited"), or with a
    route more, so that all flows are judged again ("rewritten"); reports: so many are asked for a second; beside: what runs
    beside it (beside.py), with turns stopped in every other turn (process.py); by_destination: NAT has a mapping for each destination; mixed: rules of all words."""

    def __init__(self, pipeline, workers=1, queues=None, rules=policy.RULES, reload=None, reports=0, beside=None,
                 by_destination=False, mixed=False, turns=False):
        self.turns = turns
        self.pipeline, self.workers, self.queues, self.rules, self.reload = pipeline, workers, queues, rules, reload
        self.reports, self.beside, self.by_destination, self.mixed = reports, beside, by_destination, mixed
        self.name = "weir " + pipeline + ("" if workers == 1 else ", %d workers" % workers) \
            + (" by hand-over" if queues == 1 and workers > 1 else "") \
            + (" by destination" if by_destination else "") \
            + ("" if rules == policy.RULES else ", %d %srules" % (rules, "mixed " if mixed else "")) + (", read %s" % reload if reload else "") \
            + (", %d reports a second" % reports if reports else "") \
            + (", beside " + beside if beside else "") + (" in turns" if turns else "")

    def system(self, bench, traffic):
        most = FLOWS["1M"] if traffic.idle else traffic.sessions
        flows = max(4096, int(most * (1.25 if traffic.family == 4 else 2.5)))      # IPv6 has records for half as many sessions
        if traffic.new:         # as many as begin while a run lasts: a public port rests for two minutes after its session
            flows = 8000000 if self.pipeline == "nat" and not traffic.both else 4000000
        cores = [1] if self.workers == 1 else list(reversed(range(self.workers)))
        return ("workers: %s, control: 0, idle: busy, flows: %d, memory: {hugepages: yes}, eal: ['-d', '%s']"
                % (cores, flows, bench.plugin))

    def run(self, bench, traffic):
        folder = bench.folder()
        devices, samples = bench.devices(traffic, folder)
        config, report = os.path.join(folder, "weir.yaml"), os.path.join(folder, "weir.json")
        text = policy.weir(self.pipeline, traffic, devices, self.system(bench, traffic), self.rules, self.mixed)
        if self.by_destination:
            text = text.replace("uplink: {pool:", "uplink: {mapping: address-and-port-dependent, pool:")
        if self.queues is not None:
            text = text.replace("mac: \"02", "queues: %d, mac: \"02" % self.queues)
        with open(config, "w") as f:
            f.write(configured(self.beside, text, folder))
        command = [bench.weir, "run", "-c", config, "--json", report, "--socket", os.path.join(folder, "control.sock")]
        with collector(self.beside), Program("weir", command, folder) as program:
            facts = measure(program, samples, warm(samples, traffic), bench.window, self.again(program, bench, config, text),
                            self.beside and (lambda: beside(self.beside, bench.weir, folder, self.turns and self.exporting(program, config, text))),
                            self.turns)
            status = program.stop()
            said = program.said()
        if status != 0:
            raise Failure("weir ended with %d: %s" % (status, said))
        with open(program.log) as log, open(report) as f:
            said = log.read()
            self.judge_reports(said, bench)
            return self.judge(json.load(f), said, traffic, facts)

    def exporting(self, program, config, text):
        """What begins export, or ends it."""
        def switch(on):
            with open(config, "w") as f:
                f.write(configured(self.beside if on else "metrics", text, os.path.dirname(config)))
            program.process.send_signal(signal.SIGHUP)
        return switch

    def again(self, program, bench, config, text):
        """What happens in the window: see measure."""
        if self.reload:
            def read_again():
                with open(config, "w") as f:
                    f.write(configured(self.beside, policy.edited(text, self.reload), os.path.dirname(config)))
                program.process.send_signal(signal.SIGHUP)
            return bench.window, read_again
        if self.reports:
            return 1 / self.reports, lambda: program.process.send_signal(signal.SIGUSR1)
        return None

    def judge_reports(self, said, bench):
        count = len(re.findall("^ledger", said, re.M)) - 1      # and the one at the end
        if count < 0.8 * self.reports * bench.window:
            raise Failure("%s: %d reports in %.1f seconds" % (self.name, count, bench.window))

    def judge(self, report, said, traffic, facts):
        """The gates: account, drops, look-ups, sessions."""
        ledger, drops = report["ledger"], report["drops"]
        if ledger["imbalance"] != 0:
            raise Failure("weir: the ledger does not balance: %s" % ledger)
        if report["generation"] != 1 + bool(self.reload) + facts.get("switched", 0):
            raise Failure("%s: generation %d" % (self.name, report["generation"]))
        # A full ring between workers sheds what the receiving one has too much of.
        shed = {"handoff_full"} if self.workers > 1 else set()
        # A reply that comes before its session is no answer: while it gets warm.
        early = {"acl_denied"} if traffic.both else set()
        if traffic.new == 0 and set(drops) - shed - early:
            raise Failure("%s: dropped %s" % (self.name, drops))
        if not set(drops) & shed and ledger["dropped"] > 0.01 * ledger["rx"]:
            raise Failure("%s: dropped %s" % (self.name, drops))
        found = re.search(r"flow look-ups: (\d+) found, (\d+) not", said)
        all_of_them = int(found[1]) + int(found[2]) if found else 0
        firsts = traffic.first_packets + bool(self.reload) * FLOWS[traffic.flows]
        missed = max(0, int(found[2]) - firsts) / max(1, all_of_them) if found else 0.0
        if missed > traffic.new / 100 * 1.1 + 0.01:
            raise Failure("%s: %.1f %% of the look-ups found nothing, %d %% should" % (self.name, 100 * missed,
                                                                                traffic.new))
        sessions = report.get("sessions", 0)
        if policy.stateful(self.pipeline) and traffic.new == 0 and traffic.order == "uniform" \
                and not set(drops) & shed and sessions != traffic.sessions:
            raise Failure("%s: %d sessions, %d should be" % (self.name, sessions, traffic.sessions))
        return dict(facts, missed_lookups=missed, sessions=sessions, drops=drops)


class Loading:
    """Reads and builds a configuration with rules of all words, and judges one packet by it; a rate of rules, by processor time."""

    unit = "million rules/s"

    def __init__(self, rules):
        self.rules = rules
        self.name = "weir loads %d mixed rules" % rules

    def run(self, bench, traffic):
        config = os.path.join(bench.folder(), "weir.yaml")
        with open(config, "w") as f:
            f.write(policy.weir("track", traffic, ("net_null0", "net_null1"), "flows: 4096", self.rules, True))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([bench.weir, "explain", "-c", config, "--in", "lan", "udp 10.0.0.2:1024 > 20.0.0.1:53"], capture_output=True, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode != 0 or "the default" not in done.stdout:
            raise Failure("weir explain: %s" % (done.stderr or done.stdout)[-300:])
        return {"pps": self.rules / (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime), "share": 1.0}
