#!/usr/bin/env python3
"""A whole S2WMP bootstrap server in Python, written from the wire format (Documentation/Protocol.md) alone: section 6.2, over UDP and TCP.

    Tests/Other/server.py [--listen HOST:PORT] [--ttl SECONDS] [--rate N] [--burst N] [--ban SECONDS] [--manner NAME]… [--mistake NAME]

It says `listening` on standard output as `s2wmp bootstrap` does. `--manner list` and `--mistake list` show the names.
"""
import argparse
import collections
import json
import secrets
import signal
import sys
import time

import mistakes
import wire
from keys import identify
from manners import Manners, listing
from network import Endpoint, Loop, address_field

SUCCESS, COLLISION, CLIENT, USER = 0, 1, 2, 3
FOUND, NOT_FOUND = 0, 1
DEFAULT_PORT = 5000


class Bucket:
    """A source's rate: `burst` at once, `rate` a second for ever."""

    def __init__(self, rate, burst):
        self.rate, self.burst, self.level, self.seen = rate, burst, 0.0, time.monotonic()

    def takes(self, now):
        self.level, self.seen = max(0.0, self.level - (now - self.seen) * self.rate), now
        if self.level + 1 > self.burst:
            return False
        self.level += 1
        return True


class Window:
    """The same numbers read in another way: `burst` in the time that `rate` takes for them."""

    def __init__(self, rate, burst):
        self.span, self.burst, self.times = burst / rate, burst, collections.deque()

    def takes(self, now):
        while self.times and self.times[0] <= now - self.span:
            self.times.popleft()
        if len(self.times) >= self.burst:
            return False
        self.times.append(now)
        return True


class Entry:
    def __init__(self, source, port, expires):
        self.source, self.port, self.expires = source, port, expires


class Server:
    framer = wire.Framer()

    def __init__(self, options):
        self.loop, self.read_timeout, self.options = Loop(), options.read_timeout, options
        self.manners = Manners(options.manner, options.seed)
        if "eager" in self.manners:
            self.framer = wire.Framer(**{**vars(self.framer), "eager": True})
        self.id = secrets.token_bytes(16)
        self.entries, self.meters, self.bans = {}, {}, {}
        host, port = options.listen.rsplit(":", 1)
        self.endpoint = Endpoint(self, "0.0.0.0" if "mapped-any" in self.manners else host.strip("[]"), int(port))

    # From sockets

    def came(self, connection):
        pass

    def gone(self, connection):
        pass

    def thinking_time(self, packet):
        return 0

    def unframed(self, connection):
        return wire.acknowledgement(3)

    def receive(self, packet, connection):
        """TCP: the answer, or None."""
        if packet[1] == wire.BSM or not self.is_request(packet):
            return None
        return self.answer(packet, connection.source, self.stored_port(connection))

    def stored_port(self, connection):
        return DEFAULT_PORT

    def receive_datagram(self, data, source):
        try:
            if self.framer.size(data) != len(data) or not self.is_request(data):
                return None
        except wire.Unframed:
            return None
        return self.answer(data, source, source[1])

    def is_request(self, packet):
        return packet[1] in (wire.REG, wire.LP, wire.IC, wire.BSM) and wire.values_defined(packet)

    # Section 6.2

    def answer(self, packet, source, port):
        host = source[0]
        allowed = self.is_allowed(host)
        if allowed is None:
            return None
        status, address, looked_up = CLIENT, None, self.id
        if packet[1] in (wire.REG, wire.IC):
            if allowed:
                status = self.register(packet[10:26], host, port) if packet[1] == wire.REG else self.move(packet, host)
            return self.registered(status, packet)
        if packet[1] == wire.LP:
            looked_up = packet[36:52]
            if allowed:
                status, address = self.look_up(packet[20:36], looked_up, host)
            return self.response(wire.LPR, packet, status, looked_up, address)
        if allowed:
            status, address = FOUND, self.endpoint.address_for(source)
        return self.response(wire.BSR, packet, status, self.id, address)

    def registered(self, status, packet):
        return wire.registration_response(status, packet[2:10] if packet[1] == wire.REG else packet[10:18])

    def response(self, kind, request, status, looked_up, address):
        return wire.lookup_response(kind, self.now(), request, status, looked_up, address)

    def is_allowed(self, host):
        """True, False (the request that exceeds the rate), or None: silence."""
        now = time.monotonic()
        if self.bans.get(host, 0) > now:
            return self.banned(host, now)
        if host in self.bans:
            del self.bans[host]
            self.meters.pop(host, None)
        if host not in self.meters:
            self.meters[host] = (Window if "window" in self.manners else Bucket)(self.options.rate, self.options.burst)
        if self.meters[host].takes(now):
            return True
        self.bans[host] = now + self.options.ban
        return False

    def banned(self, host, now):
        return None

    def live(self, user_id):
        entry = self.entries.get(user_id)
        if entry and entry.expires <= time.monotonic():
            del self.entries[user_id]
            return None
        return entry

    def is_from(self, entry, host):
        return entry.source == host

    def register(self, user_id, host, port):
        if user_id == wire.ZERO:
            return USER
        entry = self.live(user_id)
        if entry and not self.is_from(entry, host):
            return COLLISION
        self.entries[user_id] = Entry(host, port, time.monotonic() + self.options.ttl)
        return SUCCESS

    def look_up(self, user_id, looked_up, host):
        if wire.ZERO in (user_id, looked_up):
            return USER, None
        asker = self.live(user_id)
        if asker is None or not self.is_from(asker, host):
            return CLIENT, None
        entry = self.live(looked_up)
        return (FOUND, self.place(entry)) if entry else (NOT_FOUND, None)

    def place(self, entry):
        return address_field(entry.source), entry.port

    def move(self, packet, host):
        old, new, key = packet[18:34], packet[34:50], packet[70:]
        if new != identify(key):
            return USER
        entry = self.live(old)
        if entry is None or not self.is_from(entry, host):
            return CLIENT
        other = self.live(new)
        if other and not self.is_from(other, host):
            return COLLISION
        del self.entries[old]
        if "moves-expiry" in self.manners:
            entry.expires = time.monotonic() + self.options.ttl
        self.entries[new] = entry
        return SUCCESS

    def now(self):
        return int(time.time() * 1000) + self.manners.clock_offset()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--listen", default="127.0.0.1:0")
    parser.add_argument("--ttl", type=float, default=900)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--burst", type=int, default=200)
    parser.add_argument("--ban", type=float, default=60)
    parser.add_argument("--read-timeout", type=float, default=5)
    parser.add_argument("--manner", action="append", default=[])
    parser.add_argument("--mistake")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if "list" in options.manner:
        return print(listing())
    if options.mistake == "list":
        return print(mistakes.listing("server"))
    server = mistakes.broken(Server, options.mistake)(options)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    where = f"{server.endpoint.host}:{server.endpoint.port}"
    if "mute" not in server.manners:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        print(json.dumps({"event": "listening", "time": stamp, "address": where}), flush=True)
    return server.loop.run()


if __name__ == "__main__":
    main()
