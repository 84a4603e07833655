# SPDX-License-Identifier: BSD-3-Clause
"""Mutants that no test can see, each with the reason: (file, the line, the changed line, reason)."""

MUTANTS = [
]


def reason(path, line, changed):
    """Why no test can see a mutant; None for all others."""
    for where, old, new, why in MUTANTS:
        if where == path and old == line.strip() and new == changed.strip():
            return why
    return None
