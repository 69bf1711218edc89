"""Capture files, link layers, IP and its fragments: bytes of a file to segments and datagrams."""

import struct
from dataclasses import dataclass, field

PCAP_MAGICS = {b"\xd4\xc3\xb2\xa1": ("<", 1000), b"\xa1\xb2\xc3\xd4": (">", 1000),
               b"\x4d\x3c\xb2\xa1": ("<", 1), b"\xa1\xb2\x3c\x4d": (">", 1)}
VLAN_TYPES = (0x8100, 0x88A8, 0x9100)
IPV6_OPTIONS = (0, 43, 60)


@dataclass
class Frame:
    number: int
    time: object  # nanoseconds since 1970, or None
    link: int
    data: bytes


@dataclass
class Payload:
    """What one IP packet carries: bytes, each with its frame, and how many the packet said it had."""
    source: bytes
    destination: bytes
    protocol: int
    data: bytes
    origins: list
    size: int
    frame: Frame  # the frame that completed it


def read(data):
    """All frames of a pcap or pcapng file."""
    if data[:4] in PCAP_MAGICS:
        return _read_pcap(data, *PCAP_MAGICS[data[:4]])
    if data[:4] == b"\x0a\x0d\x0d\x0a":
        return _read_pcapng(data)
    raise ValueError("neither pcap nor pcapng")


def _read_pcap(data, order, unit):
    link, position, found = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF, 24, []
    while position + 16 <= len(data):
        seconds, fraction, captured, _ = struct.unpack_from(order + "IIII", data, position)
        body = data[position + 16:position + 16 + captured]
        found.append(Frame(len(found) + 1, seconds * 10**9 + fraction * unit, link, body))
        position += 16 + captured
    return found


@dataclass
class Interface:
    link: int
    snap: int
    ticks: int = 10**6
    offset: int = 0


def _interface(order, body):
    link, _, snap = struct.unpack_from(order + "HHI", body)
    interface, position = Interface(link, snap), 8
    while position + 4 <= len(body):
        code, size = struct.unpack_from(order + "HH", body, position)
        value = body[position + 4:position + 4 + size]
        if code == 0:
            break
        if code == 9:
            interface.ticks = 2 ** (value[0] & 0x7F) if value[0] & 0x80 else 10 ** value[0]
        if code == 14:
            interface.offset = struct.unpack(order + "q", value)[0]
        position += 4 + (size + 3) // 4 * 4
    return interface


def _enhanced(order, body, interfaces, number):
    index, high, low, captured, _ = struct.unpack_from(order + "IIIII", body)
    interface = interfaces[index]
    ticks = high << 32 | low
    time = ticks * 10**9 // interface.ticks + interface.offset * 10**9
    return Frame(number, time, interface.link, body[20:20 + captured])


def _simple(order, body, interfaces, number):
    original = struct.unpack_from(order + "I", body)[0]
    size = min(original, interfaces[0].snap) if interfaces[0].snap else original
    return Frame(number, None, interfaces[0].link, body[4:4 + size])


def _read_pcapng(data):
    position, order, interfaces, found = 0, "<", [], []
    while position + 12 <= len(data):
        if data[position:position + 4] == b"\x0a\x0d\x0d\x0a":
            order = "<" if data[position + 8:position + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            interfaces = []
        kind, size = struct.unpack_from(order + "II", data, position)
        body = data[position + 8:position + size - 4]
        if kind == 1:
            interfaces.append(_interface(order, body))
        elif kind == 6:
            found.append(_enhanced(order, body, interfaces, len(found) + 1))
        elif kind == 3:
            found.append(_simple(order, body, interfaces, len(found) + 1))
        position += size
    return found


def _ethernet(data):
    at = 12
    while int.from_bytes(data[at:at + 2], "big") in VLAN_TYPES:
        at += 4
    return data[at + 2:]


def _network(frame):
    """The IP packet in a frame, or empty."""
    data = frame.data
    if frame.link == 1:
        return _ethernet(data)
    return data[{113: 16, 276: 20, 0: 4, 108: 4, 101: 0, 12: 0, 228: 0, 229: 0}.get(frame.link, len(data)):]


@dataclass
class Partial:
    """The fragments of one IP packet so far."""
    pieces: dict = field(default_factory=dict)
    origins: dict = field(default_factory=dict)
    total: object = None


class Fragments:
    def __init__(self):
        self.open = {}

    def add(self, key, offset, more, data, frame):
        """The whole packet's bytes and origins once all fragments are there, else None."""
        partial = self.open.setdefault(key, Partial())
        for i, byte in enumerate(data, offset):
            if i not in partial.pieces:
                partial.pieces[i], partial.origins[i] = byte, frame.number
        if not more:
            partial.total = offset + len(data)
        if partial.total is None or any(i not in partial.pieces for i in range(partial.total)):
            return None
        del self.open[key]
        span = range(partial.total)
        return bytes(partial.pieces[i] for i in span), [partial.origins[i] for i in span]


def _ipv4(data, frame, fragments):
    if len(data) < 20:
        return None
    header, total, flags = (data[0] & 15) * 4, *struct.unpack_from(">H2xH", data, 2)
    source, destination, protocol = data[12:16], data[16:20], data[9]
    body = data[header:total]
    offset, more = (flags & 0x1FFF) * 8, bool(flags & 0x2000)
    if not offset and not more:
        return Payload(source, destination, protocol, body, [frame.number] * len(body), total - header, frame)
    key = (source, destination, protocol, data[4:6])
    return _join(key, offset, more, body, total - header, source, destination, protocol, frame, fragments)


def _ipv6(data, frame, fragments):
    if len(data) < 40:
        return None
    end, following, at = 40 + struct.unpack_from(">H", data, 4)[0], data[6], 40
    source, destination = data[8:24], data[24:40]
    while following in IPV6_OPTIONS and at + 8 <= len(data):
        following, at = data[at], at + 8 + data[at + 1] * 8
    body = data[at:end]
    if following != 44:
        return Payload(source, destination, following, body, [frame.number] * len(body), end - at, frame)
    if len(body) < 8:
        return None
    word, key = struct.unpack_from(">H", body, 2)[0], (source, destination, body[4:8])
    return _join(key, word & 0xFFF8, bool(word & 1), body[8:], end - at - 8, source, destination, body[0], frame, fragments)


def _join(key, offset, more, body, size, source, destination, protocol, frame, fragments):
    if len(body) < size:
        return None  # a fragment cut by the snap length cannot be joined
    whole = fragments.add(key, offset, more, body, frame)
    return whole and Payload(source, destination, protocol, whole[0], whole[1], len(whole[0]), frame)


def payloads(frames):
    """What the IP packets of a capture carry, in the order they were complete."""
    fragments = Fragments()
    for frame in frames:
        data = _network(frame)
        version = data[0] >> 4 if data else 0
        payload = None
        if version == 4:
            payload = _ipv4(data, frame, fragments)
        elif version == 6:
            payload = _ipv6(data, frame, fragments)
        if payload is not None:
            yield payload
