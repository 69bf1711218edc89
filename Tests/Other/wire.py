"""Packets of S2WMP version 1 as bytes: how they are framed, and how answers are put together.

Written from the wire format (Documentation/Protocol.md) alone. Offsets are those of its section 3.
"""
import struct

M, REG, SC, LP, LPR, ACK, CR, RREG, CRR, IC, BSM, BSR, BPM, BPR = 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15
FIXED = {REG: 26, RREG: 11, LP: 52, BSM: 52, BPM: 52, LPR: 70, BSR: 70, BPR: 70, ACK: 28}
DEFINED = {*FIXED, M, SC, CR, CRR, IC}
ZERO = bytes(16)


class Unframed(Exception):
    """These bytes begin no packet, whatever follows."""


class Framer:
    """Section 4: what is framed. Other limits make a framer that is wrong."""

    versions = {1}
    types = DEFINED
    greatest_key = 8192
    greatest_name = 255
    # Whether a length is judged by its first bytes already: "as soon as it sees the bad length" allows both.
    eager = False

    def __init__(self, **limits):
        self.__dict__.update(limits)

    def size(self, data):
        """Bytes of the packet that begins here, or None while too few are there to tell."""
        if not data:
            return None
        if data[0] not in self.versions:
            raise Unframed("version")
        if len(data) < 2:
            return None
        kind = data[1]
        if kind not in self.types:
            raise Unframed("type")
        if kind in FIXED:
            return FIXED[kind]
        if kind in (M, SC):
            return 80 + self.body_length(data) if len(data) >= 5 else None
        if kind == IC:
            return self.behind(data, 66, 1, self.greatest_key)
        accepts = kind == CR or (data[2] == 0 if len(data) > 2 else None)
        if accepts is None:
            return None
        keys, names = ((1, self.greatest_key), (1, self.greatest_name)) if accepts else ((0, 0), (0, 0))
        name_at = self.behind(data, 34 if kind == CR else 35, *keys)
        return None if name_at is None else self.behind(data, name_at, *names)

    def body_length(self, data):
        return int.from_bytes(data[3:5], "big")

    def behind(self, data, at, least, most):
        """Where the part ends whose length stands at `at`."""
        part = bytes(data[at : at + 4])
        if len(part) < 4 and not self.eager:
            return None
        value = int.from_bytes(part.ljust(4, b"\0"), "big")
        if value > most or (len(part) == 4 and value < least):
            raise Unframed("length")
        return at + 4 + value if len(part) == 4 else None


def values_defined(packet):
    """Whether a framed datagram holds defined values only (section 4)."""
    kind = packet[1]
    if kind in (LP, BSM, BPM):
        return packet[18] == 0 and packet[19] == (kind != LP)
    if kind in (LPR, BSR, BPR):
        return packet[18] <= 3 and packet[19] == 0
    if kind == ACK:
        return packet[2] <= 1 and packet[3] <= 4
    if kind == RREG:
        return packet[2] <= 3
    return True


def is_user_name(name):
    return 1 <= len(name) <= 255 and all(0x20 <= byte <= 0x7E for byte in name)


def acknowledgement(error, datetime=0, user_id=ZERO):
    return struct.pack(">BBBBQ", 1, ACK, int(error == 0), error, datetime) + user_id


def counted(data):
    return struct.pack(">I", len(data)) + data


def chat_request(requestor_id, user_id, key, name):
    return bytes([1, CR]) + requestor_id + user_id + counted(key) + counted(name)


def chat_response(status, requestor_id, user_id, key=b"", name=b""):
    return bytes([1, CRR, status]) + requestor_id + user_id + counted(key) + counted(name)


def registration(request_id, user_id):
    return bytes([1, REG]) + request_id + user_id


def registration_response(status, request_id):
    return bytes([1, RREG, status]) + request_id


def lookup(kind, timestamp, request_id, user_id, lookup_id):
    return struct.pack(">BBQ", 1, kind, timestamp) + request_id + bytes([0, kind != LP]) + user_id + lookup_id


def lookup_response(kind, timestamp, request, status, lookup_id, address=None):
    """An answer to the lookup packet `request`; `address` is (host in 16 bytes, port)."""
    host, port = address or (ZERO, 0)
    front = struct.pack(">BBQ", 1, kind, timestamp) + request[10:18] + bytes([status, 0])
    return front + request[20:36] + lookup_id + host + struct.pack(">H", port)
