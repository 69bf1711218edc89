#!/usr/bin/env python3
"""Makes the capture of a seed: ordinary and hostile S2WMP traffic among other traffic. Same seed, same bytes."""

import random
import struct
import sys

from builders import ZERO, Builder, v1_id
from connection import MS, Connection
from network import File, Network

START = 1_790_000_000 * 10**9  # in 2026
SECOND = 1000 * MS

PROFILES = {
    "clean": {},
    "reordered": {"swap": 0.25, "repeat": 0.1, "overlap": 0.05, "probe": 0.03},
    "lossy": {"lose": 0.12, "repeat": 0.05, "swap": 0.05, "middle": 0.3, "loss": 0.05, "snap": 0.2},
    "hostile": {"weird": 0.15, "damage": 0.12, "overlap": 0.1, "differ": 0.5, "repeat": 0.05, "lose": 0.03, "swap": 0.1,
                "middle": 0.15, "fragment": 0.1, "shuffle": 0.5, "foreign": 0.3},
    "udp": {"udp": 0.9, "weird": 0.05, "damage": 0.1, "fragment": 0.15, "shuffle": 0.4, "loss": 0.1, "duplicate": 0.2,
            "snap": 0.1},
    "legacy": {"legacy": 0.9, "weird": 0.05, "repeat": 0.05, "swap": 0.1},
    "mixed": {"legacy": 0.4, "udp": 0.4, "weird": 0.05, "damage": 0.04, "swap": 0.05, "repeat": 0.05, "lose": 0.03,
              "middle": 0.1, "foreign": 0.4, "fragment": 0.05, "shuffle": 0.3, "timeless": 0.05, "overlap": 0.02, "differ": 0.2},
}


class Person:
    def __init__(self, rng, builder, number, six):
        host = rng.randint(2, 250)
        self.address = bytes.fromhex("fd00") + bytes(12) + bytes([number, host]) if six else bytes([10, 0, number, host])
        self.key = builder.key()
        self.id = v1_id(self.key)
        self.legacy_key = builder.legacy_key()
        self.legacy_id = rng.randbytes(16)

    def at(self, port):
        return (self.address, port)


class World:
    """People on a network, and what they say to each other."""

    def __init__(self, seed):
        self.rng = rng = random.Random("s2wmp %s" % seed)
        self.name = rng.choice(list(PROFILES))
        self.network = Network(rng, PROFILES[self.name])
        self.chance = self.network.chance
        self.build = Builder(rng, self.network.profile.get("weird", 0.01))
        six = rng.random() < 0.3
        self.people = [Person(rng, self.build, number, six) for number in range(rng.randint(2, 4))]
        self.broadcast = bytes.fromhex("ff02" + "00" * 13 + "01") if six else bytes([10, 0, 255, 255])
        self.packets = 0

    def capture(self):
        for _ in range(self.rng.randint(1, 4)):
            self.scenario()(self.rng.randrange(3 * SECOND))
        if self.chance("foreign"):
            self.foreign(self.rng.randrange(3 * SECOND))
        return File(self.rng, self.network, START).bytes()

    def scenario(self):
        legacy, udp = self.chance("legacy"), self.chance("udp")
        if legacy:
            return self.rng.choice([self.legacy_discovery, self.legacy_bootstrap] if udp else [self.legacy_talk])
        if udp:
            return self.rng.choice([self.bootstrap] * 3 + [self.discovery] * 2 + [self.stray] * 2 + [self.flood])
        return self.rng.choice([self.talk, self.talk, self.talk, self.server_stream, self.replayed, self.reused])

    # pieces

    def pair(self):
        return self.rng.sample(self.people, 2)

    def port(self):
        return self.rng.choice([5000] * 6 + [7000, 40000, 5005])

    def client_port(self):
        return self.rng.randint(20000, 60000)

    def moment(self, time):
        """A DateTime near a capture time; sometimes far away."""
        far = self.rng.random() < self.network.profile.get("weird", 0.01)
        base = (START + time) // MS - self.rng.randint(0, 5)
        return max(0, base + (self.rng.choice([-90_000_000, 90_000_000, -base]) if far else 0))

    def wounded(self, packet):
        self.packets += 1
        return self.build.damage(packet) if self.chance("damage") else packet

    def tcp(self, time, ends, writes):
        return Connection(self.network, ends, [(side, self.wounded(data)) for side, data in writes]).send(time)

    def udp(self, time, source, destination, data):
        self.network.udp(time, source, destination, self.wounded(data))
        return time + self.rng.randint(MS, 30 * MS)

    def answered(self):
        return self.rng.random() < 0.85

    # v1 over TCP

    def talk(self, time):
        a, b = self.pair()
        ends = (a.at(self.client_port()), b.at(self.port()))
        self.tcp(time, ends, [write for _ in range(self.rng.randint(1, 7)) for write in self.exchange(time, a, b)])

    def exchange(self, time, a, b):
        """One request and its answer; sides 0 and 1 are a and b."""
        side = 0 if self.rng.random() < 0.8 else 1
        me, other = (a, b) if side == 0 else (b, a)
        request, answer = self.rng.choice([self.message] * 5 + [self.status, self.friend, self.change])(time, me, other)
        late = [(1 - side, answer)] if answer and self.answered() else []
        return [(side, request), *late] if self.rng.random() < 0.95 else [*late, (side, request)]

    def message(self, time, me, other, kind=1):
        moment = self.moment(time)
        return self.build.messaging(kind, me.id, other.id, moment), self.build.ack(moment, me.id)

    def status(self, time, me, other):
        return self.message(time, me, other, kind=3)

    def friend(self, time, me, other):
        answer = self.build.response(other.key, me.id, other.id)
        if self.rng.random() < 0.15:
            answer = self.build.ack(0, me.id)
        return self.build.request(me.key, me.id, other.id), answer

    def change(self, time, me, other):
        moment = self.moment(time)
        packet = self.build.change(moment, self.rng.randbytes(8), me.id, self.build.key())
        return packet, self.build.ack(moment, me.id)

    def server_stream(self, time):
        a, b = self.pair()
        writes = []
        for _ in range(self.rng.randint(1, 4)):
            request, answer = self.server_request(time, a, b)
            writes += [(0, request)] + [(1, answer)] * self.answered()
        self.tcp(time, (a.at(self.client_port()), b.at(5005)), writes)

    def replayed(self, time):
        a, b = self.pair()
        moment = self.moment(time)
        packet = self.build.messaging(1, a.id, b.id, moment)
        again = self.rng.choice([packet, packet[:-1] + b"?", self.build.messaging(1, a.id, b.id, moment)])
        if self.rng.random() < 0.5:
            return self.tcp(time, (a.at(self.client_port()), b.at(5000)), [(0, packet), (1, self.build.ack(moment, a.id)), (0, again)])
        time = self.tcp(time, (a.at(self.client_port()), b.at(5000)), [(0, packet), (1, self.build.ack(moment, a.id))])
        return self.tcp(time + MS, (self.people[-1].at(self.client_port()), b.at(5000)), [(0, again)])

    def reused(self, time):
        a, b = self.pair()
        ends = (a.at(self.client_port()), b.at(self.port()))
        for _ in range(2):
            writes = [write for _ in range(self.rng.randint(1, 3)) for write in self.exchange(time, a, b)]
            connection = Connection(self.network, ends, [(side, self.wounded(data)) for side, data in writes])
            connection.opening = lambda: [True, True]
            time = connection.send(time) + 20 * MS

    # v1 over UDP

    def server_request(self, time, a, b):
        request, moment = self.rng.randbytes(8), self.moment(time)
        kind = self.rng.choice(["REG", "REG", "LP", "LP", "IC", "BSM"])
        if kind == "REG":
            return self.build.register(request, self.build.odd(a.id, ZERO)), self.build.registered(request)
        if kind == "IC":
            return self.build.change(moment, request, a.id, self.build.key()), self.build.registered(request)
        kind, reply, looked = (4, 5, b.id) if kind == "LP" else (12, 13, ZERO)
        return self.build.lookup(kind, moment, request, a.id, looked), \
            self.build.found(reply, moment, request, a.id, b.id, b.address, 5000)

    def bootstrap(self, time):
        a, b = self.pair()
        mine, server = a.at(5000), b.at(5005)
        for _ in range(self.rng.randint(1, 6)):
            request, answer = self.server_request(time, a, b)
            for _ in range(self.rng.choice([1, 1, 1, 2, 3])):
                time = self.udp(time, mine, server, request)
            for _ in range(self.rng.choice([0, 1, 1, 1, 2])):
                time = self.udp(time, server, mine, answer)
            if self.rng.random() < 0.1:
                time = self.udp(time, self.people[-1].at(5000), server, request)

    def discovery(self, time):
        a = self.rng.choice(self.people)
        request, looked = self.rng.randbytes(8), self.rng.choice([ZERO, self.people[0].id])
        packet = self.build.lookup(14, self.moment(time), request, a.id, looked)
        for _ in range(self.rng.randint(1, 3)):
            time = self.udp(time, a.at(5000), (self.broadcast, 5001), packet)
            for b in self.people:
                if b is not a and self.answered():
                    answer = self.build.found(15, self.moment(time), request, a.id, b.id, b.address, 5000)
                    time = self.udp(time, b.at(5000), a.at(5000), answer)

    def stray(self, time):
        """Packets over UDP that belong to TCP, other ports, and datagrams that frame nothing."""
        a, b = self.pair()
        ends = (a.at(self.rng.choice([5000, 6000])), b.at(self.rng.choice([5000, 5002, 6001])))
        for _ in range(self.rng.randint(1, 5)):
            packet = self.rng.choice([self.message, self.status, self.friend, self.change])(time, a, b)[0]
            packet = self.rng.choice([packet, packet, self.build.damage(packet), self.rng.randbytes(30)])
            time = self.udp(time, *self.rng.choice([ends, ends[::-1]]), packet)

    def flood(self, time):
        a, b = self.pair()
        gap = self.rng.choice([5, 15, 19, 20, 21]) * MS
        for _ in range(self.rng.randint(52, 90)):
            self.udp(time, a.at(5000), b.at(5005), self.server_request(time, a, b)[0])
            time += gap

    # legacy

    def legacy_send(self, time, a, b, packet):
        return self.tcp(time, (a.at(self.client_port()), b.at(5000)), [(0, packet)]) + 2 * MS

    def legacy_talk(self, time):
        a, b = self.pair()
        for _ in range(self.rng.randint(1, 5)):
            moment = self.moment(time)
            kind = self.rng.choice(["M", "M", "CR", "SC", "UB", "both"])
            if kind == "M":
                time = self.legacy_send(time, a, b, self.build.legacy_messaging(a.legacy_id, b.legacy_id, moment))
                if self.answered():
                    time = self.legacy_send(time, b, a, self.build.ack(moment, a.legacy_id))
            elif kind == "CR":
                time = self.legacy_friends(time, a, b, moment)
            elif kind == "UB":
                packet = self.build.legacy_broadcast(moment, a.legacy_id)
                time = self.legacy_send(time, a, b, self.rng.choice([packet[:59], packet[:43]]))
            elif kind == "SC":
                time = self.legacy_send(time, a, b, self.build.legacy_status())
            else:
                packet = self.build.legacy_messaging(a.legacy_id, b.legacy_id, moment)
                writes = [(0, packet), (1, self.build.ack(moment, a.legacy_id)), (0, self.build.legacy_status())]
                time = self.tcp(time, (a.at(self.client_port()), b.at(5000)), writes)

    def legacy_friends(self, time, a, b, moment):
        key = self.build.odd(a.legacy_key, self.build.legacy_key())
        time = self.legacy_send(time, a, b, self.build.legacy_request(key, a.legacy_id, b.legacy_id, moment))
        if not self.answered():
            return time
        people = (b.legacy_id, a.legacy_id) if self.rng.random() < 0.7 else (a.legacy_id, b.legacy_id)
        return self.legacy_send(time, b, a, self.build.legacy_request(b.legacy_key, *people, moment))

    def legacy_discovery(self, time):
        a = self.rng.choice(self.people)
        packet = self.build.legacy_broadcast(self.moment(time), a.legacy_id)
        for _ in range(self.rng.randint(1, 2)):
            time = self.udp(time, a.at(5000), (self.broadcast, 5001), packet)
            for b in self.people:
                if b is not a and self.answered():
                    time = self.udp(time, b.at(5001), a.at(self.rng.choice([5000, 5001])), packet[:43])

    def legacy_bootstrap(self, time):
        a, b = self.pair()
        for _ in range(self.rng.randint(1, 4)):
            request, moment = self.rng.randbytes(16), self.moment(time)
            if self.rng.random() < 0.5:
                packet, answer = b"\x01\x02" + a.legacy_id + request, bytes([1, 9, self.build.odd(0, 1, 2, 3)]) + a.legacy_id
            else:
                packet = self.build.legacy_lookup(moment, request, a.legacy_id, b.legacy_id)
                answer = self.build.legacy_found(moment, request, a.legacy_id, b.legacy_id)
            for _ in range(self.rng.choice([1, 1, 2])):
                time = self.udp(time, a.at(self.client_port()), b.at(5005), packet)
            if self.answered():
                time = self.udp(time, b.at(5005), a.at(5002), answer)

    # not ours

    def foreign(self, time):
        a, b = self.pair()
        web = [(0, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), (1, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")]
        Connection(self.network, (a.at(self.client_port()), b.at(self.rng.choice([80, 5000, 5005, 8080]))), web).send(time)
        secure = [(0, b"\x16\x03\x01" + self.rng.randbytes(60)), (1, b"\x16\x03\x03" + self.rng.randbytes(90))]
        Connection(self.network, (a.at(self.client_port()), b.at(443)), secure).send(time)
        odd = [(0, self.rng.choice([b"\x01", b"\x02"]) + self.rng.randbytes(40)), (1, b"\x01" + self.rng.randbytes(40))]
        Connection(self.network, (a.at(self.client_port()), b.at(self.rng.choice([5000, 9000]))), odd).send(time)
        query = struct.pack(">HHHHHH", self.rng.getrandbits(16), 0x100, 1, 0, 0, 0) + b"\x01x\x00\x00\x01\x00\x01"
        self.network.udp(time, a.at(self.client_port()), b.at(53), query)
        self.network.udp(time, a.at(self.client_port()), b.at(5001), self.rng.randbytes(30))


def capture(seed):
    return World(seed).capture()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: generate.py SEED FILE")
    with open(sys.argv[2], "wb") as file:
        file.write(capture(sys.argv[1]))
