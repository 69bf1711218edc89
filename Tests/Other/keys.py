"""Keys of section 5.1: made, written, and read back without trusting a byte.

The reader accepts what the section allows and nothing else. Numbers are Python's own; X25519 and RSA come from the PyPI package `cryptography`.
"""
import hashlib
import secrets

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa, x25519

PKCS3 = bytes.fromhex("2a864886f70d010301")
X25519 = bytes.fromhex("2b656e")
RSA = bytes.fromhex("2a864886f70d010101")
# RFC 7919, appendix A: p = 2^b - 2^(b-64) + (floor(2^(b-130) e) + X) 2^64 - 1
OFFSETS = {"ffdhe2048": 560316, "ffdhe3072": 2625351, "ffdhe4096": 5736041}
GROUPS = (*OFFSETS, "x25519")


class Unusable(Exception):
    """A key field that section 5.1 does not allow here."""


def prime(group):
    bits = int(group[5:])
    scale = 1 << (bits + 64)
    e, term, n = 0, scale, 0
    while term:
        e, n = e + term, n + 1
        term //= n
    return 2**bits - 2 ** (bits - 64) + ((e >> 194) + OFFSETS[group]) * 2**64 - 1


PRIMES = {group: prime(group) for group in OFFSETS}


def identify(field):
    return hashlib.sha256(field).digest()[:16]


# Writing


def element(tag, content):
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    count = (size.bit_length() + 7) // 8
    return bytes([tag, 0x80 | count]) + size.to_bytes(count, "big") + content


def integer(value):
    return element(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def key_info(oid, parameters, key):
    return element(0x30, element(0x30, element(6, oid) + parameters) + element(3, b"\0" + key))


class PrivateKeys:
    """Private keys of one identity, and the field that others get."""

    def __init__(self, suite, group, rsa_bits=3072, private_value_length=False):
        self.suite, self.group = suite, group
        if group == "x25519":
            self.private = x25519.X25519PrivateKey.generate()
            raw = self.private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            self.field = key_info(X25519, b"", raw)
        else:
            p = PRIMES[group]
            self.private = secrets.randbits(384) | 1 << 383
            parameters = integer(p) + integer(2) + (integer(384) if private_value_length else b"")
            self.field = key_info(PKCS3, element(0x30, parameters), integer(pow(2, self.private, p)))
        self.rsa = None
        if suite == "rsa":
            self.rsa = rsa.generate_private_key(65537, rsa_bits)
            numbers = self.rsa.public_key().public_numbers()
            self.field += key_info(RSA, b"\5\0", element(0x30, integer(numbers.n) + integer(numbers.e)))
        self.id = identify(self.field)

    def agree(self, agreement):
        """Z, left-padded (section 5.3)."""
        if self.group == "x25519":
            try:
                return self.private.exchange(x25519.X25519PublicKey.from_public_bytes(agreement))
            except ValueError as zero:
                raise Unusable("the shared secret is zero") from zero
        return pow(agreement, self.private, PRIMES[self.group]).to_bytes(int(self.group[5:]) // 8, "big")


# Reading


class Reader:
    """DER, minimal lengths and numbers only."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def element(self, tag):
        data, at = self.data, self.at
        if len(data) < at + 2 or data[at] != tag:
            raise Unusable(f"element {tag:#x} is missing")
        size, start = data[at + 1], at + 2
        if size >= 0x80:
            count = size & 0x7F
            if not 1 <= count <= 3 or len(data) < start + count or data[start] == 0:
                raise Unusable("length")
            size, start = int.from_bytes(data[start : start + count], "big"), start + count
            if size < 0x80:
                raise Unusable("length in more bytes than it takes")
        if len(data) < start + size:
            raise Unusable("ends early")
        self.at = start + size
        return data[start : start + size]

    def inner(self, tag):
        return type(self)(self.element(tag))

    def integer(self):
        content = self.element(2)
        if not content or (len(content) > 1 and content[0] == 0 and content[1] < 0x80):
            raise Unusable("number")
        if content[0] >= 0x80:
            raise Unusable("negative number")
        return int.from_bytes(content, "big")

    def bits(self):
        content = self.element(3)
        if not content or content[0]:
            raise Unusable("bit string")
        return content[1:]

    def has_more(self):
        return self.at < len(self.data)

    def end(self):
        if self.has_more():
            raise Unusable("trailing bytes")


class KeyRules:
    """What a key field of others must be, for these private keys. A subclass forgets a rule."""

    reader = Reader
    smallest_rsa, greatest_rsa = 2048, 4096

    def __init__(self, own):
        self.own = own

    def read(self, field):
        """(Z, RSA public key or None)."""
        reader = self.reader(field)
        agreement = self.agreement(reader.inner(0x30))
        receiver = self.receiver(reader.inner(0x30)) if self.own.suite == "rsa" else None
        reader.end()
        return self.own.agree(agreement), receiver

    def agreement(self, info):
        algorithm = info.inner(0x30)
        oid = algorithm.element(6)
        if self.own.group == "x25519":
            if oid != X25519:
                raise Unusable("another group")
            algorithm.end()
            point = info.bits()
            info.end()
            if len(point) != 32:
                raise Unusable("point")
            return point
        if oid != PKCS3:
            raise Unusable("another algorithm")
        self.parameters(algorithm.inner(0x30))
        algorithm.end()
        number = self.reader(info.bits())
        info.end()
        value = number.integer()
        number.end()
        self.check_value(value)
        return value

    def parameters(self, parameters):
        if parameters.integer() != PRIMES[self.own.group] or parameters.integer() != 2:
            raise Unusable("another group")
        if parameters.has_more():
            parameters.element(2)
        parameters.end()

    def check_value(self, value):
        if not 2 <= value <= PRIMES[self.own.group] - 2:
            raise Unusable("public value")

    def receiver(self, info):
        algorithm = info.inner(0x30)
        if algorithm.element(6) != RSA or algorithm.element(5):
            raise Unusable("no RSA key")
        algorithm.end()
        inside = self.reader(info.bits())
        info.end()
        numbers = inside.inner(0x30)
        inside.end()
        modulus, exponent = numbers.integer(), numbers.integer()
        numbers.end()
        if exponent != 65537 or not modulus & 1 or not self.smallest_rsa <= modulus.bit_length() <= self.greatest_rsa:
            raise Unusable("RSA key")
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
