#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Holds one thread of a process as a debugger does, while all others run on; lets it go at SIGTERM.

usage: hold_thread.py PID NAME          says "held" once the thread stands still
"""
import ctypes
import os
import signal
import sys

SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17      # ptrace(2)
WALL = 0x40000000                                   # __WALL: threads, too


def thread_of(pid, name):
    for tid in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{tid}/comm') as f:
            if f.read().strip() == name:
                return int(tid)
    sys.exit(f'no thread {name}')


def main():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    ptrace = ctypes.CDLL(None, use_errno=True).ptrace
    ptrace.argtypes = [ctypes.c_long] * 4
    tid = thread_of(int(sys.argv[1]), sys.argv[2])
    for request in (SEIZE, INTERRUPT):
        if ptrace(request, tid, 0, 0) != 0:
            sys.exit(os.strerror(ctypes.get_errno()))
    os.waitpid(tid, WALL)
    print('held', flush=True)
    signal.sigwait([signal.SIGTERM])
    ptrace(DETACH, tid, 0, 0)


if __name__ == '__main__':
    main()
