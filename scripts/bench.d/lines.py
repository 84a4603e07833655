# SPDX-License-Identifier: BSD-3-Clause
"""Curves as SVG: panels of lines with points, axes linear or logarithmic."""
import math
from html import escape

COLOURS = ["#1b6ca8", "#c8553d", "#3a7d44", "#7b5ea7", "#8a6d3b", "#555555"]
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 440, 300, 56, 16, 40, 46


class Axis:
    def __init__(self, label, low, high, log=False, ticks=None, names=None):
        self.label, self.low, self.high, self.log = label, low, high, log
        self.ticks = ticks if ticks is not None else self.choose()
        self.names = names or ["%g" % t for t in self.ticks]

    def choose(self):
        if self.log:
            return [10 ** e for e in range(math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9) + 1)]
        step = 10 ** math.floor(math.log10((self.high - self.low) / 2))
        while (self.high - self.low) / step > 6:
            step *= 2 if str(step).lstrip("0.").startswith("1") else 2.5
        n = int((self.high - self.low) / step + 1e-9)
        return [round(self.low + i * step, 9) for i in range(n + 1)]

    def place(self, value):
        """From 0 to 1."""
        value = min(max(value, self.low), self.high)
        if self.log:
            return (math.log(value) - math.log(self.low)) / (math.log(self.high) - math.log(self.low))
        return (value - self.low) / (self.high - self.low)


def text(x, y, what, anchor="middle", size=11, more=""):
    return '<text x="%.1f" y="%.1f" text-anchor="%s" font-size="%d"%s>%s</text>' % (x, y, anchor, size, more, escape(what))


def panel(title, x, y, lines, at):
    """lines: [(name, [(x, y), ...])].  at: where its left edge is."""
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def px(v):
        return at + LEFT + x.place(v) * wide

    def py(v):
        return TOP + (1 - y.place(v)) * high

    out = [text(at + LEFT, 18, title, "start", 13, ' font-weight="bold"')]
    for tick, name in zip(y.ticks, y.names):
        out.append('<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="#ddd"/>' % (at + LEFT, at + WIDTH - RIGHT, py(tick), py(tick)))
        out.append(text(at + LEFT - 6, py(tick) + 4, name, "end"))
    for tick, name in zip(x.ticks, x.names):
        out.append(text(px(tick), TOP + high + 16, name))
    out.append('<path d="M%.1f %.1fv%.1fh%.1f" fill="none" stroke="#333"/>' % (at + LEFT, TOP, high, wide))
    out.append(text(at + LEFT + wide / 2, HEIGHT - 8, x.label))
    out.append(text(0, 0, y.label, more=' transform="translate(%.1f %.1f) rotate(-90)"' % (at + 12, TOP + high / 2)))
    for i, (name, points) in enumerate(lines):
        colour = COLOURS[i % len(COLOURS)]
        out.append('<polyline fill="none" stroke="%s" stroke-width="2" points="%s"/>' % (
            colour, " ".join("%.1f,%.1f" % (px(a), py(b)) for a, b in points)))
        out += ['<circle cx="%.1f" cy="%.1f" r="2.5" fill="%s"/>' % (px(a), py(b), colour) for a, b in points]
        out.append('<text x="%.1f" y="34" font-size="11" fill="%s">%s</text>' % (
            at + LEFT + wide * i / max(len(lines), 1), colour, escape(name)))
    return "\n".join(out)


def draw(path, panels):
    """panels: [(title, x axis, y axis, lines)], side by side."""
    with open(path, "w") as f:
        f.write('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif">\n'
                '<rect width="100%%" height="100%%" fill="white"/>\n' % ((WIDTH * len(panels), HEIGHT) * 2))
        for i, one in enumerate(panels):
            f.write(panel(*one, WIDTH * i) + "\n")
        f.write("</svg>\n")
