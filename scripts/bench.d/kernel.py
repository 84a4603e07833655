# SPDX-License-Identifier: BSD-3-Clause
"""The kernel (nftables), and Weir, over one and the same pair of veths.

    G: lg ═══ lan0 :K: wan0 ═══ wg :G

tests/support/blast sends the captures by lg and wg on core 0, more than either takes, and there lan0 and wan0
receive (NAPI), for both: the kernel makes its buffers and hands them to core 1 (RPS), Weir's frames are copied to the
socket.  K forwards on core 1: the kernel in soft interrupts, Weir in its worker.  The rate is what arrives in G."""

import json
import os
import re
import signal
import subprocess
import tempfile
import time

import policy
from contenders import Weir
from process import Failure, Program, WARM_SECONDS, processor_seconds, run, wait_until
from traffic import MAC_LAN, MAC_WAN, captures

DRIVERS = ("net_af_xdp", "net_af_packet")


class Veths:
    """Both namespaces; gone afterwards, whatever happens."""

    def __init__(self):
        self.g, self.k = ("wb%d%s" % (os.getpid(), side) for side in "gk")

    def __enter__(self):
        try:
            for ns in (self.g, self.k):
                run(["ip", "netns", "add", ns])
            for near, far, mac in (("lan0", "lg", MAC_LAN), ("wan0", "wg", MAC_WAN)):
                run(["ip", "link", "add", near, "address", mac, "netns", self.k, "type", "veth", "peer", "name", far,
                     "netns", self.g])
                for ns, name in ((self.k, near), (self.g, far)):
                    run(["ip", "netns", "exec", ns, "sysctl", "-qw", "net.ipv6.conf.%s.disable_ipv6=1" % name])
                    subprocess.run(["ip", "netns", "exec", ns, "ethtool", "-K", name, "tx", "off", "rx", "off", "gso",
                                    "off", "tso", "off", "gro", "on"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
                    run(["ip", "-n", ns, "link", "set", name, "up"])
            return self
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        for ns in (self.g, self.k):
            subprocess.run(["ip", "netns", "del", ns], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def in_k(self, *command, **more):
        return run(["ip", "netns", "exec", self.k, *command], **more)

    def arrived(self):
        """(seconds, frames that G has been sent, frames that K has been sent)."""
        counts = []
        for ns, names in ((self.g, "(?:lg|wg)"), (self.k, "(?:lan0|wan0)")):
            rows = run(["ip", "netns", "exec", ns, "cat", "/proc/net/dev"])
            counts.append(sum(int(n) for n in re.findall(names + r": *\d+ +(\d+)", rows)))
        return (time.monotonic(), *counts)

    def generator(self, bench, traffic, folder):
        lan, wan = captures(traffic, bench.scratch)
        sources = ["lg=" + lan] + (["wg=" + wan] if wan else [])
        blast = os.path.join(bench.build, "tests/support/blast")
        return Program("generator", ["taskset", "-c", "0", "ip", "netns", "exec", self.g, blast, *sources], folder)

    def rate(self, bench, traffic, folder, spent, least, program=None):
        """Frames a second that arrive, once at least so many have, and that were offered.  spent: tells the processor
        time of core 1 that went into forwarding so far."""
        with self.generator(bench, traffic, folder) as generator:
            first = self.arrived()[1]
            wait_until(lambda: self.arrived()[1] > first + 1000, 20, "frames through K", program or generator)
            time.sleep(2 * WARM_SECONDS)
            wait_until(lambda: self.arrived()[1] > first + least, 240, "warm", program or generator)
            before, spent_before = self.arrived(), spent()
            time.sleep(bench.window)
            after, spent_after = self.arrived(), spent()
            generator.stop(signal.SIGINT)
        seconds = after[0] - before[0]
        return {"pps": (after[1] - before[1]) / seconds, "offered": (after[2] - before[2]) / seconds,
                "share": (spent_after - spent_before) / seconds}


def least_frames(pipeline, traffic):
    """They come at random: behind so many, one session in 3,000 is not there yet."""
    return 8 * traffic.frames_of_capture if policy.stateful(pipeline) else 0


def check_sessions(name, count, traffic):
    """Of Zipf's flows some never come."""
    least = 0.98 * traffic.sessions if traffic.order == "uniform" else 1
    if not least <= count <= traffic.sessions:
        raise Failure("%s: %d sessions, %d should be" % (name, count, traffic.sessions))


def soft_interrupts():
    """Seconds that core 1 has spent in them."""
    with open("/proc/stat") as f:
        times = next(line.split() for line in f if line.startswith("cpu1 "))
    return int(times[7]) / os.sysconf("SC_CLK_TCK")


class Kernel:
    def __init__(self, pipeline):
        self.pipeline, self.name = pipeline, "nftables " + pipeline

    def run(self, bench, traffic):
        folder = bench.folder()
        with Veths() as veths:
            self.set_up(veths)
            facts = veths.rate(bench, traffic, folder, soft_interrupts, least_frames(self.pipeline, traffic))
            if policy.stateful(self.pipeline):
                count = veths.in_k("cat", "/proc/sys/net/netfilter/nf_conntrack_count")
                facts["sessions"] = int(count)
                check_sessions(self.name, int(count), traffic)
        return facts

    def set_up(self, veths):
        veths.in_k("ip", "addr", "add", "192.0.2.1/24", "dev", "lan0")
        veths.in_k("ip", "addr", "add", "198.18.0.1/24", "dev", "wan0")
        for setting in ("net.ipv4.ip_forward=1", "net.ipv4.conf.all.rp_filter=0"):
            veths.in_k("sysctl", "-qw", setting)
        veths.in_k("ip", "-batch", "-", input="\n".join(policy.kernel_routes()) + "\n")
        veths.in_k("nft", "-f", "-", input=policy.nftables(self.pipeline))
        for name in ("lan0", "wan0"):
            veths.in_k("sh", "-c", "echo 2 > /sys/class/net/%s/queues/rx-0/rps_cpus" % name)


class WeirOverVeth(Weir):
    """By af_xdp, where that does not start by af_packet; the name says which it was."""

    def __init__(self, pipeline):
        super().__init__(pipeline)
        self.name = "weir %s over veth" % pipeline
        self.driver = None

    def run(self, bench, traffic):
        why = ""
        for driver in [self.driver] if self.driver else DRIVERS:
            try:
                facts = self.run_by(driver, bench, traffic)
                self.driver = driver
                return dict(facts, driver=driver, why_not_af_xdp=why)
            except Failure as failure:
                why = str(failure)
        raise Failure(why)

    def run_by(self, driver, bench, traffic):
        folder = tempfile.mkdtemp(dir=bench.scratch)
        config, report = os.path.join(folder, "weir.yaml"), os.path.join(folder, "weir.json")
        devices = ["%s%d,iface=%s" % (driver, i, name) for i, name in enumerate(("lan0", "wan0"))]
        with open(config, "w") as f:
            f.write(policy.weir(self.pipeline, traffic, devices, self.system(bench, traffic)))
        with Veths() as veths:
            command = ["ip", "netns", "exec", veths.k, bench.weir, "run", "-c", config, "--json", report]
            with Program("weir", command, folder) as program:
                wait_until(lambda: "runs on" in program.said(), 20, "weir over veth", program)
                facts = veths.rate(bench, traffic, folder,
                                   lambda: sum(processor_seconds(program.process.pid).values()),
                                   least_frames(self.pipeline, traffic), program)
                if program.stop() != 0:
                    raise Failure("weir over veth: " + program.said())
        with open(report) as f:
            return self.judge_account(json.load(f), traffic, facts)

    def judge_account(self, report, traffic, facts):
        if report["ledger"]["imbalance"] != 0:
            raise Failure("weir: the ledger does not balance: %s" % report["ledger"])
        if policy.stateful(self.pipeline):
            check_sessions(self.name, report["sessions"], traffic)
        return dict(facts, sessions=report["sessions"], drops=report["drops"])
