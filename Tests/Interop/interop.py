#!/usr/bin/env python3
"""Runs `s2wmp peer` against the independent user of `s2wmp_peer.py`, over real sockets on loopback.

    Tests/Interop/interop.py [path of s2wmp]      (default .build/debug/s2wmp)

Every check of the receiver's table (Documentation/Protocol.md, section 9) is made with the packet whole, split at every byte, and pipelined between
two good ones. Ends with 0 when all is as owed, 1 when not, 77 when it cannot run here (it says why).
"""
import json
import os
import queue
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

try:
    import s2wmp_peer as s
except ImportError as missing:
    print(f"interop: skipped, {missing}; install the PyPI package cryptography")
    sys.exit(77)

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOL = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, ".build", "debug", "s2wmp")
failures = []
passed = 0


def check(name, condition, *facts):
    """Counts; a failure is shown with its facts."""
    global passed
    if condition:
        passed += 1
    else:
        failures.append(name)
        print("FAILED:", name, *[fact.hex() if isinstance(fact, bytes) else fact for fact in facts])


class Peer:
    """A running `s2wmp peer` with its events."""

    def __init__(self, suite="dh", group="x25519", *options, accept="auto", state=None):
        self.folder = state or tempfile.mkdtemp(prefix="s2wmp-interop-")
        command = [TOOL, "peer", "--name", "target", "--listen", "127.0.0.1:0", "--no-discovery", "--accept", accept]
        command += ["--suite", suite, "--group", group, "--state", self.folder, "--read-timeout", "1", *options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.events = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()
        event = self.event("listening")
        self.id = bytes.fromhex(event["user_id"])
        host, port = event["address"].rsplit(":", 1)
        self.address = (host, int(port))

    def read(self):
        for line in self.process.stdout:
            self.events.put(json.loads(line))

    def event(self, kind, seconds=10, **wanted):
        """The next event of that kind; others before it are passed over."""
        end = time.monotonic() + seconds
        while True:
            try:
                event = self.events.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no event {kind} {wanted}") from None
            if event["event"] == kind and all(event.get(key) == value for key, value in wanted.items()):
                return event

    def messages(self):
        """All messages delivered so far."""
        time.sleep(0.1)
        found = []
        while not self.events.empty():
            event = self.events.get()
            if event["event"] == "message":
                found.append(event["text"])
        return found

    def do(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def stop(self, keep=False):
        if self.process.poll() is None:
            self.do(do="quit")
            self.process.stdin.close()
            self.process.wait(10)
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)


def befriend(peer, user):
    stream = s.Stream(peer.address)
    stream.send(user.request(peer.id))
    answer = stream.packet()
    assert answer[1] == s.CRR and answer[2] == 0, f"the chat request was refused: {answer[:4].hex()}"
    size = int.from_bytes(answer[35:39], "big")
    assert answer[3:19] == user.id and answer[19:35] == peer.id
    assert answer[39 + size + 4 :] == b"target"
    return stream, user.pair(answer[39 : 39 + size])


class Clock:
    """Strictly growing datetimes near the present."""

    def __init__(self):
        self.value = s.now()

    def __call__(self):
        self.value += 1
        return self.value


def after(stream):
    """What comes next, without waiting long: b"" is a close, None silence, "reset" a reset."""
    if stream.buffer:
        return stream.packet()
    try:
        if not select.select([stream.socket], [], [], 0.15)[0]:
            return None
        return stream.packet()
    except ConnectionResetError:
        return "reset"


def send_whole(stream, packet):
    stream.send(packet)


def send_split(stream, packet):
    for index in range(len(packet)):
        stream.send(packet[index : index + 1])


def table(peer, user, pair, when):
    """Cases of the receiver's table: name, packet, error, what happens to the connection, echo."""
    stranger = s.User()
    big = pair.message("x", when())
    yield "1.version", b"\x02" + big[1:], 3, "closed", None
    yield "1.type-7", b"\x01\x07" + big[2:], 3, "closed", None
    yield "1.type-0", b"\x01\x00" + big[2:], 3, "closed", None
    yield "1.type-16", b"\x01\x10" + big[2:], 3, "closed", None
    request = user.request(peer.id)
    yield "1.key-length-0", request[:34] + bytes(4) + request[38:], 3, "closed", None
    yield "1.key-length-8193", request[:34] + (8193).to_bytes(4, "big") + request[38:], 3, "closed", None
    cut = 38 + len(user.field)
    yield "1.name-length-0", request[:cut] + bytes(4), 3, "closed", None
    yield "1.name-length-256", request[:cut] + (256).to_bytes(4, "big") + bytes(256), 3, "closed", None
    for status in (4, 255):
        t = when()
        yield f"2.status-{status}", pair.message("x", t, status=status), 3, "open", (t, user.id)
    t = when()
    yield "2.length-0", pair.message("", t, length=0, body=b""), 3, "open", (t, user.id)
    t = when()
    yield "2.sc-length", pair.status_change(0, t, length=1, body=b"x"), 3, "open", (t, user.id)
    t = when()
    yield "2.sc-status", pair.status_change(9, t), 3, "open", (t, user.id)
    t = when()
    yield "3.receiver", pair.message("x", t, receiver=os.urandom(16)), 1, "open", (t, user.id)
    t = when()
    yield "3.sender", pair.message("x", t, sender=stranger.id), 1, "open", (t, stranger.id)
    t = when()
    yield "3.sender-is-the-peer", pair.message("x", t, sender=peer.id), 1, "open", (t, peer.id)
    t = when()
    yield "3.client", pair.message("x", t, client=bytes(16)), 1, "open", (t, user.id)
    for name, at in (("status", 2), ("datetime", 12), ("undefined", 13)):
        packet = bytearray(pair.message("x", when()))
        packet[at] ^= 1
        yield f"3.bound-{name}", bytes(packet), 1, "open", (int.from_bytes(packet[5:13], "big"), user.id)
    t = when()
    yield "4.short-body", pair.message("x", t, length=27, body=bytes(27)), 4, "open", (t, user.id)
    t = when()
    tampered = bytearray(pair.message("hello", t))
    tampered[-1] ^= 0x80
    yield "4.tag", bytes(tampered), 4, "open", (t, user.id)
    t = when()
    tampered = bytearray(pair.message("hello", t))
    tampered[80] ^= 1
    yield "4.first-byte", bytes(tampered), 4, "open", (t, user.id)
    t = when()
    yield "5.hash", pair.message("x", t, hash=os.urandom(16)), 2, "open", (t, user.id)
    t = when()
    yield "5.sc-hash", pair.status_change(1, t, hash=os.urandom(16)), 2, "open", (t, user.id)
    t = when()
    tampered = bytearray(pair.message("hello", t, hash=os.urandom(16)))
    tampered[-1] ^= 0x80
    yield "4-before-5", bytes(tampered), 4, "open", (t, user.id)
    t = when()
    yield "6.utf-8", pair.message(b"a\xff", t), 3, "open", (t, user.id)
    t = when()
    yield "6.surrogate", pair.message(b"\xed\xa0\x80", t), 3, "open", (t, user.id)
    t = when()
    yield "2-before-3", pair.message("x", t, status=9, receiver=bytes(16)), 3, "open", (t, user.id)
    t = when()
    yield "undefined-ignored", pair.message("accepted", t, undefined=b"\1\2\3"), 0, "open", (t, user.id)
    t = when()
    yield "empty-plaintext", pair.message("", t), 0, "open", (t, user.id)
    t = when()
    yield "unicode", pair.message("grüße 👋", t), 0, "open", (t, user.id)
    t = when()
    yield "sc", pair.status_change(2, t), 0, "open", (t, user.id)


def owed(error, echo):
    return s.ack(error, *(echo or ()))


def receiver_table(peer, user, suite):
    """The table, each case whole, split at every byte, and between two good messages in one piece."""
    stream, pair = befriend(peer, user)
    stream.close()
    when = Clock()
    for form in ("whole", "split", "pipelined"):
        for name, packet, error, fate, echo in table(peer, user, pair, when):
            case = f"{suite} {name}, {form}"
            stream = s.Stream(peer.address)
            t = when()
            good = pair.message("before", t)
            if form == "pipelined":
                stream.send(good + packet + (pair.message("behind", when()) if fate == "open" else b""))
                answer = stream.packet()
                check(case + ": the message before", answer == s.ack(0, t, user.id), answer)
            else:
                (send_whole if form == "whole" else send_split_safely)(stream, packet)
            answer = stream.packet()
            check(case, answer == owed(error, echo), answer, owed(error, echo))
            if fate == "closed":
                rest = after(stream)
                check(case + ": closed", rest == b"", rest)
            elif form == "pipelined":
                answer = stream.packet()
                check(case + ": the message behind", answer[:4] == b"\1\6\1\0", answer)
            else:
                # Liveness by a good exchange on the same connection.
                t = when()
                stream.send(pair.message("alive", t))
                answer = stream.packet()
                check(case + ": alive", answer == s.ack(0, t, user.id), answer)
            stream.close()


def send_split_safely(stream, packet):
    """Byte by byte; the other side may answer and close before the last one."""
    for index in range(len(packet)):
        try:
            stream.send(packet[index : index + 1])
        except (BrokenPipeError, ConnectionResetError):
            return
        if select.select([stream.socket], [], [], 0)[0]:
            return


def duplicates(peer, user):
    stream, pair = befriend(peer, user)
    peer.messages()
    t = s.now() + 1_000_000
    packet = pair.message("once", t)
    for turn in range(3):
        stream.send(packet)
        answer = stream.packet()
        check(f"a duplicate is acknowledged again, {turn}", answer == s.ack(0, t, user.id), answer)
    stream.send(pair.message("late", t - 5))
    check("an older message that never came is accepted", stream.packet() == s.ack(0, t - 5, user.id))
    check("delivered once each", peer.messages() == ["once", "late"])
    stream.send(pair.status_change(1, t + 1) + pair.status_change(2, t))
    check("SC", stream.packet() == s.ack(0, t + 1, user.id))
    check("an old SC is acknowledged", stream.packet() == s.ack(0, t, user.id))
    peer.do(do="friends")
    event = peer.event("friend", id=user.id.hex(), status="busy")
    check("an old SC is not applied", event["status"] == "busy", event)
    stream.close()


def closing(peer, user):
    stream, pair = befriend(peer, user)
    t = s.now() + 2_000_000
    stream.send(pair.message("a", t) + pair.message("b", t + 1))
    stream.socket.shutdown(socket.SHUT_WR)
    check("half-close between packets: answered", stream.packet() == s.ack(0, t, user.id))
    check("half-close between packets: answered, too", stream.packet() == s.ack(0, t + 1, user.id))
    check("half-close between packets: closed", stream.packet() == b"")
    for cut in (1, 2, 4, 5, 79, 80, 100):
        stream = s.Stream(peer.address)
        stream.send(pair.message("never", t + 2)[:cut])
        stream.socket.shutdown(socket.SHUT_WR)
        answer = stream.packet()
        check(f"half-close after {cut} bytes", answer == s.ack(3), answer)
        check(f"half-close after {cut} bytes: closed", stream.packet() == b"")
    streams = []
    for cut in (1, 5, 81):
        stream = s.Stream(peer.address)
        stream.send(pair.message("never", t + 3)[:cut])
        streams.append((cut, stream))
    for cut, stream in streams:
        answer = stream.packet()
        check(f"stall after {cut} bytes", answer == s.ack(3), answer)
        check(f"stall after {cut} bytes: closed", stream.packet() == b"")
    stream = s.Stream(peer.address)
    time.sleep(1.3)
    stream.send(pair.message("patient", t + 4))
    check("idling between packets is no stall", stream.packet() == s.ack(0, t + 4, user.id))
    # The ACK survives although unread input follows the bad byte.
    stream = s.Stream(peer.address)
    stream.send(b"\2" + bytes(200_000))
    check("the ACK before a close is not lost to unread input", stream.packet() == s.ack(3))
    check("then closed", after(stream) == b"")


def ignored(peer, user):
    stream, pair = befriend(peer, user)
    t = s.now() + 3_000_000
    lookup = lambda kind: bytes([1, kind]) + bytes(8) + os.urandom(8) + bytes([0, int(kind in (s.BSM, s.BPM))]) + user.id + peer.id
    unwanted = [
        bytes([1, s.REG]) + os.urandom(24), bytes([1, s.RREG]) + os.urandom(9), lookup(s.LP), lookup(s.BSM), lookup(s.BPM),
        lookup(s.LP)[:1] + bytes([s.LPR]) + bytes(68), bytes([1, s.BSR]) + bytes(68), bytes([1, s.BPR]) + bytes(68), s.ack(0, 5, user.id),
        bytes([1, s.CRR, 1]) + user.id + peer.id + bytes(8), bytes([1, s.CRR, 9]) + user.id + peer.id + bytes(8),
    ]
    stream.send(b"".join(unwanted) + pair.message("still here", t))
    answer = stream.packet()
    check("what is not for a peer is ignored, the connection kept", answer == s.ack(0, t, user.id), answer)


def chat_requests(peer):
    def answer(packet):
        stream = s.Stream(peer.address)
        stream.send(packet)
        reply = stream.packet()
        return reply, stream

    user = s.User()
    denied = lambda status, requestor, asked: bytes([1, s.CRR, status]) + requestor + asked + bytes(8)
    request = user.request(peer.id)
    other = os.urandom(16)
    reply, stream = answer(user.request(other))
    check("CR for somebody else", reply == denied(3, user.id, other), reply)
    stream.send(request[:2] + other + request[18:])
    reply = stream.packet()
    check("CR whose ID is not the key's", reply == denied(2, other, peer.id), reply)
    bad = s.User(name=b"new\nline")
    reply, _ = answer(bad.request(peer.id))
    check("CR whose name is no user name", reply == s.ack(3, 0, bad.id), reply)
    weak = s.User(group="ffdhe2048")
    reply, _ = answer(weak.request(peer.id))
    check("CR in another group", reply == denied(4, weak.id, peer.id), reply)
    nonsense = s.User()
    nonsense.field = b"no key at all"
    nonsense.id = s.hashlib.sha256(nonsense.field).digest()[:16]
    reply, _ = answer(nonsense.request(peer.id))
    check("CR without a key", reply == denied(4, nonsense.id, peer.id), reply)
    trailing = s.User()
    trailing.field += b"\0"
    trailing.id = s.hashlib.sha256(trailing.field).digest()[:16]
    reply, _ = answer(trailing.request(peer.id))
    check("CR with bytes behind the key", reply == denied(4, trailing.id, peer.id), reply)
    x942 = s.User(group="ffdhe2048")
    x942.field = s._der(x942.agreement.public_key())
    x942.id = s.hashlib.sha256(x942.field).digest()[:16]
    reply, _ = answer(x942.request(peer.id))
    check("CR with an X9.42 key", reply == denied(4, x942.id, peer.id), reply)
    zero = s.User()
    zero.field = zero.field[:-32] + bytes(32)
    zero.id = s.hashlib.sha256(zero.field).digest()[:16]
    reply, _ = answer(zero.request(peer.id))
    check("CR whose shared secret would be zero", reply == denied(4, zero.id, peer.id), reply)
    reply, stream = answer(request)
    check("CR accepted", reply[:3] == bytes([1, s.CRR, 0]) and reply[3:35] == user.id + peer.id, reply[:40])
    stream.send(request)
    check("CR from a friend is answered again the same way", stream.packet() == reply)


def id_change(peer):
    old = s.User()
    stream, pair = befriend(peer, old)
    when = Clock()
    new = s.User()
    t = when()
    wrong = pair.id_change(new, t, new_id=os.urandom(16))
    stream.send(wrong)
    answer = stream.packet()
    check("IC whose new ID is not the key's", answer == s.ack(1, t, old.id), answer)
    t = when()
    stream.send(pair.id_change(new, t, client=bytes(16)))
    answer = stream.packet()
    check("IC of a strange client", answer == s.ack(1, t, old.id), answer)
    t = when()
    other_group = s.User(group="ffdhe2048")
    stream.send(pair.id_change(other_group, t))
    answer = stream.packet()
    check("IC with a key of another group", answer == s.ack(3, t, old.id), answer)
    friend = s.User()
    befriend(peer, friend)[0].close()
    t = when()
    stream.send(pair.id_change(friend, t))
    answer = stream.packet()
    check("IC to another friend's ID", answer == s.ack(1, t, old.id), answer)
    t = when()
    packet = pair.id_change(new, t)
    stream.send(packet)
    answer = stream.packet()
    check("IC", answer == s.ack(0, t, old.id), answer)
    stream.send(packet)
    answer = stream.packet()
    check("IC again", answer == s.ack(0, t, old.id), answer)
    t = when()
    stream.send(pair.message("by the old ID", t))
    answer = stream.packet()
    check("the old ID is no friend any more", answer == s.ack(1, t, old.id), answer)
    fresh = new.pair(pair.field)
    t = when()
    stream.send(fresh.message("by the new ID", t))
    answer = stream.packet()
    check("the new ID is the friend now", answer == s.ack(0, t, new.id), answer)
    stream.close()


def sends_to_us(suite, group):
    """The peer adds us, sends, and its packets are opened here."""
    peer = Peer(suite, group)
    try:
        user = s.User(suite, group)
        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(10)
        peer.do(do="add", id=user.id.hex(), address="127.0.0.1:%d" % listener.getsockname()[1])
        stream = accepted(listener)
        request = stream.packet()
        size = int.from_bytes(request[34:38], "big")
        check(f"{suite} {group}: a CR comes", request[1] == s.CR and request[2:34] == peer.id + user.id, request[:34])
        pair = user.pair(request[38 : 38 + size])
        answer = bytes([1, s.CRR, 0]) + peer.id + user.id + len(user.field).to_bytes(4, "big") + user.field
        stream.send(answer + len(user.name).to_bytes(4, "big") + user.name)
        peer.event("friend", id=user.id.hex())
        peer.do(do="send", to=user.id.hex(), text="grüße from the peer")
        text, when = next_message(pair, listener, stream)
        check(f"{suite} {group}: the peer's message opens", text == "grüße from the peer".encode(), text)
        event = peer.event("acked", to=user.id.hex())
        check(f"{suite} {group}: acked", event["datetime"] == when, event)
        # And the way back, on a connection of ours.
        back = s.Stream(peer.address)
        t = s.now()
        back.send(pair.message("and back", t))
        check(f"{suite} {group}: our message is accepted", back.packet() == s.ack(0, t, user.id))
        check(f"{suite} {group}: delivered", peer.event("message")["text"] == "and back")
    finally:
        peer.stop()


def accepted(listener):
    connection, _ = listener.accept()
    stream = s.Stream.__new__(s.Stream)
    stream.socket, stream.buffer = connection, b""
    connection.settimeout(10)
    return stream


def next_message(pair, listener, stream):
    """The next M on this connection or a new one; status changes on the way are acknowledged."""
    while True:
        ready = select.select([listener, stream.socket], [], [], 10)[0]
        if listener in ready:
            stream = accepted(listener)
        packet = stream.packet()
        if not packet:
            stream = accepted(listener)
            continue
        when = int.from_bytes(packet[5:13], "big")
        assert packet[1] in (s.M, s.SC), packet[:2]
        stream.send(s.ack(0, when, packet[16:32]))
        if packet[1] == s.M:
            return pair.open(packet), when


def datagrams():
    """Discovery and silence on UDP."""
    peer = Peer()
    try:
        user = s.User()
        asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        asker.bind(("127.0.0.1", 0))
        asker.settimeout(0.3)

        def ask(packet):
            asker.sendto(packet, peer.address)
            try:
                return asker.recvfrom(2000)
            except socket.timeout:
                return None, None

        request_id = os.urandom(8)
        bpm = lambda wanted, flag=1, kind=s.BPM: bytes([1, kind]) + bytes(8) + request_id + bytes([0, flag]) + user.id + wanted
        for name, wanted in (("any peer", bytes(16)), ("the peer", peer.id)):
            reply, source = ask(bpm(wanted))
            check(f"BPM for {name} is answered", reply is not None and reply[:2] == bytes([1, s.BPR]), reply)
            check(f"BPM for {name}: from the listening port", source == peer.address, source)
            address = bytes(10) + b"\xff\xff" + socket.inet_aton("127.0.0.1") + peer.address[1].to_bytes(2, "big")
            check(f"BPM for {name}: the answer's fields", reply[10:18] == request_id and reply[18:20] == b"\0\0" and reply[20:36] == user.id
                  and reply[36:52] == peer.id and reply[52:70] == address, reply)
        for name, packet in {
            "BPM for another": bpm(os.urandom(16)), "BPM with B = 0": bpm(bytes(16), 0), "BPM with a byte more": bpm(bytes(16)) + b"x",
            "BPM cut": bpm(bytes(16))[:-1], "BSM": bpm(bytes(16), 1, s.BSM), "LP": bpm(peer.id, 0, s.LP), "nothing": b"", "garbage": os.urandom(52),
            "CR": user.request(peer.id), "BPM from the peer itself": bpm(bytes(16)).replace(user.id, peer.id),
        }.items():
            reply, _ = ask(packet)
            check(f"{name} over UDP: silence", reply is None, reply)
    finally:
        peer.stop()


def policies():
    peer = Peer(accept="deny")
    user = s.User()
    stream = s.Stream(peer.address)
    stream.send(user.request(peer.id))
    reply = stream.packet()
    check("deny", reply == bytes([1, s.CRR, 1]) + user.id + peer.id + bytes(8), reply)
    peer.stop()
    peer = Peer(accept="ask")
    for verdict, status in (("deny", 1), ("accept", 0)):
        user = s.User()
        stream = s.Stream(peer.address)
        stream.send(user.request(peer.id))
        event = peer.event("request", id=user.id.hex())
        check("ask: the request names the requestor", event["name"] == "python", event)
        peer.do(do=verdict, id=user.id.hex())
        check(f"ask: {verdict}", stream.packet()[:3] == bytes([1, s.CRR, status]))
    peer.stop()
    peer = Peer("dh", "x25519", "--allow-client", "other-program/2")
    user = s.User()
    stream, pair = befriend(peer, user)
    t = s.now()
    stream.send(pair.message("x", t, client=s.hashlib.sha256(b"other-program/2").digest()[:16]))
    check("an allowed client", stream.packet() == s.ack(0, t, user.id))
    peer.stop()


def killed():
    """kill -9: what was acknowledged is kept, what was not is sent again."""
    peer = Peer()
    user = s.User()
    stream, pair = befriend(peer, user)
    first = s.now()
    for index in range(200):
        stream.send(pair.message(f"number {index}", first + index))
    acknowledged = 0
    for _ in range(100):
        check("ACK before the kill", stream.packet()[:4] == b"\1\6\1\0")
        acknowledged += 1
    peer.process.kill()
    peer.process.wait()
    while True:
        try:
            packet = stream.packet()
        except (ConnectionResetError, AssertionError):
            break
        if not packet:
            break
        acknowledged += 1
    peer = Peer(state=peer.folder)
    stream = s.Stream(peer.address)
    delivered = []
    for index in range(200):
        stream.send(pair.message(f"number {index}", first + index))
        check("after the kill every message is acknowledged", stream.packet()[:4] == b"\1\6\1\0")
    delivered = peer.messages()
    check("after the kill no acknowledged message is delivered again", len(delivered) <= 200 - acknowledged, len(delivered), acknowledged)
    check("after the kill the others are delivered once", delivered == [f"number {index}" for index in range(200 - len(delivered), 200)], delivered)
    peer.stop()


def main():
    if not os.path.exists(TOOL):
        sys.exit(f"interop: there is no {TOOL}; build it first: swift build")
    start = time.monotonic()
    for suite in ("dh", "rsa"):
        peer = Peer(suite, "x25519")
        user = s.User(suite, "x25519")
        receiver_table(peer, user, suite)
        if suite == "dh":
            duplicates(peer, user)
            closing(peer, user)
            ignored(peer, user)
            chat_requests(peer)
            id_change(peer)
        peer.stop()
    datagrams()
    policies()
    killed()
    for suite in ("dh", "rsa"):
        for group in ("x25519", "ffdhe2048", "ffdhe3072", "ffdhe4096"):
            sends_to_us(suite, group)
    print(f"interop: {passed} checks passed, {len(failures)} failed, {time.monotonic() - start:.0f} s")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
