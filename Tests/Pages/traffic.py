"""Captures for the pages' checks: a long one, and one whose every name is an attack on the page. Raw IP, made from the wire format alone."""

import hashlib
import random
import struct

START = 1_795_527_720_000_000


class Capture:
    """A pcap file being written: raw IPv4, microseconds."""

    def __init__(self, path):
        self.file = open(path, "wb")
        self.file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))
        self.sequence = {}
        self.packets = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def tcp(self, at, source, destination, payload):
        """One segment; the two sides of a connection acknowledge each other's bytes."""
        sent = self.sequence.get((source, destination), 1)
        answered = self.sequence.get((destination, source), 1)
        self.sequence[(source, destination)] = sent + len(payload)
        head = struct.pack(">HHIIBBHHH", source[1], destination[1], sent & 0xFFFFFFFF, answered & 0xFFFFFFFF, 0x50, 0x18, 65535, 0, 0)
        self.ip(at, 6, source[0], destination[0], head + payload)

    def udp(self, at, source, destination, payload):
        self.ip(at, 17, source[0], destination[0], struct.pack(">HHHH", source[1], destination[1], 8 + len(payload), 0) + payload)

    def ip(self, at, protocol, source, destination, body):
        head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 0, 0x4000, 64, protocol, 0, address(source), address(destination))
        time = START + int(at * 1_000_000)
        self.file.write(struct.pack("<IIII", time // 1_000_000, time % 1_000_000, len(head) + len(body), len(head) + len(body)) + head + body)
        self.packets += 1


def address(text):
    return bytes(int(part) for part in text.split("."))


def milliseconds(at):
    return START // 1000 + int(at * 1000)


class User:
    """A user whose ID is right for a key that is none; nobody looks inside."""

    def __init__(self, name, host):
        self.name = name if isinstance(name, bytes) else name.encode()
        self.key = hashlib.sha256(b"key of " + self.name + host.encode()).digest() * 4
        self.id = hashlib.sha256(self.key).digest()[:16]
        self.host = host

    def request(self, other):
        return b"\x01\x08" + self.id + other.id + struct.pack(">I", len(self.key)) + self.key + struct.pack(">I", len(self.name)) + self.name

    def accept(self, other):
        return b"\x01\x0a\x00" + other.id + self.id + struct.pack(">I", len(self.key)) + self.key + struct.pack(">I", len(self.name)) + self.name

    def message(self, other, at, noise):
        body = noise.randbytes(noise.randrange(40, 400))
        return struct.pack(">BBBHQ3x", 1, 1, 0, len(body), milliseconds(at)) + self.id + other.id + noise.randbytes(32) + body

    def answer(self, other, at, error=0):
        """The ACK of a message of the other's."""
        return struct.pack(">BBBBQ", 1, 6, 0 if error else 1, error, milliseconds(at)) + other.id

    def lookup(self, other, at, noise):
        return b"\x01\x04" + struct.pack(">Q", milliseconds(at)) + noise.randbytes(8) + b"\x00\x00" + self.id + other.id


def long_capture(path, packets):
    """A day of a busy place: sixty users, a server, messages and their ACKs, some lookups, here and there something wrong."""
    noise = random.Random(5)
    users = [User(f"user{number}", f"10.0.{number // 20}.{number % 20 + 1}") for number in range(60)]
    at = 0.0
    with Capture(path) as capture:
        for number, user in enumerate(users):
            for other in users[number + 1:number + 4]:
                at += 0.05
                here, there = (user.host, 40_000 + number), (other.host, 5000)
                capture.tcp(at, here, there, user.request(other))
                capture.tcp(at + 0.01, there, here, other.accept(user))
        while capture.packets < packets:
            at += noise.expovariate(25) + (600 if noise.random() < 0.0002 else 0)
            number = noise.randrange(len(users))
            user, other = users[number], users[(number + noise.choice((1, 1, 2, 3))) % len(users)]
            here, there = (user.host, 40_000 + number), (other.host, 5000)
            if noise.random() < 0.05:
                capture.udp(at, (user.host, 5000), ("10.0.9.1", 5005), user.lookup(other, at, noise))
                continue
            message = user.message(other, at, noise)
            capture.tcp(at, here, there, message)
            if noise.random() < 0.002:
                capture.tcp(at + 0.5, (user.host, 50_000 + number), there, message)
            capture.tcp(at + noise.lognormvariate(-6, 0.7), there, here, other.answer(user, at, 4 if noise.random() < 0.01 else 0))


HOSTILE_NAMES = [
    b"<script>alert(document.domain)</script>", b"\"><img src=x onerror=alert(1)>", b"' onmouseover='alert(1)", b"</title></style></script><h1>gone",
    b"&lt;b&gt; &amp; &#60;i&#62;", b"\x1b[31mred\x1b[0m\r\n\x00\x07", b"<!-- ", b"]]>", b"javascript:alert(1)", b"A" * 255, b"\xe2\x80\xaetxt.exe\xe2\x80\xac",
    b"${alert(1)} {{7*7}}", b"http://example.com/", b"a\xcc\x81" * 60, b"\xff\xfe\xfd", b"<svg/onload=alert(1)>",
]


def hostile_capture(path):
    """Every name an attack; malformed bytes that look like markup; legacy names with marks that turn text around."""
    noise = random.Random(6)
    users = [User(name, f"10.6.6.{number + 1}") for number, name in enumerate(HOSTILE_NAMES)]
    at = 0.0
    with Capture(path) as capture:
        for number, user in enumerate(users):
            other = users[(number + 1) % len(users)]
            at += 0.3
            here, there = (user.host, 40_000), (other.host, 5000)
            capture.tcp(at, here, there, user.request(other))
            capture.tcp(at + 0.01, there, here, other.accept(user))
            capture.tcp(at + 0.1, here, there, user.message(other, at, noise))
            capture.tcp(at + 0.11, there, here, other.answer(user, at))
        capture.tcp(at + 1, users[0].host and (users[0].host, 40_001), (users[1].host, 5000), b"\x01\xee<script>alert(2)</script>" * 20)
        for name in ("\u202e<b>evil", "<img src=//example.com/x>"):
            text = name.ljust(16)[:16].encode("utf-16-be")
            capture.udp(at + 2, ("10.6.7.1", 5000), ("10.6.7.255", 5001), b"\x01\x07" + struct.pack(">Q", milliseconds(at)) + noise.randbytes(16) + text + b"\x00")
