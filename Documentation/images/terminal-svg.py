#!/usr/bin/env python3
"""Draws what a command prints on a terminal as an SVG picture.

    ./s2wmp decode --color always Fixtures/captures/lan-chat.pcap | Documentation/images/terminal-svg.py > Documentation/images/decode.svg
    (echo "$ s2wmp conform …"; s2wmp conform 127.0.0.9:5000 --color always 2>&1) | Documentation/images/terminal-svg.py > Documentation/images/conform.svg
    tmux capture-pane -ept SESSION | Documentation/images/terminal-svg.py > Documentation/images/chat.svg
"""
import html
import re
import sys

STYLES = {"1": "font-weight:bold", "2": "fill:#8b949e", "31": "fill:#ff7b72", "33": "fill:#e3b341", "32": "fill:#7ee787", "36": "fill:#79c0ff"}
CHARACTER, LINE, MARGIN = 8.4, 18, 16


def spans(line, style):
    """The line as SVG text runs. Styles last until the next reset, over the line's end as well: `style` is changed."""
    out = []
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        code = re.fullmatch(r"\x1b\[([0-9;]*)m", part)
        if not code:
            if part:
                attribute = f' style="{";".join(style)}"' if style else ""
                # Viewers differ in whether runs of spaces are kept; these ones always are.
                out.append(f"<tspan{attribute}>{html.escape(part).replace(' ', chr(0xa0))}</tspan>")
            continue
        for number in code.group(1).split(";"):
            if number in ("", "0"):
                style.clear()
            elif number == "39":
                style[:] = [rule for rule in style if rule == STYLES["1"] or rule == STYLES["2"]]
            elif number in STYLES:
                style.append(STYLES[number])
    return "".join(out)


def main():
    lines = sys.stdin.read().rstrip("\n").split("\n")
    width = max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in lines) * CHARACTER + 2 * MARGIN
    height = len(lines) * LINE + 2 * MARGIN
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" height="{height}" role="img">')
    print('<rect width="100%" height="100%" rx="8" fill="#0d1117"/>')
    print('<g font-family="ui-monospace,Menlo,Consolas,DejaVu Sans Mono,monospace" font-size="14" fill="#e6edf3" xml:space="preserve">')
    style = []
    for index, line in enumerate(lines):
        print(f'<text x="{MARGIN}" y="{MARGIN + 13 + index * LINE}">{spans(line, style)}</text>')
    print("</g></svg>")


if __name__ == "__main__":
    main()
