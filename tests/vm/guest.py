# SPDX-License-Identifier: BSD-3-Clause
"""Builds the guest: Debian's kernel and an initramfs with what Weir and its peers need, cached by content.

Packages come from where this machine's apt gets its own; nothing is installed here.  The file system is only unpacked
(mmdebstrap --variant=extract): the guest runs tests/vm/init and a shell, no service.
"""
import glob
import hashlib
import os
import re
import shutil
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))

PACKAGES = """busybox-static iproute2 ethtool kmod pciutils libnuma1 libfyaml0 libjansson4 libpcap0.8 libevent-core-2.1-7 libevent-extra-2.1-7
    librte-eal23 librte-ethdev23 librte-hash23 librte-ip-frag23 librte-kvargs23 librte-mbuf23 librte-mempool23
    librte-meter23 librte-net23 librte-rcu23 librte-ring23 librte-telemetry23 libsystemd0 libseccomp2 libnl-route-3-200
    librte-bus-pci23 librte-bus-vdev23 librte-mempool-ring23
    librte-net-virtio23 librte-net-e1000-23 librte-net-vmxnet3-23 librte-net-af-packet23
    librte-net-bond23""".split()
MODULES = """vfio-pci vfio_iommu_type1 uio_pci_generic virtio_pci virtio_net virtio_console e1000 e1000e vmxnet3 8021q veth 9p
    9pnet_virtio af_packet bonding bridge vrf macvlan""".split()
NOT_NEEDED = ["usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "usr/share/perl", "usr/lib/locale",
              "usr/share/i18n", "usr/lib/x86_64-linux-gnu/gconv", "usr/lib/x86_64-linux-gnu/perl-base",
              "usr/share/zoneinfo", "var/cache", "var/lib/apt", "var/lib/dpkg", "usr/share/bash-completion"]


class GuestError(Exception):
    pass


def run(*command, **how):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **how)
    if done.returncode != 0:
        raise GuestError("%s: %s" % (" ".join(command[:3]), done.stdout[-2000:]))
    return done.stdout


def suite():
    """The release that this machine is, whose packages its libraries fit."""
    with open("/etc/os-release") as f:
        return re.search(r"^VERSION_CODENAME=(\w+)", f.read(), re.M).group(1)


def sources():
    """Where apt gets its packages here."""
    files = ["/etc/apt/sources.list"] + sorted(glob.glob("/etc/apt/sources.list.d/*.list")
                                              + glob.glob("/etc/apt/sources.list.d/*.sources"))
    return [f for f in files if os.path.exists(f) and os.path.getsize(f) > 0]


def candidates():
    """What apt would install: (the package behind linux-image-amd64, name and version of every package)."""
    for _ in range(2):
        shown = subprocess.run(["apt-cache", "show", "--no-all-versions", "linux-image-amd64"] + PACKAGES,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
        kernel = re.search(r"^Depends: (linux-image-\S+)", shown, re.M)
        versions = re.findall(r"^(Package: .*|Version: .*)$", shown, re.M)
        if kernel and len(versions) == 2 * len(PACKAGES) + 2:
            return kernel.group(1), versions
        run("apt-get", "update", "-qq")
    raise GuestError("apt does not know all of: linux-image-amd64 " + " ".join(PACKAGES))


def key(kernel, versions):
    h = hashlib.sha256()
    for name in ("guest.py", "init"):
        with open(os.path.join(HERE, name), "rb") as f:
            h.update(f.read())
    h.update("\n".join([kernel] + versions).encode())
    return h.hexdigest()[:16]


def fetch_kernel(kernel, scratch):
    """Unpacks the kernel; its image, its release, and the folder that has lib/modules."""
    tree = os.path.join(scratch, "kernel")
    run("apt-get", "download", "-qq", kernel, cwd=scratch)
    run("dpkg", "-x", glob.glob(os.path.join(scratch, kernel + "_*.deb"))[0], tree)
    image = glob.glob(os.path.join(tree, "boot", "vmlinuz-*"))[0]
    release = os.path.basename(image)[len("vmlinuz-"):]
    run("/sbin/depmod", "-b", tree, release)
    return image, release, tree


def add_modules(tree, release, root):
    """Copies MODULES and what they need, and no others."""
    shown = ""
    for module in MODULES:
        done = subprocess.run(["/sbin/modprobe", "-d", tree, "-S", release, "--show-depends", module],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        shown += done.stdout            # nothing: it is built in
    for path in set(re.findall(r"^insmod (\S+)", shown, re.M)):
        to = os.path.join(root, "usr", os.path.relpath(path, tree))
        os.makedirs(os.path.dirname(to), exist_ok=True)
        shutil.copy(path, to)
    for name in ("modules.builtin", "modules.order", "modules.builtin.modinfo"):
        shutil.copy(os.path.join(tree, "lib/modules", release, name), os.path.join(root, "usr/lib/modules", release))
    run("/sbin/depmod", "-b", root, release)


def make_root(root):
    # What configures apt here (a proxy, say) is to configure it there, too.
    run("mmdebstrap", "--mode=root", "--variant=extract", "--include=" + ",".join(PACKAGES),
        "--setup-hook=cp /etc/apt/apt.conf.d/* \"$1\"/etc/apt/apt.conf.d/ 2>/dev/null || true",
        "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr", suite(), root, *sources())
    for name in NOT_NEEDED:
        shutil.rmtree(os.path.join(root, name), ignore_errors=True)
    for name in ("proc", "sys", "dev", "run", "tmp", "mnt", "vm/bin", "etc/iproute2"):
        os.makedirs(os.path.join(root, name), exist_ok=True)
    shutil.copy(os.path.join(HERE, "init"), os.path.join(root, "init"))
    os.chmod(os.path.join(root, "init"), 0o755)
    for applet in run(os.path.join(root, "bin/busybox"), "--list").split():
        os.symlink("/bin/busybox", os.path.join(root, "vm/bin", applet))


def pack(root, out):
    with open(out, "wb") as f:
        find = subprocess.Popen(["find", ".", "-print0"], cwd=root, stdout=subprocess.PIPE)
        cpio = subprocess.run(["cpio", "--null", "--create", "--format=newc", "--quiet"], cwd=root, stdin=find.stdout,
                              stdout=f)
    if find.wait() != 0 or cpio.returncode != 0:
        raise GuestError("the initramfs could not be packed")


def build(folder, kernel):
    with tempfile.TemporaryDirectory(dir=os.path.dirname(folder)) as scratch:
        os.chmod(scratch, 0o755)
        root = os.path.join(scratch, "root")
        image, release, tree = fetch_kernel(kernel, scratch)
        make_root(root)
        add_modules(tree, release, root)
        done = os.path.join(scratch, "done")
        os.mkdir(done)
        shutil.copy(image, os.path.join(done, "vmlinuz"))
        pack(root, os.path.join(done, "initrd"))
        os.rename(done, folder)


def guest(say):
    """The folder with vmlinuz and initrd of a guest that is up to date; others are removed."""
    cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "weir-vm")
    os.makedirs(cache, exist_ok=True)
    kernel, versions = candidates()
    folder = os.path.join(cache, key(kernel, versions))
    if not os.path.isdir(folder):
        say("building the guest: %s, %d packages" % (kernel, len(PACKAGES)))
        build(folder, kernel)
    for other in os.listdir(cache):
        if os.path.join(cache, other) != folder:
            shutil.rmtree(os.path.join(cache, other), ignore_errors=True)
    return folder
