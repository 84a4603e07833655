# SPDX-License-Identifier: BSD-3-Clause
"""A virtual machine: QEMU with NICs and an IOMMU, a shell in it, snapshots of it.

Every NIC under test and the two peers' NICs hang on one of two hubs inside QEMU (lan, wan), so a test needs no interface
of this machine.  The peers are the guest's own kernel, in network namespaces.
"""
import json
import os
import re
import select
import shutil
import socket
import subprocess
import time

HUGEPAGES = 200                 # of 2 MiB
# Emulated, `rep movsb` copies byte by byte, and the kernel copies and clears by it where the processor says that it is quick.
PROCESSOR = {"tcg": "max,erms=off,la57=off", "kvm": "host"}
LOAD = {"tcg": 4, "kvm": 1}     # how much longer things may take


def patience():
    """How much longer things may take here and now: emulation is slow, and other processes want the cores, too."""
    return LOAD[accelerator()] * max(1, os.getloadavg()[0] / os.cpu_count())


class MachineError(Exception):
    pass


class Nic:
    """A NIC of a kind: what it is on QEMU's command line, and where it stands in the guest."""

    def __init__(self, name, device, hub, mac, address=None, bus="pcie.0", slot=None, extra=""):
        self.name, self.device, self.hub, self.mac = name, device, hub, mac
        self.address, self.bus, self.slot, self.extra = address, bus, slot, extra

    def behind(self):
        """What it is connected to in QEMU."""
        return "hubport,id=net-%s,hubid=%d" % (self.name, self.hub)

    def arguments(self):
        where = "bus=%s,addr=%s" % (self.bus, self.slot)
        return ["-netdev", self.behind(),
                "-device", "%s,id=%s,netdev=net-%s,mac=%s,%s%s" % (self.device, self.name, self.name, self.mac, where,
                                                                  self.extra)]


class QueuedNic(Nic):
    """A NIC with several queues, which a hub has not: a tap of the kernel, in the namespace of QEMU."""

    def behind(self):
        return "tap,id=net-%s,ifname=%s,queues=2,script=no,downscript=no,vhost=off" % (self.name, self.name)


# The namespace of QEMU: for each hub a bridge of the kernel to which a tap with several queues and the hub's uplink belong.
NAMESPACE = """
for end in lan wan; do
    ip link add $end type bridge mcast_snooping 0
    ip tuntap add queued-$end mode tap multi_queue
    ip tuntap add up-$end mode tap
    for i in $end queued-$end up-$end; do
        echo 1 >/proc/sys/net/ipv6/conf/$i/disable_ipv6
        [ $i = $end ] || ip link set $i master $end
        ip link set $i up
    done
done
exec "$@"
"""


def uplinks():
    """Each hub's way to the bridge of its name; closed until a row opens it."""
    out = []
    for hub, end in ((1, "lan"), (2, "wan")):
        out += ["-netdev", "tap,id=up-%s,ifname=up-%s,script=no,downscript=no,vhost=off" % (end, end),
                "-netdev", "hubport,id=hub-up-%s,hubid=%d,netdev=up-%s" % (end, hub, end)]
    return out


def accelerator():
    """kvm where the processor has it and the kernel gives it to us, else tcg."""
    with open("/proc/cpuinfo") as f:
        flags = re.search(r"^flags\s*:(.*)$", f.read(), re.M)
    virtual = flags is not None and {"vmx", "svm"} & set(flags.group(1).split())
    return "kvm" if virtual and os.access("/dev/kvm", os.R_OK | os.W_OK) else "tcg"


class Machine:
    """One QEMU process.  Files are in folder, which is removed with it."""

    def __init__(self, guest, folder, nics, iommu, share):
        self.guest, self.folder, self.nics, self.iommu = guest, folder, nics, iommu
        self.share, self.accel = share, accelerator()
        self.process = self.shell = self.monitor = None
        self.buffer, self.serial = b"", 0
        self.console = os.path.join(folder, "console")

    # --- its life ---

    def arguments(self, disk, resume):
        kernel = "console=ttyS0 panic=-1 hugepages=%d nowatchdog tsc=reliable no_timer_check mitigations=off " \
                 "net.ifnames=0 random.trust_cpu=on rcupdate.rcu_cpu_stall_suppress=1 %s" % (HUGEPAGES, "intel_iommu=on iommu=pt" if self.iommu else "")
        args = ["qemu-system-x86_64", "-nodefaults", "-display", "none", "-no-reboot", "-m", "1280", "-smp", "2",
                "-cpu", PROCESSOR[self.accel], "-machine", "q35,kernel-irqchip=split",
                # The IOMMU stands before every device that is to be behind it.
                *(["-device", "intel-iommu,intremap=on,caching-mode=on,device-iotlb=on"] if self.iommu else []),
                "-kernel", os.path.join(self.guest, "vmlinuz"), "-initrd", os.path.join(self.guest, "initrd"),
                "-append", kernel,
                "-chardev", "file,id=console,path=" + self.console, "-serial", "chardev:console",
                "-chardev", "socket,id=shell,server=on,wait=off,path=" + os.path.join(self.folder, "shell"),
                "-device", "virtio-serial-pci,bus=pcie.0,addr=2.0",
                "-device", "virtserialport,chardev=shell,name=shell",
                "-qmp", "unix:%s,server=on,wait=off" % os.path.join(self.folder, "qmp"),
                "-drive", "if=none,id=snapshots,format=qcow2,file=" + disk,
                "-virtfs", "local,path=%s,mount_tag=share,security_model=none,readonly=on" % self.share,
                "-device", "pcie-root-port,id=slot1,bus=pcie.0,addr=1c.0,chassis=1",
                "-device", "pcie-root-port,id=slot2,bus=pcie.0,addr=1d.0,chassis=2",
                "-device", "pcie-root-port,id=slot3,bus=pcie.0,addr=1e.0,chassis=3,multifunction=on",
                "-device", "pcie-root-port,id=slot4,bus=pcie.0,addr=1e.1,chassis=4"]
        args += ["-accel", "kvm"] if self.accel == "kvm" else ["-accel", "tcg,thread=multi,tb-size=256"]
        for nic in self.nics:
            args += nic.arguments()
        return args + uplinks() + (["-loadvm", resume] if resume else [])

    def identity(self):
        """What the state of a booted machine depends on: QEMU, its devices, the kernel's command line."""
        version = subprocess.run(["qemu-system-x86_64", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
        return version + " ".join(self.arguments("disk", None)).replace(self.folder, "")

    def start(self, disk, resume=None):
        """Boots from nothing, or takes up a snapshot of the disk."""
        with open(os.path.join(self.folder, "qemu"), "w") as log:
            self.process = subprocess.Popen(["unshare", "-n", "sh", "-e", "-c", NAMESPACE, "qemu"] + self.arguments(disk, resume),
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.monitor = self.connect("qmp")
        self.shell = self.connect("shell")
        json.loads(self.monitor.makefile().readline())
        self.qmp("qmp_capabilities")
        self.await_shell(40 * patience())

    def connect(self, name):
        path = os.path.join(self.folder, name)
        end = time.time() + 30
        while time.time() < end:
            if self.process.poll() is not None:
                break
            try:
                s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                s.connect(path)
                return s
            except OSError:
                s.close()
                time.sleep(0.05)
        with open(os.path.join(self.folder, "qemu")) as f:
            raise MachineError("QEMU does not start: " + f.read()[-1000:])

    def cpu(self):
        """The processor seconds that it has used."""
        with open("/proc/%d/stat" % self.process.pid) as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self):
        """From another thread, whose next word with it fails."""
        process = self.process
        if process is not None:
            process.kill()

    def stop(self):
        for s in (self.shell, self.monitor):
            if s is not None:
                s.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.process = self.shell = self.monitor = None

    # --- the monitor ---

    def qmp(self, command, **arguments):
        self.monitor.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        data = b""
        while True:
            try:
                more = self.monitor.recv(65536)
            except OSError:
                more = b""
            if not more:
                raise MachineError("QEMU has ended: " + self.last_words())
            data += more
            while b"\n" in data:
                line, data = data.split(b"\n", 1)
                answer = json.loads(line)
                if "error" in answer:
                    raise MachineError("%s: %s" % (command, answer["error"]["desc"]))
                if "return" in answer:
                    return answer["return"]

    def human(self, line):
        text = self.qmp("human-monitor-command", **{"command-line": line})
        if text.strip():
            raise MachineError("%s: %s" % (line, text.strip()))

    def save(self, name):
        self.human("savevm " + name)

    def load(self, name):
        self.human("loadvm " + name)
        self.buffer = b""
        self.await_shell(30 * patience())

    def link(self, nic, up):
        self.qmp("set_link", name=nic, up=up)

    # --- the shell ---

    def read_until(self, marker, seconds):
        end = time.time() + seconds
        while marker not in self.buffer:
            left = end - time.time()
            if left <= 0 or not select.select([self.shell], [], [], left)[0]:
                raise MachineError("no answer within %d s; so far: %s"
                                   % (seconds, self.buffer[-500:].decode(errors="replace")))
            try:
                more = self.shell.recv(65536)
            except OSError:
                more = b""
            if not more:
                raise MachineError("the guest has ended: " + self.last_words())
            self.buffer += more
        before, self.buffer = self.buffer.split(marker, 1)
        return before

    def last_words(self):
        with open(self.console, errors="replace") as f:
            return f.read()[-1500:]

    def await_shell(self, seconds):
        """Asks until it answers: nothing that is written before it listens is kept."""
        end = time.time() + seconds
        while True:
            self.serial += 1
            marker = "@ready-%d@" % self.serial
            try:
                self.shell.sendall(("\necho @ready-'%d'@\n" % self.serial).encode())
                self.read_until(marker.encode(), 2)
                return
            except (MachineError, OSError):
                if time.time() > end or self.process.poll() is not None:
                    raise MachineError("the guest does not come up: " + self.last_words())

    def run(self, script, seconds=30):
        """A shell script in the guest: its exit status and its output."""
        self.serial += 1
        end = "@end-%d@" % self.serial
        text = "sh 2>&1 <<'%s'\n%s\n%s\necho \"@\"end-%d@$?@\n" % (end, script, end, self.serial)
        self.shell.sendall(text.encode())
        output = self.read_until(end.encode(), seconds * patience())
        status = self.read_until(b"@", 10)
        return int(status), output.decode(errors="replace").replace("\r", "")
