"""A small S2WMP user in Python, written from the wire format alone and sharing no code with the Swift program.

Packets are plain bytes; cryptography comes from the PyPI package `cryptography`. Only what a tester needs: it makes keys, asks to be a friend,
encrypts and decrypts messages, and reads packets from a stream.
"""
import hashlib
import hmac
import os
import socket
import struct
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dh, padding, rsa, x25519
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

M, REG, SC, LP, LPR, ACK, CR, RREG, CRR, IC, BSM, BSR, BPM, BPR = 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15
OUR_CLIENT = hashlib.sha256(b"s2wmp-swift/1").digest()[:16]

# RFC 7919, appendix A: p = 2^b - 2^(b-64) + (floor(2^(b-130) e) + X) 2^64 - 1
_X = {2048: 560316, 3072: 2625351, 4096: 5736041}


def _prime(bits):
    """The group's prime, computed from its definition; e by its series, with bits to spare."""
    scale = 1 << (bits + 64)
    total, term, n = 0, scale, 0
    while term:
        total += term
        n += 1
        term //= n
    e = total >> (bits + 64 - (bits - 130))
    return 2**bits - 2 ** (bits - 64) + (e + _X[bits]) * 2**64 - 1


_PARAMETERS = {}


def _parameters(group):
    if group not in _PARAMETERS:
        _PARAMETERS[group] = dh.DHParameterNumbers(_prime(int(group[5:])), 2).parameters()
    return _PARAMETERS[group]


def _der(key):
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _element(tag, content):
    size = len(content)
    head = bytes([size]) if size < 0x80 else bytes([0x80 | (size.bit_length() + 7) // 8]) + size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag]) + head + content


def _integer(value):
    return _element(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _pkcs3(public):
    """A finite-field key as PKCS #3 has it. The library writes X9.42 for the groups that it knows, which the protocol refuses."""
    numbers = public.public_numbers()
    group = _element(0x30, _integer(numbers.parameter_numbers.p) + _integer(numbers.parameter_numbers.g))
    algorithm = _element(0x30, bytes.fromhex("06092a864886f70d010301") + group)
    return _element(0x30, algorithm + _element(3, b"\0" + _integer(numbers.y)))


def hkdf(secret, salt, info, count):
    return HKDF(algorithm=hashes.SHA256(), length=count, salt=salt, info=info).derive(secret)


class User:
    """Private keys and what follows from them."""

    def __init__(self, suite="dh", group="x25519", name=b"python"):
        self.suite, self.group, self.name = suite, group, name
        self.agreement = x25519.X25519PrivateKey.generate() if group == "x25519" else _parameters(group).generate_private_key()
        public = self.agreement.public_key()
        self.field = _der(public) if group == "x25519" else _pkcs3(public)
        self.rsa = None
        if suite == "rsa":
            self.rsa = rsa.generate_private_key(public_exponent=65537, key_size=3072)
            self.field += _der(self.rsa.public_key())
        self.id = hashlib.sha256(self.field).digest()[:16]

    def request(self, user_id):
        """A CR."""
        return bytes([1, CR]) + self.id + user_id + struct.pack(">I", len(self.field)) + self.field + struct.pack(">I", len(self.name)) + self.name

    def pair(self, field):
        return Pair(self, field)


def split_key_field(field):
    """The one or two DER structures of a public key field."""
    def length(at):
        if field[at + 1] < 0x80:
            return 2 + field[at + 1]
        count = field[at + 1] & 0x7F
        return 2 + count + int.from_bytes(field[at + 2 : at + 2 + count], "big")

    first = length(0)
    return [field[:first]] + ([field[first:]] if len(field) > first else [])


class Pair:
    """A user and a friend: everything that Z gives."""

    def __init__(self, user, field):
        self.user, self.field = user, field
        self.other = hashlib.sha256(field).digest()[:16]
        keys = [serialization.load_der_public_key(part) for part in split_key_field(field)]
        self.rsa = keys[1] if len(keys) > 1 else None
        secret = user.agreement.exchange(keys[0])
        size = 32 if user.group == "x25519" else int(user.group[5:]) // 8
        self.secret = secret.rjust(size, b"\0")
        self.salt = min(user.id, self.other) + max(user.id, self.other)
        self.client_key = hkdf(self.secret, self.salt, b"S2WMP1 client id", 16)

    def key(self, label, sender, receiver):
        return hkdf(self.secret, self.salt, label + sender + receiver, 32)

    def client_field(self, bound, client=OUR_CLIENT):
        block = bytes(a ^ b for a, b in zip(client, hashlib.sha256(bound).digest()))
        encryptor = Cipher(algorithms.AES(self.client_key), modes.ECB()).encryptor()
        return encryptor.update(block) + encryptor.finalize()

    def hash(self, header, plaintext, sender, receiver):
        return hmac.new(self.key(b"S2WMP1 hash", sender, receiver), header + plaintext, hashlib.sha256).digest()[:16]

    def overhead(self):
        return 28 + (self.rsa.key_size // 8 if self.rsa else 0)

    def message(self, text, when, **changes):
        """An M with everything right but for `changes`: status, length, undefined, sender, receiver, client, hash, body, type."""
        text = text.encode() if isinstance(text, str) else text
        sender, receiver = changes.get("sender", self.user.id), changes.get("receiver", self.other)
        length = changes.get("length", len(text) + self.overhead())
        header = struct.pack(">BBBHQ", 1, changes.get("type", M), changes.get("status", 0), length, when)
        header += changes.get("undefined", b"\0\0\0") + sender + receiver
        key = self.key(b"S2WMP1 message", self.user.id, self.other)
        nonce, wrapped = os.urandom(12), b""
        if self.rsa:
            content_key = os.urandom(32)
            wrapped = self.rsa.encrypt(content_key, padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None))
            key = hkdf(content_key, key, b"S2WMP1 rsa body", 32)
        body = changes.get("body", wrapped + nonce + AESGCM(key).encrypt(nonce, text, header))
        client = self.client_field(header, changes.get("client", OUR_CLIENT))
        hashed = changes.get("hash", self.hash(header, text, self.user.id, self.other))
        return header + client + hashed + body

    def status_change(self, status, when, **changes):
        return self.message(b"", when, **{"type": SC, "status": status, "length": 0, "body": b"", **changes})

    def open(self, packet):
        """The plaintext of an M that the friend sent; checks client ID, hash and tag."""
        header, client, hashed, body = packet[:48], packet[48:64], packet[64:80], packet[80:]
        assert header[16:32] == self.other and header[32:48] == self.user.id
        assert client == self.client_field(header), "client ID"
        key = self.key(b"S2WMP1 message", self.other, self.user.id)
        if self.user.rsa:
            size = self.user.rsa.key_size // 8
            content_key = self.user.rsa.decrypt(body[:size], padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None))
            key, body = hkdf(content_key, key, b"S2WMP1 rsa body", 32), body[size:]
        text = AESGCM(key).decrypt(body[:12], body[12:], header)
        assert hashed == self.hash(header, text, self.other, self.user.id), "hash"
        return text

    def id_change(self, new, when, **changes):
        """An IC from this pair's user to the identity `new`."""
        front = struct.pack(">BBQ", 1, IC, when) + changes.get("request", os.urandom(8)) + self.user.id + changes.get("new_id", new.id)
        key = changes.get("field", new.field)
        rear = struct.pack(">I", len(key)) + key
        return front + self.client_field(front + rear, changes.get("client", OUR_CLIENT)) + rear


def ack(error, when=0, user_id=bytes(16)):
    return bytes([1, ACK, int(error == 0), error]) + struct.pack(">Q", when) + user_id


class Stream:
    """A TCP connection that gives whole packets."""

    def __init__(self, address, timeout=5):
        self.socket = socket.create_connection(address, timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def send(self, data):
        self.socket.sendall(data)

    def packet(self):
        """The next packet; b"" when the other side has closed."""
        while True:
            size = packet_size(self.buffer)
            if size and len(self.buffer) >= size:
                packet, self.buffer = self.buffer[:size], self.buffer[size:]
                return packet
            data = self.socket.recv(65536)
            if not data:
                assert not self.buffer, f"closed inside a packet: {self.buffer.hex()}"
                return b""
            self.buffer += data

    def close(self):
        self.socket.close()


def packet_size(data):
    """Bytes of the packet that starts here; None while that cannot be told."""
    fixed = {REG: 26, RREG: 11, LP: 52, BSM: 52, BPM: 52, LPR: 70, BSR: 70, BPR: 70, ACK: 28}
    if len(data) < 2:
        return None
    kind = data[1]
    if kind in fixed:
        return fixed[kind]
    if kind in (M, SC):
        return 80 + int.from_bytes(data[3:5], "big") if len(data) >= 5 else None
    at = {CR: 34, CRR: 35, IC: 66}[kind]
    if len(data) < at + 4:
        return None
    key = int.from_bytes(data[at : at + 4], "big")
    if kind == IC:
        return at + 4 + key
    if len(data) < at + 8 + key:
        return None
    return at + 8 + key + int.from_bytes(data[at + 4 + key : at + 8 + key], "big")


def now():
    return int(time.time() * 1000)
