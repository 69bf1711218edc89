"""Expert findings of single packets, and those that compare packets across the capture (output.md)."""

import hashlib

import keys
import layouts

SEVERITY = {"malformed": "error", "field": "error", "ack": "note", "request": "note", "key.changed": "error",
            "field.undefined": "warning", "ack.inconsistent": "warning", "tcp": "note", "tcp.overlap": "warning"}
STATUS = {"v1": {"M": range(4), "SC": range(4), "RREG": range(4), "CRR": range(5), "LP": range(1), "BSM": range(1),
                 "BPM": range(1), "LPR": range(4), "BSR": range(4), "BPR": range(4)},
          "legacy": {"M": range(1, 5), "SC": range(1, 5), "LPR": range(4), "CR": range(1, 5), "RREG": range(3)}}
BROADCAST = {"LP": 0, "LPR": 0, "BSR": 0, "BPR": 0, "BSM": 1, "BPM": 1}
OWN_ID = {"CR": "requestor_id", "CRR": "user_id", "IC": "new_id"}
ANNOUNCED = {"REG": "user_id", "BPM": "user_id", "BSM": "user_id", "BPR": "lookup_id", "UB": "user_id"}
DAY, SECOND = 24 * 3600 * 10**9, 10**9


def finding(code, field=None):
    severity = SEVERITY.get(code) or SEVERITY.get(code.split(".")[0], "warning")
    return {"severity": severity, "code": code, **({"field": field} if field else {}), "message": code}


def check(line):
    """Everything that one packet shows by itself."""
    found = [*_values(line), *_ack(line), *_name(line), *_keys(line), *_hash(line), *_clock(line)]
    line.expert += [finding(code, field) for code, field in found]


def _values(line):
    fields, name = line.fields, line.name
    if name in ("M", "SC") and "length" in fields and (fields["length"] == 0) == (name == "M"):
        yield "field.length", "length"
    allowed = STATUS[line.dialect].get(name)
    if allowed is not None and fields["status"] not in allowed:
        yield "field.status", "status"
    if "broadcast" in fields and fields["broadcast"] != BROADCAST[name]:
        yield "field.broadcast", "broadcast"
    if fields.get("undefined"):
        yield "field.undefined", "undefined"


def _ack(line):
    if line.name != "ACK":
        return
    ack, error = line.fields["ack"], line.fields["error"]
    if ack > 1:
        yield "field.ack", "ack"
    if error > 4:
        yield "field.error", "error"
    if (ack == 1) != (error == 0):
        yield "ack.inconsistent", None
    if error:
        yield "ack.rejected", None


def _is_utf8(raw):
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _name(line):
    if "name" not in line.fields:
        return
    if line.name == "UB":
        wrong = layouts.utf16_text(line.data[26:-1])[1]
    else:
        size = line.fields["name_length"]
        raw = line.data[len(line.data) - size:]
        wrong = any(not 0x20 <= b <= 0x7E for b in raw) if line.dialect == "v1" else not _is_utf8(raw)
    if wrong:
        yield "field.name", "name"


def _keys(line):
    if not line.fields.get("public_key"):
        return
    key = bytes.fromhex(line.fields["public_key"])
    code = keys.key_code(key, line.dialect == "legacy")
    if code:
        yield code, "public_key"
    if line.dialect == "v1" and line.fields[OWN_ID[line.name]] != hashlib.sha256(key).digest()[:16].hex():
        yield "id.mismatch", OWN_ID[line.name]


def _hash(line):
    if line.dialect == "legacy" and line.name == "M":
        if line.fields["hash"] != hashlib.sha1(bytes.fromhex(line.fields["body"])).digest()[:16].hex():
            yield "hash.mismatch", "hash"


def _clock(line):
    for code in ("datetime", "timestamp"):
        value = line.fields.get(code)
        if value is None or line.time is None or (line.name == "ACK" and value == 0):
            continue
        if abs(value * 10**6 - line.time) > DAY:
            yield "clock.skew", code


class Memory:
    """Findings that need the packets before, in the order of the output."""

    def __init__(self):
        self.messages, self.addresses, self.keys = {}, {}, {}
        self.requests, self.flagged = {}, {}

    def look(self, line):
        for code, field in [*self._replay(line), *self._collision(line), *self._changed(line), *self._flood(line)]:
            line.expert.append(finding(code, field))

    def _replay(self, line):
        if line.name != "M":
            return
        seen = self.messages.setdefault((line.fields["sender_id"], line.fields["datetime"]), [])
        if any(stream != line.stream or data != line.data for stream, data in seen):
            yield "replay", None
        seen.append((line.stream, line.data))

    def _collision(self, line):
        code = ANNOUNCED.get(line.name)
        # The short user broadcast is an answer that repeats the asker's own bytes.
        if line.name == "UB" and len(line.data) == 43:
            return
        if code and self.addresses.setdefault(line.fields[code], line.source[0]) != line.source[0]:
            yield "id.collision", code

    def _changed(self, line):
        if line.dialect == "legacy" and line.name == "CR":
            key = line.fields["public_key"]
            if self.keys.setdefault(line.fields["requestor_id"], key) != key:
                yield "key.changed", "public_key"

    def _flood(self, line):
        to_server = line.name in ("REG", "LP", "BSM")
        to_server |= line.name == "IC" and (line.transport == "udp" or line.destination[1] == 5005)
        if not to_server or line.time is None:
            return
        times = self.requests.setdefault(line.source[0], [])
        times.append(line.time)
        last = self.flagged.get(line.source[0])
        if len(times) > 50 and line.time - times[-51] < SECOND and (last is None or line.time - last >= SECOND):
            self.flagged[line.source[0]] = line.time
            yield "flood", None
