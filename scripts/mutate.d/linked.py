# SPDX-License-Identifier: BSD-3-Clause
"""Mutants without a build of their own: the changed file alone is compiled, and each test is linked with its object before
the libraries of a build that exists, so the linker never takes the object that the library has.
"""
import json
import os
import random
import shlex
import shutil
import subprocess

from coverage import SYSTEM

LINKER = ["-fuse-ld=lld"] if shutil.which("ld.lld-14") or shutil.which("ld.lld") else []
SYSTEM_MOST = 6         # system tests that look at one mutant


def build(tree, home):
    """A build of the tree, for those who have none."""
    folder = os.path.join(home, "build")
    if not os.path.exists(os.path.join(folder, "build.ninja")):
        subprocess.run(["meson", "setup", folder, "--buildtype=plain", "-Dc_args=-O1 -g1 -DWEIR_DEBUG=1"], cwd=tree, check=True,
                       stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", folder], check=True, stdout=subprocess.DEVNULL)
    return folder


class Build:
    """What is built of a tree, and a folder that looks like it, but for the programs that have the change."""

    def __init__(self, root, folder, scratch):
        self.path, self.folder, self.scratch = root, os.path.abspath(folder), os.path.join(scratch, "build")
        for name in ("app", "tests/unit", "tests/system/ports", "tests/support", "drivers/net_weir_replay"):
            os.makedirs(os.path.join(self.scratch, name), exist_ok=True)
            for entry in os.scandir(os.path.join(self.folder, name)):
                link = os.path.join(self.scratch, name, entry.name)
                if entry.is_file() and not entry.name.startswith("unit_") and not os.path.lexists(link):
                    os.symlink(entry.path, link)
        with open(os.path.join(folder, "compile_commands.json")) as f:
            self.commands = {os.path.relpath(os.path.join(self.folder, e["file"]), root): e["command"] for e in json.load(f)}
        self.links, self.object = {}, None

    def read(self, path):
        with open(os.path.join(self.path, path)) as f:
            return f.read().split("\n")

    def compiled(self, path, lines):
        """Whether a changed file compiles; its object is what `linked` takes."""
        source = os.path.join(self.scratch, os.path.basename(path))
        self.object = source[:-2] + ".o"
        with open(source, "w") as f:
            f.write("\n".join(lines))
        words = [w for w in shlex.split(self.commands[path]) if w != "ccache"]
        at = words.index("-MD")
        words = words[:at] + ["-iquote", os.path.join(self.path, os.path.dirname(path)), "-o", self.object, "-c", source]
        return subprocess.run(words, cwd=self.folder, stderr=subprocess.DEVNULL).returncode == 0

    def linked(self, program):
        """Whether the program links with the changed object; it takes its place in the folder."""
        if program not in self.links:
            out = subprocess.run(["ninja", "-t", "commands", program], cwd=self.folder, stdout=subprocess.PIPE, text=True,
                                 check=True).stdout
            self.links[program] = [w for w in shlex.split(out.splitlines()[-1]) if w != "ccache"]
        words = self.links[program]
        at = words.index("-o")
        result = os.path.join(self.scratch, program)
        if os.path.lexists(result):
            os.unlink(result)
        words = words[:at] + ["-o", result] + LINKER + words[at + 2:]
        words.insert(words.index("-Wl,--as-needed"), self.object)
        return subprocess.run(words, cwd=self.folder, stderr=subprocess.DEVNULL).returncode == 0


class Hunter:
    """Looks for a test that fails with a mutant."""

    def __init__(self, build, tests, known, scenarios, system):
        """system: the build for system tests; None: without them."""
        self.build, self.tests, self.known, self.scenarios, self.system = build, tests, known, scenarios, system

    def kills(self, test, build):
        """It fails with the change, and passes without: a busy machine makes some fail."""
        known = self.known.seconds[test]
        seconds = 60 + 3 * known if test.startswith(SYSTEM) else 10 + 8 * known
        return not self.tests.passes(test, build.scratch, seconds) and self.tests.passes(test, build.folder, seconds)

    def tests_of(self, path, line):
        """Unit tests, scenarios and system tests that execute a line; of many scenarios a sample, of system tests the quickest."""
        tests = self.known.tests_of(path, line)
        units = [t for t in tests if t.startswith("unit_")]
        scenarios = [t for t in tests if not t.startswith(("unit_", SYSTEM))]
        system = [t for t in tests if t.startswith(SYSTEM)][:SYSTEM_MOST] if self.system else []
        if len(scenarios) > self.scenarios:
            scenarios = sorted(random.Random(line).sample(scenarios, self.scenarios), key=lambda t: self.known.seconds[t])
        return units, scenarios, system

    def by_system(self, command):
        """Whether a system test fails with the change, and passes without."""
        return (not self.tests.system_passes(command, self.system.scratch, 600)
                and self.tests.system_passes(command, self.system.folder, 600))

    def try_one(self, path, at, changed, system=None):
        """Changes a line (counted from 0).  The name of a test that fails, "" for none, None when it does not compile."""
        lines = self.build.read(path)
        if not self.build.compiled(path, lines[:at] + [changed] + lines[at + 1:]):
            return None
        units, scenarios, others = ([], [], []) if system else self.tests_of(path, at + 1)
        for test in units:
            if not self.build.linked("tests/unit/" + test):
                return None
            if self.kills(test, self.build):
                return test
        if not self.build.linked("app/weir"):
            return None
        for test in scenarios:
            if self.kills(test, self.build):
                return test
        if self.system is not None and (system or others):
            return self.try_system(path, lines[:at] + [changed] + lines[at + 1:], system, others)
        return ""

    def try_system(self, path, lines, command, tests):
        """The same of system tests, or of one with words of its own."""
        programs = ["app/weir"] + (["tests/system/ports/port_tool"] if command and command[0] == "ports.sh" else [])
        if not self.system.compiled(path, lines) or not all(map(self.system.linked, programs)):
            return None
        if command:
            return command[0] if self.by_system(command) else ""
        return next((test for test in tests if self.kills(test, self.system)), "")
