"""What a peer does with a packet: section 6.1, check by check. No sockets, no clock of its own.

Each rule is a method by itself, so that `mistakes.py` can break one and leave the others.
"""
import struct

import wire
from keys import KeyRules, Unusable, identify
from pairs import Pair, client_id

NONE, SENDER, HASH, FIELDS, BODY = 0, 1, 2, 3, 4
STATUSES = ("online", "busy", "away", "invisible")


class Messaging:
    """An M or SC on its way through the checks."""

    def __init__(self, packet):
        self.kind, self.status, self.length, self.datetime = struct.unpack_from(">xBBHQ", packet)
        self.undefined = packet[13:16]
        self.sender_id, self.receiver_id = packet[16:32], packet[32:48]
        self.header, self.client_field, self.hash, self.body = packet[:48], packet[48:64], packet[64:80], packet[80:]
        self.friend, self.text = None, b""


class IDChange:
    """An IC on its way through the checks."""

    def __init__(self, packet):
        self.timestamp, self.request_id = struct.unpack_from(">Q8s", packet, 2)
        self.user_id, self.new_id, self.client_field, self.key = packet[18:34], packet[34:50], packet[50:66], packet[70:]
        self.bound = packet[:50] + packet[66:]
        self.usable = None


class Friend:
    def __init__(self, name, key, pair):
        self.name, self.key, self.pair = name, key, pair
        self.id = pair.other_id
        self.accepted = set()  # datetimes of messages
        self.last_status = None  # the datetime of the newest SC
        self.status = 0
        self.address = None


class Receiver:
    """The peer's memory and its rules. `tell` is called with what its user should know."""

    def __init__(self, own, name, manners, tell):
        self.own, self.name, self.manners, self.tell = own, name, manners, tell
        self.rules = KeyRules(own)
        self.allowed = {client_id("s2wmp-swift/1")}
        self.friends = {}
        self.changed = {}  # old ID → (its pair, new ID)
        self.asked = {}  # whom we asked to be a friend → what to do with the answer
        self.sent = {}  # datetime of an M or SC of ours → to whom
        self.status = 0

    # M and SC

    checks = ("check_fields", "check_parties", "check_client", "check_body", "check_hash", "check_text")

    def receive_messaging(self, packet, connection):
        message = Messaging(packet)
        error = self.first_error(message, connection)
        if error == NONE:
            self.apply(message, connection)
        return self.acknowledge(message, error)

    def first_error(self, message, connection):
        for name in self.checks:
            error = getattr(self, name)(message)
            if error:
                return error
        return NONE

    def acknowledge(self, message, error):
        return wire.acknowledgement(error, message.datetime, message.sender_id)

    def check_fields(self, message):
        if message.status > 3:
            return FIELDS
        return FIELDS if (message.length == 0) == (message.kind == wire.M) else NONE

    def check_parties(self, message):
        if message.receiver_id != self.own.id or message.sender_id == self.own.id:
            return SENDER
        message.friend = self.friends.get(message.sender_id)
        return NONE if message.friend else SENDER

    def check_client(self, message):
        return NONE if message.friend.pair.client(message.client_field, message.header) in self.allowed else SENDER

    def check_body(self, message):
        if message.kind == wire.M:
            message.text = message.friend.pair.open(message.header, message.body)
        return BODY if message.text is None else NONE

    def check_hash(self, message):
        return NONE if message.hash == message.friend.pair.hash(message.header, message.text) else HASH

    def check_text(self, message):
        try:
            message.text.decode()
        except UnicodeDecodeError:
            return FIELDS
        return NONE

    def apply(self, message, connection):
        if message.kind == wire.M:
            self.deliver(message, connection)
        else:
            self.change_status(message)

    def deliver(self, message, connection):
        friend = message.friend
        if message.datetime in friend.accepted:
            return
        friend.accepted.add(message.datetime)
        self.tell("message", **{"from": friend.id.hex()}, name=friend.name.decode(), text=message.text.decode(), datetime=message.datetime)
        if "m-status" in self.manners and (friend.last_status is None or message.datetime > friend.last_status):
            self.show_status(friend, message.status)

    def change_status(self, message):
        friend = message.friend
        if friend.last_status is None or message.datetime > friend.last_status:
            friend.last_status = message.datetime
            self.show_status(friend, message.status)

    def show_status(self, friend, status):
        differs, friend.status = status != friend.status, status
        if differs or "only-changes" not in self.manners:
            self.tell_friend(friend)

    def tell_friend(self, friend):
        self.tell("friend", id=friend.id.hex(), name=friend.name.decode(), address=friend.address, status=STATUSES[friend.status])

    # IC

    change_checks = ("check_new_key", "check_mover")

    def receive_id_change(self, packet, connection):
        change = IDChange(packet)
        for name in self.change_checks:
            error = getattr(self, name)(change)
            if error:
                return self.acknowledge_change(change, error)
        self.move(change)
        return self.acknowledge_change(change, NONE)

    def acknowledge_change(self, change, error):
        return wire.acknowledgement(error, change.timestamp, change.user_id)

    def check_new_key(self, change):
        try:
            change.usable = self.rules.read(change.key)
        except Unusable:
            return FIELDS
        return NONE

    def check_mover(self, change):
        old, new = change.user_id, change.new_id
        again = self.changed.get(old)
        if again and again[1] == new:
            pair = again[0]
        elif old in self.friends and old != self.own.id:
            pair = self.friends[old].pair
            if new == self.own.id or (new != old and new in self.friends):
                return SENDER
        else:
            return SENDER
        if not self.is_client(pair, change):
            return SENDER
        return NONE if new == identify(change.key) else SENDER

    def is_client(self, pair, change):
        return pair.client(change.client_field, change.bound) in self.allowed

    def move(self, change):
        friend = self.friends.get(change.user_id)
        if change.user_id in self.changed or friend is None or change.new_id == change.user_id:
            return
        moved = Friend(friend.name, change.key, Pair(self.own, change.new_id, *change.usable))
        moved.status, moved.address = friend.status, friend.address
        if "inherits" in self.manners:
            moved.accepted, moved.last_status = friend.accepted, friend.last_status
        self.changed[friend.id] = (friend.pair, moved.id)
        self.forget_old(friend)
        self.friends[moved.id] = moved
        self.tell("changed", id=friend.id.hex(), new_id=moved.id.hex())

    def forget_old(self, friend):
        del self.friends[friend.id]

    # CR and CRR

    def receive_request(self, packet, connection):
        requestor_id, user_id = packet[2:18], packet[18:34]
        key_length = int.from_bytes(packet[34:38], "big")
        key, name = packet[38 : 38 + key_length], packet[42 + key_length :]
        if not self.is_name(name):
            return wire.acknowledgement(FIELDS, 0, requestor_id)
        status, usable = self.judge_request(requestor_id, user_id, key)
        if status == 0:
            self.befriend(requestor_id, name, key, usable, connection)
            return self.accept(requestor_id, user_id)
        return self.refuse(status, requestor_id, user_id)

    def accept(self, requestor_id, user_id):
        return wire.chat_response(0, requestor_id, user_id, self.own.field, self.name)

    def refuse(self, status, requestor_id, user_id):
        return wire.chat_response(status, requestor_id, user_id)

    def is_name(self, name):
        return wire.is_user_name(name)

    def judge_request(self, requestor_id, user_id, key):
        """(status, what was read of the key)."""
        if user_id != self.own.id:
            return 3, None
        if requestor_id != self.identify(key) or requestor_id == self.own.id:
            return 2, None
        friend = self.friends.get(requestor_id)
        if friend:
            return 0, None
        try:
            usable = self.rules.read(key)
        except Unusable:
            return 4, None
        return (1, None) if "denies" in self.manners else (0, usable)

    def identify(self, key):
        return identify(key)

    def befriend(self, requestor_id, name, key, usable, connection):
        friend = self.friends.get(requestor_id)
        if friend is None:
            friend = self.friends[requestor_id] = Friend(name, key, Pair(self.own, requestor_id, *usable))
            # A key that changed away and came back is a friend anew.
            self.changed.pop(requestor_id, None)
            self.tell_friend(friend)
        connection.facts["friend"] = requestor_id
        return friend

    def receive_response(self, packet, connection):
        requestor_id, user_id = packet[3:19], packet[19:35]
        if requestor_id != self.own.id or user_id not in self.asked or packet[2] > 4:
            return
        key_length = int.from_bytes(packet[35:39], "big")
        key, name = packet[39 : 39 + key_length], packet[43 + key_length :]
        if packet[2] == 0:
            self.take_key(user_id, key, name, connection)
        else:
            self.asked.pop(user_id)
            self.tell("error", message=f"{user_id.hex()} refuses: status {packet[2]}")

    def take_key(self, user_id, key, name, connection):
        if identify(key) != user_id or not wire.is_user_name(name):
            return
        try:
            usable = self.rules.read(key)
        except Unusable:
            return
        address = self.asked.pop(user_id)
        friend = self.befriend(user_id, name, key, usable, connection)
        friend.address = address
        self.tell_friend(friend)

    # ACK

    def receive_acknowledgement(self, packet, connection):
        error, datetime, user_id = packet[3], int.from_bytes(packet[4:12], "big"), packet[12:28]
        to = self.sent.get(datetime)
        if user_id == self.own.id and to is not None and packet[2] == (error == 0) and error <= 4:
            del self.sent[datetime]
            self.tell("acked", to=to.hex(), datetime=datetime, error=error)

    # Datagrams

    def is_answered(self, question):
        """Whether a BPM, whole and with defined values, gets an answer."""
        asker, looked_up = question[20:36], question[36:52]
        if asker == self.own.id or looked_up not in (wire.ZERO, self.own.id):
            return False
        return self.status != 3 or asker in self.friends

    # By type

    handlers = {
        wire.M: "receive_messaging",
        wire.SC: "receive_messaging",
        wire.IC: "receive_id_change",
        wire.CR: "receive_request",
        wire.CRR: "receive_response",
        wire.ACK: "receive_acknowledgement",
    }

    def receive(self, packet, connection):
        """The answer to a framed packet, or None: what is not for a peer's TCP port is ignored."""
        name = self.handlers.get(packet[1])
        return getattr(self, name)(packet, connection) if name else None
