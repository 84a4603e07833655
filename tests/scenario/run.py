#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs the scenarios: packets in, verdicts and packets out, by weir replay.

    tests/scenario/run.py BUILD [WORD...]

BUILD is the build folder; with words, only scenarios whose name has one of them.  A process for each processor; a
line for each scenario, and a count at the end."""

import importlib
import multiprocessing
import os
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import bench  # noqa: E402


def modules():
    """The files with scenarios: all but this one and what they share."""
    names = sorted(f[:-3] for f in os.listdir(HERE) if f.endswith('.py'))
    return [importlib.import_module(n) for n in names if n not in ('run', 'bench', 'packets')]


def run_one(which):
    """Whether it passed, and what to say of it."""
    module, place = which
    name, function = importlib.import_module(module).SCENARIOS[place]
    name = '%s: %s' % (module, name)
    try:
        function()
    except bench.Failed as e:
        return False, 'not ok %s\n    %s' % (name, str(e).replace('\n', '\n    '))
    except Exception:                           # a scenario that breaks is one that failed
        return False, 'not ok %s\n%s' % (name, traceback.format_exc())
    return True, 'ok %s' % name


def main():
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    bench.WEIR = os.path.join(os.path.abspath(sys.argv[1]), 'app', 'weir')
    words = sys.argv[2:]
    began = time.time()
    asked = [(module.__name__, place) for module in modules() for place, (name, _) in enumerate(module.SCENARIOS)
             if not words or any(w in '%s: %s' % (module.__name__, name) for w in words)]
    passed = failed = 0
    with multiprocessing.Pool(os.cpu_count()) as pool:
        for good, text in pool.imap(run_one, asked):
            passed, failed = passed + good, failed + (not good)
            print(text, flush=True)
    print('%d scenarios passed, %d failed, %.0f s' % (passed, failed, time.time() - began))
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == '__main__':
    sys.exit(main())
