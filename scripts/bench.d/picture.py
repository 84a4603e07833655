# SPDX-License-Identifier: BSD-3-Clause
"""One picture of the rows against peers: a bar for each ratio, its spread, and what was wanted."""

from html import escape

WIDTH, LEFT, ROW, TOP = 900, 430, 30, 58
COLOURS = {"testpmd": "#3b6ea5", "ovs": "#c0762b", "nftables": "#4c8c4a", "weir": "#7a6aa8"}


def scale(value, most):
    return (WIDTH - LEFT - 90) * min(value, most) / most


def panel(rows, title, top):
    """Lines of SVG for rows with one axis, and the height they take."""
    most = max(max(r["value_max"] for r in rows), max(r["aim"] or 0 for r in rows)) * 1.05
    out = ['<text x="16" y="%d" class="title">%s</text>' % (top + 18, escape(title))]
    y = top + 32
    for row in rows:
        colour = COLOURS.get(row["theirs"].split()[0], "#888")
        middle = y + ROW / 2
        out.append('<text x="%d" y="%d" text-anchor="end">%s</text>' % (LEFT - 10, middle + 4, escape(label(row))))
        out.append('<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>' % (LEFT, y + 6, scale(row["value"], most),
                                                                              ROW - 12, colour))
        low, high = (LEFT + scale(row[key], most) for key in ("value_min", "value_max"))
        out.append('<path d="M%.1f %.1fH%.1f" class="spread"/>' % (low, middle, high))
        if row["least"] is not None:
            x = LEFT + scale(row["least"], most)
            out.append('<path d="M%.1f %dV%d" class="wanted"/>' % (x, y + 2, y + ROW - 2))
        out.append('<text x="%.1f" y="%d">%s</text>' % (max(high, LEFT + scale(row["least"] or 0, most)) + 8, middle + 4,
                                                      "%.2f" % row["value"] if row["value"] < 10
                                                      else "%.1f" % row["value"]))
        y += ROW
    return out, y - top


def label(row):
    text = row["ours"] + " to " + row["theirs"]
    return "%s, %s" % (text, row["traffic"]) if len(text) + len(row["traffic"]) < 62 else text


def draw(rows, where):
    """Text of an SVG file; rows without a ratio are left out."""
    rows = [row for row in rows if "value" in row and row["theirs"]]
    few = [row for row in rows if row["value_max"] <= 3]
    many = [row for row in rows if row["value_max"] > 3]
    body, top = [], TOP
    for part, title in ((few, "packets per second, as a ratio"), (many, "the same, where it is many times")):
        if part:
            lines, height = panel(part, title, top)
            body += lines
            top += height + 24
    caption = "%s, one worker, DPDK %s, medians of %d pairs in one run; thin line: smallest to largest; mark: wanted" % (
        where["cpu"], where["dpdk"], where["pairs"])
    return "\n".join([
        '<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">' % (
            WIDTH, top, WIDTH, top),
        "<title>Weir beside its peers</title>",
        "<style>text{font:13px sans-serif;fill:#222}.title{font-weight:bold}.small{font-size:11px;fill:#555}"
        ".spread{stroke:#111;stroke-width:2}.wanted{stroke:#b00020;stroke-width:2;stroke-dasharray:3 2}</style>",
        '<rect width="100%" height="100%" fill="#fff"/>',
        '<text x="16" y="24" class="title" style="font-size:16px">Weir beside its peers, the same frames for both</text>',
        '<text x="16" y="44" class="small">%s</text>' % escape(caption), *body, "</svg>", ""])
