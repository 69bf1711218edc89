"""Conversations: UDP by 4-tuple, TCP by connection, each TCP byte placed by its sequence number."""

import ipaddress
import struct
from dataclasses import dataclass, field

FIN, SYN, RST, ACK = 1, 2, 4, 16


def endpoint(address, port):
    text = str(ipaddress.ip_address(address))
    return "[%s]:%d" % (text, port) if len(address) == 16 else "%s:%d" % (text, port)


@dataclass
class Event:
    """A finding about a segment: it stands on the first line delivered at or after `frame`."""
    frame: int
    code: str


@dataclass
class Run:
    """Captured bytes without a hole, and why bytes before it are missing (codes, may be empty)."""
    start: int
    data: bytes
    origins: list
    marks: list      # positions where a captured segment begins
    missing: tuple


@dataclass
class Direction:
    source: tuple
    destination: tuple
    base: object = None       # sequence number of byte 0
    syn: bool = False
    held: dict = field(default_factory=dict)      # position -> (byte, frame)
    marks: set = field(default_factory=set)
    cut: set = field(default_factory=set)         # positions missing because of the snap length
    fin: object = None
    acknowledged: object = None   # highest sequence number that this side acknowledged
    top: int = -1             # highest captured position
    next: int = 0             # end of what is captured without a hole
    events: list = field(default_factory=list)

    def begin(self, sequence, acknowledged):
        """Without a SYN the stream begins here, or where the other side has just said that it waits."""
        if self.base is None:
            ahead = acknowledged is not None and 0 < (sequence - acknowledged) % 2**32 <= 2**16
            self.base = acknowledged if ahead else sequence

    def acknowledge(self, sequence):
        if self.acknowledged is None or 0 < (sequence - self.acknowledged) % 2**32 < 2**31:
            self.acknowledged = sequence

    def place(self, sequence, data, origins, size, frame):
        """Takes one segment's captured bytes; `size` is what it carried on the wire."""
        start = (sequence - self.base + 2**31) % 2**32 - 2**31
        keep_alive = len(data) <= 1 and size <= 1 and start == self.next - 1
        self._note(start, data, frame, keep_alive)
        for offset, byte in enumerate(data):
            self._keep(start + offset, byte, origins[offset], offset == 0)
        self.cut.update(p for p in range(start + len(data), start + size) if p >= 0)
        while self.next in self.held:
            self.next += 1

    def _keep(self, position, byte, frame, first):
        if position < 0 or position in self.held:
            return
        self.held[position] = (byte, frame)
        self.top = max(self.top, position)
        if first:
            self.marks.add(position)

    def _note(self, start, data, frame, keep_alive):
        known = [p for p in range(start, start + len(data)) if p in self.held]
        if known and not keep_alive:
            self.events.append(Event(frame, "tcp.retransmission"))
            if any(self.held[p][0] != data[p - start] for p in known):
                self.events.append(Event(frame, "tcp.overlap"))
        if any(0 <= p < self.top and p not in self.held for p in range(start, start + len(data))):
            self.events.append(Event(frame, "tcp.out_of_order"))

    def finish(self, sequence):
        if self.base is not None and self.fin is None:
            self.fin = (sequence - self.base + 2**31) % 2**32 - 2**31

    def missing(self, start, end):
        """Expert codes of the hole."""
        cut = sum(1 for p in range(start, end) if p in self.cut)
        return (("capture.snaplen",) if cut else ()) + (("capture.gap",) if end - start > cut else ())

    def runs(self):
        found, previous = [], -1
        for position in sorted(self.held):
            byte, frame = self.held[position]
            if not found or position != previous + 1:
                found.append(Run(position, bytearray(), [], [], self.missing(previous + 1, position)))
            found[-1].data.append(byte)
            found[-1].origins.append(frame)
            if position in self.marks:
                found[-1].marks.append(position - found[-1].start)
            previous = position
        return found

    def tail(self):
        """Expert codes of bytes known to be missing after the last captured one."""
        end = max([self.top + 1, self.fin or 0] + [p + 1 for p in self.cut])
        return self.missing(self.top + 1, end)


@dataclass
class Datagram:
    source: tuple
    destination: tuple
    data: bytes
    origins: list
    cut: bool


@dataclass
class Conversation:
    transport: str
    first: object = None      # first frame that carries a byte
    directions: dict = field(default_factory=dict)
    datagrams: list = field(default_factory=list)
    busy: bool = False        # TCP: any segment was seen

    def ports(self):
        if self.transport == "udp":
            return {self.datagrams[0].source[1], self.datagrams[0].destination[1]}
        return {source[1] for source in self.directions}

    def touch(self, origins):
        if origins:
            self.first = min([*origins] + ([self.first] if self.first else []))


def _directions(source, destination):
    return {source: Direction(source, destination), destination: Direction(destination, source)}


class Streams:
    """Sorts the payloads of a capture into conversations."""

    def __init__(self):
        self.all = []
        self.open = {}

    def add(self, payload):
        if payload.protocol == 17 and len(payload.data) >= 8:
            self._datagram(payload)
        elif payload.protocol == 6 and len(payload.data) >= 20:
            self._segment(payload)

    def _conversation(self, transport, source, destination, new=False):
        key = (transport, min(source, destination), max(source, destination))
        if new or key not in self.open:
            self.open[key] = Conversation(transport, directions=_directions(source, destination))
            self.all.append(self.open[key])
        return self.open[key]

    def _datagram(self, payload):
        sport, dport, size = struct.unpack_from(">HHH", payload.data)
        source, destination = (payload.source, sport), (payload.destination, dport)
        if size <= 8 or size > payload.size:
            return  # empty, or lies about its size
        data, origins = payload.data[8:size], payload.origins[8:size]
        conversation = self._conversation("udp", source, destination)
        conversation.touch(origins or [payload.frame.number])
        conversation.datagrams.append(Datagram(source, destination, data, origins or [payload.frame.number], len(data) < size - 8))

    def _segment(self, payload):
        sport, dport, sequence, acknowledged, offset, flags = struct.unpack_from(">HHIIBB", payload.data)
        source, destination = (payload.source, sport), (payload.destination, dport)
        header = (offset >> 4) * 4
        if header < 20 or header > payload.size:
            return
        conversation = self._connection(source, destination, sequence, flags)
        direction = conversation.directions[source]
        data, origins, size = payload.data[header:], payload.origins[header:], payload.size - header
        sequence = (sequence + bool(flags & SYN)) % 2**32
        if flags & ACK:
            direction.acknowledge(acknowledged)
        if size:
            direction.begin(sequence, conversation.directions[destination].acknowledged)
            direction.place(sequence, data, origins, size, payload.frame.number)
            conversation.touch(origins)
        if flags & FIN:
            direction.finish((sequence + size) % 2**32)

    def _connection(self, source, destination, sequence, flags):
        conversation = self._conversation("tcp", source, destination)
        if flags & SYN:
            direction, base = conversation.directions[source], (sequence + 1) % 2**32
            reused = direction.base is not None and direction.base != base
            late = direction.base is None and conversation.busy and not flags & ACK
            if reused or late:
                conversation = self._conversation("tcp", source, destination, new=True)
                direction = conversation.directions[source]
            direction.base, direction.syn = base, True
        conversation.busy = True
        return conversation
