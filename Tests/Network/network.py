#!/usr/bin/env python3
"""The real program between real hosts: peers, a bootstrap server and a sniffer in network namespaces with one broadcast domain.

    python3 Tests/Network/network.py .build/debug/s2wmp

Prints a line a check, `ok` or `FAILED`; exit status 0, 1 when something failed, 77 (with the reason) when this machine cannot make namespaces.
"""

import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from capture import check_capture
from hosts import Network, Program, Unavailable, end_all

HOSTS = ["server", "alice", "bob", "mallory", "old1", "old2"]
SUITES = [(suite, group) for suite in ("rsa", "dh") for group in ("ffdhe2048", "ffdhe3072", "ffdhe4096", "x25519")]


class Trial:
    """One run: its network, its folder, its verdicts."""

    def __init__(self, binary):
        self.binary = os.path.abspath(binary)
        self.failures = 0
        self.texts = set()
        self.keylogs = []
        self.network = Network(HOSTS)
        self.folder = tempfile.mkdtemp(prefix="s2wmp-network-")

    def check(self, what, condition, detail=""):
        print(("ok      " if condition else "FAILED: ") + what + (f" ({detail})" if detail and not condition else ""), flush=True)
        self.failures += 0 if condition else 1
        return bool(condition)

    def path(self, name):
        return os.path.join(self.folder, name)

    def address(self, host, port=5000):
        return f"{self.network.addresses[host]}:{port}"

    def identity(self, name, suite, group):
        """Starts making a state folder with a key; wait for it before it is used."""
        words = [self.binary, "identity", "new", "--state", self.path(name), "--suite", suite, "--group", group]
        return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def peer(self, host, name, *options, port=5000):
        keylog = self.path(f"{name}.keys")
        if keylog not in self.keylogs:
            self.keylogs.append(keylog)
        words = [self.binary, "peer", "--name", name, "--accept", "auto", "--state", self.path(name), "--keylog", keylog]
        peer = Program(self.network, host, words + ["--listen", self.address(host, port), *options], name)
        listening = peer.wait("listening", timeout=20)
        if not listening:
            raise RuntimeError(f"{name} does not start: {' / '.join(peer.errors[-3:])}")
        peer.id = listening["user_id"]
        peer.datetimes = {}
        return peer

    def server(self, *options):
        server = Program(self.network, "server", [self.binary, "bootstrap", *options], "server")
        if not server.wait("listening", timeout=20):
            raise RuntimeError(f"the server does not start: {' / '.join(server.errors[-3:])}")
        return server

    def states(self, peer, last="Listen", timeout=20):
        peer.wait("state", timeout=timeout, state=last)
        return [line["state"] for line in peer.seen("state")]

    def send(self, sender, receiver, text):
        self.texts.add(text)
        sender.say(do="send", to=receiver.id, text=text)
        sent = sender.wait("sent", to=receiver.id)
        sender.datetimes[text] = sent and sent["datetime"]

    def acknowledged(self, sender, receiver, text, timeout=10):
        return sender.wait("acked", to=receiver.id, datetime=sender.datetimes[text], timeout=timeout)

    def exchange(self, what, one, other):
        """A message each way, received and acknowledged."""
        one_text, other_text = (f"{what}: {secrets.token_hex(3)} \u2190 {name}" for name in (one.label, other.label))
        self.send(one, other, one_text)
        self.send(other, one, other_text)
        came = other.wait("message", text=one_text) and one.wait("message", text=other_text)
        acked = self.acknowledged(one, other, one_text) and self.acknowledged(other, one, other_text)
        return self.check(f"messages both ways: {what}", came and acked, "no message" if not came else "no ACK")

    def befriend(self, what, asker, asked, address=None):
        command = {"do": "add", "id": asked.id}
        if address:
            command["address"] = address
        # A friend of before may have said hello meanwhile: that is not yet the new friendship.
        for peer in (asker, asked):
            peer.pass_over("friend")
        asker.say(**command)
        done = asker.wait("friend", id=asked.id, timeout=15) and asked.wait("friend", id=asker.id, timeout=15)
        return self.check(f"adding {what}", done, "; ".join(str(l) for l in asker.seen("add-failed")))

    def udp(self, host, target, packets, listen=0.6):
        """Sends datagrams from a host, and gives what came back, as hex."""
        script = (
            "import socket,sys,time\n"
            "s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\n"
            "a,p=sys.argv[1].split(':')\n"
            "for x in sys.stdin.read().split(): s.sendto(bytes.fromhex(x),(a,int(p)))\n"
            "s.settimeout(float(sys.argv[2]))\n"
            "try:\n"
            "  while True: print(s.recv(2048).hex())\n"
            "except TimeoutError: pass\n")
        words = self.network.command(host) + [sys.executable, "-c", script, target, str(listen)]
        done = subprocess.run(words, input="\n".join(p.hex() for p in packets), capture_output=True, text=True, timeout=20)
        return done.stdout.split()

    def close(self):
        end_all()
        self.network.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def registration(user_id):
    return b"\x01\x02" + secrets.token_bytes(8) + bytes.fromhex(user_id)


def without_server(trial):
    """Init without a server; discovery by BPM; a peer killed while messages are on their way."""
    alice = trial.peer("alice", "alice")
    states = trial.states(alice)
    trial.check("without a server: Init, Wait, NF, LD, Listen", states == ["Init", "Wait", "NF", "LD", "Listen"], states)
    bob = trial.peer("bob", "bob")
    trial.states(bob)
    trial.check("a starting peer's BPM is answered by the one that is there", bob.wait("peer-found", id=alice.id, address=trial.address("alice")))
    alice.say(do="discover")
    trial.check("discover finds the other peer by BPM and BPR", alice.wait("peer-found", id=bob.id, address=trial.address("bob")))
    trial.befriend("a discovered peer", alice, bob)
    trial.exchange("after discovery", alice, bob)
    bob = killed(trial, alice, bob)
    trial.exchange("after the crash", alice, bob)
    for peer in (alice, bob):
        trial.check(f"{peer.label} ends on SIGTERM with status 0", peer.end() == 0)


def killed(trial, alice, bob):
    texts = [f"burst {number} {secrets.token_hex(2)}" for number in range(40)]
    for text in texts[:20]:
        trial.send(alice, bob, text)
    bob.wait("message", text=texts[3])
    bob.end(signal.SIGKILL)
    for text in texts[20:]:
        trial.send(alice, bob, text)
    restarted = trial.peer("bob", "bob")
    trial.send(restarted, alice, "back again")
    restarted.wait("message", text=texts[-1], timeout=25)
    acked = sum(1 for text in texts if trial.acknowledged(alice, bob, text, timeout=3))
    shown = [line["text"] for program in (bob, restarted) for line in program.seen("message") if line["text"] in texts]
    stored = received(trial.path("bob"))
    trial.check("killed and restarted: every message is in the store exactly once", all(stored.count(text) == 1 for text in texts),
                [text for text in texts if stored.count(text) != 1])
    trial.check("killed and restarted: no message is shown twice, and all are acknowledged", len(shown) == len(set(shown)) and acked == len(texts),
                f"{len(shown)} shown, {acked} acknowledged")
    return restarted


def received(folder):
    """The texts in a peer's store. It is locked while the peer runs, so a copy is read."""
    copy = tempfile.mkdtemp(prefix="s2wmp-store-")
    try:
        for name in ("peer.sqlite", "peer.sqlite-wal"):
            if os.path.exists(os.path.join(folder, name)):
                shutil.copy(os.path.join(folder, name), copy)
        with sqlite3.connect(os.path.join(copy, "peer.sqlite")) as store:
            return [row[0] for row in store.execute("SELECT text FROM received")]
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def with_server(trial):
    """Init with a configured server and with one found by BSM; lookup; the server killed and restarted; a flood; collision and ID change."""
    server = trial.server("--state", trial.path("server"))
    alice = trial.peer("alice", "alice", "--bootstrap", trial.address("server", 5005), "--no-discovery")
    states = trial.states(alice)
    trial.check("with a configured server: Init, Wait, FD, Listen", states == ["Init", "Wait", "FD", "Listen"], states)
    trial.check("the configured server registers the peer", alice.wait("registered", status=0))
    bob = trial.peer("bob", "bob")
    states = trial.states(bob)
    trial.check("a server found by BSM: Init, Wait, NF, FD, Listen", states == ["Init", "Wait", "NF", "FD", "Listen"], states)
    trial.check("the found server registers the peer", bob.wait("registered", status=0))
    for one, other in ((alice, bob), (bob, alice)):
        one.say(do="remove", id=other.id)
        one.wait("removed", id=other.id)
    trial.befriend("by lookup", alice, bob)
    trial.exchange("after lookup", alice, bob)
    # Registrations are stored soon after they are answered, not before.
    time.sleep(1)
    server.end(signal.SIGKILL)
    trial.exchange("while the server is dead", alice, bob)
    server = trial.server("--state", trial.path("server"))
    alice.say(do="lookup", id=bob.id)
    trial.check("the restarted server knows its registrations", alice.wait("lookup", id=bob.id, status=0, address=trial.address("bob")),
                alice.seen("lookup") + server.errors[-3:])
    flood(trial, alice, bob)
    alice.end()
    bob = change_of_id(trial, bob)
    bob.end()
    return server


def flood(trial, alice, bob):
    answers = trial.udp("mallory", trial.address("server", 5005), [registration(secrets.token_hex(16)) for _ in range(600)])
    trial.check("a flood is answered up to its limit, then banned", 150 <= len(answers) < 600 and any(a[4:6] == "02" for a in answers), len(answers))
    trial.check("the banned host hears nothing", trial.udp("mallory", trial.address("server", 5005), [registration(secrets.token_hex(16))]) == [])
    alice.say(do="lookup", id=bob.id)
    trial.check("others are served meanwhile", alice.wait("lookup", id=bob.id, status=0))


def change_of_id(trial, bob):
    """Somebody else has alice's ID at another server: she takes a new key, and her friend learns it."""
    other = trial.server("--listen", trial.address("server", 5006))
    old = bob.seen("friend")[-1]["id"]
    taken = trial.udp("mallory", trial.address("server", 5006), [registration(old)], listen=0.3)
    trial.check("the ID is taken at another server", [a[4:6] for a in taken] == ["00"], taken)
    alice = trial.peer("alice", "alice", "--bootstrap", trial.address("server", 5006), "--no-discovery")
    trial.check("registration says collision", alice.wait("registered", status=1, timeout=15))
    new = alice.wait("identity", timeout=20)
    trial.check("a collision makes a new key", new)
    alice.id = new["user_id"] if new else alice.id
    trial.check("the friend acknowledges the ID change", bob.wait("changed", timeout=20) and bob.seen("changed")[-1].get("new_id") == alice.id,
                bob.seen("changed"))
    trial.check("the new ID registers", alice.wait("registered", status=0, timeout=15))
    trial.exchange("after the collision", alice, bob)
    bob.say(do="regenerate-key")
    new = bob.wait("identity", timeout=20)
    bob.id = new["user_id"] if new else bob.id
    trial.check("regenerate-key: the friend acknowledges the ID change", alice.wait("changed", timeout=20))
    trial.exchange("after regenerate-key", alice, bob)
    alice.end()
    other.end()
    return bob


def every_suite(trial, made):
    """A pair of peers for each suite and group, all at once, on ports of their own."""
    pairs = []
    for number, (suite, group) in enumerate(SUITES):
        for name in ("a", "b"):
            made[f"{suite}-{group}-{name}"].wait()
        one, other = (trial.peer(host, f"{suite}-{group}-{name}", "--no-discovery", port=5100 + number)
                      for host, name in (("alice", "a"), ("bob", "b")))
        pairs.append((f"{suite} with {group}", one, other, trial.address("bob", 5100 + number)))
    for what, one, other, address in pairs:
        if trial.befriend(f"in {what}", one, other, address):
            trial.exchange(what, one, other)
        one.end()
        other.end()


def legacy(trial):
    """Two legacy peers: registered at the same server, found by broadcast, added by lookup, chatting."""
    options = ("--dialect", "legacy", "--bootstrap", trial.address("server", 5005))
    one = trial.peer("old1", "old1", *options)
    trial.check("legacy: registers at the server", one.wait("registered", status=0))
    other = trial.peer("old2", "old2", *options)
    trial.check("legacy: the other one registers too", other.wait("registered", status=0))
    one.say(do="discover")
    found = one.wait("peer-found", id=other.id, address=trial.address("old2")) and other.wait("peer-found", id=one.id, address=trial.address("old1"))
    trial.check("legacy: a User Broadcast finds the other and is found", found)
    one.say(do="lookup", id=other.id)
    trial.check("legacy: lookup", one.wait("lookup", id=other.id, status=0, address=trial.address("old2")))
    trial.befriend("a legacy peer", one, other)
    trial.exchange("legacy", one, other)
    one.say(do="status", status="away")
    trial.check("legacy: a status change reaches the friend", other.wait("friend", id=one.id, status="away"))
    other.end(signal.SIGKILL)
    trial.send(one, other, "legacy: while you were out")
    other = trial.peer("old2", "old2", *options)
    trial.check("legacy: delivered after the crash", other.wait("message", text="legacy: while you were out", timeout=20))
    for peer in (one, other):
        trial.check(f"legacy: {peer.label} ends with status 0", peer.end() == 0)


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        trial = Trial(sys.argv[1])
    except (Unavailable, OSError) as error:
        print(f"skipped: network namespaces cannot be made here: {error}")
        return 77
    started = time.monotonic()
    try:
        made = {f"{suite}-{group}-{name}": trial.identity(f"{suite}-{group}-{name}", suite, group) for suite, group in SUITES for name in ("a", "b")}
        for name in ("alice", "bob"):
            trial.identity(name, "rsa", "ffdhe3072").wait()
        capture = trial.path("all.pcapng")
        sniffer = Program(trial.network, "hub", [trial.binary, "sniff", "-i", "br0", "-f", "", "-w", capture, "-q", "-T", "ndjson"], "sniff")
        time.sleep(0.7)
        without_server(trial)
        every_suite(trial, made)
        server = with_server(trial)
        legacy(trial)
        trial.check("the server ends with status 0", server.end() == 0)
        time.sleep(0.3)
        trial.check("the sniffer ends on SIGINT with status 0", sniffer.end(signal.SIGINT) == 0, sniffer.errors[-2:])
        check_capture(trial, capture)
    except RuntimeError as error:
        trial.check(str(error), False)
    finally:
        trial.close()
    print(f"{'all checks passed' if trial.failures == 0 else f'{trial.failures} checks FAILED'} in {time.monotonic() - started:.0f} s")
    return 1 if trial.failures else 0


if __name__ == "__main__":
    sys.exit(main())
