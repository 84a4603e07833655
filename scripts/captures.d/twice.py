# SPDX-License-Identifier: BSD-3-Clause
"""Stands in for weir: runs weir replay by two programs, and compares all that they write.

SAME_OLD, SAME_NEW: the programs; SAME_LOG: a file, a line for each replay."""

import os
import subprocess
import sys


def written(argv):
    """The files that a command writes: index of the word, and the path."""
    for i, word in enumerate(argv[:-1]):
        if word == '--json' and argv[i + 1] != '-':
            yield i + 1, argv[i + 1]
        elif word == '--out':
            yield i + 1, argv[i + 1].split('=', 1)[-1]


def contents(path):
    if not os.path.exists(path):
        return None
    with open(path, 'rb') as f:
        return f.read()


def note(text):
    with open(os.environ['SAME_LOG'], 'a') as f:
        f.write(text + '\n')


def compare(argv):
    """Runs both; returns what the new one did, and what differs."""
    old_argv = list(argv)
    for i, path in written(argv):
        old_argv[i] = old_argv[i].replace(path, path + '.old')
        if os.path.exists(path):
            os.unlink(path)
    new = subprocess.run([os.environ['SAME_NEW'], *argv], capture_output=True)
    old = subprocess.run([os.environ['SAME_OLD'], *old_argv], capture_output=True)
    differ = [path for _, path in written(argv) if contents(path) != contents(path + '.old')]
    if (old.returncode, old.stdout, old.stderr) != (new.returncode, new.stdout, new.stderr):
        differ.append('what it prints')
    for _, path in written(argv):
        if os.path.exists(path + '.old'):
            os.unlink(path + '.old')
    return new, differ


def main():
    argv = sys.argv[1:]
    if not argv or argv[0] != 'replay':
        os.execv(os.environ['SAME_NEW'], [os.environ['SAME_NEW'], *argv])
    ran, differ = compare(argv)
    note('%s %s' % ('differs' if differ else 'same', ' '.join(argv + ['::'] + differ)))
    sys.stdout.buffer.write(ran.stdout)
    sys.stderr.buffer.write(ran.stderr)
    return ran.returncode


if __name__ == '__main__':
    sys.exit(main())
