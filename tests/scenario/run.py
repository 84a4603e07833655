#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs the scenarios: packets in, verdicts and packets out, by weir replay.

    tests/scenario/run.py BUILD [--quick | --long] [WORD...]

BUILD is the build folder; with words, only scenarios whose name has one of them; with --quick, without those that take
seconds (LONG); with --long, only those.  A process for each processor; a line for each scenario, and a count at the end.

DPDK loads every driver that is installed, which is half the time of a short replay.  As root the scenarios run in a mount
namespace that has only the drivers that they need."""

import glob
import importlib
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import bench  # noqa: E402


LONG = ('floods: ', 'sameness: ', 'nat_rows: rfc5382_req_4_flood', 'nat: rfc5508_req_3_4_5', 'nat_log: the log is ',
        'forwards: a list is as a stage', 'leaving: a SYN on a finished', 'diffing: what is told',
        'fragments: a ping of ours', 'budgets: combinations')
DRIVERS = ('bus_pci', 'bus_vdev', 'mempool_ring', 'net_null', 'net_ring')
FEWER = 'WEIR_SCENARIOS_FEWER_DRIVERS'          # set in the environment of the run with fewer drivers


def with_fewer_drivers():
    """Runs this program again where DPDK finds only DRIVERS.  Its exit status, or None where that is not possible."""
    installed = glob.glob('/usr/lib/*/dpdk/pmds-*')
    if FEWER in os.environ or os.geteuid() != 0 or len(installed) != 1:
        return None
    if subprocess.run(['unshare', '--mount', 'true'], stderr=subprocess.DEVNULL).returncode != 0:
        return None
    with tempfile.TemporaryDirectory(prefix='weir-drivers-') as few:
        for driver in DRIVERS:
            for path in glob.glob('%s/librte_%s.so*' % (installed[0], driver)):
                shutil.copy(path, few, follow_symlinks=False)
        return subprocess.run(['unshare', '--mount', 'sh', '-c', 'mount --bind "$1" "$2" && shift 2 && exec "$@"', 'sh', few,
                               installed[0], sys.executable, *sys.argv], env={**os.environ, FEWER: '1'}).returncode


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
    status = with_fewer_drivers()
    if status is not None:
        return status
    bench.WEIR = os.path.join(os.path.abspath(sys.argv[1]), 'app', 'weir')
    quick, long = '--quick' in sys.argv, '--long' in sys.argv
    words = [w for w in sys.argv[2:] if w not in ('--quick', '--long')]
    began = time.time()
    named = {(module.__name__, place): '%s: %s' % (module.__name__, name)
             for module in modules() for place, (name, _) in enumerate(module.SCENARIOS)}
    asked = [which for which, name in named.items()
             if (not words or any(w in name for w in words)) and not (long if not name.startswith(LONG) else quick)]
    passed = failed = 0
    with multiprocessing.Pool(os.cpu_count()) as pool:
        for good, text in pool.imap(run_one, asked):
            passed, failed = passed + good, failed + (not good)
            print(text, flush=True)
    print('%d scenarios passed, %d failed, %.0f s' % (passed, failed, time.time() - began))
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == '__main__':
    sys.exit(main())
