#!/usr/bin/env python3
"""Slow, plain decoder of S2WMP captures: what `s2wmp decode --format ndjson` must print.

Everything is read first and then worked through in whole passes: frames, IP, conversations, packets, pairs, order.
"""

import json
import math
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import capture
import findings
import layouts
import pairing
import streams

TCP_PORTS, UDP_PORTS = {5000, 5005}, {5000, 5001, 5002, 5005}
DIALECTS = ("v1", "legacy")


@dataclass
class Line:
    """One line of the output."""
    conversation: streams.Conversation
    source: tuple
    destination: tuple
    dialect: str
    data: bytes
    origins: list
    name: str = "malformed"
    fields: dict = field(default_factory=dict)
    expert: list = field(default_factory=list)
    last: float = math.inf       # its own last frame
    delivered: float = math.inf  # frame at which the last byte was in order
    stream: int = 0
    time: object = None
    reply_to: object = None

    def __post_init__(self):
        self.transport = self.conversation.transport
        self.frame = min(self.origins)

    def framed(self):
        self.frame = max(self.origins)
        self.name, self.fields = layouts.dissect(self.dialect, self.data)
        return self

    def malformed(self, *codes):
        self.fields = {"data": self.data[:256].hex()}
        self.expert += [findings.finding(code) for code in codes]
        return self

    def object(self):
        out = {"frame": self.frame, "frames": sorted(set(self.origins)), "time": time_text(self.time),
               "transport": self.transport, "stream": self.stream, "src": streams.endpoint(*self.source),
               "dst": streams.endpoint(*self.destination), "dialect": self.dialect,
               "type": None if self.name == "malformed" else self.data[1], "name": self.name,
               "length": len(self.data), "fields": self.fields, "expert": self.expert}
        if self.reply_to:
            out["reply_to"] = self.reply_to.frame
            if self.time is not None and self.reply_to.time is not None:
                out["latency"] = (self.time - self.reply_to.time) / 10**9
        return out


def time_text(nanoseconds):
    if nanoseconds is None:
        return None
    moment = datetime(1970, 1, 1) + timedelta(seconds=nanoseconds // 10**9)
    return "%s.%09dZ" % (moment.isoformat(), nanoseconds % 10**9)


def malformed_code(dialect, data, datagram=False, to_end=True):
    try:
        layouts.frame(dialect, data, datagram, to_end)
    except layouts.Bad as bad:
        return bad.args[0]
    except layouts.Short:
        return "malformed.truncated"
    return "malformed.trailing"


# UDP

def datagram_is_ours(conversation):
    first = conversation.datagrams[0]
    if first.cut:
        return False
    sizes = [layouts.frames(dialect, first.data, datagram=True) for dialect in DIALECTS]
    return len(first.data) in sizes or (bool(conversation.ports() & UDP_PORTS) and any(sizes))


def datagram_line(conversation, datagram, so_far):
    if not datagram.cut:
        for dialect in DIALECTS:
            if layouts.frames(dialect, datagram.data, datagram=True) == len(datagram.data):
                return make(conversation, datagram, dialect).framed()
    line = make(conversation, datagram, so_far)
    if datagram.cut:
        code = malformed_code(so_far, datagram.data, datagram=True)
        return line.malformed("malformed.truncated" if code == "malformed.trailing" else code, "capture.snaplen")
    return line.malformed(malformed_code(so_far, datagram.data, datagram=True))


def make(conversation, datagram, dialect):
    return Line(conversation, datagram.source, datagram.destination, dialect, bytes(datagram.data), datagram.origins)


def udp_lines(conversation):
    lines, so_far = [], "v1"
    if datagram_is_ours(conversation):
        for datagram in conversation.datagrams:
            lines.append(datagram_line(conversation, datagram, so_far))
            so_far = lines[-1].dialect
    return lines


# TCP

class Side:
    """One direction with data: its runs, and where packets begin in the first of them."""

    def __init__(self, direction):
        self.direction = direction
        self.runs = direction.runs()
        self.tail = direction.tail()
        self.first_frame = min(frame for _, frame in direction.held.values())

    def to_end(self, index):
        return index == len(self.runs) - 1 and not self.tail

    def start(self, dialect, index):
        """Where decoding of a run starts, or None when no segment of it begins a header that frames."""
        run = self.runs[index]
        if index == 0 and self.direction.syn and not run.missing:
            return 0
        return next((m for m in run.marks if layouts.begins(dialect, run.data[m:], self.to_end(index))), None)

    def tiles(self, dialect):
        start = self.start(dialect, 0)
        return start is not None and layouts.tiles(dialect, self.runs[0].data[start:], self.to_end(0))

    def is_wrong(self, dialect):
        """Whether a packet of the first run cannot be framed at all; one that is only cut is not wrong."""
        start = self.start(dialect, 0)
        return start is None or layouts.is_wrong(dialect, self.runs[0].data[start:], self.to_end(0))

    def first_packet(self):
        starts = [start for start in (self.start(dialect, 0) for dialect in DIALECTS) if start is not None]
        return bytes(self.runs[0].data[min(starts, default=0):])


def tcp_sides(conversation):
    sides = [Side(direction) for direction in conversation.directions.values() if direction.held]
    return sorted(sides, key=lambda side: side.first_frame)


def stream_is_ours(conversation, sides):
    if conversation.ports() & TCP_PORTS:
        return any(side.runs[0].data[0] == 1 for side in sides)
    first = sides[0]
    return any(layouts.frames(dialect, first.runs[0].data, to_end=first.to_end(0)) for dialect in DIALECTS)


def by_type(packet):
    if packet[:1] != b"\x01" or len(packet) < 2:
        return None
    return "legacy" if packet[1] == 7 else "v1" if 10 <= packet[1] <= 15 else None


def by_status(packet):
    if packet[:2] != b"\x01\x01" or len(packet) < 3:
        return None
    return {0: "v1", 4: "legacy"}.get(packet[2])


def by_undefined(packet):
    if packet[:2] != b"\x01\x01" or len(packet) < 16:
        return None
    return "legacy" if any(packet[13:16]) else "v1"


def stream_dialect(sides):
    tiling = [dialect for dialect in DIALECTS if all(side.tiles(dialect) for side in sides)]
    if len(tiling) == 1:
        return tiling[0]
    for rule in (by_type, by_status, by_undefined):
        for side in sides:
            dialect = rule(side.first_packet())
            if dialect:
                return dialect
    unharmed = [dialect for dialect in DIALECTS if not any(side.is_wrong(dialect) for side in sides)]
    return unharmed[0] if unharmed else "v1"


def tcp_lines(conversation):
    sides = tcp_sides(conversation)
    if not stream_is_ours(conversation, sides):
        return []
    dialect, lines = stream_dialect(sides), []
    for side in sides:
        lines += side_lines(conversation, side, dialect)
    return lines


def side_lines(conversation, side, dialect):
    lines = []
    for index, run in enumerate(side.runs):
        made = run_lines(conversation, side, index, dialect)
        add_once(made[0], run.missing)
        lines += made
    if lines[-1].name == "malformed":
        add_once(lines[-1], side.tail)
    attach_events(lines, side.direction.events)
    return lines


def run_lines(conversation, side, index, dialect):
    run, lines, position = side.runs[index], [], 0
    in_order = index == 0 and not run.missing

    def line(end):
        nonlocal position
        made = Line(conversation, side.direction.source, side.direction.destination, dialect,
                    bytes(run.data[position:end]), run.origins[position:end])
        made.delivered = max(run.origins[:end]) if in_order else math.inf
        made.last = max(run.origins[position:end])
        position = end
        lines.append(made)
        return made

    start = side.start(dialect, index)
    if start != 0:
        code = malformed_code(dialect, run.data, to_end=side.to_end(index))
        line(len(run.data) if start is None else start).malformed(code)
    while position < len(run.data):
        rest = run.data[position:]
        size = layouts.frames(dialect, rest, to_end=side.to_end(index))
        if size:
            line(position + size).framed()
        else:
            line(len(run.data)).malformed(malformed_code(dialect, rest, to_end=side.to_end(index)))
    return lines


def attach_events(lines, events):
    for event in events:
        line = next((line for line in lines if line.delivered >= event.frame), None)
        if line:
            add_once(line, [event.code])


def add_once(line, codes):
    seen = {entry["code"] for entry in line.expert}
    line.expert += [findings.finding(code) for code in codes if code not in seen]


# All

def decode(data):
    """The lines of a capture file, in order."""
    frames = capture.read(data)
    table = streams.Streams()
    for payload in capture.payloads(frames):
        table.add(payload)
    lines, stream = [], 0
    for conversation in sorted((c for c in table.all if c.first), key=lambda c: c.first):
        made = udp_lines(conversation) if conversation.transport == "udp" else tcp_lines(conversation)
        for line in made:
            line.stream, line.time = stream, frames[line.frame - 1].time
        stream += bool(made)
        lines += made
    lines.sort(key=lambda line: line.frame)
    return annotate(lines)


def annotate(lines):
    memory, pairs = findings.Memory(), pairing.Pairing()
    for line in lines:
        if line.name != "malformed":
            findings.check(line)
            memory.look(line)
        pairs.look(line)
    pairs.end()
    return [line.object() for line in lines]


def main(arguments):
    if len(arguments) != 1:
        sys.exit("usage: reference.py CAPTURE")
    with open(arguments[0], "rb") as file:
        for line in decode(file.read()):
            print(json.dumps(line, separators=(",", ":")))


if __name__ == "__main__":
    main(sys.argv[1:])
