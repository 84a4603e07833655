# SPDX-License-Identifier: BSD-3-Clause
"""Mutants without a build of their own: the changed file alone is compiled, and each test is linked with its object before
the libraries of a build that exists, so the linker never takes the object that the library has.

Which tests look is guessed by folder: its own unit tests, those of folders that stand on it, and scenarios by words.
"""
import glob
import json
import os
import shlex
import subprocess
import time

# Folders whose unit tests look at a folder after its own, and words of the scenarios.
LOOKS = {
    "control": (["config", "worker"], ["nat_log", "messages", "workers"]),
    "config": (["policy", "stage", "control_reload", "control_run", "control_handover"],
               ["messages", "explaining", "conversations", "zones", "sanity"]),
    "stage": (["policy", "config", "control_reload"], ["filtering", "tracking", "nat", "routing", "forwards", "limits", "tags", "mark",
                                                       "sanity", "opening"]),
    "policy": (["stage", "config", "control_reload"], ["filtering", "routing", "messages", "zones", "forwards", "sanity", "host"]),
    "nat": (["stage", "control_nat_log", "control_machine", "control_reload"],
            ["nat", "leaving", "anew", "workers", "forwards", "limits"]),
    "session": (["stage", "flow", "fastpath", "control_machine", "control_reload"],
                ["sessions", "reuse", "opening", "tracking", "zones", "floods", "leaving", "anew", "limits", "nat"]),
    "slowpath": (["fastpath", "control_reload"], ["fragment", "budgets", "leaving", "host", "reasons"]),
}
SECONDS = 120           # that a test may take
SLOW = ("reload", "machine", "model", "fault", "capacity", "busy", "session_session")     # looked at last


class Build:
    """Stands for the tree that is changed, and for what is built of it."""

    def __init__(self, root, folder, scratch):
        self.path, self.folder, self.scratch = root, os.path.abspath(folder), scratch
        os.makedirs(scratch, exist_ok=True)
        with open(os.path.join(folder, "compile_commands.json")) as f:
            self.commands = {os.path.relpath(os.path.join(self.folder, e["file"]), root): e["command"] for e in json.load(f)}
        self.links, self.object, self.changed = {}, None, {}

    def read(self, path):
        with open(os.path.join(self.path, path)) as f:
            return f.read().split("\n")

    def compiled(self, path, lines):
        """Whether a changed file compiles; its object is what `linked` takes."""
        source = os.path.join(self.scratch, os.path.basename(path))
        self.object = source[:-2] + ".o"
        with open(source, "w") as f:
            f.write("\n".join(lines))
        words = shlex.split(self.commands[path])
        words = [w for w in words if w != "ccache"]
        at = words.index("-MD")
        words = words[:at] + ["-iquote", os.path.join(self.path, os.path.dirname(path)), "-o", self.object, "-c", source]
        return subprocess.run(words, cwd=self.folder, stderr=subprocess.DEVNULL).returncode == 0

    def linked(self, program):
        """The program with the changed object, or None."""
        if program not in self.links:
            out = subprocess.run(["ninja", "-t", "commands", program], cwd=self.folder, stdout=subprocess.PIPE, text=True,
                                 check=True).stdout
            self.links[program] = shlex.split(out.splitlines()[-1])
        words = [w for w in self.links[program] if w != "ccache"]
        at = words.index("-o")
        result = os.path.join(self.scratch, "build", program)
        os.makedirs(os.path.dirname(result), exist_ok=True)
        words = words[:at] + ["-o", result] + words[at + 2:]
        words.insert(words.index("-Wl,--as-needed"), self.object)
        return result if subprocess.run(words, cwd=self.folder, stderr=subprocess.DEVNULL).returncode == 0 else None


class Guess:
    """Which tests look at a line, by its folder."""

    def __init__(self, tests):
        self.tests, self.seconds = tests, {}
        sizes = {"unit_{}_{}".format(*p.split("/")[-2:])[:-len("_test.c")]: os.path.getsize(p)
                 for p in glob.glob(os.path.join(tests.tree, "tests/unit/*/*_test.c"))}
        self.units = sorted(tests.units, key=lambda t: sizes.get(t, 0))

    def tests_of(self, path, _):
        folder, name = path.split("/")[1], os.path.basename(path)[:-2]
        more, words = LOOKS[folder]
        own = [t for t in self.units if t.startswith(f"unit_{folder}_")]
        own.sort(key=lambda t: (name.split("_")[0] not in t, any(w in t for w in SLOW)))
        others = [t for t in self.units for m in more if t.startswith("unit_" + m) and t not in own]
        scenarios = [s for w in words for s in self.tests.scenarios if w in s.split(":")[0]]
        return own + others + list(dict.fromkeys(scenarios))


class Hunter:
    """As that of scripts/mutate, by objects."""

    def __init__(self, build, tests, scenarios, system):
        self.tree, self.tests, self.known, self.scenarios, self.system = build, tests, Guess(tests), scenarios, system

    def kills(self, test):
        """It fails with the change, and passes without: a busy machine makes some fail."""
        return (not self.tests.passes(test, os.path.join(self.tree.scratch, "build"), SECONDS)
                and self.tests.passes(test, self.tree.folder, SECONDS))

    def try_one(self, path, at, changed, system=None):
        lines = self.tree.read(path)
        if not self.tree.compiled(path, lines[:at] + [changed] + lines[at + 1:]):
            return None
        tests = [] if system else self.known.tests_of(path, at + 1)
        for test in [t for t in tests if t.startswith("unit_")]:
            program = self.tree.linked("tests/unit/" + test)
            if program is None:
                return None
            if self.kills(test):
                return test
        if self.tree.linked("app/weir") is None:
            return None
        scenarios = [t for t in tests if not t.startswith("unit_")][:self.scenarios]
        for test in scenarios:
            if self.kills(test):
                return test
        for command in system or self.system.get(path.split("/")[1], []):
            began = time.monotonic()
            words = command if isinstance(command, list) else [command]
            if subprocess.run(["bash", words[0], os.path.join(self.tree.scratch, "build"), *words[1:]], cwd=self.tree.path,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
                return f"{words[0]} in {time.monotonic() - began:.0f} s"
        return ""
