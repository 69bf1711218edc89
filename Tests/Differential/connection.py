"""One TCP connection as a capture sees it: cut into segments, then reordered, repeated, overlapped and lost."""

from dataclasses import dataclass, replace

from network import ACK, FIN, PSH, RST, SYN

MS = 10**6


@dataclass
class Segment:
    side: int
    offset: int   # of the first byte in that side's stream; the handshake has -1
    data: bytes
    flags: int
    wait: int     # nanoseconds after the segment before


class Connection:
    """`writes` are (side, bytes) in order; side 0 opens the connection."""

    def __init__(self, network, ends, writes):
        self.network, self.rng, self.chance = network, network.rng, network.chance
        self.ends = ends
        self.isn = [self.first_number(), self.first_number()]
        self.streams = [b"".join(data for side, data in writes if side == s) for s in (0, 1)]
        self.segments = self.cut(self.coalesced(writes))

    def first_number(self):
        return 2**32 - self.rng.randint(1, 600) if self.rng.random() < 0.2 else self.rng.getrandbits(32)

    def wait(self):
        return self.rng.randint(300_000, 3 * MS)

    def coalesced(self, writes):
        found = []
        for side, data in writes:
            if found and found[-1][0] == side and self.rng.random() < 0.3:
                found[-1] = (side, found[-1][1] + data)
            else:
                found.append((side, data))
        return found

    def cut(self, writes):
        sent, found = [0, 0], []
        for side, data in writes:
            for piece in self.pieces(data):
                found.append(Segment(side, sent[side], piece, ACK | PSH, self.wait()))
                sent[side] += len(piece)
                if self.rng.random() < 0.2:
                    found.append(Segment(1 - side, sent[1 - side], b"", ACK, self.wait()))
        return found

    def pieces(self, data):
        style = self.rng.random()
        if style < 0.15 and len(data) < 90:
            sizes = [self.rng.randint(1, 9) for _ in data]
        elif style < 0.5:
            sizes = [self.rng.randint(1, max(2, len(data))) for _ in range(5)]
        else:
            sizes = []
        while data:
            size = sizes.pop() if sizes else 1400
            yield data[:size]
            data = data[size:]

    # trouble

    def disturb(self):
        for name in ("lose", "repeat", "overlap", "swap", "probe"):
            for at in range(len(self.segments) - 1, -1, -1):
                if self.chance(name) and self.segments[at].data:
                    getattr(self, name)(at)

    def later(self, at):
        return min(len(self.segments), at + self.rng.randint(1, 8))

    def lose(self, at):
        lost = self.segments.pop(at)
        if self.rng.random() < 0.5:
            self.segments.insert(self.later(at), lost)

    def repeat(self, at):
        self.segments.insert(self.later(at), self.segments[at])

    def overlap(self, at):
        """A segment over part of this one and its neighbours, with the same or with other bytes."""
        old = self.segments[at]
        start = max(0, old.offset - self.rng.randint(0, 40))
        end = min(len(self.streams[old.side]), start + self.rng.randint(1, len(old.data) + 60))
        data = bytearray(self.streams[old.side][start:end])
        if data and self.chance("differ"):
            data[self.rng.randrange(len(data))] ^= self.rng.randint(1, 255)
        self.segments.insert(self.rng.choice([at, self.later(at)]), Segment(old.side, start, bytes(data), ACK, self.wait()))

    def probe(self, at):
        old = self.segments[at]
        end = old.offset + len(old.data)
        self.segments.insert(at + 1, Segment(old.side, end - 1, self.rng.choice([b"", b"\0", old.data[-1:]]), ACK, self.wait()))

    def swap(self, at):
        to = max(0, at - self.rng.randint(1, 3))
        self.segments.insert(to, self.segments.pop(at))

    # opening and closing

    def opening(self):
        """Which of the two SYNs the capture has."""
        if not self.chance("middle"):
            return [True, True]
        seen = self.rng.choice([[False, False], [False, False], [True, False], [False, True]])
        if seen == [False, False] and self.segments and self.rng.random() < 0.6:
            self.segments = self.segments[self.rng.randrange(len(self.segments)):]
        return seen

    def without_past(self, side):
        """A direction without a SYN begins at its first captured byte: nothing before that comes later."""
        first = next((s.offset for s in self.segments if s.side == side and s.data), 0)
        self.segments = [s for s in self.segments if s.side != side or s.offset >= first or not s.data]

    def handshake(self, seen):
        found = [Segment(side, -1, b"", SYN | (ACK if side else 0), self.wait()) for side in (0, 1) if seen[side]]
        return found + [Segment(0, 0, b"", ACK, self.wait())] * (seen == [True, True])

    def closing(self):
        ends = [len(stream) for stream in self.streams]
        style = self.rng.random()
        if style < 0.45:
            first = self.rng.randrange(2)
            if self.chance("swap"):
                return self.early(first, ends)
            if self.segments and self.segments[-1].data and self.rng.random() < 0.3:
                return self.joined()
            return [Segment(side, ends[side], b"", FIN | ACK, self.wait()) for side in (first, 1 - first)] + \
                [Segment(first, ends[first] + 1, b"", ACK, self.wait())]
        if style < 0.6:
            side = self.rng.randrange(2)
            return [Segment(side, ends[side], b"", RST | ACK, self.wait())]
        return []

    def early(self, first, ends):
        """A FIN that overtakes the last data of its side."""
        self.segments.insert(max(0, len(self.segments) - 2), Segment(first, ends[first], b"", FIN | ACK, self.wait()))
        return [Segment(1 - first, ends[1 - first], b"", FIN | ACK, self.wait())]

    def joined(self):
        """The last segment carries the FIN too, when it is the end of its side."""
        last = self.segments[-1]
        if last.offset + len(last.data) != len(self.streams[last.side]):
            return []
        other = len(self.streams[1 - last.side])
        self.segments[-1] = replace(last, flags=last.flags | FIN)
        return [Segment(1 - last.side, other, b"", FIN | ACK, self.wait())]

    def send(self, time):
        """Puts the frames on the network; returns the time after the last."""
        self.disturb()
        seen = self.opening()
        for side in (0, 1):
            if not seen[side]:
                self.without_past(side)
        progress, closing = [0, 0], self.closing()
        for segment in self.handshake(seen) + self.segments + closing:
            time += segment.wait
            side = segment.side
            progress[side] = max(progress[side], segment.offset + len(segment.data))
            acknowledged = self.isn[1 - side] + 1 + progress[1 - side] if segment.flags & ACK else 0
            self.network.tcp(time, self.ends[side], self.ends[1 - side], self.isn[side] + 1 + segment.offset,
                             acknowledged, segment.flags, segment.data)
        return time
