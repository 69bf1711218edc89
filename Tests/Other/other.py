#!/usr/bin/env python3
"""Aims `s2wmp conform` and `s2wmp fuzz` at a peer and a bootstrap server that share no code and no habit with the Swift program.

    Tests/Other/other.py [path of s2wmp]      (default .build/release/s2wmp)

A sound target must pass, whatever it takes of the freedoms that the wire format leaves (manners.py); a mistaken one must be found, by the name of the
requirement that it breaks (mistakes.py). Ends with 0 when all is so, 1 when not, 77 when it cannot run here (it says why).
"""
import concurrent.futures
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TOOL = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else os.path.join(ROOT, ".build", "release", "s2wmp")
if not os.access(TOOL, os.X_OK):
    print(f"other: skipped, there is no program {TOOL}; build it, or name one")
    sys.exit(77)
try:
    from manners import FREEDOMS
    from mistakes import PEER, SERVER
except ImportError as missing:
    print(f"other: skipped, {missing}; install the PyPI package cryptography")
    sys.exit(77)

# What is to come within these, in seconds, is the tool's to say: a job that takes longer hangs.
PATIENCE = 100
# Which keys a mistake about keys can be seen with.
KINDS = {"key-p-minus-1": ("dh", "ffdhe2048"), "key-any-generator": ("dh", "ffdhe2048"), "key-no-value-length": ("dh", "ffdhe2048"), "rsa-1024": ("rsa", "x25519")}
PLAIN = ("dh", "x25519")
# Where a mistake is met beside the requirement that it breaks.
ROWS = {"ack-own-id": ["6.1/3.receiver"], "ic-echo-new-id": ["6.1/3.ic"]}
# Cases that wait for the read timeout: once is enough.
STALLS = {"peer": ["--skip", "4/read-timeout", "4/idle"], "server": ["--skip", "4/server.read-timeout"]}


def target(role, kind=PLAIN, *options):
    words = ["exec", sys.executable, os.path.join(HERE, f"{role}.py"), "--read-timeout", "1", *options]
    return " ".join(words + (["--suite", kind[0], "--group", kind[1]] if role == "peer" else []))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(command, role, spawn=None, *options):
    """(exit status, findings by requirement, the end of what it said)."""
    folder = tempfile.mkdtemp(prefix="s2wmp-other-")
    arguments = [TOOL, command, *options, "--read-timeout", "1", "--out", folder]
    arguments += ["--role", "bootstrap"] if role == "server" else []
    arguments += ["--spawn", spawn] if spawn else []
    try:
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=PATIENCE, cwd=ROOT)
        said, found = (done.stdout + done.stderr)[-2000:], {}
        with contextlib.suppress(OSError, ValueError), open(os.path.join(folder, "report.json")) as report:
            found = {finding["requirement"]: finding["kind"] for finding in json.load(report)["findings"]}
        return done.returncode, found, said
    except subprocess.TimeoutExpired:
        return None, {}, f"not done after {PATIENCE} s"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sound(command, role, spawn, *options):
    status, found, said = run(command, role, spawn, *options)
    return None if status == 0 and not found else f"ended with {status}, {found or said}"


def freedom(role, name):
    """A sound target that takes one freedom. The seed differs from one to the next."""
    kind = ("rsa", "x25519") if name.startswith("rsa-") else ("dh", "ffdhe2048") if name == "private-value-length" else PLAIN
    place = []
    options = ["--manner", name]
    if name == "mute":
        # Nothing is heard of it, so it must be said where it is.
        place = [f"127.0.0.1:{free_port()}"]
        options += ["--listen", place[0]]
    spawn = target(role, kind, *options)
    fault = sound("conform", role, spawn, *place, *STALLS[role])
    cases = "60" if name in ("slow", "asks") else "200"
    return fault or sound("fuzz", role, spawn, *place, "--cases", cases, "--seed", str(len(name) * 31 + ord(name[0])), "--no-stalls")


def closing():
    """Whoever closes after every answer is told so by two requirements, and not by others (see README.md)."""
    spawn = target("peer", PLAIN, "--manner", "closes-exchanges")
    status, found, said = run("conform", "peer", spawn, "--only", "3.7", "4/tcp", "4/idle", "6.1/echo")
    return None if status == 1 and set(found) == {"4/tcp.many-packets", "4/idle"} else f"ended with {status}, {found or said}"


def elsewhere():
    """A peer that runs already, by its address and ID."""
    command = target("peer").split()[1:]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True) as process:
        try:
            said = json.loads(process.stdout.readline())
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return sound("conform", "peer", None, said["address"], "--peer-id", said["user_id"], "--suite", "dh", "--group", "x25519", *STALLS["peer"])
        finally:
            process.terminate()


def mistake(role, name):
    """A target with one mistake: found, and named."""
    # Keys are new each time. One shared secret in 256 begins with a zero byte by itself, and then another requirement fails before the one that is looked for.
    return tried(role, name) and tried(role, name)


def tried(role, name):
    wanted = (PEER if role == "peer" else SERVER)[name][0]
    spawn = target(role, KINDS.get(name, PLAIN), "--mistake", name)
    if wanted.startswith("fuzz:"):
        wanted = wanted.removeprefix("fuzz:")
        status, found, said = run("fuzz", role, spawn, "--cases", "4000", "--seed", "1", "--no-stalls")
    else:
        only = ["--only", *wanted.split(), *ROWS.get(name, [])]
        status, found, said = run("conform", role, spawn, *(only if role == "peer" else STALLS[role]))
    return None if status == 1 and set(found) & set(wanted.split()) else f"ended with {status}, found {found or said}, and {wanted} is to be found"


def jobs():
    yield "conform, dh", lambda: sound("conform", "peer", target("peer", ("dh", "ffdhe2048")))
    yield "conform, rsa", lambda: sound("conform", "peer", target("peer", ("rsa", "ffdhe2048")))
    yield "conform, server", lambda: sound("conform", "server", target("server"))
    yield "fuzz, dh", lambda: sound("fuzz", "peer", target("peer"), "--cases", "2000", "--seed", "1", "--workers", "4", "--no-stalls")
    yield "fuzz, rsa", lambda: sound("fuzz", "peer", target("peer", ("rsa", "x25519")), "--cases", "600", "--seed", "2", "--no-stalls")
    yield "fuzz, server", lambda: sound("fuzz", "server", target("server"), "--cases", "1000", "--seed", "1", "--no-stalls")
    yield "conform, a peer that runs already", elsewhere
    yield "closes-exchanges", closing
    for name, (who, _) in FREEDOMS.items():
        for role in ("peer", "server"):
            if role[0] in who and name != "closes-exchanges":
                yield f"{role}, {name}", lambda role=role, name=name: freedom(role, name)
    for role, table in (("peer", PEER), ("server", SERVER)):
        for name, (wanted, _, _) in table.items():
            if wanted:
                yield f"{role}, mistake {name}", lambda role=role, name=name: mistake(role, name)


def main():
    began, failed, count = time.monotonic(), 0, 0
    # Most of the time both sides wait for each other: a few jobs more than cores.
    with concurrent.futures.ThreadPoolExecutor(2 * (os.cpu_count() or 1)) as pool:
        running = [(name, pool.submit(job)) for name, job in jobs()]
        for name, job in running:
            fault = job.result()
            count += 1
            if fault:
                failed += 1
                print(f"FAILED: {name}: {fault}", flush=True)
    print(f"other: {count} checks, {failed} failed, {time.monotonic() - began:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
