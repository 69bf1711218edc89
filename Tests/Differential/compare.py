#!/usr/bin/env python3
"""Runs a decoder on generated captures and compares every line with the reference.

Exit status: 0 all agree, 1 a difference, 2 wrong usage.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import generate
import reference

TCP_CODES = ("tcp.retransmission", "tcp.out_of_order", "tcp.overlap")
TIMEOUT = 60


class Difference(Exception):
    """What differs, in words."""


def run(binary, path):
    """The lines that the program prints."""
    try:
        result = subprocess.run([binary, "decode", "--format", "ndjson", path], capture_output=True, timeout=TIMEOUT)
    except OSError as error:
        print("cannot run %s: %s" % (binary, error.strerror), file=sys.stderr)
        sys.exit(2)
    except subprocess.TimeoutExpired:
        raise Difference("the program took over %d s" % TIMEOUT) from None
    if result.returncode not in (0, 1):
        raise Difference("the program ended with status %d: %s" % (result.returncode, result.stderr.decode(errors="replace")[-500:]))
    lines = [line for line in result.stdout.decode().split("\n") if line]
    try:
        return [json.loads(line) for line in lines]
    except ValueError as error:
        raise Difference("a line of the program is not JSON: %s" % error) from None


def entries(line, codes):
    """Expert entries that count, with `field` apart: one side may leave it out."""
    return sorted((entry["severity"], entry["code"]) for entry in line["expert"] if codes(entry["code"]))


def fields_of(line):
    return {entry["code"]: entry["field"] for entry in line["expert"] if "field" in entry}


def differing(mine, theirs, tcp):
    """Names of the keys that differ, then those that differ in the chosen tcp.* codes only."""
    found = [key for key in sorted(set(mine) | set(theirs)) if key not in ("latency", "expert", "fields")
             and (key not in mine or key not in theirs or mine[key] != theirs[key])]
    if list(mine["fields"].items()) != list(theirs.get("fields", {}).items()):
        found.append("fields")
    if abs(mine.get("latency", -1) - theirs.get("latency", -1)) > 1.000001e-9:
        found.append("latency")
    common = fields_of(mine).keys() & fields_of(theirs).keys()
    if entries(mine, lambda code: code not in TCP_CODES) != entries(theirs, lambda code: code not in TCP_CODES) or \
            any(fields_of(mine)[code] != fields_of(theirs)[code] for code in common):
        found.append("expert")
    apart = entries(mine, lambda code: code in tcp) != entries(theirs, lambda code: code in tcp)
    return found, ["expert (tcp)"] if apart else []


def brief(line):
    """A line short enough to read."""
    if line is None:
        return "(no line)"
    line = {**line, "expert": [" ".join([e["severity"], e["code"], e.get("field", "")]).strip() for e in line["expert"]]}
    text = json.dumps(line, ensure_ascii=False)
    return text if len(text) < 1500 else text[:1500] + "…"


def describe(index, keys, mine, theirs):
    """The differing line with the one before it."""
    at = lambda lines, i: lines[i] if 0 <= i < len(lines) else None
    out = ["line %d differs in: %s" % (index + 1, ", ".join(keys))]
    if index:
        out.append("  before     %s" % brief(mine[index - 1]))
    ours, other = at(mine, index), at(theirs, index)
    out += ["  reference  %s" % brief(ours), "  program    %s" % brief(other)]
    for key in keys if ours and other else ():
        if key in ours or key in other:
            out.append("    %s: reference %s, program %s" % (key, *shown(key, ours, other)))
    return "\n".join(out)


def shown(key, *lines):
    """The value of a key on both sides; of `fields` only those that differ."""
    if key == "expert":
        return [sorted(" ".join([e["code"], e.get("field", "")]).strip() for e in line["expert"] if e["code"] not in TCP_CODES)
                for line in lines]
    if key == "fields":
        ours, other = (line.get(key, {}) for line in lines)
        return [{code: value for code, value in a.items() if b.get(code) != value} or list(a) for a, b in ((ours, other), (other, ours))]
    return [str(line.get(key, "(absent)"))[:300] for line in lines]


def compare(mine, theirs, tcp):
    """Text about the first difference and about the first one in tcp.* codes only, or None."""
    first = first_tcp = None
    for index in range(max(len(mine), len(theirs))):
        if index >= min(len(mine), len(theirs)):
            keys, apart = ["whole line"], []
        else:
            keys, apart = differing(mine[index], theirs[index], tcp)
        if keys:
            first = describe(index, keys, mine, theirs)
            break
        if apart and not first_tcp:
            first_tcp = describe(index, apart, mine, theirs)
    return first, first_tcp


def one(seed, options, folder):
    """Compares one capture; text about the difference and about tcp.* codes."""
    path = os.path.join(options.keep or folder, "%s.capture" % seed)
    data = generate.capture(seed)
    with open(path, "wb") as file:
        file.write(data)
    try:
        return compare(reference.decode(data), run(options.binary, path), options.tcp)
    except Difference as difference:
        return str(difference), None


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True, help="the s2wmp program")
    parser.add_argument("--seed", type=int, default=1, help="first seed (default 1)")
    parser.add_argument("--count", type=int, default=100, help="number of captures (default 100)")
    parser.add_argument("--keep", metavar="DIR", help="keep the captures here, named by seed")
    parser.add_argument("--all", action="store_true", help="go on after a difference")
    parser.add_argument("--tcp-codes", default="retransmission,out_of_order", metavar="LIST",
                        help="tcp.* codes to compare: from retransmission, out_of_order, overlap; or none")
    options = parser.parse_args()
    options.tcp = ["tcp." + code for code in options.tcp_codes.split(",") if code != "none"]
    if not set(options.tcp) <= set(TCP_CODES):
        parser.error("--tcp-codes takes retransmission, out_of_order, overlap or none")
    if options.keep:
        os.makedirs(options.keep, exist_ok=True)
    return options


def main():
    options, wrong, wrong_tcp = arguments(), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(options.seed, options.seed + options.count):
            first, tcp = one(seed, options, folder)
            if first:
                print("seed %d (%s): %s" % (seed, generate.World(seed).name, first))
            elif tcp:
                print("seed %d (%s), tcp.* codes only: %s" % (seed, generate.World(seed).name, tcp))
            wrong, wrong_tcp = wrong + bool(first), wrong_tcp + bool(tcp and not first)
            if (first or tcp) and not options.all:
                print("make the capture again: generate.py %d FILE" % seed)
                break
    print("%d captures, %d differ, %d more in tcp.* codes only" % (seed - options.seed + 1, wrong, wrong_tcp), file=sys.stderr)
    return 1 if wrong or wrong_tcp else 0


if __name__ == "__main__":
    sys.exit(main())
