# SPDX-License-Identifier: BSD-3-Clause
"""Open vSwitch with DPDK: a daemon and a database of its own in the scratch folder."""

import os
import re

import policy
from contenders import PREFIX, warm
from process import Failure, Program, measure, run, wait_until
from traffic import ROUTES

DAEMON = "/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk"
SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
EMC_ENTRIES = 8192


class Ovs:
    def __init__(self, pipeline):
        self.pipeline, self.name = pipeline, "ovs " + pipeline

    def run(self, bench, traffic):
        folder = bench.folder()
        devices, samples = bench.devices(traffic, folder)
        env = dict(os.environ, OVS_RUNDIR=folder, OVS_LOGDIR=folder, OVS_DBDIR=folder, OVS_SYSCONFDIR=folder)
        self.db, self.ctl = "unix:%s/db.sock" % folder, folder + "/ovs.ctl"
        run(["ovsdb-tool", "create", folder + "/conf.db", SCHEMA], env=env)
        server = ["ovsdb-server", folder + "/conf.db", "--remote=p" + self.db, "--unixctl=%s/db.ctl" % folder,
                  "-vconsole:warn"]
        with Program("ovsdb-server", server, folder, env) as database:
            wait_until(lambda: os.path.exists(folder + "/db.sock"), 10, "ovsdb-server", database)
            self.settle(bench, traffic, env)
            daemon = [DAEMON, self.db, "--unixctl=" + self.ctl, "-vconsole:warn"]
            with Program("ovs-vswitchd", daemon, folder, env) as program:
                self.bridge(devices, folder, env)
                facts = measure(program, samples, warm(samples, traffic), bench.window)
                facts = self.judge(traffic, facts, folder, env)
                run(["ovs-appctl", "-t", self.ctl, "exit"], env=env)
                program.stop()
            database.stop()
        return facts

    def vsctl(self, env, *words):
        run(["ovs-vsctl", "--timeout=40", "--db=" + self.db, *words], env=env)

    def settle(self, bench, traffic, env):
        other = {"dpdk-init": "true", "dpdk-lcore-mask": "0x1", "pmd-cpu-mask": "0x2", "dpdk-socket-mem": "1024",
                 "dpdk-extra": "--no-pci --in-memory --no-telemetry --file-prefix=%s -d %s"
                 % (PREFIX, bench.plugin),
                 "smc-enable": "true" if 2 * traffic.sessions > EMC_ENTRIES else "false"}
        self.vsctl(env, "--no-wait", "init")
        self.vsctl(env, "--no-wait", "set", "Open_vSwitch", ".",
                   *['other_config:%s="%s"' % pair for pair in other.items()])

    def bridge(self, devices, folder, env):
        """The rules stand before a frame is received: the receiving ports come last."""
        self.vsctl(env, "add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev", "fail_mode=secure")
        rules = os.path.join(folder, "flows")
        with open(rules, "w") as f:
            f.write("\n".join(policy.openflow(self.pipeline)) + "\n")
        run(["ovs-ofctl", "-O", "OpenFlow13", "del-flows", folder + "/br0.mgmt"], env=env)
        run(["ovs-ofctl", "-O", "OpenFlow13", "--bundle", "add-flows", folder + "/br0.mgmt", rules], env=env)
        for number, device in ((2, devices[1]), (1, devices[0])):
            self.vsctl(env, "add-port", "br0", "p%d" % number, "--", "set", "Interface", "p%d" % number, "type=dpdk",
                       'options:dpdk-devargs="%s"' % device, "ofport_request=%d" % number)

    def judge(self, traffic, facts, folder, env):
        stats = run(["ovs-appctl", "-t", self.ctl, "dpif-netdev/pmd-stats-show"], env=env)
        upcalls = sum(map(int, re.findall(r"miss with success upcall: (\d+)", stats)))
        packets = sum(map(int, re.findall(r"packets received: (\d+)", stats)))
        facts = dict(facts, upcalls=upcalls)
        # One for each network and each way through the tables, for the first packets.
        if packets == 0 or (traffic.new == 0 and upcalls - 3 * ROUTES > 0.01 * packets):
            raise Failure("%s: %d upcalls of %d packets" % (self.name, upcalls, packets))
        if policy.stateful(self.pipeline):
            facts["sessions"] = int(run(["ovs-appctl", "-t", self.ctl, "dpctl/ct-get-nconns"], env=env))
            if traffic.new == 0 and traffic.order == "uniform" and facts["sessions"] != traffic.sessions:
                raise Failure("%s: %d sessions, %d should be" % (self.name, facts["sessions"], traffic.sessions))
            self.judge_established(packets, folder, env)
        if traffic.new == 0 and facts["pps"] < 0.95 * facts["received"]:
            raise Failure("%s: of %.0f frames a second %.0f left" % (self.name, facts["received"], facts["pps"]))
        return facts

    def judge_established(self, packets, folder, env):
        """Most packets have to be of established sessions."""
        rules = run(["ovs-ofctl", "-O", "OpenFlow13", "dump-flows", folder + "/br0.mgmt", "table=1"], env=env)
        hits = re.search(r"n_packets=(\d+)[^\n]*priority=10", rules)
        if hits is None or int(hits[1]) < 0.3 * packets:
            raise Failure("%s: of %d packets %s were of established sessions" % (self.name, packets,
                                                                                hits and hits[1]))
