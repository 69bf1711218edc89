"""Strict DER of the public key field (wire.md 5.1): parsed, or refused."""

SEQUENCE, INTEGER, BIT_STRING, OID, NULL = 0x30, 0x02, 0x03, 0x06, 0x05
PKCS3 = bytes.fromhex("2a864886f70d010301")
X25519 = bytes.fromhex("2b656e")
RSA = bytes.fromhex("2a864886f70d010101")


class Invalid(Exception):
    pass


def _element(data, tag):
    """Content of the element of this tag at the start of data, and what follows it."""
    if len(data) < 2 or data[0] != tag:
        raise Invalid
    length, at = data[1], 2
    if length >= 0x80:
        count = length & 0x7F
        at = 2 + count
        if not 1 <= count <= 4 or len(data) < at or data[2] == 0:
            raise Invalid
        length = int.from_bytes(data[2:at], "big")
        if length < 0x80:
            raise Invalid
    if len(data) < at + length:
        raise Invalid
    return data[at:at + length], data[at + length:]


def _whole(data, tag):
    content, rest = _element(data, tag)
    if rest:
        raise Invalid
    return content


def _integer(data):
    content, rest = _element(data, INTEGER)
    if not content or content[0] >= 0x80:
        raise Invalid
    if len(content) > 1 and content[0] == 0 and content[1] < 0x80:
        raise Invalid
    return int.from_bytes(content, "big"), rest


def _spki(data):
    """Algorithm, its parameters, the key's bytes, and what follows the structure."""
    content, rest = _element(data, SEQUENCE)
    algorithm, key = _element(content, SEQUENCE)
    oid, parameters = _element(algorithm, OID)
    bits = _whole(key, BIT_STRING)
    if not bits or bits[0] != 0:
        raise Invalid
    return oid, parameters, bits[1:], rest


def _dh_bits(parameters, key):
    numbers = _whole(parameters, SEQUENCE)
    p, numbers = _integer(numbers)
    _, numbers = _integer(numbers)
    if numbers:
        _, numbers = _integer(numbers)
    _, rest = _integer(key)
    if numbers or rest:
        raise Invalid
    return p.bit_length()


def _rsa_bits(parameters, key):
    if parameters != bytes([NULL, 0]):
        raise Invalid
    n, numbers = _integer(_whole(key, SEQUENCE))
    _, rest = _integer(numbers)
    if rest:
        raise Invalid
    return n.bit_length()


def _sizes(data, legacy):
    oid, parameters, key, rest = _spki(data)
    sizes = []
    if oid == PKCS3:
        sizes.append(_dh_bits(parameters, key))
    elif legacy or oid != X25519 or parameters or len(key) != 32:
        raise Invalid
    if rest and not legacy:
        oid, parameters, key, rest = _spki(rest)
        if oid != RSA:
            raise Invalid
        sizes.append(_rsa_bits(parameters, key))
    if rest:
        raise Invalid
    return sizes


def key_code(data, legacy):
    """`key.invalid`, `key.weak` or None."""
    try:
        sizes = _sizes(data, legacy)
    except Invalid:
        return "key.invalid"
    return "key.weak" if any(size < 2048 for size in sizes) else None
