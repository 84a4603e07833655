# SPDX-License-Identifier: BSD-3-Clause
"""What scripts/vm-test tries: each row begins with the machine as it was when everything was installed and nothing ran."""
PCI = {"virtio": ("0000:01:00.0", "0000:02:00.0"), "e1000": ("0000:00:06.0", "0000:00:07.0"),
       "queued": ("0000:03:00.0", "0000:04:00.0"),
       "e1000e": ("0000:00:08.0", "0000:00:09.0"), "vmxnet3": ("0000:00:0a.0", "0000:00:0b.0")}
SHIPPED = "nat-gateway-nics.yaml"


class Failed(Exception):
    pass


class Guest:
    """A row's view of the machine."""

    def __init__(self, machine):
        self.machine = machine
        self.notes = []         # to print with the row

    def sh(self, script, seconds=30):
        return self.machine.run(". /tmp/site.sh; " + script, seconds)

    def must(self, script, seconds=30):
        status, output = self.sh(script, seconds)
        if status != 0:
            raise Failed("%s: exit status %d\n%s" % (script, status, output.strip()[-3000:]))
        return output

    def must_say(self, words, script):
        """It fails, with one error that has the words."""
        status, output = self.sh(script)
        if status == 0 or words not in output:
            raise Failed("%s: exit status %d, without \"%s\":\n%s" % (script, status, words, output[-2000:]))

    def configure(self, kind, change=""):
        """/tmp/weir.yaml: the shipped configuration with a NIC kind's addresses, and nothing else changed but by sed."""
        lan, wan = PCI[kind]
        self.must("sed -e 's/%s/%s/; s/%s/%s/' %s %s >weir.yaml"
                  % (PCI["virtio"][0], lan, PCI["virtio"][1], wan, "-e '%s'" % change if change else "", SHIPPED))

    def use(self, kind, driver="vfio-pci"):
        for end in ("lan", "wan"):
            self.machine.link("%s-%s" % (kind, end), True)
            self.machine.link("up-%s" % end, kind == "queued")
        self.must("bind %s %s %s" % ((driver,) + PCI[kind]))
        self.configure(kind)


PINGS = "both_ping in_lan 198.51.100.2 2001:db8:2::2"
PLAIN = """version: 1
system: {workers: %(workers)s, memory: {hugepages: auto}}
ports:
  lan: {device: "%(lan)s"}
  wan: {device: "%(wan)s"}
interfaces:
%(interfaces)s
"""
ROUTED = """  lan: {addresses: [10.0.0.1/24, "2001:db8:1::1/64"], mtu: %(mtu)d, pipeline: all}
  wan: {addresses: [198.51.100.1/24, "2001:db8:2::1/64"], mtu: %(mtu)d, pipeline: all}
pipelines: {all: [{route: main}]}
routes: {main: []}"""
TAGGED = """  lan: {addresses: [10.0.0.1/24, "2001:db8:1::1/64"], pipeline: all}
  v20: {port: lan, vlan: 20, addresses: [10.20.0.1/24, "2001:db8:20::1/64"], pipeline: all}
  q30: {port: lan, vlan: 100, inner_vlan: 30, addresses: [10.30.0.1/24, "2001:db8:30::1/64"], pipeline: all}
  wan: {addresses: [198.51.100.1/24, "2001:db8:2::1/64"], pipeline: all}
pipelines: {all: [{route: main}]}
routes: {main: []}"""
WIRED = """  lan: {pipeline: to-wan}
  wan: {pipeline: to-lan}
pipelines: {to-wan: [{forward: wan}], to-lan: [{forward: lan}]}"""


def carries(g, count=100000):
    """Pings, files and counted datagrams go through; then all is accounted for."""
    g.must(PINGS)
    g.must("download 198.51.100.2 && upload 198.51.100.2 && download 2001:db8:2::2 && upload 2001:db8:2::2", 120)
    g.must("datagrams 198.51.100.2 %d" % count, 60 + count // 500)
    g.must("stop && all_accounted && kernel_is_content")


def plain(g, kind, interfaces, workers="auto"):
    """A configuration without NAT on NICs of a kind, and Weir running with it."""
    g.use(kind)
    lan, wan = PCI[kind]
    g.must("cat >weir.yaml <<'YAML'\n%s\nYAML\nstart weir.yaml"
           % (PLAIN % {"workers": workers, "lan": lan, "wan": wan, "interfaces": interfaces}), 60)


def on(kind, driver="vfio-pci", count=100000):
    def row(g):
        g.use(kind, driver)
        g.must("start weir.yaml", 60)
        carries(g, count)
    return row


def shipped(count):
    """The file as it is."""
    def row(g):
        g.use("virtio")
        g.must("cmp weir.yaml %s && start %s" % (SHIPPED, SHIPPED), 60)
        carries(g, count)
    return row


def bound_to_nothing(g):
    g.use("virtio")
    g.must("unbind %s" % PCI["virtio"][0])
    g.must_say("is bound to no driver; bind it: dpdk-devbind.py -b vfio-pci", "start weir.yaml")


def bound_to_the_kernel(g):
    g.use("virtio")
    g.must("bind virtio-pci %s" % PCI["virtio"][0])
    g.must_say("is bound to the kernel's driver 'virtio-pci'", "start weir.yaml")


def used_by_another(g):
    g.use("virtio")
    g.must("start weir.yaml", 60)
    g.must_say("weir.yaml:", "cp pid first; start weir.yaml")
    g.must("cp first pid; " + PINGS)


def vfio_without_iommu(g):
    """The kernel refuses to bind it; the error names the driver that works, and no option that this kernel lacks."""
    g.use("e1000")
    g.must("bind vfio-pci %s 2>/dev/null; true" % PCI["e1000"][0])
    g.must_say("bind it: dpdk-devbind.py -b uio_pci_generic", "start weir.yaml")
    g.must("! grep noiommu log")


def killed(g):
    g.use("virtio")
    g.must("start weir.yaml", 60)
    g.must("in_lan ping -c 2 -W 10 198.51.100.2; kill -9 $(cat pid); wait_for 20 gone")
    g.must("start weir.yaml", 60)
    carries(g, 2000)


def few_hugepages(g):
    g.use("virtio")
    g.must("echo 8 >/proc/sys/vm/nr_hugepages; sed -i 's/hugepages: auto/hugepages: true/' weir.yaml; ./weir check weir.yaml")
    g.must_say("are to be reserved: echo ", "start weir.yaml")


def no_hugepages(g):
    """Without them, behind an IOMMU, it works all the same."""
    g.use("virtio")
    g.must("echo 0 >/proc/sys/vm/nr_hugepages; start weir.yaml", 60)
    carries(g, 2000)


def link_flap(kind):
    def row(g):
        g.use(kind)
        g.must("start weir.yaml; " + PINGS, 60)
        up = int(g.must("grep -c 'port wan: link up' log || true").strip() or 0)
        g.machine.link(kind + "-wan", False)
        g.must("wait_for 20 said 'port wan: link down' 1")
        g.machine.link(kind + "-wan", True)
        g.must("wait_for 40 said 'port wan: link up' %d; wait_for 20 in_lan ping -q -c 1 -W 2 198.51.100.2; %s" % (up + 1, PINGS), 60)
        g.must("stop && kernel_is_content")
    return row


def own_mac(kind):
    """The NIC takes the MAC, and its filter takes no frames for another one."""
    def row(g):
        g.use(kind)
        g.configure(kind, 's/lan: {device: \\(.*\\)}$/lan: {device: \\1, mac: "02:00:00:00:00:77"}/')
        g.must("grep -q 02:00:00:00:00:77 weir.yaml && start weir.yaml && " + PINGS, 90)
        g.must("in_lan ip neigh show 10.0.0.1 | grep -i 02:00:00:00:00:77")
        g.must("in_lan ip neigh replace 10.0.0.77 lladdr 02:00:00:00:00:99 dev eth0; in_lan ping -c 3 -i 0.1 -W 1 10.0.0.77; true")
        g.must("stop && kernel_is_content && dropped not_for_us 0")
    return row


def large_frames(kind):
    """MTU 9000: whole packets of it, and TCP that uses it."""
    def row(g):
        g.must("in_lan ip link set eth0 mtu 9000; in_wan ip link set eth0 mtu 9000")
        plain(g, kind, ROUTED % {"mtu": 9000})
        g.must(PINGS)
        g.must("in_lan ping -c 3 -i 0.2 -W 10 -s 8972 198.51.100.2")
        g.must("download 198.51.100.2 && upload 2001:db8:2::2", 60)
        g.must("stop && kernel_is_content && frames_are_large")
    return row


def too_large_frames(g):
    g.use("vmxnet3")
    lan, wan = PCI["vmxnet3"]
    g.must("cat >weir.yaml <<'YAML'\n%s\nYAML" % (PLAIN % {"workers": "auto", "lan": lan, "wan": wan,
                                                        "interfaces": ROUTED % {"mtu": 9001}}))
    g.must_say("its interfaces ask for an MTU of 9001; %s can do 9000" % lan, "start weir.yaml")


def wire(kind):
    """Frames for other stations are received where the pipeline is a cross-connect: the peers are on one network."""
    def row(g):
        plain(g, kind, WIRED)
        g.must("in_lan ip addr add 192.0.2.1/24 dev eth0; in_wan ip addr add 192.0.2.2/24 dev eth0")
        g.must("in_lan ip addr add 2001:db8:9::1/64 dev eth0 nodad; in_wan ip addr add 2001:db8:9::2/64 dev eth0 nodad")
        g.must("both_ping in_lan 192.0.2.2 2001:db8:9::2 && download 192.0.2.2 && upload 2001:db8:9::2", 60)
        g.must("in_lan ip neigh show 192.0.2.2 | grep 52:54:00:00:00:02")
        g.must("stop && kernel_is_content && dropped not_for_us 0 && ! grep 'nothing but' log")
    return row


def workers(kind, queues):
    """Two workers: each has a queue where the device has two, else they hand over."""
    def row(g):
        plain(g, kind, ROUTED % {"mtu": 1500}, "[0, 1]")
        g.must("grep 'port lan: .* %d of [0-9]* receive and' log" % queues)
        g.must(PINGS)
        g.must("download 198.51.100.2 && upload 2001:db8:2::2 && datagrams 198.51.100.2 5000", 90)
        g.must("stop && all_accounted && kernel_is_content")
    return row


def tags(kind):
    """Peers behind an 802.1Q VLAN and behind two tags, 802.1ad outside, both of the kernel's own."""
    def row(g):
        plain(g, kind, TAGGED)
        g.must("tagged_peers && both_ping in_lan 198.51.100.2 2001:db8:2::2")
        for net in (20, 30):
            g.must("both_ping in_wan 10.%d.0.2 2001:db8:%d::2" % (net, net))
        g.must("in_lan ip route replace 198.51.100.2 via 10.30.0.1; in_lan ip route get 198.51.100.2 | grep 10.30.0.1;"
               " download 198.51.100.2", 60)
        g.must("stop && kernel_is_content")
    return row


def tag_by_reload(g):
    """virtio-net filters by VLAN: a reload's are told to it."""
    plain(g, "virtio", ROUTED % {"mtu": 1500})
    lan, wan = PCI["virtio"]
    g.must("cat >weir.yaml <<'YAML'\n%s\nYAML\nkill -HUP $(cat pid); wait_for 20 said 'generation 2 runs' 1"
           % (PLAIN % {"workers": "auto", "lan": lan, "wan": wan, "interfaces": TAGGED}))
    g.must("tagged_peers && both_ping in_wan 10.20.0.2 2001:db8:20::2")
    g.must("stop && kernel_is_content")


def unbound(g):
    """The kernel gets the device back while packets come, and Weir opens it again when it is bound again."""
    g.use("e1000")
    g.must("start weir.yaml && wait_for 20 said 'port lan: link up' 1; " + PINGS, 90)
    up = int(g.must("grep -c 'port lan: link up' log || true").strip() or 0)
    g.must("in_lan ping -q -i 0.05 -w 60 198.51.100.2 >/dev/null & "
           "sleep 1; timeout 20 sh -c 'echo %s >/sys/bus/pci/drivers/vfio-pci/unbind'" % PCI["e1000"][0])
    g.must("wait_for 10 said 'port lan: its device vanished: .* is being unbound' 1")
    g.must("bind vfio-pci %s; wait_for 20 said 'was opened again' 1; wait_for 40 said 'port lan: link up' %d"
           % (PCI["e1000"][0], up + 1), 60)
    g.must("wait_for 20 in_lan ping -q -c 1 -W 2 198.51.100.2; " + PINGS, 60)     # a peer may just have given up asking for us
    g.must("stop && kernel_is_content")


def lacp(g):
    """A partner that asks for a bundle: its LACP frames are dropped by name, what it sends otherwise passes."""
    plain(g, "e1000", ROUTED % {"mtu": 1500})
    g.must("bond_peer; both_ping in_lan 198.51.100.2 2001:db8:2::2; download 198.51.100.2; sleep 2", 60)
    g.must("stop && kernel_is_content && dropped eth_unknown_type some")


TRUNK = """version: 1
system: {workers: %(workers)s, memory: {hugepages: auto}}
ports:
  lan: {bond: {mode: %(mode)s, members: [{name: left, device: "%(lan)s"}, {name: right, device: "%(wan)s"}]}}
interfaces:
  lan: {addresses: [10.0.0.1/24], pipeline: all}
  v20: {port: lan, vlan: 20, addresses: [10.20.0.1/24], pipeline: all}
pipelines: {all: [{route: main}]}
routes: {main: []}"""


def trunk(g, kind, mode, peer, workers="auto"):
    """Both NICs of a kind are one port; the peer has both hubs, and a VLAN behind them."""
    g.use(kind)
    lan, wan = PCI[kind]
    g.must("joined %s" % peer, 60)
    g.must("cat >weir.yaml <<'YAML'\n%s\nYAML\nstart weir.yaml"
           % (TRUNK % {"workers": workers, "mode": mode, "lan": lan, "wan": wan}), 60)


def member(g, name, state):
    """The log's last word about a member."""
    g.must("wait_for 60 sh -c 'grep \"member %s:\" log | tail -n 1 | grep -q \"%s\"'" % (name, state), 60)


def lacp_trunk(kind, workers="auto"):
    """Weir and the kernel aggregate; traffic passes, by the other member when one has lost its link."""
    def row(g):
        trunk(g, kind, "lacp", "bonding bond mode 802.3ad lacp_rate fast miimon 100 xmit_hash_policy layer3+4", workers)
        member(g, "left", "distributing")
        member(g, "right", "distributing")
        g.must("wait_for 30 kernel_aggregates; kernel_aggregates; wait_for 20 in_lan ping -c 1 -W 2 10.20.0.2", 90)
        g.must("download 10.20.0.2 && upload 10.20.0.2 && datagrams 10.20.0.2 5000", 90)
        for end in (kind + "-lan", "peer-lan"):
            g.machine.link(end, False)
        member(g, "left", "link down")
        g.must("wait_for 20 in_lan ping -c 1 -W 2 10.20.0.2 && download 10.20.0.2 && upload 10.20.0.2", 90)
        for end in (kind + "-lan", "peer-lan"):
            g.machine.link(end, True)
        member(g, "left", "distributing")
        g.must("wait_for 30 kernel_aggregates; kernel_aggregates; datagrams 10.20.0.2 2000", 90)
        g.must("stop && all_accounted && kernel_is_content")
    return row


def backup_trunk(kind):
    """A switch learns that the MAC has moved when the active member loses its link, and what it floods comes once."""
    def row(g):
        trunk(g, kind, "active-backup, primary: left", "bridge bridge")
        g.must("wait_for 20 in_lan ping -c 1 -W 2 10.20.0.2", 60)
        # It is from the start, or the log says when it becomes so.
        g.must("wait_for 20 sh -c \"! grep -q 'port lan: member' log || grep -q 'port lan: member left: active' log\"")
        g.must("in_lan ping -q -c 20 -i 0.1 -W 5 10.20.0.2 >pings && cat pings && ! grep duplicates pings", 60)
        g.machine.link(kind + "-lan", False)
        member(g, "right", "active")
        g.must("in_lan ping -q -c 20 -i 0.1 -W 5 10.20.0.2 && download 10.20.0.2 && upload 10.20.0.2", 90)
        g.machine.link(kind + "-lan", True)
        member(g, "left", "active")
        g.must("wait_for 20 in_lan ping -c 1 -W 2 10.20.0.2; datagrams 10.20.0.2 2000", 90)
        g.must("stop && all_accounted && kernel_is_content")
    return row


def vrf(g):
    """A peer whose interface stands in a VRF."""
    g.must("vrf_peer")
    plain(g, "e1000", ROUTED % {"mtu": 1500})
    g.must("in_lan ping -c 3 -i 0.2 -W 10 -I red 198.51.100.2 && in_lan ping -c 3 -i 0.2 -W 10 -I red 2001:db8:2::2")
    g.must("in_wan ping -c 3 -i 0.2 -W 10 10.0.0.2")
    g.must("stop && kernel_is_content && dropped not_for_us 0")


SLEEPY = "%s\ntelemetry: {http: '127.0.0.1:9977'}\n"


def on_interrupts(g, kind, workers="auto"):
    """Weir runs with `idle: interrupt`."""
    lan, wan = PCI[kind]
    g.must("ip link set lo up; cat >weir.yaml <<'YAML'\n%sYAML\nsed -i 's/^system: {/&idle: interrupt, /' weir.yaml; start weir.yaml"
           % (SLEEPY % (PLAIN % {"workers": workers, "lan": lan, "wan": wan, "interfaces": ROUTED % {"mtu": 1500}})), 60)
    g.must("wait_for 20 in_lan ping -q -c 2 -W 10 198.51.100.2", 60)


def asleep(kind, workers="auto"):
    """Idle workers sleep until a packet comes, and answer it at once."""
    def row(g):
        g.use(kind)
        on_interrupts(g, kind, workers)
        g.must("grep -c ', receive interrupts, ' log | grep -x 2")
        for _ in range(4):              # a busy host's share of the time counts, too
            ms = 10 * int(g.must("a=$(worker_ticks); sleep 5; echo $(($(worker_ticks) - a))").split()[-1])
            if ms <= 300:
                break
        before = int(g.must("metric weir_worker_sleeps_woken_total"))
        pings = g.must("in_lan ping -q -c 50 -i 0.05 -W 10 198.51.100.2")
        woken = int(g.must("metric weir_worker_sleeps_woken_total")) - before
        g.notes.append("%d ms of processor time in 5 s; %d wake-ups for 50 pings; %s" % (ms, woken, pings.strip().split("\n")[-1]))
        if ms > 300 or woken < 40:
            raise Failed("it does not sleep on interrupts")
        g.must("! grep 'without the receive interrupts' log")
        g.must("download 198.51.100.2 && upload 2001:db8:2::2 && datagrams 198.51.100.2 5000", 90)
        g.must("stop && all_accounted && kernel_is_content")
    return row


def deaf(g):
    """QEMU's e1000 promises interrupts and keeps none of them: Weir finds it out, and sleeps by time."""
    g.use("e1000")
    on_interrupts(g, "e1000")
    g.must("in_lan ping -q -c 50 -i 0.05 -W 10 198.51.100.2; wait_for 10 said 'packets come without the receive interrupts' 1")
    carries(g, 2000)


def asleep_by_time(g):
    """On uio_pci_generic virtio-net has no receive interrupts: the log tells it, and packets pass."""
    g.use("virtio", "uio_pci_generic")
    g.must("sed -i 's/^system:/system:\\n  idle: interrupt/' weir.yaml; start weir.yaml; grep -c ', no receive interrupts, ' log | grep -x 2", 60)
    carries(g, 2000)


ONLY = "only in the quick subset"        # a shorter form of another row

# name, needs the IOMMU, in the quick subset, what it does
ROWS = [
    ("vfio-pci, virtio: the shipped configuration as it is", True, ONLY, shipped(20000)),
    ("vfio-pci, e1000", True, ONLY, on("e1000", count=10000)),
    ("vfio-pci, virtio: the shipped configuration as it is, 10^5 datagrams", True, False, shipped(100000)),
    ("vfio-pci, e1000: 10^5 datagrams", True, False, on("e1000")),
    ("vfio-pci, e1000e: 10^5 datagrams", True, False, on("e1000e")),
    ("vfio-pci, vmxnet3: 10^5 datagrams", True, False, on("vmxnet3")),
    ("uio_pci_generic beside an IOMMU, e1000", True, True, on("e1000", "uio_pci_generic", 2000)),
    ("a device bound to nothing", True, True, bound_to_nothing),
    ("a device that the kernel uses", True, True, bound_to_the_kernel),
    ("a device that another process uses", True, False, used_by_another),
    ("kill -9 and a new start", True, False, killed),
    ("too few hugepages", True, True, few_hugepages),
    ("no hugepages behind an IOMMU", True, False, no_hugepages),
    ("link down and up, e1000", True, False, link_flap("e1000")),
    ("link down and up, virtio", True, False, link_flap("virtio")),
    ("a configured MAC and its filter, e1000", True, False, own_mac("e1000")),
    ("a configured MAC and its filter, virtio", True, False, own_mac("virtio")),
    ("a configured MAC and its filter, e1000e", True, False, own_mac("e1000e")),
    ("a configured MAC and its filter, vmxnet3", True, False, own_mac("vmxnet3")),
    ("MTU 9000, virtio", True, False, large_frames("virtio")),
    ("MTU 9000, e1000", True, False, large_frames("e1000")),
    ("MTU 9000, e1000e", True, False, large_frames("e1000e")),
    ("MTU 9000, vmxnet3", True, False, large_frames("vmxnet3")),
    ("an MTU that the NIC cannot do", True, False, too_large_frames),
    ("promiscuous for stage forward, virtio", True, False, wire("virtio")),
    ("promiscuous for stage forward, e1000", True, False, wire("e1000")),
    ("two workers and one queue, virtio", True, False, workers("virtio", 1)),
    ("two workers and two queues, virtio", True, False, workers("queued", 2)),
    ("two workers and two queues, e1000e", True, False, workers("e1000e", 2)),
    ("two workers and two queues, vmxnet3", True, False, workers("vmxnet3", 2)),
    ("asleep until a packet comes, virtio", True, True, asleep("virtio")),
    ("asleep until a packet comes, two workers and two queues, virtio", True, False, asleep("queued", "[0, 1]")),
    ("interrupts that do not come, e1000", True, False, deaf),
    ("asleep until a packet comes, vmxnet3", True, False, asleep("vmxnet3")),
    ("VLAN and QinQ, virtio", True, False, tags("virtio")),
    ("VLAN and QinQ, e1000", True, False, tags("e1000")),
    ("a VLAN by a reload, virtio", True, False, tag_by_reload),
    ("unbinding under traffic", True, False, unbound),
    ("an LACP partner", True, False, lacp),
    ("LACP trunk with the kernel's bonding, e1000", True, False, lacp_trunk("e1000")),
    ("LACP trunk with the kernel's bonding, virtio", True, False, lacp_trunk("virtio", "[0, 1]")),
    ("active-backup trunk at a switch, e1000", True, False, backup_trunk("e1000")),
    ("active-backup trunk at a switch, virtio", True, False, backup_trunk("virtio")),
    ("a peer in a VRF", True, False, vrf),
    ("uio_pci_generic, virtio", False, False, on("virtio", "uio_pci_generic", 20000)),
    ("asleep by time without interrupts, uio_pci_generic, virtio", False, False, asleep_by_time),
    ("uio_pci_generic, e1000", False, False, on("e1000", "uio_pci_generic", 20000)),
    ("vfio-pci without an IOMMU", False, False, vfio_without_iommu),
]
