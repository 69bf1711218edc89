#!/usr/bin/env python3
"""Draws what a command prints on a terminal as an SVG picture.

    ./s2wmp decode --color always Fixtures/captures/lan-chat.pcap | Documentation/images/terminal-svg.py > Documentation/images/decode.svg
    (echo "$ s2wmp conform …"; s2wmp conform 127.0.0.9:5000 --color always 2>&1) | Documentation/images/terminal-svg.py > Documentation/images/conform.svg
    tmux capture-pane -ept SESSION | Documentation/images/terminal-svg.py > Documentation/images/chat.svg
    tmux capture-pane -ept SESSION | Documentation/images/terminal-svg.py > Documentation/images/live.svg
"""
import html
import re
import sys
import unicodedata

STYLES = {"1": "font-weight:bold", "2": "fill:#8b949e", "31": "fill:#ff7b72", "33": "fill:#e3b341", "32": "fill:#7ee787", "36": "fill:#79c0ff"}
CHARACTER, LINE, MARGIN = 8.4, 18, 16
PAPER, INK = "#0d1117", "#e6edf3"
INVERTED = f"fill:{PAPER}"


def columns(text):
    """How many a terminal takes for it."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def spans(line, style, inverted):
    """The line as SVG text runs. Styles last until the next reset, over the line's end as well: `style` is changed.

    Where text is inverted, `inverted` gets the first column and the number of columns."""
    out = []
    column = 0
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        code = re.fullmatch(r"\x1b\[([0-9;]*)m", part)
        if not code:
            if part:
                if INVERTED in style:
                    inverted.append((column, columns(part)))
                column += columns(part)
                attribute = f' style="{";".join(style)}"' if style else ""
                # Viewers differ in whether runs of spaces are kept; these ones always are.
                out.append(f"<tspan{attribute}>{html.escape(part).replace(' ', chr(0xa0))}</tspan>")
            continue
        for number in code.group(1).split(";"):
            if number in ("", "0"):
                style.clear()
            elif number == "7":
                style.append(INVERTED)
            elif number == "27" and INVERTED in style:
                style.remove(INVERTED)
            elif number == "39":
                style[:] = [rule for rule in style if rule == STYLES["1"] or rule == STYLES["2"]]
            elif number in STYLES:
                style.append(STYLES[number])
    return "".join(out)


def main():
    lines = sys.stdin.read().rstrip("\n").split("\n")
    width = max(columns(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in lines) * CHARACTER + 2 * MARGIN
    height = len(lines) * LINE + 2 * MARGIN
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" height="{height}" role="img">')
    print(f'<rect width="100%" height="100%" rx="8" fill="{PAPER}"/>')
    print(f'<g font-family="ui-monospace,Menlo,Consolas,DejaVu Sans Mono,monospace" font-size="14" fill="{INK}" xml:space="preserve">')
    style = []
    for index, line in enumerate(lines):
        inverted = []
        runs = spans(line, style, inverted)
        for column, count in inverted:
            place = f'x="{MARGIN + column * CHARACTER:.1f}" y="{MARGIN + index * LINE}"'
            print(f'<rect {place} width="{count * CHARACTER:.1f}" height="{LINE}" fill="{INK}"/>')
        print(f'<text x="{MARGIN}" y="{MARGIN + 13 + index * LINE}">{runs}</text>')
    print("</g></svg>")


if __name__ == "__main__":
    main()
