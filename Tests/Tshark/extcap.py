#!/usr/bin/env python3
"""Captures real loopback traffic through tshark with `s2wmp` as its extcap program, dissected live by the generated dissector.

    python3 Tests/Tshark/extcap.py BINARY

Needs root (or a binary that may capture), Python 3 and tshark 4.0 or later. Every wait is bounded. Exit status: 0 well, 1 not, 2 wrong usage,
77 it cannot be tried here (says why).
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

LIMIT = 60
INTERFACE = "s2wmp-lo"
PORT = 5005
OTHER_PORT = 6005
REQUEST_ID = bytes.fromhex("00112233445566ff")
USER = bytes(range(1, 17))
REGISTRATION = b"\x01\x02" + REQUEST_ID + USER
RESPONSE = b"\x01\x09\x00" + REQUEST_ID


class Unusable(Exception):
    """This machine cannot try it."""


class Host:
    """tshark with a home of its own: the dissector as a plugin, the program in the extcap folder."""

    def __init__(self, binary, home):
        if not shutil.which("tshark"):
            raise Unusable("tshark is not installed (Debian: apt-get install tshark)")
        self.home, self.binary = home, binary
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("WIRESHARK_", "XDG_"))}
        self.environment = dict(environment, HOME=str(home))
        folders = self.folders()
        for name in ("Personal Lua Plugins", "Personal configuration"):
            if not folders.get(name, "").startswith(str(home)):
                raise Unusable(f"tshark -G folders names no folder {name} in this home")
        plugins = Path(folders["Personal Lua Plugins"])
        plugins.mkdir(parents=True)
        subprocess.run([binary, "schema", "--format", "lua", "--output", plugins / "s2wmp.lua"], check=True)
        # 4.0 looks there without saying so; later versions name theirs.
        extcap = Path(folders.get("Personal Extcap path", folders["Personal configuration"] + "/extcap"))
        extcap.mkdir(parents=True)
        (extcap / "s2wmp").symlink_to(Path(binary).resolve())

    def folders(self):
        lines = self.run("-G", "folders").stdout.splitlines()
        return {name: path.strip() for name, _, path in (line.partition(":") for line in lines)}

    def run(self, *arguments):
        return subprocess.run(["tshark", *arguments], env=self.environment, capture_output=True, text=True, timeout=LIMIT)

    def start(self, *arguments):
        # A session of its own, so that a test that fails leaves no capture behind.
        return subprocess.Popen(
            ["tshark", "-n", "-l", "-i", INTERFACE, *arguments], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True)


class Traffic(threading.Thread):
    """Real datagrams: a registration and its answer, again and again until told to stop."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.is_over = port, threading.Event()

    def run(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(("127.0.0.1", self.port))
            server.settimeout(1)
            while not self.is_over.wait(0.2):
                client.sendto(REGISTRATION, ("127.0.0.1", self.port))
                try:
                    _, source = server.recvfrom(2048)
                    server.sendto(RESPONSE, source)
                except TimeoutError:
                    pass


def finish(host, process):
    try:
        output, errors = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, errors = process.communicate()
        raise AssertionError(f"tshark did not end: {output} {errors}")
    return output, errors


def captured(host, port, *arguments):
    """What tshark prints while there is traffic on the port."""
    process = host.start(*arguments)
    traffic = Traffic(port)
    traffic.start()
    try:
        output, errors = finish(host, process)
    finally:
        traffic.is_over.set()
        traffic.join(5)
    if "permission" in errors.lower() or "privilege" in errors.lower():
        raise Unusable("capturing is not allowed: run it as root")
    return output, errors


def check_lists(host):
    listed = host.run("-D").stdout
    assert f"{INTERFACE} (S2WMP: lo)" in listed, listed
    types = host.run("-i", INTERFACE, "-L").stdout
    assert "EN10MB (Ethernet)" in types, types


def check_live(host):
    fields = ["-e", "s2wmp.name", "-e", "s2wmp.user", "-e", "frame.number", "-e", "s2wmp.reply_to"]
    output, errors = captured(host, PORT, "-a", "packets:4", "-Y", "s2wmp", "-T", "fields", *fields)
    rows = [line.split("\t") for line in output.splitlines()]
    assert rows[:2] == [["REG", USER.hex(), rows[0][2], ""], ["RREG", USER.hex(), rows[1][2], rows[0][2]]], (output, errors)


def check_ports(host):
    option = "extcap.s2wmp_lo.port:" + str(OTHER_PORT)
    output, errors = captured(host, OTHER_PORT, "-a", "packets:2", "-o", option, "-T", "fields", "-e", "udp.port", "-e", "s2wmp.name")
    assert str(OTHER_PORT) in output and "REG" in output, (output, errors)


def check_filter(host):
    """A capture filter of the user's narrows ours."""
    output, errors = captured(host, PORT, "-a", "packets:2", "-f", f"src port {PORT}", "-T", "fields", "-e", "s2wmp.name")
    assert output.split() == ["RREG", "RREG"], (output, errors)


def check_keys(host):
    """A key log goes into what tshark writes, and comes out again."""
    log, written = host.home / "keys.log", host.home / "keys.pcapng"
    log.write_text(f"Z {'11' * 16} {'22' * 16} {'ab' * 32}\n")
    option = f"extcap.s2wmp_lo.embedkeys:{log}"
    _, errors = captured(host, PORT, "-a", "packets:2", "-o", option, "-w", str(written))
    data = written.read_bytes()
    assert b"ab" * 32 in data, errors
    assert b"KW2S" in data or b"S2WK" in data, "no decryption secrets block"


def check_stop(host):
    """Ends, and leaves no program behind, when tshark is told to."""
    process = host.start("-T", "fields", "-e", "s2wmp.name")
    traffic = Traffic(PORT)
    traffic.start()
    first = process.stdout.readline()
    traffic.is_over.set()
    children = programs(host)
    process.send_signal(signal.SIGINT)
    finish(host, process)
    assert first.strip() in ("REG", "RREG"), first
    assert children, "no extcap program ran"
    deadline = time.monotonic() + 10
    while programs(host) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not programs(host), "the extcap program still runs"


def programs(host):
    """Processes that were started from this home's extcap folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if command[0].startswith(str(host.home).encode()) and b"--capture" in command:
            found.append(int(folder.name))
    return found


def check_mistakes(host):
    """tshark ends with what is wrong, instead of waiting for frames that never come."""
    for mistake, message in (
            (["-f", "nonsense and"], 'The capture filter "nonsense and" is not valid'),
            (["-o", "extcap.s2wmp_lo.port:x"], "--port takes numbers from 1 to 65535")):
        output, errors = finish(host, host.start("-a", "packets:1", *mistake))
        assert message in errors and "0 packets captured" in errors, (output, errors)


def check_pipe(host):
    """Without Wireshark: the header comes before any frame, and a pipe that closes or SIGTERM ends the program quietly."""
    for ending in ("close", "terminate"):
        pipe = str(host.home / ending)
        os.mkfifo(pipe)
        command = [host.binary, "--capture", "--extcap-interface", INTERFACE, "--fifo", pipe]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            with open(pipe, "rb", buffering=0) as reader:
                header = reader.read(4096)
                if ending == "terminate":
                    process.terminate()
                    header += reader.read(1 << 16)
            output, errors = process.communicate(timeout=10)
        finally:
            process.kill()
        assert (process.returncode, output, errors) == (0, b"", b""), (ending, process.returncode, output, errors)
        assert header[:4] == b"\n\r\r\n" and header[28:32] == b"\1\0\0\0", header[:64]


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        try:
            host = Host(arguments[0], Path(folder))
            for check in (check_lists, check_live, check_ports, check_filter, check_keys, check_stop, check_mistakes, check_pipe):
                try:
                    check(host)
                    print(f"{check.__name__}: well")
                except AssertionError as reason:
                    failed += 1
                    print(f"{check.__name__}: {reason}")
        except Unusable as reason:
            print(f"skipped: {reason}")
            return 77
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
