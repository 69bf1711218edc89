#!/usr/bin/env python3
"""Captures that try to make `s2wmp decode` slow or big, and a bound on the memory and processor time that each may take.

    hostile.py PROGRAM [NAME…]

Prints a line for each; exit status 1 when one failed.
"""
import os
import resource
import struct
import subprocess
import sys
import tempfile

# With default limits: 65,536 conversations, each of which may hold part of a packet, cost most.
MEBIBYTES = 224
SECONDS = 60
CLIENT, SERVER = b"\x0a\0\0\x07", b"\x0a\0\0\x09"
HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)


def ip(protocol, payload, source=CLIENT, fragment=0, identification=0):
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), identification, fragment, 64, protocol, 0) + source + SERVER
    return b"\0" * 12 + b"\x08\0" + head + payload


def tcp(sequence, payload, port=40000, flags=0x18, source=CLIENT):
    head = struct.pack(">HHIIBBHHH", port, 5000, sequence & 0xFFFFFFFF, 0, 0x50, flags, 65535, 0, 0)
    return ip(6, head + payload, source)


def udp(payload, port=40000, source=CLIENT):
    return ip(17, struct.pack(">HHHH", port, 5000, 8 + len(payload), 0) + payload, source)


def message(body):
    return struct.pack(">BBBHQ3x", 1, 1, 0, len(body), 1_795_527_721_123) + bytes(64) + body


ACK = b"\x01\x06\x01\0" + bytes(24)


def many_flows():
    """200,000 TCP flows of one small packet each, none of which ends."""
    for number in range(200_000):
        yield tcp(1, ACK, 1024 + number % 60000, source=bytes([10, 1, number // 60000, 7]))


def many_half_flows():
    """200,000 TCP flows that stop inside their first packet."""
    for number in range(200_000):
        yield tcp(1, message(bytes(200))[:60], 1024 + number % 60000, source=bytes([10, 1, number // 60000, 7]))


def many_datagrams():
    """200,000 UDP flows: requests that nobody answers."""
    for number in range(200_000):
        yield udp(b"\x01\x0c" + bytes(58), 1024 + number % 60000, bytes([10, 1, number // 60000, 7]))


def one_byte_segments():
    """Messages with the longest body, a byte a segment."""
    yield tcp(0, b"", flags=2)
    stream = message(bytes(65535)) * 3
    for number in range(len(stream)):
        yield tcp(1 + number, stream[number : number + 1])


def one_byte_segments_backwards():
    """The same, last byte first: nothing can be delivered until the end."""
    yield tcp(0, b"", flags=2)
    stream = message(bytes(65535))
    for number in reversed(range(len(stream))):
        yield tcp(1 + number, stream[number : number + 1])


def vlan_stack():
    """64 VLAN tags, and as many as a frame can hold."""
    inner = udp(message(b"x"))
    for tags in (64, 16000):
        for _ in range(200):
            yield inner[:12] + b"\x81\0\0\x01" * tags + inner[12:]


def endless_fragments():
    """Fragments of packets that never become whole."""
    for number in range(200_000):
        yield ip(17, bytes(1400), fragment=0x2000 | number % 40 * 175, identification=number // 40 & 0xFFFF, source=bytes([10, 2, number >> 16 & 255, 7]))


def wrapping_flow():
    """One flow whose sequence numbers go around several times, with most bytes missing."""
    yield tcp(0xFFFFFF00, b"", flags=2)
    for number in range(40_000):
        yield tcp(0xFFFFFF01 + number * 400_000, message(b"x" * 100))


def out_of_order_for_ever():
    """A hole at the beginning that is never filled, and everything behind it."""
    yield tcp(0, b"", flags=2)
    for number in range(100_000):
        yield tcp(1000 + number * 1000, bytes(1000))


def every_second_byte():
    """Holes between all captured bytes, in many flows."""
    for number in range(200_000):
        yield tcp(number // 50 * 2, b"\x01", 1024 + number % 50)


def probing():
    """Segments that each could begin a packet, after a gap: decoding starts again at every one of them."""
    yield tcp(0, b"", flags=2)
    head = b"\x01\x08" + bytes(32)
    yield tcp(5000, head)
    for number in range(100_000):
        yield tcp(5034 + number * 50, head + struct.pack(">I", 8000) + bytes(12))


CASES = [
    many_flows, many_half_flows, many_datagrams, one_byte_segments, one_byte_segments_backwards, vlan_stack, endless_fragments, wrapping_flow,
    out_of_order_for_ever, every_second_byte, probing,
]


def write(path, frames):
    with open(path, "wb", buffering=1 << 20) as file:
        file.write(HEADER)
        for number, frame in enumerate(frames):
            file.write(struct.pack("<IIII", 1_795_527_721 + number // 10_000, number % 10_000 * 100, len(frame), len(frame)) + frame)


def run(program, path, arguments):
    """Exit status, peak memory in MiB, processor seconds."""
    process = subprocess.Popen([program, "decode", *arguments, path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=limit)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def main():
    program, wanted = sys.argv[1], sys.argv[2:]
    failed = False
    for case in CASES:
        if wanted and case.__name__ not in wanted:
            continue
        with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
            write(file.name, case())
            for arguments in (["--count"], ["--format", "ndjson"], ["--count", "--max-flows", "64", "--max-buffer", "1", "--window", "1"]):
                status, memory, seconds = run(program, file.name, arguments)
                good = status == 0 and memory <= MEBIBYTES
                failed = failed or not good
                print(f"{'ok  ' if good else 'FAIL'} {case.__name__:28} {' '.join(arguments):52} exit {status}, {memory:5.0f} MiB, {seconds:5.1f} s", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
