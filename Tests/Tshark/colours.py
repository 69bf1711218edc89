#!/usr/bin/env python3
"""Checks Wireshark's colouring rules that `s2wmp schema --format colorfilters` writes, with a real tshark.

    python3 Tests/Tshark/colours.py BINARY CAPTURE...

Every filter has to compile, every rule has to colour something in the captures, and each frame gets the colour that `decode` says it deserves. Give
captures on which `compare.py` finds no known differences. Exit status: 0 well, 1 not, 2 wrong usage, 77 tshark cannot be used here (says why).
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from compare import SHARED_CODES
from tshark import OPTIONS, Tshark, Unusable

MALFORMED, REJECTED, WARNING, MESSAGE, CHAT, OTHER, SEGMENT = (
    "S2WMP malformed", "S2WMP rejected", "S2WMP warning", "S2WMP message", "S2WMP chat request, ID change", "S2WMP other",
    "S2WMP segment without a packet")
# The largest status that is no refusal, by dialect and name.
ACCEPTABLE = {
    ("v1", "CRR"): 0, ("v1", "RREG"): 0, ("v1", "LPR"): 1, ("v1", "BSR"): 1, ("v1", "BPR"): 1, ("legacy", "RREG"): 0, ("legacy", "LPR"): 1,
    ("legacy", "CR"): 1,
}


def rules_of(text):
    """Name and filter of each rule."""
    return [tuple(line.split("@")[1:3]) for line in text.splitlines() if line.startswith("@")]


def deserved(packets):
    """The rule for a frame with these packets, by what decode says of them."""
    found = {(expert["severity"], expert["code"]) for packet in packets for expert in packet["expert"] if expert["code"].startswith(SHARED_CODES)}
    severities, names = {severity for severity, _ in found}, {packet["name"] for packet in packets}
    if "error" in severities:
        return MALFORMED
    if "ack.rejected" in {code for _, code in found} or any(is_refused(packet) for packet in packets):
        return REJECTED
    if "warning" in severities:
        return WARNING
    return MESSAGE if "M" in names else CHAT if names & {"CR", "CRR", "IC"} else OTHER


def is_refused(packet):
    return packet["fields"].get("status", 0) > ACCEPTABLE.get((packet["dialect"], packet["name"]), 255)


def expected(binary, capture):
    frames = defaultdict(list)
    run = subprocess.run([binary, "decode", "--format", "ndjson", capture], capture_output=True, text=True)
    for line in run.stdout.splitlines():
        packet = json.loads(line)
        frames[packet["frame"]].append(packet)
    return {frame: deserved(packets) for frame, packets in frames.items()}


def coloured(tshark, capture):
    """The rule that coloured each frame."""
    command = tshark.command + OPTIONS + ["-C", "S2WMP", "--color", "-r", capture, "-T", "fields", "-e", "frame.number", "-e", "frame.coloring_rule.name"]
    run = subprocess.run(command, env=tshark.environment, capture_output=True, text=True)
    if run.returncode != 0 or "olor" in run.stderr:
        raise RuntimeError(f"tshark: {run.stderr}")
    lines = [plain(line).split("\t") for line in run.stdout.splitlines()]
    return {int(line[0]): line[1] for line in lines if line[0].isdigit()}


def plain(line):
    """Without the escape sequences of the colours themselves."""
    while "\x1b[" in line:
        start = line.index("\x1b[")
        line = line[:start] + line[line.index("m", start) + 1:]
    return line


def compiles(tshark, expression, capture):
    run = subprocess.run(tshark.command + ["-r", capture, "-Y", expression], env=tshark.environment, capture_output=True, text=True)
    if run.returncode != 0:
        print(f"  does not compile: {expression}\n  {run.stderr}")
    return run.returncode == 0


def differences(binary, tshark, capture, used):
    known, shown = expected(binary, capture), coloured(tshark, capture)
    used.update(shown.values())
    for frame, rule in sorted(shown.items()):
        due = known.get(frame, SEGMENT)
        if rule != due:
            yield f"frame {frame} is coloured as {rule or 'nothing'}, deserves {due}"


def check(binary, tshark, rules, captures):
    failed, used = 0, Counter()
    for name, expression in rules:
        failed += not compiles(tshark, expression, captures[0])
    for capture in captures:
        found = list(differences(binary, tshark, capture, used))
        print(f"{capture}: {len(found)} differences")
        for difference in found[:10]:
            print(f"  {difference}")
        failed += bool(found)
    for name, _ in rules:
        print(f"{name}: {used[name]} frames")
        failed += used[name] == 0
    return failed


def main(arguments):
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    binary, captures = arguments[0], arguments[1:]
    with tempfile.TemporaryDirectory() as folder:
        lua, profile = Path(folder) / "s2wmp.lua", Path(folder) / "profiles" / "S2WMP"
        profile.mkdir(parents=True)
        subprocess.run([binary, "schema", "--format", "lua", "--output", lua], check=True)
        subprocess.run([binary, "schema", "--format", "colorfilters", "--output", profile / "colorfilters"], check=True)
        try:
            tshark = Tshark(lua, Path(folder))
        except Unusable as reason:
            print(f"skipped: {reason}")
            return 77
        return 1 if check(binary, tshark, rules_of((profile / "colorfilters").read_text()), captures) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
