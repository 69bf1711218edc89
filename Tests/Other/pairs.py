"""What two friends have in common (sections 5.3 to 5.5): keys derived from Z, client IDs, hashes, bodies."""
import hashlib
import hmac
import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import wire

OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


def derive(secret, salt, info, count):
    """HKDF-SHA-256; one block is enough for all that is derived here."""
    return hmac.digest(hmac.digest(salt, secret, "sha256"), info + b"\1", "sha256")[:count]


def client_id(program):
    return hashlib.sha256(program.encode()).digest()[:16]


def exclusive(left, right):
    return bytes(a ^ b for a, b in zip(left, right))


class Pair:
    """My side of a pair: `own` are my private keys, `other_id` is the other's ID, `receiver` the other's RSA key."""

    def __init__(self, own, other_id, secret, receiver):
        self.own, self.other_id, self.receiver = own, other_id, receiver
        self.salt = min(own.id, other_id) + max(own.id, other_id)
        self.secret = secret
        client_key = derive(secret, self.salt, b"S2WMP1 client id", 16)
        self.cipher = Cipher(algorithms.AES(client_key), modes.ECB())
        self.in_hash, self.out_hash = self.both(b"S2WMP1 hash")
        self.in_body, self.out_body = self.both(b"S2WMP1 message")

    def both(self, label):
        """The keys of the two directions: to me, from me."""
        inward = derive(self.secret, self.salt, label + self.other_id + self.own.id, 32)
        return inward, derive(self.secret, self.salt, label + self.own.id + self.other_id, 32)

    # Receiving

    def client(self, field, bound):
        decryptor = self.cipher.decryptor()
        return exclusive(decryptor.update(field) + decryptor.finalize(), hashlib.sha256(bound).digest())

    def hash(self, header, plaintext):
        return hmac.digest(self.in_hash, header + plaintext, "sha256")[:16]

    def open(self, header, body):
        """The plaintext, or None when the body does not decrypt."""
        key = self.in_body
        if self.own.rsa:
            size = self.own.rsa.key_size // 8
            if len(body) < size:
                return None
            try:
                content_key = self.own.rsa.decrypt(body[:size], OAEP)
            except ValueError:
                return None
            if len(content_key) != 32:
                return None
            key, body = derive(content_key, key, b"S2WMP1 rsa body", 32), body[size:]
        if len(body) < 28:
            return None
        try:
            return AESGCM(key).decrypt(body[:12], body[12:], header)
        except InvalidTag:
            return None

    # Sending

    def messaging(self, kind, status, datetime, text=b"", program="s2wmp-swift/1"):
        """An M or SC from me."""
        wrapped_size = self.receiver.key_size // 8 if self.receiver else 0
        length = wrapped_size + 28 + len(text) if kind == wire.M else 0
        header = struct.pack(">BBBHQ3x", 1, kind, status, length, datetime) + self.own.id + self.other_id
        encryptor = self.cipher.encryptor()
        client = encryptor.update(exclusive(client_id(program), hashlib.sha256(header).digest())) + encryptor.finalize()
        hashed = hmac.digest(self.out_hash, header + text, "sha256")[:16]
        return header + client + hashed + (self.seal(header, text) if kind == wire.M else b"")

    def seal(self, header, text):
        key, wrapped = self.out_body, b""
        if self.receiver:
            content_key = os.urandom(32)
            wrapped = self.receiver.encrypt(content_key, OAEP)
            key = derive(content_key, key, b"S2WMP1 rsa body", 32)
        nonce = os.urandom(12)
        return wrapped + nonce + AESGCM(key).encrypt(nonce, text, header)
