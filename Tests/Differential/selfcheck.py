#!/usr/bin/env python3
"""Checks the reference by itself: every vector, put in a capture, decodes to exactly its fields, and captures that
nothing was done to lose nothing."""

import json
import os
import random
import sys

import generate
import reference
from connection import Connection
from network import File, Network

VECTORS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Fixtures", "vectors.jsonl")
A, B = (b"\x0a\0\0\x01", 40000), (b"\x0a\0\0\x02", 5000)


def in_capture(vector, tcp):
    rng = random.Random(vector["hex"])
    network = Network(rng, {})
    data = bytes.fromhex(vector["hex"])
    if tcp:
        Connection(network, (A, B), [(0, data)]).send(0)
    else:
        network.udp(0, A, B, data)
    return File(rng, network, generate.START).bytes()


def check_vector(vector, tcp):
    lines = reference.decode(in_capture(vector, tcp))
    assert len(lines) == 1, lines
    line = lines[0]
    same_bytes = vector["name"] == "ACK"
    assert line["dialect"] == vector["dialect"] or same_bytes, (vector, line)
    for key in ("name", "length"):
        assert line[key] == vector[key], (vector, line)
    assert list(line["fields"].items()) == list(vector["fields"].items()), (vector, line)


def undecidable(vector):
    """Alone on a TCP connection these bytes do not tell their dialect, or are no stream's packet."""
    return vector["name"] == "UB" and vector["length"] > 59


def check_vectors(path):
    count = 0
    with open(path) as file:
        for vector in map(json.loads, file):
            if "kind" in vector:
                continue
            check_vector(vector, tcp=False)
            if not undecidable(vector):
                check_vector(vector, tcp=True)
            count += 1
    return count


def check_clean(count):
    """Nothing lost, cut or wounded: every packet that was sent, no malformed line and no gap."""
    done = 0
    for seed in range(count):
        world = generate.World(seed)
        if world.name not in ("clean", "reordered", "legacy"):
            continue
        lines = reference.decode(world.capture())
        assert len(lines) == world.packets, (seed, world.name, len(lines), world.packets)
        for line in lines:
            codes = {entry["code"].split(".")[0] for entry in line["expert"]}
            assert line["name"] != "malformed" and "capture" not in codes, (seed, line)
        done += 1
    return done


if __name__ == "__main__":
    vectors = check_vectors(sys.argv[1] if len(sys.argv) > 1 else VECTORS)
    print("%d vectors, %d clean captures" % (vectors, check_clean(600)))
