"""Sockets, timers, and the manners of a connection. Knows how a stream is framed (section 4), and nothing of what packets mean."""
import collections
import heapq
import itertools
import selectors
import socket
import struct
import time

import wire

UNFRAMED = wire.acknowledgement(3)


class Loop:
    """One thread: sockets that can be read or written, and timers."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.timers, self.numbers, self.running = [], itertools.count(), True

    def after(self, seconds, call):
        heapq.heappush(self.timers, (time.monotonic() + seconds, next(self.numbers), call))

    def watch(self, file, call, writing=False):
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if writing else 0)
        try:
            self.selector.modify(file, events, call)
        except KeyError:
            self.selector.register(file, events, call)

    def forget(self, file):
        try:
            self.selector.unregister(file)
        except (KeyError, ValueError):
            pass

    def run(self):
        while self.running:
            while self.timers and self.timers[0][0] <= time.monotonic():
                heapq.heappop(self.timers)[2]()
            wait = max(0, self.timers[0][0] - time.monotonic()) if self.timers else None
            for key, events in self.selector.select(wait):
                key.data(events)


class Connection:
    """A TCP connection, either way. `owner.receive(packet, connection)` gives the answer to a packet, or None.

    After an answer the owner may ask for the end: `ends` is set while it is called.
    """

    def __init__(self, owner, stream):
        self.owner, self.loop, self.manners, self.stream = owner, owner.loop, owner.manners, stream
        stream.setblocking(False)
        if "nagle" not in self.manners:
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.input = bytearray()
        self.last_byte = 0
        self.watching_stall = False
        self.heard_end = False  # the other side's FIN
        self.broken = False  # nothing is read any more: what comes is discarded
        self.thinking = False
        self.ends = False
        self.closed = False
        self.output = collections.deque()  # (when, bytes)
        self.last_due = 0
        self.said_end = False
        self.facts = {}  # what the owner remembers about this connection
        self.loop.watch(stream, self.ready)

    # Reading

    def ready(self, events):
        if events & selectors.EVENT_WRITE:
            self.flush()
        if not self.closed and events & selectors.EVENT_READ:
            self.read()

    def read(self):
        try:
            data = self.stream.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            return self.drop()
        if not data:
            self.heard_end = True
            self.loop.forget(self.stream)
            if self.said_end:
                return self.drop()
        if self.broken:
            return None
        self.input += data
        self.last_byte = time.monotonic()
        return self.work()

    def work(self):
        """Answers what is whole; a packet at a time where the manner is to think."""
        while not (self.thinking or self.broken or self.closed):
            try:
                size = self.owner.framer.size(self.input)
            except wire.Unframed:
                return self.break_off()
            if size is None or len(self.input) < size:
                break
            packet = bytes(self.input[:size])
            del self.input[:size]
            pause = self.owner.thinking_time(packet)
            if pause:
                self.thinking = True
                self.loop.after(pause, lambda: self.resume(packet))
            else:
                self.handle(packet)
        return self.wait_for_more()

    def resume(self, packet):
        self.thinking = False
        if not self.closed:
            self.handle(packet)
            self.work()

    def handle(self, packet):
        answer = self.owner.receive(packet, self)
        if answer:
            self.send(answer)
        if self.ends:
            self.broken = True
            self.input.clear()

    def wait_for_more(self):
        if self.closed or self.thinking:
            return
        if self.heard_end and not self.broken:
            if self.input:
                self.break_off()
            self.broken = True
        elif self.input and not self.broken:
            self.watch_stall()
        elif "closes-exchanges" in self.manners and self.last_due and not self.input:
            self.broken = True
        self.flush()

    def break_off(self):
        """What came begins no packet: say so, and close."""
        self.broken = True
        self.input.clear()
        answer = self.owner.unframed(self)
        if answer:
            self.send(answer)
        self.flush()

    def watch_stall(self):
        if not self.watching_stall:
            self.watching_stall = True
            self.loop.after(self.owner.read_timeout, self.check_stall)

    def check_stall(self):
        self.watching_stall = False
        if self.closed or self.broken or self.thinking or not self.input:
            return
        left = self.last_byte + self.owner.read_timeout - time.monotonic()
        if left <= 0.001:
            self.break_off()
        else:
            self.watching_stall = True
            self.loop.after(left, self.check_stall)

    # Writing

    def send(self, data):
        """An answer, or a packet of our own: in order, each at its time."""
        due = max(self.last_due, time.monotonic() + self.manners.answer_delay())
        if "together" in self.manners:
            due = self.output[-1][0] if self.output else time.monotonic() + 0.02
        for pause, piece in self.manners.pieces(data, bool(self.output)):
            due += pause
            self.output.append((due, piece))
        self.last_due = due
        self.flush()

    def flush(self):
        if self.closed:
            return
        now = time.monotonic()
        if "together" in self.manners and self.output and self.output[0][0] <= now:
            whole = b"".join(piece for _, piece in self.output)
            self.output.clear()
            self.output.append((now, whole))
        blocked = False
        while self.output and self.output[0][0] <= now and not blocked:
            due, piece = self.output.popleft()
            try:
                count = self.stream.send(piece)
            except BlockingIOError:
                count = 0
            except OSError:
                return self.drop()
            if count < len(piece):
                self.output.appendleft((due, piece[count:]))
                blocked = True
        if not self.heard_end or blocked:
            self.loop.watch(self.stream, self.ready, writing=blocked)
        if self.output and not blocked:
            self.loop.after(self.output[0][0] - now, self.flush)
        if not self.output and self.broken:
            self.finish()
        return None

    def finish(self):
        """FIN, then reading until the other side's (section 4, closing)."""
        if self.said_end:
            return
        self.said_end = True
        if self.heard_end:
            return self.drop()
        try:
            self.stream.shutdown(socket.SHUT_WR)
        except OSError:
            return self.drop()
        return self.loop.after(0.05 if "short-goodbye" in self.manners else 1, self.drop)

    def drop(self):
        if not self.closed:
            self.closed = True
            self.loop.forget(self.stream)
            self.stream.close()
            self.owner.gone(self)

    def reset(self):
        self.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.drop()


class Endpoint:
    """A TCP listener and a UDP socket on one port."""

    def __init__(self, owner, host, port):
        self.owner, self.loop = owner, owner.loop
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        for _ in range(50):
            self.listener = self.open(family, socket.SOCK_STREAM, host, port)
            try:
                self.datagrams = self.open(family, socket.SOCK_DGRAM, host, self.listener.getsockname()[1])
                break
            except OSError:
                self.listener.close()
                if port:
                    raise
        self.listener.listen(512)
        self.host, self.port = host, self.listener.getsockname()[1]
        self.loop.watch(self.listener, self.accept)
        self.loop.watch(self.datagrams, lambda _: self.hear(self.datagrams))

    @staticmethod
    def open(family, kind, host, port):
        opened = socket.socket(family, kind)
        try:
            if kind == socket.SOCK_STREAM:
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            opened.bind((host, port))
        except OSError:
            opened.close()
            raise
        opened.setblocking(False)
        return opened

    def hear_broadcasts(self, port):
        """The discovery port, shared with other peers of the host."""
        shared = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        shared.bind(("", port))
        shared.setblocking(False)
        self.loop.watch(shared, lambda _: self.hear(shared))

    def accept(self, _):
        for _ in range(64):
            try:
                stream, source = self.listener.accept()
            except OSError:
                return
            connection = Connection(self.owner, stream)
            connection.source = source
            self.owner.came(connection)

    def hear(self, heard):
        for _ in range(64):
            try:
                data, source = heard.recvfrom(1 << 16)
            except OSError:
                return
            answer = self.owner.receive_datagram(data, source)
            if answer:
                self.loop.after(self.owner.manners.datagram_delay(), lambda answer=answer, source=source: self.say(answer, source))

    def say(self, datagram, to):
        """From the listening socket, always: its address is where we are reached."""
        try:
            self.datagrams.sendto(datagram, to)
        except OSError:
            pass

    def address_for(self, asker):
        """Where `asker` reaches our listener, as an address field and a port."""
        host = self.host
        if host in ("0.0.0.0", "::", ""):
            with socket.socket(self.datagrams.family, socket.SOCK_DGRAM) as route:
                route.connect(asker)
                host = route.getsockname()[0]
        return address_field(host), self.port


def address_field(host):
    """An address in 16 bytes (section 3.6)."""
    if ":" in host:
        return socket.inet_pton(socket.AF_INET6, host.split("%")[0])
    return bytes(10) + b"\xff\xff" + socket.inet_aton(host)
