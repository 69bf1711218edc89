"""Framing and fields of both dialects (wire.md 3, 4 and appendix L)."""

import ipaddress

U8, U16, U24, U32, U64 = ("int", 1), ("int", 2), ("int", 3), ("int", 4), ("int", 8)
ID, RID8, IP4, IP6 = ("hex", 16), ("hex", 8), ("ip", 4), ("ip", 16)

NAMES = {
    "v1": {1: "M", 2: "REG", 3: "SC", 4: "LP", 5: "LPR", 6: "ACK", 8: "CR", 9: "RREG", 10: "CRR",
           11: "IC", 12: "BSM", 13: "BSR", 14: "BPM", 15: "BPR"},
    "legacy": {1: "M", 2: "REG", 3: "SC", 4: "LP", 5: "LPR", 6: "ACK", 7: "UB", 8: "CR", 9: "RREG"},
}

HEAD = [("version", U8), ("type", U8)]
MESSAGING = HEAD + [("status", U8), ("length", U16), ("datetime", U64), ("undefined", U24), ("sender_id", ID),
                    ("receiver_id", ID), ("client_id", ID), ("hash", ID), ("body", "rest")]
LOOKUP = HEAD + [("timestamp", U64), ("request_id", RID8), ("status", U8), ("broadcast", U8), ("user_id", ID),
                 ("lookup_id", ID)]
RESPONSE = LOOKUP + [("address", IP6), ("port", U16)]
ACK = HEAD + [("ack", U8), ("error", U8), ("datetime", U64), ("user_id", ID)]
CHAT = [("requestor_id", ID), ("user_id", ID), ("key_length", U32), ("public_key", "key_length"),
        ("name_length", U32), ("name", "text")]

LAYOUTS = {
    "v1": {
        "M": MESSAGING, "SC": MESSAGING,
        "REG": HEAD + [("request_id", RID8), ("user_id", ID)],
        "LP": LOOKUP, "BSM": LOOKUP, "BPM": LOOKUP, "LPR": RESPONSE, "BSR": RESPONSE, "BPR": RESPONSE, "ACK": ACK,
        "CR": HEAD + CHAT, "CRR": HEAD + [("status", U8)] + CHAT,
        "RREG": HEAD + [("status", U8), ("request_id", RID8)],
        "IC": HEAD + [("timestamp", U64), ("request_id", RID8), ("user_id", ID), ("new_id", ID), ("client_id", ID),
                      ("key_length", U32), ("public_key", "key_length")],
    },
    "legacy": {
        "M": [row for row in MESSAGING if row[0] != "undefined"],
        "REG": HEAD + [("user_id", ID), ("request_id", ID)],
        "SC": HEAD + [("status", U8), ("request_id", ID)],
        "LP": HEAD + [("timestamp", U64), ("request_id", ID), ("user_id", ID), ("lookup_id", ID)],
        "LPR": HEAD + [("timestamp", U64), ("status", U8), ("request_id", ID), ("user_id", ID), ("lookup_id", ID),
                       ("address", IP4)],
        "ACK": ACK,
        "UB": HEAD + [("timestamp", U64), ("user_id", ID), ("name", "utf16"), ("reply", U8)],
        "CR": HEAD + [("status", U8), ("datetime", U64)] + CHAT,
        "RREG": HEAD + [("status", U8), ("user_id", ID)],
    },
}


class Bad(Exception):
    """These bytes can never frame; the argument is the expert code."""


class Short(Exception):
    """Good so far, but bytes are missing."""


def _number(data, offset, size):
    if len(data) < offset + size:
        raise Short
    return int.from_bytes(data[offset:offset + size], "big")


def _limited(data, offset, low, high):
    value = _number(data, offset, 4)
    if not low <= value <= high:
        raise Bad("malformed.length")
    return value


def _chat_size(data, key_at, key_range, name_range):
    key = _limited(data, key_at, *key_range)
    return key_at + 8 + key + _limited(data, key_at + 4 + key, *name_range)


def _v1_size(kind, data):
    if kind in ("M", "SC"):
        return 80 + _number(data, 3, 2)
    if kind == "CR":
        return _chat_size(data, 34, (1, 8192), (1, 255))
    if kind == "CRR":
        accepted = _number(data, 2, 1) == 0
        return _chat_size(data, 35, (1, 8192) if accepted else (0, 0), (1, 255) if accepted else (0, 0))
    if kind == "IC":
        return 70 + _limited(data, 66, 1, 8192)
    return {"REG": 26, "RREG": 11, "LP": 52, "BSM": 52, "BPM": 52, "LPR": 70, "BSR": 70, "BPR": 70, "ACK": 28}[kind]


def _legacy_size(kind, data, datagram, to_end):
    if kind == "M":
        length = _number(data, 3, 2)
        if length > 32767:
            raise Bad("malformed.length")
        return 77 + length
    if kind == "CR":
        return _chat_size(data, 43, (1, 8192), (0, 255))
    if kind == "UB":
        return _broadcast_size(len(data), datagram, to_end)
    return {"REG": 34, "SC": 19, "LP": 58, "LPR": 63, "ACK": 28, "RREG": 19}[kind]


def _broadcast_size(available, datagram, to_end):
    if datagram:
        return available - (available - 59) % 2 if available >= 59 else 43 if available <= 43 else 59
    return 43 if available == 43 and to_end else 59


def frame(dialect, data, datagram=False, to_end=True):
    """The size of the packet that data begins with. `to_end`: nothing of the stream comes after data."""
    if _number(data, 0, 1) != 1:
        raise Bad("malformed.version")
    kind = NAMES[dialect].get(_number(data, 1, 1))
    if kind is None:
        raise Bad("malformed.type")
    size = _v1_size(kind, data) if dialect == "v1" else _legacy_size(kind, data, datagram, to_end)
    if size > len(data):
        raise Short
    return size


def begins(dialect, data, to_end=True):
    """Whether data begins a header that frames: nothing in it is wrong so far."""
    try:
        frame(dialect, data, to_end=to_end)
    except Bad:
        return False
    except Short:
        pass
    return True


def frames(dialect, data, datagram=False, to_end=True):
    """The size of the packet at the start of data, or None."""
    try:
        return frame(dialect, data, datagram, to_end)
    except (Bad, Short):
        return None


def tiles(dialect, data, to_end=True):
    """Whether packets fill data exactly."""
    position = 0
    while position < len(data):
        size = frames(dialect, data[position:], to_end=to_end)
        if size is None:
            return False
        position += size
    return True


def is_wrong(dialect, data, to_end=True):
    """Whether packets from the start of data come to something that cannot be framed."""
    position = 0
    while position < len(data) and begins(dialect, data[position:], to_end):
        size = frames(dialect, data[position:], to_end=to_end)
        if size is None:
            return False
        position += size
    return position < len(data)


def address_text(raw):
    if len(raw) == 16 and raw[:12] == b"\0" * 10 + b"\xff\xff":
        raw = raw[12:]
    return str(ipaddress.ip_address(bytes(raw)))


def name_text(raw):
    return "".join(chr(b) if 0x20 <= b <= 0x7E and b != 0x5C else "\\x%02x" % b for b in raw)


def utf16_text(raw):
    """The name of a User Broadcast, and whether a surrogate in it stands alone."""
    units = [int.from_bytes(raw[i:i + 2], "big") for i in range(0, len(raw), 2)]
    while units and units[-1] == 0x20:
        units.pop()
    text, unpaired, i = "", False, 0
    while i < len(units):
        unit = units[i]
        if 0xD800 <= unit < 0xDC00 and i + 1 < len(units) and 0xDC00 <= units[i + 1] < 0xE000:
            text += chr(0x10000 + ((unit - 0xD800) << 10) + units[i + 1] - 0xDC00)
            i += 1
        elif 0xD800 <= unit < 0xE000:
            text, unpaired = text + "\\u%04x" % unit, True
        elif unit < 0x20 or 0x7F <= unit < 0xA0 or unit == 0x5C:
            text += "\\u%04x" % unit
        else:
            text += chr(unit)
        i += 1
    return text, unpaired


def _field(kind, data, position, fields):
    if kind == "rest":
        return data[position:].hex(), len(data)
    if kind == "text":
        return name_text(data[position:]), len(data)
    if kind == "utf16":
        return utf16_text(data[position:-1])[0], len(data) - 1
    if kind == "key_length":
        end = position + fields["key_length"]
        return data[position:end].hex(), end
    form, size = kind
    raw = data[position:position + size]
    value = {"int": lambda: int.from_bytes(raw, "big"), "hex": raw.hex, "ip": lambda: address_text(raw)}[form]()
    return value, position + size


def dissect(dialect, data):
    """Short name and fields, in wire order, of one framed packet."""
    name, fields, position = NAMES[dialect][data[1]], {}, 0
    for code, kind in LAYOUTS[dialect][name]:
        fields[code], position = _field(kind, data, position, fields)
    return name, fields
