"""From payloads to frames to a capture file: TCP segments, IP, fragments, link layers, pcap and pcapng."""

import struct

LINKS = {"ethernet": 1, "sll": 113, "sll2": 276, "null": 0, "loop": 108, "raw": 101}
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def checksum(data):
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


class Network:
    """Collects frames of one capture."""

    def __init__(self, rng, profile):
        self.rng, self.profile = rng, profile
        self.link = rng.choice(["ethernet"] * 6 + list(LINKS))
        self.vlan = rng.choice([[], [], [], [0x8100], [0x88A8, 0x8100], [0x8100, 0x8100, 0x9100]])
        self.big = rng.random() < 0.5
        # Copies of a segment are cut at the same byte: a streaming decoder does not come back to a cut that it has passed.
        self.same_cut = bool(profile.get("snap"))
        self.identification = rng.getrandbits(16)
        self.frames = []

    def chance(self, name):
        return self.rng.random() < self.profile.get(name, 0)

    # transport

    def udp(self, time, source, destination, data):
        header = struct.pack(">HHHH", source[1], destination[1], len(data) + 8, 0)
        self.ip(time, source[0], destination[0], 17, header + data)

    def tcp(self, time, source, destination, sequence, acknowledged, flags, data=b""):
        options = b"" if self.same_cut else self.rng.choice([b"", b"", b"\x01\x01\x08\x0a" + self.rng.randbytes(8)])
        header = struct.pack(">HHIIBBHHH", source[1], destination[1], sequence % 2**32, acknowledged % 2**32,
                             (5 + len(options) // 4) << 4, flags, 8192, 0, 0)
        self.ip(time, source[0], destination[0], 6, header + options + data)

    # network

    def ip(self, time, source, destination, protocol, data):
        self.identification = (self.identification + 1) & 0xFFFF
        make = self.ipv4 if len(source) == 4 else self.ipv6
        for i, packet in enumerate(make(source, destination, protocol, data)):
            self.frames.append((time + i * 50_000 + self.rng.randrange(1000), self.framed(packet, len(source) == 4)))

    def pieces(self, data, protocol):
        """Offsets and fragments of a packet, in any order; the first holds some payload."""
        if not self.chance("fragment") or len(data) < 56:
            return [(0, data, False)]
        cuts = sorted(self.rng.sample(range(48, len(data), 8), min(self.rng.randint(1, 3), len(range(48, len(data), 8)))))
        edges = list(zip([0, *cuts], [*cuts, len(data)]))
        found = [(a, data[a:b], b < len(data)) for a, b in edges]
        if self.chance("shuffle"):
            self.rng.shuffle(found)
        if protocol == 17 and self.chance("loss"):
            found.pop()
        if self.chance("duplicate"):
            found.insert(0, found[0])
        return found

    def ipv4(self, source, destination, protocol, data):
        options = b"" if self.same_cut else self.rng.choice([b""] * 5 + [b"\x01\x01\x01\x00"])
        for offset, piece, more in self.pieces(data, protocol):
            head = struct.pack(">BBHHHBBH4s4s", 0x45 + len(options) // 4, 0, 20 + len(options) + len(piece),
                               self.identification, offset // 8 | more << 13, 64, protocol, 0, source, destination)
            head += options
            yield head[:10] + struct.pack(">H", checksum(head)) + head[12:] + piece

    def ipv6(self, source, destination, protocol, data):
        pieces = self.pieces(data, protocol)
        extra = not self.same_cut and self.rng.random() < 0.2
        for offset, piece, more in pieces:
            following, body = protocol, piece
            if len(pieces) > 1 or more or offset:
                body = struct.pack(">BBHI", protocol, 0, offset | more, self.identification) + piece
                following = 44
            if extra:
                body, following = bytes([following, 0, 1, 4, 0, 0, 0, 0]) + body, 0
            yield struct.pack(">IHBB16s16s", 0x60000000, len(body), following, 64, source, destination) + body

    # link

    def framed(self, packet, four):
        ethertype = 0x0800 if four else 0x86DD
        if self.link == "ethernet":
            tags = b"".join(struct.pack(">HH", tag, 7) for tag in self.vlan)
            frame = self.rng.randbytes(12) + tags + struct.pack(">H", ethertype) + packet
            return frame + self.rng.randbytes(max(0, 60 - len(frame)))
        if self.link == "sll":
            return struct.pack(">HHH8sH", 0, 1, 6, bytes(8), ethertype) + packet
        if self.link == "sll2":
            return struct.pack(">HHIHBB8s", ethertype, 0, 3, 1, 0, 6, bytes(8)) + packet
        family = 2 if four else self.rng.choice([24, 28, 30])
        if self.link == "null":
            return struct.pack(">I" if self.big else "<I", family) + packet
        return (struct.pack(">I", family) if self.link == "loop" else b"") + packet


class File:
    """Writes the frames of a network as a capture file."""

    def __init__(self, rng, network, start):
        self.rng, self.network, self.start = rng, network, start
        self.order = ">" if network.big else "<"
        self.snap = rng.randint(150, 700) if network.chance("snap") else 262144

    def timed(self):
        """Frames in order of time, no two at the same microsecond."""
        last = 0
        for time, frame in sorted(self.network.frames, key=lambda item: item[0]):
            last = max(time, last + 1000)
            yield self.start + last, frame

    def bytes(self):
        return self.pcapng() if self.rng.random() < 0.35 else self.pcap()

    def pcap(self):
        nano = self.rng.random() < 0.5
        magic, unit = (0xA1B23C4D, 1) if nano else (0xA1B2C3D4, 1000)
        out = struct.pack(self.order + "IHHiIII", magic, 2, 4, 0, 0, self.snap, LINKS[self.network.link])
        for time, frame in self.timed():
            seconds, rest = divmod(time, 10**9)
            cut = frame[:self.snap]
            out += struct.pack(self.order + "IIII", seconds, rest // unit, len(cut), len(frame)) + cut
        return out

    def block(self, kind, body):
        body += bytes(-len(body) % 4)
        size = struct.pack(self.order + "I", len(body) + 12)
        return struct.pack(self.order + "I", kind) + size + body + size

    def interface(self, resolution):
        body = struct.pack(self.order + "HHI", LINKS[self.network.link], 0, self.snap)
        if resolution != 6:
            body += struct.pack(self.order + "HHB3xHH", 9, 1, resolution, 0, 0)
        return self.block(1, body)

    def pcapng(self):
        many = 1 if self.network.link == "raw" else 3  # libpcap refuses a second raw IP interface
        resolutions = [self.rng.choice([6, 9, 7, 0x80 | 20, 0x80 | 30]) for _ in range(self.rng.randint(1, many))]
        out = self.block(0x0A0D0D0A, struct.pack(self.order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
        out += b"".join(self.interface(resolution) for resolution in resolutions)
        for time, frame in self.timed():
            out += self.packet(time, frame, resolutions)
            if self.rng.random() < 0.05:
                out += self.block(self.rng.choice([4, 5, 0xBAD]), bytes(20))
        return out

    def packet(self, time, frame, resolutions):
        cut = frame[:self.snap]
        if self.network.chance("timeless"):
            return self.block(3, struct.pack(self.order + "I", len(frame)) + cut)
        index = self.rng.randrange(len(resolutions))
        code = resolutions[index]
        ticks = time * (2 ** (code & 127) if code & 128 else 10 ** code) // 10**9
        head = struct.pack(self.order + "IIIII", index, ticks >> 32, ticks & 0xFFFFFFFF, len(cut), len(frame))
        return self.block(6, head + cut)
