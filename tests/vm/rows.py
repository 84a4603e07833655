# SPDX-License-Identifier: BSD-3-Clause
"""What scripts/vm-test tries: each row begins with the machine as it was when everything was installed and nothing ran."""
PCI = {"virtio": ("0000:01:00.0", "0000:02:00.0"), "e1000": ("0000:00:06.0", "0000:00:07.0"),
       "e1000e": ("0000:00:08.0", "0000:00:09.0"), "vmxnet3": ("0000:00:0a.0", "0000:00:0b.0")}
SHIPPED = "nat-gateway-nics.yaml"


class Failed(Exception):
    pass


class Guest:
    """A row's view of the machine."""

    def __init__(self, machine):
        self.machine = machine

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
        self.must("bind %s %s %s" % ((driver,) + PCI[kind]))
        self.configure(kind)


PINGS = "in_lan ping -c 3 -W 10 198.51.100.2 && in_lan ping -c 3 -W 10 2001:db8:2::2"


def carries(g, count=100000):
    """Pings, files and counted datagrams go through; then all is accounted for."""
    g.must(PINGS)
    g.must("download 198.51.100.2 && upload 198.51.100.2 && download 2001:db8:2::2 && upload 2001:db8:2::2", 120)
    g.must("datagrams 198.51.100.2 %d" % count, 60 + count // 500)
    g.must("stop && all_accounted && kernel_is_content")


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


def killed(g):
    g.use("virtio")
    g.must("start weir.yaml", 60)
    g.must("in_lan ping -c 2 -W 10 198.51.100.2; kill -9 $(cat pid); wait_for 20 gone; sleep 1")
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


def link_flap(g):
    g.use("e1000")
    g.must("start weir.yaml; wait_for 20 grep 'port wan: link up' log; " + PINGS, 60)
    g.machine.link("e1000-wan", False)
    g.must("wait_for 20 grep 'port wan: link down' log; rm -f up; grep -c 'port wan: link up' log >up")
    g.machine.link("e1000-wan", True)
    g.must("more() { [ $(grep -c 'port wan: link up' log) -gt $(cat up) ]; }; wait_for 20 more; " + PINGS, 60)
    g.must("stop && kernel_is_content")


def own_mac(g):
    g.use("e1000")
    g.configure("e1000", 's/lan: {device: \\(.*\\)}$/lan: {device: \\1, mac: "02:00:00:00:00:77"}/')
    g.must("grep -q 02:00:00:00:00:77 weir.yaml && start weir.yaml && " + PINGS, 90)
    g.must("in_lan ip neigh show 10.0.0.1 | grep -i 02:00:00:00:00:77 && stop && kernel_is_content")


# name, needs the IOMMU, in the quick subset, what it does
ROWS = [
    ("vfio-pci, virtio: the shipped configuration as it is", True, True, shipped(20000)),
    ("vfio-pci, e1000", True, True, on("e1000", count=10000)),
    ("vfio-pci, virtio: 10^5 datagrams", True, False, shipped(100000)),
    ("vfio-pci, e1000: 10^5 datagrams", True, False, on("e1000")),
    ("vfio-pci, e1000e", True, False, on("e1000e")),
    ("vfio-pci, vmxnet3", True, False, on("vmxnet3")),
    ("uio_pci_generic beside an IOMMU, e1000", True, True, on("e1000", "uio_pci_generic", 2000)),
    ("a device bound to nothing", True, True, bound_to_nothing),
    ("a device that the kernel uses", True, True, bound_to_the_kernel),
    ("a device that another process uses", True, False, used_by_another),
    ("kill -9 and a new start", True, False, killed),
    ("too few hugepages", True, True, few_hugepages),
    ("no hugepages behind an IOMMU", True, False, no_hugepages),
    ("link down and up", True, False, link_flap),
    ("a configured MAC", True, False, own_mac),
    ("uio_pci_generic, virtio", False, False, on("virtio", "uio_pci_generic")),
    ("uio_pci_generic, e1000", False, False, on("e1000", "uio_pci_generic")),
]
