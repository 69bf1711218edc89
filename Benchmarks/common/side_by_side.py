"""What the benchmarks have in common: building C programs, and a running `s2wmp peer`."""
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(ROOT, ".build", "benchmark")
TOOL = os.path.join(ROOT, ".build", "release", "s2wmp")
# The cores of server and client.
APART, TOGETHER = ("0", "1"), ("0", "0")


def compile_c(*sources):
    """Each program is named like its file."""
    os.makedirs(FOLDER, exist_ok=True)
    for source in sources:
        name = os.path.splitext(os.path.basename(source))[0]
        subprocess.run(["cc", "-O2", "-o", os.path.join(FOLDER, name), os.path.join(ROOT, "Benchmarks", source)], check=True)


def build_release(*products):
    for product in products:
        command = ["swift", "build", "-c", "release", "--static-swift-stdlib", "--product", product]
        subprocess.run(command, cwd=ROOT, check=True, stdout=sys.stderr)


class Peer:
    """A running `s2wmp peer`, with its state on disk."""

    def __init__(self, suite, group, core="0"):
        self.folder = tempfile.mkdtemp(prefix="s2wmp-load-")
        command = ["taskset", "-c", core, TOOL, "peer", "--name", "target", "--listen", "127.0.0.1:0", "--no-discovery", "--accept", "auto"]
        command += ["--suite", suite, "--group", group, "--state", self.folder]
        # Events go to a file, so that no third process competes for two cores.
        path = os.path.join(self.folder, "events")
        with open(path, "wb") as events:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=events, text=True)
        line = ""
        while not line.endswith("\n"):
            if self.process.poll() is not None:
                sys.exit("benchmark: the peer did not start")
            time.sleep(0.05)
            with open(path, encoding="utf-8") as events:
                line = events.readline()
        event = json.loads(line)
        self.user_id, self.port = event["user_id"], event["address"].rsplit(":", 1)[1]

    def stop(self):
        self.process.stdin.write('{"do":"quit"}\n')
        self.process.stdin.close()
        self.process.wait(20)
        shutil.rmtree(self.folder)


class Echo:
    """The bare C epoll server: 28 bytes for every `size` bytes."""

    def __init__(self, size, core="0"):
        command = ["taskset", "-c", core, os.path.join(FOLDER, "echo-server"), str(size)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = self.process.stdout.readline().strip()

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown processor")
    return f"{model}, {os.cpu_count()} cores; {platform.system()} {platform.release()}"


def need_two_cores():
    if (os.cpu_count() or 1) < 2:
        sys.exit("benchmark: client and server need a core each; this machine has one")
