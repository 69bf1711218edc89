#!/usr/bin/env python3
"""A whole S2WMP peer in Python, written from the wire format (Documentation/Protocol.md) alone: a target that knows nothing of the Swift program's habits.

    Tests/Other/peer.py [--listen HOST:PORT] [--suite rsa|dh] [--group NAME] [--manner NAME]… [--mistake NAME]

It says `listening` on standard output as `s2wmp peer` does, so that `--spawn` finds it; with `--manner mute` it says nothing at all. Commands are lines
of JSON on standard input: add, send, status, discover, quit. `--manner list` and `--mistake list` show the names.
"""
import argparse
import json
import os
import secrets
import signal
import socket
import sys
import time

import mistakes
import wire
from keys import GROUPS, PrivateKeys
from manners import Manners, listing
from network import Connection, Endpoint, Loop
from receiving import STATUSES, Receiver


class Peer(Receiver):
    """The receiver's rules with sockets, a clock and a user."""

    framer = wire.Framer()

    def __init__(self, options):
        self.loop, self.read_timeout = Loop(), options.read_timeout
        self.manners = Manners(options.manner, options.seed)
        bits = 2048 if "rsa-2048" in self.manners else 4096 if "rsa-4096" in self.manners else 3072
        own = PrivateKeys(options.suite, options.group, bits, "private-value-length" in self.manners)
        if "eager" in self.manners:
            self.framer = wire.Framer(**{**vars(self.framer), "eager": True})
        super().__init__(own, self.manners.user_name(), self.manners, self.tell_later)
        self.streams = {}  # address → a connection that we opened
        host, port = options.listen.rsplit(":", 1)
        host = "0.0.0.0" if "mapped-any" in self.manners else host.strip("[]")
        self.endpoint = Endpoint(self, host, int(port))
        if options.discovery_port:
            self.endpoint.hear_broadcasts(options.discovery_port)
        self.discovery_port = options.discovery_port
        self.typed = b""
        os.set_blocking(0, False)
        try:
            self.loop.watch(0, self.listen_to_user)
        except PermissionError:
            pass  # a file, or nothing: no commands

    # What the user hears

    def tell_later(self, event, **facts):
        line = json.dumps({"event": event, "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **facts})
        if "mute" in self.manners:
            return
        if "late-events" in self.manners and event in ("message", "friend"):
            self.loop.after(0.08, lambda: print(line, flush=True))
        else:
            print(line, flush=True)

    def now(self):
        return int(time.time() * 1000) + self.manners.clock_offset()

    # From sockets

    def came(self, connection):
        pass

    def gone(self, connection):
        for address in [address for address, known in self.streams.items() if known is connection]:
            del self.streams[address]

    def thinking_time(self, packet):
        if "asks" in self.manners and packet[1] == wire.CR and packet[2:18] not in self.friends:
            return 0.7
        return self.manners.thinking_time()

    def unframed(self, connection):
        return wire.acknowledgement(3)

    def receive(self, packet, connection):
        answer = super().receive(packet, connection)
        if packet[1] in (wire.M, wire.SC) and packet[16:32] in self.friends:
            connection.facts["friend"] = packet[16:32]
        if answer:
            self.mind_manners(packet, answer, connection)
        if "talks" in self.manners:
            self.chatter(connection)
        return answer

    def mind_manners(self, packet, answer, connection):
        """Whether the connection ends with this answer."""
        if answer[1] == wire.ACK and answer[3] and packet[1] != wire.CR:
            chance = self.manners.random.random() < 0.5
            connection.ends |= "closes-errors" in self.manners or ("closes-sometimes" in self.manners and chance)
        elif answer[1] == wire.CRR and answer[2]:
            connection.ends |= "closes-refusals" in self.manners

    def chatter(self, connection):
        """Packets of our own, now and then."""
        friend, random = self.friends.get(connection.facts.get("friend")), self.manners.random
        if not friend or random.random() > 0.2:
            return
        choice = random.randrange(3)
        if choice == 0:
            connection.send(wire.chat_request(self.own.id, friend.id, self.own.field, self.name))
        elif choice == 1:
            self.say(connection, friend, wire.M, f"by the way, {random.randrange(100)}".encode())
        else:
            self.say(connection, friend, wire.SC)

    def say(self, connection, friend, kind, text=b""):
        datetime = max(self.now(), max(self.sent, default=0) + 1)
        self.sent[datetime] = friend.id
        if len(self.sent) > 1000:
            del self.sent[next(iter(self.sent))]
        connection.send(friend.pair.messaging(kind, self.status, datetime, text))
        return datetime

    def receive_datagram(self, data, source):
        if not self.is_whole(data) or data[1] != wire.BPM:
            if self.is_whole(data) and data[1] == wire.BPR:
                self.tell("peer-found", id=data[36:52].hex(), address=self.spoken(data[52:68], data[68:70]))
            return None
        return self.respond(data, source) if self.is_answered(data) else None

    def is_whole(self, data):
        """Exactly one packet, all of whose values are defined."""
        try:
            return self.framer.size(data) == len(data) and wire.values_defined(data)
        except wire.Unframed:
            return False

    def respond(self, question, source):
        return wire.lookup_response(wire.BPR, self.now(), question, 0, self.own.id, self.endpoint.address_for(source))

    @staticmethod
    def spoken(host, port):
        mapped = host[:12] == bytes(10) + b"\xff\xff"
        text = socket.inet_ntoa(host[12:]) if mapped else f"[{socket.inet_ntop(socket.AF_INET6, host)}]"
        return f"{text}:{int.from_bytes(port, 'big')}"

    # From the user

    def listen_to_user(self, _):
        try:
            data = os.read(0, 1 << 16)
        except BlockingIOError:
            return
        if not data:
            return self.loop.forget(0)
        *lines, self.typed = (self.typed + data).split(b"\n")
        for line in filter(None, lines):
            try:
                command = json.loads(line)
                getattr(self, "do_" + command["do"].replace("-", "_"))(command)
            except (ValueError, KeyError, AttributeError, TypeError, OSError) as fault:
                self.tell("error", message=f"{type(fault).__name__}: {fault}")
        return None

    def connect(self, address):
        known = self.streams.get(address)
        if known and not known.broken:
            return known
        host, port = address.rsplit(":", 1)
        connection = Connection(self, socket.create_connection((host, int(port)), 5))
        connection.source = (host, int(port))
        self.streams[address] = connection
        return connection

    def do_add(self, command):
        user_id = bytes.fromhex(command["id"])
        self.asked[user_id] = command["address"]
        self.connect(command["address"]).send(wire.chat_request(self.own.id, user_id, self.own.field, self.name))

    def do_send(self, command):
        friend = self.friends[bytes.fromhex(command["to"])]
        datetime = self.say(self.connect(command.get("address") or friend.address), friend, wire.M, command["text"].encode())
        self.tell("sent", to=friend.id.hex(), datetime=datetime)

    def do_status(self, command):
        self.status = STATUSES.index(command["status"])
        for friend in self.friends.values():
            if friend.address:
                self.say(self.connect(friend.address), friend, wire.SC)
        self.tell("status", status=command["status"])

    def do_discover(self, _):
        question = wire.lookup(wire.BPM, self.now(), secrets.token_bytes(8), self.own.id, wire.ZERO)
        self.endpoint.datagrams.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.endpoint.say(question, ("127.255.255.255" if self.endpoint.host.startswith("127.") else "255.255.255.255", self.discovery_port))

    def do_quit(self, _):
        self.loop.running = False


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--listen", default="127.0.0.1:0")
    parser.add_argument("--suite", choices=("rsa", "dh"), default="rsa")
    parser.add_argument("--group", choices=GROUPS, default="ffdhe3072")
    parser.add_argument("--read-timeout", type=float, default=5)
    parser.add_argument("--discovery-port", type=int, default=0)
    parser.add_argument("--manner", action="append", default=[])
    parser.add_argument("--mistake")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if "list" in options.manner:
        return print(listing())
    if options.mistake == "list":
        return print(mistakes.listing("peer"))
    peer = mistakes.broken(Peer, options.mistake)(options)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    where = f"{peer.endpoint.host}:{peer.endpoint.port}"
    peer.tell("listening", address=where, user_id=peer.own.id.hex(), fingerprint=peer.own.id.hex())
    print(f"peer.py: {peer.own.id.hex()} listens on {where}", file=sys.stderr, flush=True)
    return peer.loop.run()


if __name__ == "__main__":
    main()
