#!/usr/bin/env python3
"""Runs the queries of Documentation/queries in DuckDB over what `s2wmp decode` writes, and compares their answers with ones worked out here.

    python3 Tests/DuckDB/queries.py BINARY CAPTURE...

Exit status: 0 agreement, 1 a difference, 2 wrong usage, 77 DuckDB is not there (says why).
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

QUERIES = Path(__file__).resolve().parents[2] / "Documentation" / "queries"


def decode(binary, captures, form):
    done = subprocess.run([binary, "decode", "--format", form, *captures], capture_output=True, text=True)
    if done.returncode not in (0, 3):
        sys.exit(f"decode ended with {done.returncode}: {done.stderr}")
    return done.stdout


def latencies(packets):
    """Sorted latencies by dialect and exchange, with the queries' own rule for frames that complete several packets."""
    at = defaultdict(set)
    for packet in packets:
        if packet["name"] not in ("ACK", "malformed"):
            at[packet["frame"], packet["dialect"]].add(packet["name"])
    found = defaultdict(list)
    for packet in packets:
        if packet.get("latency") is not None:
            for name in at[packet["reply_to"], packet["dialect"]] - {packet["name"]}:
                found[packet["dialect"], f"{name} → {packet['name']}"].append(packet["latency"])
    return {key: sorted(values) for key, values in found.items()}


def quantile(values, share):
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def check_latency(rows, packets):
    due = {key: (len(v), *(round(1000 * q, 3) for q in (quantile(v, 0.5), quantile(v, 0.9), quantile(v, 0.99), v[-1]))) for key, v in latencies(packets).items()}
    came = {(dialect, exchange): tuple(rest) for dialect, exchange, *rest in rows}
    close = due.keys() == came.keys() and all(all(abs(a - b) < 0.0015 for a, b in zip(due[key], came[key])) for key in due)
    return None if close else f"due {due}, came {came}"


def check_pairs(rows, packets):
    due, replays = defaultdict(lambda: [0, 0]), Counter()
    for packet in packets:
        if packet["name"] == "M":
            pair = packet["fields"]["sender_id"], packet["fields"]["receiver_id"]
            due[pair][0] += 1
            due[pair][1] += packet["fields"]["length"]
            replays[pair] += any(finding["code"] == "replay" for finding in packet["expert"])
    came = {(sender, receiver): [messages, size] for sender, receiver, messages, size, *_ in rows}
    came_replays = {(row[0], row[1]): row[4] for row in rows}
    if dict(due) != came or any(replays[pair] != count for pair, count in came_replays.items()):
        return f"due {dict(due)} {dict(replays)}, came {came} {came_replays}"


def check_rejections(rows, packets):
    due = sum(packet["name"] == "ACK" and packet["fields"]["error"] != 0 and packet["time"] is not None for packet in packets)
    came = sum(row[-1] for row in rows if row[0] is not None)
    return None if due == came else f"due {due} rejections, came {came}: {rows}"


CHECKS = {"latency": check_latency, "pairs": check_pairs, "rejections": check_rejections}


def main():
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        import duckdb
    except ImportError as error:
        print(f"queries: skipped, Python has no duckdb ({error})")
        return 77
    binary, captures = os.path.abspath(sys.argv[1]), [os.path.abspath(path) for path in sys.argv[2:]]
    failed = 0
    names = sorted(path.stem for path in QUERIES.glob("*.sql"))
    if names != sorted(CHECKS):
        print(f"queries: {names} in {QUERIES.name}, but checks for {sorted(CHECKS)}")
        return 1
    with tempfile.TemporaryDirectory(prefix="s2wmp-duckdb-") as folder:
        os.chdir(folder)
        # Frames are numbered anew in each capture: the queries are for one.
        for capture in captures:
            lines = decode(binary, [capture], "ndjson")
            if not lines:
                continue
            Path("packets.ndjson").write_text(lines, encoding="utf-8")
            Path("packets.csv").write_text(decode(binary, [capture], "csv"), encoding="utf-8")
            packets = [json.loads(line) for line in lines.splitlines()]
            for name, check in CHECKS.items():
                rows = duckdb.connect().execute((QUERIES / f"{name}.sql").read_text(encoding="utf-8")).fetchall()
                difference = check(rows, packets)
                if difference:
                    failed += 1
                    print(f"queries: {name} on {os.path.basename(capture)}: {difference}")
    print(f"queries: {len(CHECKS)} queries over {len(captures)} captures, {failed} differences (DuckDB {duckdb.__version__})")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
