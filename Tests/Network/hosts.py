"""Hosts of a local network: network namespaces on one bridge, and the programs that run in them."""

import json
import os
import queue
import signal
import subprocess
import threading
import time


class Unavailable(Exception):
    """This machine cannot make network namespaces."""


def run(*words, check=True):
    done = subprocess.run(words, capture_output=True, text=True)
    if check and done.returncode != 0:
        raise Unavailable(f"{' '.join(words)}: {done.stderr.strip() or 'failed'}")
    return done


class Network:
    """A bridge in a namespace of its own, and a namespace for each host. `close` takes everything away again."""

    SUBNET = "10.77.0"

    def __init__(self, names):
        self.tag = f"s2w{os.getpid()}"
        self.spaces = []
        self.hub = self._space("hub")
        self._in(self.hub, "link", "add", "br0", "type", "bridge")
        self._in(self.hub, "link", "set", "br0", "up", "promisc", "on")
        self.addresses = {}
        for number, name in enumerate(names, 1):
            self._host(name, number)

    def _space(self, name):
        space = f"{self.tag}-{name}"
        run("ip", "netns", "add", space)
        self.spaces.append(space)
        self._in(space, "link", "set", "lo", "up")
        return space

    def _in(self, space, *words):
        run("ip", "-n", space, *words)

    def _host(self, name, number):
        space = self._space(name)
        self._in(self.hub, "link", "add", f"v{number}", "type", "veth", "peer", "name", "eth0", "netns", space)
        self._in(self.hub, "link", "set", f"v{number}", "master", "br0", "up")
        self.addresses[name] = f"{self.SUBNET}.{number}"
        self._in(space, "addr", "add", f"{self.addresses[name]}/24", "brd", "+", "dev", "eth0")
        self._in(space, "link", "set", "eth0", "up")

    def command(self, name):
        space = self.hub if name == "hub" else f"{self.tag}-{name}"
        return ["ip", "netns", "exec", space]

    def close(self):
        for space in self.spaces:
            run("ip", "netns", "del", space, check=False)


class Program:
    """A process with JSON lines on its standard output. `ip netns exec` becomes the program, so the pid is its own."""

    running = []

    def __init__(self, network, host, words, label):
        self.label = label
        self.lines = []
        self.taken = set()
        self.arrived = queue.Queue()
        self.errors = []
        self.process = subprocess.Popen(
            network.command(host) + words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        Program.running.append(self)
        for target in (self._read_lines, self._read_errors):
            threading.Thread(target=target, daemon=True).start()

    def _read_lines(self):
        for line in self.process.stdout:
            try:
                self.arrived.put(json.loads(line))
            except ValueError:
                self.arrived.put({"event": "unreadable", "line": line.decode("utf-8", "replace")})

    def _read_errors(self):
        for line in self.process.stderr:
            self.errors.append(line.decode("utf-8", "replace").rstrip())

    def _drain(self, timeout):
        try:
            self.lines.append(self.arrived.get(timeout=timeout) if timeout else self.arrived.get_nowait())
            while True:
                self.lines.append(self.arrived.get_nowait())
        except queue.Empty:
            pass

    def wait(self, event, timeout=10, **wanted):
        """Takes the first line with these values that was not taken before; None when it does not come."""
        end = time.monotonic() + timeout
        while True:
            for index, line in enumerate(self.lines):
                if index not in self.taken and line.get("event") == event and all(line.get(key) == value for key, value in wanted.items()):
                    self.taken.add(index)
                    return line
            left = end - time.monotonic()
            if left <= 0 or (self.process.poll() is not None and self.arrived.empty()):
                return None
            self._drain(min(left, 0.2))

    def seen(self, event, **wanted):
        """All lines so far with these values."""
        self._drain(0)
        return [l for l in self.lines if l.get("event") == event and all(l.get(k) == v for k, v in wanted.items())]

    def pass_over(self, event):
        """Lines of that event so far are of the past: `wait` does not take them any more."""
        self._drain(0)
        self.taken.update(index for index, line in enumerate(self.lines) if line.get("event") == event)

    def rewind(self):
        self.taken = set()

    def say(self, **command):
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        self.process.stdin.flush()

    def end(self, how=signal.SIGTERM, timeout=8):
        """Ends it; gives its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        if self in Program.running:
            Program.running.remove(self)
        return status


def end_all():
    for program in list(Program.running):
        program.end(signal.SIGKILL)
