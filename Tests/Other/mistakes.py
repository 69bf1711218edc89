"""Mistakes that a foreign implementer could make, each a class that breaks one rule of `peer.py` or `server.py`: `--mistake NAME`.

None of them is in the list of `s2wmp peer --defect`. Beside each stands the requirement that it breaks, as `s2wmp conform --list` names it, or several
where one mistake may fairly be called by either. Behind `fuzz:` stands one that takes more than the one case of a requirement. Nothing stands beside a
mistake that no case looks at.
"""
import select
import socket
import time

import wire
from keys import PRIMES, KeyRules, Reader, Unusable, integer
from receiving import FIELDS, HASH, NONE

PEER, SERVER = {}, {}


def mistake(table, name, requirement, words, **attributes):
    """Registers what makes a broken class of a sound one."""

    def register(make):
        table[name] = (requirement, words, make)
        return make

    return register


def peer(name, requirement, words):
    return mistake(PEER, name, requirement, words)


def server(name, requirement, words):
    return mistake(SERVER, name, requirement, words)


def broken(base, name):
    """The class to use: `base` itself without a mistake."""
    if not name:
        return base
    for _, _, make in [table[name] for table in (PEER, SERVER) if name in table and is_for(table, base)]:
        return make(base)
    raise SystemExit(f"no such mistake: {name}; --mistake list shows them")


def is_for(table, base):
    return (table is PEER) == (base.__name__ == "Peer")


def listing(role):
    table = PEER if role == "peer" else SERVER
    return "\n".join(f"{name:26}{requirement:44}{words}" for name, (requirement, words, _) in table.items())


# What an ACK says


@peer("echo-little-endian", "6.1/echo.datetime", "writes the datetime of an ACK in the machine's byte order")
def _(base):
    class Broken(base):
        def acknowledge(self, message, error):
            swapped = int.from_bytes(message.datetime.to_bytes(8, "big"), "little")
            return wire.acknowledgement(error, swapped, message.sender_id)

    return Broken


@peer("ack-own-id", "6.1/echo.user-id", "names itself in the ACK to a packet for somebody else, whose ID it echoes otherwise")
def _(base):
    class Broken(base):
        def acknowledge(self, message, error):
            return wire.acknowledgement(error, message.datetime, message.sender_id if message.receiver_id == self.own.id else self.own.id)

    return Broken


@peer("ic-echo-new-id", "6.1/echo.user-id", "the ACK to an IC has the new ID")
def _(base):
    class Broken(base):
        def acknowledge_change(self, change, error):
            return wire.acknowledgement(error, change.timestamp, change.new_id)

    return Broken


@peer("name-ack-zero", "6.1/echo.user-id 6.1/cr.name", "the ACK to a CR with a wrong name names nobody")
def _(base):
    class Broken(base):
        def receive_request(self, packet, connection):
            answer = super().receive_request(packet, connection)
            return wire.acknowledgement(FIELDS) if answer[1] == wire.ACK else answer

    return Broken


@peer("unframed-echo", "6.1/echo.unframed", "the ACK to what cannot be framed repeats the datetime of the packet before")
def _(base):
    class Broken(base):
        last = 0

        def acknowledge(self, message, error):
            self.last = message.datetime
            return super().acknowledge(message, error)

        def unframed(self, connection):
            return wire.acknowledgement(FIELDS, self.last)

    return Broken


# Framing and limits


@peer("name-254", "3.2/name.longest 4/framed.limits", "an off-by-one: names have fewer than 255 bytes")
def _(base):
    class Broken(base):
        framer = wire.Framer(greatest_name=254)

    return Broken


@peer("key-8191", "4/framed.limits", "an off-by-one: keys have fewer than 8192 bytes")
def _(base):
    class Broken(base):
        framer = wire.Framer(greatest_key=8191)

    return Broken


@peer("length-signed", "3.1/length.longest", "reads length as a signed number, and takes a negative one for a packet that cannot be")
def _(base):
    class SignedFramer(wire.Framer):
        def body_length(self, data):
            length = int.from_bytes(data[3:5], "big", signed=True)
            if length < 0:
                raise wire.Unframed("length")
            return length

    class Broken(base):
        framer = SignedFramer()

    return Broken


@peer("buffer-64k", "3.1/length.longest", "has a buffer of 65536 bytes for a packet")
def _(base):
    class SmallFramer(wire.Framer):
        def size(self, data):
            size = super().size(data)
            if size and size > 65536:
                raise wire.Unframed("does not fit")
            return size

    class Broken(base):
        framer = SmallFramer()

    return Broken


@peer("crr-any-length", "4/framed.crr", "takes a CRR that refuses and has a key for a packet, and ignores it")
def _(base):
    class LooseFramer(wire.Framer):
        def size(self, data):
            if len(data) > 2 and data[1] == wire.CRR and data[2]:
                name_at = self.behind(data, 35, 0, 8192)
                return None if name_at is None else self.behind(data, name_at, 0, 255)
            return super().size(data)

    class Broken(base):
        framer = LooseFramer()

    return Broken


@peer("timeout-of-packet", "", "the read timeout is that of a whole packet, however its bytes come")
def _(base):
    class Broken(base):
        def receive(self, packet, connection):
            connection.first_byte = None
            return super().receive(packet, connection)

        def came(self, connection):
            super().came(connection)
            connection.first_byte = None
            sound = connection.check_stall

            def check():
                if connection.input and connection.first_byte:
                    connection.last_byte = connection.first_byte
                sound()

            def work(original=connection.work):
                if connection.input and connection.first_byte is None:
                    connection.first_byte = time.monotonic()
                original()

            connection.check_stall, connection.work = check, work

    return Broken


@peer("idle-closed", "4/idle", "the read timeout counts between packets as well")
def _(base):
    class Broken(base):
        def came(self, connection):
            super().came(connection)

            def look():
                if connection.closed or connection.broken:
                    return
                if not connection.input and time.monotonic() - connection.last_byte >= self.read_timeout:
                    connection.broken = True
                    return connection.flush()
                self.loop.after(0.1, look)

            self.loop.after(self.read_timeout, look)

    return Broken


@peer("end-drops", "4/half-close.between 4/answer", "a half-close ends it at once: what came with it is not answered")
def _(base):
    class Broken(base):
        def came(self, connection):
            super().came(connection)

            def read(original=connection.read):
                if not hangs_up(connection.stream):
                    return original()
                try:
                    while connection.stream.recv(1 << 16):
                        pass
                except OSError:
                    pass
                return connection.drop()

            connection.read = read

    return Broken


def hangs_up(stream):
    """Whether the other side's FIN is there, perhaps behind bytes."""
    poll = select.poll()
    poll.register(stream, select.POLLRDHUP)
    return bool(poll.poll(0))


@peer("error-drops-rest", "4/tcp.order 4/tcp.pipelined", "drops what stands behind a rejected packet in the same segment")
def _(base):
    class Broken(base):
        def receive(self, packet, connection):
            answer = super().receive(packet, connection)
            if answer and answer[1] == wire.ACK and answer[3]:
                connection.input.clear()
            return answer

    return Broken


@peer("newest-connection", "4/tcp.same-connection 4/answer", "answers a friend on the connection that the friend used last before")
def _(base):
    class Broken(base):
        latest = None

        def receive(self, packet, connection):
            answer = super().receive(packet, connection)
            if packet[1] not in (wire.M, wire.SC) or not answer:
                return answer
            last, self.latest = self.latest, connection
            if last and last is not connection and not last.closed and not last.broken:
                last.send(answer)
                return None
            return answer

    return Broken


# Checks of M and SC


@peer("sc-of-strangers", "6.1/3.sender", "acknowledges a status change of somebody who is no friend")
def _(base):
    class Broken(base):
        def first_error(self, message, connection):
            if message.kind == wire.SC and message.sender_id not in self.friends and message.receiver_id == self.own.id:
                if message.sender_id != self.own.id and not self.check_fields(message):
                    message.kind = None
                    return NONE
            return super().first_error(message, connection)

        def apply(self, message, connection):
            if message.kind:
                super().apply(message, connection)

    return Broken


@peer("hash-half", "5.4/whole 6.1/5.hash", "compares the first eight bytes of the hash")
def _(base):
    class Broken(base):
        def check_hash(self, message):
            return NONE if message.hash[:8] == message.friend.pair.hash(message.header, message.text)[:8] else HASH

    return Broken


@peer("sc-hash-unchecked", "5.4/sc 6.1/5.hash", "a status change has no text, so its hash is not looked at")
def _(base):
    class Broken(base):
        def check_hash(self, message):
            return NONE if message.kind == wire.SC else super().check_hash(message)

    return Broken


@peer("sc-client-unchecked", "6.1/3.client 5.3/bound 5.3/bound.status 5.3/bound.datetime 5.3/bound.undefined",
      "a status change is taken whatever its client ID, as its hash is right")
def _(base):
    class Broken(base):
        def check_client(self, message):
            return NONE if message.kind == wire.SC else super().check_client(message)

    return Broken


@peer("surrogates", "6.1/6.utf8", "takes surrogates in UTF-8, as Java and CESU-8 write them")
def _(base):
    class Broken(base):
        def check_text(self, message):
            try:
                message.text.decode("utf-8", "surrogatepass")
            except UnicodeDecodeError:
                return FIELDS
            return NONE

        def deliver(self, message, connection):
            message.text = message.text.decode("utf-8", "surrogatepass").encode("utf-8", "replace")
            super().deliver(message, connection)

    return Broken


@peer("text-no-nul", "6.1/6.characters 6.1/accept.m", "rejects a text that has a NUL in it")
def _(base):
    class Broken(base):
        def check_text(self, message):
            return FIELDS if b"\0" in message.text else super().check_text(message)

    return Broken


@peer("datetime-signed", "6.1/accept.m 6.1/accept.sc 6.1/crash.datetime", "a datetime beyond 2^63 is a negative number, and wrong")
def _(base):
    class Broken(base):
        def check_fields(self, message):
            return FIELDS if message.datetime >= 1 << 63 else super().check_fields(message)

    return Broken


@peer("datetime-skew", "6.1/accept.m 6.1/accept.sc 6.1/duplicate.late-ack 6.1/crash.datetime", "takes nothing that is more than a day from its own clock")
def _(base):
    class Broken(base):
        def check_fields(self, message):
            return FIELDS if abs(message.datetime - self.now()) > 86_400_000 else super().check_fields(message)

    return Broken


# Memory


@peer("replay-per-connection", "6.1/duplicate.deliver", "remembers for each connection what it accepted there")
def _(base):
    class Broken(base):
        def deliver(self, message, connection):
            message.friend.accepted = connection.facts.setdefault(message.friend.id, set())
            super().deliver(message, connection)

    return Broken


@peer("replay-forgotten-by-cr", "6.1/duplicate.deliver", "a friend's new CR makes it forget what it accepted from the friend")
def _(base):
    class Broken(base):
        def befriend(self, requestor_id, name, key, usable, connection):
            friend = super().befriend(requestor_id, name, key, usable, connection)
            friend.accepted = set()
            return friend

    return Broken


@peer("status-forgotten-by-cr", "fuzz: 6.1/sc.stale", "a friend's new CR makes it forget how new the last status change was")
def _(base):
    class Broken(base):
        def befriend(self, requestor_id, name, key, usable, connection):
            friend = super().befriend(requestor_id, name, key, usable, connection)
            friend.last_status = None
            return friend

    return Broken


@peer("replay-last-only", "6.1/duplicate.deliver", "knows the last message of a friend, and none before it")
def _(base):
    class Broken(base):
        def deliver(self, message, connection):
            message.friend.accepted &= {message.datetime}
            super().deliver(message, connection)

    return Broken


@peer("replay-any-sender", "6.1/duplicate.sender 6.1/deliver", "two friends' messages of one datetime are one message to it")
def _(base):
    class Broken(base):
        everybody = set()

        def deliver(self, message, connection):
            message.friend.accepted = self.everybody
            super().deliver(message, connection)

    return Broken


@peer("replay-before-checks", "6.1/duplicate.checks", "acknowledges a repeated message before it looks at anything but the sender")
def _(base):
    class Broken(base):
        def first_error(self, message, connection):
            friend = self.friends.get(message.sender_id)
            if message.kind == wire.M and friend and message.datetime in friend.accepted and message.receiver_id == self.own.id and not self.check_fields(message):
                message.friend = friend
                return NONE
            return super().first_error(message, connection)

    return Broken


@peer("sc-same-time", "6.1/sc.stale", "applies a status change of the same datetime as the last one")
def _(base):
    class Broken(base):
        def change_status(self, message):
            if message.friend.last_status == message.datetime:
                message.friend.last_status -= 1
            super().change_status(message)

    return Broken


@peer("sc-lost-after-m", "", "does not apply a status change older than the last message")
def _(base):
    class Broken(base):
        def change_status(self, message):
            if all(message.datetime > accepted for accepted in message.friend.accepted):
                super().change_status(message)

    return Broken


# IC


@peer("ic-keeps-old", "", "the old ID stays a friend after an IC")
def _(base):
    class Broken(base):
        def forget_old(self, friend):
            pass

    return Broken


@peer("ic-takes-other", "6.1/3.ic-new-id 6.1/3.ic-taken", "an IC may take the ID of another friend")
def _(base):
    class Broken(base):
        def check_mover(self, change):
            other = self.friends.pop(change.new_id, None) if change.new_id != change.user_id and change.user_id not in self.changed else None
            error = super().check_mover(change)
            if other and error:
                self.friends[change.new_id] = other
            return error

    return Broken


@peer("ic-again-unchecked", "6.1/ic.again-client", "acknowledges an IC that was applied whatever its client ID")
def _(base):
    class Broken(base):
        def check_mover(self, change):
            again = self.changed.get(change.user_id)
            return NONE if again and again[1] == change.new_id else super().check_mover(change)

    return Broken


# CR


@peer("cr-own-id", "6.1/cr.own-id", "becomes its own friend")
def _(base):
    class Broken(base):
        def judge_request(self, requestor_id, user_id, key):
            if requestor_id == user_id == self.own.id == self.identify(key):
                return 0, self.rules.read(key)
            return super().judge_request(requestor_id, user_id, key)

    return Broken


@peer("cr-refused-with-key", "4/framed.answer", "a refusing CRR has its key and name nevertheless")
def _(base):
    class Broken(base):
        def refuse(self, status, requestor_id, user_id):
            return wire.chat_response(status, requestor_id, user_id, self.own.field, self.name)

    return Broken


@peer("cr-ids-swapped", "6.1/cr.echo", "a CRR has the two IDs the other way round: the sender's first")
def _(base):
    class Broken(base):
        def accept(self, requestor_id, user_id):
            return super().accept(user_id, requestor_id)

        def refuse(self, status, requestor_id, user_id):
            return super().refuse(status, user_id, requestor_id)

    return Broken


@peer("name-identifier", "3.2/name.characters 6.1/cr.again 6.1/cr.accept", "a user name has letters and digits")
def _(base):
    class Broken(base):
        def is_name(self, name):
            return super().is_name(name) and name.replace(b" ", b"").isalnum()

    return Broken


@peer("name-delete", "6.1/cr.name", "takes DEL for a printable character")
def _(base):
    class Broken(base):
        def is_name(self, name):
            return super().is_name(name.replace(b"\x7f", b"x"))

    return Broken


# Keys


def rules(name, requirement, words):
    """A mistake in the rules for keys."""

    def register(broken_rules):
        def make(base):
            class Broken(base):
                def __init__(self, options):
                    super().__init__(options)
                    self.rules = broken_rules(self.own)

            return Broken

        PEER[name] = (requirement, words, make)
        return broken_rules

    return register


@rules("key-trailing", "5.1/der.trailing 5.1/field.third 6.1/cr.key", "does not look behind the last key")
class _(KeyRules):
    class reader(Reader):
        def end(self):
            pass


@rules("key-zero-secret", "5.1/x25519.zero 6.1/cr.key", "takes points that make the shared secret zero")
class _(KeyRules):
    def read(self, field):
        try:
            return super().read(field)
        except Exception as fault:
            if "secret" in str(fault):
                return bytes(32), None
            raise


@rules("key-p-minus-1", "5.1/dh.large 6.1/cr.key", "takes a public value of p−1")
class _(KeyRules):
    def check_value(self, value):
        if value != PRIMES[self.own.group] - 1:
            super().check_value(value)


@rules("key-any-generator", "5.1/dh.generator 6.1/cr.key", "does not look at the generator")
class _(KeyRules):
    def parameters(self, parameters):
        if parameters.integer() != PRIMES[self.own.group]:
            raise Unusable("another group")


@rules("key-no-value-length", "5.1/private-value-length", "refuses keys that say how long private values are")
class _(KeyRules):
    def parameters(self, parameters):
        super().parameters(parameters)
        if len(parameters.data) > len(integer(PRIMES[self.own.group])) + 3:
            raise Unusable("a third number")


@rules("rsa-1024", "5.1/rsa.short 6.1/cr.key", "takes RSA keys from 1024 bits")
class _(KeyRules):
    smallest_rsa = 1024


@peer("z-stripped", "5.3/padded", "writes Z without its leading zeros, as a number")
def _(base):
    class Broken(base):
        def __init__(self, options):
            super().__init__(options)
            sound = self.own.agree
            self.own.agree = lambda value: sound(value).lstrip(b"\0")

    return Broken


# Datagrams


@peer("bpr-echoes-lookup-id", "3.6/lookup-id", "lookup_id of a BPR is that of the BPM")
def _(base):
    class Broken(base):
        def respond(self, question, source):
            return wire.lookup_response(wire.BPR, self.now(), question, 0, question[36:52], self.endpoint.address_for(source))

    return Broken


@peer("bpr-ipv4-first", "3.6/address", "writes an IPv4 address into the first four bytes of address")
def _(base):
    class Broken(base):
        def respond(self, question, source):
            host, port = self.endpoint.address_for(source)
            return wire.lookup_response(wire.BPR, self.now(), question, 0, self.own.id, (host[12:].ljust(16, b"\0"), port))

    return Broken


@peer("bpr-port-little-endian", "3.6/address", "writes its port in the machine's byte order")
def _(base):
    class Broken(base):
        def respond(self, question, source):
            host, port = self.endpoint.address_for(source)
            return wire.lookup_response(wire.BPR, self.now(), question, 0, self.own.id, (host, port >> 8 | (port & 255) << 8))

    return Broken


@peer("bpr-other-socket", "6.1/bpm.any 6.1/bpm.unicast", "a BPR leaves from a socket of its own")
def _(base):
    class Broken(base):
        def receive_datagram(self, data, source):
            answer = super().receive_datagram(data, source)
            if answer:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                    other.sendto(answer, source)

    return Broken


@peer("bpm-any-flag", "4/udp.values", "does not look at the broadcast flag of a BPM")
def _(base):
    class Broken(base):
        def is_whole(self, data):
            return super().is_whole(data[:19] + b"\1" + data[20:] if len(data) > 19 else data)

    return Broken


# The server's


@server("source-with-port", "6.2/reg.port 6.2/reg.refresh 6.2/ic.moved", "takes address and port for the source")
def _(base):
    class Broken(base):
        def answer(self, packet, source, port):
            self.port = port
            return super().answer(packet, source, port)

        def is_from(self, entry, host):
            return super().is_from(entry, host) and entry.port == self.port

    return Broken


@server("tcp-stores-port", "6.2/lp.found 6.2/reg.port 6.2/ic.moved", "REG over TCP stores the port of the connection, not 5000")
def _(base):
    class Broken(base):
        def stored_port(self, connection):
            return connection.source[1]

    return Broken


@server("lpr-ipv4-first", "3.6/address 6.2/lp.found", "writes an IPv4 address into the first four bytes of address")
def _(base):
    class Broken(base):
        def place(self, entry):
            host, port = super().place(entry)
            return host[12:].ljust(16, b"\0"), port

    return Broken


@server("lpr-own-id", "6.2/lp.ids", "lookup_id of an LPR is the server's own, as in BSR")
def _(base):
    class Broken(base):
        def response(self, kind, request, status, looked_up, address):
            return super().response(kind, request, status, self.id, address)

    return Broken


@server("lpr-address-always", "3.6/address", "an LPR has an address also when nobody was found")
def _(base):
    class Broken(base):
        def look_up(self, user_id, looked_up, host):
            status, address = super().look_up(user_id, looked_up, host)
            return status, address or self.endpoint.address_for((host, 5000))

    return Broken


@server("timestamp-echo", "fuzz: 3.6/timestamp", "the timestamp of a response is the request's")
def _(base):
    class Broken(base):
        def response(self, kind, request, status, looked_up, address):
            answer = super().response(kind, request, status, looked_up, address)
            return answer[:2] + request[2:10] + answer[10:]

    return Broken


@server("broadcast-echo", "3.6/broadcast", "a BSR repeats the broadcast flag of its BSM")
def _(base):
    class Broken(base):
        def response(self, kind, request, status, looked_up, address):
            answer = super().response(kind, request, status, looked_up, address)
            return answer[:19] + request[19:20] + answer[20:]

    return Broken


@server("reg-full-first", "6.2/reg.collision", "a collision is one only while the first source asks by the same port")
def _(base):
    class Broken(base):
        def register(self, user_id, host, port):
            entry = self.live(user_id)
            if entry and entry.source != host and entry.port != port:
                del self.entries[user_id]
            return super().register(user_id, host, port)

    return Broken


@server("ic-collision-first", "", "looks for the new ID's owner before the old ID: 1 where 2 is due")
def _(base):
    class Broken(base):
        def move(self, packet, host):
            status = super().move(packet, host)
            other = self.live(packet[34:50])
            return 1 if status == 2 and other and not self.is_from(other, host) else status

    return Broken


@server("ic-loses-port", "6.2/ic.moved", "an IC by TCP stores port 5000 for the entry that it moves")
def _(base):
    class Broken(base):
        def move(self, packet, host):
            status = super().move(packet, host)
            if status == 0:
                self.entries[packet[34:50]].port = 5000
            return status

    return Broken


@server("dropped-counts", "", "what it does not answer counts towards the rate as well")
def _(base):
    class Broken(base):
        def receive_datagram(self, data, source):
            answer = super().receive_datagram(data, source)
            if answer is None and self.is_allowed(source[0]) is False:
                return wire.registration_response(2, bytes(8))
            return answer

    return Broken


@server("tcp-unlimited", "6.2/rate.exceeded", "counts datagrams only")
def _(base):
    class Broken(base):
        by_tcp = False

        def receive(self, packet, connection):
            self.by_tcp = True
            answer = super().receive(packet, connection)
            self.by_tcp = False
            return answer

        def is_allowed(self, host):
            return True if self.by_tcp else super().is_allowed(host)

    return Broken


@server("ban-per-port", "", "bans the port that asked too often, not its address")
def _(base):
    class Broken(base):
        def answer(self, packet, source, port):
            self.asking = source[1]
            return super().answer(packet, source, port)

        def is_allowed(self, host):
            return super().is_allowed((host, self.asking))

    return Broken


@server("ban-closes-quietly", "6.2/rate.exceeded", "bans without a word: the request that exceeds the rate gets no answer either")
def _(base):
    class Broken(base):
        def is_allowed(self, host):
            return super().is_allowed(host) or None

    return Broken
