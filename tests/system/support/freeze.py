#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Stops one thread of a process, as a fault of the kernel would, for some seconds.

    freeze.py THREAD SECONDS
"""
import ctypes
import sys
import time

SEIZE, INTERRUPT = 0x4206, 0x4207
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
for request in SEIZE, INTERRUPT:
    if libc.ptrace(request, int(sys.argv[1]), None, None) != 0:
        sys.exit("ptrace: %d" % ctypes.get_errno())
print("frozen", flush=True)
time.sleep(float(sys.argv[2]))
