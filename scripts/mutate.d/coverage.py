# SPDX-License-Identifier: BSD-3-Clause
"""Which tests execute which line: a build in which each basic block records itself (covered.c), and each test run once.

Tests are unit tests ("unit_FOLDER_NAME"), scenarios ("MODULE: NAME") and, as root, system tests ("system: NAME"), which are the
last to be asked and run one at a time: they make interfaces with names of their own.

A point is a line that begins a basic block; a line is executed by the tests that executed the last point before it.  What is
found is kept in a file: {"points": {file: [line, ...]}, "tests": {name: {key, seconds, lines: {file: [line, ...]}}}}.
"""
import bisect
import collections
import concurrent.futures
import difflib
import glob
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import threading
import time

LONGEST = 600           # seconds that a test may take
LONGEST_SYSTEM = 150    # that a system test may take, to be asked about mutants
LANES = 2               # tests that run at the same time
ONE_SYSTEM_TEST = threading.Lock()
SYSTEM = "system: "     # how the names of system tests begin
# Those of tests/system that end within two minutes, with the same result each time, and look at more than the path of packets, which
# scenarios look at more quickly.
SYSTEM_TESTS = ("weirctl transactions service capture trace host rule_log http ipfix prometheus bridge kernel_routes host_routes "
                "bond starts command explain_workers ports_live port_return page replay_device delivery next_hops").split()
COMPILER = "-O0 -g1 -DWEIR_DEBUG=1 -fsanitize-coverage=trace-pc"


class Tests:
    """Runs the tests of a tree, one at a time; of two that run at the same time each needs its own."""

    def __init__(self, tree):
        self.tree = tree
        self.server = subprocess.Popen(["/usr/bin/python3", os.path.join(tree, "scripts/mutate.d/scenarios.py"), tree], cwd=tree,
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.scenarios = json.loads(self.server.stdout.readline())
        self.units = sorted("unit_{}_{}".format(os.path.basename(os.path.dirname(p)), os.path.basename(p)[:-len("_test.c")])
                            for p in glob.glob(os.path.join(tree, "tests/unit/*/*_test.c")) if "/drivers/" not in p)
        self.system = [SYSTEM + name for name in SYSTEM_TESTS] if os.geteuid() == 0 else []

    def passes(self, test, build, seconds, environment=None):
        """Whether a test passes in time, with the programs of a build folder."""
        if test.startswith("unit_"):
            try:
                return subprocess.run([os.path.join(build, "tests/unit", test)], cwd=self.tree, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL, timeout=seconds,
                                      env={**os.environ, **(environment or {})}).returncode == 0
            except subprocess.TimeoutExpired:
                return False
        if test.startswith(SYSTEM):
            return self.system_passes([test[len(SYSTEM):] + ".sh"], build, seconds, environment)
        asked = {"build": build, "name": test, "seconds": seconds, "environment": environment or {}}
        print(json.dumps(asked), file=self.server.stdin, flush=True)
        return self.server.stdout.readline().strip() == "passed"

    def system_passes(self, command, build, seconds, environment=None):
        """The same of a system test: its file, and what follows the build folder on its command line."""
        words = shlex.split(os.environ.get("WEIR_MUTATE_WRAP", "")) + ["timeout", "-k", "10", str(int(seconds)), "bash",
                                                                       "tests/system/" + command[0], build, *command[1:]]
        with ONE_SYSTEM_TEST:
            return subprocess.run(words, cwd=self.tree, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, env={**os.environ, **(environment or {})}).returncode == 0

    def end(self):
        self.server.stdin.close()
        self.server.wait()


def build(tree, home):
    folder, recorder = os.path.join(home, "covered"), os.path.join(home, "covered.o")
    subprocess.run(["gcc", "-O2", "-fPIC", "-c", "scripts/mutate.d/covered.c", "-o", recorder], cwd=tree, check=True)
    if not os.path.exists(os.path.join(folder, "build.ninja")):
        subprocess.run(["meson", "setup", folder, "--buildtype=plain", "-Dwerror=false", "-Dc_args=" + COMPILER,
                        "-Dc_link_args=" + recorder], cwd=tree, check=True, stdout=subprocess.DEVNULL)
    # A cache may have objects of another tree, whose debug information has the names of that tree.
    subprocess.run(["ninja", "-j2", "-C", folder], check=True, stdout=subprocess.DEVNULL, env={**os.environ, "CCACHE_DISABLE": "1"})
    return folder


class Lines:
    """File and line of places in programs."""

    def __init__(self, tree, folder):
        self.tree, self.folder, self.known = tree, folder, {}

    def of(self, program, places):
        cache = self.known.setdefault(program, {})
        new = [p for p in places if p not in cache]
        if new:
            # One less: the place is where the call of the recorder returns to.
            text = "\n".join(hex(int(p, 16) - 1) for p in new)
            out = subprocess.run(["addr2line", "-e", program], input=text, stdout=subprocess.PIPE, text=True, check=True).stdout
            for place, line in zip(new, out.splitlines()):
                m = re.match(r"(\S+):(\d+)", line)
                path = os.path.normpath(os.path.join(self.folder, m.group(1))) if m else ""
                cache[place] = (os.path.relpath(path, self.tree), int(m.group(2))) if m else None
        return {cache[p] for p in places} - {None}

    def points(self, program):
        """Every place of a program that records itself."""
        out = subprocess.run(["objdump", "-d", "--no-show-raw-insn", program], stdout=subprocess.PIPE, text=True, check=True).stdout
        places = re.findall(r"call +[0-9a-f]+ <__sanitizer_cov_trace_pc>\n +([0-9a-f]+):", out)
        return self.of(program, places)


def executed(folder, lines):
    found = set()
    for name in glob.glob(os.path.join(folder, "*")):
        with open(name) as f:
            program, *places = f.read().splitlines() or [""]
        if os.path.exists(program):     # not a copy that a test has made and removed, nor cut off by the end of a test
            found |= lines.of(program, places)
    return found


def key_of(tree, test):
    """What a test's source is now: of a unit test its file, of a scenario its module, of a system test its script."""
    if test.startswith("unit_"):
        folder, name = test[len("unit_"):].split("_", 1)
        path = f"tests/unit/{folder}/{name}_test.c"
    elif test.startswith(SYSTEM):
        path = f"tests/system/{test[len(SYSTEM):]}.sh"
    else:
        path = "tests/scenario/" + test.split(":")[0] + ".py"
    with open(os.path.join(tree, path), "rb") as f:
        return hashlib.sha1(f.read()).hexdigest()


def run_test(tests, test, lines, moved):
    """What it executes, by file; nothing when it fails without a change."""
    with tempfile.TemporaryDirectory() as out:
        os.chmod(out, 0o1777)           # for processes that have given up their rights
        began = time.monotonic()
        passed = tests.passes(test, lines.folder, LONGEST_SYSTEM if test.startswith(SYSTEM) else LONGEST, {"WEIR_COVERED": out})
        seconds = round(time.monotonic() - began, 2)
        found = collections.defaultdict(list)
        for path, line in sorted(executed(out, lines)) if passed else []:
            if path.startswith("lib/"):
                found[path].append(moved.then(path, line))
        return {"key": key_of(tests.tree, test), "seconds": seconds, "lines": found}


def collect(tree, home, kept, moved, say, save):
    """Completes what is kept: runs the tests that are not in it, or have changed."""
    lanes = [Tests(tree) for _ in range(LANES)]
    names, old = lanes[0].units + lanes[0].scenarios + lanes[0].system, kept.get("tests", {})
    new = [t for t in names if t not in old or old[t]["key"] != key_of(tree, t)]
    kept["tests"] = {t: old[t] for t in names if t not in new}
    if new:
        say(f"{len(new)} of {len(names)} tests are run to see what they execute")
    if new or "points" not in kept:
        lines = Lines(tree, build(tree, home))
        if "points" not in kept:
            points = collections.defaultdict(set)
            for path, line in lines.points(os.path.join(lines.folder, "app/weir")):
                points[path].add(moved.then(path, line))
            kept["points"] = {p: sorted(v) for p, v in points.items()}

    lock = threading.Lock()

    def lane(tests):
        while new:
            test = new.pop(0)
            row = run_test(tests, test, lines, moved)
            row = row if row["lines"] or test.startswith(SYSTEM) else run_test(tests, test, lines, moved)
            with lock:
                kept["tests"][test] = row
                if not row["lines"]:
                    say(f"what it executes is not known{', so all of its folder' if test.startswith('unit_') else ''}: {test}")
                if len(kept["tests"]) % 50 == 0 or test.startswith(SYSTEM):
                    say(f"{len(new)} are left")
                    save(kept)

    with concurrent.futures.ThreadPoolExecutor(LANES) as pool:
        list(pool.map(lane, lanes))
    for tests in lanes:
        tests.end()
    save(kept)
    return kept


class Coverage:
    def __init__(self, data, moved):
        self.moved = moved
        self.seconds = {t: row["seconds"] for t, row in data["tests"].items()}
        # Those that failed, or whose processes end by _exit(), may execute all of their folder.
        self.unknown = {t for t, row in data["tests"].items() if not any(p.startswith("lib/") for p in row["lines"])}
        self.by_line = collections.defaultdict(set)
        points = collections.defaultdict(set, {p: set(v) for p, v in data["points"].items()})
        for test, row in data["tests"].items():
            for path, lines in row["lines"].items():
                points[path].update(lines)
                for line in lines:
                    self.by_line[path, line].add(test)
        self.points = {p: sorted(v) for p, v in points.items()}

    def tests_of(self, path, line):
        """The tests that execute a line, unit tests before scenarios before system tests, the quickest first."""
        points = self.points.get(path, [])
        if not points:          # a file that is new since the measurement: the tests of its folder, and of what stands on it
            folder = path.split("/")[1]
            tests = [t for t in self.seconds if t.startswith((f"unit_{folder}_", "unit_fastpath_", "unit_control_"))]
            return sorted(tests, key=lambda t: (not t.startswith(f"unit_{folder}_"), self.seconds[t]))
        at = bisect.bisect_right(points, self.moved.then(path, line)) - 1
        tests = set(self.by_line[path, points[at]]) if at >= 0 else set()
        if at > 0 and points[at] == self.moved.then(path, line):    # its first part may belong to the block before
            tests |= self.by_line[path, points[at - 1]]
        if not tests and self.moved.changed(path):      # where the line was is not known: all that execute the file
            tests = set().union(*(self.by_line[path, p] for p in points))
        tests = tests | {t for t in self.unknown if t.startswith("unit_" + path.split("/")[1] + "_")}
        return sorted(tests, key=lambda t: (not t.startswith("unit_"), t.startswith(SYSTEM), self.seconds[t]))


class Moved:
    """The lines of the sources as they are now, by those of the sources that were measured."""

    def __init__(self, measured, tree):
        self.measured, self.tree, self.known = measured, tree, {}

    def changed(self, path):
        """Is the file another one than the one that was measured?"""
        old, new = (open(os.path.join(d, path)).read() for d in (self.measured, self.tree))
        return old != new

    def then(self, path, line):
        """The number that a line of today had, or that of the last line before it that was there; 0 for none."""
        if path not in self.known:
            old, new = ([] if not os.path.exists(os.path.join(d, path)) else open(os.path.join(d, path)).read().split("\n")
                        for d in (self.measured, self.tree))
            rows = [0] * (len(new) + 2)
            for a, b, n in difflib.SequenceMatcher(None, old, new, False).get_matching_blocks():
                for i in range(n):
                    rows[b + i + 1] = a + i + 1
            for i in range(1, len(rows)):
                rows[i] = rows[i] or rows[i - 1]
            self.known[path] = rows
        rows = self.known[path]
        return rows[min(line, len(rows) - 1)]


def load(tree, home, fresh, say):
    """What is kept in the folder about the sources as they were measured, completed by what new and changed tests execute."""
    path, measured = os.path.join(home, "coverage.json"), os.path.join(home, "measured")
    kept = {}
    if os.path.exists(path) and not fresh:
        with open(path) as f:
            kept = json.load(f)
    else:
        shutil.rmtree(measured, ignore_errors=True)
        for folder in ("lib", "app"):
            shutil.copytree(os.path.join(tree, folder), os.path.join(measured, folder))

    def save(kept):
        with open(path + ".new", "w") as f:
            json.dump(kept, f)
        os.replace(path + ".new", path)

    moved = Moved(measured, tree)
    return Coverage(collect(tree, home, kept, moved, say, save), moved)
