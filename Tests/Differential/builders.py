"""Packets of both dialects, mostly valid, some wrong on purpose."""

import hashlib
import struct

PKCS3, X25519, RSA = (bytes.fromhex(h) for h in ("06092a864886f70d010301", "06032b656e", "06092a864886f70d010101"))
ZERO = bytes(16)
LEGACY_CLIENT = bytes.fromhex("86609072ea7b06cb429359550a120dd1")


def der(tag, content):
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    raw = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 128 + len(raw)]) + raw + content


def integer(value):
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def spki(algorithm, parameters, key):
    return der(0x30, der(0x30, algorithm + parameters) + der(3, b"\0" + key))


class Builder:
    """Makes packets; `weird` is the chance that a value is one the layout does not define."""

    def __init__(self, rng, weird):
        self.rng, self.weird = rng, weird

    def odd(self, normal, *strange):
        return self.rng.choice(strange) if self.rng.random() < self.weird else normal

    # keys

    def number(self, bits):
        return self.rng.getrandbits(bits) | 1 << bits - 1 | 1

    def dh_key(self, bits):
        numbers = integer(self.number(bits)) + integer(2)
        if self.rng.random() < 0.5:
            numbers += integer(self.rng.choice([160, 225, 2048]))
        return spki(PKCS3, der(0x30, numbers), integer(self.rng.getrandbits(bits - 1)))

    def rsa_key(self, bits):
        return spki(RSA, b"\x05\0", der(0x30, integer(self.number(bits)) + integer(65537)))

    def key(self):
        """A public key field of v1."""
        if self.rng.random() < 0.7:
            key = spki(X25519, b"", self.rng.randbytes(32))
        else:
            key = self.dh_key(self.odd(2048, 1024, 2047, 3072))
        if self.rng.random() < 0.3:
            key += self.rsa_key(self.odd(2048, 1024, 2047, 3072))
        return self.spoil(key)

    def legacy_key(self):
        return self.spoil(self.dh_key(self.odd(512, 2048, 1024)))

    def spoil(self, key):
        if self.rng.random() >= self.weird:
            return key
        at = self.rng.randrange(len(key))
        return self.rng.choice([
            key[:at] or b"\0", key + b"\0", key + key, self.rng.randbytes(8),
            bytes([0x30, 0x84, 0, 0]) + struct.pack(">H", len(key)) + key[2:],
            key[:at] + bytes([key[at] ^ 1 << self.rng.randrange(8)]) + key[at + 1:],
            key.replace(b"\x05\0", b""), key.replace(b"\x02\x01\x02", b"\x02\x02\x00\x02"),
        ])

    # v1

    def messaging(self, kind, sender, receiver, moment, body=None):
        body = self.rng.randbytes(self.rng.choice([1, 28, 33, 120, 400, 1500])) if body is None else body
        if kind == 3:
            body = self.odd(b"", b"x")
        elif self.rng.random() < self.weird / 4:
            body = b""
        undefined = self.odd(0, 1, 0x800000, self.rng.getrandbits(24))
        return struct.pack(">BBBHQ", 1, kind, self.odd(self.rng.randrange(4), 4, 9, 255), len(body), moment) + \
            undefined.to_bytes(3, "big") + sender + receiver + self.rng.randbytes(32) + body

    def text(self):
        return bytes(self.rng.choice(b"abcXYZ 09_\\\"~") for _ in range(self.odd(self.rng.randint(1, 20), 255)))

    def name(self):
        return self.odd(self.text(), b"\xc3\xa9t\xc3\xa9", b"\x00\x1f\x7f", b"\xff\xfe", b"tab\t")

    def chat(self, key, requestor, user, name=None):
        name = self.name() if name is None else name
        return requestor + user + struct.pack(">I", len(key)) + key + struct.pack(">I", len(name)) + name

    def request(self, key, requestor, user):
        return b"\x01\x08" + self.chat(key, self.odd(requestor, self.rng.randbytes(16)), user)

    def response(self, key, requestor, user):
        status = self.rng.choice([0, 0, 0, 1, 2, 3, 4, self.odd(0, 5, 200)])
        body = self.chat(key, requestor, self.odd(user, self.rng.randbytes(16))) if status == 0 else \
            self.chat(b"", requestor, user, b"")
        return bytes([1, 10, status]) + body

    def register(self, request, user):
        return b"\x01\x02" + request + user

    def registered(self, request):
        return bytes([1, 9, self.odd(self.rng.choice([0, 0, 0, 1, 2, 3]), 4, 77)]) + request

    def lookup(self, kind, moment, request, user, looked):
        broadcast = self.odd(int(kind in (12, 14)), 0, 1, 2)
        return struct.pack(">BBQ", 1, kind, moment) + request + bytes([self.odd(0, 1, 5), broadcast]) + user + looked

    def found(self, kind, moment, request, user, looked, address, port):
        status = self.odd(self.rng.choice([0, 0, 0, 1, 2, 3]), 4, 99)
        if status:
            address, port = ZERO, 0
        head = struct.pack(">BBQ", 1, kind, moment) + request + bytes([status, self.odd(0, 1, 3)])
        return head + user + looked + mapped(address) + struct.pack(">H", port)

    def ack(self, moment, user):
        ack, error = self.rng.choice([(1, 0)] * 6 + [(0, 1), (0, 2), (0, 3), (0, 4)])
        return bytes([1, 6, self.odd(ack, 1 - ack, 2, 255), self.odd(error, 5, 0, 1)]) + struct.pack(">Q", moment) + user

    def change(self, moment, request, user, key):
        new = self.odd(v1_id(key), self.rng.randbytes(16))
        return struct.pack(">BBQ", 1, 11, moment) + request + user + new + self.rng.randbytes(16) + \
            struct.pack(">I", len(key)) + key

    # legacy

    def legacy_messaging(self, sender, receiver, moment):
        body = self.rng.randbytes(self.rng.choice([16, 16, 32, 160, 992, self.odd(16, 0, 5)]))
        proof = self.odd(hashlib.sha1(body).digest()[:16], self.rng.randbytes(16))
        return struct.pack(">BBBHQ", 1, 1, self.odd(self.rng.randint(1, 4), 0, 5), len(body), moment) + \
            sender + receiver + LEGACY_CLIENT + proof + body

    def legacy_request(self, key, requestor, user, moment):
        name = self.odd(self.text(), b"", "é\\".encode(), b"\xff", b"\xc3")
        return struct.pack(">BBBQ", 1, 8, self.odd(self.rng.choice([1, 1, 1, 2, 3, 4]), 0, 5), moment) + \
            self.chat(key, requestor, user, name)

    def legacy_status(self):
        return bytes([1, 3, self.odd(self.rng.randint(1, 4), 0, 9)]) + self.rng.randbytes(16)

    def legacy_lookup(self, moment, request, user, looked):
        return struct.pack(">BBQ", 1, 4, moment) + request + user + looked

    def legacy_found(self, moment, request, user, looked):
        status = self.odd(self.rng.randrange(4), 4)
        return struct.pack(">BBQB", 1, 5, moment, status) + request + looked + user + self.rng.randbytes(4)

    def legacy_broadcast(self, moment, user):
        units = [ord(c) for c in self.rng.choice(["bob", "Zoë", "a\\b", "a name of many characters", "x" * 16])]
        if self.rng.random() < self.weird:
            units[self.rng.randrange(len(units))] = self.rng.choice([0xD800, 0xDC01, 0, 0x7F, 0x85, 0x20, 0x2028])
        if self.rng.random() < self.weird:
            units[1:3] = [0xD83D, 0xDE00]
        units += [0x20] * (16 - len(units))
        reply = self.odd(self.rng.randrange(2), 2)
        return struct.pack(">BBQ", 1, 7, moment) + user + b"".join(u.to_bytes(2, "big") for u in units) + bytes([reply])

    # damage

    def lie(self, packet, number):
        """A key or name length that cannot be, where the type has one."""
        at = {8: [34, 43], 10: [35], 11: [66]}.get(packet[1], [3] if len(packet) > 4 else [0])
        at = self.rng.choice(at + ([len(packet) - 5] if packet[1] == 8 else []))
        return packet[:at] + number + packet[at + 4:]

    def damage(self, packet):
        """The packet with a lie or a wound; often it no longer frames."""
        at = self.rng.randrange(len(packet))
        big = struct.pack(">I", self.rng.choice([0, 8193, 2**31, 2**32 - 1]))
        return self.rng.choice([
            packet[:at], packet + self.rng.randbytes(self.rng.randint(1, 30)), b"\x02" + packet[1:],
            packet[:1] + bytes([self.rng.choice([0, 7, 16, 255])]) + packet[2:], packet[:3] + b"\xff\xff" + packet[5:],
            self.lie(packet, big), self.lie(packet, big),
            packet[:at] + bytes([packet[at] ^ 1 << self.rng.randrange(8)]) + packet[at + 1:],
            self.rng.randbytes(self.rng.randint(1, 100)), packet[:at] + packet[at + 1:],
        ]) or b"\x01"


def v1_id(key):
    return hashlib.sha256(key).digest()[:16]


def mapped(address):
    return bytes(10) + b"\xff\xff" + address if len(address) == 4 else address
