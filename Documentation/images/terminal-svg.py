#!/usr/bin/env python3
"""Draws what a command prints on a terminal as an SVG picture.

    ./s2wmp decode --color always Fixtures/captures/lan-chat.pcap | Documentation/images/terminal-svg.py > Documentation/images/decode.svg
"""
import html
import re
import sys

STYLES = {"1": "font-weight:bold", "2": "fill:#8b949e", "31": "fill:#ff7b72", "33": "fill:#e3b341", "32": "fill:#7ee787", "36": "fill:#79c0ff"}
CHARACTER, LINE, MARGIN = 8.4, 18, 16


def spans(line):
    """The line as SVG text runs; styles last until the next reset."""
    style = []
    out = []
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        code = re.fullmatch(r"\x1b\[([0-9;]*)m", part)
        if not code:
            if part:
                attribute = f' style="{";".join(style)}"' if style else ""
                out.append(f"<tspan{attribute}>{html.escape(part)}</tspan>")
        elif code.group(1) in ("", "0"):
            style = []
        else:
            style += [STYLES[number] for number in code.group(1).split(";") if number in STYLES]
    return "".join(out)


def main():
    lines = sys.stdin.read().rstrip("\n").split("\n")
    width = max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in lines) * CHARACTER + 2 * MARGIN
    height = len(lines) * LINE + 2 * MARGIN
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" height="{height}" role="img">')
    print('<rect width="100%" height="100%" rx="8" fill="#0d1117"/>')
    print('<g font-family="ui-monospace,Menlo,Consolas,DejaVu Sans Mono,monospace" font-size="14" fill="#e6edf3" xml:space="preserve">')
    for index, line in enumerate(lines):
        print(f'<text x="{MARGIN}" y="{MARGIN + 13 + index * LINE}">{spans(line)}</text>')
    print("</g></svg>")


if __name__ == "__main__":
    main()
