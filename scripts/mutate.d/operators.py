# SPDX-License-Identifier: BSD-3-Clause
"""What is changed into what.  A pattern is looked for in a line of code, without its comment and its strings."""
import re

OPERATORS = [
    (r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "), (r" == ", " != "), (r" != ", " == "),
    (r" && ", " || "), (r" \|\| ", " && "), (r" \+ ", " - "), (r" - ", " + "), (r" \+= ", " -= "), (r" \|= ", " = "),
    (r"\breturn 0;", "return -1;"), (r"\breturn true;", "return false;"), (r"\breturn false;", "return true;"),
    (r"\breturn -E[A-Z]+;", "return 0;"), (r"\bif \(!", "if ("), (r"\bif \((?=[a-z_>.\-]+\))", "if (!"),
    (r" = true;", " = false;"), (r" = false;", " = true;"), (r" & ~", " & "), (r"\bcontinue;", ";"),
    (r"(?<=\+ )1\b", "2"), (r"(?<=- )1\b", "0"),
    (r"^\t+[a-z_]+\([^{}=]*\);$", ";"),            # a call whose result nobody takes
]
# The smaller or the larger of two is the same with and without "or equal".
EXTREME = re.compile(r"(\S+) [<>]=? (\S+) \? (?:\1 : \2|\2 : \1)\W")
# Texts; what frees memory, which only a build with AddressSanitizer sees missing; and loops with a budget, where one turn
# more or less changes no outcome.
SKIPPED = re.compile(r"^\s*(#|/?\*|static_assert|assert|log_|err_warn|eval_note|\"|return cfg_error|case |\}|fprintf|snprintf"
                     r"|(free|memory_give|\w+_(discard|destroy|free|fini))\(|for \(\w+ \w+ = 0; \w+ < [A-Z_]+ && )")


def places(lines):
    """(number of the line from 0, the changed line) for each place of a file."""
    found, comment = [], False
    for i, line in enumerate(lines):
        code = re.sub(r"/\*.*?\*/", "", line)
        if comment or SKIPPED.match(code) or not code.startswith("\t"):
            comment = "*/" not in line if comment else "/*" in code
            continue
        comment = "/*" in code
        code = code.split("/*")[0].rstrip()
        plain = re.sub(r'"(\\.|[^"\\])*"', lambda m: "\x00" * len(m.group()), code)
        for pattern, change in OPERATORS:
            for m in re.finditer(pattern, plain):
                if pattern in (" < ", " <= ", " > ", " >= ") and EXTREME.search(code):
                    continue
                found.append((i, code[:m.start()] + change + code[m.end():]))
    return found
