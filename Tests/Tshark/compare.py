#!/usr/bin/env python3
"""Compares `s2wmp decode --format ndjson` with tshark and the generated Lua dissector, packet by packet and field by field.

    python3 Tests/Tshark/compare.py BINARY [--keys LOG] CAPTURE...

With a key log, what both decrypt has to be the same as well. BINARY is the built s2wmp; its own `schema --format lua` is what tshark loads. Exit status: 0 agreement, 1 a difference, 2 wrong usage,
77 tshark cannot run the dissector here (says why).

Differences that are known, each as narrow as it could be made (see `Comparison`):

late frame      tshark shows what follows a hole when the hole is filled, so in a direction with tcp.out_of_order its frame is the later one.
late fragment   the bytes of a packet may all be in an early fragment of its IP packet; tshark shows it at the last.
held back       asked to put segments in order, tshark drops what it takes for a retransmission (a FIN came first, an ACK for it was
                seen); then it has to show the packet when not asked.
lost overlap    a retransmission that overlaps what is waiting can make tshark lose the last packet of its direction.
malformed run   decode gives one line a run, at its first frame; tshark one where the fault showed. TCP runs are compared by direction and code.
cut             decode reports a packet cut by the end of its stream or a gap; tshark waits for its bytes and shows nothing.
held behind gap tshark, asked to put segments in order, shows nothing of a direction behind a gap that never fills; and where a gap cuts a
                packet it may go on at another byte than decode does.
overlap         of a byte that came twice with different values decode shows the first, tshark either.
cut broadcast   a User Broadcast of 43 bytes on TCP ends with its stream, which tshark does not see.
foresight       decode sees a whole conversation before it says whose it is and which dialect; tshark has to know from the first segment
                (see `needs_foresight`), takes an ACK before anything else for v1, and on a port of ours passes over bytes before a side begins
                with the protocol's version.
request unseen  of an answer that both show, tshark does not show the request (for one of the reasons above), so it ties it to none.
answer first    where a direction has holes or repeats, tshark may come to an answer before its request.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from tshark import AS_CAPTURED, IN_ORDER, Tshark, Unusable

# Findings that one packet alone tells, without keys or hashes: the dissector says them too.
SHARED_CODES = ("malformed.", "field.", "ack.inconsistent", "ack.rejected", "clock.skew")


class Packet:
    """One packet as either program tells it."""

    def __init__(
        self, frame, src, dst, transport, name, dialect, length, fields, codes, is_fragmented=False, reply_to=None, latency=None, users=(),
        pair="", opened=None):
        self.frame, self.src, self.dst, self.transport = frame, src, dst, transport
        self.name, self.dialect, self.length = name, dialect, length
        self.fields, self.codes, self.is_fragmented = fields, codes, is_fragmented
        self.reply_to, self.latency, self.users, self.pair = reply_to, latency, users, pair
        self.opened = opened
        self.is_last = False

    @property
    def way(self):
        return (self.transport, self.src, self.dst)

    def key(self):
        """Everything that has to be equal, but for the frame."""
        return (self.way, self.name, self.dialect, self.length, tuple(sorted(self.fields.items())), tuple(sorted(self.codes)))

    def __str__(self):
        fields = " ".join(f"{name}={value[:40]}" for name, value in self.fields.items())
        codes = " ".join(sorted(self.codes))
        return f"frame {self.frame} {self.transport} {self.src}>{self.dst} {self.dialect} {self.name} {self.length} bytes [{codes}] {fields}"


def decoded(binary, capture, keys):
    """What decode says, all its expert codes by direction, and the directions that begin with a packet in several segments."""
    run = subprocess.run([binary, "decode", "--format", "ndjson", *(["--keys", keys] if keys else []), capture], capture_output=True)
    packets, codes, split, started = [], defaultdict(set), set(), set()
    for line in run.stdout.decode("utf-8").splitlines():
        item = json.loads(line)
        found = {expert["code"] for expert in item["expert"]}
        way = (item["transport"], item["src"], item["dst"])
        codes[way] |= found
        if item["stream"] not in started:
            started.add(item["stream"])
            if len(item["frames"]) > 1:
                split.add(way)
        packets.append(
            Packet(
                item["frame"], item["src"], item["dst"], item["transport"], item["name"], item["dialect"], item["length"],
                {name: text(name, value) for name, value in item["fields"].items()},
                {code for code in found if code.startswith(SHARED_CODES) or code == "hash.mismatch" and keys and item["dialect"] == "v1"}, reply_to=item.get("reply_to"), latency=item.get("latency"),
                users=users_of(item), pair=pair_of(item),
                opened=(escaped(item.get("plaintext")), item.get("hash_ok")) if keys and item["dialect"] == "v1" else (None, None)))
    return packets, codes, split


def text(name, value):
    """A value as text that can be compared with tshark's."""
    return value if isinstance(value, str) else str(value)


def escaped(text):
    """As tshark shows it."""
    shown = {"\0": "\u2400", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return text and "".join(shown.get(letter) or (f"\\x{ord(letter):x}" if letter < " " else letter) for letter in text)


def users_of(item):
    """The user IDs of one packet, in wire order."""
    ids = [value for name, value in item["fields"].items() if name.endswith("_id") and name not in ("request_id", "client_id")]
    return [value for value in ids if value.strip("0")]


def pair_of(item):
    users = users_of(item)
    return "-".join(sorted(users)) if len(set(users)) == 2 and item["name"] not in ("BSR", "IC") else ""


def back(way):
    """The other direction."""
    return (way[0], way[2], way[1])


class Comparison:
    def __init__(self, packets, codes, split, dissected, as_captured):
        self.split = split
        self.codes = codes
        self.as_captured = Counter(packet.key() for packet in as_captured)
        self.known = Counter()
        self.differences = []
        self.ours, self.theirs = packets, dissected
        ours, theirs = self.without_runs(packets), self.without_runs(dissected)
        for packet in {packet.way: packet for packet in ours}.values():
            packet.is_last = True
        self.compare_runs(packets, dissected)
        self.compare_packets(ours, theirs)

    @staticmethod
    def without_runs(packets):
        return [packet for packet in packets if packet.name != "malformed" or packet.transport == "udp"]

    def compare_runs(self, packets, dissected):
        """TCP only: the codes of malformed runs by direction. A cut packet is no fault that tshark could see."""
        def runs(items):
            found = defaultdict(set)
            for packet in items:
                if packet.name == "malformed" and packet.transport == "tcp":
                    found[packet.way] |= packet.codes
            return found

        ours, theirs = runs(packets), runs(dissected)
        for way in sorted(set(ours) | set(theirs)):
            missing, extra = ours[way] - theirs[way], theirs[way] - ours[way]
            if "malformed.truncated" in missing:
                missing.discard("malformed.truncated")
                self.known["cut"] += 1
            if ours[way] and theirs[way]:
                self.known["malformed run"] += 1
            if (missing or extra) and self.is_behind_gap(way):
                self.known["held behind gap"] += 1
            elif (missing or extra) and "tcp.overlap" in self.codes[way]:
                self.known["overlap"] += 1
            elif (missing and self.is_before_first(way, packets, dissected)) or self.needs_foresight(way):
                self.known["foresight"] += 1
            elif missing or extra:
                self.differences.append(f"malformed on {way}: decode only {sorted(missing)}, tshark only {sorted(extra)}")

    @staticmethod
    def is_before_first(way, packets, dissected):
        """Whether a malformed run of that direction began before tshark saw a side begin with the protocol's version."""
        run = min(packet.frame for packet in packets if packet.way == way and packet.name == "malformed")
        return run <= min((packet.frame for packet in dissected if packet.way in (way, back(way))), default=run + 1)

    def compare_packets(self, ours, theirs):
        by_key, matched = defaultdict(lambda: ([], [])), []
        for side, packets in enumerate((ours, theirs)):
            for packet in packets:
                by_key[packet.key()][side].append(packet)
        for one, other in by_key.values():
            one.sort(key=lambda packet: packet.frame)
            other.sort(key=lambda packet: packet.frame)
            for a, b in zip(one, other):
                matched.append((a, b))
                if a.frame != b.frame:
                    self.explain(a, b)
            for packet in one[len(other):]:
                self.unmatched("decode", packet)
            for packet in other[len(one):]:
                self.unmatched("tshark", packet)

        self.compare_answers(matched)

    def compare_answers(self, matched):
        """Which request each packet answers, how long after it, and who the users are: an answer also has those of its request."""
        frames, requests = defaultdict(set), {}
        for ours, theirs in matched:
            frames[ours.frame].add(theirs.frame)
            self.known["decrypted"] += ours.opened[0] is not None
            if ours.opened != theirs.opened:
                self.differences.append(f"decrypts to {theirs.opened} in tshark, {ours.opened}: {ours}")
            requests.setdefault(ours.frame, []).append(ours)
        for ours, theirs in matched:
            if theirs.reply_to is None if ours.reply_to is None else theirs.reply_to in frames[ours.reply_to]:
                self.compare_people(ours, theirs, requests.get(ours.reply_to, []))
                if ours.reply_to and ours.latency is not None and (ours.frame, ours.reply_to) == (theirs.frame, theirs.reply_to):
                    if abs(ours.latency - theirs.latency) > 1e-9:
                        self.differences.append(f"latency {theirs.latency} in tshark, {ours.latency}: {ours}")
            elif ours.reply_to is not None and ours.reply_to not in frames:
                self.known["request unseen"] += 1
            elif self.is_disordered(ours.way) or self.is_disordered(back(ours.way)):
                self.known["answer first"] += 1
            else:
                self.differences.append(f"answers {theirs.reply_to} in tshark, {ours.reply_to}: {ours}")

    def compare_people(self, ours, theirs, requests):
        users = [ours.users] + [ours.users + [user for user in request.users if user not in ours.users] for request in requests]
        if theirs.users not in users:
            self.differences.append(f"users {theirs.users} in tshark: {ours}")
        if theirs.pair not in ([ours.pair] if ours.pair else [request.pair for request in requests] or [""]):
            self.differences.append(f"conversation {theirs.pair} in tshark: {ours}")

    def explain(self, ours, theirs):
        if ours.transport == "tcp" and theirs.frame > ours.frame and self.is_disordered(ours.way):
            self.known["late frame"] += 1
        elif theirs.is_fragmented and theirs.frame > ours.frame:
            self.known["late fragment"] += 1
        else:
            self.differences.append(f"frame {theirs.frame} in tshark: {ours}")

    def unmatched(self, who, packet):
        if who == "decode" and packet.transport == "tcp" and self.as_captured[packet.key()] > 0:
            self.known["held back"] += 1
        elif self.is_behind_gap(packet.way):
            self.known["held behind gap"] += 1
        elif "tcp.overlap" in self.codes[packet.way]:
            self.known["overlap"] += 1
        elif who == "decode" and packet.transport == "tcp" and packet.name == "UB" and packet.length == 43:
            self.known["cut broadcast"] += 1
        elif self.needs_foresight(packet.way) or self.is_early_ack(packet):
            self.known["foresight"] += 1
        elif who == "decode" and self.is_disordered(packet.way) and packet.is_last:
            self.known["lost overlap"] += 1
        else:
            self.differences.append(f"{who} only: {packet}")

    def needs_foresight(self, way):
        """Whether tshark could not judge a TCP conversation as decode does, because it begins with a packet in several segments: on a port
        that is not ours (decode may know nothing of it), or because tshark took it for the other dialect or none."""
        ways = {way, back(way)}
        if way[0] != "tcp":
            return False
        if not {int(end.rsplit(":", 1)[1]) for end in way[1:]} & {5000, 5005}:
            return bool(ways & self.split) or not ways & set(self.codes)
        return bool(ways & self.split) and self.dialects_of(ways, self.ours) != self.dialects_of(ways, self.theirs)

    @staticmethod
    def dialects_of(ways, packets):
        return {packet.dialect for packet in packets if packet.way in ways and packet.name not in ("ACK", "malformed")}

    def is_early_ack(self, packet):
        """An ACK before anything that has a dialect of its own, in the direction of time."""
        ways = {packet.way, back(packet.way)}
        telling = (other.frame for other in self.theirs if other.way in ways and other.name != "ACK")
        return packet.transport == "tcp" and packet.name == "ACK" and packet.frame <= min(telling, default=packet.frame)

    def is_disordered(self, way):
        return bool(self.codes[way] & {"tcp.out_of_order", "tcp.retransmission", "capture.gap"})

    def is_behind_gap(self, way):
        return way[0] == "tcp" and "capture.gap" in self.codes[way]


def main(arguments):
    keys = arguments[2] if arguments[1:2] == ["--keys"] and len(arguments) > 3 else None
    if len(arguments) < 2 or (arguments[1] == "--keys" and not keys):
        print(__doc__, file=sys.stderr)
        return 2
    binary, captures = arguments[0], arguments[3 if keys else 1:]
    with tempfile.TemporaryDirectory() as folder:
        lua = Path(folder) / "s2wmp.lua"
        subprocess.run([binary, "schema", "--format", "lua", "--output", lua], check=True)
        try:
            tshark = Tshark(lua, Path(folder), ["-o", f"s2wmp.key_log:{keys}"] if keys else [])
        except Unusable as reason:
            print(f"skipped: {reason}")
            return 77
        failed = 0
        for capture in captures:
            packets, codes, split = decoded(binary, capture, keys)
            dissected, as_captured = ([Packet(**packet) for packet in tshark.packets(capture, order)] for order in (IN_ORDER, AS_CAPTURED))
            result = Comparison(packets, codes, split, dissected, as_captured)
            known = ", ".join(f"{count} {name}" for name, count in sorted(result.known.items()) if count)
            print(f"{capture}: {len(packets)} packets, {len(result.differences)} differences" + (f" (known: {known})" if known else ""))
            for difference in result.differences[:10]:
                print(f"  {difference}")
            failed += bool(result.differences)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
