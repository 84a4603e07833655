# SPDX-License-Identifier: BSD-3-Clause
"""What was measured, as a table for people and as JSON, with the conditions beside it."""

import json
import os
import platform
import re
import subprocess

from process import Failure
from runs import SHARE_QUIET

PASSING = ("load", "tsc_mhz", "hugepages")      # conditions that differ from call to call


def conditions(args, build):
    def first(path, pattern):
        with open(path) as f:
            found = re.search(pattern, f.read())
        return found[1] if found else None

    def said(*command):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return done.stdout.strip()

    return {
        "cpu": first("/proc/cpuinfo", r"model name\s*: (.*)"), "cores": os.cpu_count(),
        "tsc_mhz": float(first("/proc/cpuinfo", r"cpu MHz\s*: ([\d.]+)")),
        "kernel": platform.release(), "dpdk": said("pkg-config", "--modversion", "libdpdk"),
        "ovs": said("dpkg-query", "-W", "-f", "${Version}", "openvswitch-switch-dpdk"),
        "hugepages": int(first("/proc/meminfo", r"HugePages_Total:\s+(\d+)")),
        "build": buildtype(build), "commit": said("git", "describe", "--always", "--dirty"),
        "load": os.getloadavg(), "pairs": args.pairs, "window_seconds": args.seconds, "burst": 64,
        "device": "net_weir_replay" + ("" if args.hot else ", ring=1"), "routes": 4000, "rules": 1000,
    }


def buildtype(build):
    options = json.loads(subprocess.run(["meson", "introspect", build, "--buildoptions"], stdout=subprocess.PIPE,
                                        text=True, check=True).stdout)
    return {o["name"]: o["value"] for o in options if o["name"] in ("buildtype", "optimization", "b_sanitize", "b_lto")}


def verdict(row):
    if "value" not in row:
        return "FAILED"
    if row["least"] is None:
        return ""
    if row["value"] >= row["aim"]:
        return "aim reached"
    return "reached" if row["value"] >= row["least"] else "MISSED"


def line(row):
    if "value" not in row:
        return "%-74s FAILED: %s" % (row["what"], "; ".join(row["failures"])[:200])
    text = "%-74s %7.3f (%.3f..%.3f)" % (row["what"], row["value"], row["value_min"], row["value_max"])
    rates = "%.2f" % row["ours_mpps"] + ("" if row["theirs_mpps"] is None else " : %.2f" % row["theirs_mpps"])
    text += "  %s %s" % (rates, row.get("unit", "Mpps"))
    if row["least"] is not None:
        text += "  wanted %.2f, aim %.2f: %s" % (row["least"], row["aim"], verdict(row))
    if "of_reference" in row:
        text += "  (%.2f of the reference's ratio)" % row["of_reference"]
    if "p99" in row:
        text += "  (p99 of a packet's time: %.2f of theirs)" % row["p99"]
    if row.get("driver"):
        text += "  by " + row["driver"]
    if row.get("limited_by_generator"):
        text += "  (the generator was the limit of at least one side)"
    if row["share"] < SHARE_QUIET:
        text += "  (not quiet: others had up to %.0f %% of the core)" % (100 * (1 - row["share"]))
    if row["failures"]:
        text += "  failed runs: %s" % "; ".join(row["failures"])[:160]
    return text


def table(rows, where):
    print("%(cpu)s at %(tsc_mhz).0f MHz, kernel %(kernel)s, DPDK %(dpdk)s, OVS %(ovs)s, %(hugepages)d hugepages, "
          "%(device)s, burst %(burst)d; packets a second of processor time, medians of %(pairs)d pairs (smallest..largest)"
          % where)
    for row in rows:
        print(line(row))


def write_json(path, rows, where):
    with open(path, "w") as f:
        json.dump({"conditions": where, "rows": rows}, f, indent=1)
        f.write("\n")


def known_rows(path, where):
    """Rows of a file that were measured under the same conditions, by what they are; none of one that is not there."""
    if not os.path.exists(path):
        return {}
    with open(path) as f:
        before = json.load(f)
    other = [key for key in where if key not in PASSING and before["conditions"].get(key) != where[key]]
    if other:
        raise Failure("%s: measured otherwise: %s" % (path, ", ".join(other)))
    return {row["what"]: row for row in before["rows"] if "value" in row}
