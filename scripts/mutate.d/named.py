# SPDX-License-Identifier: BSD-3-Clause
"""Mutants that once survived, and that every later version has to kill: (what is broken, file, text of a line, its change)."""

MUTANTS = [
]
