# SPDX-License-Identifier: BSD-3-Clause
"""A day in the life of a service: Debian with systemd in the virtual machine, Weir as its package, NICs on vfio-pci.

The guest is another one than that of the other rows: a file system with systemd on a disk, which a reboot keeps.  It is cached by what
it is made of, in ${XDG_CACHE_HOME:-~/.cache}/weir-day.
"""
import glob
import hashlib
import os
import shutil
import subprocess
import tempfile
import time

import guest
from machine import Machine, MachineError
from rows import PCI, SHIPPED, Failed, Guest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PACKAGES = """systemd systemd-sysv udev dbus iproute2 ethtool kmod pciutils iputils-ping procps python3 dpdk adduser apt prometheus
    librte-net-virtio23 librte-net-e1000-23 librte-net-af-packet23 librte-net-ring23 librte-mempool-ring23 librte-bus-pci23
    librte-bus-vdev23""".split()
DISK_MODULES = ["virtio_pci", "virtio_blk", "ext4"]
MASKED = ["apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer", "fstrim.timer", "getty@.service",
          "systemd-timesyncd.service", "e2scrub_reap.service", "serial-getty@.service", "systemd-networkd.service"]
INIT = """#!/bin/busybox sh
export PATH=/sbin:/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
modprobe -a virtio_pci virtio_blk ext4
until [ -b /dev/vda ]; do sleep 0.1; done
mount -t ext4 /dev/vda /root
umount /proc /sys
exec switch_root /root /lib/systemd/systemd
"""
SHELL = """#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb
modprobe -a virtio_console 9pnet_virtio 9p virtio_net veth
until port=$(ls /dev/vport*p1 2>/dev/null); do sleep 0.1; done
exec 3<>"$port"
while :; do cat <&3 | sh >&3 2>&1; done
"""
UNIT = """[Unit]
Description=Shell of the test
[Service]
ExecStart=/usr/local/sbin/vm-shell
OOMScoreAdjust=-1000
[Install]
WantedBy=multi-user.target
"""


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, mode)


def depends(package):
    """What the package needs, the first of each choice."""
    shown = guest.run("dpkg-deb", "-f", package, "Depends")
    return [d.split("|")[0].split("(")[0].strip() for d in shown.split(",")]


def make_root(root, packages):
    guest.run("mmdebstrap", "--mode=root", "--variant=minbase", "--include=" + ",".join(packages),
              "--setup-hook=cp /etc/apt/apt.conf.d/* \"$1\"/etc/apt/apt.conf.d/ 2>/dev/null || true",
              "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr", guest.suite(), root, *guest.sources())
    for name in ("usr/share/locale", "usr/share/perl", "var/cache/apt", "var/lib/apt/lists", "usr/lib/locale"):
        shutil.rmtree(os.path.join(root, name), ignore_errors=True)
    os.makedirs(os.path.join(root, "etc/systemd/system/multi-user.target.wants"), exist_ok=True)
    for unit in MASKED:
        link = os.path.join(root, "etc/systemd/system", unit)
        if os.path.lexists(link):
            os.unlink(link)
        os.symlink("/dev/null", link)
    # The day enables it.
    wanted = os.path.join(root, "etc/systemd/system/multi-user.target.wants/prometheus.service")
    if os.path.lexists(wanted):
        os.unlink(wanted)
    write(os.path.join(root, "etc/machine-id"), "0123456789abcdef0123456789abcdef\n")
    write(os.path.join(root, "etc/hostname"), "weir-day\n")
    write(os.path.join(root, "usr/local/sbin/vm-shell"), SHELL, 0o755)
    write(os.path.join(root, "etc/systemd/system/vm-shell.service"), UNIT)
    os.symlink("/etc/systemd/system/vm-shell.service",
               os.path.join(root, "etc/systemd/system/multi-user.target.wants/vm-shell.service"))
    os.makedirs(os.path.join(root, "share"), exist_ok=True)


def make_initrd(tree, release, scratch, out):
    top = os.path.join(scratch, "initrd")
    for name in ("bin", "proc", "sys", "dev", "root", "usr/lib/modules/" + release):
        os.makedirs(os.path.join(top, name))
    os.symlink("usr/lib", os.path.join(top, "lib"))
    os.symlink("bin", os.path.join(top, "sbin"))
    shutil.copy("/bin/busybox", os.path.join(top, "bin"))
    write(os.path.join(top, "init"), INIT, 0o755)
    add_modules(tree, release, top, DISK_MODULES)
    guest.pack(top, out)


def add_modules(tree, release, root, modules):
    before = guest.MODULES
    try:
        guest.MODULES = modules
        guest.add_modules(tree, release, root)
    finally:
        guest.MODULES = before


def build(folder, kernel, packages):
    with tempfile.TemporaryDirectory(dir=os.path.dirname(folder)) as scratch:
        os.chmod(scratch, 0o755)
        root, done = os.path.join(scratch, "root"), os.path.join(scratch, "done")
        os.mkdir(done)
        image, release, tree = guest.fetch_kernel(kernel, scratch)
        make_root(root, packages)
        os.makedirs(os.path.join(root, "usr/lib/modules", release), exist_ok=True)
        add_modules(tree, release, root, guest.MODULES + DISK_MODULES)
        make_initrd(tree, release, scratch, os.path.join(done, "initrd"))
        shutil.copy(image, os.path.join(done, "vmlinuz"))
        guest.run("mke2fs", "-q", "-t", "ext4", "-d", root, os.path.join(done, "root"), "1600M")
        os.rename(done, folder)


def system(package, say):
    """The folder with vmlinuz, initrd and root of the guest; others are removed."""
    cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "weir-day")
    os.makedirs(cache, exist_ok=True)
    kernel, versions = guest.candidates()
    packages = sorted(set(PACKAGES + depends(package)))
    with open(os.path.abspath(__file__), "rb") as f:
        made_of = f.read().split(b"# --- the row")[0]
    key = hashlib.sha256(made_of + "\n".join([kernel] + versions + packages).encode()).hexdigest()[:16]
    folder = os.path.join(cache, key)
    if not os.path.isdir(folder):
        say("building the guest with systemd: %s, %d packages" % (kernel, len(packages)))
        build(folder, kernel, packages)
    for other in os.listdir(cache):
        if os.path.join(cache, other) != folder:
            shutil.rmtree(os.path.join(cache, other), ignore_errors=True)
    return folder


class DayMachine(Machine):
    """Boots from a disk, without hugepages reserved, and may reboot."""

    def arguments(self, disk, resume):
        args = [a for a in super().arguments(disk, resume) if a != "-no-reboot"]
        at = args.index("-append") + 1
        args[at] = " ".join(w for w in args[at].split() if not w.startswith("hugepages="))
        args[args.index("-m") + 1] = "2048"
        return args + ["-drive", "if=none,id=root,format=raw,file=" + os.path.join(self.folder, "root"),
                       "-device", "virtio-blk-pci,drive=root,bus=pcie.0,addr=5.0"]


# --- the row ---
MEND = r"""
for round in 1 2 3 4; do
	weir doctor -c /etc/weir/weir.yaml --json /tmp/doctor.json && break
	python3 -c '
import json
for f in json.load(open("/tmp/doctor.json"))["findings"]:
    if f["severity"] in ("error", "warning") and f["mend"]:
        print(f["mend"])' >/tmp/mend
	[ -s /tmp/mend ] || break
	cat /tmp/mend
	sh -e /tmp/mend
done
weir doctor -c /etc/weir/weir.yaml
"""
UNITS = r"""
set -e
at=/etc/systemd/system
cp /usr/share/doc/weir/examples/before-weir/weir-hugepages.service /usr/share/doc/weir/examples/before-weir/weir-vfio.service $at
sed -i 's/^Environment=HUGEPAGES=.*/Environment=HUGEPAGES=200/' $at/weir-hugepages.service
sed -i 's/^Environment="NICS=.*/Environment="NICS=%s %s"/' $at/weir-vfio.service
systemctl daemon-reload
systemctl enable weir-hugepages weir-vfio
""" % PCI["virtio"]
MONITOR = r"""
set -e
cp /usr/share/weir/monitoring/prometheus.yml /usr/share/weir/monitoring/weir.rules.yml /etc/prometheus/
systemctl enable --now prometheus
"""
PORT_DOWN = 'ALERTS{alertname="WeirPortDown",port="wan",alertstate="firing"}'
LEFT = r"find / -xdev \( -path /proc -o -path /sys -o -path /tmp -o -path /run -o -path /var/log/journal -o -path /var/lib/dpkg \) -prune -o -name '*weir*' -print"


def step(name):
    print("    " + name, flush=True)


def ping(g, what):
    g.must("wait_for 60 in_lan ping -q -c 1 -W 1 198.51.100.2 && in_lan ping -q -c 5 -i 0.2 -W 5 198.51.100.2", 90)
    step(what)


def query(g, seconds, expression, *values):
    """Prometheus answers with these values, sooner or later."""
    g.must("wait_for %d python3 /tmp/query.py '%s' %s || { python3 /tmp/query.py '%s'; journalctl -u prometheus --no-pager | tail -n 5; false; }"
           % (seconds, expression, " ".join(str(v) for v in values), expression), seconds + 30)


def monitored(g):
    """Debian's Prometheus with the shipped configuration and rules: it scrapes, and an alert fires and clears."""
    g.must(MONITOR, 90)
    query(g, 180, 'up{job="weir"}', 1)
    query(g, 60, "weir_port_up", 1, 1)
    query(g, 60, 'weir_interface_receive_packets_total{interface="lan"} > bool 5', 1)
    query(g, 60, "weir_ledger_imbalance", 0)
    step("Prometheus scrapes")
    query(g, 60, PORT_DOWN)
    g.machine.link("virtio-wan", False)
    query(g, 240, PORT_DOWN, 1)
    step("an alert fires: port wan has no link")
    g.machine.link("virtio-wan", True)
    query(g, 240, PORT_DOWN)
    ping(g, "the alert has cleared; packets pass")


def day(g):
    """Install, doctor, start, traffic, alerts, reload, kill, stall, upgrade, reboot, purge."""
    g.must("peers", 60)
    g.must("dpkg -i /tmp/weir.deb", 90)
    step("installed")
    g.must("cp /tmp/%s /etc/weir/weir.yaml && chown root:weir /etc/weir/weir.yaml" % SHIPPED)
    g.must("echo 'telemetry: {http: \"127.0.0.1:9977\"}' >>/etc/weir/weir.yaml")
    g.must_say("to mend before this configuration can run here", "weir doctor -c /etc/weir/weir.yaml")
    step("doctor: " + " && ".join(g.must(MEND, 60).strip().split("\n")[:4]))
    g.must(UNITS)
    g.must("systemctl enable --now weir", 90)
    g.must("systemctl is-active weir && systemctl status weir --no-pager | grep 'Status: .*2 of 2 links up' || { sleep 5; systemctl status weir --no-pager | grep 'links up'; }", 60)
    ping(g, "started in the sandbox; packets pass")
    monitored(g)
    g.must("p=$(systemctl show -p MainPID --value weir); grep -q 'Seccomp:.2' /proc/$p/status && grep -q 'CapEff:.0000000000007000' /proc/$p/status"
           " && [ \"$(stat -c %U /proc/$p)\" = weir ]")
    g.must("sed -i 's/^system:.*/&/; $a# changed' /etc/weir/weir.yaml && systemctl reload weir && weirctl show status", 60)
    g.must("cp /etc/weir/weir.yaml /tmp/good && echo nonsense >>/etc/weir/weir.yaml && ! systemctl reload weir && systemctl is-active weir"
           " && cp /tmp/good /etc/weir/weir.yaml", 60)
    ping(g, "reloaded; a broken file is refused")
    # Ten pings a second, so that the first answer is not waited for by one that was lost.
    shown = g.must("p=$(systemctl show -p MainPID --value weir); a=$(date +%s.%N); kill -9 $p; sleep 0.1;"
                   " in_lan ping -D -n -i 0.1 -c 300 198.51.100.2 | grep -m 1 'bytes from' | tr -d '[]' | awk -v a=$a '{ printf \"%.2f\", $1 - a }'", 60)
    step("killed: the first packet after %s s" % shown.strip())
    # What prepares the machine has run once, and no restart waits for it.
    g.must("for unit in weir-hugepages weir-vfio; do systemctl is-active $unit || exit 1; journalctl -b -u $unit --no-pager -o cat | grep -c Starting | grep -x 1 || exit 1; done")
    g.must("""p=$(systemctl show -p MainPID --value weir)
        t=$(grep -l worker /proc/$p/task/*/comm | head -n 1 | cut -d/ -f5)
        python3 /tmp/freeze.py $t 25 >/tmp/frozen 2>&1 &
        wait_for 80 sh -c '[ "$(systemctl show -p MainPID --value weir)" != '$p' ] && systemctl is-active weir'
        journalctl -u weir --no-pager | grep -i watchdog""", 120)
    ping(g, "a worker that stood still: the watchdog acted")
    g.must("dpkg -i /tmp/newer.deb && dpkg -s weir | grep 'Version: 99.0' && systemctl is-active weir", 90)
    ping(g, "upgraded")
    reboot(g)
    g.must("peers", 60)
    g.must("wait_for 30 systemctl is-active weir", 60)
    ping(g, "rebooted")
    query(g, 240, 'up{job="weir"}', 1)
    step("Prometheus scrapes again")
    g.must("systemctl disable --now prometheus && rm /etc/prometheus/weir.rules.yml", 60)
    g.must("dpkg -P weir", 60)
    left = g.must(LEFT).strip()
    if left:
        raise Failed("left after purge:\n" + left)
    step("purged: nothing is left")


def take_files(machine):
    """What the rows use, into /tmp, which a boot empties."""
    machine.run("mount -t 9p -o trans=virtio,ro,msize=262144 share /share && cp /share/* /tmp/", 60)


def reboot(g):
    """Until another boot answers."""
    was = g.must("cat /proc/sys/kernel/random/boot_id")
    g.machine.shell.sendall(b"\nsystemctl reboot\n")
    end = time.time() + 600
    while time.time() < end:
        try:
            g.machine.buffer = b""
            g.machine.await_shell(20)
            if g.machine.run("cat /proc/sys/kernel/random/boot_id")[1] != was:
                take_files(g.machine)
                return
        except MachineError:
            pass
        time.sleep(2)
    raise Failed("no reboot")


def newer(package, out):
    with tempfile.TemporaryDirectory() as scratch:
        guest.run("dpkg-deb", "-R", package, scratch + "/tree")
        guest.run("sed", "-i", "s/^Version: .*/Version: 99.0/", scratch + "/tree/DEBIAN/control")
        guest.run("dpkg-deb", "--root-owner-group", "-b", scratch + "/tree", out)


def run(nics, package, say):
    """The row on a machine of its own.  True if it is as it should be.  package: a file, or None: it is built."""
    if package is None:
        package = os.path.join(ROOT, guest.run(os.path.join(ROOT, "scripts/package")).strip().split("\n")[-1])
    where = system(package, say)
    with tempfile.TemporaryDirectory(prefix="weir-vm-") as folder:
        share = os.path.join(folder, "share")
        os.mkdir(share)
        shutil.copy(package, os.path.join(share, "weir.deb"))
        newer(package, os.path.join(share, "newer.deb"))
        for name in ("config/" + SHIPPED, "tests/vm/site.sh", "tests/vm/query.py", "tests/system/support/freeze.py"):
            shutil.copy(os.path.join(ROOT, name), share)
        shutil.copy(os.path.join(where, "root"), os.path.join(folder, "root"))
        machine = DayMachine(where, folder, nics, True, share)
        disk = os.path.join(folder, "disk")
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", disk, "64M"], check=True)
        why = None
        try:
            machine.start(disk)
            say("booted")
            take_files(machine)
            day(Guest(machine))
        except (Failed, MachineError) as e:
            why = str(e)
        except BaseException:           # a signal: no machine stays behind
            machine.stop()
            raise
        print("%sok a day in the life of a service" % ("" if why is None else "not "), flush=True)
        if why is not None:
            print("    " + why.replace("\n", "\n    "))
            try:
                print("    " + machine.run("journalctl -u weir --no-pager | tail -n 30")[1].replace("\n", "\n    "))
            except MachineError as e:
                print("    " + str(e))
        machine.stop()
        return why is None
