# SPDX-License-Identifier: BSD-3-Clause
"""Rows measured: pairs in random ABBA order, a ratio for each pair."""

import random
import statistics
import sys
import time

SHARE_QUIET = 0.97              # of its core: less, and others wanted it too


class Progress:
    def __init__(self, total):
        self.total, self.done, self.began = total, 0, time.monotonic()

    def say(self, text):
        self.done += 1
        spent = time.monotonic() - self.began
        left = spent / self.done * (self.total - self.done)
        print("[%d of %d, %d:%02d, %d:%02d to go] %s" % (self.done, self.total, *divmod(int(spent), 60),
                                                       *divmod(int(left), 60), text), file=sys.stderr, flush=True)


def one(contender, traffic, bench, progress):
    """Facts of a run, or None with the failure said."""
    try:
        facts = contender.run(bench, traffic)
    except Exception as failure:        # whatever it was: hours of other rows go on
        progress.say("%s (%s): FAILED: %s" % (contender.name, traffic, failure))
        return {"failed": str(failure) or repr(failure)}
    shared = "" if facts["share"] > SHARE_QUIET else ", with %.0f %% of its core" % (100 * facts["share"])
    progress.say("%s (%s): %.3f Mpps%s" % (contender.name, traffic, facts["pps"] / 1e6, shared))
    return facts


def measure_row(row, pairs, bench, progress):
    """A dictionary of what was measured, for the report and for JSON."""
    runs = []
    order = [0, 1]
    for pair in range(pairs):
        if pair % 2 == 0:
            random.shuffle(order)
        else:
            order.reverse()
        facts = [None, None]
        for side in order:
            if side == 0:
                facts[0] = one(row.ours, row.traffic, bench, progress)
            elif row.theirs is not None:
                facts[1] = one(row.theirs, row.other_traffic, bench, progress)
        runs.append(facts)
        if pair == 0 and any(f is not None and "failed" in f for f in facts) and pairs > 1:
            # Twice is enough to believe it.
            pairs = 2
    return judge(row, runs)


def speed(facts):
    """Packets a second of processor time: what others take of the core is not the contender's."""
    return facts["pps"] / facts["share"]


def compared(ours, theirs):
    """What a run is compared with: another one, or its own other turns; None where there is neither."""
    return theirs or ours.get("without")


def value(ours, theirs):
    """A ratio, or millions a second where there is nothing to compare with."""
    theirs = compared(ours, theirs)
    return speed(ours) / (speed(theirs) if theirs else 1e6)


def judge(row, runs):
    whole = [pair for pair in runs if all(f is None or "failed" not in f for f in pair)]
    failures = sorted({f["failed"] for pair in runs for f in pair if f is not None and "failed" in f})
    result = {"group": row.group, "what": str(row), "traffic": str(row.traffic), "ours": row.ours.name,
              "theirs": row.theirs and row.theirs.name, "least": row.least, "aim": row.aim, "pairs": len(whole),
              "failures": failures, "runs": runs, "reference": row.reference}
    if hasattr(row.ours, "unit"):
        result["unit"] = row.ours.unit
    if not whole:
        return result
    values = [value(ours, theirs) for ours, theirs in whole]
    result.update(value=statistics.median(values), value_min=min(values), value_max=max(values),
                  ours_mpps=statistics.median(speed(ours) for ours, _ in whole) / 1e6,
                  theirs_mpps=statistics.median(speed(compared(*pair)) for pair in whole) / 1e6 if compared(*whole[0]) else None,
                  share=min(f["share"] for pair in whole for f in pair if f is not None))
    offered = [f for pair in whole for f in pair if f is not None and "offered" in f]
    result["limited_by_generator"] = any(f["pps"] > 0.98 * f["offered"] for f in offered)
    p99 = [ours["p99_us"] / theirs["p99_us"] for ours, theirs in whole if theirs and "p99_us" in ours and "p99_us" in theirs]
    if p99:
        result["p99"] = statistics.median(p99)
    drivers = sorted({f["driver"] for f in offered if "driver" in f})
    if drivers:
        result["driver"] = ", ".join(drivers)
    return result


def relate(results):
    """Ratios as shares of the reference's of their group."""
    references = {r["group"]: r["value"] for r in results if r.get("reference") and "value" in r}
    for r in results:
        if r["group"] in references and not r.get("reference") and "value" in r:
            r["of_reference"] = r["value"] / references[r["group"]]
